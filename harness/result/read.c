/* read.c - see read.h */
#include "harness/result/read.h"

#include "harness/requirement/register.h"
#include "harness/result/escape.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Evidence kinds are static strings: those that mailspec writes; anything else becomes a note. */
static const char *kind_of(const char *name)
{
    static const char *const kinds[] = {"breach", "not-found", "exchange",   "mark",       "failure", "cut",
                                        "yield",  "limit",     "unreadable", "difference", "note"};
    for (size_t i = 0; name != NULL && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i], name) == 0)
            return kinds[i];
    return "note";
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static uint16_t requirement_of(const char *id)
{
    return id == NULL ? (uint16_t)MS_REQ_NONE : (uint16_t)ms_register_find_text(id);
}

static void read_evidence(result_case *item, const json_t *object)
{
    const char *side = text_of(object, "side");
    const char *escaped = text_of(object, "octets");
    const char *message = text_of(object, "message");
    uint8_t *octets = NULL;
    result_evidence evidence = {
        .kind = kind_of(text_of(object, "kind")),
        .has_side = side != NULL,
        .side = side != NULL && strcmp(side, "client") == 0 ? MS_CLIENT : MS_SERVER,
        .requirement = requirement_of(text_of(object, "requirement")),
        .expected = json_is_true(json_object_get(object, "expected")),
        .file = (char *)(uintptr_t)text_of(object, "file"),
        .line = (uint32_t)json_integer_value(json_object_get(object, "line")),
        .column = (uint32_t)json_integer_value(json_object_get(object, "column")),
        .permitted = (char *)(uintptr_t)text_of(object, "permitted"),
        .message = (char *)(uintptr_t)(message == NULL ? "" : message),
    };
    if (escaped != NULL) {
        const ms_span text = ms_span_make(escaped, strlen(escaped));
        octets = malloc(text.len + 1);
        if (octets == NULL)
            abort();
        const size_t length = escape_undo(text, octets, NULL);
        evidence.octets = length == SIZE_MAX ? text : ms_span_make(octets, length);
    }
    result_case_evidence(item, &evidence);
    free(octets);
}

static bool read_case(result_run *run, const json_t *object, char *error, size_t room)
{
    const char *id = text_of(object, "id");
    const char *status_name = text_of(object, "status");
    result_status status;
    if (id == NULL || status_name == NULL || !result_status_parse(status_name, &status)) {
        snprintf(error, room, "a case has no id, or no status that is known");
        return false;
    }
    result_case item = result_case_make(id, text_of(object, "title"));
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(object, "cites"), i, value)
        result_case_cite(&item, requirement_of(json_string_value(value)));
    result_case_worsen(&item, status, text_of(object, "reason"));
    const char *outcome = text_of(object, "outcome");
    const char *exposure = text_of(object, "exposure");
    item.outcome = outcome == NULL ? NULL : strdup(outcome);
    item.exposure = exposure == NULL || strcmp(exposure, "none") == 0 ? NULL : strdup(exposure);
    item.duration_ms = json_number_value(json_object_get(object, "duration_ms"));
    json_array_foreach(json_object_get(object, "evidence"), i, value) read_evidence(&item, value);
    result_run_add(run, item);
    return true;
}

static uint64_t number_of(const json_t *object, const char *name)
{
    const json_int_t value = json_integer_value(json_object_get(object, name));
    return value < 0 ? 0 : (uint64_t)value;
}

static const char *words_of(const json_t *object, const char *name)
{
    const char *text = text_of(object, name);
    return text == NULL ? "" : text;
}

static void read_ledger(result_ledger *ledger, const json_t *object)
{
    size_t i;
    const json_t *value;
    if (!json_is_object(object))
        return;
    ledger->given = true;
    ledger->connections = number_of(object, "connections");
    ledger->messages = number_of(object, "messages");
    ledger->recipients = number_of(object, "recipients");
    ledger->octets_sent = number_of(object, "octets_sent");
    ledger->octets_received = number_of(object, "octets_received");
    snprintf(ledger->mark, sizeof ledger->mark, "%s", words_of(object, "mark"));
    json_array_foreach(json_object_get(object, "left"), i, value)
        result_ledger_left(ledger, words_of(value, "maildrop"), words_of(value, "message"), words_of(value, "reason"));
}

static bool read_document(const json_t *document, result_run *run, char *error, size_t room)
{
    if (json_integer_value(json_object_get(document, "schema")) != 1 ||
        !json_is_array(json_object_get(document, "cases"))) {
        snprintf(error, room, "this is no mailspec report of schema 1");
        return false;
    }
    result_run_init(run, text_of(document, "driver"), text_of(document, "target"));
    run->aborted = json_is_true(json_object_get(document, "aborted"));
    read_ledger(&run->ledger, json_object_get(document, "ledger"));
    size_t i;
    const json_t *value;
    json_array_foreach(json_object_get(document, "cases"), i, value) if (!read_case(run, value, error, room))
    {
        result_run_free(run);
        return false;
    }
    return true;
}

bool result_read(const char *octets, size_t length, result_run *run, char *error, size_t error_room)
{
    json_error_t problem;
    json_t *document = json_loadb(octets, length, JSON_REJECT_DUPLICATES, &problem);
    if (document == NULL) {
        snprintf(error, error_room, "%d:%d: %s", problem.line, problem.column, problem.text);
        return false;
    }
    const bool good = read_document(document, run, error, error_room);
    json_decref(document);
    return good;
}

bool result_read_file(const char *path, result_run *run, char *error, size_t error_room)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (in == NULL) {
        snprintf(error, error_room, "%s", strerror(errno));
        return false;
    }
    char *octets = NULL;
    size_t length = 0;
    size_t room = 0;
    while (!feof(in) && !ferror(in) && length <= RESULT_FILE_MAX) {
        if (room - length < 65536) {
            room = room == 0 ? 262144 : room * 2;
            octets = realloc(octets, room);
            if (octets == NULL)
                abort();
        }
        length += fread(octets + length, 1, 65536, in);
    }
    if (in != stdin)
        fclose(in);
    bool good = length <= RESULT_FILE_MAX;
    if (!good)
        snprintf(error, error_room, "the file is larger than 256 MiB");
    else
        good = result_read(octets, length, run, error, error_room);
    free(octets);
    return good;
}
