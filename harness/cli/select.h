/*
 * select.h - which live cases a run is about
 */
#ifndef MAILSPEC_HARNESS_CLI_SELECT_H
#define MAILSPEC_HARNESS_CLI_SELECT_H

#include "harness/cli/library.h"

typedef struct cli_selection {
    const char *const *wanted;            /* id globs, "rfc5321/4.5.2", requirement ids; ended by NULL; none: all */
    const char *unwanted;                 /* the same, with commas between; NULL: none */
    const char *level, *tag, *capability; /* NULL: any */
    const char *failed_in;                /* a JSON report; NULL: none */
    unsigned long shard, shards;          /* 1 of 1: all */
} cli_selection;

/* Sets chosen[i] for each document of the library that is wanted; tells on stderr what names nothing.  Returns
 * CLI_OK, or CLI_USAGE. */
cli_status cli_select(const cli_library *library, const cli_selection *selection, const char *command, bool *chosen);

/* * any octets, ? any one; the whole text must fit. */
bool cli_glob(const char *pattern, const char *text);

#endif
