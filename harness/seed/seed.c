/* seed.c - see seed.h; what is common to both protocols */
#include "harness/seed/seed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/replay/judge.h"
#include "reports/report.h"

#include <stdlib.h>

static uint64_t hash(ms_span octets, uint8_t options)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325) ^ options;
    for (size_t i = 0; i < octets.len; i++)
        value = (value ^ octets.ptr[i]) * UINT64_C(0x100000001b3);
    return value;
}

static bool make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

void seed_write(seed_folder *folder, const char *target, ms_span octets, uint8_t options)
{
    const uint8_t trailer[] = {0, options, 0xFF, 'C', 'U', 'T'};
    char path[4096];
    if (octets.len > SEED_MAX) {
        folder->skipped++;
        return;
    }
    if (snprintf(path, sizeof path, "%s/%s", folder->path, target) >= (int)sizeof path || !make_folder(folder->path) ||
        !make_folder(path) ||
        snprintf(path, sizeof path, "%s/%s/%016llx", folder->path, target, (unsigned long long)hash(octets, options)) >=
            (int)sizeof path) {
        folder->failed = true;
        return;
    }
    FILE *file = fopen(path, "wbx");
    if (file == NULL) {
        folder->failed |= errno != EEXIST;
        return;
    }
    bool good = octets.len == 0 || fwrite(octets.ptr, 1, octets.len, file) == octets.len;
    if (options != 0)
        good = fwrite(trailer, 1, sizeof trailer, file) == sizeof trailer && good;
    good = fclose(file) == 0 && good;
    folder->failed |= !good;
    folder->count++;
}

ms_span seed_pending_span(const seed_pending *pending, ms_side side)
{
    const mst_text *octets = &pending->octets[side];
    const size_t from = pending->from[side];
    return ms_span_make(octets->octets == NULL ? (const uint8_t *)"" : octets->octets + from, octets->len - from);
}

void seed_pending_free(seed_pending *pending)
{
    mst_text_free(&pending->octets[MS_CLIENT]);
    mst_text_free(&pending->octets[MS_SERVER]);
}

/* --- the streams as they are --------------------------------------------------- */

static void add_said(mst_text *out, ms_side side, ms_span octets)
{
    mst_text_add_octet(out, SEED_MARK);
    mst_text_add_octet(out, side == MS_CLIENT ? 'C' : 'S');
    for (size_t i = 0; i < octets.len; i++) {
        mst_text_add_octet(out, octets.ptr[i]);
        if (octets.ptr[i] == SEED_MARK)
            mst_text_add_octet(out, SEED_MARK);
    }
}

/* Lines as a log has them. */
static void add_logged(mst_text *out, ms_side side, ms_span octets)
{
    for (size_t i = 0; i < octets.len;) {
        const uint8_t *lf = memchr(octets.ptr + i, '\n', octets.len - i);
        const size_t end = lf == NULL ? octets.len : (size_t)(lf - octets.ptr);
        const size_t text = end > i && octets.ptr[end - 1] == '\r' ? end - 1 : end;
        mst_text_add(out, side == MS_CLIENT ? "C: " : "S: ");
        mst_text_add_span(out, ms_span_make(octets.ptr + i, text - i));
        mst_text_add(out, "\n");
        i = end + 1;
    }
}

static void export_streams(seed_folder *folder, const mst_document *document, unsigned connection)
{
    static const char marks[] = {[MST_TLS] = 'T', [MST_CLOSE] = 'X', [MST_HANGUP] = 'H'};
    const bool pop3 = document->header.protocol == MST_POP3;
    const uint8_t variant = (uint8_t)(document->header.protocol == MST_LMTP ? 2 : document->header.protocol);
    mst_text talk = {0}, said[2] = {{0}, {0}}, log = {0};
    for (const mst_step *step = document->script.first; step != NULL; step = step->next) {
        if (step->connection != connection)
            continue;
        if (step->kind == MST_SAY && !ms_span_is_absent(step->say.octets)) {
            add_said(&talk, step->say.side, step->say.octets);
            mst_text_add_span(&said[step->say.side], step->say.octets);
            add_logged(&log, step->say.side, step->say.octets);
        } else if (step->kind == MST_TLS || step->kind == MST_CLOSE || step->kind == MST_HANGUP) {
            mst_text_add_octet(&talk, SEED_MARK);
            mst_text_add_octet(&talk, (uint8_t)marks[step->kind]);
            mst_text_add(&log, step->kind == MST_TLS ? "[TLS]\n" : "[CLOSE]\n");
        }
    }
    const ms_span client = ms_span_make(said[MS_CLIENT].octets, said[MS_CLIENT].len);
    const ms_span server = ms_span_make(said[MS_SERVER].octets, said[MS_SERVER].len);
    if (!document->live)
        seed_write(folder, pop3 ? "pop3_dialogue" : "smtp_dialogue", ms_span_make(talk.octets, talk.len),
                   pop3 ? 0 : variant);
    seed_write(folder, "serve", client, pop3 ? 3 + 16 : (uint8_t)(variant + 16));
    seed_write(folder, "line", client, 0);
    seed_write(folder, "line", server, 0);
    seed_write(folder, "content", pop3 ? server : client, 0);
    seed_write(folder, "rawlog", ms_span_make(log.octets, log.len), (uint8_t)document->header.protocol);
    mst_text_free(&talk);
    mst_text_free(&said[MS_CLIENT]);
    mst_text_free(&said[MS_SERVER]);
    mst_text_free(&log);
}

/* --- the file as text ------------------------------------------------------------ */

/* Each ~"…" of a case, and a text that may match it. */
static void export_patterns(seed_folder *folder, ms_span file)
{
    for (size_t i = 0; i + 1 < file.len; i++) {
        if (file.ptr[i] != '~' || file.ptr[i + 1] != '"')
            continue;
        size_t end = i + 2;
        while (end < file.len && file.ptr[end] != '"' && file.ptr[end] != '\n')
            end += file.ptr[end] == '\\' ? 2 : 1;
        if (end >= file.len || file.ptr[end] != '"')
            continue;
        const ms_span pattern = ms_span_make(file.ptr + i + 2, end - i - 2);
        mst_text input = {0};
        mst_text_add_span(&input, pattern);
        mst_text_add(&input, "\n");
        mst_text_add_span(&input, pattern);
        seed_write(folder, "pattern", ms_span_make(input.octets, input.len), 0);
        mst_text_free(&input);
        i = end;
    }
}

/* What replay says of a recording. */
static void export_result(seed_folder *folder, const mst_document *document)
{
    const replay_options options = {.cuts = REPLAY_CUTS_NONE};
    const report_style style = {.all = true};
    result_run run;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL) {
        folder->failed = true;
        return;
    }
    result_run_init(&run, "replay", NULL);
    result_run_add(&run, replay_judge(document, &options));
    const bool written = report_json(out, &run, &style);
    if (fclose(out) == 0 && written)
        seed_write(folder, "result", ms_span_make(text, len), 0);
    else
        folder->failed = true;
    result_run_free(&run);
    free(text);
}

void seed_export(seed_folder *folder, const mst_document *document, ms_span file)
{
    const unsigned count = document->connection_count == 0 ? 1 : document->connection_count;
    seed_write(folder, "transcript", file, 0);
    export_patterns(folder, file);
    for (unsigned i = 0; i < count; i++) {
        export_streams(folder, document, i);
        if (document->header.protocol == MST_POP3)
            seed_export_pop3(folder, document, i);
        else
            seed_export_smtp(folder, document, i);
    }
    if (!document->live)
        export_result(folder, document);
}
