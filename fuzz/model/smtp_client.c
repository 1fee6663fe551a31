/* smtp_client.c - what the client may say: the order of commands, and which of them may stand together in a group */
#include <string.h>

#include "smtp_step.h"

enum { STANDINGS = 256 };

static const model_verdict fine = {MODEL_FINE, NULL, NULL, false};
static const model_verdict either = {MODEL_OPEN, NULL, NULL, true};

static model_verdict fault(const char *ids)
{
    return (model_verdict){MODEL_FAULT, ids, NULL, false};
}

/* --- RFC 2920 section 3.1 --------------------------------------------------------------------------------------- */

static model_verdict behind_auth(const smtp_item *before)
{
    /* "it MUST be the last command in a pipelined group": but for an initial response of a mechanism that "is known to
     * complete in one round-trip" (RFC 4954 section 4) */
    if (before->verb == SMTP_AUTH && before->one_step && before->text == SASL_BASE64)
        return fine;
    if (before->verb == SMTP_AUTH && before->text != SASL_NONE)
        return either; /* who else knows the mechanism? */
    return fault("SMTP-4954-4-35 SMTP-2920-3.1-02");
}

static model_verdict behind(const smtp_item *before, const smtp_item *item)
{
    switch (before->verb) {
    case SMTP_ETRN: /* "Additional commands added by other SMTP extensions may only appear as the last command in a group" */
    case SMTP_EHLO: /* "can only appear as the last command in a group" */
    case SMTP_LHLO: /* "identical semantics to the EHLO command" (RFC 2033 section 4.1) */
    case SMTP_DATA:
    case SMTP_VRFY:
    case SMTP_EXPN:
    case SMTP_QUIT:
    case SMTP_NOOP:
        return fault("SMTP-2920-3.1-02 SMTP-5321-3.3-18");
    case SMTP_STARTTLS: /* "must be the last command in a group" (RFC 3207 section 4) */
        return fault("SMTP-3207-4-10 SMTP-2920-3.1-02");
    case SMTP_AUTH:
    case SMTP_AUTH_RESPONSE:
        return behind_auth(before);
    case SMTP_MAIL: /* "can all appear anywhere in a pipelined command group" */
    case SMTP_RCPT:
    case SMTP_RSET:
    case SMTP_END_OF_DATA: /* "explicitly allowed to be the first "command" in a group" */
        return fine;
    case SMTP_BDAT: /* the example of RFC 3030 section 4.2; of other commands behind it nothing is said */
        return item->verb == SMTP_BDAT ? fine : either;
    case SMTP_HELO: /* of these, in neither list */
    case SMTP_HELP:
    case SMTP_UNKNOWN:
    case SMTP_VERBS:
        break;
    }
    return either;
}

static model_verdict in_group(const smtp_model *model, const smtp_item *item)
{
    if (model->now.phase == SMTP_CONNECTED)
        return fault("SMTP-5321-4.3.1-02"); /* "SHOULD wait for this greeting message before sending any commands" */
    if (model->queued == 0)
        return fine;
    const model_verdict verdict = behind(&model->queue[model->queued - 1], item);
    if ((model->offers & OFFERS_PIPELINING) == 0) /* "MUST wait for this response before sending further commands" */
        return (model_verdict){MODEL_FAULT, "SMTP-5321-4.3.1-01 SMTP-2920-3.1-01", verdict.ids, verdict.open};
    return verdict;
}

/* "MUST first be initialized by the use of the EHLO command" */
static bool is_initialized(const smtp_standing *s)
{
    return s->phase != SMTP_CONNECTED && s->phase != SMTP_GREETED;
}

/* --- RFC 5321 section 4.1.4 ------------------------------------------------------------------------------------- */

static model_verdict greeting_command(const smtp_model *model, const smtp_standing *s, smtp_verb verb)
{
    if (model->lmtp && verb != SMTP_LHLO)
        return fault("SMTP-2033-4.1-04"); /* "are replaced by the LHLO command" */
    if (!model->lmtp && verb == SMTP_LHLO)
        return either;
    /* "SHOULD start an SMTP session by issuing EHLO" (section 2.2.1), though HELO is for those who need no more (3.2) */
    return verb == SMTP_HELO && !is_initialized(s) ? either : fine;
}

static model_verdict mail_place(const smtp_model *model, const smtp_standing *s)
{
    if (!is_initialized(s) && !s->greeting_refused)
        return fault("SMTP-5321-4.1.1.1-01 SMTP-5321-4.1.4-01");
    if (model_in_transaction(s)) /* "MUST NOT be sent if a mail transaction is already open" */
        return fault("SMTP-5321-4.1.4-12");
    if (s->phase == SMTP_BROKEN && model->now.phase != SMTP_BROKEN)
        return either;           /* it has not heard of that */
    if (s->phase == SMTP_BROKEN) /* "A RSET command MUST be issued to clear the transaction" (RFC 3030 section 2) */
        return fault("SMTP-3030-2-17 SMTP-5321-4.1.4-12");
    return s->phase == SMTP_READY && !s->bdat_refused ? fine : either;
}

/* What will be offered, a reply has still to say. */
static bool hello_is_queued(const smtp_model *model)
{
    for (size_t i = 0; i < model->queued; i++)
        if (model->queue[i].verb == SMTP_EHLO || model->queue[i].verb == SMTP_HELO || model->queue[i].verb == SMTP_LHLO)
            return true;
    return false;
}

static model_verdict mail(const smtp_model *model, const smtp_standing *s, const smtp_item *item)
{
    static const char unoffered[] = "SMTP-5321-4.1.1.2-02 SMTP-3030-3-07 SMTP-3207-4.2-05";
    const model_verdict place = mail_place(model, s);
    if (!item->binary || ((model->offers & OFFERS_BINARYMIME) != 0 && !hello_is_queued(model)))
        return place;
    if (hello_is_queued(model))
        return place.judgement == MODEL_FAULT ? (model_verdict){MODEL_FAULT, place.ids, NULL, true} : either;
    if (place.judgement == MODEL_FAULT)
        return (model_verdict){MODEL_FAULT, place.ids, unoffered, false};
    return (model_verdict){MODEL_FAULT, unoffered, NULL, place.open};
}

/* "Mail transaction commands MUST be used in the order discussed above." (section 3.3) */
static model_verdict out_of_order(const smtp_model *model, const smtp_standing *s)
{
    const bool was_sent = s->rcpt_sent && (s->mail_sent || model->queued > 0);
    return was_sent || hello_is_queued(model) || (model->lmtp && s->bdat_refused) ? either : fault("SMTP-5321-3.3-25");
}

static model_verdict rcpt(const smtp_standing *s)
{
    if (s->phase == SMTP_CHUNKS || s->phase == SMTP_BROKEN)
        return either;
    /* a lone RCPT begins no transaction: README.md */
    return model_in_transaction(s) ? fine : either;
}

static model_verdict data(const smtp_model *model, const smtp_standing *s)
{
    if (s->phase == SMTP_CHUNKS)
        return fault("SMTP-3030-2-21 SMTP-3030-3-10"); /* "cannot be used in the same transaction" */
    if (s->phase == SMTP_BROKEN && model->now.phase != SMTP_BROKEN)
        return either;
    if (s->phase == SMTP_BROKEN)
        return fault("SMTP-3030-2-21 SMTP-3030-2-17 SMTP-3030-3-10");
    if (s->binary)
        return fault(
            "SMTP-3030-3-10 SMTP-5321-3.3-25"); /* "cannot be used with the DATA command" (RFC 3030 section 3) */
    return s->phase == SMTP_RECIPIENT ? fine : out_of_order(model, s);
}

static model_verdict bdat(const smtp_model *model, const smtp_standing *s)
{
    if ((model->offers & OFFERS_CHUNKING) == 0)
        return hello_is_queued(model) ? either
                                      : fault("SMTP-3030-2-25 SMTP-5321-3.3-25 SMTP-3207-4.2-05 SMTP-3030-2-16");
    if ((s->phase == SMTP_BROKEN && model->now.phase != SMTP_BROKEN) || (s->bdat_refused && !model->now.bdat_refused))
        return either;
    if (s->phase == SMTP_BROKEN)
        return fault("SMTP-3030-2-16"); /* "MUST NOT send any additional BDAT segments" */
    if (s->phase == SMTP_RECIPIENT || s->phase == SMTP_CHUNKS)
        return fine;
    if (s->bdat_refused && (model->lmtp || model->queued > 0))
        return either;
    if (s->bdat_refused)
        return fault("SMTP-3030-2-16 SMTP-5321-3.3-25");
    return out_of_order(model, s);
}

static model_verdict auth(const smtp_model *model, const smtp_standing *s, const smtp_item *item)
{
    if (s->authenticated)
        return fault("SMTP-4954-4-39 SMTP-4954-4-13"); /* "no more AUTH commands may be issued in the same session" */
    if (model_in_transaction(s))
        return fault("SMTP-4954-4-40 SMTP-4954-4-13"); /* "not permitted during a mail transaction" */
    if (item->text == SASL_NOISE)                      /* "MUST be encoded as described in Section 4 of [BASE64]" */
        return (model_verdict){MODEL_FAULT, "SMTP-4954-4-13 SMTP-4954-8-01", NULL, s->phase == SMTP_BROKEN};
    if (model->authenticated_before || s->phase == SMTP_BROKEN)
        return either;
    return (model->offers & OFFERS_AUTH) != 0 ? fine : either;
}

static model_verdict auth_response(const smtp_model *model, const smtp_item *item)
{
    if (item->text == SASL_NOISE) /* "a line containing a [BASE64] encoded string"; or "*" */
        return fault("SMTP-4954-8-02 SMTP-4954-4-21");
    if (item->text != SASL_CANCEL && model->challenge == SASL_NOISE)
        return fault("SMTP-4954-4-21"); /* "MUST cancel the authentication using the "*" response" */
    return fine;
}

/* "at any time once a session is established, as long as there is not a transaction": it "is illegal between a MAIL FROM:
 * command and the end of the DATA commands and responses" (RFC 1985 section 5) */
static model_verdict etrn(const smtp_model *model, const smtp_standing *s)
{
    if (model_in_transaction(s))
        return fault("SMTP-1985-5-08");
    return s->phase == SMTP_READY && (model->offers & OFFERS_ETRN) != 0 && !hello_is_queued(model) ? fine : either;
}

static model_verdict in_order(const smtp_model *model, const smtp_standing *s, const smtp_item *item)
{
    if (s->phase == SMTP_REFUSED && item->verb != SMTP_QUIT)
        return either;
    switch (item->verb) {
    case SMTP_EHLO:
    case SMTP_HELO:
    case SMTP_LHLO:
        return greeting_command(model, s, item->verb);
    case SMTP_MAIL:
        return mail(model, s, item);
    case SMTP_RCPT:
        return rcpt(s);
    case SMTP_DATA:
        return data(model, s);
    case SMTP_BDAT:
        return bdat(model, s);
    case SMTP_RSET: /* "can be used at any time"; "clients SHOULD open a session with EHLO before" */
    case SMTP_NOOP:
    case SMTP_VRFY:
    case SMTP_EXPN:
    case SMTP_HELP:
        return !is_initialized(s) || (s->phase == SMTP_BROKEN && item->verb != SMTP_RSET) ? either : fine;
    case SMTP_STARTTLS: /* "MUST NOT attempt to start a TLS session if a TLS session is already active" */
        if (model->tls)
            return fault("SMTP-3207-4.2-09");
        return (model->offers & OFFERS_STARTTLS) == 0 || model_in_transaction(s) || s->phase == SMTP_BROKEN ? either
                                                                                                            : fine;
    case SMTP_AUTH:
        return auth(model, s, item);
    case SMTP_AUTH_RESPONSE:
        return auth_response(model, item);
    case SMTP_ETRN:
        return etrn(model, s);
    case SMTP_QUIT:
    case SMTP_END_OF_DATA:
        return fine;
    case SMTP_UNKNOWN:
    case SMTP_VERBS:
        break;
    }
    return either;
}

/* All that the session may be when the item's turn comes.  The first is that in which all is accepted. */
static size_t possible(const smtp_model *model, smtp_standing *standings)
{
    size_t count = 1;
    standings[0] = model->now;
    for (size_t i = 0; i < model->queued; i++) {
        const size_t before = count;
        for (size_t j = 0; j < before && count < STANDINGS; j++)
            standings[count++] = model_after(standings[j], &model->queue[i], false);
        for (size_t j = 0; j < before; j++)
            standings[j] = model_after(standings[j], &model->queue[i], true);
        if (count == STANDINGS)
            break;
    }
    return count;
}

/* What nobody knows may do anything; and in a session whose state is "indeterminate" so may others. */
static bool makes_unsure(const smtp_model *model, const smtp_item *queued)
{
    return queued->verb == SMTP_UNKNOWN ||
           ((queued->verb == SMTP_MAIL || queued->verb == SMTP_RSET) && model->now.phase == SMTP_BROKEN) ||
           (queued->verb == SMTP_BDAT && queued->last);
}

model_verdict smtp_model_client(const smtp_model *model, const smtp_item *item)
{
    if (item->wrong != NULL) /* of its place, which the answer says more about, nothing is asked */
        return (model_verdict){MODEL_FAULT, item->wrong, NULL, true};
    smtp_standing standings[STANDINGS];
    const size_t count = possible(model, standings);
    const model_verdict hoped = in_order(model, &standings[0], item);
    model_verdict order = hoped;
    for (size_t i = 1; i < count && order.judgement == MODEL_FAULT;
         i++) { /* a fault is one whatever the replies will be */
        const model_verdict other = in_order(model, &standings[i], item);
        if (other.judgement != MODEL_FAULT || strcmp(other.ids, order.ids) != 0)
            order = either;
    }
    for (size_t i = 0; i < model->queued; i++)
        if (order.judgement == MODEL_FAULT && makes_unsure(model, &model->queue[i]))
            order = either;
    const model_verdict group = in_group(model, item);
    /* "SHOULD NOT repeat the exact request (in the same sequence)" (section 4.2.1) */
    const bool open = order.open || group.open || !is_initialized(&model->now) || model->refused[item->verb];
    if (group.judgement == MODEL_FAULT)
        return (model_verdict){MODEL_FAULT, group.ids, order.judgement == MODEL_FAULT ? order.ids : group.more_ids,
                               open || order.judgement == MODEL_FAULT};
    if (order.judgement == MODEL_FAULT)
        return (model_verdict){MODEL_FAULT, order.ids, order.more_ids, open};
    return order.judgement == MODEL_OPEN || group.judgement == MODEL_OPEN || open ? either : fine;
}

/* --- RFC 5321 section 4.1.1.10 ----------------------------------------------------------------------------------- */

model_verdict smtp_model_client_closes(const smtp_model *model, bool amidst)
{
    const smtp_phase phase = model->now.phase;
    if (phase == SMTP_OVER)
        return fine;
    /* before the greeting, and where the handshake led to nothing, no one says; QUIT in clear would not be heard */
    if (phase == SMTP_CONNECTED || phase == SMTP_TLS_NEXT || (model->tls && !model->said))
        return either;
    if (model->quit_sent) /* "it SHOULD wait until it receives the reply" */
        return (model_verdict){MODEL_FAULT, "SMTP-5321-4.1.1.10-07", NULL, true};
    /* "MUST NOT intentionally close the transmission channel until it sends a QUIT command"; "even when no session opening
     * command was sent and accepted" (section 4.1.4) */
    return (model_verdict){MODEL_FAULT, "SMTP-5321-4.1.1.10-06 SMTP-5321-4.1.4-19 SMTP-5321-4.1.4-20",
                           amidst ? "SMTP-3030-2-24" : NULL, amidst};
}
