/* mutate_word.c - the kinds that change words, and what stands between them */
#include <stdio.h>

#include "fuzz/mutator/draft.h"
#include "fuzz/mutator/kinds.h"
#include "mailspec/base64.h"

/* The limits of limits.h, and those of a line once its other words are counted. */
void mutate_grow(draft *d)
{
    static const uint16_t limits[] = {20, 40, 63, 64, 70, 100, 255, 256, 500, 512, 998, 1000, 12288};
    uint8_t fill[PIECE];
    const range word = any_word(d);
    const range line = line_at(d, word.from);
    size_t want = limits[below(d, COUNT(limits))] + below(d, 3);
    const size_t have = below(d, 2) == 0 ? word.to - word.from : line.to - line.from;
    want = want > 0 ? want - 1 : 0;
    if (want <= have)
        return;
    memset(fill, word.to > word.from ? d->data[word.from + (word.to - word.from) / 2] : 'a', sizeof fill);
    insert(d, word.to, fill, want - have);
}

/* UTF-8, well-formed and not (RFC 3629 section 4): overlong forms, surrogates, beyond U+10FFFF, cut short. */
static void put_utf8(draft *d)
{
    static const char *const sequences[] = {"\xC3\xA9",         "\xE2\x82\xAC", "\xF0\x90\x8D\x88", "\xC0\x80",
                                            "\xC1\xBF",         "\xE0\x80\x80", "\xE0\x9F\xBF",     "\xF0\x80\x80\x80",
                                            "\xF0\x8F\xBF\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",     "\xF4\x90\x80\x80",
                                            "\xE2\x82",         "\xF0\x90\x8D"};
    insert_text(d, below(d, d->size + 1), sequences[below(d, COUNT(sequences))]);
}

void mutate_octet(draft *d)
{
    static const uint8_t octets[] = {0, 0x80, 0xC3, 0xFF, '\r', '\n', '\t', ' ', '.', 0x7F, '<', '"', '\\'};
    if (below(d, 4) == 0) {
        put_utf8(d);
        return;
    }
    const uint8_t octet = octets[below(d, COUNT(octets))];
    const size_t at = below(d, d->size + 1);
    if (below(d, 2) == 0 && at < d->size)
        d->data[at] = octet;
    else
        insert(d, at, &octet, 1);
}

/* A number of the input, else a word. */
static range any_number(draft *d)
{
    const size_t start = below(d, d->size);
    for (size_t i = 0; i < d->size; i++) {
        size_t at = (start + i) % d->size;
        if (!is_digit(d->data[at]))
            continue;
        range number = {at, at};
        while (number.from > 0 && is_digit(d->data[number.from - 1]))
            number.from--;
        while (number.to < d->size && is_digit(d->data[number.to]))
            number.to++;
        return number;
    }
    return any_word(d);
}

void mutate_number(draft *d)
{
    static const char *const numbers[] = {
        "0",
        "1",
        "00",
        "2147483647",
        "2147483648",
        "4294967295",
        "4294967296",
        "4294967297",
        "-1",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "+1",
        "0x10",
        "1000000000",
        "999",
    };
    const range old = any_number(d);
    char near[24];
    uint64_t value = 0;
    for (size_t i = old.from; i < old.to && is_digit(d->data[i]); i++)
        value = value * 10 + (uint64_t)(d->data[i] - '0');
    snprintf(near, sizeof near, "%llu", (unsigned long long)(below(d, 2) == 0 ? value + 1 : value - 1));
    const char *number = below(d, 2) == 0 ? near : numbers[below(d, COUNT(numbers))];
    replace(d, old, number, strlen(number));
}

void mutate_quoting(draft *d)
{
    static const char *const inner[] = {"\\\"", "\"", "\\\\", "\\", "@", ">", "\"@\"", " ", "\\\r", "@[]"};
    const range word = any_word(d);
    const size_t way = below(d, 5);
    if (way < 2) {
        insert_text(d, word.to, "\"");
        insert_text(d, word.from, "\"");
    } else if (way == 2) {
        replace(d, word, "\"\"", 2); /* nothing, in quotes */
    } else {
        insert_text(d, word.from + below(d, word.to - word.from + 1), inner[below(d, COUNT(inner))]);
    }
}

void mutate_separator(draft *d)
{
    static const uint8_t separators[] = {' ', ':', '<', '>', '=', '\t', '@', ',', '[', ']', '.', ';', '-', '/'};
    const range text = text_of(d, any_line(d));
    const size_t len = text.to - text.from;
    const size_t start = below(d, len);
    for (size_t i = 0; i < len; i++) {
        const size_t at = text.from + (start + i) % len;
        const uint8_t here = d->data[at];
        if (memchr(separators, here, sizeof separators) == NULL)
            continue;
        const size_t way = below(d, 3);
        const uint8_t other = separators[below(d, sizeof separators)];
        if (way == 0)
            replace(d, (range){at, at + 1}, "", 0);
        else if (way == 1)
            insert(d, at, &here, 1);
        else
            d->data[at] = other;
        return;
    }
}

void mutate_address_literal(draft *d)
{
    static const char *const literals[] = {
        "[192.0.2.1]",
        "[IPv6:2001:db8::1]",
        "[IPv6:::]",
        "[IPv6:1:2:3:4:5:6:7:8]",
        "[256.1.1.1]",
        "[IPv6:1::2::3]",
        "[x:y]",
        "[IPv6:::ffff:192.0.2.1]",
        "[192.0.2.1",
        "[1:2:3:4:5:6:7:8]",
        "[IPv6:1:2:3:4:5:6:192.0.2.1]",
        "[01.2.3.4]",
        "[IPv6:12345::]",
        "a-.b",
        "a..b",
        "xn--bcher-kva.example",
    };
    const char *literal = literals[below(d, COUNT(literals))];
    const uint8_t *at = d->size == 0 ? NULL : memchr(d->data, '@', d->size);
    range old = at == NULL ? any_word(d) : (range){(size_t)(at - d->data) + 1, 0};
    if (at != NULL) {
        old.to = old.from;
        while (old.to < d->size && d->data[old.to] != '>' && d->data[old.to] != '\r' && d->data[old.to] != ' ')
            old.to++;
    }
    replace(d, old, literal, strlen(literal));
}

void mutate_xtext(draft *d)
{
    static const char *const coded[] = {"+2B", "+3D", "+2b", "+", "+G0", "+00", "+0D+0A", "+FF", "=", "+2"};
    const range word = any_word(d);
    insert_text(d, word.from + below(d, word.to - word.from + 1), coded[below(d, COUNT(coded))]);
}

void mutate_base64(draft *d)
{
    static const char *const wrong[] = {"=", "==", "*", "AG", "A===", "AB=C", "AGFsaWNlAHNlY3JldA==", "AA=="};
    uint8_t coded[512];
    const range word = any_word(d);
    const size_t len = word.to - word.from;
    if (below(d, 8) == 0) {
        insert_text(d, text_of(d, line_at(d, word.from)).to, " ="); /* the empty response (RFC 4954 section 4) */
    } else if (below(d, 2) == 0 && len < 300) {
        const size_t written = ms_base64_encode(ms_span_make(d->data + word.from, len), coded);
        replace(d, word, coded, written);
    } else {
        const char *text = wrong[below(d, COUNT(wrong))];
        replace(d, below(d, 2) == 0 ? word : (range){word.to, word.to}, text, strlen(text));
    }
}

void mutate_scram(draft *d)
{
    static const char *const messages[] = {
        "n,,n=user,r=abc",        "y,a=id,n=a=2Cb,r=abc",   "p=tls-unique,,n=user,r=abc",
        "r=abcdef,s=QSXC,i=4096", "c=biws,r=abcdef,p=dHzb", "v=rmF9",
        "e=invalid-proof"};
    static const char *const attributes[] = {
        "m=x",    "i=0",    "i=4294967296",  "x=y", "a=b", "n=a=3Db",      "n=a=2c", "r=",
        "c=biws", "p=dHzb", "e=other-error", "n",   "y",   "p=tls-unique", "",       "s=="};
    const range text = text_of(d, any_line(d));
    const uint8_t *comma = text.to == text.from ? NULL : memchr(d->data + text.from, ',', text.to - text.from);
    if (comma == NULL || below(d, 8) == 0) {
        const char *message = messages[below(d, COUNT(messages))];
        replace(d, text, message, strlen(message));
        return;
    }
    range old = {text.from + below(d, text.to - text.from), 0};
    for (old.to = old.from; old.to < text.to && d->data[old.to] != ','; old.to++)
        ;
    while (old.from > text.from && d->data[old.from - 1] != ',')
        old.from--;
    char piece[40];
    const char *attribute = attributes[below(d, COUNT(attributes))];
    const size_t way = below(d, 3);
    snprintf(piece, sizeof piece, "%s%s%s", way == 1 ? "," : "", attribute, way == 2 ? "," : "");
    if (way == 0)
        replace(d, old, piece, strlen(piece));
    else
        insert_text(d, way == 1 ? old.to : old.from, piece);
}

void mutate_parameter(draft *d)
{
    static const char *const values[] = {
        "",        "=",           "=1",           "=8BITMIME", "=FULL",
        "=NEVER",  "=<>",         "=R",           "=-9",       "=120;RT",
        "=-5;N",   "=HDRS",       "=7BIT",        "=DELAY",    "=SUCCESS,FAILURE",
        "=a+2Bb",  "=a@b.test",   "=utf-8;a",     "=20",       "=2026-11-23T16:00:00Z",
        "=aA1.b:", "=.a",         "=C",           "=86400",    "=2026-11-23T16:00:00+01:00;C",
        "=org:a",  "=BINARYMIME", "=rfc822;a+40b"};
    static const fuzz_words sets[] = {WORDS_SMTP_PARAMETER, WORDS_SMTP_KEYWORD, WORDS_MECHANISM, WORDS_POP3_CODE};
    char piece[80];
    const range text = text_of(d, any_line(d));
    const char *name = pick(d, sets[below(d, COUNT(sets))]), *value = values[below(d, COUNT(values))];
    if (below(d, 3) > 0) {
        snprintf(piece, sizeof piece, " %s%s", name, value);
        insert_text(d, text.to, piece);
        return;
    }
    /* behind one that is malformed nothing is read, so it stands before another, too */
    size_t at = text.from + below(d, text.to - text.from + 1);
    while (at > text.from && d->data[at - 1] != ' ')
        at--;
    snprintf(piece, sizeof piece, "%s%s ", name, value);
    insert_text(d, at, piece);
}
