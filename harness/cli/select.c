/* select.c - see select.h */
#include "harness/cli/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "harness/requirement/register.h"
#include "harness/result/read.h"

enum { ID_ROOM = 256 };

bool cli_glob(const char *pattern, const char *text)
{
    const char *star = NULL;
    const char *resume = NULL;
    while (*text != '\0') {
        if (*pattern == '*') {
            star = pattern++;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star + 1;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

static void id_of(const mst_document *document, char id[ID_ROOM])
{
    const ms_span span = document->header.id;
    snprintf(id, ID_ROOM, "%.*s", ms_span_is_absent(span) ? 0 : (int)span.len,
             ms_span_is_absent(span) ? "" : (const char *)span.ptr);
}

static const ms_register_row *row_of(const mst_word *word)
{
    return ms_register_get(ms_register_find((const char *)word->text.ptr, word->text.len));
}

/* --- one selector ------------------------------------------------------------------------------- */

/* "rfc5321", "rfc5321/4.5.2": what is cited is of that section, or below it. */
static bool of_rfc(const mst_document *document, const char *selector)
{
    const char *slash = strchr(selector, '/');
    const size_t rfc_len = slash == NULL ? strlen(selector) : (size_t)(slash - selector);
    const char *section = slash == NULL ? "" : slash + 1;
    const size_t section_len = strlen(section);
    for (const mst_word *word = document->header.cites; word != NULL; word = word->next) {
        const ms_register_row *row = row_of(word);
        if (row == NULL || strlen(row->rfc) != rfc_len || strncmp(row->rfc, selector, rfc_len) != 0)
            continue;
        if (section_len == 0 || (strncmp(row->section, section, section_len) == 0 &&
                                 (row->section[section_len] == '\0' || row->section[section_len] == '.')))
            return true;
    }
    return false;
}

static bool cites(const mst_document *document, const char *selector)
{
    for (const mst_word *word = document->header.cites; word != NULL; word = word->next)
        if (word->text.len == strlen(selector) && memcmp(word->text.ptr, selector, word->text.len) == 0)
            return true;
    return false;
}

static bool fits(const mst_document *document, const char *selector)
{
    char id[ID_ROOM];
    if (strncasecmp(selector, "rfc", 3) == 0 && selector[3] >= '0' && selector[3] <= '9')
        return of_rfc(document, selector + 3);
    if (selector[0] >= 'A' && selector[0] <= 'Z')
        return cites(document, selector);
    id_of(document, id);
    return cli_glob(selector, id);
}

/* Sets chosen to value for what the selector fits; how many. */
static size_t mark(const cli_library *library, const char *selector, bool value, bool *chosen)
{
    size_t hits = 0;
    for (size_t i = 0; i < library->files.count; i++) {
        const mst_document *document = library->documents[i];
        if (document == NULL || !document->live || !fits(document, selector))
            continue;
        chosen[i] = value;
        hits++;
    }
    return hits;
}

/* --- the other conditions --------------------------------------------------------------------------- */

static bool level_fits(const mst_document *document, const char *level)
{
    const mst_header *header = &document->header;
    const char *name = mst_level_name(header->level);
    if (header->level == MST_LEVEL_OF_FIRST_CITED) {
        const ms_register_row *row = header->cites == NULL ? NULL : row_of(header->cites);
        name = row == NULL ? "" : ms_level_name(row->level);
    }
    /* MUST_NOT needs no quoting in a shell */
    for (; *level != '\0' && *name != '\0'; level++, name++)
        if (*level != *name && !(*level == '_' && *name == ' '))
            return false;
    return *level == *name;
}

static bool has_word(const mst_word *words, const char *word)
{
    for (; words != NULL; words = words->next)
        if (words->text.len == strlen(word) && strncasecmp((const char *)words->text.ptr, word, words->text.len) == 0)
            return true;
    return false;
}

static bool needs(const mst_document *document, const char *capability)
{
    for (const mst_gate *gate = document->header.needs; gate != NULL; gate = gate->next)
        if (!ms_span_is_absent(gate->word) && gate->word.len == strlen(capability) &&
            strncasecmp((const char *)gate->word.ptr, capability, gate->word.len) == 0)
            return true;
    return false;
}

static void narrow(const cli_library *library, const cli_selection *selection, bool *chosen)
{
    for (size_t i = 0; i < library->files.count; i++) {
        const mst_document *document = library->documents[i];
        if (!chosen[i])
            continue;
        chosen[i] = (selection->level == NULL || level_fits(document, selection->level)) &&
                    (selection->tag == NULL || has_word(document->header.tags, selection->tag)) &&
                    (selection->capability == NULL || needs(document, selection->capability));
    }
}

/* --- a report --------------------------------------------------------------------------------------- */

static bool failed(const result_run *run, const mst_document *document)
{
    char id[ID_ROOM];
    id_of(document, id);
    for (size_t i = 0; i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        const size_t length = strcspn(item->id, "@");
        if (item->status != RESULT_FAIL && item->status != RESULT_ERROR)
            continue;
        if (strlen(id) == length && strncmp(item->id, id, length) == 0)
            return true;
        /* what the listener heard, it heard in these files */
        for (size_t e = 0; strncmp(item->id, "listen.", 7) == 0 && e < item->evidence_count; e++)
            if (item->evidence[e].file != NULL && strcmp(item->evidence[e].file, document->filename) == 0)
                return true;
    }
    return false;
}

static cli_status only_failed(const cli_library *library, const cli_selection *selection, const char *command,
                              bool *chosen)
{
    result_run run;
    char error[300];
    if (selection->failed_in == NULL)
        return CLI_OK;
    if (!result_read_file(selection->failed_in, &run, error, sizeof error)) {
        fprintf(stderr, "mailspec %s: %s: %s\n", command, selection->failed_in, error);
        return CLI_USAGE;
    }
    for (size_t i = 0; i < library->files.count; i++)
        chosen[i] = chosen[i] && failed(&run, library->documents[i]);
    result_run_free(&run);
    return CLI_OK;
}

/* --- all of it ---------------------------------------------------------------------------------------- */

static cli_status drop_unwanted(const cli_library *library, const cli_selection *selection, const char *command,
                                bool *chosen)
{
    cli_status status = CLI_OK;
    char *list = selection->unwanted == NULL ? NULL : strdup(selection->unwanted);
    char *rest = NULL;
    for (char *one = list == NULL ? NULL : strtok_r(list, ",", &rest); one != NULL; one = strtok_r(NULL, ",", &rest))
        if (mark(library, one, false, chosen) == 0) {
            fprintf(stderr, "mailspec %s: --not %s fits no case\n", command, one);
            status = CLI_USAGE;
        }
    free(list);
    return status;
}

static void shard(const cli_library *library, const cli_selection *selection, bool *chosen)
{
    unsigned long number = 0;
    for (size_t i = 0; i < library->files.count; i++)
        if (chosen[i])
            chosen[i] = number++ % selection->shards == selection->shard - 1;
}

cli_status cli_select(const cli_library *library, const cli_selection *selection, const char *command, bool *chosen)
{
    cli_status status = CLI_OK;
    if (selection->wanted == NULL || selection->wanted[0] == NULL)
        mark(library, "*", true, chosen);
    for (const char *const *one = selection->wanted; one != NULL && *one != NULL; one++)
        if (mark(library, *one, true, chosen) == 0) {
            fprintf(stderr, "mailspec %s: no live case is like '%s'; 'mailspec list cases' lists them\n", command,
                    *one);
            status = CLI_USAGE;
        }
    status = cli_status_worse(status, drop_unwanted(library, selection, command, chosen));
    narrow(library, selection, chosen);
    status = cli_status_worse(status, only_failed(library, selection, command, chosen));
    if (selection->shards > 1)
        shard(library, selection, chosen);
    return status;
}
