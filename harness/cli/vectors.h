/*
 * vectors.h - rows of corpus/vectors: octets, and what the RFCs say of them
 */
#ifndef MAILSPEC_HARNESS_CLI_VECTORS_H
#define MAILSPEC_HARNESS_CLI_VECTORS_H

#include "harness/cli/parse.h"

typedef enum vector_verdict { VECTOR_ACCEPT, VECTOR_DEVIATION, VECTOR_REJECT } vector_verdict;

typedef struct vector {
    char *line; /* the row, that the texts below lie in */
    const char *file;
    unsigned long number; /* of the line */
    const char *id, *about, *names, *requirement, *note;
    const parse_kind_row *kind;
    parse_context context;
    const char *after; /* NULL: none */
    uint8_t *input;    /* in line */
    size_t length;
    vector_verdict verdict; /* names: of the deviations or the error */
    json_t *fields;         /* NULL: none */
} vector;

typedef struct vectors {
    vector *rows;
    size_t count, room;
    char **files;
    size_t file_count;
} vectors;

/* The rows of a file, or of all *.tsv of a folder.  false after a message to stderr with the place. */
bool vectors_read(vectors *all, const char *path);
void vectors_free(vectors *all);

/* A member of 'mailspec parse' as the texts that adapters give: "parameters" {"SIZE":"1"} becomes parameters.SIZE "1". */
void vectors_flatten(const json_t *value, const char *name, json_t *flat);

#endif
