/* test_message.c - mail data judged as a message: where each breach is told, and where none is */
#include "feed.h"
#include "smtp_recording.h"

#include <criterion/criterion.h>

#define OPEN(offer, parameters)                                                        \
    "S: 220 mx.example ESMTP\nC: EHLO relay.example\nS: 250-mx.example\nS: 250 " offer \
    "\nC: MAIL FROM:<a@relay.example>" parameters "\nS: 250 ok\nC: RCPT TO:<b@mx.example>\nS: 250 ok\n"
#define PLAIN  OPEN("HELP", "") "C: DATA\nS: 354 go\n"
#define MIME8  OPEN("8BITMIME", " BODY=8BITMIME") "C: DATA\nS: 354 go\n"
#define MIME7  OPEN("8BITMIME", " BODY=7BIT") "C: DATA\nS: 354 go\n"
#define CHUNKS OPEN("CHUNKING", "")
#define DATE   "C: Date: Tue, 03 Mar 2026 13:00:00 +0100\n"
#define FROM   "C: From: a@relay.example\n"
#define END    "C: .\nS: 250 ok\n"
#define REST   "C:\nC: text\n" END

static const smtp_recording header_rows[] = {
    {"RFC 5322 section 3.6: Date and From suffice", "smtp", PLAIN DATE FROM REST},
    {"RFC 5322 section 3.6: no body", "smtp", PLAIN DATE FROM END},
    {"RFC 5322 section 3.6: names in any case, folded and obsolete forms", "smtp",
     PLAIN "C: dAtE : Tue,\nC:  03 Mar 2026\nC< \"\\t13:00:00 +0100\\r\\n\"\nC: FROM:\nC:  a@relay.example\n" REST},
    {"SMTP-5322-3.6-01: no Date, told at the empty line", "smtp",
     PLAIN FROM "C:\n! client SMTP-5322-3.6-01\nC: text\n" END},
    {"SMTP-5322-3.6-01: neither", "smtp", PLAIN "C: Subject: x\nC:\n! client SMTP-5322-3.6-01\nC: text\n" END},
    {"SMTP-5322-3.6-01: no empty line, told at the end of the data", "smtp",
     PLAIN FROM "C: .\n! client SMTP-5322-3.6-01\nS: 250 ok\n"},
    {"SMTP-5322-3.6-01: a second From", "smtp", PLAIN DATE FROM FROM "! client SMTP-5322-3.6-01\n" REST},
    {"SMTP-5322-3.6-01: a second Date, each further one", "smtp",
     PLAIN DATE FROM DATE "! client SMTP-5322-3.6-01\n" DATE "! client SMTP-5322-3.6-01\n" REST},
    {"SMTP-5322-3.6-01: an empty message", "smtp", PLAIN END},
    {"SMTP-5322-3.6-01: not of a submission, RFC 6409 section 8", "submission", PLAIN "C: Subject: x\n" REST},
    {"SMTP-5322-3.6-01: Date in the body is none", "smtp", PLAIN FROM "C:\n! client SMTP-5322-3.6-01\n" DATE END},
    {"SMTP-5322-2.2-01: no field, once", "smtp",
     PLAIN DATE "C: no field\n! client SMTP-5322-2.2-01\nC: nor this\n" FROM REST},
    {"SMTP-5322-2.2.3-01: folded from nowhere", "smtp", PLAIN "C:  x\n! client SMTP-5322-2.2.3-01\n" DATE FROM REST},
    {"SMTP-5322-3.3-01: told at the last line of the field", "smtp",
     PLAIN "C: Date: 2026-03-03\nC:  13:00\n! client SMTP-5322-3.3-01\n" FROM REST},
    {"SMTP-1123-5.2.14-01: two digits", "smtp",
     PLAIN "C: Date: Tue, 03 Mar 26 13:00:00 +0100\n! client SMTP-1123-5.2.14-01\n" FROM REST},
    {"SMTP-1123-5.2.14-01: a zone's name", "smtp",
     PLAIN "C: Date: Tue, 03 Mar 2026 13:00:00 GMT\n! client SMTP-1123-5.2.14-01\n" FROM REST},
    {"SMTP-5321-4.4-12: Return-Path without Received", "smtp",
     PLAIN "C: Return-Path: <>\n" DATE FROM "C:\n! client SMTP-5321-4.4-12\nC: text\n" END},
    {"SMTP-5321-4.4-12: with Received, of whatever order", "smtp",
     PLAIN "C: Return-Path: <>\nC: Received: by mx.example; 3 Mar 2026 13:00 +0100\n" DATE FROM REST},
    {"SMTP-5321-4.4-17: told at the line of the year", "smtp",
     PLAIN
     "C: Received: by mx.example; Tue,\nC:  03 Mar 26\n! client SMTP-5321-4.4-17\nC:  13:00 +0100\n" DATE FROM REST},
    {"SMTP-5321-4.4-17: a semicolon before", "smtp",
     PLAIN "C: Received: by mx.example (a; 1 Jan 01); 3 Mar 2026 13:00 +0100\n" DATE FROM REST},
    {"SMTP-8689-3-01: a second TLS-Required", "smtp",
     PLAIN DATE FROM "C: TLS-Required: No\nC: TLS-required: no\n! client SMTP-8689-3-01\n" REST},
    {"SMTP-8689-3-02: another value", "smtp", PLAIN DATE FROM "C: TLS-Required: Yes\n! client SMTP-8689-3-02\n" REST},
    {"SMTP-8689-3-02: folded", "smtp", PLAIN DATE FROM "C: TLS-Required:\nC:  No\n" REST},
};

Test(message, header_section)
{
    smtp_recording_check(header_rows, COUNT(header_rows));
}

static const smtp_recording octet_rows[] = {
    {"SMTP-5321-4.1.1.4-01: once a connection", "smtp",
     PLAIN DATE FROM "C:\nC< \"a\\x07b\\r\\n\"\n! client SMTP-5321-4.1.1.4-01\nC< \"\\x7f\\r\\n\"\n" END},
    {"SMTP-5321-4.1.1.4-01: tabs are free", "smtp", PLAIN DATE FROM "C:\nC< \"a\\tb\\r\\n\"\n" END},
    {"SMTP-5321-2.4-12: 8-bit octets, and no MIME", "smtp",
     MIME8 DATE FROM "C:\nC< \"\\xc3\\xa4\\r\\n\"\nC: .\n! client SMTP-5321-2.4-12\nS: 250 ok\n"},
    {"SMTP-5321-2.4-12: with MIME", "smtp", MIME8 DATE FROM "C: mime-version: 1.0\nC:\nC< \"\\xc3\\xa4\\r\\n\"\n" END},
    {"SMTP-5321-2.4-12: 7-bit octets need none", "smtp", MIME8 DATE FROM REST},
    {"SMTP-6152-3-12: 8-bit octets said to be none, once a message", "smtp",
     MIME7 DATE FROM "C:\nC< \"\\xe4\\r\\n\"\n! client SMTP-6152-3-12\nC< \"\\xe4\\r\\n\"\n" END},
    {"SMTP-6531-3.2-05: in the header section, SMTPUTF8 not listed", "smtp",
     OPEN("8BITMIME",
          "") "C: DATA\nS: 354 go\n" DATE FROM
              "C< \"Subject: \\xc3\\xa4\\r\\n\"\n! client SMTP-6531-3.2-05\nC< \"X: \\xc3\\xa4\\r\\n\"\n" REST},
};

#define OFFER_UTF8(parameters)                                                                                 \
    "S: 220 mx.example ESMTP\nC: EHLO relay.example\nS: 250-mx.example\nS: 250-8BITMIME\nS: 250 SMTPUTF8\n"    \
    "C: MAIL FROM:<a@relay.example>" parameters "\nS: 250 ok\nC: RCPT TO:<b@mx.example>\nS: 250 ok\nC: DATA\n" \
    "S: 354 go\n"

static const smtp_recording utf8_rows[] = {
    {"SMTP-6531-3.4-01: listed, and not asked for", "smtp",
     OFFER_UTF8("") DATE FROM "C< \"Subject: \\xc3\\xa4\\r\\n\"\n! client SMTP-6531-3.4-01\n" REST},
    {"SMTP-6531-3.4-01: asked for", "smtp",
     OFFER_UTF8(" SMTPUTF8") DATE FROM "C< \"Subject: \\xc3\\xa4\\r\\n\"\n" REST},
    {"SMTP-6531-3.4-01: the body is another matter", "smtp",
     OFFER_UTF8("") DATE FROM "C:\nC< \"\\xc3\\xa4\\r\\n\"\n" END},
    {"SMTP-5321-2.4-12: a UTF-8 header section needs no MIME", "smtp",
     OFFER_UTF8(" BODY=8BITMIME SMTPUTF8") DATE FROM "C< \"Subject: \\xc3\\xa4\\r\\n\"\n" REST},
};

Test(message, octets)
{
    smtp_recording_check(octet_rows, COUNT(octet_rows));
    smtp_recording_check(utf8_rows, COUNT(utf8_rows));
}

static const smtp_recording place_rows[] = {
    {"RFC 5321 section 4.5.2: a removed dot moves nothing", "smtp",
     PLAIN DATE "C: ..x\n! client SMTP-5322-2.2-01\n" FROM "C:\nC: ..x\nC< \"\\x07\\r\\n\"\n"
                "! client SMTP-5321-4.1.1.4-01\n" END},
    {"a header section by bare LF", "smtp",
     PLAIN "C< \"Date: Tue, 03 Mar 2026 13:00:00 +0100\\nSubject: x\\n\"\n! client SMTP-5321-2.3.8-05\n"
           "C< \"\\n\"\n! client SMTP-5322-3.6-01\nC: text\n" END},
    {"a false end right behind 354 leaves no header section to judge", "smtp",
     PLAIN "C< \".\\nSubject: x\\r\\n\"\n! client SMTP-5321-2.3.8-05\n! client SMTP-5321-4.5.2-01\n" REST},
    {"mail data that a refused DATA spilled", "smtp",
     OPEN("HELP", "") "C: DATA\nS: 554 no\nC: Subject: x\n! client SMTP-5321-3.3-18\nC: no field\n"
                      "! client SMTP-5322-2.2-01\nC: .\n! client SMTP-5322-3.6-01\nS: 500 a\nS: 500 b\nS: 500 c\n"},
    {"behind a lone dot content is lost, and no message", "smtp",
     PLAIN DATE FROM "C:\nC: .\nC: no field\n! client SMTP-5321-4.5.2-01\nC: .\nS: 250 ok\nS: 500 a\nS: 500 b\n"},
};

Test(message, places)
{
    smtp_recording_check(place_rows, COUNT(place_rows));
}

static const smtp_recording chunk_rows[] = {
    {"RFC 3030 section 2: a message in two chunks, cut in a field", "smtp",
     CHUNKS "C: BDAT 42\nC< \"Date: Tue, 03 Mar 2026 13:00:00 +0100\\r\\nFro\"\nS: 250 ok\n"
            "C: BDAT 26 LAST\nC< \"m: a@relay.example\\r\\n\\r\\ntext\"\nS: 250 ok\n"},
    {"SMTP-5322-3.6-01: told when the last chunk is there", "smtp",
     CHUNKS "C: BDAT 14\nC< \"Subject: x\\r\\n\\r\\n\"\n! client SMTP-5322-3.6-01\nS: 250 ok\n"
            "C: BDAT 0 LAST\nS: 250 ok\n"},
    {"SMTP-5322-3.6-01: no line end at all", "smtp",
     CHUNKS "C: BDAT 4 LAST\nC< \"text\"\n! client SMTP-5322-2.2-01\n! client SMTP-5322-3.6-01\nS: 250 ok\n"},
    {"RSET takes the chunks back", "smtp",
     CHUNKS "C: BDAT 14\nC< \"no field\\r\\n\\r\\n\\r\\n\"\nS: 250 ok\nC: RSET\nS: 250 ok\n"},
    {"SMTP-5321-4.1.1.4-01: octets are told at once", "smtp",
     CHUNKS "C: BDAT 3\nC< \"a\\0b\"\n! client SMTP-5321-4.1.1.4-01\nS: 250 ok\nC: RSET\nS: 250 ok\n"},
};

Test(message, chunks)
{
    smtp_recording_check(chunk_rows, COUNT(chunk_rows));
}
