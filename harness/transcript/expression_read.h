/*
 * expression_read.h - from text to expressions.  Private to the reader.
 *
 * NULL after an error, which is then in the scan.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_EXPRESSION_READ_H
#define MAILSPEC_HARNESS_TRANSCRIPT_EXPRESSION_READ_H

#include "harness/transcript/scan.h"

/* The rest of the line as it is, with ${…} and \$. */
mst_expression *mst_read_text(mst_scan *scan);

/* "…", whose quote is next. */
mst_expression *mst_read_string(mst_scan *scan);

/* Raw pieces: "…", "…"*N, function(…), ${…}, one behind the other. */
mst_expression *mst_read_pieces(mst_scan *scan);

/* What let takes: pieces, or a sum. */
mst_expression *mst_read_value(mst_scan *scan);

/* One operand of check or repeat: sums, bare names; nothing behind it is taken. */
mst_expression *mst_read_sum(mst_scan *scan);

#endif
