/*
 * session_negative.c - -ERR where it was not allowed
 *
 * A refusal has many causes that a recording does not show: only those are judged which the RFC leaves no room for.
 * With a SYS code nothing is (RFC 3206 section 4: a failure may hit any command).
 */
#include "session_internal.h"

bool ms_pop3_is_system_failure(const ms_pop3_response *response)
{
    return response->code == MS_POP3_CODE_SYS || response->code == MS_POP3_CODE_SYS_TEMP ||
           response->code == MS_POP3_CODE_SYS_PERM;
}

static bool listed(const ms_pop3_session *s, ms_pop3_capability_id capability)
{
    return is(s, LIST_CURRENT) && (s->offered >> capability & 1) != 0;
}

static bool has(const judge *j, const ms_pop3_run *command, uint8_t fact_of_message)
{
    return (command->flags & RUN_NUMBERED) != 0 &&
           (ms_pop3_message_facts(j->s, command->number) & fact_of_message) != 0;
}

/* In capitals the same command got +OK (RFC 1939 section 3: keywords are case-insensitive). */
static uint16_t by_letter_case(const judge *j, const ms_pop3_run *command, fact taken, uint16_t otherwise)
{
    return command->flags & RUN_LOWER && is(j->s, taken) ? MS_REQ_POP3_1939_3_03 : otherwise;
}

static uint16_t refused_rset(const judge *j)
{
    return j->s->marked > 0 ? MS_REQ_POP3_1939_5_40 : MS_REQ_POP3_1939_5_41;
}

/* An unmarked message is refused: another one went in its place, or RSET did not bring it back. */
static uint16_t lost_message(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    if ((command->flags & RUN_NUMBERED) == 0 || ms_pop3_is_marked(s, command->number))
        return MS_REQ_NONE;
    if (command->verb != MS_POP3_UIDL && s->wrapped != 0 && command->number == s->wrapped)
        return MS_REQ_POP3_SEC_int_01;
    return has(j, command, MESSAGE_UNMARKED) ? MS_REQ_POP3_1939_5_40 : MS_REQ_NONE;
}

static uint16_t refused_list(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    if (command->flags & RUN_ARGUMENT)
        return lost_message(j, command);
    if (!is(s, COUNT_KNOWN) || is(s, LIMITED_MARKS))
        return MS_REQ_NONE;
    if (s->messages == 0)
        return is(s, COUNT_BY_LIST) ? MS_REQ_NONE : MS_REQ_POP3_1939_5_12;
    return s->marked == s->messages ? MS_REQ_POP3_1939_5_13 : MS_REQ_NONE;
}

static uint16_t refused_uidl(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    if (command->flags & RUN_ARGUMENT)
        return lost_message(j, command);
    if (is(s, COUNT_KNOWN) && s->messages == 0 && !is(s, COUNT_BY_UIDL) &&
        (listed(s, MS_CAPA_UIDL) || is(s, TAKEN_UIDL)))
        return MS_REQ_POP3_1939_7_26;
    return listed(s, MS_CAPA_UIDL) ? MS_REQ_POP3_2449_6_8_01 : MS_REQ_NONE;
}

static uint16_t refused_retr(const judge *j, const ms_pop3_run *command)
{
    const uint16_t lost = lost_message(j, command);
    if (lost != MS_REQ_NONE)
        return lost;
    return has(j, command, MESSAGE_FETCHED) && !ms_pop3_is_marked(j->s, command->number) ? MS_REQ_POP3_1939_5_20
                                                                                         : MS_REQ_NONE;
}

static uint16_t refused_dele(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    const uint16_t lost = lost_message(j, command);
    if (lost != MS_REQ_NONE || (command->flags & RUN_NUMBERED) == 0 || !is(s, COUNT_KNOWN))
        return lost;
    const bool there = command->number <= s->messages && command->number <= s->room->message_capacity;
    return there && !ms_pop3_is_marked(s, command->number) ? MS_REQ_POP3_1939_5_30 : MS_REQ_NONE;
}

static uint16_t refused_top(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    const bool there = has(j, command, MESSAGE_FETCHED) && !ms_pop3_is_marked(s, command->number);
    return there && listed(s, MS_CAPA_TOP) && !is(s, LIST_EXPIRE_ZERO) ? MS_REQ_POP3_2449_6_1_01 : MS_REQ_NONE;
}

static uint16_t in_transaction(const judge *j, const ms_pop3_run *command)
{
    switch ((ms_pop3_verb)command->verb) {
    case MS_POP3_STAT:
        return by_letter_case(j, command, TAKEN_STAT, MS_REQ_POP3_1939_7_01);
    case MS_POP3_NOOP:
        return by_letter_case(j, command, TAKEN_NOOP, MS_REQ_POP3_1939_5_38);
    case MS_POP3_RSET:
        return by_letter_case(j, command, TAKEN_RSET, refused_rset(j));
    case MS_POP3_QUIT:
        return j->s->marked == 0 && !is(j->s, LIMITED_MARKS) ? MS_REQ_POP3_1939_6_10 : MS_REQ_NONE;
    case MS_POP3_LIST:
        return refused_list(j, command);
    case MS_POP3_UIDL:
        return refused_uidl(j, command);
    case MS_POP3_RETR:
        return refused_retr(j, command);
    case MS_POP3_DELE:
        return refused_dele(j, command);
    case MS_POP3_TOP:
        return refused_top(j, command);
    case MS_POP3_CAPA:
        return is(j->s, CAPA_TAKEN) ? MS_REQ_POP3_2449_5_02 : MS_REQ_NONE;
    case MS_POP3_UNKNOWN:
    case MS_POP3_USER:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_STLS:
    case MS_POP3_AUTH:
    case MS_POP3_UTF8:
    case MS_POP3_LANG:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return MS_REQ_NONE;
}

/* RFC 2595 section 4: the capability says that STLS is permitted. */
static uint16_t refused_stls(const judge *j)
{
    const ms_pop3_session *s = j->s;
    if (!listed(s, MS_CAPA_STLS))
        return MS_REQ_NONE;
    if (is(s, TLS_ACTIVE))
        return MS_REQ_POP3_2595_4_03;
    return is(s, UTF8_MODE) || s->user == USER_ACCEPTED ? MS_REQ_NONE : MS_REQ_POP3_2595_4_02;
}

static uint16_t in_authorization(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    if (command->verb == MS_POP3_QUIT)
        return s->user == USER_ACCEPTED ? MS_REQ_POP3_1939_4_16 : MS_REQ_POP3_1939_4_14;
    if (command->verb == MS_POP3_STLS)
        return refused_stls(j);
    if (command->verb != MS_POP3_CAPA)
        return MS_REQ_NONE;
    if (is(s, STLS_TAKEN) && !is(s, CAPA_TAKEN)) /* what got +OK once is implemented */
        return MS_REQ_POP3_2595_4_01;
    return s->user == USER_ACCEPTED && is(s, CAPA_TAKEN) ? MS_REQ_POP3_2449_5_03 : MS_REQ_NONE;
}

uint16_t ms_pop3_negative(const judge *j, const ms_pop3_run *command, const ms_pop3_response *response)
{
    if (command->flags & RUN_ODD || (command->fault != FAULT_NONE && command->fault != FAULT_RANGE))
        return MS_REQ_NONE;                                      /* a command that need not be understood */
    const bool needs_utf8 = response->code == MS_POP3_CODE_UTF8; /* RFC 6856 section 5 */
    if (needs_utf8 && command->flags & RUN_NUMBERED && command->verb != MS_POP3_DELE)
        return MS_REQ_NONE;
    if (j->state == MS_POP3_TRANSACTION)
        return in_transaction(j, command);
    return in_authorization(j, command); /* no reply of another state is held against its command */
}
