/* Lines of a CAPA response. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "mailspec/pop3_response.h"
#include "mailspec/sasl.h"

#define DEV(name)     MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_##name)
#define OK            MS_POP3_RESPONSE_OK, 0, 0, 0
#define ERR(e, at)    MS_POP3_RESPONSE_ERR_##e, at, 0, 0
#define STRAYS(d, at) MS_POP3_RESPONSE_OK, 0, DEV(d), at

static const struct row {
    const char *id, *line;
    ms_pop3_capability_id capability;
    const char *parameters; /* NULL: absent */
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} rows[] = {
    {"POP3-2449-6.1-01", "TOP", MS_CAPA_TOP, NULL, OK},
    {"POP3-2449-6.2-01", "USER", MS_CAPA_USER, NULL, OK},
    {"POP3-2449-5-08 any letter case", "uIdL", MS_CAPA_UIDL, NULL, OK},
    {"POP3-2449-5-06 parameters", "SASL PLAIN LOGIN", MS_CAPA_SASL, "PLAIN LOGIN", OK},
    {"POP3-2449-6.4-01", "RESP-CODES", MS_CAPA_RESP_CODES, NULL, OK},
    {"POP3-2449-6.5-01", "LOGIN-DELAY 900 USER", MS_CAPA_LOGIN_DELAY, "900 USER", OK},
    {"POP3-2449-6.6-01", "PIPELINING", MS_CAPA_PIPELINING, NULL, OK},
    {"POP3-2449-6.7-01", "EXPIRE 5 USER", MS_CAPA_EXPIRE, "5 USER", OK},
    {"POP3-2449-6.9-01", "IMPLEMENTATION Shlemazle-Plotz-v302", MS_CAPA_IMPLEMENTATION, "Shlemazle-Plotz-v302", OK},
    {"POP3-2595-4-02", "STLS", MS_CAPA_STLS, NULL, OK},
    {"POP3-3206-6-02", "AUTH-RESP-CODE", MS_CAPA_AUTH_RESP_CODE, NULL, OK},
    {"POP3-6856-2-01", "UTF8", MS_CAPA_UTF8, NULL, OK},
    {"POP3-6856-2-01 USER", "UTF8 user", MS_CAPA_UTF8, "user", OK},
    {"POP3-6856-3.1-01", "LANG", MS_CAPA_LANG, NULL, OK},
    {"POP3-2449-9-02 private", "x-thing a b", MS_CAPA_X, "a b", OK},
    {"POP3-2449-5-13 unknown", "FOO-BAR 1 2", MS_CAPA_UNKNOWN, "1 2", OK},
    {"POP3-2449-6.7-01 no space", "EXPIRENEVER", MS_CAPA_UNKNOWN, NULL, OK},
    {"POP3-2449-3-11 the tag's characters", "!,/~", MS_CAPA_UNKNOWN, NULL, OK},
    {"POP3-2449-3-11 a dot", "A.B", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY_TAG, 1)},
    {"POP3-2449-3-11 a dot in front", ".B", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY_TAG, 0)},
    {"POP3-2449-3-11 control", "A\001", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY_TAG, 1)},
    {"POP3-2449-3-11 8-bit", "\344", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY_TAG, 0)},
    {"POP3-2449-3-10 empty", "", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY, 0)},
    {"POP3-2449-3-10 a space in front", " TOP", MS_CAPA_UNKNOWN, NULL, ERR(CAPABILITY, 0)},
    {"POP3-2449-3-10 a space behind", "TOP ", MS_CAPA_TOP, NULL, STRAYS(EXTRA_BLANKS, 3)},
    {"POP3-2449-3-10 two spaces", "SASL  PLAIN", MS_CAPA_SASL, "PLAIN", STRAYS(EXTRA_BLANKS, 4)},
    {"POP3-2449-3-10 two spaces further on", "SASL PLAIN  LOGIN", MS_CAPA_SASL, "PLAIN  LOGIN",
     STRAYS(EXTRA_BLANKS, 10)},
    {"POP3-2449-3-10 a tab", "SASL\tPLAIN", MS_CAPA_SASL, "PLAIN", STRAYS(EXTRA_BLANKS, 4)},
    {"POP3-2449-3-10 control in a parameter", "IMPLEMENTATION a\001", MS_CAPA_IMPLEMENTATION, "a\001",
     STRAYS(CONTROL, 16)},
    {"POP3-2449-3-10 DEL is no VCHAR", "IMPLEMENTATION \177", MS_CAPA_IMPLEMENTATION, "\177", STRAYS(CONTROL, 15)},
    {"POP3-2449-3-10 8-bit in a parameter", "IMPLEMENTATION \344", MS_CAPA_IMPLEMENTATION, "\344", STRAYS(8BIT, 15)},
    {"POP3-1939-3-12 CR before the end", "TOP\r", MS_CAPA_TOP, NULL, STRAYS(BARE_CR, 3)},
    {"POP3-5034-3-01 no mechanism", "SASL", MS_CAPA_SASL, NULL, STRAYS(CAPABILITY_PARAMETER, 4)},
    {"POP3-4422-3.1-01 a dot", "SASL PLAIN P.L", MS_CAPA_SASL, "PLAIN P.L", STRAYS(CAPABILITY_MECHANISM, 11)},
    {"POP3-4422-3.1-01 20 characters", "SASL ABCDEFGHIJ0123456789", MS_CAPA_SASL, "ABCDEFGHIJ0123456789", OK},
    {"POP3-4422-3.1-01 21 characters", "SASL ABCDEFGHIJ01234567890", MS_CAPA_SASL, "ABCDEFGHIJ01234567890",
     STRAYS(CAPABILITY_MECHANISM, 5)},
    {"POP3-2449-6.5-01 missing", "LOGIN-DELAY", MS_CAPA_LOGIN_DELAY, NULL, STRAYS(CAPABILITY_PARAMETER, 11)},
    {"POP3-2449-6.5-01 not numeric", "LOGIN-DELAY 9s", MS_CAPA_LOGIN_DELAY, "9s", STRAYS(CAPABILITY_PARAMETER, 12)},
    {"POP3-2449-6.5-01 another word", "LOGIN-DELAY 9 ANY", MS_CAPA_LOGIN_DELAY, "9 ANY",
     STRAYS(CAPABILITY_PARAMETER, 14)},
    {"POP3-2449-6.5-01 a third word", "LOGIN-DELAY 9 USER x", MS_CAPA_LOGIN_DELAY, "9 USER x",
     STRAYS(CAPABILITY_PARAMETER, 19)},
    {"POP3-2449-6.7-01 negative", "EXPIRE -1", MS_CAPA_EXPIRE, "-1", STRAYS(CAPABILITY_PARAMETER, 7)},
    {"POP3-2449-6.7-01 missing", "EXPIRE", MS_CAPA_EXPIRE, NULL, STRAYS(CAPABILITY_PARAMETER, 6)},
    {"POP3-2449-6.7-01 never", "EXPIRE never USER", MS_CAPA_EXPIRE, "never USER", OK},
    {"POP3-2449-6.7-01 zero", "EXPIRE 0", MS_CAPA_EXPIRE, "0", OK},
    {"POP3-2449-6.9-01 missing", "IMPLEMENTATION", MS_CAPA_IMPLEMENTATION, NULL, STRAYS(CAPABILITY_PARAMETER, 14)},
    {"POP3-2449-6.9-01 several tokens", "IMPLEMENTATION BlurdyBlurp POP3 server", MS_CAPA_IMPLEMENTATION,
     "BlurdyBlurp POP3 server", OK},
    {"POP3-3206-6-02 a parameter", "AUTH-RESP-CODE x", MS_CAPA_AUTH_RESP_CODE, "x", STRAYS(CAPABILITY_PARAMETER, 15)},
    {"POP3-6856-2-01 another word", "UTF8 FOO", MS_CAPA_UTF8, "FOO", STRAYS(CAPABILITY_PARAMETER, 5)},
    {"POP3-6856-2-01 twice", "UTF8 USER USER", MS_CAPA_UTF8, "USER USER", STRAYS(CAPABILITY_PARAMETER, 10)},
    {"POP3-6856-3.1-01 a parameter", "LANG en", MS_CAPA_LANG, "en", STRAYS(CAPABILITY_PARAMETER, 5)},
};

Test(pop3_capability, lines)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *r = &rows[i];
        const ms_span line = heap_text(r->line);
        const ms_pop3_capability got = ms_pop3_capability_parse(line);
        cr_expect_eq(got.error, r->error, "%s: got %s", r->id, ms_pop3_response_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, r->error_at, "%s: error at %zu", r->id, got.error_at);
        cr_expect_eq(got.deviations, r->deviations, "%s: deviations %llx", r->id, (unsigned long long)got.deviations);
        cr_expect_eq(got.deviation_at, r->deviation_at, "%s: deviation at %zu", r->id, got.deviation_at);
        cr_expect_eq(got.id, r->capability, "%s: %s", r->id, ms_pop3_capability_name(got.id));
        if (r->parameters == NULL)
            cr_expect(ms_span_is_absent(got.parameters), "%s", r->id);
        else
            cr_expect(span_is(got.parameters, r->parameters), "%s", r->id);
        heap_free(line);
    }
}

Test(pop3_capability, values)
{
    ms_pop3_capability got = ms_pop3_capability_parse(MS_SPAN("SASL PLAIN cram-md5 X-OWN"));
    cr_expect_eq(got.mechanisms, 1U << MS_SASL_PLAIN | 1U << MS_SASL_CRAM_MD5 | 1U << MS_SASL_OTHER);
    cr_expect(span_is(got.tag, "SASL"));
    got = ms_pop3_capability_parse(MS_SPAN("LOGIN-DELAY 900 USER"));
    cr_expect_eq(got.login_delay.seconds, 900);
    cr_expect(got.login_delay.user);
    got = ms_pop3_capability_parse(MS_SPAN("LOGIN-DELAY 99999999999"));
    cr_expect_eq(got.login_delay.seconds, UINT32_MAX, "saturating");
    cr_expect(!got.login_delay.user);
    got = ms_pop3_capability_parse(MS_SPAN("EXPIRE NEVER"));
    cr_expect(got.expire.never);
    cr_expect(!got.expire.user);
    got = ms_pop3_capability_parse(MS_SPAN("EXPIRE 31 user"));
    cr_expect_eq(got.expire.days, 31);
    cr_expect(!got.expire.never);
    cr_expect(got.expire.user);
    got = ms_pop3_capability_parse(MS_SPAN("UTF8"));
    cr_expect(!got.utf8.user);
    got = ms_pop3_capability_parse(MS_SPAN("UTF8 USER"));
    cr_expect(got.utf8.user);
}

Test(pop3_capability, parameters_one_by_one)
{
    ms_span rest = MS_SPAN("a  bc ");
    cr_expect(span_is(ms_pop3_capability_parameter(&rest), "a"));
    cr_expect(span_is(ms_pop3_capability_parameter(&rest), "bc"));
    cr_expect(ms_span_is_absent(ms_pop3_capability_parameter(&rest)));
    cr_expect(ms_span_is_absent(ms_pop3_capability_parameter(&rest)));
    rest = ms_span_absent();
    cr_expect(ms_span_is_absent(ms_pop3_capability_parameter(&rest)));
}

Test(pop3_capability, length)
{
    char line[520] = "IMPLEMENTATION ";
    memset(line + 15, 'x', sizeof line - 15);
    ms_pop3_capability got = ms_pop3_capability_parse(ms_span_make(line, 510));
    cr_expect_eq(got.deviations, 0, "POP3-2449-3-12 512 octets with CRLF");
    got = ms_pop3_capability_parse(ms_span_make(line, 511));
    cr_expect_eq(got.deviations, DEV(TOO_LONG), "POP3-2449-3-12 513 octets with CRLF");
    cr_expect_eq(got.deviation_at, 510);
    cr_expect_eq(ms_pop3_capability_requirement(MS_POP3_RESPONSE_DEV_TOO_LONG, MS_CAPA_TOP), MS_REQ_POP3_2449_3_12);
    cr_expect_eq(ms_pop3_capability_requirement(MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, MS_CAPA_EXPIRE),
                 MS_REQ_POP3_2449_6_7_01);
    cr_expect_str_eq(ms_pop3_capability_name(MS_CAPA_RESP_CODES), "RESP-CODES");
    cr_expect_str_eq(ms_pop3_capability_name(MS_CAPA_COUNT), "");
}
