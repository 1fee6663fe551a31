/*
 * pattern.c - run a text pattern over a text
 *
 * All states at once, in order of preference, each with its own capture
 * offsets, each state at most once per octet: as Pike described.
 */
#include "harness/transcript/pattern.h"

#include <string.h>

#include "harness/transcript/pattern_code.h"

/* ---- matching -------------------------------------------------------- */

enum { SLOTS = 2 * MST_PATTERN_CAPTURES_MAX };

typedef struct states {
    unsigned count;
    uint16_t at[MST_PATTERN_CODE_MAX];
    size_t slots[MST_PATTERN_CODE_MAX][SLOTS];
    uint8_t present[MST_PATTERN_CODE_MAX / 8];
} states;

/* Follow jumps from instruction i; slots is given back as it came. */
static void enter(const mst_pattern *p, states *list, unsigned i, size_t offset, size_t slots[SLOTS])
{
    for (;;) {
        if (list->present[i / 8] & 1U << i % 8)
            return;
        list->present[i / 8] = (uint8_t)(list->present[i / 8] | 1U << i % 8);
        const int here = (int)i, x = p->code[i].x;
        if (p->code[i].op == OP_JUMP) {
            i = (unsigned)(here + x);
        } else if (p->code[i].op == OP_SPLIT) {
            enter(p, list, (unsigned)(here + x), offset, slots);
            i = (unsigned)(here + p->code[i].y);
        } else if (p->code[i].op == OP_SAVE) {
            const size_t saved = slots[x];
            slots[x] = offset;
            enter(p, list, i + 1, offset, slots);
            slots[x] = saved;
            return;
        } else {
            list->at[list->count] = (uint16_t)i;
            memcpy(list->slots[list->count++], slots, SLOTS * sizeof slots[0]);
            return;
        }
    }
}

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

static uint8_t upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 32) : octet;
}

static bool in_set(const mst_pattern *p, unsigned set, uint8_t octet)
{
    return (p->sets[set][octet / 8] & 1U << octet % 8) != 0;
}

static bool takes(const mst_pattern *p, unsigned i, uint8_t octet)
{
    switch ((mst_pattern_op)p->code[i].op) {
    case OP_OCTET:
        return p->code[i].octet == octet || (p->fold_case && lower(p->code[i].octet) == lower(octet));
    case OP_ANY:
        return true;
    case OP_SET:
        return in_set(p, (unsigned)p->code[i].x, octet) ||
               (p->fold_case &&
                (in_set(p, (unsigned)p->code[i].x, lower(octet)) || in_set(p, (unsigned)p->code[i].x, upper(octet))));
    case OP_SPLIT:
    case OP_JUMP:
    case OP_SAVE:
    case OP_MATCH:
        break;
    }
    return false;
}

static void clear(states *list)
{
    list->count = 0;
    memset(list->present, 0, sizeof list->present);
}

static void report(const mst_pattern *p, ms_span text, const size_t slots[SLOTS],
                   ms_span captured[MST_PATTERN_CAPTURES_MAX])
{
    for (unsigned i = 0; i < MST_PATTERN_CAPTURES_MAX; i++) {
        const size_t from = slots[2 * i], to = slots[2 * i + 1];
        captured[i] = i < p->capture_count && from != SIZE_MAX && to != SIZE_MAX
                          ? ms_span_make(text.ptr + from, to - from)
                          : ms_span_absent();
    }
}

bool mst_pattern_match(const mst_pattern *pattern, ms_span text, ms_span captured[MST_PATTERN_CAPTURES_MAX])
{
    states lists[2], *now = &lists[0], *then = &lists[1];
    size_t slots[SLOTS];
    for (unsigned i = 0; i < SLOTS; i++)
        slots[i] = SIZE_MAX;
    clear(now);
    enter(pattern, now, 0, 0, slots);
    for (size_t offset = 0; offset < text.len && now->count > 0; offset++) {
        clear(then);
        for (unsigned i = 0; i < now->count; i++)
            if (takes(pattern, now->at[i], text.ptr[offset]))
                enter(pattern, then, now->at[i] + 1U, offset + 1, now->slots[i]);
        states *swap = now;
        now = then;
        then = swap;
    }
    for (unsigned i = 0; i < now->count; i++) {
        if (pattern->code[now->at[i]].op != OP_MATCH)
            continue;
        if (captured != NULL)
            report(pattern, text, now->slots[i], captured);
        return true;
    }
    return false;
}
