/*
 * test_transcript_reader.c - recordings: what is read, and where errors are
 */
#include "harness/transcript/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

#define HEAD "mailspec: 1\nprotocol: smtp\ntitle: t\n\n"

static const char sample[] = "mailspec: 1\n"
                             "protocol: pop3\n"
                             "title: two sessions\n"
                             "id: pop3.two-sessions\n"
                             "cites: POP3-1939-4-06, POP3-1939-6-04\n"
                             "tags: lock, uidl\n"
                             "\n"
                             "# the first session\n"
                             "S: +OK ready \n"
                             "C+ USER a\n"
                             "C: PASS \\${\n"
                             "S< \"+OK\\n\" \"A\"*3 \"\\x00\\\"\" base64(\"ab\") unbase64(\"YWI=\")\n"
                             "! server POP3-1939-3-12\n"
                             "= 12 response indicator=ok\n"
                             "=? 16 bare-lf\n"
                             "@b S: -ERR [IN-USE] later\n"
                             "C+< \"QU\"\n"
                             "C< \"IT\\r\\n\"\n"
                             "tls\n"
                             "C:\n"
                             "close\n"
                             "@b hangup\n"
                             "! client POP3-1939-6-04\n";

static const mst_document *read_text(const char *text, mst_error *error)
{
    const ms_span copy = heap_text(text);
    const mst_document *document = mst_read(copy.ptr, copy.len, "t.mst", error);
    heap_free(copy); /* the document must not need it */
    return document;
}

static const mst_step *nth(const mst_document *document, unsigned n)
{
    const mst_step *step = document->script.first;
    while (n-- > 0)
        step = step->next;
    return step;
}

Test(transcript_reader, header)
{
    mst_error error;
    const mst_document *d = read_text(sample, &error);
    cr_assert_not_null(d, "%u:%u: %s", error.at.line, error.at.column, error.message);
    cr_expect_eq(d->header.version, 1);
    cr_expect_eq(d->header.protocol, MST_POP3);
    cr_expect(span_is(d->header.title, "two sessions"));
    cr_expect(span_is(d->header.id, "pop3.two-sessions"));
    cr_expect(span_is(d->header.cites->text, "POP3-1939-4-06"));
    cr_expect(span_is(d->header.cites->next->text, "POP3-1939-6-04"));
    cr_expect_eq(d->header.cites->next->at.line, 5);
    cr_expect_eq(d->header.cites->next->at.column, 24);
    cr_expect(span_is(d->header.tags->next->text, "uidl"));
    cr_expect_not(d->live);
    cr_expect_str_eq(d->filename, "t.mst");
    mst_free(d);
}

static const struct step_row {
    mst_step_kind kind;
    unsigned connection;
    ms_side side;
    bool raw, held;
    const char *octets;
    size_t len;
    uint32_t line, column;
} steps[] = {
    {MST_SAY, 0, MS_SERVER, false, false, "+OK ready \r\n", 12, 9, 1},
    {MST_SAY, 0, MS_CLIENT, false, true, "USER a\r\n", 8, 10, 1},
    {MST_SAY, 0, MS_CLIENT, false, false, "PASS ${\r\n", 9, 11, 1},
    {MST_SAY, 0, MS_SERVER, true, false, "+OK\nAAA\0\"YWI=ab", 15, 12, 1},
    {MST_SAY, 1, MS_SERVER, false, false, "-ERR [IN-USE] later\r\n", 21, 16, 1},
    {MST_SAY, 0, MS_CLIENT, true, true, "QU", 2, 17, 1},
    {MST_SAY, 0, MS_CLIENT, true, false, "IT\r\n", 4, 18, 1},
    {MST_TLS, 0, MS_CLIENT, false, false, NULL, 0, 19, 1},
    {MST_SAY, 0, MS_CLIENT, false, false, "\r\n", 2, 20, 1},
    {MST_CLOSE, 0, MS_CLIENT, false, false, NULL, 0, 21, 1},
    {MST_HANGUP, 1, MS_CLIENT, false, false, NULL, 0, 22, 1},
};

Test(transcript_reader, steps)
{
    mst_error error;
    const mst_document *d = read_text(sample, &error);
    cr_assert_not_null(d);
    unsigned i = 0;
    for (const mst_step *step = d->script.first; step != NULL; step = step->next, i++) {
        cr_assert_lt(i, COUNT(steps));
        const struct step_row *row = &steps[i];
        cr_expect_eq(step->kind, row->kind, "step %u", i);
        cr_expect_eq(step->connection, row->connection, "step %u", i);
        cr_expect_eq(step->at.line, row->line, "step %u: line %u", i, step->at.line);
        cr_expect_eq(step->at.column, row->column, "step %u", i);
        if (row->kind != MST_SAY)
            continue;
        cr_expect_eq(step->say.side, row->side, "step %u", i);
        cr_expect_eq(step->say.raw, row->raw, "step %u", i);
        cr_expect_eq(step->say.held, row->held, "step %u", i);
        cr_expect(step->say.octets.len == row->len && memcmp(step->say.octets.ptr, row->octets, row->len) == 0,
                  "step %u: %.*s", i, (int)step->say.octets.len, (const char *)step->say.octets.ptr);
    }
    cr_expect_eq(i, COUNT(steps));
    cr_expect_eq(d->connection_count, 2);
    cr_expect(ms_span_is_absent(d->connections[0].name));
    cr_expect(span_is(d->connections[1].name, "b"));
    mst_free(d);
}

Test(transcript_reader, violations_and_yields)
{
    mst_error error;
    const mst_document *d = read_text(sample, &error);
    cr_assert_not_null(d);
    const mst_step *step = nth(d, 3);
    cr_assert_not_null(step->violations);
    cr_expect_eq(step->violations->side, MS_SERVER);
    cr_expect(span_is(step->violations->requirement, "POP3-1939-3-12"));
    cr_expect_eq(step->violations->requirement_at.line, 13);
    cr_expect_eq(step->violations->requirement_at.column, 10);
    cr_expect_null(step->violations->next);
    cr_assert_not_null(step->yields);
    cr_expect(step->yields->reviewed);
    cr_expect(span_is(step->yields->text, "12 response indicator=ok"));
    cr_assert_not_null(step->yields->next);
    cr_expect_not(step->yields->next->reviewed);
    cr_expect(span_is(step->yields->next->text, "16 bare-lf"));
    cr_expect_eq(nth(d, 10)->violations->side, MS_CLIENT);
    cr_expect(span_is(nth(d, 0)->trivia.comments->text, "# the first session"));
    mst_free(d);
}

/* A literal dollar and backslash in text; behind => is what goes out. */
static const struct {
    const char *text, *octets;
} texts[] = {
    {"a$b", "a$b"},       {"\\$", "$"},
    {"\\${x}", "${x}"},   {"a\\b", "a\\b"},
    {"\\\\$", "\\$"},     {"\\", "\\"},
    {"$", "$"},           {" x ", " x "},
    {"\"q\"", "\"q\""},   {"# no comment", "# no comment"},
    {"a\\\\b", "a\\\\b"}, {"! server", "! server"},
};

Test(transcript_reader, text_octets)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        char text[200], octets[200];
        snprintf(text, sizeof text, HEAD "C: %s\n", texts[i].text);
        snprintf(octets, sizeof octets, "%s\r\n", texts[i].octets);
        mst_error error;
        const mst_document *d = read_text(text, &error);
        cr_assert_not_null(d, "%s: %s", texts[i].text, error.message);
        cr_expect(span_is(d->script.first->say.octets, octets), "%s", texts[i].text);
        mst_free(d);
    }
}

static const struct {
    const char *text;
    uint32_t line, column;
    const char *message; /* a part of it */
} bad[] = {
    {"", 1, 1, "no header"},
    {"\n\n", 3, 1, "no header"},
    {"protocol: smtp\n", 1, 1, "first header line"},
    {"mailspec: 2\n", 1, 11, "version '2'"},
    {"mailspec 1\n", 1, 9, "not a header line"},
    {"mailspec: 1", 1, 12, "ends within a line"},
    {"mailspec: 1\ntitle: t\n\nC: x\n", 4, 1, "no protocol"},
    {"mailspec: 1\nprotocol: imap\n\n", 2, 11, "'imap'"},
    {"mailspec: 1\nprotocol: smtp\nprotocol: smtp\n\n", 3, 1, "twice"},
    {"mailspec: 1\nprotocol:\n\n", 2, 10, "no value"},
    {"mailspec: 1\ncites: A,,B\n\n", 2, 10, "empty"},
    {"mailspec: 1\nid: a..b\n\n", 2, 7, "not an id"},
    {"mailspec: 1\r\n", 1, 12, "CRLF"},
    {"\xef\xbb\xbfmailspec: 1\n", 1, 1, "byte order mark"},
    {HEAD "C: caf\xc3\xa9\n", 5, 7, "8-bit octet 0xc3"},
    {HEAD "C: a\tb\n", 5, 5, "tab"},
    {HEAD "C: a\x01\n", 5, 5, "control octet 0x01"},
    {HEAD "X: a\n", 5, 1, "not a step"},
    {HEAD "C:a\n", 5, 3, "blank"},
    {HEAD "CX a\n", 5, 1, "not a step"},
    {HEAD "C+? 250\n", 5, 3, "blank"},
    {HEAD "C<\n", 5, 3, "raw octets"},
    {HEAD "C< NOOP\n", 5, 4, "raw octets"},
    {HEAD "C< \"a\n", 5, 4, "not closed"},
    {HEAD "C< \"a\\q\"\n", 5, 6, "escape"},
    {HEAD "C< \"a\\x1\"\n", 5, 6, "escape"},
    {HEAD "C< \"a\"*x\n", 5, 4, "not known"},
    {HEAD "C< \"a\"*\n", 5, 8, "expected"},
    {HEAD "C< \"a\"*300000000\n", 5, 4, "256 MiB"},
    {HEAD "C< \"a\"*99999999999999999999\n", 5, 8, "64 bits"},
    {HEAD "C< body(1GiB)\n", 5, 10, "unit"},
    {HEAD "C< body(64KiB, 7)\n", 5, 16, "seed"},
    {HEAD "C< unbase64(\"a\")\n", 5, 13, "not Base64"},
    {HEAD "C< nothing(\"a\")\n", 5, 4, "no function 'nothing'"},
    {HEAD "C: ${\n", 5, 6, "expected"},
    {HEAD "C: ${a\n", 5, 7, "not closed"},
    {HEAD "C: x ${from}\n", 5, 4, "not known"},
    {HEAD "! server SMTP-5321-3.3-09\n", 5, 1, "no step stands above"},
    {HEAD "C: x\n! SMTP-5321-3.3-09\n", 6, 3, "side"},
    {HEAD "C: x\n! server\n", 6, 9, "requirement is missing"},
    {HEAD "C: x\n! server 5321\n", 6, 10, "requirement is missing"},
    {HEAD "C: x\n! server SMTP-5321-3.3-09 x\n", 6, 27, "follows"},
    {HEAD "= 0 x\n", 5, 1, "no C or S line"},
    {HEAD "C: x\ntls\n= 0 x\n", 7, 1, "no C or S line"},
    {HEAD "C: x\n=0\n", 6, 2, "blank"},
    {HEAD "C: x\n| 250\n", 6, 1, "no expectation"},
    {HEAD "close now\n", 5, 7, "follows"},
    {HEAD "}\n", 5, 1, "not a step"},
    {HEAD "@ C: x\n", 5, 1, "no name"},
    {HEAD "@a pause 5ms\n", 5, 1, "belongs to no connection"},
};

Test(transcript_reader, errors)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        mst_error error;
        const mst_document *d = read_text(bad[i].text, &error);
        cr_expect_null(d, "row %zu: %s", i, bad[i].text);
        cr_expect(error.at.line == bad[i].line && error.at.column == bad[i].column, "row %zu %s: at %u:%u %s", i,
                  bad[i].text, error.at.line, error.at.column, error.message);
        cr_expect_not_null(strstr(error.message, bad[i].message), "row %zu: %s", i, error.message);
        mst_free(d);
    }
}

Test(transcript_reader, every_truncation_ends_well)
{
    for (size_t len = 0; len < sizeof sample - 1; len++) {
        const ms_span copy = heap_copy(sample, len);
        mst_error error;
        const mst_document *d = mst_read(copy.ptr, copy.len, "t.mst", &error);
        const bool whole_lines = len > 0 && sample[len - 1] == '\n';
        if (!whole_lines)
            cr_expect_null(d, "%zu octets", len);
        if (d == NULL)
            cr_expect(error.message[0] != '\0' && error.at.line > 0, "%zu octets", len);
        mst_free(d);
        heap_free(copy);
    }
}

Test(transcript_reader, every_octet_changed_ends_well)
{
    static const uint8_t octets[] = {0, '\n', ' ', '"', '\\', '{', '}', '|', '=', '$', '@', 0xff};
    for (size_t at = 0; at < sizeof sample - 1; at++) {
        for (size_t i = 0; i < COUNT(octets); i++) {
            char text[sizeof sample];
            memcpy(text, sample, sizeof sample);
            text[at] = (char)octets[i];
            const ms_span copy = heap_copy(text, sizeof sample - 1);
            mst_error error;
            const mst_document *d = mst_read(copy.ptr, copy.len, "t.mst", &error);
            cr_expect(d != NULL || error.message[0] != '\0');
            mst_free(d);
            heap_free(copy);
        }
    }
}

/* A size on each side of a limit; what is repeated is one octet. */
static const mst_document *read_long(const char *before, char octet, size_t count, const char *after, mst_error *error)
{
    const size_t head = strlen(before), tail = strlen(after);
    char *text = malloc(head + count + tail);
    cr_assert_not_null(text);
    memcpy(text, before, head);
    memset(text + head, octet, count);
    memcpy(text + head + count, after, tail);
    const mst_document *d = mst_read((const uint8_t *)text, head + count + tail, "long.mst", error);
    free(text);
    return d;
}

Test(transcript_reader, line_limit)
{
    mst_error error;
    const mst_document *d = read_long(HEAD "C: ", 'x', MST_LINE_MAX - 3, "\n", &error);
    cr_assert_not_null(d, "%s", error.message);
    cr_expect_eq(d->script.first->say.octets.len, MST_LINE_MAX - 3 + 2);
    mst_free(d);
    cr_expect_null(read_long(HEAD "C: ", 'x', MST_LINE_MAX - 2, "\n", &error));
    cr_expect_eq(error.at.line, 5);
    cr_expect_eq(error.at.column, MST_LINE_MAX + 1);
    cr_expect_null(read_long(HEAD "C: ", 'x', 10 * 1000 * 1000, "\n", &error));
    cr_expect_not_null(strstr(error.message, "longer than 1 MiB"), "%s", error.message);
}

Test(transcript_reader, file_limit)
{
    mst_error error;
    const mst_document *d = read_long(HEAD, '\n', MST_FILE_MAX - strlen(HEAD), "", &error);
    cr_expect_not_null(d, "%s", error.message);
    mst_free(d);
    cr_expect_null(read_long(HEAD, '\n', MST_FILE_MAX - strlen(HEAD) + 1, "", &error));
    cr_expect_not_null(strstr(error.message, "64 MiB"), "%s", error.message);
}

Test(transcript_reader, expansion_limit)
{
    mst_error error;
    const mst_document *d = read_text(HEAD "C< \"A\"*268435456\n", &error);
    cr_assert_not_null(d, "%s", error.message);
    cr_expect_eq(d->script.first->say.octets.len, MST_OCTETS_MAX);
    mst_free(d);
    cr_expect_null(read_text(HEAD "C< \"A\"*268435456\nC:\n", &error));
    cr_expect_eq(error.at.line, 6);
}

Test(transcript_reader, connections_limit)
{
    char text[4096];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", HEAD);
    for (unsigned i = 0; i < MST_CONNECTIONS_MAX; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "@c%u tls\n", i);
    mst_error error;
    const mst_document *d = read_text(text, &error);
    cr_assert_not_null(d, "%s", error.message);
    cr_expect_eq(d->connection_count, MST_CONNECTIONS_MAX);
    mst_free(d);
    snprintf(text + len, sizeof text - len, "tls\n");
    cr_expect_null(read_text(text, &error));
    cr_expect_not_null(strstr(error.message, "64 connections"));
}

Test(transcript_reader, binary)
{
    mst_error error;
    uint8_t octets[4096];
    uint32_t state = 1;
    for (unsigned round = 0; round < 200; round++) {
        for (size_t i = 0; i < sizeof octets; i++) {
            state = state * 1664525U + 1013904223U;
            octets[i] = (uint8_t)(state >> 24);
        }
        cr_expect_null(mst_read(octets, sizeof octets, "binary", &error));
        cr_expect(error.at.line > 0 && error.message[0] != '\0');
    }
}

Test(transcript_reader, missing_file)
{
    mst_error error;
    cr_expect_null(mst_read_file("/nonexistent/x.mst", &error));
    cr_expect_eq(error.at.line, 0);
    cr_expect_not_null(strstr(error.message, "cannot be opened"));
    cr_expect_null(mst_read_file("/", &error));
    cr_expect_not_null(strstr(error.message, "cannot be"));
}
