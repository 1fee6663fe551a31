/* run.c - see run.h; the scheduler */
#include "harness/probe/run.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/probe/report.h"

enum { JOB_WAITS, JOB_RUNS, JOB_DONE };
enum {
    WORKERS_MAX = 64,
    TRIES_MAX = 3,
    BACK_OFF_MS = 250, /* doubled with each try */
    DEAD_AFTER = 3,    /* jobs in a row that found nobody listening */
    IDLE_MS = 50,
};

typedef struct scheduler {
    probe_run *run;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    probe_outcome *outcomes; /* by job */
    unsigned busy, limit;    /* connections in use, and allowed */
    unsigned running, readers, counters, deliverers;
    bool alone;
    unsigned unreached; /* jobs in a row */
    bool dead;
} scheduler;

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- what a job needs ------------------------------------------------------------------------ */

static bool has_tag(const mst_document *document, const char *tag)
{
    for (const mst_word *word = document->header.tags; word != NULL; word = word->next)
        if (probe_is_word(word->text, tag))
            return true;
    return false;
}

typedef bool step_test(const mst_step *step);

/* Is there such a step, however deep? */
static bool has_step(const mst_step *step, step_test *is)
{
    for (; step != NULL; step = step->next) {
        if (is(step))
            return true;
        for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
            if (a->block != NULL && has_step(a->block->first, is))
                return true;
        if (step->kind == MST_REPEAT && has_step(step->repeat.block->first, is))
            return true;
        if (step->kind == MST_WHEN && (has_step(step->when.then_block->first, is) ||
                                       (step->when.else_block != NULL && has_step(step->when.else_block->first, is))))
            return true;
    }
    return false;
}

static bool is_delivered(const mst_step *step)
{
    return step->kind == MST_DELIVERED;
}

static bool opens_maildrop(const mst_step *step)
{
    return step->kind == MST_OPEN && (step->open.protocol == MST_POP3 || step->open.state == MST_STATE_TRANSACTION);
}

static bool opens_data(const mst_step *step)
{
    return step->kind == MST_OPEN && step->open.state == MST_STATE_DATA;
}

/* DATA or BDAT, in whatever it stands; octets that are not known yet may be anything. */
static bool says_data(const mst_step *step)
{
    if (step->kind != MST_SAY || step->say.side != MS_CLIENT)
        return false;
    const ms_span octets = step->say.octets;
    for (size_t i = 0; i + 4 <= octets.len; i++)
        if (memcmp(octets.ptr + i, "DATA", 4) == 0 || memcmp(octets.ptr + i, "BDAT", 4) == 0)
            return true;
    return ms_span_is_absent(octets) && step->say.raw;
}

/* A POP3 case that may log in holds the maildrop's lock (RFC 1939 section 4). */
static bool may_log_in(const mst_header *header)
{
    for (const mst_start *start = header->starts; start != NULL; start = start->next)
        if (start->state == MST_STATE_TRANSACTION)
            return true;
    for (const mst_gate *need = header->needs; need != NULL; need = need->next)
        if (need->kind == MST_GATE_AUTH || need->kind == MST_GATE_MESSAGES ||
            (need->kind == MST_GATE_CONDITION && probe_is_word(need->word, "user-pass")))
            return true;
    return false;
}

static void classify(probe_job *job)
{
    const mst_header *header = &job->document->header;
    const bool pop3 = job->endpoint->target.protocol == NET_POP3;
    job->weight = job->document->connection_count == 0 ? 1 : job->document->connection_count;
    job->alone = header->stress || has_tag(job->document, "reset");
    job->resets = has_tag(job->document, "reset");
    job->counts = pop3 && may_log_in(header);
    const mst_step *first = job->document->script.first;
    job->reads = job->counts || has_step(first, is_delivered) || has_step(first, opens_maildrop);
    job->delivers = !pop3 && (header->mutates || has_step(first, says_data) || has_step(first, opens_data));
    for (const mst_start *start = header->starts; start != NULL; start = start->next)
        job->delivers |= !pop3 && start->state == MST_STATE_DATA;
}

void probe_run_add(probe_run *run, const mst_document *document, const probe_endpoint *endpoint, const char *id)
{
    char why[PROBE_WHY_MAX];
    if (run->job_count == run->job_room) {
        run->job_room = run->job_room == 0 ? 256 : run->job_room * 2;
        run->jobs = must(realloc(run->jobs, run->job_room * sizeof *run->jobs));
    }
    probe_job *job = &run->jobs[run->job_count++];
    memset(job, 0, sizeof *job);
    job->document = document;
    job->endpoint = endpoint;
    job->id = must(strdup(id));
    const char *skip = probe_gate(run->context, endpoint, document, why);
    job->skip = skip == NULL ? NULL : must(strdup(skip));
    classify(job);
}

void probe_run_free(probe_run *run)
{
    for (size_t i = 0; i < run->job_count; i++) {
        free(run->jobs[i].id);
        free(run->jobs[i].skip);
    }
    free(run->jobs);
    run->jobs = NULL;
    run->job_count = run->job_room = 0;
}

/* --- which may run now --------------------------------------------------------------------------- */

static bool may_run(const scheduler *s, const probe_job *job)
{
    if (job->state != JOB_WAITS || s->alone || net_now() < job->not_before)
        return false;
    if (s->running == 0)
        return true;
    if (job->alone || s->busy + job->weight > s->limit)
        return false;
    if (job->reads && s->readers > 0)
        return false;
    return !(job->counts && s->deliverers > 0) && !(job->delivers && s->counters > 0);
}

static void claim(scheduler *s, probe_job *job, int sign)
{
    const unsigned one = (unsigned)sign; /* wraps: adding it twice, once negative, is nothing */
    s->running += one;
    s->busy += one * job->weight;
    s->readers += one * job->reads;
    s->counters += one * job->counts;
    s->deliverers += one * job->delivers;
    s->alone = sign > 0 && job->alone;
    job->state = sign > 0 ? JOB_RUNS : job->state;
}

/* The next job, claimed; NULL when all are done.  Waits while others run that forbid it. */
static probe_job *next_job(scheduler *s)
{
    probe_run *run = s->run;
    for (;;) {
        bool left = false;
        for (size_t i = 0; i < run->job_count; i++) {
            probe_job *job = &run->jobs[i];
            left |= job->state == JOB_WAITS;
            if (!may_run(s, job))
                continue;
            claim(s, job, 1);
            return job;
        }
        if (!left)
            return NULL;
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += IDLE_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&s->changed, &s->mutex, &until);
    }
}

/* --- running one ----------------------------------------------------------------------------------- */

static const char *why_not(const scheduler *s, result_status *status)
{
    const probe_context *context = s->run->context;
    const probe_settings *settings = &context->settings;
    *status = RESULT_ERROR;
    if (s->dead)
        return "the target cannot be reached any more";
    if (atomic_load(&context->stop))
        return "the run was stopped";
    *status = RESULT_SKIP;
    if (net_left(s->run->end) == 0)
        return "the time of the run is over (--run-timeout)";
    if (settings->messages_max > 0 && atomic_load(&context->ledger.messages) >= settings->messages_max)
        return "as many messages were sent as may be (--max-messages)";
    if (settings->connections_max > 0 && atomic_load(&context->ledger.connections) >= settings->connections_max)
        return "as many connections were opened as may be (--max-connections)";
    return NULL;
}

static void reset(const scheduler *s, const probe_job *job)
{
    if (job->resets && s->run->reset_command != NULL && system(s->run->reset_command) != 0)
        fprintf(stderr, "mailspec probe: %s: the reset command failed\n", job->id);
}

static void run_job(scheduler *s, probe_job *job, probe_outcome *outcome)
{
    result_status status;
    const char *instead = job->skip;
    status = RESULT_SKIP;
    if (instead == NULL)
        instead = why_not(s, &status);
    if (instead != NULL) {
        probe_outcome_none(outcome, job, status, instead);
        return;
    }
    reset(s, job);
    for (int feed = 0; feed < PROBE_FEEDS; feed++)
        if (s->run->feeds[feed] &&
            (feed == PROBE_FEED_WHOLE || !job->document->header.feed_fixed || !s->run->feeds[PROBE_FEED_WHOLE]))
            probe_outcome_add(outcome,
                              probe_play(s->run->context, job->endpoint, job->document, job->id, (probe_feed)feed),
                              (probe_feed)feed);
}

/* Load and limits pass: fewer at a time, and later again. */
static bool again(scheduler *s, probe_job *job, const probe_outcome *outcome)
{
    const bool unreachable = probe_outcome_unreachable(outcome);
    s->unreached = unreachable ? s->unreached + 1 : 0;
    if (unreachable && s->unreached >= DEAD_AFTER && job->tries + 1 >= TRIES_MAX)
        s->dead = true;
    if (s->run->alive != NULL && !s->run->alive(s->run->server))
        s->dead = true;
    if (s->dead || !probe_outcome_transient(outcome) || ++job->tries >= TRIES_MAX ||
        atomic_load(&s->run->context->stop))
        return false;
    if (s->limit > 1)
        s->limit = (s->limit + 1) / 2;
    job->not_before = net_in(BACK_OFF_MS << job->tries);
    return true;
}

static void *work(void *context)
{
    scheduler *s = context;
    pthread_mutex_lock(&s->mutex);
    for (probe_job *job = next_job(s); job != NULL; job = next_job(s)) {
        probe_outcome outcome = {.count = 0};
        pthread_mutex_unlock(&s->mutex);
        run_job(s, job, &outcome);
        pthread_mutex_lock(&s->mutex);
        claim(s, job, -1);
        if (again(s, job, &outcome)) {
            job->state = JOB_WAITS;
            probe_outcome_free(&outcome);
        } else {
            job->state = JOB_DONE;
            s->outcomes[job - s->run->jobs] = outcome;
            atomic_fetch_add(&s->run->done, 1);
            atomic_fetch_add(&s->run->failed, probe_outcome_failed(&outcome));
        }
        pthread_cond_broadcast(&s->changed);
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

void probe_run_all(probe_run *run, result_run *results)
{
    scheduler s = {.run = run, .limit = run->connections == 0 ? 1 : run->connections};
    pthread_t threads[WORKERS_MAX];
    unsigned started = 0;
    unsigned wanted = s.limit < WORKERS_MAX ? s.limit : WORKERS_MAX;
    if (wanted > run->job_count)
        wanted = (unsigned)run->job_count;
    s.outcomes = must(calloc(run->job_count + 1, sizeof *s.outcomes));
    pthread_mutex_init(&s.mutex, NULL);
    pthread_cond_init(&s.changed, NULL);
    while (started < wanted && pthread_create(&threads[started], NULL, work, &s) == 0)
        started++;
    if (started == 0)
        work(&s);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    run->died = s.dead || s.unreached > 0;
    probe_report(run, s.outcomes, results);
    for (size_t i = 0; i < run->job_count; i++)
        probe_outcome_free(&s.outcomes[i]);
    free(s.outcomes);
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.mutex);
}
