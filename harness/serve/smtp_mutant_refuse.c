/* smtp_mutant_refuse.c - well-formed commands that the mutants refuse: see smtp_mutant.h */
#include "harness/serve/smtp_mutant.h"

#include <string.h>

#include "mailspec/limits.h"

#define ANY_VERB        MS_SMTP_VERB_COUNT
#define DEVIATION(name) MS_DEVIATION_BIT(MS_SMTP_DEV_##name)

typedef bool condition(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line);

static bool always(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)parsed, (void)line;
    return true;
}

static bool lower_in(ms_span span)
{
    for (size_t i = 0; i < span.len; i++)
        if (span.ptr[i] >= 'a' && span.ptr[i] <= 'z')
            return true;
    return false;
}

static bool lower_verb(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return lower_in(parsed->command.keyword);
}

static bool lower_preposition(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server;
    const uint8_t *colon = memchr(line.ptr, ':', line.len);
    const size_t verb = parsed->command.keyword.len;
    return colon != NULL && (size_t)(colon - line.ptr) > verb &&
           lower_in(ms_span_make(line.ptr + verb, (size_t)(colon - line.ptr) - verb));
}

/* Only the keywords: what stands behind "=" may be anything. */
static bool lower_parameter(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    const ms_span p = parsed->command.mail.parameters;
    bool value = false;
    for (size_t i = 0; i < p.len; i++) {
        value = p.ptr[i] == '=' || (value && p.ptr[i] != ' ');
        if (!value && lower_in(ms_span_make(p.ptr + i, 1)))
            return true;
    }
    return false;
}

static bool null_path(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.kind == MS_PATH_NULL;
}

static bool bare_postmaster(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.kind == MS_PATH_POSTMASTER;
}

static bool bare_odd_postmaster(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server;
    return parsed->command.mail.path.kind == MS_PATH_POSTMASTER &&
           memcmp(line.ptr + line.len - sizeof "postmaster>" + 1, "postmaster>", sizeof "postmaster>" - 1) != 0;
}

static bool is_postmaster(ms_span local_part)
{
    return local_part.len == sizeof "postmaster" - 1 && smtp_mutant_holds(local_part, "POSTMASTER");
}

static bool full_postmaster(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.kind == MS_PATH_MAILBOX && is_postmaster(parsed->command.mail.path.local_part);
}

static bool full_odd_postmaster(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    return full_postmaster(server, parsed, line) &&
           memcmp(parsed->command.mail.path.local_part.ptr, "postmaster", sizeof "postmaster" - 1) != 0;
}

static bool quoted(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.quoted;
}

static bool quoted_pair(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    const ms_span local_part = parsed->command.mail.path.local_part;
    return quoted(server, parsed, line) && memchr(local_part.ptr, '\\', local_part.len) != NULL;
}

static bool routed(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return !ms_span_is_absent(parsed->command.mail.path.source_route);
}

static bool blank_at_end(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return (parsed->deviations & DEVIATION(TRAILING_BLANKS)) != 0;
}

static bool with_argument(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return !ms_span_is_absent(parsed->command.argument);
}

static bool without_domain(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return memchr(parsed->command.argument.ptr, '@', parsed->command.argument.len) == NULL;
}

static bool with_domain(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    return !without_domain(server, parsed, line);
}

static bool ipv4(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.ehlo.domain_kind == MS_DOMAIN_IPV4;
}

static bool ipv6(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.ehlo.domain_kind == MS_DOMAIN_IPV6;
}

static bool invalid_name(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    const ms_span name = serve_octets_span(&server->hello_name);
    return name.len > 8 && memcmp(name.ptr + name.len - 8, ".invalid", 8) == 0;
}

static bool long_local_part(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.local_part.len > 63;
}

static bool long_domain(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.path.domain.len > 200;
}

static bool long_path(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    const ms_smtp_path *path = &parsed->command.mail.path;
    return path->local_part.len + path->domain.len + sizeof "<@>" - 1 > 255;
}

static bool over_511(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server;
    const ms_smtp_verb verb = parsed->command.verb;
    return verb != MS_SMTP_MAIL && verb != MS_SMTP_RCPT && verb != MS_SMTP_AUTH && verb != MS_SMTP_AUTH_RESPONSE &&
           line.len + 2 > 511;
}

static bool over_512(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)parsed;
    return line.len + 2 > MS_SMTP_COMMAND_LINE_MAX;
}

/* The value of a parameter, absent without. */
static ms_span value_of(const ms_smtp_parsed *parsed, ms_smtp_parameter_id id)
{
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    const ms_smtp_parameter_of of = parsed->command.verb == MS_SMTP_RCPT ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL;
    if (ms_span_is_absent(parsed->command.mail.parameters))
        return ms_span_absent();
    ms_smtp_parameters_init(&iterator, parsed->command.mail.parameters, of);
    while (ms_smtp_parameters_next(&iterator, &parameter))
        if (parameter.id == id)
            return ms_span_is_absent(parameter.value) ? MS_SPAN("") : parameter.value;
    return ms_span_absent();
}

#define HAS(name, id)                                                                       \
    static bool name(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line) \
    {                                                                                       \
        (void)server, (void)line;                                                           \
        return !ms_span_is_absent(value_of(parsed, id));                                    \
    }
HAS(has_size, MS_PARAM_SIZE)
HAS(has_auth, MS_PARAM_AUTH)
HAS(has_utf8, MS_PARAM_SMTPUTF8)
HAS(has_notify, MS_PARAM_NOTIFY)
HAS(has_orcpt, MS_PARAM_ORCPT)
HAS(has_envid, MS_PARAM_ENVID)

static bool size_is_zero(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    return has_size(server, parsed, line) && parsed->command.mail.size == 0;
}

static bool size_is_limit(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    return has_size(server, parsed, line) && parsed->command.mail.size == server->settings->size_limit;
}

static bool body_7bit(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.body == MS_BODY_7BIT;
}

static bool body_8bit(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.body == MS_BODY_8BITMIME;
}

static bool body_binary(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.body == MS_BODY_BINARYMIME;
}

static bool notify_never(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.mail.notify == MS_NOTIFY_NEVER;
}

static bool lower_notify(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return lower_in(value_of(parsed, MS_PARAM_NOTIFY));
}

static bool lower_ret(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return lower_in(value_of(parsed, MS_PARAM_RET));
}

static bool other_orcpt(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    const ms_span orcpt = value_of(parsed, MS_PARAM_ORCPT);
    return !ms_span_is_absent(orcpt) && !smtp_mutant_holds(orcpt, "RFC822;");
}

static bool long_envid(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return value_of(parsed, MS_PARAM_ENVID).len > 80;
}

static bool long_orcpt(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return value_of(parsed, MS_PARAM_ORCPT).len > 400;
}

static bool utf8_path(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)parsed;
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] > 127)
            return true;
    return false;
}

static bool utf8_word(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return parsed->command.smtputf8;
}

static bool one_sent(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    return server->messages > 0;
}

static bool just_ended(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    return server->ended_here;
}

static bool was_chunked(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    return server->by_chunks;
}

static bool lower_mechanism(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)server, (void)line;
    return lower_in(parsed->command.auth.mechanism);
}

static bool failed_before(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    return server->failed_logins > 0;
}

static bool submission(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    return server->variant == MS_VARIANT_SUBMISSION && null_path(server, parsed, line);
}

static bool in_clear(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    (void)parsed, (void)line;
    return !server->tls && server->variant == MS_VARIANT_SMTP;
}

static const struct {
    serve_mutant mutant;
    ms_smtp_verb verb;
    condition *when;
    uint16_t code, subject, detail;
} refusals[] = {
    {MUTANT_SMTP_VERB_CASE, ANY_VERB, lower_verb, 500, 5, 2},
    {MUTANT_SMTP_FROM_CASE, MS_SMTP_MAIL, lower_preposition, 501, 5, 2},
    {MUTANT_SMTP_FROM_CASE, MS_SMTP_RCPT, lower_preposition, 501, 5, 2},
    {MUTANT_SMTP_PARAMETER_CASE, MS_SMTP_MAIL, lower_parameter, 555, 5, 4},
    {MUTANT_SMTP_PARAMETER_CASE, MS_SMTP_RCPT, lower_parameter, 555, 5, 4},
    {MUTANT_SMTP_HELO_REFUSED, MS_SMTP_HELO, always, 500, NO_STATUS, 0},
    {MUTANT_SMTP_IPV4_REFUSED, MS_SMTP_EHLO, ipv4, 501, NO_STATUS, 0},
    {MUTANT_SMTP_IPV6_REFUSED, MS_SMTP_EHLO, ipv6, 501, NO_STATUS, 0},
    {MUTANT_SMTP_HELLO_CHECKED, MS_SMTP_MAIL, invalid_name, 550, 7, 1},
    {MUTANT_SMTP_NULL_REFUSED, MS_SMTP_MAIL, null_path, 550, 1, 7},
    {MUTANT_SMTP_POSTMASTER_REFUSED, MS_SMTP_RCPT, bare_postmaster, 501, 1, 3},
    {MUTANT_SMTP_POSTMASTER_CASE, MS_SMTP_RCPT, bare_odd_postmaster, 550, 1, 1},
    {MUTANT_SMTP_POSTMASTER_DOMAIN, MS_SMTP_RCPT, full_postmaster, 550, 1, 1},
    {MUTANT_SMTP_POSTMASTER_DOMAIN_CASE, MS_SMTP_RCPT, full_odd_postmaster, 550, 1, 1},
    {MUTANT_SMTP_QUOTED_REFUSED, MS_SMTP_MAIL, quoted, 553, 1, 7},
    {MUTANT_SMTP_QUOTED_DIFFERS, MS_SMTP_RCPT, quoted, 550, 1, 1},
    {MUTANT_SMTP_QUOTED_PAIR, MS_SMTP_RCPT, quoted_pair, 550, 1, 1},
    {MUTANT_SMTP_ROUTE_REFUSED, MS_SMTP_RCPT, routed, 501, 5, 2},
    {MUTANT_SMTP_NOOP_BLANK, MS_SMTP_NOOP, blank_at_end, 501, 5, 2},
    {MUTANT_SMTP_RSET_BLANK, MS_SMTP_RSET, blank_at_end, 501, 5, 2},
    {MUTANT_SMTP_MAIL_BLANK, MS_SMTP_MAIL, blank_at_end, 501, 5, 2},
    {MUTANT_SMTP_DATA_BLANK, MS_SMTP_DATA, blank_at_end, 501, 5, 2},
    {MUTANT_SMTP_QUIT_BLANK, MS_SMTP_QUIT, blank_at_end, 501, 5, 2},
    {MUTANT_SMTP_EHLO_BLANK, MS_SMTP_EHLO, blank_at_end, 501, NO_STATUS, 0},
    {MUTANT_SMTP_NOOP_ARGUMENT, MS_SMTP_NOOP, with_argument, 501, 5, 4},
    {MUTANT_SMTP_VRFY_NAME, MS_SMTP_VRFY, without_domain, 501, 5, 2},
    {MUTANT_SMTP_VRFY_MAILBOX, MS_SMTP_VRFY, with_domain, 501, 5, 2},
    {MUTANT_SMTP_LOCAL_PART_63, MS_SMTP_MAIL, long_local_part, 501, 5, 2},
    {MUTANT_SMTP_DOMAIN_200, MS_SMTP_MAIL, long_domain, 501, 5, 2},
    {MUTANT_SMTP_PATH_255, MS_SMTP_MAIL, long_path, 501, 5, 2},
    {MUTANT_SMTP_LINE_511, ANY_VERB, over_511, 500, 5, 2},
    {MUTANT_SMTP_SIZE_LINE, MS_SMTP_MAIL, over_512, 500, 5, 2},
    {MUTANT_SMTP_RCPT_LINE, MS_SMTP_RCPT, over_512, 500, 5, 2},
    {MUTANT_SMTP_AUTH_SHORT, MS_SMTP_AUTH_RESPONSE, over_512, 500, 5, 6},
    {MUTANT_SMTP_SIZE_EQUAL, MS_SMTP_MAIL, size_is_limit, 552, 3, 4},
    {MUTANT_SMTP_SIZE_ZERO, MS_SMTP_MAIL, size_is_zero, 501, 5, 4},
    {MUTANT_SMTP_SIZE_REFUSED, MS_SMTP_MAIL, has_size, 555, 5, 4},
    {MUTANT_SMTP_7BIT_REFUSED, MS_SMTP_MAIL, body_7bit, 555, 5, 4},
    {MUTANT_SMTP_8BITMIME_REFUSED, MS_SMTP_MAIL, body_8bit, 555, 5, 4},
    {MUTANT_SMTP_BINARY_REFUSED, MS_SMTP_MAIL, body_binary, 555, 5, 4},
    {MUTANT_SMTP_ONE_MESSAGE, MS_SMTP_MAIL, one_sent, 503, 5, 1},
    {MUTANT_SMTP_END_THEN_WAIT, MS_SMTP_MAIL, just_ended, 503, 5, 1},
    {MUTANT_SMTP_BDAT_ONLY, MS_SMTP_DATA, was_chunked, 503, 5, 1},
    {MUTANT_SMTP_TLS_DEMANDED, MS_SMTP_MAIL, in_clear, 530, 7, 0},
    {MUTANT_SMTP_TLS_REFUSED, MS_SMTP_STARTTLS, always, 502, 5, 1},
    {MUTANT_SMTP_AUTH_CASE, MS_SMTP_AUTH, lower_mechanism, 504, 5, 4},
    {MUTANT_SMTP_AUTH_ONCE, MS_SMTP_AUTH, failed_before, 503, 5, 1},
    {MUTANT_SMTP_AUTH_PARAMETER, MS_SMTP_MAIL, has_auth, 555, 5, 4},
    {MUTANT_SMTP_NOTIFY_REFUSED, MS_SMTP_RCPT, has_notify, 555, 5, 4},
    {MUTANT_SMTP_NEVER_REFUSED, MS_SMTP_RCPT, notify_never, 501, 5, 4},
    {MUTANT_SMTP_NOTIFY_CASE, MS_SMTP_RCPT, lower_notify, 501, 5, 4},
    {MUTANT_SMTP_ORCPT_REFUSED, MS_SMTP_RCPT, has_orcpt, 555, 5, 4},
    {MUTANT_SMTP_ORCPT_TYPE, MS_SMTP_RCPT, other_orcpt, 501, 5, 4},
    {MUTANT_SMTP_ORCPT_SHORT, MS_SMTP_RCPT, long_orcpt, 501, 5, 4},
    {MUTANT_SMTP_RET_CASE, MS_SMTP_MAIL, lower_ret, 501, 5, 4},
    {MUTANT_SMTP_ENVID_REFUSED, MS_SMTP_MAIL, has_envid, 555, 5, 4},
    {MUTANT_SMTP_ENVID_SHORT, MS_SMTP_MAIL, long_envid, 501, 5, 4},
    {MUTANT_SMTP_UTF8_REFUSED, MS_SMTP_MAIL, has_utf8, 555, 5, 4},
    {MUTANT_SMTP_UTF8_SENDER, MS_SMTP_MAIL, utf8_path, 553, 6, 7},
    {MUTANT_SMTP_UTF8_RECIPIENT, MS_SMTP_RCPT, utf8_path, 501, 5, 2},
    {MUTANT_SMTP_UTF8_VRFY, MS_SMTP_VRFY, utf8_word, 501, 5, 4},
    {MUTANT_SUBMISSION_NULL, MS_SMTP_MAIL, submission, 550, 1, 7},
};

bool smtp_mutant_refuses(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line)
{
    const ms_smtp_verb verb = parsed->command.verb;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        if (!mutant_is(server->settings, refusals[i].mutant) ||
            (refusals[i].verb != verb && refusals[i].verb != ANY_VERB) || !refusals[i].when(server, parsed, line))
            continue;
        if (verb == MS_SMTP_AUTH_RESPONSE)
            server->phase = PHASE_COMMANDS;
        smtp_reply(server, refusals[i].code, refusals[i].subject, refusals[i].detail, "Refused");
        return true;
    }
    return false;
}
