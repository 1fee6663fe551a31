/*
 * fuzz_differential.c - another implementation's parsers against ours
 *
 * Built with an adapter (mailspec/adapter.h) as it stands: cmake -DMAILSPEC_ADAPTER=FILE.c.  It fails where ours finds
 * neither error nor deviation and theirs refuses, and where ours finds an error and theirs accepts.  Of what deviates a
 * receiver may make what it likes.
 *
 * Differences that are known stand in a table with tabs, corpus/vectors/known_differences.tsv or what the variable
 * MAILSPEC_KNOWN_DIFFERENCES names: the beginning of the adapter's name, kind, "takes" or "refuses", our error ("*": any),
 * and the reason.  What is refused is named by the ids of vectors there, which are not known here: one row of a kind is
 * enough.
 *
 * A server's sessions have nothing of ours to be compared with: they fail where our session machines find a breach of the
 * server's in what it says.  "how" is "breaks" then, and our error the requirement.
 *
 * options: the lowest three bits: 0 a reverse-path, 1 a forward-path, 2 a command, 3 content, 4 a session of SMTP, 5 of POP3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/input.h"
#include "fuzz/oracle.h"
#include "harness/adapter/session.h"
#include "harness/requirement/register.h"
#include "mailspec/adapter.h"
#include "mailspec/content.h"
#include "mailspec/limits.h"
#include "mailspec/smtp_command.h"

const char fuzz_target[] = "differential";

const ms_adapter *mailspec_adapter(void);

typedef struct known {
    char adapter[40], kind[20], how[10], name[40];
} known;

static known table[400];
static size_t known_count = SIZE_MAX;

static void read_known(void)
{
    const char *path = getenv("MAILSPEC_KNOWN_DIFFERENCES");
    FILE *in = fopen(path != NULL ? path : MAILSPEC_KNOWN, "r");
    char line[1000];
    known_count = 0;
    while (in != NULL && known_count < sizeof table / sizeof table[0] && fgets(line, sizeof line, in) != NULL) {
        known *k = &table[known_count];
        if (sscanf(line, "%39[^\t]\t%19[^\t]\t%9[^\t]\t%39[^\t]", k->adapter, k->kind, k->how, k->name) == 4)
            known_count++;
    }
    if (in != NULL)
        fclose(in);
}

static bool is_known(const char *adapter, const char *kind, const char *how, const char *name)
{
    if (known_count == SIZE_MAX)
        read_known();
    for (size_t i = 0; i < known_count; i++)
        if (strncmp(adapter, table[i].adapter, strlen(table[i].adapter)) == 0 && strcmp(kind, table[i].kind) == 0 &&
            strcmp(how, table[i].how) == 0 &&
            (strcmp(how, "refuses") == 0 || strcmp(table[i].name, "*") == 0 || strcmp(name, table[i].name) == 0))
            return true;
    return false;
}

/* --- what theirs says is not compared, only whether it accepts; but for a session's replies --------------------- */

static char why[200];
static uint8_t said[1 << 18];
static size_t said_len;

static void on_field(ms_adapter_result *result, const char *name, ms_span octets)
{
    (void)result;
    if (strcmp(name, "reply") != 0 || octets.len > sizeof said - said_len)
        return;
    if (octets.len > 0)
        memcpy(said + said_len, octets.ptr, octets.len);
    said_len += octets.len;
}

static void on_number(ms_adapter_result *result, const char *name, uint64_t number)
{
    (void)result;
    (void)name;
    (void)number;
}

static void on_reason(ms_adapter_result *result, const char *words)
{
    (void)result;
    snprintf(why, sizeof why, "%s", words);
}

static void compare(const char *kind, const char *error, bool deviates, size_t at, ms_adapter_verdict theirs)
{
    const char *adapter = mailspec_adapter()->name;
    const bool accepted = theirs == MS_ADAPTER_ACCEPT;
    if (theirs == MS_ADAPTER_UNSUPPORTED || deviates || accepted == (error == NULL))
        return;
    const char *how = accepted ? "takes" : "refuses";
    if (!is_known(adapter, kind, how, error != NULL ? error : ""))
        fuzz_fail(ORACLE_DIFFERENTIAL, at, "%s: %s %s what we %s (%s)", kind, adapter, how,
                  error != NULL ? "refuse" : "take", error != NULL ? error : why);
}

static const char *name_of(ms_smtp_error error)
{
    return error == MS_SMTP_OK ? NULL : ms_smtp_error_rule(error)->name;
}

static void paths(ms_span text, bool forward, const ms_adapter_about *about, ms_adapter_result *result)
{
    const ms_smtp_path_parsed ours = ms_smtp_path_parse(text, forward ? MS_FORWARD_PATH : MS_REVERSE_PATH, NULL);
    const char *error = name_of(ours.error);
    if (error == NULL && ours.consumed < text.len)
        error = name_of(MS_SMTP_ERR_TRAILING_OCTETS);
    if (mailspec_adapter()->smtp_path != NULL)
        compare("smtp-path", error, error == NULL && ours.deviations != 0, ours.error_at,
                mailspec_adapter()->smtp_path(mailspec_adapter()->context, text, about, result));
}

/* The line with a line end of its own. */
static void commands(ms_span text, const ms_adapter_about *about, ms_adapter_result *result)
{
    static uint8_t line[FUZZ_INPUT_MAX + 2];
    const ms_smtp_parsed ours = ms_smtp_command_parse(text, NULL);
    if (text.len > 0)
        memcpy(line, text.ptr, text.len);
    memcpy(line + text.len, "\r\n", 2);
    if (mailspec_adapter()->smtp_command != NULL && text.len + 2 <= MS_SMTP_COMMAND_LINE_MAX)
        compare("smtp-command", name_of(ours.error), ours.error == MS_SMTP_OK && ours.deviations != 0, ours.error_at,
                mailspec_adapter()->smtp_command(mailspec_adapter()->context, ms_span_make(line, text.len + 2), about,
                                                 result));
}

static void contents(ms_span octets, const ms_adapter_about *about, ms_adapter_result *result)
{
    static uint8_t data[FUZZ_INPUT_MAX + 2];
    size_t written = 0;
    ms_content content;
    ms_content_init(&content);
    const bool ended = ms_content_copy(&content, octets, data, &written).status == MS_CONTENT_END;
    const bool deviates = ended && (content.flags & ~(unsigned)MS_CONTENT_8BIT) != 0;
    if (mailspec_adapter()->content != NULL)
        compare("content", ended ? NULL : "incomplete", deviates, octets.len,
                mailspec_adapter()->content(mailspec_adapter()->context, &octets, 1, about, result));
}

static void sessions(ms_span octets, bool pop3, const ms_adapter_about *about, ms_adapter_result *result)
{
    static session_heard heard;
    ms_adapter_stream *const session = pop3 ? mailspec_adapter()->pop3_session : mailspec_adapter()->smtp_session;
    said_len = 0;
    if (session == NULL || session(mailspec_adapter()->context, &octets, 1, about, result) == MS_ADAPTER_UNSUPPORTED)
        return;
    session_hear(pop3, MS_VARIANT_SMTP, &octets, 1, ms_span_make(said, said_len), &heard);
    const ms_register_row *row = ms_register_get(heard.breach);
    const char *kind = pop3 ? "pop3-session" : "smtp-session";
    if (row != NULL && !is_known(mailspec_adapter()->name, kind, "breaks", row->id))
        fuzz_fail(ORACLE_DIFFERENTIAL, heard.replies[heard.breach_reply].from, "%s: %s breaks %s in reply %zu", kind,
                  mailspec_adapter()->name, row->id, heard.breach_reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz_input input = fuzz_input_read(data, size);
    const ms_span line = fuzz_one_line(input.octets);
    const ms_adapter_about about = {.size = sizeof about, .forward_path = (input.options & 7) == 1};
    ms_adapter_result result = {.size = sizeof result, .field = on_field, .number = on_number, .reason = on_reason};
    why[0] = '\0';
    const unsigned what = input.options & 7;
    if (what < 2)
        paths(line, what == 1, &about, &result);
    else if (what == 2)
        commands(line, &about, &result);
    else if (what == 3)
        contents(input.octets, &about, &result);
    else if (what < 6)
        sessions(input.octets, what == 5, &about, &result);
    return 0;
}
