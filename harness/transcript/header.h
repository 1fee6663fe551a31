/*
 * header.h - "key: value" lines up to the empty line.  Private to the reader.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_HEADER_H
#define MAILSPEC_HARNESS_TRANSCRIPT_HEADER_H

#include "harness/transcript/scan.h"

bool mst_read_header(mst_scan *scan);

/* A gate of needs:, as "ehlo:SIZE", "messages>=2" or "tls".  Kind
 * MST_GATE_UNKNOWN if it is none of them. */
void mst_gate_read(ms_span text, mst_gate *gate);

#endif
