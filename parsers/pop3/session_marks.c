/*
 * session_marks.c - the maildrop's numbers: how many messages, which are marked (RFC 1939 sections 4 and 5)
 *
 * N, the number of messages, comes from the first STAT or whole listing.  What is known of each message stands in
 * lent memory; beyond it the checks that need it are suspended.
 */
#include "session_internal.h"

#include <string.h>

uint8_t ms_pop3_message_facts(const ms_pop3_session *s, uint32_t number)
{
    return number >= 1 && number <= s->room->message_capacity ? s->room->messages[number - 1] : 0;
}

bool ms_pop3_is_marked(const ms_pop3_session *s, uint32_t number)
{
    return (ms_pop3_message_facts(s, number) & MESSAGE_MARKED) != 0;
}

void ms_pop3_message_note(ms_pop3_session *s, uint32_t number, uint8_t facts)
{
    ms_pop3_room *room = s->room;
    if (number < 1 || number > room->message_capacity)
        return;
    room->messages[number - 1] |= facts;
    if (number > room->touched)
        room->touched = number;
}

void ms_pop3_mark(ms_pop3_session *s, uint32_t number)
{
    if (number < 1 || (is(s, COUNT_KNOWN) && number > s->messages))
        return; /* there is no such message, whatever the server says */
    if (number > s->room->message_capacity) {
        set(s, LIMITED_MARKS, true);
        return;
    }
    if (!ms_pop3_is_marked(s, number))
        s->marked++;
    ms_pop3_message_note(s, number, MESSAGE_MARKED);
    s->room->messages[number - 1] &= (uint8_t)~MESSAGE_UNMARKED;
}

/* "If any messages have been marked as deleted by the POP3 server, they are unmarked." (RFC 1939 section 5, RSET) */
void ms_pop3_unmark_all(ms_pop3_session *s)
{
    s->unmarked = s->marked;
    for (uint32_t i = 0; s->marked > 0 && i < s->room->touched; i++) {
        uint8_t *facts = &s->room->messages[i];
        if (*facts & MESSAGE_MARKED) {
            *facts = (uint8_t)((*facts & ~MESSAGE_MARKED) | MESSAGE_UNMARKED);
            s->marked--;
        }
    }
    set(s, LIMITED_MARKS, false);
}

static void count_is(ms_pop3_session *s, uint32_t messages, fact source)
{
    set(s, COUNT_KNOWN, true);
    set(s, COUNT_BY_STAT, source == COUNT_BY_STAT);
    set(s, COUNT_BY_LIST, source == COUNT_BY_LIST);
    set(s, COUNT_BY_UIDL, source == COUNT_BY_UIDL);
    s->messages = messages;
}

/* A drop listing.  Messages marked as deleted are not counted (RFC 1939 section 5, STAT). */
uint16_t ms_pop3_drop_figures(const judge *j, uint32_t messages, uint64_t octets)
{
    ms_pop3_session *s = j->s;
    if (is(s, LIMITED_MARKS))
        return MS_REQ_NONE;
    if (messages == 0 && octets > 0 && s->marked == 0 && !is(s, UTF8_LISTED))
        return MS_REQ_POP3_1939_5_07;
    if (!is(s, COUNT_KNOWN) && s->marked > 0) /* there are servers that count marked messages: N is not known by this */
        return MS_REQ_NONE;
    const uint32_t due = is(s, COUNT_KNOWN) ? s->messages - s->marked : messages;
    if (s->marked > 0 && messages > due && messages <= s->messages)
        return MS_REQ_POP3_1939_5_02;
    if (is(s, COUNT_KNOWN) && s->unmarked > 0 && messages < due && messages >= s->messages - s->unmarked)
        return MS_REQ_POP3_1939_5_40;
    if (!is(s, COUNT_KNOWN) || messages != due)
        count_is(s, messages <= UINT32_MAX - s->marked ? messages + s->marked : UINT32_MAX, COUNT_BY_STAT);
    return MS_REQ_NONE;
}

void ms_pop3_listing_begin(ms_pop3_session *s)
{
    memset(&s->open, 0, sizeof s->open);
    for (uint32_t i = 0; i < s->room->touched; i++)
        s->room->messages[i] &= (uint8_t)~MESSAGE_LISTED;
    if (is(s, LIMITED_MARKS))
        s->open.listing.flags = LISTING_UNCLEAR;
}

/* What a number in LIST without argument says; the finding at the item. */
static uint16_t list_number(ms_pop3_session *s, uint32_t number, bool twice)
{
    uint16_t *flags = &s->open.listing.flags;
    const bool beyond = is(s, COUNT_KNOWN) && number > s->messages;
    if (is(s, COUNT_KNOWN) && s->messages == 0 && !is(s, COUNT_BY_LIST))
        return *flags & LISTING_DREW ? MS_REQ_NONE : MS_REQ_POP3_1939_5_12;
    if (ms_pop3_is_marked(s, number)) {
        *flags |= LISTING_MARKED;
        return MS_REQ_POP3_1939_5_11;
    }
    if (number == 0 || twice)
        return MS_REQ_POP3_1939_4_11;
    if (beyond)
        *flags |= LISTING_PAST_COUNT;
    return MS_REQ_NONE;
}

/* The same for UIDL, of which most is said at its end. */
static uint16_t uidl_number(ms_pop3_session *s, uint32_t number, bool twice)
{
    uint16_t *flags = &s->open.listing.flags;
    if (is(s, COUNT_KNOWN) && s->messages == 0 && !is(s, COUNT_BY_UIDL))
        return *flags & LISTING_DREW ? MS_REQ_NONE : MS_REQ_POP3_1939_7_26;
    if (ms_pop3_is_marked(s, number)) {
        *flags |= LISTING_MARKED;
        return MS_REQ_POP3_1939_7_21;
    }
    if (number == 0 || twice || (is(s, COUNT_KNOWN) && number > s->messages))
        *flags |= LISTING_OUT_OF_RANGE;
    return MS_REQ_NONE;
}

static void note_number(const judge *j, uint32_t number)
{
    ms_pop3_session *s = j->s;
    uint16_t *flags = &s->open.listing.flags;
    const bool twice = (ms_pop3_message_facts(s, number) & MESSAGE_LISTED) != 0;
    const uint16_t requirement =
        s->reading == MS_POP3_READ_LIST ? list_number(s, number, twice) : uidl_number(s, number, twice);
    if (number > s->room->message_capacity)
        *flags |= LISTING_UNCLEAR;
    if (requirement != MS_REQ_NONE)
        *flags |= LISTING_DREW;
    ms_pop3_find(j, MS_SERVER, requirement, 0);
    ms_pop3_message_note(s, number, MESSAGE_LISTED);
    if (number > s->open.listing.highest)
        s->open.listing.highest = number;
    s->open.listing.items++;
}

/* Which numbers from 1 to last are neither listed nor marked, and whether RSET had unmarked one of them. */
static bool find_missing(const ms_pop3_session *s, uint32_t last, bool *unmarked)
{
    bool missing = false;
    *unmarked = false;
    for (uint32_t n = 1; n <= last; n++) {
        const uint8_t facts = ms_pop3_message_facts(s, n);
        if ((facts & (MESSAGE_LISTED | MESSAGE_MARKED)) != 0)
            continue;
        missing = true;
        *unmarked |= (facts & MESSAGE_UNMARKED) != 0;
    }
    return missing;
}

/* The end of LIST or UIDL without argument: each message not marked has its line, 1 to N (RFC 1939 section 4). */
static void listing_end(const judge *j)
{
    ms_pop3_session *s = j->s;
    const bool list = s->reading == MS_POP3_READ_LIST;
    const uint16_t flags = s->open.listing.flags;
    const uint32_t highest = s->open.listing.highest;
    if (flags & LISTING_UNCLEAR)
        return;
    const uint32_t last = is(s, COUNT_KNOWN) && s->messages > highest ? s->messages : highest;
    if (last > s->room->message_capacity)
        return;
    bool unmarked;
    const bool missing = find_missing(s, last, &unmarked);
    uint16_t requirement = MS_REQ_NONE;
    if (missing && unmarked)
        requirement = MS_REQ_POP3_1939_5_40;
    else if (!list && (missing || flags & LISTING_OUT_OF_RANGE))
        requirement = MS_REQ_POP3_1939_7_13;
    else if (missing)
        requirement = is(s, COUNT_KNOWN) ? MS_REQ_POP3_1939_5_08 : MS_REQ_POP3_1939_4_11;
    if ((flags & (LISTING_DREW | LISTING_MARKED)) == 0)
        ms_pop3_find(j, MS_SERVER, requirement, 0);
    const bool in_order = !missing && (flags & (LISTING_DREW | LISTING_MARKED | LISTING_OUT_OF_RANGE)) == 0;
    if (in_order && (!is(s, COUNT_KNOWN) || flags & LISTING_PAST_COUNT))
        count_is(s, s->open.listing.items + s->marked, list ? COUNT_BY_LIST : COUNT_BY_UIDL);
}

void ms_pop3_session_listing(ms_pop3_session *session, const ms_pop3_response *item, const ms_line *line, uint64_t at,
                             ms_findings *findings)
{
    const judge j = {session, findings, at, MS_SERVER, session->verb, MS_POP3_NONE, session->state};
    const ms_pop3_after after = ms_pop3_session_response_context(session).after;
    /* a zero is a number, too, and told as one that no message has */
    const ms_deviations clear_all_the_same = MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_BARE_LF) |
                                             MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_BARE_CR) |
                                             MS_DEVIATION_BIT(MS_POP3_RESPONSE_DEV_MESSAGE_ZERO);
    if (session->reading == MS_POP3_READ_UNJUDGED)
        return;
    ms_pop3_server_line_ends(&j, line);
    ms_pop3_server_text(&j, item, line, after, true);
    if (session->reading == MS_POP3_READ_LANG)
        return;
    if (item->error != MS_POP3_RESPONSE_OK || (item->deviations & ~clear_all_the_same) != 0)
        session->open.listing.flags |= LISTING_UNCLEAR;
    else if (session->reading == MS_POP3_READ_LIST)
        note_number(&j, item->scan.number);
    else
        note_number(&j, item->unique.number);
}

void ms_pop3_session_end(ms_pop3_session *session, const ms_line *line, uint64_t at, ms_findings *findings)
{
    const judge j = {session, findings, at, MS_SERVER, session->verb, MS_POP3_NONE, session->state};
    if (line != NULL && session->reading != MS_POP3_READ_UNJUDGED)
        ms_pop3_server_line_ends(&j, line);
    switch ((ms_pop3_reading)session->reading) {
    case MS_POP3_READ_LIST:
    case MS_POP3_READ_UIDL:
        listing_end(&j);
        break;
    case MS_POP3_READ_CAPA:
        ms_pop3_capa_end(&j);
        break;
    case MS_POP3_READ_MESSAGE:
        ms_pop3_content_end(&j);
        break;
    case MS_POP3_READ_STATUS:
    case MS_POP3_READ_LANG:
    case MS_POP3_READ_UNJUDGED:
        break;
    }
    session->reading = MS_POP3_READ_STATUS;
}
