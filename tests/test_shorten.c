/* test_shorten.c - of a long input whole lines are left out, no octet is put in, and the trailer stays */
#include "fuzz/mutator/shorten.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* target.c's own is not linked here. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    return size > 0;
}

enum { LINE = 8, SEEDS = 400 };

/* Numbered lines of LINE octets, and a plan of one piece behind them. */
static size_t make(uint8_t *out, size_t lines)
{
    for (size_t i = 0; i < lines; i++)
        for (size_t at = 0, rest = i; at < LINE; at++, rest /= 10)
            out[i * LINE + at] = at == LINE - 1 ? '\n' : (uint8_t)('0' + rest % 10);
    memcpy(out + lines * LINE,
           "\x03\x01\x02\xFF"
           "CUT",
           7);
    return lines * LINE + 7;
}

/* In a block of the very size. */
static size_t shorten(const uint8_t *octets, size_t size, uint32_t seed, uint8_t *out)
{
    uint8_t *block = malloc(size);
    cr_assert_not_null(block);
    memcpy(block, octets, size);
    const size_t kept = fuzz_shorten(block, size, seed);
    cr_assert_leq(kept, size);
    memcpy(out, block, kept);
    free(block);
    return kept;
}

Test(shorten, leaves_short_ones_alone)
{
    uint8_t octets[32 * LINE + 7], out[sizeof octets];
    const size_t sizes[] = {1, 7, make(octets, 32)}; /* the last: 256 octets, the trailer not counted */
    for (size_t i = 0; i < 3; i++)
        for (uint32_t seed = 0; seed < SEEDS; seed++)
            cr_assert_eq(shorten(octets, sizes[i], seed, out), sizes[i], "%zu octets, seed %u", sizes[i], seed);
}

Test(shorten, cuts_one_line_anywhere)
{
    uint8_t octets[300], out[sizeof octets];
    size_t within = 0;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)('a' + i % 26);
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        const size_t kept = shorten(octets, sizeof octets, seed, out);
        size_t head = 0;
        while (head < kept && out[head] == octets[head])
            head++;
        cr_assert_arr_eq(out + head, octets + sizeof octets - (kept - head), kept - head, "seed %u", seed);
        within += kept > 0 && kept < sizeof octets;
    }
    cr_assert_gt(within, SEEDS / 2);
}

Test(shorten, leaves_out_lines_in_a_row)
{
    uint8_t octets[100 * LINE + 7], out[sizeof octets], again[sizeof octets];
    const size_t size = make(octets, 100);
    size_t whole = 0, ends = 0, inner = 0;
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        const size_t kept = shorten(octets, size, seed, out);
        cr_assert_eq(shorten(octets, size, seed, again), kept);
        cr_assert_arr_eq(out, again, kept);
        size_t head = 0;
        while (head < kept && out[head] == octets[head])
            head++;
        head -= head < kept ? head % LINE : 0;
        cr_assert_arr_eq(out + head, octets + size - (kept - head), kept - head, "seed %u", seed);
        cr_assert_eq((size - kept) % LINE, 0, "seed %u", seed);
        whole += kept == size;
        ends += kept < size && kept - head == 7;
        inner += kept < size && kept - head > 7;
    }
    /* one of four is left alone; the rest is a line's end that is drawn, and a coin */
    cr_assert(whole > SEEDS / 8 && whole < SEEDS / 2, "%zu", whole);
    cr_assert(ends > SEEDS / 8 && inner > SEEDS / 8, "%zu, %zu", ends, inner);
}
