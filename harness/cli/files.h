/*
 * files.h - the transcripts that paths stand for
 */
#ifndef MAILSPEC_HARNESS_CLI_FILES_H
#define MAILSPEC_HARNESS_CLI_FILES_H

#include <stdbool.h>
#include <stddef.h>

/* Zero before the first use. */
typedef struct cli_files {
    char **paths; /* sorted within each path that was added, octet by octet */
    size_t count, room;
} cli_files;

/* Add a file, whatever its name ("-" is standard input), or every *.mst below a directory; names that
 * begin with a dot are passed over.  False after a message to stderr. */
bool cli_files_add(cli_files *files, const char *command, const char *path);

/* All of them in order, each once. */
void cli_files_sort(cli_files *files);

/* Keeps each count-th file, beginning with the index-th (from 1): a shard. */
void cli_files_shard(cli_files *files, unsigned long index, unsigned long count);

void cli_files_free(cli_files *files);

/* The folder of the corpus: asked for, else MAILSPEC_CORPUS, else the installed
 * one, else ./corpus.  The result is on the heap; NULL if there is none. */
char *cli_corpus(const char *asked_for);

#endif
