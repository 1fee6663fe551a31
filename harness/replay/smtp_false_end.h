/*
 * smtp_false_end.h - sequences in mail data that a lax server may take for its end
 *
 * Only CRLF "." CRLF ends mail data (RFC 5321 section 4.1.1.4).  Two servers that disagree on this
 * disagree on where a message ends: what stands behind the false end is then run as commands (SMTP
 * smuggling).  This recognises each known variant, so that a reply in the middle of the data can be laid to the
 * one that caused it.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_FALSE_END_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_FALSE_END_H

#include "mailspec/span.h"

enum { FALSE_END_WINDOW = 16 };

typedef struct smtp_false_end {
    uint8_t window[FALSE_END_WINDOW]; /* the last octets */
    size_t count;                     /* octets in it */
    uint64_t total;                   /* octets of the content so far */
    uint16_t requirement;             /* of the last one seen; MS_REQ_NONE */
    bool header_over;                 /* an empty line was seen, by CRLF or LF */
    bool any_crlf;                    /* a line ended in CRLF */
    bool last_dot_line_doubled_cr;    /* CR CRLF . CRLF stood at the true end */
} smtp_false_end;

void smtp_false_end_init(smtp_false_end *state);
/* Raw octets of the content, stuffing not undone. */
void smtp_false_end_feed(smtp_false_end *state, ms_span octets);
/* The last false end so far, MS_REQ_NONE without one.  Nothing has followed yet: a CR at the end counts for itself. */
uint16_t smtp_false_end_now(const smtp_false_end *state);

#endif
