/*
 * run.h - one transcript through the tracks of its connections, cut in a given way
 */
#ifndef MAILSPEC_HARNESS_REPLAY_RUN_H
#define MAILSPEC_HARNESS_REPLAY_RUN_H

#include "harness/replay/track.h"
#include "harness/transcript/document.h"

typedef enum replay_feed {
    REPLAY_WHOLE,  /* each step's octets at once */
    REPLAY_OCTETS, /* one octet at a time */
    REPLAY_SPLIT,  /* one stream cut in two at one place, the rest whole */
} replay_feed;

typedef struct replay_plan {
    replay_feed feed;
    unsigned connection; /* REPLAY_SPLIT */
    ms_side side;
    uint64_t at; /* octets before the cut */
} replay_plan;

typedef struct replay_outcome {
    replay_findings findings;
    replay_yields yields;               /* set wanted before */
    struct replay_exchanges *exchanges; /* the caller's; NULL: not wanted */
    struct replay_samples *samples;     /* likewise */
    uint64_t digest;                    /* of all that was parsed and found */
    bool limited;                       /* a limit suspended checks */
} replay_outcome;

/* outcome: zeroed, or from an earlier run and emptied.  Every connection of the document is run. */
void replay_run(const mst_document *document, const replay_plan *plan, replay_outcome *outcome);
void replay_outcome_free(replay_outcome *outcome);

/* Octets that the recording holds of one side of one connection. */
uint64_t replay_stream_length(const mst_document *document, unsigned connection, ms_side side);

#endif
