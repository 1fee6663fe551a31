/* export_seeds.c - mailspec export-seeds: fuzz inputs from recordings and cases */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/options.h"
#include "harness/seed/seed.h"
#include "harness/transcript/reader.h"

static const char help[] =
    "usage: mailspec export-seeds [--corpus DIR] DIR [PATH...]\n"
    "\n"
    "Writes the octets of transcripts as inputs of the fuzz targets: DIR/TARGET/HASH, each once.\n"
    "Without a PATH it takes the whole corpus.  Minimise what was written before it is kept:\n"
    "script/fuzz does so.\n"
    "\n"
    "  --corpus DIR  the corpus (default: MAILSPEC_CORPUS, the installed one, or ./corpus)\n"
    "\n"
    "exit status: 0 done, 2 a file that cannot be read, 6 a seed that cannot be written\n"
    "\n"
    "example: mailspec export-seeds /tmp/seeds corpus/transcripts/smtp\n";

/* The octets of a file; absent after a message. */
static ms_span read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *octets = NULL;
    size_t len = 0, room = 0;
    while (file != NULL && !feof(file) && !ferror(file)) {
        if (len == room) {
            room = room == 0 ? 4096 : 2 * room;
            uint8_t *more = realloc(octets, room);
            if (more == NULL)
                break;
            octets = more;
        }
        len += fread(octets + len, 1, room - len, file);
    }
    if (file == NULL || ferror(file) || !feof(file)) {
        fprintf(stderr, "mailspec: %s: %s\n", path, strerror(errno));
        free(octets);
        octets = NULL;
    }
    if (file != NULL)
        fclose(file);
    return ms_span_make(octets, octets == NULL ? 0 : len);
}

static void free_octets(ms_span octets)
{
    union {
        const uint8_t *in;
        void *out;
    } pointer = {octets.ptr};
    free(pointer.out);
}

static cli_status export_file(seed_folder *folder, const char *path)
{
    mst_error error;
    const ms_span octets = read_all(path);
    if (ms_span_is_absent(octets))
        return CLI_USAGE;
    const mst_document *document = mst_read(octets.ptr, octets.len, path, &error);
    if (document == NULL)
        fprintf(stderr, "%s:%u:%u: %s\n", path, (unsigned)error.at.line, (unsigned)error.at.column, error.message);
    else
        seed_export(folder, document, octets);
    free_octets(octets);
    mst_free(document);
    return document == NULL ? CLI_USAGE : CLI_OK;
}

static bool add_corpus(cli_files *files, const char *asked_for)
{
    char *corpus = cli_corpus(asked_for);
    if (corpus == NULL)
        fputs("mailspec export-seeds: there is no corpus; --corpus names it\n", stderr);
    const bool added = corpus != NULL && cli_files_add(files, "export-seeds", corpus);
    free(corpus);
    return added;
}

static cli_status run_export_seeds(int argc, char **argv)
{
    const char *corpus = NULL;
    const cli_option options[] = {{"corpus", 0, CLI_TEXT, &corpus, NULL}, {NULL, 0, CLI_FLAG, NULL, NULL}};
    const int operands = cli_options(argc, argv, options);
    if (operands < 1) {
        if (operands == 0)
            fputs("mailspec export-seeds: name the folder to write to; see 'mailspec export-seeds --help'\n", stderr);
        return CLI_USAGE;
    }
    cli_files files = {0};
    seed_folder folder = {.path = argv[1]};
    bool added = operands > 1 || add_corpus(&files, corpus);
    for (int i = 2; i <= operands; i++)
        added = cli_files_add(&files, "export-seeds", argv[i]) && added;
    cli_status status = added && files.count > 0 ? CLI_OK : CLI_USAGE;
    cli_files_sort(&files);
    for (size_t i = 0; i < files.count && !folder.failed; i++)
        status = cli_status_worse(status, export_file(&folder, files.paths[i]));
    if (folder.failed) {
        fprintf(stderr, "mailspec export-seeds: %s: %s\n", folder.path, strerror(errno));
        status = CLI_INTERNAL;
    }
    printf("%zu new seeds from %zu files; %zu were too long\n", folder.count, files.count, folder.skipped);
    cli_files_free(&files);
    return status;
}

static const char import_help[] =
    "usage: mailspec import-crash TARGET FILE\n"
    "\n"
    "Prints the input of a fuzz target as a transcript: the octets stand at the place in a session\n"
    "that they belong to.  FILE may be \"-\".\n"
    "\n"
    "exit status: 0 done, 2 no such target or file, or a target that reads no octets of a session\n"
    "\n"
    "example: mailspec import-crash smtp_dialogue crash-0123 > corpus/transcripts/smtp/found.mst\n";

static cli_status run_import_crash(int argc, char **argv)
{
    const cli_option options[] = {{NULL, 0, CLI_FLAG, NULL, NULL}};
    if (cli_options(argc, argv, options) != 2) {
        fputs("mailspec import-crash: name a target and a file; see 'mailspec import-crash --help'\n", stderr);
        return CLI_USAGE;
    }
    const ms_span octets = read_all(strcmp(argv[2], "-") == 0 ? "/dev/stdin" : argv[2]);
    if (ms_span_is_absent(octets))
        return CLI_USAGE;
    mst_text text = {0};
    cli_status status = CLI_INTERNAL;
    switch (seed_import(argv[1], octets, &text)) {
    case SEED_IMPORT_DONE:
        status = fwrite(text.octets, 1, text.len, stdout) == text.len ? CLI_OK : CLI_INTERNAL;
        break;
    case SEED_IMPORT_UNKNOWN:
        fprintf(stderr, "mailspec import-crash: there is no fuzz target '%s', but", argv[1]);
        for (size_t i = 0; seed_import_target(i) != NULL; i++)
            fprintf(stderr, " %s", seed_import_target(i));
        fputc('\n', stderr);
        status = CLI_USAGE;
        break;
    case SEED_IMPORT_NO_TALK:
        fprintf(stderr, "mailspec import-crash: the inputs of '%s' are no octets of a session\n", argv[1]);
        status = CLI_USAGE;
        break;
    case SEED_IMPORT_FAILED:
        fputs("mailspec import-crash: out of memory\n", stderr);
        break;
    }
    mst_text_free(&text);
    free_octets(octets);
    return status;
}

const cli_command cli_export_seeds = {"export-seeds", "fuzz inputs from transcripts", help, run_export_seeds};
const cli_command cli_import_crash = {"import-crash", "a fuzz input as a transcript", import_help, run_import_crash};
