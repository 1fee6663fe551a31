/*
 * fold.c - values that are known without a peer
 *
 * Operands are folded before their parents, so one level is looked at here.
 */
#include "harness/transcript/fold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/transcript/generate.h"

/* ---- names ----------------------------------------------------------- */

static size_t slot_of(const mst_names *names, ms_span name)
{
    uint64_t hash = 0xcbf29ce484222325U; /* FNV-1a */
    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ name.ptr[i]) * 0x100000001b3U;
    size_t slot = hash % MST_NAME_SLOTS;
    while (!ms_span_is_absent(names->slots[slot].name) && !mst_span_equal(names->slots[slot].name, name))
        slot = (slot + 1) % MST_NAME_SLOTS;
    return slot;
}

const mst_expression *mst_names_find(const mst_names *names, ms_span name)
{
    return names->slots[slot_of(names, name)].value;
}

bool mst_names_add(mst_scan *scan, ms_span name, mst_position at, const mst_expression *value)
{
    const size_t slot = slot_of(scan->names, name);
    if (scan->names->slots[slot].value != NULL)
        return mst_scan_fail_word(scan, at, "the name '%' was given before", name, "each let needs a name of its own");
    if (scan->names->count == MST_NAMES_MAX)
        return mst_scan_fail(scan, at, "more than 1024 names", "split the file");
    scan->names->slots[slot].name = name;
    scan->names->slots[slot].value = value;
    scan->names->count++;
    return true;
}

/* ---- values ---------------------------------------------------------- */

static uint8_t *room(mst_scan *scan, mst_position at, uint64_t size)
{
    if (size > (uint64_t)MST_OCTETS_MAX - scan->expanded) {
        mst_scan_fail(scan, at, "the octets of this file are more than 256 MiB",
                      "make the counts smaller, or split the file");
        return NULL;
    }
    scan->expanded += (size_t)size;
    uint8_t *octets = mst_arena_octets(scan->arena, (size_t)size);
    if (octets == NULL)
        mst_scan_fail(scan, at, "the document needs too much memory", "split the file");
    return octets;
}

bool mst_fold_octets(mst_scan *scan, const mst_expression *expression, ms_span *octets)
{
    if (!ms_span_is_absent(expression->octets)) {
        *octets = expression->octets;
        return true;
    }
    char digits[24];
    const int len = snprintf(digits, sizeof digits, "%" PRIu64, expression->number);
    uint8_t *copy = room(scan, expression->at, (uint64_t)len);
    if (copy == NULL)
        return false;
    memcpy(copy, digits, (size_t)len);
    *octets = ms_span_make(copy, (size_t)len);
    return true;
}

bool mst_fold_line(mst_scan *scan, const mst_expression *expression, ms_span *octets)
{
    const ms_span text = expression->octets;
    uint8_t *line = room(scan, expression->at, (uint64_t)text.len + 2);
    if (line == NULL)
        return false;
    memcpy(line, text.ptr, text.len);
    memcpy(line + text.len, "\r\n", 2);
    *octets = ms_span_make(line, text.len + 2);
    return true;
}

/* The operands one behind the other; a single one is not copied. */
static bool fold_concat(mst_scan *scan, mst_expression *expression)
{
    uint64_t size = 0;
    size_t count = 0;
    ms_span part = MS_SPAN("");
    for (const mst_expression *one = expression->operands; one != NULL; one = one->next, count++) {
        if (!mst_fold_octets(scan, one, &part))
            return false;
        size += part.len;
    }
    if (count > 1) {
        uint8_t *out = room(scan, expression->at, size);
        if (out == NULL)
            return false;
        part = ms_span_make(out, (size_t)size);
        for (const mst_expression *one = expression->operands; one != NULL; one = one->next) {
            ms_span octets = MS_SPAN("");
            if (!mst_fold_octets(scan, one, &octets))
                return false;
            if (octets.len > 0)
                memcpy(out, octets.ptr, octets.len);
            out += octets.len;
        }
    }
    expression->octets = part;
    return true;
}

static bool fold_times(mst_scan *scan, mst_expression *expression)
{
    const mst_expression *unit = expression->operands;
    const uint64_t count = unit->next->number;
    ms_span octets;
    if (!mst_fold_octets(scan, unit, &octets))
        return false;
    const uint64_t most = octets.len == 0 ? 0 : count > (uint64_t)MST_OCTETS_MAX ? UINT64_MAX : count * octets.len;
    uint8_t *out = room(scan, expression->at, most);
    if (out == NULL)
        return false;
    if (octets.len == 1)
        memset(out, octets.ptr[0], (size_t)most);
    else
        for (uint64_t i = 0; i < most; i += octets.len)
            memcpy(out + i, octets.ptr, octets.len);
    expression->octets = ms_span_make(out, (size_t)most);
    return true;
}

static bool fold_sum(mst_scan *scan, mst_expression *expression)
{
    const uint64_t a = expression->operands->number, b = expression->operands->next->number;
    const bool add = expression->kind == MST_ADD;
    if (add ? a > UINT64_MAX - b : a < b)
        return mst_scan_fail(scan, expression->at, "the result is not a number from 0 to 2^64-1", "");
    expression->number = add ? a + b : a - b;
    return true;
}

static uint64_t generated_size(const mst_expression *call, ms_span in)
{
    switch (call->function) {
    case MST_FN_BASE64:
        return mst_generate_base64_size(in.len);
    case MST_FN_UNBASE64:
        return mst_generate_unbase64_size(in);
    case MST_FN_HEX:
        return (uint64_t)in.len * 2;
    case MST_FN_STUFF:
        return mst_generate_stuffed_size(in);
    case MST_FN_BODY:
        return call->operands->number;
    case MST_FN_MD5:
    case MST_FN_HMAC_MD5:
    case MST_FN_UPPER:
    case MST_FN_QUOTED_PAIRS:
    case MST_FN_FIRST:
    case MST_FN_SCRAM:
    case MST_FN_WORD:
    case MST_FN_PICK:
    case MST_FN_SIZE:
    case MST_FN_MATCHES:
    case MST_FN_COUNT:
    case MST_FN_SUM:
    case MST_FN_SET:
    case MST_FN_WITHOUT:
    case MST_FN_RENUMBERED:
    case MST_FUNCTIONS:
        break;
    }
    return SIZE_MAX;
}

static bool fold_call(mst_scan *scan, mst_expression *call)
{
    ms_span in = ms_span_absent();
    if (call->function != MST_FN_BODY && !mst_fold_octets(scan, call->operands, &in))
        return false;
    if (call->function == MST_FN_SIZE) {
        call->number = in.len;
        return true;
    }
    const uint64_t size = generated_size(call, in);
    if (call->function == MST_FN_UNBASE64 && size == SIZE_MAX)
        return mst_scan_fail(scan, call->operands->at, "not Base64",
                             "letters, digits, + and / in groups of four, the last one padded by =");
    uint8_t *out = room(scan, call->at, size);
    if (out == NULL)
        return false;
    if (call->function == MST_FN_BASE64)
        mst_generate_base64(out, in);
    else if (call->function == MST_FN_UNBASE64)
        mst_generate_unbase64(out, in);
    else if (call->function == MST_FN_HEX)
        mst_generate_hex(out, in);
    else if (call->function == MST_FN_STUFF)
        mst_generate_stuffed(out, in);
    else
        mst_generate_body(out, size, call->operands->next != NULL ? call->operands->next->number : 1);
    call->octets = ms_span_make(out, (size_t)size);
    return true;
}

static bool operands_constant(const mst_expression *expression)
{
    for (const mst_expression *one = expression->operands; one != NULL; one = one->next)
        if (!one->constant)
            return false;
    return true;
}

static bool fold_variable(const mst_scan *scan, mst_expression *expression)
{
    const mst_expression *value = expression->operands != NULL ? NULL : mst_names_find(scan->names, expression->name);
    if (value != NULL && value->constant) {
        expression->constant = true;
        expression->octets = value->octets;
        expression->number = value->number;
    }
    return true;
}

bool mst_fold(mst_scan *scan, mst_expression *expression)
{
    if (expression->kind == MST_VARIABLE)
        return fold_variable(scan, expression);
    if (!operands_constant(expression))
        return true;
    bool done = true, constant = true;
    switch (expression->kind) {
    case MST_TEXT:
    case MST_STRING:
    case MST_CONCAT:
        done = fold_concat(scan, expression);
        break;
    case MST_TIMES:
        done = fold_times(scan, expression);
        break;
    case MST_ADD:
    case MST_SUBTRACT:
        done = fold_sum(scan, expression);
        break;
    case MST_CALL:
        constant = mst_function_describe(expression->function)->foldable;
        done = !constant || fold_call(scan, expression);
        break;
    case MST_SECRET:
    case MST_VARIABLE:
        constant = false;
        break;
    case MST_LITERAL:
    case MST_NUMBER:
        break;
    }
    expression->constant = constant && done;
    return done;
}
