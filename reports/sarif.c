/*
 * sarif.c - results as SARIF 2.1.0, for code scanning
 *
 * A rule per requirement that was broken, a result per piece of evidence that counts.  Where the evidence stands in a
 * file, that file and line are the location; otherwise the target.
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "mailspec/version.h"
#include "reports/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *text_json(const char *text)
{
    json_t *value = json_string(text);
    if (value != NULL)
        return value;
    char *escaped = escape_text(ms_span_make(text, strlen(text)));
    value = json_string(escaped == NULL ? "" : escaped);
    free(escaped);
    return value;
}

static json_t *message_json(const char *text)
{
    return json_pack("{s:o}", "text", text_json(text));
}

static const char *level_of(result_status status)
{
    switch (status) {
    case RESULT_FAIL:
    case RESULT_ERROR:
        return "error";
    case RESULT_NONSTRICT:
        return "warning";
    case RESULT_PASS:
    case RESULT_INCONCLUSIVE:
    case RESULT_SKIP:
    case RESULT_STATUSES:
        break;
    }
    return "note";
}

static json_t *location_json(const result_run *run, const result_evidence *e)
{
    const char *uri = e->file != NULL ? e->file : run->target;
    if (uri == NULL)
        return NULL;
    json_t *physical = json_pack("{s:{s:o}}", "artifactLocation", "uri", text_json(uri));
    if (e->file != NULL && e->line > 0)
        json_object_set_new(physical, "region", json_pack("{s:i}", "startLine", (int)e->line));
    return json_pack("[{s:o}]", "physicalLocation", physical);
}

static json_t *result_json(const result_run *run, const result_case *item, const result_evidence *e)
{
    const ms_register_row *row = ms_register_get(e->requirement);
    char *octets = ms_span_is_absent(e->octets) ? NULL : escape_text(e->octets);
    json_t *result = json_object();
    json_object_set_new(result, "ruleId", json_string(row == NULL ? "mailspec" : row->id));
    json_object_set_new(result, "level", json_string(level_of(item->status)));
    json_object_set_new(result, "message", message_json(e->message));
    json_t *locations = location_json(run, e);
    if (locations != NULL)
        json_object_set_new(result, "locations", locations);
    json_t *properties = json_pack("{s:o}", "case", text_json(item->id));
    if (octets != NULL)
        json_object_set_new(properties, "octets", json_string(octets));
    if (e->has_side)
        json_object_set_new(properties, "side", json_string(result_side_name(e->side)));
    json_object_set_new(result, "properties", properties);
    free(octets);
    return result;
}

/* What went wrong with a case that has no evidence: nobody was there to give any. */
static json_t *bare_result_json(const result_case *item)
{
    const char *reason = item->reason == NULL ? result_status_name(item->status) : item->reason;
    return json_pack("{s:s, s:s, s:o, s:{s:o}}", "ruleId", "mailspec", "level", level_of(item->status), "message",
                     message_json(reason), "properties", "case", text_json(item->id));
}

static void add_rule(json_t *rules, bool *known, uint16_t requirement)
{
    const ms_register_row *row = ms_register_get(requirement);
    if (row == NULL || known[requirement])
        return;
    known[requirement] = true;
    char name[80];
    snprintf(name, sizeof name, "RFC %s section %s", row->rfc, row->section);
    json_array_append_new(rules, json_pack("{s:s, s:o, s:o, s:{s:s, s:s}}", "id", row->id, "shortDescription",
                                           message_json(row->statement), "help", message_json(row->expect),
                                           "properties", "level", ms_level_name(row->level), "where", name));
}

bool report_sarif(FILE *out, const result_run *run, const report_style *style)
{
    (void)style;
    json_t *rules = json_array();
    json_t *results = json_array();
    bool *known = calloc(MS_REQ_COUNT, sizeof *known);
    if (known == NULL)
        abort();
    for (size_t i = 0; i < run->case_count; i++) {
        const result_case *item = &run->cases[i];
        const bool told =
            item->status == RESULT_FAIL || item->status == RESULT_ERROR || item->status == RESULT_NONSTRICT;
        const size_t before = json_array_size(results);
        for (size_t k = 0; told && k < item->evidence_count; k++) {
            const result_evidence *e = &item->evidence[k];
            if (e->expected || strcmp(e->kind, "note") == 0 || strcmp(e->kind, "exchange") == 0)
                continue;
            add_rule(rules, known, e->requirement);
            json_array_append_new(results, result_json(run, item, e));
        }
        if (told && json_array_size(results) == before)
            json_array_append_new(results, bare_result_json(item));
    }
    free(known);
    json_t *driver = json_pack("{s:s, s:s, s:o}", "name", "mailspec", "version", MS_VERSION_STRING, "rules", rules);
    json_t *document = json_pack("{s:s, s:s, s:[{s:{s:o}, s:o, s:[{s:b}]}]}", "$schema",
                                 "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
                                 "driver", driver, "results", results, "invocations", "executionSuccessful",
                                 !run->aborted && run->totals[RESULT_ERROR] == 0);
    const bool ok = document != NULL && json_dumpf(document, out, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    fputc('\n', out);
    json_decref(document);
    return ok && ferror(out) == 0;
}
