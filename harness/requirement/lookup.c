/* lookup.c - find the row of a number and the number of an id */
#include "harness/requirement/register.h"

#include <string.h>

#include "harness/requirement/table.h"

_Static_assert(MS_REQ_COUNT <= UINT16_MAX, "a requirement fits 16 bits");

static const char *const level_names[] = {
    [MS_LEVEL_MUST] = "MUST",     [MS_LEVEL_MUST_NOT] = "MUST NOT",
    [MS_LEVEL_SHOULD] = "SHOULD", [MS_LEVEL_SHOULD_NOT] = "SHOULD NOT",
    [MS_LEVEL_MAY] = "MAY",       [MS_LEVEL_SECURITY] = "SECURITY",
};

enum { LEVEL_COUNT = sizeof level_names / sizeof level_names[0] };

const ms_register_row *ms_register_get(unsigned number)
{
    if (number == MS_REQ_NONE || number >= MS_REQ_COUNT)
        return NULL;
    return &ms_register_rows[number];
}

/* As strcmp, where the second string has len octets and no NUL. */
static int compare(const char *id, const char *other, size_t len)
{
    const size_t own = strlen(id);
    const int order = memcmp(id, other, own < len ? own : len);
    if (order != 0)
        return order;
    return own < len ? -1 : own > len;
}

ms_requirement ms_register_find(const char *id, size_t len)
{
    size_t low = 0, high = MS_REQ_COUNT - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const uint16_t number = ms_register_sorted[middle];
        const int order = compare(ms_register_rows[number].id, id, len);
        if (order == 0)
            return (ms_requirement)number;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return MS_REQ_NONE;
}

ms_requirement ms_register_find_text(const char *id)
{
    return ms_register_find(id, strlen(id));
}

const char *ms_level_name(ms_level level)
{
    return (size_t)level < LEVEL_COUNT ? level_names[level] : "?";
}

bool ms_level_find(const char *name, ms_level *level)
{
    for (size_t i = 0; i < LEVEL_COUNT; i++) {
        if (strcmp(level_names[i], name) == 0) {
            *level = (ms_level)i;
            return true;
        }
    }
    return false;
}
