/* baseline.c - see baseline.h */
#include "harness/result/baseline.h"

#include "harness/requirement/register.h"
#include "harness/result/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

typedef struct known_case {
    char *status, *id, *findings, *reason;
    bool seen;
} known_case;

struct baseline {
    known_case *cases;
    size_t count, room;
};

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

baseline *baseline_empty(void)
{
    return must(calloc(1, sizeof(baseline)));
}

void baseline_free(baseline *known)
{
    if (known == NULL)
        return;
    for (size_t i = 0; i < known->count; i++)
        free(known->cases[i].status); /* the other fields are in the same block */
    free(known->cases);
    free(known);
}

/* Cuts the line at its tabs; false unless it has four fields. */
static bool split(char *line, known_case *out)
{
    char **fields[] = {&out->status, &out->id, &out->findings, &out->reason};
    for (size_t i = 0; i < 4; i++) {
        *fields[i] = line;
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            return i == 3;
        if (i == 3)
            return false;
        *tab = '\0';
        line = tab + 1;
    }
    return false;
}

static void add(baseline *known, known_case item)
{
    if (known->count == known->room) {
        known->room = known->room == 0 ? 32 : known->room * 2;
        known->cases = must(realloc(known->cases, known->room * sizeof *known->cases));
    }
    known->cases[known->count++] = item;
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const known_case *)a)->id, ((const known_case *)b)->id);
}

/* One line that is no comment; false if it is malformed. */
static bool read_line(baseline *known, const char *line)
{
    known_case item = {.seen = false};
    result_status status;
    char *copy = must(strdup(line));
    if (!split(copy, &item) || !result_status_parse(item.status, &status)) {
        free(copy);
        return false;
    }
    add(known, item);
    return true;
}

baseline *baseline_read(const char *path, char error[200])
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        snprintf(error, 200, "%.120s: %s", path, strerror(errno));
        return NULL;
    }
    baseline *known = baseline_empty();
    char *line = NULL;
    size_t room = 0;
    unsigned number = 0;
    bool good = true;
    errno = 0;
    while (good && getline(&line, &room, in) >= 0) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] != '#' && line[0] != '\0')
            good = read_line(known, line);
    }
    if (!good)
        snprintf(error, 200, "%.120s:%u: expected STATUS, ID, FINDINGS and REASON, separated by tabs", path, number);
    else if (ferror(in)) /* a folder can be opened, and not read */
        snprintf(error, 200, "%.120s: %s", path, strerror(errno));
    good = good && !ferror(in);
    free(line);
    fclose(in);
    if (good) {
        if (known->count > 1)
            qsort(known->cases, known->count, sizeof *known->cases, by_id);
        return known;
    }
    baseline_free(known);
    return NULL;
}

/* By the escaped id; marks it as seen. */
static const known_case *look_up(baseline *known, const char *id)
{
    const known_case wanted = {.id = (char *)(uintptr_t)id};
    known_case *found = known->count == 0 ? NULL : bsearch(&wanted, known->cases, known->count, sizeof wanted, by_id);
    if (found != NULL)
        found->seen = true;
    return found;
}

/* File names may hold tabs and line ends. */
static char *escaped_id(const result_case *item)
{
    return must(escape_text(ms_span_make(item->id, strlen(item->id))));
}

/* What is said in passing is no finding. */
static bool is_finding(const result_evidence *e)
{
    static const char *const others[] = {"note", "exchange", "mark", "limit"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(e->kind, others[i]) == 0)
            return false;
    return !e->expected;
}

static bool is_breach(const result_evidence *e)
{
    return strcmp(e->kind, "breach") == 0;
}

/* "server:SMTP-5321-3.3-09@12", "not-found:server:SMTP-5321-3.3-09@12", "cut@0" */
static void put_finding(FILE *out, const result_evidence *e, bool live)
{
    const ms_register_row *row = ms_register_get(e->requirement);
    const char *separator = "";
    if (!is_breach(e) || !e->has_side) {
        fputs(e->kind, out);
        separator = ":";
    }
    if (e->has_side) {
        fprintf(out, "%s%s", separator, result_side_name(e->side));
        separator = ":";
    }
    if (row != NULL)
        fprintf(out, "%s%s", separator, row->id);
    if (!live || !is_breach(e))
        fprintf(out, "@%" PRIu32, e->line);
}

/* In a live run a breach is what the session machine has heard beside the case: where, how often, and behind a failure
 * of the case whether at all, depends on which octets came first. */
static bool is_known_before(const result_case *item, size_t index)
{
    const result_evidence *e = &item->evidence[index];
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *other = &item->evidence[i];
        if (!is_finding(other))
            continue;
        if (!is_breach(other) || (i < index && other->has_side == e->has_side && other->side == e->side &&
                                  other->requirement == e->requirement))
            return true;
    }
    return false;
}

/* Unexpected findings as in the file; the caller frees. */
static char *findings_text(const result_run *run, const result_case *item)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = must(open_memstream(&text, &size));
    const bool live = strcmp(run->driver, "probe") == 0;
    bool any = false;
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        if (!is_finding(e) || (live && is_breach(e) && is_known_before(item, i)))
            continue;
        if (any)
            fputc(' ', out);
        put_finding(out, e, live);
        any = true;
    }
    if (!any)
        fputc('-', out);
    fclose(out);
    return must(text);
}

static size_t compare_case(baseline *known, const result_run *run, const result_case *item, FILE *out)
{
    char *id = escaped_id(item);
    const known_case *was = look_up(known, id);
    const char *status = result_status_name(item->status);
    const char *old = was == NULL ? result_status_name(RESULT_PASS) : was->status;
    char *findings = findings_text(run, item);
    const bool same = strcmp(status, old) == 0 && (was == NULL || strcmp(was->findings, findings) == 0);
    if (!same) {
        fprintf(out, "changed  %s  was %s", id, old);
        if (was != NULL) {
            fputc(' ', out);
            escape_write(out, ms_span_make(was->findings, strlen(was->findings)));
        }
        fprintf(out, ", is %s %s\n", status, findings);
    }
    free(findings);
    free(id);
    return same ? 0 : 1;
}

size_t baseline_compare(baseline *known, const result_run *run, bool whole, FILE *out)
{
    size_t changes = 0;
    for (size_t i = 0; i < run->case_count; i++)
        changes += compare_case(known, run, &run->cases[i], out);
    for (size_t i = 0; whole && i < known->count; i++)
        if (!known->cases[i].seen) {
            fputs("missing  ", out);
            escape_write(out, ms_span_make(known->cases[i].id, strlen(known->cases[i].id)));
            fputs("  is in the baseline and did not run\n", out);
            changes++;
        }
    return changes;
}

/* --- writing --------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    const char *x = strchr(*(char *const *)a, '\t');
    const char *y = strchr(*(char *const *)b, '\t');
    return strcmp(x, y); /* the id comes first, behind the status */
}

static char *line_of(const char *status, const char *id, const char *findings, const char *reason)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = must(open_memstream(&text, &size));
    fprintf(out, "%s\t%s\t%s\t%s\n", status, id, findings, reason);
    fclose(out);
    return must(text);
}

/* The lines of the file, in no order; the caller frees them and the array. */
static char **lines_of(baseline *known, const result_run *run, bool whole, size_t *count)
{
    char **lines = must(calloc(run->case_count + known->count + 1, sizeof *lines));
    *count = 0;
    for (size_t i = 0; i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        char *id = escaped_id(item);
        const known_case *was = look_up(known, id);
        if (item->status != RESULT_PASS) {
            char *findings = findings_text(run, item);
            lines[(*count)++] = line_of(result_status_name(item->status), id, findings,
                                        was == NULL ? "not explained yet" : was->reason);
            free(findings);
        }
        free(id);
    }
    for (size_t i = 0; !whole && i < known->count; i++) {
        const known_case *kept = &known->cases[i];
        if (!kept->seen)
            lines[(*count)++] = line_of(kept->status, kept->id, kept->findings, kept->reason);
    }
    return lines;
}

/* A file of its own first: the reasons were written by people, and are not to be lost with a full disk. */
static bool replace(const char *path, char *const *lines, size_t count)
{
    static const char suffix[] = ".new";
    const size_t size = strlen(path) + sizeof suffix;
    char *name = must(malloc(size));
    snprintf(name, size, "%s%s", path, suffix);
    FILE *out = fopen(name, "w");
    bool good = out != NULL;
    if (good) {
        fputs("# mailspec baseline: STATUS, ID, FINDINGS, REASON (tabs between; a case without a line passes)\n", out);
        for (size_t i = 0; i < count; i++)
            fputs(lines[i], out);
        good = ferror(out) == 0;
        good = fclose(out) == 0 && good;
        good = good && rename(name, path) == 0;
    }
    const int problem = errno;
    if (!good && out != NULL)
        remove(name);
    errno = problem;
    free(name);
    return good;
}

bool baseline_write(const char *path, baseline *known, const result_run *run, bool whole)
{
    size_t count;
    char **lines = lines_of(known, run, whole, &count);
    if (count > 1)
        qsort(lines, count, sizeof *lines, by_text);
    const bool good = replace(path, lines, count);
    const int problem = errno;
    for (size_t i = 0; i < count; i++)
        free(lines[i]);
    free(lines);
    errno = problem;
    return good;
}
