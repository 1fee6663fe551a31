/*
 * script.c - lines of steps, and of what belongs to the step above them
 */
#include "harness/transcript/script.h"

#include <stdio.h>

/* What is appended to: the block, and the lists of its last step. */
typedef struct scope {
    mst_block *block;
    mst_step *step;
    mst_alternative *alternative;
    mst_violation *violation;
    mst_yield *yield;
} scope;

void mst_read_trailing(mst_scan *scan, mst_trivia *trivia)
{
    mst_scan_blanks(scan);
    if (mst_scan_peek(scan) != '#')
        return;
    trivia->trailing = mst_scan_rest(scan);
    while (trivia->trailing.ptr[trivia->trailing.len - 1] == ' ')
        trivia->trailing.len--;
}

/* "! server ID" */
static bool read_violation(mst_scan *scan, scope *in)
{
    static const char hint[] =
        "write '! server SMTP-5321-3.3-09' or '! client ...' behind the step that proves the breach";
    mst_violation *violation = mst_scan_take(scan, sizeof *violation);
    if (violation == NULL)
        return false;
    violation->trivia = mst_scan_trivia(scan);
    violation->at = mst_scan_position(scan);
    scan->at++;
    if (in->step == NULL)
        return mst_scan_fail(scan, violation->at, "no step stands above this violation", hint);
    mst_scan_blanks(scan);
    if (mst_scan_keyword(scan, "client"))
        violation->side = MS_CLIENT;
    else if (mst_scan_keyword(scan, "server"))
        violation->side = MS_SERVER;
    else
        return mst_scan_fail(scan, mst_scan_position(scan), "the side is missing", hint);
    mst_scan_blanks(scan);
    violation->requirement_at = mst_scan_position(scan);
    if (!mst_scan_at_requirement(scan))
        return mst_scan_fail(scan, violation->requirement_at, "the requirement is missing", hint);
    violation->requirement = mst_scan_word(scan);
    mst_read_trailing(scan, &violation->trivia);
    if (in->violation == NULL)
        in->step->violations = violation;
    else
        in->violation->next = violation;
    in->violation = violation;
    return true;
}

/* "= text" and "=? text" */
static bool read_yield(mst_scan *scan, scope *in)
{
    mst_yield *yield = mst_scan_take(scan, sizeof *yield);
    if (yield == NULL)
        return false;
    yield->trivia = mst_scan_trivia(scan);
    yield->at = mst_scan_position(scan);
    scan->at++;
    if (in->step == NULL || in->step->kind != MST_SAY)
        return mst_scan_fail(scan, yield->at, "no C or S line stands above",
                             "'=' says what the parsers yield for the line above it");
    yield->reviewed = !mst_scan_octet(scan, '?');
    if (!mst_scan_octet(scan, ' '))
        return mst_scan_fail(scan, mst_scan_position(scan), "a blank was expected behind the sign",
                             "write '= command NOOP at=0'");
    yield->text = mst_scan_rest(scan);
    while (yield->text.len > 0 && yield->text.ptr[yield->text.len - 1] == ' ')
        yield->text.len--;
    if (in->yield == NULL)
        in->step->yields = yield;
    else
        in->yield->next = yield;
    in->yield = yield;
    return true;
}

static bool read_continuation(mst_scan *scan, scope *in)
{
    if (in->step == NULL || !mst_step_branches(in->step->kind))
        return mst_scan_fail(scan, mst_scan_position(scan), "no expectation stands above this alternative",
                             "'|' lines follow S? C? fence tls quiet open check delivered, directly");
    if (in->violation != NULL || in->yield != NULL)
        return mst_scan_fail(scan, mst_scan_position(scan), "an alternative behind '!' or '='",
                             "alternatives come first");
    scan->at++;
    return mst_read_continuation(scan, in->step, &in->alternative);
}

static bool read_step(mst_scan *scan, scope *in)
{
    mst_step *step = mst_scan_take(scan, sizeof *step);
    if (step == NULL)
        return false;
    step->trivia = mst_scan_trivia(scan);
    step->at = mst_scan_position(scan);
    mst_alternative *last = NULL;
    if (!mst_read_step(scan, step, &last))
        return false;
    if (last != NULL)
        mst_read_trailing(scan, &last->trivia);
    else
        mst_read_trailing(scan, &step->trivia);
    if (in->step == NULL)
        in->block->first = step;
    else
        in->step->next = step;
    *in = (scope){in->block, step, last, NULL, NULL};
    return true;
}

static bool read_item(mst_scan *scan, scope *in)
{
    switch (mst_scan_peek(scan)) {
    case '!':
        return read_violation(scan, in);
    case '=':
        return read_yield(scan, in);
    case '|':
        return read_continuation(scan, in);
    case '#':
        return mst_scan_comment(scan);
    default:
        return read_step(scan, in);
    }
}

/* Inside braces several steps may share a line; outside each has its own. */
static bool check_separator(mst_scan *scan)
{
    mst_scan_blanks(scan);
    if (mst_scan_at_line_end(scan))
        return true;
    if (scan->depth == 0)
        return mst_scan_fail(scan, mst_scan_position(scan), "something follows the step on its line",
                             "one step per line; a comment needs a '#'");
    (void)mst_scan_octet(scan, ';');
    return true;
}

static bool fail_open_block(mst_scan *scan, const mst_block *block)
{
    char where[32];
    const int len = snprintf(where, sizeof where, "%u", (unsigned)block->at.line);
    return mst_scan_fail_word(scan, mst_scan_position(scan), "the file ends inside the block of line %",
                              ms_span_make(where, (size_t)len), "close it by '}'");
}

static bool read_steps(mst_scan *scan, mst_block *block)
{
    scope in = {block, NULL, NULL, NULL, NULL};
    bool empty_line = scan->at == scan->line_start;
    for (;;) {
        mst_scan_blanks(scan);
        if (scan->at >= scan->end)
            break;
        if (mst_scan_at_line_end(scan)) {
            scan->blank_line |= empty_line;
            mst_scan_next_line(scan);
            empty_line = true;
            continue;
        }
        empty_line = false;
        if (mst_scan_peek(scan) == '}' && scan->depth > 0)
            break;
        if (!read_item(scan, &in) || !check_separator(scan))
            return false;
    }
    block->tail = mst_scan_trivia(scan);
    return true;
}

bool mst_read_script(mst_scan *scan, mst_block *script)
{
    script->at = mst_scan_position(scan);
    return read_steps(scan, script);
}

bool mst_read_block(mst_scan *scan, const mst_block **block)
{
    mst_scan_blanks(scan);
    mst_block *fresh = mst_scan_take(scan, sizeof *fresh);
    if (fresh == NULL)
        return false;
    fresh->at = mst_scan_position(scan);
    if (!mst_scan_octet(scan, '{'))
        return mst_scan_fail(scan, fresh->at, "a block was expected", "write { steps }");
    if (scan->depth == MST_NESTING_MAX)
        return mst_scan_fail(scan, fresh->at, "blocks are nested more than 8 deep",
                             "make it two cases, or use named outcomes and 'when'");
    scan->depth++;
    if (!read_steps(scan, fresh))
        return false;
    scan->depth--;
    if (!mst_scan_octet(scan, '}'))
        return fail_open_block(scan, fresh);
    *block = fresh;
    return true;
}
