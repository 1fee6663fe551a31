/*
 * text.c - results for people: what failed, with its proof, then the counts
 */
#include "reports/text.h"
#include "harness/requirement/register.h"
#include "harness/result/escape.h"

#include <inttypes.h>
#include <string.h>

typedef text_writer writer;

static const char *const colours[RESULT_STATUSES] = {
    [RESULT_PASS] = "\033[32m",         [RESULT_NONSTRICT] = "\033[33m", [RESULT_FAIL] = "\033[31m",
    [RESULT_INCONCLUSIVE] = "\033[35m", [RESULT_SKIP] = "\033[36m",      [RESULT_ERROR] = "\033[1;31m",
};

void text_status(const writer *w, result_status status)
{
    const char *name = result_status_name(status);
    if (w->style->colour)
        fprintf(w->out, "%s%s\033[0m", colours[status], name);
    else
        fputs(name, w->out);
}

void text_safe(const writer *w, const char *text)
{
    escape_write(w->out, ms_span_make(text, strlen(text)));
}

static void place(const writer *w, const result_evidence *e)
{
    if (e->file == NULL)
        return;
    text_safe(w, e->file);
    if (e->line > 0)
        fprintf(w->out, ":%" PRIu32, e->line);
    if (e->line > 0 && e->column > 1) /* what begins its line needs none */
        fprintf(w->out, ":%" PRIu32, e->column);
    fputs(": ", w->out);
}

/* A line of a live dialogue: "      C  EHLO client.example\r\n"; long ones are cut, the other forms have them whole. */
static void dialogue_line(const writer *w, const result_evidence *e, ms_span line)
{
    enum { SHOWN = 200 };
    fprintf(w->out, "      %s%s  ", e->message, e->side == MS_CLIENT ? "C" : "S");
    escape_write(w->out, ms_span_make(line.ptr, line.len < SHOWN ? line.len : SHOWN));
    if (line.len > SHOWN)
        fprintf(w->out, "... (%zu octets)", line.len);
    fputc('\n', w->out);
}

void text_dialogue(const writer *w, const result_evidence *e)
{
    enum { LINES = 40 };
    size_t lines = 0;
    if (ms_span_is_absent(e->octets)) {
        fprintf(w->out, "      %s\n", e->message);
        return;
    }
    for (ms_span rest = e->octets; rest.len > 0; lines++) {
        const uint8_t *newline = memchr(rest.ptr, '\n', rest.len);
        const size_t length = newline == NULL ? rest.len : (size_t)(newline - rest.ptr) + 1;
        if (lines == LINES) {
            fprintf(w->out, "      ... (%zu octets more)\n", rest.len);
            return;
        }
        dialogue_line(w, e, ms_span_make(rest.ptr, length));
        rest = ms_span_make(rest.ptr + length, rest.len - length);
    }
}

static void evidence(const writer *w, const result_evidence *e)
{
    if (strcmp(e->kind, "exchange") == 0 || strcmp(e->kind, "mark") == 0) {
        text_dialogue(w, e);
        return;
    }
    fputs("  ", w->out);
    place(w, e);
    const ms_register_row *row = ms_register_get(e->requirement);
    if (strcmp(e->kind, "breach") == 0 && row != NULL)
        fprintf(w->out, "%s breaks %s (%s, RFC %s section %s)%s\n", result_side_name(e->side), row->id,
                ms_level_name(row->level), row->rfc, row->section, e->expected ? ", as expected" : "");
    else {
        text_safe(w, e->message);
        fputc('\n', w->out);
    }
    if (!ms_span_is_absent(e->octets)) {
        fputs("      octets     ", w->out);
        escape_write(w->out, e->octets);
        fputc('\n', w->out);
    }
    if (row != NULL)
        fprintf(w->out, "      rule       %s\n", row->statement);
    if (e->permitted != NULL && strcmp(e->permitted, "-") != 0 && e->permitted[0] != '\0') {
        fputs("      permitted  ", w->out);
        text_safe(w, e->permitted);
        fputc('\n', w->out);
    }
}

static void one_case(const writer *w, const result_case *item)
{
    const bool quiet = item->status == RESULT_PASS && !w->style->all;
    if (quiet)
        return;
    text_status(w, item->status);
    fputs("  ", w->out);
    text_safe(w, item->id);
    if (item->title != NULL) {
        fputs("  ", w->out);
        text_safe(w, item->title);
    }
    fputc('\n', w->out);
    if (item->reason != NULL && item->evidence_count == 0) {
        fputs("  ", w->out);
        text_safe(w, item->reason);
        fputc('\n', w->out);
    }
    for (size_t i = 0; i < item->evidence_count; i++)
        if (!item->evidence[i].expected || w->style->all)
            evidence(w, &item->evidence[i]);
}

void text_totals(const writer *w, const size_t totals[RESULT_STATUSES])
{
    const char *separator = "";
    for (unsigned s = 0; s < RESULT_STATUSES; s++) {
        if (totals[s] == 0)
            continue;
        fprintf(w->out, "%s%zu ", separator, totals[s]);
        text_status(w, (result_status)s);
        separator = ", ";
    }
}

bool report_text(FILE *out, const result_run *run, const report_style *style)
{
    const writer w = {.out = out, .style = style};
    if (run->driver != NULL && strcmp(run->driver, "probe") == 0) {
        if (!text_sections(&w, run) || !text_skips(&w, run))
            return false;
    } else {
        for (size_t i = 0; i < run->case_count; i++)
            one_case(&w, &run->cases[i]);
    }
    if (run->aborted)
        fputs("aborted: what follows counts only what ran\n", out);
    fprintf(out, "%zu case%s%s", run->case_count, run->case_count == 1 ? "" : "s", run->case_count == 0 ? "" : ": ");
    text_totals(&w, run->totals);
    fputc('\n', out);
    return ferror(out) == 0;
}
