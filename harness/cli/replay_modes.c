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

const mst_document *replay_read_raw(const char *path, mst_protocol protocol, mst_error *error)
{
    return mst_rawlog_read_file(path, protocol, error);
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

static const mst_document *read_or_tell(const char *path)
{
    mst_error error;
    const mst_document *document = mst_read_file(path, &error);
    if (document == NULL)
        fprintf(stderr, "%s:%u:%u: %s%s%s\n", path, (unsigned)error.at.line, (unsigned)error.at.column, error.message,
                error.hint[0] == '\0' ? "" : "; ", error.hint);
    return document;
}

static cli_status write_comparison(result_case item, int format, const char *output)
{
    const bool differs = item.status != RESULT_PASS;
    result_run run;
    result_run_init(&run, "compare", NULL);
    result_run_add(&run, item);
    FILE *out = cli_output_open("replay", output);
    cli_status status = differs ? CLI_NONCONFORMANCE : CLI_OK;
    if (out == NULL) {
        status = CLI_USAGE;
    } else {
        const report_style style = {.colour = format == REPORT_TEXT && cli_use_colour(CLI_COLOUR_AUTO, out)};
        const bool written = report_write(out, (report_format)format, &run, &style);
        if (!cli_output_close("replay", output, out) || !written)
            status = CLI_USAGE;
    }
    result_run_free(&run);
    return status;
}

cli_status replay_compare_files(int count, char **operands, int format, const char *output)
{
    if (count != 2) {
        fprintf(stderr, "mailspec replay: --compare wants two recordings, OLD and NEW\n");
        return CLI_USAGE;
    }
    const mst_document *old = read_or_tell(operands[0]);
    const mst_document *new_ = read_or_tell(operands[1]);
    cli_status status = CLI_USAGE;
    if (old != NULL && new_ != NULL)
        status = write_comparison(replay_compare(old, new_), format, output);
    mst_free(old);
    mst_free(new_);
    return status;
}
