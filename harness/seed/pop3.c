/* pop3.c - seeds of the POP3 targets: each command, response and value that the recording holds */
#include "harness/seed/seed.h"

#include "mailspec/pop3_dialogue.h"

enum { MESSAGES = 256 };

typedef struct walk {
    seed_folder *folder;
    seed_pending pending;
    ms_pop3_dialogue dialogue;
    ms_pop3_run runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[MESSAGES];
    mst_text events; /* for the target pop3_session */
} walk;

static void add_event(walk *w, const char *kind, ms_span text)
{
    mst_text_add(&w->events, kind);
    mst_text_add_span(&w->events, text);
    mst_text_add(&w->events, "\n");
}

static void export_command(walk *w, const ms_pop3_event *event, const ms_pop3_context *context)
{
    const ms_pop3_command *command = &event->command.command;
    add_event(w, "c", event->slice);
    seed_write(w->folder, "pop3_command", event->slice,
               (uint8_t)((context->utf8 ? 1 : 0) | (context->auth_response ? 2 : 0) | (context->capa_seen ? 4 : 0)));
    if (command->verb == MS_POP3_AUTH_RESPONSE)
        seed_write(w->folder, "sasl", event->slice, 0);
    else if (command->verb == MS_POP3_AUTH && event->command.error == MS_POP3_OK &&
             !ms_span_is_absent(command->auth.initial_response))
        seed_write(w->folder, "sasl", command->auth.initial_response, 0);
}

static void export_line(walk *w, const ms_pop3_event *event, const ms_pop3_response_context *context)
{
    add_event(w, "s", event->slice);
    seed_write(w->folder, "pop3_response", event->slice,
               (uint8_t)(context->after | (context->utf8 ? 16 : 0) | (context->resp_codes ? 32 : 0)));
}

static void export_event(walk *w, const ms_pop3_event *event, const ms_pop3_context *command,
                         const ms_pop3_response_context *response)
{
    switch (event->kind) {
    case MS_POP3_EVENT_COMMAND:
        export_command(w, event, command);
        break;
    case MS_POP3_EVENT_CONTINUATION:
        seed_write(w->folder, "sasl", event->response.continuation.data, 0);
        export_line(w, event, response);
        break;
    case MS_POP3_EVENT_RESPONSE:
    case MS_POP3_EVENT_LISTING:
    case MS_POP3_EVENT_CAPABILITY:
        export_line(w, event, response);
        break;
    case MS_POP3_EVENT_TEXT:
        add_event(w, "s", MS_SPAN("@text"));
        break;
    case MS_POP3_EVENT_UNJUDGED:
        add_event(w, "s", event->slice);
        break;
    case MS_POP3_EVENT_END:
        add_event(w, "s", MS_SPAN("."));
        break;
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
    case MS_POP3_EVENT_DROPPED:
        break;
    }
}

static bool drain(walk *w, ms_side side)
{
    for (bool progress = false;; progress = true) {
        ms_finding items[64];
        ms_findings findings = {.items = items, .capacity = 64};
        const ms_pop3_context command = ms_pop3_session_command_context(&w->dialogue.session);
        const ms_pop3_response_context response = ms_pop3_session_response_context(&w->dialogue.session);
        const ms_pop3_event event =
            ms_pop3_dialogue_next(&w->dialogue, side, seed_pending_span(&w->pending, side), &findings);
        if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
            return progress;
        export_event(w, &event, &command, &response);
        w->pending.from[side] += event.consumed;
    }
}

static void walk_step(walk *w, const mst_step *step)
{
    ms_findings none = {.items = NULL};
    const size_t client = seed_pending_span(&w->pending, MS_CLIENT).len;
    const size_t server = seed_pending_span(&w->pending, MS_SERVER).len;
    if (step->kind == MST_SAY && !ms_span_is_absent(step->say.octets)) {
        const ms_side side = step->say.side;
        const ms_side other = side == MS_CLIENT ? MS_SERVER : MS_CLIENT;
        mst_text_add_span(&w->pending.octets[side], step->say.octets);
        while (drain(w, side) && drain(w, other)) {
        }
    } else if (step->kind == MST_TLS) {
        add_event(w, "t", MS_SPAN(""));
        ms_pop3_dialogue_tls(&w->dialogue, client, server, &none);
        w->pending.from[MS_CLIENT] += client;
        w->pending.from[MS_SERVER] += server;
    } else if (step->kind == MST_CLOSE || step->kind == MST_HANGUP) {
        add_event(w, step->kind == MST_CLOSE ? "x" : "h", MS_SPAN(""));
    }
}

void seed_export_pop3(seed_folder *folder, const mst_document *document, unsigned connection)
{
    walk w = {.folder = folder};
    ms_pop3_dialogue_init(&w.dialogue, w.runs, MS_POP3_RUNS_DEFAULT, w.messages, MESSAGES);
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        if (step->connection == connection)
            walk_step(&w, step);
    if (!document->live)
        seed_write(folder, "pop3_session", ms_span_make(w.events.octets, w.events.len), 0);
    seed_pending_free(&w.pending);
    mst_text_free(&w.events);
}
