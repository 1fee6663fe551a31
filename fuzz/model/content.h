/* content.h - transparency, line by line (RFC 5321 sections 2.3.8, 4.1.1.4 and 4.5.2; RFC 1939 section 3) */
#ifndef MAILSPEC_MODEL_CONTENT_H
#define MAILSPEC_MODEL_CONTENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct model_content {
    bool ended;      /* the line of a single dot was there */
    size_t consumed; /* octets up to the end, with it; else all lines that were whole */
    size_t written;  /* octets of the content */
    bool bare_lf, bare_cr, nul, eight_bit;
    bool long_line;  /* of more than 998 octets without CRLF and the removed dot (RFC 5321 section 4.5.3.1.6) */
    bool lone_stuff; /* one dot, and another octet behind it: the sender did not double it */
    bool false_end;  /* a dot alone between two line ends, of which one is LF or CR only */
} model_content;

/* Un-stuff the whole lines of octets, into out (room for len octets). */
model_content model_unstuff(const uint8_t *octets, size_t len, uint8_t *out);

/* Stuff, and end the data: into out (room for 2 * len + 5 octets).  Returns how many were written. */
size_t model_stuff(const uint8_t *octets, size_t len, uint8_t *out);

#endif
