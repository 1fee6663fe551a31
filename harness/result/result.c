/* result.c - see result.h */
#include "harness/result/result.h"

#include <stdlib.h>
#include <string.h>

/* Out of memory ends the program: a report that silently lacks a case would be a wrong verdict. */
static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static char *copy_text(const char *text)
{
    return text == NULL ? NULL : must(strdup(text));
}

void result_run_init(result_run *run, const char *driver, const char *target)
{
    memset(run, 0, sizeof *run);
    run->driver = copy_text(driver);
    run->target = copy_text(target);
}

void result_run_free(result_run *run)
{
    for (size_t i = 0; i < run->case_count; i++)
        result_case_free(&run->cases[i]);
    result_ledger_free(&run->ledger);
    free(run->cases);
    free(run->driver);
    free(run->target);
    memset(run, 0, sizeof *run);
}

void result_ledger_left(result_ledger *ledger, const char *maildrop, const char *name, const char *why)
{
    ledger->left = must(realloc(ledger->left, (ledger->left_count + 1) * sizeof *ledger->left));
    ledger->left[ledger->left_count++] =
        (result_left){.maildrop = copy_text(maildrop), .name = copy_text(name), .why = copy_text(why)};
}

void result_ledger_free(result_ledger *ledger)
{
    for (size_t i = 0; i < ledger->left_count; i++) {
        free(ledger->left[i].maildrop);
        free(ledger->left[i].name);
        free(ledger->left[i].why);
    }
    free(ledger->left);
    memset(ledger, 0, sizeof *ledger);
}

result_case result_case_make(const char *id, const char *title)
{
    result_case item;
    memset(&item, 0, sizeof item);
    item.id = copy_text(id);
    item.title = copy_text(title);
    return item;
}

void result_case_free(result_case *item)
{
    for (size_t i = 0; i < item->evidence_count; i++) {
        free(item->evidence[i].file);
        free(item->evidence[i].permitted);
        free(item->evidence[i].message);
        free((void *)(uintptr_t)item->evidence[i].octets.ptr);
    }
    free(item->evidence);
    free(item->cites);
    free(item->id);
    free(item->title);
    free(item->outcome);
    free(item->exposure);
    free(item->reason);
    memset(item, 0, sizeof *item);
}

void result_case_cite(result_case *item, uint16_t requirement)
{
    if (requirement == MS_REQ_NONE)
        return;
    for (size_t i = 0; i < item->cite_count; i++)
        if (item->cites[i] == requirement)
            return;
    item->cites = must(realloc(item->cites, (item->cite_count + 1) * sizeof *item->cites));
    item->cites[item->cite_count++] = requirement;
}

void result_case_evidence(result_case *item, const result_evidence *evidence)
{
    const size_t count = item->evidence_count;
    if ((count & (count - 1)) == 0) /* none, or a power of two: it is full */
        item->evidence = must(realloc(item->evidence, (count == 0 ? 1 : count * 2) * sizeof *item->evidence));
    result_evidence *copy = &item->evidence[item->evidence_count++];
    *copy = *evidence;
    copy->file = copy_text(evidence->file);
    copy->permitted = copy_text(evidence->permitted);
    copy->message = copy_text(evidence->message == NULL ? "" : evidence->message);
    if (evidence->octets.ptr != NULL) {
        uint8_t *octets = must(malloc(evidence->octets.len + 1));
        memcpy(octets, evidence->octets.ptr, evidence->octets.len);
        copy->octets = ms_span_make(octets, evidence->octets.len);
    }
}

/* How bad each status is. */
static const uint8_t badness[RESULT_STATUSES] = {
    [RESULT_PASS] = 0,         [RESULT_SKIP] = 1, [RESULT_NONSTRICT] = 2,
    [RESULT_INCONCLUSIVE] = 3, [RESULT_FAIL] = 4, [RESULT_ERROR] = 5,
};

void result_case_worsen(result_case *item, result_status status, const char *reason)
{
    if (badness[status] <= badness[item->status])
        return;
    item->status = status;
    free(item->reason);
    item->reason = copy_text(reason);
}

void result_run_add(result_run *run, result_case item)
{
    if (run->case_count == run->case_room) {
        run->case_room = run->case_room == 0 ? 64 : run->case_room * 2;
        run->cases = must(realloc(run->cases, run->case_room * sizeof *run->cases));
    }
    run->cases[run->case_count++] = item;
    run->totals[item.status]++;
}

void result_run_join(result_run *run, result_run *part)
{
    for (size_t i = 0; i < part->case_count; i++)
        result_run_add(run, part->cases[i]);
    run->aborted |= part->aborted;
    part->case_count = 0;
    result_run_free(part);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const result_case *)a)->id, ((const result_case *)b)->id);
}

void result_run_sort(result_run *run)
{
    if (run->case_count > 1)
        qsort(run->cases, run->case_count, sizeof *run->cases, by_id);
}

static const char *const status_names[RESULT_STATUSES] = {
    [RESULT_PASS] = "pass", [RESULT_NONSTRICT] = "nonstrict",
    [RESULT_FAIL] = "fail", [RESULT_INCONCLUSIVE] = "inconclusive",
    [RESULT_SKIP] = "skip", [RESULT_ERROR] = "error",
};

const char *result_status_name(result_status status)
{
    return (unsigned)status < RESULT_STATUSES ? status_names[status] : "";
}

bool result_status_parse(const char *name, result_status *out)
{
    for (unsigned i = 0; i < RESULT_STATUSES; i++)
        if (strcmp(name, status_names[i]) == 0) {
            *out = (result_status)i;
            return true;
        }
    return false;
}

const char *result_side_name(ms_side side)
{
    return side == MS_CLIENT ? "client" : "server";
}
