#include "harness/serve/mutant.h"

#include <string.h>

#include "mailspec/requirement.h"

static const serve_mutant_row rows[MUTANT_COUNT] = {
    [MUTANT_NONE] = {"", MS_REQ_NONE, ""},
#define MUTANT(name, id, requirement, title) [MUTANT_##name] = {id, MS_REQ_##requirement, title},
#include "harness/serve/mutant_list.h"
#undef MUTANT
};

const serve_mutant_row *serve_mutant_get(serve_mutant mutant)
{
    return &rows[(unsigned)mutant < MUTANT_COUNT ? mutant : MUTANT_NONE];
}

serve_mutant serve_mutant_find(const char *id)
{
    for (int i = MUTANT_NONE + 1; i < MUTANT_COUNT; i++)
        if (strcmp(rows[i].id, id) == 0)
            return (serve_mutant)i;
    return MUTANT_NONE;
}
