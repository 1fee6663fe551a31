/*
 * format.h - a document as text, in the one canonical form
 *
 * Header keys stand in a fixed order, lists have ", " between their items,
 * blocks are indented, alternatives have a line each unless all of them are
 * short.  Comments and octets stay as they are.  Formatting what was formatted
 * changes nothing.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_FORMAT_H
#define MAILSPEC_HARNESS_TRANSCRIPT_FORMAT_H

#include "harness/transcript/document.h"
#include "harness/transcript/text.h"

enum { MST_FORMAT_WIDTH = 100 }; /* columns up to which alternatives share a line */

/* Append the document to text; false if there was no memory. */
bool mst_format(const mst_document *document, mst_text *text);

/* Its parts, for messages: "size(msg) + 1", "5yz not 500 | 421", "=> fail ran". */
void mst_format_expression(const mst_expression *expression, mst_text *text);
void mst_format_text_pattern(const mst_text_pattern *pattern, mst_text *text);
void mst_format_matches(const mst_match *matches, mst_text *text);
void mst_format_outcome(const mst_outcome *outcome, mst_text *text);

#endif
