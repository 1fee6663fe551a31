/*
 * judgement.h - what another implementation made of a sample, against what was wanted
 */
#ifndef MAILSPEC_HARNESS_CLI_JUDGEMENT_H
#define MAILSPEC_HARNESS_CLI_JUDGEMENT_H

#include "harness/adapter/adapter.h"
#include "harness/cli/known.h"
#include "harness/cli/vectors.h"

typedef enum judgement {
    AGREES,
    TOLERATES,   /* deviating octets were let pass */
    STRICT,      /* … or not */
    TAKES_WRONG, /* what is to be refused was accepted */
    REFUSES_RIGHT,
    OTHER_FIELDS,
    OTHER_NAME, /* ours only: another error, deviation or requirement */
    UNSUPPORTED,
    KNOWN, /* one of the three above, and known */
    JUDGEMENTS
} judgement;

extern const char *const judgement_names[JUDGEMENTS];
extern const char *const judgement_verdicts[]; /* by ms_adapter_verdict */

/* It is a fault. */
bool judgement_differs(judgement j);

/* Their answer where wanted is the verdict, and wanted_fields (NULL: none) what there is to understand.  *other: the
 * fields that were told otherwise, {"name":{"wanted":…,"got":…}}; the caller's. */
judgement judgement_of(vector_verdict wanted, const json_t *wanted_fields, const adapter_answer *answer,
                       json_t **other);

/* The fields that wanted names and got has otherwise; with strict, also those that it has not. */
json_t *judgement_fields(const json_t *wanted, const json_t *got, bool strict);

/* KNOWN, if a row says so.  error: ours, "" if we take it; id: of a vector, or NULL; octets: the sample's. */
judgement judgement_known(known_differences *known, judgement j, const char *who, const char *kind, const char *error,
                          const json_t *other, const char *id, ms_span octets, const known_difference **row);

#endif
