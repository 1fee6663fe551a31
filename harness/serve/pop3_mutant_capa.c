/* pop3_mutant_capa.c - capabilities of the mutants: see pop3_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <string.h>

enum { AUTHORIZATION = 1, TRANSACTION = 2, EVERYWHERE = AUTHORIZATION | TRANSACTION };

static const struct {
    serve_mutant mutant;
    unsigned where;
    const char *tag;
    const char *instead; /* parameters; NULL: the capability is left out */
} offers[] = {
    {MUTANT_POP3_CAPA_DROPS, TRANSACTION, "TOP", NULL},
    {MUTANT_POP3_CAPA_LATER, AUTHORIZATION, "UIDL", NULL},
    {MUTANT_POP3_CAPA_VERSION, AUTHORIZATION, "IMPLEMENTATION", "mailspec-0.1.0-linux-x86_64"},
    {MUTANT_POP3_TOP_HIDDEN, EVERYWHERE, "TOP", NULL},
    {MUTANT_POP3_UIDL_HIDDEN, EVERYWHERE, "UIDL", NULL},
    {MUTANT_POP3_USER_HIDDEN, EVERYWHERE, "USER", NULL},
    {MUTANT_POP3_SASL_HIDDEN, EVERYWHERE, "SASL", NULL},
    {MUTANT_POP3_SASL_LATER, TRANSACTION, "SASL", NULL},
    {MUTANT_POP3_SASL_BLANKS, EVERYWHERE, "SASL", "CRAM-MD5,SCRAM-SHA-256"},
    {MUTANT_POP3_SASL_LIES, EVERYWHERE, "SASL", "CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256"},
    {MUTANT_POP3_CODES_HIDDEN, EVERYWHERE, "RESP-CODES", NULL},
    {MUTANT_POP3_CODE_ARGUMENT, EVERYWHERE, "AUTH-RESP-CODE", "1"},
    {MUTANT_POP3_EXPIRE_MORE, AUTHORIZATION, "EXPIRE", "30 USER"},
    {MUTANT_POP3_EXPIRE_MORE, TRANSACTION, "EXPIRE", "7"},
    {MUTANT_POP3_UTF8_HIDDEN, TRANSACTION, "UTF8", NULL},
};

static unsigned place_of(const pop3_server *server)
{
    return server->logged_in ? TRANSACTION : AUTHORIZATION;
}

bool pop3_mutant_offer(const pop3_server *server, const char *tag, const char **parameters)
{
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        if (!mutant_is(server->settings, offers[i].mutant) || (offers[i].where & place_of(server)) == 0 ||
            strcmp(offers[i].tag, tag) != 0)
            continue;
        *parameters = offers[i].instead;
        return offers[i].instead != NULL;
    }
    return true;
}

void pop3_mutant_extra_offers(pop3_server *server)
{
    switch (server->settings->mutant) {
    case MUTANT_POP3_CAPA_TWICE:
        serve_octets_text(server->out, "EXPIRE 30\r\n");
        break;
    case MUTANT_POP3_DELAY_AGAIN:
        serve_octets_text(server->out, "LOGIN-DELAY 5\r\n");
        if (server->logged_in)
            store_delay(server->settings->store, true);
        break;
    case MUTANT_POP3_CAPA_APOP:
        serve_octets_text(server->out, "APOP\r\n");
        break;
    case MUTANT_POP3_CAPA_UNREGISTERED:
        serve_octets_text(server->out, "FASTLANE\r\n");
        break;
    case MUTANT_POP3_CAPA_LONG:
        serve_octets_text(server->out, "X-LONG ");
        memset(serve_octets_reserve(server->out, 591), 'x', 591);
        server->out->len += 591;
        serve_octets_text(server->out, "\r\n");
        break;
    case MUTANT_POP3_STLS_LISTED:
        serve_octets_text(server->out, server->tls ? "STLS\r\n" : "");
        break;
    case MUTANT_POP3_STLS_LISTED_LATE:
        serve_octets_text(server->out, server->logged_in && !server->tls ? "STLS\r\n" : "");
        break;
    default:
        break;
    }
}
