/* requirement.h - a row of the register for people and for programs */
#ifndef MAILSPEC_HARNESS_CLI_REQUIREMENT_H
#define MAILSPEC_HARNESS_CLI_REQUIREMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "harness/requirement/register.h"

/* Print it in full, its text broken at 80 columns. */
void requirement_print(FILE *out, const ms_register_row *row, bool colour);

/* As an object, whose reference the caller drops. */
json_t *requirement_json(const ms_register_row *row);

#endif
