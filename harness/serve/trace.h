/*
 * trace.h - the fields that a delivery adds: Return-Path and Received (RFC 5321 section 4.4)
 */
#ifndef MAILSPEC_HARNESS_SERVE_TRACE_H
#define MAILSPEC_HARNESS_SERVE_TRACE_H

#include "harness/serve/settings.h"

typedef struct trace {
    ms_span hello;        /* what EHLO, HELO or LHLO said */
    const char *protocol; /* of the WITH clause: see trace_protocol */
    const char *cipher;   /* of TLS; "" without */
    const char *id;
    ms_span return_path; /* without brackets; empty for the null one */
    ms_span recipient;   /* likewise, of the FOR clause; absent: no clause */
    int64_t when;
} trace;

/* The name that is registered for this kind of session (RFC 5321 section 4.4, RFC 3848, RFC 6531 section 4.3). */
const char *trace_protocol(bool lmtp, bool extended, bool tls, bool authenticated, bool utf8);

void trace_return_path(const serve_settings *settings, serve_octets *out, ms_span path);
void trace_received(const serve_settings *settings, const serve_peer *peer, const trace *t, serve_octets *out);

/* date-time of RFC 5322 section 3.3, in UTC; room of 40 octets is enough. */
void trace_date(int64_t when, char *out, size_t room);

#endif
