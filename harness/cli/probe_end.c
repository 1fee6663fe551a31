/* probe_end.c - see probe_end.h */
#include "harness/cli/probe_end.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/options.h"
#include "harness/cli/probe_begin.h"
#include "harness/result/baseline.h"
#include "reports/report.h"

/* --- the end ------------------------------------------------------------------------------------------------ */

/* Did no case come to a verdict?  What the listener heard beside them is none. */
static bool nothing_decided(const result_run *results)
{
    for (size_t i = 0; i < results->case_count; i++) {
        const result_status status = results->cases[i].status;
        const bool decided = status != RESULT_SKIP && status != RESULT_INCONCLUSIVE;
        if (decided && strncmp(results->cases[i].id, "listen.", 7) != 0 &&
            strncmp(results->cases[i].id, "target.", 7) != 0)
            return false;
    }
    return true;
}

static cli_status status_of(const probe_options *options, const probe_run *run, const result_run *results)
{
    cli_status status = CLI_OK;
    if (results->totals[RESULT_FAIL] > 0 || (options->settings.strict && results->totals[RESULT_NONSTRICT] > 0))
        status = cli_status_worse(status, CLI_NONCONFORMANCE);
    if (run->died || results->totals[RESULT_ERROR] > 0)
        status = cli_status_worse(status, CLI_TARGET);
    if (nothing_decided(results) || results->aborted)
        status = cli_status_worse(status, CLI_UNDECIDED);
    return status;
}

static bool is_selection(const probe_options *options)
{
    const cli_selection *s = &options->selection;
    return s->wanted[0] != NULL || s->unwanted != NULL || s->level != NULL || s->tag != NULL || s->capability != NULL ||
           s->failed_in != NULL || s->shards > 1 || options->paths[0] != NULL;
}

/* Of a server that was down nothing is known, and nothing that was known is wrong. */
static cli_status against_baseline(const probe_options *options, const result_run *results, bool gone,
                                   cli_status status)
{
    char error[200];
    if (options->update && gone) {
        fprintf(stderr, "mailspec probe: %s is left as it is: a target could not be probed\n", options->baseline);
        return cli_status_worse(status, CLI_TARGET);
    }
    baseline *known = options->update && access(options->baseline, F_OK) != 0 ? baseline_empty()
                                                                              : baseline_read(options->baseline, error);
    if (known == NULL) {
        fprintf(stderr, "mailspec probe: %s\n", error);
        return CLI_USAGE;
    }
    const bool whole = !is_selection(options) && !results->aborted && !gone;
    if (options->update) {
        const bool written = baseline_write(options->baseline, known, results, whole);
        if (!written)
            fprintf(stderr, "mailspec probe: %s: %s\n", options->baseline, strerror(errno));
        baseline_free(known);
        return written ? CLI_OK : CLI_USAGE;
    }
    const size_t changes = baseline_compare(known, results, whole, stderr);
    baseline_free(known);
    /* what is known does not count; a target that went away still does */
    const cli_status rest = status == CLI_NONCONFORMANCE || status == CLI_UNDECIDED ? CLI_OK : status;
    return cli_status_worse(rest, changes > 0 ? CLI_DIFFERS : CLI_OK);
}

static void take_ledger(probe_context *context, result_run *results)
{
    result_ledger *ledger = &results->ledger; /* what is left in maildrops is in it already */
    ledger->given = true;
    ledger->connections = atomic_load(&context->ledger.connections);
    ledger->messages = atomic_load(&context->ledger.messages);
    ledger->recipients = atomic_load(&context->ledger.recipients);
    ledger->octets_sent = atomic_load(&context->ledger.sent);
    ledger->octets_received = atomic_load(&context->ledger.received);
    snprintf(ledger->mark, sizeof ledger->mark, "%s", context->mark);
}

cli_status probe_finish(const probe_options *options, probe_context *context, const probe_run *run, result_run *results)
{
    take_ledger(context, results);
    const cli_status status = status_of(options, run, results);
    FILE *out = cli_output_open("probe", options->output);
    if (out == NULL)
        return CLI_USAGE;
    const report_style style = {.colour = options->format == REPORT_TEXT && cli_use_colour(options->colour, out),
                                .strict = options->settings.strict,
                                .all = options->all};
    bool written = report_write(out, (report_format)options->format, results, &style);
    written = cli_output_close("probe", options->output, out) && written;
    if (!options->quiet) {
        const result_ledger *ledger = &results->ledger;
        if (run->artefact_count > 0)
            fprintf(stderr, "the exchange of each failure is in %s; 'mailspec replay' judges it\n", options->artefacts);
        fprintf(stderr,
                "sent: %" PRIu64 " messages to %" PRIu64 " recipients, %" PRIu64 " connections, %" PRIu64
                " octets; received: %" PRIu64 " octets; seed %" PRIu64 ", mark %s\n",
                ledger->messages, ledger->recipients, ledger->connections, ledger->octets_sent, ledger->octets_received,
                context->settings.seed, context->mark);
    }
    const bool gone = run->died || probe_problems(context, NULL) > 0;
    const cli_status judged = options->baseline == NULL ? status : against_baseline(options, results, gone, status);
    return written ? judged : cli_status_worse(judged, CLI_USAGE);
}
