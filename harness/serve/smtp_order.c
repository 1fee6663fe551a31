/*
 * smtp_order.c - which SMTP command may stand where (RFC 5321 sections 3.3 and 4.1.4, and the extensions)
 */
#include "harness/serve/smtp_order.h"
#include "harness/serve/smtp_mutant.h"

static const struct {
    ms_smtp_verb verb;
    unsigned needs;
} rules[] = {
    {MS_SMTP_MAIL, NEEDS_ENCRYPTION | NEEDS_HELLO | NEEDS_LOGIN | NEEDS_NO_SENDER},
    {MS_SMTP_RCPT, NEEDS_ENCRYPTION | NEEDS_SENDER | NEEDS_NO_CHUNKS},
    {MS_SMTP_DATA, NEEDS_ENCRYPTION | NEEDS_SENDER | NEEDS_NO_CHUNKS | NEEDS_NOT_BINARY},
    {MS_SMTP_BDAT, NEEDS_ENCRYPTION | NEEDS_SENDER},
    {MS_SMTP_VRFY, NEEDS_ENCRYPTION | NEEDS_LOGIN},
    {MS_SMTP_EXPN, NEEDS_ENCRYPTION | NEEDS_LOGIN},
    {MS_SMTP_STARTTLS, NEEDS_EHLO | NEEDS_CLEAR},
    {MS_SMTP_AUTH, NEEDS_ENCRYPTION | NEEDS_EHLO | NEEDS_NO_SENDER | NEEDS_STRANGER},
};

static unsigned missing(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    return (server->hello == HELLO_NONE ? NEEDS_HELLO : 0) | (server->hello != HELLO_EHLO ? NEEDS_EHLO : 0) |
           (!t->open ? NEEDS_SENDER : NEEDS_NO_SENDER) | (t->chunks ? NEEDS_NO_CHUNKS : 0) |
           (t->body == MS_BODY_BINARYMIME ? NEEDS_NOT_BINARY : 0) | (server->user >= 0 ? NEEDS_STRANGER : 0) |
           (server->tls ? NEEDS_CLEAR : 0) |
           (server->variant == MS_VARIANT_SUBMISSION && server->user < 0 ? NEEDS_LOGIN : 0) |
           (server->settings->require_tls && !server->tls ? NEEDS_ENCRYPTION : 0);
}

/* The replies, the first one that is missing counts. */
static const struct {
    unsigned need;
    uint16_t code, subject, detail;
    const char *text;
} refusals[] = {
    {NEEDS_ENCRYPTION, 530, 7, 0, "Must issue a STARTTLS command first"},
    {NEEDS_HELLO, 503, 5, 1, "EHLO comes first"},
    {NEEDS_EHLO, 503, 5, 1, "EHLO comes first"},
    {NEEDS_LOGIN, 530, 7, 0, "Authentication required"},
    {NEEDS_SENDER, 503, 5, 1, "MAIL comes first"},
    {NEEDS_NO_SENDER, 503, 5, 1, "A mail transaction is open"},
    {NEEDS_NO_CHUNKS, 503, 5, 1, "BDAT has begun the message"},
    {NEEDS_NOT_BINARY, 503, 5, 1, "BODY=BINARYMIME is sent by BDAT"},
    {NEEDS_STRANGER, 503, 5, 1, "Authenticated already"},
    {NEEDS_CLEAR, 503, 5, 1, "TLS is active already"},
};

bool smtp_in_order(smtp_server *server, ms_smtp_verb verb)
{
    unsigned needs = 0;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].verb == verb)
            needs = rules[i].needs;
    needs = ((needs & ~smtp_mutant_waived(server, verb)) | smtp_mutant_needed(server, verb)) & missing(server);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if ((needs & refusals[i].need) == 0)
            continue;
        const bool demands = refusals[i].need == NEEDS_ENCRYPTION;
        if (demands && mutant_is(server->settings, MUTANT_SMTP_DEMAND_CODE))
            smtp_reply(server, 554, 7, 0, refusals[i].text);
        else if (demands && mutant_is(server->settings, MUTANT_SMTP_DEMAND_STATUS))
            smtp_reply(server, 530, 5, 1, refusals[i].text);
        else
            smtp_reply(server, refusals[i].code, refusals[i].subject, refusals[i].detail, refusals[i].text);
        return false;
    }
    return true;
}
