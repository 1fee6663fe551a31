/*
 * markdown.c - results as Markdown, short enough for the step summary of a CI
 *
 * The counts, then a table of what did not pass, then the proof of each failure in a block that can be
 * folded.  At most MARKDOWN_CASES cases are told in full: a step summary has a limit of 1 MiB.
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "reports/report.h"

#include <inttypes.h>
#include <string.h>

enum { MARKDOWN_CASES = 200, MARKDOWN_OCTETS = 400 };

/* What Markdown or HTML would take for markup goes out as a character reference. */
static void plain(FILE *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr("<>&|*_`[]#\\~", *p) != NULL)
            fprintf(out, "&#%d;", *p);
        else
            escape_write(out, ms_span_make(p, 1));
    }
}

/* Inside a code span: a backtick would end it. */
static void code(FILE *out, ms_span octets)
{
    const size_t shown = octets.len < MARKDOWN_OCTETS ? octets.len : MARKDOWN_OCTETS;
    fputs("<code>", out);
    for (size_t i = 0; i < shown; i++) {
        char escaped[ESCAPE_MAX];
        const size_t length = escape_octet(octets.ptr[i], escaped);
        for (size_t k = 0; k < length; k++) {
            if (strchr("<>&|*_`[]\\~", escaped[k]) != NULL)
                fprintf(out, "&#%d;", escaped[k]);
            else
                fputc(escaped[k], out);
        }
    }
    fputs(shown < octets.len ? "&hellip;</code>" : "</code>", out);
}

static void summary(FILE *out, const result_run *run)
{
    fputs("## mailspec ", out);
    plain(out, run->driver == NULL ? "" : run->driver);
    if (run->target != NULL) {
        fputs(": ", out);
        plain(out, run->target);
    }
    fprintf(out, "\n\n%zu case%s", run->case_count, run->case_count == 1 ? "" : "s");
    const char *separator = ": ";
    for (unsigned s = 0; s < RESULT_STATUSES; s++)
        if (run->totals[s] > 0) {
            fprintf(out, "%s**%zu %s**", separator, run->totals[s], result_status_name((result_status)s));
            separator = ", ";
        }
    fputs(run->aborted ? ".  The run was aborted: only what ran is counted.\n\n" : ".\n\n", out);
}

static bool is_told(const result_case *item)
{
    return item->status != RESULT_PASS && item->status != RESULT_SKIP;
}

static void requirement_cell(FILE *out, const result_case *item)
{
    for (size_t i = 0; i < item->evidence_count; i++) {
        const ms_register_row *row = ms_register_get(item->evidence[i].requirement);
        if (row != NULL && !item->evidence[i].expected) {
            fprintf(out, "%s (RFC %s section %s)", row->id, row->rfc, row->section);
            return;
        }
    }
    const ms_register_row *row = item->cite_count == 0 ? NULL : ms_register_get(item->cites[0]);
    if (row != NULL)
        fprintf(out, "%s (RFC %s section %s)", row->id, row->rfc, row->section);
}

static void table(FILE *out, const result_run *run)
{
    bool any = false;
    for (size_t i = 0; i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        if (!is_told(item))
            continue;
        if (!any)
            fputs("| status | case | requirement |\n| --- | --- | --- |\n", out);
        any = true;
        fprintf(out, "| %s | ", result_status_name(item->status));
        plain(out, item->id);
        fputs(" | ", out);
        requirement_cell(out, item);
        fputs(" |\n", out);
    }
    if (any)
        fputc('\n', out);
}

static void proof(FILE *out, const result_case *item)
{
    fputs("<details><summary>", out);
    fprintf(out, "%s: ", result_status_name(item->status));
    plain(out, item->title != NULL ? item->title : item->id);
    fputs("</summary>\n\n", out);
    if (item->reason != NULL) {
        plain(out, item->reason);
        fputs("\n\n", out);
    }
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (e->expected)
            continue;
        fputs("- ", out);
        if (e->line > 0)
            fprintf(out, "line %" PRIu32 ": ", e->line);
        if (e->has_side)
            fprintf(out, "%s: ", result_side_name(e->side));
        plain(out, e->message);
        if (!ms_span_is_absent(e->octets)) {
            fputs(" ", out);
            code(out, e->octets);
        }
        fputc('\n', out);
    }
    fputs("\n</details>\n\n", out);
}

bool report_markdown(FILE *out, const result_run *run, const report_style *style)
{
    (void)style;
    summary(out, run);
    table(out, run);
    size_t told = 0;
    for (size_t i = 0; i < run->case_count && told < MARKDOWN_CASES; i++)
        if (is_told(&run->cases[i])) {
            proof(out, &run->cases[i]);
            told++;
        }
    return ferror(out) == 0;
}
