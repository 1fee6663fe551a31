/* test_smtp_xtext.c - xtext (RFC 3461 section 4) */
#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mailspec/smtp_parameter.h"

static const struct good {
    const char *id, *text, *decoded;
} good[] = {
    {"SMTP-3461-4-01 plus", "a+2Bb", "a+b"},
    {"SMTP-3461-4-01 lower case is understood", "a+2bb", "a+b"},
    {"SMTP-3461-4-02 equals and space", "a+3Db+20c", "a=b c"},
    {"SMTP-3461-4-02 nothing", "", ""},
    {"SMTP-3461-4-02 hexchar at both ends", "+41b+43", "AbC"},
    {"SMTP-3461-4-02 lowest and highest xchar", "!~", "!~"},
    {"SMTP-3461-4-02 hexchars of 8-bit octets", "+C3+A9", "\xc3\xa9"},
    {"SMTP-3461-4-02 a hexchar of what could stand for itself", "+61", "a"},
    {"SMTP-3461-4-02 digits behind a hexchar are no part of it", "+2012", " 12"},
    {"SMTP-5321-4.1.2-09 mailbox", "a+2Bb@c.example", "a+b@c.example"},
};

Test(smtp_xtext, decode)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const ms_span text = heap_text(good[i].text);
        uint8_t out[32];
        size_t written = 99, wrong = 99;
        cr_expect(ms_smtp_xtext_decode(text, out, &written, &wrong), "%s: wrong at %zu", good[i].id, wrong);
        cr_expect(span_is(ms_span_make(out, written), good[i].decoded), "%s: %zu octets", good[i].id, written);
        heap_free(text);
    }
}

Test(smtp_xtext, malformed)
{
    static const struct {
        const char *id, *text;
        size_t wrong;
    } bad[] = {
        {"SMTP-3461-4-01 equals", "a=b", 1},
        {"SMTP-3461-4-01 plus at the end", "a+", 2},
        {"SMTP-3461-4-01 one digit", "a+2", 3},
        {"SMTP-3461-4-01 space", "a b", 1},
        {"SMTP-3461-4-01 no digit", "+ZZ", 1},
        {"SMTP-3461-4-01 second is no digit", "+2G", 2},
        {"SMTP-3461-4-01 plus behind plus", "++2B", 1},
        {"SMTP-3461-4-01 control", "a\x01", 1},
        {"SMTP-3461-4-01 DEL", "\x7f", 0},
        {"SMTP-3461-4-01 8-bit", "a\xc3\xa9", 1},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ms_span text = heap_text(bad[i].text);
        uint8_t out[32];
        size_t written = 99, wrong = 99;
        cr_expect_not(ms_smtp_xtext_decode(text, out, &written, &wrong), "%s", bad[i].id);
        cr_expect_eq(wrong, bad[i].wrong, "%s: wrong at %zu", bad[i].id, wrong);
        cr_expect_eq(written, 0, "%s", bad[i].id);
        heap_free(text);
    }
}

Test(smtp_xtext, encode)
{
    static const struct {
        const char *id, *text, *encoded;
    } rows[] = {
        {"SMTP-3461-4-01 specials", "a+b=c d", "a+2Bb+3Dc+20d"},
        {"SMTP-3461-4-01 capitals", "\xff\n", "+FF+0A"},
        {"SMTP-3461-4-01 xchars stay", "!~a;@", "!~a;@"},
        {"SMTP-3461-4-01 nothing", "", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        uint8_t out[32];
        const size_t written = ms_smtp_xtext_encode(text, out);
        cr_expect(span_is(ms_span_make(out, written), rows[i].encoded), "%s", rows[i].id);
        heap_free(text);
    }
}

/* SMTP-3461-4-02: every octet survives, and what is written obeys the grammar of capitals. */
Test(smtp_xtext, round_trip)
{
    uint8_t all[256], encoded[3 * 256], decoded[3 * 256];
    for (int i = 0; i < 256; i++)
        all[i] = (uint8_t)i;
    const size_t len = ms_smtp_xtext_encode(ms_span_make(all, 256), encoded);
    /* 94 graphics without "+" and "=" stand for themselves, each other octet takes three */
    cr_expect_eq(len, 92 + 3 * (256 - 92));
    for (size_t i = 0; i < len; i++)
        cr_expect(encoded[i] > ' ' && encoded[i] <= '~' && encoded[i] != '=');
    size_t written = 0, wrong = 0;
    cr_expect(ms_smtp_xtext_decode(ms_span_make(encoded, len), decoded, &written, &wrong));
    cr_expect_eq(written, 256);
    cr_expect_eq(memcmp(decoded, all, 256), 0);
}
