#include "harness/replay/smtp_facts.h"

#include "feed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OFFERED                                                                                               \
    "250-mx.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250-CHUNKING\r\n250 AUTH " \
    "CRAM-MD5\r\n"

typedef struct known {
    ms_smtp_dialogue dialogue;
    ms_smtp_run runs[8];
    ms_finding items[16];
    ms_findings findings;
} known;

static void say(known *k, ms_side side, const char *text)
{
    const ms_span whole = heap_text(text);
    for (size_t used = 0; used < whole.len;) {
        const ms_smtp_event event =
            ms_smtp_dialogue_next(&k->dialogue, side, ms_span_make(whole.ptr + used, whole.len - used), &k->findings);
        cr_assert_gt(event.consumed, 0, "%s", text);
        used += event.consumed;
    }
    heap_free(whole);
}

/* The facts of one line, which lies in a block of exact size that is gone afterwards. */
static void take(smtp_facts *facts, const char *line, size_t len, const char *offer)
{
    known *k = calloc(1, sizeof *k);
    cr_assert_not_null(k);
    k->findings = (ms_findings){.items = k->items, .capacity = COUNT(k->items)};
    ms_smtp_dialogue_init(&k->dialogue, MS_VARIANT_SMTP, k->runs, COUNT(k->runs));
    say(k, MS_SERVER, "220 mx.example\r\n");
    say(k, MS_CLIENT, "EHLO relay.example\r\n");
    say(k, MS_SERVER, offer);
    const ms_span input = heap_copy(line, len);
    const ms_smtp_session before = k->dialogue.session;
    const ms_smtp_event event = ms_smtp_dialogue_next(&k->dialogue, MS_CLIENT, input, &k->findings);
    cr_assert_eq(event.kind, MS_SMTP_EVENT_COMMAND, "%s", line);
    static const smtp_texts keywords = {.items = {{(const uint8_t *)"XTIDE", 5}}, .count = 1};
    smtp_facts_take(facts, &event, &before, &keywords);
    heap_free(input);
    free(k);
}

#define L(text) text "\r\n", sizeof(text) + 1

static const struct row {
    const char *line;
    size_t len;
    uint64_t has, lacks;
} rows[] = {
    {L("MAIL FROM:<a@relay.example>"), FACT(OK) | FACT(CLEAN), FACT(LOWER_VERB) | FACT(LOWER_COLON) | FACT(QUOTED)},
    {L("mail FROM:<a@relay.example>"), FACT(OK) | FACT(CLEAN) | FACT(LOWER_VERB), FACT(LOWER_COLON)},
    {L("MAIL From:<a@relay.example>"), FACT(CLEAN) | FACT(LOWER_COLON), FACT(LOWER_VERB)},
    {L("MAIL FROM:<a@relay.example> size=10"), FACT(CLEAN) | FACT(LOWER_PARAMETER), FACT(UNKNOWN_PARAMETER)},
    {L("MAIL FROM:<a@relay.example> SIZE=x"), 0, FACT(CLEAN)},
    {L("MAIL FROM:<a@relay.example> SIZE=1 SIZE=1"), 0, FACT(CLEAN)},
    {L("MAIL FROM:<a@relay.example> REQUIRETLS"), FACT(OK), FACT(CLEAN)}, /* not offered */
    {L("MAIL FROM:<a@relay.example> BODY=BINARYMIME"), FACT(OK), FACT(CLEAN)},
    {L("MAIL FROM:<a@relay.example> FROB=1"), FACT(UNKNOWN_PARAMETER), FACT(CLEAN)},
    {L("MAIL FROM:<a@relay.example> xtide=1"), FACT(FOREIGN_PARAMETER), FACT(UNKNOWN_PARAMETER) | FACT(CLEAN)},
    {L("MAIL FROM: <a@relay.example>"), FACT(OK), FACT(CLEAN) | FACT(BLANKS_ONLY)},
    {L("MAIL FROM:<a@relay.example>  "), FACT(BLANKS_ONLY), FACT(CLEAN)},
    {L("MAIL FROM:<>"), FACT(CLEAN) | FACT(NULL_PATH), 0},
    {L("MAIL FROM:<\"a b\"@relay.example>"), FACT(CLEAN) | FACT(QUOTED), FACT(ATEXT)},
    {L("MAIL FROM:<a+b=c@relay.example>"), FACT(CLEAN) | FACT(ATEXT), FACT(QUOTED)},
    {L("MAIL FROM:<a@example>"), FACT(CLEAN) | FACT(ONE_LABEL), 0},
    {L("MAIL FROM:<a@[192.0.2.1]>"), FACT(CLEAN) | FACT(IPV4), FACT(IPV6) | FACT(ONE_LABEL)},
    {L("MAIL FROM:<a@[IPv6:2001:db8::1]>"), FACT(CLEAN) | FACT(IPV6), FACT(IPV4_TAIL) | FACT(IPV4_TAIL_COMPRESSED)},
    {L("MAIL FROM:<a@[IPv6:::192.0.2.1]>"), FACT(CLEAN) | FACT(IPV4_TAIL_COMPRESSED), FACT(IPV4_TAIL)},
    {L("MAIL FROM:<a@[IPv6:1:2:3:4:5:6:192.0.2.1]>"), FACT(CLEAN) | FACT(IPV4_TAIL), FACT(IPV4_TAIL_COMPRESSED)},
    {L("MAIL FROM:<a@re_lay.example>"), FACT(DOMAIN_OCTETS), FACT(CLEAN)},
    {L("MAIL FROM:<a\x01@relay.example>"), FACT(CONTROL), FACT(OK)},
    {L("MAIL FROM:<a@rel\0ay.example>"), FACT(NUL) | FACT(NUL_IN_DOMAIN), FACT(OK)},
    {L("MAIL FROM:<a\0@relay.example>"), FACT(NUL), FACT(NUL_IN_DOMAIN)},
    {L("MAIL FROM:<\xc3\xa4@relay.example> SMTPUTF8"), FACT(CLEAN) | FACT(UTF8_LOCAL) | FACT(8BIT_PATH),
     FACT(UTF8_DOMAIN)},
    {L("RCPT TO:<Postmaster>"), FACT(CLEAN) | FACT(POSTMASTER) | FACT(POSTMASTER_PLAIN), 0},
    {L("RCPT TO:<POSTMASTER>"), FACT(CLEAN) | FACT(POSTMASTER), FACT(POSTMASTER_PLAIN)},
    {L("RCPT TO:<@a.example:b@mx.example>"), FACT(ROUTE) | FACT(CLEAN), 0}, /* servers must take it */
    {L("RCPT TO:<a..b@mx.example>"), FACT(BAD_ADDRESS), FACT(CLEAN)},
    {L("MAIL FROM:<\"a\\"), FACT(OPEN_QUOTE), FACT(OK)},
    {L("NOOP"), FACT(CLEAN), FACT(ARGUMENT)},
    {L("NOOP "), FACT(BLANKS_ONLY), FACT(ARGUMENT)},
    {L("NOOP word"), FACT(ARGUMENT) | FACT(STRING) | FACT(ATOM), FACT(MAILBOX)},
    {L("NOOP \"two words\""), FACT(STRING), FACT(ATOM)},
    {L("VRFY a@mx.example"), FACT(MAILBOX), FACT(ATOM)},
    {L("VRFY joe SMTPUTF8"), FACT(SMTPUTF8_WORD), 0},
    {L("BDAT 10"), FACT(SIZE_READABLE), FACT(LAST) | FACT(ZERO) | FACT(LEADING_ZERO)},
    {L("BDAT 0 LAST"), FACT(SIZE_READABLE) | FACT(LAST) | FACT(ZERO), FACT(LEADING_ZERO) | FACT(LOWER_LAST)},
    {L("BDAT 010 last"), FACT(LEADING_ZERO) | FACT(LAST) | FACT(LOWER_LAST), FACT(ZERO)},
    {L("BDAT -1"), 0, FACT(SIZE_READABLE) | FACT(OK)},
    {L("AUTH CRAM-MD5"), FACT(OK), FACT(INITIAL)},
    {L("AUTH PLAIN AGEAYg=="), FACT(INITIAL), 0},
    {L("XFROB"), FACT(X), FACT(HTTP)},
    {L("GET / HTTP/1.1"), FACT(HTTP), FACT(X)},
    {L("GET nothing"), 0, FACT(HTTP)},
    {"NOOP\n", 5, FACT(BARE_LF), FACT(BARE_CR)},
    {"NOOP a\rb\r\n", 10, FACT(BARE_CR), FACT(BARE_LF)},
};

Test(smtp_facts, lines)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        smtp_facts facts;
        take(&facts, rows[i].line, rows[i].len, OFFERED);
        cr_expect_eq(facts.set & rows[i].has, rows[i].has, "%s: lacks %llx", rows[i].line,
                     (unsigned long long)(rows[i].has & ~facts.set));
        cr_expect_eq(facts.set & rows[i].lacks, 0, "%s: has %llx", rows[i].line,
                     (unsigned long long)(facts.set & rows[i].lacks));
        cr_expect_eq(facts.line_octets, rows[i].len, "%s", rows[i].line);
        smtp_facts_free(&facts);
    }
}

/* Limits: 512 octets of a command line, 256 from which a rule of its own speaks (RFC 5321 section 4.5.3.1.4). */
Test(smtp_facts, lengths)
{
    static const struct {
        size_t octets;
        bool lengthy, over;
    } lengths[] = {{255, false, false}, {256, true, false}, {512, true, false}, {513, false, true}};
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char *line = malloc(lengths[i].octets);
        memset(line, 'x', lengths[i].octets);
        memcpy(line, "NOOP ", 5);
        memcpy(line + lengths[i].octets - 2, "\r\n", 2);
        smtp_facts facts;
        take(&facts, line, lengths[i].octets,
             "250-mx.example\r\n250 AUTH CRAM-MD5\r\n"); /* which allows longer lines */
        cr_expect_eq((facts.set & FACT(LINE_LONG)) != 0, lengths[i].lengthy, "%zu", lengths[i].octets);
        cr_expect_eq((facts.set & FACT(LINE_OVER)) != 0, lengths[i].over, "%zu", lengths[i].octets);
        smtp_facts_free(&facts);
        free(line);
    }
}

Test(smtp_facts, lengths_of_paths)
{
    static const struct {
        size_t local, domain; /* octets */
        uint64_t has, lacks;
    } paths[] = {
        {32, 20, 0, FACT(LONG_LOCAL_PART) | FACT(LONG_DOMAIN) | FACT(LONG_PATH)},
        {33, 20, FACT(LONG_LOCAL_PART), FACT(LONG_DOMAIN)},
        {64, 20, FACT(LONG_LOCAL_PART), 0},
        {2, 194, 0, FACT(LONG_PATH)}, /* 199 with brackets and "@" */
        {2, 195, FACT(LONG_PATH), FACT(LONG_DOMAIN)},
        {2, 200, FACT(LONG_PATH), FACT(LONG_DOMAIN)},
        {2, 201, FACT(LONG_DOMAIN), FACT(LONG_PATH)},
    };
    for (size_t i = 0; i < COUNT(paths); i++) {
        char line[400];
        size_t n = (size_t)sprintf(line, "MAIL FROM:<");
        memset(line + n, 'a', paths[i].local);
        n += paths[i].local;
        line[n++] = '@';
        for (size_t k = 0; k < paths[i].domain; k++) /* labels of 50 octets at most */
            line[n++] = k % 50 == 49 && k + 1 < paths[i].domain ? '.' : 'd';
        n += (size_t)sprintf(line + n, ">\r\n");
        smtp_facts facts;
        take(&facts, line, n, OFFERED);
        cr_expect((facts.set & FACT(CLEAN)) != 0, "%zu@%zu", paths[i].local, paths[i].domain);
        cr_expect_eq(facts.set & paths[i].has, paths[i].has, "%zu@%zu", paths[i].local, paths[i].domain);
        cr_expect_eq(facts.set & paths[i].lacks, 0, "%zu@%zu", paths[i].local, paths[i].domain);
        smtp_facts_free(&facts);
    }
}

Test(smtp_facts, values)
{
    smtp_facts facts;
    take(&facts, L("MAIL FROM:<a@relay.example> SIZE=0120 BODY=8BITMIME RET=FULL ENVID=abc"), OFFERED);
    cr_expect_eq(facts.size, 120);
    cr_expect_eq(facts.size_digits, 4);
    cr_expect_eq(facts.body, MS_BODY_8BITMIME);
    cr_expect_eq(facts.envid_length, 9);
    cr_expect_eq(facts.parameter_count, 4);
    cr_expect_not(smtp_facts_only(&facts, MS_PARAM_SIZE));
    smtp_facts_free(&facts);
    take(&facts, L("MAIL FROM:<a@relay.example> SIZE=5"), OFFERED);
    cr_expect(smtp_facts_only(&facts, MS_PARAM_SIZE));
    cr_expect_not(smtp_facts_only(&facts, MS_PARAM_BODY));
    smtp_facts_free(&facts);
    take(&facts, L("RCPT TO:<b@mx.example> NOTIFY=never ORCPT=rfc822;b@mx.example"), OFFERED);
    cr_expect(facts.lower_notify);
    cr_expect(facts.orcpt_rfc822);
    cr_expect(span_is(facts.path, "b@mx.example"));
    cr_expect(span_is(facts.local_part, "b"));
    cr_expect(span_is(facts.domain, "mx.example"));
    smtp_facts_free(&facts);
    take(&facts, L("MAIL FROM:<a@relay.example> BY=-5;R"), OFFERED);
    cr_expect(facts.by_return);
    cr_expect_leq(facts.by_seconds, 0);
    smtp_facts_free(&facts);
    take(&facts, L("BDAT 99999999999999999999999 LAST"), OFFERED);
    cr_expect_eq(facts.chunk, UINT64_MAX, "saturated");
    smtp_facts_free(&facts);
}
