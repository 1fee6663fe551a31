/*
 * guess.h - does a case say credentials that are not the account's?
 *
 * Servers answer whoever guesses more and more slowly (RFC 1939 section 13, RFC 4954 section 9), and many make the right logins
 * that come behind wrong ones from one address wait, too.
 */
#ifndef MAILSPEC_HARNESS_PROBE_GUESS_H
#define MAILSPEC_HARNESS_PROBE_GUESS_H

#include "harness/transcript/document.h"

typedef struct probe_logins {
    bool
        wrong; /* it says PASS, APOP, AUTH or a response with other than the account's own credentials, and may be refused */
    bool right; /* it may get in: of some of them, success is permitted */
} probe_logins;

/* Read off the script, so that no case can forget to say so.  Rather too often than too seldom. */
probe_logins probe_logins_of(const mst_document *document);

#endif
