/*
 * command_write.c - POP3 commands as octets
 *
 * What the parser would read differently is refused: a CR or LF smuggles a second command, a blank a second
 * argument.
 */
#include "mailspec/pop3_command.h"

#include "mailspec/limits.h"
#include "writer.h"

/* Up to two arguments, in the order of the line. */
typedef struct arguments {
    ms_span item[2];
    size_t count;
    bool refused;
    uint8_t digits[2][20];
} arguments;

static void add_word(arguments *a, ms_span word)
{
    a->refused |= !is_one_word(word);
    a->item[a->count++] = word;
}

static void add_number(arguments *a, uint64_t number)
{
    uint8_t *digits = a->digits[a->count];
    const size_t len = write_digits(number, digits);
    a->item[a->count++] = ms_span_make(digits, len);
}

static void add_message(arguments *a, uint32_t number, bool given, bool required)
{
    a->refused |= given ? number == 0 : required;
    if (given)
        add_number(a, number);
}

/* initial-response = base64 / "=" (RFC 5034 section 5): present and empty is "=". */
static void add_auth(arguments *a, ms_span mechanism, ms_span initial_response)
{
    if (ms_span_is_absent(mechanism)) {
        a->refused |= !ms_span_is_absent(initial_response);
        return;
    }
    add_word(a, mechanism);
    if (!ms_span_is_absent(initial_response))
        add_word(a, initial_response.len == 0 ? MS_SPAN("=") : initial_response);
}

static void add_line(arguments *a, ms_span line, size_t shortest)
{
    a->refused |= line.len < shortest || !is_one_line(line);
    a->item[a->count++] = line;
}

static void collect(arguments *a, const ms_pop3_command *command)
{
    switch (command->verb) {
    case MS_POP3_UNKNOWN:
        a->refused |= !is_one_word(command->keyword);
        if (!ms_span_is_absent(command->argument))
            add_line(a, command->argument, 0);
        break;
    case MS_POP3_USER:
        add_word(a, command->user.name);
        break;
    case MS_POP3_PASS: /* spaces are part of the password (RFC 1939 section 7) */
        add_line(a, command->pass.password, 1);
        break;
    case MS_POP3_APOP:
        add_word(a, command->apop.name);
        add_word(a, command->apop.digest);
        a->refused |= command->apop.digest.len != MS_POP3_DIGEST_LEN;
        break;
    case MS_POP3_LIST:
    case MS_POP3_UIDL:
        add_message(a, command->message.number, command->message.given, false);
        break;
    case MS_POP3_RETR:
    case MS_POP3_DELE:
        add_message(a, command->message.number, command->message.given, true);
        break;
    case MS_POP3_TOP:
        add_message(a, command->top.number, command->top.given, true);
        add_number(a, command->top.lines);
        break;
    case MS_POP3_AUTH:
        add_auth(a, command->auth.mechanism, command->auth.initial_response);
        break;
    case MS_POP3_LANG:
        if (!ms_span_is_absent(command->lang.tag))
            add_word(a, command->lang.tag);
        break;
    case MS_POP3_AUTH_RESPONSE:
        add_line(a, command->auth_response.cancel ? MS_SPAN("*") : command->auth_response.data, 0);
        break;
    case MS_POP3_STAT:
    case MS_POP3_RSET:
    case MS_POP3_NOOP:
    case MS_POP3_QUIT:
    case MS_POP3_CAPA:
    case MS_POP3_STLS:
    case MS_POP3_UTF8:
        break;
    case MS_POP3_VERB_COUNT:
        a->refused = true;
        break;
    }
}

size_t ms_pop3_command_write(const ms_pop3_command *command, uint8_t *out, size_t room)
{
    arguments a = {.count = 0};
    ms_span pieces[5];
    size_t count = 0;
    collect(&a, command);
    if (a.refused)
        return 0;
    if (command->verb == MS_POP3_AUTH_RESPONSE)
        return write_line(a.item, 1, out, room);
    if (command->verb == MS_POP3_UNKNOWN) {
        pieces[count++] = command->keyword;
    } else {
        const char *name = ms_pop3_verb_name(command->verb);
        pieces[count++] = ms_span_make(name, command->verb == MS_POP3_TOP ? 3 : 4);
    }
    for (size_t i = 0; i < a.count; i++) {
        pieces[count++] = MS_SPAN(" ");
        pieces[count++] = a.item[i];
    }
    return write_line(pieces, count, out, room);
}
