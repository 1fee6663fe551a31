#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/requirement/register.h"

/* Rows chosen by hand from corpus/requirements, one of each kind of id. */
static const struct row {
    ms_requirement number;
    const char *id, *rfc, *section;
    ms_level level;
} rows[] = {
    {MS_REQ_SMTP_5321_3_3_09, "SMTP-5321-3.3-09", "5321", "3.3", MS_LEVEL_MUST},
    {MS_REQ_SMTP_2920_3_2_04, "SMTP-2920-3.2-04", "2920", "3.2", MS_LEVEL_SHOULD},
    {MS_REQ_POP3_1939_3_01, "POP3-1939-3-01", "1939", "3", MS_LEVEL_MUST},
    {MS_REQ_SMTP_SEC_smuggling_01, "SMTP-SEC-smuggling-01", "5321", "2.3.8", MS_LEVEL_SECURITY},
};

Test(register, rows_by_number_and_by_id)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        const ms_register_row *got = ms_register_get(rows[i].number);
        cr_assert_not_null(got, "%s", rows[i].id);
        cr_expect_str_eq(got->id, rows[i].id);
        cr_expect_str_eq(got->rfc, rows[i].rfc);
        cr_expect_str_eq(got->section, rows[i].section);
        cr_expect_eq(got->level, rows[i].level, "%s: %s", rows[i].id, ms_level_name(got->level));
        cr_expect_eq(ms_register_find_text(rows[i].id), rows[i].number, "%s", rows[i].id);
    }
}

Test(register, each_number_has_a_row_that_finds_it_back)
{
    for (unsigned number = 1; number < MS_REQ_COUNT; number++) {
        const ms_register_row *row = ms_register_get(number);
        cr_assert_not_null(row, "%u", number);
        cr_expect_eq((unsigned)ms_register_find_text(row->id), number, "%s", row->id);
        cr_expect_gt(strlen(row->statement), 0, "%s", row->id);
    }
}

Test(register, no_row_outside_the_numbers)
{
    cr_expect_null(ms_register_get(MS_REQ_NONE));
    cr_expect_null(ms_register_get(MS_REQ_COUNT));
    cr_expect_null(ms_register_get(65535));
}

Test(register, an_id_is_compared_exactly)
{
    static const char *const none[] = {"", "SMTP", "SMTP-5321-3.3-9", "SMTP-5321-3.3-099", "smtp-5321-3.3-09", "zzz"};
    for (size_t i = 0; i < COUNT(none); i++)
        cr_expect_eq(ms_register_find_text(none[i]), MS_REQ_NONE, "%s", none[i]);
    const ms_span exact = heap_copy("SMTP-5321-3.3-09", 16); /* no NUL behind it */
    cr_expect_eq(ms_register_find((const char *)exact.ptr, exact.len), MS_REQ_SMTP_5321_3_3_09);
    cr_expect_eq(ms_register_find((const char *)exact.ptr, exact.len - 1), MS_REQ_NONE);
    heap_free(exact);
}

Test(register, level_names)
{
    for (ms_level level = MS_LEVEL_MUST; level <= MS_LEVEL_SECURITY; level++) {
        ms_level got = MS_LEVEL_MUST;
        cr_expect(ms_level_find(ms_level_name(level), &got));
        cr_expect_eq(got, level, "%s", ms_level_name(level));
    }
    ms_level level = MS_LEVEL_MAY;
    cr_expect(!ms_level_find("must", &level));
    cr_expect_eq(level, MS_LEVEL_MAY);
}

Test(register, codes_that_a_row_tolerates)
{
    static const struct {
        ms_requirement number;
        unsigned code;
        bool tolerated;
    } codes[] = {
        {MS_REQ_SMTP_2034_4_02, 354, true},  /* none (code in 354 = warn) */
        {MS_REQ_SMTP_2034_4_02, 334, false}, /* in a challenge it breaks SASL */
        {MS_REQ_SMTP_1870_4_02, 554, true},  /* 552 (other 5xx | 4xx | close = warn; 250 = fail) */
        {MS_REQ_SMTP_1870_4_02, 452, true},
        {MS_REQ_SMTP_1870_4_02, 250, false},
        {MS_REQ_SMTP_6531_3_7_4_1_01, 553, true}, /* ASCII (4xx | 5xx repeating octets of the command = warn) */
        {MS_REQ_SMTP_6531_3_7_4_1_01, 250, false},
        {MS_REQ_SMTP_5321_4_3_1_05, 221, true}, /* no other use (221 + close on abuse = warn; XCLIENT 220 = n/a) */
        {MS_REQ_SMTP_5321_4_3_1_05, 220, false},
        {MS_REQ_SMTP_5321_4_1_1_5_01, 354,
         true}, /* 250; 503 | 554 (354 then 5xx at the dot = warn; 250 at the dot = fail) */
        {MS_REQ_SMTP_5321_4_1_1_5_01, 250, false},
        {MS_REQ_SMTP_5321_4_3_2_12, 554, true},  /* 250 | 500 | 501 | 421 (other codes = warn) */
        {MS_REQ_SMTP_5321_4_1_2_15, 250, false}, /* 501 (other 5xx = warn; 250 = deviation) */
        {MS_REQ_SMTP_5321_3_3_09, 502, false},   /* 503 */
        {MS_REQ_SMTP_5321_4_1_4_13, 0, false},   /* a finding without a code */
    };
    for (size_t i = 0; i < COUNT(codes); i++) {
        const ms_register_row *row = ms_register_get(codes[i].number);
        cr_expect_eq(ms_register_tolerates(row, codes[i].code), codes[i].tolerated, "%s: %u", row->id, codes[i].code);
    }
}
