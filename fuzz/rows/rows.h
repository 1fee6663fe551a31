/*
 * rows.h - each (state, command, outcome) of the session tables, and whether the corpus shows it
 *
 * The rows come from the tables of parsers/: every place in them has to be answered by some dialogue of corpus/seeds or
 * corpus/regressions, or by a row of tests/session_rows.tsv that says why none can.
 */
#ifndef MAILSPEC_FUZZ_ROWS_H
#define MAILSPEC_FUZZ_ROWS_H

#include "fuzz/talk.h"

enum { ROWS_MAX = 2048, ROW_NAME_MAX = 96 };

typedef struct row {
    char name[ROW_NAME_MAX]; /* "smtp READY MAIL 2yz", "pop3 TRANSACTION RETR POP3-1939-5-22" */
    char outcome[ROW_NAME_MAX];
    bool shown;
} row;

typedef struct row_set {
    row rows[ROWS_MAX];
    size_t count;
} row_set;

/* Once each; outcome: what the table says comes of it. */
void rows_add(row_set *set, const char *name, const char *outcome);
/* Nothing happens if there is no such row. */
void rows_show(row_set *set, const char *name);

void rows_of_smtp(row_set *set);
void rows_of_pop3(row_set *set);
/* Play one input of the targets smtp_dialogue, pop3_dialogue. */
void rows_play_smtp(row_set *set, const fuzz_input *input, const fuzz_talk *talk);
void rows_play_pop3(row_set *set, const fuzz_input *input, const fuzz_talk *talk);

#endif
