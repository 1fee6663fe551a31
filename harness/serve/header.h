/*
 * header.h - the header section of a message, as far as a delivery needs it (RFC 5322 section 2.2)
 */
#ifndef MAILSPEC_HARNESS_SERVE_HEADER_H
#define MAILSPEC_HARNESS_SERVE_HEADER_H

#include "harness/serve/octets.h"

/* Octets up to the empty line (not with it), or all of content where there is none.  A message whose first line is no
 * field has no header section. */
size_t header_length(ms_span content);
/* Octets of the first line of content, its CRLF included. */
size_t header_line(ms_span content);
/* content begins with a field of that name, in any letter case. */
bool header_is(ms_span content, const char *name);
/* There is a field of that name, in any letter case. */
bool header_has(ms_span content, const char *name);
/* No octet above 127 in it. */
bool header_is_ascii(ms_span content);
/* All of content but the fields of that name, folded lines included. */
void header_without(ms_span content, const char *name, serve_octets *out);

#endif
