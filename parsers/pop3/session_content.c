/*
 * session_content.c - the octets of RETR and TOP (RFC 1939 sections 3, 5 and 7, RFC 6856 section 2.1)
 */
#include "session_internal.h"

#include <string.h>

#include "mailspec/content.h"

void ms_pop3_content_begin(ms_pop3_session *s, const ms_pop3_run *command)
{
    memset(&s->open, 0, sizeof s->open);
    s->open.content.limit = command->lines;
    /* a TOP that was not well-formed, or out of its state, does not come to be read as content */
    if (command->verb == MS_POP3_TOP && (command->flags & RUN_NUMBERED) != 0)
        s->open.content.flags = CONTENT_COUNTED;
    set(s, CONTENT_DOUBT, false);
}

/* What the content scanner saw about line ends and stuffing, at the octet that proves it. */
static void judge_lines(const judge *j, uint8_t new_flags, size_t offset)
{
    ms_pop3_session *s = j->s;
    if (new_flags & MS_CONTENT_BARE_LF && first_time(s, SERVER_BARE_LF))
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_15, offset);
    if (new_flags & MS_CONTENT_LONE_STUFF)
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_1939_3_17, offset);
    if (new_flags & MS_CONTENT_FALSE_END)
        set(s, CONTENT_DOUBT, true);
    if (new_flags & MS_CONTENT_NUL && is(s, UTF8_MODE)) /* once per content: the scanner's flag is sticky */
        ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_6856_2_1_09, offset);
}

/* Header octets outside ASCII where the mode UTF8 is off (RFC 6856 section 2.1). */
static void judge_header(const judge *j, ms_span slice)
{
    uint16_t *flags = &j->s->open.content.flags;
    if (*flags & CONTENT_8BIT_TOLD || is(j->s, UTF8_MODE) || !is(j->s, UTF8_LISTED))
        return;
    for (size_t i = 0; i < slice.len; i++)
        if (slice.ptr[i] >= 0x80) {
            *flags |= CONTENT_8BIT_TOLD;
            ms_pop3_find(j, MS_SERVER, MS_REQ_POP3_6856_2_1_03, i);
            return;
        }
}

/* A line of the un-stuffed content has ended; the first empty one ends the header section. */
static void count_line(ms_pop3_session *s, bool empty)
{
    if (s->open.content.flags & CONTENT_BODY) {
        if (s->open.content.lines < UINT32_MAX)
            s->open.content.lines++;
    } else if (empty) {
        s->open.content.flags |= CONTENT_BODY;
    }
}

enum { LINE_NOT_EMPTY = 0x4000, LINE_CR = 0x8000 }; /* of open.content.flags: the line being read */

/* Octets of the line being read, no LF among them. */
static void take_octets(uint16_t *flags, const uint8_t *octets, size_t len)
{
    if (len == 0)
        return;
    const bool cr = octets[len - 1] == '\r';
    if (*flags & LINE_CR || len > 1 || !cr) /* a CR with more behind it was text */
        *flags |= LINE_NOT_EMPTY;
    *flags = (uint16_t)(cr ? *flags | LINE_CR : *flags & ~LINE_CR);
}

static void read_lines(const judge *j, ms_span slice)
{
    ms_pop3_session *s = j->s;
    uint16_t *flags = &s->open.content.flags;
    size_t header = 0;
    for (size_t at = 0; at < slice.len;) {
        const uint8_t *rest = slice.ptr + at, *lf = memchr(rest, '\n', slice.len - at);
        const size_t octets = lf != NULL ? (size_t)(lf - rest) : slice.len - at;
        take_octets(flags, rest, octets);
        at += octets + (lf != NULL ? 1 : 0);
        if ((*flags & CONTENT_BODY) == 0)
            header = at;
        if (lf == NULL)
            break;
        if ((*flags & LINE_CR) == 0) {
            *flags |= LINE_NOT_EMPTY; /* a bare LF is text */
            continue;
        }
        count_line(s, (*flags & LINE_NOT_EMPTY) == 0);
        *flags &= (uint16_t) ~(LINE_NOT_EMPTY | LINE_CR);
        if ((*flags & (CONTENT_BODY | CONTENT_COUNTED)) == CONTENT_BODY)
            break; /* of RETR nothing more is asked */
    }
    judge_header(j, ms_span_make(slice.ptr, header));
}

void ms_pop3_session_content(ms_pop3_session *session, ms_span slice, uint64_t slice_at, uint8_t new_flags,
                             uint64_t flag_at, ms_findings *findings)
{
    judge j = {session, findings, flag_at, MS_SERVER, session->verb, MS_POP3_NONE, session->state};
    const uint16_t flags = session->open.content.flags;
    if (new_flags != 0)
        judge_lines(&j, new_flags, 0);
    j.at = slice_at;
    if ((flags & (CONTENT_BODY | CONTENT_COUNTED)) != CONTENT_BODY && slice.len > 0)
        read_lines(&j, slice);
}

/* "the number of lines of the indicated message's body": RFC 1939 section 7, TOP. */
void ms_pop3_content_end(const judge *j)
{
    const ms_pop3_session *s = j->s;
    set(j->s, CONTENT_DOUBT, false);
    if ((s->open.content.flags & CONTENT_COUNTED) == 0 || s->open.content.lines <= s->open.content.limit)
        return;
    ms_pop3_find(j, MS_SERVER, s->open.content.limit == 0 ? MS_REQ_POP3_1939_7_03 : MS_REQ_POP3_1939_7_02, 0);
}
