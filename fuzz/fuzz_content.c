/*
 * fuzz_content.c - mail data and multi-line responses: the scanner, the counted chunk, the stuffer
 *
 * options: the octets that a chunk announces, times 4; 255 for more than there are.
 */
#include "fuzz/compare.h"
#include "fuzz/log.h"
#include "fuzz/look.h"
#include "mailspec/content.h"

#include <string.h>

const char fuzz_target[] = "content";

static uint8_t joined[FUZZ_INPUT_MAX + 1], stuffed[2 * FUZZ_INPUT_MAX + 16], again[2 * FUZZ_INPUT_MAX + 16];

typedef struct reader {
    ms_content content;
    uint64_t remaining; /* of a chunk */
    bool chunk;
    size_t len; /* of joined */
} reader;

/* Slices point into the input, or at one constant CR. */
static void join(reader *r, ms_span input, ms_span slice, size_t at)
{
    if (ms_span_is_absent(slice))
        return;
    if (!(slice.len == 1 && slice.ptr[0] == '\r')) {
        fuzz_look look = fuzz_look_at(input);
        look.base = at;
        look_span(&look, slice);
    }
    FUZZ_EXPECT(ORACLE_WORK, at, slice.len <= sizeof joined - r->len);
    memcpy(joined + r->len, slice.ptr, slice.len);
    r->len += slice.len;
}

/* Read all of input; the octets behind the end are left.  Returns how many were consumed. */
static size_t read_content(reader *r, const fuzz_input *input, fuzz_way way)
{
    fuzz_cutter cutter = fuzz_cutter_make(input, way);
    fuzz_log *log = fuzz_log_of(way);
    size_t from = 0, to = 0, seen = 0, calls = 0;
    log->count = 0;
    fuzz_hide(input->block, 0);
    do {
        to += fuzz_cutter_next(&cutter, input->octets.len - to);
        fuzz_reveal(input->block, seen, to);
        seen = to;
        for (;;) {
            const ms_span rest = ms_span_make(input->octets.ptr + from, to - from);
            const uint8_t before = r->content.flags;
            const ms_content_slice got =
                r->chunk ? ms_content_chunk(&r->content, &r->remaining, rest) : ms_content_next(&r->content, rest);
            FUZZ_EXPECT(ORACLE_OFFSET, from, got.consumed <= rest.len && got.flag_at <= rest.len);
            FUZZ_EXPECT(ORACLE_WORK, from, ++calls <= 2 * input->octets.len + 4);
            join(r, rest, got.slice, from);
            FUZZ_EXPECT(ORACLE_FACT, from, (before | r->content.new_flags) == r->content.flags);
            if (r->content.new_flags != 0) { /* with which octet each flag is raised */
                fuzz_look look = fuzz_look_at(rest);
                look_number(&look, r->content.new_flags);
                fuzz_log_add(log, from + got.flag_at, look.digest);
            }
            from += got.consumed;
            if (got.status == MS_CONTENT_END) {
                fuzz_show(input->block);
                if (!r->chunk) { /* "Behind the end, each call says END and consumes nothing." */
                    ms_content ended = r->content;
                    const ms_span behind = ms_span_make(input->octets.ptr + from, input->octets.len - from);
                    const ms_content_slice none = ms_content_next(&ended, behind);
                    FUZZ_EXPECT(ORACLE_FACT, from, none.status == MS_CONTENT_END && none.consumed == 0);
                }
                return from;
            }
            if (got.status == MS_CONTENT_NEED_MORE) {
                FUZZ_EXPECT(ORACLE_FACT, from, from == to);
                break;
            }
            FUZZ_EXPECT(ORACLE_WORK, from, got.consumed > 0 || got.slice.len > 0);
        }
    } while (to < input->octets.len);
    fuzz_show(input->block);
    return from;
}

static void scan(const fuzz_input *input, bool chunk)
{
    uint64_t digest = 0;
    size_t end = 0;
    for (fuzz_way way = FUZZ_WHOLE; way < FUZZ_WAYS; way++) {
        if (!fuzz_is_fed(input, way))
            continue;
        reader r = {.chunk = chunk, .remaining = input->options == 255 ? UINT64_MAX : (uint64_t)input->options * 4};
        ms_content_init(&r.content);
        const size_t consumed = read_content(&r, input, way);
        /* "the exact length of the data segment in octets" (RFC 3030 section 2): no octet of a chunk means anything else */
        FUZZ_EXPECT(ORACLE_FACT, 0,
                    !chunk || (r.len == consumed && (r.len == 0 || memcmp(joined, input->octets.ptr, r.len) == 0)));
        fuzz_look look = fuzz_look_at(ms_span_make(joined, r.len));
        look_octets(&look, look.input);
        look_number(&look, r.content.flags);
        if (chunk)
            look_number(&look, ms_content_chunks_end(&r.content));
        if (way != FUZZ_WHOLE) {
            fuzz_log_compare(way);
            const fuzz_oracle oracle = way == FUZZ_OCTETS ? ORACLE_CUT_OCTETS : ORACLE_CUT_PLAN;
            FUZZ_EXPECT(oracle, end, end == consumed);
            FUZZ_EXPECT(oracle, 0, digest == look.digest);
        }
        digest = look.digest;
        end = consumed;
    }
    if (chunk || fuzz_crash_only)
        return;
    /* joined holds the content: ms_content_copy must give the same */
    ms_content content;
    size_t written = 0;
    ms_content_init(&content);
    const ms_content_slice copied = ms_content_copy(&content, input->octets, again, &written);
    FUZZ_EXPECT(ORACLE_FACT, 0, copied.status != MS_CONTENT_SLICE && copied.consumed == end);
    FUZZ_EXPECT(ORACLE_FACT, 0, written <= input->octets.len + 1 && memcmp(again, joined, written) == 0);
}

/* With room for so many octets at once; returns those of the stuffed octets. */
static size_t stuff(ms_span octets, size_t room, uint8_t *out)
{
    ms_stuffer stuffer;
    size_t len = 0, used = 0, calls = 0;
    ms_stuffer_init(&stuffer);
    while (used < octets.len) {
        size_t written = 0;
        const size_t took =
            ms_stuffer_next(&stuffer, ms_span_make(octets.ptr + used, octets.len - used), out + len, room, &written);
        FUZZ_EXPECT(ORACLE_WORK, used, took + written > 0 && ++calls <= 2 * octets.len + 1);
        FUZZ_EXPECT(ORACLE_WORK, used, written <= room && took <= octets.len - used);
        used += took;
        len += written;
    }
    return len + ms_stuffer_end(&stuffer, out + len);
}

/* Whatever the octets: stuffed and un-stuffed, they are back, with CRLF behind them if they had none. */
static void check_stuffing(ms_span octets, size_t room)
{
    const size_t len = stuff(octets, sizeof stuffed - 8, stuffed);
    FUZZ_EXPECT(ORACLE_STUFF, 0, stuff(octets, room, again) == len && memcmp(stuffed, again, len) == 0);
    ms_content content;
    size_t written = 0;
    ms_content_init(&content);
    const ms_content_slice got = ms_content_copy(&content, ms_span_make(stuffed, len), again, &written);
    FUZZ_EXPECT(ORACLE_STUFF, 0, got.status == MS_CONTENT_END && got.consumed == len);
    FUZZ_EXPECT(ORACLE_STUFF, 0, (content.flags & MS_CONTENT_LONE_STUFF) == 0);
    FUZZ_EXPECT(ORACLE_STUFF, 0, written >= octets.len && memcmp(again, octets.ptr, octets.len) == 0);
    const bool ended = octets.len == 0 || (octets.len >= 2 && memcmp(octets.ptr + octets.len - 2, "\r\n", 2) == 0);
    FUZZ_EXPECT(ORACLE_STUFF, octets.len, written == octets.len + (ended ? 0 : 2));
    FUZZ_EXPECT(ORACLE_STUFF, octets.len, ended || memcmp(again + octets.len, "\r\n", 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    scan(&input, false);
    scan(&input, true);
    if (fuzz_crash_only) {
        stuff(input.octets, sizeof stuffed - 8, stuffed);
        return 0;
    }
    FUZZ_COMPARE(ORACLE_MODEL_CONTENT, compare_content(input.octets));
    check_stuffing(input.octets, 1 + input.options % 16);
    return 0;
}
