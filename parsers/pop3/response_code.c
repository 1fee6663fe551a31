/*
 * response_code.c - response codes at the start of a response text (RFC 2449 sections 3 and 8)
 *
 *     resp-code  = "[" resp-level *("/" resp-level) "]"
 *     resp-level = 1*rchar
 *     rchar      = %x21-2E / %x30-5C / %x5E-7F   ; printable ASCII, excluding "/" and "]"
 */
#include "response_reader.h"

static const char *const names[] = {
    [MS_POP3_CODE_NONE] = "",         [MS_POP3_CODE_UNKNOWN] = "",          [MS_POP3_CODE_LOGIN_DELAY] = "LOGIN-DELAY",
    [MS_POP3_CODE_IN_USE] = "IN-USE", [MS_POP3_CODE_SYS_TEMP] = "SYS/TEMP", [MS_POP3_CODE_SYS_PERM] = "SYS/PERM",
    [MS_POP3_CODE_AUTH] = "AUTH",     [MS_POP3_CODE_UTF8] = "UTF8",         [MS_POP3_CODE_SYS] = "SYS",
};
_Static_assert(sizeof names / sizeof names[0] == MS_POP3_CODE_COUNT, "each ms_pop3_response_code has a name");

const char *ms_pop3_response_code_name(ms_pop3_response_code code)
{
    return (unsigned)code < MS_POP3_CODE_COUNT ? names[code] : "";
}

/* Interpreted without regard to case, unknown hierarchical detail ignored (RFC 2449 section 8): [IN-USE/X] is IN-USE. */
static ms_pop3_response_code classify(ms_span first, ms_span second)
{
    if (span_equal_nocase(first, MS_SPAN("AUTH")))
        return MS_POP3_CODE_AUTH;
    if (span_equal_nocase(first, MS_SPAN("IN-USE")))
        return MS_POP3_CODE_IN_USE;
    if (span_equal_nocase(first, MS_SPAN("LOGIN-DELAY")))
        return MS_POP3_CODE_LOGIN_DELAY;
    if (span_equal_nocase(first, MS_SPAN("UTF8")))
        return MS_POP3_CODE_UTF8;
    if (!span_equal_nocase(first, MS_SPAN("SYS")))
        return MS_POP3_CODE_UNKNOWN;
    if (span_equal_nocase(second, MS_SPAN("TEMP")))
        return MS_POP3_CODE_SYS_TEMP;
    if (span_equal_nocase(second, MS_SPAN("PERM")))
        return MS_POP3_CODE_SYS_PERM;
    return MS_POP3_CODE_SYS;
}

/* %x7F is allowed by rchar, though it is not printable. */
static bool is_rchar(int octet)
{
    return octet > 0x20 && octet < 0x80 && octet != '/' && octet != ']';
}

/* An announced code that is not well-formed. */
static bool wrong_code(response_reader *r, const cursor *c, bool announced)
{
    cursor rest = *c;
    if (!announced)
        return true;
    take_until(&rest, ']');
    if (at_end(&rest))
        return response_fail(r, MS_POP3_RESPONSE_ERR_RESPONSE_CODE, rest.len);
    const bool level_ends = peek(c) == '/' || peek(c) == ']';
    return response_fail(
        r, level_ends ? MS_POP3_RESPONSE_ERR_RESPONSE_CODE_LEVEL : MS_POP3_RESPONSE_ERR_RESPONSE_CODE_OCTET, c->at);
}

bool ms_pop3_read_code(response_reader *r, ms_pop3_response *out, bool announced)
{
    cursor c = r->c;
    ms_span level[2] = {{NULL, 0}, {NULL, 0}};
    size_t levels = 0;
    const size_t from = ++c.at;
    do {
        const size_t start = c.at;
        while (is_rchar(peek(&c)))
            c.at++;
        if (c.at == start)
            return wrong_code(r, &c, announced);
        if (levels < 2)
            level[levels++] = span_since(&c, start);
    } while (skip_octet(&c, '/'));
    if (peek(&c) != ']')
        return wrong_code(r, &c, announced);
    out->code_text = span_since(&c, from);
    out->code = classify(level[0], level[1]);
    c.at++;
    r->c = c;
    return true;
}
