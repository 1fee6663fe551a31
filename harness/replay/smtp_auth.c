/* smtp_auth.c - see smtp_auth.h; what the client says */
#include "harness/replay/smtp_auth.h"

#include "mailspec/base64.h"
#include "mailspec/sasl.h"

#include <stdlib.h>
#include <string.h>

struct smtp_auth *smtp_auth_new(void)
{
    struct smtp_auth *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        abort();
    return auth;
}

void smtp_auth_keep(ms_span *slot, ms_span text)
{
    free((void *)(uintptr_t)slot->ptr);
    uint8_t *copy = malloc(text.len + 1);
    if (copy == NULL)
        abort();
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    *slot = ms_span_make(copy, text.len);
}

static void forget(struct smtp_auth *auth)
{
    free((void *)(uintptr_t)auth->client_nonce.ptr);
    free((void *)(uintptr_t)auth->server_nonce.ptr);
    free((void *)(uintptr_t)auth->gs2.ptr);
    const unsigned failures = auth->failures;
    const bool last = auth->last_failed_535;
    memset(auth, 0, sizeof *auth);
    auth->failures = failures;
    auth->last_failed_535 = last;
}

void smtp_auth_free(struct smtp_auth *auth)
{
    if (auth == NULL)
        return;
    forget(auth);
    free(auth);
}

bool smtp_auth_was_cancelled(const replay_track *track)
{
    return track->smtp_rules->auth->was_cancelled;
}

void smtp_auth_find(ms_findings *findings, ms_side side, uint16_t requirement, uint64_t at)
{
    if (requirement == MS_REQ_NONE)
        return;
    const ms_finding finding = {
        .at = at, .requirement = requirement, .side = (uint8_t)side, .stream = (uint8_t)side, .verb = MS_SMTP_AUTH};
    ms_findings_add(findings, finding);
}

/* --- what the client says ---------------------------------------------------------- */

static void take_plain(replay_track *track, ms_span message, uint64_t at, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    const ms_sasl_plain plain = ms_sasl_plain_parse(message);
    auth->plain_seen = true;
    auth->plain = plain.error;
    auth->plain_octets = message.len;
    auth->plain_nuls = 0;
    for (size_t i = 0; i < message.len; i++)
        auth->plain_nuls += message.ptr[i] == 0;
    auth->plain_empty = plain.error == MS_SASL_ERR_EMPTY;
    auth->plain_utf8 = plain.error == MS_SASL_ERR_UTF8;
    if (plain.error != MS_SASL_OK) {
        smtp_auth_find(findings, MS_CLIENT, MS_REQ_SMTP_4616_2_01, at);
        return;
    }
    auth->authzid_is_authcid = plain.authzid.len > 0 && plain.authzid.len == plain.authcid.len &&
                               memcmp(plain.authzid.ptr, plain.authcid.ptr, plain.authzid.len) == 0;
    if (plain.password.len >= 6)
        smtp_texts_add(&track->smtp_rules->secrets, plain.password);
}

static void take_cram(replay_track *track, ms_span message, uint64_t at, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    if (auth->challenges == 0 || auth->challenge_bad)
        return; /* nothing to answer yet, or nothing that can be answered */
    auth->cram_seen = true;
    auth->cram_valid = ms_sasl_cram_md5_parse(message).error == MS_SASL_OK;
    if (!auth->cram_valid)
        smtp_auth_find(findings, MS_CLIENT, MS_REQ_SMTP_2195_2_04, at);
}

bool smtp_auth_begins(ms_span text, ms_span with)
{
    return text.len >= with.len && memcmp(text.ptr, with.ptr, with.len) == 0;
}

static void take_scram(replay_track *track, ms_span message, uint64_t at, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    const bool first = auth->responses == 0;
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, first ? MS_SCRAM_CLIENT_FIRST : MS_SCRAM_CLIENT_FINAL);
    auth->scram = true;
    if (first) {
        auth->scram_user_bad = scram.error == MS_SASL_ERR_SCRAM_NAME;
        auth->scram_m = scram.error == MS_SASL_ERR_SCRAM_EXTENSION;
        auth->gs2_y = message.len > 0 && message.ptr[0] == 'y';
        if (scram.error != MS_SASL_OK && !auth->scram_m)
            smtp_auth_find(findings, MS_CLIENT, MS_REQ_SMTP_5802_7_01, at);
        smtp_auth_keep(&auth->client_nonce, scram.nonce);
        smtp_auth_keep(&auth->gs2, scram.gs2_header);
        return;
    }
    if (scram.error == MS_SASL_OK && auth->server_extension)
        smtp_auth_find(findings, MS_CLIENT, MS_REQ_SMTP_5802_5_1_06, at);
    if (scram.error != MS_SASL_OK || auth->server_nonce.len == 0)
        return;
    if (auth->server_nonce_bad)
        smtp_auth_find(findings, MS_CLIENT, MS_REQ_SMTP_5802_5_1_05, at);
    auth->scram_nonce_wrong =
        scram.nonce.len != auth->server_nonce.len || !smtp_auth_begins(scram.nonce, auth->server_nonce);
    uint8_t decoded[1024];
    size_t written;
    size_t wrong;
    if (!auth->scram_plus && scram.channel_binding.len <= sizeof decoded &&
        ms_base64_decode(scram.channel_binding, decoded, &written, &wrong))
        auth->scram_binding_wrong =
            written != auth->gs2.len || (written > 0 && memcmp(decoded, auth->gs2.ptr, written) != 0);
}

bool smtp_auth_is_scram(uint8_t mechanism)
{
    return mechanism == MS_SASL_SCRAM_SHA_1 || mechanism == MS_SASL_SCRAM_SHA_1_PLUS ||
           mechanism == MS_SASL_SCRAM_SHA_256 || mechanism == MS_SASL_SCRAM_SHA_256_PLUS;
}

static void take_message(replay_track *track, ms_span base64, uint64_t at, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    uint8_t *message = malloc(SMTP_AUTH_MESSAGE_MAX);
    size_t written = 0;
    size_t wrong = 0;
    if (message == NULL)
        abort();
    if (base64.len / 4 * 3 <= SMTP_AUTH_MESSAGE_MAX && ms_base64_decode(base64, message, &written, &wrong)) {
        const ms_span text = ms_span_make(message, written);
        if (auth->mechanism == MS_SASL_PLAIN)
            take_plain(track, text, at, findings);
        else if (auth->mechanism == MS_SASL_CRAM_MD5)
            take_cram(track, text, at, findings);
        else if (smtp_auth_is_scram(auth->mechanism))
            take_scram(track, text, at, findings);
        else if (auth->mechanism == MS_SASL_LOGIN && auth->responses == 1 && text.len >= 6)
            smtp_texts_add(&track->smtp_rules->secrets, text);
        auth->response_bad = false;
    }
    free(message);
    auth->responses++;
}

/* Why a response is no base64, as far as the rules about it differ. */
static void look_at_base64(struct smtp_auth *auth, ms_span text)
{
    size_t wrong = 0;
    auth->response_bad = !ms_base64_check(text, &wrong);
    auth->response_outside = false;
    auth->response_padded = false;
    if (!auth->response_bad)
        return;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                            c == '/' || c == '=';
        if (!letter)
            auth->response_outside = true;
        if (c == '=' && i + 2 < text.len)
            auth->response_padded = true;
    }
}

static bool smtp_mechanism_listed(const smtp_texts *mechanisms, ms_span name)
{
    for (size_t i = 0; i < mechanisms->count; i++)
        if (smtp_text_equal(mechanisms->items[i], name))
            return true;
    return false;
}

void smtp_auth_begin(replay_track *track, const smtp_facts *facts, const ms_smtp_event *event,
                     const ms_smtp_session *before, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    forget(auth);
    auth->mechanism = facts->mechanism;
    auth->name_valid = event->command.error == MS_SMTP_OK || facts->error == MS_SMTP_ERR_BASE64;
    auth->listed_any = ms_smtp_session_offers(before, MS_EHLO_AUTH);
    auth->listed = smtp_mechanism_listed(&track->smtp_rules->mechanisms, facts->mechanism_name);
    auth->in_transaction = smtp_in_transaction(before);
    auth->again = track->smtp_rules->authenticated_in_clear;
    auth->scram_plus = facts->mechanism == MS_SASL_SCRAM_SHA_1_PLUS || facts->mechanism == MS_SASL_SCRAM_SHA_256_PLUS;
    for (size_t i = 0; i < facts->mechanism_name.len; i++)
        if (facts->mechanism_name.ptr[i] >= 'a' && facts->mechanism_name.ptr[i] <= 'z')
            auth->lower_case = true;
    auth->open = true;
    auth->initial = (facts->set & FACT(INITIAL)) != 0;
    if (!auth->initial)
        return;
    const ms_span response = facts->initial_response;
    if (response.len == 1 && response.ptr[0] == '=')
        return;
    look_at_base64(auth, response);
    take_message(track, response, event->at, findings);
}

void smtp_auth_response(replay_track *track, const ms_smtp_event *event, ms_findings *findings)
{
    struct smtp_auth *auth = track->smtp_rules->auth;
    const ms_span line = event->slice;
    auth->cancelled = line.len == 1 && line.ptr[0] == '*';
    auth->response_over = event->consumed > 512;
    if (auth->cancelled)
        return;
    look_at_base64(auth, line);
    take_message(track, line, event->at, findings);
}
