/*
 * smtp_deliver.c - final delivery: the trace fields, and a copy for each maildrop (RFC 5321 section 4.4)
 */
#include "harness/serve/dsn.h"
#include "harness/serve/header.h"
#include "harness/serve/smtp_internal.h"
#include "harness/serve/trace.h"

#include <stdio.h>
#include <string.h>

/* RFC 6409 section 8: a submission gets what a message needs. */
static void complete(const smtp_server *server, ms_span content, const char *id, serve_octets *out)
{
    char date[40];
    if (server->variant != MS_VARIANT_SUBMISSION)
        return;
    trace_date(server->settings->clock(), date, sizeof date);
    if (!header_has(content, "Date"))
        serve_octets_print(out, "Date: %s\r\n", date);
    if (!header_has(content, "Message-ID"))
        serve_octets_print(out, "Message-ID: <%s@%s>\r\n", id, server->settings->host_name);
}

static unsigned flags_of(const smtp_server *server, ms_span content)
{
    const smtp_transaction *t = &server->transaction;
    const uint8_t binary = MS_CONTENT_BARE_CR | MS_CONTENT_BARE_LF | MS_CONTENT_NUL | MS_CONTENT_LONG_LINE;
    return (header_is_ascii(content) ? 0u : STORE_UTF8_HEADER) |
           (t->body == MS_BODY_BINARYMIME && (t->scanner.flags & binary) != 0 ? STORE_BINARY : 0u);
}

static bool store_copy(smtp_server *server, int user, ms_span return_path, const smtp_recipient *recipient)
{
    const smtp_transaction *t = &server->transaction;
    const ms_span content = serve_octets_span(&t->content);
    char random[17], id[48];
    serve_octets copy = {0};
    auth_random_text(server->settings, 8, random);
    snprintf(id, sizeof id, "%s.%llu", random, (unsigned long long)++server->serial);
    const trace stamp = {
        .hello = serve_octets_span(&server->hello_name),
        .protocol = trace_protocol(server->variant == MS_VARIANT_LMTP, server->hello == HELLO_EHLO, server->tls,
                                   server->user >= 0, t->smtputf8),
        .cipher = server->cipher,
        .id = id,
        .recipient = serve_octets_span(&recipient->path),
        .when = server->settings->clock(),
    };
    trace_return_path(server->settings, &copy, return_path);
    trace_received(server->settings, &server->peer, &stamp, &copy);
    complete(server, content, id, &copy);
    header_without(content, "Return-Path", &copy);
    if (content.len > 0 && content.ptr[content.len - 1] != '\n')
        serve_octets_text(&copy, "\r\n");
    const store_status status =
        store_deliver(server->settings->store, user, serve_octets_span(&copy), flags_of(server, content));
    serve_octets_free(&copy);
    return status == STORE_OK;
}

/* A list's copies go out in the name of its owner (RFC 5321 section 3.9). */
static bool expand(smtp_server *server, const smtp_recipient *recipient)
{
    char owner[512];
    bool done = false;
    store *s = server->settings->store;
    snprintf(owner, sizeof owner, "%s@%s", ADDRESS_LIST_OWNER, server->settings->domain);
    for (int user = 0; user < store_users(s); user++)
        done = store_copy(server, user, ms_span_make(owner, strlen(owner)), recipient) || done;
    return done;
}

/* RFC 3461 section 4.1: what the sender wants to be told. */
static void notify(smtp_server *server, const smtp_recipient *recipient, bool delivered)
{
    const smtp_transaction *t = &server->transaction;
    const uint8_t wanted = recipient->notify == 0 ? MS_NOTIFY_FAILURE : recipient->notify;
    if (t->from.kind != ADDRESS_LOCAL || (wanted & (delivered ? MS_NOTIFY_SUCCESS : MS_NOTIFY_FAILURE)) == 0)
        return; /* not asked for, or there is no way to who asked; never to the null reverse-path */
    const dsn report = {
        .to = serve_octets_span(&t->reverse_path),
        .recipient = serve_octets_span(&recipient->path),
        .envid = serve_octets_span(&t->envid),
        .orcpt = serve_octets_span(&recipient->orcpt),
        .content = serve_octets_span(&t->content),
        .delivered = delivered,
        .whole = t->ret == MS_RET_FULL,
    };
    dsn_deliver(server->settings, t->from.user, &report);
}

bool smtp_deliver(smtp_server *server, const smtp_recipient *recipient)
{
    bool done = false;
    switch (recipient->to.kind) {
    case ADDRESS_LOCAL:
        done = store_copy(server, recipient->to.user, serve_octets_span(&server->transaction.reverse_path), recipient);
        break;
    case ADDRESS_LIST:
        done = expand(server, recipient);
        break;
    case ADDRESS_UNKNOWN:
        break;
    case ADDRESS_REMOTE: /* of a client that authenticated: there is no way out, so it comes back */
        notify(server, recipient, false);
        return true;
    }
    if (done)
        notify(server, recipient, true);
    return done;
}
