/*
 * content_run.c - each octet and the one before it, in blocks that compilers vectorise
 *
 * Plain C: the loops below run over a fixed count of octets, without branches,
 * and keep what they find in 16 lanes side by side.  gcc -O2 and clang make one
 * instruction of 16 of their steps.  What each loop keeps, and in what order,
 * was chosen by measuring; see bench/bench_content.c.
 *
 * A block is refused on suspicion: the test for a 7-bit block also refuses pairs
 * such as "+" CR.  They are rare, refusing costs only time, and a narrower test
 * would slow down all the rest.
 */
#include "content_run.h"

#include <string.h>

enum { LANES = 16, PAIR = 2 * LANES, BLOCK = 384 };

/* All ones if the condition holds, for octets: what a compare instruction yields. */
#define MASK(condition) (uint8_t)(-(condition))
#define LESSER(a, b)    ((a) < (b) ? (a) : (b))

/* Not zero where one of LF and CR stands without the other. */
#define BARE(before, octet) (uint8_t)(MASK((octet) == '\n') - MASK((before) == '\r'))
/* LF and "." add up to this, and no two printable octets do. */
#define DOT_LINE_7BIT(before, octet) MASK((uint8_t)((before) + (octet)) == '\n' + '.')
#define DOT_LINE_8BIT(before, octet) (MASK((before) == '\n') & MASK((octet) == '.'))

static inline bool any(const uint8_t lanes[LANES])
{
    uint64_t halves[2];
    memcpy(halves, lanes, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* Define a function that tells whether count octets, a multiple of PAIR, are plain, and whether a line end is certainly
 * among them: it is if the least octet of a lane is LF, so HT may hide it.  FORBIDDEN is the bit that no octet may have.
 * Two rows per turn, for a loop of one row is so short that its speed depends on where the linker puts it. */
#define DEFINE_IS_PLAIN(name, count, DOT_LINE, FORBIDDEN)                                           \
    static inline bool name(const uint8_t *octets, bool *line_end)                                  \
    {                                                                                               \
        uint8_t suspects[LANES] = {0}, bits[LANES] = {0}, least[LANES], lf[LANES];                  \
        memset(least, 0xFF, LANES);                                                                 \
        for (size_t at = 0; at < (count); at += PAIR)                                               \
            for (size_t lane = 0; lane < LANES; lane++) {                                           \
                const uint8_t *const one = octets + at + lane, *const two = one + LANES;            \
                suspects[lane] |= (uint8_t)(BARE(one[-1], one[0]) | BARE(two[-1], two[0]) |         \
                                            DOT_LINE(one[-1], one[0]) | DOT_LINE(two[-1], two[0])); \
                bits[lane] |= one[0] | two[0];                                                      \
                const uint8_t lesser = LESSER(one[0], two[0]);                                      \
                least[lane] = LESSER(least[lane], lesser);                                          \
            }                                                                                       \
        for (size_t lane = 0; lane < LANES; lane++) {                                               \
            lf[lane] = MASK(least[lane] == '\n');                                                   \
            suspects[lane] |= (uint8_t)(MASK(least[lane] == 0) | (bits[lane] & (FORBIDDEN)));       \
        }                                                                                           \
        *line_end = any(lf);                                                                        \
        return !any(suspects);                                                                      \
    }

DEFINE_IS_PLAIN(block_7bit, BLOCK, DOT_LINE_7BIT, 0x80)
DEFINE_IS_PLAIN(block_8bit, BLOCK, DOT_LINE_8BIT, 0)
DEFINE_IS_PLAIN(pair_7bit, PAIR, DOT_LINE_7BIT, 0x80)
DEFINE_IS_PLAIN(pair_8bit, PAIR, DOT_LINE_8BIT, 0)

/* Define a function that finds the first octet of a block that is not plain.  There is one. */
#define DEFINE_FIND(name, DOT_LINE, FORBIDDEN)                                                            \
    static size_t name(const uint8_t *octets)                                                             \
    {                                                                                                     \
        uint8_t plain[BLOCK];                                                                             \
        for (size_t at = 0; at < BLOCK; at++) {                                                           \
            const uint8_t *const octet = octets + at;                                                     \
            const uint8_t suspect = (uint8_t)(BARE(octet[-1], octet[0]) | DOT_LINE(octet[-1], octet[0]) | \
                                              MASK(octet[0] == 0) | (octet[0] & (FORBIDDEN)));            \
            plain[at] = MASK(suspect == 0);                                                               \
        }                                                                                                 \
        return (size_t)((const uint8_t *)memchr(plain, 0, BLOCK) - plain);                                \
    }

DEFINE_FIND(find_7bit, DOT_LINE_7BIT, 0x80)
DEFINE_FIND(find_8bit, DOT_LINE_8BIT, 0)

/* Define the run itself.  in_line is the most that the current line may hold by now: behind a block in which a line
 * ended, all of its octets are taken for the new one's.  The last block overlaps the one before, or octets that were
 * looked at otherwise, in which something not plain may stand: then the run ends where it is. */
#define DEFINE_RUN(name, is_plain_block, find, is_plain_pair)                                              \
    static size_t name(const uint8_t *octets, size_t at, size_t len, size_t in_line, size_t limit)         \
    {                                                                                                      \
        bool line_end;                                                                                     \
        while (len - at >= BLOCK && in_line + BLOCK <= limit) {                                            \
            if (!is_plain_block(octets + at, &line_end))                                                   \
                return at + find(octets + at);                                                             \
            in_line = line_end ? BLOCK : in_line + BLOCK;                                                  \
            at += BLOCK;                                                                                   \
        }                                                                                                  \
        if (len - at < BLOCK && len > BLOCK && in_line + BLOCK <= limit) {                                 \
            const size_t last = len - BLOCK;                                                               \
            const size_t to = is_plain_block(octets + last, &line_end) ? len : last + find(octets + last); \
            return to > at ? to : at;                                                                      \
        }                                                                                                  \
        while (len - at >= PAIR && in_line + PAIR <= limit && is_plain_pair(octets + at, &line_end)) {     \
            in_line = line_end ? PAIR : in_line + PAIR;                                                    \
            at += PAIR;                                                                                    \
        }                                                                                                  \
        return at;                                                                                         \
    }

DEFINE_RUN(run_7bit, block_7bit, find_7bit, pair_7bit)
DEFINE_RUN(run_8bit, block_8bit, find_8bit, pair_8bit)

size_t ms_content_run(const uint8_t *octets, size_t at, size_t len, bool eight_bit, size_t in_line, size_t limit)
{
    return eight_bit ? run_8bit(octets, at, len, in_line, limit) : run_7bit(octets, at, len, in_line, limit);
}
