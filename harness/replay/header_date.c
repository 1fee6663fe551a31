/* header_date.c - see header_date.h */
#include "harness/replay/header_date.h"

#include <string.h>

typedef struct scan {
    ms_span text;
    size_t at;
} scan;

static int peek(const scan *s)
{
    return s->at < s->text.len ? s->text.ptr[s->at] : -1;
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* comment = "(" *([FWS] ccontent) [FWS] ")", and comments nest (RFC 5322 section 3.2.2) */
static void skip_comment(scan *s)
{
    unsigned depth = 0;
    for (; s->at < s->text.len; s->at++) {
        const uint8_t c = s->text.ptr[s->at];
        if (c == '\\')
            s->at++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0) {
            s->at++;
            return;
        }
    }
}

static void skip_cfws(scan *s)
{
    for (;;) {
        const int c = peek(s);
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            s->at++;
        else if (c == '(')
            skip_comment(s);
        else
            return;
    }
}

static ms_span word(scan *s)
{
    skip_cfws(s);
    const size_t from = s->at;
    while (is_letter(peek(s)))
        s->at++;
    return ms_span_make(s->text.ptr + from, s->at - from);
}

/* 1*DIGIT; the number of digits, or 0. */
static unsigned number(scan *s, unsigned *value)
{
    skip_cfws(s);
    unsigned digits = 0;
    *value = 0;
    while (is_digit(peek(s)) && digits < 9) {
        *value = *value * 10 + (unsigned)(s->text.ptr[s->at++] - '0');
        digits++;
    }
    return is_digit(peek(s)) ? 0 : digits;
}

static bool sign(scan *s, char octet)
{
    skip_cfws(s);
    if (peek(s) != octet)
        return false;
    s->at++;
    return true;
}

/* Whether text is one of the three-letter names in list, letter case apart. */
static bool is_one_of(ms_span text, const char *list)
{
    if (text.len != 3)
        return false;
    char lower[4] = "";
    for (size_t i = 0; i < 3; i++)
        lower[i] = (char)(text.ptr[i] | 0x20);
    const char *found = strstr(list, lower);
    return found != NULL && (found - list) % 3 == 0;
}

/* [ day-name "," ] day month year */
static bool read_day(scan *s, unsigned *flags)
{
    unsigned value;
    const ms_span name = word(s);
    if (name.len > 0 && (!is_one_of(name, "montuewedthufrisatsun") || !sign(s, ',')))
        return false;
    const unsigned day_digits = number(s, &value);
    if (day_digits == 0 || day_digits > 2 || value == 0 || value > 31)
        return false;
    if (!is_one_of(word(s), "janfebmaraprmayjunjulaugsepoctnovdec"))
        return false;
    const unsigned year_digits = number(s, &value);
    if (year_digits < 2)
        return false;
    if (year_digits < 4)
        *flags |= HEADER_DATE_SHORT_YEAR;
    return true;
}

/* time-of-day = hour ":" minute [ ":" second ] */
static bool read_time(scan *s)
{
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    if (number(s, &hour) != 2 || !sign(s, ':') || number(s, &minute) != 2)
        return false;
    if (sign(s, ':') && number(s, &second) != 2)
        return false;
    return hour <= 23 && minute <= 59 && second <= 60;
}

/* zone = FWS ( "+" / "-" ) 4DIGIT, or by its name in obs-zone */
static bool read_zone(scan *s, unsigned *flags)
{
    unsigned value;
    if (sign(s, '+') || sign(s, '-'))
        return number(s, &value) == 4;
    if (word(s).len == 0)
        return false;
    *flags |= HEADER_DATE_ZONE_NAME;
    return true;
}

unsigned header_date_look(ms_span value)
{
    scan s = {.text = value};
    unsigned flags = HEADER_DATE_OK;
    if (!read_day(&s, &flags) || !read_time(&s) || !read_zone(&s, &flags))
        return HEADER_DATE_MALFORMED;
    skip_cfws(&s);
    return s.at == value.len ? flags : HEADER_DATE_MALFORMED;
}
