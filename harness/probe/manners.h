/*
 * manners.h - replies by which a server defends itself: against those who talk before it is their turn, and too much
 *
 * No RFC has a code of its own for either; servers say it in words, with 421, 503, 521, 550 or 554.  Such a reply answers our
 * manners and not the command, so that it proves nothing about the rule that a case is about.
 */
#ifndef MAILSPEC_HARNESS_PROBE_MANNERS_H
#define MAILSPEC_HARNESS_PROBE_MANNERS_H

#include "harness/probe/reply.h"

/* "554 SMTP synchronization error", "503 5.5.0 Improper use of SMTP command pipelining", "521 5.5.1 Protocol error" … */
bool probe_tells_of_early_talk(const probe_reply *reply);
/* "550 5.7.1 Too many messages", "-ERR Too many connections", "450 4.7.1 Slow down" …, but not what a message or a command may
 * have too many of. */
bool probe_tells_of_limit(const probe_reply *reply);
/* … of how much may be done in a time or side by side, and not in one session: "421 4.7.0 Too many connections", "-ERR [LOGIN-DELAY]" … */
bool probe_tells_of_rate(const probe_reply *reply);
/* A refusal for now that is about who sends to whom for the first time. */
bool probe_names_greylisting(const char *words);
/* The same of the lines of SMTP replies, in what was just read. */
bool probe_octets_tell_of_limit(ms_span octets);
/* The same, of "too soon". */
bool probe_octets_tell_of_early_talk(ms_span octets);

#endif
