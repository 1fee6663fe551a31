/*
 * fuzz_transcript.c - the reader of transcripts: what it reads has a canonical form, which is read as the same
 */
#include "fuzz/input.h"
#include "fuzz/reprint.h"
#include "harness/transcript/lint.h"

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
    reprint(document, false);
    mst_free(document);
    return 0;
}
