/* pop3_mutant_data.c - mutants that are rows of a file: see pop3_mutant.h and data_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <string.h>

bool pop3_data_mutant_before(pop3_server *server, data_place place, ms_span *line)
{
    data_captures captures;
    const data_mutant *mutant = server->settings->data;
    const unsigned stage = (server->logged_in ? DATA_TRANSACTION : DATA_AUTHORIZATION) | (server->tls ? DATA_TLS : 0);
    if (!data_mutant_applies(mutant, place, DATA_POP3, stage, *line, &captures))
        return false;
    serve_octets_clear(&server->data_text);
    data_mutant_text(mutant, &captures, &server->data_text);
    switch (mutant->action) {
    case DATA_REPLY:
        server->data_hit = true;
        return false;
    case DATA_SILENT:
        serve_octets_clear(&server->data_text);
        server->data_hit = true;
        return false;
    case DATA_AS:
        *line = serve_octets_span(&server->data_text);
        return false;
    case DATA_ANSWER:
    case DATA_LAST:
        serve_octets_add(server->out, serve_octets_span(&server->data_text));
        break;
    case DATA_CLOSE:
    case DATA_ACTIONS:
        break;
    }
    server->verb = MS_POP3_UNKNOWN;
    if (server->data_text.len < 2 || memcmp(server->data_text.ptr, "+ ", 2) != 0)
        server->phase = POP3_COMMANDS; /* only another challenge goes on with an exchange */
    if (mutant->action != DATA_ANSWER)
        server->wish = SERVE_CLOSE;
    return true;
}

void pop3_data_mutant_after(pop3_server *server, size_t from)
{
    if (!server->data_hit)
        return;
    server->data_hit = false;
    server->sending = NULL; /* the message that was to follow */
    server->out->len = from;
    serve_octets_add(server->out, serve_octets_span(&server->data_text));
}
