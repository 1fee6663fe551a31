/*
 * exchange.h - a dialogue as pairs of command and reply, for comparing two recordings of it
 */
#ifndef MAILSPEC_HARNESS_REPLAY_EXCHANGE_H
#define MAILSPEC_HARNESS_REPLAY_EXCHANGE_H

#include "mailspec/span.h"

typedef struct replay_exchange {
    char *command;       /* escaped; "(connection)" for the greeting, "(end of data)" */
    char *reply;         /* "250", "+OK" …; NULL: it never came */
    char **capabilities; /* lines of an EHLO or CAPA reply, sorted */
    size_t capability_count;
    unsigned connection;
    uint32_t line; /* of the recording, where the command stands; 0: not known */
} replay_exchange;

typedef struct replay_exchanges {
    replay_exchange *items;
    size_t count, room;
    size_t answered; /* all before this one have their reply */
} replay_exchanges;

/* A command was sent, or what is answered like one. */
void replay_exchange_sent(replay_exchanges *exchanges, unsigned connection, uint32_t line, ms_span command);
/* The reply to the oldest one without; only its class matters to a comparison, but all of it is kept. */
void replay_exchange_answered(replay_exchanges *exchanges, unsigned connection, const char *reply);
/* A line of capabilities in the reply that is being read. */
void replay_exchange_capability(replay_exchanges *exchanges, unsigned connection, ms_span line);
void replay_exchanges_free(replay_exchanges *exchanges);

#endif
