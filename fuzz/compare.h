/*
 * compare.h - the parsers against the model (fuzz/model/)
 *
 * Each function parses, asks the model, and returns NULL where both say the same, else what they disagree about.
 * The model knows what is in the grammar; a parser says so with neither error nor deviation.  Deviations from prose
 * rules, of octets that are in the grammar (over a limit, discouraged, not registered), are listed beside the code.
 * Inputs that are longer than the model reads, and what it does not model (fuzz/model/README.md), agree.
 */
#ifndef MAILSPEC_FUZZ_COMPARE_H
#define MAILSPEC_FUZZ_COMPARE_H

#include "fuzz/oracle.h"
#include "mailspec/line.h"
#include "mailspec/pop3_command.h"
#include "mailspec/pop3_response.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_command.h"
#include "mailspec/smtp_path.h"
#include "mailspec/smtp_reply.h"
#include "mailspec/span.h"

const char *compare_smtp_path(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context);
const char *compare_smtp_domain(ms_span text, const ms_smtp_context *context);
const char *compare_smtp_command(ms_span line, const ms_smtp_context *context);
/* The same of what is parsed already. */
const char *compare_smtp_path_parsed(ms_span text, ms_smtp_path_role role, const ms_smtp_context *context,
                                     const ms_smtp_path_parsed *parsed);
const char *compare_smtp_domain_parsed(ms_span text, const ms_smtp_context *context, ms_smtp_domain_kind kind,
                                       ms_deviations deviations);
const char *compare_smtp_command_parsed(ms_span line, const ms_smtp_context *context, const ms_smtp_parsed *parsed);

const char *compare_pop3_command(ms_span line, const ms_pop3_context *context);
const char *compare_pop3_response(ms_span line, const ms_pop3_response_context *context);
const char *compare_pop3_listing(ms_span line, const ms_pop3_response_context *context);
const char *compare_pop3_capability(ms_span line);
const char *compare_pop3_command_parsed(ms_span line, const ms_pop3_context *context, const ms_pop3_parsed *parsed);
const char *compare_pop3_response_parsed(ms_span line, const ms_pop3_response_context *context,
                                         const ms_pop3_response *parsed);
const char *compare_pop3_listing_parsed(ms_span line, const ms_pop3_response_context *context,
                                        const ms_pop3_response *parsed);
const char *compare_pop3_capability_parsed(ms_span line, const ms_pop3_capability *parsed);

/* The line read alone, as the first of a reply. */
const char *compare_reply_line(ms_span line, const ms_reply_context *context);
/* A line behind those of `before`: what it was read as, and what the reply is with it. */
const char *compare_reply_lines(const ms_reply *before, ms_span line, const ms_reply_line *got, const ms_reply *after);
const char *compare_enhanced_status(ms_span text);
const char *compare_ehlo_line(ms_span text);

const char *compare_content(ms_span octets);

const char *compare_base64(ms_span text);
const char *compare_plain(ms_span message);
const char *compare_scram(ms_span message, ms_sasl_scram_step step);

/* A line that came whole, its end removed. */
static inline ms_line compare_line(ms_span text)
{
    return (ms_line){MS_LINE_COMPLETE, 0, MS_LINE_NOWHERE, MS_LINE_NOWHERE, MS_LINE_NOWHERE, text, text.len + 2};
}

/* Octets that choose what happens next. */
typedef struct compare_choices {
    ms_span octets;
    size_t used;
} compare_choices;

/* 0 to bound-1; when the octets have run out, 0. */
static inline unsigned compare_choose(compare_choices *choices, unsigned bound)
{
    return choices->used < choices->octets.len ? choices->octets.ptr[choices->used++] % bound : 0;
}

/* Once in so many times. */
static inline bool compare_one_of(compare_choices *choices, unsigned bound)
{
    return choices->used < choices->octets.len && compare_choose(choices, bound) == bound - 1;
}

/* A dialogue that the octets choose, command by command. */
const char *compare_pop3_session(ms_span choices);
const char *compare_smtp_session(ms_span choices);

/* In a fuzz target: fails under the oracle's name.  The model is slow, so a build for speed leaves it out. */
#ifndef MAILSPEC_FUZZ_MODEL
#define FUZZ_COMPARE(oracle, call) ((void)0)
#else
#define FUZZ_COMPARE(oracle, call)                          \
    do {                                                    \
        const char *why_ = (call);                          \
        if (why_ != NULL)                                   \
            fuzz_wrong((oracle), 0, "the model: %s", why_); \
    } while (0)
#endif

#endif
