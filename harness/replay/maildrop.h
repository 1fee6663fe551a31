/*
 * maildrop.h - what the sessions of one file have told of a maildrop: sizes, unique-ids, contents
 *
 * The session machine knows one session; here all sessions of a transcript meet, so that what
 * must hold from one to the next can be judged (RFC 1939 sections 4, 6 and 7).  Memory is bounded: limits are in
 * pop_model.h, and what is beyond them makes the track limited.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_MAILDROP_H
#define MAILSPEC_HARNESS_REPLAY_MAILDROP_H

#include "harness/replay/track.h"

typedef struct replay_maildrop replay_maildrop;
typedef struct replay_pop_session replay_pop_session;

replay_maildrop *replay_maildrop_new(void);
/* Behind the tracks, whose sessions it knows. */
void replay_maildrop_free(replay_maildrop *maildrop);

/* A session of maildrop, which knows of it until it is freed. */
replay_pop_session *replay_pop_session_new(replay_maildrop *maildrop);
void replay_pop_session_free(replay_pop_session *session);

/* Another connection announced PIPELINING. */
bool replay_maildrop_knows_pipelining(const replay_maildrop *maildrop);

/* An event of track->pop3, already told to the session machine, whose findings it completes. */
void replay_pop_session_hear(replay_track *track, const ms_pop3_event *event, ms_findings *findings);
void replay_pop_session_tls(replay_pop_session *session);
/* The connection is over, from whichever side. */
void replay_pop_session_close(replay_pop_session *session);

#endif
