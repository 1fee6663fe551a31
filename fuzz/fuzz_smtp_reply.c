/*
 * fuzz_smtp_reply.c - SMTP reply lines, and the replies they make
 *
 * options: bits 0 to 2 what the reply answers, 8 enhanced status codes are in force, 16 SMTPUTF8, 32 a framer with a
 * lower limit, 64 the line may hold LF.
 */
#include "fuzz/compare.h"
#include "fuzz/log.h"
#include "fuzz/look.h"
#include "mailspec/limits.h"

#include <string.h>

const char fuzz_target[] = "smtp_reply";

static uint64_t one_line(ms_span line, const ms_reply_context *context)
{
    fuzz_look look = fuzz_look_at(line);
    const ms_reply_line parsed = ms_reply_line_parse(line, context);
    look_reply_line(&look, &parsed);
    return look.digest;
}

/* A line without a fault can be written as it was read. */
static void check_write(const ms_reply_line *line, ms_span text)
{
    static uint8_t out[FUZZ_INPUT_MAX + 16];
    if (line->error != MS_REPLY_OK || line->deviations != 0 || text.len + 2 > MS_SMTP_REPLY_LINE_MAX)
        return;
    const size_t len = ms_reply_line_write(line->code, line->more, NULL, line->text, out, sizeof out);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len == text.len + 2 && memcmp(out, text.ptr, text.len) == 0);
}

static void run(const fuzz_input *input, fuzz_way way, const ms_reply_context *context)
{
    fuzz_cutter cutter = fuzz_cutter_make(input, way);
    fuzz_log *log = fuzz_log_of(way);
    ms_line_framer framer;
    ms_reply reply;
    size_t from = 0, to = 0, seen = 0;
    bool skip = false; /* the rest of an over-long line is not given */
    log->count = 0;
    ms_line_init(&framer, MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&reply);
    fuzz_hide(input->block, 0);
    while (to < input->octets.len) {
        to += fuzz_cutter_next(&cutter, input->octets.len - to);
        fuzz_reveal(input->block, seen, to);
        seen = to;
        for (;;) {
            fuzz_look look = fuzz_look_at(ms_span_make(input->octets.ptr + from, to - from));
            look.base = from;
            const ms_line line = ms_line_next(&framer, look.input);
            if (line.status == MS_LINE_NEED_MORE)
                break;
            if (!skip && fuzz_crash_only) {
                (void)ms_reply_next(&reply, &line, context);
            } else if (!skip) {
                const ms_reply before = reply;
                const bool begins = before.lines == 0 || before.complete;
                const ms_reply_line got = ms_reply_next(&reply, &line, context);
                if (line.status == MS_LINE_COMPLETE && line.flags == 0)
                    FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_reply_lines(&before, line.text, &got, &reply));
                look.input.len = line.consumed;
                look_reply_line(&look, &got);
                look_reply(&look, &reply);
                if (way == FUZZ_WHOLE && begins && line.flags == 0)
                    check_write(&got, line.text);
                fuzz_log_add(log, from, look.digest);
            }
            skip = line.status != MS_LINE_COMPLETE;
            from += line.consumed;
        }
    }
    fuzz_show(input->block);
    if (way != FUZZ_WHOLE)
        fuzz_log_compare(way);
}

/* Any text that may be written is read as it was. */
static void check_serialise(ms_span text)
{
    static uint8_t out[FUZZ_INPUT_MAX + 16];
    static const ms_enhanced_status status = {5, 7, 999};
    const size_t len = ms_reply_line_write(550, true, &status, text, out, sizeof out);
    if (len == 0)
        return; /* refused */
    const ms_reply_context context = {.enhanced = true};
    const ms_reply_line line = ms_reply_line_parse(ms_span_make(out, len - 2), &context);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, line.error == MS_REPLY_OK && line.code == 550 && line.more);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, line.enhanced.class_ == 5 && line.enhanced.detail == 999);
}

/* The rest of an over-long line, and a line that has not ended, are not to be given; if they are, nothing changes. */
static void read_piece(const ms_line *line, const void *context)
{
    fuzz_look look = fuzz_look_at(line->text);
    ms_reply reply;
    ms_reply_init(&reply);
    const ms_reply_line got = ms_reply_next(&reply, line, context);
    if (line->status != MS_LINE_NEED_MORE) /* which has no text */
        look_reply_line(&look, &got);
    const bool none = line->status == MS_LINE_NEED_MORE || line->status == MS_LINE_CONTINUED;
    FUZZ_EXPECT(ORACLE_FACT, 0, none == (got.error == MS_REPLY_ERR_INCOMPLETE));
    FUZZ_EXPECT(ORACLE_FACT, 0, !none || reply.lines == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_reply_context context = {(ms_reply_after)(input.options % 8 % (MS_AFTER_RCPT + 1)),
                                      (input.options & 8) != 0, (input.options & 16) != 0};
    const bool with_lf = (input.options & 64) != 0; /* no framer gives one, but others may */
    const ms_span line = with_lf ? input.octets : fuzz_one_line(input.octets);
    fuzz_hide(input.block, line.len);
    if (fuzz_crash_only) {
        fuzz_show(input.block);
        run(&input, FUZZ_WHOLE, &context);
        return 0;
    }
    const uint64_t digest = one_line(line, &context);
    /* no context is the same as one that says nothing */
    const ms_reply_context *same = input.options % 32 == 0 ? NULL : &context;
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, one_line(fuzz_again(line), same) == digest);
    if (!with_lf)
        FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_reply_line(line, &context));
    fuzz_show(input.block);
    for (fuzz_way way = FUZZ_WHOLE; way < FUZZ_WAYS; way++)
        if (fuzz_is_fed(&input, way))
            run(&input, way, &context);
    fuzz_each_piece(input.octets, (input.options & 32) != 0 ? 64 : MS_SMTP_REPLY_LINE_MAX, read_piece, &context);
    check_serialise(line);
    return 0;
}
