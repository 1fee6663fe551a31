/*
 * path.c - Reverse-path and Forward-path (RFC 5321 sections 4.1.2 and 4.1.1.3)
 *
 * Reverse-path   = Path / "<>"
 * Forward-path   = Path
 * Path           = "<" [ A-d-l ":" ] Mailbox ">"
 * rcpt           = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
 *
 * Understood although wrong: no brackets, a missing bracket at the end, no domain.
 */
#include "let_dig.h"
#include "mailspec/limits.h"
#include "reader.h"

/* Dot-string = Atom *("."  Atom)
 * Atom       = 1*atext
 * atext      =/ UTF8-non-ascii       (RFC 6531 section 3.3)
 * Dots where no atom stands between them are understood. */
static ms_smtp_error read_unusual_dot_string(smtp_reader *r, ms_span *local_part)
{
    const uint8_t *const ptr = r->c.ptr;
    const size_t start = r->c.at, len = r->c.len;
    size_t at = start, atom = start;
    for (;;) {
        at = let_dig_end(ptr, at, len);
        if (at < len && octet_is(ptr[at], OCTET_ATEXT)) {
            at++;
        } else if (at < len && ptr[at] == '.') {
            if (at == atom)
                deviate(r, MS_SMTP_DEV_LOCAL_PART_DOT);
            atom = ++at;
        } else if (at < len && ptr[at] > 127) {
            r->c.at = at;
            if (ms_smtp_utf8_read(r) != MS_SMTP_OK)
                return MS_SMTP_ERR_UTF8;
            at = r->c.at;
        } else {
            break;
        }
    }
    r->c.at = at;
    if (at == start)
        return MS_SMTP_ERR_LOCAL_PART;
    if (at == atom)
        deviate(r, MS_SMTP_DEV_LOCAL_PART_DOT);
    *local_part = ms_span_make(ptr + start, at - start);
    return MS_SMTP_OK;
}

/* Most are names with an octet between them that is atext and no separator, like "+" and "_". */
static ms_smtp_error read_dot_string(smtp_reader *r, ms_span *local_part)
{
    const uint8_t *const ptr = r->c.ptr;
    const size_t start = r->c.at, len = r->c.len;
    bool odd = false;
    size_t at = ms_smtp_name_end(ptr, start, len, &odd);
    while (!odd && at < len && octet_is(ptr[at], OCTET_ATEXT))
        at = ms_smtp_name_end(ptr, at + 1, len, &odd);
    if (odd || (at < len && ptr[at] > 127))
        return read_unusual_dot_string(r, local_part);
    r->c.at = at;
    *local_part = ms_span_make(ptr + start, at - start);
    return MS_SMTP_OK;
}

/* Quoted-string    = DQUOTE *QcontentSMTP DQUOTE
 * QcontentSMTP     = qtextSMTP / quoted-pairSMTP
 * quoted-pairSMTP  = %d92 %d32-126
 * qtextSMTP        =/ UTF8-non-ascii (RFC 6531 section 3.3)
 * The cursor stands on the first quote. */
static ms_smtp_error read_quoted_string(smtp_reader *r, ms_span *local_part)
{
    cursor *const c = &r->c;
    const size_t start = c->at++;
    for (;;) {
        skip_class(c, OCTET_QTEXT);
        if (skip_octet(c, '"'))
            break;
        if (skip_octet(c, '\\')) {
            if (peek(c) != ' ' && !next_is(c, OCTET_VCHAR))
                return wrong_by(r, c->at, MS_SMTP_ERR_QUOTED_STRING, MS_REQ_SMTP_5321_4_1_2_22);
            c->at++;
        } else if (next_is(c, OCTET_8BIT)) {
            if (ms_smtp_utf8_read(r) != MS_SMTP_OK)
                return MS_SMTP_ERR_UTF8;
        } else if (at_end(c)) {
            return wrong_by(r, c->at, MS_SMTP_ERR_QUOTED_STRING, MS_REQ_SMTP_5321_4_1_2_24);
        } else {
            return MS_SMTP_ERR_QUOTED_STRING;
        }
    }
    *local_part = span_since(c, start);
    return MS_SMTP_OK;
}

/* "the sending system SHOULD transmit the form that uses the minimum quoting possible" (RFC 5321 section 4.1.2).  Told
 * only where no quoting is needed at all: what is between the quotes, once decoded, is a Dot-string. */
static bool quotes_are_needed(ms_span quoted)
{
    bool atom_due = true;
    for (size_t at = 1; at + 1 < quoted.len; at++) {
        if (quoted.ptr[at] == '\\')
            at++;
        const uint8_t octet = quoted.ptr[at];
        if (octet == '.' ? atom_due : !octet_is(octet, OCTET_ATEXT | OCTET_8BIT))
            return true;
        atom_due = octet == '.';
    }
    return atom_due;
}

/* Local-part = Dot-string / Quoted-string */
ms_smtp_error ms_smtp_local_part_read(smtp_reader *r, ms_smtp_path *path)
{
    ms_smtp_error error;
    path->quoted = peek(&r->c) == '"';
    if (path->quoted) {
        error = read_quoted_string(r, &path->local_part);
        if (error == MS_SMTP_OK && !quotes_are_needed(path->local_part))
            deviate(r, MS_SMTP_DEV_UNNEEDED_QUOTES);
    } else {
        error = read_dot_string(r, &path->local_part);
    }
    if (error == MS_SMTP_OK && path->local_part.len > MS_SMTP_LOCAL_PART_MAX)
        deviate(r, MS_SMTP_DEV_LOCAL_PART_TOO_LONG);
    return error;
}

/* Mailbox = Local-part "@" ( Domain / address-literal )
 * Without an at sign the domain stays absent. */
ms_smtp_error ms_smtp_mailbox_read(smtp_reader *r, ms_smtp_path *path)
{
    ms_smtp_error error = ms_smtp_local_part_read(r, path);
    path->kind = MS_PATH_MAILBOX;
    if (error != MS_SMTP_OK || !skip_octet(&r->c, '@'))
        return error;
    const size_t from = r->c.at;
    if (peek(&r->c) == '[') {
        error = ms_smtp_address_literal_read(r, &path->domain_kind);
        path->domain = span_since(&r->c, from);
        if (path->domain.len > MS_SMTP_DOMAIN_MAX)
            deviate(r, MS_SMTP_DEV_DOMAIN_TOO_LONG);
        return error;
    }
    path->domain_kind = MS_DOMAIN_NAME;
    error = ms_smtp_domain_read(r, &path->domain);
    if (error == MS_SMTP_ERR_DOMAIN && r->c.at == from && (at_end_or_blank(r) || peek(&r->c) == '>'))
        return MS_SMTP_ERR_DOMAIN_MISSING;
    return error;
}

/* A-d-l     = At-domain *( "," At-domain )
 *             ; Note that this form, the so-called "source route", MUST BE accepted, SHOULD NOT be generated, and
 *             ; SHOULD be ignored.
 * At-domain = "@" Domain */
static ms_smtp_error read_source_route(smtp_reader *r, ms_smtp_path_role role, ms_span *route)
{
    const size_t start = r->c.at;
    do {
        ms_span domain;
        if (!skip_octet(&r->c, '@'))
            return MS_SMTP_ERR_SOURCE_ROUTE;
        const ms_smtp_error error = ms_smtp_domain_read(r, &domain);
        if (error != MS_SMTP_OK)
            return error == MS_SMTP_ERR_DOMAIN ? MS_SMTP_ERR_SOURCE_ROUTE : error;
    } while (skip_octet(&r->c, ','));
    *route = span_since(&r->c, start);
    if (!skip_octet(&r->c, ':'))
        return MS_SMTP_ERR_SOURCE_ROUTE;
    switch (role) {
    case MS_REVERSE_PATH:
        deviate(r, MS_SMTP_DEV_SOURCE_ROUTE_SENDER);
        break;
    case MS_FORWARD_PATH:
        deviate(r, MS_SMTP_DEV_SOURCE_ROUTE);
        break;
    }
    return MS_SMTP_OK;
}

/* What is wrong about an octet that does not belong to the path, told by what stands before it. */
static ms_smtp_error stray_octet(const smtp_reader *r, const ms_smtp_path *path)
{
    if (path->domain_kind == MS_DOMAIN_NAME)
        return MS_SMTP_ERR_DOMAIN;
    if (path->domain_kind != MS_DOMAIN_NONE)
        return MS_SMTP_ERR_ADDRESS_LITERAL;
    return at_end(&r->c) ? MS_SMTP_ERR_DOMAIN_MISSING : MS_SMTP_ERR_LOCAL_PART;
}

/* The end of a path, with or without its bracket.  One that is open behind a mere local-part could go on as anything,
 * so that is an error. */
static ms_smtp_error read_path_end(smtp_reader *r, bool opened, const ms_smtp_path *path)
{
    if (skip_octet(&r->c, '>'))
        return MS_SMTP_OK;
    if (!at_end_or_blank(r) || (opened && path->domain_kind == MS_DOMAIN_NONE))
        return stray_octet(r, path);
    if (opened)
        deviate(r, MS_SMTP_DEV_PATH_NOT_CLOSED);
    return MS_SMTP_OK;
}

/* A local-part alone is the postmaster or a breach. */
static void judge_unqualified(smtp_reader *r, ms_smtp_path_role role, ms_smtp_path *path)
{
    if (!span_equal_nocase(path->local_part, MS_SPAN("postmaster")) || !ms_span_is_absent(path->source_route)) {
        deviate(r, MS_SMTP_DEV_UNQUALIFIED);
        return;
    }
    path->kind = MS_PATH_POSTMASTER;
    if (role == MS_REVERSE_PATH)
        deviate(r, MS_SMTP_DEV_POSTMASTER_SENDER);
}

static bool may_begin_path(const cursor *c)
{
    return next_is(c, OCTET_ATEXT | OCTET_8BIT) || peek(c) == '"' || peek(c) == '@' || peek(c) == '.';
}

ms_smtp_error ms_smtp_path_read(smtp_reader *r, ms_smtp_path_role role, ms_smtp_path *path)
{
    const size_t start = r->c.at;
    const bool opened = skip_octet(&r->c, '<');
    ms_smtp_error error = MS_SMTP_OK;
    if (opened ? at_end(&r->c) : !may_begin_path(&r->c))
        return MS_SMTP_ERR_PATH;
    if (!opened)
        deviate(r, MS_SMTP_DEV_MISSING_BRACKETS);
    if (opened && peek(&r->c) == '>') {
        if (role == MS_FORWARD_PATH)
            return MS_SMTP_ERR_NULL_FORWARD_PATH;
        r->c.at++;
        path->kind = MS_PATH_NULL;
        return MS_SMTP_OK;
    }
    if (peek(&r->c) == '@')
        error = read_source_route(r, role, &path->source_route);
    if (error == MS_SMTP_OK)
        error = ms_smtp_mailbox_read(r, path);
    if (error == MS_SMTP_OK)
        error = read_path_end(r, opened, path);
    if (error != MS_SMTP_OK)
        return error;
    if (path->domain_kind == MS_DOMAIN_NONE)
        judge_unqualified(r, role, path);
    if (r->c.at - start > MS_SMTP_PATH_MAX)
        deviate(r, MS_SMTP_DEV_PATH_TOO_LONG);
    return MS_SMTP_OK;
}

ms_smtp_path_parsed ms_smtp_path_parse(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context)
{
    ms_smtp_path_parsed parsed;
    smtp_reader r = reader_of(text, context);
    clear(&parsed, sizeof parsed);
    parsed.error = final_error(&r, ms_smtp_path_read(&r, role, &parsed.path));
    parsed.deviations = r.deviations;
    if (parsed.error == MS_SMTP_OK) {
        parsed.consumed = r.c.at;
    } else {
        parsed.requirement = error_requirement(&r, parsed.error);
        parsed.error_at = r.c.at;
        clear(&parsed.path, sizeof parsed.path);
    }
    return parsed;
}

size_t ms_smtp_local_part_decode(ms_span local_part, uint8_t *out)
{
    size_t written = 0;
    if (local_part.len < 2 || local_part.ptr[0] != '"') {
        for (; written < local_part.len; written++)
            out[written] = local_part.ptr[written];
        return written;
    }
    for (size_t at = 1; at + 1 < local_part.len; at++) {
        if (local_part.ptr[at] == '\\' && at + 2 < local_part.len)
            at++;
        out[written++] = local_part.ptr[at];
    }
    return written;
}
