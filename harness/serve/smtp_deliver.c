/*
 * smtp_deliver.c - final delivery: the trace fields, and a copy for each maildrop (RFC 5321 section 4.4)
 */
#include "harness/serve/dsn.h"
#include "harness/serve/header.h"
#include "harness/serve/smtp_internal.h"
#include "harness/serve/smtp_mutant.h"
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
    if (!header_has(content, "Date") && !mutant_is(server->settings, MUTANT_SUBMISSION_NO_DATE))
        serve_octets_print(out, "Date: %s\r\n", date);
    if (!header_has(content, "Message-ID") && !mutant_is(server->settings, MUTANT_SUBMISSION_NO_MESSAGE_ID))
        serve_octets_print(out, "Message-ID: <%s@%s>\r\n", id, server->settings->host_name);
}

static bool holds(ms_span line, ms_span text)
{
    for (size_t at = 0; at + text.len <= line.len; at++)
        if (memcmp(line.ptr + at, text.ptr, text.len) == 0)
            return true;
    return false;
}

static unsigned flags_of(const smtp_server *server, ms_span content)
{
    const smtp_transaction *t = &server->transaction;
    const uint8_t binary = MS_CONTENT_BARE_CR | MS_CONTENT_BARE_LF | MS_CONTENT_NUL | MS_CONTENT_LONG_LINE;
    return (header_is_ascii(content) ? 0u : STORE_UTF8_HEADER) |
           (t->body == MS_BODY_BINARYMIME && (t->scanner.flags & binary) != 0 ? STORE_BINARY : 0u);
}

/* The name of the WITH clause. */
static const char *protocol_of(const smtp_server *server)
{
    const serve_settings *settings = server->settings;
    const bool extended = server->hello == HELLO_EHLO || mutant_is(settings, MUTANT_SMTP_PROTOCOL_HELO);
    const bool authenticated = server->user >= 0 && !mutant_is(settings, MUTANT_SMTP_PROTOCOL_AUTH);
    const bool utf8 = server->transaction.smtputf8 && !mutant_is(settings, MUTANT_SMTP_PROTOCOL_UTF8);
    return trace_protocol(server->variant == MS_VARIANT_LMTP, extended, server->tls, authenticated, utf8);
}

/* One path in the FOR clause, whoever else gets the message (RFC 5321 section 4.4). */
static void name_recipients(const smtp_server *server, const smtp_recipient *recipient, serve_octets *paths)
{
    const smtp_transaction *t = &server->transaction;
    if (!mutant_is(server->settings, MUTANT_SMTP_TWO_FOR)) {
        serve_octets_add(paths, serve_octets_span(&recipient->path));
        return;
    }
    for (size_t i = 0; i < t->recipient_count; i++) {
        serve_octets_text(paths, i == 0 ? "" : ">,<");
        serve_octets_add(paths, serve_octets_span(&t->recipients[i].path));
    }
}

/* Received is above all that came with the message (RFC 5321 section 4.4). */
static void add_message(const smtp_server *server, const trace *stamp, ms_span content, serve_octets *copy)
{
    const serve_settings *settings = server->settings;
    serve_octets changed = {0}, rest = {0};
    if (smtp_mutant_content(server, content, &changed))
        content = serve_octets_span(&changed);
    if (mutant_is(settings, MUTANT_SMTP_TWO_RETURN_PATHS))
        serve_octets_add(&rest, content);
    else
        header_without(content, "Return-Path", &rest);
    const ms_span all = serve_octets_span(&rest);
    const size_t header = mutant_is(settings, MUTANT_SMTP_RECEIVED_LAST) ? header_length(all) : 0;
    serve_octets_add(copy, ms_span_make(all.ptr, header));
    trace_received(settings, &server->peer, stamp, copy);
    complete(server, content, stamp->id, copy);
    serve_octets_add(copy, ms_span_make(all.ptr + header, all.len - header));
    serve_octets_free(&changed);
    serve_octets_free(&rest);
}

static bool has_one_line(ms_span content)
{
    const size_t body = header_length(content) + sizeof "\r\n" - 1;
    return body < content.len &&
           header_line(ms_span_make(content.ptr + body, content.len - body)) == content.len - body;
}

static bool store_copy(smtp_server *server, int user, ms_span return_path, const smtp_recipient *recipient)
{
    const smtp_transaction *t = &server->transaction;
    const ms_span content = serve_octets_span(&t->content);
    char random[17], id[48];
    serve_octets copy = {0}, paths = {0};
    auth_random_text(server->settings, 8, random);
    snprintf(id, sizeof id, "%s.%llu", random, (unsigned long long)++server->serial);
    name_recipients(server, recipient, &paths);
    const trace stamp = {
        .hello = serve_octets_span(&server->hello_name),
        .protocol = protocol_of(server),
        .cipher = server->cipher,
        .id = id,
        .recipient = serve_octets_span(&paths),
        .when = server->settings->clock(),
    };
    trace_return_path(server->settings, &copy, return_path);
    add_message(server, &stamp, content, &copy);
    if (content.len > 0 && content.ptr[content.len - 1] != '\n')
        serve_octets_text(&copy, "\r\n");
    serve_octets other = {0};
    const bool changed = data_mutant_stored(server->settings->data, serve_octets_span(&copy), &other);
    const ms_span stored = serve_octets_span(changed ? &other : &copy);
    const bool lost =
        mutant_is(server->settings, MUTANT_POP3_LOCK_LOSES) && store_is_open(server->settings->store, user);
    const store_status status =
        lost ? STORE_OK : store_deliver(server->settings->store, user, stored, flags_of(server, content));
    if (mutant_is(server->settings, MUTANT_SMTP_COPIES) && has_one_line(content))
        store_deliver(server->settings->store, user, stored, flags_of(server, content));
    serve_octets_free(&other);
    serve_octets_free(&copy);
    serve_octets_free(&paths);
    return status == STORE_OK;
}

/* A list's copies go out in the name of its owner (RFC 5321 section 3.9). */
static bool expand(smtp_server *server, const smtp_recipient *recipient)
{
    char owner[512];
    bool done = false;
    store *s = server->settings->store;
    snprintf(owner, sizeof owner, "%s@%s", ADDRESS_LIST_OWNER, server->settings->domain);
    ms_span path = ms_span_make(owner, strlen(owner));
    if (mutant_is(server->settings, MUTANT_SMTP_LIST_SENDER))
        path = serve_octets_span(&server->transaction.reverse_path);
    for (int user = 0; user < store_users(s); user++)
        done = store_copy(server, user, path, recipient) || done;
    return done;
}

/* The local user that a mutant takes for the sender: the From field names it; -1: none. */
static int user_of_from(const smtp_server *server)
{
    const store *s = server->settings->store;
    const ms_span content = serve_octets_span(&server->transaction.content);
    const size_t end = header_length(content);
    for (int user = 0; user < store_users(s); user++) {
        serve_octets mailbox = {0};
        bool named = false;
        serve_octets_print(&mailbox, "<%s@%s>", store_name(s, user), server->settings->domain);
        for (size_t at = 0; at < end; at += header_line(ms_span_make(content.ptr + at, end - at))) {
            const ms_span line = ms_span_make(content.ptr + at, header_line(ms_span_make(content.ptr + at, end - at)));
            named |= header_is(line, "From") && holds(line, serve_octets_span(&mailbox));
        }
        serve_octets_free(&mailbox);
        if (named)
            return user;
    }
    return -1;
}

/* Whom the notification goes to; -1: nobody. */
static int user_to_tell(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    const bool null = t->reverse_path.len == 0;
    if (mutant_is(server->settings, null ? MUTANT_SMTP_BOUNCE_NULL : MUTANT_SMTP_BOUNCE_FROM))
        return user_of_from(server);
    return t->from.kind == ADDRESS_LOCAL ? t->from.user : -1; /* never to the null reverse-path */
}

/* RFC 3461 section 4.1: what the sender wants to be told. */
static void notify(smtp_server *server, const smtp_recipient *recipient, bool delivered)
{
    const smtp_transaction *t = &server->transaction;
    uint8_t wanted = recipient->notify == 0 ? MS_NOTIFY_FAILURE : recipient->notify;
    if (mutant_is(server->settings, MUTANT_SMTP_NO_SUCCESS))
        wanted &= (uint8_t)~MS_NOTIFY_SUCCESS;
    if (mutant_is(server->settings, MUTANT_SMTP_ALWAYS_SUCCESS))
        wanted |= MS_NOTIFY_SUCCESS;
    if (mutant_is(server->settings, MUTANT_SMTP_NO_BOUNCE))
        wanted &= (uint8_t)~MS_NOTIFY_FAILURE;
    const int told = user_to_tell(server);
    if (told < 0 || (wanted & (delivered ? MS_NOTIFY_SUCCESS : MS_NOTIFY_FAILURE)) == 0)
        return; /* not asked for, or there is no way to who asked */
    const dsn report = {
        .to = serve_octets_span(&t->reverse_path),
        .recipient = serve_octets_span(&recipient->path),
        .envid = serve_octets_span(&t->envid),
        .orcpt = serve_octets_span(&recipient->orcpt),
        .content = serve_octets_span(&t->content),
        .delivered = delivered,
        .whole = t->ret == MS_RET_FULL,
    };
    dsn_deliver(server->settings, told, &report);
}

/* A mutant looks into the header section for recipients. */
void smtp_deliver_to_header(smtp_server *server)
{
    store *s = server->settings->store;
    const smtp_transaction *t = &server->transaction;
    const ms_span content = serve_octets_span(&t->content);
    const size_t end = header_length(content);
    const bool lf = mutant_is(server->settings, MUTANT_SMTP_LF_HEADER);
    const bool looks = lf || mutant_is(server->settings, MUTANT_SMTP_HEADER_TO);
    for (int user = 0; user < store_users(s) && looks; user++) {
        smtp_recipient extra = {.to = {ADDRESS_LOCAL, user}};
        bool given = false, named = false;
        for (size_t i = 0; i < t->recipient_count; i++)
            given |= t->recipients[i].to.user == user;
        serve_octets_print(&extra.path, "%s@%s", store_name(s, user), server->settings->domain);
        if (lf)
            named = holds(content, MS_SPAN("\nTo: ")) && holds(content, serve_octets_span(&extra.path));
        for (size_t at = 0; at < end && !lf; at += header_line(ms_span_make(content.ptr + at, end - at))) {
            const ms_span line = ms_span_make(content.ptr + at, header_line(ms_span_make(content.ptr + at, end - at)));
            named |= header_is(line, "To") && holds(line, serve_octets_span(&extra.path));
        }
        if (named && !given)
            smtp_deliver(server, &extra);
        serve_octets_free(&extra.path);
    }
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
