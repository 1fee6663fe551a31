/* import.c - the input of a fuzz target as a transcript: the octets at the place in a session that they belong to */
#include "harness/seed/seed.h"

#include <string.h>

#include "harness/transcript/writer.h"

typedef enum form {
    FORM_OCTETS, /* before, the input, behind: one side says it */
    FORM_TALK,   /* both sides, with marks */
    FORM_EVENTS, /* lines, the first octet of which says whose they are */
    FORM_FILE,   /* it is a transcript */
    FORM_NONE,   /* no octets of a connection */
} form;

static const struct target {
    const char *name;
    form form;
    const char *protocol;
    ms_side side;
    const char *opening; /* what the server says first */
    const char *before, *behind;
} targets[] = {
    {"content", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n354 go on\r\n", "DATA\r\n", ""},
    {"line", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n", "", ""},
    {"pattern", FORM_NONE, "", MS_CLIENT, "", "", ""},
    {"pop3_command", FORM_OCTETS, "pop3", MS_CLIENT, "+OK\r\n", "", "\r\n"},
    {"pop3_dialogue", FORM_TALK, "pop3", MS_CLIENT, "", "", ""},
    {"pop3_response", FORM_OCTETS, "pop3", MS_SERVER, "+OK\r\n", "", "\r\n"},
    {"pop3_session", FORM_EVENTS, "pop3", MS_CLIENT, "", "", ""},
    {"rawlog", FORM_NONE, "", MS_CLIENT, "", "", ""},
    {"result", FORM_NONE, "", MS_CLIENT, "", "", ""},
    {"sasl", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n", "AUTH PLAIN ", "\r\n"},
    {"serve", FORM_OCTETS, "smtp", MS_CLIENT, "", "", ""},
    {"smtp_command", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n", "", "\r\n"},
    {"smtp_dialogue", FORM_TALK, "smtp", MS_CLIENT, "", "", ""},
    {"smtp_ehlo", FORM_OCTETS, "smtp", MS_SERVER, "220 mx.example\r\n250-mx.example\r\n", "250 ", "\r\n"},
    {"smtp_parameter", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n", "MAIL FROM:<a@b.example> ", "\r\n"},
    {"smtp_path", FORM_OCTETS, "smtp", MS_CLIENT, "220 mx.example\r\n", "MAIL FROM:", "\r\n"},
    {"smtp_reply", FORM_OCTETS, "smtp", MS_SERVER, "220 mx.example\r\n", "", ""},
    {"smtp_session", FORM_EVENTS, "smtp", MS_CLIENT, "", "", ""},
    {"transcript", FORM_FILE, "", MS_CLIENT, "", "", ""},
    {"write", FORM_NONE, "", MS_CLIENT, "", "", ""},
};

static const char *protocol_of(const struct target *target, uint8_t options)
{
    static const char *const variants[] = {"smtp", "submission", "lmtp", "pop3"};
    if (strcmp(target->protocol, "pop3") == 0)
        return "pop3";
    if (strcmp(target->name, "serve") == 0)
        return variants[options % 4];
    if (target->form == FORM_OCTETS)
        return "smtp";
    return variants[(options & 3) % 3];
}

static ms_span text_span(const char *text)
{
    return ms_span_make(text, strlen(text));
}

/* The trailer of an input; see fuzz/input.h. */
static ms_span without_trailer(ms_span input, uint8_t *options)
{
    static const uint8_t mark[4] = {0xFF, 'C', 'U', 'T'};
    enum { TRAILER = 6 };
    *options = 0;
    if (input.len < TRAILER || memcmp(input.ptr + input.len - sizeof mark, mark, sizeof mark) != 0)
        return input;
    const size_t count = input.ptr[input.len - TRAILER];
    if (count > input.len - TRAILER)
        return input;
    *options = input.ptr[input.len - TRAILER + 1];
    return ms_span_make(input.ptr, input.len - TRAILER - count);
}

static void write_octets(mst_writer *writer, const struct target *target, ms_span octets)
{
    mst_text said = {0};
    mst_write_said(writer, ms_span_absent(), MS_SERVER, text_span(target->opening));
    mst_text_add(&said, target->before);
    mst_text_add_span(&said, octets);
    mst_text_add(&said, target->behind);
    mst_write_said(writer, ms_span_absent(), target->side, ms_span_make(said.octets, said.len));
    writer->text.failed |= said.failed;
    mst_text_free(&said);
}

static void write_talk(mst_writer *writer, ms_span octets)
{
    mst_text said = {0};
    ms_side side = MS_SERVER;
    for (size_t i = 0; i <= octets.len; i++) {
        const uint8_t next = i + 1 < octets.len ? octets.ptr[i + 1] : 0;
        const bool mark = i < octets.len && octets.ptr[i] == SEED_MARK && next != 0 && strchr("CSTHX", next) != NULL;
        if (i == octets.len || mark) {
            mst_write_said(writer, ms_span_absent(), side, ms_span_make(said.octets, said.len));
            said.len = 0;
        } else {
            mst_text_add_octet(&said, octets.ptr[i]);
            i += octets.ptr[i] == SEED_MARK && next == SEED_MARK;
        }
        if (!mark)
            continue;
        i++;
        if (next == 'C' || next == 'S')
            side = next == 'C' ? MS_CLIENT : MS_SERVER;
        else
            mst_write_mark(writer, ms_span_absent(), next == 'T' ? "tls" : next == 'H' ? "hangup" : "close");
    }
    writer->text.failed |= said.failed;
    mst_text_free(&said);
}

static void write_events(mst_writer *writer, ms_span octets)
{
    for (size_t i = 0; i < octets.len;) {
        const uint8_t *lf = memchr(octets.ptr + i, '\n', octets.len - i);
        const size_t end = lf == NULL ? octets.len : (size_t)(lf - octets.ptr);
        const ms_span line = ms_span_make(octets.ptr + i, end - i);
        const uint8_t kind = line.len > 0 ? line.ptr[0] : 0;
        if (kind == 't' || kind == 'x' || kind == 'h') {
            mst_write_mark(writer, ms_span_absent(), kind == 't' ? "tls" : kind == 'h' ? "hangup" : "close");
        } else if (kind != 0) {
            mst_text said = {0};
            mst_text_add_span(&said, ms_span_make(line.ptr + 1, line.len - 1));
            mst_text_add(&said, "\r\n");
            mst_write_said(writer, ms_span_absent(), kind == 's' ? MS_SERVER : MS_CLIENT,
                           ms_span_make(said.octets, said.len));
            mst_text_free(&said);
        }
        i = end + 1;
    }
}

static const struct target *find(const char *name)
{
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++)
        if (strcmp(targets[i].name, name) == 0)
            return &targets[i];
    return NULL;
}

const char *seed_import_target(size_t index)
{
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        if (targets[i].form != FORM_NONE && index-- == 0)
            return targets[i].name;
    return NULL;
}

seed_import_status seed_import(const char *name, ms_span input, mst_text *out)
{
    const struct target *target = find(name);
    uint8_t options = 0;
    if (target == NULL)
        return SEED_IMPORT_UNKNOWN;
    if (target->form == FORM_NONE)
        return SEED_IMPORT_NO_TALK;
    const ms_span octets = without_trailer(input, &options);
    mst_writer writer = {0};
    if (target->form == FORM_FILE) {
        mst_text_add_span(&writer.text, octets);
    } else {
        mst_text title = {0};
        mst_text_add(&title, "an input of the fuzz target ");
        mst_text_add(&title, name);
        mst_write_header(&writer, "mailspec", MS_SPAN("1"));
        mst_write_header(&writer, "protocol", text_span(protocol_of(target, options)));
        mst_write_header(&writer, "title", ms_span_make(title.octets, title.len));
        mst_text_free(&title);
    }
    if (target->form == FORM_OCTETS)
        write_octets(&writer, target, octets);
    else if (target->form == FORM_TALK)
        write_talk(&writer, octets);
    else if (target->form == FORM_EVENTS)
        write_events(&writer, octets);
    const bool failed = mst_write_failed(&writer);
    mst_text_add_span(out, ms_span_make(writer.text.octets, writer.text.len));
    mst_write_free(&writer);
    return failed || out->failed ? SEED_IMPORT_FAILED : SEED_IMPORT_DONE;
}
