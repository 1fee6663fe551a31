/* auth.c - see auth.h; hashes by OpenSSL */
#include "harness/serve/auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "mailspec/base64.h"

enum { SHA256_LEN = 32, MD5_LEN = 16, ITERATIONS = 4096 /* RFC 7677 section 4: at least so many */ };

ms_span auth_decode(ms_span text, uint8_t *decoded)
{
    size_t written = 0, wrong = 0;
    if (ms_span_is_absent(text))
        return text;
    ms_base64_decode(text, decoded, &written, &wrong);
    return ms_span_make(decoded, written);
}

bool auth_offers(ms_sasl_mechanism mechanism, bool plain)
{
    switch (mechanism) {
    case MS_SASL_PLAIN:
    case MS_SASL_LOGIN:
        return plain;
    case MS_SASL_CRAM_MD5:
    case MS_SASL_SCRAM_SHA_256:
        return true;
    default:
        return false;
    }
}

void auth_random_text(const serve_settings *settings, size_t octets, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < octets; i++) {
        uint8_t octet;
        settings->random(&octet, 1);
        *text++ = digits[octet >> 4];
        *text++ = digits[octet & 15];
    }
    *text = '\0';
}

/* A rule that both protocols have is broken by a mutant of each. */
static bool breaks(const auth_exchange *exchange, const serve_settings *settings, serve_mutant smtp, serve_mutant pop3)
{
    return mutant_is(settings, exchange->pop3 ? pop3 : smtp);
}

/* --- hashes --------------------------------------------------------------------------------- */

static void hex(const uint8_t *octets, size_t len, char *out)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

static void hmac(const EVP_MD *hash, ms_span key, ms_span text, uint8_t *out)
{
    unsigned len = 0;
    HMAC(hash, key.ptr, (int)key.len, text.ptr, text.len, out, &len);
}

static ms_span password_of(const serve_settings *settings, int user)
{
    /* nobody's password takes as long to check as somebody's */
    const char *password = user < 0 ? "\x01" : store_password(settings->store, user);
    return ms_span_make(password, strlen(password));
}

static bool equal(ms_span a, ms_span b)
{
    return a.len == b.len && CRYPTO_memcmp(a.ptr, b.ptr, a.len) == 0;
}

bool auth_password(const serve_settings *settings, ms_span name, ms_span password, int *user)
{
    *user = store_find(settings->store, name);
    const bool right = equal(password_of(settings, *user), password);
    return *user >= 0 && right;
}

void auth_apop_digest(const char *timestamp, const char *password, char out[33])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_md5(), NULL);
    EVP_DigestUpdate(context, timestamp, strlen(timestamp));
    EVP_DigestUpdate(context, password, strlen(password));
    EVP_DigestFinal_ex(context, digest, &len);
    EVP_MD_CTX_free(context);
    hex(digest, MD5_LEN, out);
}

/* Both in lower case: RFC 1939 section 7 and RFC 2195 section 2 ask for it, and capitals are let pass. */
static bool same_digest(ms_span given, const char *right)
{
    uint8_t lower[33] = {0};
    if (given.len != strlen(right) || given.len >= sizeof lower)
        return false;
    for (size_t i = 0; i < given.len; i++)
        lower[i] = given.ptr[i] >= 'A' && given.ptr[i] <= 'F' ? (uint8_t)(given.ptr[i] + 'a' - 'A') : given.ptr[i];
    return CRYPTO_memcmp(lower, right, given.len) == 0;
}

bool auth_apop(const serve_settings *settings, ms_span name, ms_span digest, const char *timestamp, int *user)
{
    char right[33];
    *user = store_find(settings->store, name);
    auth_apop_digest(timestamp, (const char *)password_of(settings, *user).ptr, right);
    return same_digest(digest, right) && *user >= 0;
}

/* --- PLAIN and LOGIN (RFC 4616; LOGIN was never an RFC) --------------------------------------- */

static auth_status challenge(auth_exchange *exchange, const char *text)
{
    exchange->challenge_len = strlen(text);
    memcpy(exchange->challenge, text, exchange->challenge_len);
    exchange->step++;
    return AUTH_CHALLENGE;
}

/* [authzid] NUL authcid NUL passwd (RFC 4616 section 2), as a mutant reads what is not. */
static ms_sasl_plain read_plain(const auth_exchange *exchange, const serve_settings *settings, ms_span message)
{
    const uint8_t *at = message.ptr;
    const uint8_t *const end = message.ptr + message.len;
    const uint8_t *first = message.len == 0 ? NULL : memchr(at, '\0', message.len);
    const uint8_t *second = first == NULL ? NULL : memchr(first + 1, '\0', (size_t)(end - first - 1));
    const uint8_t *third = second == NULL ? NULL : memchr(second + 1, '\0', (size_t)(end - second - 1));
    if (third != NULL && breaks(exchange, settings, MUTANT_SMTP_AUTH_THREE_NULS, MUTANT_POP3_AUTH_THREE_NULS))
        message.len = (size_t)(third - message.ptr);
    ms_sasl_plain plain = ms_sasl_plain_parse(message);
    if (first != NULL && second == NULL && !exchange->pop3 && mutant_is(settings, MUTANT_SMTP_AUTH_ONE_NUL)) {
        plain.error = MS_SASL_OK;
        plain.authzid = MS_SPAN("");
        plain.authcid = ms_span_make(at, (size_t)(first - at));
        plain.password = ms_span_make(first + 1, (size_t)(end - first - 1));
    }
    return plain;
}

static auth_status check_plain(auth_exchange *exchange, const serve_settings *settings, ms_span message)
{
    const ms_sasl_plain plain = read_plain(exchange, settings, message);
    if (plain.error != MS_SASL_OK)
        return AUTH_FAILED;
    const bool right =
        auth_password(settings, plain.authcid, plain.password, &exchange->user) ||
        (breaks(exchange, settings, MUTANT_SMTP_AUTH_ANY_PASSWORD, MUTANT_POP3_AUTH_ANY) && exchange->user >= 0);
    /* nobody may act for another */
    bool own = plain.authzid.len == 0 || store_find(settings->store, plain.authzid) == exchange->user;
    if (breaks(exchange, settings, MUTANT_SMTP_AUTH_AUTHZID, MUTANT_POP3_AUTH_AUTHZID))
        own = true;
    if (breaks(exchange, settings, MUTANT_SMTP_AUTH_OWN_AUTHZID, MUTANT_POP3_AUTH_OWN_AUTHZID))
        own = plain.authzid.len == 0;
    return right && own ? AUTH_SUCCESS : AUTH_FAILED;
}

static auth_status next_login(auth_exchange *exchange, const serve_settings *settings, ms_span response)
{
    if (exchange->step == 1) {
        if (response.len > sizeof exchange->first)
            return AUTH_FAILED;
        if (response.len > 0)
            memcpy(exchange->first, response.ptr, response.len);
        exchange->first_len = response.len;
        return challenge(exchange, "Password:");
    }
    const ms_span name = ms_span_make(exchange->first, exchange->first_len);
    return auth_password(settings, name, response, &exchange->user) ? AUTH_SUCCESS : AUTH_FAILED;
}

/* --- CRAM-MD5 (RFC 2195 section 2) -------------------------------------------------------------- */

static auth_status begin_cram(auth_exchange *exchange, const serve_settings *settings)
{
    char random[33], text[400];
    auth_random_text(settings, 16, random);
    snprintf(text, sizeof text, "<%s.%lld@%s>", random, (long long)settings->clock(), settings->host_name);
    if (breaks(exchange, settings, MUTANT_SMTP_CRAM_SAME, MUTANT_POP3_CRAM_SAME))
        snprintf(text, sizeof text, "<1896.697170952@%s>", settings->host_name);
    if (breaks(exchange, settings, MUTANT_SMTP_CRAM_FORM, MUTANT_POP3_CRAM_FORM))
        snprintf(text, sizeof text, "%s", random);
    return challenge(exchange, text);
}

static auth_status check_cram(auth_exchange *exchange, const serve_settings *settings, ms_span response)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    char right[33];
    const ms_sasl_cram_md5 cram = ms_sasl_cram_md5_parse(response);
    if (cram.error != MS_SASL_OK)
        return AUTH_FAILED;
    exchange->user = store_find(settings->store, cram.user);
    hmac(EVP_md5(), password_of(settings, exchange->user), ms_span_make(exchange->challenge, exchange->challenge_len),
         digest);
    hex(digest, MD5_LEN, right);
    const bool any = breaks(exchange, settings, MUTANT_SMTP_CRAM_ANY, MUTANT_POP3_CRAM_ANY);
    return (any || same_digest(cram.digest, right)) && exchange->user >= 0 ? AUTH_SUCCESS : AUTH_FAILED;
}

/* --- SCRAM-SHA-256 (RFC 5802, RFC 7677) ----------------------------------------------------------- */

/* saslname: "=2C" and "=3D" stand for "," and "=". */
static size_t decode_name(ms_span name, uint8_t *out)
{
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        const bool coded = name.ptr[i] == '=' && i + 2 < name.len;
        out[len++] = !coded ? name.ptr[i] : name.ptr[i + 1] == '2' ? ',' : '=';
        i += coded ? 2 : 0;
    }
    return len;
}

static void append(auth_exchange *exchange, ms_span more)
{
    memcpy(exchange->first + exchange->first_len, more.ptr, more.len);
    exchange->first_len += more.len;
}

/* The salt of a name: always the same one, also of names that do not exist. */
static void salt_of(const serve_settings *settings, auth_exchange *exchange, ms_span name)
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    hmac(EVP_sha256(), ms_span_make(settings->secret, sizeof settings->secret), name, hash);
    memcpy(exchange->salt, hash, sizeof exchange->salt);
}

static auth_status scram_first(auth_exchange *exchange, const serve_settings *settings, ms_span message)
{
    uint8_t name[256];
    char own[33], text[AUTH_TEXT_MAX];
    uint8_t salt[32];
    const ms_sasl_scram first = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FIRST);
    /* no channel binding is offered: "p" cannot be met, "y" and "n" are right (RFC 5802 section 6) */
    if (first.error != MS_SASL_OK || first.gs2_header.ptr[0] == 'p' || first.user.len > sizeof name ||
        first.nonce.len > 64 || message.len > 600)
        return AUTH_FAILED;
    const ms_span user = ms_span_make(name, decode_name(first.user, name));
    exchange->user = store_find(settings->store, user);
    if (!ms_span_is_absent(first.authzid) && first.authzid.len > 0 &&
        store_find(settings->store, first.authzid) != exchange->user)
        exchange->user = -1;
    salt_of(settings, exchange, user);
    exchange->header_len = first.gs2_header.len;
    memcpy(exchange->header, first.gs2_header.ptr, first.gs2_header.len);
    auth_random_text(settings, 16, own);
    const bool alone = breaks(exchange, settings, MUTANT_SMTP_SCRAM_NONCE, MUTANT_POP3_SCRAM_NONCE);
    snprintf(exchange->nonce, sizeof exchange->nonce, "%.*s%s", alone ? 0 : (int)first.nonce.len,
             (const char *)first.nonce.ptr, own);
    if (breaks(exchange, settings, MUTANT_SMTP_SCRAM_ITERATIONS, MUTANT_POP3_SCRAM_ITERATIONS))
        exchange->iterations = 1000;
    const size_t salt_len = ms_base64_encode(ms_span_make(exchange->salt, sizeof exchange->salt), salt);
    snprintf(text, sizeof text, "r=%s,s=%.*s,i=%d", exchange->nonce, (int)salt_len, (const char *)salt,
             exchange->iterations);
    append(exchange, ms_span_make(message.ptr + first.gs2_header.len, message.len - first.gs2_header.len));
    append(exchange, MS_SPAN(","));
    append(exchange, ms_span_make(text, strlen(text)));
    return challenge(exchange, text);
}

/* c= is the GS2 header of the first message in base64, and nothing else (RFC 5802 section 6). */
static bool binding_is_right(const auth_exchange *exchange, ms_span binding)
{
    uint8_t right[AUTH_TEXT_MAX * 2];
    const size_t len = ms_base64_encode(ms_span_make(exchange->header, exchange->header_len), right);
    return equal(binding, ms_span_make(right, len));
}

static auth_status scram_final(auth_exchange *exchange, const serve_settings *settings, ms_span message)
{
    uint8_t salted[SHA256_LEN], client_key[SHA256_LEN], stored_key[SHA256_LEN], signature[SHA256_LEN];
    uint8_t proof[AUTH_TEXT_MAX], verifier[64];
    size_t proof_len = 0, wrong = 0;
    char text[80];
    const ms_sasl_scram final = ms_sasl_scram_parse(message, MS_SCRAM_CLIENT_FINAL);
    const bool any_binding = breaks(exchange, settings, MUTANT_SMTP_SCRAM_BINDING, MUTANT_POP3_SCRAM_HEADER);
    const bool any_nonce = breaks(exchange, settings, MUTANT_SMTP_SCRAM_ANY_NONCE, MUTANT_POP3_SCRAM_ANY_NONCE);
    const bool any_proof = !exchange->pop3 && mutant_is(settings, MUTANT_SMTP_SCRAM_ANY);
    if (final.error != MS_SASL_OK || message.len > 900 ||
        !(any_nonce || equal(final.nonce, ms_span_make(exchange->nonce, strlen(exchange->nonce)))) ||
        !(any_binding || binding_is_right(exchange, final.channel_binding)) ||
        !ms_base64_decode(final.proof, proof, &proof_len, &wrong) || proof_len != SHA256_LEN)
        return AUTH_FAILED;
    /* AuthMessage = client-first-message-bare "," server-first-message "," client-final-message-without-proof */
    append(exchange, MS_SPAN(","));
    append(exchange, ms_span_make(message.ptr, (size_t)(final.proof.ptr - message.ptr) - (sizeof ",p=" - 1)));
    const ms_span password = password_of(settings, exchange->user);
    const ms_span auth_message = ms_span_make(exchange->first, exchange->first_len);
    const ms_span key = ms_span_make(salted, SHA256_LEN);
    PKCS5_PBKDF2_HMAC((const char *)password.ptr, (int)password.len, exchange->salt, sizeof exchange->salt,
                      exchange->iterations, EVP_sha256(), SHA256_LEN, salted);
    hmac(EVP_sha256(), key, MS_SPAN("Client Key"), client_key);
    EVP_Digest(client_key, SHA256_LEN, stored_key, NULL, EVP_sha256(), NULL);
    hmac(EVP_sha256(), ms_span_make(stored_key, SHA256_LEN), auth_message, signature);
    for (size_t i = 0; i < SHA256_LEN; i++)
        proof[i] ^= signature[i];
    if (exchange->user < 0 || (!any_proof && CRYPTO_memcmp(proof, client_key, SHA256_LEN) != 0))
        return AUTH_FAILED;
    hmac(EVP_sha256(), key, MS_SPAN("Server Key"), client_key);
    hmac(EVP_sha256(), ms_span_make(client_key, SHA256_LEN), auth_message, signature);
    const size_t len = ms_base64_encode(ms_span_make(signature, SHA256_LEN), verifier);
    snprintf(text, sizeof text, "v=%.*s", (int)len, (const char *)verifier);
    return challenge(exchange, text);
}

static auth_status next_scram(auth_exchange *exchange, const serve_settings *settings, ms_span response)
{
    switch (exchange->step) {
    case 1:
        return scram_first(exchange, settings, response);
    case 2:
        return scram_final(exchange, settings, response);
    default:
        /* the answer to the server's proof is empty (RFC 4954 section 4, RFC 5034 section 4) */
        return response.len == 0 ? AUTH_SUCCESS : AUTH_FAILED;
    }
}

/* --- all of them ------------------------------------------------------------------------------- */

auth_status auth_next(auth_exchange *exchange, const serve_settings *settings, ms_span response)
{
    switch (exchange->mechanism) {
    case MS_SASL_PLAIN:
        return check_plain(exchange, settings, response);
    case MS_SASL_LOGIN:
        return next_login(exchange, settings, response);
    case MS_SASL_CRAM_MD5:
        return check_cram(exchange, settings, response);
    case MS_SASL_SCRAM_SHA_256:
        return next_scram(exchange, settings, response);
    default:
        return AUTH_FAILED;
    }
}

auth_status auth_begin(auth_exchange *exchange, const serve_settings *settings, bool pop3, ms_sasl_mechanism mechanism,
                       ms_span response)
{
    memset(exchange, 0, sizeof *exchange);
    exchange->pop3 = pop3;
    exchange->mechanism = mechanism;
    exchange->user = -1;
    exchange->iterations = ITERATIONS;
    if (mechanism == MS_SASL_CRAM_MD5)
        return begin_cram(exchange, settings);
    if (ms_span_is_absent(response))
        return challenge(exchange, mechanism == MS_SASL_LOGIN ? "Username:" : "");
    exchange->step = 1;
    return auth_next(exchange, settings, response);
}
