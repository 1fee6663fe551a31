/*
 * listen.h - the reference server on sockets: a thread for each connection, bounded
 */
#ifndef MAILSPEC_HARNESS_SERVE_LISTEN_H
#define MAILSPEC_HARNESS_SERVE_LISTEN_H

#include <stdatomic.h>

#include "harness/net/stream.h"
#include "harness/serve/settings.h"
#include "mailspec/smtp_session.h"

typedef struct listen_point {
    net_protocol protocol;
    bool implicit_tls;
    const char *host; /* a literal address */
    uint16_t port;    /* 0: any, and what it became once it is open */
    int fd;           /* -1: not open */
    /* what is another one than that of the listener's settings */
    const serve_settings *serve; /* NULL: the same */
    int64_t idle;                /* milliseconds without a word; 0: the same */
    int64_t down_after;          /* milliseconds after which it goes down for a session; 0: it stays up */
} listen_point;

/* Who hears what is said on each connection; threads call it side by side.  begin gives what the others get. */
typedef struct listen_ear {
    void *(*begin)(const listen_point *point);
    void (*hear)(void *session, ms_side side, ms_span octets);
    void (*tls)(void *session); /* a handshake behind STARTTLS or STLS was completed */
    void (*end)(void *session, ms_side closed);
} listen_ear;

typedef struct listen_settings {
    const serve_settings *serve;
    net_tls_settings tls;     /* server_certificate NULL: none */
    unsigned connections_max; /* at once; more are told so, and closed */
    int64_t smtp_idle;        /* milliseconds without a word (RFC 5321 section 4.5.3.2) */
    int64_t pop3_idle;        /* likewise (RFC 1939 section 3) */
    bool with_parent;         /* end when the parent process is gone */
    const listen_ear *ear;    /* NULL: none */
} listen_settings;

/* Bind and listen; false with a sentence in error. */
bool listen_open(listen_point *point, char *error, size_t error_room);
/* 127.0.0.0/8 or ::1. */
bool listen_is_loopback(const char *host);
/* "smtp", "submissions", "pop3s" and so on. */
const char *listen_scheme(const listen_point *point);

/* Serve until *stop is true, or the parent is gone.  Open sessions are told, and awaited for a moment: false when some
 * did not end, and still use the settings. */
bool listen_run(listen_point *points, size_t count, const listen_settings *settings, atomic_bool *stop);

#endif
