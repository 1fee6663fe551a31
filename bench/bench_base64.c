/*
 * bench_base64.c - strict base64 beside memcpy of the text
 */
#include "mailspec/base64.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATA = 3 * 64 * 1024, TEXT = DATA / 3 * 4 };

static uint8_t data[DATA], text[TEXT], out[TEXT];

static size_t copy(void)
{
    memcpy(out, text, TEXT);
    return out[bench_random_below(TEXT)];
}

static size_t encode(void)
{
    return ms_base64_encode(ms_span_make(data, DATA), out);
}

static size_t decode(void)
{
    size_t written = 0, wrong_at = 0;
    return ms_base64_decode(ms_span_make(text, TEXT), out, &written, &wrong_at) ? written : 0;
}

static size_t check(void)
{
    size_t wrong_at = 0;
    return ms_base64_check(ms_span_make(text, TEXT), &wrong_at);
}

int main(void)
{
    for (size_t i = 0; i < DATA; i++)
        data[i] = (uint8_t)bench_random_below(256);
    ms_base64_encode(ms_span_make(data, DATA), text);
    if (decode() != DATA || memcmp(out, data, DATA) != 0) {
        puts("base64: decoding does not give back the octets");
        return 1;
    }
    bench_row row = {"base64, check", "octet", TEXT, "memcpy", TEXT, BENCH_FRACTION, 0, 0};
    bench_measure(&row, check, NULL, copy);
    row.name = "base64, decode";
    bench_measure(&row, decode, NULL, copy);
    row.name = "base64, encode";
    bench_measure(&row, encode, NULL, copy);
    return 0;
}
