/* date_time.c - see date_time.h */
#include "harness/replay/date_time.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct reader {
    ms_span text;
    size_t at;
} reader;

static bool at_end(const reader *r)
{
    return r->at >= r->text.len;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* comment = "(" *([FWS] ccontent) [FWS] ")"; nested, with quoted-pairs (RFC 5322 section 3.2.2). */
static bool skip_comment(reader *r)
{
    unsigned depth = 0;
    const size_t start = r->at;
    while (!at_end(r)) {
        const uint8_t c = r->text.ptr[r->at++];
        if (c == '\\' && !at_end(r))
            r->at++;
        else if (c == '(')
            depth++;
        else if (c == ')' && --depth == 0)
            return true;
    }
    r->at = start;
    return false;
}

/* [CFWS]; the line ends of folded lines count as white space.  True if there was any. */
static bool skip_cfws(reader *r)
{
    const size_t start = r->at;
    while (!at_end(r)) {
        const uint8_t c = r->text.ptr[r->at];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            r->at++;
        else if (c != '(' || !skip_comment(r))
            break;
    }
    return r->at > start;
}

static bool skip_octet(reader *r, uint8_t octet)
{
    if (at_end(r) || r->text.ptr[r->at] != octet)
        return false;
    r->at++;
    return true;
}

static size_t skip_digits(reader *r)
{
    const size_t start = r->at;
    while (!at_end(r) && is_digit(r->text.ptr[r->at]))
        r->at++;
    return r->at - start;
}

/* One of the names of three letters, in any case (RFC 5322 section 1.2.2: literal text is case-insensitive). */
static bool skip_name(reader *r, const char *const names[], size_t count)
{
    if (r->text.len - r->at < 3 || (r->text.len - r->at > 3 && is_letter(r->text.ptr[r->at + 3])))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool same = true;
        for (size_t k = 0; k < 3; k++)
            same = same && (r->text.ptr[r->at + k] | 0x20) == (uint8_t)names[i][k];
        if (same) {
            r->at += 3;
            return true;
        }
    }
    return false;
}

/* [ day-of-week "," ] */
static bool read_day_of_week(reader *r)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    if (!skip_name(r, days, COUNT(days)))
        return true;
    skip_cfws(r);
    return skip_octet(r, ',');
}

/* date = day month year.  The year's obsolete form has two digits or more. */
static bool read_date(reader *r, date_time *out)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    skip_cfws(r);
    const size_t day = skip_digits(r);
    if (day < 1 || day > 2)
        return false;
    skip_cfws(r);
    if (!skip_name(r, months, COUNT(months)))
        return false;
    skip_cfws(r);
    const size_t year_at = r->at;
    const size_t year = skip_digits(r);
    if (year < 2)
        return false;
    out->short_year = year < 4;
    out->year_at = year_at;
    skip_cfws(r);
    return true;
}

/* time-of-day = hour ":" minute [ ":" second ] */
static bool read_time_of_day(reader *r)
{
    if (skip_digits(r) != 2)
        return false;
    for (unsigned part = 0; part < 2; part++) {
        const size_t before = r->at;
        skip_cfws(r);
        if (!skip_octet(r, ':')) {
            r->at = before;
            return part == 1;
        }
        skip_cfws(r);
        if (skip_digits(r) != 2)
            return false;
    }
    return true;
}

/* zone = (FWS ( "+" / "-" ) 4DIGIT) / obs-zone.  Any name is taken for one of the zones that "have been used" (section
 * 4.3). */
static bool read_zone(reader *r, date_time *out)
{
    const bool blank = skip_cfws(r);
    if (at_end(r))
        return false;
    const uint8_t c = r->text.ptr[r->at];
    if (c == '+' || c == '-') {
        r->at++;
        return skip_digits(r) == 4 && blank;
    }
    const size_t start = r->at;
    while (!at_end(r) && is_letter(r->text.ptr[r->at]))
        r->at++;
    out->zone_name = r->at > start;
    return out->zone_name;
}

date_time date_time_parse(ms_span text)
{
    date_time out;
    memset(&out, 0, sizeof out);
    reader r = {.text = text};
    skip_cfws(&r);
    out.valid = read_day_of_week(&r) && read_date(&r, &out) && read_time_of_day(&r) && read_zone(&r, &out);
    if (out.valid) {
        skip_cfws(&r);
        out.valid = at_end(&r);
    }
    if (!out.valid)
        out.zone_name = false;
    out.parsed_to = r.at;
    return out;
}
