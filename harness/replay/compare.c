/* compare.c - see compare.h */
#include "harness/replay/compare.h"

#include "harness/replay/exchange.h"
#include "harness/replay/run.h"

#include <stdio.h>
#include <string.h>

static void collect(const mst_document *document, replay_exchanges *exchanges)
{
    replay_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    outcome.exchanges = exchanges;
    const replay_plan plan = {.feed = REPLAY_WHOLE};
    replay_run(document, &plan, &outcome);
    outcome.exchanges = NULL;
    replay_outcome_free(&outcome);
}

static void tell(result_case *item, const mst_document *document, uint32_t line, const char *message)
{
    const result_evidence evidence = {.kind = "difference",
                                      .file = (char *)(uintptr_t)document->filename,
                                      .line = line,
                                      .message = (char *)(uintptr_t)message};
    result_case_evidence(item, &evidence);
    result_case_worsen(item, RESULT_FAIL, message);
}

static const char *reply_of(const replay_exchange *exchange)
{
    return exchange->reply == NULL ? "no reply" : exchange->reply;
}

/* The first digit, or all of "+OK", "-ERR", "no reply". */
static bool same_class(const char *a, const char *b)
{
    if (a[0] >= '0' && a[0] <= '9')
        return a[0] == b[0];
    return strcmp(a, b) == 0;
}

static void compare_capabilities(result_case *item, const mst_document *document, const replay_exchange *a,
                                 const replay_exchange *b)
{
    size_t i = 0;
    size_t k = 0;
    while (i < a->capability_count || k < b->capability_count) {
        const int order = i == a->capability_count   ? 1
                          : k == b->capability_count ? -1
                                                     : strcmp(a->capabilities[i], b->capabilities[k]);
        char message[700];
        if (order < 0)
            snprintf(message, sizeof message, "%.120s: no longer lists %.500s", a->command, a->capabilities[i]);
        else if (order > 0)
            snprintf(message, sizeof message, "%.120s: now lists %.500s", b->command, b->capabilities[k]);
        if (order != 0)
            tell(item, document, b->line, message);
        i += order <= 0;
        k += order >= 0;
    }
}

static void compare_exchange(result_case *item, const mst_document *document, const replay_exchange *a,
                             const replay_exchange *b)
{
    if (!same_class(reply_of(a), reply_of(b))) {
        char message[700];
        snprintf(message, sizeof message, "%.500s: was answered %.60s, is answered %.60s", b->command, reply_of(a),
                 reply_of(b));
        tell(item, document, b->line, message);
    }
    compare_capabilities(item, document, a, b);
}

enum { LOOK_AHEAD = 1000 }; /* exchanges that one recording may have more in a place */

/* The next exchange of exchanges, from k, with that command; count if there is none near. */
static size_t find(const replay_exchanges *exchanges, size_t from, const replay_exchange *wanted)
{
    const size_t end = exchanges->count - from > LOOK_AHEAD ? from + LOOK_AHEAD : exchanges->count;
    size_t k = from;
    while (k < end && (exchanges->items[k].connection != wanted->connection ||
                       strcmp(exchanges->items[k].command, wanted->command) != 0))
        k++;
    return k < end ? k : exchanges->count;
}

static void only_in(result_case *item, const mst_document *document, const replay_exchange *exchange, const char *which)
{
    char message[700];
    snprintf(message, sizeof message, "%.500s (%.60s) is only in the %s recording", exchange->command,
             reply_of(exchange), which);
    tell(item, document, exchange->line, message);
}

result_case replay_compare(const mst_document *old, const mst_document *new_)
{
    result_case item = result_case_make(new_->filename, "compared with an older recording");
    if (old->live || new_->live) {
        result_case_worsen(&item, RESULT_SKIP, "a live case is no recording: there is nothing to compare");
        return item;
    }
    if (old->header.protocol != new_->header.protocol) {
        tell(&item, new_, 0, "the two recordings are of different protocols");
        return item;
    }
    replay_exchanges a = {.count = 0};
    replay_exchanges b = {.count = 0};
    collect(old, &a);
    collect(new_, &b);
    size_t i = 0;
    size_t k = 0;
    while (i < a.count && k < b.count) {
        const size_t in_b = find(&b, k, &a.items[i]);
        const size_t in_a = find(&a, i, &b.items[k]);
        if (in_b == k) {
            compare_exchange(&item, new_, &a.items[i++], &b.items[k++]);
        } else if (in_b - k <= in_a - i && in_b < b.count) {
            only_in(&item, new_, &b.items[k++], "new");
        } else {
            only_in(&item, old, &a.items[i++], "old");
        }
    }
    while (i < a.count)
        only_in(&item, old, &a.items[i++], "old");
    while (k < b.count)
        only_in(&item, new_, &b.items[k++], "new");
    replay_exchanges_free(&a);
    replay_exchanges_free(&b);
    return item;
}
