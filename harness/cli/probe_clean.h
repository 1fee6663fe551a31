/*
 * probe_clean.h - mailspec probe: what a run has put into maildrops is taken out again, at its end or by a later run
 *
 * Every message of a run bears its mark.  Messages that were there before, or do not bear it, are never touched.
 */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_CLEAN_H
#define MAILSPEC_HARNESS_CLI_PROBE_CLEAN_H

#include "harness/cli/cli.h"
#include "harness/probe/context.h"
#include "harness/result/result.h"

/* What the maildrops held before the run; NULL if they cannot be seen. */
typedef struct probe_before probe_before;
probe_before *probe_maildrops_before(probe_context *context);
/* Deletes the messages that came since and bear the mark of the run; the ledger gets those that are left.  before may be NULL. */
void probe_maildrops_clean(probe_context *context, const probe_before *before, result_ledger *ledger);
void probe_maildrops_forget(probe_before *before);

/* --clean: the mark of another run, as such or out of its JSON report, becomes the context's; false after a message. */
bool probe_clean_mark(probe_context *context, const char *mark_or_report);
/* Deletes what bears the context's mark, and says how many; the targets have been looked at. */
cli_status probe_clean(probe_context *context);

#endif
