/*
 * library.h - all transcripts of the corpus, read
 */
#ifndef MAILSPEC_HARNESS_CLI_LIBRARY_H
#define MAILSPEC_HARNESS_CLI_LIBRARY_H

#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/transcript/document.h"

/* Zero before the first use. */
typedef struct cli_library {
    cli_files files;
    const mst_document **documents; /* one for each file; NULL for what cannot be read; NULL if there is no corpus */
} cli_library;

/* Read the corpus that is asked for, else the default one (see cli_corpus).  What
 * cannot be read is complained about on stderr and makes the status CLI_USAGE; the
 * rest is there all the same. */
cli_status cli_library_open(cli_library *all, const char *command, const char *asked_for);

void cli_library_close(cli_library *all);

#endif
