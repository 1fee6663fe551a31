/*
 * smtp_session.h - the SMTP session machine: order, states, pipelining, extensions in force
 *                  (RFC 5321 sections 3, 4.1.4, 4.3; RFC 2920, 3030, 3207, 4954, 2033)
 *
 * The machine hears what both sides said, in the order in which it was seen, and gives
 * findings about either.  It does not know which side we play: a replay tester, a client,
 * a server and a prober use the same one.  It never stops: after a breach it follows the
 * peer's view as well as it can, so that one breach gives one finding.
 *
 * Outstanding commands are kept in a ring, run-length encoded, in memory that the caller
 * lends.  When it is full, what comes is only counted, and the session finds nothing until
 * all replies have come and RSET or a greeting command has made its state known again;
 * ms_smtp_session_limited says so.  That is a limit, never a finding.  So it is when a server, which had refused DATA, runs
 * a line of the message that came all the same and that is none of the commands as the RFC writes them.
 */
#ifndef MAILSPEC_SMTP_SESSION_H
#define MAILSPEC_SMTP_SESSION_H

#include "mailspec/content.h"
#include "mailspec/export.h"
#include "mailspec/finding.h"
#include "mailspec/smtp_command.h"
#include "mailspec/smtp_reply.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_smtp_variant {
    MS_VARIANT_SMTP,
    MS_VARIANT_SUBMISSION, /* RFC 6409 */
    MS_VARIANT_LMTP,       /* RFC 2033: LHLO, one reply per recipient at the end of data */
} ms_smtp_variant;

typedef enum ms_smtp_state {
    MS_SMTP_CONNECTED,      /* no greeting yet */
    MS_SMTP_REFUSED,        /* greeting 554 or 521: only QUIT is left */
    MS_SMTP_GREETED,        /* no EHLO or HELO yet, or TLS has just begun */
    MS_SMTP_READY,          /* EHLO, HELO or LHLO was accepted, no mail transaction */
    MS_SMTP_SENDER,         /* MAIL was accepted */
    MS_SMTP_RECIPIENT,      /* RCPT was accepted, once at least */
    MS_SMTP_MAIL_DATA,      /* 354 was given: the client sends the mail data */
    MS_SMTP_DATA_SENT,      /* the end of data was seen, its reply is due */
    MS_SMTP_CHUNKS,         /* BDAT was accepted, LAST has not come */
    MS_SMTP_AUTHENTICATING, /* 334 was given */
    MS_SMTP_TLS_NEXT,       /* 220 answered STARTTLS: the handshake is next */
    MS_SMTP_CLOSING,        /* 221 or 421 was given */
    MS_SMTP_CLOSED,
    MS_SMTP_STATE_COUNT
} ms_smtp_state;

/* What the client's next octets are, as far as it can be told. */
typedef enum ms_smtp_expect {
    MS_EXPECT_COMMAND,
    MS_EXPECT_AUTH_RESPONSE,
    MS_EXPECT_MAIL_DATA,
    MS_EXPECT_CHUNK,
    MS_EXPECT_UNDECIDED, /* the reply to DATA, AUTH or STARTTLS decides: keep the octets */
    MS_EXPECT_NOTHING,   /* TLS is next, or the connection is over: they are dropped */
} ms_smtp_expect;

/* One run of equal outstanding commands. Private. */
typedef struct ms_smtp_run {
    uint8_t verb;
    uint8_t flags;
    uint16_t count;
} ms_smtp_run;

/* Enough for MAIL, 100 different RCPT, DATA. */
enum { MS_SMTP_RUNS_DEFAULT = 128 };

/* All of it is private: ask through the functions below. */
typedef struct ms_smtp_session {
    uint64_t size_limit;     /* SIZE of the EHLO reply; 0: none */
    uint64_t size_sent;      /* SIZE= of the last MAIL sent; 0: none */
    uint64_t size_declared;  /* SIZE= of the open transaction; 0: none */
    uint64_t content_octets; /* of this transaction's mail data, transparency undone */
    ms_smtp_run *runs;       /* lent */
    uint32_t flags;
    uint32_t habits;       /* habits of a stream, reported already */
    uint32_t offered;      /* set of 1 << ms_ehlo_keyword, of the last accepted EHLO */
    uint32_t offered_next; /* of the EHLO reply being read */
    uint32_t mechanisms;   /* of the AUTH keyword */
    uint32_t mechanisms_next;
    uint32_t recipients;      /* accepted in this transaction, saturating */
    uint32_t recipients_sent; /* RCPT commands since the last MAIL, saturating */
    uint32_t replies_due;     /* LMTP: of the end of data */
    uint32_t rcpt_max;        /* LIMITS RCPTMAX; 0: none */
    uint32_t mail_max;        /* LIMITS MAILMAX; 0: none */
    uint32_t transactions;    /* MAIL commands accepted since EHLO, saturating */
    uint16_t run_capacity;
    uint16_t run_first;
    uint16_t run_count;
    uint16_t outstanding;   /* commands in all runs, and the lost ones */
    uint16_t lost;          /* behind the runs: commands there was no room for; UINT16_MAX: too many to count */
    uint16_t content_flags; /* MS_CONTENT_… of this transaction */
    uint16_t doubtful;      /* commands, the last of all runs, that a server may have read as the rest of another */
    uint16_t surplus;       /* replies that may come to such commands, which are waited for no longer */
    uint8_t unsure_end;     /* whether the last command line ended where the server says it did */
    uint8_t lost_verb;      /* of the last one lost */
    uint8_t variant;        /* ms_smtp_variant */
    uint8_t state;          /* ms_smtp_state, as the replies have shown */
    uint8_t auth_from;      /* state to return to after the AUTH exchange */
    uint8_t body_sent;      /* BODY= of the last MAIL sent */
    uint8_t body;           /* BODY= of the open transaction */
    uint8_t mechanism;      /* ms_sasl_mechanism of the exchange */
    uint8_t cleared_by;     /* why no transaction is open */
} ms_smtp_session;

MS_STATIC_ASSERT(sizeof(ms_smtp_session) <= 192, "stated size of a session");

/* runs: memory for outstanding commands, capacity entries (at least 1); it must outlive the session. */
MS_API void ms_smtp_session_init(ms_smtp_session *session, ms_smtp_variant variant, ms_smtp_run *runs, size_t capacity);

/* Events, in the order in which they were seen.  at is the absolute offset in the stream of the side that
 * speaks. Findings are added to findings (never NULL). */
MS_API void ms_smtp_session_command(ms_smtp_session *session, const ms_smtp_parsed *parsed, uint64_t at,
                                    ms_findings *findings);
/* Octets of the client that cannot be read yet (MS_EXPECT_UNDECIDED): it talks ahead. */
MS_API void ms_smtp_session_early(ms_smtp_session *session, uint64_t at, ms_findings *findings);
/* A line that is no command where one is due, although a DATA was not answered by 354: the client sends
 * mail data regardless (RFC 5321 section 3.3).  true: read it and what follows as mail data. */
MS_API bool ms_smtp_session_takes_as_data(ms_smtp_session *session, uint64_t at, ms_findings *findings);
/* A line that is no command and stands where mail data must have been meant: behind a DATA that was refused, or
 * behind a lone dot that ended the data too early (RFC 5321 section 4.5.2).  true: it is lost content, and no
 * further fault of its own. */
MS_API bool ms_smtp_session_spills(ms_smtp_session *session, ms_span line, uint64_t at, ms_findings *findings);
/* Mail data or chunk octets, transparency undone; last: the end of data, or the chunk's. */
MS_API void ms_smtp_session_content(ms_smtp_session *session, uint64_t octets, uint8_t new_flags, bool last,
                                    uint64_t at, ms_findings *findings);
/* One line of a reply; complete with its last one.  ehlo: the keyword line behind the first line of a positive
 * EHLO reply, else NULL.  at: the line's offset. */
MS_API void ms_smtp_session_reply(ms_smtp_session *session, const ms_reply *reply, const ms_reply_line *line,
                                  const ms_ehlo_line *ehlo, uint64_t at, ms_findings *findings);
/* The TLS handshake was completed (STARTTLS, or before the greeting). dropped: plaintext octets of the client
 * that stood behind STARTTLS and were thrown away. */
MS_API void ms_smtp_session_tls(ms_smtp_session *session, bool dropped, uint64_t server_at, ms_findings *findings);
/* side closed its connection. client_at, server_at: octets in each stream. */
MS_API void ms_smtp_session_close(ms_smtp_session *session, ms_side side, uint64_t client_at, uint64_t server_at,
                                  ms_findings *findings);

/* What the client's next octets are. */
MS_API ms_smtp_expect ms_smtp_session_expect(const ms_smtp_session *session);
/* How the next reply is to be read: what it answers, whether enhanced codes are in force. */
MS_API ms_reply_context ms_smtp_session_reply_context(const ms_smtp_session *session);
/* How the client's next command line is to be read. */
MS_API ms_smtp_context ms_smtp_session_command_context(const ms_smtp_session *session);
/* The longest line the client may send now, in octets with CRLF (RFC 5321 section 4.5.3.1.4 and extensions). */
MS_API size_t ms_smtp_session_line_limit(const ms_smtp_session *session);
/* The command that the next reply answers; MS_SMTP_UNKNOWN with *none set when nothing is outstanding. */
MS_API ms_smtp_verb ms_smtp_session_answering(const ms_smtp_session *session, bool *none);
/* The ring was too small, or a line of a message was run: checks are suspended. */
MS_API bool ms_smtp_session_limited(const ms_smtp_session *session);
/* A chunk was refused by a server that does not offer CHUNKING, and that may have answered each of its lines: nobody knows
 * which reply answers which command, so that nothing is said of the server's, up to a TLS handshake. */
MS_API bool ms_smtp_session_out_of_step(const ms_smtp_session *session);
/* The offer is known: EHLO or LHLO was accepted in this layer, and HELO not since. */
MS_API bool ms_smtp_session_extended(const ms_smtp_session *session);
MS_API bool ms_smtp_session_offers(const ms_smtp_session *session, ms_ehlo_keyword keyword);
/* A habit of a stream (bare LF line ends …): false when it was told before on this side. */
MS_API bool ms_smtp_session_first_time(ms_smtp_session *session, ms_side side, unsigned habit);
MS_API bool ms_smtp_session_tls_active(const ms_smtp_session *session);
MS_API const char *ms_smtp_state_name(ms_smtp_state state);

#ifdef __cplusplus
}
#endif

#endif
