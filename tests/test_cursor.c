#include "common/cursor.h"

#include "feed.h"

#include <criterion/criterion.h>

Test(cursor, absent_and_empty_spans_are_at_their_end)
{
    const ms_span inputs[] = {heap_text(NULL), heap_text("")};
    for (size_t i = 0; i < COUNT(inputs); i++) {
        cursor c = cursor_of(inputs[i]);
        uint64_t value;
        cr_expect(at_end(&c));
        cr_expect_eq(peek(&c), -1);
        cr_expect_eq(peek_second(&c), -1);
        cr_expect_not(next_is(&c, OCTET_VCHAR));
        cr_expect_not(skip_octet(&c, 'a'));
        cr_expect_not(skip_word(&c, MS_SPAN("a")));
        cr_expect(skip_word(&c, MS_SPAN("")));
        cr_expect_eq(skip_class(&c, OCTET_VCHAR), 0);
        cr_expect(span_is(take_class(&c, OCTET_VCHAR), ""));
        cr_expect(span_is(take_until(&c, ','), ""));
        cr_expect(span_is(take_rest(&c), ""));
        cr_expect_eq(take_decimal(&c, 9, &value), DECIMAL_NONE);
        heap_free(inputs[i]);
    }
}

Test(cursor, walks_a_line)
{
    const ms_span line = heap_text("mAiL fRoM:<a> 12x");
    cursor c = cursor_of(line);
    uint64_t value = 0;
    cr_expect(span_is(take_class(&c, OCTET_ALPHA), "mAiL"));
    cr_expect(next_is(&c, OCTET_BLANK));
    cr_expect(skip_octet(&c, ' '));
    cr_expect_not(skip_octet(&c, ' '));
    cr_expect_not(skip_word(&c, MS_SPAN("TO:")));
    cr_expect_eq(c.at, 5, "a word that is not there moves nothing");
    cr_expect(skip_word(&c, MS_SPAN("FROM:")));
    cr_expect_eq(peek(&c), '<');
    cr_expect_eq(peek_second(&c), 'a');
    cr_expect(span_is(take_until(&c, ' '), "<a>"));
    cr_expect_eq(skip_class(&c, OCTET_BLANK), 1);
    cr_expect_eq(take_decimal(&c, 100, &value), DECIMAL_OK);
    cr_expect_eq(value, 12);
    cr_expect_eq(octets_left(&c), 1);
    cr_expect_eq(peek_second(&c), -1);
    cr_expect(span_is(take_until(&c, ' '), "x"), "up to the end where the octet is missing");
    cr_expect(at_end(&c));
    heap_free(line);
}

Test(cursor, a_word_cut_short_is_not_there)
{
    const ms_span line = heap_text("FROM");
    cursor c = cursor_of(line);
    cr_expect_not(skip_word(&c, MS_SPAN("FROM:")));
    cr_expect(skip_word(&c, MS_SPAN("from")));
    heap_free(line);
}

static const struct number_row {
    const char *text;
    uint64_t max;
    decimal result;
    uint64_t value;
    size_t at;
} number_rows[] = {
    {"", 9, DECIMAL_NONE, 0, 0},
    {"x1", 9, DECIMAL_NONE, 0, 0},
    {"-1", 9, DECIMAL_NONE, 0, 0},
    {"+1", 9, DECIMAL_NONE, 0, 0},
    {"0", 0, DECIMAL_OK, 0, 1},
    {"1", 0, DECIMAL_OVERFLOW, 0, 1},
    {"007", 9, DECIMAL_OK, 7, 3},
    {"9", 9, DECIMAL_OK, 9, 1},
    {"10", 9, DECIMAL_OVERFLOW, 9, 2},
    {"3", 2, DECIMAL_OVERFLOW, 2, 1},
    {"255.", 255, DECIMAL_OK, 255, 3},
    {"256.", 255, DECIMAL_OVERFLOW, 255, 3},
    {"4294967295", UINT32_MAX, DECIMAL_OK, UINT32_MAX, 10},
    {"4294967296", UINT32_MAX, DECIMAL_OVERFLOW, UINT32_MAX, 10},
    {"18446744073709551615", UINT64_MAX, DECIMAL_OK, UINT64_MAX, 20},
    {"18446744073709551616", UINT64_MAX, DECIMAL_OVERFLOW, UINT64_MAX, 20},
    {"18446744073709551620", UINT64_MAX, DECIMAL_OVERFLOW, UINT64_MAX, 20},
    {"184467440737095516150", UINT64_MAX, DECIMAL_OVERFLOW, UINT64_MAX, 21},
    {"000000000000000000000000000001", UINT64_MAX, DECIMAL_OK, 1, 30},
};

Test(cursor, decimal_numbers_never_overflow)
{
    for (size_t i = 0; i < COUNT(number_rows); i++) {
        const struct number_row *row = &number_rows[i];
        const ms_span text = heap_text(row->text);
        cursor c = cursor_of(text);
        uint64_t value = 77;
        cr_expect_eq(take_decimal(&c, row->max, &value), row->result, "%s", row->text);
        cr_expect_eq(value, row->value, "%s", row->text);
        cr_expect_eq(c.at, row->at, "%s", row->text);
        heap_free(text);
    }
}

Test(cursor, spans_compare)
{
    cr_expect(span_equal(MS_SPAN("a"), MS_SPAN("a")));
    cr_expect_not(span_equal(MS_SPAN("a"), MS_SPAN("A")));
    cr_expect_not(span_equal(MS_SPAN("a"), MS_SPAN("ab")));
    cr_expect(span_equal(MS_SPAN(""), ms_span_absent()));
    cr_expect(span_equal_nocase(MS_SPAN("aZ0-"), MS_SPAN("Az0-")));
    cr_expect_not(span_equal_nocase(MS_SPAN("a"), MS_SPAN("ab")));
    /* each pair differs by the bit of letter case and is no pair of letters */
    cr_expect_not(span_equal_nocase(MS_SPAN("@[\\]^"), MS_SPAN("`{|}~")));
    cr_expect_not(span_equal_nocase(MS_SPAN("\xC4"), MS_SPAN("\xE4")));
}

Test(cursor, packed_words)
{
    cr_expect_eq(pack_upper(MS_SPAN("data")), PACK4('D', 'A', 'T', 'A'));
    cr_expect_eq(pack_upper(MS_SPAN("StartTLS")), PACK8('S', 'T', 'A', 'R', 'T', 'T', 'L', 'S'));
    cr_expect_eq(pack_upper(MS_SPAN("TOP")), PACK4('T', 'O', 'P', 0));
    cr_expect_eq(pack_upper(MS_SPAN("")), 0);
    cr_expect_eq(pack_upper(MS_SPAN("STARTTLSX")), 0);
    cr_expect_eq(pack_upper(ms_span_make("TOP\0", 4)), 0, "NUL does not pass for a missing octet");
}
