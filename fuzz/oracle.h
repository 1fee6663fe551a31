/*
 * oracle.h - what every fuzz target holds its parser to
 *
 * A crash is the least that a fuzzer finds.  Each oracle below says what a right answer must be like without knowing
 * the answer; each fails under a name of its own, with the offset of the octet concerned, and aborts, so that any
 * engine takes it for a crash:
 *
 *     mailspec fuzz: smtp_path: oracle print-reparse: octet 7: …
 *
 * The model, which does know the answer, is in fuzz/model/; see compare.h.
 */
#ifndef MAILSPEC_FUZZ_ORACLE_H
#define MAILSPEC_FUZZ_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mailspec/finding.h"
#include "mailspec/rule.h"
#include "mailspec/span.h"

typedef enum fuzz_oracle {
    ORACLE_SPAN,           /* every span lies within the input */
    ORACLE_OFFSET,         /* every offset is that of an octet of the input, or its length */
    ORACLE_RANGE,          /* every enumerator, set and state is one that exists */
    ORACLE_CUT_OCTETS,     /* octet by octet gives what the whole gives */
    ORACLE_CUT_PLAN,       /* so do pieces */
    ORACLE_DETERMINISM,    /* so does the same again, at another address, before other octets */
    ORACLE_PRINT_REPARSE,  /* what was parsed can be written, read again, and written the same */
    ORACLE_STUFF,          /* what was stuffed is what comes out of un-stuffing */
    ORACLE_WORK,           /* each call makes progress, and calls and findings are bounded by the octets */
    ORACLE_REQUIREMENT,    /* each error, deviation and finding names a requirement that exists */
    ORACLE_SERIALISE,      /* parse o serialise is the identity, also for octets nobody parsed */
    ORACLE_FACT,           /* what a header promises in words, as "over-long means over the limit" */
    ORACLE_FRAMING,        /* a dialogue reader took lines, chunks and messages as they stand on the wire (framing.h) */
    ORACLE_ORDER,          /* replies and responses answer the commands in their order */
    ORACLE_TLS,            /* nothing of before a TLS handshake is left */
    ORACLE_CONFORMING,     /* the reference server breaks no rule */
    ORACLE_MODEL_PATH,     /* the model (fuzz/model/) says the same of a path or a domain */
    ORACLE_MODEL_COMMAND,  /* … of a command line */
    ORACLE_MODEL_RESPONSE, /* … of an SMTP reply, a POP3 response, a listing or a capability */
    ORACLE_MODEL_CONTENT,  /* … of transparency */
    ORACLE_MODEL_SASL,     /* … of base64 and a mechanism's message */
    ORACLE_MODEL_SESSION,  /* … of who may say what when */
    ORACLE_DIFFERENTIAL,   /* another implementation (fuzz_differential) says the same, or differs in a known way */
    ORACLE_COUNT
} fuzz_oracle;

const char *fuzz_oracle_name(fuzz_oracle oracle);

/* Each target defines its name. */
extern const char fuzz_target[];

/* Print and abort.  at: offset in the input of the octet concerned, as near as is known. */
_Noreturn void fuzz_fail(fuzz_oracle oracle, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same, unless MAILSPEC_FUZZ_GO_ON is in the environment: then it is printed, each oracle once, and the run goes on,
 * so that one run tells all oracles that an input fails.  It ends with those that bound what comes behind them. */
void fuzz_wrong(fuzz_oracle oracle, size_t at, const char *format, ...) __attribute__((format(printf, 3, 4)));

#define FUZZ_EXPECT(oracle, at, condition)                \
    do {                                                  \
        if (!(condition))                                 \
            fuzz_wrong((oracle), (at), "%s", #condition); \
    } while (0)

/* --- looking at a result: every field is checked, and mixed into a digest ----------------------------------------- */

/* Two results are the same if their digests are: spans count by their place in the input, so that a copy of the input
 * gives the same digest; or by what they hold, so that another way to write it does. */
typedef struct fuzz_look {
    ms_span input;
    uint64_t base; /* of the input in its stream */
    uint64_t digest;
    bool by_octets;
} fuzz_look;

static inline fuzz_look fuzz_look_at(ms_span input)
{
    const fuzz_look look = {input, 0, UINT64_C(0xcbf29ce484222325), false};
    return look;
}

static inline fuzz_look fuzz_look_into(ms_span input)
{
    const fuzz_look look = {input, 0, UINT64_C(0xcbf29ce484222325), true};
    return look;
}

static inline void look_number(fuzz_look *look, uint64_t value)
{
    look->digest = (look->digest ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    look->digest ^= look->digest >> 29;
}

static inline void look_octets(fuzz_look *look, ms_span octets)
{
    uint64_t digest = look->digest;
    for (size_t i = 0; i < octets.len; i++)
        digest = (digest ^ octets.ptr[i]) * UINT64_C(0x100000001b3);
    look->digest = digest;
}

static inline void look_span(fuzz_look *look, ms_span span)
{
    if (span.ptr == NULL) {
        FUZZ_EXPECT(ORACLE_SPAN, 0, span.len == 0);
        look_number(look, UINT64_MAX);
        return;
    }
    const uintptr_t start = (uintptr_t)look->input.ptr;
    const uintptr_t at = (uintptr_t)span.ptr;
    if (at < start || at - start > look->input.len || span.len > look->input.len - (at - start))
        fuzz_wrong(ORACLE_SPAN, (size_t)look->base, "a span of %zu octets outside the input", span.len);
    else if (look->by_octets)
        look_octets(look, span);
    look_number(look, look->by_octets ? 0 : look->base + (at - start));
    look_number(look, span.len);
}

static inline void look_offset(fuzz_look *look, size_t offset)
{
    if (offset > look->input.len)
        fuzz_fail(ORACLE_OFFSET, look->input.len, "offset %zu of %zu octets", offset, look->input.len);
    look_number(look, look->base + offset);
}

/* One of count enumerators. */
static inline void look_one_of(fuzz_look *look, unsigned value, unsigned count)
{
    if (value >= count)
        fuzz_fail(ORACLE_RANGE, (size_t)look->base, "%u, of %u enumerators", value, count);
    look_number(look, value);
}

static inline void look_requirement(fuzz_look *look, uint16_t requirement)
{
    if (requirement == MS_REQ_NONE || requirement >= MS_REQ_COUNT)
        fuzz_fail(ORACLE_REQUIREMENT, (size_t)look->base, "requirement %u", requirement);
    look_number(look, requirement);
}

/* A set of deviations, each of which has a row with a name and a requirement. */
#define LOOK_DEVIATIONS(look, set, count, enumerator, rule_of)                                        \
    do {                                                                                              \
        FUZZ_EXPECT(ORACLE_RANGE, 0, (count) == 64 || (set) >> (count) == 0);                         \
        look_number((look), (set));                                                                   \
        for (unsigned deviation_ = 0; (set) >> deviation_ != 0 && deviation_ < (count); deviation_++) \
            if (((set) >> deviation_ & 1) != 0)                                                       \
                look_requirement((look), rule_of((enumerator)deviation_)->requirement);               \
    } while (0)

/* What a session found about octets up to client_at, server_at. */
void look_findings(fuzz_look *look, const ms_findings *findings, uint64_t client_at, uint64_t server_at,
                   unsigned verb_count, unsigned state_count);

#endif
