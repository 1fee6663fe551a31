/* peer.c - see peer.h */
#include "harness/probe/peer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    SLICE_MS = 200,           /* how soon a stop of the run is noticed */
    READ_ROOM = 64 * 1024,    /* octets read at a time */
    WRITE_PIECE = 64 * 1024,  /* octets written before we look for replies */
    LOGIN_MS = 30 * 1000,     /* what a refused login may take */
    OCTET_FEED_MAX = 8 * 1024 /* octets of one write that --feed octet cuts; the rest goes whole */
};

net_deadline probe_peer_reply_end(const probe_peer *peer, int64_t milliseconds)
{
    return net_sooner(net_in(milliseconds), peer->case_end);
}

int64_t probe_login_patience(int64_t milliseconds)
{
    return milliseconds < LOGIN_MS ? LOGIN_MS : milliseconds;
}

int64_t probe_peer_patience(const probe_peer *peer, int64_t milliseconds)
{
    return peer->login_due ? probe_login_patience(milliseconds) : milliseconds;
}

/* PASS, APOP or AUTH stands among the lines. */
static bool has_login(ms_span octets)
{
    static const char *const verbs[] = {"PASS", "APOP", "AUTH"};
    for (size_t at = 0; at + 4 <= octets.len; at++) {
        if (at > 0 && octets.ptr[at - 1] != '\n')
            continue;
        for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
            if (strncasecmp((const char *)octets.ptr + at, verbs[i], 4) == 0)
                return true;
    }
    return false;
}

mst_protocol probe_protocol(net_protocol protocol)
{
    switch (protocol) {
    case NET_SMTP:
        return MST_SMTP;
    case NET_SUBMISSION:
        return MST_SUBMISSION;
    case NET_LMTP:
        return MST_LMTP;
    case NET_POP3:
        break;
    }
    return MST_POP3;
}

/* --- opening and closing ------------------------------------------------------------- */

static void begin_session(probe_peer *peer, const net_target *target)
{
    peer->target = target;
    peer->pop3_spoken = target->protocol == NET_POP3;
    peer->session = probe_log_open(peer->log, peer->name, peer->pop3_spoken, target->implicit_tls && !peer->clear);
    probe_listen_begin(&peer->listener, probe_protocol(target->protocol), peer->findings, peer->session);
    probe_framer_init(&peer->framer);
    peer->taken = 0;
    peer->awaited = 0;
    peer->refusals = 0;
    peer->refused = false;
    peer->ended = NET_OK;
    peer->hasty = peer->crowded = peer->flooded = peer->quit_said = peer->quit_answered = peer->authenticated =
        peer->login_due = false;
    peer->said = net_now();
}

net_status probe_peer_open(probe_peer *peer, const net_target *target)
{
    net_status status;
    probe_peer_close(peer, MST_ENDING_PLAIN, 0);
    peer->detail[0] = '\0';
    peer->stream = net_connect(target, probe_peer_reply_end(peer, peer->settings->reply_ms), &status, peer->detail,
                               sizeof peer->detail);
    if (peer->stream == NULL)
        return status;
    atomic_fetch_add(&peer->ledger->connections, 1);
    begin_session(peer, target);
    if (!target->implicit_tls || peer->clear)
        return NET_OK;
    status = probe_peer_tls(peer, &peer->settings->tls, 0);
    if (status != NET_OK)
        probe_peer_close(peer, MST_ENDING_PLAIN, 0);
    return status;
}

void probe_peer_close(probe_peer *peer, mst_ending ending, uint32_t line)
{
    if (peer->stream == NULL)
        return;
    probe_log_add(peer->log, PROBE_LOG_HANGUP, peer->session, line, ms_span_absent());
    if (ending == MST_ENDING_HALF) {
        net_shutdown(peer->stream);
        return;
    }
    if (peer->ended == NET_OK)
        probe_listen_close(&peer->listener, MS_CLIENT);
    atomic_fetch_add(&peer->ledger->sent, net_sent(peer->stream));
    atomic_fetch_add(&peer->ledger->received, net_received(peer->stream));
    atomic_fetch_add(&peer->ledger->messages, peer->listener.mails);
    atomic_fetch_add(&peer->ledger->recipients, peer->listener.recipients);
    if (ending == MST_ENDING_RESET)
        net_reset(peer->stream);
    net_free(peer->stream);
    peer->stream = NULL;
    probe_listen_end(&peer->listener);
    octet_buffer_drop(&peer->in, octet_buffer_span(&peer->in).len);
    octet_buffer_drop(&peer->held, octet_buffer_span(&peer->held).len);
    octet_buffer_drop(&peer->held_shown, octet_buffer_span(&peer->held_shown).len);
}

void probe_peer_free(probe_peer *peer)
{
    probe_peer_close(peer, MST_ENDING_PLAIN, 0);
    octet_buffer_free(&peer->in);
    octet_buffer_free(&peer->held);
    octet_buffer_free(&peer->held_shown);
}

/* --- reading ----------------------------------------------------------------------------- */

static void note_end(probe_peer *peer, net_status status)
{
    if (peer->ended != NET_OK)
        return;
    peer->ended = status;
    probe_log_add(peer->log, PROBE_LOG_CLOSE, peer->session, peer->listener.line, ms_span_absent());
    probe_listen_close(&peer->listener, MS_SERVER);
}

/* A TLS alert where text is due: whoever was to take part in a handshake was told something else instead. */
static bool is_alert_in_clear(const probe_peer *peer, ms_span heard)
{
    enum { ALERT = 0x15, MAJOR = 3 };
    return !net_tls_active(peer->stream) && !probe_peer_has_octets(peer) && heard.len >= 2 && heard.ptr[0] == ALERT &&
           heard.ptr[1] == MAJOR;
}

/* The record is no reply; what stands behind it may be one, from a server that goes on in clear. */
static void take_alert(probe_peer *peer, ms_span heard)
{
    enum { HEADER = 5 };
    const size_t record = heard.len < HEADER ? heard.len : HEADER + ((size_t)heard.ptr[3] << 8 | heard.ptr[4]);
    const size_t length = record < heard.len ? record : heard.len;
    const ms_span rest = ms_span_make(heard.ptr + length, heard.len - length);
    probe_log_add(peer->log, PROBE_LOG_HEARD, peer->session, peer->listener.line, heard);
    peer->alerted = true;
    peer->listener.deaf = true; /* what answers what, from here on, is anybody's guess */
    octet_buffer_add(&peer->in, rest);
    if (rest.len > 0)
        probe_listen(&peer->listener, MS_SERVER, rest);
}

/* Some octets, or the end of the connection; false when neither came in time. */
static bool read_some(probe_peer *peer, net_deadline end)
{
    uint8_t octets[READ_ROOM];
    size_t got = 0;
    net_status status;
    if (peer->ended != NET_OK || peer->flooded)
        return false;
    do {
        if (atomic_load(peer->stop))
            return false;
        status = net_read(peer->stream, octets, sizeof octets, &got, net_sooner(end, net_in(SLICE_MS)));
    } while (status == NET_TIMEOUT && net_left(end) > 0);
    if (status == NET_TIMEOUT)
        return false;
    if (status != NET_OK) {
        note_end(peer, status);
        return true;
    }
    const ms_span heard = ms_span_make(octets, got);
    if (is_alert_in_clear(peer, heard)) {
        take_alert(peer, heard);
        return true;
    }
    octet_buffer_add(&peer->in, heard);
    probe_log_add(peer->log, PROBE_LOG_HEARD, peer->session, peer->listener.line, heard);
    probe_listen(&peer->listener, MS_SERVER, heard);
    if (net_received(peer->stream) > peer->settings->received_max ||
        octet_buffer_span(&peer->in).len > PROBE_RECEIVED_MAX)
        peer->flooded = true;
    return true;
}

static bool is_whole(probe_peer *peer, probe_shape shape)
{
    const ms_span input = octet_buffer_span(&peer->in);
    if (!peer->pop3_spoken)
        return probe_frame_smtp(&peer->framer, input);
    if (!probe_frame_status(&peer->framer, input))
        return false;
    bool multi = shape == PROBE_SHAPE_MULTI;
    if (shape == PROBE_SHAPE_BY_COMMAND) {
        const probe_hint *hint = probe_listen_hint(&peer->listener, peer->taken);
        multi = hint != NULL && hint->multi_line;
    }
    return probe_frame_pop3(&peer->framer, input, multi);
}

static bool is_login(const probe_peer *peer, const probe_reply *reply)
{
    if (!peer->pop3_spoken)
        return reply->code == 235;
    const uint8_t verb = reply->answered;
    return reply->indicator == MS_POP3_POSITIVE &&
           (verb == MS_POP3_PASS || verb == MS_POP3_APOP || verb == MS_POP3_AUTH || verb == MS_POP3_AUTH_RESPONSE);
}

/* When the account has logged in, or will: see login_delay.h. */
static void note_login(probe_ledger *ledger)
{
    const long long now = net_now();
    long long last = atomic_load(&ledger->last_login);
    while (last < now && !atomic_compare_exchange_weak(&ledger->last_login, &last, now))
        ;
}

static void hand_out(probe_peer *peer, probe_reply *reply)
{
    const ms_span raw = ms_span_make(octet_buffer_span(&peer->in).ptr, peer->framer.done);
    const probe_hint *hint = probe_listen_hint(&peer->listener, peer->taken);
    reply->came = PROBE_CAME_REPLY;
    reply->answered = hint == NULL ? 0 : hint->verb;
    if (peer->pop3_spoken)
        probe_reply_read_pop3(reply, peer->scope, raw, &peer->framer);
    else
        probe_reply_read_smtp(reply, peer->scope, raw);
    peer->taken += raw.len;
    octet_buffer_drop(&peer->in, raw.len);
    probe_framer_init(&peer->framer);
    peer->awaited++;
    peer->refused = !peer->pop3_spoken && reply->code >= 400;
    peer->refusals += peer->refused;
    const bool in = is_login(peer, reply);
    peer->authenticated |= in;
    if (in && peer->pop3_spoken)
        note_login(peer->ledger);
    if (peer->let_in != NULL)
        *peer->let_in |= in;
    if (reply->code / 100 != 3 && reply->indicator != MS_POP3_CONTINUATION)
        peer->login_due = false;
    if (!peer->pop3_spoken)
        peer->quit_answered = reply->code == 221; /* to whatever was taken for QUIT */
    else if (peer->quit_said)
        peer->quit_answered = reply->answered == MS_POP3_QUIT && reply->indicator == MS_POP3_POSITIVE;
}

/* --- how long ------------------------------------------------------------------------------- */

/* Is it the time of every reply, and not one that the case has chosen? */
static bool is_usual(const probe_peer *peer, int64_t patience)
{
    enum { SLACK_MS = 100 };
    return patience <= peer->settings->reply_ms && patience + SLACK_MS >= peer->settings->reply_ms;
}

/* A server that leaves replies out, or connections open, does so in case after case.  The first ones are waited for in full;
 * behind them it is enough to wait for much longer than any of its replies took: otherwise one fault takes an hour. */
static net_deadline hurried(const probe_peer *peer, net_deadline end)
{
    enum { MANY_SILENT = 6, MANY_STAYED = 3, STAYS_MS = 500, LEAST_MS = 1000, TIMES = 8 };
    const probe_ledger *ledger = peer->ledger;
    const bool pop3 = peer->pop3_spoken;
    if (peer->quit_answered && atomic_load(&ledger->stayed[pop3]) >= MANY_STAYED)
        return net_sooner(end, net_in(STAYS_MS));
    if (peer->login_due || !is_usual(peer, net_left(end)) || atomic_load(&ledger->silent[pop3]) < MANY_SILENT)
        return end;
    const int64_t slow = (int64_t)atomic_load(&ledger->slowest[pop3]) * TIMES;
    return net_sooner(end, net_in(slow < LEAST_MS ? LEAST_MS : slow));
}

static void note_silence(const probe_peer *peer, int64_t patience)
{
    if (!is_usual(peer, patience))
        return;
    atomic_fetch_add(
        peer->quit_answered ? &peer->ledger->stayed[peer->pop3_spoken] : &peer->ledger->silent[peer->pop3_spoken], 1);
}

static void note_wait(const probe_peer *peer, int64_t milliseconds)
{
    atomic_uint *slowest = &peer->ledger->slowest[peer->pop3_spoken];
    unsigned known = atomic_load(slowest);
    if (peer->login_due || milliseconds <= known)
        return;
    while (milliseconds > known && !atomic_compare_exchange_weak(slowest, &known, (unsigned)milliseconds))
        ;
}

static bool has_line(ms_span octets, size_t from)
{
    return octets.len > from && memchr(octets.ptr + from, '\n', octets.len - from) != NULL;
}

/* The time is over, but a long message is still coming, over a slow line or from a slow server, or a reply line by line: Postfix
 * waits before each where it has counted errors (smtpd_error_sleep_time).  *seen: how many octets of it had come when the time
 * began.  A trickle does not count. */
static bool is_under_way(const probe_peer *peer, size_t *seen)
{
    enum { TRICKLE = 1024 };
    const size_t now = octet_buffer_span(&peer->in).len;
    const size_t before = *seen;
    *seen = now;
    return peer->ended == NET_OK && !peer->flooded && !atomic_load(peer->stop) && net_left(peer->case_end) > 0 &&
           (now >= before + TRICKLE || (!peer->pop3_spoken && has_line(octet_buffer_span(&peer->in), before)));
}

/* Of what is no reply: enough to show. */
static ms_span beginning(ms_span octets)
{
    enum { SHOWN = 64 * 1024 };
    return octets.len <= SHOWN ? octets : ms_span_make(octets.ptr, SHOWN);
}

probe_came probe_peer_take(probe_peer *peer, probe_shape shape, net_deadline end, probe_reply *reply)
{
    memset(reply, 0, sizeof *reply);
    reply->raw = reply->text = reply->content = MS_SPAN("");
    reply->at = peer->taken;
    reply->came = PROBE_CAME_CLOSE;
    if (peer->stream == NULL)
        return reply->came;
    end = hurried(peer, end);
    const net_deadline begun = net_now();
    const int64_t patience = net_left(end);
    size_t seen = octet_buffer_span(&peer->in).len;
    bool late = false; /* what waits is read once when the time of the case is over; not for as long as there is more */
    while (!peer->alerted && (net_left(peer->case_end) == 0 || !is_whole(peer, shape))) {
        if (!late && read_some(peer, end)) {
            late = net_left(peer->case_end) == 0;
            continue;
        }
        if (is_under_way(peer, &seen)) {
            end = probe_peer_reply_end(peer, patience);
            continue;
        }
        reply->raw = probe_scope_copy(peer->scope, beginning(octet_buffer_span(&peer->in)));
        reply->waited_ms = net_now() - peer->said;
        if (peer->ended != NET_OK)
            reply->came = peer->ended == NET_ALERT ? PROBE_CAME_ALERT : PROBE_CAME_CLOSE;
        else if (peer->flooded)
            reply->came = PROBE_CAME_FLOOD;
        else
            reply->came = atomic_load(peer->stop) ? PROBE_CAME_STOP : PROBE_CAME_SILENT;
        if (reply->came == PROBE_CAME_SILENT)
            note_silence(peer, patience);
        return reply->came;
    }
    reply->waited_ms = net_now() - peer->said;
    if (peer->alerted) {
        peer->alerted = false;
        return reply->came = PROBE_CAME_ALERT;
    }
    note_wait(peer, net_now() - begun);
    hand_out(peer, reply);
    return reply->came;
}

bool probe_peer_has_octets(const probe_peer *peer)
{
    return octet_buffer_span(&peer->in).len > 0;
}

bool probe_peer_any(probe_peer *peer, net_deadline end)
{
    if (peer->stream == NULL || probe_peer_has_octets(peer) || peer->ended != NET_OK)
        return true;
    return read_some(peer, end);
}

unsigned probe_peer_waiting(const probe_peer *peer)
{
    const ms_span all = octet_buffer_span(&peer->in);
    unsigned whole = 0;
    for (size_t done = 0; done < all.len; whole++) {
        const ms_span rest = ms_span_make(all.ptr + done, all.len - done);
        probe_framer framer;
        probe_framer_init(&framer);
        if (!(peer->pop3_spoken ? probe_frame_status(&framer, rest) : probe_frame_smtp(&framer, rest)))
            break;
        done += framer.done;
    }
    return whole;
}

void probe_peer_await(probe_peer *peer, unsigned count, net_deadline end)
{
    while (peer->stream != NULL && peer->ended == NET_OK && probe_peer_waiting(peer) < count)
        if (!read_some(peer, end))
            return;
}

ms_span probe_peer_next_line(const probe_peer *peer)
{
    const ms_span all = octet_buffer_span(&peer->in);
    const uint8_t *newline = all.len == 0 ? NULL : memchr(all.ptr, '\n', all.len);
    return newline == NULL ? MS_SPAN("") : ms_span_make(all.ptr, (size_t)(newline - all.ptr));
}

bool probe_peer_read_content(probe_peer *peer, int64_t milliseconds, bool (*sink)(void *context, ms_span slice),
                             void *context)
{
    ms_content content;
    ms_content_init(&content);
    for (;;) {
        const ms_content_slice slice = ms_content_next(&content, octet_buffer_span(&peer->in));
        const bool wanted = sink == NULL || slice.slice.len == 0 || sink(context, slice.slice);
        peer->taken += slice.consumed;
        octet_buffer_drop(&peer->in, slice.consumed);
        if (slice.status == MS_CONTENT_END || !wanted)
            return wanted;
        const net_deadline end = probe_peer_reply_end(peer, milliseconds);
        if (slice.status == MS_CONTENT_NEED_MORE && (!read_some(peer, end) || peer->ended != NET_OK))
            return false;
    }
}

void probe_peer_skip_lines(probe_peer *peer, net_deadline end)
{
    probe_peer_read_content(peer, end - net_now(), NULL, NULL);
}

/* --- writing ------------------------------------------------------------------------------- */

/* The whole piece; replies that come meanwhile are read, so that neither side waits for the other for ever. */
static bool write_piece(probe_peer *peer, ms_span piece)
{
    while (peer->ended == NET_OK && !peer->flooded && net_readable(peer->stream))
        if (!read_some(peer, net_now()))
            break;
    const net_deadline end = probe_peer_reply_end(peer, peer->settings->reply_ms);
    const net_status status = net_write(peer->stream, piece, end);
    if (status == NET_OK)
        return true;
    /* a reply may stand before the end: it is read when somebody takes it */
    snprintf(peer->detail, sizeof peer->detail, "writing: %s", net_status_name(status));
    return false;
}

static bool is_several(ms_span octets)
{
    const uint8_t *newline = octets.len == 0 ? NULL : memchr(octets.ptr, '\n', octets.len);
    return newline != NULL && newline + 1 < octets.ptr + octets.len;
}

static size_t piece_length(const probe_peer *peer, ms_span octets, size_t done)
{
    const size_t left = octets.len - done;
    if (peer->feed == PROBE_FEED_OCTET && done < OCTET_FEED_MAX)
        return 1;
    if (peer->feed == PROBE_FEED_LINE) {
        const uint8_t *newline = memchr(octets.ptr + done, '\n', left);
        const size_t line = newline == NULL ? left : (size_t)(newline - octets.ptr) - done + 1;
        return line < WRITE_PIECE ? line : WRITE_PIECE;
    }
    return left < WRITE_PIECE ? left : WRITE_PIECE;
}

static bool write_all(probe_peer *peer, ms_span octets)
{
    for (size_t done = 0; done < octets.len;) {
        const size_t length = piece_length(peer, octets, done);
        if (!write_piece(peer, ms_span_make(octets.ptr + done, length)))
            return false;
        done += length;
    }
    return true;
}

void probe_peer_hold(probe_peer *peer, ms_span octets, ms_span shown)
{
    octet_buffer_add(&peer->held, octets);
    octet_buffer_add(&peer->held_shown, shown);
}

bool probe_peer_say(probe_peer *peer, ms_span octets, ms_span shown, uint32_t line)
{
    if (peer->stream == NULL)
        return false;
    probe_peer_hold(peer, octets, shown);
    const ms_span all = octet_buffer_span(&peer->held);
    peer->listener.line = line;
    peer->hasty |= peer->awaited == 0;
    peer->crowded |= is_several(all);
    peer->listener.hurried = peer->hasty || peer->crowded;
    probe_log_add(peer->log, PROBE_LOG_SAID, peer->session, line, octet_buffer_span(&peer->held_shown));
    probe_listen(&peer->listener, MS_CLIENT, all);
    peer->login_due |= all.len < 16384 && has_login(all);
    peer->said = net_now();
    const bool written = write_all(peer, all);
    octet_buffer_drop(&peer->held, all.len);
    octet_buffer_drop(&peer->held_shown, octet_buffer_span(&peer->held_shown).len);
    return written;
}

bool probe_peer_say_text(probe_peer *peer, const char *line_text)
{
    char line[1200];
    const int length = snprintf(line, sizeof line, "%s\r\n", line_text);
    if (length < 0 || (size_t)length >= sizeof line)
        return false;
    const ms_span octets = ms_span_make(line, (size_t)length);
    return probe_peer_say(peer, octets, octets, peer->listener.line);
}

/* --- TLS -------------------------------------------------------------------------------------- */

net_status probe_peer_tls(probe_peer *peer, const net_tls_settings *settings, uint32_t line)
{
    const ms_span held = octet_buffer_span(&peer->held);
    const net_deadline end = probe_peer_reply_end(peer, peer->settings->reply_ms);
    peer->listener.line = line;
    if (probe_peer_has_octets(peer)) {
        snprintf(peer->detail, sizeof peer->detail, "octets in clear stand behind the reply that allows TLS");
        return NET_PLAIN;
    }
    if (held.len > 0) {
        probe_log_add(peer->log, PROBE_LOG_SAID, peer->session, line, octet_buffer_span(&peer->held_shown));
        probe_listen(&peer->listener, MS_CLIENT, held);
        const net_status sent = net_hold(peer->stream, held, end);
        octet_buffer_drop(&peer->held, held.len);
        octet_buffer_drop(&peer->held_shown, octet_buffer_span(&peer->held_shown).len);
        if (sent != NET_OK)
            return sent;
    }
    const net_status status =
        net_tls_connect(peer->stream, peer->target, settings, end, peer->detail, sizeof peer->detail);
    if (status == NET_OK) {
        peer->authenticated = false; /* forgotten by both sides (RFC 3207 section 4.2) */
        probe_log_add(peer->log, PROBE_LOG_TLS, peer->session, line, ms_span_absent());
        probe_listen_tls(&peer->listener);
    } else if (status == NET_CLOSED || status == NET_RESET || status == NET_ALERT || status == NET_UNTRUSTED) {
        note_end(peer, status);
    }
    return status;
}
