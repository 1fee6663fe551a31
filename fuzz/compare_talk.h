/*
 * compare_talk.h - what a connection's readers found, against what the model says of each thing that was said
 *
 * The first reader is the session machine behind its dialogue reader; it may not find what the model calls right.  Where
 * there is a second one, with the rules that reach further back (compare_track.c), it may not either, and what the model calls
 * a fault one of them must find, under one of the requirements that the model names.
 */
#ifndef MAILSPEC_FUZZ_COMPARE_TALK_H
#define MAILSPEC_FUZZ_COMPARE_TALK_H

#include <stdio.h>

#include "fuzz/compare.h"
#include "fuzz/model/session.h"
#include "fuzz/oracle.h"

enum { TALK_SAID = 256, TALK_FINDINGS = 32, TALK_HELD = 8192 };

/* Something that was said, whole, and the model's verdict on it. */
typedef struct talk_said {
    ms_side side;
    uint64_t from, to; /* in that side's stream */
    model_verdict verdict;
    bool found;
} talk_said;

/* One reading of a dialogue's octets: how to take one thing from the front of a side's. */
typedef struct talk_reader {
    void *state;
    /* Returns the octets consumed; *waits: for more, or for the other side. */
    size_t (*take)(void *state, ms_side side, ms_span held, ms_findings *findings, bool *waits);
    /* The side closes; so many octets were said and not consumed, by ms_side. */
    void (*close)(void *state, ms_side side, const size_t held[2], ms_findings *findings);
} talk_reader;

/* The second reader. */
typedef enum talk_protocol { TALK_SMTP, TALK_LMTP, TALK_POP3 } talk_protocol;
typedef struct talk_judge {
    void *(*begin)(talk_protocol protocol);
    /* number: of the things said, this one */
    void (*hear)(void *state, ms_side side, ms_span octets, size_t number);
    void (*tls)(void *state);
    void (*close)(void *state, ms_side side, size_t number);
    bool (*found)(void *state, size_t number, ms_finding *finding); /* false: there are no more */
    void (*end)(void *state);
} talk_judge;
extern const talk_judge *talk_second_judge; /* NULL: none */

typedef struct compare_talk {
    talk_reader reader;
    const talk_judge *judge;
    void *judge_state;
    size_t judged;              /* findings of the second reader, so far */
    uint8_t held[2][TALK_HELD]; /* what was said and not consumed, by ms_side */
    size_t len[2];
    uint64_t at[2]; /* octets said */
    talk_said said[TALK_SAID];
    size_t count, checked;
    char habits[256]; /* requirements that are told once in a connection, and were */
    const char *why;  /* the first disagreement, NULL while there is none */
} compare_talk;

/* Where what is said and found is printed; NULL: nowhere. */
extern FILE *talk_trace;

void talk_begin(compare_talk *talk, talk_protocol protocol, const talk_reader *reader);
void talk_end(compare_talk *talk);
void talk_say(compare_talk *talk, ms_side side, const char *octets, model_verdict verdict);
/* The side closes. */
void talk_close(compare_talk *talk, ms_side side, model_verdict verdict);
/* What else the machine found. */
void talk_found(compare_talk *talk, const ms_findings *findings);
/* TLS has begun: what was held is dropped. */
void talk_tls(compare_talk *talk);
/* What stands behind AUTH and its mechanism, and what answers a challenge: one that is noise is cancelled by all but noise. */
sasl_text talk_initial_response(compare_choices *choices);
sasl_text talk_response(compare_choices *choices, sasl_text challenge);

/* Nothing is outstanding: what had to be found is. */
void talk_settle(compare_talk *talk);

#endif
