#include "harness/cli/parse.h"
#include "mailspec/limits.h"
#include "mailspec/pop3_command.h"

static void set_argument(parse_sample *sample, const ms_pop3_command *command)
{
    switch (command->verb) {
    case MS_POP3_USER:
        parse_set(sample, "name", parse_octets(command->user.name));
        return;
    case MS_POP3_PASS:
        parse_set(sample, "password", parse_octets(command->pass.password));
        return;
    case MS_POP3_APOP:
        parse_set(sample, "name", parse_octets(command->apop.name));
        parse_set(sample, "digest", parse_octets(command->apop.digest));
        return;
    case MS_POP3_LIST:
    case MS_POP3_RETR:
    case MS_POP3_DELE:
    case MS_POP3_UIDL:
        parse_set(sample, "message_number",
                  command->message.given ? json_integer(command->message.number) : json_null());
        return;
    case MS_POP3_TOP:
        parse_set(sample, "message_number", json_integer(command->top.number));
        parse_set(sample, "line_count", parse_number(command->top.lines));
        return;
    case MS_POP3_AUTH:
        parse_set(sample, "mechanism", parse_octets(command->auth.mechanism));
        parse_set(sample, "initial_response", parse_octets(command->auth.initial_response));
        return;
    case MS_POP3_AUTH_RESPONSE:
        parse_set(sample, "data",
                  command->auth_response.cancel ? json_null() : parse_octets(command->auth_response.data));
        parse_set(sample, "cancel", json_boolean(command->auth_response.cancel));
        return;
    case MS_POP3_LANG:
        parse_set(sample, "tag", parse_octets(command->lang.tag));
        return;
    default: /* the other verbs have no argument, or one without structure */
        parse_set(sample, "argument", parse_octets(command->argument));
        return;
    }
}

void parse_pop3_command(const parse_context *context, ms_span input, parse_sample *sample)
{
    const ms_pop3_context command_context = {.utf8 = context->utf8, .auth_response = context->auth_response};
    ms_line line;
    sample->consumed = input.len;
    if (!parse_line(input, &line)) {
        parse_incomplete(sample, ms_pop3_error_rule(MS_POP3_ERR_INCOMPLETE)->requirement, input.len);
        return;
    }
    sample->consumed = line.consumed;
    if (line.consumed > MS_POP3_COMMAND_LINE_MAX && !context->auth_response)
        line.flags |= MS_LINE_TOO_LONG;
    const ms_pop3_parsed got = ms_pop3_command_parse_line(&line, &command_context);
    if (got.error != MS_POP3_OK) {
        const uint16_t requirement = ms_pop3_error_requirement(got.error, got.command.verb);
        parse_fail(sample, ms_pop3_error_rule(got.error), requirement, got.error_at);
    }
    ms_deviations set = got.deviations;
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_pop3_deviation deviation = (ms_pop3_deviation)n;
        parse_deviate(sample, ms_pop3_deviation_rule(deviation),
                      ms_pop3_deviation_requirement(deviation, got.command.verb));
    }
    const bool nameless = got.command.verb == MS_POP3_AUTH_RESPONSE || ms_span_is_absent(got.command.keyword);
    parse_set(sample, "verb", nameless ? json_null() : parse_keyword(got.command.keyword));
    if (got.error == MS_POP3_OK)
        set_argument(sample, &got.command);
}
