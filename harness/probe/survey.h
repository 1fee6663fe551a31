/*
 * survey.h - one look at a target before the cases run: is it there, what does it offer, what does it demand
 */
#ifndef MAILSPEC_HARNESS_PROBE_SURVEY_H
#define MAILSPEC_HARNESS_PROBE_SURVEY_H

#include "harness/probe/prologue.h"

/* Fills the endpoint's fields behind target.  Uses at most four connections, one after the other. */
void probe_survey(probe_endpoint *endpoint, const probe_settings *settings, probe_ledger *ledger,
                  const atomic_bool *stop);

#endif
