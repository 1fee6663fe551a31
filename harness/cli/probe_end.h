/* probe_end.h - mailspec probe: what is done when the cases have run: clean-up, report, baseline, ledger, status */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_END_H
#define MAILSPEC_HARNESS_CLI_PROBE_END_H

#include "harness/cli/probe_options.h"
#include "harness/probe/run.h"

/* What the maildrops held before the run; NULL if they cannot be seen. */
typedef struct probe_before probe_before;
probe_before *probe_maildrops_before(probe_context *context);
/* Deletes the messages that came since and bear the mark of the run. */
void probe_maildrops_clean(probe_context *context, const probe_before *before);
void probe_maildrops_forget(probe_before *before);

/* Writes the report, compares with the baseline, prints the ledger; the status of the run. */
cli_status probe_finish(const probe_options *options, probe_context *context, const probe_run *run,
                        result_run *results);

#endif
