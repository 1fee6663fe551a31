#include "harness/cli/coverage.h"

#include <stdlib.h>
#include <string.h>

/* What one document does with each requirement. */
typedef struct mentions {
    bool cited[MS_REQ_COUNT], broken[MS_REQ_COUNT];
} mentions;

static ms_requirement find(ms_span id)
{
    return ms_register_find((const char *)id.ptr, id.len);
}

/* Ids that are not in the register are noted under MS_REQ_NONE, which nobody asks for; lint names them. */
static void note(mentions *all, const mst_document *document)
{
    for (const mst_word *word = document->header.cites; word != NULL; word = word->next)
        all->cited[find(word->text)] = true;
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        for (const mst_violation *violation = step->violations; violation != NULL; violation = violation->next)
            all->broken[find(violation->requirement)] = true;
}

static bool append(coverage *all, ms_requirement requirement, coverage_kind kind, size_t file)
{
    if (all->count == all->room) {
        const size_t room = all->room == 0 ? 1024 : 2 * all->room;
        coverage_entry *entries = realloc(all->entries, room * sizeof *entries);
        if (entries == NULL)
            return false;
        all->entries = entries;
        all->room = room;
    }
    all->entries[all->count++] = (coverage_entry){requirement, kind, file};
    return true;
}

/* Two rows may forbid the same octets; a recording then reports one of them, and the note of the other says which:
 * "...; a recording's finding is ID, ID". */
static bool broken_under_another_id(const mentions *seen, unsigned number)
{
    static const char phrase[] = "a recording's finding is ";
    const char *id = strstr(ms_register_get(number)->note, phrase);
    if (id == NULL)
        return false;
    id += sizeof phrase - 1;
    for (;;) {
        const size_t len = strcspn(id, ",; ");
        if (seen->broken[ms_register_find(id, len)])
            return true;
        id += len;
        if (strncmp(id, ", ", 2) != 0)
            return false;
        id += 2;
    }
}

bool coverage_add(coverage *all, const mst_document *document, size_t file)
{
    mentions seen = {{false}, {false}};
    note(&seen, document);
    seen.broken[MS_REQ_NONE] = false;
    for (unsigned number = 1; number < MS_REQ_COUNT; number++) {
        coverage_kind kind = COVERAGE_CONFORMING;
        if (document->live && seen.cited[number])
            kind = COVERAGE_CASE;
        else if (seen.broken[number] || (seen.cited[number] && broken_under_another_id(&seen, number)))
            kind = COVERAGE_VIOLATING;
        else if (!seen.cited[number])
            continue;
        if (!append(all, (ms_requirement)number, kind, file))
            return false;
    }
    return true;
}

size_t coverage_count(const coverage *all, ms_requirement requirement, coverage_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += all->entries[i].requirement == requirement && all->entries[i].kind == kind;
    return count;
}

static const char *const kind_names[COVERAGE_KINDS] = {
    [COVERAGE_CONFORMING] = "conforming",
    [COVERAGE_VIOLATING] = "violating",
    [COVERAGE_CASE] = "cases",
};

void coverage_to_json(const coverage *all, const cli_library *library, ms_requirement requirement, json_t *object)
{
    for (coverage_kind kind = COVERAGE_CONFORMING; kind < COVERAGE_KINDS; kind++) {
        json_t *paths = json_array();
        for (size_t i = 0; i < all->count; i++) {
            const coverage_entry *entry = &all->entries[i];
            if (entry->kind == kind && entry->requirement == requirement)
                json_array_append_new(paths, json_string(library->files.paths[entry->file]));
        }
        json_object_set_new(object, kind_names[kind], paths);
    }
}

void coverage_free(coverage *all)
{
    free(all->entries);
    *all = (coverage){NULL, 0, 0};
}
