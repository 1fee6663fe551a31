/* vectors_read.c - see vectors.h */
#include "harness/cli/vectors.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/vectors_session.h"
#include "harness/requirement/register.h"
#include "harness/result/escape.h"

enum { COLUMNS = 8 };
static const char header[] = "id\tkind\tabout\tinput\tverdict\trequirement\tfields\tnote";

static bool complain(const vector *row, const char *what, const char *about)
{
    fprintf(stderr, "mailspec vectors: %s:%lu: %s: %s\n", row->file, row->number, what, about);
    return false;
}

/* "-" stands for nothing. */
static const char *or_null(const char *text)
{
    return strcmp(text, "-") == 0 ? NULL : text;
}

static bool read_about(vector *row, char *words)
{
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        parse_context *c = &row->context;
        if (strncmp(word, "after=", 6) == 0) {
            row->after = word + 6;
            if (!parse_read_after(row->kind, row->after, c))
                return complain(row, "this means nothing here", word);
        } else if (strcmp(word, "smtputf8") == 0) {
            c->smtputf8 = true;
        } else if (strcmp(word, "utf8") == 0) {
            c->utf8 = true;
        } else if (strcmp(word, "auth-response") == 0) {
            c->auth_response = true;
        } else if (strcmp(word, "lmtp") == 0) {
            c->lmtp = true;
        } else if (strcmp(word, "enhanced") == 0) {
            c->enhanced = true;
        } else if (strcmp(word, "forward") == 0) {
            c->role = MS_FORWARD_PATH;
        } else if (strcmp(word, "reverse") != 0) {
            return complain(row, "no such word in 'about'", word);
        }
    }
    return true;
}

static bool read_verdict(vector *row, const char *text)
{
    if (strcmp(text, "accept") == 0) {
        row->verdict = VECTOR_ACCEPT;
        row->names = "";
    } else if (strncmp(text, "deviation:", 10) == 0) {
        row->verdict = VECTOR_DEVIATION;
        row->names = text + 10;
    } else if (strncmp(text, "reject:", 7) == 0) {
        row->verdict = VECTOR_REJECT;
        row->names = text + 7;
    } else {
        return complain(row, "accept, deviation:NAME or reject:NAME is wanted", text);
    }
    return true;
}

/* Up to the next tab, which becomes the end; NULL behind the last one. */
static char *take_column(char **next)
{
    char *column = *next;
    char *tab = column == NULL ? NULL : strchr(column, '\t');
    *next = tab == NULL ? NULL : tab + 1;
    if (tab != NULL)
        *tab = '\0';
    return column;
}

static bool read_row(vector *row)
{
    char *column[COLUMNS];
    char *next = row->line;
    for (int i = 0; i < COLUMNS; i++) {
        column[i] = take_column(&next);
        if (column[i] == NULL || column[i][0] == '\0')
            return complain(row, "a column is missing; the header line is", header);
    }
    row->id = column[0];
    row->kind = parse_find_kind(column[1]);
    for (size_t i = 0; row->kind == NULL && session_kinds[i].name != NULL; i++)
        row->kind = strcmp(session_kinds[i].name, column[1]) == 0 ? &session_kinds[i] : NULL;
    row->requirement = column[5];
    row->note = or_null(column[7]);
    size_t bad = 0;
    row->input = (uint8_t *)column[3];
    row->length =
        or_null(column[3]) == NULL ? 0 : escape_undo(ms_span_make(column[3], strlen(column[3])), row->input, &bad);
    if (next != NULL)
        return complain(row, "there are too many columns", row->id);
    if (row->kind == NULL)
        return complain(row, "there is no such kind", column[1]);
    if (row->length == SIZE_MAX)
        return complain(row, "there is no such escape", column[3] + bad);
    if (ms_register_find(row->requirement, strlen(row->requirement)) == MS_REQ_NONE)
        return complain(row, "there is no such requirement", row->requirement);
    if (or_null(column[6]) != NULL && (row->fields = json_loads(column[6], JSON_ALLOW_NUL, NULL)) == NULL)
        return complain(row, "this is no JSON object", column[6]);
    return (or_null(column[2]) == NULL || read_about(row, column[2])) && read_verdict(row, column[4]);
}

static bool add_row(vectors *all, const char *line, const char *file, unsigned long number)
{
    if (all->count == all->room) {
        all->room = all->room == 0 ? 256 : all->room * 2;
        all->rows = realloc(all->rows, all->room * sizeof *all->rows);
        if (all->rows == NULL)
            abort();
    }
    vector *row = &all->rows[all->count++];
    *row = (vector){.line = strdup(line), .file = file, .number = number, .context = {.role = MS_REVERSE_PATH}};
    if (row->line == NULL)
        abort();
    return read_row(row);
}

static bool read_file(vectors *all, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool right = true;
    ssize_t length;
    if (in == NULL) {
        fprintf(stderr, "mailspec vectors: %s: %s\n", path, strerror(errno));
        return false;
    }
    all->files = realloc(all->files, (all->file_count + 1) * sizeof *all->files);
    if (all->files == NULL)
        abort();
    const char *name = all->files[all->file_count++] = strdup(path);
    for (unsigned long number = 1; (length = getline(&line, &room, in)) >= 0; number++) {
        line[strcspn(line, "\n")] = '\0';
        if (number == 1 && strcmp(line, header) != 0) {
            fprintf(stderr, "mailspec vectors: %s:1: the header line is not '%s'\n", path, header);
            right = false;
            break;
        }
        if (number > 1 && line[0] != '\0' && line[0] != '#')
            right = add_row(all, line, name, number) && right;
    }
    free(line);
    fclose(in);
    return right;
}

static int is_table(const struct dirent *entry)
{
    const size_t length = strlen(entry->d_name);
    return length > 4 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 4, ".tsv") == 0 &&
           strcmp(entry->d_name, "known_differences.tsv") != 0;
}

bool vectors_read(vectors *all, const char *path)
{
    struct dirent **entries = NULL;
    struct stat about;
    char name[4096];
    if (stat(path, &about) != 0 || !S_ISDIR(about.st_mode))
        return read_file(all, path);
    const int count = scandir(path, &entries, is_table, alphasort);
    bool right = count >= 0;
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        right = read_file(all, name) && right;
        free(entries[i]);
    }
    free(entries);
    return right;
}

void vectors_free(vectors *all)
{
    for (size_t i = 0; i < all->count; i++) {
        json_decref(all->rows[i].fields);
        free(all->rows[i].line);
    }
    for (size_t i = 0; i < all->file_count; i++)
        free(all->files[i]);
    free(all->files);
    free(all->rows);
    memset(all, 0, sizeof *all);
}

/* --- fields ------------------------------------------------------------------------------------------------ */

static void flatten_all(const json_t *value, const char *name, json_t *flat)
{
    char inner[512];
    const char *key;
    json_t *member;
    size_t index;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        snprintf(inner, sizeof inner, "%s%s%s", name, name[0] == '\0' ? "" : ".", key);
        vectors_flatten(member, inner, flat);
    }
    json_array_foreach(value, index, member)
    {
        snprintf(inner, sizeof inner, "%s.%zu", name, index);
        vectors_flatten(member, inner, flat);
    }
}

void vectors_flatten(const json_t *value, const char *name, json_t *flat)
{
    const bool octets =
        json_is_object(value) && json_object_size(value) == 1 && json_object_get(value, "escaped") != NULL;
    if ((json_is_object(value) && !octets) || json_is_array(value))
        flatten_all(value, name, flat);
    else if (json_is_integer(value))
        json_object_set_new(flat, name, json_sprintf("%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    else if (json_is_boolean(value))
        json_object_set_new(flat, name, json_string(json_is_true(value) ? "true" : "false"));
    else
        json_object_set(flat, name, (json_t *)(uintptr_t)value);
}
