/*
 * address.h - where mail for a path goes
 */
#ifndef MAILSPEC_HARNESS_SERVE_ADDRESS_H
#define MAILSPEC_HARNESS_SERVE_ADDRESS_H

#include "harness/serve/settings.h"
#include "mailspec/smtp_path.h"

typedef enum address_kind {
    ADDRESS_LOCAL,   /* user */
    ADDRESS_LIST,    /* every user of the server, by way of the mailing list */
    ADDRESS_UNKNOWN, /* our domain, nobody of that name */
    ADDRESS_REMOTE,  /* somebody else's domain */
} address_kind;

typedef struct address {
    address_kind kind;
    int user; /* ADDRESS_LOCAL */
} address;

/* The mailing list, and where complaints about it go. */
#define ADDRESS_LIST_NAME  "staff"
#define ADDRESS_LIST_OWNER "owner-staff"

/* user@domain, user+anything@domain, postmaster with or without a domain, [our-address] for the
 * domain.  A source route is ignored (RFC 5321 section 3.3). */
address address_resolve(const serve_settings *settings, const serve_peer *peer, const ms_smtp_path *path);
/* The same of a local-part alone, quotes taken off. */
address address_resolve_name(const serve_settings *settings, ms_span name);
/* The domain is one of ours; an absent one is, too. */
bool address_is_ours(const serve_settings *settings, const serve_peer *peer, const ms_smtp_path *path);

#endif
