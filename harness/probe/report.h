/*
 * report.h - what the plays of a case come to, in all feeds; artefacts; what the listener found
 */
#ifndef MAILSPEC_HARNESS_PROBE_REPORT_H
#define MAILSPEC_HARNESS_PROBE_REPORT_H

#include "harness/probe/run.h"

/* The plays of one job. */
typedef struct probe_outcome {
    probe_played plays[PROBE_FEEDS];
    probe_feed feeds[PROBE_FEEDS];
    size_t count;
} probe_outcome;

void probe_outcome_add(probe_outcome *outcome, probe_played played, probe_feed feed);
/* The case was not played. */
void probe_outcome_none(probe_outcome *outcome, const probe_job *job, result_status status, const char *reason);
bool probe_outcome_transient(const probe_outcome *outcome);
/* … and because the server wants its replies awaited. */
bool probe_outcome_crowded(const probe_outcome *outcome);
/* … and because the server limits how often we come. */
bool probe_outcome_limited(const probe_outcome *outcome);
/* A login succeeded. */
bool probe_outcome_let_in(const probe_outcome *outcome);
bool probe_outcome_unreachable(const probe_outcome *outcome);
/* How long a play took, on average. */
double probe_outcome_ms(const probe_outcome *outcome);
bool probe_outcome_failed(const probe_outcome *outcome);
void probe_outcome_free(probe_outcome *outcome);

/* Moves the results of all jobs to results, and adds "listen.ID" for each requirement that the server broke beside
 * what the cases were about. */
void probe_report(probe_run *run, probe_outcome *outcomes, result_run *results);

#endif
