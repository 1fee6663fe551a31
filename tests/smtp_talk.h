/*
 * smtp_talk.h - little SMTP dialogues as rows of tests
 *
 * A talk is text, one step a line:
 *
 *     S 220 mx.example        the server says this line, CRLF added
 *     C EHLO relay.example    the client does
 *     s 250 a\n               raw octets: \r \n \0 \\ \xHH
 *     c …
 *     T                       the TLS handshake
 *     S! ID …                 the server has broken these requirements with the octets of the step above; C! likewise
 *     SX  CX                  the server, the client closes
 *
 * Each talk is fed whole, octet by octet, and cut in two at every place of either stream; what was not consumed is kept
 * in a heap block of exact size.  The findings must be those of the talk, no more and no less, each at its step,
 * in every way of feeding.
 */
#ifndef MAILSPEC_TESTS_SMTP_TALK_H
#define MAILSPEC_TESTS_SMTP_TALK_H

#include "mailspec/smtp_dialogue.h"

typedef struct smtp_talk {
    const char *name; /* begins with the requirement that the row is about, or with the rule's place */
    ms_smtp_variant variant;
    const char *text;
} smtp_talk;

/* Fails the running test where the findings differ. */
void smtp_talk_check(const smtp_talk *talk);
void smtp_talk_check_all(const smtp_talk *talks, size_t count);

/* The dialogue as it is behind the talk, fed whole; runs is lent to it. */
ms_smtp_dialogue smtp_talk_run(const smtp_talk *talk, ms_smtp_run *runs, size_t capacity, size_t *findings);

#endif
