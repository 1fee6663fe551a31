/*
 * fuzz_pattern.c - text patterns: a pattern, LF, a text
 *
 * options: 1 in either case of letters, 2 the name n has a value.
 */
#include "fuzz/input.h"
#include "fuzz/oracle.h"
#include "harness/transcript/pattern.h"

#include <string.h>

const char fuzz_target[] = "pattern";

static uint64_t match(ms_span source, ms_span text, uint8_t options)
{
    static mst_pattern pattern;
    const mst_binding binding = {MS_SPAN("n"), ms_span_absent(), MS_SPAN("1")};
    fuzz_look look = fuzz_look_at(source);
    size_t error_at = 0;
    const mst_pattern_status status =
        mst_pattern_compile(&pattern, source, (options & 1) != 0, &binding, (options & 2) != 0 ? 1 : 0, &error_at);
    look_one_of(&look, status, MST_PATTERN_STATUSES);
    if (status != MST_PATTERN_OK) {
        look_offset(&look, error_at);
        return look.digest;
    }
    look_one_of(&look, pattern.length, MST_PATTERN_CODE_MAX + 1);
    look_one_of(&look, pattern.capture_count, MST_PATTERN_CAPTURES_MAX + 1);
    ms_span captured[MST_PATTERN_CAPTURES_MAX];
    look.input = text;
    const bool matched = mst_pattern_match(&pattern, text, captured);
    look_number(&look, matched);
    FUZZ_EXPECT(ORACLE_FACT, 0, mst_pattern_match(&pattern, text, NULL) == matched);
    for (unsigned i = 0; matched && i < pattern.capture_count; i++)
        look_span(&look, captured[i]);
    return look.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t copy[FUZZ_INPUT_MAX + 1];
    const fuzz_input input = fuzz_input_read(data, size);
    const uint8_t *end = input.octets.len == 0 ? NULL : memchr(input.octets.ptr, '\n', input.octets.len);
    if (input.octets.len > 4096)
        return 0; /* the time is the product of both lengths */
    const size_t len = end == NULL ? input.octets.len : (size_t)(end - input.octets.ptr);
    const size_t behind = end == NULL ? len : len + 1;
    const ms_span text = ms_span_make(input.octets.ptr + behind, input.octets.len - behind);
    const uint64_t digest = match(ms_span_make(input.octets.ptr, len), text, input.options);
    memcpy(copy, text.ptr, text.len);
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0,
                match(fuzz_again(ms_span_make(input.octets.ptr, len)), ms_span_make(copy, text.len), input.options) ==
                    digest);
    return 0;
}
