/*
 * reply.h - one complete reply (SMTP) or response (POP3), cut from what a server sent
 *
 * The framing stands on its own: it follows what the case awaits, while the listener (listen.h) follows the
 * session machine; a server that breaks the one does not confuse the other.
 */
#ifndef MAILSPEC_HARNESS_PROBE_REPLY_H
#define MAILSPEC_HARNESS_PROBE_REPLY_H

#include "harness/probe/value.h"
#include "harness/transcript/expectation.h"
#include "mailspec/content.h"
#include "mailspec/pop3_response.h"
#include "mailspec/smtp_reply.h"

enum { PROBE_LINE_MAX = 64 * 1024 }; /* octets of a line that are looked at; the rest of it is passed over */

/* What came instead of a reply, too. */
typedef enum probe_came {
    PROBE_CAME_REPLY,
    PROBE_CAME_CLOSE,  /* the peer closed, or reset, the connection */
    PROBE_CAME_ALERT,  /* a TLS alert */
    PROBE_CAME_SILENT, /* the deadline passed */
    PROBE_CAME_FLOOD,  /* more octets than we keep */
    PROBE_CAME_STOP,   /* our own run is being stopped */
} probe_came;

typedef struct probe_reply {
    probe_came came;
    ms_span raw;                 /* its octets; what there was of it, unless it came whole */
    uint64_t at;                 /* offset of raw in the server's stream */
    uint8_t answered;            /* ms_smtp_verb or ms_pop3_verb of the command it answers, as the listener sees it */
    uint16_t code;               /* SMTP; 0 if there is none */
    ms_pop3_indicator indicator; /* POP3 */
    ms_enhanced_status enhanced; /* SMTP; class 0 if there is none */
    ms_span response_code;       /* POP3, without brackets; absent if there is none */
    ms_span text;                /* of the first line, behind code and one blank; never absent */
    const ms_span *lines;        /* behind the first: texts behind the code; POP3: content lines, dots unstuffed */
    size_t line_count;
    ms_span content; /* POP3: the unstuffed content; SMTP: the texts of all lines, with CRLF */
    bool bare;       /* SMTP: nothing stands behind the code of the first line, not even a blank */
    bool multi;      /* POP3: a multi-line response */
    int64_t waited_ms;
} probe_reply;

/* Private to peer.c. All zero but for line.limit before the first octet of a reply. */
typedef struct probe_framer {
    ms_line_framer line;
    ms_reply reply;
    ms_content content;
    size_t done;       /* octets of input that were looked at and make whole lines, or content */
    size_t first_line; /* POP3: octets of the status line */
    bool in_rest, status_seen, positive;
} probe_framer;

void probe_framer_init(probe_framer *framer);

/* Is there a whole reply at the start of input? Its length is framer->done then. */
bool probe_frame_smtp(probe_framer *framer, ms_span input);
/* multi: whether a positive response goes on behind its first line. */
bool probe_frame_pop3(probe_framer *framer, ms_span input, bool multi);
/* The first line is there; its answer decides about multi. */
bool probe_frame_status(probe_framer *framer, ms_span input);

/* Take a whole reply apart; everything is copied to the scope's arena. */
void probe_reply_read_smtp(probe_reply *reply, probe_scope *scope, ms_span raw);
void probe_reply_read_pop3(probe_reply *reply, probe_scope *scope, ms_span raw, const probe_framer *framer);

#endif
