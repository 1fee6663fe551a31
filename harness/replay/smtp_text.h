/*
 * smtp_text.h - words of command lines and fields, without a locale
 */
#ifndef MAILSPEC_HARNESS_REPLAY_SMTP_TEXT_H
#define MAILSPEC_HARNESS_REPLAY_SMTP_TEXT_H

#include "mailspec/span.h"

#include <stdbool.h>

uint8_t smtp_octet_upper(uint8_t octet); /* of an ASCII letter */

bool smtp_text_equal(ms_span a, ms_span b);         /* ASCII letter case apart */
bool smtp_text_is(ms_span text, const char *upper); /* likewise, with a constant */
bool smtp_text_begins(ms_span text, const char *upper);
bool smtp_text_any_lower(ms_span text);

/* Without the blanks (SP, HT) at both ends. */
ms_span smtp_text_trimmed(ms_span text);
/* The next word between blanks, cut from the front of text; false when there is none. */
bool smtp_text_next_word(ms_span *text, ms_span *word);

enum { SMTP_TEXTS_MAX = 128 }; /* refused lines, accepted recipients, challenges … of each kind */

/* A bounded list of texts, owned. */
typedef struct smtp_texts {
    ms_span items[SMTP_TEXTS_MAX];
    size_t count;
} smtp_texts;

void smtp_texts_add(smtp_texts *texts, ms_span text);
bool smtp_texts_has(const smtp_texts *texts, ms_span text); /* octet for octet */
/* … but for ASCII letter case. */
bool smtp_texts_name(const smtp_texts *texts, ms_span name);
void smtp_texts_clear(smtp_texts *texts);

#endif
