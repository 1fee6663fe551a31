/*
 * fetch.h - read the messages of a maildrop
 */
#ifndef MAILSPEC_HARNESS_CLIENT_FETCH_H
#define MAILSPEC_HARNESS_CLIENT_FETCH_H

#include "harness/client/link.h"

/* Where messages go.  Each returns false when it could not; it has told why. */
typedef struct fetch_sink {
    bool (*begin)(void *context, unsigned number, unsigned count, uint64_t octets);
    bool (*content)(void *context, ms_span slice); /* lines with CRLF, dots unstuffed */
    bool (*end)(void *context);                    /* the message is kept for good */
    void *context;
} fetch_sink;

typedef struct fetch_done {
    unsigned messages; /* of the maildrop */
    unsigned fetched, deleted;
} fetch_done;

/* All messages over an open link.  With remove, each is marked as deleted once the sink has kept it, and the server takes
 * them away at QUIT, which is the caller's (RFC 1939 section 6). */
link_result fetch_messages(mail_link *l, const fetch_sink *sink, bool remove, fetch_done *done);

#endif
