/*
 * lint.c - mailspec lint: what is wrong with transcripts
 */
#include "harness/transcript/lint.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/options.h"
#include "harness/transcript/reader.h"

static const char help[] = "usage: mailspec lint [OPTION]... PATH...\n"
                           "\n"
                           "Checks transcripts, and every *.mst below directories: that they can be read, that the\n"
                           "requirements they name exist and can be named so, that names have values, that every step\n"
                           "can be reached.  Prints FILE:LINE:COLUMN: what is wrong; what to do.\n"
                           "\n"
                           "  --strict            take warnings for errors\n"
                           "  --format text|json  json: an array with an object for each problem\n"
                           "  --output FILE       write to FILE instead of standard output\n"
                           "\n"
                           "exit status: 0 nothing is wrong, 1 an error, 2 a file that cannot be read as a transcript\n"
                           "\n"
                           "example: mailspec lint corpus/\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

/* Whose id is it?  Ids are how results are compared, so each is used once. */
typedef struct known_id {
    char *id;
    const char *path;
} known_id;

typedef struct run {
    bool strict;
    int format;
    FILE *out;
    json_t *array; /* of JSON */
    known_id *ids; /* one for each file at most, sorted at the end */
    size_t id_count, mistakes, warnings, unreadable;
} run;

static void print(run *to, const char *path, mst_position at, const char *severity, const char *message,
                  const char *hint)
{
    if (to->format == JSON) {
        json_array_append_new(to->array,
                              json_pack("{s:s, s:i, s:i, s:s, s:s, s:s}", "file", path, "line", (int)at.line, "column",
                                        (int)at.column, "severity", severity, "message", message, "hint", hint));
        return;
    }
    fprintf(to->out, "%s:", path);
    if (at.line != 0)
        fprintf(to->out, "%u:%u:", (unsigned)at.line, (unsigned)at.column);
    fprintf(to->out, " %s: %s%s%s\n", severity, message, hint[0] != '\0' ? "; " : "", hint);
}

static bool remember_id(run *of, const mst_document *document, const char *path)
{
    const ms_span id = document->header.id;
    if (ms_span_is_absent(id))
        return true;
    known_id *slot = &of->ids[of->id_count];
    slot->id = malloc(id.len + 1);
    if (slot->id == NULL)
        return false;
    memcpy(slot->id, id.ptr, id.len);
    slot->id[id.len] = '\0';
    slot->path = path;
    of->id_count++;
    return true;
}

static bool lint_file(run *of, const char *path)
{
    mst_error error;
    const mst_document *document = mst_read_file(path, &error);
    if (document == NULL) {
        print(of, path, error.at, "error", error.message, error.hint);
        of->unreadable++;
        return true;
    }
    mst_problems problems;
    const bool done = mst_lint(document, &problems) && remember_id(of, document, path);
    for (const mst_problem *one = problems.first; one != NULL; one = one->next)
        print(of, path, one->at, one->severity == MST_MISTAKE ? "error" : "warning", one->message, one->hint);
    of->mistakes += problems.mistakes;
    of->warnings += problems.warnings;
    mst_problems_free(&problems);
    mst_free(document);
    return done;
}

static int by_id(const void *a, const void *b)
{
    const known_id *x = a, *y = b;
    const int order = strcmp(x->id, y->id);
    return order != 0 ? order : strcmp(x->path, y->path);
}

static void check_ids(run *of)
{
    if (of->id_count > 1)
        qsort(of->ids, of->id_count, sizeof of->ids[0], by_id);
    for (size_t i = 1; i < of->id_count; i++) {
        if (strcmp(of->ids[i].id, of->ids[i - 1].id) != 0 || strcmp(of->ids[i].path, of->ids[i - 1].path) == 0)
            continue;
        char message[200];
        snprintf(message, sizeof message, "the id '%.60s' is also that of %.100s", of->ids[i].id, of->ids[i - 1].path);
        print(of, of->ids[i].path, (mst_position){0, 0}, "error", message, "each case needs an id of its own");
        of->mistakes++;
    }
}

static cli_status lint_all(run *of, const cli_files *files)
{
    of->ids = calloc(files->count, sizeof *of->ids);
    if (of->ids == NULL)
        return CLI_INTERNAL;
    bool done = true;
    for (size_t i = 0; i < files->count && done; i++)
        done = lint_file(of, files->paths[i]);
    if (done)
        check_ids(of);
    for (size_t i = 0; i < of->id_count; i++)
        free(of->ids[i].id);
    free(of->ids);
    if (!done)
        return CLI_INTERNAL;
    if (of->format == TEXT)
        fprintf(of->out, "%zu transcripts: %zu unreadable, %zu errors, %zu warnings\n", files->count, of->unreadable,
                of->mistakes, of->warnings);
    else if (json_dumpf(of->array, of->out, JSON_INDENT(2)) != 0 || fputc('\n', of->out) == EOF)
        return CLI_INTERNAL;
    if (of->unreadable > 0)
        return CLI_USAGE;
    return of->mistakes > 0 || (of->strict && of->warnings > 0) ? CLI_NONCONFORMANCE : CLI_OK;
}

static cli_status run_lint(int argc, char **argv)
{
    run of = {0};
    const char *output = NULL;
    const cli_option options[] = {
        {"strict", 0, CLI_FLAG, &of.strict, NULL},
        {"format", 0, CLI_CHOICE, &of.format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    cli_files files = {0};
    const int operands = cli_options(argc, argv, options);
    if (operands == 0)
        fputs("mailspec lint: name a transcript or a directory; see 'mailspec lint --help'\n", stderr);
    bool found = operands > 0;
    for (int i = 1; i <= operands; i++)
        found = cli_files_add(&files, "lint", argv[i]) && found;
    if (found && files.count == 0)
        fputs("mailspec lint: there are no transcripts\n", stderr);
    cli_status status = CLI_USAGE;
    if (files.count > 0) {
        of.out = cli_output_open("lint", output);
        of.array = json_array();
        if (of.out != NULL)
            status = lint_all(&of, &files);
        if (of.out != NULL && !cli_output_close("lint", output, of.out))
            status = CLI_INTERNAL;
        json_decref(of.array);
    }
    cli_files_free(&files);
    return found ? status : cli_status_worse(status, CLI_USAGE);
}

const cli_command cli_lint = {"lint", "check transcripts", help, run_lint};
