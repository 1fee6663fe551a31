/*
 * reader.h - octets of a .mst file to a document, in one pass
 *
 * The language is described in corpus/README.md.  The reader never looks back
 * and stops at the first error, which says where, what and what to do.  It
 * takes any octets: truncated, binary and endless input is an error.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_READER_H
#define MAILSPEC_HARNESS_TRANSCRIPT_READER_H

#include "harness/transcript/document.h"

enum {
    MST_FILE_MAX = 64 * 1024 * 1024,   /* octets of a file */
    MST_LINE_MAX = 1024 * 1024,        /* octets of a line, its end not counted */
    MST_NESTING_MAX = 8,               /* blocks in blocks; also calls in calls */
    MST_NAMES_MAX = 1024,              /* names that let gives in a file */
    MST_PATTERNS_MAX = 65536,          /* text patterns of a file */
    MST_OCTETS_MAX = 256 * 1024 * 1024 /* octets that all expressions of a file expand to */
};

typedef struct mst_error {
    mst_position at; /* line 0: the file as a whole */
    char message[240];
    char hint[240]; /* "" if there is none */
} mst_error;

/* Read a file.  NULL on an error, which is then described.  The input is not
 * needed afterwards; filename is copied and appears in the document only. */
const mst_document *mst_read(const uint8_t *octets, size_t len, const char *filename, mst_error *error);

/* The same from a file in the file system ("-": standard input), which may be larger than the limit
 * or unreadable: that is an error like any other, with line 0. */
const mst_document *mst_read_file(const char *path, mst_error *error);

void mst_free(const mst_document *document); /* NULL is fine */

#endif
