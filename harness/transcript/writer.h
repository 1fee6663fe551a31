/*
 * writer.h - a transcript from octets that went over a connection
 *
 * For recorders and importers.  Octets that make printable lines with CRLF
 * become C: and S: lines, all others (bare CR or LF, 8-bit, NUL, a line without
 * its end) become raw pieces, so that reading the text gives the same octets.
 *
 *     mst_writer writer = {0};
 *     mst_write_header(&writer, "mailspec", MS_SPAN("1"));
 *     mst_write_header(&writer, "protocol", MS_SPAN("smtp"));
 *     mst_write_said(&writer, name, MS_SERVER, octets);
 *     if (!mst_write_failed(&writer)) … writer.text.octets, writer.text.len
 *     mst_write_free(&writer);
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_WRITER_H
#define MAILSPEC_HARNESS_TRANSCRIPT_WRITER_H

#include "harness/transcript/text.h"

typedef struct mst_writer {
    mst_text text;
    bool segments;  /* what one call says becomes one group (C+ … C:), else each line its own */
    bool in_script; /* private: the empty line behind the header was written */
    bool refused;   /* private: a header value or name was not fit for the language */
} mst_writer;

/* One header line; mailspec first.  What is not printable in the value becomes '?'. */
void mst_write_header(mst_writer *writer, const char *key, ms_span value);

/* A comment line; what is not printable becomes '?'. */
void mst_write_comment(mst_writer *writer, ms_span words);

/* Octets of one side.  connection: absent for the unnamed one. */
void mst_write_said(mst_writer *writer, ms_span connection, ms_side side, ms_span octets);

/* tls, close or hangup. */
void mst_write_mark(mst_writer *writer, ms_span connection, const char *mark);

/* "! server ID" behind what was written last. */
void mst_write_violation(mst_writer *writer, ms_side side, ms_span requirement);

/* "= text", or "=? text" if nobody has read it yet. */
void mst_write_yield(mst_writer *writer, bool reviewed, ms_span words);

/* No memory, or a connection name that the language does not know. */
bool mst_write_failed(const mst_writer *writer);

void mst_write_free(mst_writer *writer);

#endif
