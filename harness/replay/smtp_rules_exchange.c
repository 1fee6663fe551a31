/* smtp_rules_exchange.c - a reply and the command that it answers */
#include "harness/replay/smtp_rules_internal.h"

#include <string.h>

/* A reply to BDAT while octets of its chunk are still to come. */
static uint16_t early_chunk_rule(const replay_track *track, const smtp_view *view)
{
    const smtp_facts *c = view->command;
    const uint64_t missing = track->smtp.chunk_remaining;
    const uint16_t code = view->code;
    if (c->verb != MS_SMTP_BDAT || missing == 0 || track->smtp_rules->count != 1 || code == 421)
        return MS_REQ_NONE;
    if (code / 100 == 2 && track->smtp_rules->chunk_has_end)
        return MS_REQ_SMTP_SEC_bdat_01;
    if (code / 100 == 2 && c->chunk > UINT32_MAX)
        return MS_REQ_SMTP_SEC_bdat_04;
    if (code / 100 == 2 && (c->set & FACT(LEADING_ZERO)) != 0)
        return MS_REQ_SMTP_SEC_bdat_06;
    if (code == 521 || code == 500 || code == 501 || !smtp_view_offers(view, MS_EHLO_CHUNKING))
        return MS_REQ_NONE;
    return MS_REQ_SMTP_3030_2_14;
}

/* Replies that were caught up with (a 221 came early): by what stood in the group. */
static uint16_t catch_up_rule(const replay_smtp_rules *rules, const ms_findings *findings)
{
    if (!smtp_rules_found(findings, MS_REQ_SMTP_2920_3_2_10))
        return MS_REQ_NONE;
    const smtp_facts *oldest = &rules->queue[rules->first];
    if ((oldest->set & FACT(BEHIND_DATA)) != 0)
        return MS_REQ_SMTP_2920_3_2_12;
    return rules->previous.valid && rules->previous.code >= 400 && rules->previous.answered_in_group
               ? MS_REQ_SMTP_2920_3_2_11
               : MS_REQ_NONE;
}

/* LMTP: two accepted recipients are the same mailbox, and got one reply. */
static uint16_t lmtp_rule(const replay_smtp_rules *rules, const ms_findings *findings)
{
    if (!smtp_rules_found(findings, MS_REQ_SMTP_2033_4_2_02) || !rules->same_recipient)
        return MS_REQ_NONE;
    return MS_REQ_SMTP_2033_4_2_03;
}

static bool has_8bit(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] > 127)
            return true;
    return false;
}

/* A control character of the reply that stood in the command (terminal escapes, log injection). */
static bool echoes_control(const smtp_view *view, const ms_smtp_event *event)
{
    for (size_t i = 0; i < event->slice.len; i++) {
        const uint8_t c = event->slice.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return view->command->line.len > 0 && memchr(view->command->line.ptr, c, view->command->line.len) != NULL;
    }
    return false;
}

static void take_out(ms_findings *findings, uint16_t requirement)
{
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].side != MS_SERVER || findings->items[i].requirement != requirement)
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

/* Rules about a reply line's octets that hang on the command. */
static void judge_octets(const smtp_view *view, const ms_smtp_event *event, ms_findings *findings)
{
    const bool verifies = view->command->verb == MS_SMTP_VRFY || view->command->verb == MS_SMTP_EXPN;
    if (verifies && (view->code == 250 || view->code == 251) && has_8bit(event->slice) &&
        (view->command->set & FACT(SMTPUTF8_WORD)) == 0) {
        take_out(findings, MS_REQ_SMTP_6531_3_7_4_1_01);
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_6531_3_7_4_2_02, event->at, view);
    }
    if (smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_02) && echoes_control(view, event)) {
        take_out(findings, MS_REQ_SMTP_5321_4_2_02);
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_SEC_injection_11, event->at, view);
    }
    /* after HELO nothing of EHLO holds but this (RFC 2034 section 4) */
    const uint8_t class_ = (uint8_t)(view->code / 100);
    const bool due = class_ == 2 || class_ == 4 || class_ == 5;
    const uint8_t verb = view->command->verb;
    if (view->history->enhanced_once && view->history->hello_was_helo && due && view->enhanced.class_ == 0 &&
        verb != MS_SMTP_HELO && verb != MS_SMTP_EHLO && verb != MS_SMTP_LHLO && view->code != 421)
        smtp_rules_find(NULL, findings, MS_SERVER, MS_REQ_SMTP_2034_4_06, event->at, view);
}

/* The server has taken a bare LF for the end of a line, as this reply shows. */
static bool takes_bare_lf(const replay_smtp_rules *rules, const smtp_view *view, const ms_smtp_session *before)
{
    const smtp_facts *c = view->command;
    /* of NOOP, HELP, VRFY and EXPN, what came next may have been their string */
    const bool takes_string =
        c->verb == MS_SMTP_NOOP || c->verb == MS_SMTP_HELP || c->verb == MS_SMTP_VRFY || c->verb == MS_SMTP_EXPN;
    if ((c->set & FACT(BARE_LF)) != 0 && (rules->count == 1 || !takes_string))
        return view->code / 100 == 2 || view->code / 100 == 3;
    /* each half has its reply */
    return view->code != 421 && before->doubtful > 0 && before->outstanding == before->doubtful &&
           rules->previous.valid && (rules->previous.facts & FACT(BARE_LF)) != 0;
}

void smtp_rules_exchange(replay_track *track, const ms_smtp_event *event, const ms_smtp_session *before,
                         const smtp_facts *command, ms_findings *findings)
{
    replay_smtp_rules *rules = track->smtp_rules;
    const smtp_view view = smtp_view_of(track, before, command, event);
    uint16_t rule = smtp_auth_reply(track, &view, event, findings);
    if (rule == MS_REQ_NONE)
        rule = early_chunk_rule(track, &view);
    if (rule == MS_REQ_NONE)
        rule = catch_up_rule(rules, findings);
    if (rule == MS_REQ_NONE)
        rule = lmtp_rule(rules, findings);
    if (rule == MS_REQ_NONE && rules->first_in_tls && rules->injected_half && command->verb == MS_SMTP_UNKNOWN &&
        view.code / 100 == 2)
        rule = MS_REQ_SMTP_SEC_starttls_03;
    if (rule == MS_REQ_NONE && view.code == 220 && command->verb == MS_SMTP_AUTH_RESPONSE &&
        smtp_text_is(command->line, "STARTTLS"))
        rule = MS_REQ_SMTP_SEC_starttls_12;
    if (rule == MS_REQ_NONE && (command->set & FACT(SPILLED)) == 0)
        rule = smtp_rule_of_reply(&view);
    judge_octets(&view, event, findings);
    /* a breach of the transaction's order, which the machine knows better, is not talked over by a listing rule */
    if (rule != MS_REQ_NONE)
        smtp_rules_replace(findings, event->at, rule, &view);
    if (rule == MS_REQ_NONE && !rules->lf_taken_told && takes_bare_lf(rules, &view, before)) {
        rules->lf_taken_told = true;
        smtp_rules_find(track, findings, MS_SERVER, MS_REQ_SMTP_5321_2_3_8_01, event->at, &view);
    }
    const uint16_t status = smtp_rule_of_status(&view);
    smtp_rules_find(track, findings, MS_SERVER, status, event->at, &view);
    smtp_rules_reply_text(track, &view, event, findings);
    const bool step = command->verb == MS_SMTP_MAIL || command->verb == MS_SMTP_RCPT || command->verb == MS_SMTP_DATA ||
                      command->verb == MS_SMTP_END_OF_DATA;
    const bool out_of_range = smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_10);
    const bool malformed = smtp_rules_found(findings, MS_REQ_SMTP_5321_2_4_15) ||
                           smtp_rules_found(findings, MS_REQ_SMTP_5321_4_3_2_14) ||
                           smtp_rules_found(findings, MS_REQ_SMTP_5321_4_2_13);
    rules->broken_reply = step && out_of_range ? (uint16_t)(view.code == 0 ? 1 : view.code) : 0;
    rules->malformed_reply = step && malformed;
    if ((command->verb == MS_SMTP_EHLO || command->verb == MS_SMTP_LHLO) && view.code >= 400)
        track->file->ehlo_refused = true;
    smtp_history_answered(rules, &view);
}
