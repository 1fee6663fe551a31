/*
 * junit.c - results in the XML that CI systems read as JUnit's
 *
 * One testsuite for the run.  fail (and nonstrict with --strict) is a failure, error an error,
 * skip and inconclusive are skipped.
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "reports/report.h"

#include <inttypes.h>
#include <libxml/xmlwriter.h>
#include <stdlib.h>
#include <string.h>

static const xmlChar *x(const char *text)
{
    return (const xmlChar *)text;
}

/* Everything from outside passes here: XML 1.0 has no place for control characters. */
static void attribute(xmlTextWriterPtr w, const char *name, const char *text)
{
    char *safe = text == NULL ? NULL : escape_text(ms_span_make(text, strlen(text)));
    xmlTextWriterWriteAttribute(w, x(name), x(safe == NULL ? "" : safe));
    free(safe);
}

static void count(xmlTextWriterPtr w, const char *name, size_t n)
{
    xmlTextWriterWriteFormatAttribute(w, x(name), "%zu", n);
}

static void detail(xmlTextWriterPtr w, const result_evidence *e)
{
    const ms_register_row *row = ms_register_get(e->requirement);
    char *file = escape_text(ms_span_make(e->file == NULL ? "" : e->file, e->file == NULL ? 0 : strlen(e->file)));
    char *message = escape_text(ms_span_make(e->message, strlen(e->message)));
    char *octets = ms_span_is_absent(e->octets) ? NULL : escape_text(e->octets);
    xmlTextWriterWriteFormatString(w, "%s:%" PRIu32 ": %s%s%s%s\n", file == NULL ? "" : file, e->line,
                                   e->has_side ? result_side_name(e->side) : "", e->has_side ? " " : "",
                                   row == NULL ? "" : row->id, row == NULL ? "" : ": ");
    xmlTextWriterWriteFormatString(w, "  %s\n", message == NULL ? "" : message);
    if (octets != NULL)
        xmlTextWriterWriteFormatString(w, "  octets: %s\n", octets);
    if (e->permitted != NULL) {
        char *permitted = escape_text(ms_span_make(e->permitted, strlen(e->permitted)));
        xmlTextWriterWriteFormatString(w, "  permitted: %s\n", permitted == NULL ? "" : permitted);
        free(permitted);
    }
    free(file);
    free(message);
    free(octets);
}

static void verdict(xmlTextWriterPtr w, const result_case *item, const char *element)
{
    xmlTextWriterStartElement(w, x(element));
    attribute(w, "message", item->reason == NULL ? "" : item->reason);
    attribute(w, "type", result_status_name(item->status));
    for (size_t i = 0; i < item->evidence_count; i++)
        if (!item->evidence[i].expected)
            detail(w, &item->evidence[i]);
    xmlTextWriterEndElement(w);
}

static void one_case(xmlTextWriterPtr w, const result_run *run, const result_case *item, const report_style *style)
{
    xmlTextWriterStartElement(w, x("testcase"));
    attribute(w, "name", item->id);
    attribute(w, "classname", run->driver);
    xmlTextWriterWriteFormatAttribute(w, x("time"), "%.3f", item->duration_ms / 1000);
    if (item->status == RESULT_ERROR)
        verdict(w, item, "error");
    else if (report_counts(item, style))
        verdict(w, item, "failure");
    else if (item->status == RESULT_SKIP || item->status == RESULT_INCONCLUSIVE)
        verdict(w, item, "skipped");
    else if (item->status == RESULT_NONSTRICT) {
        xmlTextWriterStartElement(w, x("system-out"));
        for (size_t i = 0; i < item->evidence_count; i++)
            if (!item->evidence[i].expected)
                detail(w, &item->evidence[i]);
        xmlTextWriterEndElement(w);
    }
    xmlTextWriterEndElement(w);
}

bool report_junit(FILE *out, const result_run *run, const report_style *style)
{
    xmlBufferPtr buffer = xmlBufferCreate();
    xmlTextWriterPtr w = xmlNewTextWriterMemory(buffer, 0);
    if (w == NULL) {
        xmlBufferFree(buffer);
        return false;
    }
    xmlTextWriterSetIndent(w, 1);
    xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL);
    xmlTextWriterStartElement(w, x("testsuites"));
    xmlTextWriterStartElement(w, x("testsuite"));
    size_t failures = run->totals[RESULT_FAIL] + (style->strict ? run->totals[RESULT_NONSTRICT] : 0);
    attribute(w, "name", "mailspec");
    count(w, "tests", run->case_count);
    count(w, "failures", failures);
    count(w, "errors", run->totals[RESULT_ERROR]);
    count(w, "skipped", run->totals[RESULT_SKIP] + run->totals[RESULT_INCONCLUSIVE]);
    for (size_t i = 0; i < run->case_count; i++)
        one_case(w, run, &run->cases[i], style);
    if (run->aborted)
        xmlTextWriterWriteElement(w, x("system-err"), x("the run was aborted: these are the cases until then"));
    xmlTextWriterEndDocument(w);
    xmlFreeTextWriter(w);
    fwrite(xmlBufferContent(buffer), 1, (size_t)xmlBufferLength(buffer), out);
    xmlBufferFree(buffer);
    return ferror(out) == 0;
}
