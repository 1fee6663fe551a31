/*
 * limits.h - the sizes that the RFCs name, in octets unless said otherwise
 */
#ifndef MAILSPEC_LIMITS_H
#define MAILSPEC_LIMITS_H

enum {
    /* SMTP: RFC 5321 section 4.5.3.1 */
    MS_SMTP_LOCAL_PART_MAX = 64,    /* section 4.5.3.1.1 */
    MS_SMTP_DOMAIN_MAX = 255,       /* section 4.5.3.1.2 */
    MS_SMTP_LABEL_MAX = 63,         /* RFC 1035 section 2.3.4 */
    MS_SMTP_PATH_MAX = 256,         /* section 4.5.3.1.3, punctuation and separators included */
    MS_SMTP_COMMAND_LINE_MAX = 512, /* section 4.5.3.1.4, CRLF included */
    MS_SMTP_REPLY_LINE_MAX = 512,   /* section 4.5.3.1.5, CRLF included */
    MS_SMTP_TEXT_LINE_MAX = 1000,   /* section 4.5.3.1.6, CRLF included, stuffed dot not counted */
    MS_SMTP_RECIPIENTS_MIN = 100,   /* section 4.5.3.1.8: a server takes at least so many */

    /* what extensions add to the command line */
    MS_SMTP_AUTH_LINE_MAX = 12288,    /* RFC 4954 section 4: any line of the exchange, CRLF included */
    MS_SMTP_MAIL_AUTH_EXTRA = 500,    /* RFC 4954 section 3, MAIL */
    MS_SMTP_MAIL_SIZE_EXTRA = 26,     /* RFC 1870 section 3, MAIL */
    MS_SMTP_MAIL_BODY_EXTRA = 16,     /* RFC 3030 section 3, MAIL; RFC 6152 names no number */
    MS_SMTP_MAIL_DSN_EXTRA = 110,     /* RFC 3461 section 5.4, MAIL: RET of 8 and ENVID of 100, a space before each */
    MS_SMTP_RCPT_DSN_EXTRA = 530,     /* RFC 3461 section 5.4, RCPT: ORCPT and NOTIFY */
    MS_SMTP_MAIL_SMTPUTF8_EXTRA = 10, /* RFC 6531 section 3.1, MAIL, VRFY, EXPN */

    /* values of parameters and arguments */
    MS_SMTP_SIZE_DIGITS_MAX = 20,  /* RFC 1870 section 3 */
    MS_SMTP_CHUNK_DIGITS_MAX = 20, /* as many as 2^64 - 1 has: ours, RFC 3030 section 2 sets no limit */
    MS_SMTP_BY_DIGITS_MAX = 9,     /* RFC 2852 section 4 */
    MS_SMTP_ENVID_MAX = 100,       /* RFC 3461 section 4.4; the value, without "ENVID=" */
    MS_SMTP_ORCPT_MAX = 500,       /* RFC 3461 section 4.2; the value, without "ORCPT=" */
    MS_SASL_NAME_MAX = 20,         /* RFC 4422 section 3.1 */

    MS_SMTP_LINE_CHARS_MAX = 998, /* RFC 5322 section 2.1.1, CRLF not counted */

    /* POP3 */
    MS_POP3_COMMAND_LINE_MAX = 255,  /* RFC 2449 section 4, CRLF included */
    MS_POP3_RESPONSE_LINE_MAX = 512, /* RFC 1939 section 3, RFC 2449 section 4, CRLF included */
    MS_POP3_ARGUMENT_MAX = 40,       /* RFC 1939 section 3; superseded by RFC 2449 section 4 */
    MS_POP3_UNIQUE_ID_MAX = 70,      /* RFC 1939 section 7 */
    MS_POP3_DIGEST_LEN = 32          /* RFC 1939 section 7, hexadecimal digits */
};

#endif
