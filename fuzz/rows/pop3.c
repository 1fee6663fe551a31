/* pop3.c - the rows of the POP3 session: replies in each state, and what +OK breaks */
#include "fuzz/rows/rows.h"

#include <stdio.h>

#include "harness/requirement/register.h"
#include "mailspec/pop3_dialogue.h"
#include "pop3/session_internal.h"

static const char *verb_name(uint8_t verb, bool greeting)
{
    if (verb == MS_POP3_UNKNOWN)
        return greeting ? "greeting" : "unknown";
    return ms_pop3_verb_name((ms_pop3_verb)verb);
}

static void name_reply(char name[ROW_NAME_MAX], uint8_t state, uint8_t verb, uint8_t indicator)
{
    const char *said = indicator == MS_POP3_POSITIVE ? "+OK" : indicator == MS_POP3_NEGATIVE ? "-ERR" : "+";
    snprintf(name, ROW_NAME_MAX, "pop3 %s %s %s", ms_pop3_state_name((ms_pop3_state)state),
             verb_name(verb, state == MS_POP3_CONNECTED), said);
}

static void name_breach(char name[ROW_NAME_MAX], uint8_t state, uint8_t verb, uint16_t requirement)
{
    snprintf(name, ROW_NAME_MAX, "pop3 %s %s breaks %u", ms_pop3_state_name((ms_pop3_state)state),
             verb_name(verb, false), requirement);
}

static void add_reply(row_set *set, uint8_t state, uint8_t verb, uint8_t indicator)
{
    char name[ROW_NAME_MAX], outcome[ROW_NAME_MAX];
    ms_pop3_state next;
    const char *rule =
        ms_pop3_transition((ms_pop3_state)state, (ms_pop3_verb)verb, (ms_pop3_indicator)indicator, &next);
    name_reply(name, state, verb, indicator);
    snprintf(outcome, sizeof outcome, "%s%s%s", rule == NULL ? "stays" : ms_pop3_state_name(next),
             rule == NULL ? "" : ", ", rule == NULL ? "" : rule);
    rows_add(set, name, outcome);
}

/* What +OK to a command breaks by the tables alone: of the state, the number, the form, a surplus argument. */
static void add_breaches(row_set *out, uint8_t state, uint8_t verb)
{
    uint8_t messages[4] = {MESSAGE_MARKED, 0, 0, 0};
    ms_pop3_run runs[1];
    ms_pop3_session session;
    ms_pop3_room room;
    ms_findings none = {.items = NULL};
    ms_pop3_session_init(&session, &room, runs, 1, messages, sizeof messages);
    messages[0] = MESSAGE_MARKED;
    session.state = state;
    session.user = USER_ACCEPTED;
    session.messages = 1;
    set(&session, COUNT_KNOWN, true);
    set(&session, GREETING_BRACKETS, true);
    const judge j = {&session, &none, 0, MS_SERVER, verb, MS_POP3_POSITIVE, state};
    for (unsigned wrong = FAULT_NONE; wrong <= FAULT_OTHER; wrong++)
        for (unsigned kind = 0; kind < 4; kind++) {
            const bool takes_number = verb == MS_POP3_LIST || verb == MS_POP3_RETR || verb == MS_POP3_DELE ||
                                      verb == MS_POP3_TOP || verb == MS_POP3_UIDL;
            if (!takes_number && (wrong == FAULT_RANGE || kind == 1 || kind == 2))
                continue;
            ms_pop3_run command = {.verb = verb, .fault = (uint8_t)wrong, .count = 1};
            command.number = kind == 1 ? 1 : 2;
            command.flags = (uint16_t)(kind == 0 || wrong != FAULT_NONE ? 0 : kind == 3 ? RUN_SURPLUS : RUN_NUMBERED);
            bool refusal_due;
            const uint16_t requirement = ms_pop3_positive(&j, &command, &refusal_due);
            char name[ROW_NAME_MAX];
            if (requirement == MS_REQ_NONE)
                continue;
            name_breach(name, state, verb, requirement);
            rows_add(out, name, refusal_due ? "refusal due" : "discouraged");
        }
}

void rows_of_pop3(row_set *set)
{
    static const uint8_t states[] = {MS_POP3_AUTHORIZATION, MS_POP3_TRANSACTION};
    add_reply(set, MS_POP3_CONNECTED, MS_POP3_UNKNOWN, MS_POP3_POSITIVE);
    add_reply(set, MS_POP3_CONNECTED, MS_POP3_UNKNOWN, MS_POP3_NEGATIVE);
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        for (uint8_t verb = 0; verb < MS_POP3_VERB_COUNT; verb++) {
            if (verb == MS_POP3_AUTH_RESPONSE)
                continue; /* no command: its reply is that of AUTH */
            add_reply(set, states[i], verb, MS_POP3_POSITIVE);
            add_reply(set, states[i], verb, MS_POP3_NEGATIVE);
            if (verb == MS_POP3_AUTH)
                add_reply(set, states[i], verb, MS_POP3_CONTINUATION);
            add_breaches(set, states[i], verb);
        }
}

typedef struct reader {
    ms_pop3_dialogue dialogue;
    ms_pop3_run runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[256];
    row_set *set;
} reader;

static fuzz_taken take(void *state, ms_side side, ms_span window, uint64_t at)
{
    reader *r = state;
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    const uint8_t before = r->dialogue.session.state;
    char name[ROW_NAME_MAX];
    (void)at;
    const ms_pop3_event event = ms_pop3_dialogue_next(&r->dialogue, side, window, &findings);
    const bool reply = event.kind == MS_POP3_EVENT_RESPONSE || event.kind == MS_POP3_EVENT_CONTINUATION;
    if (reply && (!event.answered.none || before == MS_POP3_CONNECTED)) {
        name_reply(name, before, (uint8_t)event.answered.verb, (uint8_t)event.response.indicator);
        rows_show(r->set, name);
    }
    for (size_t i = 0; i < findings.count; i++)
        if (items[i].stream == MS_SERVER) {
            name_breach(name, items[i].state, items[i].verb, items[i].requirement);
            rows_show(r->set, name);
        }
    return (fuzz_taken){event.consumed, event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED};
}

static void tls(void *state, size_t client, size_t server)
{
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    ms_pop3_dialogue_tls(&((reader *)state)->dialogue, client, server, &findings);
}

static void end(void *state, ms_side side, size_t client, size_t server)
{
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    ms_pop3_dialogue_close(&((reader *)state)->dialogue, side, client, server, &findings);
}

void rows_play_pop3(row_set *set, const fuzz_input *input, const fuzz_talk *talk)
{
    static reader r;
    const fuzz_reader with = {&r, take, tls, end, false};
    r.set = set;
    ms_pop3_dialogue_init(&r.dialogue, r.runs, MS_POP3_RUNS_DEFAULT, r.messages, sizeof r.messages);
    if ((input->options & 4) != 0)
        tls(&r, 0, 0);
    fuzz_talk_play(talk, input, FUZZ_WHOLE, &with);
}
