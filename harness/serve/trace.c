#include "harness/serve/trace.h"

#include <stdio.h>
#include <string.h>
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
    if (mutant_is(settings, MUTANT_SMTP_NO_RETURN_PATH))
        return;
    if (mutant_is(settings, MUTANT_SMTP_NULL_RETURN_PATH) && path.len == 0)
        path = MS_SPAN("MAILER-DAEMON");
    serve_octets_text(out, "Return-Path: <");
    serve_octets_add(out, path);
    serve_octets_text(out, ">\r\n");
}

/* The date of a Received field: numeric zone, year of four digits (RFC 5321 section 4.4). */
static void stamp_date(const serve_settings *settings, int64_t when, char *date, size_t room)
{
    const size_t year = sizeof "Mon, 01 Jan " - 1;
    trace_date(mutant_is(settings, MUTANT_SMTP_LONG_AGO) ? 0 : when, date, room);
    if (mutant_is(settings, MUTANT_SMTP_SHORT_YEAR))
        memmove(date + year, date + year + 2, strlen(date + year + 2) + 1);
    if (mutant_is(settings, MUTANT_SMTP_ZONE_NAME))
        snprintf(date + strlen(date) - sizeof "+0000" + 1, sizeof "+0000", "GMT");
}

static void add_from(const serve_settings *settings, const serve_peer *peer, ms_span hello, serve_octets *out)
{
    serve_octets_text(out, "Received: ");
    if (mutant_is(settings, MUTANT_SMTP_NO_FROM))
        return;
    serve_octets_text(out, "from ");
    serve_octets_add(out, hello);
    if (!mutant_is(settings, MUTANT_SMTP_NO_LITERAL))
        serve_octets_print(out, " ([%s])", peer->client);
    serve_octets_text(out, "\r\n\t");
}

/* Stamp = From-domain By-domain Opt-info [CFWS] ";" FWS date-time CRLF (RFC 5321 section 4.4); the tls clause is
 * RFC 8314 section 4.3's. */
void trace_received(const serve_settings *settings, const serve_peer *peer, const trace *t, serve_octets *out)
{
    char date[40];
    const char *protocol = mutant_is(settings, MUTANT_SMTP_PROTOCOL_NAME) ? "MAILSPEC" : t->protocol;
    stamp_date(settings, t->when, date, sizeof date);
    if (mutant_is(settings, MUTANT_SMTP_NO_RECEIVED))
        return;
    add_from(settings, peer, t->hello, out);
    if (mutant_is(settings, MUTANT_SMTP_CLAUSE_ORDER))
        serve_octets_print(out, "by %s id %s with %s", settings->host_name, t->id, protocol);
    else
        serve_octets_print(out, "by %s with %s id %s", settings->host_name, protocol, t->id);
    if (!ms_span_is_absent(t->recipient)) {
        serve_octets_text(out, "\r\n\tfor <");
        serve_octets_add(out, t->recipient);
        serve_octets_text(out, ">");
    }
    if (t->cipher[0] != '\0')
        serve_octets_print(out, "\r\n\ttls %s", t->cipher);
    serve_octets_print(out, ";\r\n\t%s\r\n", date);
}
