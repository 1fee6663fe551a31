/*
 * session_server.c - what a server's replies break, and where they lead
 *
 * A reply answers the oldest outstanding command.  Its class decides the transition; a positive
 * one that the table does not know is a breach, and the session then goes where the server went.
 */
#include "mailspec/limits.h"
#include "mailspec/sasl.h"
#include "session_internal.h"

static void end_transaction(ms_smtp_session *session, uint8_t cleared_by)
{
    session->cleared_by = cleared_by;
    session->flags &= ~(uint32_t)(SESSION_HAD_RECIPIENTS | SESSION_HAD_MAIL | SESSION_RCPT_REFUSED);
    if (session->recipients > 0)
        session->flags |= SESSION_HAD_RECIPIENTS;
    if ((STATE(session->state) & (IN_TRANSACTION | STATE(MS_SMTP_DATA_SENT))) != 0)
        session->flags |= SESSION_HAD_MAIL;
    session->recipients = 0;
    session->content_octets = 0;
    session->content_flags = 0;
    session->size_declared = 0;
    session->body = MS_BODY_NONE;
    session->replies_due = 0;
    session->flags &= ~(uint32_t)(SESSION_UTF8 | SESSION_CAUGHT_UP | SESSION_CHUNK_FAILED | SESSION_NOBODY |
                                  SESSION_NO_MAIL | SESSION_DATA_ODD);
}

static void judge(const ms_smtp_session *session, ms_findings *findings, uint16_t requirement, uint64_t at,
                  uint8_t verb, uint16_t code)
{
    if (requirement != MS_REQ_NONE && !ms_smtp_session_out_of_step(session))
        ms_smtp_find(session, findings, MS_SERVER, requirement, at, verb, code);
}

/* --- EHLO ----------------------------------------------------------------- */

static void ehlo_line(ms_smtp_session *session, const ms_ehlo_line *ehlo, uint64_t at, ms_findings *findings)
{
    if (ehlo->error != MS_REPLY_OK)
        return;
    session->offered_next |= 1u << ehlo->id;
    switch (ehlo->id) {
    case MS_EHLO_SIZE:
        session->size_limit = ehlo->size.given ? ehlo->size.octets : 0;
        break;
    case MS_EHLO_AUTH:
        session->mechanisms_next |= ehlo->mechanisms;
        if (!ms_smtp_session_tls_active(session) && session->variant != MS_VARIANT_LMTP &&
            (ehlo->mechanisms & (1u << MS_SASL_PLAIN | 1u << MS_SASL_LOGIN)) != 0)
            judge(session, findings, MS_REQ_SMTP_4954_4_33, at, MS_SMTP_EHLO, 250);
        break;
    case MS_EHLO_LIMITS:
        session->rcpt_max = ehlo->limits.rcptmax;
        session->mail_max = ehlo->limits.mailmax;
        break;
    case MS_EHLO_STARTTLS:
        if (ms_smtp_session_tls_active(session))
            judge(session, findings, MS_REQ_SMTP_3207_4_2_07, at, MS_SMTP_EHLO, 250);
        break;
    case MS_EHLO_REQUIRETLS:
        if (!ms_smtp_session_tls_active(session) && session->variant != MS_VARIANT_LMTP)
            judge(session, findings, MS_REQ_SMTP_8689_2_04, at, MS_SMTP_EHLO, 250);
        break;
    default: /* the other keywords carry nothing that the session needs */
        break;
    }
}

static bool lists(uint32_t set, ms_ehlo_keyword keyword)
{
    return (set >> keyword & 1) != 0;
}

/* What one keyword asks of another. */
static void judge_offer(const ms_smtp_session *session, uint8_t verb, uint64_t at, ms_findings *findings)
{
    const uint32_t offered = session->offered_next;
    if (session->variant == MS_VARIANT_SUBMISSION && lists(offered, MS_EHLO_ETRN))
        judge(session, findings, MS_REQ_SMTP_6409_7_06, at, MS_SMTP_EHLO, 250);
    if (session->variant == MS_VARIANT_SUBMISSION && lists(offered, MS_EHLO_ATRN))
        judge(session, findings, MS_REQ_SMTP_6409_7_07, at, MS_SMTP_EHLO, 250);
    if (lists(offered, MS_EHLO_SMTPUTF8) && !lists(offered, MS_EHLO_8BITMIME))
        judge(session, findings, MS_REQ_SMTP_6531_3_1_03, at, MS_SMTP_EHLO, 250);
    if (lists(offered, MS_EHLO_BINARYMIME) && !lists(offered, MS_EHLO_CHUNKING))
        judge(session, findings, MS_REQ_SMTP_3030_3_02, at, MS_SMTP_EHLO, 250);
    if (verb != MS_SMTP_LHLO || session->variant != MS_VARIANT_LMTP)
        return;
    if (!lists(offered, MS_EHLO_PIPELINING))
        judge(session, findings, MS_REQ_SMTP_2033_5_02, at, MS_SMTP_LHLO, 250);
    if (!lists(offered, MS_EHLO_ENHANCEDSTATUSCODES))
        judge(session, findings, MS_REQ_SMTP_2033_5_03, at, MS_SMTP_LHLO, 250);
}

static void accept_greeting_command(ms_smtp_session *session, uint8_t verb, uint64_t at, ms_findings *findings)
{
    if (verb != MS_SMTP_HELO)
        judge_offer(session, verb, at, findings);
    end_transaction(session, verb == MS_SMTP_HELO ? CLEARED_HELO : CLEARED_EHLO);
    session->flags |= SESSION_INITIATED;
    if (verb == MS_SMTP_HELO) {
        session->flags &= ~(uint32_t)SESSION_EHLO;
        session->size_limit = 0;
        session->offered_next = 0;
        session->mechanisms_next = 0;
    } else {
        session->flags |= SESSION_EHLO;
    }
    session->offered = session->offered_next;
    session->mechanisms = session->mechanisms_next;
    session->transactions = 0;
}

/* --- one command answered -------------------------------------------------- */

static uint8_t state_after(const ms_smtp_session *session, const ms_smtp_run *run, uint16_t code, const transition *t)
{
    const uint8_t class_ = (uint8_t)(code / 100);
    if (run->verb == MS_SMTP_STARTTLS && code != 220)
        return session->state; /* only 220 starts a handshake (RFC 3207 section 4) */
    if (t != NULL)
        return t->next == SAME ? session->state : t->next;
    if (class_ != 2 && class_ != 3)
        return session->state;
    /* not in the table: follow the server to where it seems to be */
    switch ((ms_smtp_verb)run->verb) {
    case MS_SMTP_MAIL:
        return session->recipients > 0 ? MS_SMTP_RECIPIENT : MS_SMTP_SENDER;
    case MS_SMTP_RCPT:
        return MS_SMTP_RECIPIENT;
    case MS_SMTP_DATA:
        return class_ == 3 ? MS_SMTP_MAIL_DATA : session->state;
    case MS_SMTP_BDAT:
        return (run->flags & RUN_LAST) != 0 ? MS_SMTP_READY : MS_SMTP_CHUNKS;
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
        return MS_SMTP_READY;
    case MS_SMTP_STARTTLS:
        return MS_SMTP_TLS_NEXT;
    case MS_SMTP_AUTH:
        return class_ == 3 ? MS_SMTP_AUTHENTICATING : session->state;
    case MS_SMTP_RSET:
        return (session->flags & SESSION_INITIATED) != 0 ? MS_SMTP_READY : MS_SMTP_GREETED;
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        return MS_SMTP_SENDER;
    case MS_SMTP_GREETING:
        return MS_SMTP_GREETED;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_NOOP:
    case MS_SMTP_QUIT:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_ETRN:
    case MS_SMTP_TURN:
    case MS_SMTP_AUTH_RESPONSE:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_VERB_COUNT:
        return session->state;
    }
    return session->state;
}

/* DATA was answered. */
static void data_answered(ms_smtp_session *session, uint16_t code, uint64_t at, ms_findings *findings)
{
    const uint8_t class_ = (uint8_t)(code / 100);
    if (class_ == 3) {
        session->content_octets = 0;
        session->content_flags = 0;
        session->flags &= ~(uint32_t)SESSION_SPILL;
        if (session->recipients == 0) {
            session->flags |= SESSION_NOBODY;
            if (session->state != MS_SMTP_SENDER && session->state != MS_SMTP_RECIPIENT)
                session->flags |= SESSION_NO_MAIL;
            if (session->variant == MS_VARIANT_LMTP)
                judge(session, findings, MS_REQ_SMTP_2033_4_2_01, at, MS_SMTP_DATA, code);
            else if (ms_smtp_session_offers(session, MS_EHLO_PIPELINING) &&
                     (session->flags & (SESSION_NO_MAIL | SESSION_CAUGHT_UP)) == 0)
                judge(session, findings, MS_REQ_SMTP_2920_3_2_04, at, MS_SMTP_DATA, code);
        }
        /* who took the parameter without offering it does not know what it means */
        if (session->body == MS_BODY_BINARYMIME && ms_smtp_session_offers(session, MS_EHLO_BINARYMIME))
            judge(session, findings, MS_REQ_SMTP_3030_3_04, at, MS_SMTP_DATA, code);
    } else if (class_ == 2) {
        session->flags |= SESSION_DATA_ODD;
    } else {
        session->flags |= SESSION_DATA_REFUSED;
    }
}

/* The message as a whole was answered. */
static void message_answered(ms_smtp_session *session, uint8_t verb, uint16_t code, uint64_t at, ms_findings *findings)
{
    if (code / 100 == 2 && verb == MS_SMTP_END_OF_DATA && (session->flags & SESSION_NOBODY) != 0)
        judge(session, findings, ms_smtp_for_nobody_rule(session), at, verb, code);
    if (code / 100 == 2 && session->size_limit != 0 && session->content_octets > session->size_limit)
        judge(session, findings, MS_REQ_SMTP_1870_4_02, at, verb, code);
}

static void mail_accepted(ms_smtp_session *session, const ms_smtp_run *run)
{
    session->flags &= ~(uint32_t)(SESSION_MAIL_IN_CLEAR | SESSION_CHUNK_FAILED | SESSION_RCPT_REFUSED);
    if (session->transactions < UINT32_MAX)
        session->transactions++;
    /* what was sent last is of another MAIL, if one more is outstanding */
    const bool other = ms_smtp_ring_begins_transaction(session);
    session->size_declared = other ? 0 : session->size_sent;
    session->body = !other                           ? session->body_sent
                    : (run->flags & RUN_BINARY) != 0 ? (uint8_t)MS_BODY_BINARYMIME
                                                     : (uint8_t)MS_BODY_NONE;
    session->flags = (session->flags & ~(uint32_t)SESSION_UTF8) |
                     ((session->flags & SESSION_UTF8_SENT) != 0 ? (uint32_t)SESSION_UTF8 : 0u);
}

static void mail_refused(ms_smtp_session *session)
{
    if ((STATE(session->state) & BEFORE_MAIL) != 0)
        session->cleared_by = CLEARED_REFUSED;
    if (!ms_smtp_ring_begins_transaction(session)) /* what is open goes on as it began (RFC 5321 section 4.1.4) */
        session->body_sent = session->body;
}

static void auth_answered(ms_smtp_session *session, const ms_smtp_run *run, uint16_t code, const ms_reply_line *line)
{
    if (code / 100 == 2)
        session->flags |= SESSION_AUTHENTICATED;
    if (code / 100 == 3) {
        if (run->verb == MS_SMTP_AUTH)
            session->auth_from = session->state;
        session->flags &= ~(uint32_t)SESSION_CHALLENGE_BAD;
        if ((line->deviations & MS_DEVIATION_BIT(MS_REPLY_DEV_CHALLENGE_NOT_BASE64)) != 0)
            session->flags |= SESSION_CHALLENGE_BAD;
    } else if (session->state == MS_SMTP_AUTHENTICATING) {
        session->state = session->auth_from;
    }
}

/* Who does not offer CHUNKING need not know what a chunk is: its lines may be commands, each with a reply. */
static void chunk_refused(ms_smtp_session *session)
{
    session->flags |= SESSION_CHUNK_FAILED;
    if (!ms_smtp_session_offers(session, MS_EHLO_CHUNKING))
        session->habits |= 1u << HABIT_OUT_OF_STEP;
}

/* What the reply does to the numbers. */
static void apply(ms_smtp_session *session, const ms_smtp_run *run, uint16_t code, const ms_reply_line *line,
                  uint64_t at, ms_findings *findings)
{
    const uint8_t class_ = (uint8_t)(code / 100);
    switch ((ms_smtp_verb)run->verb) {
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
        if (class_ == 2)
            accept_greeting_command(session, run->verb, at, findings);
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        if (class_ == 2)
            mail_accepted(session, run);
        else
            mail_refused(session);
        break;
    case MS_SMTP_RCPT:
        if (class_ != 2)
            session->flags |= SESSION_RCPT_REFUSED;
        else if (session->recipients < UINT32_MAX)
            session->recipients++;
        break;
    case MS_SMTP_DATA:
        data_answered(session, code, at, findings);
        break;
    case MS_SMTP_END_OF_DATA:
        message_answered(session, run->verb, code, at, findings);
        break;
    case MS_SMTP_BDAT:
        if (class_ == 4 || class_ == 5)
            chunk_refused(session);
        else if ((run->flags & RUN_LAST) != 0)
            message_answered(session, run->verb, code, at, findings);
        break;
    case MS_SMTP_RSET:
        if (class_ == 2)
            end_transaction(session, CLEARED_RSET);
        break;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        auth_answered(session, run, code, line);
        break;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_NOOP:
    case MS_SMTP_QUIT:
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_ETRN:
    case MS_SMTP_TURN:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        break;
    }
}

/* LMTP answers the end of data once for each accepted recipient (RFC 2033 section 4.2). */
static bool more_replies_due(ms_smtp_session *session, const ms_smtp_run *run)
{
    const bool ends = run->verb == MS_SMTP_END_OF_DATA ||
                      (run->verb == MS_SMTP_BDAT && (run->flags & RUN_LAST) != 0 && session->recipients > 0);
    if (session->variant != MS_VARIANT_LMTP || !ends)
        return false;
    if (session->replies_due == 0)
        session->replies_due = session->recipients;
    if (session->replies_due > 1) {
        session->replies_due--;
        return true;
    }
    session->replies_due = 0;
    return false;
}

/* Of a code that is none, nothing more can be said. */
static bool code_malformed(const ms_reply_line *line)
{
    const ms_deviations digits = MS_DEVIATION_BIT(MS_REPLY_DEV_CLASS) | MS_DEVIATION_BIT(MS_REPLY_DEV_SECOND_DIGIT);
    return line->error == MS_REPLY_ERR_CODE || line->error == MS_REPLY_ERR_CODE_LENGTH ||
           line->error == MS_REPLY_ERR_SEPARATOR || (line->deviations & digits) != 0;
}

static void answer(ms_smtp_session *session, ms_smtp_run run, uint16_t code, const ms_reply_line *line, uint64_t at,
                   ms_findings *findings)
{
    const uint8_t class_ = (uint8_t)(code / 100);
    const transition *t = ms_smtp_transition_find(session->state, run.verb, class_, run.flags);
    uint16_t broken = MS_REQ_NONE;
    if (class_ == 2 || class_ == 3) {
        broken = ms_smtp_acceptance_rule(session, &run, code, t != NULL);
        if (broken == MS_REQ_NONE)
            broken = session->variant == MS_VARIANT_LMTP && run.verb == MS_SMTP_END_OF_DATA
                         ? MS_REQ_NONE
                         : ms_smtp_own_code_rule(run.verb, class_, code);
    } else {
        broken = ms_smtp_refusal_rule(session, &run, code);
    }
    if (broken == MS_REQ_NONE && session->state != MS_SMTP_REFUSED)
        broken = ms_smtp_code_check(session, run.verb, code);
    if (!code_malformed(line) && (run.flags & RUN_SPILLED) == 0)
        judge(session, findings, broken, at, run.verb, code);

    const uint8_t next = state_after(session, &run, code, t);
    apply(session, &run, code, line, at, findings);
    if (next == MS_SMTP_TLS_NEXT && (STATE(session->state) & IN_TRANSACTION) != 0)
        session->flags |= SESSION_MAIL_IN_CLEAR;
    if (run.verb != MS_SMTP_AUTH_RESPONSE || class_ == 3)
        session->state = next;
    if ((run.verb == MS_SMTP_END_OF_DATA && session->state == MS_SMTP_READY) ||
        (run.verb == MS_SMTP_BDAT && class_ == 2 && (run.flags & RUN_LAST) != 0))
        end_transaction(session, class_ == 2 ? CLEARED_DELIVERED : CLEARED_FAILED);
    if (class_ == 2 && (run.flags & RUN_SPILLED) != 0)
        session->flags |= SESSION_LIMITED; /* a line of the message was run, as which command nobody knows */
    if (code == 221) {
        session->flags |= run.verb == MS_SMTP_QUIT ? (uint32_t)SESSION_FAREWELL : 0u;
        session->state = MS_SMTP_CLOSING;
    }
}

/* --- the event ------------------------------------------------------------- */

static void unsolicited(ms_smtp_session *session, uint16_t code, uint64_t at, ms_findings *findings)
{
    /* a refusal of the mail data that does not wait for its end is the reply to it, come early */
    if (code == 421 || (session->state == MS_SMTP_MAIL_DATA && code >= 400))
        return;
    /* what the client wrote in clear behind STARTTLS is answered in clear: no rule forbids that, and TLS has not begun */
    if (session->state == MS_SMTP_TLS_NEXT && (session->flags & SESSION_DROPPED) != 0)
        return;
    uint16_t broken = MS_REQ_SMTP_5321_4_2_01;
    if ((session->flags & SESSION_SHUT_DOWN) != 0)
        broken = MS_REQ_SMTP_5321_4_2_2_01;
    else if ((session->flags & SESSION_DROPPED) != 0)
        broken = MS_REQ_SMTP_SEC_starttls_01;
    else if ((session->flags & SESSION_TLS_FRESH) != 0 && code == 220)
        broken = MS_REQ_SMTP_3207_4_2_02;
    judge(session, findings, broken, at, MS_SMTP_UNKNOWN, code);
}

/* A code that can only be meant for a later command, which is outstanding: the replies before it are missing.  Returns the rule that this
 * shows broken, and drops what will not be answered. */
static uint16_t catch_up(ms_smtp_session *session, uint8_t verb)
{
    ms_smtp_run front;
    const bool lmtp_end = session->variant == MS_VARIANT_LMTP && session->replies_due > 0;
    bool chunk = false;
    session->flags |= SESSION_CAUGHT_UP;
    while (ms_smtp_ring_front(session, &front) && front.verb != verb) {
        chunk = front.verb == MS_SMTP_BDAT;
        ms_smtp_ring_pop(session);
    }
    session->replies_due = 0;
    if (lmtp_end)
        return chunk ? MS_REQ_SMTP_2033_4_3_01 : MS_REQ_SMTP_2033_4_2_02;
    if ((session->flags & SESSION_OPEN_ANSWERED) != 0)
        return MS_REQ_SMTP_5321_4_2_1_02;
    if (verb == MS_SMTP_DATA)
        return MS_REQ_SMTP_2920_3_2_01;
    return ms_smtp_session_offers(session, MS_EHLO_PIPELINING) ? MS_REQ_SMTP_2920_3_2_10 : MS_REQ_SMTP_5321_4_3_1_05;
}

void ms_smtp_unanswered_drop(ms_smtp_session *session)
{
    ms_smtp_run front;
    while (session->state == MS_SMTP_SENDER && session->recipients == 0 && session->outstanding > 1 &&
           ms_smtp_ring_front(session, &front) && front.verb == MS_SMTP_BDAT && (front.flags & RUN_LAST) != 0) {
        ms_smtp_ring_pop(session);
        end_transaction(session, CLEARED_FAILED);
        session->state = MS_SMTP_READY;
    }
}

static bool is_outstanding(const ms_smtp_session *session, uint8_t verb)
{
    const ms_smtp_run *back = ms_smtp_ring_back(session);
    return back != NULL && back->verb == verb;
}

/* Behind it the state is known, whatever was before. */
static bool begins_anew(uint8_t verb)
{
    return verb == MS_SMTP_RSET || verb == MS_SMTP_EHLO || verb == MS_SMTP_HELO || verb == MS_SMTP_LHLO;
}

static void shut_down(ms_smtp_session *session)
{
    session->flags |= SESSION_SHUT_DOWN;
    session->state = MS_SMTP_CLOSING;
}

void ms_smtp_session_reply(ms_smtp_session *session, const ms_reply *reply, const ms_reply_line *line,
                           const ms_ehlo_line *ehlo, uint64_t at, ms_findings *findings)
{
    ms_findings nowhere;
    findings = ms_smtp_findings_of(session, findings, &nowhere);
    if (reply->lines == 1) {
        session->offered_next = 0;
        session->mechanisms_next = 0;
    }
    if (ehlo != NULL)
        ehlo_line(session, ehlo, at, findings);
    if (!reply->complete) {
        session->flags |= SESSION_REPLY_OPEN;
        return;
    }
    session->flags &= ~(uint32_t)SESSION_REPLY_OPEN;
    const uint16_t code = reply->code;
    if (session->state == MS_SMTP_CONNECTED) {
        const ms_smtp_run greeting = {.verb = MS_SMTP_GREETING, .flags = 0, .count = 1};
        answer(session, greeting, code, line, at, findings);
        if (code == 421)
            shut_down(session);
        if (code == 521)
            session->flags |= SESSION_CLOSE_TOLD; /* a client may just go (RFC 7504 section 3) */
        return;
    }
    ms_smtp_run run;
    if (!ms_smtp_ring_front(session, &run) && session->surplus > 0) {
        session->surplus--;
        if (code == 421)
            shut_down(session);
        return;
    }
    if (!ms_smtp_ring_front(session, &run)) {
        unsolicited(session, code, at, findings);
        if (code == 421)
            shut_down(session);
        return;
    }
    if (run.verb != MS_SMTP_STARTTLS)
        session->flags &= ~(uint32_t)SESSION_EARLY;
    if (code == 421) {
        ms_smtp_ring_pop(session);
        shut_down(session);
        return;
    }
    const uint8_t meant = code == 221 ? MS_SMTP_QUIT : code == 354 ? MS_SMTP_DATA : run.verb;
    const bool spilled = (run.flags & RUN_SPILLED) != 0; /* it may have been run as whatever it looks like */
    if (meant != run.verb && !spilled && is_outstanding(session, meant) && !ms_smtp_session_limited(session)) {
        const bool sure = session->doubtful == 0;
        const uint16_t missing = catch_up(session, meant);
        if (sure)
            judge(session, findings, missing, at, run.verb, code);
        if (session->state == MS_SMTP_DATA_SENT)
            session->state = MS_SMTP_READY;
        (void)ms_smtp_ring_front(session, &run); /* it is outstanding */
    }
    if (more_replies_due(session, &run)) {
        judge(session, findings, ms_smtp_recipient_rule(session, run.verb, code), at, run.verb, code);
        return;
    }
    ms_smtp_ring_pop(session);
    if (session->doubtful > session->outstanding)
        session->doubtful = session->outstanding;
    answer(session, run, code, line, at, findings);
    if (session->variant == MS_VARIANT_LMTP)
        ms_smtp_unanswered_drop(session);
    if ((session->flags & SESSION_LIMITED) != 0 && session->outstanding == 0 && code / 100 == 2 &&
        begins_anew(run.verb))
        session->flags &= ~(uint32_t)SESSION_LIMITED;
}
