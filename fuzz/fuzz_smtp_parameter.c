/*
 * fuzz_smtp_parameter.c - ESMTP parameters of MAIL and RCPT, and xtext
 *
 * options: 1 of RCPT.
 */
#include "fuzz/input.h"
#include "fuzz/look.h"

#include <string.h>

const char fuzz_target[] = "smtp_parameter";

static uint8_t coded[3 * FUZZ_INPUT_MAX], decoded[3 * FUZZ_INPUT_MAX];

static uint64_t parameters(ms_span text, ms_smtp_parameter_of of)
{
    fuzz_look look = fuzz_look_at(text);
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    size_t count = 0;
    bool ended = false;
    ms_smtp_parameters_init(&iterator, text, of);
    while (ms_smtp_parameters_next(&iterator, &parameter)) {
        FUZZ_EXPECT(ORACLE_WORK, iterator.offset, ++count <= text.len + 1);
        FUZZ_EXPECT(ORACLE_FACT, iterator.offset, !ended); /* nothing follows an error */
        look_smtp_parameter(&look, &parameter);
        look_offset(&look, iterator.offset);
        ended = parameter.error != MS_SMTP_OK;
    }
    return look.digest;
}

static void check_xtext(ms_span text)
{
    size_t len = 0, wrong_at = 0, back = 0;
    if (ms_smtp_xtext_decode(text, decoded, &len, &wrong_at)) {
        FUZZ_EXPECT(ORACLE_WORK, 0, len <= text.len);
        const size_t canonical = ms_smtp_xtext_encode(ms_span_make(decoded, len), coded);
        /* the canonical form says the same; it is shorter where octets were written as +HH without need */
        static uint8_t second[3 * FUZZ_INPUT_MAX];
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, canonical <= 3 * len);
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                    ms_smtp_xtext_decode(ms_span_make(coded, canonical), second, &back, &wrong_at));
        FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0, back == len && memcmp(second, decoded, len) == 0);
    } else {
        FUZZ_EXPECT(ORACLE_OFFSET, text.len, wrong_at <= text.len);
    }
    const size_t encoded = ms_smtp_xtext_encode(text, coded);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, encoded >= text.len && encoded <= 3 * text.len);
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, ms_smtp_xtext_decode(ms_span_make(coded, encoded), decoded, &back, &wrong_at));
    FUZZ_EXPECT(ORACLE_SERIALISE, 0, back == text.len && memcmp(decoded, text.ptr, text.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span text = fuzz_one_line(input.octets);
    const ms_smtp_parameter_of of = (input.options & 1) != 0 ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL;
    fuzz_hide(input.block, text.len);
    const uint64_t digest = parameters(text, of);
    if (fuzz_crash_only) {
        size_t len = 0, wrong_at = 0;
        ms_smtp_xtext_decode(text, decoded, &len, &wrong_at);
        fuzz_show(input.block);
        return 0;
    }
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, parameters(fuzz_again(text), of) == digest);
    check_xtext(text);
    fuzz_show(input.block);
    return 0;
}
