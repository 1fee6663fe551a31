/*
 * judge.h - a transcript's verdict: findings against what it says to expect, "=" lines, cuts
 */
#ifndef MAILSPEC_HARNESS_REPLAY_JUDGE_H
#define MAILSPEC_HARNESS_REPLAY_JUDGE_H

#include "harness/result/result.h"
#include "harness/transcript/document.h"

typedef enum replay_cuts {
    REPLAY_CUTS_NONE,  /* fed whole, once */
    REPLAY_CUTS_LINES, /* whole, octet by octet, and cut near each line end */
    REPLAY_CUTS_ALL,   /* the same, and cut in two at every place up to 4 KiB; beyond, at 256 seeded ones */
} replay_cuts;

typedef struct replay_options {
    replay_cuts cuts;
    uint64_t seed;
    bool (*stopped)(void); /* asked between cuts: leave the rest undone; NULL for never */
} replay_options;

/* The whole verdict on one recording.  The id is the document's id, or its filename. */
result_case replay_judge(const mst_document *document, const replay_options *options);

#endif
