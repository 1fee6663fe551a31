/* test_pop_sizes.c - STAT, LIST and RETR agree about octets */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define CAPA_UTF8 "C: CAPA\nS: +OK\nS: UTF8\nS: .\n"

static const recording_row totals[] = {
    {"RFC 1939 section 5: the sum of the sizes", {"C: STAT\nS: +OK 2 60\nC: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n"}},
    {"two octets per message may be missing: a last line end",
     {"C: STAT\nS: +OK 2 56\nC: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n"}},
    {"POP3-1939-5-06: five octets for two messages",
     {"C: STAT\nS: +OK 2 55\nC: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\n! server POP3-1939-5-06\n"}},
    {"POP3-1939-5-06: the STAT comes later",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\nC: STAT\nS: +OK 2 65\n! server POP3-1939-5-06\n"}},
    {"RFC 6856 section 2.1: with UTF8 totals may be inexact",
     {CAPA_UTF8 "C: STAT\nS: +OK 2 50\nC: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\nC: STAT\nS: +OK 2 51\n"}},
    {"POP3-1939-4-13: the octets change", {"C: STAT\nS: +OK 2 60\nC: STAT\nS: +OK 2 61\n! server POP3-1939-4-13\n"}},
    {"DELE and RSET give the same set again",
     {"C: STAT\nS: +OK 2 60\nC: DELE 1\nS: +OK\nC: RSET\nS: +OK\nC: STAT\nS: +OK 2 60\n"}},
    {"POP3-1939-4-13: … and must give the same octets",
     {"C: STAT\nS: +OK 2 60\nC: DELE 1\nS: +OK\nC: RSET\nS: +OK\nC: STAT\nS: +OK 2 36\n! server POP3-1939-4-13\n"}},
    {"POP3-1939-5-02: a message less, and as many octets",
     {"C: STAT\nS: +OK 2 60\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 60\n! server POP3-1939-5-02\n"}},
    {"sizes that grew were told where they did: the total is that of the rest",
     {"C: STAT\nS: +OK 2 60\nC: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\nC: LIST 2\nS: +OK 2 90\n! server POP3-1939-4-13\n"
      "C: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 90\n"}},
    {"all are marked: nothing is left", {"C: STAT\nS: +OK 1 60\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 0 0\n"}},
    {"POP3-1939-5-02: all are marked, and octets are left",
     {"C: STAT\nS: +OK 1 60\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 0 60\n! server POP3-1939-5-02\n"}},
    {"the marked message is empty",
     {"C: LIST\nS: +OK\nS: 1 0\nS: 2 60\nS: .\nC: STAT\nS: +OK 2 60\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 60\n"}},
    {"POP3-1939-5-02: other octets than the sizes of the unmarked ones",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\nC: DELE 1\nS: +OK\nC: STAT\nS: +OK 1 24\n! server POP3-1939-5-02\n"}},
    {"sizes whose sum does not fit prove nothing",
     {"C: STAT\nS: +OK 2 5\nC: LIST\nS: +OK\nS: 1 18446744073709551615\nS: 2 18446744073709551615\nS: .\n"}},
};

Test(pop_sizes, totals)
{
    recording_check(totals, COUNT(totals));
}

static const recording_row sizes[] = {
    {"RFC 1939 section 4: LIST and LIST n agree", {"C: LIST\nS: +OK\nS: 1 24\nS: .\nC: LIST 1\nS: +OK 1 24\n"}},
    {"POP3-1939-4-13: LIST n says otherwise",
     {"C: LIST\nS: +OK\nS: 1 24\nS: .\nC: LIST 1\nS: +OK 1 25\n! server POP3-1939-4-13\n"}},
    {"POP3-1939-4-13: a second LIST says otherwise",
     {"C: LIST 1\nS: +OK 1 24\nC: LIST\nS: +OK\nS: 1 25\n! server POP3-1939-4-13\nS: 2 24\nS: .\n"}},
    {"POP3-1939-5-37: behind a DELE the others moved up",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: 3 48\nS: .\nC: DELE 1\nS: +OK\nC: LIST 2\nS: +OK 2 48\n"
      "! server POP3-1939-5-37\n"}},
    {"POP3-1939-5-37: once per listing, beside the marked number",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: 3 48\nS: .\nC: DELE 1\nS: +OK\nC: LIST\nS: +OK\nS: 1 36\n"
      "! server POP3-1939-5-11\n! server POP3-1939-5-37\nS: 2 48\nS: .\n"}},
    {"POP3-1939-4-13: behind a DELE, a size that none had",
     {"C: LIST\nS: +OK\nS: 1 24\nS: 2 36\nS: .\nC: DELE 1\nS: +OK\nC: LIST 2\nS: +OK 2 37\n! server POP3-1939-4-13\n"}},
};

Test(pop_sizes, of_messages)
{
    recording_check(sizes, COUNT(sizes));
}

#define RETR "C: RETR 1\nS: +OK\n" MESSAGE /* 24 octets, 4 lines */

static const recording_row contents[] = {
    {"RFC 1939 section 11: line ends are two octets", {"C: LIST 1\nS: +OK 1 24\n" RETR}},
    {"the store lacks the last line end", {"C: LIST 1\nS: +OK 1 22\n" RETR}},
    {"POP3-1939-11-01: line ends counted as one", {"C: LIST 1\nS: +OK 1 20\n" RETR "! server POP3-1939-11-01\n"}},
    {"POP3-1939-11-03: another size", {"C: LIST 1\nS: +OK 1 23\n" RETR "! server POP3-1939-11-03\n"}},
    {"POP3-1939-11-03: LIST comes later", {RETR "C: LIST 1\nS: +OK 1 25\n! server POP3-1939-11-03\n"}},
    {"POP3-1939-11-03: at the line of the listing",
     {RETR "C: LIST\nS: +OK\nS: 1 26\n! server POP3-1939-11-03\nS: 2 36\nS: .\n"}},
    {"POP3-6856-2.1-07: with UTF8 it is a SHOULD",
     {CAPA_UTF8 "C: LIST 1\nS: +OK 1 20\n" RETR "! server POP3-6856-2.1-07\n"}},
    {"RFC 1939 section 11: a stuffed dot does not count",
     {"C: LIST 1\nS: +OK 1 13\nC: RETR 1\nS: +OK\nS: A: b\nS:\nS: ..x\nS: .\n"
      "! server POP3-1939-11-02\n"}},
    {"… 4 + 2 + 2 + 2 + 2 octets", {"C: LIST 1\nS: +OK 1 12\nC: RETR 1\nS: +OK\nS: A: b\nS:\nS: ..x\nS: .\n"}},
    {"TOP proves no size", {"C: LIST 1\nS: +OK 1 99\nC: TOP 1 0\nS: +OK\nS: A: b\nS:\nS: .\n"}},
};

Test(pop_sizes, of_contents)
{
    recording_check(contents, COUNT(contents));
}
