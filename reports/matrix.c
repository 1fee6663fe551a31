/* matrix.c - see matrix.h */
#include "reports/matrix.h"

#include "harness/result/escape.h"
#include "reports/html_assets.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *const matrix_format_names[] = {"text", "json", "markdown", "html", NULL};

typedef struct row {
    const char *id;
    const result_case **cells; /* by run; NULL: did not run there */
    bool differs;
} row;

typedef struct matrix {
    row *rows;
    size_t count;
    const char *const *names;
    size_t columns;
} matrix;

/* --- building ------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_case_id(const void *id, const void *c)
{
    return strcmp(id, ((const result_case *)c)->id);
}

static const result_case *find(const result_run *run, const char *id)
{
    return run->case_count == 0 ? NULL : bsearch(id, run->cases, run->case_count, sizeof *run->cases, by_case_id);
}

/* What did not run differs from nothing; but where the session machine is not told to have heard a thing, it was well. */
static bool differs(const row *r, size_t columns)
{
    const bool heard = strncmp(r->id, "listen.", 7) == 0;
    const result_status *first = NULL;
    for (size_t c = 0; c < columns; c++) {
        static const result_status well = RESULT_PASS;
        const result_status *status = r->cells[c] != NULL ? &r->cells[c]->status : heard ? &well : NULL;
        if (status == NULL || *status == RESULT_SKIP)
            continue;
        if (first != NULL && *first != *status)
            return true;
        first = status;
    }
    return false;
}

static int by_difference(const void *a, const void *b)
{
    const row *x = a;
    const row *y = b;
    return x->differs != y->differs ? (x->differs ? -1 : 1) : strcmp(x->id, y->id);
}

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static matrix build(const result_run *runs, const char *const *names, size_t count)
{
    size_t total = 0;
    for (size_t c = 0; c < count; c++)
        total += runs[c].case_count;
    const char **ids = must(calloc(total + 1, sizeof *ids));
    size_t n = 0;
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < runs[c].case_count; i++)
            ids[n++] = runs[c].cases[i].id;
    qsort(ids, n, sizeof *ids, by_id);
    matrix m = {.names = names, .columns = count, .rows = must(calloc(n + 1, sizeof *m.rows))};
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && strcmp(ids[i], ids[i - 1]) == 0)
            continue;
        row *r = &m.rows[m.count++];
        r->id = ids[i];
        r->cells = must(calloc(count, sizeof *r->cells));
        for (size_t c = 0; c < count; c++)
            r->cells[c] = find(&runs[c], ids[i]);
        r->differs = differs(r, count);
    }
    free(ids);
    qsort(m.rows, m.count, sizeof *m.rows, by_difference);
    return m;
}

static void demolish(matrix *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->rows[i].cells);
    free(m->rows);
}

static const char *cell(const row *r, size_t column)
{
    return r->cells[column] == NULL ? "-" : result_status_name(r->cells[column]->status);
}

/* --- writing --------------------------------------------------------------------- */

static void safe(FILE *out, const char *text, bool html)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (html && strchr("<>&\"'|*_`\\", *p) != NULL)
            fprintf(out, "&#%d;", *p);
        else
            escape_write(out, ms_span_make(p, 1));
    }
}

static void write_text(FILE *out, const matrix *m)
{
    for (size_t c = 0; c < m->columns; c++) {
        fprintf(out, "[%zu] ", c + 1);
        safe(out, m->names[c], false);
        fputc('\n', out);
    }
    for (size_t i = 0; i < m->count; i++) {
        const row *r = &m->rows[i];
        fprintf(out, "%s", r->differs ? "differs  " : "         ");
        for (size_t c = 0; c < m->columns; c++)
            fprintf(out, "%-13s", cell(r, c));
        safe(out, r->id, false);
        fputc('\n', out);
    }
}

static void write_json(FILE *out, const matrix *m)
{
    json_t *targets = json_array();
    json_t *cases = json_array();
    for (size_t c = 0; c < m->columns; c++) {
        json_t *name = json_string(m->names[c]);
        json_array_append_new(targets, name == NULL ? json_null() : name);
    }
    for (size_t i = 0; i < m->count; i++) {
        json_t *statuses = json_array();
        for (size_t c = 0; c < m->columns; c++)
            json_array_append_new(statuses,
                                  m->rows[i].cells[c] == NULL ? json_null() : json_string(cell(&m->rows[i], c)));
        json_array_append_new(cases, json_pack("{s:s, s:b, s:o}", "id", m->rows[i].id, "differs", m->rows[i].differs,
                                               "statuses", statuses));
    }
    json_t *document = json_pack("{s:i, s:o, s:o}", "schema", 1, "targets", targets, "cases", cases);
    json_dumpf(document, out, JSON_INDENT(1));
    fputc('\n', out);
    json_decref(document);
}

static void write_markdown(FILE *out, const matrix *m)
{
    fputs("| case |", out);
    for (size_t c = 0; c < m->columns; c++) {
        fputc(' ', out);
        safe(out, m->names[c], true);
        fputs(" |", out);
    }
    fputs("\n| --- |", out);
    for (size_t c = 0; c < m->columns; c++)
        fputs(" --- |", out);
    fputc('\n', out);
    for (size_t i = 0; i < m->count; i++) {
        fputs(m->rows[i].differs ? "| **" : "| ", out);
        safe(out, m->rows[i].id, true);
        fputs(m->rows[i].differs ? "** |" : " |", out);
        for (size_t c = 0; c < m->columns; c++)
            fprintf(out, " %s |", cell(&m->rows[i], c));
        fputc('\n', out);
    }
}

static void write_html(FILE *out, const matrix *m)
{
    fprintf(
        out,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>mailspec: comparison</title>"
        "<style>%stable{border-collapse:collapse;width:100%%}td,th{border:1px solid var(--line);padding:.2rem .6rem;"
        "text-align:left}td[class]{color:var(--c)}tr.d td:first-child{font-weight:600}</style></head><body><main>"
        "<h1>mailspec: comparison</h1><table><tr><th>case</th>",
        html_style);
    for (size_t c = 0; c < m->columns; c++) {
        fputs("<th>", out);
        safe(out, m->names[c], true);
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
    for (size_t i = 0; i < m->count; i++) {
        fprintf(out, "<tr%s><td>", m->rows[i].differs ? " class=\"d\"" : "");
        safe(out, m->rows[i].id, true);
        fputs("</td>", out);
        for (size_t c = 0; c < m->columns; c++)
            fprintf(out, "<td class=\"%s\">%s</td>", m->rows[i].cells[c] == NULL ? "none" : cell(&m->rows[i], c),
                    cell(&m->rows[i], c));
        fputs("</tr>\n", out);
    }
    fputs("</table></main></body></html>\n", out);
}

bool matrix_write(FILE *out, matrix_format format, const result_run *runs, const char *const *names, size_t count,
                  size_t *differences)
{
    matrix m = build(runs, names, count);
    *differences = 0;
    for (size_t i = 0; i < m.count; i++)
        *differences += m.rows[i].differs;
    switch (format) {
    case MATRIX_TEXT:
        write_text(out, &m);
        break;
    case MATRIX_JSON:
        write_json(out, &m);
        break;
    case MATRIX_MARKDOWN:
        write_markdown(out, &m);
        break;
    case MATRIX_HTML:
        write_html(out, &m);
        break;
    }
    demolish(&m);
    return ferror(out) == 0;
}
