/*
 * header_field.h - lines of a message's header section, and the field they make (RFC 5322 sections 2.2 and 2.2.3)
 *
 * Lines end in CRLF; a bare LF, a fault of its own, ends one here too.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_HEADER_FIELD_H
#define MAILSPEC_HARNESS_REPLAY_HEADER_FIELD_H

#include "harness/replay/octets.h"

#include <stdbool.h>

enum {
    HEADER_FIELD_MAX = 64 * 1024, /* octets of one field that are kept; a longer one is not looked into */
    HEADER_FIELD_LINES = 256,     /* lines of one field whose places are kept; likewise */
};

typedef enum header_line_kind {
    HEADER_LINE_FIELD,    /* a field begins */
    HEADER_LINE_FOLDED,   /* begins with white space: the field before it goes on */
    HEADER_LINE_EMPTY,    /* the header section ends */
    HEADER_LINE_FALSE,    /* dots, CR and NUL alone: a false end of the data, which is judged as such */
    HEADER_LINE_NO_FIELD, /* none of these */
} header_line_kind;

/* line: without its line end. */
header_line_kind header_line_look(ms_span line);
/* The field name that line begins with, white space before the colon left out; absent if there is none. */
ms_span header_line_name(ms_span line);

/* The lines of one field.  All zero: no field. */
typedef struct header_field {
    octet_buffer text;
    struct {
        size_t start;    /* in text */
        uint64_t end_at; /* in the client's stream: its last octet */
    } lines[HEADER_FIELD_LINES];
    size_t line_count; /* 0: no field */
    bool cut;          /* text is not all of it */
} header_field;

void header_field_clear(header_field *field); /* no field; keeps the memory */
void header_field_free(header_field *field);
void header_field_add(header_field *field, ms_span line, uint64_t end_at);

bool header_field_is_whole(const header_field *field); /* there is one, and all of it is kept */
ms_span header_field_name(const header_field *field);
/* Behind the colon.  Folded lines follow each other directly: their white space stays, their line ends are gone. */
ms_span header_field_body(const header_field *field);
/* Where the line ends that holds octet at of the body; SIZE_MAX for the last line. */
uint64_t header_field_place(const header_field *field, size_t at);

#endif
