/* smtp_recording.c - see smtp_recording.h */
#include "smtp_recording.h"

#include "feed.h"
#include "harness/replay/judge.h"
#include "harness/transcript/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static void check(const smtp_recording *row)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert_not_null(out);
    fprintf(out, "mailspec: 1\nprotocol: %s\ntitle: t\n\n%s", row->protocol, row->text);
    fclose(out);
    const ms_span copy = heap_copy(text, length);
    free(text);
    mst_error error;
    const mst_document *document = mst_read(copy.ptr, copy.len, row->title, &error);
    cr_assert_not_null(document, "%s: line %u: %s", row->title, (unsigned)error.at.line, error.message);
    const replay_options options = {.cuts = REPLAY_CUTS_ALL, .seed = 1};
    result_case item = replay_judge(document, &options);
    cr_expect_eq(item.status, RESULT_PASS, "%s: %s", row->title, item.reason);
    for (size_t i = 0; item.status != RESULT_PASS && i < item.evidence_count; i++) {
        const result_evidence *e = &item.evidence[i];
        if (!e->expected)
            cr_log_info("  line %u: %s %s", (unsigned)e->line, e->kind, e->message == NULL ? "" : e->message);
    }
    result_case_free(&item);
    mst_free(document);
    heap_free(copy);
}

void smtp_recording_check(const smtp_recording *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(&rows[i]);
}
