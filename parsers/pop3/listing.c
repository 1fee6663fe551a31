/*
 * listing.c - drop, scan, unique-id and language listings (RFC 1939 sections 5 and 7, RFC 6856 section 3.2)
 *
 * The same elements stand behind "+OK " and, in a multi-line response, alone on each line.
 */
#include "read_in_place.h"
#include "response_reader.h"

bool ms_pop3_read_number(response_reader *r, uint64_t max, ms_pop3_response_error error, uint64_t *number)
{
    const size_t from = r->c.at;
    switch (take_decimal(&r->c, max, number)) {
    case DECIMAL_OK:
        return true;
    case DECIMAL_OVERFLOW:
        return response_fail(r, MS_POP3_RESPONSE_ERR_NUMBER_RANGE, from);
    case DECIMAL_NONE:
        break;
    }
    return response_fail(r, error, from);
}

/* "the first message in the maildrop is assigned a message-number of '1'" (RFC 1939 section 4). */
static bool read_message_number(response_reader *r, ms_pop3_response_error error, uint32_t *out)
{
    const size_t from = r->c.at;
    uint64_t number;
    if (!ms_pop3_read_number(r, UINT32_MAX, error, &number))
        return false;
    if (number == 0)
        response_deviate(r, MS_POP3_RESPONSE_DEV_MESSAGE_ZERO, from);
    *out = (uint32_t)number;
    return true;
}

bool ms_pop3_read_space(response_reader *r, ms_pop3_response_error error)
{
    const size_t from = r->c.at;
    const size_t blanks = skip_class(&r->c, OCTET_BLANK);
    if (blanks == 0)
        return response_fail(r, error, from);
    if (blanks > 1 || r->c.ptr[from] != ' ')
        response_deviate(r, MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, r->c.ptr[from] == ' ' ? from + 1 : from);
    return true;
}

/* Blanks where the first element is due: the single space before it has been read already. */
static void skip_surplus(response_reader *r)
{
    const size_t from = r->c.at;
    if (skip_class(&r->c, OCTET_BLANK) > 0)
        response_deviate(r, MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, from);
}

/* Behind the last element nothing should follow; what does is set off by a blank. */
static bool read_extra(response_reader *r, ms_pop3_response_error error)
{
    if (at_end(&r->c))
        return true;
    if (!next_is(&r->c, OCTET_BLANK))
        return response_fail(r, error, r->c.at);
    response_deviate(r, MS_POP3_RESPONSE_DEV_EXTRA_TEXT, r->c.at);
    return true;
}

/* "The positive response consists of "+OK" followed by a single space, the number of messages in the maildrop, a
 * single space, and the size of the maildrop in octets" (RFC 1939 section 5). */
bool ms_pop3_read_drop(response_reader *r, ms_pop3_response *out)
{
    const ms_pop3_response_error error = MS_POP3_RESPONSE_ERR_DROP_LISTING;
    uint64_t messages;
    skip_surplus(r);
    if (!ms_pop3_read_number(r, UINT32_MAX, error, &messages) || !ms_pop3_read_space(r, error) ||
        !ms_pop3_read_number(r, UINT64_MAX, error, &out->drop.octets))
        return false;
    out->drop.messages = (uint32_t)messages;
    return read_extra(r, error);
}

/* "A scan listing consists of the message-number of the message, followed by a single space and the exact size of
 * the message in octets" (RFC 1939 section 5). */
bool ms_pop3_read_scan(response_reader *r, ms_pop3_response *out)
{
    const ms_pop3_response_error error = MS_POP3_RESPONSE_ERR_SCAN_LISTING;
    skip_surplus(r);
    if (!read_message_number(r, error, &out->scan.number) || !ms_pop3_read_space(r, error) ||
        !ms_pop3_read_number(r, UINT64_MAX, error, &out->scan.octets))
        return false;
    return read_extra(r, error);
}

/* "A unique-id listing consists of the message-number of the message, followed by a single space and the unique-id
 * of the message.  No information follows the unique-id"; it has "one to 70 characters in the range 0x21 to 0x7E"
 * (RFC 1939 section 7). */
bool ms_pop3_read_unique(response_reader *r, ms_pop3_response *out)
{
    const ms_pop3_response_error error = MS_POP3_RESPONSE_ERR_UNIQUE_ID_LISTING;
    cursor *c = &r->c;
    skip_surplus(r);
    if (!read_message_number(r, error, &out->unique.number) || !ms_pop3_read_space(r, error))
        return false;
    const size_t from = c->at;
    for (skip_class(c, OCTET_VCHAR); !at_end(c) && !next_is(c, OCTET_BLANK); skip_class(c, OCTET_VCHAR))
        response_deviate(r, MS_POP3_RESPONSE_DEV_UNIQUE_ID_OCTET, c->at++);
    out->unique.unique_id = span_since(c, from);
    if (out->unique.unique_id.len == 0)
        return response_fail(r, MS_POP3_RESPONSE_ERR_UNIQUE_ID_EMPTY, from);
    if (out->unique.unique_id.len > MS_POP3_UNIQUE_ID_MAX)
        response_deviate(r, MS_POP3_RESPONSE_DEV_UNIQUE_ID_TOO_LONG, from + MS_POP3_UNIQUE_ID_MAX);
    return read_extra(r, error);
}

/* Subtags of letters and digits with hyphens between them, 8 octets each at most: what all forms of Language-Tag in
 * RFC 5646 section 2.1 have in common. */
static bool skip_language_tag(cursor *c)
{
    unsigned classes = OCTET_ALPHA;
    do {
        const size_t octets = skip_class(c, classes);
        if (octets == 0 || octets > 8)
            return false;
        classes = OCTET_LET_DIG;
    } while (skip_octet(c, '-'));
    return true;
}

/* "A language listing consists of the language tag of the message, optionally followed by a single space and a
 * human-readable description" (RFC 6856 section 3.2). */
bool ms_pop3_read_language(response_reader *r, ms_pop3_response_error error, ms_pop3_response *out)
{
    cursor *c = &r->c;
    const size_t from = c->at;
    if (!skip_language_tag(c) || (!at_end(c) && peek(c) != ' '))
        return response_fail(r, error, c->at);
    out->language.tag = span_since(c, from);
    if (skip_octet(c, ' '))
        out->language.description = ms_span_make(c->ptr + c->at, octets_left(c));
    return true;
}

static bool read_item(response_reader *r, ms_pop3_after after, ms_pop3_response *out)
{
    switch (after) {
    case MS_POP3_AFTER_LIST:
        return ms_pop3_read_scan(r, out);
    case MS_POP3_AFTER_UIDL:
        return ms_pop3_read_unique(r, out);
    case MS_POP3_AFTER_LANG:
        return ms_pop3_read_language(r, MS_POP3_RESPONSE_ERR_LANGUAGE_LISTING, out);
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_GREETING:
    case MS_POP3_AFTER_STAT:
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_AUTH:
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        break;
    }
    return false; /* no listing: the line is text, and nothing is asked of it */
}

static void read_any(ms_span line, const ms_pop3_response_context *context, ms_pop3_response *out)
{
    response_reader r = {.c = cursor_of(line), .utf8 = context->utf8};
    response_strip_bare_cr(&r);
    response_begin(out, MS_POP3_NONE, context->after, ms_span_make(r.c.ptr, r.c.len));
    if (read_item(&r, context->after, out))
        ms_pop3_check_text(&r, TEXT_FREE);
    out->error = r.error;
    out->error_at = r.error_at;
    out->deviations = r.deviations;
    out->deviation_at = r.deviation_at;
}

void ms_pop3_listing_read(ms_span line, const ms_pop3_response_context *context, ms_pop3_response *out)
{
    uint32_t numbers[2];
    if (context->after != MS_POP3_AFTER_LIST || !take_short_listing(line, 0, numbers) || numbers[0] == 0) {
        read_any(line, context, out);
        return;
    }
    response_begin(out, MS_POP3_NONE, MS_POP3_AFTER_LIST, line);
    out->scan.number = numbers[0];
    out->scan.octets = numbers[1];
}

ms_pop3_response ms_pop3_listing_parse(ms_span line, const ms_pop3_response_context *context)
{
    ms_pop3_response out;
    ms_pop3_listing_read(line, context, &out);
    return out;
}
