/*
 * pop_sizes.c - sizes: STAT, LIST and what RETR then shows (RFC 1939 sections 4, 5 and 11)
 *
 * Where UTF8 is announced, totals may be inexact (RFC 6856 section 2.1), and are not compared.
 */
#include "harness/replay/pop_model.h"

enum { LINE_END = 2 }; /* a store may lack the last line's CRLF: a difference of two octets is let pass */

/* The sum of the sizes of all unmarked messages; false if one is not known. */
static bool sum_of_unmarked(const replay_pop_session *s, uint64_t *sum, uint64_t *count)
{
    *sum = *count = 0;
    for (uint32_t n = 1; n <= s->count; n++) {
        const pop_message *message = pop_message_find(s, n);
        if (message == NULL)
            return false;
        if (message->marked)
            continue;
        if (!message->has_size || message->size > UINT64_MAX - *sum)
            return false;
        *sum += message->size;
        ++*count;
    }
    return true;
}

static bool differs(uint64_t a, uint64_t b, uint64_t messages)
{
    return (a > b ? a - b : b - a) > LINE_END * messages;
}

/* Some marked message is empty: leaving it out of the total changes nothing. */
static bool an_empty_one_is_marked(const replay_pop_session *s)
{
    for (uint32_t i = 0; i < s->message_room; i++)
        if (s->messages[i].marked && s->messages[i].has_size && s->messages[i].size == 0)
            return true;
    return false;
}

/* The octets of a drop listing whose count is right; the STAT before is still the one that is known. */
void pop_stat_octets(const pop_event *p, uint64_t octets)
{
    const replay_pop_session *s = p->s;
    uint64_t sum, count;
    if (s->utf8_listed)
        return;
    const bool same = s->has_stat && s->stat_marked == s->marked && s->stat_marks == s->marks;
    const bool more_marked = s->has_stat && s->stat_resets == s->resets && s->marked > s->stat_marked;
    if (same && octets != s->stat_octets)
        pop_find(p, MS_REQ_POP3_1939_4_13);
    else if (sum_of_unmarked(s, &sum, &count)) /* what is known of each says more than a total before */
        pop_find(p, !differs(sum, octets, count) ? MS_REQ_NONE
                    : s->marked > 0              ? MS_REQ_POP3_1939_5_02
                                                 : MS_REQ_POP3_1939_5_06);
    else if (more_marked && octets >= s->stat_octets && octets > 0 && !an_empty_one_is_marked(s))
        pop_find(p, MS_REQ_POP3_1939_5_02);
}

/* --- LIST ---------------------------------------------------------------------- */

static bool is_size_of_another(const replay_pop_session *s, const pop_message *message, uint64_t octets)
{
    for (uint32_t i = 0; i < s->message_room; i++)
        if (&s->messages[i] != message && s->messages[i].has_size && s->messages[i].size == octets)
            return true;
    return false;
}

/* What was marked made the others move up: the number shows another message now.  Told once per listing. */
static bool is_renumbered(const pop_event *p, const pop_message *message, uint64_t octets)
{
    replay_pop_session *s = p->s;
    if (s->deleted == 0 || !message->has_size || message->size == octets || !is_size_of_another(s, message, octets))
        return false;
    if (!s->exchange_told)
        pop_find(p, MS_REQ_POP3_1939_5_37);
    s->exchange_told = true;
    return true;
}

bool pop_size_is(const pop_event *p, uint32_t number, uint64_t octets)
{
    pop_message *message = pop_message_make(p, number);
    if (message == NULL)
        return true;
    if (!message->has_size && !message->has_unique_id)
        message->listed_at = p->s->maildrop->clock;
    const bool changed = message->has_size && message->size != octets;
    if (changed && !is_renumbered(p, message, octets))
        pop_find(p, MS_REQ_POP3_1939_4_13);
    message->has_size = true;
    message->size = octets;
    if (!changed)
        pop_size_check(p, message);
    return !changed;
}

/* RFC 1939 section 11: the size is that of the message as it is sent, each line end counted as two octets and without
 * the dots that were stuffed. */
void pop_size_check(const pop_event *p, const pop_message *message)
{
    const pop_content *content = message->content;
    if (content == NULL || !message->has_size)
        return;
    const uint64_t size = message->size;
    if (size == content->octets || (content->octets >= LINE_END && size == content->octets - LINE_END))
        return;
    if (p->s->utf8_listed)
        pop_find(p, MS_REQ_POP3_6856_2_1_07);
    else if (content->stuffed > 0 && size == content->octets + content->stuffed)
        pop_find(p, MS_REQ_POP3_1939_11_02);
    else if (size == content->octets - content->lines)
        pop_find(p, MS_REQ_POP3_1939_11_01);
    else
        pop_find(p, MS_REQ_POP3_1939_11_03);
}

void pop_list_item(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const ms_pop3_response *item = &p->e->response;
    const uint32_t number = item->scan.number;
    if (item->error != MS_POP3_RESPONSE_OK) {
        s->hurt = true;
        return;
    }
    const bool bad = pop_item_is_bad(p);
    pop_message *message = bad ? pop_message_find(s, number) : pop_message_make(p, number);
    if (bad && message != NULL && message->marked)
        is_renumbered(p, message, item->scan.octets);
    if (bad || message == NULL || !pop_size_is(p, number, item->scan.octets)) {
        s->hurt = true;
        return;
    }
    message->listed_in = s->listing;
    s->items++;
    s->highest = number > s->highest ? number : s->highest;
    s->sum = item->scan.octets > UINT64_MAX - s->sum ? UINT64_MAX : s->sum + item->scan.octets;
}

/* A whole listing against the STAT under the same marks. */
void pop_list_sum(const pop_event *p)
{
    const replay_pop_session *s = p->s;
    const bool same = s->has_stat && s->stat_marked == s->marked && s->stat_marks == s->marks;
    if (same && !s->utf8_listed && s->items > 0 && s->sum < UINT64_MAX && differs(s->sum, s->stat_octets, s->items))
        pop_find(p, MS_REQ_POP3_1939_5_06);
}
