/* queue.c - see queue.h */
#include "harness/probe/queue.h"

#include <stdlib.h>

enum { JOB_WAITS, JOB_RUNS, JOB_DONE };
enum { PATIENCE = 50 }; /* how often a job that needs many connections is passed over */

/* --- the order ------------------------------------------------------------------------------------ */

/* Servers slow down all logins from an address that wrong ones came from, for minutes: the right ones come first. */
static bool is_right_login(const probe_job *job)
{
    return job->logs_in && !job->guesses && job->skip == NULL;
}

/* What guesses comes last.  What delivers mail comes behind what counts it.  What holds a maildrop runs one at a time, the
 * longest of the rows: it is begun first.  What only waits is to begin before what keeps the processor busy. */
static int compare_jobs(const void *left, const void *right)
{
    const probe_job *a = *(probe_job *const *)left;
    const probe_job *b = *(probe_job *const *)right;
    if (a->guesses != b->guesses)
        return a->guesses ? 1 : -1;
    if (a->only_guesses != b->only_guesses)
        return a->only_guesses ? -1 : 1;
    if (a->delivers != b->delivers)
        return a->delivers ? 1 : -1;
    if (a->holds != b->holds)
        return a->holds ? -1 : 1;
    if (a->waits_ms != b->waits_ms)
        return a->waits_ms > b->waits_ms ? -1 : 1;
    return a < b ? -1 : a > b;
}

void probe_queue_init(probe_queue *queue, probe_job *jobs, size_t count, unsigned limit, bool resets)
{
    *queue = (probe_queue){.limit = limit, .count = count, .resets = resets};
    queue->jobs = calloc(count + 1, sizeof *queue->jobs);
    if (queue->jobs == NULL)
        abort();
    for (size_t i = 0; i < count; i++) {
        queue->jobs[i] = &jobs[i];
        queue->logins += is_right_login(&jobs[i]);
    }
    qsort(queue->jobs, count, sizeof *queue->jobs, compare_jobs);
}

void probe_queue_free(probe_queue *queue)
{
    free(queue->jobs);
    queue->jobs = NULL;
}

/* --- side by side --------------------------------------------------------------------------------- */

/* Who gets in nowhere holds no maildrop, and may be beside others of his kind.  But a server that lets him in has the maildrop
 * locked then, and may refuse others for that: so they run one at a time all the same, unless that takes too long. */
static bool stays_outside(const probe_queue *queue, const probe_job *job)
{
    return queue->refuses_slowly && job->only_guesses && !job->inside;
}

/* What the reset command does to the server is nobody else's to see. */
static bool must_be_alone(const probe_queue *queue, const probe_job *job)
{
    return job->alone || (job->resets && queue->resets);
}

/* Do those that run now let it, too? */
static bool is_free(const probe_queue *queue, const probe_job *job, net_deadline now)
{
    if (job->state != JOB_WAITS || now < job->not_before || queue->alone || (job->guesses && queue->logins > 0))
        return false;
    if (queue->running == 0)
        return true;
    const bool outside = stays_outside(queue, job);
    const unsigned holders = queue->holders + (outside ? 0 : queue->outsiders);
    if (must_be_alone(queue, job) || (job->holds && (holders > 0 || queue->lookers > 0)))
        return false;
    if (job->looks && holders > 0)
        return false;
    return !(job->counts && queue->deliverers > 0) && !(job->delivers && queue->counters > 0);
}

static bool has_room(const probe_queue *queue, const probe_job *job)
{
    return queue->running == 0 || queue->busy + job->weight <= queue->limit;
}

static void reckon(probe_queue *queue, const probe_job *job, int sign)
{
    const unsigned one = (unsigned)sign; /* wraps: adding it twice, once negative, is nothing */
    queue->running += one;
    queue->busy += one * job->weight;
    queue->holders += one * (job->holds && !job->outside);
    queue->outsiders += one * (job->holds && job->outside);
    queue->lookers += one * job->looks;
    queue->counters += one * job->counts;
    queue->deliverers += one * job->delivers;
    queue->alone = sign > 0 && must_be_alone(queue, job);
}

probe_job *probe_queue_claim(probe_queue *queue, net_deadline now, bool *left)
{
    while (queue->first < queue->count && queue->jobs[queue->first]->state == JOB_DONE)
        queue->first++;
    *left = false;
    for (size_t i = queue->first; i < queue->count; i++) {
        probe_job *job = queue->jobs[i];
        *left |= job->state == JOB_WAITS;
        if (!is_free(queue, job, now))
            continue;
        if (!has_room(queue, job)) {
            /* smaller ones may go before it, but not for ever */
            if (job->passed_over++ >= PATIENCE)
                return NULL;
            continue;
        }
        job->outside = stays_outside(queue, job);
        reckon(queue, job, 1);
        job->state = JOB_RUNS;
        return job;
    }
    return NULL;
}

void probe_queue_release(probe_queue *queue, probe_job *job, bool done)
{
    reckon(queue, job, -1);
    job->state = done ? JOB_DONE : JOB_WAITS;
    queue->logins -= done && is_right_login(job);
}

bool probe_queue_repeat(probe_queue *queue, probe_job *job)
{
    if (job->state != JOB_DONE)
        return false;
    job->state = JOB_WAITS;
    job->inside = true;
    queue->first = 0;
    queue->logins += is_right_login(job);
    return true;
}
