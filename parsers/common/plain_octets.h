/*
 * plain_octets.h - the run of printable ASCII and spaces that nearly every line is
 */
#ifndef MAILSPEC_COMMON_PLAIN_OCTETS_H
#define MAILSPEC_COMMON_PLAIN_OCTETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* How many octets from the front are 0x20 to 0x7E, eight at a time. */
static inline size_t plain_octets(const uint8_t *ptr, size_t len)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
    size_t at = 0;
    for (; len - at >= 8; at += 8) {
        uint64_t word;
        memcpy(&word, ptr + at, sizeof word);
        if ((((word - ones * 0x20) & ~word) | word | (word + ones)) & tops)
            break;
    }
    while (at < len && ptr[at] >= 0x20 && ptr[at] < 0x7F)
        at++;
    return at;
}

#endif
