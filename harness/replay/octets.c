/* octets.c - see octets.h */
#include "harness/replay/octets.h"

#include <stdlib.h>
#include <string.h>

static const uint8_t nothing[1];

ms_span octet_buffer_span(const octet_buffer *buffer)
{
    if (buffer->start == buffer->end)
        return ms_span_make(nothing, 0);
    return ms_span_make(buffer->octets + buffer->start, buffer->end - buffer->start);
}

void octet_buffer_add(octet_buffer *buffer, ms_span octets)
{
    if (octets.len == 0)
        return;
    if (buffer->start == buffer->end)
        buffer->start = buffer->end = 0;
    if (buffer->room - buffer->end < octets.len && buffer->start > 0) {
        memmove(buffer->octets, buffer->octets + buffer->start, buffer->end - buffer->start);
        buffer->end -= buffer->start;
        buffer->start = 0;
    }
    if (buffer->room - buffer->end < octets.len) {
        size_t room = buffer->room == 0 ? 1024 : buffer->room * 2;
        while (room - buffer->end < octets.len)
            room *= 2;
        uint8_t *grown = realloc(buffer->octets, room);
        if (grown == NULL)
            abort();
        buffer->octets = grown;
        buffer->room = room;
    }
    memcpy(buffer->octets + buffer->end, octets.ptr, octets.len);
    buffer->end += octets.len;
}

void octet_buffer_drop(octet_buffer *buffer, size_t count)
{
    buffer->start += count;
}

void octet_buffer_free(octet_buffer *buffer)
{
    free(buffer->octets);
    memset(buffer, 0, sizeof *buffer);
}
