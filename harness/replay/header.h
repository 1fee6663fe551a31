/*
 * header.h - the header section of a message that a client sends, line by line (RFC 5322 section 2.2)
 *
 * A breach is told at the line that proves it: a malformed field at its last line, a missing one
 * at the empty line that ends the section.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_HEADER_H
#define MAILSPEC_HARNESS_REPLAY_HEADER_H

#include "harness/replay/track.h"

enum { HEADER_FIELD_MAX = 4096 }; /* octets of a field that are looked into */

typedef struct replay_header {
    octet_buffer field; /* the field being read, unfolded but for its blanks; empty between messages */
    uint64_t field_at;  /* offset in the client's stream of its last line */
    unsigned dates, froms, tls_requireds;
    bool over;      /* the empty line was seen */
    bool any_field; /* … or any other line */
    bool return_path, received, mime_version;
    bool told_line, told_utf8;
    bool in_chunks;    /* the message comes by BDAT: it is one only when the last chunk has come */
    uint16_t later;    /* a requirement that is told then, */
    uint64_t later_at; /* and where */
} replay_header;

void replay_header_begin(replay_header *header);
void replay_header_free(replay_header *header);

/* A line of the message, its end removed; what stands behind the empty line is not looked at. */
void replay_header_line(replay_header *header, replay_track *track, ms_span line, uint64_t at);
/* The message is complete: a header section that no empty line ended ends here. */
void replay_header_end(replay_header *header, replay_track *track, uint64_t at);

#endif
