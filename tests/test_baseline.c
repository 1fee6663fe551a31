/* test_baseline.c - known results: read, compared, written */
#include "harness/result/baseline.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feed.h"

#define HEAD "# mailspec baseline: STATUS, ID, FINDINGS, REASON (tabs between; a case without a line passes)\n"

static char path[] = "/tmp/mailspec-baseline-XXXXXX";

static void begin(void)
{
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    close(file);
}

static void end(void)
{
    remove(path);
}

static void write_file(const char *text)
{
    FILE *out = fopen(path, "w");
    cr_assert_not_null(out);
    fputs(text, out);
    fclose(out);
}

static char *read_file(void)
{
    char *text = calloc(1, 1 << 20);
    FILE *in = fopen(path, "r");
    cr_assert_not_null(in);
    const size_t length = fread(text, 1, (1 << 20) - 1, in);
    text[length] = '\0';
    fclose(in);
    return text;
}

/* A case with one finding, of a status that a breach has; PASS: none. */
static void add_case(result_run *run, const char *id, result_status status, uint32_t line)
{
    result_case item = result_case_make(id, "t");
    if (status != RESULT_PASS) {
        const result_evidence evidence = {.kind = "breach",
                                          .has_side = true,
                                          .side = MS_SERVER,
                                          .requirement = MS_REQ_SMTP_5321_3_3_09,
                                          .line = line,
                                          .message = (char *)(uintptr_t) "m"};
        result_case_evidence(&item, &evidence);
        result_case_worsen(&item, status, "r");
    }
    result_run_add(run, item);
}

/* --- comparing ------------------------------------------------------------------ */

#define KNOWN "fail\ta.mst\tserver:SMTP-5321-3.3-09@4\twhy\n"

static const struct {
    const char *title, *known;
    result_status status; /* of the case a.mst, which is run */
    uint32_t line;
    bool whole;
    const char *said; /* "" for nothing */
} rows[] = {
    {"known", KNOWN, RESULT_FAIL, 4, true, ""},
    {"comments and empty lines", "# x\n\n" KNOWN "\n", RESULT_FAIL, 4, true, ""},
    {"a line end of another system", "fail\ta.mst\tserver:SMTP-5321-3.3-09@4\twhy\r\n", RESULT_FAIL, 4, true, ""},
    {"another line of the file", KNOWN, RESULT_FAIL, 5, true,
     "changed  a.mst  was fail server:SMTP-5321-3.3-09@4, is fail server:SMTP-5321-3.3-09@5\n"},
    {"another status", KNOWN, RESULT_NONSTRICT, 4, true,
     "changed  a.mst  was fail server:SMTP-5321-3.3-09@4, is nonstrict server:SMTP-5321-3.3-09@4\n"},
    {"an unexpected pass", KNOWN, RESULT_PASS, 0, true,
     "changed  a.mst  was fail server:SMTP-5321-3.3-09@4, is pass -\n"},
    {"a pass without a line", "", RESULT_PASS, 0, true, ""},
    {"a pass with a line", "pass\ta.mst\t-\twhy\n", RESULT_PASS, 0, true, ""},
    {"a failure without a line", "", RESULT_FAIL, 4, true,
     "changed  a.mst  was pass, is fail server:SMTP-5321-3.3-09@4\n"},
    {"another case that did not run", KNOWN "skip\tb.mst\t-\twhy\n", RESULT_FAIL, 4, true,
     "missing  b.mst  is in the baseline and did not run\n"},
    {"… of a selection", KNOWN "skip\tb.mst\t-\twhy\n", RESULT_FAIL, 4, false, ""},
    {"octets in the file reach no terminal", "fail\ta.mst\t\x1b[31m\twhy\n", RESULT_FAIL, 4, true,
     "changed  a.mst  was fail \\x1b[31m, is fail server:SMTP-5321-3.3-09@4\n"},
};

Test(baseline, compare, .init = begin, .fini = end)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        write_file(rows[i].known);
        char error[200] = "";
        baseline *known = baseline_read(path, error);
        cr_assert_not_null(known, "%s: %s", rows[i].title, error);
        result_run run;
        result_run_init(&run, "replay", NULL);
        add_case(&run, "a.mst", rows[i].status, rows[i].line);
        char *said = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&said, &length);
        const size_t changes = baseline_compare(known, &run, rows[i].whole, out);
        fclose(out);
        cr_expect_str_eq(said, rows[i].said, "%s: said '%s'", rows[i].title, said);
        cr_expect_eq(changes, rows[i].said[0] == '\0' ? 0 : 1, "%s", rows[i].title);
        free(said);
        result_run_free(&run);
        baseline_free(known);
    }
}

/* RFC 5321 says nothing of when an extra reply comes: two runs on one faulty server hear it at different steps. */
Test(baseline, what_a_live_run_heard, .init = begin, .fini = end)
{
    static const struct {
        const char *kinds[4];
        uint32_t lines[4];
        const char *text;
    } heard[] = {
        {{"failure", "breach"}, {7, 7}, "failure:server:SMTP-5321-3.3-09@7"},
        {{"breach", "failure"}, {6, 7}, "failure:server:SMTP-5321-3.3-09@7"},
        {{"breach", "breach", "breach"}, {6, 7, 8}, "server:SMTP-5321-3.3-09"},
        {{"note", "breach", "exchange"}, {1, 7, 1}, "server:SMTP-5321-3.3-09"},
        {{"failure", "failure"}, {6, 7}, "failure:server:SMTP-5321-3.3-09@6 failure:server:SMTP-5321-3.3-09@7"},
    };
    for (size_t i = 0; i < COUNT(heard); i++) {
        result_run run;
        result_run_init(&run, "probe", NULL);
        result_case item = result_case_make("a", NULL);
        for (size_t k = 0; k < 4 && heard[i].kinds[k] != NULL; k++) {
            const result_evidence evidence = {.kind = heard[i].kinds[k],
                                              .has_side = true,
                                              .side = MS_SERVER,
                                              .requirement = MS_REQ_SMTP_5321_3_3_09,
                                              .line = heard[i].lines[k],
                                              .message = (char *)(uintptr_t) "m"};
            result_case_evidence(&item, &evidence);
        }
        result_case_worsen(&item, RESULT_FAIL, "r");
        result_run_add(&run, item);
        baseline *known = baseline_empty();
        char wanted[300];
        snprintf(wanted, sizeof wanted, HEAD "fail\ta\t%s\tnot explained yet\n", heard[i].text);
        cr_assert(baseline_write(path, known, &run, true));
        char *text = read_file();
        cr_expect_str_eq(text, wanted, "%zu: %s", i, text);
        free(text);
        result_run_free(&run);
        baseline_free(known);
    }
}

Test(baseline, what_is_no_finding, .init = begin, .fini = end)
{
    static const struct {
        const char *kind;
        bool expected, has_side;
        uint16_t requirement;
        const char *text;
    } kinds[] = {
        {"breach", false, true, MS_REQ_SMTP_5321_3_3_09, "server:SMTP-5321-3.3-09@7"},
        {"breach", true, true, MS_REQ_SMTP_5321_3_3_09, "-"},
        {"not-found", false, true, MS_REQ_SMTP_5321_3_3_09, "not-found:server:SMTP-5321-3.3-09@7"},
        {"cut", false, false, MS_REQ_NONE, "cut@7"},
        {"yield", false, false, MS_REQ_NONE, "yield@7"},
        {"unreadable", false, false, MS_REQ_NONE, "unreadable@7"},
        {"limit", false, false, MS_REQ_NONE, "-"},
        {"note", false, false, MS_REQ_NONE, "-"},
        {"exchange", false, true, MS_REQ_NONE, "-"},
        {"mark", false, false, MS_REQ_NONE, "-"},
    };
    for (size_t i = 0; i < COUNT(kinds); i++) {
        result_run run;
        result_run_init(&run, "replay", NULL);
        result_case item = result_case_make("a", NULL);
        const result_evidence evidence = {.kind = kinds[i].kind,
                                          .has_side = kinds[i].has_side,
                                          .side = MS_SERVER,
                                          .requirement = kinds[i].requirement,
                                          .expected = kinds[i].expected,
                                          .line = 7};
        result_case_evidence(&item, &evidence);
        result_case_worsen(&item, RESULT_FAIL, "r");
        result_run_add(&run, item);
        baseline *known = baseline_empty();
        cr_assert(baseline_write(path, known, &run, true));
        char *text = read_file();
        char wanted[400];
        snprintf(wanted, sizeof wanted, HEAD "fail\ta\t%s\tnot explained yet\n", kinds[i].text);
        cr_expect_str_eq(text, wanted, "%s: %s", kinds[i].kind, text);
        free(text);
        baseline_free(known);
        result_run_free(&run);
    }
}

/* --- writing --------------------------------------------------------------------- */

Test(baseline, write, .init = begin, .fini = end)
{
    write_file("fail\tz.mst\tx\tthe old reason\nskip\tgone.mst\t-\tkept by a shard\n");
    char error[200];
    result_run run;
    result_run_init(&run, "replay", NULL);
    add_case(&run, "z.mst", RESULT_NONSTRICT, 3);
    add_case(&run, "ok.mst", RESULT_PASS, 0);
    add_case(&run, "a\tb\n.mst", RESULT_FAIL, 2);
    for (int whole = 0; whole < 2; whole++) {
        baseline *known = baseline_read(path, error);
        cr_assert_not_null(known);
        cr_assert(baseline_write(path, known, &run, whole == 1));
        baseline_free(known);
        char *text = read_file();
        const char *wanted = whole == 1 ? HEAD "fail\ta\\tb\\n.mst\tserver:SMTP-5321-3.3-09@2\tnot explained yet\n"
                                               "nonstrict\tz.mst\tserver:SMTP-5321-3.3-09@3\tthe old reason\n"
                                        : HEAD "fail\ta\\tb\\n.mst\tserver:SMTP-5321-3.3-09@2\tnot explained yet\n"
                                               "skip\tgone.mst\t-\tkept by a shard\n"
                                               "nonstrict\tz.mst\tserver:SMTP-5321-3.3-09@3\tthe old reason\n";
        cr_expect_str_eq(text, wanted, "%s", text);
        free(text);
        /* what was written is known */
        known = baseline_read(path, error);
        cr_assert_not_null(known, "%s", error);
        FILE *nowhere = fopen("/dev/null", "w");
        cr_expect_eq(baseline_compare(known, &run, whole == 1, nowhere), 0);
        fclose(nowhere);
        baseline_free(known);
    }
    result_run_free(&run);
}

Test(baseline, a_long_line, .init = begin, .fini = end)
{
    enum { FINDINGS = 20000 };
    result_run run;
    result_run_init(&run, "replay", NULL);
    result_case item = result_case_make("a", NULL);
    const result_evidence evidence = {.kind = "cut", .line = 1};
    for (int i = 0; i < FINDINGS; i++)
        result_case_evidence(&item, &evidence);
    result_case_worsen(&item, RESULT_FAIL, "r");
    result_run_add(&run, item);
    baseline *known = baseline_empty();
    cr_assert(baseline_write(path, known, &run, true));
    baseline_free(known);
    char error[200] = "";
    known = baseline_read(path, error);
    cr_assert_not_null(known, "%s", error);
    FILE *nowhere = fopen("/dev/null", "w");
    cr_expect_eq(baseline_compare(known, &run, true, nowhere), 0);
    fclose(nowhere);
    baseline_free(known);
    result_run_free(&run);
}

/* --- what cannot be read or written ------------------------------------------------ */

Test(baseline, unreadable, .init = begin, .fini = end)
{
    static const struct {
        const char *text, *said;
    } broken[] = {
        {"fail\ta\t-\n", ":1: expected"},
        {"#\nfail\ta\t-\tb\tc\n", ":2: expected"},
        {"good\ta\t-\tb\n", ":1: expected"},
        {"fail a - b\n", ":1: expected"},
        {KNOWN "\tno status\t-\t\n", ":2: expected"},
    };
    for (size_t i = 0; i < COUNT(broken); i++) {
        char error[200] = "";
        write_file(broken[i].text);
        cr_expect_null(baseline_read(path, error), "%s", broken[i].text);
        cr_expect_not_null(strstr(error, broken[i].said), "%s", error);
    }
    char error[200] = "";
    cr_expect_null(baseline_read("/nowhere/at/all", error));
    cr_expect_str_eq(error, "/nowhere/at/all: No such file or directory");
    cr_expect_null(baseline_read("/tmp", error));
    cr_expect_str_eq(error, "/tmp: Is a directory");
    result_run run;
    result_run_init(&run, "replay", NULL);
    baseline *known = baseline_empty();
    cr_expect_not(baseline_write("/nowhere/at/all", known, &run, true));
    baseline_free(known);
    result_run_free(&run);
}
