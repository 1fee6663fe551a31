/*
 * session.h - what the models of sessions have in common
 *
 * A model says FINE or FAULT where the RFC leaves no doubt (a MUST, a "may only be given"), and OPEN elsewhere.
 */
#ifndef MAILSPEC_MODEL_SESSION_H
#define MAILSPEC_MODEL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum model_judgement { MODEL_FINE, MODEL_FAULT, MODEL_OPEN } model_judgement;

/* ids: the requirements one of which is broken, with spaces between, where the judgement is MODEL_FAULT.
 * open: whether more is wrong is not said. */
typedef struct model_verdict {
    model_judgement judgement;
    const char *ids, *more_ids;
    bool open;
} model_verdict;

/* What a challenge or a response of a SASL exchange is, or the initial response. */
typedef enum sasl_text { SASL_NONE, SASL_BASE64, SASL_CANCEL, SASL_NOISE } sasl_text;

#endif
