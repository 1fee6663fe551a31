/* test_adapter_session.c - what a server said in a session, given its client's pieces */
#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/adapter/session.h"

enum { PIECES = 8 };

static const struct row {
    const char *id, *pieces[PIECES], *said, *codes;
    ms_requirement breach;
    size_t at; /* of the breach, a reply */
    bool pop3, unjudged;
} rows[] = {
    {"nobody says anything", {NULL}, "", "", MS_REQ_NONE, 0, false, false},
    {"lines of a reply are one",
     {"EHLO a.example\r\n", "QUIT\r\n"},
     "220 b.example\r\n250-b.example\r\n250 DSN\r\n221 b.example x\r\n",
     "220 250 221",
     MS_REQ_NONE,
     0,
     false,
     false},
    {"all at once",
     {"EHLO a.example\r\nQUIT\r\n"},
     "220 b.example\r\n250 b.example\r\n221 b.example x\r\n",
     "220 250 221",
     MS_REQ_NONE,
     0,
     false,
     false},
    {"the content is no command",
     {"EHLO a.example\r\nMAIL FROM:<a@a.example>\r\nRCPT TO:<b@b.example>\r\nDATA\r\nQUIT\r\n.\r\nQUIT\r\n"},
     "220 b.example\r\n250 b.example\r\n250 Ok\r\n250 Ok\r\n354 go\r\n250 Ok\r\n221 b.example x\r\n",
     "220 250 250 250 354 250 221",
     MS_REQ_NONE,
     0,
     false,
     false},
    {"SMTP-5321-3.3-09",
     {"EHLO a.example\r\n", "RCPT TO:<b@b.example>\r\n"},
     "220 b.example\r\n250 b.example\r\n250 Ok\r\n",
     "220 250 250",
     MS_REQ_SMTP_5321_3_3_09,
     2,
     false,
     false},
    {"SMTP-5321-4.2-02",
     {"EHLO a.example\r\n", "NOOP\r\n"},
     "220 b.example\r\n250 b.example\r\n250:Ok\r\n",
     "220 250 250",
     MS_REQ_SMTP_5321_4_2_02,
     2,
     false,
     false},
    {"a bare LF of the client's",
     {"EHLO a.example\n", "RCPT TO:<b@b.example>\r\n"},
     "220 b.example\r\n250 b.example\r\n250 Ok\r\n",
     "220 250 250",
     MS_REQ_NONE,
     0,
     false,
     true},
    {"BDAT that was not offered",
     {"EHLO a.example\r\n", "BDAT 6\r\nNOOP\r\n"},
     "220 b.example\r\n250 b.example\r\n500 What\r\n250 Ok\r\n",
     "220 250 500 250",
     MS_REQ_NONE,
     0,
     false,
     true},
    {"a reply that never came",
     {"EHLO a.example\r\n", "NOOP\r\n"},
     "220 b.example\r\n250 b.example\r\n",
     "220 250",
     MS_REQ_NONE,
     0,
     false,
     false},
    {"POP3",
     {"USER a\r\n", "PASS b\r\n", "LIST\r\n", "LIST 9\r\n", "QUIT\r\n"},
     "+OK hello\r\n+OK\r\n+OK\r\n+OK\r\n1 120\r\n.\r\n-ERR none\r\n+OK\r\n",
     "+ + + + - +",
     MS_REQ_NONE,
     0,
     true,
     false},
    {"POP3 a message",
     {"USER a\r\nPASS b\r\nRETR 1\r\nQUIT\r\n"},
     "+OK hello\r\n+OK\r\n+OK\r\n+OK\r\n+OK not one\r\n..\r\n.\r\n+OK\r\n",
     "+ + + + +",
     MS_REQ_NONE,
     0,
     true,
     false},
    {"POP3-1939-3-10", {"NOOP\r\n"}, "+OK hello\r\nOK\r\n", "+ ?", MS_REQ_POP3_1939_3_10, 1, true, false},
};

Test(adapter_session, heard)
{
    static session_heard heard;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        ms_span pieces[PIECES];
        char codes[200];
        size_t count = 0;
        for (; count < PIECES && row->pieces[count] != NULL; count++)
            pieces[count] = heap_text(row->pieces[count]);
        const ms_span said = heap_text(row->said);
        session_hear(row->pop3, MS_VARIANT_SMTP, pieces, count, said, &heard);
        session_codes(&heard, codes, sizeof codes);
        cr_expect_str_eq(codes, row->codes, "%s: %s", row->id, codes);
        cr_expect_eq(heard.breach, row->breach, "%s: breach %u", row->id, (unsigned)heard.breach);
        cr_expect(heard.breach == MS_REQ_NONE || heard.breach_reply == row->at, "%s: in reply %zu", row->id,
                  heard.breach_reply);
        cr_expect_eq(heard.unjudged, row->unjudged, "%s", row->id);
        for (size_t k = 0; k < heard.count; k++)
            cr_expect(heard.replies[k].from < heard.replies[k].to && heard.replies[k].to <= said.len &&
                          said.ptr[heard.replies[k].to - 1] == '\n',
                      "%s: reply %zu is no line", row->id, k);
        heap_free(said);
        while (count-- > 0)
            heap_free(pieces[count]);
    }
}

Test(adapter_session, words)
{
    static const struct {
        const char *code, *word;
        bool fits;
    } words[] = {
        {"250", "250", true},  {"250", "2yz", true},     {"251", "25z", true},     {"250", "251", false},
        {"550", "2yz", false}, {"503", "503/554", true}, {"554", "503/554", true}, {"555", "503/554", false},
        {"+", "+", true},      {"-", "+", false},        {"c", "+/c", true},       {"250", "", false},
        {"250", "25", false},  {"250", "2505", false},
    };
    for (size_t i = 0; i < COUNT(words); i++)
        cr_expect_eq(session_code_fits(words[i].code, words[i].word, strlen(words[i].word)), words[i].fits, "%s %s",
                     words[i].code, words[i].word);
}
