/* value.c - see value.h; the names, and the walk over an expression */
#include "harness/probe/value.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 512 * 1024 * 1024, REPEATED_MAX = 256 * 1024 * 1024 };

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

bool probe_scope_fail(probe_scope *scope, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(scope->error, sizeof scope->error, format, arguments);
    va_end(arguments);
    scope->lacking = ms_span_absent();
    return false;
}

static bool lacks(probe_scope *scope, ms_span name)
{
    probe_scope_fail(scope, "'%.*s' has no value", (int)name.len, (const char *)name.ptr);
    scope->lacking = probe_scope_copy(scope, name);
    return false;
}

bool probe_equal(ms_span a, ms_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool probe_read_number(ms_span text, uint64_t *number)
{
    uint64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned digit = (unsigned)text.ptr[i] - '0';
        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *number = value;
    return text.len > 0;
}

/* --- memory -------------------------------------------------------------------- */

uint8_t *probe_scope_room(probe_scope *scope, uint64_t size)
{
    uint8_t *room = size > REPEATED_MAX ? NULL : mst_arena_octets(&scope->arena, size == 0 ? 1 : (size_t)size);
    if (room == NULL)
        probe_scope_fail(scope, "the case's values need more than %d MiB", ARENA_MAX / 1024 / 1024);
    return room;
}

ms_span probe_scope_copy(probe_scope *scope, ms_span octets)
{
    uint8_t *copy = probe_scope_room(scope, octets.len);
    if (copy == NULL)
        return MS_SPAN("");
    if (octets.len > 0)
        memcpy(copy, octets.ptr, octets.len);
    return ms_span_make(copy, octets.len);
}

void probe_scope_init(probe_scope *scope, uint64_t seed)
{
    memset(scope, 0, sizeof *scope);
    mst_arena_init(&scope->arena, ARENA_MAX);
    scope->random = seed;
}

void probe_scope_free(probe_scope *scope)
{
    for (size_t i = 0; i < scope->count; i++)
        if (scope->variables[i].entry_room > 0)
            free((void *)(uintptr_t)scope->variables[i].value.entries);
    free(scope->variables);
    free(scope->secrets);
    mst_arena_free(&scope->arena);
    memset(scope, 0, sizeof *scope);
}

/* --- names --------------------------------------------------------------------- */

static probe_variable *variable_of(const probe_scope *scope, ms_span name)
{
    for (size_t i = 0; i < scope->count; i++)
        if (probe_equal(scope->variables[i].name, name))
            return &scope->variables[i];
    return NULL;
}

static probe_variable *make_variable(probe_scope *scope, ms_span name)
{
    probe_variable *known = variable_of(scope, name);
    if (known != NULL)
        return known;
    if (scope->count == scope->room) {
        scope->room = scope->room == 0 ? 32 : scope->room * 2;
        scope->variables = must(realloc(scope->variables, scope->room * sizeof *scope->variables));
    }
    known = &scope->variables[scope->count++];
    memset(known, 0, sizeof *known);
    known->name = probe_scope_copy(scope, name);
    return known;
}

const probe_value *probe_scope_find(const probe_scope *scope, ms_span name)
{
    const probe_variable *known = variable_of(scope, name);
    return known == NULL ? NULL : &known->value;
}

void probe_scope_set_value(probe_scope *scope, ms_span name, const probe_value *value)
{
    probe_variable *variable = make_variable(scope, name);
    if (variable->entry_room > 0)
        free((void *)(uintptr_t)variable->value.entries);
    variable->value = *value;
    variable->entry_room = 0;
}

void probe_scope_set(probe_scope *scope, ms_span name, ms_span octets)
{
    const ms_span copy = probe_scope_copy(scope, octets);
    const probe_value value = {.kind = MST_VALUE_OCTETS, .octets = copy, .shown = copy};
    probe_scope_set_value(scope, name, &value);
}

void probe_scope_set_text(probe_scope *scope, const char *name, const char *text)
{
    if (text != NULL)
        probe_scope_set(scope, ms_span_make(name, strlen(name)), ms_span_make(text, strlen(text)));
}

void probe_scope_set_secret(probe_scope *scope, const char *name, const char *text)
{
    char shown[64];
    if (text == NULL)
        return;
    const int length = snprintf(shown, sizeof shown, "${%s}", name);
    const probe_value value = {
        .kind = MST_VALUE_OCTETS,
        .octets = probe_scope_copy(scope, ms_span_make(text, strlen(text))),
        .shown = probe_scope_copy(scope, ms_span_make(shown, (size_t)length)),
    };
    probe_scope_set_value(scope, ms_span_make(name, strlen(name)), &value);
    probe_scope_hide(scope, value.octets, value.shown);
}

static probe_entry *entry_of(const probe_variable *variable, ms_span key)
{
    for (size_t i = 0; i < variable->value.entry_count; i++)
        if (probe_equal(variable->value.entries[i].key, key))
            return (probe_entry *)(uintptr_t)&variable->value.entries[i];
    return NULL;
}

void probe_scope_set_entry(probe_scope *scope, ms_span name, ms_span key, ms_span value)
{
    probe_variable *variable = make_variable(scope, name);
    const ms_span copy = probe_scope_copy(scope, value);
    variable->value.kind = MST_VALUE_KEYED;
    /* keys come in ascending order, so the newest entry is asked for most */
    probe_entry *known = entry_of(variable, key);
    if (known != NULL) {
        known->value = copy;
        return;
    }
    probe_entry *entries = (probe_entry *)(uintptr_t)variable->value.entries;
    if (variable->value.entry_count == variable->entry_room) {
        variable->entry_room = variable->entry_room == 0 ? 16 : variable->entry_room * 2;
        entries = must(realloc(entries, variable->entry_room * sizeof *entries));
        variable->value.entries = entries;
    }
    entries[variable->value.entry_count++] = (probe_entry){.key = probe_scope_copy(scope, key), .value = copy};
}

void probe_scope_make_keyed(probe_scope *scope, ms_span name)
{
    make_variable(scope, name)->value.kind = MST_VALUE_KEYED;
}

ms_span probe_scope_entry(const probe_scope *scope, ms_span name, ms_span key)
{
    const probe_variable *variable = variable_of(scope, name);
    const probe_entry *entry = variable == NULL ? NULL : entry_of(variable, key);
    return entry == NULL ? ms_span_absent() : entry->value;
}

const mst_binding *probe_scope_bindings(probe_scope *scope, size_t *count)
{
    size_t all = 0;
    for (size_t i = 0; i < scope->count; i++) {
        const probe_value *value = &scope->variables[i].value;
        all += value->kind == MST_VALUE_KEYED ? value->entry_count : 1;
    }
    mst_binding *bindings = mst_arena_take(&scope->arena, (all + 1) * sizeof *bindings);
    *count = 0;
    if (bindings == NULL)
        return NULL;
    for (size_t i = 0; i < scope->count; i++) {
        const probe_variable *variable = &scope->variables[i];
        const probe_value *value = &variable->value;
        for (size_t k = 0; value->kind == MST_VALUE_KEYED && k < value->entry_count; k++)
            bindings[(*count)++] = (mst_binding){variable->name, value->entries[k].key, value->entries[k].value};
        if (value->kind == MST_VALUE_KEYED)
            continue;
        ms_span octets = value->octets;
        if (value->kind == MST_VALUE_NUMBER) {
            char digits[24];
            const int length = snprintf(digits, sizeof digits, "%" PRIu64, value->number);
            octets = probe_scope_copy(scope, ms_span_make(digits, (size_t)length));
        }
        bindings[(*count)++] = (mst_binding){.name = variable->name, .key = ms_span_absent(), .value = octets};
    }
    return bindings;
}

/* --- expressions ---------------------------------------------------------------- */

static bool octets_value(probe_value *value, ms_span octets, ms_span shown)
{
    *value = (probe_value){.kind = MST_VALUE_OCTETS, .octets = octets, .shown = shown};
    return true;
}

static bool number_value(probe_value *value, uint64_t number)
{
    *value = (probe_value){.kind = MST_VALUE_NUMBER, .number = number};
    return true;
}

bool probe_evaluate_octets(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    if (!probe_evaluate(scope, expression, value))
        return false;
    if (value->kind == MST_VALUE_KEYED)
        return probe_scope_fail(scope, "a keyed capture stands where octets are wanted");
    if (value->kind == MST_VALUE_OCTETS)
        return true;
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, value->number);
    const ms_span copy = probe_scope_copy(scope, ms_span_make(digits, (size_t)length));
    return octets_value(value, copy, copy);
}

bool probe_evaluate_number(probe_scope *scope, const mst_expression *expression, uint64_t *number)
{
    probe_value value;
    if (!probe_evaluate(scope, expression, &value))
        return false;
    if (value.kind == MST_VALUE_NUMBER) {
        *number = value.number;
        return true;
    }
    if (value.kind == MST_VALUE_OCTETS && probe_read_number(value.octets, number))
        return true;
    return probe_scope_fail(scope, "octets that are no number stand where a number is wanted");
}

static bool concat(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    const ms_span nothing = MS_SPAN("");
    ms_span octets = nothing;
    ms_span shown = nothing;
    bool twin = false;
    for (const mst_expression *one = expression->operands; one != NULL; one = one->next) {
        probe_value part;
        if (!probe_evaluate_octets(scope, one, &part))
            return false;
        uint8_t *joined = probe_scope_room(scope, (uint64_t)octets.len + part.octets.len);
        uint8_t *joined_shown = probe_scope_room(scope, (uint64_t)shown.len + part.shown.len);
        if (joined == NULL || joined_shown == NULL)
            return false;
        memcpy(joined, octets.ptr, octets.len);
        memcpy(joined + octets.len, part.octets.ptr, part.octets.len);
        memcpy(joined_shown, shown.ptr, shown.len);
        memcpy(joined_shown + shown.len, part.shown.ptr, part.shown.len);
        twin |= part.octets.ptr != part.shown.ptr;
        octets = ms_span_make(joined, octets.len + part.octets.len);
        shown = ms_span_make(joined_shown, shown.len + part.shown.len);
    }
    return octets_value(value, octets, twin ? shown : octets);
}

static ms_span repeated(probe_scope *scope, ms_span octets, uint64_t times)
{
    if (octets.len > 0 && times > REPEATED_MAX / octets.len) {
        probe_scope_fail(scope, "a repeated piece is too long");
        return ms_span_absent();
    }
    uint8_t *out = probe_scope_room(scope, octets.len * times);
    for (uint64_t i = 0; out != NULL && i < times; i++)
        memcpy(out + i * octets.len, octets.ptr, octets.len);
    return ms_span_make(out, octets.len * (size_t)times);
}

/* octets * number, or number * number */
static bool times(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    probe_value left;
    uint64_t right;
    if (!probe_evaluate(scope, expression->operands, &left) ||
        !probe_evaluate_number(scope, expression->operands->next, &right))
        return false;
    if (left.kind == MST_VALUE_NUMBER)
        return number_value(value, left.number * right);
    if (left.kind == MST_VALUE_KEYED)
        return probe_scope_fail(scope, "a keyed capture cannot be repeated");
    const ms_span octets = repeated(scope, left.octets, right);
    const ms_span shown = left.shown.ptr == left.octets.ptr ? octets : repeated(scope, left.shown, right);
    return !ms_span_is_absent(octets) && !ms_span_is_absent(shown) && octets_value(value, octets, shown);
}

static bool sum(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    uint64_t left;
    uint64_t right;
    if (!probe_evaluate_number(scope, expression->operands, &left) ||
        !probe_evaluate_number(scope, expression->operands->next, &right))
        return false;
    if (expression->kind == MST_ADD)
        return number_value(value, left + right);
    if (right > left)
        return probe_scope_fail(scope, "a number below zero");
    return number_value(value, left - right);
}

static bool variable(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    const ms_span name = expression->name;
    if (expression->operands != NULL) {
        probe_value key;
        if (!probe_evaluate_octets(scope, expression->operands, &key))
            return false;
        const ms_span entry = probe_scope_entry(scope, name, key.octets);
        if (ms_span_is_absent(entry))
            return probe_scope_fail(scope, "%.*s[%.*s] has no value", (int)name.len, (const char *)name.ptr,
                                    (int)key.octets.len, (const char *)key.octets.ptr);
        return octets_value(value, entry, entry);
    }
    const probe_value *known = probe_scope_find(scope, name);
    if (known == NULL)
        return lacks(scope, name);
    *value = *known;
    return true;
}

static bool secret(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    char name[80];
    const int length =
        snprintf(name, sizeof name, "secret:%.*s", (int)expression->name.len, (const char *)expression->name.ptr);
    const probe_value *known = probe_scope_find(scope, ms_span_make(name, (size_t)length));
    if (known == NULL)
        return lacks(scope, ms_span_make(name, (size_t)length));
    *value = *known;
    return true;
}

bool probe_evaluate(probe_scope *scope, const mst_expression *expression, probe_value *value)
{
    if (expression->constant) {
        if (!ms_span_is_absent(expression->octets))
            return octets_value(value, expression->octets, expression->octets);
        return number_value(value, expression->number);
    }
    switch (expression->kind) {
    case MST_TEXT:
    case MST_STRING:
    case MST_CONCAT:
        return concat(scope, expression, value);
    case MST_LITERAL:
        return octets_value(value, expression->octets, expression->octets);
    case MST_NUMBER:
        return number_value(value, expression->number);
    case MST_VARIABLE:
        return variable(scope, expression, value);
    case MST_SECRET:
        return secret(scope, expression, value);
    case MST_CALL:
        return probe_call(scope, expression, value);
    case MST_TIMES:
        return times(scope, expression, value);
    case MST_ADD:
    case MST_SUBTRACT:
        return sum(scope, expression, value);
    }
    return probe_scope_fail(scope, "an unknown expression");
}
