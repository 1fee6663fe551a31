/* test_pop_contents.c - RETR again, and TOP against RETR */
#include <criterion/criterion.h>

#include "feed.h"
#include "recording.h"

#define RETR        "C: RETR 1\nS: +OK\n" MESSAGE
#define TOP(n)      "C: TOP 1 " n "\nS: +OK\n"
#define HEADER      "S: Subject: a\nS:\n"
#define EXPIRE_ZERO "C: CAPA\nS: +OK\nS: TOP\nS: EXPIRE 0\nS: .\n"

static const recording_row retr[] = {
    {"RFC 1939 section 5: the same again", {RETR RETR}},
    {"POP3-1939-5-27: not the same", {RETR "C: RETR 1\nS: +OK\n" OTHER_MESSAGE "! server POP3-1939-5-27\n"}},
    {"another message may be another", {RETR "C: RETR 2\nS: +OK\n" OTHER_MESSAGE}},
    {"the other message again, not the first one",
     {RETR "C: RETR 2\nS: +OK\n" OTHER_MESSAGE "C: RETR 2\nS: +OK\n" MESSAGE "! server POP3-1939-5-27\n"}},
    {"stuffing is no content",
     {"C: RETR 1\nS: +OK\nS: A: b\nS:\nS: ..\nS: .\nC: RETR 1\nS: +OK\nS: A: b\nS:\nS: ..\nS: .\n"}},
};

Test(pop_contents, retr_again)
{
    recording_check(retr, COUNT(retr));
}

static const recording_row top[] = {
    {"RFC 1939 section 7: header section and empty line", {RETR TOP("0") HEADER "S: .\n"}},
    {"… and one line", {RETR TOP("1") HEADER "S: one\nS: .\n"}},
    {"… and all there is", {RETR TOP("2") MESSAGE TOP("99") MESSAGE}},
    {"POP3-1939-7-03: no empty line", {RETR TOP("0") "S: Subject: a\nS: .\n! server POP3-1939-7-03\n"}},
    {"POP3-1939-7-03: a line of the body", {RETR TOP("0") HEADER "S: one\nS: .\n! server POP3-1939-7-03\n"}},
    {"POP3-1939-7-02: too many lines", {RETR TOP("1") MESSAGE "! server POP3-1939-7-02\n"}},
    {"POP3-1939-7-02: too few", {RETR TOP("1") HEADER "S: .\n! server POP3-1939-7-02\n"}},
    {"POP3-1939-7-04: not all there is", {RETR TOP("2") HEADER "S: one\nS: .\n! server POP3-1939-7-04\n"}},
    {"POP3-1939-7-04: all, and other octets", {RETR TOP("2") OTHER_MESSAGE "! server POP3-1939-7-04\n"}},
    {"POP3-1939-7-06: not the same beginning",
     {RETR TOP("1") "S: Subject: b\nS:\nS: one\nS: .\n! server POP3-1939-7-06\n"}},
    {"POP3-SEC-int-04: a great number, cut short", {RETR TOP("2147483648") HEADER "S: .\n! server POP3-SEC-int-04\n"}},
    {"POP3-1939-7-04: a number that fits, cut short",
     {RETR TOP("2147483647") HEADER "S: .\n! server POP3-1939-7-04\n"}},
    {"a great number", {RETR TOP("4294967296") MESSAGE}},
    {"POP3-1939-7-02: TOP came first", {TOP("1") HEADER "S: .\n" RETR "! server POP3-1939-7-02\n"}},
    {"POP3-1939-7-06: TOP came first", {TOP("1") "S: B: c\nS:\nS: one\nS: .\n" RETR "! server POP3-1939-7-06\n"}},
    {"without RETR nothing is known", {TOP("5") HEADER "S: .\n"}},
    {"a message without a body",
     {"C: RETR 1\nS: +OK\nS: A: b\nS: .\n" TOP("0") "S: A: b\nS: .\n" TOP("3") "S: A: b\nS: .\n"}},
    {"an empty message", {"C: RETR 1\nS: +OK\nS: .\n" TOP("0") "S: .\n"}},
    {"RFC 1939 section 8: where EXPIRE is 0, TOP may be cut short",
     {EXPIRE_ZERO RETR TOP("2") HEADER "S: one\nS: .\n" TOP("1") HEADER "S: .\n"}},
    {"POP3-1939-7-06: … but shows the message",
     {EXPIRE_ZERO RETR TOP("2") HEADER "S: oak\nS: .\n! server POP3-1939-7-06\n"}},
};

Test(pop_contents, top_against_retr)
{
    recording_check(top, COUNT(top));
}

#define MODE_UTF8   "S: +OK ready\nC: UTF8\nS: +OK\nC: USER ann\nS: +OK\nC: PASS tide\nS: +OK\n"
#define UIDL_ONE    "C: UIDL 1\nS: +OK 1 a\n"
#define EIGHT_BIT   "S: A: b\nS:\nS< \"\\xc3\\xa9\\r\\n.\\r\\n\"\n"
#define OTHER_8_BIT "S: A: b\nS:\nS< \"\\xc3\\xa8\\r\\n.\\r\\n\"\n"

static const recording_row modes[] = {
    {"RFC 6856 section 2.1: an ASCII message is the same in both modes", {UIDL_ONE RETR QUIT, MODE_UTF8 UIDL_ONE RETR}},
    {"POP3-6856-2.1-06: another body",
     {UIDL_ONE RETR QUIT, MODE_UTF8 UIDL_ONE "C: RETR 1\nS: +OK\n" OTHER_MESSAGE "! server POP3-6856-2.1-06\n"}},
    {"a server may add header fields",
     {UIDL_ONE RETR QUIT, MODE_UTF8 UIDL_ONE "C: RETR 1\nS: +OK\nS: X-Mode: utf8\n" MESSAGE}},
    {"POP3-6856-2.1-06: one of them is ASCII",
     {UIDL_ONE "C: RETR 1\nS: +OK\nS: A: b\nS:\nS: e\nS: .\n" QUIT,
      MODE_UTF8 UIDL_ONE "C: RETR 1\nS: +OK\n" EIGHT_BIT "! server POP3-6856-2.1-06\n"}},
    {"a surrogate message may differ: both hold octets above 127",
     {UIDL_ONE "C: RETR 1\nS: +OK\n" OTHER_8_BIT QUIT, MODE_UTF8 UIDL_ONE "C: RETR 1\nS: +OK\n" EIGHT_BIT}},
    {"other unique-ids are other messages",
     {UIDL_ONE RETR QUIT, MODE_UTF8 "C: UIDL 1\nS: +OK 1 b\nC: RETR 1\nS: +OK\n" OTHER_MESSAGE}},
};

Test(pop_contents, modes)
{
    recording_check(modes, COUNT(modes));
}
