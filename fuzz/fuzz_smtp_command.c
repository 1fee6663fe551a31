/*
 * fuzz_smtp_command.c - one SMTP command line, parsed, written, parsed again
 *
 * options: 1 SMTPUTF8, 2 LMTP, 4 an AUTH response, 8 the line may hold LF.
 */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"
#include "mailspec/limits.h"

#include <string.h>

const char fuzz_target[] = "smtp_command";

static uint8_t first_line[2 * FUZZ_INPUT_MAX], second_line[2 * FUZZ_INPUT_MAX];

/* An understood command can be written, and is understood no worse then; a CR is not written. */
static void check_reparse(ms_span line, const ms_smtp_parsed *parsed, const ms_smtp_context *context)
{
    const size_t len = ms_smtp_command_write(&parsed->command, first_line, sizeof first_line);
    if (len == 0 && memchr(line.ptr, '\r', line.len) != NULL)
        return;
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len >= 2 && len <= sizeof first_line);
    FUZZ_EXPECT(ORACLE_FACT, 0, ms_smtp_command_write(&parsed->command, second_line, len - 1) == len);
    if (len == line.len + 2 && (line.len == 0 || memcmp(first_line, line.ptr, line.len) == 0))
        return; /* what is read again in any case, at another address */
    const ms_smtp_parsed again = ms_smtp_command_parse(ms_span_make(first_line, len - 2), context);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, again.error_at, again.error == MS_SMTP_OK);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, again.command.verb == parsed->command.verb);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                (again.deviations & ~parsed->deviations & ~fuzz_brackets(parsed->deviations)) == 0);
    if (parsed->deviations ==
        0) { /* else the argument that a command may not have, and what follows EHLO's, is left out */
        fuzz_look was = fuzz_look_into(line), is = fuzz_look_into(ms_span_make(first_line, len - 2));
        look_smtp_argument(&was, &parsed->command);
        look_smtp_argument(&is, &again.command);
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, was.digest == is.digest);
    }
    const size_t second = ms_smtp_command_write(&again.command, second_line, sizeof second_line);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, second == len && memcmp(first_line, second_line, len) == 0);
}

/* Each piece of a long line, and one that has not ended: errors that say so. */
static void read_piece(const ms_line *line, const void *context)
{
    fuzz_look look = fuzz_look_at(line->text);
    const ms_smtp_parsed parsed = ms_smtp_command_parse_line(line, context);
    if (line->status != MS_LINE_NEED_MORE) /* which has no text */
        look_smtp_parsed(&look, &parsed);
    const bool incomplete = line->status == MS_LINE_NEED_MORE;
    FUZZ_EXPECT(ORACLE_FACT, 0, incomplete == (parsed.error == MS_SMTP_ERR_INCOMPLETE));
    FUZZ_EXPECT(ORACLE_FACT, 0, ((line->flags & MS_LINE_TOO_LONG) != 0) <= (parsed.error != MS_SMTP_OK));
}

/* No framer gives a line that holds LF, but others may. */
static void read_with_lf(ms_span line, const ms_smtp_context *context)
{
    fuzz_look look = fuzz_look_at(line);
    const ms_smtp_parsed parsed = ms_smtp_command_parse(line, context);
    look_smtp_parsed(&look, &parsed);
    const bool holds = line.len > 0 && memchr(line.ptr, '\n', line.len) != NULL;
    FUZZ_EXPECT(ORACLE_FACT, 0, !holds || parsed.error != MS_SMTP_OK || parsed.deviations != 0);
    if (!holds || parsed.error != MS_SMTP_OK)
        return;
    /* refused; or the LF stood in what is not written, as the text behind EHLO's domain */
    const size_t len = ms_smtp_command_write(&parsed.command, first_line, sizeof first_line);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, len == 0 || memchr(first_line, '\n', len) == first_line + len - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span line = fuzz_one_line(input.octets);
    const ms_smtp_context context = {(input.options & 1) != 0, (input.options & 2) != 0, (input.options & 4) != 0};
    fuzz_hide(input.block, line.len);
    fuzz_look first = fuzz_look_at(line);
    const ms_smtp_parsed parsed = ms_smtp_command_parse(line, &context);
    if (fuzz_crash_only) {
        if (parsed.error == MS_SMTP_OK)
            ms_smtp_command_write(&parsed.command, first_line, sizeof first_line);
        fuzz_show(input.block);
        return 0;
    }
    look_smtp_parsed(&first, &parsed);
    if (parsed.error == MS_SMTP_OK)
        check_reparse(line, &parsed, &context);
    FUZZ_COMPARE(ORACLE_MODEL_COMMAND, compare_smtp_command_parsed(line, &context, &parsed));
    fuzz_look second = fuzz_look_at(fuzz_again(line));
    /* no context is the same as one that says nothing */
    const ms_smtp_parsed repeated = ms_smtp_command_parse(second.input, input.options % 8 == 0 ? NULL : &context);
    look_smtp_parsed(&second, &repeated);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, first.digest == second.digest);
    if (fuzz_thorough || line.len % 8 == 0) { /* and at the same address */
        fuzz_look third = fuzz_look_at(second.input);
        const ms_smtp_parsed same = ms_smtp_command_parse(third.input, &context);
        look_smtp_parsed(&third, &same);
        FUZZ_EXPECT(ORACLE_DETERMINISM, 0, third.digest == second.digest);
    }
    fuzz_show(input.block);
    if ((input.options & 8) != 0)
        read_with_lf(input.octets, &context);
    fuzz_each_piece(input.octets, MS_SMTP_COMMAND_LINE_MAX, read_piece, input.options % 8 == 0 ? NULL : &context);
    return 0;
}
