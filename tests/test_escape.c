#include "feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "harness/result/escape.h"

static const struct row {
    const char *octets;
    size_t len;
    const char *escaped;
} rows[] = {
    {"", 0, ""},
    {"250 Ok", 6, "250 Ok"},
    {"250 Ok\r\n", 8, "250 Ok\\r\\n"},
    {"a\0b\tc", 5, "a\\0b\\tc"},
    {"\\", 1, "\\\\"},
    {"\x1b[31m", 5, "\\x1b[31m"},
    {"\x7f\x80\xff~ ", 5, "\\x7f\\x80\\xff~ "},
};

Test(escape, both_ways)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span octets = heap_copy(rows[i].octets, rows[i].len);
        char *text = escape_text(octets);
        cr_expect_str_eq(text, rows[i].escaped);
        const ms_span escaped = heap_copy(text, strlen(text));
        uint8_t *back = malloc(escaped.len + 1);
        cr_assert_not_null(back);
        cr_expect_eq(escape_undo(escaped, back, NULL), rows[i].len, "%s", rows[i].escaped);
        cr_expect_eq(memcmp(back, rows[i].octets, rows[i].len), 0, "%s", rows[i].escaped);
        free(back);
        free(text);
        heap_free(escaped);
        heap_free(octets);
    }
}

Test(escape, no_octet_but_printable_ascii_comes_out)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        char out[ESCAPE_MAX];
        const size_t len = escape_octet((uint8_t)octet, out);
        cr_assert(len >= 1 && len <= ESCAPE_MAX);
        for (size_t i = 0; i < len; i++)
            cr_expect(out[i] >= 0x20 && out[i] < 0x7f, "octet %u", octet);
    }
}

Test(escape, stream)
{
    FILE *out = tmpfile();
    cr_assert_not_null(out);
    escape_write(out, MS_SPAN("a\r\x1b"));
    rewind(out);
    char text[16] = {0};
    cr_expect_eq(fread(text, 1, sizeof text - 1, out), 7);
    cr_expect_str_eq(text, "a\\r\\x1b");
    fclose(out);
}

Test(escape, malformed)
{
    static const struct bad {
        const char *text;
        size_t at;
    } bad[] = {
        {"\\", 0}, {"ab\\q", 2}, {"\\x", 0}, {"\\x1", 0}, {"\\r\\x1g", 2}, {"\\xg1", 0}, {"\\X41", 0},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        const ms_span text = heap_text(bad[i].text);
        uint8_t out[16];
        size_t at = SIZE_MAX;
        cr_expect_eq(escape_undo(text, out, &at), SIZE_MAX, "%s", bad[i].text);
        cr_expect_eq(at, bad[i].at, "%s: got %zu", bad[i].text, at);
        heap_free(text);
    }
}

Test(escape, hexadecimal_in_either_case)
{
    uint8_t out[8];
    cr_expect_eq(escape_undo(MS_SPAN("\\xaF"), out, NULL), 1);
    cr_expect_eq(out[0], 0xaf);
}
