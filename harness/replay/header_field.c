/* header_field.c - see header_field.h */
#include "harness/replay/header_field.h"

#include <string.h>

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static bool is_false_end(ms_span line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != '.' && line.ptr[i] != '\r' && line.ptr[i] != 0)
            return false;
    return true;
}

ms_span header_line_name(ms_span line)
{
    /* field-name = 1*ftext, printable ASCII without the colon; obs-optional = field-name *WSP ":" (section 4.5.8) */
    size_t length = 0;
    while (length < line.len && line.ptr[length] > 32 && line.ptr[length] < 127 && line.ptr[length] != ':')
        length++;
    size_t colon = length;
    while (colon < line.len && is_blank(line.ptr[colon]))
        colon++;
    if (length == 0 || colon == line.len || line.ptr[colon] != ':')
        return ms_span_absent();
    return ms_span_make(line.ptr, length);
}

header_line_kind header_line_look(ms_span line)
{
    if (line.len == 0)
        return HEADER_LINE_EMPTY;
    if (is_blank(line.ptr[0]))
        return HEADER_LINE_FOLDED;
    if (is_false_end(line))
        return HEADER_LINE_FALSE;
    return ms_span_is_absent(header_line_name(line)) ? HEADER_LINE_NO_FIELD : HEADER_LINE_FIELD;
}

void header_field_clear(header_field *field)
{
    octet_buffer_drop(&field->text, octet_buffer_span(&field->text).len);
    field->line_count = 0;
    field->cut = false;
}

void header_field_free(header_field *field)
{
    octet_buffer_free(&field->text);
    memset(field, 0, sizeof *field);
}

void header_field_add(header_field *field, ms_span line, uint64_t end_at)
{
    const size_t have = octet_buffer_span(&field->text).len;
    if (field->line_count == HEADER_FIELD_LINES || line.len > HEADER_FIELD_MAX - have) {
        field->cut = true;
        return;
    }
    field->lines[field->line_count].start = have;
    field->lines[field->line_count++].end_at = end_at;
    octet_buffer_add(&field->text, line);
}

bool header_field_is_whole(const header_field *field)
{
    return field->line_count > 0 && !field->cut;
}

ms_span header_field_name(const header_field *field)
{
    return header_line_name(octet_buffer_span(&field->text));
}

static size_t body_start(const header_field *field)
{
    const ms_span text = octet_buffer_span(&field->text);
    const uint8_t *colon = text.len == 0 ? NULL : memchr(text.ptr, ':', text.len);
    return colon == NULL ? text.len : (size_t)(colon - text.ptr) + 1;
}

ms_span header_field_body(const header_field *field)
{
    const ms_span text = octet_buffer_span(&field->text);
    const size_t start = body_start(field);
    return start == text.len ? ms_span_make("", 0) : ms_span_make(text.ptr + start, text.len - start);
}

uint64_t header_field_place(const header_field *field, size_t at)
{
    size_t line = field->line_count - 1;
    const size_t in_text = at == SIZE_MAX ? SIZE_MAX : body_start(field) + at;
    while (line > 0 && field->lines[line].start > in_text)
        line--;
    return field->lines[line].end_at;
}
