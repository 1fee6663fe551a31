/*
 * tap.c - results in the Test Anything Protocol, version 14
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "reports/report.h"

#include <inttypes.h>
#include <string.h>

/* "#" begins a directive: it is escaped, as TAP 14 wants it. */
static void description(FILE *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '#')
            fputc('\\', out);
        escape_write(out, ms_span_make(p, 1));
    }
}

/* A YAML double-quoted scalar; JSON's escapes are YAML's. */
static void quoted(FILE *out, ms_span octets)
{
    fputc('"', out);
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t c = octets.ptr[i];
        if (c == '"' || c == '\\')
            fprintf(out, "\\%c", c);
        else if (c >= 0x20 && c < 0x7f)
            fputc(c, out);
        else
            fprintf(out, "\\x%02X", c);
    }
    fputc('"', out);
}

static void quoted_text(FILE *out, const char *text)
{
    quoted(out, ms_span_make(text, strlen(text)));
}

static void diagnostic(FILE *out, const result_case *item)
{
    fputs("  ---\n  status: ", out);
    fputs(result_status_name(item->status), out);
    if (item->reason != NULL) {
        fputs("\n  reason: ", out);
        quoted_text(out, item->reason);
    }
    fputs("\n  evidence:\n", out);
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (e->expected)
            continue;
        const ms_register_row *row = ms_register_get(e->requirement);
        fprintf(out, "    - kind: %s\n      line: %" PRIu32 "\n", e->kind, e->line);
        if (e->has_side)
            fprintf(out, "      side: %s\n", result_side_name(e->side));
        if (row != NULL)
            fprintf(out, "      requirement: %s\n", row->id);
        fputs("      message: ", out);
        quoted_text(out, e->message);
        if (!ms_span_is_absent(e->octets)) {
            fputs("\n      octets: ", out);
            quoted(out, e->octets);
        }
        fputc('\n', out);
    }
    fputs("  ...\n", out);
}

bool report_tap(FILE *out, const result_run *run, const report_style *style)
{
    fprintf(out, "TAP version 14\n1..%zu", run->case_count);
    fputs(run->case_count == 0 ? " # SKIP nothing was selected\n" : "\n", out);
    for (size_t i = 0; i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        fprintf(out, "%s %zu - ", report_counts(item, style) ? "not ok" : "ok", i + 1);
        description(out, item->id);
        if (item->status == RESULT_SKIP || item->status == RESULT_INCONCLUSIVE) {
            fputs(" # SKIP ", out);
            description(out, item->reason == NULL ? result_status_name(item->status) : item->reason);
        }
        fputc('\n', out);
        if (report_counts(item, style) || item->status == RESULT_NONSTRICT)
            diagnostic(out, item);
    }
    if (run->aborted)
        fputs("Bail out! the run was aborted\n", out);
    return ferror(out) == 0;
}
