#include "mailspec/base64.h"

#include "feed.h"

#include <criterion/criterion.h>
#include <string.h>

/* RFC 4648 section 10, and every octet value's way through the alphabet of section 4. */
static const struct vector {
    const char *data, *base64;
} vectors[] = {
    {"", ""},
    {"f", "Zg=="},
    {"fo", "Zm8="},
    {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="},
    {"foobar", "Zm9vYmFy"},
    {"\x14\xFB\x9C\x03\xD9\x7E", "FPucA9l+"}, /* RFC 3548 section 7 */
    {"\x14\xFB\x9C\x03\xD9", "FPucA9k="},
    {"\x14\xFB\x9C\x03", "FPucAw=="},
    {"<1896.697170952@postoffice.reston.mci.net>", "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+"},
};

Test(base64, vectors_of_the_rfcs)
{
    for (size_t i = 0; i < COUNT(vectors); i++) {
        const ms_span data = heap_text(vectors[i].data), base64 = heap_text(vectors[i].base64);
        const size_t encoded_len = (data.len + 2) / 3 * 4, room = base64.len / 4 * 3;
        const ms_span encoded = heap_copy("????????????????????????????????????????????????????????", encoded_len);
        const ms_span decoded = heap_copy("????????????????????????????????????????????????????????", room);
        size_t written = 77, wrong_at = 77;
        cr_expect_eq(ms_base64_encode(data, (uint8_t *)(uintptr_t)encoded.ptr), encoded_len);
        cr_expect(span_is(encoded, vectors[i].base64), "%s", vectors[i].base64);
        cr_expect(ms_base64_decode(base64, (uint8_t *)(uintptr_t)decoded.ptr, &written, &wrong_at));
        cr_expect(span_is(ms_span_make(decoded.ptr, written), vectors[i].data), "%s", vectors[i].base64);
        cr_expect_eq(wrong_at, base64.len);
        cr_expect(ms_base64_check(base64, &wrong_at));
        heap_free(data);
        heap_free(base64);
        heap_free(encoded);
        heap_free(decoded);
    }
}

/* The alphabet of RFC 4648 section 4, table 1, in its order: the 48 octets whose bits count 0, 1, 2 ... 63. */
Test(base64, the_whole_alphabet)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint8_t data[48] = {0}, encoded[64], decoded[48];
    size_t written, wrong_at;
    for (size_t bit = 0; bit < 384; bit++)
        if (bit / 6 >> (5 - bit % 6) & 1)
            data[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    cr_expect_eq(ms_base64_encode(ms_span_make(data, sizeof data), encoded), 64);
    cr_expect_arr_eq(encoded, alphabet, 64);
    cr_expect(ms_base64_decode(ms_span_make(alphabet, 64), decoded, &written, &wrong_at));
    cr_expect_eq(written, 48);
    cr_expect_arr_eq(decoded, data, 48);
}

/* The offset is that of the first octet with which no base64 begins. */
static const struct wrong {
    const char *what, *text;
    size_t len, wrong_at;
} wrongs[] = {
    {"POP3-5034-5-02 one character", "A", 1, 1},
    {"POP3-5034-5-02 two characters", "AA", 2, 2},
    {"POP3-5034-5-02 three characters", "AAA", 3, 3},
    {"POP3-5034-5-02 one pad missing", "AA=", 3, 3},
    {"SMTP-4954-4-13 only pads", "====", 4, 0},
    {"SMTP-4954-4-13 the sign of an empty initial response", "=", 1, 0},
    {"SMTP-4954-4-20 pad before the end", "=AAA", 4, 0},
    {"SMTP-4954-4-20 pad second", "A===", 4, 1},
    {"SMTP-4954-4-20 octet behind the pad", "AA=A", 4, 3},
    {"SMTP-4954-4-20 quantum behind the pad", "AAA=BBB", 7, 4},
    {"SMTP-4954-4-20 quantum behind two pads", "AA==AAAA", 8, 4},
    {"three pads", "AA===", 5, 4},
    {"SMTP-4954-4-19 space", "Zm 9v", 5, 2},
    {"SMTP-4954-4-19 hyphen of the other alphabet", "Zm9-", 4, 3},
    {"SMTP-4954-4-19 underscore", "_m9v", 4, 0},
    {"SMTP-4954-4-19 CRLF", "Zm9v\r\n", 6, 4},
    {"NUL", "Zm9\0", 4, 3},
    {"8-bit", "Zm9vZ\xC3\xA9=", 8, 5},
    {"RFC 4648 section 3.5 pad bits of one pad", "AAB=", 4, 3},
    {"RFC 4648 section 3.5 pad bits of two pads", "AB==", 4, 2},
    {"RFC 4648 section 3.5 highest pad bit of two pads", "AI==", 4, 2},
    {"RFC 4648 section 3.5 higher pad bit of one pad", "AAC=", 4, 3},
};

Test(base64, strict)
{
    for (size_t i = 0; i < COUNT(wrongs); i++) {
        const ms_span text = heap_copy(wrongs[i].text, wrongs[i].len);
        uint8_t out[8];
        size_t written, wrong_at = 77;
        cr_expect_not(ms_base64_check(text, &wrong_at), "%s", wrongs[i].what);
        cr_expect_eq(wrong_at, wrongs[i].wrong_at, "%s: got %zu", wrongs[i].what, wrong_at);
        cr_expect_not(ms_base64_decode(text, out, &written, &wrong_at), "%s", wrongs[i].what);
        cr_expect_eq(wrong_at, wrongs[i].wrong_at, "%s: got %zu", wrongs[i].what, wrong_at);
        heap_free(text);
    }
}

/* The bits that stay zero are the lowest ones: the first character with a higher bit is fine. */
Test(base64, lowest_bits_before_pads)
{
    size_t wrong_at;
    cr_expect(ms_base64_check(MS_SPAN("AAE="), &wrong_at));
    cr_expect(ms_base64_check(MS_SPAN("AQ=="), &wrong_at));
}

Test(base64, absent_is_empty)
{
    size_t written = 77, wrong_at = 77;
    cr_expect(ms_base64_check(ms_span_absent(), &wrong_at));
    cr_expect(ms_base64_decode(ms_span_absent(), NULL, &written, &wrong_at));
    cr_expect_eq(written, 0);
    cr_expect_eq(ms_base64_encode(ms_span_absent(), NULL), 0);
}
