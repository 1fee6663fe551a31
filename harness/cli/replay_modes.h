/*
 * replay_modes.h - what replay does beside judging transcripts: logs as people have them, comparing, blessing
 */
#ifndef MAILSPEC_HARNESS_CLI_REPLAY_MODES_H
#define MAILSPEC_HARNESS_CLI_REPLAY_MODES_H

#include "harness/cli/cli.h"
#include "harness/transcript/reader.h"

/* A log of plain "C: "/"S: " lines, of swaks or of curl -v, as a document. */
const mst_document *replay_read_raw(const char *path, mst_protocol protocol, mst_error *error);

/* Writes "=?" lines where a step yields something that no "=" line says; false after a message. */
bool replay_bless(const mst_document *document, const char *path);

/* --compare OLD NEW */
cli_status replay_compare_files(int count, char **operands, int format, const char *output);

#endif
