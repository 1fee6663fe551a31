/* session.c - see session.h */
#include "harness/adapter/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/smtp_dialogue.h"

enum { FINDINGS = 64, MESSAGES = 512 };

/* One session being heard. */
typedef struct hearing {
    bool pop3;
    union {
        ms_smtp_dialogue smtp;
        ms_pop3_dialogue pop3_;
    };
    ms_smtp_run smtp_runs[MS_SMTP_RUNS_DEFAULT];
    ms_pop3_run pop3_runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[MESSAGES];
    ms_span said;
    size_t heard; /* octets of said */
    size_t reply; /* the one that was begun last */
    session_heard *out;
} hearing;

/* --- findings ------------------------------------------------------------------------------------------------------ */

static bool is_limited(const hearing *h)
{
    return h->pop3 ? ms_pop3_session_limited(&h->pop3_.session) : ms_smtp_session_limited(&h->smtp.session);
}

/* As in a replay: rows that need more than octets are for others to judge. */
static bool is_judged(const ms_finding *finding)
{
    const ms_register_row *row = ms_register_get(finding->requirement);
    return finding->side == MS_SERVER && row != NULL && strncmp(row->offline, "yes", 3) == 0 &&
           strcmp(row->subject, "client") != 0 && row->level != MS_LEVEL_SHOULD && row->level != MS_LEVEL_SHOULD_NOT &&
           row->level != MS_LEVEL_MAY;
}

static void judge(hearing *h, const ms_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (h->out->breach == MS_REQ_NONE && !h->out->unjudged && !is_limited(h) && is_judged(&findings->items[i])) {
            h->out->breach = (ms_requirement)findings->items[i].requirement;
            h->out->breach_reply = h->reply;
        }
}

/* --- replies ------------------------------------------------------------------------------------------------------- */

/* One that begins at `from`; its end may be yet to come. */
static void begin_reply(hearing *h, const char *code, size_t from)
{
    if (h->out->count == SESSION_REPLIES_MAX)
        return;
    h->reply = h->out->count;
    session_reply *reply = &h->out->replies[h->reply];
    reply->from = reply->to = from;
    snprintf(reply->code, sizeof reply->code, "%s", code);
}

static void end_reply(hearing *h, size_t to)
{
    if (h->out->count == SESSION_REPLIES_MAX)
        return;
    h->out->replies[h->out->count].to = to;
    h->out->count++;
}

static bool hear_smtp(hearing *h, ms_side side, ms_span window, size_t *consumed, ms_findings *findings)
{
    const bool first = h->smtp.reply.lines == 0 || h->smtp.reply.complete;
    const ms_smtp_event event = ms_smtp_dialogue_next(&h->smtp, side, window, findings);
    *consumed = event.consumed;
    if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
        return false;
    if (side == MS_CLIENT) {
        h->out->unjudged |= (event.line_flags & (MS_LINE_BARE_LF | MS_LINE_BARE_CR)) != 0;
        /* the octets behind a malformed BDAT, or one to a server without it, are lines to some and a chunk to others */
        h->out->unjudged |=
            event.kind == MS_SMTP_EVENT_COMMAND && event.command.command.verb == MS_SMTP_BDAT &&
            (event.command.error != MS_SMTP_OK || !ms_smtp_session_offers(&h->smtp.session, MS_EHLO_CHUNKING));
    } else if (event.kind == MS_SMTP_EVENT_REPLY || event.kind == MS_SMTP_EVENT_REPLY_LINE) {
        char code[5];
        snprintf(code, sizeof code, "%03u", event.reply.line.code % 1000u);
        if (first)
            begin_reply(h, event.reply.line.code == 0 ? "?" : code, h->heard);
        if (event.kind == MS_SMTP_EVENT_REPLY)
            end_reply(h, h->heard + event.consumed);
    }
    return true;
}

static bool hear_pop3(hearing *h, ms_side side, ms_span window, size_t *consumed, ms_findings *findings)
{
    static const char *const codes[] = {
        [MS_POP3_NONE] = "?", [MS_POP3_POSITIVE] = "+", [MS_POP3_NEGATIVE] = "-", [MS_POP3_CONTINUATION] = "c"};
    const ms_pop3_event event = ms_pop3_dialogue_next(&h->pop3_, side, window, findings);
    *consumed = event.consumed;
    if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
        return false;
    if (side == MS_CLIENT) {
        h->out->unjudged |= (event.line_flags & (MS_LINE_BARE_LF | MS_LINE_BARE_CR)) != 0;
    } else if (event.kind == MS_POP3_EVENT_RESPONSE || event.kind == MS_POP3_EVENT_CONTINUATION) {
        begin_reply(h, codes[event.response.indicator], h->heard);
        if (!event.multi_line)
            end_reply(h, h->heard + event.consumed);
    } else if (event.kind == MS_POP3_EVENT_END) {
        end_reply(h, h->heard + event.consumed);
    }
    return true;
}

/* --- whose turn it is ------------------------------------------------------------------------------------------------ */

static bool hear(hearing *h, ms_side side, ms_span window, size_t *consumed)
{
    ms_finding items[FINDINGS];
    ms_findings findings = {.items = items, .capacity = FINDINGS};
    const bool more =
        h->pop3 ? hear_pop3(h, side, window, consumed, &findings) : hear_smtp(h, side, window, consumed, &findings);
    judge(h, &findings);
    return more;
}

/* A reply is due, or not all of one has come. */
static bool is_awaiting(const hearing *h)
{
    if (h->pop3)
        return h->pop3_.session.state == MS_POP3_CONNECTED || !ms_pop3_session_answering(&h->pop3_.session).none ||
               ms_pop3_session_reading(&h->pop3_.session) != MS_POP3_READ_STATUS;
    bool none;
    ms_smtp_session_answering(&h->smtp.session, &none);
    return !none;
}

/* All that can be heard while the client has said no more than `given`; then it is the client's turn. */
static void hear_both(hearing *h, ms_span client, size_t *client_heard, bool last)
{
    size_t consumed;
    for (bool again = true; again;) {
        again = false;
        while (hear(h, MS_CLIENT, ms_span_make(client.ptr + *client_heard, client.len - *client_heard), &consumed)) {
            *client_heard += consumed;
            again = true;
        }
        *client_heard += consumed;
        if (h->heard == h->said.len || (!last && !is_awaiting(h)))
            continue;
        again = hear(h, MS_SERVER, ms_span_make(h->said.ptr + h->heard, h->said.len - h->heard), &consumed) || again;
        h->heard += consumed;
    }
}

void session_hear(bool pop3, ms_smtp_variant variant, const ms_span *pieces, size_t count, ms_span said,
                  session_heard *out)
{
    hearing h = {.pop3 = pop3, .said = said, .out = out};
    memset(out, 0, sizeof *out);
    if (pop3)
        ms_pop3_dialogue_init(&h.pop3_, h.pop3_runs, MS_POP3_RUNS_DEFAULT, h.messages, MESSAGES);
    else
        ms_smtp_dialogue_init(&h.smtp, variant, h.smtp_runs, MS_SMTP_RUNS_DEFAULT);
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += pieces[i].len;
    uint8_t *client = malloc(total + 1);
    if (client == NULL)
        return;
    size_t given = 0;
    size_t heard = 0;
    hear_both(&h, ms_span_make(client, 0), &heard, false);
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].len > 0)
            memcpy(client + given, pieces[i].ptr, pieces[i].len);
        given += pieces[i].len;
        hear_both(&h, ms_span_make(client, given), &heard, i + 1 == count);
    }
    free(client);
}

/* --- words --------------------------------------------------------------------------------------------------------- */

void session_codes(const session_heard *heard, char *out, size_t room)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < heard->count && used + 6 < room; i++)
        used += (size_t)snprintf(out + used, room - used, "%s%s", i == 0 ? "" : " ", heard->replies[i].code);
}

bool session_code_fits(const char *code, const char *word, size_t length)
{
    const char *slash = memchr(word, '/', length);
    if (slash != NULL)
        return session_code_fits(code, word, (size_t)(slash - word)) ||
               session_code_fits(code, slash + 1, length - (size_t)(slash - word) - 1);
    if (strlen(code) != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (word[i] != code[i] && word[i] != 'y' && word[i] != 'z')
            return false;
    return true;
}
