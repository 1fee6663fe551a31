/* input.c - see input.h */
#include "fuzz/input.h"

#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#endif
#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#endif

enum { FUZZ_TRAILER_MARK = 4 };

/* Octet by octet: memcmp() is the sanitizer's, which costs as much as a short line does. */
static bool is_trailer(const uint8_t *mark)
{
    return mark[0] == 0xFF && mark[1] == 'C' && mark[2] == 'U' && mark[3] == 'T';
}

fuzz_input fuzz_input_read(const uint8_t *data, size_t size)
{
    static const uint8_t none[1];
    const ms_span all = ms_span_make(size == 0 ? none : data, size);
    fuzz_input input;
    input.block = input.octets = all;
    input.options = input.plan_len = 0;
    if (size >= FUZZ_TRAILER && is_trailer(data + size - FUZZ_TRAILER_MARK)) {
        const size_t count = data[size - FUZZ_TRAILER];
        if (count <= size - FUZZ_TRAILER) {
            input.octets.len = size - FUZZ_TRAILER - count;
            input.options = data[size - FUZZ_TRAILER + 1];
            input.plan_len = (uint8_t)count;
            memcpy(input.plan, data + input.octets.len, count);
        }
    }
    if (input.octets.len > FUZZ_INPUT_MAX)
        input.octets.len = 0;
    return input;
}

bool fuzz_thorough, fuzz_crash_only;

static uint32_t hash(const fuzz_input *input)
{
    uint32_t value = UINT32_C(2166136261) ^ (uint32_t)input->octets.len;
    const size_t step = input->octets.len / 64 + 1;
    for (size_t i = 0; i < input->octets.len; i += step)
        value = (value ^ input->octets.ptr[i]) * UINT32_C(16777619);
    return value ^ value >> 15;
}

bool fuzz_is_fed(const fuzz_input *input, fuzz_way way)
{
    enum { SHORT = 48 };
    if (way != FUZZ_WHOLE && fuzz_crash_only)
        return false;
    if (way == FUZZ_WHOLE || fuzz_thorough || input->octets.len <= SHORT)
        return true;
    return way == FUZZ_OCTETS ? hash(input) % 8 == 0 : input->plan_len > 0 || hash(input) % 2 == 0;
}

fuzz_cutter fuzz_cutter_make(const fuzz_input *input, fuzz_way way)
{
    fuzz_cutter cutter = {input, way, 0};
    if (way == FUZZ_PLANNED && input->plan_len == 0)
        cutter.turn = hash(input) | 1;
    return cutter;
}

size_t fuzz_cutter_next(fuzz_cutter *cutter, size_t left)
{
    size_t piece = left;
    if (cutter->way == FUZZ_OCTETS) {
        piece = 1;
    } else if (cutter->way == FUZZ_LINES) {
        const ms_span octets = cutter->input->octets;
        const uint8_t *rest = octets.ptr + (octets.len - left);
        const uint8_t *lf = left == 0 ? NULL : memchr(rest, '\n', left);
        piece = lf == NULL ? left : (size_t)(lf - rest) + 1;
    } else if (cutter->way == FUZZ_PLANNED && cutter->input->plan_len > 0) {
        piece = cutter->input->plan[cutter->turn++ % cutter->input->plan_len];
        if (piece == 0)
            piece = 256;
    } else if (cutter->way == FUZZ_PLANNED) { /* xorshift */
        cutter->turn ^= cutter->turn << 13;
        cutter->turn ^= cutter->turn >> 17;
        cutter->turn ^= cutter->turn << 5;
        piece = 1 + cutter->turn % 17;
    }
    return piece < left ? piece : left;
}

void fuzz_hide(ms_span block, size_t len)
{
#ifdef HAVE_ASAN
    if (len < block.len)
        __asan_poison_memory_region(block.ptr + len, block.len - len);
#else
    (void)block;
    (void)len;
#endif
}

void fuzz_reveal(ms_span block, size_t from, size_t to)
{
#ifdef HAVE_ASAN
    __asan_unpoison_memory_region(block.ptr + from, to - from);
#else
    (void)block;
    (void)from;
    (void)to;
#endif
}

void fuzz_show(ms_span block)
{
#ifdef HAVE_ASAN
    __asan_unpoison_memory_region(block.ptr, block.len);
#else
    (void)block;
#endif
}

/* Frames of their own, in the heap, would keep what the last call of the same function left. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0";
}

__attribute__((noinline)) void fuzz_scribble(void)
{
    uint8_t stack[16384];
    memset(stack, 0xA5, sizeof stack); /* an octet at a time, it took as long as all the rest of a run */
    __asm__ volatile("" ::"r"(stack) : "memory");
}

ms_span fuzz_again(ms_span octets)
{
    static uint8_t room[FUZZ_INPUT_MAX + 16];
    fuzz_scribble();
    room[2] = '<';
    memcpy(room + 3, octets.ptr, octets.len);
    memcpy(room + 3 + octets.len, ">9\r\n= ", 6);
    return ms_span_make(room + 3, octets.len);
}

ms_span fuzz_one_line(ms_span octets)
{
    const uint8_t *lf = octets.len == 0 ? NULL : memchr(octets.ptr, '\n', octets.len);
    if (lf == NULL)
        return octets;
    const size_t len = (size_t)(lf - octets.ptr);
    return ms_span_make(octets.ptr, len > 0 && lf[-1] == '\r' ? len - 1 : len);
}

void fuzz_each_piece(ms_span octets, size_t limit, fuzz_line_reader *read, const void *context)
{
    ms_line_framer framer;
    ms_line_init(&framer, limit);
    for (size_t at = 0;;) {
        const ms_line line = ms_line_next(&framer, ms_span_make(octets.ptr + at, octets.len - at));
        read(&line, context);
        if (line.status == MS_LINE_NEED_MORE)
            return;
        at += line.consumed;
    }
}

/* --- both sides ------------------------------------------------------------- */

enum { BEHIND = 16 }; /* octets behind a stream that can be hidden */
static uint8_t streams[2][FUZZ_INPUT_MAX + BEHIND];
static fuzz_talk talk;

static fuzz_segment *last_said(ms_side side)
{
    if (talk.count > 0) {
        fuzz_segment *last = &talk.segments[talk.count - 1];
        if (last->kind == FUZZ_SAID && last->side == side)
            return last;
    }
    if (talk.count == FUZZ_SEGMENTS_MAX)
        return NULL;
    talk.segments[talk.count] = (fuzz_segment){FUZZ_SAID, side, 0};
    return &talk.segments[talk.count++];
}

static void add_event(fuzz_segment_kind kind, ms_side side)
{
    if (talk.count < FUZZ_SEGMENTS_MAX)
        talk.segments[talk.count++] = (fuzz_segment){kind, side, 0};
}

/* What a mark does; false: it is none. */
static bool read_mark(uint8_t octet, ms_side *side)
{
    if (octet == 'C' || octet == 'S') {
        *side = octet == 'C' ? MS_CLIENT : MS_SERVER;
        return true;
    }
    if (octet == 'T' || octet == 'H' || octet == 'X') {
        add_event(octet == 'T' ? FUZZ_TLS : FUZZ_CLOSE, octet == 'H' ? MS_CLIENT : MS_SERVER);
        return true;
    }
    return false;
}

/* Octets up to the next mark are said by one side; false: there is no room for another segment. */
static bool add_said(ms_side side, size_t len[2], ms_span octets)
{
    fuzz_segment *segment = last_said(side);
    if (segment == NULL)
        return false;
    memcpy(streams[side] + len[side], octets.ptr, octets.len);
    len[side] += octets.len;
    segment->len += octets.len;
    return true;
}

const fuzz_talk *fuzz_talk_read(ms_span octets)
{
    ms_side side = MS_SERVER;
    size_t len[2] = {0, 0};
    talk.count = 0;
    for (size_t at = 0; at < octets.len;) {
        size_t from = at; /* of what is said up to the next mark, and with it, where it is none */
        if (octets.ptr[at] == FUZZ_MARK && at + 1 < octets.len) {
            if (read_mark(octets.ptr[at + 1], &side)) {
                at += 2;
                continue;
            }
            from = octets.ptr[at + 1] == FUZZ_MARK ? at + 1 : at;
        }
        const uint8_t *mark = memchr(octets.ptr + from + 1, FUZZ_MARK, octets.len - from - 1);
        at = mark == NULL ? octets.len : (size_t)(mark - octets.ptr);
        if (!add_said(side, len, ms_span_make(octets.ptr + from, at - from)))
            break;
    }
    for (int i = 0; i < 2; i++) {
        talk.stream[i] = ms_span_make(streams[i], len[i]);
        talk.block[i] = ms_span_make(streams[i], len[i] + BEHIND);
    }
    return &talk;
}
