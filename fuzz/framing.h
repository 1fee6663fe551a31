/*
 * framing.h - where things begin and end on the wire, read a second time
 *
 * A dialogue reader tells what it took from a side's octets.  This looks at the octets themselves, and shares nothing
 * with the readers: a line ends at its LF, a chunk has as many octets as its command says, mail data and messages end
 * at the first CRLF "." CRLF, a line of a listing loses its stuffed dot, and replies and responses
 * answer the commands in their order (RFC 2920 section 3.2, RFC 2449 section 6.6).  And of what was said before a TLS handshake
 * nothing may be left (RFC 3207 section 4.2, RFC 2595 section 4).
 */
#ifndef MAILSPEC_FUZZ_FRAMING_H
#define MAILSPEC_FUZZ_FRAMING_H

#include "fuzz/oracle.h"
#include "mailspec/pop3_dialogue.h"
#include "mailspec/smtp_dialogue.h"

enum { FRAMING_COMMANDS = 64 };

typedef struct framing {
    uint64_t chunk; /* octets of it that are still to come */
    bool in_chunk;
    bool closed;          /* a side did: what was begun need not be finished, nor was what follows said to anyone */
    bool in_data;         /* of mail data or a message, something was read */
    uint8_t place;        /* how much of CRLF "." CRLF stands before the next octet */
    uint64_t expected[2]; /* digest and count of what is in it, transparency undone */
    uint64_t given[2];    /* of the slices */
    /* SMTP: verbs that were heard and not answered, the oldest first; -1: too many */
    int heard;
    uint8_t verbs[FRAMING_COMMANDS];
    uint8_t answered; /* the verb of the last reply */
    /* POP3: commands that were heard and not answered, the oldest first; -1: too many, or one that the responses need
     * not be counted by */
    int waiting;
    uint32_t sent;
    struct {
        uint8_t verb;
        uint32_t number, sequence;
        uint64_t lines; /* of TOP */
    } commands[FRAMING_COMMANDS];
} framing;

void framing_smtp(framing *f, ms_side side, const ms_smtp_event *event, ms_span window);
/* Where the session had no room for a command, its reply may be anybody's. */
void framing_smtp_limited(framing *f, const ms_smtp_session *session);
void framing_pop3(framing *f, ms_side side, const ms_pop3_event *event, ms_span window);

/* What framing_pop3 does with commands and responses, for those who have no octets. */
void framing_pop3_command(framing *f, const ms_pop3_parsed *parsed);
void framing_pop3_answered(framing *f, ms_pop3_answering answered, uint64_t at);

/* A side closed. */
void framing_close(framing *f);

/* Behind the handshake. */
void framing_smtp_session_tls(const ms_smtp_session *session);
void framing_smtp_tls(framing *f, const ms_smtp_dialogue *dialogue);
void framing_pop3_tls(framing *f, const ms_pop3_dialogue *dialogue);

#endif
