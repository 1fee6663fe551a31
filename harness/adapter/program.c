/* program.c - an implementation behind a pipe: one JSON object a line, either way */
#include "harness/adapter/source.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mailspec/base64.h"

enum { ANSWER_MS = 10 * 1000, ANSWER_MAX = 16 * 1024 * 1024 };

/* --- starting and ending --------------------------------------------------------------------------------- */

static void become(const char *command, int in, int out)
{
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

adapter *adapter_start(const char *command, char *error, size_t room)
{
    int to[2];
    int from[2];
    if (pipe(to) != 0 || pipe(from) != 0) {
        snprintf(error, room, "%s", strerror(errno));
        return NULL;
    }
    signal(SIGPIPE, SIG_IGN);
    const pid_t process = fork();
    if (process == 0) {
        close(to[1]);
        close(from[0]);
        become(command, to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    adapter *a = process < 0 ? NULL : calloc(1, sizeof *a);
    if (a == NULL) {
        snprintf(error, room, "%s", strerror(errno));
        close(to[1]);
        close(from[0]);
        return NULL;
    }
    *a = (adapter){.command = strdup(command), .process = process, .in = to[1], .out = from[0]};
    return a;
}

void adapter_end(adapter *a)
{
    close(a->in);
    close(a->out);
    kill(-a->process, SIGTERM);
    waitpid(a->process, NULL, 0);
    free(a->line);
    free(a->command);
}

/* --- the request -------------------------------------------------------------------------------------------- */

static json_t *encoded(ms_span octets)
{
    char *text = malloc(octets.len / 3 * 4 + 8);
    if (text == NULL)
        return NULL;
    const size_t length = ms_base64_encode(octets, (uint8_t *)text);
    json_t *string = json_stringn(text, length);
    free(text);
    return string;
}

static char *request(adapter_kind kind, const ms_span *pieces, size_t count, const ms_adapter_about *about)
{
    json_t *object = json_pack("{s:s,s:{s:b,s:b,s:b,s:b,s:s?}}", "kind", adapter_kind_names[kind], "about", "smtputf8",
                               about->smtputf8, "lmtp", about->lmtp, "auth_response", about->auth_response,
                               "forward_path", about->forward_path, "after", about->after);
    if (kind < ADAPTER_CONTENT) {
        json_object_set_new(object, "octets", encoded(pieces[0]));
    } else {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, encoded(pieces[i]));
        json_object_set_new(object, "pieces", list);
    }
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static bool write_all(int descriptor, const char *text, size_t length)
{
    while (length > 0) {
        const ssize_t done = write(descriptor, text, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        text += done;
        length -= (size_t)done;
    }
    return true;
}

/* --- the answer ------------------------------------------------------------------------------------------------ */

/* Up to the next LF; NULL without one: the program ended, or says nothing, or too much. */
static char *read_line(adapter *a)
{
    for (;;) {
        char *end = a->length == 0 ? NULL : memchr(a->line, '\n', a->length);
        if (end != NULL)
            return end;
        if (a->length + 65536 > a->room) {
            char *grown = a->room >= ANSWER_MAX ? NULL : realloc(a->line, a->room * 2 + 131072);
            if (grown == NULL)
                return NULL;
            a->line = grown;
            a->room = a->room * 2 + 131072;
        }
        struct pollfd wait = {.fd = a->out, .events = POLLIN};
        const int ready = poll(&wait, 1, ANSWER_MS);
        if (ready < 0 && errno == EINTR)
            continue;
        const ssize_t got = ready <= 0 ? 0 : read(a->out, a->line + a->length, 65536);
        if (got <= 0)
            return NULL;
        a->length += (size_t)got;
    }
}

static bool read_verdict(const json_t *object, ms_adapter_verdict *verdict)
{
    static const char *const words[] = {"unsupported", "accept", "reject", "incomplete"};
    const char *word = json_string_value(json_object_get(object, "verdict"));
    for (unsigned i = 0; word != NULL && i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0) {
            *verdict = (ms_adapter_verdict)i;
            return true;
        }
    return false;
}

static void read_field(json_t *fields, const char *name, const json_t *value)
{
    const json_t *base64 = json_object_get(value, "base64");
    char number[40];
    if (json_is_string(base64)) {
        const ms_span text = ms_span_make(json_string_value(base64), json_string_length(base64));
        uint8_t *octets = malloc(text.len + 1);
        size_t length = 0;
        size_t wrong_at;
        if (octets != NULL && ms_base64_decode(text, octets, &length, &wrong_at))
            adapter_field(fields, name, ms_span_make(octets, length));
        free(octets);
    } else if (json_is_string(value)) {
        adapter_field(fields, name, ms_span_make(json_string_value(value), json_string_length(value)));
    } else if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        adapter_field(fields, name, ms_span_make(number, strlen(number)));
    } else if (json_is_boolean(value)) {
        adapter_field(fields, name, json_is_true(value) ? MS_SPAN("true") : MS_SPAN("false"));
    }
}

static bool read_answer(const char *line, size_t length, adapter_answer *answer)
{
    json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
    const bool right = json_is_object(object) && read_verdict(object, &answer->verdict);
    const char *reason = json_string_value(json_object_get(object, "reason"));
    const char *who = json_string_value(json_object_get(object, "name"));
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(object, "fields"), name, value) read_field(answer->fields, name, value);
    snprintf(answer->reason, sizeof answer->reason, "%s", reason == NULL ? "" : reason);
    snprintf(answer->name, sizeof answer->name, "%s", who == NULL ? "" : who);
    json_decref(object);
    return right;
}

bool adapter_ask_program(adapter *a, adapter_kind kind, const ms_span *pieces, size_t count,
                         const ms_adapter_about *about, adapter_answer *answer, char *error, size_t room)
{
    char *asked = request(kind, pieces, count, about);
    const bool sent = asked != NULL && write_all(a->in, asked, strlen(asked)) && write_all(a->in, "\n", 1);
    free(asked);
    char *end = sent ? read_line(a) : NULL;
    if (end == NULL) {
        snprintf(error, room, "'%s' %s", a->command, sent ? "does not answer" : "has ended");
        return false;
    }
    const size_t length = (size_t)(end - a->line);
    const bool right = read_answer(a->line, length, answer);
    if (!right)
        snprintf(error, room, "'%s' answers by what is no answer: %.*s", a->command, length < 80 ? (int)length : 80,
                 a->line);
    a->length -= length + 1;
    memmove(a->line, end + 1, a->length);
    return right;
}
