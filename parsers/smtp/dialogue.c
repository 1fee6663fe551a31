/*
 * dialogue.c - the octets of both directions of an SMTP connection, read
 *
 * What a line or an octet breaks by itself is found here, from the parsers' errors and
 * deviations; what it breaks by its place in the session, by the session machine.
 */
#include "mailspec/smtp_dialogue.h"

#include "command_read.h"
#include "mailspec/limits.h"
#include "reply_read.h"
#include "session_internal.h"

#include <string.h>

/* ms_smtp_dialogue.mode */
enum { MODE_COMMANDS, MODE_DATA, MODE_CHUNK, MODE_CHUNK_DONE };

void ms_smtp_dialogue_init(ms_smtp_dialogue *dialogue, ms_smtp_variant variant, ms_smtp_run *runs, size_t capacity)
{
    memset(dialogue, 0, sizeof *dialogue);
    ms_smtp_session_init(&dialogue->session, variant, runs, capacity);
    ms_line_init(&dialogue->framer[MS_CLIENT], MS_SMTP_COMMAND_LINE_MAX);
    ms_line_init(&dialogue->framer[MS_SERVER], MS_SMTP_REPLY_LINE_MAX);
    ms_reply_init(&dialogue->reply);
}

/* --- what lines break by themselves --------------------------------------- */

/* A habit of the stream that this deviation shows, or -1. */
static int command_habit(unsigned deviation)
{
    switch (deviation) {
    case MS_SMTP_DEV_BARE_LF:
        return HABIT_BARE_LF;
    case MS_SMTP_DEV_BARE_CR:
        return HABIT_BARE_CR;
    case MS_SMTP_DEV_8BIT:
        return HABIT_8BIT;
    default:
        return -1;
    }
}

static int reply_habit(unsigned deviation)
{
    switch (deviation) {
    case MS_REPLY_DEV_BARE_LF:
        return HABIT_BARE_LF;
    case MS_REPLY_DEV_BARE_CR:
        return HABIT_BARE_CR;
    case MS_REPLY_DEV_NUL:
        return HABIT_NUL;
    case MS_REPLY_DEV_8BIT:
        return HABIT_8BIT;
    case MS_REPLY_DEV_CONTROL:
        return HABIT_CONTROL;
    default:
        return -1;
    }
}

static unsigned lowest_bit(ms_deviations set)
{
    unsigned n = 0;
    while ((set >> n & 1) == 0)
        n++;
    return n;
}

/* A NUL is a danger to servers; what a client breaks by it is the ban on control characters in mailboxes. */
static uint16_t client_rule(const ms_smtp_parsed *parsed)
{
    const ms_smtp_verb verb = parsed->command.verb;
    const bool path = verb == MS_SMTP_MAIL || verb == MS_SMTP_RCPT || verb == MS_SMTP_VRFY || verb == MS_SMTP_EXPN;
    return parsed->error == MS_SMTP_ERR_NUL && path ? MS_REQ_SMTP_5321_4_1_2_28 : parsed->requirement;
}

static void tell_command(ms_smtp_dialogue *dialogue, const ms_smtp_parsed *parsed, uint64_t at, ms_findings *findings)
{
    ms_smtp_session *session = &dialogue->session;
    const uint8_t verb = (uint8_t)parsed->command.verb;
    if (parsed->error != MS_SMTP_OK)
        ms_smtp_find(session, findings, MS_CLIENT, client_rule(parsed), at, verb, 0);
    /* no String, but for octets that have rules of their own */
    const ms_deviations octets = MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_CR) | MS_DEVIATION_BIT(MS_SMTP_DEV_8BIT);
    const ms_deviations explained =
        (parsed->deviations & octets) != 0 ? MS_DEVIATION_BIT(MS_SMTP_DEV_STRING_NOT_ATOM) : 0;
    for (ms_deviations rest = parsed->deviations & ~explained; rest != 0; rest &= rest - 1) {
        const unsigned n = lowest_bit(rest);
        if (n == MS_SMTP_DEV_VERB_NOT_IN_SMTP)
            continue; /* a verb that no server need know, which a client may try; taking it is a server's breach */
        const int habit = command_habit(n);
        if (habit < 0 || ms_smtp_session_first_time(session, MS_CLIENT, (unsigned)habit))
            ms_smtp_find(session, findings, MS_CLIENT, ms_smtp_deviation_rule((ms_smtp_deviation)n)->requirement, at,
                         verb, 0);
    }
}

/* The rule that a deviation breaks in this place. */
static uint16_t reply_rule(unsigned deviation, uint8_t verb, uint16_t code, ms_ehlo_keyword keyword)
{
    switch (deviation) {
    case MS_REPLY_DEV_EHLO_PARAMETER_FORBIDDEN:
    case MS_REPLY_DEV_EHLO_PARAMETER_VALUE:
        return ms_ehlo_keyword_requirement(keyword);
    case MS_REPLY_DEV_EHLO_EQUALS:
        if (keyword == MS_EHLO_AUTH)
            return MS_REQ_SMTP_4954_3_03; /* a habit for the sake of old clients, which has a row to itself */
        break;
    case MS_REPLY_DEV_NO_DOMAIN:
        return verb == MS_SMTP_GREETING ? MS_REQ_SMTP_5321_4_2_03 : MS_REQ_SMTP_5321_4_1_1_1_08;
    case MS_REPLY_DEV_NO_TEXT:
    case MS_REPLY_DEV_ENHANCED_NO_TEXT:
        if (verb == MS_SMTP_GREETING && code == 554)
            return MS_REQ_SMTP_5321_3_1_04;
        return MS_REQ_SMTP_5321_4_2_06; /* behind the code stands no space, as there is nothing to part it from */
    case MS_REPLY_DEV_ENHANCED_ON_EHLO:
        if (verb == MS_SMTP_HELO)
            return MS_REQ_NONE; /* left out of the obligation (RFC 2034 section 4), and no grammar forbids it */
        break;
    case MS_REPLY_DEV_8BIT:
        /* the only text of an EHLO reply's first line that is no greeting for people is the domain */
        return verb == MS_SMTP_EHLO || verb == MS_SMTP_LHLO ? MS_REQ_SMTP_6531_3_7_1_02 : MS_REQ_SMTP_6531_3_7_4_1_01;
    default:
        break;
    }
    return ms_reply_deviation_rule((ms_reply_deviation)deviation)->requirement;
}

/* The text of a refusal repeats octets that the client has sent: RFC 6531 section 3.7.4 has nothing for it, and no client
 * is met by what it did not expect. */
static bool repeats_octets(const ms_smtp_session *session, unsigned deviation, uint16_t code)
{
    const bool octets = deviation == MS_REPLY_DEV_8BIT || deviation == MS_REPLY_DEV_UTF8_NOT_PERMITTED;
    const bool sent =
        (session->flags & (SESSION_UTF8 | SESSION_UTF8_SENT)) != 0 || (session->habits & 1u << HABIT_8BIT_SENT) != 0;
    return octets && sent && code >= 400;
}

/* keyword: of an EHLO line, whose own rules come first; MS_EHLO_UNKNOWN otherwise. */
static void tell_reply(ms_smtp_dialogue *dialogue, const ms_smtp_event *event, ms_reply_error error,
                       ms_deviations deviations, ms_ehlo_keyword keyword, ms_findings *findings)
{
    ms_smtp_session *session = &dialogue->session;
    const uint8_t verb = (uint8_t)event->answered;
    const uint16_t code = event->reply.line.code;
    const uint64_t at = event->at;
    ms_findings nowhere;
    findings = ms_smtp_findings_of(session, findings, &nowhere); /* how it is read hangs on the command */
    if (error != MS_REPLY_OK)
        ms_smtp_find(session, findings, MS_SERVER, ms_reply_error_rule(error)->requirement, at, verb, code);
    for (ms_deviations rest = deviations; rest != 0; rest &= rest - 1) {
        const unsigned n = lowest_bit(rest);
        if (n == MS_REPLY_DEV_NO_DOMAIN && (deviations & MS_DEVIATION_BIT(MS_REPLY_DEV_8BIT)) != 0)
            continue; /* it is none for its octets above 127, which have a rule of their own */
        if (repeats_octets(session, n, code))
            continue;
        const ms_deviations once =
            rest & (MS_DEVIATION_BIT(MS_REPLY_DEV_HELO_KEYWORDS) | MS_DEVIATION_BIT(MS_REPLY_DEV_ENHANCED_MISSING));
        if ((once & dialogue->told & MS_DEVIATION_BIT(n)) != 0)
            continue;
        dialogue->told |= once & MS_DEVIATION_BIT(n);
        const int habit = reply_habit(n);
        if (habit < 0 || ms_smtp_session_first_time(session, MS_SERVER, (unsigned)habit))
            ms_smtp_find(session, findings, MS_SERVER, reply_rule(n, verb, code, keyword), at, verb, code);
    }
}

/* --- the server's side ------------------------------------------------------ */

static void begin_event(ms_smtp_event *event, const ms_smtp_dialogue *dialogue, ms_side side)
{
    /* the union is set by those who say so by kind; clearing it for every event would cost more than parsing */
    event->kind = MS_SMTP_EVENT_NEED_MORE;
    event->line_flags = 0;
    event->content_flags = 0;
    event->consumed = 0;
    event->at = dialogue->at[side];
    event->slice = ms_span_absent();
    event->answered = MS_SMTP_UNKNOWN;
    event->unsolicited = false;
    event->spilled = false;
    event->ehlo_line = false;
}

static void next_reply_line(ms_smtp_dialogue *dialogue, ms_span input, ms_findings *findings, ms_smtp_event *event)
{
    const ms_line line = ms_line_next(&dialogue->framer[MS_SERVER], input);
    if (line.status == MS_LINE_NEED_MORE)
        return;
    event->consumed = line.consumed;
    event->line_flags = line.flags;
    event->slice = line.text;
    dialogue->at[MS_SERVER] += line.consumed;
    const bool rest = dialogue->in_line[MS_SERVER] != 0;
    dialogue->in_line[MS_SERVER] = line.status != MS_LINE_COMPLETE;
    if (rest) {
        event->kind = MS_SMTP_EVENT_DROPPED;
        return;
    }
    ms_smtp_session *session = &dialogue->session;
    bool none;
    event->answered = ms_smtp_session_answering(session, &none);
    event->unsolicited = none;
    if (dialogue->reply.complete)
        ms_reply_init(&dialogue->reply);
    if (dialogue->reply.lines == 0)
        dialogue->told = 0;
    const ms_reply_context context = ms_smtp_session_reply_context(session);
    ms_reply_read(&dialogue->reply, &line, &context, &event->reply.line);
    event->reply.whole = dialogue->reply;
    const ms_reply_line *const read = &event->reply.line;
    if (read->error != MS_REPLY_OK || read->deviations != 0)
        tell_reply(dialogue, event, read->error, read->deviations, MS_EHLO_UNKNOWN, findings);
    event->ehlo_line = context.after == MS_AFTER_EHLO && dialogue->reply.lines > 1 && dialogue->reply.code / 100 == 2 &&
                       read->error == MS_REPLY_OK && !ms_span_is_absent(read->text);
    if (event->ehlo_line) {
        ms_ehlo_line *const ehlo = &event->reply.ehlo;
        ms_ehlo_line_read(read->text, ehlo);
        if (ehlo->error != MS_REPLY_OK || ehlo->deviations != 0)
            tell_reply(dialogue, event, ehlo->error, ehlo->deviations, ehlo->id, findings);
    }
    ms_smtp_session_reply(session, &dialogue->reply, read, event->ehlo_line ? &event->reply.ehlo : NULL, event->at,
                          findings);
    event->kind = dialogue->reply.complete ? MS_SMTP_EVENT_REPLY : MS_SMTP_EVENT_REPLY_LINE;
}

/* --- the client's side ------------------------------------------------------ */

/* There are octets, and the scanner takes some. */
static void next_content(ms_smtp_dialogue *dialogue, ms_span input, ms_findings *findings, ms_smtp_event *event)
{
    event->kind = MS_SMTP_EVENT_CONTENT;
    const ms_content_slice slice = ms_content_next(&dialogue->content, input);
    event->consumed = slice.consumed;
    event->slice = slice.slice;
    event->content_flags = dialogue->content.new_flags;
    dialogue->content.flags &= (uint8_t)~MS_CONTENT_LONE_STUFF; /* each line is told, not the first alone */
    dialogue->at[MS_CLIENT] += slice.consumed;
    const bool end = slice.status == MS_CONTENT_END;
    const uint64_t at = end ? dialogue->at[MS_CLIENT] - 3 : event->at + slice.flag_at;
    if (end || slice.slice.len > 0) /* a flag comes with the octet that raises it */
        ms_smtp_session_content(&dialogue->session, slice.slice.len, event->content_flags, end, at, findings);
    if (end) {
        event->kind = MS_SMTP_EVENT_END_OF_DATA;
        dialogue->mode = MODE_COMMANDS;
        ms_content_init(&dialogue->content); /* nothing comes out of an ended one, were a chunk to go on with it */
    }
}

static void next_chunk(ms_smtp_dialogue *dialogue, ms_span input, ms_findings *findings, ms_smtp_event *event)
{
    event->kind = MS_SMTP_EVENT_CHUNK;
    if (dialogue->chunk_remaining > 0) {
        if (input.len == 0) {
            event->kind = MS_SMTP_EVENT_NEED_MORE;
            return;
        }
        const ms_content_slice slice = ms_content_chunk(&dialogue->content, &dialogue->chunk_remaining, input);
        event->consumed = slice.consumed;
        event->slice = slice.slice;
        event->content_flags = dialogue->content.new_flags;
        dialogue->at[MS_CLIENT] += slice.consumed;
        ms_smtp_session_content(&dialogue->session, slice.slice.len, event->content_flags, false,
                                event->at + slice.flag_at, findings);
    }
    if (dialogue->chunk_remaining == 0) {
        event->kind = MS_SMTP_EVENT_CHUNK_END;
        dialogue->mode = MODE_COMMANDS;
    }
}

static void begin_chunk(ms_smtp_dialogue *dialogue, const ms_smtp_command *command)
{
    /* the octets follow at once, whatever the server thinks of the command (RFC 3030 section 2) */
    if (dialogue->session.state != MS_SMTP_CHUNKS)
        ms_content_init(&dialogue->content);
    dialogue->chunk_remaining = command->bdat.octets;
    dialogue->mode = MODE_CHUNK;
}

/* A line among mail data in the wrong place that begins with a verb by chance: no command was written like that. */
static bool reads_like_text(const ms_smtp_parsed *parsed)
{
    return parsed->error != MS_SMTP_OK || (parsed->deviations & ~MS_DEVIATION_BIT(MS_SMTP_DEV_BARE_LF)) != 0;
}

/* Its verb is none: what follows the word is the argument, as of any unknown verb. */
static void forget_verb(ms_smtp_command *command, ms_span line)
{
    const size_t behind = (size_t)(command->keyword.ptr - line.ptr) + command->keyword.len;
    command->verb = MS_SMTP_UNKNOWN;
    command->smtputf8 = false;
    command->argument =
        behind < line.len ? ms_span_make(line.ptr + behind + 1, line.len - behind - 1) : ms_span_absent();
}

/* The framer's limit is the session's; it may change only between lines. */
static void set_limit(ms_smtp_dialogue *dialogue)
{
    if (dialogue->in_line[MS_CLIENT] == 0)
        dialogue->framer[MS_CLIENT].limit = ms_smtp_session_line_limit(&dialogue->session);
}

/* What follows the parse of a whole command line. */
static void hear_command(ms_smtp_dialogue *dialogue, ms_smtp_event *event, ms_findings *findings)
{
    ms_smtp_session *session = &dialogue->session;
    ms_smtp_parsed *parsed = &event->command;
    if ((event->line_flags & MS_LINE_8BIT) != 0)
        ms_smtp_session_first_time(session, MS_CLIENT, HABIT_8BIT_SENT);
    const bool verb = parsed->command.verb != MS_SMTP_UNKNOWN && parsed->command.verb != MS_SMTP_AUTH_RESPONSE;
    if ((session->flags & SESSION_SPILL) != 0 && verb && reads_like_text(parsed))
        forget_verb(&parsed->command, event->slice);
    if (parsed->command.verb == MS_SMTP_UNKNOWN)
        event->spilled = ms_smtp_session_spills(session, event->slice, event->at, findings);
    if (!event->spilled && (parsed->error != MS_SMTP_OK || parsed->deviations != 0))
        tell_command(dialogue, parsed, event->at, findings);
    ms_smtp_session_command(session, parsed, event->at, findings);
    if (parsed->error == MS_SMTP_OK && parsed->command.verb == MS_SMTP_BDAT)
        begin_chunk(dialogue, &parsed->command);
}

static void next_command(ms_smtp_dialogue *dialogue, ms_smtp_expect expect, ms_span input, ms_findings *findings,
                         ms_smtp_event *event)
{
    ms_smtp_session *session = &dialogue->session;
    set_limit(dialogue);
    const ms_line line = ms_line_next(&dialogue->framer[MS_CLIENT], input);
    if (line.status == MS_LINE_NEED_MORE)
        return;
    const bool rest = dialogue->in_line[MS_CLIENT] != 0;
    if (!rest) {
        const ms_smtp_context context = ms_smtp_context_of(session, expect);
        ms_smtp_command_read_line(&line, &context, &event->command);
        if (event->command.command.verb == MS_SMTP_UNKNOWN &&
            ms_smtp_session_takes_as_data(session, event->at, findings)) {
            ms_line_reset(&dialogue->framer[MS_CLIENT]);
            ms_content_init(&dialogue->content);
            dialogue->mode = MODE_DATA;
            next_content(dialogue, input, findings, event);
            return;
        }
    }
    event->kind = rest ? MS_SMTP_EVENT_DROPPED : MS_SMTP_EVENT_COMMAND;
    event->consumed = line.consumed;
    event->line_flags = line.flags;
    event->slice = line.text;
    dialogue->at[MS_CLIENT] += line.consumed;
    dialogue->in_line[MS_CLIENT] = line.status != MS_LINE_COMPLETE;
    if (!rest)
        hear_command(dialogue, event, findings);
}

/* There are some.  They never come to the framer, which may have looked at them already, nor to the rest of an over-long line. */
static void drop(ms_smtp_dialogue *dialogue, ms_side side, ms_span input, ms_smtp_event *event)
{
    ms_line_reset(&dialogue->framer[side]);
    if (memchr(input.ptr, '\n', input.len) != NULL)
        dialogue->in_line[side] = 0;
    event->kind = MS_SMTP_EVENT_DROPPED;
    event->consumed = input.len;
    event->slice = input;
    dialogue->at[side] += input.len;
}

static void next_of_client(ms_smtp_dialogue *dialogue, ms_span input, ms_findings *findings, ms_smtp_event *event)
{
    if (dialogue->mode == MODE_CHUNK) {
        next_chunk(dialogue, input, findings, event);
        return;
    }
    if (input.len == 0)
        return;
    if (dialogue->mode == MODE_DATA) {
        next_content(dialogue, input, findings, event);
        return;
    }
    ms_smtp_session *session = &dialogue->session;
    const ms_smtp_expect expect = ms_smtp_session_expect(session);
    switch (expect) {
    case MS_EXPECT_NOTHING:
        session->flags |= SESSION_DROPPED;
        drop(dialogue, MS_CLIENT, input, event);
        return;
    case MS_EXPECT_UNDECIDED:
        ms_smtp_session_early(session, dialogue->at[MS_CLIENT], findings);
        event->kind = MS_SMTP_EVENT_UNDECIDED;
        return;
    case MS_EXPECT_MAIL_DATA:
        /* the framer may have looked at some of it, for a command's line end, before the 354 came */
        ms_line_reset(&dialogue->framer[MS_CLIENT]);
        ms_content_init(&dialogue->content);
        dialogue->mode = MODE_DATA;
        next_content(dialogue, input, findings, event);
        return;
    case MS_EXPECT_CHUNK:
    case MS_EXPECT_AUTH_RESPONSE:
    case MS_EXPECT_COMMAND:
        break;
    }
    next_command(dialogue, expect, input, findings, event);
}

void ms_smtp_dialogue_read(ms_smtp_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings,
                           ms_smtp_event *event)
{
    begin_event(event, dialogue, side);
    if (side == MS_CLIENT)
        next_of_client(dialogue, input, findings, event);
    else if (input.len > 0)
        next_reply_line(dialogue, input, findings, event);
}

ms_smtp_event ms_smtp_dialogue_next(ms_smtp_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings)
{
    ms_smtp_event event;
    ms_smtp_dialogue_read(dialogue, side, input, findings, &event);
    return event;
}

/* --- layers and ends --------------------------------------------------------- */

void ms_smtp_dialogue_tls(ms_smtp_dialogue *dialogue, size_t client_pending, size_t server_pending,
                          ms_findings *findings)
{
    dialogue->at[MS_CLIENT] += client_pending;
    dialogue->at[MS_SERVER] += server_pending;
    const bool dropped = client_pending > 0 || (dialogue->session.flags & SESSION_DROPPED) != 0;
    ms_line_reset(&dialogue->framer[MS_CLIENT]);
    ms_line_reset(&dialogue->framer[MS_SERVER]);
    dialogue->in_line[MS_CLIENT] = 0;
    dialogue->in_line[MS_SERVER] = 0;
    dialogue->mode = MODE_COMMANDS;
    dialogue->chunk_remaining = 0;
    ms_reply_init(&dialogue->reply);
    ms_smtp_session_tls(&dialogue->session, dropped, dialogue->at[MS_SERVER], findings);
}

void ms_smtp_dialogue_close(ms_smtp_dialogue *dialogue, ms_side side, size_t client_pending, size_t server_pending,
                            ms_findings *findings)
{
    ms_smtp_session *session = &dialogue->session;
    const uint64_t client_at = dialogue->at[MS_CLIENT] + client_pending;
    const uint64_t server_at = dialogue->at[MS_SERVER] + server_pending;
    const ms_smtp_run *back = ms_smtp_ring_back(session);
    const bool awaited = back != NULL && back->verb == MS_SMTP_BDAT && session->state != MS_SMTP_CLOSED;
    if (side == MS_CLIENT && awaited && dialogue->mode == MODE_CHUNK && dialogue->chunk_remaining > 0) {
        /* the client stopped short of what it announced, and not because it was told to */
        ms_smtp_find(session, findings, MS_CLIENT, MS_REQ_SMTP_3030_2_24, client_at, MS_SMTP_BDAT, 0);
        dialogue->mode = MODE_CHUNK_DONE;
        session->flags |= SESSION_CLOSE_TOLD;
    }
    ms_smtp_session_close(session, side, client_at, server_at, findings);
}
