#include "harness/cli/parse.h"

#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"
#include "harness/result/escape_json.h"

void parse_fail(parse_sample *sample, const ms_rule *error, uint16_t requirement, size_t at)
{
    if (sample->error != NULL)
        return;
    sample->error = error;
    sample->requirement = requirement;
    sample->at = at;
}

void parse_incomplete(parse_sample *sample, uint16_t requirement, size_t at)
{
    static const ms_rule incomplete = {"incomplete", "The sample ends too early.", MS_REQ_NONE};
    parse_fail(sample, &incomplete, requirement, at);
}

void parse_deviate(parse_sample *sample, const ms_rule *rule, uint16_t requirement)
{
    for (size_t i = 0; i < sample->count; i++)
        if (sample->deviations[i].rule == rule)
            return;
    if (sample->count == PARSE_DEVIATIONS)
        return;
    sample->deviations[sample->count].rule = rule;
    sample->deviations[sample->count].requirement = requirement;
    sample->count++;
}

int parse_next_bit(ms_deviations *set)
{
    if (*set == 0)
        return -1;
    int n = 0;
    while ((*set >> n & 1) == 0)
        n++;
    *set &= *set - 1;
    return n;
}

bool parse_line(ms_span input, ms_line *line)
{
    enum { SHORTEST_LIMIT = 3 };
    ms_line_framer framer;
    /* The parsers know how long a line may be. */
    ms_line_init(&framer, input.len + SHORTEST_LIMIT);
    *line = ms_line_next(&framer, input);
    return line->status == MS_LINE_COMPLETE;
}

void parse_set(parse_sample *sample, const char *name, json_t *value)
{
    if (sample->members == NULL)
        sample->members = json_object();
    json_object_set_new(sample->members, name, value);
}

json_t *parse_octets(ms_span octets)
{
    return ms_span_is_absent(octets) ? json_null() : escape_json(octets);
}

json_t *parse_keyword(ms_span keyword)
{
    char *capitals = malloc(keyword.len + 1);
    if (capitals == NULL)
        return json_null();
    for (size_t i = 0; i < keyword.len; i++) {
        const uint8_t octet = keyword.ptr[i];
        capitals[i] = (char)(octet >= 'a' && octet <= 'z' ? octet - 'a' + 'A' : octet);
    }
    json_t *value = parse_octets(ms_span_make(capitals, keyword.len));
    free(capitals);
    return value;
}

json_t *parse_number(uint64_t number)
{
    if (number <= INT64_MAX)
        return json_integer((json_int_t)number);
    return json_sprintf("%llu", (unsigned long long)number);
}

static json_t *requirement_id(uint16_t requirement)
{
    const ms_register_row *row = ms_register_get(requirement);
    return row != NULL ? json_string(row->id) : json_null();
}

json_t *parse_finish(parse_sample *sample)
{
    json_t *object = json_object();
    json_t *deviations = json_array();
    for (size_t i = 0; i < sample->count; i++)
        json_array_append_new(deviations, json_string(sample->deviations[i].rule->name));
    const bool ok = sample->error == NULL;
    const uint16_t first = sample->count > 0 ? sample->deviations[0].requirement : MS_REQ_NONE;
    json_object_set_new(object, "ok", json_boolean(ok));
    json_object_set_new(object, "error", ok ? json_null() : json_string(sample->error->name));
    json_object_set_new(object, "at", ok ? json_null() : parse_number(sample->at));
    json_object_set_new(object, "requirement", requirement_id(ok ? first : sample->requirement));
    json_object_set_new(object, "deviations", deviations);
    if (sample->members != NULL)
        json_object_update(object, sample->members);
    json_decref(sample->members);
    sample->members = NULL;
    return object;
}
