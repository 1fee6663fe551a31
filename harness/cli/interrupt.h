/*
 * interrupt.h - a run that is interrupted still reports what it has done
 *
 *     cli_interrupt_catch();
 *     while (work is left && !cli_interrupted())
 *         do some;
 *     report;
 *     cli_interrupt_finish();
 */
#ifndef MAILSPEC_HARNESS_CLI_INTERRUPT_H
#define MAILSPEC_HARNESS_CLI_INTERRUPT_H

#include <stdbool.h>

/* From now on the first SIGINT, SIGTERM or SIGHUP is only noted; a second one ends the program at once. */
void cli_interrupt_catch(void);
bool cli_interrupted(void);
/* Ends the program by the signal that was noted, so that whoever started it sees why; returns if none was. */
void cli_interrupt_finish(void);

#endif
