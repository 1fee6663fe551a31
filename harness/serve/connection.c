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
static const net_deadline never = INT64_MAX;

typedef struct connection {
    const listen_point *point;
    const listen_settings *settings;
    int64_t idle; /* milliseconds */
    net_deadline began;
    net_deadline down; /* when the server goes down for it */
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

/* The first octets of a handshake, when there are some; they stay unread. */
static ms_span peek(const connection *c, uint8_t *room, size_t size)
{
    struct pollfd entry = {.fd = net_descriptor(c->stream), .events = POLLIN};
    const ssize_t got = poll(&entry, 1, HANDSHAKE_TIME) > 0 ? recv(entry.fd, room, size, MSG_PEEK) : 0;
    return ms_span_make(room, got > 0 ? (size_t)got : 0);
}

/* A record announces its length in its octets 3 and 4 (RFC 8446 section 5.1). */
static bool is_whole(ms_span record)
{
    return record.len >= 5 && record.len >= 5 + ((size_t)record.ptr[3] << 8 | record.ptr[4]);
}

/* The extension server_name: type 0, and three lengths that agree about one name of type 0 (RFC 6066 section 3). */
static bool names_server(ms_span hello)
{
    for (size_t i = 0; i + 9 <= hello.len; i++) {
        const uint8_t *at = hello.ptr + i;
        const unsigned whole = (unsigned)at[2] << 8 | at[3], list = (unsigned)at[4] << 8 | at[5];
        const unsigned name = (unsigned)at[7] << 8 | at[8];
        if (at[0] == 0 && at[1] == 0 && at[6] == 0 && name > 0 && list == name + 3 && whole == list + 2)
            return true;
    }
    return false;
}

/* Mutants that look at the beginning of a handshake; true: it is not gone on with. */
static bool dislikes_hello(const connection *c)
{
    uint8_t room[2048];
    const serve_settings *serve = c->settings->serve;
    const bool stalls = mutant_is(serve, MUTANT_SMTP_HANDSHAKE_STALLS);
    if (c->smtp == NULL || (!stalls && !mutant_is(serve, MUTANT_SMTP_TLS_NAME)))
        return false;
    const ms_span hello = peek(c, room, sizeof room);
    if (stalls && !is_whole(hello))
        store_stall(serve->store);
    if (stalls || !names_server(hello))
        return false;
    net_write(c->stream, MS_SPAN("454 4.7.0 There is no such name\r\n"), net_in(WRITE_TIME));
    return true;
}

static bool shake_hands(connection *c)
{
    char error[160];
    net_tls_settings tls = c->settings->tls;
    const serve_settings *serve = c->settings->serve;
    if (dislikes_hello(c))
        return false;
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

/* The end, from our side: idle for too long, or the server goes down.  POP3 says nothing (RFC 1939 section 3).  true: a
 * mutant stays all the same. */
static bool say_goodbye(connection *c, bool idle)
{
    if (c->smtp != NULL && idle)
        smtp_server_timeout(c->smtp, &c->out);
    else if (c->smtp != NULL)
        smtp_server_shutdown(c->smtp, &c->out);
    else if (idle)
        pop3_server_timeout(c->pop3, &c->out);
    c->down = never;
    return flush(c) && !idle && c->smtp != NULL && mutant_is(c->settings->serve, MUTANT_SMTP_DOWN_STAYS) && !*c->stop;
}

/* When it has been silent for too long. */
static net_deadline end_of_patience(const connection *c)
{
    if (c->smtp != NULL)
        return net_in(smtp_server_idle(c->smtp, c->idle));
    if (mutant_is(c->settings->serve, MUTANT_POP3_IDLE_FIXED))
        return c->began + c->idle;
    return net_in(pop3_server_idle(c->pop3, c->idle));
}

/* More input; false: the connection is over. */
static bool read_more(connection *c)
{
    const net_deadline end = end_of_patience(c);
    for (;;) {
        size_t got = 0;
        const net_deadline look = net_sooner(net_sooner(end, c->down), net_in(TICK));
        const net_status status = net_read(c->stream, c->input + c->held, sizeof c->input - c->held, &got, look);
        tell(c, MS_CLIENT, ms_span_make(c->input + c->held, got));
        c->held += got;
        if (status == NET_OK)
            return true;
        const bool late = net_left(end) == 0;
        if (status == NET_CLOSED && c->pop3 != NULL)
            pop3_server_end(c->pop3);
        if (status != NET_TIMEOUT)
            return false;
        if (*c->stop || late || net_left(c->down) == 0) {
            c->closed = MS_SERVER;
            if (!say_goodbye(c, late))
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
    listen_settings own = *settings;
    own.serve = point->serve != NULL ? point->serve : settings->serve;
    connection c = {.point = point, .settings = &own, .stop = stop, .stream = net_adopt(fd), .began = net_now()};
    c.idle = point->idle > 0 ? point->idle : point->protocol == NET_POP3 ? settings->pop3_idle : settings->smtp_idle;
    c.down = point->down_after > 0 ? net_in(point->down_after) : never;
    literal(fd, getpeername, peer.client, sizeof peer.client);
    literal(fd, getsockname, peer.server, sizeof peer.server);
    const bool tls = point->implicit_tls && !comes_in_clear(&c, fd);
    if (!tls || shake_hands(&c)) {
        if (point->protocol == NET_POP3)
            c.pop3 = pop3_server_new(own.serve, tls);
        else
            c.smtp = smtp_server_new(own.serve, variant_of(point), &peer, tls ? net_tls_cipher(c.stream) : "");
        if (mutant_is(own.serve, MUTANT_SMTP_EARLY_LOST))
            lose_early(&c);
        c.closed = MS_CLIENT;
        if (own.ear != NULL)
            c.heard = own.ear->begin(point);
        converse(&c);
        if (own.ear != NULL)
            own.ear->end(c.heard, c.closed);
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
