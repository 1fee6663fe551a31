/*
 * escape.h - show octets of a peer so that none reaches a terminal raw
 *
 * Printable ASCII stands for itself, but for the backslash; \r \n \t \0 \\ and
 * \xHH for the rest.  This is also what parse --escaped reads.
 */
#ifndef MAILSPEC_HARNESS_ESCAPE_H
#define MAILSPEC_HARNESS_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

#include "mailspec/span.h"

enum { ESCAPE_MAX = 4 }; /* octets that one octet may become */

/* Write the escaped form of one octet, without NUL, to out; returns its length. */
size_t escape_octet(uint8_t octet, char out[ESCAPE_MAX]);

/* Write the escaped form to a stream. */
void escape_write(FILE *out, ms_span octets);

/* The escaped form on the heap, NUL-terminated, which the caller frees; NULL if
 * there is no memory. */
char *escape_text(ms_span octets);

/* Undo it: returns the number of octets written to out, which has room for
 * text.len; SIZE_MAX if text holds a malformed escape, and *bad, if not NULL, is
 * its offset.  An octet that needs no escape stands for itself. */
size_t escape_undo(ms_span text, uint8_t *out, size_t *bad);

#endif
