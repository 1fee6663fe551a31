/* stream_internal.h - what stream.c and tls.c share */
#ifndef MAILSPEC_HARNESS_NET_STREAM_INTERNAL_H
#define MAILSPEC_HARNESS_NET_STREAM_INTERNAL_H

#include "harness/net/stream.h"

#include <openssl/ssl.h>

struct net_stream {
    int fd; /* non-blocking */
    SSL_CTX *context;
    SSL *tls;
    uint64_t sent, received;
    bool reset;
};

/* Wait for events (POLLIN, POLLOUT); false when the deadline passed. */
bool net_wait(int fd, short events, net_deadline deadline);

/* What an errno says of a connection. */
net_status net_errno_status(int error);

/* Reading and writing inside TLS. */
net_status net_tls_write(net_stream *stream, ms_span octets, net_deadline deadline);
net_status net_tls_read(net_stream *stream, uint8_t *out, size_t room, size_t *got, net_deadline deadline);

#endif
