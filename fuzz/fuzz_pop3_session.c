/*
 * fuzz_pop3_session.c - the POP3 session machine, by events in any order
 *
 * The octets are lines that end with LF; the first octet says which event the rest is:
 *
 *     c  a command line           s  a line of the server, read as the session says; "." ends what it reads
 *     d  a command that is dropped   e  octets that come too early   t  TLS   k  PIPELINING is known
 *     x  the server closes        h  the client closes
 *
 * options: 1 room for two outstanding commands only, 2 marks of four messages only, 4 of none, 8 room for as
 * many commands as there can be.
 */
#include "fuzz/compare.h"
#include "fuzz/framing.h"
#include "fuzz/input.h"
#include "fuzz/look.h"

const char fuzz_target[] = "pop3_session";

enum { FINDINGS = 64, MESSAGES = 256 };

typedef struct machine {
    ms_pop3_session session;
    ms_pop3_room room;
    ms_pop3_run runs[UINT16_MAX];
    uint8_t messages[MESSAGES];
    framing order;
    uint64_t at[2];             /* by ms_side */
    ms_finding items[FINDINGS]; /* of one event */
} machine;

static void command(machine *m, ms_span text, bool dropped, ms_findings *findings)
{
    const ms_pop3_context context = ms_pop3_session_command_context(&m->session);
    const ms_line line = compare_line(text);
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, &context);
    if (!dropped)
        framing_pop3_command(&m->order, &parsed);
    if (dropped)
        ms_pop3_session_dropped(&m->session, &parsed, &line, m->at[MS_CLIENT], findings);
    else
        ms_pop3_session_command(&m->session, &parsed, &line, m->at[MS_CLIENT], findings);
}

static void status(machine *m, const ms_line *line, ms_findings *findings)
{
    const ms_pop3_response_context context = ms_pop3_session_response_context(&m->session);
    const ms_pop3_response response = ms_pop3_response_parse_line(line, &context);
    /* where there was no room for a command, its reply may be anybody's */
    if (ms_pop3_session_limited(&m->session))
        m->order.waiting = -1;
    else if (response.indicator != MS_POP3_CONTINUATION)
        framing_pop3_answered(&m->order, ms_pop3_session_answering(&m->session), m->at[MS_SERVER]);
    ms_pop3_session_response(&m->session, &response, line, m->at[MS_SERVER], findings);
}

static void said(machine *m, ms_span text, ms_findings *findings)
{
    const ms_pop3_reading reading = ms_pop3_session_reading(&m->session);
    const ms_pop3_response_context context = ms_pop3_session_response_context(&m->session);
    const ms_line line = compare_line(text);
    const uint64_t at = m->at[MS_SERVER];
    if (ms_pop3_session_interrupted(&m->session, text) || reading == MS_POP3_READ_STATUS) {
        status(m, &line, findings);
    } else if (text.len == 1 && text.ptr[0] == '.') {
        ms_pop3_session_end(&m->session, &line, at, findings);
    } else if (reading == MS_POP3_READ_MESSAGE) {
        const uint8_t flags = text.len > 0 ? text.ptr[0] & 127 : 0;
        ms_pop3_session_content(&m->session, text, at - text.len, flags, at - text.len, findings);
    } else if (reading == MS_POP3_READ_CAPA) {
        const ms_pop3_capability capability = ms_pop3_capability_parse(text);
        ms_pop3_session_capability(&m->session, &capability, &line, at, findings);
    } else {
        const ms_pop3_response item = ms_pop3_listing_parse(text, &context);
        ms_pop3_session_listing(&m->session, &item, &line, at, findings);
    }
}

static void tls(machine *m)
{
    ms_pop3_session_tls(&m->session);
    m->order.waiting = m->order.waiting == 0 ? 0 : -1;
}

static void event(machine *m, ms_span line, ms_findings *findings)
{
    const uint8_t kind = line.len > 0 ? line.ptr[0] : 0;
    const ms_span text = ms_span_make(line.ptr + (line.len > 0), line.len - (line.len > 0));
    m->at[kind == 's' ? MS_SERVER : MS_CLIENT] += line.len + 1;
    if (kind == 'c' || kind == 'd')
        command(m, text, kind == 'd', findings);
    else if (kind == 's')
        said(m, text, findings);
    else if (kind == 'e')
        ms_pop3_session_early(&m->session, text.len, m->at[MS_CLIENT], findings);
    else if (kind == 't')
        tls(m);
    else if (kind == 'k')
        ms_pop3_session_know_pipelining(&m->session);
    else if (kind == 'x' || kind == 'h')
        ms_pop3_session_close(&m->session, kind == 'x' ? MS_SERVER : MS_CLIENT, m->at[MS_CLIENT], m->at[MS_SERVER],
                              findings);
}

static uint64_t run(machine *m, ms_span octets, uint8_t options)
{
    fuzz_look look = fuzz_look_at(octets);
    m->at[MS_CLIENT] = m->at[MS_SERVER] = 0;
    m->order.waiting = 0;
    m->order.sent = 0;
    const size_t runs = (options & 8) != 0 ? UINT16_MAX + 1 : (options & 1) != 0 ? 2 : MS_POP3_RUNS_DEFAULT;
    const size_t messages = (options & 4) != 0 ? 0 : (options & 2) != 0 ? 4 : MESSAGES;
    ms_pop3_session_init(&m->session, &m->room, m->runs, runs, messages == 0 ? NULL : m->messages, messages);
    for (size_t from = 0; from < octets.len;) {
        ms_findings findings = {.items = m->items, .capacity = FINDINGS};
        const size_t line_at = from;
        size_t to = from;
        while (to < octets.len && octets.ptr[to] != '\n')
            to++;
        event(m, ms_span_make(octets.ptr + from, to - from), &findings);
        from = to + 1;
        if (fuzz_crash_only)
            continue;
        look.base = line_at;
        look_findings(&look, &findings, m->at[MS_CLIENT] + FUZZ_INPUT_MAX, m->at[MS_SERVER] + FUZZ_INPUT_MAX,
                      MS_POP3_VERB_COUNT, MS_POP3_STATE_COUNT);
        FUZZ_EXPECT(ORACLE_WORK, line_at, findings.lost == 0);
        look_pop3_session(&look, &m->session);
    }
    return look.digest;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static machine first, second;
    const fuzz_input input = fuzz_input_read(data, size);
    const uint64_t digest = run(&first, input.octets, input.options);
    if (fuzz_crash_only)
        return 0;
    FUZZ_EXPECT(ORACLE_DETERMINISM, 0, run(&second, fuzz_again(input.octets), input.options) == digest);
    FUZZ_COMPARE(ORACLE_MODEL_SESSION, compare_pop3_session(input.octets));
    return 0;
}
