/* The server's side of SMTP: what the RFCs ask for, reply by reply. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "serve_feed.h"

#define E     "EHLO client.example\r\n"
#define M     "MAIL FROM:<s@sender.example>\r\n"
#define R     "RCPT TO:<alice@example.test>\r\n"
#define U     "RCPT TO:<nobody@example.test>\r\n"
#define X     "RCPT TO:<u@remote.example>\r\n"
#define PLAIN "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n" /* \0alice\0secret */

typedef struct row {
    const char *id, *input, *codes;
} row;

static void check_cut(const row *r, ms_smtp_variant variant, bool tls, size_t cut)
{
    char codes[2048];
    store *s = serve_feed_store();
    const serve_settings settings = serve_feed_settings(s);
    serve_feed_result got = serve_feed_smtp(&settings, variant, tls, ms_span_make(r->input, strlen(r->input)), cut);
    serve_feed_codes(serve_octets_span(&got.said), codes, sizeof codes);
    cr_expect_str_eq(codes, r->codes, "%s (cut at %zu): got %s", r->id, cut, codes);
    serve_octets_free(&got.said);
    store_free(s);
}

/* Whole, cut in two at each place, and octet by octet. */
static void check(const row *r, ms_smtp_variant variant, bool tls)
{
    for (size_t cut = SERVE_FEED_WHOLE; cut < strlen(r->input); cut++)
        check_cut(r, variant, tls, cut);
    check_cut(r, variant, tls, SERVE_FEED_OCTETS);
}

static const row smtp_rows[] = {
    {"SMTP-5321-3.3-14 a message",
     E M R "DATA\r\n"
           "a\r\n.\r\nQUIT\r\n",
     "220 250 250 250 354 250 221"},
    {"SMTP-5321-2.4-01 letter case", "eHlO x.example\r\nnOoP\r\nqUiT\r\n", "220 250 250 221"},
    {"SMTP-5321-2.3.8-01 LF ends no command", E "NOOP\nNOOP\r\nNOOP\r\n", "220 250 500 250"},
    {"SMTP-5321-2.3.8-02 CR ends no command", E "NOOP\rRSET\r\nNOOP\r\n", "220 250 500 250"},
    {"SMTP-5321-3.3-09 RCPT first", E R "NOOP\r\n", "220 250 503 250"},
    {"SMTP-5321-3.3-15 DATA first", E "DATA\r\nNOOP\r\n", "220 250 503 250"},
    {"SMTP-5321-3.3-16 DATA without RCPT", E M "DATA\r\n" R "DATA\r\n.\r\n", "220 250 250 503 250 354 250"},
    {"SMTP-5321-3.3-17 DATA without a good RCPT", E M U "DATA\r\n" R "DATA\r\n.\r\n",
     "220 250 250 550 554 250 354 250"},
    {"SMTP-5321-4.1.4-02 MAIL without EHLO", M "HELO x.example\r\n" M, "220 503 250 250"},
    {"SMTP-5321-4.1.4-13 nested MAIL", E M M R "DATA\r\n.\r\n", "220 250 250 503 250 354 250"},
    {"SMTP-5321-4.1.4-08 EHLO clears", E M R E "DATA\r\n" R, "220 250 250 250 250 503 503"},
    {"SMTP-5321-4.1.4-10 refused EHLO keeps", E M R "EHLO\r\nDATA\r\n.\r\n", "220 250 250 250 501 354 250"},
    {"SMTP-5321-4.1.1.5-02 RSET clears", E M R "RSET\r\n" R M, "220 250 250 250 250 503 250"},
    {"SMTP-5321-4.1.4-03 before EHLO", "NOOP\r\nRSET\r\nHELP\r\nVRFY alice\r\nQUIT\r\n", "220 250 250 214 250 221"},
    {"SMTP-5321-4.1.1.11-01 unknown parameter", E "MAIL FROM:<s@sender.example> XYZZY=1\r\n" M, "220 250 555 250"},
    {"SMTP-1870-6.1-01 too large", E "MAIL FROM:<s@sender.example> SIZE=2097153\r\n", "220 250 552"},
    {"SMTP-1870-6.1-06 not too large", E "MAIL FROM:<s@sender.example> SIZE=2097152\r\n", "220 250 250"},
    {"SMTP-1870-6.1-05 no overflow", E "MAIL FROM:<> SIZE=99999999999999999999\r\n", "220 250 552"},
    {"SMTP-5321-3.6.2-01 no relay", E M X, "220 250 250 550"},
    {"SMTP-5321-3.3-06 source route", E M "RCPT TO:<@relay.example:alice@example.test>\r\n", "220 250 250 250"},
    {"SMTP-5321-4.5.1-09 postmaster", E M "RCPT TO:<pOsTmAsTeR>\r\nRCPT TO:<PoStMaStEr@example.test>\r\n",
     "220 250 250 250 250"},
    {"SMTP-1123-5.2.17-01 address literal", E M "RCPT TO:<postmaster@[127.0.0.1]>\r\n", "220 250 250 250"},
    {"SMTP-5321-4.1.2-25 quoted", E M "RCPT TO:<\"alice\"@EXAMPLE.test>\r\nRCPT TO:<\"\\al\\ice\"@example.test>\r\n",
     "220 250 250 250 250"},
    {"SMTP-5321-4.1.2-04 null recipient", E M "RCPT TO:<>\r\n", "220 250 250 501"},
    {"SMTP-5321-4.1.1-07 arguments", E "RSET now\r\nQUIT now\r\nSTARTTLS now\r\n" M R "DATA now\r\n",
     "220 250 501 501 501 250 250 501"},
    {"SMTP-5321-4.1.1-03 trailing blanks",
     E "MAIL FROM:<s@sender.example> \r\nRCPT TO:<alice@example.test> \r\nDATA \r\n"
       ".\r\nNOOP \r\nQUIT \r\n",
     "220 250 250 250 354 250 250 221"},
    {"SMTP-5321-F.1-01 not implemented", E "TURN\r\nSEND FROM:<a@b.example>\r\nETRN x.example\r\nXFOO\r\n",
     "220 250 502 502 502 500"},
    {"SMTP-2033-4.1-03 LHLO", "LHLO x.example\r\n", "220 500"},
    {"SMTP-3030-2-05 chunks", E M R "BDAT 3\r\na\r\nBDAT 0 LAST\r\nBDAT 0 LAST\r\n", "220 250 250 250 250 250 503"},
    {"SMTP-3030-2-11 BDAT first", E "BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n", "220 250 503 250"},
    {"SMTP-3030-2-13 BDAT for nobody", E M U "BDAT 6 LAST\r\nNOOP\r\nNOOP\r\n", "220 250 250 550 554 250"},
    {"SMTP-3030-2-20 DATA after BDAT", E M R "BDAT 3\r\na\r\nDATA\r\nNOOP\r\n", "220 250 250 250 250 503 250"},
    {"SMTP-3030-2-18 RSET between", E M R "BDAT 3\r\na\r\nRSET\r\nBDAT 0 LAST\r\n", "220 250 250 250 250 250 503"},
    {"SMTP-3030-2-30 BDAT n FIRST", E M R "BDAT 6 FIRST\r\nNOOP\r\nNOOP\r\n", "220 250 250 250 501 250"},
    {"SMTP-3030-2-27 BDAT abc", E M R "BDAT abc\r\nNOOP\r\n", "220 250 250 250 501"},
    {"SMTP-3030-2-31 last in any case", E M R "bdat 3 last\r\na\r\n", "220 250 250 250 250"},
    {"SMTP-3030-3-04 binary wants BDAT", E "MAIL FROM:<> BODY=BINARYMIME\r\n" R "DATA\r\nBDAT 2 LAST\r\n\n\n",
     "220 250 250 250 503 250"},
    {"SMTP-5321-4.1.1.4-04 bare LF in data", E M R "DATA\r\na\nb\r\n.\r\nNOOP\r\n", "220 250 250 250 354 554 250"},
    {"SMTP-SEC-smuggling-01 LF.LF", E M R "DATA\r\na\n.\nNOOP\r\n.\r\nNOOP\r\n", "220 250 250 250 354 554 250"},
    {"SMTP-SEC-smuggling-07 CRLF.CR", E M R "DATA\r\na\r\n.\rNOOP\r\n.\r\nNOOP\r\n", "220 250 250 250 354 554 250"},
    {"SMTP-SEC-smuggling-04 CR.CR", E M R "DATA\r\na\r.\rNOOP\r\n.\r\nNOOP\r\n", "220 250 250 250 354 554 250"},
    {"SMTP-4954-9-02 PLAIN in clear", E PLAIN "AUTH PLAIN AGFsaWNlAHdyb25n\r\n", "220 250 538 538"},
    {"SMTP-4954-4-03 unknown mechanism", E "AUTH NOSUCHMECH\r\nAUTH\r\nAUTH CRAM-MD5 dGVzdA==\r\n",
     "220 250 504 501 501"},
    {"SMTP-4954-4-38 AUTH before EHLO", "AUTH CRAM-MD5\r\n", "220 503"},
    {"SMTP-3207-4.2-01 initial state", E M R "STARTTLS\r\n", "220 250 250 250 220"},
    {"SMTP-SEC-crossproto-01 HTTP", "GET / HTTP/1.1\r\nEHLO x\r\n", "220 421"},
    {"SMTP-5321-4.1.1.1-05 no argument", "EHLO\r\nHELO\r\nHELO bad_..name\r\nHELO [127.0.0.1]\r\nEHLO [IPv6:::1]\r\n",
     "220 501 501 501 250 250"},
    {"SMTP-6531-3.5-01 UTF-8 addresses",
     E "MAIL FROM:<\xc3\xa9@sender.example>\r\n" M "RCPT TO:<\xc3\xa9@example.test>\r\n", "220 250 550 250 553"},
    {"SMTP-5321-3.3-09 and of RCPT before MAIL", E "RCPT TO:<\xc3\xa9@example.test>\r\n", "220 250 503"},
    {"SMTP-5321-4.3.2-10 and of EXPN, whose row has no 553", E "VRFY \xc3\xa9\r\nEXPN \xc3\xa9\r\n", "220 250 553 550"},
    {"SMTP-6531-3.2-01 SMTPUTF8",
     E "MAIL FROM:<\xc3\xa9@sender.example> SMTPUTF8\r\nRCPT TO:<\xc3\xa9@example.test>\r\n", "220 250 250 550"},
    {"SMTP-4.1.2-15 controls",
     E "MAIL FROM:<a\x01"
       "b@sender.example>\r\n",
     "220 250 501"},
};

Test(serve_smtp, rows)
{
    for (size_t i = 0; i < COUNT(smtp_rows); i++)
        check(&smtp_rows[i], MS_VARIANT_SMTP, false);
}

static const row tls_rows[] = {
    {"SMTP-4954-4-28 PLAIN", E PLAIN PLAIN X, "220 250 235 503 503"},
    {"SMTP-SEC-relay-27 relay", E PLAIN M X "DATA\r\n.\r\n", "220 250 235 250 250 354 250"},
    {"SMTP-4954-4-12 without initial response", E "AUTH PLAIN\r\nAGFsaWNlAHNlY3JldA==\r\n", "220 250 334 235"},
    {"SMTP-4954-4-08 cancel", E "AUTH PLAIN\r\n*\r\nNOOP\r\n", "220 250 334 501 250"},
    {"SMTP-4954-4-17 no base64", E "AUTH PLAIN\r\n!!notbase64!!\r\nNOOP\r\n", "220 250 334 501 250"},
    {"SMTP-4954-4-27 wrong password", E "AUTH PLAIN AGFsaWNlAHdyb25n\r\n" PLAIN, "220 250 535 235"},
    {"SMTP-4616-2-03 malformed", E "AUTH PLAIN YWxpY2UAc2VjcmV0\r\n", "220 250 535"},
    {"LOGIN", E "AUTH LOGIN\r\nYWxpY2U=\r\nc2VjcmV0\r\n", "220 250 334 334 235"},
    {"SMTP-4954-4-02 in a transaction", E M PLAIN, "220 250 250 503"},
    {"SMTP-3207-4.2-08 STARTTLS again", E "STARTTLS\r\nNOOP\r\n", "220 250 503 250"},
};

Test(serve_smtp, tls)
{
    for (size_t i = 0; i < COUNT(tls_rows); i++)
        check(&tls_rows[i], MS_VARIANT_SMTP, true);
}

static const row submission_rows[] = {
    {"SMTP-6409-4.3-01 login first", E M "VRFY alice\r\n" PLAIN M X, "220 250 530 530 235 250 250"},
    {"SMTP-6409-4.2-01 qualified", E PLAIN "MAIL FROM:<u@host>\r\nMAIL FROM:<>\r\n", "220 250 235 554 250"},
};

Test(serve_smtp, submission)
{
    for (size_t i = 0; i < COUNT(submission_rows); i++)
        check(&submission_rows[i], MS_VARIANT_SUBMISSION, true);
}

#define L "LHLO client.example\r\n"
static const row lmtp_rows[] = {
    {"SMTP-2033-4.1-01 EHLO", E "HELO x.example\r\n" L, "220 500 500 250"},
    {"SMTP-2033-4.2-02 one reply each", L M R U "RCPT TO:<bob@example.test>\r\nDATA\r\n.\r\nNOOP\r\n",
     "220 250 250 250 550 250 354 250 250 250"},
    {"SMTP-2033-4.2-03 the same twice", L M R R "DATA\r\n.\r\n", "220 250 250 250 250 354 250 250"},
    {"SMTP-2033-4.2-01 nobody", L M "DATA\r\n" U "DATA\r\n", "220 250 250 503 550 503"},
    {"SMTP-2033-4.3-01 chunks", L M R R "BDAT 2\r\n\r\nBDAT 0 LAST\r\n", "220 250 250 250 250 250 250 250"},
    {"SMTP-2033-4.3-02 chunk for nobody", L M U "BDAT 2 LAST\r\n\r\nRSET\r\n", "220 250 250 550 250"},
    {"refused for each", L M R R "DATA\r\n\n\r\n.\r\n", "220 250 250 250 250 354 554 554"},
};

Test(serve_smtp, lmtp)
{
    for (size_t i = 0; i < COUNT(lmtp_rows); i++)
        check(&lmtp_rows[i], MS_VARIANT_LMTP, false);
}
