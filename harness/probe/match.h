/*
 * match.h - does a reply satisfy a pattern of the transcript language
 */
#ifndef MAILSPEC_HARNESS_PROBE_MATCH_H
#define MAILSPEC_HARNESS_PROBE_MATCH_H

#include "harness/probe/endpoint.h"
#include "harness/transcript/expectation.h"

/* The status, what is excluded, and all tests.  If so, captures get their values.  False with scope->error set
 * when a value that the pattern needs is not there; else scope->error is empty. */
bool probe_match_reply(probe_scope *scope, const mst_match *match, const probe_reply *reply);
/* One text, against one pattern; false with scope->error set if the pattern cannot be used. */
bool probe_match_text(probe_scope *scope, const mst_text_pattern *pattern, ms_span text);
/* The status alone. */
bool probe_match_status(const mst_status *status, const probe_reply *reply);

#endif
