/* mutator.c - see mutator.h */
#include "fuzz/mutator/mutator.h"

#include "fuzz/mutator/draft.h"
#include "fuzz/mutator/kinds.h"

static const struct {
    const char *name;
    void (*mutate)(draft *d);
} kinds[] = {
    [KIND_VERB] = {"verb", mutate_verb},
    [KIND_DUPLICATE] = {"duplicate", mutate_duplicate},
    [KIND_DROP] = {"drop", mutate_drop},
    [KIND_REORDER] = {"reorder", mutate_reorder},
    [KIND_COPY_RANGE] = {"copy-range", mutate_copy_range},
    [KIND_GROW] = {"grow", mutate_grow},
    [KIND_LINE_END] = {"line-end", mutate_line_end},
    [KIND_OCTET] = {"octet", mutate_octet},
    [KIND_NUMBER] = {"number", mutate_number},
    [KIND_REPLY_CODE] = {"reply-code", mutate_reply_code},
    [KIND_CONTINUATION] = {"continuation", mutate_continuation},
    [KIND_QUOTING] = {"quoting", mutate_quoting},
    [KIND_SEPARATOR] = {"separator", mutate_separator},
    [KIND_ADDRESS_LITERAL] = {"address-literal", mutate_address_literal},
    [KIND_XTEXT] = {"xtext", mutate_xtext},
    [KIND_BASE64] = {"base64", mutate_base64},
    [KIND_SCRAM] = {"scram", mutate_scram},
    [KIND_PARAMETER] = {"parameter", mutate_parameter},
    [KIND_DOT] = {"dot", mutate_dot},
    [KIND_SIDE] = {"side", mutate_side},
    [KIND_PHRASE] = {"phrase", mutate_phrase},
    [KIND_EXCHANGE] = {"exchange", mutate_exchange},
    [KIND_SESSION] = {"session", mutate_session},
    [KIND_OPTIONS] = {"options", mutate_options},
    [KIND_CUT_PLAN] = {"cut-plan", mutate_cut_plan},
};
_Static_assert(COUNT(kinds) == KIND_COUNT, "each kind has a row");

const char *fuzz_kind_name(fuzz_kind kind)
{
    return kinds[kind].name;
}

/* --- inputs ---------------------------------------------------------------------- */

static draft begin(uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = {.data = data, .size = size, .room = room, .random = seed * UINT32_C(2654435761) | 1};
    const fuzz_input input = fuzz_input_read(data, size);
    if (size <= FUZZ_INPUT_MAX && input.octets.len < size) {
        d.size = input.octets.len;
        d.options = input.options;
        d.plan_len = input.plan_len;
        memcpy(d.plan, input.plan, input.plan_len);
    }
    next(&d);
    return d;
}

/* The trailer again, if there is anything to say and room to say it. */
static size_t finish(const draft *d, size_t room)
{
    const size_t trailer = (size_t)d->plan_len + FUZZ_TRAILER;
    if ((d->options == 0 && d->plan_len == 0) || room - d->size < trailer)
        return d->size;
    uint8_t *at = d->data + d->size;
    memcpy(at, d->plan, d->plan_len);
    at += d->plan_len;
    *at++ = d->plan_len;
    *at++ = d->options;
    memcpy(at,
           "\xFF"
           "CUT",
           4);
    return d->size + trailer;
}

size_t fuzz_mutate_kind(fuzz_kind kind, uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = begin(data, size, room, seed);
    kinds[kind].mutate(&d);
    return finish(&d, room);
}

/* What a grammar makes is a third of all changes: it alone leads from an empty corpus to where the others change anything. */
static fuzz_kind any_kind(draft *d)
{
    static const fuzz_kind by_grammar[] = {KIND_PHRASE, KIND_EXCHANGE, KIND_SESSION};
    return below(d, 3) == 0 ? by_grammar[below(d, COUNT(by_grammar))] : (fuzz_kind)below(d, KIND_COUNT);
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t room, uint32_t seed)
{
    draft d = begin(data, size, room, seed);
    for (size_t changes = 1 + below(&d, 4); changes > 0; changes--)
        kinds[any_kind(&d)].mutate(&d);
    return finish(&d, room);
}

size_t fuzz_cross(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out, size_t room,
                  uint32_t seed)
{
    const size_t head = one_size < room ? one_size : room;
    if (head > 0)
        memcpy(out, one, head);
    draft d = begin(out, head, room, seed);
    const fuzz_input other = fuzz_input_read(two, two_size);
    size_t start = below(&d, other.octets.len + 1);
    while (start > 0 && other.octets.ptr[start - 1] != '\n')
        start--;
    size_t end = start;
    for (size_t lines = 1 + below(&d, 8); lines > 0 && end < other.octets.len; lines--) {
        while (end < other.octets.len && other.octets.ptr[end] != '\n')
            end++;
        end += end < other.octets.len;
    }
    range old = d.size == 0 ? (range){0, 0} : any_line(&d);
    if (below(&d, 2) == 0)
        old.to = old.from;
    replace(&d, old, other.octets.ptr + start, end - start);
    return finish(&d, room);
}
