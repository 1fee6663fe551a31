/*
 * sample.h - what a recording holds for the parsers: its commands, replies, responses and mail data, one by one
 *
 * Each with its octets as they were said, and with what the grammar depends on there, so that another parser can be
 * asked about them.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SAMPLE_H
#define MAILSPEC_HARNESS_REPLAY_SAMPLE_H

#include "harness/replay/track.h"

typedef enum replay_sample_kind {
    REPLAY_SAMPLE_SMTP_COMMAND, /* a line with its end; a SASL response too */
    REPLAY_SAMPLE_SMTP_REPLY,   /* all lines of a reply */
    REPLAY_SAMPLE_POP3_COMMAND,
    REPLAY_SAMPLE_POP3_RESPONSE, /* the status line, and all of a multi-line response */
    REPLAY_SAMPLE_CONTENT,       /* mail data, up to its end and with it */
} replay_sample_kind;

typedef struct replay_sample {
    replay_sample_kind kind;
    unsigned connection;
    ms_side side;         /* who said it */
    const mst_step *step; /* where it begins */
    uint64_t at;          /* offset of its first octet in the stream of side */
    octet_buffer octets;
    bool whole;         /* false: the recording ends within it */
    bool last;          /* private: of lines, the last one has begun */
    const char *after;  /* a reply or response: what it answers, in the words of 'mailspec parse'; NULL: anything */
    bool smtputf8;      /* SMTPUTF8 or UTF8 is in force */
    bool enhanced;      /* ENHANCEDSTATUSCODES is in force */
    bool lmtp;          /* RFC 2033 */
    bool auth_response; /* a command line answers a SASL challenge */
} replay_sample;

/* Zeroed before the first run. */
typedef struct replay_samples {
    replay_sample *items;
    size_t count, room;
} replay_samples;

void replay_samples_free(replay_samples *samples);

/* Of a track: event took the front of raw, the octets of side that were pending. */
void replay_sample_smtp(replay_track *track, ms_side side, const ms_smtp_event *event, const ms_smtp_session *before,
                        ms_span raw);
/* context: of the session before the event. */
void replay_sample_pop3(replay_track *track, ms_side side, const ms_pop3_event *event, const ms_pop3_context *context,
                        ms_span raw);

#endif
