#include "mailspec/sasl.h"

#include "feed.h"
#include "mailspec/base64.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define OCTETS(literal) literal, sizeof(literal) - 1

static const struct name_row {
    const char *name;
    size_t len;
    ms_sasl_mechanism mechanism;
    bool valid;
} names[] = {
    {OCTETS("PLAIN"), MS_SASL_PLAIN, true},
    {OCTETS("LOGIN"), MS_SASL_LOGIN, true},
    {OCTETS("CRAM-MD5"), MS_SASL_CRAM_MD5, true},
    {OCTETS("DIGEST-MD5"), MS_SASL_DIGEST_MD5, true},
    {OCTETS("SCRAM-SHA-1"), MS_SASL_SCRAM_SHA_1, true},
    {OCTETS("SCRAM-SHA-1-PLUS"), MS_SASL_SCRAM_SHA_1_PLUS, true},
    {OCTETS("SCRAM-SHA-256"), MS_SASL_SCRAM_SHA_256, true},
    {OCTETS("SCRAM-SHA-256-PLUS"), MS_SASL_SCRAM_SHA_256_PLUS, true},
    {OCTETS("EXTERNAL"), MS_SASL_EXTERNAL, true},
    {OCTETS("ANONYMOUS"), MS_SASL_ANONYMOUS, true},
    {OCTETS("XOAUTH2"), MS_SASL_XOAUTH2, true},
    {OCTETS("OAUTHBEARER"), MS_SASL_OAUTHBEARER, true},
    {OCTETS("GSSAPI"), MS_SASL_GSSAPI, true},
    {OCTETS("NTLM"), MS_SASL_NTLM, true},
    /* SMTP-4954-4-31: recognised in any letter case */
    {OCTETS("plain"), MS_SASL_PLAIN, false},
    {OCTETS("Scram-Sha-256"), MS_SASL_SCRAM_SHA_256, false},
    /* POP3-4422-3.1-01: 1 to 20 of A-Z 0-9 - _ */
    {OCTETS(""), MS_SASL_OTHER, false},
    {OCTETS("X"), MS_SASL_OTHER, true},
    {OCTETS("A_-9"), MS_SASL_OTHER, true},
    {OCTETS("12345678901234567890"), MS_SASL_OTHER, true},
    {OCTETS("123456789012345678901"), MS_SASL_OTHER, false},
    {OCTETS("PL.AIN"), MS_SASL_OTHER, false},
    {OCTETS("PLAIN "), MS_SASL_OTHER, false},
    {OCTETS("PLAI"), MS_SASL_OTHER, true},
    {OCTETS("PLAIN\0"), MS_SASL_OTHER, false},
    {OCTETS("PLA\xC9N"), MS_SASL_OTHER, false},
};

Test(sasl, mechanism_names)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        const ms_span name = heap_copy(names[i].name, names[i].len);
        bool valid = !names[i].valid;
        cr_expect_eq(ms_sasl_mechanism_parse(name, &valid), names[i].mechanism, "%s", names[i].name);
        cr_expect_eq(valid, names[i].valid, "%s", names[i].name);
        if (names[i].valid && names[i].mechanism != MS_SASL_OTHER)
            cr_expect_str_eq(ms_sasl_mechanism_name(names[i].mechanism), names[i].name);
        heap_free(name);
    }
    cr_expect_str_eq(ms_sasl_mechanism_name(MS_SASL_OTHER), "");
    cr_expect_str_eq(ms_sasl_mechanism_name(MS_SASL_MECHANISM_COUNT), "");
    cr_expect_str_eq(ms_sasl_mechanism_name((ms_sasl_mechanism)-1), "");
    bool valid = true;
    cr_expect_eq(ms_sasl_mechanism_parse(ms_span_absent(), &valid), MS_SASL_OTHER);
    cr_expect_not(valid);
}

Test(sasl, how_the_exchange_begins)
{
    static const struct {
        ms_sasl_mechanism mechanism;
        bool client_first, server_first, plain_text;
    } rows[] = {
        {MS_SASL_PLAIN, true, false, true},          /* RFC 4616 section 2 */
        {MS_SASL_LOGIN, false, false, true},         /* no RFC: nothing is known of its beginning */
        {MS_SASL_CRAM_MD5, false, true, false},      /* RFC 2195 section 2 */
        {MS_SASL_SCRAM_SHA_1, true, false, false},   /* RFC 5802 section 5.2 */
        {MS_SASL_SCRAM_SHA_256, true, false, false}, /* RFC 7677 section 3 */
        {MS_SASL_EXTERNAL, true, false, false},      /* RFC 4422 appendix A.1 */
        {MS_SASL_OTHER, false, false, false},        {MS_SASL_MECHANISM_COUNT, false, false, false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        cr_expect_eq(ms_sasl_client_first(rows[i].mechanism), rows[i].client_first, "row %zu", i);
        cr_expect_eq(ms_sasl_server_first(rows[i].mechanism), rows[i].server_first, "row %zu", i);
        cr_expect_eq(ms_sasl_plain_text(rows[i].mechanism), rows[i].plain_text, "row %zu", i);
    }
}

/* The expected fields are C strings; NULL is an absent one. */
static const struct plain_row {
    const char *what, *message;
    size_t len;
    ms_sasl_error error;
    size_t error_at;
    const char *authzid, *authcid, *password;
} plain_rows[] = {
    {"RFC 4616 section 4, first example", OCTETS("\0tim\0tanstaaftanstaaf"), MS_SASL_OK, 0, "", "tim",
     "tanstaaftanstaaf"},
    {"RFC 4616 section 4, second example", OCTETS("Ursel\0Kurt\0xipj3plmq"), MS_SASL_OK, 0, "Ursel", "Kurt",
     "xipj3plmq"},
    {"SMTP-4616-2-01 shortest", OCTETS("\0u\0p"), MS_SASL_OK, 0, "", "u", "p"},
    {"SMTP-4616-2-01 UTF-8", OCTETS("\0\xC3\xA9\0\xF0\x9F\x98\x80"), MS_SASL_OK, 0, "", "\xC3\xA9", "\xF0\x9F\x98\x80"},
    {"SMTP-4616-2-03 one NUL only", OCTETS("u\0p"), MS_SASL_ERR_PLAIN, 3, "u", "p", NULL},
    {"no NUL", OCTETS("u"), MS_SASL_ERR_PLAIN, 1, "u", NULL, NULL},
    {"empty", OCTETS(""), MS_SASL_ERR_PLAIN, 0, "", NULL, NULL},
    {"SMTP-4616-2-05 empty user", OCTETS("\0\0p"), MS_SASL_ERR_EMPTY, 1, "", NULL, NULL},
    {"SMTP-4616-2-05 empty password", OCTETS("\0u\0"), MS_SASL_ERR_EMPTY, 3, "", "u", NULL},
    {"SMTP-4616-2-04 an extra NUL", OCTETS("\0u\0p\0x"), MS_SASL_ERR_NUL, 4, "", "u", "p"},
    {"SMTP-4616-2-04 an extra NUL at the end", OCTETS("\0u\0p\0"), MS_SASL_ERR_NUL, 4, "", "u", "p"},
    {"POP3-4616-2-02 an extra NUL before the password", OCTETS("\0u\0\0p"), MS_SASL_ERR_NUL, 3, "", "u", NULL},
    {"POP3-4616-2-05 overlong NUL", OCTETS("\0u\0\xC0\x80"), MS_SASL_ERR_UTF8, 3, "", "u", NULL},
    {"SMTP-4616-2-08 user", OCTETS("\0a\xFF\xFE\0pass"), MS_SASL_ERR_UTF8, 2, "", NULL, NULL},
    {"POP3-4616-2-05 authorization identity", OCTETS("\xED\xA0\x80\0u\0p"), MS_SASL_ERR_UTF8, 0, NULL, NULL, NULL},
};

static void expect_span(ms_span got, const char *expected, const char *what, const char *field)
{
    if (expected == NULL)
        cr_expect(ms_span_is_absent(got), "%s: %s is present", what, field);
    else
        cr_expect(span_is(got, expected), "%s: %s is %.*s", what, field, (int)got.len, (const char *)got.ptr);
}

Test(sasl, plain)
{
    for (size_t i = 0; i < COUNT(plain_rows); i++) {
        const struct plain_row *row = &plain_rows[i];
        const ms_span message = heap_copy(row->message, row->len);
        const ms_sasl_plain got = ms_sasl_plain_parse(message);
        cr_expect_eq(got.error, row->error, "%s: got %s", row->what, ms_sasl_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->error_at, "%s: got %zu", row->what, got.error_at);
        expect_span(got.authzid, row->authzid, row->what, "authzid");
        expect_span(got.authcid, row->authcid, row->what, "authcid");
        expect_span(got.password, row->password, row->what, "password");
        heap_free(message);
    }
    cr_expect_eq(ms_sasl_plain_parse(ms_span_absent()).error, MS_SASL_ERR_PLAIN);
}

/* SMTP-4616-2-02: 255 octets in each field are what a server takes at least; there is no upper bound in the grammar. */
Test(sasl, plain_fields_of_255_octets)
{
    for (size_t len = 255; len <= 256; len++) {
        uint8_t message[3 * 256 + 2];
        memset(message, 'x', sizeof message);
        message[len] = message[2 * len + 1] = 0;
        const ms_sasl_plain got = ms_sasl_plain_parse(ms_span_make(message, 3 * len + 2));
        cr_expect_eq(got.error, MS_SASL_OK);
        cr_expect_eq(got.authzid.len, len);
        cr_expect_eq(got.authcid.len, len);
        cr_expect_eq(got.password.len, len);
    }
}

Test(sasl, plain_is_written)
{
    uint8_t out[64];
    const size_t len = ms_sasl_plain_write(MS_SPAN("Ursel"), MS_SPAN("Kurt"), MS_SPAN("xipj3plmq"), out);
    cr_expect_eq(len, 20);
    cr_expect_arr_eq(out, "Ursel\0Kurt\0xipj3plmq", 20);
    cr_expect_eq(ms_sasl_plain_write(ms_span_absent(), MS_SPAN("u"), MS_SPAN("p"), out), 4);
    cr_expect_arr_eq(out, "\0u\0p", 4);
    /* SMTP-4616-2-09: never NUL within a field; SMTP-4616-2-05: never an empty one */
    cr_expect_eq(ms_sasl_plain_write(ms_span_make("a\0", 2), MS_SPAN("u"), MS_SPAN("p"), out), 0);
    cr_expect_eq(ms_sasl_plain_write(MS_SPAN(""), ms_span_make("\0u", 2), MS_SPAN("p"), out), 0);
    cr_expect_eq(ms_sasl_plain_write(MS_SPAN(""), MS_SPAN("u"), ms_span_make("p\0p", 3), out), 0);
    cr_expect_eq(ms_sasl_plain_write(MS_SPAN(""), MS_SPAN(""), MS_SPAN("p"), out), 0);
    cr_expect_eq(ms_sasl_plain_write(MS_SPAN(""), MS_SPAN("u"), ms_span_absent(), out), 0);
}

#define DIGEST "b913a602c7eda7a495b4e6e7334d3890"

static const struct cram_row {
    const char *what, *message;
    ms_sasl_error error;
    size_t error_at;
    const char *user, *digest;
} cram_rows[] = {
    {"RFC 2195 section 2", "tim " DIGEST, MS_SASL_OK, 0, "tim", DIGEST},
    {"a user name with spaces", "tim a b " DIGEST, MS_SASL_OK, 0, "tim a b", DIGEST},
    {"POP3-2195-2-04 user alone", "tim", MS_SASL_ERR_CRAM, 3, NULL, NULL},
    {"POP3-2195-2-04 user and space", "tim ", MS_SASL_ERR_CRAM, 4, "tim", NULL},
    {"empty message", "", MS_SASL_ERR_CRAM, 0, NULL, NULL},
    {"digest alone", DIGEST, MS_SASL_ERR_CRAM, 32, NULL, NULL},
    {"empty user", " " DIGEST, MS_SASL_ERR_EMPTY, 0, NULL, NULL},
    {"SMTP-2195-2-03 upper-case digit", "tim b913A602c7eda7a495b4e6e7334d3890", MS_SASL_ERR_CRAM, 8, "tim", NULL},
    {"not a digit", "tim b913g602c7eda7a495b4e6e7334d3890", MS_SASL_ERR_CRAM, 8, "tim", NULL},
    {"31 digits", "tim b913a602c7eda7a495b4e6e7334d389", MS_SASL_ERR_CRAM, 35, "tim", NULL},
    {"33 digits", "tim " DIGEST "0", MS_SASL_ERR_CRAM, 36, "tim", NULL},
};

Test(sasl, cram_md5_response)
{
    for (size_t i = 0; i < COUNT(cram_rows); i++) {
        const struct cram_row *row = &cram_rows[i];
        const ms_span message = heap_text(row->message);
        const ms_sasl_cram_md5 got = ms_sasl_cram_md5_parse(message);
        cr_expect_eq(got.error, row->error, "%s: got %s", row->what, ms_sasl_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->error_at, "%s: got %zu", row->what, got.error_at);
        expect_span(got.user, row->user, row->what, "user");
        expect_span(got.digest, row->digest, row->what, "digest");
        heap_free(message);
    }
    cr_expect_eq(ms_sasl_cram_md5_parse(ms_span_absent()).error, MS_SASL_ERR_CRAM);
}

/* RFC 822 section 6.1 as far as RFC 2195 section 2 needs it. */
static const struct challenge_row {
    const char *challenge;
    ms_sasl_error error;
    size_t error_at;
} challenge_rows[] = {
    {"<\"a\x7F\"@b>", MS_SASL_OK, 0}, /* the last character of ASCII, and what is none */
    {"<\"a\x80\"@b>", MS_SASL_ERR_CRAM_CHALLENGE, 3},
    {"<a@[b\x80]>", MS_SASL_ERR_CRAM_CHALLENGE, 5},
    {"<\"\\\x7F\"@b>", MS_SASL_OK, 0},
    {"<\"\\\x80\"@b>", MS_SASL_ERR_CRAM_CHALLENGE, 3},
    {"<1896.697170952@postoffice.reston.mci.net>", MS_SASL_OK, 0},
    {"<a@b>", MS_SASL_OK, 0},
    {"<\"a b\\\"c\".d@[192.0.2.1]>", MS_SASL_OK, 0},
    {"<a@[a\\]b].c>", MS_SASL_OK, 0},
    {"", MS_SASL_ERR_CRAM_CHALLENGE, 0},
    {"1896@host", MS_SASL_ERR_CRAM_CHALLENGE, 0},
    {"<@host>", MS_SASL_ERR_CRAM_CHALLENGE, 1},
    {"<1896>", MS_SASL_ERR_CRAM_CHALLENGE, 5},
    {"<18..96@host>", MS_SASL_ERR_CRAM_CHALLENGE, 4},
    {"<18.96.@host>", MS_SASL_ERR_CRAM_CHALLENGE, 7},
    {"<1896@>", MS_SASL_ERR_CRAM_CHALLENGE, 6},
    {"<1896@host", MS_SASL_ERR_CRAM_CHALLENGE, 10},
    {"<1896@host> ", MS_SASL_ERR_CRAM_CHALLENGE, 11},
    {"<18 96@host>", MS_SASL_ERR_CRAM_CHALLENGE, 3},
    {"<1896@ho@st>", MS_SASL_ERR_CRAM_CHALLENGE, 8},
    {"<1896@h\xC3\xB6st>", MS_SASL_ERR_CRAM_CHALLENGE, 7},
    {"<\"a@host>", MS_SASL_ERR_CRAM_CHALLENGE, 9},
    {"<\"a\r\"@host>", MS_SASL_ERR_CRAM_CHALLENGE, 3},
    {"<\"a\xFF\"@host>", MS_SASL_ERR_CRAM_CHALLENGE, 3},
    {"<\"a\\", MS_SASL_ERR_CRAM_CHALLENGE, 4},
    {"<\"a\\\xFF\"@host>", MS_SASL_ERR_CRAM_CHALLENGE, 4},
    {"<a@[b[c]>", MS_SASL_ERR_CRAM_CHALLENGE, 5},
};

Test(sasl, cram_md5_challenge)
{
    for (size_t i = 0; i < COUNT(challenge_rows); i++) {
        const struct challenge_row *row = &challenge_rows[i];
        const ms_span challenge = heap_text(row->challenge);
        size_t at = 77;
        cr_expect_eq(ms_sasl_cram_md5_challenge_parse(challenge, &at), row->error, "%s", row->challenge);
        cr_expect_eq(at, row->error_at, "%s: got %zu", row->challenge, at);
        heap_free(challenge);
    }
}

/* RFC 2195 section 2: what goes over the wire is the base64 of challenge and response. */
Test(sasl, cram_md5_example_as_on_the_wire)
{
    uint8_t out[64];
    size_t written, at;
    cr_expect(
        ms_base64_decode(MS_SPAN("PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"), out, &written, &at));
    cr_expect_eq(ms_sasl_cram_md5_challenge_parse(ms_span_make(out, written), &at), MS_SASL_OK);
    cr_expect(ms_base64_decode(MS_SPAN("dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"), out, &written, &at));
    cr_expect(span_is(ms_sasl_cram_md5_parse(ms_span_make(out, written)).digest, DIGEST));
}

/* The spans of the result in one string: name=value; in the order of the struct, absent ones left out. */
static void tell_scram(const ms_sasl_scram *scram, char *out)
{
    const struct {
        const char *name;
        ms_span span;
    } fields[] = {{"gs2", scram->gs2_header}, {"a", scram->authzid},  {"n", scram->user},
                  {"r", scram->nonce},        {"s", scram->salt},     {"c", scram->channel_binding},
                  {"p", scram->proof},        {"v", scram->verifier}, {"e", scram->server_error}};
    char *at = out;
    *at = 0;
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!ms_span_is_absent(fields[i].span))
            at += sprintf(at, "%s=%.*s;", fields[i].name, (int)fields[i].span.len, (const char *)fields[i].span.ptr);
    if (scram->iterations != 0)
        sprintf(at, "i=%u;", (unsigned)scram->iterations);
}

#define CF MS_SCRAM_CLIENT_FIRST
#define SF MS_SCRAM_SERVER_FIRST
#define CL MS_SCRAM_CLIENT_FINAL
#define SL MS_SCRAM_SERVER_FINAL

static const struct scram_row {
    const char *what;
    ms_sasl_scram_step step;
    const char *message;
    ms_sasl_error error;
    size_t error_at;
    const char *fields;
} scram_rows[] = {
    {"RFC 5802 section 5", CF, "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", MS_SASL_OK, 0,
     "gs2=n,,;n=user;r=fyko+d2lbbFgONRv9qkxdawL;"},
    {"RFC 5802 section 5", SF, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096", MS_SASL_OK, 0,
     "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j;s=QSXCR+Q6sek8bf92;i=4096;"},
    {"RFC 5802 section 5", CL, "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
     MS_SASL_OK, 0, "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j;c=biws;p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=;"},
    {"RFC 5802 section 5", SL, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", MS_SASL_OK, 0, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=;"},
    {"RFC 7677 section 3", CF, "n,,n=user,r=rOprNGfwEbeRWgbNEkqO", MS_SASL_OK, 0,
     "gs2=n,,;n=user;r=rOprNGfwEbeRWgbNEkqO;"},
    {"RFC 7677 section 3", SF, "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
     MS_SASL_OK, 0, "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0;s=W22ZaJ0SNY7soEsUEjb6gQ==;i=4096;"},
    {"RFC 7677 section 3", CL,
     "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
     MS_SASL_OK, 0,
     "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0;c=biws;"
     "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=;"},
    {"RFC 7677 section 3", SL, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", MS_SASL_OK, 0,
     "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=;"},

    {"gs2 flag y, authorization identity", CF, "y,a=b=2Cc=3D,n=u,r=x", MS_SASL_OK, 0,
     "gs2=y,a=b=2Cc=3D,;a=b=2Cc=3D;n=u;r=x;"},
    {"gs2 channel binding", CF, "p=tls-server-end.point9,,n=u,r=x", MS_SASL_OK, 0,
     "gs2=p=tls-server-end.point9,,;n=u;r=x;"},
    {"POP3-5802-5-01 another flag", CF, "x,,n=u,r=x", MS_SASL_ERR_SCRAM_GS2, 0, ""},
    {"POP3-5802-5-01 empty message", CF, "", MS_SASL_ERR_SCRAM_GS2, 0, ""},
    {"gs2 p without name", CF, "p=,,n=u,r=x", MS_SASL_ERR_SCRAM_GS2, 2, ""},
    {"gs2 p without equals sign", CF, "p,,n=u,r=x", MS_SASL_ERR_SCRAM_GS2, 1, ""},
    {"gs2 name with a slash", CF, "p=a/b,,n=u,r=x", MS_SASL_ERR_SCRAM_GS2, 3, ""},
    {"gs2 n with more", CF, "nn,,n=u,r=x", MS_SASL_ERR_SCRAM_GS2, 1, ""},
    {"gs2 ends after its flag", CF, "n", MS_SASL_ERR_SCRAM_GS2, 1, ""},
    {"gs2 without its second comma", CF, "n,a=b", MS_SASL_ERR_SCRAM_GS2, 5, "a=b;"},
    {"gs2 another attribute for a=", CF, "n,b=c,n=u,r=x", MS_SASL_ERR_SCRAM, 2, ""},
    {"gs2 empty authorization identity", CF, "n,a=,n=u,r=x", MS_SASL_ERR_EMPTY, 4, ""},
    {"letter case of the attribute", CF, "n,,N=u,r=x", MS_SASL_ERR_SCRAM, 3, "gs2=n,,;"},
    {"another attribute than m for the user", CF, "n,,mx,n=u,r=x", MS_SASL_ERR_SCRAM, 3, "gs2=n,,;"},
    {"user missing", CF, "n,,r=x", MS_SASL_ERR_SCRAM, 3, "gs2=n,,;"},
    {"user empty", CF, "n,,n=,r=x", MS_SASL_ERR_EMPTY, 5, "gs2=n,,;"},
    {"user in UTF-8", CF, "n,,n=\xC3\xA9,r=x", MS_SASL_OK, 0, "gs2=n,,;n=\xC3\xA9;r=x;"},
    {"user not in UTF-8", CF, "n,,n=a\xC3,r=x", MS_SASL_ERR_UTF8, 6, "gs2=n,,;"},
    {"SMTP-5802-5.1-02 bare equals sign", CF, "n,,n=a=b,r=x", MS_SASL_ERR_SCRAM_NAME, 6, "gs2=n,,;"},
    {"SMTP-5802-5.1-02 lower-case escape", CF, "n,,n=a=2c,r=x", MS_SASL_ERR_SCRAM_NAME, 6, "gs2=n,,;"},
    {"SMTP-5802-5.1-02 escape cut short", CF, "n,,n=a=2,r=x", MS_SASL_ERR_SCRAM_NAME, 6, "gs2=n,,;"},
    {"SMTP-5802-5.1-02 other escape", CF, "n,,n==3D=3E,r=x", MS_SASL_ERR_SCRAM_NAME, 8, "gs2=n,,;"},
    {"SMTP-5802-5.1-02 in the authorization identity", CF, "n,a==,n=u,r=x", MS_SASL_ERR_SCRAM_NAME, 4, ""},
    {"SMTP-5802-5.1-03 mandatory extension", CF, "n,,m=x,n=u,r=x", MS_SASL_ERR_SCRAM_EXTENSION, 3, "gs2=n,,;"},
    {"SMTP-5802-5.1-03 mandatory extension out of place", CF, "n,,n=u,r=x,m=x", MS_SASL_ERR_SCRAM_EXTENSION, 11,
     "gs2=n,,;n=u;r=x;"},
    {"nonce missing", CF, "n,,n=u", MS_SASL_ERR_SCRAM, 6, "gs2=n,,;n=u;"},
    {"nonce empty", CF, "n,,n=u,r=", MS_SASL_ERR_SCRAM_NONCE, 9, "gs2=n,,;n=u;"},
    {"nonce empty before an extension", CF, "n,,n=u,r=,z=1", MS_SASL_ERR_SCRAM_NONCE, 9, "gs2=n,,;n=u;"},
    {"nonce with a space", CF, "n,,n=u,r=a b", MS_SASL_ERR_SCRAM_NONCE, 10, "gs2=n,,;n=u;"},
    {"nonce with DEL", CF, "n,,n=u,r=a\x7F", MS_SASL_ERR_SCRAM_NONCE, 10, "gs2=n,,;n=u;"},
    {"nonce with an equals sign", CF, "n,,n=u,r=!=~", MS_SASL_OK, 0, "gs2=n,,;n=u;r=!=~;"},
    {"POP3-5802-5.1-08 optional extensions", CF, "n,,n=u,r=x,z=1,Y=a=b", MS_SASL_OK, 0, "gs2=n,,;n=u;r=x;"},
    {"extension without a value", CF, "n,,n=u,r=x,z=", MS_SASL_ERR_SCRAM, 13, "gs2=n,,;n=u;r=x;"},
    {"extension without an equals sign", CF, "n,,n=u,r=x,z", MS_SASL_ERR_SCRAM, 12, "gs2=n,,;n=u;r=x;"},
    {"extension named by a digit", CF, "n,,n=u,r=x,1=2", MS_SASL_ERR_SCRAM, 11, "gs2=n,,;n=u;r=x;"},
    {"comma at the end", CF, "n,,n=u,r=x,", MS_SASL_ERR_SCRAM, 11, "gs2=n,,;n=u;r=x;"},
    {"extension not in UTF-8", CF, "n,,n=u,r=x,z=\xFF", MS_SASL_ERR_UTF8, 13, "gs2=n,,;n=u;r=x;"},

    {"POP3-5802-5.1-01 order", SF, "s=QSXCR+Q6sek8bf92,r=x,i=4096", MS_SASL_ERR_SCRAM, 0, ""},
    {"mandatory extension", SF, "m=x,r=x,s=,i=1", MS_SASL_ERR_SCRAM_EXTENSION, 0, ""},
    {"salt missing", SF, "r=x,i=1", MS_SASL_ERR_SCRAM, 4, "r=x;"},
    {"salt alone missing its comma", SF, "r=x", MS_SASL_ERR_SCRAM, 3, "r=x;"},
    {"salt not base64", SF, "r=x,s=QSX,i=1", MS_SASL_ERR_BASE64, 9, "r=x;"},
    {"iteration count missing", SF, "r=x,s=QSXC", MS_SASL_ERR_SCRAM, 10, "r=x;s=QSXC;"},
    {"iteration count of another attribute", SF, "r=x,s=QSXC,j=1", MS_SASL_ERR_SCRAM, 11, "r=x;s=QSXC;"},
    {"iteration count zero", SF, "r=x,s=QSXC,i=0", MS_SASL_ERR_SCRAM, 13, "r=x;s=QSXC;"},
    {"iteration count with a leading zero", SF, "r=x,s=QSXC,i=01", MS_SASL_ERR_SCRAM, 13, "r=x;s=QSXC;"},
    {"iteration count empty", SF, "r=x,s=QSXC,i=", MS_SASL_ERR_SCRAM, 13, "r=x;s=QSXC;"},
    {"iteration count with a letter", SF, "r=x,s=QSXC,i=1a", MS_SASL_ERR_SCRAM, 14, "r=x;s=QSXC;i=1;"},
    {"iteration count of 32 bits", SF, "r=x,s=QSXC,i=4294967295", MS_SASL_OK, 0, "r=x;s=QSXC;i=4294967295;"},
    {"iteration count of more", SF, "r=x,s=QSXC,i=4294967296", MS_SASL_OK, 0, "r=x;s=QSXC;i=4294967295;"},
    {"extension behind", SF, "r=x,s=QSXC,i=1,z=1", MS_SASL_OK, 0, "r=x;s=QSXC;i=1;"},

    {"extension before the proof", CL, "c=biws,r=x,z=1,y=2,p=AAAA", MS_SASL_OK, 0, "r=x;c=biws;p=AAAA;"},
    {"channel binding missing", CL, "r=x,p=AAAA", MS_SASL_ERR_SCRAM, 0, ""},
    {"channel binding not base64", CL, "c=biw,r=x,p=AAAA", MS_SASL_ERR_BASE64, 5, ""},
    {"nothing behind the channel binding", CL, "c=biws", MS_SASL_ERR_SCRAM, 6, "c=biws;"},
    {"nonce empty", CL, "c=biws,r=,p=AAAA", MS_SASL_ERR_SCRAM_NONCE, 9, "c=biws;"},
    {"proof missing", CL, "c=biws,r=x", MS_SASL_ERR_SCRAM, 10, "r=x;c=biws;"},
    {"proof missing behind an extension", CL, "c=biws,r=x,z=1", MS_SASL_ERR_SCRAM, 14, "r=x;c=biws;"},
    {"mandatory extension", CL, "c=biws,r=x,m=1,p=AAAA", MS_SASL_ERR_SCRAM_EXTENSION, 11, "r=x;c=biws;"},
    {"proof not base64", CL, "c=biws,r=x,p=AAA*", MS_SASL_ERR_BASE64, 16, "r=x;c=biws;"},
    {"proof is last", CL, "c=biws,r=x,p=AAAA,z=1", MS_SASL_ERR_SCRAM, 17, "r=x;c=biws;p=AAAA;"},

    {"POP3-5802-5.1-09 error", SL, "e=invalid-proof", MS_SASL_OK, 0, "e=invalid-proof;"},
    {"error of an extension", SL, "e=x=y,z=1", MS_SASL_OK, 0, "e=x=y;"},
    {"error without a value", SL, "e=", MS_SASL_ERR_SCRAM, 2, ""},
    {"error without an equals sign", SL, "e", MS_SASL_ERR_SCRAM, 1, ""},
    {"error not in UTF-8", SL, "e=\x80", MS_SASL_ERR_UTF8, 2, ""},
    {"verifier with an extension", SL, "v=AAAA,z=1", MS_SASL_OK, 0, "v=AAAA;"},
    {"verifier with octets behind", SL, "v=AAAA z", MS_SASL_ERR_BASE64, 6, ""},
    {"neither", SL, "x=AAAA", MS_SASL_ERR_SCRAM, 0, ""},
};

Test(sasl, scram)
{
    for (size_t i = 0; i < COUNT(scram_rows); i++) {
        const struct scram_row *row = &scram_rows[i];
        const ms_span message = heap_text(row->message);
        const ms_sasl_scram got = ms_sasl_scram_parse(message, row->step);
        char fields[512];
        tell_scram(&got, fields);
        cr_expect_eq(got.error, row->error, "%s (%s): got %s", row->what, row->message,
                     ms_sasl_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, row->error_at, "%s (%s): got %zu", row->what, row->message, got.error_at);
        cr_expect_str_eq(fields, row->fields, "%s (%s): got %s", row->what, row->message, fields);
        heap_free(message);
    }
}

/* value-safe-char = %x01-2B and so on: NUL is in no attribute, and the first wrong octet is named. */
Test(sasl, scram_nul)
{
    static const struct {
        const char *message;
        size_t len;
        ms_sasl_error error;
        size_t error_at;
    } rows[] = {
        {OCTETS("n,,n=a\0b,r=x"), MS_SASL_ERR_NUL, 6},     {OCTETS("n,,n=a\0\xFF,r=x"), MS_SASL_ERR_NUL, 6},
        {OCTETS("n,,n=a\xFF\0,r=x"), MS_SASL_ERR_UTF8, 6}, {OCTETS("n,,n=u,r=x\0"), MS_SASL_ERR_SCRAM_NONCE, 10},
        {OCTETS("n,,n=u,r=x,z=\0"), MS_SASL_ERR_NUL, 13},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span message = heap_copy(rows[i].message, rows[i].len);
        const ms_sasl_scram got = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FIRST);
        cr_expect_eq(got.error, rows[i].error, "row %zu: got %s", i, ms_sasl_error_rule(got.error)->name);
        cr_expect_eq(got.error_at, rows[i].error_at, "row %zu: got %zu", i, got.error_at);
        heap_free(message);
    }
}

Test(sasl, every_error_has_a_name_a_text_and_requirements)
{
    for (ms_sasl_error error = MS_SASL_OK; error < MS_SASL_ERR_COUNT; error++) {
        const ms_rule *smtp = ms_sasl_error_rule(error), *pop3 = ms_sasl_error_rule_pop3(error);
        cr_expect_gt(strlen(smtp->name), 1, "error %d", (int)error);
        cr_expect_gt(strlen(smtp->text), 7, "error %d", (int)error);
        cr_expect_str_eq(pop3->name, smtp->name);
        cr_expect_str_eq(pop3->text, smtp->text);
        cr_expect_eq(smtp->requirement == MS_REQ_NONE, error == MS_SASL_OK, "error %d", (int)error);
        cr_expect_eq(pop3->requirement == MS_REQ_NONE, error == MS_SASL_OK, "error %d", (int)error);
        for (ms_sasl_error other = MS_SASL_OK; other < error; other++)
            cr_expect_str_neq(smtp->name, ms_sasl_error_rule(other)->name);
    }
    cr_expect_str_eq(ms_sasl_error_rule(MS_SASL_ERR_COUNT)->name, "ok");
    cr_expect_str_eq(ms_sasl_error_rule_pop3((ms_sasl_error)-1)->name, "ok");
}
