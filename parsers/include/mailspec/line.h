/*
 * line.h - split a stream of octets into lines
 *
 * CRLF ends a line (RFC 5321 section 2.3.8, RFC 1939 section 3).  Peers that
 * take a bare LF for one exist, and two peers that disagree on line ends
 * disagree on where a message ends (RFC 5321 section 4.1.1.4): so a bare LF
 * ends a line here too, flagged; a bare CR is flagged and stays in the text.
 *
 * A line of more than the limit's octets comes in pieces: HEAD, CONTINUED and
 * so on, COMPLETE.  Each piece but the last takes the limit's worth of octets,
 * one less where the piece would end in a CR: that CR may belong to the line
 * end, so it goes with the next piece.  Where the pieces are cut follows from
 * the octets alone, never from how they arrived.
 */
#ifndef MAILSPEC_LINE_H
#define MAILSPEC_LINE_H

#include "mailspec/export.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_line_status {
    MS_LINE_NEED_MORE, /* no line end in the input yet */
    MS_LINE_COMPLETE,  /* a whole line, or the end of one that was over-long */
    MS_LINE_HEAD,      /* the limit's worth of a line that is longer */
    MS_LINE_CONTINUED, /* a further piece of it; COMPLETE ends it */
} ms_line_status;

/* Flags of a line (of the whole of it so far, when it comes in pieces). */
enum {
    MS_LINE_BARE_LF = 1,  /* ended by LF without CR before it */
    MS_LINE_BARE_CR = 2,  /* holds a CR that no LF follows */
    MS_LINE_NUL = 4,      /* holds a NUL octet */
    MS_LINE_8BIT = 8,     /* holds an octet above 127 */
    MS_LINE_TOO_LONG = 16 /* over the limit, line end included */
};

/* Bounds of ms_line_framer.limit; what is outside counts as the nearer one.  Two octets of text beside a CR that is
 * held back make progress sure; the upper bound is what the 32-bit offsets of ms_line reach. */
#define MS_LINE_LIMIT_MIN ((size_t)3)
#define MS_LINE_LIMIT_MAX ((size_t)0x7FFFFFFF)

/* 24 octets at most, checked at compile time. */
typedef struct ms_line_framer {
    size_t limit;     /* octets per line, line end included; see limits.h.  May be changed between two lines. */
    size_t scanned;   /* private: octets of the input known to hold no LF */
    uint32_t flags;   /* private: flags of an over-long line's earlier pieces */
    uint32_t in_line; /* private: inside an over-long line */
} ms_line_framer;

MS_STATIC_ASSERT(sizeof(ms_line_framer) <= 24, "stated size of a line framer");

/* The offset that says "not in this piece". */
#define MS_LINE_NOWHERE UINT32_MAX

typedef struct ms_line {
    ms_line_status status;
    uint8_t flags;         /* MS_LINE_BARE_LF and so on; 0 on NEED_MORE */
    uint32_t bare_cr_at;   /* offset in text of the first in this piece, or MS_LINE_NOWHERE */
    uint32_t nul_at;       /* likewise */
    uint32_t eight_bit_at; /* likewise */
    ms_span text;          /* octets before the line end; absent on NEED_MORE, present and empty for an empty line */
    size_t consumed;       /* octets to drop from the front of the input */
} ms_line;

/* Prepare a framer.  limit counts octets with the line end. */
MS_API void ms_line_init(ms_line_framer *framer, size_t limit);

/* Take the next line from input, whose first octet is the first one not yet
 * consumed.  On NEED_MORE, append to the same input and call again: no octet is
 * searched twice.  The results do not depend on how the stream was cut.  text
 * points into input.  No status is final: the caller may stop or read on.
 * A bare LF stands at text.len. */
MS_API ms_line ms_line_next(ms_line_framer *framer, ms_span input);

/* Forget what was scanned: the buffered octets were dropped (STARTTLS, STLS). */
MS_API void ms_line_reset(ms_line_framer *framer);

#ifdef __cplusplus
}
#endif

#endif
