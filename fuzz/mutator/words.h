/*
 * words.h - the words of both protocols, from the tables of the parsers: none is typed here
 */
#ifndef MAILSPEC_FUZZ_MUTATOR_WORDS_H
#define MAILSPEC_FUZZ_MUTATOR_WORDS_H

#include <stddef.h>

typedef enum fuzz_words {
    WORDS_SMTP_VERB,
    WORDS_SMTP_PARAMETER,
    WORDS_SMTP_KEYWORD,
    WORDS_REPLY_CODE,
    WORDS_POP3_VERB,
    WORDS_POP3_CAPABILITY,
    WORDS_POP3_CODE,
    WORDS_MECHANISM,
    WORDS_COUNT
} fuzz_words;

/* How many words the set has, and one of them. */
size_t fuzz_words_count(fuzz_words set);
const char *fuzz_words_get(fuzz_words set, size_t i);

#endif
