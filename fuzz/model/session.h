/*
 * session.h - who may say what when, and what comes of it: RFC 1939's and RFC 5321's rules of order
 *
 * One command and its answer at a time.  The model says FINE or FAULT where the RFC leaves no doubt (a MUST, a "may only
 * be given"), and UNDECIDED elsewhere.
 */
#ifndef MAILSPEC_MODEL_SESSION_H
#define MAILSPEC_MODEL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

typedef enum model_judgement { MODEL_FINE, MODEL_FAULT, MODEL_OPEN } model_judgement;

/* ids: the requirements one of which is broken, with spaces between, where the judgement is MODEL_FAULT.
 * open: whether more is wrong is not said. */
typedef struct model_verdict {
    model_judgement judgement;
    const char *ids, *more_ids;
    bool open;
} model_verdict;

/* --- POP3 ------------------------------------------------------------------------------------------------------- */

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
    POP3_CAPA,
    POP3_VERBS
} pop3_verb;

enum { POP3_MESSAGES = 3 };

typedef struct pop3_model {
    pop3_state state;
    bool user_given;   /* +OK answered USER, and no USER, PASS or APOP was refused since */
    bool user_last;    /* and nothing came since */
    bool utf8;         /* +OK answered UTF8 */
    bool capa_refused; /* -ERR answered CAPA: that it "MUST be announced in both states" is then another's rule */
    bool deleted[POP3_MESSAGES + 1];
} pop3_model;

/* number: of the message, 0 without one. */
model_judgement pop3_model_client(const pop3_model *model, pop3_verb verb, uint32_t number);
model_judgement pop3_model_server(const pop3_model *model, pop3_verb verb, uint32_t number, bool positive);
void pop3_model_step(pop3_model *model, pop3_verb verb, uint32_t number, bool positive);

#endif
