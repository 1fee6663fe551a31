/*
 * pop_unique_ids.c - unique-ids: within a session, and from session to session (RFC 1939 section 7, UIDL)
 */
#include "harness/replay/pop_hash.h"
#include "harness/replay/pop_model.h"

#include <stdlib.h>

/* --- an index: which numbers have an id ---------------------------------------- */

typedef struct pop_id {
    uint64_t id;
    uint32_t number;
} pop_id;

struct pop_id_index {
    size_t count;
    pop_id items[];
};

static int by_id(const void *a, const void *b)
{
    const pop_id *x = a;
    const pop_id *y = b;
    if (x->id != y->id)
        return x->id < y->id ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static struct pop_id_index *index_of(const replay_pop_session *s)
{
    struct pop_id_index *index = calloc(1, sizeof *index + s->message_room * sizeof(pop_id));
    if (index == NULL)
        abort();
    index->count = 0;
    for (uint32_t i = 0; i < s->message_room; i++)
        if (s->messages[i].has_unique_id)
            index->items[index->count++] = (pop_id){.id = s->messages[i].unique_id, .number = i + 1};
    if (index->count > 1)
        qsort(index->items, index->count, sizeof(pop_id), by_id);
    return index;
}

/* Of a session that has ended and so does not change: made once. */
static const struct pop_id_index *ended_index(const replay_pop_session *s)
{
    if (s->ids == NULL)
        ((replay_pop_session *)(uintptr_t)s)->ids = index_of(s);
    return s->ids;
}

void pop_id_index_free(struct pop_id_index *index)
{
    free(index);
}

/* The first item with that id; index->count without one. */
static size_t first_with(const struct pop_id_index *index, uint64_t id)
{
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (index->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->count && index->items[low].id == id ? low : index->count;
}

static bool has_id(const struct pop_id_index *index, uint64_t id)
{
    return first_with(index, id) < index->count;
}

/* --- within a session ------------------------------------------------------------ */

/* The session before removed that unique-id by QUIT, which got +OK (RFC 1939 section 6). */
static void judge_removed(const pop_event *p, uint64_t id)
{
    replay_pop_session *s = p->s;
    const replay_pop_session *before = s->survivor_told ? NULL : pop_previous(s);
    if (before == NULL || before->ending != POP_QUIT || before->marked == 0)
        return;
    const struct pop_id_index *index = ended_index(before);
    bool removed = false;
    for (size_t i = first_with(index, id); i < index->count && index->items[i].id == id; i++) {
        if (!before->messages[index->items[i].number - 1].marked)
            return; /* a copy of it stayed */
        removed = true;
    }
    if (!removed)
        return;
    s->survivor_told = true;
    pop_find(p, MS_REQ_POP3_1939_6_01);
}

static bool is_id_of_another(const replay_pop_session *s, const pop_message *message, uint64_t id)
{
    for (uint32_t i = 0; i < s->message_room; i++)
        if (&s->messages[i] != message && s->messages[i].has_unique_id && s->messages[i].unique_id == id)
            return true;
    return false;
}

static void judge_change(const pop_event *p, const pop_message *message, uint64_t id, bool by_listing)
{
    replay_pop_session *s = p->s;
    if (s->deleted == 0 || !is_id_of_another(s, message, id)) {
        pop_find(p, message->by_listing != by_listing ? MS_REQ_POP3_1939_7_23 : MS_REQ_POP3_1939_7_18);
    } else if (!s->exchange_told) {
        s->exchange_told = true;
        pop_find(p, MS_REQ_POP3_1939_5_37); /* what was marked made the others move up */
    }
}

void pop_unique_id_is(const pop_event *p, uint32_t number, ms_span unique_id, bool by_listing)
{
    replay_pop_session *s = p->s;
    pop_message *message = pop_message_make(p, number);
    const uint64_t id = pop_hash(POP_HASH_EMPTY, unique_id);
    if (message == NULL)
        return;
    judge_removed(p, id);
    if (message->has_unique_id) {
        if (message->unique_id != id)
            judge_change(p, message, id, by_listing);
        return;
    }
    if (!message->has_size)
        message->listed_at = s->maildrop->clock;
    message->has_unique_id = true;
    message->unique_id = id;
    message->by_listing = by_listing;
    s->known_ids++;
}

void pop_uidl_item(const pop_event *p)
{
    replay_pop_session *s = p->s;
    const ms_pop3_response *item = &p->e->response;
    const uint32_t number = item->unique.number;
    const bool bad = item->error != MS_POP3_RESPONSE_OK || pop_item_is_bad(p);
    pop_message *message = bad ? NULL : pop_message_make(p, number);
    if (message == NULL) {
        s->hurt = true;
        return;
    }
    pop_unique_id_is(p, number, item->unique.unique_id, true);
    message->listed_in = s->listing;
    s->items++;
    s->highest = number > s->highest ? number : s->highest;
}

/* --- a whole listing ------------------------------------------------------------- */

/* Two messages with one unique-id, which by size or content are not copies of each other. */
static bool one_id_for_two(const replay_pop_session *s, const struct pop_id_index *index)
{
    for (size_t i = 1; i < index->count; i++) {
        if (index->items[i].id != index->items[i - 1].id)
            continue;
        const pop_message *a = &s->messages[index->items[i - 1].number - 1];
        const pop_message *b = &s->messages[index->items[i].number - 1];
        if (a->has_size && b->has_size && a->size != b->size)
            return true;
        if (a->content != NULL && b->content != NULL && a->content->hash != b->content->hash)
            return true;
    }
    return false;
}

/* All unique-ids of the maildrop were shown. */
static bool knows_all_ids(const replay_pop_session *s)
{
    return s->count_known && s->count > 0 && s->known_ids >= s->count;
}

/* Unique-ids of the session before that this one does not have. */
static void judge_lost(const pop_event *p, const replay_pop_session *before, const struct pop_id_index *now)
{
    replay_pop_session *s = p->s;
    const bool updated = before->ending != POP_LOST; /* marked messages may be gone */
    const uint32_t marked = updated ? before->marked : 0;
    bool lost = false;
    bool lost_unread = false;
    for (uint32_t i = 0; i < before->message_room; i++) {
        const pop_message *message = &before->messages[i];
        if (!message->has_unique_id || (updated && message->marked) || has_id(now, message->unique_id))
            continue;
        if (message->fetched && before->expire == POP_EXPIRE_ZERO)
            continue; /* it was to be removed */
        lost = true;
        lost_unread |= !message->fetched;
    }
    if (!lost || s->loss_told)
        return;
    if ((uint64_t)s->count + marked >= before->count) {
        if (before->ending == POP_LOST || before->ending == POP_UNSURE)
            pop_find(p, MS_REQ_POP3_1939_7_19);
        else
            pop_find(p, marked > 0 ? MS_REQ_POP3_1939_7_60 : MS_REQ_POP3_1939_7_18);
    } else if (updated && lost_unread) {
        pop_find(p, pop_loss(before, 0)); /* fewer than were left, and one is gone that nobody read */
        s->loss_told = true;
    }
}

/* Some session between shows all unique-ids, and not this one. */
static bool was_absent_between(const replay_pop_session *from, const replay_pop_session *to, uint64_t id)
{
    const replay_maildrop *maildrop = to->maildrop;
    for (size_t i = 0; i < maildrop->session_count; i++) {
        const replay_pop_session *between = maildrop->sessions[i];
        if (between->key == to->key && between->unique_ids_whole && !between->suspended &&
            between->started > from->ended && between->ending != POP_NOT_ENDED && between->ended < to->started &&
            !has_id(ended_index(between), id))
            return true;
    }
    return false;
}

/* A unique-id that an earlier session removed stands for another message now: "the server should never reuse a
 * unique-id in a given maildrop" (RFC 1939 section 7). */
static bool is_reused_from(const replay_pop_session *from, const replay_pop_session *s, const struct pop_id_index *now)
{
    for (uint32_t i = 0; i < from->message_room; i++) {
        const pop_message *old = &from->messages[i];
        if (!old->marked || !old->has_unique_id || !old->has_size)
            continue;
        const size_t at = first_with(now, old->unique_id);
        if (at == now->count)
            continue;
        const pop_message *message = &s->messages[now->items[at].number - 1];
        if (message->has_size && message->size != old->size && was_absent_between(from, s, old->unique_id))
            return true;
    }
    return false;
}

static bool is_reused(const replay_pop_session *s, const struct pop_id_index *now)
{
    const replay_pop_session *before = pop_previous(s);
    const replay_maildrop *maildrop = s->maildrop;
    for (size_t i = 0; i < maildrop->session_count; i++) {
        const replay_pop_session *from = maildrop->sessions[i];
        if (from != s && from != before && from->key == s->key && from->ending == POP_QUIT && from->marked > 0 &&
            !from->suspended && from->ended < s->started && is_reused_from(from, s, now))
            return true;
    }
    return false;
}

void pop_uidl_whole(const pop_event *p)
{
    replay_pop_session *s = p->s;
    s->unique_ids_whole = true;
    if (s->compared == POP_LISTINGS_MAX)
        return;
    s->compared++;
    struct pop_id_index *now = index_of(s);
    const replay_pop_session *before = pop_previous(s);
    if (one_id_for_two(s, now))
        pop_find(p, MS_REQ_POP3_1939_7_17);
    /* a message that is marked here is not listed, and its id may not be known */
    if (before != NULL && knows_all_ids(before) && knows_all_ids(s) && !s->maildrop->expires)
        judge_lost(p, before, now);
    if (is_reused(s, now))
        pop_find(p, MS_REQ_POP3_1939_7_20);
    free(now);
}
