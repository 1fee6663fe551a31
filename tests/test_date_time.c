#include "harness/replay/date_time.h"

#include "feed.h"

#include <criterion/criterion.h>

/* RFC 5322 sections 3.3 and 4.3; '~' stands for a folded line's CRLF. */
static const struct row {
    const char *text;
    bool valid, short_year, zone_name;
} rows[] = {
    {"Tue, 03 Mar 2026 13:00:00 +0100", true, false, false},
    {"3 Mar 2026 13:00 -0000", true, false, false},
    {" tue , 3 mar 2026 13:00:00 +0100", true, false, false},
    {"Tue, 03 Mar 2026 13:00:00 +0100 (Central (European) Time)", true, false, false},
    {"Tue, 03 Mar 2026~ 13:00:00 +0100", true, false, false},
    {"Tue, 03 Mar 2026 13 : 00 : 00 +0100", true, false, false},
    {"Tue,03 Mar (\\) in a comment) 2026 13:00:00 +0100", true, false, false},
    {"03Mar2026 13:00 +0100", true, false, false},
    {"03 Mar 12026 13:00 +0100", true, false, false},
    /* obsolete: RFC 1123 section 5.2.14 asks for four digits and a number */
    {"Tue, 03 Mar 26 13:00:00 +0100", true, true, false},
    {"Tue, 03 Mar 126 13:00:00 +0100", true, true, false},
    {"Tue, 03 Mar 2026 13:00:00 GMT", true, false, true},
    {"Tue, 03 Mar 2026 13:00:00 Z", true, false, true},
    {"Tue, 03 Mar 26 13:00:00 CEST", true, true, true},
    /* no date-time */
    {"", false, false, false},
    {"2026-03-03 13:00:00 +0100", false, false, false},
    {"Tue 03 Mar 2026 13:00:00 +0100", false, false, false},
    {"Tues, 03 Mar 2026 13:00:00 +0100", false, false, false},
    {"Dienstag, 03 Mar 2026 13:00:00 +0100", false, false, false},
    {"Tue, 003 Mar 2026 13:00:00 +0100", false, false, false},
    {"Tue, 03 March 2026 13:00:00 +0100", false, false, false},
    {"Tue, 03 Mrz 2026 13:00:00 +0100", false, false, false},
    {"Tue, Mar 03 2026 13:00:00 +0100", false, false, false},
    {"Tue, 03 Mar 6 13:00:00 +0100", false, false, false},
    {"Tue, 03 Mar 2026", false, false, false},
    {"Tue, 03 Mar 2026 1:00:00 +0100", false, false, false},
    {"Tue, 03 Mar 2026 13:0 +0100", false, false, false},
    {"Tue, 03 Mar 2026 13 +0100", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00:00 +0100", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00+0100", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00 +100", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00 +01000", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00 01000", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00 +0100 more", false, false, false},
    {"Tue, 03 Mar 2026 13:00:00 +0100 (not closed", false, false, false},
    /* what is behind the year does not hide it */
    {"Tue, 03 Mar 26", false, true, false},
    {"Tue, 03 Mar 26 13.00 GMT", false, true, false},
};

static ms_span text_of(const char *text)
{
    char folded[128];
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text == '~') {
            folded[n++] = '\r';
            folded[n++] = '\n';
        } else {
            folded[n++] = *text;
        }
    }
    return heap_copy(folded, n);
}

Test(date_time, forms)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = text_of(rows[i].text);
        const date_time got = date_time_parse(text);
        cr_expect_eq(got.valid, rows[i].valid, "%s", rows[i].text);
        cr_expect_eq(got.short_year, rows[i].short_year, "%s: short year", rows[i].text);
        cr_expect_eq(got.zone_name, rows[i].zone_name, "%s: zone", rows[i].text);
        cr_expect_leq(got.parsed_to, text.len);
        if (got.valid)
            cr_expect_eq(got.parsed_to, text.len, "%s", rows[i].text);
        heap_free(text);
    }
}

Test(date_time, where_the_year_stands)
{
    const ms_span text = heap_text("Tue, 03 Mar 26 13:00:00 +0100");
    cr_expect_eq(date_time_parse(text).year_at, 12);
    heap_free(text);
}

/* A valid text cut anywhere is none, or is one of the shorter forms; it is never read past its end. */
Test(date_time, every_beginning)
{
    static const char whole[] = "Tue, 03 Mar 2026 13:00:00 +0100";
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        const ms_span text = heap_copy(whole, n);
        cr_expect_not(date_time_parse(text).valid, "the first %zu octets", n);
        heap_free(text);
    }
}
