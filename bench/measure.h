/*
 * measure.h - a candidate beside its yard-stick, in one process: only the ratios travel
 *
 * Candidate and yard-stick alternate in rounds; what is printed is the median of CPU time and the median of the
 * rounds' ratios.  A yard-stick whose middle half spreads by more than a tenth is marked "?": the machine was busy,
 * and the row says nothing.
 *
 * BENCH_TSV=FILE in the environment appends each row to FILE, for script/bench.  Under callgrind each candidate is run
 * once, and its instructions are dumped under the row's name.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Goes once through its octets; what it returns is only there so that nothing is optimised away. */
typedef size_t bench_work(void);

/* Which way a ratio is told. */
typedef enum bench_ratio {
    BENCH_TIMES,    /* time of the candidate by that of the yard-stick: the goal is a ceiling */
    BENCH_FRACTION, /* speed of the candidate by that of the yard-stick: the goal is a floor */
} bench_ratio;

typedef struct bench_row {
    const char *name;
    const char *unit; /* of what items counts: "line", "octet" … */
    double items;     /* that one run of the candidate handles */
    const char *yard_name;
    double yard_items; /* likewise; both times are divided by their items before they are compared */
    bench_ratio ratio;
    double goal, least; /* 0: none */
} bench_row;

/* Measure one row and print it.  aside: time of this work is taken off the candidate's (NULL: nothing). */
void bench_measure(const bench_row *row, bench_work *candidate, bench_work *aside, bench_work *yard);

/* The same random octets in every run. */
uint32_t bench_random_below(uint32_t bound);

/* Lines of octets, allocated once. */
typedef struct bench_stream {
    uint8_t *octets;
    size_t len, room;
} bench_stream;

/* Ends the process when memory is out. */
void bench_stream_open(bench_stream *stream, size_t room);
void bench_stream_add(bench_stream *stream, const char *octets, size_t len);
/* The yard-stick of all line work: how many lines a search for LF by memchr finds. */
size_t bench_split(const bench_stream *stream);

#endif
