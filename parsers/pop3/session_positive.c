/*
 * session_positive.c - +OK where it was not allowed
 *
 * The reply is judged by the state at that moment, which is what the server has said so far.  One requirement per
 * reply: what forbids it most, then what is discouraged.
 */
#include "session_internal.h"

/* clang-format off */
/* Per command: +OK outside of TRANSACTION, to a marked message, to a number beyond the maildrop, with a surplus
 * argument (discouraged). */
static const struct command_rules {
    uint16_t state, marked, beyond, surplus;
} rules[MS_POP3_VERB_COUNT] = {
    [MS_POP3_STAT] = {MS_REQ_POP3_1939_5_03, 0, 0, MS_REQ_POP3_1939_5_05},
    [MS_POP3_LIST] = {MS_REQ_POP3_1939_5_19, MS_REQ_POP3_1939_5_15, MS_REQ_POP3_1939_5_16, MS_REQ_POP3_1939_5_47},
    [MS_POP3_RETR] = {MS_REQ_POP3_1939_5_26, MS_REQ_POP3_1939_5_22, MS_REQ_POP3_1939_5_23, MS_REQ_POP3_1939_5_25},
    [MS_POP3_DELE] = {MS_REQ_POP3_1939_5_36, MS_REQ_POP3_1939_5_33, MS_REQ_POP3_1939_5_34, MS_REQ_POP3_1939_5_47},
    [MS_POP3_NOOP] = {MS_REQ_POP3_1939_5_39, 0, 0, MS_REQ_POP3_1939_5_46},
    [MS_POP3_RSET] = {MS_REQ_POP3_1939_5_42, 0, 0, MS_REQ_POP3_1939_5_46},
    [MS_POP3_QUIT] = {0, 0, 0, MS_REQ_POP3_1939_6_07},
    [MS_POP3_TOP]  = {MS_REQ_POP3_1939_7_11, MS_REQ_POP3_1939_7_10, MS_REQ_POP3_1939_7_09, MS_REQ_POP3_1939_7_61},
    [MS_POP3_UIDL] = {MS_REQ_POP3_1939_7_27, MS_REQ_POP3_1939_7_24, MS_REQ_POP3_1939_7_25, MS_REQ_POP3_1939_7_61},
    [MS_POP3_CAPA] = {0, 0, 0, MS_REQ_POP3_2449_5_04},
    [MS_POP3_STLS] = {0, 0, 0, MS_REQ_POP3_2595_4_14},
    [MS_POP3_UTF8] = {0, 0, 0, MS_REQ_POP3_6856_2_1_01},
};

/* +OK in TRANSACTION to what belongs to AUTHORIZATION; AUTH is in exchange.c. */
static const uint16_t too_late[MS_POP3_VERB_COUNT] = {
    [MS_POP3_USER] = MS_REQ_POP3_1939_7_31,
    [MS_POP3_PASS] = MS_REQ_POP3_1939_7_44,
    [MS_POP3_APOP] = MS_REQ_POP3_1939_7_53,
    [MS_POP3_STLS] = MS_REQ_POP3_2595_4_04,
    [MS_POP3_UTF8] = MS_REQ_POP3_6856_2_03,
};

/* +OK to a malformed command. */
static const struct malformed_rule {
    uint8_t verb, fault;
    uint16_t requirement;
} malformed[] = {
    {MS_POP3_LIST, FAULT_ZERO, MS_REQ_POP3_1939_5_17},
    {MS_POP3_LIST, FAULT_NUMBER, MS_REQ_POP3_1939_5_18},
    {MS_POP3_LIST, FAULT_PLUS, MS_REQ_POP3_1939_5_25},
    {MS_POP3_RETR, FAULT_MISSING, MS_REQ_POP3_1939_5_21},
    {MS_POP3_RETR, FAULT_ZERO, MS_REQ_POP3_1939_5_24},
    {MS_POP3_RETR, FAULT_NUMBER, MS_REQ_POP3_1939_5_24},
    {MS_POP3_RETR, FAULT_PLUS, MS_REQ_POP3_1939_5_25},
    {MS_POP3_DELE, FAULT_MISSING, MS_REQ_POP3_1939_5_35},
    {MS_POP3_DELE, FAULT_ZERO, MS_REQ_POP3_1939_5_34},
    {MS_POP3_DELE, FAULT_NUMBER, MS_REQ_POP3_1939_5_48},
    {MS_POP3_DELE, FAULT_PLUS, MS_REQ_POP3_1939_5_25},
    {MS_POP3_TOP, FAULT_MISSING, MS_REQ_POP3_1939_7_07},
    {MS_POP3_TOP, FAULT_COUNT, MS_REQ_POP3_1939_7_08},
    {MS_POP3_TOP, FAULT_ZERO, MS_REQ_POP3_1939_7_09},
    {MS_POP3_TOP, FAULT_NUMBER, MS_REQ_POP3_1939_7_59},
    {MS_POP3_TOP, FAULT_PLUS, MS_REQ_POP3_1939_5_25},
    {MS_POP3_UIDL, FAULT_ZERO, MS_REQ_POP3_1939_7_25},
    {MS_POP3_UIDL, FAULT_NUMBER, MS_REQ_POP3_1939_7_25},
    {MS_POP3_UIDL, FAULT_PLUS, MS_REQ_POP3_1939_5_25},
    {MS_POP3_USER, FAULT_MISSING, MS_REQ_POP3_1939_7_30},
    {MS_POP3_PASS, FAULT_MISSING, MS_REQ_POP3_1939_7_43},
    {MS_POP3_APOP, FAULT_MISSING, MS_REQ_POP3_1939_7_52},
    {MS_POP3_APOP, FAULT_DIGEST, MS_REQ_POP3_1939_7_51},
    /* AUTH without a mechanism is no row: RFC 5034 section 4 does not say what answers it, and servers list theirs. */
    {MS_POP3_UNKNOWN, FAULT_KEYWORD, MS_REQ_POP3_1939_3_25},
    {MS_POP3_UNKNOWN, FAULT_EMPTY_LINE, MS_REQ_POP3_1939_3_27},
};
/* clang-format on */

static uint16_t wrong_state(const judge *j, const ms_pop3_run *command)
{
    if (j->state == MS_POP3_TRANSACTION)
        return too_late[command->verb];
    const uint16_t requirement = rules[command->verb].state;
    if (command->verb == MS_POP3_NOOP) /* its +OK gives nothing away: who says it in clear, says it under TLS, too */
        return requirement;
    if (requirement != MS_REQ_NONE && is(j->s, TLS_BY_STLS))
        return MS_REQ_POP3_2595_4_08;
    if (requirement != MS_REQ_NONE && is(j->s, TLS_IMPLICIT))
        return MS_REQ_POP3_8314_3_1_02;
    return requirement;
}

static uint16_t wrong_form(const ms_pop3_run *command)
{
    if (command->fault == FAULT_NONE)
        return MS_REQ_NONE;
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++)
        if (malformed[i].verb == command->verb && malformed[i].fault == command->fault)
            return malformed[i].requirement;
    return MS_REQ_NONE;
}

/* RFC 1939 section 5: the message-number may not refer to a message marked as deleted; there are N messages.  A number
 * that lost its high bits names another message. */
static uint16_t wrong_number(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    const bool known = is(s, COUNT_KNOWN);
    if (command->fault == FAULT_RANGE) {
        if (known && command->number >= 1 && command->number <= s->messages)
            return MS_REQ_POP3_SEC_int_01;
        return known ? rules[command->verb].beyond : MS_REQ_NONE;
    }
    if ((command->flags & RUN_NUMBERED) == 0)
        return MS_REQ_NONE;
    if (ms_pop3_is_marked(s, command->number))
        return rules[command->verb].marked;
    return known && command->number > s->messages ? rules[command->verb].beyond : MS_REQ_NONE;
}

/* PASS "may only be given in the AUTHORIZATION state immediately after a successful USER command" (RFC 1939
 * section 7). */
static uint16_t wrong_pass(const ms_pop3_session *s)
{
    switch ((user_state)s->user) {
    case USER_PASS_FAILED:
        return MS_REQ_POP3_1939_7_40;
    case USER_NEVER:
        return is(s, USER_INJECTED) && is(s, TLS_ACTIVE) ? MS_REQ_POP3_SEC_stls_02 : MS_REQ_POP3_1939_7_38;
    case USER_WAS_REFUSED:
        return MS_REQ_POP3_1939_7_38;
    case USER_ACCEPTED:
    case USER_OTHER_REFUSED:
    case USER_USED_UP:
    case USER_UNKNOWN:
        break;
    }
    return MS_REQ_NONE;
}

static uint16_t wrong_login(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    const bool ill_formed =
        (command->flags & RUN_ILL_FORMED) != 0 || (command->verb == MS_POP3_PASS && is(s, USER_ILL_FORMED));
    uint16_t requirement = MS_REQ_NONE;
    if (command->verb == MS_POP3_APOP && !is(s, GREETING_BRACKETS))
        return MS_REQ_POP3_1939_7_54;
    if (command->verb == MS_POP3_PASS)
        requirement = wrong_pass(s);
    if (requirement == MS_REQ_NONE && ill_formed && is(s, LIST_UTF8_USER) &&
        (command->verb == MS_POP3_PASS || command->verb == MS_POP3_APOP))
        requirement = MS_REQ_POP3_6856_2_2_04;
    return requirement;
}

static uint16_t forbidden(const judge *j, const ms_pop3_run *command)
{
    /* any name may be taken (RFC 1939 section 7), but who logs in by it is taken for the one named before the NUL */
    const bool name = command->verb == MS_POP3_USER && (command->flags & RUN_CUT_VERB) == 0;
    if (command->flags & RUN_NUL ? !name : command->verb == MS_POP3_PASS && is(j->s, USER_NUL))
        return MS_REQ_POP3_SEC_raw_01;
    if (command->flags & RUN_8BIT)
        return MS_REQ_POP3_SEC_raw_02;
    if (command->flags & RUN_FORBIDDEN)
        return MS_REQ_NONE;
    uint16_t requirement = wrong_state(j, command);
    if (requirement == MS_REQ_NONE)
        requirement = wrong_form(command);
    if (requirement == MS_REQ_NONE && j->state == MS_POP3_TRANSACTION)
        requirement = wrong_number(j, command);
    if (requirement == MS_REQ_NONE && j->state == MS_POP3_AUTHORIZATION)
        requirement = wrong_login(j, command);
    return requirement;
}

static bool unlisted(const ms_pop3_session *s, ms_pop3_capability_id capability)
{
    return is(s, LIST_CURRENT) && (s->offered >> capability & 1) == 0;
}

/* What a command's +OK says about capabilities. */
static uint16_t contradicts_capabilities(const judge *j, const ms_pop3_run *command)
{
    ms_pop3_session *s = j->s;
    const bool later = j->state == MS_POP3_TRANSACTION;
    switch ((ms_pop3_verb)command->verb) {
    case MS_POP3_CAPA:
        return later && is(s, CAPA_REFUSED_FIRST) ? MS_REQ_POP3_2449_5_01 : MS_REQ_NONE;
    case MS_POP3_STLS:
        if (is(s, CAPA_REFUSED_EARLY) && !is(s, CAPA_TAKEN))
            return MS_REQ_POP3_2595_4_01;
        return !is(s, TLS_ACTIVE) && unlisted(s, MS_CAPA_STLS) ? MS_REQ_POP3_2595_4_17 : MS_REQ_NONE;
    case MS_POP3_USER:
        return unlisted(s, MS_CAPA_USER) ? MS_REQ_POP3_2449_6_2_02 : MS_REQ_NONE;
    case MS_POP3_TOP:
        return unlisted(s, MS_CAPA_TOP) && first_time(s, TOP_UNLISTED) ? MS_REQ_POP3_2449_6_1_02 : MS_REQ_NONE;
    case MS_POP3_UIDL:
        return unlisted(s, MS_CAPA_UIDL) && first_time(s, UIDL_UNLISTED) ? MS_REQ_POP3_2449_6_8_02 : MS_REQ_NONE;
    case MS_POP3_UNKNOWN:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_STAT:
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_AUTH:
    case MS_POP3_UTF8:
    case MS_POP3_LANG:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return MS_REQ_NONE;
}

/* USER and PASS: what is out of sequence without being dangerous. */
static uint16_t out_of_sequence(const judge *j, const ms_pop3_run *command)
{
    const ms_pop3_session *s = j->s;
    if (j->state != MS_POP3_AUTHORIZATION)
        return MS_REQ_NONE;
    if (command->verb == MS_POP3_USER)
        return s->user == USER_ACCEPTED && !is(s, USER_BEFORE_TLS) ? MS_REQ_POP3_1939_7_33 : MS_REQ_NONE;
    if (command->verb != MS_POP3_PASS)
        return MS_REQ_NONE;
    if (s->user == USER_ACCEPTED && is(s, USER_BEFORE_TLS))
        return MS_REQ_POP3_2595_4_15;
    /* whoever keeps the first name when it refuses a second one lets something stand between it and PASS */
    const bool interleaved = s->user == USER_USED_UP || s->user == USER_OTHER_REFUSED ||
                             (s->user == USER_ACCEPTED && is(s, USER_INTERLEAVED));
    return interleaved ? MS_REQ_POP3_1939_7_39 : MS_REQ_NONE;
}

static uint16_t discouraged(const judge *j, const ms_pop3_run *command)
{
    if (command->flags & RUN_SURPLUS && rules[command->verb].surplus != MS_REQ_NONE)
        return rules[command->verb].surplus;
    const uint16_t sequence = out_of_sequence(j, command);
    if (sequence != MS_REQ_NONE)
        return sequence;
    if (command->flags & RUN_BLANKS && command->verb != MS_POP3_PASS && command->verb != MS_POP3_UNKNOWN)
        return MS_REQ_POP3_1939_3_08;
    return command->fault == FAULT_NONE ? contradicts_capabilities(j, command) : MS_REQ_NONE;
}

uint16_t ms_pop3_positive(const judge *j, const ms_pop3_run *command, bool *refusal_due)
{
    uint16_t requirement = forbidden(j, command);
    *refusal_due = requirement != MS_REQ_NONE || command->flags & RUN_FORBIDDEN;
    return *refusal_due ? requirement : discouraged(j, command);
}
