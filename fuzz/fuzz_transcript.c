/*
 * fuzz_transcript.c - the reader of transcripts: what it reads has a canonical form, which is read as the same
 */
#include "fuzz/input.h"
#include "fuzz/oracle.h"
#include "harness/transcript/format.h"
#include "harness/transcript/lint.h"
#include "harness/transcript/reader.h"

#include <string.h>

const char fuzz_target[] = "transcript";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mst_error error;
    const fuzz_input input = fuzz_input_read(data, size);
    const mst_document *document = mst_read(input.octets.ptr, input.octets.len, "input", &error);
    if (document == NULL) {
        FUZZ_EXPECT(ORACLE_FACT, 0, error.message[0] != '\0');
        return 0;
    }
    mst_problems problems;
    if (mst_lint(document, &problems))
        mst_problems_free(&problems);
    mst_text first = {0}, second = {0};
    if (mst_format(document, &first)) {
        const mst_document *again = mst_read(first.octets, first.len, "again", &error);
        if (again == NULL)
            fuzz_fail(ORACLE_PRINT_REPARSE, 0, "line %u of the canonical form: %s", (unsigned)error.at.line,
                      error.message);
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
