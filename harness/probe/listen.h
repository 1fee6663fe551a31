/*
 * listen.h - the core's dialogue and session machine, listening to every octet of a probed connection
 *
 * Whatever a case is about, what the server says goes through the parsers and the session machine: an illegal
 * reply anywhere is a finding with its requirement.  Only what a server's octets alone can prove counts.
 */
#ifndef MAILSPEC_HARNESS_PROBE_LISTEN_H
#define MAILSPEC_HARNESS_PROBE_LISTEN_H

#include "harness/replay/octets.h"
#include "harness/transcript/document.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/smtp_dialogue.h"

/* A finding about the server; about the client, too, where that is asked for. */
typedef struct probe_finding {
    ms_finding finding;
    unsigned session; /* of the log */
    uint32_t line;    /* of the case's file, where it was heard; 0: in the prologue */
    uint8_t *proof;   /* the line of the stream that proves it, secrets taken out; NULL until it is looked up; owned */
    size_t proof_len;
} probe_finding;

typedef struct probe_findings {
    probe_finding *items; /* each requirement once */
    size_t count, room;
} probe_findings;

/* What a reply at that offset of the server's stream answers. */
typedef struct probe_hint {
    uint64_t at;
    uint8_t verb;
    bool multi_line;
} probe_hint;

enum { PROBE_RUNS = 512, PROBE_MESSAGES = 4096 };

typedef struct probe_listener {
    bool pop3_spoken;
    union {
        ms_smtp_dialogue smtp;
        ms_pop3_dialogue pop3;
    };
    void *runs;
    uint8_t *messages;
    octet_buffer pending[2]; /* by ms_side */
    probe_hint *hints;
    size_t hint_first, hint_count, hint_room;
    probe_findings *findings; /* the case's */
    unsigned session;
    uint32_t line;       /* where the case is */
    uint64_t mails;      /* messages that were sent to their end */
    uint64_t recipients; /* RCPT commands */
    bool closed[2];
    bool deaf;    /* nothing is judged any more */
    bool clients; /* what the client does is judged, too */
    bool hurried; /* the client did not wait for replies everywhere */
    uint8_t last; /* the client's last octet */
} probe_listener;

void probe_listen_begin(probe_listener *listener, mst_protocol protocol, probe_findings *findings, unsigned session);
void probe_listen_end(probe_listener *listener);

void probe_listen(probe_listener *listener, ms_side side, ms_span octets);
void probe_listen_tls(probe_listener *listener);
void probe_listen_close(probe_listener *listener, ms_side side);

/* Nothing came where a reply was looked for, and the case goes on. */
void probe_listen_silence(probe_listener *listener);

/* What the reply that begins at an offset answers; NULL if the machine saw no reply begin there.  Offsets that were
 * asked for never go back: what is before them is forgotten. */
const probe_hint *probe_listen_hint(probe_listener *listener, uint64_t at);

void probe_findings_free(probe_findings *findings);

#endif
