/* pop3_mutant_data.c - mutants that are rows of a file: see pop3_mutant.h and data_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <string.h>

bool pop3_data_mutant_before(pop3_server *server, data_place place, ms_span *line)
{
    data_captures captures;
    const data_mutant *mutant = server->settings->data;
    const unsigned stage = (server->logged_in ? DATA_TRANSACTION : DATA_AUTHORIZATION) | (server->tls ? DATA_TLS : 0);
    bool close;
    if (!data_mutant_applies(mutant, place, DATA_POP3, stage, *line, &captures) ||
        !data_mutant_before(mutant, &captures, &server->data, line, server->out, &close))
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
    if (data_mutant_after(&server->data, server->out, from))
        server->sending = NULL; /* the message that was to follow */
}
