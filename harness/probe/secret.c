/* secret.c - octets that must appear in no output, and what stands in their place */
#include "harness/probe/value.h"

#include <stdlib.h>
#include <string.h>

void probe_scope_hide(probe_scope *scope, ms_span octets, ms_span shown)
{
    if (octets.len == 0)
        return;
    size_t at = 0;
    for (; at < scope->secret_count && scope->secrets[at].octets.len >= octets.len; at++)
        if (probe_equal(scope->secrets[at].octets, octets))
            return;
    if (scope->secret_count == scope->secret_room) {
        scope->secret_room = scope->secret_room == 0 ? 8 : scope->secret_room * 2;
        scope->secrets = realloc(scope->secrets, scope->secret_room * sizeof *scope->secrets);
        if (scope->secrets == NULL)
            abort();
    }
    memmove(scope->secrets + at + 1, scope->secrets + at, (scope->secret_count - at) * sizeof *scope->secrets);
    scope->secrets[at] = (probe_secret){probe_scope_copy(scope, octets), probe_scope_copy(scope, shown)};
    scope->secret_count++;
}

static const probe_secret *secret_at(const probe_scope *scope, ms_span rest)
{
    for (size_t i = 0; i < scope->secret_count; i++) {
        const ms_span octets = scope->secrets[i].octets;
        if (octets.len <= rest.len && octets.ptr[0] == rest.ptr[0] && memcmp(octets.ptr, rest.ptr, octets.len) == 0)
            return &scope->secrets[i];
    }
    return NULL;
}

ms_span probe_scope_shown(probe_scope *scope, ms_span octets)
{
    bool first[256] = {false};
    size_t longest = 0;
    for (size_t i = 0; i < scope->secret_count; i++) {
        first[scope->secrets[i].octets.ptr[0]] = true;
        const size_t growth = scope->secrets[i].shown.len;
        longest = growth > longest ? growth : longest;
    }
    size_t hits = 0;
    for (size_t i = 0; i < octets.len; i++)
        if (first[octets.ptr[i]] && secret_at(scope, ms_span_make(octets.ptr + i, octets.len - i)) != NULL)
            hits++;
    uint8_t *out = hits == 0 ? NULL : probe_scope_room(scope, octets.len + hits * longest);
    if (hits == 0)
        return octets;
    if (out == NULL)
        return MS_SPAN(""); /* rather nothing than a secret */
    size_t length = 0;
    for (size_t i = 0; i < octets.len;) {
        const probe_secret *found =
            first[octets.ptr[i]] ? secret_at(scope, ms_span_make(octets.ptr + i, octets.len - i)) : NULL;
        if (found == NULL) {
            out[length++] = octets.ptr[i++];
            continue;
        }
        memcpy(out + length, found->shown.ptr, found->shown.len);
        length += found->shown.len;
        i += found->octets.len;
    }
    return ms_span_make(out, length);
}
