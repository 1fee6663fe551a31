/* test_mutator.c - the fuzzers' mutator: stays within its room, does the same again, and each kind does something */
#include "fuzz/mutator/mutator.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "feed.h"
#include "fuzz/input.h"
#include "fuzz/mutator/phrase.h"

#define TALK                                                              \
    "\xFES220 mx.example ready\r\n\xFE"                                   \
    "CEHLO relay.example\r\n\xFES250-mx.example\r\n250 SIZE 1000\r\n\xFE" \
    "CMAIL FROM:<a@b.example> SIZE=10\r\n"

/* target.c's own is not linked here. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)data;
    return size > 0;
}

static const struct sample {
    const char *octets;
    size_t len;
} samples[] = {
    {"", 0},
    {"\n", 1},
    {"x", 1},
    {"MAIL FROM:<a@b>", 15},
    {TALK, sizeof TALK - 1},
    {"+OK\r\n\xFE", 6},
    {"abc\x03\x01\x02\x00\xFF"
     "CUT",
     11}, /* a plan of two pieces, no options */
    {"\x00\x00\xFF"
     "CUT",
     6},
    {"\xFF\x01\xFF"
     "CUT",
     6},
};

/* In a block of exactly room octets, so that writing behind it is seen. */
static size_t mutate(fuzz_kind kind, const struct sample *sample, size_t room, uint32_t seed, uint8_t *out)
{
    uint8_t *block = malloc(room == 0 ? 1 : room);
    cr_assert_not_null(block);
    memcpy(block, sample->octets, sample->len);
    const size_t size = kind == KIND_COUNT ? fuzz_mutate(block, sample->len, room, seed)
                                           : fuzz_mutate_kind(kind, block, sample->len, room, seed);
    cr_assert_leq(size, room, "kind %u, seed %u", kind, seed);
    memcpy(out, block, size);
    free(block);
    return size;
}

Test(mutator, stays_in_its_room_and_is_deterministic)
{
    static uint8_t first[20000], second[20000];
    for (size_t i = 0; i < COUNT(samples); i++)
        for (fuzz_kind kind = 0; kind <= KIND_COUNT; kind++)
            for (uint32_t seed = 1; seed < 40; seed++) {
                const size_t more[] = {0, 1, 7, 2000, 15000};
                const size_t room = samples[i].len + more[seed % COUNT(more)];
                const size_t size = mutate(kind, &samples[i], room, seed, first);
                cr_assert_eq(mutate(kind, &samples[i], room, seed, second), size);
                cr_assert_eq(memcmp(first, second, size), 0);
            }
}

Test(mutator, each_kind_changes_a_dialogue)
{
    static uint8_t out[20000];
    const struct sample *talk = &samples[4];
    for (fuzz_kind kind = 0; kind < KIND_COUNT; kind++) {
        unsigned changed = 0;
        for (uint32_t seed = 1; seed < 40; seed++) {
            const size_t size = mutate(kind, talk, sizeof out, seed, out);
            changed += size != talk->len || memcmp(out, talk->octets, size) != 0;
        }
        cr_expect(changed > 0, "%s", fuzz_kind_name(kind));
    }
}

/* What a kind is for, from its description: each row's octets must come out of some seed. */
static const struct {
    fuzz_kind kind;
    const char *due;
} due_rows[] = {
    {KIND_LINE_END, "SIZE=10\n"},
    {KIND_NUMBER, "SIZE=11"},
    {KIND_NUMBER, "4294967296"},
    {KIND_CONTINUATION, "250-SIZE"},
    {KIND_QUOTING, "\"a\"@"},
    {KIND_ADDRESS_LITERAL, "@[192.0.2.1]>"},
    {KIND_DOT, "\r\n.\r\n"},
    {KIND_VERB, "CRCPT FROM:"},
    {KIND_SIDE, "\xFET"},
    {KIND_DROP, "relay.example\r\n250 SIZE"},
    {KIND_SCRAM, ",i=4096"},
    {KIND_SCRAM, "n,,n=user"},
    {KIND_PHRASE, "CRCPT TO:<"},
    {KIND_PHRASE, "S550"},
    {KIND_EXCHANGE, "CDATA\r\n\xFES354"},
    {KIND_EXCHANGE, "\xFET"},
    {KIND_EXCHANGE, "BDAT 5 LAST\r\nhello"},
    {KIND_SESSION, "\xFES220 mx.example ready\r\n\xFE"
                   "CEHLO"},
    {KIND_SESSION, "RCPT TO:<alice@example.test>\r\n\xFES250"},
    {KIND_BASE64, "YQ==@"},
    {KIND_XTEXT, "+2B"},
};

Test(mutator, kinds_do_what_they_say)
{
    static uint8_t out[20000];
    for (size_t i = 0; i < COUNT(due_rows); i++) {
        bool found = false;
        for (uint32_t seed = 1; seed < 20000 && !found; seed++) {
            const size_t size = mutate(due_rows[i].kind, &samples[4], sizeof out, seed, out);
            const size_t len = strlen(due_rows[i].due);
            for (size_t at = 0; at + len <= size && !found; at++)
                found = memcmp(out + at, due_rows[i].due, len) == 0;
        }
        cr_expect(found, "%s: %s", fuzz_kind_name(due_rows[i].kind), due_rows[i].due);
    }
}

/* The same kinds, where the input shows in another way, or for another protocol, what is said. */
Test(mutator, exchanges_are_put_in_as_the_input_has_them)
{
    static const struct {
        const char *input, *due;
    } rows[] = {
        {"s220 mx.example\ncEHLO a\ns250 mx.example\n", "cRSET\ns250 "},
        {"s220 mx.example\ncEHLO a\ns250 mx.example\n", "\nt\n"},
        {"s+OK\ncCAPA\ns+OK\ns.\n", "cSTAT\ns+OK 2 320\n"},
        {"\xFES+OK\r\n\xFE"
         "CCAPA\r\n",
         "CTOP 1 1\r\n\xFES+OK\r\n"},
        {"EHLO mx.example\r\nMAIL FROM:<>\r\n", "\r\nBDAT 5 LAST\r\nhelloQUIT\r\n"},
        {"CAPA\r\nUSER alice\r\n", "\r\nPASS secret\r\n"},
        {"250-mx.example\r\n250 SIZE 10\r\n", "\r\n354 go on\r\n250 "},
        {"mailspec: 1\nprotocol: smtp\n\nC: NOOP\n", "\nS? 250"},
        {"C: NOOP\nS: 250 ok\n", "\n[TLS]\n"},
        {"(a|b)*\naba\n", "\\d"},
        {"{\"schema\": 1, \"cases\": []}", "\"status\": \"inconclusive\""},
        {"c@@@@\xFFMAIL", "\xFF"
                          "alice\xFF"
                          "secret"},
    };
    static uint8_t out[20000];
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct sample sample = {rows[i].input, strlen(rows[i].input)};
        const size_t len = strlen(rows[i].due);
        bool found = false;
        for (uint32_t seed = 1; seed < 20000 && !found; seed++) {
            const fuzz_kind kind = seed % 2 == 0 ? KIND_EXCHANGE : KIND_SESSION;
            const size_t size = mutate(kind, &sample, sizeof out, seed, out);
            for (size_t at = 0; at + len <= size && !found; at++)
                found = memcmp(out + at, rows[i].due, len) == 0;
        }
        cr_expect(found, "row %zu: %s", i, rows[i].due);
    }
}

Test(mutator, each_rule_that_a_phrase_names_is_there)
{
    const char *text = phrase_missing_rule();
    cr_expect_null(text, "%s", text == NULL ? "" : text);
}

Test(mutator, a_reference_says_how_often)
{
    static phrase made;
    static uint8_t none[1];
    draft d = {.data = none, .random = 1};
    phrase_make(&made, "{letter*65}{#00}{#FE}{no such rule}x", &d);
    cr_expect_eq(made.len, 68);
    cr_expect_eq(memcmp(made.octets + 65, "\x00\xFEx", 3), 0);
    phrase_make(&made, "{quad*3000}", &d);
    cr_expect_eq(made.len, PHRASE_ROOM, "cut off");
    bool seen[5] = {false};
    for (int i = 0; i < 200; i++) {
        phrase_make(&made, "{letter?}{letter*}", &d);
        cr_assert_leq(made.len, 4);
        seen[made.len] = true;
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        cr_expect(seen[i], "%zu", i);
}

Test(mutator, a_phrase_can_be_coded)
{
    static const char plain[] = "<AGFsaWNlAHNlY3JldA==>"; /* of NUL alice NUL secret */
    static phrase made;
    static uint8_t none[1];
    draft d = {.data = none, .random = 1};
    bool seen = false;
    for (int i = 0; i < 200; i++) {
        phrase_make(&made, "<{plain-message%}>", &d);
        cr_assert_eq(made.len % 4, 2, "whole groups of base64 between two octets");
        seen |= made.len == sizeof plain - 1 && memcmp(made.octets, plain, sizeof plain - 1) == 0;
    }
    cr_expect(seen);
}

Test(mutator, the_trailer_stays)
{
    static uint8_t out[64];
    const struct sample *sample = &samples[6];
    const size_t size = mutate(KIND_DUPLICATE, sample, sizeof out, 1, out);
    const fuzz_input input = fuzz_input_read(out, size);
    cr_expect_eq(input.octets.len, 6);
    cr_expect_eq(memcmp(input.octets.ptr, "abcabc", 6), 0);
    cr_expect_eq(input.plan_len, 2);
    cr_expect_eq(input.plan[1], 1, "the plan is the two octets before its length");
}

Test(mutator, a_cross_has_lines_of_both)
{
    static uint8_t out[64];
    bool mixed = false;
    for (uint32_t seed = 1; seed < 200; seed++) {
        const size_t size =
            fuzz_cross((const uint8_t *)"one\ntwo\n", 8, (const uint8_t *)"three\nfour\n", 11, out, 24, seed);
        cr_assert_leq(size, 24);
        mixed |= size == 18 && memcmp(out, "one\nfour\ntwo\n", 13) == 0;
        mixed |= size == 13 && memcmp(out, "one\nfour\ntwo\n", 13) == 0;
    }
    cr_expect(mixed);
}
