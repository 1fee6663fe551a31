/*
 * pattern.h - the text pattern of expectations: ~"${n:number} messages?.*"
 *
 *     .            any octet
 *     [a-z] [^ ]   one octet of a set, or not of it
 *     ( ) |        group, alternatives
 *     * + ?        any number, at least one, at most one
 *     {2} {1,70} {3,}
 *     \d \r \n \t \0 \xHH, and \ before any other sign: itself
 *     ${n:number}  a capture; if n has a value already, that value
 *     ${from}      the value of a name
 *     ${uid[n]:unique-id}  a capture under a key; n is a number, a name that
 *                  has a value, or a capture that stands before it
 *
 * A pattern matches the whole text.  It runs as a set of states stepped
 * through the text once: the time is the length of the text times the length
 * of the pattern, whatever a peer sends.  Of several ways to match, captures
 * take the one that a reader expects: leftmost, longest piece first.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_PATTERN_H
#define MAILSPEC_HARNESS_TRANSCRIPT_PATTERN_H

#include "mailspec/span.h"

enum {
    MST_PATTERN_CODE_MAX = 512,   /* instructions; about one per octet of the pattern */
    MST_PATTERN_SETS_MAX = 32,    /* different [ ] */
    MST_PATTERN_CAPTURES_MAX = 8, /* ${…} */
    MST_PATTERN_NESTING_MAX = 8   /* groups in groups */
};

typedef enum mst_pattern_status {
    MST_PATTERN_OK,
    MST_PATTERN_TOO_LONG,
    MST_PATTERN_TOO_DEEP,
    MST_PATTERN_TOO_MANY_CAPTURES,
    MST_PATTERN_NOT_CLOSED,        /* ( or [ or { or ${ */
    MST_PATTERN_NOTHING_TO_REPEAT, /* * + ? { without something before it */
    MST_PATTERN_BAD_ESCAPE,
    MST_PATTERN_BAD_SET,          /* [] or [z-a] */
    MST_PATTERN_BAD_COUNT,        /* {2,1} or more than 255 */
    MST_PATTERN_BAD_CAPTURE,      /* not ${name}, ${name:type} or ${name[key]:type} */
    MST_PATTERN_REPEATED_CAPTURE, /* ${…} under * + {} would have several values */
    MST_PATTERN_UNKNOWN_TYPE,
    MST_PATTERN_UNBOUND, /* ${name} without a type, and without a value */
    MST_PATTERN_STATUSES,
} mst_pattern_status;

/* A value that a name has when the pattern is compiled. */
typedef struct mst_binding {
    ms_span name;
    ms_span key; /* absent: not keyed */
    ms_span value;
} mst_binding;

/* A ${…} of the pattern, in order. */
typedef struct mst_capture {
    ms_span name;
    ms_span type;        /* absent: a reference, which must have a value */
    ms_span key;         /* as written: digits or a name; absent: not keyed */
    bool bound;          /* it had a value, which was compared instead of captured */
    bool key_is_capture; /* the key is the value of the capture key_capture */
    unsigned key_capture;
} mst_capture;

typedef struct mst_pattern {
    struct {
        uint8_t op, octet;
        int16_t x, y;
    } code[MST_PATTERN_CODE_MAX];
    uint8_t sets[MST_PATTERN_SETS_MAX][32];
    mst_capture captures[MST_PATTERN_CAPTURES_MAX];
    unsigned length, set_count, capture_count;
    bool fold_case;
} mst_pattern;

/* Compile; *error_at is the offset of the fault in source.  The names that have
 * values are given by bindings; NULL checks the syntax only and takes every
 * name for one without a value that may get one.  The pattern keeps pointing
 * into source. */
mst_pattern_status mst_pattern_compile(mst_pattern *pattern, ms_span source, bool fold_case,
                                       const mst_binding *bindings, size_t binding_count, size_t *error_at);

/* Does all of text match?  If so, captured[i] is what captures[i] took; absent
 * for one that was bound, or stands in an alternative not taken.  captured may
 * be NULL. */
bool mst_pattern_match(const mst_pattern *pattern, ms_span text, ms_span captured[MST_PATTERN_CAPTURES_MAX]);

const char *mst_pattern_status_text(mst_pattern_status status);

/* The names of the types, "" ends them. */
const char *mst_pattern_type_name(unsigned i);

#endif
