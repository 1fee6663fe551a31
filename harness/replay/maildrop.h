/*
 * maildrop.h - what the sessions of one file have told of a maildrop: sizes, unique-ids, contents
 *
 * The session machine knows one session; here all sessions of a transcript meet, so that what
 * must hold from one to the next can be judged (RFC 1939 sections 4, 6 and 7).
 */
#ifndef MAILSPEC_HARNESS_REPLAY_MAILDROP_H
#define MAILSPEC_HARNESS_REPLAY_MAILDROP_H

#include "harness/replay/track.h"

typedef struct replay_maildrop replay_maildrop;
typedef struct replay_pop_session replay_pop_session;

replay_maildrop *replay_maildrop_new(void);
void replay_maildrop_free(replay_maildrop *maildrop);

/* Prepares track->pop3, the memory it needs and track->pop_session. */
void replay_pop3_begin(replay_track *track);
void replay_pop_session_free(replay_pop_session *session);

#endif
