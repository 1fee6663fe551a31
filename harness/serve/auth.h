/*
 * auth.h - the server's side of SASL: PLAIN, LOGIN, CRAM-MD5, SCRAM-SHA-256; and APOP
 *
 * base64 is undone before octets get here; SMTP and POP3 use the same exchanges.
 */
#ifndef MAILSPEC_HARNESS_SERVE_AUTH_H
#define MAILSPEC_HARNESS_SERVE_AUTH_H

#include "harness/serve/settings.h"
#include "mailspec/sasl.h"

typedef enum auth_status {
    AUTH_CHALLENGE, /* challenge is to be sent, a response to be awaited */
    AUTH_SUCCESS,   /* user is authenticated */
    AUTH_FAILED,    /* the credentials are wrong: all reasons look alike */
} auth_status;

enum { AUTH_TEXT_MAX = 1100 };

typedef struct auth_exchange {
    ms_sasl_mechanism mechanism;
    bool pop3;      /* else SMTP; only mutants care */
    int iterations; /* SCRAM */
    unsigned step;
    uint8_t challenge[AUTH_TEXT_MAX];
    size_t challenge_len;
    uint8_t first[AUTH_TEXT_MAX]; /* SCRAM: client-first-bare "," server-first, kept for the proof; LOGIN: the name */
    size_t first_len;
    char nonce[128]; /* SCRAM: the joint one */
    size_t header_len;
    uint8_t header[AUTH_TEXT_MAX]; /* SCRAM: GS2 header */
    uint8_t salt[16];
    int user; /* who it would be; -1: nobody */
} auth_exchange;

/* Mechanisms that this server takes up; plain: those that send the password, too. */
bool auth_offers(ms_sasl_mechanism mechanism, bool plain);

/* base64, which the parser has checked, undone into decoded, which has room for it; absent if text is. */
ms_span auth_decode(ms_span text, uint8_t *decoded);

/* Begin.  response: the initial one; absent without.  A response to a mechanism whose server speaks first must have
 * been refused before. */
auth_status auth_begin(auth_exchange *exchange, const serve_settings *settings, bool pop3, ms_sasl_mechanism mechanism,
                       ms_span response);
/* The response to the last challenge. */
auth_status auth_next(auth_exchange *exchange, const serve_settings *settings, ms_span response);

/* MD5 of timestamp and password, in hex (RFC 1939 section 7). */
void auth_apop_digest(const char *timestamp, const char *password, char out[33]);

/* Name and password are right. */
bool auth_password(const serve_settings *settings, ms_span name, ms_span password, int *user);
/* APOP. */
bool auth_apop(const serve_settings *settings, ms_span name, ms_span digest, const char *timestamp, int *user);

/* Octets that cannot be guessed, as hex digits; text has room for 2 * octets + 1. */
void auth_random_text(const serve_settings *settings, size_t octets, char *text);

#endif
