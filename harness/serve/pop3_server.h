/*
 * pop3_server.h - the server's side of POP3, without a socket: as smtp_server.h
 *
 *     octets of the client -> lines -> commands -> responses; the maildrop changes at UPDATE
 */
#ifndef MAILSPEC_HARNESS_SERVE_POP3_SERVER_H
#define MAILSPEC_HARNESS_SERVE_POP3_SERVER_H

#include "harness/serve/settings.h"

typedef struct pop3_server pop3_server;

/* settings must outlive the server.  tls: it is there from the start. */
pop3_server *pop3_server_new(const serve_settings *settings, bool tls);
/* A session that did not come to UPDATE leaves the maildrop as it was, and unlocked (RFC 1939 section 6). */
void pop3_server_free(pop3_server *server);

/* The first call gives the greeting.  SERVE_AGAIN may consume nothing: a long response comes in pieces. */
serve_taken pop3_server_take(pop3_server *server, ms_span input, serve_octets *out);

/* The handshake succeeded.  pending: octets of input that came in clear text; returns how many of them are kept, which
 * is none. */
size_t pop3_server_tls(pop3_server *server, size_t pending);

/* As in smtp_server.h; behind too long a silence nothing is said (RFC 1939 section 3). */
int64_t pop3_server_idle(const pop3_server *server, int64_t usual);
/* The client has sent all that it sends. */
void pop3_server_end(pop3_server *server);
void pop3_server_timeout(pop3_server *server, serve_octets *out);

/* For a connection that cannot be served. */
void pop3_server_too_many(serve_octets *out);

#endif
