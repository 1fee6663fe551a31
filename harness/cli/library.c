#include "harness/cli/library.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/transcript/reader.h"

cli_status cli_library_open(cli_library *all, const char *command, const char *asked_for)
{
    cli_status status = CLI_OK;
    char *corpus = cli_corpus(asked_for);
    if (corpus == NULL) {
        fprintf(stderr, "mailspec %s: no corpus was found; name it by --corpus\n", command);
        return CLI_USAGE;
    }
    if (!cli_files_add(&all->files, command, corpus))
        status = CLI_USAGE;
    free(corpus);
    all->documents = calloc(all->files.count + 1, sizeof *all->documents);
    if (all->documents == NULL)
        return CLI_INTERNAL;
    for (size_t i = 0; i < all->files.count; i++) {
        mst_error error;
        all->documents[i] = mst_read_file(all->files.paths[i], &error);
        if (all->documents[i] == NULL) {
            fprintf(stderr, "%s:%u:%u: %s\n", all->files.paths[i], error.at.line, error.at.column, error.message);
            status = CLI_USAGE;
        }
    }
    return status;
}

void cli_library_close(cli_library *all)
{
    for (size_t i = 0; all->documents != NULL && i < all->files.count; i++)
        mst_free(all->documents[i]);
    free(all->documents);
    all->documents = NULL;
    cli_files_free(&all->files);
}
