/*
 * feed.h - input for tests: on the heap, of exact size, in every cut
 *
 * A heap block that ends where the input ends lets AddressSanitizer and
 * valgrind catch a parser that reads one octet too far.
 */
#ifndef MAILSPEC_TESTS_FEED_H
#define MAILSPEC_TESTS_FEED_H

#include <stddef.h>

#include "mailspec/span.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* A copy in a heap block of exactly len octets.  An empty copy is present
 * (ptr != NULL), a NULL ptr gives the absent span.  End it by heap_free. */
ms_span heap_copy(const void *ptr, size_t len);

/* The same of a C string, its NUL left out; of NULL the absent span. */
ms_span heap_text(const char *text);

void heap_free(ms_span copy);

/* The octets are those of the text, and the span is present. */
bool span_is(ms_span span, const char *text);

/* A stream parser under test: takes some of input, whose first octet is the
 * first one not yet consumed, and returns how many octets it consumed; 0 says
 * that it needs more, or has ended. */
typedef size_t feed_take(void *parser, ms_span input);

/* The three ways of feeding; a parser must behave the same in each. */
typedef enum feed_way {
    FEED_WHOLE,    /* all octets at once */
    FEED_OCTETS,   /* one more octet each time */
    FEED_TRAILING, /* all at once, followed by octets that are not the parser's */
    FEED_WAYS,
} feed_way;

const char *feed_way_name(feed_way way);

/* Feed the stream to take in that way, each time from a heap block of exactly
 * the octets not consumed yet, until it consumes nothing more.  Returns the
 * octets consumed in all.  The trailing octets of FEED_TRAILING are "?" and
 * hold no line end, so they suit framers and parsers that find their own end. */
size_t feed(feed_way way, ms_span stream, feed_take *take, void *parser);

/* Feed the stream in two pieces, the first of which has cut octets. */
size_t feed_cut(ms_span stream, size_t cut, feed_take *take, void *parser);

#endif
