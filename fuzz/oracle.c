/* oracle.c - see oracle.h */
#include "fuzz/oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/input.h"
#include "fuzz/reached.h"

static const char *const names[] = {
    [ORACLE_SPAN] = "span-within-input",
    [ORACLE_OFFSET] = "offset-in-range",
    [ORACLE_RANGE] = "value-in-range",
    [ORACLE_CUT_OCTETS] = "cut-octet-by-octet",
    [ORACLE_CUT_PLAN] = "cut-planned",
    [ORACLE_DETERMINISM] = "determinism",
    [ORACLE_PRINT_REPARSE] = "print-reparse",
    [ORACLE_STUFF] = "stuff-identity",
    [ORACLE_WORK] = "bounded-work",
    [ORACLE_REQUIREMENT] = "requirement-valid",
    [ORACLE_SERIALISE] = "serialise-parse",
    [ORACLE_FACT] = "stated-fact",
    [ORACLE_FRAMING] = "event-framing",
    [ORACLE_ORDER] = "answer-order",
    [ORACLE_TLS] = "tls-forgets",
    [ORACLE_CONFORMING] = "reference-conforming",
    [ORACLE_MODEL_PATH] = "model-path",
    [ORACLE_MODEL_COMMAND] = "model-command",
    [ORACLE_MODEL_RESPONSE] = "model-response",
    [ORACLE_MODEL_CONTENT] = "model-content",
    [ORACLE_MODEL_SASL] = "model-sasl",
    [ORACLE_MODEL_SESSION] = "model-session",
    [ORACLE_DIFFERENTIAL] = "differential",
};
_Static_assert(sizeof names / sizeof names[0] == ORACLE_COUNT, "each oracle has a name");

const char *fuzz_oracle_name(fuzz_oracle oracle)
{
    return names[oracle];
}

__attribute__((format(printf, 3, 0))) static void say(fuzz_oracle oracle, size_t at, const char *format,
                                                      va_list arguments)
{
    fflush(stdout);
    fprintf(stderr, "mailspec fuzz: %s: oracle %s: octet %zu: ", fuzz_target, names[oracle], at);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    fflush(stderr);
}

void fuzz_fail(fuzz_oracle oracle, size_t at, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say(oracle, at, format, arguments);
    va_end(arguments);
    abort();
}

static bool goes_on;

/* Who wants to know all oracles wants them asked in every way, too. */
__attribute__((constructor)) static void read_environment(void)
{
    const char *oracles = getenv("MAILSPEC_FUZZ_ORACLES");
    if (oracles != NULL && strcmp(oracles, "crash") != 0 && strcmp(oracles, "all") != 0) {
        fprintf(stderr, "mailspec fuzz: MAILSPEC_FUZZ_ORACLES is '%s'; it may be all or crash\n", oracles);
        exit(2);
    }
    fuzz_crash_only = oracles != NULL && strcmp(oracles, "crash") == 0;
    goes_on = getenv("MAILSPEC_FUZZ_GO_ON") != NULL;
    if (goes_on)
        fuzz_thorough = true;
}

/* Behind these, what is read next may be anywhere, or without an end. */
static bool is_bound(fuzz_oracle oracle)
{
    return oracle == ORACLE_OFFSET || oracle == ORACLE_RANGE || oracle == ORACLE_WORK || oracle == ORACLE_REQUIREMENT;
}

void fuzz_wrong(fuzz_oracle oracle, size_t at, const char *format, ...)
{
    static bool said[ORACLE_COUNT];
    va_list arguments;
    if (said[oracle])
        return;
    va_start(arguments, format);
    say(oracle, at, format, arguments);
    va_end(arguments);
    if (!goes_on || is_bound(oracle))
        abort();
    said[oracle] = true;
}

void look_findings(fuzz_look *look, const ms_findings *findings, uint64_t client_at, uint64_t server_at,
                   unsigned verb_count, unsigned state_count)
{
    FUZZ_EXPECT(ORACLE_WORK, (size_t)look->base, findings->count <= findings->capacity);
    look_number(look, findings->lost);
    for (size_t i = 0; i < findings->count; i++) {
        const ms_finding *f = &findings->items[i];
        look_requirement(look, f->requirement);
        look_one_of(look, f->side, 2);
        look_one_of(look, f->stream, 2);
        look_one_of(look, f->verb, verb_count);
        look_one_of(look, f->state, state_count);
        look_number(look, f->code);
        /* what the client's octets prove concerns no reply */
        FUZZ_EXPECT(ORACLE_RANGE, (size_t)f->at, f->stream == MS_SERVER || f->code == 0);
        look_number(look, f->at);
        fuzz_reached(FUZZ_REACHED_FINDING, f->requirement, f->state);
        const uint64_t end = f->stream == MS_CLIENT ? client_at : server_at;
        if (f->at > end)
            fuzz_fail(ORACLE_OFFSET, (size_t)end, "finding %u at %llu", f->requirement, (unsigned long long)f->at);
    }
}
