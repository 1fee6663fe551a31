/*
 * pop3_script.h - little POP3 dialogues for tests, with the findings that are due
 *
 *     S +OK ready          a line of the server, CRLF added
 *     C STAT               a line of the client
 *     !c POP3-1939-5-50    the line before proves this breach by the client (!s: by the server)
 *     C> NOOP%0A           octets as they are, %HH being one of them (also in lines)
 *     T                    the TLS handshake
 *     X                    the server closes; H: the client does
 */
#ifndef MAILSPEC_TESTS_POP3_SCRIPT_H
#define MAILSPEC_TESTS_POP3_SCRIPT_H

#include "mailspec/pop3_dialogue.h"

typedef struct script_row {
    const char *id, *script;
} script_row;

/* Feed the script in every way and compare the findings of each with those that are due: lines together as they stand,
 * octet by octet, and cut in two at every place.  The events must be the same each time. */
void script_check(const script_row *row);

/* The same with less lent memory. */
void script_check_in(const script_row *row, size_t runs, size_t messages);

#endif
