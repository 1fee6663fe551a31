/*
 * pop3_login.c - the AUTHORIZATION state: USER, PASS, APOP, AUTH, STLS; and QUIT, which ends every state
 */
#include "harness/serve/pop3_internal.h"

#include <stdlib.h>
#include <string.h>

#include "mailspec/base64.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/pop3_response.h"

enum { FAILED_LOGINS_MAX = 10 };

bool pop3_takes_user(const pop3_server *server)
{
    return server->tls || !server->settings->require_tls;
}

bool pop3_takes_auth(const pop3_server *server)
{
    return server->tls || !server->settings->require_tls;
}

/* One reply for a wrong name and a wrong password (RFC 3206 section 6). */
static void fail(pop3_server *server)
{
    pop3_err(server, "[AUTH] Name or password wrong");
    if (++server->failed_logins >= FAILED_LOGINS_MAX)
        server->wish = SERVE_CLOSE;
}

/* The credentials are right: the maildrop is opened, exclusively (RFC 1939 section 4). */
static void log_in(pop3_server *server, int user)
{
    if (store_open(server->settings->store, user, true, &server->view) != STORE_OK) {
        pop3_err(server, "[IN-USE] The maildrop is in use"); /* RFC 2449 section 8.1.2 */
        return;
    }
    server->marked = calloc(server->view.count + 1, 1);
    if (server->marked == NULL)
        abort();
    server->logged_in = true;
    pop3_ok(server, "The maildrop is open");
}

void pop3_user(pop3_server *server, const ms_pop3_command *command)
{
    const ms_span name = command->user.name;
    if (!pop3_takes_user(server)) {
        pop3_err(server, "Not without TLS");
        return;
    }
    if (server->named_before) {
        /* "immediately after the POP3 greeting or after an unsuccessful USER or PASS" (RFC 1939 section 7) */
        server->named_before = false;
        pop3_err(server, "A name was given already");
        return;
    }
    const size_t len = name.len < sizeof server->name ? name.len : 0;
    memcpy(server->name, name.ptr, len);
    server->name[len] = '\0';
    server->named = server->named_before = true;
    pop3_ok(server, "Now the password"); /* whether there is such a user is not told */
}

void pop3_pass(pop3_server *server, const ms_pop3_command *command, bool named)
{
    int user;
    server->named_before = false;
    if (!named) {
        pop3_err(server, "USER comes right before PASS");
        return;
    }
    if (auth_password(server->settings, ms_span_make(server->name, strlen(server->name)), command->pass.password,
                      &user))
        log_in(server, user);
    else
        fail(server);
}

void pop3_apop(pop3_server *server, const ms_pop3_command *command)
{
    int user;
    if (!pop3_takes_auth(server))
        pop3_err(server, "Not without TLS");
    else if (auth_apop(server->settings, command->apop.name, command->apop.digest, server->timestamp, &user))
        log_in(server, user);
    else
        fail(server);
}

/* --- AUTH (RFC 5034) --------------------------------------------------------------------------- */

static void go_on(pop3_server *server, auth_status status)
{
    uint8_t text[AUTH_TEXT_MAX * 2];
    size_t len;
    server->phase = POP3_COMMANDS;
    switch (status) {
    case AUTH_CHALLENGE:
        len = ms_base64_encode(ms_span_make(server->auth.challenge, server->auth.challenge_len), text);
        server->phase = POP3_EXCHANGE;
        serve_octets_text(server->out, "+ ");
        serve_octets_add(server->out, ms_span_make(text, len));
        serve_octets_text(server->out, "\r\n");
        break;
    case AUTH_SUCCESS:
        log_in(server, server->auth.user);
        break;
    case AUTH_FAILED:
        fail(server);
        break;
    }
}

static ms_span decode(ms_span text, uint8_t *decoded)
{
    size_t written = 0, wrong = 0;
    if (ms_span_is_absent(text))
        return text;
    ms_base64_decode(text, decoded, &written, &wrong);
    return ms_span_make(decoded, written);
}

void pop3_auth(pop3_server *server, const ms_pop3_command *command)
{
    uint8_t decoded[MS_POP3_DIALOGUE_LINE_MAX];
    bool valid;
    const ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(command->auth.mechanism, &valid);
    if (!pop3_takes_auth(server) || !auth_offers(mechanism, server->tls || server->settings->plain_auth)) {
        pop3_err(server, auth_offers(mechanism, true) ? "Not without TLS" : "There is no such mechanism");
        return;
    }
    if (ms_sasl_server_first(mechanism) && !ms_span_is_absent(command->auth.initial_response)) {
        pop3_err(server, "This mechanism begins with the server's challenge");
        return;
    }
    go_on(server,
          auth_begin(&server->auth, server->settings, mechanism, decode(command->auth.initial_response, decoded)));
}

void pop3_auth_response(pop3_server *server, const ms_pop3_command *command)
{
    uint8_t decoded[MS_POP3_DIALOGUE_LINE_MAX];
    if (command->auth_response.cancel) {
        server->phase = POP3_COMMANDS;
        pop3_err(server, "Authentication cancelled");
        return;
    }
    go_on(server, auth_next(&server->auth, server->settings, decode(command->auth_response.data, decoded)));
}

/* --- STLS (RFC 2595 section 4) and QUIT ----------------------------------------------------------- */

void pop3_stls(pop3_server *server)
{
    if (server->tls || !server->settings->tls) {
        pop3_err(server, server->tls ? "TLS is active already" : "There is no TLS here");
        return;
    }
    pop3_ok(server, "Begin TLS");
    server->wish = SERVE_TLS;
}

/* From TRANSACTION it leads to UPDATE, where the marked messages go (RFC 1939 section 6). */
void pop3_quit(pop3_server *server)
{
    if (server->logged_in)
        store_close(server->settings->store, &server->view, server->marked);
    server->wish = SERVE_CLOSE;
    pop3_ok(server, "Bye");
}
