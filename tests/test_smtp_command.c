/* test_smtp_command.c - SMTP command lines (RFC 5321 section 4.1.1, and the extensions' commands) */
#include "feed.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_command.h"

#define D(name) MS_DEVIATION_BIT(MS_SMTP_DEV_##name)
#define E(name) MS_SMTP_ERR_##name
#define P(name) ((uint32_t)1 << MS_PARAM_##name)

enum { PLAIN, UTF8 = 1, LMTP = 2, RESPONSE = 4 };

static ms_smtp_context context_of(int flags)
{
    const ms_smtp_context context = {
        .smtputf8 = (flags & UTF8) != 0, .lmtp = (flags & LMTP) != 0, .auth_response = (flags & RESPONSE) != 0};
    return context;
}

static ms_smtp_parsed parse(ms_span line, int flags)
{
    const ms_smtp_context context = context_of(flags);
    return ms_smtp_command_parse(line, flags == PLAIN ? NULL : &context);
}

static bool is(ms_span span, const char *text)
{
    return text == NULL ? ms_span_is_absent(span) : span_is(span, text);
}

static void expect_right(const ms_smtp_parsed *got, const char *id, ms_deviations deviations)
{
    cr_expect_eq(got->error, MS_SMTP_OK, "%s: %s at %zu", id, ms_smtp_error_rule(got->error)->name, got->error_at);
    cr_expect_eq(got->error_at, 0, "%s", id);
    cr_expect_eq(got->requirement, MS_REQ_NONE, "%s", id);
    cr_expect_eq(got->deviations, deviations, "%s: deviations %#" PRIx64, id, got->deviations);
}

/* MAIL, RCPT and their kin.  What of the path does not matter to a row is in test_smtp_path.c. */
static const struct mail_row {
    const char *id, *line;
    int flags;
    ms_smtp_verb verb;
    ms_deviations deviations;
    ms_smtp_path_kind kind;
    const char *local_part, *domain, *parameters;
    uint32_t known;
    uint64_t size;
    uint8_t body, notify;
} mail_rows[] = {
    {"SMTP-5321-3.3-01 plain", "MAIL FROM:<a@b.example>", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a", "b.example",
     NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-03 null reverse-path", "MAIL FROM:<>", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_NULL, NULL, NULL, NULL, 0,
     0, 0, 0},
    {"SMTP-5321-2.4-01 verb in any case", "mAiL FROM:<a@b.example>", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a",
     "b.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-2.4-02 FROM in any case", "MAIL fRoM:<a@b>", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a", "b", NULL, 0,
     0, 0, 0},
    {"SMTP-5321-2.4-02 TO in any case", "rcpt tO:<a@b>", PLAIN, MS_SMTP_RCPT, 0, MS_PATH_MAILBOX, "a", "b", NULL, 0, 0,
     0, 0},
    {"SMTP-5321-2.4-04 local-part keeps its case", "MAIL FROM:<MiXed.Case@b>", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX,
     "MiXed.Case", "b", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-33 postmaster", "RCPT TO:<Postmaster>", PLAIN, MS_SMTP_RCPT, 0, MS_PATH_POSTMASTER, "Postmaster",
     NULL, NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-33 no domain", "RCPT TO:<a>", PLAIN, MS_SMTP_RCPT, D(UNQUALIFIED), MS_PATH_MAILBOX, "a", NULL,
     NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-05 source route", "RCPT TO:<@a.example,@b.example:u@c.example>", PLAIN, MS_SMTP_RCPT,
     D(SOURCE_ROUTE), MS_PATH_MAILBOX, "u", "c.example", NULL, 0, 0, 0, 0},

    {"SMTP-5321-3.3-11 space after the colon", "MAIL FROM: <a@b.example>", PLAIN, MS_SMTP_MAIL, D(SPACE_AFTER_COLON),
     MS_PATH_MAILBOX, "a", "b.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-3.3-11 space before the colon", "RCPT TO :<a@b.example>", PLAIN, MS_SMTP_RCPT, D(SPACE_BEFORE_COLON),
     MS_PATH_MAILBOX, "a", "b.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-3.3-11 blanks on both sides", "RCPT TO \t:  <a@b>", PLAIN, MS_SMTP_RCPT,
     D(SPACE_BEFORE_COLON) | D(SPACE_AFTER_COLON), MS_PATH_MAILBOX, "a", "b", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-01 no brackets", "MAIL FROM:a@b.example", PLAIN, MS_SMTP_MAIL, D(MISSING_BRACKETS),
     MS_PATH_MAILBOX, "a", "b.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-01 no brackets, space after the colon", "MAIL FROM: a@b SIZE=1", PLAIN, MS_SMTP_MAIL,
     D(MISSING_BRACKETS) | D(SPACE_AFTER_COLON), MS_PATH_MAILBOX, "a", "b", "SIZE=1", P(SIZE), 1, 0, 0},
    {"SMTP-5321-4.1.2-01 not closed", "MAIL FROM:<a@b.example", PLAIN, MS_SMTP_MAIL, D(PATH_NOT_CLOSED),
     MS_PATH_MAILBOX, "a", "b.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-01 not closed, parameter", "MAIL FROM:<a@b.example SIZE=7", PLAIN, MS_SMTP_MAIL,
     D(PATH_NOT_CLOSED), MS_PATH_MAILBOX, "a", "b.example", "SIZE=7", P(SIZE), 7, 0, 0},
    {"SMTP-5321-4.1.1-11 space at the end", "MAIL FROM:<a@b> ", PLAIN, MS_SMTP_MAIL, D(TRAILING_BLANKS),
     MS_PATH_MAILBOX, "a", "b", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.1-11 blanks behind a parameter", "MAIL FROM:<a@b> SIZE=1 \t", PLAIN, MS_SMTP_MAIL,
     D(TRAILING_BLANKS), MS_PATH_MAILBOX, "a", "b", "SIZE=1", P(SIZE), 1, 0, 0},
    {"SMTP-5321-4.1.2-10 two spaces before FROM", "MAIL  FROM:<a@b>", PLAIN, MS_SMTP_MAIL, D(EXTRA_BLANKS),
     MS_PATH_MAILBOX, "a", "b", NULL, 0, 0, 0, 0},
    {"SMTP-5321-4.1.2-10 tab before FROM", "MAIL\tFROM:<a@b>", PLAIN, MS_SMTP_MAIL, D(EXTRA_BLANKS), MS_PATH_MAILBOX,
     "a", "b", NULL, 0, 0, 0, 0},
    {"SMTP-5321-2.4-16 space before the verb", " MAIL FROM:<a@b>", PLAIN, MS_SMTP_MAIL, D(LEADING_BLANKS),
     MS_PATH_MAILBOX, "a", "b", NULL, 0, 0, 0, 0},

    {"SMTP-1870-4-01 SIZE", "MAIL FROM:<a@b.example> SIZE=1000", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a",
     "b.example", "SIZE=1000", P(SIZE), 1000, 0, 0},
    {"SMTP-1870-6.1-05 20 digits", "MAIL FROM:<> SIZE=99999999999999999999", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_NULL, NULL,
     NULL, "SIZE=99999999999999999999", P(SIZE), UINT64_MAX, 0, 0},
    {"SMTP-6152-3-01 BODY", "MAIL FROM:<a@b> BODY=8BITMIME", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a", "b",
     "BODY=8BITMIME", P(BODY), 0, MS_BODY_8BITMIME, 0},
    {"SMTP-5321-4.1.2-10 several", "MAIL FROM:<a@b> SIZE=5 BODY=BINARYMIME RET=HDRS ENVID=QQ314159 AUTH=<>", PLAIN,
     MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a", "b", "SIZE=5 BODY=BINARYMIME RET=HDRS ENVID=QQ314159 AUTH=<>",
     P(SIZE) | P(BODY) | P(RET) | P(ENVID) | P(AUTH), 5, MS_BODY_BINARYMIME, 0},
    {"SMTP-5321-4.1.2-10 two spaces", "MAIL FROM:<a@b>  SIZE=1", PLAIN, MS_SMTP_MAIL, D(EXTRA_BLANKS), MS_PATH_MAILBOX,
     "a", "b", "SIZE=1", P(SIZE), 1, 0, 0},
    {"SMTP-5321-4.1.2-10 two spaces between", "MAIL FROM:<a@b.example> SIZE=1  BODY=7BIT", PLAIN, MS_SMTP_MAIL,
     D(EXTRA_BLANKS), MS_PATH_MAILBOX, "a", "b.example", "SIZE=1  BODY=7BIT", P(SIZE) | P(BODY), 1, MS_BODY_7BIT, 0},
    {"SMTP-5321-4.1.2-10 no space", "MAIL FROM:<a@b.example>SIZE=1", PLAIN, MS_SMTP_MAIL, D(MISSING_SPACE),
     MS_PATH_MAILBOX, "a", "b.example", "SIZE=1", P(SIZE), 1, 0, 0},
    {"SMTP-5321-2.2.2-02 unknown parameter", "MAIL FROM:<a@b> PLUGH=1", PLAIN, MS_SMTP_MAIL,
     D(PARAMETER_NOT_REGISTERED), MS_PATH_MAILBOX, "a", "b", "PLUGH=1", P(UNKNOWN), 0, 0, 0},
    {"SMTP-5321-2.2.2-02 X parameter", "MAIL FROM:<a@b> XVERP", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX, "a", "b",
     "XVERP", P(UNKNOWN), 0, 0, 0},
    {"SMTP-3461-4.1-01 NOTIFY", "RCPT TO:<a@b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b", PLAIN, MS_SMTP_RCPT, 0,
     MS_PATH_MAILBOX, "a", "b", "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b", P(NOTIFY) | P(ORCPT), 0, 0,
     MS_NOTIFY_SUCCESS | MS_NOTIFY_FAILURE},

    {"SMTP-6531-3.2-01 UTF-8 with SMTPUTF8", "MAIL FROM:<\xc3\xa9@sender.example> SMTPUTF8", PLAIN, MS_SMTP_MAIL, 0,
     MS_PATH_MAILBOX, "\xc3\xa9", "sender.example", "SMTPUTF8", P(SMTPUTF8), 0, 0, 0},
    {"SMTP-6531-3.4-03 UTF-8 without SMTPUTF8", "MAIL FROM:<\xc3\xa9@sender.example>", PLAIN, MS_SMTP_MAIL, D(8BIT),
     MS_PATH_MAILBOX, "\xc3\xa9", "sender.example", NULL, 0, 0, 0, 0},
    {"SMTP-5321-2.4-13 8BITMIME does not allow it", "MAIL FROM:<\xc3\xa9@d> BODY=8BITMIME", PLAIN, MS_SMTP_MAIL,
     D(8BIT), MS_PATH_MAILBOX, "\xc3\xa9", "d", "BODY=8BITMIME", P(BODY), 0, MS_BODY_8BITMIME, 0},
    {"SMTP-6531-3.2-02 in RCPT", "RCPT TO:<\xc3\xa9@d>", UTF8, MS_SMTP_RCPT, 0, MS_PATH_MAILBOX, "\xc3\xa9", "d", NULL,
     0, 0, 0, 0},
    {"SMTP-6531-3.3-01 UTF-8 value", "MAIL FROM:<a@b> X=\xc3\xa9 SMTPUTF8", PLAIN, MS_SMTP_MAIL, 0, MS_PATH_MAILBOX,
     "a", "b", "X=\xc3\xa9 SMTPUTF8", P(UNKNOWN) | P(SMTPUTF8), 0, 0, 0},

    {"SMTP-5321-F.6-01 SEND", "SEND FROM:<a@b>", PLAIN, MS_SMTP_SEND, D(OBSOLETE_VERB), MS_PATH_MAILBOX, "a", "b", NULL,
     0, 0, 0, 0},
    {"SMTP-5321-F.6-01 SOML", "SOML FROM:<a@b>", PLAIN, MS_SMTP_SOML, D(OBSOLETE_VERB), MS_PATH_MAILBOX, "a", "b", NULL,
     0, 0, 0, 0},
    {"SMTP-5321-F.6-01 SAML", "saml FROM:<>", PLAIN, MS_SMTP_SAML, D(OBSOLETE_VERB), MS_PATH_NULL, NULL, NULL, NULL, 0,
     0, 0, 0},
};

Test(smtp_command, mail)
{
    for (size_t i = 0; i < COUNT(mail_rows); i++) {
        const struct mail_row *row = &mail_rows[i];
        const ms_span line = heap_text(row->line);
        const ms_smtp_parsed got = parse(line, row->flags);
        expect_right(&got, row->id, row->deviations);
        cr_expect_eq(got.command.verb, row->verb, "%s: verb %d", row->id, (int)got.command.verb);
        cr_expect_eq(got.command.keyword.len, 4, "%s", row->id);
        cr_expect_eq(got.command.mail.path.kind, row->kind, "%s", row->id);
        cr_expect(is(got.command.mail.path.local_part, row->local_part), "%s: local-part", row->id);
        cr_expect(is(got.command.mail.path.domain, row->domain), "%s: domain", row->id);
        cr_expect(is(got.command.mail.parameters, row->parameters), "%s: parameters", row->id);
        cr_expect_eq(got.command.mail.known, row->known, "%s: known %#x", row->id, got.command.mail.known);
        cr_expect_eq(got.command.mail.size, row->size, "%s: size %" PRIu64, row->id, got.command.mail.size);
        cr_expect_eq(got.command.mail.body, row->body, "%s", row->id);
        cr_expect_eq(got.command.mail.notify, row->notify, "%s", row->id);
        heap_free(line);
    }
}

/* HELO, EHLO, LHLO */
static const struct ehlo_row {
    const char *id, *line;
    int flags;
    ms_smtp_verb verb;
    ms_deviations deviations;
    const char *domain;
    ms_smtp_domain_kind kind;
} ehlo_rows[] = {
    {"SMTP-5321-2.3.5-02 name", "EHLO client.example", PLAIN, MS_SMTP_EHLO, 0, "client.example", MS_DOMAIN_NAME},
    {"SMTP-5321-2.4-01 any case", "eHlO client.example", PLAIN, MS_SMTP_EHLO, 0, "client.example", MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.1.1-06 IPv4 literal", "EHLO [192.0.2.1]", PLAIN, MS_SMTP_EHLO, 0, "[192.0.2.1]", MS_DOMAIN_IPV4},
    {"SMTP-5321-4.1.1.1-07 IPv6 literal", "EHLO [IPv6:::1]", PLAIN, MS_SMTP_EHLO, 0, "[IPv6:::1]", MS_DOMAIN_IPV6},
    {"SMTP-5321-4.1.3-03 IPv6 without its tag", "EHLO [::1]", PLAIN, MS_SMTP_EHLO, D(LITERAL_UNTAGGED_IPV6), "[::1]",
     MS_DOMAIN_IPV6},
    {"SMTP-5321-4.1.3-08 general literal", "EHLO [x:y]", PLAIN, MS_SMTP_EHLO, D(LITERAL_TAG_UNREGISTERED), "[x:y]",
     MS_DOMAIN_GENERAL},
    {"SMTP-5321-4.1.2-13 single label", "EHLO localhost", PLAIN, MS_SMTP_EHLO, 0, "localhost", MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.2-11 address without brackets is a Domain", "EHLO 127.0.0.1", PLAIN, MS_SMTP_EHLO, 0, "127.0.0.1",
     MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.2-12 dot at the end", "EHLO a.example.", PLAIN, MS_SMTP_EHLO, D(DOMAIN_TRAILING_DOT), "a.example.",
     MS_DOMAIN_NAME},
    {"SMTP-5321-2.3.5-02 underscore", "EHLO my_host", PLAIN, MS_SMTP_EHLO, D(EHLO_NOT_DOMAIN), "my_host",
     MS_DOMAIN_NONE},
    {"SMTP-5321-2.3.5-02 two dots", "EHLO a..example", PLAIN, MS_SMTP_EHLO, D(EHLO_NOT_DOMAIN), "a..example",
     MS_DOMAIN_NONE},
    {"SMTP-1123-5.2.5-02 underscore and two dots", "HELO bad_..name", PLAIN, MS_SMTP_HELO, D(EHLO_NOT_DOMAIN),
     "bad_..name", MS_DOMAIN_NONE},
    {"SMTP-5321-2.3.5-02 hyphen last", "EHLO a-", PLAIN, MS_SMTP_EHLO, D(EHLO_NOT_DOMAIN), "a-", MS_DOMAIN_NONE},
    {"SMTP-SEC-injection-13 format directives", "EHLO %n%n%n", PLAIN, MS_SMTP_EHLO, D(EHLO_NOT_DOMAIN), "%n%n%n",
     MS_DOMAIN_NONE},
    {"SMTP-6531-3.7.1-01 UTF-8",
     "EHLO b\xc3\xbc"
     "cher.example",
     UTF8, MS_SMTP_EHLO, D(8BIT),
     "b\xc3\xbc"
     "cher.example",
     MS_DOMAIN_NAME},
    {"SMTP-6531-3.7.1-01 other 8-bit", "EHLO a\xff", PLAIN, MS_SMTP_EHLO, D(8BIT) | D(EHLO_NOT_DOMAIN), "a\xff",
     MS_DOMAIN_NONE},
    {"SMTP-5321-4.1.1.1-03 text", "EHLO [192.0.2.1] it is me", PLAIN, MS_SMTP_EHLO, D(EHLO_EXTRA_TEXT), "[192.0.2.1]",
     MS_DOMAIN_IPV4},
    {"SMTP-SEC-injection-05 text", "EHLO x (y [192.0.2.9]) by z; Mon ", PLAIN, MS_SMTP_EHLO,
     D(EHLO_EXTRA_TEXT) | D(TRAILING_BLANKS), "x", MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.1-11 space at the end", "EHLO client.example ", PLAIN, MS_SMTP_EHLO, D(TRAILING_BLANKS),
     "client.example", MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.2-10 two spaces", "EHLO  client.example", PLAIN, MS_SMTP_EHLO, D(EXTRA_BLANKS), "client.example",
     MS_DOMAIN_NAME},
    {"SMTP-5321-2.2.1-04 HELO", "HELO client.example", PLAIN, MS_SMTP_HELO, 0, "client.example", MS_DOMAIN_NAME},
    {"SMTP-5321-4.1.1.1-17 HELO with a literal", "HELO [127.0.0.1]", PLAIN, MS_SMTP_HELO, D(HELO_LITERAL),
     "[127.0.0.1]", MS_DOMAIN_IPV4},
    {"SMTP-2033-4.1-02 LHLO", "LHLO client.example", LMTP, MS_SMTP_LHLO, 0, "client.example", MS_DOMAIN_NAME},
    {"SMTP-2033-4.1-02 LHLO with a literal", "lhlo [127.0.0.1]", LMTP, MS_SMTP_LHLO, 0, "[127.0.0.1]", MS_DOMAIN_IPV4},
    {"SMTP-2033-4.1-03 LHLO in SMTP", "LHLO client.example", PLAIN, MS_SMTP_LHLO, D(VERB_NOT_IN_SMTP), "client.example",
     MS_DOMAIN_NAME},
    {"SMTP-2033-4.1-04 EHLO in LMTP", "EHLO client.example", LMTP, MS_SMTP_EHLO, D(VERB_NOT_IN_LMTP), "client.example",
     MS_DOMAIN_NAME},
    {"SMTP-2033-4.1-04 HELO in LMTP", "HELO client.example", LMTP, MS_SMTP_HELO, D(VERB_NOT_IN_LMTP), "client.example",
     MS_DOMAIN_NAME},
};

Test(smtp_command, ehlo)
{
    for (size_t i = 0; i < COUNT(ehlo_rows); i++) {
        const struct ehlo_row *row = &ehlo_rows[i];
        const ms_span line = heap_text(row->line);
        const ms_smtp_parsed got = parse(line, row->flags);
        expect_right(&got, row->id, row->deviations);
        cr_expect_eq(got.command.verb, row->verb, "%s", row->id);
        cr_expect(is(got.command.ehlo.domain, row->domain), "%s: domain of %zu", row->id, got.command.ehlo.domain.len);
        cr_expect_eq(got.command.ehlo.domain_kind, row->kind, "%s: kind %d", row->id, got.command.ehlo.domain_kind);
        heap_free(line);
    }
}

/* Commands with one argument, or none. */
static const struct argument_row {
    const char *id, *line;
    int flags;
    ms_smtp_verb verb;
    ms_deviations deviations;
    const char *argument;
    bool smtputf8;
} argument_rows[] = {
    {"SMTP-5321-3.3-13 DATA", "DATA", PLAIN, MS_SMTP_DATA, 0, NULL, false},
    {"SMTP-5321-2.4-01 data", "data", PLAIN, MS_SMTP_DATA, 0, NULL, false},
    {"SMTP-5321-4.1.1-11 DATA and a space", "DATA ", PLAIN, MS_SMTP_DATA, D(TRAILING_BLANKS), NULL, false},
    {"SMTP-5321-4.1.1-10 DATA now", "DATA now", PLAIN, MS_SMTP_DATA, D(ARGUMENT_NOT_ALLOWED), "now", false},
    {"SMTP-5321-4.1.1.5-03 RSET", "RSET", PLAIN, MS_SMTP_RSET, 0, NULL, false},
    {"SMTP-5321-4.1.1-10 RSET now", "RSET now ", PLAIN, MS_SMTP_RSET, D(ARGUMENT_NOT_ALLOWED) | D(TRAILING_BLANKS),
     "now", false},
    {"SMTP-5321-4.1.1.10-01 QUIT", "qUiT", PLAIN, MS_SMTP_QUIT, 0, NULL, false},
    {"SMTP-5321-4.1.1-10 QUIT now", "QUIT  now", PLAIN, MS_SMTP_QUIT, D(ARGUMENT_NOT_ALLOWED) | D(EXTRA_BLANKS), "now",
     false},
    {"SMTP-5321-4.1.1-11 QUIT and blanks", "QUIT \t ", PLAIN, MS_SMTP_QUIT, D(TRAILING_BLANKS), NULL, false},
    {"SMTP-3207-4-01 STARTTLS", "STARTTLS", PLAIN, MS_SMTP_STARTTLS, 0, NULL, false},
    {"SMTP-3207-4-01 StartTls", "StartTls", PLAIN, MS_SMTP_STARTTLS, 0, NULL, false},
    {"SMTP-3207-4-12 STARTTLS now", "STARTTLS now", PLAIN, MS_SMTP_STARTTLS, D(STARTTLS_ARGUMENT), "now", false},
    {"SMTP-5321-F.1-01 TURN", "TURN", PLAIN, MS_SMTP_TURN, D(TURN), NULL, false},

    {"SMTP-5321-4.1.1.9-01 NOOP", "NOOP", PLAIN, MS_SMTP_NOOP, 0, NULL, false},
    {"SMTP-5321-4.1.1.9-02 NOOP with an Atom", "NOOP x", PLAIN, MS_SMTP_NOOP, 0, "x", false},
    {"SMTP-5321-4.1.1.9-02 NOOP with a Quoted-string", "NOOP \"some text\"", PLAIN, MS_SMTP_NOOP, 0, "\"some text\"",
     false},
    {"SMTP-5321-4.1.1.9-02 NOOP with needless quotes", "NOOP \"x\"", PLAIN, MS_SMTP_NOOP, 0, "\"x\"", false},
    {"SMTP-5321-4.1.2-30 NOOP with two words", "NOOP some text", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM), "some text",
     false},
    {"SMTP-5321-4.1.2-30 NOOP with a dot", "NOOP a.b", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM), "a.b", false},
    {"SMTP-5321-4.1.2-30 NOOP with open quotes", "NOOP \"a b", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM), "\"a b", false},
    {"SMTP-5321-2.4-08 NOOP with UTF-8 in quotes", "NOOP \"\xc3\xa9\"", PLAIN, MS_SMTP_NOOP, D(8BIT), "\"\xc3\xa9\"",
     false},
    {"SMTP-6531-3.3-01 NOOP with UTF-8 in quotes", "NOOP \"\xc3\xa9\"", UTF8, MS_SMTP_NOOP, 0, "\"\xc3\xa9\"", false},
    {"SMTP-6531-3.3-01 HELP with UTF-8", "HELP x\xc3\xa9", UTF8, MS_SMTP_HELP, 0, "x\xc3\xa9", false},
    {"SMTP-5321-2.4-08 NOOP with 8-bit octets", "NOOP \xff", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM) | D(8BIT), "\xff",
     false},
    {"SMTP-5321-2.3.8-04 NOOP with a CR", "NOOP a\rRSET", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM) | D(BARE_CR),
     "a\rRSET", false},
    {"SMTP-5321-2.3.8-04 NOOP with an LF", "NOOP a\nRSET", PLAIN, MS_SMTP_NOOP, D(STRING_NOT_ATOM) | D(BARE_LF),
     "a\nRSET", false},
    {"SMTP-5321-4.1.1-11 NOOP and a space", "NOOP ", PLAIN, MS_SMTP_NOOP, D(TRAILING_BLANKS), NULL, false},
    {"SMTP-5321-4.1.1-11 NOOP, a word and a space", "NOOP x ", PLAIN, MS_SMTP_NOOP, D(TRAILING_BLANKS), "x", false},
    {"SMTP-5321-4.1.1.8-01 HELP", "HELP", PLAIN, MS_SMTP_HELP, 0, NULL, false},
    {"SMTP-5321-4.1.1.8-02 HELP MAIL", "HELP MAIL", PLAIN, MS_SMTP_HELP, 0, "MAIL", false},
    {"SMTP-5321-4.1.2-30 HELP MAIL FROM", "HELP MAIL FROM:", PLAIN, MS_SMTP_HELP, D(STRING_NOT_ATOM),
     "MAIL FROM:", false},

    {"SMTP-5321-4.1.2-30 VRFY with an Atom", "VRFY a", PLAIN, MS_SMTP_VRFY, 0, "a", false},
    {"SMTP-5321-4.1.2-30 VRFY with a Quoted-string", "VRFY \"a b\"", PLAIN, MS_SMTP_VRFY, 0, "\"a b\"", false},
    {"SMTP-5321-4.1.2-30 VRFY with needless quotes", "VRFY \"a\"", PLAIN, MS_SMTP_VRFY, 0, "\"a\"", false},
    {"SMTP-5321-4.1.2-30 VRFY with two words", "VRFY a b", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM), "a b", false},
    {"SMTP-5321-3.5.1-08 VRFY with a Mailbox", "VRFY user@host.example", PLAIN, MS_SMTP_VRFY, 0, "user@host.example",
     false},
    {"SMTP-5321-3.5.1-07 VRFY with a Local-part", "VRFY first.last", PLAIN, MS_SMTP_VRFY, 0, "first.last", false},
    {"SMTP-5321-3.5.1-08 EXPN with a Mailbox", "EXPN list@[192.0.2.1]", PLAIN, MS_SMTP_EXPN, 0, "list@[192.0.2.1]",
     false},
    {"SMTP-5321-4.1.2-30 VRFY with a path", "VRFY <user@host.example>", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM),
     "<user@host.example>", false},
    {"SMTP-5321-4.1.2-30 VRFY with a bad domain", "VRFY a@b_c", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM), "a@b_c",
     false},
    {"SMTP-5321-4.1.2-30 VRFY with a dot first", "VRFY .a", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM), ".a", false},
    {"SMTP-5321-4.1.2-30 VRFY with a malformed literal", "VRFY a@[1.2]", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM),
     "a@[1.2]", false},
    {"SMTP-SEC-injection-11 VRFY with a control", "VRFY a\x1b[31mb", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM),
     "a\x1b[31mb", false},
    {"SMTP-5321-4.1.1-11 VRFY and a space", "VRFY a ", PLAIN, MS_SMTP_VRFY, D(TRAILING_BLANKS), "a", false},
    {"SMTP-5321-2.4-08 VRFY with UTF-8", "VRFY \xc3\xa9", PLAIN, MS_SMTP_VRFY, D(8BIT), "\xc3\xa9", false},
    {"SMTP-6531-3.7.4.2-01 VRFY with SMTPUTF8", "VRFY a SMTPUTF8", PLAIN, MS_SMTP_VRFY, 0, "a", true},
    {"SMTP-6531-3.7.4.2-01 VRFY of UTF-8 with smtputf8", "VRFY \xc3\xa9@d smtputf8", PLAIN, MS_SMTP_VRFY, 0,
     "\xc3\xa9@d", true},
    {"SMTP-6531-3.7.4.2-01 EXPN with SMTPUTF8", "EXPN \"a b\" SMTPUTF8 ", PLAIN, MS_SMTP_EXPN, D(TRAILING_BLANKS),
     "\"a b\"", true},
    {"SMTP-5321-4.1.2-30 VRFY with a longer word", "VRFY a SMTPUTF88", PLAIN, MS_SMTP_VRFY, D(STRING_NOT_ATOM),
     "a SMTPUTF88", false},
    {"SMTP-6531-3.7.4.2-01 SMTPUTF8 alone is the String", "VRFY SMTPUTF8", PLAIN, MS_SMTP_VRFY, 0, "SMTPUTF8", false},
    {"SMTP-5321-3.5.1-02 EXPN", "EXPN staff", PLAIN, MS_SMTP_EXPN, 0, "staff", false},

    {"SMTP-1985-5-01 ETRN", "ETRN example.org", PLAIN, MS_SMTP_ETRN, 0, "example.org", false},
    {"SMTP-1985-5-01 ETRN with @", "ETRN @foo.com", PLAIN, MS_SMTP_ETRN, 0, "@foo.com", false},
    {"SMTP-1985-5-01 ETRN with #", "etrn #uucp_queue!", PLAIN, MS_SMTP_ETRN, 0, "#uucp_queue!", false},
    {"SMTP-5321-4.1.1-11 ETRN and a space", "ETRN a ", PLAIN, MS_SMTP_ETRN, D(TRAILING_BLANKS), "a", false},

    {"SMTP-5321-4.1.5-01 X command", "XBLURDY", PLAIN, MS_SMTP_UNKNOWN, 0, NULL, false},
    {"SMTP-SEC-relay-29 XCLIENT", "XCLIENT ADDR=127.0.0.1 NAME=a", PLAIN, MS_SMTP_UNKNOWN, 0, "ADDR=127.0.0.1 NAME=a",
     false},
    {"SMTP-5321-2.2.2-02 x in lower case", "xfoo", PLAIN, MS_SMTP_UNKNOWN, 0, NULL, false},
    {"SMTP-5321-2.2.2-02 digits in a verb", "XEXCH50 1 2", PLAIN, MS_SMTP_UNKNOWN, 0, "1 2", false},
    {"SMTP-5321-2.2.2-02 unknown", "BLURDYBLOOP", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), NULL, false},
    {"SMTP-5321-2.2.2-02 short", "FOO bar", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), "bar", false},
    {"SMTP-5321-2.2.2-02 begins like a verb", "DATAX", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), NULL, false},
    {"SMTP-5321-2.2.2-02 half a verb", "STAR", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), NULL, false},
    {"SMTP-5321-2.2.2-02 STARTTLZ", "STARTTLZ", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), NULL, false},
    {"SMTP-5321-2.2.2-02 STARTTLSX", "STARTTLSX", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), NULL, false},
    {"SMTP-5321-2.2.2-02 HTTP", "GET / HTTP/1.1", PLAIN, MS_SMTP_UNKNOWN, D(VERB_NOT_REGISTERED), "/ HTTP/1.1", false},
    {"RFC 4468 section 3.2", "BURL imap://a/b LAST", PLAIN, MS_SMTP_UNKNOWN, 0, "imap://a/b LAST", false},
    {"RFC 2645 section 5.2.1", "ATRN a.example", PLAIN, MS_SMTP_UNKNOWN, 0, "a.example", false},
    {"SMTP-5321-4.1.1-11 unknown and a space", "XA ", PLAIN, MS_SMTP_UNKNOWN, D(TRAILING_BLANKS), NULL, false},
    {"SMTP-5321-2.4-08 unknown with 8-bit octets", "XA \xff", PLAIN, MS_SMTP_UNKNOWN, D(8BIT), "\xff", false},
};

Test(smtp_command, one_argument)
{
    for (size_t i = 0; i < COUNT(argument_rows); i++) {
        const struct argument_row *row = &argument_rows[i];
        const ms_span line = heap_text(row->line);
        const ms_smtp_parsed got = parse(line, row->flags);
        expect_right(&got, row->id, row->deviations);
        cr_expect_eq(got.command.verb, row->verb, "%s", row->id);
        cr_expect(is(got.command.argument, row->argument), "%s: argument of %zu", row->id, got.command.argument.len);
        cr_expect_eq(got.command.smtputf8, row->smtputf8, "%s", row->id);
        cr_expect_eq(got.command.keyword.len, strcspn(row->line, " "), "%s: keyword", row->id);
        heap_free(line);
    }
}

Test(smtp_command, bdat)
{
    static const struct {
        const char *id, *line;
        ms_deviations deviations;
        uint64_t octets;
        bool last;
    } rows[] = {
        {"SMTP-3030-2-02", "BDAT 5", 0, 5, false},
        {"SMTP-3030-2-02 LAST", "BDAT 5 LAST", 0, 5, true},
        {"SMTP-3030-2-31 last", "bdat 0 last", 0, 0, true},
        {"SMTP-3030-2-29 zero", "BDAT 0", 0, 0, false},
        {"SMTP-3030-2-02 leading zeros", "BDAT 00000000000000000012", 0, 12, false},
        {"SMTP-3030-2-02 most that fits", "BDAT 18446744073709551615 LAST", 0, UINT64_MAX, true},
        {"SMTP-5321-4.1.2-10 two spaces", "BDAT 5  LAST", D(EXTRA_BLANKS), 5, true},
        {"SMTP-5321-4.1.1-11 space behind the size", "BDAT 5 ", D(TRAILING_BLANKS), 5, false},
        {"SMTP-5321-4.1.1-11 space behind LAST", "BDAT 5 LAST ", D(TRAILING_BLANKS), 5, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].line);
        const ms_smtp_parsed got = parse(line, PLAIN);
        expect_right(&got, rows[i].id, rows[i].deviations);
        cr_expect_eq(got.command.verb, MS_SMTP_BDAT, "%s", rows[i].id);
        cr_expect_eq(got.command.bdat.octets, rows[i].octets, "%s: %" PRIu64, rows[i].id, got.command.bdat.octets);
        cr_expect_eq(got.command.bdat.last, rows[i].last, "%s", rows[i].id);
        heap_free(line);
    }
}

Test(smtp_command, auth)
{
    static const struct {
        const char *id, *line;
        ms_deviations deviations;
        const char *mechanism, *response;
    } rows[] = {
        {"SMTP-4954-4-10 mechanism alone", "AUTH PLAIN", 0, "PLAIN", NULL},
        {"SMTP-4954-4-13 empty response", "AUTH PLAIN =", 0, "PLAIN", ""},
        {"SMTP-4954-4-13 response", "AUTH PLAIN dA==", 0, "PLAIN", "dA=="},
        {"SMTP-4954-4-11 response without pad", "AUTH PLAIN dGVz", 0, "PLAIN", "dGVz"},
        {"SMTP-4954-4-31 any case", "auth plain dGVz", 0, "plain", "dGVz"},
        {"SMTP-4954-8-01 hyphen, underscore, digits", "AUTH SCRAM-SHA-256_X", 0, "SCRAM-SHA-256_X", NULL},
        {"SMTP-4954-8-01 name of 20", "AUTH ABCDEFGHIJKLMNOPQRST", 0, "ABCDEFGHIJKLMNOPQRST", NULL},
        {"SMTP-5321-4.1.1-11 space behind the mechanism", "AUTH PLAIN ", D(TRAILING_BLANKS), "PLAIN", NULL},
        {"SMTP-5321-4.1.1-11 space behind the response", "AUTH PLAIN = ", D(TRAILING_BLANKS), "PLAIN", ""},
        {"SMTP-5321-4.1.2-10 two spaces", "AUTH  PLAIN  =", D(EXTRA_BLANKS), "PLAIN", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].line);
        const ms_smtp_parsed got = parse(line, PLAIN);
        expect_right(&got, rows[i].id, rows[i].deviations);
        cr_expect_eq(got.command.verb, MS_SMTP_AUTH, "%s", rows[i].id);
        cr_expect(is(got.command.auth.mechanism, rows[i].mechanism), "%s: mechanism", rows[i].id);
        cr_expect(is(got.command.auth.initial_response, rows[i].response), "%s: response", rows[i].id);
        heap_free(line);
    }
}

Test(smtp_command, auth_response)
{
    static const struct {
        const char *id, *line, *data;
        bool cancel;
    } rows[] = {
        {"SMTP-4954-8-02 base64", "dGVzdAB0ZXN0ADEyMzQ=", "dGVzdAB0ZXN0ADEyMzQ=", false},
        {"SMTP-4954-8-02 empty", "", "", false},
        {"SMTP-4954-4-08 cancel", "*", "", true},
        {"SMTP-4954-8-02 what looks like a verb", "DATA", "DATA", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].line);
        const ms_smtp_parsed got = parse(line, RESPONSE);
        expect_right(&got, rows[i].id, 0);
        cr_expect_eq(got.command.verb, MS_SMTP_AUTH_RESPONSE, "%s", rows[i].id);
        cr_expect(ms_span_is_absent(got.command.keyword), "%s", rows[i].id);
        cr_expect(is(got.command.auth_response.data, rows[i].data), "%s", rows[i].id);
        cr_expect_eq(got.command.auth_response.cancel, rows[i].cancel, "%s", rows[i].id);
        heap_free(line);
    }
}

/* Lines that are not understood. */
static const struct bad_row {
    const char *id, *line;
    int flags;
    ms_smtp_verb verb;
    ms_smtp_error error;
    size_t at;
    ms_requirement requirement;
} bad_rows[] = {
    {"SMTP-5321-2.4-16 empty", "", PLAIN, MS_SMTP_UNKNOWN, E(EMPTY_LINE), 0, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 blanks alone", " \t", PLAIN, MS_SMTP_UNKNOWN, E(EMPTY_LINE), 2, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 digit", "250 ok", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 0, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 dot", ".", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 0, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 header field", "Subject: x", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 7, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 colon behind a verb", "MAIL:<a@b>", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 4, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 8-bit", "\xff\xfe", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 0, MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 bare CR behind a verb", "NOOP\rRSET", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 4,
     MS_REQ_SMTP_5321_2_4_16},
    {"SMTP-5321-2.4-16 control for a letter", "\x0d\x01\x09\x0c", PLAIN, MS_SMTP_UNKNOWN, E(VERB), 0,
     MS_REQ_SMTP_5321_2_4_16},

    {"SMTP-5321-4.1.1.2-03 MAIL alone", "MAIL", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 4, MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 MAIL and a space", "MAIL ", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 5,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 path alone", "MAIL <a@b>", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 5,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 TO", "MAIL TO:<a@b>", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 5, MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 misspelt", "MAIL FORM:<a@b>", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 6,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 no colon", "MAIL FROM<a@b>", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 9,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 space for the colon", "MAIL FROM <a@b>", PLAIN, MS_SMTP_MAIL, E(EXPECTED_FROM), 10,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.2-03 no path", "MAIL FROM:", PLAIN, MS_SMTP_MAIL, E(PATH), 10, MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.4-15 no path but a space", "MAIL FROM: ", PLAIN, MS_SMTP_MAIL, E(PATH), 11,
     MS_REQ_SMTP_5321_4_1_1_2_03},
    {"SMTP-5321-4.1.1.3-07 RCPT alone", "RCPT", PLAIN, MS_SMTP_RCPT, E(EXPECTED_TO), 4, MS_REQ_SMTP_5321_4_1_1_3_07},
    {"SMTP-5321-4.1.1.3-07 FROM", "RCPT FROM:<a@b>", PLAIN, MS_SMTP_RCPT, E(EXPECTED_TO), 5,
     MS_REQ_SMTP_5321_4_1_1_3_07},
    {"SMTP-5321-4.1.1.3-07 no path", "RCPT TO:", PLAIN, MS_SMTP_RCPT, E(PATH), 8, MS_REQ_SMTP_5321_4_1_1_3_07},
    {"SMTP-5321-4.1.2-04 null path", "RCPT TO:<>", PLAIN, MS_SMTP_RCPT, E(NULL_FORWARD_PATH), 9,
     MS_REQ_SMTP_5321_4_1_2_04},
    {"SMTP-5321-4.1.2-11 two at signs", "MAIL FROM:<a@b@c>", PLAIN, MS_SMTP_MAIL, E(DOMAIN), 14,
     MS_REQ_SMTP_5321_4_1_2_11},
    {"SMTP-5321-4.1.2-24 quotes not closed", "MAIL FROM:<\"a@b.c>", PLAIN, MS_SMTP_MAIL, E(QUOTED_STRING), 18,
     MS_REQ_SMTP_5321_4_1_2_24},
    {"SMTP-5321-4.1.3-05 malformed literal", "RCPT TO:<a@[IPv6:1::2::3]>", PLAIN, MS_SMTP_RCPT, E(ADDRESS_LITERAL), 22,
     MS_REQ_SMTP_5321_4_1_3_05},
    {"SMTP-5321-4.1.2-31 octet behind the path", "MAIL FROM:<a@b.example>x", PLAIN, MS_SMTP_MAIL, E(TRAILING_OCTETS),
     23, MS_REQ_SMTP_5321_4_1_2_31},
    {"SMTP-5321-4.1.2-31 unknown parameter behind the path", "MAIL FROM:<a@b>X=1", PLAIN, MS_SMTP_MAIL,
     E(TRAILING_OCTETS), 15, MS_REQ_SMTP_5321_4_1_2_31},
    {"SMTP-5321-4.1.2-32 two paths", "RCPT TO:<a@b.example><c@d.example>", PLAIN, MS_SMTP_RCPT, E(TRAILING_OCTETS), 21,
     MS_REQ_SMTP_5321_4_1_2_32},
    {"SMTP-5321-4.1.2-07 two paths and a space", "RCPT TO:<a@b> <c@d>", PLAIN, MS_SMTP_RCPT, E(PARAMETER_KEYWORD), 14,
     MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-5321-4.1.2-19 space in the path", "MAIL FROM:<a b@c>", PLAIN, MS_SMTP_MAIL, E(LOCAL_PART), 12,
     MS_REQ_SMTP_5321_4_1_2_19},
    {"SMTP-5321-4.1.2-28 control",
     "MAIL FROM:<a\x0b"
     "b@c>",
     PLAIN, MS_SMTP_MAIL, E(LOCAL_PART), 12, MS_REQ_SMTP_5321_4_1_2_28},
    {"SMTP-5321-4.1.2-16 octet above 127",
     "MAIL FROM:<a\xff"
     "b@sender.example>",
     PLAIN, MS_SMTP_MAIL, E(UTF8), 12, MS_REQ_SMTP_6531_3_3_02},
    {"SMTP-6531-3.3-02 malformed UTF-8", "MAIL FROM:<\xc0\xaf@d> SMTPUTF8", PLAIN, MS_SMTP_MAIL, E(UTF8), 11,
     MS_REQ_SMTP_6531_3_3_02},

    {"SMTP-1870-3-02 word", "MAIL FROM:<a@b> SIZE=abc", PLAIN, MS_SMTP_MAIL, E(PARAMETER_VALUE), 21,
     MS_REQ_SMTP_1870_3_02},
    {"SMTP-5321-4.1.2-08 two equals", "MAIL FROM:<a@b> XVERP=+=", PLAIN, MS_SMTP_MAIL, E(PARAMETER_VALUE), 23,
     MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-07 keyword", "MAIL FROM:<a@b> A_B=1", PLAIN, MS_SMTP_MAIL, E(PARAMETER_KEYWORD), 17,
     MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-1870-6-01 twice", "MAIL FROM:<a@b> SIZE=1 SIZE=2", PLAIN, MS_SMTP_MAIL, E(PARAMETER_DUPLICATE), 23,
     MS_REQ_SMTP_1870_6_01},
    {"SMTP-6152-3-11 twice", "MAIL FROM:<a@b> BODY=7BIT BODY=8BITMIME", PLAIN, MS_SMTP_MAIL, E(PARAMETER_DUPLICATE), 26,
     MS_REQ_SMTP_6152_3_11},
    {"SMTP-5321-4.1.1.2-02 NOTIFY in MAIL", "MAIL FROM:<a@b> NOTIFY=NEVER", PLAIN, MS_SMTP_MAIL,
     E(PARAMETER_UNKNOWN_FOR_VERB), 16, MS_REQ_SMTP_5321_4_1_1_2_02},
    {"SMTP-5321-4.1.1.3-05 SIZE in RCPT", "RCPT TO:<a@b> SIZE=1", PLAIN, MS_SMTP_RCPT, E(PARAMETER_UNKNOWN_FOR_VERB),
     14, MS_REQ_SMTP_5321_4_1_1_3_05},
    {"SMTP-5321-F.6-02 SEND TO", "SEND TO:<a@b>", PLAIN, MS_SMTP_SEND, E(EXPECTED_FROM), 5,
     MS_REQ_SMTP_5321_4_1_1_2_03},

    {"SMTP-5321-2.3.5-02 EHLO alone", "EHLO", PLAIN, MS_SMTP_EHLO, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_5321_2_3_5_02},
    {"SMTP-5321-2.3.5-02 EHLO and a space", "EHLO ", PLAIN, MS_SMTP_EHLO, E(ARGUMENT_MISSING), 5,
     MS_REQ_SMTP_5321_2_3_5_02},
    {"SMTP-5321-2.3.5-02 HELO alone", "helo", PLAIN, MS_SMTP_HELO, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_5321_2_3_5_02},
    {"SMTP-5321-2.3.5-02 LHLO alone", "LHLO", LMTP, MS_SMTP_LHLO, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_5321_2_3_5_02},
    {"SMTP-5321-4.1.3-01 malformed literal", "EHLO [1.2.3]", PLAIN, MS_SMTP_EHLO, E(ADDRESS_LITERAL), 11,
     MS_REQ_SMTP_5321_4_1_3_01},
    {"SMTP-5321-4.1.3-04 malformed IPv6 literal", "EHLO [IPv6:1:2]", PLAIN, MS_SMTP_EHLO, E(ADDRESS_LITERAL), 14,
     MS_REQ_SMTP_5321_4_1_3_04},
    {"SMTP-5321-4.1.3-09 octet behind a literal", "EHLO [1.2.3.4]x", PLAIN, MS_SMTP_EHLO, E(ADDRESS_LITERAL), 14,
     MS_REQ_SMTP_5321_4_1_3_09},
    {"SMTP-5321-4.1.3-09 literal not closed", "HELO [1.2.3.4", PLAIN, MS_SMTP_HELO, E(ADDRESS_LITERAL), 13,
     MS_REQ_SMTP_5321_4_1_3_09},
    {"SMTP-5321-2.3.5-02 control", "EHLO a\x01", PLAIN, MS_SMTP_EHLO, E(ARGUMENT_MALFORMED), 6,
     MS_REQ_SMTP_5321_2_3_5_02},
    {"SMTP-5321-2.3.5-02 CR", "EHLO a\rb", PLAIN, MS_SMTP_EHLO, E(ARGUMENT_MALFORMED), 6, MS_REQ_SMTP_5321_2_3_5_02},

    {"SMTP-5321-4.1.1.6-02 VRFY alone", "VRFY", PLAIN, MS_SMTP_VRFY, E(ARGUMENT_MISSING), 4,
     MS_REQ_SMTP_5321_4_1_1_6_02},
    {"SMTP-5321-4.1.1.7-02 EXPN alone", "EXPN ", PLAIN, MS_SMTP_EXPN, E(ARGUMENT_MISSING), 5,
     MS_REQ_SMTP_5321_4_1_1_7_02},
    {"SMTP-6531-3.3-02 VRFY with malformed UTF-8", "VRFY a\xed\xa0\x80", PLAIN, MS_SMTP_VRFY, E(UTF8), 6,
     MS_REQ_SMTP_6531_3_3_02},

    {"SMTP-3030-2-02 BDAT alone", "BDAT", PLAIN, MS_SMTP_BDAT, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 letter", "BDAT x", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 5, MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 minus", "BDAT -1", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 5, MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 other word", "BDAT 5 FIRST", PLAIN, MS_SMTP_BDAT, E(ARGUMENT_MALFORMED), 7, MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 half the word", "BDAT 5 LAS", PLAIN, MS_SMTP_BDAT, E(ARGUMENT_MALFORMED), 10,
     MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 longer word", "BDAT 5 LASTX", PLAIN, MS_SMTP_BDAT, E(ARGUMENT_MALFORMED), 11,
     MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 LAST alone", "BDAT LAST", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 5, MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 letter behind the digits", "BDAT 5x", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 6,
     MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 word behind LAST", "BDAT 5 LAST x", PLAIN, MS_SMTP_BDAT, E(TRAILING_OCTETS), 12,
     MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 21 digits", "BDAT 000000000000000000001", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 25,
     MS_REQ_SMTP_3030_2_02},
    {"SMTP-3030-2-02 over 64 bits", "BDAT 18446744073709551616", PLAIN, MS_SMTP_BDAT, E(CHUNK_SIZE), 24,
     MS_REQ_SMTP_3030_2_02},

    {"SMTP-4954-4-05 AUTH alone", "AUTH", PLAIN, MS_SMTP_AUTH, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_4954_8_01},
    {"SMTP-4954-8-01 name with a dot", "AUTH PLA.IN", PLAIN, MS_SMTP_AUTH, E(MECHANISM), 8, MS_REQ_SMTP_4954_8_01},
    {"SMTP-4954-8-01 name of 21", "AUTH ABCDEFGHIJKLMNOPQRSTU", PLAIN, MS_SMTP_AUTH, E(MECHANISM), 25,
     MS_REQ_SMTP_4954_8_01},
    {"SMTP-4954-4-13 pads alone", "AUTH PLAIN ====", PLAIN, MS_SMTP_AUTH, E(BASE64), 11, MS_REQ_SMTP_4954_4_13},
    {"SMTP-4954-4-20 pad first", "AUTH PLAIN =AAA", PLAIN, MS_SMTP_AUTH, E(BASE64), 11, MS_REQ_SMTP_4954_4_13},
    {"SMTP-4954-4-20 pad inside", "AUTH PLAIN AAA=BBB", PLAIN, MS_SMTP_AUTH, E(BASE64), 15, MS_REQ_SMTP_4954_4_13},
    {"SMTP-4954-4-19 hyphen", "AUTH PLAIN dG-z", PLAIN, MS_SMTP_AUTH, E(BASE64), 13, MS_REQ_SMTP_4954_4_13},
    {"SMTP-4954-4-13 too short", "AUTH PLAIN dGV", PLAIN, MS_SMTP_AUTH, E(BASE64), 14, MS_REQ_SMTP_4954_4_13},
    {"SMTP-4954-8-01 two responses", "AUTH PLAIN dGVz dGVz", PLAIN, MS_SMTP_AUTH, E(TRAILING_OCTETS), 16,
     MS_REQ_SMTP_4954_8_01},
    {"SMTP-4954-8-02 equals", "=", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 0, MS_REQ_SMTP_4954_8_02},
    {"SMTP-4954-8-02 asterisks", "**", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 0, MS_REQ_SMTP_4954_8_02},
    {"SMTP-4954-4-17 no base64", "!!notbase64!!", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 0, MS_REQ_SMTP_4954_8_02},
    {"SMTP-4954-4-19 space at the end", "dGVz ", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 4, MS_REQ_SMTP_4954_8_02},
    {"SMTP-4954-4-19 space inside", "dG Vz", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 2, MS_REQ_SMTP_4954_8_02},
    {"SMTP-4954-8-02 too short", "dGV", RESPONSE, MS_SMTP_AUTH_RESPONSE, E(BASE64), 3, MS_REQ_SMTP_4954_8_02},

    {"SMTP-1985-5-03 ETRN alone", "ETRN", PLAIN, MS_SMTP_ETRN, E(ARGUMENT_MISSING), 4, MS_REQ_SMTP_1985_5_09},
    {"SMTP-1985-5-04 two names", "ETRN bad name", PLAIN, MS_SMTP_ETRN, E(TRAILING_OCTETS), 9, MS_REQ_SMTP_1985_5_09},
    {"SMTP-1985-5-04 bad name", "ETRN -a", PLAIN, MS_SMTP_ETRN, E(ARGUMENT_MALFORMED), 5, MS_REQ_SMTP_1985_5_09},
    {"SMTP-1985-5-09 option alone", "ETRN @", PLAIN, MS_SMTP_ETRN, E(ARGUMENT_MALFORMED), 6, MS_REQ_SMTP_1985_5_09},
    {"SMTP-1985-5-09 other option", "ETRN &a", PLAIN, MS_SMTP_ETRN, E(ARGUMENT_MALFORMED), 5, MS_REQ_SMTP_1985_5_09},
    {"SMTP-1985-5-09 queue without a name", "ETRN #", PLAIN, MS_SMTP_ETRN, E(ARGUMENT_MALFORMED), 6,
     MS_REQ_SMTP_1985_5_09},
};

Test(smtp_command, bad)
{
    for (size_t i = 0; i < COUNT(bad_rows); i++) {
        const struct bad_row *row = &bad_rows[i];
        const ms_span line = heap_text(row->line);
        const ms_smtp_parsed got = parse(line, row->flags);
        cr_expect_eq(got.error, row->error, "%s: got %s", row->id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->at, "%s: got offset %zu", row->id, got.error_at);
        cr_expect_eq(got.requirement, row->requirement, "%s: got requirement %u", row->id, got.requirement);
        cr_expect_eq(got.command.verb, row->verb, "%s: got verb %d", row->id, (int)got.command.verb);
        cr_expect_eq(got.command.mail.path.kind, MS_PATH_NONE, "%s: no argument beside an error", row->id);
        const ms_span keyword = got.command.keyword;
        cr_expect(row->verb == MS_SMTP_UNKNOWN || row->verb == MS_SMTP_AUTH_RESPONSE ||
                      (keyword.ptr == line.ptr && keyword.len == strlen(ms_smtp_verb_name(row->verb))),
                  "%s: the keyword is told all the same", row->id);
        heap_free(line);
    }
}

Test(smtp_command, nul)
{
    static const struct {
        const char *id, *line;
        size_t len, at;
    } rows[] = {
        {"SMTP-SEC-injection-03 in a path", "MAIL FROM:<a\0b@c>", 17, 12},
        {"SMTP-SEC-injection-04 in the domain", "RCPT TO:<u@d\0.evil.example>", 27, 12},
        {"SMTP-SEC-injection-03 in the verb", "NO\0P", 4, 2},
        {"SMTP-SEC-injection-03 for the verb", "\0", 1, 0},
        {"SMTP-SEC-injection-03 in NOOP", "NOOP a b\0", 9, 8},
        {"SMTP-SEC-injection-03 in an unknown command", "XA \0", 4, 3},
        {"SMTP-SEC-injection-03 in EHLO", "EHLO a\0", 7, 6},
        {"SMTP-SEC-injection-03 behind EHLO", "EHLO a b\0", 9, 8},
        {"SMTP-SEC-injection-03 in VRFY", "VRFY a\0b", 8, 6},
        {"SMTP-SEC-injection-03 behind QUIT", "QUIT \0", 6, 5},
        {"SMTP-SEC-injection-03 in a parameter", "MAIL FROM:<> SIZE=1\0", 20, 19},
        {"SMTP-SEC-injection-03 in BDAT", "BDAT \0", 6, 5},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_copy(rows[i].line, rows[i].len);
        const ms_smtp_parsed got = parse(line, PLAIN);
        cr_expect_eq(got.error, MS_SMTP_ERR_NUL, "%s: got %s", rows[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, rows[i].at, "%s: got offset %zu", rows[i].id, got.error_at);
        cr_expect_eq(got.requirement, MS_REQ_SMTP_SEC_injection_03, "%s", rows[i].id);
        heap_free(line);
    }
}

/* Every row of the tables above, cut short: whatever comes of it, offsets and spans stay in the line. */
static void expect_inside(ms_span line, int flags, const char *id)
{
    const ms_smtp_parsed got = parse(line, flags);
    cr_expect_leq(got.error_at, line.len, "%s", id);
    if (!ms_span_is_absent(got.command.keyword))
        cr_expect(got.command.keyword.ptr >= line.ptr &&
                      got.command.keyword.ptr + got.command.keyword.len <= line.ptr + line.len,
                  "%s", id);
}

static void expect_prefixes_inside(const char *text, int flags, const char *id)
{
    const size_t len = strlen(text);
    for (size_t cut = 0; cut < len; cut++) {
        const ms_span line = heap_copy(text, cut);
        expect_inside(line, flags, id);
        heap_free(line);
    }
}

Test(smtp_command, each_prefix_is_survived)
{
    for (size_t i = 0; i < COUNT(mail_rows); i++)
        expect_prefixes_inside(mail_rows[i].line, mail_rows[i].flags, mail_rows[i].id);
    for (size_t i = 0; i < COUNT(ehlo_rows); i++)
        expect_prefixes_inside(ehlo_rows[i].line, ehlo_rows[i].flags, ehlo_rows[i].id);
    for (size_t i = 0; i < COUNT(argument_rows); i++)
        expect_prefixes_inside(argument_rows[i].line, argument_rows[i].flags, argument_rows[i].id);
    for (size_t i = 0; i < COUNT(bad_rows); i++)
        expect_prefixes_inside(bad_rows[i].line, bad_rows[i].flags, bad_rows[i].id);
}

Test(smtp_command, absent_line_is_empty)
{
    const ms_smtp_parsed got = ms_smtp_command_parse(ms_span_absent(), NULL);
    cr_expect_eq(got.error, MS_SMTP_ERR_EMPTY_LINE);
    cr_expect_eq(got.error_at, 0);
}

/* What the framer saw, added to what the line says. */
Test(smtp_command, framed_line)
{
    static const struct {
        const char *id, *text;
        ms_line_status status;
        uint8_t flags;
        int context;
        ms_smtp_verb verb;
        ms_smtp_error error;
        size_t at;
        ms_deviations deviations;
    } rows[] = {
        {"SMTP-5321-2.3.8-05 CRLF", "NOOP", MS_LINE_COMPLETE, 0, PLAIN, MS_SMTP_NOOP, MS_SMTP_OK, 0, 0},
        {"SMTP-5321-2.3.8-05 LF alone", "NOOP", MS_LINE_COMPLETE, MS_LINE_BARE_LF, PLAIN, MS_SMTP_NOOP, MS_SMTP_OK, 0,
         D(BARE_LF)},
        {"SMTP-5321-2.3.8-04 CR alone", "NOOP a\rb", MS_LINE_COMPLETE, MS_LINE_BARE_CR, PLAIN, MS_SMTP_NOOP, MS_SMTP_OK,
         0, D(BARE_CR) | D(STRING_NOT_ATOM)},
        {"SMTP-5321-2.3.8-04 CR alone where it is an error", "NOOP\rRSET", MS_LINE_COMPLETE, MS_LINE_BARE_CR, PLAIN,
         MS_SMTP_UNKNOWN, E(VERB), 4, D(BARE_CR)},
        {"SMTP-5321-2.4-07 no end yet", NULL, MS_LINE_NEED_MORE, 0, PLAIN, MS_SMTP_UNKNOWN, E(INCOMPLETE), 0, 0},
        {"SMTP-5321-4.5.3.1.4-01 head", "NOOP aaaa", MS_LINE_HEAD, MS_LINE_TOO_LONG, PLAIN, MS_SMTP_NOOP,
         E(LINE_TOO_LONG), 9, 0},
        {"SMTP-5321-4.5.3.1.4-01 head of an unknown word", "aaaaaaaaa", MS_LINE_HEAD, MS_LINE_TOO_LONG, PLAIN,
         MS_SMTP_UNKNOWN, E(LINE_TOO_LONG), 9, 0},
        {"SMTP-5321-4.5.3.1.4-01 piece", "RSET", MS_LINE_CONTINUED, MS_LINE_TOO_LONG, PLAIN, MS_SMTP_UNKNOWN,
         E(LINE_TOO_LONG), 4, 0},
        {"SMTP-5321-4.5.3.1.4-01 end", "RSET", MS_LINE_COMPLETE, MS_LINE_TOO_LONG, PLAIN, MS_SMTP_UNKNOWN,
         E(LINE_TOO_LONG), 4, 0},
        {"SMTP-4954-4-25 response", "AAAA", MS_LINE_HEAD, MS_LINE_TOO_LONG, RESPONSE, MS_SMTP_AUTH_RESPONSE,
         E(LINE_TOO_LONG), 4, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_smtp_context context = context_of(rows[i].context);
        const ms_line line = {.status = rows[i].status, .flags = rows[i].flags, .text = heap_text(rows[i].text)};
        const ms_smtp_parsed got = ms_smtp_command_parse_line(&line, &context);
        cr_expect_eq(got.error, rows[i].error, "%s: got %s", rows[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, rows[i].at, "%s: got offset %zu", rows[i].id, got.error_at);
        cr_expect_eq(got.command.verb, rows[i].verb, "%s", rows[i].id);
        cr_expect_eq(got.deviations, rows[i].deviations, "%s: got %#" PRIx64, rows[i].id, got.deviations);
        cr_expect_eq(got.requirement, ms_smtp_error_rule(rows[i].error)->requirement, "%s", rows[i].id);
        heap_free(line.text);
    }
}

Test(smtp_command, from_the_framer)
{
    /* SMTP-5321-4.5.3.1.4-01: a line of 512 octets is a command, one of 513 is not */
    for (size_t len = 512; len <= 513; len++) {
        char stream[513];
        memset(stream, 'a', sizeof stream);
        memcpy(stream, "NOOP ", 5);
        memcpy(stream + len - 2, "\r\n", 2);
        ms_line_framer framer;
        ms_line_init(&framer, MS_SMTP_COMMAND_LINE_MAX);
        const ms_span input = heap_copy(stream, len);
        const ms_line line = ms_line_next(&framer, input);
        cr_expect_eq(ms_smtp_command_parse_line(&line, NULL).error, len == 512 ? MS_SMTP_OK : E(LINE_TOO_LONG),
                     "%zu octets", len);
        heap_free(input);
    }
}

Test(smtp_command, verb_names)
{
    cr_expect_str_eq(ms_smtp_verb_name(MS_SMTP_STARTTLS), "STARTTLS");
    cr_expect_str_eq(ms_smtp_verb_name(MS_SMTP_UNKNOWN), "");
    cr_expect_str_eq(ms_smtp_verb_name(MS_SMTP_AUTH_RESPONSE), "");
    cr_expect_str_eq(ms_smtp_verb_name(MS_SMTP_VERB_COUNT), "");
    cr_expect_str_eq(ms_smtp_verb_name((ms_smtp_verb)-1), "");
    /* each verb is known by its own name, whatever its argument lacks */
    for (int verb = MS_SMTP_UNKNOWN + 1; verb < MS_SMTP_AUTH_RESPONSE; verb++) {
        const ms_span line = heap_text(ms_smtp_verb_name((ms_smtp_verb)verb));
        cr_expect_eq((int)ms_smtp_command_parse(line, NULL).command.verb, verb, "verb %d", verb);
        heap_free(line);
    }
}
