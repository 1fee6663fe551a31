/*
 * bench_smtp_reply.c - how fast SMTP reply lines are read, beside a search for LF
 *
 * Candidate and yard-stick alternate in one process, in ROUNDS rounds; what is printed is the median of CPU time a
 * line, and its ratio to the yard-stick: the split of the same octets at LF by memchr.  A yard-stick whose middle half
 * spreads by more than a tenth is marked "?": the machine was busy, and the row says nothing.  Every line must be
 * accepted without error or deviation, or the run is worth nothing.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailspec/limits.h"
#include "mailspec/line.h"
#include "mailspec/smtp_reply.h"

enum { ROUNDS = 15, REPEATS = 20, LINES = 10000, LONGEST = 80 };

/* As servers send them: mean 29 octets with CRLF. */
static const char *const plain_lines[] = {
    "250 2.1.0 Ok\r\n",
    "250 2.1.5 Ok\r\n",
    "250 2.1.5 bob@example.org OK\r\n",
    "250 2.0.0 Ok: queued as 4XyZ12abcd\r\n",
    "354 End data with <CR><LF>.<CR><LF>\r\n",
    "221 2.0.0 Bye\r\n",
    "450 4.2.0 Greylisted\r\n",
    "550 5.1.1 <nobody@example.org>: Recipient address rejected\r\n",
};

static const char *const ehlo_lines[] = {
    "250-PIPELINING\r\n", "250-SIZE 10240000\r\n",       "250-STARTTLS\r\n", "250-AUTH PLAIN LOGIN\r\n",
    "250-8BITMIME\r\n",   "250-ENHANCEDSTATUSCODES\r\n", "250-DSN\r\n",      "250-SMTPUTF8\r\n",
};

static uint8_t stream[LINES * LONGEST];
static size_t stream_len;
static volatile size_t sink;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* In a random order, so that no branch is learnt by heart. */
static void fill(const char *const *lines, size_t count)
{
    uint32_t state = 1;
    stream_len = 0;
    for (size_t i = 0; i < LINES; i++) {
        state = state * 1664525u + 1013904223u;
        const char *line = lines[(state >> 16) % count];
        const size_t len = strlen(line);
        memcpy(stream + stream_len, line, len);
        stream_len += len;
    }
}

/* --- what is measured: each reads the stream once and returns how many lines were good --- */

static size_t split(void)
{
    size_t count = 0;
    const uint8_t *end = stream + stream_len;
    for (const uint8_t *at = stream; at < end; count++)
        at = (const uint8_t *)memchr(at, '\n', (size_t)(end - at)) + 1;
    return count;
}

static size_t frame(void)
{
    size_t count = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    for (size_t at = 0; at < stream_len; count++)
        at += ms_line_next(&framer, ms_span_make(stream + at, stream_len - at)).consumed;
    return count;
}

static size_t read_replies(bool enhanced)
{
    size_t good = 0;
    const ms_reply_context context = {.enhanced = enhanced};
    ms_line_framer framer;
    ms_reply reply;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&reply);
    for (size_t at = 0; at < stream_len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream + at, stream_len - at));
        const ms_reply_line got = ms_reply_next(&reply, &line, &context);
        good += got.error == MS_REPLY_OK && got.deviations == 0;
        at += line.consumed;
    }
    return good;
}

static size_t enhanced(void)
{
    return read_replies(true);
}

static size_t plain(void)
{
    return read_replies(false);
}

static size_t ehlo(void)
{
    size_t good = 0;
    const ms_reply_context context = {.after = MS_AFTER_EHLO};
    ms_line_framer framer;
    ms_reply reply;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&reply);
    for (size_t at = 0; at < stream_len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream + at, stream_len - at));
        const ms_reply_line got = ms_reply_next(&reply, &line, &context);
        const ms_ehlo_line keyword = ms_ehlo_line_parse(got.text);
        good += got.error == MS_REPLY_OK && keyword.error == MS_REPLY_OK && keyword.deviations == 0;
        at += line.consumed;
    }
    return good;
}

/* --- how --- */

typedef size_t candidate(void);

static double nanoseconds(candidate *run)
{
    const double start = seconds();
    for (int i = 0; i < REPEATS; i++)
        sink += run();
    return (seconds() - start) * 1e9 / (REPEATS * (double)LINES);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const char *name, candidate *run)
{
    double candidates[ROUNDS];
    double splits[ROUNDS];
    if (run() != LINES) {
        printf("%-40s not all lines were accepted\n", name);
        exit(1);
    }
    for (int i = 0; i < ROUNDS; i++) {
        splits[i] = nanoseconds(split);
        candidates[i] = nanoseconds(run);
    }
    qsort(candidates, ROUNDS, sizeof candidates[0], compare);
    qsort(splits, ROUNDS, sizeof splits[0], compare);
    const double middle = splits[ROUNDS / 2];
    const bool busy = splits[ROUNDS * 3 / 4] - splits[ROUNDS / 4] > middle / 10;
    printf("%-40s %7.1f ns/line  split %5.1f  ratio %5.2f%s\n", name, candidates[ROUNDS / 2], middle,
           candidates[ROUNDS / 2] / middle, busy ? " ?" : "");
}

int main(void)
{
    fill(plain_lines, sizeof plain_lines / sizeof plain_lines[0]);
    printf("%d lines, %.1f octets each\n", LINES, (double)stream_len / LINES);
    measure("lines framed", frame);
    measure("replies, enhanced codes judged", enhanced);
    measure("replies, no extension", plain);
    fill(ehlo_lines, sizeof ehlo_lines / sizeof ehlo_lines[0]);
    measure("EHLO lines, typed", ehlo);
    return 0;
}
