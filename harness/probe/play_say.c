/* play_say.c - C: C+ C< C+<, close, hangup, open, pause */
#include "harness/probe/login_delay.h"
#include "harness/probe/stage.h"
#include "harness/requirement/register.h"

#include <string.h>

/* The line's octets and their twin, CRLF added where the sign says so. */
bool stage_octets(stage *s, const mst_step *step, ms_span *octets, ms_span *shown)
{
    probe_value value;
    if (!ms_span_is_absent(step->say.octets)) {
        *octets = *shown = step->say.octets;
        return true;
    }
    if (!probe_evaluate_octets(&s->scope, step->say.content, &value)) {
        stage_unevaluated(s, step->at.line);
        return false;
    }
    *octets = value.octets;
    *shown = value.shown;
    if (step->say.raw)
        return true;
    uint8_t *line = probe_scope_room(&s->scope, (uint64_t)value.octets.len + 2);
    uint8_t *twin = probe_scope_room(&s->scope, (uint64_t)value.shown.len + 2);
    if (line == NULL || twin == NULL)
        return false;
    memcpy(line, value.octets.ptr, value.octets.len);
    memcpy(line + value.octets.len, "\r\n", 2);
    memcpy(twin, value.shown.ptr, value.shown.len);
    memcpy(twin + value.shown.len, "\r\n", 2);
    *octets = ms_span_make(line, value.octets.len + 2);
    *shown = ms_span_make(twin, value.shown.len + 2);
    return true;
}

/* May the line be written together with the next one?  Only where PIPELINING was offered (RFC 2920 section 3.1), or
 * where the case breaks that rule on purpose. */
static bool may_group(const stage *s, const mst_step *step, const probe_peer *peer)
{
    const probe_prologue *way = &s->ways[step->connection];
    const mst_step *next = step->next;
    if (!s->document->header.feed_fixed && s->patient && !step->say.raw && step->violations == NULL)
        return false;
    if (s->document->header.feed_fixed || step->say.raw || !way->offer.known)
        return true;
    if (next == NULL || next->kind != MST_SAY || next->say.raw || next->violations != NULL || step->violations != NULL)
        return true;
    (void)peer;
    return probe_offer_has(&way->offer, MS_SPAN("PIPELINING"), ms_span_absent());
}

static bool is_quit(ms_span line)
{
    return line.len == 6 && probe_is_word(ms_span_make(line.ptr, 4), "QUIT");
}

/* A POP3 login too soon behind the one before proves nothing, but to the cases about LOGIN-DELAY. */
static void wait_for_login(const stage *s, const probe_peer *peer, ms_span line)
{
    if (!peer->pop3_spoken || line.len < 4)
        return;
    const ms_span keyword = ms_span_make(line.ptr, 4);
    if (!probe_is_word(keyword, "PASS") && !probe_is_word(keyword, "APOP") && !probe_is_word(keyword, "AUTH"))
        return;
    for (const mst_gate *need = s->document->header.needs; need != NULL; need = need->next)
        if (need->kind == MST_GATE_CAPA && !ms_span_is_absent(need->word) && probe_is_word(need->word, "LOGIN-DELAY"))
            return;
    probe_login_delay_wait(s->endpoint, &s->context->ledger, s->end, &s->context->stop);
}

void stage_say(stage *s, const mst_step *step)
{
    ms_span octets;
    ms_span shown;
    for (unsigned i = 0; i < s->ahead_count; i++)
        if (s->ahead[i] == step) {
            s->ahead[i] = NULL; /* in a repeat it comes again */
            return;
        }
    probe_peer *peer = stage_peer(s, step);
    if (peer == NULL || !stage_octets(s, step, &octets, &shown))
        return;
    if (step->say.side != MS_CLIENT) {
        stage_worsen(s, MST_ERROR, step->at.line, "the server's lines are its own: a case expects them by S?");
        return;
    }
    wait_for_login(s, peer, octets);
    peer->quit_said |= is_quit(octets);
    for (const mst_violation *violation = step->violations; violation != NULL; violation = violation->next)
        s->rude |= violation->side == MS_CLIENT;
    if (!step->say.held) {
        if (peer->feed == PROBE_FEED_PIPELINED) {
            probe_peer_hold(peer, octets, shown);
            stage_group(s, step, peer);
            octets = shown = MS_SPAN("");
        }
        probe_peer_say(peer, octets, shown, step->at.line);
    } else if (may_group(s, step, peer)) {
        probe_peer_hold(peer, octets, shown);
    } else {
        const unsigned waiting = probe_peer_waiting(peer);
        probe_peer_say(peer, octets, shown, step->at.line);
        probe_peer_await(peer, waiting + 1, probe_peer_reply_end(peer, s->reply_ms));
    }
}

/* The first cite that says when a session ends behind QUIT (RFC 5321 section 4.1.1.10, RFC 1939 sections 4 and 6). */
static uint16_t closing_rule(const mst_document *document)
{
    static const uint16_t rules[] = {MS_REQ_SMTP_5321_4_1_1_10_02, MS_REQ_POP3_1939_6_04, MS_REQ_POP3_1939_4_14,
                                     MS_REQ_POP3_1939_4_16};
    for (const mst_word *cite = document->header.cites; cite != NULL; cite = cite->next) {
        const uint16_t cited = (uint16_t)ms_register_find((const char *)cite->text.ptr, cite->text.len);
        for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
            if (cited == rules[i])
                return cited;
    }
    return MS_REQ_NONE;
}

/* The server leaves a session open whose QUIT it has answered: a breach of a rule of its own, which other cases end by, too. */
static void stays_open(stage *s, const mst_step *step, const probe_reply *reply)
{
    const uint16_t rule = closing_rule(s->document);
    if (rule == MS_REQ_NONE)
        return;
    stage_silent(s, step, reply);
    if (s->verdict == MST_FAIL && s->line == step->at.line)
        s->requirement = rule;
}

void stage_close(stage *s, const mst_step *step)
{
    probe_reply reply;
    probe_peer *peer = stage_peer(s, step);
    if (peer == NULL)
        return;
    if (step->kind == MST_HANGUP) {
        probe_peer_close(peer, step->end.ending, step->at.line);
        return;
    }
    peer->listener.line = step->at.line;
    probe_peer_take(peer, PROBE_SHAPE_BY_COMMAND, probe_peer_reply_end(peer, s->reply_ms), &reply);
    if (reply.came == PROBE_CAME_SILENT && peer->quit_answered)
        stays_open(s, step, &reply);
    else if (reply.came == PROBE_CAME_SILENT)
        stage_silent(s, step, &reply);
    else if (reply.came != PROBE_CAME_CLOSE && reply.came != PROBE_CAME_ALERT)
        stage_unmatched(s, step, &reply);
}

/* The endpoint that "open pop3" and its like mean; NULL if there is none. */
static const probe_endpoint *endpoint_of(const stage *s, const mst_step *step)
{
    if (!step->open.protocol_given)
        return s->endpoint;
    const bool pop3 = s->endpoint->target.protocol == NET_POP3;
    if (step->open.protocol == MST_POP3)
        return pop3 ? s->endpoint : s->endpoint->pop3;
    return pop3 ? s->endpoint->smtp : s->endpoint;
}

/* What a failed prologue made of the case is taken back. */
static void forget_open(stage *s, const stage *before)
{
    s->verdict = before->verdict;
    s->decided = before->decided;
    s->requirement = before->requirement;
    s->outcome = before->outcome;
    s->line = before->line;
    memcpy(s->reason, before->reason, sizeof s->reason);
    s->over = s->transient = s->unreachable = s->limited = false;
}

/* A server may need a moment to notice that the session before has ended, and until then the maildrop is in use. */
static bool open_patiently(stage *s, const mst_step *step, const probe_endpoint *endpoint)
{
    enum { TRIES = 6, FIRST_MS = 25 };
    for (int i = 0; i < TRIES; i++) {
        const stage before = *s;
        if (stage_open(s, step->connection, endpoint, step->open.state, step->at.line))
            return true;
        if (!s->transient || s->unreachable || !endpoint->reachable || i + 1 == TRIES)
            return false;
        forget_open(s, &before);
        probe_peer_free(&s->peers[step->connection]);
        net_pause(net_sooner(net_in(FIRST_MS << i), s->end), &s->context->stop);
    }
    return false;
}

void stage_reopen(stage *s, const mst_step *step)
{
    const probe_endpoint *endpoint = endpoint_of(s, step);
    const mst_alternative *done = stage_find(step, MST_MATCH_DONE);
    const mst_alternative *refused = stage_find(step, MST_MATCH_REFUSED);
    if (endpoint == NULL) {
        stage_worsen(s, MST_SKIP, step->at.line, "the target has no %s endpoint",
                     mst_protocol_name(step->open.protocol));
        return;
    }
    if (s->opened[step->connection])
        probe_peer_free(&s->peers[step->connection]);
    s->in_clear = step->open.clear;
    if (refused != NULL) {
        /* a refusal is an outcome of the case then, and no failed prologue */
        const stage before = *s;
        if (stage_open(s, step->connection, endpoint, step->open.state, step->at.line)) {
            if (done != NULL)
                stage_alternative(s, step, done, NULL);
            return;
        }
        forget_open(s, &before);
        stage_alternative(s, step, refused, NULL);
        return;
    }
    if (open_patiently(s, step, endpoint) && done != NULL)
        stage_alternative(s, step, done, NULL);
}

void stage_pause(stage *s, const mst_step *step)
{
    net_pause(net_sooner(net_in(stage_time(s, step->wait.duration_ms)), s->end), &s->context->stop);
}
