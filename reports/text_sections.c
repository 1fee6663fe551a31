/*
 * text_sections.c - the results of a live run for people: by RFC and section, what did not pass with its proof
 *
 *     RFC 5321
 *       4.1.1.5    12 pass, 1 fail
 *         fail  smtp.state.rset-sender  RSET behind MAIL drops the sender
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "reports/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where a case stands: the section of the first requirement that it cites. */
typedef struct placed {
    const result_case *item;
    const char *rfc, *section; /* "" where it cites none */
} placed;

static const char *after_number(const char *text, unsigned long *number)
{
    char *end;
    *number = strtoul(text, &end, 10);
    return end;
}

/* "4.1.1.5" behind "4.1.1", "10" behind "9", letters (appendices) behind numbers. */
static int by_section(const char *a, const char *b)
{
    while (*a != '\0' && *b != '\0') {
        const bool digits = *a >= '0' && *a <= '9' && *b >= '0' && *b <= '9';
        if (digits) {
            unsigned long x;
            unsigned long y;
            a = after_number(a, &x);
            b = after_number(b, &y);
            if (x != y)
                return x < y ? -1 : 1;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    return (*a != '\0') - (*b != '\0');
}

static int by_place(const void *a, const void *b)
{
    const placed *x = a;
    const placed *y = b;
    int order = by_section(x->rfc, y->rfc);
    if (order == 0)
        order = by_section(x->section, y->section);
    return order != 0 ? order : strcmp(x->item->id, y->item->id);
}

static placed *place_all(const result_run *run)
{
    placed *all = calloc(run->case_count + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        const ms_register_row *row = item->cite_count == 0 ? NULL : ms_register_get(item->cites[0]);
        all[i] = (placed){item, row == NULL ? "" : row->rfc, row == NULL ? "" : row->section};
    }
    if (all != NULL)
        qsort(all, run->case_count, sizeof *all, by_place);
    return all;
}

/* --- one case ---------------------------------------------------------------------------------------- */

static void labelled(const text_writer *w, const char *label, const char *text)
{
    fprintf(w->out, "      %-10s ", label);
    text_safe(w, text);
    fputc('\n', w->out);
}

static void requirement(const text_writer *w, uint16_t id)
{
    const ms_register_row *row = ms_register_get(id);
    if (row == NULL)
        return;
    fprintf(w->out, "      %-10s %s (%s, RFC %s section %s): %s\n", "rule", row->id, ms_level_name(row->level),
            row->rfc, row->section, row->statement);
}

/* What the case found, or the session machine heard. */
static void proof(const text_writer *w, const result_case *item, const result_evidence *e)
{
    const bool told = item->reason != NULL && strcmp(item->reason, e->message) == 0;
    const bool again = e > item->evidence && e[-1].requirement == e->requirement && strcmp(e[-1].kind, e->kind) == 0;
    if (!again)
        requirement(w, e->requirement);
    if (!again && e->permitted != NULL && e->permitted[0] != '\0' && strcmp(e->permitted, "-") != 0)
        labelled(w, "permitted", e->permitted);
    if (!ms_span_is_absent(e->octets)) {
        fprintf(w->out, "      %-10s ", "received");
        escape_write(w->out, e->octets);
        fputc('\n', w->out);
    }
    if (e->file != NULL) {
        fprintf(w->out, "      %-10s ", "case");
        text_safe(w, e->file);
        if (e->line > 0)
            fprintf(w->out, ":%" PRIu32, e->line);
        if (!told && e->message[0] != '\0') {
            fputs(": ", w->out);
            text_safe(w, e->message);
        }
        fputc('\n', w->out);
    }
}

/* The session machine heard what the case itself had found. */
static bool is_repeated(const result_case *item, const result_evidence *e)
{
    for (const result_evidence *first = item->evidence; first < e; first++)
        if (strcmp(first->kind, "failure") == 0 && first->requirement == e->requirement &&
            first->octets.len == e->octets.len &&
            (e->octets.len == 0 || memcmp(first->octets.ptr, e->octets.ptr, e->octets.len) == 0))
            return true;
    return false;
}

static bool is_kind(const result_evidence *e, const char *kind)
{
    return strcmp(e->kind, kind) == 0;
}

static void failing(const text_writer *w, const result_run *run, const result_case *item)
{
    if (item->reason != NULL)
        labelled(w, "why", item->reason);
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (is_kind(e, "failure") || (is_kind(e, "breach") && !is_repeated(item, e)))
            proof(w, item, e);
        else if (is_kind(e, "difference"))
            labelled(w, "difference", e->message);
    }
    for (size_t i = 0; i < item->evidence_count; i++)
        if (is_kind(&item->evidence[i], "exchange") || is_kind(&item->evidence[i], "mark"))
            text_dialogue(w, &item->evidence[i]);
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (!is_kind(e, "note") || e->file == NULL)
            continue;
        fprintf(w->out, "      %-10s mailspec probe ", "again");
        text_safe(w, run->target == NULL ? "URL" : run->target);
        fputs(" ... --case ", w->out);
        text_safe(w, e->file);
        fputc('\n', w->out);
    }
}

static void one_case(const text_writer *w, const result_run *run, const result_case *item)
{
    if ((item->status == RESULT_PASS || item->status == RESULT_SKIP) && !w->style->all)
        return;
    fputs("    ", w->out);
    text_status(w, item->status);
    fputs("  ", w->out);
    text_safe(w, item->id);
    if (item->title != NULL && item->status != RESULT_SKIP) {
        fputs("  ", w->out);
        text_safe(w, item->title);
    }
    if (item->status == RESULT_SKIP && item->reason != NULL) {
        fputs(" (", w->out);
        text_safe(w, item->reason);
        fputc(')', w->out);
    }
    fputc('\n', w->out);
    if (item->status != RESULT_PASS && item->status != RESULT_SKIP)
        failing(w, run, item);
}

/* --- all of them ----------------------------------------------------------------------------------------- */

static void counts(const text_writer *w, const placed *first, size_t count)
{
    size_t totals[RESULT_STATUSES] = {0};
    for (size_t i = 0; i < count; i++)
        totals[first[i].item->status]++;
    text_totals(w, totals);
    fputc('\n', w->out);
}

static size_t same(const placed *all, size_t from, size_t count, bool section)
{
    size_t to = from;
    while (to < count && strcmp(all[to].rfc, all[from].rfc) == 0 &&
           (!section || strcmp(all[to].section, all[from].section) == 0))
        to++;
    return to - from;
}

static void one_section(const text_writer *w, const result_run *run, const placed *first, size_t count)
{
    size_t told = w->style->all ? count : 0;
    for (size_t i = 0; i < count; i++)
        told += first[i].item->status != RESULT_PASS && first[i].item->status != RESULT_SKIP;
    if (told > 0 && first->section[0] != '\0') {
        fprintf(w->out, "  %-10s ", first->section);
        counts(w, first, count);
    }
    for (size_t i = 0; i < count; i++)
        one_case(w, run, first[i].item);
}

bool text_sections(const text_writer *w, const result_run *run)
{
    placed *all = place_all(run);
    if (all == NULL)
        return false;
    for (size_t i = 0; i < run->case_count;) {
        const size_t of_rfc = same(all, i, run->case_count, false);
        if (all[i].rfc[0] != '\0')
            fprintf(w->out, "RFC %-8s ", all[i].rfc);
        else
            fprintf(w->out, "%-12s ", "no RFC");
        counts(w, all + i, of_rfc);
        for (size_t k = i; k < i + of_rfc;) {
            const size_t of_section = same(all, k, i + of_rfc, true);
            one_section(w, run, all + k, of_section);
            k += of_section;
        }
        i += of_rfc;
    }
    free(all);
    return true;
}
