/* data_mutant.c - see data_mutant.h: where a row applies, and what it says */
#include "harness/serve/data_mutant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where nothing is wanted it is found at the beginning. */
static bool find(ms_span octets, ms_span wanted, size_t *at)
{
    for (; *at + wanted.len <= octets.len; ++*at)
        if (wanted.len == 0 || memcmp(octets.ptr + *at, wanted.ptr, wanted.len) == 0)
            return true;
    return false;
}

static bool is_in(const data_mutant *mutant, ms_span octets)
{
    serve_octets wanted = {0};
    size_t at = 0;
    data_mutant_wanted(mutant, NULL, &wanted);
    const bool found = find(octets, serve_octets_span(&wanted), &at);
    serve_octets_free(&wanted);
    return found;
}

static bool holds(const data_mutant *mutant, data_place place, const data_session *session, ms_span line,
                  data_captures *captures)
{
    const bool here = mutant->place == place || (mutant->place == DATA_AT_COMMAND && place == DATA_AT_RESPONSE);
    if (!here || (mutant->services & session->service) == 0)
        return false;
    if ((mutant->stages & session->stage) == 0 || (mutant->conditions & ~session->stage) != 0)
        return false;
    *captures = (data_captures){0};
    if (mutant->place == DATA_AT_COMMAND && !mst_pattern_match(mutant->pattern, line, captures->values))
        return false;
    if (mutant->place == DATA_AT_MESSAGE && !is_in(mutant, line))
        return false;
    return mutant->spared == 0 || ++*session->hits > mutant->spared;
}

const data_mutant *data_mutant_applies(const data_mutant *mutant, data_place place, const data_session *session,
                                       ms_span line, data_captures *captures)
{
    while (mutant != NULL && !holds(mutant, place, session, line, captures))
        mutant = mutant->also;
    return mutant;
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

/* What stands between the two offsets: SIZE_MAX, or where it is wrong. */
static size_t decode(const data_mutant *mutant, size_t at, size_t end, const data_captures *captures, serve_octets *out)
{
    const char *const text = mutant->text;
    for (size_t taken = 1; at < end; at += taken) {
        uint8_t octet = (uint8_t)text[at];
        unsigned capture = 0;
        taken = 1;
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
    return SIZE_MAX;
}

/* Offset of the first "\\|" or "\\!", or the length. */
static size_t seek(const char *text, char sign)
{
    size_t at = 0;
    while (text[at] != '\0' && !(text[at] == '\\' && text[at + 1] == sign))
        at += text[at] == '\\' && text[at + 1] != '\0' ? 2 : 1;
    return at;
}

static bool is_reply(const data_mutant *mutant)
{
    return mutant->action == DATA_ANSWER || mutant->action == DATA_REPLY || mutant->action == DATA_LAST;
}

size_t data_mutant_text(const data_mutant *mutant, const data_captures *captures, serve_octets *out)
{
    const size_t len = strlen(mutant->text), border = seek(mutant->text, '|'), stop = seek(mutant->text, '!');
    const bool open = stop + 2 == len; /* "\\!" is at the end */
    const size_t bad = decode(mutant, border == len ? 0 : border + 2, open ? stop : len, captures, out);
    if (is_reply(mutant) && !open)
        add(out, MS_SPAN("\r\n"));
    return bad;
}

size_t data_mutant_wanted(const data_mutant *mutant, const data_captures *captures, serve_octets *out)
{
    const size_t len = strlen(mutant->text), border = seek(mutant->text, '|');
    const bool all = mutant->action == DATA_STALL || mutant->action == DATA_CLOSE || mutant->action == DATA_END;
    return decode(mutant, 0, border < len || all ? border : 0, captures, out);
}

void data_mutant_edit(ms_span octets, ms_span wanted, ms_span text, serve_octets *out)
{
    size_t from = 0, at = 0;
    while (find(octets, wanted, &at)) {
        serve_octets_add(out, ms_span_make(octets.ptr + from, at - from));
        serve_octets_add(out, text);
        from = at += wanted.len;
        if (wanted.len == 0)
            break;
    }
    serve_octets_add(out, ms_span_make(octets.ptr + from, octets.len - from));
}

bool data_mutant_stored(const data_mutant *mutant, ms_span octets, serve_octets *copy)
{
    serve_octets wanted = {0}, text = {0};
    while (mutant != NULL && mutant->place != DATA_AT_STORED)
        mutant = mutant->also;
    if (mutant == NULL)
        return false;
    data_mutant_wanted(mutant, NULL, &wanted);
    data_mutant_text(mutant, NULL, &text);
    data_mutant_edit(octets, serve_octets_span(&wanted), serve_octets_span(&text), copy);
    serve_octets_free(&wanted);
    serve_octets_free(&text);
    return true;
}

void data_mutant_say_free(data_mutant_say *say)
{
    serve_octets_free(&say->text);
    serve_octets_free(&say->wanted);
}

static void take_texts(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say)
{
    serve_octets_clear(&say->text);
    serve_octets_clear(&say->wanted);
    data_mutant_text(mutant, captures, &say->text);
    data_mutant_wanted(mutant, captures, &say->wanted);
}

bool data_mutant_before(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say, ms_span *line,
                        serve_octets *out, bool *close)
{
    take_texts(mutant, captures, say);
    say->edits = mutant->action == DATA_EDIT;
    say->lose = mutant->action == DATA_DROP;
    say->stalls = mutant->action == DATA_STALL;
    *close = mutant->action == DATA_CLOSE || mutant->action == DATA_LAST;
    switch (mutant->action) {
    case DATA_REPLY:
    case DATA_SILENT:
    case DATA_EDIT:
        say->due = true;
        return false;
    case DATA_AS:
        *line = serve_octets_span(&say->text);
        return false;
    case DATA_ANSWER:
    case DATA_LAST:
        serve_octets_add(out, serve_octets_span(&say->text));
        return true;
    case DATA_CLOSE:
        return true;
    case DATA_DROP:
    case DATA_STALL:
    case DATA_END:
    case DATA_ACTIONS:
        break;
    }
    return false;
}

bool data_mutant_message(const data_mutant *mutant, const data_captures *captures, data_mutant_say *say,
                         serve_octets *out, bool *close)
{
    ms_span none = ms_span_absent();
    const bool answered = data_mutant_before(mutant, captures, say, &none, out, close);
    say->due = false; /* there is no reply yet */
    return answered;
}

bool data_mutant_after(data_mutant_say *say, serve_octets *out, size_t from)
{
    serve_octets reply = {0};
    if (!say->due)
        return false;
    say->due = false;
    if (say->edits)
        data_mutant_edit(ms_span_make(out->ptr + from, out->len - from), serve_octets_span(&say->wanted),
                         serve_octets_span(&say->text), &reply);
    else
        serve_octets_add(&reply, serve_octets_span(&say->text));
    out->len = from;
    serve_octets_add(out, serve_octets_span(&reply));
    serve_octets_free(&reply);
    return true;
}

char *data_mutant_title(const data_mutant *mutant)
{
    static const char *const deeds[DATA_ACTIONS] = {"gets",
                                                    "is run and gets",
                                                    "is taken for",
                                                    "ends the connection",
                                                    "ends the connection by",
                                                    "gets no reply",
                                                    "is edited by",
                                                    "stalls the server",
                                                    "ends at",
                                                    "loses what came with it"};
    const size_t room = strlen(mutant->command) + strlen(mutant->text) + 64;
    char *title = malloc(room);
    if (title == NULL)
        abort();
    snprintf(title, room, "%s %s%s%s", mutant->command, deeds[mutant->action], mutant->text[0] == '\0' ? "" : " ",
             mutant->text);
    return title;
}
