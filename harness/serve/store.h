/*
 * store.h - the maildrops of the reference server, in memory
 *
 * Users with their passwords, one maildrop each.  Messages are delivered at any time; a POP3 session
 * opens a maildrop exclusively and sees what was there when it did (RFC 1939 section 4).  Messages
 * are removed only at its UPDATE.  Unique-ids are a counter behind the time of the start: they
 * persist, and are never used again (RFC 1939 section 7).
 *
 * All functions may be called by several threads at once.
 */
#ifndef MAILSPEC_HARNESS_SERVE_STORE_H
#define MAILSPEC_HARNESS_SERVE_STORE_H

#include "mailspec/span.h"

enum {
    STORE_NAME_MAX = 64,      /* of a user, octets */
    STORE_PASSWORD_MAX = 255, /* octets */
    STORE_USERS_MAX = 64,
    STORE_MESSAGES_MAX = 20000, /* in one maildrop */
    STORE_UNIQUE_ID_LEN = 24,
};

typedef struct store store;

/* What the message needs of who fetches it. */
enum {
    STORE_UTF8_HEADER = 1, /* octets above 127 in its header section (RFC 6856 section 2.1) */
    STORE_BINARY = 2,      /* MIME binary content, which no POP3 response can hold (RFC 6856 section 2.1) */
};

typedef struct store_message {
    const uint8_t *octets;
    size_t len;
    unsigned flags; /* STORE_UTF8_HEADER and so on */
    char unique_id[STORE_UNIQUE_ID_LEN + 1];
    bool marked;         /* left by a session of the mutant whose marks outlive it */
    uint32_t references; /* private */
} store_message;

/* A maildrop as a session sees it: message n is messages[n - 1]. */
typedef struct store_view {
    store_message **messages;
    uint32_t count;
    int user;
    bool locked;       /* private */
    unsigned openings; /* private */
} store_view;

/* start: seconds since 1970, part of the unique-ids.  octets_max: of all messages together. */
store *store_new(int64_t start, size_t octets_max);
void store_free(store *s);

/* A user; false when there is no room, or the name is taken or not fit for a local-part. */
bool store_add_user(store *s, const char *name, const char *password);
/* The number of a user, letter case not significant; -1 when there is none. */
int store_find(const store *s, ms_span name);
int store_users(const store *s);
const char *store_name(const store *s, int user);
const char *store_password(const store *s, int user);

typedef enum store_status {
    STORE_OK,
    STORE_IN_USE, /* another session has it */
    STORE_FULL,
} store_status;

/* A copy of octets into the user's maildrop. */
store_status store_deliver(store *s, int user, ms_span octets, unsigned flags);

/* Open a maildrop; exclusive: it must not be open already.  End it by store_close. */
store_status store_open(store *s, int user, bool exclusive, store_view *view);
/* The lock goes; the messages whose octet of marked (view->count ones) is not 0 are removed before, if
 * marked is not NULL. */
void store_close(store *s, store_view *view, const uint8_t *marked);

/* What only mutants ask for: messages that came since are seen, too; a message goes before its session ends; sessions
 * that ended without UPDATE so far; unique-ids of removed messages are used again. */
void store_refresh(store *s, store_view *view);
/* Nobody who waits is served for twelve seconds, longer than the cases wait; and a wait for the end of that. */
void store_stall(store *s);
void store_wait(store *s);
/* The maildrop is taken away from the session that has it; whether view's session is the last one that opened it. */
void store_take_away(store *s, int user);
bool store_holds(store *s, const store_view *view);
/* The lock stays behind store_close until one login has failed over it. */
void store_leave_locked(store *s, store_view *view);
/* The lock goes, and the view stays. */
void store_unlock(store *s, store_view *view);
void store_remove(store *s, store_view *view, uint32_t number);
unsigned store_drops(store *s);
void store_reuse_ids(store *s);
/* All messages with marks that outlived their session; whether a session has the maildrop. */
void store_remove_marked(store *s);
bool store_is_open(store *s, int user);
/* The next login is to be refused; whether that was so before. */
bool store_delay(store *s, bool next);

/* Messages now in a maildrop. */
uint32_t store_count(store *s, int user);

#endif
