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
    PATIENCE = 50, /* how often a job that needs many connections is passed over */
};

typedef struct scheduler {
    probe_run *run;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    probe_outcome *outcomes; /* by job */
    unsigned busy, limit;    /* connections in use, and allowed */
    unsigned running, holders, lookers, counters, deliverers;
    bool alone;
    probe_job **queue;  /* in the order in which they are to begin */
    size_t first;       /* of the queue that is not done */
    unsigned unreached; /* jobs in a row */
    bool dead;
} scheduler;

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

/* --- the jobs --------------------------------------------------------------------------------- */

/* Message 1 is the oldest one: where the maildrop was not empty when the run began, it is somebody's mail. */
static bool would_lose_mail(const probe_run *run, const probe_job *job)
{
    const probe_endpoint *pop3 = job->endpoint->target.protocol == NET_POP3 ? job->endpoint : job->endpoint->pop3;
    return job->removes && !run->context->empty_maildrop && pop3 != NULL && pop3->messages > 0;
}

void probe_run_add(probe_run *run, const mst_document *document, const probe_endpoint *endpoint, const char *id)
{
    char why[PROBE_WHY_MAX];
    if (run->job_count == run->job_room) {
        run->job_room = run->job_room == 0 ? 256 : run->job_room * 2;
        run->jobs = must(realloc(run->jobs, run->job_room * sizeof *run->jobs));
    }
    probe_job *job = &run->jobs[run->job_count++];
    probe_job_init(job, document, endpoint);
    job->id = must(strdup(id));
    const char *skip = probe_gate(run->context, endpoint, document, why);
    if (skip == NULL && would_lose_mail(run, job))
        skip = "it removes messages, and the maildrop held some before (--empty-maildrop allows it)";
    job->skip = skip == NULL ? NULL : must(strdup(skip));
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

/* What the reset command does to the server is nobody else's to see. */
static bool must_be_alone(const scheduler *s, const probe_job *job)
{
    return job->alone || (job->resets && s->run->reset_command != NULL);
}

/* Do those that run now let it, too? */
static bool is_free(const scheduler *s, const probe_job *job, net_deadline now)
{
    if (job->state != JOB_WAITS || now < job->not_before || s->alone)
        return false;
    if (s->running == 0)
        return true;
    if (must_be_alone(s, job) || (job->holds && (s->holders > 0 || s->lookers > 0)))
        return false;
    if (job->looks && s->holders > 0)
        return false;
    return !(job->counts && s->deliverers > 0) && !(job->delivers && s->counters > 0);
}

static bool has_room(const scheduler *s, const probe_job *job)
{
    return s->running == 0 || s->busy + job->weight <= s->limit;
}

static void claim(scheduler *s, probe_job *job, int sign)
{
    const unsigned one = (unsigned)sign; /* wraps: adding it twice, once negative, is nothing */
    s->running += one;
    s->busy += one * job->weight;
    s->holders += one * job->holds;
    s->lookers += one * job->looks;
    s->counters += one * job->counts;
    s->deliverers += one * job->delivers;
    s->alone = sign > 0 && must_be_alone(s, job);
    job->state = sign > 0 ? JOB_RUNS : job->state;
}

/* Claims the first job in the order of the queue that may run now; NULL if there is none.  *left: some have not run. */
static probe_job *claim_next(scheduler *s, bool *left)
{
    const net_deadline now = net_now();
    while (s->first < s->run->job_count && s->queue[s->first]->state == JOB_DONE)
        s->first++;
    *left = false;
    for (size_t i = s->first; i < s->run->job_count; i++) {
        probe_job *job = s->queue[i];
        *left |= job->state == JOB_WAITS;
        if (!is_free(s, job, now))
            continue;
        if (!has_room(s, job)) {
            /* smaller ones may go before it, but not for ever */
            if (job->passed_over++ >= PATIENCE)
                return NULL;
            continue;
        }
        claim(s, job, 1);
        return job;
    }
    return NULL;
}

/* The next job, claimed; NULL when all are done.  Waits while others run that forbid it. */
static probe_job *next_job(scheduler *s)
{
    for (;;) {
        bool left;
        struct timespec until;
        probe_job *job = claim_next(s, &left);
        if (job != NULL || !left)
            return job;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += IDLE_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&s->changed, &s->mutex, &until);
    }
}

/* What delivers mail comes behind what counts it.  What holds a maildrop runs one at a time, the longest of the rows: it is
 * begun first.  What only waits is to begin before what keeps the processor busy. */
static int compare_jobs(const void *left, const void *right)
{
    const probe_job *a = *(probe_job *const *)left;
    const probe_job *b = *(probe_job *const *)right;
    if (a->delivers != b->delivers)
        return a->delivers ? 1 : -1;
    if (a->holds != b->holds)
        return a->holds ? -1 : 1;
    if (a->waits_ms != b->waits_ms)
        return a->waits_ms > b->waits_ms ? -1 : 1;
    return a < b ? -1 : a > b;
}

static void make_queue(scheduler *s)
{
    const size_t count = s->run->job_count;
    s->queue = must(calloc(count + 1, sizeof(probe_job *)));
    for (size_t i = 0; i < count; i++)
        s->queue[i] = &s->run->jobs[i];
    qsort(s->queue, count, sizeof(probe_job *), compare_jobs);
}

/* --- running one ----------------------------------------------------------------------------------- */

static const char *why_not(const scheduler *s, result_status *status)
{
    const probe_context *context = s->run->context;
    const probe_settings *settings = &context->settings;
    *status = RESULT_ERROR;
    if (s->dead)
        return "the target cannot be reached any more";
    *status = RESULT_SKIP;
    if (atomic_load(&context->stop))
        return "the run was stopped";
    if (net_left(s->run->end) == 0)
        return "the time of the run is over (--run-timeout)";
    if (settings->messages_max > 0 && atomic_load(&context->ledger.messages) >= settings->messages_max)
        return "as many messages were sent as may be (--max-messages)";
    if (settings->connections_max > 0 && atomic_load(&context->ledger.connections) >= settings->connections_max)
        return "as many connections were opened as may be (--max-connections)";
    return NULL;
}

/* What the command prints must not get into a report on standard output. */
static bool reset(const scheduler *s, const probe_job *job)
{
    static const char first[] = "exec 1>&2\n";
    const char *command = s->run->reset_command;
    if (!job->resets || command == NULL)
        return true;
    char *line = must(malloc(sizeof first + strlen(command)));
    strcpy(line, first);
    strcat(line, command);
    const bool done = system(line) == 0;
    free(line);
    return done;
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
    for (int feed = 0; feed < PROBE_FEEDS; feed++) {
        if (!s->run->feeds[feed] ||
            (feed != PROBE_FEED_WHOLE && job->document->header.feed_fixed && s->run->feeds[PROBE_FEED_WHOLE]))
            continue;
        if (!reset(s, job)) {
            probe_outcome_free(outcome);
            probe_outcome_none(outcome, job, RESULT_ERROR, "the command of --reset-cmd failed");
            return;
        }
        probe_outcome_add(
            outcome, probe_play(s->run->context, job->endpoint, job->document, job->id, (probe_feed)feed, job->patient),
            (probe_feed)feed);
    }
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
    job->patient |= probe_outcome_crowded(outcome);
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
    make_queue(&s);
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
    free(s.queue);
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.mutex);
}
