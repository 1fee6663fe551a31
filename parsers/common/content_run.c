/*
 * content_run.c - each octet and the one before it, in blocks that compilers vectorise
 *
 * Plain C: the loops below run over a fixed count of octets, without branches,
 * and keep what they find in 16 lanes side by side.  gcc -O2 and clang make one
 * instruction of 16 of their steps.
 *
 * A block is refused on suspicion: the test for a 7-bit block also refuses the
 * octets 2 and 8, and pairs such as "+" CR.  They are rare, refusing costs only
 * time, and a narrower test would slow down all the rest.
 */
#include "content_run.h"

#include <string.h>

enum { LANES = 16, SMALL = 64, LARGE = 256 };

/* All ones if the condition holds, for octets: what a compare instruction yields. */
#define MASK(condition) (uint8_t)(-(condition))

/* LF and NUL have no bit of this set, nor have 2 and 8; every octet above 127 has the highest one, HT has the lowest. */
#define NOT_IN_LF 0xF5

/* Neither LF nor NUL nor (in the first) 8-bit.  Exactly those that follow CR may be one of these, and then it is LF. */
#define TEXT_7BIT(octet) MASK((int8_t)((octet)&NOT_IN_LF) > 0)
#define TEXT_8BIT(octet) MASK(((octet)&NOT_IN_LF) != 0)
/* LF and "." add up to this, and no two printable octets do. */
#define NO_DOT_LINE_7BIT(before, octet) MASK((uint8_t)((before) + (octet)) != '\n' + '.')
#define NO_DOT_LINE_8BIT(before, octet) (MASK((before) != '\n') | MASK((octet) != '.'))

/* Define a function that tells whether count octets are plain, and whether a line end is among them. */
#define DEFINE_BLOCK(name, count, TEXT, NO_DOT_LINE)                                                \
    static inline bool name(const uint8_t *octets, bool *line_end)                                  \
    {                                                                                               \
        uint8_t plain[LANES], text_only[LANES];                                                     \
        memset(plain, 0xFF, LANES);                                                                 \
        memset(text_only, 0xFF, LANES);                                                             \
        for (size_t at = 0; at < (count); at += LANES)                                              \
            for (size_t lane = 0; lane < LANES; lane++) {                                           \
                const uint8_t octet = octets[at + lane], before = (octets - 1)[at + lane];          \
                const uint8_t text = TEXT(octet);                                                   \
                text_only[lane] &= text;                                                            \
                plain[lane] &= (uint8_t)(text + MASK(before == '\r')) & NO_DOT_LINE(before, octet); \
            }                                                                                       \
        *line_end = !all(text_only);                                                                \
        return all(plain);                                                                          \
    }

static inline bool all(const uint8_t lanes[LANES])
{
    uint64_t halves[2];
    memcpy(halves, lanes, sizeof halves);
    return (halves[0] & halves[1]) == UINT64_MAX;
}

DEFINE_BLOCK(large_7bit, LARGE, TEXT_7BIT, NO_DOT_LINE_7BIT)
DEFINE_BLOCK(small_7bit, SMALL, TEXT_7BIT, NO_DOT_LINE_7BIT)
DEFINE_BLOCK(lanes_7bit, LANES, TEXT_7BIT, NO_DOT_LINE_7BIT)
DEFINE_BLOCK(large_8bit, LARGE, TEXT_8BIT, NO_DOT_LINE_8BIT)
DEFINE_BLOCK(small_8bit, SMALL, TEXT_8BIT, NO_DOT_LINE_8BIT)
DEFINE_BLOCK(lanes_8bit, LANES, TEXT_8BIT, NO_DOT_LINE_8BIT)

/* Define a function that runs by blocks of count octets.  *in_line is the most that the current line may hold by now:
 * behind a block in which a line ended, all of its octets are taken for the new one's. */
#define DEFINE_RUN(name, count, block)                                                                     \
    static inline size_t name(const uint8_t *octets, size_t at, size_t len, size_t *in_line, size_t limit) \
    {                                                                                                      \
        bool line_end;                                                                                     \
        while (len - at >= (count) && *in_line + (count) <= limit && block(octets + at, &line_end)) {      \
            *in_line = line_end ? (count) : *in_line + (count);                                            \
            at += (count);                                                                                 \
        }                                                                                                  \
        return at;                                                                                         \
    }

DEFINE_RUN(run_large_7bit, LARGE, large_7bit)
DEFINE_RUN(run_small_7bit, SMALL, small_7bit)
DEFINE_RUN(run_lanes_7bit, LANES, lanes_7bit)
DEFINE_RUN(run_large_8bit, LARGE, large_8bit)
DEFINE_RUN(run_small_8bit, SMALL, small_8bit)
DEFINE_RUN(run_lanes_8bit, LANES, lanes_8bit)

size_t ms_content_run(const uint8_t *octets, size_t at, size_t len, bool eight_bit, size_t in_line, size_t limit)
{
    if (eight_bit) {
        at = run_large_8bit(octets, at, len, &in_line, limit);
        at = run_small_8bit(octets, at, len, &in_line, limit);
        return run_lanes_8bit(octets, at, len, &in_line, limit);
    }
    at = run_large_7bit(octets, at, len, &in_line, limit);
    at = run_small_7bit(octets, at, len, &in_line, limit);
    return run_lanes_7bit(octets, at, len, &in_line, limit);
}
