/* adapter.c - see adapter.h */
#include "harness/adapter/source.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/result/escape_json.h"

const char *const adapter_kind_names[] = {"smtp-command", "smtp-path",     "smtp-reply",
                                          "pop3-command", "pop3-response", "content",
                                          "smtp-session", "pop3-session",  NULL};

/* --- fields ------------------------------------------------------------------------------------------ */

void adapter_field(json_t *fields, const char *name, ms_span octets)
{
    json_t *before = json_object_get(fields, name);
    if (!json_is_string(before)) {
        json_object_set_new(fields, name, escape_json(octets));
        return;
    }
    const size_t had = json_string_length(before);
    uint8_t *joined = malloc(had + octets.len + 1);
    if (joined == NULL)
        return;
    memcpy(joined, json_string_value(before), had);
    if (octets.len > 0)
        memcpy(joined + had, octets.ptr, octets.len);
    json_object_set_new(fields, name, escape_json(ms_span_make(joined, had + octets.len)));
    free(joined);
}

static void on_field(ms_adapter_result *result, const char *name, ms_span octets)
{
    adapter_answer *answer = result->to;
    adapter_field(answer->fields, name, ms_span_is_absent(octets) ? MS_SPAN("") : octets);
}

static void on_number(ms_adapter_result *result, const char *name, uint64_t number)
{
    adapter_answer *answer = result->to;
    json_object_set_new(answer->fields, name, json_sprintf("%llu", (unsigned long long)number));
}

static void on_reason(ms_adapter_result *result, const char *words)
{
    adapter_answer *answer = result->to;
    snprintf(answer->reason, sizeof answer->reason, "%s", words);
}

/* --- a shared object ----------------------------------------------------------------------------------- */

/* A function of the table, or NULL where the table is too short for it or has none. */
#define MEMBER(table, name) ((table)->size >= offsetof(ms_adapter, name) + sizeof(table)->name ? (table)->name : NULL)

static ms_adapter_parse *parser_of(const ms_adapter *table, adapter_kind kind)
{
    switch (kind) {
    case ADAPTER_SMTP_COMMAND:
        return MEMBER(table, smtp_command);
    case ADAPTER_SMTP_PATH:
        return MEMBER(table, smtp_path);
    case ADAPTER_SMTP_REPLY:
        return MEMBER(table, smtp_reply);
    case ADAPTER_POP3_COMMAND:
        return MEMBER(table, pop3_command);
    case ADAPTER_POP3_RESPONSE:
        return MEMBER(table, pop3_response);
    case ADAPTER_CONTENT:
    case ADAPTER_SMTP_SESSION:
    case ADAPTER_POP3_SESSION:
    case ADAPTER_KINDS:
        break;
    }
    return NULL;
}

static ms_adapter_stream *stream_of(const ms_adapter *table, adapter_kind kind)
{
    if (kind == ADAPTER_CONTENT)
        return MEMBER(table, content);
    if (kind == ADAPTER_SMTP_SESSION)
        return MEMBER(table, smtp_session);
    return kind == ADAPTER_POP3_SESSION ? MEMBER(table, pop3_session) : NULL;
}

static void ask_table(const ms_adapter *table, adapter_kind kind, const ms_span *pieces, size_t count,
                      const ms_adapter_about *about, adapter_answer *answer)
{
    ms_adapter_result result = {
        .size = sizeof result, .to = answer, .field = on_field, .number = on_number, .reason = on_reason};
    ms_adapter_parse *parse = parser_of(table, kind);
    ms_adapter_stream *stream = stream_of(table, kind);
    if (stream != NULL)
        answer->verdict = stream(table->context, pieces, count, about, &result);
    else if (parse != NULL)
        answer->verdict = parse(table->context, pieces[0], about, &result);
}

adapter *adapter_load(const char *path, char *error, size_t room)
{
    /* dlopen looks for a name without a slash in the system's folders */
    char *name = malloc(strlen(path) + 3);
    if (name == NULL)
        return NULL;
    sprintf(name, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *object = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    free(name);
    if (object == NULL) {
        snprintf(error, room, "%s", dlerror());
        return NULL;
    }
    union {
        void *object;
        ms_adapter_entry *function;
    } entry = {.object = dlsym(object, MS_ADAPTER_ENTRY)};
    const ms_adapter *table = entry.object == NULL ? NULL : entry.function();
    if (table == NULL || table->version != MS_ADAPTER_VERSION) {
        if (table == NULL)
            snprintf(error, room, "%s exports no %s", path, MS_ADAPTER_ENTRY);
        else
            snprintf(error, room, "%s has version %u of the interface, not %u", path, (unsigned)table->version,
                     MS_ADAPTER_VERSION);
        dlclose(object);
        return NULL;
    }
    adapter *a = calloc(1, sizeof *a);
    if (a != NULL)
        *a = (adapter){.object = object, .table = table, .in = -1, .out = -1};
    return a;
}

/* --- both --------------------------------------------------------------------------------------------------- */

void adapter_close(adapter *a)
{
    if (a == NULL)
        return;
    if (a->object != NULL)
        dlclose(a->object);
    else
        adapter_end(a);
    free(a);
}

const char *adapter_name(const adapter *a)
{
    return a->table != NULL && a->table->name != NULL ? a->table->name : a->table != NULL ? "adapter" : a->command;
}

bool adapter_supports(const adapter *a, adapter_kind kind)
{
    return a->table == NULL || parser_of(a->table, kind) != NULL || stream_of(a->table, kind) != NULL;
}

bool adapter_ask(adapter *a, adapter_kind kind, const ms_span *pieces, size_t count, const ms_adapter_about *about,
                 adapter_answer *answer, char *error, size_t room)
{
    *answer = (adapter_answer){.verdict = MS_ADAPTER_UNSUPPORTED, .fields = json_object()};
    if (a->table == NULL)
        return adapter_ask_program(a, kind, pieces, count, about, answer, error, room);
    ask_table(a->table, kind, pieces, count, about, answer);
    if (answer->verdict <= MS_ADAPTER_INCOMPLETE)
        return true;
    snprintf(error, room, "%s returned %d, which is no verdict", adapter_name(a), (int)answer->verdict);
    return false;
}
