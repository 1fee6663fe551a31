/* judge.c - see judge.h */
#include "harness/replay/judge.h"

#include "harness/replay/run.h"
#include "harness/requirement/register.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVERY_CUT_UP_TO = 4096, SEEDED_CUTS = 256, OCTETS_SHOWN = 256 };

/* --- findings against expectations ------------------------------------------- */

static uint16_t violation_requirement(const mst_violation *violation)
{
    return (uint16_t)ms_register_find((const char *)violation->requirement.ptr, violation->requirement.len);
}

static bool is_expected(const replay_finding *found)
{
    for (const mst_violation *v = found->step->violations; v != NULL; v = v->next)
        if (v->side == (ms_side)found->finding.side && violation_requirement(v) == found->finding.requirement)
            return true;
    return false;
}

static bool was_found(const replay_findings *findings, const mst_step *step, const mst_violation *violation)
{
    const uint16_t requirement = violation_requirement(violation);
    for (size_t i = 0; i < findings->count; i++) {
        const replay_finding *f = &findings->items[i];
        if (f->step == step && f->finding.requirement == requirement && (ms_side)f->finding.side == violation->side)
            return true;
    }
    return false;
}

/* Status that an unexpected breach of this level gives. */
static result_status level_status(ms_level level)
{
    switch (level) {
    case MS_LEVEL_SHOULD:
    case MS_LEVEL_SHOULD_NOT:
        return RESULT_NONSTRICT;
    case MS_LEVEL_MAY:
        return RESULT_PASS;
    case MS_LEVEL_MUST:
    case MS_LEVEL_MUST_NOT:
    case MS_LEVEL_SECURITY:
        return RESULT_FAIL;
    }
    return RESULT_FAIL;
}

/* As the prober has it: what the register tolerates is told, and fails nothing. */
static result_status finding_status(const ms_register_row *row, const ms_finding *finding)
{
    const result_status status = level_status(row->level);
    const bool tolerated = finding->side == MS_SERVER && ms_register_tolerates(row, finding->code);
    return status == RESULT_FAIL && tolerated ? RESULT_NONSTRICT : status;
}

static ms_span shown(const mst_step *step)
{
    if (step->kind != MST_SAY)
        return ms_span_absent();
    const ms_span octets = step->say.octets;
    return octets.len <= OCTETS_SHOWN ? octets : ms_span_make(octets.ptr, OCTETS_SHOWN);
}

static void tell_finding(result_case *item, const mst_document *document, const replay_finding *found)
{
    const ms_register_row *row = ms_register_get(found->finding.requirement);
    const bool expected = is_expected(found);
    const result_evidence evidence = {
        .kind = "breach",
        .has_side = true,
        .side = (ms_side)found->finding.side,
        .requirement = found->finding.requirement,
        .expected = expected,
        .file = (char *)(uintptr_t)document->filename,
        .line = found->step->at.line,
        .column = found->step->at.column,
        .octets = shown(found->step),
        .permitted = (char *)(uintptr_t)(row == NULL ? NULL : row->expect),
        .message = (char *)(uintptr_t)(row == NULL ? "" : row->statement),
    };
    result_case_evidence(item, &evidence);
    if (expected || row == NULL)
        return;
    char reason[200];
    snprintf(reason, sizeof reason, "line %" PRIu32 ": the %s breaks %s", found->step->at.line,
             result_side_name(evidence.side), row->id);
    result_case_worsen(item, finding_status(row, &found->finding), reason);
}

static void tell_missing(result_case *item, const mst_document *document, const mst_step *step,
                         const mst_violation *violation)
{
    const uint16_t number = violation_requirement(violation);
    const ms_register_row *row = ms_register_get(number);
    char message[160];
    snprintf(message, sizeof message, "expected here: %s breaks %.*s, but nothing was found",
             result_side_name(violation->side), (int)violation->requirement.len,
             (const char *)violation->requirement.ptr);
    const result_evidence evidence = {
        .kind = "not-found",
        .has_side = true,
        .side = violation->side,
        .requirement = number,
        .file = (char *)(uintptr_t)document->filename,
        .line = violation->at.line,
        .column = violation->at.column,
        .octets = shown(step),
        .permitted = (char *)(uintptr_t)(row == NULL ? NULL : row->expect),
        .message = message,
    };
    result_case_evidence(item, &evidence);
    char reason[200];
    snprintf(reason, sizeof reason, "line %" PRIu32 ": %.*s was expected and not found", violation->at.line,
             (int)violation->requirement.len, (const char *)violation->requirement.ptr);
    result_case_worsen(item, RESULT_FAIL, reason);
}

static void judge_findings(result_case *item, const mst_document *document, const replay_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        tell_finding(item, document, &findings->items[i]);
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        for (const mst_violation *v = step->violations; v != NULL; v = v->next)
            if (!was_found(findings, step, v))
                tell_missing(item, document, step, v);
}

/* --- "=" lines ----------------------------------------------------------------- */

static bool same_text(ms_span text, const char *other)
{
    const size_t length = strlen(other);
    return text.len == length && memcmp(text.ptr, other, length) == 0;
}

static void tell_yield(result_case *item, const mst_document *document, const mst_step *step, const mst_yield *yield,
                       const char *message, const char *got)
{
    char text[1200];
    snprintf(text, sizeof text, "%s%s%s", message, got == NULL ? "" : ": ", got == NULL ? "" : got);
    const mst_position at = yield == NULL ? step->at : yield->at;
    const result_evidence evidence = {
        .kind = "yield",
        .file = (char *)(uintptr_t)document->filename,
        .line = at.line,
        .column = at.column,
        .octets = yield == NULL ? ms_span_absent() : yield->text,
        .message = text,
    };
    result_case_evidence(item, &evidence);
    snprintf(text, sizeof text, "line %" PRIu32 ": %s", at.line, message);
    result_case_worsen(item, RESULT_FAIL, text);
}

static void judge_step_yields(result_case *item, const mst_document *document, const mst_step *step,
                              const replay_yields *yields)
{
    const mst_yield *wanted = step->yields;
    for (size_t i = replay_yields_first(yields, step); i < yields->count && yields->items[i].step == step; i++) {
        if (wanted == NULL) {
            tell_yield(item, document, step, NULL, "the parsers yield more than the \"=\" lines say",
                       yields->items[i].text);
            return;
        }
        if (!wanted->reviewed)
            tell_yield(item, document, step, wanted, "nobody has read this \"=?\" line yet", NULL);
        else if (!same_text(wanted->text, yields->items[i].text))
            tell_yield(item, document, step, wanted, "the parsers yield something else", yields->items[i].text);
        wanted = wanted->next;
    }
    if (wanted != NULL)
        tell_yield(item, document, step, wanted, "the parsers do not yield this", NULL);
}

static bool wants_yields(const mst_document *document)
{
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        if (step->yields != NULL)
            return true;
    return false;
}

static void judge_yields(result_case *item, const mst_document *document, const replay_yields *yields)
{
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        if (step->yields != NULL)
            judge_step_yields(item, document, step, yields);
}

/* --- cuts ------------------------------------------------------------------------ */

typedef struct cutting {
    const mst_document *document;
    const replay_outcome *whole;
    result_case *item;
    bool (*stopped)(void);
    bool over; /* a difference was found, or the run was stopped */
} cutting;

static void try_plan(cutting *cut, const replay_plan *plan)
{
    if (cut->over)
        return;
    if (cut->stopped != NULL && cut->stopped()) {
        cut->over = true;
        result_case_worsen(cut->item, RESULT_INCONCLUSIVE, "the run was stopped before all cuts were tried");
        return;
    }
    replay_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    replay_run(cut->document, plan, &outcome);
    cut->over = outcome.digest != cut->whole->digest || outcome.findings.count != cut->whole->findings.count;
    replay_outcome_free(&outcome);
    if (!cut->over)
        return;
    char message[200];
    if (plan->feed == REPLAY_OCTETS)
        snprintf(message, sizeof message, "fed octet by octet, the result differs from that of the whole");
    else
        snprintf(message, sizeof message,
                 "cut behind octet %" PRIu64
                 " of the %s's stream (connection %u), the result differs from that of the whole",
                 plan->at, result_side_name(plan->side), plan->connection);
    const result_evidence evidence = {
        .kind = "cut", .file = (char *)(uintptr_t)cut->document->filename, .message = message};
    result_case_evidence(cut->item, &evidence);
    result_case_worsen(cut->item, RESULT_ERROR, message);
}

static uint64_t next_random(uint64_t *state)
{
    /* splitmix64: the seed is printed, so a failure can be repeated */
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void split_at(cutting *cut, unsigned connection, ms_side side, uint64_t at, uint64_t length)
{
    if (at == 0 || at >= length)
        return;
    const replay_plan plan = {.feed = REPLAY_SPLIT, .connection = connection, .side = side, .at = at};
    try_plan(cut, &plan);
}

/* Around each line end: before CR, between CR and LF, behind LF. */
static void split_near_lines(cutting *cut, unsigned connection, ms_side side, uint64_t from, uint64_t length)
{
    uint64_t at = 0;
    for (const mst_step *step = cut->document->script.first; step != NULL && !cut->over; step = step->next) {
        if (step->kind != MST_SAY || step->connection != connection || step->say.side != side)
            continue;
        const ms_span octets = step->say.octets;
        for (size_t i = 0; i < octets.len && !cut->over; i++) {
            if (octets.ptr[i] != '\n' || at + i < from)
                continue;
            for (uint64_t k = 0; k < 3; k++)
                if (at + i + k >= 1)
                    split_at(cut, connection, side, at + i + k - 1, length);
        }
        at += octets.len;
    }
}

static void split_stream(cutting *cut, const replay_options *options, unsigned connection, ms_side side)
{
    const uint64_t length = replay_stream_length(cut->document, connection, side);
    uint64_t every = options->cuts == REPLAY_CUTS_ALL ? length : 0;
    if (every > EVERY_CUT_UP_TO)
        every = EVERY_CUT_UP_TO;
    for (uint64_t at = 1; at < every && !cut->over; at++)
        split_at(cut, connection, side, at, length);
    split_near_lines(cut, connection, side, every, length);
    if (options->cuts != REPLAY_CUTS_ALL || length <= EVERY_CUT_UP_TO)
        return;
    uint64_t state = options->seed;
    for (int i = 0; i < SEEDED_CUTS && !cut->over; i++)
        split_at(cut, connection, side, next_random(&state) % length, length);
}

static void judge_cuts(result_case *item, const mst_document *document, const replay_options *options,
                       const replay_outcome *whole)
{
    if (options->cuts == REPLAY_CUTS_NONE)
        return;
    cutting cut = {.document = document, .whole = whole, .item = item, .stopped = options->stopped};
    const replay_plan octets = {.feed = REPLAY_OCTETS};
    try_plan(&cut, &octets);
    for (unsigned connection = 0; connection < document->connection_count; connection++) {
        split_stream(&cut, options, connection, MS_CLIENT);
        split_stream(&cut, options, connection, MS_SERVER);
    }
}

/* --- the verdict ------------------------------------------------------------------ */

static void cite_all(result_case *item, const mst_document *document)
{
    for (const mst_word *word = document->header.cites; word != NULL; word = word->next)
        result_case_cite(item, (uint16_t)ms_register_find((const char *)word->text.ptr, word->text.len));
    for (const mst_step *step = document->script.first; step != NULL; step = step->next)
        for (const mst_violation *v = step->violations; v != NULL; v = v->next)
            result_case_cite(item, violation_requirement(v));
}

static char *text_of(ms_span span)
{
    return ms_span_is_absent(span) ? NULL : strndup((const char *)span.ptr, span.len);
}

result_case replay_judge(const mst_document *document, const replay_options *options)
{
    char *title = text_of(document->header.title);
    result_case item = result_case_make(document->filename, title);
    free(title);
    cite_all(&item, document);
    if (document->live) {
        result_case_worsen(&item, RESULT_SKIP, "a live case: it needs a peer, so it runs with probe");
        return item;
    }
    replay_outcome whole;
    memset(&whole, 0, sizeof whole);
    whole.yields.wanted = wants_yields(document);
    const replay_plan plan = {.feed = REPLAY_WHOLE};
    replay_run(document, &plan, &whole);
    judge_findings(&item, document, &whole.findings);
    replay_yields_sort(&whole.yields);
    if (whole.yields.wanted)
        judge_yields(&item, document, &whole.yields);
    if (whole.limited) {
        const result_evidence evidence = {
            .kind = "limit",
            .file = (char *)(uintptr_t)document->filename,
            .message = (char *)(uintptr_t) "more outstanding commands, messages or lines than there is room for: some "
                                           "checks were suspended",
        };
        result_case_evidence(&item, &evidence);
    }
    judge_cuts(&item, document, options, &whole);
    replay_outcome_free(&whole);
    return item;
}
