/* link.c - see link.h */
#include "harness/client/link.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "harness/probe/sasl.h"
#include "harness/result/escape.h"

enum { SESSION_MS = 24 * 60 * 60 * 1000, ENDPOINT_MEMORY = 1024 * 1024 };

link_result link_fail(mail_link *l, link_result result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->why, sizeof l->why, format, arguments);
    va_end(arguments);
    return result;
}

/* --- the dialogue, shown ---------------------------------------------------------------------------- */

static void show_lines(FILE *out, const char *who, ms_span octets)
{
    while (octets.len > 0) {
        const uint8_t *newline = memchr(octets.ptr, '\n', octets.len);
        const size_t length = newline == NULL ? octets.len : (size_t)(newline - octets.ptr) + 1;
        size_t shown = length;
        if (shown >= 2 && octets.ptr[shown - 1] == '\n' && octets.ptr[shown - 2] == '\r')
            shown -= 2;
        fprintf(out, "%s ", who);
        escape_write(out, ms_span_make(octets.ptr, shown));
        fputc('\n', out);
        octets = ms_span_make(octets.ptr + length, octets.len - length);
    }
}

static void show_item(mail_link *l, const probe_log_item *item)
{
    FILE *out = l->settings->dialogue;
    const ms_span octets = probe_log_octets(&l->log, item);
    switch (item->kind) {
    case PROBE_LOG_SAID:
        show_lines(out, "C:", octets);
        break;
    case PROBE_LOG_HEARD:
        show_lines(out, "S:", probe_scope_shown(&l->scope, octets));
        break;
    case PROBE_LOG_TLS:
        fprintf(out, "-- %s, %s\n", net_tls_version(l->peer.stream), net_tls_cipher(l->peer.stream));
        break;
    case PROBE_LOG_CLOSE:
        fputs("-- the server closed the connection\n", out);
        break;
    case PROBE_LOG_HANGUP:
        break;
    }
}

void link_show(mail_link *l)
{
    if (l->settings->dialogue != NULL) {
        for (size_t i = 0; i < l->log.count; i++)
            show_item(l, &l->log.items[i]);
        if (l->log.lost > 0)
            fprintf(l->settings->dialogue, "-- %llu octets are not shown\n", (unsigned long long)l->log.lost);
    }
    l->log.count = 0;
    l->log.octets.len = 0;
    l->log.lost = 0;
}

/* --- asking -------------------------------------------------------------------------------------------- */

bool link_is_positive(const mail_link *l, const probe_reply *reply)
{
    if (reply->came != PROBE_CAME_REPLY)
        return false;
    return l->peer.pop3_spoken ? reply->indicator == MS_POP3_POSITIVE : reply->code / 100 == 2;
}

static link_result came(mail_link *l, const char *what, const probe_reply *reply)
{
    link_show(l);
    if (reply->came == PROBE_CAME_REPLY)
        return LINK_DONE;
    link_refused(l, what, reply);
    return LINK_UNREACHABLE;
}

link_result link_take(mail_link *l, probe_reply *reply)
{
    probe_peer_take(&l->peer, PROBE_SHAPE_BY_COMMAND, probe_peer_reply_end(&l->peer, l->settings->reply_ms), reply);
    return came(l, "waiting for a reply", reply);
}

link_result link_ask(mail_link *l, const char *line, probe_reply *reply)
{
    probe_ask(&l->peer, line, reply);
    return came(l, line, reply);
}

link_result link_refused(mail_link *l, const char *what, const probe_reply *reply)
{
    char quoted[240];
    probe_reply_quote(&l->scope, reply, quoted, sizeof quoted);
    return link_fail(l, LINK_REFUSED, "%.200s: %s", what, quoted);
}

/* --- opening ------------------------------------------------------------------------------------------- */

static link_result reached(mail_link *l, probe_reached how)
{
    link_show(l);
    if (how == PROBE_REACHED)
        return LINK_DONE;
    const bool gone = how == PROBE_REACHED_NOWHERE || l->peer.stream == NULL || l->peer.ended != NET_OK;
    return link_fail(l, gone ? LINK_UNREACHABLE : LINK_REFUSED, "%s", l->prologue.why);
}

/* RFC 5321 section 3.2: a client whose EHLO is refused goes on with HELO. */
static link_result hello(mail_link *l)
{
    probe_reply reply;
    char line[300];
    const link_result result = reached(l, probe_prologue_hello(&l->prologue, &l->endpoint.arena));
    if (result != LINK_REFUSED || l->endpoint.target.protocol == NET_LMTP || l->peer.pop3_spoken)
        return result;
    snprintf(line, sizeof line, "HELO %.255s", l->settings->client);
    l->prologue.offer = (probe_offer){.known = true};
    if (link_ask(l, line, &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    return link_is_positive(l, &reply) ? LINK_DONE : link_refused(l, "HELO", &reply);
}

static link_result secure(mail_link *l)
{
    const bool pop3 = l->peer.pop3_spoken;
    const ms_span word = pop3 ? MS_SPAN("STLS") : MS_SPAN("STARTTLS");
    const bool offered = probe_offer_has(&l->prologue.offer, word, ms_span_absent());
    if (net_tls_active(l->peer.stream) || l->settings->tls_use == LINK_TLS_NEVER)
        return LINK_DONE;
    if (!offered && l->settings->tls_use == LINK_TLS_ALWAYS)
        return link_fail(l, LINK_REFUSED, "the server does not offer %s", pop3 ? "STLS" : "STARTTLS");
    if (!offered)
        return LINK_DONE;
    const link_result result = reached(l, probe_prologue_tls(&l->prologue));
    /* RFC 2595 section 4: what was offered in clear is forgotten */
    return result == LINK_DONE && pop3 ? hello(l) : result;
}

/* A password goes in clear only to this machine itself, or where the user said --tls never. */
static bool may_show_password(const mail_link *l)
{
    return net_tls_active(l->peer.stream) || net_target_is_local(&l->endpoint.target) ||
           l->settings->tls_use == LINK_TLS_NEVER;
}

static link_result login(mail_link *l)
{
    probe_endpoint *endpoint = &l->endpoint;
    const bool pop3 = l->peer.pop3_spoken;
    const uint32_t offered = probe_offer_mechanisms(&l->prologue.offer, pop3);
    const bool user =
        pop3 && (!l->prologue.offer.known || probe_offer_has(&l->prologue.offer, MS_SPAN("USER"), ms_span_absent()));
    const bool clear = may_show_password(l);
    if (l->settings->user == NULL)
        return LINK_DONE;
    endpoint->mechanism = offered == 0 ? MS_SASL_OTHER : probe_sasl_choose(offered, clear);
    const bool bare = endpoint->mechanism == MS_SASL_PLAIN || endpoint->mechanism == MS_SASL_LOGIN;
    if (bare && !clear)
        endpoint->mechanism = MS_SASL_OTHER;
    if (endpoint->mechanism != MS_SASL_OTHER)
        return reached(l, probe_prologue_login(&l->prologue));
    if (!pop3)
        return link_fail(l, LINK_REFUSED, "the server offers no mechanism to log in by%s",
                         offered != 0 && !clear ? " without TLS" : " that is known here");
    endpoint->apop_banner = probe_scope_find(&l->scope, MS_SPAN("timestamp")) != NULL;
    endpoint->auth_works = true;
    endpoint->user_pass = user && (clear || !endpoint->apop_banner);
    if (endpoint->user_pass && !clear)
        return link_fail(l, LINK_REFUSED,
                         "the password would go in clear: the server offers neither TLS nor APOP; "
                         "--tls never allows it");
    return reached(l, probe_prologue_login(&l->prologue));
}

static void prepare(mail_link *l, const link_settings *settings)
{
    memset(l, 0, sizeof *l);
    l->settings = settings;
    mst_arena_init(&l->endpoint.arena, ENDPOINT_MEMORY);
    probe_scope_init(&l->scope, 1);
    probe_scope_set_text(&l->scope, "client", settings->client);
    l->peer_settings = (probe_settings){.user = settings->user,
                                        .password = settings->password,
                                        .client = settings->client,
                                        .tls = settings->tls,
                                        .reply_ms = settings->reply_ms,
                                        .case_ms = SESSION_MS,
                                        .received_max = SIZE_MAX};
    l->peer = (probe_peer){.settings = &l->peer_settings,
                           .ledger = &l->ledger,
                           .stop = &l->stop,
                           .scope = &l->scope,
                           .log = &l->log,
                           .findings = &l->findings,
                           .case_end = net_in(SESSION_MS)};
    l->prologue = (probe_prologue){.endpoint = &l->endpoint, .peer = &l->peer, .prove = true};
}

link_result link_open(mail_link *l, const link_settings *settings)
{
    probe_reply greeting;
    prepare(l, settings);
    if (!net_target_parse(settings->url, &l->endpoint.target, l->why, sizeof l->why))
        return LINK_REFUSED;
    if (reached(l, probe_prologue_open(&l->prologue)) != LINK_DONE)
        return LINK_UNREACHABLE;
    link_result result = reached(l, probe_prologue_greeting(&l->prologue, &greeting));
    if (result == LINK_DONE)
        result = hello(l);
    if (result == LINK_DONE)
        result = secure(l);
    if (result == LINK_DONE)
        result = login(l);
    return result;
}

link_result link_quit(mail_link *l)
{
    probe_reply reply;
    if (l->peer.stream == NULL || l->peer.ended != NET_OK)
        return LINK_UNREACHABLE;
    if (link_ask(l, "QUIT", &reply) != LINK_DONE)
        return LINK_UNREACHABLE;
    return link_is_positive(l, &reply) ? LINK_DONE : link_refused(l, "QUIT", &reply);
}

void link_close(mail_link *l)
{
    probe_peer_free(&l->peer);
    probe_log_free(&l->log);
    probe_findings_free(&l->findings);
    probe_scope_free(&l->scope);
    mst_arena_free(&l->endpoint.arena);
}
