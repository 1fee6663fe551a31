/*
 * pop3_session.h - the POP3 session machine: order, states, deleted marks, what was announced
 *                  (RFC 1939, RFC 2449, RFC 2595, RFC 3206, RFC 5034, RFC 6856)
 *
 * The machine hears what both sides said, in the order in which it was seen, and gives
 * findings about either.  It does not know which side we play: a replay tester, a client,
 * a server and a prober use the same one.  It never stops: after a breach it follows what
 * the server said, so that one breach gives one finding.
 *
 * It judges one connection.  What needs the contents of messages, their sizes, unique-ids,
 * or several connections is its caller's business; the numbers for that are in the events of
 * pop3_dialogue.h and in the functions at the end of this header.
 *
 * Outstanding commands are kept in a ring, run-length encoded, and what is known of each
 * message in an octet each, in memory that the caller lends.  When either is too small, the
 * checks that depend on it are suspended, and ms_pop3_session_limited says so; that is a
 * limit, never a finding.
 */
#ifndef MAILSPEC_POP3_SESSION_H
#define MAILSPEC_POP3_SESSION_H

#include "mailspec/export.h"
#include "mailspec/finding.h"
#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ms_pop3_state {
    MS_POP3_CONNECTED,     /* no greeting yet */
    MS_POP3_REFUSED,       /* the greeting was -ERR: nothing is judged any more */
    MS_POP3_AUTHORIZATION, /* RFC 1939 section 4 */
    MS_POP3_TRANSACTION,   /* RFC 1939 section 5 */
    MS_POP3_UPDATE,        /* QUIT was answered in TRANSACTION (RFC 1939 section 6) */
    MS_POP3_TLS_NEXT,      /* +OK answered STLS: the handshake is next (RFC 2595 section 4) */
    MS_POP3_ENDED,         /* QUIT was answered in AUTHORIZATION: no UPDATE */
    MS_POP3_CLOSED,
    MS_POP3_STATE_COUNT
} ms_pop3_state;

/* What the client's next octets are, as far as it can be told. */
typedef enum ms_pop3_client_expect {
    MS_POP3_EXPECT_COMMAND,
    MS_POP3_EXPECT_AUTH_RESPONSE,
    MS_POP3_EXPECT_UNDECIDED, /* the reply to AUTH decides: keep the octets */
    MS_POP3_EXPECT_NOTHING,   /* TLS is next, or the connection is over: they are dropped */
} ms_pop3_client_expect;

/* What the server's next octets are. */
typedef enum ms_pop3_reading {
    MS_POP3_READ_STATUS,   /* a greeting, status line or continuation */
    MS_POP3_READ_LIST,     /* a line of a scan listing, or its end */
    MS_POP3_READ_UIDL,     /* a line of a unique-id listing, or its end */
    MS_POP3_READ_CAPA,     /* a capability, or the end */
    MS_POP3_READ_LANG,     /* a language listing, or the end */
    MS_POP3_READ_MESSAGE,  /* content of RETR or TOP: content.h */
    MS_POP3_READ_UNJUDGED, /* +OK to what is no known command: its reply may go on or not */
} ms_pop3_reading;

/* One run of equal outstanding commands, numbers ascending.  Private. */
typedef struct ms_pop3_run {
    uint32_t number; /* message-number; what is left of it above 32 bits; LANG: a hash of the argument */
    uint32_t lines;  /* TOP: lines, saturating; LANG: length of the argument */
    uint16_t count;
    uint16_t flags;
    uint8_t verb;
    uint8_t fault;
} ms_pop3_run;

enum {
    MS_POP3_RUNS_DEFAULT = 128,     /* commands of 64 messages fetched and deleted in one go */
    MS_POP3_MESSAGES_DEFAULT = 4096 /* messages whose marks are followed */
};

/* A SASL exchange.  Hashes stand for what has to be compared later; all private. */
typedef struct ms_pop3_exchange {
    uint32_t nonce_hash;  /* client-first's */
    uint32_t joint_hash;  /* server-first's */
    uint32_t header_hash; /* client-first's GS2 header */
    uint16_t nonce_len;
    uint16_t joint_len;
    uint16_t header_len;
    uint16_t mechanism_bit; /* 1 << ms_sasl_mechanism, 0 for an unknown one */
    uint32_t flags;
    uint8_t mechanism;  /* ms_sasl_mechanism */
    uint8_t challenges; /* so far, saturating */
    uint8_t responses;  /* so far, the initial one included, saturating */
    uint8_t active;     /* an AUTH is outstanding */
} ms_pop3_exchange;

/* Lent memory, and the state of what is in it. */
typedef struct ms_pop3_room {
    ms_pop3_run *runs;
    uint8_t *messages; /* what is known of message n, in octet n - 1 */
    uint32_t message_capacity;
    uint32_t touched; /* the highest number of which something is known */
    uint16_t run_capacity;
    uint16_t run_first;
    uint16_t run_count;
    uint16_t injected;    /* runs at the front that stood behind STLS when TLS began */
    uint32_t outstanding; /* commands in all runs */
    uint32_t sent;        /* commands so far */
    uint64_t early_until; /* offset behind the client's octets that came before the reply to AUTH */
    ms_pop3_exchange exchange;
} ms_pop3_room;

typedef struct ms_pop3_session {
    ms_pop3_room *room;
    uint64_t flags;       /* private: TLS active, mode UTF8, greeting has a timestamp … */
    uint32_t once;        /* private: what is told once */
    uint32_t messages;    /* N: messages of the maildrop, if known */
    uint32_t marked;      /* how many are marked as deleted */
    uint32_t unmarked;    /* how many the last RSET unmarked */
    uint32_t wrapped;     /* a number beyond 32 bits that DELE took, modulo 2^32; 0 none */
    uint32_t login_delay; /* of the last capability list in AUTHORIZATION */
    uint32_t expire;      /* likewise; UINT32_MAX for NEVER */
    union {
        struct {
            uint32_t highest, items;
            uint16_t flags;
        } listing;
        struct {
            uint32_t login_delay, expire;
            uint16_t offered, mechanisms, flags;
        } capa;
        struct {
            uint32_t lines, limit;
            uint16_t flags;
        } content;
    } open;                 /* private: the multi-line response being read */
    uint16_t offered;       /* set of 1 << ms_pop3_capability_id, of the current list */
    uint16_t offered_first; /* likewise of the last list in AUTHORIZATION */
    uint16_t mechanisms;    /* set of 1 << ms_sasl_mechanism, of the current list */
    uint16_t taken;         /* mechanisms that were taken up by a challenge, in capitals */
    uint8_t state;          /* ms_pop3_state */
    uint8_t state_before;   /* before STLS */
    uint8_t user;           /* private: what became of USER */
    uint8_t reading;        /* ms_pop3_reading */
    uint8_t last_reply;     /* private: which kind of reply was the last one */
    uint8_t verb;           /* ms_pop3_verb of the reply being read */
} ms_pop3_session;

MS_STATIC_ASSERT(sizeof(ms_pop3_session) <= 96, "stated size of a session");

/* runs: memory for outstanding commands, at least 1 entry; messages: an octet per message, may be NULL with 0.
 * Both, and room, must outlive the session. */
MS_API void ms_pop3_session_init(ms_pop3_session *session, ms_pop3_room *room, ms_pop3_run *runs, size_t run_capacity,
                                 uint8_t *messages, size_t message_capacity);

/* Events, in the order in which they were seen.  at is the absolute offset of the line (or octets) in the stream of the
 * side that speaks.  Findings are added to findings (never NULL). */
MS_API void ms_pop3_session_command(ms_pop3_session *session, const ms_pop3_parsed *parsed, const ms_line *line,
                                    uint64_t at, ms_findings *findings);
/* Octets of the client that cannot be read yet (MS_POP3_EXPECT_UNDECIDED): it talks ahead.  What they are later read as
 * depends on a reply that it had not seen, so little is said of them then. */
MS_API void ms_pop3_session_early(ms_pop3_session *session, size_t octets, uint64_t at, ms_findings *findings);
/* A line of the client that is dropped (MS_POP3_EXPECT_NOTHING), parsed all the same: the server may answer it. */
MS_API void ms_pop3_session_dropped(ms_pop3_session *session, const ms_pop3_parsed *parsed, const ms_line *line,
                                    uint64_t at, ms_findings *findings);
/* A greeting, status line or continuation (MS_POP3_READ_STATUS, or a line that ends another kind of reading). */
MS_API void ms_pop3_session_response(ms_pop3_session *session, const ms_pop3_response *response, const ms_line *line,
                                     uint64_t at, ms_findings *findings);
/* A line of a listing (LIST, UIDL, LANG) or a line that is not judged. */
MS_API void ms_pop3_session_listing(ms_pop3_session *session, const ms_pop3_response *item, const ms_line *line,
                                    uint64_t at, ms_findings *findings);
MS_API void ms_pop3_session_capability(ms_pop3_session *session, const ms_pop3_capability *capability,
                                       const ms_line *line, uint64_t at, ms_findings *findings);
/* Octets of a message: slice as content.h gives it, with transparency undone, its first octet at the offset slice_at.
 * new_flags: MS_CONTENT_… that the octet at flag_at raised.  Each lone dot is told by MS_CONTENT_LONE_STUFF anew. */
MS_API void ms_pop3_session_content(ms_pop3_session *session, ms_span slice, uint64_t slice_at, uint8_t new_flags,
                                    uint64_t flag_at, ms_findings *findings);
/* The termination octet; at: the offset of its line. */
MS_API void ms_pop3_session_end(ms_pop3_session *session, const ms_line *line, uint64_t at, ms_findings *findings);
/* The TLS handshake was completed (after STLS, or before the greeting). */
MS_API void ms_pop3_session_tls(ms_pop3_session *session);
/* side closed its connection.  client_at, server_at: octets in each stream. */
MS_API void ms_pop3_session_close(ms_pop3_session *session, ms_side side, uint64_t client_at, uint64_t server_at,
                                  ms_findings *findings);

/* PIPELINING was announced on an earlier connection to the same server. */
MS_API void ms_pop3_session_know_pipelining(ms_pop3_session *session);

/* What the client's next octets are; the context for its next line. */
MS_API ms_pop3_client_expect ms_pop3_session_expect(const ms_pop3_session *session);
MS_API ms_pop3_context ms_pop3_session_command_context(const ms_pop3_session *session);
/* What the server's next octets are; the context for its next line. */
MS_API ms_pop3_reading ms_pop3_session_reading(const ms_pop3_session *session);
MS_API ms_pop3_response_context ms_pop3_session_response_context(const ms_pop3_session *session);
/* A status line ends what is read now: the server forgot the termination octet, or a reply that is not judged is over
 * (text: the line). */
MS_API bool ms_pop3_session_interrupted(const ms_pop3_session *session, ms_span text);

/* The command that the next status line answers. */
typedef struct ms_pop3_answering {
    bool none;         /* nothing is outstanding (or: the greeting is due) */
    bool injected;     /* it stood behind STLS, in clear text */
    ms_pop3_verb verb; /* with none: MS_POP3_UNKNOWN */
    bool argument;     /* it had an argument */
    bool well_formed;  /* the right number of well-formed arguments, and nothing else to be refused for */
    uint32_t number;   /* message-number, 0 without a well-formed one */
    uint32_t lines;    /* TOP, saturating */
    uint32_t sequence; /* commands sent before it on this connection */
} ms_pop3_answering;
MS_API ms_pop3_answering ms_pop3_session_answering(const ms_pop3_session *session);

/* Messages of the maildrop as far as the session has shown; false when unknown. */
MS_API bool ms_pop3_session_messages(const ms_pop3_session *session, uint32_t *messages);
MS_API bool ms_pop3_session_marked(const ms_pop3_session *session, uint32_t number);
MS_API bool ms_pop3_session_offers(const ms_pop3_session *session, ms_pop3_capability_id capability);
MS_API bool ms_pop3_session_tls_active(const ms_pop3_session *session);
/* Lent memory was too small, and checks are suspended. */
MS_API bool ms_pop3_session_limited(const ms_pop3_session *session);
MS_API const char *ms_pop3_state_name(ms_pop3_state state);
/* The section that says so, when a command is answered so in state; NULL: the answer leaves the state as it is. */
MS_API const char *ms_pop3_transition(ms_pop3_state state, ms_pop3_verb verb, ms_pop3_indicator indicator,
                                      ms_pop3_state *next);

#ifdef __cplusplus
}
#endif

#endif
