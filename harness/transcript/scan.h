/*
 * scan.h - the reader's cursor: one place in the file, only moving forward
 *
 * Private to the reader's sources.  All functions that return bool return false
 * after an error, which is then in scan->error; the first one is kept.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_SCAN_H
#define MAILSPEC_HARNESS_TRANSCRIPT_SCAN_H

#include "harness/transcript/arena.h"
#include "harness/transcript/document.h"
#include "harness/transcript/reader.h"

typedef struct mst_scan {
    const uint8_t *at, *end, *line_start;
    uint32_t line;
    unsigned depth;    /* of blocks */
    unsigned nesting;  /* of calls in calls */
    unsigned patterns; /* text patterns so far */
    size_t expanded;   /* octets that expressions were expanded to */
    mst_arena *arena;
    mst_document *document;
    mst_connection *connections; /* room for MST_CONNECTIONS_MAX */
    struct mst_names *names;     /* of let, see fold.h */
    mst_error *error;
    bool failed;
    /* Comments that wait for the element they stand before. */
    mst_comment *first_comment, *last_comment;
    bool blank_line;
} mst_scan;

/* Errors.  The message may have %s for one word of the language or file. */
bool mst_scan_fail(mst_scan *scan, mst_position at, const char *message, const char *hint);
bool mst_scan_fail_word(mst_scan *scan, mst_position at, const char *message, ms_span word, const char *hint);
void *mst_scan_take(mst_scan *scan, size_t size); /* NULL: failed */

/* Once, before all else: line lengths, octets, the last line's end. */
bool mst_scan_check_octets(mst_scan *scan);

mst_position mst_scan_position(const mst_scan *scan);
void mst_scan_blanks(mst_scan *scan);    /* skip blanks, not line ends */
int mst_scan_peek(const mst_scan *scan); /* next octet of the line, or -1 at its end */
bool mst_scan_at_line_end(const mst_scan *scan);
void mst_scan_next_line(mst_scan *scan); /* drop the rest of the line */
ms_span mst_scan_rest(mst_scan *scan);   /* take the rest of the line, its end left there */

/* Take the octet or literal if it is next; these never fail. */
bool mst_scan_octet(mst_scan *scan, uint8_t octet);
bool mst_scan_literal(mst_scan *scan, const char *literal);

/* Take word if it is next and no word octet follows. */
bool mst_scan_keyword(mst_scan *scan, const char *word);

/* Take a run of letters, digits, '-', '_' and '.'; absent if there is none. */
ms_span mst_scan_word(mst_scan *scan);

/* Take the longest run that a name may consist of: [a-z][a-z0-9_]*. */
ms_span mst_scan_name(mst_scan *scan);

/* Decimal; size: with KiB or MiB; duration: with ms, s or min. */
bool mst_scan_number(mst_scan *scan, uint64_t *number);
bool mst_scan_size(mst_scan *scan, uint64_t *size, ms_span *written);
bool mst_scan_duration(mst_scan *scan, uint64_t *milliseconds);

/* Take "…" and give what is between the quotes, escapes as they are. */
bool mst_scan_quoted(mst_scan *scan, ms_span *source);

/* A requirement id is next (SMTP-…, POP3-…). */
bool mst_scan_at_requirement(const mst_scan *scan);

/* Comments: take a comment line; hand the waiting ones to an element. */
bool mst_scan_comment(mst_scan *scan);
mst_trivia mst_scan_trivia(mst_scan *scan);

/* The connection of that name, made if it is new; absent name: the unnamed one. */
bool mst_scan_connection(mst_scan *scan, ms_span name, mst_position at, unsigned *connection);

bool mst_span_is(ms_span span, const char *text);
bool mst_span_equal(ms_span a, ms_span b);

#endif
