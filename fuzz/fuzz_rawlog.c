/*
 * fuzz_rawlog.c - the reader of log files: what it makes of them is a transcript
 *
 * options: which protocol.
 */
#include "fuzz/input.h"
#include "fuzz/reprint.h"
#include "harness/transcript/rawlog.h"

const char fuzz_target[] = "rawlog";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mst_error error;
    const fuzz_input input = fuzz_input_read(data, size);
    const mst_document *document = mst_rawlog_read(input.octets.ptr, input.octets.len, "input",
                                                   (mst_protocol)(input.options % MST_PROTOCOLS), &error);
    if (document == NULL) {
        FUZZ_EXPECT(ORACLE_FACT, 0, error.message[0] != '\0');
        return 0;
    }
    reprint(document, true);
    mst_free(document);
    return 0;
}
