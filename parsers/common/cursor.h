/*
 * cursor.h - walk over the octets of one line
 *
 * What the SMTP, POP3 and SASL parsers share.  A cursor is a span and an offset,
 * so that `at` is the error_at of the public results.  Nothing here reads
 * beyond the span; all is inlined, no call survives.
 */
#ifndef MAILSPEC_COMMON_CURSOR_H
#define MAILSPEC_COMMON_CURSOR_H

#include <string.h>

#include "mailspec/span.h"
#include "octet_class.h"

typedef struct cursor {
    const uint8_t *ptr; /* never NULL */
    size_t len;
    size_t at; /* offset of the next octet, len at the end */
} cursor;

/* An absent span is walked like an empty one. */
static inline cursor cursor_of(ms_span text)
{
    static const uint8_t nothing = 0;
    const cursor c = {text.ptr != NULL ? text.ptr : &nothing, text.len, 0};
    return c;
}

static inline bool at_end(const cursor *c)
{
    return c->at == c->len;
}

static inline size_t octets_left(const cursor *c)
{
    return c->len - c->at;
}

/* The next octet, or -1 at the end. */
static inline int peek(const cursor *c)
{
    return c->at < c->len ? c->ptr[c->at] : -1;
}

/* The octet behind the next one, or -1. */
static inline int peek_second(const cursor *c)
{
    return c->len - c->at > 1 ? c->ptr[c->at + 1] : -1;
}

/* The next octet is in one of the classes. */
static inline bool next_is(const cursor *c, unsigned classes)
{
    return c->at < c->len && octet_is(c->ptr[c->at], classes);
}

/* Skip one octet if it is this one. */
static inline bool skip_octet(cursor *c, uint8_t octet)
{
    if (c->at == c->len || c->ptr[c->at] != octet)
        return false;
    c->at++;
    return true;
}

/* Skip a run of octets of the classes; returns how many. */
static inline size_t skip_class(cursor *c, unsigned classes)
{
    const size_t from = c->at;
    while (c->at < c->len && octet_is(c->ptr[c->at], classes))
        c->at++;
    return c->at - from;
}

/* What was walked over since offset from. */
static inline ms_span span_since(const cursor *c, size_t from)
{
    return ms_span_make(c->ptr + from, c->at - from);
}

/* A run of octets of the classes; may be empty, is never absent. */
static inline ms_span take_class(cursor *c, unsigned classes)
{
    const size_t from = c->at;
    skip_class(c, classes);
    return span_since(c, from);
}

/* All up to the octet (which stays) or the end. */
static inline ms_span take_until(cursor *c, uint8_t octet)
{
    const size_t from = c->at;
    const uint8_t *hit = c->at < c->len ? memchr(c->ptr + c->at, octet, c->len - c->at) : NULL;
    c->at = hit != NULL ? (size_t)(hit - c->ptr) : c->len;
    return span_since(c, from);
}

static inline ms_span take_rest(cursor *c)
{
    const size_t from = c->at;
    c->at = c->len;
    return span_since(c, from);
}

/* ASCII letter case is not significant (RFC 5321 section 2.4, RFC 1939 section 3). */
static inline bool octets_equal_nocase(const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (octet_upper(a[i]) != octet_upper(b[i]))
            return false;
    return true;
}

static inline bool span_equal(ms_span a, ms_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_equal_nocase(ms_span a, ms_span b)
{
    return a.len == b.len && octets_equal_nocase(a.ptr, b.ptr, a.len);
}

/* Skip the word if it stands here, in any letter case. */
static inline bool skip_word(cursor *c, ms_span word)
{
    if (c->len - c->at < word.len || !octets_equal_nocase(c->ptr + c->at, word.ptr, word.len))
        return false;
    c->at += word.len;
    return true;
}

/* Up to 8 octets as one number, ASCII letters as capitals, first octet lowest, missing ones 0: a keyword becomes the
 * key of a table.  Longer words, and words with NUL (which would look like missing octets), give 0. */
static inline uint64_t pack_upper(ms_span word)
{
    uint64_t packed = 0;
    if (word.len > 8)
        return 0;
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == 0)
            return 0;
        packed |= (uint64_t)octet_upper(word.ptr[i]) << (8 * i);
    }
    return packed;
}

/* The same of a literal, in capitals; a constant expression. */
#define PACK4(a, b, c, d) \
    ((uint64_t)(uint8_t)(a) | (uint64_t)(uint8_t)(b) << 8 | (uint64_t)(uint8_t)(c) << 16 | (uint64_t)(uint8_t)(d) << 24)
#define PACK8(a, b, c, d, e, f, g, h) (PACK4(a, b, c, d) | PACK4(e, f, g, h) << 32)

typedef enum decimal {
    DECIMAL_NONE,     /* no digit here */
    DECIMAL_OK,       /* value is set */
    DECIMAL_OVERFLOW, /* more than max; value is max, all digits are skipped */
} decimal;

/* Take a run of digits (leading zeros allowed: the caller sees them) as a number of at most max. */
static inline decimal take_decimal(cursor *c, uint64_t max, uint64_t *value)
{
    decimal result = DECIMAL_NONE;
    *value = 0;
    for (; c->at < c->len && octet_is(c->ptr[c->at], OCTET_DIGIT); c->at++) {
        const uint64_t digit = (uint64_t)(c->ptr[c->at] - '0');
        if (result == DECIMAL_OVERFLOW)
            continue;
        if (digit > max || *value > max / 10 || *value * 10 > max - digit) {
            *value = max;
            result = DECIMAL_OVERFLOW;
            continue;
        }
        *value = *value * 10 + digit;
        result = DECIMAL_OK;
    }
    return result;
}

/* The quick way for what is nearly always there: one to nine digits at *at, which is moved behind them.  false: none, or
 * more, which are to be read with care. */
static inline bool take_short_decimal(ms_span line, size_t *at, uint32_t *value)
{
    const size_t from = *at;
    size_t i = from;
    uint32_t sum = 0;
    for (; i < line.len && i - from < 10; i++) {
        const uint32_t digit = line.ptr[i] - (uint32_t)'0';
        if (digit > 9)
            break;
        sum = sum * 10 + digit;
    }
    *at = i;
    *value = sum;
    return i > from && i - from < 10;
}

#endif
