/*
 * generate.h - octets made by a rule: body(), base64(), unbase64(), hex(), stuff()
 *
 * Each size function says how many octets the other one writes.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_GENERATE_H
#define MAILSPEC_HARNESS_TRANSCRIPT_GENERATE_H

#include "mailspec/span.h"

/* size octets of text: lines of 64 octets, CRLF included, made of the letters
 * a to z and blanks between words; the last line is shorter or one octet
 * longer, so that the text ends with CRLF.  No line starts with a dot. */
void mst_generate_body(uint8_t *out, uint64_t size, uint64_t seed);

size_t mst_generate_base64_size(size_t len);
void mst_generate_base64(uint8_t *out, ms_span in);

/* SIZE_MAX if it is not Base64 with its padding (RFC 4648 section 4). */
size_t mst_generate_unbase64_size(ms_span in);
void mst_generate_unbase64(uint8_t *out, ms_span in);

void mst_generate_hex(uint8_t *out, ms_span in); /* 2 * in.len octets */

/* A dot before each dot that begins a line (RFC 5321 section 4.5.2); lines end
 * with CRLF.  The end of the data is not added. */
size_t mst_generate_stuffed_size(ms_span in);
void mst_generate_stuffed(uint8_t *out, ms_span in);

#endif
