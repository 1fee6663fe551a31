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
    MS_POP3_AFTER_STATUS, /* any command whose text is free */
    MS_POP3_AFTER_GREETING,
    MS_POP3_AFTER_STAT, /* +OK nn mm */
    MS_POP3_AFTER_LIST, /* +OK n size (with an argument); also one line of the listing */
    MS_POP3_AFTER_UIDL, /* likewise */
    MS_POP3_AFTER_CAPA, /* a capability line: ms_pop3_capability_parse; the status line is free text */
    MS_POP3_AFTER_AUTH, /* may be "+ base64" */
    MS_POP3_AFTER_LANG, /* +OK tag text (with an argument); also one line of the listing */
    MS_POP3_AFTER_TEXT, /* a line of a message: nothing is asked of it, text is the line */
    MS_POP3_AFTER_COUNT
} ms_pop3_after;

typedef enum ms_pop3_indicator {
    MS_POP3_NONE,
    MS_POP3_POSITIVE,     /* +OK */
    MS_POP3_NEGATIVE,     /* -ERR */
    MS_POP3_CONTINUATION, /* "+ " (RFC 5034 section 4) */
} ms_pop3_indicator;

/* The octets could not be understood.  One per parse.  With all but INDICATOR, the indicator and text are set, so
 * that the reader stays in step. */
typedef enum ms_pop3_response_error {
    MS_POP3_RESPONSE_OK,
    MS_POP3_RESPONSE_ERR_INCOMPLETE,   /* no line end yet (raised by callers that hold a stream) */
    MS_POP3_RESPONSE_ERR_INDICATOR,    /* neither +OK, -ERR nor (where allowed) "+ " */
    MS_POP3_RESPONSE_ERR_DROP_LISTING, /* STAT: two numbers are due */
    MS_POP3_RESPONSE_ERR_SCAN_LISTING,
    MS_POP3_RESPONSE_ERR_UNIQUE_ID_LISTING,
    MS_POP3_RESPONSE_ERR_NUMBER_RANGE,  /* digits that do not fit 32 bits (messages), 64 bits (octets) */
    MS_POP3_RESPONSE_ERR_CAPABILITY,    /* no tag at the start of the line */
    MS_POP3_RESPONSE_ERR_RESPONSE_CODE, /* "[" without "]", though RESP-CODES was announced */
    MS_POP3_RESPONSE_ERR_LANGUAGE,      /* +OK to LANG with a tag */
    MS_POP3_RESPONSE_ERR_CHALLENGE,     /* "+ " with anything but base64 */
    MS_POP3_RESPONSE_ERR_LANGUAGE_LISTING,
    MS_POP3_RESPONSE_ERR_CAPABILITY_TAG,      /* a dot, control or 8-bit octet in the tag */
    MS_POP3_RESPONSE_ERR_RESPONSE_CODE_LEVEL, /* likewise: an empty level */
    MS_POP3_RESPONSE_ERR_RESPONSE_CODE_OCTET, /* likewise: a space, control or 8-bit octet in a level */
    MS_POP3_RESPONSE_ERR_UNIQUE_ID_EMPTY,
    MS_POP3_RESPONSE_ERR_CONTINUATION, /* "+" and neither a space nor the line end behind it, after AUTH */
    MS_POP3_RESPONSE_ERR_COUNT
} ms_pop3_response_error;

/* Understood although the RFC forbids it.  Bit numbers of an ms_deviations. */
typedef enum ms_pop3_response_deviation {
    MS_POP3_RESPONSE_DEV_BARE_LF,
    MS_POP3_RESPONSE_DEV_BARE_CR,
    MS_POP3_RESPONSE_DEV_NUL,
    MS_POP3_RESPONSE_DEV_8BIT,
    MS_POP3_RESPONSE_DEV_CONTROL,        /* HT aside; in a capability it counts too */
    MS_POP3_RESPONSE_DEV_TOO_LONG,       /* over 512 octets with CRLF */
    MS_POP3_RESPONSE_DEV_INDICATOR_CASE, /* +ok */
    MS_POP3_RESPONSE_DEV_NO_SPACE,       /* "+OKtext" */
    MS_POP3_RESPONSE_DEV_EXTRA_BLANKS,   /* in a listing: exactly one space is due */
    MS_POP3_RESPONSE_DEV_EXTRA_TEXT, /* behind the size of a drop or scan listing: discouraged; behind a unique-id */
    MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG,
    MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET, /* outside 0x21 to 0x7E */
    MS_POP3_RESPONSE_DEV_TIMESTAMP,       /* looks like one and is no msg-id */
    MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS,
    MS_POP3_RESPONSE_DEV_GREETING_NEGATIVE,    /* -ERR as a greeting */
    MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, /* of a known capability: missing, surplus or malformed */
    MS_POP3_RESPONSE_DEV_BARE_CONTINUATION,    /* "+" CRLF without the space */
    MS_POP3_RESPONSE_DEV_UTF8,                 /* ill-formed UTF-8 where UTF-8 is allowed */
    MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE,       /* "+OK en" to LANG en: a space is due behind the tag */
    MS_POP3_RESPONSE_DEV_TIMESTAMP_NOT_CLOSED, /* "<" without ">" in a greeting */
    MS_POP3_RESPONSE_DEV_CAPABILITY_MECHANISM, /* a malformed mechanism name behind SASL */
    MS_POP3_RESPONSE_DEV_MESSAGE_ZERO,         /* in a scan or unique-id listing: message-numbers begin at 1 */
    MS_POP3_RESPONSE_DEV_COUNT
} ms_pop3_response_deviation;

MS_STATIC_ASSERT(MS_POP3_RESPONSE_DEV_COUNT <= 64, "a set of deviations has 64 bits");

typedef enum ms_pop3_response_code {
    MS_POP3_CODE_NONE,
    MS_POP3_CODE_UNKNOWN,
    MS_POP3_CODE_LOGIN_DELAY, /* RFC 2449 section 8.1.1 */
    MS_POP3_CODE_IN_USE,      /* RFC 2449 section 8.1.2 */
    MS_POP3_CODE_SYS_TEMP,    /* RFC 3206 section 4 */
    MS_POP3_CODE_SYS_PERM,
    MS_POP3_CODE_AUTH, /* RFC 3206 section 5 */
    MS_POP3_CODE_UTF8, /* RFC 6856 section 5 */
    MS_POP3_CODE_SYS,  /* SYS with neither TEMP nor PERM behind it */
    MS_POP3_CODE_COUNT
} ms_pop3_response_code;

typedef struct ms_pop3_response_context {
    ms_pop3_after after;
    bool utf8;       /* UTF-8 may stand in texts (RFC 6856 section 2.1 and 3) */
    bool resp_codes; /* RESP-CODES was announced: text that begins with "[" is a response code (RFC 2449 section 6.4) */
} ms_pop3_response_context;

typedef struct ms_pop3_response {
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations;
    size_t deviation_at; /* offset in line of the first of them found; line.len for the line end */
    ms_pop3_indicator indicator;
    ms_pop3_response_code code;
    ms_pop3_after after; /* as the context had it: says which member below is set */
    ms_span code_text;   /* inside the brackets; absent without */
    ms_span text;        /* behind the indicator and its space; absent without */
    union {
        struct {
            uint32_t messages;
            uint64_t octets;
        } drop; /* after STAT */
        struct {
            uint32_t number;
            uint64_t octets;
        } scan; /* after LIST n */
        struct {
            uint32_t number;
            ms_span unique_id;
        } unique; /* after UIDL n */
        struct {
            ms_span timestamp;
        } greeting; /* with its brackets; absent without, and when it is no msg-id */
        struct {
            ms_span data;
        } continuation; /* base64, perhaps empty */
        struct {
            ms_span tag, description;
        } language; /* after LANG */
    };
} ms_pop3_response;

MS_STATIC_ASSERT(sizeof(ms_pop3_response) <= 128, "stated size of a parsed response");

/* Parse one status line, its end removed (RFC 1939 section 3, RFC 2449 section 3).  context NULL: a free text.  The
 * members of the union are set for +OK without an error ("+ " sets continuation, with an error too). */
MS_API ms_pop3_response ms_pop3_response_parse(ms_span line, const ms_pop3_response_context *context);

/* The same from a framed line: adds what the framer saw (bare LF, over-long). */
MS_API ms_pop3_response ms_pop3_response_parse_line(const ms_line *line, const ms_pop3_response_context *context);

/* One line inside a multi-line response to LIST, UIDL or LANG (context->after), unstuffed and without its end: fills
 * scan, unique or language. */
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
    MS_CAPA_X, /* begins with X: private */
    MS_CAPA_COUNT
} ms_pop3_capability_id;

typedef struct ms_pop3_capability {
    ms_pop3_response_error error;
    size_t error_at;
    ms_deviations deviations; /* ms_pop3_response_deviation */
    size_t deviation_at;
    ms_pop3_capability_id id;
    ms_span tag;
    ms_span parameters; /* absent without any */
    union {
        uint32_t mechanisms; /* SASL: set of 1 << ms_sasl_mechanism */
        struct {
            uint32_t days; /* saturating */
            bool never, user;
        } expire;
        struct {
            uint32_t seconds; /* saturating */
            bool user;
        } login_delay;
        struct {
            bool user;
        } utf8;
    };
} ms_pop3_capability;

/* Parse one line of a CAPA response, unstuffed and without its end (RFC 2449 sections 3, 5, 6). */
MS_API ms_pop3_capability ms_pop3_capability_parse(ms_span line);
/* The next of the space-separated parameters; rest is moved behind it.  Absent at the end. */
MS_API ms_span ms_pop3_capability_parameter(ms_span *rest);
/* The tag in capitals, "" for UNKNOWN and X. */
MS_API const char *ms_pop3_capability_name(ms_pop3_capability_id id);

/* Name, text and requirement.  Never NULL: out of range gives an empty row. */
MS_API const ms_rule *ms_pop3_response_error_rule(ms_pop3_response_error error);
MS_API const ms_rule *ms_pop3_response_deviation_rule(ms_pop3_response_deviation deviation);
/* The requirement that is broken when the response is of this kind, as ms_pop3_deviation_requirement. */
MS_API uint16_t ms_pop3_response_deviation_requirement(ms_pop3_response_deviation deviation, ms_pop3_after after);
/* The same for a capability line. */
MS_API uint16_t ms_pop3_capability_requirement(ms_pop3_response_deviation deviation, ms_pop3_capability_id id);
/* As it is written, "" for NONE and UNKNOWN. */
MS_API const char *ms_pop3_response_code_name(ms_pop3_response_code code);

/* Writers: with CRLF; octets needed, nothing written when room is less; 0: refused (CR, LF or NUL in the text, a
 * unique-id outside RFC 1939 section 7, a line over 512 octets).  An absent text gives the bare indicator, an absent
 * challenge the empty one. */
MS_API size_t ms_pop3_status_write(ms_pop3_indicator indicator, ms_span text, uint8_t *out, size_t room);
MS_API size_t ms_pop3_drop_write(uint32_t messages, uint64_t octets, uint8_t *out, size_t room); /* with +OK */
MS_API size_t ms_pop3_scan_write(uint32_t number, uint64_t octets, uint8_t *out, size_t room);   /* a listing's line */
MS_API size_t ms_pop3_unique_id_write(uint32_t number, ms_span unique_id, uint8_t *out, size_t room); /* likewise */
MS_API size_t ms_pop3_capability_write(ms_span tag, ms_span parameters, uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
