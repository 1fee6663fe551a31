/*
 * pace.h - how fast the cases of a run begin, on a server that limits the rate of connections, messages or logins
 *
 * No RFC has a number for such a limit, and servers tell theirs in words if at all (RFC 5321 section 7.8): so the pace is found.
 * A refusal stops the whole run for a while, and doubles the time from one case to the next; what goes through shortens it.
 * Not locked: that is its owner's business.
 */
#ifndef MAILSPEC_HARNESS_PROBE_PACE_H
#define MAILSPEC_HARNESS_PROBE_PACE_H

#include <stdbool.h>

#include "harness/net/deadline.h"

enum {
    PROBE_PAUSE_MS = 1000,          /* behind the first refusal; doubled by each that follows it at once */
    PROBE_PAUSE_MAX_MS = 30 * 1000, /* limits by the minute are common */
    PROBE_SPACING_MS = 100,
    PROBE_SPACING_MAX_MS = 5000,
    PROBE_REFUSALS_MAX = 8, /* in a row: they are no matter of the rate, then */
    PROBE_GOOD_MANY = 8,    /* so many cases went through: a little faster */
};

/* All zero: no limit was met. */
typedef struct probe_pace {
    bool on;            /* the rate is limited */
    bool given_up;      /* … or nothing at all is let in any more */
    int64_t spacing_ms; /* from the beginning of a case to the next one's */
    net_deadline next;  /* none begins before it */
    unsigned in_a_row;  /* refusals, with nothing that went through between them */
    unsigned good_ones; /* that went through since */
} probe_pace;

/* A case begins now. */
void probe_pace_begin(probe_pace *pace, net_deadline now);
/* A case was refused for the limit; false: it is not worth another try. */
bool probe_pace_refused(probe_pace *pace, net_deadline now);
/* A case went through. */
void probe_pace_good(probe_pace *pace);

#endif
