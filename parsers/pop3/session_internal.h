/*
 * session_internal.h - what the files of the POP3 session machine share
 */
#ifndef MAILSPEC_POP3_SESSION_INTERNAL_H
#define MAILSPEC_POP3_SESSION_INTERNAL_H

#include "mailspec/pop3_session.h"

/* ms_pop3_session.flags, by bit */
typedef enum fact {
    TLS_ACTIVE,
    TLS_BY_STLS,      /* … begun by STLS */
    TLS_IMPLICIT,     /* … before the greeting */
    UTF8_MODE,        /* UTF8 got +OK */
    LANG_CHOSEN,      /* LANG with an argument got +OK */
    LIST_CURRENT,     /* a capability list was taken in this TLS layer; offered and mechanisms hold it */
    LIST_FIRST,       /* … in AUTHORIZATION: offered_first, login_delay, expire hold it */
    LIST_UTF8_USER,   /* the current list has UTF8 USER */
    LIST_EXPIRE_ZERO, /* the current list has EXPIRE 0 */
    FIRST_DELAY,      /* the first list has a well-formed LOGIN-DELAY */
    FIRST_DELAY_USER, /* … with USER behind it */
    FIRST_EXPIRE,
    FIRST_EXPIRE_USER,
    UTF8_LISTED,        /* some list of the connection has UTF8 */
    CAPA_TAKEN,         /* CAPA got +OK on this connection */
    CAPA_REFUSED,       /* CAPA got -ERR on this connection */
    CAPA_REFUSED_FIRST, /* … in AUTHORIZATION, in this TLS layer */
    CAPA_REFUSED_LAST,  /* … and it was the last one of this layer */
    CAPA_REFUSED_EARLY, /* … in AUTHORIZATION, in any layer */
    CAPA_BEFORE_STLS,   /* CAPA got +OK before the handshake */
    CAPA_SENT,          /* CAPA was sent in this TLS layer */
    STLS_TAKEN,         /* STLS got +OK in AUTHORIZATION */
    PIPELINING_LISTED,  /* in some list of this TLS layer */
    PIPELINING_BEFORE,  /* in some list before the handshake */
    PIPELINING_KNOWN,   /* from an earlier connection */
    TAKEN_STAT,         /* STAT in capitals got +OK in TRANSACTION */
    TAKEN_NOOP,
    TAKEN_RSET,
    TAKEN_UIDL, /* UIDL got +OK */
    LOGIN_BY_AUTH,
    LOGIN_FAILED,   /* PASS, APOP or AUTH got -ERR */
    NOT_UNDERSTOOD, /* a server line was no status line */
    COUNT_KNOWN,    /* messages is N */
    COUNT_BY_STAT,  /* its source */
    COUNT_BY_LIST,
    COUNT_BY_UIDL,
    USER_INTERLEAVED,   /* another command stood between USER and here */
    USER_BEFORE_TLS,    /* the accepted USER was sent before the handshake */
    USER_INJECTED,      /* a USER stood behind STLS */
    USER_ILL_FORMED,    /* the accepted name is ill-formed UTF-8 */
    USER_NUL,           /* … holds NUL */
    GREETING_ANGLE,     /* the greeting holds "<" */
    GREETING_BRACKETS,  /* … and ">" behind it */
    GREETING_TIMESTAMP, /* … and between them a msg-id */
    QUIT_SENT,
    QUIT_FOLLOWED, /* something was sent behind QUIT */
    SERVER_CLOSED,
    LAST_HAD_CR,   /* the command answered last held a bare CR */
    LAST_UNJUDGED, /* the last reply was not understood: what follows may be part of it */
    LIMITED_RING,
    LIMITED_MARKS,
    CONTENT_DOUBT, /* the open content held what looks like its end */
    STLS_LINES     /* lines of the client stood behind STLS when +OK came, or came since */
} fact;

static inline bool is(const ms_pop3_session *s, fact f)
{
    return (s->flags >> f & 1) != 0;
}

static inline void set(ms_pop3_session *s, fact f, bool value)
{
    const uint64_t bit = UINT64_C(1) << f;
    s->flags = value ? s->flags | bit : s->flags & ~bit;
}

/* ms_pop3_session.once, by bit: told once per connection, unless said otherwise */
typedef enum habit {
    CLIENT_BARE_LF,
    CLIENT_BARE_CR,
    CLIENT_NUL,
    CLIENT_CONTROL,
    CLIENT_8BIT,
    SERVER_BARE_LF,
    SERVER_BARE_CR,
    SERVER_NUL,
    SERVER_CONTROL,
    SERVER_8BIT,
    CLIENT_AHEAD,
    CLIENT_AHEAD_IN_TLS,
    TOP_UNLISTED,
    UIDL_UNLISTED,
    CODE_UNLISTED,
    LINE_AFTER_QUIT,
    OK_AFTER_QUIT,
    ERR_UNASKED,      /* the one -ERR that a server may send unasked */
    LINE_IN_GAP,      /* per gap */
    BEHIND_STLS,      /* per STLS */
    LINE_AFTER_STLS,  /* per STLS */
    ANSWER_AFTER_STLS /* per STLS */
} habit;

/* True the first time only. */
static inline bool first_time(ms_pop3_session *s, habit h)
{
    const uint32_t bit = UINT32_C(1) << h;
    const bool first = (s->once & bit) == 0;
    s->once |= bit;
    return first;
}

static inline void forget_habit(ms_pop3_session *s, habit h)
{
    s->once &= ~(UINT32_C(1) << h);
}

/* ms_pop3_session.user: what became of USER (RFC 1939 section 7) */
typedef enum user_state {
    USER_NEVER,
    USER_ACCEPTED,
    USER_WAS_REFUSED,
    USER_OTHER_REFUSED, /* one was accepted, and another one behind it was not */
    USER_PASS_FAILED,   /* used up by a PASS that was refused */
    USER_USED_UP,       /* by APOP or AUTH */
    USER_UNKNOWN        /* nothing can be said */
} user_state;

/* ms_pop3_session.last_reply */
typedef enum last_reply {
    LAST_NONE, /* or the client has spoken since */
    LAST_LIST_ONE,
    LAST_UIDL_ONE,
    LAST_REFUSAL, /* -ERR where +OK would be multi-line */
    LAST_SINGLE
} last_reply;

/* ms_pop3_run.flags */
enum {
    RUN_ARGUMENT = 1,
    RUN_NUMBERED = 2, /* number is a message-number, ascending in the run */
    RUN_NUL = 4,
    RUN_8BIT = 8, /* in the keyword or in a message-number */
    RUN_BARE_CR = 16,
    RUN_LOWER = 32, /* the keyword holds a lower-case letter */
    RUN_SURPLUS = 64,
    RUN_BLANKS = 128,     /* before the keyword, or too many before an argument */
    RUN_ILL_FORMED = 256, /* ill-formed UTF-8 in name or password */
    RUN_PIPELINED = 512,  /* sent ahead, PIPELINING being in the current list */
    RUN_FORBIDDEN = 2048, /* an octet that may not stand in a command */
    RUN_CUT_VERB = 4096,  /* it stands in the keyword, whose beginning is the verb: an unknown one to most servers */
    RUN_UNTIDY = 1024,    /* trailing blanks, a bare LF, over-long: it may be refused for that */
    RUN_ODD = RUN_FORBIDDEN | RUN_BLANKS | RUN_UNTIDY | RUN_SURPLUS /* a refusal says nothing about the command */
};

/* ms_pop3_run.fault: why the server must refuse the command whatever its state */
typedef enum fault {
    FAULT_NONE,
    FAULT_MISSING, /* an argument */
    FAULT_NUMBER,  /* a message-number that is not all digits */
    FAULT_PLUS,    /* … for a plus sign before digits */
    FAULT_ZERO,
    FAULT_RANGE, /* beyond 32 bits: no such message */
    FAULT_COUNT, /* TOP's lines are not all digits */
    FAULT_DIGEST,
    FAULT_KEYWORD, /* not three or four octets */
    FAULT_EMPTY_LINE,
    FAULT_OTHER
} fault;

/* what is known of a message, in ms_pop3_room.messages */
enum {
    MESSAGE_MARKED = 1,
    MESSAGE_LISTED = 2,   /* in the listing being read */
    MESSAGE_UNMARKED = 4, /* by RSET */
    MESSAGE_FETCHED = 8   /* RETR got +OK */
};

/* ms_pop3_session.open.listing.flags */
enum {
    LISTING_DREW = 1,   /* an item drew a finding about its number */
    LISTING_MARKED = 2, /* a marked message was shown */
    LISTING_EXTRA_TOLD = 4,
    LISTING_UNCLEAR = 8,       /* an item was not understood, or is beyond the lent memory */
    LISTING_OUT_OF_RANGE = 16, /* UIDL: zero, shown twice, or above N */
    LISTING_PAST_COUNT = 32    /* LIST: above N */
};

/* ms_pop3_session.open.capa.flags */
enum {
    CAPA_UTF8_USER = 1,
    CAPA_EXPIRE_ZERO = 2,
    CAPA_DELAY = 4,
    CAPA_DELAY_USER = 8,
    CAPA_EXPIRE = 16,
    CAPA_EXPIRE_USER = 32,
    CAPA_IN_TRANSACTION = 64
};

/* ms_pop3_session.open.content.flags */
enum {
    CONTENT_BODY = 1, /* behind the first empty line */
    CONTENT_8BIT_TOLD = 2,
    CONTENT_COUNTED = 8 /* TOP with a well-formed number of lines: limit */
};

/* The context of the next command line.  Inlined, as three octets that a function returns in a register are put together by
 * way of memory, narrow stores and a wide load that waits for them. */
static inline ms_pop3_context ms_pop3_context_of(const ms_pop3_session *s, ms_pop3_client_expect expect)
{
    const ms_pop3_context context = {
        .utf8 = true, /* whether it was allowed the session judges */
        .auth_response = expect == MS_POP3_EXPECT_AUTH_RESPONSE,
        .capa_seen = is(s, CAPA_TAKEN) || !is(s, CAPA_REFUSED),
    };
    return context;
}

/* One event being judged. */
typedef struct judge {
    ms_pop3_session *s;
    ms_findings *findings;
    uint64_t at; /* of the line */
    uint8_t stream, verb, indicator, state;
} judge;

/* A finding at the octet offset of the line; requirement 0 is none. */
void ms_pop3_find(const judge *j, ms_side side, uint16_t requirement, size_t offset);

/* session.c: the table of states */
void ms_pop3_change_state(ms_pop3_session *s, uint8_t verb, uint8_t indicator);

/* session_ring.c: the ring of outstanding commands */
bool ms_pop3_ring_push(ms_pop3_room *room, const ms_pop3_run *command); /* false: no room */
void ms_pop3_ring_pop(ms_pop3_room *room);
void ms_pop3_ring_clear(ms_pop3_room *room);
bool ms_pop3_ring_has(const ms_pop3_room *room, uint32_t verbs);
const ms_pop3_run *ms_pop3_ring_back(const ms_pop3_room *room);
/* All that is outstanding stood behind STLS: it is kept apart from what comes now.  restore takes that back. */
void ms_pop3_ring_inject(ms_pop3_room *room);
void ms_pop3_ring_restore(ms_pop3_room *room);
/* Commands that were not injected are outstanding. */
static inline bool ms_pop3_ring_busy(const ms_pop3_room *room)
{
    return room->run_count > room->injected;
}

/* A run by its place from the front, up to run_count; no division, which would cost as much as all the rest. */
static inline ms_pop3_run *ms_pop3_ring_at(const ms_pop3_room *room, size_t index)
{
    const size_t place = room->run_first + index;
    return &room->runs[place < room->run_capacity ? place : place - room->run_capacity];
}

/* The oldest command (injected ones only when there is no other); NULL without any. */
static inline const ms_pop3_run *ms_pop3_ring_front(const ms_pop3_room *room)
{
    if (room->run_count == 0)
        return NULL;
    return ms_pop3_ring_at(room, ms_pop3_ring_busy(room) ? room->injected : 0);
}

/* Octets of a command line that may not stand there. */
typedef struct octet_fault {
    uint32_t habits;    /* set of 1 << habit, of CLIENT_BARE_CR to CLIENT_8BIT */
    size_t at[4];       /* the first of each, by habit - CLIENT_BARE_CR */
    size_t first;       /* of all; the line's length without any */
    size_t keyword_end; /* with any */
} octet_fault;

/* session_command.c: what a command line comes to */
ms_pop3_run ms_pop3_run_of(const ms_pop3_parsed *parsed, const ms_line *line, const octet_fault *octets);
uint32_t ms_pop3_hash(ms_span text); /* letter case aside */
uint32_t ms_pop3_hash_exact(ms_span text);

/* session_client.c */
void ms_pop3_forbidden_octets(const ms_pop3_session *s, const ms_pop3_parsed *parsed, ms_span text, octet_fault *found);
void ms_pop3_client_bare_lf(const judge *j, const ms_line *line);
void ms_pop3_client_lexical(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line,
                            const octet_fault *octets);
void ms_pop3_client_order(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line, const ms_pop3_run *run);
void ms_pop3_client_leaves(const judge *j);

/* session_positive.c, session_negative.c: the requirement that the reply breaks, 0 for none */
uint16_t ms_pop3_positive(const judge *j, const ms_pop3_run *command, bool *refusal_due);
uint16_t ms_pop3_negative(const judge *j, const ms_pop3_run *command, const ms_pop3_response *response);
bool ms_pop3_is_system_failure(const ms_pop3_response *response);

/* session_line.c: what a line of the server looks like, whatever it says */
void ms_pop3_server_line_ends(const judge *j, const ms_line *line);
/* typed: what the text must hold is judged, too (not where a refusal was due). */
void ms_pop3_server_text(const judge *j, const ms_pop3_response *response, const ms_line *line, ms_pop3_after after,
                         bool typed);
void ms_pop3_server_codes(const judge *j, const ms_pop3_response *response);

/* session_marks.c: the maildrop's numbers */
bool ms_pop3_is_marked(const ms_pop3_session *s, uint32_t number);
uint8_t ms_pop3_message_facts(const ms_pop3_session *s, uint32_t number);
void ms_pop3_message_note(ms_pop3_session *s, uint32_t number, uint8_t facts);
void ms_pop3_mark(ms_pop3_session *s, uint32_t number);
void ms_pop3_unmark_all(ms_pop3_session *s);
void ms_pop3_listing_begin(ms_pop3_session *s);
uint16_t ms_pop3_drop_figures(const judge *j, uint32_t messages, uint64_t octets);

/* session_capability.c */
void ms_pop3_capa_begin(ms_pop3_session *s);
void ms_pop3_capa_end(const judge *j);

/* session_content.c */
void ms_pop3_content_begin(ms_pop3_session *s, const ms_pop3_run *command);
void ms_pop3_content_end(const judge *j);

/* exchange.c: SASL */
void ms_pop3_exchange_begin(ms_pop3_session *s, const ms_pop3_parsed *parsed);
/* The client's initial response or response: the finding about it. */
void ms_pop3_exchange_initial(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line);
/* early: it was sent before the challenge came, so it need not be meant as its answer. */
void ms_pop3_exchange_response(const judge *j, const ms_pop3_parsed *parsed, const ms_line *line, bool early);
/* A continuation, or the status that ends the exchange: the requirement that it breaks, 0 for none. */
uint16_t ms_pop3_exchange_challenge(const judge *j, const ms_pop3_response *response);
uint16_t ms_pop3_exchange_outcome(const judge *j, const ms_pop3_response *response);
void ms_pop3_exchange_end(ms_pop3_session *s);

/* ms_pop3_exchange.flags */
enum {
    X_WAITS = 1 << 0,            /* for the client: a challenge was given */
    X_INITIAL = 1 << 1,          /* AUTH had an initial response */
    X_INITIAL_EMPTY = 1 << 2,    /* … "=" */
    X_THIRD = 1 << 3,            /* AUTH had a third argument */
    X_LOWER = 1 << 4,            /* AUTH or the mechanism's name holds a lower-case letter */
    X_TOLD = 1 << 5,             /* that AUTH was to be refused has been told */
    X_WRONG_OCTET = 1 << 6,      /* in the last response */
    X_WRONG_PAD = 1 << 7,        /* likewise */
    X_WRONG_LENGTH = 1 << 8,     /* likewise */
    X_CANCELLED = 1 << 9,        /* the client answered "*" */
    X_BAD_CHALLENGE = 1 << 10,   /* the last challenge was not base64 */
    X_PLAIN_NULS = 1 << 11,      /* PLAIN without exactly two NULs */
    X_PLAIN_EMPTY = 1 << 12,     /* … with them, and an empty name or password */
    X_CRAM_WRONG = 1 << 13,      /* CRAM-MD5 without name, space and 32 hexadecimal digits */
    X_SCRAM_FLAG = 1 << 14,      /* client-first begins with none of n, y, p */
    X_SCRAM_NAME = 1 << 15,      /* "=" in a name stands for neither "," nor "=" */
    X_SCRAM_EXTENSION = 1 << 16, /* m= */
    X_SCRAM_Y = 1 << 17,         /* the client could bind the channel, and thinks that the server could not */
    X_SCRAM_BOUND = 1 << 18,     /* flag p: c= holds channel data */
    X_SCRAM_CHANNEL = 1 << 19,   /* client-final's c= is not client-first's GS2 header */
    X_SCRAM_NONCE = 1 << 20,     /* client-final's nonce is not server-first's */
    X_SERVER_NONCE = 1 << 21,    /* server-first's nonce does not continue client-first's */
    X_CLIENT_FIRST = 1 << 22,    /* client-first was well-formed: nonce and header are known */
    X_SERVER_FIRST = 1 << 23,    /* server-first was well-formed */
    X_FINAL = 1 << 24,           /* client-final was sent */
    X_SERVER_FINAL = 1 << 25     /* server-final was sent */
};

#endif
