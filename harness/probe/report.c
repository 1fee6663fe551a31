/* report.c - see report.h */
#include "harness/probe/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/requirement/register.h"

enum { PATH_ROOM = 4096, PROOFS_MAX = 3 };

static const char *const feed_names[PROBE_FEEDS] = {"whole", "line", "octet", "pipelined"};

/* --- the plays of a job --------------------------------------------------------------------------- */

void probe_outcome_add(probe_outcome *outcome, probe_played played, probe_feed feed)
{
    outcome->feeds[outcome->count] = feed;
    outcome->plays[outcome->count++] = played;
}

void probe_outcome_none(probe_outcome *outcome, const probe_job *job, result_status status, const char *reason)
{
    const mst_header *header = &job->document->header;
    char *title = strndup((const char *)header->title.ptr, header->title.len);
    probe_played played;
    memset(&played, 0, sizeof played);
    played.item = result_case_make(job->id, title);
    free(title);
    for (const mst_word *word = header->cites; word != NULL; word = word->next)
        result_case_cite(&played.item, (uint16_t)ms_register_find((const char *)word->text.ptr, word->text.len));
    result_case_worsen(&played.item, status, reason);
    probe_outcome_add(outcome, played, PROBE_FEED_WHOLE);
}

/* --- what any of the plays came to ---------------------------------------------------------------------- */

static bool any(const probe_outcome *outcome, bool (*is)(const probe_played *play))
{
    for (size_t i = 0; i < outcome->count; i++)
        if (is(&outcome->plays[i]))
            return true;
    return false;
}

static bool is_transient(const probe_played *play)
{
    return play->transient && play->item.status != RESULT_FAIL;
}

static bool is_crowded(const probe_played *play)
{
    return play->crowded;
}

static bool is_limited(const probe_played *play)
{
    return play->limited && is_transient(play);
}

static bool is_let_in(const probe_played *play)
{
    return play->let_in;
}

static bool is_unreachable(const probe_played *play)
{
    return play->unreachable;
}

static bool is_failed(const probe_played *play)
{
    return play->item.status == RESULT_FAIL;
}

bool probe_outcome_transient(const probe_outcome *outcome)
{
    return any(outcome, is_transient);
}

bool probe_outcome_crowded(const probe_outcome *outcome)
{
    return any(outcome, is_crowded);
}

bool probe_outcome_limited(const probe_outcome *outcome)
{
    return any(outcome, is_limited);
}

bool probe_outcome_let_in(const probe_outcome *outcome)
{
    return any(outcome, is_let_in);
}

bool probe_outcome_unreachable(const probe_outcome *outcome)
{
    return any(outcome, is_unreachable);
}

bool probe_outcome_failed(const probe_outcome *outcome)
{
    return any(outcome, is_failed);
}

double probe_outcome_ms(const probe_outcome *outcome)
{
    double sum = 0;
    for (size_t i = 0; i < outcome->count; i++)
        sum += outcome->plays[i].item.duration_ms;
    return outcome->count == 0 ? 0 : sum / (double)outcome->count;
}

void probe_outcome_free(probe_outcome *outcome)
{
    for (size_t i = 0; i < outcome->count; i++)
        probe_played_free(&outcome->plays[i]);
    memset(outcome, 0, sizeof *outcome);
}

/* --- feeds ------------------------------------------------------------------------------------------- */

static bool is_decided(result_status status)
{
    return status == RESULT_PASS || status == RESULT_NONSTRICT || status == RESULT_FAIL;
}

/* How the octets were cut must not matter: the worst result stands, a difference is a failure of its own. */
static size_t compare_feeds(probe_outcome *outcome)
{
    static const uint8_t badness[RESULT_STATUSES] = {
        [RESULT_PASS] = 0,         [RESULT_SKIP] = 1,  [RESULT_NONSTRICT] = 2,
        [RESULT_INCONCLUSIVE] = 3, [RESULT_ERROR] = 4, [RESULT_FAIL] = 5,
    };
    size_t worst = 0;
    size_t other = 0;
    bool differ = false;
    for (size_t i = 1; i < outcome->count; i++) {
        const result_status status = outcome->plays[i].item.status;
        if (is_decided(status) && is_decided(outcome->plays[0].item.status) &&
            status != outcome->plays[0].item.status) {
            differ = true;
            other = i;
        }
        if (badness[status] > badness[outcome->plays[worst].item.status])
            worst = i;
    }
    if (!differ)
        return worst;
    result_case *item = &outcome->plays[worst].item;
    char message[300];
    snprintf(message, sizeof message, "the verdict depends on how the octets are cut: fed %s it is %s, fed %s it is %s",
             feed_names[outcome->feeds[0]], result_status_name(outcome->plays[0].item.status),
             feed_names[outcome->feeds[other]], result_status_name(outcome->plays[other].item.status));
    const result_evidence evidence = {.kind = "difference", .message = message};
    result_case_evidence(item, &evidence);
    if (item->status != RESULT_FAIL)
        result_case_worsen(item, RESULT_FAIL, message);
    return worst;
}

/* --- artefacts ------------------------------------------------------------------------------------------ */

static void write_artefact(probe_run *run, const probe_job *job, probe_played *played)
{
    char path[PATH_ROOM];
    char message[PATH_ROOM + 40];
    const result_status status = played->item.status;
    if (run->artefacts == NULL || played->transcript == NULL || (status != RESULT_FAIL && status != RESULT_NONSTRICT))
        return;
    if (mkdir(run->artefacts, 0777) != 0 && errno != EEXIST)
        return;
    snprintf(path, sizeof path, "%s/%s.mst", run->artefacts, job->id);
    for (char *at = path + strlen(run->artefacts) + 1; *at != '\0'; at++)
        if (*at == '/' || *at == ':')
            *at = '_';
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return;
    const bool written = fputs(played->transcript, out) >= 0;
    if (fclose(out) != 0 || !written)
        return;
    run->artefact_count++;
    snprintf(message, sizeof message, "the exchange: %s", path);
    const result_evidence evidence = {.kind = "note", .file = path, .message = message};
    result_case_evidence(&played->item, &evidence);
}

/* --- what the listener found -------------------------------------------------------------------------------- */

typedef struct heard {
    result_case item;
    uint16_t requirement;
    const probe_endpoint *endpoint;
    size_t cases;
    bool tolerated; /* by the register, each time */
} heard;

typedef struct all_heard {
    heard *items;
    size_t count;
} all_heard;

/* A POP3 response has no code to tell by which of the ways of breaking a row it was: where one of them is tolerated, as a
 * greeting of -ERR when there are too many connections, only a case can say that it was another one. */
static result_status status_of(const ms_register_row *row, bool tolerated)
{
    const bool should = row->level == MS_LEVEL_SHOULD || row->level == MS_LEVEL_SHOULD_NOT;
    const bool open = strncmp(row->id, "POP3-", 5) == 0 && strstr(row->expect, "= warn") != NULL;
    return should || tolerated || open ? RESULT_NONSTRICT : RESULT_FAIL;
}

/* Results of a second target of a kind carry its name behind the id, here as there. */
static const char *suffix_of(const char *id)
{
    const char *at = strchr(id, '@');
    return at == NULL ? "" : at;
}

static heard *heard_of(all_heard *all, const probe_job *job, uint16_t requirement)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->items[i].requirement == requirement && all->items[i].endpoint == job->endpoint)
            return &all->items[i];
    const ms_register_row *row = ms_register_get(requirement);
    char id[200];
    heard *grown = realloc(all->items, (all->count + 1) * sizeof *all->items);
    if (grown == NULL)
        abort();
    all->items = grown;
    heard *one = &all->items[all->count++];
    snprintf(id, sizeof id, "listen.%s%s", row->id, suffix_of(job->id));
    *one = (heard){.item = result_case_make(id, row->statement),
                   .requirement = requirement,
                   .endpoint = job->endpoint,
                   .tolerated = true};
    result_case_cite(&one->item, requirement);
    return one;
}

static void add_proof(heard *one, const probe_job *job, const probe_finding *finding)
{
    const ms_register_row *row = ms_register_get(one->requirement);
    char message[300];
    one->tolerated &= ms_register_tolerates(row, finding->finding.code);
    if (one->cases++ >= PROOFS_MAX)
        return;
    snprintf(message, sizeof message, "heard in the case %s", job->id);
    const result_evidence evidence = {
        .kind = "breach",
        .has_side = true,
        .side = MS_SERVER,
        .requirement = one->requirement,
        .file = (char *)(uintptr_t)job->document->filename,
        .line = finding->line,
        .octets = finding->proof == NULL ? ms_span_absent() : ms_span_make(finding->proof, finding->proof_len),
        .permitted = (char *)(uintptr_t)row->expect,
        .message = message,
    };
    result_case_evidence(&one->item, &evidence);
}

/* A case is about the requirement that it cites first: it does not pass if the listener finds that this was broken. */
static void judge_by(probe_played *played, const probe_finding *finding)
{
    const uint16_t requirement = finding->finding.requirement;
    const ms_register_row *row = ms_register_get(requirement);
    result_case *item = &played->item;
    if (item->status == RESULT_PASS && finding->line > 0 && item->cite_count > 0 && item->cites[0] == requirement)
        result_case_worsen(item, status_of(row, ms_register_tolerates(row, finding->finding.code)),
                           "heard by the session machine");
}

/* A case that fails says what is wrong; what the listener makes of the same octets is told there, and not twice. */
static void hear(all_heard *all, const probe_job *job, probe_played *played)
{
    for (size_t i = 0; i < played->findings.count; i++)
        judge_by(played, &played->findings.items[i]);
    for (size_t i = 0; i < played->findings.count; i++) {
        const probe_finding *finding = &played->findings.items[i];
        if (played->item.status != RESULT_FAIL) {
            add_proof(heard_of(all, job, finding->finding.requirement), job, finding);
            continue;
        }
        const ms_register_row *row = ms_register_get(finding->finding.requirement);
        const result_evidence evidence = {
            .kind = "breach",
            .has_side = true,
            .side = MS_SERVER,
            .requirement = finding->finding.requirement,
            .file = (char *)(uintptr_t)job->document->filename,
            .line = finding->line,
            .octets = finding->proof == NULL ? ms_span_absent() : ms_span_make(finding->proof, finding->proof_len),
            .permitted = (char *)(uintptr_t)row->expect,
            .message = (char *)(uintptr_t) "heard by the session machine",
        };
        result_case_evidence(&played->item, &evidence);
    }
}

static void add_listener(result_run *results, all_heard *all)
{
    for (size_t i = 0; i < all->count; i++) {
        heard *one = &all->items[i];
        const ms_register_row *row = ms_register_get(one->requirement);
        char reason[200];
        snprintf(reason, sizeof reason, "the server breaks %s, heard in %zu case%s", row->id, one->cases,
                 one->cases == 1 ? "" : "s");
        result_case_worsen(&one->item, status_of(row, one->tolerated), reason);
        result_run_add(results, one->item);
    }
    free(all->items);
}

/* --- all of it ----------------------------------------------------------------------------------------------- */

void probe_report(probe_run *run, probe_outcome *outcomes, result_run *results)
{
    all_heard all = {.count = 0};
    for (size_t i = 0; i < run->job_count; i++) {
        probe_outcome *outcome = &outcomes[i];
        const probe_job *job = &run->jobs[i];
        if (outcome->count == 0)
            continue;
        for (size_t k = 0; k < outcome->count; k++)
            hear(&all, job, &outcome->plays[k]);
        probe_played *played = &outcome->plays[compare_feeds(outcome)];
        write_artefact(run, job, played);
        result_run_add(results, played->item);
        memset(&played->item, 0, sizeof played->item);
    }
    add_listener(results, &all);
}
