/*
 * smtp_command.h - SMTP command lines (RFC 5321 section 4.1.1, and the extensions)
 *
 * One grammar without flags.  What strays from the RFC but can be understood is
 * parsed and reported as deviations; what cannot is an error with its offset.
 * Order is not judged here: see smtp_session.h.
 */
#ifndef MAILSPEC_SMTP_COMMAND_H
#define MAILSPEC_SMTP_COMMAND_H

#include "mailspec/export.h"
#include "mailspec/line.h"
#include "mailspec/smtp_error.h"
#include "mailspec/smtp_parameter.h"
#include "mailspec/smtp_path.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_smtp_verb {
    MS_SMTP_UNKNOWN, /* kept: keyword and argument are set */
    MS_SMTP_HELO,
    MS_SMTP_EHLO,
    MS_SMTP_LHLO,
    MS_SMTP_MAIL,
    MS_SMTP_RCPT,
    MS_SMTP_DATA,
    MS_SMTP_BDAT,
    MS_SMTP_RSET,
    MS_SMTP_NOOP,
    MS_SMTP_QUIT,
    MS_SMTP_VRFY,
    MS_SMTP_EXPN,
    MS_SMTP_HELP,
    MS_SMTP_STARTTLS,
    MS_SMTP_AUTH,
    MS_SMTP_ETRN,
    MS_SMTP_SEND,
    MS_SMTP_SOML,
    MS_SMTP_SAML,
    MS_SMTP_TURN,
    MS_SMTP_AUTH_RESPONSE, /* no verb: the line answers a challenge */
    MS_SMTP_END_OF_DATA,   /* no verb: in a session, the end of the mail data, which is answered too */
    MS_SMTP_GREETING,      /* no verb: in a session, the connection itself, answered by the greeting */
    MS_SMTP_VERB_COUNT
} ms_smtp_verb;

typedef struct ms_smtp_command {
    ms_smtp_verb verb; /* says which member below is set */
    bool smtputf8;     /* VRFY, EXPN: "SMTPUTF8" follows the argument (RFC 6531 section 3.7.4.2) */
    ms_span keyword;   /* the verb as received, case kept */
    union {
        struct {
            ms_span domain;      /* domain or address literal; HELO, EHLO, LHLO */
            uint8_t domain_kind; /* ms_smtp_domain_kind; MS_DOMAIN_NONE with EHLO_NOT_DOMAIN */
        } ehlo;
        struct {
            ms_smtp_path path;  /* reverse-path (MAIL, SEND, SOML, SAML) or forward-path (RCPT) */
            ms_span parameters; /* absent without any */
            uint32_t known;     /* set of 1 << ms_smtp_parameter_id */
            uint8_t body;       /* MS_BODY_… */
            uint8_t notify;     /* set of MS_NOTIFY_… */
            uint64_t size;      /* SIZE=, octets; valid if known */
        } mail;                 /* MAIL and RCPT */
        struct {
            uint64_t octets;
            bool last;
        } bdat;
        struct {
            ms_span mechanism;
            ms_span initial_response; /* absent without one; "=" is present and empty */
        } auth;
        struct {
            ms_span data; /* still base64; empty for an empty response */
            bool cancel;  /* "*" */
        } auth_response;
        ms_span
            argument; /* VRFY EXPN HELP NOOP ETRN and unknown verbs, and where none is allowed; absent without one */
    };
} ms_smtp_command;

typedef struct ms_smtp_parsed {
    ms_smtp_error error;
    uint16_t requirement;     /* the ms_requirement that the error breaks; MS_REQ_NONE without one */
    size_t error_at;          /* offset in line of the first wrong octet; line.len when it ended too early */
    ms_deviations deviations; /* what was understood although the RFC forbids it */
    ms_smtp_command command;  /* the verb always, if known; the rest only if error == MS_SMTP_OK */
} ms_smtp_parsed;

MS_STATIC_ASSERT(sizeof(ms_smtp_parsed) <= 192, "stated size of a parsed command");

/* Parse one command line, its end removed (RFC 5321 section 4.1.1).  Pure: the
 * result depends on the arguments alone.  context NULL means plain SMTP.
 * Syntax only; order is the session's business. */
MS_API ms_smtp_parsed ms_smtp_command_parse(ms_span line, const ms_smtp_context *context);

/* The same from a framed line: adds what the framer saw (bare LF, over-long). */
MS_API ms_smtp_parsed ms_smtp_command_parse_line(const ms_line *line, const ms_smtp_context *context);

/* The keyword in upper case, "" for UNKNOWN and AUTH_RESPONSE. */
MS_API const char *ms_smtp_verb_name(ms_smtp_verb verb);

/* Write a command with CRLF into out.  Returns the octets needed; nothing is written when room is
 * less.  0: refused, as an argument holds CR, LF or NUL, or is missing. parameters of MAIL/RCPT are
 * written as given. */
MS_API size_t ms_smtp_command_write(const ms_smtp_command *command, uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
