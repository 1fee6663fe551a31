/*
 * reached.h - what a table did, as coverage
 *
 * A machine that is a table runs the same branches for each of its rows, so a fuzzer does not see that an input got to
 * another one.  This has a branch of its own for it.
 */
#ifndef MAILSPEC_FUZZ_REACHED_H
#define MAILSPEC_FUZZ_REACHED_H

#include <stdint.h>

enum { FUZZ_REACHED_STATE, FUZZ_REACHED_FINDING, FUZZ_REACHED_REPLY };

/* That these numbers came together: one of 1024 places for them, so that few share one. */
void fuzz_reached(uint32_t kind, uint32_t one, uint32_t two);

#endif
