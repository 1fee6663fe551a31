/* grammars.h - the lists of rules; see abnf.h for the notation */
#ifndef MAILSPEC_MODEL_GRAMMARS_H
#define MAILSPEC_MODEL_GRAMMARS_H

#include <stddef.h>

extern const char *const core_grammar[];
extern const char *const smtp_grammar[];
extern const char *const smtp_ascii_grammar[];
extern const char *const smtp_utf8_grammar[];
extern const char *const pop3_grammar[];
extern const char *const pop3_ascii_grammar[];
extern const char *const pop3_utf8_grammar[];
extern const char *const sasl_grammar[];

#endif
