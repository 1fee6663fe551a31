/*
 * smtp_path.h - reverse-path and forward-path (RFC 5321 sections 4.1.2 and 4.1.3)
 */
#ifndef MAILSPEC_SMTP_PATH_H
#define MAILSPEC_SMTP_PATH_H

#include "mailspec/export.h"
#include "mailspec/smtp_error.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_smtp_path_kind {
    MS_PATH_NONE,       /* no path was parsed */
    MS_PATH_NULL,       /* <> */
    MS_PATH_POSTMASTER, /* <postmaster>, in any letter case, without a domain */
    MS_PATH_MAILBOX,    /* local-part@domain or local-part@[literal], perhaps with a source route;
                         * without a domain when unqualified */
} ms_smtp_path_kind;

typedef enum ms_smtp_domain_kind {
    MS_DOMAIN_NONE,
    MS_DOMAIN_NAME,    /* labels */
    MS_DOMAIN_IPV4,    /* [192.0.2.1] */
    MS_DOMAIN_IPV6,    /* [IPv6:2001:db8::1] */
    MS_DOMAIN_GENERAL, /* [tag:content] */
} ms_smtp_domain_kind;

/* All spans point into the parsed line. */
typedef struct ms_smtp_path {
    uint8_t kind;         /* ms_smtp_path_kind */
    uint8_t domain_kind;  /* ms_smtp_domain_kind */
    bool quoted;          /* the local-part is a Quoted-string */
    ms_span source_route; /* "@a,@b" without the colon; absent without a route */
    ms_span local_part;   /* as sent, quotes kept */
    ms_span domain;       /* the name, or the whole address literal with its brackets */
} ms_smtp_path;

typedef enum ms_smtp_path_role {
    MS_REVERSE_PATH, /* MAIL: may be null, may not be <postmaster> */
    MS_FORWARD_PATH, /* RCPT: may be <postmaster>, may not be null */
} ms_smtp_path_role;

typedef struct ms_smtp_path_parsed {
    ms_smtp_error error;
    uint16_t requirement;     /* the ms_requirement that the error breaks; MS_REQ_NONE without one */
    size_t error_at;          /* offset in text of the first wrong octet; text.len when it ended too early */
    ms_deviations deviations; /* of the ms_smtp_deviation list */
    size_t consumed;          /* octets of text that belong to the path */
    ms_smtp_path path;
} ms_smtp_path_parsed;

/* Parse the path at the start of text.  It ends at its ">", or, where the brackets
 * are missing, at the first space or the end of text; what follows is the caller's.
 * context may be NULL.  Pure. */
MS_API ms_smtp_path_parsed ms_smtp_path_parse(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context);

/* A domain or an address literal that fills text (the argument of EHLO, first word of a greeting).
 * Returns its kind, or MS_DOMAIN_NONE with the offset of the first wrong octet in *wrong_at. */
MS_API ms_smtp_domain_kind ms_smtp_domain_parse(ms_span text, const ms_smtp_context *context, size_t *wrong_at,
                                                ms_deviations *deviations);

/* Decode a Quoted-string or pass a Dot-string: the octets that the local-part stands for, into out
 * (room for local_part.len).  Returns their number. */
MS_API size_t ms_smtp_local_part_decode(ms_span local_part, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
