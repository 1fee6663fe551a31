/*
 * known.h - differences of other implementations that are known: corpus/vectors/known_differences.tsv
 */
#ifndef MAILSPEC_HARNESS_CLI_KNOWN_H
#define MAILSPEC_HARNESS_CLI_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct known_difference {
    char *line;           /* the row, that the texts below lie in */
    unsigned long number; /* of the line */
    const char *adapter;  /* what its name begins with */
    const char *kind;     /* "smtp-path" and so on */
    const char *how;      /* "takes", "refuses", "fields", "breaks" */
    const char *what;     /* a glob: of our error, a field, a requirement, a vector's id, or the sample */
    const char *reason;
    bool asked, used; /* the adapter was met; something was known by it */
} known_difference;

/* Zeroed before the first use. */
typedef struct known_differences {
    known_difference *rows;
    size_t count, room;
} known_differences;

/* Add the rows of a file.  false after a message, that begins with command, to stderr. */
bool known_read(known_differences *known, const char *command, const char *path);
void known_free(known_differences *known);

/* That one is known, by what, by id (NULL: none) or by the sample as it is escaped (NULL: none).  The row is used by that. */
const known_difference *known_find(known_differences *known, const char *adapter, const char *kind, const char *how,
                                   const char *what, const char *id, const char *sample);

#endif
