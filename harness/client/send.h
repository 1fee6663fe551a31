/*
 * send.h - give one message to a server, for several recipients
 */
#ifndef MAILSPEC_HARNESS_CLIENT_SEND_H
#define MAILSPEC_HARNESS_CLIENT_SEND_H

#include "harness/client/link.h"

enum { SEND_RECIPIENTS_MAX = 1000 };

typedef struct send_job {
    const char *from;              /* "": the null reverse-path */
    const char *const *recipients; /* each is told about to report */
    size_t recipient_count;
    ms_span content; /* all lines with CRLF, not stuffed */
    bool eight_bit;
    FILE *report; /* one line for each recipient that was refused */
} send_job;

/* One transaction over an open link: *accepted recipients are in the server's care.  LINK_REFUSED with link->why if
 * the message as a whole was not taken. */
link_result send_message(mail_link *l, const send_job *job, size_t *accepted);

#endif
