/* known.c - see known.h */
#include "harness/cli/known.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/select.h"

enum { COLUMNS = 5 };
static const char header[] = "adapter\tkind\thow\tours\treason";

static bool add_row(known_differences *known, const char *text, unsigned long number)
{
    const char *column[COLUMNS];
    char *line = strdup(text);
    char *next = line;
    if (known->count == known->room) {
        known->room = known->room == 0 ? 64 : known->room * 2;
        known->rows = realloc(known->rows, known->room * sizeof *known->rows);
    }
    if (line == NULL || known->rows == NULL)
        abort();
    int columns = 0;
    while (columns < COLUMNS && next != NULL) {
        char *tab = strchr(next, '\t');
        if (tab != NULL)
            *tab = '\0';
        column[columns++] = next;
        next = tab == NULL ? NULL : tab + 1;
    }
    if (columns < COLUMNS || next != NULL || column[0][0] == '\0') {
        free(line);
        return false;
    }
    known->rows[known->count++] = (known_difference){.line = line,
                                                     .number = number,
                                                     .adapter = column[0],
                                                     .kind = column[1],
                                                     .how = column[2],
                                                     .what = column[3],
                                                     .reason = column[4]};
    return true;
}

bool known_read(known_differences *known, const char *command, const char *path)
{
    FILE *in = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    bool right = true;
    if (in == NULL) {
        fprintf(stderr, "mailspec %s: %s: %s\n", command, path, strerror(errno));
        return false;
    }
    for (unsigned long number = 1; right && getline(&line, &room, in) >= 0; number++) {
        line[strcspn(line, "\n")] = '\0';
        if (number == 1)
            right = strcmp(line, header) == 0;
        else if (line[0] != '\0' && line[0] != '#')
            right = add_row(known, line, number);
        if (!right)
            fprintf(stderr, "mailspec %s: %s:%lu: five columns are wanted: %s\n", command, path, number, header);
    }
    free(line);
    fclose(in);
    return right;
}

void known_free(known_differences *known)
{
    for (size_t i = 0; i < known->count; i++)
        free(known->rows[i].line);
    free(known->rows);
    memset(known, 0, sizeof *known);
}

const known_difference *known_find(known_differences *known, const char *adapter, const char *kind, const char *how,
                                   const char *what, const char *id, const char *sample)
{
    const known_difference *found = NULL;
    for (size_t i = 0; i < known->count; i++) {
        known_difference *row = &known->rows[i];
        if (strncmp(adapter, row->adapter, strlen(row->adapter)) != 0)
            continue;
        row->asked = true;
        if (strcmp(row->kind, kind) != 0 || strcmp(row->how, how) != 0 ||
            (!cli_glob(row->what, what) && (id == NULL || !cli_glob(row->what, id)) &&
             (sample == NULL || !cli_glob(row->what, sample))))
            continue;
        row->used = true; /* each that says so: none of them is left over */
        if (found == NULL)
            found = row;
    }
    return found;
}
