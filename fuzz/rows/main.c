/*
 * main.c - session_rows: prints each row, and fails where the corpus does not show one that no list excuses
 *
 * usage: session_rows [-q] TABLE CORPUS
 *
 * TABLE has a line for each row that no dialogue can show: its name, a tab, and why.
 */
#include "fuzz/rows/rows.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_target[] = "session_rows";

void rows_add(row_set *set, const char *name, const char *outcome)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->rows[i].name, name) == 0)
            return;
    if (set->count == ROWS_MAX)
        fuzz_fail(ORACLE_RANGE, set->count, "more than %d rows", ROWS_MAX);
    row *r = &set->rows[set->count++];
    snprintf(r->name, sizeof r->name, "%s", name);
    snprintf(r->outcome, sizeof r->outcome, "%s", outcome);
    r->shown = false;
}

void rows_show(row_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->rows[i].name, name) == 0)
            set->rows[i].shown = true;
}

typedef void play(row_set *set, const fuzz_input *input, const fuzz_talk *talk);

static bool play_file(row_set *set, const char *path, play *with)
{
    static uint8_t octets[FUZZ_INPUT_MAX];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    const size_t len = fread(octets, 1, sizeof octets, file);
    fclose(file);
    const fuzz_input input = fuzz_input_read(octets, len);
    with(set, &input, fuzz_talk_read(input.octets));
    return true;
}

static size_t play_folder(row_set *set, const char *corpus, const char *kind, const char *target, play *with)
{
    char folder[2048], path[4096];
    size_t count = 0;
    snprintf(folder, sizeof folder, "%s/%s/%s", corpus, kind, target);
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            count += play_file(set, path, with);
    }
    if (listing != NULL)
        closedir(listing);
    return count;
}

/* How many rows of the table are wrong: of no row, or of one that is shown.  excused: by the row's place. */
static size_t read_table(const row_set *set, const char *path, bool *excused)
{
    char line[512];
    size_t wrong = 0;
    FILE *table = fopen(path, "r");
    if (table == NULL) {
        fprintf(stderr, "session_rows: %s cannot be read\n", path);
        exit(2);
    }
    while (fgets(line, sizeof line, table) != NULL) {
        char *reason = strchr(line, '\t');
        size_t i = 0;
        if (reason == NULL || reason[1] == '\n' || strncmp(line, "row\t", 4) == 0) {
            wrong += reason == NULL || reason[1] == '\n';
            continue;
        }
        *reason = '\0';
        while (i < set->count && strcmp(set->rows[i].name, line) != 0)
            i++;
        if (i == set->count || set->rows[i].shown) {
            printf("%s: \"%s\" %s\n", path, line, i == set->count ? "is no row" : "is shown by the corpus");
            wrong++;
        } else {
            excused[i] = true;
        }
    }
    fclose(table);
    return wrong;
}

int main(int argc, char **argv)
{
    static row_set set;
    static bool excused[ROWS_MAX];
    const bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    if (argc != (quiet ? 4 : 3)) {
        fputs("usage: session_rows [-q] TABLE CORPUS\n", stderr);
        return 2;
    }
    const char *const *operands = (const char *const *)argv + (quiet ? 2 : 1);
    rows_of_smtp(&set);
    rows_of_pop3(&set);
    size_t inputs = 0, shown = 0, missing = 0;
    static const char *const kinds[] = {"seeds", "regressions"};
    for (size_t i = 0; i < 2; i++) {
        inputs += play_folder(&set, operands[1], kinds[i], "smtp_dialogue", rows_play_smtp);
        inputs += play_folder(&set, operands[1], kinds[i], "pop3_dialogue", rows_play_pop3);
    }
    const size_t wrong = read_table(&set, operands[0], excused);
    for (size_t i = 0; i < set.count; i++) {
        const row *r = &set.rows[i];
        const bool open = !r->shown && !excused[i];
        shown += r->shown;
        missing += open;
        if (!quiet || open)
            printf("%-9s %-44s %s\n", r->shown ? "shown" : excused[i] ? "excused" : "MISSING", r->name, r->outcome);
    }
    printf("session_rows: %zu rows, %zu shown by %zu dialogues, %zu missing, %zu faults of the table\n", set.count,
           shown, inputs, missing, wrong);
    return missing == 0 && wrong == 0 && inputs > 0 ? 0 : 1;
}
