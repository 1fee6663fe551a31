/*
 * session.c - the POP3 session machine: its table of states, and the events
 */
#include "session_internal.h"

#include <string.h>

#include "common/cursor.h"

#define VERB(v) (UINT32_C(1) << (v))

/* What is not in this table changes nothing.  It does not know which side we play.  UNKNOWN stands for the greeting:
 * no command has been given. */
/* clang-format off */
static const struct transition {
    uint8_t state, verb, indicator, next;
    const char *rule;
} transitions[] = {
    /* state                verb             indicator         next state             rule                   */
    {MS_POP3_CONNECTED,     MS_POP3_UNKNOWN, MS_POP3_POSITIVE, MS_POP3_AUTHORIZATION, "RFC 1939 section 4"},
    {MS_POP3_CONNECTED,     MS_POP3_UNKNOWN, MS_POP3_NEGATIVE, MS_POP3_REFUSED,       "RFC 1939 section 4"},
    {MS_POP3_AUTHORIZATION, MS_POP3_PASS,    MS_POP3_POSITIVE, MS_POP3_TRANSACTION,   "RFC 1939 section 7"},
    {MS_POP3_AUTHORIZATION, MS_POP3_APOP,    MS_POP3_POSITIVE, MS_POP3_TRANSACTION,   "RFC 1939 section 7"},
    {MS_POP3_AUTHORIZATION, MS_POP3_AUTH,    MS_POP3_POSITIVE, MS_POP3_TRANSACTION,   "RFC 5034 section 4"},
    {MS_POP3_AUTHORIZATION, MS_POP3_STLS,    MS_POP3_POSITIVE, MS_POP3_TLS_NEXT,      "RFC 2595 section 4"},
    {MS_POP3_TRANSACTION,   MS_POP3_STLS,    MS_POP3_POSITIVE, MS_POP3_TLS_NEXT,      "RFC 2595 section 4"},
    {MS_POP3_AUTHORIZATION, MS_POP3_QUIT,    MS_POP3_POSITIVE, MS_POP3_ENDED,         "RFC 1939 section 4"},
    {MS_POP3_TRANSACTION,   MS_POP3_QUIT,    MS_POP3_POSITIVE, MS_POP3_UPDATE,        "RFC 1939 section 6"},
    {MS_POP3_TRANSACTION,   MS_POP3_QUIT,    MS_POP3_NEGATIVE, MS_POP3_UPDATE,        "RFC 1939 section 6"},
};
/* clang-format on */

static const char *const state_names[] = {
    [MS_POP3_CONNECTED] = "connected",
    [MS_POP3_REFUSED] = "refused",
    [MS_POP3_AUTHORIZATION] = "AUTHORIZATION",
    [MS_POP3_TRANSACTION] = "TRANSACTION",
    [MS_POP3_UPDATE] = "UPDATE",
    [MS_POP3_TLS_NEXT] = "TLS next",
    [MS_POP3_ENDED] = "ended",
    [MS_POP3_CLOSED] = "closed",
};
_Static_assert(sizeof state_names / sizeof state_names[0] == MS_POP3_STATE_COUNT, "each state has a name");

const char *ms_pop3_state_name(ms_pop3_state state)
{
    return (unsigned)state < MS_POP3_STATE_COUNT ? state_names[state] : "";
}

const char *ms_pop3_transition(ms_pop3_state state, ms_pop3_verb verb, ms_pop3_indicator indicator, ms_pop3_state *next)
{
    for (size_t i = 0; i < sizeof transitions / sizeof transitions[0]; i++)
        if (transitions[i].state == state && transitions[i].verb == verb && transitions[i].indicator == indicator) {
            *next = (ms_pop3_state)transitions[i].next;
            return transitions[i].rule;
        }
    return NULL;
}

void ms_pop3_change_state(ms_pop3_session *s, uint8_t verb, uint8_t indicator)
{
    ms_pop3_state next;
    if (ms_pop3_transition((ms_pop3_state)s->state, (ms_pop3_verb)verb, (ms_pop3_indicator)indicator, &next) == NULL)
        return;
    if (next == MS_POP3_TLS_NEXT)
        s->state_before = s->state;
    s->state = (uint8_t)next;
}

void ms_pop3_find(const judge *j, ms_side side, uint16_t requirement, size_t offset)
{
    if (requirement == MS_REQ_NONE)
        return;
    const ms_finding finding = {
        .at = j->at + offset,
        .requirement = requirement,
        .code = j->indicator,
        .side = (uint8_t)side,
        .stream = j->stream,
        .verb = j->verb,
        .state = j->state,
    };
    ms_findings_add(j->findings, finding);
}

void ms_pop3_session_init(ms_pop3_session *session, ms_pop3_room *room, ms_pop3_run *runs, size_t run_capacity,
                          uint8_t *messages, size_t message_capacity)
{
    memset(session, 0, sizeof *session);
    memset(room, 0, sizeof *room);
    room->runs = runs;
    room->run_capacity = (uint16_t)(run_capacity < UINT16_MAX ? run_capacity : UINT16_MAX);
    room->messages = messages;
    room->message_capacity = (uint32_t)(message_capacity < UINT32_MAX ? message_capacity : UINT32_MAX - 1);
    if (room->message_capacity > 0)
        memset(messages, 0, room->message_capacity);
    session->room = room;
    session->state = MS_POP3_CONNECTED;
}

/* The client speaks: what the server said unasked is over. */
static void end_gap(ms_pop3_session *s)
{
    s->last_reply = LAST_NONE;
    set(s, LAST_HAD_CR, false);
    set(s, LAST_UNJUDGED, false);
    forget_habit(s, LINE_IN_GAP);
}

/* A reply, or the rest of one, is still due. */
static bool reply_is_due(const ms_pop3_session *s)
{
    return s->state == MS_POP3_CONNECTED || ms_pop3_ring_busy(s->room) ||
           (s->reading != MS_POP3_READ_STATUS && s->reading != MS_POP3_READ_UNJUDGED && !is(s, CONTENT_DOUBT));
}

/* RFC 2449 section 6.6: without PIPELINING the client waits for each response; RFC 2595 section 4: what was announced
 * before TLS does not count under it. */
static void judge_ahead(const judge *j)
{
    ms_pop3_session *s = j->s;
    if (!reply_is_due(s) || is(s, PIPELINING_LISTED) || (is(s, PIPELINING_KNOWN) && !is(s, TLS_ACTIVE)))
        return;
    if (!is(s, PIPELINING_BEFORE)) {
        if (first_time(s, CLIENT_AHEAD))
            ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_2449_6_6_06, 0);
    } else if (!is(s, LIST_CURRENT) && first_time(s, CLIENT_AHEAD_IN_TLS)) {
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_2595_4_11, 0);
    }
}

static void push(ms_pop3_session *s, const ms_pop3_run *run)
{
    if (!ms_pop3_ring_push(s->room, run))
        set(s, LIMITED_RING, true);
    s->room->sent++;
}

void ms_pop3_session_early(ms_pop3_session *session, size_t octets, uint64_t at, ms_findings *findings)
{
    const judge j = {session, findings, at, MS_CLIENT, MS_POP3_UNKNOWN, MS_POP3_NONE, session->state};
    session->room->early_until = at + octets;
    judge_ahead(&j);
}

/* RFC 2595 section 4: after STLS the client waits, and then speaks TLS.  Nothing else is said of such a line. */
static bool judge_behind_stls(const judge *j)
{
    if (j->s->state != MS_POP3_TLS_NEXT && !ms_pop3_ring_has(j->s->room, VERB(MS_POP3_STLS)))
        return false;
    if (first_time(j->s, BEHIND_STLS))
        ms_pop3_find(j, MS_CLIENT, MS_REQ_POP3_2595_4_10, 0);
    return true;
}

/* What has to be remembered of a command, whatever becomes of it. */
static void note_sent(ms_pop3_session *s, const ms_pop3_parsed *parsed, const ms_pop3_run *run)
{
    if (ms_pop3_ring_has(s->room, VERB(MS_POP3_QUIT)))
        set(s, QUIT_FOLLOWED, true);
    if (run->verb == MS_POP3_QUIT)
        set(s, QUIT_SENT, true);
    if (run->verb == MS_POP3_CAPA)
        set(s, CAPA_SENT, true);
    if (run->verb == MS_POP3_STLS && !ms_pop3_ring_has(s->room, VERB(MS_POP3_STLS))) {
        forget_habit(s, BEHIND_STLS);
        forget_habit(s, LINE_AFTER_STLS);
        forget_habit(s, ANSWER_AFTER_STLS);
    }
    if (run->verb == MS_POP3_AUTH)
        ms_pop3_exchange_begin(s, parsed);
}

void ms_pop3_session_command(ms_pop3_session *session, const ms_pop3_parsed *parsed, const ms_line *line, uint64_t at,
                             ms_findings *findings)
{
    ms_pop3_session *s = session;
    const judge j = {s, findings, at, MS_CLIENT, (uint8_t)parsed->command.verb, MS_POP3_NONE, s->state};
    const bool early = at < s->room->early_until;
    if (is(s, LIMITED_RING) || s->state == MS_POP3_REFUSED || s->state == MS_POP3_CLOSED)
        return;
    if (parsed->command.verb == MS_POP3_AUTH_RESPONSE) {
        end_gap(s);
        ms_pop3_client_bare_lf(&j, line);
        ms_pop3_exchange_response(&j, parsed, line, early);
        return;
    }
    octet_fault octets;
    ms_pop3_forbidden_octets(s, parsed, line->text, &octets);
    ms_pop3_run run = ms_pop3_run_of(parsed, line, &octets);
    const bool behind_stls = judge_behind_stls(&j);
    if (!behind_stls) {
        ms_pop3_client_lexical(&j, parsed, line, &octets);
        if (!early)
            judge_ahead(&j);
        if (!early && octets.habits == 0)
            ms_pop3_client_order(&j, parsed, line, &run);
        if (reply_is_due(s) && is(s, LIST_CURRENT) && s->offered >> MS_CAPA_PIPELINING & 1)
            run.flags |= run.verb == MS_POP3_QUIT ? RUN_PIPELINED : 0;
    }
    end_gap(s);
    note_sent(s, parsed, &run);
    push(s, &run);
    if (run.verb == MS_POP3_AUTH && !behind_stls && !early)
        ms_pop3_exchange_initial(&j, parsed, line);
}

void ms_pop3_session_dropped(ms_pop3_session *session, const ms_pop3_parsed *parsed, const ms_line *line, uint64_t at,
                             ms_findings *findings)
{
    ms_pop3_session *s = session;
    const judge j = {s, findings, at, MS_CLIENT, (uint8_t)parsed->command.verb, MS_POP3_NONE, s->state};
    if (s->state == MS_POP3_UPDATE || s->state == MS_POP3_ENDED)
        set(s, QUIT_FOLLOWED, true);
    if (s->state != MS_POP3_TLS_NEXT)
        return;
    octet_fault octets;
    ms_pop3_forbidden_octets(s, parsed, line->text, &octets);
    const ms_pop3_run run = ms_pop3_run_of(parsed, line, &octets);
    judge_behind_stls(&j);
    set(s, STLS_LINES, true);
    if (run.verb == MS_POP3_USER)
        set(s, USER_INJECTED, true);
    push(s, &run);
    ms_pop3_ring_inject(s->room);
}

void ms_pop3_session_tls(ms_pop3_session *session)
{
    ms_pop3_session *s = session;
    const bool unanswered = s->state != MS_POP3_TLS_NEXT && ms_pop3_ring_has(s->room, VERB(MS_POP3_STLS));
    if (unanswered) { /* +OK was not recorded, the handshake speaks for it */
        s->state_before = s->state;
        s->state = MS_POP3_TLS_NEXT;
        set(s, USER_INJECTED, is(s, USER_INJECTED) || ms_pop3_ring_has(s->room, VERB(MS_POP3_USER)));
        ms_pop3_ring_clear(s->room);
        ms_pop3_exchange_end(s);
    }
    s->reading = MS_POP3_READ_STATUS; /* a response that the handshake cut off does not go on behind it */
    const bool by_stls = s->state == MS_POP3_TLS_NEXT;
    set(s, TLS_ACTIVE, true);
    set(s, TLS_BY_STLS, by_stls || is(s, TLS_BY_STLS));
    set(s, TLS_IMPLICIT, s->state == MS_POP3_CONNECTED || is(s, TLS_IMPLICIT));
    if (by_stls)
        s->state = s->state_before;
    set(s, PIPELINING_BEFORE, is(s, PIPELINING_BEFORE) || is(s, PIPELINING_LISTED));
    set(s, CAPA_BEFORE_STLS, by_stls && is(s, CAPA_TAKEN));
    if (s->user == USER_ACCEPTED)
        set(s, USER_BEFORE_TLS, true);
    static const fact of_layer[] = {LIST_CURRENT,      LIST_FIRST,         LIST_UTF8_USER,    LIST_EXPIRE_ZERO,
                                    CAPA_REFUSED_LAST, CAPA_REFUSED_FIRST, PIPELINING_LISTED, CAPA_SENT};
    for (size_t i = 0; i < sizeof of_layer / sizeof of_layer[0]; i++)
        set(s, of_layer[i], false);
    s->taken = 0;
    s->offered = s->offered_first = s->mechanisms = 0;
}

/* The connection ends with commands unanswered that PIPELINING had allowed to be sent (RFC 2449 section 6.6). */
static void judge_lost_group(const judge *j)
{
    const ms_pop3_session *s = j->s;
    const ms_pop3_run *back = ms_pop3_ring_back(s->room);
    if (back != NULL && back->verb == MS_POP3_QUIT && back->flags & RUN_PIPELINED && s->room->outstanding >= 2 &&
        !is(s, LOGIN_FAILED) && s->reading == MS_POP3_READ_STATUS && !is(s, LIMITED_RING))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_2449_6_6_01, 0);
}

void ms_pop3_session_close(ms_pop3_session *session, ms_side side, uint64_t client_at, uint64_t server_at,
                           ms_findings *findings)
{
    ms_pop3_session *s = session;
    const uint64_t at = side == MS_CLIENT ? client_at : server_at;
    const judge j = {s, findings, at, (uint8_t)side, MS_POP3_UNKNOWN, MS_POP3_NONE, s->state};
    if (s->state == MS_POP3_CLOSED)
        return;
    if (side == MS_SERVER) {
        judge_lost_group(&j);
        set(s, SERVER_CLOSED, true);
    } else if (!is(s, LIMITED_RING)) {
        if (s->state == MS_POP3_TRANSACTION && !is(s, QUIT_SENT) && !is(s, NOT_UNDERSTOOD))
            ms_pop3_find(&j, MS_CLIENT, MS_REQ_POP3_1939_5_45, 0);
        if (!is(s, QUIT_SENT))
            ms_pop3_client_leaves(&j);
    }
    s->state = MS_POP3_CLOSED;
}

void ms_pop3_session_know_pipelining(ms_pop3_session *session)
{
    set(session, PIPELINING_KNOWN, true);
}

ms_pop3_client_expect ms_pop3_session_expect(const ms_pop3_session *session)
{
    switch ((ms_pop3_state)session->state) {
    case MS_POP3_UPDATE:
    case MS_POP3_TLS_NEXT:
    case MS_POP3_ENDED:
    case MS_POP3_CLOSED:
        return MS_POP3_EXPECT_NOTHING;
    case MS_POP3_CONNECTED:
    case MS_POP3_REFUSED:
    case MS_POP3_AUTHORIZATION:
    case MS_POP3_TRANSACTION:
    case MS_POP3_STATE_COUNT:
        break;
    }
    const ms_pop3_exchange *x = &session->room->exchange;
    if (!x->active || is(session, LIMITED_RING))
        return MS_POP3_EXPECT_COMMAND;
    return x->flags & X_WAITS ? MS_POP3_EXPECT_AUTH_RESPONSE : MS_POP3_EXPECT_UNDECIDED;
}

ms_pop3_context ms_pop3_session_command_context(const ms_pop3_session *session)
{
    return ms_pop3_context_of(session, ms_pop3_session_expect(session));
}

ms_pop3_reading ms_pop3_session_reading(const ms_pop3_session *session)
{
    return (ms_pop3_reading)session->reading;
}

ms_pop3_answering ms_pop3_session_answering(const ms_pop3_session *session)
{
    const ms_pop3_room *room = session->room;
    const ms_pop3_run *run = session->state != MS_POP3_CONNECTED ? ms_pop3_ring_front(room) : NULL;
    const uint32_t sequence = room->sent - room->outstanding;
    if (run == NULL)
        return (ms_pop3_answering){.none = true, .sequence = sequence};
    return (ms_pop3_answering){
        .injected = !ms_pop3_ring_busy(room),
        .verb = (ms_pop3_verb)run->verb,
        .argument = (run->flags & RUN_ARGUMENT) != 0,
        .well_formed = run->fault == FAULT_NONE && (run->flags & RUN_ODD) == 0,
        .number = run->flags & RUN_NUMBERED ? run->number : 0,
        .lines = run->verb == MS_POP3_TOP ? run->lines : 0,
        .sequence = sequence,
    };
}

bool ms_pop3_session_messages(const ms_pop3_session *session, uint32_t *messages)
{
    *messages = session->messages;
    return is(session, COUNT_KNOWN);
}

bool ms_pop3_session_marked(const ms_pop3_session *session, uint32_t number)
{
    return ms_pop3_is_marked(session, number);
}

bool ms_pop3_session_offers(const ms_pop3_session *session, ms_pop3_capability_id capability)
{
    return is(session, LIST_CURRENT) && (session->offered >> capability & 1) != 0;
}

bool ms_pop3_session_tls_active(const ms_pop3_session *session)
{
    return is(session, TLS_ACTIVE);
}

bool ms_pop3_session_limited(const ms_pop3_session *session)
{
    return is(session, LIMITED_RING) || is(session, LIMITED_MARKS);
}
