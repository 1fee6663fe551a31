/*
 * writer.c - a transcript from octets that went over a connection
 */
#include "harness/transcript/writer.h"

#include <string.h>

/* Octets in one raw line, so that none passes the limit of a line when each is
 * written \xHH, and a person can still read it. */
enum { RAW_PIECE = 1024, NAME_MAX_LEN = 32 };

static void add_printable(mst_writer *writer, ms_span words)
{
    for (size_t i = 0; i < words.len; i++)
        mst_text_add_octet(&writer->text, words.ptr[i] >= 0x20 && words.ptr[i] <= 0x7e ? words.ptr[i] : '?');
    mst_text_add(&writer->text, "\n");
}

void mst_write_header(mst_writer *writer, const char *key, ms_span value)
{
    writer->refused |= writer->in_script || value.len == 0;
    mst_text_add(&writer->text, key);
    mst_text_add(&writer->text, ": ");
    add_printable(writer, value);
}

static void start_line(mst_writer *writer)
{
    if (!writer->in_script)
        mst_text_add(&writer->text, "\n");
    writer->in_script = true;
}

void mst_write_comment(mst_writer *writer, ms_span words)
{
    start_line(writer);
    mst_text_add(&writer->text, words.len > 0 ? "# " : "#");
    add_printable(writer, words);
}

static bool is_name(ms_span name)
{
    static const char others[] = "-_.";
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t octet = name.ptr[i], folded = (uint8_t)(octet | 0x20);
        const bool letter = (folded >= 'a' && folded <= 'z') || (octet >= '0' && octet <= '9');
        if (!letter && memchr(others, octet, sizeof others - 1) == NULL)
            return false;
    }
    return name.len > 0 && name.len <= NAME_MAX_LEN;
}

static void start_step(mst_writer *writer, ms_span connection)
{
    start_line(writer);
    if (ms_span_is_absent(connection))
        return;
    writer->refused |= !is_name(connection);
    mst_text_add(&writer->text, "@");
    mst_text_add_span(&writer->text, connection);
    mst_text_add(&writer->text, " ");
}

/* The octets of a line that C: can hold, CRLF not counted; SIZE_MAX if the next
 * octets are none. */
static size_t line_text(ms_span octets)
{
    size_t i = 0;
    while (i < octets.len && i < RAW_PIECE * 4 && octets.ptr[i] >= 0x20 && octets.ptr[i] <= 0x7e)
        i++;
    return octets.len - i >= 2 && octets.ptr[i] == '\r' && octets.ptr[i + 1] == '\n' ? i : SIZE_MAX;
}

/* How many octets from here on are written raw: to the end of the line, or of
 * the input. */
static size_t raw_octets(ms_span octets)
{
    for (size_t i = 0; i < octets.len && i < RAW_PIECE; i++)
        if (octets.ptr[i] == '\n')
            return i + 1;
    return octets.len < RAW_PIECE ? octets.len : RAW_PIECE;
}

void mst_write_said(mst_writer *writer, ms_span connection, ms_side side, ms_span octets)
{
    while (octets.len > 0) {
        const size_t text = line_text(octets);
        const size_t taken = text != SIZE_MAX ? text + 2 : raw_octets(octets);
        /* A line cut by RAW_PIECE is one write whatever segments says: the cut is ours. */
        const bool cut = text == SIZE_MAX && octets.ptr[taken - 1] != '\n' && taken < octets.len;
        start_step(writer, connection);
        mst_text_add(&writer->text, side == MS_CLIENT ? "C" : "S");
        mst_text_add(&writer->text, taken < octets.len && (writer->segments || cut) ? "+"
                                    : text != SIZE_MAX                              ? ":"
                                                                                    : "");
        if (text != SIZE_MAX) {
            mst_text_add(&writer->text, text > 0 ? " " : "");
            mst_text_add_line_text(&writer->text, ms_span_make(octets.ptr, text));
        } else {
            mst_text_add(&writer->text, "< \"");
            mst_text_add_escaped(&writer->text, ms_span_make(octets.ptr, taken));
            mst_text_add(&writer->text, "\"");
        }
        mst_text_add(&writer->text, "\n");
        octets = ms_span_make(octets.ptr + taken, octets.len - taken);
    }
}

void mst_write_mark(mst_writer *writer, ms_span connection, const char *mark)
{
    start_step(writer, connection);
    mst_text_add(&writer->text, mark);
    mst_text_add(&writer->text, "\n");
}

void mst_write_violation(mst_writer *writer, ms_side side, ms_span requirement)
{
    writer->refused |= !writer->in_script;
    mst_text_add(&writer->text, side == MS_CLIENT ? "! client " : "! server ");
    add_printable(writer, requirement);
}

void mst_write_yield(mst_writer *writer, bool reviewed, ms_span words)
{
    writer->refused |= !writer->in_script;
    mst_text_add(&writer->text, reviewed ? "= " : "=? ");
    add_printable(writer, words);
}

bool mst_write_failed(const mst_writer *writer)
{
    return writer->refused || writer->text.failed;
}

void mst_write_free(mst_writer *writer)
{
    mst_text_free(&writer->text);
    *writer = (mst_writer){0};
}
