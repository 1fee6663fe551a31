/*
 * smtp_parameter.h - ESMTP parameters of MAIL and RCPT (RFC 5321 section 4.1.2, and the extensions)
 */
#ifndef MAILSPEC_SMTP_PARAMETER_H
#define MAILSPEC_SMTP_PARAMETER_H

#include "mailspec/export.h"
#include "mailspec/smtp_error.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bit numbers of ms_smtp_mail.known and ms_smtp_rcpt.known, too. */
typedef enum ms_smtp_parameter_id {
    MS_PARAM_UNKNOWN,
    MS_PARAM_SIZE,        /* MAIL: RFC 1870 */
    MS_PARAM_BODY,        /* MAIL: RFC 6152, RFC 3030 */
    MS_PARAM_RET,         /* MAIL: RFC 3461 section 4.3 */
    MS_PARAM_ENVID,       /* MAIL: RFC 3461 section 4.4 */
    MS_PARAM_NOTIFY,      /* RCPT: RFC 3461 section 4.1 */
    MS_PARAM_ORCPT,       /* RCPT: RFC 3461 section 4.2 */
    MS_PARAM_AUTH,        /* MAIL: RFC 4954 section 5 */
    MS_PARAM_SMTPUTF8,    /* MAIL (and VRFY, EXPN): RFC 6531 section 3.4 */
    MS_PARAM_MT_PRIORITY, /* MAIL: RFC 6710 */
    MS_PARAM_BY,          /* MAIL: RFC 2852 */
    MS_PARAM_HOLDFOR,     /* MAIL: RFC 4865 */
    MS_PARAM_HOLDUNTIL,   /* MAIL: RFC 4865 */
    MS_PARAM_REQUIRETLS,  /* MAIL: RFC 8689 */
    MS_PARAM_MTRK,        /* MAIL: RFC 3885 */
    MS_PARAM_RRVS,        /* RCPT: RFC 7293 */
    MS_PARAM_CONPERM,     /* RFC 4141; taken in either command */
    MS_PARAM_CONNEG,      /* RFC 4141; taken in either command */
    MS_PARAM_TRANSID,     /* MAIL: RFC 1845 */
    MS_PARAM_SUBMITTER,   /* MAIL: RFC 4405 */
    MS_PARAM_SOLICIT,     /* MAIL: RFC 3865 */
    MS_PARAM_COUNT
} ms_smtp_parameter_id;

enum { MS_BODY_NONE, MS_BODY_7BIT, MS_BODY_8BITMIME, MS_BODY_BINARYMIME };
enum { MS_RET_NONE, MS_RET_FULL, MS_RET_HDRS };
enum { MS_NOTIFY_NEVER = 1, MS_NOTIFY_SUCCESS = 2, MS_NOTIFY_FAILURE = 4, MS_NOTIFY_DELAY = 8 };
enum { MS_BY_NOTIFY, MS_BY_RETURN };

typedef struct ms_smtp_parameter {
    ms_smtp_error error;  /* MS_SMTP_OK, PARAMETER_…, UTF8, NUL */
    uint16_t requirement; /* the ms_requirement that the error breaks; MS_REQ_NONE without one */
    size_t error_at;      /* offset in the text that init was given */
    ms_deviations deviations;
    ms_smtp_parameter_id id;
    ms_span keyword;
    ms_span value; /* absent without "=" */
    union {
        uint64_t size;   /* SIZE, octets, UINT64_MAX for more than that; HOLDFOR, seconds */
        uint8_t body;    /* MS_BODY_… */
        uint8_t ret;     /* MS_RET_… */
        uint8_t notify;  /* set of MS_NOTIFY_… */
        int8_t priority; /* MT-PRIORITY, -9 to 9 */
        struct {
            ms_span address_type, xtext;
        } orcpt; /* xtext: still encoded */
        struct {
            int64_t seconds;
            uint8_t mode;
            bool trace;
        } by; /* RFC 2852 section 4 */
    };
} ms_smtp_parameter;

/* Which of the two commands the parameters stand in. */
typedef enum ms_smtp_parameter_of { MS_PARAMETER_OF_MAIL, MS_PARAMETER_OF_RCPT } ms_smtp_parameter_of;

typedef struct ms_smtp_parameters {
    ms_span text;  /* the parameters as in the command, first keyword to last value */
    size_t offset; /* private: where the next one starts */
    uint32_t seen; /* set of 1 << ms_smtp_parameter_id */
    ms_smtp_parameter_of of;
} ms_smtp_parameters;

MS_API void ms_smtp_parameters_init(ms_smtp_parameters *iterator, ms_span text, ms_smtp_parameter_of of);
/* false: no more (or an error was given before). */
MS_API bool ms_smtp_parameters_next(ms_smtp_parameters *iterator, ms_smtp_parameter *out);

/* xtext (RFC 3461 section 4): decode into out (room for xtext.len).  Returns false, with the offset
 * in *wrong_at, where it is malformed.  NUL and controls may result: the caller decides.  Lower-case
 * hexadecimal digits are understood here; in a parameter they are a deviation. */
MS_API bool ms_smtp_xtext_decode(ms_span xtext, uint8_t *out, size_t *written, size_t *wrong_at);
/* Encode; out has room for 3 * text.len.  Returns octets written. */
MS_API size_t ms_smtp_xtext_encode(ms_span text, uint8_t *out);

/* The keyword in capitals, "" for UNKNOWN. */
MS_API const char *ms_smtp_parameter_name(ms_smtp_parameter_id id);

#ifdef __cplusplus
}
#endif

#endif
