/* match.c - see match.h */
#include "harness/probe/match.h"

#include <string.h>

/* --- status ---------------------------------------------------------------------------- */

static bool digits_match(const uint16_t digits[3], uint16_t code)
{
    const uint16_t own[3] = {(uint16_t)(code / 100), (uint16_t)(code / 10 % 10), (uint16_t)(code % 10)};
    for (int i = 0; i < 3; i++)
        if (digits[i] != MST_WILDCARD && digits[i] != own[i])
            return false;
    return true;
}

static bool enhanced_matches(const uint16_t wanted[3], const ms_enhanced_status *enhanced)
{
    const uint16_t own[3] = {enhanced->class_, enhanced->subject, enhanced->detail};
    for (int i = 0; i < 3; i++)
        if (wanted[i] != MST_WILDCARD && wanted[i] != own[i])
            return false;
    return enhanced->class_ != 0;
}

static bool kind_matches(const mst_status *status, const probe_reply *reply)
{
    switch (status->kind) {
    case MST_STATUS_ANY:
        return true;
    case MST_STATUS_CODE:
        return reply->code != 0 && digits_match(status->digits, reply->code);
    case MST_STATUS_OK:
        return reply->indicator == MS_POP3_POSITIVE;
    case MST_STATUS_ERR:
        return reply->indicator == MS_POP3_NEGATIVE;
    case MST_STATUS_CONTINUE:
        return reply->indicator == MS_POP3_CONTINUATION;
    }
    return false;
}

bool probe_match_status(const mst_status *status, const probe_reply *reply)
{
    if (!kind_matches(status, reply) || (status->has_enhanced && !enhanced_matches(status->enhanced, &reply->enhanced)))
        return false;
    return ms_span_is_absent(status->response_code) ||
           (!ms_span_is_absent(reply->response_code) && probe_same_word(status->response_code, reply->response_code));
}

/* --- texts ------------------------------------------------------------------------------ */

/* "[name]" stands in the pattern: name is the key of a capture there. */
static bool is_key(ms_span source, ms_span name)
{
    for (size_t i = 0; i + name.len + 2 <= source.len; i++)
        if (source.ptr[i] == '[' && source.ptr[i + name.len + 1] == ']' &&
            memcmp(source.ptr + i + 1, name.ptr, name.len) == 0)
            return true;
    return false;
}

static bool compile(probe_scope *scope, const mst_text_pattern *text, bool lines, mst_pattern *pattern)
{
    size_t count;
    size_t error_at;
    mst_binding *bindings = (mst_binding *)(uintptr_t)probe_scope_bindings(scope, &count);
    if (bindings == NULL)
        return probe_scope_fail(scope, "no memory for a pattern");
    /* of each line anew: a number that keys another capture */
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!lines || !ms_span_is_absent(bindings[i].key) || !is_key(text->source, bindings[i].name))
            bindings[kept++] = bindings[i];
    const mst_pattern_status status =
        mst_pattern_compile(pattern, text->source, text->fold_case, bindings, kept, &error_at);
    if (status == MST_PATTERN_OK)
        return true;
    return probe_scope_fail(scope, "the pattern at line %u cannot be used: %s", text->at.line,
                            mst_pattern_status_text(status));
}

/* The key of a capture: another capture's octets, a name's value, or what is written. */
static ms_span key_of(const probe_scope *scope, const mst_pattern *pattern, const mst_capture *capture,
                      const ms_span *captured)
{
    if (capture->key_is_capture)
        return captured[capture->key_capture];
    const probe_value *named = probe_scope_find(scope, capture->key);
    (void)pattern;
    return named != NULL && named->kind == MST_VALUE_OCTETS ? named->octets : capture->key;
}

/* Captured octets become values; a keyed entry that is there already must agree. */
static bool keep_captures(probe_scope *scope, const mst_pattern *pattern, const ms_span *captured, bool scalars,
                          bool store)
{
    for (unsigned i = 0; i < pattern->capture_count; i++) {
        const mst_capture *capture = &pattern->captures[i];
        if (capture->bound || ms_span_is_absent(captured[i]))
            continue;
        if (ms_span_is_absent(capture->key)) {
            if (store && scalars)
                probe_scope_set(scope, capture->name, captured[i]);
            continue;
        }
        const ms_span key = key_of(scope, pattern, capture, captured);
        const ms_span known = probe_scope_entry(scope, capture->name, key);
        if (!ms_span_is_absent(known) && !probe_equal(known, captured[i]))
            return false;
        if (store)
            probe_scope_set_entry(scope, capture->name, key, captured[i]);
    }
    return true;
}

static bool text_matches(probe_scope *scope, const mst_text_pattern *text, ms_span octets, bool store)
{
    mst_pattern pattern;
    ms_span captured[MST_PATTERN_CAPTURES_MAX];
    return compile(scope, text, false, &pattern) && mst_pattern_match(&pattern, octets, captured) &&
           keep_captures(scope, &pattern, captured, true, store);
}

bool probe_match_text(probe_scope *scope, const mst_text_pattern *pattern, ms_span text)
{
    scope->error[0] = '\0';
    return text_matches(scope, pattern, text, false);
}

/* An empty listing has no entries, which is not the same as none that was ever asked for. */
static void name_keyed(probe_scope *scope, const mst_pattern *pattern)
{
    for (unsigned i = 0; i < pattern->capture_count; i++)
        if (!pattern->captures[i].bound && !ms_span_is_absent(pattern->captures[i].key))
            probe_scope_make_keyed(scope, pattern->captures[i].name);
}

/* each, some, no: the lines behind the first */
static bool lines_match(probe_scope *scope, const mst_test *test, const probe_reply *reply, bool store)
{
    mst_pattern pattern;
    if (!compile(scope, &test->pattern, true, &pattern))
        return false;
    if (test->kind == MST_TEST_EACH && store)
        name_keyed(scope, &pattern);
    for (size_t i = 0; i < reply->line_count; i++) {
        ms_span captured[MST_PATTERN_CAPTURES_MAX];
        const bool hit = mst_pattern_match(&pattern, reply->lines[i], captured) &&
                         keep_captures(scope, &pattern, captured, test->kind == MST_TEST_SOME, store);
        if (test->kind == MST_TEST_EACH && !hit)
            return false;
        if (test->kind == MST_TEST_SOME && hit)
            return true;
        if (test->kind == MST_TEST_NO && hit)
            return false;
    }
    return test->kind != MST_TEST_SOME;
}

/* --- capabilities and content -------------------------------------------------------------- */

static bool next_word(ms_span *rest, ms_span *word)
{
    size_t start = 0;
    while (start < rest->len && rest->ptr[start] == ' ')
        start++;
    size_t end = start;
    while (end < rest->len && rest->ptr[end] != ' ')
        end++;
    *word = ms_span_make(rest->ptr + start, end - start);
    *rest = ms_span_make(rest->ptr + end, rest->len - end);
    return word->len > 0;
}

static bool offers(probe_scope *scope, const mst_test *test, const probe_reply *reply, bool store)
{
    for (size_t i = 0; i < reply->line_count; i++) {
        ms_span rest = reply->lines[i];
        ms_span word;
        if (!next_word(&rest, &word) || !probe_same_word(word, test->keyword))
            continue;
        if (ms_span_is_absent(test->parameter) && ms_span_is_absent(test->pattern.source))
            return true;
        while (next_word(&rest, &word)) {
            const bool hit = ms_span_is_absent(test->pattern.source) ? probe_same_word(word, test->parameter)
                                                                     : text_matches(scope, &test->pattern, word, store);
            if (hit)
                return true;
        }
    }
    return false;
}

static bool contains(ms_span octets, ms_span wanted)
{
    for (size_t i = 0; i + wanted.len <= octets.len; i++)
        if (wanted.len == 0 || (octets.ptr[i] == wanted.ptr[0] && memcmp(octets.ptr + i, wanted.ptr, wanted.len) == 0))
            return true;
    return wanted.len == 0;
}

static bool content_matches(probe_scope *scope, const mst_test *test, const probe_reply *reply)
{
    probe_value wanted;
    if (!probe_evaluate_octets(scope, test->expression, &wanted))
        return false;
    return test->kind == MST_TEST_CONTAINS ? contains(reply->content, wanted.octets)
                                           : probe_equal(reply->content, wanted.octets);
}

static bool test_holds(probe_scope *scope, const mst_test *test, const probe_reply *reply, bool store)
{
    switch (test->kind) {
    case MST_TEST_TEXT:
        /* an empty text has its blank before it: "334 " (RFC 4954 section 4) */
        if (reply->bare && test->pattern.source.len == 0)
            return false;
        return text_matches(scope, &test->pattern, reply->text, store);
    case MST_TEST_EACH:
    case MST_TEST_SOME:
    case MST_TEST_NO:
        return lines_match(scope, test, reply, store);
    case MST_TEST_HAS:
        return offers(scope, test, reply, store);
    case MST_TEST_LACKS:
        return !offers(scope, test, reply, false);
    case MST_TEST_LINES: {
        /* of an SMTP reply all lines count, of a response those of its content */
        const uint64_t lines = reply->line_count + (reply->indicator == MS_POP3_NONE && reply->code != 0);
        return lines >= test->range.min && lines <= test->range.max;
    }
    case MST_TEST_WITHIN:
        return reply->waited_ms >= 0 && (uint64_t)reply->waited_ms <= test->duration_ms;
    case MST_TEST_CONTAINS:
    case MST_TEST_CONTENT:
        return content_matches(scope, test, reply);
    }
    return false;
}

bool probe_match_reply(probe_scope *scope, const mst_match *match, const probe_reply *reply)
{
    scope->error[0] = '\0';
    if (reply->came != PROBE_CAME_REPLY || !probe_match_status(&match->status, reply))
        return false;
    for (const mst_status *out = match->excluded; out != NULL; out = out->next)
        if (probe_match_status(out, reply))
            return false;
    if (match->shape == MST_SHAPE_MULTI && !reply->multi)
        return false;
    /* first see whether all hold, then keep what they capture: an alternative that fails leaves no trace */
    for (int store = 0; store < 2; store++)
        for (const mst_test *test = match->tests; test != NULL; test = test->next)
            if (!test_holds(scope, test, reply, store == 1))
                return false;
    return true;
}
