/* replay_theirs.c - see replay_theirs.h */
#include "harness/cli/replay_theirs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/cli/judgement.h"
#include "harness/cli/parse.h"
#include "harness/cli/replay_sessions.h"
#include "harness/replay/run.h"
#include "harness/replay/sample.h"
#include "harness/requirement/register.h"

/* By replay_sample_kind.  The requirement is that of a sample in which nothing is wrong: what makes it one. */
static const struct {
    adapter_kind kind;
    ms_requirement legal;
} kinds[] = {
    [REPLAY_SAMPLE_SMTP_COMMAND] = {ADAPTER_SMTP_COMMAND, MS_REQ_SMTP_5321_2_4_01},
    [REPLAY_SAMPLE_SMTP_REPLY] = {ADAPTER_SMTP_REPLY, MS_REQ_SMTP_5321_4_2_02},
    [REPLAY_SAMPLE_POP3_COMMAND] = {ADAPTER_POP3_COMMAND, MS_REQ_POP3_1939_3_03},
    [REPLAY_SAMPLE_POP3_RESPONSE] = {ADAPTER_POP3_RESPONSE, MS_REQ_POP3_1939_3_10},
    [REPLAY_SAMPLE_CONTENT] = {ADAPTER_CONTENT, MS_REQ_SMTP_5321_4_5_2_05},
};

cli_status replay_theirs_begin(replay_theirs *theirs, const char *object, const char *command, const char *known)
{
    *theirs = (replay_theirs){.broken = false};
    if (known != NULL && !known_read(&theirs->known, "replay", known)) {
        known_free(&theirs->known);
        return CLI_USAGE;
    }
    theirs->other = object != NULL ? adapter_load(object, theirs->error, sizeof theirs->error)
                                   : adapter_start(command, theirs->error, sizeof theirs->error);
    if (theirs->other == NULL) {
        fprintf(stderr, "mailspec replay: %s\n", theirs->error);
        known_free(&theirs->known);
    }
    return theirs->other != NULL ? CLI_OK : CLI_TARGET;
}

void replay_theirs_end(replay_theirs *theirs)
{
    adapter_close(theirs->other);
    known_free(&theirs->known);
}

/* --- ours ------------------------------------------------------------------------------------------------------- */

static json_t *ours(const replay_sample *sample, const parse_kind_row *kind, ms_span octets)
{
    parse_context context = {.smtputf8 = sample->smtputf8,
                             .utf8 = sample->smtputf8,
                             .auth_response = sample->auth_response,
                             .lmtp = sample->lmtp,
                             .enhanced = sample->enhanced,
                             .role = MS_REVERSE_PATH};
    if (sample->after != NULL)
        parse_read_after(kind, sample->after, &context);
    parse_sample parsed = {0};
    kind->parse(&context, octets, &parsed);
    return parse_finish(&parsed);
}

static vector_verdict verdict_of(const json_t *got)
{
    if (!json_is_null(json_object_get(got, "error")))
        return VECTOR_REJECT;
    return json_array_size(json_object_get(got, "deviations")) > 0 ? VECTOR_DEVIATION : VECTOR_ACCEPT;
}

static ms_requirement requirement_of(const json_t *got, const replay_sample *sample)
{
    const json_t *id = json_object_get(got, "requirement");
    return json_is_string(id) ? ms_register_find(json_string_value(id), json_string_length(id))
                              : kinds[sample->kind].legal;
}

/* What our parsers say, in a word or two. */
static void tell_ours(const json_t *got, char *out, size_t room)
{
    const char *error = json_string_value(json_object_get(got, "error"));
    const json_t *deviations = json_object_get(got, "deviations");
    size_t index;
    json_t *name;
    if (error != NULL) {
        snprintf(out, room, "reject: %s at octet %" JSON_INTEGER_FORMAT, error,
                 json_integer_value(json_object_get(got, "at")));
        return;
    }
    snprintf(out, room, "accept");
    json_array_foreach(deviations, index, name)
    {
        const size_t length = strlen(out);
        snprintf(out + length, room - length, "%s %s", index == 0 ? ", but for" : ",", json_string_value(name));
    }
}

/* --- theirs ------------------------------------------------------------------------------------------------------- */

static bool names(const mst_step *step, ms_side side, ms_requirement requirement)
{
    for (const mst_violation *v = step->violations; v != NULL; v = v->next)
        if (v->side == side && ms_register_find((const char *)v->requirement.ptr, v->requirement.len) == requirement)
            return true;
    return false;
}

/* The recording says itself that the octets break this: at any of the steps that they come from. */
static bool is_recorded(const replay_sample *sample, ms_requirement requirement)
{
    size_t left = octet_buffer_span(&sample->octets).len;
    for (const mst_step *step = sample->step; step != NULL && left > 0; step = step->next) {
        if (step->kind != MST_SAY || step->connection != sample->connection || step->say.side != sample->side)
            continue;
        if (names(step, sample->side, requirement))
            return true;
        left -= step->say.octets.len < left ? step->say.octets.len : left;
    }
    return false;
}

static void tell(result_case *item, const mst_document *document, const replay_sample *sample, judgement j,
                 const json_t *got, const adapter_answer *answer, const json_t *other, const known_difference *known)
{
    enum { OCTETS_SHOWN = 1024 };
    char wanted[300];
    char message[1500];
    const ms_requirement requirement = requirement_of(got, sample);
    const ms_register_row *row = ms_register_get(requirement);
    const ms_span octets = octet_buffer_span(&sample->octets);
    char *fields =
        j == OTHER_FIELDS || json_object_size(other) > 0 ? json_dumps(other, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    tell_ours(got, wanted, sizeof wanted);
    snprintf(message, sizeof message,
             "%s (%s of the %s, octet %" PRIu64 " of its stream): theirs: %s%s%s%s%s; ours: %s; %s%s%s%s",
             judgement_names[j], adapter_kind_names[kinds[sample->kind].kind], result_side_name(sample->side),
             sample->at, judgement_verdicts[answer->verdict], answer->reason[0] == '\0' ? "" : " (", answer->reason,
             answer->reason[0] == '\0' ? "" : ")", fields == NULL ? "" : fields, wanted, row == NULL ? "" : row->id,
             is_recorded(sample, requirement) ? ", as the recording says" : "",
             known == NULL ? "" : "; known: ", known == NULL ? "" : known->reason);
    const result_evidence evidence = {
        .kind = "difference",
        .has_side = true,
        .side = sample->side,
        .requirement = (uint16_t)requirement,
        .expected = !judgement_differs(j),
        .file = (char *)(uintptr_t)document->filename,
        .line = sample->step->at.line,
        .column = sample->step->at.column,
        .octets = octets.len <= OCTETS_SHOWN ? octets : ms_span_make(octets.ptr, OCTETS_SHOWN),
        .permitted = wanted,
        .message = message,
    };
    result_case_evidence(item, &evidence);
    if (judgement_differs(j)) {
        char reason[200];
        snprintf(reason, sizeof reason, "line %" PRIu32 ": theirs %s: %s", sample->step->at.line, judgement_names[j],
                 row == NULL ? "" : row->id);
        result_case_worsen(item, RESULT_FAIL, reason);
    }
    free(fields);
}

/* false: it could not be asked, or does not support the sample. */
static bool judge_sample(replay_theirs *theirs, const mst_document *document, const replay_sample *sample,
                         result_case *item)
{
    const adapter_kind number = kinds[sample->kind].kind;
    const parse_kind_row *kind = parse_find_kind(adapter_kind_names[number]);
    const ms_span octets = octet_buffer_span(&sample->octets);
    const ms_adapter_about about = {.size = sizeof about,
                                    .smtputf8 = sample->smtputf8,
                                    .lmtp = sample->lmtp,
                                    .auth_response = sample->auth_response,
                                    .after = sample->after};
    adapter_answer answer = {.verdict = MS_ADAPTER_UNSUPPORTED};
    if (theirs->broken || !adapter_supports(theirs->other, number))
        return false;
    if (!adapter_ask(theirs->other, number, &octets, 1, &about, &answer, theirs->error, sizeof theirs->error)) {
        theirs->broken = true;
        json_decref(answer.fields);
        result_case_worsen(item, RESULT_ERROR, theirs->error);
        return false;
    }
    json_t *got = ours(sample, kind, octets);
    json_t *other = NULL;
    const known_difference *known = NULL;
    const char *error = json_string_value(json_object_get(got, "error"));
    const char *who = answer.name[0] != '\0' ? answer.name : adapter_name(theirs->other);
    judgement j = judgement_of(verdict_of(got), got, &answer, &other);
    j = judgement_known(&theirs->known, j, who, kind->name, error == NULL ? "" : error, other, NULL, octets, &known);
    if (j != AGREES && j != UNSUPPORTED)
        tell(item, document, sample, j, got, &answer, other, known);
    json_decref(other);
    json_decref(got);
    json_decref(answer.fields);
    return j != UNSUPPORTED;
}

static char *text_of(ms_span span)
{
    return ms_span_is_absent(span) ? NULL : strndup((const char *)span.ptr, span.len);
}

result_case replay_theirs_judge(replay_theirs *theirs, const mst_document *document)
{
    char *title = text_of(document->header.title);
    result_case item = result_case_make(document->filename, title);
    free(title);
    if (document->live) {
        result_case_worsen(&item, RESULT_SKIP, "a live case: it needs a peer, so it runs with probe");
        return item;
    }
    replay_outcome outcome;
    replay_samples samples = {.count = 0};
    memset(&outcome, 0, sizeof outcome);
    outcome.samples = &samples;
    const replay_plan plan = {.feed = REPLAY_WHOLE};
    replay_run(document, &plan, &outcome);
    size_t asked = 0;
    for (size_t i = 0; i < samples.count; i++)
        asked += judge_sample(theirs, document, &samples.items[i], &item);
    asked += replay_sessions_judge(theirs, document, &item);
    if (asked == 0)
        result_case_worsen(&item, RESULT_SKIP, "the adapter supports nothing of it");
    for (const mst_word *word = document->header.cites; word != NULL; word = word->next)
        result_case_cite(&item, (uint16_t)ms_register_find((const char *)word->text.ptr, word->text.len));
    outcome.samples = NULL;
    replay_outcome_free(&outcome);
    replay_samples_free(&samples);
    return item;
}
