/* client_options.c - see client_options.h */
#include "harness/cli/client_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/cli/password.h"

static const char *const tls_names[] = {"auto", "always", "never", NULL};

void client_option_rows(client_options *options, cli_option rows[CLIENT_OPTIONS])
{
    link_settings *s = &options->settings;
    const cli_option table[CLIENT_OPTIONS] = {
        {"user", 0, CLI_TEXT, &s->user, NULL},
        {"password-file", 0, CLI_TEXT, &options->password_file, NULL},
        {"client", 0, CLI_TEXT, &s->client, NULL},
        {"tls", 0, CLI_CHOICE, &options->tls, tls_names},
        {"ca", 0, CLI_TEXT, &s->tls.ca_file, NULL},
        {"insecure", 0, CLI_FLAG, &s->tls.insecure, NULL},
        {"cert", 0, CLI_TEXT, &s->tls.certificate, NULL},
        {"key", 0, CLI_TEXT, &s->tls.key, NULL},
        {"tls-min", 0, CLI_TEXT, &options->tls_min, NULL},
        {"timeout", 0, CLI_NUMBER, &options->timeout_ms, NULL},
        {"verbose", 'v', CLI_FLAG, &options->verbose, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    memcpy(rows, table, sizeof table);
    options->timeout_ms = 60000;
    s->tls.keylog = getenv("SSLKEYLOGFILE");
}

static bool complain(const char *command, const char *what, const char *about)
{
    fprintf(stderr, "mailspec %s: %s: %s\n", command, what, about);
    return false;
}

/* RFC 5321 section 4.1.1.1: a fully-qualified name, or else an address literal. */
static const char *own_name(client_options *options)
{
    if (gethostname(options->host_name, sizeof options->host_name - 1) != 0 || strchr(options->host_name, '.') == NULL)
        return "[127.0.0.1]";
    return options->host_name;
}

bool client_options_finish(const char *command, client_options *options, const char *url, bool pop3)
{
    link_settings *s = &options->settings;
    net_target target;
    char error[300];
    if (!net_target_parse(url, &target, error, sizeof error))
        return complain(command, "the server", error); /* error repeats what may be shown of the URL */
    if ((target.protocol == NET_POP3) != pop3)
        return complain(command, url, pop3 ? "this is no pop3:// or pop3s:// URL" : "mail cannot be sent by POP3");
    if (!net_tls_is_version(options->tls_min))
        return complain(command, options->tls_min, "--tls-min wants 1.0, 1.1, 1.2 or 1.3");
    s->tls.min = options->tls_min;
    if (options->timeout_ms < 1 || options->timeout_ms > 1000000000)
        return complain(command, "--timeout", "a number from 1 to 1000000000 is wanted");
    if (s->tls.key != NULL && s->tls.certificate == NULL)
        return complain(command, "--key", "it needs --cert FILE");
    if (!net_tls_check(&s->tls, false, error, sizeof error))
        return complain(command, "TLS", error);
    s->url = url;
    s->tls_use = (link_tls)options->tls;
    s->reply_ms = (int64_t)options->timeout_ms;
    s->dialogue = options->verbose ? stderr : NULL;
    if (s->client == NULL)
        s->client = own_name(options);
    const cli_account account = {s->user, "MAILSPEC_PASSWORD", &s->password};
    if (!cli_passwords(command, options->password_file, &account, 1))
        return false;
    if (s->user != NULL && s->password == NULL)
        return complain(command, "--user needs a password", "MAILSPEC_PASSWORD, --password-file or a terminal");
    return true;
}

void client_options_free(client_options *options)
{
    free((void *)(uintptr_t)options->settings.password);
}

cli_status client_failed(const char *command, const mail_link *l, link_result result)
{
    if (result == LINK_DONE)
        return CLI_OK;
    fprintf(stderr, "mailspec %s: %s\n", command, l->why);
    return result == LINK_UNREACHABLE ? CLI_TARGET : CLI_NONCONFORMANCE;
}
