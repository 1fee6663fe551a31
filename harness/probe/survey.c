/* survey.c - see survey.h */
#include "harness/probe/survey.h"
#include "harness/probe/login_delay.h"
#include "harness/probe/sasl.h"

#include <stdio.h>
#include <string.h>

typedef struct survey {
    probe_endpoint *endpoint;
    const probe_settings *settings;
    probe_scope scope;
    probe_log log;
    probe_findings findings;
    probe_peer peer;
    probe_prologue prologue;
    bool accepted;  /* our sender was, once */
    bool postponed; /* it was refused for now, the last time */
} survey;

static void keep_why(char *out, const survey *s)
{
    snprintf(out, PROBE_WHY_MAX, "%s", s->prologue.why);
}

/* The list of capabilities.  A POP3 server that answers CAPA by no whole response is taken for one without a list, so that
 * the cases tell what is wrong with it; but not on this connection: false. */
static bool hello(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    if (endpoint->capa_unread || probe_prologue_hello(&s->prologue, &endpoint->arena) == PROBE_REACHED)
        return true;
    if (endpoint->target.protocol == NET_POP3) {
        const ms_span line = probe_peer_next_line(&s->peer);
        endpoint->capa_unread = true;
        endpoint->capa_endless = line.len >= 3 && memcmp(line.ptr, "+OK", 3) == 0;
    }
    return false;
}

/* A connection, greeted, with its list of capabilities; false when it cannot be had. */
static bool begin(survey *s, bool tls)
{
    probe_reply greeting;
    s->prologue.why[0] = '\0';
    if (probe_prologue_open(&s->prologue) != PROBE_REACHED ||
        probe_prologue_greeting(&s->prologue, &greeting) != PROBE_REACHED)
        return false;
    s->endpoint->apop_banner = probe_scope_find(&s->scope, MS_SPAN("timestamp")) != NULL;
    const bool unread = s->endpoint->capa_unread;
    if (!hello(s)) {
        if (unread == s->endpoint->capa_unread)
            return false;
        probe_peer_close(&s->peer, MST_ENDING_PLAIN, 0);
        return begin(s, tls);
    }
    return !tls || probe_prologue_tls(&s->prologue) == PROBE_REACHED;
}

static void quit(survey *s)
{
    probe_reply reply;
    if (s->peer.stream != NULL && s->peer.ended == NET_OK)
        probe_ask(&s->peer, "QUIT", &reply);
    probe_peer_close(&s->peer, MST_ENDING_PLAIN, 0);
}

/* Copies the offer into memory that outlives the survey. */
static void keep_offer(survey *s, probe_offer *offer)
{
    *offer = s->prologue.offer;
    for (unsigned i = 0; i < offer->count; i++)
        offer->lines[i] = mst_arena_copy(&s->endpoint->arena, offer->lines[i]);
}

/* --- SMTP ---------------------------------------------------------------------------- */

static void keep_recipient(survey *s, const probe_reply *reply)
{
    char quoted[200];
    s->endpoint->rcpt_refused = reply->came == PROBE_CAME_REPLY && reply->code / 100 == 5;
    probe_reply_quote(&s->scope, reply, quoted, sizeof quoted);
    snprintf(s->endpoint->why_rcpt, PROBE_WHY_MAX, "RCPT TO:<%.80s>: %.180s", s->settings->rcpt, quoted);
}

/* May mail be given?  MAIL, and RCPT where there is a recipient; RSET takes both back.  530 asks for TLS or a login
 * (RFC 3207 section 4, RFC 4954 section 6); many servers refuse the recipient instead. */
static bool takes_mail_from(survey *s, const char *from)
{
    char line[400];
    probe_reply reply;
    snprintf(line, sizeof line, "MAIL FROM:<%s>", from);
    probe_ask(&s->peer, line, &reply);
    if (reply.came == PROBE_CAME_REPLY && reply.code / 100 == 2 && s->settings->rcpt != NULL) {
        snprintf(line, sizeof line, "RCPT TO:<%s>", s->settings->rcpt);
        probe_ask(&s->peer, line, &reply);
        keep_recipient(s, &reply);
    }
    const bool refused = reply.came == PROBE_CAME_REPLY && reply.code / 100 == 5;
    s->accepted = reply.came == PROBE_CAME_REPLY && reply.code / 100 == 2;
    s->postponed = reply.came == PROBE_CAME_REPLY && reply.code / 100 == 4;
    if (reply.came == PROBE_CAME_REPLY)
        probe_ask(&s->peer, "RSET", &reply);
    return !refused;
}

/* Many servers look the sender's domain up, and ours is none that exists: that of the recipient is, to them.  Others want
 * who has logged in to be the sender. */
static bool takes_mail(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    const char *at = s->settings->rcpt == NULL ? NULL : strrchr(s->settings->rcpt, '@');
    char from[300];
    if (s->settings->from != NULL)
        return takes_mail_from(s, s->settings->from);
    probe_endpoint_sender(endpoint, "survey", from, sizeof from);
    const bool taken = takes_mail_from(s, from);
    if (s->accepted || at == NULL || endpoint->from_domain != NULL || s->peer.ended != NET_OK)
        return taken;
    snprintf(from, sizeof from, "survey%s", at);
    if (takes_mail_from(s, from) && s->accepted)
        endpoint->from_domain = at + 1;
    else if (s->peer.ended == NET_OK && s->peer.authenticated && takes_mail_from(s, s->settings->rcpt) && s->accepted)
        endpoint->from = s->settings->rcpt;
    return s->accepted || taken;
}

static bool smtp_login(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    const bool tls = net_tls_active(s->peer.stream);
    const uint32_t offered = probe_offer_mechanisms(&s->prologue.offer, false);
    if (s->settings->user == NULL || s->settings->password == NULL)
        return false;
    const ms_sasl_mechanism mechanism = probe_sasl_choose(offered, tls);
    if (offered == 0 || mechanism == MS_SASL_OTHER) {
        if (!endpoint->auth_works)
            snprintf(endpoint->why_auth, PROBE_WHY_MAX, "the server offers no mechanism that is known here");
        return false;
    }
    if (probe_prologue_login(&s->prologue) != PROBE_REACHED) {
        endpoint->login_failed = true;
        keep_why(endpoint->why_auth, s);
        return false;
    }
    if (!endpoint->auth_works)
        endpoint->login_tls = tls && !endpoint->target.implicit_tls;
    return endpoint->auth_works = true;
}

/* The connection is greeted: what is offered, is mail taken, does a login work.  taken: it was before. */
static bool smtp_look(survey *s, bool taken)
{
    probe_endpoint *endpoint = s->endpoint;
    const bool tls = net_tls_active(s->peer.stream);
    bool now = taken || takes_mail(s);
    if (now && !taken && tls && !endpoint->target.implicit_tls)
        endpoint->tls_required = true;
    if (now && endpoint->auth_works)
        return now;
    const bool logged_in = smtp_login(s);
    if (now || !logged_in)
        return now;
    now = takes_mail(s);
    endpoint->auth_required = now;
    if (now && tls)
        endpoint->login_tls = !endpoint->target.implicit_tls;
    return now;
}

static void smtp_clear(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    keep_offer(s, &endpoint->clear);
    if (net_tls_active(s->peer.stream)) {
        keep_offer(s, &endpoint->tls);
        endpoint->tls_works = true;
    }
    const bool starttls = probe_offer_has(&endpoint->clear, MS_SPAN("STARTTLS"), ms_span_absent());
    const bool taken = smtp_look(s, false);
    bool accepted = s->accepted;
    quit(s);
    if (!starttls) {
        snprintf(endpoint->why_tls, PROBE_WHY_MAX, "STARTTLS is not offered");
    } else if (!begin(s, true)) {
        keep_why(endpoint->why_tls, s);
        quit(s);
    } else {
        endpoint->tls_works = true;
        keep_offer(s, &endpoint->tls);
        smtp_look(s, taken);
        accepted |= s->accepted;
        quit(s);
    }
    /* some, as postscreen of Postfix, want strangers to come a second time */
    if (!accepted && s->postponed && begin(s, false)) {
        takes_mail(s);
        accepted = s->accepted;
        quit(s);
    }
    endpoint->mail_taken = accepted;
    endpoint->mail_refused = !accepted && s->settings->rcpt != NULL;
    /* RFC 6409 section 3.3: submission is for those who have logged in */
    if (endpoint->target.protocol == NET_SUBMISSION && endpoint->auth_works)
        endpoint->auth_required = true;
}

/* --- POP3 ------------------------------------------------------------------------------ */

static bool pop3_login(survey *s, bool second)
{
    s->prologue.second = second;
    probe_login_delay_wait(s->endpoint, s->peer.ledger, s->peer.case_end, s->peer.stop);
    const bool done = probe_prologue_login(&s->prologue) == PROBE_REACHED;
    s->prologue.second = false;
    return done;
}

/* By USER and PASS, else by SASL, else by APOP; the endpoint says which. */
static bool pop3_try(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    const bool tls = net_tls_active(s->peer.stream);
    const probe_offer offer = s->prologue.offer;
    const uint32_t offered = probe_offer_mechanisms(&offer, true);
    const bool user = !offer.known || probe_offer_has(&offer, MS_SPAN("USER"), ms_span_absent());
    endpoint->mechanism = MS_SASL_OTHER;
    endpoint->auth_works = endpoint->user_pass = false;
    if (user && pop3_login(s, false)) {
        endpoint->user_pass = endpoint->auth_works = true;
        endpoint->user_pass_clear = !tls;
        return true;
    }
    endpoint->mechanism = probe_sasl_choose(offered, tls);
    if (offered != 0 && endpoint->mechanism != MS_SASL_OTHER && pop3_login(s, false))
        return endpoint->auth_works = true;
    endpoint->mechanism = MS_SASL_OTHER;
    endpoint->auth_works = true; /* what by_apop is chosen by */
    if (endpoint->apop_banner && pop3_login(s, false))
        return true;
    return endpoint->auth_works = false;
}

static void pop3_count(survey *s)
{
    probe_reply reply;
    unsigned messages = 0;
    probe_ask(&s->peer, "STAT", &reply);
    for (size_t i = 0; i < reply.text.len && reply.text.ptr[i] >= '0' && reply.text.ptr[i] <= '9' && i < 9; i++)
        messages = messages * 10 + (unsigned)(reply.text.ptr[i] - '0');
    s->endpoint->messages = messages;
}

static void pop3_account(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    if (s->settings->user == NULL || s->settings->password == NULL)
        return;
    const bool tls = net_tls_active(s->peer.stream);
    if (!pop3_try(s)) {
        endpoint->login_failed = true;
        keep_why(endpoint->why_auth, s);
        return;
    }
    endpoint->login_tls = tls && !endpoint->target.implicit_tls;
    pop3_count(s);
}

static void pop3_clear(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    keep_offer(s, &endpoint->clear);
    const bool implicit = net_tls_active(s->peer.stream);
    if (implicit)
        keep_offer(s, &endpoint->tls);
    endpoint->tls_works = implicit;
    pop3_account(s);
    quit(s);
    if (implicit || !probe_offer_has(&endpoint->clear, MS_SPAN("STLS"), ms_span_absent())) {
        snprintf(endpoint->why_tls, PROBE_WHY_MAX, "STLS is not offered");
    } else if (!begin(s, true) || !hello(s)) {
        keep_why(endpoint->why_tls, s);
    } else {
        endpoint->tls_works = true;
        keep_offer(s, &endpoint->tls);
        endpoint->tls_required = !endpoint->auth_works && s->settings->user != NULL;
        if (!endpoint->auth_works)
            pop3_account(s);
        endpoint->tls_required &= endpoint->auth_works;
    }
    quit(s);
    if (s->settings->user2 == NULL || s->settings->password2 == NULL || !begin(s, endpoint->login_tls))
        return;
    endpoint->second_works = pop3_login(s, true);
    quit(s);
}

/* --- both -------------------------------------------------------------------------------- */

static void look(survey *s)
{
    probe_endpoint *endpoint = s->endpoint;
    probe_reply greeting = {.came = PROBE_CAME_CLOSE};
    const probe_reached opened = probe_prologue_open(&s->prologue);
    probe_reached reached = opened;
    if (reached == PROBE_REACHED)
        reached = probe_prologue_greeting(&s->prologue, &greeting);
    /* a server that says anything is there, whatever the cases will think of it; 421 and 554 tell that it is not now */
    const bool spoke = opened == PROBE_REACHED && greeting.came == PROBE_CAME_REPLY;
    endpoint->later = reached == PROBE_REACHED_LATER;
    endpoint->reachable = spoke && !endpoint->later;
    keep_why(endpoint->why, s);
    if (opened == PROBE_REACHED && greeting.came == PROBE_CAME_SILENT)
        snprintf(endpoint->why, PROBE_WHY_MAX, "no greeting came within %lld ms (--timeout)",
                 (long long)s->settings->reply_ms);
    if (!endpoint->reachable)
        return;
    endpoint->apop_banner = probe_scope_find(&s->scope, MS_SPAN("timestamp")) != NULL;
    if (!hello(s)) {
        const bool again = endpoint->capa_unread;
        if (again)
            probe_peer_close(&s->peer, MST_ENDING_PLAIN, 0);
        if (!again || !begin(s, false)) {
            snprintf(endpoint->why_tls, PROBE_WHY_MAX, "%s", s->prologue.why);
            snprintf(endpoint->why_auth, PROBE_WHY_MAX, "%s", s->prologue.why);
            return;
        }
    }
    if (endpoint->target.protocol == NET_POP3)
        pop3_clear(s);
    else
        smtp_clear(s);
}

void probe_survey(probe_endpoint *endpoint, const probe_settings *settings, probe_ledger *ledger,
                  const atomic_bool *stop)
{
    enum { ENDPOINT_MEMORY = 1024 * 1024 };
    survey s;
    memset(&s, 0, sizeof s);
    mst_arena_init(&endpoint->arena, ENDPOINT_MEMORY);
    s.endpoint = endpoint;
    s.settings = settings;
    probe_scope_init(&s.scope, 1);
    probe_scope_set_text(&s.scope, "client", settings->client == NULL ? "survey.client.example" : settings->client);
    s.peer = (probe_peer){.settings = settings,
                          .ledger = ledger,
                          .stop = stop,
                          .scope = &s.scope,
                          .log = &s.log,
                          .findings = &s.findings,
                          .case_end = net_in(settings->case_ms)};
    s.prologue = (probe_prologue){.endpoint = endpoint, .peer = &s.peer};
    look(&s);
    probe_peer_free(&s.peer);
    probe_log_free(&s.log);
    probe_findings_free(&s.findings);
    probe_scope_free(&s.scope);
}
