/* generate.h - inputs for the parsers: words of the grammars, and near misses of them */
#ifndef MAILSPEC_MODEL_GENERATE_H
#define MAILSPEC_MODEL_GENERATE_H

#include "model.h"

/* A string of the rule; three of four times up to four edits make it one that is perhaps none. */
size_t generate_near(model_grammar grammar, const char *rule, random_source *random, uint8_t *octets, size_t room);

#endif
