/*
 * json.c - results as one JSON document, schema 1 (described in reports/schema.json)
 *
 * Octets of a peer stand as text with escapes (\r \n \t \0 \\ \xHH), so that none is lost
 * and none breaks the JSON.
 */
#include "harness/requirement/register.h"
#include "harness/result/escape.h"
#include "mailspec/version.h"
#include "reports/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static json_t *octets_json(ms_span octets)
{
    char *text = escape_text(octets);
    json_t *value = text == NULL ? json_null() : json_string(text);
    free(text);
    return value;
}

/* File names and texts may hold anything: what is not UTF-8 is escaped. */
static json_t *text_json(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *value = json_string(text);
    return value != NULL ? value : octets_json(ms_span_make(text, strlen(text)));
}

static json_t *requirement_json(uint16_t number)
{
    const ms_register_row *row = ms_register_get(number);
    return row == NULL ? json_null() : json_string(row->id);
}

/* A line of a dialogue: there are many, and what it lacks is left out. */
static json_t *dialogue_json(const result_evidence *e)
{
    json_t *object = json_object();
    json_object_set_new(object, "kind", json_string(e->kind));
    if (e->has_side)
        json_object_set_new(object, "side", json_string(result_side_name(e->side)));
    if (e->file != NULL)
        json_object_set_new(object, "file", text_json(e->file));
    if (e->line > 0)
        json_object_set_new(object, "line", json_integer(e->line));
    if (!ms_span_is_absent(e->octets))
        json_object_set_new(object, "octets", octets_json(e->octets));
    if (e->message[0] != '\0')
        json_object_set_new(object, "message", text_json(e->message));
    return object;
}

static bool is_dialogue(const result_evidence *e)
{
    return (strcmp(e->kind, "exchange") == 0 || strcmp(e->kind, "mark") == 0) && e->requirement == MS_REQ_NONE &&
           !e->expected && e->column == 0 && e->permitted == NULL;
}

static json_t *evidence_json(const result_evidence *e)
{
    if (is_dialogue(e))
        return dialogue_json(e);
    json_t *object = json_object();
    json_object_set_new(object, "kind", json_string(e->kind));
    json_object_set_new(object, "side", e->has_side ? json_string(result_side_name(e->side)) : json_null());
    json_object_set_new(object, "requirement", requirement_json(e->requirement));
    json_object_set_new(object, "expected", json_boolean(e->expected));
    json_object_set_new(object, "file", text_json(e->file));
    json_object_set_new(object, "line", e->line == 0 ? json_null() : json_integer(e->line));
    json_object_set_new(object, "column", e->column == 0 ? json_null() : json_integer(e->column));
    json_object_set_new(object, "octets", ms_span_is_absent(e->octets) ? json_null() : octets_json(e->octets));
    const ms_register_row *row = ms_register_get(e->requirement);
    if (row != NULL) {
        json_object_set_new(object, "level", json_string(ms_level_name(row->level)));
        json_object_set_new(object, "rfc", json_string(row->rfc));
        json_object_set_new(object, "section", json_string(row->section));
    }
    json_object_set_new(object, "permitted", text_json(e->permitted));
    json_object_set_new(object, "message", text_json(e->message));
    return object;
}

static json_t *case_json(const result_case *item)
{
    json_t *object = json_object();
    json_object_set_new(object, "id", text_json(item->id));
    json_object_set_new(object, "title", text_json(item->title));
    json_t *cites = json_array();
    for (size_t i = 0; i < item->cite_count; i++)
        json_array_append_new(cites, requirement_json(item->cites[i]));
    const ms_register_row *first = item->cite_count == 0 ? NULL : ms_register_get(item->cites[0]);
    json_object_set_new(object, "level", first == NULL ? json_null() : json_string(ms_level_name(first->level)));
    json_object_set_new(object, "cites", cites);
    json_object_set_new(object, "status", json_string(result_status_name(item->status)));
    json_object_set_new(object, "outcome", text_json(item->outcome));
    json_object_set_new(object, "exposure", item->exposure == NULL ? json_string("none") : json_string(item->exposure));
    json_object_set_new(object, "reason", text_json(item->reason));
    json_object_set_new(object, "duration_ms", json_real(item->duration_ms));
    json_t *evidence = json_array();
    for (size_t i = 0; i < item->evidence_count; i++)
        json_array_append_new(evidence, evidence_json(&item->evidence[i]));
    json_object_set_new(object, "evidence", evidence);
    return object;
}

static json_t *ledger_json(const result_ledger *ledger)
{
    json_t *object = json_object();
    json_object_set_new(object, "connections", json_integer((json_int_t)ledger->connections));
    json_object_set_new(object, "messages", json_integer((json_int_t)ledger->messages));
    json_object_set_new(object, "recipients", json_integer((json_int_t)ledger->recipients));
    json_object_set_new(object, "octets_sent", json_integer((json_int_t)ledger->octets_sent));
    json_object_set_new(object, "octets_received", json_integer((json_int_t)ledger->octets_received));
    if (ledger->mark[0] != '\0')
        json_object_set_new(object, "mark", text_json(ledger->mark));
    json_t *left = json_array();
    for (size_t i = 0; i < ledger->left_count; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "maildrop", text_json(ledger->left[i].maildrop));
        json_object_set_new(one, "message", text_json(ledger->left[i].name));
        json_object_set_new(one, "reason", text_json(ledger->left[i].why));
        json_array_append_new(left, one);
    }
    json_object_set_new(object, "left", left);
    return object;
}

bool report_json(FILE *out, const result_run *run, const report_style *style)
{
    (void)style;
    json_t *document = json_object();
    json_object_set_new(document, "mailspec", json_string(MS_VERSION_STRING));
    json_object_set_new(document, "schema", json_integer(1));
    json_object_set_new(document, "driver", text_json(run->driver));
    json_object_set_new(document, "target", text_json(run->target));
    json_object_set_new(document, "aborted", json_boolean(run->aborted));
    json_t *cases = json_array();
    for (size_t i = 0; i < run->case_count; i++)
        json_array_append_new(cases, case_json(&run->cases[i]));
    json_object_set_new(document, "cases", cases);
    json_t *totals = json_object();
    json_object_set_new(totals, "cases", json_integer((json_int_t)run->case_count));
    for (unsigned s = 0; s < RESULT_STATUSES; s++)
        json_object_set_new(totals, result_status_name((result_status)s), json_integer((json_int_t)run->totals[s]));
    json_object_set_new(document, "totals", totals);
    if (run->ledger.given)
        json_object_set_new(document, "ledger", ledger_json(&run->ledger));
    const bool ok = json_dumpf(document, out, JSON_INDENT(1) | JSON_ENSURE_ASCII) == 0;
    fputc('\n', out);
    json_decref(document);
    return ok && ferror(out) == 0;
}
