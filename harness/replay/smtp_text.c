/* smtp_text.c - see smtp_text.h */
#include "harness/replay/smtp_text.h"

#include <stdlib.h>
#include <string.h>

uint8_t smtp_octet_upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 0x20) : octet;
}

static bool is_lower(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z';
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

bool smtp_text_equal(ms_span a, ms_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (smtp_octet_upper(a.ptr[i]) != smtp_octet_upper(b.ptr[i]))
            return false;
    return true;
}

bool smtp_text_is(ms_span text, const char *name)
{
    return smtp_text_equal(text, ms_span_make(name, strlen(name)));
}

bool smtp_text_begins(ms_span text, const char *name)
{
    const size_t length = strlen(name);
    return text.len >= length && smtp_text_equal(ms_span_make(text.ptr, length), ms_span_make(name, length));
}

bool smtp_text_any_lower(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_lower(text.ptr[i]))
            return true;
    return false;
}

ms_span smtp_text_trimmed(ms_span text)
{
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = ms_span_make(text.ptr + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* The next word, cut from the front of text; false when there is none. */
bool smtp_text_next_word(ms_span *text, ms_span *word)
{
    *text = smtp_text_trimmed(*text);
    if (text->len == 0)
        return false;
    size_t length = 0;
    while (length < text->len && !is_blank(text->ptr[length]))
        length++;
    *word = ms_span_make(text->ptr, length);
    *text = ms_span_make(text->ptr + length, text->len - length);
    return true;
}

/* --- texts ------------------------------------------------------------------------ */

void smtp_texts_add(smtp_texts *texts, ms_span text)
{
    if (texts->count == SMTP_TEXTS_MAX || smtp_texts_has(texts, text))
        return;
    uint8_t *copy = malloc(text.len + 1);
    if (copy == NULL)
        abort();
    if (text.len > 0)
        memcpy(copy, text.ptr, text.len);
    texts->items[texts->count++] = ms_span_make(copy, text.len);
}

bool smtp_texts_has(const smtp_texts *texts, ms_span text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (texts->items[i].len == text.len && (text.len == 0 || memcmp(texts->items[i].ptr, text.ptr, text.len) == 0))
            return true;
    return false;
}

bool smtp_texts_name(const smtp_texts *texts, ms_span name)
{
    for (size_t i = 0; i < texts->count; i++)
        if (smtp_text_equal(texts->items[i], name))
            return true;
    return false;
}

void smtp_texts_clear(smtp_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free((void *)(uintptr_t)texts->items[i].ptr);
    texts->count = 0;
}
