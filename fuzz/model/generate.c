/* generate.c - see generate.h */
#include "generate.h"

#include <string.h>

/* Octets at the edges of the classes of the grammars, and those that delimit. */
static const uint8_t edges[] = "\0\t\n\r !\"#$%&'()*+,-./09:;<=>?@AFGZ[\\]^_`afgz{|}~\x7f\x80\xbf\xc2\xdf\xe0\xed\xef"
                               "\xf0\xf4\xff";

static const char *const words[] = {
    " ",
    "  ",
    "<>",
    "@",
    ".",
    "..",
    "=",
    "==",
    ":",
    "::",
    "\"",
    "\\\"",
    "[",
    "]",
    "IPv6:",
    "255",
    "256",
    "0",
    "00",
    "Postmaster",
    "SIZE=1",
    "AUTH=<>",
    "SMTPUTF8",
    "+2B",
    "+2b",
    ",",
    ";",
    "-",
    "[IN-USE]",
    "+OK",
    "-ERR",
    "250 ",
    "250-",
    "2.1.5",
    "\xc3\xa9",
    "\xe2\x82\xac",
    "\xf0\x9f\x93\xa7",
    "\xc0\x80",
    "\xed\xa0\x80",
    "\r",
    "\n",
    "\r\n",
    "\t",
    "1",
    "99999999999999999999",
    "18446744073709551615",
    "18446744073709551616",
    "4294967296",
    "LAST",
    "NEVER",
};

typedef struct text {
    uint8_t *octets;
    size_t len, room;
} text;

static uint8_t any_octet(random_source *random)
{
    return random_below(random, 3) == 0 ? (uint8_t)random_below(random, 256)
                                        : edges[random_below(random, sizeof edges - 1)];
}

/* Replace the piece of gone octets at `at`; what does not fit changes nothing. */
static void replace(text *t, size_t at, size_t gone, const uint8_t *with, size_t len)
{
    if (t->len - gone + len > t->room)
        return;
    memmove(t->octets + at + len, t->octets + at + gone, t->len - at - gone);
    memcpy(t->octets + at, with, len);
    t->len = t->len - gone + len;
}

static void edit(text *t, model_grammar grammar, const char *rule, random_source *random)
{
    const size_t at = random_below(random, t->len + 1);
    const size_t left = t->len - at;
    const size_t piece = left == 0 ? 0 : 1 + random_below(random, left < 8 ? left : 8);
    const uint8_t octet = any_octet(random);
    uint8_t other[256];
    switch (random_below(random, 8)) {
    case 0: /* an octet more */
        replace(t, at, 0, &octet, 1);
        return;
    case 1: /* another octet */
        replace(t, at, left > 0 ? 1 : 0, &octet, 1);
        return;
    case 2: /* a piece less */
        replace(t, at, piece, &octet, 0);
        return;
    case 3: /* a piece twice */
        memcpy(other, t->octets + at, piece);
        replace(t, at, 0, other, piece);
        return;
    case 4: { /* a word that matters somewhere */
        const char *word = words[random_below(random, sizeof words / sizeof words[0])];
        replace(t, at, random_below(random, 2) * (left > 0 ? 1 : 0), (const uint8_t *)word, strlen(word));
        return;
    }
    case 5: /* the end is missing */
        t->len = random_below(random, 4) == 0 ? at : t->len - (t->len > 0 ? 1 : 0);
        return;
    case 6: { /* the rest of another string */
        const size_t len = model_make(grammar, rule, random, other, sizeof other);
        const size_t from = random_below(random, len + 1);
        replace(t, at, left, other + from, len - from);
        return;
    }
    default: /* upper and lower case */
        if (left > 0 && ((t->octets[at] | 32) >= 'a' && (t->octets[at] | 32) <= 'z'))
            t->octets[at] ^= 32;
        return;
    }
}

size_t generate_near(model_grammar grammar, const char *rule, random_source *random, uint8_t *octets, size_t room)
{
    text t = {octets, model_make(grammar, rule, random, octets, room), room};
    if (random_below(random, 4) != 0)
        for (size_t edits = 1 + random_below(random, 2) * random_below(random, 4); edits > 0; edits--)
            edit(&t, grammar, rule, random);
    return t.len;
}
