/*
 * main.c - the mailspec command: find the sub-command and run it
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <string.h>

#include "mailspec/version.h"

/* In the order of --help.  NULL ends the table. */
static const cli_command *const commands[] = {
    &cli_probe,   &cli_replay, &cli_serve, &cli_mutants, &cli_report,  &cli_send,         &cli_fetch,        &cli_parse,
    &cli_vectors, &cli_lint,   &cli_fmt,   &cli_list,    &cli_explain, &cli_export_seeds, &cli_import_crash, NULL,
};

static const char usage[] = "usage: mailspec COMMAND [OPTION]... [ARGUMENT]...\n"
                            "       mailspec COMMAND --help\n"
                            "       mailspec --version\n"
                            "\n"
                            "mailspec tells, with evidence, whether SMTP and POP3 software does what the RFCs say.\n"
                            "\n"
                            "commands:\n";

static const char statuses[] =
    "\n"
    "exit status: 0 conforming, 1 nonconformance found, 2 wrong usage or nothing selected,\n"
    "3 differs from the baseline, 4 target unreachable, 5 nothing decided, 6 internal error\n";

static void print_usage(FILE *out)
{
    fputs(usage, out);
    for (const cli_command *const *command = commands; *command != NULL; command++)
        fprintf(out, "  %-12s  %s\n", (*command)->name, (*command)->summary);
    fputs(statuses, out);
}

static const cli_command *find(const char *name)
{
    for (const cli_command *const *command = commands; *command != NULL; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static cli_status unknown(const char *name)
{
    fprintf(stderr, "mailspec: there is no command '%s'; 'mailspec --help' lists them\n", name);
    return CLI_USAGE;
}

/* --help counts up to "--", behind which a file may have any name. */
static int wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return 1;
    return 0;
}

static cli_status help(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stdout);
        return CLI_OK;
    }
    const cli_command *command = find(argv[1]);
    if (command == NULL)
        return unknown(argv[1]);
    fputs(command->help, stdout);
    return CLI_OK;
}

/* Output that could not be written (a full disk, a closed pipe) is no success. */
static cli_status finish(cli_status status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "mailspec: cannot write to standard output\n");
        return CLI_INTERNAL;
    }
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("mailspec %s\n", ms_version());
        return (int)finish(CLI_OK);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return (int)finish(help(argc - 1, argv + 1));
    const cli_command *command = find(argv[1]);
    if (command == NULL)
        return (int)unknown(argv[1]);
    if (wants_help(argc - 1, argv + 1)) {
        fputs(command->help, stdout);
        return (int)finish(CLI_OK);
    }
    return (int)finish(command->run(argc - 1, argv + 1));
}
