/*
 * compare_session_pop3.c - the POP3 session machine against the model, in dialogues with groups and exchanges; see compare.h
 *
 * Each octet of the choices picks who speaks, a command, a message-number, or the answer.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/compare_talk.h"
#include "fuzz/model/pop3_session.h"
#include "mailspec/pop3_dialogue.h"

enum { TEXT_MAX = 512, STEPS_MAX = 60, GROUP_MAX = 7 };

typedef struct dialogue {
    ms_pop3_dialogue reader;
    ms_pop3_run runs[64];
    uint8_t messages[16];
    pop3_model model;
    compare_choices choices;
    bool listed;       /* PIPELINING, in every list of this connection */
    bool over;         /* what comes next the model does not know */
    bool odd[2];       /* a bare CR was said, once, which is told once */
    bool closed;       /* by a side */
    compare_talk talk; /* the last member: talk_begin() sets it */
} dialogue;

static size_t take(void *state, ms_side side, ms_span held, ms_findings *findings, bool *waits)
{
    ms_pop3_event event;
    ms_pop3_dialogue_read(state, side, held, findings, &event);
    *waits = event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED;
    return event.consumed;
}

static void end_side(void *state, ms_side side, const size_t held[2], ms_findings *findings)
{
    ms_pop3_dialogue_close(state, side, held[MS_CLIENT], held[MS_SERVER], findings);
}

/* --- the client ------------------------------------------------------------------------------------------------- */

static void item_text(const pop3_item *item, char *text)
{
    static const char *const words[] = {
        [POP3_USER] = "USER a", [POP3_PASS] = "PASS b", [POP3_APOP] = "APOP a 0123456789abcdef0123456789abcdef",
        [POP3_STAT] = "STAT",   [POP3_LIST] = "LIST",   [POP3_RETR] = "RETR",
        [POP3_DELE] = "DELE",   [POP3_NOOP] = "NOOP",   [POP3_RSET] = "RSET",
        [POP3_TOP] = "TOP",     [POP3_UIDL] = "UIDL",   [POP3_QUIT] = "QUIT",
        [POP3_STLS] = "STLS",   [POP3_UTF8] = "UTF8",   [POP3_LANG] = "LANG",
        [POP3_CAPA] = "CAPA"};
    static const char *const texts[] = {
        [SASL_NONE] = "", [SASL_BASE64] = "AAAA", [SASL_CANCEL] = "*", [SASL_NOISE] = "=AAA"};
    if (item->verb == POP3_TOP)
        snprintf(text, TEXT_MAX, "TOP %u 0\r\n", item->number);
    else if (item->verb == POP3_LANG && item->number != 0)
        snprintf(text, TEXT_MAX, "LANG en\r\n");
    else if (item->verb == POP3_AUTH)
        snprintf(text, TEXT_MAX, "AUTH %s%s%s\r\n", item->one_step ? "EXTERNAL" : "X-A",
                 item->text == SASL_NONE ? "" : " ",
                 item->one_step && item->text == SASL_BASE64 ? "=" : texts[item->text]);
    else if (item->verb == POP3_AUTH_RESPONSE)
        snprintf(text, TEXT_MAX, "%s\r\n", texts[item->text]);
    else if (item->number != 0)
        snprintf(text, TEXT_MAX, "%s %u\r\n", words[item->verb], item->number);
    else
        snprintf(text, TEXT_MAX, "%s\r\n", words[item->verb]);
}

static pop3_verb usual_verb(dialogue *d)
{
    static const pop3_verb mailbox[] = {POP3_STAT, POP3_LIST, POP3_RETR, POP3_DELE,
                                        POP3_UIDL, POP3_TOP,  POP3_NOOP, POP3_RSET};
    const pop3_item *last = d->model.queued > 0 ? &d->model.queue[d->model.queued - 1] : NULL;
    if (d->model.now.state != POP3_AUTHORIZATION || (last != NULL && last->verb != POP3_USER))
        return mailbox[compare_choose(&d->choices, 8)];
    if (d->model.now.user_last || last != NULL)
        return POP3_PASS;
    return compare_one_of(&d->choices, 3) ? POP3_AUTH : compare_one_of(&d->choices, 8) ? POP3_STLS : POP3_USER;
}

static pop3_item next_item(dialogue *d)
{
    pop3_item item = {.verb = compare_one_of(&d->choices, 3) ? (pop3_verb)compare_choose(&d->choices, POP3_VERBS)
                                                             : usual_verb(d)};
    if (d->model.response_due)
        item.verb = POP3_AUTH_RESPONSE;
    else if (item.verb == POP3_AUTH_RESPONSE)
        item.verb = POP3_CAPA;
    const bool wants = item.verb == POP3_RETR || item.verb == POP3_DELE || item.verb == POP3_TOP;
    if (wants || ((item.verb == POP3_LIST || item.verb == POP3_UIDL) && compare_one_of(&d->choices, 2)))
        item.number =
            1 + compare_choose(&d->choices, compare_one_of(&d->choices, 8) ? POP3_MESSAGES + 2 : POP3_MESSAGES);
    if (item.verb == POP3_LANG)
        item.number = compare_choose(&d->choices, 2);
    if (item.verb == POP3_AUTH) {
        item.one_step = compare_one_of(&d->choices, 2);
        item.text = talk_initial_response(&d->choices);
    }
    if (item.verb == POP3_AUTH_RESPONSE)
        item.text = talk_response(&d->choices, d->model.challenge);
    return item;
}

static bool decides(const pop3_item *item)
{
    return item->verb == POP3_STLS || item->verb == POP3_AUTH || item->verb == POP3_AUTH_RESPONSE ||
           item->verb == POP3_QUIT;
}

/* Commands that are not in their grammar, and the requirements one of which each of them breaks. */
static const struct {
    pop3_verb verb;
    const char *text, *ids;
} wrong_commands[] = {
    {POP3_USER, "USER\r\n", "POP3-1939-5-52"},    {POP3_PASS, "PASS\r\n", "POP3-1939-5-52"},
    {POP3_APOP, "APOP a\r\n", "POP3-1939-5-52"},  {POP3_APOP, "APOP a 0123\r\n", "POP3-1939-7-48"},
    {POP3_RETR, "RETR\r\n", "POP3-1939-5-52"},    {POP3_RETR, "RETR x\r\n", "POP3-1939-4-12"},
    {POP3_DELE, "DELE\r\n", "POP3-1939-5-52"},    {POP3_DELE, "DELE 0\r\n", "POP3-1939-4-12"},
    {POP3_LIST, "LIST -1\r\n", "POP3-1939-4-12"}, {POP3_UIDL, "UIDL 1 2\r\n", "POP3-1939-5-53"},
    {POP3_TOP, "TOP 1\r\n", "POP3-1939-5-52"},    {POP3_TOP, "TOP 1 x\r\n", "POP3-1939-7-65"},
    {POP3_STAT, "STAT 1\r\n", "POP3-1939-5-53"},  {POP3_NOOP, "NOOP x\r\n", "POP3-1939-5-53"},
    {POP3_RSET, "RSET x\r\n", "POP3-1939-5-53"},  {POP3_CAPA, "XTND XMIT\r\n", NULL}, /* a command that nobody knows */
};

/* Where the response is waited for. */
static void client_says_wrong(dialogue *d)
{
    const unsigned which = compare_choose(&d->choices, sizeof wrong_commands / sizeof wrong_commands[0]);
    const char *ids = wrong_commands[which].ids;
    const pop3_item item = {.verb = wrong_commands[which].verb, .wrong = ids != NULL ? ids : ""};
    const model_verdict unknown = {MODEL_OPEN, NULL, NULL, true};
    talk_say(&d->talk, MS_CLIENT, wrong_commands[which].text,
             ids != NULL ? pop3_model_client(&d->model, &item) : unknown);
    pop3_model_say(&d->model, &item);
}

/* One line with a bare CR: "Keywords and arguments consist of printable ASCII characters" (RFC 1939 section 3). */
static void client_says_bare_cr(dialogue *d)
{
    static const char *const texts[] = {"NOOP\rNOOP\r\n", "STAT\r\r\n", "RSET\rQUIT\r\n", "LIST 1\r2\r\n"};
    static const model_verdict bare_cr = {MODEL_FAULT, "POP3-1939-3-05", NULL, true};
    const pop3_item item = {.verb = POP3_CAPA, .wrong = ""};
    talk_say(&d->talk, MS_CLIENT, texts[compare_choose(&d->choices, 4)], bare_cr);
    pop3_model_say(&d->model, &item);
}

static void client_speaks(dialogue *d)
{
    char text[TEXT_MAX];
    const bool alone = d->model.queued == 0 && !d->model.response_due;
    if (alone && compare_one_of(&d->choices, 32)) {
        client_says_wrong(d);
        return;
    }
    if (alone && compare_one_of(&d->choices, 64)) {
        client_says_bare_cr(d);
        return;
    }
    const pop3_item item = next_item(d);
    const model_verdict verdict = pop3_model_client(&d->model, &item);
    const bool held = d->model.queued > 0 && decides(&d->model.queue[d->model.queued - 1]);
    item_text(&item, text);
    talk_say(&d->talk, MS_CLIENT, text, verdict);
    pop3_model_say(&d->model, &item);
    d->over = d->over || held; /* what these octets are, the answer decides */
}

/* --- the server ------------------------------------------------------------------------------------------------- */

static size_t put_capabilities(const dialogue *d, char *text)
{
    return (size_t)snprintf(
        text, TEXT_MAX,
        "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nSASL X-A EXTERNAL\r\nRESP-CODES\r\n%sUTF8 USER\r\nLANG\r\n%s.\r\n",
        d->model.tls ? "" : "STLS\r\n", d->listed ? "PIPELINING\r\n" : "");
}

static unsigned left(const dialogue *d)
{
    unsigned count = 0;
    for (unsigned n = 1; n <= POP3_MESSAGES; n++)
        count += d->model.now.deleted[n] ? 0 : 1;
    return count;
}

/* Of 8 octets. */
static const char message[] = "A: b\r\n\r\n";

/* A positive response to the command, where the session is right for it. */
static void put_answer(const dialogue *d, const pop3_item *item, char *text)
{
    const bool listing = (item->verb == POP3_LIST || item->verb == POP3_UIDL) && item->number == 0;
    size_t len = 0;
    if (item->verb == POP3_CAPA)
        put_capabilities(d, text);
    else if (item->verb == POP3_STAT)
        snprintf(text, TEXT_MAX, "+OK %u %u\r\n", left(d), 8 * left(d));
    else if (item->verb == POP3_LANG)
        snprintf(text, TEXT_MAX, item->number != 0 ? "+OK en now\r\n" : "+OK\r\nen English\r\n.\r\n");
    else if (item->verb == POP3_RETR || item->verb == POP3_TOP)
        snprintf(text, TEXT_MAX, "+OK\r\n%s.\r\n", message);
    else if (item->verb == POP3_LIST && item->number != 0)
        snprintf(text, TEXT_MAX, "+OK %u 8\r\n", item->number);
    else if (item->verb == POP3_UIDL && item->number != 0)
        snprintf(text, TEXT_MAX, "+OK %u u%u\r\n", item->number, item->number);
    else
        len += (size_t)snprintf(text, TEXT_MAX, "+OK done\r\n");
    if (!listing)
        return;
    len = (size_t)snprintf(text, TEXT_MAX, "+OK\r\n");
    for (unsigned n = 1; n <= POP3_MESSAGES; n++)
        if (!d->model.now.deleted[n])
            len += item->verb == POP3_UIDL ? (size_t)snprintf(text + len, TEXT_MAX - len, "%u u%u\r\n", n, n)
                                           : (size_t)snprintf(text + len, TEXT_MAX - len, "%u 8\r\n", n);
    snprintf(text + len, TEXT_MAX - len, ".\r\n");
}

static void begin_tls(dialogue *d)
{
    ms_finding items[TALK_FINDINGS];
    ms_findings findings = {.items = items, .capacity = TALK_FINDINGS};
    ms_pop3_dialogue_tls(&d->reader, d->talk.len[MS_CLIENT], d->talk.len[MS_SERVER], &findings);
    talk_found(&d->talk, &findings);
    talk_tls(&d->talk);
    pop3_model_tls(&d->model);
}

/* An answer that the model calls right, if there is one. */
static pop3_indicator right_answer(dialogue *d, sasl_text challenge)
{
    const bool exchange =
        d->model.queued > 0 && (d->model.queue[0].verb == POP3_AUTH || d->model.queue[0].verb == POP3_AUTH_RESPONSE);
    if (exchange && compare_one_of(&d->choices, 2) &&
        pop3_model_server(&d->model, POP3_CONTINUES, challenge).judgement == MODEL_FINE)
        return POP3_CONTINUES;
    return pop3_model_server(&d->model, POP3_POSITIVE, challenge).judgement == MODEL_FAULT ? POP3_NEGATIVE
                                                                                           : POP3_POSITIVE;
}

static void server_speaks(dialogue *d)
{
    char text[TEXT_MAX];
    const pop3_item none = {.verb = POP3_NOOP};
    const bool asked = d->model.queued > 0;
    const pop3_item item = asked ? d->model.queue[0] : none;
    const bool exchange = item.verb == POP3_AUTH || item.verb == POP3_AUTH_RESPONSE;
    const sasl_text challenge = compare_one_of(&d->choices, 8)   ? SASL_NOISE
                                : compare_one_of(&d->choices, 2) ? SASL_NONE
                                                                 : SASL_BASE64;
    pop3_indicator indicator =
        compare_one_of(&d->choices, 5) ? (pop3_indicator)compare_choose(&d->choices, 3) : right_answer(d, challenge);
    if (indicator == POP3_CONTINUES && !exchange)
        indicator = POP3_NEGATIVE;
    model_verdict verdict = pop3_model_server(&d->model, indicator, challenge);
    if (item.wrong != NULL && indicator == POP3_POSITIVE) { /* whatever it was taken for */
        d->over = true;
        return;
    }
    if (indicator == POP3_CONTINUES)
        snprintf(text, sizeof text, "+ %s\r\n",
                 challenge == SASL_NOISE    ? "=AAA"
                 : challenge == SASL_BASE64 ? "AAAA"
                                            : "");
    else if (indicator == POP3_NEGATIVE)
        snprintf(text, sizeof text, "-ERR no\r\n");
    else
        put_answer(d, &item, text);
    const model_verdict judged = verdict;
    if (indicator == POP3_NEGATIVE && !d->odd[MS_SERVER] && verdict.judgement != MODEL_FAULT &&
        compare_one_of(&d->choices,
                       32)) { /* each "terminated by a CRLF pair", its text printable (RFC 1939 section 3) */
        d->odd[MS_SERVER] = true;
        snprintf(text, sizeof text, "-ERR n\ro\r\n");
        verdict = (model_verdict){MODEL_FAULT, "POP3-1939-3-12", NULL, verdict.open};
    }
    talk_say(&d->talk, MS_SERVER, text, verdict);
    verdict = judged;
    d->over = d->over || !asked || verdict.judgement == MODEL_FAULT ||
              (verdict.judgement == MODEL_OPEN && indicator != POP3_NEGATIVE);
    if (d->over)
        return;
    pop3_model_reply(&d->model, indicator, challenge);
    if (item.verb == POP3_CAPA && indicator == POP3_POSITIVE)
        d->model.pipelining = d->listed;
    d->over = d->over || d->model.now.state == POP3_UPDATE || d->model.now.state == POP3_ENDED;
}

/* --- both ------------------------------------------------------------------------------------------------------- */

static const char *compare_state(const dialogue *d)
{
    static const ms_pop3_state states[] = {
        [POP3_AUTHORIZATION] = MS_POP3_AUTHORIZATION,
        [POP3_TRANSACTION] = MS_POP3_TRANSACTION,
        [POP3_UPDATE] = MS_POP3_UPDATE,
        [POP3_TLS_NEXT] = MS_POP3_TLS_NEXT,
        [POP3_ENDED] = MS_POP3_ENDED,
    };
    if (d->reader.session.state != states[d->model.now.state])
        return "the state";
    for (uint32_t n = 1; n <= POP3_MESSAGES; n++)
        if (ms_pop3_session_marked(&d->reader.session, n) != d->model.now.deleted[n])
            return "which messages are marked as deleted";
    return NULL;
}

static void ask_capabilities(dialogue *d)
{
    const pop3_item capa = {.verb = POP3_CAPA};
    const model_verdict fine = {MODEL_FINE, NULL, NULL, false};
    char text[TEXT_MAX];
    talk_say(&d->talk, MS_CLIENT, "CAPA\r\n", fine);
    pop3_model_say(&d->model, &capa);
    put_capabilities(d, text);
    talk_say(&d->talk, MS_SERVER, text, fine);
    pop3_model_reply(&d->model, POP3_POSITIVE, SASL_NONE);
    d->model.pipelining = d->listed;
}

/* A side closes, and nothing is said any more. */
static void closes(dialogue *d)
{
    const ms_side side = compare_one_of(&d->choices, 2) ? MS_CLIENT : MS_SERVER;
    talk_close(&d->talk, side,
               side == MS_CLIENT ? pop3_model_client_closes(&d->model) : pop3_model_server_closes(&d->model));
    d->over = d->closed = true;
}

static void step(dialogue *d)
{
    if (compare_one_of(&d->choices, 64)) {
        closes(d);
        return;
    }
    const bool group = d->model.pipelining ? compare_one_of(&d->choices, 2) : compare_one_of(&d->choices, 16);
    const bool waits = d->model.queued > 0 && d->model.queue[d->model.queued - 1].wrong != NULL;
    if (d->model.queued == 0 ? !compare_one_of(&d->choices, 64) : group && !waits && d->model.queued < GROUP_MAX)
        client_speaks(d);
    else
        server_speaks(d);
    if (d->over || d->model.queued > 0)
        return;
    talk_settle(&d->talk);
    if (d->talk.why == NULL)
        d->talk.why = compare_state(d);
    if (d->model.now.state == POP3_TLS_NEXT) {
        begin_tls(d);
        ask_capabilities(d);
    }
}

const char *compare_pop3_session(ms_span choices)
{
    static dialogue d;
    memset(&d, 0, offsetof(dialogue, talk));
    d.choices.octets = choices;
    d.listed = !compare_one_of(&d.choices, 4);
    const talk_reader reader = {&d.reader, take, end_side};
    ms_pop3_dialogue_init(&d.reader, d.runs, sizeof d.runs / sizeof d.runs[0], d.messages, sizeof d.messages);
    talk_begin(&d.talk, TALK_POP3, &reader);
    talk_say(&d.talk, MS_SERVER, "+OK ready <1.2@h.example>\r\n", (model_verdict){MODEL_FINE, NULL, NULL, false});
    ask_capabilities(&d);
    for (unsigned steps = 0; steps < STEPS_MAX && d.choices.used < choices.len && !d.over && d.talk.why == NULL;
         steps++)
        step(&d);
    if ((d.model.now.state == POP3_UPDATE || d.model.now.state == POP3_ENDED) && !d.closed && d.talk.why == NULL)
        closes(&d);
    if (d.over && (d.closed ? d.model.queued == 0 : d.model.queued <= 1) && d.talk.len[MS_CLIENT] == 0)
        talk_settle(&d.talk);
    talk_end(&d.talk);
    return d.talk.why;
}
