/* baseline.c - see baseline.h */
#include "harness/result/baseline.h"

#include "harness/requirement/register.h"
#include "harness/result/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_ROOM = 64 * 1024 };

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

baseline *baseline_read(const char *path, char error[200])
{
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        snprintf(error, 200, "%s: %s", path, strerror(errno));
        return NULL;
    }
    baseline *known = baseline_empty();
    char *line = must(malloc(LINE_ROOM));
    unsigned number = 0;
    bool good = true;
    while (good && fgets(line, LINE_ROOM, in) != NULL) {
        number++;
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        known_case item = {.seen = false};
        result_status status;
        char *copy = must(strdup(line));
        good = split(copy, &item) && result_status_parse(item.status, &status);
        if (good) {
            add(known, item);
        } else {
            free(copy);
            snprintf(error, 200, "%.120s:%u: expected STATUS, ID, FINDINGS and REASON, separated by tabs", path,
                     number);
        }
    }
    free(line);
    fclose(in);
    if (good)
        return known;
    baseline_free(known);
    return NULL;
}

static known_case *look_up(const baseline *known, const char *id)
{
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->cases[i].id, id) == 0)
            return &known->cases[i];
    return NULL;
}

/* Unexpected findings as in the file; the caller frees. */
static char *findings_text(const result_case *item)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = must(open_memstream(&text, &size));
    const char *separator = "";
    for (size_t i = 0; i < item->evidence_count; i++) {
        const result_evidence *e = &item->evidence[i];
        const ms_register_row *row = ms_register_get(e->requirement);
        if (e->expected || strcmp(e->kind, "note") == 0)
            continue;
        fprintf(out, "%s%s%s%s@%" PRIu32, separator, strcmp(e->kind, "breach") == 0 ? "" : e->kind,
                e->has_side ? result_side_name(e->side) : "", row == NULL ? "" : ":", e->line);
        if (row != NULL)
            fprintf(out, ":%s", row->id);
        separator = " ";
    }
    if (separator[0] == '\0')
        fputc('-', out);
    fclose(out);
    return must(text);
}

static size_t compare_case(baseline *known, const result_case *item, FILE *out)
{
    known_case *was = look_up(known, item->id);
    const char *status = result_status_name(item->status);
    const char *old = was == NULL ? result_status_name(RESULT_PASS) : was->status;
    if (was != NULL)
        was->seen = true;
    char *findings = findings_text(item);
    const bool same = strcmp(status, old) == 0 && (was == NULL || strcmp(was->findings, findings) == 0);
    if (!same) {
        fputs("changed  ", out);
        escape_write(out, ms_span_make(item->id, strlen(item->id)));
        fprintf(out, "  was %s%s%s, is %s %s\n", old, was == NULL ? "" : " ", was == NULL ? "" : was->findings, status,
                findings);
    }
    free(findings);
    return same ? 0 : 1;
}

size_t baseline_compare(baseline *known, const result_run *run, bool whole, FILE *out)
{
    size_t changes = 0;
    for (size_t i = 0; i < run->case_count; i++)
        changes += compare_case(known, &run->cases[i], out);
    for (size_t i = 0; whole && i < known->count; i++)
        if (!known->cases[i].seen) {
            fputs("missing  ", out);
            escape_write(out, ms_span_make(known->cases[i].id, strlen(known->cases[i].id)));
            fputs("  is in the baseline and did not run\n", out);
            changes++;
        }
    return changes;
}

bool baseline_write(const char *path, const baseline *known, const result_run *run)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return false;
    fputs("# mailspec baseline: STATUS, ID, FINDINGS, REASON (tabs between; a case without a line passes)\n", out);
    const result_case **sorted = must(calloc(run->case_count + 1, sizeof *sorted));
    for (size_t i = 0; i < run->case_count; i++) {
        size_t k = i;
        for (; k > 0 && strcmp(sorted[k - 1]->id, run->cases[i].id) > 0; k--)
            sorted[k] = sorted[k - 1];
        sorted[k] = &run->cases[i];
    }
    for (size_t i = 0; i < run->case_count; i++) {
        if (sorted[i]->status == RESULT_PASS)
            continue;
        const known_case *was = look_up(known, sorted[i]->id);
        char *findings = findings_text(sorted[i]);
        fprintf(out, "%s\t%s\t%s\t%s\n", result_status_name(sorted[i]->status), sorted[i]->id, findings,
                was == NULL ? "not explained yet" : was->reason);
        free(findings);
    }
    free(sorted);
    const bool ok = ferror(out) == 0;
    return fclose(out) == 0 && ok;
}
