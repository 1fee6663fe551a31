/*
 * lint_part.h - what the parts of lint share.  Private to lint_*.c.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_LINT_PART_H
#define MAILSPEC_HARNESS_TRANSCRIPT_LINT_PART_H

#include "harness/transcript/lint.h"

typedef struct mst_linter {
    const mst_document *document;
    mst_problems *problems;
    unsigned count;
    bool failed; /* no memory */
} mst_linter;

/* A problem; the message may have %s for one word of the file. */
void mst_lint_add(mst_linter *linter, mst_severity severity, mst_position at, const char *message, ms_span word,
                  const char *hint);

/* The parts, each over the whole document. */
void mst_lint_header(mst_linter *linter);
void mst_lint_references(mst_linter *linter); /* requirement ids */
void mst_lint_names(mst_linter *linter);      /* values and outcomes */
void mst_lint_flow(mst_linter *linter);       /* order, sides, reachability */
void mst_lint_manners(mst_linter *linter);    /* what servers hang up on */

/* Could an earlier match take all that a later one of the same step takes? */
bool mst_match_covers(const mst_match *earlier, const mst_match *later);

/* The blocks of a step, in file order; NULL when there are no more. */
typedef struct mst_blocks {
    const mst_step *step;
    const mst_alternative *next;
    unsigned count;
} mst_blocks;

mst_blocks mst_blocks_of(const mst_step *step);
const mst_block *mst_blocks_next(mst_blocks *blocks);

#endif
