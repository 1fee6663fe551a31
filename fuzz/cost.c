/*
 * cost.c - what the parsers cost by the octet: over the corpus, and where an input of a hostile shape is doubled
 *
 * Run under callgrind by script/cost: before each measure the count is cleared, and behind it dumped under a name, a tab and the
 * octets.  Linear means that the fourfold input costs four times as much; whatever looks at the same octets again and again does
 * not.  Without callgrind it runs all of it once, which is a test of its own.
 *
 * usage: cost [CORPUS]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/talk.h"
#include "mailspec/base64.h"
#include "mailspec/content.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_dialogue.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) (void)(name)
#endif

const char fuzz_target[] = "cost";

enum {
    SMALLEST = 16384 /* above the limits of lines */,
    DOUBLINGS = 3,
    LARGEST = SMALLEST << (DOUBLINGS - 1),
    ROOM = 2 * LARGEST + 4096
};

static volatile size_t sink;

/* --- one line, or one value ------------------------------------------------------ */

static void smtp_command(ms_span text)
{
    static const ms_smtp_context utf8 = {.smtputf8 = true};
    sink += ms_smtp_command_parse(text, &utf8).error_at;
}

static void smtp_reply(ms_span text)
{
    static const ms_reply_context context = {.after = MS_AFTER_COMMAND, .enhanced = true, .smtputf8 = true};
    sink += ms_reply_line_parse(text, &context).error_at;
}

static void smtp_ehlo_line(ms_span text)
{
    sink += ms_ehlo_line_parse(text).error_at;
}

static void pop3_command(ms_span text)
{
    static const ms_pop3_context utf8 = {.utf8 = true};
    sink += ms_pop3_command_parse(text, &utf8).error_at;
}

static void pop3_greeting(ms_span text)
{
    static const ms_pop3_response_context context = {.after = MS_POP3_AFTER_GREETING};
    sink += ms_pop3_response_parse(text, &context).error_at;
}

static void pop3_status(ms_span text)
{
    static const ms_pop3_response_context context = {.after = MS_POP3_AFTER_STATUS, .utf8 = true, .resp_codes = true};
    sink += ms_pop3_response_parse(text, &context).error_at;
}

static void pop3_capability(ms_span text)
{
    sink += ms_pop3_capability_parse(text).error_at;
}

static void sasl_messages(ms_span text)
{
    size_t wrong_at;
    sink += ms_sasl_plain_parse(text).error_at + ms_sasl_cram_md5_parse(text).error_at;
    for (int step = MS_SCRAM_CLIENT_FIRST; step <= MS_SCRAM_SERVER_FINAL; step++)
        sink += ms_sasl_scram_parse(text, (ms_sasl_scram_step)step).error_at;
    sink += ms_base64_check(text, &wrong_at);
}

typedef void one_value(ms_span text);

static const struct value_shape {
    const char *name;
    one_value *read;
    const char *before, *unit, *behind;
} value_shapes[] = {
    {"smtp command, one word", smtp_command, "", "x", ""},
    {"smtp command, spaces", smtp_command, "NOOP", " ", "x"},
    {"smtp command, bare CR", smtp_command, "NOOP ", "a\r", ""},
    {"smtp command, 8-bit", smtp_command, "HELP ", "\xC3\xA9", ""},
    {"smtp path, atoms", smtp_command, "MAIL FROM:<", "a.", "a@b.example>"},
    {"smtp path, quoted pairs", smtp_command, "MAIL FROM:<\"", "\\\"", "\"@b.example>"},
    {"smtp path, quotes", smtp_command, "MAIL FROM:<", "\"", ""},
    {"smtp path, quoted strings", smtp_command, "MAIL FROM:<", "\"a\".", "a@b.example>"},
    {"smtp path, labels", smtp_command, "MAIL FROM:<a@", "b.", "c>"},
    {"smtp path, hyphens", smtp_command, "MAIL FROM:<a@b", "-", "c>"},
    {"smtp path, source route", smtp_command, "RCPT TO:<", "@a,", "@b:c@d.example>"},
    {"smtp path, commas", smtp_command, "RCPT TO:<@a", ",", ":c@d.example>"},
    {"smtp path, angles", smtp_command, "RCPT TO:", "<", ""},
    {"smtp path, at signs", smtp_command, "RCPT TO:<", "@", ">"},
    {"smtp literal, groups", smtp_command, "EHLO [IPv6:", "1:", "1]"},
    {"smtp literal, colons", smtp_command, "EHLO [IPv6:", ":", "]"},
    {"smtp literal, digits", smtp_command, "EHLO [", "1", ".1.1.1]"},
    {"smtp literal, general", smtp_command, "EHLO [tag:", "x", "]"},
    {"smtp parameters", smtp_command, "MAIL FROM:<a@b.example>", " A=b", ""},
    {"smtp parameters, all alike", smtp_command, "MAIL FROM:<a@b.example>", " SIZE=1", ""},
    {"smtp parameters, spaces", smtp_command, "MAIL FROM:<a@b.example>", " ", "A=b"},
    {"smtp parameters, equals", smtp_command, "MAIL FROM:<a@b.example> A", "=", ""},
    {"smtp xtext", smtp_command, "MAIL FROM:<a@b.example> ENVID=", "+3D", ""},
    {"smtp AUTH= of quotes", smtp_command, "MAIL FROM:<a@b.example> AUTH=", "+5C+22", ""},
    {"smtp NOTIFY, commas", smtp_command, "RCPT TO:<a@b.example> NOTIFY=", ",", "DELAY"},
    {"smtp ORCPT, 8-bit", smtp_command, "RCPT TO:<a@b.example> ORCPT=utf-8;", "\xC3\xA9", "@x"},
    {"smtp AUTH", smtp_command, "AUTH PLAIN ", "QUJD", ""},
    {"smtp VRFY of quotes", smtp_command, "VRFY \"", "\\\\", "\" SMTPUTF8"},
    {"smtp reply, text", smtp_reply, "250 2.0.0 ", "x", ""},
    {"smtp reply, digits", smtp_reply, "250 2.", "1", ".1 x"},
    {"smtp reply, blanks", smtp_reply, "250 2.0.0", " ", "x"},
    {"smtp EHLO line, parameters", smtp_ehlo_line, "X", " a", ""},
    {"smtp EHLO line, mechanisms", smtp_ehlo_line, "AUTH", " PLAIN", ""},
    {"smtp EHLO line, limits", smtp_ehlo_line, "LIMITS", " RCPTMAX=1", ""},
    {"smtp EHLO line, blanks", smtp_ehlo_line, "SIZE", " ", "1"},
    {"pop3 command, blanks", pop3_command, "RETR", " ", "1"},
    {"pop3 command, digits", pop3_command, "RETR ", "0", "1"},
    {"pop3 command, words", pop3_command, "TOP", " 1", ""},
    {"pop3 command, spaces in a password", pop3_command, "PASS ", " ", "x"},
    {"pop3 command, CR at the end", pop3_command, "NOOP", "\r", ""},
    {"pop3 command, subtags", pop3_command, "LANG a", "-b", ""},
    {"pop3 command, 8-bit", pop3_command, "USER ", "\xC3\xA9", ""},
    {"pop3 greeting, angles", pop3_greeting, "+OK ", "<", ""},
    {"pop3 greeting, quotes behind angles", pop3_greeting, "+OK ", "<\"", ""},
    {"pop3 greeting, brackets behind angles", pop3_greeting, "+OK ", "<a@[", ""},
    {"pop3 greeting, words", pop3_greeting, "+OK <", "a.", "a@b>"},
    {"pop3 greeting, timestamps", pop3_greeting, "+OK ", "<a@b>", ""},
    {"pop3 greeting, atoms behind angles", pop3_greeting, "+OK ", "<a.", ""},
    {"pop3 status, brackets", pop3_status, "-ERR ", "[", ""},
    {"pop3 status, levels", pop3_status, "-ERR [A", "/B", "] x"},
    {"pop3 capability, mechanisms", pop3_capability, "SASL", " PLAIN", ""},
    {"pop3 capability, blanks", pop3_capability, "SASL", " ", "PLAIN"},
    {"sasl, equals", sasl_messages, "n,,n=", "=2C", ",r=x"},
    {"sasl, commas", sasl_messages, "n,,n=a,r=b", ",x=y", ""},
    {"sasl, NUL", sasl_messages, "a", "\1", "\1"}, /* \1: NUL */
    {"sasl, spaces", sasl_messages, "a", " ", "b"},
    {"sasl, base64", sasl_messages, "", "QUJD", ""},
};

/* --- streams --------------------------------------------------------------------- */

typedef struct stream_shape {
    const char *name;
    bool pop3, octets;   /* fed octet by octet */
    ms_side side;        /* who says what is repeated */
    const char *opening; /* a talk, with C: and S: at the start of each line */
    const char *before, *unit, *behind;
} stream_shape;

#define EHLO   "S:220 mx.example\nC:EHLO c.example\nS:250-mx.example\nS:250-PIPELINING\nS:250 CHUNKING\n"
#define MAIL   "C:MAIL FROM:<a@b.example>\nS:250 ok\nC:RCPT TO:<c@d.example>\nS:250 ok\n"
#define DATA   EHLO MAIL "C:DATA\nS:354 go\n"
#define LOGIN  "S:+OK\nC:USER a\nS:+OK\nC:PASS b\nS:+OK\n"
#define MARKED LOGIN "C:DELE 200\nS:+OK\nC:RETR 255\nS:+OK\nS:.\n"

static const stream_shape stream_shapes[] = {
    {"smtp client, endless line", false, false, MS_CLIENT, EHLO, "", "x", ""},
    {"smtp client, endless line by octets", false, true, MS_CLIENT, EHLO, "", "x", ""},
    {"smtp client, empty lines", false, false, MS_CLIENT, EHLO, "", "\r\n", ""},
    {"smtp client, LF", false, true, MS_CLIENT, EHLO, "", "\n", ""},
    {"smtp client, CR", false, true, MS_CLIENT, EHLO, "", "\r", ""},
    {"smtp ring, one kind", false, false, MS_CLIENT, EHLO, "", "NOOP\r\n", ""},
    {"smtp ring, full", false, false, MS_CLIENT, EHLO, "", "NOOP\r\nRSET\r\n", ""},
    {"smtp ring, full, by octets", false, true, MS_CLIENT, EHLO, "", "NOOP\r\nRSET\r\n", ""},
    {"smtp client, undecided", false, false, MS_CLIENT, EHLO MAIL "C:DATA\n", "", "x", ""},
    {"smtp client, undecided, by octets", false, true, MS_CLIENT, EHLO MAIL "C:DATA\n", "", "x", ""},
    {"smtp data, dots", false, false, MS_CLIENT, DATA, "", "..\r\n", ".\r\n"},
    {"smtp data, dots, by octets", false, true, MS_CLIENT, DATA, "", ".\r\n..\r\r", ".\r\n"},
    {"smtp data, false ends", false, false, MS_CLIENT, DATA, "", "\n.\n", ".\r\n"},
    {"smtp data, bare CR", false, false, MS_CLIENT, DATA, "", "\r", "\r\n.\r\n"},
    {"smtp data, CRLF dot CR", false, false, MS_CLIENT, DATA, "", "\r\n.\r", "\r\n.\r\n"},
    {"smtp chunks of one octet", false, false, MS_CLIENT, EHLO MAIL, "", "BDAT 1\r\nx", ""},
    {"smtp chunks of none", false, false, MS_CLIENT, EHLO MAIL, "", "BDAT 0\r\n", ""},
    {"smtp replies, one line each", false, false, MS_SERVER, EHLO, "", "250 ok\r\n", ""},
    {"smtp reply, folded", false, false, MS_SERVER, EHLO "C:NOOP\n", "", "250-x\r\n", "250 x\r\n"},
    {"smtp reply, folded, by octets", false, true, MS_SERVER, EHLO "C:NOOP\n", "", "250-x\r\n", "250 x\r\n"},
    {"smtp reply to EHLO, folded", false, false, MS_SERVER, "S:220 x.example\nC:EHLO c.example\n", "250-x.example\r\n",
     "250-SIZE 1\r\n", "250 X\r\n"},
    {"smtp reply, endless line by octets", false, true, MS_SERVER, EHLO, "250 ", "x", ""},
    {"smtp spilled data", false, false, MS_CLIENT, EHLO MAIL "C:DATA\nS:554 no\n", "", "a: b\r\n", ".\r\n"},
    {"pop3 client, endless line", true, false, MS_CLIENT, LOGIN, "", "x", ""},
    {"pop3 client, endless line by octets", true, true, MS_CLIENT, LOGIN, "", "x", ""},
    {"pop3 client, empty lines", true, false, MS_CLIENT, LOGIN, "", "\r\n", ""},
    {"pop3 client, CR", true, true, MS_CLIENT, LOGIN, "", "\r", ""},
    {"pop3 ring, one kind", true, false, MS_CLIENT, LOGIN, "", "NOOP\r\n", ""},
    {"pop3 ring, full", true, false, MS_CLIENT, LOGIN, "", "NOOP\r\nSTAT\r\n", ""},
    {"pop3 client, undecided", true, false, MS_CLIENT, "S:+OK\nC:AUTH X\n", "", "x", ""},
    {"pop3 client, undecided, by octets", true, true, MS_CLIENT, "S:+OK\nC:AUTH X\n", "", "x", ""},
    {"pop3 client, undecided lines, by octets", true, true, MS_CLIENT, "S:+OK\nC:AUTH X\n", "", "NOOP\r\n", ""},
    {"pop3 client, dropped, by octets", true, true, MS_CLIENT, "S:+OK\nC:STLS\nS:+OK\n", "", "NOOP\r\n", ""},
    {"pop3 message, dots", true, false, MS_SERVER, LOGIN "C:RETR 1\n", "+OK\r\n", "..\r\n", ".\r\n"},
    {"pop3 message, by octets", true, true, MS_SERVER, LOGIN "C:RETR 1\n", "+OK\r\n", "..\r\n\r", ".\r\n"},
    {"pop3 scan listing", true, false, MS_SERVER, LOGIN "C:LIST\n", "+OK\r\n", "1 2\r\n", ".\r\n"},
    {"pop3 unique-id listing", true, false, MS_SERVER, LOGIN "C:UIDL\n", "+OK\r\n", "1 a\r\n", ".\r\n"},
    {"pop3 capabilities", true, false, MS_SERVER, LOGIN "C:CAPA\n", "+OK\r\n", "TOP\r\n", ".\r\n"},
    {"pop3 replies nobody asked for", true, false, MS_SERVER, LOGIN, "", "+OK\r\n", ""},
    {"pop3 responses, by octets", true, true, MS_SERVER, LOGIN "C:NOOP\n", "+OK ", "x", "\r\n"},
};

typedef struct player {
    bool pop3;
    ms_smtp_dialogue smtp;
    ms_smtp_run smtp_runs[MS_SMTP_RUNS_DEFAULT];
    ms_pop3_dialogue dialogue;
    ms_pop3_run runs[MS_POP3_RUNS_DEFAULT];
    uint8_t messages[256];
} player;

static fuzz_taken take(void *state, ms_side side, ms_span window, uint64_t at)
{
    player *p = state;
    ms_finding items[64];
    ms_findings findings = {.items = items, .capacity = 64};
    (void)at;
    if (p->pop3) {
        const ms_pop3_event event = ms_pop3_dialogue_next(&p->dialogue, side, window, &findings);
        return (fuzz_taken){event.consumed,
                            event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED};
    }
    ms_smtp_event event;
    ms_smtp_dialogue_read(&p->smtp, side, window, &findings, &event);
    return (fuzz_taken){event.consumed, event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED};
}

static void tls(void *state, size_t client, size_t server)
{
    player *p = state;
    ms_findings findings = {.items = NULL};
    if (p->pop3)
        ms_pop3_dialogue_tls(&p->dialogue, client, server, &findings);
    else
        ms_smtp_dialogue_tls(&p->smtp, client, server, &findings);
}

static void end(void *state, ms_side side, size_t client, size_t server)
{
    player *p = state;
    ms_findings findings = {.items = NULL};
    if (p->pop3)
        ms_pop3_dialogue_close(&p->dialogue, side, client, server, &findings);
    else
        ms_smtp_dialogue_close(&p->smtp, side, client, server, &findings);
}

static player the_player;

static void begin(bool pop3, unsigned options)
{
    the_player.pop3 = pop3;
    if (pop3)
        ms_pop3_dialogue_init(&the_player.dialogue, the_player.runs, MS_POP3_RUNS_DEFAULT, the_player.messages,
                              sizeof the_player.messages);
    else
        ms_smtp_dialogue_init(&the_player.smtp, (ms_smtp_variant)(options % (MS_VARIANT_LMTP + 1)),
                              the_player.smtp_runs, MS_SMTP_RUNS_DEFAULT);
}

/* All that stands there is read; returns what is left of it. */
static size_t read_on(ms_side side, const uint8_t *octets, size_t len)
{
    size_t from = 0;
    for (;;) {
        const fuzz_taken taken = take(&the_player, side, ms_span_make(octets + from, len - from), 0);
        from += taken.consumed;
        if (taken.waits)
            return from;
    }
}

static void open_talk(const char *opening)
{
    while (*opening != '\0') {
        char line[128];
        const size_t len = strcspn(opening, "\n");
        snprintf(line, sizeof line, "%.*s\r\n", (int)len - 2, opening + 2);
        read_on(opening[0] == 'C' ? MS_CLIENT : MS_SERVER, (const uint8_t *)line, strlen(line));
        opening += len + 1;
    }
}

/* --- measuring ------------------------------------------------------------------- */

static void clear(void)
{
    CALLGRIND_ZERO_STATS;
}

static void dump(const char *name, size_t octets)
{
    char text[160];
    snprintf(text, sizeof text, "%s\t%zu", name, octets);
    CALLGRIND_DUMP_STATS_AT(text);
}

static uint8_t room[ROOM];

/* "\1" stands for NUL. */
static size_t put(size_t at, const char *text)
{
    for (; *text != '\0'; text++)
        room[at++] = (uint8_t)(*text == '\1' ? 0 : *text);
    return at;
}

static size_t repeat(const char *before, const char *unit, const char *behind, size_t octets)
{
    size_t at = put(0, before);
    while (at < octets)
        at = put(at, unit);
    return put(at, behind);
}

static void measure_value(const struct value_shape *shape, size_t octets)
{
    const size_t len = repeat(shape->before, shape->unit, shape->behind, octets);
    clear();
    shape->read(ms_span_make(room, len));
    dump(shape->name, len);
}

static void measure_stream(const stream_shape *shape, size_t octets)
{
    const size_t len = repeat(shape->before, shape->unit, shape->behind, octets);
    size_t from = 0;
    begin(shape->pop3, 0);
    open_talk(shape->opening);
    clear();
    for (size_t to = shape->octets ? 1 : len; to <= len; to++)
        from += read_on(shape->side, room + from, to - from);
    dump(shape->name, len);
}

static void measure_corpus(const char *corpus, const char *target, bool pop3)
{
    static uint8_t octets[FUZZ_INPUT_MAX];
    const fuzz_reader with = {&the_player, take, tls, end, !pop3};
    char folder[2048], path[4096];
    snprintf(folder, sizeof folder, "%s/seeds/%s", corpus, target);
    DIR *listing = opendir(folder);
    for (const struct dirent *entry; listing != NULL && (entry = readdir(listing)) != NULL;) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
        if (file == NULL)
            continue;
        const fuzz_input input = fuzz_input_read(octets, fread(octets, 1, sizeof octets, file));
        fclose(file);
        const fuzz_talk *talk = fuzz_talk_read(input.octets);
        begin(pop3, input.options & 3);
        clear();
        fuzz_talk_play(talk, &input, FUZZ_WHOLE, &with);
        snprintf(path, sizeof path, "%s/%s", target, entry->d_name);
        dump(path, talk->stream[0].len + talk->stream[1].len);
    }
    if (listing != NULL)
        closedir(listing);
}

int main(int argc, char **argv)
{
    for (size_t octets = SMALLEST; octets <= LARGEST; octets *= 2) {
        for (size_t i = 0; i < sizeof value_shapes / sizeof value_shapes[0]; i++)
            measure_value(&value_shapes[i], octets);
        for (size_t i = 0; i < sizeof stream_shapes / sizeof stream_shapes[0]; i++)
            measure_stream(&stream_shapes[i], octets);
    }
    if (argc > 1) {
        measure_corpus(argv[1], "smtp_dialogue", false);
        measure_corpus(argv[1], "pop3_dialogue", true);
    }
    return 0;
}
