#include <stdlib.h>
#include <string.h>

#include "harness/cli/parse.h"
#include "mailspec/limits.h"
#include "mailspec/smtp_command.h"

static void judge(parse_sample *sample, ms_smtp_error error, uint16_t requirement, size_t at, ms_deviations set)
{
    if (error != MS_SMTP_OK)
        parse_fail(sample, ms_smtp_error_rule(error), requirement, at);
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_rule *rule = ms_smtp_deviation_rule((ms_smtp_deviation)n);
        parse_deviate(sample, rule, rule->requirement);
    }
}

/* --- paths --- */

/* One of domain and address_literal is null. */
static void set_domain(parse_sample *sample, ms_span domain, ms_smtp_domain_kind kind)
{
    const bool literal = kind == MS_DOMAIN_IPV4 || kind == MS_DOMAIN_IPV6 || kind == MS_DOMAIN_GENERAL;
    parse_set(sample, "domain", literal ? json_null() : parse_octets(domain));
    parse_set(sample, "address_literal", literal ? parse_octets(domain) : json_null());
}

static void set_path(parse_sample *sample, const ms_smtp_path *path)
{
    parse_set(sample, "null", json_boolean(path->kind == MS_PATH_NULL));
    parse_set(sample, "local_part", parse_octets(path->local_part));
    set_domain(sample, path->domain, (ms_smtp_domain_kind)path->domain_kind);
    if (!ms_span_is_absent(path->source_route))
        parse_set(sample, "source_route", parse_octets(path->source_route));
}

/* A path alone.  The line end may be missing: a path has an end of its own. */
void parse_smtp_path(const parse_context *context, ms_span input, parse_sample *sample)
{
    const ms_smtp_context path_context = {.smtputf8 = context->smtputf8};
    ms_span text = input;
    ms_line line;
    sample->consumed = input.len;
    if (parse_line(input, &line)) {
        text = line.text;
        sample->consumed = line.consumed;
        if ((line.flags & MS_LINE_BARE_LF) != 0)
            judge(sample, MS_SMTP_OK, MS_REQ_NONE, 0, MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_LF));
    }
    const ms_smtp_path_parsed got = ms_smtp_path_parse(text, context->role, &path_context);
    judge(sample, got.error, got.requirement, got.error_at, got.deviations);
    if (got.error != MS_SMTP_OK)
        return;
    if (got.consumed < text.len) {
        /* Behind a bracket more could stand in a command, after a space; alone, and without brackets, nothing can. */
        const ms_rule *rule = ms_smtp_error_rule(MS_SMTP_ERR_TRAILING_OCTETS);
        const bool closed = text.ptr[got.consumed - 1] == '>';
        parse_fail(sample, rule, closed ? rule->requirement : MS_REQ_SMTP_5321_4_1_2_32, got.consumed);
    }
    set_path(sample, &got.path);
}

/* --- parameters --- */

static json_t *decoded_xtext(ms_span xtext)
{
    size_t written = 0;
    size_t wrong_at = 0;
    uint8_t *text = malloc(xtext.len + 1);
    json_t *value = NULL;
    if (text != NULL && ms_smtp_xtext_decode(xtext, text, &written, &wrong_at))
        value = parse_octets(ms_span_make(text, written));
    free(text);
    return value;
}

static json_t *notify_words(uint8_t notify)
{
    static const struct {
        uint8_t bit;
        const char *word;
    } words[] = {{MS_NOTIFY_NEVER, "NEVER"},
                 {MS_NOTIFY_SUCCESS, "SUCCESS"},
                 {MS_NOTIFY_FAILURE, "FAILURE"},
                 {MS_NOTIFY_DELAY, "DELAY"}};
    json_t *array = json_array();
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if ((notify & words[i].bit) != 0)
            json_array_append_new(array, json_string(words[i].word));
    return array;
}

/* What the value means; NULL where it is but text. */
static json_t *meaning_of(const ms_smtp_parameter *parameter)
{
    static const char *const bodies[] = {"", "7BIT", "8BITMIME", "BINARYMIME"};
    static const char *const rets[] = {"", "FULL", "HDRS"};
    static const char modes[][2] = {[MS_BY_NOTIFY] = "N", [MS_BY_RETURN] = "R"};
    switch (parameter->id) {
    case MS_PARAM_SIZE:
    case MS_PARAM_HOLDFOR:
        return parse_number(parameter->size);
    case MS_PARAM_BODY:
        return json_string(bodies[parameter->body]);
    case MS_PARAM_RET:
        return json_string(rets[parameter->ret]);
    case MS_PARAM_NOTIFY:
        return notify_words(parameter->notify);
    case MS_PARAM_ENVID:
    case MS_PARAM_AUTH:
        return decoded_xtext(parameter->value);
    case MS_PARAM_ORCPT:
        return json_pack("{s:o,s:o}", "type", parse_octets(parameter->orcpt.address_type), "address",
                         decoded_xtext(parameter->orcpt.xtext));
    case MS_PARAM_MT_PRIORITY:
        return json_integer(parameter->priority);
    case MS_PARAM_BY:
        return json_pack("{s:I,s:s,s:b}", "seconds", (json_int_t)parameter->by.seconds, "mode",
                         modes[parameter->by.mode], "trace", parameter->by.trace ? 1 : 0);
    default:
        return NULL;
    }
}

static void set_parameters(parse_sample *sample, ms_span text, ms_smtp_parameter_of of)
{
    json_t *parameters = json_object();
    json_t *values = json_object();
    ms_smtp_parameters iterator;
    ms_smtp_parameter parameter;
    ms_smtp_parameters_init(&iterator, text, of);
    while (ms_smtp_parameters_next(&iterator, &parameter) && parameter.error == MS_SMTP_OK) {
        json_t *keyword = parse_keyword(parameter.keyword);
        json_t *meaning = meaning_of(&parameter);
        json_object_set_new(parameters, json_string_value(keyword), parse_octets(parameter.value));
        if (meaning != NULL)
            json_object_set_new(values, json_string_value(keyword), meaning);
        json_decref(keyword);
    }
    parse_set(sample, "parameters", parameters);
    parse_set(sample, "parameter_values", values);
}

/* --- commands --- */

/* The longest line, CRLF included, with all that the extensions add to it (RFC 5321 section 4.5.3.1.4): which of them
 * are in force is not known here. */
static size_t longest_line(ms_smtp_verb verb)
{
    switch (verb) {
    case MS_SMTP_MAIL:
        return MS_SMTP_COMMAND_LINE_MAX + MS_SMTP_MAIL_AUTH_EXTRA + MS_SMTP_MAIL_SIZE_EXTRA + MS_SMTP_MAIL_BODY_EXTRA +
               MS_SMTP_MAIL_DSN_EXTRA + MS_SMTP_MAIL_SMTPUTF8_EXTRA;
    case MS_SMTP_RCPT:
        return MS_SMTP_COMMAND_LINE_MAX + MS_SMTP_RCPT_DSN_EXTRA;
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
        return MS_SMTP_COMMAND_LINE_MAX + MS_SMTP_MAIL_SMTPUTF8_EXTRA;
    case MS_SMTP_AUTH:
    case MS_SMTP_AUTH_RESPONSE:
        return MS_SMTP_AUTH_LINE_MAX;
    default:
        return MS_SMTP_COMMAND_LINE_MAX;
    }
}

static void set_argument(parse_sample *sample, const ms_smtp_command *command)
{
    switch (command->verb) {
    case MS_SMTP_HELO:
    case MS_SMTP_EHLO:
    case MS_SMTP_LHLO:
        set_domain(sample, command->ehlo.domain, (ms_smtp_domain_kind)command->ehlo.domain_kind);
        return;
    case MS_SMTP_MAIL:
    case MS_SMTP_SEND:
    case MS_SMTP_SOML:
    case MS_SMTP_SAML:
    case MS_SMTP_RCPT:
        set_path(sample, &command->mail.path);
        set_parameters(sample, command->mail.parameters,
                       command->verb == MS_SMTP_RCPT ? MS_PARAMETER_OF_RCPT : MS_PARAMETER_OF_MAIL);
        return;
    case MS_SMTP_BDAT:
        parse_set(sample, "octets", parse_number(command->bdat.octets));
        parse_set(sample, "last", json_boolean(command->bdat.last));
        return;
    case MS_SMTP_AUTH:
        parse_set(sample, "mechanism", parse_octets(command->auth.mechanism));
        parse_set(sample, "initial_response", parse_octets(command->auth.initial_response));
        return;
    case MS_SMTP_AUTH_RESPONSE:
        parse_set(sample, "data",
                  command->auth_response.cancel ? json_null() : parse_octets(command->auth_response.data));
        parse_set(sample, "cancel", json_boolean(command->auth_response.cancel));
        return;
    case MS_SMTP_VRFY:
    case MS_SMTP_EXPN:
        parse_set(sample, "smtputf8", json_boolean(command->smtputf8));
        parse_set(sample, "argument", parse_octets(command->argument));
        return;
    default: /* the other verbs have an argument without structure, or none */
        parse_set(sample, "argument", parse_octets(command->argument));
        return;
    }
}

void parse_smtp_command(const parse_context *context, ms_span input, parse_sample *sample)
{
    const ms_smtp_context command_context = {context->smtputf8, context->lmtp, context->auth_response};
    ms_line line;
    sample->consumed = input.len;
    if (!parse_line(input, &line)) {
        parse_incomplete(sample, ms_smtp_error_rule(MS_SMTP_ERR_INCOMPLETE)->requirement, input.len);
        return;
    }
    sample->consumed = line.consumed;
    const ms_smtp_parsed got = ms_smtp_command_parse_line(&line, &command_context);
    const size_t longest = longest_line(got.command.verb);
    if (line.consumed > longest) {
        const ms_rule *rule = ms_smtp_error_rule(MS_SMTP_ERR_LINE_TOO_LONG);
        parse_fail(sample, rule, rule->requirement, longest - (line.consumed - line.text.len));
    }
    judge(sample, got.error, got.requirement, got.error_at, got.deviations);
    const bool nameless = got.command.verb == MS_SMTP_AUTH_RESPONSE || ms_span_is_absent(got.command.keyword);
    parse_set(sample, "verb", nameless ? json_null() : parse_keyword(got.command.keyword));
    if (sample->error == NULL)
        set_argument(sample, &got.command);
}
