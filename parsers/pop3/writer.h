/*
 * writer.h - put a line together from pieces, and refuse what would become more than one line
 */
#ifndef MAILSPEC_POP3_WRITER_H
#define MAILSPEC_POP3_WRITER_H

#include <stdbool.h>
#include <string.h>

#include "common/octet_class.h"
#include "mailspec/span.h"

/* No CR, LF or NUL: they would end the line, or hide what follows from a peer that reads C strings. */
static inline bool is_one_line(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\r' || text.ptr[i] == '\n' || text.ptr[i] == 0)
            return false;
    return true;
}

/* One parameter: not empty, no blank, no CR, LF or NUL. */
static inline bool is_one_word(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (octet_is(text.ptr[i], OCTET_BLANK))
            return false;
    return text.len > 0 && is_one_line(text);
}

/* Decimal digits of a number into digits (room for 20); returns how many. */
static inline size_t write_digits(uint64_t number, uint8_t digits[20])
{
    uint8_t reversed[20];
    size_t len = 0;
    do {
        reversed[len++] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (size_t i = 0; i < len; i++)
        digits[i] = reversed[len - 1 - i];
    return len;
}

/* The pieces, joined, and CRLF; octets needed, nothing is written when room is less. */
static inline size_t write_line(const ms_span *pieces, size_t count, uint8_t *out, size_t room)
{
    size_t needed = 2;
    for (size_t i = 0; i < count; i++)
        needed += pieces[i].len;
    if (out == NULL || needed > room)
        return needed;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].len > 0)
            memcpy(out, pieces[i].ptr, pieces[i].len);
        out += pieces[i].len;
    }
    out[0] = '\r';
    out[1] = '\n';
    return needed;
}

#endif
