/* stream.c - see stream.h; sockets */
#include "harness/net/stream_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef MSG_MORE
#define MSG_MORE 0 /* then it is a segment of its own */
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* then SIGPIPE is ignored by main */
#endif

bool net_wait(int fd, short events, net_deadline deadline)
{
    for (;;) {
        struct pollfd entry = {.fd = fd, .events = events};
        const int ready = poll(&entry, 1, net_left(deadline));
        if (ready > 0)
            return true;
        if (ready == 0 || errno != EINTR)
            return false;
    }
}

static bool would_block(int error)
{
#if EWOULDBLOCK != EAGAIN
    if (error == EWOULDBLOCK)
        return true;
#endif
    return error == EAGAIN;
}

net_status net_errno_status(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ENOENT:
        return NET_REFUSED;
    case ETIMEDOUT:
        return NET_TIMEOUT;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
        return NET_FAILED;
    default:
        return NET_RESET;
    }
}

net_stream *net_adopt(int descriptor)
{
    net_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        abort();
    const int one = 1;
    stream->fd = descriptor;
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* fails on Unix sockets, rightly */
    return stream;
}

static net_status finish_connect(int fd, net_deadline deadline)
{
    if (!net_wait(fd, POLLOUT, deadline))
        return NET_TIMEOUT;
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error == 0 ? NET_OK : net_errno_status(error);
}

static net_stream *connect_to(int family, const struct sockaddr *address, socklen_t length, net_deadline deadline,
                              net_status *status)
{
    const int fd = socket(family, SOCK_STREAM, 0);
    if (fd < 0) {
        *status = NET_FAILED;
        return NULL;
    }
    net_stream *stream = net_adopt(fd);
    *status = NET_OK;
    if (connect(fd, address, length) != 0)
        *status = errno == EINPROGRESS || errno == EINTR ? finish_connect(fd, deadline) : net_errno_status(errno);
    if (*status == NET_OK)
        return stream;
    net_free(stream);
    return NULL;
}

static net_stream *connect_unix(const net_target *target, net_deadline deadline, net_status *status)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t length = strlen(target->host);
    if (length >= sizeof address.sun_path) {
        *status = NET_FAILED;
        return NULL;
    }
    memcpy(address.sun_path, target->host, length);
    return connect_to(AF_UNIX, (const struct sockaddr *)&address, sizeof address, deadline, status);
}

net_stream *net_connect(const net_target *target, net_deadline deadline, net_status *status, char *error,
                        size_t error_room)
{
    net_stream *stream = NULL;
    if (target->unix_socket) {
        stream = connect_unix(target, deadline, status);
    } else {
        char port[8];
        const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
        struct addrinfo *found = NULL;
        snprintf(port, sizeof port, "%u", target->port);
        const int failed = getaddrinfo(target->host, port, &hints, &found);
        if (failed != 0) {
            *status = NET_FAILED;
            snprintf(error, error_room, "%s: %s", target->host, gai_strerror(failed));
            return NULL;
        }
        for (const struct addrinfo *a = found; a != NULL && stream == NULL; a = a->ai_next)
            stream = connect_to(a->ai_family, a->ai_addr, a->ai_addrlen, deadline, status);
        freeaddrinfo(found);
    }
    if (stream == NULL)
        snprintf(error, error_room, "%s: %s", target->url, net_status_name(*status));
    return stream;
}

void net_free(net_stream *stream)
{
    if (stream == NULL)
        return;
    if (stream->tls != NULL) {
        if (!stream->reset)
            SSL_shutdown(stream->tls); /* one try: what the peer does with it is its business */
        SSL_free(stream->tls);
    }
    SSL_CTX_free(stream->context);
    if (stream->reset) {
        const struct linger now = {.l_onoff = 1, .l_linger = 0};
        setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }
    close(stream->fd);
    free(stream);
}

static net_status send_all(net_stream *stream, ms_span octets, int flags, net_deadline deadline)
{
    size_t done = 0;
    while (done < octets.len) {
        const ssize_t n = send(stream->fd, octets.ptr + done, octets.len - done, flags | MSG_NOSIGNAL);
        if (n > 0) {
            done += (size_t)n;
            stream->sent += (uint64_t)n;
        } else if (n < 0 && would_block(errno)) {
            if (!net_wait(stream->fd, POLLOUT, deadline))
                return NET_TIMEOUT;
        } else if (n < 0 && errno != EINTR) {
            return net_errno_status(errno);
        }
    }
    return NET_OK;
}

net_status net_write(net_stream *stream, ms_span octets, net_deadline deadline)
{
    if (stream->tls != NULL)
        return net_tls_write(stream, octets, deadline);
    return send_all(stream, octets, 0, deadline);
}

net_status net_hold(net_stream *stream, ms_span octets, net_deadline deadline)
{
    return send_all(stream, octets, MSG_MORE, deadline);
}

net_status net_read(net_stream *stream, uint8_t *out, size_t room, size_t *got, net_deadline deadline)
{
    *got = 0;
    if (stream->tls != NULL)
        return net_tls_read(stream, out, room, got, deadline);
    for (;;) {
        const ssize_t n = recv(stream->fd, out, room, 0);
        if (n > 0) {
            *got = (size_t)n;
            stream->received += (uint64_t)n;
            return NET_OK;
        }
        if (n == 0)
            return NET_CLOSED;
        if (errno == EINTR)
            continue;
        if (!would_block(errno))
            return net_errno_status(errno);
        if (!net_wait(stream->fd, POLLIN, deadline))
            return NET_TIMEOUT;
    }
}

bool net_readable(net_stream *stream)
{
    if (stream->tls != NULL && SSL_pending(stream->tls) > 0)
        return true;
    return net_wait(stream->fd, POLLIN, net_now());
}

void net_shutdown(net_stream *stream)
{
    if (stream->tls != NULL)
        SSL_shutdown(stream->tls);
    shutdown(stream->fd, SHUT_WR);
}

void net_reset(net_stream *stream)
{
    stream->reset = true;
}

int net_descriptor(const net_stream *stream)
{
    return stream->fd;
}

uint64_t net_sent(const net_stream *stream)
{
    return stream->sent;
}

uint64_t net_received(const net_stream *stream)
{
    return stream->received;
}

const char *net_status_name(net_status status)
{
    switch (status) {
    case NET_OK:
        return "done";
    case NET_TIMEOUT:
        return "nothing came before the deadline";
    case NET_CLOSED:
        return "the peer closed the connection";
    case NET_RESET:
        return "the connection was reset";
    case NET_REFUSED:
        return "nobody listens there";
    case NET_FAILED:
        return "this machine could not do it";
    case NET_ALERT:
        return "the TLS handshake failed";
    case NET_PLAIN:
        return "the peer went on without TLS";
    case NET_UNTRUSTED:
        return "the certificate is not accepted";
    }
    return "";
}
