/*
 * list.c - mailspec list: what there is to choose from
 */
#include "harness/cli/cli.h"

#include <string.h>

#include "harness/cli/coverage.h"
#include "harness/cli/library.h"
#include "harness/cli/options.h"
#include "harness/cli/requirement.h"

static const char help[] = "usage: mailspec list requirements [--coverage] [OPTION]...\n"
                           "       mailspec list cases [OPTION]...\n"
                           "\n"
                           "requirements  the rows of the register; 'mailspec explain ID' prints one in full\n"
                           "cases         the transcripts of the corpus: live cases, and recordings\n"
                           "\n"
                           "  --coverage          how many recordings keep each requirement, how many break it, and\n"
                           "                      how many live cases ask for it\n"
                           "  --rfc N             only the requirements of RFC N, or transcripts that cite one\n"
                           "  --level LEVEL       only MUST, MUST_NOT, SHOULD, SHOULD_NOT, MAY or SECURITY\n"
                           "  --corpus DIRECTORY  the corpus, instead of the installed one or MAILSPEC_CORPUS\n"
                           "  --format text|json  json: an array with an object for each\n"
                           "  --output FILE       write to FILE instead of standard output\n"
                           "\n"
                           "example: mailspec list requirements --rfc 2920 --level MUST\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

/* In the order of ms_level; one word each, which needs no quoting in a shell. */
static const char *const levels[] = {"MUST", "MUST_NOT", "SHOULD", "SHOULD_NOT", "MAY", "SECURITY", NULL};

typedef struct request {
    const char *rfc;    /* NULL: any */
    int level;          /* -1: any */
    bool with_coverage; /* --coverage */
    const char *corpus; /* NULL: the default one */
    int format;
    const char *output;
    FILE *out;
    json_t *array; /* of JSON */
    size_t listed;
} request;

static bool selected(const ms_register_row *row, const request *wanted)
{
    return (wanted->rfc == NULL || strcmp(row->rfc, wanted->rfc) == 0) &&
           (wanted->level < 0 || row->level == (ms_level)wanted->level);
}

static void list_row(request *wanted, const ms_register_row *row)
{
    wanted->listed++;
    if (wanted->format == JSON)
        json_array_append_new(wanted->array, requirement_json(row));
    else
        fprintf(wanted->out, "%-26s %-10s %-7s %s\n", row->id, ms_level_name(row->level), row->subject, row->statement);
}

static void list_coverage_row(request *wanted, ms_requirement number, const cli_library *all, const coverage *covered)
{
    const ms_register_row *row = ms_register_get(number);
    if (wanted->listed++ == 0 && wanted->format == TEXT)
        fprintf(wanted->out, "%-26s %-10s %10s %10s %6s  %s\n", "requirement", "level", "conforming", "violating",
                "cases", "offline");
    if (wanted->format == JSON) {
        json_t *object = requirement_json(row);
        coverage_to_json(covered, all, number, object);
        json_array_append_new(wanted->array, object);
    } else
        fprintf(wanted->out, "%-26s %-10s %10zu %10zu %6zu  %s\n", row->id, ms_level_name(row->level),
                coverage_count(covered, number, COVERAGE_CONFORMING),
                coverage_count(covered, number, COVERAGE_VIOLATING), coverage_count(covered, number, COVERAGE_CASE),
                row->offline);
}

static cli_status list_coverage(request *wanted)
{
    cli_library all = {0};
    coverage covered = {0};
    cli_status status = cli_library_open(&all, "list", wanted->corpus);
    for (size_t i = 0; all.documents != NULL && i < all.files.count; i++)
        if (all.documents[i] != NULL && !coverage_add(&covered, all.documents[i], i))
            status = CLI_INTERNAL;
    for (unsigned number = 1; number < MS_REQ_COUNT; number++)
        if (selected(ms_register_get(number), wanted))
            list_coverage_row(wanted, (ms_requirement)number, &all, &covered);
    coverage_free(&covered);
    cli_library_close(&all);
    return status;
}

static cli_status list_requirements(request *wanted)
{
    if (wanted->with_coverage)
        return list_coverage(wanted);
    for (unsigned number = 1; number < MS_REQ_COUNT; number++)
        if (selected(ms_register_get(number), wanted))
            list_row(wanted, ms_register_get(number));
    return CLI_OK;
}

/* The level: of the header, else of the first requirement cited; -1 without both. */
static int level_of(const mst_document *document)
{
    ms_level level = MS_LEVEL_MUST;
    if (document->header.level != MST_LEVEL_OF_FIRST_CITED)
        return ms_level_find(mst_level_name(document->header.level), &level) ? (int)level : -1;
    if (document->header.cites == NULL)
        return -1;
    const ms_span id = document->header.cites->text;
    const ms_register_row *row = ms_register_get(ms_register_find((const char *)id.ptr, id.len));
    return row == NULL ? -1 : (int)row->level;
}

static bool case_selected(const mst_document *document, const request *wanted)
{
    if (wanted->level >= 0 && level_of(document) != wanted->level)
        return false;
    for (const mst_word *word = document->header.cites; wanted->rfc != NULL && word != NULL; word = word->next) {
        const ms_register_row *row = ms_register_get(ms_register_find((const char *)word->text.ptr, word->text.len));
        if (row != NULL && strcmp(row->rfc, wanted->rfc) == 0)
            return true;
    }
    return wanted->rfc == NULL;
}

static json_t *span_json(ms_span text)
{
    return ms_span_is_absent(text) ? json_null() : json_stringn((const char *)text.ptr, text.len);
}

static void list_case(request *wanted, const mst_document *document, const char *path)
{
    const mst_header *header = &document->header;
    const int level = level_of(document);
    wanted->listed++;
    if (wanted->format == TEXT) {
        const ms_span name = ms_span_is_absent(header->id) ? ms_span_make(path, strlen(path)) : header->id;
        fprintf(wanted->out, "%-40.*s %-9s %-10s %.*s\n", (int)name.len, (const char *)name.ptr,
                document->live ? "case" : "recording", level < 0 ? "-" : ms_level_name((ms_level)level),
                (int)header->title.len, ms_span_is_absent(header->title) ? "" : (const char *)header->title.ptr);
        return;
    }
    json_t *object = json_object(), *cites = json_array();
    for (const mst_word *word = header->cites; word != NULL; word = word->next)
        json_array_append_new(cites, span_json(word->text));
    json_object_set_new(object, "id", span_json(header->id));
    json_object_set_new(object, "file", json_string(path));
    json_object_set_new(object, "kind", json_string(document->live ? "case" : "recording"));
    json_object_set_new(object, "protocol", json_string(mst_protocol_name(header->protocol)));
    json_object_set_new(object, "level", level < 0 ? json_null() : json_string(ms_level_name((ms_level)level)));
    json_object_set_new(object, "title", span_json(header->title));
    json_object_set_new(object, "cites", cites);
    json_array_append_new(wanted->array, object);
}

static cli_status list_cases(request *wanted)
{
    cli_library all = {0};
    const cli_status status = cli_library_open(&all, "list", wanted->corpus);
    for (size_t i = 0; all.documents != NULL && i < all.files.count; i++)
        if (all.documents[i] != NULL && case_selected(all.documents[i], wanted))
            list_case(wanted, all.documents[i], all.files.paths[i]);
    cli_library_close(&all);
    return status;
}

static cli_status list(request *wanted, const char *what)
{
    cli_status status = strcmp(what, "cases") == 0 ? list_cases(wanted) : list_requirements(wanted);
    if (wanted->format == JSON) {
        json_dumpf(wanted->array, wanted->out, JSON_INDENT(2));
        fputc('\n', wanted->out);
    }
    if (wanted->listed == 0) {
        fputs("mailspec list: nothing is like that\n", stderr);
        status = cli_status_worse(status, CLI_USAGE);
    }
    return status;
}

static cli_status run(int argc, char **argv)
{
    request wanted = {.level = -1, .format = TEXT};
    const cli_option table[] = {
        {"coverage", 0, CLI_FLAG, &wanted.with_coverage, NULL},
        {"rfc", 0, CLI_TEXT, &wanted.rfc, NULL},
        {"level", 0, CLI_CHOICE, &wanted.level, levels},
        {"corpus", 0, CLI_TEXT, &wanted.corpus, NULL},
        {"format", 0, CLI_CHOICE, &wanted.format, formats},
        {"output", 'o', CLI_TEXT, &wanted.output, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands != 1 || (strcmp(argv[1], "requirements") != 0 && strcmp(argv[1], "cases") != 0)) {
        fputs("mailspec list: say what to list: requirements or cases\n", stderr);
        return CLI_USAGE;
    }
    wanted.out = cli_output_open(argv[0], wanted.output);
    if (wanted.out == NULL)
        return CLI_USAGE;
    wanted.array = json_array();
    const cli_status status = list(&wanted, argv[1]);
    json_decref(wanted.array);
    return cli_output_close(argv[0], wanted.output, wanted.out) ? status : cli_status_worse(status, CLI_INTERNAL);
}

const cli_command cli_list = {"list", "list the requirements and the cases", help, run};
