/*
 * bench_smtp_session.c - how fast whole SMTP dialogues are judged: framing, parsing, session machine, findings
 *
 * Candidate and yard-stick alternate in one process, in ROUNDS rounds; what is printed is the median of CPU time per
 * pair of command and reply, and its ratio to the yard-stick: the split of the same octets at LF by memchr.  The mail
 * data's own scan is measured alone and subtracted, so that the figure is that of commands and replies.  No dialogue
 * may give a finding, or the run is worth nothing.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailspec/smtp_dialogue.h"

enum { ROUNDS = 15, REPEATS = 2000, DATA_LINES = 40 };

typedef struct turn {
    ms_side side;
    const char *octets;
} turn;

/* clang-format off */
static const turn plain[] = {
    { MS_SERVER, "220 mx.harbour.example ESMTP ready\r\n" },
    { MS_CLIENT, "EHLO relay.kestrel.example\r\n" },
    { MS_SERVER, "250-mx.harbour.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250 DSN\r\n" },
    { MS_CLIENT, "MAIL FROM:<ines@kestrel.example> SIZE=3200\r\n" },
    { MS_SERVER, "250 2.1.0 Ok\r\n" },
    { MS_CLIENT, "RCPT TO:<otto@harbour.example>\r\n" },
    { MS_SERVER, "250 2.1.5 Ok\r\n" },
    { MS_CLIENT, "RCPT TO:<lorr@harbour.example> NOTIFY=FAILURE\r\n" },
    { MS_SERVER, "250 2.1.5 Ok\r\n" },
    { MS_CLIENT, "DATA\r\n" },
    { MS_SERVER, "354 End data with <CR><LF>.<CR><LF>\r\n" },
    { MS_CLIENT, NULL }, /* the message */
    { MS_SERVER, "250 2.0.0 Ok: queued as 4XyZ12abcd\r\n" },
    { MS_CLIENT, "QUIT\r\n" },
    { MS_SERVER, "221 2.0.0 mx.harbour.example closing\r\n" },
};
static const turn pipelined[] = {
    { MS_SERVER, "220 mx.harbour.example ESMTP ready\r\n" },
    { MS_CLIENT, "EHLO relay.kestrel.example\r\n" },
    { MS_SERVER, "250-mx.harbour.example\r\n250 PIPELINING\r\n" },
    { MS_CLIENT, "MAIL FROM:<ines@kestrel.example>\r\nRCPT TO:<a@harbour.example>\r\nRCPT TO:<b@harbour.example>\r\n"
                 "RCPT TO:<c@harbour.example>\r\nRCPT TO:<d@harbour.example>\r\nRCPT TO:<e@harbour.example>\r\n"
                 "RCPT TO:<f@harbour.example>\r\nRCPT TO:<g@harbour.example>\r\nDATA\r\n" },
    { MS_SERVER, "250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n354 go ahead\r\n" },
    { MS_CLIENT, NULL },
    { MS_SERVER, "250 Ok\r\n" },
    { MS_CLIENT, "RSET\r\n" },
    { MS_SERVER, "250 Ok\r\n" },
    { MS_CLIENT, "QUIT\r\n" },
    { MS_SERVER, "221 mx.harbour.example closing\r\n" },
};
/* clang-format on */

static char message[DATA_LINES * 80];
static ms_smtp_run runs[MS_SMTP_RUNS_DEFAULT];
static volatile size_t sink;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static ms_span octets_of(const turn *t)
{
    const char *text = t->octets == NULL ? message : t->octets;
    return ms_span_make(text, strlen(text));
}

/* One dialogue; returns findings, which must be none. */
static size_t judge(const turn *turns, size_t count)
{
    ms_finding items[16];
    ms_findings findings = {.items = items, .capacity = 16, .count = 0, .lost = 0};
    ms_smtp_dialogue dialogue;
    ms_smtp_dialogue_init(&dialogue, MS_VARIANT_SMTP, runs, MS_SMTP_RUNS_DEFAULT);
    for (size_t i = 0; i < count; i++) {
        ms_span input = octets_of(&turns[i]);
        for (;;) {
            const ms_smtp_event event = ms_smtp_dialogue_next(&dialogue, turns[i].side, input, &findings);
            input = ms_span_make(input.ptr + event.consumed, input.len - event.consumed);
            if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
                break;
        }
    }
    return findings.count + findings.lost;
}

static size_t split(const turn *turns, size_t count)
{
    size_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        if (turns[i].octets == NULL)
            continue;
        const ms_span input = octets_of(&turns[i]);
        const uint8_t *end = input.ptr + input.len;
        for (const uint8_t *at = input.ptr; at < end; lines++)
            at = (const uint8_t *)memchr(at, '\n', (size_t)(end - at)) + 1;
    }
    return lines;
}

static size_t scan(void)
{
    ms_content content;
    size_t octets = 0;
    ms_span input = ms_span_make(message, strlen(message));
    ms_content_init(&content);
    for (;;) {
        const ms_content_slice slice = ms_content_next(&content, input);
        octets += slice.slice.len;
        input = ms_span_make(input.ptr + slice.consumed, input.len - slice.consumed);
        if (slice.status == MS_CONTENT_END || slice.consumed == 0)
            return octets;
    }
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

/* Commands and ends of data, each with its reply. */
static size_t pairs_of(const turn *turns, size_t count)
{
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++) {
        if (turns[i].side != MS_CLIENT)
            continue;
        if (turns[i].octets == NULL)
            pairs++;
        for (const char *p = turns[i].octets; p != NULL && *p != '\0'; p++)
            pairs += *p == '\n';
    }
    return pairs;
}

static bool measure(const char *name, const turn *turns, size_t count)
{
    double judged[ROUNDS];
    double splits[ROUNDS];
    double scans[ROUNDS];
    for (size_t round = 0; round < ROUNDS; round++) {
        double begin = seconds();
        for (size_t i = 0; i < REPEATS; i++)
            sink += judge(turns, count);
        judged[round] = seconds() - begin;
        begin = seconds();
        for (size_t i = 0; i < REPEATS; i++)
            sink += split(turns, count);
        splits[round] = seconds() - begin;
        begin = seconds();
        for (size_t i = 0; i < REPEATS; i++)
            sink += scan();
        scans[round] = seconds() - begin;
    }
    const double pairs = (double)pairs_of(turns, count) * REPEATS;
    const double own = (median(judged) - median(scans)) / pairs;
    const double yard = median(splits) / ((double)split(turns, count) * REPEATS);
    const size_t found = judge(turns, count);
    printf("%-28s %7.1f ns a pair  %6.1f of the split of a line (%.1f ns)  mail data %5.0f ns a message%s\n", name,
           own * 1e9, own / yard, yard * 1e9, median(scans) / REPEATS * 1e9, found == 0 ? "" : "  FINDINGS");
    return found == 0;
}

int main(void)
{
    size_t length = 0;
    length += (size_t)snprintf(message, sizeof message,
                               "Date: Tue, 03 Mar 2026 13:00:00 +0100\r\nFrom: ines@kestrel.example\r\n\r\n");
    for (int i = 0; i < DATA_LINES - 5; i++)
        length += (size_t)snprintf(message + length, sizeof message - length,
                                   "%02d the quick brown fox jumps over the lazy dog and goes home again\r\n", i);
    snprintf(message + length, sizeof message - length, ".\r\n");
    bool good = measure("one by one", plain, sizeof plain / sizeof plain[0]);
    good = measure("eight recipients, pipelined", pipelined, sizeof pipelined / sizeof pipelined[0]) && good;
    return good ? 0 : 1;
}
