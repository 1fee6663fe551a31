#define _POSIX_C_SOURCE 200809L

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined __has_include
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define HAVE_CALLGRIND 1
#endif
#endif
#ifndef HAVE_CALLGRIND
#define RUNNING_ON_VALGRIND            0
#define CALLGRIND_ZERO_STATS           ((void)0)
#define CALLGRIND_DUMP_STATS_AT(where) ((void)(where))
#endif

enum { ROUNDS = 15 };

static const double ROUND_SECONDS = 0.004; /* of one candidate's or yard-stick's share of a round, at least */

static volatile size_t sink;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double timed(bench_work *work, size_t times)
{
    const double start = seconds();
    for (size_t i = 0; i < times; i++)
        sink += work();
    return (seconds() - start) / (double)times;
}

/* How often work is to be run so that the clock's own cost does not count. */
static size_t times_of(bench_work *work)
{
    size_t times = 1;
    while (timed(work, times) * (double)times < ROUND_SECONDS)
        times *= 2;
    return times;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

static const char *verdict(const bench_row *row, double ratio)
{
    if (row->goal <= 0)
        return "";
    const bool ceiling = row->ratio == BENCH_TIMES;
    if (ceiling ? ratio <= row->goal : ratio >= row->goal)
        return "  goal reached";
    return (ceiling ? ratio <= row->least : ratio >= row->least) ? "  least reached" : "  MISSED";
}

static void print_row(const bench_row *row, double mine, double its, double ratio, bool busy)
{
    char bar[48] = "";
    if (row->goal > 0)
        snprintf(bar, sizeof bar, "  (goal %g, least %g)", row->goal, row->least);
    printf("%-44s %9.3f ns/%-7s %7.3f %s %s (%.3f ns)%s%s%s\n", row->name, mine * 1e9, row->unit, ratio,
           row->ratio == BENCH_TIMES ? "x" : "of", row->yard_name, its * 1e9, bar, verdict(row, ratio),
           busy ? " ?" : "");
    fflush(stdout);
    const char *path = getenv("BENCH_TSV");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    if (file == NULL)
        return;
    fprintf(file, "%s\t%s\t%.4f\t%.4f\t%g\t%g\t%s\t%s\n", row->name, row->unit, mine * 1e9, ratio, row->goal,
            row->least, verdict(row, ratio), busy ? "busy" : "");
    fclose(file);
}

/* callgrind counts what cannot be disturbed. */
static void count_instructions(const bench_row *row, bench_work *candidate)
{
    char what[160];
    snprintf(what, sizeof what, "%s\t%s\t%.0f", row->name, row->unit, row->items);
    CALLGRIND_ZERO_STATS;
    sink += candidate();
    CALLGRIND_DUMP_STATS_AT(what);
}

void bench_measure(const bench_row *row, bench_work *candidate, bench_work *aside, bench_work *yard)
{
    double mine[ROUNDS], its[ROUNDS], ratios[ROUNDS];
    if (RUNNING_ON_VALGRIND) {
        count_instructions(row, candidate);
        return;
    }
    const size_t times = times_of(candidate), yard_times = times_of(yard);
    const size_t aside_times = aside != NULL ? times_of(aside) : 0;
    for (int round = 0; round < ROUNDS; round++) {
        const double before = timed(yard, yard_times);
        mine[round] = timed(candidate, times);
        if (aside != NULL)
            mine[round] -= timed(aside, aside_times);
        mine[round] /= row->items;
        its[round] = (before + timed(yard, yard_times)) / 2 / row->yard_items;
        ratios[round] = row->ratio == BENCH_TIMES ? mine[round] / its[round] : its[round] / mine[round];
    }
    const double yard_time = median(its);
    const bool busy = its[ROUNDS * 3 / 4] - its[ROUNDS / 4] > yard_time / 10;
    print_row(row, median(mine), yard_time, median(ratios), busy);
}

static uint32_t random_state = 1;

uint32_t bench_random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

void bench_stream_open(bench_stream *stream, size_t room)
{
    stream->octets = malloc(room);
    if (stream->octets == NULL) {
        fputs("out of memory\n", stderr);
        exit(1);
    }
    memset(stream->octets, 0, room); /* no page fault is timed */
    stream->len = 0;
    stream->room = room;
}

void bench_stream_add(bench_stream *stream, const char *octets, size_t len)
{
    if (stream->room - stream->len < len) {
        fputs("a stream has no room\n", stderr);
        exit(1);
    }
    memcpy(stream->octets + stream->len, octets, len);
    stream->len += len;
}

size_t bench_split(const bench_stream *stream)
{
    size_t count = 0;
    const uint8_t *end = stream->octets + stream->len;
    for (const uint8_t *at = stream->octets; at < end; count++) {
        const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
        if (lf == NULL)
            break;
        at = lf + 1;
    }
    return count;
}
