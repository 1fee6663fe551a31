/*
 * scan.c - the reader's cursor
 *
 * The octets were checked before the first line is read, so behind that point
 * the input is printable ASCII and line feeds, and ends with a line feed.
 */
#include "harness/transcript/scan.h"

#include <stdio.h>
#include <string.h>

bool mst_span_is(ms_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.ptr, text, span.len) == 0;
}

bool mst_span_equal(ms_span a, ms_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool mst_scan_fail_word(mst_scan *scan, mst_position at, const char *message, ms_span word, const char *hint)
{
    if (scan->failed)
        return false;
    scan->failed = true;
    scan->error->at = at;
    const char *mark = strchr(message, '%');
    const int width = word.len > 60 ? 60 : (int)word.len; /* enough to recognise it */
    if (mark == NULL)
        snprintf(scan->error->message, sizeof scan->error->message, "%s", message);
    else
        snprintf(scan->error->message, sizeof scan->error->message, "%.*s%.*s%s", (int)(mark - message), message, width,
                 word.ptr == NULL ? "" : (const char *)word.ptr, mark + 1);
    snprintf(scan->error->hint, sizeof scan->error->hint, "%s", hint);
    return false;
}

bool mst_scan_fail(mst_scan *scan, mst_position at, const char *message, const char *hint)
{
    return mst_scan_fail_word(scan, at, message, ms_span_absent(), hint);
}

void *mst_scan_take(mst_scan *scan, size_t size)
{
    void *memory = mst_arena_take(scan->arena, size);
    if (memory == NULL)
        mst_scan_fail(scan, mst_scan_position(scan), "the document needs too much memory", "split the file");
    return memory;
}

/* ---- octets ---------------------------------------------------------- */

static bool fail_octet(mst_scan *scan, const uint8_t *line_start, const uint8_t *octet, uint32_t line)
{
    const mst_position at = {line, (uint32_t)(octet - line_start) + 1};
    if (*octet == '\r' && octet + 1 < scan->end && octet[1] == '\n')
        return mst_scan_fail(scan, at, "the line ends with CRLF",
                             "save the file with LF line ends; C: and S: add CRLF by themselves");
    if (*octet == '\t')
        return mst_scan_fail(
            scan, at, "a tab",
            "use blanks; an octet of the dialogue is written \\t in a raw piece, as in C< \"a\\tb\\r\\n\"");
    if (line == 1 && octet == line_start && scan->end - octet >= 3 && memcmp(octet, "\xef\xbb\xbf", 3) == 0)
        return mst_scan_fail(scan, at, "a byte order mark", "save the file as plain ASCII");
    char what[32];
    snprintf(what, sizeof what, "%s octet 0x%02x", *octet >= 0x80 ? "8-bit" : "control", *octet);
    return mst_scan_fail_word(scan, at, "the % is not printable ASCII", ms_span_make(what, strlen(what)),
                              "write such octets in a raw piece, as in C< \"caf\\xc3\\xa9\\r\\n\"");
}

static bool check_line(mst_scan *scan, const uint8_t *start, const uint8_t *stop, uint32_t line)
{
    for (const uint8_t *octet = start; octet < stop; octet++)
        if (*octet < 0x20 || *octet > 0x7e)
            return fail_octet(scan, start, octet, line);
    return true;
}

bool mst_scan_check_octets(mst_scan *scan)
{
    const uint8_t *start = scan->at;
    for (uint32_t line = 1; start < scan->end; line++) {
        const size_t left = (size_t)(scan->end - start);
        const size_t most = left > (size_t)MST_LINE_MAX + 1 ? (size_t)MST_LINE_MAX + 1 : left;
        const uint8_t *lf = memchr(start, '\n', most);
        if (!check_line(scan, start, lf != NULL ? lf : start + (most > MST_LINE_MAX ? MST_LINE_MAX : most), line))
            return false;
        if (lf == NULL && most > MST_LINE_MAX)
            return mst_scan_fail(
                scan, (mst_position){line, MST_LINE_MAX + 1}, "the line is longer than 1 MiB",
                "write long octets as several pieces (C+< ... and a last C< ...), or as \"A\"*N or body(N)");
        if (lf == NULL)
            return mst_scan_fail(scan, (mst_position){line, (uint32_t)left + 1}, "the file ends within a line",
                                 "end the last line by a line feed; was the file cut?");
        start = lf + 1;
    }
    return true;
}

/* ---- moving ---------------------------------------------------------- */

mst_position mst_scan_position(const mst_scan *scan)
{
    return (mst_position){scan->line, (uint32_t)(scan->at - scan->line_start) + 1};
}

bool mst_scan_at_line_end(const mst_scan *scan)
{
    return scan->at >= scan->end || *scan->at == '\n';
}

int mst_scan_peek(const mst_scan *scan)
{
    return mst_scan_at_line_end(scan) ? -1 : *scan->at;
}

void mst_scan_blanks(mst_scan *scan)
{
    while (scan->at < scan->end && *scan->at == ' ')
        scan->at++;
}

ms_span mst_scan_rest(mst_scan *scan)
{
    const uint8_t *start = scan->at;
    const uint8_t *lf = memchr(start, '\n', (size_t)(scan->end - start));
    scan->at = lf != NULL ? lf : scan->end;
    return ms_span_make(start, (size_t)(scan->at - start));
}

void mst_scan_next_line(mst_scan *scan)
{
    (void)mst_scan_rest(scan);
    if (scan->at < scan->end)
        scan->at++;
    scan->line++;
    scan->line_start = scan->at;
}

/* ---- words ----------------------------------------------------------- */

static bool is_digit(int octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_lower(int octet)
{
    return octet >= 'a' && octet <= 'z';
}

static bool is_word_octet(int octet)
{
    return is_digit(octet) || is_lower(octet) || (octet >= 'A' && octet <= 'Z') || octet == '-' || octet == '_' ||
           octet == '.';
}

bool mst_scan_octet(mst_scan *scan, uint8_t octet)
{
    if (mst_scan_peek(scan) != octet)
        return false;
    scan->at++;
    return true;
}

bool mst_scan_literal(mst_scan *scan, const char *literal)
{
    const size_t len = strlen(literal);
    if ((size_t)(scan->end - scan->at) < len || memcmp(scan->at, literal, len) != 0)
        return false;
    scan->at += len;
    return true;
}

bool mst_scan_keyword(mst_scan *scan, const char *word)
{
    const uint8_t *start = scan->at;
    if (!mst_scan_literal(scan, word))
        return false;
    if (!is_word_octet(mst_scan_peek(scan)))
        return true;
    scan->at = start;
    return false;
}

ms_span mst_scan_word(mst_scan *scan)
{
    const uint8_t *start = scan->at;
    while (is_word_octet(mst_scan_peek(scan)))
        scan->at++;
    return scan->at == start ? ms_span_absent() : ms_span_make(start, (size_t)(scan->at - start));
}

ms_span mst_scan_name(mst_scan *scan)
{
    const uint8_t *start = scan->at;
    if (!is_lower(mst_scan_peek(scan)))
        return ms_span_absent();
    while (is_lower(mst_scan_peek(scan)) || is_digit(mst_scan_peek(scan)) || mst_scan_peek(scan) == '_')
        scan->at++;
    return ms_span_make(start, (size_t)(scan->at - start));
}

bool mst_scan_number(mst_scan *scan, uint64_t *number)
{
    const mst_position at = mst_scan_position(scan);
    if (!is_digit(mst_scan_peek(scan)))
        return mst_scan_fail(scan, at, "a number was expected", "");
    uint64_t value = 0;
    while (is_digit(mst_scan_peek(scan))) {
        const uint64_t digit = (uint64_t)(*scan->at - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return mst_scan_fail(scan, at, "the number does not fit in 64 bits",
                                 "a larger one can only be written as text");
        value = value * 10 + digit;
        scan->at++;
    }
    *number = value;
    return true;
}

/* number [unit], where the unit multiplies. */
static bool scale(mst_scan *scan, mst_position at, uint64_t *number, uint64_t factor)
{
    if (*number > UINT64_MAX / factor)
        return mst_scan_fail(scan, at, "the number does not fit in 64 bits", "");
    *number *= factor;
    return true;
}

bool mst_scan_size(mst_scan *scan, uint64_t *size, ms_span *written)
{
    const mst_position at = mst_scan_position(scan);
    const uint8_t *start = scan->at;
    if (!mst_scan_number(scan, size))
        return false;
    uint64_t factor = 1;
    if (mst_scan_literal(scan, "KiB"))
        factor = 1024;
    else if (mst_scan_literal(scan, "MiB"))
        factor = 1024 * 1024;
    *written = ms_span_make(start, (size_t)(scan->at - start));
    if (is_word_octet(mst_scan_peek(scan)) && mst_scan_peek(scan) != '-') /* 64KiB-1 is a difference */
        return mst_scan_fail(scan, mst_scan_position(scan), "the unit is not known",
                             "sizes are written 511, 64KiB, 1MiB");
    return scale(scan, at, size, factor);
}

bool mst_scan_duration(mst_scan *scan, uint64_t *milliseconds)
{
    static const struct {
        const char *unit;
        uint64_t factor;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60 * 1000}};
    static const char hint[] = "durations are written 50ms, 3s, 5min";
    const mst_position at = mst_scan_position(scan);
    if (!is_digit(mst_scan_peek(scan)))
        return mst_scan_fail(scan, at, "a duration was expected", hint);
    if (!mst_scan_number(scan, milliseconds))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (mst_scan_keyword(scan, units[i].unit))
            return scale(scan, at, milliseconds, units[i].factor);
    return mst_scan_fail(scan, at, "the duration has no unit", hint);
}

bool mst_scan_quoted(mst_scan *scan, ms_span *source)
{
    const mst_position at = mst_scan_position(scan);
    if (!mst_scan_octet(scan, '"'))
        return mst_scan_fail(scan, at, "a quoted string was expected", "");
    const uint8_t *start = scan->at;
    while (!mst_scan_at_line_end(scan) && *scan->at != '"')
        scan->at += *scan->at == '\\' && scan->at[1] != '\n' ? 2 : 1;
    *source = ms_span_make(start, (size_t)(scan->at - start));
    if (!mst_scan_octet(scan, '"'))
        return mst_scan_fail(scan, at, "the quoted string is not closed",
                             "it ends with \" on the same line; a quote in it is written \\\"");
    return true;
}

bool mst_scan_at_requirement(const mst_scan *scan)
{
    return (size_t)(scan->end - scan->at) > 5 &&
           (memcmp(scan->at, "SMTP-", 5) == 0 || memcmp(scan->at, "POP3-", 5) == 0);
}

/* ---- comments -------------------------------------------------------- */

bool mst_scan_comment(mst_scan *scan)
{
    mst_comment *comment = mst_scan_take(scan, sizeof *comment);
    if (comment == NULL)
        return false;
    comment->blank_before = scan->blank_line;
    scan->blank_line = false;
    comment->text = mst_scan_rest(scan);
    while (comment->text.len > 0 && comment->text.ptr[comment->text.len - 1] == ' ')
        comment->text.len--;
    if (scan->last_comment == NULL)
        scan->first_comment = comment;
    else
        scan->last_comment->next = comment;
    scan->last_comment = comment;
    return true;
}

mst_trivia mst_scan_trivia(mst_scan *scan)
{
    const mst_trivia trivia = {.comments = scan->first_comment, .blank_before = scan->blank_line};
    scan->first_comment = scan->last_comment = NULL;
    scan->blank_line = false;
    return trivia;
}

/* ---- connections ----------------------------------------------------- */

bool mst_scan_connection(mst_scan *scan, ms_span name, mst_position at, unsigned *connection)
{
    const unsigned count = scan->document->connection_count;
    for (unsigned i = 0; i < count; i++) {
        const ms_span known = scan->connections[i].name;
        if (ms_span_is_absent(known) == ms_span_is_absent(name) && mst_span_equal(known, name)) {
            *connection = i;
            return true;
        }
    }
    if (count == MST_CONNECTIONS_MAX)
        return mst_scan_fail(scan, at, "more than 64 connections", "split the file");
    scan->connections[count] = (mst_connection){name, at};
    scan->document->connection_count = count + 1;
    *connection = count;
    return true;
}
