#include "mailspec/content.h"

#include "feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define OCTETS(literal) literal, sizeof(literal) - 1

static const struct row {
    const char *what, *content;
    size_t len;
    const char *wire;
    size_t wire_len;
} rows[] = {
    {"RFC 5321 section 4.1.1.4 an empty message", OCTETS(""), OCTETS(".\r\n")},
    {"RFC 5321 section 4.1.1.4 no CRLF is added to one", OCTETS("a\r\n"), OCTETS("a\r\n.\r\n")},
    {"RFC 5321 section 4.1.1.4 CRLF is added where it lacks", OCTETS("a"), OCTETS("a\r\n.\r\n")},
    {"RFC 5321 section 4.5.2 a dot at the start", OCTETS(".\r\n"), OCTETS("..\r\n.\r\n")},
    {"RFC 1939 section 3 a dot at the start of a line", OCTETS("a\r\n.b\r\n"), OCTETS("a\r\n..b\r\n.\r\n")},
    {"two dots get one more", OCTETS("..\r\n"), OCTETS("...\r\n.\r\n")},
    {"dots elsewhere stay", OCTETS("a.\r\nb..c\r\n"), OCTETS("a.\r\nb..c\r\n.\r\n")},
    {"each of many lines", OCTETS(".\r\n.\r\n.a"), OCTETS("..\r\n..\r\n..a\r\n.\r\n")},
    {"a bare LF starts no line", OCTETS("a\n.b\r\n"), OCTETS("a\n.b\r\n.\r\n")},
    {"a bare CR starts no line", OCTETS("a\r.b\r\n"), OCTETS("a\r.b\r\n.\r\n")},
    {"LF behind CR CR starts one", OCTETS("\r\r\n.\r\n"), OCTETS("\r\r\n..\r\n.\r\n")},
    {"LF LF does not", OCTETS("\r\n\n.\r\n"), OCTETS("\r\n\n.\r\n.\r\n")},
    {"CR at the end", OCTETS("a\r"), OCTETS("a\r\r\n.\r\n")},
    {"LF at the end", OCTETS("a\n"), OCTETS("a\n\r\n.\r\n")},
    {"NUL and 8-bit", OCTETS("\0\xFF\r\n.\0"), OCTETS("\0\xFF\r\n..\0\r\n.\r\n")},
};

/* Stuff in pieces of step octets into blocks of room octets. */
static size_t stuff(ms_span content, size_t step, size_t room, uint8_t *wire)
{
    ms_stuffer stuffer;
    size_t len = 0, turns = 0;
    ms_stuffer_init(&stuffer);
    for (size_t at = 0; at < content.len;) {
        const size_t octets = step < content.len - at ? step : content.len - at;
        const ms_span input = heap_copy(content.ptr + at, octets);
        uint8_t *out = malloc(room);
        cr_assert_not_null(out);
        size_t written = 77;
        const size_t used = ms_stuffer_next(&stuffer, input, out, room, &written);
        cr_assert_leq(used, octets);
        cr_assert_leq(written, room);
        cr_assert(used > 0 || written > 0, "no progress");
        cr_assert_lt(turns++, 3 * content.len);
        memcpy(wire + len, out, written);
        len += written;
        at += used;
        heap_free(input);
        free(out);
    }
    return len + ms_stuffer_end(&stuffer, wire + len);
}

Test(stuff, rows_in_all_pieces_and_rooms)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t step = 1; step <= rows[i].len + 1; step++)
            for (size_t room = 1; room <= rows[i].wire_len; room++) {
                uint8_t wire[64];
                const size_t len = stuff(ms_span_make(rows[i].content, rows[i].len), step, room, wire);
                cr_expect(len == rows[i].wire_len && memcmp(wire, rows[i].wire, len) == 0, "%s, step %zu, room %zu",
                          rows[i].what, step, room);
            }
}

/* The receiver gets back what was stuffed, with a CRLF at the end if there was none. */
static void expect_round_trip(ms_span content, size_t step, size_t room)
{
    uint8_t *wire = malloc(2 * content.len + 5), *back = malloc(2 * content.len + 6);
    cr_assert(wire != NULL && back != NULL);
    const size_t len = stuff(content, step, room, wire);
    ms_content scanner;
    size_t written;
    ms_content_init(&scanner);
    const ms_content_slice got = ms_content_copy(&scanner, ms_span_make(wire, len), back, &written);
    const bool ended = content.len == 0 || (content.len >= 2 && memcmp(content.ptr + content.len - 2, "\r\n", 2) == 0);
    const bool ok = got.status == MS_CONTENT_END && got.consumed == len && written == content.len + (ended ? 0 : 2) &&
                    (content.len == 0 || memcmp(back, content.ptr, content.len) == 0) &&
                    (scanner.flags & (MS_CONTENT_LONE_STUFF)) == 0;
    cr_expect(ok, "%zu octets in steps of %zu", content.len, step);
    free(wire);
    free(back);
}

Test(stuff, every_short_content_comes_back)
{
    for (unsigned number = 0; number < 16384; number++) {
        uint8_t content[7];
        for (unsigned i = 0, rest = number; i < 7; i++, rest /= 4)
            content[i] = (uint8_t) "\r\n.x"[rest % 4];
        expect_round_trip(ms_span_make(content, 7), 7, 32);
        expect_round_trip(ms_span_make(content, 7), 1 + number % 3, 1 + number % 2);
    }
}

/* A dot line at each place of more octets than are searched at once, before and behind the others. */
Test(stuff, a_dot_at_each_place)
{
    for (size_t place = 2; place < 420; place++) {
        uint8_t content[424], wire[440], expected[440];
        memset(content, 'x', sizeof content);
        memcpy(content + place - 2, "\r\n.\r\n", place + 3 <= sizeof content ? 5 : 3);
        memcpy(content + sizeof content - 2, "\r\n", 2);
        memcpy(expected, content, place);
        expected[place] = '.';
        memcpy(expected + place + 1, content + place, sizeof content - place);
        memcpy(expected + sizeof content + 1, ".\r\n", 3);
        for (size_t step = 1; step <= sizeof content; step += 47) {
            const size_t len = stuff(ms_span_make(content, sizeof content), step, sizeof wire, wire);
            cr_expect(len == sizeof content + 4 && memcmp(wire, expected, len) == 0, "place %zu, step %zu", place,
                      step);
        }
    }
}

/* Where only a bare LF comes before the dot, nothing is doubled, at whichever place. */
Test(stuff, a_dot_behind_a_bare_lf_at_each_place)
{
    for (size_t place = 1; place < 300; place++) {
        uint8_t content[304], wire[320];
        memset(content, 'x', sizeof content);
        memcpy(content + place - 1, "\n.", 2);
        const size_t len = stuff(ms_span_make(content, sizeof content), sizeof content, sizeof wire, wire);
        cr_expect(len == sizeof content + 5 && memcmp(wire, content, sizeof content) == 0, "place %zu", place);
    }
}

Test(stuff, more_than_one_piece)
{
    enum { LEN = 40000 };
    uint8_t *content = malloc(LEN);
    cr_assert_not_null(content);
    for (size_t at = 0; at < LEN; at++)
        content[at] = (uint8_t) "ab.\r\n.\n\r.x"[at % 10];
    expect_round_trip(ms_span_make(content, LEN), LEN, 2 * LEN);
    expect_round_trip(ms_span_make(content, LEN), 1000, 77);
    free(content);
}

Test(stuff, no_room_and_no_input)
{
    ms_stuffer stuffer;
    size_t written = 77;
    ms_stuffer_init(&stuffer);
    cr_expect_eq(ms_stuffer_next(&stuffer, MS_SPAN(".a"), NULL, 0, &written), 0);
    cr_expect_eq(written, 0);
    cr_expect_eq(ms_stuffer_next(&stuffer, ms_span_absent(), NULL, 0, &written), 0);
    cr_expect_eq(written, 0);
}

Test(stuff, the_end_makes_a_new_one)
{
    ms_stuffer stuffer;
    uint8_t out[5];
    size_t written;
    ms_stuffer_init(&stuffer);
    ms_stuffer_next(&stuffer, MS_SPAN("a"), out, sizeof out, &written);
    cr_expect_eq(ms_stuffer_end(&stuffer, out), 5);
    cr_expect_arr_eq(out, "\r\n.\r\n", 5);
    cr_expect_eq(ms_stuffer_end(&stuffer, out), 3);
    cr_expect_arr_eq(out, ".\r\n", 3);
}
