/* test_transcript_rawlog.c - logs as people have them, and the steps that they become */
#include "harness/transcript/rawlog.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

/* A step as "LINE CONNECTION SIDE TEXT;", its CRLF left out; a mark as "LINE CONNECTION word;". */
static void put_step(FILE *out, const mst_step *step)
{
    fprintf(out, "%u %u ", (unsigned)step->at.line, step->connection);
    if (step->kind == MST_TLS)
        fputs("tls", out);
    else if (step->kind == MST_CLOSE)
        fputs("close", out);
    else if (step->kind == MST_HANGUP)
        fputs("hangup", out);
    else
        fprintf(out, "%c %.*s", step->say.side == MS_CLIENT ? 'C' : 'S', (int)step->say.octets.len - 2,
                (const char *)step->say.octets.ptr);
    fputc(';', out);
}

static char *steps_of(const char *log, mst_protocol protocol, mst_error *error)
{
    const ms_span copy = heap_text(log);
    const mst_document *document = mst_rawlog_read(copy.ptr, copy.len, "log", protocol, error);
    heap_free(copy);
    if (document == NULL)
        return NULL;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        put_step(out, step);
    fclose(out);
    mst_free(document);
    return text;
}

#define CURL "*   Trying 192.0.2.1:110...\r\n"

static const struct {
    const char *title;
    mst_protocol protocol;
    const char *log, *steps;
} rows[] = {
    {"plain", MST_SMTP, "S: 220 mx\nC: QUIT\nS: 221 bye\n", "1 0 S 220 mx;2 0 C QUIT;3 0 S 221 bye;"},
    {"CR LF, comments, empty lines, no blank", MST_SMTP, "# x\r\n\r\nS:220 mx\r\nC: \r\n", "3 0 S 220 mx;4 0 C ;"},
    {"a trailing blank is an octet", MST_SMTP, "S: 220 mx \n", "1 0 S 220 mx ;"},
    {"marks", MST_POP3, "S: +OK\nC: STLS\nS: +OK\n[TLS]\nC: CAPA\n[ABORT]\n# [CONNECTION 2]\nS: +OK\n[CLOSE]\n",
     "1 0 S +OK;2 0 C STLS;3 0 S +OK;4 0 tls;5 0 C CAPA;6 0 hangup;8 1 S +OK;9 1 close;"},
    {"what would mean something in a transcript", MST_SMTP, "S: 220 \"$x\" \\r\n", "1 0 S 220 \"$x\" \\r;"},

    {"swaks", MST_SMTP,
     "=== Trying 192.0.2.1:25...\n=== Connected to 192.0.2.1.\n<-  220 mx\n -> EHLO c\n<** 550 no\n -> QUIT\n<-  221 "
     "bye\n"
     "=== Connection closed with remote host.\n",
     "3 0 S 220 mx;4 0 C EHLO c;5 0 S 550 no;6 0 C QUIT;7 0 S 221 bye;"},
    {"swaks under TLS", MST_SMTP,
     "=== Connected to mx.\n<-  220 mx\n -> STARTTLS\n<-  220 go\n=== TLS started with cipher X\n=== TLS peer "
     "DN=\"x\"\n"
     " ~> EHLO c\n<~  250 mx\n<~* 500 no\n",
     "2 0 S 220 mx;3 0 C STARTTLS;4 0 S 220 go;5 0 tls;7 0 C EHLO c;8 0 S 250 mx;9 0 S 500 no;"},
    {"swaks, TLS from the start", MST_SMTP, "=== Connected to mx.\n=== TLS started with cipher X\n<~  220 mx\n",
     "2 0 tls;3 0 S 220 mx;"},
    {"swaks twice", MST_SMTP,
     "=== Connected to mx.\n<-  220 mx\n*** Remote host closed connection unexpectedly.\n=== Connected to mx.\n<-  220 "
     "mx\n",
     "2 0 S 220 mx;3 0 close;5 1 S 220 mx;"},

    {"curl: mail data that is not shown is invented, as long as it was", MST_SMTP,
     "* Connected to mx\n< 220 mx\n> DATA\n< 354 go\n} [70 bytes data]\n< 250 ok\n",
     "2 0 S 220 mx;3 0 C DATA;4 0 S 354 go;6 0 C Date: Thu, 1 Jan 1970 00:00:00 +0000;"
     "6 0 C From: <unknown@unknown.invalid>;6 0 C ;6 0 C .;6 0 S 250 ok;"},
    {"curl: a listing", MST_POP3,
     "* Connected to pop\n< +OK\n> LIST\n< +OK\n* Connection #0 to host pop left intact\n1 24\n2 30\n",
     "2 0 S +OK;3 0 C LIST;4 0 S +OK;6 0 S 1 24;7 0 S 2 30;7 0 S .;"},
    {"curl: LIST of one message is no listing", MST_POP3, "< +OK\n> LIST 1\n< +OK 1 24\n* Closing connection 0\n",
     "1 0 S +OK;2 0 C LIST 1;3 0 S +OK 1 24;"},
    {"curl: a message is stuffed again", MST_POP3, "< +OK\n> RETR 1\n< +OK\nA: b\n\n.\n..x\n",
     "1 0 S +OK;2 0 C RETR 1;3 0 S +OK;4 0 S A: b;5 0 S ;6 0 S ..;7 0 S ...x;7 0 S .;"},
    {"curl: a command follows", MST_POP3, "< +OK\n> RETR 1\n< +OK\nA: b\n> QUIT\n< +OK\n",
     "1 0 S +OK;2 0 C RETR 1;3 0 S +OK;4 0 S A: b;5 0 S .;5 0 C QUIT;6 0 S +OK;"},
    {"curl: a message that looks like a log", MST_POP3,
     "< +OK\r\n> RETR 1\r\n< +OK\r\n> hello\r\n< 250 x\r\n* starred\r\n} [3 bytes data]\r\n* a note\n* Connection #0 "
     "to host x "
     "left intact\n> QUIT\r\n< +OK\r\n",
     "1 0 S +OK;2 0 C RETR 1;3 0 S +OK;4 0 S > hello;5 0 S < 250 x;6 0 S * starred;7 0 S } [3 bytes data];10 0 S > "
     "QUIT;11 0 "
     "S < +OK;11 0 S .;"},
    {"curl twice", MST_POP3,
     "* Connected to x\n< +OK\n> RETR 1\n< +OK\n* Connection #0 to host x left intact\nA: b\n* Connected to x\n< +OK\n",
     "2 0 S +OK;3 0 C RETR 1;4 0 S +OK;6 0 S A: b;7 0 S .;8 1 S +OK;"},
    {"curl: one connection for two transfers", MST_POP3,
     "* Connected to x\n< +OK\n> DELE 1\n< +OK\n* Connection #0 to host x left intact\n* Re-using existing connection! "
     "(#0) "
     "with host x\n> DELE 2\n< +OK\n",
     "2 0 S +OK;3 0 C DELE 1;4 0 S +OK;7 0 C DELE 2;8 0 S +OK;"},
    {"curl under TLS", MST_POP3, "< +OK\n> STLS\n< +OK\n* SSL connection using TLSv1.3\n> CAPA\n< -ERR\n",
     "1 0 S +OK;2 0 C STLS;3 0 S +OK;4 0 tls;5 0 C CAPA;6 0 S -ERR;"},
};

Test(transcript_rawlog, steps)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        mst_error error;
        char *steps = steps_of(rows[i].log, rows[i].protocol, &error);
        cr_assert_not_null(steps, "%s: %u: %s", rows[i].title, (unsigned)error.at.line, error.message);
        cr_expect_str_eq(steps, rows[i].steps, "%s: %s", rows[i].title, steps);
        free(steps);
    }
}

Test(transcript_rawlog, lmtp)
{
    mst_error error;
    static const char log[] = "S: 220 mx\nC: LHLO c\n";
    const mst_document *document = mst_rawlog_read((const uint8_t *)log, sizeof log - 1, "log", MST_SMTP, &error);
    cr_assert_not_null(document);
    cr_expect_eq(document->header.protocol, MST_LMTP);
    mst_free(document);
}

Test(transcript_rawlog, what_is_no_log)
{
    static const struct {
        const char *log;
        uint32_t line;
    } broken[] = {
        {"", 0},
        {"nothing\nof a session\n", 0},
        {"S: 220 x\nwhat?\n", 2},
        {"<-  220 x\nwhat?\n", 2},
        {"< 220 x\nwhat?\n", 2},
        {"=== Trying\n", 0},
    };
    for (size_t i = 0; i < COUNT(broken); i++) {
        mst_error error;
        char *steps = steps_of(broken[i].log, MST_SMTP, &error);
        cr_expect_null(steps, "%s", broken[i].log);
        cr_expect_eq(error.at.line, broken[i].line, "%s: %u", broken[i].log, (unsigned)error.at.line);
        free(steps);
    }
}
