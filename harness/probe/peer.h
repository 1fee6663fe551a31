/*
 * peer.h - one connection to the server under test: octets out as the case wants them, replies in
 *
 * Octets read go to the listener and the log at once, and wait in the buffer until a step takes them as a reply.
 */
#ifndef MAILSPEC_HARNESS_PROBE_PEER_H
#define MAILSPEC_HARNESS_PROBE_PEER_H

#include <stdatomic.h>

#include "harness/net/stream.h"
#include "harness/probe/listen.h"
#include "harness/probe/log.h"
#include "harness/probe/reply.h"
#include "harness/probe/settings.h"

/* What a run has sent: printed at its end; and what it has learnt about waiting, of SMTP [0] and of POP3 [1]. */
typedef struct probe_ledger {
    atomic_ullong connections, messages, recipients, sent, received;
    atomic_llong last_login; /* POP3: a net_deadline; 0: none */
    atomic_uint login_delay; /* POP3: milliseconds that seem to be wanted between logins; 0: none */
    atomic_uint silent[2];   /* replies that did not come, however long they were waited for */
    atomic_uint stayed[2];   /* … and closes behind the reply to QUIT */
    atomic_uint slowest[2];  /* milliseconds that a reply was waited for that came, logins apart */
} probe_ledger;

typedef struct probe_peer {
    const net_target *target;
    const probe_settings *settings;
    probe_ledger *ledger;
    const atomic_bool *stop; /* the run is to end at once */
    probe_scope *scope;      /* the case's */
    probe_log *log;
    probe_findings *findings;
    probe_feed feed; /* how octets are cut; the case may forbid it */
    net_deadline case_end;
    ms_span name; /* of the case's connection */
    bool clear;   /* no TLS, where the target begins with it */
    bool *let_in; /* set when a login succeeds; may be NULL */

    net_stream *stream; /* NULL: not open */
    unsigned session;
    probe_listener listener;
    probe_framer framer;
    octet_buffer in; /* heard, not taken */
    uint64_t taken;  /* octets taken before it */
    octet_buffer held, held_shown;
    net_status ended;  /* NET_OK: the peer has not closed */
    char detail[200];  /* why something could not be done */
    net_deadline said; /* when we last said something */
    unsigned awaited;  /* replies that steps have taken */
    unsigned refusals; /* SMTP: 4yz and 5yz among them */
    bool refused;      /* SMTP: the last one was */
    bool quit_said, pop3_spoken, flooded;
    bool quit_answered; /* only the close is due */
    bool authenticated; /* a login succeeded */
    bool login_due;     /* the reply that is awaited may be one to a login, which servers delay */
    bool hasty;         /* something was said before the greeting was taken */
    bool crowded;       /* something was said in one segment with what stood before it */
    bool alerted;       /* a TLS alert came in clear, and nobody was told yet */
} probe_peer;

/* Shape of the response that is awaited. */
typedef enum probe_shape { PROBE_SHAPE_BY_COMMAND, PROBE_SHAPE_SINGLE, PROBE_SHAPE_MULTI } probe_shape;

/* Connects (and begins TLS where the target says so). NET_OK, or why not, with peer->detail. */
net_status probe_peer_open(probe_peer *peer, const net_target *target);
/* Closes, and lets the listener know; the peer can be opened again. */
void probe_peer_close(probe_peer *peer, mst_ending ending, uint32_t line);
/* Give back what it holds, after closing. */
void probe_peer_free(probe_peer *peer);

/* Write; what was held goes before it in the same segment.  false when it could not be written. */
bool probe_peer_say(probe_peer *peer, ms_span octets, ms_span shown, uint32_t line);
bool probe_peer_say_text(probe_peer *peer, const char *line_text); /* CRLF is added */
void probe_peer_hold(probe_peer *peer, ms_span octets, ms_span shown);

/* The next reply; waits until end at most. */
probe_came probe_peer_take(probe_peer *peer, probe_shape shape, net_deadline end, probe_reply *reply);
/* Is there something to take, or has the peer closed?  Waits until end at most. */
bool probe_peer_any(probe_peer *peer, net_deadline end);
/* Whole replies (responses of one line) that nobody has taken yet; and wait until there are so many. */
unsigned probe_peer_waiting(const probe_peer *peer);
void probe_peer_await(probe_peer *peer, unsigned count, net_deadline end);
/* The next line in the buffer, without taking it; empty if there is none. */
ms_span probe_peer_next_line(const probe_peer *peer);
/* Drop lines up to a termination octet (POP3). */
void probe_peer_skip_lines(probe_peer *peer, net_deadline end);
/* Hand a multi-line response's content (POP3), dots unstuffed, to sink as it comes; its first line was taken.  Each piece has
 * milliseconds to come.  false: the connection ended or was silent before the termination octet, or sink said false. */
bool probe_peer_read_content(probe_peer *peer, int64_t milliseconds, bool (*sink)(void *context, ms_span slice),
                             void *context);
/* Octets were heard that no reply was made of. */
bool probe_peer_has_octets(const probe_peer *peer);

/* How the case language names it. */
mst_protocol probe_protocol(net_protocol protocol);

/* The handshake. */
net_status probe_peer_tls(probe_peer *peer, const net_tls_settings *settings, uint32_t line);

/* Login commands are given longer than milliseconds: servers delay the refusal (RFC 1939 section 13, RFC 4954 section 4), all
 * the more when a client has failed before, as many cases do.  The second: where one of them is due. */
int64_t probe_login_patience(int64_t milliseconds);
int64_t probe_peer_patience(const probe_peer *peer, int64_t milliseconds);
/* Not later than the case ends. */
net_deadline probe_peer_reply_end(const probe_peer *peer, int64_t milliseconds);

#endif
