/* probe_dry.c - mailspec probe --dry-run: every octet that would be sent */
#include <stdio.h>
#include <string.h>

#include "harness/cli/options.h"
#include "harness/cli/probe_plan.h"
#include "harness/probe/value.h"
#include "harness/result/escape.h"
#include "harness/transcript/format.h"

typedef struct dry {
    FILE *out;
    const mst_document *document;
} dry;

static void indent(const dry *d, int depth)
{
    fprintf(d->out, "%*s", 2 + depth * 2, "");
}

static void name(const dry *d, const mst_step *step)
{
    const ms_span word = step->connection < d->document->connection_count
                             ? d->document->connections[step->connection].name
                             : ms_span_absent();
    if (step->named && !ms_span_is_absent(word))
        fprintf(d->out, "@%.*s ", (int)word.len, (const char *)word.ptr);
}

/* Octets that are known now, as they are; else the expression that gives them. */
static void said(const dry *d, const mst_step *step)
{
    fputs(step->say.held ? "sends (held)  " : "sends  ", d->out);
    if (!ms_span_is_absent(step->say.octets)) {
        escape_write(d->out, step->say.octets);
    } else {
        mst_text text;
        memset(&text, 0, sizeof text);
        mst_format_expression(step->say.content, &text);
        escape_write(d->out, ms_span_make(text.octets, text.len));
        fputs(step->say.raw ? "" : "\\r\\n", d->out);
        mst_text_free(&text);
    }
    fputc('\n', d->out);
}

static void steps(const dry *d, const mst_step *step, int depth);

static void alternatives(const dry *d, const mst_step *step, int depth)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next) {
        mst_text text;
        memset(&text, 0, sizeof text);
        mst_format_matches(a->matches, &text);
        if (a->outcome.at.line != 0) {
            mst_text_add(&text, " ");
            mst_format_outcome(&a->outcome, &text);
        }
        indent(d, depth);
        fprintf(d->out, "| %.*s\n", (int)text.len, text.octets == NULL ? "" : (const char *)text.octets);
        mst_text_free(&text);
        if (a->block != NULL)
            steps(d, a->block->first, depth + 2);
    }
}

static void one_step(const dry *d, const mst_step *step, int depth)
{
    indent(d, depth);
    name(d, step);
    if (step->kind == MST_SAY)
        said(d, step);
    else
        fprintf(d->out, "%s\n", step->kind == MST_EXPECT ? "awaits" : mst_step_kind_name(step->kind));
    alternatives(d, step, depth + 1);
    if (step->kind == MST_REPEAT)
        steps(d, step->repeat.block->first, depth + 1);
    if (step->kind == MST_CONTROL)
        steps(d, step->control.block->first, depth + 1);
    if (step->kind != MST_WHEN)
        return;
    steps(d, step->when.then_block->first, depth + 1);
    if (step->when.else_block != NULL)
        steps(d, step->when.else_block->first, depth + 1);
}

static void steps(const dry *d, const mst_step *step, int depth)
{
    for (; step != NULL; step = step->next)
        one_step(d, step, depth);
}

/* The commands of the way to the start state. */
static void prologue(const dry *d, const mst_start *start)
{
    static const struct {
        mst_state least;
        const char *line;
    } ways[] = {
        {MST_STATE_EHLO, "EHLO ${client}\\r\\n"},    {MST_STATE_TLS, "STARTTLS\\r\\n"},
        {MST_STATE_AUTH, "AUTH ...\\r\\n"},          {MST_STATE_MAIL, "MAIL FROM:<${from}>\\r\\n"},
        {MST_STATE_RCPT, "RCPT TO:<${rcpt}>\\r\\n"}, {MST_STATE_DATA, "DATA\\r\\n"},
    };
    fprintf(d->out, "  start  %s\n", mst_state_name(start->state));
    if (d->document->header.protocol == MST_POP3) {
        if (start->state == MST_STATE_TRANSACTION)
            fputs("  sends  USER ${user}\\r\\n\n  sends  PASS ${secret:password}\\r\\n\n", d->out);
        if (start->state == MST_STATE_TLS)
            fputs("  sends  STLS\\r\\n\n", d->out);
        return;
    }
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const bool only_then = ways[i].least == MST_STATE_TLS || ways[i].least == MST_STATE_AUTH;
        if (only_then ? start->state == ways[i].least : start->state >= ways[i].least)
            fprintf(d->out, "  sends  %s\n", ways[i].line);
    }
}

cli_status probe_dry_run(const probe_options *options, probe_context *context, const cli_library *library,
                         const bool *chosen)
{
    FILE *out = cli_output_open("probe", options->output);
    size_t count = 0;
    if (out == NULL)
        return CLI_USAGE;
    for (size_t i = 0; i < library->files.count; i++) {
        const mst_document *document = library->documents[i];
        bool applies = false;
        for (size_t k = 0; chosen[i] && k < context->endpoint_count; k++)
            applies |= probe_applies(document, context->endpoints[k].target.protocol);
        if (!applies)
            continue;
        const dry d = {.out = out, .document = document};
        fprintf(out, "%.*s\n", (int)document->header.id.len, (const char *)document->header.id.ptr);
        for (const mst_start *start = document->header.starts; start != NULL; start = start->next)
            prologue(&d, start);
        steps(&d, document->script.first, 0);
        count++;
    }
    if (count == 0)
        fprintf(stderr, "mailspec probe: none of the selected cases is for these targets\n");
    return !cli_output_close("probe", options->output, out) || count == 0 ? CLI_USAGE : CLI_OK;
}
