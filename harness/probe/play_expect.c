/* play_expect.c - S? and what is allowed everywhere */
#include "harness/probe/stage.h"

#include <stdio.h>
#include <string.h>

#include "harness/probe/login_delay.h"
#include "harness/probe/manners.h"
#include "harness/probe/match.h"
#include "mailspec/base64.h"

void stage_alternative(stage *s, const mst_step *step, const mst_alternative *alternative, const probe_reply *reply)
{
    stage_outcome(s, step, &alternative->outcome, reply);
    if (alternative->block != NULL && !s->over)
        stage_block(s, alternative->block);
}

const mst_alternative *stage_find(const mst_step *step, mst_match_kind kind)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next) {
        if (a->matches == NULL && kind == MST_MATCH_DONE)
            return a;
        for (const mst_match *match = a->matches; match != NULL; match = match->next)
            if (match->kind == kind)
                return a;
    }
    return NULL;
}

void stage_keep(stage *s, const probe_peer *peer, const probe_reply *reply)
{
    const bool challenge = peer->pop3_spoken ? reply->indicator == MS_POP3_CONTINUATION : reply->code == 334;
    uint8_t decoded[PROBE_LINE_MAX];
    size_t length = 0;
    size_t wrong_at;
    if (challenge && reply->text.len / 4 * 3 < sizeof decoded &&
        ms_base64_decode(reply->text, decoded, &length, &wrong_at))
        probe_scope_set(&s->scope, MS_SPAN("challenge"), ms_span_make(decoded, length));
    if (peer->pop3_spoken && reply->multi)
        probe_scope_set(&s->scope, MS_SPAN("content"), reply->content);
}

/* --- what is allowed everywhere ------------------------------------------------------- */

static bool answers_delivery(uint8_t verb)
{
    return verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT || verb == MS_SMTP_END_OF_DATA || verb == MS_SMTP_BDAT;
}

/* One of the case's cites begins as one of the rules. */
static bool is_about(const mst_document *document, const char *const *rules, size_t count)
{
    for (const mst_word *cite = document->header.cites; cite != NULL; cite = cite->next)
        for (size_t i = 0; i < count; i++) {
            const size_t length = strlen(rules[i]);
            if (cite->text.len >= length && memcmp(cite->text.ptr, rules[i], length) == 0)
                return true;
        }
    return false;
}

/* Has the case anything to say about NOOP? */
static bool is_about_noop(const mst_document *document)
{
    static const char *const rules[] = {"SMTP-5321-4.1.1.9-", "SMTP-5321-4.5.1-05", "SMTP-5321-4.1.4-03"};
    return is_about(document, rules, sizeof rules / sizeof rules[0]);
}

bool stage_is_passing(const stage *s, const probe_peer *peer, const probe_reply *reply)
{
    if (reply->came == PROBE_CAME_CLOSE)
        return true;
    if (reply->came != PROBE_CAME_REPLY)
        return false;
    if (peer->pop3_spoken) {
        const ms_span code = reply->response_code;
        return reply->indicator == MS_POP3_NEGATIVE && !ms_span_is_absent(code) &&
               (probe_is_word(code, "IN-USE") || probe_is_word(code, "LOGIN-DELAY") || probe_is_word(code, "SYS/TEMP"));
    }
    if (reply->code == 421)
        return true;
    if (reply->code / 100 == 4)
        return true; /* "may be requested again" (section 4.2.1) */
    const probe_endpoint *endpoint = s->endpoint;
    /* some servers that demand a login have another code for those who come without one */
    const bool stranger = endpoint->auth_required && !peer->authenticated;
    if (stranger && reply->code / 100 == 5 && answers_delivery(reply->answered))
        return true;
    return reply->code == 530 && (endpoint->tls_required || endpoint->auth_required || reply->answered == MS_SMTP_MAIL);
}

static bool is_about_pipelining(const mst_document *document)
{
    static const char *const rules[] = {"SMTP-2920-", "POP3-2449-6.6-"};
    return is_about(document, rules, sizeof rules / sizeof rules[0]);
}

/* Did we say something before our turn?  Where PIPELINING is offered, groups that keep to its rules are our turn: a server that
 * will not have them breaks that rule, and the cases about it say so. */
static bool has_talked_early(const stage *s, const mst_step *step)
{
    const probe_peer *peer = &s->peers[step->connection];
    const probe_offer *offer = &s->ways[step->connection].offer;
    const probe_offer *known = offer->known ? offer : &s->endpoint->clear;
    if (peer->hasty)
        return true;
    /* there it is octets of a message that came "too soon": who says so has taken them for commands */
    if (s->document->header.exposure == MST_EXPOSURE_SMUGGLING)
        return false;
    if (!peer->crowded)
        return false;
    return s->rude || !is_about_pipelining(s->document) ||
           !probe_offer_has(known, MS_SPAN("PIPELINING"), ms_span_absent());
}

bool stage_is_punished(stage *s, const mst_step *step, const probe_reply *reply)
{
    const bool early = probe_tells_of_early_talk(reply) && has_talked_early(s, step);
    char quoted[240];
    if (s->document->header.only || (!early && !probe_tells_of_limit(reply)))
        return false;
    probe_reply_quote(&s->scope, reply, quoted, sizeof quoted);
    s->punished = true;
    s->transient |= !early || (!s->patient && !s->document->header.feed_fixed);
    s->crowded |= early;
    s->limited |= !early && probe_tells_of_rate(reply);
    stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "%s, and proves nothing: %s",
                 early ? "the server wants its replies awaited" : "a limit of the server", quoted);
    return true;
}

/* Who refuses the first error of a session and closes over it breaks section 3.8; who was refused before, or is told 521,
 * has been counted. */
bool stage_is_parting(probe_peer *peer, const probe_reply *reply)
{
    enum { HANGUP_MS = 200, NO_MAIL_HERE = 521 }; /* RFC 7504 section 3 */
    if (reply->came != PROBE_CAME_REPLY || peer->pop3_spoken || reply->code < 400)
        return false;
    if (peer->refusals < 2 && reply->code != NO_MAIL_HERE)
        return false;
    return probe_peer_any(peer, probe_peer_reply_end(peer, HANGUP_MS)) && peer->ended != NET_OK &&
           !probe_peer_has_octets(peer);
}

/* Whatever a reply like this says, it does not say it of the stimulus. */
static bool proves_nothing(const stage *s, const mst_step *step, probe_peer *peer, const mst_alternative *taken,
                           const probe_reply *reply)
{
    if (step->expect.only || s->document->header.only)
        return false;
    /* a site may refuse all mail, but not by saying that it does not know the command, where a case asks for that */
    const bool unknown = taken != NULL && (reply->code == 500 || reply->code == 502);
    if (s->endpoint->mail_refused && !unknown && reply->came == PROBE_CAME_REPLY && reply->code >= 400 &&
        answers_delivery(reply->answered))
        return true;
    /* a content that the site does not want (section 7.9), which the case did not think of */
    if (taken == NULL && reply->came == PROBE_CAME_REPLY && reply->code / 100 == 5 &&
        reply->answered == MS_SMTP_END_OF_DATA)
        return true;
    return stage_is_parting(peer, reply);
}

/* --- S? ---------------------------------------------------------------------------------- */

static const mst_match *first_of(const mst_step *step, mst_match_kind kind)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next)
            if (match->kind == kind)
                return match;
    return NULL;
}

static probe_shape shape_of(const mst_step *step)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next)
            if (match->kind == MST_MATCH_REPLY && match->shape != MST_SHAPE_BY_COMMAND)
                return match->shape == MST_SHAPE_MULTI ? PROBE_SHAPE_MULTI : PROBE_SHAPE_SINGLE;
    return PROBE_SHAPE_BY_COMMAND;
}

static bool match_came(stage *s, const mst_match *match, const probe_reply *reply)
{
    switch (reply->came) {
    case PROBE_CAME_REPLY:
        return match->kind == MST_MATCH_REPLY && probe_match_reply(&s->scope, match, reply);
    case PROBE_CAME_CLOSE:
        return match->kind == MST_MATCH_CLOSE;
    case PROBE_CAME_ALERT:
        return match->kind == MST_MATCH_ALERT || match->kind == MST_MATCH_CLOSE;
    case PROBE_CAME_SILENT:
        return match->kind == MST_MATCH_NONE && reply->raw.len == 0;
    case PROBE_CAME_FLOOD:
    case PROBE_CAME_STOP:
        return false;
    }
    return false;
}

static const mst_alternative *choose_as(stage *s, const mst_step *step, const probe_reply *reply)
{
    s->scope.error[0] = '\0';
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next) {
            if (match_came(s, match, reply))
                return a;
            if (s->scope.error[0] != '\0') {
                stage_unevaluated(s, step->at.line);
                return NULL;
            }
        }
    return NULL;
}

static bool is_complaint(mst_verdict verdict)
{
    return verdict == MST_FAIL || verdict == MST_NONSTRICT;
}

/* Most cases say NOOP to see whether the session goes on.  Who does not know it breaks section 4.5.1, which the listener
 * tells; here its refusal shows as much as 250. */
static const mst_alternative *choose(stage *s, const mst_step *step, const probe_reply *reply)
{
    const mst_alternative *taken = choose_as(s, step, reply);
    const bool unknown = reply->came == PROBE_CAME_REPLY && reply->answered == MS_SMTP_NOOP &&
                         (reply->code == 500 || reply->code == 502);
    if (taken != NULL || !unknown || s->over || is_about_noop(s->document))
        return taken;
    probe_reply known = *reply;
    known.code = 250;
    return choose_as(s, step, &known);
}

/* "Later", to a login that should have worked, where the case does not ask for that answer by its code. */
static bool postpones_login(const mst_alternative *taken, const probe_reply *reply)
{
    const ms_span code = reply->response_code;
    if (taken->outcome.verdict != MST_FAIL || !stage_refuses_login(reply) || ms_span_is_absent(code))
        return false;
    for (const mst_match *match = taken->matches; match != NULL; match = match->next)
        if (!ms_span_is_absent(match->status.response_code))
            return false;
    return probe_is_word(code, "LOGIN-DELAY") || probe_is_word(code, "SYS/TEMP");
}

#define VERB(v) (UINT32_C(1) << MS_SMTP_##v)

/* What needs no TLS and no login also where it is demanded (RFC 3207 section 4, RFC 4954 section 6). */
static const uint32_t free_without_tls = VERB(NOOP) | VERB(EHLO) | VERB(LHLO) | VERB(STARTTLS) | VERB(QUIT);
static const uint32_t free_without_login =
    VERB(AUTH) | VERB(EHLO) | VERB(LHLO) | VERB(HELO) | VERB(NOOP) | VERB(RSET) | VERB(QUIT);

/* "TLS first", or "log in first", where the case asks for a refusal without saying which. */
static bool demands_more(const stage *s, const probe_peer *peer, const mst_alternative *taken, const probe_reply *reply)
{
    const bool tls =
        s->endpoint->tls_required && !net_tls_active(peer->stream) && (free_without_tls >> reply->answered & 1) == 0;
    const bool login =
        s->endpoint->auth_required && !peer->authenticated && (free_without_login >> reply->answered & 1) == 0;
    if (peer->pop3_spoken || reply->came != PROBE_CAME_REPLY || reply->code != 530 || (!tls && !login))
        return false;
    for (const mst_match *match = taken->matches; match != NULL; match = match->next)
        if (match->status.kind == MST_STATUS_CODE && match->status.digits[1] == 3 && match->status.digits[2] == 0)
            return false;
    return true;
}

static void passing(stage *s, const mst_step *step, const probe_reply *reply, const char *quoted)
{
    s->transient = true;
    s->limited |= probe_tells_of_rate(reply);
    if (stage_refuses_login(reply))
        probe_login_delay_heard(s->endpoint, &s->context->ledger, reply);
    stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "allowed everywhere, and proves nothing: %s", quoted);
}

void stage_expect(stage *s, const mst_step *step)
{
    probe_peer *peer = stage_peer(s, step);
    probe_reply reply;
    if (peer == NULL)
        return;
    if (step->expect.side != MS_SERVER) {
        stage_worsen(s, MST_ERROR, step->at.line, "C? needs a client under test");
        return;
    }
    const mst_match *none = first_of(step, MST_MATCH_NONE);
    /* a silence that is looked for lasts as long as it says, however long others wait */
    const int64_t wait = none != NULL ? stage_time(s, none->duration_ms) : probe_peer_patience(peer, s->reply_ms);
    peer->listener.line = step->at.line;
    probe_peer_take(peer, shape_of(step), probe_peer_reply_end(peer, wait), &reply);
    if (reply.came == PROBE_CAME_REPLY)
        stage_keep(s, peer, &reply);
    const mst_alternative *taken = choose(s, step, &reply);
    if (taken != NULL && reply.came == PROBE_CAME_SILENT)
        probe_listen_silence(&peer->listener);
    const bool complains = taken == NULL ? !(s->over && s->verdict == MST_ERROR) : is_complaint(taken->outcome.verdict);
    if (complains && !step->expect.only && stage_is_punished(s, step, &reply))
        return;
    char quoted[240];
    probe_reply_quote(&s->scope, &reply, quoted, sizeof quoted);
    const bool wrong = taken == NULL || taken->outcome.verdict == MST_FAIL;
    if (wrong && !s->over && proves_nothing(s, step, peer, taken, &reply)) {
        s->transient = true;
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the server refuses the mail, or ends the session: %s",
                     quoted);
        return;
    }
    if (taken != NULL && complains &&
        (postpones_login(taken, &reply) || (!step->expect.only && demands_more(s, peer, taken, &reply)))) {
        passing(s, step, &reply, quoted);
        return;
    }
    if (taken != NULL) {
        stage_alternative(s, step, taken, &reply);
        return;
    }
    if (!complains)
        return;
    if (reply.came == PROBE_CAME_STOP) {
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the run was stopped");
    } else if (reply.came == PROBE_CAME_SILENT) {
        stage_silent(s, step, &reply);
    } else if (!step->expect.only && !s->document->header.only && stage_is_passing(s, peer, &reply)) {
        passing(s, step, &reply, quoted);
    } else {
        stage_unmatched(s, step, &reply);
    }
}

bool stage_others_reach(stage *s, mst_state state, int64_t milliseconds, char why[PROBE_WHY_MAX])
{
    probe_scope scope;
    probe_log log;
    probe_findings findings;
    memset(&log, 0, sizeof log);
    memset(&findings, 0, sizeof findings);
    probe_scope_init(&scope, 1);
    probe_peer peer = {.settings = &s->context->settings,
                       .ledger = &s->context->ledger,
                       .stop = &s->context->stop,
                       .scope = &scope,
                       .log = &log,
                       .findings = &findings,
                       .case_end = net_in(milliseconds)};
    probe_prologue way = {.endpoint = s->endpoint, .peer = &peer};
    const bool reached = probe_prologue_run(&way, state) == PROBE_REACHED;
    snprintf(why, PROBE_WHY_MAX, "%s", way.why);
    probe_reply bye;
    if (reached && state == MST_STATE_TRANSACTION)
        probe_ask(&peer, "QUIT", &bye); /* the maildrop is free again then */
    probe_peer_free(&peer);
    probe_log_free(&log);
    probe_findings_free(&findings);
    probe_scope_free(&scope);
    return reached;
}

/* The server said nothing.  If it answers others meanwhile, it is this dialogue that it does not answer. */
void stage_silent(stage *s, const mst_step *step, const probe_reply *reply)
{
    if (net_left(s->end) == 0 &&
        reply->waited_ms + 100 < s->context->settings.reply_ms) { /* there was no time to wait any longer */
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the case took longer than it may");
        return;
    }
    char why[PROBE_WHY_MAX];
    const bool alive = stage_others_reach(s, MST_STATE_GREETED, s->reply_ms / 2, why);
    if (alive) {
        stage_unmatched(s, step, reply);
        return;
    }
    s->transient = true;
    stage_worsen(s, MST_INCONCLUSIVE, step->at.line,
                 "no reply within %lld ms, and a new connection is not greeted either", (long long)s->reply_ms);
}
