/*
 * session_rule.c - which rule a server's reply breaks, by the state of the session
 */
#include "session_internal.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Codes with one meaning only (RFC 5321 section 4.3.1, and the extensions that define them). */
static bool code_has_its_meaning(uint8_t verb, uint16_t code)
{
    switch (code) {
    case 354:
        return verb == MS_SMTP_DATA || verb == MS_SMTP_UNKNOWN;
    case 334:
    case 235:
        return verb == MS_SMTP_AUTH || verb == MS_SMTP_AUTH_RESPONSE || verb == MS_SMTP_UNKNOWN;
    case 220:
        return verb == MS_SMTP_GREETING || verb == MS_SMTP_STARTTLS || verb == MS_SMTP_UNKNOWN;
    default:
        return true;
    }
}

/* The one code by which a command succeeds, where a rule says so; the others: any 2yz. */
static const struct own_code {
    uint16_t code, requirement;
} own_codes[MS_SMTP_VERB_COUNT] = {
    [MS_SMTP_AUTH] = {235, MS_REQ_SMTP_4954_4_28},          [MS_SMTP_AUTH_RESPONSE] = {235, MS_REQ_SMTP_4954_4_28},
    [MS_SMTP_STARTTLS] = {220, MS_REQ_SMTP_3207_4_01},      [MS_SMTP_QUIT] = {221, MS_REQ_SMTP_5321_4_1_1_10_01},
    [MS_SMTP_NOOP] = {250, MS_REQ_SMTP_5321_4_1_1_9_01},    [MS_SMTP_RSET] = {250, MS_REQ_SMTP_5321_4_1_1_5_03},
    [MS_SMTP_END_OF_DATA] = {250, MS_REQ_SMTP_5321_3_3_14}, [MS_SMTP_BDAT] = {250, MS_REQ_SMTP_5321_3_3_14},
};

uint16_t ms_smtp_own_code_rule(uint8_t verb, uint8_t class_, uint16_t code)
{
    const struct own_code *own = &own_codes[verb];
    return class_ == 2 && code != own->code ? own->requirement : (uint16_t)MS_REQ_NONE;
}

/* EHLO (LHLO in LMTP) was refused for good. */
static uint16_t hello_refusal_rule(const ms_smtp_session *session, uint16_t code)
{
    if (code == 500 || code == 502) {
        if (session->variant == MS_VARIANT_LMTP)
            return MS_REQ_SMTP_2033_4_1_02;
        return session->variant == MS_VARIANT_SUBMISSION ? MS_REQ_SMTP_6409_3_1_01 : MS_REQ_SMTP_5321_2_2_1_01;
    }
    if (code == 501 || code == 504 || code == 550 || (code == 554 && ms_smtp_session_tls_active(session)))
        return MS_REQ_NONE;
    if (code == 503 && session->state == MS_SMTP_CHUNKS)
        return MS_REQ_NONE; /* the code of RFC 3030 section 2 for what may not stand between chunks */
    return MS_REQ_SMTP_5321_4_1_4_09;
}

/* RSET is never out of place (RFC 5321 section 4.1.1.5). */
static uint16_t reset_refusal_rule(const ms_smtp_session *session, uint16_t code)
{
    if (session->state == MS_SMTP_GREETED)
        return code == 503 ? MS_REQ_SMTP_5321_4_1_4_07 : MS_REQ_NONE;
    return session->cleared_by == CLEARED_DELIVERED && session->state == MS_SMTP_READY ? MS_REQ_SMTP_5321_4_1_1_5_05
                                                                                       : MS_REQ_SMTP_5321_4_1_1_5_03;
}

/* The commands that every server knows (RFC 5321 section 4.5.1), and what 500 or 502 to them breaks. */
static const struct {
    uint8_t verb;
    uint16_t requirement;
} minimum[] = {
    {MS_SMTP_MAIL, MS_REQ_SMTP_5321_4_5_1_01}, {MS_SMTP_RCPT, MS_REQ_SMTP_5321_4_5_1_02},
    {MS_SMTP_DATA, MS_REQ_SMTP_5321_4_5_1_03}, {MS_SMTP_RSET, MS_REQ_SMTP_5321_4_5_1_04},
    {MS_SMTP_NOOP, MS_REQ_SMTP_5321_4_5_1_05}, {MS_SMTP_QUIT, MS_REQ_SMTP_5321_4_5_1_06},
};

static uint16_t unknown_rule(uint8_t verb)
{
    if (verb == MS_SMTP_HELO) /* in LMTP it is no clean command */
        return MS_REQ_SMTP_5321_2_2_1_02;
    for (size_t i = 0; i < COUNT(minimum); i++)
        if (minimum[i].verb == verb)
            return minimum[i].requirement;
    return MS_REQ_NONE;
}

/* Who talked ahead where PIPELINING is not offered may be refused for that, by whatever code, as may all that stood behind. */
static bool talked_ahead(const ms_smtp_session *session)
{
    return (session->habits & 1u << HABIT_TALKS_AHEAD) != 0; /* the client's bits come first */
}

uint16_t ms_smtp_refusal_rule(const ms_smtp_session *session, const ms_smtp_run *run, uint16_t code)
{
    const bool clean = (run->flags & (RUN_MALFORMED | RUN_ARGUMENT | RUN_UNOFFERED)) == 0;
    const uint8_t hello = session->variant == MS_VARIANT_LMTP ? MS_SMTP_LHLO : MS_SMTP_EHLO;
    if ((session->flags & SESSION_SHUT_DOWN) != 0)
        return MS_REQ_SMTP_5321_4_2_2_01;
    if (!clean || code / 100 != 5 || code == 530 || talked_ahead(session) || session->state == MS_SMTP_REFUSED ||
        session->state == MS_SMTP_CLOSING || session->state == MS_SMTP_TLS_NEXT)
        return MS_REQ_NONE; /* behind the 220 to STARTTLS the octets in clear are a handshake that went wrong */
    if (run->verb == hello)
        return hello_refusal_rule(session, code);
    if (run->verb == MS_SMTP_RCPT && (STATE(session->state) & BEFORE_MAIL) != 0 && code != 503 &&
        !(code == 554 && ms_smtp_session_tls_active(session)))
        return MS_REQ_SMTP_5321_3_3_09;
    /* the string SHOULD be ignored (RFC 5321 section 4.1.1.9), and who does not ignore it has the command all the same;
     * of MAIL and RCPT it may be a parameter that is not implemented */
    if ((run->flags & RUN_STRING) != 0 &&
        (code == 500 || code == 501 || code == 504 || (run->verb != MS_SMTP_NOOP && code == 502)))
        return MS_REQ_NONE;
    const bool open = session->state == MS_SMTP_SENDER || session->state == MS_SMTP_RECIPIENT;
    /* 550 and 553 may be of an address that needs SMTPUTF8 (RFC 6531 section 3.5) */
    const bool address = (code == 550 || code == 553) && (session->habits & 1u << HABIT_8BIT_SENT) != 0;
    /* nor is it known whether a refused chunk left a transaction open (RFC 3030 section 2) */
    if (run->verb == MS_SMTP_MAIL && open && code != 503 && !address && (session->flags & SESSION_CHUNK_FAILED) == 0)
        return MS_REQ_SMTP_5321_4_1_4_13;
    /* the wrong code for a wrong order does not say that there is no such command */
    if ((run->verb == MS_SMTP_DATA && session->state != MS_SMTP_RECIPIENT) ||
        (run->verb == MS_SMTP_MAIL && session->state == MS_SMTP_GREETED))
        return MS_REQ_NONE;
    if (code == 500 || code == 502)
        return unknown_rule(run->verb);
    if (run->verb == MS_SMTP_NOOP)
        return code == 503 && session->state == MS_SMTP_GREETED ? MS_REQ_SMTP_5321_4_1_4_03
                                                                : MS_REQ_SMTP_5321_4_1_1_9_01;
    if (run->verb == MS_SMTP_RSET)
        return reset_refusal_rule(session, code);
    return run->verb == MS_SMTP_QUIT ? MS_REQ_SMTP_5321_4_1_1_10_01 : MS_REQ_NONE;
}

/* RCPT was accepted with no transaction open: by what should have ended it. */
static uint16_t no_transaction_rule(const ms_smtp_session *session)
{
    if ((session->flags & SESSION_MAIL_IN_CLEAR) != 0)
        return MS_REQ_SMTP_3207_4_2_03;
    switch (session->cleared_by) {
    case CLEARED_RSET:
        return (session->flags & SESSION_HAD_MAIL) != 0 ? MS_REQ_SMTP_5321_4_1_1_5_02 : MS_REQ_SMTP_5321_3_3_09;
    case CLEARED_EHLO:
        return (session->flags & SESSION_HAD_MAIL) != 0 ? MS_REQ_SMTP_5321_4_1_4_08 : MS_REQ_SMTP_5321_3_3_09;
    case CLEARED_HELO:
        return (session->flags & SESSION_HAD_MAIL) != 0 ? MS_REQ_SMTP_5321_4_1_1_1_16 : MS_REQ_SMTP_5321_3_3_09;
    case CLEARED_DELIVERED:
        return MS_REQ_SMTP_5321_4_1_1_4_07;
    case CLEARED_FAILED:
        return MS_REQ_SMTP_5321_4_1_1_4_11;
    case CLEARED_REFUSED:
        return MS_REQ_SMTP_5321_4_1_4_18;
    default:
        return MS_REQ_SMTP_5321_3_3_09;
    }
}

/* A positive reply: what is wrong with it, most telling rule first. */
uint16_t ms_smtp_acceptance_rule(const ms_smtp_session *session, const ms_smtp_run *run, uint16_t code, bool known)
{
    const uint8_t verb = run->verb;
    const uint8_t class_ = (uint8_t)(code / 100);
    if (session->state == MS_SMTP_REFUSED && verb != MS_SMTP_QUIT)
        return MS_REQ_SMTP_5321_3_1_03;
    if ((session->flags & SESSION_FAREWELL) != 0)
        return MS_REQ_SMTP_5321_4_1_1_10_02;
    if (session->state == MS_SMTP_TLS_NEXT && verb != MS_SMTP_QUIT)
        return MS_REQ_SMTP_SEC_starttls_11;
    if ((session->flags & SESSION_SHUT_DOWN) != 0)
        return MS_REQ_SMTP_5321_4_2_2_01;
    if (verb == MS_SMTP_RCPT && (STATE(session->state) & BEFORE_MAIL) != 0 && class_ == 2)
        return no_transaction_rule(session);
    if (verb == MS_SMTP_MAIL && class_ == 3)
        return MS_REQ_SMTP_5321_3_3_02;
    if (verb == MS_SMTP_BDAT && class_ == 3)
        return MS_REQ_SMTP_3030_2_05;
    if (session->variant == MS_VARIANT_LMTP && class_ == 2 && (verb == MS_SMTP_EHLO || verb == MS_SMTP_HELO))
        return MS_REQ_SMTP_2033_4_1_01;
    if (session->variant != MS_VARIANT_LMTP && class_ == 2 && verb == MS_SMTP_LHLO)
        return MS_REQ_SMTP_2033_4_1_03;
    /* 221 and the end of the connection is how servers part from whom they take for an attacker (RFC 5321 section 7.8):
     * not one of the codes of the command, but no acceptance either. */
    if (code == 221 && verb != MS_SMTP_QUIT)
        return ms_smtp_code_check(session, verb, code);
    if (!code_has_its_meaning(verb, code))
        return MS_REQ_SMTP_5321_4_3_1_05;
    if (verb == MS_SMTP_STARTTLS && ms_smtp_session_tls_active(session) && class_ == 2)
        return MS_REQ_SMTP_3207_4_2_08;
    if (verb == MS_SMTP_AUTH && (session->flags & SESSION_AUTHENTICATED) != 0)
        return MS_REQ_SMTP_4954_4_01;
    /* whether a refused chunk ends the transaction or RSET is due first, RFC 3030 section 2 leaves to the server: "The
     * resulting state from a failed BDAT command is indeterminate" */
    if ((verb == MS_SMTP_AUTH || verb == MS_SMTP_MAIL) && (session->flags & SESSION_CHUNK_FAILED) != 0)
        return MS_REQ_NONE;
    return known ? MS_REQ_NONE : ms_smtp_breach_find(session->state, verb, class_);
}

/* One of the replies to LMTP's end of data, and not the last. */
uint16_t ms_smtp_recipient_rule(const ms_smtp_session *session, uint8_t verb, uint16_t code)
{
    if (code / 100 == 3 || !code_has_its_meaning(verb, code))
        return MS_REQ_SMTP_5321_4_3_1_05;
    return ms_smtp_code_check(session, MS_SMTP_END_OF_DATA, code);
}

/* A message was accepted although nobody was named to get it: by what the server must have kept. */
uint16_t ms_smtp_for_nobody_rule(const ms_smtp_session *session)
{
    const bool had = (session->flags & SESSION_HAD_RECIPIENTS) != 0;
    const bool no_mail = (session->flags & SESSION_NO_MAIL) != 0;
    if (had && session->cleared_by == CLEARED_RSET)
        return no_mail ? MS_REQ_SMTP_5321_4_1_1_5_01 : MS_REQ_SMTP_5321_4_1_1_5_09;
    if (had && (session->cleared_by == CLEARED_EHLO || session->cleared_by == CLEARED_HELO))
        return MS_REQ_SMTP_5321_4_1_1_1_14;
    if ((session->flags & SESSION_MAIL_IN_CLEAR) != 0)
        return MS_REQ_SMTP_3207_4_2_03;
    if (had && (session->cleared_by == CLEARED_DELIVERED || session->cleared_by == CLEARED_FAILED))
        return MS_REQ_SMTP_5321_4_1_1_4_12;
    if (no_mail)
        return MS_REQ_SMTP_5321_3_3_15;
    if (session->content_octets == 0 && ms_smtp_session_offers(session, MS_EHLO_PIPELINING))
        return MS_REQ_SMTP_2920_3_2_05;
    return MS_REQ_NONE;
}
