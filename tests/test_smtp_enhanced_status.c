#include "feed.h"

#include <criterion/criterion.h>

#include "mailspec/enhanced_status.h"

#define BIT(name) MS_DEVIATION_BIT(MS_REPLY_DEV_ENHANCED_##name)

/* clang-format off */
static const struct row {
    const char *id, *text;
    size_t taken;
    ms_enhanced_status status;
    ms_deviations deviations;
    size_t wrong_at;
} rows[] = {
    {"SMTP-3463-2-01 plain", "2.1.0 Ok", 5, {2, 1, 0}, 0, 0},
    {"SMTP-3463-2-01 class 4", "4.7.1 later", 5, {4, 7, 1}, 0, 0},
    {"SMTP-3463-2-01 three digits each", "5.999.999 x", 9, {5, 999, 999}, 0, 0},
    {"SMTP-2034-4-07 several spaces", "2.0.0   x", 5, {2, 0, 0}, 0, 0},
    {"SMTP-3463-2-01 four digits of detail", "5.1.1000 x", 0, {0}, BIT(MALFORMED), 7},
    {"SMTP-3463-2-01 four digits of subject", "5.1000.1 x", 0, {0}, BIT(MALFORMED), 5},
    {"SMTP-3463-2-01 class 3", "3.0.0 x", 0, {0}, BIT(MALFORMED), 0},
    {"SMTP-3463-2-01 no detail", "5.1", 0, {0}, BIT(MALFORMED), 3},
    {"SMTP-3463-2-01 no detail, text", "5.1 x", 0, {0}, BIT(MALFORMED), 4},
    {"SMTP-3463-2-01 no subject", "5..1 x", 0, {0}, BIT(MALFORMED), 2},
    {"SMTP-3463-2-01 letters", "5.a.1 x", 0, {0}, BIT(MALFORMED), 2},
    {"SMTP-3463-2-01 detail empty", "5.1. x", 0, {0}, BIT(MALFORMED), 5},
    {"SMTP-3463-2-01 a fourth number", "2.1.0.5 x", 0, {0}, BIT(MALFORMED), 5},
    {"SMTP-3463-2-01 class only", "5.", 0, {0}, BIT(MALFORMED), 2},
    {"SMTP-3463-2-02 subject", "5.01.1 x", 6, {5, 1, 1}, BIT(LEADING_ZERO), 2},
    {"SMTP-3463-2-02 detail", "5.1.00 x", 6, {5, 1, 0}, BIT(LEADING_ZERO), 4},
    {"SMTP-3463-2-02 a single 0", "5.0.0 x", 5, {5, 0, 0}, 0, 0},
    {"SMTP-3463-2-03 space behind a dot", "5. 1.1 x", 6, {5, 1, 1}, BIT(WHITE_SPACE), 2},
    {"SMTP-3463-2-03 tab before a dot", "5.1\t.1 x", 6, {5, 1, 1}, BIT(WHITE_SPACE), 3},
    {"SMTP-2034-4-07 text at once", "2.1.0Ok", 5, {2, 1, 0}, BIT(NO_SPACE), 5},
    {"SMTP-2034-4-07 tab", "2.1.0\tOk", 5, {2, 1, 0}, BIT(NO_SPACE), 5},
    {"SMTP-2034-4-07 end of line", "2.1.0", 5, {2, 1, 0}, BIT(NO_TEXT), 5},
    {"none: words", "Ok", 0, {0}, 0, 0},
    {"none: one digit", "5", 0, {0}, 0, 0},
    {"none: number", "250 octets", 0, {0}, 0, 0},
    {"none: dot first", ".5.1", 0, {0}, 0, 0},
    {"none: empty", "", 0, {0}, 0, 0},
    {"none: absent", NULL, 0, {0}, 0, 0},
};
/* clang-format on */

Test(smtp_enhanced_status, rows)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct row *row = &rows[i];
        const ms_span text = heap_text(row->text);
        ms_enhanced_status status = {9, 9, 9};
        ms_deviations deviations = 0;
        size_t wrong_at = 0;
        const size_t taken = ms_enhanced_status_parse(text, &status, &deviations, &wrong_at);
        cr_expect_eq(taken, row->taken, "%s: got %zu", row->id, taken);
        cr_expect_eq(status.class_, row->status.class_, "%s: got %u", row->id, status.class_);
        cr_expect_eq(status.subject, row->status.subject, "%s: got %u", row->id, status.subject);
        cr_expect_eq(status.detail, row->status.detail, "%s: got %u", row->id, status.detail);
        cr_expect_eq(deviations, row->deviations, "%s: got %#llx", row->id, (unsigned long long)deviations);
        cr_expect_eq(wrong_at, row->wrong_at, "%s: got %zu", row->id, wrong_at);
        heap_free(text);
    }
}

Test(smtp_enhanced_status, deviations_are_added)
{
    ms_enhanced_status status;
    ms_deviations deviations = MS_DEVIATION_BIT(MS_REPLY_DEV_NUL);
    size_t wrong_at = 0;
    const ms_span text = heap_text("5.01.1");
    cr_expect_eq(ms_enhanced_status_parse(text, &status, &deviations, &wrong_at), 6);
    cr_expect_eq(deviations, MS_DEVIATION_BIT(MS_REPLY_DEV_NUL) | BIT(LEADING_ZERO) | BIT(NO_TEXT));
    cr_expect_eq(wrong_at, 2, "the first of two");
    heap_free(text);
}
