/*
 * script.h - what both sides do, one line for each thing, put into an input in the way in which that says such things
 *
 *     C line   the client says the line        D line   … a line of mail data       L line   … the last one, which is a dot
 *     S line   the server says it              B octets … octets of a chunk, without a line end
 *     T        the TLS handshake               H, X     the client, the server closes
 *     letter   any other: an event of the targets for session machines, and of no others
 */
#ifndef MAILSPEC_FUZZ_MUTATOR_SCRIPT_H
#define MAILSPEC_FUZZ_MUTATOR_SCRIPT_H

#include "fuzz/mutator/phrase.h"

typedef enum script_form {
    FORM_MARKS,                 /* both sides' octets, with marks (fuzz/input.h) */
    FORM_EVENTS,                /* a line for each event, a letter at its start */
    FORM_COMMANDS,              /* the client's octets alone */
    FORM_REPLIES,               /* the server's */
    FORM_SCRIPTS,               /* those above say what is done, those below are something else */
    FORM_FIELDS = FORM_SCRIPTS, /* what a writer is given */
    FORM_TRANSCRIPT,
    FORM_LOG,
    FORM_PATTERN,
    FORM_RESULT,
    FORM_COUNT
} script_form;

/* Which of them the octets look like; where they look like nothing, any. */
script_form script_form_of(draft *d);

/* As octets of that form.  grouped: the client says all that it says before the server does. */
void script_render(const phrase *script, script_form form, bool grouped, draft *d, phrase *out);

#endif
