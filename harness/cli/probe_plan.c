/* probe_plan.c - see probe_plan.h */
#include "harness/cli/probe_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/transcript/reader.h"

enum { ID_ROOM = 300 };

/* --- the transcripts ------------------------------------------------------------------------------------ */

static ms_span field(const mst_document *document, const char *key)
{
    for (const mst_field *f = document->header.fields; f != NULL; f = f->next)
        if (f->key.len == strlen(key) && memcmp(f->key.ptr, key, f->key.len) == 0)
            return f->value;
    return ms_span_absent();
}

/* An artefact is a recording that names the case it came from: that one is run again, with the same seed. */
static void follow_artefact(probe_options *options, const mst_document *document, size_t number)
{
    static char ids[PROBE_OPERANDS_MAX][ID_ROOM];
    const ms_span from = field(document, "x-case");
    const ms_span seed = field(document, "x-seed");
    const uint8_t *at = memchr(from.ptr, '@', from.len);
    const size_t length = at == NULL ? from.len : (size_t)(at - from.ptr);
    snprintf(ids[number], sizeof ids[number], "%.*s", (int)length, (const char *)from.ptr);
    options->wanted[number] = ids[number];
    options->wanted[number + 1] = NULL;
    for (size_t i = 0; !ms_span_is_absent(seed) && options->settings.seed == 0 && i < seed.len; i++)
        options->settings.seed =
            i == 0 ? (uint64_t)(seed.ptr[i] - '0') : options->settings.seed * 10 + (uint64_t)(seed.ptr[i] - '0');
}

static bool are_artefacts(const cli_library *library)
{
    for (size_t i = 0; i < library->files.count; i++)
        if (library->documents[i]->live || ms_span_is_absent(field(library->documents[i], "x-case")))
            return false;
    return library->files.count > 0 && library->files.count <= PROBE_OPERANDS_MAX;
}

static cli_status read_paths(probe_options *options, cli_library *library)
{
    cli_status status = CLI_OK;
    for (size_t i = 0; options->paths[i] != NULL; i++)
        if (!cli_files_add(&library->files, "probe", options->paths[i]))
            status = CLI_USAGE;
    cli_files_sort(&library->files);
    library->documents = calloc(library->files.count + 1, sizeof *library->documents);
    if (library->documents == NULL)
        return CLI_INTERNAL;
    for (size_t i = 0; i < library->files.count; i++) {
        mst_error error;
        library->documents[i] = mst_read_file(library->files.paths[i], &error);
        if (library->documents[i] == NULL) {
            fprintf(stderr, "%s:%u:%u: %s\n", library->files.paths[i], error.at.line, error.at.column, error.message);
            status = CLI_USAGE;
        }
    }
    if (status != CLI_OK || !are_artefacts(library))
        return status;
    for (size_t i = 0; i < library->files.count; i++)
        follow_artefact(options, library->documents[i], i);
    options->paths[0] = NULL;
    cli_library_close(library);
    return cli_library_open(library, "probe", options->corpus);
}

cli_status probe_choose(probe_options *options, cli_library *library, bool **chosen)
{
    cli_status status =
        options->paths[0] != NULL ? read_paths(options, library) : cli_library_open(library, "probe", options->corpus);
    if (library->documents == NULL)
        return cli_status_worse(status, CLI_USAGE);
    *chosen = calloc(library->files.count + 1, sizeof **chosen);
    if (*chosen == NULL)
        return CLI_INTERNAL;
    status = cli_status_worse(status, cli_select(library, &options->selection, "probe", *chosen));
    size_t count = 0;
    for (size_t i = 0; i < library->files.count; i++)
        count += (*chosen)[i];
    if (count == 0 || count < options->min_cases) {
        const char *rest = count > 0          ? ", fewer than --min-cases says"
                           : status == CLI_OK ? "; 'mailspec list cases' lists all"
                                              : "";
        fprintf(stderr, "mailspec probe: %zu cases are selected%s\n", count, rest);
        return CLI_USAGE;
    }
    return status;
}

/* --- jobs -------------------------------------------------------------------------------------------------- */

bool probe_applies(const mst_document *document, net_protocol protocol)
{
    if (document->header.tests == MS_CLIENT)
        return false; /* it needs a client, and a target is a server */
    switch (document->header.protocol) {
    case MST_SMTP: /* submission is SMTP, too (RFC 6409 section 1) */
        return protocol == NET_SMTP || protocol == NET_SUBMISSION;
    case MST_SUBMISSION:
        return protocol == NET_SUBMISSION;
    case MST_LMTP:
        return protocol == NET_LMTP;
    case MST_POP3:
        return protocol == NET_POP3;
    case MST_PROTOCOLS:
        break;
    }
    return false;
}

/* The scheme of a URL, with a number where there are several of it before. */
static void suffix(const probe_context *context, size_t index, char *out, size_t room)
{
    const char *url = context->endpoints[index].target.url;
    const int length = (int)strcspn(url, ":");
    unsigned before = 0;
    for (size_t i = 0; i < index; i++)
        before += strncmp(context->endpoints[i].target.url, url, (size_t)length + 1) == 0;
    if (before == 0)
        snprintf(out, room, "@%.*s", length, url);
    else
        snprintf(out, room, "@%.*s-%u", length, url, before + 1);
}

/* On the first target that fits, the result bears the case's id; on others, the target's name behind it. */
static size_t add_jobs(probe_context *context, const mst_document *document, probe_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < context->endpoint_count; i++) {
        char id[ID_ROOM];
        char behind[64] = "";
        if (!probe_applies(document, context->endpoints[i].target.protocol))
            continue;
        if (count > 0)
            suffix(context, i, behind, sizeof behind);
        count++;
        if (!context->endpoints[i].reachable)
            continue;
        snprintf(id, sizeof id, "%.*s%s", (int)document->header.id.len, (const char *)document->header.id.ptr, behind);
        probe_run_add(run, document, &context->endpoints[i], id);
    }
    return count;
}

cli_status probe_plan(const probe_options *options, probe_context *context, const cli_library *library,
                      const bool *chosen, probe_run *run)
{
    size_t count = 0;
    (void)options;
    /* POP3 first: its cases mind mail that arrives late */
    for (int pop3 = 1; pop3 >= 0; pop3--)
        for (size_t i = 0; i < library->files.count; i++)
            if (chosen[i] && (library->documents[i]->header.protocol == MST_POP3) == (pop3 == 1))
                count += add_jobs(context, library->documents[i], run);
    if (count > 0)
        return CLI_OK;
    fprintf(stderr, "mailspec probe: none of the selected cases is for these targets\n");
    return CLI_USAGE;
}
