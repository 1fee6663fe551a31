/*
 * pop3_mutant.h - where the POP3 server asks whether a rule is to be broken: as smtp_mutant.h
 */
#ifndef MAILSPEC_HARNESS_SERVE_POP3_MUTANT_H
#define MAILSPEC_HARNESS_SERVE_POP3_MUTANT_H

#include "harness/serve/pop3_internal.h"

/* --- lines (pop3_mutant_line.c) */

/* Deviations that are let pass. */
ms_deviations pop3_mutant_tolerated(const pop3_server *server, ms_pop3_verb verb);
/* A line that is to be taken instead; absent: none.  room holds SERVE_INPUT_ROOM octets. */
ms_span pop3_mutant_substitute(const pop3_server *server, const ms_pop3_parsed *parsed, ms_span line, uint8_t *room);
/* A response that stands ready for this command; true: it was written. */
bool pop3_mutant_canned(pop3_server *server, const ms_pop3_parsed *parsed, ms_span line);
/* The response that would be sent is another one; true: it was written. */
bool pop3_mutant_response(pop3_server *server, bool positive);
/* A line turns out to be too long. */
void pop3_mutant_long_line(pop3_server *server);
/* What a command does although it should not, once it was answered. */
void pop3_mutant_effect(pop3_server *server);

/* --- CAPA (pop3_mutant_capa.c) */

/* Parameters behind a tag that are sent instead; false: the capability is left out. */
bool pop3_mutant_offer(const pop3_server *server, const char *tag, const char **parameters);
/* Capabilities more. */
void pop3_mutant_extra_offers(pop3_server *server);

/* --- the maildrop (pop3_mutant_maildrop.c) */

/* A message that is marked as deleted is found all the same. */
bool pop3_mutant_sees_deleted(const pop3_server *server);
/* The number of a message that there is not is taken for another one; 0: it is not, or the response was written. */
uint32_t pop3_mutant_number(pop3_server *server, uint32_t number, bool *answered);
/* The size that a listing tells. */
uint64_t pop3_mutant_size(const pop3_server *server, const store_message *message);
/* The line of a unique-id listing is another one, and was written. */
bool pop3_mutant_unique_id(pop3_server *server, uint32_t number);
/* The message as it is sent; its dots may be stuffed already, and then server->raw is set. */
const store_message *pop3_mutant_message(pop3_server *server, const store_message *message);
/* How far TOP goes. */
size_t pop3_mutant_top(const pop3_server *server, const store_message *message, uint64_t lines, size_t end);
/* What QUIT removes. */
const uint8_t *pop3_mutant_marks(pop3_server *server);
/* The view of the maildrop is not the session's own. */
void pop3_mutant_look_again(pop3_server *server);
/* A session begins. */
void pop3_mutant_login(pop3_server *server);

/* --- rows of files (pop3_mutant_data.c): as in smtp_mutant.h */

bool pop3_data_mutant_before(pop3_server *server, data_place place, ms_span *line);
void pop3_data_mutant_after(pop3_server *server, size_t from);

/* What mutants keep of all connections together, as a server with such a variable in the wrong place does. */
typedef struct pop3_common {
    char timestamp[sizeof((pop3_server *)NULL)->timestamp];
    char name[sizeof((pop3_server *)NULL)->name];
} pop3_common;

extern pop3_common pop3_latest;

#endif
