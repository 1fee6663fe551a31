/* pop3_mutant_data.c - mutants that are rows of a file: see pop3_mutant.h and data_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <string.h>

bool pop3_data_mutant_before(pop3_server *server, data_place place, ms_span *line)
{
    data_captures captures;
    const unsigned stage = (server->logged_in ? DATA_TRANSACTION : DATA_AUTHORIZATION) |
                           (server->tls ? DATA_TLS : DATA_CLEAR) | (server->failed_logins > 0 ? DATA_FAILED : 0);
    const data_session session = {DATA_POP3, stage, &server->data.hits};
    const data_mutant *mutant = data_mutant_applies(server->settings->data, place, &session, *line, &captures);
    bool close;
    if (mutant == NULL)
        return false;
    const bool answered = data_mutant_before(mutant, &captures, &server->data, line, server->out, &close);
    server->lose_input |= server->data.lose;
    if (server->data.stalls)
        store_stall(server->settings->store);
    if (!answered)
        return false;
    server->verb = MS_POP3_UNKNOWN;
    if (server->data.text.len < 2 || memcmp(server->data.text.ptr, "+ ", 2) != 0)
        server->phase = POP3_COMMANDS; /* only another challenge goes on with an exchange */
    if (close)
        server->wish = SERVE_CLOSE;
    return true;
}

void pop3_data_mutant_after(pop3_server *server, size_t from)
{
    while (server->data.due && server->data.edits && server->sending != NULL)
        pop3_send_more(server);
    if (data_mutant_after(&server->data, server->out, from))
        server->sending = NULL; /* the message that was to follow */
}
