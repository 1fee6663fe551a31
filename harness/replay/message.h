/*
 * message.h - the mail data that a client sends, judged as a message (RFC 5322, and what SMTP says of it)
 *
 * The session machine counts the octets; what they are is looked at here, one at a time, with their places in
 * the client's stream, so that nothing depends on how that was cut.  Of the header section the field being read is
 * kept, of the body nothing.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_MESSAGE_H
#define MAILSPEC_HARNESS_REPLAY_MESSAGE_H

#include "harness/replay/track.h"

typedef struct replay_message replay_message;

replay_message *replay_message_new(void);
void replay_message_free(replay_message *message);

/* What was heard of the client, in order; raw: the octets of the event as they were sent. */
void replay_message_command(replay_message *message, replay_track *track, const ms_smtp_event *event, ms_span raw);
/* Mail data, a chunk's octets, the end of either. */
void replay_message_content(replay_message *message, replay_track *track, const ms_smtp_event *event, ms_span raw);
/* Octets that the dialogue threw away: the rest of an over-long line, which may be one of a message. */
void replay_message_dropped(replay_message *message, replay_track *track, const ms_smtp_event *event);

/* Octets of the mail data, or of the chunk that has just ended, transparency undone. */
uint64_t replay_message_octets(const replay_message *message);

/* Where in the client's stream the first octet of a content event's slice stands. */
uint64_t replay_message_slice_at(const ms_smtp_event *event, ms_span raw);

#endif
