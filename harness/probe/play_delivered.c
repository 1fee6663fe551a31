/*
 * play_delivered.c - delivered: what arrived for a recipient since the script began
 *
 * Absence proves nothing by itself.  When something was to arrive, or not, the prober sends a message of its own
 * and waits for that one: then mail is known to arrive, and what was sent before it has had its time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/probe/maildrop.h"
#include "harness/probe/match.h"
#include "harness/probe/stage.h"

enum { POLL_MS = 40, POLL_MAX_MS = 500 };

/* --- what a script asks of the maildrops --------------------------------------------------- */

typedef struct wishes {
    bool deliveries; /* a delivered step is in it */
    bool second;     /* … that names rcpt2 */
} wishes;

static bool is_second(const mst_expression *recipient)
{
    const mst_expression *name = recipient;
    while (name != NULL && name->kind != MST_VARIABLE && name->operands != NULL)
        name = name->operands;
    return name != NULL && name->kind == MST_VARIABLE && probe_is_word(name->name, "rcpt2");
}

static void look_through(const mst_step *step, wishes *found)
{
    for (; step != NULL; step = step->next) {
        if (step->kind == MST_DELIVERED) {
            found->deliveries = true;
            found->second |= is_second(step->delivered.recipient);
        }
        for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
            if (a->block != NULL)
                look_through(a->block->first, found);
        if (step->kind == MST_REPEAT)
            look_through(step->repeat.block->first, found);
        if (step->kind == MST_WHEN) {
            look_through(step->when.then_block->first, found);
            if (step->when.else_block != NULL)
                look_through(step->when.else_block->first, found);
        }
    }
}

static void pause_for(int milliseconds)
{
    const struct timespec pause = {.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

/* --- messages that a case needs ---------------------------------------------------------------- */

/* How many messages the maildrop holds; store: their names, where these can be had. */
static bool count_held(stage *s, probe_store *store, size_t *held, char why[PROBE_WHY_MAX])
{
    char unlisted[PROBE_WHY_MAX];
    if (atomic_load(&s->context->unlisted))
        return probe_store_count(s->context, s->endpoint, held, why);
    if (probe_store_look(s->context, s->endpoint, false, PROBE_LOOK_NAMES, NULL, store, why)) {
        *held = store->count;
        return true;
    }
    if (!probe_store_count(s->context, s->endpoint, held, unlisted))
        return false;
    atomic_store(&s->context->unlisted, true);
    return true;
}

/* The maildrop holds more than the case wants: what this run has put there may go, the rest only where --empty-maildrop says
 * so.  *left: how many stay. */
static bool make_room(stage *s, const mst_gate *gate, probe_store *store, size_t *left)
{
    char why[PROBE_WHY_MAX] = "";
    probe_store all = {.count = 0};
    probe_store gone = {.count = 0};
    if (atomic_load(&s->context->unlisted)) {
        stage_worsen(s, MST_SKIP, 0, "needs %.*s: the maildrop cannot be listed", (int)gate->text.len,
                     (const char *)gate->text.ptr);
        return false;
    }
    const bool any = s->context->empty_maildrop;
    bool done = any || probe_store_look(s->context, s->endpoint, false, PROBE_LOOK_NEW, NULL, &all, why);
    for (size_t i = 0; done && i < all.count; i++) {
        bool foreign;
        if (!s->context->keep_mail && probe_store_is_ours(s->context, &all.items[i], NULL, &foreign))
            probe_store_add(&gone, all.items[i].name, strlen(all.items[i].name));
    }
    *left = any ? 0 : store->count - (gone.count < store->count ? gone.count : store->count);
    if (done && *left > gate->number) {
        stage_worsen(s, MST_SKIP, 0, "needs %.*s: the maildrop holds %zu (--empty-maildrop lets us delete them)",
                     (int)gate->text.len, (const char *)gate->text.ptr, store->count);
        done = false;
    } else if (!done || !probe_store_remove(s->context, s->endpoint, false, any ? store : &gone, why)) {
        stage_worsen(s, MST_ERROR, 0, "the maildrop could not be emptied: %s", why);
        done = false;
    }
    probe_store_free(&all);
    probe_store_free(&gone);
    return done;
}

/* At least so many messages, or exactly none. */
static void provide(stage *s, const mst_gate *gate)
{
    char why[PROBE_WHY_MAX] = "";
    probe_store store = {.count = 0};
    const net_deadline end = net_sooner(net_in(s->context->settings.delivery_ms), s->end);
    size_t have = 0;
    bool seen = count_held(s, &store, &have, why);
    if (seen && !gate->at_least && have > gate->number) {
        const bool done = make_room(s, gate, &store, &have);
        probe_store_free(&store);
        if (!done || have == gate->number)
            return;
    }
    for (uint64_t i = have; seen && i < gate->number; i++) {
        /* some servers keep but one of several messages with the same Message-ID */
        char mark[sizeof s->mark + 24];
        snprintf(mark, sizeof mark, "%sn%llu", s->mark, (unsigned long long)i);
        seen = probe_deliver(s->context, s->endpoint, false, mark, why);
    }
    for (int wait = POLL_MS; seen && have < gate->number && net_left(end) > 0; wait = wait * 2 % POLL_MAX_MS + 1) {
        seen = count_held(s, &store, &have, why);
        if (have < gate->number)
            pause_for(wait);
    }
    if (!seen || have < gate->number)
        stage_worsen(s, MST_SKIP, 0, "needs %.*s: %s", (int)gate->text.len, (const char *)gate->text.ptr,
                     seen ? "they did not arrive" : why);
    probe_store_free(&store);
}

void stage_delivery_begin(stage *s)
{
    wishes found = {.deliveries = false};
    char why[PROBE_WHY_MAX] = "";
    for (const mst_gate *gate = s->document->header.needs; gate != NULL && !s->over; gate = gate->next)
        if (gate->kind == MST_GATE_MESSAGES)
            provide(s, gate);
    look_through(s->document->script.first, &found);
    if (!found.deliveries || s->over)
        return;
    for (int second = 0; second <= (found.second ? 1 : 0); second++) {
        if (!probe_store_visible(s->context, s->endpoint, second == 1))
            continue;
        s->before[second] = calloc(1, sizeof *s->before[second]);
        if (s->before[second] == NULL)
            abort();
        if (!probe_store_look(s->context, s->endpoint, second == 1, PROBE_LOOK_NAMES, NULL, s->before[second], why)) {
            s->transient = true; /* when the run began it could */
            stage_worsen(s, MST_INCONCLUSIVE, 0, "the maildrop cannot be seen: %s", why);
        }
    }
}

void stage_delivery_end(stage *s)
{
    for (int second = 0; second < 2; second++) {
        if (s->before[second] != NULL)
            probe_store_free(s->before[second]);
        free(s->before[second]);
        s->before[second] = NULL;
    }
}

/* --- the step --------------------------------------------------------------------------------------- */

typedef struct arrival {
    stage *s;
    const mst_step *step;
    bool second;
    ms_span contains, octets; /* absent: not looked at */
    char control[PROBE_MARK + 16];
    probe_store now;
    uint64_t count;    /* messages of this case */
    uint64_t strays;   /* messages without any mark that have the content looked for */
    bool content_fits; /* of each of them */
    const probe_stored *misfit;
    bool control_seen;
    bool longer; /* it is waited for beyond the usual time */
    char why[PROBE_WHY_MAX];
} arrival;

static ms_span body_of(const probe_stored *message)
{
    for (size_t i = 0; i + 4 <= message->len; i++)
        if (memcmp(message->octets + i, "\r\n\r\n", 4) == 0)
            return ms_span_make(message->octets + i + 4, message->len - i - 4);
    return MS_SPAN("");
}

static bool holds(ms_span octets, ms_span wanted)
{
    for (size_t i = 0; i + wanted.len <= octets.len; i++)
        if (memcmp(octets.ptr + i, wanted.ptr, wanted.len) == 0)
            return true;
    return false;
}

/* RFC 5322 section 2.2.3: a CRLF before white space folds a field, and goes. */
static bool header_fits(const arrival *a, const probe_stored *message)
{
    uint8_t *unfolded = malloc(message->len + 1);
    size_t length = 0, i = 0;
    if (unfolded == NULL)
        abort();
    while (i < message->len) {
        const size_t left = message->len - i;
        const bool ends = left >= 2 && message->octets[i] == '\r' && message->octets[i + 1] == '\n';
        if (ends && left >= 3 && (message->octets[i + 2] == ' ' || message->octets[i + 2] == '\t')) {
            i += 2;
            continue;
        }
        if (ends && (length == 0 || unfolded[length - 1] == '\n'))
            break; /* the empty line */
        unfolded[length++] = message->octets[i++];
    }
    const bool fit = probe_match_text(&a->s->scope, &a->step->delivered.header, ms_span_make(unfolded, length));
    free(unfolded);
    return fit;
}

/* Some stores and POP3 servers (qmail's) put an empty line behind every message: the cases about the end of a message, and those
 * of RETR, tell it; others are about something else. */
static bool is_about_end(const mst_document *document)
{
    static const char *const rules[] = {"SMTP-5321-4.5.2-13", "SMTP-6152-3-07", "POP3-1939-5-49"};
    const mst_word *first = document->header.cites;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0] && first != NULL; i++)
        if (probe_equal(first->text, ms_span_make((const uint8_t *)rules[i], strlen(rules[i]))))
            return true;
    return false;
}

static bool is_body(const arrival *a, ms_span body)
{
    if (body.len == a->octets.len + 2 && !is_about_end(a->s->document) &&
        memcmp(body.ptr + a->octets.len, "\r\n", 2) == 0)
        body.len -= 2;
    return probe_equal(body, a->octets);
}

static bool fits(const arrival *a, const probe_stored *message)
{
    const ms_span all = ms_span_make(message->octets, message->len);
    if (!ms_span_is_absent(a->contains) && !holds(all, a->contains))
        return false;
    if (!ms_span_is_absent(a->step->delivered.header.source) && !header_fits(a, message))
        return false;
    return ms_span_is_absent(a->octets) || is_body(a, body_of(message));
}

static bool look(arrival *a)
{
    stage *s = a->s;
    a->count = a->strays = 0;
    a->content_fits = true;
    a->misfit = NULL;
    if (!probe_store_look(s->context, s->endpoint, a->second, PROBE_LOOK_NEW, s->before[a->second], &a->now, a->why))
        return false;
    for (size_t i = 0; i < a->now.count; i++) {
        const probe_stored *message = &a->now.items[i];
        bool foreign;
        if (message->octets == NULL || probe_store_has(s->before[a->second], message->name))
            continue;
        if (holds(ms_span_make(message->octets, message->len), ms_span_make(a->control, strlen(a->control)))) {
            a->control_seen = true;
            continue;
        }
        const bool marked = probe_store_is_ours(s->context, message, s->mark, &foreign);
        const bool fit = !foreign && fits(a, message);
        if (foreign || !marked) {
            a->strays += !marked && fit;
            continue; /* late mail of another case, or it cannot be told whose */
        }
        a->count++;
        if (!fit) {
            a->content_fits = false;
            a->misfit = message;
        }
    }
    /* a message without a header section, in a server that adds nothing, bears no mark: it makes up for one that is missing,
     * and is never one too many, for it may be anybody's */
    while (a->count < a->step->delivered.count.min && a->strays > 0) {
        a->count++;
        a->strays--;
    }
    return true;
}

static const mst_alternative *by_count(const mst_step *step, uint64_t count)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->matches; match != NULL; match = match->next)
            if (match->kind == MST_MATCH_COUNT && count >= match->range.min && count <= match->range.max)
                return a;
    return NULL;
}

/* A message that a later one has overtaken may stand in a queue that is run once a minute (RFC 5321 section 4.5.4.1 lets it be
 * 30): the first one that a run misses is waited for longer, the others only if that has helped. */
static bool wait_longer(arrival *a, net_deadline *end)
{
    enum { TIMES = 7 };
    probe_context *context = a->s->context;
    const mst_alternative *taken = by_count(a->step, a->count);
    if (taken != NULL && taken->outcome.verdict != MST_FAIL)
        return false; /* so few do no harm */
    if (a->longer)
        atomic_store(&context->lost_for_good, true);
    if (a->longer || !a->control_seen || a->step->delivered.count.min == 0 || atomic_load(&context->lost_for_good))
        return false;
    a->longer = true;
    *end = net_sooner(net_in(context->settings.delivery_ms * TIMES), a->s->end);
    return true;
}

/* Until our own message has arrived, and as many as are wanted at least. */
static bool wait_for(arrival *a)
{
    const probe_settings *settings = &a->s->context->settings;
    net_deadline end = net_sooner(net_in(settings->delivery_ms), a->s->end);
    uint64_t before = 0; /* messages of this case when we began to wait */
    int wait = POLL_MS / 4;
    snprintf(a->control, sizeof a->control, "%sz%uz", a->s->context->mark,
             atomic_fetch_add(&a->s->context->cases, 1) % 100000);
    if (!probe_deliver(a->s->context, a->s->endpoint, a->second, a->control, a->why))
        return false;
    for (;;) {
        if (!look(a))
            return false;
        if (a->count != before) {
            /* as long as some of them come there may be more; ours may also have overtaken all of them */
            end = net_sooner(net_in(settings->delivery_ms), a->s->end);
            before = a->count;
            a->longer = false;
        }
        if ((a->control_seen && a->count >= a->step->delivered.count.min) || atomic_load(&a->s->context->stop))
            return true;
        if (net_left(end) == 0 && !wait_longer(a, &end))
            return true;
        pause_for(wait);
        wait = wait * 2 < POLL_MAX_MS ? wait * 2 : POLL_MAX_MS;
    }
}

static void decide(arrival *a)
{
    stage *s = a->s;
    const mst_step *step = a->step;
    const mst_range range = step->delivered.count;
    const bool in_range = a->count >= range.min && a->count <= range.max;
    const mst_alternative *taken = in_range ? stage_find(step, MST_MATCH_DONE) : by_count(step, a->count);
    const bool late = a->count < range.min && net_left(s->end) == 0;
    if (late) {
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "a message is missing, and the case took longer than it may");
    } else if (!a->control_seen && a->count <= range.max && (a->count < range.min || range.max == 0)) {
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line,
                     "the prober's own message did not arrive within %lld ms, so that what is missing proves nothing",
                     (long long)s->context->settings.delivery_ms);
    } else if (in_range && !a->content_fits && stage_find(step, MST_MATCH_ELSE) != NULL) {
        stage_alternative(s, step, stage_find(step, MST_MATCH_ELSE), NULL);
        s->received = probe_scope_copy(&s->scope, ms_span_make(a->misfit->octets, a->misfit->len));
    } else if (in_range && !a->content_fits) {
        stage_worsen(s, MST_FAIL, step->at.line, "a message arrived with another content");
        s->received = probe_scope_copy(&s->scope, ms_span_make(a->misfit->octets, a->misfit->len));
        s->over = true;
    } else if (taken != NULL) {
        stage_alternative(s, step, taken, NULL);
    } else if (!in_range) {
        stage_worsen(s, MST_FAIL, step->at.line, "%llu messages arrived", (unsigned long long)a->count);
        s->over = true;
    }
}

static bool evaluate(stage *s, const mst_expression *expression, ms_span *octets)
{
    probe_value value;
    *octets = ms_span_absent();
    if (expression == NULL)
        return true;
    if (!probe_evaluate_octets(&s->scope, expression, &value)) {
        stage_unevaluated(s, 0);
        return false;
    }
    *octets = value.octets;
    return true;
}

void stage_delivered(stage *s, const mst_step *step)
{
    arrival a = {.s = s, .step = step, .second = is_second(step->delivered.recipient)};
    if (s->before[a.second] == NULL) {
        s->not_checked = true;
        return;
    }
    if (!evaluate(s, step->delivered.contains, &a.contains) || !evaluate(s, step->delivered.octets, &a.octets))
        return;
    if (wait_for(&a))
        decide(&a);
    else
        stage_worsen(s, MST_INCONCLUSIVE, step->at.line, "deliveries cannot be checked now: %s", a.why);
    probe_store_free(&a.now);
}
