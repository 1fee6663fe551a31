/*
 * bench_session.c - how fast whole dialogues are judged: framing, parsing, session machine, findings
 *
 * Hundreds of dialogues, of several shapes and with random names, so that no branch is learnt by heart.  The figure is
 * per pair of command and reply, beside the split of the same lines at LF; the scan of the messages is measured alone
 * and taken off.  No dialogue may give a finding, or the run is worth nothing.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/pop3_dialogue.h"
#include "mailspec/smtp_dialogue.h"
#include "measure.h"
#include "smtp_lines.h"

enum { DIALOGUES = 400, TURNS = 80, DATA_LINES = 40, ROOM = 4096 };

/* What one side says before the other one does. */
typedef struct turn {
    ms_side side;
    bool message;
    size_t at, len; /* in lines; of a message, in message */
} turn;

typedef struct dialogue {
    turn turns[TURNS];
    size_t count;
} dialogue;

static bench_stream lines; /* all that is said, messages aside */
static bench_stream message;
static dialogue dialogues[DIALOGUES];
static size_t pairs, messages;

/* --- the dialogues ------------------------------------------------------------ */

static void add_turn(dialogue *d, ms_side side, bool is_message, size_t at, size_t len)
{
    if (d->count > 0 && d->turns[d->count - 1].side == side && !is_message && !d->turns[d->count - 1].message) {
        d->turns[d->count - 1].len += len;
        return;
    }
    d->turns[d->count++] = (turn){side, is_message, at, len};
}

__attribute__((format(printf, 3, 4))) static void say(dialogue *d, ms_side side, const char *format, ...)
{
    char text[ROOM];
    va_list rest;
    va_start(rest, format);
    const int len = vsnprintf(text, sizeof text, format, rest);
    va_end(rest);
    if (len < 0 || (size_t)len >= sizeof text || d->count == TURNS) {
        fputs("a dialogue is too long\n", stderr);
        exit(1);
    }
    add_turn(d, side, false, lines.len, (size_t)len);
    bench_stream_add(&lines, text, (size_t)len);
}

static void say_message(dialogue *d, ms_side side)
{
    add_turn(d, side, true, 0, message.len);
    messages++;
}

static void smtp_one_by_one(dialogue *d)
{
    char from[160], to[160];
    say(d, MS_CLIENT, "MAIL FROM:<%s> SIZE=%u\r\n", bench_mailbox(from), 2600 + bench_random_below(400));
    say(d, MS_SERVER, "250 2.1.0 Ok\r\n");
    const uint32_t recipients = 1 + bench_random_below(3);
    for (uint32_t i = 0; i < recipients; i++) {
        say(d, MS_CLIENT, "RCPT TO:<%s>%s\r\n", bench_mailbox(to), bench_random_below(3) == 0 ? " NOTIFY=FAILURE" : "");
        if (i > 0 && bench_random_below(4) == 0)
            say(d, MS_SERVER, "550 5.1.1 <%s>: Recipient address rejected\r\n", to);
        else
            say(d, MS_SERVER, "250 2.1.5 Ok\r\n");
    }
    say(d, MS_CLIENT, "DATA\r\n");
    say(d, MS_SERVER, "354 End data with <CR><LF>.<CR><LF>\r\n");
    say_message(d, MS_CLIENT);
    say(d, MS_SERVER, "250 2.0.0 Ok: queued as %08X\r\n", bench_random_below(1u << 30));
    pairs += 3 + recipients;
}

static void smtp_pipelined(dialogue *d)
{
    char from[160], to[160];
    const uint32_t recipients = 1 + bench_random_below(8);
    say(d, MS_CLIENT, "MAIL FROM:<%s>\r\n", bench_mailbox(from));
    for (uint32_t i = 0; i < recipients; i++)
        say(d, MS_CLIENT, "RCPT TO:<%s>\r\n", bench_mailbox(to));
    say(d, MS_CLIENT, "DATA\r\n");
    for (uint32_t i = 0; i <= recipients; i++)
        say(d, MS_SERVER, "250 2.1.0 Ok\r\n");
    say(d, MS_SERVER, "354 go ahead\r\n");
    say_message(d, MS_CLIENT);
    say(d, MS_SERVER, "250 2.6.0 %u bytes accepted\r\n", bench_random_below(9999));
    pairs += 3 + recipients;
}

static void smtp_dialogue(dialogue *d)
{
    char host[160];
    say(d, MS_SERVER, "220 mx.harbour.example ESMTP ready\r\n");
    say(d, MS_CLIENT, "EHLO %s\r\n", strchr(bench_mailbox(host), '@') + 1);
    say(d, MS_SERVER,
        "250-mx.harbour.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n"
        "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 DSN\r\n");
    const uint32_t mails = 1 + bench_random_below(3);
    for (uint32_t i = 0; i < mails; i++)
        (bench_random_below(2) == 0 ? smtp_one_by_one : smtp_pipelined)(d);
    if (bench_random_below(2) == 0) {
        say(d, MS_CLIENT, "RSET\r\n");
        say(d, MS_SERVER, "250 2.0.0 Ok\r\n");
        pairs++;
    }
    say(d, MS_CLIENT, "QUIT\r\n");
    say(d, MS_SERVER, "221 2.0.0 mx.harbour.example closing\r\n");
    pairs += 2;
}

static void pop3_fetch(dialogue *d, unsigned number)
{
    say(d, MS_CLIENT, "RETR %u\r\n", number);
    say(d, MS_SERVER, "+OK %u octets\r\n", (unsigned)message.len - 3);
    say_message(d, MS_SERVER);
    pairs++;
    if (bench_random_below(3) == 0)
        return;
    say(d, MS_CLIENT, "DELE %u\r\n", number);
    say(d, MS_SERVER, "+OK message %u deleted\r\n", number);
    pairs++;
}

/* A listing's lines are counted as pairs too: each is framed, parsed and judged like a reply. */
static void pop3_dialogue(dialogue *d)
{
    const unsigned count = 1 + bench_random_below(6), octets = (unsigned)message.len - 3;
    say(d, MS_SERVER, "+OK POP3 server ready\r\n");
    say(d, MS_CLIENT, "USER name%u\r\n", bench_random_below(1000));
    say(d, MS_SERVER, "+OK name is a valid mailbox\r\n");
    say(d, MS_CLIENT, "PASS secret%u\r\n", bench_random_below(1000));
    say(d, MS_SERVER, "+OK maildrop locked and ready\r\n");
    say(d, MS_CLIENT, "STAT\r\n");
    say(d, MS_SERVER, "+OK %u %u\r\n", count, count * octets);
    say(d, MS_CLIENT, "LIST\r\n");
    say(d, MS_SERVER, "+OK %u messages\r\n", count);
    for (unsigned i = 1; i <= count; i++)
        say(d, MS_SERVER, "%u %u\r\n", i, octets);
    say(d, MS_SERVER, ".\r\n");
    for (unsigned i = 1; i <= count; i++)
        if (bench_random_below(4) != 0)
            pop3_fetch(d, i);
    say(d, MS_CLIENT, "QUIT\r\n");
    say(d, MS_SERVER, "+OK bye\r\n");
    pairs += 5 + count;
}

/* --- what is measured ----------------------------------------------------------- */

static ms_span octets_of(const turn *t)
{
    return ms_span_make((t->message ? message.octets : lines.octets) + t->at, t->len);
}

static ms_span rest_of(ms_span input, size_t consumed)
{
    return ms_span_make(input.ptr + consumed, input.len - consumed);
}

static ms_finding items[16];

static size_t judge_smtp(void)
{
    static ms_smtp_run runs[MS_SMTP_RUNS_DEFAULT];
    ms_findings findings = {.items = items, .capacity = 16};
    ms_smtp_dialogue machine;
    for (size_t n = 0; n < DIALOGUES; n++) {
        ms_smtp_dialogue_init(&machine, MS_VARIANT_SMTP, runs, MS_SMTP_RUNS_DEFAULT);
        for (size_t i = 0; i < dialogues[n].count; i++) {
            const turn *t = &dialogues[n].turns[i];
            for (ms_span input = octets_of(t);;) {
                ms_smtp_event event;
                ms_smtp_dialogue_read(&machine, t->side, input, &findings, &event);
                input = rest_of(input, event.consumed);
                if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
                    break;
            }
        }
    }
    return findings.count + findings.lost;
}

static size_t judge_pop3(void)
{
    static ms_pop3_run runs[MS_POP3_RUNS_DEFAULT];
    static uint8_t marks[16];
    ms_findings findings = {.items = items, .capacity = 16};
    ms_pop3_dialogue machine;
    for (size_t n = 0; n < DIALOGUES; n++) {
        ms_pop3_dialogue_init(&machine, runs, MS_POP3_RUNS_DEFAULT, marks, sizeof marks);
        for (size_t i = 0; i < dialogues[n].count; i++) {
            const turn *t = &dialogues[n].turns[i];
            for (ms_span input = octets_of(t);;) {
                ms_pop3_event event;
                ms_pop3_dialogue_read(&machine, t->side, input, &findings, &event);
                input = rest_of(input, event.consumed);
                if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
                    break;
            }
        }
    }
    return findings.count + findings.lost;
}

static size_t split(void)
{
    return bench_split(&lines);
}

static size_t scan(void)
{
    size_t octets = 0;
    for (size_t i = 0; i < messages; i++) {
        ms_content content;
        ms_content_init(&content);
        for (ms_span input = ms_span_make(message.octets, message.len);;) {
            const ms_content_slice slice = ms_content_next(&content, input);
            octets += slice.slice.len;
            input = rest_of(input, slice.consumed);
            if (slice.status == MS_CONTENT_END || slice.consumed == 0)
                break;
        }
    }
    return octets;
}

static bool measure(const char *name, void (*make)(dialogue *), bench_work *judge, double goal, double least)
{
    lines.len = pairs = messages = 0;
    memset(dialogues, 0, sizeof dialogues);
    for (size_t i = 0; i < DIALOGUES; i++)
        make(&dialogues[i]);
    printf("%d dialogues, %zu pairs of command and reply, %zu messages\n", DIALOGUES, pairs, messages);
    const size_t found = judge();
    if (found != 0) {
        printf("%s: %zu findings, the first is %u at %llu\n", name, found, (unsigned)items[0].requirement,
               (unsigned long long)items[0].at);
        return false;
    }
    const bench_row row = {name, "pair", (double)pairs, "split", (double)bench_split(&lines), BENCH_TIMES, goal, least};
    bench_measure(&row, judge, scan, split);
    return true;
}

int main(void)
{
    bench_stream_open(&lines, (size_t)DIALOGUES * TURNS * BENCH_LINE_ROOM);
    bench_stream_open(&message, (size_t)DATA_LINES * 80);
    char line[80];
    const char *const header = "Date: Tue, 03 Mar 2026 13:00:00 +0100\r\nFrom: ines@kestrel.example\r\n\r\n";
    bench_stream_add(&message, header, strlen(header));
    for (int i = 0; i < DATA_LINES - 5; i++)
        bench_stream_add(&message, line,
                         (size_t)snprintf(line, sizeof line,
                                          "%02d the quick brown fox jumps over the lazy dog and goes home\r\n", i));
    bench_stream_add(&message, ".\r\n", 3);
    /* 150 ns and 220 ns on the machine whose split took 4.6 ns a line */
    bool good = measure("SMTP session", smtp_dialogue, judge_smtp, 33, 48);
    good = measure("POP3 session", pop3_dialogue, judge_pop3, 33, 48) && good;
    free(lines.octets);
    free(message.octets);
    return good ? 0 : 1;
}
