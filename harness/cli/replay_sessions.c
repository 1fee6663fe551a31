/* replay_sessions.c - see replay_sessions.h */
#include "harness/cli/replay_sessions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/adapter/session.h"
#include "harness/cli/vectors_session.h"
#include "harness/requirement/register.h"

enum { PIECES_MAX = 1024 };

/* One connection of a recording. */
typedef struct recorded {
    serve_octets client, server;
    size_t ends[PIECES_MAX]; /* of what the client says before the server speaks again, in client */
    size_t pieces;
    bool usable; /* no TLS, and not too much of it */
} recorded;

static void collect(const mst_document *document, unsigned connection, recorded *r)
{
    bool in_piece = false;
    *r = (recorded){.usable = true};
    for (const mst_step *step = document->script.first; step != NULL; step = step->next) {
        if (step->connection != connection)
            continue;
        r->usable = r->usable && step->kind != MST_TLS;
        if (step->kind != MST_SAY || ms_span_is_absent(step->say.octets))
            continue;
        serve_octets_add(step->say.side == MS_CLIENT ? &r->client : &r->server, step->say.octets);
        if (step->say.side == MS_SERVER) {
            in_piece = false;
            continue;
        }
        if (!in_piece && r->pieces < PIECES_MAX)
            r->pieces++;
        else if (!in_piece)
            r->usable = false;
        in_piece = true;
        r->ends[r->pieces - 1] = r->client.len;
    }
}

/* The line of the recording that holds octet at of the server's stream. */
static const mst_step *server_step(const mst_document *document, unsigned connection, size_t at)
{
    const mst_step *found = document->script.first;
    for (const mst_step *step = document->script.first; step != NULL; step = step->next) {
        if (step->kind != MST_SAY || step->connection != connection || step->say.side != MS_SERVER)
            continue;
        found = step;
        if (at < step->say.octets.len)
            break;
        at -= step->say.octets.len;
    }
    return found;
}

static bool same_class(const session_heard *a, const session_heard *b, size_t i)
{
    return i < a->count && i < b->count && a->replies[i].code[0] == b->replies[i].code[0];
}

/* The first reply of another class; the number of replies if there is none. */
static size_t first_difference(const session_heard *wanted, const session_heard *got)
{
    size_t i = 0;
    while (i < wanted->count && same_class(wanted, got, i))
        i++;
    return i;
}

static ms_span line_of(ms_span said, const session_reply *reply)
{
    const ms_span octets = ms_span_make(said.ptr + reply->from, reply->to - reply->from);
    return octets.len <= 512 ? octets : ms_span_make(octets.ptr, 512);
}

static void tell(result_case *item, const mst_document *document, const mst_step *step, const session_heard *wanted,
                 const session_heard *got, size_t at, ms_span said, ms_requirement breach,
                 const known_difference *known)
{
    char message[700];
    const ms_register_row *row = ms_register_get(breach);
    const char *recorded_code = at < wanted->count ? wanted->replies[at].code : "none";
    const char *their_code = at < got->count ? got->replies[at].code : "none";
    snprintf(message, sizeof message, "session: reply %zu: theirs: %s; recorded: %s%s%s%s%s", at, their_code,
             recorded_code, row == NULL ? "" : "; theirs breaks ", row == NULL ? "" : row->id,
             known == NULL ? "" : "; known: ", known == NULL ? "" : known->reason);
    const bool fault = row != NULL && known == NULL;
    const result_evidence evidence = {
        .kind = "difference",
        .has_side = true,
        .side = MS_SERVER,
        .requirement = (uint16_t)breach,
        .expected = !fault,
        .file = (char *)(uintptr_t)document->filename,
        .line = step == NULL ? 0 : step->at.line,
        .column = step == NULL ? 0 : step->at.column,
        .octets = at < got->count ? line_of(said, &got->replies[at]) : ms_span_absent(),
        .permitted = (char *)(uintptr_t)(row == NULL ? NULL : row->expect),
        .message = message,
    };
    result_case_evidence(item, &evidence);
    if (fault)
        result_case_worsen(item, RESULT_FAIL, message);
}

/* Both servers heard in the same way, so that what the recorded one got wrong is no difference of theirs. */
static void compare(replay_theirs *theirs, const mst_document *document, unsigned connection, const recorded *r,
                    const ms_span *pieces, ms_span said, const char *who, result_case *item)
{
    const bool pop3 = document->header.protocol == MST_POP3;
    const ms_smtp_variant variant = document->header.protocol == MST_LMTP         ? MS_VARIANT_LMTP
                                    : document->header.protocol == MST_SUBMISSION ? MS_VARIANT_SUBMISSION
                                                                                  : MS_VARIANT_SMTP;
    session_heard *wanted = calloc(2, sizeof *wanted);
    if (wanted == NULL)
        return;
    session_heard *got = wanted + 1;
    session_hear(pop3, variant, pieces, r->pieces, serve_octets_span(&r->server), wanted);
    session_hear(pop3, variant, pieces, r->pieces, said, got);
    const size_t at = first_difference(wanted, got);
    const bool breaks = got->breach != MS_REQ_NONE && got->breach_reply <= at;
    const size_t place = breaks ? got->breach_reply : at;
    if (breaks || at < wanted->count) {
        const ms_register_row *row = ms_register_get(breaks ? got->breach : MS_REQ_NONE);
        const known_difference *known = row == NULL
                                            ? NULL
                                            : known_find(&theirs->known, who, pop3 ? "pop3-session" : "smtp-session",
                                                         "breaks", row->id, NULL, NULL);
        const size_t from = place < wanted->count ? wanted->replies[place].from : r->server.len;
        tell(item, document, server_step(document, connection, from), wanted, got, place, said,
             breaks ? got->breach : MS_REQ_NONE, known);
    }
    free(wanted);
}

static bool judge_one(replay_theirs *theirs, const mst_document *document, unsigned connection, result_case *item)
{
    const adapter_kind kind = document->header.protocol == MST_POP3 ? ADAPTER_POP3_SESSION : ADAPTER_SMTP_SESSION;
    const ms_adapter_about about = {.size = sizeof about, .lmtp = document->header.protocol == MST_LMTP};
    adapter_answer answer = {.verdict = MS_ADAPTER_UNSUPPORTED};
    serve_octets said = {NULL, 0, 0};
    ms_span pieces[PIECES_MAX];
    recorded *r = calloc(1, sizeof *r);
    if (r == NULL)
        return false;
    collect(document, connection, r);
    for (size_t i = 0, from = 0; i < r->pieces; from = r->ends[i], i++)
        pieces[i] = ms_span_make(r->client.ptr + from, r->ends[i] - from);
    bool taken = r->usable && r->pieces > 0;
    if (taken &&
        !adapter_ask(theirs->other, kind, pieces, r->pieces, &about, &answer, theirs->error, sizeof theirs->error)) {
        theirs->broken = true;
        result_case_worsen(item, RESULT_ERROR, theirs->error);
        taken = false;
    }
    taken = taken && answer.verdict != MS_ADAPTER_UNSUPPORTED;
    if (taken) {
        vector_session_theirs(&answer, &said);
        compare(theirs, document, connection, r, pieces, serve_octets_span(&said),
                answer.name[0] != '\0' ? answer.name : adapter_name(theirs->other), item);
    }
    json_decref(answer.fields);
    serve_octets_free(&said);
    serve_octets_free(&r->client);
    serve_octets_free(&r->server);
    free(r);
    return taken;
}

size_t replay_sessions_judge(replay_theirs *theirs, const mst_document *document, result_case *item)
{
    const adapter_kind kind = document->header.protocol == MST_POP3 ? ADAPTER_POP3_SESSION : ADAPTER_SMTP_SESSION;
    size_t taken = 0;
    for (unsigned i = 0; i < document->connection_count && !theirs->broken && adapter_supports(theirs->other, kind);
         i++)
        taken += judge_one(theirs, document, i, item);
    return taken;
}
