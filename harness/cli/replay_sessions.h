/*
 * replay_sessions.h - the client's side of recorded sessions, said to another server: mailspec replay --adapter, --exec
 */
#ifndef MAILSPEC_HARNESS_CLI_REPLAY_SESSIONS_H
#define MAILSPEC_HARNESS_CLI_REPLAY_SESSIONS_H

#include "harness/cli/replay_theirs.h"

/* A session in which the server breaks a requirement fails.  Where it just answers otherwise than the recorded one did,
 * which another account or another policy explains, that is told, and nothing behind it is judged.  Returns the sessions
 * that it took up; TLS is none of its layers. */
size_t replay_sessions_judge(replay_theirs *theirs, const mst_document *document, result_case *item);

#endif
