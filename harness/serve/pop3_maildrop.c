/*
 * pop3_maildrop.c - the TRANSACTION state: STAT, LIST, UIDL, RETR, TOP, DELE, RSET (RFC 1939 sections 5 and 7)
 */
#include "harness/serve/pop3_mutant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/pop3_response.h"

enum { PIECE = 16384 /* octets of a message that are stuffed in one go */ };

/* The number, from one on, of a message that may be named so; 0 where there is none, or it is marked as deleted: the
 * refusal is written. */
static uint32_t find(pop3_server *server, uint32_t shown)
{
    bool answered = false;
    const uint32_t number = shown > server->offset ? shown - server->offset : 0;
    const uint32_t other = pop3_mutant_number(server, number, &answered);
    if (answered)
        return 0;
    if (other != 0)
        return other;
    if (number >= 1 && number <= server->visible &&
        (server->marked[number - 1] == 0 || pop3_mutant_sees_deleted(server)))
        return number;
    pop3_err(server, "There is no such message");
    return 0;
}

static uint64_t octets_of(const pop3_server *server, uint32_t number)
{
    return pop3_mutant_size(server, server->view.messages[number - 1]);
}

/* The maildrop is as it was when the session began (RFC 1939 section 4). */
static void look_again(pop3_server *server)
{
    if (!mutant_is(server->settings, MUTANT_POP3_NEW_MAIL))
        return;
    const uint32_t before = server->view.count;
    store_refresh(server->settings->store, &server->view);
    server->marked = realloc(server->marked, server->view.count + 1);
    server->touched = realloc(server->touched, server->view.count + 1);
    if (server->marked == NULL || server->touched == NULL)
        abort();
    memset(server->marked + before, 0, server->view.count - before);
    memset(server->touched + before, 0, server->view.count - before);
    server->visible = server->view.count;
}

void pop3_stat(pop3_server *server)
{
    uint32_t messages = 0;
    uint64_t octets = 0;
    look_again(server);
    for (uint32_t n = 1; n <= server->visible; n++) {
        if (server->marked[n - 1] == 0 || mutant_is(server->settings, MUTANT_POP3_STAT_DELETED)) {
            messages++;
            octets += octets_of(server, n);
        }
    }
    if (mutant_is(server->settings, MUTANT_POP3_STAT_FORM)) {
        serve_octets_print(server->out, "+OK %u messages, %llu octets\r\n", messages, (unsigned long long)octets);
        return;
    }
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len += ms_pop3_drop_write(messages, octets, out, MS_POP3_RESPONSE_LINE_MAX);
    if (mutant_is(server->settings, MUTANT_POP3_STAT_TEXT)) {
        server->out->len -= sizeof "\r\n" - 1;
        serve_octets_text(server->out, " octets\r\n");
    }
}

/* --- listings ---------------------------------------------------------------------------------- */

typedef void write_item(pop3_server *server, uint32_t number);

static void write_scan(pop3_server *server, uint32_t number)
{
    const uint64_t octets = octets_of(server, number);
    const bool form = mutant_is(server->settings, MUTANT_POP3_LIST_FORM);
    if (form || mutant_is(server->settings, MUTANT_POP3_LIST_TEXT)) {
        serve_octets_print(server->out, "%u%s%llu%s\r\n", number, form ? "  " : " ", (unsigned long long)octets,
                           form ? "" : " octets");
        return;
    }
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len += ms_pop3_scan_write(number + server->offset, octets, out, MS_POP3_RESPONSE_LINE_MAX);
}

static void write_unique_id(pop3_server *server, uint32_t number)
{
    const char *id = server->view.messages[number - 1]->unique_id;
    if (pop3_mutant_unique_id(server, number))
        return;
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len +=
        ms_pop3_unique_id_write(number + server->offset, ms_span_make(id, strlen(id)), out, MS_POP3_RESPONSE_LINE_MAX);
}

/* What is different in LIST and UIDL. */
typedef struct listing {
    write_item *write;
    const char *title;
    serve_mutant shows_deleted, leaves_one_out, refuses_empty, ends_one;
} listing;

static const listing scan = {write_scan,
                             "Scan listing follows",
                             MUTANT_POP3_LIST_DELETED,
                             MUTANT_POP3_LIST_SHORT,
                             MUTANT_POP3_LIST_EMPTY,
                             MUTANT_POP3_LIST_ONE_DOT};
static const listing unique = {write_unique_id,        "Unique-id listing follows", MUTANT_POP3_UIDL_DELETED,
                               MUTANT_POP3_UIDL_SHORT, MUTANT_POP3_UIDL_EMPTY,      MUTANT_POP3_UIDL_ONE_DOT};

static void list_one(pop3_server *server, uint32_t shown, const listing *l)
{
    const uint32_t number = find(server, shown);
    if (number == 0)
        return;
    server->one = true;
    serve_octets_text(server->out, "+OK ");
    l->write(server, number);
    server->one = false;
    if (mutant_is(server->settings, l->ends_one))
        pop3_end(server);
}

static uint32_t unmarked(const pop3_server *server)
{
    uint32_t count = 0;
    for (uint32_t n = 0; n < server->visible; n++)
        count += server->marked[n] == 0 ? 1 : 0;
    return count;
}

/* With a number one line, without one a line for each message that is not marked. */
static void list(pop3_server *server, const ms_pop3_command *command, const listing *l)
{
    look_again(server);
    if (command->message.given) {
        list_one(server, command->message.number, l);
        return;
    }
    const bool all_gone = mutant_is(server->settings, MUTANT_POP3_LIST_ALL_DELETED) && l == &scan &&
                          server->visible > 0 && unmarked(server) == 0;
    if (all_gone || (mutant_is(server->settings, l->refuses_empty) && server->visible == 0)) {
        pop3_err(server, "There are no messages");
        return;
    }
    pop3_ok(server, l->title);
    const uint32_t short_by = mutant_is(server->settings, l->leaves_one_out) ? 1 : 0;
    for (uint32_t n = 1; n + short_by <= server->visible; n++)
        if (server->marked[n - 1] == 0 || mutant_is(server->settings, l->shows_deleted))
            l->write(server, n);
    if (!(mutant_is(server->settings, MUTANT_POP3_NO_END) && l == &unique && server->more_waits))
        pop3_end(server);
}

void pop3_list(pop3_server *server, const ms_pop3_command *command)
{
    list(server, command, &scan);
}

void pop3_uidl(pop3_server *server, const ms_pop3_command *command)
{
    list(server, command, &unique);
}

/* --- messages ------------------------------------------------------------------------------------ */

/* RFC 6856 section 2.1: what a client that did not ask for UTF8 cannot take, and what nobody can. */
static bool can_be_sent(pop3_server *server, const store_message *message)
{
    if ((message->flags & STORE_BINARY) != 0 && !mutant_is(server->settings, MUTANT_POP3_BINARY_SENT)) {
        pop3_err(server, "[SYS/PERM] The message has binary content");
        return false;
    }
    const bool sends = server->utf8 ? !mutant_is(server->settings, MUTANT_POP3_UTF8_REFUSED)
                                    : mutant_is(server->settings, MUTANT_POP3_UTF8_UNASKED);
    if ((message->flags & STORE_UTF8_HEADER) != 0 && !sends) {
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
    if (server->raw) {
        serve_octets_add(server->out, piece);
        server->sent += piece.len;
    } else if (piece.len > 0) {
        server->sent += ms_stuffer_next(&server->stuffer, piece, out, room, &written);
    }
    server->out->len += written;
    if (server->sent < server->end)
        return;
    out = serve_octets_reserve(server->out, 5);
    if (server->raw)
        pop3_end(server);
    else
        server->out->len += ms_stuffer_end(&server->stuffer, out);
    server->sending = NULL;
}

/* The message that the command names; NULL where there is none, or it cannot be sent. */
static const store_message *message_of(pop3_server *server, uint32_t shown, uint32_t *number)
{
    *number = find(server, shown);
    if (*number == 0 || !can_be_sent(server, server->view.messages[*number - 1]))
        return NULL;
    return pop3_mutant_message(server, server->view.messages[*number - 1]);
}

void pop3_retr(pop3_server *server, const ms_pop3_command *command)
{
    uint32_t number;
    const store_message *message = message_of(server, command->message.number, &number);
    if (message == NULL)
        return;
    if (mutant_is(server->settings, MUTANT_POP3_RETR_MARKS))
        server->marked[number - 1] = 1;
    if (mutant_is(server->settings, MUTANT_POP3_QUIT_RETRIEVED) ||
        mutant_is(server->settings, MUTANT_POP3_DROP_RETRIEVED))
        server->touched[number - 1] = 1;
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
    uint32_t number;
    const uint64_t mask = mutant_is(server->settings, MUTANT_POP3_TOP_OVERFLOW) ? 0x7fffffff : UINT64_MAX;
    const uint64_t lines = command->top.lines & mask;
    const store_message *message = message_of(server, command->top.number, &number);
    if (message != NULL)
        send(server, message, pop3_mutant_top(server, message, lines, top_end(message, lines)));
}

/* DELE of the mutant that renumbers: the message goes to the end, and loses its number. */
static void put_last(pop3_server *server, uint32_t number)
{
    store_message *message = server->view.messages[number - 1];
    const size_t behind = server->visible - number;
    memmove(server->view.messages + number - 1, server->view.messages + number, behind * sizeof message);
    memmove(server->marked + number - 1, server->marked + number, behind);
    server->view.messages[server->visible - 1] = message;
    server->marked[server->visible - 1] = 1;
    server->visible--;
}

void pop3_dele(pop3_server *server, const ms_pop3_command *command)
{
    const uint32_t number = find(server, command->message.number);
    if (number == 0)
        return;
    server->touched[number - 1] |= mutant_is(server->settings, MUTANT_POP3_RSET_LATE) ? 1 : 0;
    if (mutant_is(server->settings, MUTANT_POP3_NUMBERS_FROM_ZERO))
        put_last(server, number);
    else if (!mutant_is(server->settings, MUTANT_POP3_DELE_NOTHING))
        server->marked[number - 1] = 1;
    if (mutant_is(server->settings, MUTANT_POP3_DELE_AT_ONCE) || mutant_is(server->settings, MUTANT_POP3_LOCK_SHARED))
        store_remove(server->settings->store, &server->view, number);
    pop3_ok(server, "Marked as deleted");
}

void pop3_rset(pop3_server *server)
{
    if (mutant_is(server->settings, MUTANT_POP3_RSET_NOTHING) && unmarked(server) == server->visible) {
        pop3_err(server, "No message is marked");
        return;
    }
    if (!mutant_is(server->settings, MUTANT_POP3_RSET_KEEPS)) {
        memset(server->marked, 0, server->view.count);
        server->visible = server->view.count;
    }
    if (mutant_is(server->settings, MUTANT_POP3_LOCK_RSET))
        store_unlock(server->settings->store, &server->view);
    pop3_ok(server, "No message is marked");
}
