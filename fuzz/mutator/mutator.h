/*
 * mutator.h - changes an input as one who knows the protocols would
 *
 * An input is lines, some of which begin with a mark (fuzz/input.h), and a trailer.  Each kind of change below takes a
 * line, a word or the trailer and makes of it what has broken mail software before, or puts in what a grammar makes
 * (phrase.h).  It is not told which target the input is for, but looks at what it looks like (script.h).  The core knows no
 * engine: libfuzzer.c and afl.c give it to theirs.
 */
#ifndef MAILSPEC_FUZZ_MUTATOR_MUTATOR_H
#define MAILSPEC_FUZZ_MUTATOR_MUTATOR_H

#include <stddef.h>
#include <stdint.h>

typedef enum fuzz_kind {
    KIND_VERB,            /* another verb, keyword or capability at the start of a line */
    KIND_DUPLICATE,       /* a line twice */
    KIND_DROP,            /* a line less */
    KIND_REORDER,         /* two lines change places */
    KIND_COPY_RANGE,      /* some lines again elsewhere: a dialogue within a dialogue */
    KIND_GROW,            /* a word grows to a limit, one less, one more */
    KIND_LINE_END,        /* CRLF, LF, CR, none, CR CR LF, LF CR */
    KIND_OCTET,           /* NUL, 8-bit, UTF-8 well-formed or not, CR, LF, HT, blank, dot put in */
    KIND_NUMBER,          /* a number, as a declared size: one more, one less, zero, the ends of 32 and 64 bits */
    KIND_REPLY_CODE,      /* another reply code or status indicator */
    KIND_CONTINUATION,    /* "250-" and "250 ": a multi-line reply is cut, or goes on */
    KIND_QUOTING,         /* a word quoted, quotes nested, quoted-pairs */
    KIND_SEPARATOR,       /* what stands between two elements is missing, there twice, or another one */
    KIND_ADDRESS_LITERAL, /* what follows an at sign becomes an address literal */
    KIND_XTEXT,           /* an octet as +HH, right or wrong */
    KIND_BASE64,          /* a word in base64, or its padding wrong */
    KIND_SCRAM,           /* a message of SCRAM, or one of its attributes, there twice, missing, or another one */
    KIND_PARAMETER,       /* a parameter, keyword or mechanism at the end of a line */
    KIND_DOT,             /* an end of data, or what some take for one */
    KIND_SIDE,            /* a mark: the other side says it, TLS, a close */
    KIND_PHRASE,          /* a line, or a part of one, as a grammar of what software says makes it */
    KIND_EXCHANGE, /* a command with the other side's reply, some of them, or all that a login or a message takes */
    KIND_SESSION,  /* all of it another dialogue, that leads into a state and does something there */
    KIND_OPTIONS,  /* the options of the trailer */
    KIND_CUT_PLAN, /* its cut plan */
    KIND_COUNT
} fuzz_kind;

const char *fuzz_kind_name(fuzz_kind kind);

/* One change of that kind, in place; room octets are there.  Returns the new size; the old one where the kind had
 * nothing to work on. */
size_t fuzz_mutate_kind(fuzz_kind kind, uint8_t *data, size_t size, size_t room, uint32_t seed);
/* One to four changes of any kind.  Deterministic: the same seed does the same. */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t room, uint32_t seed);
/* Some lines of either into out. */
size_t fuzz_cross(const uint8_t *one, size_t one_size, const uint8_t *two, size_t two_size, uint8_t *out, size_t room,
                  uint32_t seed);

#endif
