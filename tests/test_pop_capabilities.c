/* test_pop_capabilities.c - capability lists: what one line says and another denies */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define CAPA(lines) "C: CAPA\nS: +OK\n" lines "S: .\n"
#define LOGIN       "C: USER ann\nS: +OK\nC: PASS tide\nS: +OK\n"

static const recording_row one_list[] = {
    {"equal lines are no breach", {CAPA("S: TOP\nS: UIDL\nS: TOP\n")}},
    {"POP3-2449-5-14: a tag twice with other parameters",
     {CAPA("S: SASL PLAIN\nS: SASL CRAM-MD5\n") "! server POP3-2449-5-14\n"}},
    {"POP3-2449-5-14: once per list, tags in any letter case",
     {CAPA("S: UTF8\nS: utf8 USER\nS: SASL PLAIN\nS: SASL LOGIN\n") "! server POP3-2449-5-14\n"}},
    {"mechanisms in any letter case", {CAPA("S: SASL PLAIN\nS: SASL plain\n")}},
    {"POP3-2449-5-14: other parameters have a letter case",
     {CAPA("S: IMPLEMENTATION a\nS: IMPLEMENTATION A\n") "! server POP3-2449-5-14\n"}},
};

Test(pop_capabilities, one_list)
{
    recording_check(one_list, COUNT(one_list));
}

#define BEFORE(lines) "S: +OK ready\n" CAPA(lines) LOGIN

static const recording_row two_lists[] = {
    {"RFC 2449 section 5: the same in both states",
     {BEFORE("S: TOP\nS: SASL PLAIN LOGIN\nS: USER\n") CAPA("S: TOP\nS: SASL LOGIN PLAIN\nS: USER\n")}},
    {"POP3-2449-5-15: other mechanisms",
     {BEFORE("S: SASL PLAIN LOGIN\nS: USER\n") CAPA("S: SASL PLAIN\nS: USER\n") "! server POP3-2449-5-15\n"}},
    {"POP3-2449-5-15: UTF8 changes",
     {BEFORE("S: UTF8\nS: USER\n") CAPA("S: UTF8 USER\nS: USER\n") "! server POP3-2449-5-15\n"}},
    {"IMPLEMENTATION may say more after the login",
     {BEFORE("S: IMPLEMENTATION a\nS: USER\n") CAPA("S: IMPLEMENTATION a-1.0\nS: USER\n")}},
    {"private ones may change", {BEFORE("S: X-A 1\nS: USER\n") CAPA("S: X-A 2\nS: USER\n")}},
    {"the last list before the login counts",
     {"S: +OK ready\n" CAPA("S: SASL LOGIN\nS: USER\n") CAPA("S: SASL PLAIN\nS: USER\n")
          LOGIN CAPA("S: SASL PLAIN\nS: USER\n")}},
};

Test(pop_capabilities, both_states)
{
    recording_check(two_lists, COUNT(two_lists));
}

#define AHEAD "S: +OK ready\nC: USER ann\nC: PASS tide\n"

static const recording_row pipelining[] = {
    {"RFC 2449 section 6.6: an earlier connection announced it",
     {"S: +OK ready\n" CAPA("S: PIPELINING\nS: USER\n") QUIT, AHEAD "S: +OK\nS: +OK\n"}},
    {"POP3-2449-6.6-06: it announced other things",
     {"S: +OK ready\n" CAPA("S: USER\n") QUIT, AHEAD "! client POP3-2449-6.6-06\nS: +OK\nS: +OK\n"}},
    {"POP3-2449-6.6-06: a list that was not finished",
     {"S: +OK ready\nC: CAPA\nS: +OK\nS: PIPELINING\nclose\n", AHEAD "! client POP3-2449-6.6-06\nS: +OK\nS: +OK\n"}},
};

Test(pop_capabilities, pipelining)
{
    recording_check(pipelining, COUNT(pipelining));
}
