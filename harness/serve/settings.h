/*
 * settings.h - what all connections of one server share
 */
#ifndef MAILSPEC_HARNESS_SERVE_SETTINGS_H
#define MAILSPEC_HARNESS_SERVE_SETTINGS_H

#include "harness/serve/data_mutant.h"
#include "harness/serve/mutant.h"
#include "harness/serve/octets.h"
#include "harness/serve/store.h"

typedef struct serve_settings {
    store *store;
    serve_mutant mutant;
    const data_mutant *data; /* instead of it; NULL: none */
    const char *host_name;   /* of greetings and trace fields */
    const char *domain;      /* whose mail is delivered here; mail to host_name's, too */
    uint64_t size_limit;     /* octets of a message (RFC 1870) */
    uint32_t recipients_max;
    bool tls;           /* STARTTLS and STLS can be offered */
    bool plain_auth;    /* PLAIN and LOGIN in clear text, too */
    bool require_tls;   /* nothing but TLS is taken up in clear text */
    bool refuses;       /* SMTP: there is no mail service for anybody (RFC 5321 section 3.1) */
    bool one_login;     /* POP3: who may log in by USER and PASS may not by APOP (RFC 1939 section 13) */
    uint8_t secret[32]; /* what the salts of SCRAM are made of */
    /* Where time and chance come from, so that a fuzzer can fix both. */
    int64_t (*clock)(void); /* seconds since 1970 */
    void (*random)(uint8_t *out, size_t len);
} serve_settings;

/* The defaults, the real clock and the real chance; store is the caller's. */
serve_settings serve_settings_default(store *s);

/* The one place where a mutant is asked for. */
static inline bool mutant_is(const serve_settings *settings, serve_mutant mutant)
{
    return settings->mutant == mutant;
}

/* What a server wants done before it takes the next octets. */
typedef enum serve_wish {
    SERVE_INPUT, /* more octets of the client */
    SERVE_AGAIN, /* write what there is, then call again */
    SERVE_TLS,   /* write what there is, then the handshake */
    SERVE_CLOSE, /* write what there is, then close */
} serve_wish;

typedef struct serve_taken {
    size_t consumed; /* octets to drop from the front of the input */
    serve_wish wish;
} serve_taken;

/* Who is at the other end. */
typedef struct serve_peer {
    char client[64]; /* address literal without brackets: 127.0.0.1, IPv6:::1 */
    char server[64]; /* likewise our side's */
} serve_peer;

/* Room that the input needs for any one line to be read (RFC 4954 section 4: 12288 octets). */
enum { SERVE_INPUT_ROOM = 16384 };

#endif
