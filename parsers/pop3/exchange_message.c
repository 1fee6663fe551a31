/*
 * exchange_message.c - the messages of PLAIN, CRAM-MD5 and SCRAM in a POP3 session (RFC 4616, RFC 2195, RFC 5802)
 *
 * What must be compared later (nonces, the GS2 header) is kept as a hash and a length: two that differ may look equal,
 * which hides a breach once in four thousand million times, and never makes one up.
 */
#include "exchange.h"

#include "common/cursor.h"
#include "common/utf8.h"
#include "mailspec/base64.h"

enum { MESSAGE_MAX = 1536, DIGEST_LEN = 32, ITERATIONS_MIN = 4096 /* RFC 5802 section 5.1 */ };

/* Longer messages are not looked into. */
static bool decode(ms_span base64, uint8_t message[MESSAGE_MAX], ms_span *out)
{
    size_t written = 0, wrong_at = 0;
    if (base64.len / 4 * 3 > MESSAGE_MAX || !ms_base64_decode(base64, message, &written, &wrong_at))
        return false;
    *out = ms_span_make(message, written);
    return true;
}

static bool is_scram(uint8_t mechanism)
{
    return mechanism >= MS_SASL_SCRAM_SHA_1 && mechanism <= MS_SASL_SCRAM_SHA_256_PLUS;
}

static bool begins(ms_span text, const char *two)
{
    return text.len >= 2 && text.ptr[0] == (uint8_t)two[0] && text.ptr[1] == (uint8_t)two[1];
}

/* message = [authzid] UTF8NUL authcid UTF8NUL passwd (RFC 4616 section 2) */
static uint16_t client_plain(ms_pop3_exchange *x, ms_span message)
{
    size_t nuls = 0, first = 0, second = 0;
    for (size_t i = 0; i < message.len; i++)
        if (message.ptr[i] == 0) {
            nuls++;
            first = nuls == 1 ? i : first;
            second = nuls == 2 ? i : second;
        }
    if (nuls != 2) {
        x->flags |= X_PLAIN_NULS;
        return nuls < 2 ? MS_REQ_POP3_4616_2_01 : MS_REQ_POP3_4616_2_02;
    }
    if (second == first + 1 || second + 1 == message.len) {
        x->flags |= X_PLAIN_EMPTY;
        return MS_REQ_POP3_4616_2_01;
    }
    return ms_utf8_check(message, NULL) ? MS_REQ_NONE : MS_REQ_POP3_4616_2_05;
}

/* name SP 32 hexadecimal digits, in any letter case: what a lenient server may take. */
static bool is_cram_in_any_case(ms_span message)
{
    if (message.len < DIGEST_LEN + 2 || message.ptr[message.len - DIGEST_LEN - 1] != ' ')
        return false;
    cursor c = cursor_of(ms_span_make(message.ptr + message.len - DIGEST_LEN, DIGEST_LEN));
    skip_class(&c, OCTET_HEX);
    return at_end(&c);
}

static uint16_t client_cram(ms_pop3_exchange *x, ms_span message)
{
    if (!is_cram_in_any_case(message))
        x->flags |= X_CRAM_WRONG;
    return ms_sasl_cram_md5_parse(message).error == MS_SASL_OK ? MS_REQ_NONE : MS_REQ_POP3_2195_2_03;
}

static uint16_t client_first(ms_pop3_exchange *x, ms_span message)
{
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FIRST);
    const uint8_t flag = message.len > 0 ? message.ptr[0] : 0;
    if (flag != 'n' && flag != 'y' && flag != 'p')
        x->flags |= X_SCRAM_FLAG;
    if (flag == 'y')
        x->flags |= X_SCRAM_Y;
    if (flag == 'p')
        x->flags |= X_SCRAM_BOUND;
    if (scram.error == MS_SASL_ERR_SCRAM_NAME)
        x->flags |= X_SCRAM_NAME;
    if (scram.error == MS_SASL_ERR_SCRAM_EXTENSION)
        x->flags |= X_SCRAM_EXTENSION;
    if (scram.error != MS_SASL_OK)
        return MS_REQ_POP3_5802_7_01;
    x->flags |= X_CLIENT_FIRST;
    x->nonce_hash = ms_pop3_hash_exact(scram.nonce);
    x->nonce_len = (uint16_t)scram.nonce.len;
    x->header_hash = ms_pop3_hash_exact(scram.gs2_header);
    x->header_len = (uint16_t)scram.gs2_header.len;
    return MS_REQ_NONE;
}

/* c= carries the GS2 header of client-first, and channel data behind it with flag p (RFC 5802 section 5.1). */
static bool channel_differs(const ms_pop3_exchange *x, ms_span binding)
{
    uint8_t buffer[MESSAGE_MAX];
    ms_span header;
    if ((x->flags & X_CLIENT_FIRST) == 0 || x->flags & X_SCRAM_BOUND || !decode(binding, buffer, &header))
        return false;
    return header.len != x->header_len || ms_pop3_hash_exact(header) != x->header_hash;
}

static uint16_t client_final(ms_pop3_exchange *x, ms_span message)
{
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FINAL);
    x->flags |= X_FINAL;
    if (scram.error != MS_SASL_OK)
        return MS_REQ_POP3_5802_7_01;
    if (x->flags & X_SERVER_NONCE)
        return MS_REQ_POP3_5802_5_1_03;
    if (x->flags & X_SERVER_FIRST &&
        (scram.nonce.len != x->joint_len || ms_pop3_hash_exact(scram.nonce) != x->joint_hash))
        x->flags |= X_SCRAM_NONCE;
    if (channel_differs(x, scram.channel_binding)) {
        x->flags |= X_SCRAM_CHANNEL;
        return MS_REQ_POP3_5802_7_01;
    }
    return x->flags & X_SCRAM_NONCE ? MS_REQ_POP3_5802_5_03 : MS_REQ_NONE;
}

uint16_t ms_pop3_client_message(const judge *j, ms_span base64, uint8_t index)
{
    ms_pop3_exchange *x = &j->s->room->exchange;
    uint8_t buffer[MESSAGE_MAX];
    ms_span message;
    if (!decode(base64, buffer, &message))
        return MS_REQ_NONE;
    if (x->mechanism == MS_SASL_PLAIN && index == 0)
        return client_plain(x, message);
    if (x->mechanism == MS_SASL_CRAM_MD5 && index == 0 && x->challenges == 1)
        return client_cram(x, message);
    if (is_scram(x->mechanism) && index == 0)
        return client_first(x, message);
    if (is_scram(x->mechanism) && index == 1)
        return client_final(x, message);
    return MS_REQ_NONE;
}

/* The client bound no channel because it believes that the server cannot, which its list denies. */
static bool server_could_bind(const judge *j)
{
    const ms_pop3_exchange *x = &j->s->room->exchange;
    const uint8_t plus = x->mechanism == MS_SASL_SCRAM_SHA_1 ? MS_SASL_SCRAM_SHA_1_PLUS : MS_SASL_SCRAM_SHA_256_PLUS;
    const bool plain = x->mechanism == MS_SASL_SCRAM_SHA_1 || x->mechanism == MS_SASL_SCRAM_SHA_256;
    return plain && is(j->s, LIST_CURRENT) && (j->s->mechanisms >> plus & 1) != 0;
}

/* Why client-first must fail. */
static uint16_t first_must_fail(const judge *j)
{
    const uint32_t f = j->s->room->exchange.flags;
    if (f & X_SCRAM_FLAG)
        return MS_REQ_POP3_5802_5_01;
    if (f & X_SCRAM_NAME)
        return MS_REQ_POP3_5802_5_1_06;
    if (f & X_SCRAM_EXTENSION)
        return MS_REQ_POP3_5802_5_1_07;
    return f & X_SCRAM_Y && server_could_bind(j) ? MS_REQ_POP3_5802_6_01 : MS_REQ_NONE;
}

/* Why client-final must fail. */
static uint16_t final_must_fail(const ms_pop3_exchange *x)
{
    if (x->flags & X_SCRAM_NONCE)
        return MS_REQ_POP3_5802_5_1_04;
    return x->flags & X_SCRAM_CHANNEL ? MS_REQ_POP3_5802_6_03 : MS_REQ_NONE;
}

static uint16_t server_first(const judge *j, ms_span message)
{
    ms_pop3_exchange *x = &j->s->room->exchange;
    const uint16_t failure = first_must_fail(j);
    if (begins(message, "e="))
        return MS_REQ_NONE;
    if (failure != MS_REQ_NONE)
        return failure;
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_SERVER_FIRST);
    if (scram.error != MS_SASL_OK)
        return MS_REQ_POP3_5802_5_1_01;
    x->flags |= X_SERVER_FIRST;
    x->joint_len = (uint16_t)scram.nonce.len;
    x->joint_hash = ms_pop3_hash_exact(scram.nonce);
    const bool continues = scram.nonce.len >= x->nonce_len &&
                           ms_pop3_hash_exact(ms_span_make(scram.nonce.ptr, x->nonce_len)) == x->nonce_hash;
    if (x->flags & X_CLIENT_FIRST && !continues)
        x->flags |= X_SERVER_NONCE;
    if (x->flags & X_CLIENT_FIRST && (!continues || scram.nonce.len == x->nonce_len))
        return MS_REQ_POP3_5802_5_1_02;
    const bool sha_1 = x->mechanism == MS_SASL_SCRAM_SHA_1 || x->mechanism == MS_SASL_SCRAM_SHA_1_PLUS;
    return sha_1 && scram.iterations < ITERATIONS_MIN ? MS_REQ_POP3_5802_5_1_05 : MS_REQ_NONE;
}

static uint16_t server_final(ms_pop3_exchange *x, ms_span message)
{
    const ms_sasl_scram scram = ms_sasl_scram_parse(message, MS_SCRAM_SERVER_FINAL);
    x->flags |= X_SERVER_FINAL;
    if (scram.error != MS_SASL_OK)
        return MS_REQ_POP3_5802_5_1_09;
    return ms_span_is_absent(scram.verifier) ? MS_REQ_NONE : final_must_fail(x);
}

uint16_t ms_pop3_server_message(const judge *j, ms_span base64)
{
    ms_pop3_exchange *x = &j->s->room->exchange;
    uint8_t buffer[MESSAGE_MAX];
    ms_span message;
    size_t wrong_at;
    const unsigned asked = x->flags & X_INITIAL ? 0 : 1; /* the empty challenge */
    if (!decode(base64, buffer, &message))
        return MS_REQ_NONE;
    if (x->mechanism == MS_SASL_CRAM_MD5 && x->challenges == 0)
        return ms_sasl_cram_md5_challenge_parse(message, &wrong_at) == MS_SASL_OK ? MS_REQ_NONE : MS_REQ_POP3_2195_2_01;
    if (is_scram(x->mechanism) && x->challenges == asked)
        return server_first(j, message);
    if (is_scram(x->mechanism) && x->challenges == asked + 1)
        return server_final(x, message);
    return MS_REQ_NONE;
}

uint16_t ms_pop3_success_forbidden(const judge *j)
{
    const ms_pop3_exchange *x = &j->s->room->exchange;
    if (x->mechanism == MS_SASL_PLAIN && (x->flags & (X_PLAIN_NULS | X_INITIAL_EMPTY)) != 0)
        return MS_REQ_POP3_SEC_sasl_03;
    if (x->flags & X_PLAIN_EMPTY)
        return MS_REQ_POP3_4616_2_04;
    if (x->flags & X_CRAM_WRONG)
        return MS_REQ_POP3_2195_2_04;
    if (!is_scram(x->mechanism))
        return MS_REQ_NONE;
    if ((x->flags & (X_FINAL | X_SERVER_FINAL)) == 0) /* told at the challenge, if there was one */
        return x->challenges > (x->flags & X_INITIAL ? 0 : 1) ? MS_REQ_NONE : first_must_fail(j);
    if (x->flags & X_SERVER_FINAL)
        return MS_REQ_NONE; /* told at the challenge */
    const uint16_t failure = final_must_fail(x);
    return failure != MS_REQ_NONE ? failure : MS_REQ_POP3_5034_4_22;
}
