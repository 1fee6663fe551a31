/* smtp_rules_auth.c - the server's part of an AUTH exchange; see smtp_auth.h */
#include "harness/replay/smtp_auth.h"

#include "mailspec/base64.h"

#include <stdlib.h>
#include <string.h>

static void take_server_scram(struct smtp_auth *auth, ms_span message, uint64_t at, ms_findings *findings)
{
    if (auth->responses != 1)
        return;
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_SERVER_FIRST);
    auth->server_extension = scram.error == MS_SASL_ERR_SCRAM_EXTENSION;
    if (scram.error != MS_SASL_OK)
        return;
    smtp_auth_keep(&auth->server_nonce, scram.nonce);
    auth->server_nonce_bad =
        !smtp_auth_begins(scram.nonce, auth->client_nonce) || scram.nonce.len <= auth->client_nonce.len;
    if (auth->server_nonce_bad && auth->client_nonce.len > 0)
        smtp_auth_find(findings, MS_SERVER, MS_REQ_SMTP_5802_5_1_01, at);
    const bool sha256 = auth->mechanism == MS_SASL_SCRAM_SHA_256 || auth->mechanism == MS_SASL_SCRAM_SHA_256_PLUS;
    if (sha256 && scram.iterations < 4096)
        smtp_auth_find(findings, MS_SERVER, MS_REQ_SMTP_7677_3_01, at);
}

static void take_challenge(replay_track *track, ms_span base64, uint64_t at, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    uint8_t *message = malloc(SMTP_AUTH_MESSAGE_MAX);
    size_t written = 0;
    size_t wrong = 0;
    if (message == NULL)
        abort();
    if (base64.len / 4 * 3 <= SMTP_AUTH_MESSAGE_MAX && ms_base64_decode(base64, message, &written, &wrong)) {
        const ms_span text = ms_span_make(message, written);
        if (auth->mechanism == MS_SASL_CRAM_MD5 && auth->challenges == 1) {
            if (ms_sasl_cram_md5_challenge_parse(text, &wrong) != MS_SASL_OK)
                smtp_auth_find(findings, MS_SERVER, MS_REQ_SMTP_2195_2_01, at);
            else if (smtp_texts_has(&track->smtp_rules->challenges, text))
                smtp_auth_find(findings, MS_SERVER, MS_REQ_SMTP_2195_2_06, at);
            else if (smtp_texts_has(&track->file->challenges, text))
                smtp_auth_find(findings, MS_SERVER, MS_REQ_SMTP_2195_2_02, at);
            smtp_texts_add(&track->smtp_rules->challenges, text);
            smtp_texts_add(&track->file->challenges, text);
        }
        if (smtp_auth_is_scram(auth->mechanism))
            take_server_scram(auth, text, at, findings);
    }
    free(message);
}

/* The 334 line itself. The parsers' one rule about it is told apart by mechanism here. */
static uint16_t challenge_rule(const struct smtp_auth *auth, const ms_smtp_event *event, ms_findings *findings)
{
    const ms_reply_line *line = &event->reply.line;
    const bool no_space = (line->deviations & (MS_DEVIATION_BIT(MS_REPLY_DEV_NO_SPACE) |
                                               MS_DEVIATION_BIT(MS_REPLY_DEV_CHALLENGE_NO_SPACE))) != 0;
    const bool not_base64 = (line->deviations & MS_DEVIATION_BIT(MS_REPLY_DEV_CHALLENGE_NOT_BASE64)) != 0;
    const bool plain = auth->mechanism == MS_SASL_PLAIN;
    const bool text_for_plain = plain && !auth->initial && auth->challenges == 1 && line->text.len > 0;
    if (!no_space && !not_base64 && !text_for_plain)
        return MS_REQ_NONE;
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++) {
        const uint16_t r = findings->items[i].requirement;
        if (r != MS_REQ_SMTP_4954_4_06 && r != MS_REQ_SMTP_5321_4_2_1_03)
            findings->items[kept++] = findings->items[i];
    }
    findings->count = kept;
    if (plain && !auth->initial && auth->challenges == 1)
        return MS_REQ_SMTP_4954_4_10;
    const bool server_first = auth->mechanism == MS_SASL_LOGIN || auth->mechanism == MS_SASL_CRAM_MD5 ||
                              auth->mechanism == MS_SASL_DIGEST_MD5;
    return server_first ? MS_REQ_SMTP_4954_4_07 : MS_REQ_SMTP_4954_4_06;
}

/* A response that is no base64 was not refused. */
static uint16_t bad_base64_rule(const struct smtp_auth *auth)
{
    if (auth->response_outside)
        return MS_REQ_SMTP_4954_4_19;
    return auth->response_padded ? MS_REQ_SMTP_4954_4_20 : MS_REQ_SMTP_4954_4_17;
}

static uint16_t accepted_rule(const struct smtp_auth *auth, const smtp_view *view)
{
    if (!smtp_view_tls(view) && !auth->listed && ms_smtp_session_extended(view->before) &&
        (auth->mechanism == MS_SASL_PLAIN || auth->mechanism == MS_SASL_LOGIN))
        return MS_REQ_SMTP_SEC_authdown_02;
    if (auth->response_bad && bad_base64_rule(auth) != MS_REQ_SMTP_4954_4_17)
        return bad_base64_rule(auth);
    if (auth->plain_seen && auth->plain_nuls < 2)
        return MS_REQ_SMTP_4616_2_03;
    if (auth->plain_seen && auth->plain_nuls > 2)
        return MS_REQ_SMTP_4616_2_04;
    if (auth->plain_seen && auth->plain_empty)
        return MS_REQ_SMTP_4616_2_05;
    if (auth->plain_seen && auth->plain_utf8)
        return MS_REQ_SMTP_4616_2_08;
    if (auth->scram && auth->scram_user_bad)
        return MS_REQ_SMTP_5802_5_1_02;
    if (auth->scram && auth->scram_m)
        return MS_REQ_SMTP_5802_5_1_03;
    if (auth->scram && auth->scram_nonce_wrong)
        return MS_REQ_SMTP_5802_5_1_04;
    if (auth->scram && auth->scram_binding_wrong)
        return MS_REQ_SMTP_5802_6_01;
    if (auth->scram && auth->gs2_y &&
        (view->before->mechanisms & (1u << MS_SASL_SCRAM_SHA_1_PLUS | 1u << MS_SASL_SCRAM_SHA_256_PLUS)) != 0)
        return MS_REQ_SMTP_5802_6_02;
    return MS_REQ_NONE;
}

static bool code_in(uint16_t code, const uint16_t *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == code)
            return true;
    return false;
}
#define IN(code, ...) code_in((code), (const uint16_t[]){__VA_ARGS__}, sizeof((const uint16_t[]){__VA_ARGS__}) / 2)

/* Rules about the AUTH line's place and name, which go before what it says. */
static uint16_t place_rule(const struct smtp_auth *auth, const smtp_view *view)
{
    const uint16_t code = view->code;
    const smtp_facts *c = view->command;
    if (code / 100 == 4 || code == 530)
        return MS_REQ_NONE;
    /* of one that is not in the grammar the syntax may be refused as well as the place (RFC 5321 section 4.3.2) */
    const bool syntax = code == 501 && (c->set & FACT(OK)) == 0;
    if (auth->again)
        return syntax || code == 503 || code == 500 ? MS_REQ_NONE : MS_REQ_SMTP_4954_4_01;
    if (auth->in_transaction && auth->listed_any)
        return syntax || code == 503 ? MS_REQ_NONE : MS_REQ_SMTP_4954_4_02;
    if (ms_span_is_absent(c->mechanism_name))
        return code / 100 <= 3 ? MS_REQ_SMTP_4954_4_05 : MS_REQ_NONE;
    if (auth->listed_any && !auth->listed && auth->name_valid && IN(code, 235, 334, 500, 502, 550, 554)) {
        const bool plain = auth->mechanism == MS_SASL_PLAIN || auth->mechanism == MS_SASL_LOGIN;
        return plain && code == 235 && !smtp_view_tls(view) ? MS_REQ_SMTP_SEC_authdown_02 : MS_REQ_SMTP_4954_4_03;
    }
    return MS_REQ_NONE;
}

static bool server_first_with_initial(const struct smtp_auth *auth)
{
    return auth->initial && auth->listed &&
           (auth->mechanism == MS_SASL_CRAM_MD5 || auth->mechanism == MS_SASL_DIGEST_MD5);
}

static uint16_t auth_line_rule(const replay_track *track, const struct smtp_auth *auth, const smtp_view *view)
{
    const uint16_t code = view->code;
    if (code == 503 && view->before->state == MS_SMTP_REFUSED)
        return MS_REQ_NONE; /* due behind a greeting of 554 (RFC 5321 section 3.1) */
    const uint16_t place = place_rule(auth, view);
    if (place != MS_REQ_NONE || auth->again || auth->in_transaction)
        return place;
    if (code == 503 && smtp_view_tls(view) && track->smtp_rules->authenticated_before_tls)
        return MS_REQ_SMTP_SEC_starttls_08;
    if (code == 503 && auth->last_failed_535)
        return MS_REQ_SMTP_4954_4_30;
    if (code == 504 && auth->listed && auth->lower_case)
        return MS_REQ_SMTP_4954_4_31;
    if (server_first_with_initial(auth)) {
        if (code / 100 == 2 || code / 100 == 3 || (code / 100 == 5 && !IN(code, 501, 503, 504, 530, 534, 535, 538)))
            return MS_REQ_SMTP_4954_4_15;
        return MS_REQ_NONE;
    }
    if (auth->initial && auth->response_bad)
        return code / 100 == 3 ? bad_base64_rule(auth) : MS_REQ_NONE;
    if (auth->listed && auth->mechanism == MS_SASL_EXTERNAL && auth->initial && IN(code, 500, 501))
        return MS_REQ_SMTP_4954_4_14;
    if (auth->listed && auth->mechanism == MS_SASL_PLAIN && auth->initial && auth->plain_seen &&
        auth->plain == MS_SASL_OK && view->command->line_octets <= 512) {
        if (auth->authzid_is_authcid && IN(code, 500, 501))
            return MS_REQ_SMTP_4616_2_06;
        if (IN(code, 501, 504))
            return MS_REQ_SMTP_4954_4_11;
    }
    if (auth->listed && !smtp_view_tls(view) && IN(code, 538, 523))
        return MS_REQ_SMTP_4954_6_05;
    if (auth->listed && IN(code, 500, 502) && !auth->lower_case && view->command->line_octets <= 512)
        return MS_REQ_SMTP_5321_4_2_4_08;
    return MS_REQ_NONE;
}

static uint16_t response_rule(const struct smtp_auth *auth, const smtp_view *view)
{
    const uint16_t code = view->code;
    if (auth->cancelled)
        return code / 100 == 4 || code == 501 ? MS_REQ_NONE : MS_REQ_SMTP_4954_4_08;
    if (auth->response_bad) {
        const bool long_line = code == 500 && auth->response_over;
        if (code / 100 == 4 || code == 501 || long_line || code == 235)
            return MS_REQ_NONE;
        return MS_REQ_SMTP_4954_4_17;
    }
    if (auth->mechanism == MS_SASL_PLAIN && auth->plain == MS_SASL_OK && auth->plain_seen) {
        if (auth->authzid_is_authcid && IN(code, 500, 501))
            return MS_REQ_SMTP_4616_2_06;
        if (code == 500 && auth->plain_octets <= 1024 && auth->response_over)
            return MS_REQ_SMTP_4954_4_24;
        if (IN(code, 501, 503, 334) || (code == 500 && !auth->response_over))
            return MS_REQ_SMTP_4954_4_12;
    }
    if (auth->mechanism == MS_SASL_CRAM_MD5 && auth->cram_seen && auth->cram_valid && IN(code, 500, 501))
        return MS_REQ_SMTP_2195_2_03;
    return MS_REQ_NONE;
}

/* A complete and valid exchange is refused by 535 and its kin only. */
static uint16_t refusal_rule(const struct smtp_auth *auth, const smtp_view *view)
{
    const uint16_t code = view->code;
    const bool complete = (auth->mechanism == MS_SASL_PLAIN && auth->plain_seen && auth->plain == MS_SASL_OK) ||
                          (auth->mechanism == MS_SASL_CRAM_MD5 && auth->cram_seen && auth->cram_valid) ||
                          (auth->mechanism == MS_SASL_LOGIN && auth->responses >= 2);
    if (!complete || !auth->listed || auth->again || auth->in_transaction)
        return MS_REQ_NONE;
    if (IN(code, 502, 550, 551, 552, 553, 555) || (code == 554 && !smtp_view_tls(view)))
        return MS_REQ_SMTP_4954_4_27;
    return MS_REQ_NONE;
}

static uint16_t status_rule(const struct smtp_auth *auth, const smtp_view *view, bool response)
{
    const ms_enhanced_status s = view->enhanced;
    if (s.class_ == 0 || !smtp_view_offers(view, MS_EHLO_ENHANCEDSTATUSCODES))
        return MS_REQ_NONE;
    if (view->code == 504 && !response && !auth->listed && !(s.class_ == 5 && s.subject == 5 && s.detail == 4))
        return MS_REQ_SMTP_4954_4_04;
    if (view->code == 501 && !response && server_first_with_initial(auth) &&
        !(s.class_ == 5 && s.subject == 7 && s.detail == 0))
        return MS_REQ_SMTP_4954_4_16;
    if (view->code == 501 && response && auth->response_bad && !auth->cancelled &&
        !(s.class_ == 5 && s.subject == 5 && s.detail == 2))
        return MS_REQ_SMTP_4954_4_18;
    if (view->code == 500 && response && auth->response_over && !(s.class_ == 5 && s.subject == 5 && s.detail == 6))
        return MS_REQ_SMTP_4954_4_26;
    return MS_REQ_NONE;
}

uint16_t smtp_auth_reply(replay_track *track, const smtp_view *view, const ms_smtp_event *event, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    const uint8_t verb = view->command->verb;
    const bool response = verb == MS_SMTP_AUTH_RESPONSE;
    if (verb != MS_SMTP_AUTH && !response)
        return MS_REQ_NONE;
    const uint16_t code = view->code;
    uint16_t rule = MS_REQ_NONE;
    if (code == 334) {
        size_t wrong;
        auth->challenges++;
        auth->challenge_bad = !ms_base64_check(event->reply.line.text, &wrong);
        take_challenge(track, event->reply.line.text, event->at, findings);
    }
    if (code == 421)
        return MS_REQ_NONE;
    if (!response) /* RSET may have stood between MAIL and it in its group */
        auth->in_transaction = smtp_in_transaction(view->before);
    if (!response)
        rule = auth_line_rule(track, auth, view);
    if (code / 100 == 2 && rule == MS_REQ_NONE)
        rule = accepted_rule(auth, view);
    if (rule == MS_REQ_NONE && response)
        rule = response_rule(auth, view);
    if (rule == MS_REQ_NONE)
        rule = refusal_rule(auth, view);
    if (code == 334 && rule == MS_REQ_NONE) {
        const bool server_first_reply = auth->scram && auth->responses == 1;
        if (server_first_reply && auth->scram_user_bad)
            rule = MS_REQ_SMTP_5802_5_1_02;
        else if (server_first_reply && auth->scram_m)
            rule = MS_REQ_SMTP_5802_5_1_03;
        else if (auth->scram && auth->responses >= 2 && auth->scram_nonce_wrong)
            rule = MS_REQ_SMTP_5802_5_1_04;
        else if (auth->scram && auth->responses >= 2 && auth->scram_binding_wrong)
            rule = MS_REQ_SMTP_5802_6_01;
        else
            smtp_auth_find(findings, MS_SERVER, challenge_rule(auth, event, findings), event->at);
    }
    smtp_auth_find(findings, MS_SERVER, status_rule(auth, view, response), event->at);
    if (code / 100 == 2)
        track->smtp_rules->authenticated_in_clear = true;
    if (code >= 400) {
        auth->last_failed_535 = code == 535;
        auth->was_cancelled = auth->cancelled && code == 501;
    }
    return rule;
}
