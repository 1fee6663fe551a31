/*
 * session.h - what a server said in a whole session, heard by our session machines
 *
 * An adapter gives the octets of a client to a server and hands out what that says, without telling what was said when.
 * The machines know which command each reply answers, so they find it out.
 */
#ifndef MAILSPEC_HARNESS_ADAPTER_SESSION_H
#define MAILSPEC_HARNESS_ADAPTER_SESSION_H

#include <stdbool.h>

#include "mailspec/requirement.h"
#include "mailspec/smtp_session.h"

enum { SESSION_REPLIES_MAX = 512 };

typedef struct session_reply {
    char code[5];    /* "250"; of POP3 "+", "-", or "c" for a continuation; "?" for what is none */
    size_t from, to; /* its octets in what was said */
} session_reply;

typedef struct session_heard {
    session_reply replies[SESSION_REPLIES_MAX];
    size_t count;
    ms_requirement breach; /* the first one of the server's, that a session of its octets proves; or MS_REQ_NONE */
    size_t breach_reply;   /* the reply that it was found in */
    bool unjudged;         /* from somewhere on: the client's line ends are such that servers see different lines */
} session_heard;

/* pieces: what the client says, each in answer to all that was said before.  pop3, or an SMTP of that variant. */
void session_hear(bool pop3, ms_smtp_variant variant, const ms_span *pieces, size_t count, ms_span said,
                  session_heard *out);

/* The codes with spaces between them. */
void session_codes(const session_heard *heard, char *out, size_t room);

/* Does a code fit a word like "250", "2yz", "5yz/503", "+"? */
bool session_code_fits(const char *code, const char *word, size_t length);

#endif
