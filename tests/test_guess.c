/* test_guess.c - which cases say credentials that are not the account's */
#include "harness/probe/guess.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/transcript/reader.h"

#define POP3  "mailspec: 1\nprotocol: pop3\nid: pop3.a.b\ntitle: t\ncites: POP3-1939-7-43\nstart: greeted\n\n"
#define SMTP  "mailspec: 1\nprotocol: smtp\nid: smtp.a.b\ntitle: t\ncites: SMTP-4954-4-08\nstart: ehlo\n\n"
#define USER  "C: USER ${user}\nS? +OK\n"
#define PLAIN "${base64(\"\\0${user}\\0${secret:password}\")}"
#define WRONG "${base64(\"\\0${user}\\0wrong-${mark}\")}"
#define CRAM  "${base64(\"${user} ${hex(hmac_md5(secret:password, challenge))}\")}"

static const struct {
    const char *what, *text;
    bool wrong, right;
} rows[] = {
    {"the account's own, by PASS", POP3 USER "C: PASS ${secret:password}\nS? +OK\n", false, true},
    {"the same, while the maildrop is locked", POP3 USER "C: PASS ${secret:password}\nS? -ERR => refused | +OK\n",
     false, true},
    {"another password", POP3 USER "C: PASS wrong-${mark}\nS? -ERR => refused | +OK => fail\n", true, false},
    {"one octet more", POP3 USER "C: PASS ${secret:password}x\nS? -ERR\n", true, false},
    {"keywords have no letter case", POP3 USER "C: pass wrong\nS? -ERR\n", true, false},
    {"no password", POP3 USER "C: PASS\nS? -ERR\n", true, false},
    {"no mechanism", POP3 "C: AUTH\nS? -ERR\n", false, false},
    {"half of it, from a variable",
     POP3 USER "let half = first(2, password)\nC: PASS ${half}\nS? -ERR => refused | +OK => fail\n", true, false},
    {"another name", POP3 "C: USER nosuch\nS? +OK\nC: PASS ${secret:password}\nS? -ERR\n", true, false},
    {"no name is a wrong login alone", POP3 "C: USER nosuch\nS? +OK\n", false, false},
    {"octets", POP3 USER "C< \"PASS \\r\\n\"\nS? -ERR\n", true, false},
    {"in a group", POP3 USER "C+ PASS wrong\nC: STAT\nS? -ERR\nS? -ERR\n", true, false},
    {"in a block of a block", POP3 "C: NOOP\nS? -ERR => a {\n  repeat 2 {\n    C: PASS wrong\n    S? -ERR\n  }\n}\n",
     true, false},
    {"in the else of a when", POP3 "C: NOOP\nS? -ERR => a\nwhen a { end } else {\n  C: PASS wrong\n  S? -ERR\n}\n",
     true, false},
    {"on a second connection", POP3 USER "@b C: PASS wrong\nC: PASS ${secret:password}\nS? +OK\n@b S? -ERR\n", true,
     true},
    {"refused is what is said behind it", POP3 "C: APOP x y\nS? +OK\nC: STAT\nS? -ERR\n", false, true},
    {"a refusal that proves nothing", POP3 USER "C: PASS x\nS? +OK | -ERR => inconclusive\n", false, false},
    {"a refusal that is a failure", POP3 USER "C: PASS x\nS? +OK | -ERR => fail\n", false, false},
    {"a success that is tolerated", POP3 USER "C: PASS x\nS? -ERR => refused | +OK => nonstrict in\n", true, true},
    {"a refusal that is tolerated", POP3 USER "C: PASS x\nS? +OK | -ERR => nonstrict\n", true, true},
    {"a refusal by a hang-up", POP3 USER "C: PASS x\nS? +OK => fail | close => pass\n", true, false},
    {"any reply may be a refusal", POP3 USER "C: PASS x\nS? any\n", true, true},
    {"the account's own digest",
     POP3 "C: APOP ${user} ${hex(md5(\"${timestamp}${secret:password}\"))}\nS? +OK => in | -ERR => refused\n", false,
     true},
    {"another digest", POP3 "C: APOP ${user} 00000000000000000000000000000000\nS? -ERR\n", true, false},
    {"nothing of a login", POP3 "C: STAT\nS? -ERR\n", false, false},
    {"a mechanism alone", POP3 "C: AUTH X-NOSUCH\nS? -ERR\n", false, false},
    {"cancelled", POP3 "C: AUTH CRAM-MD5\nS? + | -ERR => inconclusive\nC: *\nS? -ERR\n", false, false},
    {"with an identity that may be refused",
     POP3 "C: AUTH PLAIN ${base64(\"${user}\\0${user}\\0${secret:password}\")}\nS? +OK | -ERR => nonstrict\n", true,
     true},
    {"a response, right", POP3 "C: AUTH CRAM-MD5\nS? +\nC: " CRAM "\nS? +OK | -ERR => refused\n", false, true},
    {"a response, wrong", POP3 "C: AUTH CRAM-MD5\nS? +\nC: ${base64(\"${user} 00\")}\nS? -ERR\n", true, false},
    {"not what follows the exchange", POP3 "C: AUTH PLAIN\nS? +\nC: " PLAIN "\nS? +OK\nC: XYZZY\nS? -ERR\n", false,
     true},
    {"SMTP, the account's own", SMTP "C: AUTH PLAIN " PLAIN "\nS? 235 | 535 => refused\n", false, true},
    {"SMTP, wrong", SMTP "C: AUTH PLAIN " WRONG "\nS? 535 => refused | 235 => fail\n", true, false},
    {"SMTP, for now", SMTP "C: AUTH PLAIN " WRONG "\nS? 4yz => later | 235 => fail\n", true, false},
    {"SMTP, a response", SMTP "C: AUTH PLAIN\nS? 334\nC: " WRONG "\nS? 5yz\n", true, false},
    {"SMTP, the second response", SMTP "C: AUTH LOGIN\nS? 334\nC: ${base64(user)}\nS? 334\nC: d3Jvbmc=\nS? 535\n", true,
     false},
    {"SMTP, mail data are no response", SMTP "C: DATA\nS? 354\nC: one\nC: .\nS? 250 | 5yz\n", false, false},
    {"SMTP, a parameter of MAIL", SMTP "C: MAIL FROM:<${from}> AUTH=<>\nS? 250 | 5yz\n", false, false},
};

Test(guess, scripts)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        mst_error error;
        const ms_span text = heap_text(rows[i].text);
        const mst_document *document = mst_read(text.ptr, text.len, "case", &error);
        cr_assert_not_null(document, "%s: %s", rows[i].what, error.message);
        cr_expect_eq(probe_logins_of(document).wrong, rows[i].wrong, "%s", rows[i].what);
        cr_expect_eq(probe_logins_of(document).right, rows[i].right, "%s", rows[i].what);
        mst_free(document);
        heap_free(text);
    }
}
