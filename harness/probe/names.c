/* names.c - see names.h */
#include "harness/probe/names.h"

#include <stdio.h>
#include <string.h>

/* Behind the at sign; NULL if there is none. */
static const char *domain_of(const char *address)
{
    const char *at = address == NULL ? NULL : strrchr(address, '@');
    return at == NULL ? NULL : at + 1;
}

void probe_names_set(probe_scope *scope, const probe_settings *settings, const char *mark, const char *host)
{
    char text[300];
    probe_scope_set_text(scope, "mark", mark);
    snprintf(text, sizeof text, "%s.client.example", mark);
    probe_scope_set_text(scope, "client", settings->client == NULL ? text : settings->client);
    snprintf(text, sizeof text, "%s@client.example", mark);
    const char *from = settings->from == NULL ? text : settings->from;
    probe_scope_set_text(scope, "from", from);
    probe_scope_set_text(scope, "from_domain", domain_of(from));
    probe_scope_set_text(scope, "rcpt", settings->rcpt);
    probe_scope_set_text(scope, "rcpt2", settings->rcpt2);
    probe_scope_set_text(scope, "unknown", settings->unknown);
    probe_scope_set_text(scope, "remote", settings->remote);
    probe_scope_set_text(scope, "list", settings->list);
    probe_scope_set_text(scope, "alias", settings->alias);
    const char *domain = domain_of(settings->rcpt);
    probe_scope_set_text(scope, "domain", domain);
    if (domain != NULL)
        probe_scope_set(scope, MS_SPAN("local_part"),
                        ms_span_make(settings->rcpt, (size_t)(domain - settings->rcpt) - 1));
    probe_scope_set_text(scope, "remote_domain", domain_of(settings->remote));
    probe_scope_set_text(scope, "user", settings->user);
    probe_scope_set_text(scope, "user2", settings->user2);
    probe_scope_set_text(scope, "host", host);
    probe_scope_set_secret(scope, "secret:password", settings->password);
    probe_scope_set_secret(scope, "secret:password2", settings->password2);
}

const char *probe_names_option(ms_span name)
{
    static const struct {
        const char *name, *option;
    } options[] = {
        {"rcpt", "--rcpt"},
        {"domain", "--rcpt with a domain"},
        {"local_part", "--rcpt with a domain"},
        {"rcpt2", "--rcpt2"},
        {"unknown", "--unknown-rcpt"},
        {"remote", "--remote-rcpt"},
        {"remote_domain", "--remote-rcpt"},
        {"list", "--list-rcpt"},
        {"alias", "--alias-rcpt"},
        {"user", "--user"},
        {"user2", "--user2"},
        {"secret:password", "--password-file"},
        {"secret:password2", "MAILSPEC_PASSWORD2"},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (probe_equal(name, ms_span_make(options[i].name, strlen(options[i].name))))
            return options[i].option;
    return NULL;
}
