/*
 * smtp_rules.h - rules about an SMTP recording that need more than the session machine knows
 *
 * The machine is small, and knows order, states and numbers.  Whether a refusal was right hangs on
 * the letters of the command, the exchange before it, what was listed, what the content held: this keeps
 * all that, bounded, and judges each reply, command line, content and close by tables.  Where
 * one of its rules speaks about a reply, it takes the place of the machine's more general finding: one
 * breach, one finding.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_RULES_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_RULES_H

#include "harness/replay/track.h"

typedef struct replay_smtp_rules replay_smtp_rules;

replay_smtp_rules *replay_smtp_rules_new(void);
void replay_smtp_rules_free(replay_smtp_rules *rules);

/* One event of side's in the dialogue.  before: the session as it was before the event.  findings: what the dialogue found with
 * it; rules may take findings out and put findings in. raw: the octets of the event as they were sent. */
void replay_smtp_rules_hear(replay_track *track, ms_side side, const ms_smtp_event *event,
                            const ms_smtp_session *before, ms_span raw, ms_findings *findings);
/* The handshake; dropped: octets of the client that stood in clear behind STARTTLS. */
void replay_smtp_rules_tls(replay_track *track, ms_span dropped, ms_findings *findings);
/* side closes; pending: octets of the client that are no whole line. */
void replay_smtp_rules_close(replay_track *track, ms_side side, const ms_smtp_session *before, ms_span pending,
                             ms_findings *findings);

#endif
