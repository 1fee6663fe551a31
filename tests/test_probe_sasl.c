/* test_probe_sasl.c - the client's side of SASL, by the examples of the RFCs */
#include "harness/probe/sasl.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 3 };

typedef struct row {
    ms_sasl_mechanism mechanism;
    const char *user, *password, *nonce;
    struct {
        ms_span challenge, message;
    } steps[STEPS];
    unsigned count;
    bool proved;
} row;

/* A span that a static table may hold. */
#define OCTETS(text)                              \
    {                                             \
        (const uint8_t *)(text), sizeof(text) - 1 \
    }

#define SCRAM_1_FIRST   "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
#define SCRAM_256_FIRST "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"

static const row rows[] = {
    /* RFC 4616 section 4 */
    {MS_SASL_PLAIN, "tim", "tanstaaftanstaaf", "", {{OCTETS(""), OCTETS("\0tim\0tanstaaftanstaaf")}}, 1, false},
    /* draft-murchison-sasl-login: both prompts are answered whatever they say */
    {MS_SASL_LOGIN,
     "tim",
     "tanstaaf",
     "",
     {{OCTETS("User Name"), OCTETS("tim")}, {OCTETS("Password"), OCTETS("tanstaaf")}},
     2,
     false},
    /* RFC 2195 section 2 */
    {MS_SASL_CRAM_MD5,
     "tim",
     "tanstaaftanstaaf",
     "",
     {{OCTETS("<1896.697170952@postoffice.reston.mci.net>"), OCTETS("tim b913a602c7eda7a495b4e6e7334d3890")}},
     1,
     false},
    /* RFC 5802 section 5 */
    {MS_SASL_SCRAM_SHA_1,
     "user",
     "pencil",
     "fyko+d2lbbFgONRv9qkxdawL",
     {{OCTETS(""), OCTETS("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL")},
      {OCTETS(SCRAM_1_FIRST),
       OCTETS("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")},
      {OCTETS("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), OCTETS("")}},
     3,
     true},
    /* RFC 7677 section 3 */
    {MS_SASL_SCRAM_SHA_256,
     "user",
     "pencil",
     "rOprNGfwEbeRWgbNEkqO",
     {{OCTETS(""), OCTETS("n,,n=user,r=rOprNGfwEbeRWgbNEkqO")},
      {OCTETS(SCRAM_256_FIRST), OCTETS("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                                       "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")},
      {OCTETS("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), OCTETS("")}},
     3,
     true},
    /* RFC 5802 section 5.1: "," and "=" of a name */
    {MS_SASL_SCRAM_SHA_256, "a,b=c", "x", "n", {{OCTETS(""), OCTETS("n,,n=a=2Cb=3Dc,r=n")}}, 1, false},
    /* RFC 7628 section 4.1, with the port of the target; then the answer to a refusal (section 3.2.3) */
    {MS_SASL_OAUTHBEARER,
     "user@example.com",
     "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
     "",
     {{OCTETS(""), OCTETS("n,a=user@example.com,\001host=server.example.com\001port=587\001"
                          "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\001\001")},
      {OCTETS("{\"status\":\"invalid_token\"}"), OCTETS("\001")}},
     2,
     false},
    {MS_SASL_XOAUTH2,
     "someuser@example.com",
     "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
     "",
     {{OCTETS(""), OCTETS("user=someuser@example.com\001auth=Bearer "
                          "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\001\001")},
      {OCTETS("{\"status\":\"401\"}"), OCTETS("")}},
     2,
     false},
};

static void begin(probe_sasl *sasl, const row *r)
{
    probe_sasl_init(sasl, r->mechanism, r->user, r->password);
    cr_assert_eq(strlen(sasl->nonce), 32);
    snprintf(sasl->nonce, sizeof sasl->nonce, "%s", r->nonce);
    sasl->host = "server.example.com";
    sasl->port = 587;
}

Test(probe_sasl, the_examples_of_the_rfcs)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const row *r = &rows[i];
        probe_scope scope;
        probe_sasl sasl;
        probe_scope_init(&scope, 1);
        begin(&sasl, r);
        for (unsigned k = 0; k < r->count; k++) {
            ms_span said;
            cr_assert(probe_sasl_next(&sasl, &scope, r->steps[k].challenge, &said), "row %zu step %u: %s", i, k,
                      scope.error);
            cr_expect(probe_equal(said, r->steps[k].message), "row %zu step %u: %.*s", i, k, (int)said.len,
                      (const char *)said.ptr);
        }
        cr_expect_eq(sasl.proved, r->proved, "row %zu", i);
        probe_scope_free(&scope);
    }
}

/* RFC 5802 section 5.1: "r" must begin with the client's nonce and go on, and the client checks "v". */
Test(probe_sasl, a_scram_server_that_proves_nothing)
{
    static const struct {
        const char *first, *final;
    } wrong[] = {
        {"r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096", NULL},
        {"r=gyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096", NULL},
        {"r=fyko+d2lbbFgONRv9qkxdawL3rfc,s=QSXCR+Q6sek8bf92,i=0", NULL},
        {"r=fyko+d2lbbFgONRv9qkxdawL3rfc,s=QSXCR+Q6sek8bf92,i=99999999", NULL},
        {"r=fyko+d2lbbFgONRv9qkxdawL3rfc", NULL},
        {SCRAM_1_FIRST, "v=rmF9pqV8S7suAoZWja4dJRkFsKU="},
        {SCRAM_1_FIRST, ""},
        {SCRAM_1_FIRST, "e=invalid-proof"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const row *r = &rows[3];
        probe_scope scope;
        probe_sasl sasl;
        ms_span said;
        probe_scope_init(&scope, 1);
        begin(&sasl, r);
        cr_assert(probe_sasl_next(&sasl, &scope, MS_SPAN(""), &said));
        const bool taken = probe_sasl_next(&sasl, &scope, ms_span_make(wrong[i].first, strlen(wrong[i].first)), &said);
        cr_expect_eq(taken, wrong[i].final != NULL, "row %zu", i);
        if (wrong[i].final != NULL)
            cr_expect_not(probe_sasl_next(&sasl, &scope, ms_span_make(wrong[i].final, strlen(wrong[i].final)), &said),
                          "row %zu", i);
        cr_expect_not(sasl.proved);
        probe_scope_free(&scope);
    }
}

Test(probe_sasl, the_digest_of_apop)
{
    char digest[33];
    /* RFC 1939 section 7 */
    probe_apop_digest(MS_SPAN("<1896.697170952@dbc.mtview.ca.us>"), "tanstaaf", digest);
    cr_expect_str_eq(digest, "c4c9334bac560ecc979e58001b3e22fb");
}

Test(probe_sasl, what_is_chosen)
{
    const uint32_t plain = 1u << MS_SASL_PLAIN;
    const uint32_t cram = 1u << MS_SASL_CRAM_MD5;
    cr_expect_eq(probe_sasl_choose(plain | cram, true), MS_SASL_PLAIN);
    cr_expect_eq(probe_sasl_choose(plain | cram, false), MS_SASL_CRAM_MD5);
    cr_expect_eq(probe_sasl_choose(plain, false), MS_SASL_PLAIN);
    cr_expect_eq(probe_sasl_choose(1u << MS_SASL_GSSAPI, true), MS_SASL_OTHER);
    cr_expect_eq(probe_sasl_choose(0, true), MS_SASL_OTHER);
}
