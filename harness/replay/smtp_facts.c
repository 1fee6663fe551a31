/* smtp_facts.c - see smtp_facts.h */
#include "harness/replay/smtp_facts.h"

#include "mailspec/limits.h"
#include "mailspec/sasl.h"

#include <stdlib.h>
#include <string.h>

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static bool any_above(ms_span text, uint8_t limit)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] > limit)
            return true;
    return false;
}

/* --- the verb and what is behind it ------------------------------------------- */

static ms_span behind_verb(ms_span line)
{
    size_t length = 0;
    while (length < line.len && is_blank(line.ptr[length]))
        length++;
    while (length < line.len && !is_blank(line.ptr[length]))
        length++;
    return ms_span_make(line.ptr + length, line.len - length);
}

static void take_line(smtp_facts *facts, const ms_smtp_event *event)
{
    uint8_t *copy = malloc(event->slice.len + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, event->slice.ptr, event->slice.len);
    facts->line = ms_span_make(copy, event->slice.len);
    facts->line_octets = event->consumed;
    facts->error = event->command.error;
    facts->requirement = event->command.requirement;
    facts->deviations = event->command.deviations;
    facts->verb = (uint8_t)event->command.command.verb;
    if (facts->error == MS_SMTP_OK)
        facts->set |= FACT(OK);
    if (facts->deviations == MS_DEVIATION_BIT(MS_SMTP_DEV_TRAILING_BLANKS) && facts->error == MS_SMTP_OK)
        facts->set |= FACT(BLANKS_ONLY);
    if ((event->line_flags & MS_LINE_BARE_LF) != 0)
        facts->set |= FACT(BARE_LF);
    if ((event->line_flags & MS_LINE_BARE_CR) != 0)
        facts->set |= FACT(BARE_CR);
    if (memchr(copy, 0, facts->line.len) != NULL)
        facts->set |= FACT(NUL);
    if (facts->line_octets > MS_SMTP_COMMAND_LINE_MAX)
        facts->set |= FACT(LINE_OVER);
    else if (facts->line_octets >= 256)
        facts->set |= FACT(LINE_LONG);
}

static void take_words(smtp_facts *facts)
{
    const ms_span rest = behind_verb(facts->line);
    const ms_span verb = ms_span_make(facts->line.ptr, facts->line.len - rest.len);
    if (smtp_text_any_lower(verb))
        facts->set |= FACT(LOWER_VERB);
    if (verb.len > 0 && smtp_octet_upper(verb.ptr[0]) == 'X')
        facts->set |= FACT(X);
    if (smtp_text_trimmed(rest).len > 0)
        facts->set |= FACT(ARGUMENT);
    for (size_t i = 0; i < rest.len; i++)
        if ((rest.ptr[i] < 0x20 && rest.ptr[i] != '\t') || rest.ptr[i] == 0x7f)
            facts->set |= FACT(CONTROL);
    static const char *const methods[] = {"GET ",     "POST ",    "PUT ",    "HEAD ",
                                          "OPTIONS ", "CONNECT ", "DELETE ", "PATCH "};
    const bool http = facts->line.len > 12 && memcmp(facts->line.ptr + facts->line.len - 8, "HTTP/1.", 7) == 0;
    for (size_t i = 0; http && i < sizeof methods / sizeof methods[0]; i++)
        if (smtp_text_begins(facts->line, methods[i]))
            facts->set |= FACT(HTTP);
}

/* Some servers have small buffers: from here on the length may be why they refuse. */
enum { LONG_NAME = 200 };

/* --- paths ---------------------------------------------------------------------- */

/* "<" … ">" in the line, found by hand: it must be found in lines that do not parse, too. */
static void find_path(smtp_facts *facts)
{
    const uint8_t *open = memchr(facts->line.ptr, '<', facts->line.len);
    if (open == NULL)
        return;
    const size_t start = (size_t)(open - facts->line.ptr) + 1;
    size_t end = start;
    bool quoted = false;
    for (; end < facts->line.len; end++) {
        const uint8_t octet = facts->line.ptr[end];
        if (quoted && octet == '\\')
            end++;
        else if (octet == '"')
            quoted = !quoted;
        else if (octet == '>' && !quoted)
            break;
    }
    if (quoted && end >= facts->line.len && facts->line.len > 0 && facts->line.ptr[facts->line.len - 1] == '\\')
        facts->set |= FACT(OPEN_QUOTE);
    if (end > facts->line.len)
        end = facts->line.len;
    facts->path = ms_span_make(facts->line.ptr + start, end - start);
    for (size_t at = facts->path.len; at-- > 0;)
        if (facts->path.ptr[at] == '@') {
            facts->local_part = ms_span_make(facts->path.ptr, at);
            facts->domain = ms_span_make(facts->path.ptr + at + 1, facts->path.len - at - 1);
            break;
        }
}

static bool special_atext(uint8_t octet)
{
    return octet != 0 && strchr("!#$%&'*/=?^`{|}~", octet) != NULL;
}

static void take_literal(smtp_facts *facts, uint8_t kind, ms_span literal)
{
    if (kind == MS_DOMAIN_IPV4)
        facts->set |= FACT(IPV4);
    if (kind != MS_DOMAIN_IPV6)
        return;
    facts->set |= FACT(IPV6);
    if (memchr(literal.ptr, '.', literal.len) == NULL)
        return;
    bool compressed = false;
    for (size_t i = 0; i + 1 < literal.len; i++)
        compressed |= literal.ptr[i] == ':' && literal.ptr[i + 1] == ':';
    facts->set |= compressed ? FACT(IPV4_TAIL_COMPRESSED) : FACT(IPV4_TAIL);
}

static void take_parsed_path(smtp_facts *facts, const ms_smtp_path *path)
{
    if (path->kind == MS_PATH_NULL)
        facts->set |= FACT(NULL_PATH);
    if (path->kind == MS_PATH_POSTMASTER) {
        facts->set |= FACT(POSTMASTER);
        const ms_span word = path->local_part;
        if (word.len == 10 && memcmp(word.ptr + 1, "ostmaster", 9) == 0)
            facts->set |= FACT(POSTMASTER_PLAIN);
    }
    if (path->kind != MS_PATH_MAILBOX)
        return;
    if (!ms_span_is_absent(path->source_route))
        facts->set |= FACT(ROUTE);
    if (path->quoted)
        facts->set |= FACT(QUOTED);
    for (size_t i = 0; !path->quoted && i < path->local_part.len; i++)
        if (special_atext(path->local_part.ptr[i]))
            facts->set |= FACT(ATEXT);
    if (any_above(path->local_part, 127))
        facts->set |= FACT(UTF8_LOCAL);
    if (any_above(path->domain, 127))
        facts->set |= FACT(UTF8_DOMAIN);
    if (path->local_part.len > 32 && path->local_part.len <= MS_SMTP_LOCAL_PART_MAX)
        facts->set |= FACT(LONG_LOCAL_PART);
    if (path->domain.len > LONG_NAME)
        facts->set |= FACT(LONG_DOMAIN);
    else if (facts->path.len + 2 >= 200 && facts->path.len + 2 <= MS_SMTP_PATH_MAX)
        facts->set |= FACT(LONG_PATH);
    if (path->domain_kind == MS_DOMAIN_NAME && memchr(path->domain.ptr, '.', path->domain.len) == NULL)
        facts->set |= FACT(ONE_LABEL);
    take_literal(facts, path->domain_kind, path->domain);
}

/* ASCII that no Domain may hold (RFC 5321 section 4.1.2); control characters are told apart. */
static void take_domain_octets(smtp_facts *facts, ms_span domain)
{
    if (domain.len == 0 || domain.ptr[0] == '[')
        return;
    for (size_t i = 0; i < domain.len; i++) {
        const uint8_t c = domain.ptr[i];
        const bool fine = (smtp_octet_upper(c) >= 'A' && smtp_octet_upper(c) <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '.' || c > 127 || c < 0x20 || c == 0x7f;
        if (!fine)
            facts->set |= FACT(DOMAIN_OCTETS);
    }
}

/* --- by verb ---------------------------------------------------------------------- */

static void take_mail(smtp_facts *facts, const ms_smtp_command *command, const smtp_texts *keywords)
{
    find_path(facts);
    const uint8_t *colon = memchr(facts->line.ptr, ':', facts->line.len);
    const ms_span rest = smtp_text_trimmed(behind_verb(facts->line));
    if (colon != NULL && rest.len > 0 && colon > rest.ptr &&
        smtp_text_any_lower(ms_span_make(rest.ptr, (size_t)(colon - rest.ptr))))
        facts->set |= FACT(LOWER_COLON);
    if ((facts->set & FACT(OK)) != 0)
        take_parsed_path(facts, &command->mail.path);
    if (any_above(facts->path, 127))
        facts->set |= FACT(8BIT_PATH);
    if (!ms_span_is_absent(facts->domain)) {
        take_domain_octets(facts, facts->domain);
        if (memchr(facts->domain.ptr, 0, facts->domain.len) != NULL)
            facts->set |= FACT(NUL_IN_DOMAIN);
    }
    smtp_facts_take_parameters(facts, command->verb == MS_SMTP_RCPT ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL,
                               keywords);
    static const uint8_t address_errors[] = {MS_SMTP_ERR_LOCAL_PART, MS_SMTP_ERR_QUOTED_STRING, MS_SMTP_ERR_DOMAIN,
                                             MS_SMTP_ERR_ADDRESS_LITERAL};
    for (size_t i = 0; i < sizeof address_errors; i++)
        if (facts->error == address_errors[i])
            facts->set |= FACT(BAD_ADDRESS);
    const ms_deviations address =
        MS_DEVIATION_BIT(MS_SMTP_DEV_LOCAL_PART_DOT) | MS_DEVIATION_BIT(MS_SMTP_DEV_DOMAIN_TRAILING_DOT) |
        MS_DEVIATION_BIT(MS_SMTP_DEV_DOMAIN_UNDERSCORE) | MS_DEVIATION_BIT(MS_SMTP_DEV_LITERAL_UNTAGGED_IPV6);
    if ((facts->deviations & address) != 0)
        facts->set |= FACT(BAD_ADDRESS);
}

static void take_argument(smtp_facts *facts, const ms_smtp_command *command)
{
    const ms_span argument = smtp_text_trimmed(behind_verb(facts->line));
    if (argument.len == 0)
        return;
    if (command->smtputf8)
        facts->set |= FACT(SMTPUTF8_WORD);
    const bool one_word = memchr(argument.ptr, ' ', argument.len) == NULL;
    const bool quoted = argument.len > 1 && argument.ptr[0] == '"' && argument.ptr[argument.len - 1] == '"';
    const bool at = memchr(argument.ptr, '@', argument.len) != NULL;
    bool atom = one_word;
    for (size_t i = 0; i < argument.len; i++)
        if (strchr("()<>[]:;@\\,.\"", argument.ptr[i]) != NULL || argument.ptr[i] < 0x21 || argument.ptr[i] > 0x7e)
            atom = false;
    if (atom)
        facts->set |= FACT(ATOM);
    if (atom || quoted)
        facts->set |= FACT(STRING);
    if (one_word && at && argument.ptr[0] != '<')
        facts->set |= FACT(MAILBOX);
}

static void take_chunk(smtp_facts *facts, const ms_smtp_command *command)
{
    ms_span rest = behind_verb(facts->line);
    ms_span word;
    if (!smtp_text_next_word(&rest, &word))
        return;
    bool digits = true;
    for (size_t i = 0; i < word.len; i++) {
        digits = digits && word.ptr[i] >= '0' && word.ptr[i] <= '9';
        facts->chunk =
            facts->chunk > UINT64_MAX / 10 - 9 ? UINT64_MAX : facts->chunk * 10 + (uint64_t)(word.ptr[i] - '0');
    }
    if (digits)
        facts->set |= FACT(SIZE_READABLE);
    if (digits && word.len > 1 && word.ptr[0] == '0')
        facts->set |= FACT(LEADING_ZERO);
    if (digits && facts->chunk == 0)
        facts->set |= FACT(ZERO);
    if (facts->error == MS_SMTP_OK && command->bdat.last)
        facts->set |= FACT(LAST);
    if (smtp_text_next_word(&rest, &word) && smtp_text_any_lower(word))
        facts->set |= FACT(LOWER_LAST);
}

static void take_auth(smtp_facts *facts)
{
    ms_span rest = behind_verb(facts->line);
    ms_span word;
    facts->mechanism = MS_SASL_OTHER;
    if (!smtp_text_next_word(&rest, &facts->mechanism_name))
        return;
    bool valid;
    facts->mechanism = (uint8_t)ms_sasl_mechanism_parse(facts->mechanism_name, &valid);
    if (smtp_text_next_word(&rest, &word)) {
        facts->initial_response = word;
        facts->set |= FACT(INITIAL);
    }
}

static void take_greeting_argument(smtp_facts *facts, const ms_smtp_command *command)
{
    ms_span rest = behind_verb(facts->line);
    ms_span word;
    if (smtp_text_next_word(&rest, &word)) {
        facts->domain = word;
        take_domain_octets(facts, word);
    }
    if (facts->error == MS_SMTP_OK)
        take_literal(facts, command->ehlo.domain_kind, command->ehlo.domain);
}

void smtp_facts_take(smtp_facts *facts, const ms_smtp_event *event, const ms_smtp_session *session,
                     const smtp_texts *keywords)
{
    memset(facts, 0, sizeof *facts);
    take_line(facts, event);
    take_words(facts);
    const ms_smtp_command *command = &event->command.command;
    switch (command->verb) {
    case MS_SMTP_MAIL:
    case MS_SMTP_RCPT:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
        take_mail(facts, command, keywords);
        break;
    case MS_SMTP_EHLO:
    case MS_SMTP_HELO:
    case MS_SMTP_LHLO:
        take_greeting_argument(facts, command);
        break;
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
    case MS_SMTP_HELP:
    case MS_SMTP_NOOP:
        take_argument(facts, command);
        break;
    case MS_SMTP_BDAT:
        take_chunk(facts, command);
        break;
    case MS_SMTP_AUTH:
        take_auth(facts);
        break;
    default: /* nothing more to note */
        break;
    }
    const ms_deviations tolerated = MS_DEVIATION_BIT(MS_SMTP_DEV_SOURCE_ROUTE) |
                                    MS_DEVIATION_BIT(MS_SMTP_DEV_SOURCE_ROUTE_SENDER) |
                                    MS_DEVIATION_BIT(MS_SMTP_DEV_UNNEEDED_QUOTES);
    if (facts->error == MS_SMTP_OK && (facts->deviations & ~tolerated) == 0 && facts->invalid == 0 &&
        facts->repeated == 0 && smtp_facts_all_offered(facts, session))
        facts->set |= FACT(CLEAN);
}

void smtp_facts_free(smtp_facts *facts)
{
    free((void *)(uintptr_t)facts->line.ptr);
    memset(facts, 0, sizeof *facts);
}
