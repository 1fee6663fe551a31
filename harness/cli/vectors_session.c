/* vectors_session.c - see vectors_session.h */
#include "harness/cli/vectors_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/adapter/session.h"
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "harness/serve/pop3_server.h"
#include "harness/serve/smtp_server.h"

const parse_kind_row session_kinds[] = {
    {"smtp-session", NULL, true, true}, {"pop3-session", NULL, true, true}, {NULL, NULL, false, false}};

bool vector_is_session(const vector *row)
{
    return row->kind->parse == NULL;
}

adapter_kind vector_kind(const vector *row)
{
    if (vector_is_session(row))
        return (adapter_kind)(ADAPTER_SMTP_SESSION + (row->kind - session_kinds));
    return (adapter_kind)(row->kind - parse_kinds);
}

/* --- ours ------------------------------------------------------------------------------------------------------- */

static int64_t still_clock(void)
{
    return 1700000000;
}

static void still_chance(uint8_t *out, size_t len)
{
    memset(out, 0x5a, len);
}

/* One of the two. */
typedef struct server {
    smtp_server *smtp;
    pop3_server *pop3;
} server;

static void converse(const server *of, ms_span input, serve_octets *said)
{
    size_t from = 0;
    size_t to = 0;
    serve_wish wish = SERVE_AGAIN;
    while (wish == SERVE_AGAIN || wish == SERVE_INPUT) {
        if (wish == SERVE_INPUT) {
            if (to == input.len)
                return;
            const size_t room = SERVE_INPUT_ROOM - (to - from);
            to += input.len - to < room ? input.len - to : room;
        }
        const ms_span window = ms_span_make(input.ptr + from, to - from);
        const serve_taken taken =
            of->smtp != NULL ? smtp_server_take(of->smtp, window, said) : pop3_server_take(of->pop3, window, said);
        from += taken.consumed;
        wish = taken.wish;
    }
}

void vector_session_ours(const vector *row, serve_octets *said)
{
    static const serve_peer peer = {"127.0.0.1", "127.0.0.1"};
    store *mail = store_new(still_clock(), (size_t)1 << 20);
    serve_settings settings = serve_settings_default(mail);
    settings.clock = still_clock;
    settings.random = still_chance;
    store_add_user(mail, "alice", "secret");
    store_add_user(mail, "bob", "secret");
    store_deliver(mail, store_find(mail, MS_SPAN("alice")), MS_SPAN("Subject: one\r\n\r\n.first\r\n"), 0);
    store_deliver(mail, store_find(mail, MS_SPAN("alice")), MS_SPAN("Subject: two\r\n\r\nsecond\r\n"), 0);
    server of = {NULL, NULL};
    if (vector_kind(row) == ADAPTER_POP3_SESSION)
        of.pop3 = pop3_server_new(&settings, false);
    else
        of.smtp = smtp_server_new(&settings, row->context.lmtp ? MS_VARIANT_LMTP : MS_VARIANT_SMTP, &peer, "");
    converse(&of, ms_span_make(row->input, row->length), said);
    if (of.pop3 != NULL)
        pop3_server_free(of.pop3);
    else
        smtp_server_free(of.smtp);
    store_free(mail);
}

/* --- theirs ----------------------------------------------------------------------------------------------------- */

void vector_session_theirs(const adapter_answer *answer, serve_octets *said)
{
    const json_t *reply = json_object_get(answer->fields, "reply");
    const json_t *escaped = json_object_get(reply, "escaped");
    size_t bad;
    if (json_is_string(reply)) {
        serve_octets_add(said, ms_span_make(json_string_value(reply), json_string_length(reply)));
    } else if (json_is_string(escaped)) {
        uint8_t *out = serve_octets_reserve(said, json_string_length(escaped));
        const size_t length =
            escape_undo(ms_span_make(json_string_value(escaped), json_string_length(escaped)), out, &bad);
        said->len += length == SIZE_MAX ? 0 : length;
    }
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static void differ(json_t *other, const char *name, const char *wanted, size_t length, const char *got)
{
    json_object_set_new(
        other, name,
        json_pack("{s:o?,s:s?}", "wanted", wanted == NULL ? NULL : json_stringn(wanted, length), "got", got));
}

/* The first reply that does not fit: what follows it is out of step. */
static void compare(const char *wanted, const session_heard *heard, json_t *other)
{
    char name[40];
    size_t i = 0;
    for (const char *word = wanted; *word != '\0'; i++) {
        const size_t length = strcspn(word, " ");
        if (length == 3 && memcmp(word, "...", 3) == 0)
            return;
        snprintf(name, sizeof name, "reply.%zu", i);
        if (i == heard->count || !session_code_fits(heard->replies[i].code, word, length)) {
            differ(other, name, word, length, i == heard->count ? NULL : heard->replies[i].code);
            return;
        }
        word += length + (word[length] == ' ');
    }
    snprintf(name, sizeof name, "reply.%zu", i);
    if (i < heard->count)
        differ(other, name, NULL, 0, heard->replies[i].code);
}

judgement vector_session_judge(const vector *row, ms_span said, json_t **other, char *codes, size_t room)
{
    const char *wanted = json_string_value(json_object_get(row->fields, "replies"));
    const ms_span input = ms_span_make(row->input, row->length);
    session_heard *heard = malloc(sizeof *heard);
    *other = json_object();
    codes[0] = '\0';
    if (heard == NULL)
        return AGREES;
    session_hear(vector_kind(row) == ADAPTER_POP3_SESSION, row->context.lmtp ? MS_VARIANT_LMTP : MS_VARIANT_SMTP,
                 &input, 1, said, heard);
    if (wanted != NULL)
        compare(wanted, heard, *other);
    const ms_register_row *breach = ms_register_get(heard->breach);
    if (breach != NULL)
        differ(*other, "breaks", NULL, 0, breach->id);
    session_codes(heard, codes, room);
    free(heard);
    return json_object_size(*other) > 0 ? OTHER_FIELDS : AGREES;
}
