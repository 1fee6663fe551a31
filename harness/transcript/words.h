/*
 * words.h - the fixed words of the language, as tables
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_WORDS_H
#define MAILSPEC_HARNESS_TRANSCRIPT_WORDS_H

#include "harness/transcript/document.h"

/* The number whose name in the table the word is, or count. */
size_t mst_word_find(const char *const *names, size_t count, ms_span word);

extern const char *const mst_protocol_names[MST_PROTOCOLS];
extern const char *const mst_level_names[MST_LEVELS];
extern const char *const mst_exposure_names[MST_EXPOSURES];
extern const char *const mst_state_names[MST_STATES];
extern const char *const mst_verdict_names[MST_VERDICTS];
extern const char *const mst_compare_names[MST_COMPARES];

/* Header keys, in the order in which the formatter writes them. */
typedef enum mst_key {
    MST_KEY_MAILSPEC,
    MST_KEY_PROTOCOL,
    MST_KEY_TESTS,
    MST_KEY_ID,
    MST_KEY_TITLE,
    MST_KEY_CITES,
    MST_KEY_LEVEL,
    MST_KEY_TAGS,
    MST_KEY_PROFILE,
    MST_KEY_START,
    MST_KEY_NEEDS,
    MST_KEY_NOT_OFFERED,
    MST_KEY_FEED,
    MST_KEY_ONLY,
    MST_KEY_TIMED,
    MST_KEY_MUTATES,
    MST_KEY_STRESS,
    MST_KEY_TIMEOUT,
    MST_KEY_SEED,
    MST_KEY_EXPOSURE,
    MST_KEY_PRECONDITION,
    MST_KEY_NOTE,
    MST_KEYS, /* also: a key that is not known */
} mst_key;

extern const char *const mst_key_names[MST_KEYS];

/* The known word that was probably meant; NULL if none is near. */
const char *mst_word_nearest(const char *const *names, size_t count, ms_span word);

#endif
