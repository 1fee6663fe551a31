/*
 * compare_session_pop3.c - the POP3 session machine against the model, in dialogues without pipelining; see compare.h
 *
 * Each octet of the choices picks a command, a message-number, or the answer.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/session.h"
#include "mailspec/pop3_session.h"

enum { FINDINGS = 32, TEXT_MAX = 80, STEPS_MAX = 40 };

typedef struct dialogue {
    ms_pop3_session session;
    ms_pop3_room room;
    ms_pop3_run runs[8];
    uint8_t messages[16];
    uint64_t at[2];
    ms_finding items[FINDINGS]; /* of one command and its response */
    ms_findings findings;
    pop3_model model;
    bool client_faulted; /* some things are told only once */
    ms_span choices;
    size_t used;
} dialogue;

/* 0 to bound-1; when the choices have run out, 0. */
static unsigned choose(dialogue *d, unsigned bound)
{
    return d->used < d->choices.len ? d->choices.ptr[d->used++] % bound : 0;
}

static ms_line line_of(const char *text)
{
    const size_t len = strlen(text);
    const ms_span span = ms_span_make((const uint8_t *)text, len);
    return (ms_line){MS_LINE_COMPLETE, 0, MS_LINE_NOWHERE, MS_LINE_NOWHERE, MS_LINE_NOWHERE, span, len + 2};
}

static void client_says(dialogue *d, const char *text)
{
    const ms_pop3_context context = ms_pop3_session_command_context(&d->session);
    const ms_line line = line_of(text);
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, &context);
    ms_pop3_session_command(&d->session, &parsed, &line, d->at[MS_CLIENT], &d->findings);
    d->at[MS_CLIENT] += line.consumed;
}

static void server_says(dialogue *d, const char *text)
{
    const ms_pop3_reading reading = ms_pop3_session_reading(&d->session);
    const ms_pop3_response_context context = ms_pop3_session_response_context(&d->session);
    const ms_line line = line_of(text);
    const uint64_t at = d->at[MS_SERVER];
    if (reading == MS_POP3_READ_STATUS) {
        const ms_pop3_response response = ms_pop3_response_parse_line(&line, &context);
        ms_pop3_session_response(&d->session, &response, &line, at, &d->findings);
    } else if (strcmp(text, ".") == 0) {
        ms_pop3_session_end(&d->session, &line, at, &d->findings);
    } else if (reading == MS_POP3_READ_MESSAGE) {
        static const char message[] = "A: b\r\n\r\n";
        const ms_span octets = ms_span_make((const uint8_t *)message, strlen(message));
        ms_pop3_session_content(&d->session, octets, at, 0, at, &d->findings);
    } else if (reading == MS_POP3_READ_CAPA) {
        const ms_pop3_capability capability = ms_pop3_capability_parse(line.text);
        ms_pop3_session_capability(&d->session, &capability, &line, at, &d->findings);
    } else {
        const ms_pop3_response item = ms_pop3_listing_parse(line.text, &context);
        ms_pop3_session_listing(&d->session, &item, &line, at, &d->findings);
    }
    d->at[MS_SERVER] += line.consumed;
}

static void capabilities(dialogue *d)
{
    static const char *const lines[] = {"TOP",        "UIDL", "USER",      "SASL PLAIN",
                                        "RESP-CODES", "STLS", "UTF8 USER", "PIPELINING"};
    server_says(d, "+OK");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        server_says(d, lines[i]);
    server_says(d, ".");
}

static unsigned left(const dialogue *d)
{
    unsigned count = 0;
    for (unsigned n = 1; n <= POP3_MESSAGES; n++)
        count += d->model.deleted[n] ? 0 : 1;
    return count;
}

/* A positive response to the command, where the session is right for it. */
static void answer(dialogue *d, pop3_verb verb, unsigned number)
{
    char text[TEXT_MAX];
    const bool listing = (verb == POP3_LIST || verb == POP3_UIDL) && number == 0;
    if (verb == POP3_CAPA) {
        capabilities(d);
        return;
    }
    if (verb == POP3_STAT)
        snprintf(text, sizeof text, "+OK %u %u", left(d), 100 * left(d));
    else if ((verb == POP3_LIST || verb == POP3_UIDL) && number != 0)
        snprintf(text, sizeof text, verb == POP3_UIDL ? "+OK %u unique" : "+OK %u 100", number);
    else
        snprintf(text, sizeof text, "+OK done");
    server_says(d, text);
    for (unsigned n = 1; listing && n <= POP3_MESSAGES; n++)
        if (!d->model.deleted[n]) {
            snprintf(text, sizeof text, verb == POP3_UIDL ? "%u unique" : "%u 100", n);
            server_says(d, text);
        }
    if (verb == POP3_RETR || verb == POP3_TOP)
        server_says(d, "message");
    if (listing || verb == POP3_RETR || verb == POP3_TOP)
        server_says(d, ".");
}

static void command_text(pop3_verb verb, unsigned number, char *text)
{
    static const char *const words[] = {"USER a", "PASS b", "APOP a 0123456789abcdef0123456789abcdef",
                                        "STAT",   "LIST",   "RETR",
                                        "DELE",   "NOOP",   "RSET",
                                        "TOP",    "UIDL",   "QUIT",
                                        "STLS",   "UTF8",   "CAPA"};
    if (verb == POP3_TOP)
        snprintf(text, TEXT_MAX, "TOP %u 0", number);
    else if (number != 0)
        snprintf(text, TEXT_MAX, "%s %u", words[verb], number);
    else
        snprintf(text, TEXT_MAX, "%s", words[verb]);
}

static bool found(const dialogue *d, ms_side side)
{
    for (size_t i = 0; i < d->findings.count; i++)
        if (d->items[i].side == side)
            return true;
    return false;
}

static const char *compare_state(const dialogue *d)
{
    static const ms_pop3_state states[] = {
        [POP3_AUTHORIZATION] = MS_POP3_AUTHORIZATION,
        [POP3_TRANSACTION] = MS_POP3_TRANSACTION,
        [POP3_UPDATE] = MS_POP3_UPDATE,
        [POP3_TLS_NEXT] = MS_POP3_TLS_NEXT,
        [POP3_ENDED] = MS_POP3_ENDED,
    };
    if (d->session.state != states[d->model.state])
        return "the state";
    for (uint32_t n = 1; n <= POP3_MESSAGES; n++)
        if (ms_pop3_session_marked(&d->session, n) != d->model.deleted[n])
            return "which messages are marked as deleted";
    return NULL;
}

/* One command and its response; *over: what comes next the model does not know. */
static const char *step(dialogue *d, bool *over)
{
    char text[TEXT_MAX];
    const pop3_verb verb = (pop3_verb)choose(d, POP3_VERBS);
    const bool numbered = verb == POP3_RETR || verb == POP3_DELE || verb == POP3_TOP;
    const bool may_be = verb == POP3_LIST || verb == POP3_UIDL;
    const unsigned number = numbered ? 1 + choose(d, POP3_MESSAGES + 1) : may_be ? choose(d, POP3_MESSAGES + 2) : 0;
    const model_judgement client = pop3_model_client(&d->model, verb, number);
    const bool right = pop3_model_server(&d->model, verb, number, true) != MODEL_FAULT;
    const bool positive = choose(d, 8) == 0 ? !right : right;
    const model_judgement server = pop3_model_server(&d->model, verb, number, positive);

    d->findings = (ms_findings){.items = d->items, .capacity = FINDINGS};
    command_text(verb, number, text);
    client_says(d, text);
    if (positive)
        answer(d, verb, number);
    else
        server_says(d, "-ERR no");
    if (client == MODEL_FAULT && !d->client_faulted && !found(d, MS_CLIENT))
        return "the client may not say that now, and nothing is found";
    if (client == MODEL_FINE && found(d, MS_CLIENT))
        return "the client may say that now, and something is found";
    if (server == MODEL_FAULT && !found(d, MS_SERVER))
        return "the server may not answer so, and nothing is found";
    if (server == MODEL_FINE && found(d, MS_SERVER))
        return "the server may answer so, and something is found";
    d->client_faulted = d->client_faulted || client == MODEL_FAULT;
    *over = server == MODEL_FAULT || (positive && number > POP3_MESSAGES) ||
            (server == MODEL_OPEN && !positive && verb == POP3_QUIT);
    if (*over)
        return NULL;
    pop3_model_step(&d->model, verb, number, positive);
    return compare_state(d);
}

const char *compare_pop3_session(ms_span choices)
{
    dialogue d = {.choices = choices};
    d.findings = (ms_findings){.items = d.items, .capacity = FINDINGS};
    ms_pop3_session_init(&d.session, &d.room, d.runs, sizeof d.runs / sizeof d.runs[0], d.messages, sizeof d.messages);
    server_says(&d, "+OK ready <1.2@h.example>");
    client_says(&d, "CAPA");
    capabilities(&d);
    if (d.findings.count != 0)
        return "a greeting and CAPA are right";
    bool over = false;
    for (unsigned steps = 0; steps < STEPS_MAX && d.used < choices.len && !over; steps++) {
        const char *why = step(&d, &over);
        if (why != NULL)
            return why;
        if (d.model.state == POP3_TLS_NEXT) {
            ms_pop3_session_tls(&d.session);
            d.model.state = POP3_AUTHORIZATION; /* what else is forgotten no one says (RFC 2595 section 4) */
            d.model.user_last = d.model.capa_refused = false;
            client_says(&d, "CAPA");
            capabilities(&d);
        }
        over = over || d.model.state == POP3_UPDATE || d.model.state == POP3_ENDED;
    }
    return NULL;
}
