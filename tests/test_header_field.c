#include "harness/replay/header_field.h"

#include "feed.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* RFC 5322 sections 2.1, 2.2, 2.2.3 and 4.5.8. */
static const struct row {
    const char *line;
    header_line_kind kind;
    const char *name; /* NULL: none */
} rows[] = {
    {"", HEADER_LINE_EMPTY, NULL},
    {"Subject: cranes", HEADER_LINE_FIELD, "Subject"},
    {"Subject:", HEADER_LINE_FIELD, "Subject"},
    {"Subject \t: obsolete", HEADER_LINE_FIELD, "Subject"},
    {"!#$%&'*+-/=?^_`{|}~;\"<>@[]: any printable octet", HEADER_LINE_FIELD, "!#$%&'*+-/=?^_`{|}~;\"<>@[]"},
    {" folded: not a name", HEADER_LINE_FOLDED, NULL},
    {"\tfolded", HEADER_LINE_FOLDED, NULL},
    {" ", HEADER_LINE_FOLDED, NULL},
    {"no field", HEADER_LINE_NO_FIELD, NULL},
    {"two words: no", HEADER_LINE_NO_FIELD, NULL},
    {": no name", HEADER_LINE_NO_FIELD, NULL},
    {"gr\xc3\xbc\xc3\x9f: not ASCII", HEADER_LINE_NO_FIELD, NULL},
    {"a\x7f: a control octet", HEADER_LINE_NO_FIELD, NULL},
    {".", HEADER_LINE_FALSE, NULL},
    {".\r", HEADER_LINE_FALSE, NULL},
    {"\r", HEADER_LINE_FALSE, NULL},
    {".x", HEADER_LINE_NO_FIELD, NULL},
};

Test(header_field, lines)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_span line = heap_text(rows[i].line);
        cr_expect_eq(header_line_look(line), rows[i].kind, "%s", rows[i].line);
        const ms_span name = header_line_name(line);
        if (rows[i].name == NULL)
            cr_expect(ms_span_is_absent(name), "%s", rows[i].line);
        else
            cr_expect(span_is(name, rows[i].name), "%s", rows[i].line);
        heap_free(line);
    }
    const ms_span nul = heap_copy(".\0", 2);
    cr_expect_eq(header_line_look(nul), HEADER_LINE_FALSE);
    heap_free(nul);
}

Test(header_field, folded_lines_and_their_places)
{
    header_field field;
    memset(&field, 0, sizeof field);
    cr_expect_not(header_field_is_whole(&field));
    header_field_add(&field, MS_SPAN("Date: Tue,"), 11);
    header_field_add(&field, MS_SPAN(" 03 Mar 26"), 23);
    header_field_add(&field, MS_SPAN(" 13:00 +0100"), 37);
    cr_expect(header_field_is_whole(&field));
    cr_expect(span_is(header_field_name(&field), "Date"));
    cr_expect(span_is(header_field_body(&field), " Tue, 03 Mar 26 13:00 +0100"));
    cr_expect_eq(header_field_place(&field, 0), 11);
    cr_expect_eq(header_field_place(&field, 4), 11, "the last octet of the first line");
    cr_expect_eq(header_field_place(&field, 5), 23, "the first one of the second");
    cr_expect_eq(header_field_place(&field, 13), 23);
    cr_expect_eq(header_field_place(&field, 15), 37);
    cr_expect_eq(header_field_place(&field, SIZE_MAX), 37);
    header_field_clear(&field);
    cr_expect_not(header_field_is_whole(&field));
    header_field_add(&field, MS_SPAN("To:"), 50);
    cr_expect(span_is(header_field_name(&field), "To"));
    cr_expect_eq(header_field_body(&field).len, 0);
    header_field_free(&field);
}

Test(header_field, limits)
{
    header_field field;
    memset(&field, 0, sizeof field);
    for (size_t i = 0; i < HEADER_FIELD_LINES; i++)
        header_field_add(&field, i == 0 ? MS_SPAN("X:") : MS_SPAN(" a"), i);
    cr_expect(header_field_is_whole(&field));
    header_field_add(&field, MS_SPAN(" a"), HEADER_FIELD_LINES);
    cr_expect_not(header_field_is_whole(&field), "one line too many");
    header_field_clear(&field);

    uint8_t *octets = malloc(HEADER_FIELD_MAX + 1);
    cr_assert_not_null(octets);
    memset(octets, 'x', HEADER_FIELD_MAX + 1);
    header_field_add(&field, ms_span_make(octets, HEADER_FIELD_MAX), 0);
    cr_expect(header_field_is_whole(&field));
    header_field_clear(&field);
    header_field_add(&field, ms_span_make(octets, HEADER_FIELD_MAX + 1), 0);
    cr_expect_not(header_field_is_whole(&field), "one octet too many");
    free(octets);
    header_field_free(&field);
}
