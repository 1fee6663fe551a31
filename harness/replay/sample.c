/* sample.c - see sample.h */
#include "harness/replay/sample.h"

#include <stdlib.h>
#include <string.h>

static replay_sample *begin(replay_track *track, replay_sample_kind kind, ms_side side, uint64_t at)
{
    replay_samples *samples = track->samples;
    if (samples->count == samples->room) {
        samples->room = samples->room == 0 ? 64 : samples->room * 2;
        samples->items = realloc(samples->items, samples->room * sizeof *samples->items);
        if (samples->items == NULL)
            abort();
    }
    replay_sample *sample = &samples->items[samples->count++];
    *sample = (replay_sample){.kind = kind,
                              .connection = track->connection,
                              .side = side,
                              .step = replay_track_step(track, side, at),
                              .at = at};
    track->open_sample[side] = samples->count;
    return sample;
}

static replay_sample *open_of(const replay_track *track, ms_side side)
{
    const size_t number = track->open_sample[side];
    return number == 0 ? NULL : &track->samples->items[number - 1];
}

/* Octets of the sample that is open; nothing without one.  last: of its last line, whose end may be yet to come. */
static void go_on(replay_track *track, ms_side side, ms_span octets, bool last)
{
    replay_sample *sample = open_of(track, side);
    if (sample == NULL)
        return;
    if (octets.len > 0)
        octet_buffer_add(&sample->octets, octets);
    sample->last |= last;
    sample->whole = sample->last && octets.len > 0 && octets.ptr[octets.len - 1] == '\n';
    if (sample->whole)
        track->open_sample[side] = 0;
}

void replay_samples_free(replay_samples *samples)
{
    for (size_t i = 0; i < samples->count; i++)
        octet_buffer_free(&samples->items[i].octets);
    free(samples->items);
    memset(samples, 0, sizeof *samples);
}

/* --- SMTP ------------------------------------------------------------------------------------------------------- */

static const char *after_reply(const ms_smtp_event *event)
{
    if (event->answered == MS_SMTP_GREETING)
        return "greeting";
    if (event->answered == MS_SMTP_AUTH_RESPONSE)
        return "AUTH";
    const char *name = event->unsolicited ? NULL : ms_smtp_verb_name(event->answered);
    return name == NULL || name[0] == '\0' ? "command" : name;
}

static void begin_reply(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before)
{
    const ms_reply_context context = ms_smtp_session_reply_context(before);
    replay_sample *sample = begin(track, REPLAY_SAMPLE_SMTP_REPLY, MS_SERVER, event->at);
    sample->after = after_reply(event);
    sample->smtputf8 = context.smtputf8;
    sample->enhanced = context.enhanced;
}

static void begin_command(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before)
{
    const ms_smtp_context context = ms_smtp_session_command_context(before);
    replay_sample *sample = begin(track, REPLAY_SAMPLE_SMTP_COMMAND, MS_CLIENT, event->at);
    sample->smtputf8 = context.smtputf8;
    sample->lmtp = context.lmtp;
    sample->auth_response = context.auth_response;
}

void replay_sample_smtp(replay_track *track, ms_side side, const ms_smtp_event *event, const ms_smtp_session *before,
                        ms_span raw)
{
    const ms_span taken = ms_span_make(raw.ptr, event->consumed);
    switch (event->kind) {
    case MS_SMTP_EVENT_NEED_MORE:
    case MS_SMTP_EVENT_UNDECIDED:
    case MS_SMTP_EVENT_CHUNK: /* counted, not parsed */
    case MS_SMTP_EVENT_CHUNK_END:
        break;
    case MS_SMTP_EVENT_COMMAND:
        track->open_sample[side] = 0;
        if (!event->spilled) { /* a line of lost mail data is no command */
            begin_command(track, event, before);
            go_on(track, side, taken, true);
        }
        break;
    case MS_SMTP_EVENT_CONTENT:
    case MS_SMTP_EVENT_END_OF_DATA:
        if (open_of(track, side) == NULL)
            begin(track, REPLAY_SAMPLE_CONTENT, side, event->at);
        go_on(track, side, taken, event->kind == MS_SMTP_EVENT_END_OF_DATA);
        break;
    case MS_SMTP_EVENT_REPLY_LINE:
    case MS_SMTP_EVENT_REPLY:
        if (open_of(track, side) == NULL)
            begin_reply(track, event, before);
        go_on(track, side, taken, event->kind == MS_SMTP_EVENT_REPLY);
        break;
    case MS_SMTP_EVENT_DROPPED: /* the rest of an over-long line; anything else has no sample open */
        go_on(track, side, taken, true);
        break;
    }
}

/* --- POP3 -------------------------------------------------------------------------------------------------------- */

static const struct {
    ms_pop3_verb verb;
    const char *word;
} after_verbs[] = {
    {MS_POP3_STAT, "stat"}, {MS_POP3_LIST, "list"}, {MS_POP3_UIDL, "uidl"},
    {MS_POP3_CAPA, "capa"}, {MS_POP3_LANG, "lang"}, {MS_POP3_RETR, "text"},
    {MS_POP3_TOP, "text"},  {MS_POP3_AUTH, "auth"}, {MS_POP3_AUTH_RESPONSE, "auth"},
};

/* NULL: of a multi-line response whose lines no grammar tells. */
static const char *after_response(const ms_pop3_event *event)
{
    if (event->state == MS_POP3_CONNECTED)
        return "greeting";
    for (size_t i = 0; i < sizeof after_verbs / sizeof after_verbs[0]; i++)
        if (after_verbs[i].verb == event->answered.verb)
            return after_verbs[i].word;
    return event->multi_line ? NULL : "status";
}

void replay_sample_pop3(replay_track *track, ms_side side, const ms_pop3_event *event, const ms_pop3_context *context,
                        ms_span raw)
{
    const ms_span taken = ms_span_make(raw.ptr, event->consumed);
    replay_sample *sample;
    switch (event->kind) {
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
        break;
    case MS_POP3_EVENT_COMMAND:
        sample = begin(track, REPLAY_SAMPLE_POP3_COMMAND, side, event->at);
        sample->smtputf8 = context->utf8;
        sample->auth_response = context->auth_response;
        go_on(track, side, taken, true);
        break;
    case MS_POP3_EVENT_RESPONSE:
    case MS_POP3_EVENT_CONTINUATION:
        track->open_sample[side] = 0;
        if (after_response(event) == NULL)
            break;
        sample = begin(track, REPLAY_SAMPLE_POP3_RESPONSE, side, event->at);
        sample->smtputf8 = context->utf8;
        sample->after = after_response(event);
        go_on(track, side, taken, !event->multi_line);
        break;
    case MS_POP3_EVENT_LISTING:
    case MS_POP3_EVENT_CAPABILITY:
    case MS_POP3_EVENT_TEXT:
    case MS_POP3_EVENT_UNJUDGED:
        go_on(track, side, taken, false);
        break;
    case MS_POP3_EVENT_END:
        go_on(track, side, taken, true);
        break;
    case MS_POP3_EVENT_DROPPED: /* the rest of an over-long line, or nothing is open */
        go_on(track, side, taken, false);
        break;
    }
}
