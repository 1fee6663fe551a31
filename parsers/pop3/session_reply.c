/*
 * session_reply.c - greeting and status lines: which command they answer, and what follows from them
 */
#include "session_internal.h"

#include "common/cursor.h"

/* +OK to these goes on in further lines (RFC 1939 sections 5 and 7, RFC 2449 section 5, RFC 6856 section 3.2); by verb
 * and presence of an argument alone, as a client has to know where the response ends. */
static ms_pop3_reading reading_of(const ms_pop3_run *command, bool exchanged)
{
    const bool argument = (command->flags & RUN_ARGUMENT) != 0;
    switch ((ms_pop3_verb)command->verb) {
    case MS_POP3_LIST:
        return argument ? MS_POP3_READ_STATUS : MS_POP3_READ_LIST;
    case MS_POP3_UIDL:
        return argument ? MS_POP3_READ_STATUS : MS_POP3_READ_UIDL;
    case MS_POP3_LANG:
        return argument ? MS_POP3_READ_STATUS : MS_POP3_READ_LANG;
    case MS_POP3_AUTH: /* a list of mechanisms, which no RFC describes */
        return argument || exchanged ? MS_POP3_READ_STATUS : MS_POP3_READ_UNJUDGED;
    case MS_POP3_CAPA:
        return MS_POP3_READ_CAPA;
    case MS_POP3_RETR:
    case MS_POP3_TOP:
        return MS_POP3_READ_MESSAGE;
    case MS_POP3_UNKNOWN:
        return MS_POP3_READ_UNJUDGED;
    case MS_POP3_USER:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_STAT:
    case MS_POP3_DELE:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return MS_POP3_READ_STATUS;
}

static ms_pop3_after after_of(const ms_pop3_session *s, const ms_pop3_run *command)
{
    const bool argument = (command->flags & RUN_ARGUMENT) != 0;
    const bool transaction = s->state == MS_POP3_TRANSACTION;
    switch (command->verb) {
    case MS_POP3_STAT:
        return transaction ? MS_POP3_AFTER_STAT : MS_POP3_AFTER_STATUS;
    case MS_POP3_LIST:
        return transaction && argument ? MS_POP3_AFTER_LIST : MS_POP3_AFTER_STATUS;
    case MS_POP3_UIDL:
        return transaction && argument ? MS_POP3_AFTER_UIDL : MS_POP3_AFTER_STATUS;
    case MS_POP3_LANG:
        return argument ? MS_POP3_AFTER_LANG : MS_POP3_AFTER_STATUS;
    case MS_POP3_AUTH:
        return MS_POP3_AFTER_AUTH;
    default: /* of an integer: all others have a free text */
        return MS_POP3_AFTER_STATUS;
    }
}

ms_pop3_response_context ms_pop3_session_response_context(const ms_pop3_session *session)
{
    const ms_pop3_session *s = session;
    ms_pop3_response_context context = {
        .after = MS_POP3_AFTER_STATUS,
        .utf8 = is(s, LANG_CHOSEN) || is(s, UTF8_MODE),
        .resp_codes = is(s, LIST_CURRENT) && (s->offered >> MS_CAPA_RESP_CODES & 1) != 0,
    };
    switch ((ms_pop3_reading)s->reading) {
    case MS_POP3_READ_LIST:
        context.after = MS_POP3_AFTER_LIST;
        return context;
    case MS_POP3_READ_UIDL:
        context.after = MS_POP3_AFTER_UIDL;
        return context;
    case MS_POP3_READ_CAPA:
        context.after = MS_POP3_AFTER_CAPA;
        return context;
    case MS_POP3_READ_LANG:
        context.after = MS_POP3_AFTER_LANG;
        context.utf8 = true;
        return context;
    case MS_POP3_READ_MESSAGE:
        context.after = MS_POP3_AFTER_TEXT;
        return context;
    case MS_POP3_READ_STATUS:
    case MS_POP3_READ_UNJUDGED:
        break;
    }
    if (s->state == MS_POP3_CONNECTED) {
        context.after = MS_POP3_AFTER_GREETING;
        return context;
    }
    const ms_pop3_run *command = ms_pop3_ring_front(s->room);
    if (command == NULL)
        return context;
    context.after = after_of(s, command);
    context.utf8 |= command->verb == MS_POP3_LANG;
    return context;
}

static bool starts(ms_span text, ms_span word)
{
    return text.len >= word.len && span_equal(ms_span_make(text.ptr, word.len), word);
}

bool ms_pop3_session_interrupted(const ms_pop3_session *session, ms_span text)
{
    if (!ms_pop3_ring_busy(session->room))
        return false;
    const bool status = starts(text, MS_SPAN("+OK")) || starts(text, MS_SPAN("-ERR"));
    if (session->reading == MS_POP3_READ_UNJUDGED)
        return status || (ms_pop3_ring_front(session->room)->verb == MS_POP3_AUTH && starts(text, MS_SPAN("+")));
    return status && session->reading != MS_POP3_READ_STATUS && session->reading != MS_POP3_READ_MESSAGE;
}

static void read_greeting(const judge *j, const ms_pop3_response *response)
{
    const ms_deviations d = response->deviations;
    const bool valid = response->indicator == MS_POP3_POSITIVE && response->after == MS_POP3_AFTER_GREETING &&
                       !ms_span_is_absent(response->greeting.timestamp);
    const bool brackets = valid || (d & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_TIMESTAMP)) != 0;
    set(j->s, GREETING_TIMESTAMP, valid);
    set(j->s, GREETING_BRACKETS, brackets);
    set(j->s, GREETING_ANGLE, brackets || (d & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_TIMESTAMP_NOT_CLOSED)) != 0);
    const bool positive = response->indicator == MS_POP3_POSITIVE;
    ms_pop3_change_state(j->s, MS_POP3_UNKNOWN, positive ? MS_POP3_POSITIVE : MS_POP3_NEGATIVE);
}

/* What follows from a USER, PASS, APOP or AUTH that was answered in AUTHORIZATION. */
static void follow_login(ms_pop3_session *s, const ms_pop3_run *command, bool positive, bool unclear)
{
    const uint8_t verb = command->verb;
    if (verb == MS_POP3_USER) {
        if (unclear) {
            s->user = USER_UNKNOWN;
            return;
        }
        if (positive)
            s->user = USER_ACCEPTED;
        else
            s->user = s->user == USER_ACCEPTED || s->user == USER_OTHER_REFUSED ? USER_OTHER_REFUSED : USER_WAS_REFUSED;
        set(s, USER_INTERLEAVED, false);
        set(s, USER_BEFORE_TLS, false);
        set(s, USER_ILL_FORMED, (command->flags & RUN_ILL_FORMED) != 0);
        set(s, USER_NUL, positive && (command->flags & RUN_NUL) != 0);
        return;
    }
    if (verb == MS_POP3_PASS || verb == MS_POP3_APOP || verb == MS_POP3_AUTH) {
        if (!positive)
            set(s, LOGIN_FAILED, true);
        else
            set(s, LOGIN_BY_AUTH, verb == MS_POP3_AUTH);
        if (unclear && s->user == USER_ACCEPTED)
            s->user = USER_UNKNOWN;
        else if (s->user == USER_ACCEPTED || s->user == USER_OTHER_REFUSED)
            s->user = verb == MS_POP3_PASS ? USER_PASS_FAILED : USER_USED_UP;
    } else if (s->user == USER_ACCEPTED && verb != MS_POP3_CAPA && verb != MS_POP3_LANG &&
               !(verb == MS_POP3_STLS && positive)) {
        set(s, USER_INTERLEAVED, true);
    }
}

static void follow_capa(ms_pop3_session *s, bool positive)
{
    const bool first = s->state == MS_POP3_AUTHORIZATION;
    set(s, CAPA_REFUSED_LAST, !positive);
    set(s, CAPA_TAKEN, is(s, CAPA_TAKEN) || positive);
    set(s, CAPA_REFUSED, is(s, CAPA_REFUSED) || !positive);
    set(s, CAPA_REFUSED_FIRST, is(s, CAPA_REFUSED_FIRST) || (first && !positive));
    set(s, CAPA_REFUSED_EARLY, is(s, CAPA_REFUSED_EARLY) || (first && !positive));
}

/* STLS was accepted: what stands behind it is plaintext that TLS must not see (RFC 2595 section 4). */
static void follow_stls(ms_pop3_session *s)
{
    if (s->state_before == MS_POP3_AUTHORIZATION)
        set(s, STLS_TAKEN, true);
    set(s, STLS_LINES, ms_pop3_ring_busy(s->room));
    if (ms_pop3_ring_has(s->room, UINT32_C(1) << MS_POP3_USER))
        set(s, USER_INJECTED, true);
    ms_pop3_ring_inject(s->room);
    ms_pop3_exchange_end(s);
}

static void follow_in_transaction(ms_pop3_session *s, const ms_pop3_run *command)
{
    const bool capitals = (command->flags & (RUN_LOWER | RUN_ARGUMENT)) == 0;
    const bool numbered = (command->flags & RUN_NUMBERED) != 0;
    switch (command->verb) {
    case MS_POP3_STAT:
        set(s, TAKEN_STAT, is(s, TAKEN_STAT) || capitals);
        break;
    case MS_POP3_NOOP:
        set(s, TAKEN_NOOP, is(s, TAKEN_NOOP) || capitals);
        break;
    case MS_POP3_RSET:
        set(s, TAKEN_RSET, is(s, TAKEN_RSET) || capitals);
        ms_pop3_unmark_all(s);
        break;
    case MS_POP3_UIDL:
        set(s, TAKEN_UIDL, true);
        break;
    case MS_POP3_DELE:
        if (numbered)
            ms_pop3_mark(s, command->number);
        else if (command->fault == FAULT_RANGE && !is(s, COUNT_KNOWN))
            s->wrapped = command->number;
        break;
    case MS_POP3_RETR:
        if (numbered)
            ms_pop3_message_note(s, command->number, MESSAGE_FETCHED);
        break;
    default: /* of an integer */
        break;
    }
}

static void follow_positive(ms_pop3_session *s, const ms_pop3_run *command, bool exchanged)
{
    const bool has_mechanism = command->verb != MS_POP3_AUTH || command->fault != FAULT_MISSING || exchanged;
    if (s->state == MS_POP3_TRANSACTION)
        follow_in_transaction(s, command);
    if (command->verb == MS_POP3_UTF8)
        set(s, UTF8_MODE, true);
    if (command->verb == MS_POP3_LANG && command->flags & RUN_ARGUMENT)
        set(s, LANG_CHOSEN, true);
    if (has_mechanism)
        ms_pop3_change_state(s, command->verb, MS_POP3_POSITIVE);
    if (command->verb == MS_POP3_STLS)
        follow_stls(s);
}

/* Behind a +OK that was not allowed, lines may follow or not: the server did not mean what it had to say. */
static void open_reading(ms_pop3_session *s, const ms_pop3_run *command, bool exchanged, bool refusal_due)
{
    s->reading = (uint8_t)reading_of(command, exchanged);
    s->verb = command->verb;
    if (refusal_due && s->reading != MS_POP3_READ_STATUS)
        s->reading = MS_POP3_READ_UNJUDGED;
    if (s->reading == MS_POP3_READ_LIST || s->reading == MS_POP3_READ_UIDL)
        ms_pop3_listing_begin(s);
    if (s->reading == MS_POP3_READ_CAPA)
        ms_pop3_capa_begin(s);
    if (s->reading == MS_POP3_READ_MESSAGE)
        ms_pop3_content_begin(s, command);
}

/* Which lone dot would be one too many behind this reply. */
static uint8_t kind_of_reply(const ms_pop3_run *command, bool positive)
{
    if (positive && command->verb == MS_POP3_LIST)
        return LAST_LIST_ONE;
    if (positive && command->verb == MS_POP3_UIDL)
        return LAST_UIDL_ONE;
    switch (command->verb) {
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
    case MS_POP3_RETR:
    case MS_POP3_TOP:
    case MS_POP3_CAPA:
    case MS_POP3_LANG:
        return positive ? LAST_SINGLE : LAST_REFUSAL;
    case MS_POP3_UNKNOWN:
        return LAST_NONE;
    default: /* of an integer */
        return LAST_SINGLE;
    }
}

static uint16_t listed_number(const ms_pop3_run *command, const ms_pop3_response *response)
{
    if ((command->flags & (RUN_NUMBERED | RUN_ARGUMENT)) != (RUN_NUMBERED | RUN_ARGUMENT))
        return MS_REQ_NONE;
    if (command->verb == MS_POP3_LIST && response->scan.number != command->number)
        return MS_REQ_POP3_1939_5_09;
    if (command->verb == MS_POP3_UIDL && response->unique.number != command->number)
        return MS_REQ_POP3_1939_7_14;
    return MS_REQ_NONE;
}

/* "the exact language tag selected" matches the basic language range asked for (RFC 6856 section 3.2, RFC 4647
 * section 3.3.1). */
static uint16_t chosen_language(const ms_pop3_run *command, const ms_pop3_response *response)
{
    const ms_span tag = response->language.tag;
    const bool asked = command->flags & RUN_ARGUMENT && command->lines > 0;
    if (!asked)
        return MS_REQ_NONE;
    const bool long_enough = tag.len >= command->lines;
    const bool ends = long_enough && (tag.len == command->lines || tag.ptr[command->lines] == '-');
    const bool matches = ends && ms_pop3_hash(ms_span_make(tag.ptr, command->lines)) == command->number;
    return matches ? MS_REQ_NONE : MS_REQ_POP3_6856_3_2_01;
}

/* What the text of an allowed +OK says; outside of TRANSACTION, one to STAT, LIST and UIDL is not allowed. */
static uint16_t judge_figures(const judge *j, const ms_pop3_run *command, const ms_pop3_response *response)
{
    if (response->error != MS_POP3_RESPONSE_OK || response->after != after_of(j->s, command))
        return MS_REQ_NONE; /* or it was read as the reply to another command */
    if (command->verb == MS_POP3_STAT)
        return ms_pop3_drop_figures(j, response->drop.messages, response->drop.octets);
    if (command->verb == MS_POP3_LIST || command->verb == MS_POP3_UIDL)
        return listed_number(command, response);
    if (command->verb == MS_POP3_LANG &&
        (response->deviations & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE)) == 0)
        return chosen_language(command, response);
    return MS_REQ_NONE;
}

/* A status line that answers command. */
static void answer(const judge *j, const ms_pop3_run *command, const ms_pop3_response *response, const ms_line *line)
{
    ms_pop3_session *s = j->s;
    const bool positive = response->indicator == MS_POP3_POSITIVE;
    const bool understood = response->error != MS_POP3_RESPONSE_ERR_INDICATOR;
    const bool system_failure = !positive && ms_pop3_is_system_failure(response);
    const bool alone = (command->flags & RUN_ARGUMENT) == 0;
    const bool tidy = alone && (command->flags & RUN_ODD) == 0;
    const bool unknown = !positive && (command->flags & RUN_CUT_VERB) != 0; /* and refused as such */
    const bool exchanged = command->verb == MS_POP3_AUTH && s->room->exchange.challenges > 0;
    const ms_pop3_after after = after_of(s, command);
    bool refusal_due = false;
    uint16_t requirement = MS_REQ_NONE;
    if (positive)
        requirement = ms_pop3_positive(j, command, &refusal_due);
    else if (understood && !system_failure)
        requirement = ms_pop3_negative(j, command, response);
    const bool exchange = command->verb == MS_POP3_AUTH && (command->fault != FAULT_MISSING || exchanged);
    if (exchange && understood && !system_failure) {
        const uint16_t outcome = ms_pop3_exchange_outcome(j, response);
        requirement = outcome != MS_REQ_NONE ? outcome : requirement;
    }
    if (positive && !refusal_due) {
        const uint16_t figures = judge_figures(j, command, response);
        requirement = figures != MS_REQ_NONE ? figures : requirement;
    }
    ms_pop3_find(j, MS_SERVER, requirement, 0);
    ms_pop3_server_text(j, response, line, after, !refusal_due);
    ms_pop3_server_codes(j, response);
    if (s->state == MS_POP3_AUTHORIZATION)
        follow_login(s, command, positive, system_failure || !understood || unknown);
    if (command->verb == MS_POP3_CAPA && (tidy || positive) && !system_failure && understood)
        follow_capa(s, positive);
    if (positive)
        follow_positive(s, command, exchanged);
    else if (command->verb == MS_POP3_QUIT && tidy && !system_failure)
        ms_pop3_change_state(s, MS_POP3_QUIT, MS_POP3_NEGATIVE);
    if (positive)
        open_reading(s, command, exchanged, refusal_due);
    if (!understood)
        set(s, LAST_UNJUDGED, true); /* what stands behind it is part of the same breach */
    const bool single = understood && s->reading == MS_POP3_READ_STATUS;
    s->last_reply = single ? kind_of_reply(command, positive) : LAST_NONE;
    set(s, LAST_HAD_CR, (command->flags & RUN_BARE_CR) != 0);
    if (command->verb == MS_POP3_AUTH)
        ms_pop3_exchange_end(s);
}

/* A line of the server that no command asked for (RFC 1939 section 3: one response to each command). */
static void unasked(const judge *j, const ms_pop3_response *response, ms_span text)
{
    ms_pop3_session *s = j->s;
    const uint8_t last = s->last_reply;
    s->last_reply = LAST_NONE;
    if (text.len == 1 && text.ptr[0] == '.' && last != LAST_NONE) {
        static const uint16_t dots[] = {
            [LAST_NONE] = MS_REQ_NONE,
            [LAST_LIST_ONE] = MS_REQ_POP3_1939_5_14,
            [LAST_UIDL_ONE] = MS_REQ_POP3_1939_7_22,
            [LAST_REFUSAL] = MS_REQ_POP3_1939_3_37,
            [LAST_SINGLE] = MS_REQ_POP3_1939_3_38,
        };
        first_time(s, LINE_IN_GAP); /* what follows it is the same breach */
        ms_pop3_find(j, MS_SERVER, dots[last], 0);
        return;
    }
    if (is(s, LAST_UNJUDGED))
        return;
    if (response->indicator == MS_POP3_NEGATIVE && first_time(s, ERR_UNASKED))
        return; /* a timeout, too many errors, or a shutdown may be announced */
    if (is(s, LAST_HAD_CR)) {
        if (first_time(s, LINE_IN_GAP))
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_SEC_raw_04, 0);
        return;
    }
    if (first_time(s, LINE_IN_GAP))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_39, 0);
}

static void after_quit(const judge *j, const ms_pop3_response *response, ms_span text)
{
    ms_pop3_session *s = j->s;
    const bool dot = text.len == 1 && text.ptr[0] == '.' && s->last_reply != LAST_NONE;
    s->last_reply = LAST_NONE;
    if (dot) {
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_38, 0);
        return;
    }
    if (is(s, QUIT_FOLLOWED) && response->indicator == MS_POP3_POSITIVE) {
        if (first_time(s, OK_AFTER_QUIT))
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_SEC_raw_12, 0);
        first_time(s, LINE_AFTER_QUIT); /* its further lines are the same breach */
    } else if (first_time(s, LINE_AFTER_QUIT)) {
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_6_04, 0);
    }
}

/* Between +OK to STLS and the handshake; true when the session goes on in clear text, with this line. */
static bool before_handshake(const judge *j)
{
    ms_pop3_session *s = j->s;
    const bool answers = is(s, STLS_LINES);
    if (first_time(s, answers ? ANSWER_AFTER_STLS : LINE_AFTER_STLS))
        ms_pop3_find(j, MS_SERVER, answers ? MS_REQ_POP3_SEC_stls_05 : MS_REQ_POP3_2595_4_06, 0);
    if (!answers)
        return false;
    s->state = s->state_before;
    ms_pop3_ring_restore(s->room);
    return true;
}

/* A reply under TLS to what was sent before it. */
static void answer_injected(const judge *j, const ms_pop3_run *command, const ms_pop3_response *response)
{
    ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_SEC_stls_01, 0);
    ms_pop3_ring_pop(j->s->room);
    if (response->indicator == MS_POP3_POSITIVE)
        open_reading(j->s, command, false, true);
}

static void answer_oldest(judge *j, const ms_pop3_response *response, const ms_line *line)
{
    ms_pop3_session *s = j->s;
    const ms_pop3_run *front = ms_pop3_ring_front(s->room);
    if (front == NULL) {
        unasked(j, response, line->text);
        return;
    }
    const ms_pop3_run command = *front; /* it is taken out of the ring before it is judged */
    j->verb = command.verb;
    if (!ms_pop3_ring_busy(s->room)) {
        answer_injected(j, &command, response);
        return;
    }
    if (response->indicator == MS_POP3_CONTINUATION) {
        ms_pop3_find(j, MS_SERVER, ms_pop3_exchange_challenge(j, response), 0);
        return;
    }
    ms_pop3_ring_pop(s->room);
    if (response->error == MS_POP3_RESPONSE_ERR_INDICATOR && s->state == MS_POP3_TRANSACTION)
        set(s, NOT_UNDERSTOOD, true);
    answer(j, &command, response, line);
}

/* The ring overflowed, and all that it held is answered: what comes now cannot be told apart any more. */
static bool is_lost(ms_pop3_session *s)
{
    if (!is(s, LIMITED_RING) || s->room->run_count > 0)
        return false;
    s->reading = MS_POP3_READ_UNJUDGED;
    return true;
}

void ms_pop3_session_response(ms_pop3_session *session, const ms_pop3_response *response, const ms_line *line,
                              uint64_t at, ms_findings *findings)
{
    ms_pop3_session *s = session;
    judge j = {s, findings, at, MS_SERVER, MS_POP3_UNKNOWN, (uint8_t)response->indicator, s->state};
    if (s->state == MS_POP3_CLOSED || is_lost(s))
        return;
    ms_pop3_server_line_ends(&j, line);
    if (s->state == MS_POP3_REFUSED)
        return;
    if (s->state == MS_POP3_CONNECTED) {
        read_greeting(&j, response);
        ms_pop3_server_text(&j, response, line, MS_POP3_AFTER_GREETING, true);
        if (s->state == MS_POP3_AUTHORIZATION)
            ms_pop3_server_codes(&j, response);
        return;
    }
    if (s->state == MS_POP3_UPDATE || s->state == MS_POP3_ENDED) {
        after_quit(&j, response, line->text);
        return;
    }
    if (s->state == MS_POP3_TLS_NEXT) {
        if (!before_handshake(&j))
            return;
        j.state = s->state;
    }
    if (s->reading != MS_POP3_READ_STATUS && s->reading != MS_POP3_READ_UNJUDGED)
        ms_pop3_find(&j, MS_SERVER, MS_REQ_POP3_1939_3_16, 0);
    s->reading = MS_POP3_READ_STATUS;
    answer_oldest(&j, response, line);
}
