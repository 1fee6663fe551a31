/* track_pop3.c - POP3 on a track: digest, exchanges, the maildrop */
#include "harness/replay/exchange.h"
#include "harness/replay/maildrop.h"
#include "harness/replay/pop_hash.h"
#include "harness/replay/sample.h"
#include "harness/replay/track.h"
#include "harness/replay/yield.h"

#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_MAX = 300 }; /* octets of a command in a comparison */

void replay_pop3_begin(replay_track *track)
{
    ms_pop3_run *runs = calloc(1, REPLAY_RUNS * sizeof *runs + MS_POP3_MESSAGES_DEFAULT);
    if (runs == NULL)
        abort();
    uint8_t *messages = (uint8_t *)(runs + REPLAY_RUNS);
    track->memory = runs;
    ms_pop3_dialogue_init(&track->pop3, runs, REPLAY_RUNS, messages, MS_POP3_MESSAGES_DEFAULT);
    track->pop_session = replay_pop_session_new(track->maildrop);
}

/* --- digest: what must not depend on the cuts ----------------------------------- */

static void digest_command(replay_track *track, const ms_pop3_parsed *parsed)
{
    replay_track_digest(track, parsed->command.verb);
    replay_track_digest(track, parsed->error);
    replay_track_digest(track, parsed->error_at);
    replay_track_digest(track, parsed->deviations);
}

static void digest_response(replay_track *track, const ms_pop3_event *event)
{
    const ms_pop3_response *response = &event->response;
    replay_track_digest(track, response->indicator);
    replay_track_digest(track, response->error);
    replay_track_digest(track, response->deviations);
    replay_track_digest(track, response->code);
    replay_track_digest(track, event->answered.verb);
    replay_track_digest(track, event->answered.number);
    replay_track_digest(track, event->multi_line);
}

static void count_content(replay_track *track, const ms_pop3_event *event)
{
    if (event->kind == MS_POP3_EVENT_RESPONSE)
        track->content_octets = 0;
    else if (event->kind == MS_POP3_EVENT_TEXT || event->kind == MS_POP3_EVENT_END)
        track->content_octets += event->slice.len;
}

/* Slices may be cut anywhere: only their octets count. */
static void digest_text(replay_track *track, ms_span slice)
{
    track->text_digest = pop_hash(track->text_digest, slice);
}

static void digest(replay_track *track, const ms_pop3_event *event)
{
    switch (event->kind) {
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
        return;
    case MS_POP3_EVENT_COMMAND:
        digest_command(track, &event->command);
        break;
    case MS_POP3_EVENT_RESPONSE:
    case MS_POP3_EVENT_CONTINUATION:
    case MS_POP3_EVENT_LISTING:
        digest_response(track, event);
        break;
    case MS_POP3_EVENT_CAPABILITY:
        replay_track_digest(track, event->capability.id);
        replay_track_digest(track, event->capability.error);
        replay_track_digest(track, event->capability.deviations);
        break;
    case MS_POP3_EVENT_TEXT:
        digest_text(track, event->slice);
        return;
    case MS_POP3_EVENT_END:
        digest_text(track, event->slice);
        replay_track_digest(track, track->pop3.at[MS_SERVER]);
        return;
    case MS_POP3_EVENT_UNJUDGED:
    case MS_POP3_EVENT_DROPPED:
        break;
    }
    replay_track_digest_octets(track, event->slice);
    replay_track_digest(track, event->kind);
    replay_track_digest(track, track->pop3.at[MS_CLIENT] + track->pop3.at[MS_SERVER]);
}

/* --- for comparing recordings ---------------------------------------------------- */

/* What a command is called: secrets, and what is new in each session, are left out. */
static ms_span name_of(const ms_pop3_event *event, char out[SHOWN_MAX])
{
    const ms_pop3_command *command = &event->command.command;
    const ms_span keyword = command->keyword;
    const int length = (int)(keyword.len < 20 ? keyword.len : 20);
    int n = 0;
    if (command->verb == MS_POP3_AUTH_RESPONSE)
        return MS_SPAN("(SASL response)");
    if (event->command.error == MS_POP3_OK && command->verb == MS_POP3_PASS) {
        n = snprintf(out, SHOWN_MAX, "%.*s (password)", length, (const char *)keyword.ptr);
    } else if (event->command.error == MS_POP3_OK && command->verb == MS_POP3_APOP) {
        const ms_span name = command->apop.name;
        n = snprintf(out, SHOWN_MAX, "%.*s %.*s (digest)", length, (const char *)keyword.ptr,
                     (int)(name.len < 255 ? name.len : 255), (const char *)name.ptr);
    } else if (event->command.error == MS_POP3_OK && command->verb == MS_POP3_AUTH &&
               !ms_span_is_absent(command->auth.initial_response)) {
        const ms_span mechanism = command->auth.mechanism;
        n = snprintf(out, SHOWN_MAX, "%.*s %.*s (SASL response)", length, (const char *)keyword.ptr,
                     (int)(mechanism.len < 20 ? mechanism.len : 20), (const char *)mechanism.ptr);
    } else {
        return event->slice;
    }
    return ms_span_make(out, n < 0 ? 0 : (size_t)n);
}

static const char *indicator_text(ms_pop3_indicator indicator)
{
    switch (indicator) {
    case MS_POP3_POSITIVE:
        return "+OK";
    case MS_POP3_NEGATIVE:
        return "-ERR";
    case MS_POP3_CONTINUATION:
        return "+";
    case MS_POP3_NONE:
        break;
    }
    return "no status indicator";
}

/* A capability list belongs to its exchange until it is whole. */
static void end_list(replay_track *track)
{
    if (track->capa_open)
        replay_exchange_answered(track->exchanges, track->connection, "+OK");
    track->capa_open = false;
}

static void note_response(replay_track *track, const ms_pop3_event *event)
{
    end_list(track);
    if (event->state == MS_POP3_CONNECTED)
        replay_exchange_sent(track->exchanges, track->connection, replay_track_line(track, MS_SERVER),
                             MS_SPAN("(connection)"));
    else if (event->answered.none)
        return; /* asked for by no command */
    if (event->answered.verb == MS_POP3_CAPA && event->multi_line)
        track->capa_open = true;
    else
        replay_exchange_answered(track->exchanges, track->connection, indicator_text(event->response.indicator));
}

static void note_exchange(replay_track *track, const ms_pop3_event *event)
{
    char name[SHOWN_MAX];
    if (track->exchanges == NULL)
        return;
    if (event->kind == MS_POP3_EVENT_COMMAND)
        replay_exchange_sent(track->exchanges, track->connection, replay_track_line(track, MS_CLIENT),
                             name_of(event, name));
    else if (event->kind == MS_POP3_EVENT_RESPONSE || event->kind == MS_POP3_EVENT_CONTINUATION)
        note_response(track, event);
    else if (event->kind == MS_POP3_EVENT_CAPABILITY)
        replay_exchange_capability(track->exchanges, track->connection, event->slice);
    else if (event->kind == MS_POP3_EVENT_END)
        end_list(track);
}

/* --- the track --------------------------------------------------------------------- */

bool replay_pop3_drain(replay_track *track, ms_side side)
{
    octet_buffer *pending = &track->streams[side].pending;
    bool progress = false;
    for (;;) {
        ms_finding items[REPLAY_FINDINGS];
        ms_findings findings = {.items = items, .capacity = REPLAY_FINDINGS};
        if (side == MS_CLIENT && replay_maildrop_knows_pipelining(track->maildrop))
            ms_pop3_session_know_pipelining(&track->pop3.session);
        const ms_pop3_context context = ms_pop3_session_command_context(&track->pop3.session);
        const ms_pop3_event event = ms_pop3_dialogue_next(&track->pop3, side, octet_buffer_span(pending), &findings);
        replay_pop_session_hear(track, &event, &findings);
        replay_track_found(track, &findings, NULL);
        digest(track, &event);
        count_content(track, &event);
        if (track->yields != NULL && track->yields->wanted)
            replay_yield_pop3(track, &event);
        note_exchange(track, &event);
        if (track->samples != NULL)
            replay_sample_pop3(track, side, &event, &context, octet_buffer_span(pending));
        octet_buffer_drop(pending, event.consumed);
        if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
            break;
        progress = true;
    }
    if (ms_pop3_session_limited(&track->pop3.session))
        track->limited = true;
    return progress;
}

void replay_pop3_tls(replay_track *track, size_t client_pending, size_t server_pending, ms_findings *findings)
{
    ms_pop3_dialogue_tls(&track->pop3, client_pending, server_pending, findings);
    replay_pop_session_tls(track->pop_session);
}

void replay_pop3_close(replay_track *track, ms_side side, size_t client_pending, size_t server_pending,
                       ms_findings *findings)
{
    ms_pop3_dialogue_close(&track->pop3, side, client_pending, server_pending, findings);
    replay_pop_session_close(track->pop_session);
    end_list(track);
}
