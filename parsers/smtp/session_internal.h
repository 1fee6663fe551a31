/*
 * session_internal.h - what the files of the SMTP session machine share
 */
#ifndef MAILSPEC_SMTP_SESSION_INTERNAL_H
#define MAILSPEC_SMTP_SESSION_INTERNAL_H

#include "mailspec/smtp_session.h"

/* ms_smtp_session.flags */
enum {
    SESSION_TLS = 1 << 0,
    SESSION_AUTHENTICATED = 1 << 1,
    SESSION_EHLO = 1 << 2,         /* the last accepted greeting command was EHLO or LHLO: the offer is known */
    SESSION_INITIATED = 1 << 3,    /* EHLO, HELO or LHLO was accepted in this layer */
    SESSION_NAMED = 1 << 4,        /* the client has sent one of them in this layer */
    SESSION_LIMITED = 1 << 5,      /* the ring overflowed or a spilled line ran; cleared when nothing is outstanding */
    SESSION_UTF8_SENT = 1 << 6,    /* the last MAIL sent had SMTPUTF8 */
    SESSION_UTF8 = 1 << 7,         /* the open transaction has it */
    SESSION_CHUNK_FAILED = 1 << 8, /* a BDAT was refused: RSET is due (RFC 3030 section 2) */
    SESSION_QUIT_SENT = 1 << 9,
    SESSION_SHUT_DOWN = 1 << 10,     /* 421 was given */
    SESSION_DROPPED = 1 << 11,       /* plaintext stood behind STARTTLS when TLS began */
    SESSION_SPILL = 1 << 12,         /* mail data was sent ahead of the reply to DATA, which refused it */
    SESSION_DATA_ODD = 1 << 13,      /* DATA was answered positively, but not by 354 */
    SESSION_NOBODY = 1 << 14,        /* 354 was given without an accepted recipient */
    SESSION_NO_MAIL = 1 << 15,       /* … and without MAIL */
    SESSION_CAUGHT_UP = 1 << 16,     /* replies of this transaction are missing */
    SESSION_REPLY_OPEN = 1 << 17,    /* a line said that another one follows */
    SESSION_TLS_FRESH = 1 << 18,     /* nothing was said since the handshake */
    SESSION_CHALLENGE_BAD = 1 << 19, /* the last 334 was not base64 */
    SESSION_CANCELLED = 1 << 20,     /* the client answered "*" */
    SESSION_MAIL_IN_CLEAR = 1 << 21, /* MAIL was accepted before TLS, and none since */
    SESSION_EARLY = 1 << 22,         /* talking ahead of this reply was told already */
    SESSION_CLOSE_TOLD = 1 << 23,
    SESSION_OPEN_ANSWERED = 1 << 24,  /* … and the client sent on regardless */
    SESSION_HAD_RECIPIENTS = 1 << 25, /* recipients stood when the last transaction was cleared */
    SESSION_HAD_MAIL = 1 << 28,       /* … and MAIL */
    SESSION_SPILL_ENDS = 1 << 29,     /* … and this line is its lone dot */
    SESSION_DATA_REFUSED = 1 << 30,   /* DATA was refused, and nothing was said since */
    SESSION_FAREWELL = 1 << 26,       /* 221 answered QUIT */
    SESSION_RCPT_REFUSED = 1 << 27,   /* an RCPT of this transaction was refused */
};

/* ms_smtp_session.unsure_end: whose rest the next line may be for a server, and rightly so */
enum {
    END_SURE,
    END_BARE_LF,   /* no line end at all (RFC 5321 section 2.3.8) */
    END_ODD_CHUNK, /* a malformed BDAT, whose octets it may swallow (RFC 3030 section 2) */
};

/* ms_smtp_session.cleared_by: what ended, or prevented, the transaction */
enum {
    CLEARED_NEVER, /* there has been none */
    CLEARED_RSET,
    CLEARED_EHLO,
    CLEARED_HELO,
    CLEARED_DELIVERED, /* the end of data was answered 2yz */
    CLEARED_FAILED,    /* … or 4yz, 5yz */
    CLEARED_REFUSED,   /* MAIL was refused */
    CLEARED_TLS,
};

/* ms_smtp_run.flags: what must be known when the reply comes */
enum {
    RUN_MALFORMED = 1, /* the command had an error: refusal is due */
    RUN_ARGUMENT = 2,  /* it had an argument where none is allowed, or a deviation */
    RUN_LAST = 4,      /* BDAT LAST */
    RUN_UNOFFERED = 8, /* it used what was not offered */
    RUN_UTF8 = 16,     /* VRFY or EXPN with SMTPUTF8 */
    RUN_SPILLED = 32,  /* mail data in the wrong place: whatever the server says to it */
    RUN_STRING = 64,   /* NOOP with the string that it should ignore, MAIL or RCPT with parameters */
    RUN_BINARY = 128,  /* MAIL with BODY=BINARYMIME */
};

/* habits of a stream, told once per side (ms_smtp_session_first_time): bits */
enum {
    HABIT_BARE_LF,
    HABIT_BARE_CR,
    HABIT_NUL,
    HABIT_8BIT,
    HABIT_TALKS_AHEAD,
    HABIT_CONTROL,
    HABIT_CHUNK_LINES,
    HABIT_LF_TAKEN,
    HABIT_UNNAMED,
    HABIT_TALKS_FIRST, /* before the greeting */
    HABIT_8BIT_SENT,   /* in a command, be it allowed, deviant or an error */
    HABIT_OUT_OF_STEP, /* ms_smtp_session_out_of_step */
};

#define STATE(s) (1u << (s))
enum {
    IN_TRANSACTION = STATE(MS_SMTP_SENDER) | STATE(MS_SMTP_RECIPIENT) | STATE(MS_SMTP_CHUNKS),
    BEFORE_MAIL = STATE(MS_SMTP_GREETED) | STATE(MS_SMTP_READY),
    OPEN_STATES = STATE(MS_SMTP_GREETED) | STATE(MS_SMTP_READY) | IN_TRANSACTION,
};

/* One row of the transition table.  What is not in it does not happen: a positive reply
 * with no row is a breach, a negative one with no row changes nothing (RFC 5321 section 4.1.4). */
typedef struct transition {
    uint32_t states; /* set of STATE(…) */
    uint8_t verb;    /* ms_smtp_verb */
    uint8_t class_;  /* first digit of the reply code */
    uint8_t next;    /* ms_smtp_state, or SAME */
    uint8_t needs;   /* RUN_LAST, or 0 */
    const char *rule;
} transition;
enum { SAME = 255 };

/* A positive reply with no transition: which requirement it breaks. */
typedef struct breach {
    uint32_t states;
    uint8_t verb;
    uint8_t class_;
    uint16_t requirement; /* 0: nothing is said about it */
} breach;

const transition *ms_smtp_transition_find(uint8_t state, uint8_t verb, uint8_t class_, uint8_t run_flags);
uint16_t ms_smtp_breach_find(uint8_t state, uint8_t verb, uint8_t class_);

/* The reply code tables of RFC 5321 section 4.3.2: 0 when code may answer verb, else the requirement. */
uint16_t ms_smtp_code_check(const ms_smtp_session *session, uint8_t verb, uint16_t code);

/* Which rule a reply breaks, MS_REQ_NONE without one (session_rule.c).  known: the transition table has a row for it. */
uint16_t ms_smtp_acceptance_rule(const ms_smtp_session *session, const ms_smtp_run *run, uint16_t code, bool known);
/* … by another code than the one with which the command succeeds. */
uint16_t ms_smtp_own_code_rule(uint8_t verb, uint8_t class_, uint16_t code);
uint16_t ms_smtp_refusal_rule(const ms_smtp_session *session, const ms_smtp_run *run, uint16_t code);
/* … as one of several to the end of data (RFC 2033 section 4.2). */
uint16_t ms_smtp_recipient_rule(const ms_smtp_session *session, uint8_t verb, uint16_t code);
/* A message was accepted although nobody was named to get it. */
uint16_t ms_smtp_for_nobody_rule(const ms_smtp_session *session);

/* The ring of outstanding commands. */
void ms_smtp_ring_push(ms_smtp_session *session, uint8_t verb, uint8_t flags);
void ms_smtp_ring_pop(ms_smtp_session *session);
/* LMTP: a last chunk for nobody is not answered (RFC 2033 section 4.3); once more was said behind it, it is not
 * waited for any longer. */
void ms_smtp_unanswered_drop(ms_smtp_session *session);
void ms_smtp_ring_clear(ms_smtp_session *session);
/* Of the commands outstanding, one may end a mail transaction; or there was no room to know. */
bool ms_smtp_ring_may_end_transaction(const ms_smtp_session *session);
/* … or MAIL is outstanding. */
bool ms_smtp_ring_begins_transaction(const ms_smtp_session *session);
bool ms_smtp_ring_has(const ms_smtp_session *session, uint8_t verb);
const ms_smtp_run *ms_smtp_ring_back(const ms_smtp_session *session);

static inline ms_smtp_run *ms_smtp_run_at(const ms_smtp_session *session, uint16_t i)
{
    const uint32_t index = (uint32_t)session->run_first + i;
    return &session->runs[index < session->run_capacity ? index : index - session->run_capacity];
}

/* The oldest command; false without any.  Of those that there was no room for, at most the verb is known. */
static inline bool ms_smtp_ring_front(const ms_smtp_session *session, ms_smtp_run *out)
{
    if (session->run_count > 0) {
        *out = *ms_smtp_run_at(session, 0);
        return true;
    }
    if (session->lost == 0)
        return false;
    const ms_smtp_run lost = {.verb = session->lost == 1 ? session->lost_verb : (uint8_t)MS_SMTP_UNKNOWN, .count = 1};
    *out = lost;
    return true;
}

/* The context of the next command line.  Inlined, as three octets that a function returns in a register are put together by
 * way of memory, narrow stores and a wide load that waits for them. */
static inline ms_smtp_context ms_smtp_context_of(const ms_smtp_session *session, ms_smtp_expect expect)
{
    const ms_smtp_context context = {
        .smtputf8 = (session->offered >> MS_EHLO_SMTPUTF8 & 1) != 0,
        .lmtp = session->variant == MS_VARIANT_LMTP,
        .auth_response = expect == MS_EXPECT_AUTH_RESPONSE,
    };
    return context;
}

/* Where findings go while the session does not know its state: nowhere. */
static inline ms_findings *ms_smtp_findings_of(const ms_smtp_session *session, ms_findings *findings,
                                               ms_findings *nowhere)
{
    if ((session->flags & SESSION_LIMITED) == 0)
        return findings;
    nowhere->items = NULL;
    nowhere->capacity = nowhere->count = nowhere->lost = 0;
    return nowhere;
}

/* A finding about this session. */
void ms_smtp_find(const ms_smtp_session *session, ms_findings *findings, ms_side side, uint16_t requirement,
                  uint64_t at, uint8_t verb, uint16_t code);

#endif
