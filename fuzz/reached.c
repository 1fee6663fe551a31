/*
 * reached.c - see reached.h
 *
 * A branch for each place, which no two share: the text of its assembly differs.  The source is compiled with coverage,
 * as the parsers are.
 */
#include "fuzz/reached.h"

/* clang-format off */
#define PLACE(n)                        \
    case (n):                           \
        __asm__ volatile("# %0" ::"i"(n)); \
        break;
#define FOUR(n) PLACE(n) PLACE((n) + 1) PLACE((n) + 2) PLACE((n) + 3)
#define SIXTEEN(n) FOUR(n) FOUR((n) + 4) FOUR((n) + 8) FOUR((n) + 12)
#define SIXTY_FOUR(n) SIXTEEN(n) SIXTEEN((n) + 16) SIXTEEN((n) + 32) SIXTEEN((n) + 48)
#define ALL(n) SIXTY_FOUR(n) SIXTY_FOUR((n) + 64) SIXTY_FOUR((n) + 128) SIXTY_FOUR((n) + 192)
/* clang-format on */

void fuzz_reached(uint32_t kind, uint32_t one, uint32_t two)
{
    const uint32_t place =
        (kind * UINT32_C(0x9e3779b1) ^ one * UINT32_C(0x85ebca77) ^ two * UINT32_C(0xc2b2ae3d)) >> 22;
    switch (place) {
        ALL(0)
        ALL(256)
        ALL(512)
        ALL(768)
    }
}
