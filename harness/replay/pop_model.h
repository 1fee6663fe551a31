/*
 * pop_model.h - what the files of the maildrop model share
 *
 * The session machine judges one connection by what was said; it keeps no size, no unique-id and no content.  The
 * model keeps them, for all sessions of a file, and judges what needs them (RFC 1939 sections 4 to 8 and 11, RFC 2449
 * section 6, RFC 6856 section 2.1).  Where its finding and one of the machine's are the same breach, the one that says
 * more stays.
 *
 *     pop_session.c       what a session tells: marks, the number of messages, its end
 *     pop_counts.c        that number, against the session's own and the one before
 *     pop_sizes.c         STAT and LIST
 *     pop_unique_ids.c    UIDL
 *     pop_contents.c      RETR and TOP
 *     pop_login.c         who logs in, and how
 *     pop_capabilities.c  CAPA
 *     maildrop.c          the sessions of a file
 */
#ifndef MAILSPEC_HARNESS_REPLAY_POP_MODEL_H
#define MAILSPEC_HARNESS_REPLAY_POP_MODEL_H

#include "harness/replay/maildrop.h"
#include "mailspec/pop3_dialogue.h"

enum {
    POP_MESSAGES_MAX = MS_POP3_MESSAGES_DEFAULT, /* of a maildrop; nothing is kept of those beyond */
    POP_TOPS_MAX = 8,                            /* TOP responses kept per message */
    POP_LINES_MAX = 16384,                       /* lines of a message at which a TOP can be compared with it */
    POP_ALL_LINES_MAX = 1 << 20,                 /* the same, of all messages of a file */
    POP_LOGINS_MAX = 64,                         /* outstanding commands of a login */
    POP_CHALLENGES_MAX = 1024,                   /* of CRAM-MD5, in a file */
    POP_TAGS_MAX = 32,                           /* lines of a capability list */
    POP_LISTINGS_MAX = 64,                       /* of a session that are compared with other sessions */
};

/* --- contents -------------------------------------------------------------- */

/* A content as the client gets it: dots unstuffed, the CRLF of the last line counted, the termination octet not. */
typedef struct pop_content {
    uint64_t octets, lines;
    uint64_t hash;
    uint64_t body_lines; /* behind the first empty line */
    uint64_t body_hash;
    uint64_t stuffed; /* dots that were removed */
    bool has_body;    /* there is an empty line */
    bool has_8bit;
    uint64_t *line_hashes; /* of RETR: hash up to the end of each line; NULL for TOP */
    size_t line_count;     /* of them; less than lines where POP_LINES_MAX was reached */
    size_t line_room;
} pop_content;

typedef struct pop_top {
    uint64_t asked; /* lines; saturating at 32 bits */
    pop_content content;
} pop_top;

/* A message of a maildrop, by its number in a session. */
typedef struct pop_message {
    uint64_t size;      /* as listed last */
    uint64_t unique_id; /* hash */
    uint64_t listed_at; /* time of the maildrop at which size or unique-id was shown first */
    uint32_t listed_in; /* the listing in which it was shown last */
    bool has_size, has_unique_id;
    bool by_listing; /* the unique-id was shown by UIDL without argument */
    bool marked;
    bool fetched; /* RETR got +OK */
    uint8_t top_count;
    pop_content *content; /* of the last complete RETR; NULL */
    pop_top *tops;        /* complete ones; NULL */
} pop_message;

/* --- capabilities ------------------------------------------------------------ */

typedef enum pop_expire { POP_EXPIRE_NONE, POP_EXPIRE_ZERO, POP_EXPIRE_DAYS, POP_EXPIRE_NEVER } pop_expire;

typedef struct pop_capability_list {
    bool taken;
    bool differs; /* a tag stood twice, with other parameters */
    bool utf8, pipelining;
    pop_expire expire;
    unsigned layer; /* TLS handshakes before it */
    size_t count;
    struct pop_tag {
        uint64_t tag, parameters;
        uint64_t unordered; /* parameters, letter case aside, and the order of SASL mechanisms */
        ms_pop3_capability_id id;
    } tags[POP_TAGS_MAX];
} pop_capability_list;

/* --- logins -------------------------------------------------------------------- */

/* The name of who logs in; the maildrop is another one's where an authorization identity was sent. */
typedef struct pop_login {
    uint8_t verb; /* ms_pop3_verb: USER, PASS, APOP or AUTH */
    bool has_name;
    uint64_t name;     /* hash */
    uint64_t maildrop; /* hash */
    uint64_t digest;   /* APOP: hash of name and digest, 0 if malformed */
} pop_login;

/* --- a session ------------------------------------------------------------------- */

typedef enum pop_ending {
    POP_NOT_ENDED,
    POP_QUIT,    /* QUIT got +OK in TRANSACTION */
    POP_REFUSED, /* … -ERR: some of what was marked may be left (RFC 1939 section 6) */
    POP_UNSURE,  /* QUIT was sent, and the connection closed: the server may have gone into UPDATE */
    POP_LOST,    /* closed without QUIT: nothing may be removed */
} pop_ending;

typedef enum pop_source { POP_BY_STAT, POP_BY_LIST, POP_BY_UIDL } pop_source;

typedef enum pop_open { POP_OPEN_NONE, POP_OPEN_LIST, POP_OPEN_UIDL, POP_OPEN_CAPA, POP_OPEN_CONTENT } pop_open;

struct replay_pop_session {
    struct replay_maildrop *maildrop;
    uint64_t greeting; /* hash of the timestamp, 0 none */
    uint64_t apop;     /* hash of what got +OK, 0 none */

    /* login */
    pop_login logins[POP_LOGINS_MAX];
    size_t login_count;
    bool has_user; /* USER got +OK and still counts */
    uint64_t user;
    pop_login auth; /* the exchange that is going on */
    uint8_t mechanism;
    unsigned responses, challenges;
    bool logged_in;
    uint64_t key;            /* of the maildrop; 0: no name was seen */
    uint64_t started, ended; /* times of the maildrop */
    pop_ending ending;
    bool quit_sent;

    /* the maildrop as this session shows it */
    bool suspended; /* it is larger than the model's memory */
    bool count_known;
    uint32_t count;
    pop_source source;
    pop_message *messages; /* [n - 1] */
    uint32_t message_room;
    uint32_t known_ids; /* messages whose unique-id is known */
    uint32_t marked;
    uint64_t marks;   /* of the set of marked messages */
    uint32_t deleted; /* DELE that marked something */
    uint32_t resets;  /* RSET that unmarked something */
    bool has_stat;
    uint64_t stat_octets, stat_marks;
    uint32_t stat_marked, stat_resets;
    bool loss_told, survivor_told;

    /* the response that is being read */
    pop_open open;
    uint32_t listing; /* which, from 1 */
    uint32_t items, highest;
    uint64_t sum;
    bool hurt;          /* an item drew a finding, or was not understood */
    bool exchange_told; /* POP3-1939-5-37 */
    bool mark_listed;
    bool listed_whole;        /* a listing without argument was complete */
    bool unique_ids_whole;    /* UIDL was, and had them all */
    uint32_t compared;        /* listings compared with other sessions */
    uint32_t number;          /* of the message that is read; 0: of none that counts */
    uint64_t content_at;      /* offset of its first octet */
    uint64_t top_lines;       /* TOP: asked for */
    bool top;                 /* it is read by TOP */
    bool cr;                  /* a CR may begin a line end */
    bool line_empty;          /* the line being read is */
    pop_content content;      /* so far */
    struct pop_id_index *ids; /* of an ended session; NULL until it is asked for */

    /* capabilities */
    unsigned layer;
    bool utf8_listed, utf8_mode;
    pop_expire expire; /* of the last list that had it */
    pop_capability_list first, list;
};

/* A challenge of CRAM-MD5, and who was asked. */
typedef struct pop_challenge {
    uint64_t hash;
    const struct replay_pop_session *session; /* not owned */
} pop_challenge;

struct replay_maildrop {
    struct replay_pop_session **sessions; /* one per connection; not owned */
    size_t session_count;
    uint64_t clock; /* logins and ends so far */
    bool pipelining, expires;
    size_t lines; /* whose hashes are kept */
    pop_challenge challenges[POP_CHALLENGES_MAX];
    size_t challenge_count;
    struct pop_user *users; /* who logged in, and how */
    size_t user_count;
};

/* --- one event ------------------------------------------------------------------- */

typedef struct pop_event {
    replay_track *track;
    replay_pop_session *s;
    const ms_pop3_event *e;
    ms_findings *findings; /* of the session machine, to be completed */
    uint64_t at;           /* of the line that proves something */
} pop_event;

/* A breach of the server; requirement 0 is none. */
void pop_find(const pop_event *p, uint16_t requirement);
/* What the session machine found, and what the model knows better. */
bool pop_is_found(const pop_event *p, uint16_t requirement);
void pop_take_back(const pop_event *p, uint16_t requirement);
/* The session machine found something about the numbers or the grammar of this listing's line. */
bool pop_item_is_bad(const pop_event *p);

/* pop_session.c: the message of that number, made if needed; NULL for none that can be kept. */
pop_message *pop_message_make(const pop_event *p, uint32_t number);
pop_message *pop_message_find(const replay_pop_session *s, uint32_t number);
bool pop_is_there(const replay_pop_session *s, uint32_t number); /* not marked, and not beyond the count */

/* maildrop.c: the session of this maildrop that ended last before s began; NULL. */
const replay_pop_session *pop_previous(const replay_pop_session *s);
/* Another reader of the maildrop, come later, marked messages and quit, after message was listed here. */
bool pop_removed_by_other(const replay_pop_session *s, const pop_message *message);

/* pop_counts.c */
void pop_count_is(const pop_event *p, uint32_t count, pop_source source); /* the first source */
void pop_count_stat(const pop_event *p, uint32_t messages, uint64_t octets);
void pop_listing_end(const pop_event *p);
uint16_t pop_loss(const replay_pop_session *before, uint64_t count);

/* pop_sizes.c */
void pop_stat_octets(const pop_event *p, uint64_t octets);
bool pop_size_is(const pop_event *p, uint32_t number, uint64_t octets); /* false: it drew a finding */
void pop_size_check(const pop_event *p, const pop_message *message);
void pop_list_item(const pop_event *p);
void pop_list_sum(const pop_event *p);

/* pop_unique_ids.c */
void pop_unique_id_is(const pop_event *p, uint32_t number, ms_span unique_id, bool by_listing);
void pop_uidl_item(const pop_event *p);
void pop_uidl_whole(const pop_event *p);
void pop_id_index_free(struct pop_id_index *index);

/* pop_contents.c */
void pop_content_begin(const pop_event *p, uint32_t number);
void pop_content_octets(replay_pop_session *s, ms_span octets);
void pop_content_end(const pop_event *p);
void pop_message_clear(pop_message *message);

/* pop_login.c */
void pop_login_command(const pop_event *p);
void pop_login_challenge(const pop_event *p);
void pop_login_reply(const pop_event *p);
void pop_greeting(const pop_event *p);

/* pop_capabilities.c */
void pop_capa_begin(const pop_event *p);
void pop_capa_line(const pop_event *p);
void pop_capa_end(const pop_event *p);

#endif
