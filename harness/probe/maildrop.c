/* maildrop.c - see maildrop.h; by POP3 */
#include "harness/probe/maildrop.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* --- a list of messages ----------------------------------------------------------------- */

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

probe_stored *probe_store_add(probe_store *store, const char *name, size_t len)
{
    if (store->count == PROBE_STORED_MAX)
        return NULL;
    if (store->count == store->room) {
        store->room = store->room == 0 ? 32 : store->room * 2;
        store->items = must(realloc(store->items, store->room * sizeof *store->items));
    }
    probe_stored *item = &store->items[store->count++];
    memset(item, 0, sizeof *item);
    snprintf(item->name, sizeof item->name, "%.*s", (int)len, name);
    return item;
}

bool probe_store_has(const probe_store *store, const char *name)
{
    for (size_t i = 0; i < store->count; i++)
        if (strcmp(store->items[i].name, name) == 0)
            return true;
    return false;
}

void probe_store_keep_octets(probe_stored *message, ms_span octets)
{
    if (octets.len > PROBE_MESSAGE_MAX)
        octets.len = PROBE_MESSAGE_MAX;
    message->octets = must(malloc(octets.len + 1));
    memcpy(message->octets, octets.ptr, octets.len);
    message->len = octets.len;
}

void probe_store_free(probe_store *store)
{
    for (size_t i = 0; i < store->count; i++)
        free(store->items[i].octets);
    free(store->items);
    memset(store, 0, sizeof *store);
}

/* --- whose it is --------------------------------------------------------------------------- */

static const uint8_t *find(const uint8_t *octets, size_t len, const char *text)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i + length <= len; i++)
        if (octets[i] == (uint8_t)text[0] && memcmp(octets + i, text, length) == 0)
            return octets + i;
    return NULL;
}

bool probe_store_is_ours(const probe_context *context, const probe_stored *message, const char *own, bool *foreign)
{
    *foreign = false;
    if (message->octets == NULL || find(message->octets, message->len, context->mark) == NULL)
        return false;
    *foreign = own != NULL && find(message->octets, message->len, own) == NULL;
    return true;
}

/* --- turns ------------------------------------------------------------------------------------ */

/* A POP3 session holds its maildrop for itself (RFC 1939 section 4), so that cases which look into the same one for a
 * moment take turns.  Those that hold it for longer run when none of these does: the scheduler sees to it. */
void probe_context_init(probe_context *context)
{
    memset(context, 0, sizeof *context);
    pthread_mutex_init(&context->turns, NULL);
    pthread_cond_init(&context->turn_over, NULL);
}

static bool begin_turn(probe_context *context, bool second, char why[PROBE_WHY_MAX])
{
    const net_deadline end = net_in(context->settings.case_ms);
    pthread_mutex_lock(&context->turns);
    while (context->visited[second] && net_left(end) > 0 && !atomic_load(&context->stop)) {
        struct timespec soon;
        clock_gettime(CLOCK_REALTIME, &soon);
        soon.tv_sec++; /* a look at the deadline now and then */
        pthread_cond_timedwait(&context->turn_over, &context->turns, &soon);
    }
    const bool begun = !context->visited[second];
    context->visited[second] = true;
    pthread_mutex_unlock(&context->turns);
    if (!begun)
        snprintf(why, PROBE_WHY_MAX, "another case did not leave the maildrop in time");
    return begun;
}

static void end_turn(probe_context *context, bool second)
{
    pthread_mutex_lock(&context->turns);
    context->visited[second] = false;
    pthread_cond_broadcast(&context->turn_over);
    pthread_mutex_unlock(&context->turns);
}

/* --- visits ---------------------------------------------------------------------------------- */

static void set_visitor(probe_visit *visit, const probe_context *context, const probe_endpoint *endpoint,
                        const char *mark)
{
    const probe_settings *settings = &context->settings;
    char text[200];
    snprintf(text, sizeof text, "%s.client.example", mark);
    probe_scope_set_text(&visit->scope, "client", settings->client == NULL ? text : settings->client);
    probe_endpoint_sender(endpoint, mark, text, sizeof text);
    probe_scope_set_text(&visit->scope, "from", settings->from == NULL ? text : settings->from);
}

bool probe_visit_begin(probe_visit *visit, probe_context *context, const probe_endpoint *endpoint, bool second,
                       const char *mark, mst_state state, char why[PROBE_WHY_MAX])
{
    enum { TRIES = 5 };
    memset(visit, 0, sizeof *visit);
    probe_scope_init(&visit->scope, 1);
    set_visitor(visit, context, endpoint, mark);
    probe_scope_set_text(&visit->scope, "rcpt", second ? context->settings.rcpt2 : context->settings.rcpt);
    probe_reached reached = PROBE_REACHED_LATER;
    for (int i = 0; i < TRIES && reached == PROBE_REACHED_LATER && !atomic_load(&context->stop); i++) {
        const struct timespec pause = {.tv_nsec = i == 0 ? 0 : 100 * 1000 * 1000L << (i - 1)};
        nanosleep(&pause, NULL); /* a maildrop that is in use, a limit on connections */
        probe_peer_free(&visit->peer);
        visit->peer = (probe_peer){.settings = &context->settings,
                                   .ledger = &context->ledger,
                                   .stop = &context->stop,
                                   .scope = &visit->scope,
                                   .log = &visit->log,
                                   .findings = &visit->findings,
                                   .case_end = net_in(context->settings.case_ms)};
        visit->way = (probe_prologue){.endpoint = endpoint, .peer = &visit->peer, .second = second, .utf8 = true};
        reached = probe_prologue_run(&visit->way, state);
    }
    if (reached == PROBE_REACHED)
        return true;
    snprintf(why, PROBE_WHY_MAX, "%s", visit->way.why);
    probe_visit_end(visit, false);
    return false;
}

void probe_visit_end(probe_visit *visit, bool quit)
{
    probe_reply reply;
    if (quit && visit->peer.stream != NULL && visit->peer.ended == NET_OK)
        probe_ask(&visit->peer, "QUIT", &reply);
    probe_peer_free(&visit->peer);
    probe_log_free(&visit->log);
    probe_findings_free(&visit->findings);
    probe_scope_free(&visit->scope);
}

/* --- by POP3 ----------------------------------------------------------------------------------- */

static const probe_endpoint *reader(const probe_endpoint *endpoint)
{
    return endpoint->target.protocol == NET_POP3 ? endpoint : endpoint->pop3;
}

static const char *maildir(const probe_context *context, bool second)
{
    return second ? context->settings.maildir2 : context->settings.maildir;
}

bool probe_store_visible(const probe_context *context, const probe_endpoint *endpoint, bool second)
{
    const probe_endpoint *pop3 = reader(endpoint);
    if (maildir(context, second) != NULL)
        return true;
    return pop3 != NULL && (second ? pop3->second_works : pop3->auth_works);
}

/* How many of the messages listed so far have this name, with or without a number of their own behind it. */
static unsigned namesakes(const probe_store *store, ms_span name)
{
    unsigned count = 0;
    for (size_t i = 0; i < store->count; i++) {
        const char *other = store->items[i].name;
        count += strncmp(other, (const char *)name.ptr, name.len) == 0 &&
                 (other[name.len] == '\0' || other[name.len] == ' ');
    }
    return count;
}

/* "1 whqtswO00WBw418f9t5JxYwZ": a line of UIDL; without UIDL, the size in "1 120" of LIST has to do, and what stands
 * behind it counts for nothing (RFC 1939 section 5).  Two messages of one name (their unique-ids may be a hash of what
 * they hold, RFC 1939 section 7) are told apart by their order. */
static void read_listing(const probe_reply *reply, probe_store *store)
{
    for (size_t i = 0; i < reply->line_count; i++) {
        const ms_span line = reply->lines[i];
        const uint8_t *blank = memchr(line.ptr, ' ', line.len);
        char name[PROBE_NAME_MAX];
        uint64_t number;
        if (blank == NULL || !probe_read_number(ms_span_make(line.ptr, (size_t)(blank - line.ptr)), &number))
            continue;
        ms_span word = ms_span_make(blank + 1, line.len - (size_t)(blank + 1 - line.ptr));
        const uint8_t *end = memchr(word.ptr, ' ', word.len);
        if (end != NULL)
            word.len = (size_t)(end - word.ptr);
        const unsigned before = namesakes(store, word);
        const int length = before == 0
                               ? snprintf(name, sizeof name, "%.*s", (int)word.len, (const char *)word.ptr)
                               : snprintf(name, sizeof name, "%.*s %u", (int)word.len, (const char *)word.ptr, before);
        probe_stored *item = probe_store_add(store, name, (size_t)length);
        if (item != NULL)
            item->number = (unsigned)number;
    }
}

/* A visit in its turn; whoever ends the visit ends the turn. */
static bool open_maildrop(probe_visit *visit, probe_context *context, const probe_endpoint *pop3, bool second,
                          char why[PROBE_WHY_MAX])
{
    if (!begin_turn(context, second, why))
        return false;
    if (probe_visit_begin(visit, context, pop3, second, context->mark, MST_STATE_TRANSACTION, why))
        return true;
    end_turn(context, second);
    return false;
}

/* *by_size: the names are no more than sizes. */
static bool list(probe_visit *visit, probe_store *store, bool *by_size, char why[PROBE_WHY_MAX])
{
    probe_reply reply;
    probe_ask(&visit->peer, "UIDL", &reply);
    *by_size = reply.came == PROBE_CAME_REPLY && reply.indicator == MS_POP3_NEGATIVE;
    if (*by_size)
        probe_ask(&visit->peer, "LIST", &reply);
    if (reply.came != PROBE_CAME_REPLY || reply.indicator != MS_POP3_POSITIVE) {
        probe_reply_quote(&visit->scope, &reply, why, PROBE_WHY_MAX);
        return false;
    }
    read_listing(&reply, store);
    return true;
}

static bool fetch(probe_visit *visit, probe_stored *item)
{
    char line[40];
    probe_reply reply;
    snprintf(line, sizeof line, "RETR %u", item->number);
    if (probe_ask(&visit->peer, line, &reply) != PROBE_CAME_REPLY)
        return false;
    if (reply.indicator == MS_POP3_POSITIVE)
        probe_store_keep_octets(item, reply.content);
    return true;
}

static void fetch_new(probe_visit *visit, const probe_store *known, probe_store *store)
{
    for (size_t i = 0; i < store->count; i++) {
        const bool new = known == NULL || !probe_store_has(known, store->items[i].name);
        if (new && !fetch(visit, &store->items[i]))
            return;
    }
}

bool probe_store_look(probe_context *context, const probe_endpoint *endpoint, bool second, probe_look look,
                      const probe_store *known, probe_store *store, char why[PROBE_WHY_MAX])
{
    probe_visit visit;
    const char *path = maildir(context, second);
    const probe_endpoint *pop3 = reader(endpoint);
    probe_store_free(store);
    if (path != NULL)
        return probe_maildir_look(path, look, known, store, why);
    if (pop3 == NULL) {
        snprintf(why, PROBE_WHY_MAX, "there is neither a POP3 target nor a maildir");
        return false;
    }
    if (!open_maildrop(&visit, context, pop3, second, why))
        return false;
    bool by_size;
    const bool listed = list(&visit, store, &by_size, why);
    if (listed && look == PROBE_LOOK_NEW)
        fetch_new(&visit, known, store);
    probe_visit_end(&visit, true);
    end_turn(context, second);
    return listed;
}

bool probe_store_count(probe_context *context, const probe_endpoint *endpoint, size_t *count, char why[PROBE_WHY_MAX])
{
    probe_visit visit;
    probe_reply reply;
    const probe_endpoint *pop3 = reader(endpoint);
    uint64_t number = 0;
    if (pop3 == NULL || !open_maildrop(&visit, context, pop3, false, why))
        return false;
    bool known = probe_ask(&visit.peer, "STAT", &reply) == PROBE_CAME_REPLY;
    const uint8_t *blank = known && reply.text.len > 0 ? memchr(reply.text.ptr, ' ', reply.text.len) : NULL;
    known = blank != NULL && probe_read_number(ms_span_make(reply.text.ptr, (size_t)(blank - reply.text.ptr)), &number);
    *count = number > SIZE_MAX ? SIZE_MAX : (size_t)number;
    probe_visit_end(&visit, true);
    end_turn(context, false);
    return known;
}

/* Up to the close: some servers remove behind their answer to QUIT, and a session that came sooner would see what goes. */
static void quit_and_wait(probe_visit *visit)
{
    enum { CLOSE_MS = 2000 };
    probe_reply reply;
    if (probe_ask(&visit->peer, "QUIT", &reply) == PROBE_CAME_REPLY)
        probe_peer_take(&visit->peer, PROBE_SHAPE_SINGLE, net_in(CLOSE_MS), &reply);
}

/* A size says nothing about whose a message is, so it is looked into before it is removed. */
static bool proves_ours(const probe_context *context, probe_visit *visit, probe_stored *item)
{
    bool foreign;
    return fetch(visit, item) && probe_store_is_ours(context, item, NULL, &foreign);
}

bool probe_store_remove(probe_context *context, const probe_endpoint *endpoint, bool second, const probe_store *gone,
                        char why[PROBE_WHY_MAX])
{
    probe_visit visit;
    probe_store now = {.count = 0};
    const char *path = maildir(context, second);
    const probe_endpoint *pop3 = reader(endpoint);
    if (pop3 == NULL || !(second ? pop3->second_works : pop3->auth_works))
        return path != NULL && probe_maildir_remove(path, gone);
    if (!open_maildrop(&visit, context, pop3, second, why))
        return false;
    bool by_size;
    bool done = list(&visit, &now, &by_size, why);
    for (size_t i = 0; done && i < now.count; i++) {
        char line[40];
        probe_reply reply;
        if (!probe_store_has(gone, now.items[i].name) ||
            (by_size && !context->empty_maildrop && !proves_ours(context, &visit, &now.items[i])))
            continue;
        snprintf(line, sizeof line, "DELE %u", now.items[i].number);
        probe_ask(&visit.peer, line, &reply);
        done = reply.came == PROBE_CAME_REPLY && reply.indicator == MS_POP3_POSITIVE;
    }
    quit_and_wait(&visit);
    probe_visit_end(&visit, false);
    end_turn(context, second);
    probe_store_free(&now);
    return done;
}
