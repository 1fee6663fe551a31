/*
 * session_command.c - what of a command line must be known when its reply comes
 *
 * The parser stops at the first wrong octet.  Servers do not: whether one may say +OK depends on which argument is
 * wrong, so the arguments are looked at one by one here.
 */
#include "session_internal.h"

#include "common/cursor.h"
#include "common/utf8.h"
#include "mailspec/limits.h"

static uint32_t add_octet(uint32_t hash, uint8_t octet)
{
    return (hash ^ octet) * UINT32_C(16777619); /* FNV-1a */
}

uint32_t ms_pop3_hash_exact(ms_span text)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < text.len; i++)
        hash = add_octet(hash, text.ptr[i]);
    return hash;
}

uint32_t ms_pop3_hash(ms_span text)
{
    uint32_t hash = UINT32_C(2166136261);
    for (size_t i = 0; i < text.len; i++)
        hash = add_octet(hash, octet_upper(text.ptr[i]));
    return hash;
}

/* The next argument, absent at the end: whatever stands between blanks. */
static ms_span next_argument(cursor *c)
{
    skip_class(c, OCTET_BLANK);
    const size_t from = c->at;
    while (!at_end(c) && !next_is(c, OCTET_BLANK))
        c->at++;
    return c->at == from ? ms_span_absent() : span_since(c, from);
}

static bool all_digits(ms_span word)
{
    cursor c = cursor_of(word);
    return skip_class(&c, OCTET_DIGIT) > 0 && at_end(&c);
}

/* A message-number; what does not fit is kept modulo 2^32, as a server that overflows would. */
static fault read_number(ms_span word, ms_pop3_run *run)
{
    uint64_t value = 0;
    bool beyond = false;
    if (!all_digits(word)) {
        const bool plus = word.len > 1 && word.ptr[0] == '+' && all_digits(ms_span_make(word.ptr + 1, word.len - 1));
        return plus ? FAULT_PLUS : FAULT_NUMBER;
    }
    for (size_t i = 0; i < word.len; i++) {
        value = value * 10 + (uint64_t)(word.ptr[i] - '0');
        beyond |= value > UINT32_MAX;
        value &= UINT32_MAX;
    }
    run->number = (uint32_t)value;
    if (beyond)
        return FAULT_RANGE;
    if (value == 0)
        return FAULT_ZERO;
    run->flags |= RUN_NUMBERED;
    return FAULT_NONE;
}

static fault read_lines(ms_span word, ms_pop3_run *run)
{
    cursor c = cursor_of(word);
    uint64_t lines;
    if (!all_digits(word))
        return FAULT_COUNT;
    take_decimal(&c, UINT32_MAX, &lines);
    run->lines = (uint32_t)lines;
    return FAULT_NONE;
}

static fault read_digest(ms_span word)
{
    cursor c = cursor_of(word);
    skip_class(&c, OCTET_HEX);
    return at_end(&c) && word.len == MS_POP3_DIGEST_LEN ? FAULT_NONE : FAULT_DIGEST;
}

static void note_ill_formed(ms_span word, ms_pop3_run *run)
{
    if (!ms_utf8_check(word, NULL))
        run->flags |= RUN_ILL_FORMED;
}

static fault read_two(ms_pop3_verb verb, ms_span first, ms_span second, ms_pop3_run *run)
{
    if (ms_span_is_absent(second))
        return FAULT_MISSING;
    if (verb == MS_POP3_APOP) {
        note_ill_formed(first, run);
        return read_digest(second);
    }
    const fault count = read_lines(second, run);
    const fault number = read_number(first, run);
    return count != FAULT_NONE ? count : number;
}

static fault read_arguments(ms_pop3_verb verb, ms_span argument, ms_pop3_run *run)
{
    cursor c = cursor_of(argument);
    const ms_span first = next_argument(&c), second = next_argument(&c), third = next_argument(&c);
    const bool one = !ms_span_is_absent(first), two = !ms_span_is_absent(second);
    if (one)
        run->flags |= RUN_ARGUMENT;
    switch (verb) {
    case MS_POP3_STAT:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
        run->flags |= one ? RUN_SURPLUS : 0;
        return FAULT_NONE;
    case MS_POP3_USER:
        note_ill_formed(first, run);
        return one ? FAULT_NONE : FAULT_MISSING;
    case MS_POP3_PASS:
        note_ill_formed(argument, run);
        return argument.len > 0 ? FAULT_NONE : FAULT_MISSING;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
        run->flags |= two ? RUN_SURPLUS : 0;
        return one ? read_number(first, run) : FAULT_NONE;
    case MS_POP3_RETR:
    case MS_POP3_DELE:
        run->flags |= two ? RUN_SURPLUS : 0;
        return one ? read_number(first, run) : FAULT_MISSING;
    case MS_POP3_APOP:
    case MS_POP3_TOP:
        run->flags |= ms_span_is_absent(third) ? 0 : RUN_SURPLUS;
        return read_two(verb, first, second, run);
    case MS_POP3_LANG:
        run->number = ms_pop3_hash(first);
        run->lines = one && first.ptr[0] != '*' ? (uint32_t)first.len : 0;
        return FAULT_NONE;
    case MS_POP3_AUTH:
        return one ? FAULT_NONE : FAULT_MISSING;
    case MS_POP3_UNKNOWN:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        break;
    }
    return FAULT_NONE;
}

/* The short way for what is nearly always there.  A command of which the parser had nothing to say has the arguments that
 * it ought to have, and where those are numbers it has read them.  false: the arguments are to be looked at. */
static bool take_parsed(const ms_pop3_parsed *parsed, ms_pop3_run *run)
{
    const ms_pop3_command *command = &parsed->command;
    if (parsed->error != MS_POP3_OK || parsed->deviations != 0)
        return false;
    switch (command->verb) {
    case MS_POP3_TOP:
        run->lines = command->top.lines < UINT32_MAX ? (uint32_t)command->top.lines : UINT32_MAX;
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
        break;
    case MS_POP3_STAT:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
        return true;
    case MS_POP3_UNKNOWN:
    case MS_POP3_USER:
    case MS_POP3_PASS:
    case MS_POP3_APOP:
    case MS_POP3_AUTH:
    case MS_POP3_LANG:
    case MS_POP3_AUTH_RESPONSE:
    case MS_POP3_VERB_COUNT:
        return false;
    }
    if (command->message.given) { /* top begins like message */
        run->flags = RUN_ARGUMENT | RUN_NUMBERED;
        run->number = command->message.number;
    }
    return true;
}

static bool holds(ms_span text, unsigned classes)
{
    for (size_t i = 0; i < text.len; i++)
        if (octet_is(text.ptr[i], classes))
            return true;
    return false;
}

static fault keyword_fault(ms_span text)
{
    cursor c = cursor_of(text);
    skip_class(&c, OCTET_BLANK);
    const size_t from = c.at;
    while (!at_end(&c) && !next_is(&c, OCTET_BLANK))
        c.at++;
    const size_t octets = c.at - from;
    if (text.len == 0)
        return FAULT_EMPTY_LINE;
    return octets < 3 || octets > 4 ? FAULT_KEYWORD : FAULT_OTHER;
}

/* A line with a forbidden octet: framed by what a server reads that stops at it, judged by no other rule. */
static void read_forbidden(ms_pop3_run *run, ms_span text, const octet_fault *octets)
{
    const bool in_keyword = octets->first < octets->keyword_end;
    const bool name = run->verb == MS_POP3_USER || run->verb == MS_POP3_PASS || run->verb == MS_POP3_APOP;
    if (name && !in_keyword && octets->habits == UINT32_C(1) << CLIENT_8BIT)
        return; /* ill-formed UTF-8 in a name or password has a rule of its own (RFC 6856 section 2.2) */
    run->flags |= RUN_FORBIDDEN;
    run->flags &= (uint16_t)~RUN_NUMBERED;
    const bool in_number = run->fault == FAULT_NUMBER;
    if (octets->habits >> CLIENT_8BIT & 1 && (in_keyword || in_number))
        run->flags |= RUN_8BIT;
    run->flags |= in_keyword ? RUN_CUT_VERB : 0;
    if (in_keyword)
        run->verb = (uint8_t)ms_pop3_command_parse(ms_span_make(text.ptr, octets->first), NULL).command.verb;
    run->fault = FAULT_OTHER;
}

ms_pop3_run ms_pop3_run_of(const ms_pop3_parsed *parsed, const ms_line *line, const octet_fault *octets)
{
    const ms_deviations blanks =
        MS_DEVIATION_BIT(MS_POP3_DEV_EXTRA_BLANKS) | MS_DEVIATION_BIT(MS_POP3_DEV_LEADING_BLANKS);
    const ms_pop3_command *command = &parsed->command;
    ms_pop3_run run = {.verb = (uint8_t)command->verb, .count = 1};
    if (command->verb == MS_POP3_UNKNOWN && parsed->error != MS_POP3_OK && ms_span_is_absent(command->argument))
        run.fault = (uint8_t)keyword_fault(line->text);
    else if (!take_parsed(parsed, &run))
        run.fault = (uint8_t)read_arguments(command->verb, command->argument, &run);
    if (octets->habits != 0)
        read_forbidden(&run, line->text, octets);
    if (line->flags & MS_LINE_NUL)
        run.flags |= RUN_NUL;
    if (line->flags & MS_LINE_BARE_CR)
        run.flags |= RUN_BARE_CR;
    if (parsed->deviations & blanks)
        run.flags |= RUN_BLANKS;
    if (parsed->deviations & MS_DEVIATION_BIT(MS_POP3_DEV_TRAILING_BLANKS) || line->flags & MS_LINE_BARE_LF ||
        line->text.len > MS_POP3_COMMAND_LINE_MAX - 2)
        run.flags |= RUN_UNTIDY;
    if (holds(command->keyword, OCTET_LOWER))
        run.flags |= RUN_LOWER;
    return run;
}
