/* serve_judge.c - see serve_judge.h */
#include "harness/cli/serve_judge.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/probe/peer.h"
#include "harness/requirement/register.h"

typedef struct session {
    probe_listener listener;
    probe_findings findings;
    size_t told;
    unsigned number;
    const listen_point *point;
} session;

static atomic_uint sessions;
static atomic_bool server_broke;

static void *begin(const listen_point *point)
{
    session *s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    s->number = atomic_fetch_add(&sessions, 1) + 1;
    s->point = point;
    probe_listen_begin(&s->listener, probe_protocol(point->protocol), &s->findings, s->number);
    s->listener.clients = true;
    return s;
}

/* What is new; one call for a line, so that sessions do not write into each other's. */
static void tell(session *s)
{
    for (; s->told < s->findings.count; s->told++) {
        const ms_finding *finding = &s->findings.items[s->told].finding;
        const ms_register_row *row = ms_register_get(finding->requirement);
        if (finding->side == MS_SERVER)
            atomic_store(&server_broke, true);
        fprintf(stderr, "session %u (%s): the %s breaks %s: %s\n", s->number, listen_scheme(s->point),
                finding->side == MS_SERVER ? "server" : "client", row->id, row->statement);
    }
}

static void hear(void *heard, ms_side side, ms_span octets)
{
    session *s = heard;
    probe_listen(&s->listener, side, octets);
    tell(s);
}

static void tls(void *heard)
{
    session *s = heard;
    probe_listen_tls(&s->listener);
    tell(s);
}

static void end(void *heard, ms_side closed)
{
    session *s = heard;
    probe_listen_close(&s->listener, closed);
    tell(s);
    probe_listen_end(&s->listener);
    probe_findings_free(&s->findings);
    free(s);
}

const listen_ear serve_judge = {begin, hear, tls, end};

bool serve_judge_found(void)
{
    return atomic_load(&server_broke);
}
