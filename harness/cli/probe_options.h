/*
 * probe_options.h - what mailspec probe was told on its command line
 */
#ifndef MAILSPEC_HARNESS_CLI_PROBE_OPTIONS_H
#define MAILSPEC_HARNESS_CLI_PROBE_OPTIONS_H

#include "harness/cli/cli.h"
#include "harness/cli/select.h"
#include "harness/probe/context.h"
#include "harness/probe/server.h"

enum { PROBE_OPERANDS_MAX = 1024, PROBE_HAVE_MAX = 64 };

typedef struct probe_options {
    probe_settings settings;
    const char *urls[PROBE_ENDPOINTS_MAX + 1];
    const char *wanted[PROBE_OPERANDS_MAX + 1]; /* selectors, ended by NULL */
    const char *paths[PROBE_OPERANDS_MAX + 1];  /* transcripts and folders instead of the corpus */
    const char *have[PROBE_HAVE_MAX + 1];
    char *have_list; /* that the words of have lie in */
    cli_selection selection;
    const char *clean; /* a mark, or a report: only remove that run's mail */
    const char *corpus, *output, *baseline, *artefacts, *command, *reset_command;
    int format, colour;
    unsigned long connections, min_cases, timeout_ms, case_timeout_s, run_timeout_s, delivery_timeout_ms;
    bool feeds[PROBE_FEEDS];
    bool all, dry_run, update, authorized, wait_port, empty_maildrop, keep_mail, quiet;
    uint16_t port; /* of --exec; 0: none */
} probe_options;

extern const char probe_help[];

/* Reads argv; CLI_OK, or CLI_USAGE after a message. */
cli_status probe_options_read(probe_options *options, int argc, char **argv);
void probe_options_free(probe_options *options);

#endif
