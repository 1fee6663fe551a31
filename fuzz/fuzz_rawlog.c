/*
 * fuzz_rawlog.c - the reader of log files: what it makes of them is a transcript
 *
 * options: which protocol.
 */
#include "fuzz/input.h"
#include "fuzz/oracle.h"
#include "harness/transcript/format.h"
#include "harness/transcript/rawlog.h"

#include <string.h>

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
    mst_text first = {0}, second = {0};
    if (mst_format(document, &first)) {
        const mst_document *again = mst_read(first.octets, first.len, "again", &error);
        if (again == NULL)
            fuzz_fail(ORACLE_PRINT_REPARSE, 0, "line %u of the transcript: %s", (unsigned)error.at.line, error.message);
        FUZZ_EXPECT(ORACLE_FACT, 0, !again->live);
        if (mst_format(again, &second))
            FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                        first.len == second.len && memcmp(first.octets, second.octets, first.len) == 0);
        mst_free(again);
    }
    mst_text_free(&first);
    mst_text_free(&second);
    mst_free(document);
    return 0;
}
