/*
 * log.h - everything that went over the connections of one case, in order: the evidence
 *
 * What we said is kept as its twin (value.h); what the server said is kept as it came, and whoever shows it takes
 * the secrets out (probe_scope_shown).  Bounded: what is over the limit is counted and dropped.
 */
#ifndef MAILSPEC_HARNESS_PROBE_LOG_H
#define MAILSPEC_HARNESS_PROBE_LOG_H

#include "harness/transcript/text.h"
#include "mailspec/span.h"

typedef enum probe_log_kind {
    PROBE_LOG_SAID,   /* octets of ours: one write */
    PROBE_LOG_HEARD,  /* octets of the server */
    PROBE_LOG_TLS,    /* the handshake was completed */
    PROBE_LOG_CLOSE,  /* the server closed */
    PROBE_LOG_HANGUP, /* we closed */
} probe_log_kind;

typedef struct probe_log_item {
    probe_log_kind kind;
    unsigned session; /* index in probe_log.sessions */
    size_t at, len;   /* in probe_log.octets */
    uint32_t line;    /* of the case's file; 0: the prologue, or the end */
} probe_log_item;

/* A connection from its opening to its end. */
typedef struct probe_log_session {
    ms_span name;   /* of the case's connection; absent: the unnamed one */
    unsigned again; /* how many sessions of that connection were before */
    bool pop3;
    bool implicit_tls;
} probe_log_session;

typedef struct probe_log {
    mst_text octets;
    probe_log_item *items;
    size_t count, room;
    probe_log_session *sessions;
    unsigned session_count;
    uint64_t lost; /* octets over the limit */
} probe_log;

/* Returns the session's number. */
unsigned probe_log_open(probe_log *log, ms_span name, bool pop3, bool implicit_tls);
void probe_log_add(probe_log *log, probe_log_kind kind, unsigned session, uint32_t line, ms_span octets);
/* The octets of an item; empty where it has none. */
ms_span probe_log_octets(const probe_log *log, const probe_log_item *item);
void probe_log_free(probe_log *log);

#endif
