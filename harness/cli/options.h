/*
 * options.h - read the options of a sub-command, and what all of them share
 */
#ifndef MAILSPEC_HARNESS_CLI_OPTIONS_H
#define MAILSPEC_HARNESS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdio.h>

typedef enum cli_kind {
    CLI_FLAG,   /* --name; value is a bool */
    CLI_TEXT,   /* --name TEXT; value is a const char *, into argv */
    CLI_NUMBER, /* --name N; value is an unsigned long, decimal digits only */
    CLI_CHOICE, /* --name WORD; value is an int, the index of WORD in choices */
} cli_kind;

typedef struct cli_option {
    const char *name; /* without the hyphens; NULL ends the table */
    char letter;      /* of the short form, or 0 */
    cli_kind kind;
    void *value;
    const char *const *choices; /* of CLI_CHOICE, ended by NULL */
} cli_option;

/* Read the options of argv[1] and on, which may stand between the operands, up
 * to "--": --name VALUE, --name=VALUE, -n VALUE, -nVALUE.  The operands are moved
 * to argv[1] and on; returns their number, or -1 after a message to stderr. */
int cli_options(int argc, char **argv, const cli_option *table);

/* Rows of the table that every sub-command with a report has. */
typedef enum cli_colour { CLI_COLOUR_AUTO, CLI_COLOUR_ALWAYS, CLI_COLOUR_NEVER } cli_colour;
extern const char *const cli_colour_names[]; /* choices of --color */

/* Whether to colour what goes to out: as asked for, otherwise if it is a terminal
 * that is not dumb, and NO_COLOR is empty or unset. */
bool cli_use_colour(int colour, FILE *out);

/* The file of --output; stdout for NULL and "-".  NULL after a message. */
FILE *cli_output_open(const char *command, const char *path);

/* Close it; false after a message if something could not be written. */
bool cli_output_close(const char *command, const char *path, FILE *out);

#endif
