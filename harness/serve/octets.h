/*
 * octets.h - octets that grow: replies on their way out, a message on its way in
 */
#ifndef MAILSPEC_HARNESS_SERVE_OCTETS_H
#define MAILSPEC_HARNESS_SERVE_OCTETS_H

#include "mailspec/span.h"

typedef struct serve_octets {
    uint8_t *ptr;
    size_t len;
    size_t room;
} serve_octets; /* all zero: empty */

void serve_octets_add(serve_octets *octets, ms_span more);
/* A C string. */
void serve_octets_text(serve_octets *octets, const char *text);
/* As printf, 1023 octets at most; what is longer is cut. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void serve_octets_print(serve_octets *octets, const char *format, ...);
/* Room for at least more octets behind len; the caller writes there and raises len. */
uint8_t *serve_octets_reserve(serve_octets *octets, size_t more);
void serve_octets_clear(serve_octets *octets); /* keeps the memory */
void serve_octets_free(serve_octets *octets);
ms_span serve_octets_span(const serve_octets *octets);

#endif
