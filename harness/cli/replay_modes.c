/* replay_modes.c - see replay_modes.h */
#include "harness/cli/replay_modes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/options.h"
#include "harness/replay/bless.h"
#include "harness/replay/compare.h"
#include "harness/transcript/rawlog.h"
#include "reports/report.h"

const mst_document *replay_read(const char *path, int raw, mst_error *error)
{
    if (raw == REPLAY_NOT_RAW)
        return mst_read_file(path, error);
    return mst_rawlog_read_file(path, raw == REPLAY_RAW_POP3 ? MST_POP3 : MST_SMTP, error);
}

result_case replay_unreadable(const char *path, const mst_error *error)
{
    result_case item = result_case_make(path, NULL);
    char message[600];
    snprintf(message, sizeof message, "%s%s%s", error->message, error->hint[0] == '\0' ? "" : "; ", error->hint);
    const result_evidence evidence = {.kind = "unreadable",
                                      .file = (char *)(uintptr_t)path,
                                      .line = error->at.line,
                                      .column = error->at.column,
                                      .message = message};
    result_case_evidence(&item, &evidence);
    result_case_worsen(&item, RESULT_ERROR, message);
    return item;
}

/* The whole file; NULL with errno set. */
static char *slurp(const char *path, size_t *length)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return NULL;
    char *text = NULL;
    size_t room = 0;
    *length = 0;
    do {
        if (*length + 65536 > room) {
            room += 1024 * 1024;
            char *grown = realloc(text, room);
            if (grown == NULL)
                abort();
            text = grown;
        }
        *length += fread(text + *length, 1, 65536, in);
    } while (!feof(in) && !ferror(in));
    fclose(in);
    return text;
}

bool replay_bless(const mst_document *document, const char *path)
{
    if (document->live)
        return true;
    size_t length;
    char *source = slurp(path, &length);
    if (source == NULL) {
        fprintf(stderr, "mailspec replay: %s: %s\n", path, strerror(errno));
        return false;
    }
    size_t new_length;
    size_t changed;
    char *text = replay_bless_text(document, ms_span_make(source, length), &new_length, &changed);
    bool good = true;
    if (changed > 0) {
        FILE *out = fopen(path, "wb");
        good = out != NULL && fwrite(text, 1, new_length, out) == new_length;
        good = (out == NULL || fclose(out) == 0) && good;
        if (good)
            fprintf(stderr, "%s: %zu step%s with new \"=?\" lines: read them against the RFC, then remove the \"?\"\n",
                    path, changed, changed == 1 ? "" : "s");
        else
            fprintf(stderr, "mailspec replay: %s: %s\n", path, strerror(errno));
    }
    free(text);
    free(source);
    return good;
}

static cli_status write_comparison(const result_run *run, const replay_comparing *how)
{
    FILE *out = cli_output_open("replay", how->output);
    if (out == NULL)
        return CLI_USAGE;
    const report_style style = {.colour = how->format == REPORT_TEXT && cli_use_colour(how->colour, out)};
    const bool written = report_write(out, (report_format)how->format, run, &style);
    return cli_output_close("replay", how->output, out) && written ? CLI_OK : CLI_USAGE;
}

cli_status replay_compare_files(int count, char **operands, const replay_comparing *how)
{
    if (count != 2) {
        fprintf(stderr, "mailspec replay: --compare wants two recordings, OLD and NEW\n");
        return CLI_USAGE;
    }
    const mst_document *documents[2];
    result_run run;
    result_run_init(&run, "compare", NULL);
    for (int i = 0; i < 2; i++) {
        mst_error error;
        documents[i] = replay_read(operands[i], how->raw, &error);
        if (documents[i] == NULL)
            result_run_add(&run, replay_unreadable(operands[i], &error));
    }
    const bool readable = documents[0] != NULL && documents[1] != NULL;
    if (readable)
        result_run_add(&run, replay_compare(documents[0], documents[1]));
    cli_status status = readable ? CLI_OK : CLI_USAGE;
    if (run.totals[RESULT_FAIL] > 0)
        status = cli_status_worse(status, CLI_NONCONFORMANCE);
    if (run.totals[RESULT_SKIP] > 0)
        status = cli_status_worse(status, CLI_UNDECIDED);
    status = cli_status_worse(status, write_comparison(&run, how));
    result_run_free(&run);
    mst_free(documents[0]);
    mst_free(documents[1]);
    return status;
}
