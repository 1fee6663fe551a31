/* log.c - see log.h */
#include "harness/probe/log.h"

#include <stdlib.h>
#include <string.h>

#include "harness/probe/settings.h"
#include "harness/probe/value.h"

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static bool same_name(ms_span a, ms_span b)
{
    return ms_span_is_absent(a) == ms_span_is_absent(b) && probe_equal(a, b);
}

unsigned probe_log_open(probe_log *log, ms_span name, bool pop3, bool implicit_tls)
{
    unsigned again = 0;
    for (unsigned i = 0; i < log->session_count; i++)
        again += same_name(log->sessions[i].name, name);
    log->sessions = must(realloc(log->sessions, (log->session_count + 1) * sizeof *log->sessions));
    log->sessions[log->session_count] =
        (probe_log_session){.name = name, .again = again, .pop3 = pop3, .implicit_tls = implicit_tls};
    return log->session_count++;
}

void probe_log_add(probe_log *log, probe_log_kind kind, unsigned session, uint32_t line, ms_span octets)
{
    size_t room = log->octets.len >= PROBE_EVIDENCE_MAX ? 0 : PROBE_EVIDENCE_MAX - log->octets.len;
    if (octets.len > room) {
        log->lost += octets.len - room;
        octets.len = room;
    }
    /* pieces of one reply that came one behind the other belong together */
    probe_log_item *last = log->count == 0 ? NULL : &log->items[log->count - 1];
    if (kind == PROBE_LOG_HEARD && last != NULL && last->kind == kind && last->session == session) {
        last->len += octets.len;
    } else {
        if (log->count == log->room) {
            log->room = log->room == 0 ? 32 : log->room * 2;
            log->items = must(realloc(log->items, log->room * sizeof *log->items));
        }
        log->items[log->count++] =
            (probe_log_item){.kind = kind, .session = session, .at = log->octets.len, .len = octets.len, .line = line};
    }
    if (octets.len > 0)
        mst_text_add_span(&log->octets, octets);
}

ms_span probe_log_octets(const probe_log *log, const probe_log_item *item)
{
    return item->len == 0 ? MS_SPAN("") : ms_span_make(log->octets.octets + item->at, item->len);
}

void probe_log_free(probe_log *log)
{
    mst_text_free(&log->octets);
    free(log->items);
    free(log->sessions);
    memset(log, 0, sizeof *log);
}
