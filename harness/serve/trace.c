#include "harness/serve/trace.h"

#include <stdio.h>
#include <time.h>

const char *trace_protocol(bool lmtp, bool extended, bool tls, bool authenticated, bool utf8)
{
    static const char *const names[2][4] = {
        {"ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"},
        {"LMTP", "LMTPS", "LMTPA", "LMTPSA"},
    };
    static const char *const utf8_names[2][4] = {
        {"UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA"},
        {"UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA"},
    };
    if (!extended)
        return "SMTP";
    return (utf8 ? utf8_names : names)[lmtp ? 1 : 0][(tls ? 1 : 0) + (authenticated ? 2 : 0)];
}

void trace_date(int64_t when, char *out, size_t room)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)when;
    struct tm t;
    if (gmtime_r(&seconds, &t) == NULL)
        t = (struct tm){.tm_mday = 1, .tm_year = 70};
    snprintf(out, room, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
             t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

void trace_return_path(const serve_settings *settings, serve_octets *out, ms_span path)
{
    (void)settings;
    serve_octets_text(out, "Return-Path: <");
    serve_octets_add(out, path);
    serve_octets_text(out, ">\r\n");
}

/* Stamp = From-domain By-domain Opt-info [CFWS] ";" FWS date-time CRLF (RFC 5321 section 4.4); the tls clause is
 * RFC 8314 section 4.3's. */
void trace_received(const serve_settings *settings, const serve_peer *peer, const trace *t, serve_octets *out)
{
    char date[40];
    trace_date(t->when, date, sizeof date);
    serve_octets_text(out, "Received: from ");
    serve_octets_add(out, t->hello);
    serve_octets_print(out, " ([%s])\r\n\tby %s with %s id %s", peer->client, settings->host_name, t->protocol, t->id);
    if (!ms_span_is_absent(t->recipient)) {
        serve_octets_text(out, "\r\n\tfor <");
        serve_octets_add(out, t->recipient);
        serve_octets_text(out, ">");
    }
    if (t->cipher[0] != '\0')
        serve_octets_print(out, "\r\n\ttls %s", t->cipher);
    serve_octets_print(out, ";\r\n\t%s\r\n", date);
}
