/* sasl.c - see sasl.h */
#include "harness/probe/sasl.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mailspec/base64.h"

enum { ITERATIONS_MAX = 1000000, MESSAGE_MAX = 8192 };

/* In the order of preference: what needs the fewest steps comes first; passwords in clear go last without TLS. */
static const ms_sasl_mechanism preferred[] = {
    MS_SASL_PLAIN,       MS_SASL_LOGIN,       MS_SASL_CRAM_MD5, MS_SASL_SCRAM_SHA_256,
    MS_SASL_SCRAM_SHA_1, MS_SASL_OAUTHBEARER, MS_SASL_XOAUTH2,
};

enum { KNOWN = sizeof preferred / sizeof preferred[0] };

bool probe_sasl_known(ms_sasl_mechanism mechanism)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (preferred[i] == mechanism)
            return true;
    return false;
}

ms_sasl_mechanism probe_sasl_choose(uint32_t offered, bool encrypted)
{
    for (size_t i = 0; i < KNOWN; i++)
        if ((offered >> preferred[i] & 1) != 0 && (encrypted || !ms_sasl_plain_text(preferred[i])))
            return preferred[i];
    for (size_t i = 0; i < KNOWN; i++)
        if ((offered >> preferred[i] & 1) != 0)
            return preferred[i];
    return MS_SASL_OTHER;
}

bool probe_sasl_client_first(ms_sasl_mechanism mechanism)
{
    return mechanism != MS_SASL_LOGIN && mechanism != MS_SASL_CRAM_MD5;
}

void probe_sasl_init(probe_sasl *sasl, ms_sasl_mechanism mechanism, const char *user, const char *password)
{
    unsigned char random[16];
    memset(sasl, 0, sizeof *sasl);
    sasl->mechanism = mechanism;
    sasl->user = user;
    sasl->password = password;
    sasl->host = "localhost";
    if (RAND_bytes(random, sizeof random) != 1)
        memset(random, 7, sizeof random);
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(sasl->nonce + 2 * i, 3, "%02x", random[i]);
}

static bool say(probe_scope *scope, ms_span *message, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* As printf, "%c" of 0 included. */
static bool say(probe_scope *scope, ms_span *message, const char *format, ...)
{
    uint8_t *room = probe_scope_room(scope, MESSAGE_MAX);
    va_list arguments;
    if (room == NULL)
        return false;
    va_start(arguments, format);
    const int length = vsnprintf((char *)room, MESSAGE_MAX, format, arguments);
    va_end(arguments);
    *message = ms_span_make(room, length < 0 || length >= MESSAGE_MAX ? 0 : (size_t)length);
    return length >= 0 && length < MESSAGE_MAX;
}

static void hex(const uint8_t *octets, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", octets[i]);
}

static bool cram_md5(const probe_sasl *sasl, probe_scope *scope, ms_span challenge, ms_span *message)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    char digits[2 * EVP_MAX_MD_SIZE + 1] = "";
    if (HMAC(EVP_md5(), sasl->password, (int)strlen(sasl->password), challenge.ptr, challenge.len, digest, &length) ==
        NULL)
        return probe_scope_fail(scope, "HMAC-MD5 cannot be had from OpenSSL");
    hex(digest, length, digits);
    return say(scope, message, "%s %s", sasl->user, digits);
}

/* --- SCRAM ------------------------------------------------------------------------ */

/* "," and "=" in a user name are written =2C and =3D (RFC 5802 section 5.1). */
static void scram_name(const char *user, char *out, size_t room)
{
    size_t length = 0;
    for (; *user != '\0' && length + 4 < room; user++) {
        if (*user == ',' || *user == '=')
            length += (size_t)snprintf(out + length, 4, "=%s", *user == ',' ? "2C" : "3D");
        else
            out[length++] = *user;
    }
    out[length] = '\0';
}

static bool scram_first(probe_sasl *sasl, probe_scope *scope, ms_span *message)
{
    char name[512];
    scram_name(sasl->user, name, sizeof name);
    if (!say(scope, &sasl->first_bare, "n=%s,r=%s", name, sasl->nonce))
        return false;
    return say(scope, message, "n,,n=%s,r=%s", name, sasl->nonce);
}

typedef struct scram_keys {
    uint8_t client[EVP_MAX_MD_SIZE], stored[EVP_MAX_MD_SIZE], signature[EVP_MAX_MD_SIZE];
    uint8_t server[EVP_MAX_MD_SIZE]; /* ServerSignature */
    int size;
} scram_keys;

/* ClientProof := ClientKey XOR HMAC(H(ClientKey), AuthMessage), RFC 5802 section 3 */
static bool scram_keys_make(ms_span password, const EVP_MD *hash, ms_span salt, uint32_t iterations, ms_span message,
                            scram_keys *keys)
{
    uint8_t salted[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    static const uint8_t client_key[] = "Client Key";
    static const uint8_t server_key[] = "Server Key";
    uint8_t key[EVP_MAX_MD_SIZE];
    keys->size = EVP_MD_get_size(hash);
    return PKCS5_PBKDF2_HMAC((const char *)password.ptr, (int)password.len, salt.ptr, (int)salt.len, (int)iterations,
                             hash, keys->size, salted) == 1 &&
           HMAC(hash, salted, keys->size, client_key, sizeof client_key - 1, keys->client, &length) != NULL &&
           EVP_Digest(keys->client, (size_t)keys->size, keys->stored, &length, hash, NULL) == 1 &&
           HMAC(hash, keys->stored, keys->size, message.ptr, message.len, keys->signature, &length) != NULL &&
           HMAC(hash, salted, keys->size, server_key, sizeof server_key - 1, key, &length) != NULL &&
           HMAC(hash, key, keys->size, message.ptr, message.len, keys->server, &length) != NULL;
}

bool probe_scram_final(probe_scope *scope, const EVP_MD *hash, ms_span password, ms_span first_bare, ms_span header,
                       ms_span nonce, ms_span challenge, ms_span *message, char *server_final)
{
    const ms_sasl_scram server = ms_sasl_scram_parse(challenge, MS_SCRAM_SERVER_FIRST);
    uint8_t salt[1024];
    size_t salt_len = 0;
    size_t wrong_at;
    uint8_t binding[64] = {0};
    if (server.error != MS_SASL_OK || server.iterations == 0 || server.iterations > ITERATIONS_MAX ||
        server.salt.len / 4 * 3 > sizeof salt || !ms_base64_decode(server.salt, salt, &salt_len, &wrong_at))
        return probe_scope_fail(scope, "the server's first SCRAM message cannot be used");
    if (header.len / 3 * 4 + 4 >= sizeof binding)
        return probe_scope_fail(scope, "the SCRAM header is too long");
    ms_base64_encode(header, binding);
    ms_span bare;
    ms_span all;
    scram_keys keys;
    uint8_t proof[EVP_MAX_MD_SIZE / 3 * 4 + 8] = {0};
    if (ms_span_is_absent(nonce))
        nonce = server.nonce;
    if (!say(scope, &bare, "c=%s,r=%.*s", (const char *)binding, (int)nonce.len, (const char *)nonce.ptr) ||
        !say(scope, &all, "%.*s,%.*s,%.*s", (int)first_bare.len, (const char *)first_bare.ptr, (int)challenge.len,
             (const char *)challenge.ptr, (int)bare.len, (const char *)bare.ptr) ||
        !scram_keys_make(password, hash, ms_span_make(salt, salt_len), server.iterations, all, &keys))
        return probe_scope_fail(scope, "SCRAM cannot be computed");
    for (int i = 0; i < keys.size; i++)
        keys.client[i] ^= keys.signature[i];
    ms_base64_encode(ms_span_make(keys.client, (size_t)keys.size), proof);
    if (server_final != NULL) {
        memset(server_final, 0, PROBE_SCRAM_FINAL);
        memcpy(server_final, "v=", 2);
        ms_base64_encode(ms_span_make(keys.server, (size_t)keys.size), (uint8_t *)server_final + 2);
    }
    return say(scope, message, "%.*s,p=%s", (int)bare.len, (const char *)bare.ptr, (const char *)proof);
}

static bool scram_final(probe_sasl *sasl, probe_scope *scope, ms_span challenge, ms_span *message)
{
    const EVP_MD *hash = sasl->mechanism == MS_SASL_SCRAM_SHA_1 ? EVP_sha1() : EVP_sha256();
    const size_t own = strlen(sasl->nonce);
    const ms_sasl_scram server = ms_sasl_scram_parse(challenge, MS_SCRAM_SERVER_FIRST);
    if (server.error == MS_SASL_OK && (server.nonce.len <= own || memcmp(server.nonce.ptr, sasl->nonce, own) != 0))
        return probe_scope_fail(scope, "the server's SCRAM nonce does not begin with ours");
    return probe_scram_final(scope, hash, ms_span_make(sasl->password, strlen(sasl->password)), sasl->first_bare,
                             MS_SPAN("n,,"), ms_span_absent(), challenge, message, sasl->server_final);
}

static bool scram_proved(probe_sasl *sasl, probe_scope *scope, ms_span challenge)
{
    sasl->proved =
        challenge.len == strlen(sasl->server_final) && memcmp(challenge.ptr, sasl->server_final, challenge.len) == 0;
    return sasl->proved || sasl->is_twin || probe_scope_fail(scope, "the server's SCRAM proof is wrong");
}

/* --- all of them --------------------------------------------------------------------- */

bool probe_sasl_next(probe_sasl *sasl, probe_scope *scope, ms_span challenge, ms_span *message)
{
    const unsigned step = sasl->step++;
    const char nul = '\0';
    *message = MS_SPAN("");
    if (step > 3)
        return probe_scope_fail(scope, "the server sends more challenges than the mechanism has");
    switch (sasl->mechanism) {
    case MS_SASL_PLAIN:
        return step > 0 || say(scope, message, "%c%s%c%s", nul, sasl->user, nul, sasl->password);
    case MS_SASL_LOGIN:
        return say(scope, message, "%s", step == 0 ? sasl->user : sasl->password);
    case MS_SASL_CRAM_MD5:
        return cram_md5(sasl, scope, challenge, message);
    case MS_SASL_SCRAM_SHA_1:
    case MS_SASL_SCRAM_SHA_256:
        if (step < 2)
            return step == 0 ? scram_first(sasl, scope, message) : scram_final(sasl, scope, challenge, message);
        return scram_proved(sasl, scope, challenge); /* nothing is left to say */
    case MS_SASL_XOAUTH2:
        return step > 0 || say(scope, message, "user=%s\001auth=Bearer %s\001\001", sasl->user, sasl->password);
    case MS_SASL_OAUTHBEARER:
        if (step > 0)
            return say(scope, message, "\001"); /* RFC 7628 section 3.2.3: the answer to a refusal */
        return say(scope, message, "n,a=%s,\001host=%s\001port=%u\001auth=Bearer %s\001\001", sasl->user, sasl->host,
                   sasl->port, sasl->password);
    case MS_SASL_OTHER:
    case MS_SASL_DIGEST_MD5:
    case MS_SASL_SCRAM_SHA_1_PLUS:
    case MS_SASL_SCRAM_SHA_256_PLUS:
    case MS_SASL_EXTERNAL:
    case MS_SASL_ANONYMOUS:
    case MS_SASL_GSSAPI:
    case MS_SASL_NTLM:
    case MS_SASL_MECHANISM_COUNT:
        break;
    }
    return probe_scope_fail(scope, "the mechanism is not known here");
}

void probe_apop_digest(ms_span timestamp, const char *password, char out[33])
{
    uint8_t digest[EVP_MAX_MD_SIZE] = {0};
    unsigned length = 0;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context != NULL && EVP_DigestInit_ex(context, EVP_md5(), NULL) == 1 &&
        EVP_DigestUpdate(context, timestamp.ptr, timestamp.len) == 1 &&
        EVP_DigestUpdate(context, password, strlen(password)) == 1)
        EVP_DigestFinal_ex(context, digest, &length);
    EVP_MD_CTX_free(context);
    hex(digest, 16, out);
}
