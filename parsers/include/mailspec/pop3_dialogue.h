/*
 * pop3_dialogue.h - the octets of both directions of a POP3 connection, read
 *
 *     octets -> lines -> commands / responses -> session events -> findings
 *
 * One call takes one thing from the front of one side's octets: a command, a status line, a line
 * of a listing, a slice of a message …  The caller keeps what was not consumed and gives it again,
 * with more behind it.  What comes out does not depend on how either stream was cut.
 *
 *     for (;;) {
 *         ms_pop3_event event = ms_pop3_dialogue_next(&dialogue, side, input, &findings);
 *         drop event.consumed octets from the front of input;
 *         if (event.kind == MS_POP3_EVENT_NEED_MORE || event.kind == MS_POP3_EVENT_UNDECIDED)
 *             break;  // more octets of this side; or first hear the other side
 *     }
 */
#ifndef MAILSPEC_POP3_DIALOGUE_H
#define MAILSPEC_POP3_DIALOGUE_H

#include "mailspec/content.h"
#include "mailspec/pop3_session.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest line that is read as a whole; SASL challenges and responses may be long (RFC 5034 section 4). */
enum { MS_POP3_DIALOGUE_LINE_MAX = 12288 };

typedef enum ms_pop3_event_kind {
    MS_POP3_EVENT_NEED_MORE,    /* no whole line yet */
    MS_POP3_EVENT_UNDECIDED,    /* client: the server's reply decides what these octets are; server: the client's lines
                                that were undecided come first, as they were said first */
    MS_POP3_EVENT_COMMAND,      /* command; a SASL response too */
    MS_POP3_EVENT_RESPONSE,     /* response: a greeting or status line */
    MS_POP3_EVENT_CONTINUATION, /* response: "+ " */
    MS_POP3_EVENT_LISTING,      /* response: a line of LIST, UIDL or LANG */
    MS_POP3_EVENT_CAPABILITY,   /* capability */
    MS_POP3_EVENT_TEXT,         /* slice: octets of a message, transparency undone */
    MS_POP3_EVENT_UNJUDGED,     /* slice: a line of a reply to an unknown command */
    MS_POP3_EVENT_END,          /* the termination octet; slice: the last octets of a message, or absent */
    MS_POP3_EVENT_DROPPED,      /* slice: octets that belong to nothing: behind STLS, behind the close, a lone dot
                                   too much, or the rest of an over-long line */
} ms_pop3_event_kind;

typedef struct ms_pop3_event {
    ms_pop3_event_kind kind;
    uint8_t line_flags;         /* MS_LINE_BARE_LF and so on; of a line */
    uint8_t content_flags;      /* MS_CONTENT_…: in this slice */
    bool multi_line;            /* of a RESPONSE: lines follow, up to END */
    size_t consumed;            /* octets to drop from the front of input */
    uint64_t at;                /* absolute offset of the first octet consumed */
    ms_span slice;              /* the line's text, or content */
    ms_pop3_answering answered; /* of what the server says: the command it answers, up to END */
    uint8_t state;              /* ms_pop3_state before the event */
    union {
        ms_pop3_parsed command;
        ms_pop3_response response;
        ms_pop3_capability capability;
    };
} ms_pop3_event;

typedef struct ms_pop3_dialogue {
    ms_pop3_session session;
    ms_pop3_room room;
    ms_line_framer framer[2]; /* by ms_side */
    uint64_t at[2];           /* octets consumed, by ms_side */
    ms_content content;
    uint64_t held_until; /* private: offset behind the client's whole lines that were undecided */
    bool long_line[2];   /* private: inside an over-long line */
    ms_pop3_answering answered;
} ms_pop3_dialogue;

MS_API void ms_pop3_dialogue_init(ms_pop3_dialogue *dialogue, ms_pop3_run *runs, size_t run_capacity, uint8_t *messages,
                                  size_t message_capacity);

/* Take the next thing from input, whose first octet is the first one of side that was not consumed. */
MS_API ms_pop3_event ms_pop3_dialogue_next(ms_pop3_dialogue *dialogue, ms_side side, ms_span input,
                                           ms_findings *findings);

/* The same, put into *event: it is large, and a copy of it takes as long as reading a line. */
MS_API void ms_pop3_dialogue_read(ms_pop3_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings,
                                  ms_pop3_event *event);

/* The TLS handshake was completed.  client_pending, server_pending: octets that were given and not consumed (an
 * unfinished line); they are dropped, and so the caller must do too. */
MS_API void ms_pop3_dialogue_tls(ms_pop3_dialogue *dialogue, size_t client_pending, size_t server_pending,
                                 ms_findings *findings);
/* side closed; pending as above. */
MS_API void ms_pop3_dialogue_close(ms_pop3_dialogue *dialogue, ms_side side, size_t client_pending,
                                   size_t server_pending, ms_findings *findings);

#ifdef __cplusplus
}
#endif

#endif
