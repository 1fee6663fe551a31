/*
 * dialogue.c - the octets of a POP3 connection cut into lines and content, and told to the session machine
 */
#include "mailspec/pop3_dialogue.h"

#include <string.h>

#include "read_in_place.h"
#include "session_internal.h"

void ms_pop3_dialogue_init(ms_pop3_dialogue *dialogue, ms_pop3_run *runs, size_t run_capacity, uint8_t *messages,
                           size_t message_capacity)
{
    memset(dialogue, 0, sizeof *dialogue);
    ms_pop3_session_init(&dialogue->session, &dialogue->room, runs, run_capacity, messages, message_capacity);
    ms_line_init(&dialogue->framer[MS_CLIENT], MS_POP3_DIALOGUE_LINE_MAX);
    ms_line_init(&dialogue->framer[MS_SERVER], MS_POP3_DIALOGUE_LINE_MAX);
}

/* One call.  The event is put together where the caller wants it. */
typedef struct reader {
    ms_pop3_dialogue *d;
    ms_side side;
    ms_span input;
    ms_findings *findings;
    ms_pop3_event *event;
} reader;

static void consume(reader *r, size_t octets)
{
    r->event->consumed = octets;
    r->d->at[r->side] += octets;
}

/* The next line; false when it is not whole, or the rest of an over-long one. */
static bool take_line(reader *r, const ms_line *line)
{
    bool *inside = &r->d->long_line[r->side];
    if (line->status == MS_LINE_NEED_MORE)
        return false;
    r->event->slice = line->text;
    r->event->line_flags = line->flags;
    consume(r, line->consumed);
    const bool rest = *inside;
    *inside = line->status != MS_LINE_COMPLETE;
    if (rest)
        r->event->kind = MS_POP3_EVENT_DROPPED;
    return !rest;
}

/* The whole lines of input are read as soon as they can be, before what the server says next.  Octets that came early
 * already were searched then. */
static void hold(reader *r)
{
    const uint64_t early_until = r->d->session.room->early_until;
    const size_t searched = early_until > r->event->at ? (size_t)(early_until - r->event->at) : 0;
    size_t whole = r->input.len;
    while (whole > searched && r->input.ptr[whole - 1] != '\n')
        whole--;
    if (whole > searched)
        r->d->held_until = r->event->at + whole;
}

static void next_of_client(reader *r)
{
    ms_pop3_session *s = &r->d->session;
    const ms_pop3_client_expect expect = ms_pop3_session_expect(s);
    if (expect == MS_POP3_EXPECT_UNDECIDED && !r->d->long_line[MS_CLIENT]) {
        r->event->kind = MS_POP3_EVENT_UNDECIDED;
        hold(r);
        ms_pop3_session_early(s, r->input.len, r->event->at, r->findings);
        return;
    }
    const ms_line line = ms_line_next(&r->d->framer[MS_CLIENT], r->input);
    if (!take_line(r, &line))
        return;
    const ms_pop3_context context = ms_pop3_context_of(s, expect);
    ms_pop3_command_read_line(&line, &context, &r->event->command);
    if (expect == MS_POP3_EXPECT_NOTHING) {
        r->event->kind = MS_POP3_EVENT_DROPPED;
        ms_pop3_session_dropped(s, &r->event->command, &line, r->event->at, r->findings);
        return;
    }
    r->event->kind = MS_POP3_EVENT_COMMAND;
    ms_pop3_session_command(s, &r->event->command, &line, r->event->at, r->findings);
}

enum { END_LEN = 3 }; /* "." CRLF */

/* Content of RETR or TOP. */
static void next_of_message(reader *r)
{
    ms_pop3_dialogue *d = r->d;
    d->content.flags &= (uint8_t)~MS_CONTENT_LONE_STUFF; /* so that each of them is told, not the first alone */
    const ms_content_slice taken = ms_content_next(&d->content, r->input);
    const uint8_t *first = r->input.ptr;
    const ms_span slice = taken.slice;
    const bool inside = slice.len > 0 && slice.ptr >= first && slice.ptr < first + r->input.len;
    const uint64_t slice_at = r->event->at + (inside ? (uint64_t)(slice.ptr - first) : 0);
    const uint8_t flags = d->content.new_flags;
    consume(r, taken.consumed);
    r->event->slice = slice;
    r->event->content_flags = flags;
    ms_pop3_session_content(&d->session, slice, slice_at, flags, r->event->at + taken.flag_at, r->findings);
    if (taken.status == MS_CONTENT_END) {
        r->event->kind = MS_POP3_EVENT_END;
        ms_pop3_session_end(&d->session, NULL, d->at[MS_SERVER] - END_LEN, r->findings);
    } else if (taken.status == MS_CONTENT_SLICE || slice.len > 0) {
        r->event->kind = MS_POP3_EVENT_TEXT;
    }
}

static void read_status(reader *r, const ms_line *line)
{
    ms_pop3_dialogue *d = r->d;
    ms_pop3_session *s = &d->session;
    const uint8_t interrupted = s->reading;
    s->reading = MS_POP3_READ_STATUS; /* read it as the reply to the next command, not as an item */
    const ms_pop3_response_context context = ms_pop3_session_response_context(s);
    s->reading = interrupted;
    ms_pop3_response *response = &r->event->response;
    ms_pop3_response_read_line(line, &context, response);
    d->answered = ms_pop3_session_answering(s);
    r->event->answered = d->answered;
    r->event->kind = response->indicator == MS_POP3_CONTINUATION ? MS_POP3_EVENT_CONTINUATION : MS_POP3_EVENT_RESPONSE;
    ms_pop3_session_response(s, response, line, r->event->at, r->findings);
    r->event->multi_line = ms_pop3_session_reading(s) != MS_POP3_READ_STATUS;
    if (ms_pop3_session_reading(s) == MS_POP3_READ_MESSAGE)
        ms_content_init(&d->content);
}

/* The lines of a listing are byte-stuffed like all multi-line responses (RFC 1939 section 3). */
static ms_span unstuffed(ms_span text)
{
    return text.len > 1 && text.ptr[0] == '.' ? ms_span_make(text.ptr + 1, text.len - 1) : text;
}

static void read_item(reader *r, const ms_line *line)
{
    ms_pop3_session *s = &r->d->session;
    const ms_pop3_response_context context = ms_pop3_session_response_context(s);
    r->event->answered = r->d->answered;
    if (line->text.len == 1 && line->text.ptr[0] == '.') {
        r->event->kind = MS_POP3_EVENT_END;
        r->event->slice = ms_span_absent();
        ms_pop3_session_end(s, line, r->event->at, r->findings);
        return;
    }
    const ms_span text = unstuffed(line->text);
    switch (ms_pop3_session_reading(s)) {
    case MS_POP3_READ_CAPA:
        r->event->kind = MS_POP3_EVENT_CAPABILITY;
        r->event->capability = ms_pop3_capability_parse(text);
        ms_pop3_session_capability(s, &r->event->capability, line, r->event->at, r->findings);
        break;
    case MS_POP3_READ_LIST:
    case MS_POP3_READ_UIDL:
    case MS_POP3_READ_LANG:
        r->event->kind = MS_POP3_EVENT_LISTING;
        ms_pop3_listing_read(text, &context, &r->event->response);
        ms_pop3_session_listing(s, &r->event->response, line, r->event->at, r->findings);
        break;
    case MS_POP3_READ_UNJUDGED:
    case MS_POP3_READ_STATUS:
    case MS_POP3_READ_MESSAGE:
        r->event->kind = MS_POP3_EVENT_UNJUDGED;
        break;
    }
}

static void next_of_server(reader *r)
{
    ms_pop3_session *s = &r->d->session;
    if (r->d->at[MS_CLIENT] < r->d->held_until && ms_pop3_session_expect(s) != MS_POP3_EXPECT_UNDECIDED) {
        r->event->kind = MS_POP3_EVENT_UNDECIDED;
        return;
    }
    if (ms_pop3_session_reading(s) == MS_POP3_READ_MESSAGE) {
        r->event->answered = r->d->answered;
        next_of_message(r);
        return;
    }
    const ms_line line = ms_line_next(&r->d->framer[MS_SERVER], r->input);
    if (!take_line(r, &line))
        return;
    if (ms_pop3_session_reading(s) == MS_POP3_READ_STATUS || ms_pop3_session_interrupted(s, line.text))
        read_status(r, &line);
    else
        read_item(r, &line);
}

/* The union is set by those who say so by kind; to clear it for every event would cost as much as parsing. */
static void begin_event(ms_pop3_event *event, const ms_pop3_dialogue *dialogue, ms_side side)
{
    event->kind = MS_POP3_EVENT_NEED_MORE;
    event->line_flags = 0;
    event->content_flags = 0;
    event->multi_line = false;
    event->consumed = 0;
    event->at = dialogue->at[side];
    event->slice = ms_span_absent();
    event->answered = (ms_pop3_answering){.none = false};
    event->state = dialogue->session.state;
}

void ms_pop3_dialogue_read(ms_pop3_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings,
                           ms_pop3_event *event)
{
    reader r = {.d = dialogue, .side = side, .input = input, .findings = findings, .event = event};
    begin_event(event, dialogue, side);
    if (input.len == 0)
        return; /* callers ask until there is nothing left */
    if (side == MS_CLIENT)
        next_of_client(&r);
    else
        next_of_server(&r);
}

ms_pop3_event ms_pop3_dialogue_next(ms_pop3_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings)
{
    ms_pop3_event event;
    ms_pop3_dialogue_read(dialogue, side, input, findings, &event);
    return event;
}

static void drop(ms_pop3_dialogue *d, ms_side side, size_t pending)
{
    d->at[side] += pending;
    d->long_line[side] = false;
    ms_line_reset(&d->framer[side]);
}

void ms_pop3_dialogue_tls(ms_pop3_dialogue *dialogue, size_t client_pending, size_t server_pending,
                          ms_findings *findings)
{
    (void)findings;
    drop(dialogue, MS_CLIENT, client_pending);
    drop(dialogue, MS_SERVER, server_pending);
    ms_pop3_session_tls(&dialogue->session);
}

void ms_pop3_dialogue_close(ms_pop3_dialogue *dialogue, ms_side side, size_t client_pending, size_t server_pending,
                            ms_findings *findings)
{
    ms_pop3_session_close(&dialogue->session, side, dialogue->at[MS_CLIENT] + client_pending,
                          dialogue->at[MS_SERVER] + server_pending, findings);
}
