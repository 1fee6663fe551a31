/*
 * test_transcript_lint.c - one fault a text, one problem, at its place
 */
#include "harness/transcript/lint.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "harness/transcript/reader.h"
#include "harness/transcript/text.h"

/* Heads of five lines, so that scripts start on line 6; the requirements are
 * a MUST of the server, and of POP3. */
#define RECORDING      "mailspec: 1\nprotocol: smtp\ntitle: t\ntags: a\n\n"
#define POP3_RECORDING "mailspec: 1\nprotocol: pop3\ntitle: t\ntags: a\n\n"
#define CASE           "mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\n\n" /* line 7 */
#define POP3_CASE      "mailspec: 1\nprotocol: pop3\ntitle: t\nid: pop3.t\ncites: POP3-1939-4-06\n\n"

static const struct {
    const char *text;
    uint32_t line, column; /* line 0: nothing is wrong */
    mst_severity severity;
    const char *message;
} rows[] = {
    {RECORDING "S: 220 x\nC: QUIT\nS: 221 x\nclose\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: NOOP\nS? 250\n", 0, 0, MST_MISTAKE, ""},

    /* what servers hang up on */
    {CASE "C: A\nS? 5yz\nC: B\nS? 500 | 502\nC: C\nS? 501 | 250\nC: D\nS? 550\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: A\nS? 5yz\nC: B\nS? 500 | 502\nC: C\nS? 503\n", 12, 1, MST_MISTAKE, "a third command"},
    {CASE "C: A\nS? 5yz\nC: B\nS? 500\n@b C: C\n@b S? 503\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: A\nS? 5yz\nC: B\nS? 500\nhangup\nopen ehlo\nC: C\nS? 503\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: A\nS? 5yz\nC: B\nS? 500 | 250 => fail ran {\n    C: C\n    S? 503\n  }\n", 0, 0, MST_MISTAKE, ""},
    {CASE "repeat 3 {\n    C: A\n    S? 5yz\n    C: B\n    S? 500\n}\n", 9, 5, MST_MISTAKE, "a third command"},
    {CASE "C: A\nS? 5yz => bad\nC: B\nS? 500\nwhen bad {\n    C: C\n    S? 503\n}\n", 13, 5, MST_MISTAKE,
     "a third command"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\ntags: a, errors\n\n"
     "C: A\nS? 5yz\nC: B\nS? 500\nC: C\nS? 503\n",
     0, 0, MST_MISTAKE, ""},
    {POP3_CASE "C: A\nS? -ERR\nC: B\nS? -ERR\nC: C\nS? -ERR\n", 0, 0, MST_MISTAKE, ""},

    /* header */
    {"mailspec: 1\nprotocol: smtp\n\n", 1, 1, MST_MISTAKE, "no title"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ncites: SMTP-5321-3.3-09\n\nS? 250\n", 1, 1, MST_MISTAKE, "no id"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\n\nS? 250\n", 1, 1, MST_MISTAKE, "cites no requirement"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ntag: a\n\n", 4, 1, MST_MISTAKE, "'tag' is not known"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nx-mine: a\n\n", 0, 0, MST_MISTAKE, ""},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nneeds: tls\n\n", 4, 1, MST_MISTAKE, "no meaning in a recording"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ncites: 5321\n\n", 4, 8, MST_MISTAKE, "not a requirement id"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ncites: SMTP-5321-3.3-09, SMTP-5321-3.3-99\n\n", 4, 26, MST_MISTAKE,
     "not in the register"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ncites: POP3-1939-4-06\n\n", 4, 8, MST_MISTAKE, "other protocol"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\ncites: SMTP-5321-3.3-09,SMTP-5321-3.3-09\n\n", 4, 25, MST_WARNING,
     "twice"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-08\n\nS? 250\n", 5, 8, MST_MISTAKE,
     "only MAY"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09, SMTP-5321-3.3-08\n\nS? 250\n", 0, 0,
     MST_MISTAKE, ""},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nlevel: MUST\n\nS? 250\n", 5, 8,
     MST_WARNING, "repeats the level"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nlevel: SHOULD\n\nS? 250\n", 0, 0,
     MST_MISTAKE, ""},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nneeds: tls, ehlo:SIZE, moon\n\nS? "
     "250\n",
     6, 24, MST_MISTAKE, "'moon' is not known"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nneeds: messages>=2x\n\nS? 250\n", 6,
     8, MST_MISTAKE, "not known"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nneeds: messages>=2, messages=0, "
     "auth, auth:PLAIN, capa, capa:SASL PLAIN, noehlo:X, nocapa:Y\n\nS? 250\n",
     0, 0, MST_MISTAKE, ""},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nstart: transaction\n\nS? 250\n", 6, 8,
     MST_MISTAKE, "no state 'transaction'"},
    {"mailspec: 1\nprotocol: pop3\ntitle: t\nid: pop3.t\ncites: POP3-1939-4-06\nstart: mail\n\nS? +OK\n", 6, 8,
     MST_MISTAKE, "no state 'mail'"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nstart: mail, ehlo\n\nS? 250\n", 6, 14,
     MST_MISTAKE, "start state already"},
    {"mailspec: 1\nprotocol: smtp\ntitle: t\nid: smtp.t\ncites: SMTP-5321-3.3-09\nstart: mail\n\n", 1, 1, MST_MISTAKE,
     "no steps"},

    /* requirements */
    {RECORDING "S: 250 x\n! server SMTP-5321-3.3-09\n", 0, 0, MST_MISTAKE, ""},
    {RECORDING "S: 250 x\n! client SMTP-5321-3.3-09\n", 7, 10, MST_MISTAKE, "binds the other side"},
    {RECORDING "S: 250 x\n! server SMTP-5321-3.3-99\n", 7, 10, MST_MISTAKE, "not in the register"},
    {RECORDING "S: 250 x\n! server POP3-1939-4-06\n", 7, 10, MST_MISTAKE, "other protocol"},
    {RECORDING "S: 250 x\n! server SMTP-5321-3.3-08\n", 7, 10, MST_MISTAKE, "is a MAY"},
    {RECORDING "S: 250 x\n=? 0 reply\n", 7, 1, MST_WARNING, "reviewed"},
    {RECORDING "S: 250 x\n= 0 reply\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: x\n! server SMTP-5321-3.3-09\nS? 250\n", 8, 1, MST_MISTAKE, "side under test"},
    {CASE "C: x\n! client SMTP-2920-3.1-01\nS? 250\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 => fail a SMTP-5321-3.3-99\n", 7, 18, MST_MISTAKE, "not in the register"},
    {CASE "S? 250 => fail a SMTP-5321-3.3-08\n", 7, 18, MST_MISTAKE, "is a MAY"},
    {CASE "S? 250 => pass a SMTP-5321-3.3-08\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 => fail a SMTP-2920-3.2-04\n", 7, 18, MST_WARNING, "is a SHOULD"},
    {CASE "S? 250 => nonstrict a SMTP-2920-3.2-04\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250\nverdict fail a SMTP-5321-3.3-99\n", 8, 16, MST_MISTAKE, "not in the register"},
    {CASE "S? 250 => pass {\nS? 250 => fail a SMTP-5321-3.3-99\n}\n", 8, 18, MST_MISTAKE, "not in the register"},

    /* names */
    {CASE "let m = \"a\"\nC: ${m}\nS? 250\n", 0, 0, MST_MISTAKE, ""},
    {CASE "let m = \"a\"\nC: x\nS? 250\n", 7, 1, MST_WARNING, "'m' is never used"},
    {CASE "C: ${m}\nS? 250\n", 7, 6, MST_MISTAKE, "'m' has no value"},
    {CASE "C: ${m}\nS? 250\nlet m = \"a\"\nC: ${m}\n", 7, 6, MST_MISTAKE, "'m' has no value"},
    {CASE "let from = \"a\"\nC: ${from}\nS? 250\n", 7, 1, MST_MISTAKE, "given by the prober"},
    {CASE "C: ${from} ${rcpt} ${base64(secret:password)}\nS? 250\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C: ${secret:word}\nS? 250\n", 7, 6, MST_MISTAKE, "no secret 'word'"},
    {CASE "S? 250 ~\"${a:number}\"\n", 7, 12, MST_WARNING, "'a' is never used"},
    {CASE "S? 250 ~\"${a:number}\"\nS? 250 ~\"${a:number}\"\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 ~\"${a}\"\n", 7, 12, MST_MISTAKE, "'a' has no value"},
    {CASE "S? 250 ~\"${from}\"\n", 0, 0, MST_MISTAKE, ""},
    {POP3_CASE "S? +OK each ~\"${n:number} ${u[n]:word}\"\ncheck count(u) = 1\n", 0, 0, MST_MISTAKE, ""},
    {POP3_CASE "S? +OK each ~\"${u[n]:word}\"\ncheck count(u) = 1\n", 7, 17, MST_MISTAKE, "'n' has no value"},
    {CASE "repeat 3 as i {\nC: ${i}\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "repeat 3 as i {\nC: x\n}\n", 7, 1, MST_WARNING, "'i' is never used"},
    {CASE "S? 250 => a\nwhen a {\nend\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 => a\nwhen b {\nend\n}\n", 8, 6, MST_MISTAKE, "named 'b'"},
    {CASE "@b S? 250 => a\nwhen a {\nend\n}\n", 8, 6, MST_MISTAKE, "named 'a'"},
    {CASE "@b S? 250 => a\nwhen @b a {\nend\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "check 1 = 1 => a\nwhen @b a {\nend\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "when a {\nend\n}\nS? 250 => a\n", 7, 6, MST_MISTAKE, "named 'a'"},
    {CASE "repeat 2 {\nwhen not a {\nS? 250 => a\n}\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "repeat 2 {\nwhen not b {\nS? 250 => a\n}\n}\n", 8, 10, MST_MISTAKE, "named 'b'"},
    {CASE "when a {\nend\n}\nrepeat 2 {\nS? 250 => a\n}\n", 7, 6, MST_MISTAKE, "named 'a'"},

    /* sides */
    {CASE "S: 250\nS? 250\n", 7, 1, MST_MISTAKE, "by the side under test"},
    {CASE "C? EHLO\n", 7, 1, MST_MISTAKE, "our own side"},
    {"mailspec: 1\nprotocol: smtp\ntests: client\ntitle: t\nid: smtp.t\ncites: SMTP-5321-2.2.1-03\n\nS: 220\nC? EHLO\n",
     0, 0, MST_MISTAKE, ""},
    {"mailspec: 1\nprotocol: smtp\ntests: client\ntitle: t\nid: smtp.t\ncites: SMTP-5321-2.2.1-03\n\nC: EHLO\n", 8, 1,
     MST_MISTAKE, "by the side under test"},
    {CASE "S? +OK\n", 7, 4, MST_MISTAKE, "no status indicators"},
    {POP3_CASE "S? 250\n", 7, 4, MST_MISTAKE, "no reply codes"},
    {CASE "@p open pop3 transaction\n@p S? +OK\n", 0, 0, MST_MISTAKE, ""},
    {CASE "@p open pop3 transaction\n@p S? 250\n", 8, 7, MST_MISTAKE, "no reply codes"},
    {CASE "@p open pop3 mail\n", 7, 1, MST_MISTAKE, "no such state"},
    {CASE "@p S? 250\n@p open\n", 8, 1, MST_MISTAKE, "open already"},
    {CASE "@p open\n| refused {\n@p open\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "@p open\n| done {\n@p open\n}\n", 9, 1, MST_MISTAKE, "open already"},

    /* groups and ends */
    {CASE "C+ a\nC: b\nS? 250\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C+ a\nS? 250\n", 7, 1, MST_MISTAKE, "still held"},
    {CASE "C+ a\n@b S? 250\nC: b\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C+ a\nfence\n", 0, 0, MST_MISTAKE, ""},
    {CASE "C+ a\ntls\n", 0, 0, MST_MISTAKE, ""},
    {RECORDING "C+ a\nC: b\n", 0, 0, MST_MISTAKE, ""},
    {RECORDING "C+ a\n", 6, 1, MST_MISTAKE, "never complete"},
    {RECORDING "C+ a\nS: b\n", 6, 1, MST_MISTAKE, "other side speaks"},
    {RECORDING "close\nC: a\n", 0, 0, MST_MISTAKE, ""}, /* it was under way */
    {RECORDING "close\nS: a\n", 7, 1, MST_MISTAKE, "has closed"},
    {RECORDING "hangup\nC: a\n", 7, 1, MST_MISTAKE, "has closed"},
    {RECORDING "hangup\nS: a\n@b C: a\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 421\nclose\nC: a\n", 9, 1, MST_MISTAKE, "closed"},
    {CASE "close\nS? 250\n", 8, 1, MST_MISTAKE, "closed"},
    {CASE "close\nopen\nC: a\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 => a { close } | 251 => b\nC: a\n", 0, 0, MST_MISTAKE, ""}, /* one way only */

    /* reach */
    {CASE "end\nC: a\n", 8, 1, MST_MISTAKE, "never reached"},
    {CASE "S? 250 => a { end }\n | 251 => b { end }\nC: a\n", 9, 1, MST_MISTAKE, "never reached"},
    {CASE "S? 250 => a { end }\n | 251 => b\nC: a\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 250 => a\nwhen a {\nend\n} else {\nend\n}\nC: a\n", 13, 1, MST_MISTAKE, "never reached"},
    {CASE "end\ncontrol {\nC: NOOP\nS? 250\n}\n", 0, 0, MST_MISTAKE, ""},
    {CASE "control {\nC: NOOP\n}\nC: a\n", 7, 1, MST_MISTAKE, "not the last"},
    {CASE "S? 2yz => a | 250 => b\n", 7, 15, MST_MISTAKE, "above takes all"},
    {CASE "S? 250 => a | 2yz => b\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 2yz not 250 => a | 250 => b\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 2yz ~\"x\" => a | 250 => b\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? any => a | close => b | 5.1.1 => c\n", 7, 28, MST_MISTAKE, "above takes all"},
    {CASE "S? 5yz 5.1.* => a | 550 => b\n", 0, 0, MST_MISTAKE, ""},
    {CASE "S? 5yz 5.1.* => a | 550 5.1.2 => b\n", 7, 21, MST_MISTAKE, "above takes all"},
    {POP3_CASE "S? -ERR [IN-USE] => a | -ERR => b\n", 0, 0, MST_MISTAKE, ""},
    {POP3_CASE "S? -ERR => a | -ERR [IN-USE] => b\n", 7, 16, MST_MISTAKE, "above takes all"},
    {CASE "S? none 2s => a | none 3s => b\n", 7, 19, MST_MISTAKE, "above takes all"},
    {CASE "fence\n | extra => a\n | extra 250 => b\n", 9, 4, MST_MISTAKE, "above takes all"},
    {CASE "delivered\n | 1 => pass\n", 8, 4, MST_MISTAKE, "the one that the step wants"},
    {CASE "delivered 2..\n | 0 => fail\n | 1 => pass\n", 0, 0, MST_MISTAKE, ""},
    {CASE "pause 1s\n", 1, 1, MST_WARNING, "not marked"},
};

Test(transcript_lint, one_fault_one_problem)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span text = heap_text(rows[i].text);
        mst_error error;
        const mst_document *document = mst_read(text.ptr, text.len, "t.mst", &error);
        heap_free(text);
        cr_assert_not_null(document, "row %zu: %u:%u %s\n%s", i, error.at.line, error.at.column, error.message,
                           rows[i].text);
        mst_problems problems;
        cr_assert(mst_lint(document, &problems));
        const mst_problem *one = problems.first;
        if (rows[i].line == 0) {
            cr_expect_null(one, "row %zu: %u:%u %s\n%s", i, one->at.line, one->at.column, one->message, rows[i].text);
        } else if (one == NULL) {
            cr_expect(false, "row %zu: no problem\n%s", i, rows[i].text);
        } else {
            cr_expect(one->at.line == rows[i].line && one->at.column == rows[i].column &&
                          one->severity == rows[i].severity,
                      "row %zu: %u:%u %s\n%s", i, one->at.line, one->at.column, one->message, rows[i].text);
            cr_expect_not_null(strstr(one->message, rows[i].message), "row %zu: %s", i, one->message);
            cr_expect_null(one->next, "row %zu: also %s\n%s", i, one->next->message, rows[i].text);
            cr_expect_eq(problems.mistakes + problems.warnings, 1);
        }
        mst_problems_free(&problems);
        mst_free(document);
    }
}

Test(transcript_lint, problems_are_in_order_and_bounded)
{
    mst_text text = {0};
    mst_text_add(&text, RECORDING);
    for (unsigned i = 0; i < 2 * MST_PROBLEMS_MAX; i++)
        mst_text_add(&text, "S: 250 x\n! client SMTP-5321-3.3-09\n");
    mst_error error;
    const mst_document *document = mst_read(text.octets, text.len, "t.mst", &error);
    cr_assert_not_null(document);
    mst_problems problems;
    cr_assert(mst_lint(document, &problems));
    unsigned count = 0;
    uint32_t line = 0;
    for (const mst_problem *one = problems.first; one != NULL; one = one->next, count++) {
        cr_expect_geq(one->at.line, line);
        line = one->at.line;
        if (one->next == NULL)
            cr_expect_not_null(strstr(one->message, "more problems"));
    }
    cr_expect_eq(count, MST_PROBLEMS_MAX);
    mst_problems_free(&problems);
    mst_free(document);
    mst_text_free(&text);
}
