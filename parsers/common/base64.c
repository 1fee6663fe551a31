/* base64.c - strict base64 by one table of values */
#include "mailspec/base64.h"

/* RFC 4648 section 4, table 1, read backwards; 64 is the pad, 255 is outside the alphabet. */
enum { PAD = 64, NONE = 255 };

#define IN(c, first, last) ((c) >= (first) && (c) <= (last))
#define VALUE(c)                                 \
    (uint8_t)(IN(c, 'A', 'Z')   ? (c) - 'A'      \
              : IN(c, 'a', 'z') ? (c) - 'a' + 26 \
              : IN(c, '0', '9') ? (c) - '0' + 52 \
              : (c) == '+'      ? 62             \
              : (c) == '/'      ? 63             \
              : (c) == '='      ? PAD            \
                                : NONE)
#define X4(c)  VALUE(c), VALUE((c) + 1), VALUE((c) + 2), VALUE((c) + 3)
#define X16(c) X4(c), X4((c) + 4), X4((c) + 8), X4((c) + 12)
#define X64(c) X16(c), X16((c) + 16), X16((c) + 32), X16((c) + 48)
static const uint8_t values[256] = {X64(0), X64(64), X64(128), X64(192)};

static const uint8_t alphabet[64] = {'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P',
                                     'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'a', 'b', 'c', 'd', 'e', 'f',
                                     'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
                                     'w', 'x', 'y', 'z', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '/'};

/* How many of the four octets are a sound beginning of a quantum: 4 if it is whole.  *octets is what it stands for: 3,
 * or 2 and 1 with one and two pads, whose unused bits are zero (RFC 4648 section 3.5). */
static size_t check_quantum(const uint8_t *text, size_t len, size_t *octets)
{
    uint8_t value[4] = {0};
    *octets = 3;
    for (size_t i = 0; i < 4; i++) {
        if (i == len)
            return i;
        value[i] = values[text[i]];
        if (value[i] == NONE)
            return i;
        if (value[i] != PAD) {
            if (*octets != 3)
                return i; /* behind a pad */
            continue;
        }
        if (i < 2 || (i == 2 && (value[1] & 0x0F) != 0) || (i == 3 && *octets == 3 && (value[2] & 0x03) != 0))
            return i;
        *octets = i == 2 ? 1 : *octets == 3 ? 2 : 1;
    }
    return 4;
}

static size_t put_quantum(const uint8_t *text, size_t octets, uint8_t *out)
{
    const uint32_t bits = (uint32_t)(values[text[0]] & 63) << 18 | (uint32_t)(values[text[1]] & 63) << 12 |
                          (uint32_t)(values[text[2]] & 63) << 6 | (uint32_t)(values[text[3]] & 63);
    for (size_t i = 0; i < octets; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    return octets;
}

/* base64 = base64-terminal / ( 1*(4base64-CHAR) [base64-terminal] ), or nothing
 * RFC 4954 section 8.  Walks the quanta; puts their octets out if out is not NULL. */
static bool walk(ms_span text, uint8_t *out, size_t *written, size_t *wrong_at)
{
    size_t at = 0, octets = 3;
    *written = 0;
    while (at < text.len && octets == 3) {
        const size_t sound = check_quantum(text.ptr + at, text.len - at, &octets);
        if (sound < 4) {
            *wrong_at = at + sound;
            return false;
        }
        *written += out != NULL ? put_quantum(text.ptr + at, octets, out + *written) : octets;
        at += 4;
    }
    *wrong_at = at;
    return at == text.len; /* octets behind a padded quantum are wrong */
}

bool ms_base64_check(ms_span text, size_t *wrong_at)
{
    size_t written;
    return walk(text, NULL, &written, wrong_at);
}

bool ms_base64_decode(ms_span text, uint8_t *out, size_t *written, size_t *wrong_at)
{
    return walk(text, out, written, wrong_at);
}

size_t ms_base64_encode(ms_span data, uint8_t *out)
{
    size_t written = 0;
    for (size_t at = 0; at < data.len; at += 3) {
        const size_t octets = data.len - at < 3 ? data.len - at : 3;
        uint32_t bits = (uint32_t)data.ptr[at] << 16;
        bits |= octets > 1 ? (uint32_t)data.ptr[at + 1] << 8 : 0;
        bits |= octets > 2 ? (uint32_t)data.ptr[at + 2] : 0;
        out[written++] = alphabet[bits >> 18];
        out[written++] = alphabet[bits >> 12 & 63];
        out[written++] = octets > 1 ? alphabet[bits >> 6 & 63] : (uint8_t)'=';
        out[written++] = octets > 2 ? alphabet[bits & 63] : (uint8_t)'=';
    }
    return written;
}
