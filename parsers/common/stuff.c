/* stuff.c - the sender's side of transparency (RFC 5321 section 4.5.2, RFC 1939 section 3) */
#include "mailspec/content.h"

#include <string.h>

/* What was put out last. */
enum {
    LINE_START, /* nothing, or CRLF */
    TEXT,
    CR,
    DOUBLED /* the dot that hides the next octet, a dot at the start of a line */
};

void ms_stuffer_init(ms_stuffer *stuffer)
{
    stuffer->state = LINE_START;
}

/* In blocks that compilers vectorise, as in content_run.c. */
enum { LANES = 16, BLOCK = 128 };

#define MASK(condition) (uint8_t)(-(condition))

/* A dot follows an LF somewhere in the block; octets[-1] is looked at. */
static inline bool dot_follows_lf(const uint8_t *octets, size_t count)
{
    uint8_t hits[LANES] = {0};
    uint64_t halves[2];
    for (const uint8_t *row = octets; row < octets + count; row += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const uint8_t *const octet = row + lane;
            hits[lane] |= MASK(octet[-1] == '\n') & MASK(octet[0] == '.');
        }
    memcpy(halves, hits, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* The offset of the first dot behind octets[at] that starts a line, or end.  cr_before: a CR came before octets[at]. */
static size_t find_dot(const uint8_t *octets, size_t at, size_t end, bool cr_before)
{
    const size_t from = at++;
    while (at < end) {
        while (end - at >= BLOCK && !dot_follows_lf(octets + at, BLOCK))
            at += BLOCK;
        while (end - at >= LANES && !dot_follows_lf(octets + at, LANES))
            at += LANES;
        for (size_t i = 0; i < LANES && at < end; i++, at++) {
            if (octets[at] != '.' || octets[at - 1] != '\n')
                continue;
            if (at - from > 1 ? octets[at - 2] == '\r' : cr_before)
                return at;
        }
    }
    return end;
}

/* The state behind octets[from..to), which are at least one. */
static uint8_t state_behind(const uint8_t *octets, size_t from, size_t to, uint8_t before)
{
    const uint8_t last = octets[to - 1];
    if (last == '\r')
        return CR;
    const bool after_cr = to - from > 1 ? octets[to - 2] == '\r' : before == CR;
    return last == '\n' && after_cr ? LINE_START : TEXT;
}

size_t ms_stuffer_next(ms_stuffer *stuffer, ms_span input, uint8_t *out, size_t room, size_t *written)
{
    /* searched octets are copied while the nearest cache still holds them */
    enum { PIECE = 16 * 1024 };
    size_t at = 0;
    *written = 0;
    while (at < input.len && *written < room) {
        if (stuffer->state == LINE_START && input.ptr[at] == '.') {
            out[(*written)++] = '.';
            stuffer->state = DOUBLED;
            continue;
        }
        size_t octets = input.len - at;
        octets = octets < room - *written ? octets : room - *written;
        octets = octets < PIECE ? octets : PIECE;
        const size_t to = find_dot(input.ptr, at, at + octets, stuffer->state == CR);
        memcpy(out + *written, input.ptr + at, to - at);
        stuffer->state = state_behind(input.ptr, at, to, stuffer->state);
        *written += to - at;
        at = to;
    }
    return at;
}

size_t ms_stuffer_end(ms_stuffer *stuffer, uint8_t *out)
{
    static const uint8_t end[5] = {'\r', '\n', '.', '\r', '\n'};
    const size_t skip = stuffer->state == LINE_START ? 2 : 0;
    memcpy(out, end + skip, sizeof end - skip);
    ms_stuffer_init(stuffer);
    return sizeof end - skip;
}
