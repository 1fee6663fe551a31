/*
 * pattern_code.h - the instructions of a compiled pattern.  Private to
 * pattern_compile.c, which makes them, and pattern.c, which runs them.
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_PATTERN_CODE_H
#define MAILSPEC_HARNESS_TRANSCRIPT_PATTERN_CODE_H

/* Jumps are relative, so that an instruction can be put in front of a finished
 * piece. */
typedef enum mst_pattern_op {
    OP_OCTET, /* octet */
    OP_ANY,
    OP_SET,   /* set number x */
    OP_SPLIT, /* x instructions on, or if that fails y */
    OP_JUMP,  /* x instructions on */
    OP_SAVE,  /* the offset goes to slot x: 2i starts capture i, 2i + 1 ends it */
    OP_MATCH,
} mst_pattern_op;

#endif
