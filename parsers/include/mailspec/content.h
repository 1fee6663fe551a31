/*
 * content.h - mail data and multi-line responses: transparency, line ends, the one true end
 *
 * Both SMTP's mail data (RFC 5321 sections 4.1.1.4 and 4.5.2) and POP3's
 * multi-line responses (RFC 1939 section 3) end with CRLF "." CRLF and hide a
 * leading dot behind another one.  Nothing else ends them: LF "." LF, LF "." CRLF,
 * CR "." CR and so on are content, flagged.
 *
 * How the corners are read:
 *   - Only CRLF makes lines (RFC 5321 section 2.3.8), so a line begins at the
 *     start of the content and behind CRLF, and nowhere else.  Behind a bare LF or
 *     a bare CR a dot is content: neither an end nor removed.
 *   - "." CRLF as a whole line is the end (RFC 5321 section 4.5.2: "composed of a
 *     single period"), also as the very first line.
 *   - A line that begins with a dot and has any other octet loses that dot
 *     (section 4.5.2: "the first character is deleted"; RFC 1939 section 3: "if
 *     octets other than CRLF follow").  The octet behind the dot may be anything,
 *     CR and LF included: CRLF "." CR CR LF is the line CR CR LF, and
 *     CRLF "." LF goes on as a line that begins with a bare LF.
 *   - The CRLF before the final dot belongs to the content (RFC 5321 section
 *     4.1.1.4: it "is actually the terminator of the previous line").
 *
 * BDAT (RFC 3030 section 2) is counted, not scanned for its end: ms_content_chunk.
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
    MS_CONTENT_BARE_LF = 1,    /* LF without CR before it */
    MS_CONTENT_BARE_CR = 2,    /* CR without LF behind it */
    MS_CONTENT_NUL = 4,        /* a NUL octet */
    MS_CONTENT_8BIT = 8,       /* an octet above 127 */
    MS_CONTENT_LONG_LINE = 16, /* a line of over 998 octets, CRLF and removed dot not counted */
    MS_CONTENT_FALSE_END = 32, /* a lone dot between two line ends, bare LF and bare CR among them, that are not both
                                  CRLF: a receiver that takes LF or CR for a line end sees an end of data here */
    MS_CONTENT_LONE_STUFF = 64 /* a line that begins with one dot and goes on with another octet: the sender did not
                                  double it (the dot is removed all the same, RFC 5321 section 4.5.2) */
};

/* 8 octets, checked at compile time.  All zero is a new content, too. */
typedef struct ms_content {
    uint8_t state;        /* private */
    uint8_t flags;        /* MS_CONTENT_BARE_LF and so on, sticky */
    uint8_t new_flags;    /* those that the last call was the first to raise */
    uint8_t reserved;     /* 0 */
    uint32_t line_octets; /* private: octets of the current line so far, up to 1000 */
} ms_content;

MS_STATIC_ASSERT(sizeof(ms_content) == 8, "stated size of a content scanner");

typedef enum ms_content_status {
    MS_CONTENT_NEED_MORE, /* all of the input was consumed; slice may hold content */
    MS_CONTENT_SLICE,     /* slice holds content; call again with the rest */
    MS_CONTENT_END, /* the end of data was consumed; slice is absent (or, of ms_content_chunk, the last content) */
} ms_content_status;

typedef struct ms_content_slice {
    ms_content_status status;
    ms_span slice;   /* content octets, transparency undone, pointing into input or at a constant CR; may be absent */
    size_t consumed; /* octets of input used; the rest is to be given again */
    size_t flag_at;  /* offset in input of the octet that proved new_flags; may be consumed; 0 without new_flags */
} ms_content_slice;

/* A new body: the line end before it was the one of the DATA command, so that
 * "." CRLF right away is the end (RFC 5321 section 4.1.1.4). */
MS_API void ms_content_init(ms_content *content);

/* Take the next slice.  Zero copy: the slices, joined, are the content without
 * the end and without the removed dots, its last CRLF included.  A slice is broken
 * by a removed dot, by the end of the input, and by the first octet that proves a flag
 * (seven times at most in a content), by nothing else.
 *
 * The joined octets, the place of the end, and with which octet of the stream each flag
 * is raised do not depend on how the stream was cut.  A flag is raised by the octet that proves
 * the breach: BARE_CR by the one behind the CR, LONG_LINE by the one with which the line,
 * a CR at its end left aside, exceeds 998.
 *
 * Each call consumes something, hands something out, or says NEED_MORE or END.
 * Behind the end, each call says END and consumes nothing. */
MS_API ms_content_slice ms_content_next(ms_content *content, ms_span input);

/* Un-stuff into out (room for input.len + 1 octets), until the end or the input is used up: NEED_MORE or END.
 * *written octets were put out, the same as by joining the slices; slice shows them.  new_flags are all that were
 * raised, flag_at is that of the first. */
MS_API ms_content_slice ms_content_copy(ms_content *content, ms_span input, uint8_t *out, size_t *written);

/* A BDAT chunk: counts octets down and flags what they hold (bare CR, bare LF, NUL, 8-bit, long lines); dots mean
 * nothing.  Carry the ms_content between the chunks of one message: a line may span them.  END when *remaining got 0,
 * also if it was 0 from the start (a chunk may be empty: "BDAT 0 LAST").  A flag breaks the slice as in
 * ms_content_next. */
MS_API ms_content_slice ms_content_chunk(ms_content *content, uint64_t *remaining, ms_span input);

/* The message behind the last chunk is over: a CR at its end is a bare one.  Returns the flags that this raised. */
MS_API uint8_t ms_content_chunks_end(ms_content *content);

/* The sender's side: doubles the dot at the start of each line, where a line starts as for the scanner: so un-stuffing
 * gives back what was stuffed.  Keeps CR, LF and all else as they are. */
typedef struct ms_stuffer {
    uint8_t state; /* private; 0 is a new one */
} ms_stuffer;
MS_API void ms_stuffer_init(ms_stuffer *stuffer);
/* Writes at most room octets; returns how many octets of input were used (the rest is to be given again); *written
 * were put out.  With room > 0 and input left, something is used or written. */
MS_API size_t ms_stuffer_next(ms_stuffer *stuffer, ms_span input, uint8_t *out, size_t room, size_t *written);
/* The end of data: CRLF first if the content did not end with one (RFC 5321 section 4.1.1.4),
 * then "." CRLF.  out has room for 5 octets; returns how many were written.  The stuffer is a new one then. */
MS_API size_t ms_stuffer_end(ms_stuffer *stuffer, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
