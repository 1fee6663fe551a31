/* compare_content.c - the content scanner and the stuffer against the model; see compare.h */
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/content.h"
#include "mailspec/content.h"

enum { OCTETS_MAX = 8192 };

static const char *compare_flags(const model_content *model, uint8_t flags)
{
    const struct {
        bool model;
        uint8_t flag;
        const char *why;
    } pairs[] = {
        {model->bare_lf, MS_CONTENT_BARE_LF, "whether there is a bare LF"},
        {model->bare_cr, MS_CONTENT_BARE_CR, "whether there is a bare CR"},
        {model->nul, MS_CONTENT_NUL, "whether there is a NUL"},
        {model->eight_bit, MS_CONTENT_8BIT, "whether there is an octet above 127"},
        {model->long_line, MS_CONTENT_LONG_LINE, "whether a line has more than 998 octets"},
        {model->false_end, MS_CONTENT_FALSE_END, "whether there is a false end"},
        {model->lone_stuff, MS_CONTENT_LONE_STUFF, "whether a dot was not doubled"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (pairs[i].model != ((flags & pairs[i].flag) != 0))
            return pairs[i].why;
    return NULL;
}

/* Of octets and CRLF "." CRLF behind them, so that there is an end in any case. */
static const char *compare_scanner(ms_span octets)
{
    static uint8_t stream[OCTETS_MAX + 5], expected[OCTETS_MAX + 5], got[OCTETS_MAX + 6];
    memcpy(stream, octets.ptr, octets.len);
    memcpy(stream + octets.len, "\r\n.\r\n", 5);
    const model_content model = model_unstuff(stream, octets.len + 5, expected);
    ms_content content;
    size_t written = 0;
    ms_content_init(&content);
    const ms_content_slice end = ms_content_copy(&content, ms_span_make(stream, octets.len + 5), got, &written);
    if (!model.ended || end.status != MS_CONTENT_END || end.consumed != model.consumed)
        return "where the end of the data is";
    if (written != model.written || memcmp(got, expected, written) != 0)
        return "what the content is";
    return compare_flags(&model, content.flags);
}

static const char *compare_stuffer(ms_span octets)
{
    static uint8_t expected[2 * OCTETS_MAX + 5], got[2 * OCTETS_MAX + 16];
    const size_t len = model_stuff(octets.ptr, octets.len, expected);
    ms_stuffer stuffer;
    size_t written = 0;
    ms_stuffer_init(&stuffer);
    if (ms_stuffer_next(&stuffer, octets, got, sizeof got - 5, &written) != octets.len)
        return "how much was stuffed";
    written += ms_stuffer_end(&stuffer, got + written);
    return written == len && memcmp(got, expected, len) == 0 ? NULL : "what the stuffed octets are";
}

const char *compare_content(ms_span octets)
{
    if (octets.len > OCTETS_MAX)
        return NULL;
    const char *why = compare_scanner(octets);
    return why != NULL ? why : compare_stuffer(octets);
}
