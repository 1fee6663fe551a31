/* The serialisers: what they write is read back as it was meant, what would be read as something else is refused. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "mailspec/limits.h"
#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"

#define DIGEST "c4c9334bac560ecc979e58001b3e22fb"
#define S(text)                                   \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }
#define NONE    \
    {           \
        NULL, 0 \
    }

static const struct row {
    const char *id, *line; /* line: NULL when refused */
    ms_pop3_command command;
} rows[] = {
    {"POP3-1939-7-30", "USER mrose", {.verb = MS_POP3_USER, .user = {S("mrose")}}},
    {"POP3-1939-7-42", "PASS a b ", {.verb = MS_POP3_PASS, .pass = {S("a b ")}}},
    {"POP3-1939-7-42 one octet", "PASS p", {.verb = MS_POP3_PASS, .pass = {S("p")}}},
    {"POP3-1939-7-48", "APOP m " DIGEST, {.verb = MS_POP3_APOP, .apop = {S("m"), S(DIGEST)}}},
    {"POP3-1939-5-01", "STAT", {.verb = MS_POP3_STAT}},
    {"POP3-1939-5-08", "LIST", {.verb = MS_POP3_LIST}},
    {"POP3-1939-5-14", "LIST 1", {.verb = MS_POP3_LIST, .message = {1, true}}},
    {"POP3-1939-5-20", "RETR 4294967295", {.verb = MS_POP3_RETR, .message = {UINT32_MAX, true}}},
    {"POP3-1939-5-30", "DELE 10", {.verb = MS_POP3_DELE, .message = {10, true}}},
    {"POP3-1939-5-41", "RSET", {.verb = MS_POP3_RSET}},
    {"POP3-1939-5-38", "NOOP", {.verb = MS_POP3_NOOP}},
    {"POP3-1939-6-10", "QUIT", {.verb = MS_POP3_QUIT}},
    {"POP3-1939-7-02", "TOP 1 18446744073709551615", {.verb = MS_POP3_TOP, .top = {1, true, UINT64_MAX}}},
    {"POP3-1939-7-13", "UIDL", {.verb = MS_POP3_UIDL}},
    {"POP3-1939-7-22", "UIDL 2", {.verb = MS_POP3_UIDL, .message = {2, true}}},
    {"POP3-2449-5-01", "CAPA", {.verb = MS_POP3_CAPA}},
    {"POP3-2595-4-02", "STLS", {.verb = MS_POP3_STLS}},
    {"POP3-5034-4-05", "AUTH", {.verb = MS_POP3_AUTH, .auth = {NONE, NONE}}},
    {"POP3-5034-4-01", "AUTH PLAIN", {.verb = MS_POP3_AUTH, .auth = {S("PLAIN"), NONE}}},
    {"POP3-5034-4-12", "AUTH PLAIN =", {.verb = MS_POP3_AUTH, .auth = {S("PLAIN"), S("")}}},
    {"POP3-5034-4-01", "AUTH PLAIN AAAA", {.verb = MS_POP3_AUTH, .auth = {S("PLAIN"), S("AAAA")}}},
    {"POP3-5034-4-07", "*", {.verb = MS_POP3_AUTH_RESPONSE, .auth_response = {NONE, true}}},
    {"POP3-5034-5-03", "AAAA", {.verb = MS_POP3_AUTH_RESPONSE, .auth_response = {S("AAAA"), false}}},
    {"POP3-5034-5-03", "", {.verb = MS_POP3_AUTH_RESPONSE, .auth_response = {S(""), false}}},
    {"POP3-6856-2.1-01", "UTF8", {.verb = MS_POP3_UTF8}},
    {"POP3-6856-3.2-03", "LANG", {.verb = MS_POP3_LANG, .lang = {NONE}}},
    {"POP3-6856-3.2-06", "LANG *", {.verb = MS_POP3_LANG, .lang = {S("*")}}},
    {"POP3-1939-3-23", "XTND a b", {.verb = MS_POP3_UNKNOWN, .keyword = S("XTND"), .argument = S("a b")}},
    {"POP3-1939-3-23", "XTND", {.verb = MS_POP3_UNKNOWN, .keyword = S("XTND"), .argument = NONE}},
    {"POP3-1939-3-23 an empty argument", "XTND ", {.verb = MS_POP3_UNKNOWN, .keyword = S("XTND"), .argument = S("")}},
    {"refused: no name", NULL, {.verb = MS_POP3_USER, .user = {NONE}}},
    {"refused: empty name", NULL, {.verb = MS_POP3_USER, .user = {S("")}}},
    {"refused: CRLF", NULL, {.verb = MS_POP3_USER, .user = {S("a\r\nDELE 1")}}},
    {"refused: LF", NULL, {.verb = MS_POP3_PASS, .pass = {S("a\nb")}}},
    {"refused: CR", NULL, {.verb = MS_POP3_PASS, .pass = {S("a\rb")}}},
    {"refused: NUL", NULL, {.verb = MS_POP3_PASS, .pass = {S("a\0b")}}},
    {"refused: no password", NULL, {.verb = MS_POP3_PASS, .pass = {S("")}}},
    {"refused: a blank would be a second argument", NULL, {.verb = MS_POP3_USER, .user = {S("a b")}}},
    {"refused: a tab too", NULL, {.verb = MS_POP3_APOP, .apop = {S("a\tb"), S(DIGEST)}}},
    {"refused: short digest", NULL, {.verb = MS_POP3_APOP, .apop = {S("a"), S("abc")}}},
    {"refused: no number", NULL, {.verb = MS_POP3_RETR}},
    {"refused: number zero", NULL, {.verb = MS_POP3_LIST, .message = {0, true}}},
    {"refused: TOP without a number", NULL, {.verb = MS_POP3_TOP, .top = {0, false, 3}}},
    {"refused: a response without a mechanism", NULL, {.verb = MS_POP3_AUTH, .auth = {NONE, S("AAAA")}}},
    {"refused: CRLF in a response", NULL, {.verb = MS_POP3_AUTH_RESPONSE, .auth_response = {S("AA\r\n"), false}}},
    {"refused: no keyword", NULL, {.verb = MS_POP3_UNKNOWN, .keyword = NONE, .argument = NONE}},
    {"refused: CRLF behind a keyword", NULL, {.verb = MS_POP3_UNKNOWN, .keyword = S("XTND"), .argument = S("\r\n")}},
    {"refused: no verb", NULL, {.verb = MS_POP3_VERB_COUNT}},
};

Test(pop3_write, commands)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *r = &rows[i];
        if (r->line == NULL) {
            cr_expect_eq(ms_pop3_command_write(&r->command, NULL, 0), 0, "%s", r->id);
            continue;
        }
        const size_t due = strlen(r->line) + 2;
        uint8_t *out = malloc(due);
        cr_assert_not_null(out);
        memset(out, '#', due);
        cr_expect_eq(ms_pop3_command_write(&r->command, out, due - 1), due, "%s", r->id);
        cr_expect_eq(out[0], '#', "%s: written though there is no room", r->id);
        cr_expect_eq(ms_pop3_command_write(&r->command, out, due), due, "%s", r->id);
        cr_expect_eq(memcmp(out, r->line, due - 2), 0, "%s", r->id);
        cr_expect_eq(memcmp(out + due - 2, "\r\n", 2), 0, "%s", r->id);
        const ms_pop3_context context = {.auth_response = r->command.verb == MS_POP3_AUTH_RESPONSE};
        const ms_pop3_parsed read = ms_pop3_command_parse(ms_span_make(out, due - 2), &context);
        cr_expect_eq(read.error, MS_POP3_OK, "%s: read back: %s", r->id, ms_pop3_error_rule(read.error)->name);
        cr_expect_eq(read.command.verb, r->command.verb, "%s", r->id);
        free(out);
    }
}

static void expect_line(size_t needed, const uint8_t *out, const char *line)
{
    cr_expect_eq(needed, strlen(line), "%s", line);
    cr_expect_eq(memcmp(out, line, strlen(line)), 0, "%s", line);
}

Test(pop3_write, responses)
{
    uint8_t out[600];
    expect_line(ms_pop3_status_write(MS_POP3_POSITIVE, ms_span_absent(), out, sizeof out), out, "+OK\r\n");
    expect_line(ms_pop3_status_write(MS_POP3_POSITIVE, MS_SPAN(""), out, sizeof out), out, "+OK \r\n");
    expect_line(ms_pop3_status_write(MS_POP3_NEGATIVE, MS_SPAN("[IN-USE] x"), out, sizeof out), out,
                "-ERR [IN-USE] x\r\n");
    expect_line(ms_pop3_status_write(MS_POP3_CONTINUATION, ms_span_absent(), out, sizeof out), out, "+ \r\n");
    expect_line(ms_pop3_status_write(MS_POP3_CONTINUATION, MS_SPAN("YQ=="), out, sizeof out), out, "+ YQ==\r\n");
    expect_line(ms_pop3_drop_write(2, 320, out, sizeof out), out, "+OK 2 320\r\n");
    expect_line(ms_pop3_drop_write(0, 0, out, sizeof out), out, "+OK 0 0\r\n");
    expect_line(ms_pop3_scan_write(1, UINT64_MAX, out, sizeof out), out, "1 18446744073709551615\r\n");
    expect_line(ms_pop3_unique_id_write(1, MS_SPAN("a!~"), out, sizeof out), out, "1 a!~\r\n");
    expect_line(ms_pop3_capability_write(MS_SPAN("TOP"), ms_span_absent(), out, sizeof out), out, "TOP\r\n");
    expect_line(ms_pop3_capability_write(MS_SPAN("SASL"), MS_SPAN("PLAIN LOGIN"), out, sizeof out), out,
                "SASL PLAIN LOGIN\r\n");
    cr_expect_eq(ms_pop3_status_write(MS_POP3_POSITIVE, MS_SPAN("x"), out, 3), 7, "what is needed");
}

Test(pop3_write, refused_responses)
{
    uint8_t out[600], text[600];
    memset(text, 'x', sizeof text);
    const struct {
        const char *why;
        size_t got;
    } refused[] = {
        {"no indicator", ms_pop3_status_write(MS_POP3_NONE, MS_SPAN("x"), out, sizeof out)},
        {"CRLF", ms_pop3_status_write(MS_POP3_NEGATIVE, MS_SPAN("x\r\n+OK"), out, sizeof out)},
        {"LF", ms_pop3_status_write(MS_POP3_NEGATIVE, MS_SPAN("x\n"), out, sizeof out)},
        {"NUL", ms_pop3_status_write(MS_POP3_POSITIVE, MS_SPAN("x\0y"), out, sizeof out)},
        {"513 octets", ms_pop3_status_write(MS_POP3_POSITIVE, ms_span_make(text, 507), out, sizeof out)},
        {"number zero", ms_pop3_scan_write(0, 1, out, sizeof out)},
        {"number zero", ms_pop3_unique_id_write(0, MS_SPAN("a"), out, sizeof out)},
        {"POP3-1939-7-15 empty", ms_pop3_unique_id_write(1, MS_SPAN(""), out, sizeof out)},
        {"POP3-1939-7-15 71", ms_pop3_unique_id_write(1, ms_span_make(text, 71), out, sizeof out)},
        {"POP3-1939-7-16 space", ms_pop3_unique_id_write(1, MS_SPAN("a b"), out, sizeof out)},
        {"POP3-1939-7-16 space in front", ms_pop3_unique_id_write(1, MS_SPAN(" a"), out, sizeof out)},
        {"POP3-1939-7-16 CRLF", ms_pop3_unique_id_write(1, MS_SPAN("a\r\n."), out, sizeof out)},
        {"POP3-2449-3-11 dot", ms_pop3_capability_write(MS_SPAN("."), ms_span_absent(), out, sizeof out)},
        {"POP3-2449-3-11 empty", ms_pop3_capability_write(MS_SPAN(""), ms_span_absent(), out, sizeof out)},
        {"POP3-2449-3-10 CRLF", ms_pop3_capability_write(MS_SPAN("X"), MS_SPAN("a\r\nSTLS"), out, sizeof out)},
        {"POP3-2449-3-12", ms_pop3_capability_write(MS_SPAN("X"), ms_span_make(text, 509), out, sizeof out)},
    };
    for (size_t i = 0; i < COUNT(refused); i++)
        cr_expect_eq(refused[i].got, 0, "%s", refused[i].why);
    cr_expect_eq(ms_pop3_status_write(MS_POP3_POSITIVE, ms_span_make(text, 506), out, sizeof out),
                 MS_POP3_RESPONSE_LINE_MAX, "512 octets");
    cr_expect_eq(ms_pop3_unique_id_write(1, ms_span_make(text, 70), out, sizeof out), 74, "70 characters");
    cr_expect_eq(ms_pop3_status_write(MS_POP3_CONTINUATION, ms_span_make(text, 600), NULL, 0), 604,
                 "POP3-5034-4-19 any length");
}
