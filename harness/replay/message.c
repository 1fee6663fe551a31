/* message.c - see message.h */
#include "harness/replay/message.h"

#include <stdlib.h>
#include <string.h>

struct replay_message {
    octet_buffer header; /* of the message being sent, its empty line not included */
    bool header_over;    /* the empty line was seen, or the room is used up */
    bool chunk_last;     /* the BDAT being sent is the last one */
    bool in_message;
    uint64_t octets;       /* of the message so far */
    uint64_t piece_octets; /* of the mail data or the chunk being sent */
    uint64_t begin_at;     /* offset in the client's stream of its first octet */
};

replay_message *replay_message_new(void)
{
    return calloc(1, sizeof(replay_message));
}

void replay_message_free(replay_message *message)
{
    if (message == NULL)
        return;
    octet_buffer_free(&message->header);
    free(message);
}

uint64_t replay_message_octets(const replay_message *message)
{
    return message->piece_octets;
}

static void begin_message(replay_message *message)
{
    octet_buffer_drop(&message->header, octet_buffer_span(&message->header).len);
    message->header_over = false;
    message->octets = 0;
    message->in_message = false;
}

void replay_message_command(replay_message *message, replay_track *track, const ms_smtp_parsed *parsed, uint64_t at)
{
    (void)track;
    (void)at;
    message->piece_octets = 0;
    switch (parsed->command.verb) {
    case MS_SMTP_BDAT:
        message->chunk_last = parsed->error == MS_SMTP_OK && parsed->command.bdat.last;
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
    if (event->answered == MS_SMTP_DATA && event->reply.whole.complete && event->reply.whole.code == 354)
        begin_message(message);
}

void replay_message_content(replay_message *message, replay_track *track, ms_span slice, uint64_t at)
{
    (void)track;
    if (slice.len == 0)
        return;
    if (!message->in_message) {
        message->in_message = true;
        message->begin_at = at;
    }
    message->octets += slice.len;
    message->piece_octets += slice.len;
    if (!message->header_over) {
        const size_t have = octet_buffer_span(&message->header).len;
        const size_t room = REPLAY_HEADER_MAX - have;
        octet_buffer_add(&message->header, ms_span_make(slice.ptr, slice.len < room ? slice.len : room));
        message->header_over = slice.len >= room;
    }
}

/* The header section ends at the first empty line (RFC 5322 section 2.1). */
static ms_span header_section(const replay_message *message)
{
    const ms_span all = octet_buffer_span(&message->header);
    if (all.len >= 2 && all.ptr[0] == '\r' && all.ptr[1] == '\n')
        return ms_span_make(all.ptr, 0);
    for (size_t i = 0; i + 3 < all.len; i++)
        if (memcmp(all.ptr + i, "\r\n\r\n", 4) == 0)
            return ms_span_make(all.ptr, i + 2);
    return all;
}

static bool same_name(const uint8_t *octets, size_t length, const char *name)
{
    if (strlen(name) != length)
        return false;
    for (size_t i = 0; i < length; i++) {
        const uint8_t c = octets[i];
        const uint8_t lower = c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
        if (lower != (uint8_t)name[i])
            return false;
    }
    return true;
}

/* How often a field of that name (lower case) stands in the header section. */
static unsigned count_fields(ms_span header, const char *name)
{
    unsigned count = 0;
    size_t start = 0;
    while (start < header.len) {
        const uint8_t *end = memchr(header.ptr + start, '\n', header.len - start);
        const size_t stop = end == NULL ? header.len : (size_t)(end - header.ptr) + 1;
        const uint8_t *colon = memchr(header.ptr + start, ':', stop - start);
        if (colon != NULL && header.ptr[start] != ' ' && header.ptr[start] != '\t') {
            size_t length = (size_t)(colon - header.ptr) - start;
            while (length > 0 && (header.ptr[start + length - 1] == ' ' || header.ptr[start + length - 1] == '\t'))
                length--;
            count += same_name(header.ptr + start, length, name);
        }
        start = stop;
    }
    return count;
}

void replay_message_end(replay_message *message, replay_track *track, uint64_t at)
{
    const ms_span header = header_section(message);
    if (message->octets > 0 && (count_fields(header, "date") != 1 || count_fields(header, "from") != 1))
        replay_track_find(track, MS_CLIENT, MS_REQ_SMTP_5322_3_6_01, MS_CLIENT, at);
    if (count_fields(header, "return-path") > 0)
        replay_track_find(track, MS_CLIENT, MS_REQ_SMTP_5321_4_4_12, MS_CLIENT, at);
    begin_message(message);
    message->piece_octets = 0;
}

void replay_message_chunk_end(replay_message *message, replay_track *track, uint64_t at)
{
    if (message->chunk_last)
        replay_message_end(message, track, at);
    message->piece_octets = 0;
}
