/*
 * mutant_table.h - all mutants of the reference server: the built-in ones, and those of the corpus' tables
 */
#ifndef MAILSPEC_HARNESS_CLI_MUTANT_TABLE_H
#define MAILSPEC_HARNESS_CLI_MUTANT_TABLE_H

#include "harness/serve/data_mutant.h"
#include "harness/serve/mutant.h"

typedef struct mutant_entry {
    const char *id;
    const char *requirement; /* its id */
    const char *title;
    serve_mutant built_in; /* or */
    const data_mutant *data;
} mutant_entry;

/* Zero before the first use. */
typedef struct mutant_table {
    mutant_entry *entries; /* the built-in ones first */
    size_t count;
    data_mutants data; /* private */
    char **titles;     /* private: of those of data */
} mutant_table;

/* Read them.  folder: NULL for the one in the corpus.  What is wrong is said on stderr, command before it, and makes the
 * result false; the others are there all the same. */
bool mutant_table_read(mutant_table *table, const char *command, const char *folder);

/* The one with this id; the folder is read only if it is not built in.  false: there is none, or a table is wrong, and
 * that was said. */
bool mutant_table_find(mutant_table *table, const char *command, const char *folder, const char *id,
                       mutant_entry *entry);

void mutant_table_print(const mutant_table *table, bool json);
void mutant_table_free(mutant_table *table);

#endif
