/* The POP3 session machine by itself: its table, what it tells of itself, and its lent memory.  Whole dialogues are in
 * test_pop3_dialogue.c. */
#include <criterion/criterion.h>
#include <string.h>

#include "feed.h"
#include "mailspec/pop3_session.h"

enum { RUNS = 4, MESSAGES = 8 };

typedef struct bench {
    ms_pop3_session session;
    ms_pop3_room room;
    ms_pop3_run runs[RUNS];
    uint8_t messages[MESSAGES];
    ms_finding items[16];
    ms_findings findings;
    uint64_t at[2];
} bench;

static void begin(bench *b)
{
    memset(b, 0x55, sizeof *b); /* init leaves nothing to chance */
    ms_pop3_session_init(&b->session, &b->room, b->runs, RUNS, b->messages, MESSAGES);
    b->findings = (ms_findings){b->items, 16, 0, 0};
    b->at[MS_CLIENT] = b->at[MS_SERVER] = 0;
}

static ms_line line_of(const char *text)
{
    return (ms_line){.status = MS_LINE_COMPLETE,
                     .bare_cr_at = MS_LINE_NOWHERE,
                     .nul_at = MS_LINE_NOWHERE,
                     .eight_bit_at = MS_LINE_NOWHERE,
                     .text = ms_span_make(text, strlen(text)),
                     .consumed = strlen(text) + 2};
}

static void client(bench *b, const char *text)
{
    const ms_line line = line_of(text);
    const ms_pop3_context context = ms_pop3_session_command_context(&b->session);
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, &context);
    ms_pop3_session_command(&b->session, &parsed, &line, b->at[MS_CLIENT], &b->findings);
    b->at[MS_CLIENT] += line.consumed;
}

static void server(bench *b, const char *text)
{
    const ms_line line = line_of(text);
    const ms_pop3_response_context context = ms_pop3_session_response_context(&b->session);
    const ms_pop3_response response = ms_pop3_response_parse_line(&line, &context);
    ms_pop3_session_response(&b->session, &response, &line, b->at[MS_SERVER], &b->findings);
    b->at[MS_SERVER] += line.consumed;
}

static void capability(bench *b, const char *text)
{
    const ms_line line = line_of(text);
    const ms_pop3_capability read = ms_pop3_capability_parse(line.text);
    ms_pop3_session_capability(&b->session, &read, &line, b->at[MS_SERVER], &b->findings);
    b->at[MS_SERVER] += line.consumed;
}

static void login(bench *b)
{
    begin(b);
    server(b, "+OK");
    client(b, "USER nils");
    server(b, "+OK");
    client(b, "PASS x");
    server(b, "+OK");
    cr_assert_eq(b->session.state, MS_POP3_TRANSACTION);
    cr_assert_eq(b->findings.count, 0);
}

Test(pop3_session, transitions)
{
    static const struct {
        const char *id;
        ms_pop3_state state;
        ms_pop3_verb verb;
        ms_pop3_indicator indicator;
        ms_pop3_state next;
        const char *rule; /* NULL: no transition */
    } rows[] = {
        {"POP3-1939-3-22", MS_POP3_CONNECTED, MS_POP3_UNKNOWN, MS_POP3_POSITIVE, MS_POP3_AUTHORIZATION,
         "RFC 1939 section 4"},
        {"POP3-1939-4-01", MS_POP3_CONNECTED, MS_POP3_UNKNOWN, MS_POP3_NEGATIVE, MS_POP3_REFUSED, "RFC 1939 section 4"},
        {"POP3-1939-4-03", MS_POP3_AUTHORIZATION, MS_POP3_PASS, MS_POP3_POSITIVE, MS_POP3_TRANSACTION,
         "RFC 1939 section 7"},
        {"POP3-1939-7-50", MS_POP3_AUTHORIZATION, MS_POP3_APOP, MS_POP3_POSITIVE, MS_POP3_TRANSACTION,
         "RFC 1939 section 7"},
        {"POP3-5034-4-21", MS_POP3_AUTHORIZATION, MS_POP3_AUTH, MS_POP3_POSITIVE, MS_POP3_TRANSACTION,
         "RFC 5034 section 4"},
        {"POP3-2595-4-05", MS_POP3_AUTHORIZATION, MS_POP3_STLS, MS_POP3_POSITIVE, MS_POP3_TLS_NEXT,
         "RFC 2595 section 4"},
        {"POP3-1939-4-15", MS_POP3_AUTHORIZATION, MS_POP3_QUIT, MS_POP3_POSITIVE, MS_POP3_ENDED, "RFC 1939 section 4"},
        {"POP3-1939-6-01", MS_POP3_TRANSACTION, MS_POP3_QUIT, MS_POP3_POSITIVE, MS_POP3_UPDATE, "RFC 1939 section 6"},
        {"POP3-1939-6-04", MS_POP3_TRANSACTION, MS_POP3_QUIT, MS_POP3_NEGATIVE, MS_POP3_UPDATE, "RFC 1939 section 6"},
        {"POP3-1939-7-41", MS_POP3_AUTHORIZATION, MS_POP3_PASS, MS_POP3_NEGATIVE, MS_POP3_CLOSED, NULL},
        {"POP3-1939-7-34", MS_POP3_AUTHORIZATION, MS_POP3_USER, MS_POP3_POSITIVE, MS_POP3_CLOSED, NULL},
        {"POP3-5034-4-02", MS_POP3_TRANSACTION, MS_POP3_AUTH, MS_POP3_POSITIVE, MS_POP3_CLOSED, NULL},
        {"POP3-1939-5-30", MS_POP3_TRANSACTION, MS_POP3_DELE, MS_POP3_POSITIVE, MS_POP3_CLOSED, NULL},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        ms_pop3_state next = MS_POP3_CLOSED;
        const char *rule = ms_pop3_transition(rows[i].state, rows[i].verb, rows[i].indicator, &next);
        cr_expect_eq(next, rows[i].next, "%s: %s", rows[i].id, ms_pop3_state_name(next));
        if (rows[i].rule == NULL)
            cr_expect_null(rule, "%s", rows[i].id);
        else
            cr_expect_str_eq(rule, rows[i].rule, "%s", rows[i].id);
    }
    cr_expect_str_eq(ms_pop3_state_name(MS_POP3_UPDATE), "UPDATE");
    cr_expect_str_eq(ms_pop3_state_name(MS_POP3_STATE_COUNT), "");
}

Test(pop3_session, states_of_a_session)
{
    bench b;
    begin(&b);
    cr_expect_eq(b.session.state, MS_POP3_CONNECTED);
    cr_expect_eq(ms_pop3_session_response_context(&b.session).after, MS_POP3_AFTER_GREETING);
    login(&b);
    client(&b, "QUIT");
    cr_expect_eq(b.session.state, MS_POP3_TRANSACTION, "UPDATE begins with the reply");
    server(&b, "-ERR some messages not removed");
    cr_expect_eq(b.session.state, MS_POP3_UPDATE);
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_NOTHING);
    ms_pop3_session_close(&b.session, MS_SERVER, 0, 0, &b.findings);
    cr_expect_eq(b.session.state, MS_POP3_CLOSED);
    server(&b, "+OK");
    cr_expect_eq(b.session.state, MS_POP3_CLOSED);
}

Test(pop3_session, what_the_reply_answers)
{
    bench b;
    login(&b);
    cr_expect(ms_pop3_session_answering(&b.session).none);
    cr_expect_eq(ms_pop3_session_answering(&b.session).sequence, 2);
    client(&b, "TOP 3 70000000000");
    ms_pop3_answering a = ms_pop3_session_answering(&b.session);
    cr_expect(!a.none && a.argument && a.well_formed && !a.injected);
    cr_expect_eq(a.verb, MS_POP3_TOP);
    cr_expect_eq(a.number, 3);
    cr_expect_eq(a.lines, UINT32_MAX, "saturating");
    server(&b, "-ERR");
    client(&b, "LIST 1x");
    a = ms_pop3_session_answering(&b.session);
    cr_expect_eq(a.number, 0);
    cr_expect(a.argument && !a.well_formed);
    cr_expect_eq(ms_pop3_session_response_context(&b.session).after, MS_POP3_AFTER_LIST);
    server(&b, "-ERR");
    client(&b, "LIST");
    cr_expect_eq(ms_pop3_session_response_context(&b.session).after, MS_POP3_AFTER_STATUS);
    server(&b, "+OK");
    cr_expect_eq(ms_pop3_session_reading(&b.session), MS_POP3_READ_LIST);
    cr_expect_eq(ms_pop3_session_response_context(&b.session).after, MS_POP3_AFTER_LIST);
    cr_expect(!ms_pop3_session_interrupted(&b.session, MS_SPAN("+OK")), "nothing else is outstanding");
}

Test(pop3_session, runs_of_equal_commands)
{
    bench b;
    login(&b);
    for (int n = 1; n <= 9; n++) {
        char line[] = "RETR 0";
        line[5] = (char)('0' + n);
        client(&b, line);
    }
    cr_expect_eq(b.room.run_count, 1, "numbers that ascend are one run");
    cr_expect_eq(b.room.outstanding, 9);
    client(&b, "NOOP");
    client(&b, "NOOP");
    cr_expect_eq(b.room.run_count, 2);
    client(&b, "RETR 9");
    client(&b, "RETR 9");
    cr_expect_eq(b.room.run_count, 4, "the same number twice is no run");
    for (uint32_t n = 1; n <= 9; n++) {
        cr_expect_eq(ms_pop3_session_answering(&b.session).number, n);
        cr_expect_eq(ms_pop3_session_answering(&b.session).sequence, n + 1);
        server(&b, "-ERR");
    }
    cr_expect_eq(ms_pop3_session_answering(&b.session).verb, MS_POP3_NOOP);
    cr_expect(!ms_pop3_session_limited(&b.session));
}

Test(pop3_session, ring_too_small)
{
    bench b;
    login(&b);
    static const char *const lines[] = {"NOOP", "STAT", "RSET", "LIST 1", "UIDL 1"};
    for (size_t i = 0; i < COUNT(lines); i++)
        client(&b, lines[i]);
    cr_expect(ms_pop3_session_limited(&b.session), "a fifth kind has no room");
    const size_t before = b.findings.count; /* talking ahead */
    cr_expect_eq(before, 1);
    for (size_t i = 0; i < 4; i++)
        server(&b, i == 1 ? "+OK 0 0" : "-ERR [SYS/TEMP]");
    cr_expect_eq(b.findings.count, before);
    server(&b, "whatever comes now");
    client(&b, "NONSENSE");
    server(&b, ".");
    ms_pop3_session_close(&b.session, MS_CLIENT, 0, 0, &b.findings);
    cr_expect_eq(b.findings.count, before, "a limit is no finding");
}

/* RFC 2449 section 6.6 sets no limit to a group; a run counts to 65,535, and the next command begins another one. */
Test(pop3_session, more_equal_commands_than_a_run_counts)
{
    enum { MORE = UINT16_MAX + 2 };
    bench b;
    login(&b);
    for (size_t i = 0; i < MORE; i++)
        client(&b, "NOOP");
    cr_expect_eq(b.room.run_count, 2);
    cr_expect_eq(b.room.outstanding, MORE);
    cr_expect_not(ms_pop3_session_limited(&b.session));
    for (size_t i = 0; i < MORE; i++) {
        cr_assert_not(ms_pop3_session_answering(&b.session).none);
        server(&b, "+OK");
    }
    cr_expect(ms_pop3_session_answering(&b.session).none);
    cr_expect_eq(b.findings.count, 1, "talking ahead without PIPELINING, told once");
}

/* A framer may have a lower limit than the 255 octets of RFC 2449 section 4: what it says to be over it is over-long. */
Test(pop3_session, line_that_the_framer_cut)
{
    bench b;
    login(&b);
    ms_line line = line_of("XTND a");
    line.status = MS_LINE_HEAD;
    line.flags = MS_LINE_TOO_LONG;
    const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, NULL);
    ms_pop3_session_command(&b.session, &parsed, &line, 0, &b.findings);
    cr_assert_eq(b.findings.count, 1);
    cr_expect_eq(b.items[0].requirement, MS_REQ_POP3_2449_4_04);
    cr_expect_eq(b.items[0].side, MS_CLIENT);
}

Test(pop3_session, marks)
{
    bench b;
    uint32_t messages;
    login(&b);
    cr_expect(!ms_pop3_session_messages(&b.session, &messages));
    client(&b, "DELE 2");
    server(&b, "+OK");
    cr_expect(ms_pop3_session_marked(&b.session, 2));
    cr_expect(!ms_pop3_session_marked(&b.session, 1));
    cr_expect(!ms_pop3_session_marked(&b.session, 0));
    client(&b, "STAT");
    server(&b, "+OK 7 70");
    cr_expect(!ms_pop3_session_messages(&b.session, &messages), "whether 7 is 8 less one, or counts it, is not known");
    client(&b, "DELE 8");
    server(&b, "+OK");
    cr_expect(ms_pop3_session_marked(&b.session, 8), "the last one that there is room for");
    client(&b, "RSET");
    server(&b, "+OK");
    cr_expect(!ms_pop3_session_marked(&b.session, 2));
    client(&b, "STAT");
    server(&b, "+OK 7 70");
    cr_expect(ms_pop3_session_messages(&b.session, &messages));
    cr_expect_eq(messages, 7);
    client(&b, "DELE 2");
    server(&b, "+OK");
    client(&b, "STAT");
    server(&b, "+OK 6 60");
    cr_expect(ms_pop3_session_messages(&b.session, &messages));
    cr_expect_eq(messages, 7, "those marked are of the maildrop too");
    cr_expect_eq(b.findings.count, 0);
    cr_expect(!ms_pop3_session_limited(&b.session));
    login(&b);
    client(&b, "DELE 9");
    server(&b, "+OK");
    cr_expect(ms_pop3_session_limited(&b.session), "beyond the lent memory");
    client(&b, "DELE 9");
    server(&b, "+OK");
    cr_expect_eq(b.findings.count, 0);
    client(&b, "RSET");
    server(&b, "+OK");
    cr_expect(!ms_pop3_session_limited(&b.session), "nothing is marked again");
}

Test(pop3_session, findings_name_their_place)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "NOOP");
    server(&b, "+OK");
    cr_assert_eq(b.findings.count, 2);
    const ms_finding c = b.items[0], s = b.items[1];
    cr_expect_eq(c.requirement, MS_REQ_POP3_1939_5_50);
    cr_expect_eq(c.at, 0);
    cr_expect_eq(c.side, MS_CLIENT);
    cr_expect_eq(c.stream, MS_CLIENT);
    cr_expect_eq(c.verb, MS_POP3_NOOP);
    cr_expect_eq(c.state, MS_POP3_AUTHORIZATION);
    cr_expect_eq(s.requirement, MS_REQ_POP3_1939_5_39);
    cr_expect_eq(s.at, 5);
    cr_expect_eq(s.side, MS_SERVER);
    cr_expect_eq(s.stream, MS_SERVER);
    cr_expect_eq(s.verb, MS_POP3_NOOP);
    cr_expect_eq(s.code, MS_POP3_POSITIVE);
    b.findings.capacity = 2;
    client(&b, "STAT");
    cr_expect_eq(b.findings.count, 2);
    cr_expect_eq(b.findings.lost, 1, "what does not fit is counted");
}

/* Each kind of octet that may not stand in a command is told at the first one of its kind. */
Test(pop3_session, findings_name_their_octet)
{
    static const struct {
        const char *line;
        uint64_t at;
    } rows[] = {{"NOOP\x01", 4}, {"XTND \x02\x03", 5}, {"XTND abc\xC3\xC3", 8}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench b;
        login(&b);
        const uint64_t from = b.at[MS_CLIENT];
        ms_line line = line_of(rows[i].line);
        const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, NULL);
        ms_pop3_session_command(&b.session, &parsed, &line, from, &b.findings);
        cr_assert_eq(b.findings.count, 1, "row %zu", i);
        cr_expect_eq(b.items[0].requirement, MS_REQ_POP3_1939_3_05);
        cr_expect_eq(b.items[0].at, from + rows[i].at, "row %zu: %zu", i, (size_t)(b.items[0].at - from));
    }
}

/* RFC 2449 section 6.7: what is wrong of a list as a whole is told at its end. */
Test(pop3_session, a_list_is_found_wrong_at_its_end)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "CAPA");
    server(&b, "+OK");
    capability(&b, "EXPIRE 10");
    ms_pop3_session_end(&b.session, NULL, b.at[MS_SERVER], &b.findings);
    client(&b, "USER nils");
    server(&b, "+OK");
    client(&b, "PASS x");
    server(&b, "+OK");
    client(&b, "CAPA");
    server(&b, "+OK");
    capability(&b, "EXPIRE 5");
    b.findings.count = 0;
    const uint64_t from = b.at[MS_SERVER];
    ms_pop3_session_end(&b.session, NULL, from, &b.findings);
    cr_assert_eq(b.findings.count, 1);
    cr_expect_eq(b.items[0].requirement, MS_REQ_POP3_2449_6_7_02);
    cr_expect_eq(b.items[0].at, from);
}

/* A response to a challenge that is none is a breach from its first octet (RFC 5034 section 4). */
Test(pop3_session, responses_are_found_at_their_start)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "AUTH CRAM-MD5");
    server(&b, "+ no base64!");
    b.findings.count = 0;
    const uint64_t from = b.at[MS_CLIENT];
    client(&b, "AAAA");
    cr_assert_eq(b.findings.count, 1);
    cr_expect_eq(b.items[0].requirement, MS_REQ_POP3_5034_4_16);
    cr_expect_eq(b.items[0].at, from);
}

/* … and so it is with what a server says (RFC 1939 section 3). */
Test(pop3_session, findings_name_the_servers_octet)
{
    static const struct {
        const char *line;
        uint64_t at;
    } rows[] = {{"+OK a\x01", 5}, {"+OK ab\x02\x01", 6}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench b;
        login(&b);
        client(&b, "NOOP");
        const uint64_t from = b.at[MS_SERVER];
        server(&b, rows[i].line);
        cr_assert_geq(b.findings.count, 1, "row %zu", i);
        cr_expect_eq(b.items[0].at, from + rows[i].at, "row %zu: %zu", i, (size_t)(b.items[0].at - from));
    }
}

/* A line that nobody asked for is a breach from its first octet (RFC 1939 section 3: one response to a command). */
Test(pop3_session, unasked_lines_are_found_at_their_start)
{
    static const struct {
        const char *command, *line;
        uint8_t flags;
        uint16_t requirement;
    } rows[] = {
        {"NOOP", "+OK more", 0, MS_REQ_POP3_1939_3_39},
        {"NOOP\r", "+OK more", MS_LINE_BARE_CR, MS_REQ_POP3_SEC_raw_04},
        {"NOOP", ".", 0, MS_REQ_POP3_1939_3_38},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bench b;
        login(&b);
        ms_line line = line_of(rows[i].command);
        line.flags = rows[i].flags;
        const ms_pop3_parsed parsed = ms_pop3_command_parse_line(&line, NULL);
        ms_pop3_session_command(&b.session, &parsed, &line, b.at[MS_CLIENT], &b.findings);
        server(&b, "+OK");
        b.findings.count = 0;
        const uint64_t from = b.at[MS_SERVER];
        server(&b, rows[i].line);
        cr_assert_eq(b.findings.count, 1, "row %zu: %zu", i, b.findings.count);
        cr_expect_eq(b.items[0].requirement, rows[i].requirement, "row %zu", i);
        cr_expect_eq(b.items[0].at, from, "row %zu", i);
    }
}

Test(pop3_session, capabilities_and_tls)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "CAPA");
    server(&b, "+OK");
    cr_expect_eq(ms_pop3_session_reading(&b.session), MS_POP3_READ_CAPA);
    capability(&b, "STLS");
    cr_expect(!ms_pop3_session_offers(&b.session, MS_CAPA_STLS), "not before the list is whole");
    const ms_line dot = line_of(".");
    ms_pop3_session_end(&b.session, &dot, b.at[MS_SERVER], &b.findings);
    cr_expect(ms_pop3_session_offers(&b.session, MS_CAPA_STLS));
    cr_expect(!ms_pop3_session_offers(&b.session, MS_CAPA_TOP));
    client(&b, "STLS");
    server(&b, "+OK");
    cr_expect_eq(b.session.state, MS_POP3_TLS_NEXT);
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_NOTHING);
    cr_expect(!ms_pop3_session_tls_active(&b.session));
    ms_pop3_session_tls(&b.session);
    cr_expect(ms_pop3_session_tls_active(&b.session));
    cr_expect_eq(b.session.state, MS_POP3_AUTHORIZATION);
    cr_expect(!ms_pop3_session_offers(&b.session, MS_CAPA_STLS), "POP3-2595-4-11");
    cr_expect_eq(b.findings.count, 0);
}

/* The +OK to STLS is not in the recording, the handshake is: it was accepted. */
Test(pop3_session, handshake_without_an_answer)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "STLS");
    ms_pop3_session_tls(&b.session);
    cr_expect_eq(b.session.state, MS_POP3_AUTHORIZATION);
    cr_expect(ms_pop3_session_answering(&b.session).none);
    client(&b, "STAT");
    server(&b, "+OK 0 0");
    cr_expect_eq(b.findings.count, 2);
    cr_expect_eq(b.items[1].requirement, MS_REQ_POP3_2595_4_08);
}

/* NOOP is for TRANSACTION alone, too, but what it gets tells nothing of the state behind the handshake. */
Test(pop3_session, noop_behind_the_handshake)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    client(&b, "STLS");
    server(&b, "+OK");
    ms_pop3_session_tls(&b.session);
    client(&b, "NOOP");
    server(&b, "+OK");
    cr_expect_eq(b.findings.count, 2);
    cr_expect_eq(b.items[1].requirement, MS_REQ_POP3_1939_5_39);
}

Test(pop3_session, pipelining_of_an_earlier_connection)
{
    bench b;
    begin(&b);
    ms_pop3_session_know_pipelining(&b.session);
    server(&b, "+OK");
    client(&b, "USER a");
    client(&b, "PASS b");
    cr_expect_eq(b.findings.count, 0, "POP3-2449-6.6-06");
    begin(&b);
    server(&b, "+OK");
    client(&b, "USER a");
    client(&b, "PASS b");
    client(&b, "STAT");
    cr_expect_eq(b.findings.count, 1, "once");
    cr_expect_eq(b.items[0].requirement, MS_REQ_POP3_2449_6_6_06);
}

Test(pop3_session, what_the_client_says_next)
{
    bench b;
    begin(&b);
    server(&b, "+OK");
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_COMMAND);
    client(&b, "AUTH PLAIN");
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_UNDECIDED);
    ms_pop3_session_early(&b.session, 4, b.at[MS_CLIENT], &b.findings);
    cr_expect_eq(b.findings.count, 1);
    server(&b, "+ ");
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_AUTH_RESPONSE);
    cr_expect(ms_pop3_session_command_context(&b.session).auth_response);
    client(&b, "*");
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_UNDECIDED);
    server(&b, "-ERR");
    cr_expect_eq(ms_pop3_session_expect(&b.session), MS_POP3_EXPECT_COMMAND);
    cr_expect(ms_pop3_session_command_context(&b.session).capa_seen, "the limit of 40 is for servers without CAPA");
    client(&b, "CAPA");
    server(&b, "-ERR");
    cr_expect(!ms_pop3_session_command_context(&b.session).capa_seen);
}

/* Found by fuzzing: a response that was read as an item of a listing answers LANG; its members are those of the item. */
Test(pop3_session, response_read_for_another_command)
{
    static const ms_pop3_response_context list = {.after = MS_POP3_AFTER_LIST};
    bench b;
    login(&b);
    client(&b, "LANG xx-none");
    const ms_line line = line_of("+OK 3 44444");
    const ms_pop3_response response = ms_pop3_response_parse_line(&line, &list);
    cr_expect_eq(response.after, MS_POP3_AFTER_LIST);
    cr_expect_eq(response.scan.octets, 44444);
    ms_pop3_session_response(&b.session, &response, &line, b.at[MS_SERVER], &b.findings);
    for (size_t i = 0; i < b.findings.count; i++)
        cr_expect_neq(b.findings.items[i].requirement, MS_REQ_POP3_6856_3_2_01, "there is no language tag to judge");
}
