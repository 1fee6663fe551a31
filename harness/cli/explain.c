/*
 * explain.c - mailspec explain: requirements in full
 */
#include "harness/cli/cli.h"

#include <string.h>

#include "harness/cli/options.h"
#include "harness/cli/requirement.h"

static const char help[] = "usage: mailspec explain [OPTION]... ID...\n"
                           "\n"
                           "Prints each requirement in full: how strict it is, where it stands, what it says, what\n"
                           "is expected, and what is known about it.  'mailspec list requirements' lists the ids.\n"
                           "\n"
                           "  --format text|json  json: an array with an object for each ID\n"
                           "  --output FILE       write to FILE instead of standard output\n"
                           "  --color auto|always|never\n"
                           "\n"
                           "example: mailspec explain SMTP-5321-3.3-09\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

enum { HINTS = 5 };

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

static cli_status explain(FILE *out, int count, char **ids, int format, bool colour)
{
    cli_status status = CLI_OK;
    json_t *array = json_array();
    for (int i = 0; i < count; i++) {
        const ms_register_row *row = ms_register_get(ms_register_find_text(ids[i]));
        if (row == NULL) {
            fprintf(stderr, "mailspec explain: there is no requirement with that id: %s\n", ids[i]);
            hint(ids[i]);
            status = CLI_USAGE;
        } else if (format == JSON) {
            json_array_append_new(array, requirement_json(row));
        } else {
            fputs(i == 0 ? "" : "\n", out);
            requirement_print(out, row, colour);
        }
    }
    if (format == JSON) {
        json_dumpf(array, out, JSON_INDENT(2));
        fputc('\n', out);
    }
    json_decref(array);
    return status;
}

static cli_status run(int argc, char **argv)
{
    int format = TEXT, colour = CLI_COLOUR_AUTO;
    const char *output = NULL;
    const cli_option table[] = {
        {"format", 0, CLI_CHOICE, &format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL},
        {"color", 0, CLI_CHOICE, &colour, cli_colour_names},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands == 0) {
        fputs("mailspec explain: an ID is missing; 'mailspec list requirements' lists them\n", stderr);
        return CLI_USAGE;
    }
    FILE *out = cli_output_open(argv[0], output);
    if (out == NULL)
        return CLI_USAGE;
    const cli_status status = explain(out, operands, argv + 1, format, cli_use_colour(colour, out));
    return cli_output_close(argv[0], output, out) ? status : cli_status_worse(status, CLI_INTERNAL);
}

const cli_command cli_explain = {"explain", "print a requirement in full", help, run};
