/* probe_clean.c - see probe_clean.h */
#include "harness/cli/probe_clean.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/probe/maildrop.h"
#include "harness/result/escape.h"
#include "harness/result/read.h"

struct probe_before {
    const probe_endpoint *endpoint; /* by which the maildrops are seen */
    probe_store drops[2];
    bool seen[2];
};

static const probe_endpoint *viewer(const probe_context *context)
{
    for (size_t i = 0; i < context->endpoint_count; i++)
        if (context->endpoints[i].reachable && probe_store_visible(context, &context->endpoints[i], false))
            return &context->endpoints[i];
    return NULL;
}

/* Nothing can arrive without an SMTP target. */
static bool can_send(const probe_context *context)
{
    for (size_t i = 0; i < context->endpoint_count; i++)
        if (context->endpoints[i].target.protocol != NET_POP3)
            return context->settings.rcpt != NULL;
    return false;
}

probe_before *probe_maildrops_before(probe_context *context)
{
    char why[PROBE_WHY_MAX];
    const probe_endpoint *endpoint = viewer(context);
    if (endpoint == NULL || !can_send(context))
        return NULL;
    probe_before *before = calloc(1, sizeof *before);
    if (before == NULL)
        abort();
    before->endpoint = endpoint;
    for (int second = 0; second < 2; second++)
        before->seen[second] =
            probe_store_visible(context, endpoint, second == 1) &&
            probe_store_look(context, endpoint, second == 1, PROBE_LOOK_NAMES, NULL, &before->drops[second], why);
    return before;
}

void probe_maildrops_forget(probe_before *before)
{
    if (before == NULL)
        return;
    probe_store_free(&before->drops[0]);
    probe_store_free(&before->drops[1]);
    free(before);
}

/* --- one maildrop ------------------------------------------------------------------------------------------- */

static const char *maildrop_name(const probe_context *context, bool second)
{
    const probe_settings *settings = &context->settings;
    const char *path = second ? settings->maildir2 : settings->maildir;
    const char *user = second ? settings->user2 : settings->user;
    return path != NULL ? path : user != NULL ? user : "";
}

typedef struct sorted {
    probe_store ours; /* names only */
    size_t strange;   /* came since and do not bear the mark */
} sorted;

/* Which of the messages that came since are ours?  What cannot be had is left, and told: it may be anybody's. */
static sorted sort_out(const probe_context *context, const probe_store *before, const probe_store *now, bool second,
                       result_ledger *ledger)
{
    sorted found = {.strange = 0};
    for (size_t i = 0; i < now->count; i++) {
        const probe_stored *message = &now->items[i];
        bool foreign;
        if (before != NULL && probe_store_has(before, message->name))
            continue;
        if (message->octets == NULL && before != NULL)
            result_ledger_left(ledger, maildrop_name(context, second), message->name, "it cannot be retrieved");
        else if (probe_store_is_ours(context, message, NULL, &foreign))
            probe_store_add(&found.ours, message->name, strlen(message->name));
        else
            found.strange++;
    }
    return found;
}

/* How many of ours were removed. */
static size_t clean(probe_context *context, const probe_endpoint *endpoint, const probe_store *before, bool second,
                    result_ledger *ledger, size_t *strange)
{
    char why[PROBE_WHY_MAX] = "";
    const char *name = maildrop_name(context, second);
    probe_store now = {.count = 0};
    probe_store after = {.count = 0};
    size_t removed = 0;
    if (!probe_store_look(context, endpoint, second, PROBE_LOOK_NEW, before, &now, why)) {
        result_ledger_left(ledger, name, "", why);
        return 0;
    }
    sorted found = sort_out(context, before, &now, second, ledger);
    if (found.ours.count > 0) {
        /* what was answered by +OK may be there all the same, and what was not may be gone */
        char unseen[PROBE_WHY_MAX];
        if (probe_store_remove(context, endpoint, second, &found.ours, why))
            snprintf(why, sizeof why, "the server says that it is removed, and keeps it");
        const bool seen = probe_store_look(context, endpoint, second, PROBE_LOOK_NAMES, NULL, &after, unseen);
        for (size_t i = 0; i < found.ours.count; i++) {
            const char *message = found.ours.items[i].name;
            if (seen && !probe_store_has(&after, message))
                removed++;
            else
                result_ledger_left(ledger, name, message, seen ? why : unseen);
        }
    }
    *strange += found.strange;
    probe_store_free(&now);
    probe_store_free(&after);
    probe_store_free(&found.ours);
    return removed;
}

/* What is left, with what it is known by. */
static void tell(const probe_context *context, const result_ledger *ledger)
{
    enum { TOLD = 20 };
    if (ledger->left_count == 0)
        return;
    fprintf(stderr, "mailspec probe: left in the maildrops; the mark of the run is %s:\n", context->mark);
    for (size_t i = 0; i < ledger->left_count; i++) {
        const result_left *left = &ledger->left[i];
        if (i == TOLD) {
            fprintf(stderr, "  and %zu more, which the JSON report lists\n", ledger->left_count - i);
            return;
        }
        fprintf(stderr, "  %s", left->maildrop);
        if (left->name[0] != '\0')
            fputs(" message ", stderr);
        escape_write(stderr, ms_span_make(left->name, strlen(left->name)));
        fputs(": ", stderr);
        escape_write(stderr, ms_span_make(left->why, strlen(left->why)));
        fputc('\n', stderr);
    }
}

void probe_maildrops_clean(probe_context *context, const probe_before *before, result_ledger *ledger)
{
    size_t strange = 0;
    if (before == NULL && atomic_load(&context->ledger.messages) > 0)
        result_ledger_left(ledger, context->settings.rcpt == NULL ? "" : context->settings.rcpt, "",
                           "there is no way to look into the maildrop");
    for (int second = 0; before != NULL && second < 2; second++)
        if (before->seen[second])
            clean(context, before->endpoint, &before->drops[second], second == 1, ledger, &strange);
    if (strange > 0)
        fprintf(stderr, "mailspec probe: %zu messages that came meanwhile do not bear the run's mark and were left\n",
                strange);
    tell(context, ledger);
}

/* --- a run of its own ----------------------------------------------------------------------------------------- */

static bool is_mark(const char *text)
{
    return strlen(text) == PROBE_MARK && text[0] == 'm' && strspn(text, "abcdefghijklmnopqrstuvwxyz") == PROBE_MARK;
}

bool probe_clean_mark(probe_context *context, const char *mark_or_report)
{
    char error[200] = "it is neither a mark nor a report that has one";
    result_run report;
    if (is_mark(mark_or_report)) {
        memcpy(context->mark, mark_or_report, sizeof context->mark);
        return true;
    }
    const bool read = result_read_file(mark_or_report, &report, error, sizeof error);
    const bool good = read && is_mark(report.ledger.mark);
    if (good)
        memcpy(context->mark, report.ledger.mark, sizeof context->mark);
    else
        fprintf(stderr, "mailspec probe: --clean %s: %s\n", mark_or_report, error);
    if (read)
        result_run_free(&report);
    return good;
}

cli_status probe_clean(probe_context *context)
{
    const probe_endpoint *endpoint = viewer(context);
    result_ledger ledger = {.given = true};
    size_t removed = 0;
    size_t others = 0;
    if (endpoint == NULL) {
        fprintf(stderr,
                "mailspec probe: no maildrop can be seen: --clean needs a POP3 target with --user, or --maildir\n");
        return CLI_TARGET;
    }
    for (int second = 0; second < 2; second++)
        if (probe_store_visible(context, endpoint, second == 1))
            removed += clean(context, endpoint, NULL, second == 1, &ledger, &others);
    printf("%zu messages that bear the mark %s were removed; %zu others were left\n", removed, context->mark, others);
    tell(context, &ledger);
    const bool done = ledger.left_count == 0;
    result_ledger_free(&ledger);
    return done ? CLI_OK : CLI_TARGET;
}
