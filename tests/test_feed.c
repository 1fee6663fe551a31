#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

/* A stream parser small enough to be right by inspection: takes pairs of octets up to a '.', and counts. */
typedef struct pairs {
    size_t calls, taken;
    bool ended;
} pairs;

static size_t take_pair(void *parser, ms_span input)
{
    pairs *p = parser;
    p->calls++;
    if (p->ended)
        return 0;
    if (input.ptr[0] == '.') {
        p->ended = true;
        return 1;
    }
    if (input.len < 2)
        return 0;
    p->taken++;
    return 2;
}

Test(feed, absent_empty_and_full_copies)
{
    cr_expect(ms_span_is_absent(heap_text(NULL)));
    const ms_span empty = heap_text("");
    cr_expect(!ms_span_is_absent(empty));
    cr_expect_eq(empty.len, 0);
    heap_free(empty);
    const ms_span copy = heap_copy("a\0b", 3);
    cr_expect_eq(copy.len, 3);
    cr_expect_eq(memcmp(copy.ptr, "a\0b", 3), 0);
    heap_free(copy);
}

Test(feed, span_is)
{
    cr_expect(span_is(MS_SPAN("ab"), "ab"));
    cr_expect(span_is(MS_SPAN(""), ""));
    cr_expect(!span_is(MS_SPAN("ab"), "abc"));
    cr_expect(!span_is(MS_SPAN("ab"), "ac"));
    cr_expect(!span_is(ms_span_make(NULL, 0), ""));
}

Test(feed, each_way_consumes_the_stream_up_to_its_end)
{
    const ms_span stream = heap_text("aabbcc.");
    for (feed_way way = FEED_WHOLE; way < FEED_WAYS; way++) {
        pairs p = {0};
        cr_expect_eq(feed(way, stream, take_pair, &p), stream.len, "%s", feed_way_name(way));
        cr_expect_eq(p.taken, 3, "%s", feed_way_name(way));
    }
    heap_free(stream);
}

Test(feed, the_ways_differ_in_their_calls)
{
    const ms_span stream = heap_text("aa.");
    pairs whole = {0}, octets = {0}, trailing = {0};
    feed(FEED_WHOLE, stream, take_pair, &whole);
    feed(FEED_OCTETS, stream, take_pair, &octets);
    feed(FEED_TRAILING, stream, take_pair, &trailing);
    cr_expect_eq(whole.calls, 2);
    cr_expect_eq(octets.calls, 3);
    cr_expect_eq(trailing.calls, 3);
    heap_free(stream);
}

Test(feed, every_cut)
{
    const ms_span stream = heap_text("aabb.");
    for (size_t cut = 0; cut <= stream.len; cut++) {
        pairs p = {0};
        cr_expect_eq(feed_cut(stream, cut, take_pair, &p), stream.len, "cut at %zu", cut);
        cr_expect_eq(p.taken, 2, "cut at %zu", cut);
    }
    heap_free(stream);
}
