/*
 * smtp_error.h - errors and deviations of the SMTP command parsers, and the context they take
 *
 * A row of the tables in parsers/smtp/error.c gives each its name, text and requirement.
 */
#ifndef MAILSPEC_SMTP_ERROR_H
#define MAILSPEC_SMTP_ERROR_H

#include "mailspec/export.h"
#include "mailspec/rule.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What changes the grammar of a command.  NULL or all zero: plain SMTP. */
typedef struct ms_smtp_context {
    bool smtputf8;      /* SMTPUTF8 is in force: paths may hold UTF-8 (RFC 6531 section 3.3) */
    bool lmtp;          /* RFC 2033: LHLO is the greeting, HELO and EHLO are not commands */
    bool auth_response; /* the line answers a 334 (RFC 4954 section 4): no command at all */
} ms_smtp_context;

/* The octets could not be understood.  One per parse. */
typedef enum ms_smtp_error {
    MS_SMTP_OK,
    MS_SMTP_ERR_INCOMPLETE, /* no line end yet (raised by callers that hold a stream) */
    MS_SMTP_ERR_LINE_TOO_LONG,
    MS_SMTP_ERR_EMPTY_LINE,
    MS_SMTP_ERR_VERB, /* the line does not begin with a verb of letters */
    MS_SMTP_ERR_NUL,  /* a NUL octet in a command */
    MS_SMTP_ERR_ARGUMENT_MISSING,
    MS_SMTP_ERR_ARGUMENT_MALFORMED, /* HELO/EHLO domain, VRFY string, ETRN node … */
    MS_SMTP_ERR_EXPECTED_FROM,
    MS_SMTP_ERR_EXPECTED_TO,
    MS_SMTP_ERR_PATH, /* no well-formed path */
    MS_SMTP_ERR_NULL_FORWARD_PATH,
    MS_SMTP_ERR_LOCAL_PART,
    MS_SMTP_ERR_QUOTED_STRING,
    MS_SMTP_ERR_DOMAIN,
    MS_SMTP_ERR_DOMAIN_MISSING, /* the path ends behind the at sign, or unclosed behind the local-part */
    MS_SMTP_ERR_ADDRESS_LITERAL,
    MS_SMTP_ERR_SOURCE_ROUTE,
    MS_SMTP_ERR_UTF8,            /* malformed UTF-8 in a path */
    MS_SMTP_ERR_TRAILING_OCTETS, /* octets follow the last argument */
    MS_SMTP_ERR_PARAMETER_KEYWORD,
    MS_SMTP_ERR_PARAMETER_VALUE,
    MS_SMTP_ERR_PARAMETER_DUPLICATE,
    MS_SMTP_ERR_PARAMETER_UNKNOWN_FOR_VERB, /* a registered one of the other command, as NOTIFY in MAIL */
    MS_SMTP_ERR_CHUNK_SIZE,
    MS_SMTP_ERR_BASE64,
    MS_SMTP_ERR_MECHANISM,
    MS_SMTP_ERR_COUNT
} ms_smtp_error;

/* Understood although the RFC forbids it.  Bit numbers of an ms_deviations; 64 at most. */
typedef enum ms_smtp_deviation {
    MS_SMTP_DEV_BARE_LF, /* the line ended with LF alone */
    MS_SMTP_DEV_BARE_CR,
    MS_SMTP_DEV_8BIT,            /* UTF-8 without SMTPUTF8 in an otherwise understood argument */
    MS_SMTP_DEV_TRAILING_BLANKS, /* blanks before the line end (RFC 5321 section 4.1.1) */
    MS_SMTP_DEV_LEADING_BLANKS,
    MS_SMTP_DEV_EXTRA_BLANKS, /* more than one space between elements, or a tab */
    MS_SMTP_DEV_SPACE_BEFORE_COLON,
    MS_SMTP_DEV_SPACE_AFTER_COLON,
    MS_SMTP_DEV_MISSING_BRACKETS,
    MS_SMTP_DEV_PATH_NOT_CLOSED,
    MS_SMTP_DEV_MISSING_SPACE, /* no space between the path and its first parameter */
    MS_SMTP_DEV_LOCAL_PART_TOO_LONG,
    MS_SMTP_DEV_DOMAIN_TOO_LONG,
    MS_SMTP_DEV_LABEL_TOO_LONG,
    MS_SMTP_DEV_PATH_TOO_LONG,
    MS_SMTP_DEV_LOCAL_PART_DOT, /* a Dot-string begins or ends with a dot, or doubles it */
    MS_SMTP_DEV_DOMAIN_TRAILING_DOT,
    MS_SMTP_DEV_DOMAIN_UNDERSCORE,
    MS_SMTP_DEV_SOURCE_ROUTE,      /* in a forward-path; grammatical, but discouraged: RFC 5321 section 3.3 */
    MS_SMTP_DEV_UNQUALIFIED,       /* local-part without a domain, other than postmaster */
    MS_SMTP_DEV_POSTMASTER_SENDER, /* <postmaster> without a domain in MAIL */
    MS_SMTP_DEV_IPV6_SEVEN_GROUPS, /* "::" for a single group */
    MS_SMTP_DEV_LITERAL_UNTAGGED_IPV6,
    MS_SMTP_DEV_ARGUMENT_NOT_ALLOWED, /* DATA, RSET, QUIT with an argument */
    MS_SMTP_DEV_EHLO_EXTRA_TEXT,      /* text behind the domain or literal */
    MS_SMTP_DEV_EHLO_NOT_DOMAIN,      /* a word that is no Domain and no literal, such as my_host */
    MS_SMTP_DEV_HELO_LITERAL,         /* HELO takes a Domain only (RFC 5321 section 4.1.1.1) */
    MS_SMTP_DEV_UNNEEDED_QUOTES,      /* least quoting is wanted (RFC 5321 section 4.1.2) */
    MS_SMTP_DEV_VERB_NOT_REGISTERED,  /* unknown and not beginning with X */
    MS_SMTP_DEV_PARAMETER_NOT_REGISTERED,
    MS_SMTP_DEV_OBSOLETE_VERB,   /* SEND SOML SAML (RFC 5321 appendix F.6) */
    MS_SMTP_DEV_STRING_NOT_ATOM, /* VRFY, EXPN … with an argument that is no String but understood */
    MS_SMTP_DEV_LITERAL_TAG_UNREGISTERED,
    MS_SMTP_DEV_AUTH_VALUE_NOT_MAILBOX,
    MS_SMTP_DEV_SOURCE_ROUTE_SENDER, /* the same in a reverse-path */
    MS_SMTP_DEV_VERB_NOT_IN_LMTP,    /* HELO or EHLO (RFC 2033 section 4.1) */
    MS_SMTP_DEV_VERB_NOT_IN_SMTP,    /* LHLO */
    MS_SMTP_DEV_STARTTLS_ARGUMENT,   /* RFC 3207 section 4 */
    MS_SMTP_DEV_TURN,                /* TURN is deprecated (RFC 5321 appendix F.1) */
    MS_SMTP_DEV_PARAMETER_TOO_LONG,  /* ENVID, ORCPT (RFC 3461 section 5.4), AUTH (RFC 4954 section 3) */
    MS_SMTP_DEV_XTEXT_LOWER_HEX,     /* "+2b": hexchar takes capitals (RFC 3461 section 4) */
    MS_SMTP_DEV_XTEXT_NOT_PRINTABLE, /* decodes to a control or 8-bit octet (RFC 3461 sections 4.2 and 4.4) */
    MS_SMTP_DEV_COUNT
} ms_smtp_deviation;

MS_STATIC_ASSERT(MS_SMTP_DEV_COUNT <= 64, "a set of deviations has 64 bits");

/* Name, text and requirement.  Never NULL: out of range gives the row of MS_SMTP_OK, or an empty one. */
MS_API const ms_rule *ms_smtp_error_rule(ms_smtp_error error);
MS_API const ms_rule *ms_smtp_deviation_rule(ms_smtp_deviation deviation);

#ifdef __cplusplus
}
#endif

#endif
