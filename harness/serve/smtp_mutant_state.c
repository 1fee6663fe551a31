/* smtp_mutant_state.c - order and state of the mutants: see smtp_mutant.h */
#include "harness/serve/smtp_mutant.h"
#include "harness/serve/smtp_order.h"

#include <string.h>

/* --- order ------------------------------------------------------------------------------------------ */

static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    unsigned need;
} waivers[] = {
    {MUTANT_SMTP_RCPT_FIRST, MS_SMTP_RCPT, NEEDS_SENDER},
    {MUTANT_SMTP_DATA_FIRST, MS_SMTP_DATA, NEEDS_SENDER},
    {MUTANT_SMTP_NESTED_MAIL, MS_SMTP_MAIL, NEEDS_NO_SENDER},
    {MUTANT_SMTP_BDAT_THEN_DATA, MS_SMTP_DATA, NEEDS_NO_CHUNKS},
    {MUTANT_SMTP_BINARY_BY_DATA, MS_SMTP_DATA, NEEDS_NOT_BINARY},
    {MUTANT_SMTP_TLS_AGAIN, MS_SMTP_STARTTLS, NEEDS_CLEAR},
    {MUTANT_SMTP_AUTH_TWICE, MS_SMTP_AUTH, NEEDS_STRANGER},
    {MUTANT_SMTP_AUTH_IN_MAIL, MS_SMTP_AUTH, NEEDS_NO_SENDER},
    {MUTANT_SUBMISSION_OPEN, MS_SMTP_MAIL, NEEDS_LOGIN},
};

static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    unsigned need;
} needs[] = {
    {MUTANT_SMTP_NOOP_NEEDS_EHLO, MS_SMTP_NOOP, NEEDS_HELLO},  {MUTANT_SMTP_HELP_NEEDS_EHLO, MS_SMTP_HELP, NEEDS_HELLO},
    {MUTANT_SMTP_VRFY_NEEDS_EHLO, MS_SMTP_VRFY, NEEDS_HELLO},  {MUTANT_SMTP_EXPN_NEEDS_EHLO, MS_SMTP_EXPN, NEEDS_HELLO},
    {MUTANT_SMTP_RSET_NEEDS_EHLO, MS_SMTP_RSET, NEEDS_HELLO},  {MUTANT_SMTP_QUIT_NEEDS_EHLO, MS_SMTP_QUIT, NEEDS_HELLO},
    {MUTANT_SMTP_DEMAND_NOOP, MS_SMTP_NOOP, NEEDS_ENCRYPTION},
};

unsigned smtp_mutant_waived(const smtp_server *server, ms_smtp_verb verb)
{
    for (size_t i = 0; i < sizeof waivers / sizeof waivers[0]; i++)
        if (mutant_is(server->settings, waivers[i].mutant) && waivers[i].verb == verb)
            return waivers[i].need;
    return 0;
}

unsigned smtp_mutant_needed(const smtp_server *server, ms_smtp_verb verb)
{
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (mutant_is(server->settings, needs[i].mutant) && needs[i].verb == verb)
            return needs[i].need;
    return 0;
}

/* --- effects ------------------------------------------------------------------------------------------ */

enum effect { CLEARS, CLOSES, FORGETS_HELLO, LOSES_INPUT, OPENS, READS_DATA, STAYS };

/* What happens behind the reply to verb, if it was positive, refused, or either. */
static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    unsigned from, to; /* codes */
    enum effect effect;
} effects[] = {
    {MUTANT_SMTP_NOOP_CLEARS, MS_SMTP_NOOP, 200, 299, CLEARS},
    {MUTANT_SMTP_NOOP_FORGETS, MS_SMTP_NOOP, 200, 299, FORGETS_HELLO},
    {MUTANT_SMTP_VRFY_CLEARS, MS_SMTP_VRFY, 200, 599, CLEARS},
    {MUTANT_SMTP_EXPN_CLEARS, MS_SMTP_EXPN, 200, 599, CLEARS},
    {MUTANT_SMTP_HELP_CLEARS, MS_SMTP_HELP, 200, 299, CLEARS},
    {MUTANT_SMTP_UNKNOWN_CLEARS, MS_SMTP_UNKNOWN, 500, 599, CLEARS},
    {MUTANT_SMTP_SYNTAX_CLEARS, MS_SMTP_RSET, 500, 501, CLEARS},
    {MUTANT_SMTP_SYNTAX_CLEARS, MS_SMTP_QUIT, 500, 501, CLEARS},
    {MUTANT_SMTP_SYNTAX_CLEARS, MS_SMTP_DATA, 500, 501, CLEARS},
    {MUTANT_SMTP_SYNTAX_CLEARS, MS_SMTP_STARTTLS, 500, 501, CLEARS},
    {MUTANT_SMTP_SYNTAX_CLEARS, MS_SMTP_RCPT, 500, 501, CLEARS},
    {MUTANT_SMTP_NESTED_MAIL_CLEARS, MS_SMTP_MAIL, 503, 503, CLEARS},
    {MUTANT_SMTP_REFUSED_RCPT_CLEARS, MS_SMTP_RCPT, 550, 550, CLEARS},
    {MUTANT_SMTP_REFUSED_EHLO_CLEARS, MS_SMTP_EHLO, 500, 599, CLEARS},
    {MUTANT_SMTP_REFUSED_HELO_CLEARS, MS_SMTP_HELO, 500, 599, CLEARS},
    {MUTANT_SMTP_REFUSED_EHLO_FORGETS, MS_SMTP_EHLO, 500, 599, FORGETS_HELLO},
    {MUTANT_SMTP_ORDER_OPENS, MS_SMTP_RCPT, 503, 503, OPENS},
    {MUTANT_SMTP_ORDER_OPENS, MS_SMTP_DATA, 503, 503, OPENS},
    {MUTANT_SMTP_REFUSED_DATA_CLEARS, MS_SMTP_DATA, 503, 554, CLEARS},
    {MUTANT_SMTP_REFUSED_DATA_READS, MS_SMTP_DATA, 503, 554, READS_DATA},
    {MUTANT_SMTP_TOO_MANY_DROPS, MS_SMTP_RCPT, 452, 452, CLEARS},
    {MUTANT_SMTP_BAD_MAIL_OPENS, MS_SMTP_MAIL, 500, 599, OPENS},
    {MUTANT_SMTP_RSET_FORGETS_EHLO, MS_SMTP_RSET, 200, 299, FORGETS_HELLO},
    {MUTANT_SMTP_UNKNOWN_CLOSES, MS_SMTP_UNKNOWN, 500, 500, CLOSES},
    {MUTANT_SMTP_SYNTAX_CLOSES, MS_SMTP_MAIL, 501, 501, CLOSES},
    {MUTANT_SMTP_RSET_CLOSES, MS_SMTP_RSET, 200, 299, CLOSES},
    {MUTANT_SMTP_ORDER_CLOSES, MS_SMTP_RCPT, 503, 503, CLOSES},
    {MUTANT_SMTP_QUIT_STAYS, MS_SMTP_QUIT, 221, 221, STAYS},
    {MUTANT_SMTP_AUTH_CANCEL_CLOSES, MS_SMTP_AUTH_RESPONSE, 501, 501, CLOSES},
    {MUTANT_SMTP_AUTH_FAILED_CLOSES, MS_SMTP_AUTH_RESPONSE, 535, 535, CLOSES},
    {MUTANT_SMTP_AUTH_FAILED_CLOSES, MS_SMTP_AUTH, 535, 535, CLOSES},
    {MUTANT_SMTP_ERROR_LOSES_INPUT, MS_SMTP_MAIL, 500, 599, LOSES_INPUT},
    {MUTANT_SMTP_RCPT_LOSES_INPUT, MS_SMTP_RCPT, 500, 599, LOSES_INPUT},
    {MUTANT_SMTP_END_LOSES_INPUT, MS_SMTP_END_OF_DATA, 200, 299, LOSES_INPUT},
};

static void take_effect(smtp_server *server, enum effect effect)
{
    switch (effect) {
    case CLEARS:
        smtp_transaction_clear(server);
        break;
    case CLOSES:
        server->wish = SERVE_CLOSE;
        break;
    case FORGETS_HELLO:
        server->hello = HELLO_NONE;
        break;
    case LOSES_INPUT:
        server->lose_input = true;
        break;
    case OPENS:
        server->transaction.open = true;
        break;
    case READS_DATA:
        ms_content_init(&server->transaction.scanner);
        server->watch = (smtp_watch){.last = {[14] = '\r', [15] = '\n'}};
        server->phase = PHASE_DATA;
        break;
    case STAYS:
        server->wish = SERVE_AGAIN;
        break;
    }
}

/* The replies to MAIL and RCPT that stand in one segment change places. */
static void reverse_replies(smtp_server *server)
{
    const size_t before = server->mail_reply, middle = server->reply_from;
    if (server->verb != MS_SMTP_RCPT || before >= middle)
        return;
    uint8_t copy[1024];
    const size_t first = middle - before, second = server->out->len - middle;
    if (first > sizeof copy)
        return;
    memcpy(copy, server->out->ptr + before, first);
    memmove(server->out->ptr + before, server->out->ptr + middle, second);
    memcpy(server->out->ptr + before + second, copy, first);
}

void smtp_mutant_effect(smtp_server *server)
{
    if (mutant_is(server->settings, MUTANT_SMTP_REPLY_ORDER))
        reverse_replies(server);
    server->mail_reply = server->verb == MS_SMTP_MAIL ? server->reply_from : SIZE_MAX;
    if (mutant_is(server->settings, MUTANT_SMTP_BDAT_NOOP) && server->verb == MS_SMTP_NOOP &&
        server->transaction.chunks)
        smtp_transaction_clear(server);
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++)
        if (mutant_is(server->settings, effects[i].mutant) && effects[i].verb == server->verb &&
            server->last_code >= effects[i].from && server->last_code <= effects[i].to)
            take_effect(server, effects[i].effect);
}

/* --- relaying ------------------------------------------------------------------------------------------ */

static bool is_localhost(const smtp_server *server)
{
    const ms_span name = serve_octets_span(&server->hello_name);
    return (name.len == 9 && memcmp(name.ptr, "localhost", 9) == 0) ||
           (name.len == strlen(server->settings->host_name) &&
            memcmp(name.ptr, server->settings->host_name, name.len) == 0);
}

bool smtp_mutant_relays(const smtp_server *server, const ms_smtp_path *path, const address *to)
{
    const smtp_transaction *t = &server->transaction;
    const bool remote = to->kind == ADDRESS_REMOTE;
    switch (server->settings->mutant) {
    case MUTANT_SMTP_OPEN_RELAY:
        return remote;
    case MUTANT_SMTP_RELAY_PERCENT:
        return to->kind != ADDRESS_LOCAL && memchr(path->local_part.ptr, '%', path->local_part.len) != NULL;
    case MUTANT_SMTP_RELAY_ROUTE:
        return remote && !ms_span_is_absent(path->source_route);
    case MUTANT_SMTP_RELAY_NULL:
        return remote && t->reverse_path.len == 0;
    case MUTANT_SMTP_RELAY_SENDER:
        return remote && t->from.kind == ADDRESS_LOCAL;
    case MUTANT_SMTP_RELAY_HELLO:
        return remote && is_localhost(server);
    case MUTANT_SMTP_RELAY_SECOND:
        return remote && t->recipient_count > 0;
    case MUTANT_SMTP_RELAY_AUTH_PARAMETER:
        return remote && t->auth_given;
    case MUTANT_SMTP_RELAY_BEFORE_AUTH:
        return remote && smtp_mutant_holds(server->input, "AUTH PLAIN");
    case MUTANT_SMTP_RELAY_FAILED_AUTH:
        return remote && server->failed_logins > 0;
    default:
        return false;
    }
}
