/*
 * match.c - one pattern of an alternative
 */
#include "harness/transcript/script.h"

#include "harness/transcript/expression_read.h"
#include "harness/transcript/pattern.h"

static const char reply_hint[] =
    "write a code (250, 2yz), an enhanced code (5.5.*), +OK, -ERR, '+', any, close, alert or none 3s";
static const char command_hint[] = "write a verb (EHLO), any, line, data, chunk, tls, close, alert or none 3s";

bool mst_read_range(mst_scan *scan, mst_range *range)
{
    const mst_position at = mst_scan_position(scan);
    if (!mst_scan_number(scan, &range->min))
        return false;
    range->max = range->min;
    if (!mst_scan_literal(scan, ".."))
        return true;
    const int next = mst_scan_peek(scan);
    range->max = UINT64_MAX;
    if (next >= '0' && next <= '9' && !mst_scan_number(scan, &range->max))
        return false;
    return range->min <= range->max || mst_scan_fail(scan, at, "the range runs backwards", "write 1..3 or 2..");
}

bool mst_read_text_pattern(mst_scan *scan, mst_text_pattern *pattern)
{
    if (!mst_scan_octet(scan, '~'))
        return mst_scan_fail(scan, mst_scan_position(scan), "a text pattern was expected",
                             "write ~\"pattern\", or ~i\"pattern\" for either case");
    pattern->fold_case = mst_scan_octet(scan, 'i');
    pattern->at = mst_scan_position(scan);
    if (!mst_scan_quoted(scan, &pattern->source))
        return false;
    if (++scan->patterns > MST_PATTERNS_MAX)
        return mst_scan_fail(scan, pattern->at, "more than 65536 text patterns", "split the file");
    mst_pattern checked;
    size_t fault = 0;
    const mst_pattern_status status =
        mst_pattern_compile(&checked, pattern->source, pattern->fold_case, NULL, 0, &fault);
    if (status == MST_PATTERN_OK)
        return true;
    const mst_position at = {pattern->at.line, pattern->at.column + 1 + (uint32_t)fault};
    return mst_scan_fail(scan, at, mst_pattern_status_text(status),
                         "the signs of patterns are listed in corpus/README.md");
}

/* ---- status ---------------------------------------------------------- */

/* 250, 25z, 2yz: the classes are written as RFC 5321 section 4.2 does */
static bool read_code(mst_scan *scan, mst_status *status)
{
    static const char *const wild = " yz";
    const mst_position at = mst_scan_position(scan);
    const ms_span word = mst_scan_word(scan);
    bool fine = word.len == 3, wildcard = false;
    for (unsigned i = 0; fine && i < 3; i++) {
        const uint8_t octet = word.ptr[i];
        const bool digit = octet >= '0' && octet <= '9' && !wildcard;
        wildcard = i > 0 && octet == (uint8_t)wild[i];
        fine = digit || wildcard;
        status->digits[i] = digit ? (uint16_t)(octet - '0') : MST_WILDCARD;
    }
    status->kind = MST_STATUS_CODE;
    return fine || mst_scan_fail_word(scan, at, "'%' is not a reply code", word,
                                      "write 250, 25z for 250 to 259, or 2yz for 200 to 299");
}

/* 5.5.*, behind its first part has been seen to be a digit or '*' */
static bool read_enhanced(mst_scan *scan, mst_status *status)
{
    static const char hint[] = "write 5.5.1, 5.5.* or *.7.*";
    const mst_position at = mst_scan_position(scan);
    status->has_enhanced = true;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t part = MST_WILDCARD;
        if (i > 0 && !mst_scan_octet(scan, '.'))
            return mst_scan_fail(scan, at, "not an enhanced status code", hint);
        if (!mst_scan_octet(scan, '*') && !mst_scan_number(scan, &part))
            return false;
        if (part != MST_WILDCARD && part > 999)
            return mst_scan_fail(scan, at, "not an enhanced status code", hint);
        status->enhanced[i] = (uint16_t)part;
    }
    return true;
}

static bool at_enhanced(const mst_scan *scan)
{
    const int next = mst_scan_peek(scan);
    return ((next >= '0' && next <= '9') || next == '*') && scan->at[1] == '.';
}

static bool read_response_code(mst_scan *scan, mst_status *status)
{
    const mst_position at = mst_scan_position(scan);
    if (!mst_scan_octet(scan, '['))
        return true;
    const uint8_t *start = scan->at;
    while (!mst_scan_at_line_end(scan) && *scan->at != ']')
        scan->at++;
    status->response_code = ms_span_make(start, (size_t)(scan->at - start));
    if (status->response_code.len == 0 || !mst_scan_octet(scan, ']'))
        return mst_scan_fail(scan, at, "not a response code", "write -ERR [IN-USE]");
    return true;
}

/* A status; false without an error if none is next. */
static bool take_status(mst_scan *scan, mst_status *status)
{
    status->at = mst_scan_position(scan);
    status->response_code = ms_span_absent();
    const int next = mst_scan_peek(scan);
    if (mst_scan_keyword(scan, "any"))
        status->kind = MST_STATUS_ANY;
    else if (mst_scan_keyword(scan, "+OK"))
        status->kind = MST_STATUS_OK;
    else if (mst_scan_keyword(scan, "-ERR"))
        status->kind = MST_STATUS_ERR;
    else if (mst_scan_octet(scan, '+'))
        status->kind = MST_STATUS_CONTINUE;
    else if (at_enhanced(scan) || next == '[')
        status->kind = MST_STATUS_ANY;
    else if (next < '0' || next > '9' || !read_code(scan, status))
        return false;
    mst_scan_blanks(scan);
    if (at_enhanced(scan) && !read_enhanced(scan, status))
        return false;
    mst_scan_blanks(scan);
    return read_response_code(scan, status);
}

/* ---- tests ----------------------------------------------------------- */

/* KEYWORD, KEYWORD(parameter) or KEYWORD(~"pattern") */
static bool read_capability(mst_scan *scan, mst_test *test)
{
    mst_scan_blanks(scan);
    test->keyword = mst_scan_word(scan);
    test->parameter = ms_span_absent();
    if (ms_span_is_absent(test->keyword))
        return mst_scan_fail(scan, mst_scan_position(scan), "the keyword is missing",
                             "write has SIZE or lacks AUTH(PLAIN)");
    if (!mst_scan_octet(scan, '('))
        return true;
    if (mst_scan_peek(scan) == '~') {
        if (!mst_read_text_pattern(scan, &test->pattern))
            return false;
    } else {
        const uint8_t *start = scan->at;
        while (!mst_scan_at_line_end(scan) && *scan->at != ')')
            scan->at++;
        test->parameter = ms_span_make(start, (size_t)(scan->at - start));
    }
    return mst_scan_octet(scan, ')') || mst_scan_fail(scan, mst_scan_position(scan), "the parameter is not closed",
                                                      "write has AUTH(PLAIN) or has SIZE(~\"[0-9]+\")");
}

static bool read_test_rest(mst_scan *scan, mst_test *test)
{
    mst_scan_blanks(scan);
    switch (test->kind) {
    case MST_TEST_TEXT:
    case MST_TEST_EACH:
    case MST_TEST_SOME:
    case MST_TEST_NO:
        return mst_read_text_pattern(scan, &test->pattern);
    case MST_TEST_HAS:
    case MST_TEST_LACKS:
        return read_capability(scan, test);
    case MST_TEST_LINES:
        return mst_read_range(scan, &test->range);
    case MST_TEST_WITHIN:
        return mst_scan_duration(scan, &test->duration_ms);
    case MST_TEST_CONTAINS:
    case MST_TEST_CONTENT:
        test->expression = mst_read_pieces(scan);
        return test->expression != NULL;
    }
    return false;
}

/* Is a test next?  Its first word was taken then. */
static bool take_test_word(mst_scan *scan, mst_test_kind *kind)
{
    static const struct {
        const char *word;
        mst_test_kind kind;
    } table[] = {
        {"each", MST_TEST_EACH},     {"some", MST_TEST_SOME},         {"no", MST_TEST_NO},
        {"has", MST_TEST_HAS},       {"lacks", MST_TEST_LACKS},       {"lines", MST_TEST_LINES},
        {"within", MST_TEST_WITHIN}, {"contains", MST_TEST_CONTAINS}, {"content", MST_TEST_CONTENT},
    };
    *kind = MST_TEST_TEXT;
    if (mst_scan_peek(scan) == '~')
        return true;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        *kind = table[i].kind;
        if (mst_scan_keyword(scan, table[i].word))
            return true;
    }
    return false;
}

static bool read_excluded(mst_scan *scan, mst_match *match, mst_status **last, mst_word **last_verb)
{
    mst_scan_blanks(scan);
    if (match->kind == MST_MATCH_COMMAND) {
        mst_word *verb = mst_scan_take(scan, sizeof *verb);
        if (verb == NULL)
            return false;
        verb->at = mst_scan_position(scan);
        verb->text = mst_scan_word(scan);
        if (ms_span_is_absent(verb->text))
            return mst_scan_fail(scan, verb->at, "the verb is missing", "write any not NOOP");
        if (*last_verb == NULL)
            match->excluded_verbs = verb;
        else
            (*last_verb)->next = verb;
        *last_verb = verb;
        return true;
    }
    mst_status *status = mst_scan_take(scan, sizeof *status);
    if (status == NULL)
        return false;
    if (!take_status(scan, status))
        return mst_scan_fail(scan, status->at, "the status is missing",
                             "write 5yz not 500 not 502, or -ERR not [AUTH]");
    if (*last == NULL)
        match->excluded = status;
    else
        (*last)->next = status;
    *last = status;
    return true;
}

/* What narrows a reply or a command down, in any order. */
static bool read_tests(mst_scan *scan, mst_match *match)
{
    mst_test *last = NULL;
    mst_status *last_status = NULL;
    mst_word *last_verb = NULL;
    for (;;) {
        mst_test_kind kind;
        mst_scan_blanks(scan);
        const mst_position at = mst_scan_position(scan);
        if (mst_scan_keyword(scan, "not")) {
            if (!read_excluded(scan, match, &last_status, &last_verb))
                return false;
        } else if (mst_scan_keyword(scan, "single")) {
            match->shape = MST_SHAPE_SINGLE;
        } else if (mst_scan_keyword(scan, "multi")) {
            match->shape = MST_SHAPE_MULTI;
        } else if (take_test_word(scan, &kind)) {
            mst_test *test = mst_scan_take(scan, sizeof *test);
            if (test == NULL)
                return false;
            test->at = at;
            test->kind = kind;
            if (!read_test_rest(scan, test))
                return false;
            if (last == NULL)
                match->tests = test;
            else
                last->next = test;
            last = test;
        } else {
            return true;
        }
    }
}

/* ---- by kind of step --------------------------------------------------- */

static bool read_reply(mst_scan *scan, mst_match *match)
{
    match->kind = MST_MATCH_REPLY;
    match->has_status = true;
    if (!take_status(scan, &match->status))
        return mst_scan_fail(scan, match->at, "not a reply pattern", reply_hint);
    return read_tests(scan, match);
}

static bool read_command(mst_scan *scan, mst_match *match)
{
    static const struct {
        const char *word;
        mst_match_kind kind;
    } table[] = {
        {"any", MST_MATCH_COMMAND}, {"line", MST_MATCH_LINE}, {"data", MST_MATCH_DATA},
        {"chunk", MST_MATCH_CHUNK}, {"tls", MST_MATCH_HELLO},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        match->kind = table[i].kind;
        if (mst_scan_keyword(scan, table[i].word))
            return read_tests(scan, match);
    }
    match->kind = MST_MATCH_COMMAND;
    const int next = mst_scan_peek(scan);
    if (next < 'A' || next > 'Z')
        return mst_scan_fail(scan, match->at, "not a command pattern", command_hint);
    match->verb = mst_scan_word(scan);
    return read_tests(scan, match);
}

static bool read_none(mst_scan *scan, mst_match *match)
{
    mst_scan_blanks(scan);
    return mst_scan_duration(scan, &match->duration_ms);
}

static bool read_extra(mst_scan *scan, mst_match *match)
{
    mst_scan_blanks(scan);
    match->has_status = take_status(scan, &match->status);
    return !scan->failed && (!match->has_status || read_tests(scan, match));
}

/* Steps by bit, so that a word's row says where it may stand. */
enum { S = 1, C = 2, FENCE = 4, QUIET = 8, TLS = 16, OPEN = 32, CHECK = 64, DELIVERED = 128 };

static unsigned place_of(const mst_step *step)
{
    switch (step->kind) {
    case MST_EXPECT:
        return step->expect.side == MS_SERVER ? S : C;
    case MST_FENCE:
        return FENCE;
    case MST_QUIET:
        return QUIET;
    case MST_TLS:
        return TLS;
    case MST_OPEN:
        return OPEN;
    case MST_CHECK:
        return CHECK;
    case MST_DELIVERED:
        return DELIVERED;
    case MST_SAY:
    case MST_CLOSE:
    case MST_HANGUP:
    case MST_PAUSE:
    case MST_LET:
    case MST_REPEAT:
    case MST_WHEN:
    case MST_CONTROL:
    case MST_VERDICT:
    case MST_END:
    case MST_STEP_KINDS:
        break;
    }
    return 0;
}

static const char *hint_of(unsigned place)
{
    static const struct {
        unsigned place;
        const char *hint;
    } hints[] = {
        {S, reply_hint},
        {C, command_hint},
        {FENCE, "write done, extra, extra 250, missing or close"},
        {QUIET, "write done, extra or close"},
        {TLS, "write done, alert, plaintext or close"},
        {OPEN, "write done or refused"},
        {CHECK, "write else (or => for the comparison itself)"},
        {DELIVERED, "write a count: 0, 2, 2.., or else (another content)"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (hints[i].place == place)
            return hints[i].hint;
    return "";
}

bool mst_read_match(mst_scan *scan, const mst_step *step, mst_match *match)
{
    static const struct {
        const char *word;
        mst_match_kind kind;
        unsigned places;
    } words[] = {
        {"close", MST_MATCH_CLOSE, S | C | FENCE | QUIET | TLS},
        {"alert", MST_MATCH_ALERT, S | C | TLS},
        {"none", MST_MATCH_NONE, S | C},
        {"done", MST_MATCH_DONE, FENCE | QUIET | TLS | OPEN},
        {"extra", MST_MATCH_EXTRA, FENCE | QUIET},
        {"missing", MST_MATCH_MISSING, FENCE},
        {"plaintext", MST_MATCH_PLAINTEXT, TLS},
        {"refused", MST_MATCH_REFUSED, OPEN},
        {"else", MST_MATCH_ELSE, CHECK | DELIVERED},
    };
    const unsigned place = place_of(step);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((words[i].places & place) == 0 || !mst_scan_keyword(scan, words[i].word))
            continue;
        match->kind = words[i].kind;
        if (match->kind == MST_MATCH_NONE)
            return read_none(scan, match);
        return match->kind != MST_MATCH_EXTRA || read_extra(scan, match);
    }
    if (place == S)
        return read_reply(scan, match);
    if (place == C)
        return read_command(scan, match);
    const int next = mst_scan_peek(scan);
    if (place == DELIVERED && next >= '0' && next <= '9') {
        match->kind = MST_MATCH_COUNT;
        return mst_read_range(scan, &match->range);
    }
    return mst_scan_fail(scan, match->at, "not an outcome of this step", hint_of(place));
}
