/* play_value.c - let and check */
#include "harness/probe/stage.h"

#include <string.h>

void stage_let(stage *s, const mst_step *step)
{
    probe_value value;
    if (probe_evaluate(&s->scope, step->let.value, &value))
        probe_scope_set_value(&s->scope, step->let.name, &value);
    else
        stage_unevaluated(s, step->at.line);
}

/* --- keyed captures ------------------------------------------------------------------- */

static bool same_entry(const probe_entry *a, const probe_entry *b)
{
    return ms_span_is_absent(a->key) == ms_span_is_absent(b->key) && probe_equal(a->key, b->key) &&
           probe_equal(a->value, b->value);
}

static size_t occurrences(const probe_value *in, const probe_entry *entry)
{
    size_t found = 0;
    for (size_t i = 0; i < in->entry_count; i++)
        found += same_entry(&in->entries[i], entry);
    return found;
}

/* Each element of a as often in b, at least. */
static bool is_within(const probe_value *a, const probe_value *b)
{
    for (size_t i = 0; i < a->entry_count; i++)
        if (occurrences(b, &a->entries[i]) < occurrences(a, &a->entries[i]))
            return false;
    return true;
}

static bool is_disjoint(const probe_value *a, const probe_value *b)
{
    for (size_t i = 0; i < a->entry_count; i++)
        if (occurrences(b, &a->entries[i]) > 0)
            return false;
    return true;
}

static bool compare_keyed(mst_compare compare, const probe_value *a, const probe_value *b)
{
    const bool equal = a->entry_count == b->entry_count && is_within(a, b);
    switch (compare) {
    case MST_EQUAL:
        return equal;
    case MST_DIFFERENT:
        return !equal;
    case MST_WITHIN:
        return is_within(a, b);
    case MST_DISJOINT:
        return is_disjoint(a, b);
    case MST_LESS:
        return a->entry_count < b->entry_count;
    case MST_AT_MOST:
        return a->entry_count <= b->entry_count;
    case MST_MORE:
        return a->entry_count > b->entry_count;
    case MST_AT_LEAST:
        return a->entry_count >= b->entry_count;
    case MST_COMPARES:
        break;
    }
    return false;
}

/* --- numbers and octets ------------------------------------------------------------------ */

static bool by_order(mst_compare compare, int order)
{
    switch (compare) {
    case MST_EQUAL:
        return order == 0;
    case MST_DIFFERENT:
        return order != 0;
    case MST_LESS:
        return order < 0;
    case MST_AT_MOST:
        return order <= 0;
    case MST_MORE:
        return order > 0;
    case MST_AT_LEAST:
        return order >= 0;
    case MST_WITHIN:
    case MST_DISJOINT:
    case MST_COMPARES:
        break;
    }
    return false;
}

static int octet_order(ms_span a, ms_span b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);
    return order != 0 ? order : a.len < b.len ? -1 : a.len > b.len;
}

static bool as_number(const probe_value *value, uint64_t *number)
{
    if (value->kind == MST_VALUE_NUMBER) {
        *number = value->number;
        return true;
    }
    return value->kind == MST_VALUE_OCTETS && probe_read_number(value->octets, number);
}

/* Octets that are to be equal are compared as they are, "007" is not "7"; else digits are numbers. */
static bool compare_plain(const mst_step *step, const probe_value *a, const probe_value *b)
{
    const mst_compare compare = step->check.compare;
    const bool octets = a->kind == MST_VALUE_OCTETS && b->kind == MST_VALUE_OCTETS;
    uint64_t left;
    uint64_t right;
    if (octets && (compare == MST_EQUAL || compare == MST_DIFFERENT))
        return probe_equal(a->octets, b->octets) == (compare == MST_EQUAL);
    if (as_number(a, &left) && as_number(b, &right))
        return by_order(compare, left < right ? -1 : left > right);
    return octets && by_order(compare, octet_order(a->octets, b->octets));
}

void stage_check(stage *s, const mst_step *step)
{
    probe_value left;
    probe_value right;
    if (!probe_evaluate(&s->scope, step->check.left, &left) || !probe_evaluate(&s->scope, step->check.right, &right)) {
        stage_unevaluated(s, step->at.line);
        return;
    }
    const bool keyed = left.kind == MST_VALUE_KEYED && right.kind == MST_VALUE_KEYED;
    const bool holds = keyed ? compare_keyed(step->check.compare, &left, &right) : compare_plain(step, &left, &right);
    const mst_alternative *alternative = stage_find(step, holds ? MST_MATCH_DONE : MST_MATCH_ELSE);
    if (alternative != NULL)
        stage_alternative(s, step, alternative, NULL);
    else if (!holds)
        stage_worsen(s, MST_FAIL, step->at.line, "the comparison does not hold");
}
