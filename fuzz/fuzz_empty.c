/* fuzz_empty.c - no parser at all: what the engine itself costs, which is the yard-stick of all other targets */
#include "fuzz/input.h"
#include "fuzz/oracle.h"

const char fuzz_target[] = "empty";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return 0;
}
