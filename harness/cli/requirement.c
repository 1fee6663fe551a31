#include "harness/cli/requirement.h"

#include <string.h>

enum { WIDTH = 80, INDENT = 12 };

static const char *colour_of(ms_level level)
{
    switch (level) {
    case MS_LEVEL_MUST:
    case MS_LEVEL_MUST_NOT:
    case MS_LEVEL_SECURITY:
        return "\033[1;31m";
    case MS_LEVEL_SHOULD:
    case MS_LEVEL_SHOULD_NOT:
        return "\033[1;33m";
    case MS_LEVEL_MAY:
        return "\033[1;36m";
    }
    return "";
}

/* Words of text, broken so that no line passes WIDTH if a word permits it. */
static void print_wrapped(FILE *out, const char *text)
{
    int column = INDENT;
    bool first = true;
    while (*text != '\0') {
        const int len = (int)strcspn(text, " ");
        if (!first && column + 1 + len > WIDTH) {
            fprintf(out, "\n%*s", INDENT, "");
            column = INDENT;
        } else if (!first) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", len, text);
        column += len;
        first = false;
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static void print_field(FILE *out, const char *name, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(out, "%-*s", INDENT, name);
    print_wrapped(out, text);
}

void requirement_print(FILE *out, const ms_register_row *row, bool colour)
{
    fprintf(out, "%s  %s%s%s  %s\n", row->id, colour ? colour_of(row->level) : "", ms_level_name(row->level),
            colour ? "\033[0m" : "", row->subject);
    fprintf(out, "%-*sRFC %s section %s\n", INDENT, "stands in", row->rfc, row->section);
    print_field(out, "says", row->statement);
    print_field(out, "expected", row->expect);
    print_field(out, "stimulus", row->stimulus);
    print_field(out, "needs", row->needs);
    print_field(out, "observable", row->observable);
    print_field(out, "offline", row->offline);
    print_field(out, "note", row->note);
}

/* The pieces of text between separators, as an array. */
static json_t *split(const char *text, const char *separator)
{
    json_t *array = json_array();
    while (*text != '\0') {
        const char *end = strstr(text, separator);
        const size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        json_array_append_new(array, json_stringn(text, len));
        text += len;
        if (end != NULL)
            text += strlen(separator);
    }
    return array;
}

json_t *requirement_json(const ms_register_row *row)
{
    json_t *object = json_object();
    json_object_set_new(object, "id", json_string(row->id));
    json_object_set_new(object, "rfc", json_string(row->rfc));
    json_object_set_new(object, "section", json_string(row->section));
    json_object_set_new(object, "level", json_string(ms_level_name(row->level)));
    json_object_set_new(object, "subject", json_string(row->subject));
    json_object_set_new(object, "statement", json_string(row->statement));
    json_object_set_new(object, "observable", split(row->observable, ","));
    json_object_set_new(object, "needs", split(row->needs, "; "));
    json_object_set_new(object, "stimulus", json_string(row->stimulus));
    json_object_set_new(object, "expect", json_string(row->expect));
    json_object_set_new(object, "note", json_string(row->note));
    json_object_set_new(object, "offline", json_string(row->offline));
    return object;
}
