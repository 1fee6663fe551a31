/*
 * smtp_reply.h - SMTP reply lines, whole replies, the greeting
 *                (RFC 5321 sections 4.2 and 4.3.1, RFC 2034, RFC 4954 section 4)
 *
 * EHLO lines: smtp_ehlo.h.  Enhanced status codes: enhanced_status.h.
 */
#ifndef MAILSPEC_SMTP_REPLY_H
#define MAILSPEC_SMTP_REPLY_H

#include "mailspec/enhanced_status.h"
#include "mailspec/export.h"
#include "mailspec/line.h"
#include "mailspec/smtp_ehlo.h"
#include "mailspec/smtp_path.h"
#include "mailspec/smtp_reply_error.h"
#include "mailspec/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the reply answers: changes what is expected of its text. */
typedef enum ms_reply_after {
    MS_AFTER_COMMAND, /* any other command */
    MS_AFTER_CONNECT, /* the greeting: 220 begins with a domain */
    MS_AFTER_HELO,    /* no keyword list */
    MS_AFTER_EHLO,    /* EHLO or LHLO: 250 begins with a domain, keywords follow */
    MS_AFTER_AUTH,    /* AUTH or an AUTH response: 334 carries base64, of any length */
    MS_AFTER_QUIT,    /* nothing more than of any command: the domain in 221 is an example text */
    MS_AFTER_RCPT,    /* with smtputf8, only 251 and 551 may hold UTF-8 */
} ms_reply_after;

/* NULL or all zero: any command, no extension. */
typedef struct ms_reply_context {
    ms_reply_after after;
    bool enhanced; /* ENHANCEDSTATUSCODES was offered and is in force */
    bool smtputf8; /* the command used SMTPUTF8: UTF-8 may stand in the text (RFC 6531 section 3.7.4) */
} ms_reply_context;

typedef struct ms_reply_line {
    ms_reply_error error;
    uint16_t code; /* 0 when there is none */
    bool more;     /* "-": another line follows */
    ms_enhanced_status enhanced;
    size_t error_at;          /* offset in line of the first wrong octet; line.len when it ended too early */
    ms_deviations deviations; /* also with an error, as far as the line was read */
    size_t deviation_at;      /* offset in line of the first octet that deviates; valid if there are deviations */
    ms_span text;             /* behind the separator, enhanced code included; absent without a separator */
    ms_span free_text;        /* behind the enhanced code and its spaces; all of text where there is none */
} ms_reply_line;

/* One line, its end removed, alone: read as the first line of a reply, continuation is judged by
 * ms_reply_next.  Three digits and a separator are enough to understand a line; codes outside
 * RFC 5321 section 4.2 are deviations, as a client goes by the first digit.
 *
 * An enhanced status code is reported whenever one stands there; whether it must, may and agrees is
 * judged only if context says that ENHANCEDSTATUSCODES is in force. */
MS_API ms_reply_line ms_reply_line_parse(ms_span line, const ms_reply_context *context);

/* A reply being put together from its lines. */
typedef struct ms_reply {
    uint16_t code;               /* of the first line; 0 where it has none */
    uint16_t lines;              /* so far, saturating */
    uint8_t complete;            /* the last line was seen */
    uint8_t codeless;            /* private: the first line has no code that others could be compared with */
    ms_enhanced_status enhanced; /* of the first line */
} ms_reply;

MS_STATIC_ASSERT(sizeof(ms_reply) <= 16, "stated size of a reply");

MS_API void ms_reply_init(ms_reply *reply);

/* Add a framed line.  The result is the line's own, plus what only the lines before it show: mixed
 * codes, an enhanced code that differs, keywords in a reply to HELO.  A line that follows a complete
 * reply begins the next one.  The texts behind the first line of a 250 to EHLO are for
 * ms_ehlo_line_parse; they are not judged here.
 *
 * NEED_MORE and CONTINUED give MS_REPLY_ERR_INCOMPLETE and change nothing.  HEAD is taken for the whole
 * line, too long; the pieces behind it, up to and with the COMPLETE that ends them, are not to be given.
 *
 * After errors it stays in step as well as can be:
 *   - a line that begins with digits, too few or too many, or another code than the first line,
 *     ends the reply unless "-" follows the digits, as if its code were right;
 *   - a line that begins otherwise is a reply of its own where a reply is due, and a stray line of
 *     the reply where one was begun: that one stays open until its last line. */
MS_API ms_reply_line ms_reply_next(ms_reply *reply, const ms_line *line, const ms_reply_context *context);

/* Write one reply line with CRLF.  enhanced may be NULL.  Returns the octets needed, nothing is written
 * when room is less; 0: refused (CR, LF, NUL in text, code that the grammar does not allow,
 * enhanced code malformed or of another class, over 512 octets unless the code is 334). */
MS_API size_t ms_reply_line_write(uint16_t code, bool more, const ms_enhanced_status *enhanced, ms_span text,
                                  uint8_t *out, size_t room);

#ifdef __cplusplus
}
#endif

#endif
