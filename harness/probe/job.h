/*
 * job.h - a case on its way through a run, and what it needs of its surroundings
 *
 * All of it is read off the script before anything is sent: what may run side by side, and what had better begin soon.
 */
#ifndef MAILSPEC_HARNESS_PROBE_JOB_H
#define MAILSPEC_HARNESS_PROBE_JOB_H

#include "harness/probe/endpoint.h"
#include "harness/transcript/document.h"

typedef struct probe_job {
    const mst_document *document;
    const probe_endpoint *endpoint;
    char *id;          /* of the result; owned */
    char *skip;        /* why it does not apply; NULL: it does; owned */
    unsigned weight;   /* connections at a time */
    bool alone;        /* nothing else may run meanwhile */
    bool holds;        /* it may hold the maildrop's lock */
    bool looks;        /* it looks into the maildrop, for a moment at a time */
    bool counts;       /* it holds it, and minds other mail that arrives */
    bool delivers;     /* it may put mail into it */
    bool removes;      /* it removes messages by their numbers, whosever they are */
    bool resets;       /* --reset-cmd is to run before it */
    bool logs_in;      /* with the account's own credentials, on the way or to look into the maildrop */
    bool guesses;      /* it says credentials that are not the account's, for which servers make all logins wait */
    bool only_guesses; /* … and no right ones: who lets it in is wrong */
    uint64_t waits_ms; /* what its script waits for at most, whatever the server does */
    unsigned tries, passed_over;
    unsigned refusals; /* for a limit of the rate */
    size_t through;    /* how many jobs had got through when it met the first of them; of the scheduler */
    bool patient;      /* the last try told that the server wants its replies awaited */
    net_deadline not_before;
    int state;    /* of the queue */
    bool outside; /* it runs without holding the maildrop; of the queue, too */
    bool inside;  /* it is not to do so again */
    net_deadline began, ended;
} probe_job;

/* Fills in what the document says; the rest is zeroed. */
void probe_job_init(probe_job *job, const mst_document *document, const probe_endpoint *endpoint);

#endif
