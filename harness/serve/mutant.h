/*
 * mutant.h - servers that break one rule each, on purpose
 *
 * A suite of cases is worth what it finds.  Each mutant of this table breaks exactly one requirement
 * of the register, so that a run of the suite against it tells whether that breach would be seen.
 */
#ifndef MAILSPEC_HARNESS_SERVE_MUTANT_H
#define MAILSPEC_HARNESS_SERVE_MUTANT_H

#include <stddef.h>
#include <stdint.h>

typedef enum serve_mutant {
    MUTANT_NONE,
#define MUTANT(name, id, requirement, title) MUTANT_##name,
#include "harness/serve/mutant_list.h"
#undef MUTANT
    MUTANT_COUNT
} serve_mutant;

typedef struct serve_mutant_row {
    const char *id;       /* stable: smtp.order.rcpt-first */
    uint16_t requirement; /* the ms_requirement that it breaks */
    const char *title;
} serve_mutant_row;

/* The row of a mutant; of MUTANT_NONE an empty one. */
const serve_mutant_row *serve_mutant_get(serve_mutant mutant);
/* By id; MUTANT_NONE if there is none. */
serve_mutant serve_mutant_find(const char *id);

#endif
