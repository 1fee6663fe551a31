/*
 * report.h - the forms in which a run's results are written
 *
 * A writer reads the result model and nothing else.  Every form is written for runs that fail or
 * are aborted, too.  Octets and texts of a peer are escaped here, whatever the form.
 */
#ifndef MAILSPEC_REPORTS_REPORT_H
#define MAILSPEC_REPORTS_REPORT_H

#include "harness/result/result.h"

#include <stdio.h>

typedef enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_JUNIT,
    REPORT_TAP,
    REPORT_SARIF,
    REPORT_MARKDOWN,
    REPORT_HTML,
    REPORT_FORMATS
} report_format;

/* "text", "json" …, ended by NULL, in the order of report_format. */
extern const char *const report_format_names[];

typedef struct report_style {
    bool colour;
    bool strict; /* nonstrict counts as a failure */
    bool all;    /* text: passes too, and expected breaches */
} report_style;

/* false: writing failed. */
bool report_write(FILE *out, report_format format, const result_run *run, const report_style *style);

bool report_text(FILE *out, const result_run *run, const report_style *style);
bool report_json(FILE *out, const result_run *run, const report_style *style);
bool report_junit(FILE *out, const result_run *run, const report_style *style);
bool report_tap(FILE *out, const result_run *run, const report_style *style);
bool report_sarif(FILE *out, const result_run *run, const report_style *style);
bool report_markdown(FILE *out, const result_run *run, const report_style *style);
bool report_html(FILE *out, const result_run *run, const report_style *style);

/* Whether the case counts against the run. */
bool report_counts(const result_case *item, const report_style *style);

#endif
