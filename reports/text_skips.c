/* text_skips.c - the text report's end: why cases were not run */
#include "reports/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct cause {
    const char *reason;
    size_t cases, first; /* the first of them, so that equals keep their order */
} cause;

enum { TOLD = 12 };

static int by_cases(const void *a, const void *b)
{
    const cause *one = a, *other = b;
    if (one->cases != other->cases)
        return one->cases > other->cases ? -1 : 1;
    return one->first < other->first ? -1 : one->first > other->first;
}

static int by_reason(const void *a, const void *b)
{
    const cause *one = a, *other = b;
    const int order = strcmp(one->reason, other->reason);
    return order != 0 ? order : one->first < other->first ? -1 : one->first > other->first;
}

/* Equal reasons become one; returns how many there are. */
static size_t join(cause *causes, size_t count)
{
    size_t kinds = 0;
    qsort(causes, count, sizeof *causes, by_reason);
    for (size_t i = 0; i < count; i++) {
        if (kinds > 0 && strcmp(causes[kinds - 1].reason, causes[i].reason) == 0)
            causes[kinds - 1].cases++;
        else
            causes[kinds++] = causes[i];
    }
    qsort(causes, kinds, sizeof *causes, by_cases);
    return kinds;
}

bool text_skips(const text_writer *w, const result_run *run)
{
    if (run->totals[RESULT_SKIP] == 0 || w->style->all)
        return true;
    cause *causes = calloc(run->case_count, sizeof *causes);
    if (causes == NULL)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < run->case_count; i++)
        if (run->cases[i].status == RESULT_SKIP)
            causes[count++] = (cause){run->cases[i].reason == NULL ? "" : run->cases[i].reason, 1, i};
    const size_t kinds = join(causes, count);
    size_t others = 0;
    fputs("not run (--all lists the cases):\n", w->out);
    for (size_t i = 0; i < kinds; i++) {
        if (i >= TOLD) {
            others += causes[i].cases;
            continue;
        }
        fprintf(w->out, "  %4zu  ", causes[i].cases);
        text_safe(w, causes[i].reason);
        fputc('\n', w->out);
    }
    if (others > 0)
        fprintf(w->out, "  %4zu  for %zu other reasons\n", others, kinds - TOLD);
    free(causes);
    return true;
}
