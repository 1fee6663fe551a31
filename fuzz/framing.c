/* framing.c - see framing.h */
#include "fuzz/framing.h"

#include <string.h>

#include "mailspec/line.h"

/* --- lines ------------------------------------------------------------------------------------------------------ */

/* The octets of a line with its end, and what was said to be its text. */
static void check_line(ms_span raw, ms_span text, uint8_t flags, uint64_t at)
{
    if ((flags & MS_LINE_TOO_LONG) != 0 || ms_span_is_absent(text))
        return; /* in pieces */
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, raw.len > 0 && memchr(raw.ptr, '\n', raw.len) == raw.ptr + raw.len - 1);
    const size_t end = raw.len > 1 && raw.ptr[raw.len - 2] == '\r' ? 2 : 1;
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, text.ptr == raw.ptr && text.len == raw.len - end);
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, ((flags & MS_LINE_BARE_LF) != 0) == (end == 1));
}

/* --- chunks ----------------------------------------------------------------------------------------------------- */

/* RFC 3030 section 2: "BDAT" SP 1*DIGIT; false: more than 64 bits hold. */
static bool read_size(ms_span raw, uint64_t *size)
{
    size_t at = strlen("BDAT");
    while (at < raw.len && (raw.ptr[at] < '0' || raw.ptr[at] > '9'))
        at++;
    for (*size = 0; at < raw.len && raw.ptr[at] >= '0' && raw.ptr[at] <= '9'; at++) {
        const uint64_t digit = (uint64_t)raw.ptr[at] - '0';
        if (*size > (UINT64_MAX - digit) / 10)
            return false;
        *size = *size * 10 + digit;
    }
    return true;
}

static void check_chunk(framing *f, bool last, ms_span slice, size_t consumed, uint64_t at)
{
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, f->in_chunk && consumed <= f->chunk);
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, slice.len == consumed);
    f->chunk -= consumed;
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at + consumed, last == (f->chunk == 0));
    f->in_chunk = !last;
}

/* --- mail data, messages ---------------------------------------------------------------------------------------- */

static void mix(uint64_t digest[2], const uint8_t *octets, size_t len)
{
    for (size_t i = 0; i < len; i++)
        digest[0] = (digest[0] ^ octets[i]) * UINT64_C(0x100000001b3);
    digest[1] += len;
}

enum { AT_LINE, IN_LINE, BEHIND_CR, BEHIND_DOT, BEHIND_DOT_CR, BEHIND_END };

static void begin_data(framing *f, bool in_data)
{
    f->in_data = in_data;
    f->place = AT_LINE;
    memset(f->expected, 0, sizeof f->expected);
    memset(f->given, 0, sizeof f->given);
}

/* Octets that were taken; true: the last of them is the end, and none before it. */
static bool read_data(framing *f, ms_span raw, uint64_t at)
{
    if (!f->in_data)
        begin_data(f, true);
    for (size_t i = 0; i < raw.len; i++) {
        const uint8_t octet = raw.ptr[i];
        if (f->place == BEHIND_END)
            fuzz_wrong(ORACLE_FRAMING, (size_t)at + i, "what is read began behind the end");
        if (f->place == AT_LINE && octet == '.') {
            f->place = BEHIND_DOT;
            continue;
        }
        if (f->place == BEHIND_DOT && octet == '\r') {
            f->place = BEHIND_DOT_CR;
            continue;
        }
        if (f->place == BEHIND_DOT_CR && octet == '\n') {
            f->place = BEHIND_END;
            continue;
        }
        const bool behind_cr = f->place == BEHIND_CR || f->place == BEHIND_DOT_CR;
        if (f->place == BEHIND_DOT_CR)
            mix(f->expected, (const uint8_t *)"\r", 1);
        mix(f->expected, &octet, 1);
        f->place = octet == '\r' ? BEHIND_CR : octet == '\n' && behind_cr ? AT_LINE : IN_LINE;
    }
    return f->place == BEHIND_END;
}

static void check_data(framing *f, bool last, ms_span slice, ms_span raw, uint64_t at)
{
    const bool ended = read_data(f, raw, at);
    mix(f->given, slice.ptr, slice.len);
    if (ended != last)
        fuzz_wrong(ORACLE_FRAMING, (size_t)at + raw.len, last ? "an end where there is none" : "the end was passed");
    if (!last)
        return;
    FUZZ_EXPECT(ORACLE_FRAMING, (size_t)at, f->expected[0] == f->given[0] && f->expected[1] == f->given[1]);
    begin_data(f, false);
}

void framing_close(framing *f)
{
    f->closed = true;
}

/* --- SMTP ------------------------------------------------------------------------------------------------------- */

static void hear_verb(framing *f, ms_smtp_verb verb)
{
    if (f->heard == FRAMING_COMMANDS)
        f->heard = -1;
    if (f->heard >= 0)
        f->verbs[f->heard++] = (uint8_t)verb;
}

/* "MUST respond to commands in the order they are received" (RFC 2920 section 3.2): a reply is that of a command which was heard, and not of
 * one before the last that was answered.  One may go without a reply, which is the server's fault; LMTP's end of data has several. */
static void answer_verb(framing *f, const ms_smtp_event *event)
{
    const ms_smtp_verb verb = event->answered;
    if (event->unsolicited || verb == MS_SMTP_GREETING || f->heard < 0)
        return;
    const bool many = verb == MS_SMTP_END_OF_DATA || verb == MS_SMTP_BDAT;
    const bool again = many && f->answered == verb; /* or the next one's, which then is one that went without */
    f->answered = (uint8_t)verb;
    if (again)
        return;
    int at = 0;
    while (at < f->heard && f->verbs[at] != verb)
        at++;
    FUZZ_EXPECT(ORACLE_ORDER, (size_t)event->at, at < f->heard);
    if (at == f->heard)
        return;
    f->heard -= at + 1;
    memmove(f->verbs, f->verbs + at + 1, (size_t)f->heard);
}

void framing_smtp_limited(framing *f, const ms_smtp_session *session)
{
    if (ms_smtp_session_limited(session))
        f->heard = -1;
}

void framing_smtp(framing *f, ms_side side, const ms_smtp_event *event, ms_span window)
{
    if (f->closed)
        return;
    const ms_span raw = ms_span_make(window.ptr, event->consumed);
    switch (event->kind) {
    case MS_SMTP_EVENT_NEED_MORE:
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, side == MS_SERVER || !f->in_chunk || window.len == 0);
        break;
    case MS_SMTP_EVENT_UNDECIDED:
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_chunk && !f->in_data);
        break;
    case MS_SMTP_EVENT_COMMAND:
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_chunk && !f->in_data);
        check_line(raw, event->slice, event->line_flags, event->at);
        if (event->command.error == MS_SMTP_OK && event->command.command.verb == MS_SMTP_BDAT)
            f->in_chunk = read_size(raw, &f->chunk);
        hear_verb(f, event->command.command.verb);
        break;
    case MS_SMTP_EVENT_CHUNK:
    case MS_SMTP_EVENT_CHUNK_END:
        check_chunk(f, event->kind == MS_SMTP_EVENT_CHUNK_END, event->slice, event->consumed, event->at);
        break;
    case MS_SMTP_EVENT_CONTENT:
    case MS_SMTP_EVENT_END_OF_DATA:
        check_data(f, event->kind == MS_SMTP_EVENT_END_OF_DATA, event->slice, raw, event->at);
        if (event->kind == MS_SMTP_EVENT_END_OF_DATA)
            hear_verb(f, MS_SMTP_END_OF_DATA);
        break;
    case MS_SMTP_EVENT_REPLY:
        answer_verb(f, event);
        check_line(raw, event->slice, event->line_flags, event->at);
        break;
    case MS_SMTP_EVENT_REPLY_LINE:
        check_line(raw, event->slice, event->line_flags, event->at);
        break;
    case MS_SMTP_EVENT_DROPPED:
        if (side == MS_CLIENT) {
            begin_data(f, false);
            f->in_chunk = false;
        }
        break;
    }
}

void framing_smtp_session_tls(const ms_smtp_session *session)
{
    FUZZ_EXPECT(ORACLE_TLS, 0, session->offered == 0 && session->mechanisms == 0 && session->size_limit == 0);
    FUZZ_EXPECT(ORACLE_TLS, 0, session->outstanding == 0 && session->run_count == 0 && session->lost == 0);
    FUZZ_EXPECT(ORACLE_TLS, 0, session->recipients == 0 && session->transactions == 0);
    FUZZ_EXPECT(ORACLE_TLS, 0, session->state == MS_SMTP_CONNECTED || session->state == MS_SMTP_GREETED);
}

static void check_fresh(const ms_line_framer *framer)
{
    ms_line_framer fresh;
    ms_line_init(&fresh, framer->limit);
    FUZZ_EXPECT(ORACLE_TLS, 0, memcmp(&fresh, framer, sizeof fresh) == 0);
}

void framing_smtp_tls(framing *f, const ms_smtp_dialogue *dialogue)
{
    *f = (framing){.closed = f->closed};
    check_fresh(&dialogue->framer[MS_CLIENT]);
    check_fresh(&dialogue->framer[MS_SERVER]);
    FUZZ_EXPECT(ORACLE_TLS, 0, dialogue->in_line[MS_CLIENT] == 0 && dialogue->in_line[MS_SERVER] == 0);
    FUZZ_EXPECT(ORACLE_TLS, 0, dialogue->chunk_remaining == 0 && dialogue->reply.lines == 0);
    framing_smtp_session_tls(&dialogue->session);
}

/* --- POP3 ------------------------------------------------------------------------------------------------------- */

/* RFC 1939 section 3: "If the first character on any line is the termination octet, the line is byte-stuffed"; what was
 * read is the line without it. */
static void check_item(const ms_pop3_event *event)
{
    const ms_span line = event->slice;
    if ((event->line_flags & MS_LINE_TOO_LONG) != 0 || ms_span_is_absent(line))
        return;
    const size_t stuffed = line.len > 1 && line.ptr[0] == '.' ? 1 : 0;
    const ms_span text = ms_span_make(line.ptr + stuffed, line.len - stuffed);
    if (event->kind == MS_POP3_EVENT_CAPABILITY) {
        const ms_pop3_capability again = ms_pop3_capability_parse(text);
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at,
                    again.error == event->capability.error && again.id == event->capability.id &&
                        again.tag.ptr == event->capability.tag.ptr && again.tag.len == event->capability.tag.len);
    } else if (stuffed != 0 && (event->answered.verb == MS_POP3_LIST || event->answered.verb == MS_POP3_UIDL)) {
        const bool list = event->answered.verb == MS_POP3_LIST;
        const ms_pop3_response_context context = {.after = list ? MS_POP3_AFTER_LIST : MS_POP3_AFTER_UIDL};
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at,
                    ms_pop3_listing_parse(text, &context).error == event->response.error);
    }
}

void framing_pop3_command(framing *f, const ms_pop3_parsed *parsed)
{
    const ms_pop3_verb verb = parsed->command.verb;
    if (verb == MS_POP3_AUTH_RESPONSE)
        return;
    const uint32_t sequence = f->sent++;
    if (verb == MS_POP3_AUTH || f->waiting == FRAMING_COMMANDS)
        f->waiting = -1; /* its responses are lines, too, and may be taken for commands */
    if (f->waiting < 0)
        return;
    const bool clean = parsed->error == MS_POP3_OK && parsed->deviations == 0;
    const bool top = clean && verb == MS_POP3_TOP;
    const bool numbered =
        clean && (verb == MS_POP3_RETR || verb == MS_POP3_DELE || verb == MS_POP3_LIST || verb == MS_POP3_UIDL);
    f->commands[f->waiting].sequence = sequence;
    f->commands[f->waiting].verb = (uint8_t)verb;
    f->commands[f->waiting].number = numbered ? parsed->command.message.number : top ? parsed->command.top.number : 0;
    f->commands[f->waiting].lines = top ? parsed->command.top.lines : 0;
    f->waiting++;
}

/* RFC 2449 section 6.6: "the server MUST process the commands in the order they are received". */
void framing_pop3_answered(framing *f, ms_pop3_answering answered, uint64_t at)
{
    if (answered.none || answered.verb == MS_POP3_AUTH)
        f->waiting = answered.none && f->waiting == 0 ? 0 : -1;
    if (f->waiting > 0 && (answered.verb != f->commands[0].verb || answered.sequence != f->commands[0].sequence))
        f->waiting = -1; /* one that is known to have been refused, or dropped, has no response of its own */
    if (f->waiting <= 0)
        return;
    if (f->commands[0].number != 0)
        FUZZ_EXPECT(ORACLE_ORDER, (size_t)at, answered.number == f->commands[0].number);
    if (f->commands[0].number != 0 && answered.verb == MS_POP3_TOP && f->commands[0].lines < UINT32_MAX)
        FUZZ_EXPECT(ORACLE_ORDER, (size_t)at, answered.lines == f->commands[0].lines);
    f->waiting--;
    memmove(f->commands, f->commands + 1, (size_t)f->waiting * sizeof f->commands[0]);
}

void framing_pop3(framing *f, ms_side side, const ms_pop3_event *event, ms_span window)
{
    if (f->closed)
        return;
    const ms_span raw = ms_span_make(window.ptr, event->consumed);
    switch (event->kind) {
    case MS_POP3_EVENT_NEED_MORE:
        if (event->consumed > 0) /* a dot that may be the end */
            check_data(f, false, event->slice, raw, event->at);
        break;
    case MS_POP3_EVENT_UNDECIDED:
        break;
    case MS_POP3_EVENT_DROPPED:
        if (side == MS_SERVER)
            begin_data(f, false);
        f->waiting = -1; /* a command behind the last one */
        break;
    case MS_POP3_EVENT_COMMAND:
        check_line(raw, event->slice, event->line_flags, event->at);
        framing_pop3_command(f, &event->command);
        break;
    case MS_POP3_EVENT_CAPABILITY:
        check_item(event);
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_data);
        break;
    case MS_POP3_EVENT_RESPONSE:
        framing_pop3_answered(f, event->answered, event->at);
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_data);
        check_line(raw, event->slice, event->line_flags, event->at);
        break;
    case MS_POP3_EVENT_LISTING:
        check_item(event);
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_data);
        check_line(raw, event->slice, event->line_flags, event->at);
        break;
    case MS_POP3_EVENT_CONTINUATION:
    case MS_POP3_EVENT_UNJUDGED:
        FUZZ_EXPECT(ORACLE_FRAMING, (size_t)event->at, !f->in_data);
        check_line(raw, event->slice, event->line_flags, event->at);
        break;
    case MS_POP3_EVENT_TEXT:
        check_data(f, false, event->slice, raw, event->at);
        break;
    case MS_POP3_EVENT_END:
        if (f->in_data || event->line_flags == 0)
            check_data(f, true, event->slice, raw, event->at);
        break;
    }
}

void framing_pop3_tls(framing *f, const ms_pop3_dialogue *dialogue)
{
    /* what was not answered yet need not be known for it, if no STLS led here */
    *f = (framing){.waiting = f->waiting == 0 ? 0 : -1, .sent = f->sent, .closed = f->closed};
    check_fresh(&dialogue->framer[MS_CLIENT]);
    check_fresh(&dialogue->framer[MS_SERVER]);
    FUZZ_EXPECT(ORACLE_TLS, 0, !dialogue->long_line[MS_CLIENT] && !dialogue->long_line[MS_SERVER]);
}
