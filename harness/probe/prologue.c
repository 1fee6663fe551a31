/* prologue.c - see prologue.h */
#include "harness/probe/prologue.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/probe/login_delay.h"
#include "harness/probe/manners.h"
#include "harness/result/escape.h"

static probe_reached why(probe_prologue *prologue, probe_reached reached, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static probe_reached why(probe_prologue *prologue, probe_reached reached, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(prologue->why, sizeof prologue->why, format, arguments);
    va_end(arguments);
    return reached;
}

void probe_reply_quote(probe_scope *scope, const probe_reply *reply, char *out, size_t room)
{
    static const char *const instead[] = {
        [PROBE_CAME_CLOSE] = "the server closed the connection",
        [PROBE_CAME_ALERT] = "a TLS alert came",
        [PROBE_CAME_SILENT] = "no reply came",
        [PROBE_CAME_FLOOD] = "the server sends without end",
        [PROBE_CAME_STOP] = "the run was stopped",
    };
    enum { QUOTED = 160 };
    if (reply->came != PROBE_CAME_REPLY) {
        snprintf(out, room, "%s", instead[reply->came]);
        return;
    }
    ms_span raw = probe_scope_shown(scope, reply->raw);
    while (raw.len > 0 && (raw.ptr[raw.len - 1] == '\n' || raw.ptr[raw.len - 1] == '\r'))
        raw.len--;
    size_t length = 0;
    for (size_t i = 0; i < raw.len && i < QUOTED && length + ESCAPE_MAX + 4 < room; i++)
        length += escape_octet(raw.ptr[i], out + length);
    snprintf(out + length, room - length, "%s", raw.len > QUOTED ? "..." : "");
}

probe_came probe_ask(probe_peer *peer, const char *line, probe_reply *reply)
{
    probe_peer_say_text(peer, line);
    return probe_peer_take(peer, PROBE_SHAPE_BY_COMMAND, probe_peer_reply_end(peer, peer->settings->reply_ms), reply);
}

static bool is_positive(const probe_peer *peer, const probe_reply *reply)
{
    if (reply->came != PROBE_CAME_REPLY)
        return false;
    return peer->pop3_spoken ? reply->indicator == MS_POP3_POSITIVE : reply->code / 100 == 2;
}

static bool has_code(const probe_reply *reply, const char *code)
{
    return !ms_span_is_absent(reply->response_code) && probe_is_word(reply->response_code, code);
}

/* Rate limits, load, greylisting, a maildrop that is busy: the RFCs allow them everywhere, and they pass. */
static bool is_passing(const probe_peer *peer, const probe_reply *reply)
{
    if (reply->came == PROBE_CAME_CLOSE)
        return true;
    if (reply->came != PROBE_CAME_REPLY)
        return false;
    if (peer->pop3_spoken)
        return has_code(reply, "IN-USE") || has_code(reply, "LOGIN-DELAY") || has_code(reply, "SYS/TEMP");
    return reply->code / 100 == 4;
}

static probe_reached refused(probe_prologue *prologue, const char *what, const probe_reply *reply)
{
    char quoted[240];
    probe_reply_quote(prologue->peer->scope, reply, quoted, sizeof quoted);
    return why(prologue,
               is_passing(prologue->peer, reply) || probe_tells_of_limit(reply) ? PROBE_REACHED_LATER
                                                                                : PROBE_REACHED_NOT,
               "%s: %s", what, quoted);
}

/* --- the steps --------------------------------------------------------------------- */

probe_reached probe_prologue_open(probe_prologue *prologue)
{
    const net_status status = probe_peer_open(prologue->peer, &prologue->endpoint->target);
    prologue->offer.known = false;
    switch (status) {
    case NET_OK:
        return PROBE_REACHED;
    case NET_REFUSED:
    case NET_FAILED:
        return why(prologue, PROBE_REACHED_NOWHERE, "%s", prologue->peer->detail);
    case NET_TIMEOUT:
    case NET_CLOSED:
    case NET_RESET:
        return why(prologue, PROBE_REACHED_LATER, "%s", prologue->peer->detail);
    case NET_ALERT:
    case NET_PLAIN:
    case NET_UNTRUSTED:
        break;
    }
    return why(prologue, PROBE_REACHED_NOT, "TLS: %s", prologue->peer->detail);
}

probe_reached probe_prologue_greeting(probe_prologue *prologue, probe_reply *reply)
{
    probe_peer *peer = prologue->peer;
    probe_peer_take(peer, PROBE_SHAPE_SINGLE, probe_peer_reply_end(peer, peer->settings->reply_ms), reply);
    if (!is_positive(peer, reply)) {
        /* 554 to too many connections is a fact of life */
        if (reply->came == PROBE_CAME_REPLY && !peer->pop3_spoken && reply->code / 100 == 5) {
            refused(prologue, "greeting", reply);
            return PROBE_REACHED_LATER;
        }
        return refused(prologue, "greeting", reply);
    }
    if (!peer->pop3_spoken)
        return PROBE_REACHED;
    const uint8_t *open = memchr(reply->text.ptr, '<', reply->text.len);
    const uint8_t *close = open == NULL ? NULL : memchr(open, '>', reply->text.len - (size_t)(open - reply->text.ptr));
    if (close != NULL)
        probe_scope_set(peer->scope, MS_SPAN("timestamp"), ms_span_make(open, (size_t)(close - open) + 1));
    return PROBE_REACHED;
}

probe_reached probe_prologue_hello(probe_prologue *prologue, mst_arena *arena)
{
    probe_peer *peer = prologue->peer;
    probe_reply reply;
    char line[400];
    if (peer->pop3_spoken) {
        if (probe_ask(peer, "CAPA", &reply) != PROBE_CAME_REPLY)
            return refused(prologue, "CAPA", &reply);
        if (is_positive(peer, &reply))
            probe_offer_read(&prologue->offer, arena, &reply);
        return PROBE_REACHED;
    }
    const char *verb = prologue->endpoint->target.protocol == NET_LMTP ? "LHLO" : "EHLO";
    const probe_value *client = probe_scope_find(peer->scope, MS_SPAN("client"));
    snprintf(line, sizeof line, "%s %.*s", verb, client == NULL ? 0 : (int)client->octets.len,
             client == NULL ? "" : (const char *)client->octets.ptr);
    probe_ask(peer, line, &reply);
    if (!is_positive(peer, &reply))
        return refused(prologue, verb, &reply);
    probe_offer_read(&prologue->offer, arena, &reply);
    return PROBE_REACHED;
}

probe_reached probe_prologue_tls(probe_prologue *prologue)
{
    probe_peer *peer = prologue->peer;
    probe_reply reply;
    const char *verb = peer->pop3_spoken ? "STLS" : "STARTTLS";
    if (net_tls_active(peer->stream))
        return PROBE_REACHED;
    probe_ask(peer, verb, &reply);
    if (!is_positive(peer, &reply))
        return refused(prologue, verb, &reply);
    const net_status status = probe_peer_tls(peer, &peer->settings->tls, 0);
    if (status != NET_OK)
        return why(prologue, PROBE_REACHED_NOT, "TLS: %s", peer->detail);
    return peer->pop3_spoken ? PROBE_REACHED : probe_prologue_hello(prologue, &peer->scope->arena);
}

/* --- the mail transaction ------------------------------------------------------------- */

static probe_reached mail_step(probe_prologue *prologue, const char *format, const char *name, unsigned wanted)
{
    probe_peer *peer = prologue->peer;
    const probe_value *mailbox = name == NULL ? NULL : probe_scope_find(peer->scope, ms_span_make(name, strlen(name)));
    char line[600];
    probe_reply reply;
    if (name != NULL && mailbox == NULL)
        return why(prologue, PROBE_REACHED_NOT, "no %s address was given", name);
    const ms_span octets = mailbox == NULL ? MS_SPAN("") : mailbox->octets;
    snprintf(line, sizeof line, "%s%.*s%s", format, (int)octets.len, (const char *)octets.ptr, name == NULL ? "" : ">");
    probe_ask(peer, line, &reply);
    if (reply.came != PROBE_CAME_REPLY || reply.code / 100 != wanted)
        return refused(prologue, line, &reply);
    return PROBE_REACHED;
}

/* The whole transaction in one segment, up to DATA, where PIPELINING is offered (RFC 2920 section 3.1). */
static probe_reached in_one_group(probe_prologue *prologue)
{
    probe_peer *peer = prologue->peer;
    const probe_value *from = probe_scope_find(peer->scope, MS_SPAN("from"));
    const probe_value *rcpt = probe_scope_find(peer->scope, MS_SPAN("rcpt"));
    char group[1200];
    if (from == NULL || rcpt == NULL)
        return why(prologue, PROBE_REACHED_NOT, "no address was given");
    snprintf(group, sizeof group, "MAIL FROM:<%.*s>\r\nRCPT TO:<%.*s>\r\nDATA", (int)from->octets.len,
             (const char *)from->octets.ptr, (int)rcpt->octets.len, (const char *)rcpt->octets.ptr);
    static const struct {
        const char *what;
        unsigned wanted;
    } replies[] = {{"MAIL", 2}, {"RCPT", 2}, {"DATA", 3}};
    probe_peer_say_text(peer, group);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        probe_reply reply;
        const net_deadline end = probe_peer_reply_end(peer, peer->settings->reply_ms);
        if (probe_peer_take(peer, PROBE_SHAPE_SINGLE, end, &reply) != PROBE_CAME_REPLY ||
            reply.code / 100 != replies[i].wanted)
            return refused(prologue, replies[i].what, &reply);
    }
    return PROBE_REACHED;
}

static probe_reached transaction(probe_prologue *prologue, mst_state state)
{
    if (state == MST_STATE_DATA && prologue->peer->feed == PROBE_FEED_PIPELINED &&
        probe_offer_has(&prologue->offer, MS_SPAN("PIPELINING"), ms_span_absent()))
        return in_one_group(prologue);
    probe_reached reached = mail_step(prologue, "MAIL FROM:<", "from", 2);
    if (reached == PROBE_REACHED && state != MST_STATE_MAIL)
        reached = mail_step(prologue, "RCPT TO:<", "rcpt", 2);
    if (reached == PROBE_REACHED && state == MST_STATE_DATA)
        reached = mail_step(prologue, "DATA", NULL, 3);
    return reached;
}

/* --- all of it --------------------------------------------------------------------------- */

static bool needs_tls(const probe_prologue *prologue, mst_state state, bool login)
{
    const probe_endpoint *endpoint = prologue->endpoint;
    if (state == MST_STATE_TLS || prologue->wants_tls)
        return true;
    return !net_tls_active(prologue->peer->stream) &&
           ((login && endpoint->login_tls) ||
            (state >= MST_STATE_READY && state <= MST_STATE_DATA && endpoint->tls_required));
}

static bool needs_login(const probe_prologue *prologue, mst_state state)
{
    if (state == MST_STATE_AUTH || state == MST_STATE_TRANSACTION)
        return true;
    return state >= MST_STATE_READY && state <= MST_STATE_DATA && prologue->endpoint->auth_required;
}

/* Without it a server keeps messages with UTF-8 in their header sections to itself (RFC 6856 section 2.1).  A refusal
 * changes nothing. */
static void ask_for_utf8(probe_prologue *prologue)
{
    const probe_endpoint *endpoint = prologue->endpoint;
    const probe_offer *offer = net_tls_active(prologue->peer->stream) ? &endpoint->tls : &endpoint->clear;
    probe_reply reply;
    if (probe_offer_has(offer, MS_SPAN("UTF8"), ms_span_absent()))
        probe_ask(prologue->peer, "UTF8", &reply);
}

probe_reached probe_prologue_run(probe_prologue *prologue, mst_state state)
{
    const bool pop3 = prologue->endpoint->target.protocol == NET_POP3;
    const bool login = needs_login(prologue, state);
    probe_reply greeting;
    if (pop3 && login)
        probe_login_delay_wait(prologue->endpoint, prologue->peer->ledger, prologue->peer->case_end,
                               prologue->peer->stop);
    probe_reached reached = probe_prologue_open(prologue);
    if (reached != PROBE_REACHED || state == MST_STATE_CONNECTED)
        return reached;
    reached = probe_prologue_greeting(prologue, &greeting);
    if (reached != PROBE_REACHED || state == MST_STATE_GREETED)
        return reached;
    if (!pop3)
        reached = probe_prologue_hello(prologue, &prologue->peer->scope->arena);
    if (reached == PROBE_REACHED && needs_tls(prologue, state, login))
        reached = probe_prologue_tls(prologue);
    if (reached == PROBE_REACHED && pop3 && prologue->utf8)
        ask_for_utf8(prologue);
    if (reached == PROBE_REACHED && login)
        reached = probe_prologue_login(prologue);
    if (reached == PROBE_REACHED && !pop3 && state >= MST_STATE_MAIL && state <= MST_STATE_DATA)
        reached = transaction(prologue, state);
    return reached;
}
