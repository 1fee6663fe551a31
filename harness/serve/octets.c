#include "harness/serve/octets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *serve_octets_reserve(serve_octets *octets, size_t more)
{
    if (octets->room - octets->len < more) {
        size_t room = octets->room < 256 ? 256 : octets->room;
        while (room - octets->len < more)
            room *= 2;
        uint8_t *grown = realloc(octets->ptr, room);
        if (grown == NULL)
            abort();
        octets->ptr = grown;
        octets->room = room;
    }
    return octets->ptr + octets->len;
}

void serve_octets_add(serve_octets *octets, ms_span more)
{
    if (more.len == 0)
        return;
    memcpy(serve_octets_reserve(octets, more.len), more.ptr, more.len);
    octets->len += more.len;
}

void serve_octets_text(serve_octets *octets, const char *text)
{
    serve_octets_add(octets, ms_span_make(text, strlen(text)));
}

void serve_octets_print(serve_octets *octets, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    serve_octets_text(octets, text);
}

void serve_octets_clear(serve_octets *octets)
{
    octets->len = 0;
}

void serve_octets_free(serve_octets *octets)
{
    free(octets->ptr);
    *octets = (serve_octets){0};
}

ms_span serve_octets_span(const serve_octets *octets)
{
    return ms_span_make(octets->ptr == NULL ? (const uint8_t *)"" : octets->ptr, octets->len);
}
