/*
 * track.h - one recorded connection on its way through framer, parsers and session machine
 *
 * A track is fed the octets of both directions in the order of the recording, in pieces of any
 * size; it collects the findings, each with the step whose octets prove it, and a digest of all that
 * the parsers said, which must not depend on the pieces.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_TRACK_H
#define MAILSPEC_HARNESS_REPLAY_TRACK_H

#include "harness/replay/octets.h"
#include "harness/transcript/document.h"
#include "mailspec/finding.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/smtp_dialogue.h"

struct replay_maildrop;
struct replay_message;
struct replay_samples;
struct replay_smtp_rules;
struct smtp_file;

/* A finding, and where it stands in the transcript. */
typedef struct replay_finding {
    ms_finding finding;
    const mst_step *step; /* whose octets, close or TLS prove it */
    unsigned connection;
} replay_finding;

typedef struct replay_findings {
    replay_finding *items;
    size_t count, room;
} replay_findings;

/* What a step yields ("=" lines): one line of text each. */
typedef struct replay_yield {
    const mst_step *step;
    size_t order; /* in which they came */
    char *text;
} replay_yield;

typedef struct replay_yields {
    replay_yield *items;
    size_t count, room;
    bool wanted;
} replay_yields;

/* Which octets of a stream came from which step. */
typedef struct replay_segment {
    uint64_t at;
    const mst_step *step;
} replay_segment;

typedef struct replay_stream {
    octet_buffer pending; /* given and not consumed */
    replay_segment *segments;
    size_t segment_count, segment_room;
    uint64_t fed; /* octets given in all */
} replay_stream;

enum { REPLAY_RUNS = 256, REPLAY_FINDINGS = 64 };

typedef struct replay_track {
    mst_protocol protocol;
    unsigned connection;
    replay_stream streams[2]; /* by ms_side */
    const mst_step *now;      /* the step being fed */
    replay_findings *findings;
    replay_yields *yields;
    struct replay_exchanges *exchanges; /* NULL: not wanted */
    struct replay_samples *samples;     /* NULL: not wanted */
    size_t open_sample[2];              /* by ms_side: the one whose end has not come, counted from 1; 0: none */
    bool greeted;                       /* the greeting was put among the exchanges */
    uint64_t digest;
    uint64_t text_digest;  /* POP3: of all octets of messages, whose slices fall between findings as they are cut */
    uint64_t digest_found; /* of the findings; their order is the pieces', so it does not count */
    bool limited;          /* a limit suspended checks; see ms_smtp_session_limited */
    bool closed[2];
    union {
        ms_smtp_dialogue smtp;
        ms_pop3_dialogue pop3;
    };
    void *memory;                         /* lent to the session machine */
    struct replay_message *message;       /* SMTP: the mail data being sent */
    struct replay_smtp_rules *smtp_rules; /* SMTP: what reaches further back than one reply */
    struct smtp_file *file;               /* SMTP: what the connections of a file share; not owned */
    struct replay_maildrop *maildrop;     /* POP3: shared by the sessions of a file; not owned */
    struct replay_pop_session *pop_session;
    uint64_t content_octets; /* POP3: of the message being read */
    bool capa_open;          /* POP3: the exchange that waits for its capability list is the oldest */
} replay_track;

/* findings and yields are appended to, and stay the caller's.  maildrop may be NULL for SMTP. */
void replay_track_init(replay_track *track, mst_protocol protocol, unsigned connection, replay_findings *findings,
                       replay_yields *yields, struct replay_maildrop *maildrop);
void replay_track_free(replay_track *track);

/* Octets of side, from step; any piece of them. */
void replay_track_feed(replay_track *track, ms_side side, ms_span octets, const mst_step *step);
void replay_track_tls(replay_track *track, const mst_step *step);
void replay_track_close(replay_track *track, ms_side side, const mst_step *step);

void replay_findings_add(replay_findings *findings, replay_finding finding);
void replay_findings_free(replay_findings *findings);
void replay_yields_free(replay_yields *yields);
/* Behind a run: those of a step stand together, in the order in which they came. */
void replay_yields_sort(replay_yields *yields);
/* The first one of step; count without any.  Sorted. */
size_t replay_yields_first(const replay_yields *yields, const mst_step *step);

/* --- for the files behind track.c, one per protocol ---------------------- */

/* Adds what the session machine found, and what a model of the harness finds. */
void replay_track_found(replay_track *track, const ms_findings *findings, const mst_step *step);
void replay_track_find(replay_track *track, ms_side side, uint16_t requirement, ms_side stream, uint64_t at);
/* Mixes a number or octets into the digest. */
void replay_track_digest(replay_track *track, uint64_t value);
void replay_track_digest_octets(replay_track *track, ms_span octets);
/* A line of yield for the step that holds octet at of side. */
void replay_track_yield(replay_track *track, ms_side side, uint64_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
const mst_step *replay_track_step(const replay_track *track, ms_side side, uint64_t at);
/* The recording's line whose octets are the next to be taken from side; 0: not known. */
uint32_t replay_track_line(const replay_track *track, ms_side side);

/* Take all that can be taken from side's pending octets; true if anything was consumed. */
bool replay_smtp_drain(replay_track *track, ms_side side);

/* POP3: the dialogue with the memory it needs, and a session of the maildrop. */
void replay_pop3_begin(replay_track *track);
bool replay_pop3_drain(replay_track *track, ms_side side);
void replay_pop3_tls(replay_track *track, size_t client_pending, size_t server_pending, ms_findings *findings);
void replay_pop3_close(replay_track *track, ms_side side, size_t client_pending, size_t server_pending,
                       ms_findings *findings);

#endif
