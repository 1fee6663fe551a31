/* outgoing.c - see outgoing.h */
#include "harness/client/outgoing.h"

#include <string.h>
#include <time.h>

#include "mailspec/base64.h"

enum { LINE_MAX_OCTETS = 998, PIECE = 64 * 1024 };

static bool fail(outgoing *message, const char *what, size_t line)
{
    snprintf(message->why, sizeof message->why, "line %zu %s", line, what);
    return false;
}

/* --- octets: line ends, and what may not be sent --------------------------------------------------- */

static bool is_ascii(ms_span octets)
{
    for (size_t i = 0; i < octets.len; i++)
        if (octets.ptr[i] > 127)
            return false;
    return true;
}

static bool check_line(outgoing *message, ms_span line, size_t number)
{
    if (memchr(line.ptr, '\r', line.len) != NULL)
        return fail(message, "holds a bare CR, which may not be sent (RFC 5321 section 2.3.8)", number);
    if (memchr(line.ptr, '\0', line.len) != NULL)
        return fail(message, "holds NUL, which may not be sent (RFC 5322 section 4)", number);
    if (line.len > LINE_MAX_OCTETS)
        return fail(message, "has over 998 octets (RFC 5321 section 4.5.3.1.6)", number);
    message->eight_bit = message->eight_bit || !is_ascii(line);
    return true;
}

/* Local files end lines with LF: each LF becomes CRLF, a last line without one gets it. */
static bool add_lines(outgoing *message, ms_span input)
{
    for (size_t number = 1; input.len > 0; number++) {
        const uint8_t *newline = memchr(input.ptr, '\n', input.len);
        const size_t whole = newline == NULL ? input.len : (size_t)(newline - input.ptr) + 1;
        size_t length = newline == NULL ? whole : whole - 1;
        if (newline != NULL && length > 0 && input.ptr[length - 1] == '\r')
            length--;
        if (!check_line(message, ms_span_make(input.ptr, length), number))
            return false;
        mst_text_add_span(&message->octets, ms_span_make(input.ptr, length));
        mst_text_add(&message->octets, "\r\n");
        input = ms_span_make(input.ptr + whole, input.len - whole);
    }
    return true;
}

/* --- the header section ------------------------------------------------------------------------------ */

static ms_span line_of(ms_span text)
{
    const uint8_t *newline = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
    return ms_span_make(text.ptr, newline == NULL ? text.len : (size_t)(newline - text.ptr) + 1);
}

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : octet;
}

/* RFC 5322 section 2.2: printable octets but the colon, then the colon; 0: this is no field. */
static size_t name_length(ms_span line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == ':')
            return i;
        if (line.ptr[i] <= ' ' || line.ptr[i] >= 127)
            return 0;
    }
    return 0;
}

static bool has_field(ms_span header, const char *name)
{
    const size_t length = strlen(name);
    for (ms_span rest = header; rest.len > 0;) {
        const ms_span line = line_of(rest);
        bool same = name_length(line) == length;
        for (size_t i = 0; same && i < length; i++)
            same = lower(line.ptr[i]) == lower((uint8_t)name[i]);
        if (same)
            return true;
        rest = ms_span_make(rest.ptr + line.len, rest.len - line.len);
    }
    return false;
}

/* The input's header section; absent if it has none. */
static ms_span header_of(ms_span input)
{
    size_t length = 0;
    while (length < input.len) {
        const ms_span line = line_of(ms_span_make(input.ptr + length, input.len - length));
        const bool folded = length > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t');
        if (line.ptr[0] == '\n' || (line.len > 1 && line.ptr[0] == '\r' && line.ptr[1] == '\n'))
            break;
        if (!folded && name_length(line) == 0)
            return ms_span_absent();
        length += line.len;
    }
    return ms_span_make(input.ptr, length);
}

static void add_field(outgoing *message, const char *name, const char *value)
{
    const bool ascii = is_ascii(ms_span_make(value, strlen(value)));
    message->eight_bit = message->eight_bit || !ascii;
    message->utf8_header = message->utf8_header || !ascii;
    mst_text_add(&message->octets, name);
    mst_text_add(&message->octets, ": ");
    mst_text_add(&message->octets, value);
    mst_text_add(&message->octets, "\r\n");
}

/* Each character has as many octets as its first one says (RFC 3629 section 3). */
static bool is_utf8(ms_span text)
{
    size_t follow = 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t octet = text.ptr[i];
        if ((octet & 0xC0) == 0x80) {
            if (follow-- == 0)
                return false;
            continue;
        }
        if (follow > 0 || octet == 0xC0 || octet == 0xC1 || octet > 0xF4)
            return false;
        follow = octet < 0x80 ? 0 : octet < 0xE0 ? 1 : octet < 0xF0 ? 2 : 3;
    }
    return follow == 0;
}

/* RFC 2047 section 2: words of whole characters, each on a line of at most 76 octets. */
static void add_encoded_words(outgoing *message, ms_span text)
{
    enum { WORD_OCTETS = 39 }; /* 52 in base64, and 12 around them; 9 go before the first: "Subject: " */
    while (text.len > 0) {
        uint8_t word[WORD_OCTETS / 3 * 4];
        size_t length = text.len < WORD_OCTETS ? text.len : WORD_OCTETS;
        while (length < text.len && (text.ptr[length] & 0xC0) == 0x80)
            length--;
        mst_text_add(&message->octets, "=?UTF-8?B?");
        mst_text_add_span(&message->octets, ms_span_make(word, ms_base64_encode(ms_span_make(text.ptr, length), word)));
        mst_text_add(&message->octets, "?=");
        text = ms_span_make(text.ptr + length, text.len - length);
        mst_text_add(&message->octets, text.len > 0 ? "\r\n " : "\r\n");
    }
}

static void add_subject(outgoing *message, const char *subject)
{
    const ms_span text = ms_span_make(subject, strlen(subject));
    if (is_ascii(text)) {
        add_field(message, "Subject", subject);
        return;
    }
    mst_text_add(&message->octets, "Subject: ");
    add_encoded_words(message, text);
}

/* RFC 2045 section 5.2: without these fields a body is ASCII. */
static void add_mime(outgoing *message, ms_span body)
{
    add_field(message, "MIME-Version", "1.0");
    /* RFC 1428 section 3 has the name for what nobody knows */
    add_field(message, "Content-Type",
              is_utf8(body) ? "text/plain; charset=UTF-8" : "text/plain; charset=unknown-8bit");
    add_field(message, "Content-Transfer-Encoding", "8bit");
}

static void add_date(outgoing *message, int64_t seconds)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t now = (time_t)seconds;
    struct tm t;
    char text[80];
    gmtime_r(&now, &t);
    snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
             t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
    add_field(message, "Date", text);
}

static void add_message_id(outgoing *message, const outgoing_fields *fields)
{
    const char *at = strrchr(fields->from, '@');
    char text[400];
    snprintf(text, sizeof text, "<%llx.%llx@%.255s>", (unsigned long long)fields->time,
             (unsigned long long)fields->unique, at == NULL ? "localhost" : at + 1);
    add_field(message, "Message-ID", text);
}

static void add_missing(outgoing *message, const outgoing_fields *fields, ms_span header)
{
    if (!has_field(header, "Date"))
        add_date(message, fields->time);
    if (!has_field(header, "From") && fields->from[0] != '\0')
        add_field(message, "From", fields->from);
    if (fields->subject != NULL) {
        add_field(message, "To", fields->to);
        add_subject(message, fields->subject);
    }
    if (!has_field(header, "Message-ID"))
        add_message_id(message, fields);
}

static bool build(outgoing *message, ms_span input, const outgoing_fields *fields)
{
    if (fields->subject != NULL) {
        if (!is_utf8(ms_span_make(fields->subject, strlen(fields->subject)))) {
            snprintf(message->why, sizeof message->why, "the subject is not in UTF-8");
            return false;
        }
        add_missing(message, fields, MS_SPAN(""));
        if (!is_ascii(input))
            add_mime(message, input);
        mst_text_add(&message->octets, "\r\n");
        return add_lines(message, input);
    }
    const ms_span header = header_of(input);
    if (fields->add && ms_span_is_absent(header)) {
        snprintf(message->why, sizeof message->why,
                 "the message has no header section; --subject makes one, --as-is sends it without");
        return false;
    }
    if (fields->add)
        add_missing(message, fields, header);
    if (!ms_span_is_absent(header) && !is_ascii(header))
        message->utf8_header = true;
    return add_lines(message, input);
}

bool outgoing_read(outgoing *message, FILE *in, const outgoing_fields *fields)
{
    mst_text input = {.octets = NULL};
    memset(message, 0, sizeof *message);
    for (;;) {
        uint8_t piece[PIECE];
        const size_t got = fread(piece, 1, sizeof piece, in);
        if (got == 0 || input.len + got > OUTGOING_MAX)
            break;
        mst_text_add_span(&input, ms_span_make(piece, got));
    }
    bool done = false;
    if (ferror(in) || input.failed)
        snprintf(message->why, sizeof message->why, "the message cannot be read");
    else if (!feof(in))
        snprintf(message->why, sizeof message->why, "the message has over 256 MiB");
    else
        done =
            build(message, ms_span_make(input.octets == NULL ? (const uint8_t *)"" : input.octets, input.len), fields);
    mst_text_free(&input);
    if (done && message->octets.failed) {
        snprintf(message->why, sizeof message->why, "there is no memory for the message");
        done = false;
    }
    return done;
}

void outgoing_free(outgoing *message)
{
    mst_text_free(&message->octets);
}
