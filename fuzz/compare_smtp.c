/* compare_smtp.c - paths and command lines against the model; see compare.h */
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/parameter.h"
#include "mailspec/smtp_command.h"

#define DEVIATION(name) (UINT64_C(1) << MS_SMTP_DEV_##name)

/* The octets are in the grammar all the same: these are limits, discouraged forms and registries, which the RFC states
 * in prose.  An address literal's tag "MUST be registered", but the rule is Ldh-str. */
static const ms_deviations prose =
    DEVIATION(LOCAL_PART_TOO_LONG) | DEVIATION(DOMAIN_TOO_LONG) | DEVIATION(LABEL_TOO_LONG) | DEVIATION(PATH_TOO_LONG) |
    DEVIATION(SOURCE_ROUTE) | DEVIATION(SOURCE_ROUTE_SENDER) | DEVIATION(UNNEEDED_QUOTES) |
    DEVIATION(VERB_NOT_REGISTERED) | DEVIATION(PARAMETER_NOT_REGISTERED) | DEVIATION(OBSOLETE_VERB) |
    DEVIATION(LITERAL_TAG_UNREGISTERED) | DEVIATION(VERB_NOT_IN_LMTP) | DEVIATION(VERB_NOT_IN_SMTP) | DEVIATION(TURN) |
    DEVIATION(PARAMETER_TOO_LONG);

static bool accepted(ms_smtp_error error, ms_deviations deviations)
{
    return error == MS_SMTP_OK && (deviations & ~prose) == 0;
}

/* An address with the first group for a tag is, as printed, a General-address-literal: "[6:3::1]".  The parser's reading
 * as an IPv6 address that lacks its tag is as good (RFC 5321 section 4.1.3). */
static bool untagged(ms_deviations deviations)
{
    return (deviations & DEVIATION(LITERAL_UNTAGGED_IPV6)) != 0;
}

static bool is(const ms_smtp_context *context, const char *rule, ms_span text)
{
    return model_is(context->smtputf8 ? MODEL_SMTPUTF8 : MODEL_SMTP, rule, text.ptr, text.len);
}

static bool has(ms_deviations set, ms_deviations deviation)
{
    return (set & deviation) != 0;
}

/* --- paths ------------------------------------------------------------------------------------------------------ */

static const char *compare_domain_kind(const ms_smtp_context *context, uint8_t kind, ms_span domain)
{
    const ms_span inner = domain.len < 2 ? domain : ms_span_make(domain.ptr + 1, domain.len - 2);
    switch ((ms_smtp_domain_kind)kind) {
    case MS_DOMAIN_NAME:
        return is(context, "Domain", domain) ? NULL : "the domain is no Domain";
    case MS_DOMAIN_IPV4:
        return is(context, "IPv4-address-literal", inner) ? NULL : "the domain is no IPv4-address-literal";
    case MS_DOMAIN_IPV6:
        return is(context, "IPv6-address-literal", inner) ? NULL : "the domain is no IPv6-address-literal";
    case MS_DOMAIN_GENERAL:
        return is(context, "General-address-literal", inner) ? NULL : "the domain is no General-address-literal";
    case MS_DOMAIN_NONE:
        break;
    }
    return "there is no domain";
}

/* What a local-part stands for: "the backslash is a quote character", and the quotes go (RFC 5321 section 4.1.2).  Told
 * as needless are quotes around what is a Dot-string without them. */
static const char *compare_decoded(const ms_smtp_context *context, const ms_smtp_path_parsed *parsed)
{
    uint8_t expected[ABNF_OCTETS_MAX], got[ABNF_OCTETS_MAX];
    const ms_span local_part = parsed->path.local_part;
    const size_t edge = parsed->path.quoted ? 1 : 0;
    size_t len = 0;
    for (size_t i = edge; i + edge < local_part.len; i++) {
        if (edge != 0 && local_part.ptr[i] == '\\')
            i++;
        expected[len++] = local_part.ptr[i];
    }
    if (ms_smtp_local_part_decode(local_part, got) != len || memcmp(got, expected, len) != 0)
        return "what the local-part stands for";
    const bool needless = edge != 0 && is(context, "Dot-string", ms_span_make(expected, len));
    return has(parsed->deviations, DEVIATION(UNNEEDED_QUOTES)) == needless ? NULL : "whether quotes are needed";
}

/* RFC 5321 section 4.5.3.1.2: "a domain name or number", so of an address literal, too, and of the source route's; RFC 1035
 * section 2.3.4 for a label, which of a U-label counts what it is encoded to (RFC 5890 section 2.3.2.1), and that is not
 * known here. */
static const char *compare_domain_limits(const ms_smtp_path_parsed *parsed)
{
    const ms_span parts[] = {parsed->path.source_route,
                             parsed->path.domain_kind == MS_DOMAIN_NAME ? parsed->path.domain : ms_span_absent()};
    bool long_label = false, long_name = parsed->path.domain.len > 255;
    for (size_t i = 0; i < 2; i++) {
        size_t label = 0, name = 0;
        bool ascii = true;
        for (size_t at = 0; at <= parts[i].len; at++) {
            const uint8_t octet = at < parts[i].len ? parts[i].ptr[at] : '.';
            const bool ends = octet == '.' || octet == '@' || octet == ',';
            long_label = long_label || (ends && ascii && label > 63);
            label = ends ? 0 : label + 1;
            ascii = ends || (ascii && octet < 128);
            name = octet == '@' || octet == ',' || at == parts[i].len ? 0 : name + 1;
            long_name = long_name || name > 255;
        }
    }
    if (has(parsed->deviations, DEVIATION(LABEL_TOO_LONG)) != long_label)
        return "whether a label has more than 63 octets";
    return has(parsed->deviations, DEVIATION(DOMAIN_TOO_LONG)) == long_name
               ? NULL
               : "whether a domain has more than 255 octets";
}

/* Path = "<" [ A-d-l ":" ] Mailbox ">": the parts, and nothing else between them. */
static const char *compare_mailbox(const ms_smtp_context *context, const ms_smtp_path_parsed *parsed, ms_span whole)
{
    const ms_smtp_path *path = &parsed->path;
    const bool route = !ms_span_is_absent(path->source_route);
    const uint8_t *at = whole.ptr + 1;
    if (route) {
        if (path->source_route.ptr != at || !is(context, "A-d-l", path->source_route))
            return "the source route is no A-d-l, or not where one stands";
        at += path->source_route.len + 1;
    }
    if (path->local_part.ptr != at || !is(context, "Local-part", path->local_part))
        return "the local-part is none, or not where it stands";
    at += path->local_part.len + 1;
    if (path->domain.ptr != at || at + path->domain.len + 1 != whole.ptr + whole.len)
        return "the domain is not where it stands";
    if (path->quoted != is(context, "Quoted-string", path->local_part))
        return "whether the local-part is a Quoted-string";
    /* RFC 5321 sections 4.5.3.1.1 to 4.5.3.1.3 */
    if (has(parsed->deviations, DEVIATION(LOCAL_PART_TOO_LONG)) != (path->local_part.len > 64))
        return "whether the local-part has more than 64 octets";
    if (has(parsed->deviations, DEVIATION(PATH_TOO_LONG)) != (whole.len > 256))
        return "whether the path has more than 256 octets";
    if (has(parsed->deviations, DEVIATION(SOURCE_ROUTE) | DEVIATION(SOURCE_ROUTE_SENDER)) != route)
        return "whether there is a source route";
    const char *why = compare_decoded(context, parsed);
    if (why == NULL)
        why = compare_domain_limits(parsed);
    return why != NULL ? why : compare_domain_kind(context, path->domain_kind, path->domain);
}

static const char *compare_path(const ms_smtp_context *context, const ms_smtp_path_parsed *parsed, ms_span whole)
{
    switch ((ms_smtp_path_kind)parsed->path.kind) {
    case MS_PATH_NULL:
        return whole.len == 2 ? NULL : "the path is not null";
    case MS_PATH_POSTMASTER:
        return whole.len == strlen("<postmaster>") ? NULL : "the path is not <postmaster>";
    case MS_PATH_MAILBOX:
        return compare_mailbox(context, parsed, whole);
    case MS_PATH_NONE:
        break;
    }
    return "a path was accepted and not given";
}

const char *compare_smtp_path_parsed(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context,
                                     const ms_smtp_path_parsed *parsed)
{
    if (!abnf_fits(text.len))
        return NULL;
    const char *rule = role == MS_REVERSE_PATH ? "Reverse-path" : "rcpt-path";
    const bool in_grammar = is(context, rule, text);
    if (!accepted(parsed->error, parsed->deviations))
        return in_grammar && !untagged(parsed->deviations) ? "the path is in the grammar, and was refused" : NULL;
    const ms_span whole = ms_span_make(text.ptr, parsed->consumed);
    if (in_grammar && parsed->consumed != text.len)
        return "the path ends later";
    if (!in_grammar && !is(context, rule, whole))
        return "the path is not in the grammar, and was accepted";
    return compare_path(context, parsed, whole);
}

const char *compare_smtp_path(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context)
{
    const ms_smtp_path_parsed parsed = ms_smtp_path_parse(text, role, context);
    return compare_smtp_path_parsed(text, role, context, &parsed);
}

const char *compare_smtp_domain(ms_span text, const ms_smtp_context *context)
{
    size_t wrong_at = 0;
    ms_deviations deviations = 0;
    const ms_smtp_domain_kind kind = ms_smtp_domain_parse(text, context, &wrong_at, &deviations);
    return compare_smtp_domain_parsed(text, context, kind, deviations);
}

const char *compare_smtp_domain_parsed(ms_span text, const ms_smtp_context *context, ms_smtp_domain_kind kind,
                                       ms_deviations deviations)
{
    if (!abnf_fits(text.len))
        return NULL;
    const bool in_grammar = is(context, "Domain", text) || is(context, "address-literal", text);
    const bool taken = kind != MS_DOMAIN_NONE && (deviations & ~prose) == 0;
    if (taken != in_grammar && !untagged(deviations))
        return taken ? "the domain is not in the grammar, and was accepted"
                     : "the domain is in the grammar, and was refused";
    return taken ? compare_domain_kind(context, (uint8_t)kind, text) : NULL;
}

/* --- commands --------------------------------------------------------------------------------------------------- */

static const struct verb {
    ms_smtp_verb verb;
    const char *keyword, *rule;
} verbs[] = {
    {MS_SMTP_EHLO, "EHLO", "ehlo"}, {MS_SMTP_HELO, "HELO", "helo"}, {MS_SMTP_LHLO, "LHLO", "lhlo"},
    {MS_SMTP_MAIL, "MAIL", "mail"}, {MS_SMTP_RCPT, "RCPT", "rcpt"}, {MS_SMTP_DATA, "DATA", "data"},
    {MS_SMTP_RSET, "RSET", "rset"}, {MS_SMTP_VRFY, "VRFY", "vrfy"}, {MS_SMTP_EXPN, "EXPN", "expn"},
    {MS_SMTP_HELP, "HELP", "help"}, {MS_SMTP_NOOP, "NOOP", "noop"}, {MS_SMTP_QUIT, "QUIT", "quit"},
    {MS_SMTP_BDAT, "BDAT", "bdat"}, {MS_SMTP_AUTH, "AUTH", "auth"}, {MS_SMTP_STARTTLS, "STARTTLS", "starttls"},
    {MS_SMTP_ETRN, "ETRN", "etrn"},
};

/* The verb that the line begins with, up to the first octet that is no letter, digit or hyphen. */
static const struct verb *verb_of(ms_span line)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const size_t len = strlen(verbs[i].keyword);
        size_t same = 0;
        while (same < len && same < line.len && (line.ptr[same] & 0xDF) == verbs[i].keyword[same])
            same++;
        const uint8_t next = line.len > len ? line.ptr[len] : ' ';
        if (same == len && next != '-' && !model_is(MODEL_SMTP, "Let-dig", &next, 1))
            return &verbs[i];
    }
    return NULL;
}

/* Of MAIL and RCPT: where the parameters begin, line.len without any. */
static size_t parameters_at(model_grammar grammar, const char *start, ms_span line)
{
    const size_t at = model_is_before(grammar, start, line.ptr, line.len, ' ');
    return at < line.len ? at + 1 : line.len;
}

static model_verdict transaction_verdict(model_grammar grammar, bool mail, ms_span line)
{
    if (!model_is(grammar, mail ? "mail" : "rcpt", line.ptr, line.len))
        return MODEL_OUT;
    const size_t at = parameters_at(grammar, mail ? "mail-start" : "rcpt-start", line);
    return model_parameters(grammar, mail, line.ptr + at, line.len - at);
}

/* RFC 3030 section 2 sets no limit to chunk-size; a number that 64 bits do not hold is no one's chunk. */
static bool over_64_bits(ms_span line)
{
    uint64_t octets = 0;
    size_t digits = 0;
    for (size_t at = strlen("BDAT "); at < line.len && line.ptr[at] != ' '; at++, digits++) {
        const uint64_t digit = line.ptr[at] - (uint64_t)'0';
        if (digits == 20 || octets > (UINT64_MAX - digit) / 10)
            return true;
        octets = octets * 10 + digit;
    }
    return false;
}

static model_verdict line_verdict(const ms_smtp_context *context, const struct verb *verb, ms_span line)
{
    const model_grammar grammar = context->smtputf8 ? MODEL_SMTPUTF8 : MODEL_SMTP;
    switch (verb->verb) {
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
        if (model_is(MODEL_SMTPUTF8, "vrfy-untagged", line.ptr, line.len))
            return MODEL_UNDECIDED;
        if (model_is(MODEL_SMTPUTF8, "vrfy-SMTPUTF8", line.ptr, line.len))
            return MODEL_IN;
        break;
    case MS_SMTP_RCPT:
        return transaction_verdict(grammar, false, line);
    case MS_SMTP_MAIL: {
        /* The parameter says that the envelope has UTF-8 (RFC 6531 section 3.4), so it is in force for this command. */
        const size_t at = parameters_at(MODEL_SMTPUTF8, "mail-start", line);
        const bool own = model_is(MODEL_SMTPUTF8, "with-SMTPUTF8", line.ptr + at, line.len - at);
        return transaction_verdict(own ? MODEL_SMTPUTF8 : grammar, true, line);
    }
    case MS_SMTP_BDAT:
        if (model_is(grammar, "bdat", line.ptr, line.len) && over_64_bits(line))
            return MODEL_UNDECIDED;
        break;
    case MS_SMTP_UNKNOWN:
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
    case MS_SMTP_DATA:
    case MS_SMTP_RSET:
    case MS_SMTP_NOOP:
    case MS_SMTP_QUIT:
    case MS_SMTP_HELP:
    case MS_SMTP_STARTTLS:
    case MS_SMTP_AUTH:
    case MS_SMTP_ETRN:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_TURN:
    case MS_SMTP_AUTH_RESPONSE:
    case MS_SMTP_END_OF_DATA:
    case MS_SMTP_GREETING:
    case MS_SMTP_VERB_COUNT:
        break;
    }
    return model_is(grammar, verb->rule, line.ptr, line.len) ? MODEL_IN : MODEL_OUT;
}

static const char *compare_verdict(model_verdict verdict, bool taken)
{
    switch (verdict) {
    case MODEL_IN:
        return taken ? NULL : "the command is in the grammar, and was refused";
    case MODEL_OUT:
        return taken ? "the command is not in the grammar, and was accepted" : NULL;
    case MODEL_UNDECIDED:
        break;
    }
    return NULL;
}

static const char *compare_auth_response(ms_span line, const ms_smtp_parsed *parsed)
{
    const bool taken = accepted(parsed->error, parsed->deviations);
    const bool in_grammar = model_is(MODEL_SMTP, "auth-response", line.ptr, line.len);
    if (taken && parsed->command.auth_response.cancel != (line.len == 1 && line.ptr[0] == '*'))
        return "whether the response cancels";
    return compare_verdict(in_grammar ? MODEL_IN : MODEL_OUT, taken);
}

/* What the numbers and the path in the result stand for. */
static const char *compare_fields(const struct verb *verb, ms_span line, const ms_smtp_parsed *parsed)
{
    if (verb->verb == MS_SMTP_BDAT) {
        uint64_t octets = 0;
        size_t at = strlen("BDAT ");
        for (; at < line.len && line.ptr[at] != ' '; at++)
            octets = octets * 10 + (line.ptr[at] - (uint64_t)'0');
        if (parsed->command.bdat.octets != octets || parsed->command.bdat.last != (at < line.len))
            return "the chunk-size, or LAST";
    }
    if (verb->verb == MS_SMTP_AUTH) {
        const ms_span rest = ms_span_make(line.ptr + strlen("AUTH "), line.len - strlen("AUTH "));
        const uint8_t *space = memchr(rest.ptr, ' ', rest.len);
        const size_t name = space == NULL ? rest.len : (size_t)(space - rest.ptr);
        const ms_span response = parsed->command.auth.initial_response;
        if (parsed->command.auth.mechanism.ptr != rest.ptr || parsed->command.auth.mechanism.len != name)
            return "the mechanism";
        if (ms_span_is_absent(response) != (space == NULL))
            return "whether there is an initial response";
        const bool empty = rest.len == name + 2 && rest.ptr[name + 1] == '=';
        if (space != NULL && response.len != (empty ? 0 : rest.len - name - 1))
            return "the initial response";
    }
    if (verb->verb == MS_SMTP_MAIL || verb->verb == MS_SMTP_RCPT) {
        const size_t from = strlen(verb->verb == MS_SMTP_MAIL ? "MAIL FROM:" : "RCPT TO:");
        const ms_smtp_path *path = &parsed->command.mail.path;
        if (path->kind == MS_PATH_MAILBOX && path->local_part.ptr < line.ptr + from)
            return "the path is not behind the colon";
    }
    return NULL;
}

const char *compare_smtp_command(ms_span line, const ms_smtp_context *context)
{
    const ms_smtp_parsed parsed = ms_smtp_command_parse(line, context);
    return compare_smtp_command_parsed(line, context, &parsed);
}

const char *compare_smtp_command_parsed(ms_span line, const ms_smtp_context *context, const ms_smtp_parsed *parsed)
{
    if (!abnf_fits(line.len))
        return NULL;
    if (context->auth_response)
        return compare_auth_response(line, parsed);
    const struct verb *verb = verb_of(line);
    if (verb == NULL)
        return NULL;
    const bool taken = accepted(parsed->error, parsed->deviations);
    if (taken && parsed->command.verb != verb->verb)
        return "the verb";
    /* Of a value that is too long no more is read. */
    const bool unread = untagged(parsed->deviations) || has(parsed->deviations, DEVIATION(PARAMETER_TOO_LONG));
    const model_verdict verdict = unread ? MODEL_UNDECIDED : line_verdict(context, verb, line);
    const char *why = compare_verdict(verdict, taken);
    return why != NULL || !taken ? why : compare_fields(verb, line, parsed);
}
