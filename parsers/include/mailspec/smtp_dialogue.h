/*
 * smtp_dialogue.h - the octets of both directions of an SMTP connection, read
 *
 *     octets -> lines -> commands / replies -> session events -> findings
 *
 * One call takes one thing from the front of one side's octets: a command, a reply line, a slice of
 * mail data … The caller keeps what was not consumed and gives it again, with more behind it.
 * What comes out does not depend on how either stream was cut.
 *
 *     for (;;) {
 *         ms_smtp_event event = ms_smtp_dialogue_next(&dialogue, side, input, &findings);
 *         drop event.consumed octets from the front of input;
 *         if (event.kind == MS_SMTP_EVENT_NEED_MORE || event.kind == MS_SMTP_EVENT_UNDECIDED)
 *             break;  // more octets of this side; or first hear the other side
 *     }
 *
 * Where octets of the client wait, they are to be given again behind each event of the server's, before its next one:
 * they were sent earlier than that.
 */
#ifndef MAILSPEC_SMTP_DIALOGUE_H
#define MAILSPEC_SMTP_DIALOGUE_H

#include "mailspec/smtp_session.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_smtp_event_kind {
    MS_SMTP_EVENT_NEED_MORE,   /* no whole line yet */
    MS_SMTP_EVENT_UNDECIDED,   /* client only: the other side's reply decides what these octets are */
    MS_SMTP_EVENT_COMMAND,     /* command; an AUTH response too */
    MS_SMTP_EVENT_CONTENT,     /* slice: mail data, transparency undone */
    MS_SMTP_EVENT_END_OF_DATA, /* slice: the last of it, or absent */
    MS_SMTP_EVENT_CHUNK,       /* slice: octets of a BDAT chunk */
    MS_SMTP_EVENT_CHUNK_END,   /* likewise, its last ones; also at once for BDAT 0 */
    MS_SMTP_EVENT_REPLY_LINE,  /* reply_line; another one follows */
    MS_SMTP_EVENT_REPLY,       /* reply_line, and the reply is complete */
    MS_SMTP_EVENT_DROPPED,     /* slice: octets that belong to nothing: behind STARTTLS, behind the close,
                                  or the rest of an over-long line */
} ms_smtp_event_kind;

typedef struct ms_smtp_event {
    ms_smtp_event_kind kind;
    uint8_t line_flags;    /* MS_LINE_BARE_LF and so on; of a line */
    uint8_t content_flags; /* MS_CONTENT_…: new in this slice */
    size_t consumed;       /* octets to drop from the front of input */
    uint64_t at;           /* absolute offset of the first octet consumed */
    ms_span slice;         /* the line's text, or content */
    ms_smtp_verb answered; /* replies: the command it answers */
    bool unsolicited;      /* replies: no command was outstanding */
    bool ehlo_line;        /* replies: reply.ehlo is set */
    bool spilled;          /* commands: the line is none, but mail data in the wrong place
                              (ms_smtp_session_spills) */
    union {
        ms_smtp_parsed command;
        struct {
            ms_reply_line line;
            ms_reply whole;
            ms_ehlo_line ehlo; /* a line behind the first of a positive EHLO reply; see ehlo_line */
        } reply;
    };
} ms_smtp_event;

typedef struct ms_smtp_dialogue {
    ms_smtp_session session;
    ms_line_framer framer[2]; /* by ms_side */
    uint64_t at[2];           /* octets consumed, by ms_side */
    uint64_t chunk_remaining;
    ms_deviations told; /* private: of this reply, those told once for all its lines */
    ms_reply reply;
    ms_content content;
    uint8_t in_line[2]; /* private: inside an over-long line */
    uint8_t mode;       /* private: what the client's octets are */
} ms_smtp_dialogue;

MS_API void ms_smtp_dialogue_init(ms_smtp_dialogue *dialogue, ms_smtp_variant variant, ms_smtp_run *runs,
                                  size_t capacity);

/* Take the next thing from input, whose first octet is the first one of side that was not consumed. */
MS_API ms_smtp_event ms_smtp_dialogue_next(ms_smtp_dialogue *dialogue, ms_side side, ms_span input,
                                           ms_findings *findings);

/* The same, put into *event: it is large, and a copy of it takes as long as reading a reply. */
MS_API void ms_smtp_dialogue_read(ms_smtp_dialogue *dialogue, ms_side side, ms_span input, ms_findings *findings,
                                  ms_smtp_event *event);

/* The TLS handshake was completed.  pending: octets of the client that were given and not consumed; they are
 * dropped (RFC 3207 section 4.2), and so the caller must do too. */
MS_API void ms_smtp_dialogue_tls(ms_smtp_dialogue *dialogue, size_t client_pending, size_t server_pending,
                                 ms_findings *findings);
/* side closed; pending as above: an unfinished line, an undecided rest. */
MS_API void ms_smtp_dialogue_close(ms_smtp_dialogue *dialogue, ms_side side, size_t client_pending,
                                   size_t server_pending, ms_findings *findings);

#ifdef __cplusplus
}
#endif

#endif
