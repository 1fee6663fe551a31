/*
 * explain.c - mailspec explain: requirements in full
 */
#include "harness/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cli/coverage.h"
#include "harness/cli/library.h"
#include "harness/cli/options.h"
#include "harness/cli/requirement.h"
#include "harness/cli/rules.h"
#include "harness/transcript/format.h"

static const char help[] = "usage: mailspec explain [OPTION]... ID...\n"
                           "\n"
                           "Prints each requirement in full: how strict it is, where it stands, what it says, what\n"
                           "is expected, what is known about it, and which transcripts of the corpus show it.  The\n"
                           "ID of a case or recording prints that.  'mailspec list' lists the ids.\n"
                           "\n"
                           "  --corpus DIRECTORY  the corpus, instead of the installed one or MAILSPEC_CORPUS\n"
                           "  --format text|json  json: an array with an object for each ID\n"
                           "  --output FILE       write to FILE instead of standard output\n"
                           "  --color auto|always|never\n"
                           "\n"
                           "example: mailspec explain SMTP-5321-3.3-09\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

enum { HINTS = 5, EXAMPLES = 3 };

typedef struct inquiry {
    FILE *out;
    int format;
    bool colour;
    cli_library all; /* empty without a corpus */
    coverage covered;
    json_t *array; /* of JSON */
    size_t printed;
} inquiry;

/* Ids that share the longest start with what was asked for. */
static void hint(const char *id)
{
    size_t best = 0;
    for (unsigned number = 1; number < MS_REQ_COUNT; number++) {
        const char *other = ms_register_get(number)->id;
        size_t same = 0;
        while (other[same] != '\0' && other[same] == id[same])
            same++;
        if (same > best)
            best = same;
    }
    if (best == 0)
        return;
    unsigned shown = 0;
    for (unsigned number = 1; number < MS_REQ_COUNT && shown < HINTS; number++) {
        const char *other = ms_register_get(number)->id;
        if (strncmp(other, id, best) == 0)
            fprintf(stderr, "%s%s", shown++ == 0 ? "  there is: " : ", ", other);
    }
    fputc('\n', stderr);
}

/* The transcripts that speak of it in that way; as text the first EXAMPLES. */
static void print_transcripts(const inquiry *all, unsigned number, coverage_kind kind, const char *title)
{
    unsigned shown = 0;
    for (size_t i = 0; i < all->covered.count; i++) {
        const coverage_entry *entry = &all->covered.entries[i];
        if (entry->requirement != number || entry->kind != kind)
            continue;
        if (shown++ < EXAMPLES)
            fprintf(all->out, "%-12s%s\n", shown == 1 ? title : "", all->all.files.paths[entry->file]);
    }
    if (shown > EXAMPLES)
        fprintf(all->out, "%-12sand %u more\n", "", shown - EXAMPLES);
}

/* The errors and deviations of the parsers that say that it is broken. */
static void print_rules(FILE *out, unsigned number)
{
    for (const cli_rules *list = cli_rule_lists; list->rule != NULL; list++) {
        for (unsigned i = 0; i < list->count; i++) {
            const ms_rule *rule = list->rule(i);
            if (rule->requirement == number)
                fprintf(out, "%-12s%s (%s): %s\n", list->kind, rule->name, list->parser, rule->text);
        }
    }
}

static json_t *rules_json(unsigned number)
{
    json_t *array = json_array();
    for (const cli_rules *list = cli_rule_lists; list->rule != NULL; list++) {
        for (unsigned i = 0; i < list->count; i++) {
            const ms_rule *rule = list->rule(i);
            if (rule->requirement == number)
                json_array_append_new(array, json_pack("{ss ss ss ss}", "name", rule->name, "kind", list->kind,
                                                       "parser", list->parser, "text", rule->text));
        }
    }
    return array;
}

static void explain_requirement(inquiry *all, unsigned number)
{
    const ms_register_row *row = ms_register_get(number);
    if (all->format == JSON) {
        json_t *object = requirement_json(row);
        json_object_set_new(object, "reported_as", rules_json(number));
        coverage_to_json(&all->covered, &all->all, (ms_requirement)number, object);
        json_array_append_new(all->array, object);
        return;
    }
    requirement_print(all->out, row, all->colour);
    print_rules(all->out, number);
    print_transcripts(all, number, COVERAGE_CONFORMING, "kept in");
    print_transcripts(all, number, COVERAGE_VIOLATING, "broken in");
    print_transcripts(all, number, COVERAGE_CASE, "asked in");
}

/* The transcript whose header has that id, as the file it came from and its canonical text. */
static bool explain_transcript(inquiry *all, const char *id)
{
    for (size_t i = 0; all->all.documents != NULL && i < all->all.files.count; i++) {
        const mst_document *document = all->all.documents[i];
        if (document == NULL || document->header.id.len != strlen(id) ||
            memcmp(document->header.id.ptr, id, strlen(id)) != 0)
            continue;
        mst_text text = {NULL, 0, 0, false};
        if (!mst_format(document, &text)) {
            mst_text_free(&text);
            return false;
        }
        if (all->format == JSON)
            json_array_append_new(all->array, json_pack("{ss ss ss%}", "id", id, "file", all->all.files.paths[i],
                                                        "text", (const char *)text.octets, text.len));
        else
            fprintf(all->out, "# %s\n%.*s", all->all.files.paths[i], (int)text.len, (const char *)text.octets);
        mst_text_free(&text);
        return true;
    }
    return false;
}

static cli_status explain(inquiry *all, const char *id)
{
    const ms_requirement number = ms_register_find_text(id);
    if (all->printed++ > 0 && all->format == TEXT)
        fputc('\n', all->out);
    if (number != MS_REQ_NONE)
        explain_requirement(all, number);
    else if (!explain_transcript(all, id)) {
        fprintf(stderr, "mailspec explain: there is no requirement and no transcript with that id: %s\n", id);
        hint(id);
        return CLI_USAGE;
    }
    return CLI_OK;
}

/* Without a corpus the requirements are explained all the same, unless one was asked for. */
static cli_status open_inquiry(inquiry *all, const char *asked_for)
{
    char *corpus = cli_corpus(asked_for);
    cli_status status = corpus == NULL ? CLI_OK : cli_library_open(&all->all, "explain", corpus);
    free(corpus);
    for (size_t i = 0; all->all.documents != NULL && i < all->all.files.count; i++)
        if (all->all.documents[i] != NULL && !coverage_add(&all->covered, all->all.documents[i], i))
            status = CLI_INTERNAL;
    all->array = json_array();
    return status;
}

static void close_inquiry(inquiry *all)
{
    if (all->format == JSON) {
        json_dumpf(all->array, all->out, JSON_INDENT(2));
        fputc('\n', all->out);
    }
    json_decref(all->array);
    coverage_free(&all->covered);
    cli_library_close(&all->all);
}

static cli_status run(int argc, char **argv)
{
    inquiry all = {.format = TEXT};
    int colour = CLI_COLOUR_AUTO;
    const char *output = NULL, *corpus = NULL;
    const cli_option table[] = {
        {"corpus", 0, CLI_TEXT, &corpus, NULL},   {"format", 0, CLI_CHOICE, &all.format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL}, {"color", 0, CLI_CHOICE, &colour, cli_colour_names},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands == 0) {
        fputs("mailspec explain: an ID is missing; 'mailspec list requirements' lists them\n", stderr);
        return CLI_USAGE;
    }
    all.out = cli_output_open(argv[0], output);
    if (all.out == NULL)
        return CLI_USAGE;
    all.colour = cli_use_colour(colour, all.out);
    cli_status status = open_inquiry(&all, corpus);
    for (int i = 1; i <= operands; i++)
        status = cli_status_worse(status, explain(&all, argv[i]));
    close_inquiry(&all);
    return cli_output_close(argv[0], output, all.out) ? status : cli_status_worse(status, CLI_INTERNAL);
}

const cli_command cli_explain = {"explain", "print a requirement or a transcript in full", help, run};
