/*
 * lint_reference.c - requirement ids: that they exist, and can be what they are
 * cited for
 */
#include <string.h>

#include "harness/requirement/register.h"
#include "harness/transcript/lint_part.h"
#include "harness/transcript/words.h"

static const ms_register_row *find(mst_linter *linter, ms_span id, mst_position at)
{
    const ms_requirement number = ms_register_find((const char *)id.ptr, id.len);
    const ms_register_row *row = ms_register_get(number);
    if (row == NULL)
        mst_lint_add(linter, MST_MISTAKE, at, "the requirement % is not in the register", id,
                     "'mailspec list requirements' lists them");
    return row;
}

/* POP3 rows are about POP3, SMTP rows about the others. */
static void check_protocol(mst_linter *linter, ms_span id, mst_position at)
{
    const bool pop3 = memcmp(id.ptr, "POP3-", 5) == 0;
    if (!linter->document->live && pop3 != (linter->document->header.protocol == MST_POP3))
        mst_lint_add(linter, MST_MISTAKE, at, "the requirement % is one of the other protocol", id, "");
}

static bool same(ms_span a, ms_span b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* Requirements of one list, the first of which decides the level. */
static void check_cites(mst_linter *linter)
{
    const mst_header *header = &linter->document->header;
    bool all_may = header->cites != NULL;
    for (const mst_word *cite = header->cites; cite != NULL; cite = cite->next) {
        if (cite->text.len < 5 ||
            (memcmp(cite->text.ptr, "SMTP-", 5) != 0 && memcmp(cite->text.ptr, "POP3-", 5) != 0)) {
            mst_lint_add(linter, MST_MISTAKE, cite->at, "'%' is not a requirement id", cite->text,
                         "write cites: SMTP-5321-3.3-09, ...");
            all_may = false;
            continue;
        }
        const ms_register_row *row = find(linter, cite->text, cite->at);
        all_may = all_may && row != NULL && row->level == MS_LEVEL_MAY;
        check_protocol(linter, cite->text, cite->at);
        for (const mst_word *other = header->cites; other != cite; other = other->next)
            if (same(other->text, cite->text))
                mst_lint_add(linter, MST_WARNING, cite->at, "% is cited twice", cite->text, "");
    }
    if (all_may && linter->document->live)
        mst_lint_add(linter, MST_MISTAKE, header->cites->at, "only MAY rows are cited", ms_span_absent(),
                     "a breach of a MAY is no fault: cite the row that forbids the outcome");
}

/* level: says what follows from the first cited row anyway? */
static void check_level(mst_linter *linter)
{
    const mst_header *header = &linter->document->header;
    if (header->level == MST_LEVEL_OF_FIRST_CITED || header->cites == NULL)
        return;
    const ms_span id = header->cites->text;
    const ms_register_row *row = ms_register_get(ms_register_find((const char *)id.ptr, id.len));
    if (row != NULL && strcmp(ms_level_name(row->level), mst_level_names[header->level]) == 0)
        mst_lint_add(linter, MST_WARNING, header->cites->at, "level: repeats the level of %", id,
                     "leave it out; the first cited row decides");
}

static void check_violation(mst_linter *linter, const mst_violation *violation)
{
    const ms_register_row *row = find(linter, violation->requirement, violation->requirement_at);
    const char *side = violation->side == MS_CLIENT ? "client" : "server";
    check_protocol(linter, violation->requirement, violation->requirement_at);
    if (linter->document->live && violation->side == linter->document->header.tests)
        mst_lint_add(linter, MST_MISTAKE, violation->at, "a case cannot expect a violation of the side under test",
                     ms_span_absent(),
                     "'!' names the rule that we break on purpose; what the peer does belongs in an alternative");
    if (row == NULL)
        return;
    if (row->level == MS_LEVEL_MAY)
        mst_lint_add(linter, MST_MISTAKE, violation->requirement_at, "% is a MAY, whose breach is no fault",
                     violation->requirement, "find the row that forbids this");
    if (strcmp(row->subject, "grammar") != 0 && strcmp(row->subject, side) != 0)
        mst_lint_add(linter, MST_MISTAKE, violation->requirement_at, "% binds the other side", violation->requirement,
                     "the side behind '!' is the one at fault");
}

static void check_outcome(mst_linter *linter, const mst_outcome *outcome)
{
    if (ms_span_is_absent(outcome->requirement))
        return;
    const ms_register_row *row = find(linter, outcome->requirement, outcome->requirement_at);
    const bool blames = outcome->verdict == MST_FAIL || outcome->verdict == MST_NONSTRICT;
    if (row == NULL || !blames)
        return;
    if (row->level == MS_LEVEL_MAY)
        mst_lint_add(linter, MST_MISTAKE, outcome->requirement_at, "% is a MAY, whose breach is no fault",
                     outcome->requirement, "find the row that forbids this outcome");
    if (outcome->verdict == MST_FAIL && (row->level == MS_LEVEL_SHOULD || row->level == MS_LEVEL_SHOULD_NOT))
        mst_lint_add(linter, MST_WARNING, outcome->requirement_at, "% is a SHOULD, whose breach is nonstrict",
                     outcome->requirement, "write => nonstrict ...");
}

static void check_block(mst_linter *linter, const mst_block *block)
{
    for (const mst_step *step = block->first; step != NULL; step = step->next) {
        for (const mst_violation *one = step->violations; one != NULL; one = one->next)
            check_violation(linter, one);
        for (const mst_yield *one = step->yields; one != NULL; one = one->next)
            if (!one->reviewed)
                mst_lint_add(linter, MST_WARNING, one->at, "nobody has reviewed this line yet", ms_span_absent(),
                             "read it against the RFC, then write '=' instead of '=?'");
        for (const mst_alternative *one = step->alternatives; one != NULL; one = one->next)
            check_outcome(linter, &one->outcome);
        if (step->kind == MST_VERDICT)
            check_outcome(linter, &step->verdict.outcome);
        mst_blocks blocks = mst_blocks_of(step);
        for (const mst_block *inner; (inner = mst_blocks_next(&blocks)) != NULL;)
            check_block(linter, inner);
    }
}

void mst_lint_references(mst_linter *linter)
{
    check_cites(linter);
    check_level(linter);
    check_block(linter, &linter->document->script);
}
