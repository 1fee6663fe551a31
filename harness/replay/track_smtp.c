/* track_smtp.c - SMTP, submission and LMTP on a track: digest, yields, the mail data */
#include "harness/replay/exchange.h"
#include "harness/replay/message.h"
#include "harness/replay/sample.h"
#include "harness/replay/smtp_rules.h"
#include "harness/replay/track.h"
#include "harness/replay/yield.h"

#include <stdio.h>

enum { SHOWN_MAX = 80 };

static void hear_command(replay_track *track, const ms_smtp_event *event, ms_span raw)
{
    const ms_smtp_parsed *parsed = &event->command;
    replay_track_digest(track, parsed->command.verb);
    replay_track_digest(track, parsed->error);
    replay_track_digest(track, parsed->error_at);
    replay_track_digest(track, parsed->deviations);
    replay_message_command(track->message, track, event, raw);
    if (track->yields != NULL && track->yields->wanted)
        replay_yield_smtp_command(track, event);
}

static void hear_reply(replay_track *track, const ms_smtp_event *event)
{
    const ms_reply_line *line = &event->reply.line;
    replay_track_digest(track, line->code);
    replay_track_digest(track, line->error);
    replay_track_digest(track, line->deviations);
    replay_track_digest(track, event->answered);
    if (track->yields != NULL && track->yields->wanted)
        replay_yield_smtp_reply(track, event);
}

/* What a command is called: secrets, and what is new in each session, are left out. */
static ms_span name_of(const ms_smtp_event *event, char out[SHOWN_MAX])
{
    const ms_smtp_command *command = &event->command.command;
    if (command->verb == MS_SMTP_AUTH_RESPONSE)
        return MS_SPAN("(SASL response)");
    if (command->verb != MS_SMTP_AUTH)
        return event->slice;
    /* an AUTH that is malformed may hold a password, too */
    ms_span mechanism = event->command.error == MS_SMTP_OK ? command->auth.mechanism : MS_SPAN("");
    const bool more = event->command.error != MS_SMTP_OK || !ms_span_is_absent(command->auth.initial_response);
    const int n = snprintf(out, SHOWN_MAX, "AUTH%s%.*s%s", mechanism.len > 0 ? " " : "",
                           (int)(mechanism.len < 20 ? mechanism.len : 20), (const char *)mechanism.ptr,
                           more ? " (SASL response)" : "");
    return ms_span_make(out, n < 0 ? 0 : (size_t)n);
}

/* For comparing recordings: what was asked, what was answered. */
static void note_exchange(replay_track *track, const ms_smtp_event *event)
{
    if (track->exchanges == NULL)
        return;
    char name[SHOWN_MAX];
    if (event->kind == MS_SMTP_EVENT_COMMAND) {
        replay_exchange_sent(track->exchanges, track->connection, replay_track_line(track, MS_CLIENT),
                             name_of(event, name));
    } else if (event->kind == MS_SMTP_EVENT_END_OF_DATA) {
        replay_exchange_sent(track->exchanges, track->connection, replay_track_line(track, MS_CLIENT),
                             MS_SPAN("(end of data)"));
    } else if (event->kind == MS_SMTP_EVENT_REPLY || event->kind == MS_SMTP_EVENT_REPLY_LINE) {
        if (!track->greeted) {
            track->greeted = true;
            replay_exchange_sent(track->exchanges, track->connection, replay_track_line(track, MS_SERVER),
                                 MS_SPAN("(connection)"));
        }
        if (event->ehlo_line)
            replay_exchange_capability(track->exchanges, track->connection, event->reply.line.text);
        char code[8];
        snprintf(code, sizeof code, "%03u", event->reply.line.code % 1000u);
        if (event->kind == MS_SMTP_EVENT_REPLY)
            replay_exchange_answered(track->exchanges, track->connection, code);
    }
}

static void hear_content(replay_track *track, const ms_smtp_event *event, ms_span raw, bool chunk, bool end)
{
    /* slices may be cut anywhere: only their octets count */
    replay_track_digest_octets(track, event->slice);
    replay_message_content(track->message, track, event, raw);
    if (!end)
        return;
    replay_track_digest(track, event->kind);
    if (track->yields != NULL && track->yields->wanted)
        replay_yield_smtp_content(track, chunk, track->smtp.at[MS_CLIENT]);
}

static void hear(replay_track *track, const ms_smtp_event *event, ms_span raw)
{
    switch (event->kind) {
    case MS_SMTP_EVENT_NEED_MORE:
    case MS_SMTP_EVENT_UNDECIDED:
        break;
    case MS_SMTP_EVENT_COMMAND:
        hear_command(track, event, raw);
        break;
    case MS_SMTP_EVENT_CONTENT:
        hear_content(track, event, raw, false, false);
        break;
    case MS_SMTP_EVENT_END_OF_DATA:
        hear_content(track, event, raw, false, true);
        break;
    case MS_SMTP_EVENT_CHUNK:
        hear_content(track, event, raw, true, false);
        break;
    case MS_SMTP_EVENT_CHUNK_END:
        hear_content(track, event, raw, true, true);
        break;
    case MS_SMTP_EVENT_REPLY_LINE:
    case MS_SMTP_EVENT_REPLY:
        hear_reply(track, event);
        break;
    case MS_SMTP_EVENT_DROPPED:
        replay_track_digest_octets(track, event->slice);
        replay_message_dropped(track->message, track, event);
        break;
    }
}

bool replay_smtp_drain(replay_track *track, ms_side side)
{
    octet_buffer *pending = &track->streams[side].pending;
    bool progress = false;
    for (;;) {
        ms_finding items[REPLAY_FINDINGS];
        ms_findings findings = {.items = items, .capacity = REPLAY_FINDINGS};
        const ms_smtp_session before = track->smtp.session;
        const ms_span raw = octet_buffer_span(pending);
        const ms_smtp_event event = ms_smtp_dialogue_next(&track->smtp, side, raw, &findings);
        replay_smtp_rules_hear(track, side, &event, &before, raw, &findings);
        /* what a message breaks stands before the octet that ended the slice: told first, the order of all
         * findings is that of the octets, however they came */
        hear(track, &event, raw);
        replay_track_found(track, &findings, NULL);
        note_exchange(track, &event);
        if (track->samples != NULL)
            replay_sample_smtp(track, side, &event, &before, raw);
        octet_buffer_drop(pending, event.consumed);
        if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
            break;
        progress = true;
        /* the client's octets that waited for this reply were sent before the server's next one */
        if (side == MS_SERVER && octet_buffer_span(&track->streams[MS_CLIENT].pending).len > 0)
            replay_smtp_drain(track, MS_CLIENT);
    }
    if (ms_smtp_session_limited(&track->smtp.session))
        track->limited = true;
    return progress;
}
