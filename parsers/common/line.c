/* line.c - the line framer: memchr to the LF, then one look at the octets before it */
#include "mailspec/line.h"

#include <string.h>

static size_t limit_of(const ms_line_framer *framer)
{
    if (framer->limit < MS_LINE_LIMIT_MIN)
        return MS_LINE_LIMIT_MIN;
    return framer->limit > MS_LINE_LIMIT_MAX ? MS_LINE_LIMIT_MAX : framer->limit;
}

void ms_line_init(ms_line_framer *framer, size_t limit)
{
    framer->limit = limit;
    ms_line_reset(framer);
}

void ms_line_reset(ms_line_framer *framer)
{
    framer->scanned = 0;
    framer->flags = 0;
    framer->in_line = 0;
}

#define EACH_OCTET(octet) ((uint64_t)(octet)*0x0101010101010101u)

/* Nonzero high bits if one of the eight octets is NUL, CR or above 127.  The subtractions borrow from a neighbour only
 * where that one is NUL or CR itself, so there is no false alarm. */
static uint64_t marks(const uint8_t *octets)
{
    uint64_t eight;
    memcpy(&eight, octets, sizeof eight);
    return eight | (eight - EACH_OCTET(1)) | ((eight ^ EACH_OCTET('\r')) - EACH_OCTET(1));
}

/* text holds NUL, CR or an octet above 127. */
static bool has_marks(const uint8_t *text, size_t len)
{
    uint64_t seen = 0;
    size_t at = 0;
    for (; len - at >= 8; at += 8)
        seen |= marks(text + at);
    if (len >= 8) {
        seen |= marks(text + len - 8); /* the last ones once more, rather than one by one */
        return (seen & EACH_OCTET(0x80)) != 0;
    }
    for (; at < len; at++)
        if (text[at] == 0 || text[at] == '\r' || text[at] > 127)
            return true;
    return false;
}

static uint32_t offset_of(const uint8_t *text, size_t len, uint8_t octet)
{
    const uint8_t *hit = memchr(text, octet, len);
    return hit != NULL ? (uint32_t)(hit - text) : MS_LINE_NOWHERE;
}

static uint32_t offset_of_8bit(const uint8_t *text, size_t len)
{
    for (size_t at = 0; at < len; at++)
        if (text[at] > 127)
            return (uint32_t)at;
    return MS_LINE_NOWHERE;
}

/* Every CR in the text is a bare one: the text ends before its line end, and a CR that the limit would have cut from
 * its LF is not in it. */
static void find_marks(ms_line *line)
{
    const uint8_t *text = line->text.ptr;
    const size_t len = line->text.len;
    line->bare_cr_at = offset_of(text, len, '\r');
    line->nul_at = offset_of(text, len, 0);
    line->eight_bit_at = offset_of_8bit(text, len);
    line->flags |= (uint8_t)((line->bare_cr_at != MS_LINE_NOWHERE ? MS_LINE_BARE_CR : 0) |
                             (line->nul_at != MS_LINE_NOWHERE ? MS_LINE_NUL : 0) |
                             (line->eight_bit_at != MS_LINE_NOWHERE ? MS_LINE_8BIT : 0));
}

static ms_line need_more(ms_line_framer *framer, size_t scanned)
{
    const ms_line none = {.status = MS_LINE_NEED_MORE,
                          .bare_cr_at = MS_LINE_NOWHERE,
                          .nul_at = MS_LINE_NOWHERE,
                          .eight_bit_at = MS_LINE_NOWHERE};
    framer->scanned = scanned;
    return none;
}

static ms_line piece(const ms_line_framer *framer, ms_line_status status, ms_span text, size_t consumed, uint8_t flags)
{
    ms_line line = {.status = status,
                    .flags = (uint8_t)(framer->flags | flags),
                    .bare_cr_at = MS_LINE_NOWHERE,
                    .nul_at = MS_LINE_NOWHERE,
                    .eight_bit_at = MS_LINE_NOWHERE,
                    .text = text,
                    .consumed = consumed};
    if (has_marks(text.ptr, text.len))
        find_marks(&line);
    return line;
}

/* input[at] is the LF. */
static ms_line complete(ms_line_framer *framer, ms_span input, size_t at)
{
    const bool crlf = at > 0 && input.ptr[at - 1] == '\r';
    const ms_span text = ms_span_make(input.ptr, crlf ? at - 1 : at);
    const ms_line line = piece(framer, MS_LINE_COMPLETE, text, at + 1, crlf ? 0 : MS_LINE_BARE_LF);
    ms_line_reset(framer);
    return line;
}

/* The first limit octets hold no LF: the line is longer than the limit. */
static ms_line part(ms_line_framer *framer, ms_span input, size_t limit)
{
    const bool hold_cr = input.ptr[limit - 1] == '\r';
    const ms_span text = ms_span_make(input.ptr, hold_cr ? limit - 1 : limit);
    const ms_line_status status = framer->in_line ? MS_LINE_CONTINUED : MS_LINE_HEAD;
    const ms_line line = piece(framer, status, text, text.len, MS_LINE_TOO_LONG);
    framer->scanned = hold_cr ? 1 : 0;
    framer->flags = line.flags;
    framer->in_line = 1;
    return line;
}

ms_line ms_line_next(ms_line_framer *framer, ms_span input)
{
    const size_t limit = limit_of(framer);
    const size_t end = input.len < limit ? input.len : limit;
    const size_t from = framer->scanned < end ? framer->scanned : end;
    const uint8_t *lf = from < end ? memchr(input.ptr + from, '\n', end - from) : NULL;
    if (lf != NULL)
        return complete(framer, input, (size_t)(lf - input.ptr));
    if (end == limit)
        return part(framer, input, limit);
    return need_more(framer, end);
}
