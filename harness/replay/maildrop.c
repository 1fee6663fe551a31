/* maildrop.c - see maildrop.h; the sessions of a file, and what they have in common */
#include "harness/replay/maildrop.h"

#include "harness/replay/pop_model.h"

#include <stdlib.h>

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

replay_maildrop *replay_maildrop_new(void)
{
    return must(calloc(1, sizeof(replay_maildrop)));
}

void replay_maildrop_free(replay_maildrop *maildrop)
{
    if (maildrop == NULL)
        return;
    free(maildrop->sessions);
    free(maildrop->users);
    free(maildrop);
}

replay_pop_session *replay_pop_session_new(replay_maildrop *maildrop)
{
    replay_pop_session *s = must(calloc(1, sizeof *s));
    s->maildrop = maildrop;
    const size_t count = maildrop->session_count + 1;
    maildrop->sessions = must(realloc(maildrop->sessions, count * sizeof(replay_pop_session *)));
    maildrop->sessions[maildrop->session_count++] = s;
    return s;
}

bool replay_maildrop_knows_pipelining(const replay_maildrop *maildrop)
{
    return maildrop->pipelining;
}

/* Of the same maildrop: sessions without a visible name are taken for one user's. */
static bool is_related(const replay_pop_session *s, const replay_pop_session *other)
{
    return other != s && other->logged_in && !other->suspended && other->key == s->key;
}

const replay_pop_session *pop_previous(const replay_pop_session *s)
{
    const replay_maildrop *maildrop = s->maildrop;
    const replay_pop_session *last = NULL;
    for (size_t i = 0; i < maildrop->session_count; i++) {
        const replay_pop_session *other = maildrop->sessions[i];
        if (!is_related(s, other) || other->ending == POP_NOT_ENDED || other->ended > s->started)
            continue;
        if (last == NULL || other->ended > last->ended)
            last = other;
    }
    return last;
}

bool pop_removed_by_other(const replay_pop_session *s, const pop_message *message)
{
    const replay_maildrop *maildrop = s->maildrop;
    if (!message->has_size && !message->has_unique_id)
        return false;
    for (size_t i = 0; i < maildrop->session_count; i++) {
        const replay_pop_session *other = maildrop->sessions[i];
        if (is_related(s, other) && other->started > s->started && other->ending == POP_QUIT && other->marked > 0 &&
            other->ended > message->listed_at)
            return true;
    }
    return false;
}
