/*
 * maildrop.h - what is stored for a recipient: seen by POP3, or in a maildir
 */
#ifndef MAILSPEC_HARNESS_PROBE_MAILDROP_H
#define MAILSPEC_HARNESS_PROBE_MAILDROP_H

#include "harness/probe/context.h"
#include "harness/probe/prologue.h"

enum { PROBE_STORED_MAX = 10000, PROBE_NAME_MAX = 128, PROBE_MESSAGE_MAX = 8 * 1024 * 1024 };

/* One message; its octets have CRLF line ends. */
typedef struct probe_stored {
    char name[PROBE_NAME_MAX]; /* unique-id, or the file's name */
    unsigned number;           /* POP3 */
    uint8_t *octets;           /* NULL: not fetched */
    size_t len;
} probe_stored;

typedef struct probe_store {
    probe_stored *items;
    size_t count, room;
} probe_store;

/* What is to be seen of the messages. */
typedef enum probe_look {
    PROBE_LOOK_NAMES, /* only what there is */
    PROBE_LOOK_NEW,   /* the octets of those that known does not hold */
} probe_look;

/* Can the maildrop of rcpt (second: rcpt2) be seen at all? endpoint is the SMTP or POP3 one that is probed. */
bool probe_store_visible(const probe_context *context, const probe_endpoint *endpoint, bool second);

/* Look into it.  store: zeroed, or from before.  known may be NULL: then nothing is known.  false, with why. */
bool probe_store_look(probe_context *context, const probe_endpoint *endpoint, bool second, probe_look look,
                      const probe_store *known, probe_store *store, char why[PROBE_WHY_MAX]);
/* How many messages there are, by STAT: where the listings are broken, which is what cases are there to find. */
bool probe_store_count(probe_context *context, const probe_endpoint *endpoint, size_t *count, char why[PROBE_WHY_MAX]);
/* Remove the named messages; only by POP3 or where the maildir can be written. */
bool probe_store_remove(probe_context *context, const probe_endpoint *endpoint, bool second, const probe_store *gone,
                        char why[PROBE_WHY_MAX]);
bool probe_store_has(const probe_store *store, const char *name);
void probe_store_free(probe_store *store);

/* Send one message of ours to rcpt (rcpt2); mark stands in its sender, its EHLO and its subject. */
bool probe_deliver(probe_context *context, const probe_endpoint *endpoint, bool second, const char *mark,
                   char why[PROBE_WHY_MAX]);

/* Does a message carry the mark of this run?  Where it is another case's than own, *foreign is set. */
bool probe_store_is_ours(const probe_context *context, const probe_stored *message, const char *own, bool *foreign);

/* private to maildrop.c and maildir.c */
probe_stored *probe_store_add(probe_store *store, const char *name, size_t len);
bool probe_maildir_look(const char *path, probe_look look, const probe_store *known, probe_store *store,
                        char why[PROBE_WHY_MAX]);
bool probe_maildir_remove(const char *path, const probe_store *gone);
void probe_store_keep_octets(probe_stored *message, ms_span octets);

/* A visit: an own connection, its scope, log and findings, which nobody judges. */
typedef struct probe_visit {
    probe_scope scope;
    probe_log log;
    probe_findings findings;
    probe_peer peer;
    probe_prologue way;
} probe_visit;

bool probe_visit_begin(probe_visit *visit, probe_context *context, const probe_endpoint *endpoint, bool second,
                       const char *mark, mst_state state, char why[PROBE_WHY_MAX]);
void probe_visit_end(probe_visit *visit, bool quit);

#endif
