/*
 * bless.h - write what the parsers yield into a transcript, for a person to read
 *
 * Each step whose "=" lines differ from what is yielded, or that has none, gets new ones, marked
 * "=?": such a line fails until somebody has compared it with the RFC and removed the mark.
 */
#ifndef MAILSPEC_HARNESS_REPLAY_BLESS_H
#define MAILSPEC_HARNESS_REPLAY_BLESS_H

#include "harness/transcript/document.h"

/* source: the octets that document was read from.  Returns the new text (the caller frees it) and its length, and
 * in *changed how many steps got new lines. */
char *replay_bless_text(const mst_document *document, ms_span source, size_t *length, size_t *changed);

#endif
