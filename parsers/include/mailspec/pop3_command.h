/*
 * pop3_command.h - POP3 command lines (RFC 1939, RFC 2449 section 3, RFC 5034, RFC 2595, RFC 6856)
 */
#ifndef MAILSPEC_POP3_COMMAND_H
#define MAILSPEC_POP3_COMMAND_H

#include "mailspec/export.h"
#include "mailspec/line.h"
#include "mailspec/rule.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_pop3_verb {
    MS_POP3_UNKNOWN, /* kept: keyword and argument are set */
    MS_POP3_USER,
    MS_POP3_PASS,
    MS_POP3_APOP,
    MS_POP3_STAT,
    MS_POP3_LIST,
    MS_POP3_RETR,
    MS_POP3_DELE,
    MS_POP3_RSET,
    MS_POP3_NOOP,
    MS_POP3_QUIT,
    MS_POP3_TOP,
    MS_POP3_UIDL,
    MS_POP3_CAPA,
    MS_POP3_STLS,
    MS_POP3_AUTH,
    MS_POP3_UTF8,
    MS_POP3_LANG,
    MS_POP3_AUTH_RESPONSE, /* no verb: the line answers a "+ " continuation */
    MS_POP3_VERB_COUNT
} ms_pop3_verb;

/* The octets could not be understood.  One per parse. */
typedef enum ms_pop3_error {
    MS_POP3_OK,
    MS_POP3_ERR_INCOMPLETE, /* no line end yet (raised by callers that hold a stream) */
    MS_POP3_ERR_LINE_TOO_LONG,
    MS_POP3_ERR_EMPTY_LINE,
    MS_POP3_ERR_KEYWORD, /* not 3 or 4 printable characters (RFC 1939 section 3) */
    MS_POP3_ERR_OCTET,   /* NUL or another control character */
    MS_POP3_ERR_8BIT,    /* an octet above 127 where UTF-8 is not in force */
    MS_POP3_ERR_ARGUMENT_MISSING,
    MS_POP3_ERR_MESSAGE_NUMBER, /* not digits */
    MS_POP3_ERR_NUMBER_RANGE,   /* digits that do not fit 32 bits (messages), 64 bits (TOP lines) */
    MS_POP3_ERR_LINE_COUNT,     /* TOP's second argument */
    MS_POP3_ERR_DIGEST,         /* not 32 hexadecimal digits */
    MS_POP3_ERR_MECHANISM,
    MS_POP3_ERR_BASE64, /* incomplete, or pads out of place */
    MS_POP3_ERR_LANGUAGE_TAG,
    MS_POP3_ERR_UTF8,         /* ill-formed UTF-8 where UTF-8 is allowed */
    MS_POP3_ERR_MESSAGE_ZERO, /* numbering begins at one (RFC 1939 section 4) */
    MS_POP3_ERR_BASE64_OCTET, /* as BASE64, an octet outside the alphabet being the reason */
    MS_POP3_ERR_COUNT
} ms_pop3_error;

/* Understood although the RFC forbids it.  Bit numbers of an ms_deviations.  Leading zeros of a number
 * are none: RFC 1939 section 4 asks for decimal numbers and says nothing about them. */
typedef enum ms_pop3_deviation {
    MS_POP3_DEV_BARE_LF,
    MS_POP3_DEV_BARE_CR, /* right before the line end; further in it is MS_POP3_ERR_OCTET */
    MS_POP3_DEV_TRAILING_BLANKS,
    MS_POP3_DEV_EXTRA_BLANKS, /* more than one SP, or HT, between keyword and argument */
    MS_POP3_DEV_LEADING_BLANKS,
    MS_POP3_DEV_SURPLUS_ARGUMENT,  /* STAT x, RETR 1 2 */
    MS_POP3_DEV_ARGUMENT_TOO_LONG, /* over 40 octets, in the base protocol (RFC 1939 section 3) */
    MS_POP3_DEV_DIGEST_CASE,       /* upper-case hexadecimal (RFC 1939 section 7) */
    MS_POP3_DEV_MECHANISM_MISSING, /* AUTH alone: asks some servers for a list (RFC 5034 section 4) */
    MS_POP3_DEV_EMPTY_RESPONSE,    /* AUTH mechanism SP: "=" says that (RFC 5034 section 4) */
    MS_POP3_DEV_COUNT
} ms_pop3_deviation;

MS_STATIC_ASSERT(MS_POP3_DEV_COUNT <= 64, "a set of deviations has 64 bits");

/* What changes the grammar.  NULL or all zero: plain POP3. */
typedef struct ms_pop3_context {
    bool utf8;          /* UTF8 is in force, or USER was announced: arguments may hold UTF-8 (RFC 6856) */
    bool auth_response; /* the line answers a continuation request (RFC 5034 section 4) */
    bool capa_seen;     /* RFC 2449's lengths are in force: no limit of 40 per argument */
} ms_pop3_context;

typedef struct ms_pop3_command {
    ms_pop3_verb verb; /* says which member below is set */
    ms_span keyword;   /* as received, case kept */
    ms_span argument;  /* all behind the one space, raw, trailing blanks too; absent without */
    union {
        struct {
            ms_span name;
        } user; /* USER */
        struct {
            ms_span password;
        } pass; /* PASS: blanks are part of it (RFC 1939 section 7) */
        struct {
            ms_span name, digest;
        } apop;
        struct {
            uint32_t number; /* 0 when not given */
            bool given;
        } message; /* LIST RETR DELE UIDL */
        struct {
            uint32_t number;
            bool given;
            uint64_t lines;
        } top; /* begins like message */
        struct {
            ms_span mechanism;        /* absent for a bare AUTH */
            ms_span initial_response; /* absent without; "=" is present and empty */
        } auth;
        struct {
            ms_span data; /* still base64; empty for an empty response */
            bool cancel;  /* "*" */
        } auth_response;
        struct {
            ms_span tag;
        } lang; /* absent: list; "*": the administrator's choice */
    };
} ms_pop3_command;

typedef struct ms_pop3_parsed {
    ms_pop3_error error;
    size_t error_at;          /* offset in line of the first wrong octet; line.len when it ended too early */
    ms_deviations deviations; /* what was understood although the RFC forbids it */
    size_t deviation_at;      /* offset in line of the first of them found; line.len for the line end */
    ms_pop3_command command;  /* verb and keyword always, if known; the rest only if error == MS_POP3_OK */
} ms_pop3_parsed;

MS_STATIC_ASSERT(sizeof(ms_pop3_parsed) <= 128, "stated size of a parsed command");

/* Parse one command line, its end removed (RFC 1939 section 3, RFC 2449 section 3).  Pure: the result depends on
 * the arguments alone.  context NULL means plain POP3.  Syntax only; order is the session's business. */
MS_API ms_pop3_parsed ms_pop3_command_parse(ms_span line, const ms_pop3_context *context);

/* The same from a framed line: adds what the framer saw (bare LF, over-long).  Of an over-long line give the head. */
MS_API ms_pop3_parsed ms_pop3_command_parse_line(const ms_line *line, const ms_pop3_context *context);

/* The keyword in capitals, "" for UNKNOWN and AUTH_RESPONSE. */
MS_API const char *ms_pop3_verb_name(ms_pop3_verb verb);

/* Name, text and requirement.  Never NULL: out of range gives an empty row. */
MS_API const ms_rule *ms_pop3_error_rule(ms_pop3_error error);
MS_API const ms_rule *ms_pop3_deviation_rule(ms_pop3_deviation deviation);

/* The requirement that is broken when the command is this one: where the RFC has a rule for the command itself
 * (a RETR without a number: RFC 1939 section 5), that one, else the one of the row. */
MS_API uint16_t ms_pop3_error_requirement(ms_pop3_error error, ms_pop3_verb verb);
MS_API uint16_t ms_pop3_deviation_requirement(ms_pop3_deviation deviation, ms_pop3_verb verb);

/* Write a command with CRLF into out.  Returns the octets needed; nothing is written when room is less.
 * 0: refused, as an argument is missing, holds CR, LF or NUL, or a blank or nothing where that would change
 * the arguments.  For an unknown verb, keyword and argument are written as given. */
MS_API size_t ms_pop3_command_write(const ms_pop3_command *command, uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
