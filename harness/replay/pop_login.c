/*
 * pop_login.c - who logs in, and how: PASS, APOP, and the SASL mechanisms whose messages show a name
 *
 * Secrets are not known, so no digest can be checked; what is sent twice can be (RFC 1939 section 7, APOP; RFC 2195
 * section 2).  A name is the key of a maildrop.
 */
#include "harness/replay/pop_hash.h"
#include "harness/replay/pop_model.h"
#include "mailspec/base64.h"
#include "mailspec/sasl.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 1536 }; /* octets of a SASL message that is looked into */

/* Ways in which a name logged in. */
enum { BY_PASS = 1, BY_APOP = 2, BY_PLAIN_TEXT = 4, BY_CRAM_MD5 = 8 };

typedef struct pop_user {
    uint64_t name;
    unsigned ways;
} pop_user;

/* --- the greeting ----------------------------------------------------------------- */

/* "each time the POP3 server issues the banner greeting, it must be different" (RFC 1939 section 7, APOP). */
void pop_greeting(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const ms_pop3_response *response = &p->e->response;
    if (response->indicator != MS_POP3_POSITIVE || ms_span_is_absent(response->greeting.timestamp))
        return;
    s->greeting = pop_hash(POP_HASH_EMPTY, response->greeting.timestamp);
    for (size_t i = 0; i < s->maildrop->session_count; i++) {
        const replay_pop_session *other = s->maildrop->sessions[i];
        if (other == s || other->greeting != s->greeting)
            continue;
        pop_find(p, MS_REQ_POP3_1939_7_47);
        return;
    }
}

/* --- what the client sends ---------------------------------------------------------- */

static void set_name(pop_login *login, ms_span name, ms_span maildrop)
{
    login->has_name = true;
    login->name = pop_hash(POP_HASH_EMPTY, name);
    login->maildrop = maildrop.len > 0 ? pop_hash(POP_HASH_EMPTY, maildrop) : login->name;
}

/* CRAM-MD5: the name ends before the last space, whatever stands behind it. */
static void name_of_cram(pop_login *login, ms_span message)
{
    size_t end = message.len;
    while (end > 0 && message.ptr[end - 1] != ' ')
        end--;
    if (end > 1)
        set_name(login, ms_span_make(message.ptr, end - 1), ms_span_absent());
}

/* The response of that index, the initial one being the first. */
static void name_of_response(replay_pop_session *s, ms_span base64, unsigned index)
{
    uint8_t buffer[MESSAGE_MAX];
    size_t written, wrong_at;
    if (index != 0 || base64.len / 4 * 3 > MESSAGE_MAX || !ms_base64_decode(base64, buffer, &written, &wrong_at))
        return;
    const ms_span message = ms_span_make(buffer, written);
    switch ((ms_sasl_mechanism)s->mechanism) {
    case MS_SASL_PLAIN: {
        const ms_sasl_plain plain = ms_sasl_plain_parse(message);
        if (!ms_span_is_absent(plain.authcid) && plain.authcid.len > 0)
            set_name(&s->auth, plain.authcid, plain.authzid);
        break;
    }
    case MS_SASL_LOGIN:
        set_name(&s->auth, message, ms_span_absent());
        break;
    case MS_SASL_CRAM_MD5:
        name_of_cram(&s->auth, message);
        break;
    case MS_SASL_SCRAM_SHA_1:
    case MS_SASL_SCRAM_SHA_1_PLUS:
    case MS_SASL_SCRAM_SHA_256:
    case MS_SASL_SCRAM_SHA_256_PLUS: {
        const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FIRST);
        if (!ms_span_is_absent(scram.user))
            set_name(&s->auth, scram.user, scram.authzid);
        break;
    }
    case MS_SASL_OTHER:
    case MS_SASL_DIGEST_MD5:
    case MS_SASL_EXTERNAL:
    case MS_SASL_ANONYMOUS:
    case MS_SASL_XOAUTH2:
    case MS_SASL_OAUTHBEARER:
    case MS_SASL_GSSAPI:
    case MS_SASL_NTLM:
    case MS_SASL_MECHANISM_COUNT:
        break;
    }
}

static void begin_exchange(replay_pop_session *s, const ms_pop3_parsed *parsed)
{
    bool valid;
    s->auth = (pop_login){.verb = MS_POP3_AUTH};
    s->responses = s->challenges = 0;
    s->mechanism = MS_SASL_OTHER;
    if (parsed->error != MS_POP3_OK)
        return;
    s->mechanism = (uint8_t)ms_sasl_mechanism_parse(parsed->command.auth.mechanism, &valid);
    if (!ms_span_is_absent(parsed->command.auth.initial_response))
        name_of_response(s, parsed->command.auth.initial_response, s->responses++);
}

static pop_login login_of(const ms_pop3_parsed *parsed)
{
    const ms_pop3_command *command = &parsed->command;
    pop_login login = {.verb = (uint8_t)command->verb};
    if (parsed->error != MS_POP3_OK)
        return login;
    if (command->verb == MS_POP3_USER) {
        set_name(&login, command->user.name, ms_span_absent());
    } else if (command->verb == MS_POP3_APOP) {
        set_name(&login, command->apop.name, ms_span_absent());
        login.digest = pop_hash_folded(pop_hash_octet(login.name, 0), command->apop.digest);
    }
    return login;
}

void pop_login_command(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const ms_pop3_parsed *parsed = &p->e->command;
    const ms_pop3_verb verb = parsed->command.verb;
    if (verb == MS_POP3_AUTH_RESPONSE && parsed->error == MS_POP3_OK && !parsed->command.auth_response.cancel)
        name_of_response(s, parsed->command.auth_response.data, s->responses++);
    if (verb == MS_POP3_AUTH)
        begin_exchange(s, parsed);
    if (verb != MS_POP3_USER && verb != MS_POP3_PASS && verb != MS_POP3_APOP && verb != MS_POP3_AUTH)
        return;
    if (s->login_count == POP_LOGINS_MAX) {
        p->track->limited = true;
        s->suspended = true; /* whose maildrop it is cannot be told any more */
        return;
    }
    s->logins[s->login_count++] = login_of(parsed);
}

/* --- what the server answers ---------------------------------------------------------- */

/* The challenge of CRAM-MD5 is "presumptively arbitrary", and new each time (RFC 2195 section 2). */
void pop_login_challenge(const pop_event *p)
{
    replay_pop_session *s = p->s;
    replay_maildrop *maildrop = s->maildrop;
    const ms_span data = p->e->response.continuation.data;
    if (p->e->answered.verb != MS_POP3_AUTH || s->challenges++ > 0 || s->responses > 0 ||
        s->mechanism != MS_SASL_CRAM_MD5 || p->e->response.error != MS_POP3_RESPONSE_OK || data.len == 0)
        return;
    const uint64_t challenge = pop_hash(POP_HASH_EMPTY, data);
    for (size_t i = 0; i < maildrop->challenge_count; i++) {
        if (maildrop->challenges[i].hash != challenge)
            continue;
        if (!pop_is_found(p, MS_REQ_POP3_2195_2_01))
            pop_find(p, maildrop->challenges[i].session == s ? MS_REQ_POP3_2195_2_05 : MS_REQ_POP3_2195_2_02);
        return;
    }
    if (maildrop->challenge_count < POP_CHALLENGES_MAX)
        maildrop->challenges[maildrop->challenge_count++] = (pop_challenge){challenge, s};
    else
        p->track->limited = true;
}

/* The oldest outstanding command of that verb; those before it were not answered as what they seemed to be. */
static bool take_login(replay_pop_session *s, ms_pop3_verb verb, pop_login *out)
{
    for (size_t i = 0; i < s->login_count; i++) {
        if (s->logins[i].verb != verb)
            continue;
        *out = s->logins[i];
        s->login_count -= i + 1;
        memmove(s->logins, s->logins + i + 1, s->login_count * sizeof *s->logins);
        return true;
    }
    return false;
}

static pop_user *user_of(replay_maildrop *maildrop, uint64_t name)
{
    for (size_t i = 0; i < maildrop->user_count; i++)
        if (maildrop->users[i].name == name)
            return &maildrop->users[i];
    maildrop->users = realloc(maildrop->users, (maildrop->user_count + 1) * sizeof *maildrop->users);
    if (maildrop->users == NULL)
        abort();
    maildrop->users[maildrop->user_count] = (pop_user){.name = name};
    return &maildrop->users[maildrop->user_count++];
}

static unsigned way_of(const replay_pop_session *s, uint8_t verb)
{
    if (verb == MS_POP3_PASS)
        return BY_PASS | BY_PLAIN_TEXT;
    if (verb == MS_POP3_APOP)
        return BY_APOP;
    if (s->mechanism == MS_SASL_PLAIN || s->mechanism == MS_SASL_LOGIN)
        return BY_PLAIN_TEXT;
    return s->mechanism == MS_SASL_CRAM_MD5 ? BY_CRAM_MD5 : 0;
}

/* A name should have either a password that is sent, or a shared secret (RFC 1939 section 13, RFC 2195 section 4). */
static void judge_ways(const pop_event *p, uint64_t name, unsigned way)
{
    pop_user *user = user_of(p->s->maildrop, name);
    const unsigned all = user->ways | way;
    if ((way & (BY_PASS | BY_APOP)) != 0 && (all & BY_PASS) != 0 && (all & BY_APOP) != 0)
        pop_find(p, MS_REQ_POP3_1939_13_01);
    if ((way & (BY_PLAIN_TEXT | BY_CRAM_MD5)) != 0 && (all & BY_PLAIN_TEXT) != 0 && (all & BY_CRAM_MD5) != 0)
        pop_find(p, MS_REQ_POP3_2195_4_01);
    user->ways = all;
}

/* An APOP that was taken under another timestamp (RFC 1939 section 7). */
static void judge_replay(const pop_event *p, uint64_t digest)
{
    replay_pop_session *s = p->s;
    if (digest == 0 || pop_is_found(p, MS_REQ_POP3_1939_7_54))
        return;
    s->apop = digest;
    for (size_t i = 0; i < s->maildrop->session_count; i++) {
        const replay_pop_session *other = s->maildrop->sessions[i];
        if (other == s || other->apop != digest || other->greeting == s->greeting)
            continue;
        pop_find(p, MS_REQ_POP3_1939_7_56);
        return;
    }
}

static void log_in(const pop_event *p, const pop_login *login)
{
    replay_pop_session *s = p->s;
    s->logged_in = true;
    s->started = ++s->maildrop->clock;
    s->key = login->has_name ? login->maildrop : 0;
    if (login->verb == MS_POP3_APOP)
        judge_replay(p, login->digest);
    if (login->has_name)
        judge_ways(p, login->name, way_of(s, login->verb));
}

void pop_login_reply(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const bool positive = p->e->response.indicator == MS_POP3_POSITIVE;
    const ms_pop3_verb verb = p->e->answered.verb;
    pop_login login = {.verb = (uint8_t)verb};
    if (verb != MS_POP3_USER && verb != MS_POP3_PASS && verb != MS_POP3_APOP && verb != MS_POP3_AUTH)
        return;
    take_login(s, verb, &login);
    if (verb == MS_POP3_USER) {
        s->has_user = positive && login.has_name;
        s->user = login.name;
        return;
    }
    if (verb == MS_POP3_AUTH)
        login = s->auth;
    if (verb == MS_POP3_PASS && s->has_user) {
        login.has_name = true;
        login.name = login.maildrop = s->user;
    }
    s->has_user = false;
    if (p->track->pop3.session.state == MS_POP3_TRANSACTION)
        log_in(p, &login);
}
