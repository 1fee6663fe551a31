/*
 * finding.h - what a session machine found: which requirement was broken, by which side, at which octet
 */
#ifndef MAILSPEC_FINDING_H
#define MAILSPEC_FINDING_H

#include "mailspec/requirement.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 16 octets. */
typedef struct ms_finding {
    uint64_t at;          /* absolute offset in the stream of the side named by stream: the octet
                             with which the breach is proven */
    uint16_t requirement; /* an ms_requirement, never 0 */
    uint16_t code;        /* SMTP: the reply code concerned; POP3: the ms_pop3_indicator; 0 if none */
    uint8_t side;         /* ms_side: who broke it */
    uint8_t stream;       /* ms_side: in whose octets the proof stands */
    uint8_t verb;         /* the command concerned (ms_smtp_verb, ms_pop3_verb); 0 if none */
    uint8_t state;        /* of the session, before the event */
} ms_finding;

/* Where findings are put: room that the caller lends.  Nothing is written past capacity;
 * what did not fit is counted in lost.  The caller resets count between events. */
typedef struct ms_findings {
    ms_finding *items;
    size_t capacity;
    size_t count;
    size_t lost;
} ms_findings;

static inline void ms_findings_add(ms_findings *findings, ms_finding finding)
{
    if (findings->count < findings->capacity)
        findings->items[findings->count++] = finding;
    else
        findings->lost++;
}

#ifdef __cplusplus
}
#endif

#endif
