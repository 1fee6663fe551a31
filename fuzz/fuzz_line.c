/*
 * fuzz_line.c - the line framer: pieces do not depend on the cuts, and hold what their flags say
 *
 * options: which limit.
 */
#include "fuzz/log.h"
#include "fuzz/look.h"

#include <string.h>

const char fuzz_target[] = "line";

static bool has(const ms_line *line, unsigned flag)
{
    return (line->flags & flag) != 0;
}

/* What line.h says of one piece, without looking at those before it. */
static void check_piece(const ms_line *line, size_t limit, size_t at)
{
    const uint8_t *end = line->text.ptr + line->text.len;
    if (line->status != MS_LINE_COMPLETE) {
        FUZZ_EXPECT(ORACLE_FACT, at, line->consumed == line->text.len);
        FUZZ_EXPECT(ORACLE_FACT, at, line->consumed == limit || (line->consumed == limit - 1 && *end == '\r'));
        FUZZ_EXPECT(ORACLE_FACT, at, has(line, MS_LINE_TOO_LONG));
        FUZZ_EXPECT(ORACLE_FACT, at, line->consumed < limit || end[-1] != '\r'); /* it may belong to the line end */
    } else {
        const bool bare = has(line, MS_LINE_BARE_LF);
        FUZZ_EXPECT(ORACLE_FACT, at, line->consumed == line->text.len + (bare ? 1 : 2));
        FUZZ_EXPECT(ORACLE_FACT, at, bare ? *end == '\n' : memcmp(end, "\r\n", 2) == 0);
        FUZZ_EXPECT(ORACLE_FACT, at, line->consumed <= limit);
    }
    FUZZ_EXPECT(ORACLE_FACT, at, line->text.len == 0 || memchr(line->text.ptr, '\n', line->text.len) == NULL);
    const uint8_t *nul = line->text.len == 0 ? NULL : memchr(line->text.ptr, 0, line->text.len);
    FUZZ_EXPECT(ORACLE_FACT, at, nul == NULL ? line->nul_at == MS_LINE_NOWHERE : line->nul_at == nul - line->text.ptr);
    FUZZ_EXPECT(ORACLE_FACT, at, nul == NULL || has(line, MS_LINE_NUL));
}

static void run(const fuzz_input *input, fuzz_way way, size_t asked, size_t limit)
{
    fuzz_cutter cutter = fuzz_cutter_make(input, way);
    fuzz_log *log = fuzz_log_of(way);
    ms_line_framer framer;
    size_t from = 0, to = 0, seen = 0, calls = 0;
    bool long_line = false;
    log->count = 0;
    ms_line_init(&framer, asked);
    fuzz_hide(input->block, 0);
    while (to < input->octets.len) {
        to += fuzz_cutter_next(&cutter, input->octets.len - to);
        fuzz_reveal(input->block, seen, to);
        seen = to;
        for (;;) {
            fuzz_look look = fuzz_look_at(ms_span_make(input->octets.ptr + from, to - from));
            look.base = from;
            const ms_line line = ms_line_next(&framer, look.input);
            FUZZ_EXPECT(ORACLE_WORK, from, ++calls <= 2 * input->octets.len);
            if (line.status == MS_LINE_NEED_MORE) {
                FUZZ_EXPECT(ORACLE_FACT, from, line.consumed == 0 && ms_span_is_absent(line.text));
                break;
            }
            FUZZ_EXPECT(ORACLE_WORK, from, line.consumed > 0);
            look_line(&look, &line);
            check_piece(&line, limit, from);
            FUZZ_EXPECT(ORACLE_FACT, from, (line.status == MS_LINE_CONTINUED) <= long_line);
            FUZZ_EXPECT(ORACLE_FACT, from, (line.status == MS_LINE_HEAD) <= !long_line);
            FUZZ_EXPECT(ORACLE_FACT, from, long_line <= has(&line, MS_LINE_TOO_LONG));
            long_line = line.status != MS_LINE_COMPLETE;
            fuzz_log_add(log, from, look.digest);
            from += line.consumed;
        }
        FUZZ_EXPECT(ORACLE_FACT, from, to - from <= limit);
    }
    fuzz_show(input->block);
    if (way != FUZZ_WHOLE)
        fuzz_log_compare(way);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct {
        size_t asked, given;
    } limits[] = {{512, 512}, {3, 3},       {4, 4},         {10, 10}, {64, 64},
                  {255, 255}, {1000, 1000}, {12288, 12288}, {0, 3},   {SIZE_MAX, MS_LINE_LIMIT_MAX}};
    const fuzz_input input = fuzz_input_read(data, size);
    const size_t which = input.options % (sizeof limits / sizeof limits[0]);
    for (fuzz_way way = FUZZ_WHOLE; way < FUZZ_WAYS; way++)
        if (fuzz_is_fed(&input, way))
            run(&input, way, limits[which].asked, limits[which].given);
    return 0;
}
