/*
 * fuzz_smtp_session.c - the SMTP session machine, by events in any order
 *
 * The octets are lines that end with LF; the first octet says which event the rest is:
 *
 *     c  a command line          d  content: an octet of flags, an octet of which 1 says "last", octets
 *     s  a line of a reply       e  octets that come too early
 *     t  TLS; 1: octets dropped  a  takes_as_data     p  spills     x  the server closes     h  the client closes
 *
 * options: bits 0 and 1 the variant, 4 room for two outstanding commands only, 8 for as many as there
 * can be.
 */
#include "fuzz/compare.h"
#include "fuzz/framing.h"
#include "fuzz/input.h"
#include "fuzz/look.h"

const char fuzz_target[] = "smtp_session";

enum { FINDINGS = 64 };

typedef struct machine {
    ms_smtp_session session;
    ms_smtp_run runs[UINT16_MAX];
    ms_reply reply;
    uint64_t at[2];             /* by ms_side */
    ms_finding items[FINDINGS]; /* of one event */
} machine;

static void command(machine *m, ms_span text, ms_findings *findings)
{
    const ms_smtp_context context = ms_smtp_session_command_context(&m->session);
    const ms_line line = compare_line(text);
    const ms_smtp_parsed parsed = ms_smtp_command_parse_line(&line, &context);
    ms_smtp_session_command(&m->session, &parsed, m->at[MS_CLIENT], findings);
}

static void reply(machine *m, ms_span text, ms_findings *findings)
{
    bool none = false;
    const ms_smtp_verb verb = ms_smtp_session_answering(&m->session, &none);
    const ms_reply_context context = ms_smtp_session_reply_context(&m->session);
    const ms_line line = compare_line(text);
    const ms_reply_line got = ms_reply_next(&m->reply, &line, &context);
    const bool greeting = !none && (verb == MS_SMTP_EHLO || verb == MS_SMTP_LHLO);
    const bool keyword = greeting && m->reply.code / 100 == 2 && m->reply.lines > 1;
    const ms_ehlo_line ehlo = ms_ehlo_line_parse(ms_span_is_absent(got.text) ? MS_SPAN("") : got.text);
    ms_smtp_session_reply(&m->session, &m->reply, &got, keyword ? &ehlo : NULL, m->at[MS_SERVER], findings);
}

static void tls(machine *m, bool dropped, ms_findings *findings)
{
    ms_smtp_session_tls(&m->session, dropped, m->at[MS_SERVER], findings);
    framing_smtp_session_tls(&m->session);
}

static void event(machine *m, ms_span line, ms_findings *findings)
{
    const uint8_t kind = line.len > 0 ? line.ptr[0] : 0;
    const uint8_t first = line.len > 1 ? line.ptr[1] : 0;
    const uint8_t second = line.len > 2 ? line.ptr[2] : 0;
    const ms_span text = ms_span_make(line.ptr + (line.len > 0), line.len - (line.len > 0));
    m->at[kind == 's' ? MS_SERVER : MS_CLIENT] += line.len;
    if (kind == 'c')
        command(m, text, findings);
    else if (kind == 's')
        reply(m, text, findings);
    else if (kind == 'd')
        ms_smtp_session_content(&m->session, line.len, first & 127, (second & 1) != 0, m->at[MS_CLIENT], findings);
    else if (kind == 'e')
        ms_smtp_session_early(&m->session, m->at[MS_CLIENT], findings);
    else if (kind == 't')
        tls(m, (first & 1) != 0, findings);
    else if (kind == 'a')
        (void)ms_smtp_session_takes_as_data(&m->session, m->at[MS_CLIENT], findings);
    else if (kind == 'p')
        (void)ms_smtp_session_spills(&m->session, text, m->at[MS_CLIENT], findings);
    else if (kind == 'x' || kind == 'h')
        ms_smtp_session_close(&m->session, kind == 'x' ? MS_SERVER : MS_CLIENT, m->at[MS_CLIENT], m->at[MS_SERVER],
                              findings);
}

static uint64_t run(machine *m, ms_span octets, uint8_t options)
{
    fuzz_look look = fuzz_look_at(octets);
    m->at[MS_CLIENT] = m->at[MS_SERVER] = 0;
    ms_reply_init(&m->reply);
    ms_smtp_session_init(&m->session, (ms_smtp_variant)((options & 3) % (MS_VARIANT_LMTP + 1)), m->runs,
                         (options & 8) != 0   ? UINT16_MAX + 1
                         : (options & 4) != 0 ? 2
                                              : MS_SMTP_RUNS_DEFAULT);
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
        look_findings(&look, &findings, m->at[MS_CLIENT], m->at[MS_SERVER], MS_SMTP_VERB_COUNT, MS_SMTP_STATE_COUNT);
        FUZZ_EXPECT(ORACLE_WORK, line_at, findings.lost == 0);
        look_smtp_session(&look, &m->session);
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
    FUZZ_COMPARE(ORACLE_MODEL_SESSION, compare_smtp_session(input.octets));
    return 0;
}
