/*
 * bench_smtp_reply.c - how fast SMTP reply lines are read, beside a search for LF
 *
 * Every line must be accepted without error or deviation, or the run is worth nothing.
 */
#include "mailspec/limits.h"
#include "mailspec/line.h"
#include "mailspec/smtp_reply.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 10000, LONGEST = 80 };

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

static bench_stream stream;

/* In a random order, so that no branch is learnt by heart. */
static void fill(const char *const *lines, size_t count)
{
    stream.len = 0;
    for (size_t i = 0; i < LINES; i++) {
        const char *line = lines[bench_random_below((uint32_t)count)];
        bench_stream_add(&stream, line, strlen(line));
    }
}

/* --- what is measured: each reads the stream once and returns how many lines were good --- */

static size_t split(void)
{
    return bench_split(&stream);
}

static size_t frame(void)
{
    size_t count = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    for (size_t at = 0; at < stream.len; count++)
        at += ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at)).consumed;
    return count;
}

static size_t read_replies(const ms_reply_context *context)
{
    size_t good = 0;
    ms_line_framer framer;
    ms_reply reply;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&reply);
    for (size_t at = 0; at < stream.len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at));
        const ms_reply_line got = ms_reply_next(&reply, &line, context);
        bool fine = got.error == MS_REPLY_OK && got.deviations == 0;
        if (context->after == MS_AFTER_EHLO) {
            const ms_ehlo_line keyword = ms_ehlo_line_parse(got.text);
            fine = fine && keyword.error == MS_REPLY_OK && keyword.deviations == 0;
        }
        good += fine;
        at += line.consumed;
    }
    return good;
}

static size_t enhanced(void)
{
    const ms_reply_context context = {.enhanced = true};
    return read_replies(&context);
}

static size_t plain(void)
{
    const ms_reply_context context = {.enhanced = false};
    return read_replies(&context);
}

/* The first line of a reply has a domain where the others have keywords; it is not in the stream. */
static size_t ehlo(void)
{
    const ms_reply_context context = {.after = MS_AFTER_EHLO};
    return read_replies(&context);
}

static void measure(const char *name, bench_work *work, size_t due, double goal, double least)
{
    if (work() < due) {
        printf("%s: not all lines were accepted\n", name);
        exit(1);
    }
    const bench_row row = {name, "line", LINES, "split", LINES, BENCH_TIMES, goal, least};
    bench_measure(&row, work, NULL, split);
}

int main(void)
{
    bench_stream_open(&stream, (size_t)LINES * LONGEST);
    fill(plain_lines, sizeof plain_lines / sizeof plain_lines[0]);
    printf("%d SMTP reply lines, %.1f octets in the mean\n", LINES, (double)stream.len / LINES);
    measure("SMTP reply, enhanced code judged", enhanced, LINES, 6, 9);
    measure("SMTP reply, no extension", plain, LINES, 6, 9);
    measure("SMTP reply, framing alone", frame, LINES, 0, 0);
    fill(ehlo_lines, sizeof ehlo_lines / sizeof ehlo_lines[0]);
    measure("EHLO line, typed", ehlo, LINES - 1, 0, 0);
    free(stream.octets);
    return 0;
}
