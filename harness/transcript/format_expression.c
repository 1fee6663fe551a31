/*
 * format_expression.c - expressions and patterns as text
 */
#include "harness/transcript/format.h"
#include "harness/transcript/words.h"

/* Behind "mst_format_expression(operand, text)": what joins it to the next. */
static void add_list(const mst_expression *operands, const char *separator, mst_text *text)
{
    for (const mst_expression *one = operands; one != NULL; one = one->next) {
        if (one != operands)
            mst_text_add(text, separator);
        mst_format_expression(one, text);
    }
}

static void add_runs(const mst_expression *parent, mst_text *text)
{
    for (const mst_expression *one = parent->operands; one != NULL; one = one->next) {
        if (one->kind != MST_LITERAL)
            mst_format_expression(one, text);
        else if (parent->kind == MST_TEXT)
            mst_text_add_line_text(text, one->octets);
        else
            mst_text_add_escaped(text, one->octets);
    }
}

static void add_call(const mst_expression *call, mst_text *text)
{
    mst_text_add(text, mst_function_describe(call->function)->name);
    mst_text_add(text, "(");
    add_list(call->operands, call->function == MST_FN_BODY ? ", seed " : ", ", text);
    mst_text_add(text, ")");
}

static void add_variable(const mst_expression *variable, mst_text *text)
{
    mst_text_add_span(text, variable->name);
    if (variable->operands == NULL)
        return;
    mst_text_add(text, "[");
    mst_format_expression(variable->operands, text);
    mst_text_add(text, "]");
}

void mst_format_expression(const mst_expression *expression, mst_text *text)
{
    if (expression->braced)
        mst_text_add(text, "${");
    switch (expression->kind) {
    case MST_TEXT:
    case MST_LITERAL:
        add_runs(expression, text);
        break;
    case MST_STRING:
        mst_text_add(text, "\"");
        add_runs(expression, text);
        mst_text_add(text, "\"");
        break;
    case MST_NUMBER:
        mst_text_add_span(text, expression->name);
        break;
    case MST_VARIABLE:
        add_variable(expression, text);
        break;
    case MST_SECRET:
        mst_text_add(text, "secret:");
        mst_text_add_span(text, expression->name);
        break;
    case MST_CALL:
        add_call(expression, text);
        break;
    case MST_CONCAT:
        add_list(expression->operands, " ", text);
        break;
    case MST_TIMES:
        add_list(expression->operands, "*", text);
        break;
    case MST_ADD:
        add_list(expression->operands, " + ", text);
        break;
    case MST_SUBTRACT:
        add_list(expression->operands, " - ", text);
        break;
    }
    if (expression->braced)
        mst_text_add(text, "}");
}

/* ---- matches --------------------------------------------------------- */

static void add_duration(uint64_t milliseconds, mst_text *text)
{
    const bool seconds = milliseconds % 1000 == 0 && milliseconds > 0;
    mst_text_add_number(text, seconds ? milliseconds / 1000 : milliseconds);
    mst_text_add(text, seconds ? "s" : "ms");
}

static void add_range(mst_range range, mst_text *text)
{
    mst_text_add_number(text, range.min);
    if (range.max == range.min)
        return;
    mst_text_add(text, "..");
    if (range.max != UINT64_MAX)
        mst_text_add_number(text, range.max);
}

void mst_format_text_pattern(const mst_text_pattern *pattern, mst_text *text)
{
    mst_text_add(text, pattern->fold_case ? "~i\"" : "~\"");
    mst_text_add_span(text, pattern->source);
    mst_text_add(text, "\"");
}

static void add_code(const mst_status *status, mst_text *text)
{
    static const char wild[] = "?yz";
    for (unsigned i = 0; i < 3; i++)
        mst_text_add_octet(text,
                           status->digits[i] == MST_WILDCARD ? (uint8_t)wild[i] : (uint8_t)('0' + status->digits[i]));
}

static void add_enhanced(const mst_status *status, mst_text *text)
{
    for (unsigned i = 0; i < 3; i++) {
        if (i > 0)
            mst_text_add(text, ".");
        if (status->enhanced[i] == MST_WILDCARD)
            mst_text_add(text, "*");
        else
            mst_text_add_number(text, status->enhanced[i]);
    }
}

static void add_status(const mst_status *status, mst_text *text)
{
    const bool more = status->has_enhanced || !ms_span_is_absent(status->response_code);
    const bool any = status->kind == MST_STATUS_ANY && !more;
    const size_t start = text->len;
    if (any)
        mst_text_add(text, "any");
    else if (status->kind == MST_STATUS_CODE)
        add_code(status, text);
    else if (status->kind != MST_STATUS_ANY)
        mst_text_add(text, status->kind == MST_STATUS_OK ? "+OK" : status->kind == MST_STATUS_ERR ? "-ERR" : "+");
    if (status->has_enhanced) {
        mst_text_add_blanks(text, text->len > start);
        add_enhanced(status, text);
    }
    if (!ms_span_is_absent(status->response_code)) {
        mst_text_add_blanks(text, text->len > start);
        mst_text_add(text, "[");
        mst_text_add_span(text, status->response_code);
        mst_text_add(text, "]");
    }
}

static void add_capability(const mst_test *test, mst_text *text)
{
    mst_text_add_span(text, test->keyword);
    if (ms_span_is_absent(test->parameter) && ms_span_is_absent(test->pattern.source))
        return;
    mst_text_add(text, "(");
    if (ms_span_is_absent(test->parameter))
        mst_format_text_pattern(&test->pattern, text);
    else
        mst_text_add_span(text, test->parameter);
    mst_text_add(text, ")");
}

static void add_test(const mst_test *test, mst_text *text)
{
    static const char *const words[] = {
        [MST_TEST_TEXT] = "",
        [MST_TEST_EACH] = "each ",
        [MST_TEST_SOME] = "some ",
        [MST_TEST_NO] = "no ",
        [MST_TEST_HAS] = "has ",
        [MST_TEST_LACKS] = "lacks ",
        [MST_TEST_LINES] = "lines ",
        [MST_TEST_WITHIN] = "within ",
        [MST_TEST_CONTAINS] = "contains ",
        [MST_TEST_CONTENT] = "content ",
    };
    mst_text_add(text, " ");
    mst_text_add(text, words[test->kind]);
    switch (test->kind) {
    case MST_TEST_TEXT:
    case MST_TEST_EACH:
    case MST_TEST_SOME:
    case MST_TEST_NO:
        mst_format_text_pattern(&test->pattern, text);
        break;
    case MST_TEST_HAS:
    case MST_TEST_LACKS:
        add_capability(test, text);
        break;
    case MST_TEST_LINES:
        add_range(test->range, text);
        break;
    case MST_TEST_WITHIN:
        add_duration(test->duration_ms, text);
        break;
    case MST_TEST_CONTAINS:
    case MST_TEST_CONTENT:
        mst_format_expression(test->expression, text);
        break;
    }
}

static const char *match_word(const mst_match *match)
{
    static const char *const words[MST_MATCH_KINDS] = {
        [MST_MATCH_REPLY] = "",          [MST_MATCH_COMMAND] = "any",         [MST_MATCH_LINE] = "line",
        [MST_MATCH_DATA] = "data",       [MST_MATCH_CHUNK] = "chunk",         [MST_MATCH_HELLO] = "tls",
        [MST_MATCH_CLOSE] = "close",     [MST_MATCH_ALERT] = "alert",         [MST_MATCH_NONE] = "none ",
        [MST_MATCH_DONE] = "done",       [MST_MATCH_EXTRA] = "extra",         [MST_MATCH_MISSING] = "missing",
        [MST_MATCH_REFUSED] = "refused", [MST_MATCH_PLAINTEXT] = "plaintext", [MST_MATCH_ELSE] = "else",
        [MST_MATCH_COUNT] = "",
    };
    return words[match->kind];
}

static void add_match(const mst_match *match, mst_text *text)
{
    if (match->kind == MST_MATCH_COMMAND && !ms_span_is_absent(match->verb))
        mst_text_add_span(text, match->verb);
    else
        mst_text_add(text, match_word(match));
    if (match->kind == MST_MATCH_NONE)
        add_duration(match->duration_ms, text);
    if (match->kind == MST_MATCH_COUNT)
        add_range(match->range, text);
    if (match->has_status) {
        mst_text_add_blanks(text, match->kind == MST_MATCH_EXTRA);
        add_status(&match->status, text);
    }
    for (const mst_status *one = match->excluded; one != NULL; one = one->next) {
        mst_text_add(text, " not ");
        add_status(one, text);
    }
    for (const mst_word *verb = match->excluded_verbs; verb != NULL; verb = verb->next) {
        mst_text_add(text, " not ");
        mst_text_add_span(text, verb->text);
    }
    if (match->shape != MST_SHAPE_BY_COMMAND)
        mst_text_add(text, match->shape == MST_SHAPE_SINGLE ? " single" : " multi");
    for (const mst_test *test = match->tests; test != NULL; test = test->next)
        add_test(test, text);
}

void mst_format_matches(const mst_match *matches, mst_text *text)
{
    for (const mst_match *match = matches; match != NULL; match = match->next) {
        if (match != matches)
            mst_text_add(text, " | ");
        add_match(match, text);
    }
}

void mst_format_outcome(const mst_outcome *outcome, mst_text *text)
{
    if (outcome->verdict_given) {
        mst_text_add(text, " ");
        mst_text_add(text, mst_verdict_names[outcome->verdict]);
    }
    if (!ms_span_is_absent(outcome->name)) {
        mst_text_add(text, " ");
        mst_text_add_span(text, outcome->name);
    }
    if (!ms_span_is_absent(outcome->requirement)) {
        mst_text_add(text, " ");
        mst_text_add_span(text, outcome->requirement);
    }
    if (!ms_span_is_absent(outcome->reason)) {
        mst_text_add(text, " \"");
        mst_text_add_escaped(text, outcome->reason);
        mst_text_add(text, "\"");
    }
}
