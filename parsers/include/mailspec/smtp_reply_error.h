/*
 * smtp_reply_error.h - errors and deviations of SMTP replies and EHLO lines
 *
 * A row of the tables in parsers/smtp/reply_error.c gives each its name, text and requirement.
 */
#ifndef MAILSPEC_SMTP_REPLY_ERROR_H
#define MAILSPEC_SMTP_REPLY_ERROR_H

#include "mailspec/export.h"
#include "mailspec/rule.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The octets could not be understood.  One per line. */
typedef enum ms_reply_error {
    MS_REPLY_OK,
    MS_REPLY_ERR_INCOMPLETE,     /* no line end yet, or the last line said that another follows; no breach so far */
    MS_REPLY_ERR_CODE,           /* does not begin with digits, or something else stands among the three */
    MS_REPLY_ERR_CODE_LENGTH,    /* a fourth digit, or fewer than three */
    MS_REPLY_ERR_SEPARATOR,      /* neither SP, "-" nor the line end behind the code */
    MS_REPLY_ERR_MIXED_CODES,    /* a line of a reply has another code than the first */
    MS_REPLY_ERR_EHLO_KEYWORD,   /* an EHLO line without a well-formed keyword */
    MS_REPLY_ERR_EHLO_PARAMETER, /* an octet that no EHLO parameter may hold */
    MS_REPLY_ERR_COUNT
} ms_reply_error;

/* Understood although the RFC forbids it.  Bit numbers of an ms_deviations. */
typedef enum ms_reply_deviation {
    MS_REPLY_DEV_BARE_LF,
    MS_REPLY_DEV_BARE_CR,
    MS_REPLY_DEV_NUL,
    MS_REPLY_DEV_8BIT,               /* an octet above 127 without SMTPUTF8, or malformed UTF-8 with it */
    MS_REPLY_DEV_UTF8_NOT_PERMITTED, /* UTF-8 with SMTPUTF8, in a reply that may not hold it */
    MS_REPLY_DEV_CONTROL,            /* a control character other than HT in the text */
    MS_REPLY_DEV_TOO_LONG,           /* over 512 octets with CRLF */
    MS_REPLY_DEV_NO_SPACE,           /* "250" CRLF: a SHOULD (RFC 5321 section 4.2.1) */
    MS_REPLY_DEV_NO_TEXT,            /* "250 " CRLF as a whole reply: a SHOULD NOT (RFC 5321 section 4.2) */
    MS_REPLY_DEV_CLASS,              /* first digit not 2 to 5 */
    MS_REPLY_DEV_SECOND_DIGIT,       /* over 5 */
    MS_REPLY_DEV_ENHANCED_MISSING,   /* ENHANCEDSTATUSCODES was offered, and there is none */
    MS_REPLY_DEV_ENHANCED_FORBIDDEN, /* on a 3yz */
    MS_REPLY_DEV_ENHANCED_ON_EHLO,   /* on a positive reply to EHLO or HELO */
    MS_REPLY_DEV_ENHANCED_CLASS,     /* class differs from the reply code's first digit */
    MS_REPLY_DEV_ENHANCED_LEADING_ZERO,
    MS_REPLY_DEV_ENHANCED_WHITE_SPACE, /* "5. 1.1" */
    MS_REPLY_DEV_ENHANCED_MALFORMED,   /* begins like one and is not */
    MS_REPLY_DEV_ENHANCED_NO_SPACE,    /* another octet than a space follows */
    MS_REPLY_DEV_ENHANCED_NO_TEXT,     /* the line ends behind it, without the space */
    MS_REPLY_DEV_ENHANCED_DIFFERS,     /* the one of the first line is not repeated */
    MS_REPLY_DEV_NO_DOMAIN,            /* greeting, EHLO: does not begin with a domain or literal */
    MS_REPLY_DEV_EHLO_KEYWORD_UNREGISTERED,
    MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN, /* PIPELINING, STARTTLS … take none */
    MS_REPLY_DEV_EHLO_PARAMETER_VALUE,     /* SIZE abc, AUTH without a mechanism … */
    MS_REPLY_DEV_EHLO_LIMIT_VALUE,         /* LIMITS RCPTMAX=0 */
    MS_REPLY_DEV_EHLO_EQUALS,              /* "AUTH=LOGIN": older than the grammar of RFC 5321 */
    MS_REPLY_DEV_EHLO_EXTRA_BLANKS,        /* exactly one space is due before each parameter */
    MS_REPLY_DEV_CHALLENGE_NOT_BASE64,     /* 334 with anything but base64 (RFC 4954 section 4) */
    MS_REPLY_DEV_CHALLENGE_NO_SPACE,       /* 334 to AUTH without the space, or continued */
    MS_REPLY_DEV_HELO_KEYWORDS,            /* a keyword list answers HELO */
    MS_REPLY_DEV_COUNT
} ms_reply_deviation;

MS_STATIC_ASSERT(MS_REPLY_DEV_COUNT <= 64, "a set of deviations has 64 bits");

/* Name, text and requirement.  Never NULL: out of range gives the row of MS_REPLY_OK, or an empty one. */
MS_API const ms_rule *ms_reply_error_rule(ms_reply_error error);
MS_API const ms_rule *ms_reply_deviation_rule(ms_reply_deviation deviation);

#ifdef __cplusplus
}
#endif

#endif
