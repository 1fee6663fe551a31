/* chance.h - numbers that look like chance, and are the same for the same seed */
#ifndef MAILSPEC_FUZZ_MUTATOR_CHANCE_H
#define MAILSPEC_FUZZ_MUTATOR_CHANCE_H

#include <stdint.h>

/* The next one; *random must not be 0. */
static inline uint32_t chance_next(uint32_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 17;
    *random ^= *random << 5;
    return *random;
}

#endif
