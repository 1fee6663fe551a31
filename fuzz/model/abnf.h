/*
 * abnf.h - the RFCs' grammars, read as they are printed and run as they stand
 *
 * A rule is one string, `name = elements` in the notation of RFC 5234 (`=/` adds an alternative).  Matching keeps the
 * set of all places where each element can end, so it tries every derivation: there is no order of alternatives, no
 * greed and no look-ahead to get wrong.  The same rules make random strings.  Slow, and meant to be: what is fast is
 * in parsers/, and this is what it is compared with.
 */
#ifndef MAILSPEC_MODEL_ABNF_H
#define MAILSPEC_MODEL_ABNF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ABNF_OCTETS_MAX = 1023 }; /* longer strings are not matched: callers ask abnf_fits() first */

typedef struct abnf abnf;

/* One grammar of several lists of rules, each ended by NULL.  A mistake in a rule ends the program: it is ours. */
abnf *abnf_read(const char *const *const lists[]);
void abnf_free(abnf *grammar);

/* The number of a rule, for the two functions below; an unknown name ends the program. */
size_t abnf_rule(const abnf *grammar, const char *name);

static inline bool abnf_fits(size_t len)
{
    return len <= ABNF_OCTETS_MAX;
}

/* Whether the whole of the octets can be derived from the rule. */
bool abnf_matches(const abnf *grammar, size_t rule, const uint8_t *octets, size_t len);
/* How many octets, the fewest, can be derived from the rule with the octet `next` behind them; len: none can. */
size_t abnf_matches_before(const abnf *grammar, size_t rule, const uint8_t *octets, size_t len, uint8_t next);

/* A string of random numbers.  The same seed gives the same strings everywhere. */
typedef struct random_source {
    uint64_t state;
} random_source;

uint64_t random_next(random_source *random);
size_t random_below(random_source *random, size_t bound); /* 0 to bound-1; bound is not 0 */

/* A random string of the rule, cut off at the room.  Returns its length. */
size_t abnf_generate(const abnf *grammar, size_t rule, random_source *random, uint8_t *octets, size_t room);

#endif
