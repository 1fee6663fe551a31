#include <stdlib.h>
#include <string.h>

#include "harness/cli/parse.h"
#include "mailspec/content.h"
#include "mailspec/limits.h"

/* A response being read: its lines one after the other. */
typedef struct reading {
    const parse_context *context;
    ms_span input;
    size_t at; /* of the next line */
    parse_sample *sample;
} reading;

static void judge(reading *r, ms_pop3_response_error error, size_t at, ms_deviations set, ms_pop3_after after)
{
    if (error != MS_POP3_RESPONSE_OK) {
        const ms_rule *rule = ms_pop3_response_error_rule(error);
        parse_fail(r->sample, rule, rule->requirement, at);
    }
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_pop3_response_deviation deviation = (ms_pop3_response_deviation)n;
        parse_deviate(r->sample, ms_pop3_response_deviation_rule(deviation),
                      ms_pop3_response_deviation_requirement(deviation, after));
    }
}

static void incomplete(reading *r)
{
    parse_incomplete(r->sample, ms_pop3_response_error_rule(MS_POP3_RESPONSE_ERR_INCOMPLETE)->requirement,
                     r->input.len);
}

static bool next_line(reading *r, ms_line *line)
{
    if (!parse_line(ms_span_make(r->input.ptr + r->at, r->input.len - r->at), line)) {
        incomplete(r);
        r->at = r->input.len;
        return false;
    }
    r->at += line->consumed;
    return true;
}

/* --- one line --- */

static json_t *scan_of(const ms_pop3_response *response)
{
    return json_pack("{s:I,s:o}", "message_number", (json_int_t)response->scan.number, "octets",
                     parse_number(response->scan.octets));
}

static json_t *unique_of(const ms_pop3_response *response)
{
    return json_pack("{s:I,s:o}", "message_number", (json_int_t)response->unique.number, "unique_id",
                     parse_octets(response->unique.unique_id));
}

static json_t *language_of(const ms_pop3_response *response)
{
    return json_pack("{s:o,s:o}", "tag", parse_octets(response->language.tag), "description",
                     parse_octets(response->language.description));
}

/* What a line holds, be it behind +OK or in a listing; NULL for free text. */
static json_t *elements_of(const ms_pop3_response *response, ms_pop3_after after)
{
    switch (after) {
    case MS_POP3_AFTER_STAT:
        return json_pack("{s:I,s:o}", "messages", (json_int_t)response->drop.messages, "octets",
                         parse_number(response->drop.octets));
    case MS_POP3_AFTER_LIST:
        return scan_of(response);
    case MS_POP3_AFTER_UIDL:
        return unique_of(response);
    case MS_POP3_AFTER_LANG:
        return language_of(response);
    case MS_POP3_AFTER_GREETING:
        return json_pack("{s:o}", "timestamp", parse_octets(response->greeting.timestamp));
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_AUTH:
    case MS_POP3_AFTER_TEXT:
    case MS_POP3_AFTER_COUNT:
        return NULL;
    }
    return NULL;
}

static void set_elements(parse_sample *sample, json_t *elements)
{
    const char *name;
    json_t *value;
    json_object_foreach(elements, name, value) parse_set(sample, name, json_incref(value));
    json_decref(elements);
}

static void set_status(reading *r, const ms_pop3_response *response, ms_pop3_after after)
{
    static const char *const statuses[] = {
        [MS_POP3_NONE] = NULL, [MS_POP3_POSITIVE] = "+OK", [MS_POP3_NEGATIVE] = "-ERR", [MS_POP3_CONTINUATION] = "+"};
    const char *status = statuses[response->indicator];
    parse_set(r->sample, "status", status != NULL ? json_string(status) : json_null());
    parse_set(r->sample, "response_code", parse_octets(response->code_text));
    parse_set(r->sample, "text", parse_octets(response->text));
    if (response->error != MS_POP3_RESPONSE_OK)
        return;
    if (response->indicator == MS_POP3_POSITIVE)
        set_elements(r->sample, elements_of(response, after));
    if (response->indicator == MS_POP3_CONTINUATION)
        parse_set(r->sample, "data", parse_octets(response->continuation.data));
}

/* --- the lines of a multi-line response --- */

static json_t *capability_parameters(const ms_pop3_capability *capability)
{
    json_t *words = json_array();
    ms_span rest = capability->parameters;
    for (ms_span word = ms_pop3_capability_parameter(&rest); !ms_span_is_absent(word);
         word = ms_pop3_capability_parameter(&rest))
        json_array_append_new(words, parse_octets(word));
    return words;
}

static void add_capability(reading *r, ms_span text, size_t text_at, json_t *capabilities)
{
    const ms_pop3_capability got = ms_pop3_capability_parse(text);
    if (got.error != MS_POP3_RESPONSE_OK) {
        const ms_rule *rule = ms_pop3_response_error_rule(got.error);
        parse_fail(r->sample, rule, rule->requirement, text_at + got.error_at);
        return;
    }
    ms_deviations set = got.deviations;
    for (int n = parse_next_bit(&set); n >= 0; n = parse_next_bit(&set)) {
        const ms_pop3_response_deviation deviation = (ms_pop3_response_deviation)n;
        parse_deviate(r->sample, ms_pop3_response_deviation_rule(deviation),
                      ms_pop3_capability_requirement(deviation, got.id));
    }
    json_t *tag = parse_keyword(got.tag);
    if (json_is_string(tag))
        json_object_set_new(capabilities, json_string_value(tag), capability_parameters(&got));
    json_decref(tag);
}

static void add_listing(reading *r, ms_span text, size_t text_at, json_t *listing)
{
    const ms_pop3_after after = r->context->after_response;
    const ms_pop3_response_context context = {.after = after, .utf8 = r->context->utf8};
    const ms_pop3_response got = ms_pop3_listing_parse(text, &context);
    judge(r, got.error, text_at + got.error_at, got.deviations, after);
    if (got.error == MS_POP3_RESPONSE_OK)
        json_array_append_new(listing, elements_of(&got, after));
}

/* A line of a listing, the doubled dot removed (RFC 1939 section 3). */
static void add_line(reading *r, const ms_line *line, size_t line_at, json_t *list)
{
    const size_t stuffed = line->text.len > 0 && line->text.ptr[0] == '.' ? 1 : 0;
    const ms_span text = ms_span_make(line->text.ptr + stuffed, line->text.len - stuffed);
    if (r->context->after_response == MS_POP3_AFTER_CAPA)
        add_capability(r, text, line_at + stuffed, list);
    else
        add_listing(r, text, line_at + stuffed, list);
    if ((line->flags & MS_LINE_BARE_LF) != 0)
        judge(r, MS_POP3_RESPONSE_OK, 0, MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_BARE_LF), r->context->after_response);
}

static bool is_end(const ms_line *line)
{
    return (line->flags & MS_LINE_BARE_LF) == 0 && line->text.len == 1 && line->text.ptr[0] == '.';
}

static void read_list(reading *r)
{
    const ms_pop3_after after = r->context->after_response;
    json_t *list = after == MS_POP3_AFTER_CAPA ? json_object() : json_array();
    const char *name = after == MS_POP3_AFTER_CAPA   ? "capabilities"
                       : after == MS_POP3_AFTER_LANG ? "languages"
                                                     : "listing";
    ms_line line;
    for (size_t line_at = r->at; next_line(r, &line) && !is_end(&line); line_at = r->at)
        add_line(r, &line, line_at, list);
    parse_set(r->sample, name, list);
}

/* What the server did wrong in the text of a message, by flag.  A CR within a line is but an octet of the message, as a
 * NUL is, and one above 127. */
static const struct {
    uint8_t flag;
    ms_rule rule;
} habits[] = {
    {MS_CONTENT_BARE_LF, {"bare-lf", "A line ends with LF alone.", MS_REQ_POP3_1939_3_15}},
    {MS_CONTENT_LONE_STUFF, {"lone-stuff", "A line begins with a dot that was not doubled.", MS_REQ_POP3_1939_3_17}},
};

static void read_text(reading *r)
{
    const ms_span rest = ms_span_make(r->input.ptr + r->at, r->input.len - r->at);
    size_t written = 0;
    uint8_t *data = malloc(rest.len + 2);
    ms_content content;
    if (data == NULL)
        return;
    ms_content_init(&content);
    const ms_content_slice end = ms_content_copy(&content, rest, data, &written);
    if (end.status != MS_CONTENT_END)
        incomplete(r);
    for (size_t i = 0; i < sizeof habits / sizeof habits[0]; i++)
        if ((content.flags & habits[i].flag) != 0)
            parse_deviate(r->sample, &habits[i].rule, habits[i].rule.requirement);
    r->at = end.status == MS_CONTENT_END ? r->at + end.consumed : r->input.len;
    parse_set(r->sample, "data", parse_octets(ms_span_make(data, written)));
    free(data);
}

/* --- the whole --- */

/* Whether lines follow the status line.  LIST, UIDL and LANG with an argument have a single line; then what follows,
 * if anything does, is the next response. */
static bool is_multi_line(const reading *r)
{
    const bool more = r->at < r->input.len;
    const uint8_t next = more ? r->input.ptr[r->at] : 0;
    switch (r->context->after_response) {
    case MS_POP3_AFTER_CAPA:
    case MS_POP3_AFTER_TEXT:
        return true;
    case MS_POP3_AFTER_LIST:
    case MS_POP3_AFTER_UIDL:
    case MS_POP3_AFTER_LANG:
        return more && next != '+' && next != '-';
    case MS_POP3_AFTER_STATUS:
    case MS_POP3_AFTER_GREETING:
    case MS_POP3_AFTER_STAT:
    case MS_POP3_AFTER_AUTH:
    case MS_POP3_AFTER_COUNT:
        return false;
    }
    return false;
}

static void read_response(reading *r, ms_line *line)
{
    ms_pop3_after after = r->context->after_response;
    const bool positive = line->text.len > 0 && line->text.ptr[0] == '+';
    const bool multi_line = positive && is_multi_line(r);
    if (multi_line || after == MS_POP3_AFTER_CAPA || after == MS_POP3_AFTER_TEXT)
        after = MS_POP3_AFTER_STATUS; /* the text of its status line is free */
    const ms_pop3_response_context context = {.after = after, .utf8 = r->context->utf8};
    if (line->consumed > MS_POP3_RESPONSE_LINE_MAX)
        line->flags |= MS_LINE_TOO_LONG;
    const ms_pop3_response got = ms_pop3_response_parse_line(line, &context);
    judge(r, got.error, got.error_at, got.deviations, after);
    set_status(r, &got, after);
    if (!multi_line || got.indicator != MS_POP3_POSITIVE)
        return;
    if (r->context->after_response == MS_POP3_AFTER_TEXT)
        read_text(r);
    else
        read_list(r);
}

/* A line of a listing alone, as it stands in a multi-line response. */
static void read_single(reading *r, const ms_line *line)
{
    if (r->context->after_response == MS_POP3_AFTER_CAPA) {
        json_t *capabilities = json_object();
        add_line(r, line, 0, capabilities);
        parse_set(r->sample, "capabilities", capabilities);
        return;
    }
    json_t *list = json_array();
    add_line(r, line, 0, list);
    if (json_array_size(list) > 0)
        set_elements(r->sample, json_incref(json_array_get(list, 0)));
    json_decref(list);
}

void parse_pop3_response(const parse_context *context, ms_span input, parse_sample *sample)
{
    reading r = {context, input, 0, sample};
    ms_line line;
    if (next_line(&r, &line)) {
        const ms_pop3_after after = context->after_response;
        const bool has_lists = after == MS_POP3_AFTER_LIST || after == MS_POP3_AFTER_UIDL ||
                               after == MS_POP3_AFTER_CAPA || after == MS_POP3_AFTER_LANG;
        const bool has_status = line.text.len > 0 && (line.text.ptr[0] == '+' || line.text.ptr[0] == '-');
        if (has_lists && !has_status)
            read_single(&r, &line);
        else
            read_response(&r, &line);
    }
    sample->consumed = r.at;
}
