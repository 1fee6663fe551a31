/* login.c - the part of the prologue that needs an account: AUTH, USER and PASS, APOP */
#include "harness/probe/login_delay.h"
#include "harness/probe/prologue.h"
#include "harness/probe/sasl.h"

#include <stdio.h>
#include <string.h>

#include "mailspec/base64.h"

enum { STEPS_MAX = 6, LINE = 12288 };

typedef struct login {
    probe_prologue *prologue;
    probe_peer *peer;
    const char *user, *password;
    const char *shown;           /* stands for the password in what is shown */
    probe_sasl sasl, sasl_shown; /* the exchange, and its twin */
} login;

static probe_reached fail(login *l, const char *what, const probe_reply *reply)
{
    char quoted[200];
    probe_reply_quote(l->peer->scope, reply, quoted, sizeof quoted);
    snprintf(l->prologue->why, sizeof l->prologue->why, "%s: %s", what, quoted);
    const bool pop3 = l->peer->pop3_spoken;
    const ms_span code = reply->response_code;
    const probe_endpoint *endpoint = l->prologue->endpoint;
    if (pop3)
        probe_login_delay_heard(endpoint, l->peer->ledger, reply);
    /* it has worked before: a limit on logins, a maildrop that cannot be opened now */
    const bool known =
        reply->came == PROBE_CAME_REPLY && (l->prologue->second ? endpoint->second_works : endpoint->auth_works);
    const bool passing =
        known || reply->came == PROBE_CAME_CLOSE || (!pop3 && reply->code / 100 == 4) ||
        (pop3 && !ms_span_is_absent(code) &&
         (probe_is_word(code, "IN-USE") || probe_is_word(code, "LOGIN-DELAY") || probe_is_word(code, "SYS/TEMP")));
    return passing ? PROBE_REACHED_LATER : PROBE_REACHED_NOT;
}

static void say(login *l, const char *prefix, ms_span octets, ms_span shown)
{
    uint8_t line[LINE];
    uint8_t line_shown[LINE];
    const size_t before = strlen(prefix);
    if (before + octets.len + 2 > LINE || before + shown.len + 2 > LINE)
        return;
    memcpy(line, prefix, before);
    memcpy(line + before, octets.ptr, octets.len);
    memcpy(line + before + octets.len, "\r\n", 2);
    memcpy(line_shown, prefix, before);
    memcpy(line_shown + before, shown.ptr, shown.len);
    memcpy(line_shown + before + shown.len, "\r\n", 2);
    probe_peer_say(l->peer, ms_span_make(line, before + octets.len + 2),
                   ms_span_make(line_shown, before + shown.len + 2), 0);
}

static void take(login *l, probe_reply *reply)
{
    const net_deadline end = probe_peer_reply_end(l->peer, probe_login_patience(l->peer->settings->reply_ms));
    probe_peer_take(l->peer, PROBE_SHAPE_BY_COMMAND, end, reply);
}

static bool is_done(const login *l, const probe_reply *reply)
{
    if (reply->came != PROBE_CAME_REPLY)
        return false;
    return l->peer->pop3_spoken ? reply->indicator == MS_POP3_POSITIVE : reply->code / 100 == 2;
}

/* --- SASL ----------------------------------------------------------------------------- */

static ms_span encoded(login *l, ms_span message)
{
    uint8_t *out = probe_scope_room(l->peer->scope, (uint64_t)message.len / 3 * 4 + 4);
    if (out == NULL)
        return MS_SPAN("");
    return ms_span_make(out, ms_base64_encode(message, out));
}

/* The next message to the challenge, and its twin, in base64. */
static bool respond(login *l, ms_span challenge, ms_span *octets, ms_span *shown)
{
    probe_scope *scope = l->peer->scope;
    uint8_t *decoded = probe_scope_room(scope, (uint64_t)challenge.len / 4 * 3 + 3);
    size_t length = 0;
    size_t wrong_at;
    ms_span message;
    ms_span twin;
    if (decoded == NULL || (challenge.len > 0 && !ms_base64_decode(challenge, decoded, &length, &wrong_at)))
        length = 0;
    const ms_span plain = ms_span_make(decoded, length);
    if (!probe_sasl_next(&l->sasl, scope, plain, &message) || !probe_sasl_next(&l->sasl_shown, scope, plain, &twin))
        return false;
    *octets = encoded(l, message);
    *shown = encoded(l, twin);
    probe_scope_hide(scope, *octets, *shown);
    return true;
}

static probe_reached by_sasl(login *l, ms_sasl_mechanism mechanism)
{
    char command[64];
    probe_reply reply;
    ms_span octets = MS_SPAN("");
    ms_span shown = MS_SPAN("");
    probe_sasl_init(&l->sasl, mechanism, l->user, l->password);
    l->sasl.host = l->prologue->endpoint->target.host;
    l->sasl.port = l->prologue->endpoint->target.port;
    l->sasl_shown = l->sasl;
    l->sasl_shown.password = l->shown;
    l->sasl_shown.is_twin = true;
    const bool initial = probe_sasl_client_first(mechanism);
    if (initial && !respond(l, MS_SPAN(""), &octets, &shown))
        return PROBE_REACHED_NOT;
    snprintf(command, sizeof command, "AUTH %s%s", ms_sasl_mechanism_name(mechanism), initial ? " " : "");
    say(l, command, octets, shown);
    take(l, &reply);
    for (int i = 0; i < STEPS_MAX && reply.came == PROBE_CAME_REPLY &&
                    (reply.code / 100 == 3 || reply.indicator == MS_POP3_CONTINUATION);
         i++) {
        if (!respond(l, reply.text, &octets, &shown)) {
            snprintf(l->prologue->why, sizeof l->prologue->why, "%s: %s", command, l->peer->scope->error);
            return PROBE_REACHED_NOT;
        }
        say(l, "", octets, shown);
        take(l, &reply);
    }
    if (!is_done(l, &reply))
        return fail(l, command, &reply);
    const bool scram = mechanism == MS_SASL_SCRAM_SHA_1 || mechanism == MS_SASL_SCRAM_SHA_256;
    if (scram && l->prologue->prove && !l->sasl.proved) {
        snprintf(l->prologue->why, sizeof l->prologue->why, "the server did not prove that it knows the password");
        return PROBE_REACHED_NOT;
    }
    return PROBE_REACHED;
}

/* --- POP3's own ------------------------------------------------------------------------- */

static probe_reached by_user_pass(login *l)
{
    char line[300];
    probe_reply reply;
    snprintf(line, sizeof line, "USER %s", l->user);
    probe_ask(l->peer, line, &reply);
    if (!is_done(l, &reply))
        return fail(l, "USER", &reply);
    say(l, "PASS ", ms_span_make(l->password, strlen(l->password)), ms_span_make(l->shown, strlen(l->shown)));
    take(l, &reply);
    return is_done(l, &reply) ? PROBE_REACHED : fail(l, "PASS", &reply);
}

static probe_reached by_apop(login *l, ms_span timestamp)
{
    char prefix[300];
    char digest[33];
    char shown[33];
    probe_reply reply;
    snprintf(prefix, sizeof prefix, "APOP %s ", l->user);
    probe_apop_digest(timestamp, l->password, digest);
    probe_apop_digest(timestamp, l->shown, shown);
    probe_scope_hide(l->peer->scope, ms_span_make(digest, 32), ms_span_make(shown, 32));
    say(l, prefix, ms_span_make(digest, 32), ms_span_make(shown, 32));
    take(l, &reply);
    return is_done(l, &reply) ? PROBE_REACHED : fail(l, "APOP", &reply);
}

static probe_reached pop3_login(login *l)
{
    const probe_endpoint *endpoint = l->prologue->endpoint;
    const probe_value *timestamp = probe_scope_find(l->peer->scope, MS_SPAN("timestamp"));
    if (endpoint->mechanism != MS_SASL_OTHER)
        return by_sasl(l, endpoint->mechanism);
    if (endpoint->auth_works && !endpoint->user_pass && timestamp != NULL)
        return by_apop(l, timestamp->octets);
    return by_user_pass(l);
}

probe_reached probe_prologue_login(probe_prologue *prologue)
{
    const probe_settings *settings = prologue->peer->settings;
    const probe_endpoint *endpoint = prologue->endpoint;
    login l = {
        .prologue = prologue,
        .peer = prologue->peer,
        .user = prologue->second ? settings->user2 : settings->user,
        .password = prologue->second ? settings->password2 : settings->password,
        .shown = prologue->second ? "${secret:password2}" : "${secret:password}",
    };
    if (l.user == NULL || l.password == NULL) {
        snprintf(prologue->why, sizeof prologue->why, "no account was given");
        return PROBE_REACHED_NOT;
    }
    probe_scope_hide(prologue->peer->scope, ms_span_make(l.password, strlen(l.password)),
                     ms_span_make(l.shown, strlen(l.shown)));
    if (prologue->peer->pop3_spoken)
        return pop3_login(&l);
    const bool encrypted = net_tls_active(prologue->peer->stream);
    ms_sasl_mechanism mechanism = endpoint->mechanism;
    if (mechanism == MS_SASL_OTHER)
        mechanism = probe_sasl_choose(probe_offer_mechanisms(&prologue->offer, false), encrypted);
    if (mechanism == MS_SASL_OTHER) {
        snprintf(prologue->why, sizeof prologue->why, "the server offers no mechanism that is known here");
        return PROBE_REACHED_NOT;
    }
    return by_sasl(&l, mechanism);
}
