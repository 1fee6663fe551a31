/*
 * phrase.h - texts out of a grammar of what software says, right and wrong
 *
 * Each rule has alternatives; an alternative is text in which other rules are named:
 *
 *     {rule}       one of its alternatives
 *     {rule?}      that, or nothing
 *     {rule*}      none to three of them
 *     {rule*64}    so many of them
 *     {rule%}      one, in base64
 *     {#00}        the octet
 *
 * A rule whose alternatives are whole lines that begin with a letter makes a script (fuzz/mutator/script.h).
 */
#ifndef MAILSPEC_FUZZ_MUTATOR_PHRASE_H
#define MAILSPEC_FUZZ_MUTATOR_PHRASE_H

#include "fuzz/mutator/draft.h"

typedef struct phrase_rule {
    const char *name;
    const char *const *alternatives; /* ended by NULL; NULL: the words of the set */
    fuzz_words words;
    bool mostly_first; /* every second time the first one, which is what is meant to be said */
} phrase_rule;

/* clang-format off */
#define PHRASE_ANY(name, ...)    {name, (const char *const[]){__VA_ARGS__, NULL}, WORDS_COUNT, false}
#define PHRASE_MOSTLY(name, ...) {name, (const char *const[]){__VA_ARGS__, NULL}, WORDS_COUNT, true}
#define PHRASE_WORDS(name, set)  {name, NULL, set, false}
/* clang-format on */

typedef struct phrase_grammar {
    const phrase_rule *rules;
    size_t count;
} phrase_grammar;

extern const phrase_grammar phrase_values, phrase_smtp, phrase_pop3, phrase_files;

enum { PHRASE_ROOM = 8192 };

typedef struct phrase {
    uint8_t octets[PHRASE_ROOM];
    size_t len;
} phrase;

/* What the text becomes; what is too long is cut off.  A rule that there is not stands for nothing. */
void phrase_make(phrase *out, const char *text, draft *d);

/* A text that names a rule which there is not, or NULL; for the tests. */
const char *phrase_missing_rule(void);

#endif
