#include "harness/serve/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/serve/connection.h"

enum {
    TICK = 250,          /* milliseconds between two looks at stop and at the parent */
    FAREWELL_TICKS = 12, /* how long sessions have to end */
    STACK = 512 * 1024,  /* octets of a connection's thread */
    POINTS_MAX = 16,
};

typedef struct visit visit;

/* What the threads share with the one that listens. */
typedef struct hall {
    const listen_settings *settings;
    atomic_bool *stop;
    pthread_mutex_t mutex;
    unsigned connections; /* whose threads are not joined; only the one that listens knows it */
    unsigned seats;       /* of SMTP that are taken: counted for mutants only */
    visit *served;        /* whose threads are to be joined */
} hall;

struct visit {
    hall *in;
    const listen_point *point;
    int fd;
    pthread_t thread;
    visit *next; /* served */
};

bool listen_is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

const char *listen_scheme(const listen_point *point)
{
    switch (point->protocol) {
    case NET_SMTP:
        return point->implicit_tls ? "smtps" : "smtp";
    case NET_SUBMISSION:
        return point->implicit_tls ? "submissions" : "submission";
    case NET_LMTP:
        return point->implicit_tls ? "lmtps" : "lmtp";
    case NET_POP3:
        return point->implicit_tls ? "pop3s" : "pop3";
    }
    return "";
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

static bool bind_to(listen_point *point, const struct addrinfo *address)
{
    const int one = 1;
    point->fd = socket(address->ai_family, SOCK_STREAM, 0);
    if (point->fd < 0)
        return false;
    setsockopt(point->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(point->fd, address->ai_addr, address->ai_addrlen) == 0 && listen(point->fd, SOMAXCONN) == 0) {
        point->port = port_of(point->fd);
        return true;
    }
    const int reason = errno;
    close(point->fd);
    point->fd = -1;
    errno = reason;
    return false;
}

bool listen_open(listen_point *point, char *error, size_t error_room)
{
    char port[8];
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
    snprintf(port, sizeof port, "%u", point->port);
    point->fd = -1;
    if (getaddrinfo(point->host, port, &hints, &found) != 0) {
        snprintf(error, error_room, "%s is no address", point->host);
        return false;
    }
    const bool done = bind_to(point, found);
    if (!done)
        snprintf(error, error_room, "%s port %u: %s", point->host, point->port, strerror(errno));
    freeaddrinfo(found);
    return done;
}

/* --- connections -------------------------------------------------------------------------------- */

/* Mutants that serve so many clients of SMTP at once, and let the others wait; 0: all. */
static unsigned seats_of(const visit *v)
{
    const serve_settings *serve = v->in->settings->serve;
    if (v->point->protocol == NET_POP3)
        return 0;
    return mutant_is(serve, MUTANT_SMTP_FOUR_AT_ONCE) ? 4 : mutant_is(serve, MUTANT_SMTP_CROWD) ? 20 : 0;
}

static void take_seat(const visit *v, unsigned seats)
{
    for (bool taken = false; !taken && !*v->in->stop;) {
        pthread_mutex_lock(&v->in->mutex);
        taken = v->in->seats < seats;
        v->in->seats += taken ? 1 : 0;
        pthread_mutex_unlock(&v->in->mutex);
        if (!taken)
            poll(NULL, 0, TICK / 10);
    }
}

static void *serve_visit(void *argument)
{
    visit *v = argument;
    const unsigned seats = seats_of(v);
    if (seats > 0)
        take_seat(v, seats);
    connection_serve(v->point, v->fd, v->in->settings, v->in->stop);
    pthread_mutex_lock(&v->in->mutex);
    v->in->seats -= seats > 0 && v->in->seats > 0 ? 1 : 0;
    v->next = v->in->served;
    v->in->served = v;
    pthread_mutex_unlock(&v->in->mutex);
    return NULL;
}

/* Joined, not detached: what OpenSSL keeps for a thread goes when the thread does, which must not be while the process
 * ends and OpenSSL frees everything. */
static void join_served(hall *in)
{
    pthread_mutex_lock(&in->mutex);
    visit *v = in->served;
    in->served = NULL;
    pthread_mutex_unlock(&in->mutex);
    while (v != NULL) {
        visit *next = v->next;
        pthread_join(v->thread, NULL);
        free(v);
        in->connections--;
        v = next;
    }
}

static bool begin_thread(visit *v)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    const bool done = pthread_create(&v->thread, &attributes, serve_visit, v) == 0;
    pthread_attr_destroy(&attributes);
    return done;
}

static void admit(hall *in, const listen_point *point)
{
    const int fd = accept(point->fd, NULL, NULL);
    if (fd < 0)
        return;
    visit *v = malloc(sizeof *v);
    if (v == NULL)
        abort();
    *v = (visit){.in = in, .point = point, .fd = fd};
    if (in->connections < in->settings->connections_max && begin_thread(v)) {
        in->connections++;
        return;
    }
    connection_refuse(point, fd, in->settings);
    free(v);
}

/* true: none is left. */
static bool await_end(hall *in)
{
    join_served(in);
    for (int i = 0; i < FAREWELL_TICKS && in->connections > 0; i++) {
        poll(NULL, 0, TICK);
        join_served(in);
    }
    return in->connections == 0;
}

bool listen_run(listen_point *points, size_t count, const listen_settings *settings, atomic_bool *stop)
{
    static hall in; /* threads may outlive this call */
    struct pollfd entries[POINTS_MAX];
    const pid_t parent = getppid();
    in = (hall){.settings = settings, .stop = stop};
    pthread_mutex_init(&in.mutex, NULL);
    count = count < POINTS_MAX ? count : POINTS_MAX;
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct pollfd){.fd = points[i].fd, .events = POLLIN};
    while (!*stop) {
        if (settings->with_parent && getppid() != parent)
            *stop = true;
        const int ready = poll(entries, (nfds_t)count, TICK);
        join_served(&in);
        if (ready <= 0)
            continue;
        for (size_t i = 0; i < count; i++)
            if ((entries[i].revents & POLLIN) != 0)
                admit(&in, &points[i]);
    }
    for (size_t i = 0; i < count; i++)
        close(points[i].fd);
    return await_end(&in);
}
