/* vectors.c - mailspec vectors: a parser against the vectors of the corpus, ours or another one's */
#include "harness/cli/vectors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/cli.h"
#include "harness/cli/files.h"
#include "harness/cli/judgement.h"
#include "harness/cli/options.h"
#include "harness/cli/select.h"
#include "harness/cli/vectors_session.h"
#include "harness/requirement/register.h"
#include "harness/result/escape.h"

static const char help[] =
    "usage: mailspec vectors [FILE]... [OPTION]...\n"
    "\n"
    "Runs a parser on the vectors of the corpus: octets, each with what the RFCs say of them.  FILE: a\n"
    "table like those of corpus/vectors, or a folder of them.\n"
    "\n"
    "whose parser (ours without either):\n"
    "  --adapter FILE.so    a shared object that exports mailspec_adapter (mailspec/adapter.h)\n"
    "  --exec COMMAND       a program that answers a JSON object a line; see mailspec-vectors(1)\n"
    "\n"
    "  --known FILE         differences that are known, and no fault any more: a table like\n"
    "                       corpus/vectors/known_differences.tsv; of the rows about this adapter, those\n"
    "                       that nothing needs are told behind a whole run\n"
    "\n"
    "  --only GLOB          vectors whose id is like it\n"
    "  --kind KIND          smtp-command smtp-path smtp-reply pop3-command pop3-response content\n"
    "                       smtp-session pop3-session\n"
    "  --corpus DIRECTORY   the corpus, instead of the installed one or MAILSPEC_CORPUS\n"
    "  --format text|json   json: one object a line for each vector that differs, then the totals\n"
    "  --output FILE        write to FILE instead of standard output\n"
    "  --all                those that agree, too\n"
    "\n"
    "Of octets that deviate, and that a parser may let pass, another parser may make what it likes.\n"
    "\n"
    "Status: 0 all agree, 1 some differ, 2 wrong usage or an unreadable table, 4 the adapter cannot be\n"
    "used, 5 it supports none of the vectors.\n"
    "\n"
    "example: mailspec vectors --adapter ./build/adapters/dovecot.so --kind smtp-path\n";

typedef struct run {
    adapter *other; /* NULL: ours */
    FILE *out;
    const char *only, *kind;
    int format;
    bool all;
    known_differences known;
    size_t totals[ADAPTER_KINDS][JUDGEMENTS];
    char error[300];
} run;

/* --- ours --------------------------------------------------------------------------------------------- */

/* The deviations' names, in the order in which they were met, with commas. */
static void names_of(const json_t *got, char *out, size_t room)
{
    const json_t *list = json_object_get(got, "deviations");
    size_t index;
    json_t *name;
    out[0] = '\0';
    json_array_foreach(list, index, name)
    {
        const size_t length = strlen(out);
        snprintf(out + length, room - length, "%s%s", index > 0 ? "," : "", json_string_value(name));
    }
}

/* The same names, in whatever order. */
static bool same_names(const char *wanted, const char *got)
{
    size_t commas = 0;
    size_t other = 0;
    for (const char *c = wanted; *c != '\0'; c++)
        commas += *c == ',';
    for (const char *c = got; *c != '\0'; c++)
        other += *c == ',';
    if (commas != other || (wanted[0] == '\0') != (got[0] == '\0'))
        return false;
    for (const char *word = wanted; *word != '\0';) {
        const size_t length = strcspn(word, ",");
        bool found = false;
        for (const char *have = got; *have != '\0' && !found;) {
            const size_t size = strcspn(have, ",");
            found = size == length && memcmp(have, word, size) == 0;
            have += size + (have[size] == ',');
        }
        if (!found)
            return false;
        word += length + (word[length] == ',');
    }
    return true;
}

static json_t *ours(const vector *row)
{
    parse_sample sample = {0};
    row->kind->parse(&row->context, ms_span_make(row->input, row->length), &sample);
    if (!row->kind->rest && sample.consumed < row->length)
        parse_set(&sample, "rest",
                  parse_octets(ms_span_make(row->input + sample.consumed, row->length - sample.consumed)));
    return parse_finish(&sample);
}

static judgement judge_ours(const vector *row, const json_t *got)
{
    char names[512];
    const char *error = json_string_value(json_object_get(got, "error"));
    const char *requirement = json_string_value(json_object_get(got, "requirement"));
    names_of(got, names, sizeof names);
    if (row->verdict == VECTOR_REJECT) {
        if (error == NULL)
            return TAKES_WRONG;
        return strcmp(error, row->names) == 0 && requirement != NULL && strcmp(requirement, row->requirement) == 0
                   ? AGREES
                   : OTHER_NAME;
    }
    if (error != NULL)
        return REFUSES_RIGHT;
    if (row->verdict == VECTOR_DEVIATION && names[0] == '\0')
        return TAKES_WRONG;
    return same_names(row->names, names) ? AGREES : OTHER_NAME;
}

/* --- theirs ------------------------------------------------------------------------------------------------ */

static bool ask(run *r, const vector *row, adapter_answer *answer)
{
    const ms_span octets = ms_span_make(row->input, row->length);
    const ms_adapter_about about = {.size = sizeof about,
                                    .smtputf8 = row->context.smtputf8 || row->context.utf8,
                                    .lmtp = row->context.lmtp,
                                    .auth_response = row->context.auth_response,
                                    .forward_path = row->context.role == MS_FORWARD_PATH,
                                    .after = row->after};
    *answer = (adapter_answer){.verdict = MS_ADAPTER_UNSUPPORTED};
    if (!adapter_supports(r->other, vector_kind(row)))
        return true;
    return adapter_ask(r->other, vector_kind(row), &octets, 1, &about, answer, r->error, sizeof r->error);
}

/* --- comparing and telling ------------------------------------------------------------------------------------ */

static void tell_json(const run *r, const vector *row, judgement j, const json_t *other, const char *said)
{
    char *input = escape_text(ms_span_make(row->input, row->length));
    json_t *object = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:O?}", "id", row->id, "kind", row->kind->name, "input",
                               input == NULL ? "" : input, "requirement", row->requirement, "result",
                               judgement_names[j], "said", said, "fields", other);
    char *text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
    fprintf(r->out, "%s\n", text == NULL ? "" : text);
    free(text);
    free(input);
    json_decref(object);
}

static void tell_text(const run *r, const vector *row, judgement j, const json_t *other, const char *said)
{
    const ms_register_row *rule = ms_register_get(ms_register_find(row->requirement, strlen(row->requirement)));
    static const char *const wanted[] = {"accept", "deviation", "reject"};
    const char *name;
    json_t *value;
    fprintf(r->out, "%-18s %s  (%s:%lu)\n", judgement_names[j], row->id, row->file, row->number);
    fputs("  octets     ", r->out);
    escape_write(r->out, ms_span_make(row->input, row->length));
    fprintf(r->out, "\n  wanted     %s%s%s\n", wanted[row->verdict], row->names[0] == '\0' ? "" : " ", row->names);
    if (said[0] != '\0') {
        fputs("  got        ", r->out);
        escape_write(r->out, ms_span_make(said, strlen(said)));
        fputc('\n', r->out);
    }
    json_object_foreach((json_t *)(uintptr_t)other, name, value)
    {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENSURE_ASCII);
        fprintf(r->out, "  field      %s: %s\n", name, text == NULL ? "" : text);
        free(text);
    }
    fprintf(r->out, "  rule       %s (%s, RFC %s section %s): %s\n", rule->id, ms_level_name(rule->level), rule->rfc,
            rule->section, rule->statement);
    if (row->note != NULL)
        fprintf(r->out, "  note       %s\n", row->note);
}

static void tell(run *r, const vector *row, judgement j, const json_t *other, const char *said)
{
    r->totals[vector_kind(row)][j]++;
    if (!judgement_differs(j) && !r->all)
        return;
    if (r->format == 1)
        tell_json(r, row, j, other, said);
    else
        tell_text(r, row, j, other, said);
}

static void one_of_ours(run *r, const vector *row)
{
    char names[512];
    json_t *got = ours(row);
    const char *error = json_string_value(json_object_get(got, "error"));
    json_t *other = row->fields == NULL ? NULL : judgement_fields(row->fields, got, true);
    const judgement j = judge_ours(row, got);
    names_of(got, names, sizeof names);
    tell(r, row, j == AGREES && json_object_size(other) > 0 ? OTHER_FIELDS : j, other, error != NULL ? error : names);
    json_decref(got);
    json_decref(other);
}

static void session_of_ours(run *r, const vector *row)
{
    char codes[500];
    json_t *other = NULL;
    serve_octets said = {NULL, 0, 0};
    vector_session_ours(row, &said);
    const judgement j = vector_session_judge(row, serve_octets_span(&said), &other, codes, sizeof codes);
    tell(r, row, j, other, codes);
    serve_octets_free(&said);
    json_decref(other);
}

/* What their server made of the row, which it supports. */
static judgement session_of_theirs(const vector *row, adapter_answer *answer, json_t **other)
{
    serve_octets said = {NULL, 0, 0};
    char codes[160];
    vector_session_theirs(answer, &said);
    const judgement j = vector_session_judge(row, serve_octets_span(&said), other, codes, sizeof codes);
    snprintf(answer->reason, sizeof answer->reason, "%s", codes);
    serve_octets_free(&said);
    return j;
}

static bool one_of_theirs(run *r, const vector *row)
{
    adapter_answer answer;
    char said[500];
    json_t *other = NULL;
    const known_difference *known = NULL;
    const bool right = ask(r, row, &answer);
    if (right) {
        const char *who = answer.name[0] != '\0' ? answer.name : adapter_name(r->other);
        const char *error = row->verdict == VECTOR_REJECT ? row->names : "";
        judgement j = vector_is_session(row) && answer.verdict != MS_ADAPTER_UNSUPPORTED
                          ? session_of_theirs(row, &answer, &other)
                          : judgement_of(row->verdict, row->fields, &answer, &other);
        j = judgement_known(&r->known, j, who, row->kind->name, error, other, row->id,
                            ms_span_make(row->input, row->length), &known);
        snprintf(said, sizeof said, "%s%s%s%s%s", judgement_verdicts[answer.verdict],
                 answer.reason[0] == '\0' ? "" : ": ", answer.reason,
                 known == NULL ? "" : "; known: ", known == NULL ? "" : known->reason);
        tell(r, row, j, other, said);
    }
    json_decref(answer.fields);
    json_decref(other);
    return right;
}

static cli_status totals(const run *r)
{
    size_t all[JUDGEMENTS] = {0};
    size_t count = 0;
    json_t *kinds = json_object();
    if (r->format == 0)
        fprintf(r->out, "%-14s %8s", "", "vectors");
    for (int j = 0; r->format == 0 && j < JUDGEMENTS; j++)
        fprintf(r->out, " %s", judgement_names[j]);
    if (r->format == 0)
        fputc('\n', r->out);
    for (int k = 0; k < ADAPTER_KINDS; k++) {
        size_t sum = 0;
        json_t *row = json_object();
        for (int j = 0; j < JUDGEMENTS; j++) {
            sum += r->totals[k][j];
            all[j] += r->totals[k][j];
            json_object_set_new(row, judgement_names[j], json_integer((json_int_t)r->totals[k][j]));
        }
        count += sum;
        json_object_set_new(kinds, adapter_kind_names[k], row);
        if (r->format == 0 && sum > 0) {
            fprintf(r->out, "%-14s %8zu", adapter_kind_names[k], sum);
            for (int j = 0; j < JUDGEMENTS; j++)
                fprintf(r->out, " %*zu", (int)strlen(judgement_names[j]), r->totals[k][j]);
            fputc('\n', r->out);
        }
    }
    if (r->format == 1) {
        json_t *object =
            json_pack("{s:s,s:O}", "parser", r->other == NULL ? "mailspec" : adapter_name(r->other), "totals", kinds);
        char *text = json_dumps(object, JSON_COMPACT);
        fprintf(r->out, "%s\n", text == NULL ? "" : text);
        free(text);
        json_decref(object);
    }
    json_decref(kinds);
    if (count == all[UNSUPPORTED])
        return count == 0 ? CLI_USAGE : CLI_UNDECIDED;
    return all[TAKES_WRONG] + all[REFUSES_RIGHT] + all[OTHER_FIELDS] + all[OTHER_NAME] > 0 ? CLI_NONCONFORMANCE
                                                                                           : CLI_OK;
}

/* Rows that are about this adapter, and know of nothing: it was mended, or they never held. */
static void tell_unused(const run *r)
{
    for (size_t i = 0; i < r->known.count; i++) {
        const known_difference *row = &r->known.rows[i];
        if (!row->asked || row->used)
            continue;
        json_t *object = json_pack("{s:{s:s,s:s,s:s,s:s,s:I}}", "unused", "adapter", row->adapter, "kind", row->kind,
                                   "how", row->how, "ours", row->what, "line", (json_int_t)row->number);
        char *text = r->format == 1 ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
        if (r->format == 0)
            fprintf(r->out, "known and not met: %s %s %s %s (line %lu)\n", row->adapter, row->kind, row->how, row->what,
                    row->number);
        else
            fprintf(r->out, "%s\n", text == NULL ? "" : text);
        free(text);
        json_decref(object);
    }
}

static cli_status run_all(run *r, const vectors *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const vector *row = &all->rows[i];
        if ((r->only != NULL && !cli_glob(r->only, row->id)) ||
            (r->kind != NULL && strcmp(r->kind, row->kind->name) != 0))
            continue;
        if (r->other == NULL) {
            if (vector_is_session(row))
                session_of_ours(r, row);
            else
                one_of_ours(r, row);
        } else if (!one_of_theirs(r, row)) {
            fprintf(stderr, "mailspec vectors: %s: %s\n", row->id, r->error);
            return CLI_TARGET;
        }
    }
    if (r->only == NULL && r->kind == NULL)
        tell_unused(r);
    const cli_status status = totals(r);
    if (status == CLI_USAGE)
        fputs("mailspec vectors: no vector is like that; corpus/vectors has them, and --all prints their ids\n",
              stderr);
    return status;
}

static bool read_tables(vectors *all, int count, char **paths, const char *corpus)
{
    bool right = true;
    for (int i = 0; i < count; i++)
        right = vectors_read(all, paths[i]) && right;
    if (count > 0)
        return right;
    char *folder = cli_corpus(corpus);
    char path[4096];
    if (folder == NULL) {
        fputs("mailspec vectors: no corpus was found; name it by --corpus\n", stderr);
        return false;
    }
    snprintf(path, sizeof path, "%s/vectors", folder);
    free(folder);
    return vectors_read(all, path);
}

static bool is_kind(const char *name)
{
    for (size_t k = 0; k < ADAPTER_KINDS; k++)
        if (strcmp(adapter_kind_names[k], name) == 0)
            return true;
    fputs("mailspec vectors: --kind is one of", stderr);
    for (size_t k = 0; k < ADAPTER_KINDS; k++)
        fprintf(stderr, "%s %s", k == 0 ? "" : ",", adapter_kind_names[k]);
    fprintf(stderr, ", not: %s\n", name);
    return false;
}

static cli_status run_vectors(int argc, char **argv)
{
    static const char *const formats[] = {"text", "json", NULL};
    run r = {.other = NULL};
    vectors all = {.count = 0};
    const char *object = NULL;
    const char *command = NULL;
    const char *corpus = NULL;
    const char *output = NULL;
    const char *known = NULL;
    const cli_option table[] = {
        {"adapter", 0, CLI_TEXT, &object, NULL},  {"exec", 0, CLI_TEXT, &command, NULL},
        {"only", 0, CLI_TEXT, &r.only, NULL},     {"kind", 0, CLI_TEXT, &r.kind, NULL},
        {"corpus", 0, CLI_TEXT, &corpus, NULL},   {"format", 'f', CLI_CHOICE, &r.format, formats},
        {"output", 'o', CLI_TEXT, &output, NULL}, {"all", 0, CLI_FLAG, &r.all, NULL},
        {"known", 0, CLI_TEXT, &known, NULL},     {NULL, 0, CLI_FLAG, NULL, NULL},
    };
    const int operands = cli_options(argc, argv, table);
    if (operands < 0)
        return CLI_USAGE;
    if (object != NULL && command != NULL) {
        fputs("mailspec vectors: --adapter or --exec, not both\n", stderr);
        return CLI_USAGE;
    }
    if (known != NULL && object == NULL && command == NULL) {
        fputs("mailspec vectors: --known is about another parser: --adapter or --exec\n", stderr);
        return CLI_USAGE;
    }
    if (r.kind != NULL && !is_kind(r.kind))
        return CLI_USAGE;
    cli_status status = read_tables(&all, operands, argv + 1, corpus) ? CLI_OK : CLI_USAGE;
    if (known != NULL && !known_read(&r.known, "vectors", known))
        status = CLI_USAGE;
    if (status == CLI_OK && (object != NULL || command != NULL)) {
        r.other = object != NULL ? adapter_load(object, r.error, sizeof r.error)
                                 : adapter_start(command, r.error, sizeof r.error);
        if (r.other == NULL) {
            fprintf(stderr, "mailspec vectors: %s\n", r.error);
            status = CLI_TARGET;
        }
    }
    r.out = status == CLI_OK ? cli_output_open("vectors", output) : NULL;
    if (r.out != NULL) {
        status = run_all(&r, &all);
        if (!cli_output_close("vectors", output, r.out))
            status = cli_status_worse(status, CLI_INTERNAL);
    } else if (status == CLI_OK) {
        status = CLI_USAGE;
    }
    adapter_close(r.other);
    known_free(&r.known);
    vectors_free(&all);
    return status;
}

const cli_command cli_vectors = {"vectors", "a parser, ours or yours, against the vectors", help, run_vectors};
