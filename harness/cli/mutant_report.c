/* mutant_report.c - see mutant_report.h */
#include "harness/cli/mutant_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"

static const char *const words[MUTANT_VERDICTS] = {"not run", "killed",   "tolerated",
                                                   "others",  "survived", "too coarse"};

enum { NAMES_MAX = 3 };

static uint16_t requirement_of(const mutant_judged *judged)
{
    return (uint16_t)ms_register_find_text(judged->mutant->requirement);
}

/* --- verdicts -------------------------------------------------------------------------------------- */

/* What a case makes of the mutant; MUTANT_SURVIVED: nothing. */
static mutant_verdict seen_by(const mutant_judged *judged, const mutant_suite *suite, size_t at)
{
    const uint16_t requirement = requirement_of(judged);
    const mutant_mark *mark = &judged->marks[at];
    const mutant_case *item = &suite->cases[at];
    const bool citing = mutant_case_cites(item, requirement) || mark->named;
    if (!mark->ran || !item->passes[judged->by_submission])
        return MUTANT_SURVIVED;
    if (mutant_is_breach(mark->status, requirement))
        return citing ? MUTANT_KILLED : MUTANT_BY_OTHERS;
    return citing && mark->status == RESULT_NONSTRICT ? MUTANT_TOLERATED : MUTANT_SURVIVED;
}

static mutant_verdict best_of(const mutant_judged *judged, const mutant_suite *suite)
{
    mutant_verdict best = judged->heard ? MUTANT_KILLED : MUTANT_SURVIVED;
    for (size_t i = 0; i < suite->count; i++) {
        const mutant_verdict seen = seen_by(judged, suite, i);
        best = seen < best ? seen : best;
    }
    return best;
}

mutant_judged mutant_judge(const mutant_suite *suite, const mutant_entry *mutant, bool by_submission,
                           mutant_result result)
{
    mutant_judged judged = {
        .mutant = mutant, .heard = result.heard, .marks = result.marks, .by_submission = by_submission};
    for (size_t i = 0; i < suite->count; i++) {
        const mutant_mark *mark = &result.marks[i];
        judged.ran += mark->ran && mark->status != RESULT_SKIP ? 1 : 0;
        judged.failed += mark->ran && (mark->status == RESULT_FAIL || mark->status == RESULT_ERROR) ? 1 : 0;
    }
    /* a few cases that cite the requirement may all fail */
    const bool coarse = !suite->cited_only && judged.ran >= 10 && judged.failed * 5 > judged.ran;
    if (!result.reached || coarse)
        judged.verdict = MUTANT_TOO_COARSE;
    else
        judged.verdict = best_of(&judged, suite);
    return judged;
}

typedef struct score {
    size_t of[MUTANT_VERDICTS];
    double percent; /* killed by citing cases, of those that count */
} score;

static score score_of(const mutant_judged *judged, size_t count)
{
    score s = {{0}, 0};
    for (size_t i = 0; i < count; i++)
        s.of[judged[i].verdict]++;
    const size_t counting = count - s.of[MUTANT_NOT_RUN] - s.of[MUTANT_TOO_COARSE];
    s.percent = counting == 0 ? 0 : 100.0 * (double)s.of[MUTANT_KILLED] / (double)counting;
    return s;
}

/* --- text -------------------------------------------------------------------------------------------- */

/* "by a, b and 3 more" */
static void print_killers(FILE *out, const mutant_suite *suite, const mutant_judged *judged)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++)
        if (seen_by(judged, suite, i) == judged->verdict && ++count <= NAMES_MAX)
            fprintf(out, "%s%s", count == 1 ? "by " : ", ", suite->cases[i].id);
    if (count > NAMES_MAX)
        fprintf(out, " and %zu more", count - NAMES_MAX);
    if (count == 0)
        fputs("by the session machine", out);
}

static const char *fate(const mutant_judged *judged, const mutant_suite *suite, size_t at)
{
    if (!suite->cases[at].passes[judged->by_submission])
        return "does not pass without it";
    return judged->marks[at].ran ? result_status_name((result_status)judged->marks[at].status) : "not run";
}

/* What became of those that should have seen it. */
static void print_citing(FILE *out, const mutant_suite *suite, const mutant_judged *judged)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++)
        if (mutant_case_cites(&suite->cases[i], requirement_of(judged)) && ++count <= NAMES_MAX)
            fprintf(out, "%s%s (%s)", count == 1 ? "cited by " : ", ", suite->cases[i].id, fate(judged, suite, i));
    if (count > NAMES_MAX)
        fprintf(out, " and %zu more", count - NAMES_MAX);
    if (count == 0)
        fputs("no case cites it", out);
}

static void print_judged(FILE *out, const mutant_suite *suite, const mutant_judged *judged)
{
    fprintf(out, "%-10s %s  %s  %s\n           ", words[judged->verdict], judged->mutant->id,
            judged->mutant->requirement, judged->mutant->title);
    switch (judged->verdict) {
    case MUTANT_NOT_RUN:
    case MUTANT_VERDICTS:
        fputs("the run was stopped", out);
        break;
    case MUTANT_KILLED:
    case MUTANT_TOLERATED:
        print_killers(out, suite, judged);
        break;
    case MUTANT_BY_OTHERS:
        print_killers(out, suite, judged);
        fputs("; ", out);
        print_citing(out, suite, judged);
        break;
    case MUTANT_SURVIVED:
        print_citing(out, suite, judged);
        break;
    case MUTANT_TOO_COARSE:
        fprintf(out, "fails %zu of %zu cases", judged->failed, judged->ran);
        break;
    }
    fputc('\n', out);
}

void mutant_report_text(FILE *out, const mutant_suite *suite, const mutant_judged *judged, size_t count)
{
    const score s = score_of(judged, count);
    for (int verdict = 0; verdict < MUTANT_VERDICTS; verdict++)
        for (size_t i = 0; i < count; i++)
            if (judged[i].verdict == (mutant_verdict)verdict)
                print_judged(out, suite, &judged[i]);
    fprintf(out,
            "%zu mutants, %zu cases: %zu killed by cases that cite their requirement, %zu tolerated by them, %zu "
            "killed by others only, %zu survived, %zu too coarse\n",
            count, suite->count, s.of[MUTANT_KILLED], s.of[MUTANT_TOLERATED], s.of[MUTANT_BY_OTHERS],
            s.of[MUTANT_SURVIVED], s.of[MUTANT_TOO_COARSE]);
    if (s.of[MUTANT_NOT_RUN] > 0)
        fprintf(out, "%zu were not run\n", s.of[MUTANT_NOT_RUN]);
    fprintf(out, "score: %.1f %%\n", s.percent);
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static json_t *cases_that(const mutant_suite *suite, const mutant_judged *judged, mutant_verdict saw)
{
    json_t *array = json_array();
    for (size_t i = 0; i < suite->count; i++)
        if (seen_by(judged, suite, i) == saw)
            json_array_append_new(array, json_string(suite->cases[i].id));
    return array;
}

static json_t *citing_cases(const mutant_suite *suite, const mutant_judged *judged)
{
    json_t *object = json_object();
    for (size_t i = 0; i < suite->count; i++)
        if (mutant_case_cites(&suite->cases[i], requirement_of(judged)))
            json_object_set_new(object, suite->cases[i].id, json_string(fate(judged, suite, i)));
    return object;
}

static json_t *judged_json(const mutant_suite *suite, const mutant_judged *judged)
{
    if (judged->verdict == MUTANT_NOT_RUN)
        return json_pack("{ssssssss}", "id", judged->mutant->id, "requirement", judged->mutant->requirement, "title",
                         judged->mutant->title, "verdict", words[judged->verdict]);
    return json_pack("{sssssssssososososbsIsI}", "id", judged->mutant->id, "requirement", judged->mutant->requirement,
                     "title", judged->mutant->title, "verdict", words[judged->verdict], "killed_by",
                     cases_that(suite, judged, MUTANT_KILLED), "tolerated_by",
                     cases_that(suite, judged, MUTANT_TOLERATED), "failed_by_others",
                     cases_that(suite, judged, MUTANT_BY_OTHERS), "cited_by", citing_cases(suite, judged), "heard",
                     (int)judged->heard, "cases", (json_int_t)judged->ran, "failed", (json_int_t)judged->failed);
}

bool mutant_report_json(FILE *out, const mutant_suite *suite, const mutant_judged *judged, size_t count)
{
    const score s = score_of(judged, count);
    json_t *mutants = json_array();
    json_t *totals = json_object();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(mutants, judged_json(suite, &judged[i]));
    for (int verdict = 0; verdict < MUTANT_VERDICTS; verdict++)
        json_object_set_new(totals, words[verdict], json_integer((json_int_t)s.of[verdict]));
    json_t *all = json_pack("{sIsfsoso}", "cases", (json_int_t)suite->count, "score", s.percent, "totals", totals,
                            "mutants", mutants);
    const bool written = all != NULL && json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(4)) == 0;
    json_decref(all);
    return written && fputc('\n', out) != EOF;
}
