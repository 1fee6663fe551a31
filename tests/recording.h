/*
 * recording.h - rows of tests that are short POP3 recordings, with the breaches that they must show
 *
 * A row has up to three sessions of one file, each on a connection of its own.  A text that does not begin with a
 * greeting ("S:") gets one, and a login by USER ann.  '! side ID' lines stand behind the line that proves the breach;
 * each must be found exactly there, and nothing else, however the streams are cut.
 */
#ifndef MAILSPEC_TESTS_RECORDING_H
#define MAILSPEC_TESTS_RECORDING_H

#include <stddef.h>

#include "harness/result/result.h"

enum { RECORDING_SESSIONS = 3 };

typedef struct recording_row {
    const char *title;
    const char *sessions[RECORDING_SESSIONS];
} recording_row;

/* Fails the test for each row that is not a plain pass. */
void recording_check(const recording_row *rows, size_t count);

/* The verdict on one; the caller frees it. */
result_case recording_judge(const recording_row *row);

/* The case says that a limit was met. */
bool recording_is_limited(const result_case *item);

#define QUIT "C: QUIT\nS: +OK\nclose\n"

/* A message of 4 lines, 24 octets: "Subject: a", an empty line, and two of the body. */
#define MESSAGE       "S: Subject: a\nS:\nS: one\nS: two\nS: .\n"
#define OTHER_MESSAGE "S: Subject: a\nS:\nS: one\nS: oak\nS: .\n"

#endif
