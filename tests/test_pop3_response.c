/* POP3 status lines: each row a line, what it is understood as, and what is wrong with it. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "mailspec/pop3_response.h"

#define DEV(name) MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_##name)

typedef struct row {
    const char *id, *line;
    ms_pop3_indicator indicator;
    const char *text; /* NULL: absent */
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} row;

static ms_pop3_response check(const row *r, size_t len, const ms_pop3_response_context *context)
{
    const ms_span line = heap_copy(r->line, len);
    const ms_pop3_response got = ms_pop3_response_parse(line, context);
    cr_expect_eq(got.error, r->error, "%s: got %s", r->id, ms_pop3_response_error_rule(got.error)->name);
    cr_expect_eq(got.error_at, r->error_at, "%s: error at %zu", r->id, got.error_at);
    cr_expect_eq(got.deviations, r->deviations, "%s: deviations %llx", r->id, (unsigned long long)got.deviations);
    cr_expect_eq(got.deviation_at, r->deviation_at, "%s: deviation at %zu", r->id, got.deviation_at);
    cr_expect_eq(got.indicator, r->indicator, "%s: indicator %d", r->id, got.indicator);
    if (r->text == NULL)
        cr_expect(ms_span_is_absent(got.text), "%s: text is there", r->id);
    else
        cr_expect(span_is(got.text, r->text), "%s: text %.*s", r->id, (int)got.text.len,
                  ms_span_is_absent(got.text) ? "" : (const char *)got.text.ptr);
    heap_free(line);
    return got;
}

static void check_all(const row *rows, size_t count, const ms_pop3_response_context *context)
{
    for (size_t i = 0; i < count; i++)
        check(&rows[i], strlen(rows[i].line), context);
}

#define OK            MS_POP3_RESPONSE_OK, 0, 0, 0
#define ERR(e, at)    MS_POP3_RESPONSE_ERR_##e, at, 0, 0
#define STRAYS(d, at) MS_POP3_RESPONSE_OK, 0, DEV(d), at
#define PLUS          MS_POP3_POSITIVE
#define MINUS         MS_POP3_NEGATIVE

Test(pop3_response, indicators_and_text)
{
    static const row rows[] = {
        {"POP3-2449-3-04 bare", "+OK", PLUS, NULL, OK},
        {"POP3-2449-3-04 bare negative", "-ERR", MINUS, NULL, OK},
        {"POP3-2449-3-04 text", "+OK 2 messages", PLUS, "2 messages", OK},
        {"POP3-2449-3-04 empty text", "+OK ", PLUS, "", OK},
        {"POP3-2449-3-04 negative text", "-ERR no such message", MINUS, "no such message", OK},
        {"POP3-2449-3-04 two spaces: one of them is text", "+OK  x", PLUS, " x", OK},
        {"POP3-2449-3-04 no space", "+OKtext", PLUS, "text", STRAYS(NO_SPACE, 3)},
        {"POP3-1939-3-14 no space", "-ERRtext", MINUS, "text", STRAYS(NO_SPACE, 4)},
        {"POP3-1939-3-11 lower case", "+ok x", PLUS, "x", STRAYS(INDICATOR_CASE, 1)},
        {"POP3-1939-3-11 mixed case", "-ErR", MINUS, NULL, STRAYS(INDICATOR_CASE, 2)},
        {"POP3-1939-3-10 something else", "OK", MS_POP3_NONE, NULL, ERR(INDICATOR, 0)},
        {"POP3-1939-3-10 nothing", "", MS_POP3_NONE, NULL, ERR(INDICATOR, 0)},
        {"POP3-1939-3-10 cut off", "+O", MS_POP3_NONE, NULL, ERR(INDICATOR, 2)},
        {"POP3-1939-3-10 a third letter", "-ERT x", MS_POP3_NONE, NULL, ERR(INDICATOR, 3)},
        {"POP3-1939-3-10 a blank before", " +OK", MS_POP3_NONE, NULL, ERR(INDICATOR, 0)},
        {"POP3-1939-3-10 a continuation nobody awaits", "+ ", MS_POP3_NONE, NULL, ERR(INDICATOR, 1)},
        {"POP3-1939-3-12 CR CR LF", "+OK x\r", PLUS, "x", STRAYS(BARE_CR, 5)},
        {"POP3-1939-3-12 CR inside", "+OK x\ry", PLUS, "x\ry", STRAYS(BARE_CR, 5)},
        {"POP3-2449-3-04 control character", "+OK x\033[1m", PLUS, "x\033[1m", STRAYS(CONTROL, 5)},
        {"POP3-2449-3-04 in a long text", "-ERR 0123456789012345678901\00123456789", MINUS,
         "0123456789012345678901\00123456789", STRAYS(CONTROL, 27)},
        {"POP3-2449-3-04 HT is let pass", "+OK a\tb", PLUS, "a\tb", OK},
        {"POP3-2449-3-04 schar reaches up to DEL", "+OK a\177b", PLUS, "a\177b", OK},
        {"POP3-2449-3-04 8-bit", "+OK gew\303\244hlt", PLUS, "gew\303\244hlt", STRAYS(8BIT, 7)},
        {"POP3-2449-3-04 two faults, the first one's place", "+OK a\001\200", PLUS, "a\001\200", MS_POP3_RESPONSE_OK, 0,
         DEV(CONTROL) | DEV(8BIT), 5},
    };
    check_all(rows, COUNT(rows), NULL);
    const row nul = {"POP3-2449-3-04 NUL", "+OK\0x", PLUS, NULL, MS_POP3_RESPONSE_OK, 0, DEV(NO_SPACE) | DEV(NUL), 3};
    const ms_pop3_response got = ms_pop3_response_parse(ms_span_make(nul.line, 5), NULL);
    cr_expect_eq(got.deviations, nul.deviations, "%s", nul.id);
    cr_expect_eq(got.deviation_at, 3);
    cr_expect_eq(got.text.len, 2);
}

Test(pop3_response, utf8_in_force)
{
    static const row rows[] = {
        {"POP3-6856-3.2-05 text", "+OK gew\303\244hlt", PLUS, "gew\303\244hlt", OK},
        {"POP3-6856-3.2-05 long", "+OK 0123456789\342\202\254 0123456789", PLUS, "0123456789\342\202\254 0123456789",
         OK},
        {"POP3-6856-3.2-05 ill-formed", "+OK gew\344hlt", PLUS, "gew\344hlt", STRAYS(UTF8, 7)},
        {"POP3-6856-3.2-05 overlong", "-ERR \300\200", MINUS, "\300\200", STRAYS(UTF8, 5)},
    };
    const ms_pop3_response_context context = {.utf8 = true};
    check_all(rows, COUNT(rows), &context);
}

Test(pop3_response, drop_listing)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_STAT};
    static const struct {
        row row;
        uint32_t messages;
        uint64_t octets;
    } rows[] = {
        {{"POP3-1939-5-01 two numbers", "+OK 2 320", PLUS, "2 320", OK}, 2, 320},
        {{"POP3-1939-5-07 empty", "+OK 0 0", PLUS, "0 0", OK}, 0, 0},
        {{"POP3-1939-5-01 the largest", "+OK 4294967295 18446744073709551615", PLUS, "4294967295 18446744073709551615",
          OK},
         UINT32_MAX,
         UINT64_MAX},
        {{"POP3-1939-5-04 text behind", "+OK 2 320 messages", PLUS, "2 320 messages", STRAYS(EXTRA_TEXT, 9)}, 2, 320},
        {{"POP3-1939-5-04 a blank behind", "+OK 2 320 ", PLUS, "2 320 ", STRAYS(EXTRA_TEXT, 9)}, 2, 320},
        {{"POP3-1939-5-01 two spaces before", "+OK  2 320", PLUS, " 2 320", STRAYS(EXTRA_BLANKS, 4)}, 2, 320},
        {{"POP3-1939-5-01 two spaces between", "+OK 2  320", PLUS, "2  320", STRAYS(EXTRA_BLANKS, 6)}, 2, 320},
        {{"POP3-1939-5-01 a tab between", "+OK 2\t320", PLUS, "2\t320", STRAYS(EXTRA_BLANKS, 5)}, 2, 320},
        {{"POP3-1939-3-14 no space before", "+OK2 320", PLUS, "2 320", STRAYS(NO_SPACE, 3)}, 2, 320},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_pop3_response got = check(&rows[i].row, strlen(rows[i].row.line), &context);
        cr_expect_eq(got.drop.messages, rows[i].messages, "%s", rows[i].row.id);
        cr_expect_eq(got.drop.octets, rows[i].octets, "%s", rows[i].row.id);
    }
    static const row wrong[] = {
        {"POP3-1939-5-01 one number", "+OK 2", PLUS, "2", ERR(DROP_LISTING, 5)},
        {"POP3-1939-5-01 one number and a space", "+OK 2 ", PLUS, "2 ", ERR(DROP_LISTING, 6)},
        {"POP3-1939-5-01 none", "+OK", PLUS, NULL, ERR(DROP_LISTING, 3)},
        {"POP3-1939-4-12 sign", "+OK -2 320", PLUS, "-2 320", ERR(DROP_LISTING, 4)},
        {"POP3-1939-4-12 thousands separator", "+OK 2 1,320", PLUS, "2 1,320", ERR(DROP_LISTING, 7)},
        {"POP3-1939-5-01 a response code before", "+OK [X]2 320", PLUS, "[X]2 320", ERR(DROP_LISTING, 4)},
        {"POP3-1939-5-01 text", "+OK two messages", PLUS, "two messages", ERR(DROP_LISTING, 4)},
        {"POP3-SEC-int-05 messages", "+OK 4294967296 1", PLUS, "4294967296 1", ERR(NUMBER_RANGE, 4)},
        {"POP3-SEC-int-05 octets", "+OK 1 18446744073709551616", PLUS, "1 18446744073709551616", ERR(NUMBER_RANGE, 6)},
        {"POP3-1939-3-37 a refusal is free text", "-ERR 2", MINUS, "2", OK},
    };
    check_all(wrong, COUNT(wrong), &context);
}

Test(pop3_response, listings_of_one)
{
    const ms_pop3_response_context list = {.after = MS_POP3_AFTER_LIST}, uidl = {.after = MS_POP3_AFTER_UIDL};
    const row scan = {"POP3-1939-5-09", "+OK 2 200", PLUS, "2 200", OK};
    ms_pop3_response got = check(&scan, 9, &list);
    cr_expect_eq(got.scan.number, 2);
    cr_expect_eq(got.scan.octets, 200);
    const row unique = {"POP3-1939-7-22", "+OK 2 QhdPYR:00WBw1Ph7x7", PLUS, "2 QhdPYR:00WBw1Ph7x7", OK};
    check(&unique, strlen(unique.line), &uidl);
    got = ms_pop3_response_parse(MS_SPAN("+OK 2 QhdPYR:00WBw1Ph7x7"), &uidl);
    cr_expect_eq(got.unique.number, 2);
    cr_expect(span_is(got.unique.unique_id, "QhdPYR:00WBw1Ph7x7"));
    static const row wrong[] = {
        {"POP3-1939-5-09 no size", "+OK 2", PLUS, "2", ERR(SCAN_LISTING, 5)},
        {"POP3-1939-5-09 no number", "+OK", PLUS, NULL, ERR(SCAN_LISTING, 3)},
        {"POP3-1939-5-10 text behind", "+OK 2 200 octets", PLUS, "2 200 octets", STRAYS(EXTRA_TEXT, 9)},
    };
    check_all(wrong, COUNT(wrong), &list);
    const row no_id = {"POP3-1939-7-15 no id", "+OK 2 ", PLUS, "2 ", ERR(UNIQUE_ID_EMPTY, 6)};
    check(&no_id, 6, &uidl);
}

Test(pop3_response, language_choice)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_LANG, .utf8 = true};
    static const row rows[] = {
        {"POP3-6856-3.2-01 tag and text", "+OK es Idioma cambiado", PLUS, "es Idioma cambiado", OK},
        {"POP3-6856-3.2-01 an empty text", "+OK es-419 ", PLUS, "es-419 ", OK},
        {"POP3-6856-3.2-01 no space behind", "+OK es", PLUS, "es", STRAYS(LANGUAGE_SPACE, 6)},
        {"POP3-6856-3.2-01 no tag", "+OK ", PLUS, "", ERR(LANGUAGE, 4)},
        {"POP3-6856-3.2-01 no text at all", "+OK", PLUS, NULL, ERR(LANGUAGE, 3)},
        {"POP3-6856-3.2-01 a word that is no tag", "+OK language changed", PLUS, "language changed", OK},
        {"POP3-6856-3.2-01 too long for a tag", "+OK languages changed", PLUS, "languages changed", ERR(LANGUAGE, 13)},
        {"POP3-6856-3.2-02 refusal", "-ERR no", MINUS, "no", OK},
    };
    check_all(rows, COUNT(rows), &context);
    const ms_pop3_response got = ms_pop3_response_parse(MS_SPAN("+OK es Idioma cambiado"), &context);
    cr_expect(span_is(got.language.tag, "es"));
    cr_expect(span_is(got.language.description, "Idioma cambiado"));
}

Test(pop3_response, continuation)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_AUTH};
    static const row rows[] = {
        {"POP3-5034-5-04 empty", "+ ", MS_POP3_CONTINUATION, "", OK},
        {"POP3-5034-5-04 base64", "+ YQ==", MS_POP3_CONTINUATION, "YQ==", OK},
        {"POP3-5034-5-04 no space", "+YQ==", MS_POP3_CONTINUATION, "YQ==", ERR(CONTINUATION, 1)},
        {"POP3-5034-5-04 almost +OK", "+OX", MS_POP3_CONTINUATION, "OX", ERR(CONTINUATION, 1)},
        {"POP3-1939-3-11 a status all the same", "+oK", PLUS, NULL, STRAYS(INDICATOR_CASE, 1)},
        {"POP3-5034-5-04 +OK is none", "+OK", PLUS, NULL, OK},
        {"POP3-5034-4-08 the space is missing", "+", MS_POP3_CONTINUATION, "", STRAYS(BARE_CONTINUATION, 1)},
        {"POP3-5034-4-06 prose", "+ go ahead", MS_POP3_CONTINUATION, "go ahead", ERR(CHALLENGE, 4)},
        {"POP3-5034-4-06 a space behind", "+ YQ== ", MS_POP3_CONTINUATION, "YQ== ", ERR(CHALLENGE, 6)},
        {"POP3-5034-4-06 two spaces", "+  ", MS_POP3_CONTINUATION, " ", ERR(CHALLENGE, 2)},
        {"POP3-5034-4-20 refusal", "-ERR [AUTH] no", MINUS, "[AUTH] no", OK},
    };
    check_all(rows, COUNT(rows), &context);
    char line[2002] = "+ ";
    memset(line + 2, 'A', 2000);
    const ms_pop3_response got = ms_pop3_response_parse(ms_span_make(line, 2002), &context);
    cr_expect_eq(got.error, MS_POP3_RESPONSE_OK, "POP3-5034-4-19 any length");
    cr_expect_eq(got.deviations, 0);
    cr_expect_eq(got.continuation.data.len, 2000);
}

Test(pop3_response, greeting)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_GREETING};
    static const struct {
        row row;
        const char *timestamp;
    } rows[] = {
        {{"POP3-1939-4-01 plain", "+OK ready", PLUS, "ready", OK}, NULL},
        {{"POP3-1939-3-36 bare", "+OK", PLUS, NULL, OK}, NULL},
        {{"POP3-1939-7-46 timestamp", "+OK hi <1896.697170952@dbc.mtview.ca.us>", PLUS,
          "hi <1896.697170952@dbc.mtview.ca.us>", OK},
         "<1896.697170952@dbc.mtview.ca.us>"},
        {{"POP3-2449-3-08 text behind", "+OK hi <1.2@h> there", PLUS, "hi <1.2@h> there", OK}, "<1.2@h>"},
        {{"POP3-2449-3-09 domain literal", "+OK <1@[127.0.0.1]>", PLUS, "<1@[127.0.0.1]>", OK}, "<1@[127.0.0.1]>"},
        {{"POP3-2449-3-09 quoted string", "+OK <\"a\\\"b\"@h>", PLUS, "<\"a\\\"b\"@h>", OK}, "<\"a\\\"b\"@h>"},
        {{"POP3-2449-3-09 a bracket in a quoted string", "+OK <\"a>\"@h>", PLUS, "<\"a>\"@h>", OK}, "<\"a>\"@h>"},
        {{"POP3-2449-3-09 words of both kinds", "+OK <a.\"b\".c@h>", PLUS, "<a.\"b\".c@h>", OK}, "<a.\"b\".c@h>"},
        {{"POP3-2449-3-09 sub-domains of both kinds", "+OK <a@h.[1].x>", PLUS, "<a@h.[1].x>", OK}, "<a@h.[1].x>"},
        {{"POP3-2449-3-09 a bracket in a domain literal", "+OK <a@[1[]>", PLUS, "<a@[1[]>", STRAYS(TIMESTAMP, 4)},
         NULL},
        {{"POP3-2449-3-08 a control behind a response code", "+OK [X]\001", PLUS, "[X]\001", STRAYS(CONTROL, 7)}, NULL},
        {{"POP3-2449-3-09 no at sign", "+OK <ab>", PLUS, "<ab>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 a blank", "+OK <a b@c>", PLUS, "<a b@c>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 only an at sign", "+OK <@>", PLUS, "<@>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 two at signs", "+OK <a@b@c>", PLUS, "<a@b@c>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 nested", "+OK <<a@b>", PLUS, "<<a@b>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 two dots", "+OK <1..2@h>", PLUS, "<1..2@h>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 a dot at the end", "+OK <1@h.>", PLUS, "<1@h.>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-2449-3-09 a quoted string that does not end", "+OK <\"a@h>", PLUS, "<\"a@h>", STRAYS(TIMESTAMP, 4)},
         NULL},
        {{"POP3-2449-3-09 a quoted pair at the end", "+OK <\"a\\>", PLUS, "<\"a\\>", STRAYS(TIMESTAMP, 4)}, NULL},
        {{"POP3-SEC-apop-01 8-bit", "+OK <\200a@h>", PLUS, "<\200a@h>", MS_POP3_RESPONSE_OK, 0,
          DEV(TIMESTAMP) | DEV(8BIT), 4},
         NULL},
        {{"POP3-2449-3-08 a bracket that is not closed", "+OK 1 < 2", PLUS, "1 < 2", STRAYS(TIMESTAMP_NOT_CLOSED, 6)},
         NULL},
        {{"POP3-2449-3-08 two of them", "+OK <1@h> <2@h>", PLUS, "<1@h> <2@h>", STRAYS(TWO_TIMESTAMPS, 10)}, "<1@h>"},
        {{"POP3-2449-3-08 a response code before", "+OK [X/Y] <1@h>", PLUS, "[X/Y] <1@h>", OK}, "<1@h>"},
        {{"POP3-1939-4-01 negative", "-ERR busy", MINUS, "busy", STRAYS(GREETING_NEGATIVE, 0)}, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].row.line);
        check(&rows[i].row, line.len, &context);
        const ms_pop3_response got = ms_pop3_response_parse(line, &context);
        if (rows[i].timestamp == NULL)
            cr_expect(ms_span_is_absent(got.greeting.timestamp), "%s", rows[i].row.id);
        else
            cr_expect(span_is(got.greeting.timestamp, rows[i].timestamp), "%s", rows[i].row.id);
        heap_free(line);
    }
}

Test(pop3_response, response_codes)
{
    const ms_pop3_response_context announced = {.resp_codes = true};
    static const struct {
        row row;
        ms_pop3_response_code code;
        const char *code_text;
    } rows[] = {
        {{"POP3-2449-8.1.2-01", "-ERR [IN-USE] x", MINUS, "[IN-USE] x", OK}, MS_POP3_CODE_IN_USE, "IN-USE"},
        {{"POP3-2449-8.1.1-01", "-ERR [LOGIN-DELAY]", MINUS, "[LOGIN-DELAY]", OK},
         MS_POP3_CODE_LOGIN_DELAY,
         "LOGIN-DELAY"},
        {{"POP3-3206-4-01 temporary", "-ERR [SYS/TEMP] x", MINUS, "[SYS/TEMP] x", OK},
         MS_POP3_CODE_SYS_TEMP,
         "SYS/TEMP"},
        {{"POP3-3206-4-01 any letter case", "-ERR [sys/Perm] x", MINUS, "[sys/Perm] x", OK},
         MS_POP3_CODE_SYS_PERM,
         "sys/Perm"},
        {{"POP3-3206-4-01 no second level", "-ERR [SYS] x", MINUS, "[SYS] x", OK}, MS_POP3_CODE_SYS, "SYS"},
        {{"POP3-3206-4-01 another second level", "-ERR [SYS/OTHER]", MINUS, "[SYS/OTHER]", OK},
         MS_POP3_CODE_SYS,
         "SYS/OTHER"},
        {{"POP3-3206-5-01", "-ERR [AUTH] x", MINUS, "[AUTH] x", OK}, MS_POP3_CODE_AUTH, "AUTH"},
        {{"POP3-6856-5-01", "-ERR [UTF8] x", MINUS, "[UTF8] x", OK}, MS_POP3_CODE_UTF8, "UTF8"},
        {{"POP3-2449-8-01", "-ERR [in-use] x", MINUS, "[in-use] x", OK}, MS_POP3_CODE_IN_USE, "in-use"},
        {{"POP3-2449-8-02 deeper levels", "-ERR [SYS/TEMP/QUOTA] x", MINUS, "[SYS/TEMP/QUOTA] x", OK},
         MS_POP3_CODE_SYS_TEMP,
         "SYS/TEMP/QUOTA"},
        {{"POP3-2449-8-02 deeper levels", "-ERR [IN-USE/FOO]", MINUS, "[IN-USE/FOO]", OK},
         MS_POP3_CODE_IN_USE,
         "IN-USE/FOO"},
        {{"POP3-2449-8-03 unknown", "+OK [WEIRD] x", PLUS, "[WEIRD] x", OK}, MS_POP3_CODE_UNKNOWN, "WEIRD"},
        {{"POP3-2449-3-07 characters", "-ERR [A-B.C] x", MINUS, "[A-B.C] x", OK}, MS_POP3_CODE_UNKNOWN, "A-B.C"},
        {{"POP3-2449-3-05 any CHAR behind a code", "-ERR [X] a\tb", MINUS, "[X] a\tb", OK}, MS_POP3_CODE_UNKNOWN, "X"},
        {{"POP3-2449-3-06 empty", "-ERR [] x", MINUS, "[] x", ERR(RESPONSE_CODE_LEVEL, 6)}, MS_POP3_CODE_NONE, NULL},
        {{"POP3-2449-3-06 empty first level", "-ERR [/A]", MINUS, "[/A]", ERR(RESPONSE_CODE_LEVEL, 6)},
         MS_POP3_CODE_NONE,
         NULL},
        {{"POP3-2449-3-06 empty second level", "-ERR [A//B]", MINUS, "[A//B]", ERR(RESPONSE_CODE_LEVEL, 8)},
         MS_POP3_CODE_NONE,
         NULL},
        {{"POP3-2449-3-06 empty last level", "-ERR [A/]", MINUS, "[A/]", ERR(RESPONSE_CODE_LEVEL, 8)},
         MS_POP3_CODE_NONE,
         NULL},
        {{"POP3-2449-6.4-01 not closed", "-ERR [A", MINUS, "[A", ERR(RESPONSE_CODE, 7)}, MS_POP3_CODE_NONE, NULL},
        {{"POP3-2449-3-05 a word too much", "-ERR [bad", MINUS, "[bad", ERR(RESPONSE_CODE, 9)},
         MS_POP3_CODE_NONE,
         NULL},
        {{"POP3-2449-3-07 a space", "-ERR [A B] x", MINUS, "[A B] x", ERR(RESPONSE_CODE_OCTET, 7)},
         MS_POP3_CODE_NONE,
         NULL},
        {{"POP3-2449-3-07 8-bit", "-ERR [A\200]", MINUS, "[A\200]", ERR(RESPONSE_CODE_OCTET, 7)},
         MS_POP3_CODE_NONE,
         NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].row.line);
        check(&rows[i].row, line.len, &announced);
        const ms_pop3_response got = ms_pop3_response_parse(line, &announced);
        cr_expect_eq(got.code, rows[i].code, "%s: code %s", rows[i].row.id, ms_pop3_response_code_name(got.code));
        if (rows[i].code_text == NULL)
            cr_expect(ms_span_is_absent(got.code_text), "%s", rows[i].row.id);
        else
            cr_expect(span_is(got.code_text, rows[i].code_text), "%s", rows[i].row.id);
        heap_free(line);
    }
    /* POP3-2449-6.4-01: without the capability a bracket may begin any text */
    const row free_text = {"POP3-2449-6.4-01 not announced", "-ERR [bad", MINUS, "[bad", OK};
    check(&free_text, 9, NULL);
    cr_expect_str_eq(ms_pop3_response_code_name(MS_POP3_CODE_SYS_TEMP), "SYS/TEMP");
    cr_expect_str_eq(ms_pop3_response_code_name(MS_POP3_CODE_COUNT), "");
}

Test(pop3_response, lengths_and_frames)
{
    char text[520] = "+OK ";
    memset(text + 4, 'x', sizeof text - 4);
    ms_pop3_response got = ms_pop3_response_parse(ms_span_make(text, 510), NULL);
    cr_expect_eq(got.deviations, 0, "POP3-2449-4-03 512 octets with CRLF");
    got = ms_pop3_response_parse(ms_span_make(text, 511), NULL);
    cr_expect_eq(got.deviations, DEV(TOO_LONG), "POP3-2449-4-03 513 octets with CRLF");
    cr_expect_eq(got.deviation_at, 510);

    ms_line line = {.status = MS_LINE_COMPLETE, .flags = MS_LINE_BARE_LF, .text = MS_SPAN("+OK x")};
    got = ms_pop3_response_parse_line(&line, NULL);
    cr_expect_eq(got.deviations, DEV(BARE_LF), "POP3-1939-3-12");
    cr_expect_eq(got.deviation_at, 5);
    line = (ms_line){.status = MS_LINE_HEAD, .flags = MS_LINE_TOO_LONG, .text = MS_SPAN("+OK x")};
    got = ms_pop3_response_parse_line(&line, NULL);
    cr_expect_eq(got.deviations, DEV(TOO_LONG));
    cr_expect_eq(got.deviation_at, 5);
    line = (ms_line){.status = MS_LINE_NEED_MORE, .text = ms_span_absent()};
    got = ms_pop3_response_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_RESPONSE_ERR_INCOMPLETE);

    const ms_pop3_response_context content = {.after = MS_POP3_AFTER_TEXT};
    got = ms_pop3_response_parse(MS_SPAN("\001 any line"), &content);
    cr_expect_eq(got.error, MS_POP3_RESPONSE_OK);
    cr_expect(span_is(got.text, "\001 any line"));
}

Test(pop3_response, tables)
{
    for (int i = 0; i < MS_POP3_RESPONSE_ERR_COUNT; i++) {
        const ms_rule *rule = ms_pop3_response_error_rule((ms_pop3_response_error)i);
        cr_expect(rule->name[0] != '\0' && rule->text[0] != '\0', "error %d", i);
        cr_expect((rule->requirement == MS_REQ_NONE) == (i == MS_POP3_RESPONSE_OK), "error %d", i);
    }
    for (int i = 0; i < MS_POP3_RESPONSE_DEV_COUNT; i++) {
        const ms_rule *rule = ms_pop3_response_deviation_rule((ms_pop3_response_deviation)i);
        cr_expect(rule->name[0] != '\0' && rule->text[0] != '\0', "deviation %d", i);
        cr_expect_neq(rule->requirement, MS_REQ_NONE, "deviation %d", i);
    }
    cr_expect_str_eq(ms_pop3_response_error_rule(MS_POP3_RESPONSE_ERR_COUNT)->name, "");
    cr_expect_str_eq(ms_pop3_response_deviation_rule(MS_POP3_RESPONSE_DEV_COUNT)->name, "");
    cr_expect_eq(ms_pop3_response_deviation_requirement(MS_POP3_RESPONSE_DEV_EXTRA_TEXT, MS_POP3_AFTER_STAT),
                 MS_REQ_POP3_1939_5_04);
    cr_expect_eq(ms_pop3_response_deviation_requirement(MS_POP3_RESPONSE_DEV_EXTRA_TEXT, MS_POP3_AFTER_LIST),
                 MS_REQ_POP3_1939_5_10);
    cr_expect_eq(ms_pop3_response_deviation_requirement(MS_POP3_RESPONSE_DEV_EXTRA_TEXT, MS_POP3_AFTER_UIDL),
                 MS_REQ_POP3_1939_7_14);
}
