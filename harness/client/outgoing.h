/*
 * outgoing.h - a message on its way: read, given CRLF line ends and the fields it lacks, checked
 */
#ifndef MAILSPEC_HARNESS_CLIENT_OUTGOING_H
#define MAILSPEC_HARNESS_CLIENT_OUTGOING_H

#include <stdio.h>

#include "harness/transcript/text.h"
#include "mailspec/span.h"

enum { OUTGOING_MAX = 256 * 1024 * 1024 };

typedef struct outgoing {
    mst_text octets;  /* owned: header section and body, all lines with CRLF */
    bool eight_bit;   /* holds octets above 127 */
    bool utf8_header; /* in a field of its header section, too */
    char why[200];
} outgoing;

/* What is added where the header section has no such field (RFC 5322 section 3.6). */
typedef struct outgoing_fields {
    const char *from; /* also the domain of Message-ID */
    const char *to;
    const char *subject; /* not NULL: the input is only a body, and all fields are made */
    int64_t time;        /* of Date; seconds since 1970 */
    uint64_t unique;     /* of Message-ID */
    bool add;            /* false: the message is sent as it is */
} outgoing_fields;

/* Read and check; false with message->why.  To be freed in any case. */
bool outgoing_read(outgoing *message, FILE *in, const outgoing_fields *fields);
void outgoing_free(outgoing *message);

#endif
