#include "mailspec/content.h"

#include "feed.h"
#include "mailspec/limits.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FLAG_COUNT = 7 };
#define NEVER SIZE_MAX

/* What a stream of content is, however it was found out. */
typedef struct outcome {
    uint8_t *content;
    size_t len;
    size_t end;                /* octets up to and with the end of data, NEVER without one */
    size_t proved[FLAG_COUNT]; /* for flag 1 << n the offset of the octet that proved it, or NEVER */
} outcome;

static outcome new_outcome(size_t room)
{
    outcome o = {.content = malloc(room + 1), .end = NEVER};
    cr_assert_not_null(o.content);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        o.proved[i] = NEVER;
    return o;
}

static void prove(outcome *o, unsigned flags, size_t at)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if ((flags >> i & 1) != 0 && o->proved[i] == NEVER)
            o->proved[i] = at;
}

/* ---- The rules, read off the RFCs a second time, over the whole stream and without states ---- */

static bool is_crlf(ms_span s, size_t at)
{
    return s.len - at >= 2 && s.ptr[at] == '\r' && s.ptr[at + 1] == '\n';
}

/* The octets of the line from..to; next is the octet behind them, for a CR at their end is bare only if there is one
 * that is not LF. */
static void judge_line(outcome *o, ms_span s, size_t from, size_t to)
{
    for (size_t at = from; at < s.len && at <= to; at++) {
        const size_t octets = at - from + (s.ptr[at] == '\r' ? 0 : 1);
        if (octets > MS_SMTP_LINE_CHARS_MAX)
            prove(o, MS_CONTENT_LONG_LINE, at);
    }
    for (size_t at = from; at < to; at++) {
        const bool last_cr = s.ptr[at] == '\r' && at + 1 == s.len;
        if (s.ptr[at] == '\n')
            prove(o, MS_CONTENT_BARE_LF, at);
        if (s.ptr[at] == '\r' && !last_cr)
            prove(o, MS_CONTENT_BARE_CR, at + 1);
        if (s.ptr[at] == 0)
            prove(o, MS_CONTENT_NUL, at);
        if (s.ptr[at] > 127)
            prove(o, MS_CONTENT_8BIT, at);
    }
}

/* A dot behind a bare LF or a bare CR and before CR or LF. */
static void judge_weak_dots(outcome *o, ms_span s, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        const bool behind_bare = at > from && (s.ptr[at - 1] == '\n' || s.ptr[at - 1] == '\r');
        if (s.ptr[at] == '.' && behind_bare && at + 1 < s.len && (s.ptr[at + 1] == '\r' || s.ptr[at + 1] == '\n'))
            prove(o, MS_CONTENT_FALSE_END, at + 1);
    }
}

/* The dot at the start of a line that is not the end: where it is known to be none. */
static void judge_dot(outcome *o, ms_span s, size_t dot)
{
    const uint8_t next = s.ptr[dot + 1];
    const size_t known = next == '\r' ? dot + 2 : dot + 1;
    if (next == '\r' || next == '\n')
        prove(o, MS_CONTENT_FALSE_END, known);
    if (next != '.')
        prove(o, MS_CONTENT_LONE_STUFF, known);
}

static outcome by_the_rules(ms_span s)
{
    outcome o = new_outcome(s.len);
    for (size_t at = 0; at < s.len;) {
        size_t from = at;
        if (s.ptr[at] == '.') {
            if (s.len - at >= 3 && is_crlf(s, at + 1)) {
                o.end = at + 3;
                break;
            }
            if (s.len - at == 1 || (s.len - at == 2 && s.ptr[at + 1] == '\r'))
                break; /* may become the end */
            judge_dot(&o, s, at);
            from = at + 1;
        }
        size_t to = from;
        while (to < s.len && !is_crlf(s, to))
            to++;
        judge_line(&o, s, from, to);
        judge_weak_dots(&o, s, from, to);
        at = to < s.len ? to + 2 : to;
        memcpy(o.content + o.len, s.ptr + from, at - from);
        o.len += at - from;
    }
    return o;
}

/* ---- What the scanner says ---- */

typedef struct reader {
    ms_content content;
    outcome got;
    size_t offset; /* of the stream's octets that were consumed */
} reader;

static void read_piece(reader *r, ms_span piece)
{
    const ms_span input = heap_copy(piece.ptr, piece.len);
    size_t at = 0;
    ms_content_slice slice;
    do {
        const size_t left = input.len - at;
        const uint8_t before = r->content.flags;
        slice = ms_content_next(&r->content, ms_span_make(input.ptr + at, left));
        cr_assert_leq(slice.consumed, left);
        cr_assert(slice.consumed > 0 || slice.slice.len > 0 || slice.status != MS_CONTENT_SLICE, "no progress");
        cr_assert_eq(ms_span_is_absent(slice.slice), slice.slice.len == 0);
        cr_assert(slice.status != MS_CONTENT_NEED_MORE || slice.consumed == left);
        cr_assert_eq(r->content.flags, before | r->content.new_flags);
        cr_assert_eq(before & r->content.new_flags, 0);
        if (r->content.new_flags != 0) {
            cr_assert_lt(slice.flag_at, left);
            prove(&r->got, r->content.new_flags, r->offset + slice.flag_at);
        }
        if (slice.slice.len > 0)
            memcpy(r->got.content + r->got.len, slice.slice.ptr, slice.slice.len);
        r->got.len += slice.slice.len;
        r->offset += slice.consumed;
        at += slice.consumed;
    } while (slice.status == MS_CONTENT_SLICE);
    if (slice.status == MS_CONTENT_END && r->got.end == NEVER)
        r->got.end = r->offset;
    heap_free(input);
}

static reader new_reader(size_t room)
{
    reader r = {.got = new_outcome(room)};
    ms_content_init(&r.content);
    return r;
}

static bool same_outcome(const outcome *a, const outcome *b)
{
    return a->len == b->len && a->end == b->end && memcmp(a->content, b->content, a->len) == 0 &&
           memcmp(a->proved, b->proved, sizeof a->proved) == 0;
}

static void print_octets(const char *what, const uint8_t *octets, size_t len)
{
    fprintf(stderr, "%s \"", what);
    for (size_t i = 0; i < len && i < 200; i++)
        fprintf(stderr, octets[i] > 32 && octets[i] < 127 ? "%c" : "\\x%02x", octets[i]);
    fprintf(stderr, "\"\n");
}

static void print_outcome(const char *what, const outcome *o)
{
    print_octets(what, o->content, o->len);
    fprintf(stderr, "end %td, proved", (ptrdiff_t)o->end);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        fprintf(stderr, " %td", (ptrdiff_t)o->proved[i]);
    fprintf(stderr, "\n");
}

/* The stream in pieces of step octets behind a first one of cut. */
static void expect_by_the_rules(ms_span stream, size_t cut, size_t step, const outcome *expected)
{
    reader r = new_reader(stream.len);
    for (size_t at = 0; at < stream.len;) {
        size_t len = at == 0 && cut > 0 ? cut : step;
        len = len < stream.len - at ? len : stream.len - at;
        read_piece(&r, ms_span_make(stream.ptr + at, len));
        at += len;
    }
    if (!same_outcome(&r.got, expected)) {
        print_octets("stream", stream.ptr, stream.len);
        print_outcome("expected", expected);
        print_outcome("got", &r.got);
        cr_expect_fail("cut %zu, step %zu of %zu octets", cut, step, stream.len);
    }
    free(r.got.content);
}

static void expect_at_every_cut(ms_span stream)
{
    outcome expected = by_the_rules(stream);
    for (size_t cut = 0; cut < stream.len; cut++)
        expect_by_the_rules(stream, cut, stream.len, &expected);
    expect_by_the_rules(stream, 0, 1, &expected);
    free(expected.content);
}

/* ---- Rows ---- */

#define OCTETS(literal) literal, sizeof(literal) - 1

static const struct row {
    const char *what, *stream;
    size_t len;
    const char *content;
    size_t content_len;
    size_t end; /* 0: none */
    uint8_t flags;
} rows[] = {
    {"RFC 5321 section 4.1.1.4 a message", OCTETS("a\r\n.\r\n"), OCTETS("a\r\n"), 6, 0},
    {"SMTP-5321-4.1.1.4-10 an empty message ends at once", OCTETS(".\r\n"), OCTETS(""), 3, 0},
    {"RFC 5321 section 4.1.1.4 the last CRLF is content", OCTETS("\r\n.\r\n"), OCTETS("\r\n"), 5, 0},
    {"octets behind the end stay", OCTETS("a\r\n.\r\nQUIT\r\n"), OCTETS("a\r\n"), 6, 0},
    {"RFC 5321 section 4.5.2 a doubled dot", OCTETS("..\r\n.\r\n"), OCTETS(".\r\n"), 7, 0},
    {"RFC 5321 section 4.5.2 three dots", OCTETS("...\r\n.\r\n"), OCTETS("..\r\n"), 8, 0},
    {"RFC 1939 section 3 a doubled dot and text", OCTETS("a\r\n..b\r\n.\r\n"), OCTETS("a\r\n.b\r\n"), 11, 0},
    {"dots elsewhere", OCTETS("a.\r\nb.c\r\n.\r\n"), OCTETS("a.\r\nb.c\r\n"), 12, 0},
    {"RFC 5321 section 4.5.2 a lone dot is removed", OCTETS(".b\r\n.\r\n"), OCTETS("b\r\n"), 7, MS_CONTENT_LONE_STUFF},
    {"RFC 5321 section 4.5.2 a lone dot and blank", OCTETS(". \r\n.\r\n"), OCTETS(" \r\n"), 7, MS_CONTENT_LONE_STUFF},
    {"CRLF . CR CR LF does not end", OCTETS("a\r\n.\r\r\nb\r\n.\r\n"), OCTETS("a\r\n\r\r\nb\r\n"), 13,
     MS_CONTENT_FALSE_END | MS_CONTENT_LONE_STUFF | MS_CONTENT_BARE_CR},
    {"CR CR LF before the final dot", OCTETS("a\r\r\n.\r\n"), OCTETS("a\r\r\n"), 7, MS_CONTENT_BARE_CR},
    {"no octet is lost behind CRLF . CR", OCTETS("a\r\n.\rb\r\n.\r\n"), OCTETS("a\r\n\rb\r\n"), 11,
     MS_CONTENT_FALSE_END | MS_CONTENT_LONE_STUFF | MS_CONTENT_BARE_CR},
    {"CRLF . CR . CRLF", OCTETS("\r\n.\r.\r\n.\r\n"), OCTETS("\r\n\r.\r\n"), 10,
     MS_CONTENT_FALSE_END | MS_CONTENT_LONE_STUFF | MS_CONTENT_BARE_CR},
    {"LF . LF", OCTETS("a\n.\nb\r\n.\r\n"), OCTETS("a\n.\nb\r\n"), 10, MS_CONTENT_FALSE_END | MS_CONTENT_BARE_LF},
    {"LF . CRLF", OCTETS("a\n.\r\nb\r\n.\r\n"), OCTETS("a\n.\r\nb\r\n"), 11, MS_CONTENT_FALSE_END | MS_CONTENT_BARE_LF},
    {"LF . CR", OCTETS("a\n.\rb\r\n.\r\n"), OCTETS("a\n.\rb\r\n"), 10,
     MS_CONTENT_FALSE_END | MS_CONTENT_BARE_LF | MS_CONTENT_BARE_CR},
    {"CRLF . LF", OCTETS("a\r\n.\nb\r\n.\r\n"), OCTETS("a\r\n\nb\r\n"), 11,
     MS_CONTENT_FALSE_END | MS_CONTENT_LONE_STUFF | MS_CONTENT_BARE_LF},
    {"CR . CR", OCTETS("a\r.\rb\r\n.\r\n"), OCTETS("a\r.\rb\r\n"), 10, MS_CONTENT_FALSE_END | MS_CONTENT_BARE_CR},
    {"CR . CRLF", OCTETS("a\r.\r\nb\r\n.\r\n"), OCTETS("a\r.\r\nb\r\n"), 11, MS_CONTENT_FALSE_END | MS_CONTENT_BARE_CR},
    {"CR . LF", OCTETS("a\r.\nb\r\n.\r\n"), OCTETS("a\r.\nb\r\n"), 10,
     MS_CONTENT_FALSE_END | MS_CONTENT_BARE_CR | MS_CONTENT_BARE_LF},
    {". LF at the start", OCTETS(".\n.\r\n"), OCTETS("\n.\r\n"), 0,
     MS_CONTENT_FALSE_END | MS_CONTENT_BARE_LF | MS_CONTENT_LONE_STUFF},
    {"LF .. LF is no end for anyone and keeps its dots", OCTETS("\n..\n\r\n.\r\n"), OCTETS("\n..\n\r\n"), 9,
     MS_CONTENT_BARE_LF},
    {"CRLF .. LF is a line with a dot and a bare LF", OCTETS("..\n\r\n.\r\n"), OCTETS(".\n\r\n"), 8,
     MS_CONTENT_BARE_LF},
    {"CRLF .. CR", OCTETS("\r\n..\r\r\n.\r\n"), OCTETS("\r\n.\r\r\n"), 10, MS_CONTENT_BARE_CR},
    {"a bare LF starts no line", OCTETS("\n.b\r\n.\r\n"), OCTETS("\n.b\r\n"), 8, MS_CONTENT_BARE_LF},
    {"a bare CR starts no line", OCTETS("\r.b\r\n.\r\n"), OCTETS("\r.b\r\n"), 8, MS_CONTENT_BARE_CR},
    {"LF CR LF", OCTETS("\n\r\n.\r\n"), OCTETS("\n\r\n"), 6, MS_CONTENT_BARE_LF},
    {"NUL and 8-bit", OCTETS("a\0\x80\r\n.\r\n"), OCTETS("a\0\x80\r\n"), 8, MS_CONTENT_NUL | MS_CONTENT_8BIT},
    {"NUL behind the dot", OCTETS(".\0\r\n.\r\n"), OCTETS("\0\r\n"), 7, MS_CONTENT_NUL | MS_CONTENT_LONE_STUFF},
    {"8-bit behind CR", OCTETS("\r\xFF\r\n.\r\n"), OCTETS("\r\xFF\r\n"), 7, MS_CONTENT_8BIT | MS_CONTENT_BARE_CR},
    {"a final dot without its CRLF is withheld", OCTETS("a\r\n."), OCTETS("a\r\n"), 0, 0},
    {"a final dot and CR are withheld", OCTETS("a\r\n.\r"), OCTETS("a\r\n"), 0, 0},
    {"CR at the end is not yet bare", OCTETS("a\r"), OCTETS("a\r"), 0, 0},
    {"nothing", OCTETS(""), OCTETS(""), 0, 0},
};

Test(content, rows_whole_octet_by_octet_and_at_every_cut)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const ms_span stream = ms_span_make(row->stream, row->len);
        reader r = new_reader(row->len);
        read_piece(&r, stream);
        cr_expect_eq(r.got.len, row->content_len, "%s: %zu octets of content", row->what, r.got.len);
        cr_expect(r.got.len == row->content_len && memcmp(r.got.content, row->content, r.got.len) == 0, "%s",
                  row->what);
        cr_expect_eq(r.got.end, row->end == 0 ? NEVER : row->end, "%s: end %zu", row->what, r.got.end);
        cr_expect_eq(r.content.flags, row->flags, "%s: flags %02x", row->what, r.content.flags);
        free(r.got.content);
        expect_at_every_cut(stream);
    }
}

/* Every stream of eight of the octets that decide, and of six with NUL and 8-bit among them. */
static void expect_all(const char *octets, unsigned kinds, unsigned len)
{
    unsigned count = 1;
    for (unsigned i = 0; i < len; i++)
        count *= kinds;
    for (unsigned number = 0; number < count; number++) {
        uint8_t stream[8];
        for (unsigned i = 0, rest = number; i < len; i++, rest /= kinds)
            stream[i] = (uint8_t)octets[rest % kinds];
        const ms_span whole = ms_span_make(stream, len);
        outcome expected = by_the_rules(whole);
        expect_by_the_rules(whole, 0, len, &expected);
        expect_by_the_rules(whole, 0, 1, &expected);
        expect_by_the_rules(whole, 1 + number % (len - 1), len, &expected);
        free(expected.content);
    }
}

Test(content, every_short_stream)
{
    expect_all("\r\n.x", 4, 8);
    expect_all("\r\n.x\0\x80", 6, 6);
}

static uint32_t random_state;

static uint32_t random_below(uint32_t bound)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % bound;
}

/* Mostly lines of plain text, some of them long, with now and then something that is not plain. */
static size_t random_stream(uint8_t *out, size_t room, uint32_t oddity)
{
    static const char *const odd[] = {"\r",      "\n", ".",     "\r\n.", "\n.\n", "\r\n..",
                                      "\r\n.\r", "\t", "+\r\n", "\x02",  "\x08",  "\x7F"};
    size_t at = 0;
    while (room - at > 1100) {
        const uint32_t octets = random_below(16) == 0 ? 900 + random_below(120) : random_below(100);
        for (uint32_t i = 0; i < octets; i++)
            out[at++] = (uint8_t)(32 + random_below(95));
        if (random_below(oddity) == 0) {
            const char *word = odd[random_below(COUNT(odd))];
            memcpy(out + at, word, strlen(word));
            at += strlen(word);
        }
        if (random_below(8 * oddity) == 0)
            out[at++] = random_below(2) == 0 ? 0 : (uint8_t)(128 + random_below(128));
        out[at++] = '\r';
        out[at++] = '\n';
        if (random_below(20) == 0) {
            out[at++] = '.';
            out[at++] = '.';
        }
    }
    return at;
}

Test(content, random_streams)
{
    enum { ROOM = 12 * 1024 };
    uint8_t *stream = malloc(ROOM);
    cr_assert_not_null(stream);
    for (uint32_t seed = 1; seed <= 300; seed++) {
        random_state = seed;
        const size_t len = random_stream(stream, ROOM, 1 + seed % 40);
        const ms_span whole = ms_span_make(stream, len);
        outcome expected = by_the_rules(whole);
        expect_by_the_rules(whole, 0, len, &expected);
        expect_by_the_rules(whole, 0, 1, &expected);
        expect_by_the_rules(whole, random_below((uint32_t)len), 1 + random_below(700), &expected);
        expect_by_the_rules(whole, 0, 256 + random_below(4), &expected);
        free(expected.content);
    }
    free(stream);
}

/* Nothing plain for long: no way of going on may wear out. */
Test(content, long_streams_of_oddities)
{
    enum { LEN = 256 * 1024 };
    static const char *const units[] = {"\r",  "\n",   "\n.\n",        "..\r\n", "\r\n..\r",    "x\r",
                                        "x\n", "\r\n", "\xE4\xB8\xAD", "\t\r\n", "xx\r\nxx\nx", ".\n\r\n"};
    uint8_t *stream = malloc(LEN);
    cr_assert_not_null(stream);
    for (size_t i = 0; i < COUNT(units); i++) {
        const size_t unit = strlen(units[i]);
        for (size_t at = 0; at < LEN; at++)
            stream[at] = (uint8_t)units[i][at % unit];
        const ms_span whole = ms_span_make(stream, LEN);
        outcome expected = by_the_rules(whole);
        expect_by_the_rules(whole, 0, LEN, &expected);
        expect_by_the_rules(whole, 0, 16 * 1024, &expected);
        free(expected.content);
    }
    free(stream);
}

/* The octets that end a run of plain ones, at each place in it, before and behind other lines. */
Test(content, each_oddity_at_each_place)
{
    static const struct {
        const char *octets;
        size_t len;
    } oddities[] = {{OCTETS("\r")},
                    {OCTETS("\n")},
                    {OCTETS("\0")},
                    {OCTETS("\x80")},
                    {OCTETS("\r\n..")},
                    {OCTETS("\n.\n")},
                    {OCTETS("\r\n.\r\n")},
                    {OCTETS("\r\n.y")},
                    {OCTETS("\r\n.\r")},
                    {OCTETS("\r.\r")},
                    {OCTETS("\t\x02+\r\n\x08\x7F")}};
    for (size_t i = 0; i < COUNT(oddities); i++)
        for (size_t place = 0; place < 300; place++) {
            uint8_t stream[400];
            const size_t len = oddities[i].len;
            for (size_t at = 0; at < sizeof stream; at++)
                stream[at] = (uint8_t)(at % 78 == 76 ? '\r' : at % 78 == 77 ? '\n' : 'a' + at % 26);
            memcpy(stream + place, oddities[i].octets, len);
            const ms_span whole = ms_span_make(stream, sizeof stream);
            outcome expected = by_the_rules(whole);
            expect_by_the_rules(whole, 0, sizeof stream, &expected);
            expect_by_the_rules(whole, place + 1, sizeof stream, &expected);
            expect_by_the_rules(whole, 0, 1, &expected);
            free(expected.content);
        }
}

/* RFC 5322 section 2.1.1: 998 characters excluding the CRLF, on both sides, at each place, with and without dot. */
Test(content, lines_of_998_octets)
{
    for (size_t before = 0; before < 280; before += 7)
        for (size_t octets = 996; octets <= 1001; octets++)
            for (int kind = 0; kind < 4; kind++) {
                uint8_t stream[2000];
                memset(stream, 'x', sizeof stream);
                size_t at = before;
                if (before >= 2)
                    memcpy(stream + before - 2, "\r\n", 2);
                if (kind == 1) /* a removed dot does not count */
                    memcpy(stream + at++, "..", 2);
                at += octets;
                if (kind == 2) /* a bare LF within does */
                    stream[at - 500] = '\n';
                if (kind == 3) /* and a bare CR at the end */
                    stream[at - 1] = '\r';
                memcpy(stream + at, "\r\ny\r\n.\r\n", 8);
                const ms_span whole = ms_span_make(stream, at + 8);
                const bool starts_line = before == 0 || before >= 2;
                reader r = new_reader(whole.len);
                read_piece(&r, whole);
                if (starts_line)
                    cr_expect_eq((r.content.flags & MS_CONTENT_LONG_LINE) != 0, octets > 998, "%zu octets, kind %d",
                                 octets, kind);
                cr_expect_eq(r.got.end, whole.len);
                free(r.got.content);
                outcome expected = by_the_rules(whole);
                expect_by_the_rules(whole, 0, whole.len, &expected);
                expect_by_the_rules(whole, 1 + before + octets / 2, whole.len, &expected);
                expect_by_the_rules(whole, at, 1, &expected);
                free(expected.content);
            }
}

/* A line that came in more octets than 32 bits count would not be noticed if the count wrapped. */
Test(content, state_is_small_and_zero_is_new)
{
    static const ms_content zero;
    ms_content content;
    memset(&content, 0xFF, sizeof content);
    ms_content_init(&content);
    cr_expect_eq(memcmp(&content, &zero, sizeof zero), 0);
    cr_expect_eq(sizeof content, 8);
}

Test(content, behind_the_end_nothing_is_consumed)
{
    ms_content content;
    ms_content_init(&content);
    cr_expect_eq(ms_content_next(&content, MS_SPAN(".\r\n")).status, MS_CONTENT_END);
    const ms_content_slice again = ms_content_next(&content, MS_SPAN("a"));
    cr_expect_eq(again.status, MS_CONTENT_END);
    cr_expect_eq(again.consumed, 0);
    cr_expect(ms_span_is_absent(again.slice));
    const ms_content_slice empty = ms_content_next(&content, ms_span_absent());
    cr_expect_eq(empty.status, MS_CONTENT_END);
}

Test(content, no_input_needs_more)
{
    ms_content content;
    ms_content_init(&content);
    cr_expect_eq(ms_content_next(&content, ms_span_absent()).status, MS_CONTENT_NEED_MORE);
    cr_expect_eq(content.new_flags, 0);
}

/* Lines with CRLF and no leading dot are one slice; so is all between two removed dots. */
Test(content, slices_are_long)
{
    static const char text[] = "one\r\ntwo\r\n\r\nthree.\r\n..four\r\nfive\r\n";
    ms_content content;
    ms_content_init(&content);
    const ms_content_slice first = ms_content_next(&content, MS_SPAN(text));
    cr_expect(span_is(first.slice, "one\r\ntwo\r\n\r\nthree.\r\n"));
    const ms_content_slice second =
        ms_content_next(&content, ms_span_make(text + first.consumed, sizeof text - 1 - first.consumed));
    cr_expect(span_is(second.slice, ".four\r\nfive\r\n"));
    cr_expect_eq(second.status, MS_CONTENT_NEED_MORE);
}

/* ---- Copying ---- */

static void expect_copy(ms_span stream, size_t step, const outcome *expected)
{
    reader r = new_reader(stream.len);
    bool first = true;
    unsigned raised = 0;
    for (size_t at = 0; at < stream.len && r.got.end == NEVER;) {
        const size_t len = step < stream.len - at ? step : stream.len - at;
        const ms_span input = heap_copy(stream.ptr + at, len);
        uint8_t *out = malloc(len + 1);
        cr_assert_not_null(out);
        size_t written = 77;
        const ms_content_slice got = ms_content_copy(&r.content, input, out, &written);
        cr_assert_leq(written, len + 1);
        cr_assert_eq(got.slice.len, written);
        memcpy(r.got.content + r.got.len, out, written);
        r.got.len += written;
        cr_expect(got.status == MS_CONTENT_END || (got.status == MS_CONTENT_NEED_MORE && got.consumed == len));
        raised |= r.content.new_flags;
        if (first && r.content.new_flags != 0) {
            size_t proved = NEVER;
            for (size_t i = 0; i < FLAG_COUNT; i++)
                proved = expected->proved[i] < proved ? expected->proved[i] : proved;
            cr_expect_eq(at + got.flag_at, proved);
            first = false;
        }
        if (got.status == MS_CONTENT_END)
            r.got.end = at + got.consumed;
        at += len;
        heap_free(input);
        free(out);
    }
    cr_expect_eq(r.got.end, expected->end);
    cr_expect(r.got.len == expected->len && memcmp(r.got.content, expected->content, expected->len) == 0);
    for (size_t i = 0; i < FLAG_COUNT; i++)
        cr_expect_eq((r.content.flags >> i & 1) != 0, expected->proved[i] != NEVER);
    cr_expect_eq(raised, r.content.flags, "each flag is new once");
    free(r.got.content);
}

Test(content, copying_gives_what_slices_give)
{
    enum { ROOM = 40 * 1024 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span stream = ms_span_make(rows[i].stream, rows[i].len);
        outcome expected = by_the_rules(stream);
        for (size_t step = 1; step <= rows[i].len; step++)
            expect_copy(stream, step, &expected);
        free(expected.content);
    }
    uint8_t *stream = malloc(ROOM);
    cr_assert_not_null(stream);
    random_state = 7;
    const ms_span whole = ms_span_make(stream, random_stream(stream, ROOM, 20));
    outcome expected = by_the_rules(whole);
    expect_copy(whole, whole.len, &expected);
    expect_copy(whole, 999, &expected);
    free(expected.content);
    free(stream);
}

/* More than is copied at once: dot lines and flags on either side of each seam. */
Test(content, copying_much)
{
    enum { LEN = 70 * 1024 };
    uint8_t *stream = malloc(LEN);
    cr_assert_not_null(stream);
    for (size_t shift = 0; shift < 83; shift++) {
        for (size_t at = 0; at < LEN; at++)
            stream[at] =
                (uint8_t) "..and a line of 83 octets, which is prime, so that each of its octets meets a seam.\r\n"
                    [(at + shift) % 85];
        stream[0] = 'x'; /* else "." CRLF may stand there */
        memcpy(stream + LEN - 5, "\r\n.\r\n", 5);
        stream[LEN / 2] = shift % 2 == 0 ? 0x80 : 0;
        const ms_span whole = ms_span_make(stream, LEN);
        outcome expected = by_the_rules(whole);
        cr_expect_geq(expected.end, LEN - 3); /* a first dot may meet the last line end */
        cr_expect_leq(expected.end, LEN);
        expect_copy(whole, LEN, &expected);
        expect_copy(whole, 20 * 1024, &expected);
        free(expected.content);
    }
    free(stream);
}

Test(content, copying_nothing)
{
    ms_content content;
    size_t written = 77;
    ms_content_init(&content);
    content.new_flags = MS_CONTENT_NUL;
    const ms_content_slice got = ms_content_copy(&content, ms_span_absent(), NULL, &written);
    cr_expect_eq(got.status, MS_CONTENT_NEED_MORE);
    cr_expect_eq(written, 0);
    cr_expect(ms_span_is_absent(got.slice));
    cr_expect_eq(content.new_flags, 0);
}

/* ---- BDAT ---- */

static const struct chunk_row {
    const char *what, *octets;
    size_t len;
    uint8_t flags, end_flags;
} chunk_rows[] = {
    {"RFC 3030 section 2 dots mean nothing", OCTETS("a\r\n.\r\n..b\r\n"), 0, 0},
    {"a dot between bare line ends is no false end", OCTETS("\n.\n\r.\r"), MS_CONTENT_BARE_LF | MS_CONTENT_BARE_CR, 0},
    {"NUL and 8-bit", OCTETS("\0\r\xFFz"), MS_CONTENT_NUL | MS_CONTENT_8BIT | MS_CONTENT_BARE_CR, 0},
    {"CR at the end is bare once the message is over", OCTETS("a\r"), 0, MS_CONTENT_BARE_CR},
    {"bare CR, and CR at the end", OCTETS("\ra\r"), MS_CONTENT_BARE_CR, 0},
    {"CR CR LF", OCTETS("\r\r\n"), MS_CONTENT_BARE_CR, 0},
    {"LF at the start", OCTETS("\n"), MS_CONTENT_BARE_LF, 0},
};

Test(content, chunks_are_counted_and_flagged)
{
    for (size_t i = 0; i < COUNT(chunk_rows); i++)
        for (size_t first = 0; first <= chunk_rows[i].len; first++) {
            const struct chunk_row *row = &chunk_rows[i];
            const ms_span input = heap_copy(row->octets, row->len);
            ms_content content;
            ms_content_init(&content);
            uint64_t remaining = first;
            size_t at = 0;
            ms_content_slice got;
            for (int chunk = 0; chunk < 2; chunk++, remaining = row->len - first)
                do {
                    got = ms_content_chunk(&content, &remaining, ms_span_make(input.ptr + at, input.len - at));
                    cr_expect(got.slice.len == got.consumed && (got.consumed == 0 || got.slice.ptr == input.ptr + at));
                    at += got.consumed;
                    cr_expect_eq(got.status, remaining == 0 ? MS_CONTENT_END : MS_CONTENT_SLICE, "%s", row->what);
                } while (got.status == MS_CONTENT_SLICE);
            cr_expect_eq(at, row->len, "%s", row->what);
            cr_expect_eq(content.flags, row->flags, "%s: flags %02x", row->what, content.flags);
            cr_expect_eq(ms_content_chunks_end(&content), row->end_flags, "%s", row->what);
            cr_expect_eq(content.flags, row->flags | row->end_flags, "%s", row->what);
            cr_expect_eq(ms_content_chunks_end(&content), 0, "%s: once", row->what);
            heap_free(input);
        }
}

Test(content, a_chunk_takes_no_more_than_it_announced)
{
    ms_content content;
    ms_content_init(&content);
    uint64_t remaining = 3;
    ms_content_slice got = ms_content_chunk(&content, &remaining, MS_SPAN("ab"));
    cr_expect_eq(got.status, MS_CONTENT_NEED_MORE);
    cr_expect_eq(remaining, 1);
    got = ms_content_chunk(&content, &remaining, MS_SPAN("cQUIT\r\n"));
    cr_expect_eq(got.status, MS_CONTENT_END);
    cr_expect_eq(got.consumed, 1);
    cr_expect_eq(remaining, 0);
    got = ms_content_chunk(&content, &remaining, MS_SPAN("QUIT\r\n")); /* BDAT 0 LAST */
    cr_expect_eq(got.status, MS_CONTENT_END);
    cr_expect_eq(got.consumed, 0);
    remaining = UINT64_MAX;
    got = ms_content_chunk(&content, &remaining, MS_SPAN("d"));
    cr_expect_eq(remaining, UINT64_MAX - 1);
}

/* A line may span chunks: its length does, too. */
Test(content, long_lines_over_chunks)
{
    uint8_t line[1000];
    memset(line, 'x', sizeof line);
    for (size_t octets = 998; octets <= 999; octets++) {
        ms_content content;
        ms_content_init(&content);
        uint64_t remaining = 500;
        ms_content_chunk(&content, &remaining, ms_span_make(line, 500));
        remaining = octets - 500;
        ms_content_chunk(&content, &remaining, ms_span_make(line, octets - 500));
        cr_expect_eq(content.flags, octets > 998 ? MS_CONTENT_LONG_LINE : 0);
        remaining = 1;
        ms_content_chunk(&content, &remaining, MS_SPAN("\r"));
        cr_expect_eq(ms_content_chunks_end(&content),
                     octets > 998 ? MS_CONTENT_BARE_CR : MS_CONTENT_BARE_CR | MS_CONTENT_LONG_LINE);
    }
    ms_content content;
    ms_content_init(&content);
    uint64_t remaining = 998;
    line[997] = '\r';
    ms_content_chunk(&content, &remaining, ms_span_make(line, 998));
    cr_expect_eq(ms_content_chunks_end(&content), MS_CONTENT_BARE_CR);
}
