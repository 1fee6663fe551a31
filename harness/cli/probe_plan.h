/* probe_plan.h - mailspec probe: which cases, on which targets; --dry-run */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_PLAN_H
#define MAILSPEC_HARNESS_CLI_PROBE_PLAN_H

#include "harness/cli/probe_options.h"
#include "harness/probe/run.h"

/* Reads the transcripts and selects; chosen is on the heap, one for each file. */
cli_status probe_choose(probe_options *options, cli_library *library, bool **chosen);
/* The jobs: each chosen case on each target that speaks its protocol. */
cli_status probe_plan(const probe_options *options, probe_context *context, const cli_library *library,
                      const bool *chosen, probe_run *run);
/* Does the case run on a target of this protocol? */
bool probe_applies(const mst_document *document, net_protocol protocol);

/* Prints what would be sent. */
cli_status probe_dry_run(const probe_options *options, probe_context *context, const cli_library *library,
                         const bool *chosen);

#endif
