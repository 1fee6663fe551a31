/* test_pop_login.c - timestamps, APOP and SASL over the connections of a file; whose maildrop it is */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define TIME_1   "<1896.697170952@h.example>"
#define TIME_2   "<1896.697170953@h.example>"
#define DIGEST   "c4c9334bac560ecc979e58001b3e22fb"
#define APOP     "C: APOP ann " DIGEST "\nS: +OK\n"
#define PASS     "C: USER ann\nS: +OK\nC: PASS tide\nS: +OK\n"
#define PLAIN    "C: AUTH PLAIN AGFubgB0aWRl\nS: +OK\n"     /* NUL ann NUL tide */
#define FOR_BOB  "C: AUTH PLAIN Ym9iAGFubgB0aWRl\nS: +OK\n" /* bob NUL ann NUL tide */
#define BY_LOGIN "C: AUTH LOGIN\nS: + VXNlcm5hbWU6\nC: YW5u\nS: + UGFzc3dvcmQ6\nC: dGlkZQ==\nS: +OK\n"
/* <1896.697170952@h.example>, …953; then ann and a digest */
#define CHALLENGE_1 "S: + PDE4OTYuNjk3MTcwOTUyQGguZXhhbXBsZT4=\n"
#define CHALLENGE_2 "S: + PDE4OTYuNjk3MTcwOTUzQGguZXhhbXBsZT4=\n"
#define RESPONSE    "C: YW5uIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\n"
#define STAT(text)  "C: STAT\nS: +OK " text "\n"

static const recording_row timestamps[] = {
    {"RFC 1939 section 7: each greeting has its own", {"S: +OK " TIME_1 "\n" QUIT, "S: +OK " TIME_2 "\n" QUIT}},
    {"POP3-1939-7-47: the same twice",
     {"S: +OK " TIME_1 "\n" QUIT, "S: +OK again " TIME_1 "\n! server POP3-1939-7-47\n" QUIT}},
    {"a greeting without one may repeat itself", {"S: +OK ready\n" QUIT, "S: +OK ready\n" QUIT}},
    {"APOP under its timestamp, and another digest under another",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK " TIME_2 "\nC: APOP ann "
                                       "00000000000000000000000000000000\nS: +OK\n"}},
    {"POP3-1939-7-56: a digest taken twice",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK " TIME_2 "\n" APOP "! server POP3-1939-7-56\n"}},
    {"POP3-1939-7-56: letter case aside",
     {"S: +OK " TIME_1 "\n" APOP QUIT,
      "S: +OK " TIME_2 "\nC: APOP ann C4C9334BAC560ECC979E58001B3E22FB\n! client POP3-1939-7-48\nS: +OK\n"
      "! server POP3-1939-7-56\n"}},
    {"a digest refused the second time",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK " TIME_2 "\nC: APOP ann " DIGEST "\nS: -ERR\n" QUIT}},
    {"the same digest of another name",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK " TIME_2 "\nC: APOP bob " DIGEST "\nS: +OK\n" QUIT}},
};

Test(pop_login, timestamps)
{
    recording_check(timestamps, COUNT(timestamps));
}

static const recording_row challenges[] = {
    {"RFC 2195 section 2: a challenge each time",
     {"S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 RESPONSE "S: +OK\n" QUIT,
      "S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_2 RESPONSE "S: +OK\n" QUIT}},
    {"POP3-2195-2-02: the same on another connection",
     {"S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 RESPONSE "S: +OK\n" QUIT,
      "S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 "! server POP3-2195-2-02\n" RESPONSE "S: +OK\n" QUIT}},
    {"POP3-2195-2-05: the same on the same",
     {"S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 RESPONSE "S: -ERR\nC: AUTH CRAM-MD5\n" CHALLENGE_1
      "! server POP3-2195-2-05\n" RESPONSE "S: +OK\n"}},
    {"LOGIN asks the same each time", {"S: +OK ready\n" BY_LOGIN QUIT, "S: +OK ready\n" BY_LOGIN QUIT}},
};

Test(pop_login, challenges)
{
    recording_check(challenges, COUNT(challenges));
}

static const recording_row ways[] = {
    {"POP3-1939-13-01: PASS, then APOP",
     {"S: +OK ready\n" PASS QUIT, "S: +OK " TIME_1 "\n" APOP "! server POP3-1939-13-01\n"}},
    {"POP3-1939-13-01: APOP, then PASS",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK ready\n" PASS "! server POP3-1939-13-01\n"}},
    {"two users, two ways",
     {"S: +OK " TIME_1 "\n" APOP QUIT, "S: +OK ready\nC: USER bob\nS: +OK\nC: PASS tide\nS: +OK\n"}},
    {"APOP was refused", {"S: +OK " TIME_1 "\nC: APOP ann " DIGEST "\nS: -ERR\n" PASS QUIT}},
    {"POP3-2195-4-01: PLAIN, then CRAM-MD5",
     {"S: +OK ready\n" PLAIN QUIT,
      "S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 RESPONSE "S: +OK\n! server POP3-2195-4-01\n"}},
    {"POP3-2195-4-01: CRAM-MD5, then LOGIN",
     {"S: +OK ready\nC: AUTH CRAM-MD5\n" CHALLENGE_1 RESPONSE "S: +OK\n" QUIT,
      "S: +OK ready\n" BY_LOGIN "! server POP3-2195-4-01\n"}},
    {"PASS and PLAIN both send the password", {"S: +OK ready\n" PASS QUIT, "S: +OK ready\n" PLAIN QUIT}},
};

Test(pop_login, ways)
{
    recording_check(ways, COUNT(ways));
}

/* A lower count after a lost session is told of the same maildrop only. */
static const recording_row keys[] = {
    {"PASS and PLAIN: one name",
     {"S: +OK ready\n" PASS STAT("2 48") "close\n", "S: +OK ready\n" PLAIN STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"PLAIN and LOGIN: one name",
     {"S: +OK ready\n" PLAIN STAT("2 48") "close\n",
      "S: +OK ready\n" BY_LOGIN STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"PLAIN for another's maildrop",
     {"S: +OK ready\n" PASS STAT("2 48") "close\n", "S: +OK ready\n" FOR_BOB STAT("1 24") QUIT}},
    {"… which is bob's",
     {"S: +OK ready\n" FOR_BOB STAT("2 48") "close\n",
      "S: +OK ready\nC: USER bob\nS: +OK\nC: PASS x\nS: +OK\n" STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"PLAIN after the challenge",
     {"S: +OK ready\nC: AUTH PLAIN\nS: + \nC: AGFubgB0aWRl\nS: +OK\n" STAT("2 48") "close\n",
      "S: +OK ready\n" PASS STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"SCRAM shows a name: n,,n=ann,r=abc",
     {"S: +OK ready\nC: AUTH SCRAM-SHA-256 biwsbj1hbm4scj1hYmM=\nS: -ERR\n" PASS STAT("2 48") "close\n",
      "S: +OK ready\n" PASS STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"USER was refused, then another took its place",
     {"S: +OK ready\nC: USER bob\nS: -ERR\n" PASS STAT("2 48") "close\n",
      "S: +OK ready\n" PASS STAT("1 24") "! server POP3-1939-6-05\n"}},
    {"letter case tells names apart",
     {"S: +OK ready\nC: USER ANN\nS: +OK\nC: PASS x\nS: +OK\n" STAT("2 48") "close\n",
      "S: +OK ready\n" PASS STAT("1 24")}},
};

Test(pop_login, keys)
{
    recording_check(keys, COUNT(keys));
}
