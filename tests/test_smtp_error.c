/* test_smtp_error.c - each error and deviation has a name, a text and a requirement */
#include "feed.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

#include "mailspec/smtp_error.h"

static void check(const ms_rule *rule, const char *kind, int number)
{
    const size_t len = strlen(rule->text);
    cr_expect_gt(strlen(rule->name), 0, "%s %d has no name", kind, number);
    for (const char *c = rule->name; *c != '\0'; c++)
        cr_expect(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-', "%s", rule->name);
    cr_expect(len > 0 && rule->text[len - 1] == '.', "%s: the text is a sentence", rule->name);
    cr_expect(rule->requirement > MS_REQ_NONE && rule->requirement < MS_REQ_COUNT, "%s", rule->name);
}

Test(smtp_error, errors_have_rows)
{
    for (int i = MS_SMTP_OK + 1; i < MS_SMTP_ERR_COUNT; i++) {
        check(ms_smtp_error_rule((ms_smtp_error)i), "error", i);
        for (int j = MS_SMTP_OK; j < i; j++)
            cr_expect_str_neq(ms_smtp_error_rule((ms_smtp_error)i)->name, ms_smtp_error_rule((ms_smtp_error)j)->name);
    }
}

Test(smtp_error, deviations_have_rows)
{
    for (int i = 0; i < MS_SMTP_DEV_COUNT; i++) {
        check(ms_smtp_deviation_rule((ms_smtp_deviation)i), "deviation", i);
        for (int j = 0; j < i; j++)
            cr_expect_str_neq(ms_smtp_deviation_rule((ms_smtp_deviation)i)->name,
                              ms_smtp_deviation_rule((ms_smtp_deviation)j)->name);
    }
}

Test(smtp_error, out_of_range)
{
    cr_expect_str_eq(ms_smtp_error_rule(MS_SMTP_OK)->name, "ok");
    cr_expect_eq(ms_smtp_error_rule(MS_SMTP_OK)->requirement, MS_REQ_NONE);
    cr_expect_str_eq(ms_smtp_error_rule(MS_SMTP_ERR_COUNT)->name, "ok");
    cr_expect_str_eq(ms_smtp_error_rule((ms_smtp_error)-1)->name, "ok");
    cr_expect_str_eq(ms_smtp_deviation_rule(MS_SMTP_DEV_COUNT)->name, "");
    cr_expect_str_eq(ms_smtp_deviation_rule((ms_smtp_deviation)-1)->name, "");
}

Test(smtp_error, some_by_hand)
{
    cr_expect_eq(ms_smtp_deviation_rule(MS_SMTP_DEV_SPACE_AFTER_COLON)->requirement, MS_REQ_SMTP_5321_3_3_10);
    cr_expect_eq(ms_smtp_deviation_rule(MS_SMTP_DEV_SOURCE_ROUTE)->requirement, MS_REQ_SMTP_5321_3_3_05);
    cr_expect_eq(ms_smtp_deviation_rule(MS_SMTP_DEV_SOURCE_ROUTE_SENDER)->requirement, MS_REQ_SMTP_5321_3_3_04);
    cr_expect_eq(ms_smtp_error_rule(MS_SMTP_ERR_NULL_FORWARD_PATH)->requirement, MS_REQ_SMTP_5321_4_1_2_04);
    cr_expect_eq(ms_smtp_error_rule(MS_SMTP_ERR_UTF8)->requirement, MS_REQ_SMTP_6531_3_3_02);
}
