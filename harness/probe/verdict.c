/* verdict.c - outcomes become the verdict of a case, and its result */
#include "harness/probe/names.h"
#include "harness/probe/stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/requirement/register.h"
#include "harness/transcript/format.h"

/* How bad each verdict is. */
static const uint8_t badness[MST_VERDICTS] = {
    [MST_PASS] = 0, [MST_SKIP] = 1, [MST_NONSTRICT] = 2, [MST_INCONCLUSIVE] = 3, [MST_ERROR] = 4, [MST_FAIL] = 5,
};

static const result_status statuses[MST_VERDICTS] = {
    [MST_PASS] = RESULT_PASS, [MST_NONSTRICT] = RESULT_NONSTRICT,
    [MST_FAIL] = RESULT_FAIL, [MST_INCONCLUSIVE] = RESULT_INCONCLUSIVE,
    [MST_SKIP] = RESULT_SKIP, [MST_ERROR] = RESULT_ERROR,
};

static bool ends_script(mst_verdict verdict)
{
    return verdict == MST_INCONCLUSIVE || verdict == MST_SKIP || verdict == MST_ERROR;
}

static bool is_worse(const stage *s, mst_verdict verdict)
{
    return !s->decided || badness[verdict] > badness[s->verdict];
}

bool stage_refuses_login(const probe_reply *reply)
{
    const uint8_t verb = reply->answered;
    return reply->came == PROBE_CAME_REPLY && reply->indicator == MS_POP3_NEGATIVE &&
           (verb == MS_POP3_PASS || verb == MS_POP3_APOP || verb == MS_POP3_AUTH || verb == MS_POP3_AUTH_RESPONSE);
}

static void take_over(stage *s, mst_verdict verdict, uint32_t line)
{
    s->login_refused = false;
    s->decided = true;
    s->verdict = verdict;
    s->line = line;
    s->requirement = MS_REQ_NONE;
    s->outcome = s->received = ms_span_absent();
    s->reason[0] = '\0';
    s->permitted.len = 0;
}

void stage_worsen(stage *s, mst_verdict verdict, uint32_t line, const char *format, ...)
{
    if (ends_script(verdict))
        s->over = true;
    if (!is_worse(s, verdict))
        return;
    take_over(s, verdict, line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(s->reason, sizeof s->reason, format, arguments);
    va_end(arguments);
}

void stage_unevaluated(stage *s, uint32_t line)
{
    const char *option = probe_names_option(s->scope.lacking);
    if (option != NULL)
        stage_worsen(s, MST_SKIP, line, "needs %s", option);
    else
        stage_worsen(s, MST_ERROR, line, "%s", s->scope.error);
}

void stage_acquit(stage *s, uint32_t line)
{
    take_over(s, MST_PASS, line);
}

static uint16_t requirement_of(ms_span id)
{
    return ms_span_is_absent(id) ? (uint16_t)MS_REQ_NONE : (uint16_t)ms_register_find((const char *)id.ptr, id.len);
}

static void permitted(stage *s, const mst_step *step)
{
    /* what a step expects that has no pattern */
    if (step->kind == MST_FENCE)
        mst_text_add(&s->permitted, "no further reply");
    else if (step->kind == MST_QUIET)
        mst_text_add(&s->permitted, "silence");
    for (const mst_alternative *a = step->alternatives; a != NULL; a = a->next) {
        if (a->outcome.verdict != MST_PASS || a->matches == NULL)
            continue;
        if (s->permitted.len > 0)
            mst_text_add(&s->permitted, " | ");
        mst_format_matches(a->matches, &s->permitted);
    }
}

static void received(stage *s, const probe_reply *reply)
{
    enum { SHOWN = 64 * 1024 }; /* the exchange has more of it */
    if (reply == NULL || reply->raw.len == 0)
        return;
    const size_t length = reply->raw.len < SHOWN ? reply->raw.len : SHOWN;
    s->received = probe_scope_shown(&s->scope, ms_span_make(reply->raw.ptr, length));
}

static void note_taken(stage *s, const mst_step *step, ms_span name)
{
    if (s->taken_count == s->taken_room) {
        s->taken_room = s->taken_room == 0 ? 16 : s->taken_room * 2;
        s->taken = realloc(s->taken, s->taken_room * sizeof *s->taken);
        if (s->taken == NULL)
            abort();
    }
    const bool any = step->kind == MST_CHECK || step->kind == MST_DELIVERED || step->kind == MST_VERDICT;
    s->taken[s->taken_count++] = (stage_taken){.connection = any ? STAGE_ANY : step->connection, .name = name};
}

bool stage_took(const stage *s, unsigned connection, ms_span name)
{
    for (size_t i = 0; i < s->taken_count; i++) {
        const stage_taken *taken = &s->taken[i];
        if ((connection == STAGE_ANY || taken->connection == STAGE_ANY || taken->connection == connection) &&
            probe_equal(taken->name, name))
            return true;
    }
    return false;
}

void stage_outcome(stage *s, const mst_step *step, const mst_outcome *outcome, const probe_reply *reply)
{
    char quoted[240] = "";
    if (!ms_span_is_absent(outcome->name))
        note_taken(s, step, outcome->name);
    if (ends_script(outcome->verdict))
        s->over = true;
    const bool named_again = outcome->verdict == s->verdict && ms_span_is_absent(s->outcome);
    if (!is_worse(s, outcome->verdict)) {
        if (named_again)
            s->outcome = outcome->name;
        return;
    }
    take_over(s, outcome->verdict, step->at.line);
    s->outcome = outcome->name;
    s->requirement = requirement_of(outcome->requirement);
    s->login_refused = reply != NULL && stage_refuses_login(reply);
    received(s, reply);
    permitted(s, step);
    if (outcome->verdict == MST_PASS)
        return;
    if (reply != NULL)
        probe_reply_quote(&s->scope, reply, quoted, sizeof quoted);
    const bool said = !ms_span_is_absent(outcome->reason);
    snprintf(s->reason, sizeof s->reason, "%.*s%s%s", said ? (int)outcome->reason.len : 0,
             said ? (const char *)outcome->reason.ptr : "", said && reply != NULL ? ": " : "", quoted);
    if (s->reason[0] == '\0')
        snprintf(s->reason, sizeof s->reason, "%.*s", ms_span_is_absent(outcome->name) ? 0 : (int)outcome->name.len,
                 ms_span_is_absent(outcome->name) ? "" : (const char *)outcome->name.ptr);
}

void stage_unmatched(stage *s, const mst_step *step, const probe_reply *reply)
{
    char quoted[240];
    probe_reply_quote(&s->scope, reply, quoted, sizeof quoted);
    s->over = true;
    if (!is_worse(s, MST_FAIL))
        return;
    take_over(s, MST_FAIL, step->at.line);
    s->login_refused = stage_refuses_login(reply);
    received(s, reply);
    permitted(s, step);
    snprintf(s->reason, sizeof s->reason, "not permitted here: %s", quoted);
}

void stage_doubt(stage *s, const char *format, ...)
{
    if (s->verdict != MST_FAIL)
        return;
    take_over(s, MST_INCONCLUSIVE, s->line);
    s->transient = true;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(s->reason, sizeof s->reason, format, arguments);
    va_end(arguments);
}

/* --- the result ------------------------------------------------------------------------ */

static void add_said(stage *s, result_case *item, const probe_log_item *entry, ms_span octets)
{
    const ms_span name = s->log.sessions[entry->session].name;
    char message[80] = "";
    if (!ms_span_is_absent(name))
        snprintf(message, sizeof message, "@%.*s ", (int)name.len, (const char *)name.ptr);
    const result_evidence evidence = {
        .kind = "exchange",
        .has_side = true,
        .side = entry->kind == PROBE_LOG_SAID ? MS_CLIENT : MS_SERVER,
        .file = entry->line == 0 ? NULL : (char *)(uintptr_t)s->document->filename,
        .line = entry->line,
        .octets = octets,
        .message = message,
    };
    result_case_evidence(item, &evidence);
}

static void add_mark(result_case *item, const probe_log *log, const probe_log_item *entry, const char *words)
{
    const ms_span name = log->sessions[entry->session].name;
    const bool named = !ms_span_is_absent(name);
    char message[160];
    snprintf(message, sizeof message, "%s%.*s%s%s", named ? "@" : "", named ? (int)name.len : 0,
             named ? (const char *)name.ptr : "", named ? " " : "", words);
    const result_evidence evidence = {
        .kind = "mark",
        .has_side = true,
        .side = entry->kind == PROBE_LOG_SAID || entry->kind == PROBE_LOG_HANGUP ? MS_CLIENT : MS_SERVER,
        .message = message,
    };
    result_case_evidence(item, &evidence);
}

/* The octets of one side.  Nobody reads ten megabytes of a case that passed, and a report of all cases would hold
 * little else: there the middle of what is long goes. */
static void add_octets(stage *s, result_case *item, const probe_log_item *entry)
{
    enum { BEGIN = 2048, END = 512 };
    const bool said = entry->kind == PROBE_LOG_SAID;
    const ms_span raw = probe_log_octets(&s->log, entry);
    const ms_span all = said ? raw : probe_scope_shown(&s->scope, raw);
    const bool short_form = s->verdict == MST_PASS || s->verdict == MST_SKIP;
    char words[60];
    if (!short_form || all.len <= BEGIN + END) {
        add_said(s, item, entry, all);
        return;
    }
    snprintf(words, sizeof words, "%zu octets are left out here", all.len - BEGIN - END);
    add_said(s, item, entry, ms_span_make(all.ptr, BEGIN));
    add_mark(item, &s->log, entry, words);
    add_said(s, item, entry, ms_span_make(all.ptr + all.len - END, END));
}

static void add_exchange(stage *s, result_case *item)
{
    static const char *const marks[] = {
        [PROBE_LOG_TLS] = "tls", [PROBE_LOG_CLOSE] = "close", [PROBE_LOG_HANGUP] = "hangup"};
    for (size_t i = 0; i < s->log.count; i++) {
        const probe_log_item *entry = &s->log.items[i];
        if (entry->kind == PROBE_LOG_SAID || entry->kind == PROBE_LOG_HEARD)
            add_octets(s, item, entry);
        else
            add_mark(item, &s->log, entry, marks[entry->kind]);
    }
    if (s->log.lost == 0)
        return;
    char words[80];
    snprintf(words, sizeof words, "%llu octets more went to and fro than are kept", (unsigned long long)s->log.lost);
    const result_evidence evidence = {.kind = "mark", .message = words};
    result_case_evidence(item, &evidence);
}

static void add_failure(stage *s, result_case *item, uint16_t requirement)
{
    const ms_register_row *row = ms_register_get(requirement);
    mst_text_add_octet(&s->permitted, '\0');
    const char *allowed = (const char *)s->permitted.octets;
    const result_evidence evidence = {
        .kind = "failure",
        .has_side = true,
        .side = MS_SERVER,
        .requirement = requirement,
        .file = (char *)(uintptr_t)s->document->filename,
        .line = s->line,
        .octets = s->received,
        .permitted = (char *)(uintptr_t)(allowed[0] != '\0' ? allowed
                                         : row == NULL      ? NULL
                                                            : row->expect),
        .message = s->reason,
    };
    result_case_evidence(item, &evidence);
}

/* The line that an offset of a stream lies in, out of the log. */
static ms_span line_at(const stage *s, const probe_finding *finding)
{
    const bool server = finding->finding.stream == MS_SERVER;
    uint64_t before = 0;
    for (size_t i = 0; i < s->log.count; i++) {
        const probe_log_item *item = &s->log.items[i];
        if (item->session != finding->session || item->kind != (server ? PROBE_LOG_HEARD : PROBE_LOG_SAID))
            continue;
        if (finding->finding.at >= before + item->len) {
            before += item->len;
            continue;
        }
        const uint8_t *octets = probe_log_octets(&s->log, item).ptr;
        size_t from = (size_t)(finding->finding.at - before);
        size_t to = from;
        while (from > 0 && octets[from - 1] != '\n')
            from--;
        while (to < item->len && octets[to] != '\n')
            to++;
        return ms_span_make(octets + from, (to < item->len ? to + 1 : to) - from);
    }
    return ms_span_absent();
}

void stage_prove(stage *s)
{
    enum { PROOF_MAX = 400 };
    for (size_t i = 0; i < s->findings.count; i++) {
        probe_finding *finding = &s->findings.items[i];
        ms_span line = line_at(s, finding);
        if (ms_span_is_absent(line))
            continue;
        line = probe_scope_shown(&s->scope, line);
        finding->proof_len = line.len < PROOF_MAX ? line.len : PROOF_MAX;
        finding->proof = malloc(finding->proof_len + 1);
        if (finding->proof == NULL)
            abort();
        memcpy(finding->proof, line.ptr, finding->proof_len);
    }
}

static char *text_of(ms_span span)
{
    return ms_span_is_absent(span) ? NULL : strndup((const char *)span.ptr, span.len);
}

result_case stage_result(stage *s, const char *id)
{
    const mst_header *header = &s->document->header;
    char *title = text_of(header->title);
    result_case item = result_case_make(id, title);
    free(title);
    for (const mst_word *word = header->cites; word != NULL; word = word->next)
        result_case_cite(&item, requirement_of(word->text));
    uint16_t requirement = s->requirement;
    if (requirement == MS_REQ_NONE && s->verdict != MST_PASS && header->cites != NULL)
        requirement = requirement_of(header->cites->text);
    if (s->requirement != MS_REQ_NONE)
        result_case_cite(&item, s->requirement);
    item.status = statuses[s->verdict];
    item.outcome = text_of(s->outcome);
    if (header->exposure != MST_EXPOSURE_NONE)
        item.exposure = strdup(mst_exposure_name(header->exposure));
    if (s->not_checked && s->reason[0] == '\0')
        snprintf(s->reason, sizeof s->reason, "the delivery was not checked: there is no way to see it");
    if (s->reason[0] != '\0')
        item.reason = strdup(s->reason);
    if (s->verdict != MST_PASS && s->verdict != MST_SKIP)
        add_failure(s, &item, requirement);
    add_exchange(s, &item);
    return item;
}
