/* kinds.h - one function for each kind of change (fuzz/mutator/mutator.h says what each is) */
#ifndef MAILSPEC_FUZZ_MUTATOR_KINDS_H
#define MAILSPEC_FUZZ_MUTATOR_KINDS_H

#include "fuzz/mutator/draft.h"

/* Lines, and who says them. */
void mutate_verb(draft *d);
void mutate_duplicate(draft *d);
void mutate_drop(draft *d);
void mutate_reorder(draft *d);
void mutate_copy_range(draft *d);
void mutate_line_end(draft *d);
void mutate_reply_code(draft *d);
void mutate_continuation(draft *d);
void mutate_dot(draft *d);
void mutate_side(draft *d);

/* Words, and what stands between them. */
void mutate_grow(draft *d);
void mutate_octet(draft *d);
void mutate_number(draft *d);
void mutate_quoting(draft *d);
void mutate_separator(draft *d);
void mutate_address_literal(draft *d);
void mutate_xtext(draft *d);
void mutate_base64(draft *d);
void mutate_scram(draft *d);
void mutate_parameter(draft *d);

/* What a grammar makes. */
void mutate_phrase(draft *d);
void mutate_exchange(draft *d);
void mutate_session(draft *d);

/* The trailer. */
void mutate_options(draft *d);
void mutate_cut_plan(draft *d);

#endif
