/* smtp_session.c - RFC 5321 sections 3.1, 4.1.1, 4.1.4 and 4.3.2, RFC 3207 section 4, RFC 4954 section 4; see session.h */
#include "session.h"

#include <stddef.h>

static bool in_transaction(const smtp_model *model)
{
    return model->phase == SMTP_SENDER || model->phase == SMTP_RECIPIENT;
}

model_judgement smtp_model_client(const smtp_model *model, smtp_verb verb)
{
    switch (verb) {
    case SMTP_EHLO:
    case SMTP_HELO:
    case SMTP_QUIT:
        return MODEL_FINE;
    case SMTP_RSET:
    case SMTP_NOOP:
    case SMTP_VRFY:
    case SMTP_EXPN:
    case SMTP_HELP: /* "can be used at any time"; "clients SHOULD open a session with EHLO before" (section 4.1.4) */
        return model->phase == SMTP_GREETED ? MODEL_OPEN : MODEL_FINE;
    case SMTP_MAIL: /* "MUST first be initialized by the use of the EHLO command"; "MUST NOT be sent if a mail
                       transaction is already open" (section 4.1.4) */
        if (model->phase == SMTP_GREETED && model->greeting_refused)
            return MODEL_OPEN;
        return model->phase == SMTP_READY ? MODEL_FINE : MODEL_FAULT;
    case SMTP_RCPT: /* "one or more RCPT commands, and a DATA command, in that order": the duty that is spelled out is the
                       server's, to answer 503 */
        return in_transaction(model) ? MODEL_FINE : MODEL_OPEN;
    case SMTP_DATA_COMMAND:
        return model->phase == SMTP_RECIPIENT ? MODEL_FINE : MODEL_OPEN;
    case SMTP_END_OF_DATA:
        return model->phase == SMTP_DATA ? MODEL_FINE : MODEL_FAULT;
    case SMTP_STARTTLS: /* "MUST NOT attempt to start a TLS session if a TLS session is already active" (RFC 3207 section
                           4.2); that the client may not try what was not offered is said of parameters only (RFC 5321
                           section 4.1.1.3) */
        if (model->tls)
            return MODEL_FAULT;
        return !model->offers_starttls || in_transaction(model) ? MODEL_OPEN : MODEL_FINE;
    case SMTP_AUTH: /* "no more AUTH commands may be issued in the same session"; "not permitted during a mail
                       transaction" (RFC 4954 section 4) */
        if (model->authenticated || in_transaction(model))
            return MODEL_OPEN; /* README.md */
        return model->offers_auth ? MODEL_FINE : MODEL_OPEN;
    case SMTP_VERBS:
        break;
    }
    return MODEL_OPEN;
}

/* RFC 5321 section 4.3.2, and each extension's own; "S" and "I" first. */
static const struct {
    smtp_verb verb;
    uint16_t codes[16];
} sequences[] = {
    {SMTP_EHLO, {250, 504, 550}}, /* 502: "only with an old-style server" */
    {SMTP_HELO, {250, 504, 550}},
    {SMTP_MAIL, {250, 552, 451, 452, 550, 553, 503, 455, 555}},
    {SMTP_RCPT, {250, 251, 550, 551, 552, 553, 450, 451, 452, 503, 455, 555}},
    {SMTP_DATA_COMMAND, {354, 503, 554}},
    {SMTP_END_OF_DATA, {250, 552, 554, 451, 452, 450, 550}},
    {SMTP_RSET, {250}},
    {SMTP_VRFY, {250, 251, 252, 550, 551, 553, 502, 504}},
    {SMTP_EXPN, {250, 252, 550, 502, 504}},
    {SMTP_HELP, {211, 214, 502, 504}},
    {SMTP_NOOP, {250}},
    {SMTP_QUIT, {221}},
    {SMTP_STARTTLS, {220, 454}},
    {SMTP_AUTH, {235, 535, 534, 454, 504}},
};

static bool is_listed(smtp_verb verb, unsigned code)
{
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        for (size_t j = 0; sequences[i].verb == verb && j < 16; j++)
            if (sequences[i].codes[j] == code)
                return true;
    return false;
}

model_judgement smtp_model_server(const smtp_model *model, smtp_verb verb, unsigned code)
{
    const bool ordered = smtp_model_client(model, verb) == MODEL_FINE;
    const unsigned kind = code / 100;
    if (kind < 2 || kind > 5)
        return MODEL_FAULT; /* "MUST NOT transmit reply codes ... that do not start in a digit between 2 and 5" */
    if (code == 421)
        return MODEL_OPEN; /* to any command; whether the connection is closed then comes later */
    if (verb == SMTP_AUTH && model->offers_auth && (model->authenticated || in_transaction(model)))
        /* "MUST be rejected with a 503 reply" (RFC 4954 section 4); of other refusals see README.md */
        return code == 503 ? MODEL_FINE : kind < 4 ? MODEL_FAULT : MODEL_OPEN;
    /* "out of order to the degree that they cannot be processed ...: a 503 failure reply MUST be returned" */
    if (!ordered && (verb == SMTP_RCPT || verb == SMTP_MAIL || verb == SMTP_DATA_COMMAND))
        return kind == 2 ? MODEL_OPEN : code == 503 ? MODEL_FINE : MODEL_OPEN;
    const bool any_time =
        verb == SMTP_RSET || verb == SMTP_NOOP || verb == SMTP_VRFY || verb == SMTP_EXPN || verb == SMTP_HELP;
    if (!ordered && !any_time)
        return MODEL_OPEN;
    /* An intermediate reply to what goes on with nothing (section 4.2.1) */
    if (kind == 3 && verb != SMTP_DATA_COMMAND && verb != SMTP_AUTH)
        return MODEL_FAULT;
    if (kind == 2 && verb == SMTP_DATA_COMMAND)
        return MODEL_FAULT; /* a 2yz takes responsibility for a message that it has not seen */
    if (verb == SMTP_RSET && code != 250 && kind != 5 && kind != 4)
        return MODEL_OPEN; /* "MUST send a 250 OK reply" */
    return is_listed(verb, code) && code != 503 ? MODEL_FINE : MODEL_OPEN;
}

/* The buffers are cleared: what RSET does (section 4.1.1.5). */
static void clear_transaction(smtp_model *model)
{
    if (model->phase != SMTP_GREETED)
        model->phase = SMTP_READY;
}

void smtp_model_step(smtp_model *model, smtp_verb verb, unsigned code, bool offers_starttls, bool offers_auth)
{
    const unsigned kind = code / 100;
    if (code == 421) {
        model->phase = SMTP_OVER; /* "Service shutting down and closing transmission channel" */
        return;
    }
    if (verb == SMTP_END_OF_DATA && model->phase == SMTP_DATA && kind != 3) {
        model->phase = SMTP_READY; /* "on the completion of this command these buffers are cleared" (4.1.1.4) */
        return;
    }
    if (verb == SMTP_DATA_COMMAND && kind == 3) {
        model->phase = SMTP_DATA;
        return;
    }
    if (verb == SMTP_EHLO || verb == SMTP_HELO)
        model->greeting_refused = kind != 2;
    if (kind != 2)
        return; /* "MUST stay in the same state" (section 4.1.4) */
    switch (verb) {
    case SMTP_EHLO:
    case SMTP_HELO: /* "exactly as if a RSET command had been issued" */
        model->phase = SMTP_READY;
        model->extended = verb == SMTP_EHLO;
        model->offers_starttls = offers_starttls && model->extended;
        model->offers_auth = offers_auth && model->extended;
        break;
    case SMTP_MAIL:
        model->phase = SMTP_SENDER;
        break;
    case SMTP_RCPT:
        model->phase = SMTP_RECIPIENT;
        break;
    case SMTP_RSET:
        clear_transaction(model);
        break;
    case SMTP_QUIT:
        model->phase = SMTP_OVER;
        break;
    case SMTP_STARTTLS:
        model->phase = SMTP_TLS_NEXT;
        break;
    case SMTP_AUTH:
        model->authenticated = true;
        break;
    case SMTP_DATA_COMMAND:
    case SMTP_END_OF_DATA:
    case SMTP_NOOP:
    case SMTP_VRFY:
    case SMTP_EXPN:
    case SMTP_HELP:
    case SMTP_VERBS:
        break;
    }
}
