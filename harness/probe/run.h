/*
 * run.h - all selected cases against all targets: which may run side by side, what is tried again, what comes out
 */
#ifndef MAILSPEC_HARNESS_PROBE_RUN_H
#define MAILSPEC_HARNESS_PROBE_RUN_H

#include <sys/types.h>

#include "harness/probe/job.h"
#include "harness/probe/play.h"

typedef struct probe_run {
    probe_context *context;
    probe_job *jobs;
    size_t job_count, job_room;
    unsigned connections; /* at a time */
    bool feeds[PROBE_FEEDS];
    const char *artefacts;           /* a folder; NULL: none are written */
    const char *reset_command;       /* NULL: none */
    net_deadline end;                /* of the run */
    bool paced;                      /* where the server limits the rate, keep to it, however long that takes */
    void (*tell)(const char *words); /* what happens meanwhile, a line; NULL: nobody listens */
    bool (*alive)(void *server);     /* of --exec; NULL */
    void *server;

    atomic_size_t done, failed; /* for a progress line */
    atomic_llong waits_until;   /* no case begins before that net_deadline */
    bool died;                  /* a target could not be reached any more */
    size_t artefact_count;
} probe_run;

/* id is copied. */
void probe_run_add(probe_run *run, const mst_document *document, const probe_endpoint *endpoint, const char *id);
/* Runs all jobs; returns when they are done, or the context says stop.  Results in the order of the jobs, then those
 * of the listener. */
void probe_run_all(probe_run *run, result_run *results);
void probe_run_free(probe_run *run);

#endif
