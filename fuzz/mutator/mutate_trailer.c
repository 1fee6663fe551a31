/* mutate_trailer.c - the kinds that change what the trailer says */
#include "fuzz/mutator/draft.h"
#include "fuzz/mutator/kinds.h"

void mutate_options(draft *d)
{
    d->options = below(d, 4) == 0 ? (uint8_t)next(d) : (uint8_t)(d->options ^ 1U << below(d, 8));
}

void mutate_cut_plan(draft *d)
{
    if (d->plan_len < 8 && below(d, 2) == 0)
        d->plan[d->plan_len++] = (uint8_t)(1 + below(d, below(d, 4) == 0 ? 256 : 12));
    else if (d->plan_len > 0 && below(d, 3) == 0)
        d->plan_len--;
    else if (d->plan_len > 0)
        d->plan[below(d, d->plan_len)] = (uint8_t)below(d, 40);
}
