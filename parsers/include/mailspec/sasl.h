/*
 * sasl.h - the messages of SASL mechanisms, once base64 is decoded
 *
 * Syntax only: no hash is computed here.
 */
#ifndef MAILSPEC_SASL_H
#define MAILSPEC_SASL_H

#include "mailspec/export.h"
#include "mailspec/rule.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_sasl_mechanism {
    MS_SASL_OTHER,
    MS_SASL_PLAIN,
    MS_SASL_LOGIN,
    MS_SASL_CRAM_MD5,
    MS_SASL_DIGEST_MD5,
    MS_SASL_SCRAM_SHA_1,
    MS_SASL_SCRAM_SHA_1_PLUS,
    MS_SASL_SCRAM_SHA_256,
    MS_SASL_SCRAM_SHA_256_PLUS,
    MS_SASL_EXTERNAL,
    MS_SASL_ANONYMOUS,
    MS_SASL_XOAUTH2,
    MS_SASL_OAUTHBEARER,
    MS_SASL_GSSAPI,
    MS_SASL_NTLM,
    MS_SASL_MECHANISM_COUNT
} ms_sasl_mechanism;

typedef enum ms_sasl_error {
    MS_SASL_OK,
    MS_SASL_ERR_NAME,   /* mechanism name: 1 to 20 of A-Z 0-9 - _ (RFC 4422 section 3.1) */
    MS_SASL_ERR_BASE64, /* of a SCRAM attribute, or of the whole (found by the callers) */
    MS_SASL_ERR_PLAIN,  /* not [authzid] NUL authcid NUL passwd (RFC 4616 section 2) */
    MS_SASL_ERR_NUL,    /* more NULs than the message has places for */
    MS_SASL_ERR_UTF8,
    MS_SASL_ERR_EMPTY,          /* empty authcid or passwd */
    MS_SASL_ERR_CRAM,           /* not user SP 32 lower-case hex digits (RFC 2195 section 2) */
    MS_SASL_ERR_CRAM_CHALLENGE, /* not a msg-id */
    MS_SASL_ERR_SCRAM,          /* attribute out of place or malformed (RFC 5802 section 7) */
    MS_SASL_ERR_SCRAM_GS2,
    MS_SASL_ERR_SCRAM_NAME, /* "=" other than =2C =3D */
    MS_SASL_ERR_SCRAM_NONCE,
    MS_SASL_ERR_SCRAM_EXTENSION, /* m= */
    MS_SASL_ERR_COUNT
} ms_sasl_error;

/* Name, text and requirement, the latter of SMTP's register.  Out of range gives the row of MS_SASL_OK. */
MS_API const ms_rule *ms_sasl_error_rule(ms_sasl_error error);
/* The same with the requirement of POP3's register. */
MS_API const ms_rule *ms_sasl_error_rule_pop3(ms_sasl_error error);

/* Name by RFC 4422 section 3.1, letter case not significant for recognition (RFC 4954 section 8, RFC 5034
 * section 5); *valid tells whether it obeys the syntax (upper case). */
MS_API ms_sasl_mechanism ms_sasl_mechanism_parse(ms_span name, bool *valid);
/* The registered name; "" for MS_SASL_OTHER and what is out of range. */
MS_API const char *ms_sasl_mechanism_name(ms_sasl_mechanism mechanism);

/* Known to begin with the client's data: without an initial response the server sends an empty challenge first. */
MS_API bool ms_sasl_client_first(ms_sasl_mechanism mechanism);
/* Known to begin with the server's challenge: an initial response is an error (RFC 4954 section 4).  Of LOGIN, which
 * no RFC describes, and of MS_SASL_OTHER neither is known. */
MS_API bool ms_sasl_server_first(ms_sasl_mechanism mechanism);
/* Sends the password itself. */
MS_API bool ms_sasl_plain_text(ms_sasl_mechanism mechanism);

MS_STATIC_ASSERT(MS_SASL_MECHANISM_COUNT <= 32, "a set of mechanisms has 32 bits");

/* In all results below, error_at is the offset of the first wrong octet, the message's length where it ended too
 * early.  Spans behind the error are absent. */

typedef struct ms_sasl_plain {
    ms_sasl_error error;
    size_t error_at;
    ms_span authzid; /* present and empty when none was given */
    ms_span authcid;
    ms_span password;
} ms_sasl_plain;
MS_API ms_sasl_plain ms_sasl_plain_parse(ms_span message);
/* Into out (room for all three plus 2); 0 when one holds NUL or authcid/password is empty. */
MS_API size_t ms_sasl_plain_write(ms_span authzid, ms_span authcid, ms_span password, uint8_t *out);

/* A response of CRAM-MD5.  A user name may hold spaces: the last one separates. */
typedef struct ms_sasl_cram_md5 {
    ms_sasl_error error;
    size_t error_at;
    ms_span user;
    ms_span digest;
} ms_sasl_cram_md5;
MS_API ms_sasl_cram_md5 ms_sasl_cram_md5_parse(ms_span message);
/* "<" addr-spec ">" of RFC 822 section 6.1, without comments and folding. */
MS_API ms_sasl_error ms_sasl_cram_md5_challenge_parse(ms_span challenge, size_t *error_at);

/* SCRAM (RFC 5802 section 7; with SHA-256 RFC 7677).  Unknown optional extensions are skipped (section 5.1). */
typedef enum ms_sasl_scram_step {
    MS_SCRAM_CLIENT_FIRST,
    MS_SCRAM_SERVER_FIRST,
    MS_SCRAM_CLIENT_FINAL,
    MS_SCRAM_SERVER_FINAL,
} ms_sasl_scram_step;
typedef struct ms_sasl_scram {
    ms_sasl_error error;
    size_t error_at;
    ms_span gs2_header;      /* client-first: "n,," … with its last comma */
    ms_span authzid;         /* client-first, a=; still encoded */
    ms_span user;            /* client-first, n=; still encoded */
    ms_span nonce;           /* r= */
    ms_span salt;            /* server-first, s=, base64 */
    uint32_t iterations;     /* server-first, i=; UINT32_MAX for all that is more */
    ms_span channel_binding; /* client-final, c=, base64 */
    ms_span proof;           /* client-final, p=, base64 */
    ms_span verifier;        /* server-final, v=, base64 */
    ms_span server_error;    /* server-final, e= */
} ms_sasl_scram;
MS_API ms_sasl_scram ms_sasl_scram_parse(ms_span message, ms_sasl_scram_step step);

#ifdef __cplusplus
}
#endif

#endif
