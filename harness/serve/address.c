#include "harness/serve/address.h"

#include <string.h>

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 'a' - 'A') : octet;
}

/* Domains are compared without letter case (RFC 5321 section 2.4). */
static bool same(ms_span span, const char *text)
{
    if (span.len != strlen(text))
        return false;
    for (size_t i = 0; i < span.len; i++)
        if (lower(span.ptr[i]) != lower((uint8_t)text[i]))
            return false;
    return true;
}

bool address_is_ours(const serve_settings *settings, const serve_peer *peer, const ms_smtp_path *path)
{
    ms_span domain = path->domain;
    if (ms_span_is_absent(domain))
        return true;
    if (path->domain_kind == MS_DOMAIN_IPV4 || path->domain_kind == MS_DOMAIN_IPV6) {
        /* RFC 1123 section 5.2.17: the literal of our own address is a local domain */
        domain.ptr++;
        domain.len -= 2;
        return same(domain, peer->server);
    }
    const size_t len = strlen(settings->domain);
    if (mutant_is(settings, MUTANT_SMTP_DOMAIN_CASE))
        return domain.len == len && memcmp(domain.ptr, settings->domain, len) == 0;
    if (mutant_is(settings, MUTANT_SMTP_RELAY_SUFFIX) && domain.len > len) {
        domain.ptr += domain.len - len;
        domain.len = len;
    }
    return same(domain, settings->domain) || same(domain, settings->host_name) || same(domain, "localhost");
}

address address_resolve_name(const serve_settings *settings, ms_span name)
{
    if (same(name, "postmaster") || same(name, ADDRESS_LIST_OWNER))
        return (address){ADDRESS_LOCAL, 0};
    if (same(name, ADDRESS_LIST_NAME))
        return (address){ADDRESS_LIST, -1};
    const uint8_t *plus = name.len == 0 ? NULL : memchr(name.ptr, '+', name.len);
    if (plus != NULL)
        name.len = (size_t)(plus - name.ptr);
    const int user = store_find(settings->store, name);
    return user < 0 ? (address){ADDRESS_UNKNOWN, -1} : (address){ADDRESS_LOCAL, user};
}

address address_resolve(const serve_settings *settings, const serve_peer *peer, const ms_smtp_path *path)
{
    uint8_t name[SERVE_INPUT_ROOM];
    if (path->kind == MS_PATH_POSTMASTER)
        return (address){ADDRESS_LOCAL, 0};
    if (!address_is_ours(settings, peer, path))
        return (address){ADDRESS_REMOTE, -1};
    if (path->local_part.len > sizeof name)
        return (address){ADDRESS_UNKNOWN, -1};
    return address_resolve_name(settings, ms_span_make(name, ms_smtp_local_part_decode(path->local_part, name)));
}
