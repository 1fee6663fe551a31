/*
 * replay_modes.h - what replay does beside judging transcripts: logs as people have them, comparing, blessing
 */
#ifndef MAILSPEC_HARNESS_CLI_REPLAY_MODES_H
#define MAILSPEC_HARNESS_CLI_REPLAY_MODES_H

#include "harness/cli/cli.h"
#include "harness/result/result.h"
#include "harness/transcript/reader.h"

/* In the order of the names of --raw. */
enum replay_raw { REPLAY_NOT_RAW, REPLAY_RAW_SMTP, REPLAY_RAW_POP3 };

/* A transcript, or a log of plain "C: "/"S: " lines, of swaks or of curl -v, as a document. */
const mst_document *replay_read(const char *path, int raw, mst_error *error);
/* The result of a file that could not be read. */
result_case replay_unreadable(const char *path, const mst_error *error);

/* Writes "=?" lines where a step yields something that no "=" line says; false after a message. */
bool replay_bless(const mst_document *document, const char *path);

typedef struct replay_comparing {
    int format, colour, raw;
    const char *output;
} replay_comparing;

/* --compare OLD NEW */
cli_status replay_compare_files(int count, char **operands, const replay_comparing *how);

#endif
