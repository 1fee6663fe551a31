/* words.c - see words.h */
#include "fuzz/mutator/words.h"

#include <stdbool.h>
#include <stdio.h>

#include "mailspec/pop3_session.h"
#include "mailspec/sasl.h"
#include "mailspec/smtp_session.h"
#include "smtp/session_internal.h" /* ms_smtp_code_check */

enum { WORDS_MAX = 128 };

static const char *words[WORDS_COUNT][WORDS_MAX];
static size_t counts[WORDS_COUNT];
static char codes[WORDS_MAX][4];
static bool filled;

static void add(fuzz_words set, const char *word)
{
    if (word[0] != '\0' && counts[set] < WORDS_MAX)
        words[set][counts[set]++] = word;
}

/* Those that RFC 5321 section 4.2 and the extensions define. */
static void add_codes(void)
{
    ms_smtp_session session;
    ms_smtp_run runs[1];
    ms_smtp_session_init(&session, MS_VARIANT_SMTP, runs, 1);
    for (uint16_t code = 200; code < 600; code++) {
        const size_t at = counts[WORDS_REPLY_CODE];
        if (at == WORDS_MAX || ms_smtp_code_check(&session, MS_SMTP_UNKNOWN, code) == MS_REQ_SMTP_5321_4_2_05)
            continue;
        snprintf(codes[at], sizeof codes[at], "%u", (unsigned)code % 1000);
        add(WORDS_REPLY_CODE, codes[at]);
    }
}

static void fill(void)
{
    filled = true;
    for (int i = 0; i < MS_SMTP_VERB_COUNT; i++)
        add(WORDS_SMTP_VERB, ms_smtp_verb_name((ms_smtp_verb)i));
    for (int i = 0; i < MS_PARAM_COUNT; i++)
        add(WORDS_SMTP_PARAMETER, ms_smtp_parameter_name((ms_smtp_parameter_id)i));
    for (int i = 0; i < MS_EHLO_COUNT; i++)
        add(WORDS_SMTP_KEYWORD, ms_ehlo_keyword_name((ms_ehlo_keyword)i));
    for (int i = 0; i < MS_POP3_VERB_COUNT; i++)
        add(WORDS_POP3_VERB, ms_pop3_verb_name((ms_pop3_verb)i));
    for (int i = 0; i < MS_CAPA_COUNT; i++)
        add(WORDS_POP3_CAPABILITY, ms_pop3_capability_name((ms_pop3_capability_id)i));
    for (int i = 0; i < MS_POP3_CODE_COUNT; i++)
        add(WORDS_POP3_CODE, ms_pop3_response_code_name((ms_pop3_response_code)i));
    for (int i = 0; i < MS_SASL_MECHANISM_COUNT; i++)
        add(WORDS_MECHANISM, ms_sasl_mechanism_name((ms_sasl_mechanism)i));
    add_codes();
}

size_t fuzz_words_count(fuzz_words set)
{
    if (!filled)
        fill();
    return counts[set];
}

const char *fuzz_words_get(fuzz_words set, size_t i)
{
    return i < fuzz_words_count(set) ? words[set][i] : "";
}
