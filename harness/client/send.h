/*
 * send.h - give one message to a server, for several recipients
 */
#ifndef MAILSPEC_HARNESS_CLIENT_SEND_H
#define MAILSPEC_HARNESS_CLIENT_SEND_H

#include "harness/client/link.h"
#include "mailspec/smtp_path.h"

enum { SEND_RECIPIENTS_MAX = 1000 };

typedef struct send_job {
    const char *from;              /* "": the null reverse-path */
    const char *const *recipients; /* each is told about to report */
    size_t recipient_count;
    ms_span content;  /* all lines with CRLF, not stuffed */
    bool eight_bit;   /* RFC 6152: it needs 8BITMIME */
    bool utf8_header; /* RFC 6531: and SMTPUTF8 */
    FILE *report;     /* one line for each recipient that was refused */
} send_job;

/* An address goes into a command as it is, so it has to be one; "" is the null reverse-path. */
bool send_is_address(const char *address, ms_smtp_path_role role);

/* One transaction over an open link: *accepted recipients are in the server's care.  LINK_REFUSED with link->why if
 * the message as a whole was not taken. */
link_result send_message(mail_link *l, const send_job *job, size_t *accepted);

#endif
