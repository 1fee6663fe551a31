/* test_report.c - one run in all forms: the counts agree, and nothing raw is written */
#include "reports/report.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"

/* How many cases of each status the run has; each number is different, so that none can stand for another. */
static const size_t counts[RESULT_STATUSES] = {[RESULT_PASS] = 6,         [RESULT_NONSTRICT] = 5, [RESULT_FAIL] = 4,
                                               [RESULT_INCONCLUSIVE] = 3, [RESULT_SKIP] = 2,      [RESULT_ERROR] = 1};
enum { CASES = 21 };

/* What a peer may send to hurt who reads the report. */
#define HOSTILE "\x1b[31m<b>&\"'#]]>\x07\x7f\xff\\\r\n%s"

static result_run make_run(bool aborted)
{
    static const uint8_t octets[] = HOSTILE;
    result_run run;
    result_run_init(&run, "replay", HOSTILE);
    run.aborted = aborted;
    for (unsigned s = 0; s < RESULT_STATUSES; s++) {
        for (size_t i = 0; i < counts[s]; i++) {
            result_case item = result_case_make("case " HOSTILE, "title " HOSTILE);
            result_case_cite(&item, MS_REQ_SMTP_5321_3_3_09);
            const result_evidence evidence = {.kind = "breach",
                                              .has_side = true,
                                              .side = MS_SERVER,
                                              .requirement = MS_REQ_SMTP_5321_3_3_09,
                                              .expected = s == RESULT_PASS,
                                              .file = (char *)(uintptr_t) "file " HOSTILE,
                                              .line = 3,
                                              .column = 2,
                                              .octets = ms_span_make(octets, sizeof octets),
                                              .message = (char *)(uintptr_t) "message " HOSTILE};
            result_case_evidence(&item, &evidence);
            result_case_worsen(&item, (result_status)s, "reason " HOSTILE);
            result_run_add(&run, item);
        }
    }
    return run;
}

static char *render(report_format format, const result_run *run, bool strict, bool all, size_t *length)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, length);
    cr_assert_not_null(out);
    const report_style style = {.strict = strict, .all = all};
    cr_expect(report_write(out, format, run, &style));
    fclose(out);
    return text;
}

static size_t occurrences(const char *text, const char *of)
{
    size_t count = 0;
    for (const char *at = strstr(text, of); at != NULL; at = strstr(at + 1, of))
        count++;
    return count;
}

Test(report, nothing_raw)
{
    result_run run = make_run(true);
    for (int format = 0; format < REPORT_FORMATS; format++) {
        for (int all = 0; all < 2; all++) {
            size_t length;
            char *text = render((report_format)format, &run, all == 0, all == 1, &length);
            cr_expect_gt(length, 0);
            for (size_t i = 0; i < length; i++) {
                const unsigned char octet = (unsigned char)text[i];
                cr_expect(octet == '\n' || octet == '\t' || (octet >= 0x20 && octet != 0x7f), "%s: octet %02x at %zu",
                          report_format_names[format], octet, i);
            }
            free(text);
        }
    }
    result_run_free(&run);
}

Test(report, text)
{
    result_run run = make_run(false);
    size_t length;
    char *text = render(REPORT_TEXT, &run, false, false, &length);
    const char *last = strstr(text, "21 cases: ");
    cr_assert_not_null(last);
    cr_expect_str_eq(last, "21 cases: 6 pass, 5 nonstrict, 4 fail, 3 inconclusive, 2 skip, 1 error\n", "%s", last);
    cr_expect_eq(occurrences(text, "title "), CASES - counts[RESULT_PASS]);
    cr_expect_null(strstr(text, "as expected"));
    free(text);
    text = render(REPORT_TEXT, &run, false, true, &length);
    cr_expect_eq(occurrences(text, "title "), CASES);
    cr_expect_eq(occurrences(text, "as expected"), counts[RESULT_PASS]);
    free(text);
    result_run_free(&run);
}

Test(report, json)
{
    result_run run = make_run(true);
    size_t length;
    char *text = render(REPORT_JSON, &run, false, false, &length);
    json_error_t error;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    cr_assert_not_null(document, "%d: %s", error.line, error.text);
    const json_t *totals = json_object_get(document, "totals");
    const json_t *cases = json_object_get(document, "cases");
    cr_expect_eq(json_integer_value(json_object_get(document, "schema")), 1);
    cr_expect(json_is_true(json_object_get(document, "aborted")));
    cr_expect_eq(json_array_size(cases), CASES);
    cr_expect_eq(json_integer_value(json_object_get(totals, "cases")), CASES);
    size_t found[RESULT_STATUSES] = {0};
    size_t i;
    json_t *item;
    json_array_foreach(cases, i, item)
    {
        result_status status;
        cr_assert(result_status_parse(json_string_value(json_object_get(item, "status")), &status));
        found[status]++;
    }
    for (unsigned s = 0; s < RESULT_STATUSES; s++) {
        const char *name = result_status_name((result_status)s);
        cr_expect_eq(found[s], counts[s], "%s", name);
        cr_expect_eq((size_t)json_integer_value(json_object_get(totals, name)), counts[s], "%s", name);
    }
    json_decref(document);
    free(text);
    result_run_free(&run);
}

static size_t attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
    cr_assert_not_null(value, "%s", name);
    const size_t number = strtoul((const char *)value, NULL, 10);
    xmlFree(value);
    return number;
}

/* Grandchildren of suite with that name. */
static size_t verdicts(const xmlNode *suite, const char *name)
{
    size_t count = 0;
    for (const xmlNode *item = suite->children; item != NULL; item = item->next)
        for (const xmlNode *node = item->children; node != NULL; node = node->next)
            count += node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
    return count;
}

Test(report, junit)
{
    result_run run = make_run(true);
    for (int strict = 0; strict < 2; strict++) {
        const size_t failures = counts[RESULT_FAIL] + (strict == 1 ? counts[RESULT_NONSTRICT] : 0);
        const size_t skipped = counts[RESULT_SKIP] + counts[RESULT_INCONCLUSIVE];
        size_t length;
        char *text = render(REPORT_JUNIT, &run, strict == 1, false, &length);
        xmlDoc *document = xmlReadMemory(text, (int)length, NULL, NULL, XML_PARSE_NONET);
        cr_assert_not_null(document);
        const xmlNode *suite = xmlDocGetRootElement(document)->children;
        while (suite != NULL && suite->type != XML_ELEMENT_NODE)
            suite = suite->next;
        cr_assert_not_null(suite);
        cr_expect_eq(attribute(suite, "tests"), CASES);
        cr_expect_eq(attribute(suite, "failures"), failures);
        cr_expect_eq(attribute(suite, "errors"), counts[RESULT_ERROR]);
        cr_expect_eq(attribute(suite, "skipped"), skipped);
        cr_expect_eq(verdicts(suite, "failure"), failures);
        cr_expect_eq(verdicts(suite, "error"), counts[RESULT_ERROR]);
        cr_expect_eq(verdicts(suite, "skipped"), skipped);
        cr_expect_eq(verdicts(suite, "system-out"), strict == 1 ? 0 : counts[RESULT_NONSTRICT]);
        xmlFreeDoc(document);
        free(text);
    }
    result_run_free(&run);
}

Test(report, tap)
{
    result_run run = make_run(false);
    for (int strict = 0; strict < 2; strict++) {
        const size_t bad = counts[RESULT_FAIL] + counts[RESULT_ERROR] + (strict == 1 ? counts[RESULT_NONSTRICT] : 0);
        size_t length;
        char *text = render(REPORT_TAP, &run, strict == 1, false, &length);
        cr_expect_eq(strncmp(text, "TAP version 14\n1..21\n", 21), 0);
        cr_expect_eq(occurrences(text, "\nnot ok "), bad);
        cr_expect_eq(occurrences(text, "\nok "), CASES - bad);
        cr_expect_eq(occurrences(text, " # SKIP "), counts[RESULT_SKIP] + counts[RESULT_INCONCLUSIVE]);
        cr_expect_eq(occurrences(text, "\n  ---\n"), occurrences(text, "\n  ...\n"));
        cr_expect_null(strstr(text, "Bail out!"));
        free(text);
    }
    run.aborted = true;
    size_t length;
    char *text = render(REPORT_TAP, &run, false, false, &length);
    cr_expect_not_null(strstr(text, "\nBail out!"));
    free(text);
    result_run_free(&run);
}

Test(report, empty_run)
{
    result_run run;
    result_run_init(&run, "replay", NULL);
    for (int format = 0; format < REPORT_FORMATS; format++) {
        size_t length;
        char *text = render((report_format)format, &run, true, true, &length);
        cr_expect_gt(length, 0, "%s", report_format_names[format]);
        free(text);
    }
    result_run_free(&run);
}

/* A form that cannot be written says so. */
Test(report, no_room)
{
    result_run run = make_run(false);
    for (int format = 0; format < REPORT_FORMATS; format++) {
        FILE *full = fopen("/dev/full", "w");
        cr_assert_not_null(full);
        setvbuf(full, NULL, _IONBF, 0);
        const report_style style = {.all = true};
        cr_expect_not(report_write(full, (report_format)format, &run, &style), "%s", report_format_names[format]);
        fclose(full);
    }
    result_run_free(&run);
}

/* Found by fuzzing: a report that is converted need not say which driver made it. */
Test(report, without_a_driver)
{
    for (unsigned format = 0; format < REPORT_FORMATS; format++) {
        result_run run;
        size_t length = 0;
        result_run_init(&run, NULL, NULL);
        result_run_add(&run, result_case_make("one", NULL));
        char *text = render((report_format)format, &run, false, true, &length);
        cr_expect(length > 0, "%s", report_format_names[format]);
        free(text);
        result_run_free(&run);
    }
}
