/* Lines inside of the multi-line responses to LIST, UIDL and LANG. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "mailspec/pop3_response.h"

#define DEV(name) MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_##name)
#define X10       "0123456789"
#define X70       X10 X10 X10 X10 X10 X10 X10

#define OK            MS_POP3_RESPONSE_OK, 0, 0, 0
#define ERR(e, at)    MS_POP3_RESPONSE_ERR_##e, at, 0, 0
#define STRAYS(d, at) MS_POP3_RESPONSE_OK, 0, DEV(d), at

typedef struct row {
    const char *id, *line;
    uint32_t number;
    uint64_t octets;
    const char *word; /* unique-id or tag; NULL: not looked at */
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} row;

static void check(const row *r, ms_pop3_after after)
{
    const ms_pop3_response_context context = {.after = after, .utf8 = after == MS_POP3_AFTER_LANG};
    const ms_span line = heap_text(r->line);
    const ms_pop3_response got = ms_pop3_listing_parse(line, &context);
    cr_expect_eq(got.error, r->error, "%s: got %s", r->id, ms_pop3_response_error_rule(got.error)->name);
    cr_expect_eq(got.error_at, r->error_at, "%s: error at %zu", r->id, got.error_at);
    cr_expect_eq(got.deviations, r->deviations, "%s: deviations %llx", r->id, (unsigned long long)got.deviations);
    cr_expect_eq(got.deviation_at, r->deviation_at, "%s: deviation at %zu", r->id, got.deviation_at);
    cr_expect_eq(got.indicator, MS_POP3_NONE, "%s", r->id);
    if (r->error == MS_POP3_RESPONSE_OK && after == MS_POP3_AFTER_LIST) {
        cr_expect_eq(got.scan.number, r->number, "%s", r->id);
        cr_expect_eq(got.scan.octets, r->octets, "%s", r->id);
    }
    if (r->error == MS_POP3_RESPONSE_OK && after == MS_POP3_AFTER_UIDL) {
        cr_expect_eq(got.unique.number, r->number, "%s", r->id);
        cr_expect(span_is(got.unique.unique_id, r->word), "%s", r->id);
    }
    if (r->error == MS_POP3_RESPONSE_OK && after == MS_POP3_AFTER_LANG)
        cr_expect(span_is(got.language.tag, r->word), "%s", r->id);
    heap_free(line);
}

Test(pop3_listing, scan)
{
    static const row rows[] = {
        {"POP3-1939-5-09 plain", "1 120", 1, 120, NULL, OK},
        {"POP3-1939-5-09 the largest", "4294967295 18446744073709551615", UINT32_MAX, UINT64_MAX, NULL, OK},
        {"POP3-1939-4-12 leading zeros", "01 0120", 1, 120, NULL, OK},
        {"POP3-1939-4-12 zero", "0 1", 0, 1, NULL, STRAYS(MESSAGE_ZERO, 0)},
        {"POP3-1939-4-12 zeros", "000 1", 0, 1, NULL, STRAYS(MESSAGE_ZERO, 0)},
        {"POP3-1939-5-10 text behind", "1 120 x", 1, 120, NULL, STRAYS(EXTRA_TEXT, 5)},
        {"POP3-1939-5-09 two spaces", "1  120", 1, 120, NULL, STRAYS(EXTRA_BLANKS, 2)},
        {"POP3-1939-5-09 a space in front", " 1 120", 1, 120, NULL, STRAYS(EXTRA_BLANKS, 0)},
        {"POP3-1939-3-12 a CR before the end", "1 120\r", 1, 120, NULL, STRAYS(BARE_CR, 5)},
        {"POP3-1939-5-09 one number", "1", 0, 0, NULL, ERR(SCAN_LISTING, 1)},
        {"POP3-1939-5-09 no size", "1 ", 0, 0, NULL, ERR(SCAN_LISTING, 2)},
        {"POP3-SEC-int-05 negative", "1 -5", 0, 0, NULL, ERR(SCAN_LISTING, 2)},
        {"POP3-1939-5-09 empty", "", 0, 0, NULL, ERR(SCAN_LISTING, 0)},
        {"POP3-1939-5-09 letters behind the size", "1 120k", 0, 0, NULL, ERR(SCAN_LISTING, 5)},
        {"POP3-SEC-int-05 range", "4294967296 1", 0, 0, NULL, ERR(NUMBER_RANGE, 0)},
        {"POP3-SEC-int-05 range, and of what follows nothing is said", "4294967296  1 x", 0, 0, NULL,
         ERR(NUMBER_RANGE, 0)},
        {"POP3-SEC-int-05 range", "1 99999999999999999999", 0, 0, NULL, ERR(NUMBER_RANGE, 2)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check(&rows[i], MS_POP3_AFTER_LIST);
}

Test(pop3_listing, unique_id)
{
    static const row rows[] = {
        {"POP3-1939-7-14 plain", "1 whqtswO00WBw418f9t5JxYwZ", 1, 0, "whqtswO00WBw418f9t5JxYwZ", OK},
        {"POP3-1939-7-16 the range", "2 !~", 2, 0, "!~", OK},
        {"POP3-1939-7-15 one character", "3 a", 3, 0, "a", OK},
        {"POP3-1939-7-15 70 characters", "3 " X70, 3, 0, X70, OK},
        {"POP3-1939-7-15 71 characters", "3 " X70 "x", 3, 0, X70 "x", STRAYS(UNIQUE_ID_TOO_LONG, 72)},
        {"POP3-1939-4-12 zero", "0 a", 0, 0, "a", STRAYS(MESSAGE_ZERO, 0)},
        {"POP3-1939-7-15 none", "3 ", 0, 0, NULL, ERR(UNIQUE_ID_EMPTY, 2)},
        {"POP3-1939-7-14 no space", "3", 0, 0, NULL, ERR(UNIQUE_ID_LISTING, 1)},
        {"POP3-1939-7-14 no number", "x", 0, 0, NULL, ERR(UNIQUE_ID_LISTING, 0)},
        {"POP3-1939-7-14 two words", "3 a b", 3, 0, "a", STRAYS(EXTRA_TEXT, 3)},
        {"POP3-1939-7-14 a space behind", "3 a ", 3, 0, "a", STRAYS(EXTRA_TEXT, 3)},
        {"POP3-1939-7-14 two spaces", "3  a", 3, 0, "a", STRAYS(EXTRA_BLANKS, 2)},
        {"POP3-1939-7-16 control", "3 a\001b", 3, 0, "a\001b", STRAYS(UNIQUE_ID_OCTET, 3)},
        {"POP3-1939-7-16 8-bit", "3 \344", 3, 0, "\344", STRAYS(UNIQUE_ID_OCTET, 2)},
        {"POP3-1939-7-16 DEL", "3 a\177", 3, 0, "a\177", STRAYS(UNIQUE_ID_OCTET, 3)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check(&rows[i], MS_POP3_AFTER_UIDL);
}

Test(pop3_listing, languages)
{
    static const row rows[] = {
        {"POP3-6856-3.2-04 tag", "de", 0, 0, "de", OK},
        {"POP3-6856-3.2-04 tag and description", "en-boont English Boontling dialect", 0, 0, "en-boont", OK},
        {"POP3-6856-3.2-05 description", "nb norsk bokm\303\245l", 0, 0, "nb", OK},
        {"POP3-6856-3.2-05 ill-formed description", "nb norsk bokm\345l", 0, 0, "nb", STRAYS(UTF8, 13)},
        {"POP3-6856-3.2-04 a space in front", " x", 0, 0, NULL, ERR(LANGUAGE_LISTING, 0)},
        {"POP3-6856-3.2-04 nothing", "", 0, 0, NULL, ERR(LANGUAGE_LISTING, 0)},
        {"POP3-6856-3.2-04 another octet behind", "en: English", 0, 0, NULL, ERR(LANGUAGE_LISTING, 2)},
        {"POP3-6856-3.2-04 an empty subtag", "en- English", 0, 0, NULL, ERR(LANGUAGE_LISTING, 3)},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check(&rows[i], MS_POP3_AFTER_LANG);
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_LANG, .utf8 = true};
    const ms_pop3_response got = ms_pop3_listing_parse(MS_SPAN("x-klingon tlhIngan"), &context);
    cr_expect(span_is(got.language.tag, "x-klingon"));
    cr_expect(span_is(got.language.description, "tlhIngan"));
}

Test(pop3_listing, other_lines_are_text)
{
    for (int after = MS_POP3_AFTER_STATUS; after <= MS_POP3_AFTER_COUNT; after++) {
        const ms_pop3_response_context context = {.after = (ms_pop3_after)after};
        if (after == MS_POP3_AFTER_LIST || after == MS_POP3_AFTER_UIDL || after == MS_POP3_AFTER_LANG)
            continue;
        const ms_pop3_response got = ms_pop3_listing_parse(MS_SPAN("any\001thing"), &context);
        cr_expect_eq(got.error, MS_POP3_RESPONSE_OK);
        cr_expect_eq(got.deviations, 0);
        cr_expect(span_is(got.text, "any\001thing"));
    }
}
