/* smtp_mutant_data.c - mutants that are rows of a file: see smtp_mutant.h and data_mutant.h */
#include "harness/serve/smtp_mutant.h"

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
    const unsigned conditions = (server->tls ? DATA_TLS : 0) | (server->user >= 0 ? DATA_AUTH : 0);
    if (server->hello == HELLO_NONE)
        return conditions | DATA_GREETED;
    if (!t->open)
        return conditions | DATA_EHLO;
    return conditions | (t->recipient_count == 0 ? DATA_MAIL : DATA_RCPT);
}

bool smtp_data_mutant_before(smtp_server *server, data_place place, ms_span *line)
{
    data_captures captures;
    const data_mutant *mutant = server->settings->data;
    bool close;
    if (!data_mutant_applies(mutant, place, service_of(server), stage_of(server), *line, &captures) ||
        !data_mutant_before(mutant, &captures, &server->data, line, server->out, &close))
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
