/* report.c - see report.h */
#include "reports/report.h"

const char *const report_format_names[] = {"text", "json", "junit", "tap", "sarif", "markdown", "html", NULL};

bool report_counts(const result_case *item, const report_style *style)
{
    switch (item->status) {
    case RESULT_FAIL:
    case RESULT_ERROR:
        return true;
    case RESULT_NONSTRICT:
        return style->strict;
    case RESULT_PASS:
    case RESULT_INCONCLUSIVE:
    case RESULT_SKIP:
    case RESULT_STATUSES:
        return false;
    }
    return true;
}

bool report_write(FILE *out, report_format format, const result_run *run, const report_style *style)
{
    switch (format) {
    case REPORT_TEXT:
        return report_text(out, run, style);
    case REPORT_JSON:
        return report_json(out, run, style);
    case REPORT_JUNIT:
        return report_junit(out, run, style);
    case REPORT_TAP:
        return report_tap(out, run, style);
    case REPORT_SARIF:
        return report_sarif(out, run, style);
    case REPORT_MARKDOWN:
        return report_markdown(out, run, style);
    case REPORT_HTML:
        return report_html(out, run, style);
    case REPORT_FORMATS:
        break;
    }
    return false;
}
