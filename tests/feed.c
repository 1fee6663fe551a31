#include "feed.h"

#include <stdlib.h>
#include <string.h>

static const char trailing[] = "???????";

static void *allocate(size_t len)
{
    void *block = malloc(len);
    if (block == NULL)
        abort();
    return block;
}

ms_span heap_copy(const void *ptr, size_t len)
{
    if (ptr == NULL)
        return ms_span_make(NULL, 0);
    /* malloc(0) may be NULL, which would mean absent; an empty block starts at the end of a block of one octet. */
    if (len == 0)
        return ms_span_make((uint8_t *)allocate(1) + 1, 0);
    return ms_span_make(memcpy(allocate(len), ptr, len), len);
}

ms_span heap_text(const char *text)
{
    return text == NULL ? ms_span_make(NULL, 0) : heap_copy(text, strlen(text));
}

void heap_free(ms_span copy)
{
    if (copy.ptr == NULL)
        return;
    const uintptr_t block = (uintptr_t)copy.ptr - (copy.len == 0 ? 1 : 0);
    free((void *)block);
}

bool span_is(ms_span span, const char *text)
{
    return span.ptr != NULL && span.len == strlen(text) && (span.len == 0 || memcmp(span.ptr, text, span.len) == 0);
}

const char *feed_way_name(feed_way way)
{
    switch (way) {
    case FEED_WHOLE:
        return "whole";
    case FEED_OCTETS:
        return "octet by octet";
    case FEED_TRAILING:
        return "with trailing octets";
    case FEED_WAYS:
        break;
    }
    return "?";
}

/* Show stream[consumed..shown) until nothing more is consumed; returns the new count of octets consumed. */
static size_t show(ms_span stream, size_t consumed, size_t shown, feed_take *take, void *parser)
{
    while (consumed < shown) {
        const ms_span input = heap_copy(stream.ptr + consumed, shown - consumed);
        const size_t taken = take(parser, input);
        heap_free(input);
        if (taken > shown - consumed)
            abort(); /* a parser that consumes what it was not given */
        if (taken == 0)
            break;
        consumed += taken;
    }
    return consumed;
}

size_t feed_cut(ms_span stream, size_t cut, feed_take *take, void *parser)
{
    const size_t consumed = show(stream, 0, cut, take, parser);
    return show(stream, consumed, stream.len, take, parser);
}

size_t feed(feed_way way, ms_span stream, feed_take *take, void *parser)
{
    size_t consumed = 0;
    switch (way) {
    case FEED_OCTETS:
        for (size_t shown = 1; shown <= stream.len; shown++)
            consumed = show(stream, consumed, shown, take, parser);
        return consumed;
    case FEED_TRAILING: {
        const size_t len = stream.len + sizeof trailing - 1;
        uint8_t *longer = allocate(len);
        if (stream.len > 0)
            memcpy(longer, stream.ptr, stream.len);
        memcpy(longer + stream.len, trailing, sizeof trailing - 1);
        consumed = show(ms_span_make(longer, len), 0, len, take, parser);
        free(longer);
        return consumed;
    }
    case FEED_WHOLE:
    case FEED_WAYS:
        break;
    }
    return show(stream, 0, stream.len, take, parser);
}
