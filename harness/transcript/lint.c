/*
 * lint.c - the list of problems, and the header
 */
#include "harness/transcript/lint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/transcript/lint_part.h"
#include "harness/transcript/scan.h"
#include "harness/transcript/words.h"

static const size_t memory_limit = (size_t)64 * 1024 * 1024;

void mst_lint_add(mst_linter *linter, mst_severity severity, mst_position at, const char *message, ms_span word,
                  const char *hint)
{
    if (linter->count >= MST_PROBLEMS_MAX || linter->failed)
        return;
    mst_problem *problem = mst_arena_take(&linter->problems->arena, sizeof *problem);
    if (problem == NULL) {
        linter->failed = true;
        return;
    }
    if (++linter->count == MST_PROBLEMS_MAX) {
        message = "there are more problems than these";
        hint = "";
    }
    const char *mark = strchr(message, '%');
    const int head = mark == NULL ? (int)strlen(message) : (int)(mark - message);
    const int width = mark == NULL ? 0 : word.len > 60 ? 60 : (int)word.len;
    problem->severity = severity;
    problem->at = at;
    snprintf(problem->message, sizeof problem->message, "%.*s%.*s%s", head, message, width,
             word.ptr == NULL ? "" : (const char *)word.ptr, mark == NULL ? "" : mark + 1);
    snprintf(problem->hint, sizeof problem->hint, "%s", hint);
    problem->next = linter->problems->first; /* put in order at the end */
    linter->problems->first = problem;
    if (severity == MST_MISTAKE)
        linter->problems->mistakes++;
    else
        linter->problems->warnings++;
}

/* ---- header ---------------------------------------------------------- */

static void unknown_key(mst_linter *linter, const mst_field *field)
{
    char hint[120] = "keys of your own start with 'x-'";
    const char *nearest = mst_word_nearest(mst_key_names, MST_KEYS, field->key);
    if (field->key.len > 2 && memcmp(field->key.ptr, "x-", 2) == 0)
        return;
    if (nearest != NULL)
        snprintf(hint, sizeof hint, "did you mean '%s'?  Keys of your own start with 'x-'", nearest);
    mst_lint_add(linter, MST_MISTAKE, field->at, "the key '%' is not known", field->key, hint);
}

/* What a recording has no use for: nothing is run. */
static bool is_case_key(size_t key)
{
    return key == MST_KEY_LEVEL || key == MST_KEY_PROFILE || key == MST_KEY_NEEDS || key == MST_KEY_NOT_OFFERED ||
           key == MST_KEY_FEED || key == MST_KEY_ONLY || key == MST_KEY_TIMED || key == MST_KEY_MUTATES ||
           key == MST_KEY_STRESS || key == MST_KEY_TIMEOUT || key == MST_KEY_SEED || key == MST_KEY_EXPOSURE ||
           key == MST_KEY_PRECONDITION;
}

static void check_keys(mst_linter *linter)
{
    for (const mst_field *field = linter->document->header.fields; field != NULL; field = field->next) {
        const size_t key = mst_word_find(mst_key_names, MST_KEYS, field->key);
        if (key == MST_KEYS)
            unknown_key(linter, field);
        else if (!linter->document->live && is_case_key(key))
            mst_lint_add(linter, MST_MISTAKE, field->at, "the key '%' has no meaning in a recording", field->key,
                         "a case has expectations, 'tests:' or 'start:'");
    }
}

static void check_state(mst_linter *linter, mst_protocol protocol, mst_state state, mst_position at)
{
    const bool both = state == MST_STATE_CONNECTED || state == MST_STATE_GREETED || state == MST_STATE_TLS;
    const bool pop3 = protocol == MST_POP3, fits = both || pop3 == (state == MST_STATE_TRANSACTION);
    const char *name = mst_state_names[state];
    if (!fits)
        mst_lint_add(linter, MST_MISTAKE, at, "the protocol has no state '%'", ms_span_make(name, strlen(name)),
                     pop3 ? "POP3 has connected, greeted, tls, transaction"
                          : "SMTP has connected, greeted, ehlo, tls, auth, mail, rcpt, data");
}

static void check_starts(mst_linter *linter)
{
    bool seen[MST_CONNECTIONS_MAX] = {false};
    for (const mst_start *start = linter->document->header.starts; start != NULL; start = start->next) {
        check_state(linter, linter->document->header.protocol, start->state, start->at);
        if (seen[start->connection])
            mst_lint_add(linter, MST_MISTAKE, start->at, "the connection has a start state already", ms_span_absent(),
                         "name the second one: @b greeted");
        seen[start->connection] = true;
    }
}

static void check_gates(mst_linter *linter)
{
    for (const mst_gate *gate = linter->document->header.needs; gate != NULL; gate = gate->next)
        if (gate->kind == MST_GATE_UNKNOWN)
            mst_lint_add(
                linter, MST_MISTAKE, gate->at, "the condition '%' is not known", gate->text,
                "the conditions are listed in corpus/README.md: ehlo:SIZE, capa:UIDL, auth, tls, messages>=2 ...");
}

void mst_lint_header(mst_linter *linter)
{
    const mst_header *header = &linter->document->header;
    const mst_position top = header->fields->at;
    if (ms_span_is_absent(header->title))
        mst_lint_add(linter, MST_MISTAKE, top, "there is no title", ms_span_absent(),
                     "say in one line what happens: title: ...");
    if (linter->document->live && ms_span_is_absent(header->id))
        mst_lint_add(linter, MST_MISTAKE, top, "the case has no id", ms_span_absent(),
                     "results are compared by it: id: smtp.data.no-recipient");
    if (linter->document->live && header->cites == NULL)
        mst_lint_add(linter, MST_MISTAKE, top, "the case cites no requirement", ms_span_absent(),
                     "say what it tests: cites: SMTP-5321-3.3-09");
    check_keys(linter);
    check_starts(linter);
    check_gates(linter);
}

/* ---- all of it -------------------------------------------------------- */

mst_blocks mst_blocks_of(const mst_step *step)
{
    return (mst_blocks){step, step->alternatives, 0};
}

const mst_block *mst_blocks_next(mst_blocks *blocks)
{
    const mst_step *step = blocks->step;
    const unsigned n = blocks->count++;
    if (step->kind == MST_REPEAT || step->kind == MST_CONTROL)
        return n > 0 ? NULL : step->kind == MST_REPEAT ? step->repeat.block : step->control.block;
    if (step->kind == MST_WHEN)
        return n == 0 ? step->when.then_block : n == 1 ? step->when.else_block : NULL;
    while (blocks->next != NULL) {
        const mst_alternative *one = blocks->next;
        blocks->next = one->next;
        if (one->block != NULL)
            return one->block;
    }
    return NULL;
}

static int by_position(const void *a, const void *b)
{
    const mst_problem *const *x = a, *const *y = b;
    const mst_position p = (*x)->at, q = (*y)->at;
    if (p.line != q.line)
        return p.line < q.line ? -1 : 1;
    if (p.column != q.column)
        return p.column < q.column ? -1 : 1;
    return strcmp((*x)->message, (*y)->message);
}

static void sort(mst_linter *linter)
{
    mst_problem *all[MST_PROBLEMS_MAX];
    size_t count = 0;
    for (const mst_problem *one = linter->problems->first; one != NULL; one = one->next)
        memcpy(&all[count++], &one, sizeof one); /* they are ours to link anew */
    qsort(all, count, sizeof all[0], by_position);
    for (size_t i = 0; i < count; i++)
        all[i]->next = i + 1 < count ? all[i + 1] : NULL;
    linter->problems->first = count > 0 ? all[0] : NULL;
}

bool mst_lint(const mst_document *document, mst_problems *problems)
{
    *problems = (mst_problems){0};
    mst_arena_init(&problems->arena, memory_limit);
    mst_linter linter = {document, problems, 0, false};
    mst_lint_header(&linter);
    mst_lint_references(&linter);
    mst_lint_names(&linter);
    mst_lint_flow(&linter);
    mst_lint_manners(&linter);
    sort(&linter);
    return !linter.failed;
}

void mst_problems_free(mst_problems *problems)
{
    mst_arena_free(&problems->arena);
    problems->first = NULL;
}
