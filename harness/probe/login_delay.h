/*
 * login_delay.h - the time between two logins that a POP3 server asks for by LOGIN-DELAY
 *
 * RFC 2449 section 6.5: "the number of seconds after an "+OK" response to a PASS, APOP, or AUTH command before another
 * authentication will be accepted".
 */
#ifndef MAILSPEC_HARNESS_PROBE_LOGIN_DELAY_H
#define MAILSPEC_HARNESS_PROBE_LOGIN_DELAY_H

#include "harness/probe/endpoint.h"

enum { PROBE_LOGIN_DELAY_MAX = 10 }; /* seconds; more is not waited for */

/* Seconds, as CAPA lists them; 0: there is none. */
unsigned probe_login_delay(const probe_endpoint *endpoint);
/* The reply is to a login.  Servers may refuse it by [LOGIN-DELAY] (section 8.1.1) without the capability: the time is found by trying. */
void probe_login_delay_heard(const probe_endpoint *endpoint, probe_ledger *ledger, const probe_reply *reply);
/* Wait until the account may log in again, one after the other; at most until end. */
void probe_login_delay_wait(const probe_endpoint *endpoint, probe_ledger *ledger, net_deadline end,
                            const atomic_bool *stop);

#endif
