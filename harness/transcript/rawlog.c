/* rawlog.c - see rawlog.h */
#include "harness/transcript/rawlog.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef enum log_form { FORM_UNKNOWN, FORM_PLAIN, FORM_SWAKS, FORM_CURL } log_form;

/* The log becomes the text of a transcript, one step a line; lines[] tells from which line of the log. */
typedef struct conversion {
    FILE *out;
    mst_protocol protocol;
    log_form form;
    uint32_t line;   /* of the log */
    uint32_t *lines; /* by step */
    size_t steps, room;
    uint64_t unseen;     /* curl: octets of mail data that were not printed */
    bool in_data;        /* 354 was seen, its end not */
    bool after_starttls; /* the reply to STARTTLS or STLS was positive */
    bool starttls;       /* … was sent */
    bool listing;        /* curl: an unmarked multi-line response is being printed */
    bool multi_line;     /* the last POP3 command may have a multi-line response */
    bool keeps_cr;       /* curl: what the peers said ends in CR LF in the log, too */
    bool ended;          /* the log says that the connection is over, or left alone */
    unsigned connection; /* counts from 1 */
} conversion;

static void begin_step(conversion *c)
{
    if (c->steps == c->room) {
        c->room = c->room == 0 ? 256 : c->room * 2;
        c->lines = realloc(c->lines, c->room * sizeof *c->lines);
        if (c->lines == NULL)
            abort();
    }
    c->lines[c->steps++] = c->line;
    if (c->connection > 1)
        fprintf(c->out, "@c%u ", c->connection);
}

/* Every line goes out as a raw piece, so that no octet of it can mean anything else. */
static void say(conversion *c, char side, const char *text, size_t length)
{
    begin_step(c);
    fprintf(c->out, "%c< \"", side);
    for (size_t i = 0; i < length; i++) {
        const unsigned char octet = (unsigned char)text[i];
        if (octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\' && octet != '$')
            fputc(octet, c->out);
        else
            fprintf(c->out, "\\x%02X", octet);
    }
    fputs("\\r\\n\"\n", c->out);
}

static void mark(conversion *c, const char *word)
{
    begin_step(c);
    fprintf(c->out, "%s\n", word);
}

static bool begins(const char *line, size_t length, const char *with)
{
    const size_t n = strlen(with);
    return length >= n && memcmp(line, with, n) == 0;
}

static bool begins_word(const char *line, size_t length, const char *word)
{
    for (size_t i = 0; word[i] != '\0'; i++)
        if (i >= length || (line[i] & ~0x20) != word[i])
            return false;
    const size_t n = strlen(word);
    return length == n || line[n] == ' ';
}

/* --- what is said ------------------------------------------------------------- */

/* curl's mail data: as many octets as it says were sent, in a message that breaks no rule. */
static void invent_mail_data(conversion *c)
{
    static const char *const head[] = {"Date: Thu, 1 Jan 1970 00:00:00 +0000", "From: <unknown@unknown.invalid>", ""};
    static const char filling[] = "(mail data that the log does not show)";
    uint64_t octets = 0;
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        say(c, 'C', head[i], strlen(head[i]));
        octets += strlen(head[i]) + 2;
    }
    enum { LINES_MAX = 100000 };
    for (unsigned i = 0; i < LINES_MAX && octets + sizeof filling + 1 < c->unseen; i++) {
        say(c, 'C', filling, sizeof filling - 1);
        octets += sizeof filling + 1;
    }
    say(c, 'C', ".", 1);
    c->unseen = 0;
    c->in_data = false;
}

static void end_listing(conversion *c)
{
    if (!c->listing)
        return;
    say(c, 'S', ".", 1);
    c->listing = false;
}

static void client_says(conversion *c, const char *text, size_t length)
{
    end_listing(c);
    say(c, 'C', text, length);
    if (c->in_data && length == 1 && text[0] == '.')
        c->in_data = false;
    if (c->in_data)
        return;
    c->starttls = begins_word(text, length, "STARTTLS") || begins_word(text, length, "STLS");
    c->multi_line = begins_word(text, length, "RETR") || begins_word(text, length, "TOP") ||
                    ((begins_word(text, length, "LIST") || begins_word(text, length, "UIDL")) && length == 4);
}

static void server_says(conversion *c, const char *text, size_t length)
{
    if (c->form == FORM_CURL && c->in_data)
        invent_mail_data(c);
    say(c, 'S', text, length);
    if (c->protocol != MST_POP3 && begins(text, length, "354"))
        c->in_data = true;
    if (c->starttls && (begins(text, length, "220") || begins(text, length, "+OK")))
        c->after_starttls = true;
    c->starttls = false;
    if (c->form == FORM_CURL && c->protocol == MST_POP3 && c->multi_line && begins(text, length, "+OK"))
        c->listing = true;
    c->multi_line = false;
}

static void server_content(conversion *c, const char *text, size_t length)
{
    char *stuffed = malloc(length + 1);
    if (stuffed == NULL)
        abort();
    stuffed[0] = '.';
    memcpy(stuffed + 1, text, length);
    if (length > 0 && text[0] == '.')
        say(c, 'S', stuffed, length + 1);
    else
        say(c, 'S', text, length);
    free(stuffed);
}

static void tls_begins(conversion *c)
{
    if (c->steps == 0 || c->after_starttls)
        mark(c, "tls");
    c->after_starttls = false;
}

/* --- the forms ------------------------------------------------------------------ */

static log_form form_of(const char *line, size_t length)
{
    if (begins(line, length, "C:") || begins(line, length, "S:"))
        return FORM_PLAIN;
    if (begins(line, length, " -> ") || begins(line, length, "<-  ") || begins(line, length, "=== ") ||
        begins(line, length, "<** ") || begins(line, length, "<~  ") || begins(line, length, " ~> "))
        return FORM_SWAKS;
    if (begins(line, length, "> ") || begins(line, length, "< ") || begins(line, length, "* "))
        return FORM_CURL;
    return FORM_UNKNOWN;
}

static bool contains(const char *line, size_t length, const char *what)
{
    const size_t n = strlen(what);
    for (size_t i = 0; i + n <= length; i++)
        if (memcmp(line + i, what, n) == 0)
            return true;
    return false;
}

static bool plain_line(conversion *c, const char *line, size_t length)
{
    const bool client = begins(line, length, "C:");
    if (client || begins(line, length, "S:")) {
        const size_t skip = length > 2 && line[2] == ' ' ? 3 : 2;
        (client ? client_says : server_says)(c, line + skip, length - skip);
        return true;
    }
    if (contains(line, length, "[TLS]"))
        mark(c, "tls");
    else if (contains(line, length, "[CLOSE]"))
        mark(c, "close");
    else if (contains(line, length, "[ABORT]"))
        mark(c, "hangup");
    else if (contains(line, length, "[CONNECTION "))
        c->connection++;
    return length == 0 || line[0] == '#' || line[0] == '[';
}

/* The log holds several sessions, one behind the other. */
static void next_connection(conversion *c)
{
    end_listing(c);
    if (c->steps > 0)
        c->connection++;
    c->ended = c->in_data = c->starttls = c->after_starttls = c->multi_line = false;
    c->unseen = 0;
}

static bool swaks_line(conversion *c, const char *line, size_t length)
{
    if (begins(line, length, " -> ") || begins(line, length, " ~> ")) {
        client_says(c, line + 4, length - 4);
        return true;
    }
    if (length >= 4 && line[0] == '<' && (line[1] == '-' || line[1] == '~' || line[1] == '*')) {
        server_says(c, line + 4, length - 4);
        return true;
    }
    if (begins(line, length, "=== Connected to"))
        next_connection(c);
    if (begins(line, length, "=== TLS started"))
        tls_begins(c);
    if (begins(line, length, "*** Remote host closed connection"))
        mark(c, "close");
    return length == 0 || line[0] == '=' || line[0] == '*';
}

/* --- curl -v ---------------------------------------------------------------------- */

/* What curl says itself: notes, octet counts, the progress meter.  cr: the line ended in CR LF. */
static bool is_note(const conversion *c, const char *line, size_t length, bool cr)
{
    if (c->keeps_cr && cr)
        return false;
    if (begins(line, length, "* "))
        return true;
    const bool count = begins(line, length, "{ [") || begins(line, length, "} [");
    return (count && contains(line, length, " bytes data]")) || contains(line, length, "--:--:--") ||
           contains(line, length, "Dload  Upload") || contains(line, length, "% Total");
}

static void curl_note(conversion *c, const char *line, size_t length)
{
    if (begins(line, length, "} [") && c->in_data)
        c->unseen += strtoull(line + 3, NULL, 10);
    if (begins(line, length, "* SSL connection using"))
        tls_begins(c);
    if ((begins(line, length, "* Connection #") && contains(line, length, "left intact")) ||
        begins(line, length, "* Closing connection"))
        c->ended = true;
    if (begins(line, length, "* Connected to") && c->ended)
        next_connection(c);
    if (begins(line, length, "* Re-using existing connection"))
        c->ended = false;
}

/* A content may hold lines that look like the log's own: inside of it only what the protocol has in this place counts,
 * and nothing once the connection is over. */
static bool is_said(const conversion *c, const char *line, size_t length)
{
    static const char *const commands[] = {"CAPA", "DELE", "LIST", "NOOP", "QUIT", "RETR",
                                           "RSET", "STAT", "TOP",  "UIDL", NULL};
    if (!begins(line, length, "> ") && !begins(line, length, "< "))
        return false;
    if (!c->listing)
        return true;
    if (c->ended)
        return false;
    if (line[0] == '<')
        return begins(line, length, "< +OK") || begins(line, length, "< -ERR");
    for (size_t i = 0; commands[i] != NULL; i++)
        if (begins_word(line + 2, length - 2, commands[i]))
            return true;
    return false;
}

static bool curl_line(conversion *c, const char *line, size_t length, bool cr)
{
    if (is_said(c, line, length)) {
        c->keeps_cr |= cr;
        (line[0] == '>' ? client_says : server_says)(c, line + 2, length - 2);
        return true;
    }
    if (is_note(c, line, length, cr)) {
        curl_note(c, line, length);
        return true;
    }
    if (c->listing)
        server_content(c, line, length);
    return c->listing || length == 0;
}

static bool convert_line(conversion *c, const char *line, size_t length, bool cr)
{
    if (c->form == FORM_UNKNOWN)
        c->form = form_of(line, length);
    switch (c->form) {
    case FORM_PLAIN:
        return plain_line(c, line, length);
    case FORM_SWAKS:
        return swaks_line(c, line, length);
    case FORM_CURL:
        return curl_line(c, line, length, cr);
    case FORM_UNKNOWN:
        return true; /* what stands before the session */
    }
    return true;
}

/* --- the document ----------------------------------------------------------------- */

static void complain(mst_error *error, uint32_t line, const char *message, const char *hint)
{
    memset(error, 0, sizeof *error);
    error->at.line = line;
    error->at.column = line == 0 ? 0 : 1;
    snprintf(error->message, sizeof error->message, "%s", message);
    snprintf(error->hint, sizeof error->hint, "%s", hint);
}

static bool convert(conversion *c, const uint8_t *octets, size_t len, mst_error *error)
{
    size_t start = 0;
    while (start < len) {
        const uint8_t *end = memchr(octets + start, '\n', len - start);
        const size_t stop = end == NULL ? len : (size_t)(end - octets);
        size_t length = stop - start;
        const bool cr = length > 0 && octets[start + length - 1] == '\r';
        if (cr)
            length--;
        c->line++;
        if (length > MST_LINE_MAX) {
            complain(error, c->line, "a line of over 1 MiB", "is this a log of a session?");
            return false;
        }
        if (!convert_line(c, (const char *)octets + start, length, cr)) {
            complain(error, c->line, "this line fits none of the forms of a session log",
                     "lines are 'C: ...'/'S: ...', swaks's ' -> '/'<- ' or curl -v's '> '/'< '");
            return false;
        }
        start = stop + 1;
    }
    end_listing(c);
    if (c->steps > 0)
        return true;
    complain(error, 0, "no line of a session was found",
             "lines are 'C: ...'/'S: ...', swaks's ' -> '/'<- ' or curl -v's '> '/'< '");
    return false;
}

const mst_document *mst_rawlog_read(const uint8_t *octets, size_t len, const char *filename, mst_protocol protocol,
                                    mst_error *error)
{
    if (len > MST_FILE_MAX) {
        complain(error, 0, "the file is larger than 64 MiB", "split it into its sessions");
        return NULL;
    }
    char *text = NULL;
    size_t size = 0;
    if (protocol == MST_SMTP && contains((const char *)octets, len, " LHLO "))
        protocol = MST_LMTP;
    conversion c = {.protocol = protocol, .connection = 1, .out = open_memstream(&text, &size)};
    if (c.out == NULL)
        abort();
    fprintf(c.out, "mailspec: 1\nprotocol: %s\ntitle: a session log\n\n", mst_protocol_name(protocol));
    const bool good = convert(&c, octets, len, error);
    fclose(c.out);
    const mst_document *document = good ? mst_read((const uint8_t *)text, size, filename, error) : NULL;
    if (good && document == NULL)
        error->at.line = 0; /* of the converted text: no line of the log */
    size_t i = 0;
    for (const mst_step *step = document == NULL ? NULL : document->script.first; step != NULL && i < c.steps;
         step = step->next)
        ((mst_step *)(uintptr_t)step)->at = (mst_position){.line = c.lines[i++], .column = 1};
    free(c.lines);
    free(text);
    return document;
}

const mst_document *mst_rawlog_read_file(const char *path, mst_protocol protocol, mst_error *error)
{
    const bool standard_input = strcmp(path, "-") == 0;
    FILE *in = standard_input ? stdin : fopen(path, "rb");
    if (in == NULL) {
        complain(error, 0, strerror(errno), "");
        return NULL;
    }
    uint8_t *octets = NULL;
    size_t length = 0;
    size_t room = 0;
    while (!feof(in) && !ferror(in) && length <= MST_FILE_MAX) {
        if (room - length < 65536) {
            room = room == 0 ? 262144 : room * 2;
            octets = realloc(octets, room);
            if (octets == NULL)
                abort();
        }
        length += fread(octets + length, 1, 65536, in);
    }
    const bool broken = ferror(in) != 0; /* a folder can be opened, and not read */
    const int problem = errno;
    if (!standard_input)
        fclose(in);
    if (broken) {
        free(octets);
        complain(error, 0, strerror(problem), "");
        return NULL;
    }
    const mst_document *document = mst_rawlog_read(octets, length, path, protocol, error);
    free(octets);
    return document;
}
