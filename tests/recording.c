/* recording.c - see recording.h */
#include "recording.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/replay/judge.h"
#include "harness/transcript/reader.h"

static const char head[] = "mailspec: 1\nprotocol: pop3\ntitle: t\n\n";
static const char login[] = "S: +OK ready\nC: USER ann\nS: +OK\nC: PASS tide\nS: +OK\n";
static const char *const prefixes[RECORDING_SESSIONS] = {"", "@b ", "@c "};

/* Each line of a session with its connection, but for '!' lines, which belong to the line above. */
static void put(FILE *out, const char *text, const char *prefix)
{
    while (*text != '\0') {
        const char *end = strchr(text, '\n');
        cr_assert_not_null(end, "a line without an end: %s", text);
        fprintf(out, "%s%.*s\n", *text == '!' ? "" : prefix, (int)(end - text), text);
        text = end + 1;
    }
}

result_case recording_judge(const recording_row *row)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert_not_null(out);
    fputs(head, out);
    for (int i = 0; i < RECORDING_SESSIONS && row->sessions[i] != NULL; i++) {
        if (strncmp(row->sessions[i], "S:", 2) != 0)
            put(out, login, prefixes[i]);
        put(out, row->sessions[i], prefixes[i]);
    }
    fclose(out);
    const ms_span copy = heap_copy(text, length);
    free(text);
    mst_error error;
    const mst_document *document = mst_read(copy.ptr, copy.len, row->title, &error);
    cr_assert_not_null(document, "%s: line %u: %s", row->title, (unsigned)error.at.line, error.message);
    const replay_options options = {.cuts = REPLAY_CUTS_LINES, .seed = 1};
    const result_case item = replay_judge(document, &options);
    mst_free(document);
    heap_free(copy);
    return item;
}

void recording_check(const recording_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        result_case item = recording_judge(&rows[i]);
        cr_expect_eq(item.status, RESULT_PASS, "%s: %s", rows[i].title, item.reason);
        result_case_free(&item);
    }
}

bool recording_is_limited(const result_case *item)
{
    for (size_t i = 0; i < item->evidence_count; i++)
        if (strcmp(item->evidence[i].kind, "limit") == 0)
            return true;
    return false;
}
