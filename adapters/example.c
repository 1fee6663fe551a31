/* example.c - an adapter from nothing, to copy from: a small POP3 server, its commands and its sessions */
#include "mailspec/adapter.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MESSAGES = 2, LINE = 256, MALFORMED = -1, DIGITS = 10 };
static const char *const messages[] = {"", "Subject: one\r\n\r\n..first\r\n", "Subject: two\r\n\r\nsecond\r\n"};
typedef enum verb { NONE, USER, PASS, STAT, LIST, RETR, DELE, RSET, NOOP, QUIT } verb;
static const char names[][5] = {"", "USER", "PASS", "STAT", "LIST", "RETR", "DELE", "RSET", "NOOP", "QUIT"};

/* A line without its end.  *number, which is 0: of a message, or MALFORMED for what cannot stand there. */
static verb parse(ms_span octets, char text[LINE], int64_t *number)
{
    verb v = QUIT;
    if (octets.len >= LINE || octets.len < 4)
        return NONE;
    memcpy(text, octets.ptr, octets.len);
    while (v != NONE && (strncasecmp(text, names[v], 4) != 0 || (text[4] != ' ' && text[4] != '\0')))
        v--;
    const char *argument = text[4] == ' ' ? text + 5 : "";
    const bool numeral = strspn(argument, "0123456789") == strlen(argument) && strlen(argument) <= DIGITS;
    if (v == LIST || v == RETR || v == DELE)
        *number = numeral && atoll(argument) > 0 ? atoll(argument) : v == LIST && text[4] == '\0' ? 0 : MALFORMED;
    else if (v <= PASS ? argument[0] == '\0' : text[4] == ' ')
        *number = MALFORMED;
    for (size_t i = 0; i < octets.len; i++)
        *number = text[i] < ' ' || text[i] > '~' ? MALFORMED : *number;
    return v;
}

static ms_adapter_verdict command(void *c, ms_span octets, const ms_adapter_about *about, ms_adapter_result *result)
{
    char text[LINE] = "";
    int64_t number = 0;
    (void)c;
    if (octets.len < 2 || memcmp(octets.ptr + octets.len - 2, "\r\n", 2) != 0)
        return MS_ADAPTER_INCOMPLETE;
    const verb v = parse(ms_span_make(octets.ptr, octets.len - 2), text, &number);
    if (v == NONE || about->auth_response || about->smtputf8)
        return MS_ADAPTER_UNSUPPORTED;
    result->field(result, "verb", ms_span_make(names[v], 4));
    return number == MALFORMED ? MS_ADAPTER_REJECT : MS_ADAPTER_ACCEPT;
}

typedef struct server {
    int login;       /* 1 behind USER, 2 behind PASS, 3 behind QUIT */
    unsigned marked; /* set of 1 << n */
} server;
static void answer(server *s, ms_span line, char said[LINE])
{
    static const char *const lists[] = {"1 24\r\n2 24\r\n", "2 24\r\n", "1 24\r\n", ""}; /* by marked >> 1 */
    char text[LINE] = "";
    int64_t n = 0;
    const verb v = parse(line, text, &n);
    const int left = 2 - (int)(s->marked >> 1 & 1) - (int)(s->marked >> 2);
    const bool here = v == QUIT || (v <= PASS ? s->login == (v == PASS) : s->login == 2);
    const bool there = n != MALFORMED && n <= MESSAGES && (n == 0 || (s->marked >> n & 1) == 0);
    const bool right = v != NONE && here && there && (v != PASS || strcmp(text + 5, "secret") == 0);
    if ((right && v == QUIT) || (s->login < 2 && (v == USER || v == PASS)))
        s->login = !right ? 0 : v == QUIT ? 3 : v == PASS ? 2 : 1;
    snprintf(said, LINE, right ? "+OK\r\n" : "-ERR no\r\n");
    s->marked = right && v == RSET ? 0 : right && v == DELE ? s->marked | 1u << n : s->marked;
    if (right && v == STAT)
        snprintf(said, LINE, "+OK %d %d\r\n", left, 24 * left);
    else if (right && v == LIST && n > 0)
        snprintf(said, LINE, "+OK %d 24\r\n", (int)n);
    else if (right && (v == LIST || v == RETR))
        snprintf(said, LINE, "+OK\r\n%s.\r\n", v == LIST ? lists[s->marked >> 1] : messages[n]);
}

static ms_adapter_verdict session(void *context, const ms_span *pieces, size_t count, const ms_adapter_about *about,
                                  ms_adapter_result *result)
{
    server s = {0, 0};
    char line[LINE], said[LINE];
    size_t used = 0;
    (void)context, (void)about;
    result->field(result, "reply", MS_SPAN("+OK\r\n"));
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < pieces[i].len && s.login < 3; at++) {
            line[used] = (char)pieces[i].ptr[at];
            used += used < LINE - 1;
            if (used < 2 || memcmp(line + used - 2, "\r\n", 2) != 0)
                continue;
            answer(&s, ms_span_make(line, used - 2), said);
            result->field(result, "reply", ms_span_make(said, strlen(said)));
            used = 0;
        }
    return MS_ADAPTER_ACCEPT;
}

const ms_adapter *mailspec_adapter(void);
const ms_adapter *mailspec_adapter(void)
{
    static const ms_adapter table = {MS_ADAPTER_VERSION, sizeof table, "example", .pop3_command = command,
                                     .pop3_session = session};
    return &table;
}
