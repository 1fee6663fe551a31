/*
 * smtp_mutant.h - where the SMTP server asks whether a rule is to be broken
 *
 * Rules that stand in a table are broken by a table: a mutant is a row that adds, drops or replaces one.  The rest is a
 * mutant_is at the place of the rule.  With MUTANT_NONE none of these functions does anything.
 */
#ifndef MAILSPEC_HARNESS_SERVE_SMTP_MUTANT_H
#define MAILSPEC_HARNESS_SERVE_SMTP_MUTANT_H

#include "harness/serve/smtp_internal.h"

/* --- replies (smtp_mutant_reply.c) */

typedef struct smtp_said {
    unsigned code, subject, detail;
    const char *raw; /* to be sent instead, as it is; NULL: the reply */
} smtp_said;

/* Another reply to the command that is being answered. */
void smtp_mutant_reply(const smtp_server *server, smtp_said *said);
/* The reply to HELP is another one, and was written. */
bool smtp_mutant_help(smtp_server *server);
/* The line of an EHLO reply: keyword is what would be sent; NULL drops it, what is longer is another one. */
const char *smtp_mutant_offer(const smtp_server *server, const char *keyword);
/* A keyword more; NULL: none. */
const char *smtp_mutant_extra_offer(const smtp_server *server);

/* --- syntax (smtp_mutant_syntax.c) */

/* Deviations that are let pass. */
ms_deviations smtp_mutant_tolerated(const smtp_server *server, ms_smtp_verb verb);
/* A line that is to be taken instead of one with this fault; absent: none.  room holds SERVE_INPUT_ROOM octets. */
ms_span smtp_mutant_substitute(const smtp_server *server, const ms_smtp_parsed *parsed, ms_span line, uint8_t *room);
/* The word, given in capitals, stands in the line in any letter case. */
bool smtp_mutant_holds(ms_span line, const char *word);

/* --- refusals (smtp_mutant_refuse.c) */

/* A command that keeps the rules is refused: the reply was written. */
bool smtp_mutant_refuses(smtp_server *server, const ms_smtp_parsed *parsed, ms_span line);

/* --- state (smtp_mutant_state.c) */

/* What the command need not wait for, and what it has to wait for without reason: sets of NEEDS_… of smtp_order.h. */
unsigned smtp_mutant_waived(const smtp_server *server, ms_smtp_verb verb);
unsigned smtp_mutant_needed(const smtp_server *server, ms_smtp_verb verb);
/* What a command does although it should not, once it was answered. */
void smtp_mutant_effect(smtp_server *server);

/* The relay is open for this path; to is what it was resolved to. */
bool smtp_mutant_relays(const smtp_server *server, const ms_smtp_path *path, const address *to);

/* --- rows of files (smtp_mutant_data.c) */

/* What the row says in this place; *line may become another one.  true: that was the answer, nothing is run. */
bool smtp_data_mutant_before(smtp_server *server, data_place place, ms_span *line);
/* It was run: its reply, which begins at from, becomes another one. */
void smtp_data_mutant_after(smtp_server *server, size_t from);
/* All of a message is there.  true: that was the answer, and it is not stored. */
bool smtp_data_mutant_message(smtp_server *server);
/* The message as it is stored; true: copy holds it. */
bool smtp_data_mutant_edits(const smtp_server *server, ms_span content, serve_octets *copy);
/* These octets, the last ones so far, end the mail data. */
bool smtp_data_mutant_ends(smtp_server *server, ms_span last);

/* --- content (smtp_mutant_content.c) */

/* Octets of input up to and with a sequence that ends the data although it does not; 0: none. */
size_t smtp_mutant_false_end(smtp_server *server, ms_span input);
/* The true end was not seen; input: octets of the read that holds its last one. */
bool smtp_mutant_misses_end(smtp_server *server, size_t input);
/* The content as it is stored; true: copy holds it. */
bool smtp_mutant_content(const smtp_server *server, ms_span content, serve_octets *copy);
/* The message is refused for something that is no reason. */
bool smtp_mutant_refuses_content(const smtp_server *server, ms_span content);
/* A stuffed dot at the beginning of input is kept. */
void smtp_mutant_split_dot(smtp_server *server, ms_span input);
/* Mail data are kept with their stuffed dots. */
bool smtp_mutant_raw_content(const smtp_server *server);

#endif
