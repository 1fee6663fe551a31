/* test_smtp_parameter.c - ESMTP parameters: keywords, values, where they stand (RFC 5321 section 4.1.2) */
#include "feed.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_parameter.h"

#define D(name)        MS_DEVIATION_BIT(MS_SMTP_DEV_##name)
#define NOT_REGISTERED D(PARAMETER_NOT_REGISTERED)

enum { MAIL = MS_PARAMETER_OF_MAIL, RCPT = MS_PARAMETER_OF_RCPT };

static ms_smtp_parameter first(ms_span text, int of)
{
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    ms_smtp_parameters_init(&iterator, text, (ms_smtp_parameter_of)of);
    cr_assert(ms_smtp_parameters_next(&iterator, &parameter));
    return parameter;
}

/* One parameter each.  typed is the number that the value stands for, where it has one. */
static const struct good {
    const char *id, *text;
    int of;
    ms_smtp_parameter_id parameter;
    ms_deviations deviations;
    int64_t typed;
} good[] = {
    {"SMTP-5321-4.1.2-07 keyword", "SIZE=1", MAIL, MS_PARAM_SIZE, 0, 1},
    {"SMTP-5321-4.1.2-07 keyword with X", "X-A=1", MAIL, MS_PARAM_UNKNOWN, 0, 0},
    {"SMTP-5321-2.2.2-02 x in lower case", "xverp", RCPT, MS_PARAM_UNKNOWN, 0, 0},
    {"SMTP-5321-2.2.2-02 not registered", "XYZZY=1", MAIL, MS_PARAM_UNKNOWN, 0, 0},
    {"SMTP-5321-2.2.2-02 not registered, no X", "PLUGH=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-4.1.2-07 digit first", "8A-B=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-4.1.2-07 hyphen last", "A-=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-4.1.2-07 no value", "A", RCPT, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-2.4-03 any case", "sIzE=100", MAIL, MS_PARAM_SIZE, 0, 100},
    {"SMTP-5321-4.1.2-08 value", "A=b", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-4.1.2-08 all graphics but equals",
     "X=!\"#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~", MAIL,
     MS_PARAM_UNKNOWN, 0, 0},
    {"SMTP-6531-3.3-01 UTF-8 value", "X=\xc3\xa9", MAIL, MS_PARAM_UNKNOWN, D(8BIT), 0},
    {"SMTP-5321-2.2.2-02 begins like a known one", "SIZ=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-2.2.2-02 goes on behind a known one", "SIZES=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-2.2.2-02 first eight octets of a known one", "MT-PRIOR=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-2.2.2-02 differs behind eight octets", "MT-PRIORATE=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},
    {"SMTP-5321-2.2.2-02 differs in the last octet", "HOLDUNTIM=1", MAIL, MS_PARAM_UNKNOWN, NOT_REGISTERED, 0},

    {"SMTP-1870-3-02 one digit", "SIZE=1", MAIL, MS_PARAM_SIZE, 0, 1},
    {"SMTP-1870-6.1-04 zero", "SIZE=0", MAIL, MS_PARAM_SIZE, 0, 0},
    {"SMTP-1870-3-02 20 digits", "SIZE=00000000000000001234", MAIL, MS_PARAM_SIZE, 0, 1234},
    {"SMTP-1870-6.1-05 most that fits", "SIZE=18446744073709551615", MAIL, MS_PARAM_SIZE, 0, -1},
    {"SMTP-1870-6.1-05 one more", "SIZE=18446744073709551616", MAIL, MS_PARAM_SIZE, 0, -1},
    {"SMTP-1870-6.1-05 20 nines", "SIZE=99999999999999999999", MAIL, MS_PARAM_SIZE, 0, -1},

    {"SMTP-6152-2-02 7BIT", "BODY=7BIT", MAIL, MS_PARAM_BODY, 0, MS_BODY_7BIT},
    {"SMTP-6152-2-02 any case", "BODY=8bitmime", MAIL, MS_PARAM_BODY, 0, MS_BODY_8BITMIME},
    {"SMTP-3030-3-03 BINARYMIME", "BODY=BINARYMIME", MAIL, MS_PARAM_BODY, 0, MS_BODY_BINARYMIME},

    {"SMTP-3461-4.3-01 FULL", "RET=FULL", MAIL, MS_PARAM_RET, 0, MS_RET_FULL},
    {"SMTP-3461-4.3-01 any case", "ret=hdrs", MAIL, MS_PARAM_RET, 0, MS_RET_HDRS},
    {"SMTP-3461-4.4-01", "ENVID=QQ314159", MAIL, MS_PARAM_ENVID, 0, 0},
    {"SMTP-3461-4-01 hexchar", "ENVID=a+2Bb", MAIL, MS_PARAM_ENVID, 0, 0},
    {"SMTP-3461-4-01 hexchar in lower case", "ENVID=a+2bb", MAIL, MS_PARAM_ENVID, D(XTEXT_LOWER_HEX), 0},
    {"SMTP-3461-4.4-01 white space is printable", "ENVID=+09+20", MAIL, MS_PARAM_ENVID, 0, 0},
    {"SMTP-SEC-injection-08 encoded line end", "ENVID=a+0D+0AX-Evil:+20y", MAIL, MS_PARAM_ENVID, D(XTEXT_NOT_PRINTABLE),
     0},

    {"SMTP-3461-4.1-06 NEVER", "NOTIFY=NEVER", RCPT, MS_PARAM_NOTIFY, 0, MS_NOTIFY_NEVER},
    {"SMTP-3461-4.1-06 list", "NOTIFY=SUCCESS,DELAY", RCPT, MS_PARAM_NOTIFY, 0, MS_NOTIFY_SUCCESS | MS_NOTIFY_DELAY},
    {"SMTP-3461-4.1-01 all three", "NOTIFY=SUCCESS,FAILURE,DELAY", RCPT, MS_PARAM_NOTIFY, 0,
     MS_NOTIFY_SUCCESS | MS_NOTIFY_FAILURE | MS_NOTIFY_DELAY},
    {"SMTP-3461-4.1-03 any case", "notify=Success,fAILURE", RCPT, MS_PARAM_NOTIFY, 0,
     MS_NOTIFY_SUCCESS | MS_NOTIFY_FAILURE},
    {"SMTP-3461-4.1-06 empty element (RFC 822 section 2.7)", "NOTIFY=SUCCESS,,DELAY", RCPT, MS_PARAM_NOTIFY, 0,
     MS_NOTIFY_SUCCESS | MS_NOTIFY_DELAY},
    {"SMTP-3461-4.1-06 empty elements at both ends", "NOTIFY=,DELAY,", RCPT, MS_PARAM_NOTIFY, 0, MS_NOTIFY_DELAY},
    {"SMTP-3461-4.1-06 one element twice", "NOTIFY=DELAY,DELAY", RCPT, MS_PARAM_NOTIFY, 0, MS_NOTIFY_DELAY},

    {"SMTP-3461-4.2-01", "ORCPT=rfc822;a+2Bb@c.example", RCPT, MS_PARAM_ORCPT, 0, 0},
    {"SMTP-6531-3.3-01 UTF-8 address, ASCII behind it", "ORCPT=UTF-8;\xc3\xa9+20\xc3\xa9@b", RCPT, MS_PARAM_ORCPT,
     D(8BIT), 0},
    {"SMTP-3461-4.2-02 other type", "ORCPT=x400;/S+3Ddoe/", RCPT, MS_PARAM_ORCPT, 0, 0},
    {"SMTP-3461-4.2-01 empty address", "ORCPT=rfc822;", RCPT, MS_PARAM_ORCPT, 0, 0},
    {"SMTP-3461-4.2-01 semicolon in the address", "ORCPT=x;a;b", RCPT, MS_PARAM_ORCPT, 0, 0},
    {"SMTP-SEC-injection-09 encoded line end", "ORCPT=rfc822;a+0D+0AX-Evil:+20y", RCPT, MS_PARAM_ORCPT,
     D(XTEXT_NOT_PRINTABLE), 0},
    {"SMTP-3461-4-01 hexchar in lower case", "ORCPT=rfc822;+2b", RCPT, MS_PARAM_ORCPT, D(XTEXT_LOWER_HEX), 0},
    {"SMTP-6531-3.3-01 UTF-8 address", "ORCPT=utf-8;a\xc3\xa9@b", RCPT, MS_PARAM_ORCPT, D(8BIT), 0},

    {"SMTP-4954-5-03 null", "AUTH=<>", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 mailbox", "AUTH=a@b.example", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 hexchar", "AUTH=a+2Bb@c.example", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-02", "AUTH=e+3Dmc2@example.com", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 lower-case digits, which RFC 4954 allows", "AUTH=a+2bb@c.example", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 literal", "AUTH=a@[1.2.3.4]", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 quoted local-part", "AUTH=\"a+20b\"@c", MAIL, MS_PARAM_AUTH, 0, 0},
    {"SMTP-4954-5-03 no domain", "AUTH=a", MAIL, MS_PARAM_AUTH, D(AUTH_VALUE_NOT_MAILBOX), 0},
    {"SMTP-4954-5-03 in brackets", "AUTH=<a@b>", MAIL, MS_PARAM_AUTH, D(AUTH_VALUE_NOT_MAILBOX), 0},
    {"SMTP-4954-5-03 malformed domain", "AUTH=a@-b", MAIL, MS_PARAM_AUTH, D(AUTH_VALUE_NOT_MAILBOX), 0},
    {"SMTP-4954-5-03 two dots", "AUTH=a..b@c", MAIL, MS_PARAM_AUTH, D(AUTH_VALUE_NOT_MAILBOX), 0},
    {"SMTP-SEC-injection-10 control", "AUTH=a+0D+0Ab", MAIL, MS_PARAM_AUTH, D(AUTH_VALUE_NOT_MAILBOX), 0},

    {"SMTP-6531-3.1-04", "SMTPUTF8", MAIL, MS_PARAM_SMTPUTF8, 0, 0},
    {"SMTP-8689-2-02", "REQUIRETLS", MAIL, MS_PARAM_REQUIRETLS, 0, 0},
    {"SMTP-8689-2-02 any case", "requiretls", MAIL, MS_PARAM_REQUIRETLS, 0, 0},

    {"SMTP-6710-3-02 lowest", "MT-PRIORITY=-9", MAIL, MS_PARAM_MT_PRIORITY, 0, -9},
    {"SMTP-6710-3-02 highest", "MT-PRIORITY=9", MAIL, MS_PARAM_MT_PRIORITY, 0, 9},
    {"SMTP-6710-3-02 zero", "MT-PRIORITY=0", MAIL, MS_PARAM_MT_PRIORITY, 0, 0},
    {"SMTP-6710-4.1-02", "mt-priority=-3", MAIL, MS_PARAM_MT_PRIORITY, 0, -3},

    {"SMTP-2852-4-01 return", "BY=120;R", MAIL, MS_PARAM_BY, 0, 120},
    {"SMTP-2852-4-01 notify, past", "BY=-5;N", MAIL, MS_PARAM_BY, 0, -5},
    {"SMTP-2852-4-01 trace", "BY=120;RT", MAIL, MS_PARAM_BY, 0, 120},
    {"SMTP-2852-4-01 plus sign", "BY=+7;N", MAIL, MS_PARAM_BY, 0, 7},
    {"SMTP-2852-4-01 any case", "by=1;rt", MAIL, MS_PARAM_BY, 0, 1},
    {"SMTP-2852-4-01 nine digits", "BY=999999999;R", MAIL, MS_PARAM_BY, 0, 999999999},
    {"SMTP-2852-4-01 zero with N", "BY=0;N", MAIL, MS_PARAM_BY, 0, 0},

    {"SMTP-4865-4-01 seconds", "HOLDFOR=60", MAIL, MS_PARAM_HOLDFOR, 0, 60},
    {"SMTP-4865-4-01 date", "HOLDUNTIL=2030-01-01T00:00:00Z", MAIL, MS_PARAM_HOLDUNTIL, 0, 0},
    {"SMTP-4865-4-01 fraction and offset", "HOLDUNTIL=2030-12-31t23:59:60.25-08:00", MAIL, MS_PARAM_HOLDUNTIL, 0, 0},
    {"SMTP-4865-4-01 the last minute", "HOLDUNTIL=2030-12-31T23:59:60+23:59", MAIL, MS_PARAM_HOLDUNTIL, 0, 0},
    {"SMTP-4865-4-01 leap day", "HOLDUNTIL=2028-02-29T12:00:00z", MAIL, MS_PARAM_HOLDUNTIL, 0, 0},
    {"SMTP-4865-4-01 leap day of a fourth century", "HOLDUNTIL=2000-02-29T12:00:00+01:30", MAIL, MS_PARAM_HOLDUNTIL, 0,
     0},

    {"SMTP-3885-3-01 certifier", "MTRK=abc+/09", MAIL, MS_PARAM_MTRK, 0, 0},
    {"SMTP-3885-3-01 certifier and timeout", "MTRK=abc:60", MAIL, MS_PARAM_MTRK, 0, 0},

    {"RFC 7293 section 3.1", "RRVS=2014-04-03T23:01:00Z", RCPT, MS_PARAM_RRVS, 0, 0},
    {"RFC 7293 section 3.1 continue", "RRVS=2014-04-03T23:01:00Z;C", RCPT, MS_PARAM_RRVS, 0, 0},
    {"RFC 7293 section 3.1 reject", "RRVS=2014-04-03T23:01:00Z;r", RCPT, MS_PARAM_RRVS, 0, 0},
    {"RFC 4141 in MAIL", "CONPERM", MAIL, MS_PARAM_CONPERM, 0, 0},
    {"RFC 4141 in RCPT", "CONNEG", RCPT, MS_PARAM_CONNEG, 0, 0},
    {"RFC 1845", "TRANSID=<12345@c.example>", MAIL, MS_PARAM_TRANSID, 0, 0},
    {"RFC 4405", "SUBMITTER=a+2Bb@c.example", MAIL, MS_PARAM_SUBMITTER, 0, 0},
    {"RFC 3865", "SOLICIT=org.example:ADV", MAIL, MS_PARAM_SOLICIT, 0, 0},
};

static int64_t typed(const ms_smtp_parameter *parameter)
{
    switch (parameter->id) {
    case MS_PARAM_SIZE:
    case MS_PARAM_HOLDFOR:
        return (int64_t)parameter->size;
    case MS_PARAM_BODY:
        return parameter->body;
    case MS_PARAM_RET:
        return parameter->ret;
    case MS_PARAM_NOTIFY:
        return parameter->notify;
    case MS_PARAM_MT_PRIORITY:
        return parameter->priority;
    case MS_PARAM_BY:
        return parameter->by.seconds;
    case MS_PARAM_UNKNOWN:
    case MS_PARAM_ENVID:
    case MS_PARAM_ORCPT:
    case MS_PARAM_AUTH:
    case MS_PARAM_SMTPUTF8:
    case MS_PARAM_HOLDUNTIL:
    case MS_PARAM_REQUIRETLS:
    case MS_PARAM_MTRK:
    case MS_PARAM_RRVS:
    case MS_PARAM_CONPERM:
    case MS_PARAM_CONNEG:
    case MS_PARAM_TRANSID:
    case MS_PARAM_SUBMITTER:
    case MS_PARAM_SOLICIT:
    case MS_PARAM_COUNT:
        break;
    }
    return 0;
}

Test(smtp_parameter, good)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const struct good *row = &good[i];
        const ms_span text = heap_text(row->text);
        const ms_smtp_parameter got = first(text, row->of);
        cr_expect_eq(got.error, MS_SMTP_OK, "%s: %s at %zu", row->id, ms_smtp_error_rule(got.error)->name,
                     got.error_at);
        cr_expect_eq(got.id, row->parameter, "%s: id %d", row->id, (int)got.id);
        cr_expect_eq(got.deviations, row->deviations, "%s: deviations %#" PRIx64, row->id, got.deviations);
        cr_expect_eq(typed(&got), row->typed, "%s: typed %" PRId64, row->id, typed(&got));

        const char *equals = strchr(row->text, '=');
        const size_t len = equals != NULL ? (size_t)(equals - row->text) : text.len;
        cr_expect_eq(got.keyword.ptr, text.ptr, "%s", row->id);
        cr_expect_eq(got.keyword.len, len, "%s", row->id);
        if (equals == NULL)
            cr_expect(ms_span_is_absent(got.value), "%s", row->id);
        else
            cr_expect(span_is(got.value, equals + 1), "%s", row->id);
        heap_free(text);
    }
}

static const struct bad {
    const char *id, *text;
    int of;
    ms_smtp_error error;
    size_t at;
    ms_requirement requirement;
} bad[] = {
    {"SMTP-5321-4.1.2-07 hyphen first", "-A=1", MAIL, MS_SMTP_ERR_PARAMETER_KEYWORD, 0, MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-5321-4.1.2-07 underscore", "A_B=1", MAIL, MS_SMTP_ERR_PARAMETER_KEYWORD, 1, MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-5321-4.1.2-07 no keyword", "=1", MAIL, MS_SMTP_ERR_PARAMETER_KEYWORD, 0, MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-5321-4.1.2-07 8-bit", "A\xc3\xa9=1", MAIL, MS_SMTP_ERR_PARAMETER_KEYWORD, 1, MS_REQ_SMTP_5321_4_1_2_07},
    {"SMTP-5321-4.1.2-08 empty", "A=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 2, MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-08 empty before a space", "A= B=1", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 2,
     MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-08 equals", "A=b=c", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 3, MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-08 DEL", "A=\x7f", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 2, MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-08 control", "A=b\x01", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 3, MS_REQ_SMTP_5321_4_1_2_08},
    {"SMTP-5321-4.1.2-08 malformed UTF-8", "A=b\xff", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 3, MS_REQ_SMTP_5321_4_1_2_08},

    {"SMTP-1870-3-02 21 digits", "SIZE=000000000000000000001", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 25,
     MS_REQ_SMTP_1870_3_02},
    {"SMTP-1870-3-02 empty", "SIZE=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_1870_3_02},
    {"SMTP-1870-3-02 minus", "SIZE=-1", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_1870_3_02},
    {"SMTP-1870-3-02 letter", "SIZE=1k", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_1870_3_02},
    {"SMTP-1870-3-02 no value", "SIZE", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 4, MS_REQ_SMTP_1870_3_02},
    {"SMTP-1870-6-03 word", "SIZE=abc", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_1870_3_02},

    {"SMTP-6152-2-02 other", "BODY=9BIT", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_6152_2_02},
    {"SMTP-6152-2-02 empty", "BODY=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_6152_2_02},
    {"SMTP-6152-2-02 too short", "BODY=8BIT", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 9, MS_REQ_SMTP_6152_2_02},
    {"SMTP-6152-2-02 too long", "BODY=7BITS", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 9, MS_REQ_SMTP_6152_2_02},
    {"SMTP-6152-3-03 unknown", "BODY=BINARY", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 11, MS_REQ_SMTP_6152_2_02},

    {"SMTP-3461-4.3-02 other", "RET=ALL", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 4, MS_REQ_SMTP_3461_4_3_03},
    {"SMTP-3461-4.3-02 empty", "RET=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 4, MS_REQ_SMTP_3461_4_3_03},
    {"SMTP-3461-4-01 no hexchar", "ENVID=a+ZZ", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 8, MS_REQ_SMTP_3461_4_01},
    {"SMTP-3461-4-01 empty", "ENVID=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_3461_4_01},
    {"SMTP-3461-4-01 equals", "ENVID=a=b", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_3461_4_01},
    {"SMTP-3461-4-01 plus at the end", "ENVID=a+", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 8, MS_REQ_SMTP_3461_4_01},

    {"SMTP-3461-4.1-06 NEVER first", "NOTIFY=NEVER,DELAY", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 12,
     MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-04 NEVER last", "NOTIFY=SUCCESS,NEVER", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 15,
     MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-04 NEVER in a list", "NOTIFY=,NEVER", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 8,
     MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-06 empty", "NOTIFY=", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-06 commas alone", "NOTIFY=,,", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 9, MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-05 other word", "NOTIFY=MAYBE", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_3461_4_1_06},
    {"SMTP-3461-4.1-05 word too long", "NOTIFY=DELAYED", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 12,
     MS_REQ_SMTP_3461_4_1_06},

    {"SMTP-3461-4.2-03 no type", "ORCPT=a@b.example", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_3461_4_2_06},
    {"SMTP-3461-4.2-03 empty type", "ORCPT=;a@b", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_3461_4_2_06},
    {"SMTP-3461-4.2-03 type alone", "ORCPT=rfc822", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 12, MS_REQ_SMTP_3461_4_2_06},
    {"SMTP-3461-4.2-03 bad hexchar", "ORCPT=rfc822;a+ZZ", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 15,
     MS_REQ_SMTP_3461_4_2_06},
    {"SMTP-3461-4.2-03 8-bit of another type", "ORCPT=rfc822;\xc3\xa9", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 13,
     MS_REQ_SMTP_3461_4_2_06},
    {"SMTP-6531-3.3-02 malformed UTF-8", "ORCPT=utf-8;\xc3", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 12,
     MS_REQ_SMTP_3461_4_2_06},

    {"SMTP-4954-5-03 bad hexchar", "AUTH=+ZZ", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_4954_5_03},
    {"SMTP-4954-5-03 empty", "AUTH=", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_4954_5_03},
    {"SMTP-6531-3.1-05 value", "SMTPUTF8=1", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 8, MS_REQ_SMTP_6531_3_1_07},
    {"SMTP-8689-2-03 value", "REQUIRETLS=1", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 10, MS_REQ_SMTP_8689_2_06},

    {"SMTP-6710-3-02 ten", "MT-PRIORITY=10", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 13, MS_REQ_SMTP_6710_3_02},
    {"SMTP-6710-3-02 letter", "MT-PRIORITY=x", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 12, MS_REQ_SMTP_6710_3_02},
    {"SMTP-6710-3-02 plus", "MT-PRIORITY=+1", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 12, MS_REQ_SMTP_6710_3_02},
    {"SMTP-6710-3-02 minus zero", "MT-PRIORITY=-0", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 13, MS_REQ_SMTP_6710_3_02},
    {"SMTP-6710-3-02 minus ten", "MT-PRIORITY=-10", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 14, MS_REQ_SMTP_6710_3_02},

    {"SMTP-2852-4-01 no mode", "BY=120", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 other mode", "BY=120;X", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 mode missing", "BY=120;", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 mode missing before T", "BY=120;T", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 ten digits", "BY=1000000000;R", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 12, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 octet behind it", "BY=1;RTX", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 7, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 no number", "BY=;R", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 3, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 zero with R", "BY=0;R", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_2852_4_01},
    {"SMTP-2852-4-01 negative with R", "BY=-1;r", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 6, MS_REQ_SMTP_2852_4_01},

    {"SMTP-4865-4-01 letter", "HOLDFOR=x", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 8, MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 date without time", "HOLDUNTIL=2030-01-01", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 20,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 date without day", "HOLDUNTIL=2030-01-", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 18,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 month 13", "HOLDUNTIL=2030-13-01T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 16,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 month 00", "HOLDUNTIL=2030-00-01T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 16,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 no leap year", "HOLDUNTIL=2100-02-29T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 19,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 31 April", "HOLDUNTIL=2030-04-31T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 19,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 month of one digit", "HOLDUNTIL=2030-1-01T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 16,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 day of one digit", "HOLDUNTIL=2030-01-1T00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 19,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 hour of one digit", "HOLDUNTIL=2030-01-01T0:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 22,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 minute of one digit", "HOLDUNTIL=2030-01-01T00:0:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 25,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 offset of one digit", "HOLDUNTIL=2030-01-01T00:00:00+0:00", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 31,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 hour 24", "HOLDUNTIL=2030-01-01T24:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 22,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 hour 30", "HOLDUNTIL=2030-01-01T30:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 21,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 minute 60", "HOLDUNTIL=2030-01-01T00:60:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 24,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 hour 24 of the offset", "HOLDUNTIL=2030-01-01T00:00:00+24:00", MAIL, MS_SMTP_ERR_PARAMETER_VALUE,
     31, MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 minute 60 of the offset", "HOLDUNTIL=2030-01-01T00:00:00+00:60", MAIL, MS_SMTP_ERR_PARAMETER_VALUE,
     33, MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 second 61", "HOLDUNTIL=2030-01-01T00:00:61Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 28,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 no offset", "HOLDUNTIL=2030-01-01T00:00:00", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 29,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 empty fraction", "HOLDUNTIL=2030-01-01T00:00:00.Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 30,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-4865-4-01 space for T", "HOLDUNTIL=2030-01-01 00:00:00Z", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 20,
     MS_REQ_SMTP_4865_4_01},
    {"SMTP-3885-3-01 pad, which no esmtp-value holds", "MTRK=abc=:60", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 8,
     MS_REQ_SMTP_3885_3_01},
    {"SMTP-3885-3-01 empty timeout", "MTRK=abc:", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 9, MS_REQ_SMTP_3885_3_01},
    {"SMTP-3885-3-01 no certifier", "MTRK=:60", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_3885_3_01},
    {"RFC 7293 section 3.1 other action", "RRVS=2014-04-03T23:01:00Z;X", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 26,
     MS_REQ_SMTP_5321_4_1_2_08},
    {"RFC 7293 section 3.1 no date", "RRVS=now", RCPT, MS_SMTP_ERR_PARAMETER_VALUE, 5, MS_REQ_SMTP_5321_4_1_2_08},
    {"RFC 4405 bad hexchar", "SUBMITTER=+0", MAIL, MS_SMTP_ERR_PARAMETER_VALUE, 12, MS_REQ_SMTP_5321_4_1_2_09},

    {"SMTP-5321-4.1.1.2-02 NOTIFY in MAIL", "NOTIFY=NEVER", MAIL, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, 0,
     MS_REQ_SMTP_5321_4_1_1_2_02},
    {"SMTP-5321-4.1.1.2-02 ORCPT in MAIL", "ORCPT=rfc822;a", MAIL, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, 0,
     MS_REQ_SMTP_5321_4_1_1_2_02},
    {"SMTP-5321-4.1.1.3-05 SIZE in RCPT", "SIZE=1", RCPT, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, 0,
     MS_REQ_SMTP_5321_4_1_1_3_05},
    {"SMTP-5321-4.1.1.3-05 BODY in RCPT", "BODY=7BIT", RCPT, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, 0,
     MS_REQ_SMTP_5321_4_1_1_3_05},
    {"SMTP-5321-4.1.1.3-05 RET in RCPT", "RET=FULL", RCPT, MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, 0,
     MS_REQ_SMTP_5321_4_1_1_3_05},
};

Test(smtp_parameter, bad)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ms_span text = heap_text(bad[i].text);
        const ms_smtp_parameter got = first(text, bad[i].of);
        cr_expect_eq(got.error, bad[i].error, "%s: got %s", bad[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, bad[i].at, "%s: got offset %zu", bad[i].id, got.error_at);
        cr_expect_eq(got.requirement, bad[i].requirement, "%s: got requirement %u", bad[i].id, got.requirement);
        heap_free(text);
    }
}

static void check_day(unsigned year, unsigned month, unsigned day, bool exists)
{
    char text[48];
    snprintf(text, sizeof text, "HOLDUNTIL=%04u-%02u-%02uT00:00:00Z", year, month, day);
    const ms_span value = heap_text(text);
    const ms_smtp_parameter got = first(value, MAIL);
    cr_expect_eq(got.error == MS_SMTP_OK, exists, "%s", text);
    heap_free(value);
}

/* RFC 3339 section 5.7: the last day of each month, and the one behind it (SMTP-4865-4-01). */
Test(smtp_parameter, days_of_each_month)
{
    static const unsigned last[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (unsigned month = 1; month <= 12; month++) {
        check_day(2030, month, last[month - 1], true);
        check_day(2030, month, last[month - 1] + 1, false);
    }
    check_day(2028, 2, 29, true);
    check_day(2028, 2, 30, false);
}

Test(smtp_parameter, nul)
{
    /* SMTP-SEC-injection-03 */
    const ms_span text = heap_copy("X=a\0b", 5);
    const ms_smtp_parameter got = first(text, MAIL);
    cr_expect_eq(got.error, MS_SMTP_ERR_NUL);
    cr_expect_eq(got.error_at, 3);
    cr_expect_eq(got.requirement, MS_REQ_SMTP_SEC_injection_03);
    heap_free(text);
}

Test(smtp_parameter, details_of_by_and_orcpt)
{
    const ms_span by = heap_text("BY=120;RT");
    const ms_smtp_parameter deadline = first(by, MAIL);
    cr_expect_eq(deadline.by.mode, MS_BY_RETURN);
    cr_expect(deadline.by.trace);
    heap_free(by);
    const ms_span other = heap_text("BY=-5;N");
    const ms_smtp_parameter late = first(other, MAIL);
    cr_expect_eq(late.by.mode, MS_BY_NOTIFY);
    cr_expect_not(late.by.trace);
    heap_free(other);
    const ms_span orcpt = heap_text("ORCPT=rfc822;a+2Bb@c");
    const ms_smtp_parameter original = first(orcpt, RCPT);
    cr_expect(span_is(original.orcpt.address_type, "rfc822"));
    cr_expect(span_is(original.orcpt.xtext, "a+2Bb@c"));
    heap_free(orcpt);
}

/* Several in a row: how many are given out until the end or an error, and what comes of the last. */
Test(smtp_parameter, sequence)
{
    static const struct {
        const char *id, *text;
        int of;
        unsigned count;
        ms_smtp_error error;
        size_t at;
        ms_requirement requirement;
        ms_deviations deviations; /* of all together */
    } rows[] = {
        {"SMTP-5321-4.1.2-10 none", "", MAIL, 0, MS_SMTP_OK, 0, MS_REQ_NONE, 0},
        {"SMTP-5321-4.1.2-10 two", "SIZE=1 BODY=7BIT", MAIL, 2, MS_SMTP_OK, 0, MS_REQ_NONE, 0},
        {"SMTP-5321-4.1.2-10 two spaces", "SIZE=1  BODY=7BIT", MAIL, 2, MS_SMTP_OK, 0, MS_REQ_NONE, D(EXTRA_BLANKS)},
        {"SMTP-5321-4.1.2-10 a tab", "SIZE=1\tBODY=7BIT", MAIL, 2, MS_SMTP_OK, 0, MS_REQ_NONE, D(EXTRA_BLANKS)},
        {"SMTP-5321-4.1.2-10 five", "RET=HDRS ENVID=x SMTPUTF8 AUTH=<> REQUIRETLS", MAIL, 5, MS_SMTP_OK, 0, MS_REQ_NONE,
         0},
        {"SMTP-1870-6-01 SIZE twice", "SIZE=1 SIZE=2", MAIL, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 7,
         MS_REQ_SMTP_1870_6_01, 0},
        {"SMTP-1870-6-01 SIZE twice in other case", "SIZE=1 BODY=7BIT size=1", MAIL, 3, MS_SMTP_ERR_PARAMETER_DUPLICATE,
         17, MS_REQ_SMTP_1870_6_01, 0},
        {"SMTP-6152-3-11 BODY twice", "BODY=7BIT BODY=8BITMIME", MAIL, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 10,
         MS_REQ_SMTP_6152_3_11, 0},
        {"SMTP-3461-4.5-03 RET twice", "RET=HDRS RET=FULL", MAIL, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 9,
         MS_REQ_SMTP_3461_4_5_03, 0},
        {"SMTP-3461-4.5-03 ENVID twice", "ENVID=a ENVID=b", MAIL, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 8,
         MS_REQ_SMTP_3461_4_5_03, 0},
        {"SMTP-3461-4.5-04 NOTIFY twice", "NOTIFY=NEVER NOTIFY=NEVER", RCPT, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 13,
         MS_REQ_SMTP_3461_4_5_04, 0},
        {"SMTP-3461-4.5-04 ORCPT twice", "ORCPT=a;b ORCPT=a;b", RCPT, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE, 10,
         MS_REQ_SMTP_3461_4_5_04, 0},
        {"SMTP-6710-4.1-05 MT-PRIORITY twice", "MT-PRIORITY=1 MT-PRIORITY=1", MAIL, 2, MS_SMTP_ERR_PARAMETER_DUPLICATE,
         14, MS_REQ_SMTP_6710_4_1_05, 0},
        {"SMTP-4865-4-02 both HOLD parameters", "HOLDFOR=1 HOLDUNTIL=2030-01-01T00:00:00Z", MAIL, 2,
         MS_SMTP_ERR_PARAMETER_DUPLICATE, 10, MS_REQ_SMTP_4865_4_02, 0},
        {"SMTP-5321-2.2.2-02 unknown twice is unknown", "X-A=1 X-A=1", MAIL, 2, MS_SMTP_OK, 0, MS_REQ_NONE, 0},
        {"SMTP-5321-4.1.2-08 nothing behind an error", "A=b=c SIZE=1", MAIL, 1, MS_SMTP_ERR_PARAMETER_VALUE, 3,
         MS_REQ_SMTP_5321_4_1_2_08, NOT_REGISTERED},
        {"SMTP-5321-4.1.1-11 blanks at the end", "SIZE=1 ", MAIL, 1, MS_SMTP_OK, 0, MS_REQ_NONE, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        ms_smtp_parameters iterator;
        ms_smtp_parameter got;
        memset(&got, 0, sizeof got);
        ms_smtp_parameters_init(&iterator, text, (ms_smtp_parameter_of)rows[i].of);
        unsigned count = 0;
        ms_deviations deviations = 0;
        while (ms_smtp_parameters_next(&iterator, &got)) {
            count++;
            deviations |= got.deviations;
        }
        cr_expect_eq(count, rows[i].count, "%s: %u parameters", rows[i].id, count);
        cr_expect_eq(got.error, rows[i].error, "%s: got %s", rows[i].id, ms_smtp_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, rows[i].at, "%s: got offset %zu", rows[i].id, got.error_at);
        cr_expect_eq(got.requirement, rows[i].requirement, "%s: got requirement %u", rows[i].id, got.requirement);
        cr_expect_eq(deviations, rows[i].deviations, "%s: got %#" PRIx64, rows[i].id, deviations);
        cr_expect_not(ms_smtp_parameters_next(&iterator, &got), "%s: goes on behind its end", rows[i].id);
        heap_free(text);
    }
}

/* keyword, "=", lead, then octets of "a" up to a value of len */
static ms_deviations of_length(const char *lead, size_t len, int of)
{
    char text[640];
    const size_t start = strlen(lead), value = start - (size_t)(strchr(lead, '=') - lead) - 1;
    memset(text, 'a', sizeof text);
    memcpy(text, lead, start);
    const ms_span copy = heap_copy(text, start + len - value);
    const ms_smtp_parameter got = first(copy, of);
    cr_expect_eq(got.error, MS_SMTP_OK, "%s", lead);
    cr_expect_eq(got.value.len, len);
    heap_free(copy);
    return got.deviations;
}

Test(smtp_parameter, limits)
{
    cr_expect_eq(of_length("ENVID=", MS_SMTP_ENVID_MAX, MAIL), 0, "SMTP-3461-5.4-01");
    cr_expect_eq(of_length("ENVID=", MS_SMTP_ENVID_MAX + 1, MAIL), D(PARAMETER_TOO_LONG), "SMTP-3461-5.4-01");
    cr_expect_eq(of_length("ORCPT=x;", MS_SMTP_ORCPT_MAX, RCPT), 0, "SMTP-3461-5.4-02");
    cr_expect_eq(of_length("ORCPT=x;", MS_SMTP_ORCPT_MAX + 1, RCPT), D(PARAMETER_TOO_LONG), "SMTP-3461-5.4-02");
    cr_expect_eq(of_length("AUTH=a@", 500, MAIL), 0, "SMTP-4954-3-02");
    cr_expect_eq(of_length("AUTH=a@", 501, MAIL), D(PARAMETER_TOO_LONG), "SMTP-4954-3-02");
}

Test(smtp_parameter, names)
{
    cr_expect_str_eq(ms_smtp_parameter_name(MS_PARAM_SIZE), "SIZE");
    cr_expect_str_eq(ms_smtp_parameter_name(MS_PARAM_MT_PRIORITY), "MT-PRIORITY");
    cr_expect_str_eq(ms_smtp_parameter_name(MS_PARAM_UNKNOWN), "");
    cr_expect_str_eq(ms_smtp_parameter_name(MS_PARAM_COUNT), "");
    cr_expect_str_eq(ms_smtp_parameter_name((ms_smtp_parameter_id)-1), "");
    /* each registered keyword is found by its own name */
    for (int id = MS_PARAM_UNKNOWN + 1; id < MS_PARAM_COUNT; id++) {
        const char *name = ms_smtp_parameter_name((ms_smtp_parameter_id)id);
        cr_expect_neq(name[0], '\0');
        const ms_span text = heap_text(name);
        cr_expect_eq((int)first(text, MAIL).id, id, "%s", name);
        heap_free(text);
    }
}

Test(smtp_parameter, each_prefix_is_survived)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        const size_t len = strlen(good[i].text);
        for (size_t cut = 1; cut < len; cut++) {
            const ms_span text = heap_copy(good[i].text, cut);
            cr_expect_leq(first(text, good[i].of).error_at, cut, "%s cut at %zu", good[i].id, cut);
            heap_free(text);
        }
    }
}
