/* log.c - see log.h */
#include "fuzz/log.h"

static fuzz_log logs[FUZZ_WAYS];

fuzz_log *fuzz_log_of(fuzz_way way)
{
    return &logs[way];
}

void fuzz_log_compare(fuzz_way way)
{
    const fuzz_log *whole = &logs[FUZZ_WHOLE];
    const fuzz_log *cut = &logs[way];
    const fuzz_oracle oracle = way == FUZZ_OCTETS ? ORACLE_CUT_OCTETS : ORACLE_CUT_PLAN;
    for (size_t i = 0; i < whole->count && i < cut->count; i++)
        if (whole->entries[i].at != cut->entries[i].at || whole->entries[i].digest != cut->entries[i].digest) {
            fuzz_wrong(oracle, whole->entries[i].at, "event %zu differs; cut, it stands at octet %zu", i,
                       cut->entries[i].at);
            return;
        }
    if (whole->count != cut->count)
        fuzz_wrong(oracle, 0, "%zu events whole, %zu cut", whole->count, cut->count);
}
