/* fuzz_smtp_ehlo.c - the lines of an EHLO reply: keywords and their parameters */
#include "fuzz/compare.h"
#include "fuzz/input.h"
#include "fuzz/look.h"

const char fuzz_target[] = "smtp_ehlo";

static uint64_t one_line(ms_span text)
{
    fuzz_look look = fuzz_look_at(text);
    const ms_ehlo_line line = ms_ehlo_line_parse(text);
    look_ehlo_line(&look, &line);
    ms_span rest = line.parameters, word = ms_span_absent();
    for (size_t count = 0; ms_ehlo_parameter_next(&rest, &word);) {
        FUZZ_EXPECT(ORACLE_WORK, 0, ++count <= text.len);
        FUZZ_EXPECT(ORACLE_FACT, 0, word.len > 0);
        look_span(&look, word);
    }
    return look.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span text = fuzz_one_line(input.octets);
    fuzz_hide(input.block, text.len);
    const uint64_t digest = one_line(text);
    if (fuzz_crash_only) {
        fuzz_show(input.block);
        return 0;
    }
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, one_line(fuzz_again(text)) == digest);
    FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_ehlo_line(text));
    FUZZ_COMPARE(ORACLE_MODEL_RESPONSE, compare_enhanced_status(text));
    fuzz_show(input.block);
    return 0;
}
