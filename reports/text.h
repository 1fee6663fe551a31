/*
 * text.h - what the two layouts of the text report share
 */
#ifndef MAILSPEC_REPORTS_TEXT_H
#define MAILSPEC_REPORTS_TEXT_H

#include "reports/report.h"

typedef struct text_writer {
    FILE *out;
    const report_style *style;
} text_writer;

void text_status(const text_writer *w, result_status status); /* coloured if it may be */
void text_safe(const text_writer *w, const char *text);       /* escaped */
/* "12 pass, 1 fail" */
void text_totals(const text_writer *w, const size_t totals[RESULT_STATUSES]);
/* The lines of a piece of a live dialogue, or its mark. */
void text_dialogue(const text_writer *w, const result_evidence *e);

/* Why cases were not run, the most usual reasons first.  false: there is no memory. */
bool text_skips(const text_writer *w, const result_run *run);

/* The layout of live runs.  false: there is no memory. */
bool text_sections(const text_writer *w, const result_run *run);

#endif
