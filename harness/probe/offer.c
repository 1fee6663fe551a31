/* offer.c - lists of EHLO keywords and POP3 capabilities */
#include "harness/probe/endpoint.h"

#include <stdio.h>
#include <string.h>

static uint8_t upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 32) : octet;
}

bool probe_same_word(ms_span a, ms_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (upper(a.ptr[i]) != upper(b.ptr[i]))
            return false;
    return true;
}

bool probe_is_word(ms_span a, const char *word)
{
    return probe_same_word(a, ms_span_make(word, strlen(word)));
}

/* The next word of rest; absent at its end. */
static ms_span next_word(ms_span *rest)
{
    size_t start = 0;
    while (start < rest->len && (rest->ptr[start] == ' ' || rest->ptr[start] == '\t'))
        start++;
    size_t end = start;
    while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != '\t')
        end++;
    const ms_span word = end == start ? ms_span_absent() : ms_span_make(rest->ptr + start, end - start);
    *rest = ms_span_make(rest->ptr + end, rest->len - end);
    return word;
}

ms_span probe_offer_find(const probe_offer *offer, ms_span keyword)
{
    for (unsigned i = 0; i < offer->count; i++) {
        ms_span rest = offer->lines[i];
        if (probe_same_word(next_word(&rest), keyword))
            return rest;
    }
    return ms_span_absent();
}

ms_span probe_offer_digits(const probe_offer *offer, ms_span keyword)
{
    const ms_span words = probe_offer_find(offer, keyword);
    const size_t length = ms_span_is_absent(words) ? 0 : words.len;
    size_t begin = 0;
    while (begin < length && words.ptr[begin] == ' ')
        begin++;
    size_t end = begin;
    while (end < length && words.ptr[end] >= '0' && words.ptr[end] <= '9')
        end++;
    return end == begin ? ms_span_absent() : ms_span_make(words.ptr + begin, end - begin);
}

bool probe_offer_has(const probe_offer *offer, ms_span keyword, ms_span parameter)
{
    for (unsigned i = 0; i < offer->count; i++) {
        ms_span rest = offer->lines[i];
        if (!probe_same_word(next_word(&rest), keyword))
            continue;
        if (ms_span_is_absent(parameter))
            return true;
        for (ms_span word = next_word(&rest); !ms_span_is_absent(word); word = next_word(&rest))
            if (probe_same_word(word, parameter))
                return true;
    }
    return false;
}

uint32_t probe_offer_mechanisms(const probe_offer *offer, bool pop3)
{
    ms_span rest = probe_offer_find(offer, pop3 ? MS_SPAN("SASL") : MS_SPAN("AUTH"));
    uint32_t set = 0;
    if (ms_span_is_absent(rest))
        return 0;
    for (ms_span word = next_word(&rest); !ms_span_is_absent(word); word = next_word(&rest)) {
        bool valid;
        const ms_sasl_mechanism mechanism = ms_sasl_mechanism_parse(word, &valid);
        set |= (uint32_t)1 << mechanism;
    }
    return set;
}

void probe_offer_read(probe_offer *offer, mst_arena *arena, const probe_reply *reply)
{
    offer->known = true;
    offer->count = 0;
    for (size_t i = 0; i < reply->line_count && offer->count < PROBE_OFFER_MAX; i++)
        if (reply->lines[i].len <= 1000)
            offer->lines[offer->count++] = mst_arena_copy(arena, reply->lines[i]);
}

void probe_endpoint_sender(const probe_endpoint *endpoint, const char *mark, char *out, size_t room)
{
    if (endpoint->from != NULL)
        snprintf(out, room, "%s", endpoint->from);
    else
        snprintf(out, room, "%s@%s", mark, endpoint->from_domain == NULL ? "client.example" : endpoint->from_domain);
}
