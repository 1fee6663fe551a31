#include "mailspec/smtp_session.h"

#include "feed.h"
#include "smtp_talk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GREETING    "S 220 mx.example ESMTP\n"
#define HELLO       GREETING "C EHLO relay.example\nS 250 mx.example\n"
#define OFFER(word) GREETING "C EHLO relay.example\nS 250-mx.example\nS 250 " word "\n"
#define MAIL        "C MAIL FROM:<a@relay.example>\nS 250 ok\n"
#define RCPT        "C RCPT TO:<b@mx.example>\nS 250 ok\n"
#define DATA        "C DATA\nS 354 go ahead\n"
#define MESSAGE     "C Date: Tue, 03 Mar 2026 13:00:00 +0100\nC From: a@relay.example\nC\nC text\nC .\n"
#define SENT        DATA MESSAGE "S 250 ok\n"
#define BYE         "C QUIT\nS 221 mx.example bye\n"
#define CHUNKS      GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250-BINARYMIME\nS 250 CHUNKING\n"
#define TLS         "C STARTTLS\nS 220 go ahead\nT\n"

static const smtp_talk transaction_rows[] = {
    {"SMTP-5321-3.3-09 a whole session keeps all", MS_VARIANT_SMTP,
     HELLO MAIL RCPT RCPT SENT MAIL RCPT SENT BYE "SX\n"},
    {"SMTP-5321-4.1.1.1-01 HELO suffices", MS_VARIANT_SMTP,
     GREETING "C HELO relay.example\nS 250 mx.example\n" MAIL RCPT SENT BYE},

    {"SMTP-5321-3.3-09 RCPT before MAIL taken", MS_VARIANT_SMTP,
     HELLO "C RCPT TO:<b@mx.example>\nS 250 ok\nS! SMTP-5321-3.3-09\n" BYE},
    {"SMTP-5321-3.3-09 refused, but not by 503", MS_VARIANT_SMTP,
     HELLO "C RCPT TO:<b@mx.example>\nS 550 no\nS! SMTP-5321-3.3-09\n" BYE},
    {"SMTP-5321-3.3-09 refused rightly", MS_VARIANT_SMTP, HELLO "C RCPT TO:<b@mx.example>\nS 503 MAIL first\n" BYE},
    {"SMTP-5321-4.1.1.5-02 RCPT behind RSET taken", MS_VARIANT_SMTP,
     HELLO MAIL "C RSET\nS 250 ok\nC RCPT TO:<b@mx.example>\nS 250 ok\nS! SMTP-5321-4.1.1.5-02\n" BYE},
    {"SMTP-5321-4.1.4-08 RCPT behind EHLO taken", MS_VARIANT_SMTP,
     HELLO MAIL "C EHLO relay.example\nS 250 mx.example\nC RCPT TO:<b@mx.example>\nS 250 ok\n"
                "S! SMTP-5321-4.1.4-08\n" BYE},
    {"SMTP-5321-4.1.1.1-16 RCPT behind HELO taken", MS_VARIANT_SMTP,
     HELLO MAIL "C HELO relay.example\nS 250 mx.example\nC RCPT TO:<b@mx.example>\nS 250 ok\n"
                "S! SMTP-5321-4.1.1.1-16\n" BYE},
    {"SMTP-5321-4.1.1.4-07 RCPT behind a message taken", MS_VARIANT_SMTP,
     HELLO MAIL RCPT SENT "C RCPT TO:<b@mx.example>\nS 250 ok\nS! SMTP-5321-4.1.1.4-07\n" BYE},
    {"SMTP-5321-4.1.1.4-11 RCPT behind a refused message taken", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA MESSAGE "S 554 no\nC RCPT TO:<b@mx.example>\nS 250 ok\nS! SMTP-5321-4.1.1.4-11\n" BYE},
    {"SMTP-5321-4.1.4-18 RCPT behind a refused MAIL taken", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nS 550 no\nC RCPT TO:<b@mx.example>\nS 250 ok\n"
           "S! SMTP-5321-4.1.4-18\n" BYE},

    {"SMTP-5321-4.1.1.1-01 MAIL before EHLO", MS_VARIANT_SMTP,
     GREETING "C MAIL FROM:<a@relay.example>\nC! SMTP-5321-4.1.1.1-01\nS 503 EHLO first\n" BYE},
    {"SMTP-5321-4.1.4-12 MAIL inside a transaction, refused", MS_VARIANT_SMTP,
     HELLO MAIL "C MAIL FROM:<a@relay.example>\nC! SMTP-5321-4.1.4-12\nS 503 nested\n" BYE},
    {"SMTP-5321-4.1.4-13 MAIL inside a transaction, taken", MS_VARIANT_SMTP,
     HELLO MAIL "C MAIL FROM:<a@relay.example>\nC! SMTP-5321-4.1.4-12\nS 250 ok\nS! SMTP-5321-4.1.4-13\n" BYE},
    {"SMTP-5321-4.1.4-12 MAIL behind a refused message is the next one", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA MESSAGE "S 554 no\n" MAIL BYE},
    {"SMTP-5321-4.1.4-22 RSET before EHLO, once", MS_VARIANT_SMTP,
     GREETING "C RSET\nC! SMTP-5321-4.1.4-22\nS 250 ok\nC NOOP\nS 250 ok\n" BYE},
};

Test(smtp_session, transactions)
{
    smtp_talk_check_all(transaction_rows, COUNT(transaction_rows));
}

static const smtp_talk data_rows[] = {
    {"SMTP-5321-3.3-25 DATA without RCPT", MS_VARIANT_SMTP,
     HELLO MAIL "C DATA\nC! SMTP-5321-3.3-25\nS 503 RCPT first\n" BYE},
    {"SMTP-5321-3.3-25 DATA without MAIL", MS_VARIANT_SMTP,
     HELLO "C DATA\nC! SMTP-5321-3.3-25\nS 503 MAIL first\n" BYE},
    {"SMTP-5321-3.3-25 RCPT without MAIL is no transaction", MS_VARIANT_SMTP,
     HELLO "C RCPT TO:<b@mx.example>\nS 503 MAIL first\nC DATA\nC! SMTP-5321-3.3-25\nS 503 MAIL first\n" BYE},
    {"SMTP-5321-3.3-25 not of one group", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                         "S 550 no\nS 503 MAIL first\nS 503 MAIL first\n" BYE},
    {"SMTP-5321-3.3-15 a message for nobody by nobody", MS_VARIANT_SMTP,
     HELLO "C DATA\nC! SMTP-5321-3.3-25\nS 354 go ahead\n" MESSAGE "S 250 ok\nS! SMTP-5321-3.3-15\n" BYE},
    {"SMTP-5321-4.1.1.5-01 recipients of before RSET", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C RSET\nS 250 ok\nC DATA\nC! SMTP-5321-3.3-25\nS 354 go ahead\n" MESSAGE
                     "S 250 ok\nS! SMTP-5321-4.1.1.5-01\n" BYE},
    {"SMTP-5321-4.1.1.1-14 recipients of before EHLO", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C EHLO relay.example\nS 250 mx.example\nC DATA\nC! SMTP-5321-3.3-25\nS 354 go ahead\n" MESSAGE
                     "S 250 ok\nS! SMTP-5321-4.1.1.1-14\n" BYE},
    {"SMTP-5321-4.1.1.4-12 recipients of the message before", MS_VARIANT_SMTP,
     HELLO MAIL RCPT SENT MAIL "C DATA\nC! SMTP-5321-3.3-25\nS 354 go ahead\n" MESSAGE
                               "S 250 ok\nS! SMTP-5321-4.1.1.4-12\n" BYE},
    {"SMTP-2920-3.2-04 354 without a recipient, and -05 250 for an empty message", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                         "S 250 ok\nS 550 no\nS 354 go ahead\nS! SMTP-2920-3.2-04\n"
                         "C .\nS 250 ok\nS! SMTP-2920-3.2-05\n" BYE},
    {"SMTP-2920-3.2-04 the message refused at its end", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                         "S 250 ok\nS 550 no\nS 354 go ahead\nS! SMTP-2920-3.2-04\n"
                         "C .\nS 554 nobody\n" BYE},
    {"SMTP-1870-4-02 larger than the limit, and taken", MS_VARIANT_SMTP,
     OFFER("SIZE 20") MAIL RCPT DATA "C Date: Tue, 03 Mar 2026 13:00:00 +0100\nC .\n"
                                     "S 250 ok\nS! SMTP-1870-4-02\n" BYE},
    {"SMTP-1870-4-02 as large as the limit: 18 octets and CRLF", MS_VARIANT_SMTP,
     OFFER("SIZE 20") MAIL RCPT DATA "C From: a@rel.exampl\nC .\nS 250 ok\n" BYE},
    {"SMTP-5321-3.3-18 a command of private use is no mail data", MS_VARIANT_SMTP,
     HELLO MAIL "C DATA\nC! SMTP-5321-3.3-25\nS 503 RCPT first\nC X-TRACE on\nS 500 what\n" BYE},
    {"SMTP-5321-3.3-18 what only begins like one is", MS_VARIANT_SMTP,
     HELLO MAIL
     "C DATA\nC! SMTP-5321-3.3-25\nS 503 RCPT first\nC X-Mailer: none\nC! SMTP-5321-3.3-18\nS 500 what\n" BYE},
    {"SMTP-5321-3.3-14 another code than 250", MS_VARIANT_SMTP,
     HELLO MAIL RCPT DATA MESSAGE "S 251 ok\nS! SMTP-5321-3.3-14\n" BYE},
};

Test(smtp_session, data)
{
    smtp_talk_check_all(data_rows, COUNT(data_rows));
}

static const smtp_talk group_rows[] = {
    {"SMTP-3207-4.2-01 what was offered before TLS is forgotten, groups too", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250 STARTTLS\n" TLS
              "C EHLO relay.example\nC NOOP\nC! SMTP-5321-4.3.1-01\nS 250 mx.example\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 a group goes on behind AUTH PLAIN with its response", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250 AUTH EXTERNAL\n"
              "C AUTH EXTERNAL QQ==\nC MAIL FROM:<a@relay.example>\nS 235 ok\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 … but not behind one that waits for a challenge", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250 AUTH EXTERNAL\n"
              "C AUTH EXTERNAL\nC QQ==\nC! SMTP-4954-4-35\nS 334 \nS 235 ok\n" BYE},
    {"SMTP-3207-4-10 what came early for STARTTLS, and what came early for DATA behind it", MS_VARIANT_SMTP,
     OFFER("STARTTLS") MAIL RCPT
     "C STARTTLS\nC NOOP\nC! SMTP-3207-4-10\nC DATA\nC! SMTP-5321-4.3.1-01\n"
     "C Date: now\nC! SMTP-5321-3.3-18\nC\nC .\nS 454 no\nS 250 ok\nS 354 go\nS 250 ok\n" BYE},
    {"SMTP-3207-4-10 … and where no command stands between", MS_VARIANT_SMTP,
     OFFER("STARTTLS") MAIL RCPT "C STARTTLS\nC DATA\nC! SMTP-3207-4-10\nC Date: now\nC! SMTP-5321-3.3-18\nC\nC .\n"
                                 "S 454 no\nS 354 go\nS 250 ok\n" BYE},
    {"SMTP-2920-3.1-02 the message behind DATA, which is refused: told once", MS_VARIANT_SMTP,
     OFFER("PIPELINING") MAIL RCPT "C DATA\nC Date: now\nC! SMTP-2920-3.1-02\nC\nC text\nC .\n"
                                   "S 554 no\nS 500 no\nS 500 no\nS 500 no\nS 500 no\n" BYE},
    {"SMTP-2920-3.1-02 a group as it should be", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC RCPT TO:<c@mx.example>\nC DATA\n"
                         "S 250 ok\nS 550 no\nS 250 ok\nS 354 go ahead\n" MESSAGE
                         "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC QUIT\n"
                         "S 250 ok\nS 250 ok\nS 250 ok\nS 221 mx.example bye\n"},
    {"SMTP-2920-3.1-02 something behind VRFY", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C VRFY joe\nC RSET\nC! SMTP-2920-3.1-02\nS 252 perhaps\nS 250 ok\n" BYE},
    {"SMTP-2920-3.1-02 something behind NOOP", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C NOOP\nC RSET\nC! SMTP-2920-3.1-02\nS 250 ok\nS 250 ok\n" BYE},
    {"SMTP-2920-3.1-02 something behind EHLO", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C EHLO relay.example\nC RSET\nC! SMTP-2920-3.1-02\nS 250-mx.example\nS 250 PIPELINING\n"
                         "S 250 ok\n" BYE},
    {"SMTP-5321-4.3.1-01 a group where none was offered, once", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC! SMTP-5321-4.3.1-01\nC RSET\n"
           "S 250 ok\nS 250 ok\nS 250 ok\n" BYE},
    {"SMTP-5321-4.3.1-02 a command before the greeting", MS_VARIANT_SMTP,
     "C EHLO relay.example\nC! SMTP-5321-4.3.1-02\n" GREETING "S 250 mx.example\n" BYE},
    {"SMTP-5321-4.3.1-02 … before its last line", MS_VARIANT_SMTP,
     "S 220-mx.example welcome\nC EHLO relay.example\nC! SMTP-5321-4.3.1-02\nS 220 mx.example\nS 250 mx.example\n" BYE},
    {"SMTP-5321-4.3.1-01 … although it was told before the greeting", MS_VARIANT_SMTP,
     "C EHLO relay.example\nC! SMTP-5321-4.3.1-02\n" GREETING "S 250 mx.example\n"
     "C RSET\nC NOOP\nC! SMTP-5321-4.3.1-01\nS 250 ok\nS 250 ok\n" BYE},
    {"SMTP-5321-4.1.4-12 MAIL while RCPT of an open transaction waits", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nS 250 ok\n"
                         "C MAIL FROM:<a@relay.example>\nC! SMTP-5321-4.1.4-12\nS 250 ok\nS 503 nested\n" BYE},
    {"SMTP-5321-4.1.4-12 not while RSET waits", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RSET\nS 250 ok\n"
                         "C MAIL FROM:<a@relay.example>\nS 250 ok\nS 250 ok\n" BYE},
    {"SMTP-5321-3.3-25 DATA without RCPT, in a group", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC DATA\nC! SMTP-5321-3.3-25\nS 250 ok\nS 503 no\n" BYE},
    {"SMTP-5321-3.3-25 DATA without MAIL, behind RSET in a group", MS_VARIANT_SMTP,
     OFFER("PIPELINING") MAIL "C RSET\nC DATA\nC! SMTP-5321-3.3-25\nS 250 ok\nS 503 no\n" BYE},
    {"SMTP-5321-3.3-25 not while RSET waits, if RCPT came before", MS_VARIANT_SMTP,
     OFFER("PIPELINING") MAIL RCPT "C RSET\nC MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                                   "S 250 ok\nS 250 ok\nS 250 ok\nS 354 go ahead\n" MESSAGE "S 250 ok\n" BYE},
    {"SMTP-5321-4.2-01 a reply too many", MS_VARIANT_SMTP, HELLO "S 250 ok\nS! SMTP-5321-4.2-01\n" BYE},
    {"SMTP-3030-2-02 the octets behind a malformed BDAT may be swallowed", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT
     "C BDAT 4 FIRST\nC! SMTP-3030-2-02\nC ab\nC! SMTP-5321-2.2.2-02\nS 501 FIRST?\nC NOOP\nS 250 ok\n" BYE},
    {"SMTP-3030-2-02 … or refused one by one", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT "C BDAT 8 FIRST\nC! SMTP-3030-2-02\nC ab\nC! SMTP-5321-2.2.2-02\nC cd\nC! SMTP-5321-2.2.2-02\nS "
                      "501 FIRST?\nS 500 ab?\nS 500 cd?\nC NOOP\nS 250 ok\n" BYE},
    {"SMTP-5321-4.2-01 such a refusal comes before the reply to DATA", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT "C BDAT 4 FIRST\nC! SMTP-3030-2-02\nC ab\nC! SMTP-5321-2.2.2-02\nS 501 FIRST?\nC DATA\nC! "
                      "SMTP-3030-2-21\nS 354 go ahead\n" MESSAGE "S 250 ok\nS 500 ab?\nS! SMTP-5321-4.2-01\n"},
    {"SMTP-5321-4.3.2-09 551 to VRFY", MS_VARIANT_SMTP, HELLO "C VRFY joe\nS 551 try <joe@mx.example>\n" BYE},
    {"SMTP-5321-4.3.2-09 … but not 552", MS_VARIANT_SMTP, HELLO "C VRFY joe\nS 552 full\nS! SMTP-5321-4.3.2-09\n" BYE},
    {"SMTP-1870-4-02 what is over the limit is refused with the last chunk at the latest", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-SIZE 4\nS 250 CHUNKING\n" MAIL RCPT
              "C BDAT 6\nC abcd\nS 250 ok\nC RSET\nS 250 ok\n" BYE},
    {"SMTP-5321-4.2-01 421 comes when it likes", MS_VARIANT_SMTP, HELLO "S 421 mx.example closing\nSX\n"},
    {"SMTP-5321-4.2.2-01 behind 421 nothing is said", MS_VARIANT_SMTP,
     HELLO "S 421 mx.example closing\nC NOOP\nS 250 ok\nS! SMTP-5321-4.2.2-01\n"},
    {"SMTP-5321-4.1.1.10-02 behind 221 nothing is said", MS_VARIANT_SMTP,
     HELLO "C QUIT\nS 221 mx.example bye\nC NOOP\nS 250 ok\nS! SMTP-5321-4.1.1.10-02\n"},
    {"SMTP-2920-3.2-01 354 while an earlier command waits", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                         "S 250 ok\nS 354 go ahead\nS! SMTP-2920-3.2-01\n"},
    {"SMTP-2920-3.2-10 221 while an earlier command waits", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C RSET\nC MAIL FROM:<a@relay.example>\nC QUIT\n"
                         "S 250 ok\nS 221 mx.example bye\nS! SMTP-2920-3.2-10\n"},
};

Test(smtp_session, groups)
{
    smtp_talk_check_all(group_rows, COUNT(group_rows));
}

static const smtp_talk code_rows[] = {
    {"SMTP-5321-4.3.1-05 220 to MAIL", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nS 220 ok\nS! SMTP-5321-4.3.1-05\n" BYE},
    {"SMTP-5321-3.3-02 3yz to MAIL", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nS 354 ok\nS! SMTP-5321-3.3-02\n" BYE},
    {"SMTP-5321-4.3.2-06 250 to DATA", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C DATA\nS 250 ok\nS! SMTP-5321-4.3.2-06\n" BYE},
    {"SMTP-5321-4.3.2-04 a code that MAIL does not have", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nS 554 no\nS! SMTP-5321-4.3.2-04\n" BYE},
    {"SMTP-6409-4.1 … but submission has it", MS_VARIANT_SUBMISSION,
     HELLO "C MAIL FROM:<a@relay.example>\nS 554 no\n" BYE},
    {"SMTP-5321-4.1.1.9-01 NOOP refused", MS_VARIANT_SMTP, HELLO "C NOOP\nS 550 no\nS! SMTP-5321-4.1.1.9-01\n" BYE},
    {"SMTP-5321-4.5.1-05 NOOP not known", MS_VARIANT_SMTP, HELLO "C NOOP\nS 502 no\nS! SMTP-5321-4.5.1-05\n" BYE},
    {"SMTP-5321-4.5.1-05 … but for a string that SHOULD be ignored", MS_VARIANT_SMTP,
     HELLO "C NOOP x\nS 500 no argument\nC NOOP x\nS 501 no\nC NOOP x\nS 502 no\nS! SMTP-5321-4.5.1-05\n" BYE},
    {"SMTP-5321-4.1.4-03 NOOP wants EHLO first", MS_VARIANT_SMTP,
     GREETING "C NOOP\nC! SMTP-5321-4.1.4-22\nS 503 EHLO first\nS! SMTP-5321-4.1.4-03\n" BYE},
    {"SMTP-5321-4.5.1-04 RSET not known", MS_VARIANT_SMTP, HELLO "C RSET\nS 500 no\nS! SMTP-5321-4.5.1-04\n" BYE},
    {"SMTP-5321-4.1.1.5-03 RSET refused", MS_VARIANT_SMTP,
     HELLO MAIL "C RSET\nS 503 no\nS! SMTP-5321-4.1.1.5-03\n" BYE},
    {"SMTP-5321-4.1.1.5-05 … behind a message", MS_VARIANT_SMTP,
     HELLO MAIL RCPT SENT "C RSET\nS 503 no\nS! SMTP-5321-4.1.1.5-05\n" BYE},
    {"SMTP-5321-4.5.1-06 QUIT not known", MS_VARIANT_SMTP, HELLO "C QUIT\nS 500 no\nS! SMTP-5321-4.5.1-06\n"},
    {"SMTP-5321-4.5.1-01 500 to a group where PIPELINING is not offered says nothing of MAIL", MS_VARIANT_SMTP,
     HELLO
     "C MAIL FROM:<a@relay.example>\nC RSET\nC! SMTP-5321-4.3.1-01\nS 500 no pipelining\nS 500 no pipelining\n" BYE},
    {"SMTP-5321-4.5.1-01 … to one where it is, it does", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\nC RSET\nS 500 no\nS! SMTP-5321-4.5.1-01\nS 250 ok\n" BYE},
    {"SMTP-5321-4.1.1.10-01 QUIT answered by 250", MS_VARIANT_SMTP,
     HELLO "C QUIT\nS 250 ok\nS! SMTP-5321-4.1.1.10-01\n"},
    {"SMTP-5321-2.2.1-01 EHLO not known", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 502 no\nS! SMTP-5321-2.2.1-01\n" BYE},
    {"SMTP-6409-3.1-01 … by a submission server", MS_VARIANT_SUBMISSION,
     GREETING "C EHLO relay.example\nS 502 no\nS! SMTP-6409-3.1-01\n" BYE},
    {"SMTP-5321-2.2.1-02 HELO not known", MS_VARIANT_SMTP,
     GREETING "C HELO relay.example\nS 500 no\nS! SMTP-5321-2.2.1-02\n" BYE},
    {"SMTP-5321-4.1.4-09 EHLO refused by a code that it does not have", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 553 no\nS! SMTP-5321-4.1.4-09\n" BYE},
    {"SMTP-5321-4.3.2-01 greeting of another code", MS_VARIANT_SMTP, "S 250 mx.example\nS! SMTP-5321-4.3.2-01\n"},
    {"SMTP-5321-3.1-03 behind a greeting of 554 only 503 is said", MS_VARIANT_SMTP,
     "S 554 mx.example no\nC EHLO relay.example\nS 503 no\nC EHLO relay.example\nS 250 mx.example\n"
     "S! SMTP-5321-3.1-03\n" BYE},
    {"RFC 5321 section 4.3.2 load is no breach", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example>\nS 451 later\n" MAIL "C RCPT TO:<b@mx.example>\nS 450 greylisted\n" BYE},
};

Test(smtp_session, codes)
{
    smtp_talk_check_all(code_rows, COUNT(code_rows));
}

static const smtp_talk extension_rows[] = {
    {"SMTP-5321-4.1.1.2-02 SIZE not offered", MS_VARIANT_SMTP,
     HELLO "C MAIL FROM:<a@relay.example> SIZE=10\nC! SMTP-5321-4.1.1.2-02\nS 555 no\n" BYE},
    {"SMTP-5321-4.1.1.2-02 SIZE offered", MS_VARIANT_SMTP,
     OFFER("SIZE 100") "C MAIL FROM:<a@relay.example> SIZE=10\nS 250 ok\n" BYE},
    {"SMTP-5321-4.1.1.2-02 nothing is offered after HELO", MS_VARIANT_SMTP,
     OFFER("SIZE 100") "C HELO relay.example\nS 250 mx.example\n"
                       "C MAIL FROM:<a@relay.example> SIZE=10\nC! SMTP-5321-4.1.1.2-02\nS 555 no\n" BYE},
    {"SMTP-5321-4.1.1.2-02 nothing is offered by a refusal", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 550 no\n"
              "C MAIL FROM:<a@relay.example> SIZE=10\nC! SMTP-5321-4.1.1.2-02\nS 503 no\n" BYE},
    {"SMTP-5321-4.1.1.3-05 DSN not offered", MS_VARIANT_SMTP,
     HELLO MAIL "C RCPT TO:<b@mx.example> NOTIFY=NEVER\nC! SMTP-5321-4.1.1.3-05\nS 555 no\n" BYE},
    {"SMTP-3030-2-25 CHUNKING not offered", MS_VARIANT_SMTP,
     HELLO MAIL RCPT "C BDAT 4 LAST\nC! SMTP-3030-2-25\nC ab\nS 502 no\n" BYE},
    {"SMTP-3030-2-11 chunk without a transaction taken", MS_VARIANT_SMTP,
     OFFER("CHUNKING") "C BDAT 4 LAST\nC! SMTP-5321-3.3-25\nC ab\nS 250 ok\nS! SMTP-3030-2-11\n" BYE},
    {"SMTP-3030-2-12 chunk without a recipient taken", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL "C BDAT 4 LAST\nC! SMTP-5321-3.3-25\nC ab\nS 250 ok\nS! SMTP-3030-2-12\n" BYE},
    {"SMTP-3030-2-21 DATA behind a chunk", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 250 ok\nC DATA\nC! SMTP-3030-2-21\nS 503 no\n" BYE},
    {"SMTP-3030-2-20 … taken", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 250 ok\nC DATA\nC! SMTP-3030-2-21\nS 354 go\n"
                                 "S! SMTP-3030-2-20\n"},
    {"SMTP-3030-2-21 DATA behind a refused chunk", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC DATA\nC! SMTP-3030-2-21\nS 503 no\n" BYE},
    {"SMTP-3030-2-21 DATA behind a chunk whose reply is due", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT "C BDAT 4\nC ab\nC DATA\nC! SMTP-3030-2-21\nS 250 ok\nS 503 no\n" BYE},
    {"SMTP-3030-2-21 DATA behind MAIL that followed the last chunk", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT "C BDAT 4 LAST\nC ab\nC MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC DATA\n"
                      "S 250 ok\nS 250 ok\nS 250 ok\nS 354 go ahead\n" MESSAGE "S 250 ok\n" BYE},
    {"SMTP-3030-2-16 a chunk behind a refused one, while another reply is due", MS_VARIANT_SMTP,
     CHUNKS MAIL RCPT "C BDAT 4\nC ab\nC BDAT 4\nC cd\nS 552 no\nC BDAT 0 LAST\nC! SMTP-3030-2-16\n"
                      "S 503 no\nS 503 no\n" BYE},
    {"SMTP-3030-2-16 not of the next transaction, which a refused chunk lets the server begin", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC MAIL FROM:<a@relay.example>\nC! SMTP-3030-2-17\n"
                                 "S 250 ok\n" RCPT "C BDAT 4 LAST\nC ab\nS 250 ok\n" BYE},
    {"SMTP-3030-3-04 of two MAIL in a group, the one that was taken says what the body is", MS_VARIANT_SMTP,
     CHUNKS
     "C MAIL FROM:<a@relay.example>\nC MAIL FROM:<a@relay.example> BODY=BINARYMIME\nS 250 ok\nS 503 nested\n" RCPT SENT
         BYE},
    {"SMTP-3030-3-04 … the other way round", MS_VARIANT_SMTP,
     CHUNKS
     "C MAIL FROM:<a@relay.example> BODY=BINARYMIME\nC MAIL FROM:<a@relay.example>\nS 250 ok\nS 503 nested\n" RCPT
     "C DATA\nS 354 go ahead\nS! SMTP-3030-3-04\n"},
    {"SMTP-3030-2-16 a chunk behind a refused one", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC BDAT 0 LAST\nC! SMTP-3030-2-16\nS 503 no\n" BYE},
    {"SMTP-3030-2-17 MAIL behind a refused chunk", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC MAIL FROM:<a@relay.example>\nC! SMTP-3030-2-17\n"
                                 "S 503 no\n" BYE},
    {"SMTP-3030-2-17 … refused as a first MAIL may be: whether there is a transaction, the server knows alone",
     MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC MAIL FROM:<a@relay.example>\nC! SMTP-3030-2-17\n"
                                 "S 452 no\nC MAIL FROM:<a@relay.example>\nC! SMTP-3030-2-17\nS 552 no\n" BYE},
    {"SMTP-3030-2-17 RSET is what is due", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 4\nC ab\nS 552 no\nC RSET\nS 250 ok\n" MAIL BYE},
    {"SMTP-6531-3.1-03 SMTPUTF8 without 8BITMIME", MS_VARIANT_SMTP, OFFER("SMTPUTF8") "S! SMTP-6531-3.1-03\n" BYE},
    {"SMTP-3030-3-02 BINARYMIME without CHUNKING", MS_VARIANT_SMTP, OFFER("BINARYMIME") "S! SMTP-3030-3-02\n" BYE},
    {"SMTP-4954-4-33 PLAIN in clear", MS_VARIANT_SMTP, OFFER("AUTH PLAIN") "S! SMTP-4954-4-33\n" BYE},
    {"SMTP-4954-4-33 nothing against CRAM-MD5", MS_VARIANT_SMTP, OFFER("AUTH CRAM-MD5") BYE},
    {"SMTP-3207-4.2-06 inside TLS EHLO comes first", MS_VARIANT_SMTP,
     OFFER("STARTTLS") TLS "C NOOP\nC! SMTP-3207-4.2-06\nS 250 ok\n" BYE},
    {"SMTP-5321-4.1.1.1-01 EHLO of before TLS does not count", MS_VARIANT_SMTP,
     OFFER("STARTTLS") TLS "C MAIL FROM:<a@relay.example>\nC! SMTP-5321-4.1.1.1-01\nS 503 EHLO first\n" BYE},
    {"SMTP-5321-4.3.2-08 \"TLS first\" to RSET before EHLO, when STARTTLS may be offered", MS_VARIANT_SMTP,
     GREETING "C RSET\nC! SMTP-5321-4.1.4-22\nS 530 STARTTLS first\n" BYE},
    {"SMTP-5321-4.3.2-08 … and where it is not", MS_VARIANT_SMTP,
     OFFER("PIPELINING") "C RSET\nS 530 STARTTLS first\nS! SMTP-5321-4.3.2-08\n" BYE},
    {"SMTP-3207-4.2-07 STARTTLS listed inside TLS, -08 and -09 used there", MS_VARIANT_SMTP,
     OFFER("STARTTLS") TLS "C EHLO relay.example\nS 250-mx.example\nS 250 STARTTLS\nS! SMTP-3207-4.2-07\n"
                           "C STARTTLS\nC! SMTP-3207-4.2-09\nS 220 go\nS! SMTP-3207-4.2-08\n"},
    {"SMTP-3207-4-01 another code than 220", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nS 250 ok\nS! SMTP-3207-4-01\n" BYE},
    {"SMTP-3207-4-10 sent behind STARTTLS", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nC NOOP\nC! SMTP-3207-4-10\nS 220 go\nT\nC EHLO relay.example\nS 250 "
                       "mx.example\n" BYE},
    {"SMTP-SEC-starttls-01 … and answered inside TLS", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nC NOOP\nC! SMTP-3207-4-10\nS 220 go\nT\nS 250 ok\nS! SMTP-SEC-starttls-01\n"},
    {"SMTP-SEC-starttls-01 … and in clear, where TLS never begins", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nC NOOP\nC! SMTP-3207-4-10\nS 220 go\nS 250 ok\n"},
    {"SMTP-3207-4.2-02 a greeting inside TLS", MS_VARIANT_SMTP,
     OFFER("STARTTLS") TLS "S 220 mx.example\nS! SMTP-3207-4.2-02\nC EHLO relay.example\nS 250 mx.example\n" BYE},
    {"SMTP-3207-4.2-03 the transaction of before TLS", MS_VARIANT_SMTP,
     OFFER("STARTTLS") MAIL TLS "C EHLO relay.example\nS 250 mx.example\nC RCPT TO:<b@mx.example>\nS 250 ok\n"
                                "S! SMTP-3207-4.2-03\n" BYE},
    {"SMTP-SEC-starttls-11 who refuses all but QUIT goes not on", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nS 220 go\nC NOOP\nC! SMTP-3207-4-08\nS 554 no TLS\nS! SMTP-5321-4.3.2-12\n"
                       "C QUIT\nC! SMTP-3207-4-08\nS 221 mx.example bye\n"},
    {"SMTP-1870-4-02 a last chunk beyond the size that was told", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-CHUNKING\nS 250 SIZE 10\n" MAIL RCPT
              "C BDAT 12 LAST\nC 0123456789\nS 250 ok\nS! SMTP-1870-4-02\n" BYE},
    {"SMTP-1870-4-02 … and one within it", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-CHUNKING\nS 250 SIZE 10\n" MAIL RCPT
              "C BDAT 10 LAST\nC 01234567\nS 250 ok\n" BYE},
    {"SMTP-5321-4.1.5-01 behind refused DATA, a verb of private use is one", MS_VARIANT_SMTP,
     OFFER("ENHANCEDSTATUSCODES") "C MAIL FROM:<a@relay.example>\nS 250 2.1.0 ok\nC RCPT TO:<b@mx.example>\nS 250 "
                                  "2.1.5 ok\n"
                                  "C DATA\nS 554 5.3.0 no\nC X9-b0Z c\nS 250 ok\nS! SMTP-2034-4-01\n"},
    {"SMTP-3207-4-08 on in clear behind 220", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nS 220 go\nC NOOP\nC! SMTP-3207-4-08\nS 250 ok\nS! SMTP-SEC-starttls-11\n"},
};

Test(smtp_session, extensions)
{
    smtp_talk_check_all(extension_rows, COUNT(extension_rows));
}

#define AUTH_OFFER OFFER("AUTH CRAM-MD5")
#define CHALLENGE  "C AUTH CRAM-MD5\nS 334 PDEuMkBteC5leGFtcGxlPg==\n"    /* <1.2@mx.example> */
#define RESPONSE   "C YSAwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==\n" /* a 0123456789abcdef0123456789abcdef */

#define AUTHS_PIPELINED /* inside TLS, for passwords in clear */     \
    OFFER("STARTTLS")                                                \
    TLS "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\n" \
        "S 250 AUTH PLAIN LOGIN EXTERNAL ANONYMOUS\n"

static const smtp_talk auth_rows[] = {
    {"SMTP-4954-4-28 an exchange as it should be", MS_VARIANT_SMTP,
     AUTH_OFFER CHALLENGE RESPONSE "S 235 ok\n" MAIL RCPT SENT BYE},
    {"SMTP-4954-4-28 another code than 235", MS_VARIANT_SMTP,
     AUTH_OFFER CHALLENGE RESPONSE "S 250 ok\nS! SMTP-4954-4-28\n" BYE},
    {"SMTP-4954-4-28 … nor 200, which makes a second AUTH one too many all the same", MS_VARIANT_SMTP,
     AUTH_OFFER CHALLENGE RESPONSE "S 200 ok\nS! SMTP-4954-4-28\nC AUTH CRAM-MD5\n"
                                   "S 334 PDEuMkBteC5leGFtcGxlPg==\nS! SMTP-4954-4-01\n"},
    {"SMTP-4954-4-01 a second AUTH taken", MS_VARIANT_SMTP,
     AUTH_OFFER CHALLENGE RESPONSE "S 235 ok\n"
                                   "C AUTH CRAM-MD5\nS 334 PDEuMkBteC5leGFtcGxlPg==\nS! SMTP-4954-4-01\n"},
    {"SMTP-4954-4-02 AUTH inside a transaction taken", MS_VARIANT_SMTP,
     AUTH_OFFER MAIL "C AUTH CRAM-MD5\nS 334 PDEuMkBteC5leGFtcGxlPg==\nS! SMTP-4954-4-02\n"},
    {"SMTP-4954-4-02 … goes on, and its response is one", MS_VARIANT_SMTP,
     AUTH_OFFER MAIL "C AUTH CRAM-MD5\nS 334 PDEuMkBteC5leGFtcGxlPg==\nS! SMTP-4954-4-02\n" RESPONSE "S 235 ok\n" RCPT},
    {"SMTP-4954-4-21 on behind a challenge that is none", MS_VARIANT_SMTP,
     AUTH_OFFER "C AUTH CRAM-MD5\nS 334 not base64!\nS! SMTP-4954-4-06\n" RESPONSE "C! SMTP-4954-4-21\nS 535 no\n" BYE},
    {"SMTP-4954-4-21 cancelled", MS_VARIANT_SMTP,
     AUTH_OFFER "C AUTH CRAM-MD5\nS 334 not base64!\nS! SMTP-4954-4-06\nC *\nS 501 ok\n" MAIL BYE},
    {"SMTP-4954-4-35 more behind AUTH", MS_VARIANT_SMTP,
     GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250 AUTH CRAM-MD5\n"
              "C AUTH CRAM-MD5\nC NOOP\nC! SMTP-4954-4-35\nS 504 no\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 a mechanism of one step may be followed", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C AUTH PLAIN AGEAYg==\nC NOOP\nS 235 ok\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 … EXTERNAL, too", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C AUTH EXTERNAL =\nC NOOP\nS 235 ok\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 … and ANONYMOUS", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C AUTH ANONYMOUS YQ==\nC NOOP\nS 235 ok\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 not where a bare LF leaves open which reply is whose", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C RSET\nc RSET\\n\nC! SMTP-5321-2.3.8-05\nC RSET\nC AUTH LOGIN YQ==\nC NOOP\n"},
    {"SMTP-4954-4-35 one of two steps must not, with its first response", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C AUTH LOGIN YQ==\nC NOOP\nC! SMTP-4954-4-35\nS 504 no\nS 250 ok\n" BYE},
    {"SMTP-4954-4-35 nor PLAIN without its one", MS_VARIANT_SMTP,
     AUTHS_PIPELINED "C AUTH PLAIN\nC NOOP\nC! SMTP-4954-4-35\nS 504 no\nS 250 ok\n" BYE},
    {"SMTP-5321-4.3.1-05 235 outside AUTH", MS_VARIANT_SMTP, HELLO "C NOOP\nS 235 ok\nS! SMTP-5321-4.3.1-05\n" BYE},
};

Test(smtp_session, auth)
{
    smtp_talk_check_all(auth_rows, COUNT(auth_rows));
}

#define LHLO                                                                                            \
    "S 220 mx.example LMTP\nC LHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250-CHUNKING\n" \
    "S 250 ENHANCEDSTATUSCODES\n"
#define LMTP_MAIL "C MAIL FROM:<a@relay.example>\nS 250 2.1.0 ok\n"
#define LMTP_RCPT "C RCPT TO:<b@mx.example>\nS 250 2.1.5 ok\n"
#define LMTP_BYE  "C QUIT\nS 221 2.0.0 bye\n"

static const smtp_talk lmtp_rows[] = {
    {"SMTP-2033-4.2-02 a reply for each recipient", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT DATA MESSAGE "S 250 2.1.5 b\nS 550 5.1.1 c\n" LMTP_MAIL LMTP_BYE},
    {"SMTP-2033-4.2-02 one too few", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT DATA MESSAGE "S 250 2.1.5 b\nC QUIT\nS 221 2.0.0 bye\nS! SMTP-2033-4.2-02\n"},
    {"SMTP-2033-4.3-01 … of the last chunk", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT
     "C BDAT 4 LAST\nC ab\nS 250 2.1.5 b\nC QUIT\nS 221 2.0.0 bye\nS! SMTP-2033-4.3-01\n"},
    {"SMTP-2033-4.3-01 refused chunks are answered, too, and that is all", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT
     "C BDAT 4 LAST\nC ab\nS 550 5.7.1 b\nS 550 5.7.1 c\nC RSET\nC QUIT\nS 221 2.0.0 bye\nS! SMTP-2920-3.2-10\n"},
    {"SMTP-2033-4.2-01 DATA for nobody", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL "C RCPT TO:<b@mx.example>\nS 550 5.1.1 no\nC DATA\nS 354 go\nS! SMTP-2033-4.2-01\n"},
    {"SMTP-2033-4.3-02 the last chunk for nobody is not answered", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL
     "C RCPT TO:<b@mx.example>\nS 550 5.1.1 no\nC BDAT 4 LAST\nC ab\nC RSET\nS 250 2.0.0 ok\n" LMTP_MAIL LMTP_BYE},
    {"SMTP-2033-4.3-02 … nor in a group", MS_VARIANT_LMTP,
     LHLO "C MAIL FROM:<a@relay.example>\nC RCPT TO:<b@mx.example>\nC BDAT 4 LAST\nC ab\nC RSET\n"
          "S 250 2.1.0 ok\nS 550 5.1.1 no\nS 250 2.0.0 ok\n" LMTP_BYE},
    {"SMTP-2033-4.1-01 EHLO taken by LMTP", MS_VARIANT_LMTP,
     "S 220 mx.example LMTP\nC EHLO relay.example\nC! SMTP-2033-4.1-04\nS 250 mx.example\nS! SMTP-2033-4.1-01\n"},
    {"SMTP-5321-4.3.1-05 EHLO answered by 334", MS_VARIANT_LMTP,
     "S 220 mx.example LMTP\nC EHLO relay.example\nC! SMTP-2033-4.1-04\nS 334 AAAA\nS! SMTP-5321-4.3.1-05\n"},
    {"SMTP-5321-4.3.1-05 354 for one of the recipients", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT DATA MESSAGE "S 354 b\nS! SMTP-5321-4.3.1-05\nS 250 2.1.5 c\n" LMTP_BYE},
    {"SMTP-5321-4.3.2-07 … 252", MS_VARIANT_LMTP,
     LHLO LMTP_MAIL LMTP_RCPT LMTP_RCPT DATA MESSAGE "S 252 2.1.5 b\nS! SMTP-5321-4.3.2-07\nS 250 2.1.5 c\n" LMTP_BYE},
    {"SMTP-2033-4.1-03 LHLO taken by SMTP", MS_VARIANT_SMTP,
     GREETING "C LHLO relay.example\nS 250 mx.example\nS! SMTP-2033-4.1-03\n"},
    {"SMTP-2033-5-02 and -03 what LMTP must offer", MS_VARIANT_LMTP,
     "S 220 mx.example LMTP\nC LHLO relay.example\nS 250-mx.example\nS 250 CHUNKING\n"
     "S! SMTP-2033-5-02 SMTP-2033-5-03\n"},
};

Test(smtp_session, lmtp)
{
    smtp_talk_check_all(lmtp_rows, COUNT(lmtp_rows));
}

static const smtp_talk end_rows[] = {
    {"SMTP-5321-4.1.1.10-06 gone before the greeting: no session was begun", MS_VARIANT_SMTP, "CX\n"},
    {"SMTP-5321-4.1.1.10-06 gone instead of the handshake", MS_VARIANT_SMTP,
     OFFER("STARTTLS") "C STARTTLS\nS 220 go ahead\nCX\n"},
    {"SMTP-5321-4.1.1.10-06 gone without QUIT", MS_VARIANT_SMTP, HELLO "CX\nC! SMTP-5321-4.1.1.10-06\n"},
    {"SMTP-5321-4.1.4-20 … and without EHLO", MS_VARIANT_SMTP, GREETING "CX\nC! SMTP-5321-4.1.4-20\n"},
    {"SMTP-5321-4.1.1.10-07 gone before the reply", MS_VARIANT_SMTP, HELLO "C QUIT\nCX\nC! SMTP-5321-4.1.1.10-07\n"},
    {"SMTP-5321-4.1.1.10-06 gone behind 221", MS_VARIANT_SMTP, HELLO BYE "CX\n"},
    {"SMTP-5321-4.1.1.10-06 gone behind 421", MS_VARIANT_SMTP, HELLO "S 421 mx.example closing\nCX\n"},
    {"SMTP-5321-4.1.1.10-06 the server went first", MS_VARIANT_SMTP, HELLO "SX\nCX\n"},
    {"SMTP-3030-2-24 gone in the middle of a chunk", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 20 LAST\nC ab\nCX\nC! SMTP-3030-2-24\n"},
    {"SMTP-3030-2-24 not where the chunk was refused", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 20 LAST\nC ab\nS 552 too much\nSX\nCX\n"},
    {"SMTP-5321-4.1.1.10-06 … but then QUIT is missed", MS_VARIANT_SMTP,
     OFFER("CHUNKING") MAIL RCPT "C BDAT 20 LAST\nC ab\nS 552 too much\nCX\nC! SMTP-5321-4.1.1.10-06\n"},
};

Test(smtp_session, ends)
{
    smtp_talk_check_all(end_rows, COUNT(end_rows));
}

/* MAIL, as many different RCPT as recipients, DATA in one group, and the replies. */
static char *group_of(size_t recipients)
{
    char *text = malloc(200 + recipients * 80);
    cr_assert_not_null(text);
    size_t n = (size_t)sprintf(text, "%s", OFFER("PIPELINING") "C MAIL FROM:<a@relay.example>\n");
    for (size_t i = 0; i < recipients; i++)
        n += (size_t)sprintf(text + n, "C RCPT TO:<b%zu@mx.example>\n", i);
    n += (size_t)sprintf(text + n, "C DATA\nS 250 ok\n");
    for (size_t i = 0; i < recipients; i++)
        n += (size_t)sprintf(text + n, "S 250 ok\n");
    sprintf(text + n, "S 354 go\n");
    return text;
}

/* RFC 5321 section 4.5.3.1.8: a server takes 100 recipients at least. */
Test(smtp_session, a_hundred_recipients_fit)
{
    ms_smtp_run *runs = calloc(MS_SMTP_RUNS_DEFAULT, sizeof *runs);
    char *text = group_of(100);
    size_t findings;
    const ms_smtp_dialogue d =
        smtp_talk_run(&(smtp_talk){"a hundred", MS_VARIANT_SMTP, text}, runs, MS_SMTP_RUNS_DEFAULT, &findings);
    cr_expect_eq(findings, 0);
    cr_expect_not(ms_smtp_session_limited(&d.session));
    cr_expect_eq(d.session.recipients, 100);
    cr_expect_eq(ms_smtp_session_expect(&d.session), MS_EXPECT_MAIL_DATA);
    free(text);
    free(runs);
}

/* Commands that differ in kind take an entry each. */
static char *many_kinds(size_t pairs)
{
    char *text = malloc(200 + pairs * 80);
    cr_assert_not_null(text);
    size_t n = (size_t)sprintf(text, "%s", OFFER("PIPELINING"));
    for (size_t i = 0; i < pairs; i++)
        n += (size_t)sprintf(text + n, "C RSET\nC MAIL FROM:<a@relay.example>\n");
    for (size_t i = 0; i < 2 * pairs; i++)
        n += (size_t)sprintf(text + n, "S 250 ok\n");
    sprintf(text + n, "C RSET\nS 250 ok\n");
    return text;
}

Test(smtp_session, overflow_is_a_limit_and_no_finding)
{
    for (size_t pairs = 1; pairs < 12; pairs++) {
        ms_smtp_run *runs = calloc(8, sizeof *runs);
        char *text = many_kinds(pairs);
        size_t findings;
        smtp_talk talk = {"overflow", MS_VARIANT_SMTP, text};
        ms_smtp_dialogue d = smtp_talk_run(&talk, runs, 8, &findings);
        cr_expect_eq(findings, 0, "%zu pairs: %zu findings", pairs, findings);
        cr_expect_not(ms_smtp_session_limited(&d.session), "%zu pairs: all was answered", pairs);
        /* before the replies: limited if and only if the commands are more than the entries */
        *strstr(text, "S 250 ok") = '\0';
        d = smtp_talk_run(&talk, runs, 8, &findings);
        cr_expect_eq(findings, 0);
        cr_expect_eq(ms_smtp_session_limited(&d.session), 2 * pairs > 8, "%zu pairs", pairs);
        free(text);
        free(runs);
    }
}

/* Octets behind a command whose reply decides what they are: SMTP-4954-4-35, unless commands were lost before. */
Test(smtp_session, talking_ahead_of_lost_commands_is_no_finding)
{
    for (size_t room = 3; room <= 4; room++) {
        ms_smtp_run runs[4];
        size_t findings;
        smtp_talk talk = {"ahead", MS_VARIANT_SMTP,
                          GREETING "C EHLO relay.example\nS 250-mx.example\nS 250-PIPELINING\nS 250 AUTH CRAM-MD5\n"
                                   "C RSET\nC MAIL FROM:<a@relay.example>\nC RSET\nC AUTH CRAM-MD5\nC NOOP\n"};
        const ms_smtp_dialogue d = smtp_talk_run(&talk, runs, room, &findings);
        cr_expect_eq(ms_smtp_session_limited(&d.session), room < 4, "room for %zu", room);
        cr_expect_eq(findings, room < 4 ? 0 : 1, "room for %zu: %zu findings", room, findings);
    }
}

/* RFC 2920 sets no limit to a group; ours is what the counters hold, and beyond it nothing is found until all is known
 * again. */
Test(smtp_session, more_commands_than_can_be_counted)
{
    enum { MORE = UINT16_MAX + 3 };
    static ms_smtp_run runs[2];
    ms_smtp_session session;
    ms_finding items[4];
    ms_findings findings = {.items = items, .capacity = COUNT(items)};
    ms_reply reply;
    const ms_line ok = {.status = MS_LINE_COMPLETE, .text = MS_SPAN("250 ok"), .consumed = 8};
    const ms_smtp_parsed noop = ms_smtp_command_parse(MS_SPAN("NOOP"), NULL);
    const ms_smtp_parsed rset = ms_smtp_command_parse(MS_SPAN("RSET"), NULL);
    ms_smtp_session_init(&session, MS_VARIANT_SMTP, runs, COUNT(runs));
    ms_reply_init(&reply);
    const ms_line greeting = {.status = MS_LINE_COMPLETE, .text = MS_SPAN("220 mx.example"), .consumed = 16};
    const ms_reply_line first = ms_reply_next(&reply, &greeting, NULL);
    ms_smtp_session_reply(&session, &reply, &first, NULL, 0, &findings);
    for (size_t i = 0; i < UINT16_MAX; i++)
        ms_smtp_session_command(&session, &noop, 6 * i, &findings);
    cr_expect_eq(session.outstanding, UINT16_MAX);
    cr_expect_not(ms_smtp_session_limited(&session), "one run holds them all");
    cr_expect_eq(findings.count, 2, "before EHLO, and ahead of replies, each told once");
    ms_smtp_session_command(&session, &noop, 6 * UINT16_MAX, &findings);
    cr_expect(ms_smtp_session_limited(&session));
    for (size_t i = 0; i < 2; i++)
        ms_smtp_session_command(&session, &rset, 6 * UINT16_MAX, &findings);
    cr_expect_eq(session.outstanding, UINT16_MAX);
    bool none;
    for (size_t i = 0; i < MORE; i++) {
        const ms_reply_line line = ms_reply_next(&reply, &ok, NULL);
        ms_smtp_session_reply(&session, &reply, &line, NULL, 8 * i, &findings);
        ms_smtp_session_answering(&session, &none);
        cr_assert_not(none, "how many there were is not known any more");
    }
    cr_expect(ms_smtp_session_limited(&session));
    cr_expect_eq(findings.count, 2);
}

Test(smtp_session, sizes)
{
    cr_expect_leq(sizeof(ms_smtp_session), 192);
    cr_expect_leq(sizeof(ms_smtp_run), 4);
}

Test(smtp_session, state_names)
{
    for (unsigned state = 0; state < MS_SMTP_STATE_COUNT; state++)
        cr_expect(ms_smtp_state_name((ms_smtp_state)state)[0] != '\0', "state %u has no name", state);
    cr_expect_str_eq(ms_smtp_state_name(MS_SMTP_STATE_COUNT), "");
}
