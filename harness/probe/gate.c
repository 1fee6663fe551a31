/* gate.c - needs:, not-offered:, profile: - does a case apply to this target? */
#include <stdio.h>
#include <string.h>

#include "harness/probe/maildrop.h"
#include "harness/probe/play.h"

typedef struct gate {
    const probe_context *context;
    const probe_endpoint *endpoint;
    const mst_document *document;
    const probe_offer *offer; /* of the layer that the case starts in */
    bool tls;                 /* it starts in TLS */
    bool pop3;
    const char *because; /* more about what does not hold; NULL */
} gate;

/* --- the layer ----------------------------------------------------------------------------- */

bool probe_needs(const mst_document *document, const char *word)
{
    for (const mst_gate *need = document->header.needs; need != NULL; need = need->next)
        if (need->kind == MST_GATE_CONDITION && probe_is_word(need->word, word))
            return true;
    return false;
}

/* A keyword or mechanism that the case needs is offered in TLS only: PLAIN often is (RFC 4954 section 4). */
static bool offered_in_tls_only(const probe_endpoint *endpoint, const mst_gate *need)
{
    const bool mechanism = need->kind == MST_GATE_AUTH && !ms_span_is_absent(need->word);
    if (need->kind != MST_GATE_EHLO && !mechanism)
        return false;
    const ms_span keyword = mechanism ? MS_SPAN("AUTH") : need->word;
    const ms_span parameter = mechanism ? need->word : need->parameter;
    return !probe_offer_has(&endpoint->clear, keyword, parameter) &&
           probe_offer_has(&endpoint->tls, keyword, parameter);
}

static bool needs_tls_offer(const probe_endpoint *endpoint, const mst_document *document)
{
    if (endpoint->target.protocol == NET_POP3 || probe_needs(document, "notls"))
        return false;
    for (const mst_gate *need = document->header.needs; need != NULL; need = need->next)
        if (offered_in_tls_only(endpoint, need))
            return true;
    return false;
}

bool probe_starts_in_tls(const probe_endpoint *endpoint, const mst_document *document)
{
    if (endpoint->target.implicit_tls)
        return true;
    for (const mst_start *start = document->header.starts; start != NULL; start = start->next) {
        const bool mail = start->state >= MST_STATE_READY && start->state <= MST_STATE_DATA;
        const bool login = start->state == MST_STATE_AUTH || start->state == MST_STATE_TRANSACTION ||
                           (mail && endpoint->auth_required);
        if (start->state == MST_STATE_TLS || (login && endpoint->login_tls) || (mail && endpoint->tls_required))
            return true;
        if ((start->state == MST_STATE_EHLO || mail) && needs_tls_offer(endpoint, document))
            return true;
    }
    return false;
}

bool probe_starts_in(const mst_document *document, mst_state state)
{
    for (const mst_start *start = document->header.starts; start != NULL; start = start->next)
        if (start->state == state)
            return true;
    return false;
}

/* --- single conditions ------------------------------------------------------------------------ */

static bool has_account(const gate *g)
{
    return g->context->settings.user != NULL && g->context->settings.password != NULL;
}

static bool auth(gate *g, ms_span mechanism)
{
    const probe_endpoint *endpoint = g->endpoint;
    if (!has_account(g)) {
        g->because = "no account was given (--user, --password-file)";
        return false;
    }
    if (ms_span_is_absent(mechanism)) {
        g->because = endpoint->why_auth;
        return endpoint->auth_works;
    }
    if (g->pop3 && probe_is_word(mechanism, "APOP"))
        return endpoint->apop_banner;
    if (probe_is_word(mechanism, "SCRAM"))
        return (probe_offer_mechanisms(g->offer, g->pop3) &
                ((uint32_t)1 << MS_SASL_SCRAM_SHA_1 | (uint32_t)1 << MS_SASL_SCRAM_SHA_256)) != 0;
    return probe_offer_has(g->offer, g->pop3 ? MS_SPAN("SASL") : MS_SPAN("AUTH"), mechanism);
}

static bool size_limit(const gate *g)
{
    const ms_span words = probe_offer_find(g->offer, MS_SPAN("SIZE"));
    size_t i = 0;
    while (!ms_span_is_absent(words) && i < words.len && (words.ptr[i] == ' ' || words.ptr[i] == '0'))
        i++;
    return !ms_span_is_absent(words) && i < words.len;
}

static bool is_in_clear(mst_state state)
{
    return state == MST_STATE_CONNECTED || state == MST_STATE_GREETED;
}

/* A connection of the script is opened no further than its greeting; blocks open none but those that have failed. */
static bool opens_in_clear(const mst_step *step)
{
    for (; step != NULL; step = step->next)
        if (step->kind == MST_OPEN && is_in_clear(step->open.state))
            return true;
    return false;
}

/* USER and PASS on each connection of the case: where one of them is in clear, they have to be taken there. */
static bool user_pass(const gate *g)
{
    const probe_endpoint *pop3 = g->pop3 ? g->endpoint : g->endpoint->pop3;
    if (pop3 == NULL || !pop3->user_pass)
        return false;
    bool clear = g->document->header.starts == NULL || opens_in_clear(g->document->script.first);
    for (const mst_start *start = g->document->header.starts; start != NULL; start = start->next)
        clear |= is_in_clear(start->state);
    return pop3->user_pass_clear || !clear || g->endpoint->target.implicit_tls;
}

typedef bool condition(gate *g);

static bool has_tls(gate *g)
{
    g->because = g->endpoint->why_tls;
    return g->endpoint->tls_works;
}
static bool no_tls(gate *g)
{
    return !g->tls;
}
static bool implicit_tls(gate *g)
{
    return g->endpoint->target.implicit_tls;
}
static bool tls_required(gate *g)
{
    return g->endpoint->tls_required;
}
static bool auth_required(gate *g)
{
    return g->endpoint->auth_required;
}
static bool client_cert(gate *g)
{
    return g->context->settings.tls.certificate != NULL;
}
static bool takes_user_pass(gate *g)
{
    return user_pass(g);
}
static bool apop_banner(gate *g)
{
    return g->endpoint->apop_banner;
}
/* A case that only looks at the second recipient's mail needs no login where a maildir shows it; one that logs in
 * says ${user2}, and is skipped without it. */
static bool second_account(gate *g)
{
    const probe_settings *settings = &g->context->settings;
    return (settings->user2 != NULL && settings->password2 != NULL) || (!g->pop3 && settings->maildir2 != NULL);
}
static bool always(gate *g)
{
    (void)g;
    return true;
}
static bool by_pop3(gate *g)
{
    const probe_endpoint *pop3 = g->pop3 ? g->endpoint : g->endpoint->pop3;
    return pop3 != NULL && pop3->auth_works;
}
static bool delivery_check(gate *g)
{
    return probe_store_visible(g->context, g->endpoint, false);
}
static bool local_rcpt(gate *g)
{
    const probe_endpoint *smtp = g->pop3 ? g->endpoint->smtp : g->endpoint;
    g->because = NULL;
    if (g->context->settings.rcpt == NULL)
        g->because = "no recipient was given (--rcpt)";
    else if (smtp != NULL && smtp->rcpt_refused)
        g->because = smtp->why_rcpt;
    return g->because == NULL;
}
static bool unknown_rcpt(gate *g)
{
    return g->context->settings.unknown != NULL;
}
static bool remote_rcpt(gate *g)
{
    return g->context->settings.remote != NULL;
}
static bool list(gate *g)
{
    return g->context->settings.list != NULL;
}
static bool alias(gate *g)
{
    return g->context->settings.alias != NULL;
}
static bool is_submission(gate *g)
{
    return g->endpoint->target.protocol == NET_SUBMISSION;
}
static bool is_lmtp(gate *g)
{
    return g->endpoint->target.protocol == NET_LMTP;
}
static bool is_mx(gate *g)
{
    return g->endpoint->target.protocol == NET_SMTP;
}
static bool has_size_limit(gate *g)
{
    return size_limit(g);
}

/* What is not in the table holds only if the user says so (--have). */
static const struct {
    const char *word;
    condition *holds;
    const char *otherwise; /* what would make it hold; NULL */
} conditions[] = {
    {"tls", has_tls, NULL},
    {"notls", no_tls, NULL},
    {"implicit-tls", implicit_tls, NULL},
    {"tls-required", tls_required, NULL},
    {"auth-required", auth_required, NULL},
    {"client-cert", client_cert, "no certificate was given (--cert)"},
    {"user-pass", takes_user_pass, NULL},
    {"apop-banner", apop_banner, NULL},
    {"second-account", second_account, "no second account was given (--user2, or --rcpt2 and --maildir2)"},
    {"two-sessions", always, NULL},
    {"pop3", by_pop3, NULL},
    {"delivery-check", delivery_check, "the mail cannot be seen (a pop3:// target and --user, or --maildir)"},
    {"local-rcpt", local_rcpt, NULL},
    {"many-rcpt", local_rcpt, NULL}, /* the same mailbox as often as is wanted */
    {"unknown-rcpt", unknown_rcpt, "no such address was given (--unknown-rcpt)"},
    {"remote-rcpt", remote_rcpt, "no such address was given (--remote-rcpt)"},
    {"list", list, "no such address was given (--list-rcpt)"},
    {"alias", alias, "no such address was given (--alias-rcpt)"},
    {"submission", is_submission, NULL},
    {"lmtp", is_lmtp, NULL},
    {"mx", is_mx, NULL},
    {"size-limit", has_size_limit, NULL},
};

static bool vouched_for(const gate *g, ms_span word)
{
    for (const char *const *have = g->context->have; have != NULL && *have != NULL; have++)
        if (probe_is_word(word, *have))
            return true;
    return false;
}

static bool named(gate *g, ms_span word)
{
    if (vouched_for(g, word))
        return true;
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (probe_is_word(word, conditions[i].word)) {
            const bool met = conditions[i].holds(g);
            if (!met && g->because == NULL)
                g->because = conditions[i].otherwise;
            return met;
        }
    g->because = "--have says that the target has it";
    return false;
}

static bool messages(gate *g, const mst_gate *need)
{
    const probe_endpoint *pop3 = g->pop3 ? g->endpoint : g->endpoint->pop3;
    if (pop3 == NULL || !pop3->auth_works) {
        g->because = "nobody can log in to the maildrop";
        return false;
    }
    if (!need->at_least || pop3->messages >= need->number)
        return true;
    const bool fed = g->context->settings.rcpt != NULL && (!g->pop3 || g->endpoint->smtp != NULL);
    g->because = "there are fewer, and no SMTP target with --rcpt is there to send some";
    return fed;
}

static bool holds(gate *g, const mst_gate *need)
{
    const ms_span keyword = g->pop3 ? MS_SPAN("SASL") : MS_SPAN("AUTH");
    (void)keyword;
    switch (need->kind) {
    case MST_GATE_EHLO:
        return !g->pop3 && probe_offer_has(g->offer, need->word, need->parameter);
    case MST_GATE_NO_EHLO:
        return !g->pop3 && !probe_offer_has(g->offer, need->word, ms_span_absent());
    case MST_GATE_CAPA:
        if (ms_span_is_absent(need->word))
            return g->pop3 && (g->offer->known || g->endpoint->capa_endless);
        return g->pop3 && probe_offer_has(g->offer, need->word, need->parameter);
    case MST_GATE_NO_CAPA:
        return g->pop3 && !probe_offer_has(g->offer, need->word, ms_span_absent());
    case MST_GATE_AUTH:
        return auth(g, need->word);
    case MST_GATE_MESSAGES:
        return messages(g, need);
    case MST_GATE_CONDITION:
        return named(g, need->word);
    case MST_GATE_UNKNOWN:
        break;
    }
    g->because = "the condition is not known";
    return false;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static bool profile_fits(const gate *g)
{
    static const unsigned own[] = {
        [NET_SMTP] = MST_PROFILE_MX,
        [NET_SUBMISSION] = MST_PROFILE_SUBMISSION,
        [NET_LMTP] = MST_PROFILE_LMTP,
        [NET_POP3] = 0,
    };
    const unsigned wanted = g->document->header.profiles;
    unsigned have = own[g->endpoint->target.protocol];
    if (g->context->settings.strict)
        have |= MST_PROFILE_STRICT;
    return wanted == 0 || (wanted & have) != 0;
}

const char *probe_gate(const probe_context *context, const probe_endpoint *endpoint, const mst_document *document,
                       char why[PROBE_WHY_MAX])
{
    gate g = {.context = context, .endpoint = endpoint, .document = document};
    g.pop3 = endpoint->target.protocol == NET_POP3;
    g.tls = probe_starts_in_tls(endpoint, document);
    g.offer = g.tls ? &endpoint->tls : &endpoint->clear;
    if (document->header.tests == MS_CLIENT) {
        snprintf(why, PROBE_WHY_MAX, "tests a client, and the target is a server");
        return why;
    }
    if (!profile_fits(&g)) {
        snprintf(why, PROBE_WHY_MAX, "the profile is another one");
        return why;
    }
    for (const mst_gate *need = document->header.needs; need != NULL; need = need->next) {
        g.because = NULL;
        if (holds(&g, need))
            continue;
        const bool more = g.because != NULL && g.because[0] != '\0';
        snprintf(why, PROBE_WHY_MAX, "needs %.*s%s%s", (int)need->text.len, (const char *)need->text.ptr,
                 more ? ": " : "", more ? g.because : "");
        return why;
    }
    for (const mst_word *word = document->header.not_offered; word != NULL; word = word->next)
        if (probe_offer_has(g.offer, word->text, ms_span_absent())) {
            snprintf(why, PROBE_WHY_MAX, "%.*s is offered", (int)word->text.len, (const char *)word->text.ptr);
            return why;
        }
    const bool names_rcpt = probe_starts_in(document, MST_STATE_RCPT) || probe_starts_in(document, MST_STATE_DATA);
    if (names_rcpt && !local_rcpt(&g)) {
        snprintf(why, PROBE_WHY_MAX, "needs a recipient: %.200s", g.because);
        return why;
    }
    if ((probe_starts_in(document, MST_STATE_AUTH) || probe_starts_in(document, MST_STATE_TRANSACTION)) &&
        !endpoint->auth_works) {
        const bool given = has_account(&g);
        snprintf(why, PROBE_WHY_MAX, "needs a login%s%.200s", given ? ": " : " (--user, --password-file)",
                 given ? endpoint->why_auth : "");
        return why;
    }
    if (probe_starts_in(document, MST_STATE_TLS) && !endpoint->tls_works) {
        snprintf(why, PROBE_WHY_MAX, "needs tls: %.200s", endpoint->why_tls);
        return why;
    }
    return NULL;
}
