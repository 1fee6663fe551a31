/* smtp_facts.c - see smtp_facts.h */
#include "harness/replay/smtp_facts.h"

#include "mailspec/limits.h"
#include "mailspec/sasl.h"

#include <stdlib.h>
#include <string.h>

/* --- small helpers ----------------------------------------------------------- */

static uint8_t upper(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 0x20) : octet;
}

static bool is_lower(uint8_t octet)
{
    return octet >= 'a' && octet <= 'z';
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

bool smtp_text_equal(ms_span a, ms_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (upper(a.ptr[i]) != upper(b.ptr[i]))
            return false;
    return true;
}

bool smtp_text_is(ms_span text, const char *name)
{
    return smtp_text_equal(text, ms_span_make(name, strlen(name)));
}

bool smtp_text_begins(ms_span text, const char *name)
{
    const size_t length = strlen(name);
    return text.len >= length && smtp_text_equal(ms_span_make(text.ptr, length), ms_span_make(name, length));
}

static bool any_lower(ms_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (is_lower(text.ptr[i]))
            return true;
    return false;
}

static bool any_above(ms_span text, uint8_t limit)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] > limit)
            return true;
    return false;
}

static ms_span trimmed(ms_span text)
{
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = ms_span_make(text.ptr + 1, text.len - 1);
    while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* The next word, cut from the front of text; false when there is none. */
static bool next_word(ms_span *text, ms_span *word)
{
    *text = trimmed(*text);
    if (text->len == 0)
        return false;
    size_t length = 0;
    while (length < text->len && !is_blank(text->ptr[length]))
        length++;
    *word = ms_span_make(text->ptr, length);
    *text = ms_span_make(text->ptr + length, text->len - length);
    return true;
}

/* --- the verb and what is behind it ------------------------------------------- */

static ms_span behind_verb(ms_span line)
{
    size_t length = 0;
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
    if (any_lower(verb))
        facts->set |= FACT(LOWER_VERB);
    if (verb.len > 0 && upper(verb.ptr[0]) == 'X')
        facts->set |= FACT(X);
    if (trimmed(rest).len > 0)
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
        const bool fine = (upper(c) >= 'A' && upper(c) <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                          c > 127 || c < 0x20 || c == 0x7f;
        if (!fine)
            facts->set |= FACT(DOMAIN_OCTETS);
    }
}

/* --- parameters ------------------------------------------------------------------ */

static void take_parameter_value(smtp_facts *facts, const ms_smtp_parameter *parameter, ms_span word)
{
    switch (parameter->id) {
    case MS_PARAM_SIZE:
        facts->size = parameter->size;
        facts->size_digits = (unsigned)parameter->value.len;
        break;
    case MS_PARAM_BODY:
        facts->body = parameter->body;
        break;
    case MS_PARAM_NOTIFY:
        facts->notify = parameter->notify;
        facts->lower_notify = any_lower(parameter->value);
        break;
    case MS_PARAM_ENVID:
        facts->envid_length = word.len;
        break;
    case MS_PARAM_ORCPT:
        facts->orcpt_length = word.len;
        facts->orcpt_rfc822 = smtp_text_is(parameter->orcpt.address_type, "RFC822");
        break;
    case MS_PARAM_AUTH:
        facts->auth_null = smtp_text_is(parameter->value, "<>");
        break;
    case MS_PARAM_BY:
        facts->by_return = parameter->by.mode == MS_BY_RETURN;
        facts->by_seconds = parameter->by.seconds;
        break;
    case MS_PARAM_HOLDFOR:
        facts->hold_seconds = parameter->size;
        break;
    default: /* the others have no value that a rule asks for */
        break;
    }
}

/* A value that did not parse may still say what a rule about it wants to know. */
static void take_invalid_value(smtp_facts *facts, ms_smtp_parameter_id id, ms_span value)
{
    if (id == MS_PARAM_BY && value.len > 0) {
        const uint8_t last = upper(value.ptr[value.len - 1]);
        facts->by_return = last == 'R' || (value.len > 1 && last == 'T' && upper(value.ptr[value.len - 2]) == 'R');
        facts->by_seconds = value.ptr[0] == '-' || value.ptr[0] == '0' ? 0 : 1;
    }
    if (id == MS_PARAM_SIZE) {
        size_t digits = 0;
        while (digits < value.len && value.ptr[digits] >= '0' && value.ptr[digits] <= '9')
            digits++;
        facts->size_digits = digits == value.len ? (unsigned)digits : 0;
    }
}

static ms_smtp_parameter_id parameter_by_name(ms_span name)
{
    for (unsigned id = MS_PARAM_UNKNOWN + 1; id < MS_PARAM_COUNT; id++)
        if (smtp_text_is(name, ms_smtp_parameter_name((ms_smtp_parameter_id)id)))
            return (ms_smtp_parameter_id)id;
    return MS_PARAM_UNKNOWN;
}

static void take_parameter(smtp_facts *facts, ms_span word, ms_smtp_parameter_of of)
{
    const uint8_t *equals = memchr(word.ptr, '=', word.len);
    const ms_span name = ms_span_make(word.ptr, equals == NULL ? word.len : (size_t)(equals - word.ptr));
    const ms_smtp_parameter_id id = parameter_by_name(name);
    const uint32_t bit = UINT32_C(1) << id;
    facts->parameter_count++;
    if (any_lower(name))
        facts->set |= FACT(LOWER_PARAMETER);
    if (id == MS_PARAM_UNKNOWN) {
        facts->set |= FACT(UNKNOWN_PARAMETER);
        return;
    }
    if ((facts->parameters & bit) != 0)
        facts->repeated |= bit;
    facts->parameters |= bit;
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    ms_smtp_parameters_init(&iterator, word, of);
    if (ms_smtp_parameters_next(&iterator, &parameter) && parameter.error == MS_SMTP_OK && parameter.deviations == 0) {
        take_parameter_value(facts, &parameter, word);
        return;
    }
    facts->invalid |= bit;
    if (equals != NULL)
        take_invalid_value(facts, id, ms_span_make(equals + 1, word.len - name.len - 1));
}

static void take_parameters(smtp_facts *facts, ms_smtp_parameter_of of)
{
    if (ms_span_is_absent(facts->path))
        return;
    const uint8_t *end = facts->line.ptr + facts->line.len;
    const uint8_t *start = facts->path.ptr + facts->path.len;
    if (start >= end)
        return;
    ms_span rest = ms_span_make(start + 1, (size_t)(end - start) - 1);
    ms_span word;
    while (next_word(&rest, &word))
        take_parameter(facts, word, of);
}

bool smtp_facts_only(const smtp_facts *facts, ms_smtp_parameter_id parameter)
{
    return facts->parameter_count == 1 && facts->parameters == (UINT32_C(1) << parameter) && facts->invalid == 0;
}

/* --- by verb ---------------------------------------------------------------------- */

static void take_mail(smtp_facts *facts, const ms_smtp_command *command)
{
    find_path(facts);
    const uint8_t *colon = memchr(facts->line.ptr, ':', facts->line.len);
    const ms_span rest = trimmed(behind_verb(facts->line));
    if (colon != NULL && rest.len > 0 && colon > rest.ptr &&
        any_lower(ms_span_make(rest.ptr, (size_t)(colon - rest.ptr))))
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
    take_parameters(facts, command->verb == MS_SMTP_RCPT ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL);
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
    const ms_span argument = trimmed(behind_verb(facts->line));
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
    if (!next_word(&rest, &word))
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
    if (next_word(&rest, &word) && any_lower(word))
        facts->set |= FACT(LOWER_LAST);
}

static void take_auth(smtp_facts *facts)
{
    ms_span rest = behind_verb(facts->line);
    ms_span word;
    facts->mechanism = MS_SASL_OTHER;
    if (!next_word(&rest, &facts->mechanism_name))
        return;
    bool valid;
    facts->mechanism = (uint8_t)ms_sasl_mechanism_parse(facts->mechanism_name, &valid);
    if (next_word(&rest, &word)) {
        facts->initial_response = word;
        facts->set |= FACT(INITIAL);
    }
}

static void take_greeting_argument(smtp_facts *facts, const ms_smtp_command *command)
{
    ms_span rest = behind_verb(facts->line);
    ms_span word;
    if (next_word(&rest, &word)) {
        facts->domain = word;
        take_domain_octets(facts, word);
    }
    if (facts->error == MS_SMTP_OK)
        take_literal(facts, command->ehlo.domain_kind, command->ehlo.domain);
}

/* All parameters were offered, so that a refusal of the line has no excuse in them. */
static bool all_offered(const smtp_facts *facts, const ms_smtp_session *session)
{
    static const struct {
        uint8_t parameter, keyword;
    } needs[] = {
        {MS_PARAM_SIZE, MS_EHLO_SIZE},
        {MS_PARAM_RET, MS_EHLO_DSN},
        {MS_PARAM_ENVID, MS_EHLO_DSN},
        {MS_PARAM_NOTIFY, MS_EHLO_DSN},
        {MS_PARAM_ORCPT, MS_EHLO_DSN},
        {MS_PARAM_AUTH, MS_EHLO_AUTH},
        {MS_PARAM_SMTPUTF8, MS_EHLO_SMTPUTF8},
        {MS_PARAM_MT_PRIORITY, MS_EHLO_MT_PRIORITY},
        {MS_PARAM_BY, MS_EHLO_DELIVERBY},
        {MS_PARAM_HOLDFOR, MS_EHLO_FUTURERELEASE},
        {MS_PARAM_HOLDUNTIL, MS_EHLO_FUTURERELEASE},
        {MS_PARAM_REQUIRETLS, MS_EHLO_REQUIRETLS},
        {MS_PARAM_MTRK, MS_EHLO_MTRK},
        {MS_PARAM_RRVS, MS_EHLO_RRVS},
        {MS_PARAM_CONPERM, MS_EHLO_CONPERM},
        {MS_PARAM_CONNEG, MS_EHLO_CONNEG},
        {MS_PARAM_SUBMITTER, MS_EHLO_SUBMITTER},
    };
    uint32_t covered = 0;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (ms_smtp_session_offers(session, (ms_ehlo_keyword)needs[i].keyword))
            covered |= UINT32_C(1) << needs[i].parameter;
    const ms_ehlo_keyword body = facts->body == MS_BODY_BINARYMIME ? MS_EHLO_BINARYMIME : MS_EHLO_8BITMIME;
    if (ms_smtp_session_offers(session, body))
        covered |= UINT32_C(1) << MS_PARAM_BODY;
    return (facts->parameters & ~covered) == 0 && (facts->set & FACT(UNKNOWN_PARAMETER)) == 0;
}

void smtp_facts_take(smtp_facts *facts, const ms_smtp_event *event, const ms_smtp_session *session)
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
        take_mail(facts, command);
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
        facts->repeated == 0 && all_offered(facts, session))
        facts->set |= FACT(CLEAN);
}

void smtp_facts_free(smtp_facts *facts)
{
    free((void *)(uintptr_t)facts->line.ptr);
    memset(facts, 0, sizeof *facts);
}
