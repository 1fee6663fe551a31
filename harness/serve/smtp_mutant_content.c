/* smtp_mutant_content.c - mail data of the mutants: see smtp_mutant.h */
#include "harness/serve/header.h"
#include "harness/serve/smtp_mutant.h"

#include <string.h>

/* --- what ends the data ------------------------------------------------------------------------------- */

#define SEQUENCE(text) text, sizeof(text) - 1

/* Where a sequence counts only in some place. */
enum place { ANYWHERE, AT_START, IN_HEADER, IN_LF_MODE, IN_TLS, AT_SEGMENT, AT_CUT };

static const struct {
    serve_mutant mutant;
    const char *octets;
    size_t len;
    enum place place;
} ends[] = {
    {MUTANT_SMTP_END_LF_LF, SEQUENCE("\n.\n"), ANYWHERE},
    {MUTANT_SMTP_END_LF_CRLF, SEQUENCE("\n.\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_CRLF_LF, SEQUENCE("\r\n.\n"), ANYWHERE},
    {MUTANT_SMTP_END_CR_CR, SEQUENCE("\r.\r"), ANYWHERE},
    {MUTANT_SMTP_END_CR_LF, SEQUENCE("\r.\n"), ANYWHERE},
    {MUTANT_SMTP_END_CR_CRLF, SEQUENCE("\r.\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_CRLF_CR, SEQUENCE("\r\n.\r"), ANYWHERE},
    {MUTANT_SMTP_END_LF_CR, SEQUENCE("\n.\r"), ANYWHERE},
    {MUTANT_SMTP_END_CRLF_CRCRLF, SEQUENCE("\r\n.\r\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_CRCRLF_CRCRLF, SEQUENCE("\r\r\n.\r\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_LFLF_CRLF, SEQUENCE("\n\n.\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_LFCR_LFCR, SEQUENCE("\n\r.\n\r"), ANYWHERE},
    {MUTANT_SMTP_END_NUL_BEFORE, SEQUENCE("\r\n\0.\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_NUL_BEHIND, SEQUENCE("\r\n.\0\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_NUL_FIRST_LINE, SEQUENCE("\r\0\n.\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_NUL_LAST_LINE, SEQUENCE("\r\n.\r\0\n"), ANYWHERE},
    {MUTANT_SMTP_DOT_BLANK, SEQUENCE("\r\n. \r\n"), ANYWHERE},
    {MUTANT_SMTP_END_DOT_TAB, SEQUENCE("\r\n.\t\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_SPACE_DOT, SEQUENCE("\r\n .\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_HIGH_DOT, SEQUENCE("\r\n\xae\r\n"), ANYWHERE},
    {MUTANT_SMTP_END_VT, SEQUENCE("\x0b.\x0b"), ANYWHERE},
    {MUTANT_SMTP_END_FIRST, SEQUENCE(".\n"), AT_START},
    {MUTANT_SMTP_END_FIRST, SEQUENCE("\n.\n"), AT_START},
    {MUTANT_SMTP_END_LF_MODE, SEQUENCE("\n.\n"), IN_LF_MODE},
    {MUTANT_SMTP_END_IN_HEADER, SEQUENCE("\n.\r\n"), IN_HEADER},
    {MUTANT_SMTP_END_SPLIT, SEQUENCE("\n.\r\n"), AT_SEGMENT},
    {MUTANT_SMTP_END_CUT, SEQUENCE("\n.\r\n"), AT_CUT},
    {MUTANT_SMTP_END_CUT, SEQUENCE("\r\n.\n"), AT_CUT},
    {MUTANT_SMTP_END_CUT, SEQUENCE("\r.\r\n"), AT_CUT},
    {MUTANT_SMTP_END_IN_TLS, SEQUENCE("\n.\r\n"), IN_TLS},
};

static void watch(smtp_watch *w, uint8_t octet, bool first_of_segment)
{
    memmove(w->last, w->last + 1, sizeof w->last - 1);
    w->last[sizeof w->last - 1] = octet;
    w->octets++;
    const uint8_t *end = w->last + sizeof w->last;
    w->begins = first_of_segment;
    if (octet == '.')
        w->dot_begins = first_of_segment;
    if (octet == '\n' && !w->line_seen) {
        w->line_seen = true;
        w->lf_mode = end[-2] != '\r';
    }
    if (memcmp(end - 4, "\r\n\r\n", 4) == 0)
        w->body = true;
}

static bool is_place(const smtp_server *server, enum place place, size_t len)
{
    const smtp_watch *w = &server->watch;
    switch (place) {
    case ANYWHERE:
        return true;
    case AT_START:
        return w->octets == len;
    case IN_HEADER:
        return !w->body && w->last[sizeof w->last - 5] != '\r';
    case IN_LF_MODE:
        return w->lf_mode;
    case IN_TLS:
        return server->tls && w->last[sizeof w->last - 5] != '\r';
    case AT_SEGMENT:
        return w->dot_begins && w->last[sizeof w->last - 5] != '\r';
    case AT_CUT:
        return w->begins && memcmp(w->last + sizeof w->last - 5, "\r\n.\r\n", 5) != 0;
    }
    return false;
}

static bool ends_here(const smtp_server *server)
{
    const smtp_watch *w = &server->watch;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (mutant_is(server->settings, ends[i].mutant) &&
            memcmp(w->last + sizeof w->last - ends[i].len, ends[i].octets, ends[i].len) == 0 &&
            is_place(server, ends[i].place, ends[i].len))
            return true;
    return false;
}

/* RFC 1870 section 6: "the declared size is not used to find the end". */
static bool size_reached(const smtp_server *server)
{
    const smtp_transaction *t = &server->transaction;
    return mutant_is(server->settings, MUTANT_SMTP_SIZE_ENDS) && t->size > 0 && server->watch.octets >= t->size;
}

size_t smtp_mutant_false_end(smtp_server *server, ms_span input)
{
    const ms_span last = ms_span_make(server->watch.last, sizeof server->watch.last);
    if (mutant_is(server->settings, MUTANT_NONE) && server->settings->data == NULL)
        return 0;
    for (size_t i = 0; i < input.len; i++) {
        watch(&server->watch, input.ptr[i], server->segment_at + i == 0);
        if (ends_here(server) || size_reached(server) || smtp_data_mutant_ends(server, last))
            return i + 1;
    }
    return 0;
}

bool smtp_mutant_misses_end(smtp_server *server, size_t input)
{
    const ms_span content = serve_octets_span(&server->transaction.content);
    const bool cr = content.len >= 3 && memcmp(content.ptr + content.len - 3, "\r\r\n", 3) == 0;
    if (!(cr && mutant_is(server->settings, MUTANT_SMTP_END_CR_MISSED)) &&
        !(content.len == 0 && mutant_is(server->settings, MUTANT_SMTP_END_FIRST_MISSED)) &&
        !(input < 3 && mutant_is(server->settings, MUTANT_SMTP_END_IN_PIECES)))
        return false;
    smtp_keep_content(server, MS_SPAN(".\r\n"));
    ms_content_init(&server->transaction.scanner);
    return true;
}

void smtp_mutant_split_dot(smtp_server *server, ms_span input)
{
    const uint8_t *end = server->watch.last + sizeof server->watch.last;
    if (mutant_is(server->settings, MUTANT_SMTP_DOT_AT_SEGMENT) && server->segment_at == 0 && input.len > 1 &&
        input.ptr[0] == '.' && input.ptr[1] != '\r' && memcmp(end - 2, "\r\n", 2) == 0)
        smtp_keep_content(server, MS_SPAN("."));
}

bool smtp_mutant_raw_content(const smtp_server *server)
{
    return mutant_is(server->settings, MUTANT_SMTP_NOT_UNSTUFFED) ||
           mutant_is(server->settings, MUTANT_SMTP_TWO_DOTS) || mutant_is(server->settings, MUTANT_SMTP_LONE_DOT) ||
           mutant_is(server->settings, MUTANT_SMTP_8BIT_DOT) || mutant_is(server->settings, MUTANT_SMTP_DOT_AT_BUFFER);
}

/* --- what is stored ---------------------------------------------------------------------------------------- */

typedef void line_filter(const smtp_server *server, ms_span line, serve_octets *out);

/* Each line without its CRLF; its CRLF follows. */
static void each_line(const smtp_server *server, ms_span content, line_filter *filter, serve_octets *out)
{
    for (size_t at = 0; at < content.len;) {
        size_t end = at;
        while (end < content.len && !(content.ptr[end] == '\n' && end > at && content.ptr[end - 1] == '\r'))
            end++;
        const bool whole = end < content.len;
        filter(server, ms_span_make(content.ptr + at, (whole ? end - 1 : end) - at), out);
        if (whole)
            serve_octets_text(out, "\r\n");
        at = whole ? end + 1 : end;
    }
}

/* Raw content: which of the stuffed dots are taken away. */
static void unstuff(const smtp_server *server, ms_span line, serve_octets *out)
{
    const uint8_t second = line.len > 1 ? line.ptr[1] : 0;
    bool keeps = line.len == 0 || line.ptr[0] != '.';
    keeps = keeps || (mutant_is(server->settings, MUTANT_SMTP_TWO_DOTS) && line.len == 2 && second == '.');
    keeps = keeps || (mutant_is(server->settings, MUTANT_SMTP_NOT_UNSTUFFED) && second == '.' && line.len > 2);
    keeps = keeps || (mutant_is(server->settings, MUTANT_SMTP_LONE_DOT) && second != '.');
    keeps = keeps || (mutant_is(server->settings, MUTANT_SMTP_8BIT_DOT) &&
                      (second > 127 || (second == '.' && line.len > 2 && line.ptr[2] > 127)));
    serve_octets_add(out, keeps ? line : ms_span_make(line.ptr + 1, line.len - 1));
}

/* Raw content, read in buffers of 128 octets: where one of them begins it is not known that a line does. */
static void unstuff_in_buffers(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    for (size_t i = 0; i < content.len; i++) {
        const bool begins = i == 0 || (i > 1 && content.ptr[i - 1] == '\n' && content.ptr[i - 2] == '\r');
        if (!begins || content.ptr[i] != '.' || i % 128 == 0)
            serve_octets_add(out, ms_span_make(content.ptr + i, 1));
    }
}

static void cut_blanks(const smtp_server *server, ms_span line, serve_octets *out)
{
    (void)server;
    while (line.len > 0 && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t'))
        line.len--;
    serve_octets_add(out, line);
}

static void cut_at_nul(const smtp_server *server, ms_span line, serve_octets *out)
{
    (void)server;
    const uint8_t *nul = line.len == 0 ? NULL : memchr(line.ptr, '\0', line.len);
    serve_octets_add(out, ms_span_make(line.ptr, nul == NULL ? line.len : (size_t)(nul - line.ptr)));
}

static void cut_long(const smtp_server *server, ms_span line, serve_octets *out)
{
    (void)server;
    serve_octets_add(out, ms_span_make(line.ptr, line.len > 997 ? 997 : line.len));
}

static void cut_long_dotted(const smtp_server *server, ms_span line, serve_octets *out)
{
    (void)server;
    const bool dotted = line.len > 0 && line.ptr[0] == '.';
    serve_octets_add(out, ms_span_make(line.ptr, dotted && line.len > 997 ? 997 : line.len));
}

/* An octet less, or another one. */
static void filter_octets(const smtp_server *server, ms_span content, serve_octets *out)
{
    const serve_mutant mutant = server->settings->mutant;
    const size_t header = header_length(content);
    for (size_t i = 0; i < content.len; i++) {
        uint8_t octet = content.ptr[i];
        const bool control = (octet < ' ' && octet != '\t' && octet != '\r' && octet != '\n') || octet == 127;
        if ((mutant == MUTANT_SMTP_BACKSLASH && octet == '\\') ||
            (mutant == MUTANT_SMTP_CONTROLS_LOST && control && octet != '\0'))
            continue;
        if (mutant == MUTANT_SMTP_8BIT_LOST)
            octet &= 0x7f;
        if (mutant == MUTANT_SMTP_UTF8_HEADER && i < header && octet > 127)
            octet = '?';
        serve_octets_add(out, ms_span_make(&octet, 1));
    }
}

/* A bare LF becomes CRLF. */
static void convert_lf(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    for (size_t i = 0; i < content.len; i++) {
        if (content.ptr[i] == '\n' && (i == 0 || content.ptr[i - 1] != '\r'))
            serve_octets_text(out, "\r");
        serve_octets_add(out, ms_span_make(content.ptr + i, 1));
    }
}

/* Stuffed dots go behind a bare LF, too. */
static void unstuff_behind_lf(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    for (size_t i = 0; i < content.len; i++)
        if (content.ptr[i] != '.' || i < 2 || content.ptr[i - 1] != '\n' || content.ptr[i - 2] == '\r')
            serve_octets_add(out, ms_span_make(content.ptr + i, 1));
}

/* As a delivery agent that reads up to a lone dot. */
static void cut_at_dot(const smtp_server *server, ms_span content, serve_octets *out)
{
    size_t end = 0;
    (void)server;
    while (end + 3 <= content.len && memcmp(content.ptr + end, "\n.\n", 3) != 0)
        end++;
    serve_octets_add(out, ms_span_make(content.ptr, end + 3 <= content.len ? end + 1 : content.len));
}

static void cut_empty_lines(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    while (content.len >= 4 && memcmp(content.ptr + content.len - 4, "\r\n\r\n", 4) == 0)
        content.len -= 2;
    serve_octets_add(out, content);
}

static void add_line(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    serve_octets_add(out, content);
    serve_octets_text(out, "\r\n");
}

static void cut_at_limit(const smtp_server *server, ms_span content, serve_octets *out)
{
    enum { MOST = 256 * 1024 };
    (void)server;
    serve_octets_add(out, ms_span_make(content.ptr, content.len < MOST ? content.len : MOST));
}

static void cut_at_declared(const smtp_server *server, ms_span content, serve_octets *out)
{
    const uint64_t most = server->transaction.size > 0 ? server->transaction.size : content.len;
    serve_octets_add(out, ms_span_make(content.ptr, content.len < most ? content.len : (size_t)most));
}

static void drop_received(const smtp_server *server, ms_span content, serve_octets *out)
{
    (void)server;
    header_without(content, "Received", out);
}

static void copy_envelope(const smtp_server *server, ms_span content, serve_octets *out)
{
    const smtp_transaction *t = &server->transaction;
    serve_octets_text(out, "X-Envelope-To: ");
    for (size_t i = 0; i < t->recipient_count; i++) {
        serve_octets_text(out, i == 0 ? "" : ",\r\n\t");
        serve_octets_add(out, serve_octets_span(&t->recipients[i].path));
    }
    serve_octets_text(out, "\r\n");
    serve_octets_add(out, content);
}

static void add_apparently_to(const smtp_server *server, ms_span content, serve_octets *out)
{
    if (server->transaction.recipient_count > 0 && !header_has(content, "To")) {
        serve_octets_text(out, "Apparently-To: ");
        serve_octets_add(out, serve_octets_span(&server->transaction.recipients[0].path));
        serve_octets_text(out, "\r\n");
    }
    serve_octets_add(out, content);
}

static const struct {
    serve_mutant mutant;
    line_filter *lines; /* or */
    line_filter *whole;
} filters[] = {
    {MUTANT_SMTP_NOT_UNSTUFFED, unstuff, NULL},
    {MUTANT_SMTP_TWO_DOTS, unstuff, NULL},
    {MUTANT_SMTP_LONE_DOT, unstuff, NULL},
    {MUTANT_SMTP_8BIT_DOT, unstuff, NULL},
    {MUTANT_SMTP_DOT_AT_BUFFER, NULL, unstuff_in_buffers},
    {MUTANT_SMTP_TRAILING_CUT, cut_blanks, NULL},
    {MUTANT_SMTP_NUL_ENDS, cut_at_nul, NULL},
    {MUTANT_SMTP_TEXT_LINE_999, cut_long, NULL},
    {MUTANT_SMTP_DOT_COUNTS, cut_long_dotted, NULL},
    {MUTANT_SMTP_BACKSLASH, NULL, filter_octets},
    {MUTANT_SMTP_CONTROLS_LOST, NULL, filter_octets},
    {MUTANT_SMTP_8BIT_LOST, NULL, filter_octets},
    {MUTANT_SMTP_UTF8_HEADER, NULL, filter_octets},
    {MUTANT_SMTP_LF_CONTENT, NULL, convert_lf},
    {MUTANT_SMTP_LF_STORED, NULL, cut_at_dot},
    {MUTANT_POP3_LF_DOT, NULL, unstuff_behind_lf},
    {MUTANT_SMTP_EMPTY_LINES, NULL, cut_empty_lines},
    {MUTANT_SMTP_EXTRA_LINE, NULL, add_line},
    {MUTANT_SMTP_CONTENT_CUT, NULL, cut_at_limit},
    {MUTANT_SMTP_SIZE_CUTS, NULL, cut_at_declared},
    {MUTANT_SMTP_RECEIVED_DELETED, NULL, drop_received},
    {MUTANT_SMTP_ENVELOPE_COPIED, NULL, copy_envelope},
    {MUTANT_SMTP_APPARENTLY_TO, NULL, add_apparently_to},
};

bool smtp_mutant_content(const smtp_server *server, ms_span content, serve_octets *copy)
{
    if (smtp_data_mutant_edits(server, content, copy))
        return true;
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++) {
        if (!mutant_is(server->settings, filters[i].mutant))
            continue;
        if (filters[i].lines != NULL)
            each_line(server, content, filters[i].lines, copy);
        else
            filters[i].whole(server, content, copy);
        return true;
    }
    return false;
}

/* --- what is refused ------------------------------------------------------------------------------------------ */

static size_t count_fields(ms_span content, const char *name)
{
    size_t count = 0;
    const size_t end = header_length(content);
    for (size_t at = 0; at < end;) {
        const ms_span from = ms_span_make(content.ptr + at, end - at);
        const size_t line = header_line(from);
        count += header_is(from, name) ? 1 : 0;
        at += line;
    }
    return count;
}

static bool odd_received(ms_span content)
{
    const size_t end = header_length(content);
    for (size_t at = 0; at < end;) {
        const ms_span from = ms_span_make(content.ptr + at, end - at);
        const size_t line = header_line(from);
        const bool folded = at + line < end && (from.ptr[line] == ' ' || from.ptr[line] == '\t');
        if (header_is(from, "Received") && memchr(from.ptr, ';', line) == NULL && !folded)
            return true;
        at += line;
    }
    return false;
}

/* The header section ends with a line that is neither empty nor a field. */
static bool has_odd_line(ms_span content)
{
    const size_t end = header_length(content);
    return end > 0 && end < content.len && content.ptr[end] != '\r' && content.ptr[end] != '\n';
}

/* Ends a line, and so has no parameter. */
static bool has_bare_multipart(ms_span content)
{
    static const char text[] = "multipart/mixed\r\n";
    const size_t end = header_length(content);
    for (size_t i = 0; i + sizeof text - 1 <= end; i++)
        if (memcmp(content.ptr + i, text, sizeof text - 1) == 0)
            return true;
    return false;
}

static size_t at_signs(ms_span content)
{
    size_t count = 0;
    const size_t end = header_length(content);
    for (size_t i = 0; i < end; i++)
        count += content.ptr[i] == '@' ? 1 : 0;
    return count;
}

bool smtp_mutant_refuses_content(const smtp_server *server, ms_span content)
{
    switch (server->settings->mutant) {
    case MUTANT_SMTP_NO_HEADER:
        return header_length(content) == 0 && content.len > 0;
    case MUTANT_SMTP_NO_DATE:
        return header_length(content) > 0 && header_has(content, "Subject") && !header_has(content, "Date") &&
               !header_has(content, "From");
    case MUTANT_SMTP_RESENT:
        return header_has(content, "Resent-To") && !header_has(content, "Resent-From");
    case MUTANT_SMTP_RESENT_COUNT:
        return header_has(content, "Resent-From") &&
               count_fields(content, "Resent-To") != count_fields(content, "Resent-From");
    case MUTANT_SMTP_ODD_RECEIVED:
        return odd_received(content);
    case MUTANT_SMTP_LONG_RECEIVED:
        return header_length(content) > 4000;
    case MUTANT_SMTP_NO_BOUNDARY:
        return has_bare_multipart(content);
    case MUTANT_SMTP_NO_FIELD:
        return has_odd_line(content);
    case MUTANT_SMTP_LOOP_20:
        return count_fields(content, "Received") >= 20;
    case MUTANT_SMTP_TO_COUNTED:
        return at_signs(content) >= 200;
    case MUTANT_SMTP_CONTENT_64K:
        return server->transaction.content_octets >= 65536;
    default:
        return false;
    }
}
