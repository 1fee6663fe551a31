/* tls.c - TLS over a stream, by OpenSSL */
#include "harness/net/stream_internal.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* --- contexts --------------------------------------------------------------- */

static int version_number(const char *name, int otherwise)
{
    static const struct {
        const char *name;
        int number;
    } versions[] = {{"1.0", TLS1_VERSION}, {"1.1", TLS1_1_VERSION}, {"1.2", TLS1_2_VERSION}, {"1.3", TLS1_3_VERSION}};
    for (size_t i = 0; name != NULL && i < sizeof versions / sizeof versions[0]; i++)
        if (strcmp(versions[i].name, name) == 0)
            return versions[i].number;
    return otherwise;
}

bool net_tls_is_version(const char *text)
{
    return text == NULL || version_number(text, 0) != 0;
}

static void set_versions(SSL_CTX *context, const net_tls_settings *settings)
{
    const int min = version_number(settings->min, TLS1_2_VERSION);
    if (min < TLS1_2_VERSION)
        SSL_CTX_set_security_level(context, 0); /* asked for: OpenSSL offers the old versions no other way */
    SSL_CTX_set_min_proto_version(context, min);
    SSL_CTX_set_max_proto_version(context, version_number(settings->max, 0));
}

/* OpenSSL hands the callback no context of ours but through ex_data; the file's name is kept there. */
static void write_keylog(const SSL *tls, const char *line)
{
    const char *path = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(tls), 0);
    FILE *out = path == NULL ? NULL : fopen(path, "a");
    if (out == NULL)
        return;
    fprintf(out, "%s\n", line);
    fclose(out);
}

static void set_keylog(SSL_CTX *context, const net_tls_settings *settings)
{
    if (settings->keylog == NULL)
        return;
    SSL_CTX_set_ex_data(context, 0, (void *)(uintptr_t)settings->keylog);
    SSL_CTX_set_keylog_callback(context, write_keylog);
}

static net_status complain(char *error, size_t room, const char *what)
{
    const unsigned long code = ERR_peek_last_error();
    const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);
    snprintf(error, room, "%s%s%s", what, reason == NULL ? "" : ": ", reason == NULL ? "" : reason);
    ERR_clear_error();
    return NET_FAILED;
}

static net_status client_context(net_stream *stream, const net_tls_settings *settings, char *error, size_t room)
{
    stream->context = SSL_CTX_new(TLS_client_method());
    if (stream->context == NULL)
        return complain(error, room, "no TLS context");
    set_versions(stream->context, settings);
    set_keylog(stream->context, settings);
    if (settings->ca_file != NULL) {
        if (SSL_CTX_load_verify_locations(stream->context, settings->ca_file, NULL) != 1)
            return complain(error, room, "the file of CA certificates cannot be read");
    } else {
        SSL_CTX_set_default_verify_paths(stream->context);
    }
    SSL_CTX_set_verify(stream->context, settings->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (settings->certificate == NULL)
        return NET_OK;
    const char *key = settings->key == NULL ? settings->certificate : settings->key;
    if (SSL_CTX_use_certificate_chain_file(stream->context, settings->certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(stream->context, key, SSL_FILETYPE_PEM) != 1)
        return complain(error, room, "the client's certificate or key cannot be read");
    return NET_OK;
}

static net_status server_context(net_stream *stream, const net_tls_settings *settings, char *error, size_t room)
{
    stream->context = SSL_CTX_new(TLS_server_method());
    if (stream->context == NULL)
        return complain(error, room, "no TLS context");
    set_versions(stream->context, settings);
    set_keylog(stream->context, settings);
    const char *key = settings->server_key == NULL ? settings->server_certificate : settings->server_key;
    if (SSL_CTX_use_certificate_chain_file(stream->context, settings->server_certificate) != 1 ||
        SSL_CTX_use_PrivateKey_file(stream->context, key, SSL_FILETYPE_PEM) != 1)
        return complain(error, room, "the server's certificate or key cannot be read");
    return NET_OK;
}

bool net_tls_check(const net_tls_settings *settings, bool server, char *error, size_t error_room)
{
    net_stream stream = {.context = NULL};
    const net_status status = server ? server_context(&stream, settings, error, error_room)
                                     : client_context(&stream, settings, error, error_room);
    SSL_CTX_free(stream.context);
    return status == NET_OK;
}

/* --- the handshake ------------------------------------------------------------ */

static bool is_address(const char *host)
{
    return strchr(host, ':') != NULL || strspn(host, "0123456789.") == strlen(host);
}

/* The name that the certificate must hold (RFC 7817 section 3), and SNI, which takes names only. */
static void set_names(SSL *tls, const char *host, bool check)
{
    if (is_address(host)) {
        if (check)
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host);
        return;
    }
    /* SSL_set_tlsext_host_name, which casts const away */
    SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)(uintptr_t)host);
    if (check) {
        SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        SSL_set1_host(tls, host);
    }
}

/* What a failed handshake was: the peer's alert, or octets that are no TLS at all. */
static net_status handshake_failure(net_stream *stream, int cause, char *error, size_t room)
{
    const unsigned long code = ERR_peek_last_error();
    const int reason = ERR_GET_REASON(code);
    const long verified = SSL_get_verify_result(stream->tls);
    if (verified != X509_V_OK) {
        snprintf(error, room, "the certificate is not accepted: %s (--ca FILE, or --insecure)",
                 X509_verify_cert_error_string(verified));
        ERR_clear_error();
        return NET_UNTRUSTED;
    }
    if (cause == SSL_ERROR_SSL && (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST)) {
        complain(error, room, "the peer does not speak TLS here");
        return NET_PLAIN;
    }
    if (cause == SSL_ERROR_SSL) {
        complain(error, room, "handshake");
        return NET_ALERT;
    }
    ERR_clear_error();
    snprintf(error, room, "the connection ended in the handshake");
    return NET_CLOSED;
}

static net_status shake_hands(net_stream *stream, net_deadline deadline, char *error, size_t room)
{
    for (;;) {
        ERR_clear_error();
        const int done = SSL_do_handshake(stream->tls);
        if (done == 1)
            return NET_OK;
        const int cause = SSL_get_error(stream->tls, done);
        const bool reading = cause == SSL_ERROR_WANT_READ;
        if (!reading && cause != SSL_ERROR_WANT_WRITE)
            return handshake_failure(stream, cause, error, room);
        if (!net_wait(stream->fd, reading ? POLLIN : POLLOUT, deadline)) {
            snprintf(error, room, "the handshake was not finished before the deadline");
            return NET_TIMEOUT;
        }
    }
}

static net_status begin(net_stream *stream, net_status ready, bool client, const char *host, bool check,
                        net_deadline deadline, char *error, size_t room)
{
    net_status status = ready;
    if (status == NET_OK) {
        stream->tls = SSL_new(stream->context);
        if (stream->tls == NULL || SSL_set_fd(stream->tls, stream->fd) != 1)
            status = complain(error, room, "no TLS connection");
    }
    if (status == NET_OK) {
        SSL_set_mode(stream->tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        if (client) {
            SSL_set_connect_state(stream->tls);
            set_names(stream->tls, host, check);
        } else {
            SSL_set_accept_state(stream->tls);
        }
        status = shake_hands(stream, deadline, error, room);
    }
    if (status == NET_OK)
        return NET_OK;
    SSL_free(stream->tls);
    SSL_CTX_free(stream->context);
    stream->tls = NULL;
    stream->context = NULL;
    return status;
}

net_status net_tls_connect(net_stream *stream, const net_target *target, const net_tls_settings *settings,
                           net_deadline deadline, char *error, size_t error_room)
{
    const char *host = settings->sni != NULL ? settings->sni : target->unix_socket ? "localhost" : target->host;
    const net_status ready = client_context(stream, settings, error, error_room);
    return begin(stream, ready, true, host, !settings->insecure, deadline, error, error_room);
}

net_status net_tls_accept(net_stream *stream, const net_tls_settings *settings, net_deadline deadline, char *error,
                          size_t error_room)
{
    const net_status ready = server_context(stream, settings, error, error_room);
    return begin(stream, ready, false, NULL, false, deadline, error, error_room);
}

bool net_tls_active(const net_stream *stream)
{
    return stream->tls != NULL;
}

const char *net_tls_version(const net_stream *stream)
{
    return stream->tls == NULL ? "" : SSL_get_version(stream->tls);
}

const char *net_tls_cipher(const net_stream *stream)
{
    const char *name = stream->tls == NULL ? "" : SSL_CIPHER_standard_name(SSL_get_current_cipher(stream->tls));
    return name == NULL ? "" : name;
}

/* --- octets --------------------------------------------------------------------- */

/* After an SSL call that did not succeed: wait for what it wants, or say how it ended. */
static net_status wait_or_end(net_stream *stream, int result, net_deadline deadline)
{
    switch (SSL_get_error(stream->tls, result)) {
    case SSL_ERROR_WANT_READ:
        return net_wait(stream->fd, POLLIN, deadline) ? NET_OK : NET_TIMEOUT;
    case SSL_ERROR_WANT_WRITE:
        return net_wait(stream->fd, POLLOUT, deadline) ? NET_OK : NET_TIMEOUT;
    case SSL_ERROR_ZERO_RETURN:
        return NET_CLOSED;
    case SSL_ERROR_SYSCALL:
        return errno == 0 ? NET_CLOSED : net_errno_status(errno);
    default: {
        const int reason = ERR_GET_REASON(ERR_peek_last_error());
        ERR_clear_error();
        return reason == SSL_R_UNEXPECTED_EOF_WHILE_READING ? NET_CLOSED : NET_ALERT;
    }
    }
}

net_status net_tls_write(net_stream *stream, ms_span octets, net_deadline deadline)
{
    size_t done = 0;
    while (done < octets.len) {
        size_t n = 0;
        errno = 0;
        ERR_clear_error();
        const int result = SSL_write_ex(stream->tls, octets.ptr + done, octets.len - done, &n);
        if (result == 1) {
            done += n;
            stream->sent += n;
            continue;
        }
        const net_status status = wait_or_end(stream, result, deadline);
        if (status != NET_OK)
            return status;
    }
    return NET_OK;
}

net_status net_tls_read(net_stream *stream, uint8_t *out, size_t room, size_t *got, net_deadline deadline)
{
    for (;;) {
        errno = 0;
        ERR_clear_error();
        const int result = SSL_read_ex(stream->tls, out, room, got);
        if (result == 1) {
            stream->received += *got;
            return NET_OK;
        }
        *got = 0;
        const net_status status = wait_or_end(stream, result, deadline);
        if (status != NET_OK)
            return status;
    }
}
