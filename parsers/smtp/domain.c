/* domain.c - Domain (RFC 5321 section 4.1.2, RFC 6531 section 3.3) */
#include "../common/utf8.h"
#include "let_dig.h"
#include "mailspec/limits.h"
#include "reader.h"

/* The one character at the cursor, whose first octet is above 127.
 * RFC 6531 section 3.3 takes UTF8-non-ascii of RFC 6532 section 3.1: well-formed by RFC 3629. */
ms_smtp_error ms_smtp_utf8_read(smtp_reader *r)
{
    const size_t octets = ms_utf8_char(ms_span_make(r->c.ptr, r->c.len), r->c.at);
    if (octets == 0)
        return MS_SMTP_ERR_UTF8;
    if (!r->utf8)
        deviate(r, MS_SMTP_DEV_8BIT);
    r->c.at += octets;
    return MS_SMTP_OK;
}

/* The rest of a label that holds more than letters and digits: the cursor stands on the first octet that is neither.
 * Ldh-str = *( ALPHA / DIGIT / "-" ) Let-dig
 * The underscore has no place in a label (RFC 5321 section 4.1.2), but is met with, and so understood. */
static ms_smtp_error read_label_rest(smtp_reader *r, size_t label, bool *u_label)
{
    if (r->c.at == label && peek(&r->c) == '-')
        return MS_SMTP_ERR_DOMAIN;
    for (; !at_end(&r->c); r->c.at++) {
        const uint8_t octet = r->c.ptr[r->c.at];
        if (octet == '_') {
            deviate(r, MS_SMTP_DEV_DOMAIN_UNDERSCORE);
        } else if (octet > 127) {
            if (ms_smtp_utf8_read(r) != MS_SMTP_OK)
                return MS_SMTP_ERR_UTF8;
            *u_label = true;
            r->c.at--;
        } else if (octet != '-' && !octet_is(octet, OCTET_LET_DIG)) {
            break;
        }
    }
    return r->c.ptr[r->c.at - 1] == '-' ? MS_SMTP_ERR_DOMAIN : MS_SMTP_OK;
}

static bool goes_on_in_label(int octet)
{
    return octet == '-' || octet == '_' || octet > 127;
}

/* Domain = sub-domain *("." sub-domain)
 * sub-domain = Let-dig [Ldh-str]
 * sub-domain =/ U-label
 * What stands behind the domain is the caller's.  A dot at its end is understood; the span keeps it. */
static ms_smtp_error read_unusual_domain(smtp_reader *r, ms_span *domain)
{
    const uint8_t *const ptr = r->c.ptr;
    const size_t start = r->c.at, len = r->c.len;
    size_t at = start, label;
    for (;; at++) {
        bool u_label = false;
        label = at;
        at = let_dig_end(ptr, at, len);
        if (at < len && ptr[at] != '.' && goes_on_in_label(ptr[at])) {
            r->c.at = at;
            const ms_smtp_error error = read_label_rest(r, label, &u_label);
            if (error != MS_SMTP_OK)
                return error;
            at = r->c.at;
        }
        /* The limit is that of the DNS, so it counts the A-label: the octets of a U-label say nothing about it. */
        if (at - label > MS_SMTP_LABEL_MAX && !u_label)
            deviate(r, MS_SMTP_DEV_LABEL_TOO_LONG);
        if (at == len || ptr[at] != '.' || at == label)
            break;
    }
    r->c.at = at;
    if (at == label) {
        /* the old #number form (RFC 5321 appendix F.4) */
        if (at == start && at < len && ptr[at] == '#')
            return wrong_by(r, at, MS_SMTP_ERR_DOMAIN, MS_REQ_SMTP_5321_4_1_3_10);
        if (at == start || (at < len && ptr[at] == '.'))
            return MS_SMTP_ERR_DOMAIN;
        deviate(r, MS_SMTP_DEV_DOMAIN_TRAILING_DOT);
    }
    if (at - start > MS_SMTP_DOMAIN_MAX)
        deviate(r, MS_SMTP_DEV_DOMAIN_TOO_LONG);
    *domain = ms_span_make(ptr + start, at - start);
    return MS_SMTP_OK;
}

/* Of eight octets, bit 7 of those that are '-' or '.', and of those that are neither these nor letters nor digits.  A
 * range is the exclusive or of two comparisons: what is at least its end is at least its beginning too. */
static inline uint64_t name_marks(uint64_t octets, uint64_t *separators)
{
    const uint64_t ascii = octets & EACH(0x7F), folded = ascii | EACH(0x20);
    const uint64_t alpha = at_least(folded, 'a') ^ at_least(folded, 'z' + 1);
    const uint64_t from_hyphen = at_least(ascii, '-'), from_slash = at_least(ascii, '/');
    const uint64_t slash = from_slash ^ at_least(ascii, '0');
    const uint64_t others = ~(alpha | (from_hyphen ^ at_least(ascii, '9' + 1))) | slash | octets;
    *separators = (from_hyphen ^ from_slash) & ~octets & EACH(0x80);
    return others & EACH(0x80);
}

size_t ms_smtp_name_end(const uint8_t *ptr, size_t at, size_t len, bool *odd)
{
    uint64_t before = 0x80, wrong = 0;
    if (len < 8) {
        *odd = true;
        return at;
    }
    for (;; at += 8) {
        uint64_t separators;
        const uint64_t end = name_marks(eight_at(ptr, at, len), &separators), behind = separators << 8 | before;
        if (end != 0) {
            /* two together before the end, or one right before it, or nothing at all */
            const uint64_t lowest = end & (0 - end);
            wrong |= ((separators & (lowest - 1)) | lowest) & behind;
            *odd |= wrong != 0;
            return at + first_marked(end);
        }
        wrong |= separators & behind;
        before = separators >> 56;
    }
}

/* Most domains by far are short, and letters, digits and single dots and hyphens: nothing is to be said about them. */
ms_smtp_error ms_smtp_domain_read(smtp_reader *r, ms_span *domain)
{
    const size_t start = r->c.at, len = r->c.len;
    bool odd = false;
    const size_t end = ms_smtp_name_end(r->c.ptr, start, len, &odd);
    if (odd || end - start > MS_SMTP_LABEL_MAX || (end < len && goes_on_in_label(r->c.ptr[end])))
        return read_unusual_domain(r, domain);
    r->c.at = end;
    *domain = ms_span_make(r->c.ptr + start, end - start);
    return MS_SMTP_OK;
}

ms_smtp_domain_kind ms_smtp_domain_parse(ms_span text, const ms_smtp_context *context, size_t *wrong_at,
                                         ms_deviations *deviations)
{
    smtp_reader r = reader_of(text, context);
    uint8_t kind = MS_DOMAIN_NAME;
    ms_span domain;
    const ms_smtp_error error =
        peek(&r.c) == '[' ? ms_smtp_address_literal_read(&r, &kind) : ms_smtp_domain_read(&r, &domain);
    if (deviations != NULL)
        *deviations = r.deviations;
    if (error == MS_SMTP_OK && at_end(&r.c))
        return (ms_smtp_domain_kind)kind;
    if (wrong_at != NULL)
        *wrong_at = r.c.at;
    return MS_DOMAIN_NONE;
}
