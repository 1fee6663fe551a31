/*
 * fuzz_smtp_dialogue.c - the octets of both sides of an SMTP connection (see input.h for the marks)
 *
 * options: bits 0 and 1 the variant, 4 room for two outstanding commands only, 8 TLS before the greeting.
 */
#include "fuzz/framing.h"
#include "fuzz/look.h"
#include "fuzz/reached.h"
#include "fuzz/talk.h"

const char fuzz_target[] = "smtp_dialogue";

enum { FINDINGS = 64 };

typedef struct reader {
    ms_smtp_dialogue dialogue;
    ms_smtp_run runs[MS_SMTP_RUNS_DEFAULT];
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
    look_findings(&look, findings, client_at, server_at, MS_SMTP_VERB_COUNT, MS_SMTP_STATE_COUNT);
    FUZZ_EXPECT(ORACLE_WORK, (size_t)client_at, findings->lost == 0);
    fuzz_note_findings(&r->note, findings);
    if (!r->looked)
        look_smtp_session(&look, &r->dialogue.session);
}

/* What the event says, spans by their place in the stream. */
static void note_event(reader *r, ms_side side, const ms_smtp_event *event, ms_span window)
{
    fuzz_look look = fuzz_look_at(ms_span_is_absent(event->slice) ? window : event->slice);
    look.base = event->at;
    look_one_of(&look, event->kind, MS_SMTP_EVENT_DROPPED + 1);
    switch (event->kind) {
    case MS_SMTP_EVENT_NEED_MORE:
    case MS_SMTP_EVENT_UNDECIDED:
        return;
    case MS_SMTP_EVENT_CONTENT:
    case MS_SMTP_EVENT_CHUNK:
    case MS_SMTP_EVENT_DROPPED:
        fuzz_note_content(&r->note, side, event->kind, event->slice);
        return;
    case MS_SMTP_EVENT_END_OF_DATA:
    case MS_SMTP_EVENT_CHUNK_END:
        fuzz_note_content(&r->note, side,
                          event->kind == MS_SMTP_EVENT_CHUNK_END ? MS_SMTP_EVENT_CHUNK : MS_SMTP_EVENT_CONTENT,
                          event->slice);
        look.base = event->at + event->consumed;
        break;
    case MS_SMTP_EVENT_COMMAND:
        look_smtp_parsed(&look, &event->command);
        look_number(&look, event->spilled);
        break;
    case MS_SMTP_EVENT_REPLY_LINE:
    case MS_SMTP_EVENT_REPLY:
        look_reply_line(&look, &event->reply.line);
        look_reply(&look, &event->reply.whole);
        look_one_of(&look, event->answered, MS_SMTP_VERB_COUNT);
        look_number(&look, (uint64_t)event->unsolicited << 1 | event->ehlo_line);
        fuzz_reached(FUZZ_REACHED_REPLY, event->answered,
                     (uint32_t)r->dialogue.session.state << 8 | event->reply.whole.code / 100);
        if (event->ehlo_line) {
            look.input = event->reply.line.text;
            look_ehlo_line(&look, &event->reply.ehlo);
        }
        break;
    }
    look_number(&look, event->line_flags);
    look_smtp_session(&look, &r->dialogue.session);
    r->looked = true;
    fuzz_note_add(&r->note, side, look.base, look.digest);
}

static fuzz_taken take(void *state, ms_side side, ms_span window, uint64_t at)
{
    reader *r = state;
    ms_findings findings = {.items = r->items, .capacity = FINDINGS};
    ms_smtp_event event;
    if (r->copies)
        event = ms_smtp_dialogue_next(&r->dialogue, side, window, &findings);
    else
        ms_smtp_dialogue_read(&r->dialogue, side, window, &findings, &event);
    const bool waits = event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED;
    if (fuzz_crash_only)
        return (fuzz_taken){event.consumed, waits};
    FUZZ_EXPECT(ORACLE_OFFSET, (size_t)at, event.at == at && r->dialogue.at[side] == at + event.consumed);
    FUZZ_EXPECT(ORACLE_WORK, (size_t)at, !waits || event.consumed == 0 || event.consumed == window.len);
    framing_smtp_limited(&r->framing, &r->dialogue.session);
    framing_smtp(&r->framing, side, &event, window);
    if (waits && findings.count == 0 && event.consumed == 0)
        return (fuzz_taken){0, true}; /* most calls, octet by octet */
    /* a slice is the constant CR of content.h, or stands in the window */
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
    ms_smtp_dialogue_tls(&r->dialogue, client, server, &findings);
    framing_smtp_tls(&r->framing, &r->dialogue);
    r->looked = false;
    look_at_findings(r, &findings, r->dialogue.at[MS_CLIENT], r->dialogue.at[MS_SERVER]);
}

static void end(void *state, ms_side side, size_t client, size_t server)
{
    reader *r = state;
    ms_findings findings = {.items = r->items, .capacity = FINDINGS};
    ms_smtp_dialogue_close(&r->dialogue, side, client, server, &findings);
    framing_close(&r->framing);
    r->looked = false;
    look_at_findings(r, &findings, r->dialogue.at[MS_CLIENT] + client, r->dialogue.at[MS_SERVER] + server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static reader r;
    const fuzz_input input = fuzz_input_read(data, size);
    const fuzz_talk *talk = fuzz_talk_read(input.octets);
    const fuzz_reader with = {&r, take, tls, end, true};
    for (fuzz_way way = FUZZ_WHOLE; way < FUZZ_WAYS; way++) {
        if (!fuzz_is_fed(&input, way))
            continue;
        fuzz_note_begin(&r.note, way);
        r.framing = (framing){.in_chunk = false};
        r.copies = way == FUZZ_PLANNED;
        ms_smtp_dialogue_init(&r.dialogue, (ms_smtp_variant)((input.options & 3) % (MS_VARIANT_LMTP + 1)), r.runs,
                              (input.options & 4) != 0 ? 2 : MS_SMTP_RUNS_DEFAULT);
        if ((input.options & 8) != 0)
            tls(&r, 0, 0);
        fuzz_talk_play(talk, &input, way, &with);
        fuzz_note_end(&r.note, way);
    }
    return 0;
}
