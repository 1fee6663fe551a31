/*
 * response.c - one POP3 status line (RFC 1939 section 3, RFC 2449 section 3, RFC 5034 section 4)
 *
 *     single-line  = status [SP text] CRLF       ; 512 octets maximum
 *     status       = "+OK" / "-ERR"
 *     text         = *schar / resp-code *CHAR
 *     continue-req = "+" SP [base64] CRLF
 *
 * RFC 2449's character classes leave out SPACE, an evident slip: every example has spaces in its text.
 */
#include "response_reader.h"

#include "common/inline.h"
#include "common/plain_octets.h"
#include "common/utf8.h"
#include "mailspec/base64.h"
#include "read_in_place.h"

/* The grammar's classes reach up to %x7F, so DEL is no fault in a text; VCHAR ends at %x7E. */
static bool control_allowed(uint8_t octet, text_kind kind)
{
    switch (kind) {
    case TEXT_FREE:
        return octet == '\t' || octet == 0x7F;
    case TEXT_BEHIND_CODE:
        return true;
    case TEXT_WORDS:
        break;
    }
    return octet == '\t'; /* as a blank it has been judged already */
}

/* The octet at the cursor is none of 0x20 to 0x7E; step over it. */
static void judge_octet(response_reader *r, text_kind kind)
{
    cursor *c = &r->c;
    const uint8_t octet = c->ptr[c->at];
    size_t octets = 1;
    if (octet == 0)
        response_deviate(r, MS_POP3_RESPONSE_DEV_NUL, c->at);
    else if (octet == '\r')
        response_deviate(r, MS_POP3_RESPONSE_DEV_BARE_CR, c->at);
    else if (octet < 0x80 && !control_allowed(octet, kind))
        response_deviate(r, MS_POP3_RESPONSE_DEV_CONTROL, c->at);
    else if (octet >= 0x80 && !r->utf8)
        response_deviate(r, MS_POP3_RESPONSE_DEV_8BIT, c->at);
    else if (octet >= 0x80) {
        octets = ms_utf8_char(ms_span_make(c->ptr, c->len), c->at);
        if (octets == 0) {
            response_deviate(r, MS_POP3_RESPONSE_DEV_UTF8, c->at);
            octets = 1;
        }
    }
    c->at += octets;
}

void ms_pop3_check_text(response_reader *r, text_kind kind)
{
    cursor *c = &r->c;
    for (;;) {
        c->at += plain_octets(c->ptr + c->at, octets_left(c));
        if (at_end(c))
            return;
        judge_octet(r, kind);
    }
}

/* Take "+OK" or "-ERR"; in other letter case it is a deviation (RFC 1939 section 3: upper case). */
static bool read_indicator(response_reader *r, ms_pop3_response *out)
{
    const ms_span word = peek(&r->c) == '-' ? MS_SPAN("-ERR") : MS_SPAN("+OK");
    for (size_t i = 0; i < word.len; i++) {
        if (i == r->c.len || octet_upper(r->c.ptr[i]) != word.ptr[i])
            return response_fail(r, MS_POP3_RESPONSE_ERR_INDICATOR, i);
        if (r->c.ptr[i] != word.ptr[i])
            response_deviate(r, MS_POP3_RESPONSE_DEV_INDICATOR_CASE, i);
    }
    r->c.at = word.len;
    out->indicator = word.ptr[0] == '-' ? MS_POP3_NEGATIVE : MS_POP3_POSITIVE;
    if (at_end(&r->c))
        return true;
    if (!skip_octet(&r->c, ' '))
        response_deviate(r, MS_POP3_RESPONSE_DEV_NO_SPACE, word.len);
    out->text = ms_span_make(r->c.ptr + r->c.at, octets_left(&r->c));
    return true;
}

/* "+" SP [base64]; clients meet servers that leave out the space of an empty challenge. */
static void read_continuation(response_reader *r, ms_pop3_response *out)
{
    size_t wrong_at = 0;
    out->indicator = MS_POP3_CONTINUATION;
    r->c.at = 1;
    const bool space = skip_octet(&r->c, ' ');
    const size_t from = r->c.at;
    out->text = out->continuation.data = take_rest(&r->c);
    if (!space && out->text.len == 0)
        response_deviate(r, MS_POP3_RESPONSE_DEV_BARE_CONTINUATION, 1);
    else if (!space)
        response_fail(r, MS_POP3_RESPONSE_ERR_CONTINUATION, 1);
    else if (!ms_base64_check(out->text, &wrong_at))
        response_fail(r, MS_POP3_RESPONSE_ERR_CHALLENGE, from + wrong_at);
}

/* word = atom / quoted-string, sub-domain = atom / domain-literal (RFC 822 appendix D), without blanks, comments and
 * folding, as timestamp = "<" *VCHAR ">".  The opening octet has no place inside: dtext excludes "[". */
static bool skip_id_word(cursor *c, uint8_t opening, uint8_t closing)
{
    if (!skip_octet(c, opening))
        return skip_class(c, OCTET_ATEXT) != 0;
    while (next_is(c, OCTET_VCHAR) && peek(c) != closing && peek(c) != opening) {
        if (peek(c) == '\\' && (peek_second(c) <= ' ' || peek_second(c) >= 0x7F))
            return false;
        c->at += peek(c) == '\\' ? 2 : 1;
    }
    return skip_octet(c, closing);
}

/* local-part = word *("." word), domain = sub-domain *("." sub-domain) */
static bool skip_id_words(cursor *c, uint8_t opening, uint8_t closing)
{
    do {
        if (!skip_id_word(c, opening, closing))
            return false;
    } while (skip_octet(c, '.'));
    return true;
}

/* msg-id = "<" addr-spec ">", addr-spec = local-part "@" domain.  A quoted-string may hold ">". */
static bool skip_msg_id(cursor *c)
{
    return skip_octet(c, '<') && skip_id_words(c, '"', '"') && skip_octet(c, '@') && skip_id_words(c, '[', ']') &&
           skip_octet(c, '>');
}

/* greeting = "+OK" [resp-code] *gchar [timestamp] *gchar CRLF, where gchar has no "<" (RFC 2449 section 3). */
static void read_greeting(response_reader *r, ms_pop3_response *out)
{
    cursor c = r->c;
    size_t count = 0;
    for (take_until(&c, '<'); !at_end(&c); take_until(&c, '<')) {
        const size_t from = c.at;
        const bool valid = skip_msg_id(&c);
        if (!valid) {
            c.at = from;
            take_until(&c, '>');
            if (!skip_octet(&c, '>')) {
                response_deviate(r, MS_POP3_RESPONSE_DEV_TIMESTAMP_NOT_CLOSED, from);
                return;
            }
        }
        if (count++ > 0)
            response_deviate(r, MS_POP3_RESPONSE_DEV_TWO_TIMESTAMPS, from);
        if (!valid)
            response_deviate(r, MS_POP3_RESPONSE_DEV_TIMESTAMP, from);
        else if (ms_span_is_absent(out->greeting.timestamp))
            out->greeting.timestamp = span_since(&c, from);
    }
}

/* "+OK followed by a single space, the exact language tag selected, and another space" (RFC 6856 section 3.2). */
static bool read_language_choice(response_reader *r, ms_pop3_response *out)
{
    if (!ms_pop3_read_language(r, MS_POP3_RESPONSE_ERR_LANGUAGE, out))
        return false;
    if (ms_span_is_absent(out->language.description))
        response_deviate(r, MS_POP3_RESPONSE_DEV_LANGUAGE_SPACE, r->c.at);
    return true;
}

/* What a positive response to this command must say; false on an error. */
static bool read_positive(response_reader *r, ms_pop3_after after, ms_pop3_response *out)
{
    switch (after) {
    case MS_POP3_AFTER_STAT:
        return ms_pop3_read_drop(r, out);
    case MS_POP3_AFTER_LIST:
        return ms_pop3_read_scan(r, out);
    case MS_POP3_AFTER_UIDL:
        return ms_pop3_read_unique(r, out);
    case MS_POP3_AFTER_LANG:
        return read_language_choice(r, out);
    case MS_POP3_AFTER_GREETING:
        read_greeting(r, out);
        return true;
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_AUTH:
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        break;
    }
    return true;
}

/* In any letter case. */
static bool cursor_starts(const cursor *c, ms_span word)
{
    return octets_left(c) >= word.len && octets_equal_nocase(c->ptr + c->at, word.ptr, word.len);
}

/* A response code stands "at the beginning of the human readable text portion" (RFC 2449 section 8); the positive
 * response to these begins with a number or a language tag instead (RFC 1939 section 5, RFC 6856 section 3.2). */
static bool begins_with_text(const ms_pop3_response *out, ms_pop3_after after)
{
    return out->indicator == MS_POP3_NEGATIVE || (after != MS_POP3_AFTER_STAT && after != MS_POP3_AFTER_LIST &&
                                                  after != MS_POP3_AFTER_UIDL && after != MS_POP3_AFTER_LANG);
}

static void read_status(response_reader *r, const ms_pop3_response_context *context, ms_pop3_response *out)
{
    if (!read_indicator(r, out))
        return;
    if (r->c.len > RESPONSE_TEXT_MAX)
        response_deviate(r, MS_POP3_RESPONSE_DEV_TOO_LONG, RESPONSE_TEXT_MAX);
    if (context->after == MS_POP3_AFTER_GREETING && out->indicator == MS_POP3_NEGATIVE)
        response_deviate(r, MS_POP3_RESPONSE_DEV_GREETING_NEGATIVE, 0);
    if (peek(&r->c) == '[' && begins_with_text(out, context->after) && !ms_pop3_read_code(r, out, context->resp_codes))
        return;
    if (out->indicator == MS_POP3_POSITIVE && !read_positive(r, context->after, out))
        return;
    /* text = *schar / resp-code *CHAR, but greeting = "+OK" [resp-code] *gchar … (RFC 2449 section 3) */
    const bool any_char = out->code != MS_POP3_CODE_NONE && context->after != MS_POP3_AFTER_GREETING;
    ms_pop3_check_text(r, any_char ? TEXT_BEHIND_CODE : TEXT_FREE);
}

/* --- the plain good line --- */

/* Most lines by far have nothing that is to be judged; these are read here, and must come out as the rules above would
 * have it.  Whatever is the least unusual is left to these. */
typedef struct plain {
    ms_pop3_indicator indicator; /* MS_POP3_NONE: the line is not plain */
    size_t text_at;              /* line.len + 1: absent */
    uint32_t numbers[2];
    size_t unique_at; /* where the unique-id begins; 0 without */
    bool is_listing;  /* numbers are set */
} plain;

/* What a positive response says behind "+OK ", to its very end. */
static inline bool read_plain_element(ms_span line, ms_pop3_after after, plain *p)
{
    size_t at = p->text_at;
    switch (after) {
    case MS_POP3_AFTER_STAT:
        p->is_listing = true;
        return take_short_listing(line, at, p->numbers);
    case MS_POP3_AFTER_LIST:
        p->is_listing = true;
        return take_short_listing(line, at, p->numbers) && p->numbers[0] != 0;
    case MS_POP3_AFTER_UIDL:
        if (!take_short_decimal(line, &at, &p->numbers[0]) || p->numbers[0] == 0 || at == line.len ||
            line.ptr[at] != ' ')
            return false;
        p->unique_at = at + 1;
        return line.len - p->unique_at - 1 < MS_POP3_UNIQUE_ID_MAX &&
               memchr(line.ptr + p->unique_at, ' ', line.len - p->unique_at) == NULL;
    case MS_POP3_AFTER_GREETING:
        return memchr(line.ptr, '<', line.len) == NULL;
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_AUTH:
        return true;
    case MS_POP3_AFTER_LANG:
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        break;
    }
    return false;
}

INLINE plain read_plain(ms_span line, ms_pop3_after after)
{
    plain p = {MS_POP3_NONE, 0, {0, 0}, 0, false};
    ms_pop3_indicator indicator = MS_POP3_POSITIVE;
    if (line.len < 3 || line.len > RESPONSE_TEXT_MAX || after == MS_POP3_AFTER_TEXT)
        return p;
    p.text_at = 4;
    if (line.ptr[0] == '-') {
        if (line.len < 4 || memcmp(line.ptr, "-ERR", 4) != 0 || after == MS_POP3_AFTER_GREETING)
            return p;
        indicator = MS_POP3_NEGATIVE;
        p.text_at = 5;
    } else if (memcmp(line.ptr, "+OK", 3) != 0) {
        return p;
    }
    if (line.len >= p.text_at) {
        if (line.ptr[p.text_at - 1] != ' ' || (line.len > p.text_at && line.ptr[p.text_at] == '['))
            return p;
    }
    if (indicator == MS_POP3_POSITIVE && !read_plain_element(line, after, &p))
        return p;
    if (plain_octets(line.ptr, line.len) == line.len)
        p.indicator = indicator;
    return p;
}

static ms_pop3_response parse_any(ms_span line, const ms_pop3_response_context *context)
{
    ms_pop3_response out = {.indicator = MS_POP3_NONE, .after = context->after};
    response_reader r = {.c = cursor_of(line)};
    r.utf8 = context->utf8;
    if (context->after == MS_POP3_AFTER_TEXT) {
        out.text = line;
        return out;
    }
    response_strip_bare_cr(&r);
    if (context->after == MS_POP3_AFTER_AUTH && peek(&r.c) == '+' && !(cursor_starts(&r.c, MS_SPAN("+OK"))))
        read_continuation(&r, &out);
    else
        read_status(&r, context, &out);
    out.error = r.error;
    out.error_at = r.error_at;
    out.deviations = r.deviations;
    out.deviation_at = r.deviation_at;
    return out;
}

/* What read_plain found, put into *out; after as the context has it. */
static inline void put_plain(const plain *p, ms_span line, ms_pop3_after after, ms_pop3_response *out)
{
    const bool has_text = line.len >= p->text_at;
    response_begin(out, p->indicator, after,
                   has_text ? ms_span_make(line.ptr + p->text_at, line.len - p->text_at) : ms_span_absent());
    if (p->unique_at != 0) {
        out->unique.number = p->numbers[0];
        out->unique.unique_id = ms_span_make(line.ptr + p->unique_at, line.len - p->unique_at);
    } else if (p->is_listing) { /* a drop listing has the layout of a scan listing */
        out->scan.number = p->numbers[0];
        out->scan.octets = p->numbers[1];
    }
}

ms_pop3_response ms_pop3_response_parse(ms_span line, const ms_pop3_response_context *context)
{
    static const ms_pop3_response_context nothing_special = {MS_POP3_AFTER_STATUS, false, false};
    if (context == NULL)
        context = &nothing_special;
    const plain p = read_plain(line, context->after);
    if (p.indicator == MS_POP3_NONE)
        return parse_any(line, context);
    ms_pop3_response out;
    put_plain(&p, line, context->after, &out);
    return out;
}

ms_pop3_response ms_pop3_response_parse_line(const ms_line *line, const ms_pop3_response_context *context)
{
    if (line->status == MS_LINE_COMPLETE && line->flags == 0)
        return ms_pop3_response_parse(line->text, context);
    ms_pop3_response out = ms_pop3_response_parse(line->text, context);
    const size_t end = line->text.len;
    if (line->status == MS_LINE_NEED_MORE)
        out.error = MS_POP3_RESPONSE_ERR_INCOMPLETE;
    if (line->flags & MS_LINE_TOO_LONG && out.indicator != MS_POP3_CONTINUATION) {
        if (out.deviations == 0)
            out.deviation_at = end < RESPONSE_TEXT_MAX ? end : RESPONSE_TEXT_MAX;
        out.deviations |= MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_TOO_LONG);
    }
    if (line->flags & MS_LINE_BARE_LF) { /* so it is complete */
        if (out.deviations == 0)
            out.deviation_at = end;
        out.deviations |= MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_BARE_LF);
    }
    return out;
}

void ms_pop3_response_read_line(const ms_line *line, const ms_pop3_response_context *context, ms_pop3_response *out)
{
    if (line->status == MS_LINE_COMPLETE && line->flags == 0) {
        const plain p = read_plain(line->text, context->after);
        if (p.indicator != MS_POP3_NONE) {
            put_plain(&p, line->text, context->after, out);
            return;
        }
    }
    *out = ms_pop3_response_parse_line(line, context);
}
