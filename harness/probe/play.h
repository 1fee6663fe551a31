/*
 * play.h - run one live case against one target
 *
 * The script is interpreted step by step.  What a case may assume is made true first (the start states); what it
 * finds is a result with every octet of both sides as evidence.
 */
#ifndef MAILSPEC_HARNESS_PROBE_PLAY_H
#define MAILSPEC_HARNESS_PROBE_PLAY_H

#include "harness/probe/context.h"
#include "harness/result/result.h"
#include "harness/transcript/document.h"

typedef struct probe_played {
    result_case item;
    probe_findings findings; /* of the listener; each requirement once */
    bool transient;          /* nothing was proved because of load or limits: worth another try */
    bool limited;            /* … of the rate: the whole run is too fast */
    bool crowded;            /* … because the server wants us to wait for each reply: with patience, then */
    bool let_in;             /* a login succeeded */
    bool unreachable;        /* no connection could be made at all */
    char *transcript;        /* the exchange as a recording, for an artefact; NULL if it is not wanted */
} probe_played;

/* id: of the result.  patient: groups that the case does not insist on are taken apart, each line awaits its reply.  The
 * caller frees what is in the result. */
probe_played probe_play(probe_context *context, const probe_endpoint *endpoint, const mst_document *document,
                        const char *id, probe_feed feed, bool patient);
void probe_played_free(probe_played *played);

/* The condition is among those that the case needs. */
bool probe_needs(const mst_document *document, const char *word);
/* One of the connections of the case starts in the state. */
bool probe_starts_in(const mst_document *document, mst_state state);
/* Does the case start in TLS?  It does if its start state takes that, or if what it needs is offered there only. */
bool probe_starts_in_tls(const probe_endpoint *endpoint, const mst_document *document);

/* A condition of needs: or not-offered: that does not hold, in words; NULL when all do. The text is in why. */
const char *probe_gate(const probe_context *context, const probe_endpoint *endpoint, const mst_document *document,
                       char why[PROBE_WHY_MAX]);

#endif
