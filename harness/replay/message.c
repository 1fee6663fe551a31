/* message.c - see message.h */
#include "harness/replay/message.h"

#include "harness/replay/header.h"

#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_KEPT = 4096 }; /* octets of a line of the header section that are looked into */

struct replay_message {
    replay_header header;
    octet_buffer line;     /* of the header section: the line being sent, its end not included */
    uint64_t line_at;      /* offset in the client's stream of its first octet */
    bool chunk_last;       /* the BDAT being sent is the last one */
    bool data_last;        /* DATA was the last command, and no 354 has led into the mail data */
    bool above_127;        /* the message holds such an octet */
    bool told_7bit;        /* … and said that it would not */
    bool told_control;     /* once for a connection */
    uint64_t octets;       /* of the message so far */
    uint64_t piece_octets; /* of the mail data or the chunk being sent */
};

replay_message *replay_message_new(void)
{
    return calloc(1, sizeof(replay_message));
}

void replay_message_free(replay_message *message)
{
    if (message == NULL)
        return;
    replay_header_free(&message->header);
    octet_buffer_free(&message->line);
    free(message);
}

uint64_t replay_message_octets(const replay_message *message)
{
    return message->piece_octets;
}

static void drop_line(replay_message *message)
{
    octet_buffer_drop(&message->line, octet_buffer_span(&message->line).len);
}

static void begin_message(replay_message *message)
{
    replay_header_begin(&message->header);
    drop_line(message);
    message->octets = 0;
    message->above_127 = false;
    message->told_7bit = false;
}

/* Mail data that came where commands were due, DATA being refused or unanswered: the client meant a message. */
static void take_stray_line(replay_message *message, replay_track *track, ms_span line, uint64_t at)
{
    if (line.len == 1 && line.ptr[0] == '.') {
        replay_message_end(message, track, at);
        message->data_last = false;
        return;
    }
    message->octets += line.len + 2;
    replay_header_line(&message->header, track, line, at);
}

void replay_message_command(replay_message *message, replay_track *track, const ms_smtp_event *event)
{
    const ms_smtp_parsed *parsed = &event->command;
    message->piece_octets = 0;
    if (parsed->command.verb == MS_SMTP_UNKNOWN && message->data_last) {
        take_stray_line(message, track, event->slice, event->at);
        return;
    }
    message->data_last = parsed->command.verb == MS_SMTP_DATA;
    switch (parsed->command.verb) {
    case MS_SMTP_BDAT:
        message->chunk_last = parsed->error == MS_SMTP_OK && parsed->command.bdat.last;
        message->header.in_chunks = true;
        break;
    case MS_SMTP_MAIL:
    case MS_SMTP_RSET:
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
        begin_message(message);
        break;
    default: /* the others do not touch a message */
        break;
    }
}

void replay_message_reply(replay_message *message, replay_track *track, const ms_smtp_event *event)
{
    (void)track;
    if (event->answered == MS_SMTP_DATA && event->reply.whole.complete && event->reply.whole.code == 354) {
        message->data_last = false;
        begin_message(message);
    }
}

/* What an octet breaks by itself. */
static void judge_octet(replay_message *message, replay_track *track, uint8_t octet, uint64_t at)
{
    const uint8_t body = track->smtp.session.body;
    if (octet > 127) {
        message->above_127 = true;
        if (body == MS_BODY_7BIT && !message->told_7bit) {
            message->told_7bit = true;
            replay_track_find(track, MS_CLIENT, MS_REQ_SMTP_6152_3_12, MS_CLIENT, at);
        }
        return;
    }
    /* "control characters other than SP, HT, CR, and LF … SHOULD be avoided" (RFC 5321 section 4.1.1.4) */
    const bool control = (octet < 32 && octet != '\t' && octet != '\r' && octet != '\n') || octet == 127;
    if (control && body != MS_BODY_BINARYMIME && !message->told_control) {
        message->told_control = true;
        replay_track_find(track, MS_CLIENT, MS_REQ_SMTP_5321_4_1_1_4_01, MS_CLIENT, at);
    }
}

/* LF ends a line here whatever stands before it: that a CR is missing is said elsewhere. */
static void take_header_octet(replay_message *message, replay_track *track, ms_span octet, uint64_t at)
{
    const size_t have = octet_buffer_span(&message->line).len;
    if (have == 0)
        message->line_at = at;
    if (octet.ptr[0] != '\n') {
        if (have < LINE_MAX_KEPT)
            octet_buffer_add(&message->line, octet);
        return;
    }
    ms_span line = octet_buffer_span(&message->line);
    const bool crlf = line.len > 0 && line.ptr[line.len - 1] == '\r';
    if (crlf)
        line.len--;
    /* what is left of a false end right behind 354 is no header section */
    if (crlf || line.len > 0 || message->header.any_field)
        replay_header_line(&message->header, track, line, message->line_at);
    drop_line(message);
}

void replay_message_content(replay_message *message, replay_track *track, ms_span slice, uint64_t at)
{
    message->data_last = false;
    message->octets += slice.len;
    message->piece_octets += slice.len;
    for (size_t i = 0; i < slice.len; i++) {
        judge_octet(message, track, slice.ptr[i], at + i);
        if (!message->header.over)
            take_header_octet(message, track, ms_span_make(slice.ptr + i, 1), at + i);
    }
}

void replay_message_end(replay_message *message, replay_track *track, uint64_t at)
{
    if (message->octets > 0)
        replay_header_end(&message->header, track, at);
    if (track->smtp.session.body == MS_BODY_8BITMIME && message->above_127 && !message->header.mime_version)
        replay_track_find(track, MS_CLIENT, MS_REQ_SMTP_5321_2_4_12, MS_CLIENT, at);
    begin_message(message);
    message->piece_octets = 0;
}

void replay_message_chunk_end(replay_message *message, replay_track *track, uint64_t at)
{
    if (message->chunk_last)
        replay_message_end(message, track, at);
    message->piece_octets = 0;
}
