/*
 * seed.h - fuzz inputs from transcripts, and transcripts from fuzz inputs
 *
 * A seed is a file below DIR/TARGET, named after a hash of its octets, so that each is there once.  What an input is,
 * trailer and marks, is described in fuzz/input.h; here it is only written and read.
 */
#ifndef MAILSPEC_HARNESS_SEED_SEED_H
#define MAILSPEC_HARNESS_SEED_SEED_H

#include <stdbool.h>

#include "harness/transcript/document.h"
#include "harness/transcript/text.h"

enum { SEED_MARK = 0xFE, SEED_MAX = 4096 };

typedef struct seed_folder {
    const char *path;
    size_t count;   /* seeds that are new */
    size_t skipped; /* longer than SEED_MAX: they slow a fuzzer down and teach it nothing */
    bool failed;    /* a file could not be written; errno says why */
} seed_folder;

/* Write one seed; options 0 needs no trailer. */
void seed_write(seed_folder *folder, const char *target, ms_span octets, uint8_t options);

/* All seeds of a document; file: the octets it was read from. */
void seed_export(seed_folder *folder, const mst_document *document, ms_span file);

/* --- between the sources of this room ------------------------------------------ */

/* One connection of a recording through the readers of its protocol. */
void seed_export_smtp(seed_folder *folder, const mst_document *document, unsigned connection);
void seed_export_pop3(seed_folder *folder, const mst_document *document, unsigned connection);

/* The octets of a side that were given and not consumed. */
typedef struct seed_pending {
    mst_text octets[2]; /* by ms_side */
    size_t from[2];
} seed_pending;

ms_span seed_pending_span(const seed_pending *pending, ms_side side);
void seed_pending_free(seed_pending *pending);

/* --- back ------------------------------------------------------------------------ */

typedef enum seed_import_status {
    SEED_IMPORT_DONE,
    SEED_IMPORT_UNKNOWN, /* there is no such target */
    SEED_IMPORT_NO_TALK, /* its inputs are not octets of a connection */
    SEED_IMPORT_FAILED,
} seed_import_status;

/* The names of the targets whose inputs are octets of a connection; NULL behind the last one. */
const char *seed_import_target(size_t index);

/* A transcript of what the input of a target says. */
seed_import_status seed_import(const char *target, ms_span input, mst_text *out);

#endif
