/* test_smtp_command_write.c - written commands: what is read comes back, what would break the line is refused */
#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mailspec/smtp_command.h"

/* Lines in the one form that the writer has: they come back octet for octet. */
static const struct row {
    const char *line;
    bool auth_response;
} rows[] = {
    {"HELO client.example", false},
    {"EHLO client.example", false},
    {"EHLO [192.0.2.1]", false},
    {"ehlo [IPv6:::1]", false},
    {"LHLO client.example", false},
    {"EHLO my_host", false},
    {"MAIL FROM:<>", false},
    {"MAIL FROM:<a@b.example>", false},
    {"MAIL FROM:<\"a\\@b\"@c>", false},
    {"MAIL FROM:<a@[IPv6:2001:db8::1]> SIZE=1000 BODY=8BITMIME", false},
    {"MAIL FROM:<\xc3\xa9@d> SMTPUTF8", false},
    {"MAIL FROM:<root>", false},
    {"mail FROM:<a@b> AUTH=<>", false},
    {"RCPT TO:<Postmaster>", false},
    {"RCPT TO:<a@b> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@c", false},
    {"RCPT TO:<@a,@b:c@d>", false},
    {"SEND FROM:<a@b>", false},
    {"SOML FROM:<a@b>", false},
    {"SAML FROM:<a@b>", false},
    {"DATA", false},
    {"RSET", false},
    {"QUIT", false},
    {"TURN", false},
    {"STARTTLS", false},
    {"NOOP", false},
    {"NOOP \"some text\"", false},
    {"NOOP some text", false},
    {"HELP", false},
    {"HELP MAIL", false},
    {"VRFY a", false},
    {"VRFY \xc3\xa9@d SMTPUTF8", false},
    {"EXPN staff SMTPUTF8", false},
    {"EXPN user@host.example", false},
    {"BDAT 0", false},
    {"BDAT 0 LAST", false},
    {"BDAT 18446744073709551615 LAST", false},
    {"AUTH PLAIN", false},
    {"AUTH PLAIN =", false},
    {"AUTH PLAIN dGVzdAB0ZXN0ADEyMzQ=", false},
    {"ETRN @foo.com", false},
    {"ETRN #queue", false},
    {"XCLIENT ADDR=127.0.0.1 NAME=a", false},
    {"BLURDYBLOOP", false},
    {"", true},
    {"*", true},
    {"dGVzdAB0ZXN0ADEyMzQ=", true},
};

Test(smtp_command_write, what_is_read_comes_back)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_smtp_context context = {.auth_response = rows[i].auth_response};
        const ms_span line = heap_text(rows[i].line);
        const ms_smtp_parsed parsed = ms_smtp_command_parse(line, &context);
        cr_assert_eq(parsed.error, MS_SMTP_OK, "%s", rows[i].line);
        uint8_t out[128];
        const size_t written = ms_smtp_command_write(&parsed.command, out, sizeof out);
        cr_expect_eq(written, line.len + 2, "%s: %zu octets", rows[i].line, written);
        cr_expect(written == line.len + 2 && memcmp(out, line.ptr, line.len) == 0 &&
                      memcmp(out + line.len, "\r\n", 2) == 0,
                  "%s comes back as %.*s", rows[i].line, (int)written, (const char *)out);
        heap_free(line);
    }
}

/* What deviates only in how it is written comes back as it should be. */
Test(smtp_command_write, written_right)
{
    static const struct {
        const char *id, *line, *written;
    } other[] = {
        {"SMTP-5321-3.3-10", "MAIL FROM: <a@b>", "MAIL FROM:<a@b>\r\n"},
        {"SMTP-5321-3.3-10", "rcpt to :a@b", "rcpt TO:<a@b>\r\n"},
        {"SMTP-5321-4.1.2-01", "MAIL FROM:<a@b SIZE=1", "MAIL FROM:<a@b> SIZE=1\r\n"},
        {"SMTP-5321-4.1.1-11", "QUIT  ", "QUIT\r\n"},
        {"SMTP-5321-4.1.1-10", "DATA now", "DATA\r\n"},
        {"SMTP-5321-4.1.1.1-03", "EHLO a  b", "EHLO a\r\n"},
        {"SMTP-3030-2-02", "BDAT 007  last", "BDAT 7 LAST\r\n"},
    };
    for (size_t i = 0; i < COUNT(other); i++) {
        const ms_span line = heap_text(other[i].line);
        const ms_smtp_parsed parsed = ms_smtp_command_parse(line, NULL);
        uint8_t out[64];
        const size_t written = ms_smtp_command_write(&parsed.command, out, sizeof out);
        cr_expect(span_is(ms_span_make(out, written), other[i].written), "%s: %.*s", other[i].id, (int)written,
                  (const char *)out);
        heap_free(line);
    }
}

Test(smtp_command_write, without_keyword)
{
    const ms_smtp_command command = {.verb = MS_SMTP_VRFY, .argument = MS_SPAN("a")};
    uint8_t out[16];
    const size_t written = ms_smtp_command_write(&command, out, sizeof out);
    cr_expect(span_is(ms_span_make(out, written), "VRFY a\r\n"));
}

Test(smtp_command_write, room)
{
    const ms_smtp_command command = {.verb = MS_SMTP_QUIT};
    for (size_t room = 0; room <= 6; room++) {
        uint8_t out[6] = {'x', 'x', 'x', 'x', 'x', 'x'};
        const ms_span block = heap_copy(out, room);
        cr_expect_eq(ms_smtp_command_write(&command, out, room), 6, "room for %zu", room);
        /* nothing is written unless all of it fits */
        cr_expect_eq(memcmp(out, room == 6 ? "QUIT\r\n" : "xxxxxx", 6), 0, "room for %zu", room);
        heap_free(block);
    }
    cr_expect_eq(ms_smtp_command_write(&command, NULL, 0), 6);
}

static bool is_refused(ms_smtp_command command)
{
    uint8_t out[64];
    return ms_smtp_command_write(&command, out, sizeof out) == 0;
}

/* SMTP-SEC-injection-18 */
Test(smtp_command_write, line_ends_and_nul_are_refused)
{
    static const ms_span evil[] = {
        {(const uint8_t *)"a\rb", 3},
        {(const uint8_t *)"a\nb", 3},
        {(const uint8_t *)"a\0b", 3},
        {(const uint8_t *)"a>\r\nRCPT TO:<b", 14},
    };
    const ms_span good = MS_SPAN("a");
    for (size_t i = 0; i < COUNT(evil); i++) {
        ms_smtp_path path = {
            .kind = MS_PATH_MAILBOX, .domain_kind = MS_DOMAIN_NAME, .local_part = good, .domain = good};
        cr_expect_not(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = path}}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = path, .parameters = evil[i]}}));
        path.local_part = evil[i];
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_RCPT, .mail = {.path = path}}));
        path.local_part = good;
        path.domain = evil[i];
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = path}}));
        path.domain = good;
        path.source_route = evil[i];
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = path}}));

        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_EHLO, .ehlo = {.domain = evil[i]}}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_AUTH, .auth = {.mechanism = evil[i]}}));
        cr_expect(is_refused(
            (ms_smtp_command){.verb = MS_SMTP_AUTH, .auth = {.mechanism = good, .initial_response = evil[i]}}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_AUTH_RESPONSE, .auth_response = {.data = evil[i]}}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_NOOP, .argument = evil[i]}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_VRFY, .argument = evil[i]}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_ETRN, .argument = evil[i]}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_UNKNOWN, .keyword = evil[i]}));
        cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_UNKNOWN, .keyword = good, .argument = evil[i]}));
    }
}

Test(smtp_command_write, missing_pieces_are_refused)
{
    const ms_span a = MS_SPAN("a"), empty = MS_SPAN("");
    const ms_smtp_path none = {.kind = MS_PATH_NONE};
    const ms_smtp_path null = {.kind = MS_PATH_NULL};
    const ms_smtp_path no_local_part = {.kind = MS_PATH_MAILBOX, .domain_kind = MS_DOMAIN_NAME, .domain = a};
    const ms_smtp_path no_domain = {.kind = MS_PATH_MAILBOX, .domain_kind = MS_DOMAIN_NAME, .local_part = a};
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = none}}));
    cr_expect_not(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = null}}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_RCPT, .mail = {.path = null}}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = no_local_part}}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = no_domain}}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_MAIL, .mail = {.path = null, .parameters = empty}}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_EHLO}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_VRFY}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_EXPN, .argument = empty}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_ETRN}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_AUTH}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_UNKNOWN}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_END_OF_DATA}), "no command line");
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_GREETING}), "no command line");
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_VERB_COUNT}));
    cr_expect(is_refused((ms_smtp_command){.verb = MS_SMTP_QUIT, .keyword = MS_SPAN("DATA")}),
              "another verb's keyword");
}
