/* probe_begin.h - mailspec probe: what is done before the cases run */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_BEGIN_H
#define MAILSPEC_HARNESS_CLI_PROBE_BEGIN_H

#include "harness/cli/cli.h"
#include "harness/probe/context.h"
#include "harness/result/result.h"

/* Letters that no other run has; and a seed, where none was given. */
void probe_make_mark(probe_context *context);
/* Looks at each endpoint once, and pairs those that can be reached.  CLI_TARGET, after a message, if one cannot. */
cli_status probe_survey_all(probe_context *context);
/* How many endpoints there are like that; each is an error among the results, unless they are NULL: without it, the
 * report of a server that is down would be an empty one. */
size_t probe_problems(const probe_context *context, result_run *results);

#endif
