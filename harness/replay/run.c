/* run.c - see run.h */
#include "harness/replay/run.h"

#include "harness/replay/maildrop.h"
#include "harness/replay/smtp_history.h"

#include <stdlib.h>
#include <string.h>

static void feed_cut(replay_track *track, const mst_step *step, const replay_plan *plan)
{
    const ms_side side = step->say.side;
    const ms_span octets = step->say.octets;
    const uint64_t before = track->streams[side].fed;
    if (plan->feed == REPLAY_OCTETS) {
        for (size_t i = 0; i < octets.len; i++)
            replay_track_feed(track, side, ms_span_make(octets.ptr + i, 1), step);
        return;
    }
    const bool here = plan->feed == REPLAY_SPLIT && plan->side == side && plan->connection == step->connection &&
                      plan->at > before && plan->at < before + octets.len;
    if (!here) {
        replay_track_feed(track, side, octets, step);
        return;
    }
    const size_t head = (size_t)(plan->at - before);
    replay_track_feed(track, side, ms_span_make(octets.ptr, head), step);
    replay_track_feed(track, side, ms_span_make(octets.ptr + head, octets.len - head), step);
}

static void run_step(replay_track *track, const mst_step *step, const replay_plan *plan)
{
    switch (step->kind) {
    case MST_SAY:
        if (!ms_span_is_absent(step->say.octets))
            feed_cut(track, step, plan);
        break;
    case MST_TLS:
        replay_track_tls(track, step);
        break;
    case MST_CLOSE:
        replay_track_close(track, MS_SERVER, step);
        break;
    case MST_HANGUP:
        replay_track_close(track, MS_CLIENT, step);
        break;
    case MST_EXPECT:
    case MST_OPEN:
    case MST_PAUSE:
    case MST_QUIET:
    case MST_FENCE:
    case MST_LET:
    case MST_CHECK:
    case MST_REPEAT:
    case MST_WHEN:
    case MST_CONTROL:
    case MST_DELIVERED:
    case MST_VERDICT:
    case MST_END:
    case MST_STEP_KINDS:
        break; /* of a live case: nothing was recorded */
    }
}

void replay_run(const mst_document *document, const replay_plan *plan, replay_outcome *outcome)
{
    const unsigned count = document->connection_count == 0 ? 1 : document->connection_count;
    smtp_file file = {.ehlo_refused = false};
    replay_track *tracks = calloc(count, sizeof *tracks);
    if (tracks == NULL)
        abort();
    replay_maildrop *maildrop = document->header.protocol == MST_POP3 ? replay_maildrop_new() : NULL;
    for (unsigned i = 0; i < count; i++) {
        replay_track_init(&tracks[i], document->header.protocol, i, &outcome->findings, &outcome->yields, maildrop);
        tracks[i].exchanges = outcome->exchanges;
        tracks[i].samples = outcome->samples;
        tracks[i].file = &file;
    }
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        run_step(&tracks[step->connection], step, plan);
    outcome->digest = 0;
    outcome->limited = false;
    for (unsigned i = 0; i < count; i++) {
        outcome->digest = outcome->digest * UINT64_C(0x100000001b3) ^ (tracks[i].digest + tracks[i].digest_found);
        outcome->limited |= tracks[i].limited;
        replay_track_free(&tracks[i]);
    }
    replay_maildrop_free(maildrop);
    smtp_texts_clear(&file.challenges);
    free(tracks);
}

void replay_outcome_free(replay_outcome *outcome)
{
    replay_findings_free(&outcome->findings);
    replay_yields_free(&outcome->yields);
    memset(outcome, 0, sizeof *outcome);
}

uint64_t replay_stream_length(const mst_document *document, unsigned connection, ms_side side)
{
    uint64_t length = 0;
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        if (step->kind == MST_SAY && step->connection == connection && step->say.side == side)
            length += step->say.octets.len;
    return length;
}
