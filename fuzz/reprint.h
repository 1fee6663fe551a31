/* reprint.h - a transcript that was read has a canonical form, which is read as the same */
#ifndef MAILSPEC_FUZZ_REPRINT_H
#define MAILSPEC_FUZZ_REPRINT_H

#include <string.h>

#include "fuzz/oracle.h"
#include "harness/transcript/format.h"
#include "harness/transcript/reader.h"

/* offline: what is read again must not be for live use. */
static inline void reprint(const mst_document *document, bool offline)
{
    mst_error error;
    mst_text first = {0}, second = {0};
    if (mst_format(document, &first)) {
        const mst_document *again = mst_read(first.octets, first.len, "again", &error);
        if (again == NULL)
            fuzz_fail(ORACLE_PRINT_REPARSE, 0, "line %u of the canonical form: %s", (unsigned)error.at.line,
                      error.message);
        FUZZ_EXPECT(ORACLE_FACT, 0, !offline || !again->live);
        if (mst_format(again, &second))
            FUZZ_EXPECT(ORACLE_PRINT_REPARSE, 0,
                        first.len == second.len && memcmp(first.octets, second.octets, first.len) == 0);
        mst_free(again);
    }
    mst_text_free(&first);
    mst_text_free(&second);
}

#endif
