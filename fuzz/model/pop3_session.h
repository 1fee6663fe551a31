/*
 * pop3_session.h - who may say what when in POP3, and what comes of it: RFC 1939 with RFC 2449, 2595, 5034 and 6856
 *
 * As smtp_session.h: commands stand in a queue until they are answered (RFC 2449 section 6.6), a response is judged by what
 * the session is, a command by all that it may be when its turn comes.
 */
#ifndef MAILSPEC_MODEL_POP3_SESSION_H
#define MAILSPEC_MODEL_POP3_SESSION_H

#include <stddef.h>

#include "session.h"

typedef enum pop3_state { POP3_AUTHORIZATION, POP3_TRANSACTION, POP3_UPDATE, POP3_TLS_NEXT, POP3_ENDED } pop3_state;

typedef enum pop3_verb {
    POP3_USER,
    POP3_PASS,
    POP3_APOP,
    POP3_STAT,
    POP3_LIST,
    POP3_RETR,
    POP3_DELE,
    POP3_NOOP,
    POP3_RSET,
    POP3_TOP,
    POP3_UIDL,
    POP3_QUIT,
    POP3_STLS,
    POP3_UTF8,
    POP3_LANG, /* number: 1 with a tag */
    POP3_CAPA,
    POP3_AUTH,
    POP3_AUTH_RESPONSE, /* a line of the client's in the exchange */
    POP3_VERBS
} pop3_verb;

enum { POP3_MESSAGES = 3, POP3_QUEUE = 16 };

typedef struct pop3_item {
    pop3_verb verb;
    uint32_t number;   /* of the message, 0 without one */
    bool one_step;     /* AUTH: one message completes the mechanism */
    sasl_text text;    /* AUTH: its initial response */
    const char *wrong; /* the requirements one of which its syntax breaks; NULL: it is in the grammar */
} pop3_item;

typedef enum pop3_indicator { POP3_POSITIVE, POP3_NEGATIVE, POP3_CONTINUES } pop3_indicator;

/* What the session is; of it there are several where responses are outstanding. */
typedef struct pop3_standing {
    pop3_state state;
    bool user_given; /* +OK answered USER, and no USER, PASS or APOP was refused since */
    bool user_last;  /* and nothing came since */
    bool utf8;       /* +OK answered UTF8 */
    bool deleted[POP3_MESSAGES + 1];
} pop3_standing;

typedef struct pop3_model {
    pop3_standing now;
    pop3_item queue[POP3_QUEUE];
    size_t queued;
    bool pipelining;     /* CAPA listed it */
    bool capa_refused;   /* -ERR answered CAPA: that it "MUST be announced in both states" is then another's rule */
    bool response_due;   /* "+ " was said */
    sasl_text challenge; /* with it */
    bool tls;
} pop3_model;

model_verdict pop3_model_client(const pop3_model *model, const pop3_item *item);
void pop3_model_say(pop3_model *model, const pop3_item *item);
model_verdict pop3_model_server(const pop3_model *model, pop3_indicator indicator, sasl_text challenge);
void pop3_model_reply(pop3_model *model, pop3_indicator indicator, sasl_text challenge);
/* Whether more is wrong than what one who closes without QUIT, or without an answer, does to himself. */
model_verdict pop3_model_client_closes(const pop3_model *model);
model_verdict pop3_model_server_closes(const pop3_model *model);
/* TLS has begun. */
void pop3_model_tls(pop3_model *model);

#endif
