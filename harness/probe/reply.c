/* reply.c - see reply.h */
#include "harness/probe/reply.h"

#include <string.h>

void probe_framer_init(probe_framer *framer)
{
    memset(framer, 0, sizeof *framer);
    ms_line_init(&framer->line, PROBE_LINE_MAX);
    ms_reply_init(&framer->reply);
    ms_content_init(&framer->content);
}

static ms_span rest_of(ms_span input, size_t done)
{
    return ms_span_make(input.ptr + done, input.len - done);
}

/* --- where a reply ends ------------------------------------------------------------ */

bool probe_frame_smtp(probe_framer *framer, ms_span input)
{
    for (;;) {
        const ms_line line = ms_line_next(&framer->line, rest_of(input, framer->done));
        if (line.status == MS_LINE_NEED_MORE)
            return false;
        framer->done += line.consumed;
        if (!framer->in_rest)
            ms_reply_next(&framer->reply, &line, NULL);
        framer->in_rest = line.status != MS_LINE_COMPLETE;
        if (framer->reply.complete && !framer->in_rest)
            return true;
    }
}

/* Positive, and told so by its first octets: a lower-case +ok still goes on as one. */
static bool is_positive(ms_span line)
{
    return line.len >= 3 && line.ptr[0] == '+' && (line.ptr[1] | 0x20) == 'o' && (line.ptr[2] | 0x20) == 'k';
}

bool probe_frame_status(probe_framer *framer, ms_span input)
{
    while (!framer->status_seen) {
        const ms_line line = ms_line_next(&framer->line, rest_of(input, framer->done));
        if (line.status == MS_LINE_NEED_MORE)
            return false;
        if (framer->done == 0)
            framer->positive = is_positive(line.text);
        framer->done += line.consumed;
        framer->status_seen = line.status == MS_LINE_COMPLETE;
    }
    if (framer->first_line == 0)
        framer->first_line = framer->done;
    return true;
}

bool probe_frame_pop3(probe_framer *framer, ms_span input, bool multi)
{
    if (!probe_frame_status(framer, input))
        return false;
    if (!multi || !framer->positive)
        return true;
    for (;;) {
        const ms_content_slice slice = ms_content_next(&framer->content, rest_of(input, framer->done));
        framer->done += slice.consumed;
        if (slice.status == MS_CONTENT_END)
            return true;
        if (slice.status == MS_CONTENT_NEED_MORE)
            return false;
    }
}

/* --- what it says --------------------------------------------------------------------- */

static ms_span line_text(const uint8_t *start, const uint8_t *newline)
{
    const size_t length = (size_t)(newline - start);
    return ms_span_make(start, length > 0 && newline[-1] == '\r' ? length - 1 : length);
}

/* Break octets into lines, CRLF and LF alike. */
static const ms_span *split(probe_scope *scope, ms_span octets, size_t *count)
{
    size_t room = 1;
    for (size_t i = 0; i < octets.len; i++)
        room += octets.ptr[i] == '\n';
    ms_span *lines = mst_arena_take(&scope->arena, room * sizeof *lines);
    *count = 0;
    const uint8_t *at = octets.ptr;
    const uint8_t *end = octets.ptr + octets.len;
    while (lines != NULL && at < end) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        lines[(*count)++] = newline == NULL ? ms_span_make(at, (size_t)(end - at)) : line_text(at, newline);
        at = newline == NULL ? end : newline + 1;
    }
    return lines;
}

static ms_span present(ms_span text)
{
    return ms_span_is_absent(text) ? MS_SPAN("") : text;
}

void probe_reply_read_smtp(probe_reply *reply, probe_scope *scope, ms_span raw)
{
    reply->raw = probe_scope_copy(scope, raw);
    size_t count = 0;
    ms_span *lines = (ms_span *)(uintptr_t)split(scope, reply->raw, &count);
    uint8_t *content = probe_scope_room(scope, (uint64_t)raw.len + count * 2);
    size_t length = 0;
    reply->text = MS_SPAN("");
    if (lines == NULL || content == NULL)
        return;
    for (size_t i = 0; i < count; i++) {
        const ms_reply_line line = ms_reply_line_parse(lines[i], NULL);
        if (i == 0) {
            reply->code = line.code;
            reply->enhanced = line.enhanced;
            reply->bare = lines[i].len == 3;
        }
        lines[i] = line.code == 0 ? lines[i] : present(line.text);
        memcpy(content + length, lines[i].ptr, lines[i].len);
        memcpy(content + length + lines[i].len, "\r\n", 2);
        length += lines[i].len + 2;
    }
    reply->text = count == 0 ? MS_SPAN("") : lines[0];
    reply->lines = count == 0 ? lines : lines + 1;
    reply->line_count = count == 0 ? 0 : count - 1;
    reply->content = ms_span_make(content, length);
}

/* The response code of RFC 2449 section 8 stands in brackets at the start of the text. */
static ms_span bracketed(ms_span text)
{
    const uint8_t *end = text.len > 0 && text.ptr[0] == '[' ? memchr(text.ptr, ']', text.len) : NULL;
    return end == NULL ? ms_span_absent() : ms_span_make(text.ptr + 1, (size_t)(end - text.ptr - 1));
}

void probe_reply_read_pop3(probe_reply *reply, probe_scope *scope, ms_span raw, const probe_framer *framer)
{
    const ms_pop3_response_context context = {.after = MS_POP3_AFTER_AUTH};
    const ms_pop3_response_context plain = {.after = MS_POP3_AFTER_STATUS};
    reply->raw = probe_scope_copy(scope, raw);
    reply->multi = framer->done > framer->first_line;
    reply->content = MS_SPAN("");
    const ms_span status = ms_span_make(reply->raw.ptr, framer->first_line);
    const ms_span line = line_text(status.ptr, status.ptr + status.len - 1);
    const bool continuation = line.len > 0 && line.ptr[0] == '+' && !is_positive(line);
    const ms_pop3_response parsed = ms_pop3_response_parse(line, continuation ? &context : &plain);
    reply->indicator = parsed.indicator;
    reply->text = parsed.indicator == MS_POP3_NONE ? line : present(parsed.text);
    if (continuation && !ms_span_is_absent(parsed.continuation.data))
        reply->text = parsed.continuation.data;
    reply->response_code = bracketed(reply->text);
    if (!reply->multi)
        return;
    ms_content unstuff;
    size_t written = 0;
    uint8_t *content = probe_scope_room(scope, (uint64_t)raw.len + 1);
    if (content == NULL)
        return;
    ms_content_init(&unstuff);
    ms_content_copy(&unstuff, rest_of(reply->raw, framer->first_line), content, &written);
    reply->content = ms_span_make(content, written);
    reply->lines = split(scope, reply->content, &reply->line_count);
}
