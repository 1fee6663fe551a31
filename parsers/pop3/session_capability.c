/*
 * session_capability.c - capability lists, and what they owe each other (RFC 2449 sections 5 and 6)
 *
 * The current list is the newest one taken in the current TLS layer (RFC 2595 section 4).  A list in TRANSACTION is
 * compared with the last one in AUTHORIZATION.
 */
#include "session_internal.h"

#include <string.h>

#include "common/cursor.h"

#define CAPA(id) ((uint16_t)(1U << (id)))

void ms_pop3_capa_begin(ms_pop3_session *s)
{
    memset(&s->open, 0, sizeof s->open);
    if (s->state == MS_POP3_TRANSACTION)
        s->open.capa.flags = CAPA_IN_TRANSACTION;
}

/* Values and flags of one line, kept until the list is whole. */
static void note_values(ms_pop3_session *s, const ms_pop3_capability *capability)
{
    uint16_t *flags = &s->open.capa.flags;
    const bool well_formed =
        (capability->deviations & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER)) == 0;
    if (capability->id == MS_CAPA_SASL)
        s->open.capa.mechanisms |= (uint16_t)capability->mechanisms;
    if (!well_formed)
        return;
    if (capability->id == MS_CAPA_UTF8 && capability->utf8.user)
        *flags |= CAPA_UTF8_USER;
    if (capability->id == MS_CAPA_LOGIN_DELAY) {
        s->open.capa.login_delay = capability->login_delay.seconds;
        *flags |= capability->login_delay.user ? CAPA_DELAY | CAPA_DELAY_USER : CAPA_DELAY;
    }
    if (capability->id == MS_CAPA_EXPIRE) {
        const bool zero = !capability->expire.never && capability->expire.days == 0;
        s->open.capa.expire = capability->expire.never ? UINT32_MAX : capability->expire.days;
        *flags |= capability->expire.user ? CAPA_EXPIRE | CAPA_EXPIRE_USER : CAPA_EXPIRE;
        *flags |= zero ? CAPA_EXPIRE_ZERO : 0;
    }
}

/* What a line says in this place, its grammar aside. */
static uint16_t judge_line(const ms_pop3_session *s, const ms_pop3_capability *capability)
{
    const bool later = (s->open.capa.flags & CAPA_IN_TRANSACTION) != 0;
    switch (capability->id) {
    case MS_CAPA_UNKNOWN:
        return span_equal_nocase(capability->tag, MS_SPAN("APOP")) ? MS_REQ_POP3_2449_6_01 : MS_REQ_POP3_2449_9_02;
    case MS_CAPA_LOGIN_DELAY:
        return later && capability->login_delay.user ? MS_REQ_POP3_2449_6_5_04 : MS_REQ_NONE;
    case MS_CAPA_EXPIRE:
        return later && capability->expire.user ? MS_REQ_POP3_2449_6_7_03 : MS_REQ_NONE;
    case MS_CAPA_TOP:
    case MS_CAPA_USER:
    case MS_CAPA_SASL:
    case MS_CAPA_RESP_CODES:
    case MS_CAPA_PIPELINING:
    case MS_CAPA_UIDL:
    case MS_CAPA_IMPLEMENTATION:
    case MS_CAPA_STLS:
    case MS_CAPA_AUTH_RESP_CODE:
    case MS_CAPA_UTF8:
    case MS_CAPA_LANG:
    case MS_CAPA_X:
    case MS_CAPA_COUNT:
        break;
    }
    return MS_REQ_NONE;
}

/* The grammar's findings: the blanks and octets of RFC 2449 section 3 are one. */
static bool judge_grammar(const judge *j, const ms_pop3_capability *capability)
{
    uint16_t told = MS_REQ_NONE;
    if (capability->error != MS_POP3_RESPONSE_OK)
        ms_pop3_find(j, MS_SERVER, told = ms_pop3_response_error_rule(capability->error)->requirement,
                     capability->error_at);
    for (int d = 0; d < MS_POP3_RESPONSE_DEV_COUNT; d++) {
        if ((capability->deviations >> d & 1) == 0 || d == MS_POP3_RESPONSE_DEV_BARE_CR)
            continue;
        const uint16_t requirement = ms_pop3_capability_requirement((ms_pop3_response_deviation)d, capability->id);
        if (requirement != told)
            ms_pop3_find(j, MS_SERVER, requirement, capability->deviation_at);
        if (requirement == MS_REQ_POP3_2449_3_10)
            told = requirement;
    }
    return told != MS_REQ_NONE;
}

void ms_pop3_session_capability(ms_pop3_session *session, const ms_pop3_capability *capability, const ms_line *line,
                                uint64_t at, ms_findings *findings)
{
    const judge j = {session, findings, at, MS_SERVER, session->verb, MS_POP3_NONE, session->state};
    ms_pop3_server_line_ends(&j, line);
    const bool malformed = judge_grammar(&j, capability);
    if (capability->error != MS_POP3_RESPONSE_OK)
        return;
    if (!malformed || capability->id != MS_CAPA_UNKNOWN)
        ms_pop3_find(&j, MS_SERVER, judge_line(session, capability), 0);
    session->open.capa.offered |= CAPA(capability->id);
    note_values(session, capability);
}

/* Announced in both states, by their definitions (RFC 2449 section 6, RFC 3206, RFC 6856); USER and SASL may wait for
 * TLS, IMPLEMENTATION for a login. */
enum {
    DUE_FIRST = 1 << MS_CAPA_TOP | 1 << MS_CAPA_RESP_CODES | 1 << MS_CAPA_PIPELINING | 1 << MS_CAPA_UIDL |
                1 << MS_CAPA_LOGIN_DELAY | 1 << MS_CAPA_EXPIRE | 1 << MS_CAPA_AUTH_RESP_CODE | 1 << MS_CAPA_UTF8 |
                1 << MS_CAPA_LANG,
    NOT_DUE_LATER = 1 << MS_CAPA_STLS | 1 << MS_CAPA_UNKNOWN | 1 << MS_CAPA_X
};

static void compare_lists(const judge *j)
{
    const ms_pop3_session *s = j->s;
    const uint16_t now = s->open.capa.offered, flags = s->open.capa.flags;
    unsigned dropped = (unsigned)(s->offered_first & ~now) & ~(unsigned)NOT_DUE_LATER;
    if (dropped & CAPA(MS_CAPA_SASL) && is(s, LOGIN_BY_AUTH)) {
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_5034_3_02, 0);
        dropped &= ~(unsigned)CAPA(MS_CAPA_SASL);
    }
    if (dropped != 0)
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_5_07, 0);
    if ((now & ~s->offered_first & DUE_FIRST) != 0)
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_03, 0);
    if (flags & CAPA_DELAY && is(s, FIRST_DELAY)) {
        if (s->open.capa.login_delay > s->login_delay)
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_5_02, 0);
        else if (s->open.capa.login_delay < s->login_delay && !is(s, FIRST_DELAY_USER))
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_5_03, 0);
    }
    if (flags & CAPA_EXPIRE && is(s, FIRST_EXPIRE)) {
        if (s->open.capa.expire < s->expire)
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_7_02, 0);
        else if (s->open.capa.expire > s->expire && !is(s, FIRST_EXPIRE_USER))
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_7_03, 0);
    }
}

void ms_pop3_capa_end(const judge *j)
{
    ms_pop3_session *s = j->s;
    const uint16_t flags = s->open.capa.flags;
    if ((flags & CAPA_IN_TRANSACTION) == 0) {
        s->offered_first = s->open.capa.offered;
        s->login_delay = s->open.capa.login_delay;
        s->expire = s->open.capa.expire;
        set(s, LIST_FIRST, true);
        set(s, FIRST_DELAY, (flags & CAPA_DELAY) != 0);
        set(s, FIRST_DELAY_USER, (flags & CAPA_DELAY_USER) != 0);
        set(s, FIRST_EXPIRE, (flags & CAPA_EXPIRE) != 0);
        set(s, FIRST_EXPIRE_USER, (flags & CAPA_EXPIRE_USER) != 0);
    } else if (is(s, LIST_FIRST)) {
        compare_lists(j);
    }
    s->offered = s->open.capa.offered;
    s->mechanisms = s->open.capa.mechanisms;
    set(s, LIST_CURRENT, true);
    set(s, LIST_UTF8_USER, (flags & CAPA_UTF8_USER) != 0);
    set(s, LIST_EXPIRE_ZERO, (flags & CAPA_EXPIRE_ZERO) != 0);
    if (s->offered & CAPA(MS_CAPA_UTF8))
        set(s, UTF8_LISTED, true);
    if (s->offered & CAPA(MS_CAPA_PIPELINING))
        set(s, PIPELINING_LISTED, true);
}
