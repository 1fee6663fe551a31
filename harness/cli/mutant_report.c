/* mutant_report.c - see mutant_report.h */
#include "harness/cli/mutant_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"

static const char *const words[MUTANT_VERDICTS] = {"not run", "killed", "others", "survived", "too coarse"};

enum { NAMES_MAX = 3 };

static uint16_t requirement_of(const mutant_judged *judged)
{
    return (uint16_t)ms_register_find_text(judged->mutant->requirement);
}

/* --- verdicts -------------------------------------------------------------------------------------- */

bool mutant_killed_by(const mutant_judged *judged, const mutant_suite *suite, size_t at, bool citing)
{
    const uint16_t requirement = requirement_of(judged);
    const mutant_mark *mark = &judged->marks[at];
    const mutant_case *item = &suite->cases[at];
    return mark->ran && item->passes[judged->by_submission] && mutant_is_breach(mark->status, requirement) &&
           (mutant_case_cites(item, requirement) || mark->named) == citing;
}

static bool is_killed(const mutant_judged *judged, const mutant_suite *suite, bool citing)
{
    for (size_t i = 0; i < suite->count; i++)
        if (mutant_killed_by(judged, suite, i, citing))
            return true;
    return citing && judged->heard;
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
    else if (is_killed(&judged, suite, true))
        judged.verdict = MUTANT_KILLED;
    else
        judged.verdict = is_killed(&judged, suite, false) ? MUTANT_BY_OTHERS : MUTANT_SURVIVED;
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
    const size_t counting = s.of[MUTANT_KILLED] + s.of[MUTANT_BY_OTHERS] + s.of[MUTANT_SURVIVED];
    s.percent = counting == 0 ? 0 : 100.0 * (double)s.of[MUTANT_KILLED] / (double)counting;
    return s;
}

/* --- text -------------------------------------------------------------------------------------------- */

/* "by a, b and 3 more" */
static void print_killers(FILE *out, const mutant_suite *suite, const mutant_judged *judged, bool citing)
{
    size_t count = 0;
    for (size_t i = 0; i < suite->count; i++)
        if (mutant_killed_by(judged, suite, i, citing) && ++count <= NAMES_MAX)
            fprintf(out, "%s%s", count == 1 ? "by " : ", ", suite->cases[i].id);
    if (count > NAMES_MAX)
        fprintf(out, " and %zu more", count - NAMES_MAX);
    if (count == 0 && citing)
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
        print_killers(out, suite, judged, true);
        break;
    case MUTANT_BY_OTHERS:
        print_killers(out, suite, judged, false);
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
            "%zu mutants, %zu cases: %zu killed by cases that cite their requirement, %zu by others only, %zu "
            "survived, %zu too coarse\n",
            count, suite->count, s.of[MUTANT_KILLED], s.of[MUTANT_BY_OTHERS], s.of[MUTANT_SURVIVED],
            s.of[MUTANT_TOO_COARSE]);
    if (s.of[MUTANT_NOT_RUN] > 0)
        fprintf(out, "%zu were not run\n", s.of[MUTANT_NOT_RUN]);
    fprintf(out, "score: %.1f %%\n", s.percent);
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static json_t *killers(const mutant_suite *suite, const mutant_judged *judged, bool citing)
{
    json_t *array = json_array();
    for (size_t i = 0; i < suite->count; i++)
        if (mutant_killed_by(judged, suite, i, citing))
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
    return json_pack("{sssssssssosososbsIsI}", "id", judged->mutant->id, "requirement", judged->mutant->requirement,
                     "title", judged->mutant->title, "verdict", words[judged->verdict], "killed_by",
                     killers(suite, judged, true), "failed_by_others", killers(suite, judged, false), "cited_by",
                     citing_cases(suite, judged), "heard", (int)judged->heard, "cases", (json_int_t)judged->ran,
                     "failed", (json_int_t)judged->failed);
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
