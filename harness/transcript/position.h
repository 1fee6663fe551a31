/*
 * position.h - where something stands in a transcript, and what is beside it
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_POSITION_H
#define MAILSPEC_HARNESS_TRANSCRIPT_POSITION_H

#include "mailspec/span.h"

/* Both count from 1, columns in octets.  line == 0: not in the file. */
typedef struct mst_position {
    uint32_t line, column;
} mst_position;

/* A comment line, without its leading blanks: "# …". */
typedef struct mst_comment {
    const struct mst_comment *next;
    bool blank_before; /* an empty line stands before it */
    ms_span text;
} mst_comment;

/* What has no meaning but is kept: comment lines before an element, whether an
 * empty line separates it from what is before, a comment behind it. */
typedef struct mst_trivia {
    const mst_comment *comments;
    bool blank_before; /* between the comments, if any, and the element */
    ms_span trailing;  /* "# …"; absent if there is none */
} mst_trivia;

/* One item of a list: of a comma-separated header value, of names. */
typedef struct mst_word {
    const struct mst_word *next;
    mst_position at;
    ms_span text;
} mst_word;

#endif
