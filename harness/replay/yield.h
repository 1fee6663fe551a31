/*
 * yield.h - what the parsers say of a step, as the words of a "=" line
 *
 *     = command MAIL at=36 local_part="ines" domain="kestrel.example" parameters="SIZE=500"
 *     = reply 250 at=120 enhanced=2.1.0
 *     = command RETR at=41 message_number=1
 *     = response +OK at=77 more text="120 octets"
 *     = end end=212 octets=120
 *
 * at is the offset in the stream of the side that speaks.  Values that hold octets are
 * quoted, everything outside printable ASCII escaped.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_YIELD_H
#define MAILSPEC_HARNESS_REPLAY_YIELD_H

#include "harness/replay/track.h"

void replay_yield_smtp_command(replay_track *track, const ms_smtp_event *event);
void replay_yield_smtp_reply(replay_track *track, const ms_smtp_event *event);
void replay_yield_smtp_content(replay_track *track, bool chunk, uint64_t end);

void replay_yield_pop3(replay_track *track, const ms_pop3_event *event);

#endif
