/* test_pop_counts.c - numbers of messages: within a session, and against the session before */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define DELE(n)    "C: DELE " n "\nS: +OK\n"
#define STAT(text) "C: STAT\nS: +OK " text "\n"
#define RETR(n)    "C: RETR " n "\nS: +OK\n" MESSAGE
#define CAPA(line) "C: CAPA\nS: +OK\nS: " line "\nS: .\n"

static const recording_row within[] = {
    {"RFC 1939 section 4: the same count again", {STAT("2 48") STAT("2 48") QUIT}},
    {"POP3-1939-4-13: another count", {STAT("2 48") STAT("3 72") "! server POP3-1939-4-13\n" STAT("3 72")}},
    {"POP3-1939-5-06: LIST shows two, STAT counts three",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 24\nS: .\n" STAT("3 72") "! server POP3-1939-5-06\n"}},
    {"POP3-1939-5-06: STAT counts one, LIST shows two",
     {STAT("1 24") "C: LIST\nS: +OK\nS: 1 24\nS: 2 24\nS: .\n! server POP3-1939-5-06\n"}},
    {"POP3-1939-4-13: a second LIST shows one more",
     {"C: LIST\nS: +OK\nS: 1 24\nS: .\nC: LIST\nS: +OK\nS: 1 24\nS: 2 24\nS: .\n! server POP3-1939-4-13\n"}},
    {"RFC 1939 section 5: marked messages are not counted, and the rest keep their numbers",
     {STAT("2 48") DELE("1") STAT("1 24") "C: LIST\nS: +OK\nS: 2 24\nS: .\n" QUIT}},
    {"POP3-1939-5-02: a marked message is counted", {STAT("2 48") DELE("1") STAT("2 48") "! server POP3-1939-5-02\n"}},
    {"POP3-1939-5-40: RSET, and the message is still missing",
     {STAT("2 48") DELE("1") "C: RSET\nS: +OK\n" STAT("1 24") "! server POP3-1939-5-40\n"}},
    {"an item that was told says nothing about the numbers at the end",
     {STAT("3 72") "C: LIST\nS: +OK\nS: 1 24\nS: 2 x\n! server POP3-1939-5-09\nS: .\n"}},
};

Test(pop_counts, within_a_session)
{
    recording_check(within, COUNT(within));
}

static const recording_row lost[] = {
    {"RFC 1939 section 6: a lost session removes nothing", {STAT("2 48") DELE("1") "close\n", STAT("2 48") QUIT}},
    {"POP3-1939-6-05: what was marked is gone",
     {STAT("2 48") DELE("1") "close\n", STAT("1 24") "! server POP3-1939-6-05\n" QUIT}},
    {"POP3-1939-6-05: by LIST",
     {STAT("2 48") "close\n", "C: LIST\nS: +OK\nS: 1 24\nS: .\n! server POP3-1939-6-05\n" QUIT}},
    {"mail may arrive in between", {STAT("2 48") "close\n", STAT("3 72") QUIT}},
    {"the count of the first is not known", {"C: NOOP\nS: +OK\nclose\n", STAT("1 24") QUIT}},
    {"a session in between that shows no count hides the one before",
     {STAT("2 48") "close\n", "C: NOOP\nS: +OK\n" QUIT, STAT("1 24") QUIT}},
    {"QUIT was sent and not answered: UPDATE may have been entered",
     {STAT("2 48") DELE("1") "C: QUIT\nclose\n", STAT("1 24") QUIT}},
    {"POP3-1939-6-03: … and then too much is gone",
     {STAT("2 48") DELE("1") "C: QUIT\nclose\n", STAT("0 0") "! server POP3-1939-6-03\n" QUIT}},
    {"without an end the first may still be open", {STAT("2 48") DELE("1"), STAT("1 24") QUIT}},
    {"RFC 2449 section 6.7: the site removes after some days",
     {CAPA("EXPIRE 30") STAT("2 48") "close\n", STAT("1 24")}},
    {"POP3-1939-6-05: EXPIRE 0 does not excuse it",
     {CAPA("EXPIRE 0") STAT("2 48") "close\n", STAT("1 24") "! server POP3-1939-6-05\n"}},
};

Test(pop_counts, after_a_lost_session)
{
    recording_check(lost, COUNT(lost));
}

static const recording_row updated[] = {
    {"RFC 1939 section 6: what was marked is gone", {STAT("3 72") DELE("1") QUIT, STAT("2 48") QUIT}},
    {"POP3-1939-6-03: one more is gone", {STAT("3 72") DELE("1") QUIT, STAT("1 24") "! server POP3-1939-6-03\n"}},
    {"POP3-1939-6-03: -ERR to QUIT is no excuse",
     {STAT("3 72") DELE("1") "C: QUIT\nS: -ERR some not removed\nclose\n", STAT("1 24") "! server POP3-1939-6-03\n"}},
    {"-ERR to QUIT: the marked one may be left", {STAT("3 72") DELE("1") "C: QUIT\nS: -ERR no\nclose\n", STAT("3 72")}},
    {"RFC 1939 section 8: what was fetched may be removed by the site", {STAT("2 48") RETR("1") QUIT, STAT("1 24")}},
    {"POP3-1939-6-10: more than what was fetched",
     {STAT("2 48") RETR("1") QUIT, STAT("0 0") "! server POP3-1939-6-10\n"}},
    {"a fetched message that is marked counts once",
     {STAT("3 72") RETR("1") DELE("1") QUIT, STAT("1 24") "! server POP3-1939-6-03\n"}},
    {"POP3-1939-6-10: nothing was marked", {STAT("2 48") QUIT, STAT("1 24") "! server POP3-1939-6-10\n"}},
    {"POP3-1939-5-43: RSET was forgotten",
     {STAT("2 48") DELE("1") "C: RSET\nS: +OK\n" QUIT, STAT("1 24") "! server POP3-1939-5-43\n"}},
    {"RSET, then marked anew", {STAT("2 48") DELE("1") "C: RSET\nS: +OK\n" DELE("2") QUIT, STAT("1 24")}},
    {"POP3-2449-6.7-07: EXPIRE NEVER, and what was fetched is gone",
     {CAPA("EXPIRE NEVER") STAT("2 48") RETR("1") QUIT, STAT("1 24") "! server POP3-2449-6.7-07\n"}},
    {"POP3-1939-5-43: EXPIRE NEVER, nothing fetched, RSET",
     {CAPA("EXPIRE NEVER") STAT("2 48") DELE("1") "C: RSET\nS: +OK\n" QUIT, STAT("1 24") "! server POP3-1939-5-43\n"}},
    {"RFC 2449 section 6.7: EXPIRE 0 removes what was fetched",
     {CAPA("EXPIRE 0") STAT("2 48") RETR("1") QUIT, STAT("1 24")}},
    {"POP3-2449-6.7-08: EXPIRE 0, and more is gone",
     {CAPA("EXPIRE 0") STAT("2 48") RETR("1") QUIT, STAT("0 0") "! server POP3-2449-6.7-08\n"}},
    {"RFC 2449 section 6.7: a number of days is not judged", {CAPA("EXPIRE 1") STAT("2 48") QUIT, STAT("0 0")}},
};

Test(pop_counts, after_an_update)
{
    recording_check(updated, COUNT(updated));
}

static const recording_row marks[] = {
    {"POP3-1939-4-04: a mark outlives its session",
     {STAT("2 48") DELE("1") "close\n", "C: LIST\nS: +OK\nS: 2 24\nS: .\n! server POP3-1939-4-04\n"}},
    {"POP3-1939-4-04: by UIDL, with the count known",
     {STAT("2 48") DELE("1") "close\n", STAT("2 48") "C: UIDL\nS: +OK\nS: 2 b\nS: .\n! server POP3-1939-4-04\n"}},
    {"POP3-1939-4-11: another number is missing",
     {STAT("3 72") DELE("3") "close\n", "C: LIST\nS: +OK\nS: 2 24\nS: 3 24\nS: 4 24\nS: .\n! server POP3-1939-4-11\n"}},
    {"POP3-1939-5-08: at the end it is no gap",
     {STAT("2 48") DELE("2") "close\n", STAT("2 48") "C: LIST\nS: +OK\nS: 1 24\nS: .\n! server POP3-1939-5-08\n"}},
    {"a DELE of this session makes the gap",
     {STAT("2 48") DELE("1") "close\n", DELE("1") "C: LIST\nS: +OK\nS: 2 24\nS: .\n"}},
    {"POP3-1939-4-11: the session before ended by QUIT",
     {STAT("3 72") DELE("1") QUIT, "C: LIST\nS: +OK\nS: 2 24\nS: .\n! server POP3-1939-4-11\n"}},
};

Test(pop_counts, marks_that_survive)
{
    recording_check(marks, COUNT(marks));
}
