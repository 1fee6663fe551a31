/*
 * settings.h - what a probe run was told: accounts, addresses, TLS, deadlines, limits
 *
 * Read-only while the run lasts.  The strings belong to the caller.
 */
#ifndef MAILSPEC_HARNESS_PROBE_SETTINGS_H
#define MAILSPEC_HARNESS_PROBE_SETTINGS_H

#include "harness/net/stream.h"

typedef enum probe_feed {
    PROBE_FEED_WHOLE,     /* as the case writes it */
    PROBE_FEED_LINE,      /* each line a write of its own */
    PROBE_FEED_OCTET,     /* each octet a write of its own */
    PROBE_FEED_PIPELINED, /* legal groups as one write, where PIPELINING is offered */
    PROBE_FEEDS,
} probe_feed;

typedef struct probe_settings {
    const char *from, *rcpt, *rcpt2; /* mailboxes; NULL: not given */
    const char *unknown, *remote;
    const char *list, *alias; /* a mailing list that rcpt is on; another name of rcpt */
    const char *user, *user2;
    const char *password, *password2;
    const char *client;  /* what EHLO says; NULL: a name that holds the mark */
    const char *maildir; /* of rcpt; NULL: none */
    const char *maildir2;
    net_tls_settings tls;
    int64_t reply_ms;         /* for a reply */
    int64_t case_ms;          /* for a case */
    int64_t delivery_ms;      /* for a message to arrive */
    uint64_t messages_max;    /* that a run may send; 0: no limit */
    uint64_t connections_max; /* that a run may open; 0: no limit */
    size_t received_max;      /* octets kept of one connection */
    uint64_t seed;            /* of pick and word; 0: fresh */
    bool strict;              /* profile strict is wanted */
    unsigned haste;           /* cases that need slow, and their server, wait so many times shorter; 0: as they say */
} probe_settings;

enum {
    PROBE_REPLY_MS = 10 * 1000,
    PROBE_CASE_MS = 120 * 1000,
    PROBE_DELIVERY_MS = 10 * 1000,
    PROBE_RECEIVED_MAX = 32 * 1024 * 1024,
    PROBE_EVIDENCE_MAX = 1024 * 1024, /* octets of one case that are kept as evidence */
};

#endif
