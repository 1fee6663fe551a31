/*
 * script.h - from lines to steps, alternatives and matches.  Private to the
 * reader.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_SCRIPT_H
#define MAILSPEC_HARNESS_TRANSCRIPT_SCRIPT_H

#include "harness/transcript/scan.h"

/* Behind the header: steps up to the end of the file. */
bool mst_read_script(mst_scan *scan, mst_block *script);

/* "{ steps }", next or behind blanks. */
bool mst_read_block(mst_scan *scan, const mst_block **block);

/* One step behind its trivia.  *last: its last alternative, NULL if it has none. */
bool mst_read_step(mst_scan *scan, mst_step *step, mst_alternative **last);

/* Does this kind of step take alternatives? */
bool mst_step_branches(mst_step_kind kind);

/* What may stand behind such a step on its line: its alternatives. */
bool mst_read_alternatives(mst_scan *scan, mst_step *step, mst_alternative **last);

/* A line that starts with '|', which was taken. */
bool mst_read_continuation(mst_scan *scan, mst_step *step, mst_alternative **last);

/* [VERDICT] [NAME] [REQUIREMENT] ["reason"] behind the arrow */
bool mst_read_outcome(mst_scan *scan, mst_outcome *outcome);

/* One pattern of an alternative of the step. */
bool mst_read_match(mst_scan *scan, const mst_step *step, mst_match *match);

/* ~"pattern" or ~i"pattern" */
bool mst_read_text_pattern(mst_scan *scan, mst_text_pattern *pattern);

/* N, N..M, N.. */
bool mst_read_range(mst_scan *scan, mst_range *range);

/* A comment behind an element on its line. */
void mst_read_trailing(mst_scan *scan, mst_trivia *trivia);

#endif
