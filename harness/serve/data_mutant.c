/* data_mutant.c - see data_mutant.h: where a row applies, and what it says */
#include "harness/serve/data_mutant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool data_mutant_applies(const data_mutant *mutant, data_place place, unsigned service, unsigned stage, ms_span line,
                         data_captures *captures)
{
    const bool here =
        mutant != NULL && (mutant->place == place || (mutant->place == DATA_AT_COMMAND && place == DATA_AT_RESPONSE));
    if (!here || (mutant->services & service) == 0)
        return false;
    if ((mutant->stages & stage) == 0 || (mutant->conditions & ~stage) != 0)
        return false;
    *captures = (data_captures){0};
    return mutant->place != DATA_AT_COMMAND || mst_pattern_match(mutant->pattern, line, captures->values);
}

/* --- the text -------------------------------------------------------------------------------- */

static int hex_digit(char c)
{
    const char *const digits = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* "\xHH" and so on: octets of text read, 0 if it is no escape. */
static size_t read_escape(const char *text, uint8_t *octet)
{
    static const struct {
        char sign, octet;
    } escapes[] = {{'r', '\r'}, {'n', '\n'}, {'t', '\t'}, {'0', '\0'}, {'\\', '\\'}, {'$', '$'}, {'"', '"'}};
    for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
        if (text[1] == escapes[i].sign) {
            *octet = (uint8_t)escapes[i].octet;
            return 2;
        }
    }
    const int high = text[1] == 'x' ? hex_digit(text[2]) : -1;
    const int low = high < 0 ? -1 : hex_digit(text[3]);
    if (low < 0)
        return 0;
    *octet = (uint8_t)(high * 16 + low);
    return 4;
}

/* "${name}": octets of text read, 0 if there is no such capture. */
static size_t read_name(const data_mutant *mutant, const char *text, unsigned *capture)
{
    const char *end = strchr(text, '}');
    const unsigned count = mutant->pattern == NULL ? 0 : mutant->pattern->capture_count;
    const size_t len = end == NULL ? 0 : (size_t)(end - text) - 2;
    for (unsigned i = 0; end != NULL && i < count; i++) {
        const ms_span name = mutant->pattern->captures[i].name;
        if (name.len == len && memcmp(name.ptr, text + 2, len) == 0) {
            *capture = i;
            return len + 3;
        }
    }
    return 0;
}

static void add(serve_octets *out, ms_span octets)
{
    if (out != NULL)
        serve_octets_add(out, octets);
}

size_t data_mutant_text(const data_mutant *mutant, const data_captures *captures, serve_octets *out)
{
    const char *const text = mutant->text;
    for (size_t at = 0, taken = 1; text[at] != '\0'; at += taken) {
        uint8_t octet = (uint8_t)text[at];
        unsigned capture = 0;
        taken = 1;
        if (strcmp(text + at, "\\!") == 0)
            return SIZE_MAX;
        if (text[at] == '\\')
            taken = read_escape(text + at, &octet);
        else if (text[at] == '$' && text[at + 1] == '{')
            taken = read_name(mutant, text + at, &capture);
        if (taken == 0)
            return at;
        if (text[at] == '$' && taken > 1)
            add(out, captures == NULL ? ms_span_absent() : captures->values[capture]);
        else
            add(out, ms_span_make(&octet, 1));
    }
    if (mutant->action != DATA_AS)
        add(out, MS_SPAN("\r\n"));
    return SIZE_MAX;
}

bool data_mutant_before(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say, ms_span *line,
                        serve_octets *out, bool *close)
{
    serve_octets_clear(&say->text);
    if (mutant->action != DATA_SILENT)
        data_mutant_text(mutant, captures, &say->text);
    *close = mutant->action == DATA_CLOSE || mutant->action == DATA_LAST;
    switch (mutant->action) {
    case DATA_REPLY:
    case DATA_SILENT:
        say->due = true;
        return false;
    case DATA_AS:
        *line = serve_octets_span(&say->text);
        return false;
    case DATA_ANSWER:
    case DATA_LAST:
        serve_octets_add(out, serve_octets_span(&say->text));
        break;
    case DATA_CLOSE:
    case DATA_ACTIONS:
        break;
    }
    return true;
}

bool data_mutant_after(data_mutant_say *say, serve_octets *out, size_t from)
{
    if (!say->due)
        return false;
    say->due = false;
    out->len = from;
    serve_octets_add(out, serve_octets_span(&say->text));
    return true;
}

char *data_mutant_title(const data_mutant *mutant)
{
    static const char *const deeds[DATA_ACTIONS] = {
        "gets", "is run and gets", "is taken for", "ends the connection", "ends the connection by", "gets no reply"};
    const size_t room = strlen(mutant->command) + strlen(mutant->text) + 64;
    char *title = malloc(room);
    if (title == NULL)
        abort();
    snprintf(title, room, "%s %s%s%s", mutant->command, deeds[mutant->action], mutant->text[0] == '\0' ? "" : " ",
             mutant->text);
    return title;
}
