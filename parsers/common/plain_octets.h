/*
 * plain_octets.h - the run of printable ASCII and spaces that nearly every line is
 */
#ifndef MAILSPEC_COMMON_PLAIN_OCTETS_H
#define MAILSPEC_COMMON_PLAIN_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Each of eight octets is 0x20 to 0x7E. */
static inline bool eight_are_plain(const uint8_t *ptr)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t octets;
    memcpy(&octets, ptr, sizeof octets);
    /* The high bit of an octet is set in the first term for 0 to 31, in the second for 127 (and 128 up), in the
     * third for 128 up.  A carry comes only from an octet that is itself one of them. */
    return (((octets - ones * 0x20) | (octets + ones) | octets) & ones * 0x80) == 0;
}

/* How many octets from the front are 0x20 to 0x7E. */
static inline size_t plain_octets(const uint8_t *ptr, size_t len)
{
    size_t at = 0;
    while (len - at >= 8 && eight_are_plain(ptr + at))
        at += 8;
    while (at < len && ptr[at] >= 0x20 && ptr[at] < 0x7F)
        at++;
    return at;
}

#endif
