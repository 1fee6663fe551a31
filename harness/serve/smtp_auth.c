/*
 * smtp_auth.c - STARTTLS (RFC 3207) and AUTH (RFC 4954)
 */
#include "harness/serve/smtp_internal.h"

#include "mailspec/base64.h"
#include "mailspec/limits.h"

enum { FAILED_LOGINS_MAX = 10 /* RFC 4954 section 9: no fewer than three */ };

void smtp_starttls(smtp_server *server)
{
    if (!server->settings->tls) {
        smtp_reply(server, 502, 5, 1, "Command not implemented");
        return;
    }
    smtp_reply(server, 220, 0, 0, "Ready to start TLS");
    server->wish = SERVE_TLS;
}

static void fail(smtp_server *server)
{
    server->phase = PHASE_COMMANDS;
    if (++server->failed_logins >= FAILED_LOGINS_MAX) {
        smtp_reply(server, 421, 7, 0, "Too many failed logins");
        server->wish = SERVE_CLOSE;
        return;
    }
    smtp_reply(server, 535, 7, 8, "Authentication credentials invalid");
}

/* "334 " and base64, nothing else (RFC 4954 section 4). */
static void send_challenge(smtp_server *server)
{
    uint8_t text[AUTH_TEXT_MAX * 2];
    const ms_span plain = ms_span_make(server->auth.challenge, server->auth.challenge_len);
    const size_t len = ms_base64_encode(plain, text);
    server->phase = PHASE_AUTH;
    smtp_reply_line(server, 334, false, NO_STATUS, 0, ms_span_make(text, len));
}

static void go_on(smtp_server *server, auth_status status)
{
    switch (status) {
    case AUTH_CHALLENGE:
        send_challenge(server);
        break;
    case AUTH_SUCCESS:
        server->phase = PHASE_COMMANDS;
        server->user = server->auth.user;
        smtp_reply(server, 235, 7, 0, "Authentication successful");
        break;
    case AUTH_FAILED:
        fail(server);
        break;
    }
}

/* Undone into decoded, which has room for it; base64 was checked by the parser. */
static ms_span decode(ms_span text, uint8_t *decoded)
{
    size_t written = 0, wrong = 0;
    if (ms_span_is_absent(text))
        return text;
    ms_base64_decode(text, decoded, &written, &wrong);
    return ms_span_make(decoded, written);
}

void smtp_auth(smtp_server *server, const ms_smtp_parsed *parsed)
{
    uint8_t decoded[MS_SMTP_AUTH_LINE_MAX];
    bool valid;
    const ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(parsed->command.auth.mechanism, &valid);
    const bool plain = server->tls || server->settings->plain_auth;
    if (!auth_offers(mechanism, true)) {
        smtp_reply(server, 504, 5, 4, "Unrecognized authentication type");
        return;
    }
    if (!auth_offers(mechanism, plain)) {
        /* before the credentials are looked at, so that the reply tells nothing of them (RFC 8314 section 4.1) */
        smtp_reply(server, 538, 7, 11, "Encryption required for requested authentication mechanism");
        return;
    }
    if (ms_sasl_server_first(mechanism) && !ms_span_is_absent(parsed->command.auth.initial_response)) {
        smtp_reply(server, 501, 7, 0, "This mechanism begins with the server's challenge");
        return;
    }
    go_on(server, auth_begin(&server->auth, server->settings, mechanism,
                             decode(parsed->command.auth.initial_response, decoded)));
}

void smtp_auth_go_on(smtp_server *server, const ms_smtp_parsed *parsed)
{
    uint8_t decoded[MS_SMTP_AUTH_LINE_MAX];
    if (parsed->command.auth_response.cancel) {
        server->phase = PHASE_COMMANDS;
        smtp_reply(server, 501, 7, 0, "Authentication cancelled");
        return;
    }
    go_on(server, auth_next(&server->auth, server->settings, decode(parsed->command.auth_response.data, decoded)));
}
