/*
 * smtp_order.h - what a command asks of the session before it may stand there
 */
#ifndef MAILSPEC_HARNESS_SERVE_SMTP_ORDER_H
#define MAILSPEC_HARNESS_SERVE_SMTP_ORDER_H

enum {
    NEEDS_HELLO = 1,        /* EHLO, HELO or LHLO before */
    NEEDS_EHLO = 2,         /* an extension: EHLO or LHLO */
    NEEDS_SENDER = 4,       /* MAIL before */
    NEEDS_NO_SENDER = 8,    /* no open transaction */
    NEEDS_NO_CHUNKS = 16,   /* no BDAT in this transaction (RFC 3030 section 2) */
    NEEDS_NOT_BINARY = 32,  /* BODY=BINARYMIME wants BDAT (RFC 3030 section 3) */
    NEEDS_STRANGER = 64,    /* not authenticated yet (RFC 4954 section 4) */
    NEEDS_CLEAR = 128,      /* no TLS yet (RFC 3207 section 4.2) */
    NEEDS_LOGIN = 256,      /* submission: authenticated (RFC 6409 section 4.3) */
    NEEDS_ENCRYPTION = 512, /* not in clear text, where the server asks for TLS (RFC 3207 section 4) */
};

#endif
