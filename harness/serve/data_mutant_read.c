/* data_mutant_read.c - see data_mutant.h: rows from files */
#include "harness/serve/data_mutant.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"

static const char header[] = "id\tcites\tstate\tcommand\taction\ttext";
enum { COLUMNS = 6, LINE_ROOM = 8192 };

typedef struct reader {
    data_mutants *into;
    const char *path;
    unsigned long line;
    void (*complain)(const char *text);
    bool right;
} reader;

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static bool
wrong(reader *r, const char *format, ...)
{
    char text[512];
    va_list arguments;
    int at = snprintf(text, sizeof text, r->line > 0 ? "%s:%lu: " : "%s: ", r->path, r->line);
    at = at < (int)sizeof text ? at : (int)sizeof text - 1;
    va_start(arguments, format);
    vsnprintf(text + at, sizeof text - (size_t)at, format, arguments);
    va_end(arguments);
    r->complain(text);
    r->right = false;
    return false;
}

static void *resized(void *old, size_t size)
{
    void *fresh = realloc(old, size);
    if (fresh == NULL)
        abort();
    return fresh;
}

/* --- columns ------------------------------------------------------------------------------------ */

static bool read_id(reader *r, data_mutant *m, const char *id)
{
    static const struct {
        const char *prefix;
        unsigned services;
    } protocols[] = {
        {"smtp.", DATA_ANY_SMTP}, {"submission.", DATA_SUBMISSION}, {"lmtp.", DATA_LMTP}, {"pop3.", DATA_POP3}};
    const size_t len = strlen(id);
    m->id = id;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (strncmp(id, protocols[i].prefix, strlen(protocols[i].prefix)) == 0)
            m->services = (uint8_t)protocols[i].services;
    if (m->services == 0)
        return wrong(r, "%s: an id begins with smtp. submission. lmtp. or pop3.", id);
    if (strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-") != len || id[len - 1] == '.')
        return wrong(r, "%s: an id has lower-case letters, digits, hyphens and dots", id);
    return true;
}

static bool read_requirement(reader *r, data_mutant *m, const char *cites)
{
    const ms_register_row *row = ms_register_get(ms_register_find_text(cites));
    const char *prefix = m->services == DATA_POP3 ? "POP3-" : "SMTP-";
    if (row == NULL)
        return wrong(r, "%s: there is no such requirement", cites);
    if (row->level == MS_LEVEL_MAY)
        return wrong(r, "%s is a MAY: no server breaks it", cites);
    if (strncmp(cites, prefix, strlen(prefix)) != 0)
        return wrong(r, "%s is no requirement of the protocol of %s", cites, m->id);
    m->requirement = (uint16_t)ms_register_find_text(cites);
    return true;
}

static const struct {
    const char *name;
    unsigned state, services;
} states[] = {
    {"any", DATA_STAGES, DATA_ANY_SMTP | DATA_POP3},
    {"greeted", DATA_GREETED, DATA_ANY_SMTP},
    {"ehlo", DATA_EHLO, DATA_ANY_SMTP},
    {"mail", DATA_MAIL, DATA_ANY_SMTP},
    {"rcpt", DATA_RCPT, DATA_ANY_SMTP},
    {"auth", DATA_AUTH, DATA_ANY_SMTP},
    {"tls", DATA_TLS, DATA_ANY_SMTP | DATA_POP3},
    {"clear", DATA_CLEAR, DATA_ANY_SMTP | DATA_POP3},
    {"failed", DATA_FAILED, DATA_ANY_SMTP | DATA_POP3},
    {"authorization", DATA_AUTHORIZATION, DATA_POP3},
    {"transaction", DATA_TRANSACTION, DATA_POP3},
};

static bool read_state(reader *r, data_mutant *m, const char *word, size_t len)
{
    if (len == 5 && (memcmp(word, "again", len) == 0 || memcmp(word, "tenth", len) == 0)) {
        m->spared = word[0] == 'a' ? DATA_AGAIN : DATA_TENTH;
        return true;
    }
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strlen(states[i].name) != len || memcmp(states[i].name, word, len) != 0)
            continue;
        if ((states[i].services & m->services) == 0)
            return wrong(r, "%s is no state of the protocol of %s", states[i].name, m->id);
        m->stages |= (uint8_t)(states[i].state & DATA_STAGES);
        m->conditions |= (uint16_t)(states[i].state & ~(unsigned)DATA_STAGES);
        return true;
    }
    return wrong(r, "%.*s is no state", (int)len, word);
}

static bool read_states(reader *r, data_mutant *m, const char *text)
{
    do {
        text += strspn(text, ", ");
        const size_t len = strcspn(text, ", ");
        if (!read_state(r, m, text, len))
            return false;
        text += len;
    } while (*text != '\0');
    if (m->stages == 0)
        m->stages = DATA_STAGES;
    return true;
}

static bool read_command(reader *r, data_mutant *m, const char *text)
{
    static const struct {
        const char *name;
        data_place place;
        unsigned services;
    } places[] = {
        {"<greeting>", DATA_AT_GREETING, DATA_ANY_SMTP | DATA_POP3},
        {"<end-of-data>", DATA_AT_END_OF_DATA, DATA_ANY_SMTP},
        {"<chunk>", DATA_AT_CHUNK, DATA_ANY_SMTP},
        {"<response>", DATA_AT_RESPONSE, DATA_ANY_SMTP | DATA_POP3},
        {"<message>", DATA_AT_MESSAGE, DATA_ANY_SMTP},
        {"<data>", DATA_AT_DATA, DATA_ANY_SMTP},
        {"<stored>", DATA_AT_STORED, DATA_ANY_SMTP},
    };
    const mst_binding none = {0};
    size_t at = 0;
    m->command = text;
    for (size_t i = 0; text[0] == '<' && i < sizeof places / sizeof places[0]; i++) {
        if (strcmp(text, places[i].name) != 0)
            continue;
        m->place = places[i].place;
        return (places[i].services & m->services) != 0 || wrong(r, "%s is no place of %s", text, m->id);
    }
    if (text[0] == '<')
        return wrong(r, "%s is none of <greeting> <end-of-data> <chunk> <response> <message> <data> <stored>", text);
    m->pattern = resized(NULL, sizeof *m->pattern);
    const mst_pattern_status status =
        mst_pattern_compile(m->pattern, ms_span_make(text, strlen(text)), false, &none, 0, &at);
    if (status != MST_PATTERN_OK)
        return wrong(r, "%s: %s, at octet %zu", text, mst_pattern_status_text(status), at);
    return true;
}

/* What can be done in a place, as a set of 1 << action; the others take all but DATA_END. */
static unsigned deeds_at(data_place place)
{
    const unsigned end = 1u << DATA_END, as = 1u << DATA_AS, drop = 1u << DATA_DROP;
    switch (place) {
    case DATA_AT_COMMAND:
    case DATA_AT_RESPONSE:
        return ~end;
    case DATA_AT_MESSAGE:
        return 1u << DATA_ANSWER | 1u << DATA_EDIT | 1u << DATA_STALL | 1u << DATA_CLOSE;
    case DATA_AT_DATA:
        return end;
    case DATA_AT_STORED:
        return 1u << DATA_EDIT;
    case DATA_AT_GREETING:
    case DATA_AT_END_OF_DATA:
    case DATA_AT_CHUNK:
    case DATA_PLACES:
        break;
    }
    return ~(end | as | drop);
}

static bool is_quiet(const data_mutant *m)
{
    return m->place != DATA_AT_MESSAGE &&
           (m->action == DATA_CLOSE || m->action == DATA_SILENT || m->action == DATA_STALL || m->action == DATA_DROP);
}

static bool read_action(reader *r, data_mutant *m, const char *name, const char *text)
{
    static const char *const names[DATA_ACTIONS] = {"answer", "reply", "as",    "close", "last",
                                                    "silent", "edit",  "stall", "end",   "drop"};
    int action = 0;
    while (action < DATA_ACTIONS && strcmp(names[action], name) != 0)
        action++;
    if (action == DATA_ACTIONS)
        return wrong(r, "%s is none of answer, reply, as, close, last, silent, edit, stall, end, drop", name);
    m->action = (data_action)action;
    m->text = text;
    if (is_quiet(m) != (text[0] == '\0'))
        return wrong(r, is_quiet(m) ? "%s has no text" : "%s needs a text", name);
    if ((deeds_at(m->place) & 1u << action) == 0)
        return wrong(r, "%s is nothing for %s", name, m->command);
    if ((m->action == DATA_EDIT || (m->action == DATA_ANSWER && m->place == DATA_AT_MESSAGE)) &&
        strstr(text, "\\|") == NULL)
        return wrong(r, "%s of %s needs what is wanted, and \\| behind it", name, m->command);
    size_t bad = data_mutant_text(m, NULL, NULL);
    if (bad == SIZE_MAX)
        bad = data_mutant_wanted(m, NULL, NULL);
    if (bad != SIZE_MAX)
        return wrong(r, "%s: no escape, or no capture of the command, at octet %zu", text, bad);
    return true;
}

/* --- rows ------------------------------------------------------------------------------------------ */

/* The line is cut into its columns: how many there are. */
static int split(char *line, char *columns[COLUMNS])
{
    int count = 0;
    for (char *at = line; at != NULL; count++) {
        char *tab = strchr(at, '\t');
        if (tab != NULL)
            *tab = '\0';
        if (count < COLUMNS)
            columns[count] = at;
        at = tab == NULL ? NULL : tab + 1;
    }
    return count;
}

static bool read_columns(reader *r, data_mutant *m)
{
    char *columns[COLUMNS] = {NULL};
    const int count = split(m->memory, columns);
    static char nothing[] = "";
    if (count == COLUMNS - 1)
        columns[COLUMNS - 1] = nothing; /* close and silent have none */
    if (count != COLUMNS && count != COLUMNS - 1)
        return wrong(r, "%d columns instead of %d", count, COLUMNS);
    return read_id(r, m, columns[0]) && read_requirement(r, m, columns[1]) && read_states(r, m, columns[2]) &&
           read_command(r, m, columns[3]) && read_action(r, m, columns[4], columns[5]);
}

static void free_row(data_mutant *m)
{
    free(m->memory);
    free(m->pattern);
}

static void read_row(reader *r, const char *line)
{
    data_mutant m = {.file = r->path, .line = r->line};
    const size_t len = strlen(line);
    m.memory = resized(NULL, len + 1);
    memcpy(m.memory, line, len + 1);
    if (!read_columns(r, &m)) {
        free_row(&m);
        return;
    }
    r->into->rows = resized(r->into->rows, (r->into->count + 1) * sizeof m);
    r->into->rows[r->into->count++] = m;
}

static void read_lines(reader *r, FILE *in)
{
    static char line[LINE_ROOM];
    while (fgets(line, sizeof line, in) != NULL) {
        r->line++;
        const size_t len = strcspn(line, "\r\n");
        if (len + 1 == sizeof line) {
            wrong(r, "the line is too long");
            return;
        }
        line[len] = '\0';
        if (r->line == 1 && strcmp(line, header) != 0) {
            wrong(r, "the first line is not: id cites state command action text, with tabs between them");
            return;
        }
        if (r->line > 1 && line[0] != '\0' && line[0] != '#')
            read_row(r, line);
    }
}

static void read_file(reader *r)
{
    FILE *in = fopen(r->path, "r");
    r->line = 0;
    if (in == NULL) {
        wrong(r, "%s", strerror(errno));
        return;
    }
    read_lines(r, in);
    fclose(in);
}

/* --- the folder -------------------------------------------------------------------------------------- */

static int is_table(const struct dirent *entry)
{
    const size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 4 && strcmp(entry->d_name + len - 4, ".tsv") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_files(data_mutants *mutants, DIR *folder, const char *path)
{
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        if (!is_table(entry))
            continue;
        const size_t room = strlen(path) + strlen(entry->d_name) + 2;
        char *file = resized(NULL, room);
        snprintf(file, room, "%s/%s", path, entry->d_name);
        mutants->files = resized(mutants->files, (mutants->file_count + 1) * sizeof file);
        mutants->files[mutants->file_count++] = file;
    }
    if (mutants->file_count > 1)
        qsort(mutants->files, mutants->file_count, sizeof mutants->files[0], by_name);
}

static int by_id(const void *a, const void *b)
{
    const data_mutant *first = a, *second = b;
    const int order = strcmp(first->id, second->id);
    return order != 0 ? order : (first->line > second->line) - (first->line < second->line);
}

/* Rows one below the other that have the same id and requirement are one mutant. */
static void link_rows(reader *r)
{
    data_mutants *mutants = r->into;
    for (size_t i = 1; i < mutants->count; i++) {
        data_mutant *first = &mutants->rows[i - 1], *second = &mutants->rows[i];
        if (strcmp(first->id, second->id) != 0)
            continue;
        r->path = second->file;
        r->line = second->line;
        if (first->file != second->file || first->line + 1 != second->line || first->requirement != second->requirement)
            wrong(r, "%s stands in %s:%lu already", second->id, first->file, first->line);
        second->follows = true;
        first->also = second;
    }
}

bool data_mutants_read(data_mutants *mutants, const char *folder, void complain(const char *text))
{
    reader r = {.into = mutants, .path = folder, .complain = complain, .right = true};
    *mutants = (data_mutants){0};
    DIR *open = opendir(folder);
    if (open == NULL)
        return errno == ENOENT || wrong(&r, "%s", strerror(errno));
    list_files(mutants, open, folder);
    closedir(open);
    for (size_t i = 0; i < mutants->file_count; i++) {
        r.path = mutants->files[i];
        read_file(&r);
    }
    if (mutants->count > 1)
        qsort(mutants->rows, mutants->count, sizeof mutants->rows[0], by_id);
    link_rows(&r);
    return r.right;
}

const data_mutant *data_mutants_find(const data_mutants *mutants, const char *id)
{
    for (size_t i = 0; i < mutants->count; i++)
        if (strcmp(mutants->rows[i].id, id) == 0)
            return &mutants->rows[i];
    return NULL;
}

void data_mutants_free(data_mutants *mutants)
{
    for (size_t i = 0; i < mutants->count; i++)
        free_row(&mutants->rows[i]);
    for (size_t i = 0; i < mutants->file_count; i++)
        free(mutants->files[i]);
    free(mutants->rows);
    free(mutants->files);
    *mutants = (data_mutants){0};
}
