/*
 * smtp_hello.c - EHLO, HELO, LHLO, HELP: what the SMTP server offers
 */
#include "harness/serve/smtp_mutant.h"

#include <stdio.h>
#include <string.h>

/* --- the extensions ------------------------------------------------------------------------- */

static void offer_size(const smtp_server *server, char *out, size_t room)
{
    snprintf(out, room, "SIZE %llu", (unsigned long long)server->settings->size_limit);
}

static void offer_auth(const smtp_server *server, char *out, size_t room)
{
    const bool plain =
        server->tls || server->settings->plain_auth || mutant_is(server->settings, MUTANT_SMTP_AUTH_PLAIN_LISTED);
    size_t len = (size_t)snprintf(out, room, "AUTH");
    for (int m = MS_SASL_OTHER + 1; m < MS_SASL_MECHANISM_COUNT; m++)
        if (auth_offers((ms_sasl_mechanism)m, plain))
            len += (size_t)snprintf(out + len, room - len, " %s", ms_sasl_mechanism_name((ms_sasl_mechanism)m));
}

enum { OFFER_ALWAYS, OFFER_STARTTLS, OFFER_AUTH };

static const struct {
    int when;
    const char *keyword;
    void (*write)(const smtp_server *server, char *out, size_t room); /* NULL: the keyword alone */
} offers[] = {
    {OFFER_ALWAYS, "PIPELINING", NULL},          /* RFC 2920 */
    {OFFER_ALWAYS, "SIZE", offer_size},          /* RFC 1870 */
    {OFFER_ALWAYS, "8BITMIME", NULL},            /* RFC 6152 */
    {OFFER_ALWAYS, "SMTPUTF8", NULL},            /* RFC 6531 */
    {OFFER_ALWAYS, "ENHANCEDSTATUSCODES", NULL}, /* RFC 2034 */
    {OFFER_ALWAYS, "CHUNKING", NULL},            /* RFC 3030 */
    {OFFER_ALWAYS, "BINARYMIME", NULL},          /* RFC 3030 */
    {OFFER_ALWAYS, "DSN", NULL},                 /* RFC 3461 */
    {OFFER_STARTTLS, "STARTTLS", NULL},          /* RFC 3207 */
    {OFFER_AUTH, "AUTH", offer_auth},            /* RFC 4954 */
    {OFFER_ALWAYS, "VRFY", NULL},                /* RFC 5321 section 3.5.2 */
    {OFFER_ALWAYS, "EXPN", NULL},                /* RFC 5321 section 3.5.2 */
    {OFFER_ALWAYS, "HELP", NULL},                /* RFC 5321 section 4.1.1.1 */
};

static bool offered(const smtp_server *server, int when)
{
    switch (when) {
    case OFFER_STARTTLS:
        return server->settings->tls && !server->tls; /* RFC 3207 section 4.2: never inside TLS */
    case OFFER_AUTH:
        return server->tls || !server->settings->require_tls;
    default:
        return true;
    }
}

/* The lines behind the first one, from the first offer on; the last one ends the reply. */
static void list_offers(smtp_server *server)
{
    char lines[sizeof offers / sizeof offers[0] + 1][256];
    size_t count = 0;
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        char *line = lines[count];
        if (!offered(server, offers[i].when))
            continue;
        if (offers[i].write != NULL)
            offers[i].write(server, line, sizeof lines[0]);
        else
            snprintf(line, sizeof lines[0], "%s", offers[i].keyword);
        const char *sent = smtp_mutant_offer(server, line);
        if (sent != NULL && sent != line)
            snprintf(line, sizeof lines[0], "%s", sent);
        count += sent == NULL ? 0 : 1;
    }
    const char *extra = smtp_mutant_extra_offer(server);
    if (extra != NULL)
        snprintf(lines[count++], sizeof lines[0], "%s", extra);
    for (size_t i = 0; i < count; i++)
        smtp_reply_line(server, 250, i + 1 < count, NO_STATUS, 0, ms_span_make(lines[i], strlen(lines[i])));
}

/* LMTP has LHLO and neither EHLO nor HELO (RFC 2033 section 4.1); elsewhere it is the other way round. */
static bool speaks(const smtp_server *server, ms_smtp_verb verb)
{
    const bool lmtp = server->variant == MS_VARIANT_LMTP;
    return (verb == MS_SMTP_LHLO) == lmtp || (lmtp && mutant_is(server->settings, MUTANT_LMTP_EHLO)) ||
           (!lmtp && mutant_is(server->settings, MUTANT_SMTP_LHLO_ACCEPTED));
}

/* RFC 5321 section 4.1.4: as if RSET had been given. */
static void begin_session(smtp_server *server, const ms_smtp_command *command)
{
    const bool helo = command->verb == MS_SMTP_HELO;
    const bool recipients = !helo && mutant_is(server->settings, server->tls ? MUTANT_SMTP_TLS_KEEPS_RECIPIENTS
                                                                             : MUTANT_SMTP_EHLO_KEEPS_RECIPIENTS);
    const bool keeps = recipients || (server->tls && mutant_is(server->settings, MUTANT_SMTP_TLS_KEEPS_ALL));
    server->transaction.open &= !recipients;
    if (!keeps && !mutant_is(server->settings, helo ? MUTANT_SMTP_HELO_KEEPS : MUTANT_SMTP_EHLO_KEEPS))
        smtp_transaction_clear(server);
    server->hello = helo ? HELLO_HELO : HELLO_EHLO;
    if (mutant_is(server->settings, MUTANT_SMTP_TLS_KEEPS_NAME) && server->tls && server->hello_name.len > 0)
        return;
    serve_octets_clear(&server->hello_name);
    serve_octets_add(&server->hello_name, command->ehlo.domain);
}

void smtp_hello(smtp_server *server, const ms_smtp_parsed *parsed)
{
    char text[300];
    if (!speaks(server, parsed->command.verb)) {
        smtp_reply_bare(server, 500, "Command not recognized");
        return;
    }
    begin_session(server, &parsed->command);
    const bool lists = server->hello == HELLO_EHLO || mutant_is(server->settings, MUTANT_SMTP_HELO_LISTS);
    const bool status = mutant_is(server->settings, MUTANT_SMTP_STATUS_EHLO) && lists;
    snprintf(text, sizeof text, "%s%s greets you", status ? "2.0.0 " : "", server->settings->host_name);
    smtp_reply_line(server, 250, lists, NO_STATUS, 0, ms_span_make(text, strlen(text)));
    if (lists)
        list_offers(server);
}

/* --- HELP ------------------------------------------------------------------------------------ */

void smtp_help(smtp_server *server, const ms_smtp_parsed *parsed)
{
    static const char *const lines[] = {
        "Commands: EHLO HELO MAIL RCPT DATA BDAT RSET NOOP QUIT",
        "VRFY EXPN HELP STARTTLS AUTH",
        "This is the reference server of mailspec",
    };
    (void)parsed; /* HELP with an argument may say the same (RFC 5321 section 4.1.1.8) */
    if (smtp_mutant_help(server))
        return;
    const size_t count = sizeof lines / sizeof lines[0];
    for (size_t i = 0; i < count; i++)
        smtp_reply_line(server, 214, i + 1 < count, 0, 0, ms_span_make(lines[i], strlen(lines[i])));
}
