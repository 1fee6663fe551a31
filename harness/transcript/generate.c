/*
 * generate.c - octets made by a rule
 */
#include "harness/transcript/generate.h"

#include <string.h>

enum { BODY_LINE = 64 }; /* octets, CRLF included */

/* splitmix64, chosen because it is three lines long: what it yields is part of
 * the language and never changes. */
static uint64_t next_random(uint64_t *state)
{
    *state += 0x9e3779b97f4a7c15U;
    uint64_t z = *state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void mst_generate_body(uint8_t *out, uint64_t size, uint64_t seed)
{
    uint64_t state = seed;
    for (uint64_t left = size; left > 0;) {
        uint64_t line = left < BODY_LINE ? left : BODY_LINE;
        if (left == BODY_LINE + 1) /* one octet cannot be a line */
            line = BODY_LINE + 1;
        const uint64_t text = line < 2 ? line : line - 2;
        for (uint64_t i = 0; i < text; i++) {
            const uint64_t draw = next_random(&state) % 32;
            const bool inside = i > 0 && i + 1 < text && out[i - 1] != ' ';
            out[i] = draw < 26 || !inside ? (uint8_t)('a' + draw % 26) : ' ';
        }
        if (line >= 2)
            memcpy(out + text, "\r\n", 2);
        out += line;
        left -= line;
    }
}

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t mst_generate_base64_size(size_t len)
{
    return (len + 2) / 3 * 4;
}

void mst_generate_base64(uint8_t *out, ms_span in)
{
    for (size_t i = 0; i < in.len; i += 3, out += 4) {
        const size_t left = in.len - i;
        const uint32_t b1 = left > 1 ? in.ptr[i + 1] : 0, b2 = left > 2 ? in.ptr[i + 2] : 0;
        const uint32_t bits = (uint32_t)in.ptr[i] << 16 | b1 << 8 | b2;
        out[0] = (uint8_t)digits64[bits >> 18];
        out[1] = (uint8_t)digits64[bits >> 12 & 63];
        out[2] = left > 1 ? (uint8_t)digits64[bits >> 6 & 63] : '=';
        out[3] = left > 2 ? (uint8_t)digits64[bits & 63] : '=';
    }
}

static uint32_t value64(uint8_t octet)
{
    const char *found = octet == 0 ? NULL : strchr(digits64, octet);
    return found == NULL ? 64 : (uint32_t)(found - digits64);
}

size_t mst_generate_unbase64_size(ms_span in)
{
    if (in.len % 4 != 0)
        return SIZE_MAX;
    size_t padding = 0;
    while (padding < 2 && padding < in.len && in.ptr[in.len - 1 - padding] == '=')
        padding++;
    for (size_t i = 0; i < in.len - padding; i++)
        if (value64(in.ptr[i]) == 64)
            return SIZE_MAX;
    return in.len / 4 * 3 - padding;
}

void mst_generate_unbase64(uint8_t *out, ms_span in)
{
    const size_t size = mst_generate_unbase64_size(in);
    for (size_t i = 0, done = 0; i < in.len; i += 4) {
        uint32_t bits = 0;
        for (size_t j = 0; j < 4; j++)
            bits = bits << 6 | (value64(in.ptr[i + j]) & 63);
        for (uint32_t shift = 24; shift > 0 && done < size; done++) {
            shift -= 8;
            out[done] = (uint8_t)(bits >> shift);
        }
    }
}

void mst_generate_hex(uint8_t *out, ms_span in)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < in.len; i++) {
        out[2 * i] = (uint8_t)digits[in.ptr[i] >> 4];
        out[2 * i + 1] = (uint8_t)digits[in.ptr[i] & 15];
    }
}

static bool starts_line(ms_span in, size_t i)
{
    return i == 0 || (i >= 2 && in.ptr[i - 2] == '\r' && in.ptr[i - 1] == '\n');
}

size_t mst_generate_stuffed_size(ms_span in)
{
    size_t size = in.len;
    for (size_t i = 0; i < in.len; i++)
        size += in.ptr[i] == '.' && starts_line(in, i);
    return size;
}

void mst_generate_stuffed(uint8_t *out, ms_span in)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.ptr[i] == '.' && starts_line(in, i))
            *out++ = '.';
        *out++ = in.ptr[i];
    }
}
