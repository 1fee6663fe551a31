/* command_argument.c - the arguments of all commands but MAIL, RCPT and their kin */
#include "command_read.h"
#include "mailspec/base64.h"
#include "mailspec/limits.h"

/* Free text: what is not ASCII, and a line end that is none, is understood; NUL is not. */
ms_smtp_error ms_smtp_text_read(smtp_reader *r, ms_span *text)
{
    cursor *const c = &r->c;
    const size_t from = c->at;
    size_t end = c->len;
    while (end > from && octet_is(c->ptr[end - 1], OCTET_BLANK))
        end--;
    if (end != c->len)
        deviate(r, MS_SMTP_DEV_TRAILING_BLANKS);
    for (; c->at < end; c->at++) {
        const uint8_t octet = c->ptr[c->at];
        if (octet == 0)
            return MS_SMTP_ERR_NUL;
        if (octet > 127 && !r->utf8)
            deviate(r, MS_SMTP_DEV_8BIT);
        else if (octet == '\r')
            deviate(r, MS_SMTP_DEV_BARE_CR);
        else if (octet == '\n')
            deviate(r, MS_SMTP_DEV_BARE_LF);
    }
    *text = span_since(c, from);
    c->at = c->len;
    return MS_SMTP_OK;
}

static ms_smtp_error missing(smtp_reader *r, ms_requirement requirement)
{
    return wrong_by(r, r->c.len, MS_SMTP_ERR_ARGUMENT_MISSING, requirement);
}

/* A word of printable octets that is no Domain, such as my_host. */
static ms_smtp_error read_other_name(smtp_reader *r, size_t from)
{
    r->c.at = from;
    while (next_is(&r->c, OCTET_VCHAR | OCTET_8BIT)) {
        if (next_is(&r->c, OCTET_8BIT))
            deviate(r, MS_SMTP_DEV_8BIT);
        r->c.at++;
    }
    if (!at_end_or_blank(r))
        return wrong_by(r, r->c.at, MS_SMTP_ERR_ARGUMENT_MALFORMED, MS_REQ_SMTP_5321_2_3_5_02);
    deviate(r, MS_SMTP_DEV_EHLO_NOT_DOMAIN);
    return MS_SMTP_OK;
}

/* ( Domain / address-literal ), or what is taken for one. */
static ms_smtp_error read_host(smtp_reader *r, ms_smtp_command *command)
{
    const ms_deviations before = r->deviations;
    const size_t from = r->c.at;
    ms_smtp_error error;
    if (peek(&r->c) == '[') {
        error = ms_smtp_address_literal_read(r, &command->ehlo.domain_kind);
        if (error == MS_SMTP_OK && !at_end_or_blank(r))
            error = MS_SMTP_ERR_ADDRESS_LITERAL;
        if (command->verb == MS_SMTP_HELO)
            deviate(r, MS_SMTP_DEV_HELO_LITERAL);
    } else {
        const ms_deviations underscore = MS_DEVIATION_BIT(MS_SMTP_DEV_DOMAIN_UNDERSCORE);
        command->ehlo.domain_kind = MS_DOMAIN_NAME;
        error = ms_smtp_domain_read(r, &command->ehlo.domain);
        if (error != MS_SMTP_OK || !at_end_or_blank(r) || (r->deviations & underscore) != 0) {
            r->deviations = before;
            command->ehlo.domain_kind = MS_DOMAIN_NONE;
            error = read_other_name(r, from);
        }
    }
    command->ehlo.domain = span_since(&r->c, from);
    return error;
}

/* ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
 * helo = "HELO" SP Domain CRLF
 * RFC 5321 section 4.1.1.1; LHLO is like EHLO (RFC 2033 section 4.1).  The argument is ASCII under SMTPUTF8, too
 * (RFC 6531 section 3.7.1). */
ms_smtp_error ms_smtp_ehlo_read(smtp_reader *r, ms_smtp_command *command)
{
    r->utf8 = false;
    if (!next_element(r))
        return missing(r, MS_REQ_SMTP_5321_2_3_5_02);
    const ms_smtp_error error = read_host(r, command);
    if (error != MS_SMTP_OK || !next_element(r))
        return error;
    ms_span text;
    deviate(r, MS_SMTP_DEV_EHLO_EXTRA_TEXT);
    return ms_smtp_text_read(r, &text);
}

/* bdat-cmd   ::= "BDAT" SP chunk-size [ SP end-marker ] CR LF
 * chunk-size ::= 1*DIGIT
 * end-marker ::= "LAST"
 * RFC 3030 section 2 */
ms_smtp_error ms_smtp_bdat_read(smtp_reader *r, ms_smtp_command *command)
{
    static const char last[] = "LAST";
    cursor *const c = &r->c;
    if (!next_element(r))
        return missing(r, MS_REQ_SMTP_3030_2_02);
    const size_t from = c->at;
    uint64_t octets = 0;
    for (; next_is(c, OCTET_DIGIT); c->at++) {
        const uint64_t digit = (uint64_t)(c->ptr[c->at] - '0');
        if (c->at - from == MS_SMTP_CHUNK_DIGITS_MAX || octets > (UINT64_MAX - digit) / 10)
            return MS_SMTP_ERR_CHUNK_SIZE;
        octets = octets * 10 + digit;
    }
    if (c->at == from || !at_end_or_blank(r))
        return MS_SMTP_ERR_CHUNK_SIZE;
    command->bdat.octets = octets;
    if (!next_element(r))
        return MS_SMTP_OK;
    for (const char *octet = last; *octet != '\0'; octet++, c->at++)
        if (at_end(c) || octet_upper(c->ptr[c->at]) != (uint8_t)*octet)
            return wrong_by(r, c->at, MS_SMTP_ERR_ARGUMENT_MALFORMED, MS_REQ_SMTP_3030_2_02);
    if (!at_end_or_blank(r))
        return wrong_by(r, c->at, MS_SMTP_ERR_ARGUMENT_MALFORMED, MS_REQ_SMTP_3030_2_02);
    command->bdat.last = true;
    r->requirement = MS_REQ_SMTP_3030_2_02;
    return expect_end(r);
}

/* auth-command     = "AUTH" SP sasl-mech [SP initial-response] …
 * initial-response = base64 / "="
 * sasl-mech        = 1*20mech-char, in any letter case (RFC 4954 section 8)
 * RFC 4954 sections 4 and 8 */
ms_smtp_error ms_smtp_auth_read(smtp_reader *r, ms_smtp_command *command)
{
    cursor *const c = &r->c;
    if (!next_element(r))
        return missing(r, MS_REQ_SMTP_4954_8_01);
    const size_t from = c->at;
    while (next_is(c, OCTET_SASL_NAME | OCTET_LOWER) && c->at - from < MS_SASL_NAME_MAX)
        c->at++;
    if (c->at == from || !at_end_or_blank(r))
        return MS_SMTP_ERR_MECHANISM;
    command->auth.mechanism = span_since(c, from);
    if (!next_element(r))
        return MS_SMTP_OK;

    const size_t start = c->at;
    while (!at_end_or_blank(r))
        c->at++;
    const ms_span response = span_since(c, start);
    size_t wrong = 0;
    command->auth.initial_response = response;
    if (response.len == 1 && response.ptr[0] == '=')
        command->auth.initial_response.len = 0;
    else if (!ms_base64_check(response, &wrong))
        return wrong_at(r, start + wrong, MS_SMTP_ERR_BASE64);
    r->requirement = MS_REQ_SMTP_4954_8_01;
    return expect_end(r);
}

/* The line that answers a challenge: *(CRLF [base64]) [CRLF cancel-response], cancel-response = "*"
 * RFC 4954 section 8.  A blank is no octet of base64, wherever it stands (section 4). */
ms_smtp_error ms_smtp_auth_response_read(smtp_reader *r, ms_smtp_command *command)
{
    const ms_span line = ms_span_make(r->c.ptr, r->c.len);
    size_t wrong = 0;
    command->auth_response.cancel = line.len == 1 && line.ptr[0] == '*';
    command->auth_response.data = ms_span_make(line.ptr, command->auth_response.cancel ? 0 : line.len);
    if (command->auth_response.cancel || ms_base64_check(line, &wrong))
        return MS_SMTP_OK;
    return wrong_by(r, wrong, MS_SMTP_ERR_BASE64, MS_REQ_SMTP_4954_8_02);
}

/* ETRN [<option character>]<node name><CR><LF>
 * RFC 1985 section 5: "@" asks for the subdomains, too; behind "#" stands the name of a queue, whose syntax is the
 * server's matter. */
ms_smtp_error ms_smtp_etrn_read(smtp_reader *r, ms_smtp_command *command)
{
    cursor *const c = &r->c;
    if (!next_element(r))
        return missing(r, MS_REQ_SMTP_1985_5_09);
    const size_t from = c->at;
    ms_span node;
    bool right;
    if (skip_octet(c, '#')) {
        right = skip_class(c, OCTET_VCHAR) != 0;
    } else {
        skip_octet(c, '@');
        right = ms_smtp_domain_read(r, &node) == MS_SMTP_OK;
    }
    if (!right || !at_end_or_blank(r))
        return wrong_by(r, c->at, MS_SMTP_ERR_ARGUMENT_MALFORMED, MS_REQ_SMTP_1985_5_09);
    command->argument = span_since(c, from);
    r->requirement = MS_REQ_SMTP_1985_5_09;
    return expect_end(r);
}

/* The argument is no String: keep it as it is. */
static ms_smtp_error read_other_text(smtp_reader *r, size_t from, ms_deviations before, ms_span *text)
{
    r->c.at = from;
    r->deviations = before;
    deviate(r, MS_SMTP_DEV_STRING_NOT_ATOM);
    return ms_smtp_text_read(r, text);
}

/* " SMTPUTF8" at the end of the line (RFC 6531 section 3.7.4.2); the cursor stands behind the String. */
static bool take_smtputf8(smtp_reader *r)
{
    const smtp_reader before = *r;
    if (next_element(r) && skip_word(&r->c, MS_SPAN("SMTPUTF8")) && at_end_or_blank(r) && !next_element(r))
        return true;
    *r = before;
    return false;
}

/* vrfy   = "VRFY" SP String [ SP "SMTPUTF8" ] CRLF
 * expn   = "EXPN" SP String [ SP "SMTPUTF8" ] CRLF
 * String = Atom / Quoted-string
 * RFC 5321 sections 4.1.1.6 and 4.1.1.7, RFC 6531 section 3.7.4.2.  The rule String has neither dots nor at signs, but
 * "the string is a user name or a user name and domain", and servers should take the form local-part@domain (RFC 5321
 * section 3.5.1): so a Local-part and a Mailbox are no deviation. */
ms_smtp_error ms_smtp_name_read(smtp_reader *r, ms_smtp_command *command)
{
    if (!next_element(r))
        return missing(r, command->verb == MS_SMTP_VRFY ? MS_REQ_SMTP_5321_4_1_1_6_02 : MS_REQ_SMTP_5321_4_1_1_7_02);
    const ms_deviations before = r->deviations;
    const size_t from = r->c.at;
    ms_smtp_path path;
    clear(&path, sizeof path);
    const ms_smtp_error error = ms_smtp_mailbox_read(r, &path);
    if (error == MS_SMTP_ERR_UTF8)
        return error;
    const ms_deviations met = r->deviations & ~before;
    const ms_deviations eight_bit = met & MS_DEVIATION_BIT(MS_SMTP_DEV_8BIT);
    if (error == MS_SMTP_OK && at_end_or_blank(r) && (met & ~ms_smtp_still_mailbox) == eight_bit) {
        command->argument = span_since(&r->c, from);
        command->smtputf8 = take_smtputf8(r);
        r->deviations = before | (r->deviations & ~met) | (command->smtputf8 ? 0 : eight_bit);
        if (!next_element(r))
            return MS_SMTP_OK;
    }
    return read_other_text(r, from, before, &command->argument);
}

/* Atom = 1*atext, to which SMTPUTF8 adds UTF-8 (RFC 6531 section 3.3) */
static ms_span take_atom(smtp_reader *r)
{
    const size_t from = r->c.at;
    do
        skip_class(&r->c, OCTET_ATEXT);
    while (r->utf8 && next_is(&r->c, OCTET_8BIT) && ms_smtp_utf8_read(r) == MS_SMTP_OK);
    return span_since(&r->c, from);
}

/* help = "HELP" [ SP String ] CRLF
 * noop = "NOOP" [ SP String ] CRLF
 * RFC 5321 sections 4.1.1.8 and 4.1.1.9 */
ms_smtp_error ms_smtp_string_read(smtp_reader *r, ms_smtp_command *command)
{
    if (!next_element(r))
        return MS_SMTP_OK;
    const ms_deviations before = r->deviations;
    const size_t from = r->c.at;
    ms_smtp_path path;
    clear(&path, sizeof path);
    if (peek(&r->c) == '"')
        (void)ms_smtp_local_part_read(r, &path);
    else
        path.local_part = take_atom(r);
    if (path.local_part.len != 0 && at_end_or_blank(r)) {
        r->deviations = before | (r->deviations & MS_DEVIATION_BIT(MS_SMTP_DEV_8BIT));
        if (!next_element(r)) {
            command->argument = path.local_part;
            return MS_SMTP_OK;
        }
    }
    return read_other_text(r, from, before, &command->argument);
}
