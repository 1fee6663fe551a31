/*
 * session.c - the SMTP session machine: its ring, its ends, what it expects next
 *
 * Commands are judged in session_client.c, replies in session_server.c, by the tables of
 * session_table.c and session_code.c.
 */
#include "mailspec/limits.h"
#include "session_internal.h"

#include <string.h>

void ms_smtp_session_init(ms_smtp_session *session, ms_smtp_variant variant, ms_smtp_run *runs, size_t capacity)
{
    memset(session, 0, sizeof *session);
    session->variant = (uint8_t)variant;
    session->runs = runs;
    session->run_capacity = capacity > UINT16_MAX ? UINT16_MAX : (uint16_t)capacity;
    session->state = MS_SMTP_CONNECTED;
}

void ms_smtp_find(const ms_smtp_session *session, ms_findings *findings, ms_side side, uint16_t requirement,
                  uint64_t at, uint8_t verb, uint16_t code)
{
    if (requirement == MS_REQ_NONE)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *f = &findings->items[i];
        if (f->requirement == requirement && f->side == (uint8_t)side && f->at == at)
            return; /* one breach, one finding */
    }
    const ms_finding finding = {
        .at = at,
        .requirement = requirement,
        .code = code,
        .side = (uint8_t)side,
        .stream = (uint8_t)side,
        .verb = verb,
        .state = session->state,
    };
    ms_findings_add(findings, finding);
}

/* --- the ring ------------------------------------------------------------- */

const ms_smtp_run *ms_smtp_ring_back(const ms_smtp_session *session)
{
    return session->run_count == 0 || session->lost > 0 ? NULL
                                                        : ms_smtp_run_at(session, (uint16_t)(session->run_count - 1));
}

/* No room: from here on commands are counted, so that their replies are not taken for those of later ones. */
static void lose(ms_smtp_session *session, uint8_t verb)
{
    session->flags |= SESSION_LIMITED;
    session->lost_verb = verb;
    if (session->outstanding == UINT16_MAX) {
        session->lost = UINT16_MAX;
        return;
    }
    session->outstanding++;
    session->lost++;
}

void ms_smtp_ring_push(ms_smtp_session *session, uint8_t verb, uint8_t flags)
{
    if (session->lost > 0 || session->outstanding == UINT16_MAX) {
        lose(session, verb);
        return;
    }
    if (session->run_count > 0) {
        ms_smtp_run *back = ms_smtp_run_at(session, (uint16_t)(session->run_count - 1));
        if (back->verb == verb && back->flags == flags && back->count < UINT16_MAX) {
            back->count++;
            session->outstanding++;
            return;
        }
    }
    if (session->run_count == session->run_capacity) {
        lose(session, verb);
        return;
    }
    ms_smtp_run *run = ms_smtp_run_at(session, session->run_count++);
    run->verb = verb;
    run->flags = flags;
    run->count = 1;
    session->outstanding++;
}

void ms_smtp_ring_pop(ms_smtp_session *session)
{
    const bool counted = session->lost != UINT16_MAX;
    if (counted)
        session->outstanding--;
    if (session->run_count == 0) {
        if (counted)
            session->lost--;
        return;
    }
    ms_smtp_run *front = ms_smtp_run_at(session, 0);
    if (--front->count > 0)
        return;
    session->run_count--;
    if (++session->run_first == session->run_capacity)
        session->run_first = 0;
}

void ms_smtp_ring_clear(ms_smtp_session *session)
{
    session->run_first = 0;
    session->run_count = 0;
    session->outstanding = 0;
    session->lost = 0;
}

static bool may_end_transaction(const ms_smtp_run *run)
{
    switch ((ms_smtp_verb)run->verb) {
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
    case MS_SMTP_RSET:
    case MS_SMTP_QUIT:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_DATA:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_UNKNOWN: /* whatever it is */
        return true;
    case MS_SMTP_BDAT:
        return (run->flags & RUN_LAST) != 0;
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_NOOP:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
    case MS_SMTP_ETRN:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_TURN:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        return false;
    }
    return true;
}

bool ms_smtp_ring_may_end_transaction(const ms_smtp_session *session)
{
    for (uint16_t i = 0; i < session->run_count; i++)
        if (may_end_transaction(ms_smtp_run_at(session, i)))
            return true;
    return session->lost > 0;
}

bool ms_smtp_ring_has(const ms_smtp_session *session, uint8_t verb)
{
    for (uint16_t i = 0; i < session->run_count; i++)
        if (ms_smtp_run_at(session, i)->verb == verb)
            return true;
    return false;
}

bool ms_smtp_ring_begins_transaction(const ms_smtp_session *session)
{
    return session->lost > 0 || ms_smtp_ring_has(session, MS_SMTP_MAIL) || ms_smtp_ring_has(session, MS_SMTP_SEND) ||
           ms_smtp_ring_has(session, MS_SMTP_SOML) || ms_smtp_ring_has(session, MS_SMTP_SAML);
}

/* --- what comes next ------------------------------------------------------ */

ms_smtp_expect ms_smtp_session_expect(const ms_smtp_session *session)
{
    switch ((ms_smtp_state)session->state) {
    case MS_SMTP_MAIL_DATA:
        return MS_EXPECT_MAIL_DATA;
    case MS_SMTP_TLS_NEXT:
        /* what stood behind STARTTLS is dropped; what comes later is a client that stays in clear */
        return (session->flags & SESSION_EARLY) != 0 ? MS_EXPECT_NOTHING : MS_EXPECT_COMMAND;
    case MS_SMTP_CLOSED:
        return MS_EXPECT_NOTHING;
    case MS_SMTP_AUTHENTICATING:
        if (session->outstanding == 0)
            return MS_EXPECT_AUTH_RESPONSE;
        break;
    case MS_SMTP_CLOSING:
    case MS_SMTP_CONNECTED:
    case MS_SMTP_REFUSED:
    case MS_SMTP_GREETED:
    case MS_SMTP_READY:
    case MS_SMTP_SENDER:
    case MS_SMTP_RECIPIENT:
    case MS_SMTP_DATA_SENT:
    case MS_SMTP_CHUNKS:
    case MS_SMTP_STATE_COUNT:
        break;
    }
    const ms_smtp_run *back = ms_smtp_ring_back(session);
    if (back == NULL && session->lost == 0)
        return MS_EXPECT_COMMAND;
    const uint8_t verb = back == NULL ? session->lost_verb : back->verb;
    const bool decides =
        verb == MS_SMTP_DATA || verb == MS_SMTP_STARTTLS || verb == MS_SMTP_AUTH || verb == MS_SMTP_AUTH_RESPONSE;
    return decides ? MS_EXPECT_UNDECIDED : MS_EXPECT_COMMAND;
}

static ms_reply_after after_verb(uint8_t verb)
{
    switch ((ms_smtp_verb)verb) {
    case MS_SMTP_GREETING:
        return MS_AFTER_CONNECT;
    case MS_SMTP_HELO:
        return MS_AFTER_HELO;
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        return MS_AFTER_EHLO;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        return MS_AFTER_AUTH;
    case MS_SMTP_QUIT:
        return MS_AFTER_QUIT;
    case MS_SMTP_RCPT:
        return MS_AFTER_RCPT;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_MAIL:
    case MS_SMTP_DATA:
    case MS_SMTP_BDAT:
    case MS_SMTP_RSET:
    case MS_SMTP_NOOP:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_ETRN:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_TURN:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_VERB_COUNT:
        return MS_AFTER_COMMAND;
    }
    return MS_AFTER_COMMAND;
}

ms_smtp_verb ms_smtp_session_answering(const ms_smtp_session *session, bool *none)
{
    ms_smtp_run front;
    *none = false;
    if (session->state == MS_SMTP_CONNECTED)
        return MS_SMTP_GREETING;
    if (ms_smtp_ring_front(session, &front))
        return (ms_smtp_verb)front.verb;
    *none = true;
    return MS_SMTP_UNKNOWN;
}

ms_reply_context ms_smtp_session_reply_context(const ms_smtp_session *session)
{
    ms_smtp_run front = {.verb = MS_SMTP_UNKNOWN};
    const bool waited_for = ms_smtp_ring_front(session, &front);
    const uint8_t verb = session->state == MS_SMTP_CONNECTED ? (uint8_t)MS_SMTP_GREETING : front.verb;
    /* RFC 6531 sections 3.7.4.1 and 3.7.4.2: no other reply may hold UTF-8 */
    const bool utf8 = verb == MS_SMTP_RCPT ? (session->flags & (SESSION_UTF8 | SESSION_UTF8_SENT)) != 0
                                           : waited_for && (front.flags & RUN_UTF8) != 0;
    const ms_reply_context context = {
        .after = after_verb(verb),
        /* the server may have read a spilled line as HELO, whose reply needs none (RFC 2034 section 4) */
        .enhanced = ms_smtp_session_offers(session, MS_EHLO_ENHANCEDSTATUSCODES) &&
                    !(waited_for && (front.flags & RUN_SPILLED) != 0),
        .smtputf8 = utf8,
    };
    return context;
}

ms_smtp_context ms_smtp_session_command_context(const ms_smtp_session *session)
{
    return ms_smtp_context_of(session, ms_smtp_session_expect(session));
}

bool ms_smtp_session_extended(const ms_smtp_session *session)
{
    return (session->flags & SESSION_EHLO) != 0;
}

bool ms_smtp_session_offers(const ms_smtp_session *session, ms_ehlo_keyword keyword)
{
    return (session->offered >> keyword & 1) != 0;
}

/* Each extension adds to the 512 octets of the commands it touches (RFC 5321 section 4.5.3.1.4).  Here
 * they are added up without looking at the verb, which is not known before the line is read: the command
 * parsers' callers judge the verb's own limit. */
size_t ms_smtp_session_line_limit(const ms_smtp_session *session)
{
    if (ms_smtp_session_offers(session, MS_EHLO_AUTH))
        return MS_SMTP_AUTH_LINE_MAX;
    size_t limit = MS_SMTP_COMMAND_LINE_MAX;
    if (ms_smtp_session_offers(session, MS_EHLO_SIZE))
        limit += MS_SMTP_MAIL_SIZE_EXTRA;
    if (ms_smtp_session_offers(session, MS_EHLO_8BITMIME))
        limit += MS_SMTP_MAIL_BODY_EXTRA;
    if (ms_smtp_session_offers(session, MS_EHLO_DSN))
        limit += MS_SMTP_RCPT_DSN_EXTRA;
    if (ms_smtp_session_offers(session, MS_EHLO_SMTPUTF8))
        limit += MS_SMTP_MAIL_SMTPUTF8_EXTRA;
    return limit;
}

bool ms_smtp_session_limited(const ms_smtp_session *session)
{
    return (session->flags & SESSION_LIMITED) != 0;
}

bool ms_smtp_session_out_of_step(const ms_smtp_session *session)
{
    return (session->habits & 1u << HABIT_OUT_OF_STEP) != 0;
}

bool ms_smtp_session_tls_active(const ms_smtp_session *session)
{
    return (session->flags & SESSION_TLS) != 0;
}

bool ms_smtp_session_first_time(ms_smtp_session *session, ms_side side, unsigned habit)
{
    const uint32_t bit = 1u << (habit + (side == MS_SERVER ? 16 : 0));
    if ((session->habits & bit) != 0)
        return false;
    session->habits |= bit;
    return true;
}

const char *ms_smtp_state_name(ms_smtp_state state)
{
    static const char *const names[MS_SMTP_STATE_COUNT] = {
        [MS_SMTP_CONNECTED] = "connected",
        [MS_SMTP_REFUSED] = "refused",
        [MS_SMTP_GREETED] = "greeted",
        [MS_SMTP_READY] = "ready",
        [MS_SMTP_SENDER] = "sender given",
        [MS_SMTP_RECIPIENT] = "recipient given",
        [MS_SMTP_MAIL_DATA] = "mail data",
        [MS_SMTP_DATA_SENT] = "end of data",
        [MS_SMTP_CHUNKS] = "between chunks",
        [MS_SMTP_AUTHENTICATING] = "authenticating",
        [MS_SMTP_TLS_NEXT] = "TLS handshake next",
        [MS_SMTP_CLOSING] = "closing",
        [MS_SMTP_CLOSED] = "closed",
    };
    return (unsigned)state < MS_SMTP_STATE_COUNT ? names[state] : "";
}
