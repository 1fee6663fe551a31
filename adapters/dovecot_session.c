/*
 * dovecot_session.c - whole sessions of Dovecot's SMTP server (lib-smtp), over a socket pair
 *
 * Every recipient is taken, and every message.  What the client says is written at once, and its side closed.
 */
#include "lib.h"

#include <sys/socket.h>
#include <unistd.h>

#include "array.h"
#include "ioloop.h"
#include "istream.h"
#include "net.h"
#include "smtp-server.h"

#include "dovecot_session.h"

enum { PATIENCE_MS = 1000, CLIENT_MAX = 32 * 1024 }; /* what a socket pair takes without being read */

static int take_recipient(void *context, struct smtp_server_cmd_ctx *command, struct smtp_server_recipient *recipient)
{
    (void)context, (void)command, (void)recipient;
    return 1;
}

static struct istream *mail_data;

static int begin_data(void *context, struct smtp_server_cmd_ctx *command, struct smtp_server_transaction *transaction,
                      struct istream *input)
{
    (void)context, (void)command, (void)transaction;
    mail_data = input;
    return 0;
}

static int continue_data(void *context, struct smtp_server_cmd_ctx *command,
                         struct smtp_server_transaction *transaction)
{
    const unsigned char *octets;
    size_t size;
    (void)context, (void)transaction;
    while (i_stream_read_more(mail_data, &octets, &size) > 0)
        i_stream_skip(mail_data, size);
    if (mail_data->stream_errno != 0)
        return -1;
    if (!mail_data->eof)
        return 0;
    smtp_server_reply(command, 250, "2.0.0", "Taken");
    return 1;
}

static void stop(void *context)
{
    (void)context;
    io_loop_stop(current_ioloop);
}

static const struct smtp_server_callbacks callbacks = {.conn_cmd_rcpt = take_recipient,
                                                       .conn_cmd_data_begin = begin_data,
                                                       .conn_cmd_data_continue = continue_data,
                                                       .conn_free = stop};

static void converse(int server_end)
{
    struct ioloop *loop = io_loop_create();
    const struct smtp_server_settings settings = {
        .protocol = SMTP_PROTOCOL_SMTP,
        .hostname = "mx.example.test",
        .login_greeting = "ready",
        .capabilities = SMTP_CAPABILITY_PIPELINING | SMTP_CAPABILITY_8BITMIME | SMTP_CAPABILITY_ENHANCEDSTATUSCODES,
        .auth_optional = TRUE,
        .rcpt_domain_optional = TRUE,
        .max_client_idle_time_msecs = 2000};
    struct smtp_server *server = smtp_server_init(&settings);
    struct smtp_server_connection *connection =
        smtp_server_connection_create(server, server_end, server_end, NULL, 0, FALSE, NULL, &callbacks, NULL);
    struct timeout *patience = timeout_add(PATIENCE_MS, io_loop_stop, loop);
    smtp_server_connection_start(connection);
    io_loop_run(loop);
    timeout_remove(&patience);
    smtp_server_deinit(&server);
    io_loop_destroy(&loop);
}

ms_adapter_verdict dovecot_smtp_session(void *context, const ms_span *pieces, size_t count,
                                        const ms_adapter_about *about, ms_adapter_result *result)
{
    int ends[2];
    uint8_t said[4096];
    size_t total = 0;
    ssize_t got;
    (void)context;
    for (size_t i = 0; i < count; i++)
        total += pieces[i].len;
    if (about->lmtp || total > CLIENT_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return MS_ADAPTER_UNSUPPORTED;
    for (size_t i = 0; i < count; i++)
        if (pieces[i].len > 0 && write(ends[0], pieces[i].ptr, pieces[i].len) != (ssize_t)pieces[i].len)
            total = 0;
    shutdown(ends[0], SHUT_WR);
    net_set_nonblock(ends[1], TRUE);
    converse(ends[1]);
    while ((got = read(ends[0], said, sizeof said)) > 0)
        result->field(result, "reply", ms_span_make(said, (size_t)got));
    close(ends[0]);
    return MS_ADAPTER_ACCEPT;
}
