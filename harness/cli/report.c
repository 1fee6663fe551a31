/*
 * report.c - mailspec report: merge, compare and convert reports
 */
#include "harness/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/options.h"
#include "harness/result/read.h"
#include "reports/matrix.h"
#include "reports/report.h"

static const char help[] =
    "usage: mailspec report merge [OPTION]... FILE...\n"
    "       mailspec report convert [OPTION]... FILE\n"
    "       mailspec report compare [OPTION]... FILE FILE...\n"
    "\n"
    "Works on reports that were written with --format json ('-' is standard input).  merge joins the\n"
    "reports of shards into one; convert writes one in another form; compare puts several targets side\n"
    "by side, cases that came out differently first.\n"
    "\n"
    "  --format text|json|junit|tap|sarif|markdown|html   (compare: text|json|markdown|html)\n"
    "  --output FILE   write to FILE instead of standard output\n"
    "  --strict        nonstrict counts as a failure\n"
    "  --all           text: show passes too\n"
    "  --color auto|always|never\n"
    "\n"
    "Status: 0, 1 if a case failed (compare: if any differs), 2 for a file that is no report, 5 if\n"
    "nothing was decided.\n"
    "\n"
    "example: mailspec report merge shard-*.json --format html --output report.html\n";

static bool read_all(int count, char **paths, result_run *runs)
{
    for (int i = 0; i < count; i++) {
        char error[200];
        if (result_read_file(paths[i], &runs[i], error, sizeof error))
            continue;
        fprintf(stderr, "mailspec report: %s: %s\n", paths[i], error);
        for (int k = 0; k < i; k++)
            result_run_free(&runs[k]);
        return false;
    }
    return true;
}

static cli_status status_of(const result_run *run, const report_style *style)
{
    const bool failed = run->totals[RESULT_FAIL] + run->totals[RESULT_ERROR] > 0 ||
                        (style->strict && run->totals[RESULT_NONSTRICT] > 0);
    if (failed)
        return CLI_NONCONFORMANCE;
    return run->totals[RESULT_SKIP] + run->totals[RESULT_INCONCLUSIVE] == run->case_count ? CLI_UNDECIDED : CLI_OK;
}

typedef struct settings {
    const char *output;
    report_style style;
    int colour;
} settings;

static cli_status write_joined(result_run *runs, int count, int format, settings *s)
{
    for (int i = 1; i < count; i++)
        result_run_join(&runs[0], &runs[i]);
    result_run_sort(&runs[0]);
    FILE *out = cli_output_open("report", s->output);
    cli_status status = CLI_USAGE;
    if (out != NULL) {
        s->style.colour = format == REPORT_TEXT && cli_use_colour(s->colour, out);
        const bool written = report_write(out, (report_format)format, &runs[0], &s->style);
        status = cli_output_close("report", s->output, out) && written ? status_of(&runs[0], &s->style) : CLI_USAGE;
    }
    result_run_free(&runs[0]);
    return status;
}

static cli_status write_matrix(result_run *runs, int count, char **paths, int format, const settings *s)
{
    const char **names = calloc((size_t)count, sizeof *names);
    size_t differences = 0;
    cli_status status = CLI_USAGE;
    FILE *out = cli_output_open("report", s->output);
    if (names != NULL && out != NULL) {
        for (int i = 0; i < count; i++) {
            result_run_sort(&runs[i]);
            names[i] = runs[i].target != NULL ? runs[i].target : paths[i];
        }
        const bool written = matrix_write(out, (matrix_format)format, runs, names, (size_t)count, &differences);
        if (cli_output_close("report", s->output, out) && written)
            status = differences > 0 ? CLI_NONCONFORMANCE : CLI_OK;
    }
    for (int i = 0; i < count; i++)
        result_run_free(&runs[i]);
    free(names);
    return status;
}

static cli_status work(const char *action, int count, char **paths, int format, int matrix, settings *s)
{
    const bool compare = strcmp(action, "compare") == 0;
    const bool convert = strcmp(action, "convert") == 0;
    if (!compare && !convert && strcmp(action, "merge") != 0) {
        fprintf(stderr, "mailspec report: there is merge, convert and compare, but no '%s'\n", action);
        return CLI_USAGE;
    }
    if (count < (compare ? 2 : 1) || (convert && count > 1)) {
        fprintf(stderr, "mailspec report: %s wants %s\n", action,
                compare   ? "two reports or more"
                : convert ? "one report"
                          : "a report or more");
        return CLI_USAGE;
    }
    result_run *runs = calloc((size_t)count, sizeof *runs);
    if (runs == NULL)
        return CLI_INTERNAL;
    cli_status status = CLI_USAGE;
    if (read_all(count, paths, runs))
        status = compare ? write_matrix(runs, count, paths, matrix, s) : write_joined(runs, count, format, s);
    free(runs);
    return status;
}

static cli_status run(int argc, char **argv)
{
    settings s = {.output = NULL};
    const bool compare = argc > 1 && strcmp(argv[1], "compare") == 0;
    int format = 0;
    const cli_option table[] = {
        {"format", 0, CLI_CHOICE, &format, compare ? matrix_format_names : report_format_names},
        {"output", 'o', CLI_TEXT, &s.output, NULL},
        {"strict", 0, CLI_FLAG, &s.style.strict, NULL},
        {"all", 0, CLI_FLAG, &s.style.all, NULL},
        {"color", 0, CLI_CHOICE, &s.colour, cli_colour_names},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (operands == 0) {
        fputs("mailspec report: say merge, convert or compare; see mailspec report --help\n", stderr);
        return CLI_USAGE;
    }
    return work(argv[1], operands - 1, argv + 2, format, format, &s);
}

const cli_command cli_report = {
    .name = "report", .summary = "merge, convert and compare reports", .help = help, .run = run};
