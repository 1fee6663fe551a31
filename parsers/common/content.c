/*
 * content.c - the content scanner: a table of states for the octets that matter, long runs for the others
 *
 * Two paths lead through the content.  walk() looks at each octet and follows
 * the table, ms_content_run() passes over those with which nothing happens.
 * Both agree at each octet, so it does not matter where one hands over to the
 * other.
 */
#include "mailspec/content.h"

#include "content_run.h"
#include "mailspec/limits.h"

#include <string.h>

/* States, by what came before the next octet.  A state is the shift that finds its byte in a row of the table. */
enum {
    LINE_START = 0, /* the start of the content, or CRLF */
    TEXT = 8,       /* any other octet of a line */
    CR = 16,        /* CR, which is bare if no LF follows */
    DOT = 24,       /* a dot at the start of a line: withheld */
    DOT_CR = 32,    /* that dot and CR: withheld, for LF makes them the end */
    BARE_LF = 40,   /* a bare LF */
    WEAK_DOT = 48,  /* a dot behind a bare LF or a bare CR: content, but some will take it for the start of an end */
    ENDED = 56
};

/* Beside the flags: the scanner has to do something about the octet. */
enum { ACT = 128 };

/* Short names for the table. */
enum {
    LF_ = MS_CONTENT_BARE_LF,
    CR_ = MS_CONTENT_BARE_CR,
    NUL = MS_CONTENT_NUL,
    BIT8 = MS_CONTENT_8BIT,
    END_ = MS_CONTENT_FALSE_END,
    LONE = MS_CONTENT_LONE_STUFF,
    LET_GO = ACT | LONE | END_ /* the CR that was withheld is none of an end */
};

enum octet_kind { KIND_OTHER, KIND_DOT, KIND_CR, KIND_LF, KIND_NUL, KIND_8BIT, KIND_COUNT };

/* One byte per state, found by a shift: the next state then depends on the one before by a shift alone, not by a load
 * from memory, which is what makes one octet per nanosecond possible. */
#define ROW(line_start, text, cr, dot, dot_cr, bare_lf, weak_dot)                                                      \
    ((uint64_t)(line_start) << LINE_START | (uint64_t)(text) << TEXT | (uint64_t)(cr) << CR | (uint64_t)(dot) << DOT | \
     (uint64_t)(dot_cr) << DOT_CR | (uint64_t)(bare_lf) << BARE_LF | (uint64_t)(weak_dot) << WEAK_DOT)

typedef struct transitions {
    uint64_t next[KIND_COUNT];  /* states */
    uint64_t raise[KIND_COUNT]; /* flags, and ACT */
} transitions;

/* RFC 5321 section 4.5.2 and RFC 1939 section 3.  From DOT_CR, all but LF lets the CR go and looks at the octet again,
 * in the state CR. */
/* clang-format off */
static const transitions data_rows = {
    .next = {
        /*                 LINE_START  TEXT        CR          DOT                DOT_CR     BARE_LF     WEAK_DOT */
        [KIND_OTHER] = ROW(TEXT,       TEXT,       TEXT,       TEXT,              CR,        TEXT,       TEXT),
        [KIND_DOT]   = ROW(DOT,        TEXT,       WEAK_DOT,   TEXT,              CR,        WEAK_DOT,   TEXT),
        [KIND_CR]    = ROW(CR,         CR,         CR,         DOT_CR,            CR,        CR,         CR),
        [KIND_LF]    = ROW(BARE_LF,    BARE_LF,    LINE_START, BARE_LF,           ENDED,     BARE_LF,    BARE_LF),
        [KIND_NUL]   = ROW(TEXT,       TEXT,       TEXT,       TEXT,              CR,        TEXT,       TEXT),
        [KIND_8BIT]  = ROW(TEXT,       TEXT,       TEXT,       TEXT,              CR,        TEXT,       TEXT),
    },
    .raise = {
        /*                 LINE_START  TEXT        CR          DOT                DOT_CR     BARE_LF     WEAK_DOT */
        [KIND_OTHER] = ROW(0,          0,          CR_,        LONE,              LET_GO,    0,          0),
        [KIND_DOT]   = ROW(ACT,        0,          CR_,        0,                 LET_GO,    0,          0),
        [KIND_CR]    = ROW(0,          0,          CR_,        ACT,               LET_GO,    0,          END_),
        [KIND_LF]    = ROW(LF_,        LF_,        0,          LF_ | LONE | END_, ACT,       LF_,        LF_ | END_),
        [KIND_NUL]   = ROW(NUL,        NUL,        CR_ | NUL,  LONE | NUL,        LET_GO,    NUL,        NUL),
        [KIND_8BIT]  = ROW(BIT8,       BIT8,       CR_ | BIT8, LONE | BIT8,       LET_GO,    BIT8,       BIT8),
    },
};

/* RFC 3030 section 2: dots mean nothing, and four of the states are never reached. */
static const transitions chunk_rows = {
    .next = {
        [KIND_OTHER] = ROW(TEXT,       TEXT,       TEXT,       0, 0, 0, 0),
        [KIND_DOT]   = ROW(TEXT,       TEXT,       TEXT,       0, 0, 0, 0),
        [KIND_CR]    = ROW(CR,         CR,         CR,         0, 0, 0, 0),
        [KIND_LF]    = ROW(TEXT,       TEXT,       LINE_START, 0, 0, 0, 0),
        [KIND_NUL]   = ROW(TEXT,       TEXT,       TEXT,       0, 0, 0, 0),
        [KIND_8BIT]  = ROW(TEXT,       TEXT,       TEXT,       0, 0, 0, 0),
    },
    .raise = {
        [KIND_OTHER] = ROW(0,          0,          CR_,        0, 0, 0, 0),
        [KIND_DOT]   = ROW(0,          0,          CR_,        0, 0, 0, 0),
        [KIND_CR]    = ROW(0,          0,          CR_,        0, 0, 0, 0),
        [KIND_LF]    = ROW(LF_,        LF_,        0,          0, 0, 0, 0),
        [KIND_NUL]   = ROW(NUL,        NUL,        CR_ | NUL,  0, 0, 0, 0),
        [KIND_8BIT]  = ROW(BIT8,       BIT8,       CR_ | BIT8, 0, 0, 0, 0),
    },
};
/* clang-format on */

#define KIND(c)                \
    ((c) == 0      ? KIND_NUL  \
     : (c) == '\n' ? KIND_LF   \
     : (c) == '\r' ? KIND_CR   \
     : (c) == '.'  ? KIND_DOT  \
     : (c) > 127   ? KIND_8BIT \
                   : KIND_OTHER)
#define X4(c)  KIND(c), KIND((c) + 1), KIND((c) + 2), KIND((c) + 3)
#define X16(c) X4(c), X4((c) + 4), X4((c) + 8), X4((c) + 12)
#define X64(c) X16(c), X16((c) + 16), X16((c) + 32), X16((c) + 48)
static const uint8_t kinds[256] = {X64(0), X64(64), X64(128), X64(192)};

#define EACH_OCTET(octet) ((uint64_t)(octet)*0x0101010101010101u)

/* One call's view of the stream. */
typedef struct scan {
    const transitions *rows;
    const uint8_t *octets;
    size_t len;
    size_t at;        /* the next octet */
    size_t line_from; /* where the current line's octets begin; wraps around 0 when that was in an earlier input, so
                         that at - line_from counts them all the same */
    unsigned state;
    unsigned flags; /* raised before */
} scan;

/* Follow the table up to the offset, or to the first octet that raises something new: that is not passed, but the
 * state is the one behind it.  Returns what it raised, or 0. */
static inline unsigned walk(scan *s, size_t to)
{
    const transitions *const rows = s->rows;
    const uint8_t *const octets = s->octets;
    const unsigned wanted = ~s->flags & 0xFF;
    unsigned state = s->state, raised = 0;
    size_t at = s->at, line_from = s->line_from;
    while (at < to) {
        const size_t kind = kinds[octets[at]];
        raised = (unsigned)(rows->raise[kind] >> state) & wanted;
        state = (unsigned)(rows->next[kind] >> state & 0xFF);
        if (raised != 0)
            break;
        at++;
        line_from = state == LINE_START ? at : line_from;
    }
    s->state = state;
    s->at = at;
    s->line_from = line_from;
    return raised;
}

/* Octets of the line that are still free of the question whether it is too long. */
static inline size_t line_room(const scan *s)
{
    const size_t octets = s->at - s->line_from;
    if ((s->flags & MS_CONTENT_LONG_LINE) != 0)
        return SIZE_MAX;
    return octets < MS_SMTP_LINE_CHARS_MAX ? MS_SMTP_LINE_CHARS_MAX - octets : 0;
}

/* The octet at the offset, behind which the state is now, made the line too long: its octets, a CR at the end left
 * aside, are more than 998 (RFC 5322 section 2.1.1). */
static inline bool makes_too_long(const scan *s, size_t at)
{
    const size_t octets = at - s->line_from + (s->state == CR ? 0 : 1);
    return s->state != LINE_START && octets > MS_SMTP_LINE_CHARS_MAX;
}

/* The offset behind the last LF of octets[from..to), or from. */
static size_t behind_last_lf(const uint8_t *octets, size_t from, size_t to)
{
    if (octets[to - 1] == '\n')
        return to;
    /* eight at once: the subtraction sets the highest bit of the octets that are LF, and perhaps of some before them,
     * if none of the eight is above 127, and of more else */
    for (; to - from >= 8; to -= 8) {
        uint64_t eight;
        memcpy(&eight, octets + to - 8, sizeof eight);
        if ((((eight ^ EACH_OCTET('\n')) - EACH_OCTET(1)) & EACH_OCTET(0x80)) != 0 &&
            memchr(octets + to - 8, '\n', 8) != NULL)
            break;
    }
    while (to > from && octets[to - 1] != '\n')
        to--;
    return to;
}

/* Pass over plain octets at once, behind an octet that was walked.  A weak dot has to be walked away from: the octet
 * before the next does not show it.  In the other states of that kind walk() does not end without raising something. */
static inline void run(scan *s)
{
    if (s->state == WEAK_DOT)
        return;
    const bool watch_lines = (s->flags & MS_CONTENT_LONG_LINE) == 0;
    const size_t from = s->at;
    const size_t to =
        ms_content_run(s->octets, from, s->len, (s->flags & MS_CONTENT_8BIT) != 0,
                       watch_lines ? from - s->line_from : 0, watch_lines ? MS_SMTP_LINE_CHARS_MAX : SIZE_MAX);
    if (to == from)
        return;
    const uint8_t last = s->octets[to - 1];
    s->at = to;
    s->state = last == '\r' ? CR : last == '\n' ? LINE_START : TEXT;
    const size_t line_from = watch_lines ? behind_last_lf(s->octets, from, to) : from;
    if (line_from != from)
        s->line_from = line_from; /* all LFs of a run end lines */
}

/* Go on to the next octet that raises something new, and return that, or 0 at the end of the input. */
static inline unsigned advance(scan *s)
{
    enum { STINT = 6, LONGEST_STINT = 4096, LONG_RUN = 64 };
    size_t stint = STINT;
    while (s->at < s->len) {
        const size_t from = s->at, room = line_room(s);
        size_t octets = s->len - from < stint ? s->len - from : stint;
        octets = octets < room ? octets : room > 0 ? room : 1;
        unsigned raised = walk(s, from + octets);
        if (room == 0 && makes_too_long(s, from)) {
            s->at = from;
            raised |= MS_CONTENT_LONG_LINE;
        }
        if (raised != 0)
            return raised;
        const size_t walked = s->at;
        run(s);
        /* where little is plain, trying costs */
        stint = s->at - walked >= LONG_RUN ? STINT : stint < LONGEST_STINT ? 2 * stint : stint;
    }
    return 0;
}

static inline scan scan_begin(const ms_content *content, ms_span input, const transitions *rows)
{
    const scan s = {.rows = rows,
                    .octets = input.ptr,
                    .len = input.len,
                    .line_from = (size_t)0 - content->line_octets,
                    .state = content->state,
                    .flags = content->flags};
    return s;
}

/* Keep what the next call needs, and report.  With the octet at s->at the scan stopped: passed is 1 if it is used, too,
 * and 0 if it is to be given again. */
static inline ms_content_slice scan_end(ms_content *content, const scan *s, ms_content_status status, ms_span slice,
                                        size_t passed, unsigned raised)
{
    const size_t consumed = s->at + passed;
    content->new_flags = (uint8_t)(raised & ~(unsigned)ACT);
    content->flags |= content->new_flags;
    content->state = (uint8_t)s->state;
    content->line_octets = (content->flags & MS_CONTENT_LONG_LINE) != 0 ? 0 : (uint32_t)(consumed - s->line_from);
    const ms_content_slice result = {
        .status = status, .slice = slice, .consumed = consumed, .flag_at = content->new_flags != 0 ? s->at : 0};
    return result;
}

static inline ms_span slice_of(const scan *s, size_t from, size_t to)
{
    return to > from ? ms_span_make(s->octets + from, to - from) : ms_span_absent();
}

void ms_content_init(ms_content *content)
{
    memset(content, 0, sizeof *content);
}

/* The next slice by either table.  All the functions above are part of this one, for the compiler to keep what they
 * share in registers. */
static ms_content_slice take_slice(ms_content *content, ms_span input, const transitions *rows)
{
    static const uint8_t withheld_cr = '\r';
    scan s = scan_begin(content, input, rows);
    size_t from = 0;
    if (s.state == ENDED)
        return scan_end(content, &s, MS_CONTENT_END, ms_span_absent(), 0, 0);
    for (;;) {
        const unsigned raised = advance(&s);
        if (raised == 0)
            return scan_end(content, &s, MS_CONTENT_NEED_MORE, slice_of(&s, from, s.at), 0, 0);
        if ((raised & ACT) == 0)
            return scan_end(content, &s, MS_CONTENT_SLICE, slice_of(&s, from, s.at + 1), 1, raised);
        if (s.state == ENDED)
            return scan_end(content, &s, MS_CONTENT_END, ms_span_absent(), 1, 0);
        if (s.state == CR) {
            /* the withheld CR turned out to be content; its dot did not */
            if (s.at == 0)
                return scan_end(content, &s, MS_CONTENT_SLICE, ms_span_make(&withheld_cr, 1), 0, raised);
            from = s.at - 1;
            if (raised != ACT)
                return scan_end(content, &s, MS_CONTENT_SLICE, slice_of(&s, from, s.at), 0, raised);
            continue;
        }
        if (s.state == DOT) {
            s.line_from = s.at + 1;
            if (s.at > from)
                return scan_end(content, &s, MS_CONTENT_SLICE, slice_of(&s, from, s.at), 1, 0);
        }
        from = ++s.at; /* behind the dot, or the dot and CR */
    }
}

ms_content_slice ms_content_next(ms_content *content, ms_span input)
{
    /* A body of short lines that all begin with a dot makes the most slices out of the fewest octets.  Walking from one
     * such dot to the next needs none of the rest, which costs as much as all of the octets. */
    enum { SHORT_LINE = 6 };
    if (content->state == DOT && input.len >= SHORT_LINE) {
        scan s = scan_begin(content, input, &data_rows);
        const unsigned raised = walk(&s, SHORT_LINE);
        if (raised == ACT && s.state == DOT) {
            s.line_from = s.at + 1;
            return scan_end(content, &s, MS_CONTENT_SLICE, slice_of(&s, 0, s.at), 1, 0);
        }
    }
    return take_slice(content, input, &data_rows);
}

ms_content_slice ms_content_copy(ms_content *content, ms_span input, uint8_t *out, size_t *written)
{
    /* scanned octets are copied while the nearest cache still holds them */
    enum { PIECE = 16 * 1024 };
    ms_content_slice result = {.status = MS_CONTENT_NEED_MORE};
    unsigned raised = 0;
    *written = 0;
    content->new_flags = 0;
    do {
        const size_t left = input.len - result.consumed;
        const ms_span piece =
            left == 0 ? ms_span_absent() : ms_span_make(input.ptr + result.consumed, left < PIECE ? left : PIECE);
        const ms_content_slice next = ms_content_next(content, piece);
        if (next.slice.len > 0)
            memcpy(out + *written, next.slice.ptr, next.slice.len);
        *written += next.slice.len;
        if (raised == 0 && content->new_flags != 0)
            result.flag_at = result.consumed + next.flag_at;
        raised |= content->new_flags;
        result.consumed += next.consumed;
        result.status = next.status;
    } while (result.status == MS_CONTENT_SLICE ||
             (result.status == MS_CONTENT_NEED_MORE && result.consumed < input.len));
    content->new_flags = (uint8_t)raised;
    result.slice = *written > 0 ? ms_span_make(out, *written) : ms_span_absent();
    return result;
}

ms_content_slice ms_content_chunk(ms_content *content, uint64_t *remaining, ms_span input)
{
    if (input.len > *remaining)
        input.len = (size_t)*remaining;
    ms_content_slice result = take_slice(content, input, &chunk_rows);
    *remaining -= result.consumed;
    if (*remaining == 0)
        result.status = MS_CONTENT_END;
    return result;
}

uint8_t ms_content_chunks_end(ms_content *content)
{
    unsigned raised = 0;
    if (content->state == CR) {
        raised = MS_CONTENT_BARE_CR | (content->line_octets > MS_SMTP_LINE_CHARS_MAX ? MS_CONTENT_LONG_LINE : 0);
        content->state = TEXT;
    }
    content->new_flags = (uint8_t)(raised & ~(unsigned)content->flags);
    content->flags |= content->new_flags;
    return content->new_flags;
}
