/*
 * vectors_session.h - vectors of whole sessions: what a client says, and the codes that the RFCs allow in reply
 *
 * The field "replies" has a word for each reply, the greeting first: "220 250 5yz/503 221", of POP3 "+ - c".  "..." at
 * the end stands for any number of others.
 */
#ifndef MAILSPEC_HARNESS_CLI_VECTORS_SESSION_H
#define MAILSPEC_HARNESS_CLI_VECTORS_SESSION_H

#include "harness/cli/judgement.h"
#include "harness/serve/octets.h"

/* "smtp-session" and "pop3-session", in the order of adapter_kind; no parser of ours reads one.  Ended by NULL. */
extern const parse_kind_row session_kinds[];

bool vector_is_session(const vector *row);
adapter_kind vector_kind(const vector *row);

/* What the reference server says, whose users are alice and bob, password secret; alice has two messages. */
void vector_session_ours(const vector *row, serve_octets *said);
/* What their server has said. */
void vector_session_theirs(const adapter_answer *answer, serve_octets *said);

/* AGREES or OTHER_FIELDS; *other as of judgement_fields, "reply.0" the greeting, "breaks" a requirement that the session
 * proves broken by the server.  codes: all of them. */
judgement vector_session_judge(const vector *row, ms_span said, json_t **other, char *codes, size_t room);

#endif
