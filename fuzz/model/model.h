/*
 * model.h - a second, slow, clear reading of the RFCs
 *
 * Whether octets are in a grammar, and nothing else: what a parser tolerates by name (a deviation) is not.
 */
#ifndef MAILSPEC_MODEL_MODEL_H
#define MAILSPEC_MODEL_MODEL_H

#include "abnf.h"

/* The rules of SMTP without and with SMTPUTF8 (RFC 6531), of POP3 without and with UTF-8 (RFC 6856), and of SASL's
 * mechanisms. */
typedef enum model_grammar {
    MODEL_SMTP,
    MODEL_SMTPUTF8,
    MODEL_POP3,
    MODEL_POP3_UTF8,
    MODEL_SASL,
    MODEL_GRAMMARS
} model_grammar;

/* Whether the octets are the rule, whole.  name must be a literal: what was looked up is kept by its address. */
bool model_is(model_grammar grammar, const char *name, const uint8_t *octets, size_t len);

/* How many octets, the fewest, are the rule with the octet `next` behind them; len: none are. */
size_t model_is_before(model_grammar grammar, const char *name, const uint8_t *octets, size_t len, uint8_t next);

/* A random string of the rule. */
size_t model_make(model_grammar grammar, const char *name, random_source *random, uint8_t *octets, size_t room);

#endif
