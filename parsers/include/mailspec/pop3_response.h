/*
 * pop3_response.h - POP3 responses: status lines, response codes, drop, scan and unique-id listings,
 *                   capabilities, the greeting (RFC 1939, RFC 2449, RFC 3206, RFC 5034, RFC 6856)
 *
 * Bodies of multi-line responses are streams: content.h.  The lines of a listing are
 * given here one by one, unstuffed.
 */
#ifndef MAILSPEC_POP3_RESPONSE_H
#define MAILSPEC_POP3_RESPONSE_H

#include "mailspec/export.h"
#include "mailspec/line.h"
#include "mailspec/rule.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the client waits for. */
typedef enum ms_pop3_after {
    MS_POP3_AFTER_STATUS,    /* any command whose text is free */
    MS_POP3_AFTER_GREETING,
    MS_POP3_AFTER_STAT,      /* +OK nn mm */
    MS_POP3_AFTER_LIST,      /* +OK n size (with an argument); also one line of the listing */
    MS_POP3_AFTER_UIDL,      /* likewise */
    MS_POP3_AFTER_CAPA,      /* a capability line */
    MS_POP3_AFTER_AUTH,      /* may be "+ base64" */
    MS_POP3_AFTER_LANG,
    MS_POP3_AFTER_TEXT,      /* a line of a message */
} ms_pop3_after;

typedef enum ms_pop3_indicator {
    MS_POP3_NONE,
    MS_POP3_POSITIVE,     /* +OK */
    MS_POP3_NEGATIVE,     /* -ERR */
    MS_POP3_CONTINUATION, /* "+ " (RFC 5034 section 4) */
} ms_pop3_indicator;

typedef enum ms_pop3_response_error {
    MS_POP3_RESPONSE_OK,
    MS_POP3_RESPONSE_ERR_INCOMPLETE,
    MS_POP3_RESPONSE_ERR_INDICATOR,       /* neither +OK, -ERR nor (where allowed) "+ " */
    MS_POP3_RESPONSE_ERR_DROP_LISTING,    /* STAT: two numbers are due */
    MS_POP3_RESPONSE_ERR_SCAN_LISTING,
    MS_POP3_RESPONSE_ERR_UNIQUE_ID_LISTING,
    MS_POP3_RESPONSE_ERR_NUMBER_RANGE,
    MS_POP3_RESPONSE_ERR_CAPABILITY,
    MS_POP3_RESPONSE_ERR_RESPONSE_CODE,   /* "[" without a well-formed code */
    MS_POP3_RESPONSE_ERR_LANGUAGE,
    MS_POP3_RESPONSE_ERR_CHALLENGE,       /* "+ " with anything but base64 */
    MS_POP3_RESPONSE_ERR_COUNT
} ms_pop3_response_error;

typedef enum ms_pop3_response_deviation {
    MS_POP3_RESPONSE_DEV_BARE_LF,
    MS_POP3_RESPONSE_DEV_BARE_CR,
    MS_POP3_RESPONSE_DEV_NUL,
    MS_POP3_RESPONSE_DEV_8BIT,
    MS_POP3_RESPONSE_DEV_CONTROL,
    MS_POP3_RESPONSE_DEV_TOO_LONG,        /* over 512 octets with CRLF */
    MS_POP3_RESPONSE_DEV_INDICATOR_CASE,  /* +ok */
    MS_POP3_RESPONSE_DEV_NO_SPACE,        /* "+OKtext" */
    MS_POP3_RESPONSE_DEV_EXTRA_BLANKS,    /* in a listing: exactly one space is due */
    MS_POP3_RESPONSE_DEV_EXTRA_TEXT,      /* behind the size of a drop or scan listing: discouraged */
    MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG,
    MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET, /* outside 0x21 to 0x7E */
    MS_POP3_RESPONSE_DEV_LEADING_ZERO,
    MS_POP3_RESPONSE_DEV_TIMESTAMP,       /* looks like one and is no msg-id */
    MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS,
    MS_POP3_RESPONSE_DEV_GREETING_NEGATIVE, /* -ERR as a greeting */
    MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, /* of a known capability: missing, surplus or malformed */
    MS_POP3_RESPONSE_DEV_BARE_CONTINUATION, /* "+" CRLF without the space */
    MS_POP3_RESPONSE_DEV_SYS_WITHOUT_LEVEL, /* [SYS] without /TEMP or /PERM */
    MS_POP3_RESPONSE_DEV_COUNT
} ms_pop3_response_deviation;

typedef enum ms_pop3_response_code {
    MS_POP3_CODE_NONE,
    MS_POP3_CODE_UNKNOWN,
    MS_POP3_CODE_LOGIN_DELAY, /* RFC 2449 section 8.1.1 */
    MS_POP3_CODE_IN_USE,      /* RFC 2449 section 8.1.2 */
    MS_POP3_CODE_SYS_TEMP,    /* RFC 3206 section 4 */
    MS_POP3_CODE_SYS_PERM,
    MS_POP3_CODE_AUTH,        /* RFC 3206 section 5 */
    MS_POP3_CODE_UTF8,        /* RFC 6856 section 5 */
} ms_pop3_response_code;

typedef struct ms_pop3_response_context {
    ms_pop3_after after;
    bool utf8; /* UTF-8 may stand in texts (RFC 6856 section 2.1 and 3) */
} ms_pop3_response_context;

typedef struct ms_pop3_response {
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
    ms_pop3_indicator indicator;
    ms_pop3_response_code code;
    ms_span code_text;      /* inside the brackets; absent without */
    ms_span text;           /* behind the indicator and its space; absent without */
    union {
        struct { uint32_t messages; uint64_t octets; } drop;           /* after STAT */
        struct { uint32_t number; uint64_t octets; } scan;             /* after LIST n */
        struct { uint32_t number; ms_span unique_id; } unique;         /* after UIDL n */
        struct { ms_span timestamp; } greeting;                        /* with its brackets; absent without */
        struct { ms_span data; } continuation;                         /* base64, perhaps empty */
    };
} ms_pop3_response;

/* The status line, its end removed. */
MS_API ms_pop3_response ms_pop3_response_parse(ms_span line, const ms_pop3_response_context *context);
MS_API ms_pop3_response ms_pop3_response_parse_line(const ms_line *line, const ms_pop3_response_context *context);

/* One line inside a multi-line LIST or UIDL response, unstuffed: fills scan or unique. */
MS_API ms_pop3_response ms_pop3_listing_parse(ms_span line, const ms_pop3_response_context *context);

typedef enum ms_pop3_capability_id {
    MS_CAPA_UNKNOWN,
    MS_CAPA_TOP,
    MS_CAPA_USER,
    MS_CAPA_SASL,
    MS_CAPA_RESP_CODES,
    MS_CAPA_LOGIN_DELAY,
    MS_CAPA_PIPELINING,
    MS_CAPA_EXPIRE,
    MS_CAPA_UIDL,
    MS_CAPA_IMPLEMENTATION,
    MS_CAPA_STLS,
    MS_CAPA_AUTH_RESP_CODE,
    MS_CAPA_UTF8,
    MS_CAPA_LANG,
    MS_CAPA_X, /* begins with X */
    MS_CAPA_COUNT
} ms_pop3_capability_id;

typedef struct ms_pop3_capability {
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at;
    ms_pop3_capability_id id;
    ms_span tag;
    ms_span parameters; /* absent without any */
    union {
        uint32_t mechanisms;                       /* SASL: set of 1 << ms_sasl_mechanism */
        struct { uint32_t days; bool never, user; } expire;
        struct { uint32_t seconds; bool user; } login_delay;
        struct { bool user; } utf8;
    };
} ms_pop3_capability;

MS_API ms_pop3_capability ms_pop3_capability_parse(ms_span line);
MS_API const char *ms_pop3_capability_name(ms_pop3_capability_id id);

MS_API const ms_rule *ms_pop3_response_error_rule(ms_pop3_response_error error);
MS_API const ms_rule *ms_pop3_response_deviation_rule(ms_pop3_response_deviation deviation);
MS_API const char *ms_pop3_response_code_name(ms_pop3_response_code code);

/* Writers: with CRLF; octets needed, nothing written when room is less; 0: refused (CR, LF, NUL). */
MS_API size_t ms_pop3_status_write(ms_pop3_indicator indicator, ms_span text, uint8_t *out, size_t room);
MS_API size_t ms_pop3_scan_write(uint32_t number, uint64_t octets, uint8_t *out, size_t room);
MS_API size_t ms_pop3_unique_id_write(uint32_t number, ms_span unique_id, uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
