/*
 * text.h - transcript text that grows while it is written
 */
#ifndef MAILSPEC_HARNESS_TRANSCRIPT_TEXT_H
#define MAILSPEC_HARNESS_TRANSCRIPT_TEXT_H

#include "mailspec/span.h"

typedef struct mst_text {
    uint8_t *octets; /* owned: mst_text_free */
    size_t len, room;
    bool failed; /* there was no memory; what follows is dropped */
} mst_text;

void mst_text_add(mst_text *text, const char *words);
void mst_text_add_span(mst_text *text, ms_span span);
void mst_text_add_octet(mst_text *text, uint8_t octet);
void mst_text_add_number(mst_text *text, uint64_t number);
void mst_text_add_blanks(mst_text *text, unsigned count);

/* Between quotes: what is not printable, quotes, backslashes and "${" escaped. */
void mst_text_add_escaped(mst_text *text, ms_span octets);

/* As the text of a C: line, where only "${" needs an escape, and a dollar behind
 * a backslash. */
void mst_text_add_line_text(mst_text *text, ms_span octets);

void mst_text_free(mst_text *text);

#endif
