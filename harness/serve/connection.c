#include "harness/serve/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "harness/serve/pop3_server.h"
#include "harness/serve/smtp_server.h"

enum {
    TICK = 250,             /* milliseconds between two looks at stop */
    HANDSHAKE_TIME = 30000, /* milliseconds for a TLS handshake */
    WRITE_TIME = 120000,    /* for a piece of output; a reader that stalls loses its maildrop */
    LINGER_TIME = 2000,     /* what the client still sends is read for so long, so that it sees our last words */
};

typedef struct connection {
    const listen_point *point;
    const listen_settings *settings;
    atomic_bool *stop;
    net_stream *stream;
    smtp_server *smtp; /* or */
    pop3_server *pop3;
    void *heard; /* of the ear */
    ms_side closed;
    serve_octets out;
    size_t held; /* octets in input */
    uint8_t input[SERVE_INPUT_ROOM];
} connection;

/* "127.0.0.1" or "IPv6:::1" (RFC 5321 section 4.1.3). */
static void literal(int fd, int name_of(int, struct sockaddr *, socklen_t *), char *out, size_t room)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char text[INET6_ADDRSTRLEN] = "127.0.0.1";
    bool six = false;
    if (name_of(fd, (struct sockaddr *)&address, &length) == 0) {
        six = address.ss_family == AF_INET6;
        if (six)
            inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, text, sizeof text);
        else if (address.ss_family == AF_INET)
            inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, text, sizeof text);
    }
    snprintf(out, room, "%s%s", six ? "IPv6:" : "", text);
}

static void tell(const connection *c, ms_side side, ms_span octets)
{
    if (c->settings->ear != NULL && octets.len > 0)
        c->settings->ear->hear(c->heard, side, octets);
}

static bool flush(connection *c)
{
    const ms_span octets = serve_octets_span(&c->out);
    tell(c, MS_SERVER, octets);
    const bool done = octets.len == 0 || net_write(c->stream, octets, net_in(WRITE_TIME)) == NET_OK;
    serve_octets_clear(&c->out);
    return done;
}

static bool shake_hands(connection *c)
{
    char error[160];
    net_tls_settings tls = c->settings->tls;
    const serve_settings *serve = c->settings->serve;
    if (mutant_is(serve, c->point->protocol == NET_POP3 ? MUTANT_POP3_TLS_OLD : MUTANT_SMTP_TLS_OLD))
        tls.min = "1.0";
    return net_tls_accept(c->stream, &tls, net_in(HANDSHAKE_TIME), error, sizeof error) == NET_OK;
}

/* Octets of input that were in clear text do not survive the handshake. */
static bool begin_tls(connection *c)
{
    if (!shake_hands(c))
        return false;
    if (c->settings->ear != NULL)
        c->settings->ear->tls(c->heard);
    const size_t kept = c->smtp != NULL ? smtp_server_tls(c->smtp, c->held, net_tls_cipher(c->stream))
                                        : pop3_server_tls(c->pop3, c->held);
    memmove(c->input, c->input + (c->held - kept), kept);
    c->held = kept;
    return true;
}

/* The end, from our side: idle for too long, or the server goes down.  POP3 says nothing (RFC 1939 section 3). */
static void say_goodbye(connection *c, bool idle)
{
    if (c->smtp != NULL && idle)
        smtp_server_timeout(c->smtp, &c->out);
    else if (c->smtp != NULL)
        smtp_server_shutdown(c->smtp, &c->out);
    flush(c);
}

/* More input; false: the connection is over. */
static bool read_more(connection *c)
{
    const int64_t idle = c->smtp != NULL ? c->settings->smtp_idle : c->settings->pop3_idle;
    const net_deadline end = net_in(idle);
    for (;;) {
        size_t got = 0;
        const net_status status =
            net_read(c->stream, c->input + c->held, sizeof c->input - c->held, &got, net_sooner(end, net_in(TICK)));
        tell(c, MS_CLIENT, ms_span_make(c->input + c->held, got));
        c->held += got;
        if (status == NET_OK)
            return true;
        const bool late = net_left(end) == 0;
        if (status != NET_TIMEOUT)
            return false;
        if (*c->stop || late) {
            c->closed = MS_SERVER;
            say_goodbye(c, late);
            return false;
        }
    }
}

/* Input that waits unread when a socket is closed turns the close into a reset, which may overtake our last words. */
static void linger(connection *c)
{
    const net_deadline end = net_in(LINGER_TIME);
    size_t got = 0;
    net_shutdown(c->stream);
    while (net_left(end) > 0 && !*c->stop && net_read(c->stream, c->input, sizeof c->input, &got, end) == NET_OK)
        continue;
}

static serve_taken take(connection *c)
{
    const ms_span input = ms_span_make(c->input, c->held);
    if (c->settings->serve->data != NULL || !mutant_is(c->settings->serve, MUTANT_NONE))
        store_wait(c->settings->serve->store);
    const serve_taken taken =
        c->smtp != NULL ? smtp_server_take(c->smtp, input, &c->out) : pop3_server_take(c->pop3, input, &c->out);
    c->held -= taken.consumed;
    memmove(c->input, c->input + taken.consumed, c->held);
    return taken;
}

/* A mutant serves those in clear who do not begin a handshake (its first octet is 22), on a port for TLS from the first
 * octet; another one greets them without waiting for that. */
static bool comes_in_clear(const connection *c, int fd)
{
    const serve_settings *serve = c->settings->serve;
    const bool pop3 = c->point->protocol == NET_POP3;
    const bool greets = mutant_is(serve, pop3 ? MUTANT_POP3_CLEAR_GREETING : MUTANT_SMTP_CLEAR_GREETING);
    uint8_t first = 0;
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    if (!greets && !mutant_is(serve, pop3 ? MUTANT_POP3_CLEAR_COMMANDS : MUTANT_SMTP_CLEAR_COMMANDS))
        return false;
    if (poll(&entry, 1, greets ? TICK * 2 : HANDSHAKE_TIME) > 0)
        recv(fd, &first, 1, MSG_PEEK);
    return first != 22;
}

/* What the client says before it is greeted, for a mutant that gives it some time to. */
static void lose_early(connection *c)
{
    size_t got = 0;
    net_read(c->stream, c->input, sizeof c->input, &got, net_in(TICK));
}

static void converse(connection *c)
{
    for (;;) {
        const serve_taken taken = take(c);
        if (!flush(c))
            return;
        switch (taken.wish) {
        case SERVE_AGAIN:
            break;
        case SERVE_INPUT:
            if (!read_more(c))
                return;
            break;
        case SERVE_TLS:
            if (!begin_tls(c))
                return;
            break;
        case SERVE_CLOSE:
            c->closed = MS_SERVER;
            linger(c);
            return;
        }
    }
}

static ms_smtp_variant variant_of(const listen_point *point)
{
    if (point->protocol == NET_LMTP)
        return MS_VARIANT_LMTP;
    return point->protocol == NET_SUBMISSION ? MS_VARIANT_SUBMISSION : MS_VARIANT_SMTP;
}

void connection_serve(const listen_point *point, int fd, const listen_settings *settings, atomic_bool *stop)
{
    serve_peer peer;
    connection c = {.point = point, .settings = settings, .stop = stop, .stream = net_adopt(fd)};
    literal(fd, getpeername, peer.client, sizeof peer.client);
    literal(fd, getsockname, peer.server, sizeof peer.server);
    const bool tls = point->implicit_tls && !comes_in_clear(&c, fd);
    if (!tls || shake_hands(&c)) {
        if (point->protocol == NET_POP3)
            c.pop3 = pop3_server_new(settings->serve, tls);
        else
            c.smtp = smtp_server_new(settings->serve, variant_of(point), &peer, tls ? net_tls_cipher(c.stream) : "");
        if (mutant_is(settings->serve, MUTANT_SMTP_EARLY_LOST))
            lose_early(&c);
        c.closed = MS_CLIENT;
        if (settings->ear != NULL)
            c.heard = settings->ear->begin(point);
        converse(&c);
        if (settings->ear != NULL)
            settings->ear->end(c.heard, c.closed);
    }
    pop3_server_free(c.pop3);
    smtp_server_free(c.smtp);
    serve_octets_free(&c.out);
    net_free(c.stream);
}

void connection_refuse(const listen_point *point, int fd, const listen_settings *settings)
{
    serve_octets out = {0};
    net_stream *stream = net_adopt(fd);
    if (point->protocol == NET_POP3)
        pop3_server_too_many(&out);
    else
        smtp_server_too_many(settings->serve, &out);
    if (!point->implicit_tls)
        net_write(stream, serve_octets_span(&out), net_now());
    serve_octets_free(&out);
    net_free(stream);
}
