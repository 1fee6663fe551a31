/*
 * client_options.h - the options that send and fetch share
 */
#ifndef MAILSPEC_HARNESS_CLI_CLIENT_OPTIONS_H
#define MAILSPEC_HARNESS_CLI_CLIENT_OPTIONS_H

#include "harness/cli/cli.h"
#include "harness/cli/options.h"
#include "harness/client/link.h"

typedef struct client_options {
    link_settings settings;
    const char *password_file, *tls_min;
    char host_name[256]; /* for EHLO */
    unsigned long timeout_ms;
    int tls;
    bool verbose;
} client_options;

/* Rows of the option table. */
enum { CLIENT_OPTIONS = 12 };
void client_option_rows(client_options *options, cli_option rows[CLIENT_OPTIONS]);
/* What these rows say in a help text. */
#define CLIENT_OPTIONS_HELP                                                                         \
    "  --user NAME          log in; the password comes from MAILSPEC_PASSWORD, the first line of\n" \
    "  --password-file FILE, or is asked on the terminal\n"                                         \
    "  --tls auto|always|never   where it is offered (the default), or not at all, or in clear\n"   \
    "  --ca FILE, --insecure, --cert FILE, --key FILE, --tls-min 1.0|1.1|1.2|1.3, SSLKEYLOGFILE\n"  \
    "  --timeout MS         for each reply (60000)\n"                                               \
    "  -v, --verbose        show the dialogue on standard error, the password masked\n"

/* After the rows were read: fills the settings; false after a message. */
bool client_options_finish(const char *command, client_options *options, const char *url, bool pop3);
void client_options_free(client_options *options);

/* Tell why, and with which status the command ends. */
cli_status client_failed(const char *command, const mail_link *l, link_result result);

#endif
