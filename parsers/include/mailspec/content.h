/*
 * content.h - mail data and multi-line responses: transparency, line ends, the one true end
 *
 * Both SMTP's mail data (RFC 5321 sections 4.1.1.4 and 4.5.2) and POP3's
 * multi-line responses (RFC 1939 section 3) end with CRLF "." CRLF and hide a
 * leading dot behind another one.  Nothing else ends them: LF "." LF, LF "." CRLF,
 * CR "." CR and so on are content, flagged.
 *
 * BDAT (RFC 3030 section 2) is counted, not scanned: ms_content_chunk.
 */
#ifndef MAILSPEC_CONTENT_H
#define MAILSPEC_CONTENT_H

#include "mailspec/export.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What has been seen in the content so far; sticky. */
enum {
    MS_CONTENT_BARE_LF = 1,     /* LF without CR before it */
    MS_CONTENT_BARE_CR = 2,     /* CR without LF behind it */
    MS_CONTENT_NUL = 4,         /* a NUL octet */
    MS_CONTENT_8BIT = 8,        /* an octet above 127 */
    MS_CONTENT_LONG_LINE = 16,  /* a line of over 998 octets, CRLF and stuffed dot not counted */
    MS_CONTENT_FALSE_END = 32,  /* a lone dot whose line ends are not both CRLF */
    MS_CONTENT_LONE_STUFF = 64  /* a line that begins with one dot and goes on with another octet:
                                   the sender did not double it (the dot is removed all the same,
                                   RFC 5321 section 4.5.2) */
};

/* 8 octets, checked at compile time: state, flags, length of the current line. */
typedef struct ms_content {
    uint8_t state;      /* private */
    uint8_t flags;      /* MS_CONTENT_BARE_LF and so on, sticky */
    uint8_t new_flags;  /* those that the last slice was the first to raise */
    uint8_t reserved;
    uint32_t line_octets; /* private: octets of the current line so far, saturating */
} ms_content;

typedef enum ms_content_status {
    MS_CONTENT_NEED_MORE, /* input used up (but for octets that cannot be judged yet); slice may hold content */
    MS_CONTENT_SLICE,     /* slice holds content; call again with the rest */
    MS_CONTENT_END,       /* the end of data was consumed; slice is absent or the last content */
} ms_content_status;

typedef struct ms_content_slice {
    ms_content_status status;
    ms_span slice;     /* content octets, transparency undone, pointing into input or at a constant; may be absent */
    size_t consumed;   /* octets of input used; the rest is to be given again */
    size_t flag_at;    /* offset in input of the octet that raised the first of new_flags; valid if new_flags != 0 */
} ms_content_slice;

/* A new body: the line end before it was the one of the DATA command, so that
 * "." CRLF right away is the end (RFC 5321 section 4.1.1.4). */
MS_API void ms_content_init(ms_content *content);

/* Take the next slice.  Zero copy: the slices, joined, are the content without
 * the end and without the doubled dots, its last CRLF included.  The joined octets,
 * flags and the place of the end do not depend on how the stream was cut; every call
 * consumes something or returns NEED_MORE with consumed == input.len. */
MS_API ms_content_slice ms_content_next(ms_content *content, ms_span input);

/* Un-stuff into out (room for input.len + 2 octets), until the end or the input is used up.
 * Same results as joining the slices; *written octets were put out. */
MS_API ms_content_slice ms_content_copy(ms_content *content, ms_span input, uint8_t *out, size_t *written);

/* The sender's side: doubles the dot at the start of each line.  Writes at most room octets;
 * returns how many octets of input were used; *written were put out.  Keeps CR, LF and all
 * else as they are.  state is carried between calls; begin with init. */
typedef struct ms_stuffer {
    uint8_t state; /* private */
} ms_stuffer;
MS_API void ms_stuffer_init(ms_stuffer *stuffer);
MS_API size_t ms_stuffer_next(ms_stuffer *stuffer, ms_span input, uint8_t *out, size_t room, size_t *written);
/* The end of data: CRLF first if the content did not end with one (RFC 5321 section 4.1.1.4),
 * then "." CRLF.  out has room for 5 octets; returns how many were written. */
MS_API size_t ms_stuffer_end(ms_stuffer *stuffer, uint8_t *out);

/* A BDAT chunk: counts octets down and flags what they hold (bare CR, bare LF, NUL, 8-bit, long lines).
 * Carry the ms_content between the chunks of one message: a line may span them. */
MS_API ms_content_slice ms_content_chunk(ms_content *content, uint64_t *remaining, ms_span input);

#ifdef __cplusplus
}
#endif

#endif
