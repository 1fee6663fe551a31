#include <string.h>

#include "harness/cli/parse.h"

static void judge(parse_sample *sample, const ms_reply_line *line, size_t line_at)
{
    if (line->error != MS_REPLY_OK) {
        const ms_rule *rule = ms_reply_error_rule(line->error);
        parse_fail(sample, rule, rule->requirement, line_at + line->error_at);
    }
    ms_deviations set = line->deviations;
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_rule *rule = ms_reply_deviation_rule((ms_reply_deviation)n);
        parse_deviate(sample, rule, rule->requirement);
    }
}

/* What a keyword's parameters are has a requirement of its own. */
static void judge_ehlo(parse_sample *sample, const ms_ehlo_line *line, size_t text_at)
{
    if (line->error != MS_REPLY_OK) {
        const ms_rule *rule = ms_reply_error_rule(line->error);
        parse_fail(sample, rule, rule->requirement, text_at + line->error_at);
    }
    ms_deviations set = line->deviations;
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_rule *rule = ms_reply_deviation_rule((ms_reply_deviation)n);
        const bool particular = n == MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN || n == MS_REPLY_DEV_EHLO_PARAMETER_VALUE;
        parse_deviate(sample, rule, particular ? ms_ehlo_keyword_requirement(line->id) : rule->requirement);
    }
}

static json_t *value_of(const ms_ehlo_line *line)
{
    json_t *limits;
    switch (line->id) {
    case MS_EHLO_SIZE:
        return line->size.given ? parse_number(line->size.octets) : NULL;
    case MS_EHLO_DELIVERBY:
        return line->deliverby.given ? parse_number(line->deliverby.seconds) : NULL;
    case MS_EHLO_FUTURERELEASE:
        if (ms_span_is_absent(line->futurerelease.max_datetime))
            return NULL;
        return json_pack("{s:o,s:o}", "max_interval", parse_number(line->futurerelease.max_interval), "max_datetime",
                         parse_octets(line->futurerelease.max_datetime));
    case MS_EHLO_LIMITS:
        limits = json_object();
        if (line->limits.mailmax != 0)
            json_object_set_new(limits, "MAILMAX", json_integer(line->limits.mailmax));
        if (line->limits.rcptmax != 0)
            json_object_set_new(limits, "RCPTMAX", json_integer(line->limits.rcptmax));
        if (line->limits.rcptdomainmax != 0)
            json_object_set_new(limits, "RCPTDOMAINMAX", json_integer(line->limits.rcptdomainmax));
        return limits;
    default: /* all the others are words */
        return NULL;
    }
}

/* The words of a keyword that is listed twice are joined. */
static void add_extension(json_t *extensions, json_t *values, const ms_ehlo_line *line)
{
    json_t *name = parse_keyword(line->keyword);
    json_t *words = json_object_get(extensions, json_string_value(name));
    if (words == NULL) {
        words = json_array();
        json_object_set_new(extensions, json_string_value(name), words);
    }
    ms_span rest = line->parameters;
    ms_span word;
    while (ms_ehlo_parameter_next(&rest, &word))
        json_array_append_new(words, parse_octets(word));
    json_t *value = value_of(line);
    if (value != NULL)
        json_object_set_new(values, json_string_value(name), value);
    json_decref(name);
}

static json_t *enhanced_text(const ms_enhanced_status *enhanced)
{
    if (enhanced->class_ == 0)
        return json_null();
    return json_sprintf("%u.%u.%u", enhanced->class_, enhanced->subject, enhanced->detail);
}

/* The text of a line: what stands behind the code, all of it where that was not understood. */
static ms_span shown_text(const ms_line *line, const ms_reply_line *got)
{
    if (!ms_span_is_absent(got->text))
        return got->text;
    return got->error == MS_REPLY_OK ? ms_span_make(line->text.ptr + line->text.len, 0) : line->text;
}

/* A whole reply, of all its lines. */
void parse_smtp_reply(const parse_context *context, ms_span input, parse_sample *sample)
{
    const ms_reply_context reply_context = {context->after_reply, context->enhanced, context->smtputf8};
    ms_reply reply;
    size_t at = 0;
    json_t *lines = json_array();
    json_t *extensions = NULL;
    json_t *values = NULL;
    ms_reply_init(&reply);
    do {
        ms_line line;
        if (!parse_line(ms_span_make(input.ptr + at, input.len - at), &line)) {
            parse_incomplete(sample, ms_reply_error_rule(MS_REPLY_ERR_INCOMPLETE)->requirement, input.len);
            at = input.len;
            break;
        }
        const ms_reply_line got = ms_reply_next(&reply, &line, &reply_context);
        judge(sample, &got, at);
        json_array_append_new(lines, parse_octets(shown_text(&line, &got)));
        if (reply_context.after == MS_AFTER_EHLO && reply.code == 250 && extensions == NULL) {
            extensions = json_object();
            values = json_object();
        }
        if (extensions != NULL && reply.lines > 1 && got.error == MS_REPLY_OK) {
            const ms_span text =
                ms_span_is_absent(got.text) ? ms_span_make(line.text.ptr + line.text.len, 0) : got.text;
            const ms_ehlo_line ehlo = ms_ehlo_line_parse(text);
            judge_ehlo(sample, &ehlo, at + (size_t)(text.ptr - line.text.ptr));
            if (ehlo.error == MS_REPLY_OK)
                add_extension(extensions, values, &ehlo);
        }
        at += line.consumed;
    } while (!reply.complete);
    sample->consumed = at;
    parse_set(sample, "code", reply.lines > 0 && !reply.codeless ? json_integer(reply.code) : json_null());
    parse_set(sample, "enhanced", enhanced_text(&reply.enhanced));
    parse_set(sample, "lines", lines);
    if (extensions != NULL) {
        parse_set(sample, "extensions", extensions);
        parse_set(sample, "extension_values", values);
    }
}
