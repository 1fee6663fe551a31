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

/* The marks of 32 octets together. */
static inline uint64_t marks_of_32(const uint8_t *octets)
{
    return marks(octets) | marks(octets + 8) | marks(octets + 16) | marks(octets + 24);
}

/* text, of less than 8 octets, holds NUL, CR or an octet above 127. */
static inline bool short_has_marks(const uint8_t *text, size_t len)
{
    uint32_t first, last;
    if (len < sizeof first) {
        for (size_t at = 0; at < len; at++)
            if (text[at] == 0 || text[at] == '\r' || text[at] > 127)
                return true;
        return false;
    }
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + len - sizeof last, sizeof last);
    const uint64_t both = (uint64_t)first << 32 | last;
    return (marks((const uint8_t *)&both) & EACH_OCTET(0x80)) != 0;
}

/* text holds NUL, CR or an octet above 127.  How long a line is cannot be predicted, and a loop pays for its last turn
 * more than for all the others: so octets are rather looked at twice, from the front and from the end. */
static inline bool has_marks(const uint8_t *text, size_t len)
{
    uint64_t seen;
    if (len < 8)
        return short_has_marks(text, len);
    if (len < 32) {
        const size_t middle = len < 16 ? 0 : 8;
        seen = marks(text) | marks(text + middle) | marks(text + len - 8 - middle) | marks(text + len - 8);
    } else {
        seen = marks_of_32(text) | marks_of_32(text + len - 32);
        for (size_t at = 32; len - at > 32; at += 32)
            seen |= marks_of_32(text + at);
    }
    return (seen & EACH_OCTET(0x80)) != 0;
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

/* Every line is returned from the place where it is put together: to copy one costs more than the search for its
 * end. */
static inline ms_line plain_line(ms_line_status status, uint32_t flags, ms_span text, size_t consumed)
{
    return (ms_line){.status = status,
                     .flags = (uint8_t)flags,
                     .bare_cr_at = MS_LINE_NOWHERE,
                     .nul_at = MS_LINE_NOWHERE,
                     .eight_bit_at = MS_LINE_NOWHERE,
                     .text = text,
                     .consumed = consumed};
}

/* Every CR in the text is a bare one: the text ends before its line end, and a CR that the limit would have cut from
 * its LF is not in it. */
static ms_line marked_line(ms_line_status status, uint32_t flags, ms_span text, size_t consumed)
{
    const uint32_t cr_at = offset_of(text.ptr, text.len, '\r');
    const uint32_t nul_at = offset_of(text.ptr, text.len, 0);
    const uint32_t eight_bit_at = offset_of_8bit(text.ptr, text.len);
    const unsigned found = (cr_at != MS_LINE_NOWHERE ? MS_LINE_BARE_CR : 0u) |
                           (nul_at != MS_LINE_NOWHERE ? MS_LINE_NUL : 0u) |
                           (eight_bit_at != MS_LINE_NOWHERE ? MS_LINE_8BIT : 0u);
    return (ms_line){.status = status,
                     .flags = (uint8_t)(flags | found),
                     .bare_cr_at = cr_at,
                     .nul_at = nul_at,
                     .eight_bit_at = eight_bit_at,
                     .text = text,
                     .consumed = consumed};
}

/* input[at] is the LF. */
static inline ms_line complete(ms_line_framer *framer, ms_span input, size_t at)
{
    const bool crlf = at > 0 && input.ptr[at - 1] == '\r';
    const ms_span text = ms_span_make(input.ptr, crlf ? at - 1 : at);
    const uint32_t flags = framer->flags | (crlf ? 0u : (uint32_t)MS_LINE_BARE_LF);
    ms_line_reset(framer);
    if (has_marks(text.ptr, text.len))
        return marked_line(MS_LINE_COMPLETE, flags, text, at + 1);
    return plain_line(MS_LINE_COMPLETE, flags, text, at + 1);
}

/* The first limit octets hold no LF: the line is longer than the limit. */
static ms_line part(ms_line_framer *framer, ms_span input, size_t limit)
{
    const bool hold_cr = input.ptr[limit - 1] == '\r';
    const ms_span text = ms_span_make(input.ptr, hold_cr ? limit - 1 : limit);
    const ms_line_status status = framer->in_line ? MS_LINE_CONTINUED : MS_LINE_HEAD;
    const ms_line line = marked_line(status, framer->flags | MS_LINE_TOO_LONG, text, text.len);
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
    framer->scanned = end;
    return plain_line(MS_LINE_NEED_MORE, 0, ms_span_absent(), 0);
}
