/*
 * pop3_maildrop.c - the TRANSACTION state: STAT, LIST, UIDL, RETR, TOP, DELE, RSET (RFC 1939 sections 5 and 7)
 */
#include "harness/serve/pop3_internal.h"

#include <stdio.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/pop3_response.h"

enum { PIECE = 16384 /* octets of a message that are stuffed in one go */ };

/* The message of that number; NULL where there is none, or it is marked as deleted: the refusal is written. */
static const store_message *find(pop3_server *server, uint32_t number)
{
    if (number >= 1 && number <= server->view.count && server->marked[number - 1] == 0)
        return server->view.messages[number - 1];
    pop3_err(server, "There is no such message");
    return NULL;
}

static uint64_t octets_of(const pop3_server *server, uint32_t number)
{
    return server->view.messages[number - 1]->len;
}

void pop3_stat(pop3_server *server)
{
    uint32_t messages = 0;
    uint64_t octets = 0;
    for (uint32_t n = 1; n <= server->view.count; n++) {
        if (server->marked[n - 1] == 0) {
            messages++;
            octets += octets_of(server, n);
        }
    }
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len += ms_pop3_drop_write(messages, octets, out, MS_POP3_RESPONSE_LINE_MAX);
}

/* --- listings ---------------------------------------------------------------------------------- */

typedef size_t write_item(const pop3_server *server, uint32_t number, uint8_t *out, size_t room);

static size_t write_scan(const pop3_server *server, uint32_t number, uint8_t *out, size_t room)
{
    return ms_pop3_scan_write(number, octets_of(server, number), out, room);
}

static size_t write_unique_id(const pop3_server *server, uint32_t number, uint8_t *out, size_t room)
{
    const char *id = server->view.messages[number - 1]->unique_id;
    return ms_pop3_unique_id_write(number, ms_span_make(id, strlen(id)), out, room);
}

static void add_item(pop3_server *server, uint32_t number, write_item *write)
{
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len += write(server, number, out, MS_POP3_RESPONSE_LINE_MAX);
}

/* With a number one line, without one a line for each message that is not marked. */
static void list(pop3_server *server, const ms_pop3_command *command, write_item *write, const char *title)
{
    if (command->message.given) {
        if (find(server, command->message.number) == NULL)
            return;
        serve_octets_text(server->out, "+OK ");
        add_item(server, command->message.number, write);
        return;
    }
    pop3_ok(server, title);
    for (uint32_t n = 1; n <= server->view.count; n++)
        if (server->marked[n - 1] == 0)
            add_item(server, n, write);
    pop3_end(server);
}

void pop3_list(pop3_server *server, const ms_pop3_command *command)
{
    list(server, command, write_scan, "Scan listing follows");
}

void pop3_uidl(pop3_server *server, const ms_pop3_command *command)
{
    list(server, command, write_unique_id, "Unique-id listing follows");
}

/* --- messages ------------------------------------------------------------------------------------ */

/* RFC 6856 section 2.1: what a client that did not ask for UTF8 cannot take, and what nobody can. */
static bool can_be_sent(pop3_server *server, const store_message *message)
{
    if ((message->flags & STORE_BINARY) != 0) {
        pop3_err(server, "[SYS/PERM] The message has binary content");
        return false;
    }
    if ((message->flags & STORE_UTF8_HEADER) != 0 && !server->utf8) {
        pop3_err(server, "[UTF8] The message needs UTF8 mode");
        return false;
    }
    return true;
}

static void send(pop3_server *server, const store_message *message, size_t end)
{
    char text[64];
    snprintf(text, sizeof text, "%llu octets", (unsigned long long)message->len);
    pop3_ok(server, text);
    server->sending = message;
    server->sent = 0;
    server->end = end;
    ms_stuffer_init(&server->stuffer);
}

void pop3_send_more(pop3_server *server)
{
    const store_message *message = server->sending;
    const size_t left = server->end - server->sent;
    const ms_span piece = ms_span_make(message->octets + server->sent, left < PIECE ? left : PIECE);
    const size_t room = 2 * PIECE;
    size_t written = 0;
    uint8_t *out = serve_octets_reserve(server->out, room);
    if (piece.len > 0)
        server->sent += ms_stuffer_next(&server->stuffer, piece, out, room, &written);
    server->out->len += written;
    if (server->sent < server->end)
        return;
    out = serve_octets_reserve(server->out, 5);
    server->out->len += ms_stuffer_end(&server->stuffer, out);
    server->sending = NULL;
}

void pop3_retr(pop3_server *server, const ms_pop3_command *command)
{
    const store_message *message = find(server, command->message.number);
    if (message != NULL && can_be_sent(server, message))
        send(server, message, message->len);
}

/* Octets of the line at from with its CRLF. */
static size_t line_length(const store_message *message, size_t from)
{
    size_t at = from;
    while (at < message->len) {
        const uint8_t *lf = memchr(message->octets + at, '\n', message->len - at);
        if (lf == NULL)
            break;
        at = (size_t)(lf - message->octets) + 1;
        if (at - from >= 2 && message->octets[at - 2] == '\r')
            return at - from;
    }
    return message->len - from;
}

/* "the headers of the message, the blank line separating the headers from the body, and then the number of lines of the
 * indicated message's body" (RFC 1939 section 7). */
static size_t top_end(const store_message *message, uint64_t lines)
{
    size_t at = 0;
    bool body = false;
    while (at < message->len && !(body && lines == 0)) {
        const size_t length = line_length(message, at);
        at += length;
        if (body)
            lines--;
        else if (length == 2)
            body = true;
    }
    return at;
}

void pop3_top(pop3_server *server, const ms_pop3_command *command)
{
    const store_message *message = find(server, command->top.number);
    if (message != NULL && can_be_sent(server, message))
        send(server, message, top_end(message, command->top.lines));
}

void pop3_dele(pop3_server *server, const ms_pop3_command *command)
{
    if (find(server, command->message.number) == NULL)
        return;
    server->marked[command->message.number - 1] = 1;
    pop3_ok(server, "Marked as deleted");
}

void pop3_rset(pop3_server *server)
{
    memset(server->marked, 0, server->view.count);
    pop3_ok(server, "No message is marked");
}
