/* pop3_session.c - RFC 1939 sections 3 to 7, RFC 2595 section 4, RFC 6856 section 2; see session.h */
#include <stddef.h>

#include "session.h"

enum { IN_AUTHORIZATION = 1, IN_TRANSACTION = 2, IN_BOTH = 3 };

/* "may only be given in the … state" of each command's Restrictions (RFC 1939 sections 4 to 7); CAPA "is available in
 * both" (RFC 2449 section 5); STLS: "Only permitted in AUTHORIZATION state" (RFC 2595 section 4); UTF8: "Commands valid
 * in states: AUTHORIZATION" (RFC 6856 section 2). */
static unsigned states_of(pop3_verb verb)
{
    switch (verb) {
    case POP3_USER:
    case POP3_PASS:
    case POP3_APOP:
    case POP3_STLS:
    case POP3_UTF8:
        return IN_AUTHORIZATION;
    case POP3_STAT:
    case POP3_LIST:
    case POP3_RETR:
    case POP3_DELE:
    case POP3_NOOP:
    case POP3_RSET:
    case POP3_TOP:
    case POP3_UIDL:
        return IN_TRANSACTION;
    case POP3_QUIT:
    case POP3_CAPA:
    case POP3_VERBS:
        break;
    }
    return IN_BOTH;
}

static bool in_its_state(const pop3_model *model, pop3_verb verb)
{
    return (states_of(verb) & (model->state == POP3_TRANSACTION ? IN_TRANSACTION : IN_AUTHORIZATION)) != 0;
}

static bool is_message(const pop3_model *model, uint32_t number)
{
    return number >= 1 && number <= POP3_MESSAGES && !model->deleted[number];
}

model_judgement pop3_model_client(const pop3_model *model, pop3_verb verb, uint32_t number)
{
    if (!in_its_state(model, verb))
        return MODEL_FAULT;
    if (verb == POP3_PASS && !model->user_given)
        return MODEL_FAULT; /* "immediately after a successful USER command" (RFC 1939 section 7) */
    if (verb == POP3_PASS && !model->user_last)
        return MODEL_OPEN; /* not immediately: README.md */
    if ((verb == POP3_USER || verb == POP3_APOP) && model->user_given)
        return MODEL_OPEN; /* "after the POP3 greeting or after an unsuccessful USER or PASS command" */
    if (verb == POP3_STLS && model->utf8)
        return MODEL_FAULT; /* "MUST NOT issue the STLS command after issuing UTF8" (RFC 6856 section 2.1) */
    if (verb == POP3_STLS)
        return MODEL_OPEN; /* a second one may be refused; that it is wrong no one says (RFC 2595 section 4) */
    if (number != 0 && number <= POP3_MESSAGES && model->deleted[number])
        return MODEL_FAULT; /* "may NOT refer to a message marked as deleted" */
    if (number > POP3_MESSAGES)
        return MODEL_OPEN; /* the client may not know how many there are */
    return MODEL_FINE;
}

model_judgement pop3_model_server(const pop3_model *model, pop3_verb verb, uint32_t number, bool positive)
{
    const bool wrong_state = !in_its_state(model, verb);
    if (wrong_state) /* "A server MUST respond to a command issued when the session is in an incorrect state by
                        responding with a negative status indicator." (RFC 1939 section 3) */
        return positive ? MODEL_FAULT : MODEL_FINE;
    if (verb == POP3_PASS && !model->user_given)
        return positive ? MODEL_FAULT : MODEL_FINE;
    if (verb == POP3_PASS && !model->user_last)
        return MODEL_OPEN;
    if (verb == POP3_CAPA && model->capa_refused)
        return MODEL_OPEN;
    if (number > POP3_MESSAGES)
        return positive ? MODEL_OPEN : MODEL_FINE; /* who listens may not know how many there are */
    if (number != 0 && !is_message(model, number)) /* "-ERR no such message"; "Any future reference to the
                                                      message-number ... generates an error" (section 5, DELE) */
        return positive ? MODEL_FAULT : MODEL_FINE;
    if (positive)
        return (verb == POP3_USER || verb == POP3_APOP) && model->user_given ? MODEL_OPEN : MODEL_FINE;
    /* Of these, "Possible Responses" has +OK alone; an unwilling server is another matter. */
    if (verb == POP3_NOOP || verb == POP3_RSET || verb == POP3_QUIT || verb == POP3_STAT || verb == POP3_LIST ||
        verb == POP3_CAPA || verb == POP3_UIDL || verb == POP3_RETR || verb == POP3_DELE || verb == POP3_TOP ||
        verb == POP3_STLS || verb == POP3_UTF8)
        return MODEL_OPEN;
    return MODEL_FINE; /* a login may always fail */
}

void pop3_model_step(pop3_model *model, pop3_verb verb, uint32_t number, bool positive)
{
    model->user_last = verb == POP3_USER && positive && model->state == POP3_AUTHORIZATION;
    if (verb == POP3_USER || verb == POP3_PASS || verb == POP3_APOP)
        model->user_given = model->user_last;
    model->capa_refused = model->capa_refused || (verb == POP3_CAPA && !positive);
    if (!positive && verb != POP3_QUIT)
        return;
    switch (verb) {
    case POP3_PASS:
    case POP3_APOP:
        if (model->state == POP3_AUTHORIZATION)
            *model = (pop3_model){.state = POP3_TRANSACTION, .utf8 = model->utf8, .capa_refused = model->capa_refused};
        break;
    case POP3_DELE:
        if (model->state == POP3_TRANSACTION && number >= 1 && number <= POP3_MESSAGES)
            model->deleted[number] = true;
        break;
    case POP3_RSET: /* "If any messages have been marked as deleted by the POP3 server, they are unmarked." */
        for (size_t i = 0; i <= POP3_MESSAGES && model->state == POP3_TRANSACTION; i++)
            model->deleted[i] = false;
        break;
    case POP3_QUIT: /* RFC 1939 section 6; the -ERR of UPDATE means that messages stayed */
        if (model->state == POP3_TRANSACTION)
            model->state = POP3_UPDATE;
        else if (positive)
            model->state = POP3_ENDED;
        break;
    case POP3_STLS:
        if (model->state == POP3_AUTHORIZATION)
            model->state = POP3_TLS_NEXT;
        break;
    case POP3_UTF8:
        model->utf8 = model->utf8 || model->state == POP3_AUTHORIZATION;
        break;
    case POP3_USER:
    case POP3_STAT:
    case POP3_LIST:
    case POP3_RETR:
    case POP3_NOOP:
    case POP3_TOP:
    case POP3_UIDL:
    case POP3_CAPA:
    case POP3_VERBS:
        break;
    }
}
