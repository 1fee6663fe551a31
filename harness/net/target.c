/* target.c - see target.h */
#include "harness/net/target.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct {
    const char *scheme;
    net_protocol protocol;
    bool implicit_tls;
    uint16_t port; /* RFC 5321, 6409, 8314, 1939, 2595; LMTP has none of its own (RFC 2033 section 5) */
} schemes[] = {
    {"smtp", NET_SMTP, false, 25},  {"submission", NET_SUBMISSION, false, 587}, {"lmtp", NET_LMTP, false, 24},
    {"smtps", NET_SMTP, true, 465}, {"submissions", NET_SUBMISSION, true, 465}, {"pop3", NET_POP3, false, 110},
    {"pop3s", NET_POP3, true, 995},
};

static bool complain(char *error, size_t room, const char *what, const char *url)
{
    snprintf(error, room, "%s in '%.200s'; write it as smtp://127.0.0.1:2525, pop3s://[::1]:9995 or lmtp+unix:/path",
             what, url);
    return false;
}

static bool read_scheme(const char *url, size_t length, net_target *target)
{
    static const char suffix[] = "+unix";
    const size_t tail = sizeof suffix - 1;
    target->unix_socket = length > tail && strncasecmp(url + length - tail, suffix, tail) == 0;
    if (target->unix_socket)
        length -= tail;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strlen(schemes[i].scheme) != length || strncasecmp(schemes[i].scheme, url, length) != 0)
            continue;
        target->protocol = schemes[i].protocol;
        target->implicit_tls = schemes[i].implicit_tls;
        target->port = schemes[i].port;
        return true;
    }
    return false;
}

static bool read_port(const char *text, uint16_t *port)
{
    unsigned long value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        value = value * 10 + (unsigned long)(*text - '0');
        if (value > 65535)
            return false;
    }
    *port = (uint16_t)value;
    return value > 0;
}

/* Nothing of such a URL is repeated: what stands before the at sign may hold a password. */
static bool names_a_user(const char *authority, char *error, size_t room)
{
    if (strchr(authority, '@') == NULL)
        return false;
    snprintf(error, room,
             "a URL names a server, and no user; write it as smtp://127.0.0.1:2525, and the name behind --user");
    return true;
}

static bool read_authority(const char *text, net_target *target, char *error, size_t room, const char *url)
{
    const char *host = text;
    const char *port = NULL;
    size_t length;
    if (*text == '[') {
        const char *close = strchr(text, ']');
        if (close == NULL)
            return complain(error, room, "the bracket is not closed", url);
        host = text + 1;
        length = (size_t)(close - host);
        if (close[1] == ':')
            port = close + 2;
        else if (close[1] != '\0')
            return complain(error, room, "octets follow the address", url);
    } else {
        const char *colon = strchr(text, ':');
        length = colon == NULL ? strlen(text) : (size_t)(colon - text);
        if (colon != NULL)
            port = colon + 1;
    }
    if (length == 0 || length >= sizeof target->host || strcspn(host, "/@?# ") < length)
        return complain(error, room, "there is no plain host name or address", url);
    memcpy(target->host, host, length);
    target->host[length] = '\0';
    if (port != NULL && !read_port(port, &target->port))
        return complain(error, room, "the port is not a number from 1 to 65535", url);
    return true;
}

bool net_target_parse(const char *url, net_target *target, char *error, size_t error_room)
{
    memset(target, 0, sizeof *target);
    const char *colon = strchr(url, ':');
    if (strlen(url) >= sizeof target->url)
        return complain(error, error_room, "the URL is too long", url);
    if (colon == NULL || !read_scheme(url, (size_t)(colon - url), target))
        return complain(error, error_room, "there is no known scheme", url);
    snprintf(target->url, sizeof target->url, "%s", url);
    if (target->unix_socket) {
        const char *path = colon + 1;
        if (path[0] == '/' && path[1] == '/')
            path += 2;
        if (path[0] != '/' || strlen(path) > 100)
            return complain(error, error_room, "a Unix socket needs an absolute path of at most 100 octets", url);
        snprintf(target->host, sizeof target->host, "%s", path);
        target->port = 0;
        return true;
    }
    if (strncmp(colon, "://", 3) != 0)
        return complain(error, error_room, "'://' does not follow the scheme", url);
    if (names_a_user(colon + 3, error, error_room))
        return false;
    return read_authority(colon + 3, target, error, error_room, url);
}

bool net_target_is_local(const net_target *target)
{
    struct in_addr four;
    struct in6_addr six;
    if (target->unix_socket || strcasecmp(target->host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, target->host, &four) == 1)
        return (ntohl(four.s_addr) >> 24) == 127;
    return inet_pton(AF_INET6, target->host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

const char *net_protocol_name(net_protocol protocol)
{
    switch (protocol) {
    case NET_SMTP:
        return "smtp";
    case NET_SUBMISSION:
        return "submission";
    case NET_LMTP:
        return "lmtp";
    case NET_POP3:
        return "pop3";
    }
    return "";
}
