/*
 * test_transcript_pattern.c - text patterns: what they match, take and refuse
 */
#include "harness/transcript/pattern.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

static const struct {
    const char *pattern, *text;
    bool fold_case, match;
} rows[] = {
    {"", "", false, true},
    {"", "a", false, false},
    {"abc", "abc", false, true},
    {"abc", "ab", false, false},
    {"abc", "abcd", false, false}, /* the whole text */
    {"abc", "ABC", false, false},
    {"abc", "aBC", true, true},
    {"[a-c]+", "ABC", true, true},
    {"[^a]", "A", true, true}, /* either case of it is in the set */
    {"a.c", "a\nc", false, true},
    {"a*", "", false, true},
    {"a*", "aaaa", false, true},
    {"a+", "", false, false},
    {"a+b", "aab", false, true},
    {"ab?c", "ac", false, true},
    {"ab?c", "abbc", false, false},
    {"a{2}", "aa", false, true},
    {"a{2}", "a", false, false},
    {"a{2}", "aaa", false, false},
    {"a{0}b", "b", false, true},
    {"a{1,3}", "aaa", false, true},
    {"a{1,3}", "aaaa", false, false},
    {"a{1,3}", "", false, false},
    {"a{2,}", "a", false, false},
    {"a{2,}", "aaaaaaa", false, true},
    {"(ab){2}", "abab", false, true},
    {"(ab){2}", "aab", false, false},
    {"a|b", "b", false, true},
    {"a|b|cd", "cd", false, true},
    {"a|b|cd", "ad", false, false},
    {"a|", "", false, true},
    {"x(a|b)y", "xby", false, true},
    {"x(a|b|)y", "xy", false, true},
    {"(a|b)*c", "ababc", false, true},
    {"(a*)*", "aaa", false, true},
    {"(a*)+b", "b", false, true},
    {"(|a)*b", "aab", false, true},
    {"((a|b)|(c|d))+", "dacb", false, true},
    {"[0-9]+", "0123456789", false, true},
    {"[0-9]+", "12a", false, false},
    {"[^0-9]+", "abc", false, true},
    {"[^0-9]+", "a1", false, false},
    {"[]]", "]", false, false}, /* not compiled: see the errors */
    {"[\\]a]+", "a]", false, true},
    {"[a-]+", "-a", false, true},
    {"[a^]+", "^a", false, true},
    {"\\d+", "42", false, true},
    {"\\d", "a", false, false},
    {"\\.\\*\\+\\?\\(\\)\\[\\{\\|\\\\", ".*+?()[{|\\", false, true},
    {"\\r\\n\\t\\x41", "\r\n\tA", false, true},
    {"\\xff", "\xff", false, true},
    {"]}", "]}", false, true},
    {"a$b", "a$b", false, true},
};

Test(transcript_pattern, matches)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span pattern = heap_text(rows[i].pattern), text = heap_text(rows[i].text);
        mst_pattern compiled;
        size_t at;
        const mst_pattern_status status = mst_pattern_compile(&compiled, pattern, rows[i].fold_case, NULL, 0, &at);
        const bool match = status == MST_PATTERN_OK && mst_pattern_match(&compiled, text, NULL);
        cr_expect_eq(match, rows[i].match, "~\"%s\" on \"%s\"", rows[i].pattern, rows[i].text);
        heap_free(pattern);
        heap_free(text);
    }
}

Test(transcript_pattern, nul_octets)
{
    const ms_span text = heap_copy("a\0b", 3);
    mst_pattern compiled;
    size_t at;
    cr_expect_eq(mst_pattern_compile(&compiled, MS_SPAN("a\\0b"), false, NULL, 0, &at), MST_PATTERN_OK);
    cr_expect(mst_pattern_match(&compiled, text, NULL));
    cr_expect_eq(mst_pattern_compile(&compiled, MS_SPAN("a.b"), false, NULL, 0, &at), MST_PATTERN_OK);
    cr_expect(mst_pattern_match(&compiled, text, NULL));
    heap_free(text);
}

static const struct {
    const char *pattern;
    mst_pattern_status status;
    size_t at;
} bad[] = {
    {"(", MST_PATTERN_NOT_CLOSED, 0},
    {"a(b|c", MST_PATTERN_NOT_CLOSED, 1},
    {"a)", MST_PATTERN_NOT_CLOSED, 1},
    {"ab[c", MST_PATTERN_NOT_CLOSED, 2},
    {"a{2", MST_PATTERN_NOT_CLOSED, 1},
    {"[]", MST_PATTERN_BAD_SET, 0},
    {"a[z-b]", MST_PATTERN_BAD_SET, 1},
    {"*a", MST_PATTERN_NOTHING_TO_REPEAT, 0},
    {"a|+", MST_PATTERN_NOTHING_TO_REPEAT, 2},
    {"a**", MST_PATTERN_NOTHING_TO_REPEAT, 2},
    {"(?a)", MST_PATTERN_NOTHING_TO_REPEAT, 1},
    {"a\\", MST_PATTERN_BAD_ESCAPE, 2},
    {"a\\w", MST_PATTERN_BAD_ESCAPE, 1},
    {"\\x4", MST_PATTERN_BAD_ESCAPE, 0},
    {"a{}", MST_PATTERN_BAD_COUNT, 2},
    {"a{x}", MST_PATTERN_BAD_COUNT, 2},
    {"a{3,2}", MST_PATTERN_BAD_COUNT, 1},
    {"a{256}", MST_PATTERN_BAD_COUNT, 2},
    {"a{1,256}", MST_PATTERN_BAD_COUNT, 4},
    {"${}", MST_PATTERN_BAD_CAPTURE, 0},
    {"x${1}", MST_PATTERN_BAD_CAPTURE, 1},
    {"${a[}", MST_PATTERN_BAD_CAPTURE, 0},
    {"${a", MST_PATTERN_NOT_CLOSED, 0},
    {"${a:nothing}", MST_PATTERN_UNKNOWN_TYPE, 0},
    {"(${a:number})+", MST_PATTERN_REPEATED_CAPTURE, 0},
    {"x(${a:number}){2}", MST_PATTERN_REPEATED_CAPTURE, 1},
    {"((((((((()))))))))", MST_PATTERN_TOO_DEEP, 8},
    {"[0-9]{255}{2}", MST_PATTERN_NOTHING_TO_REPEAT, 10},
    {"(a{255}){3}", MST_PATTERN_TOO_LONG, 2},
    {"(((((((){255}){255}){255}){255}){255}){255}){255}", MST_PATTERN_TOO_LONG, 6},
    {"${a:number}${b:number}${c:number}${d:number}${e:number}${f:number}${g:number}${h:number}${i:number}",
     MST_PATTERN_TOO_MANY_CAPTURES, 88},
};

Test(transcript_pattern, errors)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ms_span pattern = heap_text(bad[i].pattern);
        mst_pattern compiled;
        size_t at = 0;
        const mst_pattern_status status = mst_pattern_compile(&compiled, pattern, false, NULL, 0, &at);
        cr_expect_eq(status, bad[i].status, "%s: %s", bad[i].pattern, mst_pattern_status_text(status));
        cr_expect_eq(at, bad[i].at, "%s: at %zu", bad[i].pattern, at);
        heap_free(pattern);
    }
}

/* What each capture took; NULL for none. */
static const struct {
    const char *pattern, *text, *captured[3];
} captures[] = {
    {"${n:number} messages?", "12 messages", {"12"}},
    {"${n:number} ${uid[n]:unique-id}", "3 whqtswO00WBw418f9t5JxYwZ", {"3", "whqtswO00WBw418f9t5JxYwZ"}},
    {"${a:text}b${c:text}", "xbybz", {"xby", "z"}}, /* longest first */
    {"${a:word}( ${b:number})?", "x", {"x", NULL}},
    {"${a:number}|${b:word}", "x1", {NULL, "x1"}},
    {".* ${t:timestamp}", "POP3 <1896.6@dbc.example>", {"<1896.6@dbc.example>"}},
    {"${d:domain} ESMTP.*", "mx.example.org ESMTP", {"mx.example.org"}},
    {"${a:base64}", "YWI=", {"YWI="}},
    {"${a:hex}${b:number}", "ff1", {"ff", "1"}},
    {"${a:text}", "", {""}},
};

Test(transcript_pattern, captures)
{
    for (size_t i = 0; i < COUNT(captures); i++) {
        const ms_span pattern = heap_text(captures[i].pattern), text = heap_text(captures[i].text);
        mst_pattern compiled;
        size_t at;
        ms_span got[MST_PATTERN_CAPTURES_MAX];
        cr_assert_eq(mst_pattern_compile(&compiled, pattern, false, NULL, 0, &at), MST_PATTERN_OK, "%s",
                     captures[i].pattern);
        cr_expect(mst_pattern_match(&compiled, text, got), "%s", captures[i].pattern);
        for (unsigned j = 0; j < 3; j++) {
            const char *wanted = captures[i].captured[j];
            cr_expect(wanted == NULL ? ms_span_is_absent(got[j]) : span_is(got[j], wanted), "%s: capture %u",
                      captures[i].pattern, j);
        }
        heap_free(pattern);
        heap_free(text);
    }
}

Test(transcript_pattern, unique_id_has_1_to_70_octets) /* POP3-1939-7-15 */
{
    mst_pattern compiled;
    size_t at;
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("${u:unique-id}"), false, NULL, 0, &at), MST_PATTERN_OK);
    char text[71];
    memset(text, 'x', sizeof text);
    cr_expect_not(mst_pattern_match(&compiled, ms_span_make(text, 0), NULL));
    cr_expect(mst_pattern_match(&compiled, ms_span_make(text, 1), NULL));
    cr_expect(mst_pattern_match(&compiled, ms_span_make(text, 70), NULL));
    cr_expect_not(mst_pattern_match(&compiled, ms_span_make(text, 71), NULL));
}

Test(transcript_pattern, keys)
{
    mst_pattern compiled;
    size_t at;
    const mst_binding bindings[] = {{MS_SPAN("uid"), MS_SPAN("1"), MS_SPAN("abc")},
                                    {MS_SPAN("n"), ms_span_absent(), MS_SPAN("1")}};
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("${m:number} ${uid[m]:unique-id}"), false, bindings, 2, &at),
                 MST_PATTERN_OK);
    cr_expect(compiled.captures[1].key_is_capture);
    cr_expect_eq(compiled.captures[1].key_capture, 0);
    cr_expect_not(compiled.captures[1].bound); /* the key is not known before the match */
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("${uid[1]:unique-id}"), false, bindings, 2, &at),
                 MST_PATTERN_OK);
    cr_expect(compiled.captures[0].bound);
    cr_expect(mst_pattern_match(&compiled, MS_SPAN("abc"), NULL));
    cr_expect_not(mst_pattern_match(&compiled, MS_SPAN("abd"), NULL));
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("${uid[n]}"), false, bindings, 2, &at), MST_PATTERN_OK);
    cr_expect(mst_pattern_match(&compiled, MS_SPAN("abc"), NULL));
    cr_expect_eq(mst_pattern_compile(&compiled, MS_SPAN("x${uid[2]}"), false, bindings, 2, &at), MST_PATTERN_UNBOUND);
    cr_expect_eq(at, 1);
}

Test(transcript_pattern, values_are_compared)
{
    mst_pattern compiled;
    size_t at;
    const mst_binding bindings[] = {{MS_SPAN("from"), ms_span_absent(), MS_SPAN("a.b+c@x.example")}};
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("<${from}>"), false, bindings, 1, &at), MST_PATTERN_OK);
    cr_expect(mst_pattern_match(&compiled, MS_SPAN("<a.b+c@x.example>"), NULL));
    cr_expect_not(mst_pattern_match(&compiled, MS_SPAN("<axb+c@x.example>"), NULL)); /* no sign of it is special */
    cr_assert_eq(mst_pattern_compile(&compiled, MS_SPAN("<${from:word}>"), false, bindings, 1, &at), MST_PATTERN_OK);
    cr_expect_not(mst_pattern_match(&compiled, MS_SPAN("<other@x.example>"), NULL)); /* reuse must match */
    cr_expect_eq(mst_pattern_compile(&compiled, MS_SPAN("${rcpt}"), false, bindings, 1, &at), MST_PATTERN_UNBOUND);
    cr_expect_eq(mst_pattern_compile(&compiled, MS_SPAN("${rcpt}"), false, NULL, 0, &at), MST_PATTERN_OK);
}

/* These take 2^n steps, or more, in a matcher that goes back. */
Test(transcript_pattern, no_backtracking)
{
    enum { LEN = 20000 };
    static const char *const patterns[] = {"(a|a)*b",  "(a*)*b",         "((a+)+)+b",
                                           "(a|aa)+b", "(a?){30}a{30}b", ".*.*.*.*.*b"};
    char *text = malloc(LEN);
    cr_assert_not_null(text);
    memset(text, 'a', LEN);
    for (size_t i = 0; i < COUNT(patterns); i++) {
        mst_pattern compiled;
        size_t at;
        const ms_span source = ms_span_make(patterns[i], strlen(patterns[i]));
        cr_assert_eq(mst_pattern_compile(&compiled, source, false, NULL, 0, &at), MST_PATTERN_OK);
        cr_expect_not(mst_pattern_match(&compiled, ms_span_make(text, LEN), NULL), "%s", patterns[i]);
        text[LEN - 1] = 'b';
        cr_expect_eq(mst_pattern_match(&compiled, ms_span_make(text, LEN), NULL), strstr(patterns[i], "{30}") == NULL,
                     "%s", patterns[i]);
        text[LEN - 1] = 'a';
    }
    free(text);
}

/* Any octets as a pattern: compiled or refused, never past the end. */
Test(transcript_pattern, random_patterns)
{
    static const char signs[] = "ab.*+?()[]{}|\\^-,1d$x";
    uint32_t state = 7;
    for (unsigned round = 0; round < 20000; round++) {
        char source[16];
        size_t len = 0;
        do {
            state = state * 1664525U + 1013904223U;
            source[len++] = signs[(state >> 16) % (sizeof signs - 1)];
        } while (len < sizeof source && (state >> 8) % 12 != 0);
        const ms_span pattern = heap_copy(source, len);
        mst_pattern compiled;
        size_t at = SIZE_MAX;
        if (mst_pattern_compile(&compiled, pattern, false, NULL, 0, &at) == MST_PATTERN_OK)
            (void)mst_pattern_match(&compiled, MS_SPAN("ab1abba"), NULL);
        cr_assert_leq(at, len, "%.*s", (int)len, source);
        heap_free(pattern);
    }
}
