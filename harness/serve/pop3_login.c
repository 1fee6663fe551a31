/*
 * pop3_login.c - the AUTHORIZATION state: USER, PASS, APOP, AUTH, STLS; and QUIT, which ends every state
 */
#include "harness/serve/pop3_mutant.h"

#include <stdio.h>
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
static void fail(pop3_server *server, int user, bool sasl)
{
    const serve_settings *settings = server->settings;
    const bool tells = mutant_is(settings, sasl ? MUTANT_POP3_AUTH_TELLS : MUTANT_POP3_PASS_TELLS);
    if (mutant_is(settings, MUTANT_POP3_NO_AUTH_CODE))
        pop3_err(server, "Name or password wrong");
    else if (mutant_is(settings, MUTANT_POP3_CODE_PLACE))
        pop3_err(server, "Name or password wrong [AUTH]");
    else if (mutant_is(settings, MUTANT_POP3_SYS_CODE))
        pop3_err(server, "[SYS/TEMP] Name or password wrong");
    else if (tells && user < 0)
        pop3_err(server, "[AUTH] There is no such user");
    else
        pop3_err(server, "[AUTH] Name or password wrong");
    if (++server->failed_logins >= FAILED_LOGINS_MAX && !mutant_is(settings, MUTANT_POP3_GUESSES))
        server->wish = SERVE_CLOSE;
    if (mutant_is(settings, MUTANT_POP3_LOCK_FAILED) && user >= 0 && server->view.messages == NULL)
        store_open(settings->store, user, true, &server->view);
}

bool pop3_open(pop3_server *server, int user)
{
    const bool exclusive = !mutant_is(server->settings, MUTANT_POP3_NO_LOCK) &&
                           !mutant_is(server->settings, MUTANT_POP3_LOCK_SHARED) &&
                           !(mutant_is(server->settings, MUTANT_POP3_LOCK_APOP) && server->verb == MS_POP3_APOP) &&
                           !(mutant_is(server->settings, MUTANT_POP3_LOCK_AUTH) && server->verb != MS_POP3_APOP &&
                             server->verb != MS_POP3_PASS);
    if (mutant_is(server->settings, MUTANT_POP3_LOCK_TAKEN))
        store_take_away(server->settings->store, user);
    store_close(server->settings->store, &server->view, NULL);
    if (store_open(server->settings->store, user, exclusive, &server->view) != STORE_OK)
        return false;
    free(server->marked);
    free(server->touched);
    server->marked = calloc(server->view.count + 1, 1);
    server->touched = calloc(server->view.count + 1, 1);
    if (server->marked == NULL || server->touched == NULL)
        abort();
    server->visible = server->view.count;
    server->logged_in = true;
    pop3_mutant_login(server);
    return true;
}

/* The credentials are right: the maildrop is opened, exclusively (RFC 1939 section 4). */
static void log_in(pop3_server *server, int user)
{
    if (mutant_is(server->settings, MUTANT_POP3_AUTH_STATE) && server->verb != MS_POP3_PASS &&
        server->verb != MS_POP3_APOP)
        pop3_ok(server, "Welcome");
    else if (mutant_is(server->settings, MUTANT_POP3_DELAY_AGAIN) && store_delay(server->settings->store, false))
        pop3_err(server, "[LOGIN-DELAY] You were here just now");
    else if (pop3_open(server, user))
        pop3_ok(server, "The maildrop is open");
    else if (mutant_is(server->settings, MUTANT_POP3_AUTH_CODE_LOCK))
        pop3_err(server, "[AUTH] The maildrop is in use");
    else
        pop3_err(server, "[IN-USE] The maildrop is in use"); /* RFC 2449 section 8.1.2 */
}

/* The maildrop is held by another session. */
static bool is_in_use(const pop3_server *server, int user)
{
    store_view view;
    if (user < 0)
        return false;
    if (store_open(server->settings->store, user, true, &view) != STORE_OK)
        return true;
    store_close(server->settings->store, &view, NULL);
    return false;
}

void pop3_user(pop3_server *server, const ms_pop3_command *command)
{
    const ms_span name = command->user.name;
    if (!pop3_takes_user(server)) {
        pop3_err(server, "Not without TLS");
        return;
    }
    if (mutant_is(server->settings, MUTANT_POP3_USER_TELLS) && store_find(server->settings->store, name) < 0) {
        pop3_err(server, "There is no such user");
        return;
    }
    if (server->named_before && !mutant_is(server->settings, MUTANT_POP3_USER_TWICE) &&
        !mutant_is(server->settings, MUTANT_POP3_PASS_LATE)) {
        /* "immediately after the POP3 greeting or after an unsuccessful USER or PASS" (RFC 1939 section 7) */
        server->named_before = false;
        pop3_err(server, "A name was given already");
        return;
    }
    const int user = store_find(server->settings->store, name);
    if (mutant_is(server->settings, MUTANT_POP3_USER_IN_USE) && is_in_use(server, user)) {
        pop3_err(server, "[IN-USE] The maildrop is in use");
        return;
    }
    if (mutant_is(server->settings, MUTANT_POP3_LOCK_NAMED) && user >= 0 && server->view.messages == NULL)
        store_open(server->settings->store, user, true, &server->view);
    const size_t len = name.len < sizeof server->name ? name.len : 0;
    memcpy(server->name, name.ptr, len);
    server->name[len] = '\0';
    if (mutant_is(server->settings, MUTANT_POP3_LATEST_NAME))
        memcpy(pop3_latest.name, server->name, sizeof pop3_latest.name);
    server->named = server->named_before = true;
    pop3_ok(server, "Now the password"); /* whether there is such a user is not told */
}

/* "The PASS command is only given in the AUTHORIZATION state immediately after a successful USER" (RFC 1939 section 7). */
static bool may_pass(const pop3_server *server, bool named)
{
    const serve_settings *settings = server->settings;
    return named || mutant_is(settings, MUTANT_POP3_PASS_FIRST) ||
           (mutant_is(settings, MUTANT_POP3_PASS_LATE) && server->named_before) ||
           (mutant_is(settings, MUTANT_POP3_PASS_TWICE) && server->failed_logins > 0);
}

void pop3_pass(pop3_server *server, const ms_pop3_command *command, bool named)
{
    int user;
    const serve_settings *settings = server->settings;
    if (!may_pass(server, named)) {
        server->named_before = false;
        pop3_err(server, "USER comes right before PASS");
        return;
    }
    server->named_before = false;
    if (mutant_is(settings, MUTANT_POP3_LATEST_NAME))
        memcpy(server->name, pop3_latest.name, sizeof pop3_latest.name);
    if (server->name[0] == '\0' && mutant_is(settings, MUTANT_POP3_PASS_FIRST))
        snprintf(server->name, sizeof server->name, "%s", store_name(settings->store, 0));
    const bool right =
        auth_password(settings, ms_span_make(server->name, strlen(server->name)), command->pass.password, &user);
    const bool none = mutant_is(settings, MUTANT_POP3_PASS_EMPTY) && server->line.len == sizeof "PASS (none)" - 1 &&
                      memcmp(server->line.ptr, "PASS (none)", server->line.len) == 0;
    if (right || ((mutant_is(settings, MUTANT_POP3_ANY_PASSWORD) || none) && user >= 0))
        log_in(server, user);
    else if (mutant_is(settings, MUTANT_POP3_IN_USE_TELLS) && is_in_use(server, user))
        pop3_err(server, "[IN-USE] The maildrop is in use");
    else
        fail(server, user, false);
}

void pop3_apop(pop3_server *server, const ms_pop3_command *command)
{
    int user;
    const serve_settings *settings = server->settings;
    if (!pop3_takes_auth(server)) {
        pop3_err(server, "Not without TLS");
        return;
    }
    if (settings->one_login && !mutant_is(settings, MUTANT_POP3_BOTH)) {
        pop3_err(server, "Only by USER and PASS");
        return;
    }
    const char *timestamp = mutant_is(settings, MUTANT_POP3_APOP_LATEST) ? pop3_latest.timestamp : server->timestamp;
    const bool right = auth_apop(settings, command->apop.name, command->apop.digest, timestamp, &user);
    const bool any = mutant_is(settings, MUTANT_POP3_APOP_ANY) || mutant_is(settings, MUTANT_POP3_APOP_NONE);
    if (right || (any && user >= 0))
        log_in(server, user);
    else
        fail(server, user, false);
}

/* --- AUTH (RFC 5034) --------------------------------------------------------------------------- */

/* "+" SP base64 CRLF, and nothing else (RFC 5034 section 4). */
static void send_challenge(pop3_server *server, ms_span base64)
{
    const bool no_space = mutant_is(server->settings, MUTANT_POP3_AUTH_NO_SPACE) && base64.len == 0;
    server->phase = POP3_EXCHANGE;
    serve_octets_text(server->out, no_space ? "+" : "+ ");
    serve_octets_add(server->out, base64);
    if (mutant_is(server->settings, MUTANT_POP3_AUTH_TEXT) && base64.len > 0)
        serve_octets_text(server->out, " your turn");
    if (mutant_is(server->settings, MUTANT_POP3_AUTH_EMPTY_TEXT) && base64.len == 0)
        serve_octets_text(server->out, "go ahead");
    serve_octets_text(server->out, "\r\n");
}

static void go_on(pop3_server *server, auth_status status)
{
    uint8_t text[AUTH_TEXT_MAX * 2];
    size_t len;
    server->phase = POP3_COMMANDS;
    switch (status) {
    case AUTH_CHALLENGE:
        len = ms_base64_encode(ms_span_make(server->auth.challenge, server->auth.challenge_len), text);
        send_challenge(server, ms_span_make(text, len));
        break;
    case AUTH_SUCCESS:
        log_in(server, server->auth.user);
        break;
    case AUTH_FAILED:
        fail(server, server->auth.user, true);
        break;
    }
}

static bool may_be_plain(const pop3_server *server)
{
    return server->tls || server->settings->plain_auth || mutant_is(server->settings, MUTANT_POP3_AUTH_PLAIN_LISTED) ||
           mutant_is(server->settings, MUTANT_POP3_AUTH_PLAIN_TAKEN);
}

void pop3_auth(pop3_server *server, const ms_pop3_command *command)
{
    uint8_t decoded[MS_POP3_DIALOGUE_LINE_MAX];
    bool valid;
    const serve_settings *settings = server->settings;
    ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(command->auth.mechanism, &valid);
    ms_span response = auth_decode(command->auth.initial_response, decoded);
    if (!auth_offers(mechanism, true) && mutant_is(settings, MUTANT_POP3_AUTH_UNKNOWN)) {
        mechanism = MS_SASL_CRAM_MD5;
        response = ms_span_absent();
    }
    if (!pop3_takes_auth(server) || !auth_offers(mechanism, may_be_plain(server))) {
        pop3_err(server, auth_offers(mechanism, true) ? "Not without TLS" : "There is no such mechanism");
        return;
    }
    if (ms_sasl_server_first(mechanism) && !ms_span_is_absent(response) &&
        !mutant_is(settings, MUTANT_POP3_AUTH_SERVER_FIRST)) {
        pop3_err(server, "This mechanism begins with the server's challenge");
        return;
    }
    if (mutant_is(settings, MUTANT_POP3_AUTH_INITIAL) ||
        (mutant_is(settings, MUTANT_POP3_AUTH_EQUALS) && response.len == 0))
        response = ms_span_absent();
    go_on(server, auth_begin(&server->auth, settings, true, mechanism, response));
}

void pop3_auth_response(pop3_server *server, const ms_pop3_command *command)
{
    uint8_t decoded[MS_POP3_DIALOGUE_LINE_MAX];
    if (command->auth_response.cancel && mutant_is(server->settings, MUTANT_POP3_AUTH_CANCEL)) {
        send_challenge(server, MS_SPAN(""));
        return;
    }
    if (command->auth_response.cancel) {
        server->failed_logins += mutant_is(server->settings, MUTANT_POP3_AUTH_ONCE) ? 1 : 0;
        server->phase = POP3_COMMANDS;
        pop3_err(server, "Authentication cancelled");
        return;
    }
    go_on(server, auth_next(&server->auth, server->settings, auth_decode(command->auth_response.data, decoded)));
}

/* --- STLS (RFC 2595 section 4) and QUIT ----------------------------------------------------------- */

void pop3_stls(pop3_server *server)
{
    if (server->tls && mutant_is(server->settings, MUTANT_POP3_STLS_AGAIN))
        return;
    if (server->tls || !server->settings->tls) {
        pop3_err(server, server->tls ? "TLS is active already" : "There is no TLS here");
        return;
    }
    pop3_ok(server, "Begin TLS");
    if (mutant_is(server->settings, MUTANT_POP3_STLS_TWO_LINES))
        pop3_ok(server, "Now");
    server->wish = SERVE_TLS;
    if (mutant_is(server->settings, MUTANT_POP3_STLS_INJECTED_NAME)) {
        server->silent = true;
        server->wish = SERVE_INPUT;
    }
    if (mutant_is(server->settings, MUTANT_POP3_STLS_KEEPS_NAME))
        server->named = server->named_before;
}

/* The lock goes whether or not something was removed (RFC 1939 section 6). */
static void update(pop3_server *server)
{
    if (mutant_is(server->settings, MUTANT_POP3_LOCK_STAYS))
        store_leave_locked(server->settings->store, &server->view);
    store_close(server->settings->store, &server->view, pop3_mutant_marks(server));
}

/* From TRANSACTION it leads to UPDATE, where the marked messages go (RFC 1939 section 6). */
void pop3_quit(pop3_server *server)
{
    server->quitting = server->logged_in && mutant_is(server->settings, MUTANT_POP3_QUIT_GOES_ON);
    if (!server->quitting) {
        if (server->logged_in)
            update(server);
        else if (mutant_is(server->settings, MUTANT_POP3_QUIT_STRANGER))
            store_remove_marked(server->settings->store);
        server->wish = SERVE_CLOSE;
    }
    pop3_ok(server, "Bye");
}
