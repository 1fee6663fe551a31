/*
 * shorten.c - see shorten.h
 *
 * A run costs what its octets do, and most kinds of changes add some: left to themselves, inputs are half as long again as
 * those of the corpus.  So of most that are long the end is left out, or some lines: what stands behind a change seldom says
 * more of it, and what a state needs before it is in the corpus in a shorter form, or is found by this.
 */
#include "fuzz/mutator/shorten.h"

#include <stdbool.h>
#include <string.h>

#include "fuzz/input.h"
#include "fuzz/mutator/chance.h"

enum { LONG = 256 };

/* Behind the LF of the line that holds the octet; of one line alone, behind the octet. */
static size_t line_end(const uint8_t *data, size_t len, size_t at, bool one_line)
{
    const uint8_t *lf = at < len && !one_line ? memchr(data + at, '\n', len - at) : NULL;
    if (one_line && at < len)
        return at + 1;
    return lf == NULL ? len : (size_t)(lf - data) + 1;
}

size_t fuzz_shorten(uint8_t *data, size_t size, uint32_t seed)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const size_t len = input.octets.len;
    uint32_t random = seed * UINT32_C(2246822519) | 1;
    chance_next(&random);
    if (len <= LONG || chance_next(&random) % 4 == 0)
        return size;
    const bool one_line = memchr(data, '\n', len) == NULL;
    const size_t from = line_end(data, len, chance_next(&random) % len, one_line);
    const bool end = chance_next(&random) % 2 == 0;
    const size_t to = end ? len : line_end(data, len, from + chance_next(&random) % (len / 2), one_line);
    memmove(data + from, data + to, size - to);
    return size - (to - from);
}
