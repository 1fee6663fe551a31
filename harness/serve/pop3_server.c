/* pop3_server.c - see pop3_server.h: lines, order, and who answers them */
#include "harness/serve/pop3_mutant.h"

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
    if (mutant_is(settings, MUTANT_POP3_UIDL_REUSED))
        store_reuse_ids(settings->store);
    return server;
}

static void drop(pop3_server *server)
{
    const bool retrieved = mutant_is(server->settings, MUTANT_POP3_DROP_RETRIEVED);
    const bool keeps =
        mutant_is(server->settings, MUTANT_POP3_DELE_SESSION) || mutant_is(server->settings, MUTANT_POP3_QUIT_STRANGER);
    const bool removes = (retrieved || mutant_is(server->settings, MUTANT_POP3_DROP_REMOVES)) && server->logged_in;
    for (uint32_t n = 0; n < server->view.count && retrieved && removes; n++)
        server->marked[n] |= server->touched[n];
    for (uint32_t n = 0; n < server->view.count && keeps; n++)
        server->view.messages[n]->marked = server->marked[n] != 0;
    store_close(server->settings->store, &server->view, removes ? server->marked : NULL);
}

void pop3_server_free(pop3_server *server)
{
    if (server == NULL)
        return;
    drop(server);
    free(server->marked);
    free(server->touched);
    serve_octets_free(&server->edited);
    data_mutant_say_free(&server->data);
    free(server);
}

/* --- responses ---------------------------------------------------------------------------- */

static void respond(pop3_server *server, ms_pop3_indicator indicator, const char *text)
{
    if (pop3_mutant_response(server, indicator == MS_POP3_POSITIVE))
        return;
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
    if ((states_of(verb) & state) != 0 || (verb == MS_POP3_STLS && mutant_is(server->settings, MUTANT_POP3_STLS_LATE)))
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

static const char *fault(const pop3_server *server, const ms_pop3_parsed *parsed, const ms_line *line)
{
    const size_t limit = MS_POP3_COMMAND_LINE_MAX - (mutant_is(server->settings, MUTANT_POP3_LINE_254) ? 1 : 0);
    const bool response = parsed->command.verb == MS_POP3_AUTH_RESPONSE;
    if ((!response || mutant_is(server->settings, MUTANT_POP3_AUTH_SHORT)) && line->text.len + 2 > limit)
        return "Line too long";
    if (parsed->error != MS_POP3_OK)
        return ms_pop3_error_rule(parsed->error)->text;
    if ((parsed->deviations & ~tolerated & ~pop3_mutant_tolerated(server, parsed->command.verb)) != 0)
        return "Syntax error";
    return NULL;
}

/* Keywords and mechanisms are known in any letter case (RFC 1939 section 3). */
static bool refuses_case(const pop3_server *server, const ms_pop3_command *command)
{
    const bool verb = mutant_is(server->settings, MUTANT_POP3_VERB_CASE);
    const bool mechanism = mutant_is(server->settings, MUTANT_POP3_AUTH_CASE) && command->verb == MS_POP3_AUTH;
    const ms_span word = verb ? command->keyword : mechanism ? command->auth.mechanism : ms_span_absent();
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] >= 'a' && word.ptr[i] <= 'z')
            return true;
    return false;
}

static ms_pop3_parsed parse(const pop3_server *server, const ms_line *line)
{
    const ms_pop3_context context = {
        .utf8 = server->utf8, .auth_response = server->phase == POP3_EXCHANGE, .capa_seen = true};
    return ms_pop3_command_parse_line(line, &context);
}

static void answer(pop3_server *server, const ms_line *line)
{
    const ms_pop3_parsed parsed = parse(server, line);
    const char *wrong = fault(server, &parsed, line);
    server->verb = parsed.command.verb;
    server->line = line->text;
    if (pop3_mutant_canned(server, &parsed, line->text))
        return;
    if (wrong == NULL && refuses_case(server, &parsed.command))
        wrong = "There is no such command";
    if (wrong != NULL) {
        server->phase = POP3_COMMANDS; /* an exchange fails (RFC 5034 section 4) */
        server->named = false;
        pop3_err(server, wrong);
        if (mutant_is(server->settings, MUTANT_POP3_AUTH_SHORT) && parsed.command.verb == MS_POP3_AUTH_RESPONSE &&
            line->text.len > MS_POP3_COMMAND_LINE_MAX)
            pop3_err(server, wrong);
        return;
    }
    if (pop3_in_order(server, parsed.command.verb))
        run(server, &parsed.command);
    else
        server->named = false; /* what was refused stood between USER and PASS, too */
}

/* Some mutants read another line than the one that was sent. */
static void answer_line(pop3_server *server, const ms_line *line)
{
    uint8_t room[SERVE_INPUT_ROOM];
    ms_line read = *line;
    if (!mutant_is(server->settings, MUTANT_NONE)) {
        pop3_mutant_look_again(server);
        const bool runs = mutant_is(server->settings, MUTANT_POP3_AUTH_RUNS) && server->phase == POP3_EXCHANGE;
        const pop3_phase phase = server->phase;
        if (runs)
            server->phase = POP3_COMMANDS;
        const ms_pop3_parsed parsed = parse(server, line);
        if (runs && (parsed.error != MS_POP3_OK || parsed.command.verb == MS_POP3_UNKNOWN))
            server->phase = phase;
        const ms_span other = pop3_mutant_substitute(server, &parsed, line->text, room);
        read.text = ms_span_is_absent(other) ? line->text : other;
    }
    const data_place place = server->phase == POP3_EXCHANGE ? DATA_AT_RESPONSE : DATA_AT_COMMAND;
    const size_t from = server->out->len;
    if (server->settings->data != NULL && pop3_data_mutant_before(server, place, &read.text))
        return;
    if (read.text.ptr != line->text.ptr)
        read.flags = 0;
    answer(server, &read);
    pop3_mutant_effect(server);
    pop3_data_mutant_after(server, from);
}

/* What stands between bare CRs, each as a command. */
static void answer_pieces(pop3_server *server, const ms_line *line)
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

/* A piece of a line that is not over (RFC 1939 section 3: CRLF ends it); false: for a mutant it is. */
static bool goes_on(pop3_server *server, const ms_line *line)
{
    if (line->status != MS_LINE_COMPLETE) {
        pop3_mutant_long_line(server);
        server->long_line = true;
        return !mutant_is(server->settings, MUTANT_POP3_LONG_LINE) || server->phase == POP3_EXCHANGE;
    }
    if ((line->flags & MS_LINE_BARE_LF) == 0)
        return false;
    if (mutant_is(server->settings, MUTANT_POP3_LF_COMMAND))
        return false;
    server->bad_line = true;
    return true;
}

static size_t take_line(pop3_server *server, ms_span input)
{
    ms_line line = ms_line_next(&server->framer, input);
    if (line.status == MS_LINE_NEED_MORE && mutant_is(server->settings, MUTANT_POP3_SEGMENT_LINE) && input.len > 0) {
        ms_line_reset(&server->framer);
        pop3_err(server, "Unknown command");
        return input.len;
    }
    if (line.status == MS_LINE_NEED_MORE)
        return 0;
    if (goes_on(server, &line))
        return line.consumed;
    const bool lf = (line.flags & MS_LINE_BARE_LF) != 0;
    line.flags &= (uint8_t)~MS_LINE_BARE_LF;
    server->more_waits = line.consumed < input.len;
    if (server->swallow_line) {
        server->swallow_line = false;
    } else if (server->bad_line || server->long_line) {
        server->verb = MS_POP3_UNKNOWN;
        pop3_err(server, server->long_line ? "Line too long" : "A line ends with CRLF");
        server->phase = POP3_COMMANDS;
        server->named = server->bad_line = server->long_line = false;
    } else if ((line.flags & MS_LINE_BARE_CR) != 0 && mutant_is(server->settings, MUTANT_POP3_CR_COMMAND)) {
        answer_pieces(server, &line);
    } else {
        answer_line(server, &line);
    }
    server->swallow_line = lf;
    return line.consumed;
}

/* The timestamp is a msg-id, and no two greetings have the same one (RFC 1939 section 7). */
static void greet(pop3_server *server)
{
    char random[33], text[400];
    ms_span line = MS_SPAN("");
    const size_t from = server->out->len;
    auth_random_text(server->settings, 16, random);
    if (mutant_is(server->settings, MUTANT_POP3_APOP_SAME))
        snprintf(random, sizeof random, "1896.697170952");
    snprintf(server->timestamp, sizeof server->timestamp, "<%s.%lld@%s>", random, (long long)server->settings->clock(),
             server->settings->host_name);
    if (mutant_is(server->settings, MUTANT_POP3_APOP_SAME))
        snprintf(server->timestamp, sizeof server->timestamp, "<%s@%s>", random, server->settings->host_name);
    if (mutant_is(server->settings, MUTANT_POP3_APOP_FORM))
        snprintf(server->timestamp, sizeof server->timestamp, "<%s %s>", random, server->settings->host_name);
    if (mutant_is(server->settings, MUTANT_POP3_APOP_LATEST))
        memcpy(pop3_latest.timestamp, server->timestamp, sizeof pop3_latest.timestamp);
    const bool bare = mutant_is(server->settings, MUTANT_POP3_APOP_NONE);
    snprintf(text, sizeof text, "POP3 server ready%s%s", bare ? "" : " ", bare ? "" : server->timestamp);
    server->greeted = true;
    if (pop3_data_mutant_before(server, DATA_AT_GREETING, &line))
        return;
    pop3_ok(server, text);
    pop3_data_mutant_after(server, from);
}

/* What mutants do with the rest of the input. */
static size_t take_rest(pop3_server *server, ms_span rest)
{
    if (server->lose_input)
        return rest.len;
    if (server->silent) {
        server->silent = false;
        server->wish = SERVE_TLS;
        serve_octets_clear(server->out);
        serve_octets_text(server->out, "+OK Begin TLS\r\n");
        return rest.len;
    }
    if (server->quitting) {
        server->quitting = false;
        store_close(server->settings->store, &server->view, server->marked);
        server->wish = SERVE_CLOSE;
    }
    return 0;
}

serve_taken pop3_server_take(pop3_server *server, ms_span input, serve_octets *out)
{
    server->out = out;
    server->wish = SERVE_INPUT;
    server->lose_input = false;
    if (!server->greeted) {
        greet(server);
        return (serve_taken){0, server->wish == SERVE_CLOSE ? SERVE_CLOSE : SERVE_AGAIN};
    }
    size_t at = 0;
    while (server->wish == SERVE_INPUT) {
        if (server->sending != NULL) {
            pop3_send_more(server);
        } else {
            const bool more = at < input.len && !server->lose_input;
            const size_t taken = more ? take_line(server, ms_span_make(input.ptr + at, input.len - at)) : 0;
            if (taken == 0)
                break;
            at += taken;
        }
        if (server->wish == SERVE_INPUT && out->len >= OUTPUT_ENOUGH)
            server->wish = SERVE_AGAIN;
    }
    if (server->wish != SERVE_AGAIN && !mutant_is(server->settings, MUTANT_NONE))
        at += take_rest(server, ms_span_make(input.ptr + at, input.len - at));
    return (serve_taken){at, server->wish};
}

size_t pop3_server_tls(pop3_server *server, size_t pending)
{
    /* RFC 2595 section 4: what was learned in clear text is forgotten */
    ms_line_reset(&server->framer);
    server->bad_line = server->long_line = false;
    if (!mutant_is(server->settings, MUTANT_POP3_STLS_KEEPS_NAME) &&
        !mutant_is(server->settings, MUTANT_POP3_STLS_INJECTED_NAME))
        server->named = server->named_before = false;
    server->utf8 = false;
    server->tls = true;
    if (mutant_is(server->settings, MUTANT_POP3_STLS_LOGS_IN))
        pop3_open(server, 0);
    /* what was read ahead came in clear text, and anybody may have put it there */
    return mutant_is(server->settings, MUTANT_POP3_STLS_INJECTION) ? pending : 0;
}

int64_t pop3_server_idle(const pop3_server *server, int64_t usual)
{
    const bool hasty = mutant_is(server->settings, server->logged_in ? MUTANT_POP3_IDLE_SHORT : MUTANT_POP3_IDLE_LOGIN);
    return hasty ? usual / 6 : usual;
}

void pop3_server_end(pop3_server *server)
{
    if (mutant_is(server->settings, MUTANT_POP3_FIN_QUITS) && server->logged_in)
        store_close(server->settings->store, &server->view, server->marked);
}

void pop3_server_timeout(pop3_server *server, serve_octets *out)
{
    if (mutant_is(server->settings, MUTANT_POP3_IDLE_UPDATES) && server->logged_in)
        store_close(server->settings->store, &server->view, server->marked);
    if (mutant_is(server->settings, MUTANT_POP3_IDLE_TELLS))
        serve_octets_text(out, "-ERR Nothing was heard for too long\r\n");
}

void pop3_server_too_many(serve_octets *out)
{
    serve_octets_text(out, "-ERR [SYS/TEMP] Too many connections, try again later\r\n");
}
