/*
 * fuzz_serve.c - the reference server: a whole connection, without a socket
 *
 * The octets are the client's.  What the server says must not depend on how they came, and the session machine, which
 * shares none of the server's order, must find nothing that the server does wrong.
 *
 * options: bits 0 to 2 SMTP, submission, LMTP, POP3; 8 TLS from the start; 16 authentication in clear text.
 */
#include "fuzz/framing.h"
#include "fuzz/look.h"
#include "fuzz/reached.h"
#include "fuzz/talk.h"
#include "harness/requirement/register.h"
#include "harness/serve/pop3_server.h"
#include "harness/serve/smtp_server.h"
#include "tests/serve_still.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char fuzz_target[] = "serve";

enum { FINDINGS = 64 };

/* One server of either protocol, and a judge of what it says. */
typedef struct stand {
    smtp_server *smtp;
    pop3_server *pop3;
    serve_octets said;
    ms_smtp_dialogue smtp_judge;
    ms_pop3_dialogue pop3_judge;
    ms_smtp_run smtp_runs[MS_SMTP_RUNS_DEFAULT];
    ms_pop3_run pop3_runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[64];
    size_t heard[2]; /* octets that the judge consumed, by ms_side */
    bool unjudged;   /* a bare LF or CR of the client: the server need not see a line end there */
} stand;

static void judge_findings(const stand *s, const ms_findings *findings, size_t at)
{
    const bool limited = s->smtp != NULL ? ms_smtp_session_limited(&s->smtp_judge.session)
                                         : ms_pop3_session_limited(&s->pop3_judge.session);
    for (size_t i = 0; i < findings->count && !limited && !s->unjudged; i++) {
        if (findings->items[i].side != MS_SERVER || findings->items[i].requirement == MS_REQ_SMTP_4954_4_33)
            continue; /* the latter is what options asked for: passwords in clear text */
        fprintf(stderr, "%.*s\n", (int)s->said.len, (const char *)s->said.ptr);
        fuzz_wrong(ORACLE_CONFORMING, at, "the server breaks %s", ms_register_get(findings->items[i].requirement)->id);
    }
}

static bool is_bdat(ms_span line)
{
    static const char verb[] = "BDAT ";
    size_t same = 0;
    while (same < sizeof verb - 1 && same < line.len && (line.ptr[same] & ~0x20) == (verb[same] & ~0x20))
        same++;
    return same == sizeof verb - 1;
}

/* false: it waits. */
static bool judge_next(stand *s, ms_side side, ms_span window)
{
    static ms_finding items[FINDINGS]; /* on the stack they would cost more than the call */
    ms_findings findings = {.items = items, .capacity = FINDINGS};
    size_t consumed = 0;
    bool waits = false;
    if (s->smtp != NULL) {
        ms_smtp_event event;
        ms_smtp_dialogue_read(&s->smtp_judge, side, window, &findings, &event);
        consumed = event.consumed;
        waits = event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED;
        s->unjudged |= side == MS_CLIENT && !waits && (event.line_flags & (MS_LINE_BARE_LF | MS_LINE_BARE_CR)) != 0;
        if (event.kind == MS_SMTP_EVENT_REPLY)
            fuzz_reached(FUZZ_REACHED_REPLY, event.answered,
                         (uint32_t)s->smtp_judge.session.state << 16 | event.reply.whole.code);
        /* nor are the octets behind a malformed BDAT any more lines than a chunk; one with an octet that no command has
         * is not even known for a BDAT, and one with a blank at its end, behind a refused DATA, is taken for text */
        s->unjudged |= event.kind == MS_SMTP_EVENT_COMMAND && (event.command.error != MS_SMTP_OK || event.spilled) &&
                       is_bdat(window);
    } else {
        ms_pop3_event event;
        ms_pop3_dialogue_read(&s->pop3_judge, side, window, &findings, &event);
        consumed = event.consumed;
        waits = event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED;
        s->unjudged |= side == MS_CLIENT && !waits && (event.line_flags & (MS_LINE_BARE_LF | MS_LINE_BARE_CR)) != 0;
        if (event.kind == MS_POP3_EVENT_RESPONSE)
            fuzz_reached(FUZZ_REACHED_REPLY, event.answered.verb,
                         (uint32_t)event.state << 8 | (uint32_t)s->pop3_judge.session.state << 4 |
                             event.response.indicator);
    }
    judge_findings(s, &findings, s->heard[MS_CLIENT]);
    s->heard[side] += consumed;
    return !waits;
}

/* Both streams up to now. */
static void judge(stand *s, const fuzz_input *input, size_t given)
{
    for (bool again = true; again;) {
        again = false;
        while (judge_next(s, MS_CLIENT,
                          ms_span_make(input->octets.ptr + s->heard[MS_CLIENT], given - s->heard[MS_CLIENT])))
            again = true;
        if (s->heard[MS_SERVER] < s->said.len &&
            judge_next(s, MS_SERVER,
                       ms_span_make(s->said.ptr + s->heard[MS_SERVER], s->said.len - s->heard[MS_SERVER])))
            again = true;
    }
}

static size_t begin_tls(stand *s, size_t pending, size_t given)
{
    ms_finding items[FINDINGS];
    ms_findings findings = {.items = items, .capacity = FINDINGS};
    const size_t unheard = given - s->heard[MS_CLIENT];
    framing fresh = {.waiting = 0};
    if (s->smtp != NULL) {
        ms_smtp_dialogue_tls(&s->smtp_judge, unheard, s->said.len - s->heard[MS_SERVER], &findings);
        framing_smtp_tls(&fresh, &s->smtp_judge);
    } else {
        ms_pop3_dialogue_tls(&s->pop3_judge, unheard, s->said.len - s->heard[MS_SERVER], &findings);
        framing_pop3_tls(&fresh, &s->pop3_judge);
    }
    judge_findings(s, &findings, given);
    s->heard[MS_CLIENT] = given;
    s->heard[MS_SERVER] = s->said.len;
    return s->smtp != NULL ? smtp_server_tls(s->smtp, pending, "TLS_AES_256_GCM_SHA384")
                           : pop3_server_tls(s->pop3, pending);
}

/* The connection to its end, or to that of the octets.  Only octet by octet, or line by line, is it known what was said to
 * what.  How the judge's octets are cut makes no difference (fuzz_smtp_dialogue.c), so it is asked where a line ends, and
 * when the server says something. */
static void converse(stand *s, const fuzz_input *input, fuzz_way way)
{
    const bool judged = way == FUZZ_OCTETS || way == FUZZ_LINES;
    fuzz_cutter cutter = fuzz_cutter_make(input, way);
    size_t from = 0, to = 0, calls = 0;
    serve_wish wish = SERVE_AGAIN;
    while (wish != SERVE_CLOSE) {
        FUZZ_EXPECT(ORACLE_WORK, from, ++calls <= 4 * input->octets.len + s->said.len + 64);
        if (wish == SERVE_INPUT) {
            if (to == input->octets.len)
                break;
            const size_t room = SERVE_INPUT_ROOM - (to - from);
            const size_t more = fuzz_cutter_next(&cutter, input->octets.len - to);
            FUZZ_EXPECT(ORACLE_WORK, from, room > 0);
            to += more < room ? more : room;
        }
        const ms_span window = ms_span_make(input->octets.ptr + from, to - from);
        const serve_taken taken =
            s->smtp != NULL ? smtp_server_take(s->smtp, window, &s->said) : pop3_server_take(s->pop3, window, &s->said);
        FUZZ_EXPECT(ORACLE_WORK, from, taken.consumed <= window.len);
        from += taken.consumed;
        wish = taken.wish;
        const bool said = s->said.len > s->heard[MS_SERVER];
        if (judged &&
            (said || wish != SERVE_INPUT || to == 0 || to == input->octets.len || input->octets.ptr[to - 1] == '\n'))
            judge(s, input, to);
        if (wish == SERVE_TLS) { /* what follows is sent behind the handshake, so that all ways are the same */
            FUZZ_EXPECT(ORACLE_FACT, from, begin_tls(s, to - from, to) == 0);
            to = from;
            wish = SERVE_AGAIN;
        }
    }
}

static void run(const fuzz_input *input, const serve_settings *settings, fuzz_way way, uint8_t options, stand *s)
{
    static const serve_peer peer = {"127.0.0.1", "127.0.0.1"};
    ms_findings none = {.items = NULL};
    const bool tls = (options & 8) != 0;
    serve_still_count = 0;
    s->said.len = 0;
    s->unjudged = false;
    s->heard[MS_CLIENT] = s->heard[MS_SERVER] = 0;
    s->smtp = NULL;
    s->pop3 = NULL;
    if ((options & 7) % 4 == 3) {
        s->pop3 = pop3_server_new(settings, tls);
        ms_pop3_dialogue_init(&s->pop3_judge, s->pop3_runs, MS_POP3_RUNS_DEFAULT, s->messages, sizeof s->messages);
        if (tls)
            ms_pop3_dialogue_tls(&s->pop3_judge, 0, 0, &none);
    } else {
        const ms_smtp_variant variant = (ms_smtp_variant)((options & 7) % 4);
        s->smtp = smtp_server_new(settings, variant, &peer, tls ? "TLS_AES_256_GCM_SHA384" : "");
        ms_smtp_dialogue_init(&s->smtp_judge, variant, s->smtp_runs, MS_SMTP_RUNS_DEFAULT);
        if (tls)
            ms_smtp_dialogue_tls(&s->smtp_judge, 0, 0, &none);
    }
    converse(s, input, way);
    if (s->smtp != NULL)
        smtp_server_free(s->smtp);
    else
        pop3_server_free(s->pop3);
}

static serve_settings prepare(store *s, uint8_t options)
{
    static const char message[] = "From: <alice@example.org>\r\nSubject: one\r\n\r\n.dot\r\nlast\r\n";
    store_add_user(s, "alice", "secret");
    store_deliver(s, store_find(s, MS_SPAN("alice")), MS_SPAN(message), 0);
    store_deliver(s, store_find(s, MS_SPAN("alice")), MS_SPAN("\r\ntwo\r\n"), 0);
    serve_settings settings = serve_settings_default(s);
    memset(settings.secret, 7, sizeof settings.secret);
    settings.clock = serve_still_clock;
    settings.random = serve_still_random;
    settings.tls = true;
    settings.plain_auth = (options & 16) != 0;
    return settings;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static stand stands[FUZZ_LINES + 1];
    const fuzz_input input = fuzz_input_read(data, size);
    if (input.octets.len > 4096)
        return 0; /* each octet is a call */
    const bool octets = fuzz_is_fed(&input, FUZZ_OCTETS);
    for (fuzz_way way = FUZZ_WHOLE; way <= FUZZ_LINES; way++) {
        if (way == FUZZ_LINES ? octets || fuzz_crash_only : !fuzz_is_fed(&input, way))
            continue; /* either of the two judged ways */
        store *s = store_new(SERVE_STILL_TIME, (size_t)1 << 20);
        const serve_settings settings = prepare(s, input.options);
        run(&input, &settings, way, input.options, &stands[way]);
        store_free(s);
        const serve_octets *whole = &stands[FUZZ_WHOLE].said;
        const serve_octets *cut = &stands[way].said;
        if (whole->len != cut->len || (cut->len > 0 && memcmp(whole->ptr, cut->ptr, cut->len) != 0))
            fuzz_wrong(way == FUZZ_OCTETS ? ORACLE_CUT_OCTETS : ORACLE_CUT_PLAN, 0, "%zu octets said whole, %zu cut",
                       whole->len, cut->len);
    }
    return 0;
}
