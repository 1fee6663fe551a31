/*
 * rules.h - all errors and deviations of the parsers, by what they break
 */
#ifndef MAILSPEC_HARNESS_CLI_RULES_H
#define MAILSPEC_HARNESS_CLI_RULES_H

#include "mailspec/rule.h"

typedef struct cli_rules {
    const char *parser; /* as 'mailspec parse' names it, or another name for people */
    const char *kind;   /* "error" or "deviation" */
    unsigned count;
    const ms_rule *(*rule)(unsigned number); /* of 0 to count - 1; the rule of no error has no requirement */
} cli_rules;

/* One row for each list; a row without rule ends the table. */
extern const cli_rules cli_rule_lists[];

#endif
