/*
 * prologue.h - the way from a new connection to the state in which a case starts
 */
#ifndef MAILSPEC_HARNESS_PROBE_PROLOGUE_H
#define MAILSPEC_HARNESS_PROBE_PROLOGUE_H

#include "harness/probe/endpoint.h"

typedef enum probe_reached {
    PROBE_REACHED,
    PROBE_REACHED_LATER,   /* not now: 421, 4yz, too many connections; nothing is proved */
    PROBE_REACHED_NOWHERE, /* nobody listens, or no connection can be made */
    PROBE_REACHED_NOT,     /* refused: the case cannot start */
} probe_reached;

typedef struct probe_prologue {
    const probe_endpoint *endpoint;
    probe_peer *peer;
    bool second;       /* the second account */
    bool prove;        /* a login by SCRAM counts only with the server's own proof (RFC 5802 section 5) */
    bool wants_tls;    /* SMTP: EHLO and the states behind it are reached in TLS */
    bool utf8;         /* POP3: UTF8 before the login, where it is offered */
    probe_offer offer; /* what was offered in the state reached */
    char why[PROBE_WHY_MAX];
} probe_prologue;

probe_reached probe_prologue_run(probe_prologue *prologue, mst_state state);

/* Single steps, for the survey; each gives what probe_prologue_run does. */
probe_reached probe_prologue_open(probe_prologue *prologue);
probe_reached probe_prologue_greeting(probe_prologue *prologue, probe_reply *reply);
probe_reached probe_prologue_hello(probe_prologue *prologue, mst_arena *arena); /* EHLO, LHLO; CAPA */
probe_reached probe_prologue_tls(probe_prologue *prologue);
probe_reached probe_prologue_login(probe_prologue *prologue);

/* "550 5.1.1 no such user", for a reason, secrets taken out; a reply that is none says what came. */
void probe_reply_quote(probe_scope *scope, const probe_reply *reply, char *out, size_t room);
/* Say a line, take its reply. */
probe_came probe_ask(probe_peer *peer, const char *line, probe_reply *reply);

#endif
