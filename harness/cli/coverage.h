/*
 * coverage.h - which requirements the transcripts of a corpus speak of
 */
#ifndef MAILSPEC_HARNESS_CLI_COVERAGE_H
#define MAILSPEC_HARNESS_CLI_COVERAGE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/cli/library.h"
#include "harness/requirement/register.h"
#include "harness/transcript/document.h"

/* How a transcript speaks of a requirement. */
typedef enum coverage_kind {
    COVERAGE_CONFORMING, /* a recording that cites it, and does not break it */
    COVERAGE_VIOLATING,  /* a recording in which a ! line says that it is broken, or one that cites it where a ! line
                            names another row that its note calls the finding */
    COVERAGE_CASE,       /* a case that cites it */
    COVERAGE_KINDS,
} coverage_kind;

/* One requirement, one transcript. */
typedef struct coverage_entry {
    ms_requirement requirement;
    coverage_kind kind;
    size_t file; /* the caller's number of the transcript */
} coverage_entry;

/* Zero before the first use. */
typedef struct coverage {
    coverage_entry *entries;
    size_t count, room;
} coverage;

/* Note all requirements of a document.  False if there is no memory. */
bool coverage_add(coverage *all, const mst_document *document, size_t file);

/* How many transcripts speak of it in that way. */
size_t coverage_count(const coverage *all, ms_requirement requirement, coverage_kind kind);

/* Set conforming, violating and cases of the object: the paths of the files, which
 * are those of the library. */
void coverage_to_json(const coverage *all, const cli_library *library, ms_requirement requirement, json_t *object);

void coverage_free(coverage *all);

#endif
