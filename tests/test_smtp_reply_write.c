#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "mailspec/limits.h"
#include "mailspec/smtp_reply.h"

/* clang-format off */
static const struct row {
    const char *id;
    uint16_t code;
    bool more;
    ms_enhanced_status enhanced; /* class_ 0: none is given */
    const char *text, *line;     /* line NULL: refused */
} rows[] = {
    {"SMTP-5321-4.2-02 plain", 250, false, {0}, "Ok", "250 Ok\r\n"},
    {"SMTP-5321-4.2.1-02 continued", 250, true, {0}, "mx.example", "250-mx.example\r\n"},
    {"SMTP-5321-4.2.1-03 no text", 250, false, {0}, "", "250 \r\n"},
    {"SMTP-5321-4.2.1-03 absent text", 354, false, {0}, NULL, "354 \r\n"},
    {"SMTP-2034-4-01 enhanced", 550, false, {5, 1, 1}, "no such user", "550 5.1.1 no such user\r\n"},
    {"SMTP-3463-2-01 two and three digits", 550, false, {5, 100, 10}, "no", "550 5.100.10 no\r\n"},
    {"SMTP-2034-4-05 enhanced, continued", 551, true, {5, 7, 1}, "a", "551-5.7.1 a\r\n"},
    {"SMTP-2034-4-04 class 5 with 500", 500, false, {5, 5, 2}, "a", "500 5.5.2 a\r\n"},
    {"SMTP-2034-4-04 class 2 with 200", 200, false, {2, 0, 0}, "a", "200 2.0.0 a\r\n"},
    {"SMTP-3463-2-02 no leading zeros", 450, false, {4, 10, 105}, "a", "450 4.10.105 a\r\n"},
    {"SMTP-5321-4.2-13 lowest", 200, false, {0}, "a", "200 a\r\n"},
    {"SMTP-5321-4.2-13 highest", 559, false, {0}, "a", "559 a\r\n"},
    {"SMTP-5321-4.2-10 class 1", 199, false, {0}, "a", NULL},
    {"SMTP-5321-4.2-10 class 6", 600, false, {0}, "a", NULL},
    {"SMTP-5321-4.2-13 second digit 6", 260, false, {0}, "a", NULL},
    {"SMTP-5321-4.2-13 second digit 6, class 5", 560, false, {0}, "a", NULL},
    {"SMTP-5321-4.3.2-14 four digits", 2500, false, {0}, "a", NULL},
    {"SMTP-2034-4-04 other class", 250, false, {5, 1, 1}, "a", NULL},
    {"SMTP-2034-4-02 3yz", 354, false, {3, 0, 0}, "a", NULL},
    {"SMTP-3463-2-01 subject of four digits", 250, false, {2, 1000, 0}, "a", NULL},
    {"SMTP-3463-2-01 detail of four digits", 250, false, {2, 0, 1000}, "a", NULL},
    {"SMTP-SEC-injection-18 CR", 250, false, {0}, "a\rb", NULL},
    {"SMTP-SEC-injection-18 LF", 250, false, {0}, "a\n250 b", NULL},
};
/* clang-format on */

Test(smtp_reply_write, rows)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const ms_span text = heap_text(row->text);
        uint8_t out[64];
        memset(out, '?', sizeof out);
        const size_t want = row->line != NULL ? strlen(row->line) : 0;
        const size_t got = ms_reply_line_write(row->code, row->more, row->enhanced.class_ != 0 ? &row->enhanced : NULL,
                                               text, out, sizeof out);
        cr_expect_eq(got, want, "%s: got %zu", row->id, got);
        cr_expect(span_is(ms_span_make(out, want), row->line != NULL ? row->line : ""), "%s: got %.*s", row->id,
                  (int)got, (const char *)out);
        cr_expect_eq(out[want], '?', "%s: wrote too far", row->id);
        heap_free(text);
    }
}

Test(smtp_reply_write, nul_is_refused)
{
    const ms_span text = heap_copy("a\0b", 3);
    uint8_t out[64];
    cr_expect_eq(ms_reply_line_write(250, false, NULL, text, out, sizeof out), 0);
    heap_free(text);
}

Test(smtp_reply_write, nothing_is_written_without_room)
{
    uint8_t out[8] = "???????";
    cr_expect_eq(ms_reply_line_write(250, false, NULL, MS_SPAN("Ok"), out, 7), 8);
    cr_expect_eq(out[0], '?');
    cr_expect_eq(ms_reply_line_write(250, false, NULL, MS_SPAN("Ok"), NULL, 0), 8);
    cr_expect_eq(ms_reply_line_write(250, false, NULL, MS_SPAN("Ok"), out, 8), 8);
    cr_expect_eq(memcmp(out, "250 Ok\r\n", 8), 0);
}

/* SMTP-5321-4.5.3.1.5-01: 512 octets with code and CRLF; a challenge may be longer (RFC 4954 section 4). */
Test(smtp_reply_write, the_longest_line)
{
    static uint8_t text[MS_SMTP_REPLY_LINE_MAX], out[2 * MS_SMTP_REPLY_LINE_MAX];
    memset(text, 'a', sizeof text);
    const size_t most = MS_SMTP_REPLY_LINE_MAX - 4 - 2;
    cr_expect_eq(ms_reply_line_write(250, false, NULL, ms_span_make(text, most), out, sizeof out), 512);
    cr_expect_eq(ms_reply_line_write(250, false, NULL, ms_span_make(text, most + 1), out, sizeof out), 0);
    cr_expect_eq(ms_reply_line_write(334, false, NULL, ms_span_make(text, most + 1), out, sizeof out), 513);
}

/* What is written, the parser takes without error or deviation. */
Test(smtp_reply_write, is_read_back)
{
    const ms_reply_context context = {.enhanced = true};
    for (uint16_t code = 0; code < 1000; code++) {
        const ms_enhanced_status enhanced = {(uint8_t)(code / 100), (uint16_t)(code % 100), (uint16_t)(999 - code)};
        uint8_t out[64];
        const bool middle = code / 100 == 3;
        const size_t len =
            ms_reply_line_write(code, false, middle ? NULL : &enhanced, MS_SPAN("text"), out, sizeof out);
        if (len == 0)
            continue;
        const ms_span line = heap_copy(out, len - 2);
        const ms_reply_line got = ms_reply_line_parse(line, &context);
        cr_expect_eq(got.error, MS_REPLY_OK, "%u", code);
        cr_expect_eq(got.deviations, 0, "%u: %#llx", code, (unsigned long long)got.deviations);
        cr_expect_eq(got.code, code, "%u", code);
        cr_expect_eq(got.enhanced.detail, middle ? 0 : enhanced.detail, "%u", code);
        cr_expect(span_is(got.free_text, "text"), "%u", code);
        heap_free(line);
    }
}
