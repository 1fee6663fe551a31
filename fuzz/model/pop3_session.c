/* pop3_session.c - RFC 1939 sections 3 to 7, RFC 2449 sections 5 and 6, RFC 2595 section 4, RFC 5034 section 4, RFC 6856
 * sections 2 and 3; see pop3_session.h */
#include "pop3_session.h"

#include <string.h>

enum { IN_AUTHORIZATION = 1, IN_TRANSACTION = 2, IN_BOTH = 3, STANDINGS = 256 };

static const model_verdict fine = {MODEL_FINE, NULL, NULL, false};
static const model_verdict either = {MODEL_OPEN, NULL, NULL, true};

static model_verdict fault(const char *ids)
{
    return (model_verdict){MODEL_FAULT, ids, NULL, false};
}

/* "may only be given in the … state" of each command's Restrictions (RFC 1939 sections 4 to 7; of AUTH, RFC 5034 section
 * 4); CAPA "is available in both" (RFC 2449 section 5); STLS: "Only permitted in AUTHORIZATION state" (RFC 2595 section
 * 4); UTF8: "Commands valid in states: AUTHORIZATION", LANG: both (RFC 6856 sections 2 and 3). */
static unsigned states_of(pop3_verb verb)
{
    switch (verb) {
    case POP3_USER:
    case POP3_PASS:
    case POP3_APOP:
    case POP3_STLS:
    case POP3_UTF8:
    case POP3_AUTH:
    case POP3_AUTH_RESPONSE:
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
    case POP3_LANG:
    case POP3_QUIT:
    case POP3_CAPA:
    case POP3_VERBS:
        break;
    }
    return IN_BOTH;
}

static bool in_its_state(const pop3_standing *s, pop3_verb verb)
{
    return (states_of(verb) & (s->state == POP3_TRANSACTION ? IN_TRANSACTION : IN_AUTHORIZATION)) != 0;
}

static bool names_message(const pop3_item *item)
{
    return item->number != 0 && item->verb != POP3_LANG;
}

/* --- what comes of a command and its answer ----------------------------------------------------------------------- */

static pop3_standing after(pop3_standing s, const pop3_item *item, bool positive)
{
    if (item->wrong !=
        NULL) { /* it "MUST" be answered "with a negative status indicator" (RFC 1939 section 3), and did nothing */
        s.user_last = false;
        return s;
    }
    const bool login = item->verb == POP3_PASS || item->verb == POP3_APOP || item->verb == POP3_AUTH ||
                       item->verb == POP3_AUTH_RESPONSE;
    s.user_last = item->verb == POP3_USER && positive && s.state == POP3_AUTHORIZATION;
    if (item->verb == POP3_USER || item->verb == POP3_PASS || item->verb == POP3_APOP)
        s.user_given = s.user_last;
    if (item->verb == POP3_QUIT && s.state == POP3_TRANSACTION) /* the -ERR of UPDATE means that messages stayed */
        s.state = POP3_UPDATE;
    else if (item->verb == POP3_QUIT && positive)
        s.state = POP3_ENDED;
    if (!positive || !in_its_state(&s, item->verb))
        return s;
    if (login)
        return (pop3_standing){.state = POP3_TRANSACTION, .utf8 = s.utf8};
    if (item->verb == POP3_DELE && item->number <= POP3_MESSAGES)
        s.deleted[item->number] = true;
    if (item->verb == POP3_RSET) /* "If any messages have been marked as deleted ..., they are unmarked." */
        memset(s.deleted, 0, sizeof s.deleted);
    if (item->verb == POP3_STLS)
        s.state = POP3_TLS_NEXT;
    s.utf8 = s.utf8 || item->verb == POP3_UTF8;
    return s;
}

void pop3_model_say(pop3_model *model, const pop3_item *item)
{
    if (item->verb == POP3_AUTH_RESPONSE)
        model->response_due = false;
    model->queue[model->queued++] = *item;
}

void pop3_model_reply(pop3_model *model, pop3_indicator indicator, sasl_text challenge)
{
    const pop3_item item = model->queue[0];
    model->queued--;
    memmove(model->queue, model->queue + 1, model->queued * sizeof model->queue[0]);
    model->capa_refused = model->capa_refused || (item.verb == POP3_CAPA && indicator == POP3_NEGATIVE);
    if (indicator == POP3_CONTINUES) {
        model->response_due = true;
        model->challenge = challenge;
        return;
    }
    model->now = after(model->now, &item, indicator == POP3_POSITIVE);
}

void pop3_model_tls(pop3_model *model)
{
    model->now.state = POP3_AUTHORIZATION; /* what else is forgotten no one says (RFC 2595 section 4) */
    model->now.user_last = false;
    model->capa_refused = model->pipelining = false; /* "the client MUST discard cached information" */
    model->tls = true;
}

/* --- the client --------------------------------------------------------------------------------------------------- */

static const char *wrong_state(pop3_verb verb)
{
    switch (verb) {
    case POP3_USER:
    case POP3_PASS:
    case POP3_APOP:
        return "POP3-1939-7-63";
    case POP3_STLS:
        return "POP3-2595-4-18";
    case POP3_UTF8:
        return "POP3-6856-2-04";
    case POP3_AUTH:
        return "POP3-5034-4-38";
    case POP3_STAT:
    case POP3_LIST:
    case POP3_RETR:
    case POP3_DELE:
    case POP3_NOOP:
    case POP3_RSET:
    case POP3_TOP:
    case POP3_UIDL:
    case POP3_LANG:
    case POP3_QUIT:
    case POP3_CAPA:
    case POP3_AUTH_RESPONSE:
    case POP3_VERBS:
        break;
    }
    return "POP3-1939-5-50";
}

static model_verdict in_order(const pop3_model *model, const pop3_standing *s, const pop3_item *item)
{
    if (item->verb == POP3_AUTH_RESPONSE) {
        if (item->text == SASL_NOISE)
            return (model_verdict){
                MODEL_FAULT, "POP3-5034-4-16 POP3-5034-5-02 POP3-5034-5-01 POP3-5034-5-03 POP3-5034-5-04", NULL, true};
        /* "If the client cannot Base64 decode any of the server's challenges, it MUST cancel" */
        return item->text != SASL_CANCEL && model->challenge == SASL_NOISE ? fault("POP3-5034-4-16") : fine;
    }
    if (s->state != POP3_AUTHORIZATION && s->state != POP3_TRANSACTION)
        return either;
    if (!in_its_state(s, item->verb))
        return (model_verdict){MODEL_FAULT, wrong_state(item->verb), NULL, item->text == SASL_NOISE};
    if (item->verb == POP3_PASS && !s->user_given) /* "immediately after a successful USER command" (section 7) */
        return fault("POP3-1939-7-36 POP3-1939-7-37");
    if (item->verb == POP3_PASS && !s->user_last)
        return either; /* not immediately: README.md */
    if ((item->verb == POP3_USER || item->verb == POP3_APOP) && s->user_given)
        return either; /* "after the POP3 greeting or after an unsuccessful USER or PASS command" */
    if (item->verb == POP3_STLS && s->utf8)
        return fault(
            "POP3-6856-2.1-10"); /* "MUST NOT issue the STLS command after issuing UTF8" (RFC 6856 section 2.1) */
    if (item->verb == POP3_STLS)
        return either; /* a second one may be refused; that it is wrong no one says (RFC 2595 section 4) */
    if (item->verb == POP3_AUTH && item->text == SASL_NOISE) /* "MUST be encoded as Base64" */
        return (model_verdict){MODEL_FAULT, "POP3-5034-4-01", NULL, true};
    if (names_message(item) && item->number <= POP3_MESSAGES && s->deleted[item->number])
        return fault("POP3-1939-5-51"); /* "may NOT refer to a message marked as deleted" */
    return names_message(item) && item->number > POP3_MESSAGES ? either : fine;
}

static model_verdict in_group(const pop3_model *model)
{
    if (model->queued == 0)
        return fine;
    const pop3_item *before = &model->queue[model->queued - 1];
    if (before->verb == POP3_STLS) /* "it MUST NOT issue further commands until a server response is seen" */
        return (model_verdict){MODEL_FAULT, "POP3-2595-4-10 POP3-2449-6.6-06", NULL, true};
    if (!model->pipelining) /* "the client does not have to wait" where it is announced (RFC 2449 section 6.6) */
        return fault("POP3-2449-6.6-06");
    return before->verb == POP3_AUTH || before->verb == POP3_AUTH_RESPONSE || before->verb == POP3_QUIT ? either : fine;
}

static size_t possible(const pop3_model *model, pop3_standing *standings)
{
    size_t count = 1;
    standings[0] = model->now;
    for (size_t i = 0; i < model->queued; i++) {
        const size_t before = count;
        for (size_t j = 0; j < before && count < STANDINGS; j++)
            standings[count++] = after(standings[j], &model->queue[i], false);
        for (size_t j = 0; j < before; j++)
            standings[j] = after(standings[j], &model->queue[i], true);
    }
    return count;
}

model_verdict pop3_model_client(const pop3_model *model, const pop3_item *item)
{
    if (item->wrong != NULL)
        return (model_verdict){MODEL_FAULT, item->wrong, NULL, true};
    pop3_standing standings[STANDINGS];
    const size_t count = possible(model, standings);
    model_verdict order = in_order(model, &standings[0], item);
    for (size_t i = 1; i < count && order.judgement == MODEL_FAULT;
         i++) { /* a fault is one whatever the answers will be */
        const model_verdict other = in_order(model, &standings[i], item);
        if (other.judgement != MODEL_FAULT || strcmp(other.ids, order.ids) != 0)
            order = either;
    }
    const model_verdict group = in_group(model);
    if (group.judgement == MODEL_FAULT)
        return (model_verdict){MODEL_FAULT, group.ids, order.judgement == MODEL_FAULT ? order.ids : NULL,
                               group.open || order.open};
    if (order.judgement == MODEL_FAULT)
        return (model_verdict){MODEL_FAULT, order.ids, NULL, order.open || group.open};
    return order.open || group.open ? either : fine;
}

/* --- the server --------------------------------------------------------------------------------------------------- */

/* "A server MUST respond to a command issued when the session is in an incorrect state by responding with a negative
 * status indicator." (RFC 1939 section 3) */
static const model_verdict wrongly_taken = {
    MODEL_FAULT,
    "POP3-1939-3-26 POP3-1939-3-22 POP3-1939-5-03 POP3-1939-5-19 POP3-1939-5-26 POP3-1939-5-36 POP3-1939-5-39 "
    "POP3-1939-5-42 "
    "POP3-1939-7-11 POP3-1939-7-27 POP3-1939-7-31 POP3-1939-7-44 POP3-1939-7-53",
    "POP3-2595-4-04 POP3-2595-4-08 POP3-6856-2-03 POP3-5034-4-02 POP3-5034-4-03", true};

/* "-ERR no such message"; "Any future reference to the message-number ... generates an error" (section 5, DELE) */
static const model_verdict no_such_message = {
    MODEL_FAULT, "POP3-1939-5-31 POP3-1939-5-15 POP3-1939-5-22 POP3-1939-5-33 POP3-1939-7-10 POP3-1939-7-24", NULL,
    true};

static model_verdict to_exchange(const pop3_item *item, pop3_indicator indicator, sasl_text challenge)
{
    if (item->text == SASL_CANCEL && item->verb == POP3_AUTH_RESPONSE)
        return indicator == POP3_NEGATIVE ? fine : (model_verdict){MODEL_FAULT, "POP3-5034-4-07", NULL, true};
    if (item->text == SASL_NOISE ||
        item->text == SASL_CANCEL) /* "it MUST reject the AUTH command with an -ERR reply" */
        return indicator == POP3_NEGATIVE
                   ? fine
                   : (model_verdict){MODEL_FAULT, "POP3-5034-4-15 POP3-5034-4-17 POP3-5034-4-18", NULL, true};
    if (indicator == POP3_NEGATIVE)
        return fine;                /* a login may always fail */
    if (indicator == POP3_POSITIVE) /* a mechanism without any message? */
        return item->verb == POP3_AUTH && item->text == SASL_NONE ? either : fine;
    if (challenge == SASL_NOISE) /* "MUST NOT contain any text other than the BASE64-encoded challenge" */
        return (model_verdict){
            MODEL_FAULT, "POP3-5034-4-06 POP3-5034-4-09 POP3-5034-4-05 POP3-5034-5-01 POP3-5034-5-02", NULL, true};
    return item->one_step ? either : fine;
}

model_verdict pop3_model_server(const pop3_model *model, pop3_indicator indicator, sasl_text challenge)
{
    const pop3_standing *s = &model->now;
    const pop3_item *item = &model->queue[0];
    const bool positive = indicator == POP3_POSITIVE;
    if (model->response_due)
        return either;      /* it does not wait for the response */
    if (model->queued == 0) /* nothing is sent, "except on closing": README.md */
        return positive ? (model_verdict){MODEL_FAULT,
                                          "POP3-1939-3-39 POP3-1939-5-44 POP3-1939-3-37 POP3-1939-3-38 POP3-SEC-raw-04",
                                          NULL, true}
                        : either;
    /* "A server MUST respond to an unrecognized, unimplemented, or syntactically invalid command by responding with a negative
     * status indicator" (RFC 1939 section 3); who understands it all the same is open */
    if (item->wrong != NULL)
        return indicator == POP3_NEGATIVE ? fine : either;
    const bool exchange = item->verb == POP3_AUTH || item->verb == POP3_AUTH_RESPONSE;
    if (!in_its_state(s, item->verb))
        return indicator == POP3_NEGATIVE ? fine : wrongly_taken;
    if (exchange)
        return to_exchange(item, indicator, challenge);
    if (indicator == POP3_CONTINUES)
        return either; /* no status indicator at all */
    if (item->verb == POP3_PASS && !s->user_given)
        return positive ? (model_verdict){MODEL_FAULT, "POP3-1939-7-38 POP3-1939-7-39 POP3-1939-7-40", NULL, true}
                        : fine;
    if (item->verb == POP3_PASS && !s->user_last)
        return either;
    if (item->verb == POP3_CAPA && model->capa_refused)
        return either;
    if (names_message(item) && item->number > POP3_MESSAGES)
        return positive ? either : fine; /* who listens may not know how many there are */
    if (names_message(item) && s->deleted[item->number])
        return positive ? no_such_message : fine;
    if (positive)
        return (item->verb == POP3_USER || item->verb == POP3_APOP) && s->user_given ? either : fine;
    /* Of the others, "Possible Responses" has +OK alone, or an unwilling server is another matter. */
    return item->verb == POP3_USER || item->verb == POP3_PASS || item->verb == POP3_APOP ? fine : either;
}

/* --- closes ------------------------------------------------------------------------------------------------------- */

model_verdict pop3_model_client_closes(const pop3_model *model)
{
    /* "If a session terminates for some reason other than a client-issued QUIT command, the POP3 session does NOT enter the
     * UPDATE state": something that happens, and no rule against it (RFC 1939 section 6) */
    return model->now.state == POP3_UPDATE || model->now.state == POP3_ENDED ? fine : either;
}

model_verdict pop3_model_server_closes(const pop3_model *model)
{
    /* "Whether the removal was successful or not, the server then ... closes the TCP connection" (section 6); "the server should
     * close the TCP connection without ... sending any response" when its timer expires (section 3), which is not to be seen
     * from here */
    return model->now.state == POP3_UPDATE || model->now.state == POP3_ENDED ? fine : either;
}
