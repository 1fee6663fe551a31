#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mailspec/requirement.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_ehlo.h"

#define BIT(name) MS_DEVIATION_BIT(MS_REPLY_DEV_EHLO_##name)

/* clang-format off */
static const struct row {
    const char *id, *text;
    ms_ehlo_keyword keyword;
    const char *word, *parameters; /* parameters NULL: absent */
    ms_reply_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} rows[] = {
    {"SMTP-5321-4.1.1.1-09 letters", "STARTTLS", MS_EHLO_STARTTLS, "STARTTLS", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-09 digit first", "8BITMIME", MS_EHLO_8BITMIME, "8BITMIME", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-09 hyphen first", "-X", MS_EHLO_UNKNOWN, NULL, NULL, MS_REPLY_ERR_EHLO_KEYWORD, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-09 underscore", "A_B", MS_EHLO_UNKNOWN, "A", NULL, MS_REPLY_ERR_EHLO_KEYWORD, 1, 0, 0},
    {"SMTP-5321-4.1.1.1-09 empty", "", MS_EHLO_UNKNOWN, NULL, NULL, MS_REPLY_ERR_EHLO_KEYWORD, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-09 absent", NULL, MS_EHLO_UNKNOWN, NULL, NULL, MS_REPLY_ERR_EHLO_KEYWORD, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-09 enhanced code", "2.1.0 SIZE", MS_EHLO_UNKNOWN, "2", NULL, MS_REPLY_ERR_EHLO_KEYWORD, 1, 0, 0},
    {"SMTP-5321-4.1.1.1-09 colon", "SIZE:", MS_EHLO_SIZE, "SIZE", NULL, MS_REPLY_ERR_EHLO_KEYWORD, 4, 0, 0},
    {"SMTP-5321-4.1.1.1-09 hyphen inside, last", "XA-", MS_EHLO_X, "XA-", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-10 one parameter", "SIZE 100", MS_EHLO_SIZE, "SIZE", "100", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-10 tab", "SIZE\t100", MS_EHLO_SIZE, "SIZE", NULL, MS_REPLY_ERR_EHLO_PARAMETER, 4, 0, 0},
    {"SMTP-5321-4.1.1.1-10 tab inside", "XA b\tc", MS_EHLO_X, "XA", "b", MS_REPLY_ERR_EHLO_PARAMETER, 4, 0, 0},
    {"SMTP-5321-4.1.1.1-10 tab behind SP", "XA \tc", MS_EHLO_X, "XA", NULL, MS_REPLY_ERR_EHLO_PARAMETER, 3, 0, 0},
    {"SMTP-5321-4.1.1.1-10 DEL", "XA b\x7f", MS_EHLO_X, "XA", "b", MS_REPLY_ERR_EHLO_PARAMETER, 4, 0, 0},
    {"SMTP-5321-4.1.1.1-10 8-bit", "XA \xc3\xa9", MS_EHLO_X, "XA", NULL, MS_REPLY_ERR_EHLO_PARAMETER, 3, 0, 0},
    {"SMTP-5321-4.1.1.1-10 any printable", "XA !~ =", MS_EHLO_X, "XA", "!~ =", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-11 lower case", "starttls", MS_EHLO_STARTTLS, "starttls", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-11 mixed case", "Pipelining", MS_EHLO_PIPELINING, "Pipelining", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-4.1.1.1-08 AUTH=", "AUTH=LOGIN PLAIN", MS_EHLO_AUTH, "AUTH", "LOGIN PLAIN", MS_REPLY_OK, 0, BIT(EQUALS), 4},
    {"SMTP-5321-4.1.1.1-08 two spaces", "SIZE  100", MS_EHLO_SIZE, "SIZE", "100", MS_REPLY_OK, 0, BIT(EXTRA_BLANKS), 5},
    {"SMTP-5321-4.1.1.1-08 blank at the end", "SIZE 100 ", MS_EHLO_SIZE, "SIZE", "100", MS_REPLY_OK, 0, BIT(EXTRA_BLANKS), 8},
    {"SMTP-5321-4.1.1.1-08 keyword and blank", "DSN ", MS_EHLO_DSN, "DSN", NULL, MS_REPLY_OK, 0, BIT(EXTRA_BLANKS), 3},
    {"SMTP-5321-4.1.1.1-08 blank first", "  DSN", MS_EHLO_DSN, "DSN", NULL, MS_REPLY_OK, 0, BIT(EXTRA_BLANKS), 0},
    {"SMTP-5321-4.1.1.1-08 blanks only", "  ", MS_EHLO_UNKNOWN, NULL, NULL, MS_REPLY_ERR_EHLO_KEYWORD, 2, BIT(EXTRA_BLANKS), 0},
    {"SMTP-5321-2.2.2-01 not registered", "PIPECONNECT", MS_EHLO_UNKNOWN, "PIPECONNECT", NULL, MS_REPLY_OK, 0,
     BIT(KEYWORD_UNREGISTERED), 0},
    {"SMTP-5321-2.2.2-01 X", "XCLIENT NAME ADDR", MS_EHLO_X, "XCLIENT", "NAME ADDR", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-2.2.2-01 x", "x-foo", MS_EHLO_X, "x-foo", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-2.2.2-01 VERB", "VERB", MS_EHLO_REGISTERED, "VERB", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-2.2.2-01 ONEX", "ONEX", MS_EHLO_REGISTERED, "ONEX", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-2.2.2-01 SEND", "SEND", MS_EHLO_REGISTERED, "SEND", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-2.2.2-01 prefix of a keyword", "SIZ", MS_EHLO_UNKNOWN, "SIZ", NULL, MS_REPLY_OK, 0, BIT(KEYWORD_UNREGISTERED), 0},
    {"SMTP-5321-3.5.2-06 VRFY may be listed", "VRFY", MS_EHLO_VRFY, "VRFY", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-5321-3.5.2-05 EXPN", "EXPN", MS_EHLO_EXPN, "EXPN", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2920-2-01", "PIPELINING", MS_EHLO_PIPELINING, "PIPELINING", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2920-2-01", "PIPELINING 5", MS_EHLO_PIPELINING, "PIPELINING", "5", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 11},
    {"SMTP-6152-2-01", "8BITMIME x", MS_EHLO_8BITMIME, "8BITMIME", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 9},
    {"SMTP-3207-2-01", "STARTTLS x", MS_EHLO_STARTTLS, "STARTTLS", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 9},
    {"SMTP-2034-3-01", "ENHANCEDSTATUSCODES x", MS_EHLO_ENHANCEDSTATUSCODES, "ENHANCEDSTATUSCODES", "x", MS_REPLY_OK, 0,
     BIT(PARAMETER_FORBIDDEN), 20},
    {"SMTP-3030-2-01", "CHUNKING x", MS_EHLO_CHUNKING, "CHUNKING", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 9},
    {"SMTP-3030-3-01", "BINARYMIME x", MS_EHLO_BINARYMIME, "BINARYMIME", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 11},
    {"SMTP-3461-2-01", "DSN x", MS_EHLO_DSN, "DSN", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 4},
    {"SMTP-6531-3.1-01", "SMTPUTF8 X=1", MS_EHLO_SMTPUTF8, "SMTPUTF8", "X=1", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 9},
    {"SMTP-8689-2-01", "REQUIRETLS x", MS_EHLO_REQUIRETLS, "REQUIRETLS", "x", MS_REPLY_OK, 0, BIT(PARAMETER_FORBIDDEN), 11},
    {"SMTP-1870-3-01 none", "SIZE", MS_EHLO_SIZE, "SIZE", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-1870-3-01 no number", "SIZE abc", MS_EHLO_SIZE, "SIZE", "abc", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 5},
    {"SMTP-1870-3-01 number and letter", "SIZE 10M", MS_EHLO_SIZE, "SIZE", "10M", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 7},
    {"SMTP-1870-3-01 two numbers", "SIZE 10 20", MS_EHLO_SIZE, "SIZE", "10 20", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 8},
    {"SMTP-4954-3-01 two mechanisms", "AUTH PLAIN SCRAM-SHA-256", MS_EHLO_AUTH, "AUTH", "PLAIN SCRAM-SHA-256", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-4954-3-01 lower case", "AUTH PLAIN login", MS_EHLO_AUTH, "AUTH", "PLAIN login", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 11},
    {"SMTP-4954-3-01 20 octets", "AUTH A2345678901234567890", MS_EHLO_AUTH, "AUTH", "A2345678901234567890", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-4954-3-01 21 octets", "AUTH A23456789012345678901", MS_EHLO_AUTH, "AUTH", "A23456789012345678901", MS_REPLY_OK, 0,
     BIT(PARAMETER_VALUE), 5},
    {"SMTP-4954-3-01 no mechanism", "AUTH", MS_EHLO_AUTH, "AUTH", NULL, MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 4},
    {"SMTP-2852-4-04 none", "DELIVERBY", MS_EHLO_DELIVERBY, "DELIVERBY", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2852-4-04 number", "DELIVERBY 240", MS_EHLO_DELIVERBY, "DELIVERBY", "240", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2852-4-04 other options", "DELIVERBY 240,foo", MS_EHLO_DELIVERBY, "DELIVERBY", "240,foo", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2852-4-04 letters", "DELIVERBY soon", MS_EHLO_DELIVERBY, "DELIVERBY", "soon", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 10},
    {"SMTP-2852-4-04 nine digits", "DELIVERBY 123456789", MS_EHLO_DELIVERBY, "DELIVERBY", "123456789", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-2852-4-04 ten digits", "DELIVERBY 1234567890", MS_EHLO_DELIVERBY, "DELIVERBY", "1234567890", MS_REPLY_OK, 0,
     BIT(PARAMETER_VALUE), 19},
    {"SMTP-2852-4-04 two words", "DELIVERBY 1 2", MS_EHLO_DELIVERBY, "DELIVERBY", "1 2", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 12},
    {"SMTP-6710-3-01 no profile", "MT-PRIORITY", MS_EHLO_MT_PRIORITY, "MT-PRIORITY", NULL, MS_REPLY_OK, 0, 0, 0},
    {"SMTP-6710-3-01 profile", "MT-PRIORITY STANAG4406", MS_EHLO_MT_PRIORITY, "MT-PRIORITY", "STANAG4406", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-6710-3-01 20 octets", "MT-PRIORITY a-2_4.67890123456789", MS_EHLO_MT_PRIORITY, "MT-PRIORITY", "a-2_4.67890123456789",
     MS_REPLY_OK, 0, 0, 0},
    {"SMTP-6710-3-01 21 octets", "MT-PRIORITY a-2_4.678901234567891", MS_EHLO_MT_PRIORITY, "MT-PRIORITY",
     "a-2_4.678901234567891", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 32},
    {"SMTP-6710-3-01 other octet", "MT-PRIORITY a/b", MS_EHLO_MT_PRIORITY, "MT-PRIORITY", "a/b", MS_REPLY_OK, 0,
     BIT(PARAMETER_VALUE), 13},
    {"SMTP-6710-3-01 two", "MT-PRIORITY a b", MS_EHLO_MT_PRIORITY, "MT-PRIORITY", "a b", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 14},
    {"SMTP-9422-3-01 three limits", "LIMITS MAILMAX=1 RCPTMAX=100 RCPTDOMAINMAX=7", MS_EHLO_LIMITS, "LIMITS",
     "MAILMAX=1 RCPTMAX=100 RCPTDOMAINMAX=7", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-9422-3-01 other names", "LIMITS FOO BAR_2-=x", MS_EHLO_LIMITS, "LIMITS", "FOO BAR_2-=x", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-9422-3-01 none", "LIMITS", MS_EHLO_LIMITS, "LIMITS", NULL, MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 6},
    {"SMTP-9422-3-01 no name", "LIMITS =1", MS_EHLO_LIMITS, "LIMITS", "=1", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 7},
    {"SMTP-9422-3-01 name ends at a dot", "LIMITS A.B=1", MS_EHLO_LIMITS, "LIMITS", "A.B=1", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 8},
    {"SMTP-9422-3-01 empty value", "LIMITS A=", MS_EHLO_LIMITS, "LIMITS", "A=", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 9},
    {"SMTP-9422-3-01 semicolon", "LIMITS A=1;2", MS_EHLO_LIMITS, "LIMITS", "A=1;2", MS_REPLY_OK, 0, BIT(PARAMETER_VALUE), 10},
    {"SMTP-9422-4-01 zero", "LIMITS RCPTMAX=0", MS_EHLO_LIMITS, "LIMITS", "RCPTMAX=0", MS_REPLY_OK, 0, BIT(LIMIT_VALUE), 15},
    {"SMTP-9422-4-01 leading zero", "LIMITS RCPTMAX=012", MS_EHLO_LIMITS, "LIMITS", "RCPTMAX=012", MS_REPLY_OK, 0,
     BIT(LIMIT_VALUE), 15},
    {"SMTP-9422-4-01 six digits", "LIMITS MAILMAX=999999", MS_EHLO_LIMITS, "LIMITS", "MAILMAX=999999", MS_REPLY_OK, 0, 0, 0},
    {"SMTP-9422-4-01 seven digits", "LIMITS MAILMAX=1000000", MS_EHLO_LIMITS, "LIMITS", "MAILMAX=1000000", MS_REPLY_OK, 0,
     BIT(LIMIT_VALUE), 21},
    {"SMTP-9422-4-01 letter", "LIMITS RCPTMAX=x", MS_EHLO_LIMITS, "LIMITS", "RCPTMAX=x", MS_REPLY_OK, 0, BIT(LIMIT_VALUE), 15},
    {"SMTP-9422-4-01 letter behind", "LIMITS RCPTMAX=1x", MS_EHLO_LIMITS, "LIMITS", "RCPTMAX=1x", MS_REPLY_OK, 0, BIT(LIMIT_VALUE), 16},
    {"SMTP-9422-4-01 no value", "LIMITS RCPTMAX", MS_EHLO_LIMITS, "LIMITS", "RCPTMAX", MS_REPLY_OK, 0, BIT(LIMIT_VALUE), 14},
    {"ETRN", "ETRN", MS_EHLO_ETRN, "ETRN", NULL, MS_REPLY_OK, 0, 0, 0},
    {"HELP", "HELP", MS_EHLO_HELP, "HELP", NULL, MS_REPLY_OK, 0, 0, 0},
    {"NO-SOLICITING", "NO-SOLICITING net.example:ADV", MS_EHLO_NO_SOLICITING, "NO-SOLICITING", "net.example:ADV", MS_REPLY_OK, 0, 0, 0},
    {"BURL", "BURL imap", MS_EHLO_BURL, "BURL", "imap", MS_REPLY_OK, 0, 0, 0},
};
/* clang-format on */

static void expect_span(const char *id, ms_span got, const char *want)
{
    if (want == NULL)
        cr_expect(ms_span_is_absent(got), "%s: got %.*s", id, (int)got.len, (const char *)got.ptr);
    else
        cr_expect(span_is(got, want), "%s: got %.*s", id, (int)got.len, (const char *)got.ptr);
}

Test(smtp_ehlo, rows)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const ms_span text = heap_text(row->text);
        const ms_ehlo_line got = ms_ehlo_line_parse(text);
        cr_expect_eq(got.error, row->error, "%s: got %s", row->id, ms_reply_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->error_at, "%s: got offset %zu", row->id, got.error_at);
        cr_expect_eq(got.deviations, row->deviations, "%s: got %#llx", row->id, (unsigned long long)got.deviations);
        cr_expect_eq(got.deviation_at, row->deviation_at, "%s: got offset %zu", row->id, got.deviation_at);
        cr_expect_eq(got.id, row->keyword, "%s: got %d", row->id, got.id);
        expect_span(row->id, got.keyword, row->word);
        expect_span(row->id, got.parameters, row->parameters);
        heap_free(text);
    }
}

Test(smtp_ehlo, nul_is_no_keyword_octet)
{
    const ms_span text = heap_copy("SIZE\0", 5);
    const ms_ehlo_line got = ms_ehlo_line_parse(text);
    cr_expect_eq(got.error, MS_REPLY_ERR_EHLO_PARAMETER);
    cr_expect_eq(got.error_at, 4);
    heap_free(text);
}

static ms_ehlo_line parse(const char *text)
{
    static ms_span kept; /* the spans of the result point here until the next call */
    heap_free(kept);
    kept = heap_text(text);
    return ms_ehlo_line_parse(kept);
}

/* SMTP-1870-3-01 */
Test(smtp_ehlo, size)
{
    cr_expect(!parse("SIZE").size.given);
    ms_ehlo_line line = parse("SIZE 0");
    cr_expect(line.size.given);
    cr_expect_eq(line.size.octets, 0);
    cr_expect_eq(parse("size 35882577").size.octets, 35882577);
    cr_expect_eq(parse("SIZE 18446744073709551615").size.octets, UINT64_MAX);
    line = parse("SIZE 18446744073709551616");
    cr_expect_eq(line.size.octets, UINT64_MAX, "larger numbers saturate");
    cr_expect_eq(line.deviations, 0);
    cr_expect(!parse("SIZE 10M").size.given);
    cr_expect(!parse("SIZE 10 20").size.given);
}

/* SMTP-4954-3-01 */
Test(smtp_ehlo, mechanisms)
{
    cr_expect_eq(parse("AUTH").mechanisms, 0);
    cr_expect_eq(parse("AUTH PLAIN LOGIN CRAM-MD5").mechanisms,
                 1u << MS_SASL_PLAIN | 1u << MS_SASL_LOGIN | 1u << MS_SASL_CRAM_MD5);
    cr_expect_eq(parse("AUTH=PLAIN").mechanisms, 1u << MS_SASL_PLAIN);
    cr_expect_eq(parse("AUTH PLAIN KERBEROS_V4").mechanisms, 1u << MS_SASL_PLAIN | 1u << MS_SASL_OTHER);
}

/* SMTP-2852-4-04 */
Test(smtp_ehlo, deliverby)
{
    cr_expect(!parse("DELIVERBY").deliverby.given);
    cr_expect(parse("DELIVERBY 240").deliverby.given);
    cr_expect_eq(parse("DELIVERBY 240").deliverby.seconds, 240);
    cr_expect_eq(parse("DELIVERBY 240,foo").deliverby.seconds, 240);
    cr_expect(!parse("DELIVERBY ,foo").deliverby.given);
    cr_expect(!parse("DELIVERBY 1234567890").deliverby.given);
    cr_expect(!parse("DELIVERBY 12h").deliverby.given);
}

Test(smtp_ehlo, futurerelease)
{
    const ms_ehlo_line line = parse("FUTURERELEASE 86400 2031-01-02T00:00:00Z");
    cr_expect_eq(line.id, MS_EHLO_FUTURERELEASE);
    cr_expect_eq(line.futurerelease.max_interval, 86400);
    cr_expect(span_is(line.futurerelease.max_datetime, "2031-01-02T00:00:00Z"));
    cr_expect_eq(line.deviations, 0);
    cr_expect_eq(parse("FUTURERELEASE").futurerelease.max_interval, 0);
    cr_expect(ms_span_is_absent(parse("FUTURERELEASE 5").futurerelease.max_datetime));
    cr_expect_eq(parse("FUTURERELEASE 18446744073709551616").futurerelease.max_interval, 0, "too large");
    cr_expect_eq(parse("FUTURERELEASE 5d").futurerelease.max_interval, 0);
}

/* SMTP-9422-4-01, SMTP-9422-3-02: what is malformed counts as not given. */
Test(smtp_ehlo, limits)
{
    ms_ehlo_line line = parse("LIMITS RCPTMAX=100 FOO=1 MAILMAX=2 rcptdomainmax=3");
    cr_expect_eq(line.limits.mailmax, 2);
    cr_expect_eq(line.limits.rcptmax, 100);
    cr_expect_eq(line.limits.rcptdomainmax, 3);
    line = parse("LIMITS RCPTMAX=x MAILMAX=0 RCPTDOMAINMAX=999999");
    cr_expect_eq(line.limits.mailmax, 0);
    cr_expect_eq(line.limits.rcptmax, 0);
    cr_expect_eq(line.limits.rcptdomainmax, 999999);
}

Test(smtp_ehlo, parameter_next)
{
    const ms_span text = heap_text(" a  bc ");
    ms_span rest = text;
    ms_span word = ms_span_absent();
    cr_expect(ms_ehlo_parameter_next(&rest, &word));
    cr_expect(span_is(word, "a"));
    cr_expect(ms_ehlo_parameter_next(&rest, &word));
    cr_expect(span_is(word, "bc"));
    cr_expect(!ms_ehlo_parameter_next(&rest, &word));
    cr_expect(!ms_ehlo_parameter_next(&rest, &word));
    heap_free(text);
    rest = ms_span_absent();
    cr_expect(!ms_ehlo_parameter_next(&rest, &word));
}

/* Each keyword with a name is found again by it. */
Test(smtp_ehlo, names)
{
    for (int id = 0; id < MS_EHLO_COUNT; id++) {
        const char *name = ms_ehlo_keyword_name((ms_ehlo_keyword)id);
        const bool nameless = id == MS_EHLO_UNKNOWN || id == MS_EHLO_REGISTERED || id == MS_EHLO_X;
        cr_expect_eq(name[0] == '\0', nameless, "%d", id);
        if (!nameless)
            cr_expect_eq((int)parse(name).id, id, "%s", name);
        cr_expect_neq(ms_ehlo_keyword_requirement((ms_ehlo_keyword)id), MS_REQ_NONE, "%d", id);
    }
    cr_expect_eq(ms_ehlo_keyword_requirement(MS_EHLO_STARTTLS), MS_REQ_SMTP_3207_2_01);
    cr_expect_eq(ms_ehlo_keyword_requirement(MS_EHLO_SIZE), MS_REQ_SMTP_1870_3_01);
    cr_expect_eq(ms_ehlo_keyword_requirement(MS_EHLO_UNKNOWN), MS_REQ_SMTP_5321_4_1_1_1_08);
}
