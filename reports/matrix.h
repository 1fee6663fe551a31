/*
 * matrix.h - several runs side by side: which case came out how on which target, differences first
 */
#ifndef MAILSPEC_REPORTS_MATRIX_H
#define MAILSPEC_REPORTS_MATRIX_H

#include "reports/report.h"

typedef enum matrix_format { MATRIX_TEXT, MATRIX_JSON, MATRIX_MARKDOWN, MATRIX_HTML } matrix_format;
extern const char *const matrix_format_names[];

/*
 * runs: each sorted by result_run_sort.  names: of the columns, one per run.  *differences: rows in which not all
 * that ran agree; a case that was skipped, or is not in a report, says nothing.
 */
bool matrix_write(FILE *out, matrix_format format, const result_run *runs, const char *const *names, size_t count,
                  size_t *differences);

#endif
