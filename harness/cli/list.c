/*
 * list.c - mailspec list: what there is to choose from
 */
#include "harness/cli/cli.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cli/options.h"
#include "harness/cli/requirement.h"

static const char help[] = "usage: mailspec list requirements [OPTION]...\n"
                           "\n"
                           "Lists the requirements of the register; 'mailspec explain ID' prints one in full.\n"
                           "\n"
                           "  --rfc N             only those of RFC N\n"
                           "  --level LEVEL       only MUST, MUST_NOT, SHOULD, SHOULD_NOT, MAY or SECURITY\n"
                           "  --format text|json  json: an array with an object for each requirement\n"
                           "  --output FILE       write to FILE instead of standard output\n"
                           "\n"
                           "example: mailspec list requirements --rfc 2920 --level MUST\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

/* In the order of ms_level; one word each, which needs no quoting in a shell. */
static const char *const levels[] = {"MUST", "MUST_NOT", "SHOULD", "SHOULD_NOT", "MAY", "SECURITY", NULL};

typedef struct selection {
    const char *rfc; /* NULL: any */
    int level;       /* -1: any */
} selection;

static bool selected(const ms_register_row *row, const selection *wanted)
{
    return (wanted->rfc == NULL || strcmp(row->rfc, wanted->rfc) == 0) &&
           (wanted->level < 0 || row->level == (ms_level)wanted->level);
}

static cli_status list_requirements(FILE *out, const selection *wanted, int format)
{
    unsigned count = 0;
    json_t *array = json_array();
    for (unsigned number = 1; number < MS_REQ_COUNT; number++) {
        const ms_register_row *row = ms_register_get(number);
        if (!selected(row, wanted))
            continue;
        count++;
        if (format == JSON)
            json_array_append_new(array, requirement_json(row));
        else
            fprintf(out, "%-26s %-10s %-7s %s\n", row->id, ms_level_name(row->level), row->subject, row->statement);
    }
    if (format == JSON) {
        json_dumpf(array, out, JSON_INDENT(2));
        fputc('\n', out);
    }
    json_decref(array);
    if (count == 0)
        fputs("mailspec list: no requirement is like that\n", stderr);
    return count == 0 ? CLI_USAGE : CLI_OK;
}

static cli_status run(int argc, char **argv)
{
    selection wanted = {NULL, -1};
    int format = TEXT;
    const char *output = NULL;
    const cli_option table[] = {
        {"rfc", 0, CLI_TEXT, &wanted.rfc, NULL},
        {"level", 0, CLI_CHOICE, &wanted.level, levels},
        {"format", 0, CLI_CHOICE, &format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands != 1 || strcmp(argv[1], "requirements") != 0) {
        fputs("mailspec list: say what to list: requirements\n", stderr);
        return CLI_USAGE;
    }
    FILE *out = cli_output_open(argv[0], output);
    if (out == NULL)
        return CLI_USAGE;
    const cli_status status = list_requirements(out, &wanted, format);
    return cli_output_close(argv[0], output, out) ? status : cli_status_worse(status, CLI_INTERNAL);
}

const cli_command cli_list = {"list", "list the requirements", help, run};
