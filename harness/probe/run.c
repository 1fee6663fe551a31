/* run.c - see run.h; the scheduler */
#include "harness/probe/run.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/probe/maildrop.h"
#include "harness/probe/pace.h"
#include "harness/probe/queue.h"
#include "harness/probe/report.h"

enum {
    WORKERS_MAX = 64,
    TRIES_MAX = 3,
    BACK_OFF_MS = 250, /* doubled with each try */
    DEAD_AFTER = 3,    /* jobs in a row that found nobody listening */
    IDLE_MS = 50,
    SLOW_MS = 1900,        /* a refusal that is put off: by two seconds, often */
    REFUSALS_OF_ALL = 8,   /* of a job for a limit, when no other gets through */
    REFUSALS_OF_ONE = 3,   /* … when others of its kind do: it is what the case itself does, perhaps */
    MANY_CASES = 8,        /* with fewer the run itself is no load */
    OTHERS_FIRST_MS = 200, /* so that this is seen */
    SLOW_REFUSALS = 2,     /* so many show that it is no accident */
};

typedef struct scheduler {
    probe_run *run;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    probe_outcome *outcomes; /* by job */
    probe_queue queue;
    probe_pace pace;
    size_t through[MST_STATES]; /* jobs that met no limit, by the state that they start in */
    unsigned slow_refusals;     /* jobs that guess, and were refused after a while */
    net_deadline let_in;        /* when the last of them was not refused that ran side by side; 0: none was */
    unsigned unreached;         /* jobs in a row */
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

static bool must_end(const scheduler *s)
{
    return s->dead || atomic_load(&s->run->context->stop) || net_left(s->run->end) == 0;
}

/* --- waiting for one's turn ---------------------------------------------------------------------- */

/* The next job, claimed; NULL when all are done.  Waits while others run that forbid it. */
static probe_job *next_job(scheduler *s)
{
    for (;;) {
        bool left = true;
        struct timespec until;
        const net_deadline now = net_now();
        if (now >= s->pace.next || must_end(s)) {
            probe_job *job = probe_queue_claim(&s->queue, now, &left);
            if (job != NULL && s->pace.on)
                probe_pace_begin(&s->pace, now);
            if (job != NULL || !left)
                return job;
        }
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
    if (instead != NULL && status == RESULT_SKIP && job->tries + job->refusals > 0)
        return; /* what it came to before is told */
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

/* --- limits ------------------------------------------------------------------------------------------- */

static void tell_of_limit(const scheduler *s, const probe_job *job)
{
    char words[500];
    if (s->run->tell == NULL)
        return;
    snprintf(words, sizeof words, "%s limits the rate: the cases run one at a time, as fast as it lets them",
             job->endpoint->target.url);
    s->run->tell(words);
}

static size_t *through(scheduler *s, const probe_job *job)
{
    const mst_start *start = job->document->header.starts;
    return &s->through[start == NULL ? MST_STATE_CONNECTED : start->state];
}

/* The server lets us come so often and no oftener.  First fewer at a time, as for other limits; then one at a time, and slower.
 * What the whole run is refused for is not counted against the case, but a case that never gets through is let go. */
static bool try_slower(scheduler *s, probe_job *job)
{
    const bool begun = s->pace.on;
    if (!s->run->paced || s->run->job_count < MANY_CASES || (job->tries == 0 && s->queue.limit > 1))
        return false;
    if (job->refusals++ == 0)
        job->through = *through(s, job);
    if (job->refusals > (*through(s, job) > job->through ? REFUSALS_OF_ONE : REFUSALS_OF_ALL))
        return false;
    if (!probe_pace_refused(&s->pace, net_now())) {
        if (begun && s->run->tell != NULL)
            s->run->tell("nothing gets through any more, however long it waits: the rest runs as usual");
        return false;
    }
    if (!begun)
        tell_of_limit(s, job);
    s->queue.limit = 1;
    job->not_before = s->pace.next + OTHERS_FIRST_MS;
    atomic_store(&s->run->waits_until, s->pace.next);
    return true;
}

/* Once a limit was met, what passes is taken for it, too: not every server says so. */
static bool is_limited(const scheduler *s, const probe_outcome *outcome)
{
    return probe_outcome_limited(outcome) || (s->pace.on && probe_outcome_transient(outcome) &&
                                              !probe_outcome_crowded(outcome) && !probe_outcome_unreachable(outcome));
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
    if (s->dead || atomic_load(&s->run->context->stop))
        return false;
    const bool limited = is_limited(s, outcome);
    if (!limited && !unreachable && job->skip == NULL) {
        probe_pace_good(&s->pace);
        ++*through(s, job);
    }
    if (limited && try_slower(s, job))
        return true;
    if (!probe_outcome_transient(outcome) || ++job->tries >= TRIES_MAX)
        return false;
    if (s->queue.limit > 1)
        s->queue.limit = (s->queue.limit + 1) / 2;
    job->patient |= probe_outcome_crowded(outcome);
    job->not_before = net_in(BACK_OFF_MS << job->tries);
    return true;
}

/* --- what guesses --------------------------------------------------------------------------------------- */

/* A wrong login was taken, and the maildrop may have been locked for it: others were refused for that, perhaps. */
static void repeat_neighbours(scheduler *s, const probe_job *job)
{
    for (size_t i = 0; i < s->run->job_count; i++) {
        probe_job *other = &s->run->jobs[i];
        if (other == job || !other->outside || other->ended < job->began || probe_outcome_let_in(&s->outcomes[i]))
            continue;
        if (probe_queue_repeat(&s->queue, other))
            atomic_fetch_sub(&s->run->done, 1);
    }
}

/* What a guess came to; true if it is to be run again. */
static bool note_guess(scheduler *s, probe_job *job, const probe_outcome *outcome)
{
    if (!job->guesses || job->skip != NULL)
        return false;
    const bool in = probe_outcome_let_in(outcome);
    const bool met = job->outside && !in && job->began <= s->let_in;
    job->ended = net_now();
    if (job->outside && in) {
        s->let_in = job->ended;
        repeat_neighbours(s, job);
    }
    s->slow_refusals += probe_outcome_ms(outcome) >= (double)SLOW_MS;
    s->queue.refuses_slowly = s->slow_refusals >= SLOW_REFUSALS;
    job->inside |= met;
    return met;
}

/* Many servers forget the wrong logins from an address behind a right one, and until then have each of them wait longer than
 * the one before. */
static void make_up(scheduler *s, const probe_job *job)
{
    char why[PROBE_WHY_MAX];
    probe_visit visit;
    const bool pop3 = job->endpoint->target.protocol == NET_POP3;
    if (!job->endpoint->auth_works ||
        probe_offer_has(&job->endpoint->clear, MS_SPAN("LOGIN-DELAY"), ms_span_absent()) ||
        atomic_load(&s->run->context->stop))
        return;
    if (probe_visit_begin(&visit, s->run->context, job->endpoint, false, s->run->context->mark,
                          pop3 ? MST_STATE_TRANSACTION : MST_STATE_AUTH, why))
        probe_visit_end(&visit, true);
}

/* What the last try came to; it stands if there is no time for the next one. */
static void keep(scheduler *s, const probe_job *job, const probe_outcome *outcome)
{
    probe_outcome *kept = &s->outcomes[job - s->run->jobs];
    if (outcome->count == 0)
        return;
    probe_outcome_free(kept);
    *kept = *outcome;
}

static void *work(void *context)
{
    scheduler *s = context;
    pthread_mutex_lock(&s->mutex);
    for (probe_job *job = next_job(s); job != NULL; job = next_job(s)) {
        probe_outcome outcome = {.count = 0};
        job->began = net_now();
        pthread_mutex_unlock(&s->mutex);
        run_job(s, job, &outcome);
        pthread_mutex_lock(&s->mutex);
        const bool met = note_guess(s, job, &outcome);
        if (job->guesses && s->queue.refuses_slowly && !job->outside && probe_outcome_ms(&outcome) >= (double)SLOW_MS) {
            pthread_mutex_unlock(&s->mutex);
            make_up(s, job);
            pthread_mutex_lock(&s->mutex);
        }
        const bool repeated = met || again(s, job, &outcome);
        probe_queue_release(&s->queue, job, !repeated);
        keep(s, job, &outcome);
        if (!repeated) {
            atomic_fetch_add(&s->run->done, 1);
            atomic_fetch_add(&s->run->failed, probe_outcome_failed(&s->outcomes[job - s->run->jobs]));
        }
        pthread_cond_broadcast(&s->changed);
    }
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

void probe_run_all(probe_run *run, result_run *results)
{
    scheduler s = {.run = run};
    pthread_t threads[WORKERS_MAX];
    unsigned started = 0;
    const unsigned limit = run->connections == 0 ? 1 : run->connections;
    unsigned wanted = limit < WORKERS_MAX ? limit : WORKERS_MAX;
    if (wanted > run->job_count)
        wanted = (unsigned)run->job_count;
    s.outcomes = must(calloc(run->job_count + 1, sizeof *s.outcomes));
    probe_queue_init(&s.queue, run->jobs, run->job_count, limit, run->reset_command != NULL);
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
    probe_queue_free(&s.queue);
    pthread_cond_destroy(&s.changed);
    pthread_mutex_destroy(&s.mutex);
}
