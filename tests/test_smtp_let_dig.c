/* test_smtp_let_dig.c - runs of letters and digits: the same as octet by octet */
#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

#include "smtp/let_dig.h"

static bool is_let_dig(int octet)
{
    return (octet >= 'A' && octet <= 'Z') || (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9');
}

/* Each octet, at each place of texts that are shorter and longer than eight. */
Test(smtp_let_dig, every_octet_everywhere)
{
    for (size_t len = 1; len <= 20; len++)
        for (size_t place = 0; place < len; place++)
            for (int octet = 0; octet < 256; octet++) {
                uint8_t text[20];
                memset(text, 'Z', sizeof text);
                text[place] = (uint8_t)octet;
                const ms_span copy = heap_copy(text, len);
                cr_expect_eq(let_dig_end(copy.ptr, 0, len), is_let_dig(octet) ? len : place, "octet %d at %zu of %zu",
                             octet, place, len);
                heap_free(copy);
            }
}

/* From each offset, the end included. */
Test(smtp_let_dig, from_every_offset)
{
    static const char text[] = "abc.DEFGHIJKLMNOP9-x_0123456789";
    const size_t len = sizeof text - 1;
    const ms_span copy = heap_copy(text, len);
    for (size_t at = 0; at <= len; at++) {
        size_t end = at;
        while (end < len && is_let_dig(text[end]))
            end++;
        cr_expect_eq(let_dig_end(copy.ptr, at, len), end, "from %zu", at);
    }
    heap_free(copy);
}

/* A neighbour above 127 or a carry does not change what is told of an octet. */
Test(smtp_let_dig, pairs)
{
    for (int first = 0; first < 256; first++)
        for (int second = 0; second < 256; second++) {
            const uint8_t text[8] = {'a', (uint8_t)first, (uint8_t)second, '.', '.', '.', '.', '.'};
            const size_t end = !is_let_dig(first) ? 1 : !is_let_dig(second) ? 2 : 3;
            cr_expect_eq(let_dig_end(text, 0, sizeof text), end, "%d %d", first, second);
        }
}
