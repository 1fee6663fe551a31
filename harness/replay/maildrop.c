/* maildrop.c - see maildrop.h; waits for the POP3 dialogue */
#include "harness/replay/maildrop.h"

replay_maildrop *replay_maildrop_new(void)
{
    return NULL;
}

void replay_maildrop_free(replay_maildrop *maildrop)
{
    (void)maildrop;
}

void replay_pop3_begin(replay_track *track)
{
    (void)track;
}

void replay_pop_session_free(replay_pop_session *session)
{
    (void)session;
}

bool replay_pop3_drain(replay_track *track, ms_side side)
{
    (void)track;
    (void)side;
    return false;
}
