/* smtp_server.c - see smtp_server.h: lines, and who answers them */
#include "harness/serve/smtp_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_reply.h"

enum {
    OUTPUT_ENOUGH = 32768, /* octets of replies, after which they are written before more input is taken */
};

smtp_server *smtp_server_new(const serve_settings *settings, ms_smtp_variant variant, const serve_peer *peer,
                             const char *cipher)
{
    smtp_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        abort();
    server->settings = settings;
    server->variant = variant;
    server->peer = *peer;
    server->user = -1;
    ms_line_init(&server->framer, MS_SMTP_AUTH_LINE_MAX);
    server->tls = cipher[0] != '\0';
    snprintf(server->cipher, sizeof server->cipher, "%s", cipher);
    return server;
}

void smtp_server_free(smtp_server *server)
{
    if (server == NULL)
        return;
    smtp_transaction_clear(server);
    serve_octets_free(&server->transaction.content);
    serve_octets_free(&server->hello_name);
    free(server);
}

/* --- the transaction ---------------------------------------------------------------- */

void smtp_transaction_clear(smtp_server *server)
{
    smtp_transaction *t = &server->transaction;
    for (size_t i = 0; i < t->recipient_count; i++) {
        serve_octets_free(&t->recipients[i].path);
        serve_octets_free(&t->recipients[i].orcpt);
    }
    free(t->recipients);
    serve_octets_free(&t->reverse_path);
    serve_octets_free(&t->envid);
    serve_octets_free(&t->content);
    *t = (smtp_transaction){0};
}

smtp_recipient *smtp_recipient_add(smtp_transaction *t)
{
    /* room grows to the next power of two whenever the count is one */
    if ((t->recipient_count & (t->recipient_count + 1)) == 0) {
        smtp_recipient *grown = realloc(t->recipients, (t->recipient_count + 1) * 2 * sizeof *grown);
        if (grown == NULL)
            abort();
        t->recipients = grown;
    }
    smtp_recipient *fresh = &t->recipients[t->recipient_count++];
    *fresh = (smtp_recipient){0};
    return fresh;
}

/* --- commands ------------------------------------------------------------------------ */

static void quit(smtp_server *server)
{
    char text[300];
    snprintf(text, sizeof text, "%s closes the channel", server->settings->host_name);
    smtp_reply(server, 221, 0, 0, text);
    server->wish = SERVE_CLOSE;
}

static void rset(smtp_server *server)
{
    smtp_transaction_clear(server);
    smtp_reply(server, 250, 0, 0, "Flushed");
}

static void run(smtp_server *server, const ms_smtp_parsed *parsed)
{
    switch (parsed->command.verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        smtp_hello(server, parsed);
        break;
    case MS_SMTP_MAIL:
        smtp_mail(server, parsed);
        break;
    case MS_SMTP_RCPT:
        smtp_rcpt(server, parsed);
        break;
    case MS_SMTP_DATA:
        smtp_data(server);
        break;
    case MS_SMTP_RSET:
        rset(server);
        break;
    case MS_SMTP_NOOP:
        smtp_reply(server, 250, 0, 0, "Nothing done");
        break;
    case MS_SMTP_QUIT:
        quit(server);
        break;
    case MS_SMTP_VRFY:
        smtp_vrfy(server, parsed);
        break;
    case MS_SMTP_EXPN:
        smtp_expn(server, parsed);
        break;
    case MS_SMTP_HELP:
        smtp_help(server, parsed);
        break;
    case MS_SMTP_STARTTLS:
        smtp_starttls(server);
        break;
    case MS_SMTP_AUTH:
        smtp_auth(server, parsed);
        break;
    case MS_SMTP_AUTH_RESPONSE:
        smtp_auth_go_on(server, parsed);
        break;
    case MS_SMTP_ETRN:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_TURN:
        smtp_reply(server, 502, 5, 1, "Command not implemented");
        break;
    case MS_SMTP_BDAT: /* read before the order was asked for */
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        smtp_reply(server, 500, 5, 2, "Command not recognized");
        break;
    }
}

/* A browser that was sent here: its form may hold SMTP commands, so no line of it is answered. */
static bool is_http(const smtp_server *server, ms_span line)
{
    static const char *const methods[] = {"GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "CONNECT ", "DELETE "};
    for (size_t i = 0; server->hello == HELLO_NONE && i < sizeof methods / sizeof methods[0]; i++)
        if (line.len > strlen(methods[i]) && memcmp(line.ptr, methods[i], strlen(methods[i])) == 0)
            return true;
    return false;
}

static void answer(smtp_server *server, const ms_line *line)
{
    const ms_smtp_context context = {
        .smtputf8 = server->transaction.smtputf8,
        .lmtp = server->variant == MS_VARIANT_LMTP,
        .auth_response = server->phase == PHASE_AUTH,
    };
    const ms_smtp_parsed parsed = ms_smtp_command_parse_line(line, &context);
    server->verb = parsed.command.verb;
    if (is_http(server, line->text)) {
        smtp_reply(server, 421, 7, 0, "This is no web server");
        server->wish = SERVE_CLOSE;
        return;
    }
    if (parsed.command.verb == MS_SMTP_BDAT) {
        smtp_bdat(server, &parsed, line->text); /* whatever it is, octets follow it */
        return;
    }
    if (smtp_well_formed(server, &parsed, line) && smtp_in_order(server, parsed.command.verb))
        run(server, &parsed);
}

/* The end of a line that was none: it held a bare LF, or too many octets. */
static void refuse_line(smtp_server *server)
{
    server->verb = server->phase == PHASE_AUTH ? MS_SMTP_AUTH_RESPONSE : MS_SMTP_UNKNOWN;
    if (server->phase == PHASE_AUTH) {
        /* RFC 4954 section 4: the exchange fails */
        server->phase = PHASE_COMMANDS;
        if (server->long_line)
            smtp_reply(server, 500, 5, 6, "Authentication exchange line is too long");
        else
            smtp_reply(server, 501, 5, 2, "A line ends with CRLF");
    } else if (server->long_line) {
        smtp_reply(server, 500, 5, 2, "Line too long");
    } else {
        smtp_reply(server, 500, 5, 2, "A line ends with CRLF");
    }
    server->bad_line = false;
    server->long_line = false;
}

/* Only CRLF ends a line (RFC 5321 section 2.3.8): where the framer stops at a bare LF, the line goes on. */
static size_t take_line(smtp_server *server, ms_span input)
{
    const ms_line line = ms_line_next(&server->framer, input);
    if (line.status == MS_LINE_NEED_MORE)
        return 0;
    if (line.status != MS_LINE_COMPLETE) {
        server->long_line = true;
        return line.consumed;
    }
    if ((line.flags & MS_LINE_BARE_LF) != 0) {
        server->bad_line = true;
        return line.consumed;
    }
    if (server->bad_line || server->long_line)
        refuse_line(server);
    else
        answer(server, &line);
    /* RFC 2920 section 3.2: only the replies to these may be held back */
    if (server->verb != MS_SMTP_MAIL && server->verb != MS_SMTP_RCPT && server->verb != MS_SMTP_RSET &&
        server->wish == SERVE_INPUT)
        server->wish = SERVE_AGAIN;
    return line.consumed;
}

static size_t take_some(smtp_server *server, ms_span input)
{
    switch (server->phase) {
    case PHASE_DATA:
        return smtp_take_data(server, input);
    case PHASE_CHUNK:
        return smtp_take_chunk(server, input);
    case PHASE_COMMANDS:
    case PHASE_AUTH:
        break;
    }
    return take_line(server, input);
}

static void greet(smtp_server *server)
{
    char text[300];
    server->verb = MS_SMTP_GREETING;
    server->greeted = true;
    snprintf(text, sizeof text, "%s %s mailspec", server->settings->host_name,
             server->variant == MS_VARIANT_LMTP ? "LMTP" : "ESMTP");
    smtp_reply_bare(server, 220, text);
}

serve_taken smtp_server_take(smtp_server *server, ms_span input, serve_octets *out)
{
    server->out = out;
    server->wish = SERVE_INPUT;
    if (!server->greeted) {
        greet(server);
        return (serve_taken){0, SERVE_AGAIN};
    }
    size_t at = 0;
    while (server->wish == SERVE_INPUT && at < input.len) {
        const size_t taken = take_some(server, ms_span_make(input.ptr + at, input.len - at));
        if (taken == 0)
            break;
        at += taken;
        if (out->len >= OUTPUT_ENOUGH && server->wish == SERVE_INPUT)
            server->wish = SERVE_AGAIN;
    }
    return (serve_taken){at, server->wish};
}

size_t smtp_server_tls(smtp_server *server, size_t pending, const char *cipher)
{
    /* RFC 3207 section 4.2: what was learned in clear text is forgotten, also what was read ahead */
    ms_line_reset(&server->framer);
    smtp_transaction_clear(server);
    serve_octets_clear(&server->hello_name);
    server->hello = HELLO_NONE;
    server->user = -1;
    server->phase = PHASE_COMMANDS;
    server->bad_line = server->long_line = false;
    server->tls = true;
    snprintf(server->cipher, sizeof server->cipher, "%s", cipher);
    (void)pending;
    return 0;
}

/* --- ends ------------------------------------------------------------------------------ */

static void say_421(const serve_settings *settings, unsigned subject, unsigned detail, const char *text,
                    serve_octets *out)
{
    serve_octets_print(out, "421 4.%u.%u %s %s\r\n", subject, detail, settings->host_name, text);
}

void smtp_server_timeout(smtp_server *server, serve_octets *out)
{
    say_421(server->settings, 4, 2, "heard nothing for too long, closes the channel", out);
}

void smtp_server_shutdown(smtp_server *server, serve_octets *out)
{
    say_421(server->settings, 3, 2, "goes down", out);
}

void smtp_server_too_many(const serve_settings *settings, serve_octets *out)
{
    say_421(settings, 7, 0, "has too many connections, try again later", out);
}
