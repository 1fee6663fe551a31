/*
 * context.h - what all cases of one probe run share
 */
#ifndef MAILSPEC_HARNESS_PROBE_CONTEXT_H
#define MAILSPEC_HARNESS_PROBE_CONTEXT_H

#include <pthread.h>

#include "harness/probe/endpoint.h"

enum { PROBE_MARK = 10, PROBE_ENDPOINTS_MAX = 16 };

typedef struct probe_context {
    probe_settings settings;
    probe_endpoint endpoints[PROBE_ENDPOINTS_MAX];
    size_t endpoint_count;
    probe_ledger ledger;
    atomic_bool stop;                         /* end as soon as can be */
    char mark[PROBE_MARK + 1];                /* letters that no other run has */
    atomic_bool unlisted;                     /* the maildrop's listings cannot be read, but STAT can */
    atomic_uint cases;                        /* marks handed out */
    atomic_uint reached[PROBE_ENDPOINTS_MAX]; /* states that cases of the endpoint came to, as bits */
    atomic_bool lost_for_good;                /* what was late once did not come however long it was waited for */
    const char *const *have;                  /* conditions that the user vouches for; ended by NULL; may be NULL */
    bool empty_maildrop;                      /* all messages of the maildrop may be deleted */
    bool keep_mail;                           /* none of the run's own may */

    pthread_mutex_t turns; /* private to maildrop.c, like what follows */
    pthread_cond_t turn_over;
    bool visited[2]; /* somebody looks into the maildrop of rcpt, of rcpt2 */
} probe_context;

/* Zeroed, but for what must not be. */
void probe_context_init(probe_context *context);

#endif
