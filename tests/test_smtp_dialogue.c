#include "mailspec/smtp_dialogue.h"

#include "feed.h"
#include "smtp_talk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GREETING    "S 220 mx.example ESMTP\n"
#define HELLO       GREETING "C EHLO relay.example\nS 250 mx.example\n"
#define OFFER(word) GREETING "C EHLO relay.example\nS 250-mx.example\nS 250 " word "\n"
#define MAIL        "C MAIL FROM:<a@relay.example>\nS 250 ok\n"
#define RCPT        "C RCPT TO:<b@mx.example>\nS 250 ok\n"
#define DATA        "C DATA\nS 354 go ahead\n"
#define HEADER      "C Date: Tue, 03 Mar 2026 13:00:00 +0100\nC From: a@relay.example\nC\n"
#define MESSAGE     HEADER "C text\nC .\n"
#define BYE         "C QUIT\nS 221 mx.example bye\n"

static const smtp_talk client_rows[] = {
    {"SMTP-5321-2.3.8-05 bare LF, once a connection", MS_VARIANT_SMTP,
     GREETING "c EHLO relay.example\\n\nC! SMTP-5321-2.3.8-05\nS 250 mx.example\nc NOOP\\n\nS 250 ok\n" BYE},
    {"SMTP-5321-2.3.8-04 bare CR in a command", MS_VARIANT_SMTP,
     HELLO "c NOOP a\\rb\\r\\n\nC! SMTP-5321-2.3.8-04\nS 501 no\n" BYE},
    {"SMTP-5321-2.3.8-05 bare LF in mail data", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER "c one\\ntwo\\r\\n\nC! SMTP-5321-2.3.8-05\nC .\nS 250 ok\n" BYE},
    {"SMTP-5321-2.3.8-04 bare CR in mail data, told at the octet behind it", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER "c one\\r\nc two\\r\\n\nC! SMTP-5321-2.3.8-04\nC .\nS 250 ok\n" BYE},
    {"SMTP-3030-2-23 bare LF in a chunk", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4 LAST\nc a\\nbc\nC! SMTP-3030-2-23\nS 250 ok\n" BYE},
    {"SMTP-3030-2-23 CR and LF in two chunks are a line end", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 2\nc a\\r\nS 250 ok\nC BDAT 2 LAST\nc \\nb\nS 250 ok\n" BYE},
    {"SMTP-5321-2.4-08 8-bit octets outside a path", MS_VARIANT_SMTP,
     HELLO "c NOOP \\xc3\\xa4\\r\\n\nC! SMTP-5321-2.4-08\nS 501 no\n" BYE},
    {"SMTP-5321-4.1.2-28 NUL in a path", MS_VARIANT_SMTP,
     HELLO "c MAIL FROM:<a\\0b@relay.example>\\r\\n\nC! SMTP-5321-4.1.2-28\nS 501 no\n" BYE},
    {"SMTP-5321-2.4-16 no verb", MS_VARIANT_SMTP, HELLO "C  NOOP\nC! SMTP-5321-2.4-16\nS 500 no\n" BYE},
    {"SMTP-5321-4.1.1-11 blanks behind a command", MS_VARIANT_SMTP,
     HELLO "C NOOP  \nC! SMTP-5321-4.1.1-11\nS 250 ok\n" BYE},
    {"SMTP-5321-3.3-10 a space behind the colon", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM: <a@relay.example>\nC! SMTP-5321-3.3-10\nS 250 ok\n" BYE},
    {"SMTP-6152-3-09 8-bit octets in mail data, 8BITMIME not offered", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER "c \\xe4\\r\\n\nC! SMTP-6152-3-09\nC .\nS 250 ok\n" BYE},
    {"SMTP-6152-3-09 … and offered", MS_VARIANT_SMTP,
     OFFER("8BITMIME") "C MAIL FROM:<a@relay.example> BODY=8BITMIME\nS 250 ok\n" RCPT DATA HEADER
                       "c \\xe4\\r\\n\nC .\nS 250 ok\n" BYE},
};

Test(smtp_dialogue, client_lines)
{
    smtp_talk_check_all(client_rows, COUNT(client_rows));
}

static const smtp_talk content_rows[] = {
    {"SMTP-5321-4.5.2-01 a dot that was not doubled, each time", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER
     "C .one\nC! SMTP-5321-4.5.2-01\nC two\nC .three\nC! SMTP-5321-4.5.2-01\nC .\nS 250 ok\n" BYE},
    {"SMTP-5321-4.5.2-01 doubled", MS_VARIANT_SMTP, HELLO MAIL RCPT DATA HEADER "C ..one\nC ..\nC .\nS 250 ok\n" BYE},
    {"SMTP-5321-4.5.2-01 the last line was a dot of the text", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER
     "C one\nC .\nC two and more\nC! SMTP-5321-4.5.2-01\nC .\nS 250 ok\nS 500 no\nS 500 no\n" BYE},
    {"SMTP-5321-4.1.1.4-05 LF dot LF does not end the data", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA HEADER "c one\\n.\\nQUIT\\r\\n\nC! SMTP-5321-2.3.8-05\nC .\nS 250 ok\n" BYE},
    {"SMTP-5322-2.1.1-01 998 octets", MS_VARIANT_SMTP, NULL}, /* made below */
    {"SMTP-5322-2.1.1-01 999 octets", MS_VARIANT_SMTP, NULL},
    {"SMTP-5321-3.3-18 mail data although DATA was refused", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\n"
                "C Date: now\nC! SMTP-5321-3.3-18\nC Mail from me: a word that begins like a verb\nC .\n"
                "S 500 no\nS 500 no\nS 500 no\n" BYE},
    {"SMTP-5321-3.3-18 … up to its lone dot: what follows is held to the rules of commands", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\n"
                "C Date: now\nC! SMTP-5321-3.3-18\nC x\nc a \\r b\\r\\n\nC .\nS 500 no\nS 500 no\nS 500 no\nS 500 no\n"
                "c XTRA \\r b\\r\\n\nC! SMTP-5321-2.3.8-04\nS 500 no\n" BYE},
    {"RFC 5321 section 4.1.5 commands of private use are none, however short", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\n"
                "C XA\nS 500 no\nC x-9 a: b\nS 500 no\n" BYE},
    {"SMTP-5321-3.3-18 … but X alone, and other octets in the word, are text", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\nC X\nC! SMTP-5321-3.3-18\nS 500 no\n" BYE},
    {"SMTP-5321-3.3-18 … a header field, too", MS_VARIANT_SMTP,
     HELLO MAIL
     "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\nC X-A: b\nC! SMTP-5321-3.3-18\nS 500 no\n" BYE},
    {"SMTP-5321-3.3-18 mail data that does not wait for 354", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C DATA\nC Date: now\nC! SMTP-5321-3.3-18\nC From: me\nC\nC .\nS 354 go\nS 250 ok\n" BYE},
    {"SMTP-2920-3.1-02 … where PIPELINING is offered", MS_VARIANT_SMTP,
     OFFER("PIPELINING") MAIL RCPT
     "C DATA\nC Date: now\nC! SMTP-2920-3.1-02\nC From: me\nC\nC .\nS 354 go\nS 250 ok\n" BYE},
    {"SMTP-5321-3.3-18 behind 250 to DATA", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C DATA\nS 250 go\nS! SMTP-5321-4.3.2-06\nC Date: now\nC! SMTP-5321-3.3-18\nC .\nS 250 ok\n" BYE},
    {"SMTP-5321-3.3-18 RSET and QUIT in their places are none", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\nC RSET\nS 250 ok\n" BYE},
    {"RFC 3030 section 2 chunks hold anything, dots and verbs too", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 11\nc \\r\\n.\\r\\nQUIT\\r\\n\nS 250 ok\nC BDAT 0 LAST\nS 250 ok\n" BYE},
};

static char *long_line(size_t octets, const char *finding)
{
    static const char head[] = HELLO MAIL RCPT DATA HEADER "C ";
    char *text = malloc(sizeof head + octets + 200);
    cr_assert_not_null(text);
    strcpy(text, head);
    memset(text + sizeof head - 1, 'x', octets);
    sprintf(text + sizeof head - 1 + octets, "\n%sC .\nS 250 ok\n" BYE, finding);
    return text;
}

Test(smtp_dialogue, content)
{
    for (size_t i = 0; i < COUNT(content_rows); i++) {
        smtp_talk talk = content_rows[i];
        char *made = NULL;
        if (talk.text == NULL) {
            const bool over = strstr(talk.name, "999") != NULL;
            made = long_line(over ? 999 : 998, over ? "C! SMTP-5322-2.1.1-01\n" : "");
            talk.text = made;
        }
        smtp_talk_check(&talk);
        free(made);
    }
}

static const smtp_talk reply_rows[] = {
    {"SMTP-5321-2.3.8-03 bare LF, once a connection", MS_VARIANT_SMTP,
     "s 220 mx.example\\n\nS! SMTP-5321-2.3.8-03\nC EHLO relay.example\ns 250 mx.example\\n\n" BYE},
    {"SMTP-5321-4.2.1-01 mixed codes", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 251 SIZE\nS! SMTP-5321-4.2.1-01\n" BYE},
    {"SMTP-5321-2.4-15 no code", MS_VARIANT_SMTP, HELLO "C NOOP\nS fine\nS! SMTP-5321-2.4-15\n" BYE},
    {"SMTP-5321-4.3.2-14 a code too short", MS_VARIANT_SMTP, HELLO "C NOOP\nS 25 fine\nS! SMTP-5321-4.3.2-14\n" BYE},
    {"SMTP-5321-4.2-06 no text", MS_VARIANT_SMTP, HELLO "C NOOP\nS 250 \nS! SMTP-5321-4.2-06\n" BYE},
    {"SMTP-5321-4.2.1-03 no space", MS_VARIANT_SMTP, HELLO "C NOOP\nS 250\nS! SMTP-5321-4.2.1-03\n" BYE},
    {"SMTP-5321-4.2-02 a control character", MS_VARIANT_SMTP,
     HELLO "C NOOP\ns 250 o\\x07k\\r\\n\nS! SMTP-5321-4.2-02\n" BYE},
    {"SMTP-5321-4.2-03 greeting without a domain", MS_VARIANT_SMTP, "S 220 (welcome)\nS! SMTP-5321-4.2-03\n"},
    {"SMTP-5321-3.1-04 554 without text", MS_VARIANT_SMTP, "S 554 \nS! SMTP-5321-3.1-04\n"},
    {"SMTP-5321-4.1.1.1-08 EHLO reply without a domain", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250 (hello)\nS! SMTP-5321-4.1.1.1-08\n" BYE},
    {"SMTP-6531-3.7.1-02 … with one that is not ASCII", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\ns 250 h\\xc3\\xa4fen.example\\r\\n\nS! SMTP-6531-3.7.1-02\n" BYE},
    {"SMTP-6531-3.7.4.1-01 8-bit text, once a connection", MS_VARIANT_SMTP,
     HELLO "C NOOP\ns 250 \\xc3\\xa4\\r\\n\nS! SMTP-6531-3.7.4.1-01\nC NOOP\ns 250 \\xc3\\xa4\\r\\n\n" BYE},
    {"SMTP-6531-3.7.4.1-01 not a refusal that repeats what was sent", MS_VARIANT_SMTP,
     HELLO "c MAIL FROM:<\\xc3\\xa4@relay.example>\\r\\n\nC! SMTP-5321-2.4-08\ns 550 <\\xc3\\xa4@relay.example>\\r\\n\n"
           "C NOOP\ns 250 \\xc3\\xa4\\r\\n\nS! SMTP-6531-3.7.4.1-01\n" BYE},
    {"SMTP-6531-3.7.4.1-01 nor where SMTPUTF8 was offered", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-8BITMIME\nS 250 SMTPUTF8\n"
              "C MAIL FROM:<a@relay.example>\nS 250 ok\nc RCPT TO:<\\xc3\\xa4@mx.example>\\r\\n\n"
              "s 550 <\\xc3\\xa4@mx.example>\\r\\n\n" BYE},
    {"SMTP-6531-3.7.4.1-01 not 251 behind MAIL with SMTPUTF8", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-8BITMIME\nS 250 SMTPUTF8\n"
              "C MAIL FROM:<a@relay.example> SMTPUTF8\nS 250 ok\nC RCPT TO:<b@mx.example>\n"
              "s 251 forward to <\\xc3\\xa4@mx.example>\\r\\n\n" BYE},
    {"SMTP-6531-3.7.4.1-01 but 250 there", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-8BITMIME\nS 250 SMTPUTF8\n"
              "C MAIL FROM:<a@relay.example> SMTPUTF8\nS 250 ok\nC RCPT TO:<b@mx.example>\n"
              "s 250 <\\xc3\\xa4@mx.example> ok\\r\\n\nS! SMTP-6531-3.7.4.1-01\n" BYE},
    {"SMTP-6531-3.7.4.2-01 nor VRFY with SMTPUTF8", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-8BITMIME\nS 250 SMTPUTF8\n"
              "C VRFY joe SMTPUTF8\ns 250 <\\xc3\\xa4@mx.example>\\r\\n\n" BYE},
    {"SMTP-1870-3-01 a parameter that is none", MS_VARIANT_SMTP, OFFER("SIZE big") "S! SMTP-1870-3-01\n" BYE},
    {"SMTP-2920-2-01 a parameter where none is", MS_VARIANT_SMTP, OFFER("PIPELINING 5") "S! SMTP-2920-2-01\n" BYE},
    {"SMTP-5321-3.2-01 keywords in a reply to HELO, once a reply", MS_VARIANT_SMTP,
     GREETING "C HELO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS! SMTP-5321-3.2-01\nS 250 8BITMIME\n"
              "C HELO relay.example\nS 250-mx.example\nS 250 8BITMIME\nS! SMTP-5321-3.2-01\n" BYE},
    {"SMTP-2034-4-01 no enhanced status code, once a reply", MS_VARIANT_SMTP,
     OFFER("ENHANCEDSTATUSCODES") "C HELP\nS 214-a\nS! SMTP-2034-4-01\nS 214 b\nC NOOP\nS 250 ok\nS! SMTP-2034-4-01\n"
                                  "C QUIT\nS 221 2.0.0 bye\n"},
    {"SMTP-2034-4-04 one of another class", MS_VARIANT_SMTP,
     OFFER("ENHANCEDSTATUSCODES") "C NOOP\nS 250 5.0.0 ok\nS! SMTP-2034-4-04\nC QUIT\nS 221 2.0.0 bye\n"},
};

Test(smtp_dialogue, replies)
{
    smtp_talk_check_all(reply_rows, COUNT(reply_rows));
}

/* --- events ------------------------------------------------------------------------ */

typedef struct fed {
    ms_smtp_dialogue dialogue;
    ms_smtp_run *runs;
    ms_findings findings;
    ms_finding items[16];
} fed;

static fed *begin(void)
{
    fed *f = calloc(1, sizeof *f);
    cr_assert_not_null(f);
    f->runs = calloc(MS_SMTP_RUNS_DEFAULT, sizeof *f->runs);
    f->findings = (ms_findings){.items = f->items, .capacity = COUNT(f->items)};
    ms_smtp_dialogue_init(&f->dialogue, MS_VARIANT_SMTP, f->runs, MS_SMTP_RUNS_DEFAULT);
    return f;
}

static void end(fed *f)
{
    free(f->runs);
    free(f);
}

static ms_smtp_event next(fed *f, ms_side side, const char *text)
{
    const ms_span input = heap_text(text);
    ms_smtp_event event;
    memset(&event, 0xA5, sizeof event); /* whatever was there before must not come out */
    ms_smtp_dialogue_read(&f->dialogue, side, input, &f->findings, &event);
    heap_free(input); /* what the test asks of the event does not lie in the input */
    return event;
}

static void say(fed *f, ms_side side, const char *text)
{
    const ms_smtp_event event = next(f, side, text);
    cr_expect_eq(event.consumed, strlen(text), "%s", text);
}

Test(smtp_dialogue, kinds_of_events)
{
    fed *f = begin();
    cr_expect_eq(next(f, MS_SERVER, "").kind, MS_SMTP_EVENT_NEED_MORE);
    cr_expect_eq(next(f, MS_SERVER, "220 mx.exam").kind, MS_SMTP_EVENT_NEED_MORE);
    ms_smtp_event event = next(f, MS_SERVER, "220-mx.example\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_REPLY_LINE);
    cr_expect_eq(event.answered, MS_SMTP_GREETING);
    cr_expect_not(event.unsolicited);
    event = next(f, MS_SERVER, "220 mx.example\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_REPLY);
    cr_expect_eq(event.at, 16);
    cr_expect_eq(event.reply.whole.lines, 2);
    event = next(f, MS_CLIENT, "EHLO relay.example\r\nQUIT\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_COMMAND);
    cr_expect_eq(event.command.command.verb, MS_SMTP_EHLO);
    cr_expect_eq(event.consumed, 20);
    say(f, MS_SERVER, "250-mx.example\r\n");
    event = next(f, MS_SERVER, "250 CHUNKING\r\n");
    cr_expect(event.ehlo_line);
    cr_expect_eq(event.reply.ehlo.id, MS_EHLO_CHUNKING);
    cr_expect_eq(f->findings.count, 0);
    end(f);
}

Test(smtp_dialogue, octets_behind_data_wait_for_its_reply)
{
    fed *f = begin();
    say(f, MS_SERVER, "220 mx.example\r\n");
    say(f, MS_CLIENT, "EHLO relay.example\r\n");
    say(f, MS_SERVER, "250 mx.example\r\n");
    say(f, MS_CLIENT, "MAIL FROM:<a@relay.example>\r\n");
    say(f, MS_SERVER, "250 ok\r\n");
    say(f, MS_CLIENT, "RCPT TO:<b@mx.example>\r\n");
    say(f, MS_SERVER, "250 ok\r\n");
    say(f, MS_CLIENT, "DATA\r\n");
    ms_smtp_event event = next(f, MS_CLIENT, "From: a\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_UNDECIDED);
    cr_expect_eq(event.consumed, 0);
    say(f, MS_SERVER, "354 go\r\n");
    event = next(f, MS_CLIENT, "From: a\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_CONTENT);
    cr_expect_eq(event.consumed, 9);
    cr_expect_eq(event.slice.len, 9);
    event = next(f, MS_CLIENT, ".");
    cr_expect_eq(event.consumed, 1);
    cr_expect_eq(event.slice.len, 0, "the dot is withheld");
    event = next(f, MS_CLIENT, "\r\nQUIT");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_END_OF_DATA);
    cr_expect_eq(event.consumed, 2);
    cr_expect_eq(f->dialogue.session.content_octets, 9);
    end(f);
}

Test(smtp_dialogue, chunks_are_counted)
{
    fed *f = begin();
    say(f, MS_SERVER, "220 mx.example\r\n");
    say(f, MS_CLIENT, "BDAT 5\r\n");
    ms_smtp_event event = next(f, MS_CLIENT, "ab");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_CHUNK);
    cr_expect_eq(event.consumed, 2);
    cr_expect_eq(next(f, MS_CLIENT, "").kind, MS_SMTP_EVENT_NEED_MORE);
    event = next(f, MS_CLIENT, "cdeNOOP\r\n");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_CHUNK_END);
    cr_expect_eq(event.consumed, 3);
    cr_expect_eq(next(f, MS_CLIENT, "NOOP\r\n").kind, MS_SMTP_EVENT_COMMAND);
    say(f, MS_CLIENT, "BDAT 0\r\n");
    event = next(f, MS_CLIENT, "");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_CHUNK_END);
    cr_expect_eq(event.consumed, 0);
    end(f);
}

Test(smtp_dialogue, the_rest_of_an_over_long_line_is_dropped)
{
    fed *f = begin();
    say(f, MS_SERVER, "220 mx.example\r\n");
    char *line = malloc(1003);
    memset(line, 'x', 1000);
    memcpy(line + 1000, "\r\n", 3);
    ms_smtp_event event = next(f, MS_CLIENT, line);
    cr_expect_eq(event.kind, MS_SMTP_EVENT_COMMAND);
    cr_expect_lt(event.consumed, 1002);
    size_t used = event.consumed;
    event = next(f, MS_CLIENT, line + used);
    cr_expect_eq(event.kind, MS_SMTP_EVENT_DROPPED);
    used += event.consumed;
    while (used < 1002) {
        event = next(f, MS_CLIENT, line + used);
        cr_expect_eq(event.kind, MS_SMTP_EVENT_DROPPED);
        used += event.consumed;
    }
    cr_expect_eq(used, 1002);
    cr_expect_eq(f->dialogue.session.outstanding, 1, "one line, one command");
    cr_expect_eq(next(f, MS_CLIENT, "NOOP\r\n").kind, MS_SMTP_EVENT_COMMAND);
    free(line);
    end(f);
}

Test(smtp_dialogue, tls_drops_what_was_not_read)
{
    fed *f = begin();
    say(f, MS_SERVER, "220 mx.example\r\n");
    say(f, MS_CLIENT, "STARTTLS\r\n");
    cr_expect_eq(next(f, MS_CLIENT, "NOO").kind, MS_SMTP_EVENT_UNDECIDED);
    say(f, MS_SERVER, "220 go\r\n");
    const ms_smtp_event event = next(f, MS_CLIENT, "NOO");
    cr_expect_eq(event.kind, MS_SMTP_EVENT_DROPPED);
    cr_expect_eq(event.consumed, 3);
    ms_smtp_dialogue_tls(&f->dialogue, 2, 0, &f->findings);
    cr_expect(ms_smtp_session_tls_active(&f->dialogue.session));
    const ms_smtp_event hello = next(f, MS_CLIENT, "EHLO relay.example\r\n");
    cr_expect_eq(hello.kind, MS_SMTP_EVENT_COMMAND);
    cr_expect_eq(hello.at, 10 + 3 + 2);
    end(f);
}

/* Found by fuzzing: a line of spilled mail data that reads like MAIL had the verb UNKNOWN and the members of MAIL. */
Test(smtp_dialogue, spilled_line_has_an_argument)
{
    static const smtp_talk talk = {"SMTP-5321-3.3-18 the data of a refused DATA", MS_VARIANT_SMTP,
                                   HELLO MAIL "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\n"
                                              "C Date: now\nC! SMTP-5321-3.3-18\nS 500 no\n"};
    ms_smtp_run runs[8];
    ms_finding items[8];
    ms_findings findings = {.items = items, .capacity = COUNT(items)};
    size_t count = 0;
    ms_smtp_dialogue dialogue = smtp_talk_run(&talk, runs, COUNT(runs), &count);
    const ms_span line = heap_text("MAIL FROM: <a@relay.example>\r\n");
    const ms_smtp_event event = ms_smtp_dialogue_next(&dialogue, MS_CLIENT, line, &findings);
    cr_assert_eq(event.kind, MS_SMTP_EVENT_COMMAND);
    cr_expect(event.spilled);
    cr_expect_eq(event.command.command.verb, MS_SMTP_UNKNOWN);
    cr_expect(span_is(event.command.command.keyword, "MAIL"));
    cr_expect(span_is(event.command.command.argument, "FROM: <a@relay.example>"));
    heap_free(line);
}

/* Found by fuzzing: a spilled line that reads like HELO may be answered like one, without an enhanced status code. */
Test(smtp_dialogue, spilled_line_needs_no_enhanced_status)
{
    static const smtp_talk talk = {"SMTP-2034-4-01 to a line of mail data", MS_VARIANT_SMTP,
                                   OFFER("ENHANCEDSTATUSCODES") "C MAIL FROM:<a@relay.example>\nS 250 2.1.0 ok\n"
                                                                "C RCPT TO:<b@mx.example>\nS 550 5.1.1 no\n"
                                                                "C DATA\nS 503 5.5.1 nobody\n"
                                                                "C Date: now\nC! SMTP-5321-3.3-18\nS 500 5.5.2 no\n"
                                                                "C HELO a..b\nS 501 no\nC QUIT\nS 221 2.0.0 bye\n"};
    smtp_talk_check(&talk);
}

/* Found by fuzzing: once a line was taken for spilled mail data, a malformed AUTH response was one, too. */
Test(smtp_dialogue, auth_response_is_no_spilled_line)
{
    static const smtp_talk talk = {"SMTP-4954-4-28 behind the data of a refused DATA", MS_VARIANT_SMTP,
                                   OFFER("AUTH CRAM-MD5") MAIL
                                   "C RCPT TO:<b@mx.example>\nS 550 no\nC DATA\nS 554 nobody\n"
                                   "C Date: now\nC! SMTP-5321-3.3-18\nS 500 no\nC RSET\nS 250 ok\n"
                                   "C AUTH CRAM-MD5\nS 334 PDFAYj4=\n"
                                   "C AG5=bHM\nC! SMTP-4954-8-02\nS 501 no\n" BYE};
    smtp_talk_check(&talk);
}

/* Found by fuzzing: a malformed BDAT that the server takes opens a chunk that no octets began; those of the next BDAT
 * were given to the mail data that had ended before, and never taken. */
Test(smtp_dialogue, chunk_behind_mail_data_that_ended)
{
    static const smtp_talk talk = {"SMTP-3030-2-01 octets of a chunk", MS_VARIANT_SMTP,
                                   OFFER("CHUNKING") MAIL RCPT DATA MESSAGE
                                   "S 250 ok\n" MAIL RCPT
                                   "C BDAT x\nC! SMTP-3030-2-02\nS 250 ok\nC BDAT 3 LAST\nc abc\nS 250 ok\n" BYE};
    smtp_talk_check(&talk);
}

/* Found by fuzzing: octets that were searched for a line end, and dropped behind a close, counted as searched in those
 * that came behind them, where a reply showed that the session went on. */
Test(smtp_dialogue, dropped_octets_were_not_searched)
{
    static const smtp_talk talk = {"a close that is none", MS_VARIANT_SMTP, HELLO "C EHLO relay.example\n"};
    ms_smtp_run runs[8];
    ms_finding items[8];
    ms_findings findings = {.items = items, .capacity = COUNT(items)};
    size_t count = 0;
    ms_smtp_dialogue dialogue = smtp_talk_run(&talk, runs, COUNT(runs), &count);
    static const struct step {
        ms_side side;
        const char *octets; /* NULL: closes */
        ms_smtp_event_kind kind;
        size_t consumed;
    } steps[] = {
        {MS_CLIENT, "xxxxxxxx", MS_SMTP_EVENT_NEED_MORE, 0},
        {MS_SERVER, NULL, MS_SMTP_EVENT_NEED_MORE, 0},
        {MS_CLIENT, "xxxxxxxx", MS_SMTP_EVENT_DROPPED, 8},
        {MS_SERVER, "250 mx.example\r\n", MS_SMTP_EVENT_REPLY, 16},
        {MS_CLIENT, "NOOP\r\nQUIT\r\n", MS_SMTP_EVENT_COMMAND, 6},
    };
    for (size_t i = 0; i < COUNT(steps); i++) {
        if (steps[i].octets == NULL) {
            ms_smtp_dialogue_close(&dialogue, steps[i].side, 8, 0, &findings);
            continue;
        }
        const ms_span octets = heap_text(steps[i].octets);
        const ms_smtp_event event = ms_smtp_dialogue_next(&dialogue, steps[i].side, octets, &findings);
        cr_expect_eq(event.kind, steps[i].kind, "step %zu: %d", i, (int)event.kind);
        cr_expect_eq(event.consumed, steps[i].consumed, "step %zu: %zu octets", i, event.consumed);
        heap_free(octets);
    }
}
