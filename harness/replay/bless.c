/* bless.c - see bless.h */
#include "harness/replay/bless.h"

#include "harness/replay/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The step's yields are what its reviewed "=" lines say. */
static bool up_to_date(const mst_step *step, const replay_yields *yields)
{
    const mst_yield *wanted = step->yields;
    for (size_t i = replay_yields_first(yields, step); i < yields->count && yields->items[i].step == step; i++) {
        const char *text = yields->items[i].text;
        if (wanted == NULL || wanted->text.len != strlen(text) || memcmp(wanted->text.ptr, text, wanted->text.len) != 0)
            return false;
        wanted = wanted->next;
    }
    return wanted == NULL;
}

typedef struct edit {
    uint32_t line;        /* counts from 1 */
    bool drop;            /* an old "=" line */
    const mst_step *step; /* new lines go behind this one; NULL if drop */
} edit;

static int by_line(const void *a, const void *b)
{
    const uint32_t x = ((const edit *)a)->line;
    const uint32_t y = ((const edit *)b)->line;
    return x < y ? -1 : x > y;
}

/* New lines stand behind the step and its "!" lines, as in the canonical form. */
static uint32_t last_line(const mst_step *step)
{
    uint32_t line = step->at.line;
    for (const mst_violation *v = step->violations; v != NULL; v = v->next)
        line = v->at.line > line ? v->at.line : line;
    return line;
}

static size_t collect(const mst_document *document, const replay_yields *yields, edit **out, size_t *changed)
{
    size_t count = 0;
    size_t room = 0;
    *out = NULL;
    *changed = 0;
    for (const mst_step *step = document->script.first; step != NULL; step = step->next) {
        if (step->kind != MST_SAY || up_to_date(step, yields))
            continue;
        (*changed)++;
        const mst_yield *old = step->yields;
        for (bool first = true; first || old != NULL; first = false) {
            if (count == room) {
                room = room == 0 ? 64 : room * 2;
                *out = realloc(*out, room * sizeof **out);
                if (*out == NULL)
                    abort();
            }
            if (first) {
                (*out)[count++] = (edit){.line = last_line(step), .step = step};
                continue;
            }
            (*out)[count++] = (edit){.line = old->at.line, .drop = true};
            old = old->next;
        }
    }
    return count;
}

static void put_yields(FILE *out, const mst_step *step, const replay_yields *yields)
{
    for (size_t i = replay_yields_first(yields, step); i < yields->count && yields->items[i].step == step; i++)
        fprintf(out, "=? %s\n", yields->items[i].text);
}

static void put_edited(FILE *out, ms_span source, const edit *edits, size_t count, const replay_yields *yields)
{
    uint32_t line = 1;
    size_t next = 0;
    for (size_t start = 0; start < source.len; line++) {
        const uint8_t *end = memchr(source.ptr + start, '\n', source.len - start);
        const size_t stop = end == NULL ? source.len : (size_t)(end - source.ptr) + 1;
        while (next < count && edits[next].line < line)
            next++;
        const bool here = next < count && edits[next].line == line;
        if (!here || !edits[next].drop)
            fwrite(source.ptr + start, 1, stop - start, out);
        if (here && !edits[next].drop) {
            if (end == NULL)
                fputc('\n', out);
            put_yields(out, edits[next].step, yields);
        }
        start = stop;
    }
}

char *replay_bless_text(const mst_document *document, ms_span source, size_t *length, size_t *changed)
{
    replay_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    outcome.yields.wanted = true;
    const replay_plan plan = {.feed = REPLAY_WHOLE};
    replay_run(document, &plan, &outcome);
    replay_yields_sort(&outcome.yields);
    edit *edits;
    const size_t count = collect(document, &outcome.yields, &edits, changed);
    if (count > 1)
        qsort(edits, count, sizeof *edits, by_line);
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    if (out == NULL)
        abort();
    put_edited(out, source, edits, count, &outcome.yields);
    fclose(out);
    free(edits);
    replay_outcome_free(&outcome);
    return text;
}
