/* compare_pop3.c - POP3's commands, responses and listings against the model; see compare.h */
#include <string.h>

#include "fuzz/compare.h"
#include "fuzz/model/model.h"

#define COMMAND_DEVIATION(name)  (UINT64_C(1) << MS_POP3_DEV_##name)
#define RESPONSE_DEVIATION(name) (UINT64_C(1) << MS_POP3_RESPONSE_DEV_##name)

static const char *verdict(bool in_grammar, bool taken)
{
    if (in_grammar == taken)
        return NULL;
    return taken ? "not in the grammar, and accepted" : "in the grammar, and refused";
}

/* Digits, and what they stand for; over: more than bound. */
static uint64_t number_at(ms_span text, size_t *at, uint64_t bound, bool *over)
{
    uint64_t value = 0;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; ++*at) {
        const uint64_t digit = text.ptr[*at] - (uint64_t)'0';
        if (value > (bound - digit) / 10)
            *over = true;
        else
            value = value * 10 + digit;
    }
    return value;
}

/* --- commands --------------------------------------------------------------------------------------------------- */

static const struct verb {
    ms_pop3_verb verb;
    const char *keyword, *rule;
} verbs[] = {
    {MS_POP3_USER, "USER", "user"}, {MS_POP3_PASS, "PASS", "pass"}, {MS_POP3_APOP, "APOP", "apop"},
    {MS_POP3_STAT, "STAT", "stat"}, {MS_POP3_LIST, "LIST", "list"}, {MS_POP3_RETR, "RETR", "retr"},
    {MS_POP3_DELE, "DELE", "dele"}, {MS_POP3_RSET, "RSET", "rset"}, {MS_POP3_NOOP, "NOOP", "noop"},
    {MS_POP3_QUIT, "QUIT", "quit"}, {MS_POP3_TOP, "TOP", "top"},    {MS_POP3_UIDL, "UIDL", "uidl"},
    {MS_POP3_CAPA, "CAPA", "capa"}, {MS_POP3_STLS, "STLS", "stls"}, {MS_POP3_AUTH, "AUTH", "auth"},
    {MS_POP3_UTF8, "UTF8", "utf8"}, {MS_POP3_LANG, "LANG", "lang"},
};

static const struct verb *verb_of(ms_span line)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const size_t len = strlen(verbs[i].keyword);
        size_t same = 0;
        while (same < len && same < line.len) {
            const uint8_t octet = line.ptr[same];
            const uint8_t upper = octet >= 'a' && octet <= 'z' ? octet & 0xDF : octet;
            if (upper != verbs[i].keyword[same])
                break;
            same++;
        }
        if (same == len && (line.len == len || line.ptr[len] == ' '))
            return &verbs[i];
    }
    return NULL;
}

/* The numbers of a line that is in the grammar.  Message-numbers of more than 32 bits, and lines of more than 64, are no
 * one's: RFC 1939 has no limit, the parser says so. */
static const char *compare_numbers(const struct verb *verb, ms_span line, const ms_pop3_parsed *parsed)
{
    const bool top = verb->verb == MS_POP3_TOP;
    if (!top && verb->verb != MS_POP3_LIST && verb->verb != MS_POP3_RETR && verb->verb != MS_POP3_DELE &&
        verb->verb != MS_POP3_UIDL)
        return verdict(true, parsed->error == MS_POP3_OK);
    bool over = false;
    size_t at = strlen(verb->keyword) + 1;
    const bool given = line.len >= at;
    const uint64_t number = number_at(line, &at, UINT32_MAX, &over);
    at++;
    const uint64_t lines = top ? number_at(line, &at, UINT64_MAX, &over) : 0;
    if (over != (parsed->error == MS_POP3_ERR_NUMBER_RANGE))
        return "whether a number is too large";
    if (over)
        return NULL;
    if (parsed->error != MS_POP3_OK)
        return verdict(true, false);
    if (parsed->command.message.given != given || parsed->command.message.number != number)
        return "the message-number";
    return top && parsed->command.top.lines != lines ? "the number of lines" : NULL;
}

const char *compare_pop3_command(ms_span line, const ms_pop3_context *context)
{
    const ms_pop3_parsed parsed = ms_pop3_command_parse(line, context);
    return compare_pop3_command_parsed(line, context, &parsed);
}

const char *compare_pop3_command_parsed(ms_span line, const ms_pop3_context *context, const ms_pop3_parsed *parsed)
{
    if (line.len + 2 > 255) /* RFC 2449 section 4 */
        return NULL;
    const model_grammar grammar = context->utf8 ? MODEL_POP3_UTF8 : MODEL_POP3;
    const ms_deviations prose = COMMAND_DEVIATION(ARGUMENT_TOO_LONG);
    const bool taken = parsed->error == MS_POP3_OK && (parsed->deviations & ~prose) == 0;
    if (context->auth_response) {
        if (taken && parsed->command.auth_response.cancel != (line.len == 1 && line.ptr[0] == '*'))
            return "whether the response cancels";
        return verdict(model_is(grammar, "auth-response", line.ptr, line.len), taken);
    }
    const struct verb *verb = verb_of(line);
    if (verb == NULL)
        return NULL;
    if (parsed->command.verb != verb->verb)
        return "the verb";
    const bool in_grammar = model_is(grammar, verb->rule, line.ptr, line.len);
    if (in_grammar && (parsed->deviations & ~prose) == 0)
        return compare_numbers(verb, line, parsed);
    return verdict(in_grammar, taken);
}

/* --- responses -------------------------------------------------------------------------------------------------- */

/* RFC 1939 sections 5 and 7: text behind a size is discouraged; a unique-id is followed by nothing. */
static ms_deviations response_prose(ms_pop3_after after)
{
    const bool size = after == MS_POP3_AFTER_STAT || after == MS_POP3_AFTER_LIST;
    return RESPONSE_DEVIATION(TOO_LONG) | (size ? RESPONSE_DEVIATION(EXTRA_TEXT) : 0);
}

static bool is_response(ms_span line, const ms_pop3_response_context *context)
{
    const model_grammar grammar = context->utf8 ? MODEL_POP3_UTF8 : MODEL_POP3;
    const bool codes = context->resp_codes;
#define IS(rule) model_is(grammar, rule, line.ptr, line.len)
    const bool negative = codes ? IS("resp-codes-negative-line") : IS("negative-line");
    switch (context->after) {
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_CAPA:
        return codes ? IS("resp-codes-line") : IS("single-line");
    case MS_POP3_AFTER_GREETING:
        return codes ? IS("resp-codes-greeting") : IS("greeting");
    case MS_POP3_AFTER_STAT:
        return negative || IS("stat-line");
    case MS_POP3_AFTER_LIST:
        return negative || IS("list-line");
    case MS_POP3_AFTER_UIDL:
        return negative || IS("uidl-line");
    case MS_POP3_AFTER_AUTH:
        return (codes ? IS("resp-codes-line") : IS("single-line")) || IS("continue-req");
    case MS_POP3_AFTER_LANG:
        return negative || IS("lang-line");
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        break;
    }
#undef IS
    return true;
}

/* The numbers of a drop or scan listing, or the number of a unique-id listing, that begins at `at`. */
static const char *compare_listing_numbers(ms_span line, size_t at, ms_pop3_after after, const ms_pop3_response *parsed)
{
    bool over = false;
    const uint64_t first = number_at(line, &at, UINT32_MAX, &over);
    at++;
    const bool unique = after == MS_POP3_AFTER_UIDL;
    const uint64_t second = unique ? 0 : number_at(line, &at, UINT64_MAX, &over);
    if (over != (parsed->error == MS_POP3_RESPONSE_ERR_NUMBER_RANGE))
        return "whether a number is too large";
    if (over)
        return NULL;
    if (parsed->error != MS_POP3_RESPONSE_OK)
        return verdict(true, false);
    if (unique)
        return parsed->unique.number == first && parsed->unique.unique_id.ptr == line.ptr + at &&
                       parsed->unique.unique_id.len == line.len - at
                   ? NULL
                   : "the message-number, or the unique-id";
    if (after == MS_POP3_AFTER_STAT)
        return parsed->drop.messages == first && parsed->drop.octets == second ? NULL : "the drop listing's numbers";
    return parsed->scan.number == first && parsed->scan.octets == second ? NULL : "the scan listing's numbers";
}

/* Which octets are which field, of lines that are not in the grammar, too, and are understood all the same: the words
 * between blanks, in their order. */
static const char *compare_words(ms_span line, size_t at, ms_pop3_after after, const ms_pop3_response *parsed)
{
    ms_span words[2];
    if (line.len > 0 && memchr(line.ptr, '\r', line.len) != NULL)
        return NULL; /* a bare CR is told, and is no octet of a field */
    for (size_t i = 0; i < 2; i++) {
        while (at < line.len && (line.ptr[at] == ' ' || line.ptr[at] == '\t'))
            at++;
        const size_t from = at;
        while (at < line.len && line.ptr[at] != ' ' && line.ptr[at] != '\t')
            at++;
        words[i] = ms_span_make(line.ptr + from, at - from);
    }
    bool over = false;
    size_t digits = 0;
    const uint64_t first = number_at(words[0], &digits, UINT32_MAX, &over);
    if (after == MS_POP3_AFTER_UIDL)
        return parsed->unique.number == first && parsed->unique.unique_id.ptr == words[1].ptr &&
                       parsed->unique.unique_id.len == words[1].len
                   ? NULL
                   : "the message-number, or the unique-id, of a line with deviations";
    digits = 0;
    const uint64_t second = number_at(words[1], &digits, UINT64_MAX, &over);
    const bool drop = after == MS_POP3_AFTER_STAT;
    return (drop ? parsed->drop.messages : parsed->scan.number) == first &&
                   (drop ? parsed->drop.octets : parsed->scan.octets) == second
               ? NULL
               : "the numbers of a line with deviations";
}

static bool has_numbers(ms_pop3_after after)
{
    return after == MS_POP3_AFTER_STAT || after == MS_POP3_AFTER_LIST || after == MS_POP3_AFTER_UIDL;
}

const char *compare_pop3_response_parsed(ms_span line, const ms_pop3_response_context *context,
                                         const ms_pop3_response *parsed)
{
    if (!abnf_fits(line.len) || context->after == MS_POP3_AFTER_TEXT)
        return NULL;
    if (context->after == MS_POP3_AFTER_GREETING && !context->resp_codes && line.len > 4 && line.ptr[4] == '[')
        return NULL; /* a code or a text: what holds "<" may be either */
    const bool clean = (parsed->deviations & ~response_prose(context->after)) == 0;
    const bool in_grammar = is_response(line, context);
    if (in_grammar && clean && line.ptr[0] == '+' && has_numbers(context->after))
        return compare_listing_numbers(line, strlen("+OK "), context->after, parsed);
    if (parsed->error == MS_POP3_RESPONSE_OK && parsed->indicator == MS_POP3_POSITIVE && has_numbers(context->after)) {
        const char *fields = compare_words(line, strlen("+OK"), context->after, parsed);
        if (fields != NULL)
            return fields;
    }
    const char *why = verdict(in_grammar, clean && parsed->error == MS_POP3_RESPONSE_OK);
    if (why != NULL || !in_grammar)
        return why;
    const ms_pop3_indicator indicator = line.ptr[0] == '-'                   ? MS_POP3_NEGATIVE
                                        : line.len < 2 || line.ptr[1] == ' ' ? MS_POP3_CONTINUATION
                                                                             : MS_POP3_POSITIVE;
    return parsed->indicator == indicator ? NULL : "the status indicator";
}

const char *compare_pop3_response(ms_span line, const ms_pop3_response_context *context)
{
    const ms_pop3_response parsed = ms_pop3_response_parse(line, context);
    return compare_pop3_response_parsed(line, context, &parsed);
}

const char *compare_pop3_listing_parsed(ms_span line, const ms_pop3_response_context *context,
                                        const ms_pop3_response *parsed)
{
    const model_grammar grammar = context->utf8 ? MODEL_POP3_UTF8 : MODEL_POP3;
    if (!abnf_fits(line.len))
        return NULL;
    const bool clean = (parsed->deviations & ~response_prose(context->after)) == 0;
    const char *rule = context->after == MS_POP3_AFTER_LIST   ? "scan-listing"
                       : context->after == MS_POP3_AFTER_UIDL ? "unique-id-listing"
                       : context->after == MS_POP3_AFTER_LANG ? "language-listing"
                                                              : NULL;
    if (rule == NULL)
        return NULL;
    const bool in_grammar = model_is(grammar, rule, line.ptr, line.len);
    if (in_grammar && clean && context->after != MS_POP3_AFTER_LANG)
        return compare_listing_numbers(line, 0, context->after, parsed);
    if (parsed->error == MS_POP3_RESPONSE_OK && context->after != MS_POP3_AFTER_LANG) {
        const char *fields = compare_words(line, 0, context->after, parsed);
        if (fields != NULL)
            return fields;
    }
    return verdict(in_grammar, clean && parsed->error == MS_POP3_RESPONSE_OK);
}

const char *compare_pop3_listing(ms_span line, const ms_pop3_response_context *context)
{
    const ms_pop3_response parsed = ms_pop3_listing_parse(line, context);
    return compare_pop3_listing_parsed(line, context, &parsed);
}

/* --- capabilities ----------------------------------------------------------------------------------------------- */

static const struct {
    ms_pop3_capability_id id;
    const char *tag, *rule;
} capabilities[] = {
    {MS_CAPA_TOP, "TOP", "capability"},
    {MS_CAPA_USER, "USER", "capability"},
    {MS_CAPA_SASL, "SASL", "capa-sasl"},
    {MS_CAPA_RESP_CODES, "RESP-CODES", "capability"},
    {MS_CAPA_LOGIN_DELAY, "LOGIN-DELAY", "capa-login-delay"},
    {MS_CAPA_PIPELINING, "PIPELINING", "capability"},
    {MS_CAPA_EXPIRE, "EXPIRE", "capa-expire"},
    {MS_CAPA_UIDL, "UIDL", "capability"},
    {MS_CAPA_IMPLEMENTATION, "IMPLEMENTATION", "capa-implementation"},
    {MS_CAPA_STLS, "STLS", "capability"},
    {MS_CAPA_AUTH_RESP_CODE, "AUTH-RESP-CODE", "capa-none"},
    {MS_CAPA_UTF8, "UTF8", "capa-utf8"},
    {MS_CAPA_LANG, "LANG", "capa-none"},
};

static bool begins_with_tag(ms_span line, const char *tag)
{
    const size_t len = strlen(tag);
    if (line.len < len || (line.len > len && line.ptr[len] != ' '))
        return false;
    for (size_t i = 0; i < len; i++) {
        const uint8_t octet = line.ptr[i];
        if ((octet >= 'a' && octet <= 'z' ? octet & 0xDF : octet) != tag[i])
            return false;
    }
    return true;
}

const char *compare_pop3_capability_parsed(ms_span line, const ms_pop3_capability *parsed)
{
    if (!abnf_fits(line.len))
        return NULL;
    const bool taken =
        parsed->error == MS_POP3_RESPONSE_OK && (parsed->deviations & ~response_prose(MS_POP3_AFTER_CAPA)) == 0;
    const char *rule = "capability";
    for (size_t i = 0; i < sizeof capabilities / sizeof capabilities[0]; i++)
        if (begins_with_tag(line, capabilities[i].tag)) {
            if (parsed->id != capabilities[i].id)
                return "which capability it is";
            rule = capabilities[i].rule;
        }
    return verdict(model_is(MODEL_POP3, rule, line.ptr, line.len), taken);
}

const char *compare_pop3_capability(ms_span line)
{
    const ms_pop3_capability parsed = ms_pop3_capability_parse(line);
    return compare_pop3_capability_parsed(line, &parsed);
}
