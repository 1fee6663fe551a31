/*
 * password.h - passwords, which never stand on a command line
 */
#ifndef MAILSPEC_HARNESS_CLI_PASSWORD_H
#define MAILSPEC_HARNESS_CLI_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cli_account {
    const char *user;      /* NULL: it is not asked for */
    const char *variable;  /* of the environment */
    const char **password; /* where it goes: to be freed, NULL if there is none */
} cli_account;

/* From the lines of the file, one for each account; otherwise from the environment; otherwise asked on a terminal.
 * false after a message when the file cannot be read. */
bool cli_passwords(const char *command, const char *path, const cli_account *accounts, size_t count);

#endif
