/* utf8.c - one row per line of the ABNF */
#include "utf8.h"

/* UTF8-1 = %x00-7F
 * UTF8-2 = %xC2-DF UTF8-tail
 * UTF8-3 = %xE0 %xA0-BF UTF8-tail / %xE1-EC 2( UTF8-tail ) / %xED %x80-9F UTF8-tail / %xEE-EF 2( UTF8-tail )
 * UTF8-4 = %xF0 %x90-BF 2( UTF8-tail ) / %xF1-F3 3( UTF8-tail ) / %xF4 %x80-8F 2( UTF8-tail )
 * UTF8-tail = %x80-BF
 * RFC 3629 section 4: only the second octet ever has a narrower range than UTF8-tail. */
static const struct row {
    uint8_t first_low, first_high;
    uint8_t second_low, second_high;
    uint8_t octets;
} rows[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3}, {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static bool is_tail(uint8_t octet)
{
    return octet >= 0x80 && octet <= 0xBF;
}

static size_t match(const struct row *row, const uint8_t *octets, size_t len)
{
    if (octets[0] < row->first_low || octets[0] > row->first_high || len < row->octets)
        return 0;
    if (octets[1] < row->second_low || octets[1] > row->second_high)
        return 0;
    for (size_t i = 2; i < row->octets; i++)
        if (!is_tail(octets[i]))
            return 0;
    return row->octets;
}

size_t ms_utf8_char(ms_span text, size_t at)
{
    if (text.ptr[at] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const size_t octets = match(&rows[i], text.ptr + at, text.len - at);
        if (octets != 0)
            return octets;
    }
    return 0;
}

bool ms_utf8_check(ms_span text, size_t *wrong_at)
{
    size_t at = 0;
    while (at < text.len) {
        const size_t octets = ms_utf8_char(text, at);
        if (octets == 0)
            break;
        at += octets;
    }
    if (wrong_at != NULL)
        *wrong_at = at;
    return at == text.len;
}
