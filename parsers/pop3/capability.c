/*
 * capability.c - one line of a CAPA response (RFC 2449 sections 3, 5 and 6)
 *
 *     capability = capa-tag *(SP param) CRLF   ; 512 octets maximum
 *     capa-tag   = 1*cchar
 *     cchar      = %x21-2D / %x2F-7F           ; printable ASCII, excluding "."
 *
 * The tag has no dot so that no line of the list needs one doubled.
 */
#include "response_reader.h"

#include "mailspec/sasl.h"

enum { MECHANISM_MAX = 20 };

static const char *const tags[] = {
    [MS_CAPA_UNKNOWN] = "",
    [MS_CAPA_TOP] = "TOP",
    [MS_CAPA_USER] = "USER",
    [MS_CAPA_SASL] = "SASL",
    [MS_CAPA_RESP_CODES] = "RESP-CODES",
    [MS_CAPA_LOGIN_DELAY] = "LOGIN-DELAY",
    [MS_CAPA_PIPELINING] = "PIPELINING",
    [MS_CAPA_EXPIRE] = "EXPIRE",
    [MS_CAPA_UIDL] = "UIDL",
    [MS_CAPA_IMPLEMENTATION] = "IMPLEMENTATION",
    [MS_CAPA_STLS] = "STLS",
    [MS_CAPA_AUTH_RESP_CODE] = "AUTH-RESP-CODE",
    [MS_CAPA_UTF8] = "UTF8",
    [MS_CAPA_LANG] = "LANG",
    [MS_CAPA_X] = "",
};
_Static_assert(sizeof tags / sizeof tags[0] == MS_CAPA_COUNT, "each ms_pop3_capability_id has a tag");

const char *ms_pop3_capability_name(ms_pop3_capability_id id)
{
    return (unsigned)id < MS_CAPA_COUNT ? tags[id] : "";
}

/* Response tags are case-insensitive (RFC 2449 section 5). */
static bool tag_is(ms_span tag, const char *name)
{
    size_t i = 0;
    for (; i < tag.len && name[i] != '\0'; i++)
        if (octet_upper(tag.ptr[i]) != (uint8_t)name[i])
            return false;
    return i == tag.len && name[i] == '\0';
}

static ms_pop3_capability_id id_of(ms_span tag)
{
    for (unsigned id = MS_CAPA_TOP; id < MS_CAPA_X; id++)
        if (tag_is(tag, tags[id]))
            return (ms_pop3_capability_id)id;
    return octet_upper(tag.ptr[0]) == 'X' ? MS_CAPA_X : MS_CAPA_UNKNOWN;
}

ms_span ms_pop3_capability_parameter(ms_span *rest)
{
    cursor c = cursor_of(*rest);
    skip_class(&c, OCTET_BLANK);
    const size_t from = c.at;
    while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
        c.at++;
    const ms_span parameter = span_since(&c, from);
    *rest = ms_span_make(c.ptr + c.at, octets_left(&c));
    return parameter.len == 0 ? ms_span_absent() : parameter;
}

typedef struct parameters {
    response_reader *r;
    const uint8_t *line;
    ms_span rest;
} parameters;

static void wrong(parameters *p, ms_span parameter)
{
    const size_t at = ms_span_is_absent(parameter) ? p->r->c.len : (size_t)(parameter.ptr - p->line);
    response_deviate(p->r, MS_POP3_RESPONSE_DEV_CAPABILITY_PARAMETER, at);
}

/* A number that fills the parameter; what does not fit 32 bits stays at their largest value. */
static bool number_of(ms_span parameter, uint32_t *number)
{
    cursor c = cursor_of(parameter);
    uint64_t value;
    const decimal result = take_decimal(&c, UINT32_MAX, &value);
    *number = (uint32_t)value;
    return result != DECIMAL_NONE && at_end(&c);
}

/* [SP "USER"] and nothing behind it. */
static bool read_user(parameters *p)
{
    const ms_span user = ms_pop3_capability_parameter(&p->rest);
    if (ms_span_is_absent(user))
        return false;
    const ms_span surplus = ms_pop3_capability_parameter(&p->rest);
    if (!span_equal_nocase(user, MS_SPAN("USER")))
        wrong(p, user);
    else if (!ms_span_is_absent(surplus))
        wrong(p, surplus);
    return span_equal_nocase(user, MS_SPAN("USER"));
}

/* "a space-separated list of SASL mechanisms that are supported" (RFC 5034 section 3) */
static void read_sasl(parameters *p, ms_pop3_capability *out)
{
    ms_span name = ms_pop3_capability_parameter(&p->rest);
    if (ms_span_is_absent(name))
        wrong(p, name);
    for (; !ms_span_is_absent(name); name = ms_pop3_capability_parameter(&p->rest)) {
        bool upper;
        cursor c = cursor_of(name);
        skip_class(&c, OCTET_SASL_NAME | OCTET_LOWER); /* any letter case in POP3 (RFC 5034 section 5) */
        if (!at_end(&c) || name.len > MECHANISM_MAX)
            response_deviate(p->r, MS_POP3_RESPONSE_DEV_CAPABILITY_MECHANISM, (size_t)(name.ptr - p->line));
        else
            out->mechanisms |= UINT32_C(1) << ms_sasl_mechanism_parse(name, &upper);
    }
}

/* "minimum seconds between logins; optionally followed by USER" (RFC 2449 section 6.5) */
static void read_login_delay(parameters *p, ms_pop3_capability *out)
{
    const ms_span seconds = ms_pop3_capability_parameter(&p->rest);
    if (!number_of(seconds, &out->login_delay.seconds))
        wrong(p, seconds);
    out->login_delay.user = read_user(p);
}

/* "minimum retention days, or NEVER; optionally followed by USER" (RFC 2449 section 6.7) */
static void read_expire(parameters *p, ms_pop3_capability *out)
{
    const ms_span days = ms_pop3_capability_parameter(&p->rest);
    out->expire.never = span_equal_nocase(days, MS_SPAN("NEVER"));
    if (!out->expire.never && !number_of(days, &out->expire.days))
        wrong(p, days);
    out->expire.user = read_user(p);
}

static void read_parameters(parameters *p, ms_pop3_capability *out)
{
    switch (out->id) {
    case MS_CAPA_SASL:
        read_sasl(p, out);
        break;
    case MS_CAPA_LOGIN_DELAY:
        read_login_delay(p, out);
        break;
    case MS_CAPA_EXPIRE:
        read_expire(p, out);
        break;
    case MS_CAPA_UTF8:
        out->utf8.user = read_user(p);
        break;
    case MS_CAPA_IMPLEMENTATION:
        if (ms_span_is_absent(out->parameters))
            wrong(p, out->parameters);
        break;
    case MS_CAPA_AUTH_RESP_CODE:
    case MS_CAPA_LANG:
        if (!ms_span_is_absent(out->parameters))
            wrong(p, out->parameters);
        break;
    case MS_CAPA_TOP: /* "Arguments: none" (RFC 2449 section 6), which forbids nothing and misleads nobody */
    case MS_CAPA_USER:
    case MS_CAPA_RESP_CODES:
    case MS_CAPA_PIPELINING:
    case MS_CAPA_UIDL:
    case MS_CAPA_STLS:
    case MS_CAPA_UNKNOWN:
    case MS_CAPA_X:
    case MS_CAPA_COUNT:
        break;
    }
}

/* The single spaces before, between and not behind the parameters. */
static void check_spaces(response_reader *r)
{
    cursor c = r->c;
    while (!at_end(&c)) {
        const size_t from = c.at;
        if (skip_class(&c, OCTET_BLANK) > 1 || c.ptr[from] != ' ' || at_end(&c))
            response_deviate(r, MS_POP3_RESPONSE_DEV_EXTRA_BLANKS, from);
        while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
            c.at++;
    }
}

static void read_capability(response_reader *r, ms_pop3_capability *out)
{
    cursor *c = &r->c;
    while (!at_end(c) && peek(c) > 0x20 && peek(c) < 0x80 && peek(c) != '.')
        c->at++;
    out->tag = span_since(c, 0);
    if (at_end(c) ? out->tag.len == 0 : out->tag.len == 0 && next_is(c, OCTET_BLANK)) {
        response_fail(r, MS_POP3_RESPONSE_ERR_CAPABILITY, 0);
        return;
    }
    if (!at_end(c) && !next_is(c, OCTET_BLANK)) {
        response_fail(r, MS_POP3_RESPONSE_ERR_CAPABILITY_TAG, c->at);
        return;
    }
    out->id = id_of(out->tag);
    check_spaces(r);
    parameters p = {r, c->ptr, ms_span_make(c->ptr + c->at, octets_left(c))};
    ms_span rest = p.rest;
    const ms_span first = ms_pop3_capability_parameter(&rest);
    if (!ms_span_is_absent(first))
        out->parameters = ms_span_make(first.ptr, first.len + rest.len);
    read_parameters(&p, out);
    if (c->len > RESPONSE_TEXT_MAX)
        response_deviate(r, MS_POP3_RESPONSE_DEV_TOO_LONG, RESPONSE_TEXT_MAX);
    ms_pop3_check_text(r, TEXT_WORDS);
}

ms_pop3_capability ms_pop3_capability_parse(ms_span line)
{
    ms_pop3_capability out = {.id = MS_CAPA_UNKNOWN};
    response_reader r = {.c = cursor_of(line)};
    response_strip_bare_cr(&r);
    read_capability(&r, &out);
    out.error = r.error;
    out.error_at = r.error_at;
    out.deviations = r.deviations;
    out.deviation_at = r.deviation_at;
    return out;
}
