/*
 * pop3_capa.c - CAPA (RFC 2449) and LANG (RFC 6856 section 3): what the POP3 server offers
 */
#include "harness/serve/pop3_mutant.h"

#include <stdio.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/pop3_response.h"

enum { OFFER_ALWAYS, OFFER_USER, OFFER_SASL, OFFER_STLS };

static const struct {
    int when;
    const char *tag, *parameters;
} offers[] = {
    {OFFER_ALWAYS, "TOP", NULL},                  /* RFC 2449 section 6.1 */
    {OFFER_ALWAYS, "UIDL", NULL},                 /* section 6.8 */
    {OFFER_USER, "USER", NULL},                   /* section 6.2 */
    {OFFER_SASL, "SASL", NULL},                   /* RFC 5034 section 3 */
    {OFFER_STLS, "STLS", NULL},                   /* RFC 2595 section 4 */
    {OFFER_ALWAYS, "RESP-CODES", NULL},           /* RFC 2449 section 6.4 */
    {OFFER_ALWAYS, "AUTH-RESP-CODE", NULL},       /* RFC 3206 section 6 */
    {OFFER_ALWAYS, "PIPELINING", NULL},           /* RFC 2449 section 6.6 */
    {OFFER_ALWAYS, "UTF8", NULL},                 /* RFC 6856 section 2 */
    {OFFER_ALWAYS, "LANG", NULL},                 /* RFC 6856 section 3 */
    {OFFER_ALWAYS, "EXPIRE", "NEVER"},            /* RFC 2449 section 6.7 */
    {OFFER_ALWAYS, "IMPLEMENTATION", "mailspec"}, /* RFC 2449 section 6.9; no version (section 10) */
};

static bool offered(const pop3_server *server, int when)
{
    switch (when) {
    case OFFER_USER:
        return pop3_takes_user(server);
    case OFFER_SASL:
        return pop3_takes_auth(server);
    case OFFER_STLS: /* in the AUTHORIZATION state only (RFC 2595 section 8) */
        return server->settings->tls && !server->tls && !server->logged_in;
    default:
        return true;
    }
}

static void list_mechanisms(const pop3_server *server, char *out, size_t room)
{
    const bool plain =
        server->tls || server->settings->plain_auth || mutant_is(server->settings, MUTANT_POP3_AUTH_PLAIN_LISTED);
    size_t len = 0;
    out[0] = '\0';
    for (int m = MS_SASL_OTHER + 1; m < MS_SASL_MECHANISM_COUNT; m++)
        if (auth_offers((ms_sasl_mechanism)m, plain))
            len += (size_t)snprintf(out + len, room - len, "%s%s", len == 0 ? "" : " ",
                                    ms_sasl_mechanism_name((ms_sasl_mechanism)m));
}

void pop3_capa(pop3_server *server)
{
    char mechanisms[200];
    list_mechanisms(server, mechanisms, sizeof mechanisms);
    pop3_ok(server, "Capability list follows");
    for (size_t i = 0; i < sizeof offers / sizeof offers[0]; i++) {
        if (!offered(server, offers[i].when))
            continue;
        const char *parameters = offers[i].when == OFFER_SASL ? mechanisms : offers[i].parameters;
        if (!pop3_mutant_offer(server, offers[i].tag, &parameters))
            continue;
        const ms_span span = parameters == NULL ? ms_span_absent() : ms_span_make(parameters, strlen(parameters));
        uint8_t *out = serve_octets_reserve(server->out, MS_POP3_RESPONSE_LINE_MAX);
        server->out->len += ms_pop3_capability_write(ms_span_make(offers[i].tag, strlen(offers[i].tag)), span, out,
                                                     MS_POP3_RESPONSE_LINE_MAX);
    }
    pop3_mutant_extra_offers(server);
    pop3_end(server);
}

/* There is one language, English, and it is the administrator's choice, too. */
void pop3_lang(pop3_server *server, const ms_pop3_command *command)
{
    const ms_span tag = command->lang.tag;
    const bool star = tag.len == 1 && tag.ptr[0] == '*';
    const bool english = tag.len == 2 && (tag.ptr[0] | 0x20) == 'e' && (tag.ptr[1] | 0x20) == 'n';
    if (ms_span_is_absent(tag)) {
        pop3_ok(server, "Language listing follows");
        if (mutant_is(server->settings, MUTANT_POP3_LANG_LISTING))
            return;
        serve_octets_text(server->out, "en English\r\n");
        pop3_end(server);
    } else if (star || english || mutant_is(server->settings, MUTANT_POP3_LANG_UNKNOWN)) {
        const bool form = mutant_is(server->settings, MUTANT_POP3_LANG_FORM);
        pop3_ok(server, form ? "The language is English" : "en The language is English");
    } else {
        pop3_err(server, "There is no such language");
    }
}
