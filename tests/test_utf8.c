#include "common/utf8.h"

#include "feed.h"

#include <criterion/criterion.h>

/* RFC 3629 section 4, each line of the ABNF on both sides of each bound. */
static const struct row {
    const char *what, *octets;
    size_t len, wrong_at; /* wrong_at == len: well-formed */
} rows[] = {
    {"empty", "", 0, 0},
    {"UTF8-1, NUL", "\0", 1, 1},
    {"UTF8-1, last", "\x7F", 1, 1},
    {"a tail alone", "\x80", 1, 0},
    {"a tail alone, last", "a\xBF", 2, 1},
    {"overlong slash in two octets", "\xC0\xAF", 2, 0},
    {"overlong in two octets, last", "\xC1\xBF", 2, 0},
    {"UTF8-2, U+0080", "\xC2\x80", 2, 2},
    {"UTF8-2, U+07FF", "\xDF\xBF", 2, 2},
    {"UTF8-2, tail below", "\xC2\x7F", 2, 0},
    {"UTF8-2, tail above", "\xDF\xC0", 2, 0},
    {"UTF8-2, cut", "ab\xC3", 3, 2},
    {"overlong in three octets, last", "\xE0\x9F\xBF", 3, 0},
    {"UTF8-3, U+0800", "\xE0\xA0\x80", 3, 3},
    {"UTF8-3, U+0FFF", "\xE0\xBF\xBF", 3, 3},
    {"UTF8-3, U+1000", "\xE1\x80\x80", 3, 3},
    {"UTF8-3, U+CFFF", "\xEC\xBF\xBF", 3, 3},
    {"UTF8-3, U+D7FF", "\xED\x9F\xBF", 3, 3},
    {"surrogate U+D800", "\xED\xA0\x80", 3, 0},
    {"surrogate U+DFFF", "\xED\xBF\xBF", 3, 0},
    {"UTF8-3, U+E000", "\xEE\x80\x80", 3, 3},
    {"UTF8-3, U+FFFF", "\xEF\xBF\xBF", 3, 3},
    {"UTF8-3, second octet wrong", "\xE1\x7F\x80", 3, 0},
    {"UTF8-3, third octet wrong", "\xE1\x80\x7F", 3, 0},
    {"UTF8-3, third octet wrong, above", "\xE1\x80\xC0", 3, 0},
    {"UTF8-3, cut", "\xE2\x82", 2, 0},
    {"overlong in four octets, last", "\xF0\x8F\xBF\xBF", 4, 0},
    {"UTF8-4, U+10000", "\xF0\x90\x80\x80", 4, 4},
    {"UTF8-4, U+3FFFF", "\xF0\xBF\xBF\xBF", 4, 4},
    {"UTF8-4, U+40000", "\xF1\x80\x80\x80", 4, 4},
    {"UTF8-4, U+FFFFF", "\xF3\xBF\xBF\xBF", 4, 4},
    {"UTF8-4, U+10FFFF", "\xF4\x8F\xBF\xBF", 4, 4},
    {"U+110000", "\xF4\x90\x80\x80", 4, 0},
    {"first octet F5", "\xF5\x80\x80\x80", 4, 0},
    {"first octet FF", "\xFF", 1, 0},
    {"UTF8-4, fourth octet wrong", "\xF1\x80\x80\x7F", 4, 0},
    {"UTF8-4, cut", "\xF0\x9F\x98", 3, 0},
    {"mixed, wrong behind right ones", "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\xFFz", 12, 10},
};

Test(utf8, well_formed_or_where_not)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_copy(rows[i].octets, rows[i].len);
        size_t wrong_at = 77;
        cr_expect_eq(ms_utf8_check(text, &wrong_at), rows[i].wrong_at == rows[i].len, "%s", rows[i].what);
        cr_expect_eq(wrong_at, rows[i].wrong_at, "%s: got %zu", rows[i].what, wrong_at);
        cr_expect_eq(ms_utf8_check(text, NULL), rows[i].wrong_at == rows[i].len, "%s", rows[i].what);
        heap_free(text);
    }
}

/* The same table read as arithmetic: encode every code point by hand, and every two-octet input by rule. */
Test(utf8, every_code_point)
{
    for (uint32_t point = 0; point <= 0x110000; point++) {
        uint8_t octets[4];
        size_t len;
        if (point < 0x80) {
            octets[0] = (uint8_t)point;
            len = 1;
        } else if (point < 0x800) {
            octets[0] = (uint8_t)(0xC0 | point >> 6);
            octets[1] = (uint8_t)(0x80 | (point & 0x3F));
            len = 2;
        } else if (point < 0x10000) {
            octets[0] = (uint8_t)(0xE0 | point >> 12);
            octets[1] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
            octets[2] = (uint8_t)(0x80 | (point & 0x3F));
            len = 3;
        } else {
            octets[0] = (uint8_t)(0xF0 | point >> 18);
            octets[1] = (uint8_t)(0x80 | (point >> 12 & 0x3F));
            octets[2] = (uint8_t)(0x80 | (point >> 6 & 0x3F));
            octets[3] = (uint8_t)(0x80 | (point & 0x3F));
            len = 4;
        }
        const bool expected = point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF);
        if (ms_utf8_char(ms_span_make(octets, len), 0) != (expected ? len : 0))
            cr_expect_fail("code point %x", point);
    }
}
