/*
 * dsn.h - delivery status notifications (RFC 3461 section 6, RFC 3464)
 */
#ifndef MAILSPEC_HARNESS_SERVE_DSN_H
#define MAILSPEC_HARNESS_SERVE_DSN_H

#include "harness/serve/settings.h"

typedef struct dsn {
    ms_span to;        /* the sender */
    ms_span recipient; /* whom it is about */
    ms_span envid;     /* xtext; empty without */
    ms_span orcpt;     /* type ";" xtext; empty without */
    ms_span content;   /* the message */
    bool delivered;    /* else: failed */
    bool whole;        /* RET=FULL */
} dsn;

/* Into the maildrop of the sender, with a null reverse-path. */
void dsn_deliver(const serve_settings *settings, int user, const dsn *report);

#endif
