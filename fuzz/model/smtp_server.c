/* smtp_server.c - what the server may answer */
#include "smtp_step.h"

static const model_verdict fine = {MODEL_FINE, NULL, NULL, false};
static const model_verdict either = {MODEL_OPEN, NULL, NULL, true};

static model_verdict fault(const char *ids)
{
    return (model_verdict){MODEL_FAULT, ids, NULL, false};
}

/* One that may be called by other names, too. */
static model_verdict fault_among(const char *ids)
{
    return (model_verdict){MODEL_FAULT, ids, NULL, true};
}

/* RFC 5321 section 4.3.2, and each extension's own; "S" and "I" first. */
static const struct {
    smtp_verb verb;
    uint16_t codes[16];
} sequences[] = {
    {SMTP_EHLO, {250, 504, 550}}, /* 502: "only with an old-style server" */
    {SMTP_LHLO, {250, 504, 550}},
    {SMTP_HELO, {250, 504, 550}},
    {SMTP_MAIL, {250, 552, 451, 452, 550, 553, 503, 455, 555}},
    {SMTP_RCPT, {250, 251, 550, 551, 552, 553, 450, 451, 452, 503, 455, 555}},
    {SMTP_DATA, {354, 503, 554}},
    {SMTP_END_OF_DATA, {250, 552, 554, 451, 452, 450, 550}},
    {SMTP_BDAT, {250, 552, 554, 451, 452, 450, 550, 503}}, /* "the appropriate 5XX or 4XX code" */
    {SMTP_RSET, {250}},
    {SMTP_VRFY, {250, 251, 252, 550, 551, 553, 502, 504}},
    {SMTP_EXPN, {250, 252, 550, 502, 504}},
    {SMTP_HELP, {211, 214, 502, 504}},
    {SMTP_NOOP, {250}},
    {SMTP_QUIT, {221}},
    {SMTP_STARTTLS, {220, 454}},
    {SMTP_AUTH, {235, 535, 534, 454, 504}},
    {SMTP_AUTH_RESPONSE, {235, 535, 534, 454}},
    {SMTP_ETRN, {250, 251, 252, 253, 458, 459}}, /* RFC 1985 section 5.1 */
};

static bool is_listed(smtp_verb verb, unsigned code)
{
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++)
        for (size_t j = 0; sequences[i].verb == verb && j < 16; j++)
            if (sequences[i].codes[j] == code)
                return true;
    return false;
}

static model_verdict listed(smtp_verb verb, unsigned code)
{
    return is_listed(verb, code) ? fine : either;
}

/* "the meanings and actions implied by the code numbers ... MUST be preserved" (section 4.3.1) */
static const char meanings[] =
    "SMTP-5321-4.3.1-05 SMTP-5321-3.3-02 SMTP-3030-2-04 SMTP-3030-2-05 SMTP-5321-4.1.1.4-06 "
    "SMTP-5321-4.1.1.5-03 SMTP-5321-4.1.1.9-01 SMTP-5321-4.1.1.10-01 "
    "SMTP-5321-4.3.2-02 SMTP-5321-4.3.2-03 SMTP-5321-4.3.2-04 SMTP-5321-4.3.2-05 "
    "SMTP-5321-4.3.2-06 SMTP-5321-4.3.2-07 SMTP-5321-4.3.2-08 SMTP-5321-4.3.2-09 "
    "SMTP-2920-3.2-01 SMTP-2920-3.2-10 SMTP-3030-3-04 SMTP-3030-2-10 SMTP-2033-4.2-01 SMTP-5321-3.3-14 "
    "SMTP-5321-4.3.2-10 SMTP-5321-4.3.2-11 SMTP-5321-4.3.2-12 SMTP-5321-4.3.2-13";

static const model_verdict wrong_meaning = {MODEL_FAULT, meanings, NULL, true};

static model_verdict offer(const smtp_model *model, unsigned offers)
{
    if (model->tls && (offers & OFFERS_STARTTLS) != 0)
        return fault_among("SMTP-3207-4.2-07");
    if ((offers & OFFERS_BINARYMIME) != 0 && (offers & OFFERS_CHUNKING) == 0) /* "can only be used with" */
        return fault_among("SMTP-3030-3-02");
    if (model->lmtp && (offers & OFFERS_PIPELINING) == 0) /* "MUST implement" (RFC 2033 section 5) */
        return fault_among("SMTP-2033-5-02");
    if (model->lmtp && (offers & OFFERS_ENHANCED) == 0)
        return fault_among("SMTP-2033-5-03");
    return fine;
}

static model_verdict to_greeting(const smtp_model *model, smtp_verb verb, const smtp_reply *reply)
{
    const bool positive = reply->code / 100 == 2;
    if (model->lmtp &&
        verb != SMTP_LHLO) /* "MUST NOT return a Positive Completion reply code" (RFC 2033 section 4.1) */
        return positive ? fault_among("SMTP-2033-4.1-01") : reply->code == 500 ? fine : either;
    if (!model->lmtp && verb == SMTP_LHLO)
        return positive ? fault_among("SMTP-2033-4.1-03") : reply->code == 500 ? fine : either;
    if (reply->code == 250 && verb != SMTP_HELO)
        return offer(model, reply->offers);
    return listed(verb, reply->code);
}

static model_verdict to_mail(const smtp_model *model, const smtp_item *item, unsigned code)
{
    const smtp_standing *s = &model->now;
    const bool offered = (model->offers & OFFERS_BINARYMIME) != 0;
    if (item->binary && !offered && code / 100 == 2)
        return fault_among("SMTP-3030-3-06");
    if (item->binary && code / 100 == 5) /* of parameters that are not known, 501, 504 or 555 */
        return either;
    if (code / 100 == 2)
        return code == 250 && s->phase == SMTP_READY ? fine : either; /* one that can process it may */
    if (s->phase == SMTP_READY && code == 503)
        return either;
    return s->phase == SMTP_READY || code == 503 ? listed(SMTP_MAIL, code) : either;
}

static model_verdict to_rcpt(const smtp_standing *s, unsigned code)
{
    if (s->phase == SMTP_SENDER || s->phase == SMTP_RECIPIENT)
        return code == 503 ? either : listed(SMTP_RCPT, code);
    if (s->phase == SMTP_CHUNKS || s->phase == SMTP_BROKEN)
        return code == 503 ? fine : either;
    /* "without a previous MAIL command, the server MUST return a 503" (section 3.3) */
    if (code / 100 == 2)
        return fault_among(
            "SMTP-2920-3.2-10 SMTP-5321-4.3.1-05 SMTP-5321-3.3-09 SMTP-5321-4.1.4-16 SMTP-5321-4.1.4-18 "
            "SMTP-5321-4.1.1.5-02 SMTP-5321-4.1.1.4-07 "
            "SMTP-5321-4.1.1.4-11 SMTP-5321-4.1.1.5-01 SMTP-5321-4.1.4-08 SMTP-5321-4.1.1.1-14 SMTP-3207-4.2-03 "
            "SMTP-SEC-starttls-09 SMTP-5321-4.1.1.1-16");
    return code == 503 ? fine : either;
}

static model_verdict to_data(const smtp_model *model, unsigned code)
{
    const smtp_standing *s = &model->now;
    const bool positive = code / 100 < 4;
    if (positive && code != 354)
        return wrong_meaning; /* responsibility for a message that it has not seen */
    if (s->phase == SMTP_BROKEN)
        return code == 503 ? fine : either;
    if (s->phase == SMTP_CHUNKS) /* "a 503 ... MUST be issued" (RFC 3030 section 2) */
        return positive ? fault_among("SMTP-3030-2-20") : code == 503 ? fine : either;
    if (s->binary && model_in_transaction(s))
        return positive ? fault_among("SMTP-3030-3-04") : code == 503 ? fine : either;
    if (s->phase == SMTP_RECIPIENT) /* "SHOULD issue a positive response ... if and only if" (RFC 2920 section 3.2) */
        return code != 354 && (code == 503 || (model->offers & OFFERS_PIPELINING) != 0) ? either
                                                                                        : listed(SMTP_DATA, code);
    if (model->lmtp) /* "MUST fail with a 503 reply code" (RFC 2033 section 4.2) */
        return positive ? fault_among("SMTP-2033-4.2-01") : code == 503 ? fine : either;
    if (positive) /* "the server MAY"; with PIPELINING, "if and only if" (RFC 2920 section 3.2) */
        return (model->offers & OFFERS_PIPELINING) != 0 && s->phase == SMTP_SENDER && !s->binary
                   ? fault("SMTP-2920-3.2-04")
                   : either;
    return listed(SMTP_DATA, code);
}

static model_verdict to_bdat(const smtp_model *model, const smtp_item *item, unsigned code)
{
    const smtp_standing *s = &model->now;
    if ((model->offers & OFFERS_CHUNKING) == 0)
        return either;
    if (item->incomplete && code >= 500 && code <= 502)
        return either;    /* it could not read the size */
    if (item->incomplete) /* "MUST accept and discard the associated message data before sending"; and "once [it] receives
                             the specified number of octets" */
        return fault_among(
            "SMTP-3030-2-14 SMTP-2920-3.2-09 SMTP-3030-2-05 SMTP-3030-2-04 SMTP-5321-4.2-01 SMTP-5321-3.3-14");
    if (s->phase == SMTP_BROKEN)
        return code / 100 == 2 ? either : code == 503 ? fine : either;
    if (s->phase == SMTP_RECIPIENT || s->phase == SMTP_CHUNKS)
        return code == 503 ? either : listed(SMTP_BDAT, code);
    if (code / 100 == 2) /* of a message without MAIL; with MAIL and no recipient, a chunk is not yet a message */
        return s->phase == SMTP_SENDER && !item->last
                   ? either
                   : fault_among("SMTP-3030-2-10 SMTP-3030-2-11 SMTP-3030-2-12 "
                                 "SMTP-3030-2-13 SMTP-3030-2-15 SMTP-5321-4.3.1-05 SMTP-5321-3.3-15 SMTP-5321-3.3-14");
    return code == 503 ? fine : either;
}

static model_verdict to_starttls(const smtp_model *model, unsigned code)
{
    const bool offered = (model->offers & OFFERS_STARTTLS) != 0;
    if (model->tls)
        return code / 100 == 2 ? fault_among("SMTP-5321-4.3.1-05 SMTP-3207-4.2-08 SMTP-3207-4-01")
               : code == 503   ? fine
                               : either;
    if (!model->extended || model_in_transaction(&model->now) || model->now.phase == SMTP_BROKEN)
        return either;
    if (code / 100 == 2 && code != 220)
        return fault_among("SMTP-3207-4-01 SMTP-3207-4.2-12 SMTP-5321-4.3.1-05");
    if (!offered)
        return code / 100 == 2                             ? fault_among("SMTP-3207-4.2-12")
               : code == 500 || code == 502 || code == 503 ? fine
                                                           : either;
    return listed(SMTP_STARTTLS, code);
}

static const model_verdict not_base64 = {MODEL_FAULT, "SMTP-4954-4-17 SMTP-4954-4-19 SMTP-4954-4-20", NULL, true};

static model_verdict to_auth(const smtp_model *model, const smtp_item *item, const smtp_reply *reply)
{
    const smtp_standing *s = &model->now;
    const bool positive = reply->code / 100 < 4;
    if (positive && reply->code != 334 && reply->code != 235)
        return either;
    if (s->authenticated) /* "MUST reject any further AUTH commands with a 503 reply" */
        return reply->code == 503 ? fine : positive ? fault_among("SMTP-4954-4-01") : either;
    if (model_in_transaction(s)) /* "MUST be rejected with a 503 reply" */
        return reply->code == 503 ? fine : positive ? fault_among("SMTP-4954-4-02") : either;
    if ((model->offers & OFFERS_AUTH) == 0 || s->phase == SMTP_BROKEN || s->phase == SMTP_GREETED)
        return either;
    if (item->text == SASL_NOISE || item->text == SASL_CANCEL)
        return reply->code == 501 ? fine : positive ? not_base64 : either;
    if (reply->code == 334 && reply->challenge == SASL_NOISE)
        return fault("SMTP-4954-4-06 SMTP-4954-4-07");
    if (reply->code == 334)
        return item->one_step && item->text != SASL_NONE ? either : fine;
    if (reply->code == 235 && item->text == SASL_NONE)
        return either; /* a mechanism without any message? */
    return listed(SMTP_AUTH, reply->code);
}

static model_verdict to_auth_response(const smtp_item *item, const smtp_reply *reply)
{
    const bool positive = reply->code / 100 < 4;
    if (positive && reply->code != 334 && reply->code != 235)
        return either;
    if (item->text == SASL_CANCEL) /* "MUST reject the AUTH command by sending a 501 reply" */
        return reply->code == 501 ? fine : positive || reply->code == 535 ? fault_among("SMTP-4954-4-08") : either;
    if (item->text == SASL_NOISE) /* "MUST reject the AUTH command with a 501 reply" */
        return reply->code == 501 ? fine : positive ? not_base64 : either;
    if (reply->code == 334)
        return reply->challenge == SASL_NOISE ? fault("SMTP-4954-4-06 SMTP-4954-4-07") : fine;
    return listed(SMTP_AUTH_RESPONSE, reply->code);
}

static model_verdict to_etrn(const smtp_model *model, unsigned code)
{
    const bool offered = (model->offers & OFFERS_ETRN) != 0;
    if (!offered || !model->extended || model->now.phase != SMTP_READY)
        return either;
    if (code == 500 ||
        code == 502) /* "MUST NOT list capabilities ... for which they will return 502 (or 500)" (4.2.4) */
        return fault_among("SMTP-5321-4.2.4-06 SMTP-1985-5-01");
    return listed(SMTP_ETRN, code);
}

/* "501 Syntax error in command or arguments" (section 4.3.2); "the SMTP server MUST stay in the same state" (section
 * 4.1.4).  503 where the order is wrong, too; 500 is of a command whose name is not known; and one that can be
 * understood may be taken. */
static model_verdict to_wrong(unsigned code)
{
    return code == 501 ? fine : either;
}

static bool may_go_on(smtp_verb verb)
{
    return verb == SMTP_DATA || verb == SMTP_AUTH || verb == SMTP_AUTH_RESPONSE;
}

static model_verdict to_item(const smtp_model *model, const smtp_item *item, const smtp_reply *reply)
{
    const unsigned code = reply->code;
    if (item->wrong != NULL)
        return to_wrong(code);
    if (code / 100 == 3 && !may_go_on(item->verb))
        return item->verb == SMTP_UNKNOWN ? either : wrong_meaning;
    switch (item->verb) {
    case SMTP_EHLO:
    case SMTP_HELO:
    case SMTP_LHLO:
        return to_greeting(model, item->verb, reply);
    case SMTP_MAIL:
        return to_mail(model, item, code);
    case SMTP_RCPT:
        return to_rcpt(&model->now, code);
    case SMTP_DATA:
        return to_data(model, code);
    case SMTP_BDAT:
        return to_bdat(model, item, code);
    case SMTP_STARTTLS:
        return to_starttls(model, code);
    case SMTP_AUTH:
        return to_auth(model, item, reply);
    case SMTP_AUTH_RESPONSE:
        return to_auth_response(item, reply);
    case SMTP_ETRN:
        return to_etrn(model, code);
    case SMTP_VRFY: /* "Required", "SHOULD support": whether 502 or 504 is as good as any of the others */
    case SMTP_EXPN:
    case SMTP_HELP:
        return code >= 500 ? either : listed(item->verb, code);
    case SMTP_END_OF_DATA:
    case SMTP_RSET:
    case SMTP_NOOP:
    case SMTP_QUIT:
        return listed(item->verb, code);
    case SMTP_UNKNOWN:
        return code == 500 ? fine : either;
    case SMTP_VERBS:
        break;
    }
    return either;
}

model_verdict smtp_model_server(const smtp_model *model, const smtp_reply *reply)
{
    const smtp_phase phase = model->now.phase;
    if (reply->code == 421) /* "after the server receives any command or ... asynchronously" (section 3.8) */
        return fine;
    if (model->out_of_step)
        return either;
    if (phase == SMTP_CONNECTED)
        return reply->code == 220 || reply->code == 554 ? fine : either;
    if (model->data_due && reply->code >= 400)
        return either;      /* the reply to the mail data, which does not wait for its end: README.md */
    if (model->queued == 0) /* "Every command MUST generate exactly one reply." (section 4.2) */
        return fault_among("SMTP-3030-2-05 SMTP-3030-2-12 SMTP-5321-4.2-01 SMTP-5321-4.3.1-05 SMTP-5321-3.3-14 "
                           "SMTP-2033-4.2-02 SMTP-2033-4.3-01 "
                           "SMTP-2033-4.3-02 SMTP-3207-4.2-02 SMTP-SEC-bdat-03 SMTP-5321-4.1.1.4-06");
    if (phase == SMTP_REFUSED) /* "SHOULD respond to any intervening commands with 503" (section 3.1) */
        return reply->code == 503 || (model->queue[0].verb == SMTP_QUIT && reply->code == 221) ? fine : either;
    return to_item(model, &model->queue[0], reply);
}

model_verdict smtp_model_server_closes(const smtp_model *model, bool amidst)
{
    if (amidst) /* "all lines except the last one" say that another follows (section 4.2.1) */
        return fault_among("SMTP-5321-4.2.1-02");
    /* "After receiving a QUIT command and responding with a 221 reply", or "returning a 421 response code" (section 3.8);
     * "After a timeout", or for what it cannot help, is not to be seen from here */
    return model->now.phase == SMTP_OVER ? fine : either;
}
