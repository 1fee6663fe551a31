/* pop3_server.c - see pop3_server.h: lines, order, and who answers them */
#include "harness/serve/pop3_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/pop3_response.h"

enum { OUTPUT_ENOUGH = 32768 };

pop3_server *pop3_server_new(const serve_settings *settings, bool tls)
{
    pop3_server *server = calloc(1, sizeof *server);
    if (server == NULL)
        abort();
    server->settings = settings;
    server->tls = tls;
    ms_line_init(&server->framer, MS_POP3_DIALOGUE_LINE_MAX);
    return server;
}

void pop3_server_free(pop3_server *server)
{
    if (server == NULL)
        return;
    store_close(server->settings->store, &server->view, NULL);
    free(server->marked);
    free(server);
}

/* --- responses ---------------------------------------------------------------------------- */

static void respond(pop3_server *server, ms_pop3_indicator indicator, const char *text)
{
    uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
    server->out->len +=
        ms_pop3_status_write(indicator, ms_span_make(text, strlen(text)), out, MS_POP3_RESPONSE_LINE_MAX);
}

void pop3_ok(pop3_server *server, const char *text)
{
    respond(server, MS_POP3_POSITIVE, text);
}

void pop3_err(pop3_server *server, const char *text)
{
    respond(server, MS_POP3_NEGATIVE, text);
}

void pop3_end(pop3_server *server)
{
    serve_octets_text(server->out, ".\r\n");
}

/* --- order (RFC 1939 sections 4 to 7, and the extensions) ------------------------------------ */

enum { IN_AUTHORIZATION = 1, IN_TRANSACTION = 2 };

static unsigned states_of(ms_pop3_verb verb)
{
    switch (verb) {
    case MS_POP3_USER:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_AUTH:
    case MS_POP3_STLS:
    case MS_POP3_UTF8: /* RFC 6856 section 2.1 */
        return IN_AUTHORIZATION;
    case MS_POP3_STAT:
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_TOP:
    case MS_POP3_UIDL:
        return IN_TRANSACTION;
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_LANG:
    case MS_POP3_UNKNOWN:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return IN_AUTHORIZATION | IN_TRANSACTION;
}

bool pop3_in_order(pop3_server *server, ms_pop3_verb verb)
{
    const unsigned state = server->logged_in ? IN_TRANSACTION : IN_AUTHORIZATION;
    if ((states_of(verb) & state) != 0)
        return true;
    pop3_err(server, server->logged_in ? "Not in the TRANSACTION state" : "Log in first");
    return false;
}

/* --- lines ------------------------------------------------------------------------------------ */

static void run(pop3_server *server, const ms_pop3_command *command)
{
    const bool named = server->named;
    server->named = false; /* PASS stands behind USER at once (RFC 1939 section 7) */
    switch (command->verb) {
    case MS_POP3_USER:
        pop3_user(server, command);
        break;
    case MS_POP3_PASS:
        pop3_pass(server, command, named);
        break;
    case MS_POP3_APOP:
        pop3_apop(server, command);
        break;
    case MS_POP3_STAT:
        pop3_stat(server);
        break;
    case MS_POP3_LIST:
        pop3_list(server, command);
        break;
    case MS_POP3_RETR:
        pop3_retr(server, command);
        break;
    case MS_POP3_DELE:
        pop3_dele(server, command);
        break;
    case MS_POP3_RSET:
        pop3_rset(server);
        break;
    case MS_POP3_NOOP:
        pop3_ok(server, "Nothing done");
        break;
    case MS_POP3_QUIT:
        pop3_quit(server);
        break;
    case MS_POP3_TOP:
        pop3_top(server, command);
        break;
    case MS_POP3_UIDL:
        pop3_uidl(server, command);
        break;
    case MS_POP3_CAPA:
        pop3_capa(server);
        break;
    case MS_POP3_STLS:
        pop3_stls(server);
        break;
    case MS_POP3_AUTH:
        pop3_auth(server, command);
        break;
    case MS_POP3_UTF8:
        server->utf8 = true;
        pop3_ok(server, "UTF8 enabled");
        break;
    case MS_POP3_LANG:
        pop3_lang(server, command);
        break;
    case MS_POP3_AUTH_RESPONSE:
        pop3_auth_response(server, command);
        break;
    case MS_POP3_UNKNOWN:
    case MS_POP3_VERB_COUNT:
        pop3_err(server, "There is no such command");
        break;
    }
}

/* Strays that do not change what was meant: a digest in capitals (RFC 1939 section 7 leaves it open), an argument over
 * 40 octets (superseded by RFC 2449 section 4), which CAPA stands for. */
static const ms_deviations tolerated =
    MS_DEVIATION_BIT(MS_POP3_DEV_DIGEST_CASE) | MS_DEVIATION_BIT(MS_POP3_DEV_ARGUMENT_TOO_LONG);

static const char *fault(const ms_pop3_parsed *parsed, const ms_line *line)
{
    if (parsed->command.verb != MS_POP3_AUTH_RESPONSE && line->text.len + 2 > MS_POP3_COMMAND_LINE_MAX)
        return "Line too long";
    if (parsed->error != MS_POP3_OK)
        return ms_pop3_error_rule(parsed->error)->text;
    if ((parsed->deviations & ~tolerated) != 0)
        return "Syntax error";
    return NULL;
}

static void answer(pop3_server *server, const ms_line *line)
{
    const ms_pop3_context context = {
        .utf8 = server->utf8, .auth_response = server->phase == POP3_EXCHANGE, .capa_seen = true};
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(line, &context);
    const char *wrong = fault(&parsed, line);
    server->verb = parsed.command.verb;
    if (wrong != NULL) {
        server->phase = POP3_COMMANDS; /* an exchange fails (RFC 5034 section 4) */
        server->named = false;
        pop3_err(server, wrong);
        return;
    }
    if (pop3_in_order(server, parsed.command.verb))
        run(server, &parsed.command);
}

static size_t take_line(pop3_server *server, ms_span input)
{
    const ms_line line = ms_line_next(&server->framer, input);
    if (line.status == MS_LINE_NEED_MORE)
        return 0;
    if (line.status != MS_LINE_COMPLETE) {
        server->long_line = true;
        return line.consumed;
    }
    if ((line.flags & MS_LINE_BARE_LF) != 0) {
        server->bad_line = true; /* it goes on: CRLF ends a line (RFC 1939 section 3) */
        return line.consumed;
    }
    if (server->bad_line || server->long_line) {
        pop3_err(server, server->long_line ? "Line too long" : "A line ends with CRLF");
        server->phase = POP3_COMMANDS;
        server->named = server->bad_line = server->long_line = false;
    } else {
        answer(server, &line);
    }
    return line.consumed;
}

/* The timestamp is a msg-id, and no two greetings have the same one (RFC 1939 section 7). */
static void greet(pop3_server *server)
{
    char random[33], text[400];
    auth_random_text(server->settings, 16, random);
    snprintf(server->timestamp, sizeof server->timestamp, "<%s.%lld@%s>", random, (long long)server->settings->clock(),
             server->settings->host_name);
    snprintf(text, sizeof text, "POP3 server ready %s", server->timestamp);
    server->greeted = true;
    pop3_ok(server, text);
}

serve_taken pop3_server_take(pop3_server *server, ms_span input, serve_octets *out)
{
    server->out = out;
    server->wish = SERVE_INPUT;
    if (!server->greeted) {
        greet(server);
        return (serve_taken){0, SERVE_AGAIN};
    }
    size_t at = 0;
    while (server->wish == SERVE_INPUT) {
        if (server->sending != NULL) {
            pop3_send_more(server);
        } else {
            const size_t taken = at < input.len ? take_line(server, ms_span_make(input.ptr + at, input.len - at)) : 0;
            if (taken == 0)
                break;
            at += taken;
        }
        if (server->wish == SERVE_INPUT && out->len >= OUTPUT_ENOUGH)
            server->wish = SERVE_AGAIN;
    }
    return (serve_taken){at, server->wish};
}

size_t pop3_server_tls(pop3_server *server, size_t pending)
{
    /* RFC 2595 section 4: what was learned in clear text is forgotten */
    ms_line_reset(&server->framer);
    server->bad_line = server->long_line = false;
    server->named = false;
    server->utf8 = false;
    server->tls = true;
    (void)pending;
    return 0;
}

void pop3_server_too_many(serve_octets *out)
{
    serve_octets_text(out, "-ERR [SYS/TEMP] Too many connections, try again later\r\n");
}
