/*
 * address_literal.c - address literals (RFC 5321 section 4.1.3)
 *
 * address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
 *
 * The octet behind the first run of letters, digits and hyphens tells which of
 * the three it is: a dot makes it IPv4, a colon ends a tag.  The tag IPv6 binds:
 * what is malformed behind it is never taken for a general literal.
 */
#include "mailspec/limits.h"
#include "reader.h"

enum { IPV6_GROUPS = 8, IPV4_AS_GROUPS = 2, GROUP_DIGITS_MAX = 4, SNUM_DIGITS_MAX = 3, SNUM_MAX = 255 };

/* Snum = 1*3DIGIT
 *        ; representing a decimal integer value in the range 0 through 255 */
static bool read_snum(cursor *c)
{
    unsigned value = 0;
    size_t digits = 0;
    for (; next_is(c, OCTET_DIGIT); c->at++, digits++) {
        value = value * 10 + (unsigned)(c->ptr[c->at] - '0');
        if (digits == SNUM_DIGITS_MAX || value > SNUM_MAX)
            return false;
    }
    return digits != 0;
}

/* The cursor stands on a digit behind three others. */
static bool fourth_digit(const cursor *c)
{
    if (!next_is(c, OCTET_DIGIT) || c->at < SNUM_DIGITS_MAX)
        return false;
    for (size_t i = 1; i <= SNUM_DIGITS_MAX; i++)
        if (!octet_is(c->ptr[c->at - i], OCTET_DIGIT))
            return false;
    return true;
}

/* IPv4-address-literal = Snum 3("."  Snum) */
static bool read_ipv4(cursor *c)
{
    if (!read_snum(c))
        return false;
    for (int i = 0; i < 3; i++)
        if (!skip_octet(c, '.') || !read_snum(c))
            return false;
    return true;
}

/* IPv6-hex = 1*4HEXDIG */
static bool read_group(cursor *c)
{
    const size_t from = c->at;
    while (c->at - from < GROUP_DIGITS_MAX && next_is(c, OCTET_HEX))
        c->at++;
    return c->at != from && !next_is(c, OCTET_HEX);
}

/* The group since `from` turns out to be the first Snum of an IPv4 address. */
static bool begins_ipv4(const cursor *c, size_t from)
{
    if (peek(c) != '.' || c->at - from > SNUM_DIGITS_MAX)
        return false;
    for (size_t at = from; at < c->at; at++)
        if (!octet_is(c->ptr[at], OCTET_DIGIT))
            return false;
    return true;
}

/* IPv6-addr   = IPv6-full / IPv6-comp / IPv6v4-full / IPv6v4-comp
 * IPv6-full   = IPv6-hex 7(":" IPv6-hex)
 * IPv6-comp   = [IPv6-hex *5(":" IPv6-hex)] "::" [IPv6-hex *5(":" IPv6-hex)]
 *               ; The "::" represents at least 2 16-bit groups of zeros.  No more
 *               ; than 6 groups in addition to the "::" may be present.
 * IPv6v4-full = IPv6-hex 5(":" IPv6-hex) ":" IPv4-address-literal
 * IPv6v4-comp = [IPv6-hex *3(":" IPv6-hex)] "::" [IPv6-hex *3(":" IPv6-hex) ":"] IPv4-address-literal
 *
 * An IPv4 address counts as two groups, and all four come down to: eight groups,
 * or up to six and one "::".  Seven beside "::" are what RFC 4291 section 2.2
 * allows and this RFC does not (erratum 2467, which asked for it, was rejected). */
static bool read_ipv6(cursor *c, ms_deviations *deviations)
{
    unsigned groups = 0;
    bool compressed = false, group_due = true;
    if (skip_octet(c, ':')) {
        if (!skip_octet(c, ':'))
            return false;
        compressed = true;
        group_due = false;
    }
    for (;;) {
        const size_t from = c->at;
        if (!next_is(c, OCTET_HEX) && !group_due)
            break;
        if (compressed && groups == IPV6_GROUPS - 1)
            break;
        if (!read_group(c))
            return false;
        if (begins_ipv4(c, from)) {
            if (compressed ? groups >= IPV6_GROUPS - IPV4_AS_GROUPS : groups != IPV6_GROUPS - IPV4_AS_GROUPS)
                return false;
            c->at = from;
            groups += IPV4_AS_GROUPS;
            if (!read_ipv4(c))
                return false;
            break;
        }
        groups++;
        if (groups == IPV6_GROUPS || (compressed && groups == IPV6_GROUPS - 1) || !skip_octet(c, ':'))
            break;
        group_due = true;
        if (!compressed && skip_octet(c, ':')) {
            compressed = true;
            group_due = false;
        }
    }
    if (compressed && groups == IPV6_GROUPS - 1)
        *deviations |= MS_DEVIATION_BIT(MS_SMTP_DEV_IPV6_SEVEN_GROUPS);
    return compressed || groups == IPV6_GROUPS;
}

/* General-address-literal = Standardized-tag ":" 1*dcontent
 * Standardized-tag        = Ldh-str
 * The cursor stands on the colon behind a tag.  No tag but IPv6 is registered. */
static bool read_general(smtp_reader *r)
{
    if (!octet_is(r->c.ptr[r->c.at - 1], OCTET_LET_DIG))
        return false;
    r->c.at++;
    if (skip_class(&r->c, OCTET_DCONTENT) == 0)
        return false;
    deviate(r, MS_SMTP_DEV_LITERAL_TAG_UNREGISTERED);
    return true;
}

/* An IPv6 address whose tag was forgotten.  It may look like a general literal whose tag is the first group: what is
 * an address as a whole is taken for one. */
static bool read_untagged_ipv6(smtp_reader *r, size_t from)
{
    const size_t colon = r->c.at;
    ms_deviations deviations = 0;
    r->c.at = from;
    if (read_ipv6(&r->c, &deviations) && peek(&r->c) == ']') {
        r->deviations |= deviations;
        deviate(r, MS_SMTP_DEV_LITERAL_UNTAGGED_IPV6);
        return true;
    }
    if (colon != from) /* there is a tag, so it may be a general literal */
        r->c.at = colon;
    return false;
}

static bool read_content(smtp_reader *r, uint8_t *kind)
{
    cursor *const c = &r->c;
    const size_t from = c->at;
    while (next_is(c, OCTET_LET_DIG) || peek(c) == '-')
        c->at++;
    if (peek(c) == '.') {
        *kind = MS_DOMAIN_IPV4;
        c->at = from;
        return read_ipv4(c);
    }
    if (peek(c) != ':')
        return false;
    *kind = MS_DOMAIN_IPV6;
    if (span_equal_nocase(span_since(c, from), MS_SPAN("IPv6"))) {
        c->at++;
        return read_ipv6(c, &r->deviations);
    }
    const bool has_tag = c->at != from;
    if (read_untagged_ipv6(r, from))
        return true;
    *kind = MS_DOMAIN_GENERAL;
    return has_tag && read_general(r);
}

/* Which of the four forms was meant: by a double colon and by a dot. */
static ms_requirement ipv6_rule(ms_span content)
{
    bool compressed = false, dotted = false;
    for (size_t at = 0; at < content.len; at++) {
        compressed |= content.ptr[at] == ':' && at + 1 < content.len && content.ptr[at + 1] == ':';
        dotted |= content.ptr[at] == '.';
    }
    if (dotted)
        return compressed ? MS_REQ_SMTP_5321_4_1_3_07 : MS_REQ_SMTP_5321_4_1_3_06;
    return compressed ? MS_REQ_SMTP_5321_4_1_3_05 : MS_REQ_SMTP_5321_4_1_3_04;
}

/* What a literal breaks that is malformed at the cursor; from: behind its bracket.  Where no bracket closes it, that is
 * what is wrong. */
static ms_requirement broken_rule(const cursor *c, size_t from)
{
    size_t end = from, colon = SIZE_MAX;
    bool dotted = false;
    for (; end < c->len && c->ptr[end] != ']'; end++) {
        if (c->ptr[end] == ':' && colon == SIZE_MAX)
            colon = end;
        dotted |= c->ptr[end] == '.';
    }
    if (end == c->len)
        return MS_REQ_SMTP_5321_4_1_3_09;
    if (colon == SIZE_MAX && (dotted || octet_is(c->ptr[from], OCTET_DIGIT)))
        return fourth_digit(c) ? MS_REQ_SMTP_5321_4_1_3_02 : MS_REQ_SMTP_5321_4_1_3_01;
    if (colon != SIZE_MAX && span_equal_nocase(ms_span_make(c->ptr + from, colon - from), MS_SPAN("IPv6")))
        return ipv6_rule(ms_span_make(c->ptr + colon + 1, end - colon - 1));
    return MS_REQ_SMTP_5321_4_1_3_08;
}

/* The cursor stands on the bracket. */
ms_smtp_error ms_smtp_address_literal_read(smtp_reader *r, uint8_t *kind)
{
    const size_t from = ++r->c.at;
    if (read_content(r, kind) && skip_octet(&r->c, ']'))
        return MS_SMTP_OK;
    r->requirement = (uint16_t)broken_rule(&r->c, from);
    return MS_SMTP_ERR_ADDRESS_LITERAL;
}
