/*
 * parse.c - mailspec parse: what the parsers make of samples
 */
#include "harness/cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/options.h"
#include "harness/requirement/register.h"
#include "harness/result/escape.h"

static const char help[] =
    "usage: mailspec parse KIND [OPTION]... [FILE]\n"
    "\n"
    "Runs a parser on each sample of FILE, or of standard input, and prints what it found.\n"
    "\n"
    "kinds:\n"
    "  smtp-command smtp-path smtp-reply pop3-command pop3-response content\n"
    "\n"
    "  --escaped           each line of the input is a sample, its octets written as\n"
    "                      \\r \\n \\t \\0 \\\\ \\xHH; otherwise the input is the octets themselves\n"
    "  --format text|json  json: one object a line for each sample\n"
    "  --output FILE       write to FILE instead of standard output\n"
    "  --strict            a deviation counts as nonconformance, as an error does\n"
    "\n"
    "what the sample stands in:\n"
    "  --smtputf8          SMTPUTF8 is in use (SMTP)\n"
    "  --utf8              UTF8 is in force (POP3)\n"
    "  --auth-response     the line answers a challenge of AUTH (commands)\n"
    "  --lmtp              the protocol is LMTP (smtp-command)\n"
    "  --reverse           the path is a reverse-path, as of MAIL (smtp-path); this is the default\n"
    "  --forward           the path is a forward-path, as of RCPT (smtp-path)\n"
    "  --enhanced          ENHANCEDSTATUSCODES was offered (smtp-reply)\n"
    "  --after WHAT        smtp-reply: the verb that it answers, or greeting\n"
    "                      pop3-response: greeting status stat list uidl capa auth lang text\n"
    "\n"
    "example: printf '250 2.1.0 Ok\\r\\n' | mailspec parse smtp-reply --enhanced --format json\n";

enum { TEXT, JSON };
static const char *const formats[] = {"text", "json", NULL};

/* --- output --- */

/* A run: where it prints to, and what it came to. */
typedef struct run {
    const parse_kind_row *kind;
    parse_context context;
    FILE *out;
    int format;
    bool strict;
    unsigned long samples;
    cli_status status;
} run;

/* JSON allows DEL as it is; a terminal should not get it. */
static int put_json(const char *piece, size_t len, void *out)
{
    for (size_t i = 0; i < len; i++)
        if (piece[i] == '\x7f')
            fputs("\\u007F", out);
        else
            fputc(piece[i], out);
    return 0;
}

static void print_json(FILE *out, const json_t *value, size_t flags)
{
    json_dump_callback(value, put_json, out, flags | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
}

static void print_value(FILE *out, const json_t *value)
{
    if (json_is_string(value))
        escape_write(out, ms_span_make(json_string_value(value), json_string_length(value)));
    else
        print_json(out, value, 0);
}

static void print_rule(const run *r, const char *what, const ms_rule *rule, const json_t *id)
{
    fprintf(r->out, "  %s %s: %s", what, rule->name, rule->text);
    if (json_is_string(id))
        fprintf(r->out, " (%s)", json_string_value(id));
    fputc('\n', r->out);
}

/* A block a sample: what it came to, then its members. */
static void print_text(const run *r, const parse_sample *sample, json_t *object)
{
    static const char *const common[] = {"ok", "error", "at", "requirement", "deviations"};
    fprintf(r->out, "%lu: %s\n", r->samples, sample->error == NULL ? "ok" : "error");
    if (sample->error != NULL) {
        print_rule(r, "error", sample->error, json_object_get(object, "requirement"));
        fprintf(r->out, "  at %zu\n", sample->at);
    }
    for (size_t i = 0; i < sample->count; i++) {
        const ms_register_row *row = ms_register_get(sample->deviations[i].requirement);
        json_t *id = row != NULL ? json_string(row->id) : NULL;
        print_rule(r, "deviation", sample->deviations[i].rule, id);
        json_decref(id);
    }
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
        json_object_del(object, common[i]);
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        fprintf(r->out, "  %s: ", name);
        print_value(r->out, value);
        fputc('\n', r->out);
    }
}

static size_t take_sample(run *r, ms_span input, bool alone)
{
    parse_sample sample = {0};
    r->kind->parse(&r->context, input, &sample);
    if (alone && !r->kind->rest && sample.consumed < input.len)
        parse_set(&sample, "rest",
                  parse_octets(ms_span_make(input.ptr + sample.consumed, input.len - sample.consumed)));
    if (sample.error != NULL || (r->strict && sample.count > 0))
        r->status = cli_status_worse(r->status, CLI_NONCONFORMANCE);
    r->samples++;
    json_t *object = parse_finish(&sample);
    if (r->format == JSON) {
        print_json(r->out, object, JSON_COMPACT);
        fputc('\n', r->out);
    } else {
        print_text(r, &sample, object);
    }
    json_decref(object);
    return sample.consumed;
}

/* --- input --- */

static bool read_all(FILE *in, uint8_t **octets, size_t *len)
{
    size_t room = 1 << 16;
    *octets = malloc(room);
    *len = 0;
    while (*octets != NULL) {
        *len += fread(*octets + *len, 1, room - *len, in);
        if (*len < room)
            return ferror(in) == 0;
        room *= 2;
        uint8_t *larger = realloc(*octets, room);
        if (larger == NULL)
            return false;
        *octets = larger;
    }
    return false;
}

/* Each line is a sample.  Undone in its own place: no sample is longer than its escaped form. */
static void take_escaped(run *r, uint8_t *octets, size_t len)
{
    unsigned long number = 0;
    for (size_t at = 0; at < len; number++) {
        uint8_t *line = octets + at;
        const uint8_t *end = memchr(line, '\n', len - at);
        const size_t line_len = end != NULL ? (size_t)(end - line) : len - at;
        at += line_len + (end != NULL);
        size_t bad = 0;
        const size_t sample_len = escape_undo(ms_span_make(line, line_len), line, &bad);
        if (sample_len == SIZE_MAX) {
            fprintf(stderr, "mailspec parse: line %lu, column %zu: no such escape\n", number + 1, bad + 1);
            r->status = cli_status_worse(r->status, CLI_USAGE);
            continue;
        }
        take_sample(r, ms_span_make(line, sample_len), true);
    }
}

static void take_raw(run *r, const uint8_t *octets, size_t len)
{
    if (r->kind->whole) {
        take_sample(r, ms_span_make(octets, len), true);
        return;
    }
    for (size_t at = 0; at < len;)
        at += take_sample(r, ms_span_make(octets + at, len - at), false);
}

static void take_file(run *r, const char *path, bool escaped)
{
    FILE *in = path == NULL || strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    uint8_t *octets = NULL;
    size_t len = 0;
    if (in == NULL || !read_all(in, &octets, &len)) {
        fprintf(stderr, "mailspec parse: cannot read %s\n", path != NULL ? path : "standard input");
        r->status = CLI_USAGE;
    } else if (escaped) {
        take_escaped(r, octets, len);
    } else {
        take_raw(r, octets, len);
    }
    free(octets);
    if (in != NULL && in != stdin)
        fclose(in);
}

static cli_status run_parse(int argc, char **argv)
{
    run r = {.context.role = MS_REVERSE_PATH};
    bool escaped = false;
    bool reverse = false;
    bool forward = false;
    const char *after = NULL;
    const char *output = NULL;
    const cli_option table[] = {
        {"escaped", 0, CLI_FLAG, &escaped, NULL},
        {"format", 0, CLI_CHOICE, &r.format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL},
        {"strict", 0, CLI_FLAG, &r.strict, NULL},
        {"smtputf8", 0, CLI_FLAG, &r.context.smtputf8, NULL},
        {"utf8", 0, CLI_FLAG, &r.context.utf8, NULL},
        {"auth-response", 0, CLI_FLAG, &r.context.auth_response, NULL},
        {"lmtp", 0, CLI_FLAG, &r.context.lmtp, NULL},
        {"reverse", 0, CLI_FLAG, &reverse, NULL},
        {"forward", 0, CLI_FLAG, &forward, NULL},
        {"enhanced", 0, CLI_FLAG, &r.context.enhanced, NULL},
        {"after", 0, CLI_TEXT, &after, NULL},
        {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    r.kind = operands == 1 || operands == 2 ? parse_find_kind(argv[1]) : NULL;
    if (r.kind == NULL) {
        fputs("mailspec parse: say what to parse, and at most one file:\n ", stderr);
        for (const parse_kind_row *kind = parse_kinds; kind->name != NULL; kind++)
            fprintf(stderr, " %s", kind->name);
        fputc('\n', stderr);
        return CLI_USAGE;
    }
    if (reverse && forward) {
        fputs("mailspec parse: a path is either --reverse or --forward\n", stderr);
        return CLI_USAGE;
    }
    if (forward)
        r.context.role = MS_FORWARD_PATH;
    if (after != NULL && !parse_read_after(r.kind, after, &r.context)) {
        fprintf(stderr, "mailspec parse: --after %s means nothing for %s\n", after, r.kind->name);
        return CLI_USAGE;
    }
    r.out = cli_output_open(argv[0], output);
    if (r.out == NULL)
        return CLI_USAGE;
    take_file(&r, operands == 2 ? argv[2] : NULL, escaped);
    return cli_output_close(argv[0], output, r.out) ? r.status : cli_status_worse(r.status, CLI_INTERNAL);
}

const cli_command cli_parse = {"parse", "show what the parsers make of samples", help, run_parse};
