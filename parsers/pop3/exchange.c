/*
 * exchange.c - a SASL exchange from AUTH to its outcome (RFC 5034 section 4)
 *
 * exchange_message.c looks into the messages themselves.
 */
#include "exchange.h"

#include <string.h>

#include "common/cursor.h"
#include "mailspec/base64.h"

_Static_assert(MS_SASL_MECHANISM_COUNT <= 16, "a set of mechanisms has 16 bits in a session");

static ms_span next_argument(cursor *c)
{
    skip_class(c, OCTET_BLANK);
    const size_t from = c->at;
    while (!at_end(c) && !next_is(c, OCTET_BLANK))
        c->at++;
    return c->at == from ? ms_span_absent() : span_since(c, from);
}

static bool has_lower(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (octet_is(text.ptr[i], OCTET_LOWER))
            return true;
    return false;
}

/* Why a response is no strict base64: an octet outside the alphabet, else a pad that is not at the end, else its
 * length (RFC 5034 section 4). */
static uint32_t base64_fault(ms_span text)
{
    size_t wrong_at, pads = 0;
    if (ms_base64_check(text, &wrong_at))
        return 0;
    for (size_t i = 0; i < text.len; i++)
        if (!octet_is(text.ptr[i], OCTET_BASE64) && text.ptr[i] != '=')
            return X_WRONG_OCTET;
    while (pads < text.len && text.ptr[text.len - 1 - pads] == '=')
        pads++;
    if (pads > 2 || pads == text.len)
        return X_WRONG_PAD;
    for (size_t i = 0; i < text.len - pads; i++)
        if (text.ptr[i] == '=')
            return X_WRONG_PAD;
    return text.len % 4 != 0 ? X_WRONG_LENGTH : 0; /* or pad bits that are not zero */
}

void ms_pop3_exchange_begin(ms_pop3_session *s, const ms_pop3_parsed *parsed)
{
    ms_pop3_exchange *x = &s->room->exchange;
    cursor c = cursor_of(parsed->command.argument);
    const ms_span name = next_argument(&c), initial = next_argument(&c), third = next_argument(&c);
    bool valid;
    memset(x, 0, sizeof *x);
    x->active = 1;
    x->mechanism = (uint8_t)ms_sasl_mechanism_parse(name, &valid);
    /* "AUTH PLAIN " may be refused for its blank, which tells nothing of the mechanism */
    if (x->mechanism != MS_SASL_OTHER && parsed->deviations == 0)
        x->mechanism_bit = (uint16_t)(1U << x->mechanism);
    if (has_lower(parsed->command.keyword) || has_lower(name))
        x->flags |= X_LOWER;
    if (!ms_span_is_absent(third))
        x->flags |= X_THIRD;
    if (ms_span_is_absent(initial))
        return;
    x->flags |= X_INITIAL;
    x->responses = 1;
    if (initial.len == 1 && initial.ptr[0] == '=')
        x->flags |= X_INITIAL_EMPTY;
    else
        x->flags |= base64_fault(initial);
}

void ms_pop3_exchange_end(ms_pop3_session *s)
{
    s->room->exchange.active = 0;
    s->room->exchange.flags = 0;
}

void ms_pop3_exchange_initial(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line)
{
    const ms_span initial = parsed->command.auth.initial_response;
    if (parsed->error != MS_POP3_OK || ms_span_is_absent(initial))
        return;
    const size_t offset = (size_t)(initial.ptr - line->text.ptr);
    ms_pop3_find(j, MS_CLIENT, ms_pop3_client_message(j, initial, 0), offset);
}

void ms_pop3_exchange_response(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line, bool early)
{
    ms_pop3_exchange *x = &j->s->room->exchange;
    const bool bad_challenge = (x->flags & X_BAD_CHALLENGE) != 0;
    const uint8_t index = x->responses;
    x->flags &= ~(uint32_t)(X_WAITS | X_BAD_CHALLENGE | X_WRONG_OCTET | X_WRONG_PAD | X_WRONG_LENGTH);
    if (x->responses < UINT8_MAX)
        x->responses++;
    if (parsed->command.auth_response.cancel) {
        x->flags |= X_CANCELLED;
        return;
    }
    if (line->flags & MS_LINE_TOO_LONG)
        return; /* not seen as a whole */
    x->flags |= base64_fault(parsed->command.auth_response.data);
    const uint16_t message = parsed->error == MS_POP3_OK
                                 ? ms_pop3_client_message(j, parsed->command.auth_response.data, index)
                                 : MS_REQ_NONE;
    if (early)
        return;
    if (bad_challenge)
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_5034_4_16, 0);
    else if (parsed->error != MS_POP3_OK)
        ms_pop3_find(j, MS_CLIENT, ms_pop3_error_requirement(parsed->error, MS_POP3_AUTH_RESPONSE), parsed->error_at);
    else
        ms_pop3_find(j, MS_CLIENT, message, 0);
}

static bool sasl_unlisted(const ms_pop3_session *s)
{
    return is(s, LIST_CURRENT) && (s->offered >> MS_CAPA_SASL & 1) == 0;
}

/* What forbids the server to go on with the exchange, as well as to end it with +OK. */
static uint16_t refusal_due(const judge *j)
{
    const ms_pop3_exchange *x = &j->s->room->exchange;
    const uint32_t f = x->flags;
    if (f & X_CANCELLED)
        return MS_REQ_POP3_5034_4_07;
    if ((f & X_TOLD) == 0 && j->state == MS_POP3_TRANSACTION)
        return is(j->s, LOGIN_BY_AUTH) ? MS_REQ_POP3_5034_4_02 : MS_REQ_POP3_5034_4_03;
    if (j->state == MS_POP3_TRANSACTION)
        return MS_REQ_NONE;
    if ((f & X_TOLD) == 0 && f & X_THIRD)
        return MS_REQ_POP3_5034_5_05;
    if (f & X_WRONG_OCTET)
        return MS_REQ_POP3_5034_4_17;
    if (f & X_WRONG_PAD)
        return MS_REQ_POP3_5034_4_18;
    if (f & X_WRONG_LENGTH)
        return MS_REQ_POP3_5034_4_15;
    if ((f & X_TOLD) == 0 && f & X_INITIAL && (x->mechanism == MS_SASL_CRAM_MD5 || x->mechanism == MS_SASL_DIGEST_MD5))
        return MS_REQ_POP3_5034_4_14;
    return MS_REQ_NONE;
}

static bool is_scram(uint8_t mechanism)
{
    return mechanism >= MS_SASL_SCRAM_SHA_1 && mechanism <= MS_SASL_SCRAM_SHA_256_PLUS;
}

/* Mechanisms that begin with the client's data: without an initial response the first challenge is empty. */
static bool empty_challenge_due(const ms_pop3_exchange *x)
{
    const bool client_first = x->mechanism == MS_SASL_PLAIN || x->mechanism == MS_SASL_EXTERNAL ||
                              x->mechanism == MS_SASL_ANONYMOUS || is_scram(x->mechanism);
    return client_first && x->challenges == 0 && (x->flags & X_INITIAL) == 0;
}

static uint16_t first_challenge(const judge *j)
{
    const ms_pop3_exchange *x = &j->s->room->exchange;
    if (x->challenges > 0) /* and so, told already if anything was */
        return MS_REQ_NONE;
    if (x->mechanism == MS_SASL_PLAIN && x->flags & X_INITIAL_EMPTY)
        return MS_REQ_POP3_5034_4_13;
    if (x->mechanism == MS_SASL_PLAIN && x->flags & X_INITIAL && j->s->offered >> MS_CAPA_SASL & 1)
        return MS_REQ_POP3_5034_4_36;
    return sasl_unlisted(j->s) ? MS_REQ_POP3_5034_3_07 : MS_REQ_NONE;
}

/* continue-req = "+" SP [base64] CRLF */
static uint16_t challenge_format(const ms_pop3_exchange *x, const ms_pop3_response *response)
{
    const bool bare = (response->deviations & MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_BARE_CONTINUATION)) != 0;
    if (response->error == MS_POP3_RESPONSE_ERR_CONTINUATION)
        return MS_REQ_POP3_5034_5_04;
    if (bare)
        return MS_REQ_POP3_5034_4_08;
    if (empty_challenge_due(x))
        return response->continuation.data.len > 0 ? MS_REQ_POP3_5034_4_09 : MS_REQ_NONE;
    return response->error == MS_POP3_RESPONSE_ERR_CHALLENGE ? MS_REQ_POP3_5034_4_06 : MS_REQ_NONE;
}

uint16_t ms_pop3_exchange_challenge(const judge *j, const ms_pop3_response *response)
{
    ms_pop3_exchange *x = &j->s->room->exchange;
    size_t wrong_at;
    if (x->flags & X_WAITS)
        return MS_REQ_NONE; /* a second challenge at once: which of them is answered cannot be told */
    uint16_t requirement = refusal_due(j);
    if (requirement == MS_REQ_NONE && j->state != MS_POP3_TRANSACTION)
        requirement = first_challenge(j);
    if (requirement != MS_REQ_NONE)
        x->flags |= X_TOLD;
    const uint16_t format = challenge_format(x, response);
    const bool empty_due = empty_challenge_due(x);
    const uint16_t message = response->error == MS_POP3_RESPONSE_OK && !empty_due
                                 ? ms_pop3_server_message(j, response->continuation.data)
                                 : 0;
    ms_pop3_find(j, MS_SERVER, format, 0);
    if (requirement == MS_REQ_NONE && format == MS_REQ_NONE)
        requirement = message;
    if (!ms_base64_check(response->continuation.data, &wrong_at))
        x->flags |= X_BAD_CHALLENGE;
    if ((x->flags & X_LOWER) == 0 && j->state == MS_POP3_AUTHORIZATION)
        j->s->taken |= x->mechanism_bit;
    if (x->challenges < UINT8_MAX)
        x->challenges++;
    x->flags |= X_WAITS;
    return requirement;
}

/* -ERR at once, nothing being wrong with the command. */
static uint16_t refused_at_once(const judge *j, const ms_pop3_response *response)
{
    const ms_pop3_session *s = j->s;
    const ms_pop3_exchange *x = &s->room->exchange;
    if (j->state != MS_POP3_AUTHORIZATION || x->challenges > 0 || x->flags & X_INITIAL || x->mechanism_bit == 0)
        return MS_REQ_NONE;
    if (x->flags & X_LOWER && s->taken & x->mechanism_bit)
        return MS_REQ_POP3_5034_5_01;
    if (is(s, LIST_CURRENT) && s->mechanisms & x->mechanism_bit && response->code == MS_POP3_CODE_NONE &&
        x->mechanism != MS_SASL_EXTERNAL && x->mechanism != MS_SASL_ANONYMOUS && !is(s, LOGIN_FAILED) &&
        s->user != USER_ACCEPTED)
        return MS_REQ_POP3_5034_3_06;
    return MS_REQ_NONE;
}

uint16_t ms_pop3_exchange_outcome(const judge *j, const ms_pop3_response *response)
{
    const ms_pop3_exchange *x = &j->s->room->exchange;
    if (response->indicator != MS_POP3_POSITIVE)
        return refused_at_once(j, response);
    uint16_t requirement = refusal_due(j);
    if (requirement == MS_REQ_NONE && j->state != MS_POP3_TRANSACTION)
        requirement = ms_pop3_success_forbidden(j);
    if (requirement == MS_REQ_NONE && j->state != MS_POP3_TRANSACTION && (x->flags & X_TOLD) == 0 &&
        sasl_unlisted(j->s))
        requirement = MS_REQ_POP3_5034_3_07;
    return requirement;
}
