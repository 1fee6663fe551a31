/*
 * session_end.c - mail data, the TLS handshake and the close, as the session machine hears of them
 */
#include "mailspec/limits.h"
#include "session_internal.h"

/* Bare CR and bare LF: in mail data the rules of RFC 5321 section 2.3.8, in chunks of text RFC 3030 section 2's. */
static void judge_line_ends(ms_smtp_session *session, uint8_t new_flags, bool chunk, uint64_t at, ms_findings *findings)
{
    const unsigned bare = new_flags & (MS_CONTENT_BARE_LF | MS_CONTENT_BARE_CR);
    if (bare == 0 || (chunk && session->body_sent == MS_BODY_BINARYMIME))
        return;
    if (chunk) {
        if (ms_smtp_session_first_time(session, MS_CLIENT, HABIT_CHUNK_LINES))
            ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_23, at, MS_SMTP_BDAT, 0);
        return;
    }
    if ((bare & MS_CONTENT_BARE_LF) != 0 && ms_smtp_session_first_time(session, MS_CLIENT, HABIT_BARE_LF))
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_2_3_8_05, at, MS_SMTP_DATA, 0);
    if ((bare & MS_CONTENT_BARE_CR) != 0 && ms_smtp_session_first_time(session, MS_CLIENT, HABIT_BARE_CR))
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_2_3_8_04, at, MS_SMTP_DATA, 0);
}

/* --- mail data ------------------------------------------------------------- */

void ms_smtp_session_content(ms_smtp_session *session, uint64_t octets, uint8_t new_flags, bool last, uint64_t at,
                             ms_findings *findings)
{
    ms_findings nowhere;
    findings = ms_smtp_findings_of(session, findings, &nowhere);
    session->content_octets += octets;
    session->content_flags |= new_flags;
    const bool chunk = session->state != MS_SMTP_MAIL_DATA;
    judge_line_ends(session, new_flags, chunk, at, findings);
    if ((new_flags & MS_CONTENT_8BIT) != 0 && !ms_smtp_session_offers(session, MS_EHLO_8BITMIME) &&
        !(chunk && ms_smtp_session_offers(session, MS_EHLO_BINARYMIME)) &&
        ms_smtp_session_first_time(session, MS_CLIENT, HABIT_8BIT))
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_6152_3_09, at, MS_SMTP_DATA, 0);
    if ((new_flags & MS_CONTENT_LONG_LINE) != 0 && !(chunk && session->body_sent == MS_BODY_BINARYMIME))
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5322_2_1_1_01, at, MS_SMTP_DATA, 0);
    if ((new_flags & MS_CONTENT_LONE_STUFF) != 0 && !chunk)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_5_2_01, at, MS_SMTP_DATA, 0);
    if (last && session->state == MS_SMTP_MAIL_DATA) {
        session->state = MS_SMTP_DATA_SENT;
        session->recipients_sent = 0;
        if (session->outstanding == 0)
            session->surplus = 0; /* DATA was answered behind what a late reply could have been for */
        ms_smtp_ring_push(session, MS_SMTP_END_OF_DATA, 0);
    }
}

/* --- TLS ------------------------------------------------------------------- */

/* Both sides forget what was said (RFC 3207 section 4.2). */
void ms_smtp_session_tls(ms_smtp_session *session, bool dropped, uint64_t server_at, ms_findings *findings)
{
    (void)server_at;
    (void)findings;
    const uint32_t kept = session->flags & (uint32_t)SESSION_MAIL_IN_CLEAR;
    session->flags = kept | (uint32_t)SESSION_TLS |
                     ((kept & SESSION_MAIL_IN_CLEAR) != 0 ? (uint32_t)SESSION_HAD_MAIL : 0u) |
                     (session->recipients > 0 ? (uint32_t)SESSION_HAD_RECIPIENTS : 0u);
    session->cleared_by = CLEARED_TLS;
    session->habits &= ~(1u << HABIT_OUT_OF_STEP);
    if (session->state != MS_SMTP_CONNECTED) {
        session->state = MS_SMTP_GREETED;
        session->flags |= SESSION_TLS_FRESH | (dropped ? (uint32_t)SESSION_DROPPED : 0u);
    }
    ms_smtp_ring_clear(session);
    session->offered = 0;
    session->mechanisms = 0;
    session->size_limit = 0;
    session->recipients = 0;
    session->recipients_sent = 0;
    session->body = MS_BODY_NONE;
    session->size_declared = 0;
    session->transactions = 0;
}

/* --- close ----------------------------------------------------------------- */

static void client_closed(ms_smtp_session *session, uint64_t at, ms_findings *findings)
{
    const bool excused = ms_smtp_session_limited(session) || (session->flags & SESSION_SHUT_DOWN) != 0 ||
                         session->state == MS_SMTP_CLOSED || session->state == MS_SMTP_CONNECTED ||
                         session->state == MS_SMTP_TLS_NEXT ||
                         (session->flags & (SESSION_TLS_FRESH | SESSION_CLOSE_TOLD)) != 0;
    if (excused)
        return;
    if ((session->flags & SESSION_QUIT_SENT) == 0)
        ms_smtp_find(session, findings, MS_CLIENT,
                     (session->flags & SESSION_INITIATED) != 0 ? MS_REQ_SMTP_5321_4_1_1_10_06
                                                               : MS_REQ_SMTP_5321_4_1_4_20,
                     at, MS_SMTP_QUIT, 0);
    else if (session->state != MS_SMTP_CLOSING)
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_5321_4_1_1_10_07, at, MS_SMTP_QUIT, 0);
}

void ms_smtp_session_close(ms_smtp_session *session, ms_side side, uint64_t client_at, uint64_t server_at,
                           ms_findings *findings)
{
    if (side == MS_CLIENT) {
        client_closed(session, client_at, findings);
    } else {
        /* the last line said that another one follows: the reply was never finished */
        if ((session->flags & SESSION_REPLY_OPEN) != 0)
            ms_smtp_find(session, findings, MS_SERVER, MS_REQ_SMTP_5321_4_2_1_02, server_at, MS_SMTP_UNKNOWN, 0);
    }
    session->state = MS_SMTP_CLOSED;
}
