/*
 * content_run.h - the octets of mail data that need no look of their own
 *
 * Most of a message is printable ASCII in lines that end with CRLF and do not
 * begin with a dot.  Such octets change nothing but the place in the line, and
 * are passed over many at a time.
 */
#ifndef MAILSPEC_COMMON_CONTENT_RUN_H
#define MAILSPEC_COMMON_CONTENT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pass over plain octets from octets[at] on, and return the offset of the first one that was not passed: each LF
 * among them follows a CR, each CR before them and among them but the last octet is followed by LF, no dot follows an
 * LF, there is no NUL, and no octet above 127 unless eight_bit allows it.  That says nothing against the octet it
 * stops at: it may stop anywhere.
 *
 * octets[at - 1] is looked at, so at > 0.  in_line octets of the line that octets[at] belongs to came before it; the
 * run stops before any of its lines could hold more than limit octets. */
size_t ms_content_run(const uint8_t *octets, size_t at, size_t len, bool eight_bit, size_t in_line, size_t limit);

#endif
