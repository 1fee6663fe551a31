/*
 * queue.h - the jobs of a run: which begins next, and which may run side by side
 *
 * Not locked: that is its owner's business.
 */
#ifndef MAILSPEC_HARNESS_PROBE_QUEUE_H
#define MAILSPEC_HARNESS_PROBE_QUEUE_H

#include "harness/probe/job.h"

typedef struct probe_queue {
    /* may be changed at any time */
    unsigned limit;      /* connections in use at a time */
    bool refuses_slowly; /* the server takes its time over wrong logins: they may wait for it side by side */

    /* private to queue.c */
    probe_job **jobs; /* in the order in which they are to begin */
    size_t count;
    size_t first;       /* that is not done */
    size_t logins;      /* jobs not done that log in and do not guess */
    bool resets, alone; /* there is a reset command; what runs is to be alone */
    unsigned busy;      /* connections in use */
    unsigned running, holders, outsiders, lookers, counters, deliverers;
} probe_queue;

/* The jobs stay the caller's.  resets: those that want it begin by a command that nobody else may see the effect of. */
void probe_queue_init(probe_queue *queue, probe_job *jobs, size_t count, unsigned limit, bool resets);
void probe_queue_free(probe_queue *queue);

/* The first job that may run now, which runs then; NULL if there is none.  *left: some have not begun. */
probe_job *probe_queue_claim(probe_queue *queue, net_deadline now, bool *left);
/* It runs no longer; it is done, or waits to be run again. */
void probe_queue_release(probe_queue *queue, probe_job *job, bool done);
/* What was done waits again, to be run without others of its kind; false, and nothing else, if it was not done. */
bool probe_queue_repeat(probe_queue *queue, probe_job *job);

#endif
