#include "mailspec/line.h"

#include "feed.h"
#include "mailspec/limits.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a framer made of a stream, written down: one letter for the status (C, H for head, + for continued), the flags
 * in brackets as letters with the offset of the first (L bare LF, R bare CR, 0 NUL, 8 8-bit, T too long), the text in
 * quotes with CR as ^, NUL as @ and 8-bit octets as ~.  A space behind each. */
typedef struct story {
    ms_line_framer framer;
    char text[8192];
    size_t len;
} story;

static void tell(story *s, const char *text, size_t len)
{
    cr_assert_lt(s->len + len, sizeof s->text, "the story is too long");
    memcpy(s->text + s->len, text, len);
    s->len += len;
    s->text[s->len] = 0;
}

static void tell_flag(story *s, bool flagged, char letter, uint32_t at)
{
    char word[16];
    if (flagged && at != MS_LINE_NOWHERE)
        tell(s, word, (size_t)snprintf(word, sizeof word, "%c%u", letter, (unsigned)at));
    else if (flagged)
        tell(s, &letter, 1);
    else
        cr_expect_eq(at, MS_LINE_NOWHERE, "an offset without its flag %c", letter);
}

static size_t take_line(void *parser, ms_span input)
{
    story *s = parser;
    const ms_line line = ms_line_next(&s->framer, input);
    if (line.status == MS_LINE_NEED_MORE) {
        cr_expect(ms_span_is_absent(line.text));
        cr_expect_eq(line.flags, 0);
        cr_expect_eq(line.consumed, 0);
        return 0;
    }
    cr_expect_eq(line.text.ptr, input.ptr, "text points into the input");
    cr_assert_leq(line.text.len, line.consumed);
    cr_assert_leq(line.consumed, input.len);
    tell(s, line.status == MS_LINE_COMPLETE ? "C" : line.status == MS_LINE_HEAD ? "H" : "+", 1);
    if (line.flags != 0) {
        tell(s, "[", 1);
        tell_flag(s, line.flags & MS_LINE_BARE_LF, 'L', MS_LINE_NOWHERE);
        tell_flag(s, line.flags & MS_LINE_BARE_CR, 'R', line.bare_cr_at);
        tell_flag(s, line.flags & MS_LINE_NUL, '0', line.nul_at);
        tell_flag(s, line.flags & MS_LINE_8BIT, '8', line.eight_bit_at);
        tell_flag(s, line.flags & MS_LINE_TOO_LONG, 'T', MS_LINE_NOWHERE);
        tell(s, "]", 1);
    }
    tell(s, "\"", 1);
    for (size_t i = 0; i < line.text.len; i++) {
        const uint8_t octet = line.text.ptr[i];
        const char shown = octet == 0 ? '@' : octet == '\r' ? '^' : octet > 127 ? '~' : (char)octet;
        tell(s, &shown, 1);
    }
    tell(s, "\" ", 2);
    return line.consumed;
}

#define OCTETS(literal) literal, sizeof(literal) - 1

static const struct row {
    const char *what, *stream;
    size_t len, limit;
    const char *story;
    size_t rest; /* octets that wait for more */
} rows[] = {
    {"RFC 5321 section 2.3.8 CRLF ends a line", OCTETS("NOOP\r\n"), 512, "C\"NOOP\" ", 0},
    {"a blank line is no end of input", OCTETS("\r\n"), 512, "C\"\" ", 0},
    {"nothing yet", OCTETS(""), 512, "", 0},
    {"no line end yet", OCTETS("NOOP"), 512, "", 4},
    {"CR waits for its LF", OCTETS("NOOP\r"), 512, "", 5},
    {"two lines and a beginning", OCTETS("a\r\nbc\r\nd"), 512, "C\"a\" C\"bc\" ", 1},
    {"SMTP-5321-2.3.8-02 bare LF ends a line and is flagged", OCTETS("NOOP\n"), 512, "C[L]\"NOOP\" ", 0},
    {"bare LF alone", OCTETS("\n\n"), 512, "C[L]\"\" C[L]\"\" ", 0},
    {"SMTP-5321-2.3.8-02 bare CR does not end a line", OCTETS("a\rb\r\n"), 512, "C[R1]\"a^b\" ", 0},
    {"CR CR LF: the first CR is bare", OCTETS("a\r\r\n"), 512, "C[R1]\"a^\" ", 0},
    {"LF CR LF", OCTETS("\n\r\n"), 512, "C[L]\"\" C\"\" ", 0},
    {"bare CR and bare LF", OCTETS("a\rb\n"), 512, "C[LR1]\"a^b\" ", 0},
    {"NUL", OCTETS("a\0b\0\r\n"), 512, "C[01]\"a@b@\" ", 0},
    {"8-bit", OCTETS("abc\x80\xFF\r\n"), 512, "C[83]\"abc~~\" ", 0},
    {"octet 127 is 7-bit, octet 1 is not NUL", OCTETS("\x7F\x01\x7F\x01\x7F\x01\x7F\x01\x7F\r\n"), 512,
     "C\"\x7F\x01\x7F\x01\x7F\x01\x7F\x01\x7F\" ", 0},
    {"all of them, each first one", OCTETS("12345678\xC3\xA9\rx\0y\rz\0\x80\n"), 512,
     "C[LR10012"
     "88]\"12345678~~^x@y^z@~\" ",
     0},
    {"octet 127 before an 8-bit one", OCTETS("a\x7F\xC3\r\n"), 512, "C[82]\"a\x7F~\" ", 0},
    {"a mark in the last octets of a text of 9", OCTETS("12345678\xC3\r\n"), 512, "C[88]\"12345678~\" ", 0},
    {"the next line starts without flags", OCTETS("\x80\r\nab\r\n"), 512, "C[80]\"~\" C\"ab\" ", 0},
    {"as long as the limit", OCTETS("123456\r\n"), 8, "C\"123456\" ", 0},
    {"one octet over the limit", OCTETS("1234567\r\n"), 8, "H[T]\"1234567\" C[T]\"\" ", 0},
    {"two octets over the limit", OCTETS("12345678\r\n"), 8, "H[T]\"12345678\" C[T]\"\" ", 0},
    {"as long as the limit by a bare LF", OCTETS("1234567\n"), 8, "C[L]\"1234567\" ", 0},
    {"one octet over by a bare LF", OCTETS("12345678\n"), 8, "H[T]\"12345678\" C[LT]\"\" ", 0},
    {"the limit's worth and no more yet", OCTETS("12345678"), 8, "H[T]\"12345678\" ", 0},
    {"one octet less: it may still end", OCTETS("1234567"), 8, "", 7},
    {"CR at the edge goes with the next piece", OCTETS("1234567\rab\r\n"), 8, "H[T]\"1234567\" C[R0T]\"^ab\" ", 0},
    {"CR CR at the edge: the first one is judged here", OCTETS("123456\r\r\nx\r\n"), 8,
     "H[R6T]\"123456^\" C[RT]\"\" C\"x\" ", 0},
    {"head, continued, end", OCTETS("12345678abcdefgh12\r\n"), 8, "H[T]\"12345678\" +[T]\"abcdefgh\" C[T]\"12\" ", 0},
    {"CR at the second edge", OCTETS("12345678abcdefg\r\n"), 8, "H[T]\"12345678\" +[T]\"abcdefg\" C[T]\"\" ", 0},
    {"flags of earlier pieces stay",
     OCTETS("\0"
            "2345678a\xFF"
            "cdefghij\r\n"),
     8, "H[00T]\"@2345678\" +[081T]\"a~cdefgh\" C[08T]\"ij\" ", 0},
    {"the line behind an over-long one is clean",
     OCTETS("\0"
            "23456789\r\nab\r\n"),
     8, "H[00T]\"@2345678\" C[0T]\"9\" C\"ab\" ", 0},
    {"only CRs", OCTETS("\r\r\r\r\r\r\r\r\r"), 4, "H[R0T]\"^^^\" +[R0T]\"^^^\" ", 3},
    {"the smallest limit, reached", OCTETS("a\r\n"), 3, "C\"a\" ", 0},
    {"the smallest limit, passed", OCTETS("ab\r\n"), 3, "H[T]\"ab\" C[T]\"\" ", 0},
    {"a limit below the smallest counts as the smallest", OCTETS("a\r\nab\r\n"), 0, "C\"a\" H[T]\"ab\" C[T]\"\" ", 0},
    {"a limit above the largest counts as the largest", OCTETS("ab\r\n"), SIZE_MAX, "C\"ab\" ", 0},
};

static void expect_story(const struct row *row, const story *got, size_t consumed, const char *way)
{
    cr_expect_str_eq(got->text, row->story, "%s, %s: got %s", row->what, way, got->text);
    cr_expect_eq(consumed, row->len - row->rest, "%s, %s: consumed %zu", row->what, way, consumed);
}

Test(line, rows_whole_octet_by_octet_and_with_octets_behind)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        for (feed_way way = FEED_WHOLE; way < FEED_WAYS; way++) {
            /* octets behind complete what waits for more, or fill the limit */
            if (way == FEED_TRAILING && (rows[i].rest > 0 || rows[i].limit < 16))
                continue;
            story got = {.len = 0};
            ms_line_init(&got.framer, rows[i].limit);
            const size_t consumed = feed(way, ms_span_make(rows[i].stream, rows[i].len), take_line, &got);
            expect_story(&rows[i], &got, consumed, feed_way_name(way));
        }
}

Test(line, rows_at_every_cut)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t cut = 0; cut <= rows[i].len; cut++) {
            story got = {.len = 0};
            ms_line_init(&got.framer, rows[i].limit);
            const size_t consumed = feed_cut(ms_span_make(rows[i].stream, rows[i].len), cut, take_line, &got);
            expect_story(&rows[i], &got, consumed, "cut");
        }
}

/* Every stream of up to 7 octets of those that matter, at limits around its length: octet by octet gives what whole
 * gives, and the pieces joined give the stream back. */
Test(line, every_short_stream_is_cut_invariant)
{
    static const char octets[] = {'a', '\r', '\n', '\0', '\x80'};
    for (unsigned number = 0; number < 78125; number++) {
        char stream[7];
        for (unsigned i = 0, rest = number; i < 7; i++, rest /= 5)
            stream[i] = octets[rest % 5];
        for (size_t limit = 3; limit <= 6; limit += 3) {
            story whole = {.len = 0}, single = {.len = 0};
            ms_line_init(&whole.framer, limit);
            ms_line_init(&single.framer, limit);
            const size_t one = feed(FEED_WHOLE, ms_span_make(stream, 7), take_line, &whole);
            const size_t two = feed(FEED_OCTETS, ms_span_make(stream, 7), take_line, &single);
            if (one != two || strcmp(whole.text, single.text) != 0)
                cr_expect_fail("stream %u, limit %zu: %s and %s", number, limit, whole.text, single.text);
        }
    }
}

/* RFC 5321 section 4.5.3.1.4 and RFC 1939 section 3 with RFC 2449 section 4: on both sides of each limit. */
Test(line, the_limits_of_the_protocols)
{
    static const size_t limits[] = {MS_SMTP_COMMAND_LINE_MAX, MS_SMTP_REPLY_LINE_MAX,    MS_SMTP_TEXT_LINE_MAX,
                                    MS_POP3_COMMAND_LINE_MAX, MS_POP3_RESPONSE_LINE_MAX, MS_SMTP_AUTH_LINE_MAX};
    for (size_t i = 0; i < COUNT(limits); i++)
        for (size_t over = 0; over < 2; over++) {
            const size_t len = limits[i] + over;
            uint8_t *stream = malloc(len);
            cr_assert_not_null(stream);
            memset(stream, 'x', len);
            stream[len - 2] = '\r';
            stream[len - 1] = '\n';
            ms_line_framer framer;
            ms_line_init(&framer, limits[i]);
            const ms_line line = ms_line_next(&framer, ms_span_make(stream, len));
            cr_expect_eq(line.status, over ? MS_LINE_HEAD : MS_LINE_COMPLETE, "limit %zu", limits[i]);
            cr_expect_eq(line.flags, over ? MS_LINE_TOO_LONG : 0, "limit %zu", limits[i]);
            cr_expect_eq(line.text.len, over ? limits[i] - 1 : len - 2, "limit %zu", limits[i]);
            free(stream);
        }
}

/* No octet is searched twice: an LF put where the framer has looked already is not seen. */
Test(line, searches_no_octet_twice)
{
    char input[] = "abcd\r\n";
    ms_line_framer framer;
    ms_line_init(&framer, 512);
    cr_expect_eq(ms_line_next(&framer, ms_span_make(input, 3)).status, MS_LINE_NEED_MORE);
    input[1] = '\n';
    cr_expect_eq(ms_line_next(&framer, ms_span_make(input, 6)).consumed, 6);
}

/* STARTTLS and STLS drop what is buffered (RFC 3207 section 4.2, RFC 2595 section 4). */
Test(line, reset_forgets_what_was_scanned)
{
    ms_line_framer framer;
    ms_line_init(&framer, 4);
    const ms_line head = ms_line_next(&framer, ms_span_make("\0abc", 4));
    cr_expect_eq(head.status, MS_LINE_HEAD);
    cr_expect_eq(ms_line_next(&framer, ms_span_make("ab", 2)).status, MS_LINE_NEED_MORE);
    ms_line_reset(&framer);
    const ms_line line = ms_line_next(&framer, ms_span_make("\r\n", 2));
    cr_expect_eq(line.status, MS_LINE_COMPLETE);
    cr_expect_eq(line.flags, 0);
    cr_expect_eq(line.consumed, 2);
}

/* An extension may raise the limit between two lines; a caller that shows less than before does not confuse. */
Test(line, limit_and_input_may_change)
{
    ms_line_framer framer;
    ms_line_init(&framer, 4);
    cr_expect_eq(ms_line_next(&framer, ms_span_make("ab\r\n", 4)).status, MS_LINE_COMPLETE);
    framer.limit = 6;
    cr_expect_eq(ms_line_next(&framer, ms_span_make("abcd\r", 5)).status, MS_LINE_NEED_MORE);
    cr_expect_eq(ms_line_next(&framer, ms_span_make("x", 1)).status, MS_LINE_NEED_MORE);
    cr_expect_eq(ms_line_next(&framer, ms_span_make("x\n", 2)).status, MS_LINE_COMPLETE);
}
