/*
 * fuzz_pop3_dialogue.c - the octets of both sides of a POP3 connection (see input.h for the marks)
 *
 * options: 1 room for two outstanding commands only, 2 marks of four messages only, 4 TLS before the greeting.
 */
#include "fuzz/framing.h"
#include "fuzz/look.h"
#include "fuzz/reached.h"
#include "fuzz/talk.h"

const char fuzz_target[] = "pop3_dialogue";

enum { FINDINGS = 64, MESSAGES = 256 };

typedef struct reader {
    ms_pop3_dialogue dialogue;
    ms_pop3_run runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[MESSAGES];
    ms_finding items[FINDINGS]; /* of one call; on the stack it would cost more than the call */
    fuzz_note note;
    framing framing;
    bool looked; /* at the session, with the event */
    bool copies; /* the event is returned, not put where it is wanted: the one must do what the other does */
} reader;

static void look_at_findings(reader *r, const ms_findings *findings, uint64_t client_at, uint64_t server_at)
{
    fuzz_look look = fuzz_look_at(ms_span_absent());
    if (fuzz_crash_only)
        return;
    look_findings(&look, findings, client_at, server_at, MS_POP3_VERB_COUNT, MS_POP3_STATE_COUNT);
    FUZZ_EXPECT(ORACLE_WORK, (size_t)server_at, findings->lost == 0);
    fuzz_note_findings(&r->note, findings);
    if (!r->looked)
        look_pop3_session(&look, &r->dialogue.session);
}

static void note_event(reader *r, ms_side side, const ms_pop3_event *event, ms_span window)
{
    fuzz_look look = fuzz_look_at(ms_span_is_absent(event->slice) ? window : event->slice);
    look.base = event->at;
    look_one_of(&look, event->kind, MS_POP3_EVENT_DROPPED + 1);
    switch (event->kind) {
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
        return;
    case MS_POP3_EVENT_TEXT:
    case MS_POP3_EVENT_DROPPED:
        fuzz_note_content(&r->note, side, event->kind, event->slice);
        return;
    case MS_POP3_EVENT_END:
        fuzz_note_content(&r->note, side, MS_POP3_EVENT_TEXT, event->slice);
        look.base = event->at + event->consumed;
        break;
    case MS_POP3_EVENT_COMMAND:
        look_pop3_parsed(&look, &event->command);
        break;
    case MS_POP3_EVENT_RESPONSE:
    case MS_POP3_EVENT_CONTINUATION:
    case MS_POP3_EVENT_LISTING:
        look_pop3_response(&look, &event->response, event->kind == MS_POP3_EVENT_LISTING);
        look_one_of(&look, event->answered.verb, MS_POP3_VERB_COUNT);
        look_number(&look, event->answered.number);
        fuzz_reached(FUZZ_REACHED_REPLY, event->answered.verb,
                     (uint32_t)event->state << 8 | (uint32_t)event->kind << 4 | event->response.indicator);
        look_number(&look, (uint64_t)event->multi_line << 1 | event->answered.none);
        break;
    case MS_POP3_EVENT_CAPABILITY:
        look_pop3_capability(&look, &event->capability);
        break;
    case MS_POP3_EVENT_UNJUDGED:
        look_octets(&look, event->slice);
        break;
    }
    look_one_of(&look, event->state, MS_POP3_STATE_COUNT);
    look_number(&look, event->line_flags);
    look_pop3_session(&look, &r->dialogue.session);
    r->looked = true;
    fuzz_note_add(&r->note, side, look.base, look.digest);
}

static fuzz_taken take(void *state, ms_side side, ms_span window, uint64_t at)
{
    reader *r = state;
    ms_findings findings = {.items = r->items, .capacity = FINDINGS};
    ms_pop3_event event;
    if (r->copies)
        event = ms_pop3_dialogue_next(&r->dialogue, side, window, &findings);
    else
        ms_pop3_dialogue_read(&r->dialogue, side, window, &findings, &event);
    const bool waits = event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED;
    if (fuzz_crash_only)
        return (fuzz_taken){event.consumed, waits};
    FUZZ_EXPECT(ORACLE_OFFSET, (size_t)at, event.at == at && r->dialogue.at[side] == at + event.consumed);
    FUZZ_EXPECT(ORACLE_WORK, (size_t)at, !waits || event.consumed == 0 || event.consumed == window.len);
    framing_pop3(&r->framing, side, &event, window);
    if (waits && findings.count == 0 && event.consumed == 0)
        return (fuzz_taken){0, true}; /* most calls, octet by octet */
    if (!(event.slice.len == 1 && event.slice.ptr[0] == '\r')) {
        fuzz_look look = fuzz_look_at(window);
        look_span(&look, event.slice);
    }
    r->looked = false;
    note_event(r, side, &event, window);
    look_at_findings(r, &findings, r->dialogue.at[MS_CLIENT] + (side == MS_CLIENT ? window.len : FUZZ_INPUT_MAX),
                     r->dialogue.at[MS_SERVER] + (side == MS_SERVER ? window.len : FUZZ_INPUT_MAX));
    return (fuzz_taken){event.consumed, waits};
}

static void tls(void *state, size_t client, size_t server)
{
    reader *r = state;
    ms_findings findings = {.items = r->items, .capacity = FINDINGS};
    ms_pop3_dialogue_tls(&r->dialogue, client, server, &findings);
    framing_pop3_tls(&r->framing, &r->dialogue);
    r->looked = false;
    look_at_findings(r, &findings, r->dialogue.at[MS_CLIENT], r->dialogue.at[MS_SERVER]);
}

static void end(void *state, ms_side side, size_t client, size_t server)
{
    reader *r = state;
    ms_findings findings = {.items = r->items, .capacity = FINDINGS};
    ms_pop3_dialogue_close(&r->dialogue, side, client, server, &findings);
    framing_close(&r->framing);
    r->looked = false;
    look_at_findings(r, &findings, r->dialogue.at[MS_CLIENT] + client, r->dialogue.at[MS_SERVER] + server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static reader r;
    const fuzz_input input = fuzz_input_read(data, size);
    const fuzz_talk *talk = fuzz_talk_read(input.octets);
    const fuzz_reader with = {&r, take, tls, end, false};
    for (fuzz_way way = FUZZ_WHOLE; way < FUZZ_WAYS; way++) {
        if (!fuzz_is_fed(&input, way))
            continue;
        fuzz_note_begin(&r.note, way);
        r.framing = (framing){.in_chunk = false};
        r.copies = way == FUZZ_PLANNED;
        ms_pop3_dialogue_init(&r.dialogue, r.runs, (input.options & 1) != 0 ? 2 : MS_POP3_RUNS_DEFAULT, r.messages,
                              (input.options & 2) != 0 ? 4 : MESSAGES);
        if ((input.options & 4) != 0)
            tls(&r, 0, 0);
        fuzz_talk_play(talk, &input, way, &with);
        fuzz_note_end(&r.note, way);
    }
    return 0;
}
