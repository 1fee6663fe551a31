/* play.c - see play.h; the interpreter's frame: connections, blocks, the order of things */
#include "harness/probe/manners.h"
#include "harness/probe/names.h"
#include "harness/probe/stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- connections --------------------------------------------------------------------- */

static mst_state start_state(const mst_document *document, unsigned connection)
{
    for (const mst_start *start = document->header.starts; start != NULL; start = start->next)
        if (start->connection == connection)
            return start->state;
    return MST_STATE_CONNECTED;
}

static void not_reached(stage *s, const probe_prologue *way, probe_reached reached, mst_state state, uint32_t line)
{
    if (reached != PROBE_REACHED && atomic_load(&s->context->stop)) {
        stage_worsen(s, MST_INCONCLUSIVE, line, "the run was stopped");
        return;
    }
    switch (reached) {
    case PROBE_REACHED:
        return;
    case PROBE_REACHED_LATER:
        s->transient = true;
        stage_worsen(s, MST_INCONCLUSIVE, line, "on the way to the start state '%s': %s", mst_state_name(state),
                     way->why);
        return;
    case PROBE_REACHED_NOWHERE:
        s->unreachable = s->transient = true;
        stage_worsen(s, MST_ERROR, line, "%s", way->why);
        return;
    case PROBE_REACHED_NOT:
        stage_worsen(s, MST_ERROR, line, "the start state '%s' was not reached: %s", mst_state_name(state), way->why);
        return;
    }
}

/* Is the state one that the survey, or a case, has come to? */
static bool was_reached(const stage *s, const probe_prologue *way, mst_state state)
{
    const probe_endpoint *endpoint = way->endpoint;
    const atomic_uint *reached = &s->context->reached[endpoint - s->context->endpoints];
    if ((atomic_load(reached) >> state & 1) != 0)
        return true;
    if (state <= MST_STATE_EHLO)
        return endpoint->reachable;
    if (state >= MST_STATE_READY && state <= MST_STATE_DATA)
        return endpoint->mail_taken && strncmp(way->why, "DATA", 4) != 0;
    if (state == MST_STATE_TLS)
        return endpoint->tls_works;
    return (state == MST_STATE_TRANSACTION || state == MST_STATE_AUTH) && endpoint->auth_works;
}

/* "Not now", on a way that could be gone before: that is no matter of the case, and hardly one of the server's health.
 * Greylisting does so, too, to each sender. */
static bool is_limited(const stage *s, const probe_prologue *way, probe_reached reached, mst_state state)
{
    const probe_endpoint *endpoint = way->endpoint;
    if (reached == PROBE_REACHED)
        atomic_fetch_or(&s->context->reached[endpoint - s->context->endpoints], 1U << state);
    return reached == PROBE_REACHED_LATER && was_reached(s, way, state) && !probe_names_greylisting(way->why);
}

bool stage_open(stage *s, unsigned connection, const probe_endpoint *endpoint, mst_state state, uint32_t line)
{
    probe_peer *peer = &s->peers[connection];
    probe_prologue *way = &s->ways[connection];
    const mst_document *document = s->document;
    *peer = (probe_peer){
        .settings = &s->context->settings,
        .ledger = &s->context->ledger,
        .stop = &s->context->stop,
        .scope = &s->scope,
        .log = &s->log,
        .findings = &s->findings,
        .feed =
            document->header.feed_fixed || (s->patient && s->feed == PROBE_FEED_PIPELINED) ? PROBE_FEED_WHOLE : s->feed,
        .case_end = s->end,
        .clear = s->in_clear,
        .let_in = &s->let_in,
        .name = connection < document->connection_count ? document->connections[connection].name : ms_span_absent(),
    };
    *way = (probe_prologue){.endpoint = endpoint, .peer = peer};
    way->wants_tls = endpoint->target.protocol != NET_POP3 && !endpoint->target.implicit_tls &&
                     probe_starts_in_tls(endpoint, document);
    s->opened[connection] = true;
    const probe_reached reached = probe_prologue_run(way, state);
    s->limited |= is_limited(s, way, reached, state);
    not_reached(s, way, reached, state, line);
    return reached == PROBE_REACHED;
}

probe_peer *stage_peer(stage *s, const mst_step *step)
{
    if (s->opened[step->connection])
        return &s->peers[step->connection];
    const mst_state state = start_state(s->document, step->connection);
    s->in_clear = false;
    return stage_open(s, step->connection, s->endpoint, state, step->at.line) ? &s->peers[step->connection] : NULL;
}

/* In the order of start:, before the first step. */
static void open_all(stage *s)
{
    s->in_clear = false;
    for (const mst_start *start = s->document->header.starts; start != NULL && !s->over; start = start->next)
        stage_open(s, start->connection, s->endpoint, start->state, start->at.line);
}

/* --- the way out ------------------------------------------------------------------------ */

/* May a command be said now?  In the middle of mail data or a chunk QUIT would be a part of it. */
static bool may_quit(const probe_peer *peer)
{
    if (peer->stream == NULL || peer->ended != NET_OK || peer->flooded)
        return false;
    if (peer->pop3_spoken)
        return ms_pop3_session_expect(&peer->listener.pop3.session) == MS_POP3_EXPECT_COMMAND;
    return ms_smtp_session_expect(&peer->listener.smtp.session) == MS_EXPECT_COMMAND &&
           peer->listener.smtp.chunk_remaining == 0;
}

/* QUIT, and what it is answered.  Deleted marks that the case leaves behind are taken back first: a case that wants
 * its messages gone says QUIT itself. */
static void leave(stage *s, probe_peer *peer)
{
    probe_reply reply;
    peer->listener.line = 0;
    const net_deadline end = probe_peer_reply_end(peer, s->reply_ms / 4);
    if (s->over && s->verdict == MST_ERROR) {
        probe_peer_close(peer, MST_ENDING_PLAIN, 0);
        return;
    }
    if (may_quit(peer) && !peer->quit_said && octet_buffer_span(&peer->held).len == 0) {
        if (peer->pop3_spoken && peer->listener.pop3.session.marked > 0 && probe_peer_say_text(peer, "RSET"))
            probe_peer_take(peer, PROBE_SHAPE_SINGLE, end, &reply);
        if (probe_peer_say_text(peer, "QUIT")) {
            while (probe_peer_take(peer, PROBE_SHAPE_SINGLE, end, &reply) == PROBE_CAME_REPLY)
                if (peer->pop3_spoken || reply.code == 221)
                    break;
        }
    }
    probe_peer_close(peer, MST_ENDING_PLAIN, 0);
}

static void leave_all(stage *s)
{
    const unsigned count = s->document->connection_count == 0 ? 1 : s->document->connection_count;
    for (unsigned i = 0; i < count; i++) {
        if (s->opened[i])
            leave(s, &s->peers[i]);
        probe_peer_free(&s->peers[i]);
        s->opened[i] = false;
    }
}

/* --- blocks ------------------------------------------------------------------------------- */

static void repeat(stage *s, const mst_step *step)
{
    uint64_t count;
    if (!probe_evaluate_number(&s->scope, step->repeat.count, &count)) {
        stage_unevaluated(s, step->at.line);
        return;
    }
    for (uint64_t i = 1; i <= count && !s->over; i++) {
        if (!ms_span_is_absent(step->repeat.counter)) {
            const probe_value value = {.kind = MST_VALUE_NUMBER, .number = i};
            probe_scope_set_value(&s->scope, step->repeat.counter, &value);
        }
        stage_block(s, step->repeat.block);
    }
}

static void when(stage *s, const mst_step *step)
{
    bool taken = false;
    for (const mst_word *name = step->when.names; name != NULL; name = name->next)
        taken |= stage_took(s, step->named ? step->connection : STAGE_ANY, name->text);
    if (taken != step->when.negated)
        stage_block(s, step->when.then_block);
    else if (step->when.else_block != NULL)
        stage_block(s, step->when.else_block);
}

static void conclude(stage *s, const mst_step *step)
{
    stage_outcome(s, step, &step->verdict.outcome, NULL);
}

static void end_script(stage *s, const mst_step *step)
{
    (void)step;
    s->over = true;
}

/* Run behind the script: see control(). */
static void later(stage *s, const mst_step *step)
{
    (void)s;
    (void)step;
}

void stage_step(stage *s, const mst_step *step)
{
    typedef void step_runner(stage *, const mst_step *);
    static step_runner *const runners[] = {
        [MST_SAY] = stage_say,     [MST_EXPECT] = stage_expect, [MST_TLS] = stage_tls,
        [MST_CLOSE] = stage_close, [MST_HANGUP] = stage_close,  [MST_OPEN] = stage_reopen,
        [MST_PAUSE] = stage_pause, [MST_QUIET] = stage_quiet,   [MST_FENCE] = stage_fence,
        [MST_LET] = stage_let,     [MST_CHECK] = stage_check,   [MST_REPEAT] = repeat,
        [MST_WHEN] = when,         [MST_CONTROL] = later,       [MST_DELIVERED] = stage_delivered,
        [MST_VERDICT] = conclude,  [MST_END] = end_script,
    };
    _Static_assert(sizeof runners / sizeof runners[0] == MST_STEP_KINDS, "each kind of step has a runner");
    runners[step->kind](s, step);
}

void stage_block(stage *s, const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL && !s->over; step = step->next) {
        if (atomic_load(&s->context->stop)) {
            stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the run was stopped");
            return;
        }
        if (net_left(s->end) == 0) {
            stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the case took longer than it may");
            return;
        }
        stage_step(s, step);
    }
}

/* --- the frame ------------------------------------------------------------------------------ */

/* The number that the server lists behind SIZE (RFC 1870 section 3), "0" for no limit. */
static void set_size_limit(stage *s)
{
    const bool tls = probe_starts_in_tls(s->endpoint, s->document);
    const ms_span digits = probe_offer_digits(tls ? &s->endpoint->tls : &s->endpoint->clear, MS_SPAN("SIZE"));
    probe_scope_set(&s->scope, MS_SPAN("size_limit"), ms_span_is_absent(digits) ? MS_SPAN("0") : digits);
}

/* Another one than the usual, where the server does not take that. */
static void set_sender(stage *s)
{
    char sender[300];
    if (s->context->settings.from != NULL || (s->endpoint->from == NULL && s->endpoint->from_domain == NULL))
        return;
    probe_endpoint_sender(s->endpoint, s->mark, sender, sizeof sender);
    probe_scope_set_text(&s->scope, "from", sender);
    probe_scope_set_text(&s->scope, "from_domain", strrchr(sender, '@') + 1);
}

/* Cases of one run draw different lots, and the same ones again with the same seed, in whatever order they run. */
static uint64_t hash(ms_span id)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < id.len; i++)
        value = (value ^ id.ptr[i]) * UINT64_C(0x100000001b3);
    return value;
}

int64_t stage_time(const stage *s, uint64_t milliseconds)
{
    enum { LONG_MS = 10 * 1000 }; /* what is shorter is no matter of a server's patience */
    const bool hasty = s->hasty && milliseconds >= LONG_MS;
    return (int64_t)(hasty ? milliseconds / s->context->settings.haste : milliseconds);
}

static void begin(stage *s, probe_context *context, const probe_endpoint *endpoint, const mst_document *document,
                  probe_feed feed, bool patient)
{
    const unsigned count = document->connection_count == 0 ? 1 : document->connection_count;
    const unsigned number = atomic_fetch_add(&context->cases, 1);
    memset(s, 0, sizeof *s);
    s->context = context;
    s->endpoint = endpoint;
    s->document = document;
    s->feed = feed;
    s->patient = patient;
    s->outcome = s->received = ms_span_absent();
    s->peers = calloc(count, sizeof *s->peers);
    s->ways = calloc(count, sizeof *s->ways);
    s->opened = calloc(count, sizeof *s->opened);
    if (s->peers == NULL || s->ways == NULL || s->opened == NULL)
        abort();
    s->hasty = context->settings.haste > 1 && probe_needs(document, "slow");
    s->reply_ms = context->settings.reply_ms;
    if (document->header.timeout_ms > 0 && (!s->hasty || stage_time(s, document->header.timeout_ms) > s->reply_ms))
        s->reply_ms = stage_time(s, document->header.timeout_ms);
    s->end = net_in(context->settings.case_ms);
    s->seed = document->header.seed_given ? document->header.seed : context->settings.seed;
    snprintf(s->mark, sizeof s->mark, "%s%04u", context->mark, number % 10000);
    probe_scope_init(&s->scope, s->seed ^ hash(document->header.id));
    probe_names_set(&s->scope, &s->context->settings, s->mark, s->endpoint->target.host);
    set_sender(s);
    set_size_limit(s);
}

static void end(stage *s)
{
    leave_all(s);
    probe_log_free(&s->log);
    probe_scope_free(&s->scope);
    mst_text_free(&s->permitted);
    free(s->peers);
    free(s->ways);
    free(s->opened);
    free(s->taken);
}

/* The same dialogue without the stimulus, if the case took an outcome named refused. */
static void control(stage *s)
{
    const ms_span refused = MS_SPAN("refused");
    const mst_step *step = s->document->script.first;
    while (step != NULL && step->kind != MST_CONTROL)
        step = step->next;
    const bool proves = s->verdict == MST_PASS || s->verdict == MST_NONSTRICT;
    const bool accused = s->verdict == MST_FAIL && !ms_span_is_absent(s->outcome) && probe_equal(s->outcome, refused);
    if (step == NULL || (!proves && !accused) || !stage_took(s, STAGE_ANY, refused))
        return;
    stage other;
    begin(&other, s->context, s->endpoint, s->document, s->feed, s->patient);
    open_all(&other);
    if (!other.over)
        stage_block(&other, step->control.block);
    const bool same = stage_took(&other, STAGE_ANY, refused);
    if (accused && (same || other.verdict == MST_INCONCLUSIVE || other.verdict == MST_ERROR))
        stage_acquit(s, step->at.line);
    if (same)
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the same dialogue without the stimulus is refused, too");
    else if (other.verdict == MST_INCONCLUSIVE || other.verdict == MST_ERROR)
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the control run proved nothing: %s", other.reason);
    s->transient |= other.transient;
    s->limited |= other.limited;
    end(&other);
    probe_findings_free(&other.findings);
}

/* A login was refused that should not have been.  Servers have reasons of their own: a limit on logins, a maildrop that
 * cannot be opened now.  If the ordinary login is refused as well, the case has proved nothing. */
static void doubt_login(stage *s)
{
    char why[PROBE_WHY_MAX];
    if (s->verdict != MST_FAIL || !s->login_refused || s->endpoint->target.protocol != NET_POP3 ||
        s->context->settings.user == NULL)
        return;
    s->transient = true; /* if it was for a moment only, the next try shows it */
    if (!stage_others_reach(s, MST_STATE_TRANSACTION, s->context->settings.case_ms, why))
        stage_doubt(s, "a login was refused, and now the ordinary one is refused, too: %s", why);
}

probe_played probe_play(probe_context *context, const probe_endpoint *endpoint, const mst_document *document,
                        const char *id, probe_feed feed, bool patient)
{
    stage s;
    probe_played played;
    const net_deadline begun = net_now();
    memset(&played, 0, sizeof played);
    begin(&s, context, endpoint, document, feed, patient);
    stage_delivery_begin(&s);
    if (!s.over)
        open_all(&s);
    if (!s.over)
        stage_block(&s, &document->script);
    leave_all(&s);
    doubt_login(&s);
    control(&s);
    stage_delivery_end(&s);
    if (s.punished)
        probe_findings_free(&s.findings);
    stage_prove(&s);
    played.item = stage_result(&s, id);
    played.item.duration_ms = (double)(net_now() - begun);
    if (s.verdict != MST_PASS && s.verdict != MST_SKIP)
        played.transcript = stage_transcript(&s, id, &played.item);
    played.transient = s.transient;
    played.unreachable = s.unreachable;
    played.crowded = s.crowded;
    played.let_in = s.let_in;
    played.limited = s.limited;
    played.findings = s.findings;
    end(&s);
    return played;
}

void probe_played_free(probe_played *played)
{
    result_case_free(&played->item);
    probe_findings_free(&played->findings);
    free(played->transcript);
    memset(played, 0, sizeof *played);
}
