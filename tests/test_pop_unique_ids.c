/* test_pop_unique_ids.c - unique-ids: unique, and the same from session to session */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define UIDL(lines)      "C: UIDL\nS: +OK\n" lines "S: .\n"
#define DELE(n)          "C: DELE " n "\nS: +OK\n"
#define RETR(n, message) "C: RETR " n "\nS: +OK\n" message

static const recording_row within[] = {
    {"RFC 1939 section 7: UIDL n agrees with UIDL", {UIDL("S: 1 a\nS: 2 b\n") "C: UIDL 2\nS: +OK 2 b\n"}},
    {"POP3-1939-7-23: UIDL n says otherwise",
     {UIDL("S: 1 a\nS: 2 b\n") "C: UIDL 2\nS: +OK 2 c\n! server POP3-1939-7-23\n"}},
    {"POP3-1939-7-23: UIDL n came first", {"C: UIDL 1\nS: +OK 1 c\n" UIDL("S: 1 a\n! server POP3-1939-7-23\n")}},
    {"POP3-1939-7-18: a second UIDL says otherwise",
     {UIDL("S: 1 a\nS: 2 b\n") UIDL("S: 1 a\nS: 2 c\n! server POP3-1939-7-18\n")}},
    {"POP3-1939-5-37: behind a DELE the others moved up",
     {UIDL("S: 1 a\nS: 2 b\nS: 3 c\n") DELE("1") "C: UIDL 2\nS: +OK 2 c\n! server POP3-1939-5-37\n"}},
    {"letter case tells unique-ids apart", {UIDL("S: 1 a\nS: 2 A\n") "C: UIDL 2\nS: +OK 2 A\n"}},
    {"copies may have one unique-id", {"C: LIST\nS: +OK\nS: 1 24\nS: 2 24\nS: .\n" UIDL("S: 1 a\nS: 2 a\n")}},
    {"POP3-1939-7-17: two sizes, one unique-id",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n" UIDL("S: 1 a\nS: 2 a\n") "! server POP3-1939-7-17\n"}},
    {"POP3-1939-7-17: two contents, one unique-id",
     {RETR("1", MESSAGE) RETR("2", OTHER_MESSAGE) UIDL("S: 1 a\nS: 2 a\n") "! server POP3-1939-7-17\n"}},
    {"one unique-id, and sizes that were not asked for", {UIDL("S: 1 a\nS: 2 a\n") QUIT}},
};

Test(pop_unique_ids, within_a_session)
{
    recording_check(within, COUNT(within));
}

static const recording_row across[] = {
    {"RFC 1939 section 7: they persist", {UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 a\nS: 2 b\n") QUIT}},
    {"messages may change their numbers", {UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 b\nS: 2 a\nS: 3 c\n") QUIT}},
    {"POP3-1939-7-18: a new one for an old message",
     {UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 a\nS: 2 c\n") "! server POP3-1939-7-18\n"}},
    {"POP3-1939-7-19: … after a lost session",
     {UIDL("S: 1 a\nS: 2 b\n") "close\n", UIDL("S: 1 a\nS: 2 c\n") "! server POP3-1939-7-19\n"}},
    {"POP3-1939-7-60: … after a removal",
     {UIDL("S: 1 a\nS: 2 b\nS: 3 c\n") DELE("1") QUIT, UIDL("S: 1 b\nS: 2 x\n") "! server POP3-1939-7-60\n"}},
    {"POP3-1939-7-18: each listing that shows it",
     {UIDL("S: 1 a\n") QUIT,
      UIDL("S: 1 x\n") "! server POP3-1939-7-18\n" UIDL("S: 1 x\n") "! server POP3-1939-7-18\n"}},
    {"what was marked and may be gone is not missed",
     {UIDL("S: 1 a\nS: 2 b\n") DELE("1") "C: QUIT\nclose\n", UIDL("S: 1 b\nS: 2 c\n") QUIT}},
    {"POP3-1939-6-10: one is gone that nobody read, the number being told by UIDL",
     {UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 a\n") "! server POP3-1939-6-10\n"}},
    {"POP3-1939-6-10: the one that was fetched is there, another is not",
     {RETR("1", MESSAGE) UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 a\n") "! server POP3-1939-6-10\n"}},
    {"RFC 1939 section 8: the one that was fetched is gone",
     {RETR("1", MESSAGE) UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 b\n") QUIT}},
    {"one that is marked in this session is not listed",
     {UIDL("S: 1 a\nS: 2 b\n") QUIT, "C: STAT\nS: +OK 2 48\n" DELE("1") UIDL("S: 2 b\n") QUIT}},
    {"RFC 2449 section 6.7: the site removes after some days",
     {"C: CAPA\nS: +OK\nS: UIDL\nS: EXPIRE 9\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") QUIT, UIDL("S: 1 b\nS: 2 c\n") QUIT}},
    {"RFC 2449 section 6.7: EXPIRE 0 removed what was fetched, and mail came",
     {"C: CAPA\nS: +OK\nS: UIDL\nS: EXPIRE 0\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") RETR("1", MESSAGE) QUIT,
      UIDL("S: 1 b\nS: 2 c\n") QUIT}},
    {"another user's maildrop",
     {UIDL("S: 1 a\n") QUIT, "S: +OK ready\nC: USER bob\nS: +OK\nC: PASS x\nS: +OK\n" UIDL("S: 1 x\n") QUIT}},
};

Test(pop_unique_ids, from_session_to_session)
{
    recording_check(across, COUNT(across));
}

static const recording_row removed[] = {
    {"RFC 1939 section 6: what was removed is gone", {UIDL("S: 1 a\nS: 2 b\n") DELE("2") QUIT, UIDL("S: 1 a\n") QUIT}},
    {"POP3-1939-6-01: it is listed again, once per session",
     {UIDL("S: 1 a\nS: 2 b\nS: 3 c\n") DELE("2") DELE("3") QUIT,
      UIDL("S: 1 a\nS: 2 b\n! server POP3-1939-6-01\nS: 3 c\n") QUIT}},
    {"POP3-1939-6-01: by UIDL n",
     {UIDL("S: 1 a\nS: 2 b\n") DELE("2") QUIT, "C: UIDL 2\nS: +OK 2 b\n! server POP3-1939-6-01\n"}},
    {"a copy with the same unique-id stayed", {UIDL("S: 1 a\nS: 2 a\n") DELE("2") QUIT, UIDL("S: 1 a\n") QUIT}},
    {"-ERR to QUIT: it may be left (RFC 1939 section 6)",
     {UIDL("S: 1 a\nS: 2 b\n") DELE("2") "C: QUIT\nS: -ERR no\nclose\n", UIDL("S: 1 a\nS: 2 b\n") QUIT}},
    {"RSET took the mark back",
     {UIDL("S: 1 a\nS: 2 b\n") DELE("2") "C: RSET\nS: +OK\n" QUIT, UIDL("S: 1 a\nS: 2 b\n") QUIT}},
    {"POP3-1939-7-20: given to another message later",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") DELE("2") QUIT, UIDL("S: 1 a\n") QUIT,
      "C: LIST\nS: +OK\nS: 1 24\nS: 2 37\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") "! server POP3-1939-7-20\n"}},
    {"a copy came back: the same size",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") DELE("2") QUIT, UIDL("S: 1 a\n") QUIT,
      "C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n" UIDL("S: 1 a\nS: 2 b\n") QUIT}},
};

Test(pop_unique_ids, of_removed_messages)
{
    recording_check(removed, COUNT(removed));
}
