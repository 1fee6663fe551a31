/*
 * smtp_recording.h - rows of tests that are short recordings of SMTP, with the breaches that they must show
 *
 * The text is the script of a transcript: '! side ID' lines stand behind the line that proves the breach, and nothing
 * else may be found, in every cut of either stream.
 */
#ifndef MAILSPEC_TESTS_SMTP_RECORDING_H
#define MAILSPEC_TESTS_SMTP_RECORDING_H

#include <stddef.h>

typedef struct smtp_recording {
    const char *title; /* begins with the requirement, or the rule's place */
    const char *protocol;
    const char *text;
} smtp_recording;

/* Fails the running test for each row that is not a plain pass. */
void smtp_recording_check(const smtp_recording *rows, size_t count);

#endif
