/* parameter.h - the parameters of MAIL and RCPT, one rule for each known keyword */
#ifndef MAILSPEC_MODEL_PARAMETER_H
#define MAILSPEC_MODEL_PARAMETER_H

#include "model.h"

typedef enum model_verdict {
    MODEL_IN,        /* in the grammar */
    MODEL_OUT,       /* not in it */
    MODEL_UNDECIDED, /* a parameter stands there that is not modelled */
} model_verdict;

/* Octets that are Mail-parameters or Rcpt-parameters, perhaps none at all: each keyword at most once, each value of its
 * keyword's rule, none of the other command's. */
model_verdict model_parameters(model_grammar grammar, bool mail, const uint8_t *octets, size_t len);

/* One keyword with its value, NULL without one. */
model_verdict model_parameter(model_grammar grammar, bool mail, const uint8_t *keyword, size_t keyword_len,
                              const uint8_t *value, size_t value_len);

#endif
