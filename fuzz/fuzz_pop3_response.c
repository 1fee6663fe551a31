/*
 * fuzz_pop3_response.c - POP3 status lines, lines of listings, capabilities
 *
 * options: bits 0 to 3 what the client waits for, 16 UTF8, 32 RESP-CODES, 64 a framer with a lower
 * limit.
 */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"
#include "mailspec/limits.h"

#include <string.h>

const char fuzz_target[] = "pop3_response";

static uint8_t out[FUZZ_INPUT_MAX + 64];

/* All that a line may be. */
typedef struct reading {
    ms_pop3_response status;
    ms_pop3_response item;
    bool listing; /* where an item may stand; anywhere else it is text */
    ms_pop3_capability capability;
} reading;

static void read_all(ms_span line, const ms_pop3_response_context *context, reading *read, bool again)
{
    if (again) /* what is not set is what stood there */
        memset(read, 0xA5, sizeof *read);
    read->status = ms_pop3_response_parse(line, context);
    read->listing = context->after == MS_POP3_AFTER_LIST || context->after == MS_POP3_AFTER_UIDL ||
                    context->after == MS_POP3_AFTER_LANG;
    if (again)
        fuzz_scribble();
    read->item = ms_pop3_listing_parse(line, context);
    if (again)
        fuzz_scribble();
    read->capability = ms_pop3_capability_parse(line);
}

static uint64_t look_at_all(ms_span line, const reading *read)
{
    fuzz_look look = fuzz_look_at(line);
    look_pop3_response(&look, &read->status, false);
    if (read->listing)
        look_pop3_response(&look, &read->item, true);
    look_pop3_capability(&look, &read->capability);
    ms_span rest = read->capability.parameters;
    for (size_t count = 0;;) {
        const ms_span word = ms_pop3_capability_parameter(&rest);
        if (ms_span_is_absent(word))
            break;
        FUZZ_EXPECT(ORACLE_WORK, 0, ++count <= line.len + 1);
        look_span(&look, word);
    }
    return look.digest;
}

/* What was written is the line, which is read again in any case, at another address. */
static bool is_line(size_t len, ms_span line)
{
    return len == line.len + 2 && (line.len == 0 || memcmp(out, line.ptr, line.len) == 0);
}

/* An item that was read without a fault is written as it was, leading zeros of its numbers aside. */
static void check_listing(ms_span line, const ms_pop3_response_context *context, ms_pop3_response item)
{
    if (item.error != MS_POP3_RESPONSE_OK || item.deviations != 0 || context->after == MS_POP3_AFTER_LANG)
        return;
    const bool scan = context->after == MS_POP3_AFTER_LIST;
    const size_t len = scan ? ms_pop3_scan_write(item.scan.number, item.scan.octets, out, sizeof out)
                            : ms_pop3_unique_id_write(item.unique.number, item.unique.unique_id, out, sizeof out);
    if (len == 0 && (scan ? item.scan.number : item.unique.number) == 0)
        return; /* a well-formed number, and no message has it (RFC 1939 section 4) */
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len >= 2 && len <= line.len + 2);
    if (is_line(len, line))
        return;
    const ms_pop3_response again = ms_pop3_listing_parse(ms_span_make(out, len - 2), context);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, again.error == MS_POP3_RESPONSE_OK && again.deviations == 0);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                scan ? again.scan.number == item.scan.number && again.scan.octets == item.scan.octets
                     : again.unique.number == item.unique.number &&
                           again.unique.unique_id.len == item.unique.unique_id.len);
}

static void check_status(ms_span line, const ms_pop3_response_context *context, ms_pop3_response status)
{
    if (status.error != MS_POP3_RESPONSE_OK || status.deviations != 0 || status.indicator == MS_POP3_NONE)
        return;
    const size_t len = ms_pop3_status_write(status.indicator, status.text, out, sizeof out);
    if (line.len + 2 > 512)
        return; /* RFC 2449 section 4; a challenge may be longer */
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, len >= 2);
    if (is_line(len, line))
        return;
    const ms_pop3_response again = ms_pop3_response_parse(ms_span_make(out, len - 2), context);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, again.error == MS_POP3_RESPONSE_OK && again.indicator == status.indicator);
    FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, again.text.len == status.text.len);
}

/* Numbers that nobody parsed: those that the first octets make. */
static void check_serialise(ms_span octets)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_STAT};
    uint64_t size = 0;
    uint32_t number = 0;
    if (octets.len < sizeof size + sizeof number)
        return;
    memcpy(&size, octets.ptr, sizeof size);
    memcpy(&number, octets.ptr + sizeof size, sizeof number);
    const size_t len = ms_pop3_drop_write(number, size, out, sizeof out);
    const ms_pop3_response drop = ms_pop3_response_parse(ms_span_make(out, len < 2 ? 0 : len - 2), &context);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, drop.error == MS_POP3_RESPONSE_OK && drop.deviations == 0);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, drop.drop.messages == number && drop.drop.octets == size);
}

/* Each piece of a long line, and one that has not ended. */
static void read_piece(const ms_line *line, const void *context)
{
    fuzz_look look = fuzz_look_at(line->text);
    const ms_pop3_response response = ms_pop3_response_parse_line(line, context);
    if (line->status != MS_LINE_NEED_MORE) /* which has no text */
        look_pop3_response(&look, &response, false);
    const bool incomplete = line->status == MS_LINE_NEED_MORE;
    FUZZ_EXPECT(ORACLE_FACT, 0, incomplete == (response.error == MS_POP3_RESPONSE_ERR_INCOMPLETE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static reading first, second;
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span line = fuzz_one_line(input.octets);
    const ms_pop3_response_context context = {(ms_pop3_after)(input.options % 16 % MS_POP3_AFTER_COUNT),
                                              (input.options & 16) != 0, (input.options & 32) != 0};
    fuzz_hide(input.block, line.len);
    read_all(line, &context, &first, false);
    if (fuzz_crash_only) {
        for (ms_span rest = first.capability.parameters; !ms_span_is_absent(ms_pop3_capability_parameter(&rest));)
            ;
        fuzz_show(input.block);
        return 0;
    }
    const uint64_t digest = look_at_all(line, &first);
    if (context.after == MS_POP3_AFTER_LIST || context.after == MS_POP3_AFTER_UIDL)
        check_listing(line, &context, first.item);
    check_status(line, &context, first.status);
    FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_pop3_response_parsed(line, &context, &first.status));
    if (first.listing)
        FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_pop3_listing_parsed(line, &context, &first.item));
    FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_pop3_capability_parsed(line, &first.capability));
    check_serialise(line);
    const ms_span copy = fuzz_again(line);
    read_all(copy, &context, &second, true);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, look_at_all(copy, &second) == digest);
    if (input.options % 64 == 0) { /* no context is the same as one that says nothing */
        const ms_pop3_response without = ms_pop3_response_parse(line, NULL);
        FUZZ_EXPECT(ORACLE_DETERMINISM, 0,
                    first.status.error == without.error && first.status.deviations == without.deviations &&
                        first.status.text.ptr == without.text.ptr);
    }
    fuzz_show(input.block);
    fuzz_each_piece(input.octets, (input.options & 64) != 0 ? 64 : MS_POP3_RESPONSE_LINE_MAX, read_piece, &context);
    return 0;
}
