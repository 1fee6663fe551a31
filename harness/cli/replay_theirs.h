/*
 * replay_theirs.h - recorded sessions through another implementation: mailspec replay --adapter, --exec
 *
 * Each command, reply, response and mail data of a recording is put to it, and its answer compared with what our parsers
 * say, who cite the requirement.  One caller at a time.
 */
#ifndef MAILSPEC_HARNESS_CLI_REPLAY_THEIRS_H
#define MAILSPEC_HARNESS_CLI_REPLAY_THEIRS_H

#include "harness/adapter/adapter.h"
#include "harness/cli/cli.h"
#include "harness/cli/known.h"
#include "harness/result/result.h"
#include "harness/transcript/document.h"

typedef struct replay_theirs {
    adapter *other;
    known_differences known;
    bool broken; /* it gave no answer: error says what, and nothing is asked any more */
    char error[300];
} replay_theirs;

/* One of object and command; known may be NULL.  Other than CLI_OK after a message to stderr. */
cli_status replay_theirs_begin(replay_theirs *theirs, const char *object, const char *command, const char *known);
void replay_theirs_end(replay_theirs *theirs);

/* A fault is what they take and should not, refuse and should not, or understand otherwise.  What they do not support
 * says nothing; a recording of nothing else is skipped. */
result_case replay_theirs_judge(replay_theirs *theirs, const mst_document *document);

#endif
