/*
 * cli.h - what a sub-command is
 *
 * A sub-command is one source file that defines one cli_command; to add it,
 * declare it here and name it in the table of main.c.
 */
#ifndef MAILSPEC_HARNESS_CLI_H
#define MAILSPEC_HARNESS_CLI_H

/* Exit statuses.  When several apply to one run, the first one of the order
 * internal, usage, target, differs, nonconformance, undecided is used. */
typedef enum cli_status {
    CLI_OK = 0,
    CLI_NONCONFORMANCE = 1,
    CLI_USAGE = 2,     /* wrong arguments, unreadable input or an empty selection */
    CLI_DIFFERS = 3,   /* other than the baseline */
    CLI_TARGET = 4,    /* target unreachable, or it died during the run */
    CLI_UNDECIDED = 5, /* everything was skipped or inconclusive */
    CLI_INTERNAL = 6,
} cli_status;

typedef struct cli_command {
    const char *name;
    const char *summary; /* one line, for the list of commands */
    const char *help;    /* the whole text of --help, which main prints */
    /* argv[0] is the name; --help never gets here. */
    cli_status (*run)(int argc, char **argv);
} cli_command;

/* The sub-commands, in alphabetical order. */
extern const cli_command cli_explain;
extern const cli_command cli_export_seeds;
extern const cli_command cli_fetch;
extern const cli_command cli_fmt;
extern const cli_command cli_import_crash;
extern const cli_command cli_lint;
extern const cli_command cli_list;
extern const cli_command cli_mutants;
extern const cli_command cli_parse;
extern const cli_command cli_probe;
extern const cli_command cli_replay;
extern const cli_command cli_report;
extern const cli_command cli_send;
extern const cli_command cli_serve;
extern const cli_command cli_vectors;

/* The status that a run ends with if both happened. */
cli_status cli_status_worse(cli_status a, cli_status b);

#endif
