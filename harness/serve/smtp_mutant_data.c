/* smtp_mutant_data.c - mutants that are rows of a file: see smtp_mutant.h and data_mutant.h */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

static unsigned service_of(const smtp_server *server)
{
    switch (server->variant) {
    case MS_VARIANT_SMTP:
        return DATA_SMTP;
    case MS_VARIANT_SUBMISSION:
        return DATA_SUBMISSION;
    case MS_VARIANT_LMTP:
        return DATA_LMTP;
    }
    return 0;
}

static unsigned stage_of(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    const unsigned conditions = (server->tls ? DATA_TLS : 0) | (server->user >= 0 ? DATA_AUTH : 0) |
                                (server->tls ? 0 : DATA_CLEAR) | (server->failed_logins > 0 ? DATA_FAILED : 0);
    if (server->hello == HELLO_NONE)
        return conditions | DATA_GREETED;
    if (!t->open)
        return conditions | DATA_EHLO;
    return conditions | (t->recipient_count == 0 ? DATA_MAIL : DATA_RCPT);
}

static const data_mutant *row_for(smtp_server *server, data_place place, ms_span line, data_captures *captures)
{
    const data_session session = {service_of(server), stage_of(server), &server->data.hits};
    return data_mutant_applies(server->settings->data, place, &session, line, captures);
}

bool smtp_data_mutant_before(smtp_server *server, data_place place, ms_span *line)
{
    data_captures captures;
    const data_mutant *mutant = row_for(server, place, *line, &captures);
    bool close;
    if (mutant == NULL)
        return false;
    const bool answered = data_mutant_before(mutant, &captures, &server->data, line, server->out, &close);
    server->lose_input |= server->data.lose;
    if (server->data.stalls)
        store_stall(server->settings->store);
    if (!answered)
        return false;
    server->verb = MS_SMTP_UNKNOWN;
    if (server->phase == PHASE_AUTH && server->data.text.len > 0 && server->data.text.ptr[0] != '3')
        server->phase = PHASE_COMMANDS; /* only another challenge goes on with the exchange */
    if (close)
        server->wish = SERVE_CLOSE;
    return true;
}

void smtp_data_mutant_after(smtp_server *server, size_t from)
{
    if (server->phase != PHASE_CHUNK) /* the reply to BDAT stands behind its chunk */
        data_mutant_after(&server->data, server->out, from);
}

/* --- messages ------------------------------------------------------------------------------------- */

bool smtp_data_mutant_message(smtp_server *server)
{
    data_captures captures;
    const ms_span content = serve_octets_span(&server->transaction.content);
    const data_mutant *mutant = row_for(server, DATA_AT_MESSAGE, content, &captures);
    bool close;
    server->edits_message = false;
    if (mutant == NULL)
        return false;
    const bool answered = data_mutant_message(mutant, &captures, &server->data, server->out, &close);
    server->edits_message = server->data.edits;
    if (server->data.stalls)
        store_stall(server->settings->store);
    if (close)
        server->wish = SERVE_CLOSE;
    return answered;
}

bool smtp_data_mutant_edits(const smtp_server *server, ms_span content, serve_octets *copy)
{
    if (server->edits_message)
        data_mutant_edit(content, serve_octets_span(&server->data.wanted), serve_octets_span(&server->data.text), copy);
    return server->edits_message;
}

bool smtp_data_mutant_ends(smtp_server *server, ms_span last)
{
    data_captures captures;
    serve_octets end = {0};
    const data_mutant *mutant = row_for(server, DATA_AT_DATA, MS_SPAN(""), &captures);
    if (mutant == NULL)
        return false;
    data_mutant_wanted(mutant, NULL, &end);
    const bool ends = end.len <= last.len && memcmp(last.ptr + last.len - end.len, end.ptr, end.len) == 0;
    serve_octets_free(&end);
    return ends;
}
