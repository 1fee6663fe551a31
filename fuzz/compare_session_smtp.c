/*
 * compare_session_smtp.c - the SMTP session machine against the model, in dialogues without pipelining; see compare.h
 *
 * Each octet of the choices picks a command, what EHLO's reply offers, or a reply code.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/session.h"
#include "mailspec/smtp_session.h"

enum { FINDINGS = 32, TEXT_MAX = 80, STEPS_MAX = 40 };

typedef struct dialogue {
    ms_smtp_session session;
    ms_smtp_run runs[8];
    ms_reply reply;
    uint64_t at[2];
    ms_finding items[FINDINGS]; /* of one command and its reply */
    ms_findings findings;
    smtp_model model;
    bool client_faulted; /* some things are told only once */
    ms_span choices;
    size_t used;
} dialogue;

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
    const ms_smtp_context context = ms_smtp_session_command_context(&d->session);
    const ms_line line = line_of(text);
    const ms_smtp_parsed parsed = ms_smtp_command_parse_line(&line, &context);
    ms_smtp_session_command(&d->session, &parsed, d->at[MS_CLIENT], &d->findings);
    d->at[MS_CLIENT] += line.consumed;
}

static void server_says(dialogue *d, const char *text)
{
    bool none = false;
    const ms_smtp_verb verb = ms_smtp_session_answering(&d->session, &none);
    const ms_reply_context context = ms_smtp_session_reply_context(&d->session);
    const ms_line line = line_of(text);
    const ms_reply_line got = ms_reply_next(&d->reply, &line, &context);
    const bool keyword = !none && verb == MS_SMTP_EHLO && d->reply.code / 100 == 2 && d->reply.lines > 1;
    const ms_ehlo_line ehlo = ms_ehlo_line_parse(ms_span_is_absent(got.text) ? MS_SPAN("") : got.text);
    ms_smtp_session_reply(&d->session, &d->reply, &got, keyword ? &ehlo : NULL, d->at[MS_SERVER], &d->findings);
    d->at[MS_SERVER] += line.consumed;
}

static const char *const commands[] = {
    [SMTP_EHLO] = "EHLO c.example",
    [SMTP_HELO] = "HELO c.example",
    [SMTP_MAIL] = "MAIL FROM:<a@c.example>",
    [SMTP_RCPT] = "RCPT TO:<b@h.example>",
    [SMTP_DATA_COMMAND] = "DATA",
    [SMTP_RSET] = "RSET",
    [SMTP_NOOP] = "NOOP",
    [SMTP_VRFY] = "VRFY b",
    [SMTP_EXPN] = "EXPN b",
    [SMTP_HELP] = "HELP",
    [SMTP_QUIT] = "QUIT",
    [SMTP_STARTTLS] = "STARTTLS",
    [SMTP_AUTH] = "AUTH X-A AA==",
};

/* The reply that is expected of a server that does what is asked. */
static unsigned usual_code(smtp_verb verb)
{
    static const uint16_t codes[] = {
        [SMTP_EHLO] = 250,         [SMTP_HELO] = 250,        [SMTP_MAIL] = 250, [SMTP_RCPT] = 250,
        [SMTP_DATA_COMMAND] = 354, [SMTP_END_OF_DATA] = 250, [SMTP_RSET] = 250, [SMTP_NOOP] = 250,
        [SMTP_VRFY] = 252,         [SMTP_EXPN] = 250,        [SMTP_HELP] = 214, [SMTP_QUIT] = 221,
        [SMTP_STARTTLS] = 220,     [SMTP_AUTH] = 235,
    };
    return codes[verb];
}

/* "can be used at any time during a session" (RFC 5321 section 4.1.4) */
static bool any_time(smtp_verb verb)
{
    return verb == SMTP_RSET || verb == SMTP_NOOP || verb == SMTP_VRFY || verb == SMTP_EXPN || verb == SMTP_HELP;
}

static unsigned any_code(dialogue *d, smtp_verb verb)
{
    static const uint16_t codes[] = {211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 450, 451, 452, 454,
                                     455, 500, 501, 502, 503, 504, 534, 535, 550, 551, 552, 553, 554, 555};
    const unsigned code = codes[choose(d, sizeof codes / sizeof codes[0])];
    return code == 334 && verb == SMTP_AUTH ? 535 : code; /* an exchange of more steps is not modelled */
}

static void answer(dialogue *d, smtp_verb verb, unsigned code, bool offers_starttls, bool offers_auth)
{
    char text[TEXT_MAX];
    if (verb == SMTP_EHLO && code == 250) {
        server_says(d, "250-h.example");
        if (offers_starttls)
            server_says(d, "250-STARTTLS");
        if (offers_auth)
            server_says(d, "250-AUTH X-A");
        server_says(d, "250 HELP");
        return;
    }
    const char *words = verb == SMTP_HELO || code == 220 || code == 221 || code == 421 ? "h.example done"
                        : code == 251 || code == 551                                   ? "try <b@i.example>"
                        : verb == SMTP_VRFY || verb == SMTP_EXPN                       ? "<b@h.example>"
                                                                                       : "done";
    snprintf(text, sizeof text, "%u %s", code, words);
    server_says(d, text);
}

static bool found(const dialogue *d, ms_side side)
{
    for (size_t i = 0; i < d->findings.count; i++)
        if (d->items[i].side == side)
            return true;
    return false;
}

static bool same_state(const dialogue *d)
{
    static const ms_smtp_state states[] = {
        [SMTP_GREETED] = MS_SMTP_GREETED,     [SMTP_READY] = MS_SMTP_READY,    [SMTP_SENDER] = MS_SMTP_SENDER,
        [SMTP_RECIPIENT] = MS_SMTP_RECIPIENT, [SMTP_DATA] = MS_SMTP_MAIL_DATA, [SMTP_TLS_NEXT] = MS_SMTP_TLS_NEXT,
        [SMTP_OVER] = MS_SMTP_CLOSING,
    };
    return d->session.state == states[d->model.phase];
}

/* One command and its reply; *over: what comes next the model does not know. */
static const char *step(dialogue *d, bool *over)
{
    smtp_verb verb = (smtp_verb)choose(d, SMTP_VERBS);
    if ((verb == SMTP_END_OF_DATA) != (d->model.phase == SMTP_DATA))
        verb = d->model.phase == SMTP_DATA ? SMTP_END_OF_DATA : SMTP_RCPT;
    const bool offers_starttls = verb == SMTP_EHLO && choose(d, 2) != 0 && !d->model.tls;
    const bool offers_auth = verb == SMTP_EHLO && choose(d, 2) != 0;
    const model_judgement client = smtp_model_client(&d->model, verb);
    const bool usual = choose(d, 4) != 0;
    const unsigned code = !usual ? any_code(d, verb) : client != MODEL_FINE && !any_time(verb) ? 503 : usual_code(verb);
    const model_judgement server = smtp_model_server(&d->model, verb, code);

    d->findings = (ms_findings){.items = d->items, .capacity = FINDINGS};
    if (verb == SMTP_END_OF_DATA)
        ms_smtp_session_content(&d->session, 8, 0, true, d->at[MS_CLIENT] += 11, &d->findings);
    else
        client_says(d, commands[verb]);
    answer(d, verb, code, offers_starttls, offers_auth);
    if (client == MODEL_FAULT && !d->client_faulted && !found(d, MS_CLIENT))
        return "the client may not say that now, and nothing is found";
    if (client == MODEL_FINE && found(d, MS_CLIENT))
        return "the client may say that now, and something is found";
    if (server == MODEL_FAULT && !found(d, MS_SERVER))
        return "the server may not answer so, and nothing is found";
    if (server == MODEL_FINE && found(d, MS_SERVER))
        return "the server may answer so, and something is found";
    d->client_faulted = d->client_faulted || client == MODEL_FAULT;
    /* Who answers what is out of order, or oddly, with anything but a refusal is in a state of its own. */
    *over = server == MODEL_FAULT ||
            (server == MODEL_OPEN && code < 400 && !(any_time(verb) && code == usual_code(verb))) ||
            (client != MODEL_FINE && !any_time(verb) && code < 400);
    if (*over)
        return NULL;
    smtp_model_step(&d->model, verb, code, offers_starttls, offers_auth);
    return same_state(d) ? NULL : "the state";
}

const char *compare_smtp_session(ms_span choices)
{
    dialogue d = {.choices = choices};
    d.findings = (ms_findings){.items = d.items, .capacity = FINDINGS};
    ms_reply_init(&d.reply);
    ms_smtp_session_init(&d.session, MS_VARIANT_SMTP, d.runs, sizeof d.runs / sizeof d.runs[0]);
    server_says(&d, "220 h.example ready");
    if (d.findings.count != 0 || !same_state(&d))
        return "a greeting is right";
    bool over = false;
    for (unsigned steps = 0; steps < STEPS_MAX && d.used < choices.len && !over; steps++) {
        const char *why = step(&d, &over);
        if (why != NULL)
            return why;
        if (d.model.phase == SMTP_TLS_NEXT) {
            /* "the SMTP protocol is reset to the initial state" (RFC 3207 section 4.2) */
            ms_smtp_session_tls(&d.session, false, d.at[MS_SERVER], &d.findings);
            d.model = (smtp_model){.phase = SMTP_GREETED, .tls = true};
            if (!same_state(&d))
                return "the state behind TLS";
        }
        over = over || d.model.phase == SMTP_OVER;
    }
    return NULL;
}
