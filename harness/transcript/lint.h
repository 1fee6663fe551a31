/*
 * lint.h - what is wrong with a transcript that can be read
 *
 * The reader checks the language, this checks the sense: that ids exist in the
 * register, that names have values, that steps can be reached.  An error makes
 * the transcript useless or its verdict wrong; a warning is probably a slip.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_LINT_H
#define MAILSPEC_HARNESS_TRANSCRIPT_LINT_H

#include "harness/transcript/arena.h"
#include "harness/transcript/document.h"

enum { MST_PROBLEMS_MAX = 1000 }; /* per document; the last one says that there are more */

typedef enum mst_severity { MST_WARNING, MST_MISTAKE } mst_severity;

typedef struct mst_problem {
    const struct mst_problem *next;
    mst_severity severity;
    mst_position at; /* line 0: the file as a whole */
    char message[200];
    char hint[200]; /* "" if there is none */
} mst_problem;

typedef struct mst_problems {
    const mst_problem *first; /* by line and column */
    unsigned mistakes, warnings;
    mst_arena arena; /* private */
} mst_problems;

/* False if there was no memory.  End what it filled by mst_problems_free. */
bool mst_lint(const mst_document *document, mst_problems *problems);

void mst_problems_free(mst_problems *problems);

#endif
