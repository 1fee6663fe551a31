/*
 * baseline.h - known results, so that CI hears only of changes
 *
 * A text file that people edit: comment lines "#", then one line per case that is not a plain
 * pass, sorted by id, fields separated by tabs:
 *
 *     STATUS  ID  FINDINGS  REASON
 *
 * An ID is escaped as octets are.  FINDINGS are the unexpected ones, as side:ID@line, with its kind before it if it is no
 * breach, separated by spaces, "-" for none.  In a live run a breach is what the session machine heard: without a line,
 * once, and only where the case itself has found nothing.  REASON says why this is known and tolerated; --update-baseline keeps it.
 * A case without a line is expected to pass.
 */
#ifndef MAILSPEC_HARNESS_RESULT_BASELINE_H
#define MAILSPEC_HARNESS_RESULT_BASELINE_H

#include "harness/result/result.h"

#include <stdio.h>

typedef struct baseline baseline;

/* NULL on an error, described in error. */
baseline *baseline_read(const char *path, char error[200]);
baseline *baseline_empty(void);
void baseline_free(baseline *known);

/* Tells each difference on out, one line each; returns how many.  whole: the run was not a selection, so
 * that a known case that did not run counts as a difference. */
size_t baseline_compare(baseline *known, const result_run *run, bool whole, FILE *out);

/* Writes what the run found, reasons kept from known, and what is known of cases that did not run unless the run was
 * the whole; false with errno set. */
bool baseline_write(const char *path, baseline *known, const result_run *run, bool whole);

#endif
