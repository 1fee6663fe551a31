/*
 * smtp_server.h - the server's side of SMTP, submission and LMTP, without a socket
 *
 *     octets of the client -> lines -> commands -> replies, deliveries
 *
 * Written from the RFC texts, with an order of its own: it shares the parsers with those who judge it,
 * not their session machine, so that agreement says something.
 *
 *     smtp_server *server = smtp_server_new(&settings, MS_VARIANT_SMTP, &peer, "");
 *     for (;;) {
 *         serve_taken taken = smtp_server_take(server, input, &out);
 *         drop taken.consumed octets from the front of input; write out, and empty it;
 *         SERVE_INPUT: read more input;  SERVE_AGAIN: go on;  SERVE_CLOSE: end;
 *         SERVE_TLS: the handshake, then smtp_server_tls() says how many octets of input stay
 *     }
 *
 * input needs room for SERVE_INPUT_ROOM octets.  The first call, with whatever input, gives the greeting.
 */
#ifndef MAILSPEC_HARNESS_SERVE_SMTP_SERVER_H
#define MAILSPEC_HARNESS_SERVE_SMTP_SERVER_H

#include "harness/serve/settings.h"
#include "mailspec/smtp_session.h"

typedef struct smtp_server smtp_server;

/* settings must outlive the server.  cipher: of TLS that is there from the start; "" without. */
smtp_server *smtp_server_new(const serve_settings *settings, ms_smtp_variant variant, const serve_peer *peer,
                             const char *cipher);
void smtp_server_free(smtp_server *server);

/* As far as possible of what the client says. */
serve_taken smtp_server_take(smtp_server *server, ms_span input, serve_octets *out);

/* The handshake succeeded.  pending: octets of input that came in clear text; returns how many of them are kept,
 * which is none (RFC 3207 section 4.2). */
size_t smtp_server_tls(smtp_server *server, size_t pending, const char *cipher);

/* Milliseconds that it waits for the next octets, where the usual time is that. */
int64_t smtp_server_idle(const smtp_server *server, int64_t usual);
/* The client said nothing for too long, or the server goes down: the last reply. */
void smtp_server_timeout(smtp_server *server, serve_octets *out);
void smtp_server_shutdown(smtp_server *server, serve_octets *out);

/* "421" for a connection that cannot be served. */
void smtp_server_too_many(const serve_settings *settings, serve_octets *out);

#endif
