/* job.c - see job.h */
#include "harness/probe/job.h"

#include <string.h>

#include "harness/probe/guess.h"
#include "harness/probe/play.h"

static bool has_tag(const mst_document *document, const char *tag)
{
    for (const mst_word *word = document->header.tags; word != NULL; word = word->next)
        if (probe_is_word(word->text, tag))
            return true;
    return false;
}

/* --- what stands in a script ------------------------------------------------------------------ */

typedef struct census {
    bool looks, opens_maildrop, says_data, says_dele;
    uint64_t waits_ms;
} census;

/* DATA or BDAT, in whatever it stands; octets that are not known yet may be anything. */
static bool says_data(const mst_step *step)
{
    if (step->kind != MST_SAY || step->say.side != MS_CLIENT)
        return false;
    const ms_span octets = step->say.octets;
    for (size_t i = 0; i + 4 <= octets.len; i++)
        if (memcmp(octets.ptr + i, "DATA", 4) == 0 || memcmp(octets.ptr + i, "BDAT", 4) == 0)
            return true;
    return ms_span_is_absent(octets) && step->say.raw;
}

static bool has_dele(ms_span octets)
{
    for (size_t i = 0; i + 4 <= octets.len; i++)
        if (probe_same_word(ms_span_make(octets.ptr + i, 4), MS_SPAN("DELE")))
            return true;
    return false;
}

static bool any_has_dele(const mst_expression *first)
{
    for (; first != NULL; first = first->next)
        if (has_dele(first->octets) || any_has_dele(first->operands))
            return true;
    return false;
}

static bool says_dele(const mst_step *step)
{
    return step->kind == MST_SAY && step->say.side == MS_CLIENT &&
           (has_dele(step->say.octets) || any_has_dele(step->say.content));
}

/* Silence that is no fault of the server. */
static uint64_t longest_silence(const mst_step *step)
{
    uint64_t longest = step->kind == MST_PAUSE || step->kind == MST_QUIET ? step->wait.duration_ms : 0;
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        for (const mst_match *match = a->outcome.verdict == MST_PASS ? a->matches : NULL; match != NULL;
             match = match->next)
            if (match->kind == MST_MATCH_NONE && match->duration_ms > longest)
                longest = match->duration_ms;
    return longest;
}

static void take_census(const mst_step *step, census *found);

static void take_blocks(const mst_step *step, census *found)
{
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next)
        if (a->block != NULL)
            take_census(a->block->first, found);
    if (step->kind == MST_REPEAT)
        take_census(step->repeat.block->first, found);
    if (step->kind == MST_CONTROL)
        take_census(step->control.block->first, found);
    if (step->kind == MST_WHEN) {
        take_census(step->when.then_block->first, found);
        if (step->when.else_block != NULL)
            take_census(step->when.else_block->first, found);
    }
}

static void take_census(const mst_step *step, census *found)
{
    for (; step != NULL; step = step->next) {
        found->looks |= step->kind == MST_DELIVERED;
        found->says_data |= says_data(step) || (step->kind == MST_OPEN && step->open.state == MST_STATE_DATA);
        found->says_dele |= says_dele(step);
        found->opens_maildrop |=
            step->kind == MST_OPEN && ((step->open.protocol_given && step->open.protocol == MST_POP3) ||
                                       step->open.state == MST_STATE_TRANSACTION);
        found->waits_ms += longest_silence(step);
        take_blocks(step, found);
    }
}

/* --- what follows from it ------------------------------------------------------------------------ */

/* A POP3 case that may log in holds the maildrop's lock (RFC 1939 section 4). */
static bool may_log_in(const mst_document *document)
{
    for (const mst_gate *need = document->header.needs; need != NULL; need = need->next)
        if (need->kind == MST_GATE_AUTH || need->kind == MST_GATE_MESSAGES ||
            (need->kind == MST_GATE_CONDITION && probe_is_word(need->word, "user-pass")))
            return true;
    return probe_starts_in(document, MST_STATE_TRANSACTION);
}

/* An SMTP case, likewise. */
static bool wants_login(const mst_document *document, const probe_endpoint *endpoint)
{
    for (const mst_gate *need = document->header.needs; need != NULL; need = need->next)
        if (need->kind == MST_GATE_AUTH)
            return true;
    return endpoint->auth_required || probe_starts_in(document, MST_STATE_AUTH);
}

/* Messages can be told apart for sure by unique-ids only: where there are none, another's mail may look like one's own. */
static bool has_unique_ids(const probe_endpoint *endpoint)
{
    const probe_endpoint *pop3 = endpoint->target.protocol == NET_POP3 ? endpoint : endpoint->pop3;
    return pop3 == NULL || probe_offer_has(&pop3->clear, MS_SPAN("UIDL"), ms_span_absent()) ||
           probe_offer_has(&pop3->tls, MS_SPAN("UIDL"), ms_span_absent());
}

void probe_job_init(probe_job *job, const mst_document *document, const probe_endpoint *endpoint)
{
    const mst_header *header = &document->header;
    const bool pop3 = endpoint->target.protocol == NET_POP3;
    const probe_logins logins = probe_logins_of(document);
    census found = {.waits_ms = 0};
    take_census(document->script.first, &found);
    memset(job, 0, sizeof *job);
    job->document = document;
    job->endpoint = endpoint;
    job->resets = has_tag(document, "reset");
    job->alone = header->stress;
    job->counts = pop3 && may_log_in(document);
    job->holds = job->counts || found.opens_maildrop || (found.looks && !has_unique_ids(endpoint));
    job->looks = found.looks;
    job->weight = (document->connection_count == 0 ? 1 : document->connection_count) + (job->looks ? 1 : 0);
    job->delivers = !pop3 && (header->mutates || found.says_data || probe_starts_in(document, MST_STATE_DATA));
    job->removes = header->mutates && found.says_dele;
    job->waits_ms = found.waits_ms;
    job->logs_in = job->holds || job->looks || (!pop3 && wants_login(document, endpoint));
    job->guesses = logins.wrong;
    job->only_guesses = logins.wrong && !logins.right && !found.opens_maildrop && !found.looks &&
                        !probe_starts_in(document, MST_STATE_TRANSACTION) && !probe_starts_in(document, MST_STATE_AUTH);
}
