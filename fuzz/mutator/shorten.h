/* shorten.h - a long input loses some of its octets before it is changed */
#ifndef MAILSPEC_FUZZ_SHORTEN_H
#define MAILSPEC_FUZZ_SHORTEN_H

#include <stddef.h>
#include <stdint.h>

/* In place; the trailer (input.h) stays.  Returns the new size.  Deterministic: the same seed does the same. */
size_t fuzz_shorten(uint8_t *data, size_t size, uint32_t seed);

#endif
