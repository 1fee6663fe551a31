/*
 * bench_pop3.c - how fast POP3 commands and typed responses are read, beside a search for LF
 *
 * Every line must be accepted without error or deviation, or the run is worth nothing.
 */
#include "mailspec/limits.h"
#include "mailspec/line.h"
#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINES = 10000, ROOM = 160 };

static bench_stream stream;
static uint8_t after[LINES]; /* ms_pop3_after: what each response answers */

static size_t split(void)
{
    return bench_split(&stream);
}

/* As clients speak: most of a session is RETR and DELE. */
static int make_command(char *out)
{
    static const char *const bare[] = {"STAT", "LIST", "UIDL", "NOOP", "QUIT", "CAPA", "RSET"};
    const unsigned number = bench_random_below(2000) + 1;
    const uint32_t kind = bench_random_below(100);
    if (kind < 30)
        return snprintf(out, ROOM, "RETR %u\r\n", number);
    if (kind < 50)
        return snprintf(out, ROOM, "DELE %u\r\n", number);
    if (kind < 58)
        return snprintf(out, ROOM, "TOP %u %u\r\n", number, bench_random_below(40));
    if (kind < 62)
        return snprintf(out, ROOM, "UIDL %u\r\n", number);
    if (kind < 72)
        return snprintf(out, ROOM, "USER name%u\r\n", number);
    if (kind < 80)
        return snprintf(out, ROOM, "PASS correct horse %u\r\n", number);
    if (kind < 82)
        return snprintf(out, ROOM, "APOP name%u c4c9334bac560ecc979e58001b3e22fb\r\n", number);
    return snprintf(out, ROOM, "%s\r\n", bare[bench_random_below(7)]);
}

static int make_response(char *out, uint8_t *what)
{
    static const char *const texts[] = {"+OK", "+OK maildrop locked and ready", "+OK 120 octets follow",
                                        "-ERR no such message", "+OK message deleted"};
    const unsigned number = bench_random_below(2000) + 1, octets = bench_random_below(1u << 20);
    switch (bench_random_below(10)) {
    case 0:
    case 1:
    case 2:
        *what = MS_POP3_AFTER_LIST;
        return snprintf(out, ROOM, "+OK %u %u\r\n", number, octets);
    case 3:
    case 4:
        *what = MS_POP3_AFTER_UIDL;
        return snprintf(out, ROOM, "+OK %u %08x%08x\r\n", number, octets, number);
    case 5:
        *what = MS_POP3_AFTER_STAT;
        return snprintf(out, ROOM, "+OK %u %u\r\n", number, octets);
    case 6:
        *what = MS_POP3_AFTER_GREETING;
        return snprintf(out, ROOM, "+OK POP3 server ready <%u.%u@pop.example.org>\r\n", number, octets);
    default:
        *what = MS_POP3_AFTER_STATUS;
        return snprintf(out, ROOM, "%s\r\n", texts[bench_random_below(5)]);
    }
}

static size_t commands(void)
{
    size_t good = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_POP3_COMMAND_LINE_MAX);
    for (size_t at = 0; at < stream.len;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at));
        const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, NULL);
        good += parsed.error == MS_POP3_OK && parsed.deviations == 0;
        at += line.consumed;
    }
    return good;
}

static size_t responses(void)
{
    size_t good = 0, i = 0;
    ms_line_framer framer;
    ms_line_init(&framer, MS_POP3_RESPONSE_LINE_MAX);
    for (size_t at = 0; at < stream.len; i++) {
        const ms_line line = ms_line_next(&framer, ms_span_make(stream.octets + at, stream.len - at));
        const ms_pop3_response_context context = {.after = (ms_pop3_after)after[i]};
        const ms_pop3_response got = ms_pop3_response_parse_line(&line, &context);
        good += got.error == MS_POP3_RESPONSE_OK && got.deviations == 0;
        at += line.consumed;
    }
    return good;
}

static void fill(bool of_client)
{
    stream.len = 0;
    for (size_t i = 0; i < LINES; i++) {
        char line[ROOM];
        const int len = of_client ? make_command(line) : make_response(line, &after[i]);
        bench_stream_add(&stream, line, (size_t)len);
    }
}

static void measure(const char *name, bench_work *work, double goal, double least)
{
    printf("%d lines, %.1f octets in the mean\n", LINES, (double)stream.len / LINES);
    if (work() != LINES) {
        printf("%s: %zu of %d lines were accepted\n", name, work(), LINES);
        exit(1);
    }
    const bench_row row = {name, "line", LINES, "split", LINES, BENCH_TIMES, goal, least};
    bench_measure(&row, work, NULL, split);
}

int main(void)
{
    bench_stream_open(&stream, (size_t)LINES * ROOM);
    fill(true);
    measure("POP3 command, framed and parsed", commands, 5, 8);
    fill(false);
    measure("POP3 response, framed and typed", responses, 6, 9);
    free(stream.octets);
    return 0;
}
