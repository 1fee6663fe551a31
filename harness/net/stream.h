/*
 * stream.h - a connection: octets out as they are, octets in as they come, TLS laid over it on demand
 *
 * Nothing is buffered on the way out: one write is one segment where the kernel allows it (no Nagle).
 * What comes in is bounded by the caller's room.  Every call honours its deadline.
 */
#ifndef MAILSPEC_HARNESS_NET_STREAM_H
#define MAILSPEC_HARNESS_NET_STREAM_H

#include "harness/net/deadline.h"
#include "harness/net/target.h"
#include "mailspec/span.h"

typedef enum net_status {
    NET_OK,
    NET_TIMEOUT,   /* the deadline passed */
    NET_CLOSED,    /* orderly: FIN; inside TLS, close_notify or FIN */
    NET_RESET,     /* RST, or another error of the connection */
    NET_REFUSED,   /* connect: nobody listens there */
    NET_FAILED,    /* our side: no such host, no descriptor … */
    NET_ALERT,     /* a TLS alert of the peer, or a failed handshake */
    NET_PLAIN,     /* a handshake was begun and the peer went on without TLS */
    NET_UNTRUSTED, /* our side: the settings do not accept the peer's certificate */
} net_status;

typedef struct net_tls_settings {
    const char *ca_file;     /* NULL: the system's */
    bool insecure;           /* do not check the certificate */
    const char *sni;         /* NULL: the target's host */
    const char *certificate; /* PEM of the client; NULL: none */
    const char *key;         /* PEM; NULL: in certificate's file */
    const char *min, *max;   /* "1.0" to "1.3"; NULL: 1.2, newest */
    const char *keylog;      /* SSLKEYLOGFILE; NULL: none */
    /* a server's side */
    const char *server_certificate, *server_key;
} net_tls_settings;

typedef struct net_stream net_stream;

/* Whether min or max may be that: NULL may. */
bool net_tls_is_version(const char *text);

/* Whether the files of the settings can be used, for the client's or the server's side; error says why not. */
bool net_tls_check(const net_tls_settings *settings, bool server, char *error, size_t error_room);

/* Connect; NULL with *status and a sentence in error. Implicit TLS is not begun here. */
net_stream *net_connect(const net_target *target, net_deadline deadline, net_status *status, char *error,
                        size_t error_room);
/* A connection that was accepted; the descriptor belongs to the stream from now on. */
net_stream *net_adopt(int descriptor);
void net_free(net_stream *stream); /* closes; NULL is fine */

/* All of octets, in as few writes as the kernel lets: NET_OK or why not. */
net_status net_write(net_stream *stream, ms_span octets, net_deadline deadline);
/* The same in clear text, and kept back where the kernel can: it goes out in one segment with what is written next. */
net_status net_hold(net_stream *stream, ms_span octets, net_deadline deadline);
/* What there is, at least one octet, at most room; *got octets. */
net_status net_read(net_stream *stream, uint8_t *out, size_t room, size_t *got, net_deadline deadline);
/* Octets can be read without waiting, or the peer has closed. */
bool net_readable(net_stream *stream);

/* The client's or the server's side of a handshake. On NET_ALERT, NET_PLAIN and NET_UNTRUSTED, error says what came. */
net_status net_tls_connect(net_stream *stream, const net_target *target, const net_tls_settings *settings,
                           net_deadline deadline, char *error, size_t error_room);
net_status net_tls_accept(net_stream *stream, const net_tls_settings *settings, net_deadline deadline, char *error,
                          size_t error_room);
bool net_tls_active(const net_stream *stream);
/* "TLSv1.3" and so on; "" in clear text. */
const char *net_tls_version(const net_stream *stream);
/* "TLS_AES_256_GCM_SHA384" and so on, the registered name; "" in clear text. */
const char *net_tls_cipher(const net_stream *stream);

/* Ends of our side. */
void net_shutdown(net_stream *stream); /* FIN, reading goes on */
void net_reset(net_stream *stream);    /* RST at the next net_free */
int net_descriptor(const net_stream *stream);

/* Octets in each direction, of the whole connection, without TLS. */
uint64_t net_sent(const net_stream *stream);
uint64_t net_received(const net_stream *stream);

const char *net_status_name(net_status status);

#endif
