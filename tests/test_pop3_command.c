/* POP3 command lines: each row a line, what it is understood as, and what is wrong with it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "mailspec/pop3_command.h"

#define DEV(name) MS_DEVIATION_BIT(MS_POP3_DEV_##name)
#define X10       "0123456789"
#define X40       X10 X10 X10 X10
#define DIGEST    "c4c9334bac560ecc979e58001b3e22fb"

/* What was understood, in a form that a row can spell. */
static const char *fields(const ms_pop3_parsed *p, char *out, size_t room)
{
    const ms_pop3_command *c = &p->command;
#define S(span) (int)(span).len, ms_span_is_absent(span) ? "" : (const char *)(span).ptr
    out[0] = '\0';
    if (p->error != MS_POP3_OK)
        return out;
    switch (c->verb) {
    case MS_POP3_USER:
        snprintf(out, room, "[%.*s]", S(c->user.name));
        break;
    case MS_POP3_PASS:
        snprintf(out, room, "[%.*s]", S(c->pass.password));
        break;
    case MS_POP3_APOP:
        snprintf(out, room, "[%.*s][%.*s]", S(c->apop.name), S(c->apop.digest));
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
        if (c->message.given)
            snprintf(out, room, "%u", c->message.number);
        break;
    case MS_POP3_TOP:
        snprintf(out, room, "%u %llu", c->top.number, (unsigned long long)c->top.lines);
        break;
    case MS_POP3_AUTH:
        if (!ms_span_is_absent(c->auth.mechanism))
            snprintf(out, room, "[%.*s]%s%.*s", S(c->auth.mechanism),
                     ms_span_is_absent(c->auth.initial_response) ? "" : "=", S(c->auth.initial_response));
        break;
    case MS_POP3_AUTH_RESPONSE:
        snprintf(out, room, "%s[%.*s]", c->auth_response.cancel ? "cancel " : "", S(c->auth_response.data));
        break;
    case MS_POP3_LANG:
        if (!ms_span_is_absent(c->lang.tag))
            snprintf(out, room, "[%.*s]", S(c->lang.tag));
        break;
    case MS_POP3_UNKNOWN:
        snprintf(out, room, "[%.*s][%.*s]", S(c->keyword), S(c->argument));
        break;
    case MS_POP3_STAT:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return out;
#undef S
}

typedef struct row {
    const char *id, *line;
    ms_pop3_verb verb;
    const char *fields;
    ms_pop3_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
} row;

static void check(const row *r, size_t len, const ms_pop3_context *context)
{
    char got_fields[512];
    const ms_span line = heap_copy(r->line, len);
    const ms_pop3_parsed got = ms_pop3_command_parse(line, context);
    fields(&got, got_fields, sizeof got_fields);
    cr_expect_eq(got.error, r->error, "%s: got %s", r->id, ms_pop3_error_rule(got.error)->name);
    cr_expect_eq(got.error_at, r->error_at, "%s: error at %zu", r->id, got.error_at);
    cr_expect_eq(got.deviations, r->deviations, "%s: deviations %llx", r->id, (unsigned long long)got.deviations);
    cr_expect_eq(got.deviation_at, r->deviation_at, "%s: deviation at %zu", r->id, got.deviation_at);
    cr_expect_eq(got.command.verb, r->verb, "%s: verb %s", r->id, ms_pop3_verb_name(got.command.verb));
    cr_expect_str_eq(got_fields, r->fields, "%s: fields %s", r->id, got_fields);
    heap_free(line);
}

static void check_all(const row *rows, size_t count, const ms_pop3_context *context)
{
    for (size_t i = 0; i < count; i++)
        check(&rows[i], strlen(rows[i].line), context);
}

#define OK            MS_POP3_OK, 0, 0, 0
#define ERR(e, at)    MS_POP3_ERR_##e, at, 0, 0
#define STRAYS(d, at) MS_POP3_OK, 0, DEV(d), at

Test(pop3_command, every_verb_in_its_plain_form)
{
    static const row rows[] = {
        {"POP3-1939-7-30 USER", "USER mrose", MS_POP3_USER, "[mrose]", OK},
        {"POP3-1939-7-43 PASS", "PASS tanstaaf", MS_POP3_PASS, "[tanstaaf]", OK},
        {"POP3-1939-7-42 blanks in a password", "PASS a b  c ", MS_POP3_PASS, "[a b  c ]", OK},
        {"POP3-1939-7-42 a password that begins with a blank", "PASS  a", MS_POP3_PASS, "[ a]", OK},
        {"POP3-1939-7-48 APOP", "APOP mrose " DIGEST, MS_POP3_APOP, "[mrose][" DIGEST "]", OK},
        {"POP3-1939-7-48 a digest of letters only", "APOP m abcdefabcdefabcdefabcdefabcdefab", MS_POP3_APOP,
         "[m][abcdefabcdefabcdefabcdefabcdefab]", OK},
        {"POP3-1939-5-01 STAT", "STAT", MS_POP3_STAT, "", OK},
        {"POP3-1939-5-08 LIST", "LIST", MS_POP3_LIST, "", OK},
        {"POP3-1939-5-14 LIST n", "LIST 1", MS_POP3_LIST, "1", OK},
        {"POP3-1939-5-20 RETR", "RETR 12", MS_POP3_RETR, "12", OK},
        {"POP3-1939-5-30 DELE", "DELE 4294967295", MS_POP3_DELE, "4294967295", OK},
        {"POP3-1939-5-40 RSET", "RSET", MS_POP3_RSET, "", OK},
        {"POP3-1939-5-38 NOOP", "NOOP", MS_POP3_NOOP, "", OK},
        {"POP3-1939-6-10 QUIT", "QUIT", MS_POP3_QUIT, "", OK},
        {"POP3-1939-7-02 TOP", "TOP 1 10", MS_POP3_TOP, "1 10", OK},
        {"POP3-1939-7-03 TOP of no lines", "TOP 1 0", MS_POP3_TOP, "1 0", OK},
        {"POP3-SEC-int-04 the largest line count", "TOP 1 18446744073709551615", MS_POP3_TOP, "1 18446744073709551615",
         OK},
        {"POP3-1939-7-13 UIDL", "UIDL", MS_POP3_UIDL, "", OK},
        {"POP3-1939-7-22 UIDL n", "UIDL 3", MS_POP3_UIDL, "3", OK},
        {"POP3-2449-5-01 CAPA", "CAPA", MS_POP3_CAPA, "", OK},
        {"POP3-2595-4-02 STLS", "STLS", MS_POP3_STLS, "", OK},
        {"POP3-5034-4-01 AUTH", "AUTH PLAIN", MS_POP3_AUTH, "[PLAIN]", OK},
        {"POP3-5034-4-01 AUTH with base64", "AUTH PLAIN AGEAYg==", MS_POP3_AUTH, "[PLAIN]=AGEAYg==", OK},
        {"POP3-5034-4-12 AUTH with an empty response", "AUTH EXTERNAL =", MS_POP3_AUTH, "[EXTERNAL]=", OK},
        {"POP3-5034-5-01 a mechanism in lower case", "AUTH scram-sha-256", MS_POP3_AUTH, "[scram-sha-256]", OK},
        {"POP3-4422-3.1-01 20 characters", "AUTH ABCDEFGHIJ0123456789", MS_POP3_AUTH, "[ABCDEFGHIJ0123456789]", OK},
        {"POP3-6856-2.1-01 UTF8", "UTF8", MS_POP3_UTF8, "", OK},
        {"POP3-6856-3.2-03 LANG", "LANG", MS_POP3_LANG, "", OK},
        {"POP3-6856-3.2-06 LANG *", "LANG *", MS_POP3_LANG, "[*]", OK},
        {"POP3-6856-3.2-01 LANG en-boont", "LANG en-boont", MS_POP3_LANG, "[en-boont]", OK},
        {"POP3-1939-3-03 any letter case", "rEtR 2", MS_POP3_RETR, "2", OK},
        {"POP3-1939-3-03 any letter case of three letters", "tOp 2 3", MS_POP3_TOP, "2 3", OK},
        {"POP3-1939-3-23 unknown, with arguments", "XTND XMIT a", MS_POP3_UNKNOWN, "[XTND][XMIT a]", OK},
        {"POP3-1939-3-07 unknown of three", "FOO", MS_POP3_UNKNOWN, "[FOO][]", OK},
        {"POP3-SEC-int-03 leading zeros", "LIST 000000000000000000000000000000000000001", MS_POP3_LIST, "1", OK},
    };
    check_all(rows, COUNT(rows), NULL);
}

Test(pop3_command, keywords)
{
    static const row rows[] = {
        {"POP3-1939-3-07 empty line", "", MS_POP3_UNKNOWN, "", ERR(EMPTY_LINE, 0)},
        {"POP3-1939-3-07 two characters", "NO", MS_POP3_UNKNOWN, "", ERR(KEYWORD, 2)},
        {"POP3-1939-3-07 five characters", "NOOPS", MS_POP3_UNKNOWN, "", ERR(KEYWORD, 4)},
        {"POP3-2449-3-02 a blank inside", "CA A", MS_POP3_UNKNOWN, "", ERR(KEYWORD, 2)},
        {"POP3-2449-3-02 nothing but blanks", "  ", MS_POP3_UNKNOWN, "", ERR(KEYWORD, 0)},
        {"POP3-1939-3-05 a control character", "NO\001OP", MS_POP3_UNKNOWN, "", ERR(OCTET, 2)},
        {"POP3-SEC-raw-02 8-bit keyword", "\377TAT", MS_POP3_UNKNOWN, "", ERR(8BIT, 0)},
        {"POP3-1939-3-05 DEL", "NOO\177", MS_POP3_UNKNOWN, "", ERR(OCTET, 3)},
        {"POP3-SEC-raw-04 a bare CR inside", "NOOP\rDELE 1", MS_POP3_UNKNOWN, "", ERR(OCTET, 4)},
        {"POP3-2449-3-01 a blank before", " STAT", MS_POP3_STAT, "", STRAYS(LEADING_BLANKS, 0)},
        {"POP3-SEC-raw-05 CR CR LF", "STAT\r", MS_POP3_STAT, "", STRAYS(BARE_CR, 4)},
        {"POP3-SEC-raw-05 CR CR CR LF", "RETR 1\r\r", MS_POP3_RETR, "1", STRAYS(BARE_CR, 6)},
        {"POP3-SEC-raw-05 nothing but CR", "\r", MS_POP3_UNKNOWN, "", MS_POP3_ERR_EMPTY_LINE, 0, DEV(BARE_CR), 0},
        {"POP3-SEC-raw-05 trailing blank", "STAT ", MS_POP3_STAT, "", STRAYS(TRAILING_BLANKS, 4)},
    };
    check_all(rows, COUNT(rows), NULL);
    const row nul = {"POP3-SEC-raw-01 NUL behind the keyword", "STAT\0", MS_POP3_UNKNOWN, "", ERR(OCTET, 4)};
    check(&nul, 5, NULL);
    const row nul_in_number = {"POP3-SEC-raw-01 NUL behind the number", "DELE 1\0x", MS_POP3_DELE, "", ERR(OCTET, 6)};
    check(&nul_in_number, 8, NULL);
    const row nul_first = {"POP3-SEC-raw-01 a keyword of four NULs", "\0\0\0\0", MS_POP3_UNKNOWN, "", ERR(OCTET, 0)};
    check(&nul_first, 4, NULL);
}

Test(pop3_command, message_numbers)
{
    static const row rows[] = {
        {"POP3-1939-5-18 word", "LIST abc", MS_POP3_LIST, "", ERR(MESSAGE_NUMBER, 5)},
        {"POP3-1939-5-18 suffix", "LIST 1a", MS_POP3_LIST, "", ERR(MESSAGE_NUMBER, 6)},
        {"POP3-1939-5-18 minus", "LIST -1", MS_POP3_LIST, "", ERR(MESSAGE_NUMBER, 5)},
        {"POP3-1939-5-25 plus", "RETR +1", MS_POP3_RETR, "", ERR(MESSAGE_NUMBER, 5)},
        {"POP3-1939-5-24 point", "RETR 1.0", MS_POP3_RETR, "", ERR(MESSAGE_NUMBER, 6)},
        {"POP3-SEC-int-02 hexadecimal", "RETR 0x1", MS_POP3_RETR, "", ERR(MESSAGE_NUMBER, 6)},
        {"POP3-1939-5-17 zero", "LIST 0", MS_POP3_LIST, "", ERR(MESSAGE_ZERO, 5)},
        {"POP3-1939-5-34 zero", "DELE 000", MS_POP3_DELE, "", ERR(MESSAGE_ZERO, 5)},
        {"POP3-SEC-int-01 2^32", "RETR 4294967296", MS_POP3_RETR, "", ERR(NUMBER_RANGE, 5)},
        {"POP3-SEC-int-01 2^32+1", "DELE 4294967297", MS_POP3_DELE, "", ERR(NUMBER_RANGE, 5)},
        {"POP3-SEC-int-01 2^64+1", "LIST 18446744073709551617", MS_POP3_LIST, "", ERR(NUMBER_RANGE, 5)},
        {"POP3-SEC-int-01 a range error does not hide a suffix", "LIST 99999999999x", MS_POP3_LIST, "",
         ERR(MESSAGE_NUMBER, 16)},
        {"POP3-SEC-raw-02 8-bit", "RETR \261", MS_POP3_RETR, "", ERR(8BIT, 5)},
        {"POP3-1939-3-05 DEL", "LIST \177", MS_POP3_LIST, "", ERR(OCTET, 5)},
        {"POP3-1939-5-21 none", "RETR", MS_POP3_RETR, "", ERR(ARGUMENT_MISSING, 4)},
        {"POP3-2449-3-03 an empty one", "RETR ", MS_POP3_RETR, "", ERR(ARGUMENT_MISSING, 5)},
        {"POP3-1939-5-35 none", "DELE", MS_POP3_DELE, "", ERR(ARGUMENT_MISSING, 4)},
        {"POP3-1939-3-06 two spaces", "LIST  1", MS_POP3_LIST, "1", STRAYS(EXTRA_BLANKS, 5)},
        {"POP3-1939-3-06 tab", "LIST\t1", MS_POP3_LIST, "1", STRAYS(EXTRA_BLANKS, 4)},
        {"POP3-2449-3-03 trailing space", "LIST 1 ", MS_POP3_LIST, "1", STRAYS(TRAILING_BLANKS, 6)},
        {"POP3-2449-3-03 LIST and a space", "LIST ", MS_POP3_LIST, "", STRAYS(TRAILING_BLANKS, 4)},
        {"POP3-1939-7-07 TOP", "TOP", MS_POP3_TOP, "", ERR(ARGUMENT_MISSING, 3)},
        {"POP3-1939-7-07 TOP n", "TOP 1", MS_POP3_TOP, "", ERR(ARGUMENT_MISSING, 5)},
        {"POP3-1939-7-65 negative", "TOP 1 -1", MS_POP3_TOP, "", ERR(LINE_COUNT, 6)},
        {"POP3-1939-7-65 word", "TOP 1 x", MS_POP3_TOP, "", ERR(LINE_COUNT, 6)},
        {"POP3-1939-7-59 word", "TOP x 0", MS_POP3_TOP, "", ERR(MESSAGE_NUMBER, 4)},
        {"POP3-1939-7-09 zero", "TOP 0 0", MS_POP3_TOP, "", ERR(MESSAGE_ZERO, 4)},
        {"POP3-SEC-int-04 2^64", "TOP 1 18446744073709551616", MS_POP3_TOP, "", ERR(NUMBER_RANGE, 6)},
        {"POP3-1939-7-25 suffix", "UIDL 1x", MS_POP3_UIDL, "", ERR(MESSAGE_NUMBER, 6)},
    };
    check_all(rows, COUNT(rows), NULL);
}

Test(pop3_command, surplus_arguments)
{
    static const row rows[] = {
        {"POP3-1939-5-05 STAT", "STAT 1", MS_POP3_STAT, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-1939-5-46 NOOP", "NOOP x y", MS_POP3_NOOP, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-1939-5-46 RSET", "RSET x", MS_POP3_RSET, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-1939-6-07 QUIT", "QUIT now", MS_POP3_QUIT, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-1939-5-25 RETR", "RETR 1 2", MS_POP3_RETR, "1", STRAYS(SURPLUS_ARGUMENT, 7)},
        {"POP3-1939-5-47 LIST", "LIST 1 2", MS_POP3_LIST, "1", STRAYS(SURPLUS_ARGUMENT, 7)},
        {"POP3-1939-5-47 DELE", "DELE 1 2", MS_POP3_DELE, "1", STRAYS(SURPLUS_ARGUMENT, 7)},
        {"POP3-1939-7-61 TOP", "TOP 1 0 0", MS_POP3_TOP, "1 0", STRAYS(SURPLUS_ARGUMENT, 8)},
        {"POP3-1939-7-61 UIDL", "UIDL 1 2", MS_POP3_UIDL, "1", STRAYS(SURPLUS_ARGUMENT, 7)},
        {"POP3-2449-5-04 CAPA", "CAPA x", MS_POP3_CAPA, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-2595-4-14 STLS", "STLS now", MS_POP3_STLS, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-6856-2.1-01 UTF8", "UTF8 x", MS_POP3_UTF8, "", STRAYS(SURPLUS_ARGUMENT, 5)},
        {"POP3-5034-5-05 AUTH", "AUTH PLAIN AGEAYg== x", MS_POP3_AUTH,
         "[PLAIN]=AGEAYg==", STRAYS(SURPLUS_ARGUMENT, 20)},
        {"POP3-2449-3-03 USER", "USER a b", MS_POP3_USER, "[a]", STRAYS(SURPLUS_ARGUMENT, 7)},
        {"POP3-6856-3.2-01 LANG", "LANG en de", MS_POP3_LANG, "[en]", STRAYS(SURPLUS_ARGUMENT, 8)},
        {"POP3-1939-3-05 a control character in it", "STAT \001", MS_POP3_STAT, "", MS_POP3_ERR_OCTET, 5,
         DEV(SURPLUS_ARGUMENT), 5},
        {"POP3-2449-3-03 and a trailing blank", "STAT 1 ", MS_POP3_STAT, "", MS_POP3_OK, 0,
         DEV(SURPLUS_ARGUMENT) | DEV(TRAILING_BLANKS), 5},
    };
    check_all(rows, COUNT(rows), NULL);
    cr_expect_eq(ms_pop3_deviation_requirement(MS_POP3_DEV_SURPLUS_ARGUMENT, MS_POP3_STAT), MS_REQ_POP3_1939_5_53);
    cr_expect_eq(ms_pop3_deviation_requirement(MS_POP3_DEV_SURPLUS_ARGUMENT, MS_POP3_AUTH), MS_REQ_POP3_5034_4_01);
    cr_expect_eq(ms_pop3_deviation_requirement(MS_POP3_DEV_EXTRA_BLANKS, MS_POP3_QUIT), MS_REQ_POP3_1939_3_06);
}

Test(pop3_command, authentication)
{
    static const row rows[] = {
        {"POP3-1939-5-52 USER", "USER", MS_POP3_USER, "", ERR(ARGUMENT_MISSING, 4)},
        {"POP3-1939-7-30 USER and a space", "USER ", MS_POP3_USER, "", ERR(ARGUMENT_MISSING, 5)},
        {"POP3-1939-7-43 PASS", "PASS", MS_POP3_PASS, "", ERR(ARGUMENT_MISSING, 4)},
        {"POP3-1939-7-43 PASS and a space", "PASS ", MS_POP3_PASS, "", ERR(ARGUMENT_MISSING, 5)},
        {"POP3-1939-3-06 PASS and a tab", "PASS\tx", MS_POP3_PASS, "[x]", STRAYS(EXTRA_BLANKS, 4)},
        {"POP3-1939-3-05 a tab in a password", "PASS a\tb", MS_POP3_PASS, "", ERR(OCTET, 6)},
        {"POP3-6856-2.2-05 8-bit in a password", "PASS a \303\244", MS_POP3_PASS, "", ERR(8BIT, 7)},
        {"POP3-6856-2.2-05 8-bit in a name", "USER b\303\244r", MS_POP3_USER, "", ERR(8BIT, 6)},
        {"POP3-1939-7-52 APOP", "APOP", MS_POP3_APOP, "", ERR(ARGUMENT_MISSING, 4)},
        {"POP3-1939-7-52 APOP name", "APOP u", MS_POP3_APOP, "", ERR(ARGUMENT_MISSING, 6)},
        {"POP3-1939-7-48 31 digits", "APOP u c4c9334bac560ecc979e58001b3e22f", MS_POP3_APOP, "", ERR(DIGEST, 38)},
        {"POP3-1939-7-48 33 digits", "APOP u " DIGEST "0", MS_POP3_APOP, "", ERR(DIGEST, 39)},
        {"POP3-1939-7-48 a letter G", "APOP u c4c9334bac560ecc979e58001b3e22fg", MS_POP3_APOP, "", ERR(DIGEST, 38)},
        {"POP3-1939-7-48 upper case", "APOP u C4c9334bac560ecc979e58001b3e22FB", MS_POP3_APOP,
         "[u][C4c9334bac560ecc979e58001b3e22FB]", STRAYS(DIGEST_CASE, 7)},
        {"POP3-5034-4-05 AUTH alone", "AUTH", MS_POP3_AUTH, "", STRAYS(MECHANISM_MISSING, 4)},
        {"POP3-4422-3.1-01 21 characters", "AUTH ABCDEFGHIJ01234567890", MS_POP3_AUTH, "", ERR(MECHANISM, 25)},
        {"POP3-4422-3.1-01 a dot", "AUTH PL.AIN", MS_POP3_AUTH, "", ERR(MECHANISM, 7)},
        {"POP3-5034-4-01 no base64", "AUTH PLAIN %%%", MS_POP3_AUTH, "", ERR(BASE64_OCTET, 11)},
        {"POP3-5034-4-18 a pad in front", "AUTH PLAIN =AAA", MS_POP3_AUTH, "", ERR(BASE64, 11)},
        {"POP3-5034-4-18 a pad in the middle", "AUTH PLAIN AAA=BBB", MS_POP3_AUTH, "", ERR(BASE64, 15)},
        {"POP3-5034-4-12 a space behind the mechanism", "AUTH PLAIN ", MS_POP3_AUTH, "[PLAIN]",
         STRAYS(EMPTY_RESPONSE, 11)},
        {"POP3-2449-3-03 a space behind the response", "AUTH PLAIN AAAA ", MS_POP3_AUTH, "[PLAIN]=AAAA",
         STRAYS(TRAILING_BLANKS, 15)},
        {"POP3-5034-4-05 AUTH and a space", "AUTH ", MS_POP3_AUTH, "", STRAYS(MECHANISM_MISSING, 5)},
        {"POP3-5034-4-17 an octet outside the alphabet behind a pad", "AUTH PLAIN A=A-", MS_POP3_AUTH, "",
         ERR(BASE64_OCTET, 12)},
        {"POP3-6856-3.2-02 no tag", "LANG -en", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 5)},
        {"POP3-6856-3.2-02 a digit in front", "LANG 1n", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 5)},
        {"POP3-6856-3.2-02 an empty subtag", "LANG en-", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 8)},
        {"POP3-6856-3.2-02 a subtag of nine", "LANG en-abcdefghi", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 16)},
        {"POP3-6856-3.2-02 text behind the star", "LANG *x", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 6)},
        {"POP3-6856-3.2-02 an underscore", "LANG en_US", MS_POP3_LANG, "", ERR(LANGUAGE_TAG, 7)},
    };
    check_all(rows, COUNT(rows), NULL);
}

Test(pop3_command, utf8_in_force)
{
    static const row rows[] = {
        {"POP3-6856-2.2-06 name", "USER b\303\244r", MS_POP3_USER, "[b\303\244r]", OK},
        {"POP3-6856-2.2-06 password", "PASS \342\202\254 x", MS_POP3_PASS, "[\342\202\254 x]", OK},
        {"POP3-6856-2.2-06 APOP name", "APOP \360\220\214\200 " DIGEST, MS_POP3_APOP, "[\360\220\214\200][" DIGEST "]",
         OK},
        {"POP3-6856-2.2-04 overlong", "USER \300\257", MS_POP3_USER, "", ERR(UTF8, 5)},
        {"POP3-6856-2.2-04 cut off", "USER a\303", MS_POP3_USER, "", ERR(UTF8, 6)},
        {"POP3-6856-2.2-04 password", "PASS a\377", MS_POP3_PASS, "", ERR(UTF8, 6)},
        {"POP3-1939-3-05 keywords stay ASCII", "L\303\244S", MS_POP3_UNKNOWN, "", ERR(8BIT, 1)},
        {"POP3-1939-4-12 numbers stay ASCII", "LIST \331\241", MS_POP3_LIST, "", ERR(8BIT, 5)},
    };
    const ms_pop3_context utf8 = {.utf8 = true};
    check_all(rows, COUNT(rows), &utf8);
}

Test(pop3_command, auth_responses)
{
    static const row rows[] = {
        {"POP3-5034-5-03 base64", "dGVzdA==", MS_POP3_AUTH_RESPONSE, "[dGVzdA==]", OK},
        {"POP3-5034-5-03 empty", "", MS_POP3_AUTH_RESPONSE, "[]", OK},
        {"POP3-5034-4-07 cancel", "*", MS_POP3_AUTH_RESPONSE, "cancel [*]", OK},
        {"POP3-SEC-sasl-01 a command is base64 too", "STAT", MS_POP3_AUTH_RESPONSE, "[STAT]", OK},
        {"POP3-5034-5-03 leading space", " dGVzdA==", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64_OCTET, 0)},
        {"POP3-5034-5-03 text behind", "dGVzdA== x", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64_OCTET, 8)},
        {"POP3-5034-5-02 four characters", "AAAA", MS_POP3_AUTH_RESPONSE, "[AAAA]", OK},
        {"POP3-5034-5-02 one pad", "AAA=", MS_POP3_AUTH_RESPONSE, "[AAA=]", OK},
        {"POP3-5034-5-02 two pads", "AA==", MS_POP3_AUTH_RESPONSE, "[AA==]", OK},
        {"POP3-5034-5-02 one character", "A", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64, 1)},
        {"POP3-5034-5-02 two characters", "AA", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64, 2)},
        {"POP3-5034-5-02 three characters", "AAA", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64, 3)},
        {"POP3-5034-5-02 a pad too few", "AA=", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64, 3)},
        {"POP3-5034-4-12 '=' is for the initial response only", "=", MS_POP3_AUTH_RESPONSE, "", ERR(BASE64, 0)},
    };
    const ms_pop3_context context = {.auth_response = true};
    check_all(rows, COUNT(rows), &context);
    char line[4001];
    memset(line, 'A', 4000);
    line[4000] = '\0';
    const ms_pop3_parsed got = ms_pop3_command_parse(ms_span_make(line, 4000), &context);
    cr_expect_eq(got.error, MS_POP3_OK, "POP3-5034-4-19 any length");
}

Test(pop3_command, lengths)
{
    static const row base[] = {
        {"POP3-1939-3-09 40 octets", "USER " X40, MS_POP3_USER, "[" X40 "]", OK},
        {"POP3-1939-3-09 41 octets", "USER " X40 "x", MS_POP3_USER, "[" X40 "x]", STRAYS(ARGUMENT_TOO_LONG, 45)},
        {"POP3-1939-3-09 password of 41", "PASS " X40 "x", MS_POP3_PASS, "[" X40 "x]", STRAYS(ARGUMENT_TOO_LONG, 45)},
        {"POP3-1939-3-09 password of 40", "PASS " X40, MS_POP3_PASS, "[" X40 "]", OK},
    };
    static const row extended[] = {
        {"POP3-2449-4-04 41 octets", "USER " X40 "x", MS_POP3_USER, "[" X40 "x]", OK},
        {"POP3-2449-4-04 password of 41", "PASS " X40 "x", MS_POP3_PASS, "[" X40 "x]", OK},
    };
    const ms_pop3_context capa = {.capa_seen = true};
    check_all(base, COUNT(base), NULL);
    check_all(extended, COUNT(extended), &capa);

    char line[300] = "USER ";
    memset(line + 5, 'x', sizeof line - 5);
    const ms_pop3_parsed longest = ms_pop3_command_parse(ms_span_make(line, 253), &capa);
    cr_expect_eq(longest.error, MS_POP3_OK, "POP3-2449-3-01 255 octets with CRLF");
    cr_expect_eq(longest.command.user.name.len, 248);
    const ms_pop3_parsed too_long = ms_pop3_command_parse(ms_span_make(line, 254), &capa);
    cr_expect_eq(too_long.error, MS_POP3_ERR_LINE_TOO_LONG, "POP3-2449-3-01 256 octets with CRLF");
    cr_expect_eq(too_long.error_at, 253);
    cr_expect_eq(too_long.command.verb, MS_POP3_USER);
    line[2] = '\001';
    const ms_pop3_parsed wrong = ms_pop3_command_parse(ms_span_make(line, 254), &capa);
    cr_expect_eq(wrong.error, MS_POP3_ERR_OCTET, "the first wrong octet counts");
    cr_expect_eq(wrong.error_at, 2);
    cr_expect_eq(ms_pop3_error_requirement(MS_POP3_ERR_LINE_TOO_LONG, MS_POP3_AUTH), MS_REQ_POP3_5034_4_10);
    cr_expect_eq(ms_pop3_error_requirement(MS_POP3_ERR_LINE_TOO_LONG, MS_POP3_USER), MS_REQ_POP3_2449_4_04);
}

Test(pop3_command, raw_argument)
{
    const struct {
        const char *line, *argument;
    } rows[] = {{"STAT", NULL}, {"RETR ", ""}, {"RETR 1 ", "1 "}, {"LIST  x", " x"}, {"XXXX a  b", "a  b"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_pop3_parsed got = ms_pop3_command_parse(ms_span_make(rows[i].line, strlen(rows[i].line)), NULL);
        if (rows[i].argument == NULL)
            cr_expect(ms_span_is_absent(got.command.argument), "%s", rows[i].line);
        else
            cr_expect(span_is(got.command.argument, rows[i].argument), "%s", rows[i].line);
    }
    const ms_pop3_parsed got = ms_pop3_command_parse(MS_SPAN("nOoP"), NULL);
    cr_expect(span_is(got.command.keyword, "nOoP"), "case is kept");
    const ms_pop3_parsed absent = ms_pop3_command_parse(ms_span_absent(), NULL);
    cr_expect_eq(absent.error, MS_POP3_ERR_EMPTY_LINE);
}

Test(pop3_command, framed_lines)
{
    ms_line line = {.status = MS_LINE_COMPLETE, .flags = MS_LINE_BARE_LF, .text = MS_SPAN("STAT")};
    ms_pop3_parsed got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_OK);
    cr_expect_eq(got.deviations, DEV(BARE_LF), "POP3-1939-3-04");
    cr_expect_eq(got.deviation_at, 4);

    line.text = MS_SPAN("STAT x");
    got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.deviations, DEV(BARE_LF) | DEV(SURPLUS_ARGUMENT));
    cr_expect_eq(got.deviation_at, 5, "the first one");

    line = (ms_line){.status = MS_LINE_HEAD, .flags = MS_LINE_TOO_LONG, .text = MS_SPAN("USER x")};
    got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_ERR_LINE_TOO_LONG, "POP3-2449-4-04");
    cr_expect_eq(got.error_at, 6);
    cr_expect_eq(got.command.verb, MS_POP3_USER);

    line.text = MS_SPAN("RETR 1x");
    got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_ERR_MESSAGE_NUMBER, "POP3-1939-4-12: what is seen is wrong whatever follows");
    line.text = MS_SPAN("RETR ");
    got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_ERR_LINE_TOO_LONG, "POP3-2449-4-04: the number may follow");

    line = (ms_line){.status = MS_LINE_NEED_MORE, .text = MS_SPAN("USER x")};
    got = ms_pop3_command_parse_line(&line, NULL);
    cr_expect_eq(got.error, MS_POP3_ERR_INCOMPLETE);
}

/* RFC 1939 section 3: a keyword with another letter in any place is another keyword, or none. */
Test(pop3_command, one_letter_makes_another_keyword)
{
    static const char *const keywords[] = {"USER", "PASS", "APOP", "STAT", "LIST", "RETR", "DELE", "RSET", "NOOP",
                                           "QUIT", "UIDL", "CAPA", "STLS", "AUTH", "UTF8", "LANG", "TOP"};
    for (size_t i = 0; i < COUNT(keywords); i++) {
        const size_t len = strlen(keywords[i]);
        for (size_t at = 0; at < len; at++)
            for (int octet = '!'; octet <= '~'; octet++) {
                char word[5];
                strcpy(word, keywords[i]);
                const bool same = (octet | 0x20) == (word[at] | 0x20) && octet >= 'A' && octet <= 'z';
                if (same || octet == word[at])
                    continue;
                word[at] = (char)octet;
                const ms_span line = heap_copy(word, len);
                const ms_pop3_parsed got = ms_pop3_command_parse(line, NULL);
                cr_expect_eq(got.command.verb, MS_POP3_UNKNOWN, "%s is taken for %s", word,
                             ms_pop3_verb_name(got.command.verb));
                heap_free(line);
            }
    }
}

Test(pop3_command, tables)
{
    for (int i = 0; i < MS_POP3_ERR_COUNT; i++) {
        const ms_rule *rule = ms_pop3_error_rule((ms_pop3_error)i);
        cr_expect(rule->name[0] != '\0' && rule->text[0] != '\0', "error %d", i);
        cr_expect((rule->requirement == MS_REQ_NONE) == (i == MS_POP3_OK), "error %d", i);
    }
    for (int i = 0; i < MS_POP3_DEV_COUNT; i++) {
        const ms_rule *rule = ms_pop3_deviation_rule((ms_pop3_deviation)i);
        cr_expect(rule->name[0] != '\0' && rule->text[0] != '\0', "deviation %d", i);
        cr_expect_neq(rule->requirement, MS_REQ_NONE, "deviation %d", i);
    }
    cr_expect_str_eq(ms_pop3_error_rule(MS_POP3_ERR_COUNT)->name, "");
    cr_expect_str_eq(ms_pop3_deviation_rule(MS_POP3_DEV_COUNT)->name, "");
    cr_expect_str_eq(ms_pop3_verb_name(MS_POP3_TOP), "TOP");
    cr_expect_str_eq(ms_pop3_verb_name(MS_POP3_VERB_COUNT), "");
}
