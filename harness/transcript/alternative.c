/*
 * alternative.c - PATTERN [=> VERDICT [NAME] [REQUIREMENT] ["reason"] [{ steps }]]
 */
#include "harness/transcript/expression_read.h"
#include "harness/transcript/script.h"
#include "harness/transcript/words.h"

bool mst_step_branches(mst_step_kind kind)
{
    return kind == MST_EXPECT || kind == MST_TLS || kind == MST_QUIET || kind == MST_FENCE || kind == MST_CHECK ||
           kind == MST_DELIVERED || kind == MST_OPEN;
}

static bool at_arrow(const mst_scan *scan)
{
    return mst_scan_peek(scan) == '=' && scan->at[1] == '>';
}

/* A verdict or the name of an outcome, whichever the word is. */
static bool read_outcome_word(mst_scan *scan, mst_outcome *outcome)
{
    const mst_position at = mst_scan_position(scan);
    const ms_span word = mst_scan_word(scan);
    const size_t verdict = mst_word_find(mst_verdict_names, MST_VERDICTS, word);
    if (verdict == MST_VERDICTS) {
        outcome->name = word;
        outcome->name_at = at;
        return true;
    }
    if (outcome->verdict_given)
        return mst_scan_fail_word(scan, at, "'%' is a second verdict", word, "an outcome needs another name");
    outcome->verdict_given = true;
    outcome->verdict = (mst_verdict)verdict;
    return true;
}

bool mst_read_outcome(mst_scan *scan, mst_outcome *outcome)
{
    static const char hint[] = "write => pass, => fail NAME REQUIREMENT \"reason\", => nonstrict NAME ...";
    const mst_position at = mst_scan_position(scan);
    mst_scan_blanks(scan);
    while (ms_span_is_absent(outcome->name) && !mst_scan_at_requirement(scan)) {
        const int next = mst_scan_peek(scan);
        if (next < 'a' || next > 'z')
            break;
        if (!read_outcome_word(scan, outcome))
            return false;
        mst_scan_blanks(scan);
    }
    if (mst_scan_at_requirement(scan)) {
        outcome->requirement_at = mst_scan_position(scan);
        outcome->requirement = mst_scan_word(scan);
        mst_scan_blanks(scan);
    }
    if (mst_scan_peek(scan) == '"') {
        const mst_expression *reason = mst_read_string(scan);
        if (reason == NULL)
            return false;
        if (!reason->constant)
            return mst_scan_fail(scan, reason->at, "a reason cannot hold values", "write the words only");
        outcome->reason = reason->octets;
    }
    if (!outcome->verdict_given && ms_span_is_absent(outcome->name))
        return mst_scan_fail(scan, at, "the outcome has neither a verdict nor a name", hint);
    return true;
}

/* Patterns with '|' between, up to the arrow. */
static bool read_matches(mst_scan *scan, const mst_step *step, mst_alternative *alternative)
{
    mst_match *last = NULL;
    do {
        mst_scan_blanks(scan);
        mst_match *match = mst_scan_take(scan, sizeof *match);
        if (match == NULL)
            return false;
        match->at = mst_scan_position(scan);
        if (!mst_read_match(scan, step, match))
            return false;
        if (last == NULL)
            alternative->matches = match;
        else
            last->next = match;
        last = match;
        mst_scan_blanks(scan);
    } while (mst_scan_octet(scan, '|'));
    return true;
}

/* bare: it may have no pattern, which stands for the step's own success */
static bool read_alternative(mst_scan *scan, mst_step *step, bool bare, mst_alternative **last)
{
    mst_scan_blanks(scan);
    mst_alternative *alternative = mst_scan_take(scan, sizeof *alternative);
    if (alternative == NULL)
        return false;
    alternative->trivia = mst_scan_trivia(scan);
    alternative->at = mst_scan_position(scan);
    bare = bare && (at_arrow(scan) || mst_scan_peek(scan) == '{');
    if (!bare && !read_matches(scan, step, alternative))
        return false;
    mst_scan_blanks(scan);
    if (at_arrow(scan)) {
        alternative->outcome.at = mst_scan_position(scan);
        scan->at += 2;
        if (!mst_read_outcome(scan, &alternative->outcome))
            return false;
        mst_scan_blanks(scan);
    }
    /* Alternatives end with their block, so what is linked first comes first. */
    if (*last == NULL)
        step->alternatives = alternative;
    else
        (*last)->next = alternative;
    *last = alternative;
    return mst_scan_peek(scan) != '{' || mst_read_block(scan, &alternative->block);
}

/* alternative { '|' alternative } on one line */
static bool read_line(mst_scan *scan, mst_step *step, bool bare, mst_alternative **last)
{
    do {
        if (!read_alternative(scan, step, bare, last))
            return false;
        bare = false;
        mst_scan_blanks(scan);
    } while (mst_scan_octet(scan, '|'));
    return true;
}

bool mst_read_alternatives(mst_scan *scan, mst_step *step, mst_alternative **last)
{
    mst_scan_blanks(scan);
    const int next = mst_scan_peek(scan);
    const bool nothing = next == -1 || next == '#' || next == ';' || next == '}';
    if (nothing && step->kind == MST_EXPECT)
        return mst_scan_fail(scan, mst_scan_position(scan), "the expectation is empty",
                             "write what is awaited, as 'S? 250'");
    if (nothing)
        return true;
    /* "delivered 1 | 2.. => fail": the step itself was the first pattern. */
    const bool bare = step->kind != MST_EXPECT && !mst_scan_octet(scan, '|');
    return read_line(scan, step, bare, last);
}

bool mst_read_continuation(mst_scan *scan, mst_step *step, mst_alternative **last)
{
    if (!read_line(scan, step, false, last))
        return false;
    mst_read_trailing(scan, &(*last)->trivia);
    return true;
}
