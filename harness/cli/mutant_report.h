/* mutant_report.h - mailspec mutants: verdicts, and the forms in which they are told */
#ifndef MAILSPEC_HARNESS_CLI_MUTANT_REPORT_H
#define MAILSPEC_HARNESS_CLI_MUTANT_REPORT_H

#include "harness/cli/mutant_run.h"

typedef enum mutant_verdict {
    MUTANT_NOT_RUN,   /* the run was stopped before */
    MUTANT_KILLED,    /* by a case that cites its requirement, or says so in its proof */
    MUTANT_TOLERATED, /* a MUST, of which a case that cites it says no more than nonstrict */
    MUTANT_BY_OTHERS,
    MUTANT_SURVIVED,   /* a hole in the suite */
    MUTANT_TOO_COARSE, /* it fails so many cases that it proves nothing of any one */
    MUTANT_VERDICTS,
} mutant_verdict;

typedef struct mutant_judged {
    const mutant_entry *mutant;
    mutant_verdict verdict;
    bool heard;         /* killed by what the session machine heard beside the cases */
    mutant_mark *marks; /* one for each case; on the heap */
    bool by_submission;
    size_t ran, failed;
} mutant_judged;

/* Takes the result's marks. */
mutant_judged mutant_judge(const mutant_suite *suite, const mutant_entry *mutant, bool by_submission,
                           mutant_result result);
void mutant_report_text(FILE *out, const mutant_suite *suite, const mutant_judged *judged, size_t count);
/* false if there is no memory, or out takes no more. */
bool mutant_report_json(FILE *out, const mutant_suite *suite, const mutant_judged *judged, size_t count);

#endif
