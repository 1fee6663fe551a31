/*
 * fmt.c - mailspec fmt: transcripts in their canonical form
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/options.h"
#include "harness/transcript/format.h"
#include "harness/transcript/reader.h"

static const char help[] =
    "usage: mailspec fmt [--check|--write] PATH...\n"
    "\n"
    "Prints transcripts, and every *.mst below directories, in their canonical form.  Octets and\n"
    "comments stay as they are.\n"
    "\n"
    "  --check  print the names of the files that are not in this form; exit with 1 if there are any\n"
    "  --write  write these files anew\n"
    "\n"
    "exit status: 0 done, 1 --check found a file, 2 a file that cannot be read as a transcript\n"
    "\n"
    "example: mailspec fmt --write corpus/\n";

typedef struct run {
    bool check, write;
} run;

/* Does the file hold exactly this text? */
static bool holds(const char *path, const mst_text *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    bool same = true;
    for (size_t at = 0; same && at < text->len;) {
        uint8_t piece[4096];
        const size_t want = text->len - at < sizeof piece ? text->len - at : sizeof piece;
        same = fread(piece, 1, want, file) == want && memcmp(piece, text->octets + at, want) == 0;
        at += want;
    }
    same = same && fgetc(file) == EOF;
    fclose(file);
    return same;
}

/* Over a file beside it, so that an interrupted run leaves the old one whole. */
static bool replace(const char *path, const mst_text *text)
{
    static const char suffix[] = ".new";
    const size_t room = strlen(path) + sizeof suffix;
    char *fresh = malloc(room);
    if (fresh == NULL)
        return false;
    snprintf(fresh, room, "%s%s", path, suffix);
    FILE *file = fopen(fresh, "wbx"); /* never over a file of somebody else */
    bool done = file != NULL && fwrite(text->octets, 1, text->len, file) == text->len;
    if (file != NULL)
        done = fclose(file) == 0 && done;
    if (done)
        done = rename(fresh, path) == 0;
    if (!done && file != NULL)
        remove(fresh);
    if (!done)
        fprintf(stderr, "mailspec fmt: %s: cannot be written\n", path);
    free(fresh);
    return done;
}

static cli_status show(const run *how, const char *path, const mst_text *text)
{
    if (!how->check && !how->write)
        return fwrite(text->octets, 1, text->len, stdout) == text->len ? CLI_OK : CLI_INTERNAL;
    if (holds(path, text))
        return CLI_OK;
    if (how->write)
        return replace(path, text) ? CLI_OK : CLI_INTERNAL;
    puts(path);
    return CLI_NONCONFORMANCE;
}

static cli_status format_file(const run *how, const char *path)
{
    mst_error error;
    const mst_document *document = mst_read_file(path, &error);
    if (document == NULL) {
        fprintf(stderr, "%s:%u:%u: %s%s%s\n", path, (unsigned)error.at.line, (unsigned)error.at.column, error.message,
                error.hint[0] != '\0' ? "; " : "", error.hint);
        return CLI_USAGE;
    }
    mst_text text = {0};
    const cli_status status = mst_format(document, &text) ? show(how, path, &text) : CLI_INTERNAL;
    mst_text_free(&text);
    mst_free(document);
    return status;
}

static cli_status run_fmt(int argc, char **argv)
{
    run how = {false, false};
    const cli_option options[] = {
        {"check", 0, CLI_FLAG, &how.check, NULL},
        {"write", 'w', CLI_FLAG, &how.write, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, options);
    if (operands < 0)
        return CLI_USAGE;
    if (operands == 0 || (how.check && how.write)) {
        fprintf(stderr, "mailspec fmt: %s; see 'mailspec fmt --help'\n",
                operands == 0 ? "name a transcript or a directory" : "--check and --write exclude each other");
        return CLI_USAGE;
    }
    cli_files files = {0};
    cli_status status = CLI_OK;
    for (int i = 1; i <= operands; i++) {
        if ((how.check || how.write) && strcmp(argv[i], "-") == 0) {
            fputs("mailspec fmt: standard input can only be printed\n", stderr);
            return CLI_USAGE;
        }
    }
    for (int i = 1; i <= operands; i++)
        if (!cli_files_add(&files, "fmt", argv[i]))
            status = CLI_USAGE;
    if (files.count == 0 && status == CLI_OK) {
        fputs("mailspec fmt: there are no transcripts\n", stderr);
        status = CLI_USAGE;
    }
    for (size_t i = 0; i < files.count; i++)
        status = cli_status_worse(status, format_file(&how, files.paths[i]));
    cli_files_free(&files);
    return status;
}

const cli_command cli_fmt = {"fmt", "write transcripts in their canonical form", help, run_fmt};
