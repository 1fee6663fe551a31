/*
 * target.h - where a server is, as a URL
 *
 *     smtp://host[:port]  submission:// lmtp:// smtps:// submissions:// pop3:// pop3s://
 *     lmtp+unix:/path (any of the plain ones with +unix)
 *
 * IPv6 addresses stand in brackets.  Nothing else of a URL is allowed: no user, no password, no path.
 */
#ifndef MAILSPEC_HARNESS_NET_TARGET_H
#define MAILSPEC_HARNESS_NET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum net_protocol {
    NET_SMTP,
    NET_SUBMISSION, /* RFC 6409 */
    NET_LMTP,       /* RFC 2033 */
    NET_POP3,
} net_protocol;

typedef struct net_target {
    net_protocol protocol;
    bool implicit_tls; /* smtps, submissions, pop3s: RFC 8314 section 3 */
    bool unix_socket;
    char host[256]; /* name, address without brackets, or path of the socket */
    uint16_t port;  /* 0 for a Unix socket */
    char url[320];  /* as given */
} net_target;

/* false, with a sentence in error, when url is none of the above. */
bool net_target_parse(const char *url, net_target *target, char *error, size_t error_room);

/* The target is this machine itself: a loopback address, localhost, or a Unix socket.  A name is never
 * resolved to find out: only "localhost" and literal addresses count. */
bool net_target_is_local(const net_target *target);

const char *net_protocol_name(net_protocol protocol);

#endif
