/*
 * yield_line.h - the text of one "=" line, put together word by word
 */
#ifndef MAILSPEC_HARNESS_REPLAY_YIELD_LINE_H
#define MAILSPEC_HARNESS_REPLAY_YIELD_LINE_H

#include "mailspec/rule.h"
#include "mailspec/span.h"

enum { YIELD_MAX = 900 }; /* characters of one line; a longer one ends in "..." */

typedef struct yield_line {
    char text[YIELD_MAX + 8];
    size_t length;
} yield_line;

void yield_put(yield_line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* name="octets", escaped; nothing for an absent value. */
void yield_put_octets(yield_line *l, const char *name, ms_span value);
void yield_put_deviations(yield_line *l, ms_deviations set, const ms_rule *(*rule)(unsigned));

#endif
