/*
 * let_dig.h - runs of letters and digits, eight octets at a time
 *
 * Names are made of such runs, and how long each is cannot be predicted: a loop
 * over octets pays for its last turn more than for all the others.  Here a run
 * of up to seven octets ends without a branch.
 */
#ifndef MAILSPEC_SMTP_LET_DIG_H
#define MAILSPEC_SMTP_LET_DIG_H

#include "../common/cursor.h"

#define EACH(octet) (0x0101010101010101u * (uint64_t)(octet))

/* Eight octets, the first one lowest; compilers make it one load. */
static inline uint64_t load_eight(const uint8_t *p)
{
    return PACK8(p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
}

/* The octets at `at`, with NUL for those beyond the end.  len >= 8, at <= len. */
static inline uint64_t eight_at(const uint8_t *ptr, size_t at, size_t len)
{
    const size_t left = len - at;
    if (left >= 8)
        return load_eight(ptr + at);
    return left == 0 ? 0 : load_eight(ptr + len - 8) >> (8 * (8 - left));
}

/* Bit 7 of each octet that is at least low; all octets and low are below 128. */
static inline uint64_t at_least(uint64_t octets, unsigned low)
{
    return octets + EACH(128 - low);
}

/* Bit 7 of each octet that is neither a letter nor a digit. */
static inline uint64_t not_let_dig(uint64_t octets)
{
    const uint64_t ascii = octets & EACH(0x7F), folded = ascii | EACH(0x20);
    const uint64_t digit = at_least(ascii, '0') & ~at_least(ascii, '9' + 1);
    const uint64_t alpha = at_least(folded, 'a') & ~at_least(folded, 'z' + 1);
    return (~(digit | alpha) | octets) & EACH(0x80);
}

/* Which octet holds the lowest set bit of marks, all of whose bits are bits 7. */
static inline size_t first_marked(uint64_t marks)
{
    const uint64_t lowest = (marks & (0 - marks)) >> 7; /* 1 << 8 * octet */
    return (size_t)((lowest * 0x0001020304050607u) >> 56);
}

/* The offset behind the run of letters and digits that begins at `at`. */
static inline size_t let_dig_end(const uint8_t *ptr, size_t at, size_t len)
{
    if (len < 8) {
        while (at < len && octet_is(ptr[at], OCTET_LET_DIG))
            at++;
        return at;
    }
    for (;; at += 8) {
        const uint64_t marks = not_let_dig(eight_at(ptr, at, len));
        if (marks != 0)
            return at + first_marked(marks);
    }
}

#endif
