/*
 * fuzz_pop3_command.c - one POP3 command line, parsed, written, parsed again
 *
 * options: 1 UTF8, 2 a SASL response, 4 RFC 2449's lengths, 8 a framer with a lower limit.
 */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"
#include "mailspec/limits.h"

#include <string.h>

const char fuzz_target[] = "pop3_command";

static uint8_t first_line[2 * FUZZ_INPUT_MAX], second_line[2 * FUZZ_INPUT_MAX];

static void check_reparse(ms_span line, const ms_pop3_parsed *parsed, const ms_pop3_context *context)
{
    const size_t len = ms_pop3_command_write(&parsed->command, first_line, sizeof first_line);
    if (len == 0 && parsed->deviations != 0)
        return; /* what was understood although it is wrong need not be written */
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len >= 2 && len <= sizeof first_line);
    FUZZ_EXPECT(ORACLE_FACT, 0, ms_pop3_command_write(&parsed->command, second_line, len - 1) == len);
    if (len == line.len + 2 && (line.len == 0 || memcmp(first_line, line.ptr, line.len) == 0))
        return; /* what is read again in any case, at another address */
    const ms_pop3_parsed again = ms_pop3_command_parse(ms_span_make(first_line, len - 2), context);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, again.error_at, again.error == MS_POP3_OK);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, again.command.verb == parsed->command.verb);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, (again.deviations & ~parsed->deviations) == 0);
    if (parsed->deviations == 0) {
        fuzz_look was = fuzz_look_into(line), is = fuzz_look_into(ms_span_make(first_line, len - 2));
        look_pop3_argument(&was, &parsed->command);
        look_pop3_argument(&is, &again.command);
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, was.digest == is.digest);
    }
    const size_t second = ms_pop3_command_write(&again.command, second_line, sizeof second_line);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, second == len && memcmp(first_line, second_line, len) == 0);
}

/* Each piece of a long line, and one that has not ended: errors that say so. */
static void read_piece(const ms_line *line, const void *context)
{
    fuzz_look look = fuzz_look_at(line->text);
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(line, context);
    if (line->status != MS_LINE_NEED_MORE) /* which has no text */
        look_pop3_parsed(&look, &parsed);
    const bool incomplete = line->status == MS_LINE_NEED_MORE;
    FUZZ_EXPECT(ORACLE_FACT, 0, incomplete == (parsed.error == MS_POP3_ERR_INCOMPLETE));
    FUZZ_EXPECT(ORACLE_FACT, 0, ((line->flags & MS_LINE_TOO_LONG) != 0) <= (parsed.error != MS_POP3_OK));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span line = fuzz_one_line(input.octets);
    const ms_pop3_context context = {(input.options & 1) != 0, (input.options & 2) != 0, (input.options & 4) != 0};
    fuzz_hide(input.block, line.len);
    fuzz_look first = fuzz_look_at(line);
    const ms_pop3_parsed parsed = ms_pop3_command_parse(line, &context);
    if (fuzz_crash_only) {
        if (parsed.error == MS_POP3_OK)
            ms_pop3_command_write(&parsed.command, first_line, sizeof first_line);
        fuzz_show(input.block);
        return 0;
    }
    look_pop3_parsed(&first, &parsed);
    if (parsed.error == MS_POP3_OK)
        check_reparse(line, &parsed, &context);
    FUZZ_COMPARE(ORACLE_MODEL_COMMAND, compare_pop3_command_parsed(line, &context, &parsed));
    fuzz_look second = fuzz_look_at(fuzz_again(line));
    /* no context is the same as one that says nothing */
    const ms_pop3_parsed repeated = ms_pop3_command_parse(second.input, input.options % 8 == 0 ? NULL : &context);
    look_pop3_parsed(&second, &repeated);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, first.digest == second.digest);
    if (fuzz_thorough || line.len % 8 == 0) { /* and at the same address */
        fuzz_look third = fuzz_look_at(second.input);
        const ms_pop3_parsed same = ms_pop3_command_parse(third.input, &context);
        look_pop3_parsed(&third, &same);
        FUZZ_EXPECT(ORACLE_DETERMINISM, 0, third.digest == second.digest);
    }
    fuzz_show(input.block);
    fuzz_each_piece(input.octets, (input.options & 8) != 0 ? 64 : MS_POP3_COMMAND_LINE_MAX, read_piece, &context);
    return 0;
}
