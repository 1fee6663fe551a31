/*
 * smtp_auth.c - STARTTLS (RFC 3207) and AUTH (RFC 4954)
 */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

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
    if (mutant_is(server->settings, MUTANT_SMTP_TLS_INJECTED_STATE)) {
        smtp_transaction_clear(server);
        server->hello = HELLO_NONE;
        server->silent = true;
        server->wish = SERVE_INPUT;
    }
}

static void echo(smtp_server *server, ms_span response)
{
    char text[256] = "Wrong: ";
    size_t len = strlen(text);
    for (size_t i = 0; i < response.len && len + 1 < sizeof text; i++)
        text[len++] = response.ptr[i] >= ' ' && response.ptr[i] < 127 ? (char)response.ptr[i] : ' ';
    text[len] = '\0';
    smtp_reply(server, 535, 7, 8, text);
}

static void fail(smtp_server *server, ms_span response)
{
    server->phase = PHASE_COMMANDS;
    if (++server->failed_logins >= FAILED_LOGINS_MAX) {
        smtp_reply(server, 421, 7, 0, "Too many failed logins");
        server->wish = SERVE_CLOSE;
        return;
    }
    /* one reply for a wrong name and a wrong password, and nothing of either in it */
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_TELLS) && server->auth.user < 0)
        smtp_reply(server, 535, 7, 8, "There is no such user");
    else if (mutant_is(server->settings, MUTANT_SMTP_AUTH_ECHO))
        echo(server, response);
    else
        smtp_reply(server, 535, 7, 8, "Authentication credentials invalid");
}

/* "334 " and base64, nothing else (RFC 4954 section 4). */
static void send_challenge(smtp_server *server)
{
    uint8_t text[AUTH_TEXT_MAX * 2];
    const ms_span plain = ms_span_make(server->auth.challenge, server->auth.challenge_len);
    const size_t len = ms_base64_encode(plain, text);
    server->phase = PHASE_AUTH;
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_NO_SPACE) && len == 0) {
        serve_octets_text(server->out, "334\r\n");
        return;
    }
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_TEXT) && len == 0) {
        smtp_reply_bare(server, 334, "go ahead, please");
        return;
    }
    smtp_reply_line(server, 334, false, NO_STATUS, 0, ms_span_make(text, len));
}

static void go_on(smtp_server *server, auth_status status, ms_span response)
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
        fail(server, response);
        break;
    }
}

/* Before the credentials are looked at, so that the reply tells nothing of them (RFC 8314 section 4.1). */
static void refuse_in_clear(smtp_server *server, ms_span response)
{
    const ms_sasl_plain plain = ms_sasl_plain_parse(response);
    int user;
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_CLEAR_TELLS) && !ms_span_is_absent(response) &&
        !(plain.error == MS_SASL_OK && auth_password(server->settings, plain.authcid, plain.password, &user)))
        smtp_reply(server, 535, 7, 8, "Authentication credentials invalid");
    else
        smtp_reply(server, 538, 7, 11, "Encryption required for requested authentication mechanism");
}

static bool may_be_plain(const smtp_server *server)
{
    return server->tls || server->settings->plain_auth || mutant_is(server->settings, MUTANT_SMTP_AUTH_PLAIN_TAKEN) ||
           mutant_is(server->settings, MUTANT_SMTP_AUTH_PLAIN_LISTED);
}

void smtp_auth(smtp_server *server, const ms_smtp_parsed *parsed)
{
    uint8_t decoded[MS_SMTP_AUTH_LINE_MAX];
    bool valid;
    ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(parsed->command.auth.mechanism, &valid);
    ms_span response = auth_decode(parsed->command.auth.initial_response, decoded);
    if (!auth_offers(mechanism, true) && mutant_is(server->settings, MUTANT_SMTP_AUTH_UNKNOWN)) {
        mechanism = MS_SASL_CRAM_MD5;
        response = ms_span_absent();
    }
    if (!auth_offers(mechanism, true)) {
        smtp_reply(server, 504, 5, 4, "Unrecognized authentication type");
        return;
    }
    if (!auth_offers(mechanism, may_be_plain(server))) {
        refuse_in_clear(server, response);
        return;
    }
    if (ms_sasl_server_first(mechanism) && !ms_span_is_absent(response) &&
        !mutant_is(server->settings, MUTANT_SMTP_AUTH_SERVER_FIRST)) {
        smtp_reply(server, 501, 7, 0, "This mechanism begins with the server's challenge");
        return;
    }
    if (mutant_is(server->settings, MUTANT_SMTP_AUTH_NO_INITIAL))
        response = ms_span_absent();
    go_on(server, auth_begin(&server->auth, server->settings, false, mechanism, response), response);
}

void smtp_auth_go_on(smtp_server *server, const ms_smtp_parsed *parsed)
{
    uint8_t decoded[MS_SMTP_AUTH_LINE_MAX];
    if (parsed->command.auth_response.cancel) {
        server->phase = PHASE_COMMANDS;
        smtp_reply(server, 501, 7, 0, "Authentication cancelled");
        return;
    }
    const ms_span response = auth_decode(parsed->command.auth_response.data, decoded);
    go_on(server, auth_next(&server->auth, server->settings, response), response);
}
