/* mutant_table.c - see mutant_table.h */
#include "harness/cli/mutant_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/cli/files.h"
#include "harness/requirement/register.h"

/* complain of data_mutants_read takes no more than the text */
static const char *speaker = "";

static void complain(const char *text)
{
    fprintf(stderr, "mailspec %s: %s\n", speaker, text);
}

static void *resized(void *old, size_t size)
{
    void *fresh = realloc(old, size);
    if (fresh == NULL)
        abort();
    return fresh;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_folder(data_mutants *data, const char *folder)
{
    struct stat about;
    if (folder != NULL && stat(folder, &about) != 0) {
        fprintf(stderr, "mailspec %s: %s: there is no such folder\n", speaker, folder);
        return false;
    }
    if (folder != NULL)
        return data_mutants_read(data, folder, complain);
    char *corpus = cli_corpus(NULL);
    if (corpus == NULL)
        return true; /* the built-in ones need none */
    const size_t room = strlen(corpus) + sizeof "/mutants";
    char *path = resized(NULL, room);
    snprintf(path, room, "%s/mutants", corpus);
    const bool right = data_mutants_read(data, path, complain);
    free(path);
    free(corpus);
    return right;
}

static mutant_entry built_in_entry(serve_mutant mutant)
{
    const serve_mutant_row *row = serve_mutant_get(mutant);
    return (mutant_entry){row->id, ms_register_get(row->requirement)->id, row->title, mutant, NULL};
}

static bool add_data(mutant_table *table, const data_mutant *data)
{
    if (serve_mutant_find(data->id) != MUTANT_NONE) {
        fprintf(stderr, "mailspec %s: %s:%lu: %s is built in already\n", speaker, data->file, data->line, data->id);
        return false;
    }
    char *title = data_mutant_title(data);
    table->titles[data - table->data.rows] = title;
    table->entries[table->count++] =
        (mutant_entry){data->id, ms_register_get(data->requirement)->id, title, MUTANT_NONE, data};
    return true;
}

bool mutant_table_read(mutant_table *table, const char *command, const char *folder)
{
    *table = (mutant_table){0};
    speaker = command;
    bool right = read_folder(&table->data, folder);
    table->entries = resized(NULL, (MUTANT_COUNT + table->data.count) * sizeof *table->entries);
    table->titles = resized(NULL, (table->data.count + 1) * sizeof *table->titles);
    memset(table->titles, 0, (table->data.count + 1) * sizeof *table->titles);
    for (int i = MUTANT_NONE + 1; i < MUTANT_COUNT; i++)
        table->entries[table->count++] = built_in_entry((serve_mutant)i);
    for (size_t i = 0; i < table->data.count; i++)
        right = (table->data.rows[i].follows || add_data(table, &table->data.rows[i])) && right;
    return right;
}

bool mutant_table_find(mutant_table *table, const char *command, const char *folder, const char *id,
                       mutant_entry *entry)
{
    const serve_mutant built_in = serve_mutant_find(id);
    if (built_in != MUTANT_NONE) {
        *entry = built_in_entry(built_in);
        return true;
    }
    const bool right = mutant_table_read(table, command, folder);
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->entries[i].id, id) == 0) {
            *entry = table->entries[i];
            return right;
        }
    fprintf(stderr, "mailspec %s: %s: there is no such mutant; --list-mutants shows them\n", command, id);
    return false;
}

void mutant_table_free(mutant_table *table)
{
    for (size_t i = 0; table->titles != NULL && i < table->data.count; i++)
        free(table->titles[i]);
    free(table->titles);
    free(table->entries);
    data_mutants_free(&table->data);
    *table = (mutant_table){0};
}

/* --- printing ---------------------------------------------------------------------------------- */

static void print_json(const char *key, const char *text, const char *behind)
{
    printf("\"%s\": \"", key);
    for (; *text != '\0'; text++) {
        const unsigned char octet = (unsigned char)*text;
        if (octet == '"' || octet == '\\')
            printf("\\%c", octet);
        else if (octet < ' ')
            printf("\\u%04x", octet);
        else
            putchar(octet);
    }
    printf("\"%s", behind);
}

void mutant_table_print(const mutant_table *table, bool json)
{
    if (json)
        printf("[\n");
    for (size_t i = 0; i < table->count; i++) {
        const mutant_entry *entry = &table->entries[i];
        if (!json) {
            printf("%-40s %-22s %s\n", entry->id, entry->requirement, entry->title);
            continue;
        }
        printf("  {");
        print_json("id", entry->id, ", ");
        print_json("requirement", entry->requirement, ", ");
        print_json("title", entry->title, i + 1 < table->count ? "},\n" : "}\n");
    }
    if (json)
        printf("]\n");
}
