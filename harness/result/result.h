/*
 * result.h - what a run found, whichever driver made it: cases, their verdicts and the evidence
 *
 * The drivers fill it, the writers in reports/ read it; neither knows the other.  All text and
 * octets are copied in, and freed with the run.  Octets and texts of peers are kept raw: whoever
 * shows them escapes them (escape.h).
 */
#ifndef MAILSPEC_HARNESS_RESULT_RESULT_H
#define MAILSPEC_HARNESS_RESULT_RESULT_H

#include "mailspec/requirement.h"
#include "mailspec/span.h"

typedef enum result_status {
    RESULT_PASS,
    RESULT_NONSTRICT, /* a SHOULD not followed, a tolerated deviation */
    RESULT_FAIL,
    RESULT_INCONCLUSIVE,
    RESULT_SKIP,
    RESULT_ERROR, /* our side or the environment: the file could not be read … */
    RESULT_STATUSES,
} result_status;

/* One piece of evidence, in the order in which it was gathered.  Kinds:
 *   breach      side broke requirement; octets prove it
 *   not-found   a breach that was expected and did not come
 *   exchange    side said these octets (a live dialogue, in order); nothing is wrong with it
 *   mark        something else of the dialogue: message is "tls", "close", "hangup", "pause 50ms" …
 *   failure     what was received instead of what permitted says; message tells
 *   cut, yield, limit, unreadable, difference, note   as their names say                          */
typedef struct result_evidence {
    const char *kind; /* one of the above; static */
    bool has_side;
    ms_side side;         /* who broke the requirement */
    uint16_t requirement; /* MS_REQ_NONE if none is concerned */
    bool expected;        /* the transcript said so: nothing to complain of */
    char *file;           /* NULL if none */
    uint32_t line;        /* 0: none; counts from 1 */
    uint32_t column;
    ms_span octets;  /* the proof, raw; absent if there is none */
    char *permitted; /* what would have been right; NULL if not known */
    char *message;   /* one sentence; never NULL */
} result_evidence;

typedef struct result_case {
    char *id;    /* stable id, or the file's name */
    char *title; /* may be NULL */
    uint16_t *cites;
    size_t cite_count;
    result_status status;
    char *outcome;  /* the named alternative; NULL if none */
    char *exposure; /* NULL: none */
    char *reason;   /* why it is not a pass; NULL on a pass */
    double duration_ms;
    result_evidence *evidence;
    size_t evidence_count;
} result_case;

/* A message of a live run that could not be removed. */
typedef struct result_left {
    char *maildrop; /* the account, or the maildir */
    char *name;     /* its unique-id, or its file; empty: of all that may be there */
    char *why;
} result_left;

/* What a live run has sent. */
typedef struct result_ledger {
    bool given; /* false: the driver sends nothing */
    uint64_t connections, messages, recipients, octets_sent, octets_received;
    char mark[32]; /* that its messages bear; empty: none */
    result_left *left;
    size_t left_count;
} result_ledger;

typedef struct result_run {
    char *driver; /* "replay", "probe" … */
    char *target; /* what was judged; NULL if that is in the cases */
    result_case *cases;
    size_t case_count, case_room;
    size_t totals[RESULT_STATUSES];
    bool aborted; /* the run was stopped before its end */
    result_ledger ledger;
} result_run;

void result_run_init(result_run *run, const char *driver, const char *target);
void result_run_free(result_run *run);

/* All strings are copied. */
void result_ledger_left(result_ledger *ledger, const char *maildrop, const char *name, const char *why);
void result_ledger_free(result_ledger *ledger);

/* All strings are copied; NULL is kept.  The case is a pass without evidence. */
result_case result_case_make(const char *id, const char *title);
void result_case_free(result_case *item);
void result_case_cite(result_case *item, uint16_t requirement); /* once each */
/* file, message and octets are copied; evidence->… pointers of the argument are read only. */
void result_case_evidence(result_case *item, const result_evidence *evidence);
/* The worse of what it has and status (ERROR > FAIL > INCONCLUSIVE > NONSTRICT > SKIP > PASS); reason is kept
 * from the first one that made it so. */
void result_case_worsen(result_case *item, result_status status, const char *reason);

/* Moves the case into the run. */
void result_run_add(result_run *run, result_case item);
/* Moves all cases of part to the end of run, and frees part. */
void result_run_join(result_run *run, result_run *part);
void result_run_sort(result_run *run); /* by id, octets compared */

const char *result_status_name(result_status status); /* "pass" … as in the reports */
bool result_status_parse(const char *name, result_status *out);
const char *result_side_name(ms_side side);

#endif
