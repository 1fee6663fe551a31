/*
 * text.c - transcript text that grows while it is written
 */
#include "harness/transcript/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(mst_text *text, size_t more)
{
    if (text->failed || more <= text->room - text->len)
        return !text->failed;
    size_t room = text->room == 0 ? 1024 : text->room;
    while (more > room - text->len)
        room *= 2;
    uint8_t *octets = realloc(text->octets, room);
    if (octets == NULL) {
        text->failed = true;
        return false;
    }
    text->octets = octets;
    text->room = room;
    return true;
}

void mst_text_add_span(mst_text *text, ms_span span)
{
    if (span.len == 0 || !reserve(text, span.len))
        return;
    memcpy(text->octets + text->len, span.ptr, span.len);
    text->len += span.len;
}

void mst_text_add(mst_text *text, const char *words)
{
    mst_text_add_span(text, ms_span_make(words, strlen(words)));
}

void mst_text_add_octet(mst_text *text, uint8_t octet)
{
    mst_text_add_span(text, ms_span_make(&octet, 1));
}

void mst_text_add_number(mst_text *text, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    mst_text_add(text, digits);
}

void mst_text_add_blanks(mst_text *text, unsigned count)
{
    while (count-- > 0)
        mst_text_add_octet(text, ' ');
}

void mst_text_add_escaped(mst_text *text, ms_span octets)
{
    static const char plain[] = "\r\n\t\0\"\\", letters[] = "rnt0\"\\";
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t octet = octets.ptr[i];
        const char *found = memchr(plain, octet, sizeof plain - 1);
        const bool dollar = octet == '$' && i + 1 < octets.len && octets.ptr[i + 1] == '{';
        if (found != NULL || dollar) {
            mst_text_add_octet(text, '\\');
            mst_text_add_octet(text, dollar ? '$' : (uint8_t)letters[found - plain]);
        } else if (octet < 0x20 || octet > 0x7e) {
            char hex[8];
            snprintf(hex, sizeof hex, "\\x%02x", octet);
            mst_text_add(text, hex);
        } else {
            mst_text_add_octet(text, octet);
        }
    }
}

void mst_text_add_line_text(mst_text *text, ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++) {
        const bool opens = i + 1 < octets.len && octets.ptr[i + 1] == '{';
        const bool escaped = i > 0 && octets.ptr[i - 1] == '\\';
        if (octets.ptr[i] == '$' && (opens || escaped))
            mst_text_add_octet(text, '\\');
        mst_text_add_octet(text, octets.ptr[i]);
    }
}

void mst_text_free(mst_text *text)
{
    free(text->octets);
    *text = (mst_text){0};
}
