#include "harness/serve/header.h"

#include <string.h>

/* The line at from with its CRLF; all the rest where there is no CRLF. */
static ms_span line_at(ms_span content, size_t from)
{
    size_t at = from;
    while (at < content.len) {
        const uint8_t *cr = memchr(content.ptr + at, '\r', content.len - at);
        if (cr == NULL)
            break;
        at = (size_t)(cr - content.ptr) + 1;
        if (at < content.len && content.ptr[at] == '\n')
            return ms_span_make(content.ptr + from, at + 1 - from);
    }
    return ms_span_make(content.ptr + from, content.len - from);
}

static bool is_folded(ms_span line)
{
    return line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
}

/* field-name ":" (RFC 5322 section 3.6.8). */
static bool is_field(ms_span line)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] > ' ' && line.ptr[at] < 127 && line.ptr[at] != ':')
        at++;
    while (at > 0 && at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
        at++;
    return at > 0 && at < line.len && line.ptr[at] == ':';
}

static bool is_named(ms_span line, const char *name)
{
    const size_t len = strlen(name);
    if (line.len <= len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((line.ptr[i] | 0x20) != ((uint8_t)name[i] | 0x20))
            return false;
    return line.ptr[len] == ':';
}

size_t header_line(ms_span content)
{
    return line_at(content, 0).len;
}

bool header_is(ms_span content, const char *name)
{
    return is_named(content, name);
}

size_t header_length(ms_span content)
{
    size_t at = 0;
    while (at < content.len) {
        const ms_span line = line_at(content, at);
        if (!is_field(line) && !(at > 0 && is_folded(line)))
            break;
        at += line.len;
    }
    return at;
}

bool header_has(ms_span content, const char *name)
{
    const size_t end = header_length(content);
    for (size_t at = 0; at < end;) {
        const ms_span line = line_at(content, at);
        if (is_named(line, name))
            return true;
        at += line.len;
    }
    return false;
}

bool header_is_ascii(ms_span content)
{
    const size_t end = header_length(content);
    for (size_t i = 0; i < end; i++)
        if (content.ptr[i] > 127)
            return false;
    return true;
}

void header_without(ms_span content, const char *name, serve_octets *out)
{
    const size_t end = header_length(content);
    bool dropped = false;
    for (size_t at = 0; at < end;) {
        const ms_span line = line_at(content, at);
        dropped = is_named(line, name) || (dropped && is_folded(line));
        if (!dropped)
            serve_octets_add(out, line);
        at += line.len;
    }
    serve_octets_add(out, ms_span_make(content.ptr + end, content.len - end));
}
