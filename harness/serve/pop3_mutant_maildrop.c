/* pop3_mutant_maildrop.c - messages, sizes and marks of the mutants: see pop3_mutant.h */
#include "harness/serve/pop3_mutant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- numbers --------------------------------------------------------------------------------------------- */

static const struct {
    serve_mutant mutant;
    ms_pop3_verb verb;
} seers[] = {
    {MUTANT_POP3_LIST_DELETED_ONE, MS_POP3_LIST}, {MUTANT_POP3_RETR_DELETED, MS_POP3_RETR},
    {MUTANT_POP3_TOP_DELETED, MS_POP3_TOP},       {MUTANT_POP3_UIDL_DELETED_ONE, MS_POP3_UIDL},
    {MUTANT_POP3_DELE_TWICE, MS_POP3_DELE},
};

bool pop3_mutant_sees_deleted(const pop3_server *server)
{
    for (size_t i = 0; i < sizeof seers / sizeof seers[0]; i++)
        if (mutant_is(server->settings, seers[i].mutant) && seers[i].verb == server->verb)
            return true;
    return false;
}

uint32_t pop3_mutant_number(pop3_server *server, uint32_t number, bool *answered)
{
    static const struct {
        serve_mutant mutant;
        ms_pop3_verb verb;
        const char *raw; /* NULL: the last message is taken */
    } rows[] = {
        {MUTANT_POP3_LIST_BEYOND, MS_POP3_LIST, NULL},
        {MUTANT_POP3_UIDL_BEYOND, MS_POP3_UIDL, NULL},
        {MUTANT_POP3_RETR_BEYOND, MS_POP3_RETR, "+OK 0 octets\r\n.\r\n"},
        {MUTANT_POP3_TOP_BEYOND, MS_POP3_TOP, "+OK 0 octets\r\n.\r\n"},
        {MUTANT_POP3_DELE_BEYOND, MS_POP3_DELE, "+OK Marked as deleted\r\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && number > server->visible; i++) {
        if (!mutant_is(server->settings, rows[i].mutant) || rows[i].verb != server->verb)
            continue;
        if (rows[i].raw == NULL)
            return server->visible;
        serve_octets_text(server->out, rows[i].raw);
        *answered = true;
    }
    return 0;
}

/* --- sizes ------------------------------------------------------------------------------------------------- */

static size_t count(const store_message *message, const char *sequence)
{
    const size_t len = strlen(sequence);
    size_t found = 0;
    for (size_t i = 0; i + len <= message->len; i++)
        found += memcmp(message->octets + i, sequence, len) == 0 ? 1 : 0;
    return found;
}

/* Octets that continue a character of UTF-8. */
static size_t continuations(const store_message *message)
{
    size_t found = 0;
    for (size_t i = 0; i < message->len; i++)
        found += (message->octets[i] & 0xc0) == 0x80 ? 1 : 0;
    return found;
}

uint64_t pop3_mutant_size(const pop3_server *server, const store_message *message)
{
    switch (server->settings->mutant) {
    case MUTANT_POP3_SIZE_LF:
        return message->len - count(message, "\r\n");
    case MUTANT_POP3_SIZE_CHARACTERS:
        return message->len - continuations(message);
    case MUTANT_POP3_SIZE_STUFFED:
        return message->len + count(message, "\r\n.");
    case MUTANT_POP3_SIZE_END:
        return message->len + 3;
    case MUTANT_POP3_STAT_SUM:
        return message->len + (server->verb == MS_POP3_STAT ? 3 : 0);
    default:
        return message->len;
    }
}

/* --- unique-ids ----------------------------------------------------------------------------------------------- */

bool pop3_mutant_unique_id(pop3_server *server, uint32_t number)
{
    const char *id = server->view.messages[number - 1]->unique_id;
    const uint32_t shown = number + server->offset;
    switch (server->settings->mutant) {
    case MUTANT_POP3_UIDL_FORM:
        serve_octets_print(server->out, "%u %s %zu\r\n", shown, id, server->view.messages[number - 1]->len);
        return true;
    case MUTANT_POP3_UIDL_LONG:
        serve_octets_print(server->out, "%u %s%.*s\r\n", shown, id, 71 - (int)strlen(id),
                           "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        return true;
    case MUTANT_POP3_UIDL_BLANK:
        serve_octets_print(server->out, "%u %s\x7f\r\n", shown, id);
        return true;
    case MUTANT_POP3_UIDL_SAME:
        serve_octets_print(server->out, "%u the-message\r\n", shown);
        return true;
    case MUTANT_POP3_UIDL_SESSION:
        serve_octets_print(server->out, "%u %s.%.8s\r\n", shown, id, server->timestamp + 1);
        return true;
    case MUTANT_POP3_UIDL_DROP:
        serve_octets_print(server->out, "%u %s.%u\r\n", shown, id, store_drops(server->settings->store));
        return true;
    case MUTANT_POP3_UIDL_NUMBER:
        serve_octets_print(server->out, "%u uid-%u\r\n", shown, shown);
        return true;
    case MUTANT_POP3_UIDL_DIFFERS:
        serve_octets_print(server->out, "%u %s%s\r\n", shown, id, server->one ? "-1" : "");
        return true;
    default:
        return false;
    }
}

/* --- messages ---------------------------------------------------------------------------------------------------- */

/* A copy with its dots stuffed as the mutant does it: the last octets of a piece of 4096 are not remembered, or only
 * some lines begin. */
static void stuff(const pop3_server *server, const store_message *message, serve_octets *out)
{
    const serve_mutant mutant = server->settings->mutant;
    const bool none = mutant == MUTANT_POP3_UNSTUFFED || mutant == MUTANT_POP3_TOP_UNSTUFFED;
    for (size_t i = 0; i < message->len; i++) {
        const uint8_t *at = message->octets + i;
        const bool begins = i == 0 || (at[-1] == '\n' && i > 1 && at[-2] == '\r');
        const bool buffer = mutant == MUTANT_POP3_STUFFING_BUFFER && i % 4096 == 0 && i > 0;
        const bool blank_dot =
            mutant == MUTANT_POP3_OVERSTUFFED && *at == '.' && i > 1 && at[-1] == ' ' && at[-2] == '\n';
        if ((mutant == MUTANT_POP3_LF_DOT || mutant == MUTANT_POP3_LF_CHUNK) && *at == '\n' && i > 0 && at[-1] != '\r')
            serve_octets_text(out, "\r");
        if ((begins && *at == '.' && !none && !buffer) || blank_dot)
            serve_octets_text(out, ".");
        serve_octets_add(out, ms_span_make(at, 1));
    }
}

static void cut_blanks(const store_message *message, serve_octets *out)
{
    for (size_t i = 0; i < message->len; i++) {
        const uint8_t octet = message->octets[i];
        while (octet == '\r' && out->len > 0 && (out->ptr[out->len - 1] == ' ' || out->ptr[out->len - 1] == '\t'))
            out->len--;
        serve_octets_add(out, ms_span_make(&octet, 1));
    }
}

static void cut_high(const store_message *message, serve_octets *out)
{
    for (size_t i = 0; i < message->len; i++) {
        const uint8_t octet = message->octets[i] > 127 ? '?' : message->octets[i];
        serve_octets_add(out, ms_span_make(&octet, 1));
    }
}

/* The first line loses the CR of its end. */
static void cut_cr(const store_message *message, serve_octets *out)
{
    const uint8_t *cr = message->len == 0 ? NULL : memchr(message->octets, '\r', message->len);
    const size_t len = cr == NULL ? message->len : (size_t)(cr - message->octets);
    serve_octets_add(out, ms_span_make(message->octets, len));
    serve_octets_add(out, ms_span_make(message->octets + len + 1, cr == NULL ? 0 : message->len - len - 1));
}

static void cut_controls(ms_span line, serve_octets *out)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] >= ' ' || memchr("\r\n\t", line.ptr[i], 3) != NULL)
            serve_octets_add(out, ms_span_make(line.ptr + i, 1));
}

/* A line, its end included, as the mutant gives it; the message begins at before. */
static void edit_line(serve_mutant mutant, const uint8_t *before, ms_span line, bool last, serve_octets *out)
{
    enum { MOST = 32 * 1024 };
    const size_t at = (size_t)(line.ptr - before);
    switch (mutant) {
    case MUTANT_POP3_RETR_SHORT:
        if (last)
            return;
        break;
    case MUTANT_POP3_RETR_FROM:
        if (line.len >= 5 && memcmp(line.ptr, "From ", 5) == 0)
            serve_octets_text(out, ">");
        break;
    case MUTANT_POP3_RETR_SQUEEZED:
        if (at >= 4 && line.len == 2 && memcmp(line.ptr - 4, "\r\n\r\n", 4) == 0)
            return;
        break;
    case MUTANT_POP3_RETR_TRUNCATED:
        if (at + line.len > MOST)
            return;
        break;
    case MUTANT_POP3_RETR_CONTROLS:
        cut_controls(line, out);
        return;
    default:
        break;
    }
    serve_octets_add(out, line);
}

static void edit_lines(serve_mutant mutant, const store_message *message, serve_octets *out)
{
    for (size_t i = 0; i < message->len;) {
        const uint8_t *at = message->octets + i;
        const uint8_t *lf = memchr(at, '\n', message->len - i);
        const size_t length = lf == NULL ? message->len - i : (size_t)(lf - at) + 1;
        i += length;
        edit_line(mutant, message->octets, ms_span_make(at, length), i == message->len, out);
    }
}

static bool edit(pop3_server *server, const store_message *message, serve_octets *out)
{
    const bool top = server->verb == MS_POP3_TOP;
    const ms_span whole = ms_span_make(message->octets, message->len);
    switch (server->settings->mutant) {
    case MUTANT_POP3_TOP_UNSTUFFED:
    case MUTANT_POP3_UNSTUFFED:
        if (top != mutant_is(server->settings, MUTANT_POP3_TOP_UNSTUFFED))
            return false;
        server->raw = true;
        stuff(server, message, out);
        return true;
    case MUTANT_POP3_OVERSTUFFED:
    case MUTANT_POP3_STUFFING_BUFFER:
    case MUTANT_POP3_LF_DOT:
    case MUTANT_POP3_LF_CHUNK:
        server->raw = true;
        stuff(server, message, out);
        return true;
    case MUTANT_POP3_LF_LISTING:
        server->raw = true;
        cut_cr(message, out);
        return true;
    case MUTANT_POP3_RETR_BLANKS:
        cut_blanks(message, out);
        return true;
    case MUTANT_POP3_RETR_SHORT:
    case MUTANT_POP3_RETR_FROM:
    case MUTANT_POP3_RETR_SQUEEZED:
    case MUTANT_POP3_RETR_TRUNCATED:
    case MUTANT_POP3_RETR_CONTROLS:
        edit_lines(server->settings->mutant, message, out);
        return !top;
    case MUTANT_POP3_RETR_LAST_LINE:
        serve_octets_add(out, whole);
        serve_octets_text(out, "\r\n");
        return !top;
    case MUTANT_POP3_RETR_STAMPS:
        serve_octets_print(out, "Status: R%u\r\n", ++server->fetches);
        serve_octets_add(out, whole);
        return !top;
    case MUTANT_POP3_RETR_DATED:
        serve_octets_print(out, "X-Session: %.8s\r\n", server->timestamp + 1);
        serve_octets_add(out, whole);
        return !top;
    case MUTANT_POP3_RETR_NO_BODY:
        return !top && count(message, "\r\n\r\n") == 0;
    case MUTANT_POP3_UTF8_FIELD:
        serve_octets_text(out, "X-Mode: UTF8\r\n");
        serve_octets_add(out, whole);
        return server->utf8;
    case MUTANT_POP3_TOP_PREFIX:
        serve_octets_text(out, "X-Top: yes\r\n");
        serve_octets_add(out, whole);
        return top;
    case MUTANT_POP3_UTF8_LOST:
        cut_high(message, out);
        return server->utf8;
    default:
        return false;
    }
}

const store_message *pop3_mutant_message(pop3_server *server, const store_message *message)
{
    server->raw = false;
    serve_octets_clear(&server->edited);
    if (!edit(server, message, &server->edited))
        return message;
    server->other = *message;
    server->other.octets = serve_octets_span(&server->edited).ptr;
    server->other.len = server->edited.len;
    return &server->other;
}

/* Octets of the last line before end. */
static size_t last_line(const store_message *message, size_t end)
{
    size_t from = end < 2 ? 0 : end - 2;
    while (from > 0 && message->octets[from - 1] != '\n')
        from--;
    return end - from;
}

size_t pop3_mutant_top(const pop3_server *server, const store_message *message, uint64_t lines, size_t end)
{
    const uint8_t *lf;
    switch (server->settings->mutant) {
    case MUTANT_POP3_TOP_MORE:
        lf = end < message->len ? memchr(message->octets + end, '\n', message->len - end) : NULL;
        return lf == NULL ? end : (size_t)(lf - message->octets) + 1;
    case MUTANT_POP3_TOP_NO_BLANK:
        return lines == 0 && end >= 4 && memcmp(message->octets + end - 4, "\r\n\r\n", 4) == 0 ? end - 2 : end;
    case MUTANT_POP3_TOP_ALL:
        return lines > 0 && end == message->len && end > 0 ? end - last_line(message, end) : end;
    default:
        return end;
    }
}

/* --- marks ----------------------------------------------------------------------------------------------------------- */

void pop3_mutant_login(pop3_server *server)
{
    const store_view *view = &server->view;
    if (mutant_is(server->settings, MUTANT_POP3_NUMBERS_KEPT) && view->count > 0)
        server->offset = strcmp(strchr(view->messages[0]->unique_id, '.'), ".1") == 0 ? 0 : 1;
    for (uint32_t n = 0; n < view->count && mutant_is(server->settings, MUTANT_POP3_DELE_SESSION); n++)
        server->marked[n] = view->messages[n]->marked ? 1 : 0;
}

const uint8_t *pop3_mutant_marks(pop3_server *server)
{
    uint8_t *marked = server->marked;
    const uint32_t messages = server->view.count;
    uint32_t marks = 0;
    for (uint32_t n = 0; n < messages; n++)
        marks += marked[n] != 0 ? 1 : 0;
    switch (server->settings->mutant) {
    case MUTANT_POP3_QUIT_KEEPS:
        return NULL;
    case MUTANT_POP3_QUIT_NEXT:
        for (uint32_t n = messages; n > 1; n--)
            marked[n - 1] |= marked[n - 2];
        break;
    case MUTANT_POP3_QUIT_LEAVES_ONE:
        if (marks > 0 && marks == messages)
            marked[messages - 1] = 0;
        break;
    case MUTANT_POP3_QUIT_TRUNCATES:
        if (marks == 0)
            break;
        store_refresh(server->settings->store, &server->view);
        marked = server->marked = realloc(server->marked, server->view.count + 1);
        if (marked == NULL)
            abort();
        memset(marked + messages, 1, server->view.count - messages);
        break;
    case MUTANT_POP3_QUIT_ALL:
        if (marks == 0 && messages > 0)
            marked[0] = 1;
        break;
    case MUTANT_POP3_QUIT_RETRIEVED:
    case MUTANT_POP3_RSET_LATE:
        for (uint32_t n = 0; n < messages; n++)
            marked[n] |= server->touched[n];
        break;
    default:
        break;
    }
    return marked;
}

void pop3_mutant_look_again(pop3_server *server)
{
    store *s = server->settings->store;
    if (mutant_is(server->settings, MUTANT_POP3_LOCK_TAKEN) && server->logged_in && !store_holds(s, &server->view))
        server->wish = SERVE_CLOSE;
    const bool shared =
        mutant_is(server->settings, MUTANT_POP3_NO_LOCK) || mutant_is(server->settings, MUTANT_POP3_LOCK_SHARED);
    if (!shared || !server->logged_in || store_count(s, server->view.user) == server->view.count)
        return;
    const int user = server->view.user;
    store_close(s, &server->view, NULL);
    store_open(s, user, false, &server->view);
    if (server->view.count > server->visible) {
        free(server->marked);
        free(server->touched);
        server->marked = calloc(server->view.count + 1, 1);
        server->touched = calloc(server->view.count + 1, 1);
        if (server->marked == NULL || server->touched == NULL)
            abort();
    }
    server->visible = server->view.count;
}
