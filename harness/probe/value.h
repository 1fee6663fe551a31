/*
 * value.h - values of the transcript language while a case runs: names, captures, expressions
 *
 * A value that was made from a password has a twin: what it would be if the password were the text
 * "${secret:password}".  The octets are sent, the twin is what every output shows; base64 of a twin is
 * base64 too, so that what is shown can still be judged.
 */
#ifndef MAILSPEC_HARNESS_PROBE_VALUE_H
#define MAILSPEC_HARNESS_PROBE_VALUE_H

#include "harness/transcript/arena.h"
#include "harness/transcript/expression.h"
#include "harness/transcript/pattern.h"

/* One entry of a keyed capture. */
typedef struct probe_entry {
    ms_span key; /* absent in a set() */
    ms_span value;
} probe_entry;

typedef struct probe_value {
    mst_value_kind kind; /* MST_VALUE_OCTETS, _NUMBER or _KEYED */
    ms_span octets;
    ms_span shown; /* the twin; the same span where there is no secret in it */
    uint64_t number;
    const probe_entry *entries;
    size_t entry_count;
} probe_value;

typedef struct probe_variable {
    ms_span name;
    probe_value value;
    size_t entry_room; /* private */
} probe_variable;

/* A piece of octets that must not be shown, and what stands for it. */
typedef struct probe_secret {
    ms_span octets, shown;
} probe_secret;

typedef struct probe_scope {
    mst_arena arena;
    probe_variable *variables;
    size_t count, room;
    probe_secret *secrets; /* longest first */
    size_t secret_count, secret_room;
    uint64_t random; /* state of pick() and word() */
    char error[200]; /* of the last evaluation that failed */
    ms_span lacking; /* the name that had no value, if that was why */
} probe_scope;

void probe_scope_init(probe_scope *scope, uint64_t seed);
void probe_scope_free(probe_scope *scope);

/* All octets are copied. */
void probe_scope_set(probe_scope *scope, ms_span name, ms_span octets);
void probe_scope_set_text(probe_scope *scope, const char *name, const char *text); /* NULL: not set */
void probe_scope_set_value(probe_scope *scope, ms_span name, const probe_value *value);
void probe_scope_set_secret(probe_scope *scope, const char *name, const char *text);
/* A keyed capture, without entries if it is new. */
void probe_scope_make_keyed(probe_scope *scope, ms_span name);
/* One entry of a keyed capture; an entry with that key is replaced. */
void probe_scope_set_entry(probe_scope *scope, ms_span name, ms_span key, ms_span value);
/* NULL if the name has no value. */
const probe_value *probe_scope_find(const probe_scope *scope, ms_span name);
/* The entry's value; absent if there is none. */
ms_span probe_scope_entry(const probe_scope *scope, ms_span name, ms_span key);

/* false, with scope->error, if a name has no value or a kind does not fit. */
bool probe_evaluate(probe_scope *scope, const mst_expression *expression, probe_value *value);
/* The same, as octets: a number gives its digits. */
bool probe_evaluate_octets(probe_scope *scope, const mst_expression *expression, probe_value *value);
bool probe_evaluate_number(probe_scope *scope, const mst_expression *expression, uint64_t *number);

/* All names that have a value, for a text pattern; in the scope's arena. */
const mst_binding *probe_scope_bindings(probe_scope *scope, size_t *count);

/* A copy in the arena; never absent. */
ms_span probe_scope_copy(probe_scope *scope, ms_span octets);

/* Remember octets that must not be shown. */
void probe_scope_hide(probe_scope *scope, ms_span octets, ms_span shown);
/* A copy of octets without secrets, in the arena; octets itself if there are none in it. */
ms_span probe_scope_shown(probe_scope *scope, ms_span octets);

/* Is a an equal octet run to b? */
bool probe_equal(ms_span a, ms_span b);
/* Digits only, into 64 bits. */
bool probe_read_number(ms_span text, uint64_t *number);

/* private to the files of values: */
bool probe_scope_fail(probe_scope *scope, const char *format, ...) __attribute__((format(printf, 2, 3)));
uint8_t *probe_scope_room(probe_scope *scope, uint64_t size);
bool probe_call(probe_scope *scope, const mst_expression *call, probe_value *value);
uint64_t probe_scope_random(probe_scope *scope);

#endif
