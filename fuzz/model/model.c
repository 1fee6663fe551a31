/* model.c - see model.h */
#include "model.h"

#include <stdlib.h>

#include "grammars.h"

static const char *const *const lists[MODEL_GRAMMARS][5] = {
    [MODEL_SMTP] = {core_grammar, smtp_grammar, smtp_ascii_grammar},
    [MODEL_SMTPUTF8] = {core_grammar, smtp_grammar, smtp_utf8_grammar},
    [MODEL_POP3] = {core_grammar, pop3_grammar, pop3_ascii_grammar},
    [MODEL_POP3_UTF8] = {core_grammar, pop3_grammar, pop3_utf8_grammar},
    [MODEL_SASL] = {core_grammar, sasl_grammar},
};

static const abnf *read_grammar(model_grammar which)
{
    static abnf *grammars[MODEL_GRAMMARS];
    if (grammars[which] == NULL)
        grammars[which] = abnf_read(lists[which]);
    return grammars[which];
}

/* A name is looked up once: its address, which is the same each time, is the key. */
static size_t rule_of(model_grammar which, const char *name)
{
    enum { SLOTS = 1024 };
    static struct {
        const char *name;
        size_t rule;
    } known[MODEL_GRAMMARS][SLOTS];
    size_t slot = (uintptr_t)name * UINT64_C(0x9e3779b97f4a7c15) >> 54;
    for (size_t tries = 0; known[which][slot].name != name; tries++, slot = (slot + 1) % SLOTS) {
        if (tries == SLOTS)
            abort();
        if (known[which][slot].name == NULL) {
            known[which][slot].rule = abnf_rule(read_grammar(which), name);
            known[which][slot].name = name;
        }
        if (known[which][slot].name == name)
            break;
    }
    return known[which][slot].rule;
}

bool model_is(model_grammar grammar, const char *name, const uint8_t *octets, size_t len)
{
    return abnf_matches(read_grammar(grammar), rule_of(grammar, name), octets, len);
}

size_t model_is_before(model_grammar grammar, const char *name, const uint8_t *octets, size_t len, uint8_t next)
{
    return abnf_matches_before(read_grammar(grammar), rule_of(grammar, name), octets, len, next);
}

size_t model_make(model_grammar grammar, const char *name, random_source *random, uint8_t *octets, size_t room)
{
    return abnf_generate(read_grammar(grammar), rule_of(grammar, name), random, octets, room);
}
