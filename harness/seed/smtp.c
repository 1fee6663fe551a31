/* smtp.c - seeds of the SMTP targets: each command, reply and value that the recording holds */
#include "harness/seed/seed.h"

#include "mailspec/smtp_dialogue.h"

typedef struct walk {
    seed_folder *folder;
    seed_pending pending;
    ms_smtp_dialogue dialogue;
    ms_smtp_run runs[MS_SMTP_RUNS_DEFAULT];
    mst_text events; /* for the target smtp_session */
    mst_text reply;  /* its lines so far */
    uint8_t variant;
} walk;

static uint8_t reply_options(const ms_reply_context *context)
{
    return (uint8_t)(context->after | (context->enhanced ? 8 : 0) | (context->smtputf8 ? 16 : 0));
}

static void add_event(walk *w, const char *kind, ms_span text)
{
    mst_text_add(&w->events, kind);
    mst_text_add_span(&w->events, text);
    mst_text_add(&w->events, "\n");
}

static void export_command(walk *w, const ms_smtp_event *event, const ms_smtp_context *context)
{
    const ms_smtp_parsed *parsed = &event->command;
    const ms_smtp_verb verb = parsed->command.verb;
    const uint8_t options =
        (uint8_t)((context->smtputf8 ? 1 : 0) | (context->lmtp ? 2 : 0) | (context->auth_response ? 4 : 0));
    add_event(w, "c", event->slice);
    seed_write(w->folder, "smtp_command", event->slice, options);
    if (verb == MS_SMTP_AUTH_RESPONSE)
        seed_write(w->folder, "sasl", event->slice, 0);
    if (verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT) {
        const size_t skipped = verb == MS_SMTP_MAIL ? sizeof "MAIL FROM:" - 1 : sizeof "RCPT TO:" - 1;
        if (event->slice.len > skipped)
            seed_write(w->folder, "smtp_path", ms_span_make(event->slice.ptr + skipped, event->slice.len - skipped),
                       verb == MS_SMTP_RCPT);
    }
    if (parsed->error != MS_SMTP_OK)
        return;
    if ((verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT) && !ms_span_is_absent(parsed->command.mail.parameters))
        seed_write(w->folder, "smtp_parameter", parsed->command.mail.parameters, verb == MS_SMTP_RCPT);
    if (verb == MS_SMTP_AUTH && !ms_span_is_absent(parsed->command.auth.initial_response))
        seed_write(w->folder, "sasl", parsed->command.auth.initial_response, 0);
}

static void export_reply(walk *w, const ms_smtp_event *event, ms_span raw, const ms_reply_context *context)
{
    add_event(w, "s", event->slice);
    mst_text_add_span(&w->reply, ms_span_make(raw.ptr, event->consumed));
    if (event->ehlo_line && !ms_span_is_absent(event->reply.line.text))
        seed_write(w->folder, "smtp_ehlo", event->reply.line.text, 0);
    if (event->kind != MS_SMTP_EVENT_REPLY)
        return;
    if (context->after == MS_AFTER_AUTH && !ms_span_is_absent(event->reply.line.text))
        seed_write(w->folder, "sasl", event->reply.line.text, 0);
    seed_write(w->folder, "smtp_reply", ms_span_make(w->reply.octets, w->reply.len), reply_options(context));
    w->reply.len = 0;
}

static bool take(walk *w, ms_side side)
{
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    const ms_span raw = seed_pending_span(&w->pending, side);
    const ms_smtp_context command = ms_smtp_session_command_context(&w->dialogue.session);
    const ms_reply_context reply = ms_smtp_session_reply_context(&w->dialogue.session);
    const ms_smtp_event event = ms_smtp_dialogue_next(&w->dialogue, side, raw, &findings);
    if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
        return false;
    if (event.kind == MS_SMTP_EVENT_COMMAND)
        export_command(w, &event, &command);
    else if (event.kind == MS_SMTP_EVENT_REPLY || event.kind == MS_SMTP_EVENT_REPLY_LINE)
        export_reply(w, &event, raw, &reply);
    else if (event.kind == MS_SMTP_EVENT_CONTENT || event.kind == MS_SMTP_EVENT_CHUNK)
        add_event(w, "d@0", MS_SPAN("content"));
    else if (event.kind == MS_SMTP_EVENT_END_OF_DATA || event.kind == MS_SMTP_EVENT_CHUNK_END)
        add_event(w, "d@1", MS_SPAN("content"));
    w->pending.from[side] += event.consumed;
    return true;
}

static void drain(walk *w, ms_side side)
{
    while (take(w, side))
        if (side == MS_SERVER)
            drain(w, MS_CLIENT);
}

static void walk_step(walk *w, const mst_step *step)
{
    ms_findings none = {.items = NULL};
    const size_t client = seed_pending_span(&w->pending, MS_CLIENT).len;
    const size_t server = seed_pending_span(&w->pending, MS_SERVER).len;
    if (step->kind == MST_SAY && !ms_span_is_absent(step->say.octets)) {
        mst_text_add_span(&w->pending.octets[step->say.side], step->say.octets);
        drain(w, step->say.side);
        drain(w, step->say.side == MS_CLIENT ? MS_SERVER : MS_CLIENT);
    } else if (step->kind == MST_TLS) {
        add_event(w, client > 0 ? "t1" : "t0", MS_SPAN(""));
        ms_smtp_dialogue_tls(&w->dialogue, client, server, &none);
        w->pending.from[MS_CLIENT] += client;
        w->pending.from[MS_SERVER] += server;
    } else if (step->kind == MST_CLOSE || step->kind == MST_HANGUP) {
        add_event(w, step->kind == MST_CLOSE ? "x" : "h", MS_SPAN(""));
    }
}

void seed_export_smtp(seed_folder *folder, const mst_document *document, unsigned connection)
{
    walk w = {.folder = folder};
    const mst_protocol protocol = document->header.protocol;
    w.variant = protocol == MST_LMTP         ? MS_VARIANT_LMTP
                : protocol == MST_SUBMISSION ? MS_VARIANT_SUBMISSION
                                             : MS_VARIANT_SMTP;
    ms_smtp_dialogue_init(&w.dialogue, (ms_smtp_variant)w.variant, w.runs, MS_SMTP_RUNS_DEFAULT);
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        if (step->connection == connection)
            walk_step(&w, step);
    if (!document->live)
        seed_write(folder, "smtp_session", ms_span_make(w.events.octets, w.events.len), w.variant);
    seed_pending_free(&w.pending);
    mst_text_free(&w.events);
    mst_text_free(&w.reply);
}
