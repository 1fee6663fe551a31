/*
 * test_transcript_live.c - what the reader makes of live constructs, and where
 * their errors are
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "harness/transcript/reader.h"

#define HEAD "mailspec: 1\nprotocol: smtp\ntitle: t\n\n" /* scripts start on line 5 */

static const mst_document *read_ok(const char *text)
{
    const ms_span copy = heap_text(text);
    mst_error error;
    const mst_document *document = mst_read(copy.ptr, copy.len, "t.mst", &error);
    heap_free(copy);
    cr_assert_not_null(document, "%u:%u %s\n%s", error.at.line, error.at.column, error.message, text);
    return document;
}

static const mst_step *nth(const mst_document *document, unsigned n)
{
    const mst_step *step = document->script.first;
    while (n-- > 0)
        step = step->next;
    return step;
}

Test(transcript_live, header)
{
    const mst_document *d =
        read_ok("mailspec: 1\nprotocol: submission\ntests: client\nid: a.b-c\ntitle: t\ncites: X, Y\n"
                "level: MUST NOT\nprofile: mx, strict\nstart: @a mail, @b greeted\n"
                "needs: ehlo:AUTH PLAIN, noehlo:X, capa, auth:CRAM-MD5, messages>=20, tls, sun\n"
                "not-offered: CHUNKING, DSN\nfeed: fixed\nonly: yes\ntimed: yes\nmutates: yes\nstress: no\n"
                "timeout: 1500ms\nseed: 7\nexposure: relay\nprecondition: p\nnote: n\n\n");
    const mst_header *h = &d->header;
    cr_expect(d->live);
    cr_expect_eq(h->protocol, MST_SUBMISSION);
    cr_expect_eq(h->tests, MS_CLIENT);
    cr_expect_eq(h->level, MST_LEVEL_MUST_NOT);
    cr_expect_eq(h->profiles, MST_PROFILE_MX | MST_PROFILE_STRICT);
    cr_expect_eq(h->exposure, MST_EXPOSURE_RELAY);
    cr_expect(h->feed_fixed && h->only && h->timed && h->mutates && !h->stress && h->seed_given);
    cr_expect_eq(h->seed, 7);
    cr_expect_eq(h->timeout_ms, 1500);
    cr_expect(span_is(h->precondition, "p"));
    cr_expect(span_is(h->note, "n"));
    cr_expect_eq(h->starts->state, MST_STATE_MAIL);
    cr_expect(span_is(d->connections[h->starts->connection].name, "a"));
    cr_expect_eq(h->starts->next->state, MST_STATE_GREETED);
    cr_expect(span_is(d->connections[h->starts->next->connection].name, "b"));
    cr_expect(span_is(h->not_offered->next->text, "DSN"));
    static const struct {
        mst_gate_kind kind;
        const char *word, *parameter;
    } gates[] = {{MST_GATE_EHLO, "AUTH", "PLAIN"},  {MST_GATE_NO_EHLO, "X", NULL},   {MST_GATE_CAPA, NULL, NULL},
                 {MST_GATE_AUTH, "CRAM-MD5", NULL}, {MST_GATE_MESSAGES, NULL, NULL}, {MST_GATE_CONDITION, "tls", NULL},
                 {MST_GATE_UNKNOWN, NULL, NULL}};
    const mst_gate *gate = h->needs;
    for (size_t i = 0; i < COUNT(gates); i++, gate = gate->next) {
        cr_assert_not_null(gate);
        cr_expect_eq(gate->kind, gates[i].kind, "gate %zu", i);
        cr_expect(gates[i].word == NULL ? ms_span_is_absent(gate->word) : span_is(gate->word, gates[i].word),
                  "gate %zu", i);
        cr_expect(gates[i].parameter == NULL ? ms_span_is_absent(gate->parameter)
                                             : span_is(gate->parameter, gates[i].parameter));
        cr_expect(gate->kind != MST_GATE_MESSAGES || (gate->number == 20 && gate->at_least));
    }
    mst_free(d);
}

Test(transcript_live, alternatives)
{
    const mst_document *d = read_ok(
        HEAD
        "S? 503 | 554\n | 2yz => nonstrict taken SMTP-2920-3.2-04 \"why \\\"so\\\"\" { close end } | 4yz => later\n"
        " | close\n");
    const mst_step *step = nth(d, 0);
    cr_expect(d->live);
    cr_expect_eq(step->kind, MST_EXPECT);
    cr_expect_eq(step->expect.side, MS_SERVER);
    const mst_alternative *one = step->alternatives;
    cr_expect_eq(one->matches->kind, MST_MATCH_REPLY);
    cr_expect_eq(one->matches->status.digits[0], 5);
    cr_expect_eq(one->matches->next->status.digits[1], 5);
    cr_expect_null(one->matches->next->next);
    cr_expect_eq(one->outcome.at.line, 0); /* none: it passes */
    cr_expect_eq(one->outcome.verdict, MST_PASS);
    one = one->next;
    cr_expect_eq(one->matches->status.digits[0], 2);
    cr_expect_eq(one->matches->status.digits[1], MST_WILDCARD);
    cr_expect_eq(one->outcome.verdict, MST_NONSTRICT);
    cr_expect(span_is(one->outcome.name, "taken"));
    cr_expect(span_is(one->outcome.requirement, "SMTP-2920-3.2-04"));
    cr_expect(span_is(one->outcome.reason, "why \"so\""));
    cr_expect_eq(one->outcome.requirement_at.column, 27);
    cr_assert_not_null(one->block);
    cr_expect_eq(one->block->first->kind, MST_CLOSE);
    cr_expect_eq(one->block->first->next->kind, MST_END);
    one = one->next;
    cr_expect(span_is(one->outcome.name, "later"));
    cr_expect_not(one->outcome.verdict_given);
    cr_expect_null(one->block);
    one = one->next;
    cr_expect_eq(one->matches->kind, MST_MATCH_CLOSE);
    cr_expect_null(one->next);
    mst_free(d);
}

Test(transcript_live, reply_patterns)
{
    const mst_document *d = read_ok(
        HEAD
        "S? only 25z 2.*.7 not 250 not 5.1.* ~i\"a|b\" has AUTH(PLAIN) lacks X has S(~\"1\") lines 2..4 within 2s\n"
        "S? -ERR [IN-USE] | +OK multi each ~\"x\" | + | 5.*.* | [A] | none 250ms | alert | any\n");
    const mst_match *m = nth(d, 0)->alternatives->matches;
    cr_expect(nth(d, 0)->expect.only);
    cr_expect(m->status.digits[1] == 5 && m->status.digits[2] == MST_WILDCARD);
    cr_expect(m->status.has_enhanced && m->status.enhanced[1] == MST_WILDCARD && m->status.enhanced[2] == 7);
    cr_expect_eq(m->excluded->kind, MST_STATUS_CODE);
    cr_expect(m->excluded->next->kind == MST_STATUS_ANY && m->excluded->next->has_enhanced);
    static const mst_test_kind kinds[] = {MST_TEST_TEXT, MST_TEST_HAS,   MST_TEST_LACKS,
                                          MST_TEST_HAS,  MST_TEST_LINES, MST_TEST_WITHIN};
    const mst_test *test = m->tests;
    for (size_t i = 0; i < COUNT(kinds); i++, test = test->next) {
        cr_assert_not_null(test);
        cr_expect_eq(test->kind, kinds[i], "test %zu", i);
        if (i == 0)
            cr_expect(test->pattern.fold_case && span_is(test->pattern.source, "a|b"));
        if (i == 1)
            cr_expect(span_is(test->keyword, "AUTH") && span_is(test->parameter, "PLAIN"));
        if (i == 2)
            cr_expect(span_is(test->keyword, "X") && ms_span_is_absent(test->parameter));
        if (i == 3)
            cr_expect(span_is(test->pattern.source, "1") && ms_span_is_absent(test->parameter));
        if (i == 4)
            cr_expect(test->range.min == 2 && test->range.max == 4);
        if (i == 5)
            cr_expect_eq(test->duration_ms, 2000);
    }
    m = nth(d, 1)->alternatives->matches;
    cr_expect(m->status.kind == MST_STATUS_ERR && span_is(m->status.response_code, "IN-USE"));
    m = m->next;
    cr_expect(m->status.kind == MST_STATUS_OK && m->shape == MST_SHAPE_MULTI && m->tests->kind == MST_TEST_EACH);
    m = m->next;
    cr_expect_eq(m->status.kind, MST_STATUS_CONTINUE);
    m = m->next;
    cr_expect(m->status.kind == MST_STATUS_ANY && m->status.has_enhanced);
    m = m->next;
    cr_expect(span_is(m->status.response_code, "A"));
    m = m->next;
    cr_expect(m->kind == MST_MATCH_NONE && m->duration_ms == 250);
    m = m->next;
    cr_expect_eq(m->kind, MST_MATCH_ALERT);
    m = m->next;
    cr_expect(m->kind == MST_MATCH_REPLY && m->status.kind == MST_STATUS_ANY && m->next == NULL);
    mst_free(d);
}

Test(transcript_live, command_patterns)
{
    const mst_document *d = read_ok("mailspec: 1\nprotocol: smtp\ntests: client\n\nC? MAIL ~\"x\" | any not NOOP not "
                                    "RSET | line | data contains \"a\" | chunk "
                                    "| tls | close\n");
    const mst_match *m = nth(d, 0)->alternatives->matches;
    cr_expect(m->kind == MST_MATCH_COMMAND && span_is(m->verb, "MAIL") && m->tests->kind == MST_TEST_TEXT);
    m = m->next;
    cr_expect(m->kind == MST_MATCH_COMMAND && ms_span_is_absent(m->verb));
    cr_expect(span_is(m->excluded_verbs->text, "NOOP") && span_is(m->excluded_verbs->next->text, "RSET"));
    static const mst_match_kind kinds[] = {MST_MATCH_LINE, MST_MATCH_DATA, MST_MATCH_CHUNK, MST_MATCH_HELLO,
                                           MST_MATCH_CLOSE};
    for (size_t i = 0; i < COUNT(kinds); i++) {
        m = m->next;
        cr_expect_eq(m->kind, kinds[i], "%zu", i);
    }
    mst_free(d);
}

static const char all_steps[] =
    HEAD "tls version 1.1 name \"x\" certificate\n"
         "@b close reset\n"
         "hangup half\n"
         "@b open pop3 transaction\n"
         "pause 2min\n"
         "quiet 10ms\n"
         "fence => pass\n | extra 250 => fail ran\n"
         "delivered 2..3 to ${rcpt2} contains \"a\" octets \"b\" header ~i\"c.*\"\n | else => fail\n"
         "not delivered\n"
         "verdict fail x SMTP-5321-3.3-09 \"r\"\n"
         "repeat n as i {\nend\n}\n"
         "when @b not x | y {\n} else {\nend\n}\n"
         "check set(a) disjoint b => pass p\n | else => fail q\n"
         "control {\n}\n";

Test(transcript_live, steps)
{
    const mst_document *d = read_ok(all_steps);
    const mst_step *s = d->script.first;
    cr_expect(s->kind == MST_TLS && span_is(s->tls.version, "1.1") && span_is(s->tls.name->octets, "x") &&
              s->tls.certificate);
    s = s->next;
    cr_expect(s->kind == MST_CLOSE && s->end.ending == MST_ENDING_RESET && s->named &&
              span_is(d->connections[s->connection].name, "b"));
    s = s->next;
    cr_expect(s->kind == MST_HANGUP && s->end.ending == MST_ENDING_HALF && !s->named);
    s = s->next;
    cr_expect(s->kind == MST_OPEN && s->open.protocol_given && s->open.protocol == MST_POP3 &&
              s->open.state == MST_STATE_TRANSACTION);
    s = s->next;
    cr_expect(s->kind == MST_PAUSE && s->wait.duration_ms == 120000);
    s = s->next;
    cr_expect(s->kind == MST_QUIET && s->wait.duration_ms == 10);
    s = s->next;
    cr_expect_eq(s->kind, MST_FENCE);
    cr_expect_null(s->alternatives->matches);
    cr_expect(s->alternatives->next->matches->kind == MST_MATCH_EXTRA && s->alternatives->next->matches->has_status);
    s = s->next;
    cr_expect(s->kind == MST_DELIVERED && s->delivered.count.min == 2 && s->delivered.count.max == 3);
    cr_expect_eq(s->delivered.recipient->kind, MST_VARIABLE);
    cr_expect(span_is(s->delivered.contains->octets, "a") && span_is(s->delivered.octets->octets, "b"));
    cr_expect(span_is(s->delivered.header.source, "c.*") && s->delivered.header.fold_case);
    cr_expect_eq(s->alternatives->matches->kind, MST_MATCH_ELSE);
    s = s->next;
    cr_expect(s->kind == MST_DELIVERED && s->delivered.negated && s->delivered.count.max == 0);
    s = s->next;
    cr_expect(s->kind == MST_VERDICT && s->verdict.outcome.verdict == MST_FAIL &&
              span_is(s->verdict.outcome.name, "x"));
    s = s->next;
    cr_expect(s->kind == MST_REPEAT && span_is(s->repeat.counter, "i") && s->repeat.block->first->kind == MST_END);
    s = s->next;
    cr_expect(s->kind == MST_WHEN && s->when.negated && span_is(s->when.names->next->text, "y"));
    cr_expect_null(s->when.then_block->first);
    cr_expect_eq(s->when.else_block->first->kind, MST_END);
    s = s->next;
    cr_expect(s->kind == MST_CHECK && s->check.compare == MST_DISJOINT && s->check.left->function == MST_FN_SET);
    cr_expect_null(s->alternatives->matches);
    cr_expect_eq(s->alternatives->next->matches->kind, MST_MATCH_ELSE);
    s = s->next;
    cr_expect_eq(s->kind, MST_CONTROL);
    cr_expect_null(s->next);
    mst_free(d);
}

/* Values by hand: RFC 4648 section 10 for Base64, digits for numbers. */
static const struct {
    const char *value, *octets;
} values[] = {
    {"\"foobar\"", "foobar"},
    {"base64(\"foobar\")", "Zm9vYmFy"},
    {"base64(\"fooba\")", "Zm9vYmE="},
    {"base64(\"foob\")", "Zm9vYg=="},
    {"base64(\"\")", ""},
    {"unbase64(\"Zm9vYg==\")", "foob"},
    {"hex(\"a\\x0fz\")", "610f7a"},
    {"stuff(\".a\\r\\n..\\r\\nb.\\n.\\r\\n\")", "..a\r\n...\r\nb.\n.\r\n"},
    {"\"ab\"*3 \"c\"", "abababc"},
    {"\"a\"*0", ""},
    {"\"n=${size(\"abc\") + 2 - 1}\"", "n=4"},
    {"\"${1KiB}\" ${1MiB - 1}", "10241048575"},
    {"\"\\${a}$b\\\\\"", "${a}$b\\"},
};

Test(transcript_live, values)
{
    for (size_t i = 0; i < COUNT(values); i++) {
        char text[300];
        snprintf(text, sizeof text, HEAD "let v = %s\nC< ${v}\n", values[i].value);
        const mst_document *d = read_ok(text);
        cr_expect(span_is(nth(d, 1)->say.octets, values[i].octets), "%s", values[i].value);
        mst_free(d);
    }
}

Test(transcript_live, bodies)
{
    for (unsigned size = 0; size < 300; size++) {
        char text[100];
        snprintf(text, sizeof text, HEAD "C< body(%u, seed 7)\n", size);
        const mst_document *d = read_ok(text);
        const ms_span body = nth(d, 0)->say.octets;
        cr_assert_eq(body.len, size);
        size_t start = 0;
        for (size_t at = 0; at < body.len; at++) {
            const bool last = at + 1 == body.len, ends = body.ptr[at] == '\n';
            cr_expect(!ends || (at > 0 && body.ptr[at - 1] == '\r'));
            cr_expect(!last || ends || size == 1, "size %u", size);
            cr_expect(at != start || body.ptr[at] != '.');
            cr_expect_leq(at - start, 64);
            start = ends ? at + 1 : start;
        }
        mst_free(d);
    }
    const mst_document *d =
        read_ok(HEAD "let a = body(100, seed 1)\nlet b = body(100)\nlet c = body(100, seed 2)\nC< ${a} ${b} ${c}\n");
    const ms_span all = nth(d, 3)->say.octets;
    cr_expect_arr_eq(all.ptr, all.ptr + 100, 100); /* seed 1 is the default */
    cr_expect_arr_neq(all.ptr, all.ptr + 200, 100);
    mst_free(d);
}

static const struct {
    const char *text;
    uint32_t line, column;
    const char *message;
} bad[] = {
    {HEAD "S?\n", 5, 3, "empty"},
    {HEAD "S? => pass\n", 5, 4, "reply pattern"},
    {HEAD "S? 2xx\n", 5, 4, "'2xx' is not a reply code"},
    {HEAD "S? 2y0\n", 5, 4, "not a reply code"},
    {HEAD "S? yyz\n", 5, 4, "not a reply pattern"},
    {HEAD "S? 2500\n", 5, 4, "not a reply code"},
    {HEAD "S? 250 5.1\n", 5, 8, "enhanced"},
    {HEAD "S? 250 5.1000.1\n", 5, 8, "enhanced"},
    {HEAD "S? -ERR []\n", 5, 9, "response code"},
    {HEAD "S? -ERR [A\n", 5, 9, "response code"},
    {HEAD "S? OK\n", 5, 4, "reply pattern"},
    {HEAD "S? 250 |\n", 5, 9, "reply pattern"},
    {HEAD "S? 250 =>\n", 5, 10, "neither a verdict nor a name"},
    {HEAD "S? 250 => SMTP-5321-3.3-09\n", 5, 10, "neither a verdict nor a name"},
    {HEAD "S? 250 => pass fail\n", 5, 16, "second verdict"},
    {HEAD "S? 250 => a b\n", 5, 13, "follows the step"},
    {HEAD "S? 250 => a \"${x}\"\n", 5, 13, "cannot hold values"},
    {HEAD "S? 250 => a { C: x }\n", 6, 1, "ends inside the block of line 5"},
    {HEAD "S? 250 => a {\nclose\n", 7, 1, "ends inside the block of line 5"},
    {HEAD "S? 250 not\n", 5, 11, "status is missing"},
    {HEAD "S? 250 has\n", 5, 11, "keyword is missing"},
    {HEAD "S? 250 has A(b\n", 5, 15, "not closed"},
    {HEAD "S? 250 lines x\n", 5, 14, "number"},
    {HEAD "S? 250 lines 3..2\n", 5, 14, "backwards"},
    {HEAD "S? 250 within 2\n", 5, 15, "no unit"},
    {HEAD "S? 250 each \"a\"\n", 5, 13, "text pattern"},
    {HEAD "S? 250 ~\"ab(\"\n", 5, 12, "not closed"},
    {HEAD "S? 250 ~\"${a:b}\"\n", 5, 10, "type"},
    {HEAD "S? 250 ~\"a\n", 5, 9, "not closed"},
    {HEAD "S? none\n", 5, 8, "duration"},
    {HEAD "S? none 3\n", 5, 9, "no unit"},
    {HEAD "C? ehlo\n", 5, 4, "command pattern"},
    {HEAD "C? any not\n", 5, 11, "verb is missing"},
    {HEAD "fence 250\n", 5, 7, "not an outcome"},
    {HEAD "fence extra => a\n| => b\n", 6, 3, "not an outcome"},
    {HEAD "fence\n! client SMTP-2920-3.1-01\n| extra => a\n", 7, 1, "behind '!'"},
    {HEAD "fence\n", 0, 0, ""},
    {HEAD "tls version 2\n", 5, 5, "TLS version"},
    {HEAD "tls else\n", 5, 5, "not an outcome"},
    {HEAD "pause\n", 5, 6, "duration"},
    {HEAD "let\n", 5, 4, "assignment"},
    {HEAD "let A = 1\n", 5, 5, "assignment"},
    {HEAD "let a 1\n", 5, 7, "assignment"},
    {HEAD "let a =\n", 5, 8, "expected"},
    {HEAD "let a = 1\nlet a = 2\n", 6, 5, "given before"},
    {HEAD "let a = \"x\" - 1\n", 5, 9, "number is wanted"},
    {HEAD "let a = 1 - 2\n", 5, 9, "result is not"},
    {HEAD "let a = 18446744073709551615 + 1\n", 5, 9, "result is not"},
    {HEAD "let a = 18446744073709551616\n", 5, 9, "64 bits"},
    {HEAD "let a = 1 \"x\"\n", 0, 0, ""},
    {HEAD "let a = count(\"x\")\n", 5, 15, "keyed capture"},
    {HEAD "let a = body(\"x\")\n", 5, 14, "number is wanted"},
    {HEAD "let a = pick(\"x\")\n", 5, 17, "does not end"},
    {HEAD "let a = size(\"x\", \"y\")\n", 5, 17, "does not end"},
    {HEAD "let a = secret:\n", 5, 16, "no name"},
    {HEAD "let a = b[1\n", 5, 12, "not closed"},
    {HEAD "let a = hex(hex(hex(hex(hex(hex(hex(hex(\"x\"))))))))\n", 5, 41, "nested more than 8"},
    {HEAD "let a = 1+1+1+1+1+1+1+1+1\n", 5, 24, "more than 8 terms"},
    {HEAD "check a\n", 5, 8, "comparison"},
    {HEAD "check a = b | c\n", 5, 15, "not an outcome"},
    {HEAD "repeat 3\n", 5, 9, "block"},
    {HEAD "repeat \"a\" { }\n", 5, 8, "number is wanted"},
    {HEAD "repeat 3 as { }\n", 5, 13, "no name"},
    {HEAD "when { }\n", 5, 6, "name of an outcome"},
    {HEAD "when a | { }\n", 5, 10, "name of an outcome"},
    {HEAD "when @ a { }\n", 5, 6, "no name"},
    {HEAD "not\n", 5, 4, "'delivered'"},
    {HEAD "not delivered 2\n", 5, 15, "count behind"},
    {HEAD "delivered to\n", 5, 13, "raw octets"},
    {HEAD "delivered contains \"a\" to \"b\" contains \"c\"\n", 5, 31, "asked of the messages twice"},
    {HEAD "delivered header ~\"a\" header ~\"b\"\n", 5, 23, "asked of the messages twice"},
    {HEAD "delivered header \"a\"\n", 5, 18, "a text pattern"},
    {HEAD "open now\n", 5, 6, "not an outcome"},
    {HEAD "verdict\n", 5, 8, "neither"},
    {HEAD "end end\n", 5, 5, "follows"},
    {HEAD "control { } else { }\n", 5, 13, "follows"},
};

Test(transcript_live, errors)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ms_span text = heap_text(bad[i].text);
        mst_error error;
        const mst_document *d = mst_read(text.ptr, text.len, "t.mst", &error);
        cr_expect_eq(d != NULL, bad[i].line == 0, "row %zu: %s", i, bad[i].text);
        cr_expect(error.at.line == bad[i].line && error.at.column == bad[i].column, "row %zu: at %u:%u %s\n%s", i,
                  error.at.line, error.at.column, error.message, bad[i].text);
        cr_expect_not_null(strstr(error.message, bad[i].message), "row %zu: %s\n%s", i, error.message, bad[i].text);
        mst_free(d);
        heap_free(text);
    }
}

Test(transcript_live, every_truncation_ends_well)
{
    for (size_t len = 0; len < sizeof all_steps - 1; len++) {
        const ms_span copy = heap_copy(all_steps, len);
        mst_error error;
        const mst_document *d = mst_read(copy.ptr, copy.len, "t.mst", &error);
        cr_expect(d != NULL ? all_steps[len - 1] == '\n' : error.message[0] != '\0' && error.at.line > 0, "%zu octets",
                  len);
        mst_free(d);
        heap_free(copy);
    }
}

/* Eight blocks are fine, one more is not, and neither is any number of braces. */
Test(transcript_live, nesting)
{
    char text[8192];
    for (unsigned depth = 8; depth <= 9; depth++) {
        size_t len = (size_t)snprintf(text, sizeof text, HEAD);
        for (unsigned i = 0; i < depth; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "repeat 2 {\n");
        for (unsigned i = 0; i < depth; i++)
            len += (size_t)snprintf(text + len, sizeof text - len, "}\n");
        mst_error error;
        const mst_document *d = mst_read((const uint8_t *)text, len, "t.mst", &error);
        cr_expect_eq(d != NULL, depth == MST_NESTING_MAX);
        cr_expect(depth == MST_NESTING_MAX || (error.at.line == 13 && error.at.column == 10));
        mst_free(d);
    }
    static const char *const pieces[] = {"{", "${", "hex(", "a[", "(", "\"${", "S? 250 => a {", "when a {\n"};
    for (size_t i = 0; i < COUNT(pieces); i++) {
        size_t len = (size_t)snprintf(text, sizeof text, HEAD "let a = ");
        while (len + 20 < sizeof text)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s", pieces[i]);
        text[len++] = '\n';
        mst_error error;
        cr_expect_null(mst_read((const uint8_t *)text, len, "t.mst", &error));
    }
}
