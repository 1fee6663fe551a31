/* smtp_server.c - see smtp_server.h: lines, and who answers them */
#include "harness/serve/smtp_mutant.h"

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
    const bool resets = mutant_is(server->settings, MUTANT_SMTP_RESET_STALLS) && server->phase == PHASE_DATA;
    if (resets || (mutant_is(server->settings, MUTANT_SMTP_HANGUP_STALLS) && server->transaction.recipient_count > 0 &&
                   server->phase == PHASE_COMMANDS))
        store_stall(server->settings->store);
    smtp_abandon_data(server);
    smtp_transaction_clear(server);
    serve_octets_free(&server->transaction.content);
    serve_octets_free(&server->hello_name);
    serve_octets_free(&server->held);
    data_mutant_say_free(&server->data);
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
    const bool keeps = mutant_is(server->settings, MUTANT_SMTP_RSET_KEEPS) ||
                       (mutant_is(server->settings, MUTANT_SMTP_BDAT_RSET) && server->transaction.chunks);
    if (mutant_is(server->settings, MUTANT_SMTP_RSET_KEEPS_RECIPIENTS))
        server->transaction.open = false;
    else if (!keeps)
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
    if (server->settings->refuses && parsed.command.verb != MS_SMTP_QUIT &&
        !mutant_is(server->settings, MUTANT_SMTP_REFUSED_OPENS)) {
        const bool other = mutant_is(server->settings, MUTANT_SMTP_REFUSED_CODE);
        smtp_reply(server, other ? 550 : 503, 5, other ? 0 : 1, "There is no mail service here");
        return;
    }
    if (parsed.command.verb == MS_SMTP_BDAT) {
        smtp_bdat(server, &parsed, line->text); /* whatever it is, octets follow it */
        return;
    }
    if (smtp_well_formed(server, &parsed, line) && !smtp_mutant_refuses(server, &parsed, line->text) &&
        smtp_in_order(server, parsed.command.verb))
        run(server, &parsed);
}

/* Some mutants read another line than the one that was sent. */
static void answer_line(smtp_server *server, const ms_line *line)
{
    uint8_t room[SERVE_INPUT_ROOM];
    ms_line read = *line;
    const ms_smtp_context context = {.lmtp = server->variant == MS_VARIANT_LMTP,
                                     .auth_response = server->phase == PHASE_AUTH};
    if (!mutant_is(server->settings, MUTANT_NONE)) {
        const ms_smtp_parsed parsed = ms_smtp_command_parse_line(line, &context);
        const ms_span other = smtp_mutant_substitute(server, &parsed, line->text, room);
        read.text = ms_span_is_absent(other) ? line->text : other;
    }
    const data_place place = server->phase == PHASE_AUTH ? DATA_AT_RESPONSE : DATA_AT_COMMAND;
    const size_t from = server->out->len;
    if (server->settings->data != NULL && smtp_data_mutant_before(server, place, &read.text))
        return;
    if (read.text.ptr != line->text.ptr)
        read.flags = 0;
    answer(server, &read);
    smtp_mutant_effect(server);
    smtp_data_mutant_after(server, from);
}

/* What stands between bare CRs, each as a command. */
static void answer_pieces(smtp_server *server, const ms_line *line)
{
    ms_line piece = *line;
    piece.flags = 0;
    for (size_t at = 0; at <= line->text.len;) {
        const uint8_t *cr = memchr(line->text.ptr + at, '\r', line->text.len - at);
        const size_t end = cr == NULL ? line->text.len : (size_t)(cr - line->text.ptr);
        piece.text = ms_span_make(line->text.ptr + at, end - at);
        answer_line(server, &piece);
        at = end + 1;
    }
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

/* A line that has no end yet: 0, nothing is done before CRLF (RFC 5321 section 2.4). */
static size_t wait_for_end(smtp_server *server, ms_span input)
{
    const bool segment = mutant_is(server->settings, MUTANT_SMTP_SEGMENT_LINE) && server->phase == PHASE_COMMANDS;
    const bool hello =
        mutant_is(server->settings, MUTANT_SMTP_TLS_HELLO_STALLS) && input.len > 0 && input.ptr[0] == 0x16;
    if (hello)
        store_stall(server->settings->store);
    if ((segment || hello) && input.len > 0) {
        ms_line_reset(&server->framer);
        smtp_reply(server, 500, 5, 2, "Command not recognized");
        return input.len;
    }
    if (!mutant_is(server->settings, MUTANT_SMTP_EARLY_REPLY) || input.len != 4 || memcmp(input.ptr, "NOOP", 4) != 0)
        return 0;
    server->verb = MS_SMTP_NOOP;
    server->swallow_line = true;
    server->wish = SERVE_AGAIN;
    ms_line_reset(&server->framer);
    smtp_reply(server, 250, 0, 0, "Nothing done");
    return input.len;
}

/* A piece of a line that is not over; false: for a mutant it is. */
static bool goes_on(smtp_server *server, const ms_line *line)
{
    if (line->status != MS_LINE_COMPLETE) {
        if (mutant_is(server->settings, MUTANT_SMTP_AUTH_LONG) && server->phase == PHASE_AUTH) {
            server->long_line = true;
            return false;
        }
        if (mutant_is(server->settings, MUTANT_SMTP_LINE_STALLS) && !server->long_line)
            store_stall(server->settings->store);
        server->long_line = !mutant_is(server->settings, MUTANT_SMTP_AUTH_LONG);
        return true;
    }
    const bool lf = (line->flags & MS_LINE_BARE_LF) != 0;
    if (lf && mutant_is(server->settings, MUTANT_SMTP_BDAT_LF) && smtp_mutant_holds(line->text, "BDAT")) {
        smtp_reply(server, 501, 5, 4, "The line of BDAT is malformed");
        return true;
    }
    if (lf && !mutant_is(server->settings, MUTANT_SMTP_LF_COMMAND) &&
        !mutant_is(server->settings, MUTANT_SMTP_TLS_LF)) {
        server->bad_line = true;
        return true;
    }
    return false;
}

/* Only CRLF ends a line (RFC 5321 section 2.3.8): where the framer stops at a bare LF, the line goes on. */
static size_t take_line(smtp_server *server, ms_span input)
{
    ms_line line = ms_line_next(&server->framer, input);
    if (line.status == MS_LINE_NEED_MORE)
        return wait_for_end(server, input);
    if (goes_on(server, &line))
        return line.consumed;
    line.flags &= (uint8_t)~MS_LINE_BARE_LF;
    if (server->swallow_line)
        server->swallow_line = false;
    else if (server->bad_line || server->long_line)
        refuse_line(server);
    else if ((line.flags & MS_LINE_BARE_CR) != 0 && mutant_is(server->settings, MUTANT_SMTP_CR_COMMAND))
        answer_pieces(server, &line);
    else
        answer_line(server, &line);
    /* RFC 2920 section 3.2: only the replies to these may be held back */
    if (server->verb != MS_SMTP_MAIL && server->verb != MS_SMTP_RCPT && server->verb != MS_SMTP_RSET &&
        server->wish == SERVE_INPUT && !server->silent)
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

/* RFC 5321 section 3.1: it waits for QUIT all the same. */
static void refuse(smtp_server *server)
{
    char text[300] = "";
    if (!mutant_is(server->settings, MUTANT_SMTP_REFUSED_MUTE))
        snprintf(text, sizeof text, "%s has no mail service", server->settings->host_name);
    smtp_reply_bare(server, 554, text);
    if (mutant_is(server->settings, MUTANT_SMTP_REFUSED_CLOSES))
        server->wish = SERVE_CLOSE;
}

static void greet(smtp_server *server)
{
    char text[300];
    ms_span line = MS_SPAN("");
    const size_t from = server->out->len;
    server->greeted = true;
    if (smtp_data_mutant_before(server, DATA_AT_GREETING, &line))
        return;
    server->verb = MS_SMTP_GREETING;
    if (server->settings->refuses) {
        refuse(server);
        return;
    }
    snprintf(text, sizeof text, "%s %s mailspec", server->settings->host_name,
             server->variant == MS_VARIANT_LMTP ? "LMTP" : "ESMTP");
    smtp_reply_bare(server, 220, text);
    smtp_data_mutant_after(server, from);
}

/* What mutants do with the rest of the input. */
static size_t take_rest(smtp_server *server, ms_span rest)
{
    if (server->lose_input)
        return rest.len;
    if (server->silent) {
        server->silent = false;
        server->wish = SERVE_TLS;
        serve_octets_clear(server->out);
        serve_octets_text(server->out, "220 2.0.0 Ready to start TLS\r\n");
        return rest.len;
    }
    if (mutant_is(server->settings, MUTANT_SMTP_TLS_PARTIAL) && server->wish == SERVE_TLS) {
        size_t whole = rest.len;
        while (whole > 0 && rest.ptr[whole - 1] != '\n')
            whole--;
        return whole;
    }
    const bool holds = (mutant_is(server->settings, MUTANT_SMTP_HELD_REPLY) && server->verb == MS_SMTP_NOOP) ||
                       (mutant_is(server->settings, MUTANT_SMTP_HELD_UNKNOWN) && server->verb == MS_SMTP_UNKNOWN);
    if (holds && rest.len > 0 && memchr(rest.ptr, '\n', rest.len) == NULL) {
        serve_octets_add(&server->held, serve_octets_span(server->out));
        serve_octets_clear(server->out);
        server->wish = SERVE_INPUT;
    }
    return 0;
}

serve_taken smtp_server_take(smtp_server *server, ms_span input, serve_octets *out)
{
    server->out = out;
    server->wish = SERVE_INPUT;
    server->mail_reply = SIZE_MAX;
    server->ended_here = server->lose_input = false;
    server->input = input;
    if (!server->greeted) {
        greet(server);
        return (serve_taken){0, server->wish == SERVE_CLOSE ? SERVE_CLOSE : SERVE_AGAIN};
    }
    size_t at = 0;
    serve_octets_add(out, serve_octets_span(&server->held));
    serve_octets_clear(&server->held);
    while (server->wish == SERVE_INPUT && at < input.len && !server->lose_input) {
        server->segment_at = at;
        const size_t taken = take_some(server, ms_span_make(input.ptr + at, input.len - at));
        if (taken == 0)
            break;
        at += taken;
        if (out->len >= OUTPUT_ENOUGH && server->wish == SERVE_INPUT)
            server->wish = SERVE_AGAIN;
    }
    if (!mutant_is(server->settings, MUTANT_NONE) || server->lose_input)
        at += take_rest(server, ms_span_make(input.ptr + at, input.len - at));
    return (serve_taken){at, server->wish};
}

/* RFC 3207 section 4.2: what was learned in clear text is forgotten. */
static void forget(smtp_server *server)
{
    const serve_settings *settings = server->settings;
    if (mutant_is(settings, MUTANT_SMTP_TLS_INJECTED_STATE))
        return;
    if (!mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_MAIL) && !mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_ALL) &&
        !mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_RECIPIENTS))
        smtp_transaction_clear(server);
    if (!mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_NAME) && !mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_HELLO))
        serve_octets_clear(&server->hello_name);
    if (!mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_HELLO))
        server->hello = HELLO_NONE;
    if (!mutant_is(settings, MUTANT_SMTP_TLS_KEEPS_LOGIN))
        server->user = -1;
    if (mutant_is(settings, MUTANT_SMTP_TLS_GREETING))
        server->greeted = false;
}

size_t smtp_server_tls(smtp_server *server, size_t pending, const char *cipher)
{
    forget(server);
    ms_line_reset(&server->framer);
    server->phase = PHASE_COMMANDS;
    server->bad_line = server->long_line = false;
    server->tls = true;
    snprintf(server->cipher, sizeof server->cipher, "%s", cipher);
    /* what was read ahead came in clear text, and anybody may have put it there */
    const bool keeps = mutant_is(server->settings, MUTANT_SMTP_TLS_INJECTION) ||
                       mutant_is(server->settings, MUTANT_SMTP_TLS_PARTIAL) ||
                       mutant_is(server->settings, MUTANT_SMTP_TLS_LF) ||
                       (mutant_is(server->settings, MUTANT_SMTP_TLS_GROUP) && server->segment_at > 0);
    return keeps ? pending : 0;
}

/* --- ends ------------------------------------------------------------------------------ */

static void say_421(const serve_settings *settings, unsigned subject, unsigned detail, const char *text,
                    serve_octets *out)
{
    serve_octets_print(out, "421 4.%u.%u %s %s\r\n", subject, detail, settings->host_name, text);
}

int64_t smtp_server_idle(const smtp_server *server, int64_t usual)
{
    const bool data = server->phase == PHASE_DATA;
    if (mutant_is(server->settings, data ? MUTANT_SMTP_IDLE_DATA : MUTANT_SMTP_IDLE_SHORT))
        return usual / 6;
    return data && mutant_is(server->settings, MUTANT_SMTP_IDLE_ENDLESS) ? usual * 1000 : usual;
}

void smtp_server_timeout(smtp_server *server, serve_octets *out)
{
    say_421(server->settings, 4, 2, "heard nothing for too long, closes the channel", out);
}

void smtp_server_shutdown(smtp_server *server, serve_octets *out)
{
    if (!mutant_is(server->settings, MUTANT_SMTP_DOWN_SILENT))
        say_421(server->settings, 3, 2, "goes down", out);
}

void smtp_server_too_many(const serve_settings *settings, serve_octets *out)
{
    say_421(settings, 7, 0, "has too many connections, try again later", out);
}
