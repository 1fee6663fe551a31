/*
 * rule.h - what errors and deviations have in common: a name, a text, a requirement
 *
 * Every parser reports two kinds of departure from the RFC:
 *
 *   error       the octets could not be understood.  One code, with the offset of
 *               the first wrong octet.
 *   deviation   the octets break the RFC and were understood all the same.  A set
 *               of bits; bit n stands for the n-th enumerator of the parser's own
 *               list of deviations.
 *
 * Strict use is "no error and no deviation".  Both name the requirement they
 * break; a table per parser gives name, text and requirement of each.
 */
#ifndef MAILSPEC_RULE_H
#define MAILSPEC_RULE_H

#include "mailspec/requirement.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A set of deviations of ONE parser: bit n is enumerator n of its list. */
typedef uint64_t ms_deviations;

#define MS_DEVIATION_BIT(n) ((ms_deviations)1 << (n))

/* One row of such a table.  Static, never freed. */
typedef struct ms_rule {
    const char *name;     /* stable, lower case with hyphens: "space-after-colon" */
    const char *text;     /* one sentence for people */
    uint16_t requirement; /* an ms_requirement */
} ms_rule;

#ifdef __cplusplus
}
#endif

#endif
