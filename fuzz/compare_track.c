/* compare_track.c - a track of the replay as the second reader of compare_talk.h; see compare_track.h */
#include "fuzz/compare_track.h"

#include <stdlib.h>
#include <string.h>

#include "harness/replay/maildrop.h"
#include "harness/replay/smtp_history.h"
#include "harness/replay/track.h"

typedef struct judge {
    replay_track track;
    replay_findings findings;
    smtp_file file;
    replay_maildrop *maildrop;
    mst_step steps[TALK_SAID + 2]; /* a requirement is told once in each */
} judge;

static void *begin(talk_protocol protocol)
{
    static const mst_protocol protocols[] = {[TALK_SMTP] = MST_SMTP, [TALK_LMTP] = MST_LMTP, [TALK_POP3] = MST_POP3};
    judge *j = calloc(1, sizeof *j);
    if (j == NULL)
        abort();
    j->maildrop = protocol == TALK_POP3 ? replay_maildrop_new() : NULL;
    replay_track_init(&j->track, protocols[protocol], 0, &j->findings, NULL, j->maildrop);
    j->track.file = &j->file;
    return j;
}

static void hear(void *state, ms_side side, ms_span octets, size_t number)
{
    judge *j = state;
    replay_track_feed(&j->track, side, octets, &j->steps[number]);
}

static void tls(void *state)
{
    judge *j = state;
    replay_track_tls(&j->track, &j->steps[TALK_SAID + 1]);
}

static void end_side(void *state, ms_side side, size_t number)
{
    judge *j = state;
    replay_track_close(&j->track, side, &j->steps[number]);
}

static bool found(void *state, size_t number, ms_finding *finding)
{
    const judge *j = state;
    if (number >= j->findings.count)
        return false;
    *finding = j->findings.items[number].finding;
    return true;
}

static void end(void *state)
{
    judge *j = state;
    replay_track_free(&j->track);
    replay_findings_free(&j->findings);
    replay_maildrop_free(j->maildrop);
    smtp_texts_clear(&j->file.challenges);
    free(j);
}

const talk_judge compare_track = {begin, hear, tls, end_side, found, end};
