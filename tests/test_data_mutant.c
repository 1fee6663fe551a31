/* Mutants that are rows of a file: what is read, what is refused, and what a server then says. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"
#include "serve_feed.h"

#define HEADER "id\tcites\tstate\tcommand\taction\ttext\n"
#define CITED  "\tSMTP-5321-3.5.3-01\t"
#define E      "EHLO client.example\r\n"
#define M      "MAIL FROM:<s@sender.example>\r\n"
#define R      "RCPT TO:<alice@example.test>\r\n"
#define LOGIN  "USER alice\r\nPASS secret\r\n"

static char folder[] = "/tmp/mailspec-mutants-XXXXXX";
static char said[4096]; /* by complain */

static void complain(const char *text)
{
    const size_t used = strlen(said);
    snprintf(said + used, sizeof said - used, "%s\n", text);
}

/* One table with these octets, read. */
static bool read_table(data_mutants *mutants, const char *text)
{
    char path[64];
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.tsv", folder);
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    fputs(text, out);
    fclose(out);
    said[0] = '\0';
    const bool right = data_mutants_read(mutants, folder, complain);
    unlink(path);
    rmdir(folder);
    return right;
}

/* --- rows that are wrong -------------------------------------------------------------------------- */

static const struct wrong {
    const char *row, *says;
} wrongs[] = {
    {"smtp.a" CITED "any\tNOOP\tanswer", "a.tsv:2: answer needs a text"},
    {"smtp.a" CITED "any\tNOOP", "a.tsv:2: 4 columns instead of 6"},
    {"smtp.a" CITED "any\tNOOP\tanswer\tx\ty", "a.tsv:2: 7 columns instead of 6"},
    {"nntp.a" CITED "any\tNOOP\tanswer\tx", "a.tsv:2: nntp.a: an id begins with smtp."},
    {"smtp.A" CITED "any\tNOOP\tanswer\tx", "a.tsv:2: smtp.A: an id has lower-case letters"},
    {"smtp." CITED "any\tNOOP\tanswer\tx", "a.tsv:2: smtp.: an id has lower-case letters"},
    {"smtp.a\tSMTP-5321-9\tany\tNOOP\tanswer\tx", "a.tsv:2: SMTP-5321-9: there is no such requirement"},
    {"smtp.a\tPOP3-1939-3-10\tany\tNOOP\tanswer\tx", "a.tsv:2: POP3-1939-3-10 is no requirement of the protocol"},
    {"smtp.a" CITED "transaction\tNOOP\tanswer\tx", "a.tsv:2: transaction is no state of the protocol"},
    {"smtp.a" CITED "ehlo,sent\tNOOP\tanswer\tx", "a.tsv:2: sent is no state"},
    {"smtp.a" CITED "\tNOOP\tanswer\tx", "a.tsv:2:  is no state"},
    {"smtp.a" CITED "any\tNOOP(\tanswer\tx", "a.tsv:2: NOOP(: "},
    {"smtp.a" CITED "any\t${from} X\tanswer\tx", "a.tsv:2: ${from} X: "},
    {"smtp.a" CITED "any\t<final-dot>\tanswer\tx", "a.tsv:2: <final-dot> is none of"},
    {"pop3.a\tPOP3-1939-3-10\tany\t<chunk>\tanswer\tx", "a.tsv:2: <chunk> is no place of pop3.a"},
    {"smtp.a" CITED "any\tNOOP\tsay\tx", "a.tsv:2: say is none of answer, reply"},
    {"smtp.a" CITED "any\tNOOP\tclose\tx", "a.tsv:2: close has no text"},
    {"smtp.a" CITED "any\t<greeting>\tas\tNOOP", "a.tsv:2: as is nothing for <greeting>"},
    {"smtp.a" CITED "any\tNOOP\tend\tx", "a.tsv:2: end is nothing for NOOP"},
    {"smtp.a" CITED "any\t<data>\tclose", "a.tsv:2: close is nothing for <data>"},
    {"smtp.a" CITED "any\t<message>\tclose", "a.tsv:2: close needs a text"},
    {"smtp.a" CITED "any\t<message>\treply\tx", "a.tsv:2: reply is nothing for <message>"},
    {"smtp.a" CITED "any\t<message>\tanswer\tx", "a.tsv:2: answer of <message> needs what is wanted"},
    {"smtp.a" CITED "any\tNOOP\tedit\tx", "a.tsv:2: edit of NOOP needs what is wanted"},
    {"smtp.a" CITED "any\tNOOP\tedit\t\\q\\|x", "no escape, or no capture of the command, at octet 0"},
    {"smtp.a" CITED "any\tNOOP\tstall\tx", "a.tsv:2: stall has no text"},
    {"pop3.a\tPOP3-1939-3-10\tany\t<message>\tclose\tx", "a.tsv:2: <message> is no place of pop3.a"},
    {"smtp.a" CITED "any\tNOOP\tanswer\t250 \\q",
     "a.tsv:2: 250 \\q: no escape, or no capture of the command, at octet 4"},
    {"smtp.a" CITED "any\tNOOP\tanswer\t250 \\x4", "at octet 4"},
    {"smtp.a" CITED "any\tNOOP ${a:word}\tanswer\t${b}", "a.tsv:2: ${b}: no escape, or no capture"},
    {"smtp.a" CITED "any\tNOOP\tanswer\tx\n\nsmtp.a" CITED "any\tNOOP\tclose", "smtp.a stands in"},
};

Test(data_mutant, wrong_rows)
{
    for (size_t i = 0; i < sizeof wrongs / sizeof wrongs[0]; i++) {
        char text[1024];
        data_mutants mutants;
        snprintf(text, sizeof text, HEADER "%s\n", wrongs[i].row);
        cr_expect_not(read_table(&mutants, text), "%s is taken", wrongs[i].row);
        cr_expect_not_null(strstr(said, wrongs[i].says), "%s: says %s", wrongs[i].row, said);
        data_mutants_free(&mutants);
    }
}

Test(data_mutant, wrong_tables)
{
    data_mutants mutants;
    cr_expect_not(read_table(&mutants, "smtp.a" CITED "any\tNOOP\tclose\n"));
    cr_expect_not_null(strstr(said, "a.tsv:1: the first line is not"), "says %s", said);
    data_mutants_free(&mutants);
    cr_expect(data_mutants_read(&mutants, "/nonexistent/mutants", complain), "no folder, no mutants");
    cr_expect_eq(mutants.count, 0u);
    data_mutants_free(&mutants);
}

Test(data_mutant, right_rows)
{
    data_mutants mutants;
    cr_expect(read_table(&mutants, HEADER "# free\n\nsmtp.b" CITED "mail, rcpt\tNOOP\tclose\n"
                                          "smtp.a" CITED "any\tVRFY ${u:word}\tanswer\t250 <${u}>\n"),
              "says %s", said);
    cr_assert_eq(mutants.count, 2u);
    cr_expect_str_eq(mutants.rows[0].id, "smtp.a");
    cr_expect_eq(data_mutants_find(&mutants, "smtp.b"), &mutants.rows[1]);
    cr_expect_null(data_mutants_find(&mutants, "smtp.c"));
    cr_expect_eq(mutants.rows[1].line, 4u);
    char *title = data_mutant_title(&mutants.rows[0]);
    cr_expect_str_eq(title, "VRFY ${u:word} gets 250 <${u}>");
    free(title);
    data_mutants_free(&mutants);
}

/* --- what they say ---------------------------------------------------------------------------------- */

static const struct row {
    const char *row; /* behind id and requirement */
    ms_smtp_variant variant;
    bool tls;
    const char *input, *codes;
} smtp_rows[] = {
    {"smtp.a" CITED "any\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, "NOOP\r\nnoop\r\nNOOP x\r\n",
     "220 251 250 250"},
    {"smtp.a" CITED "ehlo\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, "NOOP\r\n" E "NOOP\r\n" M "NOOP\r\n",
     "220 250 250 251 250 250"},
    {"smtp.a" CITED "mail, rcpt\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, E "NOOP\r\n" M "NOOP\r\n" R "NOOP\r\n",
     "220 250 250 250 251 250 251"},
    {"smtp.a" CITED "tls\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, E "NOOP\r\n", "220 250 250"},
    {"smtp.a" CITED "tls\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, true, "NOOP\r\n", "220 251"},
    {"smtp.a" CITED "any\tRSET\tanswer\t250 kept", MS_VARIANT_SMTP, false, E M R "RSET\r\nDATA\r\n.\r\n",
     "220 250 250 250 250 354 250"},
    {"smtp.a" CITED "any\tRSET\treply\t252 flushed", MS_VARIANT_SMTP, false, E M R "RSET\r\nDATA\r\n",
     "220 250 250 250 252 503"},
    {"smtp.a" CITED "any\tRSET\tsilent", MS_VARIANT_SMTP, false, E M R "RSET\r\nDATA\r\n", "220 250 250 250 503"},
    {"smtp.a" CITED "any\tRSET\tclose", MS_VARIANT_SMTP, false, E "RSET\r\nNOOP\r\n", "220 250"},
    {"smtp.a" CITED "any\tRSET\tlast\t421 no more", MS_VARIANT_SMTP, false, E "RSET\r\nNOOP\r\n", "220 250 421"},
    {"smtp.a" CITED "any\tXRSET\tas\tRSET", MS_VARIANT_SMTP, false, E M R "XRSET\r\nDATA\r\n",
     "220 250 250 250 250 503"},
    {"smtp.a" CITED "any\t<greeting>\treply\t220-a\\r\\n554 no", MS_VARIANT_SMTP, false, "NOOP\r\n", "554 250"},
    {"smtp.a" CITED "any\t<greeting>\tclose", MS_VARIANT_SMTP, false, "NOOP\r\n", ""},
    {"smtp.a" CITED "any\t<end-of-data>\treply\t251 done", MS_VARIANT_SMTP, false, E M R "DATA\r\n.\r\n" M,
     "220 250 250 250 354 251 250"},
    {"smtp.a" CITED "any\t<end-of-data>\tanswer\t452 no", MS_VARIANT_LMTP, false,
     "LHLO x.example\r\n" M R R "DATA\r\n.\r\n" M, "220 250 250 250 250 354 452 250"},
    {"smtp.a" CITED "any\t<end-of-data>\tanswer\t452 no", MS_VARIANT_SMTP, false, E M R "BDAT 0 LAST\r\n",
     "220 250 250 250 250"},
    {"smtp.a" CITED "any\t<chunk>\treply\t252 chunk", MS_VARIANT_SMTP, false,
     E M R "BDAT 1\r\naBDAT 0 LAST\r\nNOOP\r\n", "220 250 250 250 252 252 250"},
    {"smtp.a" CITED "any\tBDAT 1\treply\t252 chunk", MS_VARIANT_SMTP, false, E M R "BDAT 1\r\naBDAT 0 LAST\r\nNOOP\r\n",
     "220 250 250 250 252 250 250"},
    {"smtp.a" CITED "any\tAUTH CRAM-MD5\treply\t334 eA==", MS_VARIANT_SMTP, false, E "AUTH CRAM-MD5\r\n*\r\n",
     "220 250 334 501"},
    {"smtp.a" CITED "any\t<response>\tanswer\t235 in", MS_VARIANT_SMTP, false, E "AUTH CRAM-MD5\r\nx\r\n",
     "220 250 334 235"},
    {"smtp.a" CITED "any\teA==\tanswer\t535 no", MS_VARIANT_SMTP, false, E "AUTH CRAM-MD5\r\neA==\r\nNOOP\r\n",
     "220 250 334 535 250"},
    {"smtp.a" CITED "any\teA==\tanswer\t334 eA==", MS_VARIANT_SMTP, false, E "AUTH CRAM-MD5\r\neA==\r\n*\r\n",
     "220 250 334 334 501"},
    {"smtp.a" CITED "any, again\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, "NOOP\r\nRSET\r\nNOOP\r\nNOOP\r\n",
     "220 250 250 251 251"},
    {"smtp.a" CITED "ehlo, again\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, "NOOP\r\n" E "NOOP\r\nNOOP\r\n",
     "220 250 250 250 251"},
    {"smtp.a" CITED "tenth\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false,
     "NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n",
     "220 250 250 250 250 250 250 250 250 250 251 251"},
    {"smtp.a" CITED "any\tNOOP\tedit\t250 \\|251 ", MS_VARIANT_SMTP, false, "RSET\r\nNOOP\r\n", "220 250 251"},
    {"smtp.a" CITED "any\tNOOP\tedit\t\\|251 first\\r\\n", MS_VARIANT_SMTP, false, "NOOP\r\n", "220 251 250"},
    {"smtp.a" CITED "any\tNOOP\tedit\t260 \\|251 ", MS_VARIANT_SMTP, false, "NOOP\r\n", "220 250"},
    {"smtp.a" CITED "any\t<message>\tanswer\tone\\|550 no", MS_VARIANT_SMTP, false,
     E M R "DATA\r\ntwo\r\n.\r\n" M R "DATA\r\none\r\n.\r\n" M, "220 250 250 250 354 250 250 250 354 550 250"},
    {"smtp.a" CITED "any\t<message>\tclose\tone", MS_VARIANT_SMTP, false, E M R "BDAT 5 LAST\r\none\r\nNOOP\r\n",
     "220 250 250 250"},
    {"smtp.a" CITED "any\tNOOP\tanswer\t251 no\nsmtp.a" CITED "any\tRSET\tanswer\t252 no", MS_VARIANT_SMTP, false,
     "NOOP\r\nRSET\r\nHELP\r\n", "220 251 252 214"},
    {"smtp.a" CITED "any\t<data>\tend\t\\n:\\r\\n", MS_VARIANT_SMTP, false, E M R "DATA\r\nx:\r\n:\r\nNOOP\r\n",
     "220 250 250 250 354 250 250"},
    {"lmtp.a" CITED "any\tNOOP\tanswer\t251 no", MS_VARIANT_SMTP, false, "NOOP\r\n", "220 250"},
    {"lmtp.a" CITED "any\tNOOP\tanswer\t251 no", MS_VARIANT_LMTP, false, "NOOP\r\n", "220 251"},
    {"submission.a" CITED "any\tNOOP\tanswer\t251 no", MS_VARIANT_SUBMISSION, false, "NOOP\r\n", "220 251"},
};

#define P "pop3.a\tPOP3-1939-3-10\t"

static const struct row pop3_rows[] = {
    {P "any\tNOOP\tanswer\t+OK no", MS_VARIANT_SMTP, false, "NOOP\r\n" LOGIN "NOOP\r\n", "+ + + + +"},
    {P "transaction\tNOOP\tanswer\t-ERR no", MS_VARIANT_SMTP, false, "NOOP\r\n" LOGIN "NOOP\r\n", "+ - + + -"},
    {P "authorization\tNOOP\tanswer\t+OK no", MS_VARIANT_SMTP, false, "NOOP\r\n", "+ +"},
    {P "tls\tNOOP\tanswer\t+OK no", MS_VARIANT_SMTP, true, "NOOP\r\n", "+ +"},
    {P "any\tSTAT\tsilent", MS_VARIANT_SMTP, false, LOGIN "STAT\r\nNOOP\r\n", "+ + + +"},
    {P "any, again\tNOOP\tsilent", MS_VARIANT_SMTP, false, LOGIN "NOOP\r\nNOOP\r\nRSET\r\n", "+ + + + +"},
    {P "failed\tNOOP\tanswer\t+OK no", MS_VARIANT_SMTP, false, "NOOP\r\nUSER alice\r\nPASS x\r\nNOOP\r\n", "+ - + - +"},
    {P "clear\tNOOP\tanswer\t+OK no", MS_VARIANT_SMTP, true, "NOOP\r\n", "+ -"},
    {P "transaction\tSTAT\tdrop", MS_VARIANT_SMTP, false, LOGIN "STAT", "+ + +"},
    {P "any\tSTAT\tedit\t+OK\\|-ERR", MS_VARIANT_SMTP, false, LOGIN "STAT\r\nNOOP\r\n", "+ + + - +"},
    {P "any\tSTAT\tclose", MS_VARIANT_SMTP, false, LOGIN "STAT\r\nNOOP\r\n", "+ + +"},
    {P "any\tSTAT\tlast\t-ERR no", MS_VARIANT_SMTP, false, LOGIN "STAT\r\nNOOP\r\n", "+ + + -"},
    {P "any\tLOGIN ${u:word}\tas\tUSER ${u}", MS_VARIANT_SMTP, false, "LOGIN alice\r\nPASS secret\r\n", "+ + +"},
    {P "any\tLOGIN ${u:word}\tas\tUSER x${u}", MS_VARIANT_SMTP, false, "LOGIN alice\r\nPASS secret\r\n", "+ + -"},
    {P "any\t<greeting>\treply\t-ERR no", MS_VARIANT_SMTP, false, "CAPA\r\n", "- +"},
    {P "any\t<response>\tanswer\t-ERR no", MS_VARIANT_SMTP, false, "AUTH CRAM-MD5\r\n*\r\n", "+ c -"},
};

static void say(const struct row *r, bool pop3, bool whole)
{
    char codes[512], text[512];
    data_mutants mutants;
    snprintf(text, sizeof text, HEADER "%s\n", r->row);
    cr_assert(read_table(&mutants, text), "says %s", said);
    store *s = serve_feed_store();
    serve_settings settings = serve_feed_settings(s);
    settings.data = &mutants.rows[0];
    const ms_span input = ms_span_make(r->input, strlen(r->input));
    const size_t cut = whole ? SERVE_FEED_WHOLE : SERVE_FEED_OCTETS;
    serve_feed_result got = pop3 ? serve_feed_pop3(&settings, r->tls, input, cut)
                                 : serve_feed_smtp(&settings, r->variant, r->tls, input, cut);
    serve_feed_codes(serve_octets_span(&got.said), codes, sizeof codes);
    cr_expect_str_eq(codes, r->codes, "%s (%s): got %s", r->row, whole ? "whole" : "octets", codes);
    serve_octets_free(&got.said);
    store_free(s);
    data_mutants_free(&mutants);
}

Test(data_mutant, smtp)
{
    for (size_t i = 0; i < sizeof smtp_rows / sizeof smtp_rows[0]; i++)
        for (int whole = 0; whole < 2; whole++)
            say(&smtp_rows[i], false, whole != 0);
}

Test(data_mutant, pop3)
{
    for (size_t i = 0; i < sizeof pop3_rows / sizeof pop3_rows[0]; i++)
        for (int whole = 0; whole < 2; whole++)
            say(&pop3_rows[i], true, whole != 0);
}

/* Escapes, captures, and the line end. */
static const struct {
    const char *command, *text, *said;
} texts[] = {
    {"NOOP", "a\\r\\nb\\t\\\\\\$\\x41", "a\r\nb\t\\$A\r\n"},
    {"NOOP", "a\\!", "a"},
    {"NOOP", "a\\\\!", "a\\!\r\n"},
    {"NOOP", "5$ and $", "5$ and $\r\n"},
    {"NOOP${a:text}", "<${a}>", "< now>\r\n"},
};

Test(data_mutant, texts)
{
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char text[512];
        data_mutants mutants;
        data_captures captures;
        serve_octets out = {0};
        snprintf(text, sizeof text, HEADER "smtp.a" CITED "any\t%s\tanswer\t%s\n", texts[i].command, texts[i].text);
        cr_assert(read_table(&mutants, text), "says %s", said);
        const bool plain = strcmp(texts[i].command, "NOOP") == 0;
        unsigned hits = 0;
        const data_session session = {DATA_SMTP, DATA_EHLO, &hits};
        cr_expect_not_null(data_mutant_applies(&mutants.rows[0], DATA_AT_COMMAND, &session,
                                               plain ? MS_SPAN("NOOP") : MS_SPAN("NOOP now"), &captures));
        cr_expect_eq(data_mutant_text(&mutants.rows[0], &captures, &out), SIZE_MAX);
        cr_expect(out.len == strlen(texts[i].said) && memcmp(out.ptr, texts[i].said, out.len) == 0, "%s",
                  texts[i].text);
        serve_octets_free(&out);
        data_mutants_free(&mutants);
    }
}

/* Each occurrence is replaced, from the left, and what stands for it is not looked at again. */
static const struct {
    const char *octets, *wanted, *text, *edited;
} edits[] = {
    {"one two one", "one", "1", "1 two 1"},
    {"aaa", "aa", "a", "aa"},
    {"one", "two", "2", "one"},
    {"one", "", "x", "xone"},
    {"", "", "x", "x"},
    {"one", "one", "", ""},
    {"", "one", "1", ""},
};

Test(data_mutant, edits)
{
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        serve_octets out = {0};
        data_mutant_edit(ms_span_make(edits[i].octets, strlen(edits[i].octets)),
                         ms_span_make(edits[i].wanted, strlen(edits[i].wanted)),
                         ms_span_make(edits[i].text, strlen(edits[i].text)), &out);
        cr_expect(out.len == strlen(edits[i].edited) &&
                      (out.len == 0 || memcmp(out.ptr, edits[i].edited, out.len) == 0),
                  "%s: %.*s", edits[i].octets, (int)out.len, (const char *)out.ptr);
        serve_octets_free(&out);
    }
}
