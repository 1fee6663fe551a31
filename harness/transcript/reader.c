/*
 * reader.c - octets of a .mst file to a document
 */
#include "harness/transcript/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/transcript/fold.h"
#include "harness/transcript/header.h"
#include "harness/transcript/script.h"

/* The file, what it expands to, and the tree; a tree is some 300 octets a line. */
static const size_t memory_limit = (size_t)1024 * 1024 * 1024;

/* The document comes first, so that a pointer to it is one to all of it. */
typedef struct file {
    mst_document document;
    mst_connection connections[MST_CONNECTIONS_MAX];
    mst_arena arena;
} file;

/* In a recording each line is known; ${...} of a live value has no place there. */
static bool check_recording(mst_scan *scan)
{
    if (scan->document->live)
        return true;
    for (const mst_step *step = scan->document->script.first; step != NULL; step = step->next)
        if (step->kind == MST_SAY && ms_span_is_absent(step->say.octets))
            return mst_scan_fail(
                scan, step->say.content_at, "a recording with octets that are not known",
                "only values that let made constant can stand in a recording; a literal ${ is written \\${");
    return true;
}

static bool read_document(mst_scan *scan, file *whole, const uint8_t *octets, size_t len, const char *filename)
{
    const ms_span copy = mst_arena_copy(&whole->arena, ms_span_make(octets, len));
    const ms_span name = mst_arena_copy(&whole->arena, ms_span_make(filename, strlen(filename) + 1));
    scan->names = mst_arena_take(&whole->arena, sizeof *scan->names);
    if (ms_span_is_absent(copy) || ms_span_is_absent(name) || scan->names == NULL)
        return mst_scan_fail(scan, (mst_position){0, 0}, "there is not enough memory", "");
    whole->document.filename = (const char *)name.ptr;
    scan->at = scan->line_start = copy.ptr;
    scan->end = copy.ptr + copy.len;
    scan->line = 1;
    return mst_scan_check_octets(scan) && mst_read_header(scan) && mst_read_script(scan, &whole->document.script) &&
           check_recording(scan);
}

const mst_document *mst_read(const uint8_t *octets, size_t len, const char *filename, mst_error *error)
{
    memset(error, 0, sizeof *error);
    mst_scan scan = {.error = error};
    if (len > MST_FILE_MAX) {
        mst_scan_fail(&scan, (mst_position){0, 0}, "the file is larger than 64 MiB",
                      "split it; body(N) and \"A\"*N make large content small");
        return NULL;
    }
    file *whole = calloc(1, sizeof *whole);
    if (whole == NULL) {
        mst_scan_fail(&scan, (mst_position){0, 0}, "there is not enough memory", "");
        return NULL;
    }
    mst_arena_init(&whole->arena, memory_limit);
    whole->document.connections = whole->connections;
    scan.arena = &whole->arena;
    scan.document = &whole->document;
    scan.connections = whole->connections;
    if (read_document(&scan, whole, octets, len, filename))
        return &whole->document;
    mst_free(&whole->document);
    return NULL;
}

void mst_free(const mst_document *document)
{
    if (document == NULL)
        return;
    file *whole = NULL;
    memcpy(&whole, &document, sizeof whole); /* made by calloc above; const to everyone else */
    mst_arena_free(&whole->arena);
    free(whole);
}

static bool fail_file(mst_error *error, const char *message, const char *path)
{
    snprintf(error->message, sizeof error->message, "%s", message);
    snprintf(error->hint, sizeof error->hint, "is '%.200s' a readable file?", path);
    return false;
}

/* All of the file, if it is not larger than the limit; one octet more tells. */
static bool slurp(const char *path, uint8_t **octets, size_t *len, mst_error *error)
{
    const bool standard_input = strcmp(path, "-") == 0;
    FILE *stream = standard_input ? stdin : fopen(path, "rb");
    if (stream == NULL)
        return fail_file(error, "the file cannot be opened", path);
    size_t room = 64 * 1024;
    *octets = malloc(room);
    *len = 0;
    while (*octets != NULL) {
        *len += fread(*octets + *len, 1, room - *len, stream);
        if (*len < room || *len > MST_FILE_MAX)
            break;
        room *= 2;
        uint8_t *more = realloc(*octets, room);
        if (more == NULL)
            free(*octets);
        *octets = more;
    }
    const bool done = *octets != NULL && !ferror(stream);
    if (!standard_input)
        fclose(stream);
    if (!done)
        free(*octets);
    return done || fail_file(error, "the file cannot be read", path);
}

const mst_document *mst_read_file(const char *path, mst_error *error)
{
    memset(error, 0, sizeof *error);
    uint8_t *octets;
    size_t len;
    if (!slurp(path, &octets, &len, error))
        return NULL;
    const mst_document *document = mst_read(octets, len, path, error);
    free(octets);
    return document;
}
