/* test_maildrop.c - sessions that meet in a maildrop, and the limits of what is kept of it */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "harness/replay/judge.h"
#include "harness/replay/pop_model.h"
#include "harness/transcript/reader.h"
#include "recording.h"

/* --- two readers at a time, whose lines are interleaved --------------------------- */

#define GREET(c) c "S: +OK ready\n" c "C: USER ann\n" c "S: +OK\n" c "C: PASS tide\n" c "S: +OK\n"
#define LIST(c)  c "C: LIST\n" c "S: +OK\n" c "S: 1 24\n" c "S: 2 24\n" c "S: .\n"
#define REMOVE   GREET("@b ") "@b C: DELE 1\n@b S: +OK\n@b C: QUIT\n@b S: +OK\n@b close\n"

static const struct {
    const char *title, *text;
} rows[] = {
    {"RFC 1939 section 4: the maildrop is locked, or each keeps its view",
     GREET("") LIST("") REMOVE "C: LIST 1\nS: +OK 1 24\n"},
    {"POP3-1939-4-05: removed under a reader",
     GREET("") LIST("") REMOVE "C: LIST 1\nS: -ERR\n! server POP3-1939-4-05\n"},
    {"POP3-1939-4-05: wins over POP3-1939-5-30",
     GREET("") LIST("") REMOVE "C: DELE 1\nS: -ERR\n! server POP3-1939-4-05\n"},
    {"POP3-1939-5-30: the other did not quit",
     GREET("") LIST("") GREET("@b ") "@b C: DELE 1\n@b S: +OK\nC: DELE 1\nS: -ERR\n! server POP3-1939-5-30\n"},
    {"POP3-1939-5-30: the other removed nothing",
     GREET("") LIST("") GREET("@b ") "@b C: QUIT\n@b S: +OK\nC: DELE 1\nS: -ERR\n! server POP3-1939-5-30\n"},
    {"a number that was never shown here", GREET("") REMOVE "C: RETR 1\nS: -ERR\n"},
    {"a system failure (RFC 3206) says nothing", GREET("") LIST("") REMOVE "C: RETR 1\nS: -ERR [SYS/TEMP] later\n"},
    {"a message that needs UTF8 (RFC 6856)", GREET("") LIST("") REMOVE "C: RETR 1\nS: -ERR [UTF8] no\n"},
    {"POP3-1939-4-05: RETR shows another message now",
     GREET("") LIST("") "C: RETR 1\nS: +OK\n" MESSAGE REMOVE "C: RETR 1\nS: +OK\n" OTHER_MESSAGE
                        "! server POP3-1939-4-05\n"},
    {"listed after the other had quit",
     GREET("") GREET("@b ") "@b C: DELE 3\n@b S: +OK\n@b C: QUIT\n@b S: +OK\n" LIST("") "C: RETR 1\nS: -ERR\n"},
};

Test(maildrop, two_readers)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[4096];
        snprintf(text, sizeof text, "%s", rows[i].text);
        /* the first line is the greeting: nothing is added */
        const recording_row row = {rows[i].title, {text}};
        recording_check(&row, 1);
    }
}

static const recording_row order[] = {
    {"only the session before counts: the second took one away, the third is right",
     {"C: STAT\nS: +OK 3 72\nclose\n", "C: STAT\nS: +OK 3 72\nC: DELE 1\nS: +OK\n" QUIT,
      "C: STAT\nS: +OK 2 48\n" QUIT}},
    {"POP3-1939-6-05: a connection without a login in between is no session",
     {"C: STAT\nS: +OK 2 48\nclose\n", "S: +OK ready\nC: USER ann\nS: +OK\nC: PASS x\nS: -ERR\n" QUIT,
      "C: STAT\nS: +OK 1 24\n! server POP3-1939-6-05\n" QUIT}},
};

Test(maildrop, order_of_sessions)
{
    recording_check(order, COUNT(order));
}

/* --- limits: what is beyond them is not judged, and that is said -------------------- */

/* A recording of lines: each is written count times, with its number from first in place of "%u". */
typedef struct repeated {
    const char *line;
    unsigned first, count;
} repeated;

static result_case judge_repeated(const char *before, repeated lines, const char *after)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    cr_assert_not_null(out);
    fputs("mailspec: 1\nprotocol: pop3\ntitle: t\n\n", out);
    fputs(before, out);
    const char *number = strstr(lines.line, "%u");
    for (unsigned i = lines.first; i < lines.first + lines.count; i++) {
        if (number == NULL)
            fputs(lines.line, out);
        else
            fprintf(out, "%.*s%u%s", (int)(number - lines.line), lines.line, i, number + 2);
    }
    fputs(after, out);
    fclose(out);
    mst_error error;
    const mst_document *document = mst_read((const uint8_t *)text, length, "limits", &error);
    cr_assert_not_null(document, "line %u: %s", (unsigned)error.at.line, error.message);
    const replay_options options = {.cuts = REPLAY_CUTS_NONE, .seed = 1};
    const result_case item = replay_judge(document, &options);
    mst_free(document);
    free(text);
    return item;
}

static const struct {
    const char *title;
    const char *before;
    repeated lines;
    const char *after;
    bool limited;
} limits[] = {
    {"as many messages as are kept",
     GREET("") "C: LIST\nS: +OK\n",
     {"S: %u 9\n", 1, POP_MESSAGES_MAX},
     "S: .\n" QUIT,
     false},
    {"one more", GREET("") "C: LIST\nS: +OK\n", {"S: %u 9\n", 1, POP_MESSAGES_MAX + 1}, "S: .\n" QUIT, true},
    {"one more, and what could be told is not",
     GREET("") "C: LIST\nS: +OK\n",
     {"S: %u 9\n", 1, POP_MESSAGES_MAX + 1},
     "S: .\nC: LIST 4097\nS: +OK 4097 10\n" QUIT,
     true},
    {"as many TOPs", GREET(""), {"C: TOP 1 0\nS: +OK\nS: .\n", 0, POP_TOPS_MAX}, QUIT, false},
    {"one more TOP", GREET(""), {"C: TOP 1 0\nS: +OK\nS: .\n", 0, POP_TOPS_MAX + 1}, QUIT, true},
    {"as many capabilities", GREET("") "C: CAPA\nS: +OK\n", {"S: X-%u\n", 0, POP_TAGS_MAX}, "S: .\n" QUIT, false},
    {"one more capability", GREET("") "C: CAPA\nS: +OK\n", {"S: X-%u\n", 0, POP_TAGS_MAX + 1}, "S: .\n" QUIT, true},
    {"a line at which a TOP can be compared",
     GREET("") "C: RETR 1\nS: +OK\nS: A: b\nS:\n",
     {"S: x\n", 0, POP_LINES_MAX},
     "S: .\nC: TOP 1 1\nS: +OK\nS: A: c\nS:\nS: x\nS: .\n! server POP3-1939-7-06\n",
     false},
};

Test(maildrop, limits)
{
    for (size_t i = 0; i < COUNT(limits); i++) {
        result_case item = judge_repeated(limits[i].before, limits[i].lines, limits[i].after);
        cr_expect_eq(item.status, RESULT_PASS, "%s: %s", limits[i].title, item.reason);
        cr_expect_eq(recording_is_limited(&item), limits[i].limited, "%s", limits[i].title);
        result_case_free(&item);
    }
}

/* Outstanding logins: the ring of the session machine is longer, so the model's limit comes first. */
Test(maildrop, outstanding_logins)
{
    for (unsigned more = 0; more < 2; more++) {
        const unsigned count = POP_LOGINS_MAX + more;
        const repeated users = {"C: USER a%u\n", 0, count};
        result_case item =
            judge_repeated("S: +OK ready\nC: CAPA\nS: +OK\nS: PIPELINING\nS: USER\nS: .\n", users, "close\n");
        cr_expect_eq(item.status, RESULT_PASS, "%u: %s", count, item.reason);
        cr_expect_eq(recording_is_limited(&item), more == 1, "%u commands", count);
        result_case_free(&item);
    }
}
