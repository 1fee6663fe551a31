/* smtp_rules_end.c - the TLS handshake and the close */
#include "harness/replay/smtp_rules_internal.h"

/* What the client had sent in clear behind STARTTLS, in case a server runs it inside TLS. */
static void look_at_injection(replay_smtp_rules *rules, ms_span text)
{
    rules->sent_in_clear_mail = false;
    rules->injected_bare_lf =
        text.len > 0 && text.ptr[text.len - 1] == '\n' && (text.len == 1 || text.ptr[text.len - 2] != '\r');
    rules->injected_half = text.len > 0 && text.ptr[text.len - 1] != '\n';
    rules->injected_in_group = rules->previous.valid && (rules->previous.facts & FACT(IN_GROUP)) != 0;
    for (size_t i = 0; i + 5 <= text.len; i++)
        if ((i == 0 || text.ptr[i - 1] == '\n') && smtp_text_is(ms_span_make(text.ptr + i, 5), "MAIL "))
            rules->sent_in_clear_mail = true;
}

void replay_smtp_rules_tls(replay_track *track, ms_span dropped, ms_findings *findings)
{
    (void)findings;
    replay_smtp_rules *rules = track->smtp_rules;
    while (rules->count > 0)
        smtp_history_pop(rules);
    rules->forgot = false;
    rules->tls = true;
    rules->offered_in_clear = track->smtp.session.offered;
    rules->authenticated_before_tls = rules->authenticated_in_clear;
    rules->authenticated_in_clear = false;
    rules->tls_by_starttls = rules->previous.valid && rules->previous.verb == MS_SMTP_STARTTLS;
    rules->first_in_tls = true;
    octet_buffer_add(&rules->in_clear, dropped);
    look_at_injection(rules, octet_buffer_span(&rules->in_clear));
    octet_buffer_drop(&rules->in_clear, octet_buffer_span(&rules->in_clear).len);
    smtp_history_forget_refusals(rules);
    smtp_history_offer_begins(rules);
    rules->hello_was_helo = false;
    rules->previous.valid = false;
    rules->between = 0;
}

/* The server closes: the rule that it breaks by that, or MS_REQ_NONE. */
static uint16_t rule_of_close(const replay_smtp_rules *rules, const ms_smtp_session *before)
{
    const smtp_previous *p = &rules->previous;
    ms_smtp_run front = {.verb = 0};
    const bool waiting = rules->count > 0;
    if (waiting)
        front.verb = rules->queue[rules->first].verb;
    const bool told = before->state == MS_SMTP_CLOSING;
    if (before->state == MS_SMTP_REFUSED)
        return rules->greeting_521 ? MS_REQ_NONE : MS_REQ_SMTP_5321_3_1_02;
    if (told || before->state == MS_SMTP_CONNECTED)
        return MS_REQ_NONE;
    if (waiting && front.verb == MS_SMTP_RSET)
        return MS_REQ_SMTP_5321_4_1_1_5_06;
    const bool lmtp = before->variant == MS_VARIANT_LMTP;
    if (waiting && front.verb == MS_SMTP_END_OF_DATA)
        return lmtp ? MS_REQ_NONE : MS_REQ_SMTP_5321_4_1_1_4_06;
    if (waiting && lmtp && front.verb == MS_SMTP_BDAT)
        return MS_REQ_NONE; /* perhaps none is due (RFC 2033 section 4.3) */
    if (waiting)
        return rules->errors == 0 && front.verb != MS_SMTP_QUIT ? MS_REQ_SMTP_5321_3_8_03 : MS_REQ_NONE;
    if (!p->valid)
        return MS_REQ_NONE;
    if (p->verb == MS_SMTP_RSET)
        return MS_REQ_SMTP_5321_4_1_1_5_06;
    if ((p->verb == MS_SMTP_AUTH || p->verb == MS_SMTP_AUTH_RESPONSE) && p->code >= 400)
        return rules->auth_failures <= 2 ? MS_REQ_SMTP_4954_9_01 : MS_REQ_NONE;
    if (p->code / 100 != 5 || rules->errors > 3)
        return MS_REQ_NONE;
    if (p->verb == MS_SMTP_UNKNOWN && !rules->innocent && ms_smtp_session_offers(before, MS_EHLO_CHUNKING) &&
        !rules->first_line_http)
        return MS_REQ_SMTP_3030_2_26;
    if (!rules->innocent)
        return MS_REQ_NONE;
    if (p->code == 503)
        return MS_REQ_SMTP_5321_4_1_1_10_05;
    if (p->verb == MS_SMTP_UNKNOWN)
        return MS_REQ_SMTP_5321_3_8_01;
    return (p->facts & FACT(CLEAN)) == 0 && !(p->verb == MS_SMTP_QUIT) ? MS_REQ_SMTP_5321_3_8_02 : MS_REQ_NONE;
}

void replay_smtp_rules_close(replay_track *track, ms_side side, const ms_smtp_session *before, ms_span pending,
                             ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    (void)pending;
    bool quit_sent = rules->previous.valid && rules->previous.verb == MS_SMTP_QUIT;
    for (size_t i = 0; i < rules->count; i++)
        quit_sent |= rules->queue[(rules->first + i) % rules->room].verb == MS_SMTP_QUIT;
    if (side != MS_SERVER || quit_sent || track->closed[MS_CLIENT])
        return;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].requirement == MS_REQ_SMTP_5321_4_2_1_02)
            return;
    uint16_t rule = rule_of_close(rules, before);
    if (rule == MS_REQ_SMTP_4954_9_01 && smtp_auth_was_cancelled(track))
        rule = MS_REQ_SMTP_4954_4_09;
    smtp_rules_find(track, findings, MS_SERVER, rule, track->smtp.at[MS_SERVER], NULL);
}
