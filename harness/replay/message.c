/* message.c - see message.h */
#include "harness/replay/message.h"

#include "harness/replay/message_header.h"

#include <stdlib.h>
#include <string.h>

struct replay_message {
    message_header header;
    bool header_over;      /* the empty line was seen */
    bool chunk_last;       /* the BDAT being sent is the last one */
    bool after_data;       /* DATA was sent: lines that are no commands are a message */
    bool spilling;         /* such a line is being read */
    bool control_told;     /* of this connection */
    bool eight_in_7bit;    /* 8-bit octets in a message declared to have none: told */
    bool eight_in_header;  /* likewise, of the header section */
    bool eight_bit;        /* an octet above 127 stood where MIME must explain it */
    bool smtputf8;         /* of the last MAIL */
    uint8_t body;          /* likewise, ms_smtp_body */
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
    message_header_free(&message->header);
    free(message);
}

uint64_t replay_message_octets(const replay_message *message)
{
    return message->piece_octets;
}

static void begin_message(replay_message *message)
{
    message_header_clear(&message->header);
    message->header_over = false;
    message->eight_in_7bit = false;
    message->eight_in_header = false;
    message->eight_bit = false;
    message->spilling = false;
    message->octets = 0;
}

static void find(replay_track *track, uint16_t requirement, uint64_t at)
{
    replay_track_find(track, MS_CLIENT, requirement, MS_CLIENT, at);
}

/* --- octets -------------------------------------------------------------------- */

/* An octet above 127.  Whether it may stand in any content at all is the session machine's matter. */
static void judge_8bit(replay_message *message, replay_track *track, uint64_t at)
{
    const ms_smtp_session *session = &track->smtp.session;
    if (!message->header_over && message->smtputf8)
        return; /* RFC 6531 section 3.4: a UTF-8 header section needs no MIME */
    message->eight_bit = true;
    if (!ms_smtp_session_offers(session, MS_EHLO_8BITMIME))
        return;
    if (message->body == MS_BODY_7BIT) {
        if (!message->eight_in_7bit)
            find(track, MS_REQ_SMTP_6152_3_12, at);
        message->eight_in_7bit = true;
        return;
    }
    if (message->header_over || message->eight_in_header)
        return;
    message->eight_in_header = true;
    find(track, ms_smtp_session_offers(session, MS_EHLO_SMTPUTF8) ? MS_REQ_SMTP_6531_3_4_01 : MS_REQ_SMTP_6531_3_2_05,
         at);
}

static void judge_control(replay_message *message, replay_track *track, uint8_t octet, bool chunk, uint64_t at)
{
    if (message->control_told || octet == '\t' || octet == '\r' || octet == '\n' ||
        (chunk && message->body == MS_BODY_BINARYMIME))
        return;
    message->control_told = true;
    find(track, MS_REQ_SMTP_5321_4_1_1_4_01, at);
}

static void take_octets(replay_message *message, replay_track *track, ms_span octets, bool chunk, uint64_t at)
{
    message->octets += octets.len;
    message->piece_octets += octets.len;
    message->header.kept = chunk;
    for (size_t i = 0; i < octets.len; i++) {
        const uint8_t octet = octets.ptr[i];
        if (octet < 32 || octet == 127)
            judge_control(message, track, octet, chunk, at + i);
        else if (octet > 127)
            judge_8bit(message, track, at + i);
        if (!message->header_over)
            message->header_over = message_header_octet(&message->header, track, octet, at + i);
    }
}

/* The message is complete; at: its last octet in the stream, the end of data included. */
static void end_message(replay_message *message, replay_track *track, uint64_t at)
{
    if (message->octets > 0)
        message_header_end(&message->header, track, !message->header_over, at);
    if (message->body == MS_BODY_8BITMIME && message->eight_bit && !message->header.mime)
        find(track, MS_REQ_SMTP_5321_2_4_12, at);
    begin_message(message);
    message->after_data = false;
}

/* --- events -------------------------------------------------------------------- */

uint64_t replay_message_slice_at(const ms_smtp_event *event, ms_span raw)
{
    const uintptr_t slice = (uintptr_t)event->slice.ptr;
    const uintptr_t start = (uintptr_t)raw.ptr;
    if (slice >= start && slice - start < raw.len)
        return event->at + (slice - start);
    return event->at - 1; /* the withheld CR, which was consumed before (content.h) */
}

/* A line where mail data must have been meant, read as such; its dots undone as in mail data. */
static void spill_line(replay_message *message, replay_track *track, const ms_smtp_event *event, ms_span raw)
{
    if (!message->after_data)
        return; /* behind a lone dot: content that is lost, and was told as that (RFC 5321 section 4.5.2) */
    if (event->slice.len == 1 && event->slice.ptr[0] == '.') {
        end_message(message, track, event->at + event->consumed - 1);
        return;
    }
    const size_t dot = event->slice.len > 0 && event->slice.ptr[0] == '.' ? 1 : 0;
    message->spilling = true;
    take_octets(message, track, ms_span_make(raw.ptr + dot, event->consumed - dot), false, event->at + dot);
}

void replay_message_command(replay_message *message, replay_track *track, const ms_smtp_event *event, ms_span raw)
{
    message->spilling = false;
    message->piece_octets = 0;
    if (event->spilled) {
        spill_line(message, track, event, raw);
        return;
    }
    const ms_smtp_parsed *parsed = &event->command;
    message->after_data = parsed->command.verb == MS_SMTP_DATA;
    switch (parsed->command.verb) {
    case MS_SMTP_BDAT:
        message->chunk_last = parsed->error == MS_SMTP_OK && parsed->command.bdat.last;
        break;
    case MS_SMTP_MAIL:
        message->body = parsed->error == MS_SMTP_OK ? parsed->command.mail.body : MS_BODY_NONE;
        message->smtputf8 = parsed->error == MS_SMTP_OK && (parsed->command.mail.known >> MS_PARAM_SMTPUTF8 & 1) != 0;
        begin_message(message);
        break;
    case MS_SMTP_RSET:
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
        message->body = MS_BODY_NONE;
        message->smtputf8 = false;
        begin_message(message);
        break;
    case MS_SMTP_DATA:
        begin_message(message);
        break;
    default: /* the others do not touch a message */
        break;
    }
}

void replay_message_content(replay_message *message, replay_track *track, const ms_smtp_event *event, ms_span raw)
{
    const bool chunk = event->kind == MS_SMTP_EVENT_CHUNK || event->kind == MS_SMTP_EVENT_CHUNK_END;
    if (event->slice.len > 0)
        take_octets(message, track, event->slice, chunk, replay_message_slice_at(event, raw));
    const uint64_t behind = event->at + event->consumed;
    const bool ends =
        event->kind == MS_SMTP_EVENT_END_OF_DATA || (event->kind == MS_SMTP_EVENT_CHUNK_END && message->chunk_last);
    if (ends)
        end_message(message, track, behind > 0 ? behind - 1 : 0);
}

void replay_message_dropped(replay_message *message, replay_track *track, const ms_smtp_event *event)
{
    if (message->spilling)
        take_octets(message, track, event->slice, false, event->at);
}
