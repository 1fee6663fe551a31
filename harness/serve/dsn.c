#include "harness/serve/dsn.h"

#include "harness/serve/auth.h"
#include "harness/serve/header.h"
#include "harness/serve/trace.h"
#include "mailspec/smtp_parameter.h"

#include <string.h>

/* Decoded, in one line: what is not printable was refused when it came. */
static void add_xtext(serve_octets *out, ms_span xtext)
{
    size_t written = 0, wrong = 0;
    uint8_t *room = serve_octets_reserve(out, xtext.len + 1);
    if (ms_smtp_xtext_decode(xtext, room, &written, &wrong))
        out->len += written;
}

static void add_head(const serve_settings *settings, const dsn *report, const char *boundary, serve_octets *out)
{
    char date[40];
    trace_date(settings->clock(), date, sizeof date);
    trace_return_path(settings, out,
                      mutant_is(settings, MUTANT_SMTP_BOUNCE_SENDER) ? MS_SPAN("postmaster@mx.invalid") : MS_SPAN(""));
    serve_octets_print(out, "Date: %s\r\nFrom: Mail Delivery System <postmaster@%s>\r\nTo: <", date, settings->domain);
    serve_octets_add(out, report->to);
    serve_octets_print(out, ">\r\nSubject: %s\r\nMessage-ID: <%s@%s>\r\nAuto-Submitted: auto-replied\r\n",
                       report->delivered ? "Delivered" : "Undelivered mail", boundary, settings->host_name);
    if (mutant_is(settings, MUTANT_SMTP_BOUNCE_PLAIN))
        serve_octets_text(out, "Content-Type: text/plain\r\n\r\n");
    else
        serve_octets_print(out,
                           "MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status;\r\n"
                           "\tboundary=\"%s\"\r\n\r\n",
                           boundary);
}

/* RFC 3464 sections 2.2 and 2.3. */
static void add_status(const serve_settings *settings, const dsn *report, serve_octets *out)
{
    serve_octets_text(out, "Content-Type: message/delivery-status\r\n\r\n");
    if (report->envid.len > 0) {
        serve_octets_text(out, "Original-Envelope-Id: ");
        if (mutant_is(settings, MUTANT_SMTP_DSN_ENVID))
            serve_octets_add(out, report->envid);
        else
            add_xtext(out, report->envid);
        serve_octets_text(out, "\r\n");
    }
    if (!mutant_is(settings, MUTANT_SMTP_DSN_MTA))
        serve_octets_print(out, "Reporting-MTA: dns; %s\r\n", settings->host_name);
    serve_octets_text(out, "\r\n");
    const uint8_t *semicolon = report->orcpt.len == 0 ? NULL : memchr(report->orcpt.ptr, ';', report->orcpt.len);
    if (semicolon != NULL && !mutant_is(settings, MUTANT_SMTP_DSN_ORCPT)) {
        const size_t type = (size_t)(semicolon - report->orcpt.ptr) + 1;
        serve_octets_text(out, "Original-Recipient: ");
        serve_octets_add(out, ms_span_make(report->orcpt.ptr, type));
        add_xtext(out, ms_span_make(report->orcpt.ptr + type, report->orcpt.len - type));
        serve_octets_text(out, "\r\n");
    }
    serve_octets_text(out, "Final-Recipient: rfc822;");
    serve_octets_add(out, report->recipient);
    serve_octets_print(out, "\r\nAction: %s\r\nStatus: %s\r\n\r\n", report->delivered ? "delivered" : "failed",
                       report->delivered ? "2.0.0" : "5.4.4");
}

/* RFC 3461 section 6.2: the whole message only where delivery failed and RET=FULL was given. */
static void add_message(const serve_settings *settings, const dsn *report, serve_octets *out)
{
    if (report->whole && (!report->delivered || mutant_is(settings, MUTANT_SMTP_DSN_WHOLE))) {
        serve_octets_text(out, "Content-Type: message/rfc822\r\n\r\n");
        serve_octets_add(out, report->content);
    } else {
        serve_octets_text(out, "Content-Type: text/rfc822-headers\r\n\r\n");
        serve_octets_add(out, ms_span_make(report->content.ptr, header_length(report->content)));
    }
    if (out->ptr[out->len - 1] != '\n')
        serve_octets_text(out, "\r\n");
}

void dsn_deliver(const serve_settings *settings, int user, const dsn *report)
{
    char boundary[33];
    serve_octets out = {0}, other = {0};
    auth_random_text(settings, 16, boundary);
    add_head(settings, report, boundary, &out);
    serve_octets_print(&out, "--%s\r\n\r\nYour message %s\r\n\r\n\t", boundary,
                       report->delivered ? "was delivered to" : "could not be delivered to");
    serve_octets_add(&out, report->recipient);
    serve_octets_print(&out, "\r\n\r\n--%s\r\n", boundary);
    add_status(settings, report, &out);
    serve_octets_print(&out, "--%s\r\n", boundary);
    add_message(settings, report, &out);
    serve_octets_print(&out, "\r\n--%s--\r\n", boundary);
    const bool changed = data_mutant_stored(settings->data, serve_octets_span(&out), &other);
    const ms_span octets = serve_octets_span(changed ? &other : &out);
    store_deliver(settings->store, user, octets, header_is_ascii(octets) ? 0 : STORE_UTF8_HEADER);
    serve_octets_free(&other);
    serve_octets_free(&out);
}
