/*
 * read.h - results as JSON (schema 1), read back: for merging, comparing and converting reports
 */
#ifndef MAILSPEC_HARNESS_RESULT_READ_H
#define MAILSPEC_HARNESS_RESULT_READ_H

#include "harness/result/result.h"

enum { RESULT_FILE_MAX = 256 * 1024 * 1024 }; /* octets of a report that is read */

/* A report file; "-" is standard input.  false with a sentence in error: unreadable, no JSON, another schema, or a
 * case without id or status. Unknown requirements are dropped, unknown members are ignored. */
bool result_read_file(const char *path, result_run *run, char *error, size_t error_room);
/* The same from octets. */
bool result_read(const char *octets, size_t length, result_run *run, char *error, size_t error_room);

#endif
