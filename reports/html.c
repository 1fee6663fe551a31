/*
 * html.c - results as one HTML file that needs nothing else: no network, no script (a script makes it better)
 *
 * Counts, a filter, then the cases grouped by RFC section, failures unfolded, each with its requirement and its octets as
 * a dialogue of two sides.  Nothing of a peer reaches the page but as escaped text.
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "mailspec/version.h"
#include "reports/html_assets.h"
#include "reports/report.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void octet(FILE *out, uint8_t c)
{
    switch (c) {
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '&':
        fputs("&amp;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\'':
        fputs("&#39;", out);
        break;
    default: {
        char escaped[ESCAPE_MAX];
        fwrite(escaped, 1, escape_octet(c, escaped), out);
    }
    }
}

static void octets(FILE *out, ms_span text)
{
    for (size_t i = 0; i < text.len; i++) {
        octet(out, text.ptr[i]);
        if (text.ptr[i] == '\n' && i + 1 < text.len)
            fputc('\n', out); /* the escape shows it; the line break makes it readable */
    }
}

/* A piece of a dialogue: a message of a megabyte says nothing that its beginning and end do not. */
static void said_octets(FILE *out, ms_span text)
{
    enum { BEGIN = 4096, END = 512 };
    if (text.len <= BEGIN + END) {
        octets(out, text);
        return;
    }
    octets(out, ms_span_make(text.ptr, BEGIN));
    fprintf(out, "\n<span class=\"mark\">%zu octets are left out; the JSON report has them</span>\n",
            text.len - BEGIN - END);
    octets(out, ms_span_make(text.ptr + text.len - END, END));
}

static void text(FILE *out, const char *words)
{
    if (words != NULL)
        octets(out, ms_span_make(words, strlen(words)));
}

/* The requirement that a case is about: that of its first fault, else the first it cites. */
static const ms_register_row *main_row(const result_case *item)
{
    for (size_t i = 0; i < item->evidence_count; i++)
        if (!item->evidence[i].expected && item->evidence[i].requirement != MS_REQ_NONE)
            return ms_register_get(item->evidence[i].requirement);
    return item->cite_count == 0 ? NULL : ms_register_get(item->cites[0]);
}

/* --- head ---------------------------------------------------------------------- */

static void counts(FILE *out, const result_run *run)
{
    fputs("<ul class=\"counts\">", out);
    for (unsigned s = 0; s < RESULT_STATUSES; s++)
        if (run->totals[s] > 0) {
            const char *name = result_status_name((result_status)s);
            fprintf(out, "<li class=\"%s\"><b>%zu</b> %s</li>", name, run->totals[s], name);
        }
    fputs("</ul>", out);
}

static int by_rfc(const void *a, const void *b)
{
    return atoi(*(const char *const *)a) - atoi(*(const char *const *)b);
}

static void rfc_options(FILE *out, const result_run *run)
{
    const char **seen = calloc(run->case_count + 1, sizeof *seen);
    size_t count = 0;
    if (seen == NULL)
        abort();
    for (size_t i = 0; i < run->case_count; i++) {
        const ms_register_row *row = main_row(&run->cases[i]);
        bool known = row == NULL;
        for (size_t k = 0; k < count && !known; k++)
            known = strcmp(seen[k], row->rfc) == 0;
        if (!known)
            seen[count++] = row->rfc;
    }
    qsort(seen, count, sizeof *seen, by_rfc);
    for (size_t k = 0; k < count; k++)
        fprintf(out, "<option value=\"%s\">RFC %s</option>", seen[k], seen[k]);
    free(seen);
}

static void filter(FILE *out, const result_run *run)
{
    fputs("<form><select name=\"status\" aria-label=\"status\"><option value=\"\">every status</option>", out);
    for (unsigned s = 0; s < RESULT_STATUSES; s++)
        if (run->totals[s] > 0)
            fprintf(out, "<option>%s</option>", result_status_name((result_status)s));
    fputs("</select><select name=\"level\" aria-label=\"level\"><option value=\"\">every level</option>", out);
    for (int level = MS_LEVEL_MUST; level <= MS_LEVEL_SECURITY; level++)
        fprintf(out, "<option>%s</option>", ms_level_name((ms_level)level));
    fputs("</select><select name=\"rfc\" aria-label=\"RFC\"><option value=\"\">every RFC</option>", out);
    rfc_options(out, run);
    fputs("</select><input type=\"search\" name=\"text\" placeholder=\"search ids, titles, octets\" "
          "aria-label=\"search\">"
          "<span class=\"soft\" id=\"shown\"></span></form>",
          out);
}

static void head(FILE *out, const result_run *run)
{
    fputs("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'\"><title>mailspec ",
          out);
    text(out, run->driver);
    if (run->target != NULL) {
        fputs(": ", out);
        text(out, run->target);
    }
    fprintf(out, "</title><style>%s</style><script>%s</script></head><body><header><h1>mailspec ", html_style,
            html_script);
    text(out, run->driver);
    fputs("</h1><p class=\"soft\">", out);
    text(out, run->target == NULL ? "" : run->target);
    fprintf(out, "</p><p>%zu case%s%s</p>", run->case_count, run->case_count == 1 ? "" : "s",
            run->aborted ? "; the run was aborted, so only what ran is here" : "");
    counts(out, run);
    filter(out, run);
    fputs("</header><main>\n", out);
}

/* --- a case ---------------------------------------------------------------------- */

static void term(FILE *out, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0' || strcmp(value, "-") == 0)
        return;
    fprintf(out, "<dt>%s</dt><dd>", name);
    text(out, value);
    fputs("</dd>", out);
}

static void requirement(FILE *out, const ms_register_row *row)
{
    fprintf(out, "<dt>requirement</dt><dd><b>%s</b> &middot; %s &middot; RFC %s section %s</dd>", row->id,
            ms_level_name(row->level), row->rfc, row->section);
    term(out, "says", row->statement);
}

static bool is_dialogue(const result_evidence *e)
{
    return strcmp(e->kind, "exchange") == 0 || strcmp(e->kind, "mark") == 0;
}

static void dialogue(FILE *out, const result_case *item)
{
    bool open = false;
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (!is_dialogue(e))
            continue;
        if (!open)
            fputs("<div class=\"dialogue\">", out);
        open = true;
        if (strcmp(e->kind, "mark") == 0) {
            fputs("<span class=\"mark\">", out);
            text(out, e->message);
            fputs("</span>", out);
            continue;
        }
        fprintf(out, "<div class=\"said %s\" title=\"%s\">", result_side_name(e->side), result_side_name(e->side));
        said_octets(out, e->octets);
        fputs("</div>", out);
    }
    if (open)
        fputs("</div>", out);
}

static void finding(FILE *out, const result_evidence *e)
{
    const ms_register_row *row = ms_register_get(e->requirement);
    char where[32] = "";
    if (e->line > 0)
        snprintf(where, sizeof where, "%" PRIu32, e->line);
    fputs("<dl>", out);
    if (e->file != NULL) {
        fputs("<dt>where</dt><dd><code>", out);
        text(out, e->file);
        fprintf(out, "%s%s</code></dd>", where[0] == '\0' ? "" : ":", where);
    }
    if (e->has_side)
        fprintf(out, "<dt>at fault</dt><dd>%s%s</dd>", result_side_name(e->side), e->expected ? " (as expected)" : "");
    if (!ms_span_is_absent(e->octets)) {
        fputs("<dt>octets</dt><dd><code>", out);
        octets(out, e->octets);
        fputs("</code></dd>", out);
    }
    if (row != NULL)
        requirement(out, row);
    if (row == NULL || strcmp(row->statement, e->message) != 0)
        term(out, "what", e->message);
    term(out, "permitted", e->permitted);
    fputs("</dl>", out);
}

static void one_case(FILE *out, const result_case *item)
{
    const ms_register_row *row = main_row(item);
    const char *status = result_status_name(item->status);
    const bool open = item->status == RESULT_FAIL || item->status == RESULT_ERROR;
    fprintf(out, "<details class=\"%s\" data-status=\"%s\" data-level=\"%s\" data-rfc=\"%s\"%s><summary>", status,
            status, row == NULL ? "" : ms_level_name(row->level), row == NULL ? "" : row->rfc, open ? " open" : "");
    fprintf(out, "<span class=\"s\">%s</span><span>", status);
    text(out, item->title != NULL ? item->title : item->id);
    fputs("</span><span class=\"id\">", out);
    text(out, item->id);
    fputs("</span></summary><div class=\"in\"><dl>", out);
    term(out, "reason", item->reason);
    term(out, "outcome", item->outcome);
    if (item->exposure != NULL && strcmp(item->exposure, "none") != 0)
        term(out, "exposure", item->exposure);
    for (size_t i = 0; i < item->cite_count; i++) {
        const ms_register_row *cited = ms_register_get(item->cites[i]);
        if (cited != NULL)
            requirement(out, cited);
    }
    fputs("</dl>", out);
    dialogue(out, item);
    for (size_t i = 0; i < item->evidence_count; i++)
        if (!is_dialogue(&item->evidence[i]))
            finding(out, &item->evidence[i]);
    fputs("</div></details>\n", out);
}

/* --- grouped by RFC section --------------------------------------------------------- */

typedef struct group_key {
    size_t index; /* of the case */
    int rfc;
    const char *section;
} group_key;

static int by_place(const void *a, const void *b)
{
    const group_key *x = a;
    const group_key *y = b;
    if (x->rfc != y->rfc)
        return x->rfc - y->rfc;
    /* sections in the order of the RFC: 4.2 before 4.10 */
    const char *p = x->section;
    const char *q = y->section;
    while (*p != '\0' && *q != '\0') {
        char *p_end;
        char *q_end;
        const long m = strtol(p, &p_end, 10);
        const long n = strtol(q, &q_end, 10);
        if (p_end == p || q_end == q)
            break;
        if (m != n)
            return m < n ? -1 : 1;
        p = *p_end == '.' ? p_end + 1 : p_end;
        q = *q_end == '.' ? q_end + 1 : q_end;
    }
    const int order = strcmp(p, q);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static void groups(FILE *out, const result_run *run)
{
    group_key *keys = calloc(run->case_count + 1, sizeof *keys);
    if (keys == NULL)
        abort();
    for (size_t i = 0; i < run->case_count; i++) {
        const ms_register_row *row = main_row(&run->cases[i]);
        keys[i] = (group_key){
            .index = i, .rfc = row == NULL ? INT_MAX : atoi(row->rfc), .section = row == NULL ? "" : row->section};
    }
    qsort(keys, run->case_count, sizeof *keys, by_place);
    for (size_t i = 0; i < run->case_count; i++) {
        const bool first =
            i == 0 || keys[i].rfc != keys[i - 1].rfc || strcmp(keys[i].section, keys[i - 1].section) != 0;
        if (first && i > 0)
            fputs("</section>\n", out);
        if (first && keys[i].rfc != INT_MAX)
            fprintf(out, "<section><h2>RFC %d section %s</h2>\n", keys[i].rfc, keys[i].section);
        else if (first)
            fputs("<section><h2>Without a requirement</h2>\n", out);
        one_case(out, &run->cases[keys[i].index]);
    }
    if (run->case_count > 0)
        fputs("</section>\n", out);
    free(keys);
}

bool report_html(FILE *out, const result_run *run, const report_style *style)
{
    (void)style;
    head(out, run);
    groups(out, run);
    fprintf(out, "</main><footer class=\"soft\"><p>mailspec %s</p></footer></body></html>\n", MS_VERSION_STRING);
    return ferror(out) == 0;
}
