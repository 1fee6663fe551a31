/* The server's side of POP3: what the RFCs ask for, response by response. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "serve_feed.h"

#define LOGIN "USER alice\r\nPASS secret\r\n"

typedef struct row {
    const char *id, *input, *codes;
} row;

static void deliver(store *s, const char *message)
{
    store_deliver(s, 0, ms_span_make(message, strlen(message)), 0);
}

static void check_cut(const row *r, bool tls, size_t cut)
{
    char codes[2048];
    store *s = serve_feed_store();
    deliver(s, "Subject: one\r\n\r\n.\r\n..two\r\nthree\r\n");
    deliver(s, "Subject: two\r\n");
    const serve_settings settings = serve_feed_settings(s);
    serve_feed_result got = serve_feed_pop3(&settings, tls, ms_span_make(r->input, strlen(r->input)), cut);
    serve_feed_codes(serve_octets_span(&got.said), codes, sizeof codes);
    cr_expect_str_eq(codes, r->codes, "%s (cut at %zu): got %s", r->id, cut, codes);
    serve_octets_free(&got.said);
    store_free(s);
}

/* Whole, cut in two at each place, and octet by octet. */
static void check(const row *r, bool tls)
{
    for (size_t cut = SERVE_FEED_WHOLE; cut < strlen(r->input); cut++)
        check_cut(r, tls, cut);
    check_cut(r, tls, SERVE_FEED_OCTETS);
}

static const row rows[] = {
    {"POP3-1939-3-22 nothing before login", "STAT\r\nLIST\r\nRETR 1\r\nDELE 1\r\nNOOP\r\nRSET\r\nTOP 1 0\r\nUIDL\r\n",
     "+ - - - - - - - -"},
    {"POP3-1939-3-03 letter case", "uSeR alice\r\npAsS secret\r\nstat\r\n", "+ + + +"},
    {"POP3-1939-3-26 wrong state",
     LOGIN "USER x\r\nPASS x\r\nAPOP a 00000000000000000000000000000000\r\nSTLS\r\nUTF8\r\n"
           "AUTH PLAIN\r\n",
     "+ + + - - - - - -"},
    {"POP3-1939-7-38 PASS first", "PASS secret\r\n", "+ -"},
    {"POP3-1939-7-39 PASS not at once", "USER alice\r\nCAPA\r\nPASS secret\r\n" LOGIN, "+ + + - + +"},
    {"POP3-1939-7-40 PASS twice", "USER alice\r\nPASS wrong\r\nPASS secret\r\n" LOGIN, "+ + - - + +"},
    {"POP3-1939-7-33 USER twice", "USER bob\r\nUSER alice\r\nPASS secret\r\n" LOGIN, "+ + - - + +"},
    {"POP3-1939-5-16 numbers",
     LOGIN "LIST 3\r\nLIST 0\r\nLIST abc\r\nLIST -1\r\nRETR\r\nRETR 1x\r\nRETR +1\r\nLIST 1 2\r\n"
           "TOP 1\r\nTOP 1 -1\r\nTOP 1 x\r\nUIDL 1x\r\nRETR 4294967297\r\nDELE\r\nSTAT\r\n",
     "+ + + - - - - - - - - - - - - - - +"},
    {"POP3-1939-5-31 a deleted number",
     LOGIN "DELE 1\r\nLIST 1\r\nRETR 1\r\nDELE 1\r\nTOP 1 0\r\nUIDL 1\r\nRSET\r\nRETR 1\r\n", "+ + + + - - - - - + +"},
    {"POP3-1939-3-27 an empty line", LOGIN "\r\nNOOP\r\n", "+ + + - +"},
    {"POP3-1939-5-46 surplus arguments", LOGIN "STAT 1\r\nNOOP x\r\nRSET x\r\nQUIT x\r\nCAPA x\r\nLIST  1\r\n",
     "+ + + - - - - - -"},
    {"POP3-SEC-raw-03 LF ends no command", LOGIN "NOOP\nSTAT\r\nNOOP\r\n", "+ + + - +"},
    {"POP3-SEC-raw-01 NUL", "CAPA\r\nAUTH X-NONE\r\nAUTH\r\nXYZZ\r\n", "+ + - - -"},
    {"POP3-5034-4-14 initial response", "AUTH CRAM-MD5 dGVzdA==\r\nAUTH CRAM-MD5\r\n*\r\nCAPA\r\n", "+ - c - +"},
    {"POP3-SEC-clear-01 PLAIN in clear", "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\n", "+ -"},
    {"POP3-SEC-raw-12 behind QUIT", LOGIN "QUIT\r\nDELE 1\r\n", "+ + + +"},
    {"POP3-6856-3.2-02 languages", "LANG\r\nLANG en\r\nLANG *\r\nLANG zz-none\r\n", "+ + + + -"},
};

Test(serve_pop3, rows)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        check(&rows[i], false);
}

static const row tls_rows[] = {
    {"POP3-5034-4-36 PLAIN", "AUTH PLAIN AGFsaWNlAHNlY3JldA==\r\nSTAT\r\nAUTH PLAIN\r\n", "+ + + -"},
    {"POP3-5034-4-08 empty challenge", "AUTH plain\r\nAGFsaWNlAHNlY3JldA==\r\nSTAT\r\n", "+ c + +"},
    {"POP3-5034-4-13 empty response", "AUTH PLAIN =\r\nCAPA\r\n", "+ - +"},
    {"POP3-5034-4-18 pads", "AUTH PLAIN\r\nAAA=BBB\r\nAUTH PLAIN\r\n=AAA\r\n", "+ c - c -"},
    {"POP3-SEC-sasl-01 commands are responses", "AUTH PLAIN\r\nSTAT\r\nCAPA\r\n", "+ c - +"},
    {"POP3-2595-4-07 STLS again", "STLS\r\nCAPA\r\n", "+ - +"},
};

Test(serve_pop3, tls)
{
    for (size_t i = 0; i < COUNT(tls_rows); i++)
        check(&tls_rows[i], true);
}

/* The whole of a session, octet by octet. */
Test(serve_pop3, octets)
{
    static const char input[] =
        LOGIN "STAT\r\nLIST\r\nUIDL 2\r\nRETR 1\r\nTOP 1 1\r\nTOP 2 5\r\nDELE 1\r\nLIST\r\nQUIT\r\n";
    static const char expected[] =
        "+OK POP3 server ready <000102030405060708090a0b0c0d0e0f.1700000000@mx.example.test>\r\n"
        "+OK Now the password\r\n"
        "+OK The maildrop is open\r\n"
        "+OK 2 47\r\n" /* 14 + 2 + 3 + 7 + 7, and 14 octets */
        "+OK Scan listing follows\r\n1 33\r\n2 14\r\n.\r\n"
        "+OK 2 6553f100.2\r\n"
        "+OK 33 octets\r\nSubject: one\r\n\r\n..\r\n...two\r\nthree\r\n.\r\n"
        "+OK 33 octets\r\nSubject: one\r\n\r\n..\r\n.\r\n"
        "+OK 14 octets\r\nSubject: two\r\n.\r\n"
        "+OK Marked as deleted\r\n"
        "+OK Scan listing follows\r\n2 14\r\n.\r\n"
        "+OK Bye\r\n";
    store *s = serve_feed_store();
    deliver(s, "Subject: one\r\n\r\n.\r\n..two\r\nthree\r\n");
    deliver(s, "Subject: two\r\n");
    const serve_settings settings = serve_feed_settings(s);
    serve_feed_result got = serve_feed_pop3(&settings, false, MS_SPAN(input), SERVE_FEED_WHOLE);
    const ms_span said = serve_octets_span(&got.said);
    cr_expect(span_is(said, expected), "got %.*s", (int)said.len, (const char *)said.ptr);
    cr_expect_eq(store_count(s, 0), 1, "UPDATE removes what was marked");
    serve_octets_free(&got.said);
    store_free(s);
}

/* RFC 1939 section 6: without QUIT nothing is removed; section 4: one session at a time. */
Test(serve_pop3, update_and_lock)
{
    char codes[64];
    store_view held;
    store *s = serve_feed_store();
    deliver(s, "a\r\n");
    const serve_settings settings = serve_feed_settings(s);
    serve_feed_result got = serve_feed_pop3(&settings, false, MS_SPAN(LOGIN "DELE 1\r\n"), SERVE_FEED_WHOLE);
    cr_expect_eq(store_count(s, 0), 1);
    serve_octets_free(&got.said);
    cr_assert_eq(store_open(s, 0, true, &held), STORE_OK, "the lock was released");
    got = serve_feed_pop3(&settings, false, MS_SPAN(LOGIN), SERVE_FEED_WHOLE);
    serve_feed_codes(serve_octets_span(&got.said), codes, sizeof codes);
    cr_expect_str_eq(codes, "+ + -");
    serve_octets_free(&got.said);
    store_close(s, &held, NULL);
    store_free(s);
}
