/*
 * response_write.c - POP3 responses as octets
 *
 * Texts that quote a peer are the usual way to smuggle a line into a response: CR, LF and NUL are refused here,
 * whatever the caller checked.
 */
#include "mailspec/limits.h"
#include "mailspec/pop3_response.h"
#include "writer.h"

/* A line that no reader has to take is not written (RFC 2449 section 4). */
static size_t write_limited(const ms_span *pieces, size_t count, uint8_t *out, size_t room)
{
    if (write_line(pieces, count, NULL, 0) > MS_POP3_RESPONSE_LINE_MAX)
        return 0;
    return write_line(pieces, count, out, room);
}

size_t ms_pop3_status_write(ms_pop3_indicator indicator, ms_span text, uint8_t *out, size_t room)
{
    const ms_span space = ms_span_is_absent(text) ? ms_span_absent() : MS_SPAN(" ");
    ms_span pieces[3] = {MS_SPAN("+OK"), space, text};
    if (!is_one_line(text))
        return 0;
    switch (indicator) {
    case MS_POP3_NONE:
        return 0;
    case MS_POP3_CONTINUATION: /* "+" SP [base64], of any length (RFC 5034 section 4) */
        pieces[0] = MS_SPAN("+");
        pieces[1] = MS_SPAN(" ");
        return write_line(pieces, 3, out, room);
    case MS_POP3_NEGATIVE:
        pieces[0] = MS_SPAN("-ERR");
        break;
    case MS_POP3_POSITIVE:
        break;
    }
    return write_limited(pieces, 3, out, room);
}

static size_t write_numbers(ms_span before, uint64_t first, uint64_t second, uint8_t *out, size_t room)
{
    uint8_t a[20], b[20];
    const size_t a_len = write_digits(first, a), b_len = write_digits(second, b);
    const ms_span pieces[] = {before, ms_span_make(a, a_len), MS_SPAN(" "), ms_span_make(b, b_len)};
    return write_line(pieces, 4, out, room);
}

size_t ms_pop3_drop_write(uint32_t messages, uint64_t octets, uint8_t *out, size_t room)
{
    return write_numbers(MS_SPAN("+OK "), messages, octets, out, room);
}

size_t ms_pop3_scan_write(uint32_t number, uint64_t octets, uint8_t *out, size_t room)
{
    return number == 0 ? 0 : write_numbers(MS_SPAN(""), number, octets, out, room);
}

/* RFC 1939 section 7: one to 70 characters in the range 0x21 to 0x7E. */
size_t ms_pop3_unique_id_write(uint32_t number, ms_span unique_id, uint8_t *out, size_t room)
{
    uint8_t digits[20];
    const size_t len = write_digits(number, digits);
    const ms_span pieces[] = {ms_span_make(digits, len), MS_SPAN(" "), unique_id};
    if (number == 0 || unique_id.len == 0 || unique_id.len > MS_POP3_UNIQUE_ID_MAX)
        return 0;
    for (size_t i = 0; i < unique_id.len; i++)
        if (!octet_is(unique_id.ptr[i], OCTET_VCHAR))
            return 0;
    return write_line(pieces, 3, out, room);
}

size_t ms_pop3_capability_write(ms_span tag, ms_span parameters, uint8_t *out, size_t room)
{
    const ms_span space = ms_span_is_absent(parameters) ? ms_span_absent() : MS_SPAN(" ");
    const ms_span pieces[] = {tag, space, parameters};
    if (!is_one_word(tag) || memchr(tag.ptr, '.', tag.len) != NULL || !is_one_line(parameters))
        return 0;
    return write_limited(pieces, 3, out, room);
}
