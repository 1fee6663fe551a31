/*
 * connection.h - one connection: octets between the socket and the server's side of the protocol
 */
#ifndef MAILSPEC_HARNESS_SERVE_CONNECTION_H
#define MAILSPEC_HARNESS_SERVE_CONNECTION_H

#include "harness/serve/listen.h"

/* Serve the accepted descriptor to its end, and close it. */
void connection_serve(const listen_point *point, int fd, const listen_settings *settings, atomic_bool *stop);
/* There are too many of them: say so, and close. */
void connection_refuse(const listen_point *point, int fd, const listen_settings *settings);

#endif
