/*
 * pop_hash.h - what the model of a maildrop keeps of names, unique-ids and contents
 *
 * A hash of 64 bits (FNV-1a) stands for what need only be compared, so that memory does not grow with the messages.
 * Two that differ may look equal: that hides a breach, and never makes one up.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_POP_HASH_H
#define MAILSPEC_HARNESS_REPLAY_POP_HASH_H

#include "mailspec/span.h"

#define POP_HASH_EMPTY UINT64_C(0xcbf29ce484222325)

static inline uint64_t pop_hash_octet(uint64_t hash, uint8_t octet)
{
    return (hash ^ octet) * UINT64_C(0x100000001b3);
}

static inline uint64_t pop_hash(uint64_t hash, ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++)
        hash = pop_hash_octet(hash, octets.ptr[i]);
    return hash;
}

/* Letter case of ASCII aside. */
static inline uint64_t pop_hash_folded(uint64_t hash, ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t octet = octets.ptr[i];
        hash = pop_hash_octet(hash, octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet);
    }
    return hash;
}

/* Spreads a number over 64 bits (splitmix64), so that a set of numbers has the XOR of theirs. */
static inline uint64_t pop_hash_number(uint64_t z)
{
    z += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

#endif
