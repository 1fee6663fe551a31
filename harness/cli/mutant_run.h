/*
 * mutant_run.h - the suite against one mutant of the reference server, each in processes of their own
 *
 * A worker process runs the cases, its child is the server: both are forks, so that the corpus is read once.
 */
#ifndef MAILSPEC_HARNESS_CLI_MUTANT_RUN_H
#define MAILSPEC_HARNESS_CLI_MUTANT_RUN_H

#include <stdio.h>
#include <sys/types.h>

#include "harness/cli/library.h"
#include "harness/cli/mutant_table.h"
#include "harness/result/result.h"

/* A case of the suite. */
typedef struct mutant_case {
    const mst_document *document;
    char *id;
    bool passes[2]; /* or does not apply on the server without a mutant: with SMTP; with submission */
} mutant_case;

/* What all runs share. */
typedef struct mutant_suite {
    mutant_case *cases;
    size_t count;
    const char *certificate; /* of the server, and its key */
    const char *const *have; /* conditions that hold; ended by NULL */
    bool cited_only;         /* only the cases that cite the requirement */
    bool every;              /* all cases, whatever those before them said */
} mutant_suite;

/* What became of a case. */
typedef struct mutant_mark {
    uint8_t ran;    /* … at all */
    uint8_t status; /* a result_status */
    uint8_t named;  /* what proves the failure names the mutant's requirement */
} mutant_mark;

typedef struct mutant_result {
    bool reached;       /* the server could be probed */
    bool heard;         /* the session machine found that the requirement was broken, beside all cases */
    mutant_mark *marks; /* one for each case; on the heap */
} mutant_result;

/* A run on its way. */
typedef struct mutant_worker {
    pid_t pid; /* 0: none */
    FILE *out; /* what it says */
} mutant_worker;

/* mutant NULL: the server without one.  by_submission: SMTP's cases are run on the submission listener.  false if the
 * system has no room for it. */
bool mutant_run_start(mutant_worker *worker, const mutant_suite *suite, const mutant_entry *mutant, bool by_submission);
/* The worker's process has ended: what it found; reached is false, too, if it died. */
mutant_result mutant_run_finish(mutant_worker *worker, const mutant_suite *suite);

/* The case cites the requirement. */
bool mutant_case_cites(const mutant_case *item, uint16_t requirement);
/* The status counts as a failure in what concerns the requirement. */
bool mutant_is_breach(uint8_t status, uint16_t requirement);

#endif
