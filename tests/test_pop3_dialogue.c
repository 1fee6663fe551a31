/* POP3 dialogues, octets in and findings out; each is fed whole, octet by octet, and cut at every place. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "feed.h"
#include "pop3_script.h"

#define READY       "S +OK pop.island.example ready\n"
#define LOGIN       READY "C USER nils\nS +OK\nC PASS lee-shore-9\nS +OK\n"
#define QUIT        "C QUIT\nS +OK\nX\n"
#define CAPA(lines) "C CAPA\nS +OK\n" lines "S .\n"
#define MESSAGE     "S Subject: tide\nS \nS High water.\nS ..\nS Low water.\nS .\n"
#define PLAIN       "AG5pbHMAbGVlLXNob3JlLTk=" /* NUL nils NUL lee-shore-9 */

static void check_all(const script_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        script_check(&rows[i]);
}

Test(pop3_dialogue, conforming)
{
    static const script_row rows[] = {
        {"a session", LOGIN "C STAT\nS +OK 2 271\nC LIST\nS +OK\nS 1 146\nS 2 125\nS .\nC RETR 1\nS +OK\n" MESSAGE
                            "C DELE 1\nS +OK\nC STAT\nS +OK 1 125\nC LIST\nS +OK\nS 2 125\nS .\n" QUIT},
        {"POP3-1939-3-36 bare indicators",
         "S +OK\nC user nils\nS +OK\nC pass x\nS +OK\nC noop\nS +OK\nC quit\nS +OK\n"},
        {"POP3-1939-5-40 marks cleared",
         LOGIN "C STAT\nS +OK 2 271\nC DELE 1\nS +OK\nC RSET\nS +OK\nC STAT\nS +OK 2 271\n"
               "C LIST 1\nS +OK 1 146\nC DELE 1\nS +OK\n" QUIT},
        {"POP3-1939-7-13 UIDL without the marked", LOGIN "C DELE 1\nS +OK\nC UIDL\nS +OK\nS 2 a\nS 3 b\nS .\n" QUIT},
        {"POP3-2449-6.6-01 pipelined",
         READY CAPA(
             "S PIPELINING\nS USER\n") "C USER nils\nC PASS x\nC STAT\nC LIST\nC DELE 2\nC NOOP\nC RSET\nC QUIT\nS "
                                       "+OK\nS +OK\n"
                                       "S +OK 2 271\nS +OK\nS 1 146\nS 2 125\nS .\nS +OK\nS +OK\nS +OK\nS +OK\nX\n"},
        {"POP3-2595-4-11 capabilities anew",
         READY CAPA("S STLS\n") "C STLS\nS +OK\nT\n" CAPA("S USER\n") "C USER nils\nS +OK\nC PASS x\nS +OK\n" QUIT},
        {"POP3-5034-4-36 initial response",
         READY CAPA("S SASL PLAIN\n") "C AUTH PLAIN " PLAIN "\nS +OK\nC NOOP\nS +OK\n" QUIT},
        {"POP3-5034-4-08 empty challenge", READY "C AUTH PLAIN\nS + \nC " PLAIN "\nS +OK\n" QUIT},
        {"POP3-5034-4-07 cancelled",
         READY "C AUTH PLAIN\nS + \nC *\nS -ERR\nC USER nils\nS +OK\nC PASS x\nS +OK\n" QUIT},
        {"POP3-5034-4-02 refused again", READY "C AUTH PLAIN " PLAIN "\nS +OK\nC NOOP\nS +OK\n" QUIT},
        {"POP3-1939-7-50 APOP",
         "S +OK <1896.697170952@dbc.mtview.ca.us>\nC APOP mrose c4c9334bac560ecc979e58001b3e22fb\nS +OK\n" QUIT},
        {"POP3-6856-3.2-05 UTF-8 once chosen",
         READY "C LANG de\nS +OK de gew%C3%A4hlt\nC LANG\nS +OK\nS de Deutsch\nS en\nS .\nC NOOP\n"
               "!c POP3-1939-5-50\nS -ERR sp%C3%A4ter\n"},
        {"POP3-1939-3-39 a shutdown may be told", LOGIN "S -ERR shutting down\nX\n"},
        {"a greeting that refuses ends it",
         "S -ERR too many connections\n!s POP3-1939-4-01\nC STAT\nS +OK 1 2\nS x\nX\n"},
        {"POP3-3206-4-02 a system failure may hit any command",
         LOGIN "C NOOP\nS -ERR [SYS/TEMP] x\nC STAT\nS -ERR [SYS/PERM]\n" QUIT},
        {"POP3-2449-6.1-01 unknown commands go on or not",
         LOGIN "C XTND XMIT\nS +OK\nS some text\nS .\nC NOOP\nS +OK\n" QUIT},
        {"an unknown command's lines up to the next reply", LOGIN "C XTND\nS +OK\nC NOOP\nS x\nS +OK\n" QUIT},
        {"POP3-1939-5-45 nobody logged in", READY "H\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, wrong_state)
{
    static const script_row rows[] = {
        {"STAT", READY "C STAT\n!c POP3-1939-5-50\nS +OK 2 271\n!s POP3-1939-5-03\n"},
        {"LIST", READY "C LIST\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-5-19\nS 1 1\nS .\n"},
        {"RETR", READY "C RETR 1\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-5-26\n" MESSAGE},
        {"DELE marks nothing", READY "C DELE 1\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-5-36\nC USER nils\nS +OK\nC "
                                     "PASS x\nS +OK\nC DELE 1\nS +OK\n"},
        {"NOOP", READY "C NOOP\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-5-39\n"},
        {"RSET", READY "C RSET\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-5-42\n"},
        {"TOP", READY "C TOP 1 0\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-7-11\nS .\n"},
        {"UIDL", READY "C UIDL\n!c POP3-1939-5-50\nS +OK\n!s POP3-1939-7-27\nS .\n"},
        {"after STLS", READY "C STLS\nS +OK\nT\nC STAT\n!c POP3-1939-5-50\nS +OK 1 1\n!s POP3-2595-4-08\n"},
        {"under TLS from the start", "T\n" READY "C STAT\n!c POP3-1939-5-50\nS +OK 1 1\n!s POP3-8314-3.1-02\n"},
        {"login again", LOGIN
         "C USER x\n!c POP3-1939-7-63\nS +OK\n!s POP3-1939-7-31\nC PASS x\n!c POP3-1939-7-63\nS +OK\n"
         "!s POP3-1939-7-44\nC APOP x c4c9334bac560ecc979e58001b3e22fb\n!c POP3-1939-7-63\nS +OK\n!s POP3-1939-7-53\n"},
        {"STLS behind a refused CAPA", LOGIN "C CAPA\nS -ERR\nC STLS\n!c POP3-2595-4-18\nS +OK\n!s POP3-2595-4-04\n"},
        {"STLS", LOGIN "C STLS\n!c POP3-2595-4-18\nS +OK\n!s POP3-2595-4-04\n"},
        {"UTF8", LOGIN "C UTF8\n!c POP3-6856-2-04\nS +OK\n!s POP3-6856-2-03\n"},
        {"AUTH after PASS", LOGIN "C AUTH PLAIN\n!c POP3-5034-4-38\nS + \n!s POP3-5034-4-03\nC *\nS -ERR\n"},
        {"AUTH after AUTH",
         READY "C AUTH PLAIN " PLAIN "\nS +OK\nC AUTH PLAIN " PLAIN "\n!c POP3-5034-4-38\nS +OK\n!s POP3-5034-4-02\n"},
        {"a login that is still open says nothing",
         READY CAPA("S PIPELINING\nS USER\n") "C USER a\nC PASS b\nC STAT\nS +OK\nS -ERR\nS -ERR\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, user_and_pass)
{
    static const script_row rows[] = {
        {"PASS first", READY "C PASS x\n!c POP3-1939-7-37\nS +OK\n!s POP3-1939-7-38\nC STAT\nS +OK 0 0\n"},
        {"PASS after a refused USER",
         READY "C USER a\nS -ERR\nC PASS x\n!c POP3-1939-7-36\nS +OK\n!s POP3-1939-7-38\n"},
        {"PASS behind a second name that was refused", READY "C USER a\nS +OK\nC USER b\n!c POP3-1939-7-64\nS -ERR\nC "
                                                             "PASS x\n!c POP3-1939-7-36\nS +OK\n!s POP3-1939-7-39\n"},
        {"and PASS again behind one that failed",
         READY "C USER a\nS +OK\nC USER b\n!c POP3-1939-7-64\nS -ERR\nC PASS x\n!c POP3-1939-7-36\nS -ERR\nC PASS "
               "y\n!c POP3-1939-7-37\nS +OK\n!s POP3-1939-7-40\n"},
        {"PASS after a failed PASS",
         READY "C USER a\nS +OK\nC PASS x\nS -ERR\nC PASS y\n!c POP3-1939-7-37\nS +OK\n!s POP3-1939-7-40\n"},
        {"PASS after a failed AUTH", READY "C USER a\nS +OK\nC AUTH PLAIN AAAA\n!c POP3-4616-2-02\nS -ERR\nC PASS "
                                           "y\n!c POP3-1939-7-37\nS +OK\n!s POP3-1939-7-39\n"},
        {"another command between", READY "C USER a\nS +OK\nC XYZZ\nS -ERR\nC PASS y\nS +OK\n!s POP3-1939-7-39\n"},
        {"CAPA and LANG may stand between",
         READY "C USER a\nS +OK\nC CAPA\nS -ERR\nC LANG en\nS -ERR\nC PASS y\nS +OK\n"},
        {"USER twice",
         READY "C USER a\nS +OK\nC USER b\n!c POP3-1939-7-64\nS +OK\n!s POP3-1939-7-33\nC PASS y\nS +OK\n"},
        {"USER before TLS", READY "C USER a\nS +OK\nC STLS\nS +OK\nT\nC PASS y\nS +OK\n!s POP3-2595-4-15\n"},
        {"USER behind STLS", READY
         "C STLS\nC USER a\n!c POP3-2595-4-10\nS +OK\nT\nC PASS y\n!c POP3-1939-7-37\nS +OK\n!s POP3-SEC-stls-02\n"},
        {"a system failure at USER leaves it open", READY "C USER a\nS -ERR [SYS/TEMP]\nC PASS y\nS -ERR\n"},
        {"no argument", READY
         "C USER\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-7-30\nC PASS\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-7-43\n"},
        {"QUIT refused",
         READY "C QUIT\nS -ERR\n!s POP3-1939-4-14\nC USER a\nS +OK\nC QUIT\nS -ERR\n!s POP3-1939-4-16\n"},
        {"APOP without a timestamp",
         READY "C APOP a c4c9334bac560ecc979e58001b3e22fb\n!c POP3-2449-6-02\nS +OK\n!s POP3-1939-7-54\n"},
        {"APOP with a bad one",
         "S +OK <ab>\n!s POP3-1939-7-46\nC APOP a c4c9334bac560ecc979e58001b3e22fb\n!c POP3-SEC-apop-01\nS -ERR\n"},
        {"APOP arguments", "S +OK <a@b>\nC APOP\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-7-52\n"},
        {"APOP digest", "S +OK <a@b>\nC APOP x 0\n!c POP3-1939-7-48\nS +OK\n!s POP3-1939-7-51\n"},
        {"APOP after USER",
         "S +OK <a@b>\nC USER a\nS +OK\nC APOP a c4c9334bac560ecc979e58001b3e22fb\n!c POP3-1939-7-64\nS +OK\n"},
        {"a greeting of two timestamps", "S +OK <ab> <a@b>\n!s POP3-2449-3-08\n"},
        {"a greeting with an open bracket",
         "S +OK 1 < 2\n!s POP3-2449-3-08\nC APOP a c4c9334bac560ecc979e58001b3e22fb\nS +OK\n!s POP3-1939-7-54\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, malformed_commands)
{
    static const script_row rows[] = {
        {"LIST", LOGIN "C LIST 0\n!c POP3-1939-4-12\nS +OK 0 1\n!s POP3-1939-5-17\nC LIST 1x\n!c POP3-1939-4-12\nS +OK "
                       "1 1\n!s POP3-1939-5-18\n"},
        {"RETR", LOGIN "C RETR\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-5-21\nS .\nC RETR x\n!c POP3-1939-4-12\nS "
                       "+OK\n!s POP3-1939-5-24\nS .\n"
                       "C RETR +1\n!c POP3-1939-4-12\nS +OK\n!s POP3-1939-5-25\nS .\n"},
        {"DELE", LOGIN "C DELE\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-5-35\nC DELE x\n!c POP3-1939-4-12\nS +OK\n!s "
                       "POP3-1939-5-48\nC DELE 0\n!c POP3-1939-4-12\nS +OK\n!s POP3-1939-5-34\n"},
        {"TOP", LOGIN "C TOP 1\n!c POP3-1939-5-52\nS +OK\n!s POP3-1939-7-07\nS .\nC TOP 1 x\n!c POP3-1939-7-65\nS "
                      "+OK\n!s POP3-1939-7-08\nS .\n"
                      "C TOP x 1\n!c POP3-1939-4-12\nS +OK\n!s POP3-1939-7-59\nS .\nC TOP 0 1\n!c POP3-1939-4-12\nS "
                      "+OK\n!s POP3-1939-7-09\nS .\n"},
        {"UIDL", LOGIN "C UIDL 0\n!c POP3-1939-4-12\nS +OK 0 a\n!s POP3-1939-7-25\n"},
        {"surplus", LOGIN "C STAT 1\n!c POP3-1939-5-53\nS +OK 1 1\n!s POP3-1939-5-05\nC LIST 1 2\n!c POP3-1939-5-53\nS "
                          "+OK 1 1\n!s POP3-1939-5-47\n"
                          "C NOOP x\n!c POP3-1939-5-53\nS +OK\n!s POP3-1939-5-46\nC RETR 1 2\n!c POP3-1939-5-53\nS "
                          "+OK\n!s POP3-1939-5-25\nS .\nC QUIT x\n!c POP3-1939-5-53\nS +OK\n!s POP3-1939-6-07\n"},
        {"surplus, refused", LOGIN "C NOOP x\n!c POP3-1939-5-53\nS -ERR\nC STAT 1\n!c POP3-1939-5-53\nS -ERR\n"},
        {"blanks", LOGIN "C LIST  1\n!c POP3-1939-3-06\nS +OK 1 1\n!s POP3-1939-3-08\nC  NOOP\n!c POP3-1939-3-06\nS "
                         "+OK\n!s POP3-1939-3-08\nC LIST 1 \n!c POP3-2449-3-03\nS +OK 1 1\n"},
        {"keyword", LOGIN "C NOOPS\n!c POP3-1939-3-07\nS +OK\n!s POP3-1939-3-25\nS x\nC NOOP\nS +OK\nC \n!c "
                          "POP3-1939-3-07\nS +OK\n!s POP3-1939-3-27\nC NO\n!c POP3-1939-3-07\nS -ERR\n"},
        {"unasked lines are told again behind the next command",
         LOGIN "C NOOP\nS done\n!s POP3-1939-3-10\nS x\nC NOOP\nS +OK\nS y\n!s POP3-1939-3-39\n"},
        {"NUL",
         LOGIN "C DELE 1%00x\n!c POP3-1939-3-05\nS +OK\n!s POP3-SEC-raw-01\nC NOOP%00\nS +OK\n!s POP3-SEC-raw-01\n"},
        {"8-bit", LOGIN "C RETR %B1\n!c POP3-1939-3-05\nS +OK\n!s POP3-SEC-raw-02\nS .\nC %FFTAT\nS -ERR\n"},
        {"bare CR", LOGIN "C NOOP%0DDELE 1\n!c POP3-1939-3-05\nS +OK\nS +OK\n!s POP3-SEC-raw-04\nS +OK\n"},
        {"bare LF once", LOGIN "C> NOOP%0A\n!c POP3-1939-3-04\nS +OK\nC> NOOP%0A\nS +OK\n"},
        {"letter case", LOGIN "C NOOP\nS +OK\nC noop\nS -ERR\n!s POP3-1939-3-03\nC STAT\nS +OK 0 0\nC sTAT\nS -ERR\n!s "
                              "POP3-1939-3-03\nC rset\nS -ERR\n!s POP3-1939-5-41\n"},
        {"the last of 41",
         READY "C CAPA\nS -ERR\nC USER 01234567890123456789012345678901234567890\n!c POP3-1939-3-09\nS -ERR\n"},
    };
    check_all(rows, COUNT(rows));
    char script[400] = READY "C USER ";
    memset(script + strlen(script), 'x', 249);
    strcat(script, "\n!c POP3-2449-4-04\nS -ERR\n");
    script_check(&(script_row){"256 octets", script});
}

Test(pop3_dialogue, marks_and_numbers)
{
    static const script_row rows[] = {
        {"marked", LOGIN "C DELE 1\nS +OK\nC DELE 1\n!c POP3-1939-5-51\nS +OK\n!s POP3-1939-5-33\nC LIST 1\n!c "
                         "POP3-1939-5-51\nS +OK 1 1\n!s POP3-1939-5-15\n"
                         "C RETR 1\n!c POP3-1939-5-51\nS +OK\n!s POP3-1939-5-22\nS .\nC TOP 1 0\n!c POP3-1939-5-51\nS "
                         "+OK\n!s POP3-1939-7-10\nS .\nC UIDL 1\n!c POP3-1939-5-51\nS +OK 1 a\n!s POP3-1939-7-24\n"},
        {"beyond",
         LOGIN "C STAT\nS +OK 2 9\nC LIST 3\nS +OK 3 1\n!s POP3-1939-5-16\nC RETR 3\nS +OK\n!s POP3-1939-5-23\nS .\nC "
               "DELE 3\nS +OK\n!s POP3-1939-5-34\n"
               "C TOP 3 0\nS +OK\n!s POP3-1939-7-09\nS .\nC UIDL 3\nS +OK 3 a\n!s POP3-1939-7-25\nC STAT\nS +OK 2 9\n"},
        {"wrapped", LOGIN "C STAT\nS +OK 2 9\nC RETR 4294967297\nS +OK\n!s POP3-SEC-int-01\nS .\nC RETR 4294967299\nS "
                          "+OK\n!s POP3-1939-5-23\nS .\n"},
        {"wrapped, and message 1 is gone",
         LOGIN "C DELE 4294967297\nS +OK\nC LIST 1\nS -ERR\n!s POP3-SEC-int-01\nC LIST 2\nS -ERR\n"},
        {"STAT counts the marked",
         LOGIN "C STAT\nS +OK 2 9\nC DELE 1\nS +OK\nC STAT\nS +OK 2 9\n!s POP3-1939-5-02\nC STAT\nS +OK 1 5\n"},
        {"more messages than there were: the last number holds",
         LOGIN "C STAT\nS +OK 2 9\nC STAT\nS +OK 3 12\nC LIST 3\nS +OK 3 3\nC LIST 4\nS +OK 4 3\n!s POP3-1939-5-16\n"},
        {"octets without messages", LOGIN "C STAT\nS +OK 0 9\n!s POP3-1939-5-07\n"},
        {"a listing with a gap", LOGIN "C LIST\nS +OK\nS 1 1\nS 3 1\nS .\n!s POP3-1939-4-11\n"},
        {"a listing with zero", LOGIN "C LIST\nS +OK\nS 0 1\n!s POP3-1939-4-11\nS .\n"},
        {"a listing with a number twice", LOGIN "C LIST\nS +OK\nS 1 1\nS 1 1\n!s POP3-1939-4-11\nS .\n"},
        {"a listing that lacks a message", LOGIN "C STAT\nS +OK 2 9\nC LIST\nS +OK\nS 1 1\nS .\n!s POP3-1939-5-08\n"},
        {"a listing that shows a marked one", LOGIN "C DELE 1\nS +OK\nC LIST\nS +OK\nS 1 1\n!s POP3-1939-5-11\nS .\nC "
                                                    "UIDL\nS +OK\nS 1 a\n!s POP3-1939-7-21\nS .\n"},
        {"an empty maildrop",
         LOGIN "C STAT\nS +OK 0 0\nC LIST\nS -ERR\n!s POP3-1939-5-12\nC LIST\nS +OK\nS 1 1\n!s POP3-1939-5-12\nS 2 "
               "1\nS .\nC UIDL\nS +OK\nS 1 a\n!s POP3-1939-7-26\nS .\nC UIDL\nS -ERR\n!s POP3-1939-7-26\n"},
        {"all marked", LOGIN "C STAT\nS +OK 1 9\nC DELE 1\nS +OK\nC LIST\nS -ERR\n!s POP3-1939-5-13\n"},
        {"UIDL", LOGIN "C LIST\nS +OK\nS 1 1\nS 2 1\nS .\nC UIDL\nS +OK\nS 1 a\nS .\n!s POP3-1939-7-13\nC UIDL\nS "
                       "+OK\nS 1 a\nS 2 b\nS 3 c\nS .\n!s POP3-1939-7-13\n"},
        {"RSET refused", LOGIN "C DELE 1\nS +OK\nC RSET\nS -ERR\n!s POP3-1939-5-40\n"},
        {"RSET without effect",
         LOGIN "C STAT\nS +OK 2 9\nC DELE 1\nS +OK\nC RSET\nS +OK\nC STAT\nS +OK 1 5\n!s POP3-1939-5-40\nC LIST 1\nS "
               "-ERR\n!s POP3-1939-5-40\nC RETR 1\nS -ERR [UTF8]\nC LIST\nS +OK\nS 2 1\nS .\n!s POP3-1939-5-40\n"},
        {"DELE refused", LOGIN "C STAT\nS +OK 2 9\nC DELE 2\nS -ERR\n!s POP3-1939-5-30\nC DELE 3\nS -ERR\n"},
        {"RETR refused later", LOGIN "C RETR 1\nS +OK\n" MESSAGE "C RETR 1\nS -ERR\n!s POP3-1939-5-20\n"},
        {"another number than asked for",
         LOGIN "C LIST 1\nS +OK 2 1\n!s POP3-1939-5-09\nC UIDL 1\nS +OK 2 a\n!s POP3-1939-7-14\n"},
        {"plain commands refused", LOGIN "C STAT\nS -ERR\n!s POP3-1939-7-01\nC NOOP\nS -ERR\n!s POP3-1939-5-38\nC "
                                         "RSET\nS -ERR\n!s POP3-1939-5-41\nC QUIT\nS -ERR\n!s POP3-1939-6-10\n"},
        {"pipelined DELE",
         LOGIN "C DELE 1\nC DELE 2\n!c POP3-2449-6.6-06\nC DELE 2\nS +OK\nS +OK\nS +OK\n!s POP3-1939-5-33\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, responses)
{
    static const script_row rows[] = {
        {"no indicator", LOGIN "C NOOP\nS hello\n!s POP3-1939-3-10\nS +OK\nC NOOP\nS +OK\n"},
        {"letter case", LOGIN "C NOOP\nS +ok\n!s POP3-1939-3-11\n"},
        {"no space", LOGIN "C NOOP\nS +OKfine\n!s POP3-1939-3-14\n"},
        {"line ends, once",
         LOGIN "C NOOP\nS> +OK%0A\n!s POP3-1939-3-12\nC NOOP\nS> +OK%0A\nC NOOP\nS +OK a%0Db\n!s POP3-1939-3-12\n"},
        {"line ends in a message", LOGIN "C RETR 1\nS +OK\nS> a%0Ab%0D%0Ac%0Dd%0D%0A.%0D%0A\n!s POP3-1939-3-15\n"
                                         "C NOOP\nS> +OK%0A\n"},
        {"LF dot LF ends nothing",
         LOGIN "C RETR 1\nS +OK\nS> a%0A.%0Ab%0D%0A\n!s POP3-1939-3-15\nS .\nC NOOP\nS +OK\n"},
        {"a dot not doubled", LOGIN "C RETR 1\nS +OK\nS .a\n!s POP3-1939-3-17\nS ..b\nS .c\n!s POP3-1939-3-17\nS .\n"},
        {"octets", LOGIN "C NOOP\nS +OK a%00\n!s POP3-2449-3-04\nC NOOP\nS +OK %1B\n!s POP3-2449-3-04\nC NOOP\nS +OK "
                         "%E4\n!s POP3-2449-3-04\nC NOOP\nS +OK %00%1B%E4\n"},
        {"UTF-8 after LANG", READY "C LANG de\nS +OK de %E4\n!s POP3-6856-3.2-05\n"},
        {"drop listing", LOGIN "C STAT\nS +OK 2\n!s POP3-1939-5-01\nC STAT\nS +OK 2 9 octets\n!s POP3-1939-5-04\n"},
        {"scan listing", LOGIN "C LIST\nS +OK\nS 1 a\n!s POP3-1939-5-09\nS 2 1 x\n!s POP3-1939-5-10\nS 3 1 x\nS .\n"},
        {"unique-id listing",
         LOGIN "C UIDL\nS +OK\nS 1 a b\n!s POP3-1939-7-14\nS 2 \n!s POP3-1939-7-15\nS 3 %01\n!s POP3-1939-7-16\nS .\n"},
        {"LANG", READY "C LANG de\nS +OK en ok\n!s POP3-6856-3.2-01\nC LANG de\nS +OK de-CH x\nC LANG de\nS +OK "
                       "ok?\n!s POP3-6856-3.2-01\nC LANG *\nS +OK fr \nC LANG\nS +OK\nS 1\n!s POP3-6856-3.2-04\nS .\n"},
        {"no termination octet",
         LOGIN "C LIST\nS +OK\nS 1 1\nC NOOP\n!c POP3-2449-6.6-06\nS +OK\n!s POP3-1939-3-16\nC NOOP\nS +OK\n"},
        {"a lone dot too many",
         LOGIN "C LIST 1\nS +OK 1 1\nS .\n!s POP3-1939-5-14\nC UIDL 1\nS +OK 1 a\nS .\n!s POP3-1939-7-22\nC RETR 9\nS "
               "-ERR\nS .\n!s POP3-1939-3-37\n"
               "C NOOP\nS +OK\nS .\n!s POP3-1939-3-38\nC LIST\nS +OK\nS .\nS .\n!s POP3-1939-3-39\n"},
        {"unasked", LOGIN "S +OK new mail\n!s POP3-1939-3-39\nS more\nC NOOP\nS +OK\nS x\n!s POP3-1939-3-39\n"},
        {"one -ERR may be unasked", LOGIN "S -ERR bye\nS -ERR bye\n!s POP3-1939-3-39\n"},
        {"after QUIT", LOGIN "C QUIT\nS +OK\nS .\n!s POP3-1939-3-38\nS bye\n!s POP3-1939-6-04\nS bye\n"},
        {"what stood behind QUIT is run",
         LOGIN "C QUIT\nC DELE 1\n!c POP3-2449-6.6-06\nS +OK\nS +OK\n!s POP3-SEC-raw-12\nS +OK\n"},
        {"response codes",
         READY CAPA("S RESP-CODES\nS USER\n") "C USER a\nS -ERR [IN-USE] x\n!s POP3-2449-8.1.2-01\nC USER a\nS -ERR "
                                              "[bad\n!s POP3-2449-6.4-01\nC USER a\nS -ERR []\n!s POP3-2449-3-06\nC "
                                              "USER a\nS -ERR [A B]\n!s POP3-2449-3-07\n"
                                              "C USER a\nS +OK [AUTH] x\n!s POP3-2449-8-07\nC XXXX\nS -ERR "
                                              "[LOGIN-DELAY]\n!s POP3-2449-8.1.1-01\nC XXXX\nS -ERR x [AUTH]\n!s "
                                              "POP3-2449-8-06\nC XXXX\nS -ERR [UTF8]\n!s POP3-6856-5-01\n"},
        {"response codes not announced", READY CAPA("S USER\n") "C USER a\nS -ERR [AUTH]\n!s POP3-2449-8-05\nC USER "
                                                                "a\nS -ERR [AUTH]\nC USER a\nS -ERR [odd\n"},
        {"too long a group's end",
         READY CAPA(
             "S PIPELINING\nS USER\n") "C USER a\nC PASS b\nC STAT\nC QUIT\nS +OK\nS +OK\nX\n!s POP3-2449-6.6-01\n"},
        {"leaving without QUIT", LOGIN "H\n!c POP3-1939-5-45\n"},
        {"the server left first", LOGIN "X\nH\n"},
        {"TOP", LOGIN "C TOP 1 1\nS +OK\nS a: b\nS \nS 1\nS 2\nS .\n!s POP3-1939-7-02\nC TOP 1 0\nS +OK\nS a: b\nS \nS "
                      "1\nS .\n!s POP3-1939-7-03\nC TOP 1 2\nS +OK\nS \nS \nS 1\nS .\n"},
        {"8-bit header", READY CAPA("S UTF8\nS USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC RETR 1\nS +OK\nS Subject: "
                                                        "%E4\n!s POP3-6856-2.1-03\nS From: %E4\nS \nS %E4\nS .\n"},
        {"NUL in UTF8 mode", READY "C UTF8\nS +OK\nC USER a\nS +OK\nC PASS b\nS +OK\nC RETR 1\nS +OK\nS \nS %00%00\n!s "
                                   "POP3-6856-2.1-09\nS .\nC RETR 1\nS -ERR [UTF8]\n!s POP3-6856-2.1-13\n"},
    };
    check_all(rows, COUNT(rows));
    char script[700] = LOGIN "C NOOP\nS +OK ";
    memset(script + strlen(script), 'x', 507);
    strcat(script, "\n!s POP3-1939-3-13\n");
    script_check(&(script_row){"513 octets", script});
}

Test(pop3_dialogue, capabilities)
{
    static const script_row rows[] = {
        {"lines",
         READY CAPA(
             "S  TOP\n!s POP3-2449-3-10\nS A.B\n!s POP3-2449-3-11\nS SASL\n!s POP3-5034-3-01\nS SASL P.L\n!s "
             "POP3-4422-3.1-01\nS EXPIRE x\n!s POP3-2449-6.7-01\nS LOGIN-DELAY\n!s POP3-2449-6.5-01\n"
             "S IMPLEMENTATION\n!s POP3-2449-6.9-01\nS UTF8 X\n!s POP3-6856-2-01\nS LANG x\n!s POP3-6856-3.1-01\nS "
             "AUTH-RESP-CODE x\n!s POP3-3206-6-02\nS APOP\n!s POP3-2449-6-01\nS FOO\n!s POP3-2449-9-02\nS X-FOO\n")},
        {"line ends", READY "C CAPA\nS +OK\nS> TOP%0A\n!s POP3-1939-3-12\nS USER\nS .\n"},
        {"dropped after login",
         READY CAPA("S TOP\nS STLS\nS X-A\n") "C USER a\nS +OK\n!s POP3-2449-6.2-02\nC PASS b\nS +OK\nC CAPA\nS +OK\nS "
                                              "UIDL\nS .\n!s POP3-2449-5-07\n!s POP3-2449-6-03\n"},
        {"SASL dropped",
         READY CAPA("S SASL PLAIN\n") "C AUTH PLAIN " PLAIN "\nS +OK\nC CAPA\nS +OK\nS .\n!s POP3-5034-3-02\n"},
        {"LOGIN-DELAY",
         READY CAPA("S USER\nS LOGIN-DELAY 10\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC CAPA\nS +OK\nS USER\nS "
                                                  "LOGIN-DELAY 20\nS .\n!s POP3-2449-6.5-02\nC CAPA\nS +OK\nS USER\nS "
                                                  "LOGIN-DELAY 5\nS .\n!s POP3-2449-6.5-03\nC CAPA\nS +OK\nS USER\nS "
                                                  "LOGIN-DELAY 10 USER\n!s POP3-2449-6.5-04\nS .\n"},
        {"an unknown name with a control character", READY CAPA("S FOO a%01\n!s POP3-2449-3-10\n")},
        {"TOP is refused, and EXPIRE NEVER keeps the message",
         READY CAPA("S USER\nS TOP\nS EXPIRE NEVER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC RETR 1\nS +OK\nS .\n"
                                                       "C TOP 1 0\nS -ERR\n!s POP3-2449-6.1-01\n"},
        {"EXPIRE", READY CAPA("S USER\nS EXPIRE 10\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC CAPA\nS +OK\nS USER\nS "
                                                       "EXPIRE 5\nS .\n!s POP3-2449-6.7-02\nC CAPA\nS +OK\nS USER\nS "
                                                       "EXPIRE NEVER\nS .\n!s POP3-2449-6.7-03\nC CAPA\nS +OK\nS "
                                                       "USER\nS EXPIRE 10 USER\n!s POP3-2449-6.7-03\nS .\n"},
        {"listed and refused",
         READY CAPA(
             "S USER\nS UIDL\nS TOP\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC UIDL\nS -ERR\n!s POP3-2449-6.8-01\nC TOP "
                                        "1 0\nS -ERR\nC RETR 1\nS +OK\nS .\nC TOP 1 0\nS -ERR\n!s POP3-2449-6.1-01\n"},
        {"unlisted and accepted",
         READY CAPA("S USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC UIDL\nS +OK\n!s POP3-2449-6.8-02\nS 1 a\nS .\nC "
                                "UIDL\nS +OK\nS 1 a\nS .\nC TOP 1 0\nS +OK\n!s POP3-2449-6.1-02\nS .\n"},
        {"CAPA comes and goes",
         READY "C USER a\nS +OK\nC CAPA\nS +OK\nS USER\nS .\nC CAPA\nS -ERR\n!s POP3-2449-5-03\nC PASS b\nS +OK\nC "
               "CAPA\nS +OK\n!s POP3-2449-5-01\nS USER\nS .\nC CAPA\nS -ERR\n!s POP3-2449-5-02\n"},
        {"CAPA with an argument", READY "C CAPA x\n!c POP3-1939-5-53\nS +OK\n!s POP3-2449-5-04\nS .\n"},
        {"UTF-8 name not announced", READY CAPA("S USER\n") "C USER %C3%A4\n!c POP3-6856-2.2-05\nS -ERR\n"},
        {"ill-formed name announced", READY CAPA("S USER\nS UTF8 USER\n") "C USER %C0%AF\n!c POP3-1939-3-05\nS +OK\nC "
                                                                          "PASS x\nS +OK\n!s POP3-6856-2.2-04\n"},
    };
    check_all(rows, COUNT(rows));
}

/* RFC 2449 section 6, RFC 3206 and RFC 6856: which capabilities are announced in both states. */
Test(pop3_dialogue, capabilities_announced_late)
{
    static const struct {
        const char *line;
        bool late; /* it was due before the login */
    } rows[] = {{"TOP", true},           {"RESP-CODES", true},  {"PIPELINING", true},       {"UIDL", true},
                {"LOGIN-DELAY 1", true}, {"EXPIRE 1", true},    {"AUTH-RESP-CODE", true},   {"UTF8", true},
                {"LANG", true},          {"SASL PLAIN", false}, {"IMPLEMENTATION x", false}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char script[512];
        snprintf(script, sizeof script,
                 READY CAPA("S USER\n") "C USER nils\nS +OK\nC PASS x\nS +OK\nC CAPA\nS +OK\nS USER\nS %s\nS .\n%s",
                 rows[i].line, rows[i].late ? "!s POP3-2449-6-03\n" : "");
        const script_row row = {rows[i].line, script};
        script_check(&row);
    }
}

Test(pop3_dialogue, stls)
{
    static const script_row rows[] = {
        {"injected and answered", READY "C STLS\nC CAPA\n!c POP3-2595-4-10\nC NOOP\nS +OK\nT\nS +OK\n!s "
                                        "POP3-SEC-stls-01\nS TOP\nS .\nC QUIT\nS +OK\n"},
        {"injected after the answer", READY "C STLS\nS +OK\nC CAPA\n!c POP3-2595-4-10\nT\nC NOOP\n!c POP3-1939-5-50\nS "
                                            "-ERR\nS -ERR\n!s POP3-SEC-stls-01\nS -ERR\n"},
        {"injected and dropped",
         READY "C STLS\nC CAPA\n!c POP3-2595-4-10\nS +OK\nT\nC USER a\nS +OK\nC PASS b\nS +OK\n"},
        {"plain text goes on", READY "C STLS\nS +OK\nC CAPA\n!c POP3-2595-4-10\nS +OK\n!s POP3-SEC-stls-05\nS TOP\nS "
                                     ".\nC NOOP\n!c POP3-1939-5-50\nS -ERR\n"},
        {"a line too many", READY "C STLS\nS +OK\nS -ERR really?\n!s POP3-2595-4-06\nS x\nT\n"},
        {"refused, and the line behind it counts", READY "C STLS\nC CAPA\n!c POP3-2595-4-10\nS -ERR\nS +OK\nS .\n"},
        {"CAPA refused", READY "C CAPA\nS -ERR\nC STLS\nS +OK\n!s POP3-2595-4-01\n"},
        {"listed and refused", READY CAPA("S STLS\n") "C STLS\nS -ERR\n!s POP3-2595-4-02\n"},
        {"listed under TLS and refused", "T\n" READY CAPA("S STLS\n") "C STLS\nS -ERR\n!s POP3-2595-4-03\n"},
        {"not listed", READY CAPA("S TOP\n") "C STLS\nS +OK\n!s POP3-2595-4-17\n"},
        {"argument", READY "C STLS now\n!c POP3-1939-5-53\nS +OK\n!s POP3-2595-4-14\n"},
        {"after UTF8", READY "C UTF8\nS +OK\nC STLS\n!c POP3-6856-2.1-10\nS -ERR\n"},
        {"no CAPA again", READY CAPA("S STLS\n") "C STLS\nS +OK\nT\nC QUIT\n!c POP3-2595-4-12\nS +OK\n"},
        {"no CAPA again, gone", READY CAPA("S STLS\n") "C STLS\nS +OK\nT\nH\n!c POP3-2595-4-12\n"},
        {"ahead by an old list",
         READY CAPA(
             "S STLS\nS PIPELINING\n") "C STLS\nS +OK\nT\nC USER a\nC PASS b\n!c POP3-2595-4-11\nS +OK\nS +OK\n"},
        {"half a line is dropped", READY "C STLS\nC> CA\nS +OK\nT\nC CAPA\nS +OK\nS .\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, sasl)
{
    static const script_row rows[] = {
        {"no mechanism", READY "C AUTH\n!c POP3-5034-4-05\nS +OK\nS PLAIN\nS .\nC QUIT\nS +OK\n"},
        {"not announced",
         READY CAPA("S USER\n") "C AUTH PLAIN\n!c POP3-5034-3-03\nS + \n!s POP3-5034-3-07\nC " PLAIN "\nS +OK\n"},
        {"not announced, with a response",
         READY CAPA("S USER\n") "C AUTH PLAIN " PLAIN "\n!c POP3-5034-3-04\nS +OK\n!s POP3-5034-3-07\n"},
        {"prose in an empty challenge",
         READY "C AUTH PLAIN\nS + go ahead\n!s POP3-5034-4-09\nC " PLAIN "\n!c POP3-5034-4-16\nS +OK\n"},
        {"no space", READY "C AUTH PLAIN\nS +\n!s POP3-5034-4-08\nC " PLAIN "\nS +OK\n"},
        {"glued", READY "C AUTH CRAM-MD5\nS +PDFAaD4=\n!s POP3-5034-5-04\nC *\nS -ERR\n"},
        {"prose", READY "C AUTH CRAM-MD5\nS + go\n!s POP3-5034-4-06\nC *\nS -ERR\n"},
        {"cancel taken", READY "C AUTH PLAIN\nS + \nC *\nS +OK\n!s POP3-5034-4-07\n"},
        {"server first", READY "C AUTH CRAM-MD5 AAAA\nS + PDFAaD4=\n!s POP3-5034-4-14\nC *\nS -ERR\n"},
        {"empty initial response", READY "C AUTH PLAIN =\n!c POP3-4616-2-01\nS + \n!s POP3-5034-4-13\nC *\nS -ERR\n"},
        {"empty initial response taken", READY "C AUTH PLAIN =\n!c POP3-4616-2-01\nS +OK\n!s POP3-SEC-sasl-03\n"},
        {"challenge in spite of a response",
         READY CAPA("S SASL PLAIN\n") "C AUTH PLAIN " PLAIN "\nS + \n!s POP3-5034-4-36\nC *\nS -ERR\n"},
        {"wrong octet", READY "C AUTH PLAIN\nS + \nC AG5-\n!c POP3-5034-5-03\nS +OK\n!s POP3-5034-4-17\n"},
        {"wrong octet, the first one",
         READY "C AUTH PLAIN\nS + \nC -G5A\n!c POP3-5034-5-03\nS +OK\n!s POP3-5034-4-17\n"},
        {"wrong pad", READY "C AUTH PLAIN =AAA\n!c POP3-5034-4-01\nS +OK\n!s POP3-5034-4-18\n"},
        {"wrong length", READY "C AUTH PLAIN\nS + \nC AAA\n!c POP3-5034-5-02\nS + \n!s POP3-5034-4-15\n"},
        {"POP3-5034-4-15 an octet is missing, and the pad is right",
         READY "C AUTH PLAIN AB=\n!c POP3-5034-4-01\nS +OK\n!s POP3-5034-4-15\n"},
        {"POP3-5034-4-15 three octets are missing, and two pads there",
         READY "C AUTH PLAIN A==\n!c POP3-5034-4-01\nS +OK\n!s POP3-5034-4-15\n"},
        {"third argument", READY "C AUTH PLAIN " PLAIN " x\n!c POP3-5034-4-01\nS +OK\n!s POP3-5034-5-05\n"},
        {"empty second argument", READY "C AUTH EXTERNAL \n!c POP3-5034-4-12\nS -ERR\n"},
        {"not announced, told at the first challenge alone",
         READY CAPA("S USER\n") "C AUTH LOGIN\n!c POP3-5034-3-03\nS + VXNlcm5hbWU6\n!s POP3-5034-3-07\nC YQ==\n"
                                "S + UGFzc3dvcmQ6\nC YQ==\nS +OK\n"},
        {"mechanism", READY "C AUTH P.L\n!c POP3-4422-3.1-01\nS -ERR\n"},
        {"listed and refused", READY CAPA("S SASL PLAIN\n") "C AUTH PLAIN\nS -ERR no\n!s POP3-5034-3-06\n"},
        {"listed and refused with a code",
         READY CAPA("S SASL PLAIN\nS RESP-CODES\n") "C AUTH PLAIN\nS -ERR [AUTH] no\n"},
        {"letter case", READY "C AUTH PLAIN\nS + \nC *\nS -ERR\nC AUTH plain\nS -ERR\n!s POP3-5034-5-01\n"},
        {"PLAIN without two NULs", READY "C AUTH PLAIN AG5pbHM=\n!c POP3-4616-2-01\nS +OK\n!s POP3-SEC-sasl-03\n"},
        {"PLAIN without a password", READY "C AUTH PLAIN AG5pbHMA\n!c POP3-4616-2-01\nS +OK\n!s POP3-4616-2-04\n"},
        {"PLAIN with three NULs", READY "C AUTH PLAIN AGEAYgBj\n!c POP3-4616-2-02\nS -ERR\n"},
        {"PLAIN ill-formed", READY "C AUTH PLAIN AGEAww==\n!c POP3-4616-2-05\nS -ERR\n"},
        {"CRAM-MD5 challenge", READY "C AUTH CRAM-MD5\nS + YWI=\n!s POP3-2195-2-01\nC *\nS -ERR\n"},
        {"CRAM-MD5 response",
         READY "C AUTH CRAM-MD5\nS + PDFAaD4=\nC bmlscw==\n!c POP3-2195-2-03\nS +OK\n!s POP3-2195-2-04\n"},
        {"commands ahead of the reply to AUTH",
         READY "C AUTH PLAIN\nC CAPA\n!c POP3-2449-6.6-06\nS -ERR\nS +OK\nS USER\nS .\n"},
        {"what was said ahead comes before the second reply",
         READY "C AUTH PLAIN\nC CAPA\n!c POP3-2449-6.6-06\nS> -ERR%0D%0A+OK%0D%0AUSER%0D%0A.%0D%0A\nC NOOP\n"
               "!c POP3-1939-5-50\nS -ERR\n"},
        {"commands ahead become responses", READY "C AUTH PLAIN\nC CAPA\n!c POP3-2449-6.6-06\nS + \nS -ERR\n"},
        {"UTF-8 ahead",
         READY CAPA("S PIPELINING\nS SASL PLAIN\n") "C AUTH PLAIN " PLAIN "\nC STAT\nS +OK\nS +OK 1 1\n"},
    };
    check_all(rows, COUNT(rows));
}

/* n,,n=nils,r=k3dWq and so on, in base64 */
#define CLIENT_FIRST "biwsbj1uaWxzLHI9azNkV3E="
#define SERVER_FIRST "cj1rM2RXcXoscz1mUnhFLGk9NDA5Ng==" /* r=k3dWqz,s=fRxE,i=4096 */
#define CLIENT_FINAL "Yz1iaXdzLHI9azNkV3F6LHA9ZlJ4RQ==" /* c=biws,r=k3dWqz,p=fRxE */
#define SERVER_FINAL "dj1mUnhF"                         /* v=fRxE */

Test(pop3_dialogue, scram)
{
    static const script_row rows[] = {
        {"good", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST "\nC " CLIENT_FINAL
                       "\nS + " SERVER_FINAL "\nC \nS +OK\n"},
        {"good, asked for", READY "C AUTH SCRAM-SHA-256\nS + \nC " CLIENT_FIRST "\nS + " SERVER_FIRST
                                  "\nC " CLIENT_FINAL "\nS + " SERVER_FINAL "\nC \nS +OK\n"},
        {"error is told", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + ZT1vdGhlci1lcnJvcg==\nC *\nS -ERR\n"},
        /* n: one octet of client-first is not enough to say that its flag is wrong */
        {"POP3-5802-5-01 cut off",
         READY "C AUTH SCRAM-SHA-1 bg==\n!c POP3-5802-7-01\nS + " SERVER_FIRST "\nC *\nS -ERR\n"},
        {"no server-final", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST "\nC " CLIENT_FINAL
                                  "\nS +OK\n!s POP3-5034-4-22\n"},
        /* x,,n=nils,r=k3dWq */
        {"flag", READY "C AUTH SCRAM-SHA-1 eCwsbj1uaWxzLHI9azNkV3E=\n!c POP3-5802-7-01\nS + " SERVER_FIRST
                       "\n!s POP3-5802-5-01\nC *\nS -ERR\n"},
        /* n,,n=a=b,r=k3dWq */
        {"name", READY "C AUTH SCRAM-SHA-1 biwsbj1hPWIscj1rM2RXcQ==\n!c POP3-5802-7-01\nS +OK\n!s POP3-5802-5.1-06\n"},
        /* n,,m=x,n=nils,r=k3dWq */
        {"extension", READY "C AUTH SCRAM-SHA-1 biwsbT14LG49bmlscyxyPWszZFdx\n!c POP3-5802-7-01\nS + " SERVER_FIRST
                            "\n!s POP3-5802-5.1-07\nC *\nS -ERR\n"},
        /* y,,n=nils,r=k3dWq */
        {"could bind",
         READY CAPA(
             "S SASL SCRAM-SHA-1 SCRAM-SHA-1-PLUS\n") "C AUTH SCRAM-SHA-1 eSwsbj1uaWxzLHI9azNkV3E=\nS + " SERVER_FIRST
                                                      "\n!s POP3-5802-6-01\nC *\nS -ERR\n"},
        /* s=fRxE,r=k3dWqz,i=4096 */
        {"order", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST
                        "\nS + cz1mUnhFLHI9azNkV3F6LGk9NDA5Ng==\n!s POP3-5802-5.1-01\nC *\nS -ERR\n"},
        /* r=k3dWq,s=fRxE,i=4096: nothing added */
        {"nonce", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST
                        "\nS + cj1rM2RXcSxzPWZSeEUsaT00MDk2\n!s POP3-5802-5.1-02\nC *\nS -ERR\n"},
        /* r=other,s=fRxE,i=4096; c=biws,r=other,p=fRxE */
        {"another nonce",
         READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + cj1vdGhlcixzPWZSeEUsaT00MDk2\n!s POP3-5802-5.1-02\nC "
               "Yz1iaXdzLHI9b3RoZXIscD1mUnhF\n!c POP3-5802-5.1-03\nS -ERR\n"},
        /* r=k3dWqz,s=fRxE,i=1 */
        {"iterations", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST
                             "\nS + cj1rM2RXcXoscz1mUnhFLGk9MQ==\n!s POP3-5802-5.1-05\nC *\nS -ERR\n"},
        /* c=biws,r=k3dWqX,p=fRxE */
        {"final nonce", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST
                              "\nC Yz1iaXdzLHI9azNkV3FYLHA9ZlJ4RQ==\n!c POP3-5802-5-03\nS + " SERVER_FINAL
                              "\n!s POP3-5802-5.1-04\nC *\nS -ERR\n"},
        /* c=eSws,r=k3dWqz,p=fRxE */
        {"channel", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST
                          "\nC Yz1lU3dzLHI9azNkV3F6LHA9ZlJ4RQ==\n!c POP3-5802-7-01\nS +OK\n!s POP3-5802-6-03\n"},
        {"server-final", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST "\nC " CLIENT_FINAL
                               "\nS + " SERVER_FIRST "\n!s POP3-5802-5.1-09\nC *\nS -ERR\n"},
        {"final malformed",
         READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST "\nC AAAA\n!c POP3-5802-7-01\nS -ERR\n"},
    };
    check_all(rows, COUNT(rows));
}

/* Exceptions: each of these looks like a breach of the row named, and is none. */
Test(pop3_dialogue, no_false_alarms)
{
    static const script_row rows[] = {
        {"POP3-1939-7-33 a handshake between two USERs",
         READY "C USER a\nS +OK\nC STLS\nS +OK\nT\nC USER a\nS +OK\nC PASS b\nS +OK\n"},
        {"POP3-1939-5-03 what a server makes of a control octet in a command is not said",
         READY "C> STAT%01%0D%0A\n!c POP3-1939-3-05\nS +OK 1 1\nC> XT%01 x%0D%0A\nS +OK\n"},
        {"POP3-1939-5-16 after a listing with a gap, nothing is known of the number of messages",
         LOGIN "C LIST\nS +OK\nS 1 9\nS 3 9\nS .\n!s POP3-1939-4-11\nC RETR 3\nS +OK\nS .\nC STAT\nS +OK 3 27\n"},
        {"POP3-1939-7-64 the first USER is still open",
         READY CAPA("S PIPELINING\nS USER\n") "C USER a\nC USER b\nS -ERR\nS +OK\n"},
        {"POP3-1939-7-37 a USER is still open",
         READY CAPA("S PIPELINING\nS USER\n") "C USER a\nC PASS b\nS -ERR\nS -ERR\n"},
        {"POP3-1939-7-40 a system failure is no failed PASS",
         READY "C USER a\nS +OK\nC PASS b\nS -ERR [SYS/TEMP]\nC PASS b\nS +OK\n"},
        {"POP3-1939-5-51 RSET is still open",
         LOGIN "C DELE 1\nS +OK\nC RSET\nC LIST 1\n!c POP3-2449-6.6-06\nS +OK\nS +OK 1 1\n"},
        {"POP3-1939-5-03 not in AUTHORIZATION any more", READY "C USER a\nS +OK\nC PASS b\nS +OK\nC STAT\nS +OK 1 1\n"},
        {"POP3-1939-4-16 no well-formed QUIT",
         READY "C QUIT \n!c POP3-2449-3-03\nS -ERR\nC> QUIT%0A\n!c POP3-1939-3-04\nS -ERR\n"},
        {"POP3-1939-7-40 an unknown command, which begins like PASS",
         READY "C USER a\nS +OK\nC PASS%C3 x\n!c POP3-1939-3-05\nS -ERR\nC PASS x\nS +OK\n"},
        {"POP3-1939-6-04 an unknown command, which begins like QUIT",
         LOGIN "C QUIT%80\n!c POP3-1939-3-05\nS -ERR\nC NOOP\nS +OK\n"},
        {"POP3-1939-6-10 something is marked", LOGIN "C DELE 1\nS +OK\nC QUIT\nS -ERR some are left\nX\n"},
        {"POP3-1939-5-12 N is LIST's own", LOGIN "C LIST\nS +OK\nS .\nC LIST\nS -ERR\nC LIST\nS +OK\nS 1 1\nS .\n"},
        {"POP3-1939-5-13 one is left", LOGIN "C STAT\nS +OK 2 9\nC DELE 1\nS +OK\nC LIST\nS -ERR\n"},
        {"POP3-1939-7-26 UIDL is optional", LOGIN "C STAT\nS +OK 0 0\nC UIDL\nS -ERR\n"},
        {"POP3-1939-7-26 N is UIDL's own",
         LOGIN "C UIDL\nS +OK\nS .\nC UIDL\nS -ERR\nC UIDL\nS +OK\nS 1 a\nS .\n!s POP3-1939-7-13\n"},
        {"POP3-1939-7-26 told once", LOGIN "C STAT\nS +OK 0 0\nC UIDL\nS +OK\nS 1 a\n!s POP3-1939-7-26\nS 2 b\nS .\n"},
        {"POP3-2449-6.8-01 not listed",
         READY CAPA("S USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC UIDL\nS -ERR\nC TOP 1 0\nS -ERR\n"},
        {"POP3-2449-6.1-01 not listed, not fetched, marked, expired",
         READY CAPA("S USER\nS TOP\nS EXPIRE 0\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC RETR 1\nS +OK\nS .\nC TOP 1 "
                                                   "0\nS -ERR\n"},
        {"POP3-1939-5-20 marked", LOGIN "C RETR 1\nS +OK\nS .\nC DELE 1\nS +OK\nC RETR 1\n!c POP3-1939-5-51\nS -ERR\nC "
                                        "TOP 1 0\n!c POP3-1939-5-51\nS -ERR\n"},
        {"POP3-1939-5-40 seen by RETR too",
         LOGIN "C DELE 1\nS +OK\nC RSET\nS +OK\nC RETR 1\nS -ERR\n!s POP3-1939-5-40\nC DELE 1\nS -ERR\n!s "
               "POP3-1939-5-40\nC UIDL 1\nS -ERR\n!s POP3-1939-5-40\n"},
        {"POP3-1939-5-30 malformed, marked",
         LOGIN "C STAT\nS +OK 2 9\nC DELE x\n!c POP3-1939-4-12\nS -ERR\nC DELE 1\nS +OK\nC DELE 1\n!c "
               "POP3-1939-5-51\nS -ERR\nC DELE 4294967297\nS -ERR\n"},
        {"POP3-1939-5-02 fewer than N - d",
         LOGIN "C STAT\nS +OK 9 9\nC DELE 1\nS +OK\nC STAT\nS +OK 3 3\nC STAT\nS +OK 3 3\n"},
        {"POP3-1939-5-02 more than N", LOGIN "C STAT\nS +OK 2 9\nC DELE 1\nS +OK\nC STAT\nS +OK 7 9\n"},
        {"POP3-1939-5-07 sizes may be inexact",
         READY CAPA("S USER\nS UTF8\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC STAT\nS +OK 0 7\n"},
        {"POP3-1939-5-07 some are marked", LOGIN "C DELE 1\nS +OK\nC STAT\nS +OK 0 7\n"},
        {"POP3-SEC-int-01 a multiple of 2^32 names nothing",
         LOGIN "C STAT\nS +OK 2 9\nC RETR 4294967296\nS +OK\n!s POP3-1939-5-23\nS .\nC DELE 4294967299\nS -ERR\n"},
        {"POP3-1939-5-08 the listing was not understood",
         LOGIN "C STAT\nS +OK 2 9\nC LIST\nS +OK\nS 1 x\n!s POP3-1939-5-09\nS .\n"},
        {"POP3-1939-5-09 a number too great to be kept",
         LOGIN "C LIST\nS +OK\nS 4294967296 1\nS .\nC STAT\nS +OK 4294967296 1\n"},
        {"POP3-1939-7-13 zero, twice",
         LOGIN "C UIDL\nS +OK\nS 0 a\nS .\n!s POP3-1939-7-13\nC UIDL\nS +OK\nS 1 a\nS 1 a\nS .\n!s POP3-1939-7-13\n"},
        {"POP3-2449-6.2-02 no list in this layer",
         READY CAPA("S STLS\n") "C STLS\nS +OK\nT\nC USER a\nS +OK\nC PASS b\nS +OK\nC UIDL\nS +OK\nS .\n"},
        {"POP3-2449-6.1-02 once", READY CAPA("S USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC TOP 1 0\nS +OK\n!s "
                                                         "POP3-2449-6.1-02\nS .\nC TOP 1 0\nS +OK\nS .\n"},
        {"POP3-2595-4-17 under TLS it is something else", "T\n" READY CAPA("S USER\n") "C STLS\nS +OK\nT\n"},
        {"POP3-2595-4-02 a USER is open, UTF8 is on",
         READY CAPA("S USER\nS STLS\n") "C USER a\nS +OK\nC STLS\nS -ERR\nC UTF8\nS +OK\nC PASS b\nS -ERR\nC STLS\n!c "
                                        "POP3-6856-2.1-10\nS -ERR\n"},
        {"POP3-2595-4-01 in the other order", READY "C STLS\nS +OK\nT\nC CAPA\nS -ERR\n!s POP3-2595-4-01\n"},
        {"POP3-2595-4-11 a list was taken", READY CAPA("S STLS\nS PIPELINING\n") "C STLS\nS +OK\nT\n" CAPA(
                                                "S USER\n") "C USER a\nC PASS b\nS +OK\nS +OK\n"},
        {"POP3-2595-4-11 once",
         READY CAPA("S STLS\nS PIPELINING\n") "C STLS\nS +OK\nT\nC USER a\nC PASS b\n!c POP3-2595-4-11\nC STAT\nS "
                                              "+OK\nS +OK\nS +OK 0 0\n"},
        {"POP3-2595-4-12 CAPA comes first", READY CAPA("S STLS\n") "C STLS\nS +OK\nT\nC CAPA\nS -ERR\nC QUIT\nS +OK\n"},
        {"POP3-2595-4-12 left by QUIT before", READY "C QUIT\nS +OK\nH\n"},
        {"POP3-1939-5-45 a server line could not be understood", LOGIN "C STAT\nS hello\n!s POP3-1939-3-10\nH\n"},
        {"POP3-1939-5-45 QUIT was sent", LOGIN "C QUIT\nH\n"},
        {"POP3-2449-6.6-01 after a failed login",
         READY CAPA("S PIPELINING\nS USER\n") "C USER a\nC PASS b\nC STAT\nC QUIT\nS +OK\nS -ERR\nX\n"},
        {"POP3-2449-6.6-01 only QUIT is left", LOGIN "C CAPA\nS +OK\nS PIPELINING\nS .\nC NOOP\nC QUIT\nS +OK\nX\n"},
        {"POP3-2449-6.6-01 a response is open",
         LOGIN "C CAPA\nS +OK\nS PIPELINING\nS .\nC RETR 1\nC NOOP\nC QUIT\nS +OK\nS half a mess\nX\n"},
        {"POP3-2449-6.6-06 what looks like the end was seen",
         LOGIN "C RETR 1\nS +OK\nS> a%0A.%0A\n!s POP3-1939-3-15\nC NOOP\n"},
        {"POP3-2449-6.6-06 before the greeting", "C CAPA\n!c POP3-2449-6.6-06\n" READY "S -ERR\n"},
        {"POP3-1939-3-39 behind a line that is no reply", LOGIN "C NOOP\nS x\n!s POP3-1939-3-10\nS y\nC NOOP\nS +OK\n"},
        {"POP3-1939-6-04 once, and -ERR",
         LOGIN "C QUIT\nC NOOP\n!c POP3-2449-6.6-06\nS +OK\nS -ERR\n!s POP3-1939-6-04\nS -ERR\n"},
        {"POP3-1939-6-04 in AUTHORIZATION", READY "C QUIT\nS +OK\nC NOOP\nS +OK\n!s POP3-SEC-raw-12\n"},
        {"POP3-SEC-stls-01 TLS came without an answer",
         READY "C STLS\nC USER a\n!c POP3-2595-4-10\nT\nC PASS b\n!c POP3-1939-7-37\nS +OK\n!s POP3-SEC-stls-02\n"},
        {"POP3-SEC-stls-02 behind the answer", READY
         "C STLS\nS +OK\nC USER a\n!c POP3-2595-4-10\nT\nC PASS b\n!c POP3-1939-7-37\nS +OK\n!s POP3-SEC-stls-02\n"},
        {"POP3-2595-4-10 a second STLS behind the first", READY "C STLS\nC STLS\n!c POP3-2595-4-10\nS -ERR\nS -ERR\n"},
        {"POP3-5034-4-10 and the Base64", READY "C AUTH PLAIN %%%\n!c POP3-5034-4-01\nS -ERR\n"},
        {"POP3-5034-3-03 CAPA was refused",
         READY "C CAPA\nS -ERR\nC AUTH\n!c POP3-5034-4-05\nS -ERR\nC AUTH PLAIN\n!c POP3-5034-3-03\nS -ERR\n"},
        {"POP3-5034-4-38 a bare AUTH", LOGIN "C AUTH\n!c POP3-5034-4-05\nS -ERR\n"},
        {"POP3-5034-4-05 a bare AUTH is taken up",
         READY "C AUTH\n!c POP3-5034-4-05\nS + \nC AAAA\nS +OK\nC NOOP\nS +OK\n"},
        {"POP3-5034-4-06 two challenges at once", READY "C AUTH CRAM-MD5\nS + PDFAaD4=\nS + PDFAaD4=\nC *\nS -ERR\n"},
        {"POP3-5034-3-06 EXTERNAL, a failed login before, a USER",
         READY CAPA(
             "S USER\nS SASL PLAIN CRAM-MD5 EXTERNAL ANONYMOUS\n") "C AUTH EXTERNAL\nS -ERR\nC AUTH PLAIN\nS -ERR\nC "
                                                                   "USER a\nS +OK\nC AUTH CRAM-MD5\nS -ERR\n"},
        {"POP3-5034-3-06 ANONYMOUS", READY CAPA("S SASL ANONYMOUS\n") "C AUTH ANONYMOUS\nS -ERR\n"},
        {"POP3-5034-3-06 a USER is accepted",
         READY CAPA("S USER\nS SASL PLAIN\n") "C USER a\nS +OK\nC AUTH PLAIN\nS -ERR\n"},
        {"POP3-5034-3-06 not in the list", READY CAPA("S SASL PLAIN\n") "C AUTH CRAM-MD5\nS -ERR\n"},
        {"POP3-5034-5-01 capitals were not taken", READY "C AUTH plain\nS -ERR\n"},
        {"POP3-5034-4-36 no list", READY "C AUTH PLAIN " PLAIN "\nS + \nC *\nS -ERR\n"},
        {"POP3-5034-4-18 pads only, too many pads", READY
         "C AUTH PLAIN\nS + \nC ====\n!c POP3-5034-5-02\nS + \n!s POP3-5034-4-18\nC A===\n!c POP3-5034-5-02\nS -ERR\n"},
        {"POP3-5034-4-02 told once",
         READY "C AUTH PLAIN " PLAIN "\nS +OK\nC AUTH PLAIN\n!c POP3-5034-4-38\nS + \n!s POP3-5034-4-02\nC " PLAIN
               "\nS +OK\n"},
        {"POP3-5034-4-14 DIGEST-MD5", READY "C AUTH DIGEST-MD5 AAAA\nS + \n!s POP3-5034-4-14\nC *\nS -ERR\n"},
        {"POP3-5034-4-09 EXTERNAL and ANONYMOUS", READY "C AUTH EXTERNAL\nS + AAAA\n!s POP3-5034-4-09\nC *\nS -ERR\nC "
                                                        "AUTH ANONYMOUS\nS + AAAA\n!s POP3-5034-4-09\nC *\nS -ERR\n"},
        {"POP3-5802-6-01 no list, not in it, SHA-256",
         READY "C AUTH SCRAM-SHA-1 eSwsbj1uaWxzLHI9azNkV3E=\nS + " SERVER_FIRST "\nC *\nS -ERR\n" CAPA(
             "S SASL SCRAM-SHA-256 SCRAM-SHA-1-PLUS\n") "C AUTH SCRAM-SHA-256 eSwsbj1uaWxzLHI9azNkV3E=\nS "
                                                        "+ " SERVER_FIRST "\nC *\nS -ERR\n"},
        /* p=x,,n=nils,r=k3dWq; its c= holds channel data: nothing to compare */
        {"POP3-5802-6-03 a bound channel",
         READY "C AUTH SCRAM-SHA-1-PLUS cD14LCxuPW5pbHMscj1rM2RXcQ==\nS + " SERVER_FIRST "\nC " CLIENT_FINAL
               "\nS + " SERVER_FINAL "\nC \nS +OK\n"},
        {"POP3-5802-5.1-02 client-first was malformed",
         READY "C AUTH SCRAM-SHA-1 AAAA\n!c POP3-5802-7-01\nS + ZT14\nC " CLIENT_FINAL "\nS -ERR\n"},
        {"POP3-5802-5.1-04 an error is told", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST
                                                    "\nC " CLIENT_FINAL "\nS + ZT1vdGhlci1lcnJvcg==\nC \nS -ERR\n"},
        {"POP3-5802-5-01 told at the challenge",
         READY "C AUTH SCRAM-SHA-1 eCwsbj1uaWxzLHI9azNkV3E=\n!c POP3-5802-7-01\nS + " SERVER_FIRST
               "\n!s POP3-5802-5-01\nC *\nS +OK\n!s POP3-5034-4-07\n"},
        {"POP3-5802-5-01 told at the challenge, +OK at once",
         READY "C AUTH SCRAM-SHA-1 eCwsbj1uaWxzLHI9azNkV3E=\n!c POP3-5802-7-01\nS + " SERVER_FIRST
               "\n!s POP3-5802-5-01\nS +OK\n"},
        {"POP3-2195-2-03 32 octets, none of them a space before",
         READY "C AUTH CRAM-MD5\nS + PDFAaD4=\nC AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n!c "
               "POP3-2195-2-03\nS +OK\n!s POP3-2195-2-04\n"},
        {"POP3-6856-2.2-05 allowed, or not known",
         READY "C USER %C3%A4\nS +OK\nC PASS b\nS -ERR\n" CAPA(
             "S USER\nS UTF8 USER\n") "C USER %C3%A4\nS +OK\nC PASS %C3%A4\nS +OK\n"},
        {"POP3-6856-2.2-05 CAPA was refused", READY "C CAPA\nS -ERR\nC USER %C3%A4\n!c POP3-6856-2.2-05\nS -ERR\n"},
        {"POP3-6856-2.2-04 a password",
         READY CAPA(
             "S USER\nS UTF8 USER\n") "C USER a\nS +OK\nC PASS %FF\n!c POP3-1939-3-05\nS +OK\n!s POP3-6856-2.2-04\n"},
        {"POP3-6856-2.2-04 APOP",
         "S +OK <1@h>\n" CAPA("S UTF8 USER\n") "C APOP %FF c4c9334bac560ecc979e58001b3e22fb\n!c POP3-1939-3-05\nS "
                                               "+OK\n!s POP3-6856-2.2-04\n"},
        {"POP3-6856-2.2-04 not announced", READY "C USER a\nS +OK\nC PASS %FF\nS +OK\n"},
        {"POP3-1939-3-05 UTF-8 is on",
         READY "C UTF8\nS +OK\nC XTND %C3%A4\nS -ERR\nC XTND %C3\n!c POP3-1939-3-05\nS -ERR\n"},
        {"POP3-1939-3-05 a tab in a password", READY "C USER a\nS +OK\nC PASS a%09b\n!c POP3-1939-3-05\nS -ERR\nC "
                                                     "PASS%09x\n!c POP3-1939-3-06\n!c POP3-1939-7-37\nS -ERR\n"},
        {"POP3-6856-3.2-05 UTF8 does not choose a language",
         READY "C UTF8\nS +OK\nC NOOP\n!c POP3-1939-5-50\nS -ERR %E4\nC LANG de\nS -ERR %E4\n"},
        {"POP3-6856-3.2-05 later replies",
         READY "C LANG de\nS +OK de x\nC NOOP\n!c POP3-1939-5-50\nS -ERR %E4\n!s POP3-6856-3.2-05\n"},
        {"POP3-6856-3.2-01 a space is due",
         READY "C LANG de\nS +OK de\n!s POP3-6856-3.2-01\nC LANG de-DE\nS +OK de x\n!s POP3-6856-3.2-01\nC LANG de\nS "
               "+OK den x\n!s POP3-6856-3.2-01\n"},
        {"POP3-2449-3-04 octets in listings are others' business",
         LOGIN "C LIST\nS +OK\nS 1 1 %00%01%E4\n!s POP3-1939-5-10\nS .\n"},
        {"POP3-2449-3-04 a tab is let pass", LOGIN "C NOOP\nS +OK a%09b%01\n!s POP3-2449-3-04\n"},
        {"POP3-1939-5-01 blanks", LOGIN "C STAT\nS +OK  1 1\n!s POP3-1939-5-01\nC LIST 1\nS +OK 1  1\n!s "
                                        "POP3-1939-5-09\nC UIDL 1\nS +OK x\n!s POP3-1939-7-14\n"},
        {"POP3-2449-8-06 an unknown code inside, an open bracket",
         READY CAPA("S RESP-CODES\nS USER\n") "C USER a\nS -ERR x [FOO] [AUTH [IN-USE/X]\n!s POP3-2449-8-06\nC USER "
                                              "a\nS -ERR x [AUTHX] [AUTH\n"},
        {"POP3-2449-8-05 the generic code",
         READY CAPA("S USER\n") "C USER a\nS -ERR [SYS]\nC USER a\nS -ERR [SYS/OTHER]\n"},
        {"POP3-2449-8-07 no list was seen", READY "C USER a\nS +OK [AUTH]\n!s POP3-2449-8-07\n"},
        {"POP3-2449-5-07 not of another layer",
         READY CAPA(
             "S TOP\nS STLS\n") "C STLS\nS +OK\nT\nC USER a\nS +OK\nC PASS b\nS +OK\nC CAPA\nS +OK\nS UIDL\nS .\n"},
        {"POP3-2449-6.5-03 flagged before",
         READY CAPA(
             "S USER\nS LOGIN-DELAY 10 USER\nS EXPIRE 10 USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC CAPA\nS +OK\nS "
                                                                  "USER\nS LOGIN-DELAY 5\nS EXPIRE 20\nS .\nC CAPA\nS "
                                                                  "+OK\nS USER\nS LOGIN-DELAY 10\nS EXPIRE 10\nS .\n"},
        {"POP3-2449-6.5-02 malformed ones are not compared",
         READY CAPA(
             "S USER\nS LOGIN-DELAY x\n!s POP3-2449-6.5-01\nS EXPIRE x\n!s POP3-2449-6.7-01\n") "C USER a\nS +OK\nC "
                                                                                                "PASS b\nS +OK\nC "
                                                                                                "CAPA\nS +OK\nS "
                                                                                                "USER\nS LOGIN-DELAY "
                                                                                                "50\nS EXPIRE 0\nS "
                                                                                                ".\n"},
        {"POP3-6856-2.1-03 the mode is on",
         READY CAPA("S UTF8\nS USER\n") "C UTF8\nS +OK\nC USER a\nS +OK\nC PASS b\nS +OK\nC RETR 1\nS +OK\nS Subject: "
                                        "%E4\nS \nS .\n"},
        {"POP3-6856-2.1-09 the mode is off", LOGIN "C RETR 1\nS +OK\nS \nS %00\nS .\n"},
        {"POP3-1939-7-03 a line of one octet, no empty line", LOGIN "C TOP 1 0\nS +OK\nS a\nS b: c\nS \nS .\n"},
        {"POP3-1939-7-02 a bare LF ends no line",
         LOGIN "C TOP 1 1\nS +OK\nS \nS> a%0Ab%0D%0A\n!s POP3-1939-3-15\nS .\n"},
        {"POP3-6856-2.1-03 a body that begins with an octet above 127",
         READY CAPA("S UTF8\nS USER\nS TOP\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC TOP 1 2\nS +OK\nS a: b\nS \nS "
                                               "%E4\nS %E4\nS .\n"},
        {"POP3-1939-7-02 a CR in an empty line, no empty line",
         LOGIN "C TOP 1 0\nS +OK\nS> a: b%0D%0D%0Ac: d%0D%0A.%0D%0A\n"},
        {"POP3-1939-3-15 once",
         LOGIN "C RETR 1\nS +OK\nS> a%0A%0D%0A.%0D%0A\n!s POP3-1939-3-15\nC RETR 1\nS +OK\nS> a%0A%0D%0A.%0D%0A\nC "
               "NOOP\nS> +OK%0D%0D%0A\n!s POP3-1939-3-12\nC RETR 1\nS +OK\nS> a%0Db%0D%0A.%0D%0A\n"},
        {"unknown commands and AUTH",
         READY CAPA("S PIPELINING\nS SASL PLAIN\n") "C XTND\nC AUTH PLAIN\nS +OK\nS one\nS + \nC *\nS -ERR\n"},
        {"POP3-1939-3-16 a message may hold +OK",
         LOGIN "C CAPA\nS +OK\nS PIPELINING\nS .\nC RETR 1\nC NOOP\nS +OK\nS +OK\nS .\nS +OK\n"},
        {"POP3-5034-3-06 a system failure",
         READY CAPA("S SASL PLAIN\nS RESP-CODES\n") "C AUTH PLAIN\nS -ERR [SYS/TEMP]\nC AUTH PLAIN " PLAIN
                                                    "\nS -ERR [SYS/PERM]\n"},
        {"POP3-5034-3-06 no reply at all", READY CAPA("S SASL PLAIN\n") "C AUTH PLAIN\nS no\n!s POP3-1939-3-10\n"},
        {"POP3-2449-5-01 a system failure, no reply at all",
         READY "C CAPA\nS -ERR [SYS/TEMP]\nC CAPA\nS what?\n!s POP3-1939-3-10\nC USER a\nS +OK\nC PASS b\nS +OK\n" CAPA(
             "S USER\n")},
        {"POP3-1939-4-14 a system failure", READY "C QUIT\nS -ERR [SYS/TEMP]\nC QUIT\nS +OK\nX\n"},
        {"POP3-1939-7-38 a system failure at the first PASS",
         READY "C PASS a\n!c POP3-1939-7-37\nS -ERR [SYS/TEMP]\nC USER a\nS +OK\nC PASS b\nS +OK\n"},
        {"POP3-1939-5-45 closed, and closed again", LOGIN "C QUIT\nS +OK\nX\nH\nC STAT\nS +OK\n"},
        {"POP3-SEC-stls-01 AUTH among the injected",
         READY "C STLS\nC AUTH PLAIN AAAA\n!c POP3-2595-4-10\nS +OK\nT\nC USER a\nS +OK\nC PASS b\nS +OK\n"},
        {"POP3-6856-3.2-01 a bare LANG", READY "C LANG\nS +OK anything\nS de\nS .\n"},
        {"POP3-4616-2-01 no name", READY "C AUTH PLAIN AABw\n!c POP3-4616-2-01\nS -ERR\n"},
        {"POP3-5802-6-01 SHA-256",
         READY CAPA(
             "S SASL SCRAM-SHA-256 SCRAM-SHA-256-PLUS\n") "C AUTH SCRAM-SHA-256 eSwsbj1uaWxzLHI9azNkV3E=\nS "
                                                          "+ " SERVER_FIRST
                                                          "\n!s POP3-5802-6-01\nC *\nS -ERR\nC AUTH SCRAM-SHA-256-PLUS "
                                                          "eSwsbj1uaWxzLHI9azNkV3E=\nS + " SERVER_FIRST
                                                          "\nC *\nS -ERR\n"},
        /* c=biwsYQ==,r=k3dWqz,p=fRxE and c=biws,r=k3dWqzz,p=fRxE: longer than they should be */
        {"POP3-5802-6-03 longer", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST
                                        "\nC Yz1iaXdzWVE9PSxyPWszZFdxeixwPWZSeEU=\n!c POP3-5802-7-01\nS + " SERVER_FINAL
                                        "\n!s POP3-5802-6-03\nC *\nS -ERR\n"},
        {"POP3-5802-5.1-04 longer",
         READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST
               "\nC Yz1iaXdzLHI9azNkV3F6eixwPWZSeEU=\n!c POP3-5802-5-03\nS +OK\n!s POP3-5802-5.1-04\n"},
        /* r=k3dW,s=fRxE,i=4096: shorter than the client's */
        {"POP3-5802-5.1-02 shorter", READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST
                                           "\nS + cj1rM2RXLHM9ZlJ4RSxpPTQwOTY=\n!s POP3-5802-5.1-02\nC *\nS -ERR\n"},
        {"POP3-5802-5.1-05 SHA-1-PLUS", READY "C AUTH SCRAM-SHA-1-PLUS cD14LCxuPW5pbHMscj1rM2RXcQ==\nS + "
                                              "cj1rM2RXcXoscz1mUnhFLGk9MQ==\n!s POP3-5802-5.1-05\nC *\nS -ERR\n"},
        {"POP3-2195-2-03 a second challenge and response",
         READY "C AUTH CRAM-MD5\nS + PDFAaD4=\nC AAAA\n!c POP3-2195-2-03\nS + AAAA\nC AAAA\nS -ERR\n"},
        {"POP3-5802-5.1-09 a third challenge",
         READY "C AUTH SCRAM-SHA-1 " CLIENT_FIRST "\nS + " SERVER_FIRST "\nC " CLIENT_FINAL "\nS + " SERVER_FINAL
               "\nC \nS + AAAA\nC AAAA\nS -ERR\n"},
        {"POP3-1939-3-16 nothing else is open", LOGIN "C LIST\nS +OK\nS +OK\n!s POP3-1939-5-09\nS .\n"},
    };
    check_all(rows, COUNT(rows));
}

Test(pop3_dialogue, lent_memory)
{
    const script_row marks = {"no room for message 3",
                              LOGIN "C DELE 3\nS +OK\nC DELE 3\nS +OK\nC STAT\nS +OK 9 9\nC LIST\nS +OK\nS 1 1\nS 7 "
                                    "1\nS .\nC LIST\nS -ERR\nC RSET\nS +OK\n"};
    script_check_in(&marks, 8, 2);
    const script_row beyond = {"no room for message 70",
                               LOGIN "C STAT\nS +OK 70 70\nC LIST\nS +OK\nS 1 1\nS .\nC DELE 9\nS -ERR\n"};
    script_check_in(&beyond, 8, 8);
    const script_row none = {"no room for messages at all",
                             LOGIN "C DELE 1\nS +OK\nC DELE 1\nS +OK\nC STAT\nS +OK 9 9\nC UIDL\nS +OK\nS 1 a\nS .\n"};
    script_check_in(&none, 8, 0);
    const script_row ring = {
        "no room for commands: what is known is judged, what is not is not",
        READY CAPA("S PIPELINING\nS USER\n") "C USER a\nC PASS b\nC STAT\nC LIST\nC RETR 1\nS +OK\nS nonsense\n!s "
                                             "POP3-1939-3-10\nS +OK\nS x\nS .\nC anything goes\nS x\n"};
    script_check_in(&ring, 2, 8);
    const script_row runs = {
        "equal commands need one entry",
        READY CAPA("S PIPELINING\nS USER\n") "C USER a\nS +OK\nC PASS b\nS +OK\nC DELE 1\nC DELE 2\nC DELE 3\nS +OK\nS "
                                             "+OK\nS +OK\nC DELE 3\n!c POP3-1939-5-51\nS +OK\n!s POP3-1939-5-33\n"};
    script_check_in(&runs, 1, 8);
}

/* The rest of an over-long line is dropped, and the reader stays in step. */
Test(pop3_dialogue, over_long_lines)
{
    enum { LONG = MS_POP3_DIALOGUE_LINE_MAX + 100 };
    static uint8_t line[LONG + 2];
    ms_pop3_run runs[4];
    ms_pop3_dialogue d;
    ms_finding items[8];
    ms_findings findings = {items, 8, 0, 0};
    memset(line, 'x', LONG);
    memcpy(line, "USER ", 5);
    memcpy(line + LONG, "\r\n", 2);
    ms_pop3_dialogue_init(&d, runs, 4, NULL, 0);
    ms_pop3_event e = ms_pop3_dialogue_next(&d, MS_SERVER, MS_SPAN("+OK\r\n"), &findings);
    cr_expect_eq(e.kind, MS_POP3_EVENT_RESPONSE);
    e = ms_pop3_dialogue_next(&d, MS_CLIENT, ms_span_make(line, sizeof line), &findings);
    cr_expect_eq(e.kind, MS_POP3_EVENT_COMMAND);
    cr_expect_eq(e.command.error, MS_POP3_ERR_LINE_TOO_LONG);
    cr_expect_eq(findings.count, 1);
    cr_expect_eq(items[0].requirement, MS_REQ_POP3_2449_4_04);
    const size_t head = e.consumed;
    cr_expect(head >= MS_POP3_DIALOGUE_LINE_MAX - 2 && head < sizeof line);
    e = ms_pop3_dialogue_next(&d, MS_CLIENT, ms_span_make(line + head, sizeof line - head), &findings);
    cr_expect_eq(e.kind, MS_POP3_EVENT_DROPPED);
    cr_expect_eq(head + e.consumed, sizeof line);
    e = ms_pop3_dialogue_next(&d, MS_SERVER, MS_SPAN("-ERR\r\n"), &findings);
    cr_expect_eq(e.answered.verb, MS_POP3_USER);
    cr_expect_eq(findings.count, 1);
}

/* A message of a mechanism that is longer than what is looked into is not judged. */
Test(pop3_dialogue, long_sasl_messages)
{
    static char script[4000] = READY "C AUTH PLAIN\nS + \nC ";
    memset(script + strlen(script), 'A', 2100);
    strcat(script, "\nS + ");
    memset(script + strlen(script), 'A', 600);
    strcat(script, "\nC *\nS -ERR\n");
    script_check(&(script_row){"POP3-5034-4-19", script});
}

/* What a model of the maildrop needs is in the events. */
Test(pop3_dialogue, events)
{
    ms_pop3_run runs[4];
    uint8_t messages[4];
    ms_pop3_dialogue d;
    ms_finding items[8];
    ms_findings findings = {items, 8, 0, 0};
    ms_pop3_dialogue_init(&d, runs, 4, messages, 4);
#define SERVER(text) e = ms_pop3_dialogue_next(&d, MS_SERVER, MS_SPAN(text), &findings)
#define CLIENT(text) e = ms_pop3_dialogue_next(&d, MS_CLIENT, MS_SPAN(text), &findings)
    ms_pop3_event e;
    SERVER("+OK <1@h>\r\n");
    cr_expect(span_is(e.response.greeting.timestamp, "<1@h>"));
    cr_expect(e.answered.none);
    cr_expect_eq(e.state, MS_POP3_CONNECTED);
    CLIENT("USER nils\r\n");
    cr_expect(span_is(e.command.command.user.name, "nils"));
    SERVER("+OK\r\n");
    CLIENT("PASS x\r\n");
    SERVER("+OK\r\n");
    cr_expect_eq(e.answered.verb, MS_POP3_PASS);
    cr_expect_eq(e.answered.sequence, 1);
    cr_expect_eq(e.state, MS_POP3_AUTHORIZATION);
    CLIENT("LIST\r\n");
    cr_expect(span_is(e.command.command.keyword, "LIST"));
    cr_expect(ms_span_is_absent(e.command.command.argument));
    SERVER("+OK\r\n");
    cr_expect(e.multi_line);
    cr_expect_eq(e.answered.sequence, 2);
    SERVER("1 146\r\n");
    cr_expect_eq(e.kind, MS_POP3_EVENT_LISTING);
    cr_expect_eq(e.response.scan.octets, 146);
    cr_expect_eq(e.answered.verb, MS_POP3_LIST);
    SERVER(".\r\n");
    cr_expect_eq(e.kind, MS_POP3_EVENT_END);
    cr_expect_eq(e.answered.verb, MS_POP3_LIST);
    CLIENT("TOP 1 7\r\n");
    cr_expect(span_is(e.command.command.keyword, "TOP"));
    cr_expect(span_is(e.command.command.argument, "1 7"));
    SERVER("+OK\r\n");
    cr_expect_eq(e.answered.number, 1);
    cr_expect_eq(e.answered.lines, 7);
    cr_expect(e.answered.argument);
    SERVER("..a\r\n.\r\n");
    cr_expect(e.kind == MS_POP3_EVENT_TEXT || e.kind == MS_POP3_EVENT_END);
    cr_expect_eq(d.at[MS_CLIENT], 34);
    CLIENT("");
    cr_expect_eq(e.kind, MS_POP3_EVENT_NEED_MORE);
    cr_expect_eq(findings.count, 0);
}

/* RFC 6856 section 2.1: what of a header section is UTF-8 is told at its octet, also in a line that a dot was taken from. */
Test(pop3_dialogue, octets_of_a_header_section_are_found_in_their_place)
{
    ms_pop3_run runs[4];
    uint8_t messages[4];
    ms_pop3_dialogue d;
    ms_finding items[8];
    ms_findings findings = {items, 8, 0, 0};
    ms_pop3_event e;
    ms_pop3_dialogue_init(&d, runs, 4, messages, 4);
    SERVER("+OK\r\n");
    CLIENT("USER nils\r\n");
    SERVER("+OK\r\n");
    CLIENT("PASS x\r\n");
    SERVER("+OK\r\n");
    CLIENT("CAPA\r\n");
    SERVER("+OK\r\n");
    SERVER("UTF8\r\n");
    SERVER(".\r\n");
    CLIENT("RETR 1\r\n");
    SERVER("+OK\r\n");
    const uint64_t from = e.at + e.consumed;
    findings.count = 0;
    const ms_span content = MS_SPAN("..x: \xC3\xA9\r\n");
    for (ms_span rest = content; rest.len > 0; rest = ms_span_make(rest.ptr + e.consumed, rest.len - e.consumed)) {
        e = ms_pop3_dialogue_next(&d, MS_SERVER, rest, &findings);
        cr_assert_gt(e.consumed, 0);
    }
    cr_assert_eq(findings.count, 1);
    cr_expect_eq(items[0].requirement, MS_REQ_POP3_6856_2_1_03);
    cr_expect_eq(items[0].at, from + 5);
}
