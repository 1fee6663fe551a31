/*
 * smtp_reply.h - SMTP reply lines, whole replies, EHLO keyword lines, the greeting
 *                (RFC 5321 sections 4.2 and 4.1.1.1, RFC 2034, RFC 3463)
 */
#ifndef MAILSPEC_SMTP_REPLY_H
#define MAILSPEC_SMTP_REPLY_H

#include "mailspec/export.h"
#include "mailspec/line.h"
#include "mailspec/rule.h"
#include "mailspec/smtp_path.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_reply_error {
    MS_REPLY_OK,
    MS_REPLY_ERR_INCOMPLETE,     /* no line end yet, or the last line said that another follows */
    MS_REPLY_ERR_CODE,           /* does not begin with three digits */
    MS_REPLY_ERR_CODE_LENGTH,    /* a fourth digit, or fewer than three */
    MS_REPLY_ERR_SEPARATOR,      /* neither SP, "-" nor the line end behind the code */
    MS_REPLY_ERR_MIXED_CODES,    /* a line of a reply has another code than the first */
    MS_REPLY_ERR_EHLO_KEYWORD,   /* an EHLO line without a well-formed keyword */
    MS_REPLY_ERR_EHLO_PARAMETER,
    MS_REPLY_ERR_COUNT
} ms_reply_error;

/* Bits of an ms_deviations. */
typedef enum ms_reply_deviation {
    MS_REPLY_DEV_BARE_LF,
    MS_REPLY_DEV_BARE_CR,
    MS_REPLY_DEV_NUL,
    MS_REPLY_DEV_8BIT,
    MS_REPLY_DEV_CONTROL,              /* a control character other than HT in the text */
    MS_REPLY_DEV_TOO_LONG,             /* over 512 octets with CRLF */
    MS_REPLY_DEV_NO_SPACE,             /* "250" CRLF: a SHOULD (RFC 5321 section 4.2.1) */
    MS_REPLY_DEV_NO_TEXT,              /* "250 " CRLF: a SHOULD NOT (RFC 5321 section 4.2) */
    MS_REPLY_DEV_CLASS,                /* first digit not 2 to 5 */
    MS_REPLY_DEV_SECOND_DIGIT,         /* over 5 */
    MS_REPLY_DEV_ENHANCED_MISSING,     /* ENHANCEDSTATUSCODES was offered, and there is none */
    MS_REPLY_DEV_ENHANCED_FORBIDDEN,   /* on a 3yz, or on EHLO and HELO */
    MS_REPLY_DEV_ENHANCED_CLASS,       /* class differs from the reply code's first digit */
    MS_REPLY_DEV_ENHANCED_LEADING_ZERO,
    MS_REPLY_DEV_ENHANCED_MALFORMED,   /* begins like one and is not */
    MS_REPLY_DEV_ENHANCED_NO_SPACE,
    MS_REPLY_DEV_ENHANCED_DIFFERS,     /* another one than on the first line */
    MS_REPLY_DEV_NO_DOMAIN,            /* greeting, EHLO: does not begin with a domain or literal */
    MS_REPLY_DEV_EHLO_KEYWORD_UNREGISTERED,
    MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN, /* PIPELINING, STARTTLS … take none */
    MS_REPLY_DEV_EHLO_PARAMETER_VALUE,     /* SIZE abc, LIMITS RCPTMAX=0 … */
    MS_REPLY_DEV_EHLO_EQUALS,          /* "AUTH=LOGIN": the form before RFC 2554 */
    MS_REPLY_DEV_EHLO_EXTRA_BLANKS,
    MS_REPLY_DEV_EHLO_DUPLICATE,
    MS_REPLY_DEV_CHALLENGE_NOT_BASE64, /* 334 with anything but base64 (RFC 4954 section 4) */
    MS_REPLY_DEV_HELO_KEYWORDS,        /* a keyword list answers HELO */
    MS_REPLY_DEV_COUNT
} ms_reply_deviation;

MS_API const ms_rule *ms_reply_error_rule(ms_reply_error error);
MS_API const ms_rule *ms_reply_deviation_rule(ms_reply_deviation deviation);

/* What the reply answers: changes what is expected of its text. */
typedef enum ms_reply_after {
    MS_AFTER_COMMAND,  /* any other command */
    MS_AFTER_CONNECT,  /* the greeting */
    MS_AFTER_HELO,
    MS_AFTER_EHLO,     /* EHLO or LHLO */
    MS_AFTER_AUTH,     /* AUTH or an AUTH response: 334 carries base64 */
    MS_AFTER_QUIT,
} ms_reply_after;

typedef struct ms_reply_context {
    ms_reply_after after;
    bool enhanced;  /* ENHANCEDSTATUSCODES was offered and is in force */
    bool smtputf8;  /* the command used SMTPUTF8: UTF-8 may stand in the text (RFC 6531 section 3.7.4) */
} ms_reply_context;

typedef struct ms_enhanced_status {
    uint8_t class_;    /* 2, 4 or 5; 0 when there is none */
    uint16_t subject;
    uint16_t detail;
} ms_enhanced_status;

/* Takes the enhanced status code at the start of text, if there is one. Returns octets used (0: none). */
MS_API size_t ms_enhanced_status_parse(ms_span text, ms_enhanced_status *out, ms_deviations *deviations, size_t *wrong_at);

typedef struct ms_reply_line {
    ms_reply_error error;
    size_t error_at;          /* offset in line */
    ms_deviations deviations;
    size_t deviation_at;      /* offset in line of the first deviation's octet */
    uint16_t code;            /* 0 when there is none */
    bool more;                /* "-": another line follows */
    ms_enhanced_status enhanced;
    ms_span text;             /* behind the separator, enhanced code included; absent without a separator */
    ms_span free_text;        /* behind the enhanced code */
} ms_reply_line;

/* One line, its end removed, alone: continuation is judged by ms_reply_next. */
MS_API ms_reply_line ms_reply_line_parse(ms_span line, const ms_reply_context *context);

/* A reply being put together from its lines: 16 octets. */
typedef struct ms_reply {
    uint16_t code;      /* of the first line */
    uint16_t lines;     /* so far, saturating */
    uint8_t complete;   /* the last line was seen */
    ms_enhanced_status enhanced; /* of the first line */
} ms_reply;

MS_API void ms_reply_init(ms_reply *reply);
/* Add a framed line.  The result is the line's own, plus what only the lines before it show
 * (mixed codes, enhanced code that differs, EHLO keywords from the second line on). */
MS_API ms_reply_line ms_reply_next(ms_reply *reply, const ms_line *line, const ms_reply_context *context);

/* EHLO keywords; bit numbers of a set of offered extensions. */
typedef enum ms_ehlo_keyword {
    MS_EHLO_UNKNOWN,
    MS_EHLO_SIZE,
    MS_EHLO_8BITMIME,
    MS_EHLO_PIPELINING,
    MS_EHLO_CHUNKING,
    MS_EHLO_BINARYMIME,
    MS_EHLO_STARTTLS,
    MS_EHLO_AUTH,
    MS_EHLO_ENHANCEDSTATUSCODES,
    MS_EHLO_DSN,
    MS_EHLO_SMTPUTF8,
    MS_EHLO_HELP,
    MS_EHLO_VRFY,
    MS_EHLO_EXPN,
    MS_EHLO_ETRN,
    MS_EHLO_DELIVERBY,
    MS_EHLO_FUTURERELEASE,
    MS_EHLO_MT_PRIORITY,
    MS_EHLO_REQUIRETLS,
    MS_EHLO_LIMITS,
    MS_EHLO_MTRK,
    MS_EHLO_SUBMITTER,
    MS_EHLO_ATRN,
    MS_EHLO_CHECKPOINT,
    MS_EHLO_NO_SOLICITING,
    MS_EHLO_CONPERM,
    MS_EHLO_CONNEG,
    MS_EHLO_RRVS,
    MS_EHLO_BURL,
    MS_EHLO_UTF8SMTP,
    MS_EHLO_REGISTERED, /* in the IANA registry, no meaning here (ONEX, VERB, SEND …) */
    MS_EHLO_X,          /* begins with X */
    MS_EHLO_COUNT
} ms_ehlo_keyword;

MS_STATIC_ASSERT(MS_EHLO_COUNT <= 32, "a set of extensions has 32 bits");

typedef struct ms_ehlo_line {
    ms_reply_error error;
    size_t error_at;          /* offset in text */
    ms_deviations deviations;
    size_t deviation_at;
    ms_ehlo_keyword id;
    ms_span keyword;          /* as sent */
    ms_span parameters;       /* absent without any */
    union {
        struct { uint64_t octets; bool given; } size;      /* SIZE; 0: no fixed limit (RFC 1870 section 4) */
        struct { uint64_t seconds; bool given; } deliverby; /* the minimum */
        struct { uint64_t max_interval; ms_span max_datetime; } futurerelease;
        uint32_t mechanisms;  /* AUTH: set of 1 << ms_sasl_mechanism */
        struct { uint32_t mailmax, rcptmax, rcptdomainmax; } limits; /* 0: not given */
    };
} ms_ehlo_line;

/* The text of one line behind the first one of an EHLO reply (RFC 5321 section 4.1.1.1). */
MS_API ms_ehlo_line ms_ehlo_line_parse(ms_span text);
MS_API const char *ms_ehlo_keyword_name(ms_ehlo_keyword id);

/* Take the next word of parameters (mechanisms of AUTH, limits …): false when there is none. */
MS_API bool ms_ehlo_parameter_next(ms_span *parameters, ms_span *word);

/* Write one reply line with CRLF.  enhanced may be NULL.  Returns the octets needed, nothing is written
 * when room is less; 0: refused (CR, LF, NUL in text, code out of 200..599). */
MS_API size_t ms_reply_line_write(uint16_t code, bool more, const ms_enhanced_status *enhanced, ms_span text,
                                  uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
