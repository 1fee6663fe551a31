/*
 * sasl.h - the client's side of SASL exchanges: what to say next
 *
 * PLAIN (RFC 4616), LOGIN, CRAM-MD5 (RFC 2195), SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677), OAUTHBEARER
 * (RFC 7628), XOAUTH2; for the last two the password is the token.  Messages stand here without their base64.
 */
#ifndef MAILSPEC_HARNESS_PROBE_SASL_H
#define MAILSPEC_HARNESS_PROBE_SASL_H

#include <openssl/types.h>

#include "harness/probe/value.h"
#include "mailspec/sasl.h"

enum { PROBE_SCRAM_FINAL = 96 };

typedef struct probe_sasl {
    ms_sasl_mechanism mechanism;
    const char *user, *password;
    const char *host; /* OAUTHBEARER */
    unsigned port;
    char nonce[40];
    unsigned step;
    ms_span first_bare;                   /* SCRAM: client-first-message-bare, in the scope's arena */
    char server_final[PROBE_SCRAM_FINAL]; /* SCRAM: what proves that the server knows the password */
    bool proved;                          /* SCRAM: it came */
    bool is_twin;                         /* of value.h: made from another password, so that no proof fits */
} probe_sasl;

/* The best mechanism of a set of 1 << ms_sasl_mechanism; MS_SASL_OTHER if we know none of them. */
ms_sasl_mechanism probe_sasl_choose(uint32_t offered, bool encrypted);
bool probe_sasl_known(ms_sasl_mechanism mechanism);
bool probe_sasl_client_first(ms_sasl_mechanism mechanism);

void probe_sasl_init(probe_sasl *sasl, ms_sasl_mechanism mechanism, const char *user, const char *password);
/* A server that does not go on with our nonce, or whose proof is wrong, ends the exchange (RFC 5802 section 5.1).
 * The client's next message, in the scope's arena.  challenge: the server's last one, decoded; empty at the start. */
bool probe_sasl_next(probe_sasl *sasl, probe_scope *scope, ms_span challenge, ms_span *message);

/* SCRAM's client-final-message; header: the GS2 header that it repeats; nonce: the one that it repeats, absent: the
 * challenge's (RFC 5802 section 7).  server_final: room for
 * PROBE_SCRAM_FINAL octets, or NULL. */
bool probe_scram_final(probe_scope *scope, const EVP_MD *hash, ms_span password, ms_span first_bare, ms_span header,
                       ms_span nonce, ms_span challenge, ms_span *message, char *server_final);

/* The digest of APOP (RFC 1939 section 7): MD5 of timestamp and password, 32 hex digits and NUL. */
void probe_apop_digest(ms_span timestamp, const char *password, char out[33]);

#endif
