/*
 * pop_counts.c - how many messages: STAT and whole listings against each other, and against the session before
 *
 * The number of messages is fixed while a session lasts (RFC 1939 section 4), and between sessions only QUIT in
 * TRANSACTION removes any (section 6).  Mail may arrive between sessions at any time, so a greater number proves
 * nothing.
 */
#include "harness/replay/pop_model.h"

static uint32_t fetched_and_kept(const replay_pop_session *s)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->message_room; i++)
        count += s->messages[i].fetched && !s->messages[i].marked;
    return count;
}

/* What a loss breaks, the session before having ended by QUIT; count: what is left. */
uint16_t pop_loss(const replay_pop_session *before, uint64_t count)
{
    const uint32_t fetched = fetched_and_kept(before);
    const bool reset = before->resets > 0 && before->marked == 0;
    const uint16_t removal = reset                ? MS_REQ_POP3_1939_5_43
                             : before->marked > 0 ? MS_REQ_POP3_1939_6_03
                                                  : MS_REQ_POP3_1939_6_10;
    if (before->expire == POP_EXPIRE_NEVER)
        return fetched > 0 ? MS_REQ_POP3_2449_6_7_07 : removal;
    /* what was fetched may have been removed (RFC 1939 section 8) */
    if (count + before->marked + fetched >= before->count)
        return MS_REQ_NONE;
    return before->expire == POP_EXPIRE_ZERO ? MS_REQ_POP3_2449_6_7_08 : removal;
}

static void compare_count(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const replay_pop_session *before = pop_previous(s);
    if (before == NULL || !before->count_known || s->maildrop->expires)
        return;
    uint16_t requirement = MS_REQ_NONE;
    if (before->ending == POP_LOST)
        requirement = s->count < before->count ? MS_REQ_POP3_1939_6_05 : MS_REQ_NONE;
    else if ((uint64_t)s->count + before->marked < before->count)
        requirement = pop_loss(before, s->count);
    s->loss_told |= requirement != MS_REQ_NONE;
    pop_find(p, requirement);
}

void pop_count_is(const pop_event *p, uint32_t count, pop_source source)
{
    p->s->count_known = true;
    p->s->count = count;
    p->s->source = source;
    compare_count(p);
}

/* A drop listing that counts what a STAT or a listing of this session denies. */
static uint16_t changed_count(replay_pop_session *s, uint32_t messages)
{
    const uint16_t requirement = s->source == POP_BY_STAT ? MS_REQ_POP3_1939_4_13 : MS_REQ_POP3_1939_5_06;
    s->count = messages <= UINT32_MAX - s->marked ? messages + s->marked : UINT32_MAX;
    return requirement;
}

void pop_count_stat(const pop_event *p, uint32_t messages, uint64_t octets)
{
    replay_pop_session *s = p->s;
    if (!s->count_known && s->marked > 0) /* whether marked messages are in it is not known */
        return;
    const bool told = pop_is_found(p, MS_REQ_POP3_1939_5_02) || pop_is_found(p, MS_REQ_POP3_1939_5_40);
    const bool as_before = !s->count_known || messages == s->count - s->marked;
    if (!s->count_known)
        pop_count_is(p, messages <= UINT32_MAX - s->marked ? messages + s->marked : UINT32_MAX, POP_BY_STAT);
    else if (!as_before && !told)
        pop_find(p, changed_count(s, messages));
    s->source = POP_BY_STAT;
    if (as_before && !pop_is_found(p, MS_REQ_POP3_1939_5_07))
        pop_stat_octets(p, octets);
    s->has_stat = true;
    s->stat_octets = octets;
    s->stat_marks = s->marks;
    s->stat_marked = s->marked;
    s->stat_resets = s->resets;
}

/* --- whole listings -------------------------------------------------------------- */

/* "If the session terminates for some reason other than a client-issued QUIT command, the POP3 session does NOT enter
 * the UPDATE state" (RFC 1939 section 6), and a new one begins with no marks: a number below the highest that is
 * missing, and was marked when the session before was lost. */
static bool a_mark_survived(const replay_pop_session *s)
{
    const replay_pop_session *before = pop_previous(s);
    if (before == NULL || before->ending != POP_LOST || s->listed_whole || s->deleted > 0 || before->marked == 0)
        return false;
    for (uint32_t n = 1; n < s->highest && n <= before->message_room; n++) {
        const pop_message *message = pop_message_find(s, n);
        if (before->messages[n - 1].marked && (message == NULL || message->listed_in != s->listing))
            return true;
    }
    return false;
}

/* What the session machine found about the numbers of the whole listing. */
static const uint16_t numbering[] = {MS_REQ_POP3_1939_4_11, MS_REQ_POP3_1939_5_08, MS_REQ_POP3_1939_5_40,
                                     MS_REQ_POP3_1939_7_13};

static bool numbers_are_bad(const pop_event *p)
{
    for (size_t i = 0; i < sizeof numbering / sizeof numbering[0]; i++)
        if (pop_is_found(p, numbering[i]))
            return true;
    return false;
}

static void take_numbering_back(const pop_event *p)
{
    for (size_t i = 0; i < sizeof numbering / sizeof numbering[0]; i++)
        pop_take_back(p, numbering[i]);
}

/* The listing goes past the count that was known. */
static bool passes_count(const pop_event *p)
{
    replay_pop_session *s = p->s;
    if (!s->count_known || s->highest <= s->count)
        return false;
    pop_find(p, s->source == POP_BY_STAT ? MS_REQ_POP3_1939_5_06 : MS_REQ_POP3_1939_4_13);
    s->count = s->highest;
    return true;
}

void pop_listing_end(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const bool list = s->open == POP_OPEN_LIST;
    if (s->hurt) { /* the end of such a listing says nothing about numbers */
        take_numbering_back(p);
        return;
    }
    const bool bad = numbers_are_bad(p);
    if (bad && !pop_is_found(p, MS_REQ_POP3_1939_5_40) && a_mark_survived(s)) {
        take_numbering_back(p);
        pop_find(p, MS_REQ_POP3_1939_4_04);
    }
    if (bad)
        return;
    s->listed_whole = true;
    if (list && passes_count(p))
        return;
    if (!s->count_known)
        pop_count_is(p, s->items + s->marked, list ? POP_BY_LIST : POP_BY_UIDL);
    if (list)
        pop_list_sum(p);
    else
        pop_uidl_whole(p);
}
