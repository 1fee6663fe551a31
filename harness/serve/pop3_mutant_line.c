/* pop3_mutant_line.c - lines and responses of the mutants: see pop3_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <stdlib.h>
#include <string.h>

#define DEVIATION(name) MS_DEVIATION_BIT(MS_POP3_DEV_##name)
#define ANY_VERB        MS_POP3_VERB_COUNT

static const struct {
    serve_mutant mutant;
    ms_pop3_verb verb;
    ms_deviations set;
} tolerances[] = {
    {MUTANT_POP3_TWO_BLANKS, ANY_VERB, DEVIATION(EXTRA_BLANKS)},
    {MUTANT_POP3_STAT_ARGUMENT, MS_POP3_STAT, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_LIST_SURPLUS, MS_POP3_LIST, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_LIST_SURPLUS, MS_POP3_DELE, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_RETR_SURPLUS, MS_POP3_RETR, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_TOP_SURPLUS, MS_POP3_TOP, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_TOP_SURPLUS, MS_POP3_UIDL, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_NOOP_ARGUMENT, MS_POP3_NOOP, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_NOOP_ARGUMENT, MS_POP3_RSET, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_QUIT_ARGUMENT, MS_POP3_QUIT, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_CAPA_ARGUMENT, MS_POP3_CAPA, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_STLS_ARGUMENT, MS_POP3_STLS, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_UTF8_ARGUMENT, MS_POP3_UTF8, DEVIATION(SURPLUS_ARGUMENT)},
    {MUTANT_POP3_AUTH_SURPLUS, MS_POP3_AUTH, DEVIATION(SURPLUS_ARGUMENT)},
};

ms_deviations pop3_mutant_tolerated(const pop3_server *server, ms_pop3_verb verb)
{
    for (size_t i = 0; i < sizeof tolerances / sizeof tolerances[0]; i++)
        if (mutant_is(server->settings, tolerances[i].mutant) &&
            (tolerances[i].verb == verb || tolerances[i].verb == ANY_VERB))
            return tolerances[i].set;
    return 0;
}

/* --- lines that are read as others ----------------------------------------------------------------------- */

/* A line with this error, or this deviation, is taken for another one. */
static const struct {
    serve_mutant mutant;
    ms_pop3_verb verb;
    ms_pop3_error error;
    ms_deviations deviations;
    const char *instead;
} substitutes[] = {
    {MUTANT_POP3_RETR_MISSING, MS_POP3_RETR, MS_POP3_ERR_ARGUMENT_MISSING, 0, "RETR 1"},
    {MUTANT_POP3_DELE_MISSING, MS_POP3_DELE, MS_POP3_ERR_ARGUMENT_MISSING, 0, "DELE 1"},
    {MUTANT_POP3_PASS_EMPTY, MS_POP3_PASS, MS_POP3_ERR_ARGUMENT_MISSING, 0, "PASS (none)"},
    {MUTANT_POP3_USER_EMPTY, MS_POP3_USER, MS_POP3_ERR_ARGUMENT_MISSING, 0, "USER nobody"},
    {MUTANT_POP3_LIST_ZERO, MS_POP3_LIST, MS_POP3_ERR_MESSAGE_ZERO, 0, "LIST 1"},
    {MUTANT_POP3_AUTH_MISSING, MS_POP3_AUTH, MS_POP3_OK, DEVIATION(MECHANISM_MISSING), "AUTH CRAM-MD5"},
};

static size_t digits_at(ms_span line, size_t from)
{
    size_t at = from;
    while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9')
        at++;
    return at - from;
}

static ms_span joined(uint8_t *room, ms_span first, const char *second)
{
    const size_t len = strlen(second);
    memcpy(room, first.ptr, first.len);
    memcpy(room + first.len, second, len);
    return ms_span_make(room, first.len + len);
}

/* "RETR 4294967297" as one that keeps 32 bits of it. */
static ms_span wrapped(ms_span line, uint8_t *room)
{
    const size_t from = 5, digits = line.len > from ? digits_at(line, from) : 0;
    uint32_t number = 0;
    char text[16];
    size_t len = 0;
    for (size_t i = 0; i < digits; i++)
        number = number * 10 + (uint32_t)(line.ptr[from + i] - '0');
    for (uint32_t rest = number; rest > 0 || len == 0; rest /= 10)
        text[sizeof text - 2 - len++] = (char)('0' + rest % 10);
    text[sizeof text - 1] = '\0';
    joined(room, ms_span_make(line.ptr, from), text + sizeof text - 1 - len);
    memcpy(room + from + len, line.ptr + from + digits, line.len - from - digits);
    return ms_span_make(room, line.len - digits + len);
}

/* The argument up to what is no digit. */
static ms_span without_suffix(ms_span line)
{
    const size_t digits = line.len > 5 ? digits_at(line, 5) : 0;
    return digits == 0 ? ms_span_absent() : ms_span_make(line.ptr, 5 + digits);
}

static ms_span without_sign(ms_span line, uint8_t *room)
{
    if (line.len < 7 || (line.ptr[5] != '-' && line.ptr[5] != '+'))
        return ms_span_absent();
    memcpy(room, line.ptr, 5);
    memcpy(room + 5, line.ptr + 6, line.len - 6);
    return ms_span_make(room, line.len - 1);
}

static ms_span cut_at_nul(ms_span line)
{
    const uint8_t *nul = line.len == 0 ? NULL : memchr(line.ptr, '\0', line.len);
    return nul == NULL ? ms_span_absent() : ms_span_make(line.ptr, (size_t)(nul - line.ptr));
}

static bool is_base64(uint8_t octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
           octet == '+' || octet == '/';
}

/* The response as a lax decoder reads it. */
static ms_span lax_base64(ms_span line, bool to_pad, uint8_t *room)
{
    size_t len = 0;
    for (size_t i = 0; i < line.len && !(to_pad && len > 0 && line.ptr[i] == '='); i++)
        if (is_base64(line.ptr[i]))
            room[len++] = line.ptr[i];
    while (len % 4 != 0)
        room[len++] = '=';
    return ms_span_make(room, len);
}

ms_span pop3_mutant_substitute(const pop3_server *server, const ms_pop3_parsed *parsed, ms_span line, uint8_t *room)
{
    const ms_pop3_verb verb = parsed->command.verb;
    const ms_pop3_error error = parsed->error;
    const bool number = error == MS_POP3_ERR_MESSAGE_NUMBER;
    for (size_t i = 0; i < sizeof substitutes / sizeof substitutes[0]; i++)
        if (mutant_is(server->settings, substitutes[i].mutant) && substitutes[i].verb == verb &&
            substitutes[i].error == error &&
            (substitutes[i].deviations == 0 || (substitutes[i].deviations & parsed->deviations) != 0))
            return ms_span_make(substitutes[i].instead, strlen(substitutes[i].instead));
    switch (server->settings->mutant) {
    case MUTANT_POP3_LIST_SUFFIX:
        return number && verb == MS_POP3_LIST ? without_suffix(line) : ms_span_absent();
    case MUTANT_POP3_RETR_SUFFIX:
        return number && verb == MS_POP3_RETR ? without_suffix(line) : ms_span_absent();
    case MUTANT_POP3_DELE_SUFFIX:
        return number && verb == MS_POP3_DELE ? without_suffix(line) : ms_span_absent();
    case MUTANT_POP3_SIGNED:
        return number ? without_sign(line, room) : ms_span_absent();
    case MUTANT_POP3_WRAPAROUND:
        return error == MS_POP3_ERR_NUMBER_RANGE && verb != MS_POP3_TOP ? wrapped(line, room) : ms_span_absent();
    case MUTANT_POP3_TOP_NEGATIVE:
        return error == MS_POP3_ERR_LINE_COUNT ? MS_SPAN("TOP 1 0") : ms_span_absent();
    case MUTANT_POP3_TOP_ONE_ARGUMENT:
        return error == MS_POP3_ERR_ARGUMENT_MISSING && verb == MS_POP3_TOP ? MS_SPAN("TOP 1 0") : ms_span_absent();
    case MUTANT_POP3_NUL_CUTS:
        return cut_at_nul(line);
    case MUTANT_POP3_AUTH_LAX:
    case MUTANT_POP3_AUTH_PADDING:
        if (verb == MS_POP3_AUTH_RESPONSE && error != MS_POP3_OK)
            return lax_base64(line, mutant_is(server->settings, MUTANT_POP3_AUTH_PADDING), room);
        return ms_span_absent();
    default:
        return ms_span_absent();
    }
}

/* --- responses that stand ready --------------------------------------------------------------------------- */

enum { AUTHORIZATION = 1, TRANSACTION = 2, NAMED = 4, FAILED = 8, EVERYWHERE = AUTHORIZATION | TRANSACTION };

static const struct {
    serve_mutant mutant;
    ms_pop3_verb verb;
    unsigned where;
    const char *raw;
} canned[] = {
    {MUTANT_POP3_STAT_FIRST, MS_POP3_STAT, AUTHORIZATION, "+OK 0 0\r\n"},
    {MUTANT_POP3_LIST_FIRST, MS_POP3_LIST, AUTHORIZATION, "+OK Scan listing follows\r\n.\r\n"},
    {MUTANT_POP3_RETR_FIRST, MS_POP3_RETR, AUTHORIZATION, "+OK 0 octets\r\n.\r\n"},
    {MUTANT_POP3_DELE_FIRST, MS_POP3_DELE, AUTHORIZATION, "+OK Marked as deleted\r\n"},
    {MUTANT_POP3_NOOP_FIRST, MS_POP3_NOOP, AUTHORIZATION, "+OK Nothing done\r\n"},
    {MUTANT_POP3_RSET_FIRST, MS_POP3_RSET, AUTHORIZATION, "+OK No message is marked\r\n"},
    {MUTANT_POP3_TOP_FIRST, MS_POP3_TOP, AUTHORIZATION, "+OK 0 octets\r\n.\r\n"},
    {MUTANT_POP3_UIDL_FIRST, MS_POP3_UIDL, AUTHORIZATION, "+OK Unique-id listing follows\r\n.\r\n"},
    {MUTANT_POP3_USER_AGAIN, MS_POP3_USER, TRANSACTION, "+OK Now the password\r\n"},
    {MUTANT_POP3_PASS_AGAIN, MS_POP3_PASS, TRANSACTION, "+OK The maildrop is open\r\n"},
    {MUTANT_POP3_APOP_AGAIN, MS_POP3_APOP, TRANSACTION, "+OK The maildrop is open\r\n"},
    {MUTANT_POP3_AUTH_AGAIN, MS_POP3_AUTH, TRANSACTION, "+OK The maildrop is open\r\n"},
    {MUTANT_POP3_UTF8_LATE, MS_POP3_UTF8, TRANSACTION, "+OK UTF8 enabled\r\n"},
    {MUTANT_POP3_CAPA_LATE, MS_POP3_CAPA, TRANSACTION, "-ERR Not in this state\r\n"},
    {MUTANT_POP3_QUIT_EARLY, MS_POP3_QUIT, AUTHORIZATION, "-ERR Log in first\r\n"},
    {MUTANT_POP3_QUIT_NAMED, MS_POP3_QUIT, NAMED, "-ERR The password is due\r\n"},
    {MUTANT_POP3_CAPA_NAMED, MS_POP3_CAPA, NAMED, "-ERR The password is due\r\n"},
    {MUTANT_POP3_FAILED_TRANSACTION, MS_POP3_RETR, FAILED, "+OK 0 octets\r\n.\r\n"},
    {MUTANT_POP3_FAILED_TRANSACTION, MS_POP3_DELE, FAILED, "+OK Marked as deleted\r\n"},
    {MUTANT_POP3_USER_ONCE, MS_POP3_USER, FAILED, "-ERR Too late\r\n"},
    {MUTANT_POP3_AUTH_FAILED_USER, MS_POP3_USER, FAILED, "-ERR Too late\r\n"},
    {MUTANT_POP3_AUTH_ONCE, MS_POP3_AUTH, FAILED, "-ERR Too late\r\n"},
    {MUTANT_POP3_APOP_ONCE, MS_POP3_APOP, FAILED, "-ERR Too late\r\n"},
    {MUTANT_POP3_TOP_LIES, MS_POP3_TOP, EVERYWHERE, "-ERR There is no such command\r\n"},
    {MUTANT_POP3_UIDL_LIES, MS_POP3_UIDL, EVERYWHERE, "-ERR There is no such command\r\n"},
    {MUTANT_POP3_USER_LIES, MS_POP3_USER, EVERYWHERE, "-ERR There is no such command\r\n"},
    {MUTANT_POP3_STLS_LIES, MS_POP3_STLS, AUTHORIZATION, "-ERR There is no TLS today\r\n"},
    {MUTANT_POP3_UTF8_CODE, MS_POP3_UTF8, AUTHORIZATION, "-ERR [UTF8] Not today\r\n"},
    {MUTANT_POP3_LANG_LATE, MS_POP3_LANG, TRANSACTION, "-ERR Not in this state\r\n"},
    {MUTANT_POP3_EMPTY_LINE, ANY_VERB, EVERYWHERE, "+OK\r\n"},
};

static unsigned place_of(const pop3_server *server)
{
    return (server->logged_in ? TRANSACTION : AUTHORIZATION) |
           (server->named_before && !server->logged_in ? NAMED : 0) |
           (server->failed_logins > 0 && !server->logged_in ? FAILED : 0);
}

bool pop3_mutant_canned(pop3_server *server, const ms_pop3_parsed *parsed, ms_span line)
{
    for (size_t i = 0; i < sizeof canned / sizeof canned[0]; i++) {
        const bool empty = canned[i].verb == ANY_VERB && line.len == 0 && server->phase == POP3_COMMANDS;
        if (!mutant_is(server->settings, canned[i].mutant) || (canned[i].where & place_of(server)) == 0 ||
            (canned[i].verb != parsed->command.verb && !empty) || (parsed->error != MS_POP3_OK && !empty))
            continue;
        serve_octets_text(server->out, canned[i].raw);
        return true;
    }
    return false;
}

/* --- responses that are others ------------------------------------------------------------------------------ */

static const struct {
    serve_mutant mutant;
    ms_pop3_verb verb;
    bool positive;
    const char *raw;
} responses[] = {
    {MUTANT_POP3_INDICATOR_CASE, MS_POP3_NOOP, true, "+ok Nothing done\r\n"},
    {MUTANT_POP3_INDICATOR, MS_POP3_NOOP, true, "OK Nothing done\r\n"},
    {MUTANT_POP3_LF_RESPONSE, MS_POP3_RSET, true, "+OK No message is marked\n"},
    {MUTANT_POP3_NO_SPACE, MS_POP3_RSET, true, "+OKdone\r\n"},
    {MUTANT_POP3_TWO_RESPONSES, MS_POP3_NOOP, true, "+OK Nothing\r\n+OK done\r\n"},
    {MUTANT_POP3_RESP_CODE, MS_POP3_RSET, true, "+OK [no marks left\r\n"},
    {MUTANT_POP3_DELE_DOT, MS_POP3_DELE, true, "+OK Marked as deleted\r\n.\r\n"},
    {MUTANT_POP3_ERR_DOT, MS_POP3_RETR, false, "-ERR There is no such message\r\n.\r\n"},
    {MUTANT_POP3_UNKNOWN_OK, MS_POP3_UNKNOWN, false, "+OK Whatever that is\r\n"},
    {MUTANT_POP3_AUTH_SHORT, MS_POP3_AUTH_RESPONSE, false, NULL},
};

bool pop3_mutant_response(pop3_server *server, bool positive)
{
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++)
        if (mutant_is(server->settings, responses[i].mutant) && responses[i].verb == server->verb &&
            responses[i].positive == positive && responses[i].raw != NULL) {
            serve_octets_text(server->out, responses[i].raw);
            return true;
        }
    if (server->verb == MS_POP3_UNKNOWN && !positive && mutant_is(server->settings, MUTANT_POP3_LONG_RESPONSE)) {
        serve_octets_text(server->out, "-ERR ");
        memset(serve_octets_reserve(server->out, 593), 'x', 593);
        server->out->len += 593;
        serve_octets_text(server->out, "\r\n");
        return true;
    }
    if (server->verb == MS_POP3_UNKNOWN && !positive && mutant_is(server->settings, MUTANT_POP3_ECHO)) {
        serve_octets_text(server->out, "-ERR There is no command ");
        serve_octets_add(server->out, server->line);
        serve_octets_text(server->out, "\r\n");
        return true;
    }
    return false;
}

void pop3_mutant_long_line(pop3_server *server)
{
    const bool exchange = server->phase == POP3_EXCHANGE;
    if (mutant_is(server->settings, exchange ? MUTANT_POP3_RESPONSE_STALLS : MUTANT_POP3_LINE_STALLS) &&
        !server->long_line)
        store_stall(server->settings->store);
}

pop3_common pop3_latest;

void pop3_mutant_effect(pop3_server *server)
{
    switch (server->settings->mutant) {
    case MUTANT_POP3_UNASKED:
        server->idled |= server->verb == MS_POP3_NOOP;
        if (server->verb == MS_POP3_STAT && server->idled)
            serve_octets_text(server->out, "+OK You have new mail\r\n");
        break;
    case MUTANT_POP3_UNKNOWN_CLOSES:
        if (server->verb == MS_POP3_UNKNOWN && server->logged_in) {
            store_close(server->settings->store, &server->view, NULL);
            free(server->marked);
            server->marked = NULL;
            server->logged_in = false;
        }
        break;
    case MUTANT_POP3_NOOP_UNMARKS:
        if (server->verb == MS_POP3_NOOP && server->logged_in)
            memset(server->marked, 0, server->view.count);
        break;
    case MUTANT_POP3_CAPA_UNMARKS:
        if (server->verb == MS_POP3_CAPA && server->logged_in)
            memset(server->marked, 0, server->view.count);
        break;
    case MUTANT_POP3_STLS_ENDS:
    case MUTANT_POP3_STLS_AGAIN:
        if (server->verb == MS_POP3_STLS && server->wish != SERVE_TLS)
            server->wish = SERVE_CLOSE;
        break;
    case MUTANT_POP3_PIPELINING_LOSES:
        server->lose_input = server->verb == MS_POP3_USER;
        break;
    case MUTANT_POP3_PIPELINING_RETR:
        server->lose_input = server->verb == MS_POP3_RETR;
        break;
    default:
        break;
    }
}
