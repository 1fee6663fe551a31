/*
 * compare_session_smtp.c - the SMTP session machine against the model, in dialogues with groups, chunks, exchanges and
 * the replies of LMTP; see compare.h
 *
 * Each octet of the choices picks who speaks, a command, what EHLO's reply offers, or a reply code.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/compare_talk.h"
#include "fuzz/model/smtp_session.h"
#include "mailspec/smtp_dialogue.h"

enum { TEXT_MAX = 512, STEPS_MAX = 60, GROUP_MAX = 7, CHUNK = 6 };

typedef struct dialogue {
    ms_smtp_dialogue reader;
    ms_smtp_run runs[64];
    smtp_model model;
    compare_choices choices;
    size_t chunk_left; /* octets of the last BDAT's chunk that were not said yet */
    bool enhanced;     /* EHLO's reply listed it, once: "regardless of whether or not EHLO is employed" (RFC 2034) */
    unsigned late;     /* commands until a reply to the second of client_says_two() is one too many */
    bool
        unanswered; /* the last command: a last chunk for nobody, whose reply the machine waits for until more is said */
    bool waits;     /* the client does not speak before the reply */
    bool over;      /* what comes next the model does not know */
    bool odd[2];    /* a bare CR or LF was said, once, which is told once */
    bool closed;    /* by a side */
    bool data_refused; /* DATA was, and what comes next may be the text of a message all the same */
    compare_talk talk; /* the last member: talk_begin() sets it */
} dialogue;

static size_t take(void *state, ms_side side, ms_span held, ms_findings *findings, bool *waits)
{
    ms_smtp_event event;
    ms_smtp_dialogue_read(state, side, held, findings, &event);
    *waits = event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED;
    return event.consumed;
}

static void end_side(void *state, ms_side side, const size_t held[2], ms_findings *findings)
{
    ms_smtp_dialogue_close(state, side, held[MS_CLIENT], held[MS_SERVER], findings);
}

/* --- the client ------------------------------------------------------------------------------------------------- */

static const char *const commands[] = {
    [SMTP_EHLO] = "EHLO c.example\r\n",
    [SMTP_HELO] = "HELO c.example\r\n",
    [SMTP_LHLO] = "LHLO c.example\r\n",
    [SMTP_RCPT] = "RCPT TO:<b@h.example>\r\n",
    [SMTP_DATA] = "DATA\r\n",
    [SMTP_END_OF_DATA] = "Date: Mon, 23 Nov 2026 05:00:00 +0000\r\nFrom: a@c.example\r\n\r\n..c\r\n.\r\n",
    [SMTP_RSET] = "RSET\r\n",
    [SMTP_NOOP] = "NOOP\r\n",
    [SMTP_VRFY] = "VRFY b\r\n",
    [SMTP_EXPN] = "EXPN b\r\n",
    [SMTP_HELP] = "HELP\r\n",
    [SMTP_QUIT] = "QUIT\r\n",
    [SMTP_STARTTLS] = "STARTTLS\r\n",
    [SMTP_ETRN] = "ETRN h.example\r\n",
    [SMTP_UNKNOWN] = "XFOO\r\n",
};

static const char *auth_text(const smtp_item *item)
{
    if (item->text == SASL_NONE)
        return item->one_step ? "AUTH EXTERNAL\r\n" : "AUTH X-A\r\n";
    if (item->text == SASL_BASE64)
        return item->one_step ? "AUTH EXTERNAL =\r\n" : "AUTH X-A AAAA\r\n";
    return item->one_step ? "AUTH EXTERNAL =AAA\r\n" : "AUTH X-A =AAA\r\n";
}

static const char *response_text(const smtp_item *item)
{
    return item->text == SASL_BASE64 ? "AAAA\r\n" : item->text == SASL_CANCEL ? "*\r\n" : "=AAA\r\n";
}

static void item_text(const smtp_item *item, char *text)
{
    const char *words =
        item->verb == SMTP_MAIL
            ? item->binary ? "MAIL FROM:<a@c.example> BODY=BINARYMIME\r\n" : "MAIL FROM:<a@c.example>\r\n"
        : item->verb == SMTP_AUTH          ? auth_text(item)
        : item->verb == SMTP_AUTH_RESPONSE ? response_text(item)
        : item->verb == SMTP_BDAT ? item->last ? item->incomplete ? "BDAT 6 LAST\r\n" : "BDAT 6 LAST\r\nA: b\r\n"
                                    : item->incomplete ? "BDAT 6\r\n"
                                                       : "BDAT 6\r\nA: b\r\n"
                                  : commands[item->verb];
    memcpy(text, words, strlen(words) + 1); /* snprintf() is the sanitizer's */
}

/* What comes next in a session that goes well. */
static smtp_verb usual_verb(dialogue *d)
{
    smtp_phase phase = d->model.now.phase;
    bool authenticated = d->model.now.authenticated;
    for (size_t i = 0; i < d->model.queued; i++) {
        const smtp_verb verb = d->model.queue[i].verb;
        phase = verb == SMTP_MAIL                               ? SMTP_SENDER
                : verb == SMTP_RCPT                             ? SMTP_RECIPIENT
                : verb == SMTP_BDAT                             ? d->model.queue[i].last ? SMTP_READY : SMTP_CHUNKS
                : verb == SMTP_RSET || verb == SMTP_END_OF_DATA ? SMTP_READY
                                                                : phase;
        authenticated = authenticated || verb == SMTP_AUTH;
    }
    switch (phase) {
    case SMTP_CONNECTED:
    case SMTP_GREETED:
        return d->model.lmtp ? SMTP_LHLO : SMTP_EHLO;
    case SMTP_READY:
        if ((d->model.offers & OFFERS_STARTTLS) != 0 && !d->model.tls && compare_one_of(&d->choices, 4))
            return SMTP_STARTTLS;
        return (d->model.offers & OFFERS_AUTH) != 0 && !authenticated && compare_one_of(&d->choices, 2) ? SMTP_AUTH
                                                                                                        : SMTP_MAIL;
    case SMTP_SENDER:
        return SMTP_RCPT;
    case SMTP_RECIPIENT:
        if (compare_one_of(&d->choices, 3))
            return SMTP_RCPT;
        return (d->model.offers & OFFERS_CHUNKING) != 0 && compare_one_of(&d->choices, 2) ? SMTP_BDAT : SMTP_DATA;
    case SMTP_CHUNKS:
        return SMTP_BDAT;
    case SMTP_BROKEN:
        return SMTP_RSET;
    case SMTP_REFUSED:
    case SMTP_TLS_NEXT:
    case SMTP_OVER:
        break;
    }
    return SMTP_QUIT;
}

static smtp_item next_item(dialogue *d)
{
    smtp_item item = {.verb = compare_one_of(&d->choices, 3) ? (smtp_verb)compare_choose(&d->choices, SMTP_VERBS)
                                                             : usual_verb(d)};
    if (d->model.data_due)
        item.verb = SMTP_END_OF_DATA;
    else if (d->model.response_due)
        item.verb = SMTP_AUTH_RESPONSE;
    else if (item.verb == SMTP_END_OF_DATA || item.verb == SMTP_AUTH_RESPONSE)
        item.verb = SMTP_RSET;
    if (item.verb == SMTP_BDAT) {
        item.last = compare_one_of(&d->choices, 2);
        item.incomplete = compare_one_of(&d->choices, 8);
    }
    if (item.verb == SMTP_MAIL)
        item.binary = compare_one_of(&d->choices, 4);
    if (item.verb == SMTP_AUTH) {
        item.one_step = compare_one_of(&d->choices, 2);
        item.text = talk_initial_response(&d->choices);
    }
    if (item.verb == SMTP_AUTH_RESPONSE)
        item.text = talk_response(&d->choices, d->model.challenge);
    return item;
}

/* Commands that are not in their grammar, and the requirements one of which each of them breaks.  BDAT is not among them:
 * what follows it would be anybody's guess. */
static const struct {
    smtp_verb verb;
    const char *text, *ids;
} wrong_commands[] = {
    {SMTP_MAIL, "MAIL <a@c.example>\r\n", "SMTP-5321-4.1.1.2-03"},
    {SMTP_MAIL, "MAIL FROM:<a@c..example>\r\n", "SMTP-5321-4.1.2-11"},
    {SMTP_MAIL, "MAIL FROM:<a@>\r\n", "SMTP-5321-4.1.2-33 SMTP-5321-4.1.2-11"},
    {SMTP_MAIL, "MAIL FROM:<a@c.example> SIZE=x\r\n", "SMTP-1870-3-02"},
    {SMTP_RCPT, "RCPT <b@h.example>\r\n", "SMTP-5321-4.1.1.3-07"},
    {SMTP_RCPT, "RCPT TO:<>\r\n", "SMTP-5321-4.1.2-04"},
    {SMTP_RCPT, "RCPT TO:<@h.example>\r\n", "SMTP-5321-4.1.2-06"},
    {SMTP_EHLO, "EHLO\r\n", "SMTP-5321-2.3.5-02"},
    {SMTP_HELO, "HELO\r\n", "SMTP-5321-2.3.5-02"},
    {SMTP_VRFY, "VRFY\r\n", "SMTP-5321-4.1.1.6-02"},
    {SMTP_EXPN, "EXPN\r\n", "SMTP-5321-4.1.1.7-02"},
    {SMTP_AUTH, "AUTH\r\n", "SMTP-4954-8-01"},
    {SMTP_AUTH, "AUTH X-A AAAA AAAA\r\n", "SMTP-4954-8-01"},
    {SMTP_ETRN, "ETRN\r\n", "SMTP-1985-5-09"},
    {SMTP_DATA, "DATA x\r\n", "SMTP-5321-4.1.1-10"},
    {SMTP_RSET, "RSET x\r\n", "SMTP-5321-4.1.1-10"},
    {SMTP_QUIT, "QUIT x\r\n", "SMTP-5321-4.1.1-10"},
    {SMTP_STARTTLS, "STARTTLS x\r\n", "SMTP-3207-4-12"},
};

static void client_says_wrong(dialogue *d)
{
    const unsigned which = compare_choose(&d->choices, sizeof wrong_commands / sizeof wrong_commands[0]);
    const smtp_item item = {.verb = wrong_commands[which].verb, .wrong = wrong_commands[which].ids};
    talk_say(&d->talk, MS_CLIENT, wrong_commands[which].text, smtp_model_client(&d->model, &item));
    smtp_model_say(&d->model, &item);
    d->waits = true;
}

/* One line with a bare CR, which a server "MUST NOT recognize" for a line's end (RFC 5321 section 2.3.8): a command that
 * nobody knows, or one that is not in its grammar. */
static void client_says_bare_cr(dialogue *d)
{
    static const char *const texts[] = {"NOOP\rNOOP\r\n", "RSET\rQUIT\r\n", "MAIL FROM:<a@c.example>\rRSET\r\n",
                                        "VRFY b\rHELP\r\n", "XFOO\r\r\n"};
    static const model_verdict bare_cr = {MODEL_FAULT, "SMTP-5321-2.3.8-04", NULL, true};
    const smtp_item item = {.verb = SMTP_UNKNOWN};
    talk_say(&d->talk, MS_CLIENT, texts[compare_choose(&d->choices, 5)], bare_cr);
    smtp_model_say(&d->model, &item);
    d->waits = true;
}

/* Bare CR and bare LF in what is sent as text, whose lines CRLF ends (RFC 5321 section 2.3.8, RFC 3030 section 2): once, as it is
 * told once.  BODY=BINARYMIME may hold anything. */
static model_verdict say_odd_content(dialogue *d, const smtp_item *item, model_verdict verdict, char *text)
{
    const smtp_phase phase = d->model.now.phase;
    const bool chunk = item->verb == SMTP_BDAT && !item->incomplete && d->model.queued == 0 &&
                       (phase == SMTP_RECIPIENT || phase == SMTP_CHUNKS) && !d->model.now.binary;
    if (d->odd[MS_CLIENT] || verdict.judgement == MODEL_FAULT || (!chunk && item->verb != SMTP_END_OF_DATA) ||
        !compare_one_of(&d->choices, 8))
        return verdict;
    const bool cr = compare_one_of(&d->choices, 2);
    d->odd[MS_CLIENT] = true;
    if (chunk) {
        snprintf(text, TEXT_MAX, "BDAT 6%s\r\nA:%cb\r\n", item->last ? " LAST" : "", cr ? '\r' : '\n');
        return (model_verdict){MODEL_FAULT, "SMTP-3030-2-23", NULL, verdict.open};
    }
    snprintf(text, TEXT_MAX, "Date: Mon, 23 Nov 2026 05:00:00 +0000\r\nFrom: a@c.example\r\n\r\nb%cc\r\n.\r\n",
             cr ? '\r' : '\n');
    return (model_verdict){MODEL_FAULT, cr ? "SMTP-5321-2.3.8-04" : "SMTP-5321-2.3.8-04 SMTP-5321-2.3.8-05", NULL,
                           verdict.open};
}

/* Two commands with a bare LF between: one line, and no command, for a server that "MUST NOT" take it for a line end. */
static void client_says_two(dialogue *d)
{
    static const char *const first[] = {"NOOP\n", "RSET\n", "VRFY b\n", "MAIL FROM:<a@c.example>\n"};
    static const char *const second[] = {"NOOP\r\n", "RSET\r\n", "HELP\r\n"};
    static const model_verdict bare_lf = {MODEL_FAULT, "SMTP-5321-2.3.8-05", NULL, true};
    const smtp_item item = {.verb = SMTP_UNKNOWN};
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s%s", first[compare_choose(&d->choices, 4)], second[compare_choose(&d->choices, 3)]);
    talk_say(&d->talk, MS_CLIENT, text, bare_lf);
    smtp_model_say(&d->model, &item);
    d->waits = true;
    d->late = 2;
}

static void client_speaks(dialogue *d)
{
    char text[TEXT_MAX];
    const bool alone = d->model.queued == 0 && !d->model.data_due && !d->model.response_due && d->late == 0 &&
                       d->model.now.phase != SMTP_CONNECTED;
    if (alone && compare_one_of(&d->choices, 32)) {
        client_says_two(d);
        return;
    }
    if (alone && compare_one_of(&d->choices, 32)) {
        client_says_wrong(d);
        return;
    }
    if (alone && !d->data_refused && compare_one_of(&d->choices, 64)) {
        client_says_bare_cr(d);
        return;
    }
    if (d->model.queued == 0 && d->late > 0)
        d->late--;
    const smtp_item item = next_item(d);
    d->data_refused = d->data_refused && item.verb == SMTP_UNKNOWN;
    model_verdict verdict = smtp_model_client(&d->model, &item);
    const smtp_item *last = d->model.queued > 0 ? &d->model.queue[d->model.queued - 1] : NULL;
    const bool held =
        last != NULL && (last->verb == SMTP_DATA || last->verb == SMTP_STARTTLS || last->verb == SMTP_AUTH ||
                         last->verb == SMTP_AUTH_RESPONSE || last->verb == SMTP_QUIT);
    item_text(&item, text);
    verdict = say_odd_content(d, &item, verdict, text);
    talk_say(&d->talk, MS_CLIENT, text, verdict);
    smtp_model_say(&d->model, &item);
    /* a chunk for nobody is not answered in LMTP: a late reply may be to it */
    d->over = d->over || (d->late > 0 && d->model.lmtp && item.verb == SMTP_BDAT);
    d->chunk_left = item.verb == SMTP_BDAT && item.incomplete ? CHUNK : 0;
    /* What these octets are, the reply decides, or else who reads them. */
    d->over = d->over || held || d->model.unsure;
    const bool early_chunk = item.verb == SMTP_BDAT && (d->model.offers & OFFERS_CHUNKING) == 0;
    d->over = d->over || (early_chunk && verdict.judgement != MODEL_FINE);
}

static void client_goes_on(dialogue *d)
{
    d->chunk_left = 0;
    if (d->model.queued > 0)
        d->model.queue[d->model.queued - 1].incomplete = false;
    talk_say(&d->talk, MS_CLIENT, "A: b\r\n", (model_verdict){MODEL_FINE, NULL, NULL, false});
}

/* --- the server ------------------------------------------------------------------------------------------------- */

/* The reply that is expected of a server that does what is asked. */
static unsigned usual_code(smtp_verb verb)
{
    static const uint16_t codes[] = {
        [SMTP_EHLO] = 250,    [SMTP_HELO] = 250,          [SMTP_LHLO] = 250,        [SMTP_MAIL] = 250,
        [SMTP_RCPT] = 250,    [SMTP_DATA] = 354,          [SMTP_END_OF_DATA] = 250, [SMTP_BDAT] = 250,
        [SMTP_RSET] = 250,    [SMTP_NOOP] = 250,          [SMTP_VRFY] = 252,        [SMTP_EXPN] = 250,
        [SMTP_HELP] = 214,    [SMTP_QUIT] = 221,          [SMTP_STARTTLS] = 220,    [SMTP_AUTH] = 235,
        [SMTP_UNKNOWN] = 500, [SMTP_AUTH_RESPONSE] = 235, [SMTP_ETRN] = 250};
    return codes[verb];
}

/* One that the model calls right, if there is one. */
static unsigned right_code(dialogue *d, smtp_reply reply)
{
    static const uint16_t others[] = {503, 501, 500, 550};
    reply.code =
        d->model.queued == 0 || d->model.now.phase == SMTP_CONNECTED ? 220 : usual_code(d->model.queue[0].verb);
    for (size_t i = 0; i < 4 && smtp_model_server(&d->model, &reply).judgement != MODEL_FINE; i++)
        reply.code = others[i];
    return reply.code;
}

static unsigned any_code(dialogue *d)
{
    static const uint16_t codes[] = {211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 450, 451, 452, 454, 455,
                                     500, 501, 502, 503, 504, 534, 535, 550, 551, 552, 553, 554, 555, 253, 458, 459};
    return codes[compare_choose(&d->choices, sizeof codes / sizeof codes[0])];
}

static void reply_text(dialogue *d, const smtp_reply *reply, bool greeting, bool lists, char *text)
{
    static const char *const keywords[] = {
        "PIPELINING", "CHUNKING", "BINARYMIME", "STARTTLS", "AUTH X-A EXTERNAL", "ENHANCEDSTATUSCODES", "ETRN"};
    const unsigned code = reply->code;
    size_t len = 0;
    if (lists) {
        len += (size_t)snprintf(text, TEXT_MAX, "250-h.example\r\n");
        for (unsigned i = 0; i < 7; i++)
            if ((reply->offers & 1U << i) != 0)
                len += (size_t)snprintf(text + len, TEXT_MAX - len, "250-%s\r\n", keywords[i]);
        snprintf(text + len, TEXT_MAX - len, "250-EXPN\r\n250 HELP\r\n");
        return;
    }
    if (code == 334) {
        snprintf(text, TEXT_MAX, "334 %s\r\n",
                 reply->challenge == SASL_NOISE  ? "=AAA"
                 : reply->challenge == SASL_NONE ? ""
                                                 : "AAAA");
        return;
    }
    /* "2yz, 4yz and 5yz" but for the greetings (RFC 2034 section 4) */
    char enhanced[16] = "";
    const bool plain = greeting || code / 100 == 3;
    const smtp_verb verb = d->model.queued > 0 ? d->model.queue[0].verb : SMTP_VERBS;
    const bool auth = verb == SMTP_AUTH || verb == SMTP_AUTH_RESPONSE;
    if (d->enhanced && !plain)
        snprintf(enhanced, sizeof enhanced, "%u.%s ", code / 100,
                 code == 235   ? "7.0"
                 : code == 535 ? "7.8"
                 : !auth       ? "0.0"
                 : code == 501 ? "5.2"
                 : code == 504 ? "5.4"
                               : "7.0");
    const bool names = greeting || code == 220 || code == 221 || code == 421;
    const char *words = names                                    ? "h.example done"
                        : code == 251 || code == 551             ? "try <b@i.example>"
                        : verb == SMTP_VRFY || verb == SMTP_EXPN ? "<v@h.example>"
                                                                 : "done";
    if (!greeting && verb != SMTP_VRFY && verb != SMTP_EXPN && code / 100 != 3 && !names &&
        compare_one_of(&d->choices, 8))
        len += (size_t)snprintf(text, TEXT_MAX, "%u-%s%s\r\n", code, enhanced, words);
    snprintf(text + len, TEXT_MAX - len, "%u %s%s\r\n", code, enhanced, words);
}

static unsigned any_offers(dialogue *d)
{
    const unsigned all =
        OFFERS_PIPELINING | OFFERS_CHUNKING | OFFERS_ENHANCED | OFFERS_AUTH | OFFERS_BINARYMIME | OFFERS_ETRN;
    unsigned offers = compare_one_of(&d->choices, 2) ? all & compare_choose(&d->choices, 256) : all;
    offers |= !d->model.tls && compare_one_of(&d->choices, 2) ? OFFERS_STARTTLS : 0;
    offers |= compare_one_of(&d->choices, 32) ? OFFERS_STARTTLS : 0;
    return !d->model.lmtp || compare_one_of(&d->choices, 16) ? offers : offers | OFFERS_PIPELINING | OFFERS_ENHANCED;
}

static void begin_tls(dialogue *d)
{
    ms_finding items[TALK_FINDINGS];
    ms_findings findings = {.items = items, .capacity = TALK_FINDINGS};
    ms_smtp_dialogue_tls(&d->reader, d->talk.len[MS_CLIENT], d->talk.len[MS_SERVER], &findings);
    talk_found(&d->talk, &findings);
    talk_tls(&d->talk);
    smtp_model_tls(&d->model);
}

/* A bare CR in the text of a reply, once (RFC 5321 section 2.3.8: nor "generate any other character" for a line's end; of it the
 * textstring has none, section 4.2). */
static model_verdict say_odd_reply(dialogue *d, const smtp_reply *reply, bool lists, model_verdict verdict, char *text)
{
    const size_t len = strlen(text);
    const smtp_verb verb = d->model.queued > 0 ? d->model.queue[0].verb : SMTP_VERBS;
    if (d->odd[MS_SERVER] || lists || reply->code == 334 || verb == SMTP_VRFY || verb == SMTP_EXPN ||
        verdict.judgement == MODEL_FAULT || !compare_one_of(&d->choices, 64))
        return verdict;
    d->odd[MS_SERVER] = true;
    snprintf(text + len - 2, TEXT_MAX - len, " b\rc\r\n");
    return (model_verdict){MODEL_FAULT, "SMTP-5321-2.3.8-03 SMTP-5321-4.2-02", NULL, verdict.open};
}

/* A reply behind which the model can go on. */
static bool is_followed(const model_verdict *verdict, const smtp_item *item, unsigned code)
{
    if (verdict->judgement == MODEL_FINE)
        return code != 421;
    return verdict->judgement == MODEL_OPEN && code >= 400 && item != NULL && item->verb != SMTP_QUIT;
}

static void server_speaks(dialogue *d)
{
    char text[TEXT_MAX];
    d->waits = false;
    const bool opens = d->model.now.phase == SMTP_CONNECTED;
    const smtp_item *first = d->model.queued > 0 && !opens ? &d->model.queue[0] : NULL;
    smtp_reply reply = {.challenge = compare_one_of(&d->choices, 8)   ? SASL_NOISE
                                     : compare_one_of(&d->choices, 2) ? SASL_NONE
                                                                      : SASL_BASE64};
    const bool lists = first != NULL && (first->verb == SMTP_EHLO || first->verb == SMTP_LHLO);
    const bool exchange = first != NULL && (first->verb == SMTP_AUTH || first->verb == SMTP_AUTH_RESPONSE);
    if (lists)
        reply.offers = any_offers(d);
    reply.code = compare_one_of(&d->choices, 5)               ? any_code(d)
                 : exchange && compare_one_of(&d->choices, 3) ? 334
                                                              : right_code(d, reply);
    const model_verdict either = {MODEL_OPEN, NULL, NULL, true};
    const model_verdict verdict = first == NULL && d->late > 0 ? either : smtp_model_server(&d->model, &reply);
    const bool greeting = first == NULL ? opens : lists || first->verb == SMTP_HELO;
    reply_text(d, &reply, greeting, lists && reply.code == 250, text);
    talk_say(&d->talk, MS_SERVER, text, say_odd_reply(d, &reply, lists && reply.code == 250, verdict, text));
    /* "If the code "552 message exceeds fixed maximum message size" is received" (RFC 1870 section 6.2), to a size that is none? */
    const bool no_size = first != NULL && first->wrong != NULL && first->verb == SMTP_MAIL && reply.code % 100 == 52;
    if (no_size || (!is_followed(&verdict, first, reply.code) && !(opens && reply.code == 220))) {
        d->over = true;
        return;
    }
    if (first != NULL && first->verb != SMTP_UNKNOWN)
        d->data_refused = first->verb == SMTP_DATA && reply.code >= 400;
    smtp_model_reply(&d->model, &reply);
    d->enhanced = d->enhanced || (d->model.offers & OFFERS_ENHANCED) != 0;
    d->over = d->over || d->model.unsure || d->model.now.phase == SMTP_OVER;
}

/* --- both ------------------------------------------------------------------------------------------------------- */

static bool same_state(const dialogue *d)
{
    static const ms_smtp_state states[] = {
        [SMTP_REFUSED] = MS_SMTP_REFUSED,   [SMTP_GREETED] = MS_SMTP_GREETED,     [SMTP_READY] = MS_SMTP_READY,
        [SMTP_SENDER] = MS_SMTP_SENDER,     [SMTP_RECIPIENT] = MS_SMTP_RECIPIENT, [SMTP_CHUNKS] = MS_SMTP_CHUNKS,
        [SMTP_TLS_NEXT] = MS_SMTP_TLS_NEXT, [SMTP_OVER] = MS_SMTP_CLOSING,
    };
    const uint8_t state = d->reader.session.state;
    if (d->model.data_due)
        return state == MS_SMTP_MAIL_DATA;
    if (d->model.response_due)
        return state == MS_SMTP_AUTHENTICATING;
    if (d->model.lmtp && d->model.now.bdat_refused)
        return true; /* whether a reply is still waited for */
    return d->model.now.phase == SMTP_BROKEN || state == states[d->model.now.phase];
}

/* A side closes, and nothing is said any more: the server amidst a reply, the client amidst a chunk, perhaps. */
static void closes(dialogue *d)
{
    const ms_side side = compare_one_of(&d->choices, 2) ? MS_CLIENT : MS_SERVER;
    const model_verdict either = {MODEL_OPEN, NULL, NULL, true};
    bool amidst = side == MS_CLIENT && d->chunk_left > 0;
    if (side == MS_SERVER && d->model.queued > 0 && d->model.now.phase != SMTP_OVER && d->chunk_left == 0 &&
        d->model.now.phase != SMTP_CONNECTED && compare_one_of(&d->choices, 2)) {
        amidst = true;
        talk_say(&d->talk, MS_SERVER, "550-h.example\r\n", either);
    }
    talk_close(&d->talk, side,
               side == MS_CLIENT ? smtp_model_client_closes(&d->model, amidst)
                                 : smtp_model_server_closes(&d->model, amidst));
    d->over = d->closed = true;
}

static void step(dialogue *d)
{
    if (d->late == 0 && !d->model.out_of_step && compare_one_of(&d->choices, 64)) {
        closes(d);
        return;
    }
    const bool connected = d->model.now.phase == SMTP_CONNECTED;
    const bool server_is_due = connected || d->model.queued > 0;
    const bool group =
        (d->model.offers & OFFERS_PIPELINING) != 0 ? compare_one_of(&d->choices, 2) : compare_one_of(&d->choices, 16);
    if (d->chunk_left > 0 && (d->model.queued == 0 || !compare_one_of(&d->choices, 4)))
        client_goes_on(d);
    else if (server_is_due && d->chunk_left == 0 && group && !d->waits && d->model.queued < GROUP_MAX)
        client_speaks(d);
    else if (server_is_due || compare_one_of(&d->choices, 64))
        server_speaks(d);
    else
        client_speaks(d);
    if (d->over || d->model.queued > 0 || d->model.now.phase == SMTP_CONNECTED)
        return;
    talk_settle(&d->talk);
    if (d->talk.why == NULL && !same_state(d))
        d->talk.why = "the state";
    if (d->model.now.phase == SMTP_TLS_NEXT)
        begin_tls(d);
}

const char *compare_smtp_session(ms_span choices)
{
    static dialogue d;
    memset(&d, 0, offsetof(dialogue, talk));
    d.choices.octets = choices;
    const talk_reader reader = {&d.reader, take, end_side};
    d.model.lmtp = compare_one_of(&d.choices, 3);
    ms_smtp_dialogue_init(&d.reader, d.model.lmtp ? MS_VARIANT_LMTP : MS_VARIANT_SMTP, d.runs,
                          sizeof d.runs / sizeof d.runs[0]);
    talk_begin(&d.talk, d.model.lmtp ? TALK_LMTP : TALK_SMTP, &reader);
    for (unsigned steps = 0; steps < STEPS_MAX && d.choices.used < choices.len && !d.over && d.talk.why == NULL;
         steps++)
        step(&d);
    if (d.model.now.phase == SMTP_OVER && !d.closed && d.talk.why == NULL)
        closes(&d);
    if (d.over && (d.closed ? d.model.queued == 0 : d.model.queued <= 1) && d.talk.len[MS_CLIENT] == 0)
        talk_settle(&d.talk);
    talk_end(&d.talk);
    return d.talk.why;
}
