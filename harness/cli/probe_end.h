/* probe_end.h - mailspec probe: what is done when the cases have run: report, baseline, ledger, status */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_END_H
#define MAILSPEC_HARNESS_CLI_PROBE_END_H

#include "harness/cli/probe_options.h"
#include "harness/probe/run.h"

/* Writes the report, compares with the baseline, prints the ledger; the status of the run. */
cli_status probe_finish(const probe_options *options, probe_context *context, const probe_run *run,
                        result_run *results);

#endif
