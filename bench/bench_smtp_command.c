/*
 * bench_smtp_command.c - how long an SMTP command line takes, beside a split at LF by memchr
 *
 * The mix is that of a busy receiver: of 10,000 lines 39 % are RCPT, 15 % MAIL with the parameters that clients
 * send, 13 % DATA, 12 % EHLO, the rest of all kinds; 45 octets in the mean.  Names are drawn at random, so that no
 * branch predictor learns the lines by heart.  Candidate and yard-stick alternate in one process, each in ROUNDS
 * rounds; printed are medians of CPU time.  A yard-stick whose middle half spreads by more than a tenth is marked
 * "?": the machine was busy, and the row says nothing.  Every line must be accepted, or nothing is measured.
 */
#define _POSIX_C_SOURCE 200809L

#include "mailspec/limits.h"
#include "mailspec/line.h"
#include "mailspec/smtp_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15, REPEATS = 12, LINES = 10000, ROOM = 200 };

static char *stream;
static size_t stream_len;
static ms_span lines[LINES]; /* without their ends */
static ms_span paths[LINES];
static size_t path_count, path_octets;

static volatile size_t sink;

static uint32_t random_state = 1;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

static const char *word(char *out, uint32_t shortest, uint32_t longest)
{
    const uint32_t len = shortest + random_below(longest - shortest + 1);
    for (uint32_t i = 0; i < len; i++)
        out[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[random_below(i == 0 ? 26 : 30)];
    out[len] = '\0';
    return out;
}

static const char *domain(char *out)
{
    static const char *const ends[] = {"com", "org", "net", "de", "co.uk", "example", "fr", "io"};
    char a[24], b[24];
    const char *end = ends[random_below(8)];
    switch (random_below(8)) {
    case 0:
        snprintf(out, 80, "%s-%s.%s", word(a, 5, 10), word(b, 5, 10), end);
        break;
    case 1:
    case 2:
        snprintf(out, 80, "%s.%s.%s", word(a, 3, 9), word(b, 8, 17), end);
        break;
    default:
        snprintf(out, 80, "%s.%s", word(a, 9, 23), end);
    }
    return out;
}

static const char *mailbox(char *out)
{
    char a[24], b[24], d[80];
    domain(d);
    switch (random_below(10)) {
    case 0:
        snprintf(out, 160, "%s+%s@%s", word(a, 5, 12), word(b, 6, 16), d);
        break;
    case 1:
        snprintf(out, 160, "%s-%s=%s@%s", word(a, 6, 12), word(b, 12, 22), "x.example", d);
        break;
    case 2:
    case 3:
    case 4:
        snprintf(out, 160, "%s.%s@%s", word(a, 5, 12), word(b, 6, 15), d);
        break;
    default:
        snprintf(out, 160, "%s@%s", word(a, 9, 23), d);
    }
    return out;
}

static int make_mail(char *out)
{
    static const char *const more[] = {"",
                                       " BODY=8BITMIME",
                                       " BODY=8BITMIME SMTPUTF8",
                                       " RET=HDRS ENVID=QQ314159",
                                       " BODY=8BITMIME",
                                       " BODY=8BITMIME AUTH=<>"};
    char m[160];
    if (random_below(12) == 0)
        return snprintf(out, ROOM, "MAIL FROM:<>%s", more[random_below(6)]);
    if (random_below(8) == 0)
        return snprintf(out, ROOM, "MAIL FROM:<%s>%s", mailbox(m), more[random_below(6)]);
    return snprintf(out, ROOM, "MAIL FROM:<%s> SIZE=%u%s", mailbox(m), random_below(1u << 22), more[random_below(6)]);
}

static int make_rcpt(char *out)
{
    char m[160], o[480];
    switch (random_below(12)) {
    case 0:
        mailbox(m);
        o[ms_smtp_xtext_encode(ms_span_make(m, strlen(m)), (uint8_t *)o)] = '\0';
        return snprintf(out, ROOM, "RCPT TO:<%s> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;%s", m, o);
    case 1:
        return snprintf(out, ROOM, "RCPT TO:<%s> NOTIFY=NEVER", mailbox(m));
    default:
        return snprintf(out, ROOM, "RCPT TO:<%s>", mailbox(m));
    }
}

static int make_ehlo(char *out)
{
    char d[80], h[24];
    switch (random_below(10)) {
    case 0:
        return snprintf(out, ROOM, "EHLO [%u.%u.%u.%u]", random_below(256), random_below(256), random_below(256),
                        random_below(256));
    case 1:
        return snprintf(out, ROOM, "EHLO [IPv6:2001:db8:%x::%x]", random_below(65536), random_below(65536));
    case 2:
        return snprintf(out, ROOM, "HELO %s", domain(d));
    default:
        return snprintf(out, ROOM, "EHLO %s.%s", word(h, 6, 17), domain(d));
    }
}

static int make_other(char *out)
{
    char m[160];
    switch (random_below(12)) {
    case 0:
        return snprintf(out, ROOM, "AUTH PLAIN AHVzZXIubmFtZUBleGFtcGxlLm9yZwBjb3JyZWN0aG9yc2VzdGFwbGU=");
    case 1:
        return snprintf(out, ROOM, "BDAT %u LAST", random_below(1u << 24));
    case 2:
        return snprintf(out, ROOM, "VRFY %s", mailbox(m));
    case 3:
        return snprintf(out, ROOM, "STARTTLS");
    case 4:
        return snprintf(out, ROOM, "NOOP");
    case 5:
    case 6:
    case 7:
        return snprintf(out, ROOM, "RSET");
    case 8:
        return snprintf(out, ROOM, "RCPT TO:<\"%s %s\"@%s>", "a b", "c", domain(m));
    default:
        return snprintf(out, ROOM, "QUIT");
    }
}

static void make_lines(void)
{
    stream = malloc((size_t)LINES * ROOM);
    if (stream == NULL)
        abort();
    for (size_t i = 0; i < LINES; i++) {
        char *out = stream + stream_len;
        const uint32_t kind = random_below(100);
        int len;
        if (kind < 39)
            len = make_rcpt(out);
        else if (kind < 54)
            len = make_mail(out);
        else if (kind < 67)
            len = snprintf(out, ROOM, "DATA");
        else if (kind < 79)
            len = make_ehlo(out);
        else
            len = make_other(out);
        lines[i] = ms_span_make(out, (size_t)len);
        const char *path = memchr(out, '<', (size_t)len);
        if (path != NULL && (kind < 54)) {
            paths[path_count] = ms_span_make(path, (size_t)(strchr(path, '>') - path) + 1);
            path_octets += paths[path_count++].len;
        }
        memcpy(out + len, "\r\n", 2);
        stream_len += (size_t)len + 2;
    }
}

static size_t split(void)
{
    size_t count = 0;
    for (size_t at = 0; at < stream_len; count++) {
        const char *end = memchr(stream + at, '\n', stream_len - at);
        if (end == NULL)
            break;
        at = (size_t)(end - stream) + 1;
    }
    return count;
}

static size_t frame(void)
{
    size_t count = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_COMMAND_LINE_MAX);
    for (size_t at = 0; at < stream_len; count++) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream + at, stream_len - at));
        if (line.status == MS_LINE_NEED_MORE)
            break;
        at += line.consumed;
        sink += line.text.len;
    }
    return count;
}

static size_t frame_and_parse(void)
{
    size_t good = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_COMMAND_LINE_MAX);
    for (size_t at = 0; at < stream_len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream + at, stream_len - at));
        if (line.status == MS_LINE_NEED_MORE)
            break;
        at += line.consumed;
        const ms_smtp_parsed parsed = ms_smtp_command_parse_line(&line, NULL);
        good += parsed.error == MS_SMTP_OK && parsed.deviations == 0;
    }
    return good;
}

static size_t parse(void)
{
    size_t good = 0;
    for (size_t i = 0; i < LINES; i++) {
        const ms_smtp_parsed parsed = ms_smtp_command_parse(lines[i], NULL);
        good += parsed.error == MS_SMTP_OK && parsed.deviations == 0;
    }
    return good;
}

static size_t parse_paths(void)
{
    size_t good = 0;
    for (size_t i = 0; i < path_count; i++) {
        const ms_smtp_path_parsed parsed = ms_smtp_path_parse(paths[i], MS_REVERSE_PATH, NULL);
        good += parsed.error == MS_SMTP_OK && parsed.deviations == 0;
    }
    return good;
}

static double timed(size_t (*work)(void))
{
    struct timespec start, end;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    for (int i = 0; i < REPEATS; i++)
        sink += work();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) / REPEATS;
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void row(const char *name, size_t (*candidate)(void), size_t items)
{
    double mine[ROUNDS], its[ROUNDS], ratios[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        const double before = timed(split);
        mine[round] = timed(candidate);
        its[round] = (before + timed(split)) / 2;
        ratios[round] = (mine[round] / (double)items) / (its[round] / LINES);
    }
    qsort(mine, ROUNDS, sizeof(double), by_size);
    qsort(its, ROUNDS, sizeof(double), by_size);
    qsort(ratios, ROUNDS, sizeof(double), by_size);
    const bool busy = its[ROUNDS * 3 / 4] - its[ROUNDS / 4] > its[ROUNDS / 2] / 10;
    printf("%-36s %7.1f ns  %6.1f x the split (%.2f ns)%s\n", name, mine[ROUNDS / 2] / (double)items,
           ratios[ROUNDS / 2], its[ROUNDS / 2] / LINES, busy ? " ?" : "");
}

int main(void)
{
    make_lines();
    if (split() != LINES || frame_and_parse() != LINES || parse_paths() != path_count) {
        printf("%zu of %d lines and %zu of %zu paths were accepted\n", frame_and_parse(), LINES, parse_paths(),
               path_count);
        return 1;
    }
    printf("%d lines, %.1f octets in the mean; %zu paths, %.1f octets\n", LINES, (double)stream_len / LINES, path_count,
           (double)path_octets / (double)path_count);
    row("command: framing, parsing, all checks", frame_and_parse, LINES);
    row("command without framing", parse, LINES);
    row("framing alone", frame, LINES);
    row("path alone", parse_paths, path_count);
    free(stream);
    return 0;
}
