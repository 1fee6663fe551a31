/*
 * message.h - the mail data that a client sends, judged as a message (RFC 5322, and what SMTP says of it)
 *
 * The session machine counts the octets; what they are is looked at here, where memory may be
 * had.  Of the header section a line and a field are kept, of the body nothing.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_MESSAGE_H
#define MAILSPEC_HARNESS_REPLAY_MESSAGE_H

#include "harness/replay/track.h"

typedef struct replay_message replay_message;

replay_message *replay_message_new(void);
void replay_message_free(replay_message *message);

/* What was heard, in order.  at: offset in the client's stream of the slice's first octet. */
void replay_message_command(replay_message *message, replay_track *track, const ms_smtp_event *event);
void replay_message_reply(replay_message *message, replay_track *track, const ms_smtp_event *event);
void replay_message_content(replay_message *message, replay_track *track, ms_span slice, uint64_t at);
/* The message is complete: the end of data, or the end of the chunk that was the last one. */
void replay_message_end(replay_message *message, replay_track *track, uint64_t at);
void replay_message_chunk_end(replay_message *message, replay_track *track, uint64_t at);

/* Octets of the mail data, or of the chunk that has just ended, transparency undone. */
uint64_t replay_message_octets(const replay_message *message);

#endif
