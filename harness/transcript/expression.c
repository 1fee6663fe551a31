/*
 * expression.c - the functions of the language, and from text to expressions
 */
#include "harness/transcript/expression.h"

#include <string.h>

#include "harness/transcript/expression_read.h"
#include "harness/transcript/fold.h"

static const mst_function_info functions[MST_FUNCTIONS] = {
    [MST_FN_BASE64] = {"base64", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, true},
    [MST_FN_UNBASE64] = {"unbase64", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, true},
    [MST_FN_HEX] = {"hex", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, true},
    [MST_FN_STUFF] = {"stuff", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, true},
    [MST_FN_BODY] = {"body", 1, 2, MST_VALUE_NUMBER, MST_VALUE_OCTETS, true},
    [MST_FN_MD5] = {"md5", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_HMAC_MD5] = {"hmac_md5", 2, 2, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_UPPER] = {"upper", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_QUOTED_PAIRS] = {"quoted_pairs", 1, 1, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_FIRST] = {"first", 2, 2, MST_VALUE_NUMBER, MST_VALUE_OCTETS, false},
    [MST_FN_SCRAM] = {"scram", 3, 5, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_WORD] = {"word", 1, 1, MST_VALUE_NUMBER, MST_VALUE_OCTETS, false},
    [MST_FN_PICK] = {"pick", 2, 64, MST_VALUE_OCTETS, MST_VALUE_OCTETS, false},
    [MST_FN_SIZE] = {"size", 1, 1, MST_VALUE_OCTETS, MST_VALUE_NUMBER, true},
    [MST_FN_MATCHES] = {"matches", 2, 2, MST_VALUE_OCTETS, MST_VALUE_NUMBER, false},
    [MST_FN_COUNT] = {"count", 1, 1, MST_VALUE_KEYED, MST_VALUE_NUMBER, false},
    [MST_FN_SUM] = {"sum", 1, 1, MST_VALUE_KEYED, MST_VALUE_NUMBER, false},
    [MST_FN_SET] = {"set", 1, 1, MST_VALUE_KEYED, MST_VALUE_KEYED, false},
    [MST_FN_WITHOUT] = {"without", 2, 64, MST_VALUE_KEYED, MST_VALUE_KEYED, false},
    [MST_FN_RENUMBERED] = {"renumbered", 1, 1, MST_VALUE_KEYED, MST_VALUE_KEYED, false},
};

const mst_function_info *mst_function_describe(mst_function function)
{
    return &functions[function];
}

mst_value_kind mst_expression_value(const mst_expression *expression)
{
    switch (expression->kind) {
    case MST_TEXT:
    case MST_STRING:
    case MST_LITERAL:
    case MST_SECRET:
    case MST_CONCAT:
    case MST_TIMES:
        return MST_VALUE_OCTETS;
    case MST_NUMBER:
    case MST_ADD:
    case MST_SUBTRACT:
        return MST_VALUE_NUMBER;
    case MST_CALL:
        return functions[expression->function].result;
    case MST_VARIABLE:
        break;
    }
    if (!expression->constant)
        return MST_VALUE_ANY;
    return ms_span_is_absent(expression->octets) ? MST_VALUE_NUMBER : MST_VALUE_OCTETS;
}

/* May value stand where wanted is asked for?  A number gives its digits where
 * octets are wanted. */
static bool fits(mst_value_kind wanted, mst_value_kind value)
{
    return wanted == value || value == MST_VALUE_ANY || wanted == MST_VALUE_ANY ||
           (wanted == MST_VALUE_OCTETS && value == MST_VALUE_NUMBER);
}

static bool require(mst_scan *scan, const mst_expression *expression, mst_value_kind wanted)
{
    static const char *const messages[] = {
        [MST_VALUE_ANY] = "",
        [MST_VALUE_OCTETS] = "octets or a number are wanted here",
        [MST_VALUE_NUMBER] = "a number is wanted here",
        [MST_VALUE_KEYED] = "a keyed capture is wanted here, as in count(uid)",
    };
    return fits(wanted, mst_expression_value(expression)) || mst_scan_fail(scan, expression->at, messages[wanted], "");
}

static mst_expression *make(mst_scan *scan, mst_expression_kind kind, mst_position at)
{
    mst_expression *expression = mst_scan_take(scan, sizeof *expression);
    if (expression != NULL) {
        expression->kind = kind;
        expression->at = at;
    }
    return expression;
}

static mst_expression *fold(mst_scan *scan, mst_expression *expression)
{
    return mst_fold(scan, expression) ? expression : NULL;
}

/* Operands are collected through this. */
typedef struct operands {
    mst_expression *parent, *last;
    unsigned count;
} operands;

static bool add(operands *list, mst_expression *operand)
{
    if (operand == NULL)
        return false;
    if (list->last == NULL)
        list->parent->operands = operand;
    else
        list->last->next = operand;
    list->last = operand;
    list->count++;
    return true;
}

/* ---- literal runs ---------------------------------------------------- */

static int hex_value(uint8_t octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    if (octet >= 'a' && octet <= 'f')
        return octet - 'a' + 10;
    return octet >= 'A' && octet <= 'F' ? octet - 'A' + 10 : -1;
}

/* Behind a backslash in a quoted string. */
static bool unescape(mst_scan *scan, uint8_t *out)
{
    static const char letters[] = "rnt0\\\"$", octets[] = "\r\n\t\0\\\"$";
    const uint8_t letter = *scan->at;
    const char *found = memchr(letters, letter, sizeof letters - 1);
    if (found != NULL) {
        *out = (uint8_t)octets[found - letters];
        scan->at++;
        return true;
    }
    const int high = letter == 'x' ? hex_value(scan->at[1]) : -1;
    const int low = high >= 0 ? hex_value(scan->at[2]) : -1;
    if (low < 0) {
        mst_position at = mst_scan_position(scan);
        at.column--;
        return mst_scan_fail(scan, at, "the escape is not known", "write \\r \\n \\t \\0 \\xHH \\\\ \\\" or \\$");
    }
    *out = (uint8_t)(high * 16 + low);
    scan->at += 3;
    return true;
}

/* Where the octets up to ${, the closing quote (of a string) or the end of the
 * line stop; *escapes says whether there is a backslash to be read. */
static const uint8_t *run_end(const mst_scan *scan, bool quoted, bool *escapes)
{
    const uint8_t *at = scan->at;
    while (*at != '\n' && !(quoted && *at == '"') && !(at[0] == '$' && at[1] == '{')) {
        const bool escape = *at == '\\' && at[1] != '\n' && (quoted || at[1] == '$');
        *escapes |= *at == '\\' && (quoted || escape);
        at += escape ? 2 : 1;
    }
    return at;
}

static bool read_run(mst_scan *scan, bool quoted, ms_span *run)
{
    bool escapes = false;
    const uint8_t *end = run_end(scan, quoted, &escapes);
    *run = ms_span_make(scan->at, (size_t)(end - scan->at));
    if (!escapes) {
        scan->at = end;
        return true;
    }
    uint8_t *copy = mst_arena_octets(scan->arena, run->len);
    if (copy == NULL)
        return mst_scan_fail(scan, mst_scan_position(scan), "the document needs too much memory", "split the file");
    size_t len = 0;
    while (scan->at < end) {
        copy[len] = *scan->at++;
        if (copy[len] == '\\' && quoted && !unescape(scan, &copy[len]))
            return false;
        if (copy[len] == '\\' && !quoted && *scan->at == '$')
            copy[len] = *scan->at++;
        len++;
    }
    *run = ms_span_make(copy, len);
    return true;
}

static mst_expression *read_braced(mst_scan *scan);

/* The operands of MST_TEXT and MST_STRING. */
static bool read_runs(mst_scan *scan, mst_expression *parent)
{
    const bool quoted = parent->kind == MST_STRING;
    operands list = {parent, NULL, 0};
    while (!mst_scan_at_line_end(scan) && !(quoted && *scan->at == '"')) {
        if (scan->at[0] == '$' && scan->at[1] == '{') {
            if (!add(&list, read_braced(scan)))
                return false;
            continue;
        }
        mst_expression *literal = make(scan, MST_LITERAL, mst_scan_position(scan));
        if (literal == NULL || !read_run(scan, quoted, &literal->octets))
            return false;
        literal->constant = true;
        add(&list, literal);
    }
    return true;
}

mst_expression *mst_read_text(mst_scan *scan)
{
    mst_expression *text = make(scan, MST_TEXT, mst_scan_position(scan));
    if (text == NULL || !read_runs(scan, text))
        return NULL;
    return fold(scan, text);
}

mst_expression *mst_read_string(mst_scan *scan)
{
    mst_expression *string = make(scan, MST_STRING, mst_scan_position(scan));
    scan->at++; /* the quote */
    if (string == NULL || !read_runs(scan, string))
        return NULL;
    if (!mst_scan_octet(scan, '"')) {
        mst_scan_fail(scan, string->at, "the quoted string is not closed",
                      "it ends with \" on the same line; a quote in it is written \\\"");
        return NULL;
    }
    return fold(scan, string);
}

/* ---- primaries ------------------------------------------------------- */

static mst_expression *read_number(mst_scan *scan)
{
    mst_expression *number = make(scan, MST_NUMBER, mst_scan_position(scan));
    if (number == NULL || !mst_scan_size(scan, &number->number, &number->name))
        return NULL;
    return fold(scan, number);
}

/* ( operand, ... ) behind the name of a function */
static bool read_operands(mst_scan *scan, mst_expression *call)
{
    const mst_function_info *info = &functions[call->function];
    operands list = {call, NULL, 0};
    do {
        mst_scan_blanks(scan);
        if (call->function == MST_FN_BODY && list.count == 1 && !mst_scan_keyword(scan, "seed"))
            return mst_scan_fail(scan, mst_scan_position(scan), "'seed' was expected", "write body(64KiB, seed 7)");
        mst_scan_blanks(scan);
        mst_expression *operand = mst_read_value(scan);
        if (!add(&list, operand))
            return false;
        const bool number = call->function == MST_FN_BODY;
        if (!require(scan, operand, list.count == 1 || number ? info->operand : MST_VALUE_OCTETS))
            return false;
        mst_scan_blanks(scan);
    } while (list.count < info->max && mst_scan_octet(scan, ','));
    if (list.count < info->min || !mst_scan_octet(scan, ')'))
        return mst_scan_fail_word(scan, mst_scan_position(scan), "the call of %() does not end here",
                                  ms_span_make(info->name, strlen(info->name)),
                                  "the functions and their arguments are listed in corpus/README.md");
    return true;
}

static mst_expression *read_call(mst_scan *scan, ms_span name, mst_position at)
{
    for (unsigned i = 0; i < MST_FUNCTIONS; i++) {
        if (!mst_span_is(name, functions[i].name))
            continue;
        mst_expression *call = make(scan, MST_CALL, at);
        if (call == NULL)
            return NULL;
        call->function = (mst_function)i;
        return read_operands(scan, call) ? fold(scan, call) : NULL;
    }
    mst_scan_fail_word(scan, at, "there is no function '%'", name, "the functions are listed in corpus/README.md");
    return NULL;
}

static mst_expression *read_primary(mst_scan *scan);

static mst_expression *read_variable(mst_scan *scan, ms_span name, mst_position at)
{
    mst_expression *variable = make(scan, MST_VARIABLE, at);
    if (variable == NULL)
        return NULL;
    variable->name = name;
    if (!mst_scan_octet(scan, '['))
        return fold(scan, variable);
    operands list = {variable, NULL, 0};
    mst_scan_blanks(scan);
    if (!add(&list, read_primary(scan)))
        return NULL;
    mst_scan_blanks(scan);
    if (!mst_scan_octet(scan, ']')) {
        mst_scan_fail(scan, mst_scan_position(scan), "the key is not closed", "write ${uid[1]} or ${uid[n]}");
        return NULL;
    }
    return variable;
}

static mst_expression *read_named(mst_scan *scan)
{
    const mst_position at = mst_scan_position(scan);
    ms_span name = mst_scan_name(scan);
    if (mst_span_is(name, "secret") && mst_scan_octet(scan, ':')) {
        mst_expression *secret = make(scan, MST_SECRET, at);
        name = mst_scan_name(scan);
        if (secret == NULL || ms_span_is_absent(name)) {
            mst_scan_fail(scan, mst_scan_position(scan), "the secret has no name", "write ${secret:password}");
            return NULL;
        }
        secret->name = name;
        return secret;
    }
    return mst_scan_octet(scan, '(') ? read_call(scan, name, at) : read_variable(scan, name, at);
}

static mst_expression *primary(mst_scan *scan)
{
    const int next = mst_scan_peek(scan);
    if (next == '"')
        return mst_read_string(scan);
    if (next >= '0' && next <= '9')
        return read_number(scan);
    if (next >= 'a' && next <= 'z')
        return read_named(scan);
    if (next == '$' && scan->at[1] == '{')
        return read_braced(scan);
    mst_scan_fail(scan, mst_scan_position(scan), "octets, a number or a name were expected",
                  "octets are written in quotes, as \"NOOP\\r\\n\"");
    return NULL;
}

/* Strings hold expressions that hold strings: bounded like the blocks. */
static mst_expression *read_primary(mst_scan *scan)
{
    if (scan->nesting == MST_NESTING_MAX) {
        mst_scan_fail(scan, mst_scan_position(scan), "expressions are nested more than 8 deep",
                      "give the inner one a name by let");
        return NULL;
    }
    scan->nesting++;
    mst_expression *expression = primary(scan);
    scan->nesting--;
    return expression;
}

/* ---- operators ------------------------------------------------------- */

static mst_expression *binary(mst_scan *scan, mst_expression_kind kind, mst_expression *left, mst_expression *right)
{
    mst_expression *expression = left == NULL || right == NULL ? NULL : make(scan, kind, left->at);
    if (expression == NULL)
        return NULL;
    expression->operands = left;
    left->next = right;
    if (!require(scan, left, kind == MST_TIMES ? MST_VALUE_OCTETS : MST_VALUE_NUMBER) ||
        !require(scan, right, MST_VALUE_NUMBER))
        return NULL;
    return fold(scan, expression);
}

static mst_expression *read_times(mst_scan *scan)
{
    mst_expression *left = read_primary(scan);
    if (left == NULL || !mst_scan_octet(scan, '*'))
        return left;
    return binary(scan, MST_TIMES, left, read_primary(scan));
}

mst_expression *mst_read_sum(mst_scan *scan)
{
    mst_expression *left = read_times(scan);
    for (unsigned terms = 1; left != NULL; terms++) {
        const uint8_t *before = scan->at;
        mst_scan_blanks(scan);
        const int next = mst_scan_peek(scan);
        if (next != '+' && next != '-') {
            scan->at = before;
            return left;
        }
        if (terms == MST_NESTING_MAX) {
            mst_scan_fail(scan, mst_scan_position(scan), "more than 8 terms", "give a part of the sum a name by let");
            return NULL;
        }
        scan->at++;
        mst_scan_blanks(scan);
        left = binary(scan, next == '+' ? MST_ADD : MST_SUBTRACT, left, read_times(scan));
    }
    return NULL;
}

/* Does a piece start here?  Bare names do not count: they may be the next word
 * of the line. */
static bool at_piece(const mst_scan *scan)
{
    const int next = mst_scan_peek(scan);
    if (next == '"' || (next == '$' && scan->at[1] == '{'))
        return true;
    mst_scan ahead = *scan;
    return !ms_span_is_absent(mst_scan_name(&ahead)) && mst_scan_peek(&ahead) == '(';
}

/* first, and the pieces behind it */
static mst_expression *read_concat(mst_scan *scan, mst_expression *first)
{
    mst_expression *all = NULL;
    operands list = {NULL, NULL, 0};
    while (first != NULL) {
        const uint8_t *before = scan->at;
        mst_scan_blanks(scan);
        if (!at_piece(scan)) {
            scan->at = before;
            return all == NULL ? first : fold(scan, all);
        }
        if (all == NULL) {
            all = make(scan, MST_CONCAT, first->at);
            if (all == NULL)
                return NULL;
            list.parent = all;
            if (!require(scan, first, MST_VALUE_OCTETS) || !add(&list, first))
                return NULL;
        }
        mst_expression *piece = read_times(scan);
        if (piece == NULL || !require(scan, piece, MST_VALUE_OCTETS) || !add(&list, piece))
            return NULL;
    }
    return NULL;
}

mst_expression *mst_read_pieces(mst_scan *scan)
{
    if (!at_piece(scan)) {
        mst_scan_fail(scan, mst_scan_position(scan), "raw octets were expected",
                      "write pieces as \"a\\r\\n\", \"A\"*511, base64(\"...\"), body(64KiB, seed 7) or ${name}");
        return NULL;
    }
    mst_expression *pieces = read_concat(scan, read_times(scan));
    return pieces != NULL && require(scan, pieces, MST_VALUE_OCTETS) ? pieces : NULL;
}

mst_expression *mst_read_value(mst_scan *scan)
{
    return read_concat(scan, mst_read_sum(scan));
}

static mst_expression *read_braced(mst_scan *scan)
{
    const mst_position at = mst_scan_position(scan);
    scan->at += 2; /* ${ */
    mst_scan_blanks(scan);
    if (scan->nesting == MST_NESTING_MAX) {
        mst_scan_fail(scan, at, "expressions are nested more than 8 deep", "give the inner one a name by let");
        return NULL;
    }
    scan->nesting++;
    mst_expression *inner = mst_read_sum(scan);
    scan->nesting--;
    if (inner == NULL)
        return NULL;
    mst_scan_blanks(scan);
    if (!mst_scan_octet(scan, '}')) {
        mst_scan_fail(scan, mst_scan_position(scan), "the ${ is not closed",
                      "write ${name}; a literal ${ is written \\${");
        return NULL;
    }
    inner->braced = true;
    return inner;
}
