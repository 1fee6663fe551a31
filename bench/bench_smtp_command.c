/*
 * bench_smtp_command.c - how long an SMTP command line takes, beside a split at LF by memchr
 *
 * Every line must be accepted, or nothing is measured: a parser that refuses some looks faster.
 */
#include "mailspec/limits.h"
#include "mailspec/line.h"
#include "mailspec/smtp_command.h"
#include "measure.h"
#include "smtp_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 10000 };

static bench_stream stream;
static ms_span lines[LINES]; /* without their ends */
static ms_span paths[LINES];
static size_t path_count;

static void make_lines(void)
{
    bench_stream_open(&stream, (size_t)LINES * (BENCH_LINE_ROOM + 2));
    for (size_t i = 0; i < LINES; i++) {
        char line[BENCH_LINE_ROOM + 2];
        const size_t len = (size_t)bench_smtp_command(line);
        memcpy(line + len, "\r\n", 2);
        const uint8_t *at = stream.octets + stream.len;
        bench_stream_add(&stream, line, len + 2);
        lines[i] = ms_span_make(at, len);
        const bool has_path = memcmp(line, "MAIL", 4) == 0 || memcmp(line, "RCPT", 4) == 0;
        const uint8_t *path = has_path ? memchr(at, '<', len) : NULL;
        if (path == NULL)
            continue;
        const uint8_t *close = memchr(path, '>', len - (size_t)(path - at));
        paths[path_count++] = ms_span_make(path, (size_t)(close - path) + 1);
    }
}

static size_t split(void)
{
    return bench_split(&stream);
}

static size_t frame(void)
{
    size_t count = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_COMMAND_LINE_MAX);
    for (size_t at = 0; at < stream.len; count++) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at));
        if (line.status == MS_LINE_NEED_MORE)
            break;
        at += line.consumed;
    }
    return count;
}

static size_t frame_and_parse(void)
{
    size_t good = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_SMTP_COMMAND_LINE_MAX);
    for (size_t at = 0; at < stream.len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at));
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

int main(void)
{
    make_lines();
    if (split() != LINES || frame_and_parse() != LINES || parse_paths() != path_count) {
        printf("%zu of %d lines and %zu of %zu paths were accepted\n", frame_and_parse(), LINES, parse_paths(),
               path_count);
        return 1;
    }
    printf("%d SMTP command lines, %.1f octets in the mean\n", LINES, (double)stream.len / LINES);
    bench_row row = {"SMTP command, framed and parsed", "line", LINES, "split", LINES, BENCH_TIMES, 15, 19};
    bench_measure(&row, frame_and_parse, NULL, split);
    row = (bench_row){"SMTP command, without framing", "line", LINES, "split", LINES, BENCH_TIMES, 0, 0};
    bench_measure(&row, parse, NULL, split);
    row.name = "SMTP command, framing alone";
    bench_measure(&row, frame, NULL, split);
    row.name = "SMTP path";
    row.unit = "path";
    row.items = (double)path_count;
    bench_measure(&row, parse_paths, NULL, split);
    free(stream.octets);
    return 0;
}
