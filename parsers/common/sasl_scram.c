/* sasl_scram.c - the four messages of SCRAM, one function per ABNF rule (RFC 5802 section 7) */
#include "mailspec/base64.h"
#include "mailspec/sasl.h"

#include "cursor.h"
#include "utf8.h"

/* The first error stays.  Each parsing function returns false once there is one. */
static bool fail(const cursor *c, ms_sasl_scram *out, ms_sasl_error error)
{
    out->error = error;
    out->error_at = c->at;
    return false;
}

static bool skip_comma(cursor *c, ms_sasl_scram *out)
{
    if (!skip_octet(c, ','))
        return fail(c, out, MS_SASL_ERR_SCRAM);
    return true;
}

/* The attribute's letter, which is case-sensitive (section 5.1), and "=". */
static bool skip_name(cursor *c, ms_sasl_scram *out, uint8_t letter)
{
    if (!skip_octet(c, letter) || !skip_octet(c, '='))
        return fail(c, out, MS_SASL_ERR_SCRAM);
    return true;
}

/* [reserved-mext ","]: "its presence in a client or a server message MUST cause authentication failure" (section
 * 5.1), so it is an error, whatever it says. */
static bool no_mandatory_extension(const cursor *c, ms_sasl_scram *out)
{
    if (peek(c) == 'm' && peek_second(c) == '=')
        return fail(c, out, MS_SASL_ERR_SCRAM_EXTENSION);
    return true;
}

/* The octets up to the next comma, which have to be UTF-8 without NUL. */
static bool take_value(cursor *c, ms_sasl_scram *out, ms_span *value)
{
    const size_t from = c->at;
    size_t wrong_at;
    *value = take_until(c, ',');
    const uint8_t *nul = value->len > 0 ? memchr(value->ptr, 0, value->len) : NULL;
    const bool utf8 = ms_utf8_check(*value, &wrong_at);
    if (utf8 && nul == NULL)
        return true;
    c->at = from + (nul != NULL && (size_t)(nul - value->ptr) < wrong_at ? (size_t)(nul - value->ptr) : wrong_at);
    return fail(c, out, c->ptr[c->at] == 0 ? MS_SASL_ERR_NUL : MS_SASL_ERR_UTF8);
}

/* saslname = 1*(value-safe-char / "=2C" / "=3D") */
static bool take_saslname(cursor *c, ms_sasl_scram *out, ms_span *name)
{
    const size_t from = c->at;
    ms_span got;
    if (!take_value(c, out, &got))
        return false;
    if (got.len == 0)
        return fail(c, out, MS_SASL_ERR_EMPTY);
    for (size_t i = 0; i < got.len; i++) {
        if (got.ptr[i] != '=')
            continue;
        const uint8_t *escape = got.ptr + i + 1;
        if (got.len - i < 3 || (memcmp(escape, "2C", 2) != 0 && memcmp(escape, "3D", 2) != 0)) {
            c->at = from + i;
            return fail(c, out, MS_SASL_ERR_SCRAM_NAME);
        }
    }
    *name = got;
    return true;
}

/* nonce = "r=" c-nonce [s-nonce], each printable; the ABNF lacks the repetition that the text ("a sequence of random
 * printable ASCII characters", section 5.1) and all examples have. */
static bool take_nonce(cursor *c, ms_sasl_scram *out)
{
    if (!skip_name(c, out, 'r'))
        return false;
    const size_t from = c->at;
    while (next_is(c, OCTET_VCHAR) && peek(c) != ',')
        c->at++;
    if (c->at == from || (!at_end(c) && peek(c) != ','))
        return fail(c, out, MS_SASL_ERR_SCRAM_NONCE);
    out->nonce = span_since(c, from);
    return true;
}

/* base64 = *base64-4 [base64-3 / base64-2] */
static bool take_base64(cursor *c, ms_sasl_scram *out, uint8_t letter, ms_span *base64)
{
    if (!skip_name(c, out, letter))
        return false;
    const size_t from = c->at;
    size_t wrong_at;
    const ms_span got = take_until(c, ',');
    if (!ms_base64_check(got, &wrong_at)) {
        c->at = from + wrong_at;
        return fail(c, out, MS_SASL_ERR_BASE64);
    }
    *base64 = got;
    return true;
}

/* posit-number = %x31-39 *DIGIT */
static bool take_iterations(cursor *c, ms_sasl_scram *out)
{
    uint64_t number;
    if (!skip_name(c, out, 'i'))
        return false;
    if (peek(c) == '0' || take_decimal(c, UINT32_MAX, &number) == DECIMAL_NONE)
        return fail(c, out, MS_SASL_ERR_SCRAM);
    out->iterations = (uint32_t)number;
    return true;
}

/* attr-val = ALPHA "=" value, value = 1*value-char */
static bool skip_extension(cursor *c, ms_sasl_scram *out)
{
    ms_span value;
    if (!no_mandatory_extension(c, out))
        return false;
    if (!next_is(c, OCTET_ALPHA))
        return fail(c, out, MS_SASL_ERR_SCRAM);
    c->at++;
    if (!skip_octet(c, '='))
        return fail(c, out, MS_SASL_ERR_SCRAM);
    if (!take_value(c, out, &value))
        return false;
    if (value.len == 0)
        return fail(c, out, MS_SASL_ERR_SCRAM);
    return true;
}

/* ["," extensions] up to the end of the message */
static bool skip_extensions(cursor *c, ms_sasl_scram *out)
{
    while (!at_end(c))
        if (!skip_comma(c, out) || !skip_extension(c, out))
            return false;
    return true;
}

/* gs2-header = gs2-cbind-flag "," [ authzid ] ","
 * gs2-cbind-flag = ("p=" cb-name) / "n" / "y"
 * cb-name = 1*(ALPHA / DIGIT / "." / "-") */
static bool take_gs2_header(cursor *c, ms_sasl_scram *out)
{
    if (skip_octet(c, 'p')) {
        if (!skip_octet(c, '='))
            return fail(c, out, MS_SASL_ERR_SCRAM_GS2);
        const size_t from = c->at;
        while (next_is(c, OCTET_LET_DIG) || peek(c) == '.' || peek(c) == '-')
            c->at++;
        if (c->at == from)
            return fail(c, out, MS_SASL_ERR_SCRAM_GS2);
    } else if (!skip_octet(c, 'n') && !skip_octet(c, 'y')) {
        return fail(c, out, MS_SASL_ERR_SCRAM_GS2);
    }
    if (!skip_octet(c, ','))
        return fail(c, out, MS_SASL_ERR_SCRAM_GS2);
    if (peek(c) != ',' && !(skip_name(c, out, 'a') && take_saslname(c, out, &out->authzid)))
        return false;
    if (!skip_octet(c, ','))
        return fail(c, out, MS_SASL_ERR_SCRAM_GS2);
    out->gs2_header = span_since(c, 0);
    return true;
}

/* client-first-message = gs2-header [reserved-mext ","] username "," nonce ["," extensions] */
static bool client_first(cursor *c, ms_sasl_scram *out)
{
    return take_gs2_header(c, out) && no_mandatory_extension(c, out) && skip_name(c, out, 'n') &&
           take_saslname(c, out, &out->user) && skip_comma(c, out) && take_nonce(c, out) && skip_extensions(c, out);
}

/* server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions] */
static bool server_first(cursor *c, ms_sasl_scram *out)
{
    return no_mandatory_extension(c, out) && take_nonce(c, out) && skip_comma(c, out) &&
           take_base64(c, out, 's', &out->salt) && skip_comma(c, out) && take_iterations(c, out) &&
           skip_extensions(c, out);
}

/* client-final-message = channel-binding "," nonce ["," extensions] "," proof */
static bool client_final(cursor *c, ms_sasl_scram *out)
{
    if (!take_base64(c, out, 'c', &out->channel_binding) || !skip_comma(c, out) || !take_nonce(c, out) ||
        !skip_comma(c, out))
        return false;
    while (peek(c) != 'p')
        if (!skip_extension(c, out) || !skip_comma(c, out))
            return false;
    if (!take_base64(c, out, 'p', &out->proof))
        return false;
    if (!at_end(c))
        return fail(c, out, MS_SASL_ERR_SCRAM);
    return true;
}

/* server-final-message = (server-error / verifier) ["," extensions]; server-error-value may be any value */
static bool server_final(cursor *c, ms_sasl_scram *out)
{
    if (peek(c) != 'e')
        return take_base64(c, out, 'v', &out->verifier) && skip_extensions(c, out);
    ms_span error;
    if (!skip_name(c, out, 'e') || !take_value(c, out, &error))
        return false;
    if (error.len == 0)
        return fail(c, out, MS_SASL_ERR_SCRAM);
    out->server_error = error;
    return skip_extensions(c, out);
}

ms_sasl_scram ms_sasl_scram_parse(ms_span message, ms_sasl_scram_step step)
{
    cursor c = cursor_of(message);
    ms_sasl_scram out = {.error = MS_SASL_OK};
    switch (step) {
    case MS_SCRAM_CLIENT_FIRST:
        client_first(&c, &out);
        break;
    case MS_SCRAM_SERVER_FIRST:
        server_first(&c, &out);
        break;
    case MS_SCRAM_CLIENT_FINAL:
        client_final(&c, &out);
        break;
    case MS_SCRAM_SERVER_FINAL:
        server_final(&c, &out);
        break;
    }
    return out;
}
