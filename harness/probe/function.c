/* function.c - the functions of the transcript language, on values that only a run knows */
#include "harness/probe/value.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "harness/probe/sasl.h"
#include "harness/transcript/generate.h"
#include "harness/transcript/pattern.h"

enum { DIGEST = 16 };

uint64_t probe_scope_random(probe_scope *scope)
{
    /* splitmix64: the seed is printed, so a run can be repeated */
    uint64_t z = (scope->random += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* --- octets ---------------------------------------------------------------------- */

/* One argument's octets to one result; key: hmac_md5 only. */
typedef ms_span transform(probe_scope *scope, ms_span in, ms_span key);

static ms_span to_base64(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    const size_t size = mst_generate_base64_size(in.len);
    uint8_t *out = probe_scope_room(scope, size);
    if (out != NULL)
        mst_generate_base64(out, in);
    return ms_span_make(out, size);
}

static ms_span from_base64(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    const size_t size = mst_generate_unbase64_size(in);
    if (size == SIZE_MAX) {
        probe_scope_fail(scope, "unbase64() got octets that are not Base64");
        return ms_span_absent();
    }
    uint8_t *out = probe_scope_room(scope, size);
    if (out != NULL)
        mst_generate_unbase64(out, in);
    return ms_span_make(out, size);
}

static ms_span to_hex(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    uint8_t *out = probe_scope_room(scope, (uint64_t)in.len * 2);
    if (out != NULL)
        mst_generate_hex(out, in);
    return ms_span_make(out, in.len * 2);
}

static ms_span stuffed(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    const size_t size = mst_generate_stuffed_size(in);
    uint8_t *out = probe_scope_room(scope, size);
    if (out != NULL)
        mst_generate_stuffed(out, in);
    return ms_span_make(out, size);
}

static ms_span upper(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    uint8_t *out = probe_scope_room(scope, in.len);
    for (size_t i = 0; out != NULL && i < in.len; i++)
        out[i] = in.ptr[i] >= 'a' && in.ptr[i] <= 'z' ? (uint8_t)(in.ptr[i] - 'a' + 'A') : in.ptr[i];
    return ms_span_make(out, in.len);
}

static ms_span quoted_pairs(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    uint8_t *out = probe_scope_room(scope, (uint64_t)in.len * 2);
    for (size_t i = 0; out != NULL && i < in.len; i++) {
        out[2 * i] = '\\';
        out[2 * i + 1] = in.ptr[i];
    }
    return ms_span_make(out, in.len * 2);
}

static ms_span md5(probe_scope *scope, ms_span in, ms_span key)
{
    (void)key;
    uint8_t *out = probe_scope_room(scope, EVP_MAX_MD_SIZE);
    unsigned length = 0;
    if (out == NULL || EVP_Digest(in.ptr, in.len, out, &length, EVP_md5(), NULL) != 1) {
        probe_scope_fail(scope, "MD5 cannot be had from OpenSSL");
        return ms_span_absent();
    }
    return ms_span_make(out, DIGEST);
}

static ms_span hmac_md5(probe_scope *scope, ms_span in, ms_span key)
{
    uint8_t *out = probe_scope_room(scope, EVP_MAX_MD_SIZE);
    unsigned length = 0;
    if (out == NULL || HMAC(EVP_md5(), key.ptr, (int)key.len, in.ptr, in.len, out, &length) == NULL) {
        probe_scope_fail(scope, "HMAC-MD5 cannot be had from OpenSSL");
        return ms_span_absent();
    }
    return ms_span_make(out, DIGEST);
}

/* The result of the octets, and that of their twin; the former is a secret then. */
static bool transformed(probe_scope *scope, const mst_expression *argument, const mst_expression *key_argument,
                        transform *apply, probe_value *value)
{
    probe_value in;
    const ms_span nothing = MS_SPAN("");
    probe_value key = {.octets = nothing, .shown = nothing};
    if ((key_argument != NULL && !probe_evaluate_octets(scope, key_argument, &key)) ||
        !probe_evaluate_octets(scope, argument, &in))
        return false;
    const ms_span octets = apply(scope, in.octets, key.octets);
    if (ms_span_is_absent(octets))
        return false;
    const bool twin = in.octets.ptr != in.shown.ptr || key.octets.ptr != key.shown.ptr;
    const ms_span shown = twin ? apply(scope, in.shown, key.shown) : octets;
    if (ms_span_is_absent(shown))
        return false;
    if (twin)
        probe_scope_hide(scope, octets, shown);
    *value = (probe_value){.kind = MST_VALUE_OCTETS, .octets = octets, .shown = shown};
    return true;
}

static bool body(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    uint64_t size;
    uint64_t seed = 1;
    const mst_expression *second = call->operands->next;
    if (!probe_evaluate_number(scope, call->operands, &size) ||
        (second != NULL && !probe_evaluate_number(scope, second, &seed)))
        return false;
    uint8_t *out = probe_scope_room(scope, size);
    if (out == NULL)
        return false;
    mst_generate_body(out, size, seed);
    const ms_span octets = ms_span_make(out, (size_t)size);
    *value = (probe_value){.kind = MST_VALUE_OCTETS, .octets = octets, .shown = octets};
    return true;
}

static bool word(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    uint64_t length;
    if (!probe_evaluate_number(scope, call->operands, &length))
        return false;
    uint8_t *out = probe_scope_room(scope, length);
    for (uint64_t i = 0; out != NULL && i < length; i++)
        out[i] = (uint8_t)('a' + probe_scope_random(scope) % 26);
    const ms_span octets = ms_span_make(out, (size_t)length);
    *value = (probe_value){.kind = MST_VALUE_OCTETS, .octets = octets, .shown = octets};
    return out != NULL;
}

/* A part of a secret is a secret, unless it is so short that it stands everywhere.  Its twin is shown whole: a cut would
 * go through the sign that stands for the secret. */
enum { SECRET_PART_MIN = 4 };

static bool first_octets(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    uint64_t length;
    probe_value in;
    if (!probe_evaluate_number(scope, call->operands, &length) ||
        !probe_evaluate_octets(scope, call->operands->next, &in))
        return false;
    const bool twin = in.octets.ptr != in.shown.ptr;
    const ms_span octets = ms_span_make(in.octets.ptr, length < in.octets.len ? (size_t)length : in.octets.len);
    *value = (probe_value){.kind = MST_VALUE_OCTETS, .octets = octets, .shown = twin ? in.shown : octets};
    if (twin && octets.len >= SECRET_PART_MIN)
        probe_scope_hide(scope, octets, in.shown);
    return true;
}

static bool pick(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    uint64_t count = 0;
    for (const mst_expression *one = call->operands; one != NULL; one = one->next)
        count++;
    uint64_t index = probe_scope_random(scope) % count;
    const mst_expression *one = call->operands;
    for (; index > 0; index--)
        one = one->next;
    return probe_evaluate(scope, one, value);
}

/* A message that depends on the password is shown as its twin, which is made with the password's name. */
static bool scram(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    const mst_expression *header_argument = call->operands->next->next->next;
    const ms_span none = MS_SPAN("n,,");
    probe_value password;
    probe_value first;
    probe_value challenge;
    probe_value header = {.octets = none};
    probe_value nonce = {.octets = ms_span_absent()};
    const mst_expression *nonce_argument = header_argument == NULL ? NULL : header_argument->next;
    *value = (probe_value){.kind = MST_VALUE_OCTETS};
    if (!probe_evaluate_octets(scope, call->operands, &password) ||
        !probe_evaluate_octets(scope, call->operands->next, &first) ||
        !probe_evaluate_octets(scope, call->operands->next->next, &challenge) ||
        (header_argument != NULL && !probe_evaluate_octets(scope, header_argument, &header)) ||
        (nonce_argument != NULL && !probe_evaluate_octets(scope, nonce_argument, &nonce)) ||
        !probe_scram_final(scope, EVP_sha256(), password.octets, first.octets, header.octets, nonce.octets,
                           challenge.octets, &value->octets, NULL) ||
        !probe_scram_final(scope, EVP_sha256(), password.shown, first.octets, header.octets, nonce.octets,
                           challenge.octets, &value->shown, NULL))
        return false;
    probe_scope_hide(scope, value->octets, value->shown);
    return true;
}

static bool matches(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    probe_value text;
    probe_value source;
    mst_pattern pattern;
    ms_span captured[MST_PATTERN_CAPTURES_MAX];
    size_t error_at;
    if (!probe_evaluate_octets(scope, call->operands, &text) ||
        !probe_evaluate_octets(scope, call->operands->next, &source))
        return false;
    const mst_pattern_status status = mst_pattern_compile(&pattern, source.octets, false, NULL, 0, &error_at);
    if (status != MST_PATTERN_OK)
        return probe_scope_fail(scope, "the pattern of matches() cannot be used: %s", mst_pattern_status_text(status));
    const bool fits = mst_pattern_match(&pattern, text.octets, captured);
    *value = (probe_value){.kind = MST_VALUE_NUMBER, .number = fits ? 1 : 0};
    return true;
}

/* --- keyed captures ---------------------------------------------------------------- */

static bool keyed(probe_scope *scope, const mst_expression *call, probe_value *in)
{
    if (!probe_evaluate(scope, call->operands, in))
        return false;
    return in->kind == MST_VALUE_KEYED ||
           probe_scope_fail(scope, "%s() wants a keyed capture", mst_function_describe(call->function)->name);
}

static bool sum(probe_scope *scope, const probe_value *in, probe_value *value)
{
    uint64_t all = 0;
    for (size_t i = 0; i < in->entry_count; i++) {
        uint64_t one;
        if (!probe_read_number(in->entries[i].value, &one))
            return probe_scope_fail(scope, "sum() found an entry that is no number");
        all += one;
    }
    *value = (probe_value){.kind = MST_VALUE_NUMBER, .number = all};
    return true;
}

static probe_entry *copy_entries(probe_scope *scope, const probe_value *in)
{
    probe_entry *entries = mst_arena_take(&scope->arena, (in->entry_count + 1) * sizeof *entries);
    if (entries == NULL)
        probe_scope_fail(scope, "no memory for a keyed capture");
    else if (in->entry_count > 0)
        memcpy(entries, in->entries, in->entry_count * sizeof *entries);
    return entries;
}

static bool without(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    probe_entry *entries = copy_entries(scope, value);
    if (entries == NULL)
        return false;
    size_t count = value->entry_count;
    for (const mst_expression *one = call->operands->next; one != NULL; one = one->next) {
        probe_value key;
        if (!probe_evaluate_octets(scope, one, &key))
            return false;
        size_t kept = 0;
        for (size_t i = 0; i < count; i++)
            if (!probe_equal(entries[i].key, key.octets))
                entries[kept++] = entries[i];
        count = kept;
    }
    value->entries = entries;
    value->entry_count = count;
    return true;
}

static int by_key(const void *a, const void *b)
{
    uint64_t left = UINT64_MAX;
    uint64_t right = UINT64_MAX;
    probe_read_number(((const probe_entry *)a)->key, &left);
    probe_read_number(((const probe_entry *)b)->key, &right);
    return left < right ? -1 : left > right;
}

static bool renumbered(probe_scope *scope, probe_value *value)
{
    probe_entry *entries = copy_entries(scope, value);
    if (entries == NULL)
        return false;
    if (value->entry_count > 1)
        qsort(entries, value->entry_count, sizeof *entries, by_key);
    for (size_t i = 0; i < value->entry_count; i++) {
        uint8_t digits[20];
        size_t length = 0;
        for (size_t rest = i + 1; rest > 0; rest /= 10)
            digits[sizeof digits - ++length] = (uint8_t)('0' + rest % 10);
        entries[i].key = probe_scope_copy(scope, ms_span_make(digits + sizeof digits - length, length));
    }
    value->entries = entries;
    return true;
}

static bool forget_keys(probe_scope *scope, probe_value *value)
{
    probe_entry *entries = copy_entries(scope, value);
    if (entries == NULL)
        return false;
    for (size_t i = 0; i < value->entry_count; i++)
        entries[i].key = ms_span_absent();
    value->entries = entries;
    return true;
}

/* --- all of them --------------------------------------------------------------------- */

static bool call_keyed(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    probe_value in;
    if (!keyed(scope, call, &in))
        return false;
    *value = in;
    switch (call->function) {
    case MST_FN_COUNT:
        *value = (probe_value){.kind = MST_VALUE_NUMBER, .number = in.entry_count};
        return true;
    case MST_FN_SUM:
        return sum(scope, &in, value);
    case MST_FN_SET:
        return forget_keys(scope, value);
    case MST_FN_WITHOUT:
        return without(scope, call, value);
    default: /* the others are called below */
        return renumbered(scope, value);
    }
}

bool probe_call(probe_scope *scope, const mst_expression *call, probe_value *value)
{
    const mst_expression *first = call->operands;
    switch (call->function) {
    case MST_FN_BASE64:
        return transformed(scope, first, NULL, to_base64, value);
    case MST_FN_UNBASE64:
        return transformed(scope, first, NULL, from_base64, value);
    case MST_FN_HEX:
        return transformed(scope, first, NULL, to_hex, value);
    case MST_FN_STUFF:
        return transformed(scope, first, NULL, stuffed, value);
    case MST_FN_MD5:
        return transformed(scope, first, NULL, md5, value);
    case MST_FN_HMAC_MD5:
        return transformed(scope, first->next, first, hmac_md5, value);
    case MST_FN_UPPER:
        return transformed(scope, first, NULL, upper, value);
    case MST_FN_QUOTED_PAIRS:
        return transformed(scope, first, NULL, quoted_pairs, value);
    case MST_FN_FIRST:
        return first_octets(scope, call, value);
    case MST_FN_SCRAM:
        return scram(scope, call, value);
    case MST_FN_MATCHES:
        return matches(scope, call, value);
    case MST_FN_BODY:
        return body(scope, call, value);
    case MST_FN_WORD:
        return word(scope, call, value);
    case MST_FN_PICK:
        return pick(scope, call, value);
    case MST_FN_SIZE: {
        probe_value in;
        if (!probe_evaluate_octets(scope, first, &in))
            return false;
        *value = (probe_value){.kind = MST_VALUE_NUMBER, .number = in.octets.len};
        return true;
    }
    case MST_FN_COUNT:
    case MST_FN_SUM:
    case MST_FN_SET:
    case MST_FN_WITHOUT:
    case MST_FN_RENUMBERED:
        return call_keyed(scope, call, value);
    case MST_FUNCTIONS:
        break;
    }
    return probe_scope_fail(scope, "an unknown function");
}
