/*
 * test_transcript_writer.c - recorded octets, written and read again
 */
#include "harness/transcript/writer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/transcript/reader.h"

static mst_writer started(bool segments)
{
    mst_writer writer = {.segments = segments};
    mst_write_header(&writer, "mailspec", MS_SPAN("1"));
    mst_write_header(&writer, "protocol", MS_SPAN("smtp"));
    return writer;
}

static const struct {
    bool segments;
    const char *octets, *wanted;
} rows[] = {
    {false, "QUIT\r\n", "C: QUIT\n"},
    {false, "\r\n", "C:\n"},
    {false, " x \r\n", "C:  x \n"},
    {false, "a\r\nb\r\n", "C: a\nC: b\n"},
    {true, "a\r\nb\r\n", "C+ a\nC: b\n"},
    {false, "a\nb\r\n", "C< \"a\\n\"\nC: b\n"},
    {true, "a\nb\r\n", "C+< \"a\\n\"\nC: b\n"},
    {false, "a\rb\r\n", "C< \"a\\rb\\r\\n\"\n"},
    {false, "QU", "C< \"QU\"\n"},
    {true, "a\r\nQU", "C+ a\nC< \"QU\"\n"},
    {false, "caf\xc3\xa9\r\n", "C< \"caf\\xc3\\xa9\\r\\n\"\n"},
    {false, "${a} \\$ \"\r\n", "C: \\${a} \\\\$ \"\n"},
    {false, "${a}\n", "C< \"\\${a}\\n\"\n"},
    {false, "", ""},
};

Test(transcript_writer, said)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char wanted[200];
        const ms_span octets = heap_text(rows[i].octets);
        mst_writer writer = started(rows[i].segments);
        mst_write_said(&writer, ms_span_absent(), MS_CLIENT, octets);
        cr_expect_not(mst_write_failed(&writer));
        snprintf(wanted, sizeof wanted, "mailspec: 1\nprotocol: smtp\n%s%s", octets.len > 0 ? "\n" : "",
                 rows[i].wanted);
        cr_expect(span_is(ms_span_make(writer.text.octets, writer.text.len), wanted), "row %zu:\n%.*s", i,
                  (int)writer.text.len, (const char *)writer.text.octets);
        mst_write_free(&writer);
        heap_free(octets);
    }
}

Test(transcript_writer, marks)
{
    mst_writer writer = started(false);
    mst_write_comment(&writer, MS_SPAN("two\nlines"));
    mst_write_said(&writer, MS_SPAN("b"), MS_SERVER, MS_SPAN("220 x\r\n"));
    mst_write_violation(&writer, MS_SERVER, MS_SPAN("SMTP-5321-3.3-09"));
    mst_write_yield(&writer, false, MS_SPAN("0 reply code=220"));
    mst_write_mark(&writer, MS_SPAN("b"), "tls");
    mst_write_mark(&writer, ms_span_absent(), "hangup");
    cr_expect_not(mst_write_failed(&writer));
    cr_expect(span_is(ms_span_make(writer.text.octets, writer.text.len),
                      "mailspec: 1\nprotocol: smtp\n\n# two?lines\n@b S: 220 x\n! server SMTP-5321-3.3-09\n"
                      "=? 0 reply code=220\n@b tls\nhangup\n"));
    mst_write_free(&writer);
}

Test(transcript_writer, misuse)
{
    mst_writer writer = started(false);
    mst_write_mark(&writer, MS_SPAN("a b"), "tls");
    cr_expect(mst_write_failed(&writer));
    mst_write_free(&writer);
    writer = started(false);
    mst_write_violation(&writer, MS_SERVER, MS_SPAN("SMTP-5321-3.3-09"));
    cr_expect(mst_write_failed(&writer));
    mst_write_free(&writer);
    writer = started(false);
    mst_write_mark(&writer, ms_span_absent(), "tls");
    mst_write_header(&writer, "title", MS_SPAN("too late"));
    cr_expect(mst_write_failed(&writer));
    mst_write_free(&writer);
}

/* Random octets of a few kinds, in random cuts: what is read is what was said. */
Test(transcript_writer, round_trip)
{
    enum { LEN = 6000 };
    static const char kinds[] = "\r\r\n\n\0\xff.${\\\"ab c";
    uint32_t state = 3;
    uint8_t *octets = malloc(LEN);
    cr_assert_not_null(octets);
    for (unsigned round = 0; round < 300; round++) {
        mst_writer writer = started(round % 2 == 1);
        const unsigned share = round % 5; /* 0: never a special octet but CRLF */
        size_t len = 0;
        while (len < LEN - 2) {
            state = state * 1664525U + 1013904223U;
            const uint32_t draw = state >> 16;
            if (share > 0 && draw % 7 < share) {
                octets[len++] = (uint8_t)kinds[draw / 7 % (sizeof kinds - 1)];
            } else if (draw % 40 == 39) {
                octets[len++] = '\r';
                octets[len++] = '\n';
            } else {
                octets[len++] = (uint8_t)('a' + draw % 26);
            }
        }
        size_t at = 0;
        while (at < len) {
            state = state * 1664525U + 1013904223U;
            size_t piece = 1 + (state >> 16) % 3000;
            piece = piece < len - at ? piece : len - at;
            mst_write_said(&writer, ms_span_absent(), MS_SERVER, ms_span_make(octets + at, piece));
            at += piece;
        }
        cr_assert_not(mst_write_failed(&writer));
        mst_error error;
        const mst_document *document = mst_read(writer.text.octets, writer.text.len, "w.mst", &error);
        cr_assert_not_null(document, "%u:%u %s", error.at.line, error.at.column, error.message);
        at = 0;
        for (const mst_step *step = document->script.first; step != NULL; step = step->next) {
            const ms_span said = step->say.octets;
            cr_assert(said.len <= len - at && memcmp(said.ptr, octets + at, said.len) == 0, "round %u", round);
            at += said.len;
        }
        cr_expect_eq(at, len);
        mst_free(document);
        mst_write_free(&writer);
    }
    free(octets);
}
