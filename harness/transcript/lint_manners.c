/*
 * lint_manners.c - how much a live case asks of a server's patience
 *
 * Exim hangs up behind three commands that it cannot make sense of, and others slow down or do the same: what a case asks
 * behind them is answered by a close, which proves nothing.  So two on a connection are enough, unless the case is about that.
 */
#include <string.h>

#include "harness/transcript/lint_part.h"

enum { BAD_MAX = 2 };

typedef struct tally {
    unsigned bad[MST_CONNECTIONS_MAX];
} tally;

static bool may_be_fine(const mst_match *match)
{
    if (match->kind != MST_MATCH_REPLY)
        return false;
    return match->status.kind != MST_STATUS_CODE || match->status.digits[0] < 4;
}

/* 500 to 504, or the whole class: the codes for what a server cannot make sense of (RFC 5321 section 4.2.4). */
static bool is_for_nonsense(const mst_match *match)
{
    return match->kind == MST_MATCH_REPLY && match->status.kind == MST_STATUS_CODE && match->status.digits[0] == 5 &&
           (match->status.digits[1] == 0 || match->status.digits[1] == MST_WILDCARD);
}

/* Whoever passes this step has refused a command. */
static bool is_bad(const mst_step *step)
{
    bool refused = false;
    if (step->kind != MST_EXPECT || step->expect.side != MS_SERVER)
        return false;
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
        for (const mst_match *match = one->outcome.verdict == MST_PASS ? one->matches : NULL; match != NULL;
             match = match->next) {
            if (may_be_fine(match))
                return false;
            refused |= is_for_nonsense(match);
        }
    return refused;
}

/* A server that takes the way of a fault is told of that fault, whatever it does behind it. */
static bool is_of_a_fault(const mst_step *step, const mst_block *block)
{
    for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
        if (one->block == block)
            return one->outcome.verdict != MST_PASS;
    return false;
}

static void take_worse(tally *worst, const tally *one)
{
    for (unsigned i = 0; i < MST_CONNECTIONS_MAX; i++)
        if (one->bad[i] > worst->bad[i])
            worst->bad[i] = one->bad[i];
}

static void count_block(mst_linter *linter, const mst_block *block, tally *so_far)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        if (step->kind == MST_OPEN || step->kind == MST_HANGUP || step->kind == MST_CLOSE)
            so_far->bad[step->connection] = 0;
        if (is_bad(step) && ++so_far->bad[step->connection] == BAD_MAX + 1)
            mst_lint_add(linter, MST_MISTAKE, step->at, "a third command on this connection that has to be refused",
                         ms_span_absent(),
                         "many servers hang up behind two: open another connection, or tag the case 'errors' if "
                         "that is what it is about");
        tally worst = *so_far;
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;) {
            if (is_of_a_fault(step, inner))
                continue;
            tally taken = *so_far;
            if (step->kind == MST_CONTROL)
                memset(&taken, 0, sizeof taken);
            count_block(linter, inner, &taken);
            if (step->kind == MST_REPEAT) /* once more is enough to tell that it goes on so */
                count_block(linter, inner, &taken);
            take_worse(&worst, &taken);
        }
        *so_far = worst;
    }
}

void mst_lint_manners(mst_linter *linter)
{
    const mst_document *document = linter->document;
    tally so_far;
    memset(&so_far, 0, sizeof so_far);
    for (const mst_word *tag = document->header.tags; tag != NULL; tag = tag->next)
        if (tag->text.len == 6 && memcmp(tag->text.ptr, "errors", 6) == 0)
            return;
    if (document->live && document->header.tests == MS_SERVER && document->header.protocol != MST_POP3)
        count_block(linter, &document->script, &so_far);
}
