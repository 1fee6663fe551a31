/* test_smtp_rules.c - rules of recordings that reach further than one reply, and what excuses a peer */
#include "feed.h"
#include "smtp_recording.h"

#include <criterion/criterion.h>

#define GREETING    "S: 220 mx.example ESMTP\n"
#define HELLO       GREETING "C: EHLO relay.example\nS: 250 mx.example\n"
#define OFFER(word) GREETING "C: EHLO relay.example\nS: 250-mx.example\nS: 250 " word "\n"
#define MAIL        "C: MAIL FROM:<a@relay.example>\nS: 250 ok\n"
#define RCPT        "C: RCPT TO:<b@mx.example>\nS: 250 ok\n"
#define DATA        "C: DATA\nS: 354 go ahead\n"
#define HEADER      "C: Date: Tue, 03 Mar 2026 13:00:00 +0100\nC: From: a@relay.example\nC:\n"
#define TEXT        HEADER "C: text\n"
#define MESSAGE     TEXT "C: .\n"
#define BYE         "C: QUIT\nS: 221 mx.example bye\nclose\n"

/* --- replies that nothing asked for --------------------------------------------------- */

static const smtp_recording surplus_rows[] = {
    {"SMTP-5321-4.2-01: a reply out of nowhere", "smtp", HELLO "S: 250 ok\n! server SMTP-5321-4.2-01\n" BYE},
    {"SMTP-5321-4.1.1.4-06: a second reply to a message", "smtp",
     HELLO MAIL RCPT DATA MESSAGE "S: 250 ok\nS: 250 ok\n! server SMTP-5321-4.1.1.4-06\n" BYE},
    {"SMTP-SEC-smuggling-01: … where a false end stands in it", "smtp",
     HELLO MAIL RCPT DATA HEADER "C< \"one\\n.\\ntwo\\r\\n\"\n! client SMTP-5321-2.3.8-05\nC: .\nS: 250 ok\nS: 250 ok\n"
                                 "! server SMTP-SEC-smuggling-01\n" BYE},
    {"SMTP-SEC-smuggling-01: the false end answered", "smtp",
     HELLO MAIL RCPT DATA HEADER "C< \"one\\n.\\n\"\n! client SMTP-5321-2.3.8-05\nS: 250 ok\n"
                                 "! server SMTP-SEC-smuggling-01\n"},
    {"SMTP-SEC-smuggling-01: a refusal is no evidence", "smtp",
     HELLO MAIL RCPT DATA HEADER "C< \"one\\n.\\n\"\n! client SMTP-5321-2.3.8-05\nS: 554 no bare LF\nclose\n"},
    {"SMTP-SEC-smuggling-26: inside TLS", "smtp",
     OFFER("STARTTLS") "C: STARTTLS\nS: 220 go\ntls\nC: EHLO relay.example\nS: 250 mx.example\n" MAIL RCPT DATA HEADER
                       "C< \"one\\n.\\n\"\n! client SMTP-5321-2.3.8-05\nS: 250 ok\n! server SMTP-SEC-smuggling-26\n"},
    {"SMTP-1870-6-04: the declared size taken for the end", "smtp",
     OFFER("SIZE") "C: MAIL FROM:<a@relay.example> SIZE=20\nS: 250 ok\n" RCPT DATA TEXT
                   "S: 250 ok\n! server SMTP-1870-6-04\n"},
    {"SMTP-2033-4.2-02: more replies than recipients", "lmtp",
     "S: 220 mx.example LMTP\nC: LHLO relay.example\nS: 250-mx.example\nS: 250-PIPELINING\n"
     "S: 250 ENHANCEDSTATUSCODES\nC: MAIL FROM:<a@relay.example>\nS: 250 2.1.0 ok\nC: RCPT TO:<b@mx.example>\n"
     "S: 250 2.1.5 ok\n" DATA MESSAGE "S: 250 2.0.0 ok\nS: 250 2.0.0 ok\n! server SMTP-2033-4.2-02\n"},
    {"SMTP-5321-2.4-07: half a line answered", "smtp", HELLO "C< \"NOO\"\nS: 250 ok\n! server SMTP-5321-2.4-07\n"},
    {"SMTP-5321-2.3.8-02: CR taken for a line end", "smtp",
     HELLO "C< \"NOOP\\r\"\nS: 250 ok\n! server SMTP-5321-2.3.8-02\n"},
    {"SMTP-5321-2.4-07: 421 may come in the middle of a line", "smtp",
     HELLO "C< \"NOO\"\nS: 421 mx.example bye\nclose\n"},
};

Test(smtp_rules, surplus_replies)
{
    smtp_recording_check(surplus_rows, COUNT(surplus_rows));
}

/* --- what a client does by what it knows ------------------------------------------------ */

static const smtp_recording client_rows[] = {
    {"SMTP-5321-2.2.1-03: HELO first", "smtp",
     GREETING "C: HELO relay.example\n! client SMTP-5321-2.2.1-03\nS: 250 mx.example\n" BYE},
    {"SMTP-5321-2.2.1-03: after EHLO was refused", "smtp",
     GREETING "C: EHLO relay.example\nS: 550 no\nC: HELO relay.example\nS: 250 mx.example\n" BYE},
    {"SMTP-5321-2.2.1-03: after EHLO was refused on an earlier connection", "smtp",
     "@a S: 220 mx.example ESMTP\n@a C: EHLO relay.example\n@a S: 550 no\n@a C: QUIT\n@a S: 221 mx.example bye\n"
     "@b S: 220 mx.example ESMTP\n@b C: HELO relay.example\n@b S: 250 mx.example\n@b C: QUIT\n"
     "@b S: 221 mx.example bye\n"},
    {"SMTP-5321-4.2.1-06: the same line again", "smtp",
     HELLO MAIL "C: RCPT TO:<x@mx.example>\nS: 550 no\nC: RCPT TO:<x@mx.example>\n! client SMTP-5321-4.2.1-06\n"
                "S: 550 no\n" BYE},
    {"SMTP-5321-4.2.1-06: behind RSET", "smtp",
     HELLO MAIL "C: RCPT TO:<x@mx.example>\nS: 550 no\nC: RSET\nS: 250 ok\n" MAIL
                "C: RCPT TO:<x@mx.example>\nS: 550 no\n" BYE},
    {"SMTP-5321-4.2.1-06: after 4yz it may come again", "smtp",
     HELLO MAIL "C: RCPT TO:<x@mx.example>\nS: 450 later\nC: RCPT TO:<x@mx.example>\nS: 250 ok\n" BYE},
    {"SMTP-1870-6.2-02: on with RCPT behind 552", "smtp",
     OFFER("SIZE 10") "C: MAIL FROM:<a@relay.example> SIZE=20\nS: 552 too much\nC: RCPT TO:<b@mx.example>\n"
                      "! client SMTP-1870-6.2-02\nS: 503 no\n" BYE},
    {"SMTP-2920-3.1-04: a message for nobody", "smtp",
     OFFER("PIPELINING") "C+ MAIL FROM:<a@relay.example>\nC+ RCPT TO:<b@mx.example>\nC: DATA\nS: 250 ok\nS: 550 no\n"
                         "S: 354 go\n! server SMTP-2920-3.2-04\nC: Date: Tue, 03 Mar 2026 13:00:00 +0100\n"
                         "! client SMTP-2920-3.1-04\nC: From: a@relay.example\nC:\nC: .\nS: 554 no\n" BYE},
    {"SMTP-2920-3.1-04: a lone dot", "smtp",
     OFFER("PIPELINING") "C+ MAIL FROM:<a@relay.example>\nC+ RCPT TO:<b@mx.example>\nC: DATA\nS: 250 ok\nS: 550 no\n"
                         "S: 354 go\n! server SMTP-2920-3.2-04\nC: .\nS: 554 no\n" BYE},
    {"SMTP-5321-4.1.1.2-02: a parameter of an extension that was not offered", "smtp",
     OFFER("XTIDE") "C: MAIL FROM:<a@relay.example> XFLOOD=5\n! client SMTP-5321-4.1.1.2-02\nS: 250 ok\n"
                    "! server SMTP-5321-4.1.1.11-01\n" BYE},
    {"SMTP-5321-4.1.1.2-02: one that nobody knows, but offered", "smtp",
     OFFER("XTIDE") "C: MAIL FROM:<a@relay.example> XTIDE=5\nS: 250 ok\n" BYE},
    {"SMTP-5321-4.1.1.2-02: … and not by HELO", "smtp",
     OFFER("XTIDE") "C: HELO relay.example\nS: 250 mx.example\nC: MAIL FROM:<a@relay.example> XTIDE=5\n"
                    "! client SMTP-5321-4.1.1.2-02\nS: 555 no\n" BYE},
    {"SMTP-7504-3-03: gone behind 521", "smtp", "S: 521 mx.example takes no mail\nhangup\n"},
};

Test(smtp_rules, clients)
{
    smtp_recording_check(client_rows, COUNT(client_rows));
}

/* --- what a server may refuse, and when it may go ------------------------------------------ */

static const smtp_recording server_rows[] = {
    {"SMTP-5321-2.4-01: lower case refused", "smtp",
     HELLO "C: mail FROM:<a@relay.example>\nS: 500 no\n! server SMTP-5321-2.4-01\n" BYE},
    {"SMTP-5321-4.5.3.1.2-01: a domain of 201 octets", "smtp",
     HELLO "C< \"MAIL FROM:<a@\" \"d\"*63 \".\" \"d\"*63 \".\" \"d\"*63 \".example.o\" \">\\r\\n\"\nS: 501 no\n"
           "! server SMTP-5321-4.5.3.1.2-01\n" BYE},
    {"SMTP-5321-4.5.3.1.3-01: one of 200 in a path of 205", "smtp",
     HELLO "C< \"MAIL FROM:<ab@\" \"d\"*63 \".\" \"d\"*63 \".\" \"d\"*63 \".examples\" \">\\r\\n\"\nS: 501 no\n"
           "! server SMTP-5321-4.5.3.1.3-01\n" BYE},
    {"SMTP-5321-F.6-02: SEND taken", "smtp",
     HELLO "C: SEND FROM:<a@relay.example>\n! client SMTP-5321-F.6-01\nS: 250 ok\n! server SMTP-5321-F.6-02\n" BYE},
    {"SMTP-5321-F.6-02: SEND listed", "smtp",
     OFFER("SEND") "C: SEND FROM:<a@relay.example>\n! client SMTP-5321-F.6-01\nS: 250 ok\n" BYE},
    {"SMTP-4954-4-33: LMTP is not for the open net", "lmtp",
     "S: 220 mx.example LMTP\nC: LHLO relay.example\nS: 250-mx.example\nS: 250-PIPELINING\n"
     "S: 250-ENHANCEDSTATUSCODES\nS: 250 AUTH PLAIN\nC: QUIT\nS: 221 2.0.0 mx.example bye\n"},
    {"SMTP-5321-3.8-01: closed behind an unknown verb", "smtp",
     HELLO "C: FROB\nS: 500 what\nclose\n! server SMTP-5321-3.8-01\n"},
    {"SMTP-5321-3.8-01: with 421 it may", "smtp", HELLO "C: FROB\nS: 421 mx.example enough\nclose\n"},
    {"SMTP-5321-3.8-01: not where the client talks HTTP", "smtp", GREETING "C: GET / HTTP/1.1\nS: 500 what\nclose\n"},
    {"SMTP-5321-3.8-03: closed with a command unanswered", "smtp",
     HELLO "C: MAIL FROM:<a@relay.example>\nclose\n! server SMTP-5321-3.8-03\n"},
    {"SMTP-5321-3.8-03: idle, it may be a timeout", "smtp", HELLO "close\n"},
    {"SMTP-5321-3.1-02: closed behind 554", "smtp", "S: 554 mx.example no\nclose\n! server SMTP-5321-3.1-02\n"},
    {"SMTP-5321-4.2.1-02: closed in the middle of a reply", "smtp",
     GREETING "C: EHLO relay.example\nS: 250-mx.example\nclose\n! server SMTP-5321-4.2.1-02\n"},
};

Test(smtp_rules, servers)
{
    smtp_recording_check(server_rows, COUNT(server_rows));
}
