/*
 * play_fence.c - fence and quiet: was anything answered that nobody asked for?
 *
 * The commands of a fence are chosen so that their replies cannot be taken for another one's:
 *
 *   nothing follows on any connection   NOOP, then QUIT: the replies are counted until 221 or the close
 *   SMTP, no mail transaction is open   EHLO: nothing else is answered by a list of keywords
 *   SMTP, in a mail transaction         HELP, which 250 never answers, then NOOP, which nothing else answers
 *   POP3, CAPA is there                 CAPA: nothing else is answered by a list of capabilities
 *   POP3 otherwise                      STAT, then NOOP
 */
#include "harness/probe/stage.h"

#include <stdio.h>
#include <string.h>

#include "harness/probe/manners.h"
#include "harness/probe/match.h"

typedef struct fence {
    stage *s;
    const mst_step *step;
    probe_peer *peer;
    unsigned extras;
    probe_reply extra; /* the first one */
    probe_reply last;  /* what came instead of a reply */
    probe_reply cross; /* a reply about our manners, if one came */
    bool missing, closed, silent;
    bool accepted; /* one of the extra replies was no refusal */
    bool refused;  /* what the script awaited last was a refusal */
    bool hung_up;  /* the server did, before the fence began */
} fence;

enum {
    LATE_MS = 30,     /* for what is on its way behind the last reply of an open fence */
    EXTRAS_MAX = 100, /* more are no use to anybody */
};

static void say(fence *f, const char *line)
{
    probe_peer_say_text(f->peer, line);
}

/* The next reply; false when none came, which ends the fence. */
static bool take(fence *f, probe_shape shape, probe_reply *reply)
{
    const net_deadline end = probe_peer_reply_end(f->peer, f->s->reply_ms);
    if (f->extras > EXTRAS_MAX)
        return false;
    if (probe_peer_take(f->peer, shape, end, reply) == PROBE_CAME_REPLY) {
        if (probe_tells_of_early_talk(reply) || probe_tells_of_limit(reply))
            f->cross = *reply;
        return true;
    }
    f->last = *reply;
    f->closed = reply->came == PROBE_CAME_CLOSE || reply->came == PROBE_CAME_ALERT;
    f->silent = !f->closed;
    return false;
}

static void count_extra(fence *f, const probe_reply *reply)
{
    if (f->extras++ == 0)
        f->extra = *reply;
    f->accepted |= f->peer->pop3_spoken || reply->code < 400;
}

/* What was said before and not awaited, or came without being asked for. */
static void take_waiting(fence *f)
{
    probe_reply reply;
    while (probe_peer_waiting(f->peer) > 0 && take(f, PROBE_SHAPE_BY_COMMAND, &reply))
        count_extra(f, &reply);
}

/* --- the kinds of fences ---------------------------------------------------------------- */

/* NOOP (where the state has it) and QUIT: count up to the end. */
static void to_the_end(fence *f)
{
    enum { REPLIES_KEPT = 4 };
    probe_reply first[REPLIES_KEPT];
    const bool pop3 = f->peer->pop3_spoken;
    const bool noop = !pop3 || f->peer->listener.pop3.session.state == MS_POP3_TRANSACTION;
    unsigned count = 0;
    bool last = false;
    if (noop) {
        say(f, "NOOP");
        if (!take(f, PROBE_SHAPE_SINGLE, &first[count]))
            return;
        last = !pop3 && first[count].code == 221;
        /* before QUIT was said nothing can answer it, be it 221: so many replies are too many, and the first ones are these */
        while (probe_peer_waiting(f->peer) > 0) {
            probe_reply next;
            if (!take(f, PROBE_SHAPE_SINGLE, &next))
                break;
            count_extra(f, &first[0]);
            first[0] = next;
        }
        count++;
    }
    say(f, "QUIT");
    f->peer->quit_said = true;
    while (!last) {
        probe_reply reply;
        if (!take(f, PROBE_SHAPE_SINGLE, &reply))
            break;
        last = !pop3 && reply.code == 221;
        if (count < REPLIES_KEPT)
            first[count] = reply;
        if (++count > EXTRAS_MAX)
            break;
    }
    const unsigned due = noop ? 2 : 1;
    f->closed &= count < due; /* otherwise as it has to be; a server may hang up on what stands before the fence */
    f->silent = false;        /* a server that does not close is another case's matter */
    f->missing = count < due;
    if (count > due) {
        if (f->extras == 0)
            f->extra = first[0]; /* what waited before the fence came first */
        f->extras += count - due;
    }
}

static bool is_list(const probe_reply *reply)
{
    return reply->code == 250 && reply->line_count > 0;
}

/* The first reply is no list: an extra one, or the server refuses EHLO the second time, or offers nothing?  Each NOOP
 * brings one reply, so the list, where there is one, comes among them; and what came before it was asked for by nobody. */
static void by_noop(fence *f, const probe_reply *first)
{
    enum { DOUBTFUL = 6 };
    probe_reply reply;
    unsigned before = 1;
    unsigned noops = 0;
    for (;;) {
        if (probe_peer_waiting(f->peer) == 0 && noops++ < DOUBTFUL)
            say(f, "NOOP");
        if (noops > DOUBTFUL || before > EXTRAS_MAX || !take(f, PROBE_SHAPE_SINGLE, &reply))
            return;
        if (is_list(&reply))
            break;
        before++;
    }
    f->extra = *first;
    f->extras += before;
    for (unsigned i = 0; i < noops && take(f, PROBE_SHAPE_SINGLE, &reply); i++)
        ;
}

static void by_ehlo(fence *f)
{
    const probe_value *client = probe_scope_find(&f->s->scope, MS_SPAN("client"));
    char line[300];
    probe_reply reply;
    snprintf(line, sizeof line, "%s %.*s", f->s->endpoint->target.protocol == NET_LMTP ? "LHLO" : "EHLO",
             client == NULL ? 0 : (int)client->octets.len, client == NULL ? "" : (const char *)client->octets.ptr);
    say(f, line);
    if (!take(f, PROBE_SHAPE_SINGLE, &reply) || is_list(&reply))
        return;
    if (reply.code == 421)
        count_extra(f, &reply);
    else
        by_noop(f, &reply);
}

/* Is it what HELP may be answered by?  RFC 5321 section 4.3.2: 211, 214; 502, 504; 500 where it is not known. */
static bool answers_help(const probe_reply *reply)
{
    return reply->code == 211 || reply->code == 214 || reply->code / 100 == 5;
}

/* HELP was answered by neither, as some do by 250: or is it an extra reply?  NOOP's reply comes behind both. */
static bool is_odd_help(fence *f, const probe_reply *first)
{
    probe_reply second;
    say(f, "NOOP");
    if (!take(f, PROBE_SHAPE_SINGLE, &second))
        return true;
    if (!answers_help(&second) && !probe_peer_any(f->peer, net_in(LATE_MS)))
        return true;
    count_extra(f, first);
    if (!answers_help(&second))
        count_extra(f, &second);
    return false;
}

static void by_help(fence *f)
{
    probe_reply reply = {.came = PROBE_CAME_CLOSE};
    say(f, "HELP");
    if (!take(f, PROBE_SHAPE_SINGLE, &reply))
        return;
    const probe_reply help = reply;
    if (answers_help(&reply))
        say(f, "NOOP");
    else if (is_odd_help(f, &help))
        return;
    while (take(f, PROBE_SHAPE_SINGLE, &reply)) {
        if (reply.code / 100 == 2 && reply.code != 214 && reply.code != 211)
            break;
        count_extra(f, f->extras == 0 ? &help : &reply);
    }
    while (!f->closed && !f->silent && probe_peer_any(f->peer, net_in(LATE_MS)) && probe_peer_has_octets(f->peer) &&
           take(f, PROBE_SHAPE_SINGLE, &reply))
        count_extra(f, &reply);
}

static bool is_status(ms_span line)
{
    return (line.len >= 3 && memcmp(line.ptr, "+OK", 3) == 0) || (line.len >= 4 && memcmp(line.ptr, "-ERR", 4) == 0);
}

/* A list of capabilities does not begin with a status line: where it does, what came before was another's reply. */
static void by_capa(fence *f)
{
    probe_reply reply;
    say(f, "CAPA");
    while (take(f, PROBE_SHAPE_SINGLE, &reply)) {
        const bool positive = reply.indicator == MS_POP3_POSITIVE;
        if (positive)
            probe_peer_await(f->peer, 1, probe_peer_reply_end(f->peer, f->s->reply_ms));
        if (positive && !is_status(probe_peer_next_line(f->peer))) {
            probe_peer_skip_lines(f->peer, probe_peer_reply_end(f->peer, f->s->reply_ms));
            return;
        }
        count_extra(f, &reply);
    }
}

static bool is_two_numbers(const probe_reply *reply)
{
    size_t i = 0;
    while (i < reply->text.len && reply->text.ptr[i] >= '0' && reply->text.ptr[i] <= '9')
        i++;
    return i > 0 && i + 1 < reply->text.len && reply->text.ptr[i] == ' ' && reply->text.ptr[i + 1] >= '0' &&
           reply->text.ptr[i + 1] <= '9';
}

static void by_stat(fence *f)
{
    probe_reply reply;
    say(f, "STAT");
    while (take(f, PROBE_SHAPE_SINGLE, &reply)) {
        if (is_two_numbers(&reply))
            break;
        count_extra(f, &reply);
    }
}

/* --- which of them ------------------------------------------------------------------------ */

static bool uses_a_connection(const mst_step *step)
{
    switch (step->kind) {
    case MST_CHECK:
    case MST_DELIVERED:
    case MST_VERDICT:
    case MST_END:
    case MST_CONTROL:
    case MST_LET:
        return false;
    case MST_SAY:
    case MST_EXPECT:
    case MST_TLS:
    case MST_CLOSE:
    case MST_HANGUP:
    case MST_OPEN:
    case MST_PAUSE:
    case MST_QUIET:
    case MST_FENCE:
    case MST_REPEAT:
    case MST_WHEN:
    case MST_STEP_KINDS:
        break;
    }
    return true;
}

static bool has_blocks(const mst_step *step)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        if (a->block != NULL)
            return true;
    return false;
}

/* Nothing of the script needs a connection behind the fence; in a block that cannot be told. */
static bool is_last(const stage *s, const mst_step *fence_step)
{
    const mst_step *step = s->document->script.first;
    while (step != NULL && step != fence_step)
        step = step->next;
    if (step == NULL || has_blocks(fence_step))
        return false;
    for (step = step->next; step != NULL; step = step->next)
        if (uses_a_connection(step))
            return false;
    return true;
}

static void run(fence *f)
{
    const stage *s = f->s;
    probe_peer *peer = f->peer;
    const probe_offer *offer = &s->ways[f->step->connection].offer;
    if (octet_buffer_span(&peer->held).len == 0)
        take_waiting(f);
    if (f->closed || f->silent)
        return;
    if (is_last(s, f->step) && octet_buffer_span(&peer->held).len == 0) {
        to_the_end(f);
    } else if (peer->pop3_spoken) {
        if (s->endpoint->clear.known || offer->known)
            by_capa(f);
        else if (peer->listener.pop3.session.state == MS_POP3_TRANSACTION)
            by_stat(f);
        else
            to_the_end(f);
    } else {
        const uint8_t state = peer->listener.smtp.session.state;
        const bool open = state == MS_SMTP_SENDER || state == MS_SMTP_RECIPIENT || state == MS_SMTP_CHUNKS;
        const bool extended = s->endpoint->clear.count > 0 || s->endpoint->tls.count > 0 || offer->count > 0;
        if (open || !extended)
            by_help(f);
        else
            by_ehlo(f);
    }
}

/* The alternative for extra replies: a certain one first, in the order written. */
static const mst_alternative *find_extra(const fence *f)
{
    for (const mst_alternative *a = f->step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next)
            if (match->kind == MST_MATCH_EXTRA &&
                (!match->has_status || probe_match_reply(&f->s->scope, match, &f->extra)))
                return a;
    return NULL;
}

/* Was something run before a limit on errors was told of?  Then that is what it counted, and no command of the case. */
static bool ran_first(const fence *f)
{
    return f->extras > 1 && f->extra.code / 100 == 5 && !probe_tells_of_limit(&f->extra) &&
           !probe_tells_of_early_talk(&f->extra) && probe_tells_of_limit(&f->cross);
}

/* A reply about our manners explains what the case would complain of. */
static bool is_our_fault(const fence *f, mst_match_kind kind, const mst_alternative *taken)
{
    const bool complains =
        taken == NULL || taken->outcome.verdict == MST_FAIL || taken->outcome.verdict == MST_NONSTRICT;
    return kind != MST_MATCH_DONE && complains && f->cross.raw.len > 0 && !ran_first(f) &&
           stage_is_punished(f->s, f->step, &f->cross);
}

/* "Too soon", says the server, where nothing was but the octets of a message: it took them for commands.  That is a reply too
 * many, though it may come so late that it seems to answer the fence. */
static void count_too_soon(fence *f)
{
    if (f->extras > 0 || f->refused || !f->closed || f->s->document->header.exposure != MST_EXPOSURE_SMUGGLING ||
        f->peer->hasty || f->cross.raw.len == 0 || !probe_tells_of_early_talk(&f->cross))
        return;
    f->extras = 1;
    f->extra = f->cross;
}

static void decide(fence *f)
{
    stage *s = f->s;
    count_too_soon(f);
    if (f->extras > 0 && f->refused && f->hung_up && !f->accepted) {
        f->extras = 0; /* who refuses, refuses once more and hangs up has run nothing */
        f->closed = true;
    }
    const mst_step *step = f->step;
    const mst_alternative *taken = NULL;
    const bool passing = f->extras > 0 && stage_is_passing(s, f->peer, &f->extra);
    const mst_match_kind kind = f->extras > 0             ? MST_MATCH_EXTRA
                                : f->closed               ? MST_MATCH_CLOSE
                                : f->missing || f->silent ? MST_MATCH_MISSING
                                                          : MST_MATCH_DONE;
    taken = kind == MST_MATCH_EXTRA ? find_extra(f) : stage_find(step, kind);
    if (is_our_fault(f, kind, taken))
        return;
    if (passing && !s->document->header.only) {
        s->transient = true;
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line,
                     "allowed everywhere, and proves nothing: a reply that ends "
                     "the session");
    } else if (taken != NULL) {
        stage_alternative(s, step, taken, f->extras > 0 ? &f->extra : NULL);
    } else if (kind == MST_MATCH_EXTRA) {
        stage_unmatched(s, step, &f->extra);
    } else if (kind == MST_MATCH_CLOSE && !s->document->header.only) {
        s->transient = true;
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "the server closed the connection at the fence");
    } else if (kind == MST_MATCH_CLOSE) {
        stage_unmatched(s, step, &f->last);
    } else if (kind == MST_MATCH_MISSING) {
        f->last.came = PROBE_CAME_SILENT;
        stage_silent(s, step, &f->last);
    }
}

void stage_fence(stage *s, const mst_step *step)
{
    fence f = {.s = s, .step = step, .peer = stage_peer(s, step)};
    if (f.peer == NULL)
        return;
    f.refused = f.peer->refused;
    f.peer->listener.line = step->at.line;
    f.last.raw = f.last.text = f.last.content = MS_SPAN("");
    if (f.peer->stream == NULL || f.peer->ended != NET_OK) {
        take_waiting(&f);
        f.closed = f.extras == 0;
        f.hung_up = true;
        f.last.came = PROBE_CAME_CLOSE;
    } else {
        run(&f);
    }
    decide(&f);
}

/* --- quiet ---------------------------------------------------------------------------------- */

void stage_quiet(stage *s, const mst_step *step)
{
    enum { QUIET_MS = 500 };
    probe_peer *peer = stage_peer(s, step);
    probe_reply reply;
    if (peer == NULL)
        return;
    const int64_t wait = step->wait.duration_ms > 0 ? (int64_t)step->wait.duration_ms : QUIET_MS;
    peer->listener.line = step->at.line;
    fence f = {.s = s, .step = step, .peer = peer};
    if (!probe_peer_any(peer, probe_peer_reply_end(peer, wait))) {
        decide(&f);
        return;
    }
    f.last.raw = f.last.text = f.last.content = MS_SPAN("");
    if (take(&f, PROBE_SHAPE_BY_COMMAND, &reply))
        count_extra(&f, &reply);
    decide(&f);
}
