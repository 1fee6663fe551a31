#include "harness/result/escape.h"

#include <stdlib.h>

static const char digits[] = "0123456789abcdef";

/* The letter of each short escape. */
static const char letters[256] = {['\0'] = '0', ['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['\\'] = '\\'};

size_t escape_octet(uint8_t octet, char out[ESCAPE_MAX])
{
    if (octet >= 0x20 && octet < 0x7f && octet != '\\') {
        out[0] = (char)octet;
        return 1;
    }
    out[0] = '\\';
    if (letters[octet] != 0) {
        out[1] = letters[octet];
        return 2;
    }
    out[1] = 'x';
    out[2] = digits[octet >> 4];
    out[3] = digits[octet & 15];
    return 4;
}

void escape_write(FILE *out, ms_span octets)
{
    char piece[ESCAPE_MAX];
    for (size_t i = 0; i < octets.len; i++)
        fwrite(piece, 1, escape_octet(octets.ptr[i], piece), out);
}

char *escape_text(ms_span octets)
{
    if (octets.len > (SIZE_MAX - 1) / ESCAPE_MAX)
        return NULL;
    char *text = malloc(octets.len * ESCAPE_MAX + 1);
    if (text == NULL)
        return NULL;
    size_t len = 0;
    for (size_t i = 0; i < octets.len; i++) {
        char piece[ESCAPE_MAX];
        const size_t step = escape_octet(octets.ptr[i], piece);
        for (size_t k = 0; k < step; k++)
            text[len++] = piece[k];
    }
    text[len] = '\0';
    return text;
}

static int hex(uint8_t octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    if (octet >= 'a' && octet <= 'f')
        return octet - 'a' + 10;
    if (octet >= 'A' && octet <= 'F')
        return octet - 'A' + 10;
    return -1;
}

/* The escape at the start of text, a backslash: returns its length, 0 if it is malformed. */
static size_t undo_one(ms_span text, uint8_t *out)
{
    if (text.len < 2)
        return 0;
    const uint8_t letter = text.ptr[1];
    if (letter == 'x') {
        const int high = text.len < 4 ? -1 : hex(text.ptr[2]);
        const int low = text.len < 4 ? -1 : hex(text.ptr[3]);
        if (high < 0 || low < 0)
            return 0;
        *out = (uint8_t)(high * 16 + low);
        return 4;
    }
    for (unsigned octet = 0; octet < 256; octet++) {
        if (letters[octet] != 0 && (uint8_t)letters[octet] == letter) {
            *out = (uint8_t)octet;
            return 2;
        }
    }
    return 0;
}

size_t escape_undo(ms_span text, uint8_t *out, size_t *bad)
{
    size_t len = 0, at = 0;
    while (at < text.len) {
        if (text.ptr[at] != '\\') {
            out[len++] = text.ptr[at++];
            continue;
        }
        const size_t step = undo_one(ms_span_make(text.ptr + at, text.len - at), &out[len]);
        if (step == 0) {
            if (bad != NULL)
                *bad = at;
            return SIZE_MAX;
        }
        len++;
        at += step;
    }
    return len;
}
