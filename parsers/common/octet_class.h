/*
 * octet_class.h - which octets the ABNF rules of SMTP, POP3 and SASL allow
 *
 * ASCII only and blind to the locale.  One table for all: a class is a bit, a
 * rule that is a union of classes is an OR of bits.  UTF-8, where an extension
 * allows it beside a class, is checked by utf8.h.
 */
#ifndef MAILSPEC_COMMON_OCTET_CLASS_H
#define MAILSPEC_COMMON_OCTET_CLASS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    OCTET_UPPER = 0x0001,       /* A-Z */
    OCTET_LOWER = 0x0002,       /* a-z */
    OCTET_DIGIT = 0x0004,       /* 0-9 */
    OCTET_HEX = 0x0008,         /* 0-9 A-F a-f: HEXDIG in either case (RFC 5234 appendix B.1) */
    OCTET_ATEXT = 0x0010,       /* RFC 5322 section 3.2.3 */
    OCTET_QTEXT = 0x0020,       /* qtextSMTP: %d32-33 / %d35-91 / %d93-126 (RFC 5321 section 4.1.2) */
    OCTET_DCONTENT = 0x0040,    /* %d33-90 / %d94-126 (RFC 5321 section 4.1.3) */
    OCTET_ESMTP_VALUE = 0x0080, /* %d33-60 / %d62-126 (RFC 5321 section 4.1.2) */
    OCTET_XCHAR = 0x0100,       /* "!" to "~" without "+" and "=" (RFC 3461 section 4) */
    OCTET_BASE64 = 0x0200,      /* base64-char: A-Z a-z 0-9 + / (RFC 4648 section 4), the pad not among them */
    OCTET_SASL_NAME = 0x0400,   /* A-Z 0-9 - _ (RFC 4422 section 3.1) */
    OCTET_VCHAR = 0x0800,       /* %x21-7E (RFC 5234 appendix B.1) */
    OCTET_TEXT = 0x1000,        /* textstring: %d09 / %d32-126 (RFC 5321 section 4.2) */
    OCTET_BLANK = 0x2000,       /* WSP: SP and HT (RFC 5234 appendix B.1) */
    OCTET_CONTROL = 0x4000,     /* CTL: %x00-1F / %x7F (RFC 5234 appendix B.1) */
    OCTET_8BIT = 0x8000,        /* %x80-FF */

    OCTET_ALPHA = OCTET_UPPER | OCTET_LOWER,  /* RFC 5234 appendix B.1 */
    OCTET_LET_DIG = OCTET_ALPHA | OCTET_DIGIT /* Let-dig (RFC 5321 section 4.1.2) */
};

extern const uint16_t ms_octet_class[256];

/* The octet is in one of the classes, an OR of bits. */
static inline bool octet_is(uint8_t octet, unsigned classes)
{
    return (ms_octet_class[octet] & classes) != 0;
}

/* A lower-case ASCII letter as its capital, all else unchanged. */
static inline uint8_t octet_upper(uint8_t octet)
{
    return octet_is(octet, OCTET_LOWER) ? (uint8_t)(octet - 0x20) : octet;
}

/* The value of a hexadecimal digit, in either case; octet must be one. */
static inline uint8_t octet_hex_value(uint8_t octet)
{
    return octet_is(octet, OCTET_DIGIT) ? (uint8_t)(octet - '0') : (uint8_t)(octet_upper(octet) - 'A' + 10);
}

#endif
