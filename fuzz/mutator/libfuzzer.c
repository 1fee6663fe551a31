/* libfuzzer.c - the mutator as libFuzzer's; MAILSPEC_FUZZ_MUTATOR=0 in the environment leaves libFuzzer to itself */
#include "fuzz/mutator/mutator.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/mutator/shorten.h"

/* Of libFuzzer; other engines that take its targets need not have the first. */
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out,
                                 size_t room, unsigned seed);

static bool is_off(void)
{
    static int off = -1;
    if (off < 0) {
        const char *wanted = getenv("MAILSPEC_FUZZ_MUTATOR");
        off = wanted != NULL && strcmp(wanted, "0") == 0;
    }
    return off != 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
    if (is_off() && LLVMFuzzerMutate != NULL)
        return LLVMFuzzerMutate(data, size, room);
    const size_t kept = fuzz_shorten(data, size, seed);
    if (LLVMFuzzerMutate == NULL)
        return fuzz_mutate(data, kept, room, seed);
    if (seed % 4 == 0) /* its own ways find what no grammar knows, and use the dictionary */
        return LLVMFuzzerMutate(data, kept, room);
    const size_t mutated = fuzz_mutate(data, kept, room, seed);
    return mutated > 0 ? mutated : LLVMFuzzerMutate(data, mutated, room);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out,
                                 size_t room, unsigned seed)
{
    if (is_off())
        return 0;
    return fuzz_shorten(out, fuzz_cross(one, one_size, two, two_size, out, room, seed), seed);
}
