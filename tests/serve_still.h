/* serve_still.h - a clock that stands still and chance that counts, so that a server always says the same */
#ifndef MAILSPEC_TESTS_SERVE_STILL_H
#define MAILSPEC_TESTS_SERVE_STILL_H

#include <stddef.h>
#include <stdint.h>

#define SERVE_STILL_TIME ((int64_t)1700000000)

/* What chance has counted up to: set to 0 where a run begins. */
static uint8_t serve_still_count;

static int64_t serve_still_clock(void)
{
    return SERVE_STILL_TIME;
}

static void serve_still_random(uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = serve_still_count++;
}

#endif
