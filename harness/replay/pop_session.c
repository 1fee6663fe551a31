/* pop_session.c - what a session tells of its maildrop: marks, numbers, its end (RFC 1939 sections 4 to 6) */
#include "harness/replay/pop_hash.h"
#include "harness/replay/pop_model.h"

#include <stdlib.h>
#include <string.h>

enum { END_LEN = 3 }; /* "." CRLF */

/* --- findings ------------------------------------------------------------------ */

void pop_find(const pop_event *p, uint16_t requirement)
{
    if (requirement == MS_REQ_NONE)
        return;
    const ms_finding finding = {
        .at = p->at,
        .requirement = requirement,
        .side = MS_SERVER,
        .stream = MS_SERVER,
        .verb = (uint8_t)p->e->answered.verb,
        .state = p->e->state,
    };
    ms_findings_add(p->findings, finding);
}

bool pop_is_found(const pop_event *p, uint16_t requirement)
{
    for (size_t i = 0; i < p->findings->count; i++)
        if (p->findings->items[i].requirement == requirement && p->findings->items[i].side == MS_SERVER)
            return true;
    return false;
}

void pop_take_back(const pop_event *p, uint16_t requirement)
{
    ms_findings *findings = p->findings;
    size_t kept = 0;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].requirement != requirement || findings->items[i].side != MS_SERVER)
            findings->items[kept++] = findings->items[i];
    findings->count = kept;
}

bool pop_item_is_bad(const pop_event *p)
{
    for (size_t i = 0; i < p->findings->count; i++) {
        const uint16_t requirement = p->findings->items[i].requirement;
        /* line ends and a text behind the size leave the figures as they are */
        if (requirement != MS_REQ_POP3_1939_3_12 && requirement != MS_REQ_POP3_1939_3_15 &&
            requirement != MS_REQ_POP3_1939_5_10)
            return true;
    }
    return false;
}

/* --- messages ------------------------------------------------------------------ */

pop_message *pop_message_find(const replay_pop_session *s, uint32_t number)
{
    return number >= 1 && number <= s->message_room ? &s->messages[number - 1] : NULL;
}

pop_message *pop_message_make(const pop_event *p, uint32_t number)
{
    replay_pop_session *s = p->s;
    if (number < 1)
        return NULL;
    if (number > POP_MESSAGES_MAX) {
        p->track->limited = true;
        return NULL;
    }
    if (number > s->message_room) {
        uint32_t room = s->message_room == 0 ? 16 : s->message_room;
        while (room < number)
            room *= 2;
        s->messages = realloc(s->messages, room * sizeof *s->messages);
        if (s->messages == NULL)
            abort();
        memset(s->messages + s->message_room, 0, (room - s->message_room) * sizeof *s->messages);
        s->message_room = room;
    }
    return &s->messages[number - 1];
}

bool pop_is_there(const replay_pop_session *s, uint32_t number)
{
    const pop_message *message = pop_message_find(s, number);
    if (number < 1 || (s->count_known && number > s->count))
        return false;
    return message == NULL || !message->marked;
}

/* --- commands in TRANSACTION ----------------------------------------------------- */

static void mark(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const uint32_t number = p->e->answered.number;
    if (!ms_pop3_session_marked(&p->track->pop3.session, number))
        return;
    pop_message *message = pop_message_make(p, number);
    if (message == NULL || message->marked)
        return;
    message->marked = true;
    s->marked++;
    s->deleted++;
    s->marks ^= pop_hash_number(number);
}

static void unmark_all(replay_pop_session *s)
{
    if (s->marked == 0)
        return;
    for (uint32_t i = 0; i < s->message_room; i++)
        s->messages[i].marked = false;
    s->marked = 0;
    s->marks = 0;
    s->resets++;
}

/* A refusal of a message that was listed here and is not marked: another session removed it (RFC 1939 section 4: the
 * maildrop is locked against that). */
static void judge_refusal(const pop_event *p)
{
    static const uint16_t weaker[] = {MS_REQ_POP3_1939_5_20, MS_REQ_POP3_1939_5_30, MS_REQ_POP3_1939_5_40,
                                      MS_REQ_POP3_2449_6_1_01};
    const ms_pop3_answering *answered = &p->e->answered;
    const ms_pop3_response_code code = p->e->response.code;
    const pop_message *message = pop_message_find(p->s, answered->number);
    const bool system_failure =
        code == MS_POP3_CODE_SYS || code == MS_POP3_CODE_SYS_TEMP || code == MS_POP3_CODE_SYS_PERM;
    if (!answered->well_formed || system_failure || code == MS_POP3_CODE_UTF8 || message == NULL ||
        !pop_is_there(p->s, answered->number) || pop_is_found(p, MS_REQ_POP3_SEC_int_01) ||
        !pop_removed_by_other(p->s, message))
        return;
    for (size_t i = 0; i < sizeof weaker / sizeof weaker[0]; i++)
        pop_take_back(p, weaker[i]);
    pop_find(p, MS_REQ_POP3_1939_4_05);
}

static void begin_listing(replay_pop_session *s, pop_open open)
{
    s->open = open;
    s->listing++;
    s->items = s->highest = 0;
    s->sum = 0;
    s->hurt = s->exchange_told = s->mark_listed = false;
}

/* +OK to LIST n or UIDL n: the answer is the text. */
static void hear_one_item(const pop_event *p)
{
    const ms_pop3_event *e = p->e;
    const uint32_t number = e->answered.number;
    p->s->exchange_told = false;
    if (!e->answered.well_formed || e->response.error != MS_POP3_RESPONSE_OK || !pop_is_there(p->s, number))
        return;
    if (e->answered.verb == MS_POP3_LIST && e->response.scan.number == number)
        pop_size_is(p, number, e->response.scan.octets);
    else if (e->answered.verb == MS_POP3_UIDL && e->response.unique.number == number && !pop_item_is_bad(p))
        pop_unique_id_is(p, number, e->response.unique.unique_id, false);
}

static void hear_content_begin(const pop_event *p)
{
    const ms_pop3_answering *answered = &p->e->answered;
    const bool counts = answered->well_formed && pop_is_there(p->s, answered->number);
    pop_message *message = counts ? pop_message_make(p, answered->number) : NULL;
    if (message != NULL && answered->verb == MS_POP3_RETR)
        message->fetched = true;
    pop_content_begin(p, message == NULL ? 0 : answered->number);
}

static void hear_positive(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const ms_pop3_event *e = p->e;
    switch (e->answered.verb) {
    case MS_POP3_STAT:
        if (e->response.error == MS_POP3_RESPONSE_OK)
            pop_count_stat(p, e->response.drop.messages, e->response.drop.octets);
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
        if (e->answered.argument)
            hear_one_item(p);
        else
            begin_listing(s, e->answered.verb == MS_POP3_LIST ? POP_OPEN_LIST : POP_OPEN_UIDL);
        break;
    case MS_POP3_RETR:
    case MS_POP3_TOP:
        hear_content_begin(p);
        break;
    case MS_POP3_DELE:
        mark(p);
        break;
    case MS_POP3_RSET:
        unmark_all(s);
        break;
    case MS_POP3_UNKNOWN:
    case MS_POP3_USER:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_AUTH:
    case MS_POP3_UTF8:
    case MS_POP3_LANG:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
}

static void end_session(replay_pop_session *s, pop_ending ending)
{
    if (!s->logged_in || s->ending != POP_NOT_ENDED)
        return;
    s->ending = ending;
    s->ended = ++s->maildrop->clock;
}

static void hear_in_transaction(const pop_event *p)
{
    const ms_pop3_indicator indicator = p->e->response.indicator;
    if (indicator == MS_POP3_POSITIVE)
        hear_positive(p);
    else if (indicator == MS_POP3_NEGATIVE)
        judge_refusal(p);
    if (p->track->pop3.session.state == MS_POP3_UPDATE)
        end_session(p->s, indicator == MS_POP3_POSITIVE ? POP_QUIT : POP_REFUSED);
}

static void hear_response(const pop_event *p)
{
    const ms_pop3_event *e = p->e;
    const bool positive = e->response.indicator == MS_POP3_POSITIVE;
    p->s->open = POP_OPEN_NONE; /* also of a listing that the server left unfinished */
    if (e->state == MS_POP3_CONNECTED) {
        pop_greeting(p);
        return;
    }
    if (e->answered.none || e->answered.injected ||
        (e->state != MS_POP3_AUTHORIZATION && e->state != MS_POP3_TRANSACTION))
        return;
    if (e->answered.verb == MS_POP3_CAPA && positive)
        pop_capa_begin(p);
    if (e->answered.verb == MS_POP3_UTF8 && positive)
        p->s->utf8_mode = true;
    if (e->state == MS_POP3_AUTHORIZATION)
        pop_login_reply(p);
    else
        hear_in_transaction(p);
}

/* --- multi-line responses ----------------------------------------------------------- */

static void hear_item(const pop_event *p)
{
    if (p->s->open == POP_OPEN_LIST)
        pop_list_item(p);
    else if (p->s->open == POP_OPEN_UIDL)
        pop_uidl_item(p);
}

static void hear_end(pop_event *p)
{
    replay_pop_session *s = p->s;
    switch (s->open) {
    case POP_OPEN_LIST:
    case POP_OPEN_UIDL:
        pop_listing_end(p);
        break;
    case POP_OPEN_CAPA:
        pop_capa_end(p);
        break;
    case POP_OPEN_CONTENT:
        pop_content_octets(s, p->e->slice);
        p->at = p->e->at + p->e->consumed - END_LEN;
        pop_content_end(p);
        break;
    case POP_OPEN_NONE:
        break;
    }
    s->open = POP_OPEN_NONE;
}

static void hear(pop_event *p)
{
    switch (p->e->kind) {
    case MS_POP3_EVENT_COMMAND:
        pop_login_command(p);
        if (p->e->command.command.verb == MS_POP3_QUIT)
            p->s->quit_sent = true;
        break;
    case MS_POP3_EVENT_RESPONSE:
        hear_response(p);
        break;
    case MS_POP3_EVENT_CONTINUATION:
        pop_login_challenge(p);
        break;
    case MS_POP3_EVENT_LISTING:
        hear_item(p);
        break;
    case MS_POP3_EVENT_CAPABILITY:
        if (p->s->open == POP_OPEN_CAPA)
            pop_capa_line(p);
        break;
    case MS_POP3_EVENT_TEXT:
        if (p->s->open == POP_OPEN_CONTENT)
            pop_content_octets(p->s, p->e->slice);
        break;
    case MS_POP3_EVENT_END:
        hear_end(p);
        break;
    case MS_POP3_EVENT_NEED_MORE:
    case MS_POP3_EVENT_UNDECIDED:
    case MS_POP3_EVENT_UNJUDGED:
    case MS_POP3_EVENT_DROPPED:
        break;
    }
}

void replay_pop_session_hear(replay_track *track, const ms_pop3_event *event, ms_findings *findings)
{
    pop_event p = {.track = track, .s = track->pop_session, .e = event, .findings = findings, .at = event->at};
    if (ms_pop3_session_limited(&track->pop3.session))
        p.s->suspended = true;
    if (!p.s->suspended)
        hear(&p);
}

void replay_pop_session_tls(replay_pop_session *s)
{
    s->layer++;
    s->login_count = 0; /* what stood behind STLS is not the client's any more */
    s->open = POP_OPEN_NONE;
}

void replay_pop_session_close(replay_pop_session *s)
{
    end_session(s, s->quit_sent ? POP_UNSURE : POP_LOST);
}

/* --- memory ------------------------------------------------------------------------- */

void replay_pop_session_free(replay_pop_session *s)
{
    if (s == NULL)
        return;
    for (uint32_t i = 0; i < s->message_room; i++)
        pop_message_clear(&s->messages[i]);
    free(s->messages);
    free(s->content.line_hashes);
    pop_id_index_free(s->ids);
    free(s);
}
