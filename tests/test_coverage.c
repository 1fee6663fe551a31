#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "harness/cli/coverage.h"
#include "harness/transcript/reader.h"

#define HEAD "mailspec: 1\nprotocol: smtp\ntitle: t\n"

static void add(coverage *all, const char *text, size_t file)
{
    mst_error error;
    const mst_document *document = mst_read((const uint8_t *)text, strlen(text), "t.mst", &error);
    cr_assert_not_null(document, "%u:%u: %s", error.at.line, error.at.column, error.message);
    cr_assert(coverage_add(all, document, file));
    mst_free(document);
}

static void expect(const coverage *all, ms_requirement requirement, size_t conforming, size_t violating, size_t cases)
{
    const char *id = ms_register_get(requirement)->id;
    cr_expect_eq(coverage_count(all, requirement, COVERAGE_CONFORMING), conforming, "%s conforming", id);
    cr_expect_eq(coverage_count(all, requirement, COVERAGE_VIOLATING), violating, "%s violating", id);
    cr_expect_eq(coverage_count(all, requirement, COVERAGE_CASE), cases, "%s cases", id);
}

Test(coverage, kinds)
{
    coverage all = {0};
    /* Keeps one. */
    add(&all, HEAD "cites: SMTP-5321-3.3-09\n\nS: 220 mx\nC: QUIT\nS: 221 bye\nclose\n", 0);
    /* Cites it too, but breaks it, twice, which counts once; keeps another. */
    add(&all,
        HEAD "cites: SMTP-5321-3.3-09, SMTP-5321-2.2.1-01\n\nS: 220 mx\nC: RCPT TO:<a@b.example>\nS: 250 ok\n"
             "! server SMTP-5321-3.3-09\nC: RCPT TO:<a@b.example>\nS: 250 ok\n! server SMTP-5321-3.3-09\n",
        1);
    /* A case has an expectation. */
    add(&all, HEAD "id: smtp.a\ncites: SMTP-5321-3.3-09\ntests: server\n\nC: RCPT TO:<a@b.example>\nS? 503\n", 2);
    expect(&all, MS_REQ_SMTP_5321_3_3_09, 1, 1, 1);
    expect(&all, MS_REQ_SMTP_5321_2_2_1_01, 1, 0, 0);
    expect(&all, MS_REQ_SMTP_5321_2_2_1_02, 0, 0, 0);
    cr_expect_eq(all.count, 4);
    cr_expect_eq(all.entries[1].file, 1);
    coverage_free(&all);
}

Test(coverage, a_row_whose_finding_is_another_one)
{
    /* The note of POP3-2449-3-13 says: a recording's finding is POP3-1939-3-17. */
    coverage all = {0};
    add(&all, HEAD "cites: POP3-2449-3-13\n\nS: +OK\n! server POP3-1939-3-17\n", 0);
    expect(&all, MS_REQ_POP3_2449_3_13, 0, 1, 0);
    expect(&all, MS_REQ_POP3_1939_3_17, 0, 1, 0);
    coverage_free(&all);
    /* Not cited: nothing is said of it.  Cited beside another finding: it is kept. */
    add(&all, HEAD "\nS: +OK\n! server POP3-1939-3-17\n", 0);
    add(&all, HEAD "cites: POP3-2449-3-13\n\nS: +OK\n! server POP3-1939-3-12\n", 1);
    expect(&all, MS_REQ_POP3_2449_3_13, 1, 0, 0);
    coverage_free(&all);
}

Test(coverage, an_unknown_id_counts_for_nothing)
{
    coverage all = {0};
    add(&all, HEAD "cites: SMTP-5321-99-99\n\nS: 220 mx\n", 0);
    cr_expect_eq(all.count, 0);
    coverage_free(&all);
}
