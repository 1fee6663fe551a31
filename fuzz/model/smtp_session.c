/* smtp_session.c - RFC 5321 sections 3.1, 3.3, 4.1.1, 4.1.4 and 4.3, RFC 2033 section 4, RFC 2920 section 3, RFC 3030
 * sections 2 and 3, RFC 3207 section 4, RFC 4954 section 4: what a command and its answer do; see smtp_session.h */
#include "smtp_session.h"

#include <string.h>

#include "smtp_step.h"

static bool greets(smtp_verb verb)
{
    return verb == SMTP_EHLO || verb == SMTP_HELO || verb == SMTP_LHLO;
}

bool model_in_transaction(const smtp_standing *s)
{
    return s->phase == SMTP_SENDER || s->phase == SMTP_RECIPIENT || s->phase == SMTP_CHUNKS;
}

/* "all buffers and state tables cleared" (RFC 5321 section 4.1.1.5); also at the end of data (section 4.1.1.4). */
static smtp_standing cleared(smtp_standing s)
{
    const bool before_greeting = s.phase == SMTP_GREETED || s.phase == SMTP_CONNECTED || s.phase == SMTP_REFUSED;
    return (smtp_standing){.phase = before_greeting ? s.phase : SMTP_READY,
                           .authenticated = s.authenticated,
                           .greeting_refused = s.greeting_refused};
}

static smtp_standing refused(smtp_standing s, const smtp_item *item)
{
    if (greets(item->verb) && item->wrong == NULL) /* without a name it is none */
        s.greeting_refused = true;
    if (item->verb == SMTP_BDAT && (model_in_transaction(&s) || s.phase == SMTP_BROKEN))
        s.phase = SMTP_BROKEN;
    else if (item->verb == SMTP_BDAT)
        s.bdat_refused = true;
    return item->verb == SMTP_END_OF_DATA ? cleared(s) : s; /* else "MUST stay in the same state" (section 4.1.4) */
}

smtp_standing model_after(smtp_standing s, const smtp_item *item, bool accepted)
{
    s.mail_sent = s.mail_sent || item->verb == SMTP_MAIL;
    s.rcpt_sent = s.rcpt_sent || item->verb == SMTP_RCPT;
    if (!accepted)
        return refused(s, item);
    switch (item->verb) {
    case SMTP_EHLO:
    case SMTP_HELO:
    case SMTP_LHLO: /* "exactly as if a RSET command had been issued" */
        s = cleared(s);
        s.phase = SMTP_READY;
        s.greeting_refused = false;
        return s;
    case SMTP_MAIL: /* "reset all its state tables and buffers" (section 3.3) */
        return (smtp_standing){
            .phase = SMTP_SENDER, .mail_sent = true, .binary = item->binary, .authenticated = s.authenticated};
    case SMTP_RCPT:
        if (!model_in_transaction(&s))
            return s;
        s.phase = s.phase == SMTP_CHUNKS ? SMTP_CHUNKS : SMTP_RECIPIENT;
        s.recipients++;
        return s;
    case SMTP_BDAT:
        if (s.phase != SMTP_RECIPIENT && s.phase != SMTP_CHUNKS)
            return refused(s, item);
        if (item->last)
            return cleared(s);
        s.phase = SMTP_CHUNKS;
        return s;
    case SMTP_END_OF_DATA:
    case SMTP_RSET:
        return cleared(s);
    case SMTP_QUIT:
        s.phase = SMTP_OVER;
        return s;
    case SMTP_STARTTLS:
        s.phase = SMTP_TLS_NEXT;
        return s;
    case SMTP_AUTH:
    case SMTP_AUTH_RESPONSE:
        s.authenticated = true;
        return s;
    case SMTP_DATA:
    case SMTP_NOOP:
    case SMTP_VRFY:
    case SMTP_EXPN:
    case SMTP_HELP:
    case SMTP_ETRN: /* another connection is what comes of it (RFC 1985 section 5.1) */
    case SMTP_UNKNOWN:
    case SMTP_VERBS:
        break;
    }
    return s;
}

unsigned smtp_model_replies(const smtp_model *model)
{
    /* "one reply for each previously successful RCPT command in the mail transaction" (RFC 2033 sections 4.2, 4.3) */
    const smtp_item *first = &model->queue[0];
    const bool counted = first->verb == SMTP_END_OF_DATA || (first->verb == SMTP_BDAT && first->last);
    return model->lmtp && counted ? model->now.recipients : 1;
}

/* "the BDAT LAST command returns zero replies" (RFC 2033 section 4.3) */
static void drop_unanswered(smtp_model *model)
{
    while (model->queued > 0 && smtp_model_replies(model) == 0) {
        model->unsure = model->unsure || model->now.phase != SMTP_SENDER;
        model->now = cleared(model->now);
        model->now.bdat_refused = true; /* or not: no one says */
        model->queued--;
        memmove(model->queue, model->queue + 1, model->queued * sizeof model->queue[0]);
    }
}

void smtp_model_say(smtp_model *model, const smtp_item *item)
{
    if (item->verb == SMTP_END_OF_DATA)
        model->data_due = false;
    if (item->verb == SMTP_AUTH_RESPONSE)
        model->response_due = false;
    model->quit_sent = model->quit_sent || item->verb == SMTP_QUIT;
    model->said = true;
    model->queue[model->queued++] = *item;
    if (model->now.phase != SMTP_CONNECTED)
        drop_unanswered(model);
}

static void pop(smtp_model *model)
{
    model->queued--;
    memmove(model->queue, model->queue + 1, model->queued * sizeof model->queue[0]);
    drop_unanswered(model);
}

void smtp_model_reply(smtp_model *model, const smtp_reply *reply)
{
    const unsigned kind = reply->code / 100;
    if (reply->code == 421) {
        model->now.phase = SMTP_OVER; /* "Service shutting down and closing transmission channel" */
        return;
    }
    if (model->now.phase == SMTP_CONNECTED) {
        model->now.phase = kind == 2 ? SMTP_GREETED : SMTP_REFUSED;
        drop_unanswered(model);
        return;
    }
    smtp_item *item = &model->queue[0];
    if (++item->answered < smtp_model_replies(model))
        return;
    if (kind == 3) {
        model->data_due = item->verb == SMTP_DATA;
        model->response_due = item->verb == SMTP_AUTH || item->verb == SMTP_AUTH_RESPONSE;
        model->challenge = reply->challenge;
        pop(model);
        return;
    }
    model->refused[item->verb] = model->refused[item->verb] || (kind == 5 && item->wrong == NULL);
    /* who knows no BDAT may read a chunk as commands, and answer each: nothing forbids it */
    model->out_of_step |= item->verb == SMTP_BDAT && kind != 2 && (model->offers & OFFERS_CHUNKING) == 0;
    const bool offer = kind == 2 && (item->verb == SMTP_EHLO || item->verb == SMTP_LHLO);
    if (kind == 2 && greets(item->verb))
        model->extended = offer;
    if (kind == 2 && greets(item->verb))
        model->offers = offer ? reply->offers : 0;
    model->now = model_after(model->now, item, kind == 2);
    pop(model);
}

/* "the SMTP protocol is reset to the initial state (the state in SMTP after a server issues a 220 service ready
 * greeting)", and both discard what they know of the other (RFC 3207 section 4.2). */
void smtp_model_tls(smtp_model *model)
{
    const bool before = model->authenticated_before || model->now.authenticated;
    *model = (smtp_model){.lmtp = model->lmtp, .tls = true, .authenticated_before = before};
    model->now.phase = SMTP_GREETED;
}
