/*
 * message_header.h - the header section of a message, judged field by field (RFC 5322 sections 2.2 and 3.6)
 */
#ifndef MAILSPEC_HARNESS_REPLAY_MESSAGE_HEADER_H
#define MAILSPEC_HARNESS_REPLAY_MESSAGE_HEADER_H

#include "harness/replay/header_field.h"
#include "harness/replay/track.h"

enum { HEADER_KEPT_FINDINGS = 64 };

/* All zero: nothing was read yet. */
typedef struct message_header {
    octet_buffer line; /* being read */
    header_field field;
    bool line_cut; /* the line is longer than what is kept of it */
    bool after_lf; /* the line before ended in a bare LF */
    bool any_line; /* a line was complete */
    bool not_a_field_told;
    bool mime; /* MIME-Version is there */
    bool received, return_path;
    bool tls_required;
    bool date, from;
    bool kept; /* findings are kept until the message is complete: chunks may be abandoned (RFC 3030 section 2) */
    struct {
        uint64_t at;
        uint16_t requirement;
    } findings[HEADER_KEPT_FINDINGS];
    size_t finding_count;
} message_header;

void message_header_clear(message_header *header); /* another message; keeps the memory */
void message_header_free(message_header *header);

/* One octet; at: its offset in the client's stream.  True when it ends the header section. */
bool message_header_octet(message_header *header, replay_track *track, uint8_t octet, uint64_t at);
/* The message is over; section: and with it its header section, which no empty line had ended. */
void message_header_end(message_header *header, replay_track *track, bool section, uint64_t at);

#endif
