#include "harness/serve/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct account {
    char name[STORE_NAME_MAX + 1];
    char password[STORE_PASSWORD_MAX + 1];
    store_message **messages;
    uint32_t count, room;
    uint32_t next_id;
    bool locked;
    unsigned openings;
    bool stale; /* locked by a session that is gone: a mutant */
} account;

struct store {
    pthread_mutex_t mutex;
    account accounts[STORE_USERS_MAX]; /* names and passwords never change once the server runs */
    int users;
    int64_t start;
    size_t octets, octets_max;
    unsigned drops;
    time_t stalled_until; /* by a mutant; 0: not */
    bool reuses_ids;
    bool delays; /* the next login: a mutant */
};

static void *grown(void *old, size_t size)
{
    void *fresh = realloc(old, size);
    if (fresh == NULL)
        abort();
    return fresh;
}

store *store_new(int64_t start, size_t octets_max)
{
    store *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    pthread_mutex_init(&s->mutex, NULL);
    s->start = start;
    s->octets_max = octets_max;
    return s;
}

/* The mutex is held. */
static void release(store *s, store_message *message)
{
    if (--message->references > 0)
        return;
    s->octets -= message->len;
    free((void *)(uintptr_t)message->octets);
    free(message);
}

void store_free(store *s)
{
    if (s == NULL)
        return;
    for (int i = 0; i < s->users; i++) {
        for (uint32_t n = 0; n < s->accounts[i].count; n++)
            release(s, s->accounts[i].messages[n]);
        free(s->accounts[i].messages);
    }
    pthread_mutex_destroy(&s->mutex);
    free(s);
}

/* --- users ---------------------------------------------------------------------- */

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 'a' - 'A') : octet;
}

static bool same_name(const char *name, ms_span other)
{
    if (strlen(name) != other.len)
        return false;
    for (size_t i = 0; i < other.len; i++)
        if (lower((uint8_t)name[i]) != lower(other.ptr[i]))
            return false;
    return true;
}

bool store_add_user(store *s, const char *name, const char *password)
{
    static const char fit[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    const size_t len = strlen(name);
    if (s->users == STORE_USERS_MAX || len == 0 || len > STORE_NAME_MAX || strspn(name, fit) != len ||
        strlen(password) > STORE_PASSWORD_MAX || password[0] == '\0' || store_find(s, ms_span_make(name, len)) >= 0)
        return false;
    account *fresh = &s->accounts[s->users++];
    memcpy(fresh->name, name, len + 1);
    memcpy(fresh->password, password, strlen(password) + 1);
    return true;
}

int store_find(const store *s, ms_span name)
{
    for (int i = 0; i < s->users; i++)
        if (same_name(s->accounts[i].name, name))
            return i;
    return -1;
}

int store_users(const store *s)
{
    return s->users;
}

const char *store_name(const store *s, int user)
{
    return s->accounts[user].name;
}

const char *store_password(const store *s, int user)
{
    return s->accounts[user].password;
}

/* --- messages -------------------------------------------------------------------- */

static store_message *message_new(const store *s, account *of, ms_span octets, unsigned flags)
{
    store_message *message = grown(NULL, sizeof *message);
    const uint32_t id = s->reuses_ids ? of->count + 1 : of->next_id + 1;
    uint8_t *copy = grown(NULL, octets.len > 0 ? octets.len : 1);
    if (octets.len > 0)
        memcpy(copy, octets.ptr, octets.len);
    *message = (store_message){.octets = copy, .len = octets.len, .flags = flags, .references = 1};
    snprintf(message->unique_id, sizeof message->unique_id, "%08lx.%u", (unsigned long)(s->start & 0x7fffffff),
             (unsigned)id);
    of->next_id++;
    return message;
}

store_status store_deliver(store *s, int user, ms_span octets, unsigned flags)
{
    account *to = &s->accounts[user];
    pthread_mutex_lock(&s->mutex);
    const bool full = to->count >= STORE_MESSAGES_MAX || octets.len > s->octets_max - s->octets;
    if (!full) {
        if (to->count == to->room) {
            to->room = to->room == 0 ? 16 : to->room * 2;
            to->messages = grown(to->messages, to->room * sizeof(store_message *));
        }
        to->messages[to->count++] = message_new(s, to, octets, flags);
        s->octets += octets.len;
    }
    pthread_mutex_unlock(&s->mutex);
    return full ? STORE_FULL : STORE_OK;
}

store_status store_open(store *s, int user, bool exclusive, store_view *view)
{
    account *of = &s->accounts[user];
    pthread_mutex_lock(&s->mutex);
    if (exclusive && of->locked) {
        of->locked = !of->stale;
        of->stale = false;
        pthread_mutex_unlock(&s->mutex);
        return STORE_IN_USE;
    }
    of->locked = exclusive;
    *view = (store_view){.count = of->count, .user = user, .locked = exclusive, .openings = ++of->openings};
    view->messages = grown(NULL, (of->count + 1) * sizeof(store_message *));
    for (uint32_t n = 0; n < of->count; n++) {
        view->messages[n] = of->messages[n];
        view->messages[n]->references++;
    }
    pthread_mutex_unlock(&s->mutex);
    return STORE_OK;
}

/* Take one message out of its maildrop, if it is still there.  The mutex is held. */
static void take_out(store *s, account *of, store_message *message)
{
    for (uint32_t n = 0; n < of->count; n++) {
        if (of->messages[n] != message)
            continue;
        memmove(of->messages + n, of->messages + n + 1, (of->count - n - 1) * sizeof(store_message *));
        of->count--;
        release(s, message);
        return;
    }
}

void store_close(store *s, store_view *view, const uint8_t *marked)
{
    if (view->messages == NULL)
        return;
    account *of = &s->accounts[view->user];
    pthread_mutex_lock(&s->mutex);
    for (uint32_t n = 0; n < view->count; n++) {
        if (marked != NULL && marked[n] != 0)
            take_out(s, of, view->messages[n]);
        /* The view counts as a holder, so the message was still there. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
        release(s, view->messages[n]);
    }
    if (view->locked && view->openings == of->openings)
        of->locked = false;
    s->drops += marked == NULL ? 1 : 0;
    pthread_mutex_unlock(&s->mutex);
    free(view->messages);
    *view = (store_view){0};
}

uint32_t store_count(store *s, int user)
{
    pthread_mutex_lock(&s->mutex);
    const uint32_t count = s->accounts[user].count;
    pthread_mutex_unlock(&s->mutex);
    return count;
}

/* --- for mutants ----------------------------------------------------------------------------------- */

void store_stall(store *s)
{
    pthread_mutex_lock(&s->mutex);
    s->stalled_until = time(NULL) + 12;
    pthread_mutex_unlock(&s->mutex);
}

void store_wait(store *s)
{
    const struct timespec some = {.tv_nsec = 100 * 1000 * 1000};
    for (;;) {
        pthread_mutex_lock(&s->mutex);
        const bool over = s->stalled_until <= time(NULL);
        pthread_mutex_unlock(&s->mutex);
        if (over)
            return;
        nanosleep(&some, NULL);
    }
}

void store_take_away(store *s, int user)
{
    pthread_mutex_lock(&s->mutex);
    s->accounts[user].locked = false;
    pthread_mutex_unlock(&s->mutex);
}

bool store_holds(store *s, const store_view *view)
{
    pthread_mutex_lock(&s->mutex);
    const bool last = s->accounts[view->user].openings == view->openings;
    pthread_mutex_unlock(&s->mutex);
    return last;
}

void store_leave_locked(store *s, store_view *view)
{
    pthread_mutex_lock(&s->mutex);
    s->accounts[view->user].stale = view->locked;
    view->locked = false;
    pthread_mutex_unlock(&s->mutex);
}

void store_unlock(store *s, store_view *view)
{
    pthread_mutex_lock(&s->mutex);
    if (view->locked)
        s->accounts[view->user].locked = false;
    view->locked = false;
    pthread_mutex_unlock(&s->mutex);
}

void store_refresh(store *s, store_view *view)
{
    account *of = &s->accounts[view->user];
    pthread_mutex_lock(&s->mutex);
    for (uint32_t n = 0; n < of->count; n++) {
        bool known = false;
        for (uint32_t i = 0; i < view->count && !known; i++)
            known = view->messages[i] == of->messages[n];
        if (known)
            continue;
        view->messages = grown(view->messages, (view->count + 2) * sizeof(store_message *));
        view->messages[view->count++] = of->messages[n];
        of->messages[n]->references++;
    }
    pthread_mutex_unlock(&s->mutex);
}

void store_remove(store *s, store_view *view, uint32_t number)
{
    pthread_mutex_lock(&s->mutex);
    take_out(s, &s->accounts[view->user], view->messages[number - 1]);
    pthread_mutex_unlock(&s->mutex);
}

unsigned store_drops(store *s)
{
    pthread_mutex_lock(&s->mutex);
    const unsigned drops = s->drops;
    pthread_mutex_unlock(&s->mutex);
    return drops;
}

void store_reuse_ids(store *s)
{
    pthread_mutex_lock(&s->mutex);
    s->reuses_ids = true;
    pthread_mutex_unlock(&s->mutex);
}

bool store_delay(store *s, bool next)
{
    pthread_mutex_lock(&s->mutex);
    const bool before = s->delays;
    s->delays = next;
    pthread_mutex_unlock(&s->mutex);
    return before;
}

void store_remove_marked(store *s)
{
    pthread_mutex_lock(&s->mutex);
    for (int i = 0; i < s->users; i++)
        for (uint32_t n = s->accounts[i].count; n > 0; n--)
            if (s->accounts[i].messages[n - 1]->marked)
                take_out(s, &s->accounts[i], s->accounts[i].messages[n - 1]);
    pthread_mutex_unlock(&s->mutex);
}

bool store_is_open(store *s, int user)
{
    pthread_mutex_lock(&s->mutex);
    const bool open = s->accounts[user].locked;
    pthread_mutex_unlock(&s->mutex);
    return open;
}
