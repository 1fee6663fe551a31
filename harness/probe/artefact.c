/*
 * artefact.c - the exact exchange of a case that did not pass, as a recording
 *
 * mailspec replay judges it offline.  Its x-case and x-seed say which case it came from: mailspec probe --case runs
 * that one again.  Passwords stand there as their twins.
 */
#include "harness/probe/stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"
#include "harness/transcript/writer.h"

static ms_span span(const char *text)
{
    return ms_span_make(text, strlen(text));
}

/* The recording speaks one protocol: that of the case. Other sessions (a maildrop looked at by an SMTP case) are left
 * out. */
static bool belongs(const stage *s, const probe_log_session *session)
{
    return session->pop3 == (s->document->header.protocol == MST_POP3);
}

/* A connection that was opened again is another one in the recording. */
static ms_span name_of(const probe_log_session *session, char name[64])
{
    const bool named = !ms_span_is_absent(session->name);
    if (session->again == 0)
        return session->name;
    const int length =
        snprintf(name, 64, "%.*s%s%u", named ? (int)session->name.len : 0, named ? (const char *)session->name.ptr : "",
                 named ? "-again" : "again", session->again);
    return ms_span_make(name, (size_t)length);
}

/* Findings that the listener has about the session, behind the item that proves them: a recording says what it
 * expects.  Only the first item that could hold it is known, so they stand as comments. */
static void write_findings(stage *s, mst_writer *writer)
{
    for (size_t i = 0; i < s->findings.count; i++) {
        char words[160];
        const ms_register_row *row = ms_register_get(s->findings.items[i].finding.requirement);
        snprintf(words, sizeof words, "listener: the server breaks %s at octet %" PRIu64, row == NULL ? "?" : row->id,
                 s->findings.items[i].finding.at);
        mst_write_comment(writer, span(words));
    }
}

static void write_header(stage *s, mst_writer *writer, const char *id, const result_case *item)
{
    const mst_header *header = &s->document->header;
    char text[600];
    const net_protocol spoken = s->endpoint->target.protocol;
    mst_write_header(writer, "mailspec", MS_SPAN("1"));
    mst_write_header(writer, "protocol", span(net_protocol_name(spoken)));
    snprintf(text, sizeof text, "%s: %s", result_status_name(item->status), item->title == NULL ? id : item->title);
    mst_write_header(writer, "title", span(text));
    size_t length = 0;
    for (const mst_word *word = header->cites; word != NULL && length + word->text.len + 3 < sizeof text;
         word = word->next)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%.*s", length > 0 ? ", " : "",
                                   (int)word->text.len, (const char *)word->text.ptr);
    if (length > 0)
        mst_write_header(writer, "cites", ms_span_make(text, length));
    mst_write_header(writer, "x-case", span(id));
    mst_write_header(writer, "x-file", span(s->document->filename));
    snprintf(text, sizeof text, "%" PRIu64, s->seed);
    mst_write_header(writer, "x-seed", span(text));
    mst_write_header(writer, "x-target", span(s->endpoint->target.url));
}

static void write_item(stage *s, mst_writer *writer, const probe_log_item *item)
{
    char room[64];
    const probe_log_session *session = &s->log.sessions[item->session];
    const ms_span name = name_of(session, room);
    const ms_span octets = probe_log_octets(&s->log, item);
    switch (item->kind) {
    case PROBE_LOG_SAID:
        mst_write_said(writer, name, MS_CLIENT, octets);
        break;
    case PROBE_LOG_HEARD:
        mst_write_said(writer, name, MS_SERVER, probe_scope_shown(&s->scope, octets));
        break;
    case PROBE_LOG_TLS:
        mst_write_mark(writer, name, "tls");
        break;
    case PROBE_LOG_CLOSE:
        mst_write_mark(writer, name, "close");
        break;
    case PROBE_LOG_HANGUP:
        mst_write_mark(writer, name, "hangup");
        break;
    }
}

char *stage_transcript(stage *s, const char *id, const result_case *item)
{
    mst_writer writer;
    memset(&writer, 0, sizeof writer);
    writer.segments = true;
    write_header(s, &writer, id, item);
    if (item->reason != NULL)
        mst_write_comment(&writer, span(item->reason));
    write_findings(s, &writer);
    for (size_t i = 0; i < s->log.count; i++) {
        const probe_log_item *entry = &s->log.items[i];
        const bool octets = entry->kind == PROBE_LOG_SAID || entry->kind == PROBE_LOG_HEARD;
        if (belongs(s, &s->log.sessions[entry->session]) && (!octets || entry->len > 0))
            write_item(s, &writer, entry);
    }
    char *text = mst_write_failed(&writer) ? NULL : strndup((const char *)writer.text.octets, writer.text.len);
    mst_write_free(&writer);
    return text;
}
