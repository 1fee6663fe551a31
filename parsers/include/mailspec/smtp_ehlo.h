/*
 * smtp_ehlo.h - the lines of an EHLO reply: keyword, parameters, typed values
 *               (RFC 5321 section 4.1.1.1 and the extensions)
 */
#ifndef MAILSPEC_SMTP_EHLO_H
#define MAILSPEC_SMTP_EHLO_H

#include "mailspec/export.h"
#include "mailspec/smtp_reply_error.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* EHLO keywords; bit numbers of a set of offered extensions. */
typedef enum ms_ehlo_keyword {
    MS_EHLO_UNKNOWN,
    MS_EHLO_SIZE,                /* RFC 1870 */
    MS_EHLO_8BITMIME,            /* RFC 6152 */
    MS_EHLO_PIPELINING,          /* RFC 2920 */
    MS_EHLO_CHUNKING,            /* RFC 3030 */
    MS_EHLO_BINARYMIME,          /* RFC 3030 */
    MS_EHLO_STARTTLS,            /* RFC 3207 */
    MS_EHLO_AUTH,                /* RFC 4954 */
    MS_EHLO_ENHANCEDSTATUSCODES, /* RFC 2034 */
    MS_EHLO_DSN,                 /* RFC 3461 */
    MS_EHLO_SMTPUTF8,            /* RFC 6531 */
    MS_EHLO_HELP,                /* RFC 5321 section 4.1.1.8 */
    MS_EHLO_VRFY,                /* RFC 5321 section 3.5.2: not in the registry, and may be listed */
    MS_EHLO_EXPN,                /* RFC 5321 section 3.5.2 */
    MS_EHLO_ETRN,                /* RFC 1985 */
    MS_EHLO_DELIVERBY,           /* RFC 2852 */
    MS_EHLO_FUTURERELEASE,       /* RFC 4865 */
    MS_EHLO_MT_PRIORITY,         /* RFC 6710 */
    MS_EHLO_REQUIRETLS,          /* RFC 8689 */
    MS_EHLO_LIMITS,              /* RFC 9422 */
    MS_EHLO_MTRK,                /* RFC 3885 */
    MS_EHLO_SUBMITTER,           /* RFC 4405 */
    MS_EHLO_ATRN,                /* RFC 2645 */
    MS_EHLO_CHECKPOINT,          /* RFC 1845 */
    MS_EHLO_NO_SOLICITING,       /* RFC 3865 */
    MS_EHLO_CONPERM,             /* RFC 4141 */
    MS_EHLO_CONNEG,              /* RFC 4141 */
    MS_EHLO_RRVS,                /* RFC 7293 */
    MS_EHLO_BURL,                /* RFC 4468 */
    MS_EHLO_UTF8SMTP,            /* RFC 5336, obsolete */
    MS_EHLO_REGISTERED,          /* in the IANA registry, no meaning here (ONEX, VERB, SEND …) */
    MS_EHLO_X,                   /* begins with X */
    MS_EHLO_COUNT
} ms_ehlo_keyword;

MS_STATIC_ASSERT(MS_EHLO_COUNT <= 32, "a set of extensions has 32 bits");

typedef struct ms_ehlo_line {
    ms_reply_error error;
    size_t error_at; /* offset in text */
    ms_deviations deviations;
    size_t deviation_at; /* offset in text of the first octet that deviates */
    ms_ehlo_keyword id;
    ms_span keyword;    /* as sent */
    ms_span parameters; /* first to last one; absent without any */
    union {             /* valid where error == MS_REPLY_OK; 0, false and absent where the value was malformed */
        struct {
            uint64_t octets; /* 0: no fixed limit (RFC 1870 section 4); saturates */
            bool given;
        } size;
        struct {
            uint64_t seconds; /* the minimum for mode R */
            bool given;
        } deliverby;
        struct {
            uint64_t max_interval; /* seconds */
            ms_span max_datetime;
        } futurerelease;
        uint32_t mechanisms; /* AUTH: set of 1 << ms_sasl_mechanism; MS_SASL_OTHER for names not known */
        struct {
            uint32_t mailmax, rcptmax, rcptdomainmax; /* 0: not given */
        } limits;
    };
} ms_ehlo_line;

/* The text of one line behind the first one of an EHLO reply: what follows "250-" or "250 ". */
MS_API ms_ehlo_line ms_ehlo_line_parse(ms_span text);

/* As registered, in capitals; "" for UNKNOWN, REGISTERED and X. */
MS_API const char *ms_ehlo_keyword_name(ms_ehlo_keyword id);

/* The ms_requirement about the parameters of this keyword: what EHLO_PARAMETER_FORBIDDEN and
 * EHLO_PARAMETER_VALUE mean in particular.  Where no RFC says more, the grammar's own. */
MS_API uint16_t ms_ehlo_keyword_requirement(ms_ehlo_keyword id);

/* Take the next word of parameters (mechanisms of AUTH, limits …): false when there is none. */
MS_API bool ms_ehlo_parameter_next(ms_span *parameters, ms_span *word);

#ifdef __cplusplus
}
#endif

#endif
